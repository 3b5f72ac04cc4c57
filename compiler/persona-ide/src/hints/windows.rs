//! What windows are relative to (SEMANTICS §4): a rolling one counts back from the moment of asking to the microsecond, a
//! calendar one follows days and months where the person is. Nobody here knows what time it is.

use persona_base::Span;
use persona_sema::editor::Declaration;
use persona_sema::{Database, TypeKind};
use persona_syntax::ast::{
    CalendarUnit, Did, Expr, ExprKind, Literal, QueryArg, Window, WindowKind,
};

use super::{Hint, HintKind};
use crate::words::WEEKDAYS;

/// The windows of a declaration.
pub(super) struct Windows<'d, 'db> {
    db: &'d Database,
    decl: &'d Declaration<'db>,
    /// Windows of queries that stand in no expression, such as those of triggers, have hints of their own.
    seen: Vec<Span>,
}

/// What is tested by a window.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tested {
    /// Instants: when something happened.
    Instants,
    /// Whole days.
    Days,
}

impl<'d, 'db> Windows<'d, 'db> {
    /// Those of this declaration.
    pub(super) fn of(db: &'d Database, decl: &'d Declaration<'db>) -> Self {
        Self {
            db,
            decl,
            seen: Vec::new(),
        }
    }

    /// The windows right in an expression.
    pub(super) fn windows(&mut self, expr: &Expr, found: &mut Vec<Hint>) {
        match &expr.kind {
            ExprKind::InWindow {
                operand, window, ..
            } => {
                let tested = self.tested(operand);
                self.window(window, tested, found);
            }
            ExprKind::Did(did) => self.did(did, found),
            ExprKind::Aggregate { arg, .. } => {
                if let QueryArg::Query(query) = &**arg {
                    self.query(query, found);
                }
            }
            _ => {}
        }
    }

    /// Those that triggers, recommendations and experiments have outside of expressions.
    pub(super) fn queries(&mut self, found: &mut Vec<Hint>) {
        use persona_syntax::ast::{DeclKind, RecommendClause, Start, TriggerClauseKind};
        match &self.decl.resolved.kind {
            DeclKind::Trigger(trigger) => {
                for clause in &trigger.clauses {
                    match &clause.kind {
                        TriggerClauseKind::On(
                            Start::Event(query) | Start::Inactivity { query, .. },
                        )
                        | TriggerClauseKind::StopOn(query) => self.query(query, found),
                        _ => {}
                    }
                }
            }
            DeclKind::Recommend(one) => {
                for clause in &one.clauses {
                    if let RecommendClause::Exclude {
                        what: QueryArg::Query(query),
                        ..
                    } = clause
                    {
                        self.query(query, found);
                    }
                }
            }
            _ => {}
        }
    }

    fn did(&mut self, did: &Did, found: &mut Vec<Hint>) {
        self.query(&did.query, found);
        for step in &did.steps {
            self.query(&step.query, found);
        }
    }

    fn query(&mut self, query: &persona_syntax::ast::Query, found: &mut Vec<Hint>) {
        if let Some(window) = &query.window {
            self.window(window, Tested::Instants, found);
        }
    }

    fn window(&mut self, window: &Window, tested: Tested, found: &mut Vec<Hint>) {
        if window.span.is_empty() || self.seen.contains(&window.span) {
            return;
        }
        let Some((text, more)) = self.said(window, tested) else {
            return;
        };
        self.seen.push(window.span);
        found.push(Hint {
            at: self.decl.span.start + window.span.end,
            text,
            kind: HintKind::Window,
            more,
        });
    }

    /// In a few words, and in a sentence.
    fn said(&self, window: &Window, tested: Tested) -> Option<(String, String)> {
        let zone = self.zone();
        match &window.kind {
            WindowKind::Error | WindowKind::Latest(_) => None,
            WindowKind::Last(length) => Some(self.rolling(length, tested, "up to now")),
            WindowKind::Next(length) => Some(self.rolling(length, tested, "from now on")),
            WindowKind::FromTo { .. } => Some((
                "counted from now".to_owned(),
                "the later end belongs to it, the earlier one does not".to_owned(),
            )),
            WindowKind::This(unit) => Some((
                format!("since {}", self.beginning(*unit)),
                format!("the {} that is now, in {zone}", word(*unit)),
            )),
            WindowKind::LastCalendar { count, unit } => {
                let many = count
                    .as_deref()
                    .is_some_and(|count| self.text(count.span) != "1");
                let units = if many {
                    format!("{}s", word(*unit))
                } else {
                    word(*unit).to_owned()
                };
                Some((
                    format!("until {}", self.beginning(*unit)),
                    format!("the whole {units} before this one, in {zone}"),
                ))
            }
        }
    }

    fn rolling(&self, length: &Expr, tested: Tested, direction: &str) -> (String, String) {
        if tested == Tested::Days {
            let more = format!(
                "whole days, in {}; today belongs to what is behind us",
                self.zone()
            );
            return ("whole days".to_owned(), more);
        }
        match &length.kind {
            ExprKind::Literal(Literal::Period { .. }) => (
                format!("by the calendar, {direction}"),
                format!("months and years of the calendar, in {}", self.zone()),
            ),
            ExprKind::Literal(Literal::Duration(micros)) => {
                let more = "to the microsecond, wherever midnight is".to_owned();
                (format!("{}{direction}", hours(*micros)), more)
            }
            _ => (
                direction.to_owned(),
                "counted from the moment of asking".to_owned(),
            ),
        }
    }

    /// Where a unit of the calendar begins.
    fn beginning(&self, unit: CalendarUnit) -> &'static str {
        match unit {
            CalendarUnit::Day => "midnight",
            CalendarUnit::Week => {
                let first = self.db.package_info().week_start;
                WEEKDAYS[usize::from(first) % WEEKDAYS.len()]
            }
            CalendarUnit::Month => "the 1st",
            CalendarUnit::Quarter => "the quarter's 1st day",
            CalendarUnit::Year => "1 January",
        }
    }

    fn zone(&self) -> String {
        match self.db.schema().zone {
            Some(_) => "each person's time zone".to_owned(),
            None => format!("the time zone {}", self.db.package_info().zone),
        }
    }

    fn tested(&self, operand: &Expr) -> Tested {
        let mut tested = Tested::Instants;
        self.db.each_checked(self.decl.id, &mut |expr| {
            if expr.span == operand.span && expr.ty.kind == TypeKind::Date {
                tested = Tested::Days;
            }
        });
        tested
    }

    fn text(&self, span: Span) -> &str {
        span.of(self.decl.text)
    }
}

fn word(unit: CalendarUnit) -> &'static str {
    match unit {
        CalendarUnit::Day => "day",
        CalendarUnit::Week => "week",
        CalendarUnit::Month => "month",
        CalendarUnit::Quarter => "quarter",
        CalendarUnit::Year => "year",
    }
}

/// `7 × 24 h `, for whole days: what a day is here, is what people ask.
fn hours(micros: i64) -> String {
    const DAY: i64 = 24 * 3_600_000_000;
    match micros / DAY {
        days if days <= 0 || micros % DAY != 0 => String::new(),
        1 => "24 h ".to_owned(),
        days => format!("{days} × 24 h "),
    }
}
