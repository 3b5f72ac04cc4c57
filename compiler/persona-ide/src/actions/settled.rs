//! Conditions with everything settled: each comparison says that what it compares is known. They hold for the same people, and may
//! stand under a `not` (SEMANTICS §3).

use persona_base::Span;
use persona_syntax::ast::{Did, Expr, ExprKind};

use super::site::Site;
use super::written::{ADD, AND, LOOSE, OR, Piece, bare, level};

/// The operands that may be missing, as text to ask about; none where that is not known of one.
pub(super) fn open_operands(site: &Site<'_>, operands: &[&Expr]) -> Option<Vec<String>> {
    let mut open: Vec<String> = Vec::new();
    for operand in operands {
        let is_open = match &bare(operand).kind {
            ExprKind::Literal(_) | ExprKind::Str(_) | ExprKind::RawStr(_) | ExprKind::List(_) => {
                false
            }
            _ => site.ty(operand)?.optional,
        };
        let text = site.piece(operand).at(ADD);
        if is_open && !open.contains(&text) {
            open.push(text);
        }
    }
    Some(open)
}

/// A `did` in which every condition says that what it compares is known.
pub(super) fn settled_did(site: &Site<'_>, expr: &Expr, did: &Did) -> Option<String> {
    let mut conditions: Vec<&Expr> = did.query.condition.as_deref().into_iter().collect();
    let steps = did.steps.iter().filter(|step| step.negated.is_none());
    conditions.extend(steps.filter_map(|step| step.query.condition.as_deref()));
    let mut text = String::new();
    let mut at = expr.span.start;
    for condition in conditions {
        text.push_str(site.text(Span::new(at, condition.span.start)));
        text.push_str(&settled(site, condition)?.text);
        at = condition.span.end;
    }
    text.push_str(site.text(Span::new(at, expr.span.end)));
    Some(text)
}

/// Whether nothing in a condition may be missing.
pub(super) fn is_settled(site: &Site<'_>, expr: &Expr) -> bool {
    settled(site, expr).is_some_and(|piece| piece.text == site.text(bare(expr).span))
}

/// The same condition, in which every comparison says that what it compares is known.
pub(super) fn settled(site: &Site<'_>, expr: &Expr) -> Option<Piece> {
    match &expr.kind {
        ExprKind::Paren(inner) => {
            let settled = settled(site, inner)?;
            let same = settled.text == site.text(inner.span);
            Some(if same { site.piece(expr) } else { settled })
        }
        ExprKind::And(operands) => {
            let parts = each(operands, |operand| settled(site, operand))?;
            Some(kept(
                site,
                expr,
                operands,
                &parts,
                joined(&parts, " and ", AND),
            ))
        }
        ExprKind::Or(operands) => {
            let parts = each(operands, |operand| settled(site, operand))?;
            Some(kept(
                site,
                expr,
                operands,
                &parts,
                joined(&parts, " or ", OR),
            ))
        }
        ExprKind::Compare { left, right, .. } => and_known(site, &[left, right], expr),
        ExprKind::Between {
            operand, low, high, ..
        } => and_known(site, &[operand, low, high], expr),
        ExprKind::In {
            operand: Some(operand),
            ..
        }
        | ExprKind::InWindow { operand, .. } => and_known(site, &[operand], expr),
        ExprKind::ContainsSet { left, .. } => and_known(site, &[left], expr),
        ExprKind::Did(did) if did.negated.is_none() => {
            let text = settled_did(site, expr, did)?;
            Some(Piece::new(text, level(expr)))
        }
        ExprKind::Quantifier {
            all: false,
            condition: Some(condition),
            ..
        } => {
            let inner = settled(site, condition)?;
            let before = site.text(Span::new(expr.span.start, condition.span.start));
            let behind = site.text(Span::new(condition.span.end, expr.span.end));
            Some(Piece::new(format!("{before}{}{behind}", inner.text), LOOSE))
        }
        // Under `not` and in what decides by not matching, everything is settled already.
        _ => Some(site.piece(expr)),
    }
}

/// A chain as it is written where settling changed nothing in it.
fn kept(site: &Site<'_>, expr: &Expr, operands: &[Expr], parts: &[Piece], changed: Piece) -> Piece {
    let same = |(operand, part): (&Expr, &Piece)| part.text == site.text(operand.span);
    if operands.iter().zip(parts).all(same) {
        site.piece(expr)
    } else {
        changed
    }
}

fn and_known(site: &Site<'_>, operands: &[&Expr], expr: &Expr) -> Option<Piece> {
    let open = open_operands(site, operands)?;
    if open.is_empty() {
        return Some(site.piece(expr));
    }
    let asked = open.iter().map(|text| format!("{text} is known and "));
    let text = asked.collect::<String>() + site.text(expr.span);
    Some(Piece::new(text, AND))
}

pub(super) fn each(
    operands: &[Expr],
    turn: impl FnMut(&Expr) -> Option<Piece>,
) -> Option<Vec<Piece>> {
    operands.iter().map(turn).collect()
}

/// Operands joined by a word of this level; chains of the same word stay flat.
pub(super) fn joined(operands: &[Piece], word: &str, level: u8) -> Piece {
    let texts: Vec<String> = operands.iter().map(|piece| piece.at(level)).collect();
    Piece::new(texts.join(word), level)
}
