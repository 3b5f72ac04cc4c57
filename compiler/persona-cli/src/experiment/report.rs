//! A report for people: who was exposed, whether the division can be trusted, and for each goal what the arms did.

use persona::experiment::stats::Interval;
use persona::experiment::{Compared, GoalResult, Measured, ReportResult};

use super::{chance, plain, points, rate, signed};
use crate::columns::{Align, Cell, Style, counted, grouped, lay_out};
use crate::run::when;
use crate::term::Paint;

/// The whole report.
pub(super) fn text(result: &ReportResult, paint: Paint) -> String {
    let exposed: usize = result.groups.iter().map(|group| group.exposed).sum();
    let mut text = format!(
        "{} at {}, {} exposed\n\n{}\n",
        paint.bold(&result.name),
        when(&result.now),
        counted(exposed, "person", "people"),
        paint.bold("People")
    );
    text.push_str(&people(result, exposed, paint));
    for goal in &result.goals {
        text.push_str(&format!("\n{}\n", paint.bold(&goal.name)));
        text.push_str(&table(result, goal, paint));
        text.push_str(&verdicts(result, goal));
        if goal.unfinished > 0 {
            let have = if goal.unfinished == 1 {
                "person has"
            } else {
                "people have"
            };
            text.push_str(&format!(
                "  {} {have} not reached it, and still have time\n",
                grouped(goal.unfinished)
            ));
        }
    }
    let end = ending(result);
    if !end.is_empty() {
        text.push_str(&format!("\n{}\n", end.join("\n")));
    }
    text
}

fn people(result: &ReportResult, exposed: usize, paint: Paint) -> String {
    let shares: f64 = seen(result).map(|group| group.share).sum();
    let rows: Vec<Vec<Cell>> = seen(result)
        .map(|group| {
            let share = group.exposed as f64 / exposed.max(1) as f64;
            vec![
                Cell::new(&*group.name),
                Cell::new(grouped(group.exposed)),
                Cell::new(rate(share)),
                Cell::styled(
                    format!("declared {}", rate(group.share / shares)),
                    Style::Dim,
                ),
            ]
        })
        .collect();
    let right = Align::Right;
    let mut text = lay_out(&rows, &[Align::Left, right, right, Align::Left], paint);
    match result.ratio {
        Some(check) if check.is_mismatch() => text.push_str(&format!(
            "  {} people are not divided as declared (sample ratio, p = {}): find out why before you believe what follows\n",
            paint.red('✗'),
            chance(check.p)
        )),
        Some(check) => text.push_str(&format!(
            "  {} people are divided as declared (sample ratio, p = {})\n",
            paint.green('✓'),
            chance(check.p)
        )),
        None => {}
    }
    text
}

/// The groups in which there can be somebody: a holdout that nobody was seen in is not one.
fn seen(
    result: &ReportResult,
) -> impl Iterator<Item = &persona::experiment::ReportedGroup> + Clone {
    let arms = result.groups.iter();
    arms.filter(|group| &*group.name != "(holdout)" || group.exposed > 0)
}

fn table(result: &ReportResult, goal: &GoalResult, paint: Paint) -> String {
    let several = goal.compared.len() > 1;
    let sure = plain(result.confidence);
    let by_mean = goal
        .groups
        .iter()
        .any(|group| matches!(group, Measured::Mean(_)));
    let mut head = match by_mean {
        true => vec!["", "people", "mean", "lift", "difference", "p"],
        false => vec!["", "reached", "rate", "lift", "points", "p"],
    };
    if several {
        head.push("p, all");
    }
    let dim = |text: &str| Cell::styled(text, Style::Dim);
    let mut rows = vec![head.into_iter().map(dim).collect::<Vec<_>>()];
    rows[0][3] = dim(&format!("lift ({sure} sure)"));
    for (index, group) in result.groups.iter().enumerate() {
        if &*group.name == "(holdout)" && group.exposed == 0 {
            continue;
        }
        let mut row = vec![Cell::new(&*group.name)];
        row.extend(measured(goal.groups[index]));
        row.extend(compared(goal, index, several));
        rows.push(row);
    }
    let right = Align::Right;
    let aligns = [Align::Left, right, right, right, right, right, right];
    lay_out(&rows, &aligns[..rows[0].len()], paint)
}

