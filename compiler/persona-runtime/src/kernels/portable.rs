//! Scans in plain Rust, for every machine. The loops are written so that the compiler vectorises them with what the target
//! has; what they give is what the other instruction sets must give.

use super::forms::Forms;
use super::{Lane, Row};

/// A value of a lane.
pub(super) trait Value: Copy + PartialOrd {
    /// The value of which the constant has copies.
    fn of(splat: u64) -> Self;
    /// An integer's value.
    fn wide(self) -> i64;
    /// An integer's place in a table.
    fn index(self) -> usize;
}

macro_rules! value {
    ($($int:ty, $unsigned:ty);*) => { $(
        impl Value for $int {
            fn of(splat: u64) -> Self {
                splat as Self
            }
            fn wide(self) -> i64 {
                i64::from(self)
            }
            fn index(self) -> usize {
                self as $unsigned as usize
            }
        }
    )* };
}
value!(i8, u8; i16, u16; i32, u32; i64, u64; u8, u8; u16, u16; u32, u32);

impl Value for f64 {
    fn of(splat: u64) -> Self {
        Self::from_bits(splat)
    }
    fn wide(self) -> i64 {
        unreachable!("floats are in no list")
    }
    fn index(self) -> usize {
        unreachable!("floats have no table")
    }
}

/// The same for the values of every lane of integers or codes.
macro_rules! integers {
    ($lane:expr, $values:ident => $all:expr) => {
        match $lane {
            Lane::I8($values) => $all,
            Lane::I16($values) => $all,
            Lane::I32($values) => $all,
            Lane::I64($values) => $all,
            Lane::U8($values) => $all,
            Lane::U16($values) => $all,
            Lane::U32($values) => $all,
            Lane::F64(_) | Lane::Bits(_) => {}
        }
    };
}

/// Answers tests of a lane of at most a chunk.
pub(super) fn scan(forms: &Forms, lane: Lane<'_>, out: &mut [Row]) {
    match lane {
        Lane::I8(values) => ranges(forms, values, out),
        Lane::I16(values) => ranges(forms, values, out),
        Lane::I32(values) => ranges(forms, values, out),
        Lane::I64(values) => ranges(forms, values, out),
        Lane::F64(values) => ranges(forms, values, out),
        Lane::U8(values) => ranges(forms, values, out),
        Lane::U16(values) => ranges(forms, values, out),
        Lane::U32(values) => ranges(forms, values, out),
        Lane::Bits(bits) => {
            let row = bits.row();
            forms.bits.iter().for_each(|to| out[*to] = row);
        }
    }
    tables(forms, lane, out);
    sorted(forms, lane, out);
}

/// The tests against tables.
pub(super) fn tables(forms: &Forms, lane: Lane<'_>, out: &mut [Row]) {
    if !forms.tables.is_empty() {
        integers!(lane, values => look_up(forms, values, out));
    }
}

/// The tests against long lists.
pub(super) fn sorted(forms: &Forms, lane: Lane<'_>, out: &mut [Row]) {
    if !forms.sorted.is_empty() {
        integers!(lane, values => search(forms, values, out));
    }
}

fn ranges<T: Value>(forms: &Forms, values: &[T], out: &mut [Row]) {
    for test in &forms.above {
        let lo = T::of(test.splat);
        fill(values, &mut out[test.to], |value| value >= lo);
    }
    for test in &forms.below {
        let hi = T::of(test.splat);
        fill(values, &mut out[test.to], |value| value <= hi);
    }
    for test in &forms.is {
        let only = T::of(test.splat);
        fill(values, &mut out[test.to], |value| value == only);
    }
    for test in &forms.between {
        let (lo, hi) = (T::of(test.lo), T::of(test.hi));
        fill(values, &mut out[test.to], |value| {
            (value >= lo) & (value <= hi)
        });
    }
    for test in &forms.any {
        let row = &mut out[test.to];
        *row = Row::NONE;
        for splat in &test.splats {
            let (only, mut found) = (T::of(*splat), Row::NONE);
            fill(values, &mut found, |value| value == only);
            row.0
                .iter_mut()
                .zip(found.0)
                .for_each(|(word, found)| *word |= found);
        }
    }
}

fn look_up<T: Value>(forms: &Forms, values: &[T], out: &mut [Row]) {
    for test in &forms.tables {
        let bits = test.bits.as_slice();
        fill(values, &mut out[test.to], |value| {
            let index = value.index();
            bits.get(index / 64)
                .is_some_and(|word| word >> (index % 64) & 1 == 1)
        });
    }
}

fn search<T: Value>(forms: &Forms, values: &[T], out: &mut [Row]) {
    for test in &forms.sorted {
        let list = test.values.as_slice();
        fill(values, &mut out[test.to], |value| {
            list.binary_search(&value.wide()).is_ok()
        });
    }
}

/// Writes the row of those that pass.
fn fill<T: Copy>(values: &[T], row: &mut Row, pass: impl Fn(T) -> bool) {
    let (whole, rest) = values.as_chunks::<64>();
    for (word, values) in row.0.iter_mut().zip(whole) {
        let mut passed = [0; 64];
        for (passed, value) in passed.iter_mut().zip(values) {
            *passed = u8::from(pass(*value));
        }
        *word = pack(&passed);
    }
    row.0[whole.len()..].fill(0);
    for (bit, value) in rest.iter().enumerate() {
        row.0[whole.len()] |= u64::from(pass(*value)) << bit;
    }
}

/// The low bits of 64 bytes of 0 or 1. The product brings bit 0 of byte `k` to bit `56 + k`, and nothing else so high.
fn pack(bytes: &[u8; 64]) -> u64 {
    let (eights, _) = bytes.as_chunks::<8>();
    let mut word = 0;
    for (at, eight) in eights.iter().enumerate() {
        let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word |= bits << (at * 8);
    }
    word
}
