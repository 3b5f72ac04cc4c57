//! Code actions: what an editor offers to do at a place. The fixes of diagnostics, fixing everything that is sure, tidying up
//! `use`, and rewriting conditions and values without changing what they mean (or to exactly the opposite, where that is asked
//! for). What would not compile is not offered: a rewritten declaration is checked before ([`persona_sema::editor::Trial`]).
//!
//! An action has its edits with it, but for those that look at the whole package: these are made when somebody chooses them
//! ([`resolve`]).

mod between;
mod branches;
mod extract;
mod fill;
mod fix_all;
mod fixes;
mod imports;
mod inline;
mod opposite;
mod settled;
mod site;
#[cfg(test)]
mod tests;
mod written;

use persona_base::{Diagnostic, Edit, FileId, Span};
use persona_sema::Database;
use persona_sema::editor::DeclRef;

use site::Site;

/// Something that can be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What it does, in plain words.
    pub title: String,
    /// What kind of change it is.
    pub kind: Kind,
    /// Whether it is what is most likely wanted: a fix that is sure.
    pub preferred: bool,
    /// The diagnostic that it solves: its number among those that were given.
    pub solves: Option<usize>,
    /// The change.
    pub change: Change,
}

/// Kinds of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Solves a diagnostic.
    Fix,
    /// Makes a declaration of a part of another one.
    Extract,
    /// Puts a declaration where it is used.
    Inline,
    /// Says the same in another way, or adds what is missing.
    Rewrite,
    /// Fixes all that is sure.
    FixAll,
    /// Tidies up `use`.
    Imports,
}

/// A change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// These edits; they do not overlap.
    Edits(Vec<Edit>),
    /// What [`resolve`] makes of it.
    Later(Later),
}

/// Changes that take a look at the whole package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Later {
    /// Apply all sure fixes to a file, again and again until there are none.
    FixAll(FileId),
    /// Put a declaration wherever it is used, and remove it.
    InlineAll(DeclRef),
}

/// What can be done at a range of a file. `diagnostics` are those of the package, or of the file, as they are now.
pub fn actions(
    db: &Database,
    file: FileId,
    range: Span,
    diagnostics: &[Diagnostic],
) -> Vec<Action> {
    let mut found = Vec::new();
    if !db.owns(file) {
        return found;
    }
    let range = clamped(db.file_text(file), range);
    fixes::fixes(db, file, range, diagnostics, &mut found);
    fix_all::fix_all(db, file, diagnostics, &mut found);
    imports::organise(db, file, diagnostics, &mut found);
    if let Some(site) = Site::of(db, file, range) {
        opposite::actions(&site, &mut found);
        between::actions(&site, &mut found);
        branches::actions(&site, &mut found);
        extract::actions(&site, &mut found);
        inline::actions(&site, &mut found);
        fill::actions(&site, &mut found);
    }
    found
}

/// The edits of a change that was put off.
///
/// # Errors
/// Why it cannot be done, in words for the person who asked.
pub fn resolve(db: &Database, later: Later) -> Result<Vec<Edit>, String> {
    match later {
        Later::FixAll(file) => Ok(fix_all::resolve(db, file)),
        Later::InlineAll(decl) => inline::resolve_all(db, decl),
    }
}

/// The range inside the text, on the edges of characters.
fn clamped(text: &str, range: Span) -> Span {
    let start = text.floor_char_boundary(range.start as usize);
    let end = text.floor_char_boundary(range.end as usize).max(start);
    Span::new(start as u32, end as u32)
}

impl Action {
    /// A rewriting whose edits are known.
    fn rewrite(title: impl Into<String>, kind: Kind, edits: Vec<Edit>) -> Self {
        Self {
            title: title.into(),
            kind,
            preferred: false,
            solves: None,
            change: Change::Edits(edits),
        }
    }
}
