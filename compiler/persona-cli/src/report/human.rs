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
use codespan_reporting::files;
use codespan_reporting::term::{self, Config, Styles, StylesWriter};
use persona_base::{Diagnostic, FileId, Fix, Label, LineIndex, Severity, Span};
use unicode_width::UnicodeWidthStr;

use super::abridge::{Limits, abridge};
use super::{Look, Texts};

/// Writes the diagnostics, a blank line after each.
pub(super) fn write(
    out: &mut dyn Write,
    diagnostics: &[Diagnostic],
    texts: &dyn Texts,
    look: Look,
) -> io::Result<()> {
    let mut shown = Shown {
        files: Files::default(),
        ids: BTreeMap::new(),
        texts,
        width: look.width,
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
        let rendered = render(&config, &shown, &excerpt, look.colour).map_err(io::Error::other)?;
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
/// What stands before a line of source besides its number, and before a note.
const GUTTER: usize = 10;

/// The files that codespan sees; each is handed over once.
struct Shown<'a> {
    files: Files,
    ids: BTreeMap<FileId, usize>,
    texts: &'a dyn Texts,
    width: Option<usize>,
}

impl Shown<'_> {
    fn id(&mut self, file: FileId) -> usize {
        let Self {
            files, ids, texts, ..
        } = self;
        *ids.entry(file).or_insert_with(|| {
            files.add(
                texts.path(file),
                texts.text(file).to_owned(),
                BTreeMap::new(),
            )
        })
    }

    fn limits(&self) -> Limits {
        self.width.map_or(Limits::WIDE, |width| {
            Limits::of_width(width.saturating_sub(GUTTER))
        })
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
            let text = self.texts.text(label.file);
            if let Some(mut shorter) = abridge(text, &places, self.limits()) {
                let path = self.texts.path(label.file);
                let id = self.files.add(path, shorter.text, shorter.cut);
                shorter.places.reverse();
                cut.insert(label.file, (id, shorter.places));
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
        let mut notes: Vec<String> = diagnostic.notes.iter().map(|n| self.wrapped(n)).collect();
        let help = diagnostic.help.iter();
        notes.extend(help.map(|help| self.wrapped(&format!("help: {help}"))));
        notes.extend(diagnostic.fixes.iter().map(|fix| self.fix_note(fix)));
        Excerpt::new(weight)
            .with_code(diagnostic.code)
            .with_message(&diagnostic.message)
            .with_labels(labels)
            .with_notes(notes)
    }

    /// A note in lines that fit.
    fn wrapped(&self, note: &str) -> String {
        match self.width {
            Some(width) => wrap(note, width.saturating_sub(GUTTER).max(20)),
            None => note.to_owned(),
        }
    }

    /// The fix's title, with the whole line as it would read when the title does not say it already.
    fn fix_note(&self, fix: &Fix) -> String {
        let title = self.wrapped(&format!("fix: {}", fix.title));
        let fits = |line: &String| self.width.is_none_or(|width| line.width() + GUTTER < width);
        match fixed_line(fix, self.texts).filter(fits) {
            Some(line) => format!("{title}\n       {line}"),
            None => title,
        }
    }
}

/// Text in lines of at most so many columns, as long as its words allow that.
fn wrap(text: &str, columns: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.width() + 1 + word.width() > columns {
                lines.push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// Texts for codespan, with the columns that cut lines had before they were cut.
#[derive(Default)]
struct Files(Vec<File>);

struct File {
    path: String,
    text: String,
    lines: LineIndex,
    cut: BTreeMap<usize, isize>,
}

impl Files {
    fn add(&mut self, path: &str, text: String, cut: BTreeMap<usize, isize>) -> usize {
        let lines = LineIndex::new(&text);
        let path = path.to_owned();
        self.0.push(File {
            path,
            text,
            lines,
            cut,
        });
        self.0.len() - 1
    }

    fn get(&self, id: usize) -> Result<&File, files::Error> {
        self.0.get(id).ok_or(files::Error::FileMissing)
    }
}

impl<'a> files::Files<'a> for Files {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, files::Error> {
        Ok(&self.get(id)?.path)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, files::Error> {
        Ok(&self.get(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, files::Error> {
        Ok(self.get(id)?.lines.line_col(byte as u32).line as usize)
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<Range<usize>, files::Error> {
        let lines = &self.get(id)?.lines;
        let max = lines.lines() as usize - 1;
        if line > max {
            return Err(files::Error::LineTooLarge { given: line, max });
        }
        let start = |line: usize| lines.line_start(line as u32) as usize;
        Ok(start(line)..start(line + 1))
    }

    fn column_number(&'a self, id: usize, line: usize, byte: usize) -> Result<usize, files::Error> {
        let file = self.get(id)?;
        let shown = file.lines.line_col_chars(&file.text, byte as u32).col as usize + 1;
        let hidden = file.cut.get(&line).copied().unwrap_or(0);
        Ok(shown.saturating_add_signed(hidden))
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
