//! Aggregates over the rows of each profile's span: one value per profile, equal to the bit to what the reference
//! interpreter gives. `pick` says which rows of a span count; known ones only where values may be missing.

use super::marks::Pick;
use super::tallies::Tally;
use super::{Marks, Spans, sums};
use crate::kernels::Isa;
use crate::num;

/// Runs a loop compiled for the machine's better instructions, where `isa` allows them.
#[inline(always)]
pub(crate) fn with<R>(isa: Isa, run: impl FnOnce() -> R) -> R {
    match isa.min(Isa::best()) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `Isa::best` says that the machine has what these instruction sets include.
        Isa::Avx512 | Isa::Avx2 => unsafe { with_bits(run) },
        _ => run(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi2,popcnt")]
fn with_bits<R>(run: impl FnOnce() -> R) -> R {
    run()
}

/// Gives each profile its value, and a bit where there is one.
#[inline(always)]
pub(crate) fn give<T: Copy + Default>(
    values: impl Iterator<Item = Option<T>>,
    out: &mut [T],
    known: &mut [u64],
) {
    known.fill(0);
    for (index, (value, out)) in values.zip(out).enumerate() {
        *out = value.unwrap_or_default();
        known[index / 64] |= u64::from(value.is_some()) << (index % 64);
    }
}

/// Counts the marks, for the aggregates over them.
pub fn count_marks(isa: Isa, marks: &mut Marks) {
    with(isa, || marks.recount());
}

/// How many rows.
pub fn counts<P: Pick>(isa: Isa, spans: Spans<'_>, pick: P, out: &mut [i64]) {
    with(isa, || {
        for ((low, high), out) in spans.each().zip(out) {
            *out = pick.count(low, high).into();
        }
    });
}

/// Whether there is a row: one bit per profile.
pub fn exists<P: Pick>(isa: Isa, spans: Spans<'_>, pick: P, out: &mut [u64]) {
    with(isa, || {
        out.fill(0);
        for (index, (low, high)) in spans.each().enumerate() {
            out[index / 64] |= u64::from(pick.count(low, high) > 0) << (index % 64);
        }
    });
}

/// Which of the rows of a span is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its number, from 0.
    pub index: u32,
    /// Whether it is counted from the last.
    pub from_end: bool,
}

/// Stands for a row that is not there.
pub const NO_ROW: u32 = u32::MAX;

/// One row of each span, [`NO_ROW`] where there are not so many.
pub fn places<P: Pick>(isa: Isa, spans: Spans<'_>, pick: P, place: Place, out: &mut Vec<u32>) {
    with(isa, || {
        out.clear();
        out.extend(spans.each().map(|(low, high)| {
            let row = match (place.index, place.from_end) {
                (0, false) => pick.first(low, high),
                (0, true) => pick.last(low, high),
                (index, false) => pick.nth(low, high, index),
                (index, true) => {
                    let behind = pick.count(low, high).checked_sub(index);
                    let index = behind.and_then(|behind| behind.checked_sub(1));
                    index.and_then(|index| pick.nth(low, high, index))
                }
            };
            row.map_or(NO_ROW, |row| u32::try_from(row).unwrap_or(NO_ROW))
        }));
    });
}

/// The values in the rows that were found, where both the row and its value are there.
pub fn values_at<T: Copy + Default>(
    values: &[T],
    rows: &[u32],
    is_known: impl Fn(usize) -> bool,
    out: &mut [T],
    known: &mut [u64],
) {
    let value = |row: &u32| {
        let there = *row != NO_ROW && is_known(*row as usize);
        there.then(|| values[*row as usize])
    };
    give(rows.iter().map(value), out, known);
}

/// Exact sums of integers, clamped.
pub fn sums_of_ints<P: Pick>(isa: Isa, values: &[i64], spans: Spans<'_>, pick: P, out: &mut [i64]) {
    sums::exact(isa, values, spans, pick, |index, sum| {
        out[index] = num::narrow(sum);
    });
}

/// Sums of Floats in the order of events.
pub fn sums_of_floats<P: Pick>(
    isa: Isa,
    values: &[f64],
    spans: Spans<'_>,
    pick: P,
    out: &mut [f64],
) {
    sums::in_order(isa, values, spans, pick, |index, sum| out[index] = sum);
}

/// Means of integers from their exact sums and their number: [`num::mean_int`], or [`num::mean_amount`].
pub fn means_of_ints<T: Default, P: Pick>(
    isa: Isa,
    values: &[i64],
    spans: Spans<'_>,
    pick: P,
    mean: impl Fn(i128, u64) -> Option<T>,
    out: (&mut [T], &mut [u64]),
) {
    let mut means = Means::new(spans, pick, mean, out);
    sums::exact(isa, values, spans, pick, |index, sum| means.put(index, sum));
}

/// Means of Floats, added in the order of events.
pub fn means_of_floats<P: Pick>(
    isa: Isa,
    values: &[f64],
    spans: Spans<'_>,
    pick: P,
    out: (&mut [f64], &mut [u64]),
) {
    let mut means = Means::new(spans, pick, num::mean_float, out);
    sums::in_order(isa, values, spans, pick, |index, sum| means.put(index, sum));
}

/// Makes means of sums.
struct Means<'o, P, M, T> {
    spans: Spans<'o>,
    pick: P,
    mean: M,
    out: &'o mut [T],
    known: &'o mut [u64],
}

