//! What the expressions of one declaration see of the package.

use std::cell::RefCell;
use std::sync::Arc;

use persona_liquid::Template;

use super::graph::{cycle_of, refers};
use super::origin::name_of;
use super::queries::{Decl, ItemKind, content_shape, lookup, schema, signature, symbols};
use super::templates::template_at;
use super::{Db, modules};
use crate::decl;
use crate::editor::{OtherTemplate, Spot};
use crate::env::{ContentShape, Env, Global, Schema, Signature, Sort};
use crate::expr::Probe;
use crate::{Const, Place, Type};

/// The package, as seen from inside a declaration.
pub(crate) struct DeclEnv<'db> {
    db: &'db dyn Db,
    decl: Decl<'db>,
    unasked: RefCell<Option<Arc<str>>>,
    /// Who is told what could stand at a place.
    probe: Option<Probe>,
    /// A template that is read in place of the package's.
    other: Option<OtherTemplate>,
    /// Declarations that the package does not have yet; set where a text is only tried.
    trying: Option<&'db [(Arc<str>, Global)]>,
}

impl<'db> DeclEnv<'db> {
    /// The view from inside `decl`.
    pub(crate) fn new(db: &'db dyn Db, decl: Decl<'db>) -> Self {
        Self {
            db,
            decl,
            unasked: RefCell::new(None),
            probe: None,
            other: None,
            trying: None,
        }
    }

    /// The view from inside `decl`, for somebody who wants to know what could stand at a place of another text of it.
    pub(crate) fn probing(db: &'db dyn Db, decl: Decl<'db>, other: Option<OtherTemplate>) -> Self {
        Self {
            probe: Some(Probe::default()),
            other,
            ..Self::new(db, decl)
        }
    }

    /// The same for a text that `decl` does not have: it may name what the declaration does not, and what there is not yet.
    pub(crate) fn trying(
        db: &'db dyn Db,
        decl: Decl<'db>,
        more: &'db [(Arc<str>, Global)],
    ) -> Self {
        Self {
            trying: Some(more),
            ..Self::new(db, decl)
        }
    }

    /// What was found at the place that was asked about.
    pub(crate) fn into_spots(self) -> Vec<Spot> {
        self.probe.map(Probe::into_spots).unwrap_or_default()
    }

    /// The template at a path from the package's folder, if its text is known.
    pub(crate) fn template(&self, path: &str) -> Option<Arc<Template>> {
        match &self.other {
            Some(other) if *other.path == *path => Some(Arc::clone(&other.template)),
            _ => template_at(self.db, path),
        }
    }

    /// The declaration that a name means here: by its name in the whole compilation, or as it may be written here. A module
    /// sees the schema of the package that uses it, never its rules.
    fn found(&self, name: &str) -> Option<Decl<'db>> {
        let (db, space) = (self.db, self.decl.space(self.db));
        let found = lookup(db, name).or_else(|| modules::meant_by(db, space, name))?;
        let hidden =
            !space.is_empty() && modules::is_own(db, found) && !modules::is_schema(found.kind(db));
        (!hidden).then_some(found)
    }

    /// What a declaration with a body is, seen from here. Its signature is asked only where that cannot lead back here:
    /// the graph was made from [`refers`], so what is in there, and in no cycle, is safe. What is not in there is bound
    /// otherwise in this declaration; then only what sort of thing it would be can matter.
    fn with_body(&self, found: Decl<'_>, name: &str) -> Global {
        let db = self.db;
        let cycle = cycle_of(db, self.decl);
        if cycle.is_some() && cycle == cycle_of(db, found) {
            return Global::Broken;
        }
        let kind = found.kind(db);
        // Nothing that has a body leads to a content; and its templates name what its own text does not.
        let is_content = self.decl.kind(db) == ItemKind::Content;
        // What is probed or tried is another text than the one the graph was made from; and nobody's query asks it.
        let is_other = self.probe.is_some() || self.trying.is_some();
        let asked = is_content || kind == ItemKind::Partition || is_other;
        if asked || refers(db, self.decl, name, kind) {
            return signature(db, found).clone();
        }
        if matches!(kind, ItemKind::Const | ItemKind::Trait) {
            self.unasked
                .borrow_mut()
                .get_or_insert_with(|| Arc::clone(found.name(db)));
        }
        match kind {
            ItemKind::Segment => Global::Segment(unasked(Type::BOOL)),
            ItemKind::Fn => Global::Fn(unasked(Type::ERROR)),
            ItemKind::Recommend => Global::Recommend(unasked(Type::ERROR), u32::MAX),
            ItemKind::Trait => Global::Trait(unasked(Type::ERROR)),
            ItemKind::Const => Global::Const {
                ty: Type::ERROR,
                value: Const::Missing,
            },
            _ => Global::Broken,
        }
    }

    /// A constant or trait that an expression asked about although the graph has no such reference. The name has another
    /// meaning here as well, which the expression's diagnostics say.
    pub(crate) fn unasked(&self) -> Option<Arc<str>> {
        self.unasked.borrow().clone()
    }
}

