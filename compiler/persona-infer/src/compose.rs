//! How the tables of several files make one package: which one is the profile, whose keys the others name, and what everything is
//! called.

use crate::kinds::{self, likeness, overlaps};
use crate::model::{Column, Kind, Table, Type};
use crate::names::{Taken, enum_name, event_field, field, snake, type_name};
use crate::{Error, Options};

/// A package, as far as it is known.
#[derive(Debug)]
pub(crate) struct Composed {
    /// In the order in which they are declared.
    pub(crate) entries: Vec<Entry>,
    pub(crate) enums: Vec<Enum>,
    /// The field that is the profile's key, and the profile's name.
    pub(crate) key: (String, String),
    /// Whether no file says anything of people but their keys.
    pub(crate) bare: bool,
}

/// What one table becomes.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) table: usize,
    pub(crate) kind: Kind,
    /// `Customer`.
    pub(crate) name: String,
    /// `customers`.
    pub(crate) source: String,
    pub(crate) by: By,
    pub(crate) person: Option<usize>,
    pub(crate) time: Option<usize>,
    pub(crate) fields: Vec<Field>,
    /// Of a profile that another file has declared: only a source.
    pub(crate) more: bool,
    pub(crate) notes: Vec<String>,
}

/// What tells rows from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Column(usize),
    Pair(usize, usize),
    /// Rows of one value become one.
    Group(usize),
    /// Nothing does, and nothing needs to: events.
    Nothing,
}

/// A field, and the column that fills it.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) column: usize,
    /// A place in the package's enums.
    pub(crate) of: Option<usize>,
    /// Whether it is declared by another entry.
    pub(crate) declared: bool,
}

/// An enum: what it is called, and its values with the texts of the data.
#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) values: Vec<(String, String)>,
    texts: Vec<String>,
}

/// Makes a package of tables.
pub(crate) fn compose(tables: &mut [Table], options: &Options) -> Result<Composed, Error> {
    for table in tables.iter_mut() {
        let said = options.kinds.iter().rev().find(|(file, _)| match file {
            None => true,
            Some(file) => file.split('.').next() == Some(table.title.as_str()),
        });
        let (kind, unsure) = match said {
            Some((_, kind)) => (*kind, None),
            None => kinds::kind(table),
        };
        table.kind = Some(kind);
        table.notes.extend(unsure);
    }
    for (file, _) in &options.kinds {
        if let Some(file) = file
            && !tables
                .iter()
                .any(|table| file.split('.').next() == Some(table.title.as_str()))
        {
            return Err(Error::new(format!(
                "--as names `{file}`, which is none of the files"
            )));
        }
    }
    let said = |place: usize, tables: &[Table]| {
        options.kinds.iter().any(|(file, _)| match file {
            None => tables.len() == 1,
            Some(file) => file.split('.').next() == Some(tables[place].title.as_str()),
        })
    };
    let profile = main_profile(tables);
    let mut names = Taken::default();
    let mut sources = Taken::default();
    let mut composed = Composed {
        entries: Vec::new(),
        enums: Vec::new(),
        key: (String::new(), String::new()),
        bare: profile.is_none(),
    };
    let mut order: Vec<usize> = (0..tables.len()).collect();
    order.sort_by_key(|place| (Some(*place) != profile, *place));
    for place in order {
        if tables[place].kind == Some(Kind::Profile) && Some(place) != profile {
            let first = profile.map(|first| &tables[first]);
            if !first.is_some_and(|first| same_people(first, &tables[place]))
                && !said(place, tables)
            {
                tables[place].kind = Some(Kind::Catalog);
            }
        }
        let entry = entry(
            place,
            tables,
            options,
            profile,
            &mut names,
            &mut sources,
            &mut composed,
        );
        composed.entries.push(entry);
    }
    if composed.bare {
        bare_profile(tables, &mut composed, &mut names);
    }
    name_enums(tables, &mut composed, &mut names);
    Ok(composed)
}

/// The table of the people, if one is.
fn main_profile(tables: &[Table]) -> Option<usize> {
    let people = (0..tables.len()).filter(|place| tables[*place].kind == Some(Kind::Profile));
    people.max_by_key(|place| (likeness(&tables[*place], tables), std::cmp::Reverse(*place)))
}

