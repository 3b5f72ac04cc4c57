//! A thousand segments as people write them: an and of two to five clauses, a fifth of which are an or of two; bounds from
//! short menus, so that segments share many of their conditions.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::data::{DAY, NOW, PROFILE, city, country};
use crate::random::{Random, Zipf};

/// A column of the profile, as the limit has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Age,
    Orders,
    Sessions,
    Spend,
    Churn,
    Balance,
    LastSeen,
    Signup,
    Country,
    Device,
    Plan,
    City,
    OptIn,
}

/// What is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    Ints(i64, i64),
    Floats(f64, f64),
    Codes(Vec<usize>),
    True,
}

/// A condition, with its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Atom {
    pub(crate) field: Field,
    pub(crate) ask: Ask,
    pub(crate) text: String,
}

/// An and of ors.
pub(crate) type Segment = Vec<Vec<Atom>>;

struct Menus {
    countries: Zipf,
    cities: Zipf,
    kinds: Vec<f64>,
}

/// The first so many segments.
pub(crate) fn segments(count: usize) -> Vec<Segment> {
    let random = &mut Random(11);
    // Ages from and between, country, device, city, spend, orders, sessions, churn, balance, last seen, signup, opt-in, plan.
    let weights = [6, 12, 16, 7, 5, 12, 10, 8, 6, 5, 16, 5, 6, 8];
    let mut sum = 0.0;
    let kinds = weights.map(|weight| {
        sum += f64::from(weight) / 122.0;
        sum
    });
    let menus = Menus {
        countries: Zipf::new(60, 1.0),
        cities: Zipf::new(2000, 0.9),
        kinds: kinds.to_vec(),
    };
    (0..count).map(|_| segment(random, &menus)).collect()
}

fn segment(random: &mut Random, menus: &Menus) -> Segment {
    let place = random.uniform();
    let clauses = 2 + [0.3, 0.65, 0.9].iter().filter(|sum| place > **sum).count();
    let (mut segment, mut used) = (Segment::new(), Vec::new());
    while segment.len() < clauses {
        let first = atom(random, menus);
        if used.contains(&first.field) {
            continue;
        }
        used.push(first.field);
        let mut clause = vec![first];
        if random.uniform() < 0.2 {
            let second = atom(random, menus);
            if second.field != clause[0].field {
                clause.push(second);
            }
        }
        segment.push(clause);
    }
    segment
}

fn atom(random: &mut Random, menus: &Menus) -> Atom {
    let place = random.uniform();
    match menus.kinds.partition_point(|sum| *sum < place) {
        0 => from(
            Field::Age,
            "age",
            random.pick(&[18, 21, 25, 30, 35, 40, 45, 50, 55, 60, 65]),
        ),
        1 => {
            let lo = random.pick(&[18, 20, 25, 30, 35, 40, 45, 50, 55]);
            let hi = lo + random.pick(&[4, 9, 14, 19, 29]);
            let text = format!("age >= {lo} and age <= {hi}");
            Atom {
                field: Field::Age,
                ask: Ask::Ints(lo, hi),
                text,
            }
        }
        2 => {
            let count = random.pick(&[1, 1, 1, 2, 3, 5]);
            let codes = menus.countries.some(random, count);
            coded(Field::Country, "country", codes, country)
        }
        3 => coded(Field::Device, "device", vec![random.below(5)], |code| {
            crate::data::DEVICES[code].to_owned()
        }),
        4 => {
            let count = random.pick(&[1, 2, 3]);
            let codes = menus.cities.some(random, count);
            coded(Field::City, "city", codes, |code| {
                format!("\"{}\"", city(code))
            })
        }
        5 => float(
            Field::Spend,
            "spend",
            random.pick(&[
                20.0, 50.0, 100.0, 200.0, 250.0, 500.0, 750.0, 1000.0, 2000.0,
            ]),
        ),
        6 => from(
            Field::Orders,
            "orders",
            random.pick(&[1, 2, 3, 4, 5, 6, 8, 10]),
        ),
        7 => from(
            Field::Sessions,
            "sessions",
            random.pick(&[1, 2, 3, 4, 5, 8, 10, 15]),
        ),
        8 if random.uniform() < 0.5 => {
            let hi = random.pick(&[0.2, 0.3, 0.4, 0.5]);
            let ask = Ask::Floats(f64::NEG_INFINITY, hi);
            Atom {
                field: Field::Churn,
                ask,
                text: format!("churn <= {hi:?}"),
            }
        }
        8 => float(
            Field::Churn,
            "churn",
            random.pick(&[0.3, 0.4, 0.5, 0.6, 0.7]),
        ),
        9 => {
            let cents = random.pick(&[1000, 2500, 5000, 7500, 10_000, 20_000]);
            let text = format!("balance >= {}.{:02} USD", cents / 100, cents % 100);
            Atom {
                field: Field::Balance,
                ask: Ask::Ints(cents, i64::MAX),
                text,
            }
        }
        10 => {
            let days = random.pick(&[1, 3, 7, 14, 30, 45, 60, 90, 180]);
            let ask = Ask::Ints(NOW - days * DAY, i64::MAX);
            Atom {
                field: Field::LastSeen,
                ask,
                text: format!("last_seen >= {days}d ago"),
            }
        }
        11 => {
            let days = random.pick(&[30, 90, 180, 365, 730]);
            let ask = Ask::Ints(i64::MIN, NOW - days * DAY);
            Atom {
                field: Field::Signup,
                ask,
                text: format!("signup <= {days}d ago"),
            }
        }
        12 => Atom {
            field: Field::OptIn,
            ask: Ask::True,
            text: "opt_in".to_owned(),
        },
        _ => {
            let count = random.pick(&[1, 2]);
            let codes = Zipf::new(4, 0.0).some(random, count);
            coded(Field::Plan, "plan", codes, |code| {
                crate::data::PLANS[code].to_owned()
            })
        }
    }
}

