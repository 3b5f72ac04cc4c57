//! What is kept of one person between two instants: runs, entries, base lines, exposures. Its bytes are what machines keep in
//! memory, and what is stored; they have a version.

use std::sync::Arc;

use persona_ir::campaign::TriggerId;
use persona_ir::{ExperimentId, KindId};

use super::codec::{Bytes, put, put_instant, put_text, put_value};
use super::outcome::{RunId, RunStart};
use crate::Value;
use crate::flips::NEVER;

/// The version of the bytes.
pub const STATE_VERSION: u8 = 1;

/// The state of one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Whether the base line is known.
    pub(super) begun: bool,
    /// One for each watch of the program, once it is begun.
    pub(super) watches: Vec<Watched>,
    /// Live runs, sorted by trigger, then by key.
    pub(super) runs: Vec<Run>,
    /// Entries that `enter` counts, sorted by trigger, then by key.
    pub(super) entries: Vec<Entries>,
    /// The experiments whose exposure is recorded, sorted.
    pub(super) exposed: Vec<ExperimentId>,
}

/// What is known of a membership, a value, an inactivity or a recurrence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Watched {
    /// The membership or the value, once it was asked.
    pub(super) value: Option<Value>,
    /// The next instant to look at it.
    pub(super) look: i64,
}

/// A live run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) id: RunId,
    /// The step that it is at.
    pub(super) step: u32,
    pub(super) phase: Phase,
    /// When the wait ends, or the message is asked again.
    pub(super) due: i64,
    /// When the message becomes stale.
    pub(super) stale: i64,
    /// Whether something was sent.
    pub(super) sent: bool,
    /// The next instant at which to ask what stops it.
    pub(super) look: i64,
    /// Whether what stops it is to be asked now. Never between two instants.
    pub(super) dirty: bool,
    pub(super) frame: Vec<Value>,
}

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It can go on. Never between two instants.
    Ready,
    /// It waits for an instant.
    Time,
    /// It waits for an event, or an instant.
    Event,
    /// A message is to be sent.
    Send,
}

/// The entries of a key that are still counted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entries {
    pub(super) trigger: TriggerId,
    pub(super) per: Value,
    /// When, ascending.
    pub(super) at: Vec<i64>,
}

/// Bytes that are no state of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadState;

impl std::fmt::Display for BadState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "these bytes are no state of version {STATE_VERSION} of this campaign"
        )
    }
}

impl std::error::Error for BadState {}

impl State {
    /// The next instant at which something happens by itself, at the latest.
    pub fn next(&self) -> i64 {
        let looks = self.watches.iter().map(|watched| watched.look);
        let runs = self.runs.iter().map(|run| run.due.min(run.look));
        looks.chain(runs).min().unwrap_or(NEVER)
    }

    /// How many runs are live.
    pub fn live(&self) -> usize {
        self.runs.len()
    }

    /// Appends the state as bytes. Instants near `near` are short; whoever reads must say the same.
    pub fn write(&self, bytes: &mut Vec<u8>, near: i64) {
        bytes.push(STATE_VERSION);
        bytes.push(u8::from(self.begun));
        put(bytes, self.watches.len() as u64);
        for watched in &self.watches {
            match &watched.value {
                None => bytes.push(u8::MAX),
                Some(value) => put_value(bytes, value, near),
            }
            put_instant(bytes, watched.look, near);
        }
        put(bytes, self.runs.len() as u64);
        for run in &self.runs {
            write_run(bytes, run, near);
        }
        put(bytes, self.entries.len() as u64);
        for entries in &self.entries {
            put(bytes, u64::from(entries.trigger.0));
            put_value(bytes, &entries.per, near);
            put(bytes, entries.at.len() as u64);
            for at in &entries.at {
                put_instant(bytes, *at, near);
            }
        }
        put(bytes, self.exposed.len() as u64);
        for experiment in &self.exposed {
            put(bytes, u64::from(experiment.0));
        }
    }

    /// Reads a state.
    ///
    /// # Errors
    /// The bytes are of another version, or were changed.
    pub fn read(bytes: &[u8], near: i64) -> Result<Self, BadState> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let mut bytes = Bytes::new(bytes);
        let state = read(&mut bytes, near).ok_or(BadState)?;
        if bytes.is_empty() {
            Ok(state)
        } else {
            Err(BadState)
        }
    }
}

