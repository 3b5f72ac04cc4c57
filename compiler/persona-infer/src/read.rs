//! Opens files of any kind, finds out their format, and counts what stands in their columns.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use persona_io::{Scan, Seen, scan, scan_columns};
use persona_ir::SourceFormat;
use rustc_hash::FxHashSet;

use crate::guess::{Said, columns};
use crate::model::{Column, Origin, Table, Type};
use crate::stats::{Stats, Ways, hash};
use crate::{Error, ddl, json_schema};

/// So much of a file is looked at to find out what it is.
const HEAD: usize = 256 * 1024;
/// The most columns of one file.
const COLUMNS: usize = 2_000;
/// So many rows are looked at for a key of two columns.
const PAIR_ROWS: usize = 200_000;

/// What to look at, and what the user says.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) rows: usize,
    pub(crate) said: &'a Said,
    /// Where files go that are made of others which sources cannot read.
    pub(crate) scratch: &'a Path,
}

/// What a file turned out to be.
enum What {
    Rows(SourceFormat, Origin),
    Declared(Vec<Table>),
}

/// The tables of a file.
pub(crate) fn tables(path: &Path, reading: &Reading<'_>) -> Result<Vec<Table>, Error> {
    let title = title(path);
    match what(path, &title, reading)? {
        What::Declared(tables) => Ok(tables),
        What::Rows(format, origin) => Ok(vec![rows(title, &format, origin, reading)?]),
    }
}

fn title(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.split('.').next().unwrap_or("").to_owned();
    if name.is_empty() {
        "rows".to_owned()
    } else {
        name
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn what(path: &Path, title: &str, reading: &Reading<'_>) -> Result<What, Error> {
    let head = head(path)?;
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    let ending = ending.unwrap_or_default();
    let origin = |format: Option<&'static str>, delimiter| Origin {
        path: path.to_owned(),
        format,
        delimiter,
        made_of: None,
    };
    let known = |endings: &[&str], format: &'static str| {
        (!endings.contains(&ending.as_str())).then_some(format)
    };
    if head.starts_with(b"PAR1") {
        return Ok(What::Rows(
            SourceFormat::Parquet,
            origin(known(&["parquet"], "parquet"), None),
        ));
    }
    if head.starts_with(b"ARROW1")
        || ["arrow", "feather", "ipc", "arrows"].contains(&ending.as_str())
    {
        let format = known(&["arrow", "feather"], "arrow");
        return Ok(What::Rows(SourceFormat::ArrowIpc, origin(format, None)));
    }
    let text = text(path, &head)?;
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if ending == "sql" || ddl::is_ddl(start) {
        return ddl::tables(&whole(path)?, &shown(path)).map(What::Declared);
    }
    if start.starts_with('{') || start.starts_with('[') {
        return json(path, title, start, &ending, reading, origin);
    }
    let delimiter = delimiter(start, &ending);
    header(start, delimiter, path)?;
    let usual = delimiter == ',';
    let format = known(&["csv"], "csv").or((!usual).then_some("csv"));
    let said = (!usual).then_some(delimiter);
    let byte = u8::try_from(delimiter).unwrap_or(b',');
    Ok(What::Rows(
        SourceFormat::Csv { delimiter: byte },
        origin(format, said),
    ))
}

fn head(path: &Path) -> Result<Vec<u8>, Error> {
    let wrong = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::new(format!("{}: there is no such file", shown(path)))
        }
        std::io::ErrorKind::PermissionDenied => Error::new(format!(
            "{}: there is no permission to read this file",
            shown(path)
        )),
        _ => Error::new(format!("{} cannot be read: {error}", shown(path))),
    };
    let file = File::open(path).map_err(|error| wrong(&error))?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(
            Error::new(format!("{} is a folder, and no file", shown(path)))
                .help("name the files in it, as in `persona schema infer folder/*.csv`"),
        );
    }
    let mut head = Vec::new();
    file.take(HEAD as u64)
        .read_to_end(&mut head)
        .map_err(|error| wrong(&error))?;
    if head.iter().all(u8::is_ascii_whitespace) || head == b"\xEF\xBB\xBF" {
        return Err(Error::new(format!("{} is empty", shown(path))));
    }
    Ok(head)
}

