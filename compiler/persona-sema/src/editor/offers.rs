//! What a package has to offer by name: its declarations in brief, and those of modules, used or not.

use std::sync::Arc;

use persona_base::{FileId, Span};
use persona_syntax::ast;

use crate::Database;
use crate::db::modules::{self, Target};
use crate::db::{Db, ItemKind, SourceFile, decls, parsed};

/// A declaration in brief: what its own text says, without a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is declared.
    pub kind: ItemKind,
    /// Its name as it is written where it is declared.
    pub name: Arc<str>,
    /// Its type as written, where it has one: of a constant, a trait, a function's result, a recommendation.
    pub ty: Option<Arc<str>>,
    /// Its parameters as written, with their parentheses; absent without any.
    pub params: Option<Arc<str>>,
    /// The names of the parameters that have no default.
    pub required: Vec<Arc<str>>,
    /// How people call it.
    pub title: Option<Arc<str>>,
    /// Whether it is deprecated.
    pub deprecated: bool,
}

/// A module that a package may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleOffer {
    /// What a `use` says: `std.rfm`, `common`.
    pub path: String,
    /// The name that stands before the dot after that: `rfm`.
    pub name: String,
    /// What it has.
    pub offers: Vec<Offer>,
}

#[salsa::tracked]
fn file_offers(db: &dyn Db, file: SourceFile) -> Vec<Offer> {
    let all = decls(db, file).decls.iter();
    all.filter(|(decl, _)| !matches!(decl.kind(db), ItemKind::Test | ItemKind::Use))
        .map(|(decl, _)| {
            let source = decl.source(db);
            offer(decl.kind(db), source.text(db), &parsed(db, source).tree)
        })
        .filter(|offer| !offer.name.is_empty())
        .collect()
}

fn offer(kind: ItemKind, text: &str, tree: &ast::Decl) -> Offer {
    use ast::DeclKind as Kind;
    let written = |ty: &ast::TypeExpr| -> Option<Arc<str>> {
        let is_there = ty.kind != ast::TypeKind::Error;
        is_there.then(|| Arc::from(ty.span.of(text)))
    };
    let (params, ty, title): (&[ast::Param], _, Option<&ast::Expr>) = match &tree.kind {
        Kind::Const { ty, .. } => (&[], written(ty), None),
        Kind::Trait { params, ty, .. } => (params, ty.as_ref().and_then(written), None),
        Kind::Fn { params, ty, .. } => (params, written(ty), None),
        Kind::Segment { params, title, .. } => (params, None, title.as_ref()),
        Kind::Partition { title, .. } => (&[], None, title.as_ref()),
        Kind::Content(content) => (&content.params, None, content.title.as_ref()),
        Kind::Trigger(trigger) => (&[], None, trigger.title.as_ref()),
        Kind::Recommend(decl) => (&decl.params, decl.ty.as_ref().and_then(written), None),
        _ => (&[], None, None),
    };
    let title = title.map(|title| title.span.of(text).trim_matches('"'));
    let marks = |mark: &ast::Annotation| mark.name.text == "deprecated";
    Offer {
        kind,
        name: Arc::from(tree.name.text.as_str()),
        ty,
        params: params_text(text, params),
        required: params
            .iter()
            .filter(|param| param.default.is_none() && !param.name.is_missing())
            .map(|param| Arc::from(param.name.text.as_str()))
            .collect(),
        title: title.map(Arc::from),
        deprecated: tree.annotations.iter().any(marks),
    }
}

/// `(topic: String, window: Duration = 48h)`
fn params_text(text: &str, params: &[ast::Param]) -> Option<Arc<str>> {
    if params.is_empty() {
        return None;
    }
    let shown: Vec<String> = params
        .iter()
        .map(|param| {
            let ty = param.ty.span.of(text);
            match &param.default {
                Some(default) => {
                    let default = default.span.of(text);
                    format!("{}: {ty} = {default}", param.name.text)
                }
                None => format!("{}: {ty}", param.name.text),
            }
        })
        .collect();
    Some(Arc::from(format!("({})", shown.join(", "))))
}

