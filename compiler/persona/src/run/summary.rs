//! Counting answers: members of segments, stages of partitions, and what traits look like. Reads answers only.

use std::sync::Arc;

use persona_ir::{OutputKind, Plan, Ty};
use persona_runtime::time::Zone;
use persona_runtime::{Column, Strings, Total, Totals, Value, Values};
use rustc_hash::FxHashMap;

use crate::Shown;

/// How many of a trait's most frequent values are kept.
const TOP: usize = 3;

/// A segment's size.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentResult {
    /// Its name.
    pub name: Arc<str>,
    /// Its title.
    pub title: Option<Arc<str>>,
    /// How many profiles are in it.
    pub count: usize,
    /// Their share of all profiles; 0 when there are none.
    pub share: f64,
}

/// A partition's stages.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionResult {
    /// Its name.
    pub name: Arc<str>,
    /// Its title.
    pub title: Option<Arc<str>>,
    /// In the order of the program.
    pub stages: Vec<SegmentResult>,
}

/// What a trait's values look like.
#[derive(Clone, Debug, PartialEq)]
pub struct TraitResult {
    /// Its name.
    pub name: Arc<str>,
    /// For how many profiles it has a value.
    pub known: usize,
    /// Their share of all profiles; 0 when there are none.
    pub share: f64,
    /// What the values look like.
    pub values: TraitValues,
}

/// What the known values of a trait look like.
#[derive(Clone, Debug, PartialEq)]
pub enum TraitValues {
    /// Of values that have an order and a distance.
    Range(Box<Range>),
    /// Of other values: the most frequent ones with their numbers, and how many others there are.
    Top(Vec<(Shown, usize)>, usize),
    /// Nothing is known of anybody.
    Nothing,
}

/// The least, the median (of two, the lesser) and the greatest of some values, and where the others lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// The least.
    pub least: Shown,
    /// The median.
    pub median: Shown,
    /// The greatest.
    pub greatest: Shown,
    /// How many values lie in each of [`crate::RunOptions::cells`] cells of equal width, from the least to the greatest; empty where
    /// nobody asked, or where all values are one.
    pub cells: Vec<usize>,
}

/// The answers of a run, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) segments: Vec<SegmentResult>,
    pub(crate) partitions: Vec<PartitionResult>,
    pub(crate) traits: Vec<TraitResult>,
}

/// Names all totals.
pub(crate) fn count(plan: &Plan, totals: &Totals, profiles: usize, cells: usize) -> Counted {
    let mut counted = Counted::default();
    let number = |count: u64| usize::try_from(count).expect("as many as there are profiles");
    for (output, total) in plan.outputs.iter().zip(&totals.columns) {
        let name = output.name.clone();
        match (output.kind, total) {
            (OutputKind::Segment, Total::Members(members)) => {
                counted.segments.push(sized(
                    name,
                    output.title.clone(),
                    number(*members),
                    profiles,
                ));
            }
            (OutputKind::Partition(stages), Total::Stages(counts)) => {
                let values = &plan.schema.enums[stages].values;
                let stages = values.iter().zip(counts);
                let stages = stages.map(|(v, count)| {
                    sized(v.name.clone(), v.title.clone(), number(*count), profiles)
                });
                let title = output.title.clone();
                counted.partitions.push(PartitionResult {
                    name,
                    title,
                    stages: stages.collect(),
                });
            }
            (OutputKind::Trait, Total::Values(column)) => {
                let ty = &plan.nodes[output.node].ty;
                let known = (0..column.len())
                    .filter(|row| column.is_known(*row))
                    .count();
                let values = values(plan, column, ty, &totals.strings, known, cells);
                counted.traits.push(TraitResult {
                    name,
                    known,
                    share: share(known, profiles),
                    values,
                });
            }
            (_, total) => unreachable!("`{name}` is answered by {total:?}"),
        }
    }
    counted
}

