//! Event queries, windows, `did` and its sequences.

use persona_base::Span;

use super::{Expr, Name};

/// An event query: kinds, `as` name, window, `where`.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// One name, or several in parentheses separated by `or`. `any event` is the one name `any event`
    /// with [`Query::any_event`] set.
    pub kinds: Vec<Name>,
    /// Whether it is `any event` (then `kinds` is empty).
    pub any_event: bool,
    /// `.items`: names after the kind, reaching a list field or (in aggregates) the field aggregated.
    pub path: Vec<Name>,
    /// The name after `as`.
    pub alias: Option<Name>,
    /// `in last 30d`, `in latest 10`, …
    pub window: Option<Window>,
    /// The condition after `where`.
    pub condition: Option<Box<Expr>>,
    /// The whole query.
    pub span: Span,
}

/// What an aggregate is asked about.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryArg {
    /// `Purchase.total in last 90d where …`, `items where …`: a path of names (with its window and
    /// condition) that may turn out to be an event query, a list field of the profile or of the event in
    /// scope, or an alias. Also a parenthesised list of kinds.
    Query(Query),
    /// An expression that is no path: `sum(column("a") * column("b"))`, `min(a + b)`.
    Expr(Expr),
}

/// `did …`, `did not …`, with counts, regularity and sequences.
#[derive(Clone, Debug, PartialEq)]
pub struct Did {
    /// Whether `not` follows `did`, and where.
    pub negated: Option<Span>,
    /// Whether `latest` follows `did`.
    pub latest: bool,
    /// The first query.
    pub query: Query,
    /// `at least 3 times`, `at most …`, `exactly …`.
    pub times: Option<Times>,
    /// `per sku`.
    pub per: Option<Name>,
    /// `in at least 3 of last 4 calendar weeks`.
    pub regular: Option<Regular>,
    /// `then B within 1h`, `then not B`.
    pub steps: Vec<Step>,
}

/// `at least 3 times`.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    /// Which bound.
    pub bound: Bound,
    /// How many.
    pub count: Box<Expr>,
    /// The whole.
    pub span: Span,
}

/// A bound on a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// `at least`
    AtLeast,
    /// `at most`
    AtMost,
    /// `exactly`
    Exactly,
}

/// `in at least 3 of last 4 calendar weeks`.
#[derive(Clone, Debug, PartialEq)]
pub struct Regular {
    /// `3`.
    pub at_least: Box<Expr>,
    /// `4`.
    pub of_last: Box<Expr>,
    /// `weeks`.
    pub unit: CalendarUnit,
    /// The whole.
    pub span: Span,
}

/// One step of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where `not` stands, in `then not`.
    pub negated: Option<Span>,
    /// The events; its window is absent in a valid program.
    pub query: Query,
    /// `within 24h`.
    pub within: Option<Box<Expr>>,
    /// `for 24h` (only after `then not`).
    pub lasting: Option<Box<Expr>>,
    /// The whole step.
    pub span: Span,
}

/// A window of time, or a number of latest events.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// What it is.
    pub kind: WindowKind,
    /// From `in` (or `from`) to the end.
    pub span: Span,
}

/// The forms of windows.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowKind {
    /// Unreadable; already reported.
    Error,
    /// `in last 30d`, `in last 6 months`, `in last (window)`.
    Last(Box<Expr>),
    /// `in next 7d`.
    Next(Box<Expr>),
    /// `from 90d ago to 30d ago`.
    FromTo {
        /// `90d`: how long ago it begins.
        from: Box<Expr>,
        /// `30d`: how long ago it ends.
        to: Box<Expr>,
    },
    /// `in this month`.
    This(CalendarUnit),
    /// `in last calendar month` (1), `in last 3 calendar months`.
    LastCalendar {
        /// How many; absent means one.
        count: Option<Box<Expr>>,
        /// Which unit.
        unit: CalendarUnit,
    },
    /// `in latest 10`: only in event queries.
    Latest(Box<Expr>),
}

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CalendarUnit {
    /// A civil day.
    Day,
    /// A week; the package says on which day it starts.
    Week,
    /// A civil month.
    Month,
    /// Three months, from January, April, July or October.
    Quarter,
    /// A civil year.
    Year,
}
