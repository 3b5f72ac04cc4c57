//! Sources of the plan: the same small language over raw rows, with the plan's ids and types.

use std::sync::Arc;

use persona_ir as ir;
use persona_ir::{Place, RawField, SourcePlan, SourceTarget};
use persona_sema::{RawAgg, RawExpr, RawOp, Source, SourceField, SourceFormat, SourceValue};

use crate::schema;

/// A source.
pub(crate) fn source(source: &Source) -> SourcePlan {
    SourcePlan {
        name: source.name.clone(),
        target: match (source.of, source.catalog) {
            (Some(event), _) => SourceTarget::Event(schema::kind(event)),
            (None, Some(catalog)) => SourceTarget::Catalog(schema::catalog_id(catalog)),
            (None, None) => SourceTarget::Profile,
        },
        format: format(source.format),
        path: source.path.clone(),
        path_place: place(source.path_place),
        filter: source.filter.as_ref().map(raw),
        group_by: source.group_by.iter().map(raw).collect(),
        profile: source.profile.as_ref().map(raw),
        at: source.at.as_ref().map(raw),
        id: source.id.as_ref().map(raw),
        fields: source.fields.iter().map(field).collect(),
    }
}

/// A place.
pub(crate) fn place(place: persona_sema::Place) -> Place {
    Place {
        file: place.file,
        span: place.span,
    }
}

fn format(format: SourceFormat) -> ir::SourceFormat {
    match format {
        SourceFormat::Csv(delimiter) => ir::SourceFormat::Csv { delimiter },
        SourceFormat::Ndjson => ir::SourceFormat::Ndjson,
        SourceFormat::Parquet => ir::SourceFormat::Parquet,
        SourceFormat::ArrowIpc => ir::SourceFormat::ArrowIpc,
    }
}

fn field(field: &SourceField) -> RawField {
    let value = match &field.value {
        SourceValue::Expr(value) => ir::RawTarget::Expr(raw(value)),
        SourceValue::Each(fields) => {
            ir::RawTarget::Each(fields.iter().map(|(i, value)| (*i, raw(value))).collect())
        }
    };
    RawField {
        col: schema::col(field.field),
        value,
        place: place(field.place),
    }
}

fn raw(value: &RawExpr) -> ir::RawExpr {
    let boxed = |value: &RawExpr| Box::new(raw(value));
    let all = |values: &[RawExpr]| values.iter().map(raw).collect();
    match value {
        RawExpr::Column(name) => ir::RawExpr::Column(name.clone()),
        RawExpr::Text(text) => ir::RawExpr::Text(text.clone()),
        RawExpr::Number(text) => ir::RawExpr::Number(text.clone()),
        RawExpr::Bool(value) => ir::RawExpr::Bool(*value),
        RawExpr::Op(op, operands) => ir::RawExpr::Op(raw_op(*op), all(operands)),
        RawExpr::Matches(value, pattern) => ir::RawExpr::Matches(boxed(value), Arc::clone(pattern)),
        RawExpr::In(value, list) => ir::RawExpr::In(boxed(value), all(list)),
        RawExpr::Agg(agg, value) => ir::RawExpr::Agg(raw_agg(*agg), value.as_deref().map(boxed)),
        RawExpr::As(value, kind, hint) => {
            ir::RawExpr::As(boxed(value), schema::ty(kind), hint.clone())
        }
        RawExpr::If(cond, then, other) => ir::RawExpr::If(boxed(cond), boxed(then), boxed(other)),
        RawExpr::Match(value, arms, other) => {
            let arms = arms
                .iter()
                .map(|(pattern, result)| (raw(pattern), raw(result)))
                .collect();
            ir::RawExpr::Match(boxed(value), arms, boxed(other))
        }
    }
}

fn raw_op(op: RawOp) -> ir::RawOp {
    match op {
        RawOp::Add => ir::RawOp::Add,
        RawOp::Sub => ir::RawOp::Sub,
        RawOp::Mul => ir::RawOp::Mul,
        RawOp::Div => ir::RawOp::Div,
        RawOp::Neg => ir::RawOp::Neg,
        RawOp::Eq => ir::RawOp::Eq,
        RawOp::Lt => ir::RawOp::Lt,
        RawOp::Le => ir::RawOp::Le,
        RawOp::Not => ir::RawOp::Not,
        RawOp::And => ir::RawOp::And,
        RawOp::Or => ir::RawOp::Or,
        RawOp::Known => ir::RawOp::Known,
        RawOp::Coalesce => ir::RawOp::Coalesce,
        RawOp::Contains => ir::RawOp::Contains,
        RawOp::StartsWith => ir::RawOp::StartsWith,
        RawOp::EndsWith => ir::RawOp::EndsWith,
        RawOp::Trim => ir::RawOp::Trim,
        RawOp::Lower => ir::RawOp::Lower,
        RawOp::Upper => ir::RawOp::Upper,
        RawOp::Split => ir::RawOp::Split,
        RawOp::Replace => ir::RawOp::Replace,
        RawOp::Geo => ir::RawOp::Geo,
        RawOp::EmptyAsMissing => ir::RawOp::EmptyAsMissing,
    }
}

fn raw_agg(agg: RawAgg) -> ir::RawAgg {
    match agg {
        RawAgg::Sum => ir::RawAgg::Sum,
        RawAgg::Min => ir::RawAgg::Min,
        RawAgg::Max => ir::RawAgg::Max,
        RawAgg::First => ir::RawAgg::First,
        RawAgg::Last => ir::RawAgg::Last,
        RawAgg::Count => ir::RawAgg::Count,
        RawAgg::Avg => ir::RawAgg::Avg,
    }
}
