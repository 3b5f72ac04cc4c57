//! Names that a rule gives itself and that a declaration has as well, where nothing else says so: segments and functions
//! are not meant by a bare name, so that both can be used side by side.

use std::sync::Arc;

use persona_base::{Diagnostic, Span, modules};
use persona_syntax::ast::{self, Expr, ExprKind, Name, Query, QueryArg};
use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::all_facts;
use super::modules::{bare, is_own};
use super::origin::name_of;
use super::queries::{Decl, ItemKind, symbols, tree};
use super::{Db, stand_in};

/// A name, where it is given, and what it is.
pub(super) type Given = (Arc<str>, Span, &'static str);

/// The names that a declaration gives itself, with their places and what they are.
pub(super) fn given(db: &dyn Db, decl: Decl<'_>) -> Vec<Given> {
    let mut found = Vec::new();
    let kind = &tree(db, decl).kind;
    let mut give = |name: &Name, what: &'static str| {
        if !name.is_missing() {
            found.push((Arc::from(name.text.as_str()), name.span, what));
        }
    };
    match kind {
        ast::DeclKind::Trait { params, .. }
        | ast::DeclKind::Fn { params, .. }
        | ast::DeclKind::Segment { params, .. } => {
            params
                .iter()
                .for_each(|param| give(&param.name, "a parameter"));
        }
        ast::DeclKind::Content(content) => {
            let params = content.params.iter();
            params.for_each(|param| give(&param.name, "a parameter"));
        }
        ast::DeclKind::Recommend(recommend) => {
            let params = recommend.params.iter();
            params.for_each(|param| give(&param.name, "a parameter"));
        }
        ast::DeclKind::Trigger(trigger) => trigger_names(trigger, &mut give),
        _ => {}
    }
    kind.for_each_expr(&mut |expr| names_in(expr, &mut give));
    found
}

type Give<'g> = &'g mut dyn FnMut(&Name, &'static str);

fn trigger_names(trigger: &ast::TriggerDecl, give: Give<'_>) {
    for clause in &trigger.clauses {
        match &clause.kind {
            ast::TriggerClauseKind::On(ast::Start::Event(query)) => query_name(query, give),
            ast::TriggerClauseKind::On(ast::Start::Change {
                alias: Some(alias), ..
            }) => give(alias, "what changed"),
            _ => {}
        }
    }
}

fn query_name(query: &Query, give: Give<'_>) {
    if let Some(alias) = &query.alias {
        give(alias, "an event");
    }
}

fn names_in(expr: &Expr, give: Give<'_>) {
    match &expr.kind {
        ExprKind::Quantifier { var, .. } => give(var, "an element of the list"),
        ExprKind::Did(did) => {
            query_name(&did.query, give);
            did.steps
                .iter()
                .for_each(|step| query_name(&step.query, give));
        }
        ExprKind::Aggregate { arg, .. } => {
            if let QueryArg::Query(query) = &**arg {
                query_name(query, give);
            }
        }
        _ => {}
    }
    expr.for_each_child(&mut |child| names_in(child, give));
}

/// Names that hide a segment or a function.
pub(super) fn shadowed(db: &dyn Db) -> Vec<Diagnostic> {
    let giving: Vec<_> = all_facts(db)
        .filter(|(decl, facts)| !facts.given.is_empty() && is_own(db, *decl))
        .collect();
    let names: FxHashSet<&str> = giving
        .iter()
        .flat_map(|(_, facts)| facts.given.iter().map(|(name, ..)| &**name))
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let all = symbols(db, db.project()).all.iter();
    let mut hidden: FxHashMap<&str, Decl<'_>> = FxHashMap::default();
    for decl in all.filter(|decl| is_own(db, **decl)) {
        let name = bare(decl.name(db));
        if matches!(decl.kind(db), ItemKind::Segment | ItemKind::Fn) && names.contains(name) {
            hidden.entry(name).or_insert(*decl);
        }
    }
    let mut found = Vec::new();
    for (decl, facts) in &giving {
        for (name, span, what) in &facts.given {
            let Some(other) = hidden.get(&**name).filter(|other| *other != decl) else {
                continue;
            };
            let place = name_of(*other);
            let kind = other.kind(db).described();
            let message = format!("`{name}` is {what} here, and {kind} elsewhere");
            found.push(
                Diagnostic::new(modules::SHADOWED_NAME, stand_in(*decl), *span, message)
                    .label("read as one, meant as the other?")
                    .secondary(place.file, place.span, format!("{kind} of this name"))
                    .help("give it a name of its own"),
            );
        }
    }
    found
}