fn from(field: Field, name: &str, lo: i64) -> Atom {
    let text = format!("{name} >= {lo}");
    Atom {
        field,
        ask: Ask::Ints(lo, i64::MAX),
        text,
    }
}

fn float(field: Field, name: &str, lo: f64) -> Atom {
    let text = format!("{name} >= {lo:?}");
    Atom {
        field,
        ask: Ask::Floats(lo, f64::INFINITY),
        text,
    }
}

fn coded(field: Field, name: &str, codes: Vec<usize>, text: impl Fn(usize) -> String) -> Atom {
    let names: Vec<String> = codes.iter().map(|code| text(*code)).collect();
    let text = match names.as_slice() {
        [only] => format!("{name} == {only}"),
        several => format!("{name} in [{}]", several.join(", ")),
    };
    Atom {
        field,
        ask: Ask::Codes(codes),
        text,
    }
}

/// The different conditions of segments, and how often any is used.
pub(crate) fn atoms(segments: &[Segment]) -> (Vec<&Atom>, usize) {
    let (places, uses) = places(segments);
    let mut atoms: Vec<(usize, &Atom)> = places.into_values().collect();
    atoms.sort_unstable_by_key(|(place, _)| *place);
    (atoms.into_iter().map(|(_, atom)| atom).collect(), uses)
}

/// Each different condition by its text, numbered as they come.
pub(crate) fn places(segments: &[Segment]) -> (BTreeMap<&str, (usize, &Atom)>, usize) {
    let (mut places, mut uses) = (BTreeMap::new(), 0);
    for atom in segments.iter().flatten().flatten() {
        let next = places.len();
        places.entry(atom.text.as_str()).or_insert((next, atom));
        uses += 1;
    }
    (places, uses)
}

/// The segments as a program.
pub(crate) fn program(segments: &[Segment]) -> String {
    let mut text = PROFILE.to_owned();
    text.push_str(&crate::data::enums());
    for (at, segment) in segments.iter().enumerate() {
        let clauses: Vec<String> = segment
            .iter()
            .map(|clause| {
                let atoms: Vec<String> = clause
                    .iter()
                    .map(|atom| format!("({})", atom.text))
                    .collect();
                format!("({})", atoms.join(" or "))
            })
            .collect();
        writeln!(
            text,
            "segment s{at:04} {{ when {} }}",
            clauses.join(" and ")
        )
        .expect("texts take text");
    }
    text
}
