//! What the language server is given: packages from disk, through the façade.

use std::path::{Path, PathBuf};

use persona::workspace;
use persona_lsp::{Engine, Host, PackageFiles};

use super::engine::Facade;
use super::pages::Pages;

/// The disk of this machine, and the engine.
pub(super) struct Disk {
    pages: Pages,
    engine: Facade,
}

impl Disk {
    /// With the person's own folder for pages.
    pub(super) fn new() -> Self {
        Self {
            pages: Pages::new(),
            engine: Facade::default(),
        }
    }
}

impl Host for Disk {
    fn package_of(&self, path: &Path) -> Option<PathBuf> {
        workspace::package_of(path)
    }

    fn packages_in(&self, folder: &Path) -> Vec<PathBuf> {
        workspace::packages_in(folder)
    }

    fn read_package(
        &self,
        root: &Path,
        open: &dyn Fn(&Path) -> Option<String>,
    ) -> Result<PackageFiles, String> {
        let found = workspace::read_package(root, open).map_err(|error| error.to_string())?;
        Ok(PackageFiles {
            config: Some(found.config),
            files: found.files,
            dependencies: found.dependencies,
            folders: found.folders,
            templates: found.templates,
        })
    }

    fn read_text(&self, path: &Path) -> Option<String> {
        workspace::read_text(path)
    }

    fn library(&self) -> &'static [(&'static str, &'static str)] {
        persona_std::MODULES
    }

    fn keep_page(&self, name: &str, text: &str) -> Option<PathBuf> {
        self.pages.keep(name, text)
    }

    fn engine(&self) -> Option<&dyn Engine> {
        Some(&self.engine)
    }
}
