//! Ranks: where a value stands among the known values of a population. See [`persona_ir::RankKind`].

use persona_ir::RankKind;

use crate::{RankTable, Value};

impl RankTable {
    /// The number of values in the population.
    pub fn len(&self) -> usize {
        match self {
            Self::Int(values) => values.len(),
            Self::Float(values) => values.len(),
        }
    }

    /// Whether the population is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values of the population are strictly less than a value; none when it is missing or not of the
    /// population's type.
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

/// A value's rank: `Int` for tiles, `Float` for percentiles; missing for a missing value or an empty population.
pub fn rank(kind: RankKind, table: &RankTable, value: &Value) -> Value {
    let Some(below) = table.below(value) else {
        return Value::Missing;
    };
    match kind {
        RankKind::Ntile(tiles) => tile(tiles, below, table.len()).into(),
        RankKind::Percentile => percentile(below, table.len()).into(),
    }
}

/// The tile, from 1, of a value with `below` of a population's `count` values strictly less: as SQL's `NTILE`, the
/// first `count mod tiles` tiles hold one value more. A value above all others is in the last value's tile. Missing
/// in an empty population.
pub fn tile(tiles: u32, below: usize, count: usize) -> Option<i64> {
    let last = count.checked_sub(1)?;
    let tiles = tiles.max(1) as usize;
    let position = below.min(last);
    let (size, larger) = (count / tiles, count % tiles);
    let in_larger = larger * (size + 1);
    let tile = if position < in_larger {
        position / (size + 1)
    } else {
        // Past the larger tiles there are others, so that their size is not 0.
        larger + (position - in_larger) / size
    };
    i64::try_from(tile + 1).ok()
}

/// The share of a population's `count` values that are strictly less, of which there are `below`. Missing in an
/// empty population.
pub fn percentile(below: usize, count: usize) -> Option<f64> {
    (count > 0).then(|| below as f64 / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_tiles_hold_one_value_more() {
        let tiles: Vec<_> = (0..10).filter_map(|below| tile(4, below, 10)).collect();
        assert_eq!(tiles, [1, 1, 1, 2, 2, 2, 3, 3, 4, 4]);
        let tiles: Vec<_> = (0..3).filter_map(|below| tile(5, below, 3)).collect();
        assert_eq!(tiles, [1, 2, 3]);
    }

    #[test]
    fn a_value_above_all_is_in_the_last_values_tile() {
        assert_eq!(tile(4, 10, 10), Some(4));
        assert_eq!(tile(5, 3, 3), Some(3));
        assert_eq!(tile(5, 0, 0), None);
        assert_eq!(percentile(10, 10), Some(1.0));
        assert_eq!(percentile(0, 0), None);
    }

    #[test]
    fn ties_are_where_the_first_of_them_falls() {
        let table = RankTable::Int(vec![1, 2, 2, 2]);
        assert_eq!(
            rank(RankKind::Ntile(2), &table, &Value::Int(2)),
            Value::Int(1)
        );
        assert_eq!(
            rank(RankKind::Percentile, &table, &Value::Int(2)),
            Value::Float(0.25)
        );
        assert_eq!(
            rank(RankKind::Percentile, &table, &Value::Int(9)),
            Value::Float(1.0)
        );
        assert_eq!(
            rank(RankKind::Percentile, &table, &Value::Missing),
            Value::Missing
        );
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
