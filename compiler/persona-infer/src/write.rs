//! What was found, in the language. The text is right but plain; the formatter gives it its form.

use std::path::Path;

use crate::compose::{By, Composed, Entry, Field};
use crate::model::{Column, Kind, Table, Type};
use crate::names::quoted;
use crate::read::relative;

/// The text in the one format; as it is, should the formatter refuse it.
pub(crate) fn formatted(text: &str) -> String {
    persona_syntax::format(text).text
}

/// All declarations but sources.
pub(crate) fn schema(tables: &[Table], composed: &Composed) -> String {
    let mut text = String::from(
        "// Found by `persona schema infer`. A comment before a line says what somebody should look at.\n",
    );
    if !composed.enums.is_empty() {
        text.push_str("// Enums have the values of the files: any other value counts as one that cannot be read.\n");
    }
    if composed.bare {
        let (key, name) = &composed.key;
        text.push_str(&format!(
            "\n// No file says more of these people than their keys.\nprofile {name} {{\n  {key}: String @key\n}}\n"
        ));
    }
    for entry in composed.entries.iter().filter(|entry| !entry.more) {
        declaration(tables, composed, entry, &mut text);
    }
    for found in &composed.enums {
        text.push_str(&format!("\nenum {} {{\n", found.name));
        for (name, title) in &found.values {
            let same = name.eq_ignore_ascii_case(title);
            let title = if same {
                String::new()
            } else {
                format!(" {}", quoted(title))
            };
            text.push_str(&format!("  {name}{title}\n"));
        }
        text.push_str("}\n");
    }
    text
}

fn declaration(tables: &[Table], composed: &Composed, entry: &Entry, text: &mut String) {
    let word = match entry.kind {
        Kind::Profile => "profile",
        Kind::Event => "event",
        Kind::Catalog => "catalog",
    };
    text.push('\n');
    for note in &entry.notes {
        text.push_str(&format!("// {note}\n"));
    }
    text.push_str(&format!("{word} {} {{\n", entry.name));
    let table = &tables[entry.table];
    if let By::Pair(..) = entry.by {
        text.push_str("  id: String @key\n");
    }
    let mut key_first: Vec<&Field> = entry.fields.iter().collect();
    key_first.sort_by_key(|field| !is_key(entry, field));
    for field in key_first {
        one_field(table, composed, entry, field, text);
    }
    if entry.kind == Kind::Profile {
        for other in composed.entries.iter().filter(|other| other.more) {
            for field in other.fields.iter().filter(|field| !field.declared) {
                one_field(&tables[other.table], composed, other, field, text);
            }
        }
    }
    for column in &table.columns {
        if let Some(why) = &column.unreadable {
            text.push_str(&format!(
                "  // {} is left out: {why}\n",
                crate::names::shown(&column.header)
            ));
        }
    }
    text.push_str("}\n");
}

fn is_key(entry: &Entry, field: &Field) -> bool {
    entry.kind != Kind::Event
        && matches!(entry.by, By::Column(at) | By::Group(at) if at == field.column)
}

fn one_field(table: &Table, composed: &Composed, entry: &Entry, field: &Field, text: &mut String) {
    let column = &table.columns[field.column];
    let key = is_key(entry, field);
    for note in column.notes.iter().filter(|_| !key) {
        text.push_str(&format!("  // {note}\n"));
    }
    let ty = match (key, &column.ty, field.of) {
        (true, Type::Email, _) => "Email".to_owned(),
        (true, Type::Phone, _) => "Phone".to_owned(),
        (true, ..) => "String".to_owned(),
        (_, _, Some(of)) => composed.enums[of].name.clone(),
        (_, ty, None) => type_text(ty),
    };
    let list = matches!(column.ty, Type::List(_) | Type::Set(_));
    let end = match (key, column.optional) {
        (true, _) => " @key",
        (_, true) if list => " = []",
        (_, true) => "?",
        _ => "",
    };
    let of_thing = entry.kind == Kind::Catalog && !matches!(column.ty, Type::Email | Type::Phone);
    let pii = if column.pii && !of_thing { " @pii" } else { "" };
    text.push_str(&format!("  {}: {ty}{end}{pii}\n", field.name));
}

