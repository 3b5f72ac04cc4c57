//! What a machine gives: outcomes, each with its reason and a key that replaying never changes.
//!
//! Outcomes are in the order of (instant, profile's key bytewise, the order in which they happened to the profile).

use std::fmt::Write;
use std::sync::Arc;

use persona_ir::campaign::{Campaign, ChannelId, ContentId, DropReason, TriggerId};
use persona_ir::{ColId, ExperimentId, KindId};
use sha2::{Digest, Sha256};

use crate::Value;
use crate::content::Rendered;

/// Something that happened to a run, or that kept one from starting.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// When, microseconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// The profile's key.
    pub profile: Arc<str>,
    /// The run; for a refusal, the one that would have been.
    pub run: RunId,
    /// The step it is about, counted from 0; absent for what is about the whole run.
    pub step: Option<u32>,
    /// What happened.
    pub what: Happened,
}

/// A run of a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct RunId {
    /// The trigger.
    pub trigger: TriggerId,
    /// The value of `per`; missing where the trigger has none.
    pub per: Value,
    /// What started it.
    pub start: RunStart,
}

/// What started a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunStart {
    /// The instant it was due at: membership, change, inactivity, anniversary, recurrence.
    Due(i64),
    /// An event without an identifier.
    Event {
        /// Its kind.
        kind: KindId,
        /// Its instant.
        at: i64,
        /// How many events of this kind and instant, without or with identifiers, the profile's history had before it.
        nth: u32,
    },
    /// An event with an identifier.
    Id {
        /// Its kind.
        kind: KindId,
        /// The identifier.
        id: Arc<str>,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// The run began.
    Entered,
    /// No run began.
    Refused(Refusal),
    /// The live run of this key gave way to this one, of which nothing was sent.
    Restarted,
    /// The run was ended from outside of its steps.
    Stopped(Stopped),
    /// A message was delivered.
    Sent(Box<Delivery>),
    /// A message waits.
    Deferred(Message, Deferral),
    /// A message was given up.
    Dropped(Message, Drop),
    /// An event was made.
    Emitted {
        /// Its kind.
        kind: KindId,
        /// Its values, one per column; its identifier is the outcome's key.
        values: Arc<[Value]>,
    },
    /// A column of the profile got a value.
    Set {
        /// The column.
        col: ColId,
        /// Its value.
        value: Value,
    },
    /// The run came to its end.
    Ended(Ended),
    /// The profile is part of an experiment from now on: once per profile and experiment.
    Exposed {
        /// The experiment.
        experiment: ExperimentId,
        /// The arm; absent for the experiment's holdout.
        arm: Option<u32>,
    },
}

/// Which message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// The content.
    pub content: ContentId,
    /// The channel.
    pub channel: ChannelId,
}

/// A message that was delivered.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Which.
    pub message: Message,
    /// Its identifier, which is the outcome's key.
    pub id: Arc<str>,
    /// The variant of the content.
    pub variant: u32,
    /// The address.
    pub to: Value,
    /// For each experiment about this trigger or content that the profile takes part in: the arm it is in.
    pub arms: Vec<(ExperimentId, u32)>,
    /// What is read, where it was asked for.
    pub payload: Option<Rendered>,
}

/// Why no run began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The starting event's `where`, or the `where` of a change, does not hold. Recorded only where it is asked for.
    Where,
    /// The trigger's `when` does not hold.
    When,
    /// A run with the same key is live.
    Running,
    /// One has entered as often as `enter` allows.
    Limit,
}

/// What ended a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// A `stop on`, by its place in the trigger.
    Event(u32),
    /// A `stop when`, by its place in the trigger.
    Condition(u32),
    /// The profile was deleted.
    Deleted,
}

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Behind the last step.
    Finished,
    /// At a `stop` step.
    Stop,
    /// It was to wait until an instant that is missing.
    NoInstant,
}

/// Why a message waits, and until when at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferral {
    /// Why.
    pub why: Waits,
    /// When it is asked again.
    pub until: i64,
}

/// Why a message waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// For the end of quiet hours.
    Quiet,
    /// For room in a limit.
    Limit,
}

/// Why a message was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drop {
    /// The reason.
    pub reason: DropReason,
    /// The reason that a `skip when` gives.
    pub text: Option<Arc<str>>,
    /// The experiment whose holdout it is; absent for the package's.
    pub experiment: Option<ExperimentId>,
}

