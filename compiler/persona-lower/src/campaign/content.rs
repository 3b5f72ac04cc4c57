//! Contents: texts taken apart, so that whoever prints them knows the type of every value and what is HTML.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::campaign::{
    Content, ContentId, ContentParam, Fill, Localized, Skip, SlotDef, TemplateId, TextPart, Variant,
};
use persona_ir::{Const, NodeId, Ty};
use persona_sema::{BinderId, Expr, ExprKind, Part, SlotValue, TypeKind};

use super::condition;
use crate::TooLarge;
use crate::body::Body;
use crate::explain::Budget;
use crate::frame::Given;
use crate::program::{Args, Program};
use crate::{schema, source};

/// All contents.
pub(super) fn contents(
    program: &mut Program<'_>,
    budget: &mut Budget,
) -> Result<IndexVec<ContentId, Content>, TooLarge> {
    let checked = program.checked;
    let lower = |def| content(program, def, budget);
    checked.contents.iter().map(lower).collect()
}

fn content(
    program: &mut Program<'_>,
    def: &persona_sema::Content,
    budget: &mut Budget,
) -> Result<Content, TooLarge> {
    let params = params(program, def);
    let name = &def.name;
    let fill_slot = |program: &mut Program<'_>, slot: u32, value: &SlotValue| {
        let ty = &def.slots[slot as usize].ty;
        program.resolve_with(|program| {
            let mut body = Body::new(program, name.clone(), Args::from([]), 0);
            filling(&mut body, value, &ty.kind)
        })
    };
    let mut slots = Vec::with_capacity(def.slots.len());
    for (index, slot) in (0_u32..).zip(&def.slots) {
        let default = slot.default.clone().map(SlotValue::Expr);
        slots.push(SlotDef {
            name: slot.name.clone(),
            ty: schema::ty(&slot.ty.kind),
            html: slot.ty.kind == TypeKind::Html,
            optional: slot.ty.optional,
            default: default
                .map(|value| fill_slot(program, index, &value))
                .transpose()?,
        });
    }
    let skips = def.skips.iter().map(|skip| {
        Ok(Skip {
            condition: condition(program, name, def.origin, &skip.condition, budget)?,
            reason: skip.reason.clone(),
        })
    });
    let skips = skips.collect::<Result<_, _>>()?;
    let mut variants = Vec::with_capacity(def.variants.len());
    for variant in &def.variants {
        let when = variant.condition.as_ref();
        let when = when.map(|when| condition(program, name, def.origin, when, budget));
        let mut fill_all = |slots: &[(u32, SlotValue)]| {
            let slots = slots.iter();
            let filled = slots.map(|(slot, value)| Ok((*slot, fill_slot(program, *slot, value)?)));
            filled.collect::<Result<Vec<_>, TooLarge>>()
        };
        let filled = fill_all(&variant.slots)?;
        let locales = variant.locales.iter().map(|of| {
            Ok(Localized {
                tag: of.tag.clone(),
                slots: fill_all(&of.slots)?,
            })
        });
        variants.push(Variant {
            name: variant.name.clone(),
            locales: locales.collect::<Result<_, TooLarge>>()?,
            condition: when.transpose()?,
            slots: filled,
            span: variant.span.offset(def.origin.span.start),
        });
    }
    Ok(Content {
        name: name.clone(),
        title: def.title.clone(),
        place: source::place(def.origin),
        params,
        frame: std::mem::take(&mut program.frame).finish(),
        slots,
        skips,
        variants,
    })
}

