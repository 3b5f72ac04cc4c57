//! `otherwise` of a recommendation: another one, items by their keys, or a reason to give the message up. Whatever stands in
//! is long enough, so that a block is never short.

use std::sync::Arc;

use persona_base::{Applicability, Span, campaign, names, nearest};
use persona_syntax::ast::{self, Fallback};

use super::super::clauses::reason;
use super::Rules;
use crate::db::{ItemKind, lookup, names_of_kind, schema};
use crate::decl::Checking;
use crate::env::{Env as _, Global};
use crate::expr::check_recommend_args;
use crate::{Arg, Const, Otherwise, Type, TypeKind, check_const};

/// What stands in where there are fewer than `take`; `None` where something is wrong with it.
pub(super) fn fallback(
    checking: &mut Checking<'_>,
    rules: &Rules<'_>,
    written: &Fallback,
    span: Span,
    take: Option<(u32, Span)>,
) -> Option<Otherwise> {
    let written = match written {
        // A `skip` without a reason is reported where it is read.
        Fallback::Error | Fallback::Skip(None) => return None,
        Fallback::Skip(written) => {
            return reason(checking, written.as_ref(), span).map(Otherwise::Skip);
        }
        Fallback::Expr(written) => written,
    };
    match &without_parens(written).kind {
        ast::ExprKind::Error => None,
        ast::ExprKind::List(items) => keys(checking, rules, items, written, take),
        ast::ExprKind::Name(name) => other(checking, rules, name, &[], written.span, take),
        ast::ExprKind::Call { name, args, .. } => {
            other(checking, rules, name, args, written.span, take)
        }
        _ => {
            no_fallback(checking, written.span);
            None
        }
    }
}

fn without_parens(written: &ast::Expr) -> &ast::Expr {
    let mut inner = written;
    while let ast::ExprKind::Paren(next) = &inner.kind {
        inner = next;
    }
    inner
}

fn no_fallback(checking: &mut Checking<'_>, span: Span) {
    let diagnostic = checking
        .diagnostic(
            campaign::FALLBACK,
            span,
            "this cannot stand in for a recommendation",
        )
        .label("neither a recommendation nor keys of items")
        .help("name another recommendation, list keys (`[\"A1\", \"B2\"]`), or give the message up: `skip \"nothing to recommend\"`");
    checking.report(diagnostic);
}

/// `otherwise ["A1", "B2"]`
fn keys(
    checking: &mut Checking<'_>,
    rules: &Rules<'_>,
    items: &[ast::Expr],
    written: &ast::Expr,
    take: Option<(u32, Span)>,
) -> Option<Otherwise> {
    let catalog = &schema(checking.db, checking.db.project()).catalogs[rules.catalog];
    let key = catalog.table.fields[catalog.key].ty.clone().known();
    let name = &catalog.table.name;
    if key.is_error() {
        return None;
    }
    let ty = Type::of(TypeKind::List(Arc::new(key)));
    let scope = checking.scope(&[]);
    let (value, found) = check_const(&checking.env, scope, written, &ty);
    let wrong = !found.is_empty();
    checking.diagnostics.extend(found);
    let Const::List(keys) = value else {
        return None;
    };
    if wrong || keys.len() != items.len() {
        return None;
    }
    let mut distinct: Vec<Const> = Vec::with_capacity(keys.len());
    for (key, item) in keys.into_iter().zip(items) {
        match distinct.iter().position(|earlier| *earlier == key) {
            None => distinct.push(key),
            Some(first) => repeated_key(checking, item, first, items),
        }
    }
    if let Some((take, place)) = take
        && distinct.len() < take as usize
    {
        let message = match distinct.len() {
            1 => format!("one item stands in for {take}"),
            given => format!("{given} items stand in for {take}"),
        };
        let diagnostic = checking
            .diagnostic(campaign::FALLBACK_SHORT, written.span, message)
            .label("where nothing else fits, the block is short")
            .secondary(checking.file, place, "so many are shown")
            .help(format!("name at least {take} different items of `{name}`"));
        checking.report(diagnostic);
        return None;
    }
    Some(Otherwise::Keys(distinct))
}

