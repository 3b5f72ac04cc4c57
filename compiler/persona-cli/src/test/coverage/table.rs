//! Coverage as text: how much in all, then what lacks, the worst first.

use persona::{Coverage, CoveredAtom, CoveredOutcome, Covering, Location};

use super::{outcome, said, totals};
use crate::columns::{Align, Cell, Style, cut, lay_out};
use crate::term::Paint;

/// The widest condition shown.
const TEXT: usize = 60;
/// The columns of a bar.
const BAR: usize = 24;

/// The table.
pub(super) fn text(coverage: &Coverage, paint: Paint) -> String {
    let mut text = format!("\n{}\n", paint.bold("Coverage"));
    let rows: Vec<Vec<Cell>> = totals(coverage)
        .into_iter()
        .filter(|(_, _, part)| part.all > 0)
        .map(|(what, how, part)| {
            let filled = part.seen * BAR / part.all;
            let bar = format!("{}{}", "█".repeat(filled), "░".repeat(BAR - filled));
            vec![
                Cell::new(what),
                Cell::new(format!("{} of {}", part.seen, part.all)),
                Cell::styled(bar, Style::Cyan),
                Cell::new(format!("{} %", part.percent())),
                Cell::styled(how, Style::Dim),
            ]
        })
        .collect();
    let aligns = [
        Align::Left,
        Align::Right,
        Align::Left,
        Align::Right,
        Align::Left,
    ];
    text.push_str(&lay_out(&rows, &aligns, paint));
    text.push_str(&conditions(coverage, paint));
    text.push_str(&variants(coverage, paint));
    text.push_str(&outcomes(coverage, paint));
    text
}

fn place(of: &Location) -> String {
    format!("{}:{}:{}", of.path, of.line, of.column)
}

fn conditions(coverage: &Coverage, paint: Paint) -> String {
    let mut lacking: Vec<_> = coverage
        .atoms
        .iter()
        .filter(|atom| atom.covering() != Covering::Both)
        .collect();
    if lacking.is_empty() {
        return String::new();
    }
    // The order of places stays within each.
    lacking.sort_by_key(|atom| atom.covering());
    let mut text = format!(
        "\n{}\n",
        paint.bold("Conditions that were not seen both ways")
    );
    let same = |a: &&CoveredAtom, b: &&CoveredAtom| {
        a.covering() == b.covering() && a.location.path == b.location.path
    };
    for group in lacking.chunk_by(same) {
        let first = group[0];
        text.push_str(&format!(
            "  {} in {}\n",
            paint.yellow(said(first.covering())),
            paint.cyan(&first.location.path)
        ));
        let row = |atom: &&CoveredAtom| {
            vec![
                Cell::styled(
                    format!("{}:{}", atom.location.line, atom.location.column),
                    Style::Dim,
                ),
                Cell::styled(&*atom.owner, Style::Dim),
                Cell::new(&*atom.text),
            ]
        };
        let rows: Vec<Vec<Cell>> = group.iter().map(row).collect();
        text.push_str(&lay_out(
            &rows,
            &[Align::Right, Align::Left, Align::Left],
            paint,
        ));
    }
    text
}

fn variants(coverage: &Coverage, paint: Paint) -> String {
    let lacking = coverage.variants.iter().filter(|of| of.chosen == 0);
    let rows: Vec<Vec<Cell>> = lacking
        .map(|of| {
            vec![
                Cell::styled(place(&of.location), Style::Cyan),
                Cell::new(format!("{}.{}", of.content, of.variant)),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let title = paint.bold("Variants that nobody read");
    format!("\n{title}\n{}", lay_out(&rows, &[Align::Left; 2], paint))
}

/// What lacks: a step, and below it the outcomes.
fn outcomes(coverage: &Coverage, paint: Paint) -> String {
    let mut text = String::new();
    let same = |a: &CoveredOutcome, b: &CoveredOutcome| {
        a.trigger == b.trigger && a.step == b.step && a.location == b.location
    };
    for group in coverage.outcomes.chunk_by(same) {
        let lacking = group.iter().filter(|of| of.seen == 0);
        let lacking: Vec<String> = lacking.map(|of| outcome(of.outcome, of.reason)).collect();
        let (Some(first), false) = (group.first(), lacking.is_empty()) else {
            continue;
        };
        let step = cut(first.step.as_deref().unwrap_or(""), TEXT);
        text.push_str(&format!(
            "  {}  {}  {step}\n      {}\n",
            paint.cyan(place(&first.location)),
            paint.dim(format!("trigger {}", first.trigger)),
            paint.yellow(lacking.join(", "))
        ));
    }
    if text.is_empty() {
        return text;
    }
    format!("\n{}\n{text}", paint.bold("Outcomes that never came"))
}