/// Whether another table is about the people of the first: its key is theirs.
fn same_people(first: &Table, other: &Table) -> bool {
    let (Some(one), Some(two)) = (kinds::key(first), kinds::key(other)) else {
        return false;
    };
    let (one, two) = (&first.columns[one], &other.columns[two]);
    snake(&one.header) == snake(&two.header) && (overlaps(two, one) || first.origin.is_none())
}

fn entry(
    place: usize,
    tables: &mut [Table],
    options: &Options,
    profile: Option<usize>,
    names: &mut Taken,
    sources: &mut Taken,
    composed: &mut Composed,
) -> Entry {
    let table = &tables[place];
    let mut kind = table.kind.unwrap_or(Kind::Profile);
    let more = kind == Kind::Profile && Some(place) != profile;
    let mut notes = table.notes.clone();
    let (mut person, mut time) = (None, None);
    if kind == Kind::Event {
        let key = Some(composed.key.0.as_str()).filter(|key| !key.is_empty());
        person = person_of(table, tables, profile, key);
        time = kinds::time(table);
        if person.is_none() || time.is_none() {
            let lacks = if time.is_none() {
                "when something happened"
            } else {
                "whose it was"
            };
            notes.push(format!(
                "no column says {lacks}, so this is a catalog and no event"
            ));
            kind = Kind::Catalog;
            (person, time) = (None, None);
        }
    }
    let by = match kind {
        Kind::Event => kinds::key(table).map_or(By::Nothing, By::Column),
        Kind::Profile | Kind::Catalog => key_of(table, &mut notes),
    };
    let wanted = match &options.name {
        Some(name) if place == 0 => name.clone(),
        _ => type_name(&table.title, "Row"),
    };
    let name = if more {
        composed.key.1.clone()
    } else {
        names.take(wanted)
    };
    let mut source = sources.take(field(&table.title, "rows"));
    if source == composed.key.0 {
        source = sources.take(format!("{source}_file"));
    }
    let mut fields = fields(table, kind, by, person, time);
    let key_field = match by {
        By::Column(at) | By::Group(at) => fields
            .iter()
            .find(|field| field.column == at)
            .map(|field| field.name.clone()),
        By::Pair(..) | By::Nothing => None,
    };
    if kind == Kind::Profile && !more {
        composed.key = (key_field.unwrap_or_else(|| "id".to_owned()), name.clone());
    }
    if more {
        // What the profile declares already is filled, not declared again.
        let before: Vec<&Field> = composed
            .entries
            .iter()
            .filter(|entry| entry.kind == Kind::Profile)
            .flat_map(|entry| &entry.fields)
            .collect();
        for field in &mut fields {
            field.declared = before.iter().any(|known| known.name == field.name);
        }
        for field in fields.iter().filter(|field| !field.declared) {
            tables[place].columns[field.column].optional = true;
        }
    }
    Entry {
        table: place,
        kind,
        name,
        source,
        by,
        person,
        time,
        fields,
        more,
        notes,
    }
}

/// The column of an event that holds people's keys: named like theirs, referring to them, or holding the same values.
fn person_of(
    table: &Table,
    tables: &[Table],
    profile: Option<usize>,
    key: Option<&str>,
) -> Option<usize> {
    let people = profile.map(|place| &tables[place]);
    let refers = people.and_then(|people| {
        let (column, _) = table.refers.iter().find(|(_, to)| *to == people.title)?;
        table.column(column)
    });
    let named = || {
        let key = key.filter(|key| *key != "id")?;
        table
            .columns
            .iter()
            .position(|column| field(&column.header, "") == key)
    };
    let holds = || {
        let people = people?;
        let key = &people.columns[kinds::key(people)?];
        table.columns.iter().position(|column| {
            matches!(column.ty, Type::Text | Type::Int | Type::Email)
                && column.distinct > 3
                && overlaps(column, key)
        })
    };
    refers
        .or_else(named)
        .or_else(holds)
        .or_else(|| kinds::person(table, key))
}

