//! Scans: several tests of one lane in one pass. Checks what callers give, chooses the kernel.
#![expect(
    unsafe_code,
    reason = "kernels are called that need what is checked here"
)]

use std::ops::Bound;

use super::forms::Forms;
#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{Bits, CHUNK, Isa, Lane, LaneKind, Row, portable};

/// A test of a value against constants.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Integers and codes: from `lo` to `hi`, both included; of any size, the lane need not be able to hold them. None when
    /// `lo` is above `hi`.
    Ints {
        /// The least.
        lo: i64,
        /// The greatest.
        hi: i64,
    },
    /// Floats: within these bounds, as comparisons have it (so 0 is -0). A bound that is not a number lets nothing pass.
    Floats {
        /// The lower bound.
        lo: Bound<f64>,
        /// The upper bound.
        hi: Bound<f64>,
    },
    /// Integers and codes: one of these, in any order, of any size.
    OneOf(Vec<i64>),
    /// Codes: those whose bit is set, code `c` having bit `c % 64` of word `c / 64`. Codes beyond the words fail.
    Table(Vec<u64>),
    /// Booleans: those that are true.
    Set,
}

/// Several tests of one lane, made ready.
#[derive(Debug)]
pub struct Scan {
    kind: LaneKind,
    forms: Forms,
    tests: usize,
}

impl Scan {
    /// Makes tests of lanes of this kind ready.
    ///
    /// # Panics
    ///
    /// When a test is not one of such a lane: ranges of integers, lists and tables want integers or codes, ranges of floats
    /// floats, and `Set` Booleans.
    pub fn new(kind: LaneKind, tests: &[Test]) -> Self {
        Self {
            kind,
            forms: Forms::new(kind, tests),
            tests: tests.len(),
        }
    }

    /// How many tests.
    pub fn len(&self) -> usize {
        self.tests
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tests == 0
    }

    /// Answers each test for each row of a lane: row `i` of `out` are the rows of the lane that pass test `i` and, when
    /// `valid` is given, are known. What a missing value's slot holds does not matter then; without it, what floats that are
    /// no numbers pass is not said.
    ///
    /// # Panics
    ///
    /// When the lane is of another kind or longer than a chunk, `valid` is not as long as the lane, or `out` has not a row
    /// for each test.
    pub fn run(&self, isa: Isa, lane: Lane<'_>, valid: Option<Bits<'_>>, out: &mut [Row]) {
        assert_eq!(lane.kind(), self.kind, "a lane of the scan's kind");
        assert_eq!(out.len(), self.tests, "a row for each test");
        let len = lane.len();
        assert!(len <= CHUNK, "a chunk has at most {CHUNK} rows");
        assert!(
            valid.is_none_or(|valid| valid.len() == len),
            "validity of each row"
        );
        if out.is_empty() {
            return;
        }
        self.forms.settle(len, out);
        match isa.usable() {
            Isa::Portable => portable::scan(&self.forms, lane, out),
            // SAFETY: the machine has the instructions, because this set is usable. `out` has a row for each test, at least
            // one; the forms are of these tests and of this kind of lane (`new`), and the lane is no longer than a chunk.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { x86::avx2::scan(&self.forms, lane, out) },
            // SAFETY: as before.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { x86::avx512::scan(&self.forms, lane, out) },
            #[cfg(not(target_arch = "x86_64"))]
            Isa::Avx2 | Isa::Avx512 => unreachable!("no such instructions"),
        }
        if let Some(valid) = valid {
            let known = valid.row();
            out.iter_mut().for_each(|row| row.and(&known));
        }
    }
}
