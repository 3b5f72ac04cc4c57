//! Text in columns, by what characters look like on a terminal: wide ones count twice, colours count nothing.

use unicode_width::UnicodeWidthStr;

use crate::term::Paint;

/// How a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A cell: what it says, and how that is painted.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
    /// Whether the end matters more than the beginning.
    keeps_end: bool,
}

/// How a cell is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Dim,
    Cyan,
    Yellow,
    /// The first `✓`, `✗` or `·` in its colour, the rest plain.
    Mark,
}

impl Cell {
    /// A cell that looks as it reads.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self::styled(text, Style::Plain)
    }

    /// A cell with a style.
    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
            keeps_end: false,
        }
    }

    /// Where something is written: what is too long loses folders, and never the line.
    pub(crate) fn place(text: impl Into<String>) -> Self {
        Self {
            keeps_end: true,
            ..Self::styled(text, Style::Dim)
        }
    }

    /// The cell's text, with what is too long for the room cut off.
    fn within(&self, room: usize) -> String {
        if self.keeps_end {
            cut_before(&self.text, room)
        } else {
            cut(&self.text, room)
        }
    }

    fn painted(&self, text: &str, paint: Paint) -> String {
        match self.style {
            Style::Plain => text.to_owned(),
            Style::Bold => paint.bold(text),
            Style::Dim => paint.dim(text),
            Style::Cyan => paint.cyan(text),
            Style::Yellow => paint.yellow(text),
            Style::Mark => text
                .replacen('✓', &paint.green('✓'), 1)
                .replacen('✗', &paint.red('✗'), 1)
                .replacen('·', &paint.dim('·'), 1),
        }
    }
}

/// The widest line that [`lay_out`] makes, as long as only last cells are too long.
pub(crate) const WIDTH: usize = 110;

/// Lays rows out in columns, two spaces apart, each line indented by two. Trailing blanks are cut, and so is what a row's
/// last cell has beyond [`WIDTH`].
pub(crate) fn lay_out(rows: &[Vec<Cell>], aligns: &[Align], paint: Paint) -> String {
    let width = |column: usize| {
        // A row's last cell may be as long as it likes.
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column).filter(|_| column + 1 < row.len()));
        cells.map(|cell| cell.text.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..aligns.len()).map(width).collect();
    rows.iter()
        .map(|row| line(row, &widths, aligns, paint))
        .collect()
}

fn line(row: &[Cell], widths: &[usize], aligns: &[Align], paint: Paint) -> String {
    let mut text = String::new();
    let mut used = 0;
    // Blanks are written only before something that shows.
    let mut blanks = 2;
    for (column, ((cell, width), align)) in row.iter().zip(widths).zip(aligns).enumerate() {
        let room = WIDTH.saturating_sub(used + blanks).max(20);
        let shown = if column + 1 == row.len() {
            cell.within(room)
        } else {
            cell.text.clone()
        };
        let missing = width.saturating_sub(shown.width());
        let (before, after) = if *align == Align::Right {
            (missing, 0)
        } else {
            (0, missing)
        };
        blanks += before;
        if !shown.is_empty() {
            text.push_str(&" ".repeat(blanks));
            text.push_str(&cell.painted(&shown, paint));
            used += blanks + shown.width();
            blanks = 0;
        }
        blanks += after + 2;
    }
    text.push('\n');
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

/// Text cut to a width at its beginning.
fn cut_before(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let starts = text.char_indices().map(|(at, _)| &text[at..]);
    let kept = starts.skip(1).find(|rest| rest.width() < width);
    format!("…{}", kept.unwrap_or_default())
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

/// A title behind a name: ` "VIP shoppers"`; nothing where there is none.
pub(crate) fn titled(title: Option<&str>) -> String {
    title.map_or_else(String::new, |title| format!(" \"{title}\""))
}

/// The day and the time of a moment as it is written.
pub(crate) fn day_and_time(text: &str) -> (&str, &str) {
    text.split_once(' ').unwrap_or((text, ""))
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
        let rows = [
            vec![Cell::new("日本"), Cell::new("1"), Cell::new("x")],
            vec![
                Cell::styled("abc", Style::Bold),
                Cell::new("22"),
                Cell::new("y"),
            ],
        ];
        let text = lay_out(
            &rows,
            &[Align::Left, Align::Right, Align::Left],
            Paint(true),
        );
        assert_eq!(text, "  日本   1  x\n  \x1b[1mabc\x1b[0m   22  y\n");
    }

    #[test]
    fn a_place_that_is_too_long_keeps_its_line() {
        let place = || Cell::place("examples/beauty/personas.persona:31");
        let laid_out = |before: usize| {
            let rows = [vec![Cell::new("x".repeat(before)), place()]];
            lay_out(&rows, &[Align::Left, Align::Left], Paint(false))
        };
        assert!(laid_out(70).ends_with("x  examples/beauty/personas.persona:31\n"));
        for long in [80, 200] {
            let text = laid_out(long);
            assert!(
                text.contains("  …") && text.ends_with("personas.persona:31\n"),
                "{text}"
            );
        }
        assert_eq!(cut_before("日本語", 5), "…本語");
    }

    #[test]
    fn empty_cells_keep_their_columns() {
        let rows = [
            vec![Cell::new(""), Cell::new("x")],
            vec![Cell::new("ab"), Cell::new("y")],
        ];
        assert_eq!(
            lay_out(&rows, &[Align::Left, Align::Left], Paint(false)),
            "      x\n  ab  y\n"
        );
    }

    #[test]
    fn only_last_cells_are_cut() {
        let rows = [
            vec![Cell::new("a"), Cell::new("x".repeat(500))],
            vec![Cell::new("b".repeat(150))],
        ];
        let text = lay_out(&rows, &[Align::Left, Align::Left], Paint(false));
        let widths: Vec<usize> = text.lines().map(UnicodeWidthStr::width).collect();
        assert_eq!(widths, [WIDTH, WIDTH]);
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
