//! Results of tests as one JSON object (`compiler/docs/test.md`). Fields are added, never renamed.

use persona::{Location, TestEntry, TestFailure, TestReport, TestResult};
use serde_json::{Value, json};

/// The object.
pub(crate) fn object(package: &str, report: &TestReport) -> Value {
    let failed = report.failed();
    json!({
        "format": 1,
        "package": package,
        "summary": {
            "tests": report.tests.len(),
            "passed": report.tests.len() - failed,
            "failed": failed,
            "not_chosen": report.total - report.tests.len(),
        },
        "tests": report.tests.iter().map(test).collect::<Vec<_>>(),
        "coverage": report.coverage.as_ref().map(super::coverage::json),
    })
}

fn test(test: &TestResult) -> Value {
    json!({
        "title": &*test.title,
        "location": location(&test.location),
        "passed": test.passed(),
        "expectations": test.expectations,
        "failures": test.failures.iter().map(failure).collect::<Vec<_>>(),
        "zone": test.zone,
        "timeline": test.timeline.iter().map(entry).collect::<Vec<_>>(),
        "log": test.log,
    })
}

fn failure(failure: &TestFailure) -> Value {
    let values = failure.values.iter().map(|of| {
        json!({
            "text": of.text,
            "location": location(&of.location),
            "shown": of.value.text,
            "value": of.value.json,
        })
    });
    json!({
        "location": location(&failure.location),
        "at": failure.now.iso,
        "message": failure.message,
        "picture": failure.picture,
        "values": values.collect::<Vec<_>>(),
        "notes": failure.notes,
    })
}

fn entry(entry: &TestEntry) -> Value {
    let told = &entry.entry;
    let kind = match (entry.held, &told.outcome) {
        (Some(_), _) => "expectation",
        (None, Some(_)) => "outcome",
        (None, None) => "step",
    };
    json!({
        "at": told.at.iso,
        "local": told.at.text,
        "kind": kind,
        "held": entry.held,
        "trigger": told.trigger.as_deref(),
        "outcome": told.outcome,
        "text": told.text,
    })
}

fn location(of: &Location) -> Value {
    json!({ "file": &*of.path, "line": of.line, "column": of.column })
}
