//! Sets of an attribute's cells, as sorted ranges. A cell is an elementary interval of the attribute's values that no test
//! of any rule cuts, so that a rule's demand on one attribute is such a set. Knows neither values nor rules.

use std::sync::Arc;

/// A set of cells: half-open ranges, ascending, none empty, none touching the next. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct CellSet(Arc<[(u32, u32)]>);

impl CellSet {
    /// The set of the cells of any ranges.
    pub(crate) fn new(mut ranges: Vec<(u32, u32)>) -> Self {
        ranges.retain(|(low, high)| low < high);
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match merged.last_mut() {
                Some(last) if low <= last.1 => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Self(merged.into())
    }

    /// The ranges.
    pub(crate) fn ranges(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// How many cells are in the set.
    pub(crate) fn len(&self) -> u32 {
        self.0.iter().map(|(low, high)| high - low).sum()
    }

    /// Whether no cell is in the set.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all cells, of so many, are in the set.
    pub(crate) fn is_full(&self, cells: u32) -> bool {
        *self.0 == [(0, cells)]
    }

    /// The cells, of so many, that are not in the set.
    pub(crate) fn complement(&self, cells: u32) -> Self {
        let mut ranges = Vec::with_capacity(self.0.len() + 1);
        let mut from = 0;
        for (low, high) in self.0.iter() {
            ranges.push((from, *low));
            from = *high;
        }
        ranges.push((from, cells));
        Self::new(ranges)
    }

    /// The cells of any of the sets.
    pub(crate) fn union<'s>(sets: impl Iterator<Item = &'s Self>) -> Self {
        Self::new(sets.flat_map(|set| set.0.iter().copied()).collect())
    }

    /// The cells of both sets.
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut ranges = Vec::new();
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            ranges.push((x.0.max(y.0), x.1.min(y.1)));
            if x.1 < y.1 {
                a.next();
            } else {
                b.next();
            }
        }
        Self::new(ranges)
    }
}

/// Whether a cell is in one of the ranges of a set.
pub(crate) fn contains(ranges: &[(u32, u32)], cell: u32) -> bool {
    match ranges {
        [(low, high)] => (*low..*high).contains(&cell),
        _ => {
            let behind = ranges.partition_point(|(low, _)| *low <= cell);
            behind > 0 && cell < ranges[behind - 1].1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(set: &CellSet) -> Vec<u32> {
        (0..20)
            .filter(|cell| contains(set.ranges(), *cell))
            .collect()
    }

    #[test]
    fn ranges_that_touch_are_one() {
        let set = CellSet::new(vec![(5, 7), (1, 3), (3, 4), (9, 9), (6, 8)]);
        assert_eq!(set.ranges(), [(1, 4), (5, 8)]);
        assert_eq!(set.len(), 6);
        assert!(CellSet::new(vec![(4, 4)]).is_empty());
        assert!(CellSet::new(vec![(2, 4), (0, 2)]).is_full(4));
    }

    #[test]
    fn sets_are_sets_of_cells() {
        let a = CellSet::new(vec![(1, 4), (6, 9), (12, 20)]);
        let b = CellSet::new(vec![(0, 2), (3, 7), (8, 13)]);
        assert_eq!(cells(&a.intersection(&b)), [1, 3, 6, 8, 12]);
        assert_eq!(
            cells(&a.complement(20)),
            (0..20)
                .filter(|cell| !cells(&a).contains(cell))
                .collect::<Vec<_>>()
        );
        assert!(CellSet::union([&a, &a.complement(20)].into_iter()).is_full(20));
        assert!(a.intersection(&a.complement(20)).is_empty());
        assert!(CellSet::union(std::iter::empty()).complement(3).is_full(3));
    }
}