impl Outcome {
    /// The outcome's name in logs.
    pub fn name(&self) -> &'static str {
        match &self.what {
            Happened::Entered => "entered",
            Happened::Refused(_) => "refused",
            Happened::Restarted => "restarted",
            Happened::Stopped(_) => "stopped",
            Happened::Sent(_) => "sent",
            Happened::Deferred(..) => "deferred",
            Happened::Dropped(_, drop) if drop.reason == DropReason::Stale => "stale",
            Happened::Dropped(..) => "dropped",
            Happened::Emitted { .. } => "emitted",
            Happened::Set { .. } => "set",
            Happened::Ended(_) => "ended",
            Happened::Exposed { .. } => "exposed",
        }
    }

    /// The reason's name in logs, where there is one.
    pub fn reason(&self) -> Option<&'static str> {
        Some(match &self.what {
            Happened::Refused(refusal) => match refusal {
                Refusal::Where => "where",
                Refusal::When => "when",
                Refusal::Running => "running",
                Refusal::Limit => "limit",
            },
            Happened::Stopped(stopped) => match stopped {
                Stopped::Event(_) => "event",
                Stopped::Condition(_) => "condition",
                Stopped::Deleted => "deleted",
            },
            Happened::Deferred(_, deferral) => match deferral.why {
                Waits::Quiet => "quiet",
                Waits::Limit => "limit",
            },
            Happened::Dropped(_, drop) => drop.reason.name(),
            Happened::Ended(ended) => match ended {
                Ended::Finished => "finished",
                Ended::Stop => "stop",
                Ended::NoInstant => "no_instant",
            },
            Happened::Entered
            | Happened::Restarted
            | Happened::Sent(_)
            | Happened::Emitted { .. }
            | Happened::Set { .. }
            | Happened::Exposed { .. } => return None,
        })
    }

    /// The message it is about, if it is about one.
    pub fn message(&self) -> Option<Message> {
        match &self.what {
            Happened::Sent(delivery) => Some(delivery.message),
            Happened::Deferred(message, _) | Happened::Dropped(message, _) => Some(*message),
            _ => None,
        }
    }

    /// The idempotency key: see [`key`]. Outcomes that may repeat at one step of a run (deferrals, by when they end; exposures,
    /// by the experiment; refusals and stops, by their instant) differ in it.
    pub fn key(&self, campaign: &Campaign) -> Arc<str> {
        if let Happened::Sent(delivery) = &self.what {
            return Arc::clone(&delivery.id);
        }
        let mark = match &self.what {
            Happened::Deferred(_, deferral) => deferral.until,
            Happened::Exposed { experiment, .. } => i64::from(experiment.0),
            Happened::Refused(_) | Happened::Stopped(_) => self.at,
            _ => 0,
        };
        key(
            campaign,
            &self.profile,
            &self.run,
            self.step,
            self.name(),
            mark,
        )
    }
}

/// An idempotency key: the first 32 hex digits of SHA-256 over the package, the trigger, the profile, the value of `per`, the
/// start, the step (`-` for none), the outcome's name and a mark (0 but for outcomes that may repeat), joined with `|`; a `|` or
/// `\` in a part has a `\` before it. No run does a step twice, so that step and name say which time it is.
pub fn key(
    campaign: &Campaign,
    profile: &str,
    run: &RunId,
    step: Option<u32>,
    name: &str,
    mark: i64,
) -> Arc<str> {
    let schema = &campaign.plan.schema;
    let kind = |kind: &KindId| &*schema.events[*kind].name;
    let start = match &run.start {
        RunStart::Due(at) => format!("due:{at}"),
        RunStart::Event { kind: of, at, nth } => format!("at:{}:{at}:{nth}", kind(of)),
        RunStart::Id { kind: of, id } => format!("id:{}:{id}", kind(of)),
    };
    let step = step.map_or_else(|| "-".to_owned(), |step| step.to_string());
    let parts = [
        &*campaign.plan.package,
        &*campaign.triggers[run.trigger].name,
        profile,
        &plain(&run.per),
        &start,
        &step,
        name,
        &mark.to_string(),
    ];
    let mut text = String::new();
    for (place, part) in parts.into_iter().enumerate() {
        if place > 0 {
            text.push('|');
        }
        for letter in part.chars() {
            if matches!(letter, '|' | '\\') {
                text.push('\\');
            }
            text.push(letter);
        }
    }
    let digest = Sha256::digest(text);
    let nibbles = digest[..16].iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits: String = nibbles
        .map(|nibble| char::from(b"0123456789abcdef"[usize::from(nibble)]))
        .collect();
    digits.into()
}

/// A value of `per` as text: a letter of its type, then the value; two values of one trigger have the same text only where
/// they are equal.
fn plain(value: &Value) -> String {
    match value {
        Value::Missing => String::new(),
        Value::Bool(value) => format!("b{value}"),
        Value::Int(value) => format!("i{value}"),
        Value::Float(value) => format!("f{:016x}", (value + 0.0).to_bits()),
        Value::Str(value) => format!("s{value}"),
        Value::Enum(value) => format!("e{value}"),
        Value::Geo(a, b) => format!("g{:016x}{:016x}", (a + 0.0).to_bits(), (b + 0.0).to_bits()),
        Value::List(values) | Value::Record(values) => {
            let mut text = String::from("l");
            for value in values.iter() {
                let part = plain(value);
                write!(text, "{}:{part}", part.len()).expect("a String takes all that is written");
            }
            text
        }
    }
}
