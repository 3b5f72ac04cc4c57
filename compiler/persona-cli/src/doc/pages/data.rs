//! Where data come from, and what became of their rows. Says how many and why, never which: a row may be somebody's.

use persona::Reason;
use persona_sema::ItemKind as Kind;

use super::head;
use crate::columns::{counted, grouped};
use crate::doc::html::{View, section, table};
use crate::doc::model::Detail;
use crate::markup::escaped;

/// The page of sources and of what was set aside.
pub(super) fn data(view: View<'_>) -> Option<String> {
    let sources = view.model.of_kinds(&[Kind::Source]);
    let run = view.model.known.run.as_ref();
    if sources.is_empty() && run.is_none() {
        return None;
    }
    let mut html = head(
        "Data",
        "Where data come from, and what became of every row.",
    );
    let rows: String = sources.iter().map(|index| row(view, *index)).collect();
    let heads = match run {
        Some(_) => &[
            "Source",
            "Fills",
            "File",
            "Read",
            "Used",
            "Left out",
            "Set aside",
        ][..],
        None => &["Source", "Fills", "File"][..],
    };
    html.push_str(&section(
        "sources",
        "Sources",
        &table("Sources", heads, &rows),
    ));
    let Some(run) = run else {
        return Some(html);
    };
    let body = match run.reasons.is_empty() {
        true => "<p>Every row could be used as it is.</p>".to_owned(),
        false => {
            let rows: String = run
                .reasons
                .iter()
                .map(|reason| quality(view, reason))
                .collect();
            format!(
                "{}<p class=\"note\">Which rows these are is shown by <code>persona run --rejects FILE</code>, and not here: a row may be somebody’s.</p>",
                table(
                    "Set aside or changed",
                    &["Count", "Source", "Why", "Column", "What was done"],
                    &rows
                )
            )
        }
    };
    html.push_str(&section("quality", "Set aside or changed", &body));
    let mut notes: Vec<String> = run.notes.clone();
    if run.late > 0 {
        let late = counted(run.late, "event is", "events are");
        notes.push(format!(
            "{late} later than the time of these figures, and not counted"
        ));
    }
    if run.without_row > 0 {
        let some = counted(run.without_row, "person is", "people are");
        notes.push(format!("{some} known by events alone"));
    }
    notes.sort();
    notes.dedup();
    if !notes.is_empty() {
        let items: String = notes
            .iter()
            .map(|note| format!("<li>{}</li>", escaped(note)))
            .collect();
        html.push_str(&section(
            "notes",
            "Worth knowing",
            &format!("<ul>{items}</ul>"),
        ));
    }
    Some(html)
}

fn row(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    let Detail::Source { of, path } = &decl.detail else {
        return String::new();
    };
    let run = view.model.known.run.as_ref();
    let found = run.and_then(|run| run.sources.iter().find(|one| one.name == decl.name));
    let figures = match (run, found) {
        (Some(_), Some(found)) => {
            let number = |count: usize| format!("<td class=\"num\">{}</td>", grouped(count));
            [found.read, found.used, found.filtered, found.rejected]
                .map(number)
                .concat()
        }
        (Some(_), None) => "<td></td><td></td><td></td><td></td>".to_owned(),
        (None, _) => String::new(),
    };
    format!(
        "<tr><th scope=\"row\"><a href=\"{}\"><code>{}</code></a></th><td>{}</td><td><code>{}</code></td>{figures}</tr>\n",
        view.href(index),
        escaped(&decl.name),
        view.code(of),
        escaped(path)
    )
}

/// A reason without its example. Words about a value may hold parts of it, so that only those of checks are shown, which somebody
/// wrote for all rows.
fn quality(view: View<'_>, reason: &Reason) -> String {
    let why = match reason.kind.as_str() {
        "failed check" => format!("failed check: “{}”", escaped(&reason.text)),
        kind => escaped(kind),
    };
    let column = reason.column.as_deref();
    let column = column.map_or_else(String::new, |column| {
        format!("<code>{}</code>", escaped(column))
    });
    format!(
        "<tr><td class=\"num\">{}</td><td>{}</td><td>{why}</td><td>{column}</td><td>{}</td></tr>\n",
        grouped(reason.count),
        view.any(&reason.source),
        match reason.action.as_str() {
            "rejected" | "duplicate" => "the row is set aside".to_owned(),
            "cleared" => "the value is left out".to_owned(),
            "default used" => "the default is used".to_owned(),
            "warned" => "only reported".to_owned(),
            other => escaped(other),
        }
    )
}
