//! What people read: every variant with its condition and as a made-up person reads it, and what recommends what.

use persona::{RenderedSlot, SlotText, VariantPreview};
use persona_sema::ItemKind as Kind;

use super::declaration::parameters;
use super::head;
use crate::doc::html::{View, id, section, table};
use crate::doc::markdown;
use crate::doc::model::{Detail, Slot, Variant};
use crate::markup::escaped;

/// The page of contents and recommendations.
pub(super) fn messages(view: View<'_>) -> Option<String> {
    let contents = view.model.of_kinds(&[Kind::Content]);
    let recommend = view.model.of_kinds(&[Kind::Recommend]);
    if contents.len() + recommend.len() == 0 {
        return None;
    }
    let mut html = head(
        "Messages",
        "What people read. Of each, the first variant whose condition holds is used.",
    );
    let cards: String = contents.iter().map(|index| card(view, *index)).collect();
    if !cards.is_empty() {
        html.push_str(&format!("<ul class=\"cards\">\n{cards}</ul>\n"));
    }
    if !recommend.is_empty() {
        let items: String = recommend
            .iter()
            .map(|index| {
                let decl = view.decl(*index);
                let doc = decl.doc.as_deref().map(markdown::gist).unwrap_or_default();
                format!(
                    "<li><h3><a href=\"{}\"><code>{}</code></a></h3><p>{}</p></li>\n",
                    view.href(*index),
                    escaped(&decl.name),
                    escaped(&doc)
                )
            })
            .collect();
        html.push_str(&section(
            "recommendations",
            "Recommendations",
            &format!("<ul class=\"rows\">\n{items}</ul>"),
        ));
    }
    Some(html)
}

fn card(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    let Detail::Content { variants, .. } = &decl.detail else {
        return String::new();
    };
    let names: Vec<String> = variants
        .iter()
        .map(|variant| {
            format!(
                "<a href=\"{}#{}\">{}</a>",
                view.href(index),
                id(&format!("variant-{}", variant.name)),
                escaped(&variant.name)
            )
        })
        .collect();
    let doc = decl.doc.as_deref().map(markdown::gist);
    let doc = doc.map_or_else(String::new, |doc| {
        format!("<p class=\"doc\">{}</p>", escaped(&doc))
    });
    let first = variants.iter().flat_map(|variant| &variant.previews);
    let subject = first
        .flat_map(|preview| &preview.rendered.slots)
        .find_map(|slot| match &slot.text {
            SlotText::Plain(text) if !text.is_empty() => Some(text),
            _ => None,
        });
    let subject = subject.map_or_else(String::new, |text| {
        format!("<p class=\"quote\">{}</p>", escaped(text))
    });
    format!(
        "<li class=\"card\"><h2><a href=\"{}\">{}</a></h2><p class=\"name\"><code>{}</code></p>{doc}{subject}\
         <p class=\"gist\">Variants: {}</p></li>\n",
        view.href(index),
        escaped(decl.heading()),
        escaped(&decl.name),
        names.join(", ")
    )
}

/// What the page of a content or a recommendation shows.
pub(super) fn detail(view: View<'_>, index: usize) -> String {
    let decl = view.decl(index);
    match &decl.detail {
        Detail::Content {
            params,
            slots,
            skips,
            variants,
        } => {
            let mut html = String::new();
            let variants: String = variants.iter().map(|one| variant(view, one)).collect();
            let note = match view.model.known.previews {
                Some(_) => {
                    "<p class=\"note\">The people in these previews are made up, as are the products; no data are read for them.</p>"
                }
                None => "",
            };
            html.push_str(&section(
                "variants",
                "Variants",
                &format!("{note}{variants}"),
            ));
            if !skips.is_empty() {
                let items = skips.iter().map(|(condition, reason)| {
                    format!("<li>“{}”: {}</li>", escaped(reason), view.gist(condition))
                });
                let body = format!("<ul>{}</ul>", items.collect::<String>());
                html.push_str(&section("skips", "When it is not sent at all", &body));
            }
            html.push_str(&section("slots", "Slots", &slot_table(slots)));
            html.push_str(&parameters(params));
            html
        }
        Detail::Recommend {
            params,
            filter,
            take,
            rank,
        } => {
            let mut facts = format!("<dt>Shows</dt><dd>{take}</dd>");
            if let Some(filter) = filter {
                facts.push_str(&format!(
                    "<dt>Only where</dt><dd>{}</dd>",
                    view.gist(filter)
                ));
            }
            for (value, descending) in rank {
                let order = if *descending {
                    "the greatest first"
                } else {
                    "the least first"
                };
                facts.push_str(&format!(
                    "<dt>Ranked by</dt><dd>{}, {order}</dd>",
                    view.code(value)
                ));
            }
            let body = format!("<dl class=\"facts\">{facts}</dl>");
            format!(
                "{}{}",
                section("what", "What it shows", &body),
                parameters(params)
            )
        }
        _ => String::new(),
    }
}

