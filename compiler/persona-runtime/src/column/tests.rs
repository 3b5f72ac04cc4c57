//! Narrowing and widening lose nothing that is known, whatever the widths, the missing rows and where buffers start.

use std::sync::Arc;

use arrow_buffer::{BooleanBuffer, NullBuffer};

use super::*;
use crate::Value;

/// A small generator of numbers (`xorshift`).
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// Validity bits that start anywhere in a byte; sometimes none, sometimes all missing.
    fn valid(&mut self, rows: usize) -> Option<NullBuffer> {
        let share = [0, 1, 30, 63, 64][self.below(5)];
        let from = self.below(20);
        let bits: BooleanBuffer = (0..from + rows).map(|_| self.below(64) >= share).collect();
        (share > 0).then(|| NullBuffer::new(bits.slice(from, rows)))
    }

    /// An integer near the edges of the widths.
    fn int(&mut self, bits: u32) -> i64 {
        let edge = 1_i64 << bits;
        match self.below(4) {
            0 => edge - 1,
            1 => -edge,
            2 => 0,
            _ => (self.next() as i64) >> (63 - bits),
        }
    }
}

fn value(strings: &Strings, column: &Column, row: usize) -> Value {
    crate::dataset::value(strings, column, row)
}

fn same(strings: &Strings, a: &Column, b: &Column) {
    assert_eq!(a.len(), b.len());
    for row in 0..a.len() {
        assert_eq!(value(strings, a, row), value(strings, b, row), "row {row}");
    }
}

#[test]
fn integers_survive_in_the_narrowest_width_that_holds_them() {
    let strings = Strings::new();
    let mut rng = Rng(7);
    for round in 0..400 {
        let bits = [0, 3, 7, 8, 15, 16, 31, 32, 62][round % 9];
        let rows = rng.below(200);
        let values: Vec<i64> = (0..rows).map(|_| rng.int(bits)).collect();
        let valid = rng.valid(rows);
        let column = Column::new(Values::Int(values.clone().into()), valid.clone());
        let narrow = column.clone().narrowed(&strings);
        same(&strings, &column, &narrow);
        same(&strings, &column, &narrow.widened());
        let Values::Int(ints) = &narrow.values else {
            panic!("integers stay integers")
        };
        let known = (0..rows).filter(|row| column.is_known(*row));
        let widest = known
            .map(|row| match values[row] {
                -0x80..=0x7f => 1,
                -0x8000..=0x7fff => 2,
                -0x8000_0000..=0x7fff_ffff => 4,
                _ => 8,
            })
            .max();
        assert_eq!(ints.width(), widest.unwrap_or(1));
        if ints.width() < 8 {
            let missing = (0..rows).filter(|row| !column.is_known(*row));
            assert!(missing.map(|row| ints.get(row)).all(|bits| bits == 0));
        }
        let from = rng.below(rows + 1);
        let mut part = vec![1; rows - from];
        ints.widen(from..rows, &mut part);
        assert_eq!(part, ints.iter().skip(from).collect::<Vec<_>>());
        assert_eq!(part, *ints.slice(from, rows - from).to_wide());
    }
}

#[test]
fn codes_survive_in_the_narrowest_width_that_holds_them() {
    let strings = Strings::new();
    let mut rng = Rng(8);
    for round in 0..300 {
        let most = [1_u64, 200, 256, 257, 65_536, 65_537, 1 << 32][round % 7];
        let rows = rng.below(200);
        let values: Vec<u32> = (0..rows)
            .map(|_| match rng.below(3) {
                0 => (most - 1) as u32,
                _ => (rng.next() % most) as u32,
            })
            .collect();
        let column = Column::new(Values::Enum(values.clone().into()), rng.valid(rows));
        let narrow = column.clone().narrowed(&strings);
        same(&strings, &column, &narrow);
        let Values::Enum(codes) = &narrow.values else {
            panic!("codes stay codes")
        };
        let greatest = (0..rows).filter(|row| column.is_known(*row));
        let greatest = greatest.map(|row| values[row]).max().unwrap_or(0);
        let width = match greatest {
            0..=0xff => 1,
            0x100..=0xffff => 2,
            _ => 4,
        };
        assert_eq!(codes.width(), width);
        assert_eq!(codes.to_wide().len(), rows);
    }
}

