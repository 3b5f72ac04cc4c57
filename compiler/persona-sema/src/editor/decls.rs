//! The declarations of files: where they are, what they are called, what is known of each.

use std::sync::Arc;

use persona_base::{FileId, Span};
use persona_syntax::ast;
use rustc_hash::FxHashSet;

use crate::db::{
    Db, Decl, ItemKind, SourceFile, check, decls, lookup, modules, parsed, schema, signature,
    symbols, tree, used_names,
};
use crate::{ContentShape, Database, Global, Schema, Unit};

/// A declaration, by its place among those of its file. It stays good until the file changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeclRef {
    /// The file.
    pub file: FileId,
    /// Its number there, from 0.
    pub index: u32,
}

/// A declaration as editors see it.
#[derive(Clone, Copy, Debug)]
pub struct Declaration<'db> {
    /// Which.
    pub id: DeclRef,
    /// What is declared.
    pub kind: ItemKind,
    /// Its name in the whole compilation: `vip`, `rfm.champions`; empty where it is missing, a test's title.
    pub name: &'db Arc<str>,
    /// Which package or module it belongs to: empty for the package itself, `std.rfm`, a dependency's name.
    pub space: &'db Arc<str>,
    /// All of it in its file, with its documentation and annotations.
    pub span: Span,
    /// Its text, which the spans of trees, units and occurrences refer to.
    pub text: &'db str,
    /// Its tree as it was parsed.
    pub tree: &'db ast::Decl,
    /// Its tree with the names that declarations of modules have in the whole compilation.
    pub resolved: &'db ast::Decl,
}

impl Declaration<'_> {
    /// A span of its tree, in its file.
    pub fn in_file(&self, span: Span) -> Span {
        span.offset(self.span.start)
    }

    /// Its name, in its file.
    pub fn name_span(&self) -> Span {
        self.in_file(self.tree.name.span)
    }

    /// Its own name: `champions` of `rfm.champions`.
    pub fn own_name(&self) -> &str {
        &self.tree.name.text
    }

    /// Whether it is the package's own, not a module's.
    pub fn is_own(&self) -> bool {
        self.space.is_empty()
    }
}

impl Database {
    /// The package's own `.persona` files, by path.
    pub fn rule_files(&self) -> Vec<FileId> {
        let files = self.project().files(self).iter();
        files.map(|file| file.id(self)).collect()
    }

    /// All `.persona` files that take part in the package, its own first, then those of modules that are used.
    pub fn loaded_rule_files(&self) -> Vec<FileId> {
        let files = modules::loaded_files(self).into_iter();
        files.map(|file| file.id(self)).collect()
    }

    /// The file that was set with this path.
    pub fn file_at(&self, path: &str) -> Option<FileId> {
        self.id_of_path(path)
    }

    /// Whether a file is one of the package's own `.persona` files: only these may be changed.
    pub fn is_own_file(&self, file: FileId) -> bool {
        self.source_file(file)
            .is_some_and(|file| self.project().files(self).contains(&file))
    }

    /// Which package or module a `.persona` file belongs to: empty for the package itself, `std.rfm`, a dependency's name. None
    /// for files that are no rules.
    pub fn space_of(&self, file: FileId) -> Option<&Arc<str>> {
        Some(self.rules(file)?.space(self))
    }

    /// The file of rules behind an id: `persona.toml`, templates and unknown ids are none.
    pub(crate) fn rules(&self, file: FileId) -> Option<SourceFile> {
        let file = self.source_file(file)?;
        let project = self.project();
        let shared = || {
            let mut packages = project.packages(self).iter();
            project.library(self).contains(&file)
                || packages.any(|package| package.files.contains(&file))
        };
        (project.files(self).contains(&file) || shared()).then_some(file)
    }

