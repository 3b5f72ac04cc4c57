//! Applying the fixes that diagnostics offer, again and again until none is left: which fixes go together, when one is taken
//! back, when to stop. Whoever has texts that can be checked (a package on disk, a copy of an editor's) is a [`Workbench`];
//! nothing here reads, writes or checks anything itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Applicability, Code, Diagnostic, Edit, FileId, Fix, LineCol, LineIndex, Severity, Span,
};

/// So often all fixes that do not overlap are applied together; a program that needs more runs in circles.
const ROUNDS: usize = 20;

/// Texts in memory that can be checked and changed.
pub trait Workbench {
    /// What can go wrong besides the program.
    type Error;

    /// Everything that is wrong with the texts as they are now.
    ///
    /// # Errors
    /// Those of whoever checks.
    fn check(&mut self) -> Result<Vec<Diagnostic>, Self::Error>;
    /// A file's path, which stays the same; empty for a file that is not there.
    fn path(&self, file: FileId) -> &str;
    /// A file's text as it is now; empty for a file that is not there.
    fn text(&self, file: FileId) -> &str;
    /// Gives a file another text.
    fn set_text(&mut self, file: FileId, text: String);
    /// Whether a file may be changed.
    fn may_change(&self, file: FileId) -> bool;
}

/// One fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The diagnostic's code.
    pub code: Code,
    /// What the fix did.
    pub title: String,
    /// The file of the diagnostic.
    pub file: FileId,
    /// Where it began, counted in characters, in the text as it was right before.
    pub at: LineCol,
}

/// What fixing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixed {
    /// The fixes, in the order they were applied.
    pub done: Vec<Done>,
    /// How many fixes were taken back because something else broke.
    pub taken_back: usize,
}

/// Applies what can be fixed: fixes that are sure, and with `suggested` also the others. A fix after which there is an error that
/// was not there before is taken back: a program is never left worse.
///
/// # Errors
/// Those of the workbench; its texts are then somewhere on the way.
pub fn fix_all<W: Workbench>(bench: &mut W, suggested: bool) -> Result<Fixed, W::Error> {
    let mut found = bench.check()?;
    let mut fixing = Fixing {
        bench,
        suggested,
        refused: BTreeSet::new(),
        done: Vec::new(),
    };
    for _ in 0..ROUNDS {
        let chosen = fixing.choose(&found);
        if chosen.is_empty() {
            break;
        }
        let next = fixing.round(&found, &chosen)?;
        found = next;
    }
    Ok(Fixed {
        done: fixing.done,
        taken_back: fixing.refused.len(),
    })
}

/// A text with some edits made; they do not overlap, and come in any order.
pub fn edited<'e>(text: &str, edits: impl IntoIterator<Item = (Span, &'e str)>) -> String {
    let mut edits: Vec<(Span, &str)> = edits.into_iter().collect();
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

struct Fixing<'b, W> {
    bench: &'b mut W,
    suggested: bool,
    /// Fixes that were taken back, by what they say and do.
    refused: BTreeSet<String>,
    done: Vec<Done>,
}

/// A fix, and the diagnostic that offers it.
type Chosen<'d> = (&'d Diagnostic, &'d Fix);

/// The texts that an application replaced.
type Before = Vec<(FileId, String)>;

