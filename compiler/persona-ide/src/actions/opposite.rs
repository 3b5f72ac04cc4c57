//! The opposite of a condition: true exactly where it is false, for everybody.
//!
//! A comparison with a missing value is false (SEMANTICS §3), so its opposite is true there: the opposite of `age > 3` is
//! `age is missing or age <= 3` where `age` may be missing, and `age <= 3` where it is known. What may be missing is what the
//! check of the declaration found, after narrowing; where it found nothing, no opposite is given.

use persona_syntax::ast::{CompareOp, Did, Expr, ExprKind};

use super::site::Site;
use super::written::{ADD, AND, COMPARE, LOOSE, NOT, OR, Piece, bare, needed, short};
use super::{Action, Kind};
use persona_base::Span;

/// Turning conditions around, and moving `not` inwards; swapping the branches of an `if`.
pub(super) fn actions(site: &Site<'_>, found: &mut Vec<Action>) {
    say_the_opposite(site, found);
    without_not(site, found);
    swap_branches(site, found);
}

fn say_the_opposite(site: &Site<'_>, found: &mut Vec<Action>) {
    let Some(index) = site.innermost(|expr| is_condition(site, expr)) else {
        return;
    };
    let expr = &site.chain[index];
    let parent = site.chain.get(index + 1);
    // `x is known` and the value it is about are asked as one.
    if parent.is_some_and(|parent| !may_hold_condition(parent, expr)) {
        return;
    }
    let plain = opposite(site, expr);
    let negated = Piece::new(format!("not {}", site.piece(expr).at(COMPARE)), NOT);
    for piece in plain
        .into_iter()
        .chain(is_settled(site, expr).then_some(negated))
    {
        let title = format!("Say the opposite: `{}`", short(&piece.text));
        let text = piece.at(needed(parent, expr));
        if let Some(edits) = site.sure(vec![site.edit(expr.span, text)]) {
            found.push(Action::rewrite(title, Kind::Rewrite, edits));
            return;
        }
    }
}

/// `not (a and b)` is `not a or not b`, and so on: the same in other words.
fn without_not(site: &Site<'_>, found: &mut Vec<Action>) {
    let is_negated = |expr: &Expr| match &expr.kind {
        ExprKind::Not { count, operand, .. } => {
            count % 2 == 1 && matches!(bare(operand).kind, ExprKind::And(_) | ExprKind::Or(_))
        }
        _ => false,
    };
    let Some(index) = site.innermost(is_negated) else {
        return;
    };
    let expr = &site.chain[index];
    let ExprKind::Not { operand, .. } = &expr.kind else {
        return;
    };
    let Some(piece) = opposite(site, operand) else {
        return;
    };
    let title = format!("Move `not` inwards: `{}`", short(&piece.text));
    let edit = site.edit(expr.span, piece.at(site.needed(index)));
    if let Some(edits) = site.sure(vec![edit]) {
        found.push(Action::rewrite(title, Kind::Rewrite, edits));
    }
}

/// `if c then a else b` is `if not c then b else a`.
fn swap_branches(site: &Site<'_>, found: &mut Vec<Action>) {
    let is_if = |expr: &Expr| matches!(&expr.kind, ExprKind::If { arms, .. } if arms.len() == 1);
    let Some(index) = site.innermost(is_if) else {
        return;
    };
    let ExprKind::If { arms, otherwise } = &site.chain[index].kind else {
        return;
    };
    let [(condition, result)] = &arms[..] else {
        return;
    };
    let Some(turned) = opposite(site, condition) else {
        return;
    };
    let edits = vec![
        site.edit(condition.span, turned.text),
        site.edit(result.span, site.piece(otherwise).at(OR)),
        site.edit(otherwise.span, site.piece(result).at(OR)),
    ];
    if let Some(edits) = site.sure(edits) {
        found.push(Action::rewrite(
            "Turn the condition around and swap the branches",
            Kind::Rewrite,
            edits,
        ));
    }
}

