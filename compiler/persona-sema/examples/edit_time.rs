//! How long it takes to check a large package, and to check it again after one body was edited:
//! `cargo run --release -p persona-sema --example edit_time`. With a folder, the package is written there instead, to be
//! measured from outside: `… --example edit_time -- target/large`, then `time -v persona check target/large`. With `--cold`
//! there are no edits, so that the memory of one check can be measured; with `--one-file`, all declarations are in one file.
//!
//! The package has 10,000 declarations in 100 files. Nothing in it is believable, only large; the same bytes every time.

#![expect(clippy::print_stdout, reason = "its output is what it is run for")]

#[path = "../../../tests/support/large.rs"]
mod large;

use std::time::{Duration, Instant};

use persona_sema::Database;

const EDITS: usize = 200;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("--one-file") => {
            measure(&large::files(true));
        }
        Some("--cold") => {
            cold(&large::files(false));
        }
        Some(folder) => write(std::path::Path::new(folder), &large::files(false)),
        None => measure(&large::files(false)),
    }
}

/// Writes the package for other programs.
fn write(folder: &std::path::Path, files: &[(String, String)]) {
    std::fs::create_dir_all(folder).expect("the folder can be made");
    std::fs::write(folder.join("persona.toml"), large::CONFIG).expect("a file is written");
    for (path, text) in files {
        std::fs::write(folder.join(path), text).expect("a file is written");
    }
}

/// Checks once from nothing.
fn cold(files: &[(String, String)]) -> (Database, Duration) {
    let start = Instant::now();
    let mut db = Database::new();
    db.set_config("persona.toml", Some(large::CONFIG.to_owned()));
    for (path, text) in files {
        db.set_file(path, text.clone());
    }
    let found = db.diagnostics();
    let cold = start.elapsed();
    println!(
        "cold check of {} files: {:.1} ms, {} diagnostics",
        files.len(),
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
