//! The form of reports: what ENGINEERING asks of each, as far as a machine can tell.

use persona_base::{Diagnostic, Severity};

/// Words of compilers, which nobody who writes rules has to know.
const FORBIDDEN: [&str; 22] = [
    "token",
    "parse",
    "parser",
    "parsed",
    "AST",
    "syntax",
    "lexer",
    "identifier",
    "operand",
    "literal",
    "unexpected",
    "invalid",
    "illegal",
    "semantic",
    "salsa",
    "hir",
    "node",
    "coerce",
    "mismatch",
    "arity",
    "boolean",
    "nullable",
];

/// Words that open a sentence about what is to be done, but are no imperative.
const NO_IMPERATIVE: [&str; 8] = ["the", "a", "an", "you", "this", "it", "did", "maybe"];

/// How long the first sentence may be.
const LONGEST: usize = 130;

/// What is wrong with the form of a report.
pub(super) fn complaints(diagnostic: &Diagnostic, empty_place: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |what: String| found.push(format!("{}: {what}", diagnostic.code));
    let message = &diagnostic.message;
    if message.chars().count() > LONGEST {
        say(format!("`{message}` is too long"));
    }
    let label = &diagnostic.primary.text;
    let labels = diagnostic.secondary.iter().map(|label| &label.text);
    let texts = std::iter::once(message)
        .chain(diagnostic.help.iter())
        .chain(&diagnostic.notes);
    let texts = texts
        .chain((!label.is_empty()).then_some(label))
        .chain(labels);
    for text in texts.chain(diagnostic.fixes.iter().map(|fix| &fix.title)) {
        for what in of_text(text) {
            say(format!("`{text}` {what}"));
        }
    }
    for fix in &diagnostic.fixes {
        let first = fix.title.split_whitespace().next().unwrap_or_default();
        if NO_IMPERATIVE.contains(&first) {
            say(format!("the fix `{}` does not say what to do", fix.title));
        }
        if fix.edits.is_empty() {
            say(format!("the fix `{}` changes nothing", fix.title));
        }
    }
    if empty_place && diagnostic.severity == Severity::Error && !says_missing(diagnostic) {
        say(format!(
            "`{message}` points at nothing, and nothing is missing"
        ));
    }
    found
}

/// What is wrong with a text that people read.
fn of_text(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if text.trim().is_empty() {
        found.push("is empty".to_owned());
    }
    if text.ends_with('.') || text.ends_with('!') {
        found.push("ends with a full stop".to_owned());
    }
    let plain: String = text.split('`').step_by(2).collect::<Vec<_>>().join("`");
    if plain.starts_with(|first: char| first.is_ascii_uppercase())
        && !plain.starts_with("SQL")
        && plain.chars().nth(1).is_some_and(char::is_lowercase)
    {
        found.push("begins with a capital letter".to_owned());
    }
    for word in plain.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        if FORBIDDEN.contains(&word) {
            found.push(format!("says `{word}`"));
        }
    }
    if text.matches('`').count() % 2 == 1 {
        found.push("opens a quotation that it does not close".to_owned());
    }
    found
}

/// Whether a report is about something that is not there.
fn says_missing(diagnostic: &Diagnostic) -> bool {
    [
        "missing",
        "needs",
        "is never closed",
        "no ",
        "does not name",
        "has ",
        "declares nothing",
        "stand",
        "nothing follows",
        "says what it fills",
        "ends with",
    ]
    .iter()
    .any(|word| diagnostic.message.contains(word))
}

#[test]
fn bad_form_is_noticed() {
    let code = persona_base::names::UNKNOWN_NAME;
    let span = persona_base::Span::new(0, 0);
    let wrong = Diagnostic::new(
        code,
        persona_base::FileId(0),
        span,
        "Unknown identifier `a.",
    )
    .note("This is it.")
    .fix("the name", persona_base::Applicability::Maybe, span, "b");
    let found = complaints(&wrong, true).join("\n");
    for word in [
        "says `identifier`",
        "capital",
        "quotation",
        "full stop",
        "what to do",
        "points at nothing",
    ] {
        assert!(found.contains(word), "{word}: {found}");
    }
    let right = Diagnostic::new(
        code,
        persona_base::FileId(0),
        persona_base::Span::new(0, 1),
        "nothing is called `a` here",
    );
    assert!(complaints(&right, false).is_empty());
}
