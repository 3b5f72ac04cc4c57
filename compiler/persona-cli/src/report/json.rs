//! Diagnostics as JSON lines, format 1: one object per diagnostic, and a summary as the last line.
//!
//! The shape is stable: fields are added, never renamed. Lines and columns count from one, columns in
//! characters; `byte` counts from zero.

use std::io::{self, Write};

use persona_base::{Applicability, Diagnostic, Fix, Label};
use serde_json::{Value, json};

use super::{Places, Tally, Texts, severity_word};

/// Writes the lines.
pub(super) fn write(
    out: &mut dyn Write,
    diagnostics: &[Diagnostic],
    texts: &dyn Texts,
) -> io::Result<()> {
    let places = Places::new(texts);
    for diagnostic in diagnostics {
        writeln!(out, "{}", object(diagnostic, &places))?;
    }
    let tally = Tally::of(diagnostics);
    let summary =
        json!({ "format": 1, "summary": { "errors": tally.errors, "warnings": tally.warnings } });
    writeln!(out, "{summary}")
}

fn object(diagnostic: &Diagnostic, places: &Places<'_>) -> Value {
    let (start, end) = ends(&diagnostic.primary, places);
    let mut notes: Vec<&str> = diagnostic.notes.iter().map(String::as_str).collect();
    notes.extend(diagnostic.help.as_deref());
    json!({
        "code": diagnostic.code.id(),
        "name": diagnostic.code.info().name,
        "severity": severity_word(diagnostic.severity),
        "message": diagnostic.message,
        "file": places.texts.path(diagnostic.primary.file),
        "start": start,
        "end": end,
        "label": diagnostic.primary.text,
        "labels": diagnostic.secondary.iter().map(|label| labelled(label, places)).collect::<Vec<_>>(),
        "notes": notes,
        "fixes": diagnostic.fixes.iter().map(|fix| fix_object(fix, places)).collect::<Vec<_>>(),
    })
}

fn labelled(label: &Label, places: &Places<'_>) -> Value {
    let (start, end) = ends(label, places);
    json!({ "file": places.texts.path(label.file), "start": start, "end": end, "message": label.text })
}

fn fix_object(fix: &Fix, places: &Places<'_>) -> Value {
    let edits: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            let place = Label {
                file: edit.file,
                span: edit.span,
                text: String::new(),
            };
            let (start, end) = ends(&place, places);
            json!({ "file": places.texts.path(edit.file), "start": start, "end": end, "text": edit.text })
        })
        .collect();
    let applicability = match fix.applicability {
        Applicability::Always => "always",
        Applicability::Maybe => "maybe",
    };
    json!({ "title": fix.title, "applicability": applicability, "edits": edits })
}

fn ends(label: &Label, places: &Places<'_>) -> (Value, Value) {
    let position = |byte: u32| {
        let at = places.at(label.file, byte);
        json!({ "line": at.line + 1, "column": at.col + 1, "byte": byte })
    };
    (position(label.span.start), position(label.span.end))
}
