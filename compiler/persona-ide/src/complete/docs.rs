//! The documentation of an offer, found by its key: when the list has been shown and one offer is looked at.

use persona_base::find_code;
use persona_sema::Database;
use persona_syntax::ast;

use super::{builtin, places, words};

/// The documentation that an offer's key stands for, in Markdown; nothing for a key of nothing. Keys stay good while files
/// change: what is gone meanwhile has no documentation.
pub fn documentation(db: &Database, key: &str) -> Option<String> {
    let (kind, rest) = key.split_once(':')?;
    match kind {
        "word" => {
            let (list, label) = rest.split_once(':')?;
            words::says(list, label).map(str::to_owned)
        }
        "function" => {
            let (list, name) = rest.split_once(':')?;
            let function = builtin::find(list, name)?;
            Some(format!(
                "```persona\n{}\n```\n\n{}",
                function.form(),
                function.says
            ))
        }
        "decl" => declaration(db, rest),
        "field" => {
            let (table, path) = rest.split_once(':')?;
            field(db, table, path)
        }
        "value" => {
            let (of, value) = rest.split_once(':')?;
            enum_value(db, of, value)
        }
        "slot" => {
            let (content, slot) = rest.split_once(':')?;
            slot_of(db, content, slot)
        }
        "lint" => find_code(rest).map(|code| code.info().page.to_owned()),
        "annotation" => annotation(rest),
        "name" => name(rest).map(str::to_owned),
        "part" => Some(format!("`.{rest}` of a date or a wall clock.")),
        "format" => format_of(rest).map(str::to_owned),
        "type" => type_of(rest).map(str::to_owned),
        "module" => module(db, rest),
        "table" | "setting" => crate::settings::documentation(kind, rest),
        "tag" => crate::template::tag(rest),
        "filter" => crate::template::filter(rest),
        _ => None,
    }
}

/// A declaration: as code, without its body where that is long, and what is written before it.
fn declaration(db: &Database, written: &str) -> Option<String> {
    let found = db.named_in("", written).or_else(|| db.named(written))?;
    let keyword_at = found.tree.span.start as usize;
    let text = found.text.get(keyword_at..)?;
    // What is short is shown as a whole.
    let short = text.len() <= 400 && text.lines().count() <= 8;
    let shown = match short {
        true => text.to_owned(),
        false => crate::hover::head(db, &found),
    };
    let mut out = format!("```persona\n{shown}\n```");
    if let Some(doc) = &found.tree.doc {
        out.push_str("\n\n");
        out.push_str(doc.trim());
    }
    Some(out)
}

fn field(db: &Database, table: &str, path: &str) -> Option<String> {
    let found = db.named(table)?;
    let (ast::DeclKind::Profile(decl) | ast::DeclKind::Event(decl) | ast::DeclKind::Catalog(decl)) =
        &found.tree.kind
    else {
        return None;
    };
    let mut fields = decl.fields.as_slice();
    let mut found_field: Option<&ast::FieldDecl> = None;
    for part in path.split('.') {
        let one = fields.iter().find(|field| field.name.text == part)?;
        found_field = Some(one);
        fields = match &one.ty.kind {
            ast::TypeKind::Record(fields) => fields,
            _ => &[],
        };
    }
    documented(found_field?, found.text)
}

/// A field as code, and what is written before it.
fn documented(field: &ast::FieldDecl, text: &str) -> Option<String> {
    let code = text.get(field.name.span.start as usize..field.span.end as usize)?;
    let mut out = format!("```persona\n{code}\n```");
    if let Some(doc) = &field.doc {
        out.push_str("\n\n");
        out.push_str(doc.trim());
    }
    Some(out)
}

fn enum_value(db: &Database, of: &str, value: &str) -> Option<String> {
    let found = db.named(of)?;
    let doc = match &found.tree.kind {
        ast::DeclKind::Enum { values, .. } => {
            let one = values.iter().find(|one| one.name.text == value)?;
            (one.title.clone(), one.doc.clone(), String::new())
        }
        ast::DeclKind::Partition {
            stages, otherwise, ..
        } => match stages.iter().find(|one| one.name.text == value) {
            Some(stage) => {
                let condition = stage.condition.span.of(found.text);
                (
                    stage.title.clone(),
                    stage.doc.clone(),
                    format!("`when {condition}`"),
                )
            }
            None => (
                otherwise.title.clone(),
                otherwise.doc.clone(),
                "everybody else".to_owned(),
            ),
        },
        _ => return None,
    };
    let (title, doc, condition) = doc;
    let mut out = format!("`{of}.{value}`");
    for part in [
        title.map(|title| format!("\"{title}\"")),
        Some(condition),
        doc,
    ]
    .into_iter()
    .flatten()
    .filter(|part| !part.is_empty())
    {
        out.push_str("\n\n");
        out.push_str(part.trim());
    }
    Some(out)
}

