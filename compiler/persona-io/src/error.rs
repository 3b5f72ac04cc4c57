//! Why loading stopped, as data. Bad rows never stop it: those are rejects.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use persona_ir::{Place, SourcePlan};

/// What kind of thing stopped the loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoadErrorKind {
    /// No file has this path, or matches this pattern.
    NotFound,
    /// The file is there and cannot be read: permissions, a folder, a failing disk.
    Unreadable,
    /// The path or pattern itself makes no sense.
    BadPath,
    /// A column that the source names is not there, or a header is ambiguous.
    Columns,
    /// The file is not what its format says: truncated, damaged, of another encoding.
    Format,
    /// The data is beyond what can be held: a record without end, more than 2³² events of a kind.
    TooLarge,
    /// The source itself cannot work: a pattern that does not compile, a zone that does not exist.
    Source,
    /// The rejects (or the members) could not be written.
    Write,
}

/// An error of loading or of writing results: one plain sentence, a help where there is one, and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// What kind of error it is.
    pub kind: LoadErrorKind,
    /// What is wrong, in plain words, without the source's name and path.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The source that was being read.
    pub source: Option<Arc<str>>,
    /// The file that was being read or written.
    pub path: Option<PathBuf>,
    /// Where the program says so: the path, or the mapped field.
    pub place: Option<Place>,
}

impl LoadError {
    pub(crate) fn new(kind: LoadErrorKind, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            kind,
            message: message.into(),
            help: None,
            source: None,
            path: None,
            place: None,
        })
    }

    pub(crate) fn format(message: impl Into<String>) -> Box<Self> {
        Self::new(LoadErrorKind::Format, message)
    }

    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Box<Self> {
        use std::io::ErrorKind;
        let (kind, message) = match error.kind() {
            ErrorKind::NotFound => (LoadErrorKind::NotFound, "there is no such file".to_owned()),
            ErrorKind::PermissionDenied => (
                LoadErrorKind::Unreadable,
                "no permission to read this file".to_owned(),
            ),
            ErrorKind::IsADirectory => (
                LoadErrorKind::Unreadable,
                "this is a folder, not a file".to_owned(),
            ),
            _ => (
                LoadErrorKind::Unreadable,
                format!("this file cannot be read: {error}"),
            ),
        };
        Self::new(kind, message).at_path(path)
    }

    pub(crate) fn help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn at_path(mut self: Box<Self>, path: &Path) -> Box<Self> {
        self.path.get_or_insert_with(|| path.to_owned());
        self
    }

    pub(crate) fn at_place(mut self: Box<Self>, place: Place) -> Box<Self> {
        self.place.get_or_insert(place);
        self
    }

    /// Names the source, and the place of its path where no better one is known.
    pub(crate) fn in_source(mut self: Box<Self>, source: &SourcePlan) -> Box<Self> {
        self.source.get_or_insert_with(|| source.name.clone());
        self.at_place(source.path_place)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(source) = &self.source {
            write!(f, "source `{source}`: ")?;
        }
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        f.write_str(&self.message)?;
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}
