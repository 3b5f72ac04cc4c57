//! Diagnostics on their way out: for people who look and people who listen, for one-line-per-problem tools, as JSON
//! lines, and in the forms that code hosts and build servers read.
//!
//! Every form shows the same diagnostics in the same order with the same words; only the layout differs. Lines and
//! columns count from one, columns in characters, in every form. Nothing here decides what is wrong.

mod abridge;
#[cfg(test)]
mod awkward;
mod details;
mod github;
mod human;
mod json;
mod junit;
mod narrated;
mod sarif;
mod short;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};

use persona_base::{Diagnostic, FileId, LineCol, LineIndex, Severity};

use crate::term::Paint;

/// Where the texts that diagnostics point into come from.
pub(crate) trait Texts {
    /// All files, in the order of their paths.
    fn files(&self) -> Vec<FileId>;
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
    /// Full sentences without drawings, for screen readers and braille.
    Narrated,
    /// One JSON object per line, then a summary.
    Json,
    /// SARIF 2.1.0, which code hosts show beside the code.
    Sarif,
    /// Annotations of a GitHub workflow.
    Github,
    /// `JUnit`'s XML, which build servers show as tests.
    Junit,
}

/// How it shall look.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    /// Whether there are colours; only for people who look.
    pub(crate) colour: bool,
    /// How many columns the terminal has, where that is known.
    pub(crate) width: Option<usize>,
    /// Whether warnings fail the call.
    pub(crate) deny_warnings: bool,
}

impl Look {
    /// For a stream of the terminal, which has colours or not.
    pub(crate) fn of(paint: Paint) -> Self {
        Self {
            colour: paint.0,
            width: crate::term::columns(),
            deny_warnings: false,
        }
    }
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

/// Writes diagnostics in a form.
pub(crate) fn write(
    out: &mut dyn Write,
    format: Format,
    diagnostics: &[Diagnostic],
    texts: &dyn Texts,
    look: Look,
) -> io::Result<()> {
    match format {
        Format::Human => human::write(out, diagnostics, texts, look),
        Format::Short => short::write(out, diagnostics, texts),
        Format::Narrated => narrated::write(out, diagnostics, texts),
        Format::Json => json::write(out, diagnostics, texts),
        Format::Sarif => sarif::write(out, diagnostics, texts),
        Format::Github => github::write(out, diagnostics, texts),
        Format::Junit => junit::write(out, diagnostics, texts, look.deny_warnings),
    }
}

/// The word for a severity.
pub(crate) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