impl<W: Workbench> Fixing<'_, W> {
    /// The fixes of a round: the first of each diagnostic that may be applied and does not touch one chosen before.
    fn choose<'d>(&self, found: &'d [Diagnostic]) -> Vec<Chosen<'d>> {
        let mut taken: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
        let mut chosen = Vec::new();
        for diagnostic in found {
            let Some(fix) = diagnostic.fixes.iter().find(|fix| self.wanted(fix)) else {
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

    fn wanted(&self, fix: &Fix) -> bool {
        let applicable = match fix.applicability {
            Applicability::Always => true,
            Applicability::Maybe => self.suggested,
        };
        applicable
            && !fix.edits.is_empty()
            && fix
                .edits
                .iter()
                .all(|edit| self.bench.may_change(edit.file))
            && !self.refused.contains(&self.identity(fix))
    }

    /// Applies all fixes of a round together; where that brings an error that was not there, one by one.
    fn round(
        &mut self,
        found: &[Diagnostic],
        chosen: &[Chosen<'_>],
    ) -> Result<Vec<Diagnostic>, W::Error> {
        let done: Vec<Done> = chosen.iter().map(|chosen| self.record(*chosen)).collect();
        let fixes: Vec<&Fix> = chosen.iter().map(|(_, fix)| *fix).collect();
        let before = self.apply(&fixes);
        let after = self.bench.check()?;
        if !self.worse(found, &after) {
            self.done.extend(done);
            return Ok(after);
        }
        self.restore(before);
        if let [(_, only)] = chosen {
            let identity = self.identity(only);
            self.refused.insert(identity);
            return Ok(found.to_vec());
        }
        self.one_by_one(found.to_vec(), chosen.len())
    }

    /// Applies the first fix that is wanted, so many times.
    fn one_by_one(
        &mut self,
        mut found: Vec<Diagnostic>,
        times: usize,
    ) -> Result<Vec<Diagnostic>, W::Error> {
        for _ in 0..times {
            let chosen = self.choose(&found);
            let Some(first) = chosen.first() else {
                break;
            };
            found = self.round(&found, &[*first])?;
        }
        Ok(found)
    }

    /// Changes the texts; gives those that were.
    fn apply(&mut self, fixes: &[&Fix]) -> Before {
        let mut edits: BTreeMap<FileId, Vec<(Span, &str)>> = BTreeMap::new();
        for edit in fixes.iter().flat_map(|fix| &fix.edits) {
            let of_file = edits.entry(edit.file).or_default();
            of_file.push((edit.span, edit.text.as_str()));
        }
        let mut before = Vec::new();
        for (file, edits) in edits {
            let old = self.bench.text(file).to_owned();
            self.bench.set_text(file, edited(&old, edits));
            before.push((file, old));
        }
        before
    }

    fn restore(&mut self, before: Before) {
        for (file, text) in before {
            self.bench.set_text(file, text);
        }
    }

    /// Whether there are more errors than before.
    fn worse(&self, before: &[Diagnostic], after: &[Diagnostic]) -> bool {
        let is_error = |d: &&Diagnostic| d.severity == Severity::Error;
        let errors = |found: &[Diagnostic]| {
            let mut errors: BTreeMap<(FileId, &'static str, String), usize> = BTreeMap::new();
            for d in found.iter().filter(is_error) {
                *errors
                    .entry((d.primary.file, d.code.id(), d.message.clone()))
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
        added > 0 && after.iter().filter(is_error).count() >= before.iter().filter(is_error).count()
    }

    /// What a fix says and does, independent of where its place has moved to.
    fn identity(&self, fix: &Fix) -> String {
        let mut identity = fix.title.clone();
        for Edit { file, span, text } in &fix.edits {
            let old = self.bench.text(*file);
            for part in [
                self.bench.path(*file),
                span.of(old),
                text,
                line_at(old, span.start),
            ] {
                identity.push('\0');
                identity.push_str(part);
            }
        }
        identity
    }

    fn record(&self, (diagnostic, fix): Chosen<'_>) -> Done {
        let file = diagnostic.primary.file;
        let text = self.bench.text(file);
        Done {
            code: diagnostic.code,
            title: fix.title.clone(),
            file,
            at: LineIndex::new(text).line_col_chars(text, diagnostic.primary.span.start),
        }
    }
}

/// Whether two places have a character between them or at least do not meet: what meets may mean another thing together.
fn apart(a: Span, b: Span) -> bool {
    a.end < b.start || b.end < a.start
}

fn line_at(text: &str, at: u32) -> &str {
    let at = at as usize;
    let start = text.get(..at).and_then(|before| before.rfind('\n'));
    let line = text
        .get(start.map_or(0, |newline| newline + 1)..)
        .unwrap_or("");
    line.split('\n').next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax;

    /// One text in which each `a` is wrong, sure to be meant as `b`; each `c` is wrong, and its fix brings worse; each `m` is
    /// wrong, and only perhaps meant as `n`.
    struct Letters(String);

    impl Workbench for Letters {
        type Error = std::convert::Infallible;

        fn check(&mut self) -> Result<Vec<Diagnostic>, Self::Error> {
            let wrong = |(at, letter): (usize, char)| {
                let span = Span::new(at as u32, at as u32 + 1);
                let diagnostic =
                    Diagnostic::new(syntax::UNKNOWN_TEXT, FileId(0), span, format!("a {letter}"));
                match letter {
                    'a' => Some(diagnostic.fix("b", Applicability::Always, span, "b")),
                    'c' => Some(diagnostic.fix("x", Applicability::Always, span, "xxxx")),
                    'm' => Some(diagnostic.fix("n", Applicability::Maybe, span, "n")),
                    'x' => Some(diagnostic),
                    _ => None,
                }
            };
            Ok(self.0.char_indices().filter_map(wrong).collect())
        }

        fn path(&self, _: FileId) -> &str {
            "letters"
        }

        fn text(&self, _: FileId) -> &str {
            &self.0
        }

        fn set_text(&mut self, _: FileId, text: String) {
            self.0 = text;
        }

        fn may_change(&self, _: FileId) -> bool {
            true
        }
    }

    fn fixed(text: &str, suggested: bool) -> (String, usize, usize) {
        let mut bench = Letters(text.to_owned());
        let fixed = fix_all(&mut bench, suggested).expect("letters never fail");
        (bench.0, fixed.done.len(), fixed.taken_back)
    }

    #[test]
    fn sure_fixes_are_applied_and_others_only_when_wanted() {
        assert_eq!(fixed("a.m.a", false), ("b.m.b".to_owned(), 2, 0));
        assert_eq!(fixed("a.m.a", true), ("b.n.b".to_owned(), 3, 0));
    }

    #[test]
    fn a_fix_that_brings_an_error_is_taken_back_and_the_others_stay() {
        assert_eq!(fixed("a\nc\na", false), ("b\nc\nb".to_owned(), 2, 1));
    }

    #[test]
    fn fixes_that_meet_are_applied_one_after_the_other() {
        assert_eq!(fixed("aaa", false), ("bbb".to_owned(), 3, 0));
    }

    #[test]
    fn edits_come_in_any_order() {
        let edits = [
            (Span::new(4, 5), "E"),
            (Span::at(0), ">"),
            (Span::new(1, 3), ""),
        ];
        assert_eq!(edited("abcde", edits), ">adE");
    }
}
