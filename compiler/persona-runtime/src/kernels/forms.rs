//! Tests in the few forms that kernels know, with constants clamped to the lane. Decides which form a test takes; what it
//! decides is the same for every instruction set.

use std::ops::Bound;

use super::classes::Classes;
use super::{CHUNK, LaneKind, Row, Test};

/// The longest list whose values are compared one by one, where a table costs a look-up per row.
const LONGEST_LIST: usize = 16;

/// The most codes of a table of bits over four-byte codes.
pub(super) const LARGEST_TABLE: i64 = 1 << 20;

/// Tests of one lane by form. `to` is the place of the test's answer; constants are copies of a value that fill 64 bits.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// Answered by no row.
    pub none: Vec<usize>,
    /// Answered by every row.
    pub all: Vec<usize>,
    /// At least this.
    pub above: Vec<Limit>,
    /// At most this.
    pub below: Vec<Limit>,
    /// Exactly this.
    pub is: Vec<Limit>,
    /// Between these.
    pub between: Vec<Between>,
    /// One of these few.
    pub any: Vec<Few>,
    /// Whether a bit is set for the value, taken as an unsigned number of the lane's width.
    pub tables: Vec<Table>,
    /// One of these many.
    pub sorted: Vec<Sorted>,
    /// The bits of a bitmap.
    pub bits: Vec<usize>,
    /// The tables of lanes of bytes, eight together.
    pub packs: Vec<Pack>,
    /// All tests that kernels answer block by block: limits, ranges, short lists, packs.
    pub blocked: Vec<usize>,
    /// The lists of codes once more, where they are many.
    pub classes: Vec<Classes>,
}

/// A test against one constant.
#[derive(Debug)]
pub(super) struct Limit {
    pub splat: u64,
    pub to: usize,
}

/// A test against two constants; for integers `span` is their distance.
#[derive(Debug)]
pub(super) struct Between {
    pub lo: u64,
    pub hi: u64,
    pub span: u64,
    pub to: usize,
}

/// A test against a short list.
#[derive(Debug)]
pub(super) struct Few {
    pub splats: Vec<u64>,
    pub to: usize,
}

/// A test against a table of bits; values beyond it fail.
#[derive(Debug)]
pub(super) struct Table {
    pub bits: Vec<u64>,
    pub to: usize,
}

/// A test against a long list, sorted.
#[derive(Debug)]
pub(super) struct Sorted {
    pub values: Vec<i64>,
    pub to: usize,
}

/// Up to eight tables over bytes in one.
#[derive(Debug)]
pub(super) struct Pack {
    /// For each byte, a bit for each test.
    pub bytes: [u8; 256],
    /// How many quarters of it suffice: all bytes from the last of those on are in no list. One, two or four.
    pub quarters: usize,
    /// Where the tests' answers go.
    pub to: Vec<usize>,
}

impl Forms {
    /// Brings tests into forms.
    ///
    /// # Panics
    ///
    /// When a test is not one of such a lane.
    pub(super) fn new(kind: LaneKind, tests: &[Test]) -> Self {
        let mut forms = Self::default();
        for (to, test) in tests.iter().enumerate() {
            match test {
                Test::Ints { lo, hi } => forms.ints(kind, *lo, *hi, to),
                Test::Floats { lo, hi } => forms.floats(kind, *lo, *hi, to),
                Test::OneOf(values) => forms.list(kind, values.clone(), to),
                Test::Table(bits) => forms.list(kind, members(bits), to),
                Test::Set => {
                    assert_eq!(kind, LaneKind::Bits, "bits are tested of bitmaps");
                    forms.bits.push(to);
                }
            }
        }
        forms.finish(kind);
        forms.classes = Classes::new(kind, &forms);
        forms
    }

    /// Packs tables of bytes and notes which tests go block by block; to be called once all tests are there.
    pub(super) fn finish(&mut self, kind: LaneKind) {
        if kind.width() == 8 {
            self.pack();
        }
        let limits = [&self.above, &self.below, &self.is].into_iter().flatten();
        let mut blocked: Vec<usize> = limits.map(|test| test.to).collect();
        blocked.extend(self.between.iter().map(|test| test.to));
        blocked.extend(self.any.iter().map(|test| test.to));
        blocked.extend(self.packs.iter().flat_map(|pack| &pack.to));
        self.blocked = blocked;
    }

    /// Answers the tests that need no look at a value, for a chunk of `len` rows.
    pub(super) fn settle(&self, len: usize, out: &mut [Row]) {
        debug_assert!(len <= CHUNK, "a chunk");
        self.none.iter().for_each(|to| out[*to] = Row::NONE);
        self.all.iter().for_each(|to| out[*to] = Row::first(len));
    }

    /// Packs tables over bytes, those of low codes first, as a look-up in a part of a table is cheaper.
    fn pack(&mut self) {
        let is_set = |table: &Table, byte: usize| {
            let word = table.bits.get(byte / 64);
            word.is_some_and(|word| word >> (byte % 64) & 1 == 1)
        };
        self.tables.sort_by_key(|table| table.bits.len());
        for tables in self.tables.chunks(8) {
            let byte = |byte: usize| {
                let bits = tables.iter().enumerate();
                bits.fold(0, |all, (bit, table)| {
                    all | u8::from(is_set(table, byte)) << bit
                })
            };
            let bytes: [u8; 256] = std::array::from_fn(byte);
            let suffices =
                |quarters: &usize| bytes[quarters * 64 - 1..].iter().all(|byte| *byte == 0);
            self.packs.push(Pack {
                bytes,
                quarters: [1, 2].into_iter().find(suffices).unwrap_or(4),
                to: tables.iter().map(|table| table.to).collect(),
            });
        }
    }

