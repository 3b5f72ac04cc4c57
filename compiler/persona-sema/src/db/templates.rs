//! Liquid templates as files of the package: their trees, which of them contents need, and what a partial's name means. What a
//! template sees is for the content that names it to say.

use std::collections::BTreeSet;
use std::sync::Arc;

use persona_liquid::Template;
use persona_syntax::ast;

use super::queries::{Decl, ItemKind, symbols, tree};
use super::{Db, SourceFile};
use crate::decl::{TEMPLATE_ENDINGS, plain_string};

/// The folder of partials, beside a template or in the package's folder.
const PARTIALS: &str = "partials";

/// The tree of a template's text.
#[salsa::tracked(no_eq)]
pub(crate) fn template(db: &dyn Db, file: SourceFile) -> Arc<Template> {
    Arc::new(Template::parse(file.id(db), file.text(db)))
}

/// The template at a path from the package's folder, if its text is set.
pub(crate) fn template_at(db: &dyn Db, name: &str) -> Option<Arc<Template>> {
    let file = *db.project().template_files(db).get(name)?;
    Some(Arc::clone(template(db, file)))
}

/// Where a partial may lie, the best first: beside the template that a content names, then in the package's folder; each time
/// also below `partials`. Without an ending, it is a `.liquid` file, or one with the template's own ending.
pub(crate) fn partial_paths(template: &str, name: &str) -> Vec<String> {
    let folder = template.rsplit_once('/').map_or("", |(folder, _)| folder);
    let has_ending = TEMPLATE_ENDINGS.iter().any(|ending| name.ends_with(ending));
    let own = TEMPLATE_ENDINGS
        .iter()
        .find(|ending| template.ends_with(**ending));
    let endings: Vec<&str> = match (has_ending, own) {
        (true, _) => vec![""],
        (false, Some(own)) if *own != ".liquid" => vec![".liquid", own],
        _ => vec![".liquid"],
    };
    let mut paths: Vec<String> = Vec::new();
    for folder in [folder, ""] {
        for below in ["", PARTIALS] {
            for ending in &endings {
                let parts = [folder, below].into_iter().filter(|part| !part.is_empty());
                let parts: Vec<&str> = parts.chain([name]).collect();
                let path = format!("{}{ending}", parts.join("/"));
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
    }
    paths
}

/// The templates that a content names, as they are written.
pub(crate) fn named<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Vec<String> {
    let ast::DeclKind::Content(content) = &tree(db, decl).kind else {
        return Vec::new();
    };
    let variants = content.variants.iter().chain(&content.otherwise);
    let slots = variants.flat_map(|variant| {
        let localized = variant.locales.iter().flat_map(|locale| &locale.slots);
        variant.slots.iter().chain(localized)
    });
    slots
        .filter_map(|slot| match &slot.value {
            ast::SlotSource::Template(path) => plain_string(path),
            ast::SlotSource::Expr(_) => None,
        })
        .collect()
}

/// What [`super::Database::missing_templates`] gives.
pub(super) fn missing(db: &dyn Db) -> Vec<Arc<str>> {
    let project = db.project();
    let Some(known) = project
        .templates(db)
        .as_ref()
        .filter(|known| !known.is_empty())
    else {
        return Vec::new();
    };
    let set = project.template_files(db);
    let contents = symbols(db, project).all.iter();
    let contents = contents.filter(|decl| decl.kind(db) == ItemKind::Content);
    let mut lacking = BTreeSet::new();
    for main in contents.flat_map(|decl| named(db, *decl)) {
        let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut queue = vec![Arc::from(main.as_str())];
        while let Some(path) = queue.pop() {
            if !known.contains(&path) || !seen.insert(Arc::clone(&path)) {
                continue;
            }
            let Some(file) = set.get(&path) else {
                lacking.insert(path);
                continue;
            };
            for name in template(db, *file).partials() {
                let paths = partial_paths(&main, &name);
                queue.extend(
                    paths
                        .into_iter()
                        .find(|path| known.contains(&**path))
                        .map(Arc::from),
                );
            }
        }
    }
    lacking.into_iter().collect()
}
