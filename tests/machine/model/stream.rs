//! Generated input: rows and events of a few people over a few days, about days on which clocks are changed; ties,
//! duplicates, late and shuffled arrivals, missing zones, deletions.

use std::sync::Arc;

use persona_ir::campaign::Campaign;
use persona_ir::{ColId, KindId, Schema};
use persona_runtime::Value;
use persona_runtime::calendar::{DAY, date};
use persona_runtime::machine::{Happened, Input, Outcome, What};

use super::naive::STEP;
use crate::support::rng::Rng;

/// An input, and from when to when it goes.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) inputs: Vec<Input>,
    pub(super) from: i64,
    pub(super) until: i64,
}

/// Mornings before clocks change, and others: Berlin forward and back, New York forward and back, the end of a February.
const DAYS: [(i64, i64, i64); 6] = [
    (2026, 3, 28),
    (2026, 10, 24),
    (2026, 3, 7),
    (2026, 10, 31),
    (2028, 2, 28),
    (2026, 6, 10),
];

const ZONES: [Option<&str>; 6] = [
    Some("Europe/Berlin"),
    Some("Europe/Berlin"),
    Some("America/New_York"),
    Some("Asia/Kolkata"),
    None,
    Some("UTC"),
];

/// The instant of an input, if it has one.
pub(super) fn at_of(input: &Input) -> Option<i64> {
    match &input.what {
        What::Event { values, .. } => values.first().and_then(Value::int),
        What::Row { at, .. } => *at,
        What::Delete => None,
    }
}

struct Make<'r> {
    rng: &'r mut Rng,
    campaign: &'r Campaign,
    base: i64,
    steps: u64,
    last: i64,
    ids: usize,
}

/// Makes an input for a campaign.
pub(super) fn stream(rng: &mut Rng, campaign: &Campaign) -> Stream {
    let (year, month, day) = *rng.pick(&DAYS);
    let base = date(year, month, day).expect("a date") * DAY;
    let steps = 48 * (1 + rng.below(4));
    let mut make = Make {
        rng,
        campaign,
        base,
        steps,
        last: base,
        ids: 0,
    };
    make.stream()
}

