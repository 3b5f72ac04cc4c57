//! Modules: which files a `use` brings in, under which names, and what is wrong with it.
//!
//! Every declaration has one name in the whole compilation. The package's own are called as they are written; those
//! of a module `std.rfm` are `rfm.champions`, those of a dependency `common` are `common.vip`, whichever file they
//! stand in. [`qualify`] replaces what a declaration writes (`champions`, `rules.vip`) by these names in its tree, so
//! that nobody after it has to know of modules.
//!
//! A module sees its own declarations, those it `use`s, and the schema (profile, events) of the package that is
//! compiled; never that package's rules. What is not asked for is not checked.

mod links;
mod qualify;
mod report;
mod used;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_syntax::ast;

use super::queries::{Decl, GlobalName, ItemKind, file_symbols, lookup, parsed, symbols};
use super::{Db, Project, SourceFile};

pub(crate) use links::{link_diagnostics, unused_dependencies};
pub(crate) use qualify::{misuses, qualified};
pub(crate) use report::{check_use, collapsed, misuse_diagnostic};
pub(crate) use used::{asked_for, unused_imports};

use links::linked;
pub(super) use qualify::resolved;

/// The name of the standard library's package.
pub(crate) const STD: &str = "std";
/// What stands before the files of the standard library where paths are shown.
pub(super) const STD_PATH: &str = "persona:std/";

/// A package that the compiled one may use: another folder with a `persona.toml`.
#[derive(Clone, PartialEq)]
pub(crate) struct Package {
    /// The folder, as the façade knows it; unique.
    pub(crate) folder: Arc<str>,
    /// Its name, from its configuration, as it is written in rules; empty where it has none.
    pub(crate) name: Arc<str>,
    /// Its `persona.toml`.
    pub(crate) config: Option<SourceFile>,
    /// Its `.persona` files, by path.
    pub(crate) files: Vec<SourceFile>,
    /// Why it could not be read.
    pub(crate) problem: Option<Arc<str>>,
}

/// Whether the package itself declares something of this name.
pub(super) fn is_own_name(db: &dyn Db, name: &str) -> bool {
    lookup(db, name).is_some_and(|decl| is_own(db, decl))
}

/// Whether a declaration is the compiled package's own.
pub(crate) fn is_own(db: &dyn Db, decl: Decl<'_>) -> bool {
    decl.space(db).is_empty()
}

/// The file's name without its ending: the module that it is.
pub(crate) fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".persona").unwrap_or(name)
}

/// What stands before the names of a space's declarations: `rfm` for `std.rfm`, unless a dependency is called so.
pub(super) fn prefix<'a>(db: &dyn Db, space: &'a str) -> &'a str {
    let Some(module) = space.strip_prefix("std.") else {
        return space;
    };
    let packages = db.project().packages(db);
    match packages.iter().any(|package| *package.name == *module) {
        true => space,
        false => module,
    }
}

/// A declaration's name in the whole compilation.
pub(super) fn full_name(prefix: &str, name: &str) -> Arc<str> {
    if prefix.is_empty() || name.is_empty() {
        Arc::from(name)
    } else {
        Arc::from(format!("{prefix}.{name}"))
    }
}

/// The declarations' own part of a name: `champions` of `rfm.champions`.
pub(super) fn bare(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The files of a space: the package's own, a module of std, a dependency.
pub(crate) fn files_of(db: &dyn Db, space: &str) -> Vec<SourceFile> {
    let project = db.project();
    if space.is_empty() {
        return project.files(db).clone();
    }
    if space.starts_with("std.") {
        let files = project.library(db).iter().copied();
        return files.filter(|file| **file.space(db) == *space).collect();
    }
    let mut packages = project.packages(db).iter();
    let found = packages.find(|package| *package.name == *space);
    found.map_or_else(Vec::new, |package| package.files.clone())
}

/// Whether modules may declare this; a `use` may bring it in.
pub(super) fn is_importable(kind: ItemKind) -> bool {
    matches!(
        kind,
        ItemKind::Const
            | ItemKind::Trait
            | ItemKind::Fn
            | ItemKind::Segment
            | ItemKind::Partition
            | ItemKind::Enum
    )
}

/// Whether modules may name this although it is the package's own: the schema is what they work on.
pub(crate) fn is_schema(kind: ItemKind) -> bool {
    matches!(
        kind,
        ItemKind::Profile
            | ItemKind::Event
            | ItemKind::Events
            | ItemKind::Enum
            | ItemKind::Catalog
            | ItemKind::Content
            | ItemKind::Channel
    )
}

/// A `use`, without places.
#[derive(Clone, Debug, PartialEq, salsa::SalsaValue)]
pub(crate) struct Use<'db> {
    /// The declaration.
    pub(crate) decl: Decl<'db>,
    /// `std`, `rfm`.
    pub(crate) path: Vec<Arc<str>>,
    /// The names in braces.
    pub(crate) items: Option<Vec<Arc<str>>>,
}