/// The text of a file's beginning, or what it is instead.
fn text(path: &Path, head: &[u8]) -> Result<String, Error> {
    let shown = shown(path);
    let convert = |from: &str| {
        format!(
            "save it as UTF-8, in Excel as `CSV UTF-8`; or: iconv -f {from} -t UTF-8 {shown} > utf8_file"
        )
    };
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
        return Err(Error::new(format!(
            "{shown}: the text of this file is UTF-16, not UTF-8"
        ))
        .help(convert("UTF-16")));
    }
    if head.starts_with(b"PK\x03\x04") {
        return Err(
            Error::new(format!("{shown} is a ZIP archive or an Excel workbook"))
                .help("unpack it, or save the sheet as CSV"),
        );
    }
    if head.starts_with(&[0x1F, 0x8B]) {
        return Err(
            Error::new(format!("{shown} is compressed with gzip")).help("unpack it first: gunzip")
        );
    }
    let valid = match std::str::from_utf8(head) {
        Ok(text) => return of_text(&shown, text),
        // The last sign may have been cut in two.
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(error) => {
            let strange = head
                .iter()
                .filter(|byte| **byte < 9 || (14..32).contains(*byte))
                .count();
            if strange * 20 > head.len() {
                return Err(Error::new(format!(
                    "{shown} is neither text nor a format that is known here"
                ))
                .help("there are CSV, NDJSON, JSON, Parquet, Arrow, JSON Schema and SQL"));
            }
            let line = head[..error.valid_up_to()]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count()
                + 1;
            return Err(Error::new(format!(
                "{shown}: line {line} is not UTF-8; the file may be in Latin-1 (Windows-1252)"
            ))
            .help(convert("WINDOWS-1252")));
        }
    };
    of_text(&shown, &String::from_utf8_lossy(&head[..valid]))
}

fn of_text(shown: &str, text: &str) -> Result<String, Error> {
    let nulls = text.bytes().filter(|byte| *byte == 0).count();
    if nulls * 20 > text.len() {
        return Err(Error::new(format!(
            "{shown} is neither text nor a format that is known here"
        ))
        .help("there are CSV, NDJSON, JSON, Parquet, Arrow, JSON Schema and SQL"));
    }
    Ok(text.to_owned())
}

fn whole(path: &Path) -> Result<String, Error> {
    let meta = std::fs::metadata(path);
    if meta.is_ok_and(|meta| meta.len() > 16 << 20) {
        return Err(Error::new(format!(
            "{}: a declaration of more than 16 MiB is not read",
            shown(path)
        )));
    }
    std::fs::read_to_string(path)
        .map_err(|error| Error::new(format!("{} cannot be read: {error}", shown(path))))
}

fn json(
    path: &Path,
    title: &str,
    start: &str,
    ending: &str,
    reading: &Reading<'_>,
    origin: impl Fn(Option<&'static str>, Option<char>) -> Origin,
) -> Result<What, Error> {
    let lines = ["ndjson", "jsonl"].contains(&ending);
    let first = start.lines().next().unwrap_or("");
    let is_line = |text: &str| {
        text.starts_with('{') && serde_json::from_str::<serde_json::Value>(text).is_ok()
    };
    let more = start.lines().filter(|line| !line.trim().is_empty()).nth(1);
    if lines || is_line(first) && more.is_some_and(|next| next.trim_start().starts_with('{')) {
        let format = (!lines).then_some("ndjson");
        return Ok(What::Rows(SourceFormat::Ndjson, origin(format, None)));
    }
    if start.starts_with('{') && json_schema::is_schema(start) {
        let text = whole(path)?;
        return json_schema::tables(&text, title, &shown(path)).map(What::Declared);
    }
    // One document: an array of objects, or an object around it, becomes a file of lines.
    let made = reading.scratch.join(format!("{title}.ndjson"));
    let count = to_lines(path, &made)?;
    if count == 0 {
        return Err(Error::new(format!(
            "{}: there is no list of objects in this document",
            shown(path)
        ))
        .help("a file of data is one object per line, or one array of objects"));
    }
    Ok(What::Rows(
        SourceFormat::Ndjson,
        Origin {
            path: made,
            format: None,
            delimiter: None,
            made_of: Some(path.to_owned()),
        },
    ))
}

/// Writes the objects of a JSON document as lines, and says how many there are.
fn to_lines(path: &Path, made: &Path) -> Result<usize, Error> {
    let wrong = |error: &dyn std::fmt::Display| {
        Error::new(format!("{} cannot be read as JSON: {error}", shown(path)))
    };
    let meta = std::fs::metadata(path).map_err(|error| wrong(&error))?;
    if meta.len() > 1 << 30 {
        return Err(wrong(
            &"one document of more than 1 GiB; write one object per line",
        ));
    }
    let file = File::open(path).map_err(|error| wrong(&error))?;
    let document: serde_json::Value =
        serde_json::from_reader(BufReader::new(file)).map_err(|error| wrong(&error))?;
    let Some(items) = objects(&document) else {
        return Ok(0);
    };
    let unwritable =
        |error: std::io::Error| Error::new(format!("{} cannot be written: {error}", shown(made)));
    std::fs::create_dir_all(made.parent().unwrap_or(Path::new("."))).map_err(unwritable)?;
    let mut out = BufWriter::new(File::create(made).map_err(unwritable)?);
    for item in items {
        writeln!(out, "{item}").map_err(unwritable)?;
    }
    out.flush().map_err(unwritable)?;
    Ok(items.len())
}

/// The list of objects of a document: itself, or the only one that it holds.
fn objects(document: &serde_json::Value) -> Option<&Vec<serde_json::Value>> {
    let of_objects = |value: &'_ serde_json::Value| {
        value
            .as_array()
            .is_some_and(|items| items.first().is_some_and(serde_json::Value::is_object))
    };
    match document {
        value if of_objects(value) => value.as_array(),
        serde_json::Value::Object(fields) => {
            let mut lists = fields.values().filter(|value| of_objects(value));
            let first = lists.next();
            first
                .filter(|_| lists.next().is_none())
                .and_then(serde_json::Value::as_array)
        }
        _ => None,
    }
}

