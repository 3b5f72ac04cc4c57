//! Files without a schema: which columns there are and what stands in them, for whoever wants to find out what it is; and whether a
//! value reads as a type, by the very readers that load data. Guesses nothing.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{SourceFormat, Ty, Validate};

use crate::error::LoadError;
use crate::format::{self, Piece};
use crate::value::raw::Raw;
use crate::value::read::{ReadContext, Reader};
use crate::value::zone::Zone;

/// So many rows are taken apart at once.
const ROWS: usize = 8192;
/// So many rows that are none are kept, to show them.
const SHOWN: usize = 3;

/// A value of a file, as the file holds it.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// No value, or an empty cell.
    Missing,
    /// Text: every cell of CSV, strings of other formats.
    Text(String),
    /// A value with a type of its own, and how it is written.
    Typed(SeenType, String),
    /// Elements.
    List(Vec<Seen>),
    /// Names and values.
    Record(Vec<(String, Seen)>),
}

/// The type that a file itself gives a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SeenType {
    /// A whole number.
    Int,
    /// A number with decimals.
    Number,
    /// Yes or no.
    Bool,
    /// An instant.
    Instant,
    /// A wall clock time of no known zone.
    Local,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A length of time.
    Duration,
}

/// How reading a file went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The rows given.
    pub rows: usize,
    /// Rows that could not be taken apart.
    pub problems: usize,
    /// The first of them: line, some of its text, why.
    pub shown: Vec<(u64, String, String)>,
    /// Whether there are more rows than were asked for.
    pub more: bool,
}

/// The names of a file's columns, in order; of NDJSON those of the first `rows` lines.
///
/// # Errors
/// When the file cannot be read as this format.
pub fn scan_columns(
    path: &Path,
    format: &SourceFormat,
    rows: usize,
) -> Result<Vec<String>, Box<LoadError>> {
    let mut opened = format::open(path, format, &[], ROWS)?;
    if let Some(columns) = opened.columns {
        return Ok(columns);
    }
    let mut names: Vec<String> = Vec::new();
    let mut count = 0;
    while let Some(piece) = next(path, &mut *opened.pieces)? {
        let ended = piece.read(&mut |batch| count += batch.rows);
        for name in ended.seen.map(|seen| seen.names).unwrap_or_default() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if let Some(stop) = ended.stop {
            return Err(stop.at(0).at_path(path));
        }
        if count >= rows {
            break;
        }
    }
    Ok(names)
}

fn next(path: &Path, pieces: &mut dyn format::Pieces) -> Result<Option<Piece>, Box<LoadError>> {
    pieces.next().map_err(|error| error.at_path(path))
}

/// Gives the first rows of a file, with a value for each wanted column.
///
/// # Errors
/// When the file cannot be read as this format.
pub fn scan(
    path: &Path,
    format: &SourceFormat,
    wanted: &[Arc<str>],
    rows: usize,
    give: &mut dyn FnMut(&[Seen]),
) -> Result<Scan, Box<LoadError>> {
    let mut opened = format::open(path, format, wanted, ROWS)?;
    let mut scan = Scan::default();
    let mut lines = 0;
    let mut row: Vec<Seen> = Vec::new();
    while let Some(piece) = next(path, &mut *opened.pieces)? {
        let ended = piece.read(&mut |batch| {
            scan.problems += batch.problems.len();
            for problem in &batch.problems {
                if scan.shown.len() < SHOWN {
                    let (value, reason) = (problem.value.clone(), problem.reason.clone());
                    scan.shown.push((problem.line + lines, value, reason));
                }
            }
            for at in 0..batch.rows {
                if scan.rows >= rows {
                    scan.more = true;
                    break;
                }
                row.clear();
                row.extend(batch.columns.iter().map(|column| match column.at(at) {
                    Ok(raw) => seen(&raw),
                    Err(bad) => Seen::Text(bad.value),
                }));
                scan.rows += 1;
                give(&row);
            }
        });
        if let Some(stop) = ended.stop {
            return Err(stop.at(lines).at_path(path));
        }
        lines += ended.lines;
        if scan.more {
            break;
        }
    }
    Ok(scan)
}

fn seen(raw: &Raw<'_>) -> Seen {
    let typed = |ty| Seen::Typed(ty, raw.text().into_owned());
    match raw {
        Raw::Missing | Raw::Empty => Seen::Missing,
        Raw::Text(text) => Seen::Text(text.to_string()),
        Raw::Number(number) if number.exact_at(0).is_some() => typed(SeenType::Int),
        Raw::Number(_) | Raw::Float(_) => typed(SeenType::Number),
        Raw::Bool(_) => typed(SeenType::Bool),
        Raw::Instant(_) => typed(SeenType::Instant),
        Raw::Local(_) => typed(SeenType::Local),
        Raw::Date(_) => typed(SeenType::Date),
        Raw::Time(_) => typed(SeenType::Time),
        Raw::Duration(_) => typed(SeenType::Duration),
        Raw::Geo(lat, lon) => Seen::Record(vec![
            (
                "lat".to_owned(),
                Seen::Typed(SeenType::Number, lat.to_string()),
            ),
            (
                "lon".to_owned(),
                Seen::Typed(SeenType::Number, lon.to_string()),
            ),
        ]),
        Raw::List(items) => Seen::List(items.iter().map(seen).collect()),
        Raw::Record(fields) => {
            let field = |(name, value): &(std::borrow::Cow<'_, str>, Raw<'_>)| {
                (name.to_string(), seen(value))
            };
            Seen::Record(fields.iter().map(field).collect())
        }
    }
}

/// Reads texts as one type, as a source would.
#[derive(Debug)]
pub struct Probe(Reader);

impl Probe {
    /// A probe for a type without enums; `text` is what `.as(Type, "…")` would say besides. Nothing where that is neither a format nor
    /// a zone.
    pub fn new(ty: &Ty, validate: Option<Validate>, text: Option<&str>) -> Option<Self> {
        let zone = Zone::named("UTC")?;
        let context = Rc::new(ReadContext::new(&IndexVec::new(), Rc::new(zone)));
        let reader = Reader::new(ty, validate, text.is_some(), &context);
        match text {
            Some(text) => reader.with_text(&Arc::from(text)).ok().map(Self),
            None => Some(Self(reader)),
        }
    }

    /// Whether a text reads as the type.
    pub fn reads(&self, text: &str) -> bool {
        matches!(self.0.read(Raw::str(text), &mut Vec::new()), Ok(Some(_)))
    }
}
