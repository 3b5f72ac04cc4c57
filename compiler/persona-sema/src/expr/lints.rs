//! Conditions that are valid and cannot mean what was meant: the same answer for everyone.

use persona_base::{Diagnostic, Span, types};

use super::Checker;
use super::arithmetic::clock_alone;
use super::compare::Written;
use super::consts::fold;
use super::narrow::{Key, key};
use crate::{AggKind, Const, Expr, ExprKind, Op, TypeKind};

impl Checker<'_> {
    fn always(&self, span: Span, yes: bool, why: impl Into<String>) -> Diagnostic {
        let answer = if yes { "yes" } else { "no" };
        self.diagnostic(
            types::CONSTANT_CONDITION,
            span,
            format!("this is always {answer}"),
        )
        .label(why)
        .note("the answer is the same for everyone")
    }

    /// `x == x`
    pub(super) fn always_equal(&mut self, left: &Expr, right: &Expr, w: Written<'_>) {
        if clock_alone(left, right) {
            return;
        }
        let diagnostic = if let (Some(a), Some(b)) = (fold(left), fold(right)) {
            self.always(w.span, same(&a, &b), "both sides are fixed")
        } else if key(left) == key(right) {
            self.always(w.span, true, "both sides are the same")
                .note("where it is missing, the answer is no")
        } else {
            match self
                .range_beside(left, right)
                .or_else(|| self.range_beside(right, left))
            {
                Some((low, high, at)) if at < low || at > high => {
                    self.always(w.span, false, outside(low, high))
                }
                _ => return,
            }
        };
        self.report(diagnostic);
    }

    /// `low < high` that needs no asking.
    pub(super) fn always_ordered(&mut self, op: Op, low: &Expr, high: &Expr, w: Written<'_>) {
        if clock_alone(low, high) {
            return;
        }
        let strict = op == Op::Lt;
        let diagnostic = if let (Some(a), Some(b)) = (fold(low), fold(high)) {
            let Some(order) = order(&a, &b) else { return };
            self.always(
                w.span,
                order.is_lt() || (order.is_eq() && !strict),
                "both sides are fixed",
            )
        } else if key(low) == key(high) {
            self.always(w.span, !strict, "both sides are the same")
        } else if let Some((least, most, at)) = self.range_beside(low, high) {
            // low op at
            let (yes, no) = if strict {
                (most < at, least >= at)
            } else {
                (most <= at, least > at)
            };
            match (yes, no) {
                (false, false) => return,
                (yes, _) => self.always(w.span, yes, outside(least, most)),
            }
        } else if let Some((least, most, at)) = self.range_beside(high, low) {
            let (yes, no) = if strict {
                (at < least, at >= most)
            } else {
                (at <= least, at > most)
            };
            match (yes, no) {
                (false, false) => return,
                (yes, _) => self.always(w.span, yes, outside(least, most)),
            }
        } else {
            return;
        };
        self.report(diagnostic);
    }

    /// `between 10 and 5`
    pub(super) fn empty_range(&mut self, low: &Expr, high: &Expr, span: Span) {
        if low.ty.kind != high.ty.kind {
            return;
        }
        let (Some(a), Some(b)) = (fold(low), fold(high)) else {
            return;
        };
        if order(&a, &b).is_some_and(std::cmp::Ordering::is_gt) {
            let (low_text, high_text) = (
                self.text(low.span).to_owned(),
                self.text(high.span).to_owned(),
            );
            let diagnostic = self
                .diagnostic(
                    types::CONSTANT_CONDITION,
                    span,
                    "nothing lies between these: the first is the greater",
                )
                .note("nobody can ever be chosen by it")
                .fix(
                    format!("write `{high_text} and {low_text}`"),
                    persona_base::Applicability::Always,
                    span,
                    format!("{high_text} and {low_text}"),
                );
            self.report(diagnostic);
        }
    }

    /// `in []`
    pub(super) fn empty_list(&mut self, list: Span, answer: &str) {
        let diagnostic = self
            .diagnostic(
                types::CONSTANT_CONDITION,
                list,
                format!("this list is empty: the answer is always {answer}"),
            )
            .help("write the values into it");
        self.report(diagnostic);
    }

    /// An arm after one that always holds, or that asks the same again.
    pub(super) fn unreachable_arms(&mut self, arms: &[(Expr, Expr)]) {
        let mut seen: Vec<(Key, Span)> = Vec::new();
        for (condition, value) in arms
            .iter()
            .filter(|(condition, _)| !matches!(condition.kind, ExprKind::Error))
        {
            let this = key(condition);
            if let Some((_, first)) = seen.iter().take(64).find(|(other, _)| *other == this) {
                let diagnostic = self
                    .diagnostic(types::UNREACHABLE, value.span, "this is never reached")
                    .secondary(self.scope.file, *first, "the same was asked here already")
                    .help("leave it out, or correct what one of them should ask");
                self.report(diagnostic);
            } else if let ExprKind::Const(Const::Bool(answer)) = condition.kind {
                let diagnostic = self
                    .always(condition.span, answer, "a fixed answer")
                    .help("write the result that is meant");
                self.report(diagnostic);
            }
            seen.push((this, condition.span));
        }
    }

    /// The range of a whole number, and the constant that it stands beside.
    fn range_beside(&self, value: &Expr, constant: &Expr) -> Option<(i64, i64, i64)> {
        let (low, high) = self.range(value)?;
        match fold(constant)? {
            Const::Int(at) if constant.ty.kind == TypeKind::Int => Some((low, high, at)),
            _ => None,
        }
    }

    /// Between which numbers a whole number always lies, where that is plain.
    #[expect(clippy::unused_self, reason = "reads as the other questions do")]
    fn range(&self, value: &Expr) -> Option<(i64, i64)> {
        match &value.kind {
            ExprKind::Op(op, _) => match op {
                Op::Size | Op::StrLen => Some((0, i64::MAX)),
                Op::Month => Some((1, 12)),
                Op::Quarter => Some((1, 4)),
                Op::Day => Some((1, 31)),
                Op::Hour => Some((0, 23)),
                Op::Minute => Some((0, 59)),
                Op::Year => Some((1, 9999)),
                _ => None,
            },
            ExprKind::Agg {
                kind: AggKind::Count | AggKind::Distinct | AggKind::MaxPerValue,
                ..
            }
            | ExprKind::ListAgg {
                kind: AggKind::Count | AggKind::Distinct,
                ..
            } => Some((0, i64::MAX)),
            ExprKind::Rank {
                tiles: Some(tiles), ..
            } => Some((1, i64::from(*tiles))),
            _ => None,
        }
    }
}

fn outside(low: i64, high: i64) -> String {
    if high == i64::MAX {
        format!("it is never less than {low}")
    } else {
        format!("it always lies between {low} and {high}")
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "only whether a condition deserves a word depends on it"
)]
fn order(a: &Const, b: &Const) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Const::Int(x), Const::Int(y)) => Some(x.cmp(y)),
        (Const::Float(x), Const::Float(y)) => x.partial_cmp(y),
        (Const::Int(x), Const::Float(y)) => (*x as f64).partial_cmp(y),
        (Const::Float(x), Const::Int(y)) => x.partial_cmp(&(*y as f64)),
        (Const::Str(x), Const::Str(y)) => Some(x.cmp(y)),
        (Const::Enum(x), Const::Enum(y)) => Some(x.cmp(y)),
        _ => None,
    }
}

fn same(a: &Const, b: &Const) -> bool {
    order(a, b).map_or(a == b, std::cmp::Ordering::is_eq)
}
