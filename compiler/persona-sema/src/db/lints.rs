//! What is wrong or dubious between declarations: names that are declared twice, several profiles, definitions that nobody
//! uses, a package that declares nothing; and the other places that a renaming has to change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{
    Applicability, Code, Diagnostic, Edit, FileId, Fix, Span, data, names, package,
};
use persona_syntax::ast;
use rustc_hash::FxHashSet;

use super::facts::all_links;
use super::graph::names_in;
use super::origin::name_of;
use super::queries::{Decl, ItemKind, Symbols, check, header, symbols, tree};
use super::templates::named;
use super::{Db, Project, scc, stand_in};
use crate::SlotValue;
use crate::decl::Unit;

/// Everything between declarations.
pub(super) fn package_diagnostics(db: &dyn Db) -> Vec<Diagnostic> {
    let mut found = of_names(db, db.project()).clone();
    found.extend(super::deprecated::deprecated(db));
    found.extend(circular_preferences(db));
    found.extend(empty(db));
    found
}

/// What the names of the package alone tell: which are declared twice, and which nobody uses.
#[salsa::tracked]
fn of_names(db: &dyn Db, project: Project) -> Vec<Diagnostic> {
    let symbols = symbols(db, project);
    let mut found = duplicates(db, symbols);
    found.extend(further_profiles(db, symbols));
    found.extend(unused(db, symbols));
    found
}

/// A diagnostic about a declaration, at its name.
fn about(decl: Decl<'_>, code: Code, message: String) -> Diagnostic {
    let name = name_of(decl);
    Diagnostic::new(code, name.file, name.span, message)
}

/// Names that are declared again.
fn duplicates(db: &dyn Db, symbols: &Symbols<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for decl in &symbols.all {
        let (name, kind) = (decl.name(db), decl.kind(db));
        let first = symbols.by_name.get(name).copied();
        let Some(first) = first.filter(|first| first != decl) else {
            continue;
        };
        // What a `use` takes from others is reported there.
        if kind == ItemKind::Use {
            continue;
        }
        // Tests have titles, which are no names.
        if kind == ItemKind::Test {
            continue;
        }
        // Several profiles are reported as such.
        if kind == ItemKind::Profile && first.kind(db) == ItemKind::Profile {
            continue;
        }
        let place = name_of(first);
        let message = format!("`{name}` is declared twice");
        let earlier = format!("first declared here, as {}", first.kind(db).described());
        let diagnostic = about(*decl, names::DUPLICATE_DECLARATION, message)
            .label(format!("declared again, as {}", kind.described()))
            .secondary(place.file, place.span, earlier)
            .note("all files of a package share one set of names")
            .help("give one of them another name, or remove it");
        found.push(diagnostic);
    }
    found
}

/// Profiles after the first.
fn further_profiles(db: &dyn Db, symbols: &Symbols<'_>) -> Vec<Diagnostic> {
    let mut profiles = symbols
        .all
        .iter()
        .filter(|decl| decl.kind(db) == ItemKind::Profile);
    let Some(first) = profiles.next() else {
        return Vec::new();
    };
    let place = name_of(*first);
    let report = |decl: &Decl<'_>| {
        let message = "a package describes one kind of person: it has one profile".to_owned();
        about(*decl, data::SEVERAL_PROFILES, message)
            .label("a second profile")
            .secondary(place.file, place.span, "the profile of this package")
            .help("move its fields into the first one")
    };
    profiles.map(report).collect()
}

/// What only has a meaning where it is used, and is used nowhere.
fn unused(db: &dyn Db, symbols: &Symbols<'_>) -> Vec<Diagnostic> {
    // A package without people is there for others: what it declares is for them.
    let for_others = symbols
        .all
        .iter()
        .all(|decl| decl.kind(db) != ItemKind::Profile);
    if for_others && db.project().config(db).is_some() {
        return Vec::new();
    }
    let mut used: FxHashSet<&str> = FxHashSet::default();
    for (decl, links) in all_links(db) {
        let others = links.used.iter().filter(|name| *name != decl.name(db));
        used.extend(others.map(|name| &**name));
        used.extend(links.named.iter().map(|name| &**name));
    }
    let contents = symbols.all.iter().copied();
    let contents: Vec<Decl<'_>> = contents
        .filter(|decl| decl.kind(db) == ItemKind::Content)
        .collect();
    used.extend(
        contents
            .iter()
            .flat_map(|decl| used_by_templates(db, *decl)),
    );
    let shown_by_templates = unread_templates(db, &contents);
    let nobody = symbols
        .by_name
        .iter()
        .filter(|(name, _)| !used.contains(&***name));
    nobody
        .filter(|(_, decl)| decl.kind(db) != ItemKind::Recommend || !shown_by_templates)
        .filter_map(|(name, decl)| unused_diagnostic(db, name, *decl))
        .collect()
}

/// The names that the templates of a content use, in whichever file.
fn used_by_templates<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Vec<&'db str> {
    // Most contents have none, and their checks need not be asked.
    if named(db, decl).is_empty() {
        return Vec::new();
    }
    let Unit::Content(content) = &check(db, decl).unit else {
        return Vec::new();
    };
    let read = content.fillings().filter_map(|value| match value {
        SlotValue::Template { read, .. } => read.as_ref(),
        SlotValue::Expr(_) => None,
    });
    let roots = read.flat_map(|read| &read.template.roots);
    roots
        .filter_map(|root| Some(&**root.path.first()?))
        .collect()
}

/// Whether some content is made from a file that nobody has read, which may show anything.
fn unread_templates(db: &dyn Db, contents: &[Decl<'_>]) -> bool {
    let read = db.project().template_files(db);
    let named = contents.iter().flat_map(|decl| named(db, *decl));
    named.into_iter().any(|name| !read.contains_key(&*name))
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
        ItemKind::Enum => (
            names::UNUSED_DECLARATION,
            "an enum is the type of something, or nothing",
        ),
        ItemKind::Events => (
            names::UNUSED_DECLARATION,
            "a group of events has an effect only where it is counted",
        ),
        ItemKind::Catalog => (
            names::UNUSED_DECLARATION,
            "a catalog is there to be looked up and recommended from",
        ),
        ItemKind::Purpose => (
            names::UNUSED_DECLARATION,
            "a purpose has an effect only where something is sent for it",
        ),
        ItemKind::Channel => (
            names::UNUSED_DECLARATION,
            "a channel has an effect only where something is sent through it",
        ),
        ItemKind::Recommend => (
            names::UNUSED_DECLARATION,
            "a recommendation is made only where it is shown, or stands in for another",
        ),
        _ => return None,
    };
    let diagnostic = about(decl, code, format!("`{name}` is not used anywhere"));
    Some(
        diagnostic
            .label("never used")
            .note(why)
            .help("use it, or remove it"),
    )
}

/// `prefer a over b` here and `prefer b over a` there, also by way of others.
fn circular_preferences(db: &dyn Db) -> Vec<Diagnostic> {
    let mut clauses: Vec<(FileId, Span, &str, &str)> = Vec::new();
    for decl in &symbols(db, db.project()).all {
        if decl.kind(db) != ItemKind::Source {
            continue;
        }
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
        .flat_map(|decl| names_in(db, *decl).globals.keys())
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
            for (name, spans) in &names_in(db, *decl).mentions {
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
