//! The text of a declaration in pieces: each has the look that the compiler's own tokens give it, and leads to what it names.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{FileId, Span};
use persona_sema::Database;
use persona_sema::editor::{Colour, Declaration, Symbol};
use persona_syntax::{Token, TokenKind, tokens};

use super::Link;

/// A piece of text.
pub(in crate::doc) struct Piece {
    pub(in crate::doc) text: String,
    pub(in crate::doc) look: Look,
    pub(in crate::doc) link: Option<Link>,
}

/// What a piece of text is for the eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::doc) enum Look {
    /// Blanks, signs, and words that nobody knows.
    Plain,
    Comment,
    Text,
    Literal,
    Keyword,
    /// A type, an enum, a table, an event.
    Schema,
    /// A group of people.
    Group,
    /// A value that is computed.
    Value,
    /// What is done, and by which way.
    Action,
    /// A field, a parameter, a value of an enum.
    Part,
}

/// The tokens of the files that were looked at.
#[derive(Default)]
pub(super) struct Texts(BTreeMap<FileId, Vec<Token>>);

impl Texts {
    /// A declaration's text, from its annotations to its end.
    pub(super) fn pieces(
        &mut self,
        db: &Database,
        decl: &Declaration<'_>,
        by_name: &BTreeMap<Arc<str>, usize>,
    ) -> Vec<Piece> {
        let file = decl.id.file;
        let all = self
            .0
            .entry(file)
            .or_insert_with(|| tokens(db.file_text(file)));
        let annotations = decl.tree.annotations.iter().map(|one| one.span.start);
        let start = annotations.chain([decl.tree.span.start]).min();
        let start = decl.span.start + start.unwrap_or(0);
        let first = all.partition_point(|token| token.span.start < start);
        let behind = all.partition_point(|token| token.span.start < decl.span.end);
        let colours: BTreeMap<u32, Colour> = db
            .colours(file, decl.span)
            .into_iter()
            .map(|one| (one.span.start, one.colour))
            .collect();
        let links = links(db, decl, by_name);
        let text = db.file_text(file);
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = start;
        for token in &all[first..behind] {
            if token.span.start > at {
                pieces.push(plain(Span::new(at, token.span.start).of(text)));
            }
            let written = token.span.of(text);
            pieces.push(Piece {
                text: written.to_owned(),
                look: look(token.kind, colours.get(&token.span.start).copied()),
                link: links.get(&token.span.start).cloned(),
            });
            at = token.span.end;
        }
        pieces
    }
}

fn plain(text: &str) -> Piece {
    Piece {
        text: text.to_owned(),
        look: Look::Plain,
        link: None,
    }
}

/// Where the names of a declaration lead, by where they stand in the file.
fn links(
    db: &Database,
    decl: &Declaration<'_>,
    by_name: &BTreeMap<Arc<str>, usize>,
) -> BTreeMap<u32, Link> {
    let mut links = BTreeMap::new();
    for one in db.occurrences(decl.id) {
        let at = decl.in_file(one.span).start;
        if let Some(link) = link_of(&one.symbol, decl, by_name) {
            links.entry(at).or_insert(link);
        }
    }
    links
}

/// The place of what a name means; none for what has no page.
fn link_of(
    symbol: &Symbol,
    from: &Declaration<'_>,
    by_name: &BTreeMap<Arc<str>, usize>,
) -> Option<Link> {
    let to = |name: &str, part: Option<String>| {
        let decl = *by_name.get(name)?;
        Some(Link { decl, part })
    };
    match symbol {
        // Its own page is where it stands already.
        Symbol::Decl(name) if name == from.name => None,
        Symbol::Decl(name) => to(name, None),
        Symbol::Field { table, path } => to(table, Some(format!("f-{path}"))),
        Symbol::Value { of, name } => to(of, Some(format!("v-{name}"))),
        Symbol::Param { of, name } => to(of, Some(format!("p-{name}"))),
        Symbol::Slot { of, name } => to(of, Some(format!("s-{name}"))),
        Symbol::Variant { of, name } => to(of, Some(format!("variant-{name}"))),
        Symbol::Module(_)
        | Symbol::Template(_)
        | Symbol::Layer(_)
        | Symbol::Local { .. }
        | Symbol::BuiltIn(..) => None,
    }
}

fn look(kind: TokenKind, colour: Option<Colour>) -> Look {
    match (kind, colour) {
        (TokenKind::Comment | TokenKind::Doc, _) => Look::Comment,
        (TokenKind::Text, _) => Look::Text,
        (TokenKind::Literal, _) => Look::Literal,
        (_, Some(colour)) => of_name(colour),
        (TokenKind::Keyword, None) => Look::Keyword,
        (TokenKind::Name | TokenKind::Word | TokenKind::Sign, None) => Look::Plain,
    }
}

fn of_name(colour: Colour) -> Look {
    match colour {
        Colour::Type | Colour::Table | Colour::Event | Colour::Enum | Colour::Module => {
            Look::Schema
        }
        Colour::Group => Look::Group,
        Colour::Trait | Colour::Const | Colour::Function | Colour::Method => Look::Value,
        Colour::Action | Colour::Way => Look::Action,
        Colour::Value | Colour::Field | Colour::Param => Look::Part,
        Colour::Local => Look::Plain,
        Colour::Word => Look::Keyword,
    }
}
