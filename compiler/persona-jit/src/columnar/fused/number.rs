//! Arithmetic of loops: in 32 bits where the bounds of both operands and of the result allow it, else in 64, saturating only
//! where the end of `i64` is within reach. Divisions of integers are made with Floats, where those are exact.

use persona_ir::Ty;

use super::recipe::{Draft, Form, Id, Instr, One, Order, Pair};
use super::value::{EXACT, Float, Int, Source, Val};
use crate::helpers::range_of;

/// Dividends below this size, on both sides of zero, give quotients that no rounding brings over a whole number or a half:
/// the exact quotient is at least `1 / 2b` away from one, and the Float's error is less.
const DIVIDEND: i64 = (1 << 52) - 1;

/// Operations on two integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    Add,
    Sub,
    Mul,
}

/// Divisions of two integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Division {
    /// The Euclidean quotient.
    Quotient,
    /// The Euclidean remainder.
    Remainder,
    /// The exact quotient, rounded half to even.
    Rounded,
}

impl Whole {
    /// Between which bounds the exact result lies.
    fn bounds(self, a: &Int, b: &Int) -> (i128, i128) {
        let ends = |x: &Int| [i128::from(x.low), i128::from(x.high)];
        let ([a_low, a_high], [b_low, b_high]) = (ends(a), ends(b));
        match self {
            Self::Add => (a_low + b_low, a_high + b_high),
            Self::Sub => (a_low - b_high, a_high - b_low),
            Self::Mul => {
                let all = [
                    a_low * b_low,
                    a_low * b_high,
                    a_high * b_low,
                    a_high * b_high,
                ];
                all.iter().fold((all[0], all[0]), |(low, high), x| {
                    (low.min(*x), high.max(*x))
                })
            }
        }
    }

    fn pair(self) -> Pair {
        match self {
            Self::Add => Pair::Add,
            Self::Sub => Pair::Sub,
            Self::Mul => Pair::Mul,
        }
    }

    fn saturating(self) -> Pair {
        match self {
            Self::Add => Pair::AddSaturating,
            Self::Sub => Pair::SubSaturating,
            Self::Mul => Pair::MulSaturating,
        }
    }
}

/// A sum, difference or product, saturating at the ends of a type.
pub(super) fn whole(draft: &mut Draft, op: Whole, a: Int, b: Int, ty: &Ty) -> Option<Int> {
    let (low, high) = op.bounds(&a, &b);
    let clamped = |x: i128| persona_runtime::num::narrow(x);
    let result = Int {
        source: a.source,
        low: clamped(low),
        high: clamped(high),
    };
    let (form, pair) = if result.is_small() && a.is_small() && b.is_small() {
        (Form::I32, op.pair())
    } else if (a.is_float() || b.is_float()) && result.within(EXACT) {
        (Form::F64, op.pair())
    } else if op == Whole::Mul && a.is_small() && b.is_small() {
        (Form::I32, Pair::MulWide)
    } else if i128::from(result.low) == low && i128::from(result.high) == high {
        (Form::I64, op.pair())
    } else {
        (Form::I64, op.saturating())
    };
    let (x, y) = (a.form(draft, form)?, b.form(draft, form)?);
    let id = draft.instr(Instr::Pair(pair, form, x, y));
    let form = if pair == Pair::MulWide {
        Form::I64
    } else {
        form
    };
    let source = Source::Instr(id, form);
    clamp(draft, Int { source, ..result }, ty)
}

/// Within the range of a type that is narrower than `i64`.
fn clamp(draft: &mut Draft, mut value: Int, ty: &Ty) -> Option<Int> {
    if let Some((least, most)) = range_of(ty) {
        if value.low < least {
            let least = Val::int(draft, least);
            value = extreme(draft, value, least, false)?;
        }
        if value.high > most {
            let most = Val::int(draft, most);
            value = extreme(draft, value, most, true)?;
        }
    }
    Some(value)
}

/// The lesser or the greater of two integers.
pub(super) fn extreme(draft: &mut Draft, a: Int, b: Int, least: bool) -> Option<Int> {
    let pair = if least { Pair::Least } else { Pair::Greatest };
    let (form, x, y) = common(draft, a, b)?;
    let id = draft.instr(Instr::Pair(pair, form, x, y));
    let pick = if least { i64::min } else { i64::max };
    Some(Int {
        source: Source::Instr(id, form),
        low: pick(a.low, b.low),
        high: pick(a.high, b.high),
    })
}

/// Two integers in the narrowest form that holds both, for choosing between them.
pub(super) fn common(draft: &mut Draft, a: Int, b: Int) -> Option<(Form, Id, Id)> {
    if !a.is_float() && !b.is_float() {
        let form = if a.is_small() && b.is_small() {
            Form::I32
        } else {
            Form::I64
        };
        return Some((form, a.form(draft, form)?, b.form(draft, form)?));
    }
    Some((Form::F64, a.comparable(draft)?, b.comparable(draft)?))
}