/// The `use`s of a file.
#[salsa::tracked]
pub(super) fn file_uses<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Use<'db>> {
    let decls = file_symbols(db, file).iter().copied();
    decls.filter_map(|decl| read_use(db, decl)).collect()
}

fn read_use<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Option<Use<'db>> {
    if decl.kind(db) != ItemKind::Use {
        return None;
    }
    let ast::DeclKind::Use(tree) = &parsed(db, decl.source(db)).tree.kind else {
        return None;
    };
    let texts = |names: &[ast::Name]| -> Vec<Arc<str>> {
        let whole = names.iter().filter(|name| !name.is_missing());
        whole.map(|name| Arc::from(name.text.as_str())).collect()
    };
    Some(Use {
        decl,
        path: texts(&tree.path),
        items: tree.items.as_deref().map(texts),
    })
}

/// What a `use` is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The space that is looked into.
    pub(crate) space: Arc<str>,
    /// The one file of it, by its stem.
    pub(crate) file: Option<Arc<str>>,
}

/// Why a `use` is about nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoTarget {
    /// There is nothing between `use` and the end; already reported.
    Nothing,
    /// There is no such package.
    Package,
    /// The package has no such module.
    Module,
    /// The package is std, which is used by its modules.
    Std,
    /// Modules hold no modules.
    TooDeep,
}

/// What a `use` in a space is about.
pub(crate) fn target(db: &dyn Db, from: &str, path: &[Arc<str>]) -> Result<Target, NoTarget> {
    let project = db.project();
    match path {
        [] => Err(NoTarget::Nothing),
        [package, ..] if **package == *STD => match path {
            [_, module] => {
                let space: Arc<str> = Arc::from(format!("{STD}.{module}"));
                let known = !files_of(db, &space).is_empty();
                known
                    .then_some(Target { space, file: None })
                    .ok_or(NoTarget::Module)
            }
            [_] => Err(NoTarget::Std),
            _ => Err(NoTarget::TooDeep),
        },
        [package, rest @ ..] => {
            let links = linked(db, project);
            let Some(space) = links.of(from).and_then(|names| names.get(package)) else {
                return Err(NoTarget::Package);
            };
            let space = Arc::clone(space);
            match rest {
                [] => Ok(Target { space, file: None }),
                [module] => {
                    let files = files_of(db, &space);
                    let known = files.iter().any(|file| stem(file.path(db)) == &**module);
                    let file = Some(Arc::clone(module));
                    known
                        .then_some(Target { space, file })
                        .ok_or(NoTarget::Module)
                }
                _ => Err(NoTarget::TooDeep),
            }
        }
    }
}

/// The names of the modules that a package offers.
pub(crate) fn modules_of(db: &dyn Db, from: &str, package: &str) -> Vec<Arc<str>> {
    let project = db.project();
    let mut names: Vec<Arc<str>> = if package == STD {
        let files = project.library(db).iter();
        files.map(|file| Arc::from(stem(file.path(db)))).collect()
    } else {
        let links = linked(db, project);
        let space = links.of(from).and_then(|names| names.get(package));
        let files = space.map_or_else(Vec::new, |space| files_of(db, space));
        let stems = files.iter().map(|file| Arc::from(stem(file.path(db))));
        stems.collect()
    };
    names.sort_unstable();
    names.dedup();
    names
}

/// The names of the packages that a space may use, `std` among them.
pub(crate) fn packages_of(db: &dyn Db, from: &str) -> Vec<Arc<str>> {
    let own = linked(db, db.project()).of(from);
    let own = own.into_iter().flat_map(BTreeMap::keys).cloned();
    std::iter::once(Arc::from(STD)).chain(own).collect()
}

