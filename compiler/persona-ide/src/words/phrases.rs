//! Single tests in words: `country` is US, has a `Purchase` in the last 90 days.

use persona_base::Span;
use persona_sema::{AggKind, Const, Expr, ExprKind, Kinds, Op, Query, TypeKind, Window};
use persona_syntax::ast::CalendarUnit;

use super::Words;

/// The longest piece of a rule that is shown.
const MAX_SNIPPET: usize = 72;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A piece of a declaration on one line, cut where it is long.
pub fn snippet(text: &str, span: Span) -> String {
    let words: Vec<&str> = span.of(text).split_whitespace().collect();
    let mut line = words.join(" ");
    if line.chars().count() > MAX_SNIPPET {
        line = line.chars().take(MAX_SNIPPET - 1).collect();
        line.push('…');
    }
    line
}

/// A length of time: `30 days`, `36 hours`.
pub fn duration(micros: i64) -> String {
    let units = [
        (DAY, "day"),
        (HOUR, "hour"),
        (MINUTE, "minute"),
        (SECOND, "second"),
    ];
    let fits = |(unit, _): &&(i64, &str)| micros % unit == 0 && micros != 0;
    match units.iter().find(fits) {
        Some((unit, name)) => counted(micros / unit, name),
        None if micros == 0 => "no time".to_owned(),
        None => format!("{} seconds", micros as f64 / SECOND as f64),
    }
}

/// `1 day`, `3 days`.
pub(crate) fn counted(count: i64, name: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {name}{plural}")
}

fn unit_name(unit: CalendarUnit) -> &'static str {
    match unit {
        CalendarUnit::Day => "day",
        CalendarUnit::Week => "week",
        CalendarUnit::Month => "month",
        CalendarUnit::Quarter => "quarter",
        CalendarUnit::Year => "year",
    }
}

