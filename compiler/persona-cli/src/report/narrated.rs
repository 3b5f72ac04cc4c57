//! Diagnostics in full sentences, without drawings, for screen readers and braille: miette's narratable handler.
//!
//! That handler counts columns as a terminal shows them; every other form counts characters. So it is handed texts in
//! which each character that is not one column wide is replaced by one that is, and the real ones are put back
//! into what it says.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use miette::{
    LabeledSpan, MietteError, MietteSpanContents, NarratableReportHandler, SourceCode, SourceSpan,
    SpanContents,
};
use persona_base::{Diagnostic, FileId, Label, LineIndex, Severity};

use super::abridge::{Limits, abridge};
use super::details::fix;
use super::{Places, Texts};

/// Writes the diagnostics, a blank line after each.
pub(super) fn write(
    out: &mut dyn Write,
    diagnostics: &[Diagnostic],
    texts: &dyn Texts,
) -> io::Result<()> {
    let places = Places::new(texts);
    let mut plain = BTreeMap::new();
    for diagnostic in diagnostics {
        let told = told(diagnostic, &places, &mut plain);
        let mut text = String::new();
        NarratableReportHandler::new()
            .render_report(&mut text, &told)
            .map_err(io::Error::other)?;
        let text = real(text.trim_end());
        writeln!(out, "{}\n", text.trim_start_matches('\n'))?;
    }
    Ok(())
}

/// A diagnostic as miette sees it: one source, whose labels are told where they are, and others that follow.
#[derive(Debug)]
struct Told {
    message: String,
    code: Option<&'static str>,
    severity: Option<miette::Severity>,
    help: Option<String>,
    source: Source,
    labels: Vec<LabeledSpan>,
    related: Vec<Told>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Told {}

impl miette::Diagnostic for Told {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code
            .as_ref()
            .map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        self.severity
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.related.is_empty() {
            return None;
        }
        let related = self.related.iter();
        Some(Box::new(
            related.map(|told| told as &dyn miette::Diagnostic),
        ))
    }
}

type Plain = BTreeMap<FileId, Source>;

fn told(diagnostic: &Diagnostic, places: &Places<'_>, plain: &mut Plain) -> Told {
    let severity = match diagnostic.severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
    };
    let all: Vec<&Label> = std::iter::once(&diagnostic.primary)
        .chain(&diagnostic.secondary)
        .collect();
    let mut files: Vec<FileId> = Vec::new();
    for label in &all {
        if !files.contains(&label.file) {
            files.push(label.file);
        }
    }
    let mut parts = files.into_iter().map(|file| {
        let here: Vec<&Label> = all.iter().copied().filter(|l| l.file == file).collect();
        let (source, labels, cut) = labelled(file, &here, places, plain);
        let path = places.texts.path(file);
        Told {
            message: format!("it is also about {path}"),
            code: None,
            severity: Some(miette::Severity::Advice),
            help: cut,
            source,
            labels,
            related: Vec::new(),
        }
    });
    let first = parts.next();
    let related: Vec<Told> = parts.collect();
    let (source, labels, cut) = first.map_or_else(
        || (Source::default(), Vec::new(), None),
        |told| (told.source, told.labels, told.help),
    );
    let mut help: Vec<String> = cut.into_iter().collect();
    help.extend(diagnostic.notes.iter().cloned());
    help.extend(diagnostic.help.iter().cloned());
    help.extend(diagnostic.fixes.iter().map(fix));
    Told {
        message: diagnostic.message.clone(),
        code: Some(diagnostic.code.id()),
        severity: Some(severity),
        help: (!help.is_empty()).then(|| help.join("\n    ")),
        source,
        labels,
        related,
    }
}

