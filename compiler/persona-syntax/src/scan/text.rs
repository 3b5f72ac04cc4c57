//! Where texts (`"…"`, `r"…"`, `"""…"""`, and the quotes of other languages) and comments end. Every
//! function takes linear time in what it skips, and [`Stray`] keeps a broken line linear too.

use super::{is_space, line_end};

/// Where a text ends, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextEnd {
    /// Offset of the closing quotes, or where they should be.
    pub(crate) end: usize,
    /// Whether closing quotes stand at `end`.
    pub(crate) closed: bool,
    /// Whether quotes inside `{…}` open texts of their own. They do not where that would leave the line's
    /// quotes unbalanced: then the first quotes close the text.
    pub(crate) nests: bool,
}

/// What is known to be hopeless, so that it is not tried again and again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stray {
    /// Up to where a line's quotes are known not to balance.
    until: usize,
    /// Whether no `*/` follows any more.
    no_block_end: bool,
}

/// The end of the text whose opening `"` is at `at`; it does not pass `limit` or the end of the line.
pub(crate) fn text_end(bytes: &[u8], at: usize, limit: usize, stray: &mut Stray) -> TextEnd {
    let from = at + 1;
    match plain_end(bytes, from, limit, true) {
        Stop::Quote(end) => TextEnd {
            end,
            closed: true,
            nests: true,
        },
        Stop::Line(end) => TextEnd {
            end: unclosed_end(bytes, from, end),
            closed: false,
            nests: true,
        },
        Stop::Hole(hole) => {
            if at >= stray.until {
                match nested_end(bytes, hole, limit) {
                    Ok(end) => {
                        return TextEnd {
                            end,
                            closed: true,
                            nests: true,
                        };
                    }
                    Err(line) => stray.until = line,
                }
            }
            match plain_end(bytes, from, limit, false) {
                Stop::Quote(end) => TextEnd {
                    end,
                    closed: true,
                    nests: false,
                },
                Stop::Line(end) | Stop::Hole(end) => TextEnd {
                    end: unclosed_end(bytes, from, end),
                    closed: false,
                    nests: false,
                },
            }
        }
    }
}

/// The length of the escape at `at` up to what can be looked at again: `\u{` is no hole.
pub(crate) fn escape_len(bytes: &[u8], at: usize) -> usize {
    if bytes[at..].starts_with(b"\\u{") {
        3
    } else {
        2
    }
}

enum Stop {
    Quote(usize),
    Hole(usize),
    Line(usize),
}

fn plain_end(bytes: &[u8], from: usize, limit: usize, stop_at_holes: bool) -> Stop {
    let mut at = from;
    while at < limit {
        match bytes[at] {
            b'"' => return Stop::Quote(at),
            b'{' if stop_at_holes => return Stop::Hole(at),
            b'\n' => return Stop::Line(at),
            b'\\' if at + 1 < limit && bytes[at + 1] != b'\n' => at += escape_len(bytes, at),
            _ => at += 1,
        }
    }
    Stop::Line(limit)
}

/// A text that is never closed ends with its line, but before a body that opens there: `segment vip "VIP shoppers {`.
fn unclosed_end(bytes: &[u8], from: usize, line: usize) -> usize {
    let end = super::trim_end(bytes, from, line);
    let body = if bytes[from..end].ends_with(b"{") {
        Some(end - 1)
    } else {
        memchr::memmem::find(&bytes[from..end], b" { when ").map(|found| from + found)
    };
    // Braces that the text did not open close the body around it.
    let closers = |byte: &&u8| matches!(byte, b'}' | b')' | b']' | b' ');
    let braces = bytes[from..end].iter().rev().take_while(closers).count();
    let own = memchr::memchr3(b'{', b'(', b'[', &bytes[from..end]).is_some();
    let end = if own {
        end
    } else {
        super::trim_end(bytes, from, end - braces)
    };
    body.map_or(end, |body| super::trim_end(bytes, from, body))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Text,
    Hole,
    Braces,
}

