//! From places to symbols, and from symbols to all places that name them.
//!
//! Nobody keeps an index of the package: of each file the words of its declarations are known, so that only those are asked for
//! their names that have the word at all.

use std::sync::Arc;

use persona_base::{FileId, Span};

use super::decls::{DeclRef, Declaration, Ready};
use super::occurrences::{names, names_in_templates};
use super::parts::{Part, parts_of};
use super::symbol::{Occurrence, Role, Symbol};
use crate::db::{Db as _, Decl, SourceFile, decls, facts, modules};
use crate::decl::{SENT, WEEKDAY, is_built_in_type};
use crate::uses::each_expr;
use crate::{Database, ItemKind, Place, Type};

/// Where something is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The name there.
    pub name: Place,
    /// All of it: the declaration, the field.
    pub whole: Place,
}

/// A place that names something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The declaration that it stands in; for a place in a template, the content that is made from it.
    pub decl: DeclRef,
    /// Where, in its file.
    pub place: Place,
    /// What is done there.
    pub role: Role,
    /// Whether the name means nothing else there; of a place in a template nothing is said.
    pub is_alone: bool,
}

impl Database {
    /// The names in a declaration, by place; spans are relative to it.
    pub fn occurrences(&self, id: DeclRef) -> &[Occurrence] {
        let ready = &mut Ready::default();
        self.decl_of(id)
            .map_or(&[], |(decl, _)| self.occurrences_in(*decl, ready))
    }

    /// The type of what a declaration gives a name to: of a [`Symbol::Local`], by its place.
    pub fn type_of_local(&self, id: DeclRef, at: Span) -> Option<&Type> {
        let (decl, _) = *self.decl_of(id)?;
        self.make_ready(decl);
        let given = names(self, decl).given.iter();
        given
            .filter(|(span, _)| *span == at)
            .map(|(_, ty)| ty)
            .next()
    }

    /// The type of the checked expression at a span of a declaration, where there is one.
    pub fn type_at(&self, id: DeclRef, span: Span) -> Option<Type> {
        let mut found = None;
        each_expr(self.unit(id)?, self.schema(), &mut |expr| {
            if expr.span == span && !expr.ty.is_error() {
                found = Some(expr.ty.clone());
            }
        });
        found
    }

