//! What each stretch of a text is for the eye: comment, text, literal, keyword, name, sign. This is what the grammars of
//! editors are held to (`.ci/editors`), which have to guess what the parser knows. It is exact and therefore not fast:
//! nothing that answers while somebody types may ask it.

use std::collections::{BTreeMap, BTreeSet};

use persona_base::Span;

use crate::ast::{Decl, DeclKind, Expr, ExprKind, Literal, StrPart};
use crate::scan::words::is_reserved;
use crate::scan::{
    Stray, is_space, is_word_byte, is_word_start, line_end, multi_end, raw_end, text_end, word_end,
};
use crate::{parse_decl, split};

/// A stretch of a text that belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it is, in the text that was given.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
}

/// What a stretch of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// `// …`
    Comment,
    /// `/// …`
    Doc,
    /// A text with its quotes, or the part of it before, between or behind its holes.
    Text,
    /// A number with its unit, a date, a share, a tag of a language.
    Literal,
    /// A word of the language, where it is one: a field may be called `limit`.
    Keyword,
    /// A word that names something.
    Name,
    /// A word of what cannot be read, or is no declaration, so that nobody knows whether it is a keyword or a name.
    Word,
    /// Brackets, operators, the braces of a hole in a text.
    Sign,
}

impl TokenKind {
    /// Its word for tools.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Doc => "doc",
            Self::Text => "text",
            Self::Literal => "literal",
            Self::Keyword => "keyword",
            Self::Name => "name",
            Self::Word => "word",
            Self::Sign => "sign",
        }
    }
}

/// The tokens of a file in order: everything but white space. Never fails.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    for decl in split(text).decls {
        let (start, end) = (decl.span.start as usize, decl.span.end as usize);
        Scanner::new(text, 0).scan(at, start, &mut found);
        let parse = parse_decl(&text[start..end]);
        let mut scanner = Scanner::new(&text[start..end], decl.span.start);
        scanner.declared = true;
        if parse.errors.is_empty() {
            scanner.know(&parse.tree);
        }
        scanner.scan(0, end - start, &mut found);
        at = end;
    }
    Scanner::new(text, 0).scan(at, text.len(), &mut found);
    found
}

/// A text, and what its tree says about it.
struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// Where the text starts in the file.
    offset: u32,
    /// Whether it is a declaration, and no text between them.
    declared: bool,
    /// Whether there is a tree.
    known: bool,
    /// Where names start.
    names: BTreeSet<u32>,
    /// Literals by where they start.
    literals: BTreeMap<u32, u32>,
    /// The holes of texts, by where the text starts: each with what it holds and where its format starts and ends.
    holes: BTreeMap<u32, Vec<(Span, Option<Span>)>>,
    stray: Stray,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, offset: u32) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            offset,
            declared: false,
            known: false,
            names: BTreeSet::new(),
            literals: BTreeMap::new(),
            holes: BTreeMap::new(),
            stray: Stray::default(),
        }
    }

    /// Takes down what a tree without errors says.
    fn know(&mut self, tree: &Decl) {
        self.known = !matches!(tree.kind, DeclKind::Error);
        self.names = names(tree);
        tree.kind.for_each_expr(&mut |expr| self.know_expr(expr));
        for annotation in &tree.annotations {
            annotation.args.iter().for_each(|arg| self.know_expr(arg));
        }
        if let DeclKind::Content(content) = &tree.kind {
            let variants = content.variants.iter().chain(&content.otherwise);
            for locale in variants.flat_map(|variant| &variant.locales) {
                let tag = locale.tag.span;
                self.names.remove(&tag.start);
                // In quotes it is a text like any other.
                if self.bytes.get(tag.start as usize) != Some(&b'"') {
                    self.literals.insert(tag.start, tag.end);
                }
            }
        }
    }

    fn know_expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(Literal::Bool(_)) => {}
            ExprKind::Literal(_) => {
                self.literals.insert(expr.span.start, expr.span.end);
            }
            ExprKind::Str(parts) => {
                let holes = parts.iter().filter_map(|part| match part {
                    StrPart::Text(_) => None,
                    StrPart::Expr { expr, format } => {
                        Some((expr.span, format.as_ref().map(|name| name.span)))
                    }
                });
                self.holes.insert(expr.span.start, holes.collect());
            }
            _ => {}
        }
        expr.for_each_child(&mut |child| self.know_expr(child));
    }

    fn push(&self, from: usize, to: usize, kind: TokenKind, found: &mut Vec<Token>) {
        if from < to {
            let span = Span::new(from as u32, to as u32).offset(self.offset);
            found.push(Token { span, kind });
        }
    }

    /// The tokens from `at` up to `limit`.
    fn scan(&mut self, mut at: usize, limit: usize, found: &mut Vec<Token>) {
        while at < limit {
            if is_space(self.bytes[at]) {
                at += 1;
                continue;
            }
            let start = at;
            let (end, kind) = self.token(at);
            at = end.clamp(start + 1, limit.max(start + 1));
            match kind {
                TokenKind::Text => self.text(start, at, found),
                _ => self.push(start, at, kind, found),
            }
        }
    }

    /// Where the token at `at` ends, and what it is.
    fn token(&mut self, at: usize) -> (usize, TokenKind) {
        let bytes = self.bytes;
        if let Some(end) = self.literals.get(&(at as u32)) {
            return (*end as usize, TokenKind::Literal);
        }
        match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => self.comment(at),
            b'"' if bytes[at..].starts_with(b"\"\"\"") => (
                multi_end(bytes, at).map_or(bytes.len(), |end| end + 3),
                TokenKind::Text,
            ),
            b'"' => {
                let text = text_end(bytes, at, bytes.len(), &mut self.stray);
                (text.end + usize::from(text.closed), TokenKind::Text)
            }
            b'r' if bytes.get(at + 1) == Some(&b'"') => (
                raw_end(bytes, at + 1, bytes.len()).map_or_else(|end| end, |end| end + 1),
                TokenKind::Text,
            ),
            byte if is_word_start(byte) => {
                let end = word_end(bytes, at);
                (end, self.word(at, end))
            }
            byte if byte.is_ascii_digit() => (self.number(at), TokenKind::Literal),
            _ => (at + 1, TokenKind::Sign),
        }
    }

    fn comment(&self, at: usize) -> (usize, TokenKind) {
        let end = line_end(self.bytes, at);
        let end = at + self.text[at..end].trim_end().len();
        let doc = self.bytes[at..].starts_with(b"///") && self.bytes.get(at + 3) != Some(&b'/');
        (
            end,
            if doc {
                TokenKind::Doc
            } else {
                TokenKind::Comment
            },
        )
    }

    fn word(&self, at: usize, end: usize) -> TokenKind {
        let word = &self.text[at..end];
        // `count` is reserved and names what it does; `otherwise` stands for a variant and is no name.
        if self.names.contains(&(at as u32)) && word != "otherwise" {
            TokenKind::Name
        } else if self.known || (self.declared && is_reserved(word)) {
            TokenKind::Keyword
        } else {
            TokenKind::Word
        }
    }

    fn number(&self, at: usize) -> usize {
        let bytes = self.bytes;
        let mut end = at;
        while end < bytes.len()
            && (is_word_byte(bytes[end])
                || (bytes[end] == b'.' && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)))
        {
            end += 1;
        }
        end + usize::from(bytes.get(end) == Some(&b'%'))
    }

    /// A text in pieces: what stands in its holes is code.
    fn text(&mut self, start: usize, end: usize, found: &mut Vec<Token>) {
        let mut at = start;
        for (value, format) in self.holes.remove(&(start as u32)).unwrap_or_default() {
            let open = self.text[..value.start as usize].rfind('{').unwrap_or(at);
            let inside = format.unwrap_or(value).end as usize;
            let Some(close) = self.text[inside..end].find('}') else {
                break;
            };
            self.push(at, open, TokenKind::Text, found);
            self.scan(open, inside + close + 1, found);
            at = inside + close + 1;
        }
        self.push(at, end, TokenKind::Text, found);
    }
}

