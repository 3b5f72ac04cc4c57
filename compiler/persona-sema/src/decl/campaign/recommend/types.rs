//! The type of a recommendation and the catalog behind `from`, which agree.

use std::sync::Arc;

use persona_base::{Applicability, Span, campaign, nearest};
use persona_syntax::ast;

use crate::db::{ItemKind, catalog_ids, lookup, names_of_kind, schema};
use crate::decl::Checking;
use crate::decl::types::{Position, Types};
use crate::{CatalogId, Type, TypeKind};

/// The declared type; `None` where there is none.
pub(super) fn declared(
    checking: &mut Checking<'_>,
    written: Option<&ast::TypeExpr>,
) -> Option<Type> {
    let written = written?;
    let mut types = Types::new(checking.db, checking.decl);
    let ty = types.resolve(written, Position::Items);
    checking.diagnostics.append(&mut types.diagnostics);
    Some(ty)
}

/// The catalog behind `from`.
pub(super) fn catalog(checking: &mut Checking<'_>, name: &ast::Name) -> Option<CatalogId> {
    let db = checking.db;
    if name.is_missing() {
        return None;
    }
    let found = lookup(db, &name.text).map(|decl| decl.kind(db));
    let message = match found {
        Some(ItemKind::Catalog) => {
            return catalog_ids(db, db.project())
                .get(name.text.as_str())
                .copied();
        }
        Some(ItemKind::Error) => return None,
        Some(kind) => format!("`{}` is {}, not a catalog", name.text, kind.described()),
        None => format!("no catalog is called `{}`", name.text),
    };
    let all = names_of_kind(db, ItemKind::Catalog);
    let diagnostic = checking
        .diagnostic(campaign::NOT_A_CATALOG, name.span, message)
        .label("items are recommended from a catalog");
    let diagnostic = match nearest(&name.text, all.iter().map(|name| &**name)) {
        Some(near) => diagnostic.perhaps(name.span, near),
        None if all.is_empty() => {
            diagnostic.help("declare one: `catalog Product { sku: String @key … }`")
        }
        None => {
            let all: Vec<String> = all.iter().map(|name| format!("`{name}`")).collect();
            diagnostic.help(format!("the catalogs are {}", all.join(", ")))
        }
    };
    checking.report(diagnostic);
    None
}

/// The catalog, which the type and `from` agree about; `None` where nobody knows it.
pub(super) fn agree(
    checking: &mut Checking<'_>,
    decl: &ast::RecommendDecl,
    (ty, from): (Option<&Type>, Option<CatalogId>),
    clause: Option<(&ast::Name, Span)>,
    broken: bool,
) -> Option<CatalogId> {
    let of_type = match (ty, &decl.ty) {
        (Some(ty), Some(written)) if !ty.is_error() => match item_of(ty) {
            Some(id) if !ty.optional => Some(id),
            _ => {
                wrong_type(checking, written, from);
                return from;
            }
        },
        (Some(_), _) => return from,
        (None, _) => {
            if !broken {
                no_type(checking, decl, from);
            }
            return from;
        }
    };
    if let (Some(declared), Some(from), Some((name, _)), Some(written)) =
        (of_type, from, clause, &decl.ty)
        && declared != from
    {
        let declared = catalog_name(checking, declared);
        let diagnostic = checking
            .diagnostic(
                campaign::RECOMMEND_TYPE,
                name.span,
                format!(
                    "this recommendation gives items of `{declared}`, and takes them from `{}`",
                    name.text
                ),
            )
            .secondary(
                checking.file,
                written.span,
                format!("items of `{declared}`"),
            )
            .fix(
                format!("take them from `{declared}`"),
                Applicability::Maybe,
                name.span,
                &*declared,
            )
            .fix(
                format!("give items of `{}`", name.text),
                Applicability::Maybe,
                written.span,
                format!("List<{}>", name.text),
            );
        checking.report(diagnostic);
    }
    from.or(of_type)
}

/// The catalog whose items a list holds.
fn item_of(ty: &Type) -> Option<CatalogId> {
    match &ty.kind {
        TypeKind::List(element) => match element.kind {
            TypeKind::Item(id, _) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn catalog_name(checking: &Checking<'_>, id: CatalogId) -> Arc<str> {
    Arc::clone(
        &schema(checking.db, checking.db.project()).catalogs[id]
            .table
            .name,
    )
}

fn wrong_type(checking: &mut Checking<'_>, written: &ast::TypeExpr, from: Option<CatalogId>) {
    let diagnostic = checking
        .diagnostic(
            campaign::RECOMMEND_TYPE,
            written.span,
            "a recommendation gives a list of items of a catalog",
        )
        .label("this is something else");
    let diagnostic = match from {
        Some(id) => {
            let new = format!("List<{}>", catalog_name(checking, id));
            let title = format!("write `{new}`");
            diagnostic.fix(title, Applicability::Maybe, written.span, new)
        }
        None => diagnostic.help("write it as in `List<Product>`"),
    };
    checking.report(diagnostic);
}

fn no_type(checking: &mut Checking<'_>, decl: &ast::RecommendDecl, from: Option<CatalogId>) {
    let name = &checking.tree.name;
    let diagnostic = checking
        .diagnostic(
            campaign::RECOMMEND_TYPE,
            name.span,
            format!("`{}` does not say what it gives", name.text),
        )
        .label("its type is missing");
    let diagnostic = match from {
        Some(id) if decl.params.is_empty() && !name.is_missing() => {
            let new = format!(": List<{}>", catalog_name(checking, id));
            let title = format!("write `{}{new}`", name.text);
            diagnostic.fix(title, Applicability::Maybe, Span::at(name.span.end), new)
        }
        _ => diagnostic.help("write it behind the name, as in `: List<Product>`"),
    };
    checking.report(diagnostic);
}