fn slot_table(slots: &[Slot]) -> String {
    let rows = slots.iter().map(|slot| {
        let default = slot.default.as_ref();
        let default = default.map_or_else(String::new, |text| format!("<code>{}</code>", escaped(text)));
        let doc = slot.doc.as_deref().map_or_else(String::new, markdown::html);
        format!(
            "<tr id=\"{}\"><th scope=\"row\"><code>{}</code></th><td><code>{}</code></td><td>{default}</td><td>{doc}</td></tr>\n",
            id(&format!("s-{}", slot.name)),
            escaped(&slot.name),
            escaped(&slot.ty)
        )
    });
    let rows: String = rows.collect();
    table("Slots", &["Slot", "Type", "Default", ""], &rows)
}

fn variant(view: View<'_>, variant: &Variant) -> String {
    let when = match &variant.condition {
        Some(condition) => view.condition("Read by those", condition),
        None => "<p>Read by everybody else.</p>".to_owned(),
    };
    let mut facts = String::new();
    if !variant.languages.is_empty() {
        facts.push_str(&format!(
            "<p class=\"note\">Has texts of its own in {}.</p>",
            escaped(&variant.languages.join(", "))
        ));
    }
    if !variant.templates.is_empty() {
        let names = variant.templates.iter();
        let names: Vec<String> = names
            .map(|name| format!("<code>{}</code>", escaped(name)))
            .collect();
        facts.push_str(&format!(
            "<p class=\"note\">Made from {}.</p>",
            names.join(", ")
        ));
    }
    let place = id(&format!("variant-{}", variant.name));
    let previews = variant.previews.iter().enumerate();
    let previews: String = previews
        .map(|(number, one)| preview(one, &variant.name, number > 0))
        .collect();
    format!(
        "<article class=\"variant\" id=\"{place}\" aria-labelledby=\"{place}-h\"><h3 id=\"{place}-h\">{}</h3>\n{when}{facts}{previews}</article>\n",
        escaped(&variant.name)
    )
}

fn preview(preview: &VariantPreview, variant: &str, folded: bool) -> String {
    let rendered = &preview.rendered;
    let language = rendered.locale.as_deref();
    if let Some(reason) = &rendered.skipped {
        return format!(
            "<p class=\"note warn\">Not shown: what it reads gave the message up (“{}”).</p>",
            escaped(reason)
        );
    }
    let forced = match preview.chosen {
        true => "",
        false => {
            "<p class=\"note warn\">None of the made-up people reads this variant; so it would look.</p>"
        }
    };
    let label = language.unwrap_or("in its own language");
    let slots: String = rendered
        .slots
        .iter()
        .map(|slot| shown(slot, variant, label))
        .collect();
    let card = format!("{forced}<dl class=\"mail\">\n{slots}</dl>");
    match (folded, language) {
        (false, None) => card,
        (false, Some(language)) => {
            format!(
                "<p class=\"note\">In the language <code>{}</code>:</p>{card}",
                escaped(language)
            )
        }
        (true, Some(language)) => format!(
            "<details class=\"language\"><summary>In the language <code>{}</code></summary>{card}</details>",
            escaped(language)
        ),
        (true, None) => format!(
            "<details class=\"language\"><summary>In the variant’s own words</summary>{card}</details>"
        ),
    }
}

fn shown(slot: &RenderedSlot, variant: &str, label: &str) -> String {
    let name = escaped(&slot.name);
    let value = match &slot.text {
        SlotText::Empty => "<span class=\"empty\">empty</span>".to_owned(),
        SlotText::Plain(text) => format!("<span class=\"text\">{}</span>", escaped(text)),
        SlotText::Html(html) => format!(
            "<iframe sandbox title=\"{name} of {}, {}\" style=\"height:{}px\" srcdoc=\"{}\"></iframe>\
             <details><summary>HTML</summary><pre class=\"code wrap\">{}</pre></details>",
            escaped(variant),
            escaped(label),
            height(html),
            escaped(&framed(html)),
            escaped(html)
        ),
    };
    format!("<dt>{name}</dt>\n<dd>{value}</dd>\n")
}

/// A message's HTML with letters as mail programs show them, where it does not say otherwise.
fn framed(html: &str) -> String {
    format!(
        "<style>body{{font:15px/1.5 system-ui,sans-serif;margin:16px;color:#17202e;background:#fff}}img{{max-width:100%}}</style>{html}"
    )
}

/// About as high as the text needs; nobody can ask the frame, which runs nothing.
fn height(html: &str) -> usize {
    let mut inside = false;
    let text = html.chars().filter(|c| {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ => return !inside,
        }
        false
    });
    let letters = text.count();
    let blocks = ["<p", "<h", "<li", "<tr", "<div", "<br", "<img"];
    let blocks: usize = blocks.iter().map(|tag| html.matches(tag).count()).sum();
    (64 + letters / 55 * 23 + blocks * 34).clamp(88, 520)
}
