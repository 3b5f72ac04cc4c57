//! What is wrong with a `use`, and with the modules that it brings in: their errors are told where they are used.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, FileId, Severity, Span, modules, nearest};
use persona_syntax::ast;

use super::super::origin::{file_errors, name_of, whole};
use super::super::queries::{Decl, ItemKind, lookup, schema, tree};
use super::super::{Db, stand_in};
use super::qualify::Misuse;
use super::used::path_span;
use super::{
    NoTarget, STD, Target, asked_for, bare, declared, exports, files_of, is_importable, is_own,
    loaded, modules_of, packages_of, target, uses_of_space,
};
use crate::decl::Checking;

/// How many places of a module one report shows.
const SHOWN: usize = 3;

/// Checks a `use`.
pub(crate) fn check_use(checking: &mut Checking<'_>, one: &ast::UseDecl) {
    let (db, decl) = (checking.db, checking.decl);
    let from = decl.space(db);
    let names: Vec<&ast::Name> = one.path.iter().filter(|name| !name.is_missing()).collect();
    let path: Vec<Arc<str>> = names
        .iter()
        .map(|name| Arc::from(name.text.as_str()))
        .collect();
    if names.len() != one.path.len() {
        return;
    }
    match target(db, from, &path) {
        Err(NoTarget::Nothing) => {}
        Err(why) => unknown_module(checking, why, &names, from),
        Ok(target) => {
            unusable(checking, one, &target);
            match &one.items {
                Some(items) => check_items(checking, items, &target, &path),
                None => check_whole(checking, one, &target),
            }
        }
    }
}

fn quoted(names: &[Arc<str>]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .take(12)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len() {
        0 => "nothing".to_owned(),
        13.. => format!("{} and {} more", quoted.join(", "), names.len() - 12),
        _ => quoted.join(", "),
    }
}

fn near_or(
    diagnostic: Diagnostic,
    written: &ast::Name,
    known: &[Arc<str>],
    help: String,
) -> Diagnostic {
    match nearest(&written.text, known.iter().map(|name| &**name)) {
        Some(meant) => diagnostic.perhaps(written.span, meant),
        None => diagnostic.help(help),
    }
}

fn unknown_module(checking: &mut Checking<'_>, why: NoTarget, path: &[&ast::Name], from: &str) {
    let db = checking.db;
    let (Some(package), Some(last)) = (path.first(), path.last()) else {
        return;
    };
    let name = &package.text;
    let diagnostic = match why {
        NoTarget::Nothing => return,
        NoTarget::Package => {
            let known = packages_of(db, from);
            let message = format!("there is no package `{name}` here");
            let diagnostic = checking
                .diagnostic(modules::UNKNOWN_MODULE, package.span, message)
                .label(format!("known are {}", quoted(&known)));
            let help = format!(
                "name its folder in `persona.toml`: `[dependencies]` and `{name} = {{ path = \"../{name}\" }}`"
            );
            let habits = ["core", "lib", "persona", "standard", "stdlib"];
            match habits.contains(&name.as_str()) {
                true => diagnostic.perhaps(package.span, STD),
                false => near_or(diagnostic, package, &known, help),
            }
        }
        NoTarget::Module => {
            let known = modules_of(db, from, name);
            let message = format!("`{name}` has no module `{}`", last.text);
            let diagnostic = checking
                .diagnostic(modules::UNKNOWN_MODULE, last.span, message)
                .label(format!("it has {}", quoted(&known)));
            near_or(
                diagnostic,
                last,
                &known,
                "a module is a file of the package, without its ending".to_owned(),
            )
        }
        NoTarget::Std => {
            let known = modules_of(db, from, name);
            let message = "the standard library is used by its modules".to_owned();
            let diagnostic = checking
                .diagnostic(modules::UNKNOWN_MODULE, package.span, message)
                .label(format!("it has {}", quoted(&known)));
            match known.first() {
                Some(first) => diagnostic.help(format!("for example `use std.{first}`")),
                None => diagnostic,
            }
        }
        NoTarget::TooDeep => {
            let (first, third) = (path[0], path[2]);
            let module = format!("{}.{}", first.text, path[1].text);
            let message = format!("`{module}` holds no modules of its own");
            let span = path[1].span;
            let rest = Span::new(span.end, last.span.end);
            let diagnostic = checking
                .diagnostic(modules::UNKNOWN_MODULE, third.span.to(last.span), message)
                .label("too much");
            match path {
                [_, _, item] => {
                    let new = format!(".{{{}}}", item.text);
                    diagnostic.fix(
                        format!("write `{module}{new}`"),
                        Applicability::Maybe,
                        rest,
                        new,
                    )
                }
                _ => diagnostic.help(format!("write `use {module}`")),
            }
        }
    };
    checking.report(diagnostic);
}

