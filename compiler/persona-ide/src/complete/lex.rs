//! The words and signs before a place, read from a declaration's start without any grammar: what is unfinished, half typed or
//! wrong has words and signs all the same.

use persona_base::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word.
    Word,
    /// A number, with the unit that is written close to it.
    Number,
    /// A text, all of it.
    Text,
    /// `(`, `[`, `{`, also that of a hole in a text.
    Open,
    /// Their counterparts.
    Close,
    /// An operator or another sign.
    Sign,
    /// `@word`
    Annotation,
}

/// A word or sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether it is the first of its line.
    pub(crate) first: bool,
    /// How many brackets are open around it.
    pub(crate) depth: usize,
}

/// What a place stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// Words and signs.
    Code,
    /// A comment.
    Comment,
    /// A text.
    Text,
}

/// What stands before a place.
#[derive(Debug)]
pub(crate) struct Before {
    /// The tokens that end before the word at the place.
    pub(crate) tokens: Vec<Token>,
    /// The brackets that are open, as indices of tokens.
    pub(crate) open: Vec<usize>,
    /// The word at the place: what is typed of it, and what follows of it.
    pub(crate) word: Span,
    /// What the place stands in.
    pub(crate) inside: Inside,
    /// Whether the word is the first of its line.
    pub(crate) first: bool,
    /// Whether the hole that the place stands in is one in a text.
    pub(crate) in_hole: bool,
}

/// Whether a character belongs to a word.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The nearest place at or before `at` that is between two characters.
pub(crate) fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Where the word that ends at `at` begins.
pub(crate) fn word_start(text: &str, at: usize) -> usize {
    let before = &text[..at];
    before
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_word(*c))
        .last()
        .map_or(at, |(index, _)| index)
}

/// Where the word that begins before `at`, or at it, ends.
pub(crate) fn word_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())
}

/// Reads what stands before `at` in a declaration's text.
pub(crate) fn before(text: &str, at: usize) -> Before {
    let at = boundary(text, at);
    let start = word_start(text, at);
    let mut lexer = Lexer {
        text,
        end: start,
        at: 0,
        tokens: Vec::new(),
        open: Vec::new(),
        holes: Vec::new(),
        inside: Inside::Code,
    };
    lexer.run();
    let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let first = text[line..start].trim().is_empty();
    let in_hole = lexer
        .holes
        .last()
        .is_some_and(|hole| lexer.open.last() == Some(&hole.open));
    Before {
        tokens: lexer.tokens,
        open: lexer.open,
        word: Span::new(offset(start), offset(word_end(text, at))),
        inside: lexer.inside,
        first,
        in_hole,
    }
}

/// A place in a text; texts are at most 2 GiB.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A hole in a text: the token of its brace, and the text around it.
struct Hole {
    open: usize,
    text: usize,
    multi: bool,
}

