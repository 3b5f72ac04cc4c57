//! Diagnostics in the suite's short form, and fixes put to the test: each is applied, and must remove what it fixes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use persona::{Package, Report};
use persona_base::{Applicability, Diagnostic, Edit, FileId, LineIndex, Severity};

/// A program: its configuration and its files.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// `persona.toml`.
    pub(crate) config: Option<String>,
    /// Names and texts.
    pub(crate) files: BTreeMap<String, String>,
}

impl Program {
    /// The package of these files.
    pub(crate) fn package(&self, root: &Path) -> Package {
        let files = self
            .files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        Package::from_memory("suite", self.config.as_deref(), files, root)
    }

    /// What is wrong with it.
    pub(crate) fn check(&self, root: &Path) -> Report {
        self.package(root).check().expect("checking never fails")
    }

    fn text_mut(&mut self, path: &str) -> &mut String {
        match (&mut self.config, path.ends_with(".toml")) {
            (Some(config), true) if !path.starts_with("../") => config,
            _ => self
                .files
                .get_mut(path)
                .unwrap_or_else(|| panic!("an edit in `{path}`, which is no file of the program")),
        }
    }
}

/// All diagnostics in short form, a line each, with their notes, helps and fixes below.
pub(crate) fn short(report: &Report) -> String {
    let mut text = String::new();
    for diagnostic in &report.diagnostics {
        let severity = if diagnostic.severity == Severity::Warning {
            " warning"
        } else {
            ""
        };
        let place = place(report, diagnostic.primary.file, diagnostic.primary.span);
        writeln!(
            text,
            "{}{severity} {place} {}",
            diagnostic.code, diagnostic.message
        )
        .expect("text grows");
        let mut line =
            |kind: &str, words: &str| writeln!(text, "  {kind}: {words}").expect("text grows");
        diagnostic.notes.iter().for_each(|note| line("note", note));
        diagnostic.help.iter().for_each(|help| line("help", help));
        for fix in &diagnostic.fixes {
            let kind = if fix.applicability == Applicability::Always {
                "fix"
            } else {
                "fix?"
            };
            line(kind, &fix.title);
        }
    }
    text
}

/// `2:8-2:22`, behind the file's name where it is not `main.persona`.
fn place(report: &Report, file: FileId, span: persona_base::Span) -> String {
    let text = report.texts.text(file);
    let index = LineIndex::new(text);
    let at = |offset| {
        let at = index.line_col_chars(text, offset);
        format!("{}:{}", at.line + 1, at.col + 1)
    };
    let path = report.texts.path(file);
    let path = if path == "main.persona" {
        String::new()
    } else {
        format!("{} ", path.trim_end_matches(".persona"))
    };
    format!("{path}{}-{}", at(span.start), at(span.end))
}

/// Applies every fix of every diagnostic, each on its own, and says which do not remove what they fix or break
/// something else.
pub(crate) fn check_fixes(program: &Program, report: &Report, root: &Path) -> Vec<String> {
    let mut failures = Vec::new();
    for diagnostic in &report.diagnostics {
        for fix in &diagnostic.fixes {
            let after = apply(program, report, &fix.edits).check(root);
            let same = |other: &&Diagnostic| {
                other.code == diagnostic.code && other.message == diagnostic.message
            };
            let (before, left) = (
                report.diagnostics.iter().filter(same).count(),
                after.diagnostics.iter().filter(same).count(),
            );
            if left >= before {
                failures.push(format!(
                    "the fix `{}` of {} does not remove it",
                    fix.title, diagnostic.code
                ));
            }
            if after.errors() > report.errors()
                || (diagnostic.severity == Severity::Warning && after.errors() > 0)
            {
                failures.push(format!(
                    "the fix `{}` of {} breaks something else:\n{}",
                    fix.title,
                    diagnostic.code,
                    short(&after)
                ));
            }
        }
    }
    failures
}

/// The program with some edits made.
fn apply(program: &Program, report: &Report, edits: &[Edit]) -> Program {
    let mut fixed = program.clone();
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.file, std::cmp::Reverse(edit.span)));
    for edit in edits {
        let range = edit.span.start as usize..edit.span.end as usize;
        fixed
            .text_mut(report.texts.path(edit.file))
            .replace_range(range, &edit.text);
    }
    fixed
}
