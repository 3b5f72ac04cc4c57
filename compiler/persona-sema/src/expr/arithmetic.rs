//! Arithmetic: numbers, amounts, lengths of time and of way, dates and instants; `??`; and `now`, which stands only
//! beside an instant.

use persona_base::{Applicability, Span, history, missing, types};
use persona_syntax::ast::{self, AddOp, MulOp};

use super::consts::{fold, is_nonzero};
use super::repair::DAY;
use super::types::{Role, is_number, is_picked, is_quantity, join};
use super::window::rests_on_now;
use super::{Checker, Want};
use crate::{Const, Expr, ExprKind, Op, Type, TypeKind};

impl Checker<'_> {
    /// `-x`
    pub(super) fn negation(&mut self, count: u32, operand: &ast::Expr, span: Span) -> Expr {
        let mut value = self.operand(operand, Want::NOTHING);
        if value.ty.is_error() {
            return value;
        }
        if !is_quantity(&value.ty.kind) && value.ty.kind != TypeKind::Period {
            let noun = self.noun(&value.ty.kind);
            let diagnostic = self
                .diagnostic(
                    types::BAD_OPERAND,
                    value.span,
                    format!("`-` does not go with {noun}"),
                )
                .label(format!("this is {noun}"));
            return self.fail(span, diagnostic);
        }
        value.span = span;
        if count.is_multiple_of(2) {
            return value;
        }
        let ty = value.ty.clone();
        let negated = Expr {
            kind: ExprKind::Op(Op::Neg, vec![value]),
            ty,
            span,
        };
        match fold(&negated) {
            Some(constant) => Expr {
                kind: ExprKind::Const(constant),
                ..negated
            },
            None => negated,
        }
    }

    /// `a + b - c`
    pub(super) fn additive(
        &mut self,
        first: &ast::Expr,
        rest: &[(AddOp, Span, ast::Expr)],
        span: Span,
        want: Want<'_>,
    ) -> Expr {
        let now = Want {
            now: want.now,
            ..Want::NOTHING
        };
        let checked = self.deeper(rest.len(), span, |this| {
            let mut sum = this.operand(first, now);
            for (op, op_span, written) in rest {
                let right = this.operand(written, Want::NOTHING);
                sum = this.sum(*op, *op_span, (sum, first), (right, written));
            }
            sum
        });
        checked.unwrap_or_else(|| self.error_at(span))
    }

    fn sum(
        &mut self,
        op: AddOp,
        op_span: Span,
        left: (Expr, &ast::Expr),
        right: (Expr, &ast::Expr),
    ) -> Expr {
        let span = left.0.span.to(right.0.span);
        let (a, b) = (left.0, right.0);
        if a.ty.is_error() || b.ty.is_error() {
            return self.error_at(span);
        }
        let Some(kind) = sum_kind(op, &a, &b) else {
            return self.no_sum(op, op_span, (&a, left.1), (&b, right.1), span);
        };
        for (moved, by, written) in [(&a, &b, right.1), (&b, &a, left.1)] {
            if moved.ty.kind == TypeKind::Date
                && by.ty.kind == TypeKind::Duration
                && !self.is_whole_days(by, written)
            {
                return self.error_at(span);
            }
        }
        let optional = a.ty.optional || b.ty.optional;
        // The instant or date stands first.
        let swap = op == AddOp::Add
            && matches!(b.ty.kind, TypeKind::Timestamp | TypeKind::Date)
            && a.ty.kind != b.ty.kind;
        let operands = if swap { vec![b, a] } else { vec![a, b] };
        let op = if op == AddOp::Add { Op::Add } else { Op::Sub };
        self.settled(Expr {
            kind: ExprKind::Op(op, operands),
            ty: Type { kind, optional },
            span,
        })
    }

    /// A date has no hours: what moves it is a number of whole days. Lengths that are not constant are rounded down.
    fn is_whole_days(&mut self, by: &Expr, written: &ast::Expr) -> bool {
        let Some(Const::Int(micros)) = fold(by) else {
            return true;
        };
        if micros % DAY == 0 {
            return true;
        }
        let days = micros.div_euclid(DAY) + 1;
        let diagnostic = self
            .diagnostic(
                history::BAD_LENGTH,
                written.span,
                "a date has no hours: it is moved by whole days",
            )
            .label("this is not a number of whole days")
            .fix(
                format!("write `{days}d`"),
                Applicability::Maybe,
                written.span,
                format!("{days}d"),
            );
        self.report(diagnostic);
        false
    }

    fn no_sum(
        &mut self,
        op: AddOp,
        op_span: Span,
        left: (&Expr, &ast::Expr),
        right: (&Expr, &ast::Expr),
        span: Span,
    ) -> Expr {
        use TypeKind as Kind;
        let (a, b) = (left.0, right.0);
        let sign = if op == AddOp::Add { "+" } else { "-" };
        let (x, y) = (self.noun(&a.ty.kind), self.noun(&b.ty.kind));
        let verb = if op == AddOp::Add {
            format!("{x} and {y} cannot be added")
        } else {
            format!("{y} cannot be taken from {x}")
        };
        let code = match (&a.ty.kind, &b.ty.kind) {
            (Kind::Money(_), Kind::Money(_)) => types::CURRENCIES_DIFFER,
            _ => types::BAD_OPERAND,
        };
        let text = op == AddOp::Add && a.ty.kind.is_text() && b.ty.kind.is_text();
        let verb = if text {
            "text is put together by interpolation, not with `+`".to_owned()
        } else {
            verb
        };
        let diagnostic = self.diagnostic(code, op_span, verb);
        let diagnostic = self.both(diagnostic, a, b);
        let diagnostic = match (&a.ty.kind, &b.ty.kind) {
            (x, y) if op == AddOp::Add && (x.is_text() || y.is_text()) => {
                let (x, y) = (self.in_text(left), self.in_text(right));
                let new = format!("\"{x}{y}\"");
                diagnostic.fix(
                    format!("put them into one text: {new}"),
                    Applicability::Maybe,
                    span,
                    new,
                )
            }
            (Kind::Timestamp, Kind::Timestamp) if op == AddOp::Sub => {
                let other = self.quote(if rests_on_now(a) { b.span } else { a.span });
                diagnostic
                    .note("how long ago something is changes at every moment")
                    .help(format!("ask `{other} before 30d ago`, `{other} in last 30d` or `days_since({other})`"))
            }
            (Kind::Timestamp, Kind::Period) => diagnostic
                .note("how long a month is depends on the calendar of a place")
                .help(
                    "move its local day instead, `date(t) + 1 month`, or use a fixed length: `30d`",
                ),
            (Kind::Timestamp | Kind::Date, Kind::Int) => diagnostic.help(format!(
                "say what the number counts: `{sign} 30d`, `{sign} 1 month`"
            )),
            _ => self.with_either_repair(diagnostic, (left.1, a), (right.1, b)),
        };
        self.fail(span, diagnostic)
    }

    /// An operand as a part of interpolated text.
    fn in_text(&self, operand: (&Expr, &ast::Expr)) -> String {
        let text = self.text(operand.1.span);
        match (&operand.0.kind, &operand.1.kind) {
            (ExprKind::Const(Const::Str(_)), ast::ExprKind::Str(_)) => {
                text.trim_matches('"').to_owned()
            }
            _ if operand.0.ty.optional => format!("{{{text} ?? \"\"}}"),
            _ => format!("{{{text}}}"),
        }
    }

    /// `a * b / c`
    pub(super) fn multiplicative(
        &mut self,
        first: &ast::Expr,
        rest: &[(MulOp, Span, ast::Expr)],
        span: Span,
    ) -> Expr {
        let checked = self.deeper(rest.len(), span, |this| {
            let mut product = this.operand(first, Want::NOTHING);
            for (op, op_span, written) in rest {
                let right = this.operand(written, Want::NOTHING);
                product = this.product(*op, *op_span, product, right, written);
            }
            product
        });
        checked.unwrap_or_else(|| self.error_at(span))
    }

    fn product(&mut self, op: MulOp, op_span: Span, a: Expr, b: Expr, right: &ast::Expr) -> Expr {
        let span = a.span.to(b.span);
        if a.ty.is_error() || b.ty.is_error() {
            return self.error_at(span);
        }
        let Some(kind) = product_kind(op, &a.ty.kind, &b.ty.kind) else {
            return self.no_product(op, op_span, &a, &b, span);
        };
        let divides = op != MulOp::Mul;
        if divides && fold(&b).is_some_and(|divisor| is_zero(&divisor)) {
            let diagnostic = self
                .diagnostic(
                    types::DIVISION_BY_ZERO,
                    right.span,
                    "nothing can be divided by zero",
                )
                .label("the result is always missing");
            return self.fail(span, diagnostic);
        }
        let optional = a.ty.optional || b.ty.optional || (divides && !is_nonzero(&b));
        let op = match op {
            MulOp::Mul => Op::Mul,
            MulOp::Div => Op::Div,
            MulOp::IntDiv => Op::IntDiv,
            MulOp::Mod => Op::Mod,
        };
        self.settled(Expr {
            kind: ExprKind::Op(op, vec![a, b]),
            ty: Type { kind, optional },
            span,
        })
    }

    fn no_product(&mut self, op: MulOp, op_span: Span, a: &Expr, b: &Expr, span: Span) -> Expr {
        let (x, y) = (self.noun(&a.ty.kind), self.noun(&b.ty.kind));
        let what = match op {
            MulOp::Mul => format!("{x} cannot be multiplied by {y}"),
            MulOp::Div => format!("{x} cannot be divided by {y}"),
            MulOp::IntDiv | MulOp::Mod => format!(
                "`{}` is for whole numbers, not for {x} and {y}",
                self.quote(op_span)
            ),
        };
        let code = match (&a.ty.kind, &b.ty.kind) {
            (TypeKind::Money(_), TypeKind::Money(_)) if op == MulOp::Div => {
                types::CURRENCIES_DIFFER
            }
            _ => types::BAD_OPERAND,
        };
        let diagnostic = self.diagnostic(code, op_span, what);
        let mut diagnostic = self.both(diagnostic, a, b);
        let money = |value: &Expr| matches!(value.ty.kind, TypeKind::Money(_));
        if op == MulOp::Mul
            && money(a)
            && money(b)
            && matches!(b.kind, ExprKind::Const(_))
            && let Some((number, _)) = self.text(b.span).split_once(' ')
        {
            let title = format!("write `{number}`");
            diagnostic = diagnostic.fix(title, Applicability::Maybe, b.span, number);
        }
        self.fail(span, diagnostic)
    }

    /// `a ?? b ?? c`
    pub(super) fn coalesce(&mut self, operands: &[ast::Expr], span: Span, want: Want<'_>) -> Expr {
        let checked = self.deeper(operands.len(), span, |this| {
            this.coalesced(operands, span, want)
        });
        checked.unwrap_or_else(|| self.error_at(span))
    }

    fn coalesced(&mut self, operands: &[ast::Expr], span: Span, want: Want<'_>) -> Expr {
        let Some((first, rest)) = operands.split_first() else {
            return self.error_at(span);
        };
        let want = Want {
            now: false,
            below: false,
            ..want
        };
        let mut value = self.infer(first, want);
        if is_picked(&value) {
            value = self.whole_event(&value);
        }
        let mut written = first;
        for default in rest {
            if !value.ty.optional && !value.ty.is_error() {
                let text = self.quote(written.span);
                let diagnostic = self
                    .diagnostic(
                        missing::USELESS_DEFAULT,
                        value.span.to(default.span),
                        format!("`{text}` is never missing: what follows `??` is never used"),
                    )
                    .fix(
                        "leave the default out",
                        Applicability::Always,
                        Span::new(written.span.end, default.span.end),
                        "",
                    );
                self.report(diagnostic);
            }
            let hint = value.ty.clone().known();
            let want = if hint.is_error() {
                want
            } else {
                Want::of(&hint)
            };
            let other = self.infer(default, want);
            let other = if is_picked(&other) {
                self.whole_event(&other)
            } else {
                other
            };
            value = self.or_else(value, other, default, span);
            written = default;
        }
        value
    }

    fn or_else(&mut self, value: Expr, other: Expr, written: &ast::Expr, span: Span) -> Expr {
        if value.ty.is_error() || other.ty.is_error() {
            return self.error_at(span);
        }
        let Some(joined) = join(&value.ty, &other.ty) else {
            let wanted = Type {
                kind: value.ty.kind,
                optional: true,
            };
            return self.accept(other, written, &wanted, Role::Operand("??"));
        };
        // The default's type may be the wider one; a constant is made to fit.
        let ty = Type {
            kind: joined.kind,
            optional: other.ty.optional,
        };
        let other = super::types::converted(other, &ty.kind);
        let span = value.span.to(written.span);
        self.settled(Expr {
            kind: ExprKind::Op(Op::Coalesce, vec![value, other]),
            ty,
            span,
        })
    }

    /// The word `now`.
    pub(super) fn now(&mut self, span: Span, want: Want<'_>) -> Expr {
        if !want.now {
            return self.misplaced_now(span);
        }
        Expr {
            kind: ExprKind::Now,
            ty: Type::of(TypeKind::Timestamp),
            span,
        }
    }

    pub(super) fn misplaced_now(&mut self, span: Span) -> Expr {
        let diagnostic = self
            .diagnostic(history::MISPLACED_NOW, span, "`now` can only stand beside a point in time that it is compared with")
            .label("no value is compared with it here")
            .note("every rule says for itself when its answer changes, and a bare clock has no answer to that")
            .help("use `signed_up_at before 30d ago`, `in last 30d`, `days_since(t)`, `age(d)`, `today` or `local(now).hour`");
        self.fail(span, diagnostic)
    }

    /// `30d ago`, `7d from now`
    pub(super) fn now_moved(
        &mut self,
        operand: &ast::Expr,
        back: bool,
        span: Span,
        want: Want<'_>,
    ) -> Expr {
        let length = self.operand(operand, Want::NOTHING);
        if length.ty.is_error() {
            return length;
        }
        if !want.now {
            return self.misplaced_now(span);
        }
        let constant_period = length.ty.kind == TypeKind::Period;
        if length.ty.kind != TypeKind::Duration && !constant_period {
            let noun = self.noun(&length.ty.kind);
            let word = if back { "ago" } else { "from now" };
            let diagnostic = self
                .diagnostic(
                    types::BAD_OPERAND,
                    length.span,
                    format!("`{word}` takes a length of time, and this is {noun}"),
                )
                .label(format!("this is {noun}"));
            let diagnostic = self.with_repair(diagnostic, operand, &length, &TypeKind::Duration);
            return self.fail(span, diagnostic);
        }
        let optional = length.ty.optional;
        let now = Expr {
            kind: ExprKind::Now,
            ty: Type::of(TypeKind::Timestamp),
            span,
        };
        let op = if back { Op::Sub } else { Op::Add };
        Expr {
            kind: ExprKind::Op(op, vec![now, length]),
            ty: Type {
                kind: TypeKind::Timestamp,
                optional,
            },
            span,
        }
    }

    /// `now` is compared with somebody's instant or date, not with itself or with something else.
    pub(super) fn now_beside_instant(&mut self, left: &Expr, right: &Expr) {
        if clock_alone(left, right) {
            let diagnostic = self
                .diagnostic(
                    history::MISPLACED_NOW,
                    left.span.to(right.span),
                    "this compares the clock with itself",
                )
                .label("nobody's value is part of it")
                .help("compare a field with it: `signed_up_at before 30d ago`");
            self.report(diagnostic);
        }
    }
}

