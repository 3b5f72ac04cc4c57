//! The plan of a whole package: its graph, and what is asked of it.

use std::sync::Arc;

use persona_base::{FileId, IndexVec, Span, define_id};

use crate::{CatalogId, ColId, EnumId, KindId, Node, NodeId, Schema, SourcePlan, Weekday};

define_id! {
    /// A calibrated rank.
    pub struct RankId;
}

/// Everything that engines need, and nothing that they do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The package's name.
    pub package: Arc<str>,
    /// The package's time zone (a valid IANA name), used where the profile has none.
    pub zone: Arc<str>,
    /// The first day of a week.
    pub week_start: Weekday,
    /// The tables.
    pub schema: Schema,
    /// The graph, operands before users.
    pub nodes: IndexVec<NodeId, Node>,
    /// The answers, sorted by name.
    pub outputs: Vec<Output>,
    /// Ranks, in the order in which they can be calibrated (a rank's value may use earlier ranks).
    pub ranks: IndexVec<RankId, Rank>,
    /// Row checks, in declaration order per table.
    pub checks: Vec<Check>,
    /// Sources, sorted by name.
    pub sources: Vec<SourcePlan>,
    /// Pairs of source names, the winner first: `prefer crm over shop`.
    pub prefer: Vec<(Arc<str>, Arc<str>)>,
}

/// A named answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// `vip`, `lifecycle`.
    pub name: Arc<str>,
    /// The title, for people.
    pub title: Option<Arc<str>>,
    /// What kind of declaration it is.
    pub kind: OutputKind,
    /// The answer: Bool, never optional, for a segment; the stage's index for a partition; any for a trait.
    pub node: NodeId,
    /// How to explain it.
    pub explain: Explain,
}

/// What kind of declaration an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutputKind {
    /// A segment.
    Segment,
    /// A trait.
    Trait,
    /// A partition; its stages are the values of this enum.
    Partition(EnumId),
}

/// A population's thresholds turn a value into its rank. Missing values are left out of the population.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// The trait (or segment) it was written in, for people and for stored calibrations.
    pub name: Arc<str>,
    /// What is computed.
    pub kind: RankKind,
    /// The ranked value (integer or Float), at level 0.
    pub value: NodeId,
    /// The population: all profiles, or those for which this Bool holds.
    pub among: Option<NodeId>,
}

/// What a rank computes. Sort the population's known values ascending; let `p` be the number of values
/// strictly less than `x` (so ties are together, where the first of them falls), `N` their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RankKind {
    /// `ntile(n, x)`: as SQL's `NTILE`, the first `N mod n` tiles hold one value more; the tile, from 1, of position
    /// `p` (of the last position when `p = N`). Missing in an empty population.
    Ntile(u32),
    /// `percentile(x)`: `p / N`, in 0..=1. Missing in an empty population.
    Percentile,
}

/// A check of a row (LANGUAGE §8): rows for which it does not hold are treated as `action` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which rows.
    pub table: CheckTable,
    /// What must hold. For a profile at level 0; for an event under binder level 0 (and it may use profile columns); for an
    /// item, which is the element at binder level 0 (and no profile has a part in it).
    pub node: NodeId,
    /// What to say when it does not.
    pub message: Arc<str>,
    /// What follows then.
    pub action: CheckAction,
}

/// The table whose rows are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CheckTable {
    /// Profiles.
    Profile,
    /// Events of a kind.
    Event(KindId),
    /// Items of a catalog.
    Catalog(CatalogId),
}

/// What follows when a check fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckAction {
    /// The row is set aside.
    Reject,
    /// The (optional) column becomes missing.
    Clear(ColId),
    /// It is only counted and reported.
    Warn,
}

/// A place in the program, absolute in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub span: Span,
}

/// How an answer is made up, for `why`: follows the source text, not the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explain {
    /// What this part is.
    pub kind: ExplainKind,
    /// Where it is written.
    pub place: Place,
    /// Its value; absent for parts under a binder, whose value differs from event to event.
    pub node: Option<NodeId>,
    /// Its parts, in source order.
    pub parts: Vec<Explain>,
}

/// What a part of an explanation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExplainKind {
    /// `a and b`.
    And,
    /// `a or b`.
    Or,
    /// `not a`.
    Not,
    /// A condition that is not made of conditions; its parts are the operands worth showing.
    Atom,
    /// An operand: a value with a name or a computation (constants are not shown).
    Value,
    /// A reference to a segment, trait or stage. Its one part is the referred body; where that is an answer of its own,
    /// there is no part, and the output of this name has it (so that long chains of references stay small).
    Reference(Arc<str>),
    /// A stage of a partition: its part is the condition.
    Stage(Arc<str>),
}
