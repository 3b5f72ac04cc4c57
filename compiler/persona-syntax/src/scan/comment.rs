//! Comments as other languages write them: what is said about them, wherever they stand.

use persona_base::{Applicability, Span, syntax};

use crate::SyntaxError;

/// The report about a comment that does not start with `//`, at `start..end` of a text.
pub(crate) fn foreign_comment(text: &str, start: usize, end: usize) -> SyntaxError {
    let place = Span::new(start as u32, end as u32);
    let shown = foreign_opener(&text[start..end]);
    let message = format!("a comment starts with `//`, not with `{shown}`");
    SyntaxError::new(syntax::FOREIGN_COMMENT, place, message).fix(
        "write `//`",
        Applicability::Always,
        place,
        own_comment(text, start, end),
    )
}

/// The comment as the language writes it.
fn own_comment(whole: &str, start: usize, end: usize) -> String {
    let text = &whole[start..end];
    let Some(inner) = text.strip_prefix("/*") else {
        let body = text.trim_start_matches(['#', '-']).trim();
        return if body.is_empty() {
            "//".to_owned()
        } else {
            format!("// {body}")
        };
    };
    let inner = inner.strip_suffix("*/").unwrap_or(inner);
    let lines: Vec<String> = inner
        .lines()
        .map(|line| line.trim().trim_start_matches('*').trim())
        .filter(|line| !line.is_empty())
        .map(|line| format!("// {line}"))
        .collect();
    let more = !whole[end..]
        .trim_start_matches([' ', '\t', '\r'])
        .starts_with('\n')
        && end < whole.len();
    format!("{}{}", lines.join("\n"), if more { "\n" } else { "" })
}

fn foreign_opener(text: &str) -> &'static str {
    match text.as_bytes()[0] {
        b'#' => "#",
        b'-' => "--",
        _ => "/*",
    }
}
