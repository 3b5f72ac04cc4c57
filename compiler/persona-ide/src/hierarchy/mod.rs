//! Who rests on whom, step by step: what editors show as a call hierarchy. Callers are the declarations that name one; what it
//! calls is what it names itself.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{FileId, Span};
use persona_sema::editor::{DeclRef, Declaration, Role, Symbol};
use persona_sema::{Database, ItemKind};

use crate::at::Named;

/// A declaration in the hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name; for a test its title, for an exclusion that word.
    pub name: String,
    /// What it is, and where it comes from if that is a module: `a segment`, `a trait of std.rfm`.
    pub detail: String,
    /// What it is.
    pub kind: ItemKind,
    /// Its file.
    pub file: FileId,
    /// All of it.
    pub span: Span,
    /// Its name; where it has none, its first word. The item is found again at its start.
    pub name_span: Span,
}

/// A step of the hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Who names it, or what is named.
    pub item: Item,
    /// Where it is named, in the file of the one that names.
    pub places: Vec<Span>,
}

/// The declaration that is meant at a place: the one that is named there, else the one that the place stands in.
pub fn prepare(db: &Database, file: FileId, offset: u32) -> Option<Item> {
    if let Some(named) = Named::at(db, file, offset) {
        let declared = named.symbols().find_map(|symbol| {
            let decl = db.named(symbol.declaration()?)?;
            Some(item(&decl))
        });
        if declared.is_some() {
            return declared;
        }
    }
    let decl = db.declaration_at(file, offset)?;
    let is_one = !matches!(decl.kind, ItemKind::Error | ItemKind::Use);
    is_one.then(|| item(&decl))
}

/// Who names the declaration at a place, in the order of files and places.
pub fn incoming(db: &Database, file: FileId, offset: u32) -> Vec<Step> {
    let Some(decl) = db.declaration_at(file, offset) else {
        return Vec::new();
    };
    if decl.name.is_empty() || matches!(decl.kind, ItemKind::Test | ItemKind::Use) {
        return Vec::new();
    }
    let symbol = Symbol::Decl(Arc::clone(decl.name));
    let mut users: BTreeMap<DeclRef, Vec<Span>> = BTreeMap::new();
    let mut order: Vec<DeclRef> = Vec::new();
    for one in db.references(&symbol, decl.id) {
        let is_use = matches!(one.role, Role::Reads | Role::Writes);
        // Places in templates are in another file than the content.
        if !is_use || one.decl == decl.id || one.place.file != one.decl.file {
            continue;
        }
        let places = users.entry(one.decl).or_default();
        if places.is_empty() {
            order.push(one.decl);
        }
        places.push(one.place.span);
    }
    let steps = order.into_iter().filter_map(|id| {
        Some(Step {
            item: item(&db.declaration(id)?),
            places: users.remove(&id)?,
        })
    });
    steps.collect()
}

/// What the declaration at a place names, in the order of its text.
pub fn outgoing(db: &Database, file: FileId, offset: u32) -> Vec<Step> {
    let Some(decl) = db.declaration_at(file, offset) else {
        return Vec::new();
    };
    let mut found: Vec<(&Arc<str>, Vec<Span>)> = Vec::new();
    for one in db.occurrences(decl.id) {
        let Symbol::Decl(name) = &one.symbol else {
            continue;
        };
        if one.role == Role::Declares || name == decl.name {
            continue;
        }
        let place = decl.in_file(one.span);
        match found.iter_mut().find(|(other, _)| *other == name) {
            Some((_, places)) => places.push(place),
            None => found.push((name, vec![place])),
        }
    }
    let steps = found.into_iter().filter_map(|(name, places)| {
        let item = item(&db.named(name)?);
        Some(Step { item, places })
    });
    steps.collect()
}

fn item(decl: &Declaration<'_>) -> Item {
    let tree = decl.tree;
    let name = match decl.kind {
        ItemKind::Exclusive => "exclusive".to_owned(),
        _ => tree.name.text.clone(),
    };
    let kind = decl.kind.described();
    let detail = match decl.is_own() {
        true => kind.to_owned(),
        false => format!("{kind} of {}", decl.space),
    };
    let start = decl.in_file(tree.span).start;
    let has_name = !tree.name.span.is_empty() && !matches!(decl.kind, ItemKind::Exclusive);
    Item {
        name,
        detail,
        kind: decl.kind,
        file: decl.id.file,
        span: decl.in_file(tree.span),
        name_span: match has_name {
            true => decl.name_span(),
            false => Span::at(start),
        },
    }
}
