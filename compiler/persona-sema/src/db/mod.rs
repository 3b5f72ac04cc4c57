//! The salsa database: what a session knows of a package's files, and what follows from it.
//!
//! Inputs are the files' texts and the package's configuration. Everything else is a query at the grain of a
//! declaration: a declaration's tree depends on its own text alone, its check on its text, the schema and the
//! signatures of what it refers to. No query knows where in a file a declaration stands: spans are relative to the
//! declaration, other declarations are named by stand-in files ([`origin`]), and only the edge ([`Database::diagnostics`],
//! [`Database::checked`]) turns both into places in files. There are no salsa cycles: references that would make
//! one are found by [`graph`] first.

mod ahead;
mod assemble;
mod campaign;
mod deprecated;
mod edge;
mod env;
mod excerpt;
mod expansion;
pub(crate) mod facts;
mod fork;
mod graph;
mod kept;
mod lints;
mod loops;
pub(crate) mod modules;
mod origin;
mod queries;
#[cfg(test)]
mod random;
mod scc;
mod session;
mod shadow;
mod sharing;
mod suppress;
mod tables;
pub(crate) mod templates;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use persona_base::{Diagnostic, FileId};
use salsa::Setter as _;

use crate::Checked;

pub use excerpt::Excerpt;

pub(crate) use env::DeclEnv;
pub(crate) use graph::{names_in, used_names};
pub(crate) use origin::{Origins as Places, stand_in};
pub use queries::ItemKind;
pub(crate) use queries::{
    Decl, catalog_ids, check, config, content_shape, decls, defaulted, enum_ids, header, is_zone,
    kind_ids, lookup, names_of_kind, parsed, profile, schema, signature, symbols,
    syntax_diagnostic, tree,
};
pub use session::{Stopped, Stopper, attempt};

/// A file that takes part in the package.
#[salsa::input]
pub(crate) struct SourceFile {
    /// Its id, which never changes.
    #[returns(copy)]
    pub(crate) id: FileId,
    /// Its path, as given.
    pub(crate) path: Arc<str>,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// Which package or module it belongs to: empty for the package itself, `std.rfm`, or a dependency's name.
    pub(crate) space: Arc<str>,
}

/// What makes up the package. There is one for each database; its fields change, it never does.
#[salsa::input]
pub(crate) struct Project {
    /// The `.persona` files, by path.
    pub(crate) files: Vec<SourceFile>,
    /// `persona.toml`.
    #[returns(copy)]
    pub(crate) config: Option<SourceFile>,
    /// The package's name where no `persona.toml` says it.
    pub(crate) name: Arc<str>,
    /// The paths of the files of the package's folder that may be templates, with `/`; absent where there is no folder.
    pub(crate) templates: Option<Arc<BTreeSet<Arc<str>>>>,
    /// Those of them whose text is read.
    pub(crate) template_files: BTreeMap<Arc<str>, SourceFile>,
    /// The modules of the standard library.
    pub(crate) library: Vec<SourceFile>,
    /// The packages that this one may use, directly or by way of others.
    pub(crate) packages: Vec<modules::Package>,
    /// Which folder a package (by its own folder) means by a dependency's name.
    pub(crate) folders: BTreeMap<(Arc<str>, Arc<str>), Arc<str>>,
}

/// What queries need beyond salsa.
#[salsa::db]
pub(crate) trait Db: salsa::Database {
    /// The package.
    fn project(&self) -> Project;
}

/// A package under compilation: set its files, ask for diagnostics and for the checked package. Cheap to ask again after
/// an edit. A clone is a snapshot for another thread; a change waits until all clones are dropped.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    project: Option<Project>,
    /// All files ever set, by id; removed ones keep their place.
    files: Vec<SourceFile>,
    by_path: BTreeMap<Arc<str>, FileId>,
    /// What the last time found.
    kept: kept::Shelf,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {
    fn project(&self) -> Project {
        self.project.expect("a database is made with its project")
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("files", &self.by_path)
            .finish_non_exhaustive()
    }
}

impl Database {
    /// A package without files.
    pub fn new() -> Self {
        Self::with_storage(salsa::Storage::default())
    }

    /// A database that tells `observer` about each query that runs, by name.
    #[cfg(test)]
    pub(crate) fn observed(observer: impl Fn(String) + Send + Sync + 'static) -> Self {
        Self::with_storage(salsa::Storage::new(Some(Box::new(
            move |event: salsa::Event| {
                if let salsa::EventKind::WillExecute { database_key } = event.kind {
                    observer(format!("{database_key:?}"));
                }
            },
        ))))
    }

    fn with_storage(storage: salsa::Storage<Self>) -> Self {
        let mut db = Self {
            storage,
            project: None,
            files: Vec::new(),
            by_path: BTreeMap::new(),
            kept: kept::Shelf::default(),
        };
        db.project = Some(Project::new(
            &db,
            Vec::new(),
            None,
            Arc::from(""),
            None,
            BTreeMap::new(),
            Vec::new(),
            Vec::new(),
            BTreeMap::new(),
        ));
        db
    }

