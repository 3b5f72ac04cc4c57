//! Replacements in a text, and the way back from the new text's offsets.

use persona_base::Span;

/// From offsets of a repaired text to offsets of the source.
#[derive(Debug, Default)]
pub(crate) struct OffsetMap {
    /// In order: where a replacement stands in the repaired text, and what it replaced in the source.
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    new_start: usize,
    new_end: usize,
    old_start: usize,
    old_end: usize,
}

impl OffsetMap {
    fn piece_before(&self, offset: usize) -> Option<Piece> {
        let after = self
            .pieces
            .partition_point(|piece| piece.new_start <= offset);
        after.checked_sub(1).map(|index| self.pieces[index])
    }

    /// The source offset of the start of something.
    pub(crate) fn start(&self, offset: usize) -> u32 {
        let mapped = match self.piece_before(offset) {
            None => offset,
            Some(piece) if offset >= piece.new_end => offset - piece.new_end + piece.old_end,
            // Replacements of equal length keep their inside: blanks, and quotes padded to their old width.
            Some(piece) if piece.new_end - piece.new_start == piece.old_end - piece.old_start => {
                piece.old_start
            }
            Some(piece) => piece.old_start,
        };
        mapped as u32
    }

    /// The source offset of the end of something.
    pub(crate) fn end(&self, offset: usize) -> u32 {
        let after = self
            .pieces
            .partition_point(|piece| piece.new_start < offset);
        let mapped = match after.checked_sub(1).map(|index| self.pieces[index]) {
            None => offset,
            Some(piece) if offset >= piece.new_end => offset - piece.new_end + piece.old_end,
            Some(piece) => piece.old_end,
        };
        mapped as u32
    }

    /// The source span of a range.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let from = self.start(start);
        Span::new(from, self.end(end).max(from))
    }
}

/// Applies replacements that do not overlap; `None` when there are none.
pub(super) fn apply(
    text: &str,
    mut patches: Vec<(usize, usize, String)>,
) -> (Option<String>, OffsetMap) {
    if patches.is_empty() {
        return (None, OffsetMap::default());
    }
    patches.sort_by_key(|(start, end, _)| (*start, *end));
    let mut new = String::with_capacity(text.len() + 16);
    let mut pieces = Vec::with_capacity(patches.len());
    let mut copied = 0;
    for (start, end, replacement) in patches {
        if start < copied {
            continue;
        }
        new.push_str(&text[copied..start]);
        let new_start = new.len();
        new.push_str(&replacement);
        pieces.push(Piece {
            new_start,
            new_end: new.len(),
            old_start: start,
            old_end: end,
        });
        copied = end;
    }
    new.push_str(&text[copied..]);
    (Some(new), OffsetMap { pieces })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_lead_back_past_insertions_and_replacements() {
        let (text, map) = apply(
            "a(b “c” d",
            vec![
                (3, 3, ")".into()),
                (4, 7, "\"".into()),
                (8, 11, "\"".into()),
            ],
        );
        assert_eq!(text.as_deref(), Some("a(b) \"c\" d"));
        assert_eq!(map.span(0, 1), Span::new(0, 1));
        assert_eq!(map.span(5, 8), Span::new(4, 11));
        assert_eq!(map.span(9, 10), Span::new(12, 13));
        assert_eq!(map.span(2, 4), Span::new(2, 3));
    }
}
