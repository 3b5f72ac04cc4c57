//! Arithmetic in the widest types there are, brought back to the values' own range at the end.

/// Brings a whole number into the range of `i64`.
pub(super) fn clamp(wide: i128) -> i64 {
    i64::try_from(wide).unwrap_or(if wide < 0 { i64::MIN } else { i64::MAX })
}

/// A finite float: overflow is the greatest of its sign, and there is one zero.
pub(super) fn finite(x: f64) -> f64 {
    if x == 0.0 {
        0.0
    } else {
        x.clamp(f64::MIN, f64::MAX)
    }
}

/// `a / b` exactly, rounded half to even.
pub(super) fn divide(a: i128, b: i128) -> i64 {
    let (floor, rest) = (a.div_euclid(b), a.rem_euclid(b));
    let twice = 2 * rest;
    let up = twice > b.abs() || (twice == b.abs() && floor % 2 != 0);
    // Euclid's quotient of a negative divisor lies above; what is added points away from it.
    clamp(if up { floor + b.signum() } else { floor })
}

/// The nearest whole number, half to even.
pub(super) fn round(x: f64) -> i64 {
    whole(x.round_ties_even())
}

/// A float without a fraction as a whole number.
pub(super) fn whole(x: f64) -> i64 {
    if x >= 9_223_372_036_854_775_808.0 {
        i64::MAX
    } else if x < -9_223_372_036_854_775_808.0 {
        i64::MIN
    } else {
        format!("{x:.0}").parse().expect("digits")
    }
}

/// The nearest float to a whole number of any size.
pub(super) fn float(n: i128) -> f64 {
    n.to_string().parse().expect("digits")
}

/// Exact order of a whole number and a float.
pub(super) fn compare(n: i64, x: f64) -> std::cmp::Ordering {
    if x >= 9_223_372_036_854_775_808.0 {
        return std::cmp::Ordering::Less;
    }
    if x < -9_223_372_036_854_775_808.0 {
        return std::cmp::Ordering::Greater;
    }
    let floor = x.floor();
    n.cmp(&whole(floor)).then(if x > floor {
        std::cmp::Ordering::Less
    } else {
        std::cmp::Ordering::Equal
    })
}

/// Great-circle distance in whole metres.
pub(super) fn distance(a: (f64, f64), b: (f64, f64)) -> i64 {
    let (lat1, lat2) = (a.0.to_radians(), b.0.to_radians());
    let (dlat, dlon) = (lat2 - lat1, (b.1 - a.1).to_radians());
    let h = (dlat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (dlon / 2.0).sin().powi(2);
    round(2.0 * 6_371_008.8 * h.sqrt().min(1.0).asin())
}

/// The bucket of ten thousand that a text falls into: the first eight hexadecimal digits of its SHA-256.
pub(super) fn bucket(text: &str) -> u32 {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(text.as_bytes());
    let digits: String = digest[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    u32::from_str_radix(&digits, 16).expect("eight digits") % 10_000
}

#[test]
fn division_rounds_half_to_even() {
    assert_eq!(
        [divide(5, 2), divide(7, 2), divide(-5, 2), divide(-7, 2)],
        [2, 4, -2, -4]
    );
    assert_eq!(
        [divide(5, -2), divide(-7, -2), divide(8, 3), divide(-8, 3)],
        [-2, 4, 3, -3]
    );
    assert_eq!(divide(i128::from(i64::MIN), -1), i64::MAX);
}

#[test]
fn whole_numbers_and_floats_compare_exactly() {
    use std::cmp::Ordering::{Equal, Greater, Less};
    assert_eq!(
        compare(9_007_199_254_740_993, 9_007_199_254_740_992.0),
        Greater
    );
    assert_eq!(compare(i64::MAX, 9_223_372_036_854_775_808.0), Less);
    assert_eq!(compare(i64::MIN, -9_223_372_036_854_775_808.0), Equal);
    assert_eq!(compare(-1, -0.5), Less);
}
