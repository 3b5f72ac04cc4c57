//! Finds what a `check` of incoming rows may not use: history, other declarations, ranks.

use persona_base::Span;

use crate::{Expr, ExprKind, Part};

/// The first place in a checked expression that needs more than the row itself.
pub(super) fn uses_history(expr: &Expr, in_event: bool) -> Option<Span> {
    let uses_history = |expr: &Expr| uses_history(expr, in_event);
    match &expr.kind {
        ExprKind::Trait(..)
        | ExprKind::Segment(..)
        | ExprKind::Partition(_)
        | ExprKind::Stage(..)
        | ExprKind::Agg { .. }
        | ExprKind::Sequence { .. }
        | ExprKind::Rank { .. }
        | ExprKind::Arm(_)
        | ExprKind::Slot(..)
        | ExprKind::Recommend(..)
        | ExprKind::Catalog(_)
        | ExprKind::Lookup(..)
        | ExprKind::Sample { .. } => Some(expr.span),
        // Events are read before it is known whose they are.
        ExprKind::Profile(_) if in_event => Some(expr.span),
        ExprKind::Error
        | ExprKind::Const(_)
        | ExprKind::Now
        | ExprKind::Today
        | ExprKind::Profile(_)
        | ExprKind::Event(..)
        | ExprKind::EventParam(..)
        | ExprKind::Elem(..)
        | ExprKind::Param(_) => None,
        ExprKind::ItemField(item, _) => uses_history(item),
        ExprKind::Op(_, operands) | ExprKind::Fn(_, operands) => {
            operands.iter().find_map(&uses_history)
        }
        ExprKind::If(arms, otherwise) => arms
            .iter()
            .find_map(|(condition, result)| {
                uses_history(condition).or_else(|| uses_history(result))
            })
            .or_else(|| uses_history(otherwise)),
        ExprKind::Match(subject, arms, otherwise) => uses_history(subject)
            .or_else(|| arms.iter().find_map(|(_, result)| uses_history(result)))
            .or_else(|| otherwise.as_deref().and_then(&uses_history)),
        ExprKind::Interpolate(parts) => parts.iter().find_map(|part| match part {
            Part::Text(_) => None,
            Part::Value(value, _) => uses_history(value),
        }),
        ExprKind::InWindow(operand, _) => uses_history(operand),
        ExprKind::Quantifier {
            list, condition, ..
        } => uses_history(list).or_else(|| uses_history(condition)),
        ExprKind::ListAgg {
            list,
            filter,
            value,
            ..
        } => uses_history(list)
            .or_else(|| filter.as_deref().and_then(&uses_history))
            .or_else(|| value.as_deref().and_then(&uses_history)),
    }
}
