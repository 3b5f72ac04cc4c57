//! What the expressions of one declaration see of the package.

use std::sync::Arc;

use super::graph::{cycle_mates, used_names};
use super::queries::{Decl, ItemKind, lookup, schema, signature, symbols, tree};
use super::{Db, stand_in};
use crate::Place;
use crate::decl;
use crate::env::{Env, Global, Schema, Sort};

/// The package, as seen from inside a declaration.
pub(crate) struct DeclEnv<'db> {
    db: &'db dyn Db,
    decl: Decl<'db>,
}

impl<'db> DeclEnv<'db> {
    /// The view from inside `decl`.
    pub(crate) fn new(db: &'db dyn Db, decl: Decl<'db>) -> Self {
        Self { db, decl }
    }

    /// Whether asking for the signature of `name` cannot lead back here. The graph was made from [`used_names`], so only
    /// what is in there is known to be safe; what is not is bound locally, and no use of a global.
    fn may_ask(&self, name: &str) -> bool {
        used_names(self.db, self.decl).contains(name)
            && !cycle_mates(self.db, self.decl).contains(name)
    }
}

impl Env for DeclEnv<'_> {
    fn schema(&self) -> &Schema {
        schema(self.db, self.db.project())
    }

    fn global(&self, name: &str) -> Option<Global> {
        if name == decl::WEEKDAY {
            let enums = super::enum_ids(self.db, self.db.project());
            return enums.get(name).map(|id| Global::Enum(*id));
        }
        let found = lookup(self.db, name)?;
        if found.kind(self.db).has_body() && !self.may_ask(name) {
            return Some(Global::Broken);
        }
        Some(signature(self.db, found).clone())
    }

    fn place(&self, name: &str) -> Option<Place> {
        let found = lookup(self.db, name)?;
        Some(Place {
            file: stand_in(found),
            span: tree(self.db, found).name.span,
        })
    }

    fn names(&self) -> Vec<Arc<str>> {
        symbols(self.db, self.db.project())
            .by_name
            .keys()
            .cloned()
            .collect()
    }

    fn sort(&self, name: &str) -> Option<Sort> {
        match lookup(self.db, name)?.kind(self.db) {
            ItemKind::Const => Some(Sort::Const),
            ItemKind::Trait => Some(Sort::Trait),
            ItemKind::Fn => Some(Sort::Fn),
            ItemKind::Segment => Some(Sort::Segment),
            ItemKind::Partition => Some(Sort::Partition),
            ItemKind::Event | ItemKind::Events => Some(Sort::Event),
            ItemKind::Enum => Some(Sort::Enum),
            ItemKind::Error | ItemKind::Profile | ItemKind::Source | ItemKind::Later => None,
        }
    }
}
