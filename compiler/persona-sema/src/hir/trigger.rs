//! Checked triggers: what starts them, and what they do. They say what is meant and know nothing of how a run is kept.

use std::sync::Arc;

use persona_base::Span;

use super::{BinderId, Const, EventId, Expr, FieldId, Per, Place, Query};

/// A trigger: a small state machine for each profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// Its name.
    pub name: Arc<str>,
    /// The title.
    pub title: Option<Arc<str>>,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
    /// What starts it.
    pub start: TriggerStart,
    /// Asked at entry.
    pub condition: Option<Expr>,
    /// One run per value of this, not per profile. It is never missing.
    pub per: Option<Expr>,
    /// How often one may enter.
    pub enter: Entry,
    /// Whether a starting event that meets a run starts it anew.
    pub restart: bool,
    /// Events that end a run.
    pub stop_on: Vec<Query>,
    /// Conditions that end a run.
    pub stop_when: Vec<Expr>,
    /// Who goes first when a channel's limit leaves room for one; the higher, the earlier.
    pub priority: i64,
    /// What is done, in order.
    pub steps: Vec<TriggerStep>,
}

/// What starts a trigger.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one for each trigger, read in place"
)]
pub enum TriggerStart {
    /// An event. Its binder is bound in all of the trigger. The query has no window.
    Event(Query),
    /// The profile's membership changes.
    Membership {
        /// Whether it leaves.
        leave: bool,
        /// A segment or a stage: [`super::ExprKind::Segment`], [`super::ExprKind::Stage`].
        of: Expr,
        /// Whether present members start it, too.
        including_current: bool,
    },
    /// The moment the last such event is so old.
    Inactivity {
        /// The events, without a window.
        query: Query,
        /// A constant, in microseconds.
        after: i64,
    },
    /// Every year, on the anniversary of a date.
    Anniversary {
        /// A `Date`, perhaps missing.
        date: Expr,
        /// The local time in seconds.
        at: i64,
    },
    /// Recurring, in local time.
    Every {
        /// How often.
        unit: Recurrence,
        /// The local time in seconds.
        at: i64,
    },
    /// An attribute changes.
    Change {
        /// A field, a trait or a partition.
        value: Expr,
        /// Bound in all of the trigger to a record: `before` is element 0, `after` is element 1.
        binder: BinderId,
        /// The condition.
        condition: Option<Expr>,
    },
}

/// How often something recurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recurrence {
    /// Every day.
    Day,
    /// Every week on this day; 0 is Monday.
    Weekday(u8),
    /// On the first day of every month.
    Month,
}

/// How often one may enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Once.
    Once,
    /// Without a limit.
    Always,
    /// So often in so much time.
    Limited {
        /// At least 1.
        count: i64,
        /// In which time.
        per: Per,
    },
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct TriggerStep {
    /// What is done.
    pub kind: TriggerStepKind,
    /// Where it is written.
    pub span: Span,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum TriggerStepKind {
    /// A message.
    Send(SendStep),
    /// For a `Duration` that is never missing.
    Wait(Expr),
    /// Until an event, at most for so many microseconds.
    WaitForEvent {
        /// The events, without a window. Their binder is bound in what follows.
        query: Query,
        /// At most for this `Duration`.
        at_most: Expr,
    },
    /// Until the next such local time.
    WaitForClock {
        /// The weekday; 0 is Monday.
        weekday: Option<u8>,
        /// A `TimeOfDay`.
        at: Expr,
    },
    /// Until a `Timestamp`; where it is missing, the run ends.
    WaitUntil(Expr),
    /// The steps of the first condition that holds, or the last ones.
    If {
        /// Conditions with their steps.
        arms: Vec<(Expr, Vec<TriggerStep>)>,
        /// The steps of `else`.
        otherwise: Vec<TriggerStep>,
    },
    /// An event happens now.
    Emit {
        /// The kind.
        event: EventId,
        /// Values of fields, sorted by field. The others take their default, or are missing.
        fields: Vec<(FieldId, Expr)>,
    },
    /// A field of the profile gets a value.
    Set {
        /// The field.
        field: FieldId,
        /// Its value; missing only where the field may be.
        value: Expr,
    },
    /// The run ends.
    Stop,
}

/// A message that is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct SendStep {
    /// The content.
    pub content: Arc<str>,
    /// One for each parameter.
    pub args: Vec<ContentArg>,
    /// The channel.
    pub channel: Arc<str>,
    /// The purpose.
    pub purpose: Option<Arc<str>>,
    /// Bound in what follows to a record of the message: `message`, its identifier, is element 0.
    pub binder: Option<BinderId>,
    /// When a deferred message comes too late.
    pub stale: Option<Stale>,
}

/// When a deferred message comes too late.
#[derive(Clone, Debug, PartialEq)]
pub enum Stale {
    /// So much later than it was sent: a `Duration`.
    Within(Expr),
    /// After this `Timestamp`, or this local `TimeOfDay`.
    Before(Expr),
}

/// An argument of a content.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "arguments are few, and read in place"
)]
pub enum ContentArg {
    /// A value.
    Value(Expr),
    /// A bound event.
    Event(BinderId),
}

/// A constant for a field, where all of a row is written: in tests.
pub type FieldValue = (FieldId, Const);
