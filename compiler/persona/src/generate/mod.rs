//! Made-up data for a package: believable people and histories for its schema, the same on every machine for the same
//! seed; and the items of its catalogs, which events and profiles name by their keys. Values lie around what rules ask for, so
//! that rules hold for some and not for others. Nobody real is in them.

mod field;
mod files;
mod fill;
mod hints;
mod history;
mod items;
mod look;
mod person;
mod rng;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{ColId, KindId, Op, Plan, Schema, Table, UsedColumns, Validate, used_columns};
use persona_runtime::{Catalogs, Column, Dataset, EventTable, Strings, Values};

use field::{Declared, Field};
use fill::{Filler, Row};
use hints::Hints;
use history::Times;
use person::Person;
use rng::Rng;

use crate::fields::{Owner, Source};

pub use files::{FileFormat, GenerateOptions, Generated, GeneratedFile};

/// The most people that are made up at once: their events can be numbered with 32 bits.
pub const MOST_PROFILES: usize = 20_000_000;

/// What to make up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation {
    /// How many people; no more than [`MOST_PROFILES`] are made.
    pub profiles: usize,
    /// Other seeds make other people.
    pub seed: u64,
    /// Nothing happens later: microseconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// Whether also columns are filled that the plan does not read. The others do not depend on it.
    pub all_columns: bool,
}

/// Makes up people and their histories.
pub fn dataset(plan: &Plan, generation: &Generation) -> Dataset {
    let profiles = generation.profiles.min(MOST_PROFILES);
    let people: Vec<Person> = (0..profiles)
        .map(|row| Person::of(generation.seed, row, generation.now))
        .collect();
    let mut maker = Maker {
        schema: &plan.schema,
        used: (!generation.all_columns).then(|| used_columns(plan)),
        ids: generation.all_columns || asks_for_ids(plan),
        hints: Hints::of(plan),
        generation,
        strings: Strings::new(),
    };
    let columns = maker.profiles(&people);
    let times = history::histories(&plan.schema, generation.seed, &people);
    let mut events = IndexVec::new();
    for (kind, times) in times.into_iter().enumerate() {
        events.push(maker.events(KindId::from(kind), times, &people));
    }
    let tables = maker.catalogs();
    let strings = Arc::new(maker.strings);
    let catalogs = Catalogs {
        strings: Arc::clone(&strings),
        tables,
    };
    let columns = columns
        .into_iter()
        .map(|column: Column| column.narrowed(&strings));
    Dataset {
        columns: columns.collect(),
        profiles,
        has_row: None,
        events,
        strings,
        catalogs: Arc::new(catalogs),
    }
}

struct Maker<'a> {
    schema: &'a Schema,
    /// The columns to fill; all where it is absent.
    used: Option<UsedColumns>,
    /// Whether events need identifiers. Readers keep them to tell events apart; these here differ in their instants.
    ids: bool,
    hints: Hints,
    generation: &'a Generation,
    strings: Strings,
}

