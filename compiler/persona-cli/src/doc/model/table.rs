//! Tables and enums: fields with types, defaults and documentation; values; checks. What is written is what is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_sema::editor::{Declaration, PartKind, parts_of};
use persona_sema::{CheckAction, TableDef, Unit};
use persona_syntax::ast::{self, DeclKind, FieldDecl, TypeExpr};

use super::{Builder, Condition};

/// A field.
pub(in crate::doc) struct Field {
    /// From its table: `address.city`.
    pub(in crate::doc) path: String,
    /// Its type, as written; of a record only the word.
    pub(in crate::doc) ty: String,
    /// Whether it may be missing.
    pub(in crate::doc) optional: bool,
    /// Its default, as written.
    pub(in crate::doc) default: Option<String>,
    pub(in crate::doc) key: bool,
    pub(in crate::doc) pii: bool,
    pub(in crate::doc) doc: Option<String>,
    /// The sources that fill it, and whether they say how; others fill it where a column has its name.
    pub(in crate::doc) sources: BTreeMap<Arc<str>, bool>,
    /// How many records it lies in.
    pub(in crate::doc) depth: usize,
}

/// A value of an enum.
pub(in crate::doc) struct Value {
    pub(in crate::doc) name: String,
    pub(in crate::doc) title: Option<String>,
    pub(in crate::doc) doc: Option<String>,
}

/// A check of rows.
pub(in crate::doc) struct Check {
    pub(in crate::doc) condition: Condition,
    pub(in crate::doc) message: Arc<str>,
    /// What follows when it fails.
    pub(in crate::doc) then: String,
}

impl<'m> Builder<'m> {
    /// The fields of a table, with those of records in it.
    pub(super) fn fields(&self, decl: &Declaration<'m>) -> Vec<Field> {
        let (DeclKind::Profile(table) | DeclKind::Event(table) | DeclKind::Catalog(table)) =
            &decl.tree.kind
        else {
            return Vec::new();
        };
        let filled = self.filling(decl);
        let mut fields = Vec::new();
        for field in &table.fields {
            self.field(decl, field, "", 0, false, &filled, &mut fields);
        }
        fields
    }

    /// The sources that fill a table: with each the fields that it maps.
    fn filling(&self, decl: &Declaration<'m>) -> Vec<(Arc<str>, BTreeSet<String>)> {
        let sources = self.found.iter().filter_map(|source| {
            let DeclKind::Source(of) = &source.resolved.kind else {
                return None;
            };
            if *of.of.text != **decl.name {
                return None;
            }
            let mapped = of.clauses.iter().filter_map(|clause| match clause {
                ast::SourceClause::Field { path, .. } => {
                    let path: Vec<&str> = path.iter().map(|name| name.text.as_str()).collect();
                    Some(path.join("."))
                }
                _ => None,
            });
            Some((Arc::clone(source.name), mapped.collect()))
        });
        sources.collect()
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what is handed down from a record to its fields"
    )]
    fn field(
        &self,
        decl: &Declaration<'m>,
        field: &FieldDecl,
        above: &str,
        depth: usize,
        hidden: bool,
        filled: &[(Arc<str>, BTreeSet<String>)],
        out: &mut Vec<Field>,
    ) {
        let path = format!("{above}{}", field.name.text);
        let says = |name: &str| field.annotations.iter().any(|one| one.name.text == name);
        let pii = hidden || says("pii");
        let inner = records(&field.ty);
        let written = persona_ide::words::snippet(decl.text, field.ty.span);
        let (ty, optional) = match written.strip_suffix('?') {
            Some(ty) => (ty.to_owned(), true),
            None => (written, false),
        };
        let ty = match (&field.ty.kind, inner.is_empty()) {
            (_, true) => ty,
            (ast::TypeKind::Named { name, .. }, false) => format!("{} of", name.text),
            _ => "record".to_owned(),
        };
        let below = format!("{path}.");
        let sources = filled.iter().map(|(name, mapped)| {
            let says = mapped.contains(&path) || mapped.iter().any(|one| one.starts_with(&below));
            (Arc::clone(name), says)
        });
        out.push(Field {
            ty,
            optional,
            default: field
                .default
                .as_ref()
                .map(|value| persona_ide::words::snippet(decl.text, value.span)),
            key: says("key"),
            pii,
            doc: field.doc.clone(),
            sources: sources.collect(),
            depth,
            path: path.clone(),
        });
        for one in inner {
            self.field(decl, one, &below, depth + 1, pii, filled, out);
        }
    }

    /// The checks of a table.
    pub(super) fn checks(&self, decl: &Declaration<'m>) -> Vec<Check> {
        let table: &TableDef = match self.db.unit(decl.id) {
            Some(Unit::Table(table)) => table,
            Some(Unit::Catalog(catalog)) => &catalog.table,
            _ => return Vec::new(),
        };
        let checks = table.checks.iter().map(|check| Check {
            condition: self.condition(decl, &check.condition),
            message: Arc::clone(&check.message),
            then: match check.action {
                CheckAction::Reject => "the row is set aside".to_owned(),
                CheckAction::Clear(field) => {
                    let field = table.fields.get(field);
                    let name = field.map_or("the field", |field| &*field.name);
                    format!("`{name}` becomes missing")
                }
                CheckAction::Warn => "it is only reported".to_owned(),
            },
        });
        checks.collect()
    }

    /// The values of an enum.
    pub(super) fn values(&self, decl: &Declaration<'m>) -> Vec<Value> {
        let DeclKind::Enum { values, .. } = &decl.tree.kind else {
            return Vec::new();
        };
        let values = values.iter().map(|value| Value {
            name: value.name.text.clone(),
            title: value.title.clone(),
            doc: value.doc.clone(),
        });
        values.collect()
    }

    /// The parameters of a declaration, as written.
    pub(super) fn params(&self, decl: &Declaration<'m>) -> Vec<super::Param> {
        let parts = parts_of(decl.tree);
        let params = parts.iter().filter(|part| part.kind == PartKind::Param);
        let text = |span| persona_ide::words::snippet(decl.text, span);
        let params = params.map(|part| super::Param {
            name: part.name.text.clone(),
            ty: part.ty.map(|ty| text(ty.span)).unwrap_or_default(),
            default: part.default.map(|value| text(value.span)),
        });
        params.collect()
    }
}

/// The fields of a record type, also inside `List<…>`.
fn records(ty: &TypeExpr) -> Vec<&FieldDecl> {
    match &ty.kind {
        ast::TypeKind::Error => Vec::new(),
        ast::TypeKind::Record(fields) => fields.iter().collect(),
        ast::TypeKind::Named { args, .. } => args.iter().flat_map(records).collect(),
    }
}
