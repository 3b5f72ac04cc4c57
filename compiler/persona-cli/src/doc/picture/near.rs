//! Who is near a declaration: at the left those that use it, at the right those that it uses.

use std::fmt::Write as _;

use crate::columns::{cut, grouped};
use crate::doc::html::{View, colour};
use crate::doc::model::keyword;
use crate::markup::escaped;

const WIDTH: i64 = 236;
const ROW: i64 = 34;
const TALL: i64 = 26;
const ALLEY: i64 = 76;
/// So many neighbours are drawn at a side; the lists have all of them.
const MOST: usize = 14;
const LETTERS: usize = 24;

/// The picture; nothing where nobody is near.
pub(in crate::doc) fn figure(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    if decl.uses.is_empty() && decl.used_by.is_empty() {
        return String::new();
    }
    let sides = [&decl.used_by, &decl.uses];
    let rows = sides.map(|side| side.len().min(MOST + 1));
    let rows = i64::try_from(rows[0].max(rows[1]).max(1)).unwrap_or(1);
    // A side where nobody is takes no room.
    let columns = 1 + i64::from(!sides[0].is_empty()) + i64::from(!sides[1].is_empty());
    let own = if sides[0].is_empty() {
        0
    } else {
        WIDTH + ALLEY
    };
    let (width, height) = (columns * WIDTH + (columns - 1) * ALLEY, rows * ROW + 32);
    let middle = 28 + rows * ROW / 2;
    let mut edges = String::new();
    let mut nodes = String::new();
    for (side, all) in (0_i64..).zip(sides) {
        if all.is_empty() {
            continue;
        }
        let x = if side == 0 { 0 } else { own + WIDTH + ALLEY };
        let heading = ["Used by", "Uses"][usize::from(side == 1)];
        let _ = writeln!(
            nodes,
            "<text class=\"side\" x=\"{x}\" y=\"14\">{heading}</text>"
        );
        let shown = i64::try_from(all.len().min(MOST + 1)).unwrap_or(0);
        let top = middle - shown * ROW / 2;
        for (place, neighbour) in (0_i64..).zip(all.iter().take(MOST)) {
            let y = top + place * ROW + (ROW - TALL) / 2;
            node(&mut nodes, view, *neighbour, x, y, false);
            match side {
                0 => edge(&mut edges, (WIDTH, y + TALL / 2), (own, middle)),
                _ => edge(&mut edges, (own + WIDTH, middle), (x, y + TALL / 2)),
            }
        }
        if all.len() > MOST {
            let y = top + i64::try_from(MOST).unwrap_or(0) * ROW + 22;
            let more = format!("and {} more, in the list below", grouped(all.len() - MOST));
            let _ = writeln!(
                nodes,
                "<text class=\"more\" x=\"{}\" y=\"{y}\">{more}</text>",
                x + 8
            );
        }
    }
    node(&mut nodes, view, index, own, middle - TALL / 2, true);
    format!(
        "<figure class=\"near\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Neighbours of {0}\">\n\
         <svg role=\"img\" aria-label=\"Who uses {0}, and what it uses; the lists below say the same\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n{edges}{nodes}</svg>\n</div></figure>\n",
        escaped(&decl.name)
    )
}

fn node(svg: &mut String, view: View<'_>, index: usize, x: i64, y: i64, own: bool) {
    let decl = view.decl(index);
    let class = if own { "own" } else { colour(decl.kind) };
    let full = format!("{} {}", keyword(decl.kind), decl.name);
    let shown = cut(&decl.name, LETTERS);
    let body = format!(
        "<g class=\"near-node {class} {0}\"><title>{1}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{TALL}\" rx=\"7\"/>\
         <rect class=\"mark\" x=\"{x}\" y=\"{y}\" width=\"5\" height=\"{TALL}\" rx=\"2\"/><text x=\"{2}\" y=\"{3}\">{4}</text></g>",
        colour(decl.kind),
        escaped(&full),
        x + 14,
        y + 17,
        escaped(&shown)
    );
    let _ = match own {
        true => writeln!(svg, "{body}"),
        false => writeln!(svg, "<a href=\"{}\">{body}</a>", view.href(index)),
    };
}

/// From left to right: who uses points to what is used.
fn edge(svg: &mut String, (x1, y1): (i64, i64), (x2, y2): (i64, i64)) {
    let bend = ALLEY / 2;
    let _ = writeln!(
        svg,
        "<path class=\"edge\" d=\"M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}\"/>",
        x1 + bend,
        x2 - bend
    );
}
