//! `persona check --fix`: applies the fixes that diagnostics offer, checks again, and goes on until none is left. A fix
//! after which there is an error that was not there before is taken back: a program is never left worse.
//!
//! Everything happens in memory; files are written at the end, each at once and only if nobody changed it meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

use persona::{Package, Report, Texts};
use persona_base::{Applicability, Diagnostic, FileId, Fix, LineIndex, Severity, Span};
use similar::TextDiff;

use super::{count, summary};
use crate::args::{Check, Deny};
use crate::fail::{Failure, Outcome};
use crate::replace::replace;
use crate::term::Term;

/// So often all fixes that do not overlap are applied together; a program that needs more runs in circles.
const ROUNDS: usize = 20;

/// What fixing did, in memory.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    /// What was fixed, as lines for people, in the order it was done.
    lines: Vec<String>,
    /// How many fixes were taken back because something else broke.
    taken_back: usize,
    /// The files that changed: path, old text, new text.
    files: Vec<(String, String, String)>,
}

/// Fixes what can be fixed.
pub(super) fn fix(package: &mut Package, suggested: bool) -> Result<Fixed, Failure> {
    let before = package.check()?;
    let mut fixing = Fixing {
        package,
        suggested,
        refused: BTreeSet::new(),
        lines: Vec::new(),
    };
    let mut report = before.clone();
    for _ in 0..ROUNDS {
        let chosen = fixing.choose(&report);
        if chosen.is_empty() {
            break;
        }
        let next = fixing.round(&report, &chosen)?;
        report = next;
    }
    let Fixing { lines, refused, .. } = fixing;
    let changed = |file: FileId| {
        let (old, new) = (before.texts.text(file), report.texts.text(file));
        (old != new).then(|| {
            let path = before.texts.path(file).to_owned();
            (path, old.to_owned(), new.to_owned())
        })
    };
    Ok(Fixed {
        lines,
        taken_back: refused.len(),
        files: before
            .texts
            .files()
            .into_iter()
            .filter_map(changed)
            .collect(),
    })
}

struct Fixing<'p> {
    package: &'p mut Package,
    suggested: bool,
    /// Fixes that were taken back, by what they say and do.
    refused: BTreeSet<String>,
    lines: Vec<String>,
}

/// A fix, and the diagnostic that offers it.
type Chosen<'r> = (&'r Diagnostic, &'r Fix);

impl Fixing<'_> {
    /// The fixes of a round: the first of each diagnostic that may be applied and does not touch one chosen before.
    fn choose<'r>(&self, report: &'r Report) -> Vec<Chosen<'r>> {
        let mut taken: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
        let mut chosen = Vec::new();
        for diagnostic in &report.diagnostics {
            let Some(fix) = diagnostic.fixes.iter().find(|fix| self.wanted(fix, report)) else {
                continue;
            };
            let free = fix.edits.iter().all(|edit| {
                let others = taken.get(&edit.file).map_or(&[][..], Vec::as_slice);
                others.iter().all(|other| apart(*other, edit.span))
            });
            if free {
                for edit in &fix.edits {
                    taken.entry(edit.file).or_default().push(edit.span);
                }
                chosen.push((diagnostic, fix));
            }
        }
        chosen
    }

    fn wanted(&self, fix: &Fix, report: &Report) -> bool {
        let applicable = match fix.applicability {
            Applicability::Always => true,
            Applicability::Maybe => self.suggested,
        };
        let own = |file: FileId| self.package.owns(report.texts.path(file));
        applicable
            && !fix.edits.is_empty()
            && fix.edits.iter().all(|edit| own(edit.file))
            && !self.refused.contains(&identity(fix, &report.texts))
    }

    /// Applies all fixes of a round together; where that brings an error that was not there, one by one.
    fn round(&mut self, report: &Report, chosen: &[Chosen<'_>]) -> Result<Report, Failure> {
        let fixes: Vec<&Fix> = chosen.iter().map(|(_, fix)| *fix).collect();
        let after = self.apply(report, &fixes)?;
        if !worse(report, &after) {
            self.lines
                .extend(chosen.iter().map(|chosen| line(*chosen, &report.texts)));
            return Ok(after);
        }
        self.restore(report);
        if let [(_, only)] = chosen {
            self.refused.insert(identity(only, &report.texts));
            return Ok(report.clone());
        }
        self.one_by_one(report.clone(), chosen.len())
    }

    /// Applies the first fix that is wanted, so many times.
    fn one_by_one(&mut self, mut report: Report, times: usize) -> Result<Report, Failure> {
        for _ in 0..times {
            let next = match self.choose(&report).first() {
                Some(first) => self.round_of_one(&report, *first)?,
                None => break,
            };
            if let Some(after) = next {
                report = after;
            }
        }
        Ok(report)
    }

    fn round_of_one(
        &mut self,
        report: &Report,
        chosen: Chosen<'_>,
    ) -> Result<Option<Report>, Failure> {
        let after = self.apply(report, &[chosen.1])?;
        if worse(report, &after) {
            self.restore(report);
            self.refused.insert(identity(chosen.1, &report.texts));
            return Ok(None);
        }
        self.lines.push(line(chosen, &report.texts));
        Ok(Some(after))
    }

    /// Changes the files in memory, and checks.
    fn apply(&mut self, report: &Report, fixes: &[&Fix]) -> Result<Report, Failure> {
        let mut edits: BTreeMap<FileId, Vec<(Span, &str)>> = BTreeMap::new();
        for edit in fixes.iter().flat_map(|fix| &fix.edits) {
            let of_file = edits.entry(edit.file).or_default();
            of_file.push((edit.span, edit.text.as_str()));
        }
        for (file, edits) in edits {
            let text = edited(report.texts.text(file), edits);
            self.package.set_text(report.texts.path(file), text);
        }
        Ok(self.package.check()?)
    }

    /// Puts the files back to what a report is about.
    fn restore(&mut self, report: &Report) {
        for file in report.texts.files() {
            let (path, text) = (report.texts.path(file), report.texts.text(file));
            if self.package.owns(path) && self.package.texts().text(file) != text {
                self.package.set_text(path, text.to_owned());
            }
        }
    }
}

