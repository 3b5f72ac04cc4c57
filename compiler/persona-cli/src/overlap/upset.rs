//! The picture of exact intersections (a plot of the kind called `UpSet`) as SVG: above, how many people; below, dots for the sets they are in; at the
//! left, how large each set is.

use std::fmt::Write as _;

use persona::overlap::{Intersection, OverlapResult};

use super::html::full_name;
use super::{compact, names};
use crate::columns::{counted, cut, percent};
use crate::markup::escaped;

/// Heights and widths in pixels.
const COLUMN: usize = 34;
const ROW: usize = 26;
const BARS: usize = 190;
const SIZES: usize = 130;
const GAP: usize = 14;
const TOP: usize = 26;
/// The width of a letter of the set's names, which are monospaced.
const LETTER: f64 = 7.3;
/// The longest name that is shown whole.
const NAME: usize = 34;

/// Where things are.
struct Layout {
    /// Where names begin.
    names: usize,
    /// Where the dots begin.
    dots: usize,
    width: usize,
    height: usize,
}

impl Layout {
    fn new(result: &OverlapResult) -> Self {
        let longest = result
            .sets
            .iter()
            .map(|set| set.name.chars().count().min(NAME));
        let letters = longest.max().unwrap_or(0);
        let names = SIZES + 52;
        let dots = names + (letters as f64 * LETTER).ceil() as usize + GAP;
        Self {
            names,
            dots,
            width: dots + result.intersections.len().max(1) * COLUMN + GAP,
            height: TOP + BARS + GAP + result.sets.len() * ROW + GAP,
        }
    }

    fn row(set: usize) -> usize {
        TOP + BARS + GAP + set * ROW + ROW / 2
    }

    fn column(&self, index: usize) -> usize {
        self.dots + index * COLUMN + COLUMN / 2
    }
}

/// The picture with its heading and its words.
pub(super) fn figure(result: &OverlapResult) -> String {
    let layout = Layout::new(result);
    let mut svg = format!(
        "<svg role=\"img\" aria-labelledby=\"upset-title upset-words\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n\
         <title id=\"upset-title\">Who is in exactly which sets</title>\n<desc id=\"upset-words\">{2}</desc>\n",
        layout.width,
        layout.height,
        escaped(&words(result)),
    );
    rows(&mut svg, result, &layout);
    columns(&mut svg, result, &layout);
    svg.push_str("</svg>\n");
    let none = match result.nobodys {
        0 => String::new(),
        some => format!(
            " {} in none of these sets.",
            counted(some, "person is", "people are")
        ),
    };
    format!(
        "<section>\n<h2>Who is in exactly which sets</h2>\n<p>Each column is one group of people: those who are in all sets with a dot, \
         and in no other. Its bar says how many they are.{none}</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"Picture of exact intersections\">\n{svg}</div>\n</section>"
    )
}

/// The picture in words: the largest groups. The tables below have all of them.
fn words(result: &OverlapResult) -> String {
    let shown = result.intersections.iter().take(5);
    let groups: Vec<String> = shown
        .map(|found| {
            let people = counted(found.count, "person", "people");
            format!(
                "{people} exactly in {}",
                names(result, &found.sets).join(" and ")
            )
        })
        .collect();
    format!(
        "An UpSet plot of {}. The largest groups: {}.",
        counted(result.sets.len(), "set", "sets"),
        groups.join("; ")
    )
}

/// For each set a stripe, its name and its size.
fn rows(svg: &mut String, result: &OverlapResult, layout: &Layout) {
    let largest = result.sets.first().map_or(1, |set| set.count);
    for (index, set) in result.sets.iter().enumerate() {
        let y = Layout::row(index);
        let length = (SIZES as f64 * set.count as f64 / largest as f64).max(1.0);
        let title = format!(
            "{}: {}, {} of all",
            full_name(result, index),
            counted(set.count, "person", "people"),
            percent(set.share)
        );
        let stripe = if index % 2 == 0 {
            "stripe"
        } else {
            "stripe even"
        };
        // Writing to a text cannot fail.
        let _ = writeln!(
            svg,
            "<g class=\"set\"><title>{}</title><rect class=\"{stripe}\" x=\"0\" y=\"{}\" width=\"{}\" height=\"{ROW}\" rx=\"4\"/>\
             <text class=\"count\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\
             <rect class=\"size\" x=\"{:.1}\" y=\"{}\" width=\"{length:.1}\" height=\"12\" rx=\"2\"/>\
             <text class=\"name\" x=\"{}\" y=\"{}\">{}</text></g>",
            escaped(&title),
            y - ROW / 2,
            layout.width,
            SIZES as f64 + 40.0 - length - 6.0,
            y + 4,
            compact(set.count),
            SIZES as f64 + 40.0 - length,
            y - 6,
            layout.names,
            y + 4,
            name(&set.name),
        );
    }
}

/// A name, its partition set back.
fn name(name: &str) -> String {
    let short = cut(name, NAME);
    match short.split_once('.') {
        Some((partition, stage)) => {
            format!(
                "<tspan class=\"dim\">{}.</tspan>{}",
                escaped(partition),
                escaped(stage)
            )
        }
        None => escaped(&short),
    }
}

/// For each intersection a bar, and its dots with a line through them.
fn columns(svg: &mut String, result: &OverlapResult, layout: &Layout) {
    let largest = result.intersections.first().map_or(1, |found| found.count);
    let _ = writeln!(
        svg,
        "<line class=\"axis\" x1=\"{}\" x2=\"{}\" y1=\"{2}\" y2=\"{2}\"/>",
        layout.dots,
        layout.width - GAP,
        TOP + BARS
    );
    for (index, found) in result.intersections.iter().enumerate() {
        column(svg, result, layout, (index, found), largest);
    }
}

fn column(
    svg: &mut String,
    result: &OverlapResult,
    layout: &Layout,
    (index, found): (usize, &Intersection),
    largest: usize,
) {
    let x = layout.column(index);
    let height = (BARS as f64 * found.count as f64 / largest as f64).max(1.0);
    let top = (TOP + BARS) as f64 - height;
    let title = format!(
        "exactly in {}: {}, {} of all",
        names(result, &found.sets).join(", "),
        counted(found.count, "person", "people"),
        percent(found.count as f64 / result.profiles as f64)
    );
    let _ = write!(
        svg,
        "<g class=\"group\"><title>{}</title><rect class=\"hit\" x=\"{}\" y=\"0\" width=\"{COLUMN}\" height=\"{}\"/>\
         <rect class=\"bar\" x=\"{}\" y=\"{top:.1}\" width=\"20\" height=\"{height:.1}\" rx=\"2\"/>\
         <text class=\"value\" x=\"{x}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
        escaped(&title),
        x - COLUMN / 2,
        layout.height - GAP,
        x - 10,
        top - 6.0,
        compact(found.count),
    );
    if let (Some(first), Some(last)) = (found.sets.first(), found.sets.last())
        && first != last
    {
        let _ = write!(
            svg,
            "<line class=\"join\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{}\"/>",
            Layout::row(*first),
            Layout::row(*last)
        );
    }
    for set in 0..result.sets.len() {
        let class = if found.sets.contains(&set) {
            "dot on"
        } else {
            "dot"
        };
        let _ = write!(
            svg,
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{}\" r=\"6\"/>",
            Layout::row(set)
        );
    }
    svg.push_str("</g>\n");
}
