//! What is known of people: the profile, what happens to them, catalogs, enums, field by field.

use persona_sema::ItemKind as Kind;

use super::head;
use crate::doc::html::{View, id, section, table};
use crate::doc::markdown;
use crate::doc::model::{Check, Decl, Detail, Field, Value};
use crate::markup::escaped;

/// The page of the schema.
pub(super) fn schema(view: View<'_>) -> Option<String> {
    let groups = [
        (Kind::Profile, "people", "People"),
        (Kind::Event, "events", "What happens"),
        (Kind::Events, "groups", "Groups of events"),
        (Kind::Catalog, "catalogs", "Catalogs"),
        (Kind::Enum, "enums", "Values to choose from"),
    ];
    let mut html = head(
        "Schema",
        "What is known of people, what happens to them, and which values there are.",
    );
    let mut any = false;
    for (kind, place, heading) in groups {
        let found = view.model.of_kinds(&[kind]);
        if found.is_empty() {
            continue;
        }
        any = true;
        let items: String = found.iter().map(|index| item(view, *index)).collect();
        html.push_str(&section(
            place,
            heading,
            &format!("<ul class=\"rows\">\n{items}</ul>"),
        ));
    }
    any.then_some(html)
}

fn item(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    let doc = decl.doc.as_deref().map(markdown::gist).unwrap_or_default();
    let doc = match doc.is_empty() {
        true => String::new(),
        false => format!("<p>{}</p>", escaped(&doc)),
    };
    let parts: Vec<String> = match &decl.detail {
        Detail::Table { fields, .. } => fields
            .iter()
            .filter(|field| field.depth == 0)
            .map(|field| part(view, index, &format!("f-{}", field.path), &field.path))
            .collect(),
        Detail::Enum { values, .. } => values
            .iter()
            .map(|value| part(view, index, &format!("v-{}", value.name), &value.name))
            .collect(),
        Detail::Events { members } => members.iter().map(|name| view.code(name)).collect(),
        _ => Vec::new(),
    };
    format!(
        "<li><h3><a href=\"{}\"><code>{}</code></a></h3>{doc}<p class=\"gist\">{}</p></li>\n",
        view.href(index),
        escaped(&decl.name),
        parts.join(", ")
    )
}

fn part(view: View<'_>, index: usize, part: &str, name: &str) -> String {
    format!(
        "<a href=\"{}#{}\"><code>{}</code></a>",
        view.href(index),
        id(part),
        escaped(name)
    )
}

/// What the page of a table, a group of events or an enum shows.
pub(super) fn detail(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    match &decl.detail {
        Detail::Table { fields, checks } => tables(view, decl, fields, checks),
        Detail::Events { members } => {
            let items = members
                .iter()
                .map(|name| format!("<li>{}</li>", view.code(name)));
            let body = format!("<ul class=\"chips\">{}</ul>", items.collect::<String>());
            section("members", "Any of these", &body)
        }
        Detail::Enum { ordered, values } => enums(*ordered, values),
        _ => String::new(),
    }
}

fn tables(view: View<'_>, decl: &Decl, fields: &[Field], checks: &[Check]) -> String {
    let rows: String = fields.iter().map(|field| row(view, field)).collect();
    let mut heads = vec!["Field", "Type", "Default", "What it is"];
    let filled = fields.iter().any(|field| !field.sources.is_empty());
    if filled {
        heads.push("Filled by");
    }
    let rows = match filled {
        true => rows,
        false => rows.replace("<td class=\"sources\"></td>", ""),
    };
    let mut body = table("Fields", &heads, &rows);
    let personal = fields.iter().filter(|field| field.pii).count();
    if personal > 0 {
        body.push_str(
            "<p class=\"note\">Values of personal fields are shown nowhere on this site.</p>",
        );
    }
    if !filled {
        body.push_str("<p class=\"note\">No source fills it.</p>");
    }
    let _ = decl;
    let mut html = section("fields", "Fields", &body);
    if !checks.is_empty() {
        let items = checks.iter().map(|check| {
            format!(
                "<li>“{}”: <code>{}</code>; else {}</li>\n",
                escaped(&check.message),
                escaped(&check.condition.written),
                view.words(&check.then)
            )
        });
        let body = format!(
            "<p>What must hold of every row:</p><ul>{}</ul>",
            items.collect::<String>()
        );
        html.push_str(&section("checks", "Checks", &body));
    }
    html
}

fn row(view: View<'_>, field: &Field) -> String {
    let (_, own) = field.path.rsplit_once('.').unwrap_or(("", &field.path));
    let mut marks = String::new();
    if field.key {
        marks.push_str(" <span class=\"badge\">key</span>");
    }
    if field.pii {
        marks.push_str(" <span class=\"badge warn\">personal</span>");
    }
    let missing = match field.optional {
        true => " <span class=\"dim\">may be missing</span>",
        false => "",
    };
    let default = field.default.as_ref();
    let default = default.map_or_else(String::new, |text| view.code(text));
    let doc = field
        .doc
        .as_deref()
        .map_or_else(String::new, markdown::html);
    let sources: Vec<String> = field
        .sources
        .iter()
        .map(|(name, says)| match says {
            true => view.any(name),
            false => format!(
                "<span class=\"dim\" title=\"from the column of the same name\">{}</span>",
                view.any(name)
            ),
        })
        .collect();
    format!(
        "<tr id=\"{}\"><th scope=\"row\" class=\"d{}\"><code>{}</code>{marks}</th><td>{}{missing}</td><td>{default}</td><td>{doc}</td><td class=\"sources\">{}</td></tr>\n",
        id(&format!("f-{}", field.path)),
        field.depth.min(4),
        escaped(own),
        view.code(&field.ty),
        sources.join(" ")
    )
}

fn enums(ordered: bool, values: &[Value]) -> String {
    let rows = values.iter().map(|value| {
        format!(
            "<tr id=\"{}\"><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td></tr>\n",
            id(&format!("v-{}", value.name)),
            escaped(&value.name),
            escaped(value.title.as_deref().unwrap_or_default()),
            value
                .doc
                .as_deref()
                .map_or_else(String::new, markdown::html)
        )
    });
    let rows: String = rows.collect();
    let order = match ordered {
        true => "<p>In order, the least first: rules may compare them.</p>",
        false => "",
    };
    let body = format!(
        "{order}{}",
        table("Values", &["Value", "Called", "What it is"], &rows)
    );
    section("values", "Values", &body)
}