fn type_text(ty: &Type) -> String {
    match ty {
        Type::Bool => "Bool".to_owned(),
        Type::Int => "Int".to_owned(),
        Type::Float => "Float".to_owned(),
        // An enum without a name is inside of a list.
        Type::Text | Type::Enum(_) => "String".to_owned(),
        Type::Email => "Email".to_owned(),
        Type::Phone => "Phone".to_owned(),
        Type::Url => "Url".to_owned(),
        Type::Date => "Date".to_owned(),
        Type::Timestamp => "Timestamp".to_owned(),
        Type::TimeOfDay => "TimeOfDay".to_owned(),
        Type::Duration => "Duration".to_owned(),
        Type::Geo => "Geo".to_owned(),
        Type::TimeZone => "TimeZone".to_owned(),
        Type::Locale => "Locale".to_owned(),
        Type::Money(currency) => format!("Money<{currency}>"),
        Type::List(element) => format!("List<{}>", type_text(element)),
        Type::Set(element) => format!("Set<{}>", type_text(element)),
        Type::Record(fields) => {
            let field = |(name, ty, optional): &(String, Type, bool)| {
                format!(
                    "{name}: {}{}",
                    type_text(ty),
                    if *optional { "?" } else { "" }
                )
            };
            let fields: Vec<String> = fields.iter().map(field).collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

/// The sources of the tables that lie in files.
pub(crate) fn sources(tables: &[Table], composed: &Composed, root: &Path) -> String {
    let mut text = String::new();
    for entry in &composed.entries {
        let table = &tables[entry.table];
        let Some(origin) = &table.origin else {
            continue;
        };
        if !text.is_empty() {
            text.push('\n');
        }
        if let Some(from) = &origin.made_of {
            let from = from
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            text.push_str(&format!(
                "// The objects of {from}, one on each line: that is how sources read JSON.\n"
            ));
        }
        text.push_str(&format!(
            "source {} of {} {{\n  from ",
            entry.source, entry.name
        ));
        if let Some(format) = origin.format {
            text.push_str(&format!("{format} "));
        }
        let path = relative(root, &origin.path);
        text.push_str(&raw_path(&path.to_string_lossy()));
        if let Some(delimiter) = origin.delimiter {
            text.push_str(&format!(" delimiter {}", quoted(&delimiter.to_string())));
        }
        text.push('\n');
        rows(table, composed, entry, &mut text);
        text.push_str("}\n");
    }
    text
}

fn raw_path(path: &str) -> String {
    quoted(&path.replace('\\', "/"))
}

fn rows(table: &Table, composed: &Composed, entry: &Entry, text: &mut String) {
    let column = |at: usize| &table.columns[at];
    let grouped = matches!(entry.by, By::Group(_));
    if let By::Group(at) = entry.by {
        text.push_str(&format!("  group by {}\n", read(column(at))));
    }
    if let By::Pair(one, other) = entry.by {
        text.push_str(&format!(
            "  id = {} + \"/\" + {}\n",
            plain(column(one)),
            plain(column(other))
        ));
    }
    if let Some(person) = entry.person {
        text.push_str(&format!("  profile = {}\n", key_text(column(person))));
    }
    if let Some(time) = entry.time {
        let mut said = read(column(time));
        if column(time).ty == Type::Date {
            if column(time).read.is_none() {
                said.push_str(".as(Date)");
            }
            said.push_str(".as(Timestamp)");
        }
        if column(time).header != "at" || said != plain(column(time)) {
            text.push_str(&format!("  at = {said}\n"));
        }
        for note in &column(time).notes {
            text.push_str(&format!("  // at: {note}\n"));
        }
    }
    if entry.kind == Kind::Event
        && let By::Column(at) = entry.by
        && column(at).header != "id"
        && Some(at) != entry.person
        && Some(at) != entry.time
    {
        text.push_str(&format!("  id = {}\n", plain(column(at))));
    }
    let own_key = &composed.key.0;
    for field in &entry.fields {
        let key = is_key(entry, field);
        let of = column(field.column);
        let said = if key { key_text(of) } else { read(of) };
        let name = if entry.more && key {
            own_key
        } else {
            &field.name
        };
        let said = if grouped && !key {
            format!("first({said})")
        } else {
            said
        };
        if said != format!("column({})", quoted(name)) {
            text.push_str(&format!("  {name} = {said}\n"));
        }
    }
}

fn plain(column: &Column) -> String {
    format!("column({})", quoted(&column.header))
}

/// A key as it stands, without what makes another type of it.
fn key_text(column: &Column) -> String {
    match column.read.as_deref() {
        Some(".trim()") => read(column),
        _ => plain(column),
    }
}

fn read(column: &Column) -> String {
    match &column.read {
        None => plain(column),
        // A division stands in parentheses, which the reading closes.
        Some(then) if then.contains(" / ") => format!("({}{then}", plain(column)),
        Some(then) => format!("{}{then}", plain(column)),
    }
}