/// The parameters, which the frame is given.
fn params(program: &mut Program<'_>, def: &persona_sema::Content) -> Vec<ContentParam> {
    let mut params = Vec::with_capacity(def.params.len());
    for (index, param) in (0_u32..).zip(&def.params) {
        let (given, lowered) = if let TypeKind::EventRecord(events) = &param.ty.kind {
            let kinds: Arc<[_]> = events.iter().copied().map(schema::kind).collect();
            let given = Given::Event {
                kinds: kinds.clone(),
                perhaps: param.ty.optional,
                param: Some(index),
            };
            (given, (None, kinds.to_vec()))
        } else {
            let ty = schema::ty(&param.ty.kind);
            let given = Given::Values {
                values: vec![(param.name.clone(), ty.clone(), param.ty.optional)],
                param: Some(index),
            };
            (given, (Some(ty), Vec::new()))
        };
        program.frame.give(BinderId(index), given);
        let (ty, kinds) = lowered;
        let constant = |value| ty.as_ref().map(|ty| schema::constant(value, ty));
        params.push(ContentParam {
            name: param.name.clone(),
            kinds: kinds.into(),
            optional: param.ty.optional,
            default: param.default.as_ref().and_then(constant),
            ty,
        });
    }
    params
}

fn filling(body: &mut Body<'_, '_>, value: &SlotValue, ty: &TypeKind) -> Fill {
    match value {
        SlotValue::Expr(expr) => fill(body, expr, ty),
        SlotValue::Template { read, .. } => {
            let read = read
                .as_ref()
                .expect("templates that nobody has read are refused before they are lowered");
            let mut all = body.program.checked.templates().zip(0..);
            let found = all.find(|(other, _)| Arc::ptr_eq(other, read));
            let (_, number) = found.expect("a content's template is one of the package's");
            Fill::Template {
                template: TemplateId(number),
                roots: read.roots.iter().map(|root| body.expr(root)).collect(),
            }
        }
    }
}

fn fill(body: &mut Body<'_, '_>, expr: &Expr, ty: &TypeKind) -> Fill {
    if !ty.is_text() {
        return Fill::Value(body.expr_as(expr, &schema::ty(ty)));
    }
    match &expr.kind {
        ExprKind::If(arms, other) => {
            let arms = arms.iter();
            let arms = arms.map(|(when, then)| (body.condition(when), fill(body, then, ty)));
            let arms = arms.collect();
            Fill::Choose(arms, Box::new(fill(body, other, ty)))
        }
        ExprKind::Match(value, arms, other) => {
            let node = body.expr(value);
            let mut lowered: Vec<(NodeId, Fill)> = arms
                .iter()
                .map(|(patterns, then)| {
                    (
                        body.matches_any(value, node, patterns),
                        fill(body, then, ty),
                    )
                })
                .collect();
            let other = match other {
                Some(other) => fill(body, other, ty),
                None => lowered.pop().expect("an exhaustive `match` has arms").1,
            };
            Fill::Choose(lowered, Box::new(other))
        }
        _ => Fill::Text(parts(body, expr)),
    }
}

fn parts(body: &mut Body<'_, '_>, expr: &Expr) -> Vec<TextPart> {
    match &expr.kind {
        ExprKind::Interpolate(parts) => parts
            .iter()
            .filter_map(|part| match part {
                Part::Text(text) if text.is_empty() => None,
                Part::Text(text) => Some(TextPart::Text(text.clone())),
                Part::Value(value, format) => Some(shown(body, value, format.clone())),
            })
            .collect(),
        _ => {
            let part = shown(body, expr, None);
            match part {
                // What is written out is HTML already.
                TextPart::Value { node, format: None } => match body.program.graph.as_const(node) {
                    Some(Const::Str(text)) => vec![TextPart::Text(text.clone())],
                    _ => vec![part],
                },
                part => vec![part],
            }
        }
    }
}

/// A value in a text. What is HTML by its type is not escaped again.
fn shown(body: &mut Body<'_, '_>, value: &Expr, format: Option<Arc<str>>) -> TextPart {
    let html = value.ty.kind == TypeKind::Html;
    let node = body.expr(value);
    debug_assert!(!html || body.program.graph.ty(node) == Ty::Str);
    TextPart::Value {
        node,
        format: format.or_else(|| html.then(|| Arc::from("raw"))),
    }
}
