//! The meaning of programs: names, types, missing values, time. Every user error ends here; what leaves is
//! a [`Checked`] package that later stages may trust, and a list of diagnostics.
//!
//! Nothing here reads a file, a clock or the environment: the texts come in as salsa inputs.

mod hir;
mod ty;

pub use hir::*;
pub use ty::{Field, RecordType, Type, TypeKind};
