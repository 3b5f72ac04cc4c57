//! Columns that grow value by value, from made-up ones.

use arrow_buffer::{BooleanBuffer, NullBuffer};
use persona_runtime::{Column, Strings, Values};

use super::field::{Field, What};
use super::person::Person;
use super::rng::Rng;

/// Whose value it is, and in which row of which table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'p> {
    pub(super) person: &'p Person,
    pub(super) row: usize,
    /// When it happens; for a profile's row, now.
    pub(super) at: i64,
}

/// A growing column.
#[derive(Debug)]
pub(super) struct Filler<'f> {
    field: &'f Field,
    data: Data<'f>,
    valid: Vec<bool>,
}

#[derive(Debug)]
enum Data<'f> {
    Bits(Vec<bool>),
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Texts(Vec<u32>),
    Codes(Vec<u32>),
    Places(Vec<f64>, Vec<f64>),
    Lists(Vec<u32>, Vec<Filler<'f>>),
}

impl<'f> Filler<'f> {
    /// An empty column of values of a field.
    pub(super) fn new(field: &'f Field) -> Self {
        let data = match &field.what {
            What::Flag(_) => Data::Bits(Vec::new()),
            What::Float(_) | What::Share => Data::Floats(Vec::new()),
            What::Text(_) => Data::Texts(Vec::new()),
            What::Choice(_) => Data::Codes(Vec::new()),
            What::Place => Data::Places(Vec::new(), Vec::new()),
            What::List { fields, .. } => {
                Data::Lists(vec![0], fields.iter().map(Self::new).collect())
            }
            What::Number(_)
            | What::Few(_)
            | What::Birthday
            | What::Date
            | What::Joined
            | What::Instant
            | What::Clock
            | What::Span(_) => Data::Ints(Vec::new()),
        };
        Self {
            field,
            data,
            valid: Vec::new(),
        }
    }

    /// Appends a value for a row.
    pub(super) fn push(&mut self, rng: &mut Rng, row: Row<'_>, strings: &mut Strings) {
        self.valid.push(!rng.percent(self.field.missing));
        let what = &self.field.what;
        match &mut self.data {
            Data::Bits(bits) => bits.push(what.flag(rng)),
            Data::Ints(ints) => ints.push(what.int(rng, row)),
            Data::Floats(floats) => floats.push(what.float(rng)),
            Data::Codes(codes) => codes.push(what.code(rng, row.person)),
            Data::Texts(codes) => {
                let mut text = String::new();
                if let What::Text(look) = what {
                    look.write(rng, row.person, row.row, &mut text);
                }
                codes.push(strings.intern(&text));
            }
            Data::Places(latitudes, longitudes) => {
                let (latitude, longitude) = near(rng, row.person);
                latitudes.push(latitude);
                longitudes.push(longitude);
            }
            Data::Lists(offsets, children) => {
                let (least, distinct) = match what {
                    What::List {
                        least, distinct, ..
                    } => (*least, *distinct),
                    _ => (0, false),
                };
                for _ in 0..least + (rng.heavy() as usize).min(8) {
                    let before = children.first().map_or(0, Filler::len);
                    children
                        .iter_mut()
                        .for_each(|child| child.push(rng, row, strings));
                    let start = offsets.last().map_or(0, |offset| *offset as usize);
                    if distinct && children.iter().all(|child| child.repeats(start, before)) {
                        children.iter_mut().for_each(Filler::pop);
                    }
                }
                let end = children.first().map_or(0, Filler::len);
                offsets.push(u32::try_from(end).expect("generated lists are short"));
            }
        }
    }

    /// The number of values.
    fn len(&self) -> usize {
        self.valid.len()
    }

    /// Whether the value at a place is also at an earlier one, from `start` on.
    fn repeats(&self, start: usize, place: usize) -> bool {
        fn again<T: PartialEq>(values: &[T], start: usize, place: usize) -> bool {
            values[start..place].contains(&values[place])
        }
        match &self.data {
            Data::Bits(values) => again(values, start, place),
            Data::Ints(values) => again(values, start, place),
            Data::Floats(values) => again(values, start, place),
            Data::Texts(values) | Data::Codes(values) => again(values, start, place),
            Data::Places(values, _) => again(values, start, place),
            Data::Lists(..) => false,
        }
    }

    fn pop(&mut self) {
        self.valid.pop();
        match &mut self.data {
            Data::Bits(values) => drop(values.pop()),
            Data::Ints(values) => drop(values.pop()),
            Data::Floats(values) => drop(values.pop()),
            Data::Texts(values) | Data::Codes(values) => drop(values.pop()),
            Data::Places(a, b) => drop((a.pop(), b.pop())),
            Data::Lists(offsets, _) => drop(offsets.pop()),
        }
    }

    /// The finished column, wide.
    pub(super) fn finish(self) -> Column {
        let some_missing = self.valid.iter().any(|known| !known);
        let valid = some_missing.then(|| NullBuffer::from(self.valid));
        let values = match self.data {
            Data::Bits(bits) => Values::Bool(BooleanBuffer::from(bits)),
            Data::Ints(ints) => Values::Int(ints.into()),
            Data::Floats(floats) => Values::Float(floats.into()),
            Data::Texts(codes) => Values::Str(codes.into()),
            Data::Codes(codes) => Values::Enum(codes.into()),
            Data::Places(latitudes, longitudes) => Values::Geo(latitudes.into(), longitudes.into()),
            Data::Lists(offsets, children) => Values::List {
                offsets: offsets.into(),
                children: children.into_iter().map(Filler::finish).collect(),
            },
        };
        Column::new(values, valid)
    }
}

/// A place within a few dozen kilometres of where a person lives, to four decimals.
fn near(rng: &mut Rng, person: &Person) -> (f64, f64) {
    let mut move_by = |degrees: f64| {
        let moved = degrees + (rng.unit() - 0.5) * 0.6;
        (moved * 1e4).round() / 1e4
    };
    (
        move_by(person.place.latitude),
        move_by(person.place.longitude),
    )
}
