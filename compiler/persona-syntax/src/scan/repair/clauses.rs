//! Marks before the clauses of campaign declarations, and brackets that a clause on a new line shows to be unclosed.

use persona_base::{Applicability, Span, syntax};

use super::{Frame, Open, Repair, completes, skip_blanks};
use crate::SyntaxError;
use crate::scan::clauses::{BLOCK_MARK, Block, CLAUSE_MARK, Place};
use crate::scan::nesting::Words;
use crate::scan::word_end;

/// The clause that is being read between two braces.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClauseAt {
    start: usize,
    end: usize,
    /// The word that was meant by it, when it is misspelt.
    meant: Option<&'static str>,
    /// The blanks before it, when it is the first on its line.
    indent: usize,
    /// Whether it has had its own braces.
    opened: bool,
    /// Whether a `match` waits for its braces.
    matching: bool,
}

/// What the repair knows of clauses.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clauses {
    /// What the declaration's braces hold, when they hold clauses.
    pub(super) body: Option<Block>,
    /// Whether they have been opened.
    opened: bool,
    /// The end of the declaration's first word.
    pub(super) head: usize,
}

impl Repair<'_> {
    /// What the brace at the current place opens, when it opens clauses.
    pub(super) fn opened_block(&mut self) -> Option<Block> {
        let at = self.at;
        let Some(frame) = self.frames.last_mut() else {
            if self.clauses.opened {
                return None;
            }
            self.clauses.opened = true;
            return self.clauses.body;
        };
        let block = frame.block?;
        let clause = frame.clause.as_mut()?;
        if std::mem::take(&mut clause.matching) || clause.opened {
            return None;
        }
        let word = clause.meant.unwrap_or(&self.text[clause.start..clause.end]);
        let inner = block.inner(word)?;
        clause.opened = true;
        self.patch(at, at, BLOCK_MARK);
        Some(inner)
    }

    /// A word begins at the current place: marks it when it starts a clause.
    pub(super) fn mark_clause(&mut self) -> Result<(), Box<SyntaxError>> {
        let at = self.at;
        let Some(block) = self.frames.last().map_or(self.clauses.body, |f| f.block) else {
            return Ok(());
        };
        let between = &self.text[self.last..at];
        let line = between.rfind('\n');
        let place = if line.is_some() {
            Place::Line
        } else if self.text[..self.last].ends_with(['{', '}', ',']) {
            Place::Separated
        } else {
            Place::Inline
        };
        if self.frames.is_empty() {
            return self.body_without_brace(block, place);
        }
        let indent = line.map_or(0, |line| between.len() - line - 1);
        let end = word_end(self.bytes, at);
        let previous = self.frames.last().and_then(|frame| frame.clause);
        if let Some(previous) = previous {
            let own = place == Place::Inline
                && previous.end == self.last
                && &self.text[previous.start..previous.end] != "transactional";
            let goes_on = place == Place::Line
                && indent > previous.indent
                && matches!(&self.text[at..end], "per" | "where");
            if own || goes_on {
                return Ok(());
            }
        }
        let aligned =
            place == Place::Line && previous.is_some_and(|previous| indent <= previous.indent);
        let misspelt = if block.starts(self.text, at, (place, aligned), self.last) {
            Some(None)
        } else {
            let new = aligned || place != Place::Inline && previous.is_none();
            self.misspelt(block, at).filter(|_| new).map(Some)
        };
        if let Some(meant) = misspelt {
            match meant {
                None => self.patch(at, at, CLAUSE_MARK),
                Some(meant) => self.misspelt_clause(at, end, meant),
            }
            self.words().reset();
            let indent = if line.is_some() {
                indent
            } else {
                previous.map_or(usize::MAX, |previous| previous.indent)
            };
            if let Some(frame) = self.frames.last_mut() {
                frame.clause = Some(ClauseAt {
                    start: at,
                    end,
                    meant,
                    indent,
                    opened: false,
                    matching: false,
                });
            }
        } else if &self.text[at..end] == "match"
            && let Some(clause) = self.frames.last_mut().and_then(|f| f.clause.as_mut())
        {
            clause.matching = true;
        }
        Ok(())
    }

    fn misspelt(&self, block: Block, at: usize) -> Option<&'static str> {
        let before = &self.text[..self.last];
        let ended = completes(before) || before.ends_with(['{', '}', ',']);
        block.misspelt(self.text, at).filter(|_| ended)
    }

    /// A clause's word with a slip of the pen is read as the word that was meant.
    fn misspelt_clause(&mut self, at: usize, end: usize, meant: &'static str) {
        let place = self.span(at, end);
        let written = &self.text[at..end];
        let error = if written.eq_ignore_ascii_case(meant) {
            SyntaxError::new(
                syntax::UPPER_CASE_WORD,
                place,
                format!("`{written}` is written in small letters: `{meant}`"),
            )
        } else {
            SyntaxError::new(
                syntax::UNEXPECTED_TEXT,
                place,
                format!("no clause starts with `{written}` here"),
            )
            .label(format!("did you mean `{meant}`?"))
        };
        self.errors.push(error.fix(
            format!("write `{meant}`"),
            Applicability::Always,
            place,
            meant,
        ));
        self.patch(at, end, format!("{CLAUSE_MARK}{meant}"));
    }

    /// The first clause stands behind the name without a brace between.
    fn body_without_brace(&mut self, block: Block, place: Place) -> Result<(), Box<SyntaxError>> {
        let at = self.at;
        if self.clauses.opened
            || place != Place::Line
            || self.last <= self.clauses.head
            || !block.starts(self.text, at, (place, false), self.last)
        {
            return Ok(());
        }
        self.clauses.opened = true;
        let gap = self.last;
        self.errors.push(
            SyntaxError::new(
                syntax::EXPECTED_SIGN,
                self.span(gap, gap),
                "`{` is missing before the clauses",
            )
            .label("expected here")
            .fix("add `{`", Applicability::Maybe, self.span(gap, gap), " {"),
        );
        self.patch(gap, gap, " {");
        self.frames.push(Frame {
            open: Open::Brace,
            at: gap,
            depth: 1,
            words: Words::default(),
            block: Some(block),
            clause: None,
        });
        self.check_depth()?;
        self.mark_clause()
    }

    /// A clause at the start of a line ends what was left open before it.
    pub(super) fn close_before_clause(&mut self) {
        if self.clauses.body.is_none() {
            return;
        }
        let at = skip_blanks(self.bytes, self.at);
        let Some(inner) = self.frames.iter().rposition(|frame| frame.block.is_some()) else {
            return;
        };
        let above = &self.frames[inner + 1..];
        let text = |frame: &Frame| matches!(frame.open, Open::Text { .. });
        if above.iter().any(text) || !completes(&self.text[..self.last]) {
            return;
        }
        let end = word_end(self.bytes, at);
        let word = &self.text[at..end];
        let starts = |frame: &Frame| {
            frame.block.is_some_and(|block| {
                (block.is_strong(word) || matches!(word, "if" | "on" | "at" | "otherwise"))
                    && block.starts(self.text, at, (Place::Line, false), self.last)
            })
        };
        let keep = if starts(&self.frames[inner]) {
            inner
        } else if above.is_empty() {
            match self.frames[..inner].iter().rposition(starts) {
                Some(outer) => outer,
                None => return,
            }
        } else {
            return;
        };
        let insert = self.last;
        while self.frames.len() > keep + 1 {
            let Some(frame) = self.frames.pop() else {
                break;
            };
            let own_line = frame.block.is_some();
            self.report_unclosed_before(frame, insert, own_line, self.span(at, end));
            self.patch(insert, insert, frame.open.texts().1);
        }
    }

    fn report_unclosed_before(&mut self, frame: Frame, insert: usize, own_line: bool, next: Span) {
        self.report_unclosed(frame, insert, None);
        let unclosed = self.span(frame.at, frame.at + 1);
        let Some(error) = self
            .errors
            .last_mut()
            .filter(|error| error.span == unclosed)
        else {
            return;
        };
        error
            .secondary
            .push((next, "this starts something new".to_owned()));
        if own_line && let Some(fix) = &mut error.fix {
            fix.edits[0].1 = format!("\n{}", frame.open.texts().1);
        }
    }
}