fn check_items(
    checking: &mut Checking<'_>,
    items: &[ast::Name],
    target: &Target,
    path: &[Arc<str>],
) {
    let db = checking.db;
    let offered = exports(db, target);
    let known: Vec<Arc<str>> = offered.keys().cloned().collect();
    let module = path.join(".");
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for item in items.iter().filter(|item| !item.is_missing()) {
        if let Some(first) = seen.get(item.text.as_str()) {
            let diagnostic = checking
                .diagnostic(
                    modules::UNUSED_USE,
                    item.span,
                    format!("`{}` is brought in twice", item.text),
                )
                .label("again")
                .secondary(checking.file, *first, "first here")
                .fix(
                    "remove it",
                    Applicability::Always,
                    crate::decl::removal(checking.text, item.span),
                    "",
                );
            checking.report(diagnostic);
            continue;
        }
        seen.insert(&item.text, item.span);
        let Some(decl) = offered.get(item.text.as_str()) else {
            let other = declared(db, target)
                .into_iter()
                .find(|decl| *bare(decl.name(db)) == *item.text && !is_importable(decl.kind(db)));
            // That it is there and cannot be brought in is told at the module's name.
            if other.is_some_and(|other| belongs_to_the_package(other.kind(db))) {
                continue;
            }
            let message = match other {
                Some(other) => format!(
                    "`{}` of `{module}` is {}, which no other package can use",
                    item.text,
                    other.kind(db).described()
                ),
                None => format!("`{module}` has no `{}`", item.text),
            };
            let diagnostic = checking
                .diagnostic(modules::UNKNOWN_IMPORT, item.span, message)
                .label(format!("it has {}", quoted(&known)));
            let help = "write one of these names, or `use` the module as a whole".to_owned();
            let diagnostic = near_or(diagnostic, item, &known, help);
            checking.report(diagnostic);
            continue;
        };
        if is_own(db, checking.decl) {
            taken(checking, item, *decl, &module);
        }
    }
}

/// A name in braces that means something else in the package already.
fn taken(checking: &mut Checking<'_>, item: &ast::Name, decl: Decl<'_>, module: &str) {
    let db = checking.db;
    let last = module.rsplit('.').next().unwrap_or(module);
    let (what, place) = match other_meaning(checking, &item.text, Some(decl.kind(db))) {
        Some(found) => found,
        None => match other_import(checking, &item.text, decl) {
            Some(found) => found,
            None => return,
        },
    };
    let mut diagnostic = checking
        .diagnostic(
            modules::NAME_TAKEN,
            item.span,
            format!("`{}` would mean two things in this package", item.text),
        )
        .label(format!("also {what}"))
        .help(format!(
            "bring the module in as a whole, `use {module}`, and write `{last}.{}`",
            item.text
        ));
    if let Some((file, span)) = place {
        diagnostic = diagnostic.secondary(file, span, what);
    }
    checking.report(diagnostic);
}

/// A module where something of it is needed.
pub(crate) fn misuse_diagnostic(file: FileId, misuse: &Misuse) -> Diagnostic {
    let module = &misuse.module;
    let message = format!("`{module}` is a module, and no value by itself");
    let diagnostic = Diagnostic::new(modules::MODULE_AS_VALUE, file, misuse.span, message)
        .label("its names are written after a dot");
    match &misuse.example {
        Some(example) => diagnostic.help(format!("for example `{module}.{example}`")),
        None => diagnostic.help("this module declares nothing that could be named"),
    }
}

type Meaning = (String, Option<(FileId, Span)>);

