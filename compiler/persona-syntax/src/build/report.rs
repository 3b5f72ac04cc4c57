//! Reports that many constructs share: what is missing, what is left over, and words written in another way.

use persona_base::{Applicability, Code, Span, syntax};

use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::Name;
use crate::scan::{is_space, is_word_byte, word_end};

impl<'t> Builder<'t> {
    /// Adds an error.
    pub(super) fn push(&mut self, error: SyntaxError) {
        self.errors.push(error);
    }

    /// What is written in the source at a span.
    pub(super) fn written(&self, span: Span) -> &'t str {
        span.of(self.source)
    }

    /// The last word or sign before `offset`.
    fn token_before(&self, offset: usize) -> &'t str {
        let end = self.end_before(offset);
        let bytes = self.text.as_bytes();
        if end == 0 {
            return "";
        }
        let word = bytes[..end]
            .iter()
            .rev()
            .take_while(|byte| is_word_byte(**byte))
            .count();
        if word > 0 {
            return &self.text[end - word..end];
        }
        let sign = bytes[..end]
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_punctuation() && !b"\"()[]{},_".contains(byte))
            .count();
        &self.text[end - sign.max(1)..end]
    }

    /// Whether something missing at `gap` was said already: by the report right before it, or by the pre-scan.
    fn is_said(&mut self, gap: Span, start: usize, end: usize) -> bool {
        let behind = self.end_before(start);
        let said = self.reported.is_some_and(|reported| behind <= reported)
            || self.inserted.binary_search(&gap.start).is_ok();
        self.reported = Some(self.reported.map_or(end, |reported| reported.max(end)));
        said
    }

    /// A value or a condition is missing at `pair`.
    pub(super) fn missing_value(&mut self, pair: &P<'_>) -> Span {
        let gap = self.gap(pair);
        let start = pair.as_span().start();
        let at = self.end_before(start);
        if self.is_said(gap, start, at) {
            return gap;
        }
        let before = self.token_before(start);
        let what = match before {
            "when" | "and" | "or" | "not" | "where" | "if" | "&&" | "||" | "AND" | "OR" | "NOT"
            | "WHERE" | "requires" | "expect" => "condition",
            _ => "value",
        };
        let message = if before.is_empty() {
            format!("a {what} is expected here")
        } else {
            format!("a {what} is missing after `{before}`")
        };
        let mut error =
            SyntaxError::new(syntax::EXPECTED_VALUE, gap, message).label("expected here");
        if let Some(again) = self.doubled(start, before) {
            error = error.fix("remove the second one", Applicability::Maybe, again, "");
        }
        self.push(error);
        gap
    }

    /// The same word or sign a second time, with the blanks before it.
    fn doubled(&self, start: usize, before: &str) -> Option<Span> {
        let rest = &self.text[start..];
        let blanks = rest.len() - rest.trim_start().len();
        let behind = rest.trim_start().strip_prefix(before)?;
        let whole = before
            .starts_with(|c: char| c.is_alphabetic() || matches!(c, '<' | '>' | '=' | '!'))
            && !behind.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let from = self.end_before(start);
        whole.then(|| self.map.span(from, start + blanks + before.len()))
    }

    /// A name is missing at `pair`.
    pub(super) fn missing_name(&mut self, pair: &P<'_>, what: &str) {
        self.missing(
            pair,
            syntax::EXPECTED_NAME,
            &format!("{what} is missing"),
            None,
        );
    }

    /// A sign or a word is missing at `pair`; `text` puts it there.
    pub(super) fn missing_sign(&mut self, pair: &P<'_>, message: &str, text: &str) {
        self.missing(pair, syntax::EXPECTED_SIGN, message, Some(text));
    }

    /// Something is missing at `pair`.
    pub(super) fn missing(&mut self, pair: &P<'_>, code: Code, message: &str, text: Option<&str>) {
        let gap = self.gap(pair);
        let start = pair.as_span().start();
        let at = self.end_before(start);
        if self.is_said(gap, start, at) {
            return;
        }
        let mut error = SyntaxError::new(code, gap, message).label("expected here");
        if let Some(text) = text {
            error = error.fix(
                format!("add `{}`", text.trim()),
                Applicability::Maybe,
                gap,
                text,
            );
        }
        self.push(error);
    }

    /// Something stands where it cannot.
    pub(super) fn junk(&mut self, pair: &P<'_>, expected: &str) {
        let (start, end) = (
            pair.as_span().start(),
            self.end_before(pair.as_span().end()),
        );
        let gap = self.gap(pair);
        let span = self.span(pair);
        if span.is_empty() {
            return;
        }
        let shown = self.first_token(span);
        if self.is_said(gap, start, end) {
            if let Some(last) = self.errors.last_mut()
                && last.span == gap
                && last.label == "expected here"
            {
                last.label = format!("found `{}` instead", shown.of(self.source));
            }
            return;
        }
        if let Some(error) = self
            .left_over_words(span, gap)
            .or_else(|| self.decimal_comma(span))
        {
            self.push(error);
            return;
        }
        let found = self.written(shown).to_owned();
        let error = SyntaxError::new(
            syntax::UNEXPECTED_TEXT,
            self.first_line(span),
            format!("`{found}` cannot stand here"),
        );
        let error = match self.thousands(span, gap) {
            Some(fixed) => fixed,
            None => error.label(expected),
        };
        self.push(error);
    }

    /// Words that begin something other languages have: with what persona has for it.
    fn left_over_words(&self, span: Span, gap: Span) -> Option<SyntaxError> {
        let text = self.written(span);
        let mut words = text.split_whitespace();
        let (word, next) = (words.next()?, words.next().unwrap_or_default());
        let place = Span::new(span.start, span.start + word.len() as u32);
        if word.starts_with('-') && gap.end == span.start {
            return self.hyphened(span, word);
        }
        if text == self.token_before_span(gap) || word == ":" && text == ":" {
            let cut = Span::new(gap.start, span.end);
            let message = if word == ":" {
                "no `:` stands here".to_owned()
            } else {
                format!("`{text}` stands here twice")
            };
            return Some(
                SyntaxError::new(syntax::UNEXPECTED_TEXT, span, message).fix(
                    "remove it",
                    Applicability::Maybe,
                    cut,
                    "",
                ),
            );
        }
        if word == "default" && !next.is_empty() {
            let message = "a default stands behind `=`";
            return Some(
                SyntaxError::new(syntax::FOREIGN_WORDS, place_of(span, word), message).fix(
                    "write `=`",
                    Applicability::Always,
                    place_of(span, word),
                    "=",
                ),
            );
        }
        let number = next.starts_with(|c: char| c.is_ascii_digit());
        let name = next.starts_with(|c: char| c.is_ascii_lowercase());
        let (code, meant, message) = match word {
            "within" | "last" | "past" if number => (
                syntax::WINDOW_WORDS,
                "in last",
                format!("a window is said `in last {next}`"),
            ),
            "next" if number => (
                syntax::WINDOW_WORDS,
                "in next",
                format!("a window is said `in next {next}`"),
            ),
            "with" | "having" | "if" if name => (
                syntax::FOREIGN_WORDS,
                "where",
                format!("`{word}` is said `where`"),
            ),
            _ if next == "ago" && word.starts_with(|c: char| c.is_ascii_digit()) => {
                let message = format!("`before` or `after` is missing: `before {word} ago`");
                let error = SyntaxError::new(syntax::EXPECTED_SIGN, gap, message);
                return Some(error.label("expected here"));
            }
            _ => return None,
        };
        Some(SyntaxError::new(code, place, message).fix(
            format!("write `{meant}`"),
            Applicability::Maybe,
            place,
            meant,
        ))
    }

    /// The word or text before a place.
    fn token_before_span(&self, gap: Span) -> &'t str {
        let before = &self.source[..gap.start as usize];
        let word = before
            .bytes()
            .rev()
            .take_while(|byte| is_word_byte(*byte))
            .count();
        if word == 0 {
            "\0"
        } else {
            &before[before.len() - word..]
        }
    }

    /// `shoe-lovers`: a name with hyphens.
    fn hyphened(&self, span: Span, rest: &str) -> Option<SyntaxError> {
        let before = &self.source[..span.start as usize];
        let front = before
            .bytes()
            .rev()
            .take_while(|byte| is_word_byte(*byte))
            .count();
        let is_part = |byte: u8| is_word_byte(byte) || byte == b'-';
        let back = rest.bytes().take_while(|byte| is_part(*byte)).count();
        let place = Span::new(span.start - front as u32, span.start + back as u32);
        let meant = self.written(place).replace('-', "_");
        let plain = front > 0 && back > 1 && !meant.ends_with('_');
        plain.then(|| {
            let message = "names have no hyphens: their words are joined with `_`";
            SyntaxError::new(syntax::NAME_NOT_PLAIN, place, message).fix(
                format!("write `{meant}`"),
                Applicability::Maybe,
                place,
                meant.clone(),
            )
        })
    }

    /// `0,9`: digits behind a comma that stands behind digits.
    fn decimal_comma(&self, span: Span) -> Option<SyntaxError> {
        let before = self.source[..span.start as usize].strip_suffix(',')?;
        let is_digit = |c: char| c.is_ascii_digit();
        let digits = before.len() - before.trim_end_matches(is_digit).len();
        let rest = self.written(span);
        let fraction = rest.len() - rest.trim_start_matches(is_digit).len();
        if digits == 0 || fraction == 0 {
            return None;
        }
        let start = span.start - 1 - digits as u32;
        let place = Span::new(start, span.start + fraction as u32);
        let (sign, message) = if fraction == 3 {
            ("_", "thousands are set apart with `_`, not with a comma")
        } else {
            (".", "decimals stand behind a point, not behind a comma")
        };
        let meant = self.written(place).replace(',', sign);
        Some(SyntaxError::new(syntax::BAD_NUMBER, place, message).fix(
            format!("write `{meant}`"),
            Applicability::Maybe,
            place,
            meant,
        ))
    }

    /// `1,000`: a comma between a number and three more digits.
    fn thousands(&self, span: Span, gap: Span) -> Option<SyntaxError> {
        let rest = self.written(span).strip_prefix(',')?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let after_digit = gap.start == span.start
            && self.source[..span.start as usize].ends_with(|c: char| c.is_ascii_digit());
        let place = Span::new(span.start, span.start + 1);
        (digits == 3 && after_digit).then(|| {
            SyntaxError::new(
                syntax::BAD_NUMBER,
                place,
                "thousands are set apart with `_`, not with a comma",
            )
            .fix("write `_`", Applicability::Always, place, "_")
        })
    }

    /// The first word, text or sign of a span.
    fn first_token(&self, span: Span) -> Span {
        let text = self.written(span);
        let bytes = text.as_bytes();
        let len = match bytes.first() {
            Some(byte) if is_word_byte(*byte) => word_end(bytes, 0),
            Some(b'"') => bytes[1..]
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\n'))
                .map_or(bytes.len(), |at| at + 2),
            Some(b'(' | b'[' | b'{' | b',') => 1,
            Some(_) => bytes
                .iter()
                .take_while(|byte| byte.is_ascii_punctuation() && !b"\"()[]{},".contains(byte))
                .count()
                .max(1),
            None => 0,
        };
        Span::new(span.start, span.start + len.min(bytes.len()) as u32)
    }

    fn first_line(&self, span: Span) -> Span {
        let line = self.written(span).lines().next().unwrap_or("").trim_end();
        Span::new(
            span.start,
            span.start
                + (line.len() as u32)
                    .max(self.first_token(span).len())
                    .min(span.len()),
        )
    }

    /// A word with spaces around it where its neighbours need them.
    pub(super) fn spaced(&self, span: Span, word: &str) -> String {
        let bytes = self.source.as_bytes();
        let tight = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(|byte| !is_space(*byte))
        };
        let before = if tight((span.start as usize).checked_sub(1)) {
            " "
        } else {
            ""
        };
        let after = if tight(Some(span.end as usize)) {
            " "
        } else {
            ""
        };
        format!("{before}{word}{after}")
    }

    /// A word or sign of another language, and what it is here.
    pub(super) fn habit(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        meant: &str,
    ) {
        let text = self.spaced(span, meant);
        self.push(SyntaxError::new(code, span, message).fix(
            format!("write `{meant}`"),
            Applicability::Always,
            span,
            text,
        ));
    }

    /// A word of the language in capitals.
    pub(super) fn upper_case(&mut self, pair: &P<'_>) {
        let word = pair.as_str().to_owned();
        let meant = word.to_ascii_lowercase();
        if word != meant {
            let span = self.exact(pair);
            self.habit(
                syntax::UPPER_CASE_WORD,
                span,
                format!("`{word}` is written in small letters: `{meant}`"),
                &meant,
            );
        }
    }

    pub(super) fn reserved_name(&mut self, name: &Name) {
        let message = format!(
            "`{}` is a word of the language and cannot be a name",
            name.text
        );
        self.push(SyntaxError::new(syntax::RESERVED_NAME, name.span, message).help(format!(
            "choose another name, such as `{}_value`; a `source` can map a column of any name to it",
            name.text
        )));
    }

    pub(super) fn name_not_plain(&mut self, name: &Name) {
        let message = format!(
            "`{}` is no plain name: names have the letters a to z, digits and `_`",
            name.text
        );
        let plain: String = name.text.chars().filter_map(plain_letter).collect();
        let mut error = SyntaxError::new(syntax::NAME_NOT_PLAIN, name.span, message);
        if plain.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            error = error.fix(
                format!("write `{plain}`"),
                Applicability::Maybe,
                name.span,
                plain,
            );
        }
        self.push(error);
    }
}

/// The plain letter that looks most like `c`.
fn plain_letter(c: char) -> Option<char> {
    const ACCENTED: &[(&str, char)] = &[
        ("àáâãäåāăą", 'a'),
        ("çćč", 'c'),
        ("ďđ", 'd'),
        ("èéêëēęě", 'e'),
        ("ğ", 'g'),
        ("ìíîïīı", 'i'),
        ("ł", 'l'),
        ("ñńň", 'n'),
        ("òóôõöøōő", 'o'),
        ("řŕ", 'r'),
        ("śšş", 's'),
        ("ťţ", 't'),
        ("ùúûüūůű", 'u'),
        ("ýÿ", 'y'),
        ("źżž", 'z'),
    ];
    if c.is_ascii() {
        return Some(c);
    }
    let lower = c.to_lowercase().next().unwrap_or(c);
    let (_, plain) = ACCENTED
        .iter()
        .find(|(letters, _)| letters.contains(lower))?;
    Some(if c.is_uppercase() {
        plain.to_ascii_uppercase()
    } else {
        *plain
    })
}

/// The first word of a place.
fn place_of(span: Span, word: &str) -> Span {
    Span::new(span.start, span.start + word.len() as u32)
}
