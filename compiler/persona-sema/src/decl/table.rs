//! `profile` and `event`: keys, zones, defaults and checks.

use std::sync::Arc;

use persona_base::{Applicability, Span, data, names};
use persona_syntax::ast;

use super::fields::{self, FlatField, flatten_table, has_annotation};
use super::history::uses_history;
use super::key::{KeyRules, check_key};
use super::text::{one_line, plain_string, removal};
use super::types::Types;
use super::{Checking, Unit, annotations, casing, reserved};
use crate::db::{ItemKind, kind_ids, lookup, profile, schema};
use crate::env::{Around, Schema, Scope};
use crate::{
    CatalogId, Check, CheckAction, Const, EventId, FieldDef, FieldId, Place, TableDef, Type,
    TypeKind, check_condition,
};
use persona_base::nearest;

/// Checks the profile.
pub(super) fn check_profile(checking: &mut Checking<'_>, table: &ast::TableDecl) -> Unit {
    let flat = flatten(checking, table, ItemKind::Profile);
    check_keys(checking, &flat);
    check_zones(checking, &flat);
    match finish(checking, table, &flat, Row::Profile) {
        Some(table) => Unit::Table(table),
        None => Unit::None,
    }
}

/// Checks an event.
pub(super) fn check_event(checking: &mut Checking<'_>, table: &ast::TableDecl) -> Unit {
    let flat = flatten(checking, table, ItemKind::Event);
    for field in flat
        .iter()
        .filter(|field| has_annotation(field.decl, "key"))
    {
        let annotation = field
            .decl
            .annotations
            .iter()
            .find(|a| a.name.text == "key")
            .expect("it was just found");
        let diagnostic = checking
            .diagnostic(
                data::MISPLACED_KEY,
                annotation.span,
                "an event has no `@key`",
            )
            .label("only the profile has a key")
            .help("a source says what identifies an event: `id = column(\"…\")`")
            .fix(
                "remove `@key`",
                Applicability::Always,
                removal(checking.text, annotation.span),
                "",
            );
        checking.report(diagnostic);
    }
    let id = kind_ids(checking.db, checking.db.project())
        .get(checking.decl.name(checking.db))
        .copied();
    match id.and_then(|id| finish(checking, table, &flat, Row::Event(id))) {
        Some(table) => Unit::Table(table),
        None => Unit::None,
    }
}

/// Checks what a catalog has in common with other tables: defaults and checks.
pub(super) fn catalog_table(
    checking: &mut Checking<'_>,
    table: &ast::TableDecl,
    flat: &[FlatField<'_>],
    id: CatalogId,
) -> Option<TableDef> {
    finish(checking, table, flat, Row::Item(id))
}

/// What a row of a table is.
#[derive(Clone, Copy)]
enum Row {
    /// A person.
    Profile,
    /// An event.
    Event(EventId),
    /// An item of a catalog.
    Item(CatalogId),
}

impl Row {
    /// Whether nothing but the row itself is known when it is read.
    fn stands_alone(self) -> bool {
        !matches!(self, Self::Profile)
    }

    /// The table as others see it.
    fn table(self, schema: &Schema) -> &TableDef {
        match self {
            Self::Profile => &schema.profile,
            Self::Event(event) => &schema.events[event],
            Self::Item(catalog) => &schema.catalogs[catalog].table,
        }
    }
}

pub(super) fn flatten<'a>(
    checking: &mut Checking<'_>,
    table: &'a ast::TableDecl,
    kind: ItemKind,
) -> Vec<FlatField<'a>> {
    let mut types = Types::new(checking.db, checking.decl);
    let flat = flatten_table(&mut types, &table.fields, kind);
    checking.diagnostics.append(&mut types.diagnostics);
    for field in &table.fields {
        check_names(checking, field);
    }
    flat
}

/// Names and annotations of a field and the fields inside it.
fn check_names(checking: &mut Checking<'_>, field: &ast::FieldDecl) {
    casing::check_snake(checking, &field.name, "a field");
    reserved::check_local(checking, &field.name, "a field");
    annotations::check_field_annotations(checking, field);
    let mut inner = &field.ty;
    while let ast::TypeKind::Named { args, .. } = &inner.kind {
        match args.first() {
            Some(argument) => inner = argument,
            None => return,
        }
    }
    if let ast::TypeKind::Record(fields) = &inner.kind {
        fields.iter().for_each(|field| check_names(checking, field));
    }
}

