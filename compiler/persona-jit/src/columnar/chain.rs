//! Comparisons of monotone functions of one number: age, days since, sums and products with what is fixed, ranks. Turns
//! each into the ranges of the number for which it holds, found by bisection with the runtime's own functions, so that
//! a column is compared with thresholds instead of being computed with. Exact: a range ends where the comparison's
//! answer changes.

use std::cmp::Ordering;
use std::sync::Arc;

use persona_ir::{Const, Op, RankId, RankKind, Ty};
use persona_runtime::time::{self, Clock};
use persona_runtime::{Value, calendar, num, rank};

use crate::atoms::TestOp;
use crate::columnar::claim::Base;

/// A number on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Num {
    /// An integer, or the index of an enum's value.
    Int(i64),
    /// A Float.
    Float(f64),
}

impl Num {
    /// A value as a number, if it is one.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(value) => Some(Self::Int(*value)),
            Value::Enum(index) => Some(Self::Int(i64::from(*index))),
            Value::Float(value) => Some(Self::Float(*value)),
            _ => None,
        }
    }

    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b),
            (Self::Int(a), Self::Float(b)) => Some(num::compare(a, b)),
            (Self::Float(a), Self::Int(b)) => Some(num::compare(b, a).reverse()),
        }
    }
}

/// A comparison of a chain of monotone functions with something fixed. Fixed things are numbered (see
/// [`super::fixed`]).
#[derive(Debug)]
pub(crate) struct Chain {
    /// Where the number comes from.
    pub(crate) base: Base,
    /// Its type.
    pub(crate) ty: Ty,
    /// What is done with it, in order.
    pub(crate) steps: Vec<Step>,
    /// The comparison.
    pub(crate) op: TestOp,
    /// With what.
    pub(crate) bound: ChainBound,
}

/// What a chain is compared with.
#[derive(Debug)]
pub(crate) enum ChainBound {
    /// A fixed thing.
    Fixed(usize),
    /// Constants.
    Consts(Arc<[Const]>),
}

/// One monotone function.
#[derive(Debug)]
pub(crate) struct Step {
    /// Which; its operands are not looked at.
    pub(crate) op: Op,
    /// The type of what it gives.
    pub(crate) ty: Ty,
    /// Whether the number is its first operand.
    pub(crate) first: bool,
    /// The other operand, a fixed thing.
    pub(crate) other: Option<usize>,
}

/// Everything a chain's functions look at besides the number.
pub(crate) struct Surroundings<'a> {
    /// `now` in the zone.
    pub(crate) clock: &'a Clock,
    /// The values of the fixed things in this zone.
    pub(crate) fixed: &'a [Value],
    /// A value's rank.
    pub(crate) ranks: &'a dyn Fn(RankId) -> Option<(RankKind, &'a persona_runtime::RankTable)>,
}

/// Ranges of a number, both ends included. Floats by [`key`].
pub(crate) type Ranges = Vec<(i64, i64)>;

impl Chain {
    /// The ranges for which the comparison holds, ascending; those that meet are one.
    pub(crate) fn ranges(&self, around: &Surroundings<'_>) -> Ranges {
        match &self.bound {
            ChainBound::Fixed(bound) => {
                let bound = Num::of(&around.fixed[*bound]);
                let range = bound.and_then(|bound| self.range(self.op, bound, around));
                range.into_iter().collect()
            }
            ChainBound::Consts(set) => {
                let bounds = set.iter().filter_map(|item| Num::of(&item.into()));
                let ranges = bounds.filter_map(|bound| self.range(TestOp::Eq, bound, around));
                let mut ranges: Ranges = ranges.collect();
                ranges.sort_unstable();
                joined(&ranges)
            }
        }
    }