impl<'o, P: Pick, M, T: Default> Means<'o, P, M, T> {
    fn new(spans: Spans<'o>, pick: P, mean: M, (out, known): (&'o mut [T], &'o mut [u64])) -> Self {
        known.fill(0);
        Self {
            spans,
            pick,
            mean,
            out,
            known,
        }
    }

    /// The mean of the profile with this number, from its sum.
    #[inline(always)]
    fn put<S>(&mut self, index: usize, sum: S)
    where
        M: Fn(S, u64) -> Option<T>,
    {
        let (low, high) = (self.spans.low[index], self.spans.high[index]);
        let count = self.pick.count(low as usize, high as usize);
        let mean = (self.mean)(sum, count.into());
        self.known[index / 64] |= u64::from(mean.is_some()) << (index % 64);
        self.out[index] = mean.unwrap_or_default();
    }
}

/// The least values, or the greatest.
pub fn extremes<T: Copy + Default + PartialOrd, P: Pick>(
    isa: Isa,
    values: &[T],
    spans: Spans<'_>,
    pick: P,
    greatest: bool,
    (out, known): (&mut [T], &mut [u64]),
) {
    with(isa, || {
        let best = |(low, high)| {
            let values = pick.rows(low, high).map(|row| values[row]);
            values.reduce(|best, value| {
                let better = if greatest { best < value } else { value < best };
                if better { value } else { best }
            })
        };
        give(spans.each().map(best), out, known);
    });
}

/// Mean times between neighbours.
pub fn gaps<P: Pick>(
    isa: Isa,
    at: &[i64],
    spans: Spans<'_>,
    pick: P,
    (out, known): (&mut [i64], &mut [u64]),
) {
    with(isa, || {
        let gap = |(low, high)| {
            let ends = pick.first(low, high).zip(pick.last(low, high));
            ends.and_then(|(first, last)| {
                num::gap(at[first], at[last], pick.count(low, high).into())
            })
        };
        give(spans.each().map(gap), out, known);
    });
}

/// Shares of rows that hold; `holds` has a bit for those among the picked ones only.
pub fn shares<P: Pick>(
    isa: Isa,
    holds: &Marks,
    spans: Spans<'_>,
    pick: P,
    (out, known): (&mut [f64], &mut [u64]),
) {
    with(isa, || {
        let share = |(low, high)| {
            let (part, whole) = (holds.count(low, high), pick.count(low, high));
            num::float_div(part.into(), whole.into())
        };
        give(spans.each().map(share), out, known);
    });
}

/// The shares of the most frequent values.
pub fn top_shares(tallies: &[Tally], out: &mut [f64], known: &mut [u64]) {
    let share = |tally: &Tally| num::float_div(tally.most.into(), tally.all.into());
    give(tallies.iter().map(share), out, known);
}
