//! Windows of time, and what stands in them: amounts and units of the calendar.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P, first};
use crate::SyntaxError;
use crate::ast::{CalendarUnit, Expr, ExprKind, Window, WindowKind};
use crate::grammar::Rule;

impl Builder<'_> {
    /// The window of a question: something must follow `in`.
    pub(super) fn query_window(&mut self, pair: P<'_>) -> Window {
        let span = self.span(&pair);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::window => return self.window(inner),
                Rule::bad_window => self.bad_window(&inner),
                _ => {}
            }
        }
        Window {
            kind: WindowKind::Error,
            span,
        }
    }

    fn bad_window(&mut self, pair: &P<'_>) {
        let found = self.span(pair);
        if found.is_empty() {
            return self.missing(
                pair,
                syntax::EXPECTED_VALUE,
                "a window is missing after `in`, such as `last 30d`",
                None,
            );
        }
        let written = self.written(found);
        let error = SyntaxError::new(
            syntax::WINDOW_WORDS,
            found,
            format!("`{written}` is no window"),
        )
        .help(
            "windows are `in last 30d`, `in this month`, `in last calendar month`, `in latest 10`",
        );
        self.push(error);
    }

    /// `in last 30d`, `from 90d ago to 30d ago`, and the others.
    pub(super) fn window(&mut self, pair: P<'_>) -> Window {
        let span = self.span(&pair);
        let mut kind = WindowKind::Error;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_in => self.upper_case(&inner),
                Rule::kw_the => {
                    let place = self.exact(&inner);
                    let cut = Span::new(self.gap(&inner).start, place.end);
                    self.push(
                        SyntaxError::new(
                            syntax::WINDOW_WORDS,
                            place,
                            "windows are said without `the`",
                        )
                        .fix("remove it", Applicability::Always, cut, ""),
                    );
                }
                Rule::win_last => kind = self.last_window(inner),
                Rule::win_next => kind = WindowKind::Next(Box::new(self.only_amount(inner, false))),
                Rule::win_latest => {
                    kind = WindowKind::Latest(Box::new(self.only_amount(inner, true)));
                }
                Rule::win_this => {
                    let unit = inner
                        .into_inner()
                        .last()
                        .and_then(|unit| self.calendar_unit(&unit));
                    kind = unit.map_or(WindowKind::Error, WindowKind::This);
                }
                Rule::win_from => kind = self.window_between(inner),
                _ => {}
            }
        }
        Window { kind, span }
    }

    fn only_amount(&mut self, pair: P<'_>, named: bool) -> Expr {
        let span = self.span(&pair);
        match pair.into_inner().last() {
            Some(amount) => self.amount(amount, named),
            None => Expr {
                kind: ExprKind::Error,
                span,
            },
        }
    }

    fn last_window(&mut self, pair: P<'_>) -> WindowKind {
        let mut count: Option<P<'_>> = None;
        let mut unit = None;
        let mut calendar = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_last if inner.as_str() != "last" => {
                    let span = self.exact(&inner);
                    self.habit(
                        syntax::WINDOW_WORDS,
                        span,
                        format!("`{}` is said `last`", inner.as_str()),
                        "last",
                    );
                }
                Rule::amount => count = Some(inner),
                Rule::kw_calendar => calendar = true,
                Rule::cal_unit => unit = self.calendar_unit(&inner),
                _ => {}
            }
        }
        if calendar {
            let count = count.map(|count| Box::new(self.amount(count, true)));
            return unit.map_or(WindowKind::Error, |unit| WindowKind::LastCalendar {
                count,
                unit,
            });
        }
        let Some(count) = count else {
            return WindowKind::Error;
        };
        if let Some(unit) = first(&count)
            .filter(|name| name.as_rule() == Rule::amount_name)
            .and_then(|name| unit_of(name.as_str()))
        {
            let span = self.span(&count);
            let word = self.written(span);
            let message = format!(
                "`in last {word}` can mean two things: the {word} before this one, or as many days up to now"
            );
            self.push(
                SyntaxError::new(syntax::WINDOW_WORDS, span, message)
                    .help(format!(
                        "say `in last calendar {word}`, or `in last 1 {word}`"
                    ))
                    .fix(
                        format!("write `calendar {word}`"),
                        Applicability::Maybe,
                        span,
                        format!("calendar {word}"),
                    ),
            );
            return WindowKind::LastCalendar { count: None, unit };
        }
        WindowKind::Last(Box::new(self.amount(count, false)))
    }

    /// How much: a literal or something in parentheses; a name alone only where `named` allows it.
    pub(super) fn amount(&mut self, pair: P<'_>, named: bool) -> Expr {
        let gap = self.gap(&pair);
        let Some(inner) = pair.into_inner().next() else {
            return Expr {
                kind: ExprKind::Error,
                span: gap,
            };
        };
        if inner.as_rule() != Rule::amount_name {
            return self.primary(inner);
        }
        let name = self.name(&inner);
        let span = name.span;
        if !named {
            let meant = format!("({})", name.text);
            self.push(
                SyntaxError::new(
                    syntax::BARE_WINDOW,
                    span,
                    format!("a length by name stands in parentheses: `{meant}`"),
                )
                .fix(
                    format!("write `{meant}`"),
                    Applicability::Always,
                    span,
                    meant,
                ),
            );
            let inner = Box::new(Expr {
                kind: ExprKind::Name(name),
                span,
            });
            return Expr {
                kind: ExprKind::Paren(inner),
                span,
            };
        }
        Expr {
            kind: ExprKind::Name(name),
            span,
        }
    }

    /// `from 90d ago to 30d ago`.
    fn window_between(&mut self, pair: P<'_>) -> WindowKind {
        let mut bounds = Vec::new();
        let mut to_said = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::win_bound => bounds.push(self.operand(inner)),
                Rule::kw_to => to_said = true,
                Rule::none => {
                    let what = if bounds.len() == 1
                        && !to_said
                        && self.text[..inner.as_span().start()]
                            .trim_end()
                            .ends_with("ago")
                    {
                        ("`to` is missing: `from 90d ago to 30d ago`", " to")
                    } else {
                        ("`ago` is missing: `from 90d ago to 30d ago`", " ago")
                    };
                    self.missing_sign(&inner, what.0, what.1);
                }
                _ => {}
            }
        }
        let mut bounds = bounds.into_iter();
        match (bounds.next(), bounds.next()) {
            (Some(from), Some(to)) => WindowKind::FromTo {
                from: Box::new(from),
                to: Box::new(to),
            },
            _ => WindowKind::Error,
        }
    }

    /// A unit of the calendar, in the singular or the plural.
    pub(super) fn calendar_unit(&mut self, pair: &P<'_>) -> Option<CalendarUnit> {
        let name = self.name(pair);
        if name.is_missing() {
            self.missing_name(
                pair,
                "a unit of the calendar: day, week, month, quarter or year",
            );
            return None;
        }
        let unit = unit_of(&name.text);
        if unit.is_none() {
            let message = format!(
                "`{}` is no unit of the calendar: these are day, week, month, quarter and year",
                name.text
            );
            self.push(SyntaxError::new(syntax::UNKNOWN_UNIT, name.span, message));
        }
        unit
    }
}

fn unit_of(word: &str) -> Option<CalendarUnit> {
    Some(match word {
        "day" | "days" => CalendarUnit::Day,
        "week" | "weeks" => CalendarUnit::Week,
        "month" | "months" => CalendarUnit::Month,
        "quarter" | "quarters" => CalendarUnit::Quarter,
        "year" | "years" => CalendarUnit::Year,
        _ => return None,
    })
}
