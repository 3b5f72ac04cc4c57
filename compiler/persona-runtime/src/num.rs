//! Numbers: saturating integers, finite floats, exact comparison across the two, rounding half to even.
//!
//! Plain functions that every engine calls or mirrors. Floats that go in are finite, and so are floats that come
//! out; `-0.0` comes out as `0.0`. `None` is a missing result.

use std::cmp::Ordering;

use persona_ir::Ty;

use crate::calendar::{clamp_date, clamp_timestamp};

/// An integer moved into the range of its type: a Timestamp's or a Date's range, any `i64` otherwise.
pub fn clamp(value: i64, ty: &Ty) -> i64 {
    match ty {
        Ty::Timestamp => clamp_timestamp(value),
        Ty::Date => clamp_date(value),
        _ => value,
    }
}

/// An exact sum brought back to 64 bits, saturating.
pub fn narrow(value: i128) -> i64 {
    let clamped = value.clamp(i64::MIN.into(), i64::MAX.into());
    i64::try_from(clamped).expect("the value was clamped")
}

/// `a + b` with the result's type, saturating.
pub fn add(a: i64, b: i64, ty: &Ty) -> i64 {
    clamp(a.saturating_add(b), ty)
}

/// `a - b` with the result's type, saturating.
pub fn sub(a: i64, b: i64, ty: &Ty) -> i64 {
    clamp(a.saturating_sub(b), ty)
}

/// Euclidean quotient, saturating; missing when the divisor is 0.
pub fn int_div(a: i64, b: i64) -> Option<i64> {
    (b != 0).then(|| a.checked_div_euclid(b).unwrap_or(i64::MAX))
}

/// Euclidean remainder; missing when the divisor is 0.
pub fn int_mod(a: i64, b: i64) -> Option<i64> {
    (b != 0).then(|| a.wrapping_rem_euclid(b))
}

/// The quotient of two integers, each converted to the nearest `f64` first; missing when the divisor is 0.
pub fn ratio(a: i64, b: i64) -> Option<f64> {
    (b != 0).then(|| finite(a as f64 / b as f64))
}

/// The result of a float operation on finite operands: overflow gives ±MAX, `-0.0` gives `0.0`.
pub fn finite(value: f64) -> f64 {
    value.clamp(f64::MIN, f64::MAX) + 0.0
}

/// `a + b`.
pub fn float_add(a: f64, b: f64) -> f64 {
    finite(a + b)
}

/// `a - b`.
pub fn float_sub(a: f64, b: f64) -> f64 {
    finite(a - b)
}

/// `a * b`.
pub fn float_mul(a: f64, b: f64) -> f64 {
    finite(a * b)
}

/// `a / b`; missing when `b` is zero.
pub fn float_div(a: f64, b: f64) -> Option<f64> {
    (b != 0.0).then(|| finite(a / b))
}

/// An integer times a float in `f64`, rounded half to even, saturating.
pub fn scale(a: i64, b: f64) -> i64 {
    round(finite(a as f64 * b))
}

/// An integer divided by a float in `f64`, rounded half to even, saturating; missing when the divisor is zero.
pub fn unscale(a: i64, b: f64) -> Option<i64> {
    float_div(a as f64, b).map(round)
}

/// An integer divided by an integer, exact, rounded half to even, saturating; missing when the divisor is 0.
pub fn unscale_int(a: i64, b: i64) -> Option<i64> {
    divide_half_even(a.into(), b.into()).map(narrow)
}

/// The exact quotient rounded half to even; missing when the divisor is 0.
pub fn divide_half_even(a: i128, b: i128) -> Option<i128> {
    if b == 0 {
        return None;
    }
    // With a positive divisor the floor and the remainder tell the distance to both neighbours.
    let (a, b) = if b < 0 { (-a, -b) } else { (a, b) };
    let (floor, rest) = (a.div_euclid(b), a.rem_euclid(b));
    let up = match rest.cmp(&(b - rest)) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => floor % 2 != 0,
    };
    Some(floor + i128::from(up))
}

/// The nearest integer, half to even, saturating.
pub fn round(value: f64) -> i64 {
    value.round_ties_even() as i64
}

/// The greatest integer not above a float, saturating.
pub fn floor(value: f64) -> i64 {
    value.floor() as i64
}

/// The least integer not below a float, saturating.
pub fn ceil(value: f64) -> i64 {
    value.ceil() as i64
}

/// Compares an integer and a float exactly: neither is rounded to the other's type first.
pub fn compare(int: i64, float: f64) -> Ordering {
    // 2^63: every float at or above it, or below -2^63, is outside of `i64`.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float >= LIMIT {
        return Ordering::Less;
    }
    if float < -LIMIT {
        return Ordering::Greater;
    }
    let whole = float.trunc();
    let fraction = float - whole;
    int.cmp(&(whole as i64))
        .then(0.0_f64.total_cmp(&(fraction + 0.0)))
}

/// The mean of exact amounts, rounded half to even; missing of nothing.
pub fn mean_amount(sum: i128, count: u64) -> Option<i64> {
    divide_half_even(sum, count.into()).map(narrow)
}

