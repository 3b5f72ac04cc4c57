//! Aggregates over a stretch of a stream, and how long they stay as they are.

use persona_ir::{AggKind, Ty};
use persona_runtime::flips::{Keep, NEVER, moments};
use persona_runtime::time::Clock;
use persona_runtime::{Value, aggregate_values, num};

use super::streams::{Filled, StreamId};
use super::windows::{Cut, Stretch, Window};

/// An aggregate that reads a stream.
#[derive(Clone, Debug)]
pub(super) struct Aggregate {
    pub(super) kind: AggKind,
    pub(super) stream: StreamId,
    pub(super) window: Window,
    /// Which of the stream's lanes is aggregated; absent where the aggregate needs none.
    pub(super) lane: Option<usize>,
    /// The types of the aggregated values and of the result.
    pub(super) value_ty: Option<Ty>,
    pub(super) ty: Ty,
}

impl Aggregate {
    /// The value at the clock's `now`, and an instant before which it stays, or for a count: stays inside an interval
    /// that `keep` gives for it.
    pub(super) fn compute(
        &self,
        filled: &Filled,
        clock: &Clock,
        cut: Cut,
        keep: impl Fn(i64) -> Keep,
    ) -> (Value, i64) {
        let stretch = self.window.between(cut, &filled.keys, clock);
        let count = stretch.count();
        match &self.kind {
            AggKind::Exists => {
                let (drop, rise) = match count.checked_sub(1) {
                    Some(others) => (Some(others), None),
                    None => (None, Some(0)),
                };
                ((count > 0).into(), stretch.turns_after(drop, rise))
            }
            AggKind::Count if self.lane.is_none() => counted(&stretch, count, keep),
            AggKind::Nth { n, from_end } => self.nth(&stretch, filled, *n as usize, *from_end),
            AggKind::Gap => {
                let ends = count
                    .checked_sub(1)
                    .map(|last| (stretch.at(0), stretch.at(last)));
                let gap = ends.and_then(|(first, last)| num::gap(first, last, count as u64));
                (gap.into(), stretch.same_until())
            }
            AggKind::UnitsHit { unit, units } => {
                let back = |place| clock.units_back(*unit, stretch.at(place));
                let mut hit: Vec<u64> = (0..count).map(back).collect();
                hit.retain(|back| (1..=u64::from(*units)).contains(back));
                hit.sort_unstable();
                hit.dedup();
                let running = if count > 0 {
                    moments::unit(clock, *unit)
                } else {
                    NEVER
                };
                (whole(hit.len()), stretch.same_until().min(running))
            }
            _ => (self.over_values(&stretch, filled), stretch.same_until()),
        }
    }

    fn nth(
        &self,
        stretch: &Stretch<'_>,
        filled: &Filled,
        n: usize,
        from_end: bool,
    ) -> (Value, i64) {
        let count = stretch.count();
        if n == 0 {
            return (Value::Missing, NEVER);
        }
        if count < n {
            return (
                Value::Missing,
                stretch.turns_after(None, Some(n - count - 1)),
            );
        }
        let place = if from_end { count - n } else { n - 1 };
        let value = self.lane.map_or(Value::Missing, |lane| {
            filled.lanes[lane].values[stretch.ends().0 + place].clone()
        });
        let until = if from_end {
            stretch.turns_after(Some(count - n), Some(0))
        } else {
            stretch.same_until()
        };
        (value, until)
    }

    /// Aggregates of values: sums where they are exact, anything else value by value in order.
    fn over_values(&self, stretch: &Stretch<'_>, filled: &Filled) -> Value {
        let lo = stretch.ends().0;
        let hi = lo + stretch.count();
        let Some(lane) = self.lane else {
            return Value::Missing;
        };
        let exact = !filled.lanes[lane].sums.is_empty();
        match (&self.kind, &self.value_ty) {
            (AggKind::Sum, _) if exact => Value::Int(num::narrow(filled.sum(lane, lo, hi))),
            (AggKind::Avg, Some(Ty::Int)) if exact => {
                num::mean_int(filled.sum(lane, lo, hi), stretch.count() as u64).into()
            }
            (AggKind::Avg, _) if exact => {
                num::mean_amount(filled.sum(lane, lo, hi), stretch.count() as u64).into()
            }
            _ => {
                let values = &filled.lanes[lane].values[lo..hi];
                aggregate_values(&self.kind, values, self.value_ty.as_ref(), &self.ty)
            }
        }
    }
}

fn counted(stretch: &Stretch<'_>, count: usize, keep: impl Fn(i64) -> Keep) -> (Value, i64) {
    let value = i64::try_from(count).unwrap_or(i64::MAX);
    let keep = keep(value);
    let spare = |spare: i64| usize::try_from(spare).ok();
    let drop = spare(value.saturating_sub(keep.lo)).filter(|drop| *drop < count);
    let rise = match keep.hi {
        i64::MAX => None,
        hi => spare(hi.saturating_sub(value)),
    };
    (Value::Int(value), stretch.turns_after(drop, rise))
}

fn whole(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
