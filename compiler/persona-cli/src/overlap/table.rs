//! Overlaps as tables for a terminal: sizes, the pairs that are most alike, and who is in exactly which sets.

use persona::overlap::{OverlapResult, OverlapSet, Relation};

use super::{names, not_shown};
use crate::columns::{Align, Cell, Style, bar, counted, cut, grouped, lay_out, percent};
use crate::run::when;
use crate::term::Paint;

/// The width of a bar that stands for everybody.
const BAR: usize = 20;
/// The longest title shown.
const TEXT: usize = 40;
/// How many pairs are shown.
const PAIRS: usize = 20;

/// Everything.
pub(super) fn text(name: &str, result: &OverlapResult, paint: Paint) -> String {
    let mut text = format!(
        "{} at {}, {}\n",
        paint.bold(name),
        when(&result.now),
        counted(result.profiles, "profile", "profiles")
    );
    let mut section = |title: &str, rows: String| {
        if !rows.is_empty() {
            text.push_str(&format!("\n{}\n{rows}", paint.bold(title)));
        }
    };
    let sets: Vec<Vec<Cell>> = result.sets.iter().map(set).collect();
    let (left, right) = (Align::Left, Align::Right);
    section(
        "Sizes",
        lay_out(&sets, &[left, left, right, right, left], paint),
    );
    let shared = result.pairs().iter().filter(|pair| pair.both > 0).count();
    let title = match shared > PAIRS {
        true => format!("Pairs, the {PAIRS} most alike of {}", grouped(shared)),
        false => "Pairs, the most alike first".to_owned(),
    };
    section(&title, pairs(result, paint));
    section("Exactly in", exact(result, paint));
    section("Worth knowing", relations(result, paint));
    let mut end: Vec<String> = Vec::new();
    end.extend(not_shown(result));
    end.extend(result.notes.iter().cloned());
    if !end.is_empty() {
        text.push_str(&format!("\n{}\n", end.join("\n")));
    }
    text
}

fn set(set: &OverlapSet) -> Vec<Cell> {
    vec![
        Cell::new(&*set.name),
        Cell::styled(cut(set.title.as_deref().unwrap_or(""), TEXT), Style::Dim),
        Cell::new(grouped(set.count)),
        Cell::new(percent(set.share)),
        Cell::styled(bar(set.share, BAR), Style::Cyan),
    ]
}

fn pairs(result: &OverlapResult, paint: Paint) -> String {
    let head = ["", "", "in both", "of 1st", "of 2nd", "Jaccard", "lift", ""];
    let mut rows = vec![
        head.iter()
            .map(|cell| Cell::styled(*cell, Style::Dim))
            .collect::<Vec<_>>(),
    ];
    let pairs = result.pairs();
    let shared = pairs.iter().filter(|pair| pair.both > 0).take(PAIRS);
    rows.extend(shared.map(|pair| {
        vec![
            Cell::new(&*result.sets[pair.a].name),
            Cell::new(&*result.sets[pair.b].name),
            Cell::new(grouped(pair.both)),
            Cell::new(percent(pair.of_a)),
            Cell::new(percent(pair.of_b)),
            Cell::new(format!("{:.2}", pair.jaccard)),
            Cell::new(format!("{:.2}", pair.lift)),
            Cell::styled(bar(pair.jaccard, BAR / 2), Style::Cyan),
        ]
    }));
    if rows.len() == 1 {
        return String::new();
    }
    let (left, right) = (Align::Left, Align::Right);
    let aligns = [left, left, right, right, right, right, right, left];
    lay_out(&rows, &aligns, paint)
}

fn exact(result: &OverlapResult, paint: Paint) -> String {
    let share = |count: usize| count as f64 / result.profiles as f64;
    let row = |count: usize, what: Cell| {
        vec![
            Cell::new(grouped(count)),
            Cell::new(percent(share(count))),
            what,
        ]
    };
    let mut rows: Vec<Vec<Cell>> = result
        .intersections
        .iter()
        .map(|found| {
            row(
                found.count,
                Cell::new(names(result, &found.sets).join(", ")),
            )
        })
        .collect();
    if result.nobodys > 0 {
        rows.push(row(
            result.nobodys,
            Cell::styled("none of these", Style::Dim),
        ));
    }
    lay_out(&rows, &[Align::Right, Align::Right, Align::Left], paint)
}

fn relations(result: &OverlapResult, paint: Paint) -> String {
    let rows: Vec<Vec<Cell>> = relation_lines(result)
        .into_iter()
        .map(|line| vec![Cell::new(line)])
        .collect();
    lay_out(&rows, &[Align::Left], paint)
}

/// What is remarkable, in sentences. That a partition's stage lies inside a segment is as remarkable as of any set.
pub(super) fn relation_lines(result: &OverlapResult) -> Vec<String> {
    let name = |set: usize| &*result.sets[set].name;
    let relations = result.relations().into_iter();
    let line = |(a, b, relation)| match relation {
        Relation::Same => format!("{} and {} are the same people", name(a), name(b)),
        Relation::Inside => format!("everybody in {} is in {}, too", name(a), name(b)),
    };
    relations.map(line).collect()
}