impl Words<'_> {
    fn code(&self, expr: &Expr) -> String {
        format!("`{}`", snippet(self.decl.text, expr.span))
    }

    /// A length of time, or a number, as it is said.
    pub(super) fn amount(&self, expr: &Expr) -> String {
        match (&expr.kind, &expr.ty.kind) {
            (ExprKind::Const(Const::Int(micros)), TypeKind::Duration) => duration(*micros),
            (ExprKind::Const(Const::Period { months, days }), _) => match (months, days) {
                (months, 0) if months % 12 == 0 => counted(i64::from(months / 12), "year"),
                (months, 0) => counted(i64::from(*months), "month"),
                (0, days) => counted(i64::from(*days), "day"),
                _ => self.code(expr),
            },
            (ExprKind::Const(Const::Int(count)), TypeKind::Int) => count.to_string(),
            _ => self.code(expr),
        }
    }

    /// A test that holds, or does not.
    pub(super) fn phrase(&self, expr: &Expr, holds: bool) -> String {
        let said = match &expr.kind {
            ExprKind::Op(op, operands) => self.operation(*op, operands, holds),
            ExprKind::Agg {
                kind: AggKind::Exists,
                query,
                ..
            } => {
                let events = self.events(query);
                Some(match (holds, events.strip_prefix("any ")) {
                    (true, _) => format!("has {events}"),
                    (false, rest) => format!("has no {}", rest.unwrap_or(&events)),
                })
            }
            ExprKind::InWindow(operand, window) => {
                let is = if holds { "is" } else { "is not" };
                Some(format!(
                    "{} {is} {}",
                    self.code(operand),
                    self.window(window)
                ))
            }
            ExprKind::Stage(partition, stage) => {
                let schema = self.db.schema();
                let mut enums = schema.enums.iter();
                let def = enums.find(|def| def.name == *partition);
                let value = def.and_then(|def| def.values.get(*stage as usize));
                let is = if holds { "is" } else { "is not" };
                value.map(|(value, title)| {
                    let title = title
                        .as_ref()
                        .map_or_else(String::new, |title| format!(" ({title})"));
                    format!("{is} at the stage `{value}`{title} of `{partition}`")
                })
            }
            ExprKind::Sample { buckets, .. } => {
                let share = f64::from(*buckets) / 100.0;
                let not = if holds { "" } else { "not " };
                Some(format!("is {not}in a fixed sample of {share}%"))
            }
            _ => None,
        };
        said.unwrap_or_else(|| match holds {
            true => self.code(expr),
            false => format!("not {}", self.code(expr)),
        })
    }

    fn operation(&self, op: Op, operands: &[Expr], holds: bool) -> Option<String> {
        let is = if holds { "is" } else { "is not" };
        let [first, rest @ ..] = operands else {
            return None;
        };
        match (op, rest) {
            (Op::Known, []) => {
                let known = if holds { "known" } else { "missing" };
                Some(format!("{} is {known}", self.code(first)))
            }
            (Op::Eq, [second]) => match (&first.kind, &second.kind) {
                (ExprKind::Const(_), ExprKind::Const(_)) => None,
                (ExprKind::Const(_), _) => Some(format!(
                    "{} {is} {}",
                    self.subject(second),
                    self.code(first)
                )),
                _ => Some(format!(
                    "{} {is} {}",
                    self.subject(first),
                    self.code(second)
                )),
            },
            (Op::EqFold, [second]) => Some(format!(
                "{} {is} {}, in capitals or not",
                self.code(first),
                self.code(second)
            )),
            (Op::Lt | Op::Le, [second]) => Some(self.ordered(op, first, second, holds)),
            (Op::Before, [second]) => Some(format!(
                "{} {is} before {}",
                self.code(first),
                self.code(second)
            )),
            (Op::Between, [low, high]) => Some(format!(
                "{} {is} between {} and {}",
                self.subject(first),
                self.code(low),
                self.code(high)
            )),
            (Op::In, [list]) => {
                let one = if holds { "is one of" } else { "is none of" };
                Some(format!("{} {one} {}", self.code(first), self.code(list)))
            }
            (Op::Has, [wanted]) => {
                let has = if holds {
                    "contains"
                } else {
                    "does not contain"
                };
                Some(format!("{} {has} {}", self.code(first), self.code(wanted)))
            }
            _ => None,
        }
    }

    /// `a < b` and `a <= b`, said of the side that is no constant.
    fn ordered(&self, op: Op, first: &Expr, second: &Expr, holds: bool) -> String {
        let is_constant = |expr: &Expr| matches!(expr.kind, ExprKind::Const(_));
        let strict = op == Op::Lt;
        if is_constant(first) {
            // 3 <= x, also said as not x < 3.
            let word = match (strict, holds) {
                (true, true) => "above",
                (false, true) => "at least",
                (true, false) => "at most",
                (false, false) => "below",
            };
            return self.compared(second, word, first);
        }
        let word = match (strict, holds) {
            (true, true) => "below",
            (false, true) => "at most",
            (true, false) => "at least",
            (false, false) => "above",
        };
        // A missing value is neither: `not` says more than the opposite.
        if !holds && (first.ty.optional || second.ty.optional) {
            let direct = self.ordered(op, first, second, true);
            return format!("not ({direct})");
        }
        self.compared(first, word, second)
    }

    fn compared(&self, subject: &Expr, word: &str, with: &Expr) -> String {
        if let ExprKind::Agg {
            kind: AggKind::Count,
            query,
            ..
        } = &subject.kind
        {
            let number = match word {
                "above" => "more than",
                "below" => "fewer than",
                word => word,
            };
            return format!("has {number} {} {}", self.amount(with), self.events(query));
        }
        format!("{} is {word} {}", self.subject(subject), self.code(with))
    }

    fn subject(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Agg {
                kind: AggKind::Count,
                query,
                ..
            } => format!("the number of {}", self.events(query)),
            _ => self.code(expr),
        }
    }

    /// `Purchase` in the last 90 days where ….
    pub(super) fn events(&self, query: &Query) -> String {
        let schema = self.db.schema();
        let mut said = match &query.kinds {
            Kinds::Events(kinds)
                if kinds.len() == schema.declared_events().count() && kinds.len() > 1 =>
            {
                "any event".to_owned()
            }
            Kinds::Events(kinds) => {
                let tables = kinds.iter().filter_map(|kind| schema.events.get(*kind));
                let names: Vec<String> = tables.map(|table| format!("`{}`", table.name)).collect();
                names.join(" or ")
            }
            Kinds::Param(_) => format!("`{}`", snippet(self.decl.text, query.span)),
        };
        if matches!(query.kinds, Kinds::Param(_)) {
            return said;
        }
        if let Some(window) = &query.window {
            said.push(' ');
            said.push_str(&self.window(window));
        }
        if let Some(filter) = &query.filter {
            said.push_str(" where ");
            said.push_str(&self.code(filter));
        }
        said
    }

    fn window(&self, window: &Window) -> String {
        match window {
            Window::Last(length) => format!("in the last {}", self.amount(length)),
            Window::Next(length) => format!("in the next {}", self.amount(length)),
            Window::FromTo(from, to) => {
                format!("from {} ago to {} ago", self.amount(from), self.amount(to))
            }
            Window::This(unit) => format!("this {}", unit_name(*unit)),
            Window::LastCalendar(count, unit) => match &count.kind {
                ExprKind::Const(Const::Int(1)) => {
                    format!("in the {} before this one", unit_name(*unit))
                }
                ExprKind::Const(Const::Int(count)) => {
                    format!(
                        "in the {} before this one",
                        counted(*count, unit_name(*unit))
                    )
                }
                _ => format!(
                    "in the {} {}s before this one",
                    self.code(count),
                    unit_name(*unit)
                ),
            },
            Window::Latest(count) => format!("among the latest {}", self.amount(count)),
        }
    }
}
