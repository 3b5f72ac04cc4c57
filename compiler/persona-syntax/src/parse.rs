//! Parsing one declaration, from its own text.

use persona_base::{Applicability, Code, Span};

use crate::ast::{Decl, Expr};

/// A declaration's tree and what is wrong with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Parse<T> {
    /// The tree; `Error` nodes where the text cannot be read.
    pub tree: T,
    /// What is wrong, in the order of the text; spans are relative to the text that was parsed.
    pub errors: Vec<SyntaxError>,
}

/// A syntax error: a diagnostic whose file is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The code, one of `persona_base::syntax`.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// The smallest wrong place, and what is to be seen there.
    pub span: Span,
    /// What is to be seen at the place; may be empty.
    pub label: String,
    /// Places that say why.
    pub secondary: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
    /// A change that repairs it.
    pub fix: Option<SyntaxFix>,
}

/// A change that repairs a syntax error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxFix {
    /// What it does.
    pub title: String,
    /// How safely.
    pub applicability: Applicability,
    /// Replacements.
    pub edits: Vec<(Span, String)>,
}

/// Parses one declaration. Depth was bounded by [`crate::split`]; on text from elsewhere it is bounded here too.
pub fn parse_decl(text: &str) -> Parse<Decl> {
    let _ = text;
    unimplemented!()
}

/// Parses one expression on its own, for the command line and tests.
pub fn parse_expr(text: &str) -> Parse<Expr> {
    let _ = text;
    unimplemented!()
}
