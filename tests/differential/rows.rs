//! The generator of data: few people, many coincidences.

use super::build::{Built, TEXTS, ZONES};
use super::naive::civil::{DAY, SECOND, days};
use super::naive::edges;
use super::tree::{Data, EventRow, Field, GOOD, ProfileRow, Schema, Ty, V};
use crate::support::rng::Rng;

/// Evaluation times: changes of the clock, leap days, the ends of years, ordinary days.
const TIMES: [(i64, i64, i64, i64); 12] = [
    (2026, 3, 29, 3_600),
    (2026, 10, 25, 5_400),
    (2026, 3, 8, 25_200),
    (2018, 11, 4, 10_800),
    (2018, 11, 4, 36_000),
    (2011, 12, 30, 43_200),
    (2024, 2, 29, 43_200),
    (2025, 2, 28, 84_600),
    (2025, 1, 1, 0),
    (2025, 12, 31, 86_399),
    (2026, 6, 15, 37_230),
    (2026, 8, 31, 0),
];

/// Rows for a program.
pub(super) fn rows(rng: &mut Rng, built: &Built) -> Data {
    let schema = &built.program.schema;
    let (year, month, day, seconds) = *rng.pick(&TIMES);
    let fraction = if rng.chance(2_000) { 123_456 } else { 0 };
    let now = days(year, month, day) * DAY + seconds * SECOND + fraction;
    let by_events = schema
        .profile
        .iter()
        .all(|field| field.optional || field.default.is_some());
    let mut data = Data {
        now,
        profiles: Vec::new(),
        events: Vec::new(),
        goods: Vec::new(),
    };
    let wild: Vec<bool> = schema.profile.iter().map(|_| rng.chance(5_000)).collect();
    for number in 0..rng.between(8, 20) {
        let listed = !by_events || rng.chance(8_500);
        let zone = (listed && rng.chance(7_500)).then(|| *rng.pick(&ZONES));
        let values = schema.profile.iter().map(|_| V::Missing).collect();
        data.profiles.push(ProfileRow {
            key: format!("p{number:02}"),
            listed,
            zone,
            values,
        });
    }
    for index in 0..data.profiles.len() {
        let mut instants = edges(&built.program, &data, index, &built.windows);
        instants.extend(built.spans.iter().map(|span| now - span));
        instants.push(now);
        fill(rng, schema, &wild, &mut data.profiles[index], &instants);
        let before = data.events.len();
        for _ in 0..rng.below(12) {
            let event = event(
                rng,
                built,
                &data.profiles[index].key,
                &instants,
                &data.events[before..],
                now,
            );
            data.events.push(event);
        }
        // Who is known by events alone is not known without one.
        if !data.profiles[index].listed && data.events.len() == before {
            data.profiles[index].listed = true;
        }
        identify(rng, &mut data.events[before..], index);
    }
    duplicate(rng, &mut data);
    if schema.goods {
        goods(rng, &mut data);
    }
    data
}

/// Items of the catalog, perhaps none: keys are texts that people have, too.
fn goods(rng: &mut Rng, data: &mut Data) {
    for _ in 0..rng.below(9) {
        let key = *rng.pick(&TEXTS);
        // A row without its key is set aside.
        if key.is_empty() || data.goods.iter().any(|(known, _)| known == key) {
            continue;
        }
        let values = GOOD.iter().map(|(_, ty, optional)| {
            if *optional && rng.chance(3_000) {
                V::Missing
            } else {
                value(rng, *ty, &[data.now])
            }
        });
        let values = values.collect();
        data.goods.push((key.to_owned(), values));
    }
}

/// Numbers of fields that are not `wild` are small, so that columns are narrow and nothing is near the ends of types.
fn fill(rng: &mut Rng, schema: &Schema, wild: &[bool], row: &mut ProfileRow, instants: &[i64]) {
    if row.listed {
        let fields = schema.profile.iter().zip(wild);
        row.values = fields
            .map(|(field, wild)| field_value(rng, field, *wild, instants))
            .collect();
    }
}

fn field_value(rng: &mut Rng, field: &Field, wild: bool, instants: &[i64]) -> V {
    let may_lack = field.optional || field.default.is_some();
    if may_lack && rng.chance(3_000) {
        return V::Missing;
    }
    match field.ty {
        Ty::Int if !wild => V::Int(rng.between(-3, 5)),
        Ty::Money if !wild => V::Int(rng.between(-300, 300) * 5),
        ty => value(rng, ty, instants),
    }
}