/// The declarations that a target offers, by their own names.
pub(crate) fn exports<'db>(db: &'db dyn Db, target: &Target) -> BTreeMap<Arc<str>, Decl<'db>> {
    let mut found = BTreeMap::new();
    for decl in declared(db, target) {
        if is_importable(decl.kind(db)) && !decl.name(db).is_empty() {
            let name = Arc::from(bare(decl.name(db)));
            found.entry(name).or_insert(decl);
        }
    }
    found
}

/// All that stands in a target, also what cannot be brought in.
pub(super) fn declared<'db>(db: &'db dyn Db, target: &Target) -> Vec<Decl<'db>> {
    let files = files_of(db, &target.space).into_iter();
    let meant = |file: &SourceFile| {
        target
            .file
            .as_ref()
            .is_none_or(|wanted| **wanted == *stem(file.path(db)))
    };
    files
        .filter(meant)
        .flat_map(|file| file_symbols(db, file))
        .copied()
        .collect()
}

/// The spaces that take part in the compilation, the package's own first.
#[salsa::tracked]
pub(crate) fn loaded(db: &dyn Db, project: Project) -> Vec<Arc<str>> {
    let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut found: Vec<Arc<str>> = vec![Arc::from("")];
    let mut next = 0;
    while let Some(space) = found.get(next).cloned() {
        next += 1;
        for file in files_of(db, &space) {
            for one in file_uses(db, file) {
                let target = target(db, &space, &one.path);
                if let Ok(Target { space, .. }) = target
                    && seen.insert(Arc::clone(&space))
                {
                    found.push(space);
                }
            }
        }
    }
    debug_assert!(found.len() <= project.library(db).len() + project.packages(db).len() + 1);
    found
}

/// The declarations of modules that take part: what can be brought in, and what is wrong.
pub(super) fn shared_decls<'db>(db: &'db dyn Db) -> Vec<Decl<'db>> {
    let files = shared_files(db).into_iter();
    let decls = files.flat_map(|file| file_symbols(db, file)).copied();
    decls.filter(|decl| is_shared(decl.kind(db))).collect()
}

/// The files of modules that take part.
pub(super) fn shared_files(db: &dyn Db) -> Vec<SourceFile> {
    let spaces = loaded(db, db.project()).iter().skip(1);
    spaces.flat_map(|space| files_of(db, space)).collect()
}

/// Whether a declaration of a module takes part.
pub(super) fn is_shared(kind: ItemKind) -> bool {
    is_importable(kind) || matches!(kind, ItemKind::Use | ItemKind::Error)
}

/// All files that take part, with their declarations' spaces.
pub(crate) fn loaded_files(db: &dyn Db) -> Vec<SourceFile> {
    let spaces = loaded(db, db.project()).iter();
    spaces.flat_map(|space| files_of(db, space)).collect()
}

/// The `use`s of a space, in the order of its files.
pub(crate) fn uses_of_space<'db>(db: &'db dyn Db, space: &str) -> Vec<&'db Use<'db>> {
    let files = files_of(db, space).into_iter();
    files.flat_map(|file| file_uses(db, file)).collect()
}

/// A name that means a declaration of a module.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Meant {
    /// The declaration's name in the whole compilation.
    pub(crate) name: Arc<str>,
    /// What it is.
    pub(crate) kind: ItemKind,
}

/// The names that the declarations of a space may write for those of modules.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Names {
    /// Names in braces; in a module also its own declarations.
    pub(crate) bare: BTreeMap<Arc<str>, Meant>,
    /// Of [`Self::bare`], those that stand in braces.
    pub(crate) items: BTreeSet<Arc<str>>,
    /// Modules that are used as a whole: by their last name, and by the whole path.
    pub(crate) modules: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Meant>>,
    /// Names that a `use` should have brought in and did not: the `use` is reported, not they.
    pub(crate) broken: BTreeSet<Arc<str>>,
}

/// The names of modules in a space; `None` where there are none, which is most often so.
pub(crate) fn names_in<'db>(db: &'db dyn Db, space: &str) -> Option<&'db Names> {
    names_of_space(db, GlobalName::new(db, Arc::<str>::from(space))).as_ref()
}

