//! Tests: a timeline for one profile, and what is expected of it.

use std::sync::Arc;

use persona_base::Span;

use super::{ChannelId, Condition, ContentId, Slot};
use crate::{ColId, Const, KindId, Place};

/// A test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Its title.
    pub title: Arc<str>,
    /// Where it is declared.
    pub place: Place,
    /// What its conditions ask for besides the profile: slots of contents.
    pub frame: Vec<Slot>,
    /// The timeline.
    pub steps: Vec<TestStep>,
}

/// A step of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestStep {
    /// What happens.
    pub kind: TestStepKind,
    /// Where it is written, absolute in the test's file.
    pub span: Span,
}

/// What happens in a step of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestStepKind {
    /// The profile: values of columns, sorted. The others take their default, or are missing.
    Given(Vec<(ColId, Const)>),
    /// Now is this instant.
    At(i64),
    /// An event happens now.
    Event {
        /// The kind.
        kind: KindId,
        /// The key of somebody else, to whom it happens.
        of: Option<Arc<str>>,
        /// Values of columns, sorted.
        values: Vec<(ColId, Const)>,
    },
    /// Columns of the profile have other values from now on: missing is one.
    Set(Vec<(ColId, Const)>),
    /// So many microseconds pass.
    Wait(i64),
    /// The person is in this arm; nothing for the holdout.
    Arm {
        /// The experiment.
        experiment: crate::ExperimentId,
        /// The arm.
        arm: Option<u32>,
    },
    /// What must hold now.
    Expect(Expected),
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A condition.
    Holds(Condition),
    /// That a content was sent up to now, or was not.
    Sent {
        /// Whether it was not.
        negated: bool,
        /// The content.
        content: ContentId,
        /// The channel; absent for any.
        channel: Option<ChannelId>,
    },
    /// That a content was given up up to now, or was not.
    Dropped {
        /// Whether it was not.
        negated: bool,
        /// The content.
        content: ContentId,
        /// The reason; absent for any.
        reason: Option<DropReason>,
    },
    /// Which variant of a content the person would read.
    Variant {
        /// The content.
        content: ContentId,
        /// The variant.
        variant: u32,
    },
}

/// Why a message was given up (SEMANTICS §6), in the order in which it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DropReason {
    /// A holdout: the package's, or an experiment's.
    Holdout,
    /// The channel's address is missing.
    Address,
    /// What the channel requires does not hold.
    Consent,
    /// What the purpose requires does not hold.
    Purpose,
    /// A `skip when` of the content or the channel holds, or a recommendation gave up.
    Skip,
    /// The channel's limit is used up.
    Limit,
    /// It would have come too late.
    Stale,
}

impl DropReason {
    /// Its name in tests and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holdout => "holdout",
            Self::Address => "address",
            Self::Consent => "consent",
            Self::Purpose => "purpose",
            Self::Skip => "skip",
            Self::Limit => "limit",
            Self::Stale => "stale",
        }
    }
}
