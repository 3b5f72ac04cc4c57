//! Tables of single values as files of any format that sources read. Decides no value: whoever has the rows gives them, some at a
//! time, and the file does not depend on the number of threads.

use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, new_empty_array};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{Field, Schema as ArrowSchema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use persona_ir::{Schema, SourceFormat, Ty};
use persona_runtime::{Strings, Value, build};
use serde_json::{Map, Number, Value as Json};

use super::arrow::{array, data_type};
use super::file::{NewFile, failed};
use super::text::{cell, json};
use crate::error::LoadError;
use crate::parallel::in_order;
use crate::value::json::quoted;

/// So many records are made at once.
const PIECE: usize = 4096;
/// Rows of a row group or a batch.
const GROUP: usize = 1 << 16;

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileColumn {
    /// Its name. In NDJSON a dotted name is a field of a nested object.
    pub name: Arc<str>,
    /// What its values are. In CSV and NDJSON a value may be text whatever this says.
    pub ty: Ty,
}

/// A table that is to become a file.
pub struct FileTable<'a> {
    /// Its columns; no two of one name.
    pub columns: &'a [FileColumn],
    /// How many records `make` can be asked for.
    pub records: usize,
    /// The rows of some records, each with a value for each column. A record may have no row, and several. Asked by several
    /// threads at once.
    pub make: &'a (dyn Fn(Range<usize>) -> Vec<Vec<Value>> + Sync),
}

impl std::fmt::Debug for FileTable<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileTable")
            .field("columns", &self.columns)
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}

/// Writes a table and says how many rows it has. Enums are written by name, with the names of `schema`. The file appears only when
/// it is whole.
///
/// # Errors
/// When the file cannot be written; then none is left.
pub fn write_table(
    path: &Path,
    table: &FileTable<'_>,
    format: &SourceFormat,
    schema: &Schema,
    threads: usize,
) -> Result<usize, Box<LoadError>> {
    let mut file = NewFile::create(path)?;
    let written = match format {
        SourceFormat::Csv { delimiter } => csv(table, *delimiter, schema, threads, &mut file),
        SourceFormat::Ndjson => ndjson(table, schema, threads, &mut file),
        SourceFormat::Parquet => parquet(table, schema, threads, &mut file),
        SourceFormat::ArrowIpc => ipc(table, schema, threads, &mut file),
    };
    let rows = written.map_err(|error| failed(path, &std::io::Error::other(error)))?;
    file.finish()?;
    Ok(rows)
}

/// The records of a piece.
fn records(table: &FileTable<'_>, piece: usize) -> Range<usize> {
    let start = piece * PIECE;
    start..(start + PIECE).min(table.records)
}

/// Writes what `line` makes of each row, behind a head.
fn lines(
    table: &FileTable<'_>,
    threads: usize,
    head: &str,
    line: &(dyn Fn(&[Value], &mut String) + Sync),
    file: &mut NewFile,
) -> Result<usize, String> {
    let text = |error: std::io::Error| error.to_string();
    file.write_all(head.as_bytes()).map_err(text)?;
    let mut count = 0;
    let make = |piece: usize| {
        let rows = (table.make)(records(table, piece));
        let mut out = String::new();
        rows.iter().for_each(|row| line(row, &mut out));
        Ok((rows.len(), out))
    };
    in_order(
        threads,
        table.records.div_ceil(PIECE),
        make,
        |(rows, out): (usize, String)| {
            count += rows;
            file.write_all(out.as_bytes()).map_err(text)
        },
    )?;
    Ok(count)
}

fn csv(
    table: &FileTable<'_>,
    delimiter: u8,
    schema: &Schema,
    threads: usize,
    file: &mut NewFile,
) -> Result<usize, String> {
    let between = char::from(delimiter);
    let mut head = String::new();
    for (at, column) in table.columns.iter().enumerate() {
        if at > 0 {
            head.push(between);
        }
        quote(&column.name, between, &mut head);
    }
    head.push('\n');
    let line = |row: &[Value], out: &mut String| {
        let start = out.len();
        for (at, (value, column)) in row.iter().zip(table.columns).enumerate() {
            if at > 0 {
                out.push(between);
            }
            quote(&cell(value, &column.ty, schema), between, out);
        }
        if out.len() == start {
            // An empty line is no row.
            out.push_str("\"\"");
        }
        out.push('\n');
    };
    lines(table, threads, &head, &line, file)
}