#[test]
fn texts_survive_with_entries_in_the_order_of_their_bytes() {
    let mut rng = Rng(9);
    for round in 0..200 {
        let distinct = [1, 2, 40, 256, 257, 400][round % 6];
        let mut strings = Strings::new();
        for number in 0..distinct * 2 {
            // Not in the order of their bytes, and half of them of other columns.
            strings.intern(&format!("{}", (number * 7919) % 1000));
        }
        let rows = rng.below(2000);
        let codes: Vec<u32> = (0..rows)
            .map(|_| (rng.below(distinct) * 2) as u32)
            .collect();
        let column = Column::new(Values::Str(codes.clone().into()), rng.valid(rows));
        let known = (0..rows).filter(|row| column.is_known(*row));
        let mut seen: Vec<u32> = known.map(|row| codes[row]).collect();
        seen.sort_unstable();
        seen.dedup();
        let narrow = column.clone().narrowed(&strings);
        same(&strings, &column, &narrow);
        same(&strings, &column, &narrow.widened());
        let Values::Str(texts) = &narrow.values else {
            panic!("texts stay texts")
        };
        assert_eq!(texts.entries().is_some(), seen.len() <= rows / 4);
        if let Some(entries) = texts.entries() {
            let by_text = |a: &u32, b: &u32| strings.get(*a) < strings.get(*b);
            assert!(entries.is_sorted_by(by_text));
            assert_eq!(entries.len(), seen.len());
            assert_eq!(texts.codes().width(), if seen.len() > 256 { 2 } else { 1 });
        }
        let from = rng.below(rows + 1);
        assert_eq!(
            *texts.slice(from, rows - from).to_global(),
            texts.to_global()[from..]
        );
    }
}

#[test]
fn more_texts_than_a_dictionary_holds_stay_global() {
    let mut strings = Strings::new();
    let codes: Vec<u32> = (0..70_000)
        .map(|number| strings.intern(&number.to_string()))
        .collect();
    let rows: Vec<u32> = codes.iter().copied().cycle().take(300_000).collect();
    let column = Column::new(Values::Str(rows.into()), None).narrowed(&strings);
    assert!(matches!(&column.values, Values::Str(texts) if texts.global().is_some()));
    let rows: Vec<u32> = codes[..65_536]
        .iter()
        .copied()
        .cycle()
        .take(300_000)
        .collect();
    let column = Column::new(Values::Str(rows.into()), None).narrowed(&strings);
    assert!(matches!(&column.values, Values::Str(texts) if texts.codes().width() == 2));
}

#[test]
fn rows_are_taken_and_joined_whatever_their_width() {
    let mut strings = Arc::new(Strings::new());
    let values = |texts: &[&str]| -> Vec<Value> { texts.iter().map(|t| (*t).into()).collect() };
    let ty = persona_ir::Ty::Str;
    let first = crate::build::column(&values(&["b", "a", "b", "b"]), &ty, &mut strings);
    let narrow = first.clone().narrowed_with(&strings, 2);
    assert!(matches!(&narrow.values, Values::Str(texts) if texts.entries().is_some()));
    let second = crate::build::column(&values(&["c"]), &ty, &mut strings);
    let joined = crate::gather::concat(&narrow, &second).expect("one type");
    assert_eq!(
        Some(joined),
        crate::gather::concat(&first, &second),
        "joined columns are wide"
    );
    let rows = [3, 1];
    same(
        &strings,
        &crate::gather::take(&narrow, &rows),
        &crate::gather::take(&first, &rows),
    );
}

#[test]
fn figures_are_those_of_the_known_rows() {
    let bools: BooleanBuffer = [true, true, false, true].into_iter().collect();
    let valid = || Some(NullBuffer::from(vec![true, false, true, true]));
    let stats = |values: Values, valid| Column::new(values, valid).stats();
    let of = |missing, bounds| Stats { missing, bounds };
    assert_eq!(
        stats(Values::Bool(bools), valid()),
        of(1, Bounds::Bool { yes: 2 })
    );
    let ints = Values::Int(vec![4, -900, 5, -6].into());
    assert_eq!(stats(ints.clone(), valid()), of(1, Bounds::Int(-6, 5)));
    assert_eq!(stats(ints, None), of(0, Bounds::Int(-900, 5)));
    let floats = Values::Float(vec![0.5, 9.0, -2.0, 0.0].into());
    assert_eq!(stats(floats, valid()), of(1, Bounds::Float(-2.0, 0.5)));
    let codes = Values::Enum(vec![3, 0, 1, 2].into());
    assert_eq!(stats(codes, valid()), of(1, Bounds::Enum(1, 3)));
    let nobody = Some(NullBuffer::new_null(4));
    assert_eq!(
        stats(Values::Int(vec![1; 4].into()), nobody),
        of(4, Bounds::None)
    );
    assert_eq!(stats(Values::Absent(3), None), of(3, Bounds::None));
}
