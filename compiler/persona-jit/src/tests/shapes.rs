//! How data lie in memory: columns that were not read, slices that start inside a byte of validity bits, no profiles,
//! missing rows with any bits, other calibrations, several threads.

use std::sync::Arc;

use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer, ScalarBuffer};
use persona_base::IndexVec;
use persona_runtime::{Calibration, Codes, Column, Dataset, Evaluation, Ints, RankTable, Values};

use super::fixture::{self, NOW, Rng};
use super::generate::{self, Focus};
use super::{agree, at};
use crate::Compiled;

/// Changes each column of the profiles and of the events, except those that are always read.
fn change(data: &mut Dataset, mut f: impl FnMut(&mut Column)) {
    let key = fixture::schema().key;
    for (id, column) in data
        .columns
        .clone()
        .iter_enumerated()
        .filter(|(id, _)| *id != key)
    {
        let mut column = column.clone();
        f(&mut column);
        data.columns[id] = column;
    }
    for (kind, table) in data.events.clone().iter_enumerated() {
        for (id, column) in table.columns.iter_enumerated().skip(1) {
            let mut column = column.clone();
            f(&mut column);
            data.events[kind].columns[id] = column;
        }
    }
}

#[test]
fn columns_that_were_not_read_are_missing() {
    for seed in 0..30 {
        let mut rng = Rng(1000 + seed);
        let mut data = fixture::dataset(&mut rng, 7, 9);
        let plan = generate::plan(&mut rng, 5, 3, Focus::Anything);
        change(&mut data, |column| {
            if column.valid.is_some() {
                *column = absent(column);
            }
        });
        agree(&plan, &data, &at(NOW)).unwrap();
    }
}

fn absent(column: &Column) -> Column {
    Column::new(Values::Absent(column.len()), None)
}

/// A list may have more elements than any table has rows.
#[test]
fn fields_of_elements_that_were_not_read_are_missing() {
    for seed in 0..30 {
        let mut rng = Rng(5000 + seed);
        let mut data = fixture::dataset(&mut rng, 3, 4);
        let plan = generate::plan(&mut rng, 6, 3, Focus::Anything);
        change(&mut data, |column| {
            if let Values::List { children, .. } = &mut column.values {
                let optional = children.iter_mut().filter(|child| child.valid.is_some());
                optional.for_each(|child| *child = absent(child));
            }
        });
        agree(&plan, &data, &at(NOW)).unwrap();
    }
}

/// The same bits behind some others, so that they start inside a byte.
fn moved(bits: &BooleanBuffer, by: usize) -> BooleanBuffer {
    let behind: BooleanBuffer = (0..by)
        .map(|index| index % 2 == 0)
        .chain(bits.iter())
        .collect();
    behind.slice(by, bits.len())
}

#[test]
fn bits_may_start_inside_a_byte() {
    for seed in 0..30 {
        let mut rng = Rng(2000 + seed);
        let mut data = fixture::dataset(&mut rng, 20, 9);
        let plan = generate::plan(&mut rng, 5, 3, Focus::Anything);
        let by = rng.below(20);
        change(&mut data, |column| {
            let valid = column.valid.as_ref();
            let valid = valid.map(|valid| NullBuffer::new(moved(valid.inner(), by)));
            let values = match &column.values {
                Values::Bool(bits) => Values::Bool(moved(bits, by / 2)),
                other => other.clone(),
            };
            *column = Column::new(values, valid);
        });
        agree(&plan, &data, &at(NOW)).unwrap();
    }
}

#[test]
fn missing_rows_may_have_any_bits() {
    for seed in 0..30 {
        let mut rng = Rng(3000 + seed);
        let mut data = fixture::dataset(&mut rng, 9, 9);
        let plan = generate::plan(&mut rng, 5, 3, Focus::Anything);
        change(&mut data, garble);
        agree(&plan, &data, &at(NOW)).unwrap();
    }
}

/// Replaces the bits of missing values.
fn garble(column: &mut Column) {
    let Some(valid) = column.valid.clone() else {
        return;
    };
    let known = |row: usize| valid.is_valid(row);
    let values = match &column.values {
        Values::Int(values) => Values::Int(match values {
            Ints::I8(v) => Ints::I8(garbled(v, &valid, i8::MIN + 5)),
            Ints::I16(v) => Ints::I16(garbled(v, &valid, i16::MIN + 5)),
            Ints::I32(v) => Ints::I32(garbled(v, &valid, i32::MIN + 5)),
            Ints::I64(v) => Ints::I64(garbled(v, &valid, i64::MIN + 5)),
        }),
        Values::Float(values) => Values::Float(garbled(values, &valid, f64::NAN)),
        Values::Str(codes) => {
            let garbled = codes
                .iter()
                .enumerate()
                .map(|(row, code)| if known(row) { code } else { u32::MAX - 1 });
            Values::Str(garbled.collect())
        }
        Values::Enum(codes) => Values::Enum(match codes {
            Codes::U8(v) => Codes::U8(garbled(v, &valid, u8::MAX)),
            Codes::U16(v) => Codes::U16(garbled(v, &valid, u16::MAX)),
            Codes::U32(v) => Codes::U32(garbled(v, &valid, u32::MAX)),
        }),
        other => other.clone(),
    };
    *column = Column::new(values, Some(valid));
}

fn garbled<T: ArrowNativeType>(values: &[T], valid: &NullBuffer, with: T) -> ScalarBuffer<T> {
    let pairs = values.iter().zip(valid.iter());
    pairs
        .map(|(value, known)| if known { *value } else { with })
        .collect()
}

#[test]
fn no_profiles_have_no_answers() {
    let data = fixture::dataset(&mut Rng(1), 0, 0);
    for seed in 0..10 {
        let plan = generate::plan(&mut Rng(seed), 5, 3, Focus::Ranks);
        agree(&plan, &data, &at(NOW)).unwrap();
    }
}

#[test]
fn given_calibrations_are_used_whatever_they_hold() {
    for seed in 0..30 {
        let mut rng = Rng(4000 + seed);
        let data = fixture::dataset(&mut rng, 9, 9);
        let plan = generate::plan(&mut rng, 6, 2, Focus::Ranks);
        let mut ranks = IndexVec::new();
        for _ in 0..rng.below(plan.ranks.len() + 2) {
            ranks.push(match rng.below(3) {
                0 => RankTable::Int(vec![-1, 0, 0, 3]),
                1 => RankTable::Float(vec![-1.0, 0.0, 0.5]),
                _ => RankTable::Int(Vec::new()),
            });
        }
        let calibration = Some(Arc::new(Calibration { now: 0, ranks }));
        agree(
            &plan,
            &data,
            &Evaluation {
                now: NOW,
                calibration,
            },
        )
        .unwrap();
    }
}

#[test]
fn threads_share_compiled_code() {
    let mut rng = Rng(9);
    let data = fixture::dataset(&mut rng, 30, 9);
    let plan = generate::plan(&mut rng, 8, 4, Focus::Anything);
    let compiled = Compiled::new(&plan).unwrap();
    let alone = compiled.run(&data, &at(NOW)).columns;
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| compiled.run(&data, &at(NOW)).columns))
            .collect();
        for run in runs {
            assert_eq!(run.join().unwrap(), alone);
        }
    });
}
