//! Ranks: where a value stands among the known values of a population. See [`persona_ir::RankKind`].
//!
//! A [`RankTable`] keeps what ranks of its kind are read from. For tiles that is the greatest value of each tile: `p`
//! values are strictly less than `x`, and position `p` lies behind a tile exactly where the tile's greatest value is less
//! than `x`. So a table of tiles is small, and is made by selecting a few values, without sorting the others.

use persona_ir::RankKind;

use crate::{RankTable, Value};

impl RankTable {
    /// The table of a population of integers, in any order.
    pub fn ints(kind: RankKind, values: Vec<i64>) -> Self {
        Self::Int(table(kind, values, i64::cmp))
    }

    /// The table of a population of Floats, in any order.
    pub fn floats(kind: RankKind, values: Vec<f64>) -> Self {
        Self::Float(table(kind, values, f64::total_cmp))
    }

    /// The number of values in the table.
    pub fn len(&self) -> usize {
        match self {
            Self::Int(values) => values.len(),
            Self::Float(values) => values.len(),
        }
    }

    /// Whether the table, and with it the population, is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values of the table are strictly less than a value; none when it is missing or not of the table's
    /// type.
    pub fn below(&self, value: &Value) -> Option<usize> {
        match (self, value) {
            (Self::Int(values), Value::Int(x)) => Some(values.partition_point(|value| value < x)),
            (Self::Float(values), Value::Float(x)) => {
                Some(values.partition_point(|value| value < x))
            }
            _ => None,
        }
    }
}

/// A value's rank in a table of this kind: `Int` for tiles, `Float` for percentiles; missing for a missing value or an
/// empty population.
pub fn rank(kind: RankKind, table: &RankTable, value: &Value) -> Value {
    let Some(below) = table.below(value) else {
        return Value::Missing;
    };
    match kind {
        RankKind::Ntile(_) => tile(below, table.len()).into(),
        RankKind::Percentile => percentile(below, table.len()).into(),
    }
}

/// The tile, from 1, of a value where so many of the tiles' greatest values are strictly less, of which there are
/// `count`. A value above all others is in the last tile that has a value. Missing in an empty population.
pub fn tile(below: usize, count: usize) -> Option<i64> {
    let last = count.checked_sub(1)?;
    i64::try_from(below.min(last) + 1).ok()
}

/// The share of a population's `count` values that are strictly less, of which there are `below`. Missing in an
/// empty population.
pub fn percentile(below: usize, count: usize) -> Option<f64> {
    (count > 0).then(|| below as f64 / count as f64)
}

/// How many values the first tiles have together: of one tile, of two, and so on, as far as tiles have values. As SQL's
/// `NTILE`, the first `count mod tiles` tiles hold one value more.
pub fn tile_ends(tiles: u32, count: usize) -> impl Iterator<Item = usize> {
    let tiles = tiles.max(1) as usize;
    let (size, larger) = (count / tiles, count % tiles);
    (1..=tiles.min(count)).map(move |tile| tile * size + tile.min(larger))
}

/// The ranks of many values. Those that are missing stay so; all are where the population is empty.
#[derive(Debug)]
pub enum Ranks<'a> {
    /// Of tiles.
    Tiles(&'a mut [i64]),
    /// Of percentiles.
    Shares(&'a mut [f64]),
}

impl Ranks<'_> {
    /// Ranks values in the table of a population of their type. `known` has a bit for each value that is there, and
    /// then for each rank.
    pub fn fill<T: Copy + PartialOrd>(&mut self, table: &[T], values: &[T], known: &mut [u64]) {
        if table.is_empty() {
            return known.fill(0);
        }
        match self {
            Self::Tiles(out) if table.len() <= COMPARED => {
                let inner = &table[..table.len() - 1];
                out.fill(1);
                for least in inner {
                    let behind = values.iter().map(|value| i64::from(least < value));
                    out.iter_mut().zip(behind).for_each(|(out, is)| *out += is);
                }
            }
            Self::Tiles(out) => {
                for (out, value) in out.iter_mut().zip(values) {
                    let below = table.partition_point(|other| other < value);
                    *out = tile(below, table.len()).unwrap_or_default();
                }
            }
            Self::Shares(out) => {
                for (out, value) in out.iter_mut().zip(values) {
                    let below = table.partition_point(|other| other < value);
                    *out = percentile(below, table.len()).unwrap_or_default();
                }
            }
        }
    }
}

/// Up to so many tiles, a comparison with each is quicker than a search.
const COMPARED: usize = 32;

