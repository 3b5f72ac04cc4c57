//! From text to trees: the pre-scan, the resilient parser, the typed syntax tree.
//!
//! Parsing never fails: any bytes give declarations and a list of errors. Nothing here looks a name up.

pub mod ast;
mod build;
mod error;
pub mod fmt;
mod grammar;
mod head;
mod nest;
mod parse;
mod scan;
mod split;
mod tokens;

pub use build::units;
pub use error::{SyntaxError, SyntaxFix};
pub use fmt::{Formatted, Refused, format, format_range};
pub use nest::{Inside, Nest, nest};
pub use parse::{MAX_DECLARATION, MAX_TREE_DEPTH, Parse, parse_decl, parse_expr};
pub use scan::words::{RESERVED, keywords};
pub use split::{DeclText, MAX_FILE, Split, split};
pub use tokens::{Token, TokenKind, tokens};

#[cfg(test)]
mod tests;
