//! When made-up people do what: the events of all kinds, in the total order.

use persona_base::IndexVec;
use persona_ir::{KindId, Schema};
use persona_runtime::calendar;

use super::person::Person;
use super::rng::Rng;

/// The purpose of the numbers that histories are made of.
const PURPOSE: u64 = u64::MAX - 1;
/// The most events of one kind that one person has.
const MOST: f64 = 400.0;

/// The events of one kind: whose, when, and at which place among all of the person's.
#[derive(Debug, Default)]
pub(super) struct Times {
    pub(super) offsets: Vec<u32>,
    pub(super) at: Vec<i64>,
    pub(super) order: Vec<u32>,
}

/// The events of everybody.
pub(super) fn histories(schema: &Schema, seed: u64, people: &[Person]) -> IndexVec<KindId, Times> {
    let usual: Vec<f64> = schema.events.iter().map(|kind| usual(&kind.name)).collect();
    let mut tables: IndexVec<KindId, Times> = schema
        .events
        .iter()
        .map(|_| Times {
            offsets: vec![0],
            ..Times::default()
        })
        .collect();
    let mut events: Vec<(i64, KindId)> = Vec::new();
    for (row, person) in people.iter().enumerate() {
        let mut rng = Rng::of(seed, PURPOSE, row);
        events.clear();
        for (kind, usual) in schema.events.ids().zip(&usual) {
            let count = (person.activity * usual * (0.5 + rng.unit())).min(MOST) as usize;
            events.extend((0..count).map(|_| (instant(&mut rng, person), kind)));
        }
        events.sort_unstable();
        apart(&mut events);
        for (place, (at, kind)) in events.iter().enumerate() {
            tables[*kind].at.push(*at);
            tables[*kind].order.push(number(place));
        }
        for table in tables.iter_mut() {
            table.offsets.push(number(table.at.len()));
        }
    }
    tables
}

/// Moves events that happen in one instant apart, so that their order needs nothing else.
fn apart(events: &mut [(i64, KindId)]) {
    for next in 1..events.len() {
        events[next].0 = events[next].0.max(events[next - 1].0 + 1);
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than 2^32 events are made")
}

/// More often lately than long ago, and when people are awake.
fn instant(rng: &mut Rng, person: &Person) -> i64 {
    let span = person.last_seen.saturating_sub(person.joined).max(0);
    let back = rng.unit() * rng.unit().max(0.2);
    let at = person.last_seen - (back * span as f64) as i64;
    let day = at.div_euclid(calendar::DAY) * calendar::DAY;
    let hours = 7.0 + 8.0 * (rng.unit() + rng.unit());
    let awake = day + (hours * 3_600.0 * calendar::SECOND as f64) as i64;
    awake.clamp(person.joined, person.last_seen)
}

/// How many events of a kind somebody of middling activity has, by its name.
fn usual(name: &str) -> f64 {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match () {
        () if has(&["view", "visit", "session", "page", "search", "play", "read"]) => 5.0,
        () if has(&["sent", "open", "click", "cart", "login", "used", "active"]) => 2.0,
        () if has(&["cancel", "refund", "return", "complain", "churn", "sign"]) => 0.2,
        () => 1.0,
    }
}
