//! From text to trees: the pre-scan, the resilient parser, the typed syntax tree.
//!
//! Parsing never fails: any bytes give declarations and a list of errors. Nothing here looks a name up.

pub mod ast;
mod parse;
mod split;

pub use parse::{Parse, SyntaxError, SyntaxFix, parse_decl, parse_expr};
pub use split::{DeclText, Split, split};
