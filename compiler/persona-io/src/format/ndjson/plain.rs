//! Lines of JSON whose objects are flat and plain: no escapes, no objects or lists inside. What is taken is valid JSON to
//! the last byte; anything else is left alone, whether it is wrong or only not plain.

use super::{Node, Tree};
use crate::format::batch::Span;

/// The names that the last plain line had, in their order: most lines have the same ones.
#[derive(Debug, Default)]
pub(super) struct Memo<'t> {
    names: Vec<(Vec<u8>, Option<&'t Node>)>,
}

impl<'t> Memo<'t> {
    /// Finds the wanted values of a plain line; false, with nothing of meaning found, where it is not plain.
    pub(super) fn pick(&mut self, text: &str, tree: &'t Tree, found: &mut [Option<Span>]) -> bool {
        let plain = self.object(text.as_bytes(), tree, found).is_some();
        if !plain {
            found.fill(None);
        }
        plain
    }

    fn object(&mut self, bytes: &[u8], tree: &'t Tree, found: &mut [Option<Span>]) -> Option<()> {
        let mut cursor = Cursor { bytes, at: 0 };
        cursor.expect(b'{')?;
        if cursor.next() == Some(b'}') {
            cursor.at += 1;
            return cursor.end();
        }
        for place in 0.. {
            cursor.expect(b'"')?;
            let node = match self.known(place, &bytes[cursor.at..]) {
                Some((length, node)) => {
                    cursor.at += length;
                    node
                }
                None => {
                    let start = cursor.at;
                    cursor.string()?;
                    self.node(place, &bytes[start..cursor.at - 1], tree)
                }
            };
            cursor.expect(b':')?;
            let (from, to) = cursor.value()?;
            if let Some(slot) = node.and_then(|node| node.slot) {
                // A name that stands twice is for the library to complain about.
                if found[slot].is_some() {
                    return None;
                }
                found[slot] = Some((u32::try_from(from).ok()?, u32::try_from(to).ok()?));
            }
            match cursor.next()? {
                b',' => cursor.at += 1,
                b'}' => {
                    cursor.at += 1;
                    return cursor.end();
                }
                _ => return None,
            }
        }
        None
    }

    /// Where the name that stood at this place of the last line stands here too, with its closing quote: how long both are, and
    /// what is wanted under it.
    #[inline]
    fn known(&self, place: usize, rest: &[u8]) -> Option<(usize, Option<&'t Node>)> {
        let (name, node) = self.names.get(place)?;
        let quoted = rest.starts_with(name) && rest.get(name.len()) == Some(&b'"');
        quoted.then_some((name.len() + 1, *node))
    }

    /// What is wanted under a new name that stands at this place of its line.
    fn node(&mut self, place: usize, name: &[u8], tree: &'t Tree) -> Option<&'t Node> {
        let text = std::str::from_utf8(name).ok()?;
        let node = tree.nodes.get(text);
        self.names.truncate(place);
        self.names.push((name.to_vec(), node));
        node
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    /// The next byte that is no space.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        loop {
            match *self.bytes.get(self.at)? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        let found = self.next()? == byte;
        self.at += 1;
        found.then_some(())
    }

    /// Nothing but spaces follows.
    fn end(&mut self) -> Option<()> {
        self.next().is_none().then_some(())
    }

    /// Goes behind the closing quote; fails at escapes and at characters that must be escaped.
    #[inline]
    fn string(&mut self) -> Option<()> {
        loop {
            if let Some(word) = self.bytes.get(self.at..)?.first_chunk() {
                let skipped = plain_bytes(u64::from_le_bytes(*word));
                self.at += skipped;
                if skipped == 8 {
                    continue;
                }
            }
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => return Some(()),
                b'\\' | 0..=0x1F => return None,
                _ => {}
            }
        }
    }

