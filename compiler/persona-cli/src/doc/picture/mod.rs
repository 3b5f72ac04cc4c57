//! Pictures of a site, as SVG that takes its colours from the style sheet: what triggers do, who uses what. Sizes are whole pixels
//! and follow from the text alone, so that the same package gives the same picture.

pub(super) mod flow;
pub(super) mod map;
pub(super) mod near;

use crate::columns::cut;
use crate::markup::escaped;
use unicode_width::UnicodeWidthStr as _;

/// Breaks words into lines of so many letters, at most so many lines; what is left is cut.
fn lines(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(rest);
    }
    lines.iter().map(|line| cut(line, width)).collect()
}

/// A line of text in a picture.
fn text(class: &str, x: i64, y: i64, text: &str) -> String {
    format!(
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>",
        escaped(text)
    )
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn words_are_broken_into_lines_and_the_last_is_cut() {
        assert_eq!(
            lines("one two three four", 9, 3),
            ["one two", "three", "four"]
        );
        assert_eq!(lines("one two three four", 9, 2), ["one two", "three fo…"]);
        assert_eq!(lines("unbreakable", 6, 2), ["unbre…"]);
        assert_eq!(lines("", 6, 2), [""]);
    }
}
