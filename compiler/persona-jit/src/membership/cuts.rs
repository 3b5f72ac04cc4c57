//! Comparisons of one value with constants: the sorted numbers at which some comparison turns. A value that moves past a
//! cut turns exactly the comparisons that are written beside it.

use persona_ir::{Const, Ty};
use persona_runtime::Value;
use persona_runtime::flips::Keep;

use crate::atoms::{PartId, TestOp};

/// A comparison with constants: whether it holds below all numbers, and the numbers from which it is the opposite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Threshold {
    below: bool,
    turns: Vec<i64>,
}

/// Stands for a value that is missing: no comparison holds.
pub(super) const MISSING: u32 = u32::MAX;

impl Threshold {
    /// A comparison of a value of this type, if it has an order that numbers can stand for.
    pub(super) fn new(ty: &Ty, op: TestOp, constants: &[Const]) -> Option<Self> {
        let ordered = ty.is_integer() || matches!(ty, Ty::Enum(_) | Ty::Float);
        if !ordered {
            return None;
        }
        let numbers = constants.iter().map(|constant| number(ty, constant));
        let numbers: Vec<i64> = numbers.collect::<Option<_>>()?;
        let (below, turns) = match (op, &numbers[..]) {
            (TestOp::Lt, [number]) => (true, vec![Some(*number)]),
            (TestOp::Le, [number]) => (true, vec![number.checked_add(1)]),
            (TestOp::Gt, [number]) => (false, vec![number.checked_add(1)]),
            (TestOp::Ge, [number]) => (false, vec![Some(*number)]),
            (TestOp::Eq | TestOp::In, numbers) => {
                let ends = |number: &i64| [Some(*number), number.checked_add(1)];
                (false, numbers.iter().flat_map(ends).collect())
            }
            _ => return None,
        };
        let turns = turns.into_iter().flatten().collect();
        Some(Self { below, turns })
    }
}

/// The number that stands for a constant in the order of its type; none for a missing one or one of another type.
fn number(ty: &Ty, constant: &Const) -> Option<i64> {
    match (ty, constant) {
        (Ty::Float, Const::Float(value)) => Some(float(value.get())),
        (Ty::Enum(_), Const::Enum(index)) => Some(i64::from(*index)),
        (ty, Const::Int(value)) if ty.is_integer() => Some(*value),
        _ => None,
    }
}

/// Floats in their order.
fn float(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// All comparisons of one value.
#[derive(Clone, Debug, Default)]
pub(super) struct Cuts {
    cuts: Vec<i64>,
    /// What turns at each cut.
    turning: Vec<Vec<PartId>>,
    /// What holds below all cuts.
    below: Vec<PartId>,
}

impl Cuts {
    /// The cuts of some comparisons.
    pub(super) fn new(thresholds: &[(PartId, Threshold)]) -> Self {
        let mut turns: Vec<(i64, PartId)> = Vec::new();
        let mut below = Vec::new();
        for (part, threshold) in thresholds {
            turns.extend(threshold.turns.iter().map(|turn| (*turn, *part)));
            if threshold.below {
                below.push(*part);
            }
        }
        turns.sort_unstable();
        let mut cuts = Self {
            below,
            ..Self::default()
        };
        for (cut, part) in turns {
            if cuts.cuts.last() != Some(&cut) {
                cuts.cuts.push(cut);
                cuts.turning.push(Vec::new());
            }
            if let Some(turning) = cuts.turning.last_mut() {
                turning.push(part);
            }
        }
        cuts
    }

    /// Whether there are no comparisons.
    pub(super) fn is_empty(&self) -> bool {
        self.cuts.is_empty() && self.below.is_empty()
    }

    /// How many cuts are at or below a value; [`MISSING`] where there is none.
    pub(super) fn region(&self, value: &Value) -> u32 {
        let number = match value {
            Value::Int(value) => *value,
            Value::Enum(index) => i64::from(*index),
            Value::Float(value) => float(*value),
            _ => return MISSING,
        };
        let region = self.cuts.partition_point(|cut| *cut <= number);
        u32::try_from(region).expect("fewer than 2^32 cuts")
    }

    /// The numbers that are beyond the same cuts.
    pub(super) fn around(&self, number: i64) -> Keep {
        let region = self.cuts.partition_point(|cut| *cut <= number);
        Keep {
            lo: region
                .checked_sub(1)
                .map_or(i64::MIN, |below| self.cuts[below]),
            hi: self.cuts.get(region).map_or(i64::MAX, |above| above - 1),
        }
    }

    /// Names each comparison that turns on the way from one region to another; some may be named twice, and have then
    /// not turned.
    pub(super) fn turn(&self, from: u32, to: u32, mut turn: impl FnMut(PartId)) {
        let (from, to) = match (from, to) {
            (MISSING, MISSING) => return,
            (MISSING, to) => {
                self.below.iter().copied().for_each(&mut turn);
                (0, to)
            }
            (from, MISSING) => {
                self.below.iter().copied().for_each(&mut turn);
                (0, from)
            }
            (from, to) => (from.min(to), from.max(to)),
        };
        let crossed = &self.turning[from as usize..to as usize];
        crossed.iter().flatten().copied().for_each(turn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts that hold for a value, by turning from nothing.
    fn holding(cuts: &Cuts, from: &Value, to: &Value) -> Vec<PartId> {
        let mut holding: Vec<PartId> = Vec::new();
        let mut turn = |part: PartId| match holding.iter().position(|held| *held == part) {
            Some(place) => {
                holding.remove(place);
            }
            None => holding.push(part),
        };
        cuts.turn(MISSING, cuts.region(from), &mut turn);
        cuts.turn(cuts.region(from), cuts.region(to), &mut turn);
        holding.sort_unstable();
        holding
    }

    #[test]
    fn moving_past_cuts_turns_what_comparisons_say() {
        let ops = [TestOp::Eq, TestOp::Lt, TestOp::Le, TestOp::Gt, TestOp::Ge];
        let bounds = [i64::MIN, -3, 0, 1, 2, i64::MAX];
        let mut thresholds = Vec::new();
        let mut asked = Vec::new();
        for op in ops {
            for bound in bounds {
                let threshold = Threshold::new(&Ty::Int, op, &[Const::Int(bound)]).unwrap();
                let part = PartId::from(asked.len());
                thresholds.push((part, threshold));
                asked.push((op, bound));
            }
        }
        let cuts = Cuts::new(&thresholds);
        let values = bounds
            .into_iter()
            .map(Value::Int)
            .chain([Value::Missing, Value::Int(7)]);
        let values: Vec<Value> = values.collect();
        for from in &values {
            for to in &values {
                let expected = asked.iter().enumerate().filter(|(_, (op, bound))| {
                    to.int().is_some_and(|value| op.holds(value.cmp(bound)))
                });
                let expected: Vec<PartId> = expected.map(|(part, _)| PartId::from(part)).collect();
                assert_eq!(holding(&cuts, from, to), expected, "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn floats_keep_their_order_as_numbers() {
        let floats = [f64::MIN, -1.5, -0.0, 1e-300, 2.0, f64::MAX];
        assert!(
            floats
                .windows(2)
                .all(|pair| float(pair[0]) < float(pair[1]))
        );
        assert_eq!(float(-0.0), float(0.0));
    }
}
