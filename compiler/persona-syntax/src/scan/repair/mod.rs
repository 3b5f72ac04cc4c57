//! Makes one declaration's text fit for the grammar: brackets balanced, texts closed, foreign characters and
//! comments replaced, and its depth bounded. Each change is reported, and offsets lead back to the source.
//!
//! Nothing here knows what a declaration means; the grammar relies on balanced brackets for its recovery.

mod chars;
mod clauses;
mod indent;
mod map;

pub(crate) use map::OffsetMap;

use persona_base::{Applicability, Span, syntax};

use self::clauses::{ClauseAt, Clauses};
use super::clauses::Block;
use super::comment::foreign_comment;
use super::nesting::{MAX_DEPTH, Words};
use super::{
    Clause, Stray, clause_at, comment_end, completes, is_space, is_word_byte, skip_blanks,
};
use super::{escape_len, multi_end, raw_end, text_end};
use crate::SyntaxError;

/// A text that the grammar can be asked about.
#[derive(Debug)]
pub(crate) struct Repaired {
    /// The text, when it had to be changed.
    pub(crate) text: Option<String>,
    /// From its offsets to those of the source.
    pub(crate) map: OffsetMap,
    /// What had to be changed.
    pub(crate) errors: Vec<SyntaxError>,
    /// How deeply it nests, at most.
    pub(crate) depth: usize,
}

/// What the repair has to know of a declaration's form.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Form {
    /// Whether `name:` starts a field there.
    pub(crate) fields: bool,
    /// What its braces hold, when they hold clauses.
    pub(crate) body: Option<Block>,
    /// The end of its keyword.
    pub(crate) head: usize,
}

/// Repairs a declaration's text, or says where it nests too deeply.
pub(crate) fn repair(text: &str, form: Form) -> Result<Repaired, Box<SyntaxError>> {
    let (first, open) = attempt(text, form, false)?;
    if !open {
        return Ok(first);
    }
    // A brace is missing: the lines may show which one.
    match attempt(text, form, true) {
        Ok((second, _)) if second.errors.len() <= first.errors.len() => Ok(second),
        _ => Ok(first),
    }
}

/// One way to repair a text, and whether a brace is open at its end.
fn attempt(text: &str, form: Form, by_indent: bool) -> Result<(Repaired, bool), Box<SyntaxError>> {
    let mut repair = Repair::new(text, form.fields);
    repair.clauses.body = form.body;
    repair.clauses.head = form.head;
    repair.by_indent = by_indent;
    repair.run()?;
    chars::report_invisible(text, &mut repair.errors);
    let (text, map) = map::apply(text, repair.patches);
    let repaired = Repaired {
        text,
        map,
        errors: repair.errors,
        depth: repair.deepest,
    };
    Ok((repaired, repair.open_at_end))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Paren,
    Bracket,
    Brace,
    /// `{` in a text.
    Hole,
    /// A text, with what is known of its end.
    Text {
        end: usize,
        quotes: &'static str,
    },
}

impl Open {
    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Paren => ("(", ")"),
            Self::Bracket => ("[", "]"),
            Self::Brace | Self::Hole => ("{", "}"),
            Self::Text { quotes, .. } => (quotes, quotes),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    open: Open,
    at: usize,
    /// The depth up to and with this frame.
    depth: usize,
    words: Words,
    /// What clauses stand inside, if any.
    block: Option<Block>,
    /// The last clause inside that started.
    clause: Option<ClauseAt>,
}

/// At most this many unclosed brackets are reported one by one.
const MAX_UNCLOSED: usize = 3;

struct Repair<'t> {
    text: &'t str,
    bytes: &'t [u8],
    fields: bool,
    clauses: Clauses,
    /// Whether braces are matched by how far their lines are indented.
    by_indent: bool,
    /// Whether a brace was open at the end.
    open_at_end: bool,
    at: usize,
    frames: Vec<Frame>,
    /// Nesting by words outside all brackets.
    words: Words,
    stray: Stray,
    /// The end of the last thing that is neither white space nor a comment.
    last: usize,
    unclosed: usize,
    /// Closing brackets in texts that are never closed, by kind: that they are missing needs no report of its own.
    swallowed: [usize; 3],
    deepest: usize,
    patches: Vec<(usize, usize, String)>,
    errors: Vec<SyntaxError>,
}