/// Exactly one key, never missing, of a type that identifies somebody.
fn check_keys(checking: &mut Checking<'_>, flat: &[FlatField<'_>]) {
    let mut keys = flat
        .iter()
        .filter(|field| has_annotation(field.decl, "key"));
    let Some(key) = keys.next() else {
        // A key that is misspelt is reported as such.
        let marked = [names::RESERVED_NAME, names::UNKNOWN_ANNOTATION];
        if !checking
            .diagnostics
            .iter()
            .any(|found| marked.contains(&found.code))
        {
            missing_key(checking, flat);
        }
        return;
    };
    for other in keys {
        let diagnostic = checking
            .diagnostic(
                data::SEVERAL_KEYS,
                other.decl.name.span,
                "a profile has one key",
            )
            .label("a second key")
            .secondary(checking.file, key.decl.name.span, "the key of this profile")
            .help("where several values identify somebody, join them into one field in the source");
        let marked = other
            .decl
            .annotations
            .iter()
            .find(|annotation| annotation.name.text == "key");
        let diagnostic = match marked {
            Some(annotation) => diagnostic.fix(
                "remove this `@key`",
                Applicability::Maybe,
                super::text::removal(checking.text, annotation.span),
                "",
            ),
            None => diagnostic,
        };
        checking.report(diagnostic);
    }
    check_key(checking, key, &PERSON);
}

/// What can be the key of a person.
const PERSON: KeyRules = KeyRules {
    code: data::INVALID_KEY,
    fits: |kind| {
        matches!(
            kind,
            TypeKind::Str | TypeKind::Email | TypeKind::Phone | TypeKind::Error
        )
    },
    types: "a key is a `String`, an `Email` or a `Phone`",
    of_no_use: "this cannot identify a person",
    for_all: "a key is there for everybody",
    not_the_same: "everybody without a key would be the same person",
};

fn missing_key(checking: &mut Checking<'_>, flat: &[FlatField<'_>]) {
    let name = &checking.tree.name;
    let mut diagnostic = checking
        .diagnostic(
            data::MISSING_KEY,
            name.span,
            format!("the profile `{}` has no key", name.text),
        )
        .label("which field tells one person from another?")
        .note("events find their person by the key");
    let candidate = flat
        .iter()
        .find(|field| matches!(&*field.name, "id" | "key" | "email"));
    let candidate = candidate.or_else(|| flat.iter().find(|field| field.name.ends_with("_id")));
    match candidate {
        Some(field) => {
            let at = field
                .decl
                .default
                .as_ref()
                .map_or(field.decl.ty.span, |default| default.span);
            let title = format!("make `{}` the key", field.name);
            diagnostic = diagnostic.fix(title, Applicability::Maybe, Span::at(at.end), " @key");
        }
        None => {
            diagnostic =
                diagnostic.help("add a field that is different for everybody: `id: String @key`");
        }
    }
    checking.report(diagnostic);
}

fn check_zones(checking: &mut Checking<'_>, flat: &[FlatField<'_>]) {
    let mut zones = flat
        .iter()
        .filter(|field| field.ty.kind == TypeKind::TimeZone);
    let Some(first) = zones.next() else { return };
    for other in zones {
        let diagnostic = checking
            .diagnostic(
                data::SEVERAL_ZONES,
                other.decl.ty.span,
                "a profile has at most one field of type `TimeZone`",
            )
            .label("a second time zone")
            .secondary(
                checking.file,
                first.decl.name.span,
                "this is the zone in which the person's days begin and end",
            )
            .fix(
                "write `String`",
                Applicability::Maybe,
                name_span(&other.decl.ty),
                "String",
            );
        checking.report(diagnostic);
    }
}

fn name_span(ty: &ast::TypeExpr) -> Span {
    match &ty.kind {
        ast::TypeKind::Named { name, .. } => name.span,
        ast::TypeKind::Error | ast::TypeKind::Record(_) => ty.span,
    }
}

