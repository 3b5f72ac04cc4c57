//! Diagnostics for people: source excerpts with labels, then why it matters, then what to do.
//!
//! The excerpt is codespan-reporting's. Fixes are shown as the text that would stand there, so that a reader can
//! copy it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

use codespan_reporting::diagnostic::{
    Diagnostic as Excerpt, Label as ExcerptLabel, LabelStyle, Severity as Weight,
};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term::{self, Config, Styles, StylesWriter};
use persona_base::{Diagnostic, FileId, Fix, Label, LineIndex, Severity, Span};

use super::Texts;
use super::abridge::{Abridged, abridge};

/// Writes the diagnostics, a blank line after each.
pub(super) fn write(
    out: &mut dyn Write,
    diagnostics: &[Diagnostic],
    texts: &dyn Texts,
    colour: bool,
) -> io::Result<()> {
    let mut shown = Shown {
        files: SimpleFiles::new(),
        ids: BTreeMap::new(),
        texts,
    };
    let config = Config::default();
    let by_weight = |severity| diagnostics.iter().filter(move |d| d.severity == severity);
    let errors_first = by_weight(Severity::Error).chain(by_weight(Severity::Warning));
    let all = diagnostics.len() <= SHOWN;
    let shown_ones: Vec<&Diagnostic> = if all {
        diagnostics.iter().collect()
    } else {
        errors_first.take(SHOWN).collect()
    };
    for diagnostic in shown_ones {
        let excerpt = shown.excerpt(diagnostic);
        let rendered = render(&config, &shown, &excerpt, colour).map_err(io::Error::other)?;
        out.write_all(&without_trailing_blanks(&rendered))?;
    }
    let more = diagnostics.len().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(out, "… and {more} more; `--format short` lists them all\n")?;
    }
    Ok(())
}

/// More than so many are more than anybody reads.
const SHOWN: usize = 100;

/// The files that codespan sees; each is handed over once.
struct Shown<'a> {
    files: SimpleFiles<String, String>,
    ids: BTreeMap<FileId, usize>,
    texts: &'a dyn Texts,
}

impl Shown<'_> {
    fn id(&mut self, file: FileId) -> usize {
        let Self { files, ids, texts } = self;
        *ids.entry(file)
            .or_insert_with(|| files.add(texts.path(file).to_owned(), texts.text(file).to_owned()))
    }

    /// The labels of a diagnostic, the primary one first; lines that are too long to show are cut around them.
    fn labels(&mut self, diagnostic: &Diagnostic) -> Vec<ExcerptLabel<usize>> {
        let labels: Vec<&Label> = std::iter::once(&diagnostic.primary)
            .chain(&diagnostic.secondary)
            .collect();
        let range = |label: &Label| label.span.start as usize..label.span.end as usize;
        let mut cut: BTreeMap<FileId, (usize, Vec<Range<usize>>)> = BTreeMap::new();
        for label in &labels {
            if cut.contains_key(&label.file) {
                continue;
            }
            let places: Vec<Range<usize>> = labels
                .iter()
                .filter(|other| other.file == label.file)
                .map(|other| range(other))
                .collect();
            if let Some(Abridged { text, mut places }) =
                abridge(self.texts.text(label.file), &places)
            {
                let id = self.files.add(self.texts.path(label.file).to_owned(), text);
                places.reverse();
                cut.insert(label.file, (id, places));
            }
        }
        let mut shown = Vec::with_capacity(labels.len());
        for (index, label) in labels.into_iter().enumerate() {
            let style = if index == 0 {
                LabelStyle::Primary
            } else {
                LabelStyle::Secondary
            };
            let (id, range) = match cut.get_mut(&label.file) {
                Some((id, places)) => (*id, places.pop().unwrap_or(0..0)),
                None => (self.id(label.file), range(label)),
            };
            shown.push(ExcerptLabel::new(style, id, range).with_message(&label.text));
        }
        shown
    }

    fn excerpt(&mut self, diagnostic: &Diagnostic) -> Excerpt<usize> {
        let weight = match diagnostic.severity {
            Severity::Error => Weight::Error,
            Severity::Warning => Weight::Warning,
        };
        let labels = self.labels(diagnostic);
        let mut notes = diagnostic.notes.clone();
        if self.ids.get(&diagnostic.primary.file) != labels.first().map(|label| &label.file_id) {
            let text = self.texts.text(diagnostic.primary.file);
            let at = LineIndex::new(text).line_col_chars(text, diagnostic.primary.span.start);
            notes.push(format!(
                "the line is too long to show; this is at column {}",
                at.col + 1
            ));
        }
        notes.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
        notes.extend(diagnostic.fixes.iter().map(|fix| fix_note(fix, self.texts)));
        Excerpt::new(weight)
            .with_code(diagnostic.code)
            .with_message(&diagnostic.message)
            .with_labels(labels)
            .with_notes(notes)
    }
}

fn render(
    config: &Config,
    shown: &Shown<'_>,
    excerpt: &Excerpt<usize>,
    colour: bool,
) -> Result<Vec<u8>, codespan_reporting::files::Error> {
    if colour {
        let mut buffer = term::termcolor::Ansi::new(Vec::new());
        let styles = Styles::default();
        term::emit_to_write_style(
            &mut StylesWriter::new(&mut buffer, &styles),
            config,
            &shown.files,
            excerpt,
        )?;
        Ok(buffer.into_inner())
    } else {
        let mut buffer = Vec::new();
        term::emit_to_io_write(&mut buffer, config, &shown.files, excerpt)?;
        Ok(buffer)
    }
}

/// The excerpt's gutter pads lines on their right, which copies badly.
fn without_trailing_blanks(rendered: &[u8]) -> Vec<u8> {
    let lines = rendered
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end);
    lines.collect::<Vec<_>>().join(&b'\n')
}

/// The fix's title, with the whole line as it would read when the title does not say it already.
fn fix_note(fix: &Fix, texts: &dyn Texts) -> String {
    match fixed_line(fix, texts) {
        Some(line) => format!("fix: {}\n       {line}", fix.title),
        None => format!("fix: {}", fix.title),
    }
}

/// The one line that a fix changes, after it; `None` when it changes several lines or files.
fn fixed_line(fix: &Fix, texts: &dyn Texts) -> Option<String> {
    let first = fix.edits.first()?;
    let text = texts.text(first.file);
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let start = text
        .get(..edits.first()?.span.start as usize)?
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let last = edits.last()?.span.end as usize;
    let end = text
        .get(last..)?
        .find('\n')
        .map_or(text.len(), |at| last + at);
    let mut line = String::new();
    let mut at = start;
    for edit in edits {
        if edit.file != first.file || (edit.span.start as usize) < at {
            return None;
        }
        line.push_str(Span::new(at as u32, edit.span.start).of(text));
        line.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    line.push_str(text.get(at..end)?);
    let line = line.trim();
    (!line.is_empty() && !line.contains('\n') && line.chars().count() <= 120)
        .then(|| line.to_owned())
}
