//! What is wrong or dubious between declarations: names that are declared twice, several profiles, definitions that nobody
//! uses, a package that declares nothing; and the other places that a renaming has to change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, Edit, FileId, Fix, Span, data, names, package};
use persona_syntax::ast;

use super::graph::uses;
use super::queries::{Decl, ItemKind, header, symbols, tree};
use super::{Db, scc, stand_in};

/// Everything between declarations.
pub(super) fn package_diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let mut found = duplicates(db);
    found.extend(further_profiles(db));
    found.extend(unused(db));
    found.extend(deprecated(db));
    found.extend(circular_preferences(db));
    found.extend(empty(db));
    found
}

/// Names that are declared again.
fn duplicates(db: &dyn Db) -> Vec<Diagnostic> {
    let symbols = symbols(db, db.project());
    let mut found = Vec::new();
    for decl in &symbols.all {
        let name = decl.name(db);
        let Some(first) = symbols
            .by_name
            .get(name)
            .copied()
            .filter(|first| first != decl)
        else {
            continue;
        };
        // Several profiles are reported as such.
        if decl.kind(db) == ItemKind::Profile && first.kind(db) == ItemKind::Profile {
            continue;
        }
        let message = format!("`{name}` is declared twice");
        let diagnostic = Diagnostic::new(
            names::DUPLICATE_DECLARATION,
            stand_in(*decl),
            tree(db, *decl).name.span,
            message,
        )
        .label(format!("declared again, as {}", decl.kind(db).described()))
        .secondary(
            stand_in(first),
            tree(db, first).name.span,
            format!("first declared here, as {}", first.kind(db).described()),
        )
        .note("all files of a package share one set of names")
        .help("give one of them another name, or remove it");
        found.push(diagnostic);
    }
    found
}

/// Profiles after the first.
fn further_profiles(db: &dyn Db) -> Vec<Diagnostic> {
    let all = &symbols(db, db.project()).all;
    let mut profiles = all
        .iter()
        .copied()
        .filter(|decl| decl.kind(db) == ItemKind::Profile);
    let Some(first) = profiles.next() else {
        return Vec::new();
    };
    let report = |decl: Decl<'_>| {
        let message = "a package describes one kind of person: it has one profile".to_owned();
        Diagnostic::new(
            data::SEVERAL_PROFILES,
            stand_in(decl),
            tree(db, decl).name.span,
            message,
        )
        .label("a second profile")
        .secondary(
            stand_in(first),
            tree(db, first).name.span,
            "the profile of this package",
        )
        .help("move its fields into the first one")
    };
    profiles.map(report).collect()
}

/// What only has a meaning where it is used, and is used nowhere.
fn unused(db: &dyn Db) -> Vec<Diagnostic> {
    let symbols = symbols(db, db.project());
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for decl in &symbols.all {
        used.extend(
            uses(db, *decl)
                .globals
                .keys()
                .map(|name| &**name)
                .filter(|name| *name != &**decl.name(db)),
        );
    }
    let nobody = symbols
        .by_name
        .iter()
        .filter(|(name, _)| !used.contains(&***name));
    nobody
        .filter_map(|(name, decl)| unused_diagnostic(db, name, *decl))
        .collect()
}

fn unused_diagnostic(db: &dyn Db, name: &str, decl: Decl<'_>) -> Option<Diagnostic> {
    let with_params = header(db, decl).has_params;
    let (code, why) = match decl.kind(db) {
        ItemKind::Segment if with_params => (
            names::UNUSED_SEGMENT,
            "a segment with parameters is asked only where it is called",
        ),
        ItemKind::Trait if with_params => (
            names::UNUSED_DECLARATION,
            "a trait with parameters is computed only where it is called",
        ),
        ItemKind::Fn => (
            names::UNUSED_DECLARATION,
            "a function is computed only where it is called",
        ),
        ItemKind::Const => (
            names::UNUSED_DECLARATION,
            "a constant has an effect only where it is used",
        ),
        _ => return None,
    };
    let message = format!("`{name}` is not used anywhere");
    let place = tree(db, decl).name.span;
    Some(
        Diagnostic::new(code, stand_in(decl), place, message)
            .label("never used")
            .note(why)
            .help("use it, or remove it"),
    )
}

