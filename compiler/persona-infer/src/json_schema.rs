//! JSON Schema: the object that a document describes, its properties with their types, formats and values. References within the document
//! are followed, to a bounded depth.

use serde_json::{Map, Value};

use crate::Error;
use crate::ddl::declared;
use crate::model::{Column, Table, Type};

/// So deep objects lie in each other.
const DEPTH: usize = 16;
/// The most properties of one document.
const MOST: usize = 2_000;

/// Whether a text is a schema, and no data.
pub(crate) fn is_schema(text: &str) -> bool {
    let quoted = |word: &str| text.contains(&format!("\"{word}\""));
    quoted("$schema")
        || quoted("properties") && quoted("type") && (quoted("object") || quoted("$defs"))
}

/// The table that a schema describes; of an array, its items.
pub(crate) fn tables(text: &str, title: &str, shown: &str) -> Result<Vec<Table>, Error> {
    let root: Value = serde_json::from_str(text)
        .map_err(|error| Error::new(format!("{shown} cannot be read as JSON: {error}")))?;
    let mut top = resolve(&root, &root);
    if let Some(items) = top.get("items") {
        top = resolve(items, &root);
    }
    if top.get("properties").is_none()
        && let Some(definitions) = root
            .get("$defs")
            .or_else(|| root.get("definitions"))
            .and_then(Value::as_object)
    {
        let tables: Vec<Table> = definitions
            .iter()
            .filter(|(_, definition)| definition.get("properties").is_some())
            .map(|(name, definition)| table(name, definition, &root))
            .collect();
        if !tables.is_empty() {
            return Ok(tables);
        }
    }
    if top.get("properties").is_none() {
        return Err(Error::new(format!(
            "{shown}: this schema describes no object with properties"
        )));
    }
    let named = top.get("title").and_then(Value::as_str).unwrap_or(title);
    let table = table(named, top, &root);
    if table.columns.len() > MOST {
        return Err(Error::new(format!(
            "{shown}: {} properties are more than {MOST}",
            table.columns.len()
        )));
    }
    Ok(vec![table])
}

fn table(title: &str, schema: &Value, root: &Value) -> Table {
    let mut table = Table::new(title);
    properties("", schema, root, false, DEPTH, &mut table.columns);
    let required = |column: &&Column| {
        column.always && matches!(column.ty, Type::Text | Type::Int | Type::Email)
    };
    let key = table.columns.iter().filter(required).max_by_key(|column| {
        let name = crate::names::snake(&column.header);
        usize::from(name == "id") * 3
            + usize::from(name.ends_with("_id")) * 2
            + usize::from(column.ty == Type::Email)
    });
    table
        .said_keys
        .extend(key.map(|column| column.header.clone()));
    table
}

/// What a schema refers to, or itself.
fn resolve<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let mut schema = schema;
    for _ in 0..DEPTH {
        let Some(path) = schema.get("$ref").and_then(Value::as_str) else {
            break;
        };
        let Some(found) = path.strip_prefix('#').and_then(|path| root.pointer(path)) else {
            break;
        };
        schema = found;
    }
    schema
}

fn properties(
    before: &str,
    schema: &Value,
    root: &Value,
    optional: bool,
    depth: usize,
    into: &mut Vec<Column>,
) {
    let none = Map::new();
    let all = schema
        .get("properties")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let required = schema.get("required").and_then(Value::as_array);
    let required = |name: &str| {
        required.is_some_and(|all| all.iter().any(|known| known.as_str() == Some(name)))
    };
    for (name, property) in all {
        if into.len() > MOST {
            return;
        }
        let property = resolve(property, root);
        let header = if before.is_empty() {
            name.clone()
        } else {
            format!("{before}.{name}")
        };
        let (kinds, null) = kinds(property, root);
        let optional = optional || null || !required(name);
        let inner = chosen(property, root);
        if kinds == ["object"] && inner.get("properties").is_some() && depth > 0 && !is_place(inner)
        {
            properties(&header, inner, root, optional, depth - 1, into);
            continue;
        }
        let mut notes = Vec::new();
        let ty = one_type(&kinds, inner, root, depth, &mut notes);
        into.push(declared(&header, ty, optional, notes));
    }
}

/// Of `anyOf` and the like, the one that is not null.
fn chosen<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    for word in ["anyOf", "oneOf", "allOf"] {
        if let Some(all) = schema.get(word).and_then(Value::as_array) {
            let mut all = all.iter().map(|one| resolve(one, root));
            if let Some(one) =
                all.find(|one| one.get("type").and_then(Value::as_str) != Some("null"))
            {
                return one;
            }
        }
    }
    schema
}