/// A CSV cell, quoted where it must be.
fn quote(text: &str, delimiter: char, out: &mut String) {
    let must = |c: char| c == delimiter || matches!(c, '"' | '\n' | '\r');
    if text.contains(must) || text.starts_with([' ', '\u{feff}']) || text.ends_with(' ') {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

fn ndjson(
    table: &FileTable<'_>,
    schema: &Schema,
    threads: usize,
    file: &mut NewFile,
) -> Result<usize, String> {
    let names: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
    // A name that is also the beginning of another one stays as it is: an object and a value cannot both be there.
    let nests = |name: &str| {
        let parts = name.split('.').count() > 1 && name.split('.').all(|part| !part.is_empty());
        let begins = |other: &&str| {
            let longer = other.len().max(name.len());
            let shorter = other.len().min(name.len());
            let (long, short) = if other.len() == longer {
                (*other, name)
            } else {
                (name, *other)
            };
            longer > shorter && long.starts_with(short) && long[shorter..].starts_with('.')
        };
        parts && !names.iter().any(begins)
    };
    let paths: Vec<Vec<&str>> = names
        .iter()
        .map(|name| match nests(name) {
            true => name.split('.').collect(),
            false => vec![*name],
        })
        .collect();
    let line = |row: &[Value], out: &mut String| {
        let mut object = Map::new();
        for ((value, column), path) in row.iter().zip(table.columns).zip(&paths) {
            if value.is_known() {
                let value = numbers(json(value, &column.ty, schema), &column.ty);
                put(&mut object, path, value);
            }
        }
        out.push('{');
        for (at, (name, value)) in object.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            out.push_str(&quoted(name));
            out.push(':');
            out.push_str(&value.to_string());
        }
        out.push_str("}\n");
    };
    lines(table, threads, "", &line, file)
}

fn put(object: &mut Map<String, Json>, path: &[&str], value: Json) {
    match path {
        [] => {}
        [name] => drop(object.insert((*name).to_owned(), value)),
        [name, rest @ ..] => {
            let inner = object
                .entry(*name)
                .or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// Amounts as numbers, which is how shops write them; those that a Float does not hold exactly stay text.
fn numbers(value: Json, ty: &Ty) -> Json {
    match (ty, value) {
        (Ty::Money(_), Json::String(text)) => {
            let number = text.parse::<f64>().ok();
            let exact = number.filter(|number| number.abs() < 1e12);
            exact
                .and_then(Number::from_f64)
                .map_or(Json::String(text), Json::Number)
        }
        (Ty::List(element) | Ty::Set(element), Json::Array(items)) => {
            let items = items.into_iter().map(|item| numbers(item, element));
            Json::Array(items.collect())
        }
        (Ty::Record(fields), Json::Object(mut values)) => {
            for field in fields.iter() {
                if let Some(value) = values.get_mut(&*field.name) {
                    let taken = std::mem::take(value);
                    *value = numbers(taken, &field.ty);
                }
            }
            // What a record of a list does not know need not be said.
            values.retain(|_, value| !value.is_null());
            Json::Object(values)
        }
        (_, value) => value,
    }
}

fn arrow_schema(table: &FileTable<'_>) -> Arc<ArrowSchema> {
    let field = |column: &FileColumn| Field::new(&*column.name, data_type(&column.ty), true);
    let fields: Vec<Field> = table.columns.iter().map(field).collect();
    Arc::new(ArrowSchema::new(fields))
}

/// Gives the table batch by batch.
fn batches(
    table: &FileTable<'_>,
    schema: &Schema,
    threads: usize,
    mut write: impl FnMut(&RecordBatch) -> Result<(), String>,
) -> Result<usize, String> {
    let fields = arrow_schema(table);
    let batch = |rows: &[Vec<Value>]| {
        let columns = table.columns.iter().enumerate().map(|(at, column)| {
            let values: Vec<Value> = rows
                .iter()
                .map(|row| row.get(at).cloned().unwrap_or(Value::Missing))
                .collect();
            column_of(&values, &column.ty, schema)
        });
        let columns: Vec<ArrayRef> = columns.collect();
        RecordBatch::try_new(fields.clone(), columns).map_err(|error| error.to_string())
    };
    let (mut count, mut waiting) = (0, Vec::new());
    let make = |piece: usize| Ok::<_, String>((table.make)(records(table, piece)));
    in_order(
        threads,
        table.records.div_ceil(PIECE),
        make,
        |rows: Vec<Vec<Value>>| {
            count += rows.len();
            waiting.extend(rows);
            while waiting.len() >= GROUP {
                let rest = waiting.split_off(GROUP);
                write(&batch(&waiting)?)?;
                waiting = rest;
            }
            Ok(())
        },
    )?;
    if !waiting.is_empty() {
        write(&batch(&waiting)?)?;
    }
    Ok(count)
}

fn column_of(values: &[Value], ty: &Ty, schema: &Schema) -> ArrayRef {
    let mut strings = Arc::new(Strings::new());
    let column = build::column(values, ty, &mut strings);
    if values.is_empty() {
        return new_empty_array(&data_type(ty));
    }
    array(&column, ty, 0..values.len(), &strings, schema)
}

fn parquet(
    table: &FileTable<'_>,
    schema: &Schema,
    threads: usize,
    file: &mut NewFile,
) -> Result<usize, String> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let text = |error: parquet::errors::ParquetError| error.to_string();
    let mut writer =
        ArrowWriter::try_new(file, arrow_schema(table), Some(properties)).map_err(text)?;
    let rows = batches(table, schema, threads, |batch| {
        writer.write(batch).map_err(text)
    })?;
    writer.close().map_err(text)?;
    Ok(rows)
}

fn ipc(
    table: &FileTable<'_>,
    schema: &Schema,
    threads: usize,
    file: &mut NewFile,
) -> Result<usize, String> {
    let text = |error: arrow_schema::ArrowError| error.to_string();
    let mut writer = FileWriter::try_new(file, &arrow_schema(table)).map_err(text)?;
    let rows = batches(table, schema, threads, |batch| {
        writer.write(batch).map_err(text)
    })?;
    writer.finish().map_err(text)?;
    Ok(rows)
}
