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
    let mut found = Vec::new();
    let touches =
        |span: Span| range.is_none_or(|range| span.start <= range.end && range.start <= span.end);
    for decl in db.declarations(file) {
        if !touches(decl.span) {
            continue;
        }
        let names = db.colours(decl.id).iter().map(|one| Token {
            span: decl.in_file(one.span),
            colour: one.colour,
            shades: one.shades,
        });
        found.extend(names.filter(|one| touches(one.span)));
    }
    found
}

#[cfg(test)]
mod tests;
