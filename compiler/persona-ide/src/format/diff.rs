//! The small edits between a text and its formatted form, which differ in white space and commas only.

use persona_base::Span;

/// What turns `old` into `new`: replacements in order that do not overlap, each as small as it can be. No edit begins or ends
/// inside a `\r\n`, a place that editors cannot name.
pub(crate) fn diff(old: &str, new: &str) -> Vec<(Span, String)> {
    let mut edits = Vec::new();
    let (mut a, mut b) = (0, 0);
    let (olds, news) = (old.as_bytes(), new.as_bytes());
    loop {
        let mut same = common(&olds[a..], &news[b..]);
        while !old.is_char_boundary(a + same) || !new.is_char_boundary(b + same) {
            same -= 1;
        }
        (a, b) = (a + same, b + same);
        if a == olds.len() && b == news.len() {
            return edits;
        }
        // What differs is a stretch of white space and commas; it began where the last thing of another kind ended.
        let back = olds[..a]
            .iter()
            .rev()
            .take_while(|byte| loose(**byte))
            .count();
        let (from_a, from_b) = (a - back, b - back);
        let end_a = a + olds[a..].iter().take_while(|byte| loose(**byte)).count();
        let end_b = b + news[b..].iter().take_while(|byte| loose(**byte)).count();
        if end_a == a && end_b == b {
            // Something else differs: all of the rest is replaced.
            push(&mut edits, old, new, (a, olds.len()), (b, news.len()));
            return edits;
        }
        push(&mut edits, old, new, (from_a, end_a), (from_b, end_b));
        (a, b) = (end_a, end_b);
    }
}

/// What turns `old` into `new`, whatever differs: replacements of whole lines, in order, that do not overlap.
pub(crate) fn lines(old: &str, new: &str) -> Vec<(Span, String)> {
    let olds: Vec<&str> = old.split_inclusive('\n').collect();
    let news: Vec<&str> = new.split_inclusive('\n').collect();
    let mut starts = vec![0_u32];
    for line in &olds {
        starts.push(starts[starts.len() - 1] + line.len() as u32);
    }
    let ops = similar::capture_diff_slices(similar::Algorithm::Myers, &olds, &news);
    let changed = ops.iter().filter(|op| op.tag() != similar::DiffTag::Equal);
    changed
        .map(|op| {
            let (before, after) = (op.old_range(), op.new_range());
            let span = Span::new(starts[before.start], starts[before.end]);
            (span, news[after].concat())
        })
        .collect()
}

/// A byte that formatting may add or leave out.
fn loose(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')
}

fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// One replacement, without what is the same at both of its ends.
fn push(
    edits: &mut Vec<(Span, String)>,
    old: &str,
    new: &str,
    (mut from_a, mut end_a): (usize, usize),
    (mut from_b, mut end_b): (usize, usize),
) {
    let (olds, news) = (old.as_bytes(), new.as_bytes());
    let mut before = common(&olds[from_a..end_a], &news[from_b..end_b]);
    while !apart(old, from_a + before) || !apart(new, from_b + before) {
        before -= 1;
    }
    (from_a, from_b) = (from_a + before, from_b + before);
    let pairs = olds[from_a..end_a]
        .iter()
        .rev()
        .zip(news[from_b..end_b].iter().rev());
    let mut behind = pairs.take_while(|(a, b)| a == b).count();
    while !apart(old, end_a - behind) || !apart(new, end_b - behind) {
        behind -= 1;
    }
    (end_a, end_b) = (end_a - behind, end_b - behind);
    if from_a < end_a || from_b < end_b {
        let span = Span::new(from_a as u32, end_a as u32);
        edits.push((span, new[from_b..end_b].to_owned()));
    }
}

/// Whether an edit may begin or end here.
fn apart(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    text.is_char_boundary(at)
        && !(at > 0 && bytes[at - 1] == b'\r' && bytes.get(at) == Some(&b'\n'))
}

#[cfg(test)]
mod tests {
    use persona_base::fixing::edited;

    use super::*;

    fn check(old: &str, new: &str) -> Vec<(Span, String)> {
        let edits = diff(old, new);
        let made = edited(old, edits.iter().map(|(span, text)| (*span, text.as_str())));
        assert_eq!(made, new, "{edits:?}");
        assert!(
            edits
                .iter()
                .all(|(span, _)| apart(old, span.start as usize)),
            "{edits:?}"
        );
        assert!(
            edits.iter().all(|(span, _)| apart(old, span.end as usize)),
            "{edits:?}"
        );
        edits
    }

    #[test]
    fn only_what_differs_is_replaced() {
        assert_eq!(
            check("a  b,c", "a b, c"),
            [
                (Span::new(2, 3), String::new()),
                (Span::at(5), " ".to_owned())
            ]
        );
        assert!(check("same", "same").is_empty());
    }

    #[test]
    fn commas_come_and_go() {
        check("{ a: Int,\n b: Int, }", "{\n  a: Int\n  b: Int\n}\n");
        check("[a b]", "[\n  a,\n  b,\n]");
    }

    #[test]
    fn line_ends_of_two_characters_stay_whole() {
        check("a\r\n\r\n\r\nb\r\n", "a\r\n\r\nb\r\n");
        check("a \nb\r\n c", "a\r\nb\r\nc");
        check("a\r\n\tb", "a\r\n  b");
        check("a\r\n", "a\n");
    }

    #[test]
    fn texts_that_differ_in_more_are_replaced_from_there_on() {
        check("abc", "axc");
        check("", "x");
        check("éa", "èa");
        check("a é", "a,è");
    }
}
