//! Windows of time: what stands in them, how long they are, and which can never hold anything.

use persona_base::{Applicability, Span, history, missing, types};
use persona_syntax::ast::{self, CalendarUnit, WindowKind};

use super::consts::fold;
use super::names::Thing;
use super::repair::{DAY, without_parens};
use super::types::is_picked;
use super::{Checker, Want};
use crate::{Const, Expr, ExprKind, Op, Type, TypeKind, Window};

/// What is asked whether it stands in a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Asked {
    /// Events of the history.
    Events,
    /// An instant of the profile or of an event.
    Instant,
    /// A date, by whole days.
    Day,
}

/// A checked window, with the operands that may be missing.
pub(super) struct Checked {
    /// The window.
    pub(super) window: Window,
}

impl Checked {
    /// The lengths that it is made of.
    pub(super) fn lengths(&self) -> Vec<&Expr> {
        match &self.window {
            Window::Last(length)
            | Window::Next(length)
            | Window::LastCalendar(length, _)
            | Window::Latest(length) => vec![length],
            Window::FromTo(from, to) => vec![from, to],
            Window::This(_) => Vec::new(),
        }
    }
}

impl Checker<'_> {
    /// `t in last 30d`.
    pub(super) fn in_window(
        &mut self,
        operand: &ast::Expr,
        window: &ast::Window,
        span: Span,
    ) -> Expr {
        if let ast::ExprKind::Name(name) = &without_parens(operand).kind
            && self.is_event_name(name)
        {
            let text = self.text(span);
            let diagnostic = self
                .diagnostic(
                    history::QUERY_WITHOUT_DID,
                    operand.span,
                    format!("`{}` is an event; say what is asked about it", name.text),
                )
                .fix(
                    format!("ask `did {}`", self.quote(span)),
                    Applicability::Always,
                    span,
                    format!("did {text}"),
                )
                .help(format!("or count it: `count({text}) >= 3`"));
            return self.fail(span, diagnostic);
        }
        let value = self.operand(operand, Want::NOTHING);
        let value = if is_picked(&value) {
            self.whole_event(&value)
        } else {
            value
        };
        let asked = match value.ty.kind {
            TypeKind::Timestamp => Asked::Instant,
            TypeKind::Date => Asked::Day,
            TypeKind::Error => {
                let _ = self.window(window, Asked::Instant);
                return self.error_at(span);
            }
            _ => {
                let noun = self.noun(&value.ty.kind);
                let diagnostic = self
                    .diagnostic(
                        history::NOT_IN_TIME,
                        value.span,
                        format!(
                            "a window of time holds dates and points in time, and this is {noun}"
                        ),
                    )
                    .label(format!("this is `{}`", self.type_name(&value.ty)));
                return self.fail(span, diagnostic);
            }
        };
        let Some(checked) = self.window(window, asked) else {
            return self.error_at(span);
        };
        let mut operands = vec![&value];
        operands.extend(checked.lengths());
        self.atom(span, &operands);
        Expr {
            kind: ExprKind::InWindow(Box::new(value), checked.window),
            ty: Type::BOOL,
            span,
        }
    }

    /// Whether a name stands for events, and for nothing else here.
    pub(super) fn is_event_name(&mut self, name: &ast::Name) -> bool {
        if name.is_missing() {
            return false;
        }
        use crate::env::Global;
        let event_param = self.scope.params.iter().any(|param| {
            *param.name == *name.text
                && matches!(param.ty.kind, TypeKind::Event | TypeKind::Field(_))
        });
        event_param
            || matches!(
                self.env.global(&name.text),
                Some(Global::Event(_) | Global::Events)
            )
    }

    /// A window; `None` where it was reported.
    pub(super) fn window(&mut self, window: &ast::Window, asked: Asked) -> Option<Checked> {
        let checked = match &window.kind {
            WindowKind::Error => return None,
            WindowKind::Last(length) => Window::Last(Box::new(self.length(length, asked)?)),
            WindowKind::Next(length) => {
                let length = self.length(length, asked);
                if asked == Asked::Events {
                    self.no_future(window.span);
                    return None;
                }
                Window::Next(Box::new(length?))
            }
            WindowKind::FromTo { from, to } => {
                let (from_length, to_length) = (
                    self.length_from_zero(from, asked),
                    self.length_from_zero(to, asked),
                );
                let (from_length, to_length) = (from_length?, to_length?);
                self.backwards(&from_length, &to_length, window.span)?;
                Window::FromTo(Box::new(from_length), Box::new(to_length))
            }
            WindowKind::This(unit) => Window::This(*unit),
            WindowKind::LastCalendar { count, unit } => {
                let count = match count {
                    Some(count) => self.number(count, "the number of calendar units")?,
                    None => Expr {
                        kind: ExprKind::Const(Const::Int(1)),
                        ty: Type::of(TypeKind::Int),
                        span: window.span,
                    },
                };
                Window::LastCalendar(Box::new(count), *unit)
            }
            WindowKind::Latest(count) => {
                if asked != Asked::Events {
                    let diagnostic = self
                        .diagnostic(
                            history::LATEST_OF_ONE,
                            window.span,
                            "`in latest` picks among events, and this is one value",
                        )
                        .help("say for how long: `in last 30d`");
                    self.report(diagnostic);
                    return None;
                }
                Window::Latest(Box::new(self.number(count, "the number of events")?))
            }
        };
        Some(Checked { window: checked })
    }

    fn no_future(&mut self, span: Span) {
        let diagnostic = self
            .diagnostic(
                history::FUTURE_EVENTS,
                span,
                "no event lies in the future: this never matches",
            )
            .label("the history ends now")
            .note("nobody can ever be chosen by it")
            .fix(
                "look back instead",
                Applicability::Maybe,
                span,
                self.text(span).replacen("next", "last", 1),
            )
            .help("what is planned is a field of the profile, not an event");
        self.report(diagnostic);
    }

    /// The length of a window: more than nothing.
    fn length(&mut self, written: &ast::Expr, asked: Asked) -> Option<Expr> {
        let length = self.length_from_zero(written, asked)?;
        match fold(&length) {
            Some(Const::Int(micros)) if micros <= 0 => self.empty_window(written.span),
            Some(Const::Period { months, days }) if months <= 0 && days <= 0 => {
                self.empty_window(written.span);
            }
            _ => return Some(length),
        }
        None
    }

    fn length_from_zero(&mut self, written: &ast::Expr, asked: Asked) -> Option<Expr> {
        let length = self.operand(written, Want::NOTHING);
        match &length.ty.kind {
            TypeKind::Error => None,
            _ if asked == Asked::Events
                && length.ty.optional
                && matches!(length.ty.kind, TypeKind::Duration | TypeKind::Period) =>
            {
                self.length_may_be_missing(&length, written, "a window");
                None
            }
            TypeKind::Duration => self.whole_days(length, written, asked),
            TypeKind::Period => match (fold(&length), &length.kind) {
                (Some(constant), _) => Some(Expr {
                    kind: ExprKind::Const(constant),
                    ..length
                }),
                (None, ExprKind::Param(_)) => Some(length),
                (None, _) => {
                    let _ = self.constant(&length, written, "a calendar period");
                    None
                }
            },
            _ => {
                self.bad_length(&length, written);
                None
            }
        }
    }

    /// How far back a question about events looks must be known.
    fn length_may_be_missing(&mut self, length: &Expr, written: &ast::Expr, what: &str) {
        let inner = self.text(without_parens(written).span);
        let new = format!("({inner} ?? 30d)");
        let diagnostic = self
            .diagnostic(
                missing::MAY_BE_MISSING,
                written.span,
                format!("how long {what} is may be missing"),
            )
            .label(format!("this is `{}`", self.type_name(&length.ty)))
            .fix(
                format!("say what to take then: `{new}`"),
                Applicability::Maybe,
                written.span,
                new,
            );
        self.report(diagnostic);
    }

    /// Dates are counted in whole days.
    fn whole_days(&mut self, length: Expr, written: &ast::Expr, asked: Asked) -> Option<Expr> {
        if let Some(Const::Int(micros)) = fold(&length) {
            if micros < 0 {
                self.empty_window(written.span);
                return None;
            }
            if asked == Asked::Day && micros % DAY != 0 {
                let days = micros / DAY + 1;
                let diagnostic = self
                    .diagnostic(
                        history::BAD_LENGTH,
                        written.span,
                        "a date has no hours: it is in a window by whole days",
                    )
                    .label("this is not a number of whole days")
                    .fix(
                        format!("write `{days}d`"),
                        Applicability::Maybe,
                        written.span,
                        format!("{days}d"),
                    );
                self.report(diagnostic);
                return None;
            }
        }
        Some(length)
    }

    fn bad_length(&mut self, length: &Expr, written: &ast::Expr) {
        let noun = self.noun(&length.ty.kind);
        let mut diagnostic = self
            .diagnostic(
                history::BAD_LENGTH,
                written.span,
                format!("a window takes a length of time, and this is {noun}"),
            )
            .label("how long should it be?");
        let text = self.text(without_parens(written).span);
        diagnostic = match (&length.ty.kind, &length.kind) {
            (TypeKind::Int, ExprKind::Const(_)) => diagnostic.fix(
                format!("write `{text}d`"),
                Applicability::Maybe,
                written.span,
                format!("{text}d"),
            ),
            (TypeKind::Int, _) => {
                let new = format!("({text} * 1d)");
                diagnostic.fix(
                    format!("count days: `{new}`"),
                    Applicability::Maybe,
                    written.span,
                    new,
                )
            }
            _ => diagnostic.help("write it as in `30d`, `24h` or `6 months`"),
        };
        self.report(diagnostic);
    }

    fn empty_window(&mut self, span: Span) {
        let diagnostic = self
            .diagnostic(
                history::EMPTY_WINDOW,
                span,
                "this window is empty: it holds no moment at all",
            )
            .note("nobody can ever be chosen by it")
            .help("give it a length, as in `30d`");
        self.report(diagnostic);
    }

    /// `from 30d ago to 90d ago` runs backwards.
    fn backwards(&mut self, from: &Expr, to: &Expr, span: Span) -> Option<()> {
        let (Some(a), Some(b)) = (fold(from), fold(to)) else {
            return Some(());
        };
        let wrong = match (&a, &b) {
            (Const::Int(a), Const::Int(b)) => a <= b,
            (Const::Period { months: m, days: d }, Const::Period { months: n, days: e }) => {
                (m, d) <= (n, e)
            }
            _ => false,
        };
        if !wrong {
            return Some(());
        }
        let mut diagnostic = self
            .diagnostic(
                history::EMPTY_WINDOW,
                span,
                "this window is empty: it begins after its end",
            )
            .label("`from` is the earlier moment, the longer ago")
            .note("nobody can ever be chosen by it");
        if a != b {
            let (from_text, to_text) = (self.text(from.span), self.text(to.span));
            let new = format!("from {to_text} ago to {from_text} ago");
            diagnostic = diagnostic.fix(format!("write `{new}`"), Applicability::Always, span, new);
        }
        self.report(diagnostic);
        None
    }

    /// A number of things: a whole number from 1, constant, or a parameter.
    pub(super) fn number(&mut self, written: &ast::Expr, what: &str) -> Option<Expr> {
        let value = self.operand(written, Want::NOTHING);
        if value.ty.is_error() {
            return None;
        }
        if value.ty.kind != TypeKind::Int {
            let noun = self.noun(&value.ty.kind);
            let diagnostic = self
                .diagnostic(
                    types::TYPE_MISMATCH,
                    written.span,
                    format!("{what} is a whole number"),
                )
                .label(format!("this is {noun}"));
            self.report(diagnostic);
            return None;
        }
        if matches!(value.kind, ExprKind::Param(_)) && !self.scope.pure && !value.ty.optional {
            return Some(value);
        }
        match self.constant(&value, written, what)? {
            Const::Int(n) if n >= 1 && n <= i64::from(i32::MAX) => Some(Expr {
                kind: ExprKind::Const(Const::Int(n)),
                ..value
            }),
            _ => {
                let diagnostic = self
                    .diagnostic(
                        types::OUT_OF_RANGE,
                        written.span,
                        format!("{what} is 1 or more"),
                    )
                    .label(format!("`{}` is out of range", self.quote(written.span)));
                self.report(diagnostic);
                None
            }
        }
    }

    /// `within 24h`, `for 24h`: a fixed length of time, more than nothing.
    pub(super) fn fixed_length(&mut self, written: &ast::Expr, word: &str) -> Option<Expr> {
        let length = self.operand(written, Want::NOTHING);
        match &length.ty.kind {
            TypeKind::Error => None,
            TypeKind::Duration if length.ty.optional => {
                self.length_may_be_missing(&length, written, &format!("`{word}`"));
                None
            }
            TypeKind::Duration => match fold(&length) {
                Some(Const::Int(micros)) if micros <= 0 => {
                    self.empty_window(written.span);
                    None
                }
                _ => Some(length),
            },
            TypeKind::Period => {
                let mut diagnostic = self
                    .diagnostic(
                        history::BAD_LENGTH,
                        written.span,
                        format!("`{word}` takes a fixed length of time, not one of the calendar"),
                    )
                    .label("how long this is depends on the calendar");
                if let Some(Const::Period { months, days }) = fold(&length) {
                    let new = format!("{}d", i64::from(months) * 30 + i64::from(days));
                    diagnostic = diagnostic.perhaps(written.span, new);
                }
                self.report(diagnostic);
                None
            }
            _ => {
                self.bad_length(&length, written);
                None
            }
        }
    }

    /// What a calendar unit is called.
    pub(super) fn unit_name(unit: CalendarUnit) -> &'static str {
        match unit {
            CalendarUnit::Day => "day",
            CalendarUnit::Week => "week",
            CalendarUnit::Month => "month",
            CalendarUnit::Quarter => "quarter",
            CalendarUnit::Year => "year",
        }
    }

    /// `local(t)`, whose parts are asked for; also of `now`.
    pub(super) fn local(&mut self, args: &[ast::Arg], span: Span) -> Thing {
        let Some([written]) = self.plain_args("local", args, span) else {
            return Thing::Error;
        };
        let value = self.operand(
            written,
            Want {
                now: true,
                ..Want::NOTHING
            },
        );
        if value.ty.is_error() {
            return Thing::Error;
        }
        if value.ty.kind != TypeKind::Timestamp {
            let noun = self.noun(&value.ty.kind);
            let mut diagnostic = self
                .diagnostic(
                    types::TYPE_MISMATCH,
                    value.span,
                    format!("`local` takes a point in time, and this is {noun}"),
                )
                .label(format!("this is `{}`", self.type_name(&value.ty)));
            if value.ty.kind == TypeKind::Date {
                let text = self.text(written.span);
                diagnostic = diagnostic.note("a date has its parts of itself").fix(
                    format!("write `{text}`"),
                    Applicability::Always,
                    span,
                    text,
                );
            }
            self.report(diagnostic);
            return Thing::Error;
        }
        Thing::Local(value)
    }
}

/// Whether an expression is `now`, or `now` moved by a length of time.
pub(super) fn rests_on_now(expr: &Expr) -> bool {
    let mut expr = expr;
    loop {
        match &expr.kind {
            ExprKind::Now => return true,
            ExprKind::Op(Op::Add | Op::Sub, operands) if expr.ty.kind == TypeKind::Timestamp => {
                match operands.first() {
                    Some(first) => expr = first,
                    None => return false,
                }
            }
            _ => return false,
        }
    }
}