/// Defaults and checks, and the table.
fn finish(
    checking: &mut Checking<'_>,
    table: &ast::TableDecl,
    flat: &[FlatField<'_>],
    row: Row,
) -> Option<TableDef> {
    let mut fields: Vec<FieldDef> = match row {
        Row::Event(_) => fields::event_fields().to_vec(),
        Row::Profile | Row::Item(_) => Vec::new(),
    };
    for field in flat {
        let default = default(checking, field);
        let (name, ty) = (Arc::clone(&field.name), field.ty.clone());
        fields.push(FieldDef {
            name,
            ty,
            default,
            pii: field.pii,
            doc: field.decl.doc.clone(),
        });
    }
    // The fields that expressions see are those of the first declaration of the name.
    let written = if is_first(checking) {
        table.checks.as_slice()
    } else {
        &[]
    };
    let checks = written
        .iter()
        .filter_map(|check| check_check(checking, check, row))
        .collect();
    let name = Arc::clone(checking.decl.name(checking.db));
    let origin = Place {
        file: checking.file,
        span: Span::default(),
    };
    (!fields.is_empty()).then(|| TableDef {
        name,
        fields: fields.into_iter().collect(),
        checks,
        origin,
    })
}

fn default(checking: &mut Checking<'_>, field: &FlatField<'_>) -> Option<Const> {
    let written = field.decl.default.as_ref()?;
    let ty = &field.decl.ty;
    if ty.optional {
        let mark = Span::new(ty.span.end.saturating_sub(1), ty.span.end);
        let message = format!("`{}` has a default, so it is never missing", field.name);
        let diagnostic = checking
            .diagnostic(data::OPTIONAL_DEFAULT, mark, message)
            .label("this says that it may be missing")
            .secondary(
                checking.file,
                written.span,
                "this is used where the data lacks it",
            )
            .fix("remove the `?`", Applicability::Always, mark, "");
        checking.report(diagnostic);
    }
    if field.ty.is_error() {
        return None;
    }
    let expected = Type {
        kind: field.ty.kind.clone(),
        optional: false,
    };
    Some(checking.constant(written, &expected))
}

/// Whether the name of this table means this table, and not an earlier one.
fn is_first(checking: &Checking<'_>) -> bool {
    let db = checking.db;
    match checking.tree.kind {
        ast::DeclKind::Profile(_) => profile(db, db.project()) == Some(checking.decl),
        _ => lookup(db, checking.decl.name(db)) == Some(checking.decl),
    }
}

/// A `check` of the table.
fn check_check(checking: &mut Checking<'_>, check: &ast::Check, row: Row) -> Option<Check> {
    let scope = match row {
        Row::Profile => checking.event_scope(None),
        Row::Event(event) => checking.event_scope(Some(event)),
        Row::Item(catalog) => Scope {
            around: Around {
                item: Some(catalog),
                ..Around::default()
            },
            ..checking.scope(&[])
        },
    };
    let checked = check_condition(&checking.env, scope, &check.condition, false);
    checking
        .diagnostics
        .extend(checked.diagnostics.iter().cloned());
    let history = uses_history(&checked.expr, row.stands_alone());
    if let Some(span) = history.or(checked.history.then_some(check.condition.span)) {
        let diagnostic = checking
            .diagnostic(
                data::CHECK_USES_HISTORY,
                span,
                "a `check` looks at one row, not at history or segments",
            )
            .label("not known while the row is read")
            .help("compare the fields of the row; rules over history belong in a segment");
        checking.report(diagnostic);
    }
    let message = match &check.message {
        None => Arc::from(one_line(check.condition.span.of(checking.text))),
        Some(written) => match plain_string(written) {
            Some(text) => Arc::from(text),
            None if written.kind == ast::ExprKind::Error => Arc::from(""),
            None => {
                let diagnostic = checking
                    .diagnostic(
                        data::CHECK_MESSAGE,
                        written.span,
                        "the message of a `check` is plain text",
                    )
                    .label("it cannot show values")
                    .help("the rejects show the row's values beside the message");
                checking.report(diagnostic);
                Arc::from("")
            }
        },
    };
    let action = match &check.action {
        ast::CheckAction::Reject => CheckAction::Reject,
        ast::CheckAction::Warn => CheckAction::Warn,
        ast::CheckAction::Clear(name) => CheckAction::Clear(cleared(checking, name, row)?),
    };
    Some(Check {
        condition: checked.expr,
        message,
        action,
    })
}

/// The field that a check clears.
fn cleared(checking: &mut Checking<'_>, name: &ast::Name, row: Row) -> Option<FieldId> {
    if name.is_missing() {
        return None;
    }
    let schema = schema(checking.db, checking.db.project());
    let table = row.table(schema);
    let Some(id) = table.field(&name.text) else {
        let message = format!("there is no field `{}` to clear", name.text);
        let mut diagnostic = checking
            .diagnostic(data::UNKNOWN_CHECK_FIELD, name.span, message)
            .label(format!("not in `{}`", table.name));
        let candidates = table
            .fields
            .iter()
            .filter(|field| field.ty.optional)
            .map(|field| &*field.name);
        if let Some(meant) = nearest(&name.text, candidates) {
            diagnostic = diagnostic.perhaps(name.span, meant);
        }
        checking.report(diagnostic);
        return None;
    };
    let field = &table.fields[id];
    if !field.ty.optional && !field.ty.is_error() {
        let message = format!("`{}` cannot be cleared: it is never missing", name.text);
        let diagnostic = checking
            .diagnostic(data::CLEARED_FIELD_REQUIRED, name.span, message)
            .label("only a field of a type `T?` can become missing")
            .help("say `else reject`, or make the field optional")
            .fix(
                "set the row aside: `reject`",
                Applicability::Maybe,
                clear_span(checking.text, name.span),
                "reject",
            );
        checking.report(diagnostic);
        return None;
    }
    Some(id)
}

/// From `clear` to the field's name.
fn clear_span(text: &str, name: Span) -> Span {
    let before = text.get(..name.start as usize).unwrap_or("").trim_end();
    match before.strip_suffix("clear") {
        Some(kept) => Span::new(u32::try_from(kept.len()).unwrap_or(name.start), name.end),
        None => name,
    }
}
