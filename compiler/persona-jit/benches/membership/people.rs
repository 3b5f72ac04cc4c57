//! People with columns and events, for benchmarks of what changes with time.

use persona_ir::{KindId, Schema};
use persona_runtime::{Dataset, DatasetBuilder, Value};

/// Microseconds in a day.
pub(crate) const DAY: i64 = 86_400_000_000;
/// 2026-01-15T12:00Z.
pub(crate) const START: i64 = 1_768_478_400_000_000;
/// Kinds of event.
pub(crate) const KINDS: usize = 8;
/// Columns of numbers.
pub(crate) const NUMBERS: usize = 12;
/// Values of the one enumeration.
pub(crate) const CATEGORIES: u32 = 6;
/// The windows that segments ask about, in days.
pub(crate) const WINDOWS: [i64; 9] = [1, 3, 7, 14, 30, 60, 90, 180, 365];

/// Numbers that look random and are the same each time.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound as u64).expect("less than a bound of this machine")
    }

    pub(crate) fn number(&mut self, bound: usize) -> i64 {
        i64::try_from(self.below(bound)).expect("small bounds")
    }
}

/// An event: its profile, kind and values.
pub(crate) type Happening = (String, KindId, Vec<Value>);

/// Something that happens to one of so many people.
pub(crate) fn event(rng: &mut Rng, profiles: usize, at: i64) -> Happening {
    let key = format!("p{:04}", rng.below(profiles));
    let kind = KindId::from(rng.below(KINDS));
    let sort = u32::try_from(rng.below(6)).expect("small");
    let amount = rng.number(100);
    let values = vec![
        Value::Int(at),
        Value::Missing,
        Value::Int(amount),
        Value::Enum(sort),
    ];
    (key, kind, values)
}

/// So many people's columns.
pub(crate) fn rows(rng: &mut Rng, profiles: usize) -> Vec<Vec<Value>> {
    let row = |index: usize| {
        let mut row = vec![
            Value::from(format!("p{index:04}")),
            Value::Int(START - rng.number(400) * DAY),
            Value::Enum(u32::try_from(rng.below(6)).expect("small")),
        ];
        row.extend((0..NUMBERS).map(|_| Value::Int(rng.number(1000))));
        row
    };
    (0..profiles).map(row).collect()
}

/// People and what has happened.
pub(crate) fn dataset(schema: &Schema, rows: &[Vec<Value>], events: &[Happening]) -> Dataset {
    let mut builder = DatasetBuilder::new(schema);
    rows.iter().for_each(|row| builder.profile(row.clone()));
    for (key, kind, values) in events {
        builder.event(key, *kind, values.clone());
    }
    builder.finish()
}

/// What has happened to so many people before [`START`]: so many events for each of them, on average.
pub(crate) fn told(rng: &mut Rng, profiles: usize, events: usize) -> Vec<Happening> {
    let happening = |_| {
        let at = START - rng.number(400 * 24) * DAY / 24 - rng.number(3_600_000_000);
        event(rng, profiles, at)
    };
    (0..events * profiles).map(happening).collect()
}

/// A number that the command line gives by name.
pub(crate) fn option(name: &str, usual: usize) -> usize {
    let mut args = std::env::args();
    let found = args.by_ref().any(|arg| arg == name).then(|| args.next());
    let found = found.flatten().and_then(|value| value.parse().ok());
    found.unwrap_or(usual)
}
