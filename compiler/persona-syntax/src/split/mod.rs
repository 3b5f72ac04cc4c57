//! The pre-scan: one linear pass over a file that finds the boundaries of declarations, before any grammar is
//! asked. It must stay cheap: it runs over the whole file on every edit. What is wrong *inside* a
//! declaration is reported with the declaration, so that it does not depend on where the text stands.

mod between;

use persona_base::Span;

use crate::SyntaxError;
use crate::scan::comment::foreign_comment;
use crate::scan::words::{Keyword, is_reserved, keyword, meant_keyword};
use crate::scan::{
    Stray, comment_end, completes, foreign_text_end, is_word_byte, is_word_start, line_end,
    multi_end, raw_end,
};
use crate::scan::{skip_blanks, text_end, trim_end, word_end};

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 64 << 20;

/// A file cut into declarations.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The declarations in order. Their ranges do not overlap; what lies between is white space and comments.
    pub decls: Vec<DeclText>,
    /// What the pre-scan found wrong between declarations (spans relative to the file).
    pub errors: Vec<SyntaxError>,
}

/// One declaration's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclText {
    /// From its documentation, annotations or keyword to its last character, in the file.
    pub span: Span,
}

/// Cuts a file into declarations.
pub fn split(text: &str) -> Split {
    if text.len() > MAX_FILE {
        return Split {
            decls: Vec::new(),
            errors: vec![between::too_large(text)],
        };
    }
    let mut splitter = Splitter::new(text);
    splitter.run();
    let mut errors = splitter.comments;
    for stray in &splitter.strays {
        between::report(text, *stray, &mut errors);
    }
    Split {
        decls: splitter.decls,
        errors,
    }
}

/// What the text that is being read belongs to.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Between declarations.
    Between,
    /// In a declaration that starts here.
    Decl { start: usize, braced: bool },
    /// In text that belongs to no declaration.
    Stray { start: usize },
}

struct Splitter<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    state: State,
    /// The brackets that are open, as their closing bytes.
    open: Vec<u8>,
    /// How many of each kind are open: `)`, `]`, `}`.
    counts: [usize; 3],
    stray: Stray,
    /// The end of the last thing that is neither white space nor a comment.
    last: usize,
    /// Documentation and annotations that wait for their declaration: where they start, and what `last`
    /// was before.
    pending: Option<(usize, usize)>,
    decls: Vec<DeclText>,
    strays: Vec<Span>,
    /// Comments between declarations, as other languages write them.
    comments: Vec<SyntaxError>,
}

const fn kind(closer: u8) -> usize {
    match closer {
        b')' => 0,
        b']' => 1,
        _ => 2,
    }
}

/// Bytes that the scan has to look at inside a declaration.
const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"\"'`([{}])/#-\n\xE2";
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] = true;
        i += 1;
    }
    table
};

