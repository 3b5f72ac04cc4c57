//! Diagnostics on their way out: for people, for one-line-per-problem tools, and as JSON lines.
//!
//! Every form shows the same diagnostics in the same order with the same words; only the layout differs.
//! Nothing here decides what is wrong.

mod abridge;
mod human;
mod json;
mod short;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};

use persona_base::{Diagnostic, FileId, LineCol, LineIndex, Severity};

/// Where the texts that diagnostics point into come from.
pub(crate) trait Texts {
    /// The file's path, as people know it.
    fn path(&self, file: FileId) -> &str;
    /// The file's text.
    fn text(&self, file: FileId) -> &str;
}

/// Lines and columns of places; each file's lines are counted once.
struct Places<'a> {
    texts: &'a dyn Texts,
    lines: RefCell<BTreeMap<FileId, LineIndex>>,
}

impl<'a> Places<'a> {
    fn new(texts: &'a dyn Texts) -> Self {
        Self {
            texts,
            lines: RefCell::default(),
        }
    }

    /// Line and column of a byte, both from zero, the column in characters.
    fn at(&self, file: FileId, byte: u32) -> LineCol {
        let text = self.texts.text(file);
        let mut lines = self.lines.borrow_mut();
        lines
            .entry(file)
            .or_insert_with(|| LineIndex::new(text))
            .line_col_chars(text, byte)
    }
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Source excerpts with labels, for people.
    Human,
    /// One line per diagnostic.
    Short,
    /// One JSON object per line, then a summary.
    Json,
}

/// How many errors and warnings there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Errors.
    pub(crate) errors: usize,
    /// Warnings.
    pub(crate) warnings: usize,
}

impl Tally {
    /// Counts by severity.
    pub(crate) fn of(diagnostics: &[Diagnostic]) -> Self {
        let errors = diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .count();
        Self {
            errors,
            warnings: diagnostics.len() - errors,
        }
    }
}

/// Writes diagnostics in a form. `colour` matters to [`Format::Human`] only.
pub(crate) fn write(
    out: &mut dyn Write,
    format: Format,
    diagnostics: &[Diagnostic],
    texts: &dyn Texts,
    colour: bool,
) -> io::Result<()> {
    match format {
        Format::Human => human::write(out, diagnostics, texts, colour),
        Format::Short => short::write(out, diagnostics, texts),
        Format::Json => json::write(out, diagnostics, texts),
    }
}

/// The word for a severity.
pub(crate) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
