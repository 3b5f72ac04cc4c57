//! From byte offsets to lines and columns, in the units that people and editors count in.
//!
//! Lines end at `\n` (so a CRLF file has the `\r` at the end of its lines). This module does not
//! decide how wide a character looks; that is the renderer's business.

/// A zero-based line and a zero-based column, in the unit the method says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineCol {
    /// Zero-based line.
    pub line: u32,
    /// Zero-based column.
    pub col: u32,
}

/// The offsets at which the lines of a text start.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LineIndex {
    starts: Vec<u32>,
    len: u32,
}

impl LineIndex {
    /// Indexes `text`, which is at most `u32::MAX` bytes long.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(i, _)| i as u32 + 1),
        );
        Self {
            starts,
            len: text.len() as u32,
        }
    }

    /// The number of lines; a text without a newline has one.
    pub fn lines(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The offset at which a line starts; the text's length for a line past the end.
    pub fn line_start(&self, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(self.len)
    }

    /// Line and column in bytes.
    pub fn line_col(&self, offset: u32) -> LineCol {
        let offset = offset.min(self.len);
        let line = self.starts.partition_point(|start| *start <= offset) as u32 - 1;
        LineCol {
            line,
            col: offset - self.starts[line as usize],
        }
    }

    /// Line and column in characters (code points), the unit that people and most tools print.
    pub fn line_col_chars(&self, text: &str, offset: u32) -> LineCol {
        let at = self.line_col(offset);
        let start = self.line_start(at.line) as usize;
        let upto = text.get(start..start + at.col as usize).unwrap_or("");
        LineCol {
            line: at.line,
            col: upto.chars().count() as u32,
        }
    }

    /// Line and column in UTF-16 code units, which is what editors count by default.
    pub fn line_col_utf16(&self, text: &str, offset: u32) -> LineCol {
        let at = self.line_col(offset);
        let start = self.line_start(at.line) as usize;
        let upto = text.get(start..start + at.col as usize).unwrap_or("");
        LineCol {
            line: at.line,
            col: upto.encode_utf16().count() as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_at_line_ends_belong_to_the_line_they_end() {
        let index = LineIndex::new("ab\ncd");
        assert_eq!(index.line_col(2), LineCol { line: 0, col: 2 });
        assert_eq!(index.line_col(3), LineCol { line: 1, col: 0 });
        assert_eq!(index.line_col(99), LineCol { line: 1, col: 2 });
    }

    #[test]
    fn columns_count_characters_or_utf16_units() {
        let text = "é😀x";
        let index = LineIndex::new(text);
        assert_eq!(index.line_col_chars(text, 6).col, 2);
        assert_eq!(index.line_col_utf16(text, 6).col, 3);
    }
}
