//! `if x == a then … else …`, and the `match` that says the same.

use persona_syntax::ast::{CompareOp, Expr, ExprKind, MatchArm, Pattern};

use super::site::Site;
use super::written::{ADD, ATOM, LOOSE, OR, Piece, bare};
use super::{Action, Kind};

/// From one form to the other.
pub(super) fn actions(site: &Site<'_>, found: &mut Vec<Action>) {
    to_match(site, found);
    to_if(site, found);
}

fn to_match(site: &Site<'_>, found: &mut Vec<Action>) {
    let Some(index) = site.innermost(|expr| matches!(expr.kind, ExprKind::If { .. })) else {
        return;
    };
    let expr = &site.chain[index];
    let ExprKind::If { arms, otherwise } = &expr.kind else {
        return;
    };
    let mut subject: Option<&str> = None;
    let mut written = Vec::new();
    for (condition, result) in arms {
        let Some((asked, patterns)) = patterns_of(site, condition) else {
            return;
        };
        if *subject.get_or_insert(asked) != asked {
            return;
        }
        written.push(format!(
            "{} => {}",
            patterns.join(" or "),
            site.text(result.span)
        ));
    }
    let Some(subject) = subject else {
        return;
    };
    written.push(format!("otherwise => {}", site.text(otherwise.span)));
    let piece = Piece::new(
        format!("match {subject} {{ {} }}", written.join(", ")),
        LOOSE,
    );
    let edit = site.edit(expr.span, piece.at(site.needed(index).min(ADD)));
    if let Some(edits) = site.sure(vec![edit]) {
        found.push(Action::rewrite(
            format!("Write as `match {subject} {{ … }}`"),
            Kind::Rewrite,
            edits,
        ));
    }
}

/// What a condition compares with which constants: `x == a`, `x == a or x == b`.
fn patterns_of<'t>(site: &Site<'t>, condition: &Expr) -> Option<(&'t str, Vec<&'t str>)> {
    match &bare(condition).kind {
        ExprKind::Compare {
            op: CompareOp::Eq,
            left,
            right,
            ..
        } if is_pattern(right) => Some((site.text(left.span), vec![site.text(right.span)])),
        ExprKind::Or(operands) => {
            let mut subject = None;
            let mut patterns = Vec::new();
            for operand in operands {
                let (asked, more) = patterns_of(site, operand)?;
                if *subject.get_or_insert(asked) != asked {
                    return None;
                }
                patterns.extend(more);
            }
            Some((subject?, patterns))
        }
        _ => None,
    }
}

/// Whether this may be the pattern of an arm; whether a name is a value, the check says.
fn is_pattern(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) => true,
        ExprKind::Str(parts) => parts
            .iter()
            .all(|part| matches!(part, persona_syntax::ast::StrPart::Text(_))),
        _ => false,
    }
}

fn to_if(site: &Site<'_>, found: &mut Vec<Action>) {
    let Some(index) = site.innermost(|expr| matches!(expr.kind, ExprKind::Match { .. })) else {
        return;
    };
    let expr = &site.chain[index];
    let ExprKind::Match { subject, arms } = &expr.kind else {
        return;
    };
    let Some((last, first)) = arms.split_last().filter(|(_, first)| !first.is_empty()) else {
        return;
    };
    // An arm for what is missing has to be asked first, as nothing else may be asked before it is settled.
    let is_open = site.ty(subject).is_none_or(|ty| ty.optional);
    let asks_missing = |arm: &MatchArm| {
        let mut patterns = arm.patterns.iter();
        patterns.any(|pattern| matches!(pattern, Pattern::Missing(_)))
    };
    let (missing, rest): (Vec<&MatchArm>, Vec<&MatchArm>) =
        first.iter().partition(|arm| asks_missing(arm));
    if is_open && missing.is_empty() || asks_missing(last) {
        return;
    }
    let mut text = String::new();
    for arm in missing.into_iter().chain(rest) {
        let Some(condition) = condition_of(site, subject, arm) else {
            return;
        };
        let result = site.piece(&arm.result).at(OR);
        text.push_str(&format!("if {condition} then {result} else "));
    }
    text.push_str(&site.piece(&last.result).at(OR));
    let piece = Piece::new(text, LOOSE);
    let edit = site.edit(expr.span, piece.at(site.needed(index)));
    if let Some(edits) = site.sure(vec![edit]) {
        found.push(Action::rewrite(
            "Write as `if … then … else …`",
            Kind::Rewrite,
            edits,
        ));
    }
}

fn condition_of(site: &Site<'_>, subject: &Expr, arm: &MatchArm) -> Option<String> {
    let subject = site.piece(subject).at(ADD);
    let mut conditions = Vec::new();
    for pattern in &arm.patterns {
        conditions.push(match pattern {
            Pattern::Value(value) => {
                let value = Piece::new(site.text(value.span), ATOM);
                format!("{subject} == {}", value.at(ADD))
            }
            Pattern::Missing(_) => format!("{subject} is missing"),
            Pattern::Otherwise(_) => return None,
        });
    }
    Some(conditions.join(" or "))
}
