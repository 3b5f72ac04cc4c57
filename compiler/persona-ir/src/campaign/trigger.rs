//! Triggers as flat programs: what starts a run, what ends it, and its steps, which name the step that follows where that is
//! not the next. Knows nothing of runs, timers and states.

use std::sync::Arc;

use persona_base::Span;

use super::{ChannelId, Condition, ContentId, PurposeId, Slot};
use crate::{CalendarUnit, ColId, EventCol, Explain, KindId, NodeId, Place};

/// A trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Its name.
    pub name: Arc<str>,
    /// The title.
    pub title: Option<Arc<str>>,
    /// Where it is declared.
    pub place: Place,
    /// What its expressions ask for besides the profile.
    pub frame: Vec<Slot>,
    /// What starts a run.
    pub start: Start,
    /// How what is watched is made up: the membership, the value that changes, the date. Absent where events start it, or a
    /// clock.
    pub watched: Option<Explain>,
    /// How the condition on a change is made up.
    pub change: Option<Explain>,
    /// Asked at entry.
    pub condition: Option<Condition>,
    /// One run per value of this, which is never missing; absent: one per profile.
    pub per: Option<NodeId>,
    /// How often one may enter.
    pub enter: EntryLimit,
    /// Whether a starting event that meets a run, of which nothing was sent, starts it anew.
    pub restart: bool,
    /// Events that end a run.
    pub stop_on: Vec<EventMatch>,
    /// Conditions that end a run.
    pub stop_when: Vec<Condition>,
    /// Who goes first; the higher, the earlier.
    pub priority: i64,
    /// The steps; the run begins with the first and ends behind the last.
    pub steps: Vec<Step>,
}

/// Which events, and what is kept of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventMatch {
    /// The kinds, sorted.
    pub kinds: Box<[KindId]>,
    /// The condition, under the event at level 0; it may use the frame.
    pub filter: Option<NodeId>,
    /// How it is made up. Its nodes, too, stand under the event at level 0.
    pub explain: Option<Explain>,
    /// What of the event goes where in the frame.
    pub captures: Vec<Capture>,
}

/// A column of an event that goes to the frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The slot.
    pub slot: u32,
    /// The column for each kind, sorted by kind.
    pub cols: Box<[EventCol]>,
}

/// What starts a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// An event.
    Event(EventMatch),
    /// The profile's membership changes.
    Membership {
        /// Whether it leaves.
        leave: bool,
        /// Whether it is a member: a Bool.
        of: NodeId,
        /// Whether present members start it, too.
        including_current: bool,
    },
    /// The moment the last such event is so old.
    Inactivity {
        /// Which events; nothing is captured.
        of: EventMatch,
        /// Microseconds, more than none.
        after: i64,
    },
    /// Every year, on the anniversary of a date.
    Anniversary {
        /// A Date, perhaps missing.
        date: NodeId,
        /// The local time, seconds since midnight.
        at: i64,
    },
    /// Recurring, in local time.
    Every {
        /// How often.
        unit: Recurrence,
        /// The local time, seconds since midnight.
        at: i64,
    },
    /// An attribute changes.
    Change {
        /// Its value.
        value: NodeId,
        /// The slot of what it was.
        before: Option<u32>,
        /// The slot of what it is.
        after: Option<u32>,
        /// The condition; it may use both.
        condition: Option<NodeId>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryLimit {
    /// Once.
    Once,
    /// Without a limit.
    Always,
    /// So often in so much time.
    Limited {
        /// At least 1.
        count: u32,
        /// In which time.
        per: Per,
    },
}

/// The time that a number of times is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// The last so many microseconds, more than none: `(now - d, now]`.
    Rolling(i64),
    /// The day, week or month of the person's zone.
    Calendar(CalendarUnit),
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub kind: StepKind,
    /// Where it is written, absolute in the trigger's file.
    pub span: Span,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A message.
    Send(SendStep),
    /// For a Duration that is never missing.
    Wait(NodeId),
    /// Until an event.
    WaitForEvent {
        /// Which. What it captures is missing where none came.
        of: EventMatch,
        /// At most for this Duration, never missing.
        at_most: NodeId,
    },
    /// Until the next such local time, strictly after now.
    WaitForClock {
        /// The weekday; 0 is Monday.
        weekday: Option<u8>,
        /// A `TimeOfDay`, never missing.
        at: NodeId,
    },
    /// Until a Timestamp; where it is missing, the run ends.
    WaitUntil(NodeId),
    /// Goes on with the step of the first condition that holds.
    Branch {
        /// Conditions with the step that follows.
        arms: Vec<(Condition, u32)>,
        /// The step that follows where none holds.
        otherwise: u32,
    },
    /// Goes on with a step further down.
    Jump(u32),
    /// An event happens now.
    Emit {
        /// The kind.
        kind: KindId,
        /// Values, sorted by column. The others take their default, or are missing.
        values: Vec<(ColId, NodeId)>,
    },
    /// A column of the profile gets a value.
    Set {
        /// The column.
        col: ColId,
        /// Its value.
        value: NodeId,
    },
    /// The run ends.
    Stop,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendStep {
    /// The content.
    pub content: ContentId,
    /// Values for the slots of the content's frame that are arguments, in their order.
    pub args: Vec<NodeId>,
    /// The channel.
    pub channel: ChannelId,
    /// The purpose.
    pub purpose: Option<PurposeId>,
    /// The slot that the message's id goes to.
    pub message: Option<u32>,
    /// When a deferred message comes too late.
    pub stale: Option<Stale>,
}

/// When a deferred message comes too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// So much later than it was to be sent: a Duration, never missing.
    Within(NodeId),
    /// At this instant or later: a Timestamp, perhaps missing, which sets no end.
    At(NodeId),
    /// At the first such local time after it was to be sent: a `TimeOfDay`.
    Clock(NodeId),
}