impl Database {
    /// The package's own declarations in brief, by file and place; tests and `use`s have no names to offer.
    pub fn offers(&self) -> impl Iterator<Item = &Offer> {
        let files = self.project().files(self).iter();
        files.flat_map(|file| file_offers(self, *file))
    }

    /// The same, those of one file first: they are the nearest there.
    pub fn offers_near(&self, file: FileId) -> impl Iterator<Item = &Offer> {
        let files = self.project().files(self).iter();
        let own = files.clone().filter(move |one| one.id(self) == file);
        let others = files.filter(move |one| one.id(self) != file);
        own.chain(others).flat_map(|file| file_offers(self, *file))
    }

    /// What a space (`""` for the package itself) may write for declarations of the modules that it uses: `champions` or
    /// `rfm.champions`.
    pub fn used_offers(&self, space: &str) -> Vec<(Arc<str>, Offer)> {
        let visible = modules::visible(self, space).into_iter();
        let found = visible.filter_map(|written| {
            let decl = modules::meant_by(self, space, &written)?;
            let source = decl.source(self);
            let tree = &parsed(self, source).tree;
            Some((written, offer(decl.kind(self), source.text(self), tree)))
        });
        found.collect()
    }

    /// The modules that a space may use, whether it does or not, with what they have.
    pub fn modules(&self, space: &str) -> Vec<ModuleOffer> {
        let mut found = Vec::new();
        for package in modules::packages_of(self, space) {
            let is_std = *package == *modules::STD;
            let mut paths: Vec<Vec<Arc<str>>> = Vec::new();
            if is_std {
                let all = modules::modules_of(self, space, &package).into_iter();
                paths.extend(all.map(|module| vec![Arc::clone(&package), module]));
            } else {
                paths.push(vec![Arc::clone(&package)]);
            }
            for path in paths {
                let Ok(target) = modules::target(self, space, &path) else {
                    continue;
                };
                found.push(ModuleOffer {
                    path: path.join("."),
                    name: path.last().map(ToString::to_string).unwrap_or_default(),
                    offers: self.offered_by(&target),
                });
            }
        }
        found
    }

    fn offered_by(&self, target: &Target) -> Vec<Offer> {
        let all = modules::exports(self, target).into_values();
        let offers = all.map(|decl| {
            let source = decl.source(self);
            offer(
                decl.kind(self),
                source.text(self),
                &parsed(self, source).tree,
            )
        });
        offers.collect()
    }

    /// The modules and packages that may stand behind `use` and these names, and what may stand in its braces.
    pub fn usable(&self, space: &str, path: &[&str]) -> (Vec<Arc<str>>, Vec<Offer>) {
        let (Some(first), rest) = (path.first(), path.get(1..).unwrap_or_default()) else {
            return (modules::packages_of(self, space), Vec::new());
        };
        let below = match rest {
            [] => modules::modules_of(self, space, first),
            _ => Vec::new(),
        };
        let path: Vec<Arc<str>> = path.iter().map(|part| Arc::from(*part)).collect();
        let target = modules::target(self, space, &path);
        let items = target.map_or_else(|_| Vec::new(), |target| self.offered_by(&target));
        (below, items)
    }

    /// The modules that a space uses as a whole, as they may be written before a dot, and what each says in a `use`.
    pub fn used_modules(&self, space: &str) -> Vec<String> {
        let uses = modules::uses_of_space(self, space).into_iter();
        let whole = uses.filter(|one| one.items.is_none());
        whole.map(|one| one.path.join(".")).collect()
    }

    /// The places of a file's declarations, in order, each with its kind.
    pub fn declaration_spans(&self, file: FileId) -> Vec<(ItemKind, Span)> {
        let Some(file) = self.source_file(file) else {
            return Vec::new();
        };
        let all = decls(self, file).decls.iter();
        all.map(|(decl, span)| (decl.kind(self), *span)).collect()
    }
}
