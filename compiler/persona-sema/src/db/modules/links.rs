//! Which packages a package names in its `persona.toml`, and what is wrong with that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, FileId, Span, modules};

use super::super::queries::config;
use super::super::{Db, Project, SourceFile};
use super::{Package, STD, uses_of_space};
use crate::package::{Config, Dependency};

/// The packages that each package may use, and what is wrong.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Links {
    by_space: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Arc<str>>>,
    diagnostics: Vec<Diagnostic>,
}

impl Links {
    /// The packages that a space may use, by the names it gives them.
    pub(super) fn of(&self, space: &str) -> Option<&BTreeMap<Arc<str>, Arc<str>>> {
        self.by_space.get(space)
    }
}

/// What is wrong with the dependencies, at the package's own `persona.toml`.
pub(crate) fn link_diagnostics(db: &dyn Db) -> &[Diagnostic] {
    &linked(db, db.project()).diagnostics
}

/// Dependencies of which no file says `use`, at the package's own `persona.toml`.
pub(crate) fn unused_dependencies(db: &dyn Db) -> Vec<Diagnostic> {
    let project = db.project();
    let Some(file) = project.config(db) else {
        return Vec::new();
    };
    let named = &config(db, project).dependencies;
    if named.is_empty() {
        return Vec::new();
    }
    let known = linked(db, project).of("");
    let used: BTreeSet<&Arc<str>> = uses_of_space(db, "")
        .into_iter()
        .filter_map(|one| one.path.first())
        .collect();
    let idle = named.iter().filter(|dependency| {
        let whole = known.is_some_and(|known| known.contains_key(&dependency.name));
        whole && !used.contains(&dependency.name)
    });
    idle.map(|dependency| {
        let name = &dependency.name;
        let message = format!("nothing here uses the package `{name}`");
        Diagnostic::new(
            modules::UNUSED_DEPENDENCY,
            file.id(db),
            dependency.place,
            message,
        )
        .label("named for nothing")
        .help(format!(
            "write `use {name}` where it is needed, or take it out"
        ))
    })
    .collect()
}

/// The configuration of a dependency.
#[salsa::tracked]
fn config_of(db: &dyn Db, file: SourceFile) -> Config {
    Config::read(Some((file.id(db), &**file.text(db))), "")
}

#[salsa::tracked]
pub(super) fn linked(db: &dyn Db, project: Project) -> Links {
    let mut walk = Walk {
        db,
        project,
        links: Links::default(),
        folders: BTreeMap::new(),
        path: Vec::new(),
        root: None,
        reported: BTreeSet::new(),
    };
    if let Some(file) = project.config(db) {
        walk.package(
            "",
            &Arc::from(""),
            file.id(db),
            &config(db, project).dependencies,
        );
    }
    walk.links
}

/// Goes from package to package, each once.
struct Walk<'db> {
    db: &'db dyn Db,
    project: Project,
    links: Links,
    /// The folder of each package's name.
    folders: BTreeMap<Arc<str>, Arc<str>>,
    /// The packages on the way here: names, with the place that names the next.
    path: Vec<(Arc<str>, FileId, Span)>,
    /// The place in the package's own `persona.toml` that led here.
    root: Option<(FileId, Span)>,
    /// Folders whose trouble is told.
    reported: BTreeSet<Arc<str>>,
}