/// The signature of what is not meant by its name here.
fn unasked(ty: Type) -> Signature {
    Signature {
        params: Vec::new(),
        ty,
        open: None,
        open_params: Vec::new(),
        history: false,
    }
}

impl Env for DeclEnv<'_> {
    fn schema(&self) -> &Schema {
        schema(self.db, self.db.project())
    }

    fn global(&self, name: &str) -> Option<Global> {
        let mut more = self.trying.into_iter().flatten();
        if let Some((_, global)) = more.find(|(other, _)| **other == *name) {
            return Some(global.clone());
        }
        if name == decl::WEEKDAY {
            let enums = super::enum_ids(self.db, self.db.project());
            return enums.get(name).map(|id| Global::Enum(*id));
        }
        let Some(found) = self.found(name) else {
            return (name == decl::SENT).then(|| Global::Event(self.schema().sent));
        };
        if found.kind(self.db).has_body() {
            return Some(self.with_body(found, name));
        }
        Some(signature(self.db, found).clone())
    }

    fn probe(&self) -> Option<&Probe> {
        self.probe.as_ref()
    }

    fn content(&self, name: &str) -> Option<Arc<ContentShape>> {
        let found = lookup(self.db, name)?;
        let is_content = found.kind(self.db) == ItemKind::Content;
        is_content.then(|| Arc::clone(content_shape(self.db, found)))
    }

    fn place(&self, name: &str) -> Option<Place> {
        Some(name_of(self.found(name)?))
    }

    fn names(&self) -> Vec<Arc<str>> {
        let (db, space) = (self.db, self.decl.space(self.db));
        let all = symbols(db, db.project()).by_name.iter();
        let own = all.filter(|(_, decl)| modules::is_own(db, **decl));
        own.map(|(name, _)| Arc::clone(name))
            .chain(modules::visible(db, space))
            .collect()
    }

    fn sort(&self, name: &str) -> Option<Sort> {
        match self.found(name)?.kind(self.db) {
            ItemKind::Const => Some(Sort::Const),
            ItemKind::Trait => Some(Sort::Trait),
            ItemKind::Fn => Some(Sort::Fn),
            ItemKind::Segment => Some(Sort::Segment),
            ItemKind::Partition => Some(Sort::Partition),
            ItemKind::Event | ItemKind::Events => Some(Sort::Event),
            ItemKind::Enum => Some(Sort::Enum),
            ItemKind::Error
            | ItemKind::Profile
            | ItemKind::Source
            | ItemKind::Catalog
            | ItemKind::Use
            | ItemKind::Purpose
            | ItemKind::Channel
            | ItemKind::Trigger
            | ItemKind::Content
            | ItemKind::Recommend
            | ItemKind::Experiment
            | ItemKind::Exclusive
            | ItemKind::Test => None,
        }
    }
}
