//! How long it takes to check a large package, and to check it again after one body was edited:
//! `cargo run --release -p persona-sema --example edit_time`. With a folder, the package is written there instead, to be
//! measured from outside: `… --example edit_time -- target/large`, then `time -v persona check target/large`. With `--cold`
//! there are no edits, so that the memory of one check can be measured; with `--one-file`, all declarations are in one file.
//!
//! The package has 10,000 declarations in 100 files. Nothing in it is believable, only large; the same bytes every time.

#![expect(clippy::print_stdout, reason = "its output is what it is run for")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use persona_sema::Database;

const FILES: usize = 100;
const DECLARATIONS: usize = 100;
const EDITS: usize = 200;

const CONFIG: &str = "[package]\nname = \"large\"\nversion = \"0.1.0\"\nlanguage = \"1\"\n";

fn main() {
    let files: Vec<(String, String)> = (0..FILES).map(file).collect();
    match std::env::args().nth(1).as_deref() {
        Some("--one-file") => {
            let all: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
            measure(&[("rules.persona".to_owned(), all.concat())]);
        }
        Some("--cold") => {
            cold(&files);
        }
        Some(folder) => write(std::path::Path::new(folder), &files),
        None => measure(&files),
    }
}

/// Writes the package for other programs.
fn write(folder: &std::path::Path, files: &[(String, String)]) {
    std::fs::create_dir_all(folder).expect("the folder can be made");
    std::fs::write(folder.join("persona.toml"), CONFIG).expect("a file is written");
    for (path, text) in files {
        std::fs::write(folder.join(path), text).expect("a file is written");
    }
}

/// A file of a hundred declarations; the first one holds the schema.
fn file(number: usize) -> (String, String) {
    let mut text = String::new();
    let mut left = DECLARATIONS;
    if number == 0 {
        left -= schema(&mut text);
    }
    for index in 0..left {
        declaration(&mut text, number, index);
    }
    (format!("rules_{number:03}.persona"), text)
}

/// The schema; gives the number of its declarations.
fn schema(text: &mut String) -> usize {
    text.push_str("enum Country { US, CA, GB, DE, FR, other }\n");
    text.push_str("profile Customer {\n  id: String @key\n  country: Country = other\n");
    text.push_str("  city: String?\n  signed_up_at: Timestamp\n  spend: Money<USD>\n");
    for field in 0..30 {
        writeln!(text, "  score_{field}: Int").expect("text grows");
    }
    text.push_str("}\n");
    for event in 0..20 {
        let fields = "sku: String, total: Money<USD>, seconds: Int?";
        writeln!(text, "event Event{event} {{ {fields} }}").expect("text grows");
    }
    22
}

/// One of four kinds, which refer to the file's own and to the one before.
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
            "segment {} \"Number {index}\" {{\n  when {} > {limit}\n    and did Event{event} in last 90d where total > {limit} USD\n}}\n",
            name("segment", index),
            name("trait", index - 1),
        ),
        2 => writeln!(
            text,
            "segment {} {{\n  when in {} and country in [US, CA]\n    and (city is missing or not city starts with \"x{limit}\")\n    and spend between {limit} USD and {} USD\n}}\n",
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

/// Checks once from nothing.
fn cold(files: &[(String, String)]) -> (Database, Duration) {
    let start = Instant::now();
    let mut db = Database::new();
    db.set_config("persona.toml", Some(CONFIG.to_owned()));
    for (path, text) in files {
        db.set_file(path, text.clone());
    }
    let found = db.diagnostics();
    let cold = start.elapsed();
    println!(
        "cold check of {} declarations in {FILES} files: {:.1} ms, {} diagnostics",
        FILES * DECLARATIONS,
        ms(cold),
        found.len()
    );
    if let Some(first) = found
        .iter()
        .find(|d| d.code.info().severity() == persona_base::Severity::Error)
    {
        println!("the package has an error: {} {}", first.code, first.message);
    }
    (db, cold)
}

/// Checks once from nothing, then after each of many edits of each kind.
fn measure(files: &[(String, String)]) {
    let (mut db, cold) = cold(files);
    for (kind, edit) in KINDS {
        let mut times: Vec<Duration> = (0..EDITS)
            .map(|number| edited(&mut db, files, edit, number))
            .collect();
        times.sort_unstable();
        let share = |time: Duration| time.as_secs_f64() / cold.as_secs_f64() * 100.0;
        for (what, time) in [
            ("fastest", times[0]),
            ("median", times[EDITS / 2]),
            ("99 of 100 below", times[EDITS * 99 / 100]),
        ] {
            println!(
                "{kind}, to all diagnostics, {what}: {:.2} ms ({:.2} % of a cold check)",
                ms(time),
                share(time)
            );
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// What a file is after an edit of some kind.
type Edit = fn(&str, usize) -> String;

/// Edits as people make them, key by key.
const KINDS: [(&str, Edit); 4] = [
    ("a number in a body edited", |text, number| {
        let digits = "rich when spend > ";
        let at = text.rfind(digits).expect("a partition") + digits.len();
        format!("{}{}{}", &text[..at], 1 + number % 9, &text[at..])
    }),
    ("a name edited", |text, number| {
        let at = text.rfind("partition ").expect("a partition") + "partition ".len();
        format!(
            "{}{}{}",
            &text[..at],
            ["a", "ab", "abc"][number % 3],
            &text[at..]
        )
    }),
    ("a new declaration typed", |text, number| {
        let new = "\nsegment new_one {\n  when spend > 100 USD\n}\n";
        format!("{text}{}", &new[..number % new.len()])
    }),
    ("a mistake made and mended", |text, number| {
        let slip = ["\n}\n", "\n", "\nsegment x { when spendd > 1 USD }\n"][number % 3];
        let at = text.find("\npartition ").expect("a partition");
        format!("{}{slip}{}", &text[..at], &text[at..])
    }),
];

/// Edits one file, and asks for all diagnostics. The edit before in another file stays.
fn edited(db: &mut Database, files: &[(String, String)], edit: Edit, number: usize) -> Duration {
    let (path, text) = &files[(number / 8 * 37) % files.len()];
    let text = edit(text, number);
    let start = Instant::now();
    db.set_file(path, text);
    std::hint::black_box(db.diagnostics());
    start.elapsed()
}
