//! Packages and the disk: which ones there are, and what happens to their files outside the editor.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tower_lsp_server::ls_types::{
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, FileChangeType, MessageType,
};

use super::State;
use super::package::{Package, PackageId, is_config};
use crate::uri;

impl State {
    /// The package of this folder, where it is known.
    pub(super) fn package_in(&self, root: &Path) -> Option<PackageId> {
        let mut packages = self.packages.iter();
        let found = packages.find(|(_, package)| package.root() == Some(root));
        found.map(|(id, _)| *id)
    }

    /// Adds a package.
    pub(super) fn add(&mut self, package: Package) -> PackageId {
        let id = self.next_package;
        self.next_package += 1;
        self.packages.insert(id, package);
        self.publisher.changed(id);
        id
    }

    /// Reads the package of a folder. A package that cannot be read is told, and is not there.
    pub(super) fn load(&mut self, root: &Path) -> Option<PackageId> {
        let package = Package::folder(root, self.host.library());
        let id = self.add(package);
        if self.read_again(id) {
            return Some(id);
        }
        self.packages.remove(&id);
        self.publisher.package_gone(id);
        None
    }

    /// Reads a package's folder again; open documents stay as they are in the editor. Says whether it can be read.
    pub(super) fn read_again(&mut self, id: PackageId) -> bool {
        let Some(package) = self.packages.get_mut(&id) else {
            return false;
        };
        let Some(root) = package.root().map(Path::to_owned) else {
            return true;
        };
        let documents = &self.documents;
        let open = |path: &Path| documents.text(&uri::path_key(path)).map(str::to_owned);
        let host = &self.host;
        match host.read_package(&root, &open) {
            Ok(mut found) => {
                // Documents that are not saved yet belong to it, too.
                let there: BTreeSet<String> = found
                    .files
                    .iter()
                    .map(|(path, _)| uri::path_key(path))
                    .collect();
                let unsaved = package.own_keys().filter(|key| {
                    key.ends_with(".persona") && documents.is_open(key) && !there.contains(*key)
                });
                for key in unsaved {
                    if let Some(text) = documents.text(key) {
                        found.files.push((PathBuf::from(key), text.to_owned()));
                    }
                }
                let read = |path: &Path| open(path).or_else(|| host.read_text(path));
                package.sync(found, &read);
                self.publisher.changed(id);
                true
            }
            Err(reason) => {
                self.client.show(MessageType::WARNING, reason);
                false
            }
        }
    }

    /// A file is not there any more.
    pub(super) fn file_gone(&mut self, key: &str) {
        for (id, package) in &mut self.packages {
            if package.remove(key) {
                self.publisher.changed(*id);
            }
        }
    }

    /// Files were changed by somebody else. What is open in the editor is as the editor says.
    pub(super) fn did_change_files(&mut self, params: DidChangeWatchedFilesParams) {
        let mut again: BTreeSet<PackageId> = BTreeSet::new();
        for change in params.changes {
            let key = uri::key(&change.uri);
            let is_open = self.documents.is_open(&key);
            let known: Vec<PackageId> = self.knowing(&key);
            if change.typ == FileChangeType::CHANGED && !known.is_empty() {
                if is_open {
                    continue;
                }
                if let Some(text) = self.host.read_text(Path::new(&key)) {
                    self.set_text(&key, &text);
                    continue;
                }
            }
            again.extend(known);
            again.extend(self.around(&key));
            if is_config(&key) {
                self.config_changed(&key, change.typ, &mut again);
            }
        }
        for id in again {
            self.read_again(id);
        }
        self.refresh_diagnostics();
    }

    /// A package may have come or gone.
    fn config_changed(&mut self, key: &str, typ: FileChangeType, again: &mut BTreeSet<PackageId>) {
        let Some(root) = Path::new(key).parent().map(Path::to_owned) else {
            return;
        };
        let known = self.package_in(&root);
        if typ == FileChangeType::DELETED {
            if let Some(id) = known.filter(|_| self.host.read_text(Path::new(key)).is_none()) {
                self.packages.remove(&id);
                self.publisher.package_gone(id);
                again.remove(&id);
                self.settle_in_again();
            }
        } else if known.is_none() && self.load(&root).is_some() {
            self.settle_in_again();
        }
    }

    /// Finds a package for every open document that has none, or only itself.
    pub(super) fn settle_in_again(&mut self) {
        for (key, language) in self.documents.keys() {
            let in_package = self
                .packages
                .values()
                .any(|package| package.root().is_some() && package.own_file(&key).is_some());
            if in_package {
                continue;
            }
            let alone: Vec<PackageId> = self
                .packages
                .iter()
                .filter(|(_, package)| package.is_alone(&key))
                .map(|(id, _)| *id)
                .collect();
            for id in alone {
                self.packages.remove(&id);
                self.publisher.package_gone(id);
            }
            self.settle_in(&key, &language);
        }
    }

    /// The packages that know a file.
    fn knowing(&self, key: &str) -> Vec<PackageId> {
        let packages = self.packages.iter();
        let knowing = packages.filter(|(_, package)| package.file(key).is_some());
        knowing.map(|(id, _)| *id).collect()
    }

    /// The packages that a file lies in, or lies in a dependency of.
    fn around(&self, key: &str) -> Vec<PackageId> {
        let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
        let packages = self.packages.iter();
        let around = packages.filter(|(_, package)| {
            let inside = package
                .root()
                .is_some_and(|root| Path::new(key).starts_with(root));
            inside || package.rests_on(folder)
        });
        around.map(|(id, _)| *id).collect()
    }

    /// Other folders are shown.
    pub(super) fn did_change_folders(&mut self, params: DidChangeWorkspaceFoldersParams) {
        for folder in params.event.removed {
            let Some(path) = uri::path(&folder.uri) else {
                continue;
            };
            self.folders.retain(|known| *known != path);
            let is_left = |package: &Package| {
                let inside = package.root().is_some_and(|root| root.starts_with(&path));
                inside && !package.own_keys().any(|key| self.documents.is_open(key))
            };
            let left = self.packages.iter().filter(|(_, package)| is_left(package));
            let left: Vec<PackageId> = left.map(|(id, _)| *id).collect();
            for id in left {
                self.packages.remove(&id);
                self.publisher.package_gone(id);
            }
        }
        for folder in params.event.added {
            if let Some(path) = uri::path(&folder.uri) {
                self.folders.push(path);
            }
        }
        self.load_folders();
        self.refresh_diagnostics();
    }

    /// Loads the packages of the folders that are shown.
    pub(super) fn load_folders(&mut self) {
        for folder in self.folders.clone() {
            let above = self.host.package_of(&folder);
            let roots = self.host.packages_in(&folder).into_iter().chain(above);
            for root in roots {
                if self.package_in(&root).is_none() {
                    self.load(&root);
                }
            }
        }
    }
}
