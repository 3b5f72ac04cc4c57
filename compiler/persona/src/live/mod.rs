//! Counts while somebody types: how many of the package's own people a condition holds for now, what each part of it does, whom
//! a segment shares with others. Data are read once and kept until the files, the schema or the sources change; questions are
//! answered by machine code over all people, or over a sample that the caller bounds.
//!
//! It never says anything of a program that is broken: it is given what can be run ([`persona_sema::Excerpt`]).

mod atoms;
mod count;
mod data;
mod near;
mod question;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use persona_base::Span;
use persona_sema::Checked;

pub use atoms::AtomEffect;
pub use near::{LiveExample, LiveNeighbour, LiveNeighbours};

use data::{Data, Kept};
use question::Question;

/// What is asked about: a declaration or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveAsk {
    /// The declaration's name in the whole compilation (`rfm.champions` in a module).
    pub declaration: Arc<str>,
    /// Which part of it.
    pub part: LivePart,
}

/// A part of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LivePart {
    /// A segment's members; those for whom a trait is true, or is known.
    Whole,
    /// A stage of a partition, by its number.
    Stage(u32),
    /// A variant of a content: those who read this one, and none before it.
    Variant(u32),
    /// The condition with this span, counted from the declaration's start: the one behind a `when`, or any inside one.
    Condition(Span),
}

/// How many of the people that were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveCount {
    /// Those that it holds for.
    pub count: u64,
    /// All that were looked at.
    pub of: u64,
    /// Whether these are a sample: people spread evenly over all, in the order of their keys.
    pub sampled: bool,
}

/// What bounds the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveLimits {
    /// So many people are looked at; of more, a sample.
    pub people: usize,
    /// Sources of more bytes than this are not read.
    pub bytes: u64,
    /// The evaluation time, as `--now` takes it; otherwise as `persona run` without it.
    pub now: Option<String>,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self {
            people: 1_000_000,
            bytes: 1 << 30,
            now: None,
        }
    }
}

/// A question about a program, as it is in an editor.
#[derive(Clone, Copy)]
pub struct LiveProgram<'a> {
    /// What sources' paths are relative to, and what data are kept by.
    pub root: &'a Path,
    /// What can be run.
    pub checked: &'a Checked,
    /// What bounds the work.
    pub limits: &'a LiveLimits,
    /// Whether nobody waits for the answer any more.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl std::fmt::Debug for LiveProgram<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveProgram")
            .field("root", &self.root)
            .field("limits", self.limits)
            .finish_non_exhaustive()
    }
}

/// Why there is no answer, in words for people.
pub type NoAnswer = String;

/// Counts for as many packages as are open; keeps the data of each. Can be asked by several threads.
#[derive(Debug, Default)]
pub struct Live {
    kept: Kept,
}

impl Live {
    /// With no data yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a package's data have been read, so that questions are answered at once.
    pub fn is_ready(&self, root: &Path) -> bool {
        self.kept.is_ready(root)
    }

    /// How many each holds for, in the order asked. One that cannot be counted keeps no other from being so.
    pub fn counts(
        &self,
        program: LiveProgram<'_>,
        asked: &[LiveAsk],
    ) -> Vec<Result<LiveCount, NoAnswer>> {
        let found = asked.iter().map(|ask| Question::of(program.checked, ask));
        let questions: Vec<Result<Question, NoAnswer>> = found.collect();
        let conditions = questions.iter().flatten().map(|one| one.condition.clone());
        let counted = self
            .data(program)
            .and_then(|data| count::counts(program, &data, conditions.collect()));
        let mut counted = match counted {
            Ok(counts) => counts.into_iter(),
            Err(why) => {
                let all = questions.into_iter();
                return all.map(|one| one.and(Err(why.clone()))).collect();
            }
        };
        let next =
            |one: Result<Question, NoAnswer>| one.and_then(|_| counted.next().ok_or_else(stopped));
        questions.into_iter().map(next).collect()
    }

    /// What each condition that a larger one is joined of does to it, in the order of places.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn atoms(
        &self,
        program: LiveProgram<'_>,
        ask: &LiveAsk,
    ) -> Result<Vec<AtomEffect>, NoAnswer> {
        let question = Question::of(program.checked, ask)?;
        atoms::effects(program, &*self.data(program)?, &question)
    }

    /// Whom a segment shares with others of the program, and some of its members.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn neighbours(
        &self,
        program: LiveProgram<'_>,
        segment: &str,
    ) -> Result<LiveNeighbours, NoAnswer> {
        near::neighbours(program, &*self.data(program)?, segment)
    }

    /// People to choose from whose key begins with this, in the order of keys.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn people(
        &self,
        program: LiveProgram<'_>,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<String>, NoAnswer> {
        Ok(near::people(&*self.data(program)?, prefix, limit))
    }

    fn data(&self, program: LiveProgram<'_>) -> Result<Arc<Data>, NoAnswer> {
        self.kept.data(program)
    }
}

/// What is said to nobody: the question was given up.
fn stopped() -> NoAnswer {
    "given up".to_owned()
}
