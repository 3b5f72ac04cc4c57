//! Results of tests as `JUnit`'s XML: a suite for each file, a case for each test. Without times, so that equal results are
//! equal texts.

use std::fmt::Write;
use std::io;

use persona::{TestReport, TestResult};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// The report.
pub(super) fn xml(report: &TestReport) -> io::Result<String> {
    let mut xml = Report::new("persona test");
    let mut suites: Vec<(&str, TestSuite)> = Vec::new();
    for test in &report.tests {
        let path = &*test.location.path;
        if suites.last().is_none_or(|(last, _)| *last != path) {
            suites.push((path, TestSuite::new(path)));
        }
        if let Some((_, suite)) = suites.last_mut() {
            suite.add_test_case(case(test));
        }
    }
    for (_, suite) in suites {
        xml.add_test_suite(suite);
    }
    xml.to_string().map_err(io::Error::other)
}

fn case(test: &TestResult) -> TestCase {
    let mut case = TestCase::new(&*test.title, TestCaseStatus::success());
    if let Some(first) = test.failures.first() {
        let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
        failed
            .set_type("expectation")
            .set_message(first.message.as_str())
            .set_description(description(test));
        case = TestCase::new(&*test.title, failed);
    }
    case.set_classname(&*test.location.path);
    case
}

/// Everything that failed, and what happened.
fn description(test: &TestResult) -> String {
    let mut text = String::new();
    let mut line = |of: std::fmt::Arguments<'_>| {
        writeln!(text, "{of}").expect("a String takes all that is written");
    };
    for failure in &test.failures {
        let at = &failure.location;
        line(format_args!(
            "{}:{}:{}: {} (on {})\n",
            at.path, at.line, at.column, failure.message, failure.now.text
        ));
        for drawn in &failure.picture {
            line(format_args!("  {drawn}"));
        }
        for note in &failure.notes {
            line(format_args!("  {note}"));
        }
        line(format_args!(""));
    }
    line(format_args!("What happened (times in {}):", test.zone));
    for entry in &test.timeline {
        let told = &entry.entry;
        let trigger = told.trigger.as_deref().unwrap_or("");
        let space = if trigger.is_empty() { "" } else { " " };
        let sign = match entry.held {
            Some(true) => "ok ",
            Some(false) => "NO ",
            None => "   ",
        };
        line(format_args!(
            "{sign}{}  {trigger}{space}{}",
            told.at.text, told.text
        ));
    }
    text
}
