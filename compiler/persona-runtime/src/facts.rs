//! What the interpreter asks about profiles and events: a [`Dataset`] can say it, and so can a single live profile.

use std::fmt::Debug;
use std::sync::Arc;

use persona_ir::{ColId, KindId, Schema};

use crate::{Catalogs, Dataset, EventRef, Value};

/// Profiles with their histories. Profiles are numbered from 0.
pub trait Facts: Debug {
    /// The value of a profile's column.
    fn profile_value(&self, col: ColId, profile: usize) -> Value;
    /// The value of an event's column.
    fn event_value(&self, event: EventRef, col: ColId) -> Value;
    /// The instant of an event.
    fn at(&self, event: EventRef) -> i64;
    /// Whether one event of a profile is before another in the total order.
    fn precedes(&self, one: EventRef, other: EventRef) -> bool;
    /// A profile's events of some kinds, whenever they happen, in the total order.
    fn history(&self, kinds: &[KindId], profile: usize) -> Vec<EventRef>;
    /// A profile's key.
    fn key<'f>(&'f self, schema: &Schema, profile: usize) -> &'f str;
    /// The catalogs; facts that know of none find no item.
    fn catalogs(&self) -> &Arc<Catalogs> {
        Catalogs::none()
    }
    /// The arm of an experiment that somebody said the profile is in, the inner nothing being the holdout: only tests do.
    fn forced_arm(&self, experiment: &str, profile: usize) -> Option<Option<u32>> {
        let _ = (experiment, profile);
        None
    }
}

impl Facts for Dataset {
    fn profile_value(&self, col: ColId, profile: usize) -> Value {
        self.value(&self.columns[col], profile)
    }

    fn event_value(&self, event: EventRef, col: ColId) -> Value {
        self.value(&self.events[event.kind].columns[col], event.row)
    }

    fn at(&self, event: EventRef) -> i64 {
        self.events[event.kind].at(event.row)
    }

    fn precedes(&self, one: EventRef, other: EventRef) -> bool {
        self.place(one) < self.place(other)
    }

    fn history(&self, kinds: &[KindId], profile: usize) -> Vec<EventRef> {
        Self::history(self, kinds, profile)
    }

    fn catalogs(&self) -> &Arc<Catalogs> {
        &self.catalogs
    }

    fn key<'f>(&'f self, schema: &Schema, profile: usize) -> &'f str {
        Self::key(self, schema, profile)
    }
}
