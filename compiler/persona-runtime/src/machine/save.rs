//! A machine as bytes, and back: what it knows of people, what waits, what was counted. A machine that is restored goes on as
//! the one that was saved would have. The bytes have a version, and are of one campaign and one start of the stream.

use std::sync::Arc;

use persona_ir::{ColId, KindId, Schema};

use super::check;
use super::codec::{Bytes, put, put_instant, put_text, put_value};
use super::program::Program;
use super::state::{BadState, State};
use super::stream::{Machine, Pending, Waiting};
use crate::Value;

/// The version of the bytes.
const VERSION: u8 = 1;

impl<'c> Machine<'c> {
    /// All that the machine knows.
    pub fn save(&self) -> Vec<u8> {
        let near = self.program.options.from;
        let mut bytes = vec![VERSION, u8::from(self.started)];
        put_instant(&mut bytes, self.greatest.unwrap_or(i64::MAX), near);
        put_instant(&mut bytes, self.floor, near);
        let counts = &self.counts;
        for count in [
            counts.inputs,
            counts.late,
            counts.duplicates,
            counts.refused,
        ] {
            put(&mut bytes, count);
        }
        for count in &counts.failed_where {
            put(&mut bytes, *count);
        }
        // In the order in which they came, which tells profiles of one key apart.
        let mut people: Vec<usize> = (0..self.store.people.len()).collect();
        people.retain(|person| self.store.people[*person].is_there());
        people.sort_unstable_by_key(|person| self.store.people[*person].serial);
        put(&mut bytes, people.len() as u64);
        let mut numbers = vec![0; self.store.people.len()];
        for (number, person) in (0_u64..).zip(people) {
            let profile = &self.store.people[person];
            numbers[person] = number;
            put_text(&mut bytes, &profile.key);
            bytes.push(u8::from(profile.known));
            put_instant(&mut bytes, profile.deleted, near);
            put_instant(&mut bytes, profile.next, near);
            put(&mut bytes, profile.state.len() as u64);
            bytes.extend_from_slice(&profile.state);
            put_row(&mut bytes, profile.row(), near);
            put(&mut bytes, profile.history.len() as u64);
            for (kind, row) in &profile.history {
                self.put_event(&mut bytes, KindId(*kind), *row, near);
            }
        }
        let aside = |of: &&Pending| match of.what {
            Waiting::Event { kind, row, .. } => !self.store.tables[kind].is_aside(row),
            Waiting::Row { .. } | Waiting::Delete => true,
        };
        let pending: Vec<&Pending> = self.pending.iter().filter(aside).collect();
        put(&mut bytes, pending.len() as u64);
        for of in pending {
            put(&mut bytes, numbers[of.person as usize]);
            put_instant(&mut bytes, of.at, near);
            match &of.what {
                Waiting::Delete => bytes.push(0),
                Waiting::Row { values, late } => {
                    bytes.push(if *late { 4 } else { 1 });
                    put(&mut bytes, values.len() as u64);
                    for (col, value) in values.iter() {
                        put(&mut bytes, u64::from(col.0));
                        put_value(&mut bytes, value, near);
                    }
                }
                Waiting::Event { kind, row, late } => {
                    bytes.push(2 + u8::from(*late));
                    self.put_event(&mut bytes, *kind, *row, near);
                }
            }
        }
        bytes
    }

    fn put_event(&self, bytes: &mut Vec<u8>, kind: KindId, row: u32, near: i64) {
        put(bytes, u64::from(kind.0));
        let table = &self.store.tables[kind];
        bytes.push(u8::from(table.knows(row)));
        for value in table.values(row) {
            put_value(bytes, &value, near);
        }
    }

    /// The machine that was saved, of the same campaign and with the same options.
    ///
    /// # Errors
    /// The bytes are of another version or campaign, or were changed.
    pub fn restore(program: Program<'c>, bytes: &[u8]) -> Result<Self, BadState> {
        let mut machine = Self::new(program);
        let mut bytes = Bytes::new(bytes);
        machine.fill(&mut bytes).ok_or(BadState)?;
        if !bytes.is_empty() {
            return Err(BadState);
        }
        machine.start_timers();
        Ok(machine)
    }

