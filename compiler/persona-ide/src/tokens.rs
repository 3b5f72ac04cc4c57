//! The names of a file, coloured by what they mean. Keywords, texts, numbers and comments are not told: every editor's grammar
//! knows them.

use persona_base::{FileId, Span};
use persona_sema::Database;
use persona_sema::editor::{Colour, Shades};

/// A coloured name, in its file. It is never broken over lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it is.
    pub span: Span,
    /// What it is.
    pub colour: Colour,
    /// What is said of it besides.
    pub shades: Shades,
}

/// The names of a file by place, none overlapping another; only those that touch the range, where there is one.
pub fn tokens(db: &Database, file: FileId, range: Option<Span>) -> Vec<Token> {
    let range = range.unwrap_or(Span::new(0, u32::MAX));
    let names = db.colours(file, range).into_iter();
    let touches = |span: Span| span.start <= range.end && range.start <= span.end;
    let names = names.filter(|one| touches(one.span)).map(|one| Token {
        span: one.span,
        colour: one.colour,
        shades: one.shades,
    });
    names.collect()
}

#[cfg(test)]
mod tests;
