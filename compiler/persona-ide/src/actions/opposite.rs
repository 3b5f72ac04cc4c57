//! The opposite of a condition: true exactly where it is false, for everybody.
//!
//! A comparison with a missing value is false (SEMANTICS §3), so its opposite is true there: the opposite of `age > 3` is
//! `age is missing or age <= 3` where `age` may be missing, and `age <= 3` where it is known. What may be missing is what the
//! check of the declaration found, after narrowing; where it found nothing, no opposite is given.

use persona_sema::TypeKind;
use persona_syntax::ast::{CompareOp, Did, Expr, ExprKind, Literal};

use super::settled::{each, is_settled, joined, open_operands, settled, settled_did};
use super::site::Site;
use super::written::{ADD, AND, COMPARE, NOT, OR, Piece, bare, level, needed, short};
use super::{Action, Kind};

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
            ty.is_some_and(|ty| ty.kind == TypeKind::Bool && !ty.optional)
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
        ExprKind::In {
            operand: None,
            negated: already,
            set,
            ..
        } => {
            let asked = if *already { "in" } else { "not in" };
            let text = format!("{asked} {}", site.text(set.span));
            Some(Piece::new(text, COMPARE))
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
            let turned = || Piece::new(format!("not ({})", site.text(expr.span)), NOT);
            is_condition(site, expr).then(turned)
        }
        ExprKind::Literal(Literal::Bool(yes)) => Some(Piece::new((!yes).to_string(), COMPARE)),
        _ => opposite_comparison(site, expr),
    }
}

/// The opposite of what compares values, which may be missing.
fn opposite_comparison(site: &Site<'_>, expr: &Expr) -> Option<Piece> {
    let text = |part: &Expr| site.text(part.span);
    let (operands, turned): (Vec<&Expr>, String) = match &expr.kind {
        ExprKind::Compare {
            op, left, right, ..
        } => {
            let turned = match turned_operator(*op) {
                Some(sign) => format!("{} {sign} {}", text(left), text(right)),
                None => String::new(),
            };
            (vec![left, right], turned)
        }
        ExprKind::Between {
            negated: already,
            operand,
            low,
            high,
            ..
        } => {
            let plain = format!("{} between {} and {}", text(operand), text(low), text(high));
            (
                vec![operand, low, high],
                if *already { plain } else { String::new() },
            )
        }
        ExprKind::In {
            negated: already,
            operand: Some(operand),
            set,
            ..
        } => {
            let asked = if *already { "in" } else { "not in" };
            let turned = format!("{} {asked} {}", text(operand), text(set));
            (vec![operand], turned)
        }
        ExprKind::InWindow {
            negated: already,
            operand,
            window,
        } => {
            let plain = format!("{} {}", text(operand), site.text(window.span));
            (vec![operand], if *already { plain } else { String::new() })
        }
        ExprKind::ContainsSet {
            negated: already,
            left,
            all,
            right,
            ..
        } => {
            let which = if *all { "all" } else { "any" };
            let plain = format!("{} contains {which} {}", text(left), text(right));
            (vec![left], if *already { plain } else { String::new() })
        }
        _ => return None,
    };
    // What has no opposite operator gets a `not`.
    let turned = match turned.is_empty() {
        true => negated(site, expr),
        false => Piece::new(turned, COMPARE),
    };
    let open = open_operands(site, &operands)?;
    if open.is_empty() {
        return Some(turned);
    }
    let asked = open.iter().map(|text| format!("{text} is missing or "));
    Some(Piece::new(asked.collect::<String>() + &turned.at(OR), OR))
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

/// `did Q` and `did not Q`. What is asked of the events is settled first: an event without the value is not one of them.
fn opposite_did(site: &Site<'_>, expr: &Expr, did: &Did) -> Option<Piece> {
    let settled = settled_did(site, expr, did)?;
    let level = level(expr);
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
