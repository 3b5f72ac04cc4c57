//! What could stand at a place of a declaration, as the checker itself sees it.

use std::sync::Arc;

use persona_base::FileId;
use persona_liquid::{Probed, Ty};

use crate::Database;
use crate::db::{Db, Decl, DeclEnv, decls, modules};
use crate::decl::{self, Checking};
use crate::{EnumId, Type};

/// The name that stands for a place that is asked about. Nobody declares it.
pub const PROBE: &str = persona_liquid::PROBE;

/// What could stand at a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Spot {
    /// A value.
    Value(Box<ValueSpot>),
    /// The name of a field, after a dot: these.
    Fields(Vec<Local>),
    /// After a dot, behind a value: its methods, and the parts of a date.
    Parts {
        /// The value's type.
        ty: Type,
        /// Whether it is a wall clock, `local(t)`.
        clock: bool,
    },
    /// A value of an enum or a stage of a partition, after a dot.
    EnumValue(EnumId),
    /// The name of an event, or of a group of events.
    Event,
    /// An event, a field of which has this type: for a parameter of type `Field<T>`.
    EventOfField(Type),
    /// A format, of a value of this type.
    Format(Type),
    /// The name of a segment, or a partition whose stage follows.
    Segment,
    /// A declaration of a module, by the name it has here (`rfm`).
    Module(String),
    /// Something in a template, and what the content gives it.
    Template(Probed, Vec<Given>),
}

/// A place where a value may stand.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueSpot {
    /// The type that would fit, where one is wanted.
    pub want: Option<Type>,
    /// Whether `now` may stand here.
    pub now: bool,
    /// The names that are visible besides those of declarations, the nearest first.
    pub names: Vec<Local>,
    /// Whether neither profile nor history is visible: in an `fn`.
    pub pure: bool,
    /// Whether events may be asked about.
    pub history: bool,
    /// Whether bare names are those of an event, an element or an item, so that the profile is reached by `profile.`.
    pub framed: bool,
    /// Whether an event is around, which is reached by `event.`.
    pub in_event: bool,
    /// Whether slots of contents may be read.
    pub slots: bool,
}

/// A name that is visible at a place, or after a dot.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// The name alone.
    pub name: String,
    /// Its type; absent for a group of fields, and for events that a parameter stands for.
    pub ty: Option<Type>,
    /// What it is.
    pub kind: LocalKind,
}

/// A variable that a content gives its templates.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Its name.
    pub name: Arc<str>,
    /// Its type, as templates have it.
    pub ty: Ty,
    /// What it is.
    pub kind: GivenKind,
}

/// What a variable of a template is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenKind {
    /// A parameter of the content.
    Param,
    /// A field of the profile, or a group of them.
    ProfileField,
    /// `today`, `now`.
    Word,
}

/// What a visible name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalKind {
    /// A name given with `as`, an element's, a content's parameter.
    Named,
    /// A parameter of the declaration.
    Param,
    /// A field of the profile.
    ProfileField,
    /// A field of the event around.
    EventField,
    /// A field of a catalog's item.
    ItemField,
    /// A field of an element.
    ElementField,
    /// A slot of a content.
    Slot,
}

impl Database {
    /// What could stand where [`PROBE`] stands in `text`: the text of the declaration that begins at `start` in a file, with
    /// what is being written replaced. Nothing where no declaration begins there, or where no name can stand.
    ///
    /// The answers are what the checker met, the first first; some places are met twice, with and without a type that is
    /// wanted.
    pub fn spots(&self, file: FileId, start: u32, text: &str) -> Vec<Spot> {
        let Some(decl) = self.declaration_from(file, start) else {
            return Vec::new();
        };
        probed(self, decl, text)
    }

    /// The declaration that begins at an offset.
    pub(crate) fn declaration_from(&self, file: FileId, start: u32) -> Option<Decl<'_>> {
        let file = self.source_file(file)?;
        let all = &decls(self, file).decls;
        let index = all
            .binary_search_by_key(&start, |(_, span)| span.start)
            .ok()?;
        Some(all[index].0)
    }
}

fn probed<'a>(db: &'a dyn Db, decl: Decl<'a>, text: &'a str) -> Vec<Spot> {
    let tree = persona_syntax::parse_decl(text).tree;
    let resolved = modules::qualified(db, decl.space(db), &tree);
    let tree = resolved.as_ref().unwrap_or(&tree);
    let env = DeclEnv::probing(db, decl, None);
    checked(db, decl, tree, text, env)
}

/// Checks a tree in place of a declaration's own, for what the environment hears of it.
pub(super) fn checked<'a>(
    db: &'a dyn Db,
    decl: Decl<'a>,
    tree: &'a persona_syntax::ast::Decl,
    text: &'a str,
    env: DeclEnv<'a>,
) -> Vec<Spot> {
    let mut checking = Checking::with_env(db, decl, tree, text, env);
    decl::check(&mut checking);
    checking.env.into_spots()
}
