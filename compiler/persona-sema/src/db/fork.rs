//! Copies of a database that may be changed without anybody noticing: what would be wrong if a text were another one.

use std::sync::Arc;

use persona_base::FileId;
use salsa::Setter as _;

use super::{Database, Db, SourceFile, modules};

impl Database {
    /// A database of its own with the same files under the same ids. Unlike a clone it is no snapshot: changing one waits for
    /// nobody. It has computed nothing yet, so the first question costs as much as when the package was opened.
    #[must_use]
    pub fn fork(&self) -> Self {
        let mut fork = Self::new();
        for file in &self.files {
            let id = file.id(self);
            let (path, text, space) = (file.path(self), file.text(self), file.space(self));
            fork.files.push(SourceFile::new(
                &fork,
                id,
                Arc::clone(path),
                Arc::clone(text),
                Arc::clone(space),
            ));
        }
        fork.by_path = self.by_path.clone();
        let (from, to) = (self.project(), fork.project());
        let same = |files: &[SourceFile], fork: &Self| -> Vec<SourceFile> {
            let ids = files.iter().map(|file| file.id(self).0 as usize);
            ids.map(|id| fork.files[id]).collect()
        };
        let files = same(from.files(self), &fork);
        to.set_files(&mut fork).to(files);
        let config = from.config(self).map(|file| same(&[file], &fork)[0]);
        to.set_config(&mut fork).to(config);
        to.set_name(&mut fork).to(Arc::clone(from.name(self)));
        to.set_templates(&mut fork).to(from.templates(self).clone());
        let templates = from.template_files(self).iter();
        let templates = templates
            .map(|(name, file)| (Arc::clone(name), same(&[*file], &fork)[0]))
            .collect();
        to.set_template_files(&mut fork).to(templates);
        let library = same(from.library(self), &fork);
        to.set_library(&mut fork).to(library);
        let packages = from.packages(self).iter();
        let packages = packages
            .map(|package| modules::Package {
                config: package.config.map(|file| same(&[file], &fork)[0]),
                files: same(&package.files, &fork),
                ..package.clone()
            })
            .collect();
        to.set_packages(&mut fork).to(packages);
        to.set_folders(&mut fork).to(from.folders(self).clone());
        fork
    }

    /// Gives a file that is there another text, whichever kind of file it is.
    pub fn set_text(&mut self, file: FileId, text: String) {
        if let Some(known) = self.files.get(file.0 as usize).copied() {
            let (path, space) = (Arc::clone(known.path(self)), Arc::clone(known.space(self)));
            self.store(&path, text, &space);
            self.kept.clear();
        }
    }

    /// Whether a file is one of the package's own: its rules, its configuration or a template, and not a part of another package
    /// or of the standard library.
    pub fn owns(&self, file: FileId) -> bool {
        let Some(known) = self.files.get(file.0 as usize) else {
            return false;
        };
        let project = self.project();
        project.files(self).contains(known)
            || project.config(self) == Some(*known)
            || project
                .template_files(self)
                .values()
                .any(|file| file == known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_says_the_same_and_changes_alone() {
        let mut db = Database::new();
        db.set_config(
            "persona.toml",
            Some("[package]\nname = \"shop\"\n".to_owned()),
        );
        db.set_file(
            "a.persona",
            "profile P { id: String @key, age: Int? }".to_owned(),
        );
        let b = db.set_file("b.persona", "segment s { when agee > 3 }".to_owned());
        let snapshot = db.clone();
        let mut fork = db.fork();
        assert_eq!(fork.diagnostics(), db.diagnostics());
        fork.set_text(b, "segment s { when age > 3 }".to_owned());
        assert!(fork.diagnostics().is_empty());
        assert_eq!(snapshot.diagnostics().len(), 1);
        assert!(fork.owns(b) && !fork.owns(FileId(99)));
    }
}
