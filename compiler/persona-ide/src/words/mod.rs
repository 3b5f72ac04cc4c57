//! Conditions in plain words: what a segment means, as people would say it, with the segments that it asks for opened up.
//!
//! What has no short saying is shown as it is written. Nothing is said that the condition does not say.

mod phrases;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use persona_sema::editor::Declaration;
use persona_sema::{Database, Expr, ExprKind, ItemKind, Op, Query, Unit};

/// The days of a week, Monday first.
pub use persona_liquid::WEEKDAYS;
pub use phrases::{duration, snippet};

/// How deep segments are opened up.
const MAX_DEPTH: usize = 3;
/// How many lines are shown.
const MAX_LINES: usize = 16;

/// A condition, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A test, in words, and what it means in turn. What is written in the language stands between backticks.
    Test(String, Option<Box<Said>>),
    /// All hold; or, not all hold.
    All(bool, Vec<Said>),
    /// Some holds; or, none holds.
    Any(bool, Vec<Said>),
}

/// Says what conditions of one declaration mean.
#[derive(Clone, Copy)]
pub(crate) struct Words<'db> {
    pub(crate) db: &'db Database,
    pub(crate) decl: Declaration<'db>,
    depth: usize,
}

impl<'db> Words<'db> {
    /// Of the conditions of a declaration.
    pub(crate) fn of(db: &'db Database, decl: Declaration<'db>) -> Self {
        Self { db, decl, depth: 0 }
    }

    /// A condition.
    pub(crate) fn condition(&self, expr: &Expr) -> Said {
        self.said(expr, true)
    }

    fn said(&self, expr: &Expr, holds: bool) -> Said {
        match &expr.kind {
            ExprKind::Op(Op::Not, operands) if operands.len() == 1 => {
                self.said(&operands[0], !holds)
            }
            ExprKind::Op(Op::And, operands) => Said::All(holds, self.each(operands)),
            ExprKind::Op(Op::Or, operands) => Said::Any(holds, self.each(operands)),
            ExprKind::Segment(name, _) => {
                let verb = if holds { "is in" } else { "is not in" };
                let written = phrases::snippet(self.decl.text, expr.span);
                let call = written.trim_start_matches("not ").trim_start_matches("in ");
                let mut text = format!("{verb} `{call}`");
                let segment = self.db.named(name);
                if let Some(title) = segment.and_then(|segment| title(self.db, &segment)) {
                    let _ = write!(text, " ({title})");
                }
                Said::Test(text, self.opened(name))
            }
            _ => Said::Test(self.phrase(expr, holds), None),
        }
    }

    fn each(&self, operands: &[Expr]) -> Vec<Said> {
        operands.iter().map(|part| self.said(part, true)).collect()
    }

    /// What a segment means in turn.
    fn opened(&self, name: &str) -> Option<Box<Said>> {
        if self.depth + 1 >= MAX_DEPTH {
            return None;
        }
        let decl = self.db.named(name)?;
        let Unit::Segment { definition, .. } = self.db.unit(decl.id)? else {
            return None;
        };
        let inner = Self {
            db: self.db,
            decl,
            depth: self.depth + 1,
        };
        Some(Box::new(inner.condition(&definition.body)))
    }
}

/// What a condition of a checked declaration means.
pub fn said(db: &Database, decl: Declaration<'_>, condition: &Expr) -> Said {
    Words::of(db, decl).condition(condition)
}

/// Which events a query of a checked declaration asks for: `` `Purchase` in the last 90 days``.
pub fn events(db: &Database, decl: Declaration<'_>, query: &Query) -> String {
    Words::of(db, decl).events(query)
}

/// A length of time, a number, or another value of a checked declaration: `30 days`.
pub fn amount(db: &Database, decl: Declaration<'_>, value: &Expr) -> String {
    Words::of(db, decl).amount(value)
}

/// How people see a declaration, where it says so.
pub fn title(db: &Database, decl: &Declaration<'_>) -> Option<String> {
    let title = match db.unit(decl.id)? {
        Unit::Segment { definition, .. } => definition.title.as_ref(),
        Unit::Partition(partition) => partition.title.as_ref(),
        Unit::Trigger(trigger) => trigger.title.as_ref(),
        Unit::Content(content) => content.title.as_ref(),
        _ => None,
    };
    title.map(ToString::to_string)
}

/// What a segment means, in lines of Markdown; none for what is no checked segment.
pub(crate) fn segment(db: &Database, decl: Declaration<'_>) -> Option<String> {
    if decl.kind != ItemKind::Segment {
        return None;
    }
    let Unit::Segment { definition, .. } = db.unit(decl.id)? else {
        return None;
    };
    if definition.body.kind == ExprKind::Error {
        return None;
    }
    let said = Words::of(db, decl).condition(&definition.body);
    Some(said.markdown("Everybody"))
}

impl Said {
    /// A sentence or a list: `Everybody who …`, `Everybody for whom all of this holds:`.
    pub(crate) fn markdown(&self, who: &str) -> String {
        let mut lines: Vec<String> = Vec::new();
        match self {
            Self::Test(text, inner) => {
                let is_verb = text.starts_with("has ") || text.starts_with("is ");
                let word = if is_verb { "who" } else { "for whom" };
                let is_code =
                    text.starts_with('`') && text.matches('`').count() == 2 && text.ends_with('`');
                let holds = if is_code { " holds" } else { "" };
                lines.push(format!("{who} {word} {text}{holds}"));
                if let Some(inner) = inner {
                    inner.lines(0, &mut lines);
                }
            }
            Self::All(..) | Self::Any(..) => {
                let (head, parts) = self.head();
                lines.push(format!("{who} for whom {head}:"));
                parts.iter().for_each(|part| part.line(0, &mut lines));
            }
        }
        if lines.len() > MAX_LINES {
            let more = lines.len() - MAX_LINES;
            lines.truncate(MAX_LINES);
            lines.push(format!("- … and {more} more"));
        }
        lines.join("\n")
    }

    /// What a list of conditions demands, and the list; of a test, `this holds`.
    pub fn head(&self) -> (&'static str, &[Self]) {
        match self {
            Self::Test(..) => ("this holds", &[]),
            Self::All(true, parts) => ("all of this holds", parts),
            Self::All(false, parts) => ("not all of this holds", parts),
            Self::Any(true, parts) => ("at least one of these holds", parts),
            Self::Any(false, parts) => ("none of this holds", parts),
        }
    }

    fn line(&self, depth: usize, lines: &mut Vec<String>) {
        let indent = "  ".repeat(depth);
        match self {
            Self::Test(text, inner) => {
                lines.push(format!("{indent}- {text}"));
                if let Some(inner) = inner {
                    inner.lines(depth + 1, lines);
                }
            }
            Self::All(..) | Self::Any(..) => {
                let (head, parts) = self.head();
                lines.push(format!("{indent}- {head}:"));
                parts.iter().for_each(|part| part.line(depth + 1, lines));
            }
        }
    }

    /// What something means, below it.
    fn lines(&self, depth: usize, lines: &mut Vec<String>) {
        match self {
            Self::All(true, parts) => parts.iter().for_each(|part| part.line(depth, lines)),
            _ => self.line(depth, lines),
        }
    }
}