/// Whether nothing but the clock is compared.
pub(super) fn clock_alone(left: &Expr, right: &Expr) -> bool {
    rests_on_now(left) && rests_on_now(right)
}

fn is_zero(constant: &Const) -> bool {
    matches!(constant, Const::Int(0)) || matches!(constant, Const::Float(x) if *x == 0.0)
}

/// The type of a sum or difference.
fn sum_kind(op: AddOp, a: &Expr, b: &Expr) -> Option<TypeKind> {
    use TypeKind as Kind;
    let add = op == AddOp::Add;
    match (&a.ty.kind, &b.ty.kind) {
        (x, y) if is_number(x) && is_number(y) => {
            Some(if x == y { x.clone() } else { Kind::Float })
        }
        (x, y) if x == y && is_quantity(x) => Some(x.clone()),
        (Kind::Timestamp, Kind::Duration) => Some(Kind::Timestamp),
        (Kind::Duration, Kind::Timestamp) if add => Some(Kind::Timestamp),
        (Kind::Date, Kind::Period) => Some(Kind::Date),
        (Kind::Period | Kind::Duration, Kind::Date) if add => Some(Kind::Date),
        (Kind::Date, Kind::Duration) => Some(Kind::Date),
        (Kind::Date, Kind::Date) if !add => Some(Kind::Int),
        (Kind::Timestamp, Kind::Period) if matches!(a.kind, ExprKind::Now) => Some(Kind::Timestamp),
        (Kind::Timestamp, Kind::Timestamp) if !add && !rests_on_now(a) && !rests_on_now(b) => {
            Some(Kind::Duration)
        }
        _ => None,
    }
}

/// The type of a product or quotient.
fn product_kind(op: MulOp, a: &TypeKind, b: &TypeKind) -> Option<TypeKind> {
    use TypeKind as Kind;
    let unit = |kind: &Kind| matches!(kind, Kind::Money(_) | Kind::Duration | Kind::Length);
    match op {
        MulOp::IntDiv | MulOp::Mod => (*a == Kind::Int && *b == Kind::Int).then_some(Kind::Int),
        MulOp::Mul if is_number(a) && is_number(b) => {
            Some(if a == b { a.clone() } else { Kind::Float })
        }
        MulOp::Mul if unit(a) && is_number(b) => Some(a.clone()),
        MulOp::Mul if is_number(a) && unit(b) => Some(b.clone()),
        MulOp::Div if is_number(a) && is_number(b) => Some(Kind::Float),
        MulOp::Div if unit(a) && is_number(b) => Some(a.clone()),
        MulOp::Div if unit(a) && a == b => Some(Kind::Float),
        MulOp::Mul | MulOp::Div => None,
    }
}
