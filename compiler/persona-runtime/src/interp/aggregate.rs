//! Aggregates over values that are already chosen and in order. Shared by event queries and lists.

use persona_ir::{AggKind, ListAggKind, Ty};
use rustc_hash::FxHashMap;

use crate::{Value, num};

/// An aggregate over a list's known values.
pub(super) fn list(kind: ListAggKind, values: &[Value], value_ty: Option<&Ty>, ty: &Ty) -> Value {
    match kind {
        ListAggKind::Count => count(values.len()),
        ListAggKind::Sum => sum(values, ty),
        ListAggKind::Avg => mean(values, value_ty),
        ListAggKind::Min => extreme(values, std::cmp::Ordering::Less),
        ListAggKind::Max => extreme(values, std::cmp::Ordering::Greater),
        ListAggKind::Distinct => count(tally(values).len()),
    }
}

/// An aggregate over the known values of events that needs nothing but them.
pub(super) fn events(kind: &AggKind, values: &[Value], value_ty: Option<&Ty>, ty: &Ty) -> Value {
    match kind {
        AggKind::Exists => (!values.is_empty()).into(),
        AggKind::Count => count(values.len()),
        AggKind::Sum => sum(values, ty),
        AggKind::Avg => mean(values, value_ty),
        AggKind::Min => extreme(values, std::cmp::Ordering::Less),
        AggKind::Max => extreme(values, std::cmp::Ordering::Greater),
        AggKind::Distinct => count(tally(values).len()),
        AggKind::MostCommon => most_common(values),
        AggKind::TopShare => share(most_frequent(values), values.len()),
        AggKind::Share => share(
            values.iter().filter(|value| value.is_true()).count(),
            values.len(),
        ),
        AggKind::MaxPerValue => count(most_frequent(values)),
        AggKind::Nth { .. } | AggKind::Gap | AggKind::UnitsHit { .. } => Value::Missing,
    }
}

fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn share(part: usize, whole: usize) -> Value {
    num::float_div(part as f64, whole as f64).into()
}

fn exact_sum(values: &[Value]) -> i128 {
    values.iter().filter_map(Value::int).map(i128::from).sum()
}

fn float_sum(values: &[Value]) -> f64 {
    values
        .iter()
        .filter_map(Value::float)
        .fold(0.0, num::float_add)
}

fn sum(values: &[Value], ty: &Ty) -> Value {
    match ty {
        Ty::Float => Value::Float(float_sum(values)),
        _ => Value::Int(num::narrow(exact_sum(values))),
    }
}

fn mean(values: &[Value], value_ty: Option<&Ty>) -> Value {
    let count = values.len() as u64;
    match value_ty {
        Some(Ty::Float) => num::mean_float(float_sum(values), count).into(),
        Some(Ty::Int) => num::mean_int(exact_sum(values), count).into(),
        _ => num::mean_amount(exact_sum(values), count).into(),
    }
}

/// The first value than which no other is less, or greater.
fn extreme(values: &[Value], better: std::cmp::Ordering) -> Value {
    let mut best: Option<&Value> = None;
    for value in values {
        if best.is_none_or(|best| value.compare(best) == Some(better)) {
            best = Some(value);
        }
    }
    best.cloned().unwrap_or(Value::Missing)
}

/// Each distinct value with how often it occurs and where it occurs last, by its first occurrence.
fn tally(values: &[Value]) -> Vec<(&Value, usize, usize)> {
    let mut places: FxHashMap<&Value, usize> = FxHashMap::default();
    let mut tally: Vec<(&Value, usize, usize)> = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let place = *places.entry(value).or_insert(tally.len());
        match tally.get_mut(place) {
            Some((_, times, last)) => {
                *times += 1;
                *last = index;
            }
            None => tally.push((value, 1, index)),
        }
    }
    tally
}

fn most_common(values: &[Value]) -> Value {
    let best = tally(values)
        .into_iter()
        .max_by_key(|(_, times, last)| (*times, *last));
    best.map_or(Value::Missing, |(value, _, _)| value.clone())
}

fn most_frequent(values: &[Value]) -> usize {
    tally(values)
        .into_iter()
        .map(|(_, times, _)| times)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> Vec<Value> {
        values.iter().map(|text| Value::from(*text)).collect()
    }

    #[test]
    fn the_mode_of_a_tie_is_the_value_that_occurs_latest() {
        assert_eq!(
            most_common(&texts(&["a", "b", "b", "a", "c"])),
            Value::from("a")
        );
        assert_eq!(most_common(&texts(&["a", "a", "b", "b"])), Value::from("b"));
        assert_eq!(most_common(&[]), Value::Missing);
    }

    #[test]
    fn sums_are_exact_until_the_end() {
        let values = [
            Value::Int(i64::MAX),
            Value::Int(i64::MAX),
            Value::Int(-i64::MAX),
            Value::Int(-5),
        ];
        assert_eq!(sum(&values, &Ty::Int), Value::Int(i64::MAX - 5));
        assert_eq!(sum(&values[..2], &Ty::Int), Value::Int(i64::MAX));
        assert_eq!(sum(&[], &Ty::Float), Value::Float(0.0));
    }

    #[test]
    fn float_sums_saturate_at_every_step_and_run_in_order() {
        let max = Value::Float(f64::MAX);
        assert_eq!(
            sum(&[max.clone(), max, Value::Float(f64::MIN)], &Ty::Float),
            Value::Float(0.0)
        );
        let values = [Value::Float(1e16), Value::Float(1.0), Value::Float(-1e16)];
        assert_eq!(sum(&values, &Ty::Float), Value::Float(0.0));
    }

    #[test]
    fn zeros_of_either_sign_are_one_value() {
        assert_eq!(tally(&[Value::Float(0.0), Value::Float(-0.0)]).len(), 1);
    }

    #[test]
    fn means_of_amounts_are_rounded_half_to_even() {
        let values = [Value::Int(2), Value::Int(3)];
        assert_eq!(mean(&values, Some(&Ty::Duration)), Value::Int(2));
        assert_eq!(mean(&values, Some(&Ty::Int)), Value::Float(2.5));
        assert_eq!(mean(&[], Some(&Ty::Float)), Value::Missing);
    }
}
