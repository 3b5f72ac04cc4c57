//! What is open at a place of a text that somebody is typing: brackets, quotes, comments. Asks no grammar, so it answers in
//! broken text too.

use crate::scan::{
    Stray, comment_end, is_word_byte, is_word_start, multi_end, raw_end, text_end, word_end,
};

/// What a place stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    /// Neither text nor comment.
    Code,
    /// Text in quotes; also what is interpolated into it.
    Text,
    /// A comment.
    Comment,
}

/// What is open at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nest {
    /// Where the brackets stand that are open there, the outermost first.
    pub open: Vec<u32>,
    /// Whether it is in a text or a comment.
    pub inside: Inside,
}

/// What is open at `at`, in a text that begins at a declaration or between two. Brackets that do not belong together are
/// passed over: the nearest opening one of the same kind is what a closing one closes.
pub fn nest(text: &str, at: u32) -> Nest {
    let bytes = text.as_bytes();
    let limit = (at as usize).min(bytes.len());
    let mut open: Vec<u32> = Vec::new();
    let mut stray = Stray::default();
    let mut here = 0;
    while here < limit {
        let byte = bytes[here];
        let (end, inside) = match byte {
            b'"' if bytes[here..].starts_with(b"\"\"\"") => {
                let end = multi_end(bytes, here).map_or(bytes.len(), |end| end + 3);
                (end, Inside::Text)
            }
            b'"' => {
                let found = text_end(bytes, here, bytes.len(), &mut stray);
                // Right behind the end of an unclosed text one is still in it.
                let end = found.end + 1;
                (end.max(here + 1), Inside::Text)
            }
            b'r' if bytes.get(here + 1) == Some(&b'"') => {
                let end = raw_end(bytes, here + 1, bytes.len()).unwrap_or_else(|end| end);
                (end + 1, Inside::Text)
            }
            b'/' if bytes[here..].starts_with(b"//") => {
                let end = comment_end(bytes, here, bytes.len(), &mut stray).unwrap_or(bytes.len());
                // At the end of its line one is still in it.
                (end + 1, Inside::Comment)
            }
            b'(' | b'[' | b'{' => {
                open.push(here as u32);
                (here + 1, Inside::Code)
            }
            b')' | b']' | b'}' => {
                close(bytes, byte, &mut open);
                (here + 1, Inside::Code)
            }
            byte if is_word_start(byte) || is_word_byte(byte) => {
                (word_end(bytes, here).max(here + 1), Inside::Code)
            }
            _ => (here + 1, Inside::Code),
        };
        if end > limit && inside != Inside::Code {
            return Nest { open, inside };
        }
        here = end;
    }
    Nest {
        open,
        inside: Inside::Code,
    }
}

fn close(bytes: &[u8], closer: u8, open: &mut Vec<u32>) {
    let opener = match closer {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    };
    let partner = open
        .iter()
        .rposition(|at| bytes.get(*at as usize) == Some(&opener));
    if let Some(partner) = partner {
        open.truncate(partner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(marked: &str) -> (Vec<u32>, Inside) {
        let at = marked.find('|').expect("a mark") as u32;
        let nest = nest(&marked.replacen('|', "", 1), at);
        (nest.open, nest.inside)
    }

    #[test]
    fn brackets_are_open_until_they_are_closed() {
        assert_eq!(at("a { b (c) [d|"), (vec![2, 10], Inside::Code));
        assert_eq!(at("a { b }|"), (vec![], Inside::Code));
        assert_eq!(at("a { b ( } c|"), (vec![], Inside::Code));
    }

    #[test]
    fn texts_and_comments_hide_brackets() {
        assert_eq!(at("a { \"( {x}\" |"), (vec![2], Inside::Code));
        assert_eq!(at("a { \"(|\""), (vec![2], Inside::Text));
        assert_eq!(at("a { \"(|"), (vec![2], Inside::Text));
        assert_eq!(at("a { r\"(|\""), (vec![2], Inside::Text));
        assert_eq!(at("a { \"\"\"\n(\n|\n\"\"\""), (vec![2], Inside::Text));
        assert_eq!(at("a { // (|\n"), (vec![2], Inside::Comment));
        assert_eq!(at("a { // (\n|"), (vec![2], Inside::Code));
        assert_eq!(at("a { \"\"|"), (vec![2], Inside::Code));
    }

    #[test]
    fn any_place_of_any_text_has_an_answer() {
        for text in [
            "é{\"ü", "r\"", "\"\"\"", "}{)(", "//", "\"\\", "\"{\"", "'", "",
        ] {
            for at in 0..text.len() as u32 + 3 {
                nest(text, at);
            }
        }
    }
}
