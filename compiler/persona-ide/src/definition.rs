//! From a name to where it comes from: its declaration, its type's, and what makes it real.
//!
//! * **definition**: where the name is declared, also in the standard library and other packages; a template's or a data file
//!   for the text that names it.
//! * **type definition**: the enum of a field, a constant or a trait; the catalog of an item; the events of an `as` name.
//! * **implementation**: what gives a name its life. For a field: the sources that fill it, the triggers that `set` it. For an
//!   event: its sources and who emits it. For a content: the triggers that send it. For a channel or a purpose: likewise. For
//!   an experiment: the contents that ask for its arms. For a source, a segment and the rest: the declaration itself.

use persona_base::{FileId, Span};
use persona_sema::editor::{Role, Symbol};
use persona_sema::{Database, ItemKind, Place, TypeKind};

use crate::at::Named;
use crate::links;

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Navigation {
    /// The name that was asked about, in its file.
    pub origin: Span,
    /// Where it leads; several where it means several things.
    pub targets: Vec<Destination>,
}

/// A place to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A place in a file of the session.
    Place {
        /// The file.
        file: FileId,
        /// The name there; empty at the beginning for a file as a whole.
        name: Span,
        /// All that has this name.
        whole: Span,
    },
    /// A file of the package that the session has not read, by its path from the package's folder: data.
    File(String),
}

/// Where the name at a place is declared.
pub fn definition(db: &Database, file: FileId, offset: u32) -> Option<Navigation> {
    if crate::template::is_template(db, file) {
        return crate::template::definition(db, file, offset);
    }
    if let Some(link) = links::link_at(db, file, offset) {
        let targets = match &link.target {
            links::LinkTarget::Session(file) => vec![whole_file(*file)],
            links::LinkTarget::Path(path) => vec![Destination::File(path.clone())],
        };
        return Some(Navigation {
            origin: link.span,
            targets,
        });
    }
    let named = Named::at(db, file, offset)?;
    navigation(&named, |symbol| declared(db, &named, symbol))
}

/// Where the type of what is at a place is declared.
pub fn type_definition(db: &Database, file: FileId, offset: u32) -> Option<Navigation> {
    let named = Named::at(db, file, offset)?;
    navigation(&named, |symbol| {
        let names = type_names(db, &named, symbol);
        let found = names.into_iter();
        found
            .flat_map(|name| declared(db, &named, &Symbol::Decl(name.into())))
            .collect()
    })
}

/// What gives the name at a place its life; see the top of this page.
pub fn implementation(db: &Database, file: FileId, offset: u32) -> Option<Navigation> {
    let named = Named::at(db, file, offset)?;
    navigation(&named, |symbol| {
        let found = lives(db, &named, symbol);
        match found.is_empty() {
            true => declared(db, &named, symbol),
            false => found,
        }
    })
}

fn navigation(
    named: &Named<'_>,
    targets: impl Fn(&Symbol) -> Vec<Destination>,
) -> Option<Navigation> {
    let mut all: Vec<Destination> = Vec::new();
    for target in named.symbols().flat_map(targets) {
        if !all.contains(&target) {
            all.push(target);
        }
    }
    (!all.is_empty()).then_some(Navigation {
        origin: named.span,
        targets: all,
    })
}

fn declared(db: &Database, named: &Named<'_>, symbol: &Symbol) -> Vec<Destination> {
    let targets = db.targets(symbol, named.from()).into_iter();
    targets
        .map(|target| Destination::Place {
            file: target.name.file,
            name: target.name.span,
            whole: target.whole.span,
        })
        .collect()
}

fn whole_file(file: FileId) -> Destination {
    Destination::Place {
        file,
        name: Span::at(0),
        whole: Span::at(0),
    }
}

/// The names of the declarations that are the type of a symbol.
fn type_names(db: &Database, named: &Named<'_>, symbol: &Symbol) -> Vec<String> {
    match symbol {
        Symbol::Value { of, .. } => vec![of.to_string()],
        Symbol::Local { .. } | Symbol::Param { .. } => {
            let seen = crate::types::bound(db, named, symbol);
            seen.map_or_else(Vec::new, |ty| declarations_in(db, &ty.kind))
        }
        _ => crate::types::of_symbol(db, symbol)
            .map_or_else(Vec::new, |ty| declarations_in(db, &ty.kind)),
    }
}

/// The declarations that a type is made of.
fn declarations_in(db: &Database, kind: &TypeKind) -> Vec<String> {
    let schema = db.schema();
    match kind {
        TypeKind::Enum(id) => {
            let def = schema.enums.get(*id);
            def.map(|def| def.name.to_string()).into_iter().collect()
        }
        TypeKind::Item(_, name) => vec![name.to_string()],
        TypeKind::EventRecord(kinds) => {
            let tables = kinds.iter().filter_map(|kind| schema.events.get(*kind));
            tables.map(|table| table.name.to_string()).collect()
        }
        TypeKind::List(element) | TypeKind::Set(element) | TypeKind::Field(element) => {
            declarations_in(db, &element.kind)
        }
        _ => Vec::new(),
    }
}

/// The places that give a symbol its life.
fn lives(db: &Database, named: &Named<'_>, symbol: &Symbol) -> Vec<Destination> {
    let kind = match symbol {
        Symbol::Decl(name) => db.named(name).map(|decl| decl.kind),
        _ => None,
    };
    let wanted = |at: ItemKind, role: Role| match (symbol, kind) {
        (Symbol::Field { .. }, _) => {
            role == Role::Writes && matches!(at, ItemKind::Source | ItemKind::Trigger)
        }
        (Symbol::Slot { .. }, _) => role == Role::Writes && at == ItemKind::Content,
        (Symbol::Variant { .. } | Symbol::Value { .. }, _) => false,
        (_, Some(ItemKind::Profile | ItemKind::Event | ItemKind::Catalog)) => {
            role == Role::Reads && matches!(at, ItemKind::Source)
        }
        (_, Some(ItemKind::Content | ItemKind::Channel | ItemKind::Purpose)) => {
            role == Role::Reads && at == ItemKind::Trigger
        }
        (_, Some(ItemKind::Experiment)) => role == Role::Reads && at == ItemKind::Content,
        (Symbol::Layer(_), _) => at == ItemKind::Experiment,
        (Symbol::Template(_), _) => at == ItemKind::Content,
        _ => false,
    };
    let emits = |place: Place, at: ItemKind| {
        kind == Some(ItemKind::Event)
            && at == ItemKind::Trigger
            && db
                .file_text(place.file)
                .get(..place.span.start as usize)
                .is_some_and(|before| before.trim_end().ends_with("emit"))
    };
    let found = db.references(symbol, named.from()).into_iter();
    let found = found.filter_map(|one| {
        let decl = db.declaration(one.decl)?;
        let lives = wanted(decl.kind, one.role) || emits(one.place, decl.kind);
        let place = Destination::Place {
            file: one.place.file,
            name: one.place.span,
            whole: decl.span,
        };
        lives.then_some(place)
    });
    found.collect()
}

#[cfg(test)]
mod tests;
