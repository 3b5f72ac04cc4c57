//! Tokens of the text form, and where reading it fails. Knows no grammar.

use std::fmt;

/// Why a text is not a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A name or keyword: letters, digits, `_` and `.`, not starting with a digit.
    Word(String),
    /// A whole number.
    Int(i64),
    /// A number with a point or an exponent.
    Float(f64),
    /// A quoted text, without its quotes and escapes.
    Text(String),
    /// `%12`
    Node(u32),
    /// `#3`
    Index(u32),
    /// Any other character.
    Mark(char),
    /// The end of the text.
    End,
}

/// How deeply types, constants and expressions may be nested.
const MAX_DEPTH: usize = 200;

/// Reads tokens, one ahead.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    rest: &'a str,
    line: usize,
    /// The line of the token ahead.
    ahead_line: usize,
    ahead: Token,
    depth: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor before the first token.
    ///
    /// # Errors
    /// When the text does not start with a token.
    pub fn new(text: &'a str) -> Result<Self, ParseError> {
        let mut cursor = Self {
            rest: text,
            line: 1,
            ahead_line: 1,
            ahead: Token::End,
            depth: 0,
        };
        cursor.ahead = cursor.read()?;
        Ok(cursor)
    }

    /// The next token, without taking it.
    pub fn peek(&self) -> &Token {
        &self.ahead
    }

    /// Takes the next token.
    ///
    /// # Errors
    /// When no token follows it.
    pub fn advance(&mut self) -> Result<Token, ParseError> {
        let following = self.read()?;
        Ok(std::mem::replace(&mut self.ahead, following))
    }

    /// An error at the next token.
    pub fn error<T>(&self, message: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError {
            line: self.ahead_line,
            message: message.into(),
        })
    }

    /// An error that says what should stand here.
    pub fn expected<T>(&self, what: &str) -> Result<T, ParseError> {
        self.error(format!("expected {what}, found {:?}", self.ahead))
    }

    /// Takes the next token if it is this character.
    ///
    /// # Errors
    /// When no token follows it.
    pub fn eat(&mut self, mark: char) -> Result<bool, ParseError> {
        let found = self.ahead == Token::Mark(mark);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    /// Takes this character.
    ///
    /// # Errors
    /// When the next token is another one.
    pub fn mark(&mut self, mark: char) -> Result<(), ParseError> {
        if self.eat(mark)? {
            Ok(())
        } else {
            self.expected(&format!("`{mark}`"))
        }
    }

    /// Takes the next token if it is this word.
    ///
    /// # Errors
    /// When no token follows it.
    pub fn eat_word(&mut self, word: &str) -> Result<bool, ParseError> {
        let found = matches!(&self.ahead, Token::Word(ahead) if ahead == word);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    /// Takes this word.
    ///
    /// # Errors
    /// When the next token is another one.
    pub fn keyword(&mut self, word: &str) -> Result<(), ParseError> {
        if self.eat_word(word)? {
            Ok(())
        } else {
            self.expected(&format!("`{word}`"))
        }
    }

    /// Takes a word.
    ///
    /// # Errors
    /// When the next token is no word.
    pub fn word(&mut self) -> Result<String, ParseError> {
        if !matches!(self.ahead, Token::Word(_)) {
            return self.expected("a word");
        }
        Ok(if let Token::Word(word) = self.advance()? {
            word
        } else {
            String::new()
        })
    }

    /// Takes a quoted text.
    ///
    /// # Errors
    /// When the next token is none.
    pub fn text(&mut self) -> Result<String, ParseError> {
        if !matches!(self.ahead, Token::Text(_)) {
            return self.expected("a quoted text");
        }
        Ok(if let Token::Text(text) = self.advance()? {
            text
        } else {
            String::new()
        })
    }

    /// Takes a name: a word, or a quoted text.
    ///
    /// # Errors
    /// When the next token is neither.
    pub fn name(&mut self) -> Result<String, ParseError> {
        if matches!(self.ahead, Token::Text(_)) {
            self.text()
        } else {
            self.word()
        }
    }

    /// Takes a whole number that fits the wanted type.
    ///
    /// # Errors
    /// When the next token is none.
    pub fn number<T: TryFrom<i64>>(&mut self) -> Result<T, ParseError> {
        let number = if let Token::Int(number) = self.ahead {
            T::try_from(number).ok()
        } else {
            None
        };
        match number {
            Some(number) => self.advance().map(|_| number),
            None => self.expected("a whole number"),
        }
    }

    /// Goes one level deeper into something that may contain itself.
    ///
    /// # Errors
    /// When the limit is reached.
    pub fn enter(&mut self) -> Result<(), ParseError> {
        if self.depth == MAX_DEPTH {
            return self.error("nested too deeply");
        }
        self.depth += 1;
        Ok(())
    }

    /// Comes one level back, from where [`Cursor::enter`] went.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Reads items with commas between them, up to a closing character; a comma may follow the last.
    ///
    /// # Errors
    /// Those of `read`, and when neither a comma nor the closing character follows an item.
    pub fn list<T>(
        &mut self,
        close: char,
        mut read: impl FnMut(&mut Self) -> Result<T, ParseError>,
    ) -> Result<Vec<T>, ParseError> {
        let mut items = Vec::new();
        while !self.eat(close)? {
            items.push(read(self)?);
            if !self.eat(',')? {
                self.mark(close)?;
                break;
            }
        }
        Ok(items)
    }

    fn read(&mut self) -> Result<Token, ParseError> {
        self.skip_space();
        self.ahead_line = self.line;
        let Some(first) = self.rest.chars().next() else {
            return Ok(Token::End);
        };
        match first {
            '"' => self.read_text(),
            '%' => self.read_id().map(Token::Node),
            '#' => self.read_id().map(Token::Index),
            '0'..='9' => self.read_number(),
            '-' if self.rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.read_number(),
            c if is_name_start(c) => {
                let word = self.take(self.rest.find(|c| !is_name(c)));
                Ok(Token::Word(word.to_owned()))
            }
            c => {
                self.take(Some(c.len_utf8()));
                Ok(Token::Mark(c))
            }
        }
    }

    fn skip_space(&mut self) {
        while let Some(first) = self.rest.chars().next() {
            if first == ';' {
                self.take(self.rest.find('\n'));
            } else if first.is_whitespace() {
                self.line += usize::from(first == '\n');
                self.take(Some(first.len_utf8()));
            } else {
                break;
            }
        }
    }

    /// Takes so many bytes, or all that is left.
    fn take(&mut self, bytes: Option<usize>) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes.unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn read_id(&mut self) -> Result<u32, ParseError> {
        self.take(Some(1));
        let digits = self.take(self.rest.find(|c: char| !c.is_ascii_digit()));
        digits
            .parse()
            .or_else(|_| self.error("expected a number after the sign"))
    }

    fn read_number(&mut self) -> Result<Token, ParseError> {
        let text = self.take(Some(number_length(self.rest)));
        if text.contains(['.', 'e', 'E']) {
            match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Token::Float(number)),
                _ => self.error(format!("`{text}` is no finite number")),
            }
        } else {
            text.parse()
                .map(Token::Int)
                .or_else(|_| self.error(format!("`{text}` is out of range")))
        }
    }

    fn read_text(&mut self) -> Result<Token, ParseError> {
        self.take(Some(1));
        let mut text = String::new();
        loop {
            let plain = self.rest.find(['"', '\\']);
            let Some(plain) = plain else {
                return self.error("this text is never closed");
            };
            let part = self.take(Some(plain));
            self.line += part.matches('\n').count();
            text.push_str(part);
            if self.take(Some(1)) == "\"" {
                return Ok(Token::Text(text));
            }
            text.push(self.read_escape()?);
        }
    }

    fn read_escape(&mut self) -> Result<char, ParseError> {
        let Some(escape) = self.rest.chars().next() else {
            return self.error("this text is never closed");
        };
        self.take(Some(escape.len_utf8()));
        match escape {
            '"' | '\\' => Ok(escape),
            'n' => Ok('\n'),
            'u' if self.rest.starts_with('{') => {
                self.take(Some(1));
                let digits = self.take(self.rest.find('}'));
                self.take(Some(usize::from(self.rest.starts_with('}'))));
                let code = u32::from_str_radix(digits, 16)
                    .ok()
                    .and_then(char::from_u32);
                code.map_or_else(|| self.error(format!("`{digits}` is no code point")), Ok)
            }
            _ => self.error(format!("`\\{escape}` is no escape")),
        }
    }
}

fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut end = digits(usize::from(text.starts_with('-')));
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let after = digits(end + 1 + sign);
        if after > end + 1 + sign {
            end = after;
        }
    }
    end
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '.'
}

/// A text in quotes, with escapes for quotes, backslashes, line ends and control characters.
pub fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A name as it can stand in the text: bare where it is an identifier, quoted elsewhere.
pub(super) fn name(name: &str) -> String {
    let bare = name.starts_with(is_name_start) && name.chars().all(is_name);
    if bare { name.to_owned() } else { quote(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
        let mut cursor = Cursor::new(text)?;
        let mut tokens = Vec::new();
        while *cursor.peek() != Token::End {
            tokens.push(cursor.advance()?);
        }
        Ok(tokens)
    }

    #[test]
    fn numbers_end_where_a_range_begins() {
        let numbers = tokens("10..20 -5 0.5 1e300 -9223372036854775808").expect("tokens");
        let expected = [
            Token::Int(10),
            Token::Mark('.'),
            Token::Mark('.'),
            Token::Int(20),
            Token::Int(-5),
            Token::Float(0.5),
            Token::Float(1e300),
            Token::Int(i64::MIN),
        ];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn quoted_texts_come_back() {
        for text in ["", "a\"b\\c\nd\te", "größe 日本 😀", "\u{0}\u{85}{}"] {
            assert_eq!(tokens(&quote(text)), Ok(vec![Token::Text(text.to_owned())]));
        }
    }

    #[test]
    fn what_is_no_token_is_an_error_with_its_line() {
        for (text, line) in [
            ("\"open", 1),
            ("a\n%x", 2),
            ("1e999", 1),
            ("\"\\q\"", 1),
            ("\"\\u{110000}\"", 1),
            ("\"\\", 1),
        ] {
            assert_eq!(
                tokens(text).map_err(|error| error.line),
                Err(line),
                "{text}"
            );
        }
        assert!(tokens("99999999999999999999").is_err());
    }

    #[test]
    fn comments_and_lines_are_skipped() {
        assert_eq!(tokens("; nothing\n  ; here"), Ok(vec![]));
        let mut cursor = Cursor::new("a ; comment\n\n b").expect("tokens");
        cursor.advance().expect("a token");
        assert_eq!(
            cursor.expected::<()>("x").map_err(|error| error.line),
            Err(3)
        );
    }
}
