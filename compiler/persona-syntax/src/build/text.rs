//! Texts: escapes, values put into them, and the common indentation of texts over several lines.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{Expr, ExprKind, Name, StrPart};
use crate::grammar::Rule;

/// A piece of a text before its indentation and its escapes are settled.
enum Piece {
    /// As written.
    Text(String),
    Part(StrPart),
}

impl Builder<'_> {
    /// The parts of `"…"` or `"""…"""`.
    pub(super) fn text_parts(&mut self, pair: P<'_>) -> Vec<StrPart> {
        let multi = pair.as_rule() == Rule::multi;
        let mut pieces = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::string_text | Rule::multi_text => {
                    self.check_escapes(&inner);
                    pieces.push(Piece::Text(inner.as_str().to_owned()));
                }
                _ => pieces.push(Piece::Part(self.hole(inner))),
            }
        }
        if multi {
            trim_indentation(&mut pieces);
        }
        let mut parts = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(raw) => {
                    let text = unescape(&raw);
                    if !text.is_empty() {
                        parts.push(StrPart::Text(text));
                    }
                }
                Piece::Part(part) => parts.push(part),
            }
        }
        parts
    }

    /// A text of which only the characters matter: titles of enum values, messages.
    pub(super) fn plain_text(&mut self, pair: P<'_>) -> String {
        let mut text = String::new();
        for part in self.text_parts(pair) {
            match part {
                StrPart::Text(more) => text.push_str(&more),
                StrPart::Expr { expr, .. } => {
                    self.push(
                        SyntaxError::new(
                            syntax::UNEXPECTED_TEXT,
                            expr.span,
                            "no value can be put into this text",
                        )
                        .help("a brace itself is written `\\{`"),
                    );
                }
            }
        }
        text
    }

    /// `{expr}`, `{expr:format}`, and `{{expr}}` of template files.
    fn hole(&mut self, pair: P<'_>) -> StrPart {
        let double = pair.as_rule() == Rule::hole2;
        let span = self.exact(&pair);
        let mut expr = Expr {
            kind: ExprKind::Error,
            span,
        };
        let mut format = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => expr = self.expr(inner),
                Rule::hole_format => {
                    format = inner
                        .into_inner()
                        .next()
                        .map(|name| self.expect_name(&name, "the format's name"));
                }
                _ => self.junk(&inner, "expected `}`"),
            }
        }
        if double {
            let text = self.written(span);
            let inner = text.trim_start_matches('{').trim_end_matches('}').trim();
            let meant = format!("{{{inner}}}");
            self.push(
                SyntaxError::new(
                    syntax::DOUBLE_BRACES,
                    span,
                    format!("one brace is enough: `{meant}`"),
                )
                .fix(
                    format!("write `{meant}`"),
                    Applicability::Always,
                    span,
                    meant,
                )
                .help("a brace as such is written `\\{`"),
            );
        }
        StrPart::Expr { expr, format }
    }

    /// Reports escapes that mean nothing.
    fn check_escapes(&mut self, pair: &P<'_>) {
        let (text, start) = (pair.as_str(), pair.as_span().start());
        let mut at = 0;
        while let Some(found) = text[at..].find('\\') {
            let from = at + found;
            let (value, len) = escaped(&text[from..]);
            at = from + len;
            if value.is_some() {
                continue;
            }
            let span: Span = self.map.span(start + from, start + at);
            let message = format!("`{}` means nothing in a text", &text[from..at]);
            // Behind `matches`, the text is a pattern: raw, it is right as it stands.
            let before = &self.text[..start];
            let is_pattern = before
                .strip_suffix('"')
                .is_some_and(|front| front.trim_end().ends_with("matches"));
            if is_pattern {
                let quote = Span::at(self.map.span(start - 1, start).start);
                self.push(SyntaxError::new(syntax::UNKNOWN_ESCAPE, span, message).fix(
                    "make it a raw text: `r\"…\"`",
                    Applicability::Always,
                    quote,
                    "r",
                ));
                return;
            }
            self.push(
                SyntaxError::new(syntax::UNKNOWN_ESCAPE, span, message)
                    .help("a regular expression is best written as a raw text: `r\"\\d+\"`")
                    .fix(
                        "write the backslash itself: `\\\\`",
                        Applicability::Maybe,
                        Span::at(span.start),
                        "\\",
                    ),
            );
        }
    }

    /// A name in a place where the grammar may have found nothing.
    pub(super) fn optional_title(&mut self, pair: P<'_>) -> Option<String> {
        pair.into_inner().next().map(|text| self.plain_text(text))
    }

    /// The name a text stands for when the text is nothing but one.
    pub(super) fn text_expr(&mut self, pair: P<'_>) -> Expr {
        let span = self.exact(&pair);
        let kind = match pair.as_rule() {
            Rule::raw_string => ExprKind::RawStr(super::primary::raw_text(pair.as_str())),
            _ => ExprKind::Str(self.text_parts(pair)),
        };
        Expr { kind, span }
    }
}

