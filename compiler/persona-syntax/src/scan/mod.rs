//! What both the cutting of files and the repair of declarations know about characters: where texts and
//! comments end, what a word is. Nothing here knows a declaration's form.

pub(crate) mod clauses;
pub(crate) mod comment;
pub(crate) mod nesting;
pub(crate) mod repair;
mod text;
pub(crate) mod words;

pub(crate) use text::{
    Stray, comment_end, escape_len, foreign_text_end, multi_end, raw_end, text_end,
};

/// Whether a byte belongs to a word; all bytes of characters outside ASCII do.
pub(crate) const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether a byte may start a word.
pub(crate) const fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// White space of the language.
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Where the word that starts at `at` ends.
pub(crate) fn word_end(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..]
        .iter()
        .take_while(|byte| is_word_byte(**byte))
        .count()
}

/// The first byte from `at` on that is neither a space nor a tab.
pub(crate) fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..]
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}

/// The end of the line that `at` is in: the offset of its `\n`, or the end.
pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found)
}

/// The end of `bytes[from..to]` without trailing white space; `from` when there is nothing else.
pub(crate) fn trim_end(bytes: &[u8], from: usize, to: usize) -> usize {
    bytes[from..to]
        .iter()
        .rposition(|byte| !is_space(*byte))
        .map_or(from, |last| from + last + 1)
}

/// Whether what precedes can be the end of an expression, a type or a name, so that a name after it starts
/// something new.
pub(crate) fn completes(before: &str) -> bool {
    let complete = before.ends_with(|c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '"' | ')' | ']' | '}' | '%' | '?' | '>' | ';')
    });
    let last_word = before
        .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .unwrap_or("");
    let closes = matches!(last_word, "true" | "false" | "known" | "missing");
    complete && (closes || !words::is_reserved(last_word))
}

/// What a line that starts with a name looks like, when that settles that it is a clause of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clause {
    /// `name =`, `address.city =`
    Equals,
    /// `name:`
    Colon,
    /// `name when`, `name "Title" when`, `when`, `otherwise`
    When,
}

/// The clause that starts at `at`, the first byte of a line that is not white space.
pub(crate) fn clause_at(bytes: &[u8], at: usize) -> Option<Clause> {
    if !bytes.get(at).is_some_and(|byte| is_word_start(*byte)) {
        return None;
    }
    let mut end = word_end(bytes, at);
    if matches!(&bytes[at..end], b"when" | b"otherwise") {
        return Some(Clause::When);
    }
    while bytes.get(end) == Some(&b'.')
        && bytes.get(end + 1).is_some_and(|byte| is_word_start(*byte))
    {
        end = word_end(bytes, end + 1);
    }
    let mut next = skip_blanks(bytes, end);
    match bytes.get(next)? {
        b':' => return Some(Clause::Colon),
        b'=' => {
            return (!matches!(bytes.get(next + 1), Some(b'=' | b'~' | b'>')))
                .then_some(Clause::Equals);
        }
        b'"' => {
            let title = memchr::memchr2(b'"', b'\n', &bytes[next + 1..])?;
            next = skip_blanks(bytes, next + title + 2);
        }
        _ => {}
    }
    (bytes.get(next..next + 4) == Some(b"when")
        && !bytes.get(next + 4).is_some_and(|byte| is_word_byte(*byte)))
    .then_some(Clause::When)
}
