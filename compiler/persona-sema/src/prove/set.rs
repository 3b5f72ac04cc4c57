//! Sets of values: unions of intervals of whole numbers, and texts that are listed or excluded. Everything ordered is
//! a whole number here: amounts in minor units, instants in microseconds, values of enums by their index, and Floats by
//! their place among all Floats, so that `x > 5` is `x >= 6` for each of them. It knows nothing of expressions.

use std::collections::BTreeSet;
use std::sync::Arc;

/// A set of values of one sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// Closed intervals, ascending, with gaps between them.
    Ints(Vec<(i64, i64)>),
    /// These texts, or all but these.
    Text {
        /// All but these.
        except: bool,
        /// The texts.
        items: BTreeSet<Arc<str>>,
    },
}

impl Set {
    /// Every whole number.
    pub(super) fn all() -> Self {
        Self::Ints(vec![(i64::MIN, i64::MAX)])
    }

    /// Every text.
    pub(super) fn any_text() -> Self {
        Self::Text {
            except: true,
            items: BTreeSet::new(),
        }
    }

    /// From one number to another, both included; nothing where the first is the greater.
    pub(super) fn range(low: i64, high: i64) -> Self {
        Self::Ints(if low <= high {
            vec![(low, high)]
        } else {
            Vec::new()
        })
    }

    /// One number.
    pub(super) fn one(value: i64) -> Self {
        Self::range(value, value)
    }

    /// These numbers.
    pub(super) fn of(mut values: Vec<i64>) -> Self {
        values.sort_unstable();
        values.dedup();
        let mut ranges: Vec<(i64, i64)> = Vec::new();
        for value in values {
            match ranges.last_mut() {
                Some(last) if last.1.checked_add(1) == Some(value) => last.1 = value,
                _ => ranges.push((value, value)),
            }
        }
        Self::Ints(ranges)
    }

    /// What is less than a number.
    pub(super) fn below(value: i64) -> Self {
        value
            .checked_sub(1)
            .map_or(Self::Ints(Vec::new()), |high| Self::range(i64::MIN, high))
    }

    /// These texts.
    pub(super) fn texts(items: BTreeSet<Arc<str>>) -> Self {
        Self::Text {
            except: false,
            items,
        }
    }

    /// Whether nothing is in it. Of texts there is always another one.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Ints(ranges) => ranges.is_empty(),
            Self::Text { except, items } => !except && items.is_empty(),
        }
    }

    /// The least number; `None` for texts and the empty set.
    pub(super) fn least(&self) -> Option<i64> {
        match self {
            Self::Ints(ranges) => ranges.first().map(|range| range.0),
            Self::Text { .. } => None,
        }
    }

    /// The greatest number.
    pub(super) fn greatest(&self) -> Option<i64> {
        match self {
            Self::Ints(ranges) => ranges.last().map(|range| range.1),
            Self::Text { .. } => None,
        }
    }

    /// Whether a number is in it.
    pub(super) fn has(&self, value: i64) -> bool {
        match self {
            Self::Ints(ranges) => ranges
                .iter()
                .any(|(low, high)| *low <= value && value <= *high),
            Self::Text { .. } => false,
        }
    }

    /// What is not in it.
    pub(super) fn complement(&self) -> Self {
        match self {
            Self::Text { except, items } => Self::Text {
                except: !except,
                items: items.clone(),
            },
            Self::Ints(ranges) => {
                let mut gaps = Vec::with_capacity(ranges.len() + 1);
                let mut from = Some(i64::MIN);
                for (low, high) in ranges {
                    if let (Some(start), Some(end)) = (from, low.checked_sub(1))
                        && start <= end
                    {
                        gaps.push((start, end));
                    }
                    from = high.checked_add(1);
                }
                gaps.extend(from.map(|start| (start, i64::MAX)));
                Self::Ints(gaps)
            }
        }
    }

    /// What is in both. Sets of different sorts do not meet; the first is returned then, which is never too small.
    pub(super) fn intersect(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Ints(a), Self::Ints(b)) => Self::Ints(meet(a, b)),
            (
                Self::Text { except, items },
                Self::Text {
                    except: other_except,
                    items: others,
                },
            ) => match (except, other_except) {
                (true, true) => Self::Text {
                    except: true,
                    items: items.union(others).cloned().collect(),
                },
                (false, false) => Self::texts(items.intersection(others).cloned().collect()),
                (false, true) => Self::texts(items.difference(others).cloned().collect()),
                (true, false) => Self::texts(others.difference(items).cloned().collect()),
            },
            _ => self.clone(),
        }
    }
}

/// The common part of two ascending lists of intervals.
fn meet(a: &[(i64, i64)], b: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let (mut i, mut j) = (0, 0);
    let mut common = Vec::new();
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let (low, high) = (x.0.max(y.0), x.1.min(y.1));
        if low <= high {
            common.push((low, high));
        }
        if x.1 < y.1 {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

/// The place of a Float among all finite Floats: the order of the places is that of the Floats, and there is one zero.
pub(super) fn place_of(value: f64) -> i64 {
    let magnitude = (value.abs().to_bits() & (u64::MAX >> 1)).cast_signed();
    if value < 0.0 { -magnitude } else { magnitude }
}

/// The Float at a place.
pub(super) fn float_at(place: i64) -> f64 {
    let value = f64::from_bits(place.unsigned_abs());
    if place < 0 { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(set: &Set) -> Vec<i64> {
        (-12..=12).filter(|value| set.has(*value)).collect()
    }

    #[test]
    fn sets_are_what_their_members_are() {
        let mut sets = vec![Set::all(), Set::Ints(Vec::new()), Set::of(vec![1, 3, 4, 9])];
        sets.extend([
            Set::below(3),
            Set::below(-2).complement(),
            Set::range(-5, 5),
        ]);
        for a in &sets {
            let outside: Vec<i64> = (-12..=12).filter(|value| !a.has(*value)).collect();
            assert_eq!(members(&a.complement()), outside, "{a:?}");
            assert_eq!(&a.complement().complement(), a);
            for b in &sets {
                let both: Vec<i64> = (-12..=12)
                    .filter(|value| a.has(*value) && b.has(*value))
                    .collect();
                assert_eq!(members(&a.intersect(b)), both, "{a:?} {b:?}");
            }
        }
        assert!(Set::below(i64::MIN).is_empty());
        assert_eq!(Set::all().complement(), Set::Ints(Vec::new()));
    }

    #[test]
    fn floats_keep_their_order() {
        let values = [
            f64::MIN,
            -1.5,
            -f64::MIN_POSITIVE,
            0.0,
            5e-324,
            0.1,
            2.0,
            f64::MAX,
        ];
        for pair in values.windows(2) {
            assert!(place_of(pair[0]) < place_of(pair[1]), "{pair:?}");
        }
        assert_eq!(place_of(-0.0), place_of(0.0));
        for value in values {
            assert_eq!(float_at(place_of(value)).to_bits(), value.to_bits());
        }
    }
}
