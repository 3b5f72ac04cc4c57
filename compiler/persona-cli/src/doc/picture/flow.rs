//! A trigger as a diagram: from its start down through waits, messages and branches to its end, in the frame of what may stop it at any
//! time.

use std::fmt::Write as _;

use super::{lines, text};
use crate::doc::html::View;
use crate::doc::model::{Flow, Step, StepKind};
use crate::markup::escaped;

/// The width of a box, and how many letters fit into it.
const BOX: i64 = 264;
const LETTERS: usize = 36;
/// How many lines a box has at most.
const LINES: usize = 4;
/// The height of a line of text.
const LINE: i64 = 18;
/// Between a box and the next one.
const GAP: i64 = 26;
/// Between branches.
const ALLEY: i64 = 22;
/// Around everything, and inside of the frame.
const MARGIN: i64 = 16;
/// What a fork, and what a join, takes.
const FORK: i64 = 20;

/// Pieces of a diagram, one below the other.
enum Piece {
    Box {
        class: &'static str,
        label: &'static str,
        lines: Vec<String>,
        href: Option<String>,
    },
    Fork(Vec<(Vec<String>, Vec<Piece>)>),
}

/// The diagram, with what it shows in words.
pub(in crate::doc) fn figure(view: View<'_>, name: &str, flow: &Flow) -> String {
    let steps = pieces(view, &flow.steps);
    let start = Piece::Box {
        class: "start",
        label: "Starts",
        lines: lines(&bare(&flow.start), LETTERS, LINES),
        href: None,
    };
    let mut entry = vec![start];
    if let Some(condition) = &flow.condition {
        entry.push(Piece::Box {
            class: "ask",
            label: "Only if",
            lines: lines(&condition.written, LETTERS, LINES),
            href: None,
        });
    }
    let stops: Vec<String> = flow
        .stops
        .iter()
        .flat_map(|stop| lines(&bare(stop), LETTERS + 8, 2))
        .collect();
    let body = size(&steps);
    let head = size(&entry);
    let inner = body.0.max(head.0);
    let width = inner + 4 * MARGIN;
    let middle = width / 2;
    let mut svg = Svg::default();
    let mut y = MARGIN;
    let open = svg.draw(&entry, middle, &mut y, None);
    y += GAP;
    let top = y;
    y += MARGIN;
    let open = svg.draw(&steps, middle, &mut y, open);
    if let Some(from) = open {
        y += GAP;
        svg.arrow(middle, from, y);
    }
    svg.pill(middle, y, "End", "end");
    y += 30 + MARGIN;
    let frame = frame(&stops, top, &mut y, width);
    let height = y + MARGIN;
    format!(
        "<figure class=\"flow\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Diagram of {0}\">\n\
         <svg role=\"img\" aria-label=\"What {0} does, step by step; the list below says the same\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n{frame}{1}</svg>\n</div></figure>\n",
        escaped(name),
        svg.0
    )
}

/// The frame around what runs, with what ends it at once.
fn frame(stops: &[String], top: i64, y: &mut i64, width: i64) -> String {
    if stops.is_empty() {
        return String::new();
    }
    let bottom = *y + 8;
    let count = i64::try_from(stops.len()).unwrap_or(1);
    let height = count * LINE + 34;
    let mut svg = format!(
        "<rect class=\"frame\" x=\"{MARGIN}\" y=\"{top}\" width=\"{}\" height=\"{}\" rx=\"14\"/>\n",
        width - 2 * MARGIN,
        bottom - top
    );
    let x = (width - BOX - 2 * MARGIN) / 2;
    let _ = writeln!(
        svg,
        "<g class=\"node stops\"><rect x=\"{x}\" y=\"{}\" width=\"{}\" height=\"{height}\" rx=\"10\"/>{}",
        bottom - 14,
        BOX + 2 * MARGIN,
        text("label", width / 2, bottom + 6, "Stops at any time")
    );
    for (index, stop) in (0_i64..).zip(stops) {
        svg.push_str(&text("line", width / 2, bottom + 26 + index * LINE, stop));
    }
    svg.push_str("</g>\n");
    *y = bottom - 14 + height;
    svg
}

fn pieces(view: View<'_>, steps: &[Step]) -> Vec<Piece> {
    let steps = steps.iter();
    steps
        .map(|step| match &step.kind {
            StepKind::Branch(branches) => Piece::Fork(
                branches
                    .iter()
                    .map(|(when, steps)| (lines(&bare(when), LETTERS, LINES), pieces(view, steps)))
                    .collect(),
            ),
            kind => {
                let (class, label) = face(kind);
                let said = bare(&step.text);
                let said = said.strip_prefix(label).map_or(said.as_str(), str::trim);
                let href = match kind {
                    StepKind::Send { content } => view.model.named(content),
                    _ => None,
                };
                Piece::Box {
                    class,
                    label,
                    lines: lines(said, LETTERS, LINES),
                    href: href.map(|index| view.href(index)),
                }
            }
        })
        .collect()
}

/// The look of a step, and the word above it.
fn face(kind: &StepKind) -> (&'static str, &'static str) {
    match kind {
        StepKind::Send { .. } => ("send", "Send"),
        StepKind::Wait => ("wait", "Wait"),
        StepKind::Branch(_) => ("ask", "If"),
        StepKind::Emit => ("emit", "Emit"),
        StepKind::Set => ("set", "Set"),
        StepKind::Stop => ("stop", "Stop"),
    }
}

fn bare(text: &str) -> String {
    text.replace('`', "")
}