/// A text with some edits made.
fn edited(text: &str, mut edits: Vec<(Span, &str)>) -> String {
    edits.sort_by_key(|(span, _)| *span);
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for (span, instead) in edits {
        let (start, end) = (span.start as usize, span.end as usize);
        new.push_str(text.get(at..start).unwrap_or(""));
        new.push_str(instead);
        at = end.max(at);
    }
    new.push_str(text.get(at..).unwrap_or(""));
    new
}

/// Whether two places have a character between them or at least do not meet: what meets may mean another thing together.
fn apart(a: Span, b: Span) -> bool {
    a.end < b.start || b.end < a.start
}

/// Whether there are more errors than before.
fn worse(before: &Report, after: &Report) -> bool {
    let errors = |report: &Report| {
        let mut errors: BTreeMap<(String, &'static str, String), usize> = BTreeMap::new();
        for d in report
            .diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
        {
            let path = report.texts.path(d.primary.file).to_owned();
            *errors
                .entry((path, d.code.id(), d.message.clone()))
                .or_default() += 1;
        }
        errors
    };
    let (old, new) = (errors(before), errors(after));
    let added: usize = new
        .iter()
        .map(|(error, count)| count.saturating_sub(old.get(error).copied().unwrap_or(0)))
        .sum();
    // Behind a mistake another one may have been hidden; that one is not the fix's fault, as long as there are fewer.
    added > 0 && after.errors() >= before.errors()
}

/// What a fix says and does, independent of where its place has moved to.
fn identity(fix: &Fix, texts: &Texts) -> String {
    let mut identity = fix.title.clone();
    for edit in &fix.edits {
        identity.push('\0');
        identity.push_str(texts.path(edit.file));
        identity.push('\0');
        identity.push_str(edit.span.of(texts.text(edit.file)));
        identity.push('\0');
        identity.push_str(&edit.text);
        identity.push('\0');
        identity.push_str(line_at(texts.text(edit.file), edit.span.start));
    }
    identity
}

fn line_at(text: &str, at: u32) -> &str {
    let at = at as usize;
    let start = text.get(..at).and_then(|before| before.rfind('\n'));
    let line = text
        .get(start.map_or(0, |newline| newline + 1)..)
        .unwrap_or("");
    line.split('\n').next().unwrap_or("")
}

/// As in `main.persona:3:12 P0110: write this instead`.
fn line((diagnostic, fix): Chosen<'_>, texts: &Texts) -> String {
    let file = diagnostic.primary.file;
    let text = texts.text(file);
    let at = LineIndex::new(text).line_col_chars(text, diagnostic.primary.span.start);
    format!(
        "{}:{}:{} {}: {}",
        texts.path(file),
        at.line + 1,
        at.col + 1,
        diagnostic.code,
        fix.title
    )
}

/// Writes the files that changed.
pub(super) fn save(fixed: &Fixed) -> Result<(), Failure> {
    for (path, old, new) in &fixed.files {
        replace(Path::new(path), old, new, "persona check --fix")?;
    }
    Ok(())
}

/// Says what was fixed.
pub(super) fn tell(fixed: &Fixed, term: Term) {
    for line in &fixed.lines {
        term.say(format_args!("fixed {line}"));
    }
    let files = fixed.files.len();
    let in_files = if files > 0 {
        format!(" in {}", count(files, "file"))
    } else {
        String::new()
    };
    term.say(format_args!("{} fixed{in_files}", fixed.lines.len()));
    if fixed.taken_back > 0 {
        let fixes = count(fixed.taken_back, "fix").replace("fixs", "fixes");
        term.say(format_args!(
            "{fixes} would have broken something else, and nothing was changed for that"
        ));
    }
}

/// Shows what fixing would change, and changes nothing. The outcome is that of the program as it is.
pub(super) fn preview(package: &mut Package, args: &Check, term: Term) -> Result<Outcome, Failure> {
    let now = package.check()?;
    let fixed = fix(package, args.suggested)?;
    let mut out = io::stdout().lock();
    for (path, old, new) in &fixed.files {
        let diff = TextDiff::from_lines(old.as_str(), new.as_str());
        let mut unified = diff.unified_diff();
        let unified = unified.header(&format!("a/{path}"), &format!("b/{path}"));
        write!(out, "{unified}")?;
    }
    out.flush()?;
    term.say(format_args!(
        "{}; {} would be fixed in {}, nothing was written",
        summary(&now),
        fixed.lines.len(),
        count(fixed.files.len(), "file"),
    ));
    let denied = args.deny == Some(Deny::Warnings) && now.warnings() > 0;
    Ok(if now.errors() > 0 || denied {
        Outcome::ProgramIsWrong
    } else {
        Outcome::Fine
    })
}
