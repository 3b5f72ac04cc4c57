//! What values a field has: decided once by its type, its name and what rules compare it with, then drawn row by row.

use persona_ir::{Const, RecordField, Schema, Ty, Validate};
use persona_runtime::calendar;

use super::fill::Row;
use super::hints::Hints;
use super::look::Look;
use super::person::Person;
use super::rng::Rng;
use super::words::PLACES;
use crate::fields::{Owner, Source};

/// A field.
#[derive(Debug)]
pub(super) struct Field {
    /// Of a hundred values so many are missing.
    pub(super) missing: usize,
    pub(super) what: What,
}

/// What its values are.
#[derive(Debug)]
pub(super) enum What {
    /// So many of a hundred are true.
    Flag(usize),
    /// Whole numbers around a middle.
    Number(f64),
    /// Whole numbers from 1 to this, small ones mostly.
    Few(usize),
    /// Floats around a middle.
    Float(f64),
    /// Floats from 0 to 1.
    Share,
    /// A value of an enum.
    Choice(Choice),
    /// The day of birth of a grown-up.
    Birthday,
    /// A day since the person is known.
    Date,
    /// Since when the person is known.
    Joined,
    /// An instant since the person is known.
    Instant,
    /// A time of day.
    Clock,
    /// A length of time around a middle, in microseconds, to the second.
    Span(f64),
    Text(Look),
    /// Near where the person lives.
    Place,
    List {
        fields: Vec<Field>,
        /// So many elements at least.
        least: usize,
        distinct: bool,
    },
}

/// How an enum's value is chosen.
#[derive(Debug)]
pub(super) struct Choice {
    values: usize,
    /// For enums of countries: the value of each of [`PLACES`].
    by_place: Option<Vec<u32>>,
}

/// A column's or an element's field as the schema declares it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared<'a> {
    pub(super) name: &'a str,
    pub(super) ty: &'a Ty,
    pub(super) validate: Option<Validate>,
    pub(super) optional: bool,
    pub(super) default: Option<&'a Const>,
}

impl Field {
    /// What a field's values are.
    pub(super) fn new(
        declared: Declared<'_>,
        source: Source,
        schema: &Schema,
        hints: &Hints,
    ) -> Self {
        Self {
            missing: if declared.optional { 15 } else { 0 },
            what: What::new(declared, source, schema, hints),
        }
    }
}

impl What {
    fn new(declared: Declared<'_>, source: Source, schema: &Schema, hints: &Hints) -> Self {
        let name = declared.name.rsplit('.').next().unwrap_or(declared.name);
        let name = name.to_lowercase();
        let scale = |usual: f64| hints.scale(source).unwrap_or(usual);
        if let Some(keys) = hints.named_by(source)
            && let Some(what) = keys.named(declared.ty)
        {
            return what;
        }
        match declared.ty {
            Ty::Bool => Self::Flag(match declared.default {
                Some(Const::Bool(true)) => 80,
                _ => 35,
            }),
            Ty::Int if is_few(&name) => Self::Few(6),
            Ty::Int => Self::Number(scale(20.0)),
            Ty::Money(_) => Self::Number(scale(6_000.0)),
            Ty::Length => Self::Number(scale(12_000.0)),
            Ty::Float if hints.scale(source).unwrap_or(0.5) <= 1.0 => Self::Share,
            Ty::Float => Self::Float(scale(20.0)),
            Ty::Str => {
                let named = hints.texts(source);
                let things = matches!(source.owner, Owner::Catalog(_));
                Self::Text(Look::of(declared.name, declared.validate, &named, things))
            }
            Ty::Enum(id) => Self::Choice(Choice::new(
                schema.enums[*id].values.iter().map(|value| &*value.name),
            )),
            Ty::Date if name.contains("birth") || name == "born" => Self::Birthday,
            Ty::Date => Self::Date,
            Ty::Timestamp if is_start(&name) => Self::Joined,
            Ty::Timestamp => Self::Instant,
            Ty::TimeOfDay => Self::Clock,
            Ty::Duration => Self::Span(scale(3_600.0 * calendar::SECOND as f64)),
            Ty::Geo => Self::Place,
            Ty::List(element) => Self::list(declared, element, (1, false), source, schema, hints),
            Ty::Set(element) => Self::list(declared, element, (0, true), source, schema, hints),
            // Neither a record nor an item is ever a column: their fields are.
            Ty::Record(_) | Ty::Item(_) => Self::Flag(0),
        }
    }

