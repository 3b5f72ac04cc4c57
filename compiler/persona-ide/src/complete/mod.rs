//! Completion: what could be written at a place, sorted by how well it fits.
//!
//! The words and signs before the place (`lex`, `context`, `clauses`) tell which clause it is in and whether an operand or
//! an operator stands there; that needs no tree, so broken and half-typed text is no worse than any other. What names mean
//! and which type is wanted the checker itself says, of the declaration with a name that nobody declares at the place
//! ([`persona_sema::editor::Spot`]). Documentation is found later, by a key.

pub(crate) mod builtin;
mod campaign;
mod clauses;
pub(crate) mod context;
pub(crate) mod declared;
mod docs;
mod expression;
pub(crate) mod item;
pub(crate) mod lex;
pub(crate) mod offer;
mod operators;
mod places;
pub(crate) mod rules;
#[cfg(test)]
pub(crate) mod tests;
mod values;
pub(crate) mod words;

use persona_base::FileId;
use persona_sema::Database;

pub use docs::documentation;
pub use item::{Completion, CompletionKind, CompletionOptions, Completions};

/// What could be written at an offset of a file: rules, a template, or `persona.toml`.
pub fn complete(
    db: &Database,
    file: FileId,
    offset: u32,
    options: CompletionOptions,
) -> Completions {
    if db.space_of(file).is_some() {
        return rules::complete(db, file, offset, options);
    }
    if crate::template::is_template(db, file) {
        return crate::template::complete(db, file, offset, options);
    }
    if crate::settings::is_settings(db, file) {
        return crate::settings::complete(db, file, offset, options);
    }
    Completions::default()
}