    fn fill(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        let near = self.program.options.from;
        if bytes.byte()? != VERSION {
            return None;
        }
        self.started = flag(bytes)?;
        self.greatest = Some(bytes.instant(near)?).filter(|at| *at != i64::MAX);
        self.floor = bytes.instant(near)?;
        let floor = self.floor == i64::MIN || check::is_instant(self.floor - 1);
        if !floor || !self.greatest.is_none_or(check::is_instant) {
            return None;
        }
        let counts = &mut self.counts;
        counts.inputs = bytes.number()?;
        counts.late = bytes.number()?;
        counts.duplicates = bytes.number()?;
        counts.refused = bytes.number()?;
        for count in counts.failed_where.iter_mut() {
            *count = bytes.number()?;
        }
        for _ in 0..bytes.count()? {
            self.fill_person(bytes, near)?;
        }
        for _ in 0..bytes.count()? {
            self.fill_pending(bytes, near)?;
        }
        Some(())
    }

    fn fill_person(&mut self, bytes: &mut Bytes<'_>, near: i64) -> Option<()> {
        let key = bytes.text()?;
        let person = self.store.add(&key);
        let known = flag(bytes)?;
        let deleted = bytes.instant(near)?;
        let next = bytes.instant(near)?;
        let length = bytes.count()?;
        let state: Box<[u8]> = bytes.take(length)?.into();
        let read = State::read(&state, near).ok()?;
        let ahead = read.next() == next && check::is_ahead(&read, self.floor);
        if !ahead || !read.fits(&self.program) {
            return None;
        }
        if flag(bytes)? {
            let schema = &self.program.campaign.plan.schema;
            let columns = schema.profile.columns.iter_enumerated();
            let values = columns.map(|(col, spec)| {
                let value = bytes.value(near)?;
                // The key is kept elsewhere.
                let good = col == schema.key || check::is_of(schema, &value, &spec.ty);
                good.then_some((col, value))
            });
            let values = values.collect::<Option<Vec<_>>>()?;
            self.store.set(person, values);
        }
        let mut history = Vec::new();
        for _ in 0..bytes.count()? {
            let (kind, row) = self.fill_event(person, bytes, near)?;
            history.push((kind.0, row));
        }
        if key.is_empty() || (deleted == i64::MAX && self.store.find(&key).is_some()) {
            return None;
        }
        if deleted == i64::MAX {
            self.store.name(person);
        }
        let profile = &mut self.store.people[person as usize];
        profile.known = known;
        profile.deleted = deleted;
        profile.next = next;
        profile.state = state;
        profile.history = history;
        Some(())
    }

    fn fill_event(
        &mut self,
        person: u32,
        bytes: &mut Bytes<'_>,
        near: i64,
    ) -> Option<(KindId, u32)> {
        let kind = KindId(bytes.small()?);
        let known = flag(bytes)?;
        let schema = &self.program.campaign.plan.schema;
        let columns = schema.events.get(kind)?.columns.iter();
        let values = columns.map(|column| {
            let value = bytes.value(near)?;
            check::is_of(schema, &value, &column.ty).then_some(value)
        });
        let values = values.collect::<Option<Vec<Value>>>()?;
        if !values[usize::from(Schema::AT)].is_known() {
            return None;
        }
        let table = &mut self.store.tables[kind];
        let row = table.add(person, values);
        if known {
            table.know(row);
        }
        Some((kind, row))
    }

    fn fill_pending(&mut self, bytes: &mut Bytes<'_>, near: i64) -> Option<()> {
        let person = bytes.small()?;
        self.store.people.get(person as usize)?;
        let at = bytes.instant(near)?;
        if at < self.floor || !(at == i64::MIN || check::is_instant(at)) {
            return None;
        }
        let what = match bytes.byte()? {
            0 => Waiting::Delete,
            late @ (1 | 4) => {
                let schema = &self.program.campaign.plan.schema;
                let count = bytes.count()?;
                let pair = |_| {
                    let col = ColId(bytes.small()?);
                    let value = bytes.value(near)?;
                    let column = schema.profile.columns.get(col)?;
                    check::is_of(schema, &value, &column.ty).then_some((col, value))
                };
                let values = (0..count).map(pair).collect::<Option<Arc<[_]>>>()?;
                let late = late == 4;
                Waiting::Row { values, late }
            }
            late @ (2 | 3) => {
                let (kind, row) = self.fill_event(person, bytes, near)?;
                let late = late == 3;
                if kind == self.program.campaign.sent || self.store.tables[kind].at(row) != at {
                    return None;
                }
                Waiting::Event { kind, row, late }
            }
            _ => return None,
        };
        self.pending.push(Pending { person, at, what });
        Some(())
    }
}

fn put_row(bytes: &mut Vec<u8>, row: Option<&[Value]>, near: i64) {
    bytes.push(u8::from(row.is_some()));
    for value in row.into_iter().flatten() {
        put_value(bytes, value, near);
    }
}

fn flag(bytes: &mut Bytes<'_>) -> Option<bool> {
    match bytes.byte()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}
