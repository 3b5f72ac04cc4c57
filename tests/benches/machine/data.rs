//! People and events made up, the same on every run: ten events a person on average, over a year.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{ColId, KindId, Schema};
use persona_runtime::machine::{Input, What};
use persona_runtime::{Column, Dataset, EventRef, EventTable, Facts, Strings, Values};

const DAY: i64 = 86_400_000_000;
/// Where the stream starts, in days since 1970: 2025-01-01.
pub(crate) const FROM: i64 = 20_089 * DAY;
/// The last instant.
pub(crate) const UNTIL: i64 = FROM + 365 * DAY;

/// The made-up world.
pub(crate) struct World {
    pub(crate) data: Dataset,
    keys: Vec<Arc<str>>,
    owners: IndexVec<KindId, Vec<u32>>,
}

/// Numbers without order, the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        u64::try_from((u128::from(mixed ^ mixed >> 31) * u128::from(end)) >> 64).expect("below")
    }

    fn int(&mut self, end: i64) -> i64 {
        self.below(end.unsigned_abs()).cast_signed()
    }
}

/// An event table being made: instants, a text, a number, places.
#[derive(Default)]
struct Rows {
    offsets: Vec<u32>,
    at: Vec<i64>,
    texts: Vec<u32>,
    numbers: Vec<i64>,
    order: Vec<u32>,
    owners: Vec<u32>,
}

impl World {
    pub(crate) fn new(schema: &Schema, people: usize, events: usize) -> Self {
        let mut random = Random(17);
        let mut strings = Strings::new();
        let skus: Vec<u32> = (0..1_000)
            .map(|i| strings.intern(&format!("s{i}")))
            .collect();
        let messages: Vec<u32> = (0..20).map(|i| strings.intern(&format!("m{i}"))).collect();
        let mail = strings.intern("a@example.com");
        let keys: Vec<Arc<str>> = (0..people).map(|i| format!("c{i:08}").into()).collect();
        let codes: Vec<u32> = keys.iter().map(|key| strings.intern(key)).collect();
        let kind = |name: &str| {
            let place = schema.events.iter().position(|table| &*table.name == name);
            place.expect("a kind of the schema")
        };
        let [cart, open, buy, view] = ["Cart", "Open", "Purchase", "View"].map(kind);
        let mut tables: Vec<Rows> = schema.events.iter().map(|_| Rows::default()).collect();
        let each = 2 * events / people;
        for person in 0..u32::try_from(people).expect("few people") {
            tables
                .iter_mut()
                .for_each(|rows| rows.offsets.push(rows.at.len() as u32));
            let count = random.below(each as u64 + 1);
            let mut at: Vec<i64> = (0..count)
                .map(|_| FROM + 1 + random.int(365 * DAY))
                .collect();
            at.sort_unstable();
            at.dedup();
            for (place, at) in (0_u32..).zip(at) {
                let (kind, text, number) = match random.below(100) {
                    0..=59 => (view, skus[random.below(1_000) as usize], random.int(300)),
                    60..=79 => (cart, skus[random.below(1_000) as usize], random.int(25_000)),
                    80..=91 => (buy, 0, random.int(50_000)),
                    _ => (open, messages[random.below(20) as usize], 0),
                };
                let rows = &mut tables[kind];
                rows.at.push(at);
                rows.texts.push(text);
                rows.numbers.push(number);
                rows.order.push(place);
                rows.owners.push(person);
            }
        }
        let (mut made, mut owners) = (IndexVec::new(), IndexVec::new());
        for (mut rows, table) in tables.into_iter().zip(schema.events.iter()) {
            rows.offsets.push(rows.at.len() as u32);
            owners.push(std::mem::take(&mut rows.owners));
            made.push(table_of(rows, table));
        }
        let points: Vec<i64> = (0..people).map(|_| random.int(100)).collect();
        let tiers: Vec<u32> = (0..people).map(|_| random.below(3) as u32).collect();
        let all = |values| Column::new(values, None);
        let columns = [
            all(Values::Str(codes.into())),
            all(Values::Str(vec![mail; people].into())),
            all(Values::Enum(tiers.into())),
            all(Values::Int(points.into())),
            all(Values::Bool((0..people).map(|_| true).collect())),
        ];
        let data = Dataset {
            strings: Arc::new(strings),
            profiles: people,
            has_row: None,
            catalogs: Arc::default(),
            columns: columns.into_iter().collect(),
            events: made,
        };
        Self { data, keys, owners }
    }

    /// How many events there are.
    pub(crate) fn events(&self) -> usize {
        self.data.events.iter().map(EventTable::len).sum()
    }

    /// All events as they happened.
    pub(crate) fn in_time(&self) -> Vec<EventRef> {
        let tables = self.data.events.iter_enumerated();
        let all = tables
            .flat_map(|(kind, table)| (0..table.len()).map(move |row| EventRef { kind, row }));
        let mut all: Vec<EventRef> = all.collect();
        all.sort_by_cached_key(|event| (self.data.at(*event), self.owners[event.kind][event.row]));
        all
    }

    /// An event as an input.
    pub(crate) fn input(&self, event: EventRef) -> Input {
        let columns = self.data.events[event.kind].columns.ids();
        let values = columns.map(|col| Facts::event_value(&self.data, event, col));
        Input {
            profile: Arc::clone(&self.keys[self.owners[event.kind][event.row] as usize]),
            what: What::Event {
                kind: event.kind,
                values: values.collect(),
            },
        }
    }

    /// The rows of the profiles as inputs.
    pub(crate) fn rows(&self, schema: &Schema) -> impl Iterator<Item = Input> {
        let columns: Vec<ColId> = schema.profile.columns.ids().collect();
        (0..self.data.profiles).map(move |row| {
            let values = columns
                .iter()
                .map(|col| (*col, self.data.profile_value(*col, row)));
            Input {
                profile: Arc::clone(&self.keys[row]),
                what: What::Row {
                    at: None,
                    values: values.collect(),
                },
            }
        })
    }
}

fn table_of(rows: Rows, table: &persona_ir::Table) -> EventTable {
    let len = rows.at.len();
    let mut columns: IndexVec<ColId, Column> = IndexVec::new();
    columns.push(Column::new(Values::Int(rows.at.into()), None));
    for column in table.columns.iter().skip(1) {
        columns.push(match &*column.name {
            "sku" if len > 0 => Column::new(Values::Str(rows.texts.clone().into()), None),
            "message" if len > 0 && &*table.name == "Open" => {
                Column::new(Values::Str(rows.texts.clone().into()), None)
            }
            "value" | "total" | "seconds" => {
                Column::new(Values::Int(rows.numbers.clone().into()), None)
            }
            _ => Column::new(Values::Absent(len), None),
        });
    }
    EventTable {
        offsets: rows.offsets.into(),
        columns,
        order: rows.order.into(),
    }
}