struct Lexer<'t> {
    text: &'t str,
    end: usize,
    at: usize,
    tokens: Vec<Token>,
    open: Vec<usize>,
    holes: Vec<Hole>,
    inside: Inside,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while self.at < self.end && self.inside == Inside::Code {
            self.step();
        }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..self.end]
    }

    fn step(&mut self) {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return };
        match c {
            _ if c.is_whitespace() => self.at += c.len_utf8(),
            '/' if rest.starts_with("//") => self.comment(),
            '"' => {
                let multi = rest.starts_with("\"\"\"");
                let start = self.at;
                self.at += if multi { 3 } else { 1 };
                self.string(start, multi);
            }
            'r' if rest.starts_with("r\"") => self.raw(),
            '(' | '[' | '{' => {
                self.push(Kind::Open, 1);
                self.open.push(self.tokens.len() - 1);
            }
            ')' | ']' | '}' => self.close(c),
            '@' => {
                let length = 1 + word_end(&rest[1..], 0);
                self.push(Kind::Annotation, length);
            }
            _ if c.is_ascii_digit() => self.number(),
            _ if is_word(c) => {
                let length = word_end(rest, 0);
                self.push(Kind::Word, length);
            }
            _ => self.sign(),
        }
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let line = self.text[..self.at].rfind('\n').map_or(0, |at| at + 1);
        self.tokens.push(Token {
            kind,
            start: self.at,
            end: self.at + length,
            first: self.text[line..self.at].trim().is_empty(),
            depth: self.open.len(),
        });
        self.at += length;
    }

    fn comment(&mut self) {
        match self.rest().find('\n') {
            Some(newline) => self.at += newline + 1,
            None => {
                self.at = self.end;
                self.inside = Inside::Comment;
            }
        }
    }

    /// Digits with what is written close to them: `1_000`, `7d`, `0.5`, `15%`, `2026-01-31T10:00Z`.
    fn number(&mut self) {
        let bytes = self.rest().as_bytes();
        let mut length = 1;
        while let Some(byte) = bytes.get(length) {
            let digit_follows = bytes.get(length + 1).is_some_and(u8::is_ascii_digit);
            let part = byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'%';
            let inner = matches!(byte, b'.' | b':' | b'-' | b'+') && digit_follows;
            if !(part || inner) {
                break;
            }
            length += 1;
        }
        self.push(Kind::Number, length);
    }

    fn sign(&mut self) {
        const LONG: [&str; 9] = ["==", "!=", "=~", "<=", ">=", "=>", "->", "??", "&&"];
        let rest = self.rest();
        let long = LONG.iter().find(|sign| rest.starts_with(**sign));
        let length = long.map_or_else(
            || rest.chars().next().map_or(1, char::len_utf8),
            |sign| sign.len(),
        );
        self.push(Kind::Sign, length);
    }

    fn close(&mut self, c: char) {
        let opener = match c {
            ')' => '(',
            ']' => '[',
            _ => '{',
        };
        if c == '}'
            && let Some(hole) = self.holes.last()
            && self.open.last() == Some(&hole.open)
        {
            let (start, multi) = (hole.text, hole.multi);
            self.holes.pop();
            self.open.pop();
            // The text goes on: all of it is one token.
            let first = self.tokens.iter().position(|token| token.start >= start);
            self.tokens.truncate(first.unwrap_or(self.tokens.len()));
            self.at += 1;
            self.string(start, multi);
            return;
        }
        // A bracket that closes nothing is passed over; one that was never closed inside of this one is forgotten.
        let open = self.open.iter().rposition(|index| {
            self.text[self.tokens[*index].start..].starts_with(opener)
                && !self.holes.iter().any(|hole| hole.open >= *index)
        });
        if let Some(open) = open {
            self.open.truncate(open);
        }
        self.push(Kind::Close, 1);
    }

    /// What follows in a text: to its end, or to a hole.
    fn string(&mut self, start: usize, multi: bool) {
        let bytes = self.text.as_bytes();
        while self.at < self.end {
            match bytes[self.at] {
                b'\\' => {
                    self.at = boundary(self.text, (self.at + 2).min(self.end)).max(self.at + 1);
                }
                b'"' if !multi || self.rest().starts_with("\"\"\"") => {
                    let end = self.at + if multi { 3 } else { 1 };
                    self.at = start;
                    self.push(Kind::Text, end - start);
                    return;
                }
                b'\n' if !multi => {
                    // Never closed: what follows is read as words and signs.
                    let end = self.at;
                    self.at = start;
                    self.push(Kind::Text, end - start);
                    return;
                }
                b'{' => {
                    self.push(Kind::Open, 1);
                    let open = self.tokens.len() - 1;
                    self.open.push(open);
                    self.holes.push(Hole {
                        open,
                        text: start,
                        multi,
                    });
                    return;
                }
                _ => self.at += 1,
            }
        }
        self.inside = Inside::Text;
    }

    fn raw(&mut self) {
        match self.rest()[2..].find('"') {
            Some(quote) => self.push(Kind::Text, quote + 3),
            None => {
                self.at = self.end;
                self.inside = Inside::Text;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> (Vec<&str>, Inside, bool) {
        let found = before(text, text.len());
        let words = found
            .tokens
            .iter()
            .map(|token| &text[token.start..token.end]);
        (words.collect(), found.inside, found.in_hole)
    }

    #[test]
    fn words_signs_and_numbers_are_told_apart() {
        let (found, inside, _) = words("when x >= 19.99 USD and t in last 7d @pii wo");
        assert_eq!(
            found,
            [
                "when", "x", ">=", "19.99", "USD", "and", "t", "in", "last", "7d", "@pii"
            ]
        );
        assert_eq!(inside, Inside::Code);
    }

    #[test]
    fn a_hole_in_a_text_is_code() {
        let (found, inside, hole) = words("title = \"Hi {first_name ?? ");
        assert_eq!(found, ["title", "=", "{", "first_name", "??"]);
        assert_eq!((inside, hole), (Inside::Code, true));
        let (found, ..) = words("title = \"Hi {name}, {other");
        assert_eq!(found, ["title", "=", "{"]);
        let (found, inside, hole) = words("\"a{b}c\" x ");
        assert_eq!(found, ["\"a{b}c\"", "x"]);
        assert_eq!((inside, hole), (Inside::Code, false));
    }

    #[test]
    fn texts_and_comments_are_known() {
        assert_eq!(words("x = \"ab").1, Inside::Text);
        assert_eq!(words("x = r\"ab").1, Inside::Text);
        assert_eq!(words("x // y").1, Inside::Comment);
        assert_eq!(words("x \"\"\"a\nb").1, Inside::Text);
    }

    #[test]
    fn any_text_is_read() {
        for text in [
            "",
            "\"\\",
            "}})(",
            "\"{\"{\"{",
            "é\"é{é",
            "r\"",
            "@",
            "1..2--",
            "{ ( } ]",
        ] {
            for at in 0..=text.len() + 1 {
                before(text, at);
            }
        }
    }
}
