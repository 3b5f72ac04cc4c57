//! Runs on every change what the fuzzers kept: `tests/fuzz/run` finds texts, these tests give each of them to the same
//! functions again. A text that once broke something stays in `tests/fuzz/corpus`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::support::root;

#[path = "../fuzz/back.rs"]
mod back;
mod mutate;
#[path = "../fuzz/targets.rs"]
mod targets;

fn replay(name: &str, target: impl Fn(&str)) {
    replay_bytes(name, |bytes| target(&String::from_utf8_lossy(bytes)));
}

/// How many changed texts of a corpus are tried besides those in it; `PERSONA_MUTANTS` says another number, for the patient.
const MUTANTS: usize = 100;

fn replay_bytes(name: &str, target: impl Fn(&[u8])) {
    let path = root().join(format!("tests/fuzz/corpus/{name}.jsonl"));
    let kept = fs::read_to_string(&path).expect("the corpus is kept");
    let kept: Vec<Vec<u8>> = kept.lines().map(read).collect();
    assert!(kept.len() >= 100, "a corpus is more than {}", kept.len());
    let stands = |bytes: &[u8]| catch_unwind(AssertUnwindSafe(|| target(bytes))).is_ok();
    let mut broken: Vec<Vec<u8>> = kept.iter().filter(|one| !stands(one)).cloned().collect();
    let asked = std::env::var("PERSONA_MUTANTS").ok();
    let count = asked.map_or(MUTANTS, |count| count.parse().expect("a number"));
    let mut dice = mutate::Dice::new(7);
    for _ in 0..count {
        let mutant = mutate::mutant(&kept, &mut dice);
        if !stands(&mutant) {
            broken.push(mutant);
        }
    }
    let shown: Vec<String> = broken
        .iter()
        .map(|one| format!("{:?}", String::from_utf8_lossy(one)))
        .collect();
    assert!(
        broken.is_empty(),
        "broken by {} of them:\n{}\nthe first as bytes: {:?}",
        broken.len(),
        shown.join("\n"),
        broken[0]
    );
}

/// A line of a corpus: a text, or an array of bytes.
fn read(line: &str) -> Vec<u8> {
    if line.starts_with('[') {
        return serde_json::from_str(line).expect("each line is a text or bytes");
    }
    let text: String = serde_json::from_str(line).expect("each line is a text or bytes");
    text.into_bytes()
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

#[test]
fn the_readers_stand_what_the_fuzzers_kept() {
    let folder = tempfile::tempdir().unwrap();
    replay_bytes("data", |bytes| back::data(bytes, folder.path()));
}

#[test]
fn templates_stand_what_the_fuzzers_kept() {
    replay("liquid", back::liquid);
}

#[test]
fn plans_and_machine_code_stand_what_the_fuzzers_kept() {
    replay("plan", back::plan);
}

#[test]
fn configurations_stand_what_the_fuzzers_kept() {
    replay("config", back::config);
}