/// What a name means in the package by itself.
fn other_meaning(checking: &Checking<'_>, name: &str, kind: Option<ItemKind>) -> Option<Meaning> {
    let db = checking.db;
    if let Some(other) = lookup(db, name).filter(|other| is_own(db, *other)) {
        let place = name_of(other);
        let what = format!("{} of this package", other.kind(db).described());
        return Some((what, Some((place.file, place.span))));
    }
    // Segments and functions are not meant by a bare name: fields may be called like them.
    if matches!(kind, Some(ItemKind::Segment | ItemKind::Fn)) {
        return None;
    }
    let schema = schema(db, db.project());
    let of = |field: &str| field.split('.').next() == Some(name);
    let tables = std::iter::once(&schema.profile).chain(&schema.events);
    for table in tables {
        if table.fields.iter().any(|field| of(&field.name)) {
            let place = lookup(db, &table.name).map(name_of);
            return Some((
                format!("a field of `{}`", table.name),
                place.map(|place| (place.file, place.span)),
            ));
        }
    }
    let value = schema.enums.iter().find(|def| {
        !def.name.contains('.') && def.values.iter().any(|(value, _)| &**value == name)
    })?;
    let place = lookup(db, &value.name).map(name_of);
    Some((
        format!("a value of `{}`", value.name),
        place.map(|place| (place.file, place.span)),
    ))
}

/// Another `use` that brings in another declaration under the name.
fn other_import(checking: &Checking<'_>, name: &str, decl: Decl<'_>) -> Option<Meaning> {
    let db = checking.db;
    let before = uses_of_space(db, "")
        .into_iter()
        .take_while(|one| one.decl != checking.decl);
    for one in before {
        let Some(items) = &one.items else {
            continue;
        };
        let Ok(target) = target(db, "", &one.path) else {
            continue;
        };
        let other = exports(db, &target).get(name).copied();
        if items.iter().any(|item| &**item == name) && other.is_some_and(|other| other != decl) {
            let place = name_of(one.decl);
            let what = format!("brought in from `{}`", one.path.join("."));
            return Some((what, Some((place.file, place.span))));
        }
    }
    None
}

fn check_whole(checking: &mut Checking<'_>, one: &ast::UseDecl, target: &Target) {
    let db = checking.db;
    let Some(last) = one.path.last().filter(|_| is_own(db, checking.decl)) else {
        return;
    };
    let meaning =
        other_meaning(checking, &last.text, None).or_else(|| other_module(checking, last, target));
    let Some((what, place)) = meaning else {
        return;
    };
    let mut diagnostic = checking
        .diagnostic(
            modules::NAME_TAKEN,
            last.span,
            format!("`{}` would mean two things in this package", last.text),
        )
        .label(format!("the module, and {what}"))
        .help("bring in the names that you need, in braces after the module's name");
    if let Some((file, span)) = place {
        diagnostic = diagnostic.secondary(file, span, what);
    }
    checking.report(diagnostic);
}

fn other_module(checking: &Checking<'_>, last: &ast::Name, own: &Target) -> Option<Meaning> {
    let db = checking.db;
    let before = uses_of_space(db, "")
        .into_iter()
        .take_while(|one| one.decl != checking.decl);
    let mut same = before.filter(|one| {
        one.items.is_none()
            && one.path.last().is_some_and(|name| **name == *last.text)
            && target(db, "", &one.path).is_ok_and(|other| other != *own)
    });
    let other = same.next()?;
    let place = name_of(other.decl);
    let what = format!("the module `{}`", other.path.join("."));
    Some((what, Some((place.file, place.span))))
}

/// Declarations of a module that belong to the package that uses it.
fn unusable(checking: &mut Checking<'_>, one: &ast::UseDecl, target: &Target) {
    let db = checking.db;
    if !is_own(db, checking.decl) {
        return;
    }
    let foreign: Vec<Decl<'_>> = declared(db, target)
        .into_iter()
        .filter(|decl| belongs_to_the_package(decl.kind(db)))
        .collect();
    let Some(first) = foreign.first() else {
        return;
    };
    let mut diagnostic = checking
        .diagnostic(
            modules::UNSUPPORTED_IN_MODULE,
            path_span(&one.path),
            format!(
                "this module declares {}, `{}`, which only the package that is run can do",
                first.kind(db).described(),
                bare(first.name(db))
            ),
        )
        .label("rules, constants and enums can be shared, nothing else")
        .help(
            "let it have a file of its own in that package, and use the file that holds the rules",
        );
    for decl in foreign.iter().take(SHOWN) {
        let place = name_of(*decl);
        let what = format!("declares {}", decl.kind(db).described());
        diagnostic = diagnostic.secondary(place.file, place.span, what);
    }
    checking.report(diagnostic);
}

/// Tests and exclusions of a dependency are its own business, broken declarations are told as such.
fn belongs_to_the_package(kind: ItemKind) -> bool {
    !is_importable(kind)
        && !matches!(
            kind,
            ItemKind::Use | ItemKind::Test | ItemKind::Exclusive | ItemKind::Error
        )
}

