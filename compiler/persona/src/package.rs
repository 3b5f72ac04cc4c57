//! A package: its files, what is wrong with them, and the program that they make.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use persona_base::{Diagnostic, Severity};
use persona_sema::{Database, PackageChange, TEMPLATE_ENDINGS, Uses};

use crate::dependencies::Shared;
use crate::error::guarded;
use crate::{Error, Program, Texts, find};

/// A package's files. Opening one reads them; nothing is checked until [`Package::check`] or [`Package::compile`].
#[derive(Debug)]
pub struct Package {
    db: Database,
    texts: Texts,
    root: PathBuf,
    within: Option<PathBuf>,
    /// What it was opened by; none for a package from memory.
    opened: Option<PathBuf>,
    /// The paths of its configuration, if it has one, and of its files.
    config: Option<String>,
    files: BTreeSet<String>,
    /// The templates that are read: paths as people know them, and from the package's folder.
    templates: BTreeMap<String, String>,
    /// Whether what was found has been taken once.
    taken: bool,
    /// The packages that it may use, as they were read.
    shared: Shared,
}

/// Whether a path is that of a template, by its ending.
fn is_template(path: &str) -> bool {
    TEMPLATE_ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// What is wrong or dubious in a package.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// In the order of files and places.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that they point into.
    pub texts: Texts,
}

impl Report {
    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .count()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.diagnostics.len() - self.errors()
    }
}

/// What compiling gives: a program with the warnings about it, or the report that says why there is none.
#[derive(Debug)]
pub enum Compiled {
    /// The program, and its report, which has warnings at most.
    Program(Box<Program>, Report),
    /// The report, which has errors.
    Broken(Report),
}

impl Package {
    /// Opens the package that a path means: a folder, or the nearest one above it, with a `persona.toml`; or a single
    /// `.persona` file. Without a path, the current folder.
    ///
    /// # Errors
    /// Where there is no such package, or a file of it cannot be read.
    pub fn open(path: Option<&Path>) -> Result<Self, Error> {
        let path = path.unwrap_or(Path::new("."));
        let found = find::find(Some(path))?;
        let mut package = Self::empty(found.root.clone());
        package.opened = Some(path.to_owned());
        package.take(found);
        package.read_templates()?;
        Ok(package)
    }

