//! What of the modules a package asks for, and which `use`s ask for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, Edit, Fix, Span, modules};
use persona_syntax::ast;

use super::super::graph::used_names;
use super::super::queries::{Decl, symbols, tree};
use super::super::{Db, stand_in};
use super::qualify::used_names_of_modules;
use super::{Target, Use, exports, is_own, is_own_name, target, uses_of_space};
use crate::decl::removal;

/// The declarations of modules that the package's own rules rest on, directly or by way of others, each with the `use`
/// that brings it in.
pub(crate) fn asked_for<'db>(db: &'db dyn Db) -> BTreeMap<Arc<str>, (Decl<'db>, Decl<'db>)> {
    let mut found = BTreeMap::new();
    let uses = uses_of_space(db, "");
    if uses.is_empty() {
        return found;
    }
    let symbols = symbols(db, db.project());
    let own = symbols.all.iter().filter(|decl| is_own(db, **decl));
    let named: BTreeSet<&Arc<str>> = own.flat_map(|decl| used_names(db, *decl)).collect();
    for one in uses {
        let Ok(target) = target(db, "", &one.path) else {
            continue;
        };
        let offered = exports(db, &target).into_iter();
        let begin = offered.filter(|(name, decl)| match &one.items {
            Some(items) => items.contains(name),
            None => named.contains(decl.name(db)),
        });
        let mut queue: Vec<Decl<'db>> = begin.map(|(_, decl)| decl).collect();
        while let Some(decl) = queue.pop() {
            let name = Arc::clone(decl.name(db));
            if is_own(db, decl) || found.contains_key(&name) {
                continue;
            }
            found.insert(name, (decl, one.decl));
            let next = used_names(db, decl);
            queue.extend(next.filter_map(|name| symbols.by_name.get(name)).copied());
        }
    }
    found
}

/// `use`s that bring in what nobody asks for.
pub(crate) fn unused_imports(db: &dyn Db) -> Vec<Diagnostic> {
    let uses = uses_of_space(db, "");
    if uses.is_empty() {
        return Vec::new();
    }
    let all = &symbols(db, db.project()).all;
    let own = all.iter().filter(|decl| is_own(db, **decl));
    let used: BTreeSet<&Arc<str>> = own
        .flat_map(|decl| used_names_of_modules(db, *decl))
        .collect();
    let mut seen: BTreeMap<Arc<str>, (Target, Decl<'_>)> = BTreeMap::new();
    let mut found = Vec::new();
    for one in uses {
        let Ok(target) = target(db, "", &one.path) else {
            continue;
        };
        let ast::DeclKind::Use(tree) = &tree(db, one.decl).kind else {
            continue;
        };
        match &tree.items {
            Some(items) => found.extend(unused_items(db, one, &target, items, &used)),
            None => {
                let dotted: Arc<str> = Arc::from(one.path.join("."));
                let last = one.path.last();
                if last.is_some_and(|last| is_own_name(db, last)) {
                    continue;
                }
                if !used.contains(&dotted) && !last.is_some_and(|last| used.contains(last)) {
                    found.push(unused(db, one, &tree.path));
                    continue;
                }
                if let Some((_, first)) = seen.get(&dotted) {
                    found.push(again(db, one, &tree.path, *first));
                }
                seen.entry(dotted).or_insert((target, one.decl));
            }
        }
    }
    found
}

/// The place of a path.
pub(super) fn path_span(path: &[ast::Name]) -> Span {
    match (path.first(), path.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => Span::default(),
    }
}

/// Takes a whole `use` out.
fn without(db: &dyn Db, decl: Decl<'_>) -> Fix {
    let length = decl.source(db).text(db).len();
    let end = u32::try_from(length).expect("texts are cut off at 2 GiB");
    Fix {
        title: "remove it".to_owned(),
        applicability: Applicability::Always,
        edits: vec![Edit {
            file: stand_in(decl),
            span: Span::new(0, end),
            text: String::new(),
        }],
    }
}

fn unused(db: &dyn Db, one: &Use<'_>, path: &[ast::Name]) -> Diagnostic {
    let message = format!("nothing here uses `{}`", one.path.join("."));
    let last = one.path.last().map_or("", |last| &**last);
    let mut diagnostic = Diagnostic::new(
        modules::UNUSED_USE,
        stand_in(one.decl),
        path_span(path),
        message,
    )
    .label(format!("no rule begins with `{last}.`"));
    diagnostic.fixes.push(without(db, one.decl));
    diagnostic
}

fn again(db: &dyn Db, one: &Use<'_>, path: &[ast::Name], first: Decl<'_>) -> Diagnostic {
    let message = format!("`{}` is used already", one.path.join("."));
    let mut diagnostic = Diagnostic::new(
        modules::UNUSED_USE,
        stand_in(one.decl),
        path_span(path),
        message,
    )
    .label("again")
    .secondary(
        super::super::origin::name_of(first).file,
        Span::default(),
        "used here first",
    )
    .note("one `use` is enough for all files of a package");
    diagnostic.fixes.push(without(db, one.decl));
    diagnostic
}

fn unused_items(
    db: &dyn Db,
    one: &Use<'_>,
    target: &Target,
    items: &[ast::Name],
    used: &BTreeSet<&Arc<str>>,
) -> Vec<Diagnostic> {
    let offered = exports(db, target);
    let idle = |name: &&ast::Name| {
        offered.contains_key(name.text.as_str())
            && !is_own_name(db, &name.text)
            && !used.iter().any(|used| ***used == *name.text)
    };
    let idle: Vec<&ast::Name> = items.iter().filter(idle).collect();
    let all = idle.len() == items.len();
    let file = stand_in(one.decl);
    idle.into_iter()
        .map(|name| {
            let message = format!("nothing here uses `{}`", name.text);
            let mut diagnostic = Diagnostic::new(modules::UNUSED_USE, file, name.span, message)
                .label("brought in for nothing");
            if all {
                diagnostic.fixes.push(without(db, one.decl));
                diagnostic
            } else {
                let span = removal(one.decl.source(db).text(db), name.span);
                diagnostic.fix("remove it", Applicability::Always, span, "")
            }
        })
        .collect()
}
