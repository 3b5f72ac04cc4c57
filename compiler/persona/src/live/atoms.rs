//! What each atom of a condition does: who would be in or out were it not there.

use persona_base::Span;
use persona_sema::{Expr, ExprKind, Op, Place};

use super::count::{Condition, counts};
use super::data::Data;
use super::question::{Question, joined};
use super::{LiveProgram, NoAnswer};

/// So many atoms are asked about; of a longer condition none.
const ATOMS: usize = 100;

/// What an atom does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtomEffect {
    /// Where it stands, in its file.
    pub place: Place,
    /// For how many it holds by itself.
    pub holds: u64,
    /// How many the whole condition would hold for were it not there.
    pub without: u64,
    /// For how many the whole condition holds.
    pub all: u64,
    /// All that were looked at.
    pub of: u64,
}

/// The effects of the atoms of what is asked, in the order of places. What is joined by nothing is one atom.
pub(super) fn effects(
    program: LiveProgram<'_>,
    data: &Data,
    question: &Question,
) -> Result<Vec<AtomEffect>, NoAnswer> {
    let Some(root) = &question.written else {
        return Err("this has no condition".to_owned());
    };
    if !root.is_closed() {
        return Err("whom this holds for depends on what happened before it".to_owned());
    }
    let mut found = Vec::new();
    atoms(root, &mut Vec::new(), &mut found);
    if found.len() > ATOMS {
        return Err(format!(
            "this condition has {} parts, too many to count each",
            found.len()
        ));
    }
    let origin = question.condition.origin;
    let condition = |expr: Expr| Condition { expr, origin };
    let asked = found.iter().flat_map(|(path, atom)| {
        let without = without(root, path).unwrap_or_else(|| joined(Op::And, Vec::new()));
        [condition((*atom).clone()), condition(without)]
    });
    let asked = std::iter::once(condition(root.clone()))
        .chain(asked)
        .collect();
    let counts = counts(program, data, asked)?;
    let (all, rest) = counts.split_first().ok_or_else(super::stopped)?;
    let (pairs, _) = rest.as_chunks::<2>();
    let found = found.iter().zip(pairs);
    let effects = found.map(|((_, atom), [holds, without])| AtomEffect {
        place: placed(origin, atom.span),
        holds: holds.count,
        without: without.count,
        all: all.count,
        of: all.of,
    });
    Ok(effects.collect())
}

fn placed(origin: Place, span: Span) -> Place {
    Place {
        file: origin.file,
        span: span.offset(origin.span.start),
    }
}

/// What conditions are joined by.
fn operands(expr: &Expr) -> Option<&[Expr]> {
    match &expr.kind {
        ExprKind::Op(Op::And | Op::Or | Op::Not, operands) => Some(operands),
        _ => None,
    }
}

/// The atoms of a condition, each with the way to it.
fn atoms<'e>(expr: &'e Expr, path: &mut Vec<usize>, found: &mut Vec<(Vec<usize>, &'e Expr)>) {
    let Some(operands) = operands(expr) else {
        found.push((path.clone(), expr));
        return;
    };
    for (at, operand) in operands.iter().enumerate() {
        path.push(at);
        atoms(operand, path, found);
        path.pop();
    }
}

/// The condition without what is at the end of a way; nothing where nothing is left.
fn without(expr: &Expr, path: &[usize]) -> Option<Expr> {
    let (at, rest) = path.split_first()?;
    let ExprKind::Op(op, operands) = &expr.kind else {
        return None;
    };
    let left = operands.iter().enumerate().filter_map(|(index, operand)| {
        if index == *at {
            without(operand, rest)
        } else {
            Some(operand.clone())
        }
    });
    let left: Vec<Expr> = left.collect();
    match (op, left.is_empty()) {
        (_, true) => None,
        (Op::Not, false) => Some(Expr {
            kind: ExprKind::Op(Op::Not, left),
            ..expr.clone()
        }),
        (op, false) => Some(joined(*op, left)),
    }
}
