//! A package in the editor: its database, and what each of its files is to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use persona_base::FileId;
use persona_sema::{Database, DependencyFiles, TEMPLATE_ENDINGS};

use crate::context::{LinesOf, View};
use crate::diagnostics::Latest;
use crate::host::PackageFiles;
use crate::uri::path_key;

/// Which package.
pub(crate) type PackageId = u32;

/// The name of a package's configuration.
const CONFIG: &str = "persona.toml";

/// Whether a path is a package's configuration.
pub(super) fn is_config(key: &str) -> bool {
    key.rsplit('/').next() == Some(CONFIG)
}

/// Whether a path is a program's.
pub(super) fn is_rules(key: &str) -> bool {
    key.ends_with(".persona")
}

/// Whether a path is a template's.
pub(super) fn is_template(key: &str) -> bool {
    TEMPLATE_ENDINGS.iter().any(|ending| key.ends_with(ending))
}

/// What a file is to its package.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    Config,
    Rules,
    /// With its path from the package's folder.
    Template(String),
}

/// A package.
pub(super) struct Package {
    db: Database,
    /// Its folder; empty for what is no file.
    root: PathBuf,
    /// The document that it is alone.
    alone: Option<String>,
    /// Its own files.
    own: BTreeMap<String, Role>,
    /// The packages that it rests on, and what their names mean.
    shared: (Vec<DependencyFiles>, Vec<(String, String, String)>),
    revision: u64,
    own_ids: Arc<[FileId]>,
    lines: Arc<LinesOf>,
    found: Arc<Latest>,
}

type Library = &'static [(&'static str, &'static str)];

impl Package {
    fn empty(root: PathBuf, library: Library) -> Self {
        let mut db = Database::new();
        db.set_library(library.iter().copied());
        Self {
            db,
            root,
            alone: None,
            own: BTreeMap::new(),
            shared: (Vec::new(), Vec::new()),
            revision: 0,
            own_ids: Arc::from([]),
            lines: Arc::default(),
            found: Arc::default(),
        }
    }

    /// A package of a folder, without files yet.
    pub(super) fn folder(root: &Path, library: Library) -> Self {
        Self::empty(root.to_owned(), library)
    }

    /// A document by itself.
    pub(super) fn alone(key: &str, text: String, library: Library) -> Self {
        let path = Path::new(key);
        let folder = path.parent().filter(|_| path.is_absolute());
        let mut package = Self::empty(folder.unwrap_or(Path::new("")).to_owned(), library);
        let name = path.file_stem().unwrap_or_default();
        package.db.set_name(&name.to_string_lossy());
        package.alone = Some(key.to_owned());
        package.put(key, Role::Rules, text);
        package.changed();
        package
    }

    /// Nothing but the standard library.
    pub(super) fn library_only(library: Library) -> Self {
        let mut package = Self::empty(PathBuf::new(), library);
        package.alone = Some(String::new());
        package
    }

    /// Whether it is this document alone.
    pub(super) fn is_alone(&self, key: &str) -> bool {
        self.alone.as_deref() == Some(key)
    }

    /// Its folder, where it is a package of its own.
    pub(super) fn root(&self) -> Option<&Path> {
        self.alone.is_none().then_some(&*self.root)
    }

    /// Whether one of the packages that it rests on lies in this folder.
    pub(super) fn rests_on(&self, folder: &str) -> bool {
        let mut files = self.shared.0.iter();
        files.any(|package| {
            let files = package.config.iter().chain(&package.files);
            let mut folders = files.filter_map(|(path, _)| path.rsplit_once('/'));
            folders.any(|(of, _)| of == folder || folder.starts_with(&format!("{of}/")))
        })
    }

    /// A snapshot of it.
    pub(super) fn view(&self, id: PackageId) -> View {
        View {
            id,
            db: self.db.clone(),
            root: self.root.clone(),
            is_folder: self.alone.is_none(),
            revision: self.revision,
            own: Arc::clone(&self.own_ids),
            lines: Arc::clone(&self.lines),
            found: Arc::clone(&self.found),
        }
    }

    /// A file of its own.
    pub(super) fn own_file(&self, key: &str) -> Option<FileId> {
        self.own.get(key)?;
        self.db.file_at(key)
    }

    /// Any file that it knows.
    pub(super) fn file(&self, key: &str) -> Option<FileId> {
        self.db.file_at(key)
    }

    /// The files of its own.
    pub(super) fn own_keys(&self) -> impl Iterator<Item = &String> {
        self.own.keys()
    }

