//! Pieces of expressions as text: which ones need parentheses where, and how a part of a text is shown in a title.

use persona_syntax::ast::{Did, Expr, ExprKind, Query};

/// How tightly an expression holds together, in the order of LANGUAGE §4: what stands where at least some level is needed and has
/// a lower one gets parentheses.
pub(super) type Level = u8;

/// `if`, and what takes everything that follows: `did … where`.
pub(super) const LOOSE: Level = 0;
/// `or`
pub(super) const OR: Level = 1;
/// `and`
pub(super) const AND: Level = 2;
/// `not`
pub(super) const NOT: Level = 3;
/// Comparisons and questions.
pub(super) const COMPARE: Level = 4;
/// `+`, `-`, `ago`
pub(super) const ADD: Level = 5;
/// `*`, `/`
const MULTIPLY: Level = 6;
/// `??`
pub(super) const COALESCE: Level = 7;
/// A minus sign.
const SIGN: Level = 8;
/// Names, literals, calls, brackets.
pub(super) const ATOM: Level = 9;

/// An expression as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// How it is written.
    pub(super) text: String,
    /// How tightly it holds together.
    pub(super) level: Level,
}

impl Piece {
    /// A piece.
    pub(super) fn new(text: impl Into<String>, level: Level) -> Self {
        let text = text.into();
        Self { text, level }
    }

    /// The text where something of at least this level may stand.
    pub(super) fn at(&self, level: Level) -> String {
        if self.level < level {
            format!("({})", self.text)
        } else {
            self.text.clone()
        }
    }
}

/// How tightly an expression holds together.
pub(super) fn level(expr: &Expr) -> Level {
    match &expr.kind {
        ExprKind::If { .. } => LOOSE,
        ExprKind::Or(_) => OR,
        ExprKind::And(_) => AND,
        ExprKind::Not { .. } => NOT,
        ExprKind::Did(did) if takes_the_rest(did) => LOOSE,
        ExprKind::Quantifier {
            condition: Some(_), ..
        } => LOOSE,
        ExprKind::Compare { .. }
        | ExprKind::IsKnown { .. }
        | ExprKind::Between { .. }
        | ExprKind::In { .. }
        | ExprKind::InWindow { .. }
        | ExprKind::ContainsSet { .. }
        | ExprKind::Quantifier { .. }
        | ExprKind::Did(_) => COMPARE,
        ExprKind::Additive { .. } | ExprKind::Ago(_) | ExprKind::FromNow(_) => ADD,
        ExprKind::Multiplicative { .. } => MULTIPLY,
        ExprKind::Coalesce(_) => COALESCE,
        ExprKind::Neg { .. } => SIGN,
        // A `match` ends with its brace, but begins with a word that looks for its end.
        ExprKind::Match { .. } => LOOSE,
        _ => ATOM,
    }
}

/// Whether a `did` ends with a `where`, which takes the longest expression.
fn takes_the_rest(did: &Did) -> bool {
    let ends = |query: &Query| query.condition.is_some();
    match did.steps.last() {
        Some(step) => ends(&step.query) && step.within.is_none() && step.lasting.is_none(),
        None => ends(&did.query),
    }
}

/// The least level that an expression must have where `child` stands in `parent`.
pub(super) fn needed(parent: Option<&Expr>, child: &Expr) -> Level {
    let Some(parent) = parent else {
        return LOOSE;
    };
    match &parent.kind {
        ExprKind::And(_) => AND,
        ExprKind::Or(_) => OR,
        ExprKind::Not { .. } => COMPARE,
        ExprKind::Compare { .. }
        | ExprKind::IsKnown { .. }
        | ExprKind::Between { .. }
        | ExprKind::In { .. }
        | ExprKind::InWindow { .. }
        | ExprKind::ContainsSet { .. } => ADD,
        ExprKind::Additive { .. } | ExprKind::Ago(_) | ExprKind::FromNow(_) => MULTIPLY,
        ExprKind::Multiplicative { .. } => COALESCE,
        ExprKind::Coalesce(_) => SIGN,
        ExprKind::Neg { .. } => ATOM,
        ExprKind::Postfix { base, .. } if base.span == child.span => ATOM,
        ExprKind::If { arms, .. } => {
            // A condition may be anything; a result that is an `if` would swallow the `else`.
            let is_condition = arms
                .iter()
                .any(|(condition, _)| condition.span == child.span);
            if is_condition { LOOSE } else { OR }
        }
        ExprKind::Match { subject, .. } if subject.span == child.span => ADD,
        // A query's `where` may be followed by a step, and what a window takes is a literal or in parentheses.
        ExprKind::Did(_) => ATOM,
        ExprKind::Aggregate { arg, .. } => match &**arg {
            persona_syntax::ast::QueryArg::Query(query) => {
                let condition = query.condition.as_ref();
                let is_condition = condition.is_some_and(|found| found.span == child.span);
                if is_condition { LOOSE } else { ATOM }
            }
            persona_syntax::ast::QueryArg::Expr(_) => LOOSE,
        },
        ExprKind::Quantifier { list, .. } if list.span == child.span => ADD,
        _ => LOOSE,
    }
}

/// The expression inside of parentheses.
pub(super) fn bare(expr: &Expr) -> &Expr {
    let mut expr = expr;
    while let ExprKind::Paren(inner) = &expr.kind {
        expr = inner;
    }
    expr
}

/// A text on one line, short enough for a title.
pub(super) fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 48 {
        return line;
    }
    let start: String = line.chars().take(46).collect();
    format!("{} …", start.trim_end())
}