/// Whether an expression is a yes or a no in its own right.
fn is_condition(site: &Site<'_>, expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Not { .. }
        | ExprKind::Compare { .. }
        | ExprKind::IsKnown { .. }
        | ExprKind::Between { .. }
        | ExprKind::In { .. }
        | ExprKind::InWindow { .. }
        | ExprKind::ContainsSet { .. }
        | ExprKind::Did(_)
        | ExprKind::Quantifier { .. } => true,
        ExprKind::Name(_)
        | ExprKind::Postfix { .. }
        | ExprKind::Call { .. }
        | ExprKind::Coalesce(_)
        | ExprKind::If { .. }
        | ExprKind::Match { .. } => {
            let ty = site.ty(expr);
            ty.is_some_and(|ty| ty.kind == persona_sema::TypeKind::Bool && !ty.optional)
        }
        _ => false,
    }
}

/// Whether what stands there in `parent` is a condition, and not a value that `parent` asks about.
fn may_hold_condition(parent: &Expr, child: &Expr) -> bool {
    match &parent.kind {
        ExprKind::Compare { .. }
        | ExprKind::IsKnown { .. }
        | ExprKind::Between { .. }
        | ExprKind::In { .. }
        | ExprKind::InWindow { .. }
        | ExprKind::ContainsSet { .. }
        | ExprKind::Coalesce(_)
        | ExprKind::Postfix { .. }
        | ExprKind::List(_)
        | ExprKind::Str(_)
        | ExprKind::Call { .. } => false,
        ExprKind::Quantifier { list, .. } => list.span != child.span,
        _ => true,
    }
}

/// The opposite of a condition; none where nobody can tell what may be missing.
pub(super) fn opposite(site: &Site<'_>, expr: &Expr) -> Option<Piece> {
    match &expr.kind {
        ExprKind::Paren(inner) => opposite(site, inner),
        ExprKind::Not { count, operand, .. } if count % 2 == 1 => Some(site.piece(bare(operand))),
        ExprKind::Not { operand, .. } => opposite(site, operand),
        ExprKind::And(operands) => {
            let turned = each(operands, |operand| opposite(site, operand))?;
            Some(joined(&turned, " or ", OR))
        }
        ExprKind::Or(operands) => {
            let turned = each(operands, |operand| opposite(site, operand))?;
            Some(joined(&turned, " and ", AND))
        }
        ExprKind::IsKnown { known, operand, .. } => {
            let asked = if *known { "is missing" } else { "is known" };
            let text = format!("{} {asked}", site.piece(operand).at(ADD));
            Some(Piece::new(text, COMPARE))
        }
        ExprKind::Compare {
            op, left, right, ..
        } => {
            let turned = match turned_operator(*op) {
                Some(sign) => {
                    let (left, right) = (site.text(left.span), site.text(right.span));
                    Piece::new(format!("{left} {sign} {right}"), COMPARE)
                }
                None => negated(site, expr),
            };
            or_missing(site, &[left, right], turned)
        }
        ExprKind::Between {
            negated: already,
            operand,
            op_span,
            low,
            high,
        } => {
            let turned = if *already {
                let (low, high) = (site.text(low.span), site.text(high.span));
                let operand = site.text(operand.span);
                Piece::new(format!("{operand} between {low} and {high}"), COMPARE)
            } else {
                debug_assert!(!op_span.is_empty());
                negated(site, expr)
            };
            or_missing(site, &[operand, low, high], turned)
        }
        ExprKind::In {
            negated: already,
            operand,
            set,
            ..
        } => {
            let asked = if *already { "in" } else { "not in" };
            let set_text = site.text(set.span);
            match operand {
                None => Some(Piece::new(format!("{asked} {set_text}"), COMPARE)),
                Some(operand) => {
                    let text = format!("{} {asked} {set_text}", site.text(operand.span));
                    or_missing(site, &[operand], Piece::new(text, COMPARE))
                }
            }
        }
        ExprKind::InWindow {
            negated: already,
            operand,
            window,
        } => {
            let turned = if *already {
                let text = format!("{} {}", site.text(operand.span), site.text(window.span));
                Piece::new(text, COMPARE)
            } else {
                negated(site, expr)
            };
            or_missing(site, &[operand], turned)
        }
        ExprKind::ContainsSet {
            negated: already,
            left,
            all,
            right,
            ..
        } => {
            let turned = if *already {
                let which = if *all { "all" } else { "any" };
                let (left, right) = (site.text(left.span), site.text(right.span));
                Piece::new(format!("{left} contains {which} {right}"), COMPARE)
            } else {
                negated(site, expr)
            };
            or_missing(site, &[left], turned)
        }
        ExprKind::Did(did) => opposite_did(site, expr, did),
        ExprKind::Quantifier { .. } => {
            let settled = settled(site, expr)?;
            Some(Piece::new(format!("not ({})", settled.text), NOT))
        }
        ExprKind::Name(_) | ExprKind::Postfix { .. } | ExprKind::Call { .. } => {
            is_condition(site, expr).then(|| negated(site, expr))
        }
        ExprKind::Coalesce(_) | ExprKind::If { .. } | ExprKind::Match { .. } => {
            let ty = site.ty(expr)?;
            let is_bool = ty.kind == persona_sema::TypeKind::Bool && !ty.optional;
            is_bool.then(|| Piece::new(format!("not ({})", site.text(expr.span)), NOT))
        }
        ExprKind::Literal(persona_syntax::ast::Literal::Bool(yes)) => {
            Some(Piece::new((!yes).to_string(), COMPARE))
        }
        _ => None,
    }
}