/// What parts the cells of a text: the sign that most lines have the same number of times.
fn delimiter(text: &str, ending: &str) -> char {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.is_empty())
        .take(40)
        .collect();
    let usual = if ending == "tsv" { '\t' } else { ',' };
    let count = |line: &str, sign: char| {
        let mut quoted = false;
        line.chars()
            .filter(|c| {
                quoted ^= *c == '"';
                !quoted && *c == sign
            })
            .count()
    };
    let score = |sign: char| {
        let first = lines.first().map_or(0, |line| count(line, sign));
        let same = lines
            .iter()
            .filter(|line| count(line, sign) == first)
            .count();
        if first == 0 {
            0
        } else {
            same * 1000 / lines.len().max(1) + first.min(50)
        }
    };
    let mut best = (score(usual), usual);
    for sign in [',', ';', '\t', '|'] {
        if score(sign) > best.0 {
            best = (score(sign), sign);
        }
    }
    best.1
}

/// Refuses a file whose first line has values instead of names.
fn header(text: &str, delimiter: char, path: &Path) -> Result<(), Error> {
    let first = text.lines().next().unwrap_or("");
    let cells: Vec<&str> = first
        .split(delimiter)
        .map(|cell| cell.trim().trim_matches('"'))
        .collect();
    let value = |cell: &&&str| {
        let number = cell.parse::<f64>().is_ok();
        let date = cell.len() >= 8
            && cell
                .bytes()
                .all(|b| b.is_ascii_digit() || b"-/.: TZ".contains(&b));
        number || date || cell.contains('@')
    };
    let filled: Vec<&&str> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    let values = filled.iter().filter(|cell| value(cell)).count();
    if !filled.is_empty() && values * 2 > filled.len() || filled.is_empty() {
        return Err(Error::new(format!(
            "{} has no header: its first line has values, and no names",
            shown(path)
        ))
        .help("write a first line that names the columns, such as `id,email,signed_up_at`"));
    }
    if cells.len() == 1 && text.lines().nth(1).is_none() {
        return Err(
            Error::new(format!("{} has one line, and no rows", shown(path))).help(
                "a file of data has a line with the columns' names, and then a line for each row",
            ),
        );
    }
    Ok(())
}

fn loaded<T>(result: Result<T, Box<persona_io::LoadError>>) -> Result<T, Error> {
    result.map_err(|error| {
        let path = error
            .path
            .as_ref()
            .map(|path| format!("{}: ", shown(path)))
            .unwrap_or_default();
        let plain = Error::new(format!("{path}{}", error.message));
        match error.help {
            Some(help) => plain.help(help),
            None => plain,
        }
    })
}

