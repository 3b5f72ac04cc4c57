//! What a stream takes: inputs get their instant and wait for the watermark; duplicates are found. Processes nothing.

use std::sync::Arc;

use persona_ir::{ColId, KindId, Schema};

use super::stream::{Machine, Pending, Waiting};
use super::{Input, What};
use crate::Value;
use crate::calendar::{MAX_TIMESTAMP, MIN_TIMESTAMP};

impl Machine<'_> {
    /// Takes an input. Nothing is processed yet.
    pub fn push(&mut self, input: Input) {
        if input.profile.is_empty() {
            self.counts.refused += 1;
            return;
        }
        match input.what {
            What::Event { kind, values } => self.push_event(&input.profile, kind, values),
            What::Row { at, values } => self.push_row(&input.profile, at, values),
            What::Delete => self.push_delete(&input.profile),
        }
    }

    /// An instant was seen; gives the one at which it is processed, and whether it is late.
    fn see(&mut self, at: i64) -> (i64, bool) {
        self.greatest = self.greatest.max(Some(at));
        let watermark = self.watermark();
        (at.max(watermark), at < watermark)
    }

    fn push_event(&mut self, key: &Arc<str>, kind: KindId, mut values: Vec<Value>) {
        let schema = &self.program.campaign.plan.schema;
        let of_sources = kind != self.program.campaign.sent;
        let table = schema.events.get(kind).filter(|_| of_sources);
        let at = values.first().and_then(Value::int);
        let (Some(table), Some(at)) = (table, at) else {
            self.counts.refused += 1;
            return;
        };
        values.resize(table.columns.len(), Value::Missing);
        for (value, column) in values.iter_mut().zip(&table.columns) {
            if let (Value::Missing, Some(default)) = (&*value, &column.default) {
                *value = default.into();
            }
        }
        let (at, late) = self.see(at.clamp(MIN_TIMESTAMP, MAX_TIMESTAMP));
        values[usize::from(Schema::AT)] = Value::Int(at);
        let id = match &values[usize::from(Schema::ID)] {
            Value::Str(id) => Some(Arc::clone(id)),
            _ => None,
        };
        let person = self.store.person(key);
        let watermark = self.watermark();
        let events = &mut self.store.tables[kind];
        let twin = id.as_deref().and_then(|id| events.find(person, id));
        if let Some(twin) = twin {
            self.counts.duplicates += 1;
            if events.at(twin) < watermark {
                return;
            }
            // Neither is processed: the first in the order counts.
            let row = events.add(person, values);
            let new = (events.at(row), events.tie(row));
            if new >= (events.at(twin), events.tie(twin)) {
                return events.erase(row);
            }
            events.set_aside(twin);
            events.know(row);
            return self.wait(person, at, Waiting::Event { kind, row, late });
        }
        let row = events.add(person, values);
        events.know(row);
        self.wait(person, at, Waiting::Event { kind, row, late });
    }

    fn push_row(&mut self, key: &Arc<str>, at: Option<i64>, mut values: Vec<(ColId, Value)>) {
        let schema = &self.program.campaign.plan.schema;
        let columns = schema.profile.columns.len();
        values.retain(|(col, _)| *col != schema.key && usize::from(*col) < columns);
        let (at, late) = match at {
            Some(at) => self.see(at.clamp(MIN_TIMESTAMP, MAX_TIMESTAMP)),
            None => (self.watermark(), false),
        };
        let person = self.store.person(key);
        let values = values.into();
        self.wait(person, at, Waiting::Row { values, late });
    }

    fn push_delete(&mut self, key: &Arc<str>) {
        let watermark = self.watermark();
        let Some(person) = self.store.find(key) else {
            return;
        };
        self.store.delete(person, watermark);
        self.wait(person, watermark, Waiting::Delete);
    }

    fn wait(&mut self, person: u32, at: i64, what: Waiting) {
        self.pending.push(Pending { person, at, what });
    }
}
