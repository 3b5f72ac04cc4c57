//! The vocabulary every other crate shares: files, spans, typed dense ids, diagnostics as data, the
//! table of diagnostic codes, and the currencies of ISO 4217.
//!
//! Nothing here reads a file, prints, or knows the grammar. This crate depends on no other crate of
//! the project (layer 0).

mod codes;
mod currency;
mod diagnostic;
pub mod fixing;
mod ids;
mod line_index;
mod nearest;
mod span;

pub use codes::{Code, CodeInfo, Level, all_codes, find_code};
pub use codes::{campaign, data, history, missing, modules, names, package, proofs, syntax, types};
pub use codes::{contents, experiments, liquid, timelines, triggers};
pub use currency::{Currency, currencies};
pub use diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Severity, sort_and_dedup};
pub use ids::IndexVec;
pub use line_index::{LineCol, LineIndex};
pub use nearest::nearest;
pub use span::{FileId, Span};
