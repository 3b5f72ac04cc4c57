//! A declaration as tokens and the comments between them: everything its text holds but white space. Nothing here
//! decides how anything is laid out.

use std::borrow::Cow;

use persona_base::Span;

use crate::ast::{Decl, DeclKind, Expr, ExprKind};
use crate::scan::{
    Stray, is_space, is_word_byte, is_word_start, line_end, multi_end, raw_end, text_end, word_end,
};

/// Something that is printed as it stands.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    /// Where it starts in the declaration.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// How it is written.
    pub(super) text: Cow<'t, str>,
    /// The bracket that belongs to this one.
    pub(super) partner: Option<usize>,
    /// The comments before it, behind the token before.
    pub(super) comments: Vec<Comment<'t>>,
    /// Whether a blank line stands right before it.
    pub(super) blank: bool,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment<'t> {
    /// From its slashes on, without blanks at its end.
    pub(super) text: &'t str,
    /// Whether it stands on the line of what precedes it.
    pub(super) trailing: bool,
    /// Whether a blank line stands right before it.
    pub(super) blank: bool,
}

/// A text cut into tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens<'t> {
    /// The tokens in order.
    pub(super) list: Vec<Token<'t>>,
    /// Comments behind the last token.
    pub(super) tail: Vec<Comment<'t>>,
}

impl<'t> Tokens<'t> {
    /// The tokens of a declaration without errors; `None` when its brackets do not balance.
    pub(super) fn of(text: &'t str, decl: &Decl) -> Option<Self> {
        let mut scanner = Scanner {
            text,
            bytes: text.as_bytes(),
            at: 0,
            atoms: atoms(decl),
            next_atom: 0,
            stray: Stray::default(),
        };
        let mut tokens = scanner.run();
        tokens.pair()?;
        Some(tokens)
    }

    /// All comments in order.
    pub(super) fn comments(&self) -> impl Iterator<Item = &'t str> + '_ {
        let inside = self.list.iter().flat_map(|token| &token.comments);
        inside.chain(&self.tail).map(|comment| comment.text)
    }

    /// Finds the partner of each bracket.
    fn pair(&mut self) -> Option<()> {
        let mut open = Vec::new();
        for at in 0..self.list.len() {
            let closes = match &*self.list[at].text {
                "(" | "[" | "{" => {
                    open.push(at);
                    continue;
                }
                ")" => "(",
                "]" => "[",
                "}" => "{",
                _ => continue,
            };
            let opener = open.pop()?;
            if self.list[opener].text != closes {
                return None;
            }
            self.list[opener].partner = Some(at);
            self.list[at].partner = Some(opener);
        }
        open.is_empty().then_some(())
    }
}

/// What is one token although it looks like several: numbers with their units, dates, language tags.
fn atoms(decl: &Decl) -> Vec<Span> {
    let mut found = Vec::new();
    decl.kind
        .for_each_expr(&mut |expr| literals(expr, &mut found));
    for annotation in &decl.annotations {
        annotation
            .args
            .iter()
            .for_each(|arg| literals(arg, &mut found));
    }
    if let DeclKind::Content(content) = &decl.kind {
        let variants = content.variants.iter().chain(&content.otherwise);
        found.extend(
            variants
                .flat_map(|variant| &variant.locales)
                .map(|locale| locale.tag.span),
        );
    }
    found.sort_unstable();
    found
}

fn literals(expr: &Expr, found: &mut Vec<Span>) {
    match &expr.kind {
        ExprKind::Literal(_) => found.push(expr.span),
        // A text is one token with all it holds.
        ExprKind::Str(_) => {}
        ExprKind::Compare { op_span, .. } => {
            // `>` stands alone in types: `>=` is one token only here.
            if op_span.len() == 2 {
                found.push(*op_span);
            }
            expr.for_each_child(&mut |child| literals(child, found));
        }
        _ => expr.for_each_child(&mut |child| literals(child, found)),
    }
}

