//! `x between a and b`, and the two comparisons that say the same.

use persona_base::Span;
use persona_sema::TypeKind;
use persona_syntax::ast::{CompareOp, Expr, ExprKind};

use super::site::Site;
use super::written::{ADD, AND, Piece, bare, needed, short};
use super::{Action, Kind};

/// From one form to the other.
pub(super) fn actions(site: &Site<'_>, found: &mut Vec<Action>) {
    to_comparisons(site, found);
    to_between(site, found);
}

fn to_comparisons(site: &Site<'_>, found: &mut Vec<Action>) {
    let is_between = |expr: &Expr| matches!(expr.kind, ExprKind::Between { negated: false, .. });
    let Some(index) = site.innermost(is_between) else {
        return;
    };
    let expr = &site.chain[index];
    let ExprKind::Between {
        operand, low, high, ..
    } = &expr.kind
    else {
        return;
    };
    if !alike(site, &[operand, low, high]) {
        return;
    }
    let (x, low, high) = (
        site.text(operand.span),
        site.text(low.span),
        site.text(high.span),
    );
    let piece = Piece::new(format!("{x} >= {low} and {x} <= {high}"), AND);
    let title = format!("Write as two comparisons: `{}`", short(&piece.text));
    let edit = site.edit(expr.span, piece.at(needed(site.chain.get(index + 1), expr)));
    if let Some(edits) = site.sure(vec![edit]) {
        found.push(Action::rewrite(title, Kind::Rewrite, edits));
    }
}

/// One end of a range: `x >= a`, or `a <= x`.
struct End<'e> {
    value: &'e Expr,
    bound: &'e Expr,
    is_low: bool,
}

/// What a comparison bounds, read in both directions.
fn ends(expr: &Expr) -> Vec<End<'_>> {
    let ExprKind::Compare {
        op, left, right, ..
    } = &bare(expr).kind
    else {
        return Vec::new();
    };
    let is_low = match op {
        CompareOp::Ge => true,
        CompareOp::Le => false,
        _ => return Vec::new(),
    };
    vec![
        End {
            value: left,
            bound: right,
            is_low,
        },
        End {
            value: right,
            bound: left,
            is_low: !is_low,
        },
    ]
}

fn to_between(site: &Site<'_>, found: &mut Vec<Action>) {
    let is_chain = |expr: &Expr| matches!(expr.kind, ExprKind::And(_));
    let Some(index) = site.innermost(is_chain) else {
        return;
    };
    let expr = &site.chain[index];
    let ExprKind::And(operands) = &expr.kind else {
        return;
    };
    for (first, one) in operands.iter().enumerate() {
        for (second, other) in operands.iter().enumerate().skip(first + 1) {
            let around = one.span.to(other.span);
            if site.range.start < around.start || around.end < site.range.end {
                continue;
            }
            if let Some(action) = joined(site, index, (first, one), (second, other)) {
                found.push(action);
                return;
            }
        }
    }
}

fn joined(
    site: &Site<'_>,
    index: usize,
    (first, one): (usize, &Expr),
    (second, other): (usize, &Expr),
) -> Option<Action> {
    let chain = &site.chain[index];
    let ExprKind::And(operands) = &chain.kind else {
        return None;
    };
    let (a, b) = ends(one)
        .into_iter()
        .flat_map(|a| {
            ends(other)
                .into_iter()
                .map(move |b| (a.is_low, a.value, a.bound, b))
        })
        .find_map(|(is_low, value, bound, b)| {
            let same = site.text(value.span) == site.text(b.value.span) && is_low != b.is_low;
            let is_constant = matches!(bare(value).kind, ExprKind::Literal(_));
            (same && !is_constant).then_some(((is_low, value, bound), b))
        })?;
    let (is_low, value, bound) = a;
    let (low, high) = if is_low {
        (bound, b.bound)
    } else {
        (b.bound, bound)
    };
    if !alike(site, &[value, low, high]) {
        return None;
    }
    let text = format!(
        "{} between {} and {}",
        site.piece(value).at(ADD),
        site.piece(low).at(ADD),
        site.piece(high).at(ADD)
    );
    // The second comparison goes with the `and` before it.
    let before = operands[second - 1].span.end;
    let gone = Span::new(before, operands[second].span.end);
    let title = format!("Write as `{}`", short(&text));
    let edits = if second == first + 1 {
        vec![site.edit(one.span.to(other.span), text)]
    } else {
        vec![site.edit(one.span, text), site.edit(gone, "")]
    };
    let edits = site.sure(edits)?;
    Some(Action::rewrite(title, Kind::Rewrite, edits))
}

/// Whether values are of one type, so that `between` means the same as comparing them: it takes a date beside an instant for the
/// whole day, which `>=` does not.
fn alike(site: &Site<'_>, values: &[&Expr]) -> bool {
    let kinds: Vec<Option<&TypeKind>> = values
        .iter()
        .map(|value| site.ty(value).map(|ty| &ty.kind))
        .collect();
    let Some(first) = kinds[0] else {
        return false;
    };
    let is_number = |kind: &TypeKind| matches!(kind, TypeKind::Int | TypeKind::Float);
    kinds.iter().zip(values).all(|(kind, value)| match kind {
        Some(kind) => *kind == first || is_number(kind) && is_number(first),
        // A literal takes the type that is wanted there; whether it can, the check says.
        None => matches!(bare(value).kind, ExprKind::Literal(_)),
    })
}
