//! Everything that depends on something, in one picture: columns from what people are to what happens with them. Declarations
//! stand near those that they have to do with; of a large package, those that have most to do with others are drawn.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use persona_sema::ItemKind;

use crate::columns::{counted, cut, grouped};
use crate::doc::html::{View, colour};
use crate::doc::model::keyword;
use crate::markup::escaped;

const WIDTH: i64 = 158;
const ROW: i64 = 26;
const TALL: i64 = 21;
const ALLEY: i64 = 48;
const TOP: i64 = 34;
const LETTERS: usize = 21;
/// So many declarations are drawn: more nobody can tell apart.
const MOST: usize = 160;
/// How often columns are sorted by their neighbours.
const SWEEPS: usize = 6;

const COLUMNS: [&str; 5] = ["Schema", "Values", "People", "Messages", "Actions"];

/// The column of a kind; none for what is not drawn.
fn column(kind: ItemKind) -> Option<usize> {
    Some(match kind {
        ItemKind::Profile
        | ItemKind::Event
        | ItemKind::Events
        | ItemKind::Enum
        | ItemKind::Catalog => 0,
        ItemKind::Const | ItemKind::Trait | ItemKind::Fn => 1,
        ItemKind::Segment | ItemKind::Partition | ItemKind::Exclusive => 2,
        ItemKind::Content | ItemKind::Recommend | ItemKind::Experiment => 3,
        ItemKind::Trigger | ItemKind::Channel | ItemKind::Purpose => 4,
        ItemKind::Source | ItemKind::Use | ItemKind::Test | ItemKind::Error => return None,
    })
}

/// The picture with its words.
pub(in crate::doc) fn figure(view: View<'_>) -> String {
    let model = view.model;
    let mut drawn: Vec<usize> = (0..model.decls.len())
        .filter(|index| column(view.decl(*index).kind).is_some())
        .collect();
    let all = drawn.len();
    let near = |index: usize| view.decl(index).uses.len() + view.decl(index).used_by.len();
    drawn.sort_by_key(|index| (std::cmp::Reverse(near(*index)), *index));
    drawn.truncate(MOST);
    let columns = arranged(view, &drawn);
    let places = places(&columns);
    let mut edges = String::new();
    let mut count = 0;
    for from in &drawn {
        for to in &view.decl(*from).uses {
            if let (Some(a), Some(b)) = (places.get(from), places.get(to)) {
                edge(&mut edges, *from, *to, *a, *b);
                count += 1;
            }
        }
    }
    let mut nodes = String::new();
    for (index, title) in (0_i64..).zip(COLUMNS) {
        let x = 24 + index * (WIDTH + ALLEY);
        let _ = writeln!(
            nodes,
            "<text class=\"side\" x=\"{x}\" y=\"18\">{title}</text>"
        );
    }
    for (index, (x, y)) in &places {
        node(&mut nodes, view, *index, *x, *y);
    }
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let height = TOP + i64::try_from(rows).unwrap_or(1) * ROW + 10;
    let width = 5 * WIDTH + 4 * ALLEY + 30;
    let left_out = match all > drawn.len() {
        true => format!(
            " Of {} declarations, the {} that have most to do with others are drawn; each page shows its own neighbours.",
            grouped(all),
            grouped(drawn.len())
        ),
        false => String::new(),
    };
    format!(
        "<p>Lines lead from what uses to what is used, which stands further left. Point at a name to see what it has to do with.{left_out}</p>\n\
         <figure class=\"map\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Map of the package\">\n\
         <svg role=\"img\" aria-label=\"{}, {} between them\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n{edges}{nodes}</svg>\n</div></figure>\n",
        counted(drawn.len(), "declaration", "declarations"),
        counted(count, "dependency", "dependencies")
    )
}

/// The columns, each in an order in which few lines cross: everybody goes where the middle of their neighbours is.
fn arranged(view: View<'_>, drawn: &[usize]) -> [Vec<usize>; 5] {
    let mut columns: [Vec<usize>; 5] = Default::default();
    let there: BTreeSet<usize> = drawn.iter().copied().collect();
    for index in &there {
        if let Some(column) = column(view.decl(*index).kind) {
            columns[column].push(*index);
        }
    }
    for sweep in 0..SWEEPS {
        let places = places(&columns);
        let order: Vec<usize> = match sweep % 2 {
            0 => (0..columns.len()).collect(),
            _ => (0..columns.len()).rev().collect(),
        };
        for at in order {
            columns[at].sort_by_key(|index| {
                let decl = view.decl(*index);
                let near = decl.uses.iter().chain(&decl.used_by);
                let heights: Vec<i64> = near
                    .filter_map(|other| places.get(other))
                    .map(|(_, y)| *y)
                    .collect();
                let count = i64::try_from(heights.len()).unwrap_or(0);
                let sum: i64 = heights.iter().sum();
                // Those without neighbours come last.
                let middle = sum.checked_div(count).unwrap_or(i64::MAX);
                (middle, *index)
            });
        }
    }
    columns
}

/// Where everybody stands; short columns in the middle of the tallest.
fn places(columns: &[Vec<usize>; 5]) -> BTreeMap<usize, (i64, i64)> {
    let tall = |column: &Vec<usize>| i64::try_from(column.len()).unwrap_or(0) * ROW;
    let tallest = columns.iter().map(tall).max().unwrap_or(0);
    let mut places = BTreeMap::new();
    for (at, column) in (0_i64..).zip(columns) {
        let x = 24 + at * (WIDTH + ALLEY);
        let top = TOP + (tallest - tall(column)) / 2;
        for (row, index) in (0_i64..).zip(column) {
            places.insert(*index, (x, top + row * ROW));
        }
    }
    places
}

fn node(svg: &mut String, view: View<'_>, index: usize, x: i64, y: i64) {
    let decl = view.decl(index);
    let _ = writeln!(
        svg,
        "<a href=\"{}\" data-node=\"{index}\"><g class=\"near-node {}\"><title>{} {}</title>\
         <rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{TALL}\" rx=\"6\"/>\
         <rect class=\"mark\" x=\"{x}\" y=\"{y}\" width=\"4\" height=\"{TALL}\" rx=\"2\"/>\
         <text x=\"{}\" y=\"{}\">{}</text></g></a>",
        view.href(index),
        colour(decl.kind),
        keyword(decl.kind),
        escaped(&decl.name),
        x + 11,
        y + 15,
        escaped(&cut(&decl.name, LETTERS))
    );
}

fn edge(svg: &mut String, from: usize, to: usize, a: (i64, i64), b: (i64, i64)) {
    let middle = TALL / 2;
    let (ya, yb) = (a.1 + middle, b.1 + middle);
    let path = if a.0 == b.0 {
        // Both in one column: around the left side.
        let bend = a.0 - 24;
        format!("M{0} {ya}C{bend} {ya} {bend} {yb} {0} {yb}", a.0)
    } else {
        let (x1, y1, x2, y2) = match a.0 > b.0 {
            true => (b.0 + WIDTH, yb, a.0, ya),
            false => (a.0 + WIDTH, ya, b.0, yb),
        };
        let bend = (x2 - x1) / 2;
        format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend)
    };
    let _ = writeln!(
        svg,
        "<path class=\"edge\" data-from=\"{from}\" data-to=\"{to}\" d=\"{path}\"/>"
    );
}
