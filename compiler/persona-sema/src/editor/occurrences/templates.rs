//! The names in the templates that a content is made from: they mean what they mean in the content's own expressions. The same
//! template may mean other things for another content.

use std::sync::Arc;

use persona_base::{FileId, Span};
use persona_liquid::{NamePath, NameUse};
use persona_syntax::ast::{DeclKind, Name};

use super::super::symbol::{Occurrence, Role, Symbol};
use super::meaning::Meaning;
use super::{Reach, Walk, walk_of};
use crate::TypeKind;
use crate::db::templates::{named, partial_paths, template};
use crate::db::{Db, Decl, parsed};

/// How deep templates render others.
const MAX_DEPTH: usize = 8;

/// The names in a content's templates, with their places in these.
#[salsa::tracked]
pub(crate) fn names_in_templates<'db>(
    db: &'db dyn Db,
    decl: Decl<'db>,
) -> Vec<(FileId, Occurrence)> {
    let DeclKind::Content(content) = &parsed(db, decl.source(db)).tree.kind else {
        return Vec::new();
    };
    // A content of another package names that one's files.
    if !decl.space(db).is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for main in named(db, decl) {
        let mut walk = walk_of(db, decl);
        walk.params(&content.params);
        walk.found.clear();
        walk.template(&main, &main, 0, &mut found);
    }
    found.sort_by(|(a, one), (b, other)| {
        (a, one.span, &one.symbol).cmp(&(b, other.span, &other.symbol))
    });
    found.dedup();
    found
}

impl Walk<'_> {
    fn template(
        &mut self,
        main: &str,
        path: &str,
        depth: usize,
        found: &mut Vec<(FileId, Occurrence)>,
    ) {
        let Some(file) = self.db.project().template_files(self.db).get(path).copied() else {
            return;
        };
        let mut uses = Vec::new();
        template(self.db, file).names(&mut |one| uses.push(one));
        let outer = self.scopes.len();
        let mut loops: Vec<usize> = Vec::new();
        for one in uses {
            match one {
                NameUse::Path(path) => {
                    self.template_path(&path);
                }
                NameUse::Compared(path, said, span) => self.compared_text(&path, &said, span),
                NameUse::Gives(name, span, of) => {
                    let meaning = self.quietly(of.as_ref());
                    self.template_name(&name, span, meaning);
                }
                NameUse::Each(name, span, of) => {
                    let meaning = self.quietly(of.as_ref()).element(self.schema);
                    loops.push(self.scopes.len());
                    self.template_name(&name, span, meaning);
                }
                NameUse::Ends => {
                    // What was assigned in the loop stays.
                    if let Some(index) = loops.pop().filter(|index| *index < self.scopes.len()) {
                        self.scopes.remove(index);
                    }
                }
                NameUse::Partial { path, given, .. } => {
                    self.partial(main, &path, given, depth, found);
                }
            }
        }
        self.scopes.truncate(outer);
        let id = file.id(self.db);
        found.extend(self.found.drain(..).map(|one| (id, one)));
    }

    fn partial(
        &mut self,
        main: &str,
        written: &str,
        given: Vec<(Arc<str>, Option<NamePath>, bool)>,
        depth: usize,
        found: &mut Vec<(FileId, Occurrence)>,
    ) {
        if depth == MAX_DEPTH {
            return;
        }
        let files = self.db.project().template_files(self.db);
        let mut paths = partial_paths(main, written).into_iter();
        let Some(path) = paths.find(|path| files.contains_key(path.as_str())) else {
            return;
        };
        let outer = self.scopes.len();
        for (name, of, is_each) in given {
            let meaning = self.quietly(of.as_ref());
            let meaning = match is_each {
                true => meaning.element(self.schema),
                false => meaning,
            };
            self.template_name(&name, Span::default(), meaning);
        }
        let own = std::mem::take(&mut self.found);
        self.template(main, &path, depth + 1, found);
        self.found = own;
        self.scopes.truncate(outer);
    }

    fn template_name(&mut self, name: &Arc<str>, at: Span, meaning: Meaning) {
        let symbol = Symbol::Local {
            name: Arc::clone(name),
            at,
        };
        self.note(at, symbol.clone(), Role::Declares);
        self.scopes.push(Reach::Name {
            name: name.to_string(),
            symbol,
            meaning,
        });
    }

    fn template_path(&mut self, path: &NamePath) -> Meaning {
        let mut names = path.names.iter().map(|(name, span)| Name {
            text: name.to_string(),
            span: *span,
        });
        let Some(first) = names.next() else {
            return Meaning::Nothing;
        };
        let mut meaning = self.bare(&first, None);
        for name in names {
            meaning = self
                .member(&meaning, &name, Role::Reads)
                .unwrap_or_default();
        }
        meaning
    }

    /// What a path stands for that is noted elsewhere.
    fn quietly(&mut self, path: Option<&NamePath>) -> Meaning {
        let mark = self.found.len();
        let meaning = match path {
            Some(path) if path.is_whole => self.template_path(path),
            _ => Meaning::Nothing,
        };
        self.found.truncate(mark);
        meaning
    }

    /// A text that is a value of an enum.
    fn compared_text(&mut self, path: &NamePath, said: &Arc<str>, span: Span) {
        let ty = self.quietly(Some(path)).ty(self.schema);
        if let Some(TypeKind::Enum(id)) = ty.map(|ty| ty.kind) {
            let name = Name {
                text: said.to_string(),
                span,
            };
            self.value(id, &name);
        }
    }
}
