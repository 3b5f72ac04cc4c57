//! What belongs together about one made-up person: where they live, what they are called, since when they are known,
//! and how much they do.

use persona_runtime::calendar;

use super::rng::Rng;
use super::words::{DOMAINS, FIRST, LAST, PLACES, Place};

/// The purpose of the numbers that people are made of.
const PURPOSE: u64 = u64::MAX;

/// A person.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) place: &'static Place,
    pub(super) first: &'static str,
    pub(super) last: &'static str,
    pub(super) domain: &'static str,
    /// Since when they are known; before `last_seen`.
    pub(super) joined: i64,
    /// When they did something last; before `now`.
    pub(super) last_seen: i64,
    /// How much they do, compared with others: about 1, for some nothing.
    pub(super) activity: f64,
}

impl Person {
    /// The person of a row.
    pub(super) fn of(seed: u64, row: usize, now: i64) -> Self {
        let mut rng = Rng::of(seed, PURPOSE, row);
        let days = |days: f64| (days * calendar::DAY as f64) as i64;
        let known_for = 20.0 + rng.unit() * 1_400.0;
        // Half were here within six weeks; some are gone for years.
        let away = (rng.heavy() * 40.0).min(known_for - 1.0);
        Self {
            place: &PLACES[rng.popular(PLACES.len())],
            first: FIRST[rng.below(FIRST.len())],
            last: LAST[rng.below(LAST.len())],
            domain: DOMAINS[rng.popular(DOMAINS.len())],
            joined: calendar::clamp_timestamp(now.saturating_sub(days(known_for))),
            last_seen: calendar::clamp_timestamp(now.saturating_sub(days(away) + MARGIN)),
            activity: if rng.percent(15) {
                0.0
            } else {
                rng.heavy().min(12.0)
            },
        }
    }
}

/// So long before `now` nothing happens any more, so that moving an event by a little never moves it behind `now`.
const MARGIN: i64 = 60 * calendar::SECOND;