fn write_run(bytes: &mut Vec<u8>, run: &Run, near: i64) {
    debug_assert!(!run.dirty && run.phase != Phase::Ready, "between instants");
    put(bytes, u64::from(run.id.trigger.0));
    let phase = match run.phase {
        Phase::Ready => 0,
        Phase::Time => 1,
        Phase::Event => 2,
        Phase::Send => 3,
    };
    bytes.push(phase | u8::from(run.sent) << 2);
    put(bytes, u64::from(run.step));
    put_value(bytes, &run.id.per, near);
    match &run.id.start {
        RunStart::Due(at) => {
            bytes.push(0);
            put_instant(bytes, *at, near);
        }
        RunStart::Event { kind, at, nth } => {
            bytes.push(1);
            put(bytes, u64::from(kind.0));
            put_instant(bytes, *at, near);
            put(bytes, u64::from(*nth));
        }
        RunStart::Id { kind, id } => {
            bytes.push(2);
            put(bytes, u64::from(kind.0));
            put_text(bytes, id);
        }
    }
    put_instant(bytes, run.due, near);
    if run.phase == Phase::Send {
        put_instant(bytes, run.stale, near);
    }
    put_instant(bytes, run.look, near);
    put(bytes, run.frame.len() as u64);
    for value in &run.frame {
        put_value(bytes, value, near);
    }
}

fn read(bytes: &mut Bytes<'_>, near: i64) -> Option<State> {
    if bytes.byte()? != STATE_VERSION {
        return None;
    }
    let begun = match bytes.byte()? {
        0 => false,
        1 => true,
        _ => return None,
    };
    let mut state = State {
        begun,
        ..State::default()
    };
    for _ in 0..bytes.count()? {
        state.watches.push(read_watched(bytes, near)?);
    }
    for _ in 0..bytes.count()? {
        state.runs.push(read_run(bytes, near)?);
    }
    for _ in 0..bytes.count()? {
        let trigger = TriggerId(bytes.small()?);
        let per = bytes.value(near)?;
        let count = bytes.count()?;
        let at = (0..count)
            .map(|_| bytes.instant(near))
            .collect::<Option<_>>()?;
        state.entries.push(Entries { trigger, per, at });
    }
    for _ in 0..bytes.count()? {
        state.exposed.push(ExperimentId(bytes.small()?));
    }
    Some(state)
}

fn read_watched(bytes: &mut Bytes<'_>, near: i64) -> Option<Watched> {
    let mut ahead = Bytes::new(bytes.rest());
    let value = if ahead.byte()? == u8::MAX {
        bytes.byte()?;
        None
    } else {
        Some(bytes.value(near)?)
    };
    let look = bytes.instant(near)?;
    Some(Watched { value, look })
}

fn read_run(bytes: &mut Bytes<'_>, near: i64) -> Option<Run> {
    let trigger = TriggerId(bytes.small()?);
    let flags = bytes.byte()?;
    let phase = match flags & 3 {
        1 => Phase::Time,
        2 => Phase::Event,
        3 => Phase::Send,
        _ => return None,
    };
    let step = bytes.small()?;
    let per = bytes.value(near)?;
    let start = match bytes.byte()? {
        0 => RunStart::Due(bytes.instant(near)?),
        1 => RunStart::Event {
            kind: KindId(bytes.small()?),
            at: bytes.instant(near)?,
            nth: bytes.small()?,
        },
        2 => RunStart::Id {
            kind: KindId(bytes.small()?),
            id: bytes.text()?,
        },
        _ => return None,
    };
    let due = bytes.instant(near)?;
    let stale = if phase == Phase::Send {
        bytes.instant(near)?
    } else {
        NEVER
    };
    let look = bytes.instant(near)?;
    let count = bytes.count()?;
    let frame = (0..count)
        .map(|_| bytes.value(near))
        .collect::<Option<_>>()?;
    Some(Run {
        id: RunId {
            trigger,
            per,
            start,
        },
        step,
        phase,
        due,
        stale,
        sent: flags & 4 != 0,
        look,
        dirty: false,
        frame,
    })
}

/// The order of runs and entries: by trigger, then by key.
pub(super) fn by_key(
    trigger: TriggerId,
    per: &Value,
    other: TriggerId,
    other_per: &Value,
) -> std::cmp::Ordering {
    trigger.cmp(&other).then_with(|| order(per, other_per))
}

/// A total order of values of `per`: the type's order where it has one, else that of canonical bytes.
fn order(a: &Value, b: &Value) -> std::cmp::Ordering {
    a.compare(b)
        .unwrap_or_else(|| crate::order::canonical([a]).cmp(&crate::order::canonical([b])))
}

/// An identifier as runs keep it.
pub(super) fn id_of(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Str(id) => Some(Arc::clone(id)),
        _ => None,
    }
}