impl<'t> Repair<'t> {
    fn new(text: &'t str, fields: bool) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            fields,
            clauses: Clauses::default(),
            by_indent: false,
            open_at_end: false,
            at: 0,
            frames: Vec::new(),
            words: Words::default(),
            stray: Stray::default(),
            last: 0,
            unclosed: 0,
            swallowed: [0; 3],
            deepest: 0,
            patches: Vec::new(),
            errors: Vec::new(),
        }
    }

    fn run(&mut self) -> Result<(), Box<SyntaxError>> {
        loop {
            let limit = self.limit();
            if self.at >= limit {
                if self
                    .frames
                    .iter()
                    .any(|frame| matches!(frame.open, Open::Text { .. }))
                {
                    self.close_text();
                    continue;
                }
                break;
            }
            if matches!(
                self.frames.last(),
                Some(Frame {
                    open: Open::Text { .. },
                    ..
                })
            ) {
                self.in_text(limit)?;
            } else {
                self.in_code(limit)?;
            }
        }
        self.close_all();
        Ok(())
    }

    /// Where the innermost text ends; the end of everything outside texts.
    fn limit(&self) -> usize {
        let texts = self.frames.iter().rev().map(|frame| frame.open);
        texts
            .filter_map(|open| {
                if let Open::Text { end, .. } = open {
                    Some(end)
                } else {
                    None
                }
            })
            .next()
            .unwrap_or(self.bytes.len())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(start as u32, end as u32)
    }

    fn patch(&mut self, start: usize, end: usize, text: impl Into<String>) {
        self.patches.push((start, end, text.into()));
    }

    /// Replaces something by as much white space.
    fn blank(&mut self, start: usize, end: usize) {
        self.patch(start, end, " ".repeat(end - start));
    }

    fn words(&mut self) -> &mut Words {
        self.frames
            .last_mut()
            .map_or(&mut self.words, |frame| &mut frame.words)
    }

    fn check_depth(&mut self) -> Result<(), Box<SyntaxError>> {
        let outer = self.frames.last().map_or(0, |frame| frame.depth);
        let depth = outer + self.words().depth();
        self.deepest = self.deepest.max(depth);
        if depth <= MAX_DEPTH {
            return Ok(());
        }
        let message = format!("this nests more than {MAX_DEPTH} levels deep");
        let place = self.text[self.at..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        Err(Box::new(
            SyntaxError::new(
                syntax::NESTED_TOO_DEEP,
                self.span(self.at, self.at + place),
                message,
            )
            .label("one level too many")
            .help("give the inner parts names, as traits or segments of their own"),
        ))
    }

    fn push(&mut self, open: Open) -> Result<(), Box<SyntaxError>> {
        let block = if open == Open::Brace {
            self.opened_block()
        } else {
            None
        };
        let outer = self.frames.last().map_or(0, |frame| frame.depth);
        let depth = outer + self.words().depth() + usize::from(!matches!(open, Open::Text { .. }));
        self.frames.push(Frame {
            open,
            at: self.at,
            depth,
            words: Words::default(),
            block,
            clause: None,
        });
        self.check_depth()
    }

    fn in_text(&mut self, limit: usize) -> Result<(), Box<SyntaxError>> {
        while self.at < limit {
            match self.bytes[self.at] {
                b'{' => {
                    self.push(Open::Hole)?;
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.at = (self.at + escape_len(self.bytes, self.at)).min(limit),
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    fn in_code(&mut self, limit: usize) -> Result<(), Box<SyntaxError>> {
        let (at, byte) = (self.at, self.bytes[self.at]);
        match byte {
            b'\n' => {
                self.at += 1;
                self.line_start();
                return Ok(());
            }
            b' ' | b'\t' | b'\r' => {
                self.at += 1;
                return Ok(());
            }
            b'(' => self.open(Open::Paren)?,
            b'[' => self.open(Open::Bracket)?,
            b'{' => self.open(Open::Brace)?,
            b')' | b']' | b'}' => self.close(byte),
            b'"' => self.text_start(limit)?,
            b'0'..=b'9' => {
                self.at = at
                    + self.bytes[at..]
                        .iter()
                        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
                        .count();
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(limit)?,
            _ => {
                if let Some(end) = comment_end(self.bytes, at, limit, &mut self.stray) {
                    self.comment(end);
                    return Ok(());
                }
                self.symbol(byte, limit)?;
            }
        }
        self.last = self.at;
        Ok(())
    }

    fn open(&mut self, open: Open) -> Result<(), Box<SyntaxError>> {
        self.push(open)?;
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, limit: usize) -> Result<(), Box<SyntaxError>> {
        let start = self.at;
        self.mark_clause()?;
        let ascii = self.bytes[start..]
            .iter()
            .take_while(|b| is_word_byte(**b) && b.is_ascii())
            .count();
        self.at = start + ascii;
        if &self.bytes[start..self.at] == b"r"
            && self.bytes.get(self.at) == Some(&b'"')
            && self.at < limit
        {
            self.raw(limit);
            return Ok(());
        }
        let word = &self.bytes[start..self.at];
        self.words().word(word);
        self.check_depth()
    }

    fn raw(&mut self, limit: usize) {
        let at = self.at;
        match raw_end(self.bytes, at, limit) {
            Ok(end) => self.at = end + 1,
            Err(end) => {
                self.unclosed_text(at - 1, end, "\"");
                self.at = end;
            }
        }
    }

    /// Opens a text at `at`.
    fn text_start(&mut self, limit: usize) -> Result<(), Box<SyntaxError>> {
        let at = self.at;
        let multi = self.bytes[at..limit].starts_with(b"\"\"\"");
        let quotes = if multi { "\"\"\"" } else { "\"" };
        let (end, closed) = if multi {
            let found = multi_end(self.bytes, at).filter(|end| *end < limit);
            let end = found.unwrap_or_else(|| super::trim_end(self.bytes, at + 3, limit));
            (end, found.is_some())
        } else {
            let found = text_end(self.bytes, at, limit, &mut self.stray);
            (found.end, found.closed)
        };
        if closed {
            self.push(Open::Text { end, quotes })?;
            self.at += quotes.len();
        } else {
            self.unclosed_text(at, end, quotes);
            self.close_holes(at + quotes.len(), end);
            self.at = end;
        }
        Ok(())
    }

    /// What a text that is never closed has swallowed is no code: its braces open nothing.
    fn close_holes(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            match self.bytes[at] {
                b'\\' => at += escape_len(self.bytes, at),
                b'{' => {
                    self.patch(at, at, "\\");
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Ends the innermost text, with what is still open in it.
    fn close_text(&mut self) {
        while let Some(frame) = self.frames.pop() {
            if let Open::Text { end, quotes } = frame.open {
                self.at = end + quotes.len();
                self.last = self.at;
                return;
            }
            let end = self.at.min(self.bytes.len());
            self.report_unclosed(frame, end, None);
            self.patch(end, end, frame.open.texts().1);
        }
    }

    fn unclosed_text(&mut self, start: usize, end: usize, quotes: &'static str) {
        let slashes = self.bytes[start..end]
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\')
            .count();
        let closer = if slashes % 2 == 1 {
            format!("\\{quotes}")
        } else {
            quotes.to_owned()
        };
        let message = if quotes == "\"" {
            "this text is never closed: `\"` is missing at its end"
        } else {
            "this text is never closed: `\"\"\"` is missing at its end"
        };
        let error = SyntaxError::new(
            syntax::TEXT_NEVER_ENDS,
            self.span(start, end.max(start + 1)),
            message,
        )
        .label("starts here")
        .fix(
            format!("close it with `{quotes}`"),
            Applicability::Maybe,
            self.span(end, end),
            closer.clone(),
        );
        for byte in &self.bytes[start..end] {
            if let Some(kind) = closing_kind(*byte) {
                self.swallowed[kind] += 1;
            }
        }
        self.errors.push(error);
        self.patch(end, end, closer);
    }

    /// A closing bracket: closes what it matches, and what was left open inside that.
    fn close(&mut self, byte: u8) {
        if byte == b'}' {
            self.close_by_indent();
        }
        let at = self.at;
        self.at += 1;
        let matches = |open: Open| open.texts().1.as_bytes() == [byte];
        let in_reach = self
            .frames
            .iter()
            .rev()
            .take_while(|frame| !matches!(frame.open, Open::Text { .. }));
        if !in_reach.into_iter().any(|frame| matches(frame.open)) {
            let closer = char::from(byte);
            let error = SyntaxError::new(
                syntax::NEVER_OPENED,
                self.span(at, at + 1),
                format!("`{closer}` closes nothing"),
            )
            .label("nothing is open here that it could close")
            .fix("remove it", Applicability::Maybe, self.span(at, at + 1), "");
            self.errors.push(error);
            self.blank(at, at + 1);
            return;
        }
        while let Some(frame) = self.frames.pop() {
            if matches(frame.open) {
                return;
            }
            let insert = self.last.max(frame.at + 1);
            self.report_unclosed(frame, insert, Some(at));
            self.patch(insert, insert, frame.open.texts().1);
        }
    }

    fn report_unclosed(&mut self, frame: Frame, insert: usize, found: Option<usize>) {
        let (open, close) = frame.open.texts();
        if let Some(swallowed) =
            closing_kind(close.as_bytes()[0]).map(|kind| &mut self.swallowed[kind])
            && *swallowed > 0
        {
            *swallowed -= 1;
            return;
        }
        self.unclosed += 1;
        if self.unclosed > MAX_UNCLOSED {
            return;
        }
        let mut error = SyntaxError::new(
            syntax::NEVER_CLOSED,
            self.span(frame.at, frame.at + 1),
            format!("`{open}` is never closed"),
        )
        .label("opened here");
        error = match found {
            Some(at) => {
                let closer = char::from(self.bytes[at]);
                error.secondary(
                    self.span(at, at + 1),
                    format!("this `{closer}` does not match it"),
                )
            }
            None => error.secondary(
                self.span(insert, insert),
                format!("expected `{close}` here"),
            ),
        };
        let inside = self.text.get(frame.at + 1..insert).unwrap_or_default();
        let in_text = self.text.as_bytes().get(insert) == Some(&b'"');
        if open == "{" && in_text && inside.trim().is_empty() {
            // A brace at the end of a text is meant as such.
            let place = self.span(frame.at, frame.at);
            let fix = error.help("a brace as such is written `\\{`");
            self.errors
                .push(fix.fix("write `\\{`", Applicability::Maybe, place, "\\"));
            return;
        }
        let at_end = frame.open == Open::Brace && found.is_none();
        let text = if at_end {
            format!("\n{close}")
        } else {
            close.to_owned()
        };
        self.errors.push(error.fix(
            format!("add `{close}`"),
            Applicability::Maybe,
            self.span(insert, insert),
            text,
        ));
    }

    /// The end of the declaration: closes all that is open.
    fn close_all(&mut self) {
        let end = self.last;
        let mut frames = std::mem::take(&mut self.frames);
        self.open_at_end = frames.iter().any(|frame| frame.open == Open::Brace);
        for frame in frames.iter().take(MAX_UNCLOSED) {
            self.report_unclosed(*frame, end, None);
        }
        while let Some(frame) = frames.pop() {
            self.patch(end, end, frame.open.texts().1);
        }
    }

    /// A new line in code: a clause that starts here ends what `(` and `[` left open before it.
    fn line_start(&mut self) {
        self.close_before_clause();
        let at = skip_blanks(self.bytes, self.at);
        let Some(clause) = clause_at(self.bytes, at) else {
            return;
        };
        let ends = clause != Clause::Colon || self.fields;
        let open = |frame: &Frame| matches!(frame.open, Open::Paren | Open::Bracket);
        let block = self
            .frames
            .iter()
            .rev()
            .find(|frame| !open(frame))
            .map(|frame| frame.open);
        if ends
            && self.frames.last().is_some_and(open)
            && block == Some(Open::Brace)
            && completes(&self.text[..self.last])
        {
            let insert = self.last;
            while let Some(frame) = self.frames.pop_if(|frame| open(frame)) {
                self.report_unclosed(frame, insert, None);
                self.patch(insert, insert, frame.open.texts().1);
            }
        }
        self.words().reset();
    }

    /// A comment: only `//` outside texts may stay.
    fn comment(&mut self, end: usize) {
        let start = self.at;
        self.at = end;
        let in_text = self
            .frames
            .iter()
            .any(|frame| matches!(frame.open, Open::Text { .. }));
        let own = self.bytes[start..].starts_with(b"//");
        if own && !in_text {
            return;
        }
        let place = self.span(start, end);
        let error = if in_text {
            SyntaxError::new(
                syntax::FOREIGN_COMMENT,
                place,
                "a comment cannot stand inside a text",
            )
            .fix("remove it", Applicability::Always, place, "")
        } else {
            foreign_comment(self.text, start, end)
        };
        self.errors.push(error);
        let blank: String = self.text[start..end]
            .bytes()
            .map(|byte| {
                if is_space(byte) {
                    char::from(byte)
                } else {
                    ' '
                }
            })
            .collect();
        self.patch(start, end, blank);
    }
}

/// Which kind of bracket a byte closes.
const fn closing_kind(byte: u8) -> Option<usize> {
    match byte {
        b')' => Some(0),
        b']' => Some(1),
        b'}' => Some(2),
        _ => None,
    }
}
