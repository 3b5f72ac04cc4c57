//! The texts that diagnostics and places point into, for whoever shows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{FileId, LineIndex, Span};
use persona_sema::Database;

use crate::Excerpt;

/// The files of a package: paths and texts by id.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    files: BTreeMap<FileId, (Arc<str>, Arc<str>)>,
}

/// A place for people: file, line and column, both from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file's path, as it was given.
    pub path: Arc<str>,
    /// The line, from one.
    pub line: u32,
    /// The column in characters, from one.
    pub column: u32,
}

impl Texts {
    /// The first `count` files of a database.
    pub(crate) fn of(db: &Database, count: usize) -> Self {
        let file = |id| {
            (
                id,
                (Arc::from(db.file_path(id)), Arc::from(db.file_text(id))),
            )
        };
        Self {
            files: (0..count).map(FileId::from).map(file).collect(),
        }
    }

    /// A file's path, as it was given; empty for an unknown file.
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(&file).map_or("", |(path, _)| path)
    }

    /// A file's text; empty for an unknown file.
    pub fn text(&self, file: FileId) -> &str {
        self.files.get(&file).map_or("", |(_, text)| text)
    }

    /// What is written at a place.
    pub fn slice(&self, file: FileId, span: Span) -> &str {
        span.of(self.text(file))
    }

    /// Line and column of a place.
    pub fn location(&self, file: FileId, span: Span) -> Location {
        let text = self.text(file);
        let at = LineIndex::new(text).line_col_chars(text, span.start);
        Location {
            path: Arc::from(self.path(file)),
            line: at.line + 1,
            column: at.col + 1,
        }
    }

    /// The place with its whole text.
    pub(crate) fn excerpt(&self, file: FileId, span: Span) -> Option<Excerpt> {
        let (path, text) = self.files.get(&file)?;
        Some(Excerpt {
            path: path.clone(),
            text: text.clone(),
            span,
        })
    }
}
