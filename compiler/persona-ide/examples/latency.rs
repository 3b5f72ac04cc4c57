//! How long editors wait for what they ask most, each question right after an edit of the file that it is about:
//! `cargo run --release -p persona-ide --example latency`.
//!
//! The package has 10,000 declarations, once in 100 files and once in one. Every question is asked after a keystroke, when
//! what is wrong has been looked for already, as servers do. Nothing in the package is believable, only large; it is the same
//! every time.

#![expect(clippy::print_stdout, reason = "its output is what it is run for")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use persona_base::{FileId, Span};
use persona_ide::{definition, hierarchy, hover, references, rename, structure, symbols, tokens};
use persona_sema::Database;

const DECLARATIONS: usize = 10_000;
const ROUNDS: usize = 60;
const CONFIG: &str = "[package]\nname = \"large\"\nversion = \"0.1.0\"\nlanguage = \"1\"\n";

fn main() {
    std::thread::Builder::new()
        .stack_size(persona_sema::editor::STACK)
        .spawn(|| {
            measure(100);
            measure(1);
        })
        .expect("a thread can be had")
        .join()
        .expect("it ends");
}

/// The package in so many files.
fn files(count: usize) -> Vec<(String, String)> {
    let each = DECLARATIONS / count;
    let file = |number: usize| {
        let mut text = String::new();
        let mut left = each;
        if number == 0 {
            left -= schema(&mut text);
        }
        for index in 0..left {
            declaration(&mut text, number, index);
        }
        (format!("rules_{number:03}.persona"), text)
    };
    (0..count).map(file).collect()
}

/// Gives the number of its declarations.
fn schema(text: &mut String) -> usize {
    text.push_str("enum Country { US, CA, GB, DE, FR, other }\n");
    text.push_str("profile Customer {\n  id: String @key\n  country: Country = other\n");
    text.push_str("  city: String?\n  signed_up_at: Timestamp\n  spend: Money<USD>\n");
    for field in 0..30 {
        writeln!(text, "  score_{field}: Int").expect("text grows");
    }
    text.push_str("}\n/// The most used one.\nsegment most_used { when spend > 1000 USD }\n");
    for event in 0..20 {
        let fields = "sku: String, total: Money<USD>, seconds: Int?";
        writeln!(text, "event Event{event} {{ {fields} }}").expect("text grows");
    }
    23
}

/// One of four kinds; every other one names the most used segment.
fn declaration(text: &mut String, file: usize, index: usize) {
    let (score, event) = ((file + index) % 30, (file * 7 + index) % 20);
    let limit = index * 3 + file;
    let name = |kind: &str, index: usize| format!("{kind}_{file}_{index}");
    let done = match index % 4 {
        0 => writeln!(
            text,
            "/// A trait.\ntrait {}: Int = score_{score} * 2 + count(Event{event} in last 30d)\n",
            name("trait", index)
        ),
        1 => writeln!(
            text,
            "segment {} \"Number {index}\" {{\n  when {} > {limit}\n    and in most_used and did Event{event} in last 90d where total > {limit} USD\n}}\n",
            name("segment", index),
            name("trait", index - 1),
        ),
        2 => writeln!(
            text,
            "segment {} {{\n  when in {} and country in [US, CA]\n    and not in most_used and (city is missing or not city starts with \"x{limit}\")\n    and spend between {limit} USD and {} USD\n}}\n",
            name("segment", index),
            name("segment", index - 1),
            limit + 1000,
        ),
        _ => writeln!(
            text,
            "partition {} {{\n  fresh when signed_up_at in last 14d\n  busy when in {}\n  rich when spend > {limit} USD\n  otherwise rest\n}}\n",
            name("partition", index),
            name("segment", index - 1),
        ),
    };
    done.expect("text grows");
}

type Ask = fn(&Database, FileId, u32);

/// The questions, each about the use of a segment.
const QUESTIONS: [(&str, Ask); 9] = [
    ("hover", |db, file, at| drop(hover::hover(db, file, at))),
    ("definition", |db, file, at| {
        drop(definition::definition(db, file, at));
    }),
    ("highlights", |db, file, at| {
        drop(references::highlights(db, file, at));
    }),
    ("tokens of the file", |db, file, _| {
        drop(tokens::tokens(db, file, None));
    }),
    ("tokens of a screen", |db, file, at| {
        drop(tokens::tokens(
            db,
            file,
            Some(Span::new(at.saturating_sub(1500), at + 1500)),
        ));
    }),
    ("outline", |db, file, _| drop(symbols::outline(db, file))),
    ("search", |db, _, _| drop(symbols::search(db, "seg1"))),
    ("folds", |db, file, _| drop(structure::folds(db, file))),
    ("callers of the most used", |db, file, at| {
        if let Some(item) = hierarchy::prepare(db, file, at) {
            drop(hierarchy::incoming(db, item.file, item.name_span.start));
        }
    }),
];

/// Questions about a segment that most of the package names.
const OF_ALL: [(&str, Ask); 2] = [
    ("references of the most used", |db, file, at| {
        drop(references::references(db, file, at, true));
    }),
    ("rename of the most used", |db, file, at| {
        drop(rename::rename(db, file, at, "used_most"));
    }),
];

fn measure(count: usize) {
    let files = files(count);
    let start = Instant::now();
    let mut db = Database::new();
    db.set_config("persona.toml", Some(CONFIG.to_owned()));
    for (path, text) in &files {
        db.set_file(path, text.clone());
    }
    let found = db.diagnostics().len();
    println!(
        "{count} files: checked in {:.0} ms, {found} findings",
        ms(start.elapsed())
    );
    for (what, ask) in QUESTIONS.iter().chain(&OF_ALL) {
        let mut times: Vec<Duration> = (0..ROUNDS)
            .map(|round| after_edit(&mut db, &files, round, *ask))
            .collect();
        times.sort_unstable();
        let at = |share: usize| ms(times[(ROUNDS * share / 100).min(ROUNDS - 1)]);
        println!(
            "  {what}: median {:.2} ms, 95 of 100 below {:.2} ms, most {:.2} ms",
            at(50),
            at(95),
            at(100)
        );
    }
}

/// Edits a number in a body, looks for what is wrong, and asks.
fn after_edit(db: &mut Database, files: &[(String, String)], round: usize, ask: Ask) -> Duration {
    let (path, text) = &files[(round * 37) % files.len()];
    let place = "rich when spend > ";
    let digits = text.rfind(place).expect("a partition") + place.len();
    let text = format!("{}{}{}", &text[..digits], 1 + round % 9, &text[digits..]);
    let uses = "in most_used";
    let from = text.len() * (round % 7) / 8;
    let from = (from..)
        .find(|at| text.is_char_boundary(*at))
        .expect("a boundary");
    let at = from + text[from..].find(uses).expect("a use") + 4;
    let file = db.set_file(path, text);
    std::hint::black_box(db.diagnostics());
    let start = Instant::now();
    ask(db, file, at as u32);
    start.elapsed()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
