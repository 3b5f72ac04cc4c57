//! What is under the cursor, in Markdown: how it is declared, what it is, its documentation, who uses it; for a segment what
//! it means in plain words. How many people that are now is for the host to add ([`Hover::audience`]).

mod facts;
mod sketch;
#[cfg(test)]
mod tests;

use persona_base::{FileId, Span};
use persona_sema::editor::{DeclRef, Declaration, Symbol};
use persona_sema::{Database, ItemKind};

use crate::at::Named;
use crate::{types, words};

/// How many users are named.
const SHOWN_USERS: usize = 5;

/// What to show beside a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The name, in its file.
    pub span: Span,
    /// What to show.
    pub markdown: String,
    /// Whose number of people could be shown too: a segment, a partition, a trait of the package.
    pub audience: Option<Audience>,
}

/// A group of people that has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// The declaration.
    pub decl: DeclRef,
    /// Its name in the whole compilation.
    pub name: String,
    /// The stage, where one of a partition is meant.
    pub stage: Option<String>,
}

/// A declaration as code, without its body.
pub(crate) fn head(db: &Database, decl: &Declaration<'_>) -> String {
    sketch::declaration(db, decl)
}

/// What to show for the name at a place; none where there is no name.
pub fn hover(db: &Database, file: FileId, offset: u32) -> Option<Hover> {
    if crate::template::is_template(db, file) {
        return crate::template::hover(db, file, offset);
    }
    if crate::settings::is_settings(db, file) {
        return crate::settings::hover(db, file, offset);
    }
    let named = Named::at(db, file, offset)?;
    let mut parts: Vec<String> = Vec::new();
    let mut audience = None;
    for symbol in named.symbols() {
        let Some(shown) = shown(db, &named, symbol) else {
            continue;
        };
        if !parts.contains(&shown) {
            parts.push(shown);
        }
        audience = audience.or_else(|| audience_of(db, symbol));
    }
    if parts.is_empty() {
        return None;
    }
    Some(Hover {
        span: named.span,
        markdown: parts.join("\n\n---\n\n"),
        audience,
    })
}

fn audience_of(db: &Database, symbol: &Symbol) -> Option<Audience> {
    let (name, stage) = match symbol {
        Symbol::Decl(name) => (name, None),
        Symbol::Value { of, name } => (of, Some(name.to_string())),
        _ => return None,
    };
    let decl = db.named(name)?;
    let counts = match (decl.kind, &stage) {
        (ItemKind::Segment | ItemKind::Trait, None) => {
            types::params(db, decl.space, name).is_none_or(<[_]>::is_empty)
        }
        (ItemKind::Partition, _) => true,
        _ => false,
    };
    counts.then(|| Audience {
        decl: decl.id,
        name: name.to_string(),
        stage,
    })
}

/// One meaning of a name.
fn shown(db: &Database, named: &Named<'_>, symbol: &Symbol) -> Option<String> {
    if let Symbol::BuiltIn(kind, name) = symbol {
        return facts::built_in(db, named, *kind, name);
    }
    let mut parts: Vec<String> = Vec::new();
    let code = sketch::of(db, named, symbol)?;
    parts.push(format!("```persona\n{code}\n```"));
    let said = facts::of(db, named, symbol);
    if !said.is_empty() {
        parts.push(said);
    }
    if let Some(doc) = types::doc(db, symbol) {
        parts.push(doc);
    }
    if let Symbol::Decl(name) = symbol
        && let Some(decl) = db.named(name)
        && let Some(words) = words::segment(db, decl)
    {
        parts.push(words);
    }
    if let Some(users) = users(db, symbol) {
        parts.push(users);
    }
    Some(parts.join("\n\n"))
}

/// Who uses it: a few names.
fn users(db: &Database, symbol: &Symbol) -> Option<String> {
    if matches!(symbol, Symbol::Local { .. } | Symbol::Module(_)) {
        return None;
    }
    let (found, more) = db.users(symbol, SHOWN_USERS);
    if found.is_empty() {
        return (!more).then(|| nobody(symbol)).flatten();
    }
    let mut names: Vec<String> = Vec::new();
    for decl in &found {
        let name = match decl.kind {
            ItemKind::Exclusive => "an exclusion".to_owned(),
            ItemKind::Test => format!("the test “{}”", decl.tree.name.text),
            _ => format!("`{}`", decl.name),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let names = match (names.as_slice(), more) {
        (_, true) => format!("{} and others", names.join(", ")),
        ([one], false) => one.clone(),
        ([first @ .., last], false) => format!("{} and {last}", first.join(", ")),
        ([], false) => return None,
    };
    Some(format!("Used by {names}."))
}

/// Of what nobody uses, it is said where that is unusual.
fn nobody(symbol: &Symbol) -> Option<String> {
    match symbol {
        Symbol::Decl(_) | Symbol::Field { .. } | Symbol::Value { .. } => {
            Some("Used by nobody yet.".to_owned())
        }
        _ => None,
    }
}