impl Maker<'_> {
    fn profiles(&mut self, people: &[Person]) -> IndexVec<ColId, Column> {
        let table = &self.schema.profile;
        let mut columns = IndexVec::new();
        for (col, column) in table.columns.iter_enumerated() {
            let used = self.used.as_ref();
            columns.push(if col == self.schema.key {
                self.keys(people.len())
            } else if used.is_some_and(|used| !used.profile.contains(&col)) {
                absent(people.len())
            } else {
                let field = self.field(table, Owner::Profile, col);
                let at = self.generation.now;
                let rows = people.iter().enumerate();
                let rows = rows.map(|(row, person)| Row { person, row, at });
                self.fill(&field, purpose(Owner::Profile, col, &column.name), rows)
            });
        }
        columns
    }

    /// Keys in ascending order: a letter and a number of fixed length; an address or a telephone number with it where the key is
    /// one.
    fn keys(&mut self, profiles: usize) -> Column {
        let letter = self.schema.profile.name.chars().next().unwrap_or('P');
        let width = profiles.to_string().len().max(5);
        let validate = self.schema.profile.columns[self.schema.key].validate;
        let key = |row: usize| {
            let row = row + 1;
            match validate {
                Some(Validate::Email) => {
                    format!("{}{row:0width$}@example.com", letter.to_ascii_lowercase())
                }
                Some(Validate::Phone) => format!("+4930{row:08}"),
                _ => format!("{letter}{row:0width$}"),
            }
        };
        let codes = (0..profiles).map(|row| self.strings.intern(&key(row)));
        Column::new(Values::Str(codes.collect()), None)
    }

    fn events(&mut self, kind: KindId, times: Times, people: &[Person]) -> EventTable {
        let table = &self.schema.events[kind];
        let mut owners: Vec<u32> = Vec::with_capacity(times.at.len());
        for (person, ends) in times.offsets.windows(2).enumerate() {
            let person = u32::try_from(person).expect("people are numbered with 32 bits");
            owners.extend((ends[0]..ends[1]).map(|_| person));
        }
        let mut columns = IndexVec::new();
        for (col, column) in table.columns.iter_enumerated() {
            let used = self.used.as_ref();
            columns.push(if col == Schema::AT {
                Column::new(Values::Int(times.at.clone().into()), None)
            } else if used.is_some_and(|used| !used.events[kind].contains(&col))
                || col == Schema::ID && !self.ids
            {
                absent(times.at.len())
            } else {
                let field = self.field(table, Owner::Event(kind), col);
                let rows = owners.iter().zip(&times.at).enumerate();
                let rows = rows.map(|(row, (owner, at))| Row {
                    person: &people[*owner as usize],
                    row,
                    at: *at,
                });
                self.fill(&field, purpose(Owner::Event(kind), col, &column.name), rows)
            });
        }
        EventTable {
            offsets: times.offsets.into(),
            columns,
            order: times.order.into(),
        }
    }

    fn field(&self, table: &Table, owner: Owner, col: ColId) -> Field {
        let column = &table.columns[col];
        let source = Source {
            owner,
            col,
            child: None,
        };
        let declared = Declared {
            name: &column.name,
            ty: &column.ty,
            validate: column.validate,
            // An event that somebody could name is named: files that say which event it is say it of each.
            optional: column.optional && !(matches!(owner, Owner::Event(_)) && col == Schema::ID),
            default: column.default.as_ref(),
        };
        Field::new(declared, source, self.schema, &self.hints)
    }

    fn fill<'r>(
        &mut self,
        field: &Field,
        purpose: u64,
        rows: impl Iterator<Item = Row<'r>>,
    ) -> Column {
        let mut filler = Filler::new(field);
        for row in rows {
            let mut rng = Rng::of(self.generation.seed, purpose, row.row);
            filler.push(&mut rng, row, &mut self.strings);
        }
        filler.finish()
    }
}

/// Whether a rule asks for an event's identifier.
fn asks_for_ids(plan: &Plan) -> bool {
    plan.nodes.iter().any(|node| match &node.op {
        Op::Event { cols, .. } => cols.iter().any(|col| col.col == Schema::ID),
        _ => false,
    })
}

fn absent(rows: usize) -> Column {
    Column::new(Values::Absent(rows), None)
}

/// A number for a column, from its place and its name.
fn purpose(owner: Owner, col: ColId, name: &str) -> u64 {
    let table = match owner {
        Owner::Profile => 0,
        Owner::Event(kind) => u64::from(kind.0) + 1,
        // Behind all kinds of events, however many there are.
        Owner::Catalog(catalog) => u64::from(catalog.0) + (1 << 31),
    };
    named(table << 32 | u64::from(col.0), name)
}

/// A number for what only has a name.
fn purpose_of(name: &str) -> u64 {
    named(u64::MAX - 2, name)
}

fn named(start: u64, name: &str) -> u64 {
    name.bytes().fold(start, |number, byte| {
        number.wrapping_mul(0x100_0000_01b3) ^ u64::from(byte)
    })
}
