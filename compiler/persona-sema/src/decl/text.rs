//! Helpers on a declaration's text: what a fix has to remove, plain strings, text as a message.

use persona_base::Span;
use persona_syntax::ast;

/// What to delete so that the item of a list at `span` is gone: with the comma after it, or else the comma before it, and
/// the white space between.
pub(crate) fn removal(text: &str, span: Span) -> Span {
    let (start, end) = (span.start as usize, span.end as usize);
    let (Some(before), Some(after)) = (text.get(..start), text.get(end..)) else {
        return span;
    };
    let blank = |c: char| c.is_whitespace();
    if let Some(rest) = after.trim_start_matches(blank).strip_prefix(',') {
        let rest = rest.trim_start_matches([' ', '\t']);
        return Span::new(span.start, offset(text.len() - rest.len()));
    }
    let kept = before.trim_end_matches(blank);
    if let Some(kept) = kept.strip_suffix(',') {
        return Span::new(offset(kept.len()), span.end);
    }
    Span::new(offset(before.trim_end_matches([' ', '\t']).len()), span.end)
}

fn offset(length: usize) -> u32 {
    u32::try_from(length).expect("texts are cut off at 2 GiB")
}

/// The text of a string without interpolation.
pub(crate) fn plain_string(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        ast::ExprKind::RawStr(text) => Some(text.clone()),
        ast::ExprKind::Str(parts) => {
            parts
                .iter()
                .try_fold(String::new(), |text, part| match part {
                    ast::StrPart::Text(more) => Some(text + more),
                    ast::StrPart::Expr { .. } => None,
                })
        }
        _ => None,
    }
}

/// Source text in one line, for a message.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str, item: &str) -> String {
        let start = text.find(item).expect("the item is in the text");
        let span = removal(text, Span::new(offset(start), offset(start + item.len())));
        format!(
            "{}{}",
            &text[..span.start as usize],
            &text[span.end as usize..]
        )
    }

    #[test]
    fn one_comma_goes_with_an_item() {
        assert_eq!(without("{ at: T, sku: S }", "at: T"), "{ sku: S }");
        assert_eq!(without("{ sku: S, at: T }", "at: T"), "{ sku: S }");
        assert_eq!(without("{ at: T }", "at: T"), "{ }");
        assert_eq!(
            without("{\n  at: T\n  sku: S\n}", "at: T"),
            "{\n\n  sku: S\n}"
        );
    }
}
