//! Aggregates that count equal values: how many distinct ones there are, and which one is most frequent. Values are
//! compared by keys, which are equal exactly where the values are.

use super::Spans;
use super::aggregates::{NO_ROW, with};
use super::marks::Pick;
use crate::kernels::Isa;

/// What is known of the values of one profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How many values there are.
    pub all: u32,
    /// How many distinct ones.
    pub distinct: u32,
    /// How often the most frequent one occurs.
    pub most: u32,
    /// The last row of the most frequent one, of several the one that occurs latest; [`NO_ROW`] of nothing.
    pub row: u32,
}

impl Tally {
    /// Of nothing.
    pub const NOTHING: Self = Self {
        all: 0,
        distinct: 0,
        most: 0,
        row: NO_ROW,
    };
}

/// Tallies profiles one after another. Keeps memory between runs.
#[derive(Debug, Default)]
pub struct Tallier {
    keys: Vec<(u64, u32)>,
}

impl Tallier {
    /// A tally for each span.
    pub fn tally<P: Pick>(
        &mut self,
        isa: Isa,
        spans: Spans<'_>,
        pick: P,
        key: impl Fn(usize) -> u64,
        out: &mut Vec<Tally>,
    ) {
        with(isa, || {
            out.clear();
            out.extend(spans.each().map(|(low, high)| {
                self.keys.clear();
                let keys = pick.rows(low, high).map(|row| (key(row), number(row)));
                self.keys.extend(keys);
                self.keys.sort_unstable();
                of_sorted(&self.keys)
            }));
        });
    }
}

fn number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(NO_ROW)
}

/// The tally of keys and rows in ascending order.
fn of_sorted(keys: &[(u64, u32)]) -> Tally {
    let mut tally = Tally {
        all: number(keys.len()),
        ..Tally::NOTHING
    };
    let mut times = 0;
    for (index, (key, row)) in keys.iter().enumerate() {
        times += 1;
        if keys.get(index + 1).is_some_and(|(next, _)| next == key) {
            continue;
        }
        tally.distinct += 1;
        if times > tally.most || (times == tally.most && *row > tally.row) {
            tally.most = times;
            tally.row = *row;
        }
        times = 0;
    }
    tally
}
