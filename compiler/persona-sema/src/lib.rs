//! The meaning of programs: names, types, missing values, time. Every user error ends here; what leaves is
//! a [`Checked`] package that later stages may trust, and a list of diagnostics.
//!
//! Nothing here reads a file, a clock or the environment: the texts come in as salsa inputs.

mod asks;
mod breaking;
mod db;
mod decl;
pub mod editor;
mod env;
mod expr;
mod hir;
mod package;
pub mod prove;
mod ty;
mod uses;
pub mod vocabulary;

pub use breaking::{ChangeClass, PackageChange};
pub use db::{Database, Excerpt, ItemKind, Stopped, Stopper, attempt};
pub use decl::{Openness, TEMPLATE_ENDINGS, Unit};
pub use env::{
    CheckedExpr, ContentShape, Env, Global, OpenOperand, Schema, Scope, Signature, Sort,
};
pub use expr::{Probe, check_condition, check_const, check_stages, check_value};
pub use hir::*;
pub use package::{DependencyFiles, EDITION, dependencies_of};
pub use ty::{Field, RecordType, Type, TypeKind};
pub use uses::{Dependent, Effect, Uses};
