//! What one person reads as a page to look at: one file, which asks no server for anything. HTML of a message stands in a frame of
//! its own that runs no scripts.

use crate::markup::escaped;
use persona::{RenderResult, RenderedSlot, RenderedVariant, SlotText};

/// The page.
pub(super) fn page(result: &RenderResult) -> String {
    let title = result.title.as_deref().unwrap_or(&result.content);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{} for {}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n<p>{}</p>\n</header>\n<main>\n",
        escaped(title),
        escaped(&result.key),
        escaped(title),
        escaped(&about(result)),
    );
    if let Some(reason) = &result.skipped {
        let text = format!("Nothing is sent: {reason}");
        page.push_str(&format!("<p class=\"skipped\">{}</p>\n", escaped(&text)));
    }
    for variant in &result.variants {
        page.push_str(&section(result, variant));
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn about(result: &RenderResult) -> String {
    let language = result.language.as_ref();
    let language = language.map(|tag| format!(", who reads {tag},"));
    format!(
        "{} as {}{} reads it at {} ({})",
        result.content,
        result.key,
        language.unwrap_or_default(),
        result.now.text,
        result.zone
    )
}

fn section(result: &RenderResult, variant: &RenderedVariant) -> String {
    let read = result.chosen == Some(variant.index);
    let mut text = format!(
        "<section{}>\n<h2>{}{}{}</h2>\n",
        if read { " class=\"read\"" } else { "" },
        escaped(&variant.name),
        variant
            .locale
            .as_ref()
            .map(|tag| format!(" <small lang=\"en\">{}</small>", escaped(tag)))
            .unwrap_or_default(),
        if read { " <em>what is read</em>" } else { "" },
    );
    if let Some(reason) = &variant.skipped {
        let reason = format!("Gives the message up: {reason}");
        text.push_str(&format!("<p class=\"skipped\">{}</p>\n", escaped(&reason)));
    }
    text.push_str("<dl>\n");
    for slot in &variant.slots {
        text.push_str(&shown(slot));
    }
    text.push_str("</dl>\n</section>\n");
    text
}

fn shown(slot: &RenderedSlot) -> String {
    let name = escaped(&slot.name);
    let value = match &slot.text {
        SlotText::Empty => "<span class=\"empty\">empty</span>".to_owned(),
        SlotText::Plain(text) => format!("<span class=\"text\">{}</span>", escaped(text)),
        SlotText::Html(html) => format!(
            "<iframe sandbox title=\"{name}\" srcdoc=\"{}\"></iframe>\n<details><summary>source</summary><pre>{}</pre></details>",
            escaped(html),
            escaped(html)
        ),
    };
    format!("<dt>{name}</dt>\n<dd>{value}</dd>\n")
}

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1d2129; --dim: #646b78; --line: #d9dce3; --card: #fff; --page: #f5f6f8; --accent: #0b6e4f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaee; --dim: #9aa1ad; --line: #353a44; --card: #1e2128; --page: #14161a; --accent: #5bd0a6; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 0; }
h1 { margin: 0; font-size: 1.5rem; }
header p { margin: .25rem 0 0; color: var(--dim); }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.25rem; margin: 0 0 1.25rem; }
section.read { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
h2 { margin: 0 0 .5rem; font-size: 1.1rem; }
h2 small { color: var(--dim); font-weight: normal; }
h2 em { color: var(--accent); font: 600 .8rem system-ui, sans-serif; float: right; line-height: 1.65rem; }
dl { margin: 0; }
dt { color: var(--dim); font-size: .85rem; margin-top: .75rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.text { white-space: pre-wrap; }
.empty { color: var(--dim); font-style: italic; }
.skipped { color: #b3261e; font-weight: 600; }
iframe { width: 100%; min-height: 16rem; border: 1px solid var(--line); border-radius: .4rem; background: #fff; }
summary { color: var(--dim); cursor: pointer; font-size: .85rem; }
pre { white-space: pre-wrap; font-size: .85rem; }
";
