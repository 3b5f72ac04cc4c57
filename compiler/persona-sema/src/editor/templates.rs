//! Templates: which contents are made from one, and what could stand at a place of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use persona_base::FileId;
use persona_liquid::Template;

use super::Spot;
use super::spot::checked;
use crate::Database;
use crate::db::templates::{named, partial_paths, template_at};
use crate::db::{Db, Decl, DeclEnv, ItemKind, symbols, tree};

/// So many contents are asked what they give a template; those beyond are like them.
const MAX_CONTENTS: usize = 16;

/// A template's text in place of the one that a path stands for.
#[derive(Clone, Debug)]
pub(crate) struct OtherTemplate {
    /// Its path from the package's folder.
    pub(crate) path: Arc<str>,
    /// Its tree.
    pub(crate) template: Arc<Template>,
}

impl Database {
    /// The path of a template from the package's folder; none for other files.
    pub fn template_name(&self, file: FileId) -> Option<Arc<str>> {
        let mut files = self.project().template_files(self).iter();
        let found = files.find(|(_, source)| source.id(self) == file);
        found.map(|(name, _)| Arc::clone(name))
    }

    /// The file of the template at a path from the package's folder, where its text is known.
    pub fn template_at(&self, path: &str) -> Option<FileId> {
        let source = self.project().template_files(self).get(path)?;
        Some(source.id(self))
    }

    /// The paths of the package's files that may be templates, from its folder.
    pub fn template_paths(&self) -> Vec<Arc<str>> {
        let known = self.project().templates(self).iter();
        known.flat_map(|known| known.iter()).cloned().collect()
    }

    /// The paths where a partial is looked for that a template names, the best first.
    pub fn partial_paths(&self, template: &str, partial: &str) -> Vec<String> {
        partial_paths(template, partial)
    }

    /// The contents that are made from a template, directly or by way of other templates, by name.
    pub fn contents_of_template(&self, path: &str) -> Vec<Arc<str>> {
        let users = users(self, path).into_iter();
        users.map(|decl| Arc::clone(decl.name(self))).collect()
    }

    /// What could stand where [`super::PROBE`] stands in `text`, which is read in place of the template at `path`: for each of
    /// the contents that are made from it what the check met.
    pub fn template_spots(&self, path: &str, text: &str) -> Vec<(Arc<str>, Vec<Spot>)> {
        let Some(file) = self.template_at(path) else {
            return Vec::new();
        };
        let other = OtherTemplate {
            path: Arc::from(path),
            template: Arc::new(Template::parse(file, text)),
        };
        let users = users(self, path).into_iter().take(MAX_CONTENTS);
        let spots = users.map(|decl| {
            let env = DeclEnv::probing(self, decl, Some(other.clone()));
            let text = decl.source(self).text(self);
            let spots = checked(self, decl, tree(self, decl), text, env);
            (Arc::clone(decl.name(self)), spots)
        });
        spots.collect()
    }
}

/// The contents that are made from a template.
fn users<'db>(db: &'db dyn Db, path: &str) -> Vec<Decl<'db>> {
    let all = symbols(db, db.project()).all.iter().copied();
    let contents = all.filter(|decl| decl.kind(db) == ItemKind::Content);
    let own = contents.filter(|decl| decl.space(db).is_empty());
    own.filter(|decl| {
        let mut mains = named(db, *decl).into_iter();
        mains.any(|main| main == path || renders(db, &main, path))
    })
    .collect()
}

/// Whether a template renders another, directly or by way of others.
fn renders(db: &dyn Db, main: &str, wanted: &str) -> bool {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut queue = vec![main.to_owned()];
    while let Some(path) = queue.pop() {
        if path == wanted {
            return true;
        }
        let Some(template) = template_at(db, &path) else {
            continue;
        };
        if !seen.insert(path) {
            continue;
        }
        for partial in template.partials() {
            let mut paths = partial_paths(main, &partial).into_iter();
            queue.extend(paths.find(|path| template_at(db, path).is_some()));
        }
    }
    false
}
