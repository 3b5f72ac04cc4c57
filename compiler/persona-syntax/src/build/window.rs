//! Windows of time, and what stands in them: amounts and units of the calendar.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P, first};
use crate::SyntaxError;
use crate::ast::{CalendarUnit, Expr, ExprKind, Literal, Window, WindowKind};
use crate::grammar::Rule;

impl Builder<'_> {
    /// The window of a question: something must follow `in`.
    pub(super) fn query_window(&mut self, pair: P<'_>) -> Window {
        let span = self.span(&pair);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::window => return self.window(inner),
                Rule::bad_window => {
                    let kind = self.bad_window(inner, span);
                    return Window { kind, span };
                }
                _ => {}
            }
        }
        Window {
            kind: WindowKind::Error,
            span,
        }
    }

    fn bad_window(&mut self, pair: P<'_>, whole: Span) -> WindowKind {
        let found = self.span(&pair);
        if found.is_empty() {
            self.missing(
                &pair,
                syntax::EXPECTED_VALUE,
                "a window is missing after `in`, such as `last 30d`",
                None,
            );
            return WindowKind::Error;
        }
        let length = pair
            .into_inner()
            .next()
            .map(|operand| self.operand(operand));
        let written = self.written(found);
        let word = Span::new(whole.start, whole.start + 2);
        let error = SyntaxError::new(
            syntax::WINDOW_WORDS,
            found,
            format!("`{written}` is no window"),
        )
        .help(
            "windows are `in last 30d`, `in this month`, `in last calendar month`, `in latest 10`",
        );
        match length {
            Some(length)
                if matches!(
                    length.kind,
                    ExprKind::Literal(Literal::Duration(_) | Literal::Period { .. })
                ) =>
            {
                self.push(error.fix("write `in last`", Applicability::Maybe, word, "in last"));
                WindowKind::Last(Box::new(length))
            }
            _ => {
                self.push(error);
                WindowKind::Error
            }
        }
    }

    /// `in last 30d`, `from 90d ago to 30d ago`, and the others.
    pub(super) fn window(&mut self, pair: P<'_>) -> Window {
        let span = self.span(&pair);
        let mut kind = WindowKind::Error;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_in => self.upper_case(&inner),
                Rule::in_word => {
                    let place = self.exact(&inner);
                    let words: Vec<&str> = inner.as_str().split_whitespace().collect();
                    let message = format!("`{}` is said `in`", words.join(" "));
                    self.habit(syntax::WINDOW_WORDS, place, message, "in");
                }
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
                Rule::win_next => {
                    self.window_word(&inner, "next");
                    kind = WindowKind::Next(Box::new(self.only_amount(inner, false)));
                }
                Rule::win_latest => {
                    kind = WindowKind::Latest(Box::new(self.only_amount(inner, true)));
                }
                Rule::win_this => {
                    self.window_word(&inner, "this");
                    self.one_unit(&inner);
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

    /// The first word of a window, where another is said.
    fn window_word(&mut self, pair: &P<'_>, meant: &str) {
        if let Some(word) = first(pair) {
            self.said(&word, meant);
        }
    }

    fn said(&mut self, word: &P<'_>, meant: &str) {
        if word.as_str() != meant {
            let span = self.exact(word);
            let message = format!("`{}` is said `{meant}`", word.as_str());
            self.habit(syntax::WINDOW_WORDS, span, message, meant);
        }
    }

    /// `in this months`.
    fn one_unit(&mut self, pair: &P<'_>) {
        let Some(unit) = pair.clone().into_inner().last() else {
            return;
        };
        let word = unit.as_str().trim_end();
        if let Some(one) = word.strip_suffix('s').filter(|_| unit_of(word).is_some()) {
            let span = self.span(&unit);
            self.habit(
                syntax::WINDOW_WORDS,
                span,
                format!("`this {word}` is said `this {one}`"),
                one,
            );
        }
    }

    /// `in last calendar 3 weeks`.
    fn calendar_first(&mut self, count: &P<'_>) -> WindowKind {
        let span = self.span(count);
        let word = Span::new(
            self.gap(count).start - "calendar".len() as u32,
            self.gap(count).start,
        );
        let mut error = SyntaxError::new(
            syntax::EXPECTED_SIGN,
            word,
            "`calendar` stands behind the number: `in last 3 calendar weeks`",
        );
        let written = self.written(span);
        if let Some((number, unit)) = written.split_once(' ') {
            let meant = format!("{number} calendar {}", unit.trim());
            error = error.fix(
                format!("write `{meant}`"),
                Applicability::Always,
                word.to(span),
                meant,
            );
        }
        self.push(error);
        WindowKind::Error
    }

    fn last_window(&mut self, pair: P<'_>) -> WindowKind {
        let mut count: Option<P<'_>> = None;
        let mut unit = None;
        let (mut calendar, mut has_unit) = (false, false);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_last => self.said(&inner, "last"),
                Rule::amount => count = Some(inner),
                Rule::kw_calendar => calendar = true,
                Rule::cal_unit => {
                    has_unit = true;
                    unit = self.calendar_unit(&inner);
                }
                _ => {}
            }
        }
        if calendar
            && !has_unit
            && let Some(count) = &count
        {
            return self.calendar_first(count);
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
        if inner.as_rule() == Rule::minus_amount {
            return self.minus_amount(inner);
        }
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

    /// `in last -14d`.
    fn minus_amount(&mut self, pair: P<'_>) -> Expr {
        let span = self.span(&pair);
        let sign = Span::new(span.start, span.start + 1);
        let message = "a length of time has no sign: `last` says that it goes back";
        self.push(SyntaxError::new(syntax::BAD_DURATION, span, message).fix(
            "remove the sign",
            Applicability::Always,
            sign,
            "",
        ));
        let mut value = match pair.into_inner().last() {
            Some(number) => self.primary(number),
            None => Expr {
                kind: ExprKind::Error,
                span,
            },
        };
        value.span = span;
        value
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
            let mut error = SyntaxError::new(syntax::UNKNOWN_UNIT, name.span, message);
            let meant = match name.text.as_str() {
                "d" => Some("days"),
                "w" => Some("weeks"),
                "m" | "mo" => Some("months"),
                "y" => Some("years"),
                _ => None,
            };
            if let Some(meant) = meant {
                error = error.fix(
                    format!("write `{meant}`"),
                    Applicability::Maybe,
                    name.span,
                    meant,
                );
            }
            self.push(error);
        }
        unit
    }
}

pub(super) fn unit_of(word: &str) -> Option<CalendarUnit> {
    Some(match word {
        "day" | "days" => CalendarUnit::Day,
        "week" | "weeks" => CalendarUnit::Week,
        "month" | "months" => CalendarUnit::Month,
        "quarter" | "quarters" => CalendarUnit::Quarter,
        "year" | "years" => CalendarUnit::Year,
        _ => return None,
    })
}
