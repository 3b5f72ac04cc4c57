//! `persona check --fix`: applies the fixes that diagnostics offer, checks again, and goes on until none is left. A fix
//! after which there is an error that was not there before is taken back: a program is never left worse.
//!
//! Everything happens in memory; files are written at the end, each at once and only if nobody changed it meanwhile.

use std::io::{self, Write};
use std::path::Path;

use persona::{Error, Package};
use persona_base::fixing::{Done, Workbench, fix_all};
use persona_base::{Diagnostic, FileId};
use similar::TextDiff;

use super::{count, summary};
use crate::args::{Check, Deny};
use crate::fail::{Failure, Outcome};
use crate::replace::replace;
use crate::term::Term;

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
    let before = package.texts().clone();
    let fixed = fix_all(&mut Bench(package), suggested)?;
    let after = package.texts();
    let changed = |file: FileId| {
        let (old, new) = (before.text(file), after.text(file));
        (old != new).then(|| {
            let path = before.path(file).to_owned();
            (path, old.to_owned(), new.to_owned())
        })
    };
    Ok(Fixed {
        lines: fixed.done.iter().map(|done| line(done, package)).collect(),
        taken_back: fixed.taken_back,
        files: before.files().into_iter().filter_map(changed).collect(),
    })
}

/// A package whose own files may be changed.
struct Bench<'p>(&'p mut Package);

impl Workbench for Bench<'_> {
    type Error = Error;

    fn check(&mut self) -> Result<Vec<Diagnostic>, Error> {
        Ok(self.0.check()?.diagnostics)
    }

    fn path(&self, file: FileId) -> &str {
        self.0.texts().path(file)
    }

    fn text(&self, file: FileId) -> &str {
        self.0.texts().text(file)
    }

    fn set_text(&mut self, file: FileId, text: String) {
        let path = self.path(file).to_owned();
        self.0.set_text(&path, text);
    }

    fn may_change(&self, file: FileId) -> bool {
        self.0.owns(self.path(file))
    }
}

/// As in `main.persona:3:12 P0110: write this instead`.
fn line(done: &Done, package: &Package) -> String {
    format!(
        "{}:{}:{} {}: {}",
        package.texts().path(done.file),
        done.at.line + 1,
        done.at.col + 1,
        done.code,
        done.title
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