    /// Takes a file in that lies in its folder, perhaps one that is not saved yet.
    pub(super) fn take_in(&mut self, key: &str, text: String) {
        if self.own.contains_key(key) {
            self.set_text(key, &text);
            return;
        }
        let role = if is_config(key) {
            Role::Config
        } else if is_rules(key) {
            Role::Rules
        } else {
            match self.below_root(key) {
                Some(name) => Role::Template(name),
                None => return,
            }
        };
        self.put(key, role, text);
        self.changed();
    }

    /// Gives a file it knows, its own or another package's, another text; says whether it knows it, and the text is another
    /// one.
    pub(super) fn set_text(&mut self, key: &str, text: &str) -> bool {
        let Some(file) = self.db.file_at(key) else {
            return false;
        };
        let is_shared = || {
            let mut packages = self.shared.0.iter();
            packages.any(|package| {
                let mut files = package.config.iter().chain(&package.files);
                files.any(|(path, _)| path == key)
            })
        };
        if self.db.file_text(file) == text || !(self.own.contains_key(key) || is_shared()) {
            return false;
        }
        self.db.change(key, text.to_owned());
        self.revision += 1;
        true
    }

    /// Takes a file of its own away; says whether it was there.
    pub(super) fn remove(&mut self, key: &str) -> bool {
        let Some(role) = self.own.remove(key) else {
            return false;
        };
        match role {
            Role::Rules => self.db.remove_file(key),
            Role::Template(name) => self.db.remove_template(&name),
            Role::Config => {
                self.db.set_config(key, None);
            }
        }
        self.changed();
        true
    }

    /// Makes it what was read. `read` gives the text of a template.
    pub(super) fn sync(&mut self, found: PackageFiles, read: &dyn Fn(&Path) -> Option<String>) {
        let mut there: BTreeMap<String, (Role, String)> = BTreeMap::new();
        for (path, text) in found.files {
            there.insert(path_key(&path), (Role::Rules, text));
        }
        if let Some((path, text)) = found.config {
            there.insert(path_key(&path), (Role::Config, text));
        }
        let is_gone = |(key, role): &(&String, &Role)| {
            !matches!(role, Role::Template(_)) && !there.contains_key(*key)
        };
        let gone = self.own.iter().filter(is_gone);
        let gone: Vec<String> = gone.map(|(key, _)| key.clone()).collect();
        for key in gone {
            self.remove(&key);
        }
        for (key, (role, text)) in there {
            self.put(&key, role, text);
        }
        self.db.set_templates(Some(found.templates));
        let shared = (found.dependencies, found.folders);
        if self.shared != shared {
            self.shared = shared;
            let (packages, folders) = self.shared.clone();
            self.db.set_dependencies(packages, folders);
        }
        self.read_templates(read);
        self.changed();
    }

    /// Reads the templates that contents name and that are not read yet. Says whether there were some.
    pub(super) fn read_templates(&mut self, read: &dyn Fn(&Path) -> Option<String>) -> bool {
        let mut any = false;
        loop {
            let missing = self.db.missing_templates();
            let mut found = false;
            for name in missing {
                let path = self.root.join(&*name);
                if let Some(text) = read(&path) {
                    let role = Role::Template(name.to_string());
                    self.put(&path_key(&path), role, text);
                    found = true;
                }
            }
            if !found {
                break;
            }
            any = true;
        }
        if any {
            self.changed();
        }
        any
    }

    /// Whether something of its own may name a template that is not read.
    pub(super) fn has_missing_templates(&self) -> bool {
        !self.db.missing_templates().is_empty()
    }

    fn put(&mut self, key: &str, role: Role, text: String) {
        match &role {
            Role::Rules => {
                self.db.set_file(key, text);
            }
            Role::Config => {
                self.db.set_config(key, Some(text));
            }
            Role::Template(name) => {
                self.db.set_template(name, key, text);
            }
        }
        self.own.insert(key.to_owned(), role);
    }

    fn below_root(&self, key: &str) -> Option<String> {
        let root = path_key(&self.root);
        let below = key.strip_prefix(&root)?;
        Some(below.trim_start_matches('/').to_owned())
    }

    fn changed(&mut self) {
        self.revision += 1;
        let mut own: Vec<(bool, &String, FileId)> = Vec::with_capacity(self.own.len());
        for (key, role) in &self.own {
            if let Some(file) = self.db.file_at(key) {
                own.push((*role != Role::Config, key, file));
            }
        }
        own.sort();
        self.own_ids = own.into_iter().map(|(.., file)| file).collect();
    }
}