/// Where the names of a tree start. Its printed form is asked, so that no form of a declaration can be forgotten here:
/// inside of texts quotes are escaped, and thus nothing in quotes looks like a name.
fn names(tree: &Decl) -> BTreeSet<u32> {
    const NAME: &str = "Name { text: \"";
    let printed = format!("{tree:?}");
    let mut found = BTreeSet::new();
    let mut rest = printed.as_str();
    while let Some(at) = rest.find(NAME) {
        rest = &rest[at + NAME.len()..];
        let Some((text, behind)) = rest.split_once("\", span: ") else {
            break;
        };
        let digits = behind.len()
            - behind
                .trim_start_matches(|c: char| c.is_ascii_digit())
                .len();
        if let (false, Ok(start)) = (text.is_empty(), behind[..digits].parse()) {
            found.insert(start);
        }
        rest = behind;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each token on a line of its own.
    fn listed(text: &str) -> String {
        let line = |token: &Token| format!("{} {}\n", token.kind.word(), token.span.of(text));
        tokens(text).iter().map(line).collect()
    }

    #[test]
    fn a_word_is_a_keyword_only_where_it_is_one() {
        expect_test::expect![[r#"
            keyword event
            name Opened
            sign {
            name limit
            sign :
            name Int
            sign }
        "#]]
        .assert_eq(&listed("event Opened { limit: Int }"));
    }

    #[test]
    fn what_stands_in_the_hole_of_a_text_is_code() {
        expect_test::expect![[r#"
            keyword content
            name a
            sign {
            keyword otherwise
            sign {
            name s
            sign =
            text "Hi 
            sign {
            name name
            sign ?
            sign ?
            text "friend"
            sign :
            name upper
            sign }
            text !"
            sign }
            sign }
        "#]]
        .assert_eq(&listed(
            r#"content a { otherwise { s = "Hi {name ?? "friend":upper}!" } }"#,
        ));
    }

    #[test]
    fn of_a_declaration_that_cannot_be_read_only_the_reserved_words_are_known() {
        expect_test::expect![[r#"
            doc /// x
            word segment
            word vip
            sign {
            keyword when
            word spend
            sign >
            sign }
            comment // y
        "#]]
        .assert_eq(&listed("/// x\nsegment vip { when spend > } // y\n"));
    }

    #[test]
    fn tokens_lie_one_behind_the_other_whatever_the_text() {
        for text in [
            "",
            "\"",
            "\"{",
            "r\"",
            "é \"{é:é}\" {",
            "segment é { when \"{a:b} {c\" }",
        ] {
            let mut at = 0;
            for token in tokens(text) {
                assert!(token.span.start >= at && !token.span.is_empty(), "{text}");
                assert!(
                    text.get(token.span.start as usize..token.span.end as usize)
                        .is_some(),
                    "{text}"
                );
                at = token.span.end;
            }
        }
    }
}
