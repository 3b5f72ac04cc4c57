//! Which brace was forgotten, told by how far its line is indented. Asked only about texts in which one is missing: what is
//! right may be indented in any way.

use super::{Frame, Open, Repair};

impl Repair<'_> {
    /// A `}` that is the first on its line closes the brace whose line is indented as far; what was opened further in,
    /// after that, has lost its own.
    pub(super) fn close_by_indent(&mut self) {
        if !self.by_indent {
            return;
        }
        let Some(own) = self.indent_of(self.at, true) else {
            return;
        };
        while let Some(top) = self.frames.last().copied() {
            let outer = self.frames[..self.frames.len() - 1]
                .iter()
                .rev()
                .take_while(|frame| !matches!(frame.open, Open::Text { .. }))
                .any(|frame| frame.open == Open::Brace && self.opened_at(frame) == Some(own));
            let further = self.opened_at(&top).is_some_and(|indent| indent > own);
            if top.open != Open::Brace || !outer || !further {
                return;
            }
            self.frames.pop();
            let insert = self.last;
            self.report_unclosed(top, insert, None);
            let indent = self.opened_at(&top).unwrap_or(0);
            let place = self.span(top.at, top.at + 1);
            if let Some(fix) = self
                .errors
                .last_mut()
                .filter(|error| error.span == place)
                .and_then(|error| error.fix.as_mut())
            {
                fix.edits[0].1 = format!("\n{}}}", " ".repeat(indent));
            }
            self.patch(insert, insert, "}");
        }
    }

    /// How far the line of a brace is indented.
    fn opened_at(&self, frame: &Frame) -> Option<usize> {
        self.indent_of(frame.at, false)
    }

    /// How far the line of `at` is indented; nothing when it must be the first on its line and is not.
    fn indent_of(&self, at: usize, first: bool) -> Option<usize> {
        let start = memchr::memrchr(b'\n', &self.bytes[..at]).map_or(0, |end| end + 1);
        let text = super::skip_blanks(self.bytes, start);
        (!first || text == at).then_some(text - start)
    }
}
