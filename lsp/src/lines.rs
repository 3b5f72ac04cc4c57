//! From offsets in bytes to positions in lines and columns, and back, in the unit that was agreed on with the client. Any
//! position is taken: behind a line's end it is the line's end, behind the text its end, inside a character its start.

use persona_base::Span;
use tower_lsp_server::ls_types::{Position, Range};

/// What columns count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16, which is what editors count when nothing else is agreed on.
    Utf16,
}

/// Where the lines of a text start. Lines end as the protocol says: at `\n`, `\r\n`, or `\r` alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    /// Looks at a text, of at most 2 GiB.
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = Vec::with_capacity(bytes.len() / 24 + 1);
        starts.push(0);
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
        Self { starts }
    }

    /// The position of an offset.
    pub(crate) fn position(&self, text: &str, offset: u32, encoding: Encoding) -> Position {
        let offset = floor(text, offset as usize);
        let line = self
            .starts
            .partition_point(|start| *start as usize <= offset)
            - 1;
        self.in_line(text, line, offset, encoding)
    }

    /// The position of an offset that does not stand before the line, looked for from there on: many that follow each other are
    /// found in one walk through the text.
    pub(crate) fn position_from(
        &self,
        line: u32,
        text: &str,
        offset: u32,
        encoding: Encoding,
    ) -> Position {
        let offset = floor(text, offset as usize);
        let below = self.starts.get(line as usize + 1..).unwrap_or_default();
        let passed = below.iter().take_while(|start| **start as usize <= offset);
        self.in_line(text, line as usize + passed.count(), offset, encoding)
    }

    fn in_line(&self, text: &str, line: usize, offset: usize, encoding: Encoding) -> Position {
        let upto = &text[self.starts[line] as usize..offset];
        let character = match encoding {
            Encoding::Utf8 => upto.len(),
            Encoding::Utf16 if upto.is_ascii() => upto.len(),
            Encoding::Utf16 => upto.chars().map(char::len_utf16).sum(),
        };
        Position {
            line: line as u32,
            character: character as u32,
        }
    }

    /// The offset of a position.
    pub(crate) fn offset(&self, text: &str, position: Position, encoding: Encoding) -> u32 {
        let Some(start) = self.starts.get(position.line as usize) else {
            return text.len() as u32;
        };
        let start = *start as usize;
        let next = self.starts.get(position.line as usize + 1);
        let line = &text[start..next.map_or(text.len(), |next| *next as usize)];
        let line = line.trim_end_matches(['\r', '\n']);
        let wanted = position.character as usize;
        let column = match encoding {
            Encoding::Utf8 => floor(line, wanted),
            Encoding::Utf16 if line.is_ascii() => wanted.min(line.len()),
            Encoding::Utf16 => units(line, wanted),
        };
        (start + column) as u32
    }

    /// A span as a range.
    pub(crate) fn range(&self, text: &str, span: Span, encoding: Encoding) -> Range {
        Range {
            start: self.position(text, span.start, encoding),
            end: self.position(text, span.end, encoding),
        }
    }

    /// A range as a span; one that ends before it starts is empty.
    pub(crate) fn span(&self, text: &str, range: Range, encoding: Encoding) -> Span {
        let start = self.offset(text, range.start, encoding);
        let end = self.offset(text, range.end, encoding);
        Span::new(start, end.max(start))
    }
}

/// How many bytes of a line so many units of UTF-16 are; inside a character, its start.
fn units(line: &str, wanted: usize) -> usize {
    let mut seen = 0;
    for (at, char) in line.char_indices() {
        seen += char.len_utf16();
        if seen > wanted {
            return at;
        }
    }
    line.len()
}

/// The nearest character boundary at or before an offset.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "é😀x\r\n\ty\rz\n";

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn columns_are_bytes_or_units_as_agreed() {
        let lines = Lines::new(TEXT);
        let x = TEXT.find('x').unwrap() as u32;
        assert_eq!(lines.position(TEXT, x, Encoding::Utf8), at(0, 6));
        assert_eq!(lines.position(TEXT, x, Encoding::Utf16), at(0, 3));
        assert_eq!(lines.offset(TEXT, at(0, 6), Encoding::Utf8), x);
        assert_eq!(lines.offset(TEXT, at(0, 3), Encoding::Utf16), x);
    }

    #[test]
    fn a_position_inside_a_character_is_its_start() {
        let lines = Lines::new(TEXT);
        assert_eq!(lines.offset(TEXT, at(0, 2), Encoding::Utf16), 2);
        assert_eq!(lines.offset(TEXT, at(0, 4), Encoding::Utf8), 2);
        assert_eq!(lines.position(TEXT, 4, Encoding::Utf16), at(0, 1));
    }

    #[test]
    fn every_kind_of_line_end_ends_a_line() {
        let lines = Lines::new(TEXT);
        assert_eq!(lines.starts.len(), 4);
        assert_eq!(lines.offset(TEXT, at(1, 1), Encoding::Utf16), 10);
        assert_eq!(lines.offset(TEXT, at(2, 0), Encoding::Utf16), 12);
        assert_eq!(lines.offset(TEXT, at(3, 0), Encoding::Utf16), 14);
    }

    #[test]
    fn behind_the_end_is_the_end() {
        let lines = Lines::new(TEXT);
        assert_eq!(lines.offset(TEXT, at(0, 99), Encoding::Utf16), 7);
        assert_eq!(lines.offset(TEXT, at(99, 0), Encoding::Utf8), 14);
        assert_eq!(lines.position(TEXT, 99, Encoding::Utf8), at(3, 0));
    }

    #[test]
    fn every_offset_comes_back() {
        let lines = Lines::new(TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for (offset, char) in TEXT.char_indices().filter(|(_, c)| *c != '\n') {
                let position = lines.position(TEXT, offset as u32, encoding);
                for line in 0..=position.line {
                    let found = lines.position_from(line, TEXT, offset as u32, encoding);
                    assert_eq!(found, position);
                }
                assert_eq!(
                    lines.offset(TEXT, position, encoding) as usize,
                    offset,
                    "{char:?}"
                );
            }
        }
    }
}
