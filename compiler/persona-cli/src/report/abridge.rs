//! Excerpts of lines that are far too long to show: a window around what matters. Knows nothing of diagnostics.

use std::ops::Range;

/// Lines up to so many bytes are shown whole.
const WHOLE: usize = 400;
/// How much is shown around a place in a longer line, and of a place that is long itself.
const AROUND: usize = 60;
const WITHIN: usize = 160;

/// A text with the same lines, the long ones cut, and where places of the original are in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Abridged {
    pub(super) text: String,
    /// One per place that was asked about, in that order.
    pub(super) places: Vec<Range<usize>>,
}

/// The text with its long lines cut around some places; none where all the places' lines can be shown whole.
pub(super) fn abridge(text: &str, places: &[Range<usize>]) -> Option<Abridged> {
    let too_long = |place: &Range<usize>| line_of(text, place.start).len() > WHOLE;
    if !places.iter().any(too_long) {
        return None;
    }
    let mut cut = Abridged {
        text: String::new(),
        places: vec![0..0; places.len()],
    };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let window = if line.len() > WHOLE {
            window(text, start..start + line.len(), places)
        } else {
            start..start + line.len()
        };
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
fn window(text: &str, line: Range<usize>, places: &[Range<usize>]) -> Range<usize> {
    let inside = places.iter().filter(|place| line.contains(&place.start));
    let first = inside.clone().map(|place| place.start).min();
    let last = inside.map(|place| place.end).max();
    let (Some(first), Some(last)) = (first, last) else {
        return line.start..floor(text, line.start + AROUND);
    };
    let last = last.min(first + WITHIN);
    let start = floor(text, first.saturating_sub(AROUND)).max(line.start);
    start..floor(text, last + AROUND).min(line.end)
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
            abridge("segment s\nwhen x\n", std::slice::from_ref(&(10..14))),
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
        let cut = abridge(&text, std::slice::from_ref(&(at..at + 5))).expect("the line is long");
        assert_eq!(&cut.text[cut.places[0].clone()], "wrong");
        assert!(cut.text.len() < 300, "{}", cut.text);
        assert!(
            cut.text.starts_with("first\n…a") && cut.text.ends_with("b…\nlast\n"),
            "{}",
            cut.text
        );
    }

    #[test]
    fn a_place_that_is_long_itself_is_cut_too() {
        let text = "x".repeat(5000);
        let cut = abridge(&text, std::slice::from_ref(&(0..5000))).expect("the line is long");
        assert_eq!(cut.places[0], 0..WITHIN + AROUND);
        assert!(cut.text.ends_with('…'));
    }

    #[test]
    fn places_at_the_end_of_the_text_stay_there() {
        let text = format!("{}\n", "x".repeat(5000));
        let cut = abridge(&text, &[10..12, 5001..5001]).expect("the line is long");
        assert_eq!(cut.places[1], cut.text.len()..cut.text.len());
        assert_eq!(&cut.text[cut.places[0].clone()], "xx");
    }
}