/// The mean of whole numbers as a float: the exact sum, brought to the nearest `f64`, by the count; missing of
/// nothing.
pub fn mean_int(sum: i128, count: u64) -> Option<f64> {
    float_div(sum as f64, count as f64)
}

/// The mean of floats from their sum (added in order with [`float_add`]); missing of nothing.
pub fn mean_float(sum: f64, count: u64) -> Option<f64> {
    float_div(sum, count as f64)
}

/// The mean time between neighbours: from the first to the last of `count` instants; missing of fewer than two.
pub fn gap(first: i64, last: i64, count: u64) -> Option<i64> {
    let steps = count.checked_sub(1)?;
    divide_half_even(i128::from(last) - i128::from(first), steps.into()).map(narrow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_saturate_at_their_types_ends() {
        assert_eq!(add(i64::MAX, 1, &Ty::Int), i64::MAX);
        assert_eq!(sub(i64::MIN, 1, &Ty::Duration), i64::MIN);
        assert_eq!(
            add(crate::calendar::MAX_DATE, 1, &Ty::Date),
            crate::calendar::MAX_DATE
        );
        assert_eq!(
            sub(0, i64::MAX, &Ty::Timestamp),
            crate::calendar::MIN_TIMESTAMP
        );
        assert_eq!(narrow(i128::MAX), i64::MAX);
        assert_eq!(narrow(i128::MIN), i64::MIN);
    }

    #[test]
    fn integer_division_is_euclidean() {
        assert_eq!(int_div(-7, 2), Some(-4));
        assert_eq!(int_div(-7, -2), Some(4));
        assert_eq!(int_div(7, -2), Some(-3));
        assert_eq!(int_mod(-7, 2), Some(1));
        assert_eq!(int_mod(-7, -2), Some(1));
        assert_eq!(int_div(1, 0), None);
        assert_eq!(int_mod(1, 0), None);
        assert_eq!(int_div(i64::MIN, -1), Some(i64::MAX));
        assert_eq!(int_mod(i64::MIN, -1), Some(0));
    }

    #[test]
    fn floats_stay_finite_and_have_one_zero() {
        assert_eq!(float_mul(f64::MAX, 2.0), f64::MAX);
        assert_eq!(float_sub(f64::MIN, f64::MAX), f64::MIN);
        assert_eq!(float_div(1.0, 0.0), None);
        assert_eq!(float_div(1.0, f64::MIN_POSITIVE / 4.0), Some(f64::MAX));
        assert_eq!(finite(-0.0).to_bits(), 0);
        assert_eq!(float_mul(-1.0, 0.0).to_bits(), 0);
        assert_eq!(
            ratio(i64::MAX, 1),
            Some(9_223_372_036_854_775_807_i64 as f64)
        );
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let cases = [
            (5, 2, 2),
            (7, 2, 4),
            (-5, 2, -2),
            (-7, 2, -4),
            (5, -2, -2),
            (1, 3, 0),
            (2, 3, 1),
            (-1, 3, 0),
        ];
        for (a, b, quotient) in cases {
            assert_eq!(unscale_int(a, b), Some(quotient), "{a} / {b}");
        }
        assert_eq!(unscale_int(i64::MIN, -1), Some(i64::MAX));
        assert_eq!(unscale_int(1, 0), None);
        assert_eq!(scale(5, 0.5), 2);
        assert_eq!(scale(15, 0.1), 2);
        assert_eq!(scale(i64::MAX, 1e300), i64::MAX);
        assert_eq!(unscale(7, 2.0), Some(4));
        assert_eq!(unscale(7, 0.0), None);
        assert_eq!(
            (round(2.5), round(3.5), round(-2.5), round(1e300)),
            (2, 4, -2, i64::MAX)
        );
        assert_eq!((floor(-0.5), ceil(-0.5), ceil(0.5)), (-1, 0, 1));
    }

    #[test]
    fn integers_and_floats_compare_exactly() {
        let big = (1_i64 << 53) + 1;
        assert_eq!(compare(big, (1_i64 << 53) as f64), Ordering::Greater);
        assert_eq!(
            compare(i64::MAX, 9_223_372_036_854_775_808.0),
            Ordering::Less
        );
        assert_eq!(
            compare(i64::MIN, -9_223_372_036_854_775_808.0),
            Ordering::Equal
        );
        assert_eq!(compare(i64::MIN, -1e30), Ordering::Greater);
        assert_eq!(compare(1, 1.5), Ordering::Less);
        assert_eq!(compare(-1, -1.5), Ordering::Greater);
        assert_eq!(compare(0, -0.0), Ordering::Equal);
        assert_eq!(compare(0, f64::MIN_POSITIVE), Ordering::Less);
        assert_eq!(compare(0, -f64::MIN_POSITIVE), Ordering::Greater);
    }

    #[test]
    fn means_are_exact_before_they_are_rounded() {
        assert_eq!(mean_amount(i128::from(i64::MAX) * 3, 3), Some(i64::MAX));
        assert_eq!(mean_amount(5, 2), Some(2));
        assert_eq!(mean_amount(0, 0), None);
        assert_eq!(mean_int(7, 2), Some(3.5));
        assert_eq!(gap(0, 10, 1), None);
        assert_eq!(gap(0, 0, 0), None);
        assert_eq!(gap(0, 5, 3), Some(2));
    }
}