fn key_of(table: &Table, notes: &mut Vec<String>) -> By {
    if let Some(key) = kinds::key(table) {
        return By::Column(key);
    }
    if let Some((one, other)) = table.pair {
        notes.push("no column is different in every row: two together are the key".to_owned());
        return By::Pair(one, other);
    }
    let fits = |column: &&(usize, &Column)| {
        matches!(column.1.ty, Type::Text | Type::Int | Type::Email) && column.1.unreadable.is_none()
    };
    let all: Vec<(usize, &Column)> = table.columns.iter().enumerate().collect();
    let best = all
        .iter()
        .filter(fits)
        .max_by_key(|(at, column)| (column.always, column.distinct, std::cmp::Reverse(*at)));
    notes.push("no column is different in every row: rows of one key become one, with the first value of each field".to_owned());
    By::Group(best.map_or(0, |(at, _)| *at))
}

fn fields(
    table: &Table,
    kind: Kind,
    by: By,
    person: Option<usize>,
    time: Option<usize>,
) -> Vec<Field> {
    let mut taken = Taken::default();
    if let By::Pair(..) = by {
        taken.take("id".to_owned());
    }
    let mut fields = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        if column.unreadable.is_some() || Some(at) == person || Some(at) == time {
            continue;
        }
        let fallback = format!("column_{}", at + 1);
        let name = match kind {
            // An event's own `id` is read as such, and needs no field.
            Kind::Event if column.header == "id" => continue,
            Kind::Event => event_field(&column.header, &fallback),
            Kind::Profile | Kind::Catalog => field(&column.header, &fallback),
        };
        fields.push(Field {
            name: taken.take(name),
            column: at,
            of: None,
            declared: false,
        });
    }
    fields
}

/// People of whom only events tell.
fn bare_profile(tables: &[Table], composed: &mut Composed, names: &mut Taken) {
    let event = composed
        .entries
        .iter()
        .find(|entry| entry.kind == Kind::Event);
    let key = event.and_then(|entry| Some(&tables[entry.table].columns[entry.person?]));
    let name = key.map(|column| field(&column.header, "id"));
    let name = name.unwrap_or_else(|| "id".to_owned());
    let who = name
        .strip_suffix("_id")
        .or_else(|| name.strip_suffix("_no"))
        .unwrap_or("");
    let who = who.strip_suffix("id").unwrap_or(who);
    let who = if who.is_empty() || who == "email" {
        "person"
    } else {
        who
    };
    composed.key = (name.clone(), names.take(type_name(who, "Person")));
}

fn name_enums(tables: &[Table], composed: &mut Composed, names: &mut Taken) {
    for place in 0..composed.entries.len() {
        for at in 0..composed.entries[place].fields.len() {
            let entry = &composed.entries[place];
            let found = &entry.fields[at];
            let Type::Enum(values) = &tables[entry.table].columns[found.column].ty else {
                continue;
            };
            let mut texts: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
            texts.sort_unstable();
            let known = composed.enums.iter().position(|known| known.texts == texts);
            let of = known.unwrap_or_else(|| {
                let mut taken = Taken::default();
                let value = |(at, text): (usize, &String)| {
                    (
                        taken.take(field(text, &format!("value_{}", at + 1))),
                        text.clone(),
                    )
                };
                let values = values.iter().enumerate().map(value).collect();
                composed.enums.push(Enum {
                    name: names.take(enum_name(&found.name)),
                    values,
                    texts,
                });
                composed.enums.len() - 1
            });
            composed.entries[place].fields[at].of = Some(of);
        }
    }
}

/// Lets the field that a column fills be missing.
pub(crate) fn loosen(
    tables: &mut [Table],
    composed: &Composed,
    source: &str,
    column: &str,
) -> bool {
    let Some(entry) = composed.entries.iter().find(|entry| entry.source == source) else {
        return false;
    };
    let table = &mut tables[entry.table];
    let field = entry
        .fields
        .iter()
        .find(|field| field.name == column || table.columns[field.column].header == column);
    let Some(field) = field else { return false };
    let is_key = matches!(entry.by, By::Column(at) | By::Group(at) if at == field.column)
        && entry.kind != Kind::Event;
    let column = &mut table.columns[field.column];
    !is_key && !std::mem::replace(&mut column.optional, true)
}