/// The height of a box.
fn tall(lines: &[String]) -> i64 {
    match lines.iter().all(String::is_empty) {
        true => 34,
        false => 34 + LINE * count(lines),
    }
}

fn count(lines: &[String]) -> i64 {
    i64::try_from(lines.len()).unwrap_or(0)
}

/// Width and height of pieces one below the other.
fn size(pieces: &[Piece]) -> (i64, i64) {
    let mut width = BOX;
    let mut height = 0;
    for (index, piece) in pieces.iter().enumerate() {
        let (wide, high) = match piece {
            Piece::Box { lines, .. } => (BOX, tall(lines)),
            Piece::Fork(branches) => {
                let sizes = branches.iter().map(|(when, steps)| {
                    let (wide, high) = size(steps);
                    let gap = if steps.is_empty() { 0 } else { GAP };
                    (wide, high + gap + tall(when))
                });
                let (wide, high) = sizes.fold((-ALLEY, 0), |(wide, high), (w, h)| {
                    (wide + w + ALLEY, high.max(h))
                });
                (wide, high + 2 * FORK)
            }
        };
        width = width.max(wide);
        height += high + if index == 0 { 0 } else { GAP };
    }
    (width, height)
}

/// A picture in the making.
#[derive(Default)]
struct Svg(String);

impl Svg {
    /// Draws pieces from `y` on, where `open` is the end of what leads to them. Gives the end of what leads on; none where all stops.
    fn draw(
        &mut self,
        pieces: &[Piece],
        middle: i64,
        y: &mut i64,
        mut open: Option<i64>,
    ) -> Option<i64> {
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 {
                *y += GAP;
            }
            match piece {
                Piece::Box {
                    class,
                    label,
                    lines,
                    href,
                } => {
                    if let Some(from) = open {
                        self.arrow(middle, from, *y);
                    }
                    self.node(class, label, lines, href.as_deref(), (middle, *y));
                    *y += tall(lines);
                    open = (*class != "stop").then_some(*y);
                }
                Piece::Fork(branches) => open = self.fork(branches, middle, y, open),
            }
        }
        open
    }

    fn fork(
        &mut self,
        branches: &[(Vec<String>, Vec<Piece>)],
        middle: i64,
        y: &mut i64,
        open: Option<i64>,
    ) -> Option<i64> {
        let widths: Vec<i64> = branches.iter().map(|(_, steps)| size(steps).0).collect();
        let alleys = ALLEY * (i64::try_from(branches.len()).unwrap_or(1) - 1);
        let mut left = middle - (widths.iter().sum::<i64>() + alleys) / 2;
        let top = *y + FORK;
        if let Some(from) = open {
            self.line(&format!("M{middle} {from}V{}", *y));
        }
        let mut ends: Vec<(i64, i64)> = Vec::new();
        let mut bottom = top;
        for ((when, steps), width) in branches.iter().zip(widths) {
            let centre = left + width / 2;
            left += width + ALLEY;
            self.line(&format!("M{middle} {}H{centre}V{}", *y, top - 6));
            self.head(centre, top);
            self.node("ask", "If", when, None, (centre, top));
            let mut at = top + tall(when);
            let mut end = Some(at);
            if !steps.is_empty() {
                at += GAP;
                end = self.draw(steps, centre, &mut at, end);
            }
            bottom = bottom.max(at);
            ends.extend(end.map(|end| (centre, end)));
        }
        *y = bottom + FORK;
        for (centre, end) in &ends {
            self.line(&format!("M{centre} {end}V{}H{middle}", *y));
        }
        (!ends.is_empty()).then_some(*y)
    }

    fn node(
        &mut self,
        class: &str,
        label: &str,
        lines: &[String],
        href: Option<&str>,
        (middle, y): (i64, i64),
    ) {
        let x = middle - BOX / 2;
        let height = tall(lines);
        let label = match (class, lines) {
            ("ask", [one]) if one == "otherwise" => "Or else",
            _ => label,
        };
        let (open, close) = match href {
            Some(href) => (format!("<a href=\"{href}\">"), "</a>"),
            None => (String::new(), ""),
        };
        let _ = write!(
            self.0,
            "{open}<g class=\"node {class}\"><rect x=\"{x}\" y=\"{y}\" width=\"{BOX}\" height=\"{height}\" rx=\"10\"/>{}",
            text("label", middle, y + 21, label)
        );
        for (index, line) in (0_i64..).zip(lines) {
            if label != "Or else" && !line.is_empty() {
                self.0
                    .push_str(&text("line", middle, y + 40 + index * LINE, line));
            }
        }
        let _ = writeln!(self.0, "</g>{close}");
    }

    fn pill(&mut self, middle: i64, y: i64, label: &str, class: &str) {
        let _ = writeln!(
            self.0,
            "<g class=\"node {class}\"><rect x=\"{}\" y=\"{y}\" width=\"80\" height=\"30\" rx=\"15\"/>{}</g>",
            middle - 40,
            text("label", middle, y + 20, label)
        );
    }

    fn arrow(&mut self, x: i64, from: i64, to: i64) {
        self.line(&format!("M{x} {from}V{}", to - 6));
        self.head(x, to);
    }

    fn head(&mut self, x: i64, y: i64) {
        let _ = writeln!(self.0, "<path class=\"head\" d=\"M{x} {y}l-5 -8h10z\"/>");
    }

    fn line(&mut self, path: &str) {
        let _ = writeln!(self.0, "<path class=\"edge\" d=\"{path}\"/>");
    }
}