impl<'t> Splitter<'t> {
    fn new(text: &'t str) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self {
            text,
            bytes: text.as_bytes(),
            at,
            state: State::Between,
            open: Vec::new(),
            counts: [0; 3],
            stray: Stray::default(),
            last: at,
            pending: None,
            decls: Vec::new(),
            strays: Vec::new(),
            comments: Vec::new(),
        }
    }

    fn run(&mut self) {
        self.line_start(true);
        while self.at < self.bytes.len() {
            if matches!(self.state, State::Between) {
                self.between();
            } else {
                self.inside();
            }
        }
        let end = self.pending.map_or(self.last, |(_, last)| last);
        self.finish(end);
        // Documentation and annotations that nothing follows are text without a declaration.
        if let Some((start, _)) = self.pending.take()
            && self.last > start
        {
            self.strays.push(span(start, self.last));
        }
    }

    /// Ends what is being read at `end`.
    fn finish(&mut self, end: usize) {
        // What ends behind an annotation holds it: `@} fn …`.
        self.pending = self.pending.filter(|(start, _)| *start >= end);
        match self.state {
            State::Between => {}
            State::Decl { start, .. } => self.decls.push(DeclText {
                span: span(start, end.max(start)),
            }),
            State::Stray { start } if end > start => self.strays.push(span(start, end)),
            State::Stray { .. } => {}
        }
        self.state = State::Between;
        self.open.clear();
        self.counts = [0; 3];
    }

    /// Skips white space and comments between declarations, and begins what follows.
    fn between(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b'\n' => {
                self.at += 1;
                self.line_start(false);
            }
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'@' => self.annotation(),
            _ => match comment_end(self.bytes, self.at, self.bytes.len(), &mut self.stray) {
                Some(end) => {
                    if !self.bytes[self.at..].starts_with(b"//") {
                        self.comments.push(foreign_comment(self.text, self.at, end));
                    }
                    self.at = end;
                }
                None => self.begin(self.at),
            },
        }
    }

    /// An annotation that stands between declarations waits for its declaration.
    fn annotation(&mut self) {
        self.pending.get_or_insert((self.at, self.last));
        let name_end = word_end(self.bytes, self.at + 1);
        self.at = name_end;
        if self.bytes.get(name_end) == Some(&b'(') {
            let line = line_end(self.bytes, name_end);
            let mut depth = 0_usize;
            while self.at < line {
                match self.bytes[self.at] {
                    b'(' => depth += 1,
                    b')' if depth <= 1 => {
                        self.at += 1;
                        break;
                    }
                    b')' => depth -= 1,
                    b'"' => {
                        let end = text_end(self.bytes, self.at, self.bytes.len(), &mut self.stray);
                        self.at = end.end.max(self.at + usize::from(!end.closed))
                            - usize::from(!end.closed);
                    }
                    _ => {}
                }
                self.at += 1;
            }
        }
        self.last = self.at;
    }

    /// Begins a declaration or stray text at `at`, between declarations.
    fn begin(&mut self, at: usize) {
        let end = word_end(self.bytes, at);
        let word = &self.text[at..end];
        let found = if is_word_start(self.bytes[at]) {
            self.opening(word, end)
        } else {
            None
        };
        let waiting = self.pending.take();
        if let Some(keyword) = found {
            let start = waiting.map_or(at, |(start, _)| start);
            self.state = State::Decl {
                start,
                braced: keyword.braced(),
            };
            self.at = end;
        } else {
            self.state = State::Stray {
                start: waiting.map_or(at, |(start, _)| start),
            };
            self.at = if end > at { end } else { self.after_char(at) };
            self.stray_closer(at);
        }
        self.last = self.at;
    }

    /// A closing bracket that nothing opened is stray text of its own.
    fn stray_closer(&mut self, at: usize) {
        if matches!(self.bytes[at], b')' | b']' | b'}' | b';' | b',') {
            self.finish(at + 1);
        } else if matches!(
            self.bytes[at],
            b'(' | b'[' | b'{' | b'"' | b'\'' | b'`' | 0xE2
        ) {
            self.at = at;
        }
    }

    fn after_char(&self, at: usize) -> usize {
        at + self.text[at..].chars().next().map_or(1, char::len_utf8)
    }

    /// What a word opens between declarations: exact keywords always, others when a declaration's form follows.
    fn opening(&self, word: &str, end: usize) -> Option<Keyword> {
        if let Some(found) = keyword(word) {
            return Some(found);
        }
        let next = skip_blanks(self.bytes, end);
        let named = next > end
            && self
                .bytes
                .get(next)
                .is_some_and(|byte| is_word_start(*byte));
        if !named {
            return None;
        }
        let found = meant_keyword(word)?;
        let after = skip_blanks(self.bytes, word_end(self.bytes, next));
        let form = match self.bytes.get(after) {
            Some(b'{') => found.braced() || found == Keyword::Fn,
            Some(b'"') => matches!(
                found,
                Keyword::Segment | Keyword::Partition | Keyword::Trigger | Keyword::Content
            ),
            Some(b'(') => matches!(
                found,
                Keyword::Segment
                    | Keyword::Trait
                    | Keyword::Fn
                    | Keyword::Content
                    | Keyword::Recommend
            ),
            Some(b':') => matches!(found, Keyword::Trait | Keyword::Const | Keyword::Recommend),
            Some(b'.' | b'/') => found == Keyword::Use,
            Some(b'=') => !found.braced() || found == Keyword::Segment,
            Some(byte) if is_word_start(*byte) => {
                matches!(found, Keyword::Source | Keyword::OrderedEnum)
            }
            _ => false,
        };
        form.then_some(found)
    }

    /// Reads on inside a declaration or stray text, up to the end of the line or of the declaration.
    fn inside(&mut self) {
        let from = self.at;
        let mut at = from;
        while at < self.bytes.len() && !SPECIAL[self.bytes[at] as usize] {
            at += 1;
        }
        let trimmed = trim_end(self.bytes, from, at);
        if trimmed > from {
            self.last = trimmed;
        }
        self.at = at;
        if at < self.bytes.len() {
            self.special(self.bytes[at]);
        }
    }

    fn special(&mut self, byte: u8) {
        let at = self.at;
        match byte {
            b'\n' => {
                self.at += 1;
                return self.line_start(false);
            }
            b'(' | b'[' | b'{' => {
                let closer = if byte == b'(' { b')' } else { byte + 2 };
                self.open.push(closer);
                self.counts[kind(closer)] += 1;
                self.at += 1;
            }
            b')' | b']' | b'}' => return self.close(byte),
            b'"' => self.skip_text(),
            b'\'' | b'`' | 0xE2 => {
                let quoted = byte != 0xE2 || is_curly_quote(&self.bytes[at..]);
                let end = if quoted {
                    foreign_text_end(self.bytes, at, self.bytes.len())
                } else {
                    None
                };
                self.at = end.map_or_else(|| self.after_char(at), |(_, end)| end);
            }
            _ => {
                if let Some(end) = comment_end(self.bytes, at, self.bytes.len(), &mut self.stray) {
                    self.at = end;
                    return;
                }
                self.at += 1;
            }
        }
        self.last = self.at;
    }

    fn skip_text(&mut self) {
        let (bytes, at) = (self.bytes, self.at);
        let raw = at > 0 && bytes[at - 1] == b'r' && (at < 2 || !is_word_byte(bytes[at - 2]));
        if raw {
            self.at = raw_end(bytes, at, bytes.len()).map_or_else(|end| end, |end| end + 1);
            return;
        }
        if bytes[at..].starts_with(b"\"\"\"") {
            match multi_end(bytes, at) {
                Some(end) => self.at = end + 3,
                // Never closed: only a keyword at the start of a line can end it.
                None => self.at = self.next_keyword_line(at),
            }
            return;
        }
        let found = text_end(bytes, at, bytes.len(), &mut self.stray);
        self.at = (found.end + usize::from(found.closed)).max(at + 1);
    }

    fn next_keyword_line(&self, from: usize) -> usize {
        let mut line = line_end(self.bytes, from);
        while line < self.bytes.len() {
            if self.boundary_word(line + 1, line + 1).is_some() {
                return line;
            }
            line = line_end(self.bytes, line + 1);
        }
        line
    }

    fn close(&mut self, byte: u8) {
        self.at += 1;
        self.last = self.at;
        if self.counts[kind(byte)] > 0 {
            while let Some(popped) = self.open.pop() {
                self.counts[kind(popped)] -= 1;
                if popped == byte {
                    break;
                }
            }
        }
        let ends = match self.state {
            State::Decl { braced, .. } => braced,
            State::Stray { .. } => true,
            State::Between => false,
        };
        if self.open.is_empty() && byte == b'}' && ends {
            self.finish(self.at);
        }
    }

    /// Looks at the first thing on the line that starts here: does it end what is being read?
    fn line_start(&mut self, first_line: bool) {
        let line = self.at;
        let at = skip_blanks(self.bytes, line);
        let Some(byte) = self.bytes.get(at).copied() else {
            return;
        };
        if matches!(byte, b'\n' | b'\r') {
            return;
        }
        let eligible = at == line || self.open.is_empty();
        if eligible && (byte == b'@' || self.bytes[at..].starts_with(b"///")) {
            self.pending.get_or_insert((at, self.last));
            return;
        }
        if self.bytes[at..].starts_with(b"//") && self.open.is_empty() {
            return;
        }
        if eligible && is_word_start(byte) && !first_line && !matches!(self.state, State::Between) {
            let ends = self.boundary_word(at, line).is_some()
                || self.cannot_continue(at)
                || self.ends_stray(at)
                || (at == line && self.lonely_keyword(at));
            if ends {
                let end = self.pending.map_or(self.last, |(_, last)| last);
                self.finish(end);
                self.at = at;
                return self.begin(at);
            }
        }
        if !matches!(self.state, State::Between) {
            self.pending = None;
        }
    }

    /// Whether a keyword stands alone on its line, behind something complete: a declaration that is being written.
    fn lonely_keyword(&self, at: usize) -> bool {
        let State::Decl { start, .. } = self.state else {
            return false;
        };
        let end = word_end(self.bytes, at);
        let before = &self.text[start..self.last.max(start)];
        let alone = matches!(
            self.bytes.get(skip_blanks(self.bytes, end)),
            None | Some(b'\n' | b'\r')
        );
        alone
            && self.open.is_empty()
            && keyword(&self.text[at..end]).is_some()
            && keyword(before).is_none()
            && completes(before)
    }

    /// Whether a misspelt keyword with its declaration's form stands behind stray text.
    fn ends_stray(&self, at: usize) -> bool {
        let end = word_end(self.bytes, at);
        matches!(self.state, State::Stray { .. })
            && self.open.is_empty()
            && keyword(&self.text[at..end]).is_none()
            && self.opening(&self.text[at..end], end).is_some()
    }

    /// Whether a declaration's keyword stands here, with what must follow it.
    fn boundary_word(&self, at: usize, line: usize) -> Option<Keyword> {
        if !is_word_start(*self.bytes.get(at)?) {
            return None;
        }
        let end = word_end(self.bytes, at);
        let word = &self.text[at..end];
        let found = keyword(word)?;
        let next = skip_blanks(self.bytes, end);
        let byte = *self.bytes.get(next)?;
        if is_word_start(byte) {
            let name_end = word_end(self.bytes, next);
            let name = &self.text[next..name_end];
            let after = self.bytes.get(skip_blanks(self.bytes, name_end));
            let named =
                !is_reserved(name) || (at == line && matches!(after, Some(b'{' | b'"' | b':')));
            return (named && next > end).then_some(found);
        }
        let own = match word {
            "test" => byte == b'"',
            "exclusive" => byte == b'{',
            _ => false,
        };
        own.then_some(found)
    }

    /// Whether a name at the start of a line can only be the start of something new: nothing is open, what precedes is
    /// complete, and the name is no word that continues an expression, in this language or in another.
    fn cannot_continue(&self, at: usize) -> bool {
        let State::Decl {
            braced: false,
            start,
        } = self.state
        else {
            return false;
        };
        if !self.open.is_empty() || self.last <= start {
            return false;
        }
        let before = &self.text[start..self.last];
        let word = &self.text[at..word_end(self.bytes, at)];
        let only_keyword = keyword(before).is_some();
        completes(before) && !only_keyword && !is_reserved(word) && !CONTINUES.contains(&word)
    }
}

/// Words that go on with an expression without being reserved.
const CONTINUES: &[&str] = &[
    "as",
    "at",
    "exactly",
    "per",
    "from",
    "to",
    "ago",
    "for",
    "latest",
    "last",
    "next",
    "this",
    "over",
    "among",
    "of",
    "times",
    "time",
    "calendar",
    "more",
    "less",
    "fewer",
    "AND",
    "OR",
    "NOT",
    "IN",
    "IS",
    "BETWEEN",
    "LIKE",
    "ILIKE",
    "WHERE",
    "And",
    "Or",
    "like",
    "ilike",
    "elseif",
    "elif",
    "elsif",
    "startsWith",
    "starts_with",
    "startswith",
    "endsWith",
    "ends_with",
    "endswith",
    "start",
    "end",
    "includes",
    "contain",
    "does",
    "done",
    "has",
    "have",
];

fn is_curly_quote(bytes: &[u8]) -> bool {
    ["“", "”", "‘", "’"]
        .iter()
        .any(|quote| bytes.starts_with(quote.as_bytes()))
}

/// A range of a file; files are at most [`MAX_FILE`] bytes long.
fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}
