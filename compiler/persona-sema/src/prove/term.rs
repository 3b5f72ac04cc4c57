//! What conditions are made of once they are understood: terms (a field, a count, an age), what is said of one of them
//! (a literal), and how that is joined (a formula in which `not` is already pushed down to the literals).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::build::FrameId;
use super::set::Set;
use crate::{Expr, TypeKind};

/// A term: two expressions with the same value everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TermId(pub(super) u32);

/// What is looked at of a term's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// The value itself.
    Value,
    /// Of an instant: microseconds after now. Of a date: days after today.
    FromNow,
    /// Of an instant: on which local day it lies.
    Day,
    /// How many calendar months ago; `2m` lies between `m - 1` and `m` months ago, `2m + 1` is exactly `m` months ago.
    Months,
    /// How many units of the calendar after the running one.
    Unit(u8),
    /// Whether a collection holds something: 1 or 0.
    Member(Arc<str>),
    /// Whether a text begins with, ends with, contains or matches another: 1 or 0.
    Test(TextTest, Arc<str>),
}

/// Tests of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    Starts,
    Ends,
    Contains,
    Folds,
    Matches,
}

/// What is said of a term: it is missing (where that is allowed), or there, and what is looked at lies in the set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lit {
    pub(super) term: TermId,
    pub(super) channel: Channel,
    pub(super) set: Set,
    pub(super) missing: bool,
}

impl Lit {
    /// The opposite.
    pub(super) fn negated(&self) -> Self {
        Self {
            term: self.term,
            channel: self.channel.clone(),
            set: self.set.complement(),
            missing: !self.missing,
        }
    }
}

/// Literals, joined. No operands: `All` holds always, `Any` never.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Formula {
    Lit(Lit),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

impl Formula {
    /// What always holds, or never.
    pub(super) fn fixed(holds: bool) -> Self {
        if holds {
            Self::All(Vec::new())
        } else {
            Self::Any(Vec::new())
        }
    }

    /// A literal, or its opposite.
    pub(super) fn literal(lit: Lit, yes: bool) -> Self {
        Self::Lit(if yes { lit } else { lit.negated() })
    }

    /// All of these, or (their opposites being given) any.
    pub(super) fn join(parts: Vec<Self>, all: bool) -> Self {
        if all {
            Self::All(parts)
        } else {
            Self::Any(parts)
        }
    }
}

/// What is known of a term.
#[derive(Debug)]
pub(super) struct Term<'a> {
    /// What it means, as text.
    pub(super) key: Arc<str>,
    /// The values it can have.
    pub(super) universe: Set,
    /// Whether it may be missing.
    pub(super) may_miss: bool,
    /// Without these it is missing.
    pub(super) needs: Vec<TermId>,
    /// Where it is there, this one is at least 1.
    pub(super) needs_one: Option<TermId>,
    /// It is never greater than this one.
    pub(super) at_most: Option<TermId>,
    /// The things it counts.
    pub(super) counts: Option<Counts>,
    /// The type of its values.
    pub(super) kind: TypeKind,
    /// An expression for it.
    pub(super) source: Option<(&'a Expr, FrameId)>,
}

/// The things that a term counts: those of a stream that satisfy a filter.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    /// The kinds of events, sorted; empty for elements of a list.
    pub(super) kinds: Arc<[Arc<str>]>,
    /// Everything else that must be the same: the list, `in latest 10`.
    pub(super) shape: Arc<str>,
    /// Which of them, window included.
    pub(super) filter: Arc<Formula>,
    /// Which of them not.
    pub(super) no_filter: Arc<Formula>,
}

/// All terms that were met.
#[derive(Debug, Default)]
pub(super) struct Terms<'a> {
    all: Vec<Term<'a>>,
    by_key: FxHashMap<Arc<str>, TermId>,
}

impl<'a> Terms<'a> {
    /// The term of a key.
    pub(super) fn find(&self, key: &str) -> Option<TermId> {
        self.by_key.get(key).copied()
    }

    /// Keeps a new term.
    pub(super) fn add(&mut self, term: Term<'a>) -> TermId {
        let id = TermId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.by_key.insert(Arc::clone(&term.key), id);
        self.all.push(term);
        id
    }

    /// A term.
    pub(super) fn get(&self, id: TermId) -> &Term<'a> {
        &self.all[id.0 as usize]
    }
}
