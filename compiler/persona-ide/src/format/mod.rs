//! Formatting in an editor: a document, what a range touches, and what was just finished by typing. How anything is laid out is
//! the formatter's business ([`persona_syntax::format`]); here its result becomes edits that are as small as they can be, so that
//! cursors, folds and marks stay where they are. What cannot be read stays as it is, byte for byte.

pub(crate) mod diff;
mod on_type;
#[cfg(test)]
mod tests;

use persona_base::{Edit, FileId, Span};
use persona_sema::Database;
use persona_syntax::{format, format_range};

pub use on_type::{TRIGGERS, on_type};

/// What brings a whole file into the one format.
pub fn document(db: &Database, file: FileId) -> Vec<Edit> {
    match rules(db, file) {
        Some(text) => edits(file, text, &format(text).text),
        None => Vec::new(),
    }
}

/// What brings the declarations that a range touches into the one format. Nothing else moves: neither the blank lines between
/// them, nor a declaration that begins where the selected lines end.
pub fn range(db: &Database, file: FileId, range: Span) -> Vec<Edit> {
    let Some(text) = rules(db, file) else {
        return Vec::new();
    };
    match touched(text, range) {
        Some(range) => edits(file, text, &format_range(text, range).text),
        None => Vec::new(),
    }
}

/// The text of a file of rules; the configuration and templates have no format of ours.
fn rules(db: &Database, file: FileId) -> Option<&str> {
    db.file_path(file)
        .ends_with(".persona")
        .then(|| db.file_text(file))
}

/// The range from the first character that is selected to the last one, white space aside; a mere cursor is where it is.
fn touched(text: &str, range: Span) -> Option<Span> {
    let start = floor(text, range.start);
    let end = floor(text, range.end).max(start);
    if start == end {
        return Some(Span::at(start as u32));
    }
    let selected = &text[start..end];
    let trimmed = selected.trim_start();
    let start = start + (selected.len() - trimmed.len());
    let last = trimmed.trim_end().char_indices().next_back()?;
    Some(Span::new(start as u32, (start + last.0) as u32))
}

/// The nearest place before an offset at which a character begins.
fn floor(text: &str, at: u32) -> usize {
    text.floor_char_boundary(at as usize)
}

/// What turns a text into its formatted form. Lines go on to end as the file's do: which end that is, is a setting of the
/// editor, and editors cannot name the place between `\r` and `\n`.
fn edits(file: FileId, old: &str, new: &str) -> Vec<Edit> {
    let windows = old.contains("\r\n");
    let new = match windows {
        true => new.replace("\r\n", "\n").replace('\n', "\r\n"),
        false => new.to_owned(),
    };
    let changed = diff::diff(old, &new).into_iter();
    changed
        .map(|(span, text)| Edit { file, span, text })
        .collect()
}
