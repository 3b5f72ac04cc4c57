//! How long editors wait for what they ask most, each question right after an edit of the file that it is about:
//! `cargo run --release -p persona-ide --example latency`.
//!
//! The package has 10,000 declarations, once in 100 files and once in one. Every question is asked after a keystroke, when
//! what is wrong has been looked for already, as servers do. Nothing in the package is believable, only large; it is the same
//! every time.

#![expect(clippy::print_stdout, reason = "its output is what it is run for")]

#[path = "../../../tests/support/large.rs"]
mod large;

use std::time::{Duration, Instant};

use persona_base::{FileId, Span};
use persona_ide::{definition, hierarchy, hover, references, rename, structure, symbols, tokens};
use persona_sema::Database;

const ROUNDS: usize = 60;

fn main() {
    std::thread::Builder::new()
        .stack_size(persona_sema::editor::STACK)
        .spawn(|| {
            measure(false);
            measure(true);
        })
        .expect("a thread can be had")
        .join()
        .expect("it ends");
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

fn measure(in_one: bool) {
    let files = large::files(in_one);
    let start = Instant::now();
    let mut db = Database::new();
    db.set_config("persona.toml", Some(large::CONFIG.to_owned()));
    for (path, text) in &files {
        db.set_file(path, text.clone());
    }
    let found = db.diagnostics().len();
    println!(
        "{} files: checked in {:.0} ms, {found} findings",
        files.len(),
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
    let uses = "in everyone";
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
