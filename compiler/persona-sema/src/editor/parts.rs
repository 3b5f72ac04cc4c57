//! The parts of a declaration that have names: fields, values, stages, parameters, slots, variants, arms.

use persona_base::Span;
use persona_syntax::ast::{self, DeclKind, Name, TypeExpr};

/// Kinds of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// A field of a table, or of a record in it.
    Field,
    /// A value of an enum.
    Value,
    /// A stage of a partition.
    Stage,
    /// A parameter.
    Param,
    /// A slot of a content.
    Slot,
    /// A variant of a content.
    Variant,
    /// An arm of an experiment.
    Arm,
}

/// A part that has a name. Spans are relative to the declaration.
#[derive(Clone, Debug)]
pub struct Part<'d> {
    /// What it is.
    pub kind: PartKind,
    /// Its name; for a variant that has none, the word `otherwise`.
    pub name: &'d Name,
    /// All of it.
    pub span: Span,
    /// `///` text.
    pub doc: Option<&'d str>,
    /// Its type as written.
    pub ty: Option<&'d TypeExpr>,
    /// Its default as written.
    pub default: Option<&'d ast::Expr>,
    /// What has names inside of it: the fields of a record.
    pub parts: Vec<Part<'d>>,
}

/// The parts of a declaration, in the order of the text.
pub fn parts_of(decl: &ast::Decl) -> Vec<Part<'_>> {
    match &decl.kind {
        DeclKind::Profile(table) | DeclKind::Event(table) | DeclKind::Catalog(table) => {
            fields(&table.fields, PartKind::Field)
        }
        DeclKind::Enum { values, .. } => {
            let values = values.iter();
            values
                .map(|value| plain(PartKind::Value, &value.name, value.name.span, &value.doc))
                .collect()
        }
        DeclKind::Partition {
            stages, otherwise, ..
        } => {
            let stages = stages
                .iter()
                .map(|stage| plain(PartKind::Stage, &stage.name, stage.span, &stage.doc));
            let last = plain(
                PartKind::Stage,
                &otherwise.name,
                otherwise.name.span,
                &otherwise.doc,
            );
            let last = (!otherwise.name.is_missing()).then_some(last);
            stages.chain(last).collect()
        }
        DeclKind::Trait { params, .. }
        | DeclKind::Fn { params, .. }
        | DeclKind::Segment { params, .. }
        | DeclKind::Recommend(ast::RecommendDecl { params, .. }) => self::params(params).collect(),
        DeclKind::Content(content) => {
            let variants = content.variants.iter().chain(&content.otherwise);
            let variants =
                variants.map(|one| plain(PartKind::Variant, &one.name, one.span, &one.doc));
            self::params(&content.params)
                .chain(fields(&content.slots, PartKind::Slot))
                .chain(variants)
                .collect()
        }
        DeclKind::Experiment { clauses } => {
            let arms = clauses.iter().filter_map(|clause| match clause {
                ast::ExperimentClause::Arms { arms, .. } => Some(arms),
                _ => None,
            });
            arms.flatten()
                .map(|arm| plain(PartKind::Arm, &arm.name, arm.span, &arm.doc))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn plain<'d>(kind: PartKind, name: &'d Name, span: Span, doc: &'d Option<String>) -> Part<'d> {
    Part {
        kind,
        name,
        span,
        doc: doc.as_deref(),
        ty: None,
        default: None,
        parts: Vec::new(),
    }
}

fn fields<'d>(fields: &'d [ast::FieldDecl], kind: PartKind) -> Vec<Part<'d>> {
    let part = |field: &'d ast::FieldDecl| Part {
        kind,
        name: &field.name,
        span: field.span,
        doc: field.doc.as_deref(),
        ty: Some(&field.ty),
        default: field.default.as_ref(),
        parts: inner(&field.ty),
    };
    fields.iter().map(part).collect()
}

fn params(params: &[ast::Param]) -> impl Iterator<Item = Part<'_>> {
    params.iter().map(|param| {
        let end = param
            .default
            .as_ref()
            .map_or(param.ty.span, |default| default.span);
        Part {
            kind: PartKind::Param,
            name: &param.name,
            span: param.name.span.to(end),
            doc: None,
            ty: Some(&param.ty),
            default: param.default.as_ref(),
            parts: Vec::new(),
        }
    })
}

/// The fields of a record type, also inside `List<…>`.
fn inner(ty: &TypeExpr) -> Vec<Part<'_>> {
    match &ty.kind {
        ast::TypeKind::Error => Vec::new(),
        ast::TypeKind::Record(all) => fields(all, PartKind::Field),
        ast::TypeKind::Named { args, .. } => args.iter().flat_map(inner).collect(),
    }
}
