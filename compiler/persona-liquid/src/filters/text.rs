//! Filters of text. All are linear in what they read and write.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Fid;
use crate::Value;
use crate::ir::With;
use crate::limits::MAX_OUTPUT;
use crate::render::{Stop, Work};
use crate::scan::is_space;

/// Computes a filter of text.
pub(super) fn call(
    filter: Fid,
    input: &Value,
    args: &[Value],
    with: &With,
    work: &Work<'_>,
) -> Result<Value, Stop> {
    if let (Fid::Pluralize, Value::Int(count)) = (filter, input) {
        return Ok(args
            .get(usize::from(*count != 1))
            .cloned()
            .unwrap_or(Value::Missing));
    }
    let Value::Str(text) = input else {
        return Ok(Value::Missing);
    };
    let first = string(args, 0);
    let second = string(args, 1);
    let made = match filter {
        Fid::Append => format!("{text}{first}"),
        Fid::Prepend => format!("{first}{text}"),
        Fid::Capitalize => capitalized(text),
        Fid::Downcase => text.to_lowercase(),
        Fid::Upcase => text.to_uppercase(),
        Fid::Lstrip => return Ok(part(text, text.trim_start_matches(is_space))),
        Fid::Rstrip => return Ok(part(text, text.trim_end_matches(is_space))),
        Fid::Strip => return Ok(part(text, text.trim_matches(is_space))),
        Fid::Raw => return Ok(input.clone()),
        Fid::Remove => text.replace(first, ""),
        Fid::RemoveFirst => text.replacen(first, "", 1),
        Fid::RemoveLast => replace_last(text, first, ""),
        Fid::Replace => replace(text, first, second, work)?,
        Fid::ReplaceFirst => text.replacen(first, second, 1),
        Fid::ReplaceLast => replace_last(text, first, second),
        Fid::StripNewlines => text.replace("\r\n", "").replace('\n', ""),
        Fid::StripHtml => strip_html(text),
        Fid::NewlineToBr => newline_to_br(text, *with == With::Html(true)),
        Fid::Escape => {
            let mut out = String::with_capacity(text.len());
            escape_into(&mut out, text);
            out
        }
        Fid::EscapeOnce => escape_once(text),
        Fid::Truncate => truncate(text, args),
        Fid::TruncateWords => truncate_words(text, args),
        Fid::UrlEncode => url_encode(text),
        Fid::UrlDecode => url_decode(text),
        Fid::Base64Encode => base64_encode(text.as_bytes(), STANDARD),
        Fid::Base64UrlEncode => base64_encode(text.as_bytes(), SAFE),
        Fid::Base64Decode => return Ok(base64_decode(text, STANDARD)),
        Fid::Base64UrlDecode => return Ok(base64_decode(text, SAFE)),
        Fid::Split => return Ok(split(text, first)),
        _ => return Ok(Value::Missing),
    };
    Ok(Value::Str(Arc::from(made)))
}

fn string(args: &[Value], index: usize) -> &str {
    match args.get(index) {
        Some(Value::Str(text)) => text,
        _ => "",
    }
}

/// A part of a text, which shares it where it is all of it.
fn part(whole: &Arc<str>, part: &str) -> Value {
    if part.len() == whole.len() {
        Value::Str(Arc::clone(whole))
    } else {
        Value::Str(Arc::from(part))
    }
}

/// Whether a text is nothing but white space.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        None => String::new(),
        Some(first) => first
            .to_uppercase()
            .chain(chars.as_str().to_lowercase().chars())
            .collect(),
    }
}

/// Every place where it stands; an empty text stands before, between and behind all characters. Its length is known before it is made.
fn replace(text: &str, from: &str, to: &str, work: &Work<'_>) -> Result<String, Stop> {
    let places = if from.is_empty() {
        text.chars().count() + 1
    } else {
        text.matches(from).count()
    };
    if text.len().saturating_add(places.saturating_mul(to.len())) > MAX_OUTPUT.saturating_mul(2) {
        return Err(work.too_long());
    }
    Ok(text.replace(from, to))
}

fn replace_last(text: &str, from: &str, to: &str) -> String {
    match text.rfind(from) {
        None => text.to_owned(),
        Some(at) => format!("{}{to}{}", &text[..at], &text[at + from.len()..]),
    }
}

/// Writes text for HTML.
pub fn escape_into(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

fn escape_once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        out.push_str(&rest[..at]);
        let entity = entity(&rest[at..]);
        if entity > 0 {
            out.push_str(&rest[at..at + entity]);
            rest = &rest[at + entity..];
        } else {
            escape_into(&mut out, &rest[at..=at]);
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    out
}

/// The length of the entity at the start of a text; 0 where there is none. No entity is longer than 32 bytes.
fn entity(text: &str) -> usize {
    let Some(end) = text.bytes().take(32).position(|byte| byte == b';') else {
        return 0;
    };
    let Some(name) = text.get(1..end).filter(|_| text.starts_with('&')) else {
        return 0;
    };
    let all = |text: &str, is: fn(&u8) -> bool| !text.is_empty() && text.as_bytes().iter().all(is);
    let fine = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => all(hex, u8::is_ascii_hexdigit),
            None => all(number, u8::is_ascii_digit),
        },
        None => all(name, u8::is_ascii_alphabetic),
    };
    if fine { end + 1 } else { 0 }
}

