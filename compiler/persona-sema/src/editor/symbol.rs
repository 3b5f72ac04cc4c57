//! What a name in a declaration means, without places in files: so that an edit elsewhere changes nothing of it.

use std::sync::Arc;

use persona_base::Span;

/// Something that has a name. Declarations are named as in the whole compilation: `vip`, `rfm.champions`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbol {
    /// A declaration.
    Decl(Arc<str>),
    /// A field of a profile, an event or a catalog.
    Field {
        /// The declaration.
        table: Arc<str>,
        /// From the declaration on: `country`, `address.city`; through lists too: `items.price`.
        path: Arc<str>,
    },
    /// A value of an enum, a stage of a partition, an arm of an experiment.
    Value {
        /// The declaration.
        of: Arc<str>,
        /// The value.
        name: Arc<str>,
    },
    /// A parameter.
    Param {
        /// The declaration.
        of: Arc<str>,
        /// The parameter.
        name: Arc<str>,
    },
    /// A slot of a content.
    Slot {
        /// The content.
        of: Arc<str>,
        /// The slot.
        name: Arc<str>,
    },
    /// A variant of a content.
    Variant {
        /// The content.
        of: Arc<str>,
        /// The variant; `otherwise` for the last.
        name: Arc<str>,
    },
    /// A package (`std`, `common`) or a module of it (`std.rfm`), as a `use` names it.
    Module(Arc<str>),
    /// A template's file, by its path from the package's folder.
    Template(Arc<str>),
    /// A layer that experiments share.
    Layer(Arc<str>),
    /// A name that a declaration gives to something at run time (`as cart`, `any item in …`); it means something in that
    /// declaration alone.
    Local {
        /// The name.
        name: Arc<str>,
        /// Where it is given, relative to the declaration.
        at: Span,
    },
    /// What the language has by itself.
    BuiltIn(BuiltIn, Arc<str>),
}

/// Kinds of things that the language has by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BuiltIn {
    /// `Money`, `Timestamp`, and currencies inside of them.
    Type,
    /// `age`, `count`.
    Function,
    /// `.lower()`.
    Method,
    /// A part of a date or a clock (`.year`), of a change (`.before`), of a message, an event's `at` in a group.
    Part,
    /// `now`, `today`, `profile`, `event`.
    Word,
    /// `{total:money}`.
    Format,
}

/// What is done to a symbol where it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Here it is declared.
    Declares,
    /// Here a `use` brings it in.
    Imports,
    /// Its value or meaning is asked.
    Reads,
    /// It gets a value: by a source, `set`, `emit`, a row of a test, a variant of a content.
    Writes,
}

/// A name in a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Where it is written, relative to the declaration. Several occurrences at one place: the name means all of these.
    pub span: Span,
    /// What it means.
    pub symbol: Symbol,
    /// What is done to it.
    pub role: Role,
}

impl Symbol {
    /// The name by itself: `city` of `Customer.address.city`.
    pub fn own_name(&self) -> &str {
        let last = |name: &'_ str| -> usize { name.rfind('.').map_or(0, |dot| dot + 1) };
        match self {
            Self::Decl(name) | Self::Module(name) => &name[last(name)..],
            Self::Field { path, .. } => &path[last(path)..],
            Self::Value { name, .. }
            | Self::Param { name, .. }
            | Self::Slot { name, .. }
            | Self::Variant { name, .. }
            | Self::Template(name)
            | Self::Layer(name)
            | Self::Local { name, .. }
            | Self::BuiltIn(_, name) => name,
        }
    }

    /// The declaration that it is, or is a part of.
    pub fn declaration(&self) -> Option<&Arc<str>> {
        match self {
            Self::Decl(of)
            | Self::Field { table: of, .. }
            | Self::Value { of, .. }
            | Self::Param { of, .. }
            | Self::Slot { of, .. }
            | Self::Variant { of, .. } => Some(of),
            Self::Module(_)
            | Self::Template(_)
            | Self::Layer(_)
            | Self::Local { .. }
            | Self::BuiltIn(..) => None,
        }
    }
}
