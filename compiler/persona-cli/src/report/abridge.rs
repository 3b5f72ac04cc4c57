//! Excerpts of lines that are far too long to show: a window around what matters. Knows nothing of diagnostics.

use std::collections::BTreeMap;
use std::ops::Range;

/// How much of a line is shown, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// Lines up to so many bytes are shown whole.
    whole: usize,
    /// How much is shown around a place in a longer line.
    around: usize,
    /// How much is shown of a place that is long itself.
    within: usize,
}

impl Limits {
    /// Where there is room for everything that somebody would write.
    pub(super) const WIDE: Self = Self {
        whole: 400,
        around: 60,
        within: 160,
    };

    /// For lines that have so many columns to themselves.
    pub(super) fn of_width(columns: usize) -> Self {
        let columns = columns.max(24);
        if columns >= Self::WIDE.whole {
            return Self::WIDE;
        }
        Self {
            whole: columns,
            around: columns / 4,
            within: columns / 2 - 2,
        }
    }
}

/// A text with the same lines, the long ones cut, and where places of the original are in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Abridged {
    pub(super) text: String,
    /// One per place that was asked about, in that order.
    pub(super) places: Vec<Range<usize>>,
    /// For each line that was cut at its front, from zero: how many characters more its columns are.
    pub(super) cut: BTreeMap<usize, isize>,
}

/// The text with its long lines cut around some places; none where all the places' lines can be shown whole.
pub(super) fn abridge(text: &str, places: &[Range<usize>], limits: Limits) -> Option<Abridged> {
    let too_long = |place: &Range<usize>| line_of(text, place.start).len() > limits.whole;
    if !places.iter().any(too_long) {
        return None;
    }
    let mut cut = Abridged {
        text: String::new(),
        places: vec![0..0; places.len()],
        cut: BTreeMap::new(),
    };
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let window = if line.len() > limits.whole {
            window(text, start..start + line.len(), places, limits)
        } else {
            start..start + line.len()
        };
        if window.start > start {
            let hidden = text[start..window.start].chars().count() as isize;
            cut.cut.insert(number, hidden - 1);
        }
        cut.line(text, start..start + line.len(), window, places);
        start += line.len();
    }
    let end = cut.text.len();
    for (place, new) in places.iter().zip(&mut cut.places) {
        if place.start >= text.len() {
            *new = end..end;
        }
    }
    Some(cut)
}

impl Abridged {
    /// Adds what is shown of a line, and moves the places in it.
    fn line(
        &mut self,
        text: &str,
        line: Range<usize>,
        window: Range<usize>,
        places: &[Range<usize>],
    ) {
        if window.start > line.start {
            self.text.push('…');
        }
        let new = self.text.len();
        let move_to = |at: usize| new + at.clamp(window.start, window.end) - window.start;
        for (place, moved) in places.iter().zip(&mut self.places) {
            if line.contains(&place.start) {
                moved.start = move_to(place.start);
            }
            if line.contains(&place.end) || (place.end == line.end && place.start < line.end) {
                moved.end = move_to(place.end);
            }
        }
        self.text.push_str(&text[window.clone()]);
        if window.end < line.end && !text[window.end..line.end].trim_end().is_empty() {
            self.text.push('…');
        }
        if text[..line.end].ends_with('\n') && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

/// The line that holds an offset.
fn line_of(text: &str, at: usize) -> &str {
    let at = floor(text, at);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline);
    &text[start..end]
}

/// What to show of a long line: around its places, or its beginning.
fn window(text: &str, line: Range<usize>, places: &[Range<usize>], limits: Limits) -> Range<usize> {
    let inside = places.iter().filter(|place| line.contains(&place.start));
    let first = inside.clone().map(|place| place.start).min();
    let last = inside.map(|place| place.end).max();
    let (Some(first), Some(last)) = (first, last) else {
        return line.start..floor(text, line.start + 2 * limits.around);
    };
    let last = last.min(first + limits.within);
    let start = floor(text, first.saturating_sub(limits.around)).max(line.start);
    start..floor(text, last + limits.around).min(line.end)
}

/// The nearest character boundary at or before an offset.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lines_are_left_alone() {
        assert_eq!(
            abridge(
                "segment s\nwhen x\n",
                std::slice::from_ref(&(10..14)),
                Limits::WIDE
            ),
            None
        );
    }

    #[test]
    fn a_long_line_is_cut_around_its_place() {
        let text = format!(
            "first\n{}é wrong {}\nlast\n",
            "a".repeat(1000),
            "b".repeat(1000)
        );
        let at = text.find("wrong").expect("there");
        let cut = abridge(&text, std::slice::from_ref(&(at..at + 5)), Limits::WIDE)
            .expect("the line is long");
        assert_eq!(&cut.text[cut.places[0].clone()], "wrong");
        assert!(cut.text.len() < 300, "{}", cut.text);
        assert!(
            cut.text.starts_with("first\n…a") && cut.text.ends_with("b…\nlast\n"),
            "{}",
            cut.text
        );
    }

    #[test]
    fn columns_of_a_cut_line_can_be_counted_from_its_real_start() {
        let text = format!("first\n{}wrong\n", "é".repeat(300));
        let at = text.find("wrong").expect("there");
        let cut = abridge(&text, std::slice::from_ref(&(at..at + 5)), Limits::WIDE).expect("long");
        let line = cut.text.lines().nth(1).expect("a second line");
        let shown = line.find("wrong").map(|at| line[..at].chars().count());
        assert_eq!(shown.expect("shown") as isize + cut.cut[&1], 300);
    }

    #[test]
    fn a_place_that_is_long_itself_is_cut_too() {
        let text = "x".repeat(5000);
        let cut = abridge(&text, std::slice::from_ref(&(0..5000)), Limits::WIDE)
            .expect("the line is long");
        assert_eq!(cut.places[0], 0..160 + 60);
        assert!(cut.text.ends_with('…'));
    }

    #[test]
    fn places_at_the_end_of_the_text_stay_there() {
        let text = format!("{}\n", "x".repeat(5000));
        let cut = abridge(&text, &[10..12, 5001..5001], Limits::WIDE).expect("the line is long");
        assert_eq!(cut.places[1], cut.text.len()..cut.text.len());
        assert_eq!(&cut.text[cut.places[0].clone()], "xx");
    }
}
