//! Constants: which expressions are, and what they come to. The results are those that a run would give.

use jiff::civil;
use persona_base::types;
use persona_syntax::ast;

use super::Checker;
use crate::{Const, Expr, ExprKind, Op, TypeKind};

impl Checker<'_> {
    /// The value of an expression that must be constant; `None` where it was reported.
    pub(super) fn constant(
        &mut self,
        value: &Expr,
        written: &ast::Expr,
        what: &str,
    ) -> Option<Const> {
        if value.ty.is_error() {
            return None;
        }
        let folded = fold(value);
        if folded.is_none()
            && !super::walk::any(value, &|part| matches!(part.kind, ExprKind::Error))
        {
            let text = self.quote(written.span);
            let diagnostic = self
                .diagnostic(
                    types::NOT_CONSTANT,
                    written.span,
                    format!("{what} must be the same for everyone"),
                )
                .label(format!(
                    "`{text}` differs from person to person, or with time"
                ))
                .help("write a plain value, or the name of a `const`");
            self.report(diagnostic);
        }
        folded
    }
}

impl Checker<'_> {
    /// What differs from person to person cannot stand where a constant is wanted, whether it may be missing or not: one
    /// report says enough.
    pub(super) fn settle_constant(&mut self) {
        let differs = |found: &persona_base::Diagnostic| found.code == types::NOT_CONSTANT;
        let places: Vec<_> = self
            .diagnostics
            .iter()
            .filter(|found| differs(found))
            .map(|found| found.primary.span)
            .collect();
        self.diagnostics.retain(|found| {
            found.code != persona_base::missing::MAY_BE_MISSING
                || !places.contains(&found.primary.span)
        });
    }
}

/// What an expression comes to, if it is constant. Missing is no constant: nobody writes it on purpose.
pub(crate) fn fold(expr: &Expr) -> Option<Const> {
    match &expr.kind {
        ExprKind::Const(value) => Some(value.clone()),
        ExprKind::Op(op, operands) => match operands.as_slice() {
            [one] => fold_unary(*op, &fold(one)?),
            [a, b] => fold_binary(*op, (&fold(a)?, &a.ty.kind), (&fold(b)?, &b.ty.kind)),
            _ => None,
        },
        _ => None,
    }
}

fn fold_unary(op: Op, value: &Const) -> Option<Const> {
    match (op, value) {
        (Op::Neg, Const::Int(n)) => Some(Const::Int(n.saturating_neg())),
        (Op::Neg, Const::Float(x)) => Some(Const::Float(0.0 - x)),
        (Op::Neg, Const::Period { months, days }) => Some(Const::Period {
            months: -months,
            days: -days,
        }),
        _ => None,
    }
}

type Typed<'a> = (&'a Const, &'a TypeKind);

#[expect(
    clippy::cast_precision_loss,
    reason = "a whole number beside a Float is the nearest Float, as in a run"
)]
fn fold_binary(op: Op, a: Typed<'_>, b: Typed<'_>) -> Option<Const> {
    match (a, b) {
        ((Const::Float(x), _), (Const::Float(y), _)) => float(op, *x, *y),
        ((Const::Int(n), TypeKind::Int), (Const::Float(y), _)) => float(op, *n as f64, *y),
        ((Const::Float(x), _), (Const::Int(n), TypeKind::Int)) => float(op, *x, *n as f64),
        ((Const::Int(n), _), (Const::Float(y), _)) => scaled(op, *n, *y),
        ((Const::Float(x), _), (Const::Int(n), _)) if op == Op::Mul => scaled(op, *n, *x),
        ((Const::Int(days), TypeKind::Date), (Const::Period { months, days: by }, _)) => {
            moved(op, *days, *months, *by)
        }
        ((Const::Int(days), TypeKind::Date), (Const::Int(micros), TypeKind::Duration)) => {
            let by = i32::try_from(micros.div_euclid(super::repair::DAY)).ok()?;
            moved(op, *days, 0, by)
        }
        ((Const::Int(n), a), (Const::Int(m), b)) => whole(op, (*n, a), (*m, b)),
        ((Const::Float(lat), _), _) if op == Op::Geo => match b.0 {
            Const::Float(lon) => Some(Const::Geo(*lat, *lon)),
            _ => None,
        },
        _ => None,
    }
}

