//! Numbers: see [`persona_runtime::num`] and [`persona_runtime::geo`].

use persona_runtime::{geo, num};

pub(super) extern "C" fn compare_mixed(int: i64, float: f64) -> i64 {
    num::compare(int, float) as i64
}

pub(super) extern "C" fn int_div(a: i64, b: i64) -> i64 {
    num::int_div(a, b).unwrap_or(0)
}

pub(super) extern "C" fn int_mod(a: i64, b: i64) -> i64 {
    num::int_mod(a, b).unwrap_or(0)
}

pub(super) extern "C" fn unscale_int(a: i64, b: i64) -> i64 {
    num::unscale_int(a, b).unwrap_or(0)
}

fn wide(low: u64, high: i64) -> i128 {
    i128::from(high) << 64 | i128::from(low)
}

pub(super) extern "C" fn mean_int(low: u64, high: i64, count: u64) -> f64 {
    num::mean_int(wide(low, high), count).unwrap_or(0.0)
}

pub(super) extern "C" fn mean_amount(low: u64, high: i64, count: u64) -> i64 {
    num::mean_amount(wide(low, high), count).unwrap_or(0)
}

pub(super) extern "C" fn distance(lat_a: f64, lng_a: f64, lat_b: f64, lng_b: f64) -> i64 {
    geo::distance((lat_a, lng_a), (lat_b, lng_b))
}