/// A value of a type, often at the edge of something.
fn value(rng: &mut Rng, ty: Ty, instants: &[i64]) -> V {
    match ty {
        Ty::Int if rng.chance(2_000) => {
            V::Int(*rng.pick(&[i64::MIN, i64::MAX, i64::MAX - 1, 1 << 53, (1 << 53) + 1]))
        }
        Ty::Int => V::Int(rng.between(-3, 5)),
        Ty::Float if rng.chance(3_000) => V::Float(*rng.pick(&[
            f64::MAX,
            f64::MIN,
            5e-324,
            -5e-324,
            -0.0,
            9_007_199_254_740_992.0,
            9.223_372_036_854_776e18,
            1e300,
        ])),
        Ty::Money if rng.chance(1_500) => V::Int(*rng.pick(&[i64::MIN, i64::MAX, i64::MAX - 1])),
        Ty::Money => V::Int(rng.between(-300, 300) * 5),
        Ty::Str => V::Str((*rng.pick(&TEXTS)).to_owned()),
        Ty::Date if rng.chance(6_000) => {
            let near = *rng.pick(instants);
            V::Int(near.div_euclid(DAY) + rng.between(-1, 1))
        }
        Ty::Date if rng.chance(3_000) => V::Int(*rng.pick(&[
            days(2000, 2, 29),
            days(1, 1, 1),
            days(1999, 12, 31),
            days(2004, 2, 29),
        ])),
        Ty::Timestamp if rng.chance(1_000) => {
            V::Int(*rng.pick(&[days(1, 1, 2) * DAY, days(9999, 12, 29) * DAY]))
        }
        Ty::Timestamp => V::Int(instant(rng, instants)),
        Ty::Geo => {
            let (lat, lon) = *rng.pick(&super::build::PLACES);
            V::Geo(lat, lon)
        }
        Ty::Ints => V::List(
            (0..rng.below(4))
                .map(|_| value(rng, Ty::Int, instants))
                .collect(),
        ),
        Ty::Strs => V::List(
            (0..rng.below(4))
                .map(|_| value(rng, Ty::Str, instants))
                .collect(),
        ),
        Ty::Items => V::List((0..rng.below(4)).map(|_| item(rng, instants)).collect()),
        constant => super::build::constant(rng, constant),
    }
}

fn item(rng: &mut Rng, instants: &[i64]) -> V {
    let o = if rng.chance(4_000) {
        V::Missing
    } else {
        value(rng, Ty::Int, instants)
    };
    V::Record(vec![
        value(rng, Ty::Str, instants),
        value(rng, Ty::Int, instants),
        o,
    ])
}

/// An instant right at an edge, right beside it, or anywhere in the last months.
fn instant(rng: &mut Rng, instants: &[i64]) -> i64 {
    if rng.chance(6_500) {
        rng.pick(instants) + rng.between(-1, 1)
    } else {
        instants[instants.len() - 1] - rng.between(-2 * DAY, 120 * DAY)
    }
}

fn event(
    rng: &mut Rng,
    built: &Built,
    key: &str,
    instants: &[i64],
    before: &[EventRow],
    now: i64,
) -> EventRow {
    let schema = &built.program.schema;
    let kind = rng.index(schema.events.len());
    let at = match before {
        [] => instant(rng, instants),
        before if rng.chance(2_000) => rng.pick(before).at,
        before if rng.chance(3_500) && !built.spans.is_empty() => {
            rng.pick(before).at + rng.pick(&built.spans) + rng.between(-1, 1)
        }
        _ => instant(rng, instants),
    };
    let at = at.clamp(days(1, 1, 2) * DAY, now + 400 * DAY);
    let values = schema.events[kind]
        .1
        .iter()
        .map(|field| field_value(rng, field, true, instants))
        .collect();
    EventRow {
        key: key.to_owned(),
        kind,
        at,
        id: None,
        values,
    }
}

/// Events that only an identifier tells apart get one; of the others, most.
fn identify(rng: &mut Rng, events: &mut [EventRow], profile: usize) {
    let start = rng.below(50);
    for index in 0..events.len() {
        let event = &events[index];
        let twins = events
            .iter()
            .filter(|other| other.kind == event.kind && other.at == event.at)
            .count();
        if twins > 1 || rng.chance(8_000) {
            let scrambled = (index as u64 * 37 + start) % 101;
            events[index].id = Some(format!("e{scrambled:03}-{profile}"));
        }
    }
}

/// Some events arrive again: the same, or with another time.
fn duplicate(rng: &mut Rng, data: &mut Data) {
    for index in 0..data.events.len() {
        if data.events[index].id.is_some() && rng.chance(500) {
            let mut again = data.events[index].clone();
            let later = again.at + rng.between(0, 2) * DAY;
            let taken = |at: i64| {
                data.events.iter().any(|other| {
                    other.key == again.key && other.kind == again.kind && other.at == at
                })
            };
            if later == again.at || !taken(later) {
                again.at = later;
                data.events.push(again);
            }
        }
    }
}
