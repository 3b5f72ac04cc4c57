//! What a diagnostic says besides its message, as plain lines, for forms that have no room of their own for it.
//! Adds no words that other forms do not have.

use persona_base::{Applicability, Diagnostic, Fix};

use super::Places;

/// The label, the other places, why it matters, and what to do; a line each.
pub(super) fn details(diagnostic: &Diagnostic, places: &Places<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if !diagnostic.primary.text.is_empty() {
        lines.push(diagnostic.primary.text.clone());
    }
    for label in &diagnostic.secondary {
        let at = places.at(label.file, label.span.start);
        let path = places.texts.path(label.file);
        lines.push(format!(
            "{path}:{}:{}: {}",
            at.line + 1,
            at.col + 1,
            label.text
        ));
    }
    lines.extend(diagnostic.notes.iter().cloned());
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines.extend(diagnostic.fixes.iter().map(fix));
    lines
}

/// What a fix does, and that it must be decided upon where it must.
pub(super) fn fix(fix: &Fix) -> String {
    match fix.applicability {
        Applicability::Always => format!("fix: {}", fix.title),
        Applicability::Maybe => format!("possible fix: {}", fix.title),
    }
}