/// A comparison of two integers.
pub(super) fn compare(draft: &mut Draft, order: Order, a: Int, b: Int) -> Option<Id> {
    // Of two that stand for the ends of `i64` only one may be too large, or equal ones would differ.
    let float = a.is_float() || b.is_float();
    if float && !a.within(EXACT) && !b.within(EXACT) {
        return None;
    }
    let (form, x, y) = common(draft, a, b)?;
    Some(draft.instr(Instr::Compare(order, form, x, y)))
}

/// Without its sign, saturating.
pub(super) fn absolute(draft: &mut Draft, a: Int) -> Option<Int> {
    if a.low >= 0 {
        return Some(a);
    }
    if a.low == i64::MIN {
        let zero = Val::int(draft, 0);
        let negated = whole(draft, Whole::Sub, zero, a, &Ty::Int)?;
        return extreme(draft, a, negated, false);
    }
    let high = a.high.max(-a.low);
    let low = if a.high < 0 { -a.high } else { 0 };
    let form = match a.source {
        Source::Instr(_, form) => form,
        Source::Const(_) => Form::I64,
    };
    let of = if form == Form::F64 {
        a.comparable(draft)?
    } else {
        a.form(draft, form)?
    };
    let fits = form != Form::I32 || high <= i64::from(i32::MAX);
    let (of, form) = if fits {
        (of, form)
    } else {
        (a.form(draft, Form::I64)?, Form::I64)
    };
    let id = draft.instr(Instr::One(One::Abs, form, of));
    Some(Int {
        source: Source::Instr(id, form),
        low,
        high,
    })
}

/// A division of integers, and where the divisor is not zero, if it can be.
pub(super) fn divide(
    draft: &mut Draft,
    division: Division,
    a: Int,
    b: Int,
) -> Option<(Int, Option<Id>)> {
    if !a.within(DIVIDEND) || !b.within(DIVIDEND) {
        return None;
    }
    let (x, y) = (a.form(draft, Form::F64)?, b.form(draft, Form::F64)?);
    let divisible = not_zero(draft, b);
    let quotient = draft.instr(Instr::Pair(Pair::Div, Form::F64, x, y));
    let size = a.low.abs().max(a.high.abs());
    let (id, low, high) = match division {
        Division::Rounded => {
            let id = draft.instr(Instr::One(One::Nearest, Form::F64, quotient));
            (id, -size, size)
        }
        Division::Quotient => {
            // Rounding away from zero may add one.
            (euclidean(draft, quotient, b), -size - 1, size + 1)
        }
        Division::Remainder => {
            let whole = euclidean(draft, quotient, b);
            let multiple = draft.instr(Instr::Pair(Pair::Mul, Form::F64, whole, y));
            let rest = draft.instr(Instr::Pair(Pair::Sub, Form::F64, x, multiple));
            (rest, 0, b.low.abs().max(b.high.abs()))
        }
    };
    let source = Source::Instr(id, Form::F64);
    Some((Int { source, low, high }, divisible))
}

/// A quotient rounded down where the divisor is positive, and up where it is negative.
fn euclidean(draft: &mut Draft, quotient: Id, b: Int) -> Id {
    let mut rounded = |one| draft.instr(Instr::One(one, Form::F64, quotient));
    if b.low >= 0 {
        return rounded(One::Floor);
    }
    let up = rounded(One::Ceil);
    if b.high <= 0 {
        return up;
    }
    let down = rounded(One::Floor);
    let zero = Val::int(draft, 0);
    match compare(draft, Order::Less, b, zero) {
        Some(negative) => draft.instr(Instr::Select(Form::F64, negative, up, down)),
        None => unreachable!("zero is exact in every form"),
    }
}

/// Where an integer is not zero, if it can be.
fn not_zero(draft: &mut Draft, b: Int) -> Option<Id> {
    if b.low > 0 || b.high < 0 {
        return None;
    }
    let zero = Val::int(draft, 0);
    let is = compare(draft, Order::Equal, b, zero)?;
    Some(draft.not(is))
}

/// The quotient of the nearest Floats of two integers, and where the divisor is not zero, if it can be.
pub(super) fn ratio(draft: &mut Draft, a: Int, b: Int) -> Option<(Float, Option<Id>)> {
    let (x, y) = (a.nearest(draft)?, b.nearest(draft)?);
    let divisible = not_zero(draft, b);
    let id = draft.instr(Instr::Pair(Pair::Div, Form::F64, x, y));
    let size = (a.low as f64).abs().max((a.high as f64).abs());
    let float = Float {
        source: Source::Instr(id, Form::F64),
        low: -size,
        high: size,
    };
    Some((float, divisible))
}

