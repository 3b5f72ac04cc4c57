//! What the expressions of a declaration can refer to: the schema, and the signatures of the package's other
//! declarations. The expression checker sees the package only through [`Env`]; the salsa database implements it,
//! and so do the tests' small packages.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Diagnostic, IndexVec};

use crate::{
    BinderId, Catalog, CatalogId, Const, EnumDef, EnumId, EventId, Expr, FieldId, Param, Place,
    TableDef, Type,
};

/// The package's tables and enums.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// All enums: declared ones, `Weekday`, and one per partition, sorted by name.
    pub enums: IndexVec<EnumId, EnumDef>,
    /// The profile (without its checks).
    pub profile: TableDef,
    /// The profile's key.
    pub key: FieldId,
    /// The profile's field of type `TimeZone`.
    pub zone: Option<FieldId>,
    /// The kinds of events, sorted by name (without their checks).
    pub events: IndexVec<EventId, TableDef>,
    /// Groups declared with `events`, with their members sorted.
    pub groups: BTreeMap<Arc<str>, Vec<EventId>>,
    /// The catalogs, sorted by name (without their checks).
    pub catalogs: IndexVec<CatalogId, Catalog>,
    /// The event that tells what was sent: the last of `events`. The types of its fields `content` and `channel` are the
    /// last two of `enums`. None of the three is declared by anybody.
    pub sent: EventId,
}

impl Schema {
    /// The kinds of events that the package declares.
    pub fn declared_events(&self) -> impl Iterator<Item = EventId> {
        let sent = self.sent;
        self.events.ids().filter(move |event| *event != sent)
    }

    /// Whether a name is that of a content or a channel.
    pub fn is_sent_value(&self, name: &str) -> bool {
        let own = self.enums.iter().rev().take(2);
        own.flat_map(|def| &def.values)
            .any(|(value, _)| **value == *name)
    }

    /// Whether an enum is that of the package's contents, or of its channels: nobody declared it, so its values have no
    /// qualified names.
    pub fn is_own_enum(&self, id: EnumId) -> bool {
        id.0 as usize + 2 >= self.enums.len()
    }
}

/// A declaration's name as others see it.
#[derive(Clone, Debug, PartialEq)]
pub enum Global {
    /// A constant.
    Const {
        /// Its type.
        ty: Type,
        /// Its value.
        value: Const,
    },
    /// A trait.
    Trait(Signature),
    /// A function.
    Fn(Signature),
    /// A segment (its type is `Bool`).
    Segment(Signature),
    /// A partition, with the enum of its stages.
    Partition(EnumId),
    /// A kind of event.
    Event(EventId),
    /// A group of kinds.
    Events,
    /// An enum.
    Enum(EnumId),
    /// The profile.
    Profile,
    /// A source; nothing refers to it but `prefer`.
    Source,
    /// A catalog.
    Catalog(CatalogId),
    /// A purpose; triggers send for it.
    Purpose,
    /// A channel; triggers send through it.
    Channel,
    /// A recommendation (its type is a list of the catalog's items), and how many items it gives.
    Recommend(Signature, u32),
    /// A content. What others may know of it is asked with [`Env::content`].
    Content,
    /// A trigger; only experiments refer to it.
    Trigger,
    /// An experiment, with the enum of its arms.
    Experiment(EnumId),
    /// A declaration that is broken, or part of a cycle that is already reported: agrees with everything.
    Broken,
}

/// Sorts of declarations that an expression may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A constant.
    Const,
    /// A trait.
    Trait,
    /// A function.
    Fn,
    /// A segment.
    Segment,
    /// A partition.
    Partition,
    /// A kind or a group of events.
    Event,
    /// An enum.
    Enum,
}

impl Sort {
    /// The sort of what a name means, where that is known.
    pub fn of(global: &Global) -> Option<Self> {
        match global {
            Global::Const { .. } => Some(Self::Const),
            Global::Trait(_) => Some(Self::Trait),
            Global::Fn(_) => Some(Self::Fn),
            Global::Segment(_) => Some(Self::Segment),
            Global::Partition(_) => Some(Self::Partition),
            Global::Event(_) | Global::Events => Some(Self::Event),
            Global::Enum(_) => Some(Self::Enum),
            Global::Profile
            | Global::Source
            | Global::Catalog(_)
            | Global::Purpose
            | Global::Channel
            | Global::Recommend(..)
            | Global::Content
            | Global::Trigger
            | Global::Experiment(_)
            | Global::Broken => None,
        }
    }
}

/// What a caller must know of a trait, function or segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// The parameters.
    pub params: Vec<Param>,
    /// The result's type; for a trait without a declared type, the inferred one.
    pub ty: Type,
    /// Whether the body is open (SEMANTICS §3) apart from its parameters: for a trait or function of type Bool, that a use
    /// of it is open; for a segment, that `not in` it deserves P0303. The first open operand, for messages.
    pub open: Option<OpenOperand>,
    /// The parameters that the body leaves open: a use whose argument for one of them may be missing is open.
    pub open_params: Vec<u32>,
    /// Whether the body asks about events, itself or through what it refers to ([`CheckedExpr::history`]). Checks of rows
    /// must not: they are made before there is a history.
    pub history: bool,
}