fn measured(group: Measured) -> [Cell; 2] {
    match group {
        Measured::Rate(found) => [
            Cell::new(grouped(
                usize::try_from(found.converted).unwrap_or(usize::MAX),
            )),
            Cell::new(found.rate().map_or("–".to_owned(), rate)),
        ],
        Measured::Mean(found) => [
            Cell::new(grouped(usize::try_from(found.count).unwrap_or(usize::MAX))),
            Cell::new(match found.count {
                0 => "–".to_owned(),
                _ => format!("{:.3}", found.mean),
            }),
        ],
    }
}

fn compared(goal: &GoalResult, group: usize, several: bool) -> Vec<Cell> {
    let of = goal
        .compared
        .iter()
        .find(|compared| group_of(compared) == group);
    let (mut cells, all) = match of {
        None => return Vec::new(),
        Some(Compared::Rate { found: None, .. } | Compared::Mean { found: None, .. }) => {
            return vec![Cell::styled("nothing to compare", Style::Dim)];
        }
        Some(Compared::Rate {
            found: Some(found),
            corrected,
            ..
        }) => {
            let lift = found.lift.map_or("–".to_owned(), signed);
            let cells = vec![
                format!("{lift} {}", range(found.lift_interval, signed)),
                format!(
                    "{} {}",
                    points(found.difference),
                    range(found.difference_interval, points)
                ),
                found.test.map_or("–".to_owned(), |test| chance(test.p)),
            ];
            (cells, corrected)
        }
        Some(Compared::Mean {
            found: Some(found),
            corrected,
            ..
        }) => {
            let number = |number: f64| format!("{number:+.3}").replace('-', "−");
            let cells = vec![
                found.lift.map_or("–".to_owned(), signed),
                format!(
                    "{} {}",
                    number(found.difference),
                    range(found.difference_interval, number)
                ),
                chance(found.p),
            ];
            (cells, corrected)
        }
    };
    if several {
        cells.push(all.map_or("–".to_owned(), chance));
    }
    cells.into_iter().map(Cell::new).collect()
}

fn group_of(compared: &Compared) -> usize {
    match compared {
        Compared::Rate { group, .. } | Compared::Mean { group, .. } => *group,
    }
}

fn range(interval: Interval, show: impl Fn(f64) -> String) -> String {
    format!("({} to {})", show(interval.low), show(interval.high))
}

/// What the figures say, in a sentence for each arm.
fn verdicts(result: &ReportResult, goal: &GoalResult) -> String {
    let control = &result.groups[result.control].name;
    let alpha = 1.0 - result.confidence;
    let mut text = String::new();
    for compared in &goal.compared {
        let name = &result.groups[group_of(compared)].name;
        let (difference, p) = match compared {
            Compared::Rate {
                found: Some(found),
                corrected,
                ..
            } => (found.difference, *corrected),
            Compared::Mean {
                found: Some(found),
                corrected,
                ..
            } => (found.difference, *corrected),
            _ => continue,
        };
        let line = match p {
            Some(p) if p < alpha && difference > 0.0 => format!("{name} is above {control}"),
            Some(p) if p < alpha => format!("{name} is below {control}"),
            Some(_) => format!(
                "no difference between {name} and {control} was found; that is not the same as there being none"
            ),
            None => format!("{name} and {control} did exactly the same: there is nothing to test"),
        };
        text.push_str(&format!("  {line}\n"));
    }
    text
}

fn ending(result: &ReportResult) -> Vec<String> {
    let mut lines = Vec::new();
    if result.mixed > 0 {
        let were = if result.mixed == 1 {
            "person was"
        } else {
            "people were"
        };
        lines.push(format!(
            "{} {were} seen in more than one arm, and left out",
            grouped(result.mixed)
        ));
    }
    if result.strangers > 0 {
        let are = if result.strangers == 1 {
            "person"
        } else {
            "people"
        };
        lines.push(format!(
            "{} {are} of the log are not in the data, and left out",
            grouped(result.strangers)
        ));
    }
    for (value, count) in result.unknown.iter().take(10) {
        lines.push(format!(
            "`{value}` is no arm of this experiment; it was seen {}",
            counted(*count, "time", "times")
        ));
    }
    if result.unknown.len() > 10 {
        lines.push(format!(
            "and {} other values that are no arms",
            grouped(result.unknown.len() - 10)
        ));
    }
    lines.extend(result.notes.iter().cloned());
    lines
}