fn newline_to_br(text: &str, html: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line.strip_suffix('\r').unwrap_or(line), "<br />\n"),
            None => (line, ""),
        };
        if html {
            escape_into(&mut out, line);
        } else {
            out.push_str(line);
        }
        out.push_str(end);
    }
    out
}

/// Without scripts, styles, comments and tags, also where they go over lines.
fn strip_html(text: &str) -> String {
    const WHOLE: [(&str, &str); 3] = [
        ("<script", "</script>"),
        ("<!--", "-->"),
        ("<style", "</style>"),
    ];
    let mut out = String::with_capacity(text.len());
    // Whether what ends each of them, or a tag, may still come.
    let mut comes = [true; 4];
    let mut at = 0;
    while let Some(open) = text[at..].find('<').map(|found| at + found) {
        out.push_str(&text[at..open]);
        let rest = &text[open..];
        let mut end = None;
        for (index, (start, stop)) in WHOLE.iter().enumerate() {
            if comes[index] && rest.starts_with(start) {
                end = rest.find(stop).map(|found| open + found + stop.len());
                comes[index] = end.is_some();
            }
        }
        if end.is_none() && comes[3] {
            end = rest.find('>').map(|found| open + found + 1);
            comes[3] = end.is_some();
        }
        match end {
            Some(end) => at = end,
            None => {
                out.push('<');
                at = open + 1;
            }
        }
    }
    out.push_str(&text[at..]);
    out
}

fn number(args: &[Value], index: usize, otherwise: usize) -> usize {
    match args.get(index) {
        Some(Value::Int(number)) => usize::try_from(*number).unwrap_or(0),
        _ => otherwise,
    }
}

fn ending(args: &[Value]) -> &str {
    match args.get(1) {
        Some(Value::Str(text)) => text,
        _ => "...",
    }
}

fn truncate(text: &str, args: &[Value]) -> String {
    let length = number(args, 0, 50);
    let end = ending(args);
    if text.chars().nth(length).is_none() {
        return text.to_owned();
    }
    let kept = length.saturating_sub(end.chars().count());
    let mut out: String = text.chars().take(kept).collect();
    out.push_str(end);
    out
}

fn truncate_words(text: &str, args: &[Value]) -> String {
    let count = number(args, 0, 15).max(1);
    let mut words = text.split(is_space).filter(|word| !word.is_empty());
    let kept: Vec<&str> = words.by_ref().take(count).collect();
    if words.next().is_none() {
        return text.to_owned();
    }
    format!("{}{}", kept.join(" "), ending(args))
}

fn split(text: &str, by: &str) -> Value {
    let mut parts: Vec<&str> = match by {
        "" => text
            .char_indices()
            .map(|(at, c)| &text[at..at + c.len_utf8()])
            .collect(),
        " " => text
            .split(is_space)
            .filter(|part| !part.is_empty())
            .collect(),
        _ => text.split(by).collect(),
    };
    while parts.last().is_some_and(|part| part.is_empty()) {
        parts.pop();
    }
    Value::list(parts.into_iter().map(Value::text))
}

fn url_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// What is no text after decoding is replaced by `\u{FFFD}`.
fn url_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let code =
            escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match code {
            Some(code) if bytes[at + 1] != b'+' => {
                out.push(code);
                at += 3;
            }
            _ => {
                out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8(out)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64_encode(bytes: &[u8], letters: &[u8; 64]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4_usize {
            let letter = (bits >> (18 - 6 * index)) & 63;
            out.push(if index > group.len() {
                '='
            } else {
                char::from(letters[letter as usize])
            });
        }
    }
    out
}

/// Missing where it is not base64, or not that of a text.
fn base64_decode(text: &str, letters: &[u8; 64]) -> Value {
    let kept = text.trim_end_matches('=');
    if text.len() - kept.len() > 2 || kept.len() % 4 == 1 {
        return Value::Missing;
    }
    let mut out = Vec::with_capacity(kept.len() / 4 * 3 + 3);
    let mut bits = 0_u32;
    let mut count = 0;
    for byte in kept.bytes() {
        let Some(six) = letters.iter().position(|letter| *letter == byte) else {
            return Value::Missing;
        };
        bits = (bits << 6 | u32::try_from(six).unwrap_or(0)) & 0x00FF_FFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xFF).unwrap_or(0));
        }
    }
    String::from_utf8(out).map_or(Value::Missing, |text| Value::Str(Arc::from(text)))
}