    /// The range for which a comparison with a number holds.
    fn range(&self, op: TestOp, bound: Num, around: &Surroundings<'_>) -> Option<(i64, i64)> {
        if let (TestOp::Eq | TestOp::In, false) = (op, self.steps.is_empty()) {
            let from = self.range(TestOp::Ge, bound, around)?;
            let to = self.range(TestOp::Le, bound, around)?;
            let both = (from.0.max(to.0), from.1.min(to.1));
            return (both.0 <= both.1).then_some(both);
        }
        let (least, most) = domain(&self.ty);
        if let (true, Num::Int(bound), false) = (self.steps.is_empty(), bound, self.ty == Ty::Float)
        {
            return direct(op, bound);
        }
        if let (true, Num::Float(bound), true) =
            (self.steps.is_empty(), bound, self.ty == Ty::Float)
        {
            return direct(op, key(bound)).map(|(a, b)| (a.max(least), b.min(most)));
        }
        let holds = |at: i64| {
            let value = self.value(at, around);
            let order = value.and_then(|value| value.compare(bound));
            order.is_some_and(|order| op.holds(order))
        };
        if self.steps.is_empty() && matches!(op, TestOp::Eq | TestOp::In) {
            // An integer and a Float: equal to one integer at most, or the other way round.
            let at_least = |at: i64| {
                let order = self
                    .value(at, around)
                    .and_then(|value| value.compare(bound));
                order.is_some_and(Ordering::is_ge)
            };
            let (first, _) = bisect(at_least, least, most)?;
            return holds(first).then_some((first, first));
        }
        let (from, to) = bisect(holds, least, most)?;
        let from = if from == least { i64::MIN } else { from };
        Some((from, if to == most { i64::MAX } else { to }))
    }

    /// What the chain makes of the number at a place of its domain.
    fn value(&self, at: i64, around: &Surroundings<'_>) -> Option<Num> {
        let start = match self.ty {
            Ty::Float => Num::Float(unkey(at)),
            _ => Num::Int(at),
        };
        let mut steps = self.steps.iter();
        steps.try_fold(start, |value, step| step.apply(value, around))
    }
}

/// The range of integers for which a comparison with one holds.
fn direct(op: TestOp, bound: i64) -> Option<(i64, i64)> {
    match op {
        TestOp::Eq | TestOp::In => Some((bound, bound)),
        TestOp::Lt => Some((i64::MIN, bound.checked_sub(1)?)),
        TestOp::Le => Some((i64::MIN, bound)),
        TestOp::Gt => Some((bound.checked_add(1)?, i64::MAX)),
        TestOp::Ge => Some((bound, i64::MAX)),
    }
}

/// The values that a column of a type can have; of Floats, their keys.
fn domain(ty: &Ty) -> (i64, i64) {
    match ty {
        Ty::Date => (calendar::MIN_DATE, calendar::MAX_DATE),
        Ty::Timestamp => (calendar::MIN_TIMESTAMP, calendar::MAX_TIMESTAMP),
        Ty::Float => (key(f64::MIN), key(f64::MAX)),
        Ty::Enum(_) => (0, i64::from(u32::MAX)),
        _ => (i64::MIN, i64::MAX),
    }
}

/// A Float's place among all, as an integer in the same order; both zeros have one place.
pub(crate) fn key(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits().cast_signed();
    if bits < 0 {
        // The least negative number is the neighbour of zero.
        turned(bits) + 1
    } else {
        bits
    }
}

/// The Float at a place.
pub(crate) fn unkey(key: i64) -> f64 {
    let bits = if key < 0 {
        turned(key.wrapping_sub(1))
    } else {
        key
    };
    f64::from_bits(bits.cast_unsigned())
}

/// Turns the order of negative numbers around.
fn turned(bits: i64) -> i64 {
    bits ^ i64::MAX
}

/// Where a condition holds that changes at most once between two places.
fn bisect(holds: impl Fn(i64) -> bool, least: i64, most: i64) -> Option<(i64, i64)> {
    let (at_least, at_most) = (holds(least), holds(most));
    if at_least == at_most {
        return at_least.then_some((least, most));
    }
    // The condition says the same from `least` to `from`, and from `to` to `most`.
    let (mut from, mut to) = (least, most);
    while to.abs_diff(from) > 1 {
        let middle = (from & to) + ((from ^ to) >> 1);
        if holds(middle) == at_least {
            from = middle;
        } else {
            to = middle;
        }
    }
    Some(if at_least { (least, from) } else { (to, most) })
}

