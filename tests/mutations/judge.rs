//! Puts a mistake into a program, and compares what is said about it with what should be. Only the front takes part:
//! nothing is compiled or run.

use std::ops::Range;

use persona_base::{Diagnostic, Edit, Fix};
use persona_sema::Database;

use super::corpus::{Base, Change, Mistake};
use super::{form, place};

/// Reports are mended one after the other, so many times at most.
const ROUNDS: usize = 8;

/// The files of a program: its text, and its `persona.toml`.
type Texts = [String; 2];

/// A right program, in a session like an editor's.
pub(super) struct Program {
    db: Database,
    right: Texts,
    has_config: bool,
}

/// What became of a mistake.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) counted: bool,
    pub(super) placed: bool,
    pub(super) mended: bool,
    /// Where it does not agree: what was said and done instead.
    pub(super) observed: Vec<String>,
    /// What is wrong with the form of reports, and with further fixes.
    pub(super) form: Vec<String>,
    pub(super) codes: Vec<&'static str>,
}

impl Verdict {
    pub(super) fn agrees(&self) -> bool {
        self.counted && self.placed && self.mended
    }
}

impl Program {
    pub(super) fn new(base: &Base) -> Self {
        let mut program = Self {
            db: Database::new(),
            right: [
                base.program.clone(),
                base.config.clone().unwrap_or_default(),
            ],
            has_config: base.config.is_some(),
        };
        program.db.set_name("corpus");
        program
    }

    /// What is said about some texts.
    fn check(&mut self, texts: &Texts) -> Vec<Diagnostic> {
        let [program, config] = texts;
        let main = self.db.set_file("main.persona", program.clone());
        assert_eq!(main.0, 0, "the program is the first file");
        if self.has_config {
            self.db.set_config("persona.toml", Some(config.clone()));
        }
        self.db.diagnostics()
    }

    /// Whether nothing is said about the right program.
    pub(super) fn is_right(&mut self) -> Result<(), String> {
        let right = self.right.clone();
        let found = self.check(&right);
        let lines: Vec<String> = found.iter().map(|found| shown(&right, found)).collect();
        if lines.is_empty() {
            Ok(())
        } else {
            Err(lines.join("\n"))
        }
    }

    /// Makes the mistake, and compares.
    pub(super) fn judge(&mut self, mistake: &Mistake) -> Result<Verdict, String> {
        let (wrong, edit) = self.edited(mistake, |change| &change.wrong)?;
        if wrong == self.right {
            return Err("the mistake changes nothing".to_owned());
        }
        let found = self.check(&wrong);
        let mut verdict = Verdict {
            codes: found.iter().map(|found| found.code.id()).collect(),
            counted: found.len() == mistake.reports.len(),
            placed: placed(&wrong, &found, mistake, &edit),
            ..Verdict::default()
        };
        for diagnostic in &found {
            verdict.form.extend(form::complaints(
                diagnostic,
                diagnostic.primary.span.is_empty(),
            ));
        }
        verdict.form.extend(self.further_fixes(&wrong, &found));
        let fixes = found.iter().map(|found| found.fixes.len()).sum::<usize>();
        let result = self.repaired(&wrong);
        verdict.mended = match (&mistake.no_fix, &result) {
            (Some(_), _) => fixes == 0,
            (None, Ok(result)) => {
                let (meant, _) = self.edited(mistake, |change| &change.fixed)?;
                same(result, &meant)
            }
            (None, Err(_)) => false,
        };
        if !verdict.agrees() {
            verdict.observed = self.observed(&wrong, &found, &result);
        }
        Ok(verdict)
    }

    /// The program with the mistake, or with what is meant to become of it; and where the first edit is.
    fn edited(
        &self,
        mistake: &Mistake,
        pick: impl Fn(&Change) -> &str,
    ) -> Result<(Texts, (usize, Range<usize>)), String> {
        let mut texts = self.right.clone();
        let mut first = None;
        for change in &mistake.edits {
            let files = texts
                .iter()
                .enumerate()
                .map(|(file, text)| (file, text.as_str()));
            let (file, range) = place::only(files, &change.right)?;
            let to = pick(change);
            first.get_or_insert((file, range.start..range.start + to.len()));
            texts[file].replace_range(range, to);
        }
        let first = first.ok_or("the mistake changes nothing")?;
        Ok((texts, first))
    }

    /// Applies the first fix of the first report that has one, until there is none left.
    fn repaired(&mut self, wrong: &Texts) -> Result<Texts, String> {
        let mut texts = wrong.clone();
        for _ in 0..ROUNDS {
            let found = self.check(&texts);
            if found.is_empty() {
                return Ok(texts);
            }
            let Some(fix) = found.iter().find_map(|found| found.fixes.first()) else {
                return Err(format!("left: {}", shown(&texts, &found[0])));
            };
            texts = apply(&texts, fix);
        }
        Err("fixes follow fixes without an end".to_owned())
    }

