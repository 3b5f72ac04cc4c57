//! Text in columns, by what characters look like on a terminal: wide ones count twice, colours count nothing.

use unicode_width::UnicodeWidthStr;

/// How a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A cell: what it says, and how that is painted.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    plain: String,
    painted: String,
}

impl Cell {
    /// A cell that looks as it reads.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let plain = text.into();
        Self {
            painted: plain.clone(),
            plain,
        }
    }

    /// A cell whose colours take no room.
    pub(crate) fn painted(plain: impl Into<String>, paint: impl FnOnce(&str) -> String) -> Self {
        let plain = plain.into();
        Self {
            painted: paint(&plain),
            plain,
        }
    }
}

/// Lays rows out in columns, two spaces apart, each line indented by two. Trailing blanks are cut.
pub(crate) fn lay_out(rows: &[Vec<Cell>], aligns: &[Align]) -> String {
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.plain.width())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..aligns.len()).map(width).collect();
    let mut text = String::new();
    for row in rows {
        // Blanks are written only before something that shows.
        let mut blanks = 2;
        for ((cell, width), align) in row.iter().zip(&widths).zip(aligns) {
            let missing = width - cell.plain.width();
            let (before, after) = if *align == Align::Right {
                (missing, 0)
            } else {
                (0, missing)
            };
            blanks += before;
            if !cell.plain.is_empty() {
                text.push_str(&" ".repeat(blanks));
                text.push_str(&cell.painted);
                blanks = 0;
            }
            blanks += after + 2;
        }
        text.push('\n');
    }
    text
}

/// Text cut to a width, with an ellipsis where something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        cut.push(c);
        if cut.width() > width.saturating_sub(1) {
            cut.pop();
            break;
        }
    }
    cut.push('…');
    cut
}

/// A bar for a share from 0 to 1, in eighths of a character.
pub(crate) fn bar(share: f64, width: usize) -> String {
    const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let eighths = (share.clamp(0.0, 1.0) * (width * 8) as f64).ceil() as usize;
    let mut bar = "█".repeat(eighths / 8);
    if let Some(part) = (eighths % 8).checked_sub(1) {
        bar.push(EIGHTHS[part]);
    }
    bar
}

/// A number with its thousands apart: `12,345`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        grouped(number),
        if number == 1 { one } else { many }
    )
}

/// A share as a percentage: `12.5 %`, `< 0.1 %` for what is small but not nothing.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if share > 0.0 && percent < 0.1 {
        "< 0.1 %".to_owned()
    } else if share < 1.0 && percent > 99.9 {
        "> 99.9 %".to_owned()
    } else {
        format!("{percent:.1} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns_and_colours_none() {
        let rows = vec![
            vec![Cell::new("日本"), Cell::new("1")],
            vec![
                Cell::painted("abc", |text| format!("\x1b[1m{text}\x1b[0m")),
                Cell::new("22"),
            ],
        ];
        assert_eq!(
            lay_out(&rows, &[Align::Left, Align::Right]),
            "  日本   1\n  \x1b[1mabc\x1b[0m   22\n"
        );
    }

    #[test]
    fn empty_cells_keep_their_columns() {
        let rows = vec![
            vec![Cell::new(""), Cell::new("x")],
            vec![Cell::new("ab"), Cell::new("y")],
        ];
        assert_eq!(
            lay_out(&rows, &[Align::Left, Align::Left]),
            "      x\n  ab  y\n"
        );
    }

    #[test]
    fn shares_that_are_not_quite_nothing_or_all_say_so() {
        assert_eq!(percent(0.0), "0.0 %");
        assert_eq!(percent(0.000_01), "< 0.1 %");
        assert_eq!(percent(0.999_99), "> 99.9 %");
        assert_eq!(percent(1.0), "100.0 %");
    }

    #[test]
    fn a_bar_is_never_empty_for_somebody() {
        assert_eq!(bar(0.0, 10), "");
        assert_eq!(bar(0.000_1, 10), "▏");
        assert_eq!(bar(1.0, 3), "███");
        assert_eq!(bar(7.0, 3), "███");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn long_text_is_cut_by_width() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("abc", 3), "abc");
    }
}