/// Resolves escapes; those that mean nothing stay as they are.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let (value, len) = escaped(&rest[at..]);
        match value {
            Some(value) => text.push(value),
            None => text.push_str(&rest[at..at + len]),
        }
        rest = &rest[at + len..];
    }
    text.push_str(rest);
    text.replace("\r\n", "\n")
}

/// A missing name at a place.
pub(super) fn no_name(at: u32) -> Name {
    Name {
        text: String::new(),
        span: Span::at(at),
    }
}

/// What an escape at the start of `text` stands for, and its length in bytes.
fn escaped(text: &str) -> (Option<char>, usize) {
    let Some(second) = text[1..].chars().next() else {
        return (None, 1);
    };
    let len = 1 + second.len_utf8();
    let value = match second {
        'n' => '\n',
        't' => '\t',
        '"' | '\\' | '{' | '}' => second,
        'u' => {
            let Some(end) = text.find('}').filter(|_| text[2..].starts_with('{')) else {
                return (None, len);
            };
            let code = u32::from_str_radix(&text[3..end], 16)
                .ok()
                .and_then(char::from_u32);
            return (code, end + 1);
        }
        _ => return (None, len),
    };
    (Some(value), len)
}

/// Removes the first line break, the indentation that all lines share, and the last line when it is blank.
fn trim_indentation(pieces: &mut [Piece]) {
    if let Some(Piece::Text(first)) = pieces.first_mut() {
        let line = first
            .strip_prefix("\r\n")
            .or_else(|| first.strip_prefix('\n'));
        // Blanks behind the opening quotes belong to no line.
        let blank = first.trim_start_matches([' ', '\t']);
        let rest = line.or_else(|| {
            blank
                .strip_prefix("\r\n")
                .or_else(|| blank.strip_prefix('\n'))
        });
        let Some(rest) = rest else { return };
        *first = format!("\n{rest}");
    } else {
        return;
    }
    let indentation = common_indentation(pieces);
    for piece in pieces.iter_mut() {
        if let Piece::Text(text) = piece {
            *text = outdent(text, indentation);
        }
    }
    if let Some(Piece::Text(first)) = pieces.first_mut() {
        first.remove(0);
    }
    if let Some(Piece::Text(last)) = pieces.last_mut()
        && let Some(at) = last.rfind('\n')
        && last[at..].trim().is_empty()
    {
        last.truncate(last[..at].strip_suffix('\r').map_or(at, str::len));
    }
}

/// The least indentation of a line that holds more than white space. A value put into the text counts as more.
fn common_indentation(pieces: &[Piece]) -> usize {
    let mut least = usize::MAX;
    for piece in pieces {
        let Piece::Text(text) = piece else { continue };
        let mut lines = text.split('\n').skip(1).peekable();
        while let Some(line) = lines.next() {
            // The line of the closing quotes counts, as does a line that a value continues.
            if !line.trim().is_empty() || lines.peek().is_none() {
                least = least.min(line.len() - line.trim_start_matches([' ', '\t']).len());
            }
        }
    }
    if least == usize::MAX { 0 } else { least }
}

fn outdent(text: &str, indentation: usize) -> String {
    let mut lines = text.split('\n');
    let mut out = lines.next().unwrap_or("").to_owned();
    for line in lines {
        out.push('\n');
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        out.push_str(&line[blanks.min(indentation)..]);
    }
    out
}
