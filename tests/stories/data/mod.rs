//! What the people of the examples did, made up by a few habits and chance: the same on every machine. Each file below tells one
//! example's world; nothing here knows the rules that later look at it.

mod beauty;
mod media;
mod saas;

use std::fmt::Write as _;

use jiff::Timestamp;

use super::super::shop::catalog::{CITIES, City, DOMAINS, NAMES};
use super::super::support::rng::Rng;

/// Seconds.
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The files of an example with their texts, by the example's folder.
pub(super) fn worlds() -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    vec![
        ("beauty", beauty::files()),
        ("media", media::files()),
        ("saas", saas::files()),
    ]
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("within the years of the examples")
}

/// The amount with two decimals.
fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// One of these words.
fn word(rng: &mut Rng, from: &[&'static str]) -> &'static str {
    from[rng.index(from.len())]
}

/// Lines that are written in the order of time, whenever they were thought of.
#[derive(Debug, Default)]
struct Log(Vec<(i64, String)>);

impl Log {
    fn push(&mut self, at: i64, line: String) {
        self.0.push((at, line));
    }

    /// The text, below a first line where there is one.
    fn text(mut self, head: &str) -> String {
        self.0.sort();
        let mut text = head.to_owned();
        for (_, line) in self.0 {
            writeln!(text, "{line}").expect("text grows");
        }
        text
    }
}

/// What everybody has.
#[derive(Debug)]
struct Person {
    first_name: Option<&'static str>,
    email: Option<String>,
    city: &'static City,
}

impl Person {
    fn new(rng: &mut Rng, number: u64) -> Self {
        let weights: Vec<u64> = CITIES.iter().map(|city| city.weight).collect();
        let (name, slug) = *rng.pick(&NAMES);
        Self {
            first_name: rng.chance(9_300).then_some(name),
            email: rng
                .chance(9_700)
                .then(|| format!("{slug}.{number}@{}", rng.pick(&DOMAINS))),
            city: &CITIES[rng.weighted(&weights)],
        }
    }
}

/// Midnight before an instant.
fn midnight(at: i64) -> i64 {
    at.div_euclid(DAY) * DAY
}

/// When somebody does something on that day, by how likely each hour is.
fn during(rng: &mut Rng, day: i64, hours: &[u64; 24]) -> i64 {
    let hour = i64::try_from(rng.weighted(hours)).expect("an hour");
    midnight(day) + hour * HOUR + rng.between(0, HOUR - 1)
}

/// Whether a day is a Saturday or a Sunday.
fn weekend(day: i64) -> bool {
    // 1970-01-01 was a Thursday.
    day.div_euclid(DAY).rem_euclid(7) == 2 || day.div_euclid(DAY).rem_euclid(7) == 3
}
