//! What a stream can be asked about a person between two instants, besides expressions: live runs, and their latest events.
//! Changes nothing.

use persona_ir::KindId;

use super::outcome::RunId;
use super::state::{Phase, State};
use super::stream::Machine;
use crate::{EventRef, Value};

/// A live run.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// Which.
    pub run: RunId,
    /// The step that it is at, counted from 0.
    pub step: u32,
    /// What it does.
    pub doing: Doing,
    /// Until when at most, microseconds since 1970-01-01T00:00Z.
    pub until: i64,
}

/// What a live run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It waits for an instant.
    Waits,
    /// It waits for an event.
    WaitsForEvent,
    /// It holds a message back.
    Holds,
}

impl Machine<'_> {
    /// The live runs of a profile, in the order of triggers and keys; none where nobody has the key.
    pub fn live(&self, key: &str) -> Vec<Live> {
        let Some(row) = self.store.find(key) else {
            return Vec::new();
        };
        let from = self.program.options.from;
        let Ok(state) = State::read(&self.store.people[row as usize].state, from) else {
            return Vec::new();
        };
        let runs = state.runs.into_iter().map(|run| Live {
            step: run.step,
            doing: match run.phase {
                Phase::Ready | Phase::Time => Doing::Waits,
                Phase::Event => Doing::WaitsForEvent,
                Phase::Send => Doing::Holds,
            },
            until: run.due,
            run: run.id,
        });
        runs.collect()
    }

    /// The event of a profile with an identifier.
    pub fn event(&self, key: &str, kind: KindId, id: &str) -> Option<EventRef> {
        let person = self.store.find(key)?;
        let row = self.store.tables.get(kind)?.find(person, id)?;
        Some(EventRef {
            kind,
            row: row as usize,
        })
    }

    /// The latest event of some kinds that a profile has, as its kind and its values.
    pub fn latest(&self, key: &str, kinds: &[KindId]) -> Option<(KindId, Vec<Value>)> {
        let row = self.store.find(key)?;
        let history = &self.store.people[row as usize].history;
        let mut latest = history.iter().rev();
        let (kind, row) = latest.find(|(kind, _)| kinds.contains(&KindId(*kind)))?;
        let kind = KindId(*kind);
        Some((kind, self.store.tables[kind].values(*row)))
    }
}
