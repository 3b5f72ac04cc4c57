//! Checked tests: a timeline for one profile, and what is expected of it.

use std::sync::Arc;

use persona_base::Span;

use super::{EventId, Expr, FieldValue, Place};

/// A test.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Its title.
    pub title: Arc<str>,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
    /// The timeline.
    pub steps: Vec<TestStep>,
}

/// A step of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestStep {
    /// What happens.
    pub kind: TestStepKind,
    /// Where it is written.
    pub span: Span,
}

/// What happens in a step of a test.
#[derive(Clone, Debug, PartialEq)]
pub enum TestStepKind {
    /// The profile: values of fields, sorted by field. The others take their default, or are missing.
    Given(Vec<FieldValue>),
    /// Now is this instant, in microseconds.
    At(i64),
    /// An event happens now.
    Event {
        /// The kind.
        event: EventId,
        /// The key of somebody else, to whom it happens.
        of: Option<Arc<str>>,
        /// Values of fields, sorted by field.
        fields: Vec<FieldValue>,
    },
    /// A field of the profile has another value from now on: [`super::Const::Missing`] for none.
    Set(FieldValue),
    /// So many microseconds pass.
    Wait(i64),
    /// Somebody is in this arm; `None` for the holdout.
    Arm {
        /// The experiment.
        experiment: Arc<str>,
        /// The arm's index.
        arm: Option<u32>,
    },
    /// What must hold now.
    Expect(Expected),
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A condition; slots of contents are [`super::ExprKind::Slot`].
    Holds(Expr),
    /// That a content was sent up to now, or was not.
    Sent {
        /// Whether it was not.
        negated: bool,
        /// The content.
        content: Arc<str>,
        /// The channel.
        channel: Option<Arc<str>>,
    },
    /// That a content was given up up to now, or was not.
    Dropped {
        /// Whether it was not.
        negated: bool,
        /// The content.
        content: Arc<str>,
        /// The reason.
        reason: Option<DropReason>,
    },
    /// Which variant of a content the person would read.
    Variant {
        /// The content.
        content: Arc<str>,
        /// The variant's index; the last is `otherwise`.
        variant: u32,
    },
}

/// Why a message was given up (SEMANTICS §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// A holdout: the package's, or an experiment's.
    Holdout,
    /// The channel's address is missing.
    Address,
    /// What the channel requires does not hold.
    Consent,
    /// What the purpose requires does not hold.
    Purpose,
    /// A `skip when` of the content or the channel holds.
    Skip,
    /// The channel's limit is used up.
    Limit,
    /// It would have come too late.
    Stale,
}

impl DropReason {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 7] = [
        ("holdout", Self::Holdout),
        ("address", Self::Address),
        ("consent", Self::Consent),
        ("purpose", Self::Purpose),
        ("skip", Self::Skip),
        ("limit", Self::Limit),
        ("stale", Self::Stale),
    ];
}
