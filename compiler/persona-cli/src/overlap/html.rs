//! Overlaps as one page that needs nothing else: a picture of who is in exactly which sets, a map of pairs, and the figures of both as
//! tables for those who do not see pictures. No scripts, no network.

use crate::markup::{Page, escaped};
use persona::overlap::OverlapResult;

use super::table::relation_lines;
use super::{heat, names, not_shown, upset};
use crate::columns::{counted, grouped, percent};
use crate::run::when;

/// How many pairs the table has.
const PAIRS: usize = 100;

/// How the page looks.
pub(super) const STYLE: &str = include_str!("page.css");

/// The page.
pub(super) fn page(name: &str, result: &OverlapResult) -> String {
    let lead = format!(
        "{} at {} · {} compared",
        counted(result.profiles, "person", "people"),
        escaped(&when(&result.now)),
        counted(result.sets.len(), "set", "sets"),
    );
    Page {
        package: name,
        about: "how segments overlap",
        heading: "How segments overlap",
        style: STYLE,
        lead: &format!("<p class=\"lead\">{lead}</p>"),
        body: &figures(result),
    }
    .html()
}

/// What the page shows below its heading.
pub(super) fn figures(result: &OverlapResult) -> String {
    let mut sections = vec![upset::figure(result)];
    if result.sets.len() > 1 {
        sections.push(heat::figure(result));
    }
    let lines = relation_lines(result);
    if !lines.is_empty() {
        sections.push(list("Worth knowing", &lines));
    }
    sections.push(pairs(result));
    let mut end = not_shown(result);
    end.extend(result.notes.iter().cloned());
    if !end.is_empty() {
        sections.push(list("Not in the pictures", &end));
    }
    sections.join("\n")
}

/// A set's name, with its title where it has one.
pub(super) fn full_name(result: &OverlapResult, set: usize) -> String {
    let set = &result.sets[set];
    match &set.title {
        Some(title) => format!("{} ({title})", set.name),
        None => set.name.to_string(),
    }
}

fn list(title: &str, lines: &[String]) -> String {
    let items: String = lines
        .iter()
        .map(|line| format!("<li>{}</li>\n", escaped(line)))
        .collect();
    format!("<section>\n<h2>{title}</h2>\n<ul>\n{items}</ul>\n</section>")
}

/// The figures of both pictures, folded away.
fn pairs(result: &OverlapResult) -> String {
    let share = |count: usize| percent(count as f64 / result.profiles as f64);
    let mut exact: String = result
        .intersections
        .iter()
        .map(|found| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                escaped(&names(result, &found.sets).join(", ")),
                grouped(found.count),
                share(found.count)
            )
        })
        .collect();
    if result.nobodys > 0 {
        exact.push_str(&format!(
            "<tr><td>none of these sets</td><td>{}</td><td>{}</td></tr>\n",
            grouped(result.nobodys),
            share(result.nobodys)
        ));
    }
    let all = result.pairs();
    let shared: Vec<_> = all.iter().filter(|pair| pair.both > 0).collect();
    let rows: String = shared
        .iter()
        .take(PAIRS)
        .map(|pair| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.2}</td><td>{:.2}</td></tr>\n",
                escaped(&result.sets[pair.a].name),
                escaped(&result.sets[pair.b].name),
                grouped(pair.both),
                percent(pair.of_a),
                percent(pair.of_b),
                pair.jaccard,
                pair.lift
            )
        })
        .collect();
    let caption = match shared.len() > PAIRS {
        true => format!(
            "The {PAIRS} pairs that are most alike, of {}",
            grouped(shared.len())
        ),
        false => "Pairs that share people, the most alike first".to_owned(),
    };
    format!(
        "<section>\n<h2>The figures</h2>\n<details>\n<summary>Who is in exactly which sets</summary>\n\
         <div class=\"scroll\" tabindex=\"0\"><table class=\"figures\">\n<thead><tr><th scope=\"col\">Exactly in</th><th scope=\"col\">People</th>\
         <th scope=\"col\">Of all</th></tr></thead>\n<tbody>\n{exact}</tbody>\n</table></div>\n</details>\n\
         <details>\n<summary>{caption}</summary>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"figures pairs\">\n<thead><tr>\
         <th scope=\"col\">First</th><th scope=\"col\">Second</th><th scope=\"col\">In both</th><th scope=\"col\">Of the first</th>\
         <th scope=\"col\">Of the second</th><th scope=\"col\"><abbr title=\"those in both, of those in either\">Jaccard</abbr></th>\
         <th scope=\"col\"><abbr title=\"how many times as many as if neither had to do with the other\">Lift</abbr></th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n</details>\n</section>"
    )
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(
            escaped("<b title='x' id=\"y\">&"),
            "&lt;b title=&#39;x&#39; id=&quot;y&quot;&gt;&amp;"
        );
    }
}
