//! From what is asked about to the condition that is counted.

use std::sync::Arc;

use persona_base::Span;
use persona_sema::{
    Checked, Const, Content, Expr, ExprKind, Op, Place, Trait, Trigger, TriggerStart, TypeKind,
};

use super::count::{Condition, made};
use super::{LiveAsk, LivePart, NoAnswer};

/// What is asked.
pub(super) struct Question {
    /// What is counted.
    pub(super) condition: Condition,
    /// The condition as it is written, where one is: what its parts are found in.
    pub(super) written: Option<Expr>,
}

impl Question {
    /// What an ask means in a program.
    pub(super) fn of(checked: &Checked, ask: &LiveAsk) -> Result<Self, NoAnswer> {
        let name = &ask.declaration;
        let question = match ask.part {
            LivePart::Whole => whole(checked, name),
            LivePart::Stage(stage) => stage_of(checked, name, stage),
            LivePart::Variant(variant) => variant_of(checked, name, variant),
            LivePart::Condition(span) => condition_of(checked, name, span),
        };
        let question = question.unwrap_or_else(|| {
            Err(format!(
                "`{name}` cannot be counted while something that it rests on is broken"
            ))
        })?;
        if question.condition.expr.is_closed() {
            Ok(question)
        } else {
            Err(
                "whom this holds for depends on what happened before it, or on arguments"
                    .to_owned(),
            )
        }
    }

    fn new(expr: Expr, origin: Place, written: Option<Expr>) -> Self {
        Self {
            condition: Condition { expr, origin },
            written,
        }
    }
}

type Found = Option<Result<Question, NoAnswer>>;

fn parameters(name: &str) -> Result<Question, NoAnswer> {
    Err(format!("whom `{name}` holds for depends on its arguments"))
}

fn whole(checked: &Checked, name: &Arc<str>) -> Found {
    if let Some(one) = checked.segments.iter().find(|one| one.name == *name) {
        if !one.params.is_empty() {
            return Some(parameters(name));
        }
        let expr = made(ExprKind::Segment(Arc::clone(name), Vec::new()));
        return Some(Ok(Question::new(expr, one.origin, Some(one.body.clone()))));
    }
    let one = checked.traits.iter().find(|one| one.name == *name)?;
    if !one.params.is_empty() {
        return Some(parameters(name));
    }
    Some(Ok(Question::new(known(one), one.origin, None)))
}

/// Whether a trait is true; of one that is neither true nor false, whether it is known.
fn known(one: &Trait) -> Expr {
    let value = Expr {
        ty: one.ty.clone(),
        ..made(ExprKind::Trait(Arc::clone(&one.name), Vec::new()))
    };
    let is_bool = matches!(one.ty.kind, TypeKind::Bool);
    match (is_bool, one.ty.optional) {
        (true, false) => value,
        (true, true) => {
            let no = made(ExprKind::Const(Const::Bool(false)));
            made(ExprKind::Op(Op::Coalesce, vec![value, no]))
        }
        (false, true) => made(ExprKind::Op(Op::Known, vec![value])),
        (false, false) => made(ExprKind::Const(Const::Bool(true))),
    }
}

fn stage_of(checked: &Checked, name: &Arc<str>, stage: u32) -> Found {
    let one = checked.partitions.iter().find(|one| one.name == *name)?;
    let written = one.conditions.get(stage as usize).cloned();
    if stage as usize > one.conditions.len() {
        return None;
    }
    let expr = made(ExprKind::Stage(Arc::clone(name), stage));
    Some(Ok(Question::new(expr, one.origin, written)))
}

fn variant_of(checked: &Checked, name: &Arc<str>, variant: u32) -> Found {
    let one = checked.contents.iter().find(|one| one.name == *name)?;
    let (before, after) = one.variants.split_at_checked(variant as usize)?;
    let own = after.first()?.condition.clone();
    let not = |condition: &Expr| made(ExprKind::Op(Op::Not, vec![condition.clone()]));
    let before = before.iter().filter_map(|one| one.condition.as_ref());
    let all: Vec<Expr> = before.map(not).chain(own.clone()).collect();
    Some(Ok(Question::new(joined(Op::And, all), one.origin, own)))
}

fn condition_of(checked: &Checked, name: &Arc<str>, span: Span) -> Found {
    let (roots, origin) = roots(checked, name)?;
    let found = roots.into_iter().find_map(|root| at(root, span))?;
    if !matches!(found.ty.kind, TypeKind::Bool) || found.ty.optional {
        return Some(Err("only what is a yes or a no is counted".to_owned()));
    }
    Some(Ok(Question::new(
        found.clone(),
        origin,
        Some(found.clone()),
    )))
}

/// The conditions of a declaration, and where it stands.
fn roots<'c>(checked: &'c Checked, name: &Arc<str>) -> Option<(Vec<&'c Expr>, Place)> {
    if let Some(one) = checked.segments.iter().find(|one| one.name == *name) {
        return Some((vec![&one.body], one.origin));
    }
    if let Some(one) = checked.traits.iter().find(|one| one.name == *name) {
        return Some((vec![&one.body], one.origin));
    }
    if let Some(one) = checked.partitions.iter().find(|one| one.name == *name) {
        return Some((one.conditions.iter().collect(), one.origin));
    }
    if let Some(one) = checked.triggers.iter().find(|one| one.name == *name) {
        return Some((of_trigger(one), one.origin));
    }
    let one = checked.contents.iter().find(|one| one.name == *name)?;
    Some((of_content(one), one.origin))
}

fn of_trigger(one: &Trigger) -> Vec<&Expr> {
    let start = match &one.start {
        TriggerStart::Membership { of, .. } => Some(of),
        TriggerStart::Change { condition, .. } => condition.as_ref(),
        TriggerStart::Event(_)
        | TriggerStart::Inactivity { .. }
        | TriggerStart::Anniversary { .. }
        | TriggerStart::Every { .. } => None,
    };
    let all = start.into_iter().chain(&one.condition);
    all.chain(&one.stop_when).collect()
}

fn of_content(one: &Content) -> Vec<&Expr> {
    let variants = one.variants.iter();
    variants.filter_map(|one| one.condition.as_ref()).collect()
}

/// The outermost part of an expression with this span.
fn at(expr: &Expr, span: Span) -> Option<&Expr> {
    if expr.span == span {
        return Some(expr);
    }
    expr.parts().into_iter().find_map(|part| at(part, span))
}

/// Some conditions joined; of none, what joins nothing.
pub(super) fn joined(op: Op, mut all: Vec<Expr>) -> Expr {
    match all.len() {
        0 => made(ExprKind::Const(Const::Bool(op == Op::And))),
        1 => all.remove(0),
        _ => made(ExprKind::Op(op, all)),
    }
}