/// What a table keeps of a population.
fn table<T: Copy>(
    kind: RankKind,
    mut values: Vec<T>,
    compare: impl Fn(&T, &T) -> std::cmp::Ordering + Copy,
) -> Vec<T> {
    match kind {
        RankKind::Percentile => {
            values.sort_unstable_by(compare);
            values
        }
        RankKind::Ntile(tiles) => {
            let ends: Vec<usize> = tile_ends(tiles, values.len()).map(|end| end - 1).collect();
            if ends.len() > SELECTED {
                values.sort_unstable_by(compare);
            } else {
                select(&mut values, 0, &ends, compare);
            }
            ends.into_iter().map(|end| values[end]).collect()
        }
    }
}

/// With more tiles than this, sorting all values is quicker.
const SELECTED: usize = 256;

/// Puts at these places (ascending, counted from `base` before the first value) the values that sorting would put there.
/// Halves the places, so that as many values are moved as for one place, times the logarithm of their number.
fn select<T>(
    values: &mut [T],
    base: usize,
    places: &[usize],
    compare: impl Fn(&T, &T) -> std::cmp::Ordering + Copy,
) {
    let middle = places.len() / 2;
    let Some(place) = places.get(middle) else {
        return;
    };
    let (less, _, more) = values.select_nth_unstable_by(place - base, compare);
    select(less, base, &places[..middle], compare);
    select(more, place + 1, &places[middle + 1..], compare);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tile of a value, read from all values of the population.
    fn tile_by_position(tiles: u32, population: &[i64], x: i64) -> i64 {
        let (count, tiles) = (population.len(), tiles as usize);
        let below = population.iter().filter(|value| **value < x).count();
        let position = below.min(count - 1);
        let (size, larger) = (count / tiles, count % tiles);
        let tile = if position < larger * (size + 1) {
            position / (size + 1)
        } else {
            larger + (position - larger * (size + 1)) / size
        };
        i64::try_from(tile + 1).unwrap()
    }

    #[test]
    fn tiles_are_those_of_the_positions_of_all_values() {
        let mut seed = 7_u64;
        for count in [1, 2, 3, 4, 5, 9, 10, 11, 100, 1003] {
            for (tiles, distinct) in [(1, 4), (2, 1), (4, 3), (5, 1000), (7, 5), (300, 2000)] {
                let population: Vec<i64> = (0..count)
                    .map(|_| {
                        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        i64::try_from(seed >> 33).unwrap() % distinct
                    })
                    .collect();
                let table = RankTable::ints(RankKind::Ntile(tiles), population.clone());
                let floats = population.iter().map(|value| *value as f64).collect();
                let floats = RankTable::floats(RankKind::Ntile(tiles), floats);
                for x in -1..=distinct.min(40) {
                    let expected = Value::Int(tile_by_position(tiles, &population, x));
                    let kind = RankKind::Ntile(tiles);
                    assert_eq!(rank(kind, &table, &Value::Int(x)), expected);
                    assert_eq!(rank(kind, &floats, &Value::Float(x as f64)), expected);
                }
            }
        }
    }

    #[test]
    fn the_first_tiles_hold_one_value_more() {
        assert_eq!(tile_ends(4, 10).collect::<Vec<_>>(), [3, 6, 8, 10]);
        assert_eq!(tile_ends(5, 3).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(tile_ends(5, 0).count(), 0);
        let table = RankTable::ints(RankKind::Ntile(4), (0..10).rev().collect());
        assert_eq!(table, RankTable::Int(vec![2, 5, 7, 9]));
    }

    #[test]
    fn a_value_above_all_is_in_the_last_values_tile() {
        assert_eq!(tile(4, 4), Some(4));
        assert_eq!(tile(3, 3), Some(3));
        assert_eq!(tile(0, 0), None);
        assert_eq!(percentile(10, 10), Some(1.0));
        assert_eq!(percentile(0, 0), None);
    }

    #[test]
    fn ties_are_where_the_first_of_them_falls() {
        let population = || vec![2, 1, 2, 2];
        let tiles = RankTable::ints(RankKind::Ntile(2), population());
        let shares = RankTable::ints(RankKind::Percentile, population());
        let share = |x| rank(RankKind::Percentile, &shares, &x);
        assert_eq!(
            rank(RankKind::Ntile(2), &tiles, &Value::Int(2)),
            Value::Int(1)
        );
        assert_eq!(share(Value::Int(2)), Value::Float(0.25));
        assert_eq!(share(Value::Int(9)), Value::Float(1.0));
        assert_eq!(share(Value::Missing), Value::Missing);
        assert_eq!(
            rank(
                RankKind::Ntile(2),
                &RankTable::Float(Vec::new()),
                &Value::Float(1.0)
            ),
            Value::Missing
        );
    }
}
