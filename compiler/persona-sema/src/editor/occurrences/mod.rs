//! The names of one declaration, with what each means: a walk over its tree as it was parsed, with the scopes of the language,
//! helped by the types that its check found. It reports nothing; what has no meaning is left out.
//!
//! Nothing in it depends on where declarations stand, so that an edit elsewhere costs nothing.

mod bare;
mod campaign;
mod decls;
mod exprs;
mod meaning;
mod queries;
mod templates;

use std::sync::Arc;

use persona_base::Span;
use persona_syntax::ast;
use rustc_hash::FxHashMap;

use super::symbol::{BuiltIn, Occurrence, Role, Symbol};
use crate::db::modules::Names as ModuleNames;
use crate::db::{Db, Decl, check, modules, parsed, schema};
use crate::uses::each_expr;
use crate::{Schema, Type};
use meaning::Meaning;

pub(crate) use templates::names_in_templates;

/// What the names of a declaration mean.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Names {
    /// Each name, by place.
    pub(crate) found: Vec<Occurrence>,
    /// The types of what it gives names to ([`Symbol::Local`]), by the places of these names.
    pub(crate) given: Vec<(Span, Type)>,
}

/// The names of a declaration.
#[salsa::tracked]
pub(crate) fn names<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Names {
    let mut walk = walk_of(db, decl);
    walk.declaration(&parsed(db, decl.source(db)).tree);
    let mut found = std::mem::take(&mut walk.found);
    found.sort_by(|a, b| {
        let key = |one: &Occurrence| (one.span.start, one.span.end);
        key(a).cmp(&key(b)).then_with(|| a.symbol.cmp(&b.symbol))
    });
    found.dedup_by(|a, b| a.span == b.span && a.symbol == b.symbol);
    found.shrink_to_fit();
    Names {
        found,
        given: walk.given,
    }
}

/// A walk that begins at the declaration's head.
fn walk_of<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Walk<'db> {
    let schema = schema(db, db.project());
    let mut types: FxHashMap<Span, Type> = FxHashMap::default();
    each_expr(&check(db, decl).unit, schema, &mut |expr| {
        if !expr.ty.is_error() {
            types.insert(expr.span, expr.ty.clone());
        }
    });
    Walk {
        db,
        decl,
        name: decl.name(db),
        space: decl.space(db),
        text: decl.source(db).text(db),
        schema,
        modules: modules::names_in(db, decl.space(db)),
        types,
        scopes: Vec::new(),
        found: Vec::new(),
        given: Vec::new(),
    }
}

/// What a part of the declaration brings within reach.
enum Reach {
    /// A name.
    Name {
        name: String,
        symbol: Symbol,
        meaning: Meaning,
    },
    /// An owner whose fields are bare names, in place of the profile's.
    Frame {
        owner: Meaning,
        /// Whether `event` reaches it.
        is_event: bool,
    },
}

struct Walk<'db> {
    db: &'db dyn Db,
    decl: Decl<'db>,
    name: &'db Arc<str>,
    space: &'db Arc<str>,
    text: &'db str,
    schema: &'db Schema,
    modules: Option<&'db ModuleNames>,
    /// The types of checked expressions.
    types: FxHashMap<Span, Type>,
    scopes: Vec<Reach>,
    found: Vec<Occurrence>,
    given: Vec<(Span, Type)>,
}

impl Walk<'_> {
    fn note(&mut self, span: Span, symbol: Symbol, role: Role) {
        if !span.is_empty() {
            self.found.push(Occurrence { span, symbol, role });
        }
    }

    fn built_in(&mut self, name: &ast::Name, kind: BuiltIn) {
        let symbol = Symbol::BuiltIn(kind, Arc::from(name.text.as_str()));
        self.note(name.span, symbol, Role::Reads);
    }

    fn declares(&mut self, name: &ast::Name, symbol: Symbol) {
        if !name.is_missing() {
            self.note(name.span, symbol, Role::Declares);
        }
    }

    /// Runs `walk`, and takes out of reach what it brought in.
    fn inside(&mut self, walk: impl FnOnce(&mut Self)) {
        let outer = self.scopes.len();
        walk(self);
        self.scopes.truncate(outer);
    }

    /// Gives a name to something that happens at run time.
    fn bind(&mut self, name: &ast::Name, meaning: Meaning) {
        if name.is_missing() {
            return;
        }
        let symbol = Symbol::Local {
            name: Arc::from(name.text.as_str()),
            at: name.span,
        };
        self.declares(name, symbol.clone());
        if let Some(ty) = meaning.given_type(self.schema) {
            self.given.push((name.span, ty));
        }
        self.scopes.push(Reach::Name {
            name: name.text.clone(),
            symbol,
            meaning,
        });
    }

    fn frame(&mut self, owner: Meaning, is_event: bool) {
        self.scopes.push(Reach::Frame { owner, is_event });
    }
}
