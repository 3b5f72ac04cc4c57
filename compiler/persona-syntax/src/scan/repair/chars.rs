//! Characters that code cannot hold: quotes of other languages, typographic signs, invisible ones, semicolons.

use persona_base::{Applicability, Span, syntax};

use super::Repair;
use crate::SyntaxError;
use crate::scan::foreign_text_end;

/// Signs that stand for one of the language.
const SIGNS: &[(char, &str)] = &[
    ('≥', ">="),
    ('≤', "<="),
    ('≠', "!="),
    ('⇒', "=>"),
    ('→', "->"),
    ('–', "-"),
    ('—', "-"),
    ('−', "-"),
    ('×', "*"),
    ('÷', "/"),
    ('∧', "and"),
    ('∨', "or"),
    ('¬', "not"),
    ('…', "..."),
];

impl Repair<'_> {
    /// A character that is no letter, digit, bracket, quote or comment.
    pub(super) fn symbol(&mut self, byte: u8, limit: usize) -> Result<(), Box<SyntaxError>> {
        let at = self.at;
        match byte {
            b'\'' | b'`' => self.foreign_text(limit),
            b';' => self.semicolon(),
            b'<' => {
                let next = super::skip_blanks(self.bytes, at + 1);
                let typed = at > 0 && super::is_word_byte(self.bytes[at - 1]);
                if typed
                    && self
                        .bytes
                        .get(next)
                        .is_some_and(|b| b.is_ascii_uppercase() || *b == b'{')
                {
                    self.words().types += 1;
                }
                self.at += 1;
                self.check_depth()?;
            }
            b'>' => {
                let arrow = at > 0 && matches!(self.bytes[at - 1], b'=' | b'-');
                let words = self.words();
                if arrow {
                    words.item_ended();
                } else {
                    words.types = words.types.saturating_sub(1);
                }
                self.at += 1;
            }
            b',' => {
                self.words().item_ended();
                self.at += 1;
            }
            0..=0x1F | 0x7F => {
                self.strange(1, "a control character");
            }
            0x80.. => self.beyond_ascii(limit),
            _ => self.at += 1,
        }
        Ok(())
    }

    fn beyond_ascii(&mut self, limit: usize) {
        let Some(found) = self.text[self.at..].chars().next() else {
            return;
        };
        let len = found.len_utf8();
        if matches!(found, '“' | '”' | '‘' | '’') {
            return self.foreign_text(limit);
        }
        if let Some((_, meant)) = SIGNS.iter().find(|(sign, _)| *sign == found) {
            let place = self.span(self.at, self.at + len);
            let error = SyntaxError::new(
                syntax::FOREIGN_COMPARISON,
                place,
                format!("`{found}` is written `{meant}`"),
            )
            .fix(
                format!("write `{meant}`"),
                Applicability::Always,
                place,
                *meant,
            );
            self.errors.push(error);
            let spaced = if meant.as_bytes()[0].is_ascii_alphabetic() {
                format!(" {meant} ")
            } else {
                (*meant).to_owned()
            };
            self.patch(self.at, self.at + len, spaced);
            self.at += len;
        } else if found.is_alphanumeric() || matches!(found, '€' | '£' | '¥') {
            // Part of a name or of an amount of money; what is wrong with it is said where it is read.
            self.at += len;
        } else if found.is_whitespace() || is_invisible(found) {
            self.strange(len, "an invisible character that is no plain space");
        } else {
            self.strange(len, "a character that has no meaning here");
        }
    }

    /// Reports and blanks a character.
    fn strange(&mut self, len: usize, what: &str) {
        let place = self.span(self.at, self.at + len);
        let code = self.text[self.at..].chars().next().map_or(0, u32::from);
        let error = SyntaxError::new(
            syntax::STRANGE_CHARACTER,
            place,
            format!("{what} (U+{code:04X})"),
        )
        .fix("replace it by a space", Applicability::Always, place, " ");
        self.errors.push(error);
        self.blank(self.at, self.at + len);
        self.at += len;
    }

    fn semicolon(&mut self) {
        let place = self.span(self.at, self.at + 1);
        let in_list = matches!(
            self.frames.last(),
            Some(super::Frame {
                open: super::Open::Paren | super::Open::Bracket,
                ..
            })
        );
        let (title, text) = if in_list {
            ("write `,`", ",")
        } else {
            ("remove it", "")
        };
        let error = SyntaxError::new(syntax::SEMICOLON, place, "`;` separates nothing here")
            .help("clauses stand on lines of their own; items of a list are separated by `,`")
            .fix(title, Applicability::Always, place, text);
        self.errors.push(error);
        self.patch(self.at, self.at + 1, if in_list { "," } else { " " });
        self.words().item_ended();
        self.at += 1;
    }

    /// A text in the quotes of another language: read as if it stood in plain quotes.
    fn foreign_text(&mut self, limit: usize) {
        let at = self.at;
        let first = self.text[at..].chars().next().map_or(1, char::len_utf8);
        let Some((close, end)) = foreign_text_end(self.bytes, at, limit) else {
            return self.strange(first, "a quote that opens no text");
        };
        let quote = &self.text[at..at + first];
        let meant = apart(
            &self.text[..at],
            &plain_quotes(&self.text[at + first..close], quote),
            &self.text[end..],
        );
        let place = self.span(at, end);
        let error = SyntaxError::new(
            syntax::FOREIGN_QUOTES,
            place,
            "a text stands in plain double quotes `\"`",
        )
        .label(if quote == "`" {
            "not in backticks".to_owned()
        } else {
            format!("not in `{quote}`")
        })
        .fix(
            format!("write {}", shorten(meant.trim())),
            Applicability::Always,
            place,
            meant.clone(),
        );
        self.errors.push(error);
        self.patch(at, end, meant);
        self.at = end;
    }
}

