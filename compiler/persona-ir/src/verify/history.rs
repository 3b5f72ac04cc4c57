//! Types of what lists and histories give.

use super::result::{Given, Typer, has_equality, has_order, is_amount, wrong};
use super::{Broken, ascending};
use crate::{
    Agg, AggKind, Bound, KindId, ListAggKind, NegationMode, NodeId, Op, Query, Sequence, Ty,
};

/// Sizes, quantifiers and aggregates of lists.
pub(super) fn list(typer: Typer<'_>) -> Result<Given, Broken> {
    match &typer.node.op {
        Op::Size(list) => element(typer, *list).map(|_| (Ty::Int, typer.optional(*list))),
        Op::Has(list, value) => {
            let element = comparable(typer, *list)?;
            typer.of(*value, element).map(|_| (Ty::Bool, false))
        }
        Op::HasAny(list, values) | Op::HasAll(list, values) => {
            let element = comparable(typer, *list)?;
            typer.constants(values, element).map(|()| (Ty::Bool, false))
        }
        Op::AnyElem { list, body, .. } => {
            element(typer, *list)?;
            typer.condition(*body).map(|()| (Ty::Bool, false))
        }
        Op::AllElem { list, body, .. } => {
            element(typer, *list)?;
            if typer.optional(*list) {
                return Err(("missing", format!("the list %{} may be missing", list.0)));
            }
            typer.condition(*body).map(|()| (Ty::Bool, false))
        }
        Op::ListAgg {
            kind,
            list,
            filter,
            value,
            ..
        } => {
            element(typer, *list)?;
            filter.map_or(Ok(()), |filter| typer.condition(filter))?;
            list_aggregate(typer, *kind, typer.optional(*list), *value)
        }
        _ => wrong("it is no operation on lists"),
    }
}

fn element(typer: Typer<'_>, list: NodeId) -> Result<&Ty, Broken> {
    typer
        .ty(list)
        .element()
        .map_or_else(|| wrong(&format!("%{} is no list", list.0)), Ok)
}

fn comparable(typer: Typer<'_>, list: NodeId) -> Result<&Ty, Broken> {
    let element = element(typer, list)?;
    if has_equality(element) {
        Ok(element)
    } else {
        wrong("the elements are not compared")
    }
}

fn list_aggregate(
    typer: Typer<'_>,
    kind: ListAggKind,
    optional: bool,
    value: Option<NodeId>,
) -> Result<Given, Broken> {
    let value = value.map(|value| typer.ty(value));
    match (kind, value) {
        (ListAggKind::Count, None) => Ok((Ty::Int, optional)),
        (ListAggKind::Sum, Some(ty)) if is_number(ty) => Ok((ty.clone(), optional)),
        (ListAggKind::Avg, Some(ty)) if is_number(ty) => Ok((mean(ty), true)),
        (ListAggKind::Min | ListAggKind::Max, Some(ty)) if has_order(ty) => Ok((ty.clone(), true)),
        (ListAggKind::Distinct, Some(ty)) if has_equality(ty) => Ok((Ty::Int, optional)),
        _ => wrong("the aggregate's value is absent, or too much, or not of a type it takes"),
    }
}

fn is_number(ty: &Ty) -> bool {
    is_amount(ty) || *ty == Ty::Float
}

fn mean(ty: &Ty) -> Ty {
    if *ty == Ty::Int {
        Ty::Float
    } else {
        ty.clone()
    }
}

/// Aggregates over events.
pub(super) fn aggregate(typer: Typer<'_>, agg: &Agg) -> Result<Given, Broken> {
    query(typer, &agg.query)?;
    let value = agg.value.map(|value| typer.ty(value));
    match (&agg.kind, value) {
        (AggKind::Nth { n: 0, .. } | AggKind::UnitsHit { units: 0, .. }, _) => {
            wrong("it counts from 1")
        }
        (AggKind::Exists, None) => Ok((Ty::Bool, false)),
        (AggKind::Count | AggKind::UnitsHit { .. }, None) => Ok((Ty::Int, false)),
        (AggKind::Gap, None) => Ok((Ty::Duration, true)),
        (AggKind::Sum, Some(ty)) if is_number(ty) => Ok((ty.clone(), false)),
        (AggKind::Avg, Some(ty)) if is_number(ty) => Ok((mean(ty), true)),
        (AggKind::Min | AggKind::Max, Some(ty)) if has_order(ty) => Ok((ty.clone(), true)),
        (AggKind::Distinct | AggKind::MaxPerValue, Some(ty)) if has_equality(ty) => {
            Ok((Ty::Int, false))
        }
        (AggKind::MostCommon, Some(ty)) if has_equality(ty) => Ok((ty.clone(), true)),
        (AggKind::TopShare, Some(ty)) if has_equality(ty) => Ok((Ty::Float, true)),
        (AggKind::Share, Some(Ty::Bool)) => Ok((Ty::Float, true)),
        (AggKind::Nth { .. }, Some(ty)) => Ok((ty.clone(), true)),
        _ => wrong("the aggregate's value is absent, or too much, or not of a type it takes"),
    }
}

fn kinds(kinds: &[KindId]) -> Result<(), Broken> {
    if kinds.is_empty() || !ascending(kinds) {
        return Err((
            "sorted",
            "the kinds are not one or more in ascending order".to_owned(),
        ));
    }
    Ok(())
}

fn query(typer: Typer<'_>, query: &Query) -> Result<(), Broken> {
    kinds(&query.kinds)?;
    if let Some(items) = &query.items {
        let of: Vec<KindId> = items.iter().map(|item| item.kind).collect();
        if *of != *query.kinds {
            return Err(("sorted", "the lists are not one for each kind".to_owned()));
        }
        let list = |item: &crate::EventCol| {
            typer.plan.schema.events[item.kind].columns[item.col]
                .ty
                .element()
        };
        if items.iter().any(|item| list(item).is_none()) {
            return wrong("a column of elements is no list");
        }
    }
    let bound = |bound: &Bound| typer.of(bound.at, &Ty::Timestamp).map(|_| ());
    query.from.iter().chain(&query.to).try_for_each(bound)?;
    query
        .filter
        .map_or(Ok(()), |filter| typer.condition(filter))
}

/// Sequences.
pub(super) fn sequence(typer: Typer<'_>, sequence: &Sequence) -> Result<Given, Broken> {
    query(typer, &sequence.first)?;
    if sequence.first.items.is_some() || sequence.steps.len() > 254 {
        return Err((
            "binder",
            "a sequence has no elements, and at most 254 steps".to_owned(),
        ));
    }
    let length = |length: NodeId| typer.of(length, &Ty::Duration).map(|_| ());
    let filter = |filter: NodeId| typer.condition(filter);
    for step in &sequence.steps {
        kinds(&step.kinds)?;
        step.filter.map_or(Ok(()), filter)?;
        step.within.map_or(Ok(()), length)?;
    }
    if let Some(not) = &sequence.not {
        kinds(&not.kinds)?;
        not.filter.map_or(Ok(()), filter)?;
        match not.mode {
            NegationMode::Within(node) | NegationMode::For(node) => length(node)?,
            NegationMode::Ever => {}
        }
    }
    Ok((Ty::Bool, false))
}