/// The nearest Float.
pub(super) fn to_float(draft: &mut Draft, a: Int) -> Option<Float> {
    let id = a.nearest(draft)?;
    Some(Float {
        source: Source::Instr(id, Form::F64),
        low: a.low as f64,
        high: a.high as f64,
    })
}

/// An operation on two Floats, and where the divisor of a division is not zero, if it can be.
pub(super) fn floats(draft: &mut Draft, pair: Pair, a: Float, b: Float) -> (Float, Option<Id>) {
    let (x, y) = (a.id(draft), b.id(draft));
    let id = draft.instr(Instr::Pair(pair, Form::F64, x, y));
    let divisible = match pair {
        Pair::Div => float_not_zero(draft, b),
        _ => None,
    };
    let (low, high) = bounds(pair, &a, &b);
    (finite(draft, id, low, high), divisible)
}

/// Where a Float is not zero, if it can be.
fn float_not_zero(draft: &mut Draft, b: Float) -> Option<Id> {
    if b.low > 0.0 || b.high < 0.0 {
        return None;
    }
    let zero = Val::float(draft, 0.0).id(draft);
    let y = b.id(draft);
    let is = draft.instr(Instr::Compare(Order::Equal, Form::F64, y, zero));
    Some(draft.not(is))
}

/// Between which bounds the result lies before what is infinite becomes finite. Rounding keeps the order of results, so
/// that the results of the ends are the ends of the results.
fn bounds(pair: Pair, a: &Float, b: &Float) -> (f64, f64) {
    let corners = |f: fn(f64, f64) -> f64| {
        let all = [
            f(a.low, b.low),
            f(a.low, b.high),
            f(a.high, b.low),
            f(a.high, b.high),
        ];
        let least = all.iter().copied().fold(f64::INFINITY, f64::min);
        let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (least, most)
    };
    match pair {
        Pair::Add => (a.low + b.low, a.high + b.high),
        Pair::Sub => (a.low - b.high, a.high - b.low),
        Pair::Mul => corners(|x, y| x * y),
        Pair::Div if b.low > 0.0 || b.high < 0.0 => corners(|x, y| x / y),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    }
}

/// A result between these bounds, with ±MAX for what is infinite.
fn finite(draft: &mut Draft, id: Id, low: f64, high: f64) -> Float {
    let id = if low.is_infinite() || high.is_infinite() {
        draft.instr(Instr::One(One::Finite, Form::F64, id))
    } else {
        id
    };
    Float {
        source: Source::Instr(id, Form::F64),
        low: low.clamp(f64::MIN, f64::MAX),
        high: high.clamp(f64::MIN, f64::MAX),
    }
}

/// The lesser or the greater of two Floats.
pub(super) fn float_extreme(draft: &mut Draft, a: Float, b: Float, least: bool) -> Float {
    let pair = if least { Pair::Least } else { Pair::Greatest };
    let (x, y) = (a.id(draft), b.id(draft));
    let id = draft.instr(Instr::Pair(pair, Form::F64, x, y));
    let pick = if least { f64::min } else { f64::max };
    Float {
        source: Source::Instr(id, Form::F64),
        low: pick(a.low, b.low),
        high: pick(a.high, b.high),
    }
}

/// Without its sign.
pub(super) fn float_absolute(draft: &mut Draft, a: Float) -> Float {
    let of = a.id(draft);
    let id = draft.instr(Instr::One(One::Abs, Form::F64, of));
    Float {
        source: Source::Instr(id, Form::F64),
        low: 0.0,
        high: a.high.abs().max(a.low.abs()),
    }
}

/// A whole number near a Float, saturating.
pub(super) fn rounded(draft: &mut Draft, one: One, a: Float) -> Int {
    let of = a.id(draft);
    whole_near(draft, one, of, a.low, a.high)
}

fn whole_near(draft: &mut Draft, one: One, of: Id, low: f64, high: f64) -> Int {
    let id = draft.instr(Instr::One(one, Form::F64, of));
    let f = match one {
        One::Floor => persona_runtime::num::floor,
        One::Ceil => persona_runtime::num::ceil,
        _ => persona_runtime::num::round,
    };
    Int {
        source: Source::Instr(id, Form::F64),
        low: f(low),
        high: f(high),
    }
}

/// An integer times or by a Float, in Floats, rounded half to even, saturating; and where the divisor is not zero, if it
/// can be.
pub(super) fn scaled(draft: &mut Draft, pair: Pair, a: Int, b: Float) -> Option<(Int, Option<Id>)> {
    let a = to_float(draft, a)?;
    let (x, y) = (a.id(draft), b.id(draft));
    // What is infinite rounds to itself, and stands for an end of `i64` like all that is too large.
    let id = draft.instr(Instr::Pair(pair, Form::F64, x, y));
    let divisible = match pair {
        Pair::Div => float_not_zero(draft, b),
        _ => None,
    };
    let (low, high) = bounds(pair, &a, &b);
    Some((whole_near(draft, One::Nearest, id, low, high), divisible))
}