/// The source of a file and its labels there; where a line is too long to be read out, it is cut, and that is said.
fn labelled(
    file: FileId,
    labels: &[&Label],
    places: &Places<'_>,
    plain: &mut Plain,
) -> (Source, Vec<LabeledSpan>, Option<String>) {
    let text = places.texts.text(file);
    let ranges: Vec<Range<usize>> = labels
        .iter()
        .map(|label| label.span.start as usize..label.span.end as usize)
        .collect();
    let (source, ranges, cut) = match abridge(text, &ranges, Limits::WIDE) {
        Some(cut) => {
            let at = labels.first().map_or(0, |label| label.span.start);
            let column = places.at(file, at).col + 1;
            let note = format!(
                "the line is too long to read out, and was cut; this is at column {column}"
            );
            let source = Source::new(places.texts.path(file), &cut.text);
            (source, cut.places, Some(note))
        }
        None => {
            let source = plain
                .entry(file)
                .or_insert_with(|| Source::new(places.texts.path(file), text));
            (source.clone(), ranges, None)
        }
    };
    let spans = labels
        .iter()
        .zip(ranges)
        .map(|(label, range)| {
            let (start, end) = (source.moved(range.start), source.moved(range.end));
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            LabeledSpan::new(text, start, end - start)
        })
        .collect();
    (source, spans, cut)
}

/// A text of characters one column wide.
#[derive(Clone, Debug, Default)]
struct Source(std::sync::Arc<SourceText>);

#[derive(Debug, Default)]
struct SourceText {
    path: String,
    text: String,
    lines: Option<LineIndex>,
    /// Where replaced characters ended in the real text, and how many bytes the text had grown by then.
    grown: Vec<(usize, usize)>,
}

/// The first of the private characters that stand in for others. They take four bytes, so no text becomes shorter.
const STAND_INS: u32 = 0xF_0000;

impl Source {
    fn new(path: &str, real: &str) -> Self {
        let mut text = String::with_capacity(real.len());
        let mut grown = Vec::new();
        for (at, c) in real.char_indices() {
            match stand_in(c) {
                None => text.push(c),
                Some(other) => {
                    text.push(other);
                    let end = at + c.len_utf8();
                    grown.push((end, text.len() - end));
                }
            }
        }
        let lines = Some(LineIndex::new(&text));
        let path = path.to_owned();
        Self(std::sync::Arc::new(SourceText {
            path,
            text,
            lines,
            grown,
        }))
    }

    /// Where an offset of the real text is.
    fn moved(&self, at: usize) -> usize {
        let before = self.0.grown.partition_point(|(end, _)| *end <= at);
        let by = before
            .checked_sub(1)
            .map_or(0, |index| self.0.grown[index].1);
        (at + by).min(self.0.text.len())
    }
}

impl SourceCode for Source {
    /// The lines of a span and those around it; found by the index, not by reading the text again.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &self.0.text;
        let lines = self.0.lines.as_ref().ok_or(MietteError::OutOfBounds)?;
        let first = lines.line_col(span.offset() as u32).line;
        let last = lines.line_col((span.offset() + span.len()) as u32).line;
        let from = first.saturating_sub(before as u32);
        let to = last.saturating_add(after as u32).saturating_add(1);
        let start = lines.line_start(from) as usize;
        let end = lines.line_start(to) as usize;
        let data = text
            .get(start..end)
            .ok_or(MietteError::OutOfBounds)?
            .as_bytes();
        Ok(Box::new(MietteSpanContents::new_named(
            self.0.path.clone(),
            data,
            SourceSpan::new(start.into(), end - start),
            from as usize,
            0,
            (to.min(lines.lines()) - from) as usize,
        )))
    }
}

/// What stands in for a character that may not be one column wide: a private one, of one plane for what has up to
/// three bytes, of the other for the first plane beyond (emoji, old scripts). The few characters that are farther out
/// are read out as unknown ones.
fn stand_in(c: char) -> Option<char> {
    let number = match u32::from(c) {
        0x0A | 0x0D | 0x20..=0x7E => return None,
        n @ 0..=0xFFFD => STAND_INS + n,
        n @ 0x1_0000..=0x1_FFFD => 0x10_0000 + (n - 0x1_0000),
        _ => STAND_INS + 0xFFFD,
    };
    char::from_u32(number)
}

/// The text with the real characters back in their places.
fn real(text: &str) -> String {
    text.chars()
        .map(|c| match u32::from(c) {
            n @ 0xF_0000..=0xF_FFFD => char::from_u32(n - STAND_INS).unwrap_or(c),
            n @ 0x10_0000..=0x10_FFFD => char::from_u32(n - 0x10_0000 + 0x1_0000).unwrap_or(c),
            _ => c,
        })
        .collect()
}