    /// Every fix removes what it fixes, and adds nothing.
    fn further_fixes(&mut self, wrong: &Texts, found: &[Diagnostic]) -> Vec<String> {
        let mut complaints = Vec::new();
        for diagnostic in found {
            for fix in &diagnostic.fixes {
                let after = self.check(&apply(wrong, fix));
                let count = |all: &[Diagnostic]| {
                    let same = |other: &&Diagnostic| {
                        other.code == diagnostic.code && other.message == diagnostic.message
                    };
                    all.iter().filter(same).count()
                };
                let new = after.iter().find(|after| {
                    !found
                        .iter()
                        .any(|d| d.code == after.code && d.message == after.message)
                });
                if count(&after) >= count(found) {
                    complaints.push(format!(
                        "the fix `{}` of {} does not remove it",
                        fix.title, diagnostic.code
                    ));
                }
                if let Some(new) = new {
                    let new = format!("{} {}", new.code, new.message);
                    complaints.push(format!(
                        "the fix `{}` of {} adds {new}",
                        fix.title, diagnostic.code
                    ));
                }
            }
        }
        complaints
    }

    /// What is said and done, in lines of the corpus.
    fn observed(
        &self,
        wrong: &Texts,
        found: &[Diagnostic],
        result: &Result<Texts, String>,
    ) -> Vec<String> {
        let mut lines: Vec<String> = found
            .iter()
            .map(|found| format!("? {}", shown(wrong, found)))
            .collect();
        if lines.is_empty() {
            lines.push("? nothing is said".to_owned());
        }
        for fix in found.iter().flat_map(|found| &found.fixes) {
            lines.push(format!("? fix: {}", fix.title));
        }
        lines.push(match result {
            Ok(result) if same(result, &self.right) => "? gives back the right program".to_owned(),
            Ok(result) => format!("? gives {}", difference(wrong, result)),
            Err(why) => format!("? {why}"),
        });
        lines
    }
}

/// Whether reports have the expected codes and places, in any order.
fn placed(
    wrong: &Texts,
    found: &[Diagnostic],
    mistake: &Mistake,
    edit: &(usize, Range<usize>),
) -> bool {
    let (file, range) = edit;
    let mut expected: Vec<(String, Option<Range<usize>>)> = mistake
        .reports
        .iter()
        .map(|(code, text)| (code.clone(), place::expected(&wrong[*file], text, range)))
        .collect();
    let mut found: Vec<(String, Option<Range<usize>>)> = found
        .iter()
        .map(|found| {
            let span = found.primary.span;
            let here = (found.primary.file.0 as usize == *file)
                .then_some(span.start as usize..span.end as usize);
            (found.code.id().to_owned(), here)
        })
        .collect();
    let order = |(code, range): &(String, Option<Range<usize>>)| {
        (code.clone(), range.as_ref().map(|range| range.start))
    };
    expected.sort_by_key(order);
    found.sort_by_key(order);
    expected == found && found.iter().all(|(_, range)| range.is_some())
}

/// A report in a line of the corpus.
fn shown(texts: &Texts, found: &Diagnostic) -> String {
    let span = found.primary.span;
    let content = &texts[found.primary.file.0 as usize];
    let at = place::shown(content, span.start as usize..span.end as usize);
    format!("{} {at} -- {}", found.code, found.message)
}

fn apply(texts: &Texts, fix: &Fix) -> Texts {
    let mut texts = texts.clone();
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    for edit in edits {
        let range = edit.span.start as usize..edit.span.end as usize;
        texts[edit.file.0 as usize].replace_range(range, &edit.text);
    }
    texts
}

/// Whether two programs are the same but for blanks and line ends.
fn same(a: &Texts, b: &Texts) -> bool {
    a.iter()
        .zip(b)
        .all(|(a, b)| a.split_whitespace().eq(b.split_whitespace()))
}

/// The part of a text that is not as before, in one line.
fn difference(before: &Texts, after: &Texts) -> String {
    let pair = before
        .iter()
        .zip(after)
        .find(|(before, after)| before != after);
    let Some((before, after)) = pair else {
        return "the same".to_owned();
    };
    let same = |(a, b): &(char, char)| a == b;
    let front: usize = before
        .chars()
        .zip(after.chars())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let start = after[..front].rfind('\n').map_or(0, |at| at + 1);
    let rest = &after[start..];
    rest.lines().next().unwrap_or_default().to_owned()
}
