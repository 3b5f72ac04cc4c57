//! Catalogs: tables to look up and recommend from. Their fields, defaults and checks are those of any table; what is their
//! own is the key.

use std::sync::Arc;

use persona_base::{Applicability, Span, campaign, names};
use persona_syntax::ast;

use crate::db::{ItemKind, catalog_ids, schema};
use crate::decl::fields::{FlatField, has_annotation};
use crate::decl::key::{KeyRules, check_key};
use crate::decl::table::{catalog_table, flatten};
use crate::decl::text::removal;
use crate::decl::{Checking, Unit};
use crate::{Catalog, TypeKind};

pub(in crate::decl) fn check_catalog(checking: &mut Checking<'_>, table: &ast::TableDecl) -> Unit {
    let flat = flatten(checking, table, ItemKind::Catalog);
    check_keys(checking, &flat);
    let db = checking.db;
    let ids = catalog_ids(db, db.project());
    let Some(id) = ids.get(checking.decl.name(db)).copied() else {
        return Unit::None;
    };
    let key = schema(db, db.project()).catalogs[id].key;
    match catalog_table(checking, table, &flat, id) {
        Some(table) => Unit::Catalog(Catalog { table, key }),
        None => Unit::None,
    }
}

/// Exactly one key, never missing, by which items can be told apart.
fn check_keys(checking: &mut Checking<'_>, flat: &[FlatField<'_>]) {
    let mut keys = flat
        .iter()
        .filter(|field| has_annotation(field.decl, "key"));
    let Some(key) = keys.next() else {
        // A key that is misspelt is reported as such.
        let marked = [names::RESERVED_NAME, names::UNKNOWN_ANNOTATION];
        let mut found = checking.diagnostics.iter();
        if !found.any(|found| marked.contains(&found.code)) {
            missing_key(checking, flat);
        }
        return;
    };
    let others: Vec<_> = keys.collect();
    for other in others {
        let annotation = other.decl.annotations.iter();
        let annotation = annotation
            .filter(|annotation| annotation.name.text == "key")
            .map(|annotation| annotation.span)
            .next()
            .unwrap_or(other.decl.name.span);
        let diagnostic = checking
            .diagnostic(campaign::CATALOG_KEY, annotation, "a catalog has one key")
            .label("a second key")
            .secondary(checking.file, key.decl.name.span, "the key of this catalog")
            .help("where several values tell items apart, join them into one field in the source")
            .fix(
                "remove this `@key`",
                Applicability::Maybe,
                removal(checking.text, annotation),
                "",
            );
        checking.report(diagnostic);
    }
    check_key(checking, key, &ITEM);
}

/// What can be the key of an item.
const ITEM: KeyRules = KeyRules {
    code: campaign::CATALOG_KEY,
    fits: |kind| {
        matches!(
            kind,
            TypeKind::Str | TypeKind::Int | TypeKind::Enum(_) | TypeKind::Error
        )
    },
    types: "the key of a catalog is a `String`, an `Int` or a value of an enum",
    of_no_use: "items cannot be found by this",
    for_all: "every item has its key",
    not_the_same: "all items without a key would be the same item",
};

fn missing_key(checking: &mut Checking<'_>, flat: &[FlatField<'_>]) {
    let name = &checking.tree.name;
    let mut diagnostic = checking
        .diagnostic(
            campaign::CATALOG_KEY,
            name.span,
            format!("the catalog `{}` has no key", name.text),
        )
        .label("which field tells one item from another?")
        .note("items are looked up and recommended by their key");
    let fits = |field: &&FlatField<'_>| {
        matches!(field.ty.kind, TypeKind::Str | TypeKind::Int)
            && !field.decl.ty.optional
            && field.decl.default.is_none()
            && field.inside_optional.is_none()
    };
    let mut fields = flat.iter().filter(fits);
    let usual = |field: &&FlatField<'_>| {
        matches!(&*field.name, "id" | "key" | "sku" | "code") || field.name.ends_with("_id")
    };
    let candidate = fields
        .clone()
        .find(usual)
        .or_else(|| fields.find(|field| field.ty.kind == TypeKind::Str));
    diagnostic = match candidate {
        Some(field) => {
            let title = format!("make `{}` the key", field.name);
            let at = Span::at(field.decl.ty.span.end);
            diagnostic.fix(title, Applicability::Maybe, at, " @key")
        }
        None => diagnostic.help("add a field that is different for every item: `sku: String @key`"),
    };
    checking.report(diagnostic);
}

/// The name of the catalog's items' key.
pub(super) fn key_name(checking: &Checking<'_>, id: crate::CatalogId) -> Arc<str> {
    let catalog = &schema(checking.db, checking.db.project()).catalogs[id];
    Arc::clone(&catalog.table.fields[catalog.key].name)
}