/// Replaces the diagnostics inside modules: warnings are the business of whoever wrote the module, errors are told once
/// for each `use` that rests on what is wrong. Files are stand-ins.
pub(crate) fn collapsed(db: &dyn Db, all: &[Decl<'_>], found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if loaded(db, db.project()).len() == 1 {
        return found;
    }
    let foreign: BTreeMap<FileId, Decl<'_>> = all
        .iter()
        .filter(|decl| !is_own(db, **decl))
        .map(|decl| (stand_in(*decl), *decl))
        .collect();
    let (inside, mut kept): (Vec<Diagnostic>, Vec<Diagnostic>) = found
        .into_iter()
        .partition(|diagnostic| foreign.contains_key(&whole(diagnostic.primary.file)));
    let mut of_use: BTreeMap<FileId, (Decl<'_>, Vec<Diagnostic>)> = BTreeMap::new();
    let asked = asked_for(db);
    for diagnostic in inside {
        if diagnostic.severity != Severity::Error {
            continue;
        }
        let decl = foreign[&whole(diagnostic.primary.file)];
        let by = match decl.kind(db) {
            // Nobody names what is broken: it may be what was asked for.
            ItemKind::Use | ItemKind::Error => user_of_space(db, decl.space(db)),
            _ => asked
                .get(decl.name(db))
                .filter(|(asked, _)| *asked == decl)
                .map(|(_, by)| *by),
        };
        if let Some(by) = by {
            let entry = of_use.entry(stand_in(by)).or_insert((by, Vec::new()));
            entry.1.push(diagnostic);
        }
    }
    for space in loaded(db, db.project()).iter().skip(1) {
        let errors: Vec<Diagnostic> = files_of(db, space)
            .into_iter()
            .flat_map(|file| file_errors(db, file))
            .collect();
        if let Some(by) = user_of_space(db, space).filter(|_| !errors.is_empty()) {
            let entry = of_use.entry(stand_in(by)).or_insert((by, Vec::new()));
            entry.1.extend(errors);
        }
    }
    kept.extend(
        of_use
            .into_values()
            .map(|(by, errors)| one_report(db, by, &errors)),
    );
    kept
}

/// The `use` that loads a space, perhaps by way of another.
fn user_of_space<'db>(db: &'db dyn Db, wanted: &str) -> Option<Decl<'db>> {
    uses_of_space(db, "").into_iter().find_map(|one| {
        let first = target(db, "", &one.path).ok()?.space;
        let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut queue = vec![first];
        while let Some(space) = queue.pop() {
            if *space == *wanted {
                return Some(one.decl);
            }
            if !seen.insert(Arc::clone(&space)) {
                continue;
            }
            let next = uses_of_space(db, &space).into_iter();
            queue.extend(
                next.filter_map(|inner| target(db, &space, &inner.path).ok())
                    .map(|target| target.space),
            );
        }
        None
    })
}

fn one_report(db: &dyn Db, by: Decl<'_>, errors: &[Diagnostic]) -> Diagnostic {
    let (path, span) = match &tree(db, by).kind {
        ast::DeclKind::Use(one) => {
            let names: Vec<&str> = one.path.iter().map(|name| name.text.as_str()).collect();
            (names.join("."), path_span(&one.path))
        }
        _ => (String::new(), Span::default()),
    };
    let first = errors.first().map_or("", |first| first.message.as_str());
    let unreadable = errors.iter().all(|error| error.code.id() < "P0200");
    let message = match unreadable {
        true => format!("`{path}` cannot be read: {first}"),
        false => format!("`{path}` does not fit this package: {first}"),
    };
    let mut diagnostic = Diagnostic::new(modules::MODULE_DOES_NOT_FIT, stand_in(by), span, message)
        .label("rules of this module cannot be used here");
    for error in errors.iter().take(SHOWN) {
        diagnostic = diagnostic.secondary(
            error.primary.file,
            error.primary.span,
            error.message.clone(),
        );
    }
    if errors.len() > SHOWN {
        diagnostic = diagnostic.note(format!(
            "there are {} more such places in it",
            errors.len() - SHOWN
        ));
    }
    if unreadable {
        return diagnostic.help("check that package by itself, and mend it there");
    }
    diagnostic
        .note("a module reads the fields and events of the package that uses it")
        .help("declare what it reads, or bring in only the names that fit: they stand in braces after its name")
}
