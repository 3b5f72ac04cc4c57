//! Generated lanes and tests, and what a test means.

use std::ops::Bound;

use super::Random;
use crate::kernels::{Bits, Lane, LaneKind, Test};

pub(super) const KINDS: [LaneKind; 9] = [
    LaneKind::I8,
    LaneKind::I16,
    LaneKind::I32,
    LaneKind::I64,
    LaneKind::F64,
    LaneKind::U8,
    LaneKind::U16,
    LaneKind::U32,
    LaneKind::Bits,
];

/// Values of one lane, owned.
pub(super) enum Values {
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    F64(Vec<f64>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    Bits(Vec<u8>, usize, usize),
}

impl Values {
    /// Values near each other and at the ends of the type, so that bounds are met often.
    pub(super) fn generate(kind: LaneKind, len: usize, random: &mut Random) -> Self {
        let mut ints = || -> Vec<i64> { (0..len).map(|_| int(random)).collect() };
        match kind {
            LaneKind::I8 => Self::I8(ints().into_iter().map(|value| value as i8).collect()),
            LaneKind::I16 => Self::I16(ints().into_iter().map(|value| value as i16).collect()),
            LaneKind::I32 => Self::I32(ints().into_iter().map(|value| value as i32).collect()),
            LaneKind::I64 => Self::I64(ints()),
            LaneKind::U8 => Self::U8(ints().into_iter().map(|value| value as u8).collect()),
            LaneKind::U16 => Self::U16(ints().into_iter().map(|value| value as u16).collect()),
            LaneKind::U32 => Self::U32(ints().into_iter().map(|value| value as u32).collect()),
            LaneKind::F64 => Self::F64((0..len).map(|_| float(random)).collect()),
            LaneKind::Bits => {
                let offset = random.below(70);
                let bytes = (offset + len).div_ceil(8);
                Self::Bits(
                    (0..bytes).map(|_| random.next() as u8).collect(),
                    offset,
                    len,
                )
            }
        }
    }

    pub(super) fn lane(&self) -> Lane<'_> {
        match self {
            Self::I8(values) => Lane::I8(values),
            Self::I16(values) => Lane::I16(values),
            Self::I32(values) => Lane::I32(values),
            Self::I64(values) => Lane::I64(values),
            Self::F64(values) => Lane::F64(values),
            Self::U8(values) => Lane::U8(values),
            Self::U16(values) => Lane::U16(values),
            Self::U32(values) => Lane::U32(values),
            Self::Bits(bytes, offset, len) => Lane::Bits(Bits::new(bytes, *offset, *len)),
        }
    }

    /// What the test means, for row `row`.
    pub(super) fn passes(&self, test: &Test, row: usize) -> bool {
        let int = match self {
            Self::I8(values) => i64::from(values[row]),
            Self::I16(values) => i64::from(values[row]),
            Self::I32(values) => i64::from(values[row]),
            Self::I64(values) => values[row],
            Self::U8(values) => i64::from(values[row]),
            Self::U16(values) => i64::from(values[row]),
            Self::U32(values) => i64::from(values[row]),
            Self::F64(values) => return float_passes(values[row], test),
            Self::Bits(bytes, offset, _) => {
                let bit = offset + row;
                return bytes[bit / 8] >> (bit % 8) & 1 == 1;
            }
        };
        match test {
            Test::Ints { lo, hi } => *lo <= int && int <= *hi,
            Test::OneOf(list) => list.contains(&int),
            Test::Table(bits) => {
                let word = usize::try_from(int / 64)
                    .ok()
                    .and_then(|word| bits.get(word));
                int >= 0 && word.is_some_and(|word| word >> (int % 64) & 1 == 1)
            }
            Test::Floats { .. } | Test::Set => panic!("no test of integers"),
        }
    }
}

fn float_passes(value: f64, test: &Test) -> bool {
    let Test::Floats { lo, hi } = test else {
        panic!("no test of floats")
    };
    let above = match lo {
        Bound::Included(lo) => value >= *lo,
        Bound::Excluded(lo) => value > *lo,
        Bound::Unbounded => true,
    };
    above
        && match hi {
            Bound::Included(hi) => value <= *hi,
            Bound::Excluded(hi) => value < *hi,
            Bound::Unbounded => true,
        }
}

/// Small ones, and those around the ends of every width.
pub(super) fn int(random: &mut Random) -> i64 {
    let small = random.below(90) as i64 - 30;
    match random.below(8) {
        0 => {
            let ends = [
                i64::from(i8::MIN),
                i64::from(i8::MAX),
                i64::from(u8::MAX),
                i64::from(i16::MIN),
                i64::from(i16::MAX),
                i64::from(u16::MAX),
                i64::from(i32::MIN),
                i64::from(i32::MAX),
                i64::from(u32::MAX),
                i64::MIN,
                i64::MAX,
            ];
            ends[random.below(ends.len())].wrapping_add(random.below(3) as i64 - 1)
        }
        1 => random.next() as i64,
        _ => small,
    }
}

/// Small ones, their neighbours, zeros of both signs, and the ends. No `NaN`: data have none.
pub(super) fn float(random: &mut Random) -> f64 {
    let small = random.below(40) as f64 / 4.0 - 5.0;
    match random.below(12) {
        0 => f64::INFINITY,
        1 => f64::NEG_INFINITY,
        2 => -0.0,
        3 => f64::MIN_POSITIVE / 4.0,
        4 => f64::MAX,
        5 => small.next_up(),
        6 => small.next_down(),
        _ => small,
    }
}

/// Tests of such a lane.
pub(super) fn tests(kind: LaneKind, count: usize, random: &mut Random) -> Vec<Test> {
    (0..count).map(|_| test(kind, random)).collect()
}

fn test(kind: LaneKind, random: &mut Random) -> Test {
    match kind {
        LaneKind::Bits => return Test::Set,
        LaneKind::F64 => {
            return Test::Floats {
                lo: bound(random),
                hi: bound(random),
            };
        }
        _ => {}
    }
    match random.below(8) {
        0 => {
            let count = random.below(12);
            Test::OneOf((0..count).map(|_| int(random)).collect())
        }
        1 => {
            let count = random.below(60);
            Test::OneOf((0..count).map(|_| int(random)).collect())
        }
        2 => Test::Table((0..random.below(6)).map(|_| random.next()).collect()),
        3 => {
            let sparse = |random: &mut Random| random.next() & random.next() & random.next();
            Test::Table((0..random.below(6)).map(|_| sparse(random)).collect())
        }
        4 => Test::Ints {
            lo: i64::MIN,
            hi: int(random),
        },
        5 => Test::Ints {
            lo: int(random),
            hi: i64::MAX,
        },
        6 => {
            let only = int(random);
            Test::Ints { lo: only, hi: only }
        }
        _ => Test::Ints {
            lo: int(random),
            hi: int(random),
        },
    }
}

fn bound(random: &mut Random) -> Bound<f64> {
    let value = if random.one_in(30) {
        f64::NAN
    } else {
        float(random)
    };
    match random.below(3) {
        0 => Bound::Included(value),
        1 => Bound::Excluded(value),
        _ => Bound::Unbounded,
    }
}