fn slot_of(db: &Database, content: &str, slot: &str) -> Option<String> {
    let found = db.named(content)?;
    let ast::DeclKind::Content(decl) = &found.tree.kind else {
        return None;
    };
    let one = decl.slots.iter().find(|one| one.name.text == slot)?;
    documented(one, found.text)
}

fn annotation(name: &str) -> Option<String> {
    let all = places::ANNOTATIONS_OF_FIELDS
        .iter()
        .chain(places::ANNOTATIONS_OF_DECLARATIONS);
    let (_, form, says) = all.clone().find(|(known, ..)| *known == name)?;
    Some(format!("`@{}`: {says}.", super::item::plain(form)))
}

fn name(name: &str) -> Option<&'static str> {
    Some(match name {
        "now" => {
            "The time of evaluation. It stands beside a `Timestamp` only; no rule can read a clock."
        }
        "today" => "The day of the evaluation, in the person's zone.",
        "profile" => {
            "The person: `profile.country` where a bare name is a field of an event or an item."
        }
        "event" => "The event around: `event.total` where a bare name is a field of its elements.",
        "any event" => "Events of all kinds.",
        "Sent" => {
            "What persona itself sent: `did Sent in last 30d where content == cart_reminder`."
        }
        _ => return None,
    })
}

fn format_of(format: &str) -> Option<&'static str> {
    Some(match format {
        "percent" => "As a percentage: `0.15` is `15%`.",
        "whole" => "Without decimals.",
        "amount" => "The amount without its currency.",
        "name" => "How people call the value.",
        "day" => "The day alone.",
        "month" => "The month alone.",
        "year" => "The year alone.",
        "date" => "The local day.",
        "time" => "The local time of day.",
        "iso" => "As data has it: `2026-01-31T10:00:00Z`.",
        "days" => "In days.",
        "hours" => "In hours.",
        "minutes" => "In minutes.",
        _ => return None,
    })
}

fn type_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "Bool" => "Yes or no: `true`, `false`.",
        "Int" => "A whole number.",
        "Float" => "A number with decimals; `15%` is one.",
        "String" => "Text.",
        "Email" => "Text that is an address of mail, checked as data is read.",
        "Phone" => "Text that is a number to call, checked as data is read.",
        "Url" => "Text that is a web address, checked as data is read.",
        "TimeZone" => {
            "The name of a time zone, `Europe/Berlin`. At most one field of the profile has it: that is the person's zone."
        }
        "Locale" => {
            "A language, `de-AT`. The profile's field of this type chooses among the `locale`s of a content."
        }
        "Html" => "Markup: only contents have it.",
        "Date" => "A day, without a time: `2026-01-31`.",
        "TimeOfDay" => "A time of day, local: `21:00`.",
        "Timestamp" => "An instant: `2026-01-31T10:00Z`.",
        "Duration" => "A length of time: `30d` is 30 times 24 hours.",
        "Period" => "A length of the calendar: `3 months`.",
        "Length" => "A distance: `10 km`.",
        "Geo" => "A place on the earth: `geo(48.85, 2.35)`.",
        "Money" => "An amount in one currency: `Money<USD>`. Amounts in two currencies never meet.",
        "List" => "Elements in order.",
        "Set" => "Elements, each once.",
        "Event" => "A parameter that takes the name of an event.",
        "Field" => "A parameter that takes a field of an event: `Field<Money<USD>>`.",
        "{ … }" => "A record: fields of its own.",
        _ => return None,
    })
}

fn module(db: &Database, name: &str) -> Option<String> {
    let all = db.modules("");
    let found = all
        .iter()
        .find(|module| module.name == name || module.path == name)?;
    let names: Vec<String> = found
        .offers
        .iter()
        .map(|offer| {
            format!(
                "- `{}{}`",
                offer.name,
                offer.params.as_deref().unwrap_or_default()
            )
        })
        .collect();
    Some(format!("`use {}`\n\n{}", found.path, names.join("\n")))
}