fn float(op: Op, x: f64, y: f64) -> Option<Const> {
    let value = match op {
        Op::Add => x + y,
        Op::Sub => x - y,
        Op::Mul => x * y,
        Op::Div if y != 0.0 => x / y,
        Op::Geo => return Some(Const::Geo(x, y)),
        _ => return None,
    };
    Some(Const::Float(finite(value)))
}

/// Overflow saturates, and there is one zero.
fn finite(value: f64) -> f64 {
    value.clamp(f64::MIN, f64::MAX) + 0.0
}

/// An amount, duration or length times or divided by a Float, rounded half to even.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "as in a run: in f64, then rounded and saturated"
)]
fn scaled(op: Op, n: i64, y: f64) -> Option<Const> {
    let value = match op {
        Op::Mul => n as f64 * y,
        Op::Div if y != 0.0 => n as f64 / y,
        _ => return None,
    };
    Some(Const::Int(value.round_ties_even() as i64))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a quotient of whole numbers is one of the nearest Floats, as in a run"
)]
fn whole(op: Op, (n, a): (i64, &TypeKind), (m, b): (i64, &TypeKind)) -> Option<Const> {
    let value = match op {
        Op::Add => n.saturating_add(m),
        Op::Sub => n.saturating_sub(m),
        Op::Mul => n.saturating_mul(m),
        Op::IntDiv => n.checked_div_euclid(m).or((m != 0).then_some(i64::MAX))?,
        Op::Mod => n.checked_rem_euclid(m).or((m != 0).then_some(0))?,
        Op::Div if m == 0 => return None,
        Op::Div if a == b => return Some(Const::Float(n as f64 / m as f64)),
        Op::Div => half_even(n, m),
        _ => return None,
    };
    Some(Const::Int(value))
}

/// The exact quotient, rounded half to even.
fn half_even(n: i64, m: i64) -> i64 {
    let (n, m) = (i128::from(n), i128::from(m));
    let (floor, rest) = (n.div_euclid(m), n.rem_euclid(m) * 2);
    let up = rest > m.abs() || (rest == m.abs() && floor.rem_euclid(2) != 0);
    let rounded = if up { floor + m.signum() } else { floor };
    i64::try_from(rounded).unwrap_or(if rounded > 0 { i64::MAX } else { i64::MIN })
}

/// A date moved by months (clamped to the month's last day), then days.
fn moved(op: Op, days: i64, months: i32, by: i32) -> Option<Const> {
    let sign = match op {
        Op::Add => 1,
        Op::Sub => -1,
        _ => return None,
    };
    let epoch = civil::date(1970, 1, 1);
    let date = epoch
        .checked_add(jiff::Span::new().try_days(days).ok()?)
        .ok()?;
    let by_months = jiff::Span::new()
        .try_months(i64::from(months) * sign)
        .ok()?;
    let by_days = jiff::Span::new().try_days(i64::from(by) * sign).ok()?;
    let moved = date
        .checked_add(by_months)
        .ok()?
        .checked_add(by_days)
        .ok()?;
    let since = moved.since((jiff::Unit::Day, epoch)).ok()?;
    Some(Const::Int(i64::from(since.get_days())))
}

/// Whether an expression is a constant that is not zero, by which one may divide.
pub(super) fn is_nonzero(expr: &Expr) -> bool {
    match fold(expr) {
        Some(Const::Int(n)) => n != 0,
        Some(Const::Float(x)) => x != 0.0,
        _ => false,
    }
}