/// Uses of what is marked `@deprecated`.
fn deprecated(db: &dyn Db) -> Vec<Diagnostic> {
    let symbols = symbols(db, db.project());
    let mut advice: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for (name, decl) in &symbols.by_name {
        if let Some(found) = tree(db, *decl)
            .annotations
            .iter()
            .find(|a| a.name.text == "deprecated")
        {
            advice.insert(name, found.args.first().and_then(plain_text));
        }
    }
    if advice.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for decl in &symbols.all {
        for (name, spans) in &uses(db, *decl).globals {
            let Some(text) = advice.get(&**name).filter(|_| **name != **decl.name(db)) else {
                continue;
            };
            for span in spans {
                let message = format!("`{name}` is marked as deprecated");
                let mut diagnostic =
                    Diagnostic::new(names::DEPRECATED_USE, stand_in(*decl), *span, message)
                        .label("used here");
                diagnostic.help.clone_from(text);
                found.push(diagnostic);
            }
        }
    }
    found
}

fn plain_text(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        ast::ExprKind::Str(parts) => match parts.as_slice() {
            [ast::StrPart::Text(text)] => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// `prefer a over b` here and `prefer b over a` there, also by way of others.
fn circular_preferences(db: &dyn Db) -> Vec<Diagnostic> {
    let mut clauses: Vec<(FileId, Span, &str, &str)> = Vec::new();
    for decl in &symbols(db, db.project()).all {
        let ast::DeclKind::Source(source) = &tree(db, *decl).kind else {
            continue;
        };
        clauses.extend(source.clauses.iter().filter_map(|clause| match clause {
            ast::SourceClause::Prefer {
                winner,
                loser,
                span,
            } if winner.text != loser.text => Some((
                stand_in(*decl),
                *span,
                winner.text.as_str(),
                loser.text.as_str(),
            )),
            _ => None,
        }));
    }
    let names: BTreeSet<&str> = clauses
        .iter()
        .flat_map(|(_, _, winner, loser)| [*winner, *loser])
        .collect();
    let numbers: BTreeMap<&str, u32> = names.into_iter().zip(0..).collect();
    let mut edges: Vec<Vec<u32>> = vec![Vec::new(); numbers.len()];
    for (_, _, winner, loser) in &clauses {
        edges[numbers[winner] as usize].push(numbers[loser]);
    }
    let circles = scc::components(&edges)
        .into_iter()
        .filter(|members| members.len() > 1);
    let report = |members: Vec<u32>| {
        let inside = |name: &str| members.binary_search(&numbers[name]).is_ok();
        let mut around = clauses
            .iter()
            .filter(|(_, _, winner, loser)| inside(winner) && inside(loser));
        let (file, span, winner, loser) = around.next().expect("a circle has a clause");
        let message = format!(
            "`{winner}` is preferred over `{loser}` here, and the other way round elsewhere"
        );
        let diagnostic = Diagnostic::new(data::INVALID_PREFER, *file, *span, message)
            .label("which of them wins?")
            .help("take one of the preferences out");
        around
            .take(8)
            .fold(diagnostic, |diagnostic, (file, span, winner, loser)| {
                diagnostic.secondary(*file, *span, format!("`{winner}` over `{loser}`"))
            })
    };
    circles.map(report).collect()
}

/// A package without declarations.
fn empty(db: &dyn Db) -> Option<Diagnostic> {
    let project = db.project();
    if !symbols(db, project).all.is_empty() {
        return None;
    }
    let file = project.files(db).first().copied().or(project.config(db))?;
    let whole_files = project
        .files(db)
        .iter()
        .any(|file| !super::queries::decls(db, *file).errors.is_empty());
    if whole_files {
        return None;
    }
    let diagnostic = Diagnostic::new(
        package::EMPTY_PACKAGE,
        file.id(db),
        Span::at(0),
        "this package declares nothing",
    )
    .label("no profile, event or segment here")
    .help("begin with who your people are: `profile Customer { id: String @key }`");
    Some(diagnostic)
}

/// Whoever calls something has arguments for its parameters: one that is not used cannot simply be taken out there, but it
/// can say that it is not used.
pub(super) fn keep_called_parameters(db: &dyn Db, diagnostics: &mut [Diagnostic]) {
    let unused = |diagnostic: &Diagnostic| diagnostic.code == names::UNUSED_PARAMETER;
    if !diagnostics.iter().any(unused) {
        return;
    }
    let all = &symbols(db, db.project()).all;
    let used: BTreeSet<&str> = all
        .iter()
        .flat_map(|decl| uses(db, *decl).globals.keys())
        .map(|name| &**name)
        .collect();
    let called = all.iter().filter(|decl| used.contains(&**decl.name(db)));
    let called: BTreeMap<FileId, Decl<'_>> = called.map(|decl| (stand_in(*decl), *decl)).collect();
    for diagnostic in diagnostics
        .iter_mut()
        .filter(|diagnostic| unused(diagnostic))
    {
        let (file, span) = (diagnostic.primary.file, diagnostic.primary.span);
        let Some(decl) = called.get(&file) else {
            continue;
        };
        let renamed = format!("_{}", span.of(decl.source(db).text(db)));
        diagnostic.fixes = vec![Fix {
            title: format!("rename it to `{renamed}`"),
            applicability: Applicability::Maybe,
            edits: vec![Edit {
                file,
                span,
                text: renamed,
            }],
        }];
    }
}

/// Adds to the fix of each name's casing the other places of that name: whoever renames a declaration, renames it
/// everywhere. A fix whose new name is taken is dropped.
pub(super) fn complete_renames(db: &dyn Db, diagnostics: &mut [Diagnostic]) {
    let renames =
        |diagnostic: &Diagnostic| [names::TYPE_CASE, names::NAME_CASE].contains(&diagnostic.code);
    if !diagnostics.iter().any(renames) {
        return;
    }
    let mentions = Mentions::of(db);
    for diagnostic in diagnostics
        .iter_mut()
        .filter(|diagnostic| renames(diagnostic))
    {
        let Some(fix) = diagnostic.fixes.first_mut() else {
            continue;
        };
        let Some(own) = fix.edits.first().cloned() else {
            continue;
        };
        let old = mentions.text(db, own.file, own.span);
        if mentions.by_name.contains_key(own.text.as_str()) {
            diagnostic.fixes.clear();
            continue;
        }
        let others = mentions.by_name.get(old.as_str()).into_iter().flatten();
        let others: Vec<_> = others
            .filter(|place| **place != (own.file, own.span))
            .collect();
        if !others.is_empty() {
            fix.applicability = Applicability::Maybe;
        }
        fix.edits.extend(others.iter().map(|(file, span)| Edit {
            file: *file,
            span: *span,
            text: own.text.clone(),
        }));
    }
}

/// Every place where a name is written in the package.
struct Mentions<'db> {
    by_name: BTreeMap<Arc<str>, Vec<(FileId, Span)>>,
    texts: BTreeMap<FileId, Decl<'db>>,
}

impl<'db> Mentions<'db> {
    fn of(db: &'db dyn Db) -> Self {
        let mut mentions = Self {
            by_name: BTreeMap::new(),
            texts: BTreeMap::new(),
        };
        for decl in &symbols(db, db.project()).all {
            mentions.texts.insert(stand_in(*decl), *decl);
            for (name, spans) in &uses(db, *decl).mentions {
                let places = mentions.by_name.entry(Arc::clone(name)).or_default();
                places.extend(spans.iter().map(|span| (stand_in(*decl), *span)));
            }
        }
        mentions
    }

    fn text(&self, db: &dyn Db, file: FileId, span: Span) -> String {
        self.texts.get(&file).map_or(String::new(), |decl| {
            span.of(decl.source(db).text(db)).to_owned()
        })
    }
}
