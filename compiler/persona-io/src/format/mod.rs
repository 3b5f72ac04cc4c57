//! Files as batches of raw rows: one module per format, all giving the same thing.

pub(crate) mod arrow;
mod batch;
mod csv;
mod ipc;
mod ipc_check;
mod memory;
mod ndjson;
mod parquet;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use persona_ir::SourceFormat;

pub(crate) use batch::{Batch, BatchColumn, Problem, Texts};
pub(crate) use memory::open as open_memory;
pub(crate) use ndjson::NAMES;
pub(crate) use parquet::Group;

use crate::error::{LoadError, LoadErrorKind};

/// The largest record of a CSV file and the longest line of an NDJSON file, in bytes.
pub(crate) const RECORD_LIMIT: usize = 16 << 20;

/// Gives the pieces of one file, one after the other; they are taken apart elsewhere, several at once.
pub(crate) trait Pieces: Send {
    /// The next piece; `None` at the end.
    fn next(&mut self) -> Result<Option<Piece>, Box<LoadError>>;
}

/// Some rows of a file, as they lie in it.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Whole records of CSV.
    Csv(csv::CsvBlock),
    /// Whole lines of JSON.
    Ndjson(ndjson::JsonBlock),
    /// A row group of Parquet.
    Group(parquet::Group),
    /// Rows that are decoded already.
    Batch(Batch),
}

impl Piece {
    /// Takes the piece apart, into batches of rows.
    pub(crate) fn read(self, give: &mut dyn FnMut(Batch)) -> Ended {
        match self {
            Self::Csv(block) => block.read(give),
            Self::Ndjson(block) => block.read(give),
            Self::Group(group) => group.read(give),
            Self::Batch(batch) => {
                give(batch);
                Ended::default()
            }
        }
    }
}

/// How a piece ended.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    /// How many lines it had, where the lines of its rows are counted from its own first; later ones follow.
    pub(crate) lines: u64,
    /// How many bytes of the file this was, for progress; 0 where unknown.
    pub(crate) bytes: u64,
    /// Of a file without a header: what it held.
    pub(crate) seen: Option<Seen>,
    /// Why the file cannot be read further.
    pub(crate) stop: Option<Stop>,
}

/// Why a file cannot be read further; lines are those of the piece.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The quote that opens a cell on this line is never closed.
    Quote(u64),
    /// It is not closed for too long.
    LongQuote(u64),
    /// The record that begins on this line is too long.
    LongLine(u64),
    /// Anything else.
    Error(Box<LoadError>),
}

/// What a file without a header turned out to hold.
#[derive(Debug)]
pub(crate) struct Seen {
    /// For each wanted column, whether some row had it.
    pub(crate) wanted: Vec<bool>,
    /// Names of columns in the order they came, some of them where there are very many.
    pub(crate) names: Vec<String>,
}

/// An opened file.
pub(crate) struct Opened {
    pub(crate) pieces: Box<dyn Pieces>,
    /// The columns of the file; `None` where the format does not say before the end.
    pub(crate) columns: Option<Vec<String>>,
    /// For each wanted column, whether the file has it; all true where the format does not say.
    pub(crate) present: Vec<bool>,
}

/// Opens a file and finds the wanted columns in it.
pub(crate) fn open(
    path: &Path,
    format: &SourceFormat,
    wanted: &[Arc<str>],
    batch_rows: usize,
) -> Result<Opened, Box<LoadError>> {
    let file = open_file(path)?;
    let opened = match format {
        SourceFormat::Csv { delimiter } => csv::open(file, *delimiter, wanted, batch_rows),
        SourceFormat::Ndjson => ndjson::open(file, wanted, batch_rows),
        SourceFormat::Parquet => parquet::open(&file, path, wanted, batch_rows),
        SourceFormat::ArrowIpc => ipc::open(file, wanted),
    };
    opened.map_err(|error| error.at_path(path))
}

fn open_file(path: &Path) -> Result<File, Box<LoadError>> {
    let file = File::open(path).map_err(|error| LoadError::io(path, &error))?;
    let meta = file
        .metadata()
        .map_err(|error| LoadError::io(path, &error))?;
    if meta.is_dir() {
        let error = LoadError::new(LoadErrorKind::Unreadable, "this is a folder, not a file");
        return Err(error
            .help("name the files in it, such as `folder/*.csv`")
            .at_path(path));
    }
    Ok(file)
}

/// Finds a wanted column among names: the one with the very name, else the head that its dots lead into. A name that
/// stands twice is refused.
pub(crate) fn find_column(names: &[String], wanted: &str) -> Result<Option<usize>, Box<LoadError>> {
    let mut found = names.iter().enumerate().filter(|(_, name)| *name == wanted);
    let first = found.next();
    if found.next().is_some() {
        let message = format!("two columns are called `{wanted}`");
        return Err(LoadError::new(LoadErrorKind::Columns, message)
            .help("give them different names in the file"));
    }
    Ok(first.map(|(at, _)| at))
}

/// Refuses text of UTF-16, and binary formats under the name of a text format.
fn check_text_start(start: &[u8]) -> Result<(), Box<LoadError>> {
    let (message, help) = if start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]) {
        (
            "the text of this file is UTF-16, not UTF-8",
            "save it as UTF-8 (in Excel: `CSV UTF-8`)",
        )
    } else if start.starts_with(b"PAR1") {
        (
            "this is a Parquet file, not text",
            "write `from parquet \"…\"`",
        )
    } else if start.starts_with(b"ARROW1") {
        (
            "this is an Arrow file, not text",
            "write `from arrow \"…\"`",
        )
    } else if start.starts_with(&[0x1F, 0x8B]) {
        ("this file is compressed with gzip", "unpack it first")
    } else if start.starts_with(b"PK\x03\x04") {
        (
            "this file is a ZIP archive or an Excel workbook",
            "unpack it, or save the sheet as CSV",
        )
    } else {
        return Ok(());
    };
    Err(LoadError::format(message).help(help))
}

/// An error of reading on.
fn read_error(error: &std::io::Error) -> Box<LoadError> {
    LoadError::new(
        LoadErrorKind::Unreadable,
        format!("this file cannot be read: {error}"),
    )
}

/// The byte-order mark of UTF-8, which some programs write before text.
const BOM: &[u8] = &[0xEF, 0xBB, 0xBF];
