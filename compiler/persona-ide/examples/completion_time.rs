//! How long completion takes in a large package, right after a keystroke:
//! `cargo run --release -p persona-ide --example completion_time`.
//!
//! The package has 10,000 declarations, once in 100 files and once in a single file. Each round types one more letter into a rule
//! and asks, as an editor does; the time is that of the question, with what the keystroke made stale.

#![expect(clippy::print_stdout, reason = "its output is what it is run for")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use persona_base::FileId;
use persona_ide::complete::{CompletionOptions, complete};
use persona_ide::signature::signature_help;
use persona_sema::Database;

const DECLARATIONS: usize = 10_000;
const ROUNDS: usize = 60;

/// What is typed in front of the mark, at the end of a file.
const PLACES: [(&str, &str); 6] = [
    ("a field", "segment typed { when cou|ntry == US }\n"),
    ("a value", "segment typed { when country == | }\n"),
    ("anything", "segment typed { when | }\n"),
    ("a segment", "segment typed { when in s_1| }\n"),
    ("an operator", "segment typed { when spend | }\n"),
    ("a clause", "trigger typed {\n  on Purchase\n  |\n}\n"),
];

fn main() {
    for files in [100, 1] {
        let mut db = Database::new();
        db.set_name("large");
        for number in 0..files {
            db.set_file(&path(number), text(number, files));
        }
        db.diagnostics();
        println!("{DECLARATIONS} declarations in {files} file(s)");
        for (what, place) in PLACES {
            measure(&mut db, files, what, place);
        }
    }
}

fn path(number: usize) -> String {
    format!("rules_{number:03}.persona")
}

fn text(number: usize, files: usize) -> String {
    let mut text = String::new();
    if number == 0 {
        text.push_str("enum Country { US, CA, other }\n");
        text.push_str("profile Customer {\n  id: String @key\n  country: Country = other\n");
        text.push_str("  spend: Money<USD> = 0 USD\n  signed_up_at: Timestamp\n}\n");
        text.push_str("event Purchase { order_id: String, total: Money<USD> }\n");
    }
    let each = DECLARATIONS / files;
    for index in number * each..(number + 1) * each {
        let write = match index % 3 {
            0 => writeln!(
                text,
                "/// Number {index}.\ntrait t_{index}: Int = count(Purchase in last {}d)",
                index % 90 + 1
            ),
            1 => writeln!(
                text,
                "segment s_{index} \"Number {index}\" {{\n  when spend > {index} USD and t_{} > 3\n}}",
                index - 1
            ),
            _ => writeln!(
                text,
                "segment s_{index} \"Number {index}\" {{\n  when in s_{} and did Purchase in last 7d\n}}",
                index - 1
            ),
        };
        write.expect("text grows");
    }
    text
}

fn measure(db: &mut Database, files: usize, what: &str, place: &str) {
    let last = files - 1;
    let base = text(last, files);
    let (before, after) = place.split_once('|').expect("a place is marked");
    let mut times: Vec<Duration> = Vec::with_capacity(ROUNDS);
    let mut offers = 0;
    for round in 0..ROUNDS {
        // Something typed elsewhere in the same file: what was found the last time is stale.
        let text = format!("{base}{before}{after}// {round}\n");
        let offset = u32::try_from(base.len() + before.len()).expect("a file is small");
        let file: FileId = db.set_file(&path(last), text);
        let begin = Instant::now();
        let found = complete(db, file, offset, CompletionOptions::default());
        signature_help(db, file, offset);
        times.push(begin.elapsed());
        offers = found.items.len();
    }
    times.sort_unstable();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a few rounds"
        )]
        let index = ((times.len() - 1) as f64 * share).round() as usize;
        times[index].as_secs_f64() * 1000.0
    };
    println!(
        "  {what:12} {offers:4} offers  p50 {:6.2} ms  p95 {:6.2} ms  p99 {:6.2} ms",
        at(0.5),
        at(0.95),
        at(0.99)
    );
}