#[salsa::tracked]
fn names_of_space<'db>(db: &'db dyn Db, space: GlobalName<'db>) -> Option<Names> {
    let space = space.text(db);
    let mut names = Names::default();
    let meant = |decl: Decl<'_>| Meant {
        name: Arc::clone(decl.name(db)),
        kind: decl.kind(db),
    };
    if !space.is_empty() {
        let whole = Target {
            space: Arc::clone(space),
            file: None,
        };
        let own = exports(db, &whole).into_iter();
        names.bare = own.map(|(name, decl)| (name, meant(decl))).collect();
    }
    for one in uses_of_space(db, space) {
        let Ok(target) = target(db, space, &one.path) else {
            names.broken.extend(should_be(db, space, one));
            continue;
        };
        let offered = exports(db, &target);
        let missing = one.items.iter().flatten();
        let missing = missing.filter(|item| !offered.contains_key(*item));
        names.broken.extend(missing.cloned());
        if let Some(items) = &one.items {
            for item in items {
                // A name that the package has itself keeps its meaning; the `use` is reported.
                let free = !space.is_empty() || !is_own_name(db, item);
                if let Some(decl) = offered.get(item).filter(|_| free) {
                    names.items.insert(Arc::clone(item));
                    names
                        .bare
                        .entry(Arc::clone(item))
                        .or_insert_with(|| meant(*decl));
                }
            }
            continue;
        }
        let all: BTreeMap<Arc<str>, Meant> = offered
            .into_iter()
            .map(|(name, decl)| (name, meant(decl)))
            .collect();
        let dotted: Arc<str> = Arc::from(one.path.join("."));
        names.modules.entry(dotted).or_insert_with(|| all.clone());
        let free = |last: &&Arc<str>| !space.is_empty() || !is_own_name(db, last);
        if let Some(last) = one.path.last().filter(free) {
            names.modules.entry(Arc::clone(last)).or_insert(all);
        }
    }
    let empty = names.bare.is_empty() && names.modules.is_empty() && names.broken.is_empty();
    (!empty).then_some(names)
}

/// The names that a `use` of nothing should have brought in: those in its braces, or the module's, also as it was probably
/// meant.
fn should_be(db: &dyn Db, space: &str, one: &Use<'_>) -> Vec<Arc<str>> {
    if let Some(items) = &one.items {
        return items.clone();
    }
    let (Some(package), Some(last)) = (one.path.first(), one.path.last()) else {
        return Vec::new();
    };
    let known = modules_of(db, space, package);
    let meant = persona_base::nearest(last, known.iter().map(|name| &**name));
    let meant = meant.map(Arc::from);
    std::iter::once(Arc::clone(last)).chain(meant).collect()
}

/// What a name may be written as in a space and mean a declaration of a module, for did-you-mean.
pub(crate) fn visible(db: &dyn Db, space: &str) -> Vec<Arc<str>> {
    let Some(names) = names_in(db, space) else {
        return Vec::new();
    };
    let items = names.items.iter().cloned();
    let modules = names
        .modules
        .iter()
        .filter(|(module, _)| !module.contains('.'));
    let qualified = modules.flat_map(|(module, all)| {
        all.keys()
            .map(move |name| Arc::from(format!("{module}.{name}")))
    });
    items.chain(qualified).collect()
}

/// The declaration of a module that a name means as it may be written in a space.
pub(crate) fn meant_by<'db>(db: &'db dyn Db, space: &str, written: &str) -> Option<Decl<'db>> {
    let names = names_in(db, space)?;
    let meant = match written.rsplit_once('.') {
        Some((module, name)) => names.modules.get(module)?.get(name)?,
        None => names.bare.get(written)?,
    };
    symbols(db, db.project()).by_name.get(&meant.name).copied()
}

/// The declaration of a module that nobody uses, by its name in the whole compilation.
pub(crate) fn unloaded<'db>(db: &'db dyn Db, name: &str) -> Option<Decl<'db>> {
    let (module, _) = name.rsplit_once('.')?;
    let project = db.project();
    let packages = project.packages(db).iter();
    let files = project
        .library(db)
        .iter()
        .chain(packages.flat_map(|package| &package.files));
    let meant = files.filter(|file| prefix(db, file.space(db)) == module);
    let mut decls = meant.flat_map(|file| file_symbols(db, *file)).copied();
    decls.find(|decl| is_importable(decl.kind(db)) && **decl.name(db) == *name)
}

/// The currency of a package that has no amounts: nobody can ask for what depends on it.
pub(crate) fn any_currency() -> crate::TypeKind {
    let currency = persona_base::Currency::from_code("XXX")
        .or_else(|| persona_base::currencies().next())
        .expect("the table of currencies is not empty");
    crate::TypeKind::Money(currency)
}