const SIGNS: &[&[u8]] = &[b"==", b"!=", b"=~", b"<=", b"??", b"=>", b"->"];

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    atoms: Vec<Span>,
    next_atom: usize,
    stray: Stray,
}

impl<'t> Scanner<'t> {
    fn run(&mut self) -> Tokens<'t> {
        let mut tokens = Tokens::default();
        loop {
            let (comments, blank) = self.between();
            if self.at >= self.bytes.len() {
                tokens.tail = comments;
                return tokens;
            }
            let start = self.at;
            let text = self.token();
            tokens.list.push(Token {
                start,
                end: self.at,
                text,
                partner: None,
                comments,
                blank,
            });
        }
    }

    /// Goes to the next token: the comments on the way, and whether a blank line stands right before it.
    fn between(&mut self) -> (Vec<Comment<'t>>, bool) {
        let mut comments = Vec::new();
        let mut lines = 0;
        let first = self.at == 0;
        while self.at < self.bytes.len() {
            if self.bytes[self.at] == b'\n' {
                lines += 1;
                self.at += 1;
            } else if is_space(self.bytes[self.at]) {
                self.at += 1;
            } else if self.bytes[self.at..].starts_with(b"//") {
                let end = line_end(self.bytes, self.at);
                comments.push(Comment {
                    text: self.text[self.at..end].trim_end(),
                    trailing: lines == 0 && !first,
                    blank: lines > 1,
                });
                lines = 0;
                self.at = end;
            } else {
                break;
            }
        }
        (comments, lines > 1)
    }

    /// Reads the token that starts here.
    fn token(&mut self) -> Cow<'t, str> {
        let (bytes, start) = (self.bytes, self.at);
        while self
            .atoms
            .get(self.next_atom)
            .is_some_and(|atom| (atom.start as usize) < start)
        {
            self.next_atom += 1;
        }
        if let Some(atom) = self.atoms.get(self.next_atom)
            && atom.start as usize == start
            && !atom.is_empty()
        {
            self.at = (atom.end as usize).min(bytes.len());
            return on_one_line(&self.text[start..self.at]);
        }
        self.at = match bytes[start] {
            b'"' if bytes[start..].starts_with(b"\"\"\"") => {
                multi_end(bytes, start).map_or(bytes.len(), |end| end + 3)
            }
            b'"' => self.quoted(start),
            b'r' if bytes.get(start + 1) == Some(&b'"') => {
                raw_end(bytes, start + 1, bytes.len()).map_or_else(|end| end, |end| end + 1)
            }
            byte if is_word_start(byte) => word_end(bytes, start),
            byte if byte.is_ascii_digit() => self.number(start),
            _ if SIGNS.iter().any(|sign| bytes[start..].starts_with(sign)) => start + 2,
            _ => start + 1,
        };
        Cow::Borrowed(&self.text[start..self.at])
    }

    fn quoted(&mut self, start: usize) -> usize {
        let found = text_end(self.bytes, start, self.bytes.len(), &mut self.stray);
        (found.end + usize::from(found.closed)).max(start + 1)
    }

    fn number(&self, start: usize) -> usize {
        let bytes = self.bytes;
        let mut end = start;
        while end < bytes.len()
            && (is_word_byte(bytes[end])
                || (bytes[end] == b'.' && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)))
        {
            end += 1;
        }
        end + usize::from(bytes.get(end) == Some(&b'%'))
    }
}

/// A literal without superfluous blanks: `1000   USD` is `1000 USD`, and so is `1000USD`.
fn on_one_line(text: &str) -> Cow<'_, str> {
    let digits = text
        .bytes()
        .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.'))
        .count();
    let unit = &text[digits..];
    let currency = unit.len() == 3 && unit.bytes().all(|byte| byte.is_ascii_uppercase());
    if currency && digits > 0 {
        return Cow::Owned(format!("{} {unit}", &text[..digits]));
    }
    let plain = text.bytes().filter(|byte| is_space(*byte)).count() == text.matches(' ').count();
    if plain && !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
}