/// Sorted ranges, those that overlap or meet as one.
fn joined(ranges: &[(i64, i64)]) -> Ranges {
    let mut joined: Ranges = Vec::with_capacity(ranges.len());
    for (from, to) in ranges {
        match joined.last_mut() {
            Some(last) if last.1 == i64::MAX || *from <= last.1 + 1 => last.1 = last.1.max(*to),
            _ => joined.push((*from, *to)),
        }
    }
    joined
}

impl Step {
    /// Whether an operation of the number and of something fixed is a step: it never turns back. Says which operand is
    /// the number, and which is fixed.
    pub(crate) fn operands(
        op: &Op,
        fixed: impl Fn(persona_ir::NodeId) -> bool,
    ) -> Option<(persona_ir::NodeId, Option<persona_ir::NodeId>, bool)> {
        match op {
            Op::Neg(a)
            | Op::FNeg(a)
            | Op::ToFloat(a)
            | Op::Round(a)
            | Op::Floor(a)
            | Op::Ceil(a)
            | Op::DateAdd { date: a, .. }
            | Op::StartOfDay(a)
            | Op::Age(a)
            | Op::DaysSince(a)
            | Op::Rank(_, a) => Some((*a, None, true)),
            Op::Add(a, b)
            | Op::Sub(a, b)
            | Op::Mul(a, b)
            | Op::FAdd(a, b)
            | Op::FSub(a, b)
            | Op::FMul(a, b)
            | Op::Scale(a, b)
            | Op::Min(a, b)
            | Op::Max(a, b) => match (fixed(*a), fixed(*b)) {
                (false, true) => Some((*a, Some(*b), true)),
                (true, false) => Some((*b, Some(*a), false)),
                _ => None,
            },
            Op::IntDiv(a, b)
            | Op::Ratio(a, b)
            | Op::FDiv(a, b)
            | Op::Unscale(a, b)
            | Op::UnscaleInt(a, b) => fixed(*b).then_some((*a, Some(*b), true)),
            _ => None,
        }
    }

    fn apply(&self, value: Num, around: &Surroundings<'_>) -> Option<Num> {
        match (value, self.other) {
            (value, None) => self.one(value, around),
            (value, Some(other)) => {
                let other = Num::of(&around.fixed[other])?;
                if self.first {
                    self.two(value, other)
                } else {
                    self.two(other, value)
                }
            }
        }
    }

    /// A function of one number.
    fn one(&self, value: Num, around: &Surroundings<'_>) -> Option<Num> {
        let clock = around.clock;
        Some(match (&self.op, value) {
            (Op::Neg(_), Num::Int(a)) => Num::Int(a.saturating_neg()),
            (Op::ToFloat(_), Num::Int(a)) => Num::Float(a as f64),
            (Op::FNeg(_), Num::Float(a)) => Num::Float(num::finite(-a)),
            (Op::Round(_), Num::Float(a)) => Num::Int(num::round(a)),
            (Op::Floor(_), Num::Float(a)) => Num::Int(num::floor(a)),
            (Op::Ceil(_), Num::Float(a)) => Num::Int(num::ceil(a)),
            (Op::DateAdd { months, days, .. }, Num::Int(date)) => {
                Num::Int(calendar::add(date, *months, *days))
            }
            (Op::StartOfDay(_), Num::Int(date)) => Num::Int(clock.zone().start_of_day(date)),
            (Op::Age(_), Num::Int(date)) => Num::Int(clock.age(date)),
            (Op::DaysSince(_), Num::Int(at)) => Num::Int(time::days_since(at, clock.now())),
            (Op::Rank(id, _), value) => {
                let (kind, table) = (around.ranks)(*id)?;
                let value = match value {
                    Num::Int(value) => Value::Int(value),
                    Num::Float(value) => Value::Float(value),
                };
                Num::of(&rank::rank(kind, table, &value))?
            }
            _ => return None,
        })
    }

