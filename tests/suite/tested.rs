//! What `test` blocks of a case come to: a line for each test, and of those that fail the picture, the notes and the timeline.

use std::fmt::Write as _;

use persona::{Program, TestOptions, TestResult};

/// Runs all tests of a program.
pub(super) fn tested(program: &Program) -> String {
    let report = program
        .test(&TestOptions::default())
        .expect("tests of a valid program run");
    report.tests.iter().map(one).collect()
}

fn one(test: &TestResult) -> String {
    let mut text = String::new();
    let word = if test.passed() { "passes" } else { "FAILS" };
    writeln!(text, "{word}: {}", test.title).expect("a String takes all");
    if test.passed() {
        return text;
    }
    let mut line = |indent: usize, of: &str| {
        let line = format!("{:indent$}{of}", "");
        writeln!(text, "{}", line.trim_end()).expect("a String takes all");
    };
    for failure in &test.failures {
        let at = &failure.location;
        line(2, &format!("{}:{} {}", at.line, at.column, failure.message));
        failure.picture.iter().for_each(|drawn| line(4, drawn));
        failure
            .notes
            .iter()
            .for_each(|note| line(4, &format!("· {note}")));
    }
    line(2, &format!("what happened, in {}", test.zone));
    for entry in &test.timeline {
        let told = &entry.entry;
        let sign = match entry.held {
            Some(true) => "✓",
            Some(false) => "✗",
            None => " ",
        };
        let trigger = told
            .trigger
            .as_deref()
            .map_or(String::new(), |of| format!("  {of} "));
        line(
            2,
            &format!("{sign} {}  {trigger}{}", told.at.text, told.text),
        );
    }
    text
}
