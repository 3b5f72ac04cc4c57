//! Whether a condition deserves a proof: most say nothing that could contradict itself, and that is seen without building
//! anything.

use crate::expr::each_part;
use crate::{Expr, ExprKind, Op, TypeKind};

/// Whether there is anything to find out about a condition: alone, most comparisons say something, and those of different
/// things do not contradict each other.
pub(super) fn worth_it(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Op(op, operands) => match op {
            Op::And | Op::Or => {
                let mut said = Said::default();
                said.of(expr);
                said.about.sort_unstable();
                said.always_look || said.about.windows(2).any(|pair| pair[0] == pair[1])
            }
            Op::In => operands
                .first()
                .is_some_and(|value| matches!(value.ty.kind, TypeKind::Enum(_) | TypeKind::Bool)),
            Op::Not => operands.iter().any(worth_it),
            _ => operands.iter().any(has_filter),
        },
        ExprKind::If(..) | ExprKind::Match(..) => true,
        _ => has_filter(expr),
    }
}

/// What the atoms of a condition speak of.
#[derive(Default)]
struct Said {
    /// Once for each atom: a field, a kind of event; apart from that, whether it is known.
    about: Vec<(u8, u32, u32)>,
    /// Whether there is something in it that may speak of anything.
    always_look: bool,
}

impl Said {
    fn of(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Op(Op::And | Op::Or, operands) => {
                operands.iter().for_each(|operand| self.of(operand));
            }
            ExprKind::Op(Op::Not, operands) => match operands.as_slice() {
                // Missing: neither known nor anything else.
                [
                    Expr {
                        kind: ExprKind::Op(Op::Known, inner),
                        ..
                    },
                ] => {
                    self.atom(inner, 0);
                    self.atom(inner, 8);
                }
                _ => operands.iter().for_each(|operand| self.of(operand)),
            },
            ExprKind::Op(Op::Known, inner) => self.atom(inner, 8),
            _ => {
                self.always_look |= worth_it(expr);
                self.atom(std::slice::from_ref(expr), 0);
            }
        }
    }

    fn atom(&mut self, parts: &[Expr], known: u8) {
        let from = self.about.len();
        parts.iter().for_each(|part| self.part(part, known));
        self.about[from..].sort_unstable();
        let mut atom = self.about.split_off(from);
        atom.dedup();
        self.about.extend(atom);
    }

    fn part(&mut self, expr: &Expr, known: u8) {
        match &expr.kind {
            ExprKind::Profile(field) => self.about.push((known, field.0, 0)),
            ExprKind::Event(_, fields) => {
                self.about
                    .extend(fields.iter().map(|(_, field)| (known + 1, field.0, 0)));
            }
            ExprKind::Elem(binder, child) => self.about.push((known + 2, binder.0, *child)),
            ExprKind::Agg { query, .. } | ExprKind::Sequence { first: query, .. } => {
                match &query.kinds {
                    crate::Kinds::Events(kinds) => {
                        self.about.extend(kinds.iter().map(|kind| (3, kind.0, 0)));
                    }
                    crate::Kinds::Param(_) => self.about.push((4, 0, 0)),
                }
            }
            ExprKind::Param(index) => self.about.push((5, *index, 0)),
            ExprKind::Quantifier { list, .. } | ExprKind::ListAgg { list, .. } => {
                self.part(list, known);
            }
            ExprKind::Trait(..)
            | ExprKind::Fn(..)
            | ExprKind::Segment(..)
            | ExprKind::Stage(..)
            | ExprKind::Partition(_)
            | ExprKind::Sample { .. }
            | ExprKind::Arm(_)
            | ExprKind::If(..)
            | ExprKind::Match(..) => self.always_look = true,
            _ => each_part(expr, &mut |part| self.part(part, known)),
        }
    }
}

/// Whether a filter may stand in an expression.
pub(super) fn has_filter(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Agg { query, .. } | ExprKind::Sequence { first: query, .. } => {
            query.filter.as_deref().is_some_and(worth_it)
        }
        ExprKind::Quantifier { condition, .. } => worth_it(condition),
        ExprKind::ListAgg { filter, .. } => filter.as_deref().is_some_and(worth_it),
        ExprKind::Op(_, operands) => operands.iter().any(has_filter),
        _ => false,
    }
}

pub(super) fn junction(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Op(Op::And | Op::Or, _) => true,
        ExprKind::Op(Op::Not, operands) => operands.iter().any(junction),
        _ => false,
    }
}

/// Whether a single atom can be always or never true: by its type.
pub(super) fn plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Op(Op::Not, operands) => operands.iter().any(plain),
        ExprKind::Op(Op::In, _) => true,
        _ => false,
    }
}

/// Whether an expression asks what is missing or known: what settles another part of a condition is never superfluous.
pub(super) fn asks_for_missing(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Op(Op::Known, _) => true,
        ExprKind::Op(Op::And | Op::Or | Op::Not, operands) => operands.iter().any(asks_for_missing),
        _ => false,
    }
}
