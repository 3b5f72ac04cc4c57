//! Finds out what files hold, and writes it down in the language: a profile, events, catalogs, enums, and the sources that load the
//! files. Reads CSV, NDJSON, JSON, Parquet and Arrow, and the declarations of JSON Schema and SQL. Every guess that could be wrong is
//! said in a comment. Prints nothing, and checks nothing: whoever calls compiles what comes out.

mod compose;
mod ddl;
mod guess;
mod json_schema;
mod kinds;
mod model;
mod names;
mod read;
mod stats;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};

pub use model::Kind;

use compose::Composed;
use guess::Said;
use model::Table;

/// Why nothing could be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    message: String,
    help: Option<String>,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What to do about it, where there is something.
    pub fn what_to_do(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// What to look at, and what is known besides.
#[derive(Clone, Debug)]
pub struct Options {
    /// So many rows of each file are looked at.
    pub rows: usize,
    /// What the rows are: of all files, or of the one with this name (`orders.csv` or `orders`).
    pub kinds: Vec<(Option<String>, Kind)>,
    /// What the first file's rows are called: `Customer`.
    pub name: Option<String>,
    /// The currency of amounts that name none: `EUR`.
    pub currency: Option<String>,
    /// A folder for files that are made of others which sources cannot read, such as one JSON document.
    pub scratch: PathBuf,
}

/// What was found out.
#[derive(Debug)]
pub struct Inference {
    tables: Vec<Table>,
    composed: Composed,
}

/// Finds out what these files hold.
///
/// # Errors
/// Where a file is not there, is empty, is of no known format, or its text cannot be read; and where nothing is declared.
pub fn infer(files: &[PathBuf], options: &Options) -> Result<Inference, Error> {
    let said = Said {
        currency: options.currency.clone(),
    };
    if let Some(code) = &said.currency
        && persona_base::Currency::from_code(code).is_none()
    {
        return Err(Error::new(format!("there is no currency `{code}`"))
            .help("give its code of three letters, such as EUR"));
    }
    let reading = read::Reading {
        rows: options.rows,
        said: &said,
        scratch: &options.scratch,
    };
    let mut tables = Vec::new();
    for file in files {
        tables.extend(read::tables(file, &reading)?);
    }
    for table in tables
        .iter_mut()
        .filter(|table: &&mut Table| table.origin.is_none())
    {
        for column in &mut table.columns {
            guess::money_by_name(column, &said);
        }
    }
    if tables.is_empty() {
        return Err(Error::new("these files declare no table"));
    }
    let composed = compose::compose(&mut tables, options)?;
    Ok(Inference { tables, composed })
}

impl Inference {
    /// The declarations of everything that was found.
    pub fn schema(&self) -> String {
        write::formatted(&write::schema(&self.tables, &self.composed))
    }

    /// The sources, with paths from this folder; empty where the files only declare.
    pub fn sources(&self, root: &Path) -> String {
        write::formatted(&write::sources(&self.tables, &self.composed, root))
    }

    /// The same for somebody who only looks at them: files that were made of others are called by their names alone.
    pub fn sources_to_show(&self, root: &Path) -> String {
        let mut text = self.sources(root);
        for (made, _) in self.made() {
            let name = made
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let path = read::relative(root, &made);
            text = text.replace(&*path.to_string_lossy(), &name);
        }
        text
    }

    /// The files that were made of others, because sources cannot read those: the new one, and of which.
    pub fn made(&self) -> Vec<(PathBuf, PathBuf)> {
        let origins = self.tables.iter().filter_map(|table| table.origin.as_ref());
        let made =
            origins.filter_map(|origin| Some((origin.path.clone(), origin.made_of.clone()?)));
        made.collect()
    }

    /// Whether some file has rows, so that there are sources.
    pub fn has_rows(&self) -> bool {
        self.tables.iter().any(|table| table.origin.is_some())
    }

    /// How many rows were looked at.
    pub fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Lets a field of a source be missing, by its name or its column's, because rows would be set aside for it. Says whether that
    /// changes anything.
    pub fn loosen(&mut self, source: &str, column: &str) -> bool {
        compose::loosen(&mut self.tables, &self.composed, source, column)
    }

    /// The names of the enums, of the profile, the events and the catalogs, for whoever tells what was found: `profile Customer`.
    pub fn declared(&self) -> Vec<String> {
        self.composed
            .entries
            .iter()
            .map(|entry| {
                let kind = match entry.kind {
                    Kind::Profile => "profile",
                    Kind::Event => "event",
                    Kind::Catalog => "catalog",
                };
                format!("{kind} {}", entry.name)
            })
            .collect()
    }
}
