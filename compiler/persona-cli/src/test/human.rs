//! Results of tests as text that people like to read: a line for each test, then each failure with values and timeline.

use std::fmt::Write;
use std::sync::Arc;

use persona::{EntryKind, TestEntry, TestFailure, TestReport, TestResult};

use crate::columns::counted;
use crate::term::Paint;

/// Everything that the tests have to say.
pub(super) fn text(report: &TestReport, paint: Paint) -> String {
    let mut text = String::new();
    let mut file: Option<&Arc<str>> = None;
    for test in &report.tests {
        let path = &test.location.path;
        if file != Some(path) {
            let gap = if file.is_some() { "\n" } else { "" };
            line(&mut text, format_args!("{gap}{}", paint.bold(path)));
            file = Some(path);
        }
        line(
            &mut text,
            format_args!("  {} {}", sign(test.passed(), paint), test.title),
        );
    }
    for test in report.tests.iter().filter(|test| !test.passed()) {
        text.push('\n');
        about(&mut text, test, paint);
    }
    line(&mut text, format_args!("\n{}", summary(report, paint)));
    text
}

fn line(text: &mut String, of: std::fmt::Arguments<'_>) {
    writeln!(text, "{of}").expect("a String takes all that is written");
}

fn sign(held: bool, paint: Paint) -> String {
    match held {
        true => paint.green("✓"),
        false => paint.red("✗"),
    }
}

/// `3 tests: 2 passed, 1 failed`
fn summary(report: &TestReport, paint: Paint) -> String {
    let (all, failed) = (report.tests.len(), report.failed());
    let tests = counted(all, "test", "tests");
    match failed {
        0 if all == 0 => "no tests".to_owned(),
        0 => format!("{tests}: {}", paint.green("all passed")),
        failed => {
            let failed = paint.red(format!("{failed} failed"));
            format!("{tests}: {} passed, {failed}", all - report.failed())
        }
    }
}

/// A test that failed.
fn about(text: &mut String, test: &TestResult, paint: Paint) {
    let title = paint.bold(&test.title);
    line(text, format_args!("{} {title}", sign(false, paint)));
    for failure in &test.failures {
        tell(text, failure, paint);
    }
    let zone = paint.dim(format!("(times in {})", test.zone));
    line(
        text,
        format_args!("\n  {} {zone}", paint.bold("What happened")),
    );
    for entry in &test.timeline {
        line(text, format_args!("  {}", happened(entry, paint)));
    }
}

fn tell(text: &mut String, failure: &TestFailure, paint: Paint) {
    let at = &failure.location;
    let place = format!("{}:{}:{}", at.path, at.line, at.column);
    let now = paint.dim(format!("on {}", failure.now.text));
    line(
        text,
        format_args!("\n  {}\n  {} {now}\n", failure.message, paint.cyan(place)),
    );
    for drawn in &failure.picture {
        match drawn.is_empty() {
            true => text.push('\n'),
            false => line(text, format_args!("    {drawn}")),
        }
    }
    for note in &failure.notes {
        line(text, format_args!("    {} {note}", paint.dim("·")));
    }
}

/// A line of the timeline.
fn happened(entry: &TestEntry, paint: Paint) -> String {
    let told = &entry.entry;
    let at = paint.dim(&told.at.text);
    let trigger = told.trigger.as_deref().unwrap_or("");
    let what = match trigger {
        "" => told.text.clone(),
        trigger => format!("  {trigger} {}", told.text),
    };
    match (entry.held, told.kind) {
        (Some(held), _) => format!("{} {at}  {}", sign(held, paint), paint.dim(&told.text)),
        (None, EntryKind::Event) => format!("  {at}  {}", paint.bold(what)),
        (None, EntryKind::Sent) => format!("  {at}  {}", paint.cyan(what)),
        (None, EntryKind::Not) => format!("  {at}  {}", paint.yellow(what)),
        (None, EntryKind::Change | EntryKind::Other) => format!("  {at}  {what}"),
    }
}
