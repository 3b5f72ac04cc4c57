//! `JUnit`'s XML: a suite for each file, in it a failed test for each error; a file without diagnostics is a test that
//! passed. A warning is a test that passed and has something to say, or a failed one where warnings are denied.

use std::io::{self, Write};

use persona_base::{Diagnostic, FileId, Severity};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::details::details;
use super::{Places, Texts};

/// Writes the report.
pub(super) fn write(
    out: &mut dyn Write,
    diagnostics: &[Diagnostic],
    texts: &dyn Texts,
    deny_warnings: bool,
) -> io::Result<()> {
    let places = Places::new(texts);
    let mut report = Report::new("persona check");
    for file in texts.files() {
        let path = texts.path(file);
        let mut suite = TestSuite::new(path);
        let mut cases: Vec<TestCase> = of_file(diagnostics, file)
            .map(|diagnostic| case(diagnostic, &places, deny_warnings))
            .collect();
        if cases.is_empty() {
            cases.push(TestCase::new("check", TestCaseStatus::success()));
        }
        for mut case in cases {
            case.set_classname(path);
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    let text = report.to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

fn of_file(diagnostics: &[Diagnostic], file: FileId) -> impl Iterator<Item = &Diagnostic> {
    let in_file = move |diagnostic: &&Diagnostic| diagnostic.primary.file == file;
    diagnostics.iter().filter(in_file)
}

fn case(diagnostic: &Diagnostic, places: &Places<'_>, deny_warnings: bool) -> TestCase {
    let at = places.at(diagnostic.primary.file, diagnostic.primary.span.start);
    let place = format!("{}:{}", at.line + 1, at.col + 1);
    let name = format!(
        "{} {} at {place}",
        diagnostic.code,
        diagnostic.code.info().name
    );
    let mut text = format!(
        "{}:{place}: {}",
        places.texts.path(diagnostic.primary.file),
        diagnostic.message
    );
    for line in details(diagnostic, places) {
        text.push('\n');
        text.push_str(&line);
    }
    if diagnostic.severity == Severity::Warning && !deny_warnings {
        let mut case = TestCase::new(name, TestCaseStatus::success());
        case.set_system_out(format!("warning: {text}"));
        return case;
    }
    let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
    failed
        .set_type(diagnostic.code.id())
        .set_message(diagnostic.message.as_str())
        .set_description(text);
    TestCase::new(name, failed)
}
