//! What can be found: a script that holds a list, because pages that are opened from a disk may load nothing else.

use serde_json::{Value, json};

use super::Section;
use crate::doc::html::{View, colour, id, page_of};
use crate::doc::markdown;
use crate::doc::model::{Decl, Detail, Model, keyword};

/// So many letters of documentation are searched.
const DOC: usize = 160;

/// The script.
pub(super) fn index(model: &Model, sections: &[&Section]) -> String {
    let view = View { model, root: "" };
    let mut entries: Vec<Value> = Vec::new();
    for decl in &model.decls {
        let page = page_of(decl);
        entries.push(entry(
            &decl.name,
            keyword(decl.kind),
            decl.title.as_deref(),
            &page,
            colour(decl.kind),
            decl.doc.as_deref(),
        ));
        parts(decl, &page, &mut entries);
    }
    for (place, test) in view.model.tests.iter().enumerate() {
        let page = format!("tests.html#test-{place}");
        entries.push(entry(
            &test.title,
            "test",
            None,
            &page,
            "k-action",
            test.doc.as_deref(),
        ));
    }
    for section in sections {
        entries.push(entry(
            section.name,
            "page",
            None,
            section.file,
            "k-page",
            None,
        ));
    }
    let list = Value::Array(entries).to_string();
    // A script must not meet its own end in a text, nor lines that only some readers know.
    let list = list
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    format!("window.personaSearch = {list};\n")
}

/// Name, kind, title, place, colour, documentation: short names, since there may be very many.
fn entry(
    name: &str,
    kind: &str,
    title: Option<&str>,
    page: &str,
    class: &str,
    doc: Option<&str>,
) -> Value {
    let doc = doc.map(markdown::gist);
    let doc: Option<String> = doc.map(|doc| doc.chars().take(DOC).collect());
    json!([
        name,
        kind,
        title.unwrap_or_default(),
        page,
        class,
        doc.unwrap_or_default()
    ])
}

fn parts(decl: &Decl, page: &str, entries: &mut Vec<Value>) {
    let mut add = |part: &str, name: &str, kind: &str, title: Option<&str>, doc: Option<&str>| {
        let whole = format!("{}.{name}", decl.name);
        let page = format!("{page}#{}", id(&format!("{part}-{name}")));
        entries.push(entry(&whole, kind, title, &page, colour(decl.kind), doc));
    };
    match &decl.detail {
        Detail::Table { fields, .. } => {
            for field in fields {
                add("f", &field.path, "field", None, field.doc.as_deref());
            }
        }
        Detail::Enum { values, .. } => {
            for value in values {
                add(
                    "v",
                    &value.name,
                    "value",
                    value.title.as_deref(),
                    value.doc.as_deref(),
                );
            }
        }
        Detail::Partition { stages } => {
            for stage in stages {
                add("v", &stage.name, "stage", stage.title.as_deref(), None);
            }
        }
        Detail::Experiment { arms, .. } => {
            for arm in arms {
                add("v", &arm.name, "arm", None, None);
            }
        }
        Detail::Content {
            slots, variants, ..
        } => {
            for slot in slots {
                add("s", &slot.name, "slot", None, slot.doc.as_deref());
            }
            for variant in variants {
                add("variant", &variant.name, "variant", None, None);
            }
        }
        Detail::Value { .. }
        | Detail::Events { .. }
        | Detail::Source { .. }
        | Detail::Segment { .. }
        | Detail::Exclusive
        | Detail::Purpose { .. }
        | Detail::Channel { .. }
        | Detail::Trigger(_)
        | Detail::Recommend { .. } => {}
    }
}
