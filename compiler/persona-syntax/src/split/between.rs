//! What is said about text that belongs to no declaration.

use persona_base::{Applicability, Span, syntax};

use super::MAX_FILE;
use crate::SyntaxError;
use crate::scan::words::{Keyword, keyword, meant_keyword};
use crate::scan::{is_word_start, word_end};

/// The one report about a file that is not read at all.
pub(super) fn too_large(text: &str) -> SyntaxError {
    let first = text.chars().next().map_or(0, char::len_utf8) as u32;
    let size = text.len() / (1 << 20);
    let message = format!(
        "this file has {size} MiB; files of more than {} MiB are not read",
        MAX_FILE >> 20
    );
    SyntaxError::new(syntax::FILE_TOO_LARGE, Span::new(0, first), message)
        .help("long lists of keys belong into data that a `source` reads")
}

/// Reports a stretch of text between declarations.
pub(super) fn report(text: &str, span: Span, errors: &mut Vec<SyntaxError>) {
    let found = span.of(text);
    let Some(first) = found.chars().next() else {
        return;
    };
    let error = match first {
        ')' | ']' | '}' => SyntaxError::new(
            syntax::NEVER_OPENED,
            span,
            format!(
                "`{first}` closes nothing: no `{}` is open here",
                opener(first)
            ),
        )
        .fix("remove it", Applicability::Maybe, span, ""),
        ';' | ',' => SyntaxError::new(
            syntax::SEMICOLON,
            span,
            format!("declarations are not separated by `{first}`"),
        )
        .label("not needed")
        .fix(
            format!("remove the `{first}`"),
            Applicability::Always,
            span,
            "",
        ),
        '@' => SyntaxError::new(
            syntax::ANNOTATES_NOTHING,
            span,
            "no declaration follows this annotation",
        )
        .help("an annotation stands right before the declaration it belongs to"),
        _ if is_word_start(found.as_bytes()[0]) => word(found, span),
        _ => general(found, span),
    };
    errors.push(error);
}

fn opener(closer: char) -> char {
    match closer {
        ')' => '(',
        ']' => '[',
        _ => '{',
    }
}

/// The first line of the text: what is underlined.
fn first_line(found: &str, span: Span) -> Span {
    let line = found.lines().next().unwrap_or("").trim_end();
    Span::new(span.start, span.start + line.len() as u32)
}

fn general(found: &str, span: Span) -> SyntaxError {
    SyntaxError::new(
        syntax::UNKNOWN_TEXT,
        first_line(found, span),
        "this text belongs to no declaration",
    )
    .label("expected `segment`, `event`, `trait` or another declaration")
    .help("a comment starts with `//`")
}

fn word(found: &str, span: Span) -> SyntaxError {
    let end = word_end(found.as_bytes(), 0);
    let word = &found[..end];
    let place = Span::new(span.start, span.start + end as u32);
    let sql = [
        "select", "from", "where", "insert", "update", "delete", "create", "with",
    ];
    if sql.contains(&word.to_ascii_lowercase().as_str()) {
        return SyntaxError::new(
            syntax::UNKNOWN_KEYWORD,
            place,
            format!("no declaration starts with `{word}`"),
        )
        .label("looks like SQL")
        .help("write who is meant as a segment: `segment name { when … }`");
    }
    if matches!(
        word,
        "when" | "if" | "otherwise" | "check" | "and" | "or" | "not"
    ) {
        return SyntaxError::new(
            syntax::UNKNOWN_TEXT,
            first_line(found, span),
            format!("this `{word}` stands in no declaration"),
        )
        .help("did the declaration above it end too early, with a `}` too many?");
    }
    let suggestion = meant_keyword(word)
        .map(Keyword::text)
        .filter(|_| keyword(word).is_none());
    match suggestion {
        Some(meant) => SyntaxError::new(
            syntax::UNKNOWN_KEYWORD,
            place,
            format!("no declaration starts with `{word}`"),
        )
        .label(format!("did you mean `{meant}`?"))
        .fix(
            format!("write `{meant}`"),
            Applicability::Maybe,
            place,
            meant,
        ),
        None => general(found, span),
    }
}
