//! Purposes and channels: for what, how, when and how often people may be reached.

use std::sync::Arc;

use persona_base::Span;
use persona_syntax::ast::CalendarUnit;

use crate::{Expr, Place};

/// A purpose.
#[derive(Clone, Debug, PartialEq)]
pub struct Purpose {
    /// Its name.
    pub name: Arc<str>,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
    /// Who allowed it: a `Bool` that is never missing.
    pub requires: Expr,
}

/// A channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Its name.
    pub name: Arc<str>,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
    /// The address: text that may be missing; then nothing is sent.
    pub to: Expr,
    /// Who may be reached; absent for `requires nothing`.
    pub requires: Option<Expr>,
    /// When nobody is disturbed, in the order of the text. All of them count.
    pub quiet: Vec<Quiet>,
    /// How often, in the order of the text. All of them are kept.
    pub limits: Vec<Limit>,
    /// Whether a message that meets a full limit waits for room; otherwise it is dropped.
    pub defers: bool,
    /// When a message is given up, in the order of the text.
    pub skips: Vec<Skip>,
    /// Whether it knows no quiet hours, no limits and no holdout.
    pub transactional: bool,
}

/// Hours of quiet, in the person's local time. They never begin when they end; those that begin later than they end go over
/// midnight.
#[derive(Clone, Debug, PartialEq)]
pub struct Quiet {
    /// The first second, since midnight.
    pub from: u32,
    /// The second after the last, since midnight.
    pub to: u32,
    /// For whom; absent means everybody.
    pub condition: Option<Expr>,
    /// The clause.
    pub span: Span,
}

/// How often a channel may be used.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// So many at most; at least one.
    pub count: u32,
    /// In which time.
    pub per: Per,
    /// The channels that are counted together, its own included, by name.
    pub channels: Vec<Arc<str>>,
    /// The clause.
    pub span: Span,
}

/// The time that a number of times is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// The last so many microseconds, more than none.
    Rolling(i64),
    /// The day, week or month of the person's zone.
    Calendar(CalendarUnit),
}

/// `skip when EXPR "reason"`
#[derive(Clone, Debug, PartialEq)]
pub struct Skip {
    /// When the message is given up: a `Bool` that is never missing.
    pub condition: Expr,
    /// The reason that is recorded.
    pub reason: Arc<str>,
    /// The clause.
    pub span: Span,
}