/// A text kept apart from the quotes beside it: three plain quotes in a row would begin a text of several lines.
fn apart(before: &str, text: &str, after: &str) -> String {
    const QUOTES: [char; 7] = ['"', '\'', '`', '“', '”', '‘', '’'];
    let left = if before.ends_with(QUOTES) { " " } else { "" };
    let right = if after.starts_with('"') { " " } else { "" };
    format!("{left}{text}{right}")
}

/// The text in plain quotes. What had no meaning in the other quotes gets none here.
fn plain_quotes(inner: &str, quote: &str) -> String {
    let mut text = String::from("\"");
    let mut chars = inner.chars();
    let curly = !matches!(quote, "'" | "`");
    while let Some(c) = chars.next() {
        match c {
            '"' => text.push_str("\\\""),
            '{' if !(curly && names_one_thing(chars.as_str())) => text.push_str("\\{"),
            '\\' => match chars.next() {
                Some(next @ ('n' | 't' | '"' | '\\')) => text.extend(['\\', next]),
                Some(next @ ('\'' | '`' | '’')) => text.push(next),
                Some(next) => text.extend(['\\', '\\', next]),
                None => text.push_str("\\\\"),
            },
            _ => text.push(c),
        }
    }
    text.push('"');
    text
}

/// Whether `name}` or `a.b}` follows.
fn names_one_thing(rest: &str) -> bool {
    let inner = rest.split('}').next().unwrap_or("");
    inner.len() < rest.len()
        && !inner.is_empty()
        && inner
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
}

fn shorten(text: &str) -> String {
    if text.chars().count() > 30 {
        "it in `\"…\"`".to_owned()
    } else {
        format!("`{text}`")
    }
}

const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
        || is_direction(c)
}

/// Characters that turn the direction of what follows, so that a reader sees another text than the compiler.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Reports characters in texts and comments that make them look other than they are.
pub(super) fn report_invisible(text: &str, errors: &mut Vec<SyntaxError>) {
    if text.is_ascii() {
        return;
    }
    for (at, found) in text.char_indices().filter(|(_, c)| is_direction(*c)) {
        let place = Span::new(at as u32, (at + found.len_utf8()) as u32);
        if errors.iter().all(|error| error.span != place) {
            let message = format!(
                "an invisible character that changes the direction of the text (U+{:04X})",
                found as u32
            );
            errors.push(
                SyntaxError::new(syntax::STRANGE_CHARACTER, place, message)
                    .help("what a reader sees must be what the compiler reads")
                    .fix("remove it", Applicability::Always, place, ""),
            );
        }
    }
}
