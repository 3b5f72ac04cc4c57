//! Where a mistake's text stands: the words of the corpus and the spans of reports, put beside each other.

use std::ops::Range;

/// The one place of a text in one of some files.
pub(super) fn only<'a>(
    files: impl Iterator<Item = (usize, &'a str)>,
    text: &str,
) -> Result<(usize, Range<usize>), String> {
    let mut found = Vec::new();
    for (file, content) in files {
        found.extend(content.match_indices(text).map(|(at, _)| (file, at)));
    }
    match found.as_slice() {
        [(file, at)] => Ok((*file, *at..*at + text.len())),
        _ => Err(format!(
            "`{text}` stands {} times in the program, and should once",
            found.len()
        )),
    }
}

/// What an expectation means: the place nearest to the edit where its text stands. `a‹b›c` is the `b` between `a` and `c`.
pub(super) fn expected(content: &str, text: &str, edit: &Range<usize>) -> Option<Range<usize>> {
    let (before, inner, after) = match text.split_once('‹') {
        Some((before, rest)) => {
            let (inner, after) = rest.split_once('›')?;
            (before, inner, after)
        }
        None => ("", text, ""),
    };
    let whole = format!("{before}{inner}{after}");
    let distance = |at: &usize| {
        let end = at + whole.len();
        edit.start.saturating_sub(end) + at.saturating_sub(edit.end)
    };
    let at = content
        .match_indices(&whole)
        .map(|(at, _)| at)
        .min_by_key(distance)?;
    let start = at + before.len();
    Some(start..start + inner.len())
}

/// A place in the words of the corpus.
pub(super) fn shown(content: &str, range: Range<usize>) -> String {
    let text = |range: Range<usize>| content[range].replace('\n', "⏎");
    if !range.is_empty() {
        return text(range);
    }
    let mut from = range.start.saturating_sub(12);
    while !content.is_char_boundary(from) {
        from -= 1;
    }
    let mut to = (range.end + 6).min(content.len());
    while !content.is_char_boundary(to) {
        to += 1;
    }
    format!("{}‹›{}", text(from..range.start), text(range.end..to))
}

#[test]
fn the_place_nearest_to_the_edit_is_meant() {
    let text = "a == b and a == c";
    assert_eq!(expected(text, "a", &(11..17)), Some(11..12));
    assert_eq!(expected(text, "== ‹b›", &(0..1)), Some(5..6));
    assert_eq!(expected(text, "and‹›", &(0..1)), Some(10..10));
    assert_eq!(expected(text, "x", &(0..1)), None);
    assert_eq!(shown("when  }", 5..5), "when ‹› }");
}
