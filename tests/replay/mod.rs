//! Runs on every change what the fuzzers kept: `tests/fuzz/run` finds texts, these tests give each of them to the same
//! functions again. A text that once broke something stays in `tests/fuzz/corpus`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::support::root;

#[path = "../fuzz/targets.rs"]
mod targets;

fn replay(name: &str, target: impl Fn(&str)) {
    let path = root().join(format!("tests/fuzz/corpus/{name}.jsonl"));
    let kept = fs::read_to_string(&path).expect("the corpus is kept");
    let mut broken = Vec::new();
    let mut count = 0;
    for line in kept.lines() {
        let text: String = serde_json::from_str(line).expect("each line is a text");
        count += 1;
        if catch_unwind(AssertUnwindSafe(|| target(&text))).is_err() {
            broken.push(line);
        }
    }
    assert!(count >= 100, "a corpus is more than {count} texts");
    assert!(broken.is_empty(), "broken by:\n{}", broken.join("\n"));
}

#[test]
fn the_parser_stands_what_the_fuzzers_kept() {
    replay("parse", targets::parse);
}

#[test]
fn the_formatter_stands_what_the_fuzzers_kept() {
    replay("format", targets::format);
}

#[test]
fn the_checker_stands_what_the_fuzzers_kept() {
    replay("check", targets::check);
}