/// Counts what stands in the columns of a file.
fn rows(
    title: String,
    format: &SourceFormat,
    origin: Origin,
    reading: &Reading<'_>,
) -> Result<Table, Error> {
    let headers = loaded(scan_columns(
        &origin.path,
        format,
        reading.rows.min(100_000),
    ))?;
    if headers.len() > COLUMNS {
        return Err(Error::new(format!(
            "{} has {} columns, more than the {COLUMNS} that are looked at",
            shown(&origin.path),
            headers.len()
        )));
    }
    let twice = |name: &String| headers.iter().filter(|other| *other == name).count() > 1;
    let wanted: Vec<Arc<str>> = headers
        .iter()
        .filter(|name| !twice(name))
        .map(|name| Arc::from(name.as_str()))
        .collect();
    let ways = Ways::new();
    let mut stats: Vec<Stats> = wanted.iter().map(|_| Stats::default()).collect();
    let scanned = loaded(scan(
        &origin.path,
        format,
        &wanted,
        reading.rows,
        &mut |row| {
            for (stats, value) in stats.iter_mut().zip(row) {
                stats.take(value, &ways);
            }
        },
    ))?;
    let mut table = Table {
        origin: Some(origin),
        rows: scanned.rows,
        notes: notes(&scanned, reading),
        ..Table::new(title)
    };
    for (name, stats) in wanted.iter().zip(&stats) {
        columns(name, stats, reading.said, &mut table.columns);
    }
    let mut said: Vec<&String> = Vec::new();
    for name in headers.iter().filter(|name| twice(name)) {
        if !said.contains(&name) {
            said.push(name);
            table.columns.push(unreadable(
                name,
                "the file has this name twice: give the columns different names",
            ));
        }
    }
    if crate::kinds::key(&table).is_none() {
        table.pair = pair(&table, format)?;
    }
    Ok(table)
}

fn unreadable(header: &str, why: &str) -> Column {
    Column {
        header: header.to_owned(),
        ty: Type::Text,
        optional: true,
        read: None,
        pii: false,
        notes: Vec::new(),
        unique: false,
        always: false,
        distinct: 0,
        sample: Vec::new(),
        unreadable: Some(why.to_owned()),
        known: 0,
    }
}

fn notes(scanned: &Scan, reading: &Reading<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if scanned.more {
        notes.push(format!(
            "of this file the first {} rows were looked at (--sample)",
            reading.rows
        ));
    }
    if scanned.rows == 0 {
        notes.push("this file has no rows: every type is a guess by the column's name".to_owned());
    }
    notes
}

/// Two columns that together are different in every row, where no single one is.
fn pair(table: &Table, format: &SourceFormat) -> Result<Option<(usize, usize)>, Error> {
    let Some(origin) = &table.origin else {
        return Ok(None);
    };
    let mut some: Vec<usize> = (0..table.columns.len())
        .filter(|at| {
            let column = &table.columns[*at];
            let fits = !matches!(
                column.ty,
                Type::Float | Type::Money(_) | Type::List(_) | Type::Set(_) | Type::Geo
            );
            column.always && fits && column.distinct > 1 && !column.header.contains('.')
        })
        .collect();
    some.sort_by_key(|at| std::cmp::Reverse(table.columns[*at].distinct));
    some.truncate(7);
    some.sort_unstable();
    let wanted: Vec<Arc<str>> = some
        .iter()
        .map(|at| Arc::from(table.columns[*at].header.as_str()))
        .collect();
    let mut pairs: Vec<(usize, usize, FxHashSet<u64>)> = Vec::new();
    for (place, one) in some.iter().enumerate() {
        for other in &some[place + 1..] {
            let most = table.columns[*one]
                .distinct
                .saturating_mul(table.columns[*other].distinct);
            if most >= table.rows {
                pairs.push((*one, *other, FxHashSet::default()));
            }
        }
    }
    let place = |at: usize| some.iter().position(|other| *other == at).unwrap_or(0);
    loaded(scan(&origin.path, format, &wanted, PAIR_ROWS, &mut |row| {
        let text = |at: usize| match &row[place(at)] {
            Seen::Text(text) | Seen::Typed(_, text) => text.as_str(),
            _ => "",
        };
        pairs.retain_mut(|(one, other, known)| {
            known.insert(hash(&format!("{}\u{0}{}", text(*one), text(*other))))
        });
    }))?;
    Ok(pairs.first().map(|(one, other, _)| (*one, *other)))
}

/// A path from one folder to a file elsewhere, with `/` between its parts.
pub(crate) fn relative(from: &Path, to: &Path) -> PathBuf {
    let (Ok(from), Ok(to)) = (from.canonicalize(), to.canonicalize()) else {
        return to.to_owned();
    };
    let mut from = from.components().peekable();
    let mut rest = to.components().peekable();
    while from.peek().is_some() && from.peek() == rest.peek() {
        from.next();
        rest.next();
    }
    let ups = from.map(|_| std::path::Component::ParentDir);
    ups.chain(rest).collect()
}