/// An operand that may be missing and is not settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOperand {
    /// As written: `country`.
    pub text: Arc<str>,
    /// Where; relative to the declaration it stands in.
    pub span: persona_base::Span,
    /// The declaration it stands in, when it is another one than the one being checked.
    pub declaration: Option<Arc<str>>,
}

/// The package, as seen from inside one declaration.
pub trait Env {
    /// The tables and enums.
    fn schema(&self) -> &Schema;
    /// What a name means at the top level of the package.
    fn global(&self, name: &str) -> Option<Global>;
    /// Where a top-level name is declared (the name itself), for secondary labels. The file may be a stand-in for the
    /// declaration, with the span relative to it: the database replaces both before anybody sees them.
    fn place(&self, name: &str) -> Option<Place>;
    /// Every top-level name in order, for did-you-mean.
    fn names(&self) -> Vec<Arc<str>>;
    /// What sort of declaration a name is, for did-you-mean: known also of declarations that [`Env::global`] calls broken.
    fn sort(&self, name: &str) -> Option<Sort> {
        self.global(name).and_then(|global| Sort::of(&global))
    }
    /// Who is told what could stand at a place, where somebody asks ([`crate::editor::Spot`]).
    fn probe(&self) -> Option<&crate::Probe> {
        None
    }
    /// A content's parameters, slots and variants.
    fn content(&self, _name: &str) -> Option<Arc<ContentShape>> {
        None
    }
}

/// What others may know of a content without checking its variants.
#[derive(Clone, Debug, PartialEq)]
pub struct ContentShape {
    /// Its parameters. Events are of the type `EventRecord`.
    pub params: Vec<Param>,
    /// Its slots, in the order of the text.
    pub slots: Vec<(Arc<str>, Type)>,
    /// Its variants' names, in the order of the text, without `otherwise`.
    pub variants: Vec<Arc<str>>,
}

/// A name that a declaration gives to something at run time: an event that started a trigger, a parameter of a content.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundName {
    /// The name.
    pub name: Arc<str>,
    /// Where it is given, relative to the declaration.
    pub span: persona_base::Span,
    /// What binds it.
    pub binder: BinderId,
    /// What it stands for.
    pub what: BoundThing,
}

/// What a bound name stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum BoundThing {
    /// An event.
    Event {
        /// Its kind is one of these, sorted.
        kinds: Vec<EventId>,
        /// Whether there may be none: a wait for it may end without it.
        perhaps: bool,
    },
    /// A value, or a record of values ([`crate::ExprKind::Elem`]).
    Value(Type),
}

/// What surrounds an expression inside its declaration.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// The names that are given to things at run time, the outermost first.
    pub bound: &'a [BoundName],
    /// What is known to be there.
    pub known: &'a [Known],
    /// Whether the slots of contents may be read: inside a content, and in what a test expects.
    pub slots: bool,
    /// Whether those of contents with parameters may be read, too: as they were last sent.
    pub sent: bool,
    /// In a recommendation, and in the `check` of a catalog: an item of it is bound (as `BinderId(0)`), and its fields are
    /// bare names.
    pub item: Option<CatalogId>,
    /// Whether the text that is being made is `Html`: then `Html` may be put into it.
    pub html: bool,
}

/// A value that is known to be there, by what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known(pub(crate) Arc<str>);

impl Known {
    /// What binds it, if it is an event or a value that a name was given to, or a field of one: that never changes.
    pub(crate) fn binder(&self) -> Option<BinderId> {
        crate::expr::binder_of(&self.0)
    }
}

/// What an expression stands in.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The declaration's own text, which spans refer to.
    pub text: &'a str,
    /// The file that diagnostics name (their spans stay relative to the declaration; the caller shifts them).
    pub file: persona_base::FileId,
    /// The enclosing declaration's parameters.
    pub params: &'a [Param],
    /// In the `check` of an event: that event is bound (as `BinderId(0)`) and its fields are bare names.
    pub event: Option<EventId>,
    /// In an `fn`: neither profile nor history may be used.
    pub pure: bool,
    /// What surrounds it in a trigger, a content or a test.
    pub around: Around<'a>,
}

/// A checked expression.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedExpr {
    /// The expression.
    pub expr: Expr,
    /// Whether it is open, apart from its parameters.
    pub open: Option<OpenOperand>,
    /// The parameters (of optional types) that it leaves open.
    pub open_params: Vec<u32>,
    /// Whether it asks about events or ranks, itself or through a trait or segment.
    pub history: bool,
    /// What is wrong, relative to the declaration.
    pub diagnostics: Vec<Diagnostic>,
}