/// The names of the types, and whether null is one.
fn kinds(schema: &Value, root: &Value) -> (Vec<String>, bool) {
    let mut names: Vec<String> = match schema.get("type") {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(all)) => all
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    for word in ["anyOf", "oneOf"] {
        for one in schema
            .get(word)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let name = resolve(one, root).get("type").and_then(Value::as_str);
            names.extend(name.map(str::to_owned));
        }
    }
    if names.is_empty() {
        names.extend(
            chosen(schema, root)
                .get("type")
                .and_then(Value::as_str)
                .map(str::to_owned),
        );
    }
    if names.is_empty() && schema.get("properties").is_some() {
        names.push("object".to_owned());
    }
    let null = names.iter().any(|name| name == "null")
        || schema.get("nullable") == Some(&Value::Bool(true));
    names.retain(|name| name != "null");
    names.dedup();
    (names, null)
}

fn is_place(schema: &Value) -> bool {
    let has = |name: &str| schema.pointer(&format!("/properties/{name}")).is_some();
    let count = schema
        .get("properties")
        .and_then(Value::as_object)
        .map_or(0, Map::len);
    count == 2 && (has("lat") && (has("lon") || has("lng")) || has("latitude") && has("longitude"))
}

fn one_type(
    kinds: &[String],
    schema: &Value,
    root: &Value,
    depth: usize,
    notes: &mut Vec<String>,
) -> Type {
    let values = schema.get("enum").and_then(Value::as_array);
    let values: Option<Vec<String>> = values.map(|all| {
        all.iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    });
    if let Some(values) = values.filter(|values| !values.is_empty()) {
        return Type::Enum(values);
    }
    let [kind] = kinds else {
        notes.push("several types, or none said: read as text".to_owned());
        return Type::Text;
    };
    let format = schema.get("format").and_then(Value::as_str).unwrap_or("");
    match (kind.as_str(), format) {
        ("boolean", _) => Type::Bool,
        ("integer", _) => Type::Int,
        ("number", _) => Type::Float,
        ("string", "email" | "idn-email") => Type::Email,
        ("string", "date") => Type::Date,
        ("string", "date-time") => Type::Timestamp,
        ("string", "time") => Type::TimeOfDay,
        ("string", "duration") => Type::Duration,
        ("string", "uri" | "url" | "iri") => Type::Url,
        ("string", "phone") => Type::Phone,
        ("array", _) if depth > 0 => list(schema, root, depth, notes),
        ("object", _) if is_place(schema) => Type::Geo,
        ("string", _) => Type::Text,
        (other, _) => {
            notes.push(format!("`{other}` without properties is read as text"));
            Type::Text
        }
    }
}

fn list(schema: &Value, root: &Value, depth: usize, notes: &mut Vec<String>) -> Type {
    let Some(items) = schema.get("items") else {
        notes.push(
            "the schema does not say what the list holds: read as a list of texts".to_owned(),
        );
        return Type::List(Box::new(Type::Text));
    };
    let items = resolve(items, root);
    if items.get("properties").is_some() {
        let mut inner = Vec::new();
        properties("", items, root, false, 0, &mut inner);
        inner.retain(|field| {
            let flat = !matches!(field.ty, Type::List(_) | Type::Set(_));
            flat && crate::names::field(&field.header, "") == field.header
        });
        if !inner.is_empty() {
            let field = |field: Column| {
                let ty = match field.ty {
                    Type::Enum(_)
                    | Type::Email
                    | Type::Phone
                    | Type::Url
                    | Type::TimeZone
                    | Type::Locale => Type::Text,
                    other => other,
                };
                (field.header, ty, field.optional)
            };
            return Type::List(Box::new(Type::Record(
                inner.into_iter().map(field).collect(),
            )));
        }
    }
    let (kinds, _) = kinds(items, root);
    let element = match one_type(&kinds, items, root, depth - 1, notes) {
        Type::Bool | Type::Int | Type::Float | Type::Date | Type::Timestamp => {
            one_type(&kinds, items, root, depth - 1, &mut Vec::new())
        }
        _ => Type::Text,
    };
    match element {
        Type::Text => Type::Set(Box::new(Type::Text)),
        other => Type::List(Box::new(other)),
    }
}
