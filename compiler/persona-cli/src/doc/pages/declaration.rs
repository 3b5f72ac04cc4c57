//! The page of one declaration: what it means, how many people it holds for, who is near, which tests speak of it, its text.

use crate::columns::percent;
use crate::doc::html::{View, bar, id, section, table};
use crate::doc::markdown;
use crate::doc::model::{Decl, Detail, Param, Stage, keyword};
use crate::doc::picture;
use crate::markup::escaped;

use super::{flows, groups, message, schema};

pub(super) fn body(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    let mut html = title(decl);
    if let Some(doc) = &decl.doc {
        html.push_str(&format!(
            "<div class=\"prose\">\n{}</div>\n",
            markdown::html(doc)
        ));
    }
    html.push_str(&meaning(view, index));
    html.push_str(&near(view, index));
    html.push_str(&tested(view, decl));
    html.push_str(&section("source", "Source", &view.source(&decl.source)));
    html
}

fn title(decl: &Decl) -> String {
    let mut facts = vec![format!(
        "<code>{}:{}</code>",
        escaped(&decl.place.0),
        decl.place.1
    )];
    if let Some(module) = &decl.module {
        facts.push(format!("from <code>{}</code>", escaped(module)));
    }
    if let Some(owner) = decl.owner.as_ref().filter(|owner| !owner.is_empty()) {
        facts.push(format!("owned by {}", escaped(owner)));
    }
    let deprecated = decl.deprecated.as_ref().map_or_else(String::new, |why| {
        let why = match why.is_empty() {
            true => String::new(),
            false => format!(": {}", escaped(why)),
        };
        format!("<p class=\"note warn\">To be used no more{why}</p>\n")
    });
    format!(
        "<div class=\"head\"><p class=\"package\">{} {}</p><h1>{}</h1>\n<p class=\"lead\">{}</p></div>\n{deprecated}",
        keyword(decl.kind),
        escaped(&decl.name),
        escaped(decl.heading()),
        facts.join(" · ")
    )
}

fn meaning(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    match &decl.detail {
        Detail::Segment { params, condition } => {
            let said = condition.as_ref().map_or_else(String::new, |condition| {
                view.condition("Everybody", condition)
            });
            let size = groups::segment(view, index);
            let size = size.map_or_else(String::new, |found| {
                format!(
                    "<p class=\"size big\">{}</p>",
                    bar(found.count, found.share)
                )
            });
            format!(
                "{}{}",
                section("who", "Who is in it", &format!("{size}{said}")),
                parameters(params)
            )
        }
        Detail::Partition { stages } => {
            section("stages", "Stages", &partition(view, index, stages))
        }
        Detail::Value { params, ty, value } => {
            let mut facts = String::new();
            if !ty.is_empty() {
                facts.push_str(&format!(
                    "<dt>Type</dt><dd><code>{}</code></dd>",
                    escaped(ty)
                ));
            }
            if !value.is_empty() {
                facts.push_str(&format!("<dt>Value</dt><dd>{}</dd>", view.code(value)));
            }
            let body = format!(
                "<dl class=\"facts\">{facts}</dl>{}",
                groups::distribution(view, index)
            );
            format!(
                "{}{}",
                section("value", "What it is", &body),
                parameters(params)
            )
        }
        Detail::Exclusive => section(
            "never",
            "Nobody is in two of these",
            &view.chips(&decl.uses),
        ),
        Detail::Table { .. } | Detail::Events { .. } | Detail::Enum { .. } => {
            schema::detail(view, index)
        }
        Detail::Source { of, path } => {
            let body = format!(
                "<dl class=\"facts\"><dt>Fills</dt><dd>{}</dd><dt>From</dt><dd><code>{}</code></dd></dl>",
                view.code(of),
                escaped(path)
            );
            section("what", "What it reads", &body)
        }
        Detail::Purpose { .. }
        | Detail::Channel { .. }
        | Detail::Experiment { .. }
        | Detail::Trigger(_) => flows::detail(view, index),
        Detail::Content { .. } | Detail::Recommend { .. } => message::detail(view, index),
    }
}

/// Parameters as a table; nothing where there are none.
pub(super) fn parameters(params: &[Param]) -> String {
    if params.is_empty() {
        return String::new();
    }
    let rows = params.iter().map(|param| {
        let default = param.default.as_ref();
        let default = default.map_or_else(String::new, |text| format!("<code>{}</code>", escaped(text)));
        format!(
            "<tr id=\"{}\"><th scope=\"row\"><code>{}</code></th><td><code>{}</code></td><td>{default}</td></tr>\n",
            id(&format!("p-{}", param.name)),
            escaped(&param.name),
            escaped(&param.ty)
        )
    });
    let rows: String = rows.collect();
    section(
        "parameters",
        "Parameters",
        &table("Parameters", &["Name", "Type", "Default"], &rows),
    )
}

fn partition(view: View<'_>, index: usize, stages: &[Stage]) -> String {
    let items = stages.iter().enumerate().map(|(place, stage)| {
        let title = stage.title.as_deref().unwrap_or(&stage.name);
        let said = match &stage.condition {
            Some(condition) => {
                let who = if place == 0 {
                    "Everybody"
                } else {
                    "Of the others, everybody"
                };
                view.condition(who, condition)
            }
            None => "<p>Everybody else.</p>".to_owned(),
        };
        format!(
            "<li id=\"{}\"><h3>{} <code>{}</code></h3>{said}</li>\n",
            id(&format!("v-{}", stage.name)),
            escaped(title),
            escaped(&stage.name)
        )
    });
    format!(
        "<p>Everybody is at exactly one stage: the first that holds.</p>\n{}<ol class=\"stages\">\n{}</ol>",
        groups::stack(view, index),
        items.collect::<String>()
    )
}

fn near(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    let picture = picture::near::figure(view, index);
    if picture.is_empty() {
        let body = "<p>Nothing in this package uses it, and it uses nothing.</p>";
        return section("near", "What it has to do with", body);
    }
    let list = |heading: &str, none: &str, decls: &[usize]| match decls.is_empty() {
        true => format!("<p>{none}</p>"),
        false => format!("<h3>{heading}</h3>\n{}\n", view.chips(decls)),
    };
    let body = format!(
        "{picture}<div class=\"two\"><div>{}</div><div>{}</div></div>",
        list("Used by", "Nothing uses it.", &decl.used_by),
        list("Uses", "It uses nothing.", &decl.uses)
    );
    section("near", "What it has to do with", &body)
}

fn tested(view: View<'_>, decl: &Decl) -> String {
    if decl.tests.is_empty() {
        return String::new();
    }
    let items = decl.tests.iter().map(|place| {
        let test = &view.model.tests[*place];
        let (mark, word) = match test.failed {
            0 => ("good", "passes"),
            _ => ("bad", "fails"),
        };
        format!(
            "<li><span class=\"badge {mark}\">{word}</span> <a href=\"{}tests.html#test-{place}\">{}</a></li>\n",
            view.root,
            escaped(&test.title)
        )
    });
    let body = format!(
        "<ul class=\"plainlist\">\n{}</ul>",
        items.collect::<String>()
    );
    section("tests", "Tests that speak of it", &body)
}

/// A share of a whole, as a table's cell.
pub(super) fn share_cell(share: f64) -> String {
    format!("<td class=\"num\">{}</td>", percent(share))
}
