//! The typed syntax tree: what a declaration says, before any name is looked up.
//!
//! Every span is relative to the start of the declaration's own text, so that moving a declaration
//! changes nothing in its tree. Chains (`a and b and c`, `a + b - c`, `x.a.b()`) are flat lists, never
//! nested, so that a long rule cannot exhaust the stack; real nesting is bounded by the pre-scan.
//! A tree is a value: no file names, no interner, no semantic data.

mod campaign;
mod decl;
mod expr;
mod query;
mod walk;
mod walk_campaign;

pub use campaign::*;
pub use decl::*;
pub use expr::*;
pub use query::*;

use persona_base::Span;

/// A name as written. An empty text stands for a name that is missing; the parser has reported it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The identifier, or `""`.
    pub text: String,
    /// Where it is written, or where it should be.
    pub span: Span,
}

impl Name {
    /// Whether the name is missing in the source.
    pub fn is_missing(&self) -> bool {
        self.text.is_empty()
    }
}