    fn list(
        declared: Declared<'_>,
        element: &Ty,
        (least, distinct): (usize, bool),
        source: Source,
        schema: &Schema,
        hints: &Hints,
    ) -> Self {
        let child = |number: usize| Source {
            child: u32::try_from(number).ok(),
            ..source
        };
        let field = |number: usize, name: &str, ty: &Ty, optional: bool| {
            let declared = Declared {
                name,
                ty,
                validate: None,
                optional,
                default: None,
            };
            Field::new(declared, child(number), schema, hints)
        };
        let fields = match element {
            Ty::Record(fields) => {
                let fields = fields.iter().enumerate();
                let of =
                    |(number, f): (usize, &RecordField)| field(number, &f.name, &f.ty, f.optional);
                fields.map(of).collect()
            }
            scalar => vec![field(0, declared.name, scalar, false)],
        };
        Self::List {
            fields,
            least,
            distinct,
        }
    }

    pub(super) fn flag(&self, rng: &mut Rng) -> bool {
        match self {
            Self::Flag(percent) => rng.percent(*percent),
            _ => false,
        }
    }

    pub(super) fn int(&self, rng: &mut Rng, row: Row<'_>) -> i64 {
        match self {
            Self::Number(middle) => (rng.heavy() * middle) as i64,
            Self::Few(most) => rng.popular(*most) as i64 + 1,
            Self::Birthday => row.at.div_euclid(calendar::DAY) - 6_600 - rng.below(22_000) as i64,
            Self::Date => self.since_joined(rng, row).div_euclid(calendar::DAY),
            Self::Joined => row.person.joined,
            Self::Instant => self.since_joined(rng, row),
            Self::Clock => rng.below(24 * 60) as i64 * 60,
            Self::Span(middle) => {
                let micros = (rng.heavy() * middle) as i64;
                micros - micros % calendar::SECOND
            }
            _ => 0,
        }
    }

    /// An instant between the first one of the person and the row's.
    fn since_joined(&self, rng: &mut Rng, row: Row<'_>) -> i64 {
        let span = row.at.saturating_sub(row.person.joined).max(0);
        row.person
            .joined
            .saturating_add((rng.unit() * span as f64) as i64)
    }

    pub(super) fn float(&self, rng: &mut Rng) -> f64 {
        let number = match self {
            Self::Float(middle) => rng.heavy() * middle,
            _ => rng.unit(),
        };
        (number * 1e4).round() / 1e4
    }

    pub(super) fn code(&self, rng: &mut Rng, person: &Person) -> u32 {
        let Self::Choice(choice) = self else { return 0 };
        let home = PLACES
            .iter()
            .position(|place| std::ptr::eq(place, person.place));
        if let (Some(by_place), Some(home)) = (&choice.by_place, home) {
            return by_place[home];
        }
        u32::try_from(rng.popular(choice.values)).unwrap_or(0)
    }
}

impl Choice {
    fn new<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let values: Vec<String> = values.map(str::to_lowercase).collect();
        let find = |wanted: &[&str]| {
            let wanted: Vec<String> = wanted.iter().map(|word| word.to_lowercase()).collect();
            values.iter().position(|value| wanted.contains(value))
        };
        let code = |place: usize| u32::try_from(place).unwrap_or(0);
        let other = find(&["other", "others", "rest", "elsewhere", "row", "unknown"]);
        let homes: Vec<Option<usize>> = PLACES
            .iter()
            .map(|place| find(&[place.country, place.country_name]))
            .collect();
        let found = homes.iter().flatten().count();
        let rest = other.unwrap_or(values.len().saturating_sub(1));
        // Two countries by chance are no list of countries.
        let by_place = (found >= 3).then(|| {
            homes
                .iter()
                .map(|home| code(home.unwrap_or(rest)))
                .collect()
        });
        Self {
            values: values.len(),
            by_place,
        }
    }
}

/// Names of small counts.
pub(super) fn is_few(name: &str) -> bool {
    [
        "quantity", "qty", "pieces", "children", "guests", "rating", "stars",
    ]
    .contains(&name)
}

/// Names of the instant since when somebody is known.
fn is_start(name: &str) -> bool {
    [
        "sign", "join", "creat", "register", "since", "start", "first",
    ]
    .iter()
    .any(|word| name.contains(word))
}
