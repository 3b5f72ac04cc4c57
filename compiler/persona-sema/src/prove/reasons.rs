//! Why conditions never hold together: the few of them that do not, found by leaving out the others one by one, and by
//! opening references to other declarations.

use persona_base::Span;

use super::build::{Body, BodyKind, Builder, FrameId};
use super::lint::MAX_OPERANDS;
use super::solve::Solver;
use super::term::Formula;
use crate::{Expr, ExprKind, Op};

/// A condition that has to hold, or not to.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) expr: &'a Expr,
    pub(super) frame: FrameId,
    pub(super) yes: bool,
    /// Where it is written, with the `not` before it.
    pub(super) span: Span,
    /// Whether what is written there has to hold.
    pub(super) said: bool,
}

impl<'a> Item<'a> {
    /// A condition as it is written.
    pub(super) fn new(expr: &'a Expr, frame: FrameId, yes: bool) -> Self {
        Self {
            expr,
            frame,
            yes,
            span: expr.span,
            said: yes,
        }
    }
}

/// What has to hold for a conjunction to hold, each on its own.
pub(super) fn flatten<'a>(item: Item<'a>, items: &mut Vec<Item<'a>>) {
    match &item.expr.kind {
        ExprKind::Op(Op::And, operands) if item.yes => {
            operands
                .iter()
                .for_each(|expr| flatten(Item::new(expr, item.frame, item.yes), items));
        }
        ExprKind::Op(Op::Or, operands) if !item.yes => {
            operands
                .iter()
                .for_each(|expr| flatten(Item::new(expr, item.frame, item.yes), items));
        }
        ExprKind::Op(Op::Not, operands) => match operands.as_slice() {
            [expr] => flatten(
                Item {
                    expr,
                    yes: !item.yes,
                    ..item
                },
                items,
            ),
            _ => items.push(item),
        },
        _ => items.push(item),
    }
}

/// What a reference stands for.
pub(super) fn opened<'a>(builder: &mut Builder<'a, '_>, item: Item<'a>) -> Option<Vec<Item<'a>>> {
    let mut items = Vec::new();
    match &item.expr.kind {
        ExprKind::Segment(name, args) => {
            let body: Body<'a> = builder.body(item.frame, name)?;
            let BodyKind::Segment(expr) = body.kind else {
                return None;
            };
            let frame = builder.call(item.frame, body, args)?;
            flatten(Item::new(expr, frame, item.yes), &mut items);
        }
        ExprKind::Trait(..) => {
            let (expr, frame) = builder.resolve(item.expr, item.frame);
            if std::ptr::eq(expr, item.expr) {
                return None;
            }
            flatten(Item::new(expr, frame, item.yes), &mut items);
        }
        _ => return None,
    }
    Some(items)
}

pub(super) fn together_never<'a>(builder: &mut Builder<'a, '_>, items: &[Item<'a>]) -> bool {
    builder.refill();
    let formulas: Vec<Formula> = items
        .iter()
        .map(|item| builder.formula(item.expr, item.frame, item.yes))
        .collect();
    let all: Vec<&Formula> = formulas.iter().collect();
    Solver::new(&builder.terms).never(&all)
}

/// As few of these as still never hold together.
pub(super) fn least<'a>(builder: &mut Builder<'a, '_>, mut items: Vec<Item<'a>>) -> Vec<Item<'a>> {
    if items.len() > MAX_OPERANDS {
        return items;
    }
    let mut at = 0;
    while at < items.len() && items.len() > 1 {
        let taken = items.remove(at);
        if !together_never(builder, &items) {
            items.insert(at, taken);
            at += 1;
        }
    }
    items
}
