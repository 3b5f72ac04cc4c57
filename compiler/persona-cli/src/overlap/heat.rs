//! The map of pairs: a table whose cells are as dark as the share they tell, so that it reads without seeing it.

use std::fmt::Write as _;

use persona::overlap::OverlapResult;

use super::compact;
use super::html::full_name;
use crate::columns::{counted, percent};
use crate::markup::escaped;

/// From these shares on, text in the colour of paper reads better: on a dark page, and on any.
const STRONG: [f64; 2] = [0.6, 0.8];

/// The map with its heading and its words.
pub(super) fn figure(result: &OverlapResult) -> String {
    let sets = 0..result.sets.len();
    let head: String = sets
        .clone()
        .map(|set| {
            let name = escaped(&result.sets[set].name);
            format!(
                "<th scope=\"col\" title=\"{}\"><span>{name}</span></th>",
                escaped(&full_name(result, set))
            )
        })
        .collect();
    let mut body = String::new();
    for row in sets.clone() {
        let _ = write!(
            body,
            "<tr><th scope=\"row\" title=\"{}\">{}</th>",
            escaped(&full_name(result, row)),
            escaped(&result.sets[row].name)
        );
        for column in sets.clone() {
            body.push_str(&cell(result, row, column));
        }
        body.push_str("</tr>\n");
    }
    format!(
        "<section>\n<h2>Which sets share people</h2>\n<p>Read a row: of all people in the set at the left, so many of a hundred are also in \
         the set above. The diagonal says how many people a set has.</p>\n\
         <p class=\"scale\" aria-hidden=\"true\"><span>0 %</span><i></i><span>100 %</span></p>\n\
         <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Map of pairs\">\n<table class=\"heat\">\n\
         <thead><tr><td></td>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</div>\n</section>"
    )
}

fn cell(result: &OverlapResult, row: usize, column: usize) -> String {
    if row == column {
        let count = result.sets[row].count;
        return format!("<td class=\"self\">{}</td>", compact(count));
    }
    let pair = result.pair(row, column);
    let title = format!(
        "{} of {} are also in {}: {}. Jaccard {:.2}, lift {:.2}",
        percent(pair.of_a),
        result.sets[row].name,
        result.sets[column].name,
        counted(pair.both, "person", "people"),
        pair.jaccard,
        pair.lift
    );
    let class = match pair.of_a {
        none if none <= 0.0 => " class=\"none\"",
        share if share >= STRONG[1] => " class=\"strong\"",
        share if share >= STRONG[0] => " class=\"half\"",
        _ => "",
    };
    format!(
        "<td{class} style=\"--share:{:.3}\" title=\"{}\">{}</td>",
        pair.of_a,
        escaped(&title),
        hundredths(pair.of_a)
    )
}

/// Of a hundred; what is a little more than none, or less than all, is not rounded away.
fn hundredths(share: f64) -> String {
    let hundredths = share * 100.0;
    if share <= 0.0 {
        "·".to_owned()
    } else if hundredths < 1.0 {
        "&lt;1".to_owned()
    } else if share < 1.0 && hundredths >= 99.5 {
        "&gt;99".to_owned()
    } else {
        format!("{hundredths:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::hundredths;

    #[test]
    fn a_little_is_not_nothing_and_nearly_all_is_not_all() {
        let shown = [0.0, 0.004, 0.01, 0.5, 0.994, 0.9951, 1.0].map(hundredths);
        assert_eq!(shown, ["·", "&lt;1", "1", "50", "99", "&gt;99", "100"]);
    }
}
