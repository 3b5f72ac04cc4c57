//! An expression as it is written, with the value of every part under it:
//!
//! ```text
//! expect lifetime_spend > 1000 USD and country in [US, CA]
//!        |              |          |   |       |
//!        30 USD         no         no  DE      no
//! ```
//!
//! Knows text, places and values; asks nobody.

use persona_base::Span;
use persona_ir::{Explain, ExplainKind};

/// A value under a place of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The byte of the file that it stands under.
    pub(super) at: u32,
    /// The value, in words.
    pub(super) text: String,
}

/// Draws what is written at a place, with marks under its lines.
pub(super) fn draw(file: &str, span: Span, marks: &[Mark]) -> Vec<String> {
    let mut drawn = Vec::new();
    let end = (span.end as usize).min(file.len());
    let mut start = span.start as usize;
    let first_column = column(file, start);
    while start < end {
        let stop = file[start..end].find('\n').map_or(end, |at| start + at);
        let line = file[start..stop].trim_end();
        // Lines below the first keep their place beside it.
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        let cut = match drawn.is_empty() {
            true => 0,
            false => indent.min(first_column),
        };
        let shown: String = line.chars().skip(cut).collect();
        if !shown.trim().is_empty() {
            drawn.push(shown.replace('\t', " "));
            let mut own: Vec<(usize, &str)> = marks
                .iter()
                .filter(|mark| (start..stop).contains(&(mark.at as usize)))
                .map(|mark| {
                    let before = file[start..mark.at as usize].chars().count();
                    (before.saturating_sub(cut), mark.text.as_str())
                })
                .collect();
            own.sort_by_key(|(column, _)| *column);
            own.dedup();
            drawn.extend(under(&own));
        }
        start = stop + 1;
    }
    drawn
}

/// The characters before a byte on its line.
fn column(file: &str, at: usize) -> usize {
    let line = file[..at].rfind('\n').map_or(0, |newline| newline + 1);
    file[line..at].chars().count()
}

/// The lines under a line: a bar under each place, then the values. From the right, each stands where it ends before what
/// follows it begins; the others wait for the next line, with a bar that passes this one.
fn under(marks: &[(usize, &str)]) -> Vec<String> {
    let mut left: Vec<(usize, &str)> = marks.to_vec();
    let mut lines = Vec::new();
    if !left.is_empty() {
        lines.push(line_of(left.iter().map(|(column, _)| (*column, "|"))));
    }
    while !left.is_empty() {
        let (mut placed, mut waiting) = (Vec::new(), Vec::new());
        let mut limit = usize::MAX;
        for (column, text) in left.iter().rev() {
            let ends = column + text.chars().count();
            if limit == usize::MAX || ends < limit {
                placed.push((*column, *text));
            } else {
                waiting.push((*column, *text));
                placed.push((*column, "|"));
            }
            limit = *column;
        }
        placed.reverse();
        waiting.reverse();
        lines.push(line_of(placed.into_iter()));
        left = waiting;
    }
    lines
}

/// Texts at their columns, ascending; what has no room is left out: of two in one column the first.
fn line_of<'t>(texts: impl Iterator<Item = (usize, &'t str)>) -> String {
    let mut texts = texts.peekable();
    let (mut line, mut width) = (String::new(), 0);
    while let Some((column, text)) = texts.next() {
        let same = texts.peek().is_some_and(|(next, _)| *next == column);
        if same || column < width {
            continue;
        }
        line.extend(std::iter::repeat_n(' ', column - width));
        line.push_str(text);
        width = column + text.chars().count();
    }
    line
}

/// Where the value of a part stands: under the operator of what has one, else under its first character.
pub(super) fn anchor(file: &str, explain: &Explain) -> u32 {
    let span = explain.place.span;
    let behind = match explain.kind {
        ExplainKind::And | ExplainKind::Or => explain.parts.first(),
        // What is compared stands first, and the operator behind it.
        ExplainKind::Atom | ExplainKind::Value => explain.parts.first().filter(|part| {
            let part = part.place.span;
            part.start == span.start && part.end < span.end
        }),
        _ => None,
    };
    let Some(part) = behind else {
        return span.start;
    };
    let from = (part.place.span.end as usize).min(file.len());
    let to = (span.end as usize).clamp(from, file.len());
    let gap = file[from..to].find(|c: char| !c.is_whitespace() && c != ')');
    gap.map_or(span.start, |gap| (from + gap) as u32)
}

#[cfg(test)]
mod tests {
    use persona_base::Span;

    use super::{Mark, draw};

    fn drawn(text: &str, marks: &[(u32, &str)]) -> String {
        let marks: Vec<Mark> = marks
            .iter()
            .map(|(at, text)| Mark {
                at: *at,
                text: (*text).to_owned(),
            })
            .collect();
        let span = Span::new(0, text.len() as u32);
        draw(text, span, &marks).join("\n")
    }

    #[test]
    fn values_stand_under_what_they_are_of() {
        let text = "spend > 1000 USD and country == US";
        let marks = [(0, "30 USD"), (6, "no"), (17, "no"), (21, "DE"), (29, "no")];
        assert_eq!(
            drawn(text, &marks),
            "spend > 1000 USD and country == US\n\
             |     |          |   |       |\n\
             |     no         no  DE      no\n\
             30 USD"
        );
    }

    #[test]
    fn values_of_one_place_stand_below_each_other() {
        assert_eq!(
            drawn("in vip", &[(0, "no"), (0, "yes")]),
            "in vip\n|\nyes\nno"
        );
    }

    #[test]
    fn each_line_has_its_values() {
        assert_eq!(
            drawn("a\n  and b", &[(0, "1"), (4, "no"), (8, "2")]),
            "a\n|\n1\n  and b\n  |   |\n  no  2"
        );
    }

    #[test]
    fn letters_count_and_not_bytes() {
        assert_eq!(
            drawn("ä == b", &[(0, "1"), (6, "2")]),
            "ä == b\n|    |\n1    2"
        );
    }
}