    fn occurrences_in<'db>(
        &'db self,
        decl: Decl<'db>,
        ready: &mut Ready<'db>,
    ) -> &'db [Occurrence] {
        self.make_more_ready(decl, ready);
        &names(self, decl).found
    }

    /// What the name at an offset of a file means, with its declaration: several where it means several things at once (a field of
    /// several kinds of events), none where no name is. Right behind a name is at it.
    pub fn occurrences_at(
        &self,
        file: FileId,
        offset: u32,
    ) -> Option<(Declaration<'_>, Vec<&Occurrence>)> {
        let decl = self.declaration_at(file, offset)?;
        let all = self.occurrences(decl.id);
        let relative = offset - decl.span.start;
        let at = |one: &&Occurrence| one.span.touches(relative);
        let touched: Vec<&Occurrence> = all.iter().filter(at).collect();
        // Between two names that touch, the one that begins here is meant; of nested ones, the smallest.
        let best = touched
            .iter()
            .map(|one| one.span)
            .min_by_key(|span| (span.end == relative, span.len()))?;
        let meant = touched.into_iter().filter(|one| one.span == best).collect();
        Some((decl, meant))
    }

    /// Where a symbol is declared; `from` is a declaration that names it. None for what the language has by itself.
    pub fn targets(&self, symbol: &Symbol, from: DeclRef) -> Vec<Target> {
        match symbol {
            Symbol::Local { at, .. } => self
                .declaration(from)
                .map(|decl| {
                    let place = place(from.file, decl.in_file(*at));
                    Target {
                        name: place,
                        whole: place,
                    }
                })
                .into_iter()
                .collect(),
            Symbol::Module(path) => self.module_targets(path, from),
            Symbol::Template(path) => self.template_at(path).map(whole_file).into_iter().collect(),
            Symbol::BuiltIn(..) | Symbol::Layer(_) => Vec::new(),
            _ => self.declared(symbol),
        }
    }

    /// Where a declaration or a part of one is declared; several where that is so by mistake.
    fn declared(&self, symbol: &Symbol) -> Vec<Target> {
        let Some(decl) = symbol.declaration().and_then(|name| self.decl_named(name)) else {
            return Vec::new();
        };
        let Some(decl) = self.place_of(decl) else {
            return Vec::new();
        };
        let parts = parts_of(decl.tree);
        let whole = |name: Span| enclosing(&parts, name).unwrap_or(Span::new(0, decl.span.len()));
        let all = self.occurrences(decl.id).iter();
        let found = all.filter(|one| one.role == Role::Declares && one.symbol == *symbol);
        found
            .map(|one| Target {
                name: place(decl.id.file, decl.in_file(one.span)),
                whole: place(decl.id.file, decl.in_file(whole(one.span))),
            })
            .collect()
    }

    fn module_targets(&self, path: &str, from: DeclRef) -> Vec<Target> {
        let Some(space) = self.space_of(from.file) else {
            return Vec::new();
        };
        let parts: Vec<Arc<str>> = path.split('.').map(Arc::from).collect();
        let Ok(target) = modules::target(self, space, &parts) else {
            return Vec::new();
        };
        let files = modules::files_of(self, &target.space).into_iter();
        let meant = files.filter(|file| {
            let wanted = target.file.as_deref();
            wanted.is_none_or(|wanted| modules::stem(file.path(self)) == wanted)
        });
        meant.map(|file| whole_file(file.id(self))).collect()
    }

    /// Every place that names a symbol, its declaration included, by file and place: the package's own files first, then those
    /// of modules; templates too, once for each content that is made from them. `from` is a declaration that names it.
    pub fn references(&self, symbol: &Symbol, from: DeclRef) -> Vec<Reference> {
        let ready = &mut Ready::default();
        let mut found = Vec::new();
        match symbol {
            Symbol::BuiltIn(..) => {}
            Symbol::Local { .. } => {
                if let Some(decl) = self.decl_of(from) {
                    self.collect(symbol, from, *decl, ready, &mut found);
                    self.collect_templates(symbol, from, decl.0, ready, &mut found);
                }
            }
            _ => {
                let wanted = facts::split(symbol.own_name()).next().map(facts::word);
                for file in self.searched(symbol) {
                    self.search(symbol, wanted, file, ready, &mut found);
                }
            }
        }
        found
    }

    /// The places of one file that name a symbol, in order.
    pub fn references_in(&self, symbol: &Symbol, from: DeclRef, file: FileId) -> Vec<Reference> {
        let ready = &mut Ready::default();
        let mut found = Vec::new();
        match (symbol, self.rules(file)) {
            (Symbol::BuiltIn(..), _) => {}
            (Symbol::Local { .. }, _) | (_, None) => {
                found = self.references(symbol, from);
                found.retain(|one| one.place.file == file);
            }
            (_, Some(file)) => {
                let wanted = facts::split(symbol.own_name()).next().map(facts::word);
                self.search(symbol, wanted, file, ready, &mut found);
                // Templates are other files.
                found.retain(|one| one.place.file == file.id(self));
            }
        }
        found
    }

    /// Some declarations that name a symbol besides its own, at most so many, and whether there may be more.
    pub fn users(&self, symbol: &Symbol, limit: usize) -> (Vec<Declaration<'_>>, bool) {
        // Words that are no names of it are looked at for nothing; that too has an end.
        let mut asked = 0;
        let ready = &mut Ready::default();
        let mut found = Vec::new();
        let wanted = facts::split(symbol.own_name()).next().map(facts::word);
        let own = symbol.declaration();
        for file in self.searched(symbol) {
            let all = &decls(self, file).decls;
            for (index, ((decl, _), facts)) in all.iter().zip(facts::facts(self, file)).enumerate()
            {
                let has_word = wanted.is_none_or(|word| facts.words.binary_search(&word).is_ok());
                if !has_word || own == Some(decl.name(self)) {
                    continue;
                }
                if asked == 8 * limit || found.len() == limit {
                    return (found, true);
                }
                asked += 1;
                let names = |one: &Occurrence| one.symbol == *symbol && one.role != Role::Imports;
                if self.occurrences_in(*decl, ready).iter().any(names) {
                    let id = DeclRef {
                        file: file.id(self),
                        index: index as u32,
                    };
                    found.extend(self.declaration(id));
                }
            }
        }
        (found, false)
    }

    /// All names in the package's own files that are written like this, whatever they mean.
    pub fn occurrences_of_name(&self, name: &str) -> Vec<(Declaration<'_>, &Occurrence)> {
        let wanted = facts::split(name).next().map(facts::word);
        let ready = &mut Ready::default();
        let mut found = Vec::new();
        for file in self.project().files(self) {
            let all = &decls(self, *file).decls;
            for (index, ((decl, _), facts)) in all.iter().zip(facts::facts(self, *file)).enumerate()
            {
                if wanted.is_some_and(|word| facts.words.binary_search(&word).is_err()) {
                    continue;
                }
                let id = DeclRef {
                    file: file.id(self),
                    index: index as u32,
                };
                let named = self.occurrences_in(*decl, ready).iter();
                let named = named.filter(|one| one.symbol.own_name() == name);
                if let Some(shown) = self.declaration(id) {
                    found.extend(named.map(|one| (shown, one)));
                }
            }
        }
        found
    }

    /// Whether the rules of a space call a module by this name.
    pub fn is_module_name(&self, space: &str, name: &str) -> bool {
        modules::names_in(self, space).is_some_and(|names| names.modules.contains_key(name))
    }

    /// The files that may name a symbol.
    fn searched(&self, symbol: &Symbol) -> Vec<SourceFile> {
        let mut files = modules::loaded_files(self);
        // A module that nobody uses is looked at by somebody who reads it.
        let space = symbol
            .declaration()
            .and_then(|name| self.decl_named(name))
            .map(|decl| decl.space(self));
        if let Some(space) = space {
            let own = modules::files_of(self, space);
            let more: Vec<SourceFile> = own
                .into_iter()
                .filter(|file| !files.contains(file))
                .collect();
            files.extend(more);
        }
        files
    }

    fn search<'db>(
        &'db self,
        symbol: &Symbol,
        wanted: Option<u32>,
        file: SourceFile,
        ready: &mut Ready<'db>,
        found: &mut Vec<Reference>,
    ) {
        let all = &decls(self, file).decls;
        for (index, (decl, facts)) in all.iter().zip(facts::facts(self, file)).enumerate() {
            let has_word = wanted.is_none_or(|word| facts.words.binary_search(&word).is_ok());
            let id = DeclRef {
                file: file.id(self),
                index: index as u32,
            };
            if has_word {
                self.collect(symbol, id, *decl, ready, found);
            }
            self.collect_templates(symbol, id, decl.0, ready, found);
        }
    }

    /// The names in the templates of a content, with their files; what it gives names to there is among them.
    pub fn names_in_templates(&self, id: DeclRef) -> &[(FileId, Occurrence)] {
        let Some((decl, _)) = self.decl_of(id) else {
            return &[];
        };
        if decl.kind(self) != ItemKind::Content {
            return &[];
        }
        self.make_ready(*decl);
        names_in_templates(self, *decl)
    }

    fn collect_templates<'db>(
        &'db self,
        symbol: &Symbol,
        id: DeclRef,
        decl: Decl<'db>,
        ready: &mut Ready<'db>,
        found: &mut Vec<Reference>,
    ) {
        if decl.kind(self) != ItemKind::Content {
            return;
        }
        self.make_more_ready(decl, ready);
        let named = names_in_templates(self, decl).iter();
        let named = named.filter(|(_, one)| one.symbol == *symbol);
        found.extend(named.map(|(file, one)| Reference {
            decl: id,
            place: place(*file, one.span),
            role: one.role,
            is_alone: true,
        }));
    }

    fn collect<'db>(
        &'db self,
        symbol: &Symbol,
        id: DeclRef,
        (decl, span): (Decl<'db>, Span),
        ready: &mut Ready<'db>,
        found: &mut Vec<Reference>,
    ) {
        let all = self.occurrences_in(decl, ready);
        for (index, one) in all.iter().enumerate() {
            if one.symbol != *symbol {
                continue;
            }
            // Those at one place stand side by side.
            let before = index.checked_sub(1).and_then(|before| all.get(before));
            let beside = [before, all.get(index + 1)].into_iter().flatten();
            let is_alone = beside.into_iter().all(|other| other.span != one.span);
            found.push(Reference {
                decl: id,
                place: place(id.file, one.span.offset(span.start)),
                role: one.role,
                is_alone,
            });
        }
    }
}

/// The innermost part that a name is in.
fn enclosing(parts: &[Part<'_>], name: Span) -> Option<Span> {
    let part = parts
        .iter()
        .find(|part| part.span.start <= name.start && name.end <= part.span.end)?;
    Some(enclosing(&part.parts, name).unwrap_or(part.span))
}

fn place(file: FileId, span: Span) -> Place {
    Place { file, span }
}

fn whole_file(file: FileId) -> Target {
    let place = place(file, Span::at(0));
    Target {
        name: place,
        whole: place,
    }
}

/// Whether a name means something by itself, so that no declaration may have it.
pub fn is_word_of_language(name: &str) -> bool {
    const WORDS: [&str; 4] = ["now", "today", "profile", "event"];
    is_built_in_type(name)
        || crate::vocabulary::is_function(name)
        || WORDS.contains(&name)
        || [SENT, WEEKDAY].contains(&name)
}
