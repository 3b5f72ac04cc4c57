//! Filters of numbers and amounts. Whole numbers saturate; amounts round half to even, as everywhere in the language.

use super::Fid;
use crate::display::MoneyStyle;
use crate::ir::With;
use crate::render::Work;
use crate::{Ty, Value, decimal};

/// Computes a filter of numbers.
pub(super) fn call(filter: Fid, input: &Value, args: &[Value], with: &With) -> Value {
    if let With::Number(places) = with {
        return round(input, *places);
    }
    let amount = matches!(with, With::Ty(Ty::Money(_)));
    match (filter, input, args.first()) {
        (Fid::Abs, Value::Int(a), _) => Value::Int(a.saturating_abs()),
        (Fid::Abs, Value::Float(a), _) => Value::Float(a.abs()),
        (Fid::Ceil | Fid::Floor, Value::Int(a), _) => Value::Int(*a),
        (Fid::Ceil, Value::Float(a), _) => Value::Int(whole(a.ceil())),
        (Fid::Floor, Value::Float(a), _) => Value::Int(whole(a.floor())),
        (_, Value::Int(a), Some(Value::Int(b))) => ints(filter, *a, *b, amount),
        (Fid::Times, Value::Int(a), Some(Value::Float(b))) if amount => {
            Value::Int(whole((float(*a) * b).round_ties_even()))
        }
        (Fid::DividedBy, Value::Int(a), Some(Value::Float(b))) if amount => {
            if *b == 0.0 {
                Value::Missing
            } else {
                Value::Int(whole((float(*a) / b).round_ties_even()))
            }
        }
        (_, a, Some(b)) => match (as_float(a), as_float(b)) {
            (Some(a), Some(b)) => floats(filter, a, b),
            _ => Value::Missing,
        },
        _ => Value::Missing,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "whole numbers beside others become them, rounded, as in the language"
)]
const fn float(number: i64) -> f64 {
    number as f64
}

const fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(float(*number)),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// The whole number nearest to a number without decimals, saturated at the ends.
#[expect(
    clippy::cast_possible_truncation,
    reason = "saturates, as numbers of the language do"
)]
pub(crate) const fn whole(number: f64) -> i64 {
    number as i64
}

fn ints(filter: Fid, a: i64, b: i64, amount: bool) -> Value {
    Value::Int(match filter {
        Fid::Plus => a.saturating_add(b),
        Fid::Minus => a.saturating_sub(b),
        Fid::Times => a.saturating_mul(b),
        Fid::AtLeast => a.max(b),
        Fid::AtMost => a.min(b),
        _ if b == 0 => return Value::Missing,
        Fid::DividedBy if amount => divided_to_even(a, b),
        Fid::DividedBy => {
            let (quotient, rest) = (a.saturating_div(b), a.wrapping_rem(b));
            if rest != 0 && (rest < 0) != (b < 0) {
                quotient - 1
            } else {
                quotient
            }
        }
        _ => {
            let rest = a.wrapping_rem(b);
            if rest != 0 && (rest < 0) != (b < 0) {
                rest + b
            } else {
                rest
            }
        }
    })
}

/// `a / b`, halves to even; `b` is not zero.
fn divided_to_even(a: i64, b: i64) -> i64 {
    let (a, b) = (i128::from(a) * i128::from(b.signum()), i128::from(b).abs());
    let (quotient, rest) = (a.div_euclid(b), a.rem_euclid(b));
    let up = match (rest * 2).cmp(&b) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => quotient % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    let rounded = quotient + i128::from(up);
    i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX })
}

fn floats(filter: Fid, a: f64, b: f64) -> Value {
    Value::Float(match filter {
        Fid::Plus => decimal::add(a, b),
        Fid::Minus => decimal::add(a, -b),
        Fid::Times => decimal::mul(a, b),
        Fid::AtLeast => a.max(b),
        Fid::AtMost => a.min(b),
        _ if b == 0.0 => return Value::Missing,
        Fid::DividedBy => (a / b).clamp(-f64::MAX, f64::MAX),
        _ => decimal::modulo(a, b),
    })
}

/// To so many decimals; to tens, hundreds, … where negative.
fn round(input: &Value, places: i64) -> Value {
    match (input, u32::try_from(places)) {
        (Value::Float(a), Ok(0)) => Value::Int(whole(decimal::round(*a, 0))),
        (Value::Float(a), Ok(places)) => Value::Float(decimal::round(*a, places)),
        (Value::Int(a), Ok(0)) => Value::Int(*a),
        (Value::Int(a), Ok(_)) => Value::Float(float(*a)),
        (value, Err(_)) => {
            let a = match value {
                Value::Int(a) => *a,
                Value::Float(a) => whole(decimal::round(*a, 0)),
                _ => return Value::Missing,
            };
            let unit = 10_i128.pow(u32::try_from(-places).unwrap_or(18));
            let half = unit / 2 * i128::from(a.signum());
            let rounded = (i128::from(a) + half) / unit * unit;
            Value::Int(i64::try_from(rounded).unwrap_or(if a < 0 { i64::MIN } else { i64::MAX }))
        }
        _ => Value::Missing,
    }
}

/// The filters that write amounts.
pub(super) fn money(filter: Fid, input: &Value, with: &With, work: &Work<'_>) -> Value {
    let (Value::Int(minor), With::Ty(Ty::Money(currency))) = (input, with) else {
        return Value::Missing;
    };
    let style = match filter {
        Fid::MoneyWithCurrency => MoneyStyle::Code,
        Fid::MoneyWithoutCurrency => MoneyStyle::Bare,
        Fid::MoneyWithoutTrailingZeros => MoneyStyle::Short,
        _ => MoneyStyle::Sign,
    };
    let mut out = String::new();
    work.display.money(&mut out, *minor, *currency, style);
    Value::text(out)
}
