//! Comments: where they stand, and the documentation that precedes a declaration, a field or a value.

use super::{Builder, P};
use crate::scan::{Stray, line_end, multi_end, raw_end, text_end};

/// The comments of a text whose quotes balance, in order.
pub(super) fn comments(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut stray = Stray::default();
    let mut at = 0;
    while let Some(next) = memchr::memchr2(b'"', b'/', &bytes[at..]) {
        at += next;
        if bytes[at] == b'/' {
            if bytes[at..].starts_with(b"//") {
                let end = line_end(bytes, at);
                found.push((at, end));
                at = end;
            } else {
                at += 1;
            }
        } else if bytes[at..].starts_with(b"\"\"\"") {
            at = multi_end(bytes, at).map_or(bytes.len(), |end| end + 3);
        } else if at > 0
            && bytes[at - 1] == b'r'
            && (at < 2 || !crate::scan::is_word_byte(bytes[at - 2]))
        {
            at = raw_end(bytes, at, bytes.len()).map_or_else(|end| end, |end| end + 1);
        } else {
            at = (text_end(bytes, at, bytes.len(), &mut stray).end + 1).min(bytes.len());
        }
    }
    found
}

impl Builder<'_> {
    /// The `///` lines right before `pair`, each on a line of its own.
    pub(super) fn docs_before(&self, pair: &P<'_>) -> Option<String> {
        let mut rest = self.text[..pair.as_span().start()].trim_end_matches([' ', '\t']);
        let mut lines = Vec::new();
        while let Some(before) = rest.strip_suffix('\n') {
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            let line = before[start..].trim();
            match line.strip_prefix("///") {
                Some(doc) if !doc.starts_with('/') => {
                    lines.push(doc.strip_prefix(' ').unwrap_or(doc));
                }
                // Blank lines may stand between the documentation and what it documents.
                _ if line.is_empty() && lines.is_empty() => {}
                _ => break,
            }
            rest = &self.text[..start];
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}