/// The closing quotes of a text whose first `{` is at `hole`, or the end of the line that has none.
fn nested_end(bytes: &[u8], hole: usize, limit: usize) -> Result<usize, usize> {
    let mut stack = vec![Inside::Text, Inside::Hole];
    let mut at = hole + 1;
    while at < limit {
        let byte = bytes[at];
        if byte == b'\n' {
            return Err(at);
        }
        let in_text = stack.last() == Some(&Inside::Text);
        match byte {
            b'\\' if in_text && at + 1 < limit && bytes[at + 1] != b'\n' => {
                at += escape_len(bytes, at) - 1;
            }
            b'"' if in_text => {
                stack.pop();
                if stack.is_empty() {
                    return Ok(at);
                }
            }
            b'"' => stack.push(Inside::Text),
            b'{' => stack.push(if in_text {
                Inside::Hole
            } else {
                Inside::Braces
            }),
            b'}' if !in_text => {
                stack.pop();
            }
            _ => {}
        }
        at += 1;
    }
    Err(limit)
}

/// The offset of the `"` that closes the raw text whose `"` is at `at`; `Err` with where it should be.
pub(crate) fn raw_end(bytes: &[u8], at: usize, limit: usize) -> Result<usize, usize> {
    let from = at + 1;
    match memchr::memchr2(b'"', b'\n', &bytes[from..limit]) {
        Some(found) if bytes[from + found] == b'"' => Ok(from + found),
        Some(found) => Err(unclosed_end(bytes, from, from + found)),
        None => Err(unclosed_end(bytes, from, limit)),
    }
}

/// The offset of the `"""` that closes the text whose opening `"""` is at `at`.
pub(crate) fn multi_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut from = at + 3;
    loop {
        let found = from + memchr::memmem::find(bytes.get(from..)?, b"\"\"\"")?;
        let slashes = bytes[at + 3..found]
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\')
            .count();
        if slashes % 2 == 0 {
            return Some(found);
        }
        from = found + 1;
    }
}

/// The end (one past the closing quote) of a text in the quotes of another language: `'…'`, `` `…` `` or curly
/// ones, whose opening quote is at `at`. `None` when the line does not close it.
pub(crate) fn foreign_text_end(bytes: &[u8], at: usize, limit: usize) -> Option<(usize, usize)> {
    let closers: &[&[u8]] = match bytes[at] {
        b'\'' => &[b"'"],
        b'`' => &[b"`"],
        _ if bytes[at..].starts_with("“".as_bytes()) || bytes[at..].starts_with("”".as_bytes()) => {
            &["”".as_bytes(), "“".as_bytes(), b"\""]
        }
        _ => &["’".as_bytes(), "‘".as_bytes(), b"'"],
    };
    let opening = if bytes[at] < 0x80 { 1 } else { 3 };
    let mut from = at + opening;
    while from < limit && bytes[from] != b'\n' {
        if bytes[from] == b'\\' && from + 1 < limit && bytes[from + 1] != b'\n' {
            from += 2;
            continue;
        }
        if let Some(closer) = closers
            .iter()
            .find(|closer| bytes[from..limit].starts_with(closer))
        {
            return Some((from, from + closer.len()));
        }
        from += 1;
    }
    None
}

/// The end of the comment that starts at `at`, if one does: `//`, and the comments of other languages.
pub(crate) fn comment_end(
    bytes: &[u8],
    at: usize,
    limit: usize,
    stray: &mut Stray,
) -> Option<usize> {
    let rest = &bytes[at..limit];
    let line = || line_end(&bytes[..limit], at);
    match rest.first()? {
        b'/' if rest.starts_with(b"//") => Some(line()),
        b'/' if rest.starts_with(b"/*") => {
            let found = if stray.no_block_end {
                None
            } else {
                memchr::memmem::find(&rest[2..], b"*/")
            };
            stray.no_block_end = found.is_none() && limit == bytes.len();
            Some(found.map_or_else(line, |found| at + 2 + found + 2))
        }
        b'#' => Some(line()),
        b'-' if rest.starts_with(b"--") => {
            let before = at == 0 || is_space(bytes[at - 1]);
            let after = rest
                .get(2)
                .is_none_or(|byte| is_space(*byte) || *byte == b'-');
            (before && after).then(line)
        }
        _ => None,
    }
}