fn each(operands: &[Expr], turn: impl FnMut(&Expr) -> Option<Piece>) -> Option<Vec<Piece>> {
    operands.iter().map(turn).collect()
}

/// Operands joined by a word of this level; chains of the same word stay flat.
fn joined(operands: &[Piece], word: &str, level: u8) -> Piece {
    let texts: Vec<String> = operands.iter().map(|piece| piece.at(level)).collect();
    Piece::new(texts.join(word), level)
}

fn negated(site: &Site<'_>, expr: &Expr) -> Piece {
    Piece::new(format!("not {}", site.piece(expr).at(COMPARE)), NOT)
}

/// The operator that holds where this one does not, when both operands are there.
fn turned_operator(op: CompareOp) -> Option<&'static str> {
    Some(match op {
        CompareOp::Eq => "!=",
        CompareOp::Ne => "==",
        CompareOp::Lt => ">=",
        CompareOp::Le => ">",
        CompareOp::Gt => "<=",
        CompareOp::Ge => "<",
        CompareOp::NotContains => "contains",
        CompareOp::NotStartsWith => "starts with",
        CompareOp::NotEndsWith => "ends with",
        CompareOp::NotMatches => "matches",
        CompareOp::EqFold
        | CompareOp::Contains
        | CompareOp::StartsWith
        | CompareOp::EndsWith
        | CompareOp::Matches
        | CompareOp::Before
        | CompareOp::After => return None,
    })
}

/// The opposite of a comparison, which also holds where an operand is missing.
fn or_missing(site: &Site<'_>, operands: &[&Expr], turned: Piece) -> Option<Piece> {
    let open = open_operands(site, operands)?;
    if open.is_empty() {
        return Some(turned);
    }
    let asked = open.iter().map(|text| format!("{text} is missing or "));
    Some(Piece::new(asked.collect::<String>() + &turned.at(OR), OR))
}

/// The operands that may be missing, as text to ask about; none where that is not known of one.
fn open_operands(site: &Site<'_>, operands: &[&Expr]) -> Option<Vec<String>> {
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

/// `did Q` and `did not Q`. What is asked of the events is settled first: an event without the value is not one of them.
fn opposite_did(site: &Site<'_>, expr: &Expr, did: &Did) -> Option<Piece> {
    let settled = settled_did(site, expr, did)?;
    let level = super::written::level(expr);
    if let Some(not) = did.negated {
        let before = (not.start - expr.span.start) as usize;
        let query = (did.query.span.start - expr.span.start) as usize;
        // Conditions stand behind the first kind, so these places are where they were.
        let text = format!("{}{}", &settled[..before], &settled[query..]);
        return Some(Piece::new(text, level));
    }
    let is_plain = did.times.is_none()
        && did.per.is_none()
        && did.regular.is_none()
        && did.steps.is_empty()
        && !did.latest;
    if is_plain {
        let query = (did.query.span.start - expr.span.start) as usize;
        let text = format!("{}not {}", &settled[..query], &settled[query..]);
        return Some(Piece::new(text, level));
    }
    Some(Piece::new(format!("not ({settled})"), NOT))
}

/// A `did` in which every condition says that what it compares is known.
fn settled_did(site: &Site<'_>, expr: &Expr, did: &Did) -> Option<String> {
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
fn is_settled(site: &Site<'_>, expr: &Expr) -> bool {
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
            Some(Piece::new(text, super::written::level(expr)))
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
