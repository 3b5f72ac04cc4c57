//! What happens and what people read: triggers, channels, contents, experiments and tests, with their expressions as nodes
//! of one graph. The first half of a package, its answers, is a [`Plan`] by itself; this is another plan beside it, whose graph
//! also holds what a campaign asks. Says what is meant, and nothing of how runs are kept or texts are made.
//!
//! **Frames.** Besides the profile and its history, an expression may ask for what happened before it: fields of the
//! event that started a run, the id of a message, an argument of a content. Each declaration has a *frame* of such values;
//! [`Op::Input`](crate::Op::Input) reads one of them. Whoever evaluates fills the frame.

mod content;
mod recommend;
mod test;
mod trigger;
mod visit;

use std::sync::Arc;

use persona_base::{IndexVec, define_id};

use crate::{Experiment, ExperimentId, Explain, KindId, NodeId, Place, Plan, Ty};

pub use content::{Content, ContentParam, Fill, Localized, SlotDef, TemplateId, TextPart, Variant};
pub use recommend::{Conjunct, Exclude, Otherwise, RankKey, RecommendId, Recommendation};
pub use test::{DropReason, Expected, Test, TestStep, TestStepKind};
pub use trigger::{
    Capture, EntryLimit, EventMatch, Per, Recurrence, SendStep, Stale, Start, Step as TriggerStep,
    StepKind, Trigger,
};

define_id! {
    /// A purpose, in the order of names.
    pub struct PurposeId;
}
define_id! {
    /// A channel, in the order of names.
    pub struct ChannelId;
}
define_id! {
    /// A content, in the order of names.
    pub struct ContentId;
}
define_id! {
    /// A trigger, in the order of names.
    pub struct TriggerId;
}

/// Everything that happens and is read in a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Tables, graph and answers; what follows refers to its nodes. Its last kind of event is `Sent`.
    pub plan: Plan,
    /// How far events may come behind others, in microseconds.
    pub lateness: i64,
    /// How many of 10 000 buckets the package's holdout takes; its salt is the package's name and `.holdout`.
    pub holdout: u32,
    /// The kind `Sent`. Its columns: `at`, `id`, `content`, `channel`, `message`, `variant`.
    pub sent: KindId,
    /// The purposes.
    pub purposes: IndexVec<PurposeId, Purpose>,
    /// The channels.
    pub channels: IndexVec<ChannelId, Channel>,
    /// The experiments.
    pub experiments: IndexVec<ExperimentId, Experiment>,
    /// The contents.
    pub contents: IndexVec<ContentId, Content>,
    /// The recommendations that contents show, and those that stand in for them.
    pub recommendations: IndexVec<RecommendId, Recommendation>,
    /// The triggers.
    pub triggers: IndexVec<TriggerId, Trigger>,
    /// The tests, in the order of files and places.
    pub tests: Vec<Test>,
}

/// A condition with how to explain it: a Bool that is never missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Its value.
    pub node: NodeId,
    /// How it is made up.
    pub explain: Explain,
}

/// A value of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// `cart.value`, for people.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Ty,
    /// Whether it may be missing.
    pub optional: bool,
    /// Where it comes from.
    pub from: SlotFrom,
}

/// Where a value of a frame comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotFrom {
    /// Whoever runs the declaration puts it there: a captured field, the id of a message, what an attribute was.
    Given,
    /// A parameter of a content: the value itself, or these columns of the event that it is.
    Argument {
        /// Which parameter.
        param: u32,
        /// The columns; absent for a value.
        cols: Option<Box<[crate::EventCol]>>,
    },
    /// The items that a recommendation gives the person.
    Recommend(RecommendId),
    /// What the same person reads in a slot of a content.
    ContentSlot {
        /// The content.
        content: ContentId,
        /// The slot.
        slot: u32,
    },
}

/// Who allowed that their data or attention is used for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// Its name.
    pub name: Arc<str>,
    /// Who allowed it.
    pub requires: Condition,
}

/// How people are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is declared.
    pub place: Place,
    /// The address, text; where it is missing, nothing is sent.
    pub to: NodeId,
    /// Who may be reached; absent means everybody.
    pub requires: Option<Condition>,
    /// When nobody is disturbed.
    pub quiet: Vec<Quiet>,
    /// How often at most; all are kept.
    pub limits: Vec<Limit>,
    /// Whether a message that meets a full limit waits for room; otherwise it is dropped.
    pub defers: bool,
    /// When a message is given up.
    pub skips: Vec<Skip>,
    /// Whether it knows no quiet hours, no limits and no holdout.
    pub transactional: bool,
}

/// Hours of quiet in the person's local time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// The first second since midnight.
    pub from: u32,
    /// The second after the last, since midnight; it differs from `from`, and where it is less, midnight lies between.
    pub to: u32,
    /// For whom; absent means everybody.
    pub condition: Option<Condition>,
}

/// How often channels may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// So many at most; at least one.
    pub count: u32,
    /// In which time.
    pub per: Per,
    /// The channels that are counted together, sorted.
    pub channels: Vec<ChannelId>,
}

/// `skip when EXPR "reason"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// When the message is given up.
    pub condition: Condition,
    /// The reason that is recorded.
    pub reason: Arc<str>,
}