    /// The declarations of a file, in order; none for what is no file of rules.
    pub fn declarations(&self, file: FileId) -> Vec<Declaration<'_>> {
        self.declarations_in(file, Span::new(0, u32::MAX))
    }

    /// The declarations of a file that a range touches, in order.
    pub fn declarations_in(&self, file: FileId, range: Span) -> Vec<Declaration<'_>> {
        let Some(source) = self.rules(file) else {
            return Vec::new();
        };
        // Asked once: most packages use no module, and then a tree is as it was parsed.
        let is_plain = modules::names_in(self, source.space(self)).is_none();
        let (first, found) = touched(&decls(self, source).decls, range);
        let shown = found.iter().enumerate().map(|(index, (decl, span))| {
            let index = (first + index) as u32;
            let id = DeclRef { file, index };
            match is_plain {
                true => self.shown_as(id, *decl, *span, None),
                false => self.shown(id, *decl, *span),
            }
        });
        shown.collect()
    }

    /// The declarations of a kind in a file, in order; the trees of others are not looked at.
    pub fn declarations_of(&self, file: FileId, kind: ItemKind) -> Vec<Declaration<'_>> {
        let Some(source) = self.rules(file) else {
            return Vec::new();
        };
        let all = decls(self, source).decls.iter().enumerate();
        let meant = all.filter(|(_, (decl, _))| decl.kind(self) == kind);
        let shown = meant.map(|(index, (decl, span))| {
            let index = index as u32;
            self.shown(DeclRef { file, index }, *decl, *span)
        });
        shown.collect()
    }

    /// A declaration; none where the file has changed so that there is none of this number.
    pub fn declaration(&self, id: DeclRef) -> Option<Declaration<'_>> {
        let (decl, span) = *self.decl_of(id)?;
        Some(self.shown(id, decl, span))
    }

    /// The declaration whose text an offset stands in, or right behind.
    pub fn declaration_at(&self, file: FileId, offset: u32) -> Option<Declaration<'_>> {
        let all = &decls(self, self.rules(file)?).decls;
        let after = all.partition_point(|(_, span)| span.start <= offset);
        let index = after.checked_sub(1)?;
        let (decl, span) = all[index];
        let index = index as u32;
        span.touches(offset)
            .then(|| self.shown(DeclRef { file, index }, decl, span))
    }

    /// The declaration of this name in the whole compilation, the first if there are several. Those of modules that nobody
    /// uses are found, too.
    pub fn named(&self, name: &str) -> Option<Declaration<'_>> {
        let decl = self.decl_named(name)?;
        self.place_of(decl)
    }

    /// What a declaration means, once checked; [`Unit::None`] where there is nothing beyond the schema, or all is broken.
    pub fn unit(&self, id: DeclRef) -> Option<&Unit> {
        let (decl, _) = *self.decl_of(id)?;
        self.make_ready(decl);
        Some(&check(self, decl).unit)
    }

    /// The tables and enums of the package.
    pub fn schema(&self) -> &Schema {
        schema(self, self.project())
    }

    /// What others may know of the declaration that a name means in a space: written bare, with its module (`rfm.champions`), or
    /// whole.
    pub fn global(&self, space: &str, written: &str) -> Option<&Global> {
        let decl = self.meant(space, written)?;
        self.make_ready(decl);
        Some(signature(self, decl))
    }

    /// The declaration that a name means in a space.
    pub fn named_in(&self, space: &str, written: &str) -> Option<Declaration<'_>> {
        let decl = self.meant(space, written)?;
        self.place_of(decl)
    }

    /// What others may know of a content, by its name.
    pub fn content_shape(&self, name: &str) -> Option<&Arc<ContentShape>> {
        let decl = lookup(self, name)?;
        (decl.kind(self) == ItemKind::Content).then(|| crate::db::content_shape(self, decl))
    }

    fn meant(&self, space: &str, written: &str) -> Option<Decl<'_>> {
        if !space.is_empty()
            && let Some(found) = modules::meant_by(self, space, written)
        {
            return Some(found);
        }
        let found = lookup(self, written).or_else(|| modules::meant_by(self, space, written))?;
        let is_hidden = !space.is_empty()
            && modules::is_own(self, found)
            && !modules::is_schema(found.kind(self));
        (!is_hidden).then_some(found)
    }

    pub(crate) fn decl_of(&self, id: DeclRef) -> Option<&(Decl<'_>, Span)> {
        decls(self, self.rules(id.file)?)
            .decls
            .get(id.index as usize)
    }

    pub(crate) fn decl_named(&self, name: &str) -> Option<Decl<'_>> {
        lookup(self, name).or_else(|| modules::unloaded(self, name))
    }

    /// Where a declaration is at present.
    pub(crate) fn place_of<'db>(&'db self, decl: Decl<'db>) -> Option<Declaration<'db>> {
        let files = modules::files_of(self, decl.space(self)).into_iter();
        let mut found = files.filter_map(|file| {
            let all = &decls(self, file).decls;
            let index = all.iter().position(|(other, _)| *other == decl)?;
            let id = DeclRef {
                file: file.id(self),
                index: index as u32,
            };
            Some(self.shown(id, decl, all[index].1))
        });
        found.next()
    }

    fn shown<'db>(&'db self, id: DeclRef, decl: Decl<'db>, span: Span) -> Declaration<'db> {
        self.shown_as(id, decl, span, Some(tree(self, decl)))
    }

    /// A declaration with its tree, if that is another than it was parsed.
    fn shown_as<'db>(
        &'db self,
        id: DeclRef,
        decl: Decl<'db>,
        span: Span,
        resolved: Option<&'db ast::Decl>,
    ) -> Declaration<'db> {
        let source = decl.source(self);
        let tree = &parsed(self, source).tree;
        Declaration {
            id,
            kind: decl.kind(self),
            name: decl.name(self),
            space: decl.space(self),
            span,
            text: source.text(self),
            tree,
            resolved: resolved.unwrap_or(tree),
        }
    }

    /// Checks what a declaration rests on before it, so that no query has far to go, however long the chain.
    pub(crate) fn make_ready<'db>(&'db self, decl: Decl<'db>) {
        self.make_more_ready(decl, &mut Ready::default());
    }

    /// The same where some are ready already.
    pub(crate) fn make_more_ready<'db>(&'db self, decl: Decl<'db>, ready: &mut Ready<'db>) {
        if ready.0.contains(&decl) {
            return;
        }
        let by_name = &symbols(self, self.project()).by_name;
        let mut stack = vec![(decl, false)];
        while let Some((decl, is_next)) = stack.pop() {
            if is_next {
                if decl.kind(self).has_body() {
                    check(self, decl);
                    signature(self, decl);
                }
            } else if ready.0.insert(decl) {
                stack.push((decl, true));
                let below = used_names(self, decl).filter_map(|name| by_name.get(name));
                let below = below.filter(|target| !ready.0.contains(*target));
                stack.extend(below.map(|target| (*target, false)));
            }
        }
    }
}

/// Declarations that are checked, with all that they rest on.
#[derive(Default)]
pub(crate) struct Ready<'db>(FxHashSet<Decl<'db>>);

/// The declarations of a file that a range touches, and the number of the first.
pub(crate) fn touched<'a, 'db>(
    all: &'a [(Decl<'db>, Span)],
    range: Span,
) -> (usize, &'a [(Decl<'db>, Span)]) {
    let first = all.partition_point(|(_, span)| span.end < range.start);
    let end = all.partition_point(|(_, span)| span.start <= range.end);
    (first, &all[first..end.max(first)])
}