    pub(super) fn ints(&mut self, kind: LaneKind, lo: i64, hi: i64, to: usize) {
        let (least, greatest) = kind.limits().expect("a lane of integers or codes");
        if lo > hi || lo > greatest || hi < least {
            self.none.push(to);
            return;
        }
        let splat = |value: i64| splat(kind, value as u64);
        let (lo, hi) = (lo.max(least), hi.min(greatest));
        match (lo == least, hi == greatest) {
            (true, true) => self.all.push(to),
            (false, true) => self.above.push(Limit {
                splat: splat(lo),
                to,
            }),
            (true, false) => self.below.push(Limit {
                splat: splat(hi),
                to,
            }),
            (false, false) if lo == hi => self.is.push(Limit {
                splat: splat(lo),
                to,
            }),
            (false, false) => self.between.push(Between {
                lo: splat(lo),
                hi: splat(hi),
                span: splat(hi.wrapping_sub(lo)),
                to,
            }),
        }
    }

    fn floats(&mut self, kind: LaneKind, lo: Bound<f64>, hi: Bound<f64>, to: usize) {
        assert_eq!(kind, LaneKind::F64, "ranges of floats are tested of floats");
        // A value is beyond a bound when it is not before the next float. Nothing is beyond the last.
        let (lo, hi) = match (lo, hi) {
            (Bound::Excluded(f64::INFINITY), _) | (_, Bound::Excluded(f64::NEG_INFINITY)) => {
                (f64::NAN, f64::NAN)
            }
            (lo, hi) => (
                closed(lo, f64::NEG_INFINITY, f64::next_up),
                closed(hi, f64::INFINITY, f64::next_down),
            ),
        };
        if lo.is_nan() || hi.is_nan() || lo > hi {
            self.none.push(to);
            return;
        }
        let (low, high) = (lo.to_bits(), hi.to_bits());
        match (lo == f64::NEG_INFINITY, hi == f64::INFINITY) {
            (true, true) => self.all.push(to),
            (false, true) => self.above.push(Limit { splat: low, to }),
            (true, false) => self.below.push(Limit { splat: high, to }),
            (false, false) => self.between.push(Between {
                lo: low,
                hi: high,
                span: 0,
                to,
            }),
        }
    }

    pub(super) fn list(&mut self, kind: LaneKind, mut values: Vec<i64>, to: usize) {
        let (least, greatest) = kind.limits().expect("a lane of integers or codes");
        values.retain(|value| (least..=greatest).contains(value));
        values.sort_unstable();
        values.dedup();
        let (Some(lo), Some(hi)) = (values.first().copied(), values.last().copied()) else {
            self.none.push(to);
            return;
        };
        if hi.abs_diff(lo) == values.len() as u64 - 1 {
            self.ints(kind, lo, hi, to);
            return;
        }
        let tabled = match kind {
            LaneKind::I8 | LaneKind::U8 => values.len() > 1,
            LaneKind::I16 | LaneKind::U16 => values.len() > LONGEST_LIST,
            LaneKind::U32 => values.len() > LONGEST_LIST && hi < LARGEST_TABLE,
            LaneKind::I32 | LaneKind::I64 | LaneKind::F64 | LaneKind::Bits => false,
        };
        if tabled {
            let bits = table(kind, &values);
            self.tables.push(Table { bits, to });
        } else if values.len() <= LONGEST_LIST {
            let splats = values
                .iter()
                .map(|value| splat(kind, *value as u64))
                .collect();
            self.any.push(Few { splats, to });
        } else {
            self.sorted.push(Sorted { values, to });
        }
    }
}

/// A bound as one that is included; without a bound, the one that excludes nothing.
fn closed(bound: Bound<f64>, open: f64, next: impl Fn(f64) -> f64) -> f64 {
    match bound {
        Bound::Unbounded => open,
        Bound::Included(value) => value,
        Bound::Excluded(value) => next(value),
    }
}

/// The codes whose bits are set.
fn members(bits: &[u64]) -> Vec<i64> {
    let is_set = |code: &usize| bits[code / 64] >> (code % 64) & 1 == 1;
    let codes = (0..bits.len() * 64).filter(is_set);
    codes.map(|code| code as i64).collect()
}

/// A table with the bits of these values set, each taken as an unsigned number of the lane's width.
fn table(kind: LaneKind, values: &[i64]) -> Vec<u64> {
    let mask = u64::MAX >> (64 - kind.width());
    let index = |value: &i64| (*value as u64 & mask) as usize;
    let last = values.iter().map(index).max().expect("a list with values");
    let mut bits = vec![0; last / 64 + 1];
    for at in values.iter().map(index) {
        bits[at / 64] |= 1 << (at % 64);
    }
    bits
}

/// As many copies of a value's low bits as fill 64 bits.
fn splat(kind: LaneKind, value: u64) -> u64 {
    match kind.width() {
        8 => (value & 0xFF) * 0x0101_0101_0101_0101,
        16 => (value & 0xFFFF) * 0x0001_0001_0001_0001,
        32 => (value & 0xFFFF_FFFF) * 0x0000_0001_0000_0001,
        _ => value,
    }
}
