//! Uses of what is marked `@deprecated`: declarations and fields. Where the mark says `use x`, and there is such a thing, the
//! report can put it there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Diagnostic, Span, names};
use persona_syntax::ast;

use super::facts::all_facts;
use super::graph::names_in;
use super::modules::is_own;
use super::queries::{Decl, ItemKind, check, lookup, schema, symbols, tree};
use super::{Db, stand_in};
use crate::decl::{Unit, plain_string};
use crate::{Expr, ExprKind, SlotValue};

/// A name that is marked, and what the mark says.
pub(super) type Mark = (Arc<str>, Option<String>);

/// What the marks in a declaration say: its own under its name, those of its fields under theirs (`Customer.city`).
pub(super) fn marks(db: &dyn Db, decl: Decl<'_>) -> Vec<Mark> {
    let tree = tree(db, decl);
    let mut found = Vec::new();
    let mut mark = |annotations: &[ast::Annotation], name: Arc<str>| {
        let annotation = annotations.iter().find(|one| one.name.text == "deprecated");
        if let Some(annotation) = annotation {
            found.push((name, annotation.args.first().and_then(plain_string)));
        }
    };
    let name = decl.name(db);
    mark(&tree.annotations, Arc::clone(name));
    if let ast::DeclKind::Profile(table)
    | ast::DeclKind::Event(table)
    | ast::DeclKind::Catalog(table) = &tree.kind
    {
        for field in &table.fields {
            mark(
                &field.annotations,
                Arc::from(format!("{name}.{}", field.name.text)),
            );
        }
    }
    found
}

/// Uses of what is marked.
pub(super) fn deprecated(db: &dyn Db) -> Vec<Diagnostic> {
    let marked: BTreeMap<&str, &Option<String>> = all_facts(db)
        .flat_map(|(_, facts)| &facts.marks)
        .map(|(name, text)| (&**name, text))
        .collect();
    if marked.is_empty() {
        return Vec::new();
    }
    let all = &symbols(db, db.project()).all;
    let mut found = Vec::new();
    for decl in all.iter().filter(|decl| is_own(db, **decl)) {
        let names = names_in(db, *decl);
        for (name, spans) in names.globals.iter().chain(&names.named) {
            if let Some(text) = marked.get(&**name).filter(|_| name != decl.name(db)) {
                let known = |other: &str| lookup(db, other).is_some();
                let reports = spans
                    .iter()
                    .map(|span| report(db, *decl, name, *span, text, &known));
                found.extend(reports);
            }
        }
        for (name, span) in named_by_templates(db, *decl) {
            if let Some(text) = marked.get(&*name) {
                found.push(report(db, *decl, &name, span, text, &|_| false));
            }
        }
        // Whoever fills a field, or checks it where it is declared, has to name it.
        if marked.keys().any(|name| name.contains('.')) && reads_fields(decl.kind(db)) {
            found.extend(of_fields(db, *decl, &marked));
        }
    }
    found
}

/// The declarations that the templates of a content name, each with where the content names the template.
fn named_by_templates<'db>(db: &'db dyn Db, decl: Decl<'db>) -> BTreeSet<(Arc<str>, Span)> {
    let mut found = BTreeSet::new();
    // Most contents have no templates, and their checks need not be asked.
    if super::templates::named(db, decl).is_empty() {
        return found;
    }
    let Unit::Content(content) = &check(db, decl).unit else {
        return found;
    };
    for value in content.fillings() {
        if let SlotValue::Template {
            span,
            read: Some(read),
            ..
        } = value
        {
            // What the person or an argument has is no declaration.
            let own = |expr: &Expr| !matches!(expr.kind, ExprKind::Profile(_));
            let roots = read.template.roots.iter().zip(&read.roots);
            let names = roots.filter(|(_, expr)| own(expr));
            found.extend(names.filter_map(|(root, _)| Some((root.path.first()?.clone(), *span))));
        }
    }
    found
}

fn reads_fields(kind: ItemKind) -> bool {
    !matches!(
        kind,
        ItemKind::Source | ItemKind::Profile | ItemKind::Event | ItemKind::Catalog
    )
}

fn of_fields<'db>(
    db: &'db dyn Db,
    decl: Decl<'db>,
    marked: &BTreeMap<&str, &Option<String>>,
) -> Vec<Diagnostic> {
    let schema = schema(db, db.project());
    let mut named: Vec<(Arc<str>, Span)> = Vec::new();
    crate::uses::named_in(&check(db, decl).unit, schema, &mut |name, span| {
        named.push((name, span));
    });
    named.sort();
    named.dedup();
    let mut found = Vec::new();
    for (whole, span) in named {
        // A field of a marked record is marked, too.
        let mark = marked
            .iter()
            .find(|(name, _)| {
                name.contains('.')
                    && whole
                        .strip_prefix(**name)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
            .map(|(_, text)| *text);
        let Some(text) = mark else {
            continue;
        };
        let (table, field) = whole.split_once('.').unwrap_or(("", &whole));
        let catalogs = schema.catalogs.iter().map(|catalog| &catalog.table);
        let tables = std::iter::once(&schema.profile).chain(&schema.events);
        let mut tables = tables.chain(catalogs);
        let owner = tables.find(|one| *one.name == *table);
        let known = |other: &str| owner.is_some_and(|owner| owner.field(other).is_some());
        found.push(report(db, decl, field, span, text, &known));
    }
    found
}

fn report(
    db: &dyn Db,
    decl: Decl<'_>,
    name: &str,
    span: Span,
    text: &Option<String>,
    known: &dyn Fn(&str) -> bool,
) -> Diagnostic {
    let message = format!("`{name}` is marked as deprecated");
    let written = span.of(decl.source(db).text(db));
    // In a file of its own.
    let label = if written.ends_with('"') {
        "the template uses it"
    } else {
        "used here"
    };
    let mut diagnostic =
        Diagnostic::new(names::DEPRECATED_USE, stand_in(decl), span, message).label(label);
    let instead = text
        .as_deref()
        .and_then(advised)
        .filter(|other| known(other));
    // Only the name itself is replaced: `profile.city` keeps its owner.
    let at = match written.strip_suffix(name) {
        Some(before) if before.is_empty() || before.ends_with('.') => {
            let length = u32::try_from(name.len()).unwrap_or(0);
            Some(Span::new(span.end - length, span.end))
        }
        _ => None,
    };
    match (instead, at) {
        (Some(instead), Some(at)) => diagnostic.perhaps(at, instead),
        _ => {
            diagnostic.help.clone_from(text);
            diagnostic
        }
    }
}

/// The `x` of `use x`.
fn advised(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("use ")?.trim().trim_end_matches('.');
    let name = rest.trim_matches('`');
    let fits = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    (!name.is_empty() && name.chars().all(fits)).then_some(name)
}
