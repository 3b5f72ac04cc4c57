//! What must hold for any text at all. The fuzzers and `tests/replay` run these same functions; a text that breaks one
//! panics here. They look for nothing that the suite can say better.

use persona_base::Span;
use persona_sema::Database;

/// Texts longer than this say nothing that shorter ones do not, and take their time.
const LONGEST: usize = 16 * 1024;

/// Any text is divided into declarations that do not overlap, and each has a tree and errors whose places are in it.
/// A declaration's tree does not depend on what stands around it.
pub(crate) fn parse(text: &str) {
    let Some(text) = within_limits(text) else {
        return;
    };
    let split = persona_syntax::split(text);
    let mut end = 0;
    for decl in &split.decls {
        assert!(decl.span.start >= end, "declarations overlap");
        end = decl.span.end;
        let own = slice(text, decl.span);
        let parsed = persona_syntax::parse_decl(own);
        for error in &parsed.errors {
            slice(own, error.span);
            for (span, _) in &error.secondary {
                slice(own, *span);
            }
            for (span, _) in error.fix.iter().flat_map(|fix| &fix.edits) {
                slice(own, *span);
            }
        }
        parsed.tree.kind.for_each_expr(&mut |expr| {
            slice(own, expr.span);
        });
    }
    for error in &split.errors {
        slice(text, error.span);
    }
}

/// Formatting any text ends, changes no declaration that it cannot read, and changes nothing the second time.
pub(crate) fn format(text: &str) {
    let Some(text) = within_limits(text) else {
        return;
    };
    let once = persona_syntax::fmt::format(text);
    let twice = persona_syntax::fmt::format(&once.text);
    assert_eq!(once.text, twice.text, "formatting twice changes something");
    assert_eq!(
        persona_syntax::split(text).decls.len(),
        persona_syntax::split(&once.text).decls.len(),
        "formatting changes what is declared"
    );
}

/// Checking any text ends; what it says has its place in the text; an edit and its undoing give the same reports; and
/// a package is whole exactly when no error is reported.
pub(crate) fn check(text: &str) {
    let Some(text) = within_limits(text) else {
        return;
    };
    let mut db = Database::new();
    let file = db.set_file("a.persona", text.to_owned());
    let reports = db.diagnostics();
    for report in &reports {
        assert_eq!(
            report.primary.file, file,
            "a report about no file of the package"
        );
        slice(text, report.primary.span);
        for label in report.secondary.iter().filter(|label| label.file == file) {
            slice(text, label.span);
        }
        let edits = report.fixes.iter().flat_map(|fix| &fix.edits);
        for edit in edits.filter(|edit| edit.file == file) {
            slice(text, edit.span);
        }
    }
    let wrong = reports
        .iter()
        .any(|report| report.severity == persona_base::Severity::Error);
    assert_eq!(
        db.checked().is_none(),
        wrong,
        "errors and the checked package disagree"
    );
    let half = text.len() / 2;
    let half = (half..=text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len());
    db.set_file("a.persona", text[..half].to_owned());
    db.diagnostics();
    db.set_file("a.persona", text.to_owned());
    assert_eq!(
        db.diagnostics(),
        reports,
        "an edit and its undoing change the reports"
    );
}

fn within_limits(text: &str) -> Option<&str> {
    (text.len() <= LONGEST).then_some(text)
}

/// The text at a place, which must be in it, on the boundaries of characters.
fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize)
        .unwrap_or_else(|| panic!("{span:?} is no place in the text"))
}