impl Make<'_> {
    fn stream(&mut self) -> Stream {
        let people = 1 + self.rng.index(3);
        let keys: Vec<Arc<str>> = (0..people)
            .map(|place| format!("{}{place}", self.rng.pick(&["p", "q", "é"])).into())
            .collect();
        let mut inputs = Vec::new();
        for key in &keys {
            if self.rng.chance(8_000) {
                let row = self.row(None, true);
                inputs.push(Input {
                    profile: Arc::clone(key),
                    what: row,
                });
            }
        }
        for _ in 0..3 + self.rng.index(18) {
            let profile = Arc::clone(self.rng.pick(&keys));
            let at = self.instant();
            let what = if self.rng.chance(1_800) {
                let everything = self.rng.chance(2_000);
                self.row(Some(at), everything)
            } else {
                self.event(at)
            };
            inputs.push(Input { profile, what });
            self.again(&mut inputs);
        }
        inputs.sort_by_key(at_of);
        self.disorder(&mut inputs);
        if self.rng.chance(1_000) {
            let place = self.rng.index(inputs.len() + 1);
            let profile = Arc::clone(self.rng.pick(&keys));
            inputs.insert(
                place,
                Input {
                    profile,
                    what: What::Delete,
                },
            );
        }
        let from = match self.rng.index(4) {
            0 => self.base + self.rng.between(0, 40) * STEP,
            1 => self.base + self.rng.between(0, 10) * STEP + 1,
            _ => self.base - 1,
        };
        let last = inputs.iter().filter_map(at_of).max().unwrap_or(from);
        Stream {
            inputs,
            from,
            until: last.max(from) + self.rng.between(0, 7) * DAY / 2,
        }
    }

    /// Sometimes much the same happens again in the same instant.
    fn again(&mut self, inputs: &mut Vec<Input>) {
        if !self.rng.chance(800) {
            return;
        }
        let Some(mut twin) = inputs.last().cloned() else {
            return;
        };
        if let What::Event { values, .. } = &mut twin.what {
            values[usize::from(Schema::ID)] = Value::Missing;
            if let Some(Value::Int(number)) = values.last_mut() {
                *number += self.rng.between(0, 2);
            }
        }
        inputs.push(twin);
    }

    /// Often that of the one before, or a microsecond later.
    fn instant(&mut self) -> i64 {
        self.last = match self.rng.index(9) {
            0..=2 => self.last,
            3 => self.last.div_euclid(STEP) * STEP + 1,
            _ => {
                let step = i64::try_from(self.rng.below(self.steps)).expect("a few");
                self.base + step * STEP
            }
        };
        self.last
    }

    /// Moves inputs within the lateness, or anywhere.
    fn disorder(&mut self, inputs: &mut Vec<Input>) {
        let most = match self.rng.index(4) {
            0 | 1 => return,
            2 => self.campaign.lateness,
            _ => self.campaign.lateness * 6,
        };
        let mut keyed: Vec<(i64, Input)> = inputs
            .drain(..)
            .map(|input| {
                let more = self.rng.between(0, most / STEP) * STEP;
                (at_of(&input).map_or(i64::MIN, |at| at + more), input)
            })
            .collect();
        if self.rng.chance(2_000)
            && let Some((key, _)) = keyed.first_mut()
        {
            // Somebody's row without an instant comes late.
            *key = self.base + DAY;
        }
        keyed.sort_by_key(|(key, _)| *key);
        inputs.extend(keyed.into_iter().map(|(_, input)| input));
    }

    fn col(&self, name: &str) -> ColId {
        let profile = &self.campaign.plan.schema.profile;
        profile.column(name).expect("a column of the profile")
    }

    fn row(&mut self, at: Option<i64>, everything: bool) -> What {
        let mut values = Vec::new();
        let names = [
            "email",
            "phone",
            "zone",
            "birthday",
            "tier",
            "points",
            "flag",
            "renews_at",
            "consent.email",
            "consent.offers",
        ];
        for name in names {
            let wanted = if everything { 9_000 } else { 2_200 };
            if !self.rng.chance(wanted) {
                continue;
            }
            // What a person allows is mostly allowed; then more happens.
            let value = match name {
                "email" | "phone" => self
                    .rng
                    .chance(8_500)
                    .then(|| Value::from("a@example.com"))
                    .into(),
                "zone" => self.rng.pick(&ZONES).map_or(Value::Missing, Value::from),
                "birthday" => {
                    let day = self.base / DAY + self.rng.between(0, 3);
                    let past = persona_runtime::calendar::add(day, -12 * 30, 0);
                    self.rng.chance(8_000).then_some(past).into()
                }
                // Nobody says: the default.
                "tier" | "points" if self.rng.chance(800) => Value::Missing,
                "tier" => Value::Enum(u32::try_from(self.rng.index(3)).expect("three")),
                "points" => Value::Int(self.rng.between(0, 4)),
                "renews_at" => {
                    let step = i64::try_from(self.rng.below(self.steps)).expect("a few");
                    self.rng
                        .chance(8_000)
                        .then_some(self.base + step * STEP)
                        .into()
                }
                _ => self.rng.chance(8_000).into(),
            };
            values.push((self.col(name), value));
        }
        What::Row { at, values }
    }

    fn event(&mut self, at: i64) -> What {
        let name = *self
            .rng
            .pick(&["Cart", "Cart", "Cart", "Buy", "Buy", "Open", "Nudge"]);
        let kind = kind(self.campaign, name);
        let id: Value = if self.rng.chance(6_000) {
            // Of few, so that some come twice.
            let id = if self.rng.chance(2_500) {
                self.rng.index(self.ids + 1)
            } else {
                self.ids
            };
            self.ids += 1;
            Value::from(format!("i{id}"))
        } else {
            Value::Missing
        };
        let at: Value = if self.rng.chance(100) {
            Value::Missing
        } else {
            at.into()
        };
        let mut values = vec![at, id];
        match name {
            "Open" => values.push(Value::from("none")),
            "Nudge" => values.push(Value::Missing),
            _ => {
                values.push(Value::from(*self.rng.pick(&["a", "b", "c"])));
                values.push(Value::Int(self.rng.between(0, 90)));
            }
        }
        What::Event { kind, values }
    }
}

/// A kind by its name.
pub(super) fn kind(campaign: &Campaign, name: &str) -> KindId {
    let kinds = campaign.plan.schema.events.iter_enumerated();
    let mut named = kinds.filter(|(_, table)| &*table.name == name);
    named.next().expect("a kind of the package").0
}

/// Adds people who open what they were sent, which nobody knows before it was sent.
pub(super) fn open(rng: &mut Rng, campaign: &Campaign, stream: &mut Stream, outcomes: &[Outcome]) {
    let sent = outcomes.iter().filter_map(|outcome| match &outcome.what {
        Happened::Sent(delivery) => Some((outcome, Arc::clone(&delivery.id))),
        _ => None,
    });
    for (outcome, id) in sent.take(3) {
        let at = outcome.at.div_euclid(STEP) * STEP + rng.between(0, 8) * STEP;
        let what = What::Event {
            kind: kind(campaign, "Open"),
            values: vec![Value::Int(at), Value::Missing, Value::Str(id)],
        };
        let place = stream
            .inputs
            .partition_point(|input| at_of(input).is_none_or(|of| of <= at));
        let profile = Arc::clone(&outcome.profile);
        stream.inputs.insert(place, Input { profile, what });
        stream.until = stream.until.max(at);
    }
}

/// The same input, on time: rows without an instant first, then by instant, without deletions.
pub(super) fn on_time(stream: &Stream) -> Stream {
    let mut sorted = stream.clone();
    sorted.inputs.retain(|input| match &input.what {
        What::Delete => false,
        What::Event { values, .. } => values[usize::from(Schema::AT)].is_known(),
        What::Row { .. } => true,
    });
    sorted.inputs.sort_by_key(at_of);
    sorted
}