    /// A package from memory: `persona.toml`'s text, if there is one, and files with their paths. Sources' paths are relative
    /// to `root`. Files whose paths begin with `../` are those of other packages, which `[dependencies]` names by their
    /// folders; those that end as templates do are templates.
    pub fn from_memory<'a>(
        name: &str,
        config: Option<&str>,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        root: &Path,
    ) -> Self {
        let mut package = Self::empty(root.to_owned());
        let owned = |(path, text): (&str, &str)| (path.to_owned(), text.to_owned());
        let mut files: Vec<(String, String)> = files.into_iter().map(owned).collect();
        let shared = Shared::in_memory(config, &mut files);
        let (templates, files): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(path, _)| is_template(path));
        let known = templates
            .iter()
            .map(|(path, _)| Arc::from(path.as_str()))
            .collect();
        for (path, text) in &templates {
            package.set_template(path, path, text.clone());
        }
        package.take(find::Found {
            root: root.to_owned(),
            config: config.map(|text| owned((find::CONFIG, text))),
            files,
            name: name.to_owned(),
            within: None,
            shared,
            // Without any, nobody knows whether there are some.
            templates: (!templates.is_empty()).then_some(known),
        });
        package
    }

    fn empty(root: PathBuf) -> Self {
        Self {
            db: Database::new(),
            texts: Texts::default(),
            root,
            within: None,
            opened: None,
            config: None,
            files: BTreeSet::new(),
            templates: BTreeMap::new(),
            taken: false,
            shared: Shared::default(),
        }
    }

    /// Reads the package's files again, and sets those whose text is another one than before: what rests on the others
    /// is not computed again. Says whether anything changed. A package from memory never does.
    ///
    /// # Errors
    /// Where the package is not there any more, or a file of it cannot be read; it then stays as it was.
    pub fn refresh(&mut self) -> Result<bool, Error> {
        let Some(path) = &self.opened else {
            return Ok(false);
        };
        let found = find::find(Some(path))?;
        let mut changed = self.take(found);
        changed |= self.read_templates()?;
        Ok(changed)
    }

    /// Reads the templates that contents need: those that are known again, then those that are missing.
    fn read_templates(&mut self) -> Result<bool, Error> {
        let mut changed = false;
        for (path, name) in self.templates.clone() {
            let file = self.root.join(&name);
            if !file.is_file() {
                self.db.remove_template(&name);
                self.texts.remove(&path);
                self.templates.remove(&path);
                changed = true;
                continue;
            }
            let text = find::read(&file)?;
            if self.texts.of_path(&path) != Some(text.as_str()) {
                self.set_template(&name, &path, text);
                changed = true;
            }
        }
        loop {
            let missing = self.db.missing_templates();
            if missing.is_empty() {
                return Ok(changed);
            }
            for name in missing {
                let file = self.root.join(&*name);
                let text = find::read(&file)?;
                self.set_template(&name, &find::shown(&file), text);
                changed = true;
            }
        }
    }

    fn set_template(&mut self, name: &str, path: &str, text: String) {
        let id = self.db.set_template(name, path, text);
        self.texts.set(&self.db, id);
        self.templates.insert(path.to_owned(), name.to_owned());
    }

    /// Gives a `.persona` file another text, as if it had been saved; a new one is added.
    pub fn set_file(&mut self, path: &str, text: String) {
        let id = self.db.set_file(path, text);
        self.texts.set(&self.db, id);
        self.files.insert(path.to_owned());
    }

    /// Gives `persona.toml` another text; only for a package that has one.
    pub fn set_config(&mut self, text: String) {
        if let Some(path) = &self.config {
            let id = self.db.set_config(path, Some(text));
            self.texts.set_config(&self.db, id);
        }
    }

    /// Whether the package rests on others.
    pub(crate) fn uses_others(&self) -> bool {
        !self.shared.packages.is_empty()
    }

    /// The texts of the package's own `.persona` files.
    pub(crate) fn own_texts(&self) -> impl Iterator<Item = &str> {
        self.files
            .iter()
            .filter_map(|path| self.texts.of_path(path))
    }

    /// The paths of the package's own files, those of templates and of the configuration among them, and the same from its folder.
    pub(crate) fn own_files(&self) -> Vec<(PathBuf, PathBuf)> {
        let below = |path: &String| {
            let path = Path::new(path);
            let root = self.root.strip_prefix(".").unwrap_or(&self.root);
            let name = path
                .strip_prefix(&self.root)
                .or_else(|_| path.strip_prefix(root));
            (path.to_owned(), name.unwrap_or(path).to_owned())
        };
        let files = self.config.iter().chain(&self.files).map(below);
        let templates = self.templates.values();
        let templates = templates.map(|name| (self.root.join(name), PathBuf::from(name)));
        files.chain(templates).collect()
    }

    /// What opens the copy of this package that lies in another folder.
    pub(crate) fn opened_below(&self, root: &Path) -> PathBuf {
        match (&self.config, self.files.first()) {
            (None, Some(file)) => root.join(Path::new(file).file_name().unwrap_or_default()),
            _ => root.to_owned(),
        }
    }

    /// Whether a path is one of the package's own files, its configuration included, and not one of another package.
    pub fn owns(&self, path: &str) -> bool {
        self.files.contains(path)
            || self.templates.contains_key(path)
            || self.config.as_deref() == Some(path)
    }

    /// Gives one of the package's files another text, whichever kind it is.
    pub fn set_text(&mut self, path: &str, text: String) {
        if self.config.as_deref() == Some(path) {
            self.set_config(text);
        } else if let Some(name) = self.templates.get(path).cloned() {
            self.set_template(&name, path, text);
        } else {
            self.set_file(path, text);
        }
    }

    /// Takes a `.persona` file away, as if it had been deleted.
    pub fn remove_file(&mut self, path: &str) {
        if self.files.remove(path) {
            self.db.remove_file(path);
            self.texts.remove(path);
        }
    }

    /// Makes the package what was found; says whether it is another one now.
    fn take(&mut self, found: find::Found) -> bool {
        let mut changed = false;
        let config = found.config.as_ref().map(|(path, _)| path);
        let first = !std::mem::replace(&mut self.taken, true);
        if first || self.config.as_ref() != config {
            if let Some(before) = self.config.take() {
                self.db.set_config(&before, None);
                self.texts.remove(&before);
            }
            self.db.set_name(&found.name);
            self.config = config.cloned();
            changed = true;
        }
        if let Some((path, text)) = found.config
            && self.texts.of_path(&path) != Some(text.as_str())
        {
            self.config = Some(path);
            self.set_config(text);
            changed = true;
        }
        let there: BTreeSet<&String> = found.files.iter().map(|(path, _)| path).collect();
        let gone = self.files.iter().filter(|path| !there.contains(path));
        for path in gone.cloned().collect::<Vec<_>>() {
            self.remove_file(&path);
            changed = true;
        }
        for (path, text) in found.files {
            if self.texts.of_path(&path) != Some(text.as_str()) {
                self.set_file(&path, text);
                changed = true;
            }
        }
        changed |= self.db.set_templates(found.templates);
        if self.shared != found.shared {
            self.share(found.shared);
            changed = true;
        }
        if first {
            // Last, so that the package's own files have the first ids.
            for id in self.db.set_library(persona_std::MODULES.iter().copied()) {
                self.texts.set_shared(&self.db, id);
            }
        }
        self.root = found.root;
        self.within = found.within;
        changed
    }

    /// Sets the packages that this one may use.
    fn share(&mut self, shared: Shared) {
        let before = self.shared.packages.iter();
        let before = before.flat_map(|package| package.config.iter().chain(&package.files));
        let before: Vec<String> = before.map(|(path, _)| path.clone()).collect();
        for path in before {
            self.texts.remove(&path);
        }
        let (packages, folders) = (shared.packages.clone(), shared.folders.clone());
        for id in self.db.set_dependencies(packages, folders) {
            self.texts.set_shared(&self.db, id);
        }
        self.shared = shared;
    }

    /// The folder that sources' paths are relative to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folders of other packages that this one rests on: what changes there may change what is right here.
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        let files = self.shared.packages.iter();
        let files = files.flat_map(|package| package.config.iter().chain(&package.files));
        let folders = files.filter_map(|(path, _)| Path::new(path).parent());
        folders.map(Path::to_owned).collect()
    }

    /// For a single file that lies in the folder of a package: that folder. What the file says is not joined with it.
    pub fn within(&self) -> Option<&Path> {
        self.within.as_deref()
    }

    /// What is known of the package, for tools that look deeper than this crate does.
    pub fn database(&self) -> &Database {
        &self.db
    }

    /// The package's files.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Everything that is wrong or dubious.
    ///
    /// # Errors
    /// Only internal ones.
    pub fn check(&self) -> Result<Report, Error> {
        let mut diagnostics = guarded("checking the package", || self.db.diagnostics())?;
        // A file that came later has a later id, and yet its place is that of its path.
        let place = |diagnostic: &Diagnostic| self.texts.place(diagnostic.primary.file);
        diagnostics.sort_by(|a, b| place(a).cmp(&place(b)));
        Ok(Report {
            diagnostics,
            texts: self.texts.clone(),
        })
    }

    #[doc(hidden)]
    /// What changed since an earlier version, the worst first. Places are those of each version's own texts.
    ///
    /// # Errors
    /// Only internal ones.
    pub fn changes_since(&self, earlier: &Self) -> Result<Vec<PackageChange>, Error> {
        guarded("comparing two versions", || {
            self.db.changes_since(&earlier.db)
        })
    }

    #[doc(hidden)]
    /// Who depends on something: a declaration, a field, a value of an enum. Places are those of [`Self::texts`]. Where the
    /// package has errors, what they hide is not found.
    ///
    /// # Errors
    /// Where the package has nothing of this name.
    pub fn uses(&self, name: &str) -> Result<Uses, Error> {
        let found = guarded("looking for uses", || self.db.uses(name))?;
        found.map_err(|near| {
            let error = Error::unknown(format!("nothing in this package is called `{name}`"));
            match near {
                Some(near) => error.with_help(format!("did you mean `{near}`?")),
                None => error.with_help(
                    "name a declaration (`vip`), a field (`Customer.country`, `Purchase.total`) or a value (`Country.US`)",
                ),
            }
        })
    }

    /// The program, where nothing is wrong.
    ///
    /// # Errors
    /// Only internal ones, and a program whose expansion is too large.
    pub fn compile(&self) -> Result<Compiled, Error> {
        let report = self.check()?;
        if report.errors() > 0 {
            return Ok(Compiled::Broken(report));
        }
        let checked = guarded("assembling the package", || self.db.checked())?;
        let checked = checked
            .ok_or_else(|| Error::internal("the package has no errors, and yet it is not valid"))?;
        let program = Program::from_checked(checked, self.texts.clone(), self.root.clone())?;
        Ok(Compiled::Program(Box::new(program), report))
    }
}
