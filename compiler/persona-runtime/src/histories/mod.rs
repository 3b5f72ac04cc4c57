//! Kernels over the events of one kind, for a run of profiles: where windows cut their histories, which events a
//! filter lets through, what aggregates over the rest are, and whether sequences happened. Slices in, slices out: they
//! know neither plans nor datasets, and read nothing else.
//!
//! A *run* is some neighbouring profiles. Their events are neighbours too, so that one pass over the run's rows finds
//! the ends of all windows over a kind ([`cuts`]), and each aggregate reads its column once while the rows are near
//! ([`aggregates`]). Rows are those of the whole table. What is skipped is skipped by bits: a window whose end a scan
//! finds costs a comparison per event, eight of them at once, and two counts of bits per profile.
#![expect(unsafe_code, reason = "wide instructions")]

pub mod aggregates;
pub mod cuts;
pub mod marks;
pub mod sequences;
mod sums;
pub mod tallies;

pub use cuts::{Cutter, Method};
pub use marks::Marks;

/// The events of one kind of a run of profiles.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The instants of all events of the table, microseconds; sorted within a profile.
    pub at: &'a [i64],
    /// Where the rows of each profile of the run start, and behind them where those of the last end.
    pub offsets: &'a [u32],
}

impl Run<'_> {
    /// The number of profiles.
    pub fn profiles(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// The first row of the run.
    pub fn base(&self) -> usize {
        self.offsets.first().map_or(0, |first| *first as usize)
    }

    /// The row behind the run's last.
    pub fn end(&self) -> usize {
        self.offsets.last().map_or(0, |last| *last as usize)
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.end().saturating_sub(self.base())
    }
}

/// For each profile of a run the rows that a window covers: from `low`, up to but without `high`, which is not less.
#[derive(Clone, Copy, Debug)]
pub struct Spans<'a> {
    /// The first rows.
    pub low: &'a [u32],
    /// The rows behind the last ones.
    pub high: &'a [u32],
}

impl<'a> Spans<'a> {
    /// No rows of any profile.
    pub fn empty(run: Run<'a>) -> Self {
        let starts = &run.offsets[..run.profiles()];
        Self {
            low: starts,
            high: starts,
        }
    }

    /// The rows of each profile in turn.
    #[inline(always)]
    pub(crate) fn each(&self) -> impl Iterator<Item = (usize, usize)> {
        let pairs = self.low.iter().zip(self.high);
        pairs.map(|(low, high)| (*low as usize, *high as usize))
    }
}

#[cfg(test)]
mod tests;