    /// Goes behind a value, and says where it stands.
    #[inline]
    fn value(&mut self) -> Option<(usize, usize)> {
        let first = self.next()?;
        let start = self.at;
        match first {
            b'"' => {
                self.at += 1;
                self.string()?;
            }
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'n' => self.word(b"null")?,
            _ => return None,
        }
        Some((start, self.at))
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let found = self.bytes[self.at..].starts_with(word);
        self.at += word.len();
        found.then_some(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Option<()> {
        let is = |cursor: &Self, what: &[u8]| {
            let byte = cursor.bytes.get(cursor.at);
            byte.is_some_and(|byte| what.contains(byte))
        };
        if is(self, b"-") {
            self.at += 1;
        }
        let zero = is(self, b"0");
        let whole = self.digits();
        if whole == 0 || (zero && whole > 1) {
            return None;
        }
        if is(self, b".") {
            self.at += 1;
            if self.digits() == 0 {
                return None;
            }
        }
        if is(self, b"eE") {
            self.at += 1;
            if is(self, b"+-") {
                self.at += 1;
            }
            if self.digits() == 0 {
                return None;
            }
        }
        Some(())
    }
}

/// How many bytes of eight stand before the first quote, backslash or character that must be escaped.
#[inline]
fn plain_bytes(word: u64) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 0x80;
    // In each, the lowest high bit that is set is that of the first such byte; those above it may be wrong.
    let below = |bytes: u64, least: u64| bytes.wrapping_sub(ONES * least) & !bytes & HIGH;
    let quote = below(word ^ (ONES * u64::from(b'"')), 1);
    let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
    let control = below(word, 0x20);
    (quote | backslash | control).trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_ends_a_plain_text_is_found_among_all_others() {
        let ends = |byte: u8| matches!(byte, b'"' | b'\\' | 0..=0x1F);
        for first in 0..=255 {
            for second in [
                0, 0x1F, 0x20, b'!', b'"', b'#', b'[', b'\\', b'a', 0x7F, 0x80, 0xA2, 0xFF,
            ] {
                for place in 0..8 {
                    let mut bytes = [b'x', 0xC3, 0xA9, b' ', b'~', 0x80, 0xFF, b'0'];
                    bytes[place] = first;
                    bytes[(place + 3) % 8] = second;
                    let expected = bytes.iter().position(|byte| ends(*byte)).unwrap_or(8);
                    assert_eq!(
                        plain_bytes(u64::from_le_bytes(bytes)),
                        expected,
                        "{bytes:?}"
                    );
                }
            }
        }
    }

    fn tree() -> Tree {
        let mut tree = Tree::default();
        for (slot, name) in ["a", "b.c", "d"].into_iter().enumerate() {
            tree.insert(name, slot);
        }
        tree
    }

    /// What stands under `a`, `b.c` and `d`, by the library's way and by this one.
    fn both(line: &str) -> (Option<Vec<String>>, Option<Vec<String>>) {
        let tree = tree();
        let mut raw = vec![None; 3];
        let slow = super::super::pick_object(line, &tree, &mut raw, None).is_ok();
        let shown = |raw: Option<&serde_json::value::RawValue>| {
            raw.map_or("-".to_owned(), |raw| raw.get().to_owned())
        };
        let slow = slow.then(|| raw.into_iter().map(shown).collect());
        let mut spans = vec![None; 3];
        let mut memo = Memo::default();
        let fast = memo.pick(line, &tree, &mut spans);
        let shown = |span: Option<Span>| {
            span.map_or("-".to_owned(), |(from, to)| {
                line[from as usize..to as usize].to_owned()
            })
        };
        (slow, fast.then(|| spans.into_iter().map(shown).collect()))
    }

    #[test]
    fn plain_lines_are_read_as_the_library_reads_them() {
        for line in [
            "{}",
            " { } ",
            r#"{"a":1}"#,
            "{\"a\" : \"x y\" ,\t\"d\":-0.5e+10, \"z\":null}\r",
            r#"{"b.c":true,"d":false,"é":"ü"}"#,
            r#"{"z":1,"z":2}"#,
            r#"{"d":0,"b":0}"#,
            r#"{"a":1e999}"#,
        ] {
            let (slow, fast) = both(line);
            assert!(fast.is_some(), "{line} is plain");
            assert_eq!(slow, fast, "{line}");
        }
    }

    #[test]
    fn what_is_not_plain_or_not_json_is_left_alone() {
        for line in [
            "",
            "{",
            "[]",
            "{}x",
            "{,}",
            r#"{"a":1,}"#,
            r#"{"a":1 "d":2}"#,
            r#"{"a":01}"#,
            r#"{"a":-}"#,
            r#"{"a":1.}"#,
            r#"{"a":.5}"#,
            r#"{"a":1e}"#,
            r#"{"a":+1}"#,
            r#"{"a":nul}"#,
            r#"{"a":truex}"#,
            r#"{"a":"x}"#,
            r#"{"a":"\n"}"#,
            r#"{"a":[1]}"#,
            r#"{"a":{}}"#,
            r#"{"a":1,"a":2}"#,
            "{\"a\":\"\u{1}\"}",
            r#"{a:1}"#,
            r#"{"a"}"#,
            r#"{"a":}"#,
        ] {
            assert_eq!(both(line).1, None, "{line}");
        }
    }
}