    /// Sets a `.persona` file's text, adding the file if it is new. What is beyond 2 GiB is cut off.
    pub fn set_file(&mut self, path: &str, text: String) -> FileId {
        let id = self.store(path, text, "");
        let file = self.files[id.0 as usize];
        if !self.project().files(self).contains(&file) {
            let mut files = self.project().files(self).clone();
            let at = files.partition_point(|other| &**other.path(self) < path);
            files.insert(at, file);
            self.project().set_files(self).to(files);
            self.kept.clear();
        }
        id
    }

    /// Takes a `.persona` file out of the package. Its id stays its own, should it come back.
    pub fn remove_file(&mut self, path: &str) {
        let Some(id) = self.by_path.get(path).copied() else {
            return;
        };
        let file = self.files[id.0 as usize];
        let files = self
            .project()
            .files(self)
            .iter()
            .copied()
            .filter(|other| *other != file)
            .collect();
        self.project().set_files(self).to(files);
        file.set_text(self).to(Arc::from(""));
        self.kept.clear();
    }

    /// Sets the text of the package's `persona.toml`, or says that there is none: then the package is a single
    /// file, named by [`Self::set_name`]. Gives the file's id, if there is one.
    pub fn set_config(&mut self, path: &str, toml: Option<String>) -> Option<FileId> {
        let id = toml.map(|text| self.store(path, text, ""));
        let config = id.map(|id| self.files[id.0 as usize]);
        if self.project().config(self) != config {
            self.project()
                .set_config(self)
                .with_durability(salsa::Durability::MEDIUM)
                .to(config);
            self.kept.clear();
        }
        id
    }

    /// Names a package that has no `persona.toml`.
    pub fn set_name(&mut self, name: &str) {
        if **self.project().name(self) != *name {
            self.project()
                .set_name(self)
                .with_durability(salsa::Durability::MEDIUM)
                .to(Arc::from(name));
            self.kept.clear();
        }
    }

    /// Says which files of the package's folder may be templates: their paths from that folder, with `/`. Without a folder
    /// (a file from the standard input), nobody knows, and no template is missed.
    /// Gives whether they are others than before.
    pub fn set_templates(&mut self, paths: Option<BTreeSet<Arc<str>>>) -> bool {
        let paths = paths.map(Arc::new);
        let changed = *self.project().templates(self) != paths;
        if changed {
            self.project().set_templates(self).to(paths);
            self.kept.clear();
        }
        changed
    }

    /// Sets the text of a template: `name` is its path from the package's folder, `path` the one that diagnostics show.
    pub fn set_template(&mut self, name: &str, path: &str, text: String) -> FileId {
        let id = self.store(path, text, "");
        let file = self.files[id.0 as usize];
        if self.project().template_files(self).get(name) != Some(&file) {
            let mut files = self.project().template_files(self).clone();
            files.insert(Arc::from(name), file);
            self.project().set_template_files(self).to(files);
        }
        self.kept.clear();
        id
    }

    /// Takes the text of a template away.
    pub fn remove_template(&mut self, name: &str) {
        let mut files = self.project().template_files(self).clone();
        if files.remove(name).is_some() {
            self.project().set_template_files(self).to(files);
            self.kept.clear();
        }
    }

    /// The templates that contents name, and those that these render, whose text is not set yet: paths from the package's
    /// folder. Whoever sets their text asks again, until there are none.
    pub fn missing_templates(&self) -> Vec<Arc<str>> {
        templates::missing(self)
    }

    /// The path that a file was set with; empty for an id of another database.
    pub fn file_path(&self, file: FileId) -> &str {
        self.files
            .get(file.0 as usize)
            .map_or("", |file| file.path(self))
    }

    /// A file's text; empty for an id of another database.
    pub fn file_text(&self, file: FileId) -> &str {
        self.files
            .get(file.0 as usize)
            .map_or("", |file| file.text(self))
    }

    /// Everything that is wrong or dubious in the package, in the order of files and places, with the levels of
    /// `persona.toml` and `@allow` applied.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        edge::diagnostics(self)
    }

    /// The checked package; `None` while there is any error.
    pub fn checked(&self) -> Option<Arc<Checked>> {
        let valid = !edge::has_errors(&self.diagnostics());
        valid.then(|| Arc::new(assemble::assemble(self)))
    }

    /// The file behind an id.
    pub(crate) fn source_file(&self, file: FileId) -> Option<SourceFile> {
        self.files.get(file.0 as usize).copied()
    }

    /// The file that was set with a path.
    pub(crate) fn id_of_path(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    fn store(&mut self, path: &str, mut text: String, space: &str) -> FileId {
        let mut limit = text.len().min(u32::MAX as usize / 2);
        while !text.is_char_boundary(limit) {
            limit -= 1;
        }
        text.truncate(limit);
        if let Some(id) = self.by_path.get(path).copied() {
            let file = self.files[id.0 as usize];
            if **file.text(self) != *text {
                file.set_text(self).to(Arc::from(text));
                if !self.project().files(self).contains(&file) {
                    self.kept.clear();
                }
            }
            if **file.space(self) != *space {
                file.set_space(self).to(Arc::from(space));
                self.kept.clear();
            }
            return id;
        }
        let id = FileId::from(self.files.len());
        let path: Arc<str> = Arc::from(path);
        self.files.push(SourceFile::new(
            self,
            id,
            Arc::clone(&path),
            Arc::from(text),
            Arc::from(space),
        ));
        self.by_path.insert(path, id);
        id
    }
}