    /// A function of two numbers.
    fn two(&self, a: Num, b: Num) -> Option<Num> {
        let ty = &self.ty;
        Some(match (&self.op, a, b) {
            (Op::Add(..), Num::Int(a), Num::Int(b)) => Num::Int(num::add(a, b, ty)),
            (Op::Sub(..), Num::Int(a), Num::Int(b)) => Num::Int(num::sub(a, b, ty)),
            (Op::Mul(..), Num::Int(a), Num::Int(b)) => Num::Int(a.saturating_mul(b)),
            (Op::IntDiv(..), Num::Int(a), Num::Int(b)) => Num::Int(num::int_div(a, b)?),
            (Op::Ratio(..), Num::Int(a), Num::Int(b)) => Num::Float(num::ratio(a, b)?),
            (Op::UnscaleInt(..), Num::Int(a), Num::Int(b)) => Num::Int(num::unscale_int(a, b)?),
            (Op::FAdd(..), Num::Float(a), Num::Float(b)) => Num::Float(num::float_add(a, b)),
            (Op::FSub(..), Num::Float(a), Num::Float(b)) => Num::Float(num::float_sub(a, b)),
            (Op::FMul(..), Num::Float(a), Num::Float(b)) => Num::Float(num::float_mul(a, b)),
            (Op::FDiv(..), Num::Float(a), Num::Float(b)) => Num::Float(num::float_div(a, b)?),
            (Op::Scale(..), Num::Int(a), Num::Float(b)) => Num::Int(num::scale(a, b)),
            (Op::Unscale(..), Num::Int(a), Num::Float(b)) => Num::Int(num::unscale(a, b)?),
            (Op::Min(..), a, b) => better(a, b, Ordering::Less)?,
            (Op::Max(..), a, b) => better(a, b, Ordering::Greater)?,
            _ => return None,
        })
    }
}

/// The first of two numbers unless the second is better.
fn better(a: Num, b: Num, better: Ordering) -> Option<Num> {
    Some(if b.compare(a)? == better { b } else { a })
}

#[cfg(test)]
mod tests {
    use super::*;
    use persona_ir::Weekday;
    use persona_runtime::time::Zone;

    #[test]
    fn keys_are_in_the_order_of_floats() {
        assert_eq!(key(-5e-324) + 1, key(0.0));
        assert_eq!(key(-0.0), key(0.0));
        let floats = [
            f64::MIN,
            -1.5,
            -f64::MIN_POSITIVE,
            -5e-324,
            0.0,
            5e-324,
            2.5,
            f64::MAX,
        ];
        for pair in floats.windows(2) {
            assert!(key(pair[0]) < key(pair[1]));
        }
        assert!(floats.iter().all(|float| unkey(key(*float)) == *float));
    }

    #[test]
    fn a_change_is_found_wherever_it_is() {
        for change in [i64::MIN, i64::MIN + 1, -7, 0, 1, 12_345, i64::MAX] {
            assert_eq!(
                bisect(|at| at >= change, i64::MIN, i64::MAX),
                Some((change, i64::MAX))
            );
            let below = change.checked_sub(1).map(|last| (i64::MIN, last));
            assert_eq!(bisect(|at| at < change, i64::MIN, i64::MAX), below);
        }
    }

    /// What the bisection relies on: the functions of dates never turn back.
    #[test]
    fn ages_and_starts_of_days_are_monotone() {
        for zone in [
            "Europe/Berlin",
            "Pacific/Apia",
            "America/Juneau",
            "Asia/Manila",
            "Africa/Monrovia",
        ] {
            let zone = Zone::named(zone).unwrap();
            for now in [
                1_709_208_000_000_000,
                1_709_294_400_000_000,
                1_740_744_000_000_000,
            ] {
                let clock = Clock::new(zone.clone(), now, Weekday::Monday);
                let dates = calendar::MIN_DATE..=calendar::MAX_DATE;
                let near = |date: &i64| *date % 97 == 0 || (-60_000..30_000).contains(date);
                let mut last = (i64::MAX, i64::MIN);
                for date in dates.filter(near) {
                    let these = (clock.age(date), clock.zone().start_of_day(date));
                    assert!(
                        these.0 <= last.0 && these.1 >= last.1,
                        "{date} in {}",
                        zone.name()
                    );
                    last = these;
                }
            }
        }
    }
}