fn sized(name: Arc<str>, title: Option<Arc<str>>, count: usize, profiles: usize) -> SegmentResult {
    SegmentResult {
        name,
        title,
        count,
        share: share(count, profiles),
    }
}

/// A part of a whole, from 0 to 1.
pub(crate) fn share(count: usize, of: usize) -> f64 {
    if of == 0 {
        0.0
    } else {
        count as f64 / of as f64
    }
}

fn values(
    plan: &Plan,
    column: &Column,
    ty: &Ty,
    strings: &Strings,
    known: usize,
    cells: usize,
) -> TraitValues {
    let zone = Zone::named(&plan.zone).unwrap_or_else(Zone::utc);
    let show = |value: &Value| {
        let exact = Shown::new(value, ty, &plan.schema, &zone);
        match (value, ty) {
            (Value::Int(micros), Ty::Duration) => {
                let coarse = Shown::new(&Value::Int(coarse(*micros)), ty, &plan.schema, &zone);
                Shown {
                    text: coarse.text,
                    ..exact
                }
            }
            _ => exact,
        }
    };
    if known == 0 {
        return TraitValues::Nothing;
    }
    let rows = (0..column.len()).filter(|row| column.is_known(*row));
    match &column.values {
        Values::Int(values) => {
            let values = rows.map(|row| values.get(row)).collect();
            let number = |value| value as f64;
            range(values, i64::cmp, number, cells, |v| show(&Value::Int(v)))
        }
        Values::Float(values) => {
            let values = rows.map(|row| values[row]).collect();
            let number = |value| value;
            range(values, f64::total_cmp, number, cells, |v| {
                show(&Value::Float(v))
            })
        }
        Values::Bool(values) => top(rows.map(|row| u32::from(values.value(row))), |code| {
            show(&Value::Bool(code == 1))
        }),
        Values::Enum(codes) => top(rows.map(|row| codes.get(row)), |code| {
            show(&Value::Enum(code))
        }),
        Values::Str(codes) => top(rows.map(|row| codes.get(row)), |code| {
            show(&Value::text(strings.get(code)))
        }),
        Values::List { offsets, .. } => {
            let size = |row: usize| i64::from(offsets[row + 1]) - i64::from(offsets[row]);
            let number = |value| value as f64;
            range(rows.map(size).collect(), i64::cmp, number, cells, |v| {
                Shown::new(&Value::Int(v), &Ty::Int, &plan.schema, &zone)
            })
        }
        Values::Geo(..) | Values::Absent(_) => TraitValues::Top(Vec::new(), known),
    }
}

/// A duration as people would say it: days and hours, or hours and minutes.
fn coarse(micros: i64) -> i64 {
    let unit = match micros.unsigned_abs() {
        0..HOUR => return micros,
        HOUR..DAY => MINUTE,
        _ => HOUR,
    } as i64;
    micros.saturating_add(unit / 2).div_euclid(unit) * unit
}

const MINUTE: u64 = 60_000_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn range<T: Copy>(
    mut values: Vec<T>,
    order: impl Fn(&T, &T) -> std::cmp::Ordering + Copy,
    number: impl Fn(T) -> f64,
    cells: usize,
    show: impl Fn(T) -> Shown,
) -> TraitValues {
    let middle = (values.len() - 1) / 2;
    let (below, median, above) = values.select_nth_unstable_by(middle, order);
    let median = *median;
    let least = below.iter().copied().min_by(order).unwrap_or(median);
    let greatest = above.iter().copied().max_by(order).unwrap_or(median);
    let (start, end) = (number(least), number(greatest));
    let numbers = values.into_iter().map(number);
    TraitValues::Range(Box::new(Range {
        least: show(least),
        median: show(median),
        greatest: show(greatest),
        cells: in_cells(numbers, start, end, cells),
    }))
}

