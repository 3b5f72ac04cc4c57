//! A plan for people: what it rests on, how many people it needs, and how long that takes.

use persona::experiment::{Baseline, PlanResult, TrafficFrom};

use super::{plain, rate, signed};
use crate::columns::{Align, Cell, Style, counted, grouped, lay_out};
use crate::run::when;
use crate::term::Paint;

/// The whole plan.
pub(super) fn text(result: &PlanResult, paint: Paint) -> String {
    let mut text = paint.bold(&result.name);
    if let Some(now) = &result.now {
        text.push_str(&format!(" at {}", when(now)));
    }
    text.push_str(&format!("\n\n{}\n", paint.bold("To find")));
    let baseline = match &result.baseline {
        Baseline::Given(share) => (*share, "as given".to_owned()),
        Baseline::Measured { goal, found } => (
            found.rate().unwrap_or(0.0),
            format!(
                "{} of {} people in the data: {goal}",
                grouped(whole(found.converted)),
                grouped(whole(found.exposed))
            ),
        ),
    };
    let lift = result.target / baseline.0 - 1.0;
    let rows = [
        ("from", rate(baseline.0), baseline.1),
        (
            "to",
            rate(result.target),
            format!("{} of that", signed(lift)),
        ),
        ("found if there", plain(result.power), "power".to_owned()),
        ("found if not", plain(result.alpha), alpha(result)),
    ];
    text.push_str(&three(&rows, paint));
    text.push_str(&format!("\n{}\n", paint.bold("People")));
    let groups: Vec<Vec<Cell>> = result
        .groups
        .iter()
        .map(|group| {
            vec![
                Cell::new(&*group.name),
                Cell::new(grouped(whole(group.people))),
                Cell::styled(
                    format!("{} of all who come", plain(group.share)),
                    Style::Dim,
                ),
            ]
        })
        .collect();
    text.push_str(&lay_out(
        &groups,
        &[Align::Left, Align::Right, Align::Left],
        paint,
    ));
    text.push_str(&format!(
        "  {} must come\n\n{}\n",
        counted(whole(result.people), "person", "people"),
        paint.bold("Time")
    ));
    text.push_str(&time(result));
    text.push_str(&reach(result, paint));
    for note in &result.notes {
        text.push_str(&format!("\n{note}\n"));
    }
    text
}

fn whole(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn alpha(result: &PlanResult) -> String {
    match result.comparisons {
        1 => "significance".to_owned(),
        several => format!("significance, shared by {several} comparisons"),
    }
}

fn three(rows: &[(&str, String, String)], paint: Paint) -> String {
    let rows: Vec<Vec<Cell>> = rows
        .iter()
        .map(|(what, number, note)| {
            vec![
                Cell::new(*what),
                Cell::new(number.clone()),
                Cell::styled(note.clone(), Style::Dim),
            ]
        })
        .collect();
    lay_out(&rows, &[Align::Left, Align::Right, Align::Left], paint)
}

fn time(result: &PlanResult) -> String {
    let from = match result.traffic {
        TrafficFrom::Given(people) => format!("  {people} new people a day, as given\n"),
        TrafficFrom::Measured {
            days,
            people,
            later,
        } => format!(
            "  {} came in the last {days:.0} days of the data, at their end {later:.1} new ones a day\n",
            counted(people, "person", "people")
        ),
    };
    let takes = match result.days {
        None => "  nobody new comes any more, so it never ends\n".to_owned(),
        Some(days) if days > 3_650.0 => {
            "  it takes more than ten years: look for a larger effect\n".to_owned()
        }
        Some(days) => {
            let weeks = (days / 7.0).ceil().max(1.0);
            format!(
                "  it takes {}; let it run {} (whole weeks have all days of the week)\n",
                counted(days.ceil().max(1.0) as usize, "day", "days"),
                counted(weeks as usize, "week", "weeks")
            )
        }
    };
    from + &takes
}

fn reach(result: &PlanResult, paint: Paint) -> String {
    let rows: Vec<Vec<Cell>> = result
        .reach
        .iter()
        .map(|reach| {
            let lift = match reach.lift {
                Some(lift) => format!("finds {} or more", signed(lift)),
                None => "finds nothing".to_owned(),
            };
            vec![
                Cell::new(counted(reach.weeks as usize, "week", "weeks")),
                Cell::new(counted(whole(reach.people), "person", "people")),
                Cell::new(lift),
            ]
        })
        .collect();
    format!(
        "\n{}\n{}",
        paint.bold("What can be found in"),
        lay_out(&rows, &[Align::Left, Align::Right, Align::Left], paint)
    )
}
