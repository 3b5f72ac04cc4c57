//! Setting the files that the package shares with others: the standard library and its dependencies.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::FileId;
use salsa::{Durability, Setter as _};

use super::modules::{Package, STD_PATH};
use super::{Database, Db as _};
use crate::package::{Config, DependencyFiles};

impl Database {
    /// Sets the standard library: the names of its modules and their texts. They are known until the program ends. Gives
    /// the files' ids.
    pub fn set_library<'a>(
        &mut self,
        modules: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Vec<FileId> {
        let mut ids = Vec::new();
        for (name, text) in modules {
            let path = format!("{STD_PATH}{name}.persona");
            ids.push(self.store(&path, text.to_owned(), &format!("std.{name}")));
        }
        let files: Vec<_> = ids.iter().map(|id| self.files[id.0 as usize]).collect();
        let project = self.project();
        if *project.library(self) != files {
            project
                .set_library(self)
                .with_durability(Durability::HIGH)
                .to(files);
            self.kept.clear();
        }
        ids
    }

    /// Sets all packages that this one may use, directly or by way of others, and which folder each package (the empty
    /// text is this one) means by the names in its `[dependencies]`. Gives the files' ids.
    pub fn set_dependencies(
        &mut self,
        packages: Vec<DependencyFiles>,
        folders: impl IntoIterator<Item = (String, String, String)>,
    ) -> Vec<FileId> {
        let mut ids = Vec::new();
        let mut all: Vec<Package> = Vec::with_capacity(packages.len());
        for package in packages {
            let name = package
                .config
                .as_ref()
                .and_then(|(_, toml)| Config::name_in(toml))
                .unwrap_or_default();
            let mut store = |db: &mut Self, (path, text): (String, String)| {
                let id = db.store(&path, text, &name);
                ids.push(id);
                db.files[id.0 as usize]
            };
            let config = package.config.map(|file| store(self, file));
            let files = package.files.into_iter();
            let files = files.map(|file| store(self, file)).collect();
            all.push(Package {
                folder: Arc::from(package.folder),
                name: Arc::from(name),
                config,
                files,
                problem: package.problem.map(Arc::from),
            });
        }
        let folders: BTreeMap<(Arc<str>, Arc<str>), Arc<str>> = folders
            .into_iter()
            .map(|(from, name, to)| ((Arc::from(from), Arc::from(name)), Arc::from(to)))
            .collect();
        let project = self.project();
        if *project.packages(self) != all {
            project
                .set_packages(self)
                .with_durability(Durability::MEDIUM)
                .to(all);
            self.kept.clear();
        }
        if *project.folders(self) != folders {
            project
                .set_folders(self)
                .with_durability(Durability::MEDIUM)
                .to(folders);
            self.kept.clear();
        }
        ids
    }
}
