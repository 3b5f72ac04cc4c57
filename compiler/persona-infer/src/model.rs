//! What was found out about a file: its columns with their types, and what its rows are. Data only.

use std::path::PathBuf;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// People, one row each.
    Profile,
    /// What people did, one row each time.
    Event,
    /// Things, looked up by their keys.
    Catalog,
}

/// A type, as the language writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Type {
    Bool,
    Int,
    Float,
    Text,
    Email,
    Phone,
    Url,
    Date,
    Timestamp,
    TimeOfDay,
    Duration,
    Geo,
    TimeZone,
    Locale,
    /// An amount, with its currency.
    Money(String),
    /// The values, as data write them; a name is given later.
    Enum(Vec<String>),
    List(Box<Type>),
    Set(Box<Type>),
    /// Names, types, and whether a value may be missing.
    Record(Vec<(String, Type, bool)>),
}

/// A column, and the field that it becomes.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// What the file calls it; dotted where objects are nested.
    pub(crate) header: String,
    pub(crate) ty: Type,
    /// Whether a value may be missing.
    pub(crate) optional: bool,
    /// What the source writes for it, where the column alone would not do: `column("x").trim()` without its name.
    pub(crate) read: Option<String>,
    pub(crate) pii: bool,
    /// What somebody should look at, a line each.
    pub(crate) notes: Vec<String>,
    /// Whether no two rows have the same value.
    pub(crate) unique: bool,
    /// Whether every row looked at has a value.
    pub(crate) always: bool,
    /// How many different values were seen; counted up to a bound.
    pub(crate) distinct: usize,
    /// A bounded number of the values, as hashes, to see what refers to what.
    pub(crate) sample: Vec<u64>,
    /// Cannot be read: why.
    pub(crate) unreadable: Option<String>,
    /// How many values were seen.
    pub(crate) known: usize,
}

/// Where the rows lie.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The file that a source reads.
    pub(crate) path: PathBuf,
    /// What stands between `from` and the path, where the path's ending does not say it: `csv`, `ndjson` ….
    pub(crate) format: Option<&'static str>,
    /// What stands behind the path: `delimiter ";"`.
    pub(crate) delimiter: Option<char>,
    /// A file that was made of the one that was given, because sources cannot read that: its text must be written to `path`.
    pub(crate) made_of: Option<PathBuf>,
}

/// A file, or a table that a file declares.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// What it is called: a file's name without its ending.
    pub(crate) title: String,
    /// Nothing for a table that is only declared.
    pub(crate) origin: Option<Origin>,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: usize,
    /// Columns that are the key by what the file says of itself.
    pub(crate) said_keys: Vec<String>,
    /// Columns that refer to other tables by what the file says: column, table.
    pub(crate) refers: Vec<(String, String)>,
    pub(crate) kind: Option<Kind>,
    /// Two columns that together are the key, where none alone is.
    pub(crate) pair: Option<(usize, usize)>,
    /// What is worth knowing of the whole.
    pub(crate) notes: Vec<String>,
}

impl Table {
    /// A table of which nothing is known but its name.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            origin: None,
            columns: Vec::new(),
            rows: 0,
            said_keys: Vec::new(),
            refers: Vec::new(),
            kind: None,
            pair: None,
            notes: Vec::new(),
        }
    }

    pub(crate) fn column(&self, header: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.header == header)
    }
}
