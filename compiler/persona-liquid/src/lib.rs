//! Typed Liquid: a template is read, checked against what it sees, and rendered.
//!
//! ```text
//! text ─parse→ Template ─check(scope)→ Checked ─render(values)→ text
//! ```
//!
//! Liquid is dynamic: what is not there prints nothing, and what does not fit is quietly turned into something else. Here every
//! variable, filter and comparison has a type, a value that may be missing needs a default, and what typing rules out is
//! refused by name, with the reason and a way out, at its place in the template. What is accepted means what it means in
//! Liquid elsewhere.
//!
//! The crate reads no files and knows nothing of packages: the caller gives the types of variables and the partials
//! ([`Scope`]), the values, and how they are written in the reader's language and zone ([`Display`]).

mod ast;
mod check;
mod decimal;
mod display;
mod explain;
mod filters;
mod grammar;
mod ir;
mod limits;
mod literals;
mod markup;
mod names;
mod parse;
mod problems;
mod registry;
mod render;
mod scan;
mod strftime;
mod ty;
mod value;

pub use check::{Outcome, OwnVariable, PROBE, Probed, Scope, Target, check};
pub use display::{Display, Local, MONTHS, MoneyStyle, NameOf, Plain, WEEKDAYS, civil};
pub use filters::escape_into;
pub use ir::{Checked, Place, Root};
pub use limits::{MAX_DEPTH, MAX_LIST, MAX_NODES, MAX_OUTPUT, MAX_TEMPLATE, MAX_WORK};
pub use names::{NamePath, NameUse};
pub use parse::Template;
pub use registry::{FilterInfo, TagUse, filters, tags};
pub use render::{RenderError, render};
pub use ty::{EnumTy, Field, Ty};
pub use value::Value;
