//! What names are for the eye: kept for each declaration, so that colouring a file again costs the edited declaration alone.
//!
//! Only names: keywords, texts and numbers are known to every editor's own grammar.

use persona_base::{FileId, Span};

use super::decls::{Ready, touched};
use super::occurrences::names;
use super::symbol::{BuiltIn, Role, Symbol};
use crate::Database;
use crate::db::{Db, Decl, ItemKind, decls, lookup, modules, parsed};
use crate::decl::SENT;

/// What a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colour {
    /// A package or a module.
    Module,
    /// A built-in type.
    Type,
    /// The profile, a catalog.
    Table,
    /// An event, a group of events.
    Event,
    /// An enum.
    Enum,
    /// A value of an enum, a stage, an arm.
    Value,
    /// A segment, a partition: groups of people.
    Group,
    /// A trait.
    Trait,
    /// A constant.
    Const,
    /// A function, also a built-in one.
    Function,
    /// `.lower()`
    Method,
    /// A field, a slot, a part of a date.
    Field,
    /// A parameter.
    Param,
    /// A name that a declaration gives to something at run time.
    Local,
    /// A trigger, a content, a recommendation, an experiment, a source, a variant: what is done with people.
    Action,
    /// A channel, a purpose, a layer.
    Way,
    /// `now`, `profile`.
    Word,
}

/// What is said of a name besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shades {
    /// It is declared here.
    pub declares: bool,
    /// It gets a value here.
    pub writes: bool,
    /// Its declaration says that it should be used no more.
    pub deprecated: bool,
    /// The language or the standard library has it.
    pub library: bool,
}

/// A coloured name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coloured {
    /// Where it is.
    pub span: Span,
    /// What it is.
    pub colour: Colour,
    /// What is said of it besides.
    pub shades: Shades,
}

impl Database {
    /// The coloured names of the declarations of a file that a range touches, by place, in the file; none overlaps another.
    pub fn colours(&self, file: FileId, range: Span) -> Vec<Coloured> {
        let Some(source) = self.rules(file) else {
            return Vec::new();
        };
        let ready = &mut Ready::default();
        let (_, touched) = touched(&decls(self, source).decls, range);
        let mut found = Vec::new();
        for (decl, span) in touched {
            self.make_more_ready(*decl, ready);
            found.extend(colours(self, *decl).iter().map(|one| Coloured {
                span: one.span.offset(span.start),
                ..*one
            }));
        }
        found
    }
}

/// The colours of a declaration's names.
#[salsa::tracked]
fn colours<'db>(db: &'db dyn Db, decl: Decl<'db>) -> Vec<Coloured> {
    let mut found: Vec<Coloured> = Vec::new();
    for one in &names(db, decl).found {
        // A name with several meanings has one colour.
        if found
            .last()
            .is_some_and(|last| one.span.start < last.span.end)
        {
            continue;
        }
        let Some((colour, library, deprecated)) = of_symbol(db, decl, &one.symbol) else {
            continue;
        };
        found.push(Coloured {
            span: one.span,
            colour,
            shades: Shades {
                declares: one.role == Role::Declares,
                writes: one.role == Role::Writes,
                deprecated,
                library,
            },
        });
    }
    found
}

fn of_symbol(db: &dyn Db, own: Decl<'_>, symbol: &Symbol) -> Option<(Colour, bool, bool)> {
    let plain = |colour| Some((colour, false, false));
    match symbol {
        Symbol::Decl(name) => {
            let decl = match own.name(db) == name {
                true => Some(own),
                false => lookup(db, name),
            };
            match decl {
                Some(decl) => {
                    let library = decl.space(db).starts_with(modules::STD);
                    Some((of_kind(decl.kind(db))?, library, is_deprecated(db, decl)))
                }
                None => (**name == *SENT).then_some((Colour::Event, true, false)),
            }
        }
        Symbol::Field { .. } | Symbol::Slot { .. } => plain(Colour::Field),
        Symbol::Value { .. } => plain(Colour::Value),
        Symbol::Param { .. } => plain(Colour::Param),
        Symbol::Variant { .. } => plain(Colour::Action),
        Symbol::Module(path) => Some((Colour::Module, path.starts_with(modules::STD), false)),
        // It stands in quotes, like every text.
        Symbol::Template(_) => None,
        Symbol::Layer(_) => plain(Colour::Way),
        Symbol::Local { .. } => plain(Colour::Local),
        Symbol::BuiltIn(kind, _) => {
            let colour = match kind {
                BuiltIn::Type => Colour::Type,
                BuiltIn::Function | BuiltIn::Format => Colour::Function,
                BuiltIn::Method => Colour::Method,
                BuiltIn::Part => Colour::Field,
                BuiltIn::Word => Colour::Word,
            };
            Some((colour, true, false))
        }
    }
}

fn of_kind(kind: ItemKind) -> Option<Colour> {
    Some(match kind {
        ItemKind::Profile | ItemKind::Catalog => Colour::Table,
        ItemKind::Event | ItemKind::Events => Colour::Event,
        ItemKind::Enum => Colour::Enum,
        ItemKind::Const => Colour::Const,
        ItemKind::Trait => Colour::Trait,
        ItemKind::Fn => Colour::Function,
        ItemKind::Segment | ItemKind::Partition => Colour::Group,
        ItemKind::Purpose | ItemKind::Channel => Colour::Way,
        ItemKind::Source
        | ItemKind::Trigger
        | ItemKind::Content
        | ItemKind::Recommend
        | ItemKind::Experiment => Colour::Action,
        ItemKind::Use => Colour::Module,
        ItemKind::Error | ItemKind::Exclusive | ItemKind::Test => return None,
    })
}

/// Whether a declaration says that it should be used no more. Nobody who asks depends on its text.
#[salsa::tracked(returns(copy))]
fn is_deprecated<'db>(db: &'db dyn Db, decl: Decl<'db>) -> bool {
    let tree = &parsed(db, decl.source(db)).tree;
    let mut annotations = tree.annotations.iter();
    annotations.any(|annotation| annotation.name.text == "deprecated")
}