impl Walk<'_> {
    fn package(&mut self, folder: &str, space: &Arc<str>, file: FileId, deps: &[Dependency]) {
        self.links.by_space.entry(Arc::clone(space)).or_default();
        for dependency in deps {
            let outermost = self.root.is_none();
            if outermost {
                self.root = Some((file, dependency.place));
            }
            self.path
                .push((Arc::clone(space), file, dependency.path_place));
            self.dependency(folder, space, file, dependency);
            self.path.pop();
            if outermost {
                self.root = None;
            }
        }
    }

    fn dependency(&mut self, from: &str, space: &Arc<str>, file: FileId, dependency: &Dependency) {
        let place = (file, dependency.path_place);
        if *dependency.name == *STD {
            let message = "`std` is the standard library, which every package has".to_owned();
            let diagnostic = self
                .at(modules::DEPENDENCY_NAME, (file, dependency.place), message)
                .label("this name is taken")
                .help("call the package something else");
            self.report(diagnostic);
            return;
        }
        if is_absolute(&dependency.path) {
            let message = format!(
                "the folder of `{}` is said from the root of one computer",
                dependency.name
            );
            let diagnostic = self
                .at(modules::MISSING_DEPENDENCY, place, message)
                .label("on another computer it is somewhere else")
                .help("say it from here: `path = \"../common\"`");
            self.report(diagnostic);
            return;
        }
        let folder = self.folder(from, &dependency.name);
        if folder.as_deref() == Some("") {
            self.cycle(&Arc::from(""), place);
            return;
        }
        let packages = self.project.packages(self.db);
        let found = folder.and_then(|folder| {
            packages
                .iter()
                .find(|package| package.folder == folder)
                .cloned()
        });
        let Some(package) = found else {
            self.missing(dependency, place, None);
            return;
        };
        if let Some(known) = self.usable(&package, dependency, file) {
            let names = self.links.by_space.entry(Arc::clone(space)).or_default();
            names.insert(Arc::clone(&dependency.name), Arc::clone(&known));
            self.enter(&package, &known, place);
        }
    }

    /// Goes into a package, unless it was gone into already.
    fn enter(&mut self, package: &Package, name: &Arc<str>, place: (FileId, Span)) {
        if self.path.iter().any(|(on_path, ..)| on_path == name) {
            self.cycle(name, place);
            return;
        }
        if self.links.by_space.contains_key(name) {
            return;
        }
        let Some(file) = package.config else {
            return;
        };
        let config = config_of(self.db, file);
        let errors: Vec<Diagnostic> = config.diagnostics.clone();
        let wrong = errors
            .into_iter()
            .find(|found| found.severity == persona_base::Severity::Error);
        if let Some(wrong) = wrong {
            let message = format!("the `persona.toml` of `{name}` is wrong: {}", wrong.message);
            let diagnostic = self
                .at(modules::MISSING_DEPENDENCY, place, message)
                .secondary(wrong.primary.file, wrong.primary.span, "here")
                .help("check that package by itself, and mend it there");
            self.report(diagnostic);
        }
        self.package(
            &package.folder,
            name,
            file.id(self.db),
            &config.dependencies,
        );
    }

    /// The package's name, where it is whole and called as it should be.
    fn usable(
        &mut self,
        package: &Package,
        dependency: &Dependency,
        file: FileId,
    ) -> Option<Arc<str>> {
        let place = (file, dependency.path_place);
        if package.problem.is_some() || package.config.is_none() {
            self.missing(dependency, place, Some(package));
            return None;
        }
        if package.name != dependency.name {
            let (key, name) = (&dependency.name, &package.name);
            if name.is_empty() {
                // What is wrong with its `persona.toml` is told by whoever enters it.
                self.enter(package, key, place);
                return None;
            }
            let message = format!(
                "the package in {} is called `{name}`, not `{key}`",
                dependency.path
            );
            let diagnostic = self
                .at(modules::DEPENDENCY_NAME, (file, dependency.place), message)
                .label("rules would call it by another name than it has itself");
            let diagnostic = match self.path.len() {
                1 => diagnostic.fix(
                    format!("call it `{name}`"),
                    Applicability::Maybe,
                    dependency.place,
                    &**name,
                ),
                _ => diagnostic.help(format!("call it `{name}` there")),
            };
            self.report(diagnostic);
            return None;
        }
        let folder = Arc::clone(&package.folder);
        let known = self
            .folders
            .entry(Arc::clone(&package.name))
            .or_insert_with(|| Arc::clone(&folder));
        if *known != folder {
            let message = format!(
                "there are two packages `{}`: one in {known}, one in {folder}",
                package.name
            );
            let diagnostic = self
                .at(modules::DEPENDENCY_VERSIONS, place, message)
                .label("rules of both would have the same names")
                .help("let all packages name the same folder");
            self.report(diagnostic);
            return None;
        }
        Some(Arc::clone(&package.name))
    }

    fn folder(&self, from: &str, name: &str) -> Option<Arc<str>> {
        let links = self.project.folders(self.db);
        links
            .get(&(Arc::from(from), Arc::from(name)))
            .map(Arc::clone)
    }

    fn missing(&mut self, dependency: &Dependency, place: (FileId, Span), found: Option<&Package>) {
        let (name, path) = (&dependency.name, &dependency.path);
        let (message, help) = match found {
            Some(Package {
                problem: Some(why), ..
            }) => (
                format!("the package `{name}` cannot be read: {why}"),
                "mend that, or take the dependency out".to_owned(),
            ),
            Some(_) => (
                format!("the folder {path} is no package: it has no `persona.toml`"),
                format!(
                    "a package's folder has a `persona.toml` with `[package]` and `name = \"{name}\"`"
                ),
            ),
            None => (
                format!("there is no folder {path}"),
                "the path is said from the folder of this `persona.toml`".to_owned(),
            ),
        };
        if !self.reported.insert(Arc::from(message.as_str())) {
            return;
        }
        let diagnostic = self
            .at(modules::MISSING_DEPENDENCY, place, message)
            .label(format!("`{name}` should be here"))
            .help(help);
        self.report(diagnostic);
    }

    fn cycle(&mut self, name: &Arc<str>, place: (FileId, Span)) {
        let start = self.path.iter().position(|(on_path, ..)| on_path == name);
        let start = start.unwrap_or(0);
        let shown = |name: &str| match name {
            "" => "this package".to_owned(),
            name => format!("`{name}`"),
        };
        let around: Vec<String> = self.path[start..]
            .iter()
            .map(|(name, ..)| shown(name))
            .chain([shown(name)])
            .collect();
        let message = format!(
            "packages use each other in a circle: {}",
            around.join(" → ")
        );
        let steps: Vec<_> = self.path[start..].to_vec();
        let mut diagnostic = self
            .at(modules::DEPENDENCY_CYCLE, place, message)
            .label("this leads back to where it began")
            .help("move what both need into a package that uses neither");
        let at = (diagnostic.primary.file, diagnostic.primary.span);
        for (name, file, span) in steps.into_iter().filter(|(_, f, s)| (*f, *s) != at) {
            diagnostic = diagnostic.secondary(file, span, format!("used by {}", shown(&name)));
        }
        self.report(diagnostic);
    }

    /// A diagnostic at a place of a `persona.toml`; shown in the package's own, with the other place beside it.
    fn at(&self, code: persona_base::Code, at: (FileId, Span), message: String) -> Diagnostic {
        match self.root {
            Some(root) if root.0 != at.0 => {
                Diagnostic::new(code, root.0, root.1, message).secondary(at.0, at.1, "named here")
            }
            _ => Diagnostic::new(code, at.0, at.1, message),
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.links.diagnostics.push(diagnostic);
    }
}

/// Whether a path begins at the root of a computer, of whatever kind.
fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    path.starts_with(['/', '\\', '~']) || drive
}