fn repeated_key(checking: &mut Checking<'_>, item: &ast::Expr, first: usize, items: &[ast::Expr]) {
    let text = item.span.of(checking.text);
    let diagnostic = checking
        .diagnostic(
            campaign::POINTLESS_CLAUSE,
            item.span,
            format!("{text} is in the list twice"),
        )
        .label("an item is shown once")
        .secondary(checking.file, items[first].span, "here already")
        .fix(
            "remove it",
            Applicability::Maybe,
            crate::decl::text::removal(checking.text, item.span),
            "",
        );
    checking.report(diagnostic);
}

/// `otherwise bestsellers`
fn other(
    checking: &mut Checking<'_>,
    rules: &Rules<'_>,
    name: &ast::Name,
    args: &[ast::Arg],
    whole: Span,
    take: Option<(u32, Span)>,
) -> Option<Otherwise> {
    let db = checking.db;
    if name.is_missing() {
        return None;
    }
    let kind = lookup(db, &name.text).map(|decl| decl.kind(db));
    if kind != Some(ItemKind::Recommend) {
        not_a_recommendation(checking, name, kind);
        return None;
    }
    let Some(Global::Recommend(signature, given)) = checking.env.global(&name.text) else {
        // It is broken, or part of a circle, which is reported there.
        return None;
    };
    let (found, diagnostics) = check_recommend_args(
        &checking.env,
        checking.scope(rules.params),
        name,
        args,
        whole,
    );
    checking.diagnostics.extend(diagnostics);
    let found: Vec<Arg> = found?;
    let catalog = &schema(db, db.project()).catalogs[rules.catalog].table.name;
    let same = match &signature.ty.kind {
        TypeKind::List(items) => match &items.kind {
            TypeKind::Item(id, _) => *id == rules.catalog,
            _ => true,
        },
        _ => true,
    };
    if !same {
        let place = checking.env.place(&name.text);
        let mut diagnostic = checking
            .diagnostic(
                campaign::FALLBACK,
                name.span,
                format!("`{}` does not give items of `{catalog}`", name.text),
            )
            .label("items of another catalog")
            .help(format!(
                "name a recommendation from `{catalog}`, or list keys of it"
            ));
        if let Some(place) = place {
            diagnostic = diagnostic.secondary(place.file, place.span, "declared here");
        }
        checking.report(diagnostic);
        return None;
    }
    if let Some((take, here)) = take
        && given < take
    {
        let message = format!("`{}` gives {given}, and {take} are needed", name.text);
        let mut diagnostic = checking
            .diagnostic(campaign::FALLBACK_SHORT, name.span, message)
            .label("where nothing else fits, the block is short")
            .secondary(checking.file, here, "so many are shown")
            .fix(
                format!("take {given}"),
                Applicability::Maybe,
                here,
                given.to_string(),
            )
            .help(format!("let `{}` take at least {take}", name.text));
        if let Some(place) = checking.env.place(&name.text) {
            diagnostic = diagnostic.secondary(place.file, place.span, "declared here");
        }
        checking.report(diagnostic);
        return None;
    }
    Some(Otherwise::Recommend(Arc::from(name.text.as_str()), found))
}

fn not_a_recommendation(checking: &mut Checking<'_>, name: &ast::Name, kind: Option<ItemKind>) {
    let db = checking.db;
    if kind == Some(ItemKind::Error) {
        return;
    }
    let own = checking.decl.name(db);
    let all: Vec<Arc<str>> = names_of_kind(db, ItemKind::Recommend)
        .into_iter()
        .filter(|other| other != own)
        .collect();
    let (code, message) = match kind {
        Some(kind) => (
            campaign::FALLBACK,
            format!(
                "`{}` is {}, not a recommendation",
                name.text,
                kind.described()
            ),
        ),
        None => (
            names::UNKNOWN_NAME,
            format!("no recommendation is called `{}`", name.text),
        ),
    };
    let diagnostic = checking
        .diagnostic(code, name.span, message)
        .label("this cannot stand in");
    let diagnostic = match nearest(&name.text, all.iter().map(|name| &**name)) {
        Some(near) => diagnostic.perhaps(name.span, near),
        None => diagnostic.help("name another recommendation, list keys (`[\"A1\", \"B2\"]`), or give the message up: `skip \"nothing to recommend\"`"),
    };
    checking.report(diagnostic);
}