/// How many numbers lie in each of some cells of equal width; the greatest in the last.
fn in_cells(numbers: impl Iterator<Item = f64>, start: f64, end: f64, cells: usize) -> Vec<usize> {
    let width = end - start;
    if cells == 0 || width <= 0.0 || !width.is_finite() {
        return Vec::new();
    }
    let mut counts = vec![0; cells];
    for number in numbers {
        let cell = (number - start) / width * cells as f64;
        counts[(cell as usize).min(cells - 1)] += 1;
    }
    counts
}

/// The most frequent values; ties go to the one whose text comes first.
fn top(codes: impl Iterator<Item = u32>, show: impl Fn(u32) -> Shown) -> TraitValues {
    let mut counts: FxHashMap<u32, usize> = FxHashMap::default();
    for code in codes {
        *counts.entry(code).or_default() += 1;
    }
    let mut counts: Vec<(u32, usize)> = counts.into_iter().collect();
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    // Codes say nothing about order, so all that tie with the last one kept are compared by text.
    let least = counts.get(TOP - 1).map_or(0, |(_, count)| *count);
    let candidates = counts
        .iter()
        .take_while(|(_, count)| *count >= least)
        .take(1_000);
    let mut shown: Vec<(Shown, usize)> = candidates
        .map(|(code, count)| (show(*code), *count))
        .collect();
    shown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.text.cmp(&b.0.text)));
    shown.truncate(TOP);
    let others = counts.len() - shown.len();
    TraitValues::Top(shown, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(value: i64) -> Shown {
        Shown {
            text: value.to_string(),
            json: value.into(),
            truth: None,
        }
    }

    fn ranged(least: i64, median: i64, greatest: i64) -> TraitValues {
        TraitValues::Range(Box::new(Range {
            least: int(least),
            median: int(median),
            greatest: int(greatest),
            cells: Vec::new(),
        }))
    }

    #[test]
    fn the_median_of_two_is_the_lesser() {
        let range = |values: Vec<i64>| range(values, i64::cmp, |value| value as f64, 0, int);
        assert_eq!(range(vec![4, 1]), ranged(1, 1, 4));
        assert_eq!(range(vec![7]), ranged(7, 7, 7));
        assert_eq!(range(vec![5, 3, 9, 1]), ranged(1, 3, 9));
    }

    #[test]
    fn values_lie_in_cells_of_equal_width_and_the_greatest_in_the_last() {
        let cells = |numbers: &[f64], start, end, cells| {
            in_cells(numbers.iter().copied(), start, end, cells)
        };
        assert_eq!(
            cells(&[0.0, 1.0, 2.4, 2.5, 9.9, 10.0], 0.0, 10.0, 4),
            [3, 1, 0, 2]
        );
        assert_eq!(cells(&[-1.0, 1.0], -1.0, 1.0, 2), [1, 1]);
        assert!(cells(&[3.0, 3.0], 3.0, 3.0, 4).is_empty(), "all are one");
        assert!(cells(&[1.0, 2.0], 1.0, 2.0, 0).is_empty(), "nobody asks");
        assert!(cells(&[f64::MIN, f64::MAX], f64::MIN, f64::MAX, 4).is_empty());
    }

    #[test]
    fn durations_are_told_in_two_units() {
        let hours = |hours: u64| (hours * HOUR) as i64;
        assert_eq!(coarse(hours(49) + 1_800_000_001), hours(50));
        assert_eq!(coarse(hours(2) + 29_000_000), hours(2));
        assert_eq!(coarse(1_500_000), 1_500_000);
        assert_eq!(coarse(-hours(49)), -hours(49));
    }

    #[test]
    fn ties_among_the_most_frequent_go_by_text() {
        let found = top([9, 9, 3, 5, 4].into_iter(), |code| int(i64::from(code)));
        assert_eq!(
            found,
            TraitValues::Top(vec![(int(9), 2), (int(3), 1), (int(4), 1)], 1)
        );
    }

    #[test]
    fn a_share_of_nobody_is_nothing() {
        assert_eq!(share(0, 0), 0.0);
        assert_eq!(share(1, 4), 0.25);
    }
}
