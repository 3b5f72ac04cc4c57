//! The texts that diagnostics and places point into, for whoever shows them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use persona_base::{FileId, LineIndex, Span};
use persona_sema::Database;

use crate::Excerpt;

/// The files of a package: paths and texts by id.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    files: BTreeMap<FileId, (Arc<str>, Arc<str>)>,
    config: Option<FileId>,
    /// Files of the standard library and of other packages.
    shared: BTreeSet<FileId>,
}

/// A place for people: file, line and column, both from one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Location {
    /// The file's path, as it was given.
    pub path: Arc<str>,
    /// The line, from one.
    pub line: u32,
    /// The column in characters, from one.
    pub column: u32,
}

impl Texts {
    /// These files, with their paths and texts.
    pub fn of_files(files: impl IntoIterator<Item = (FileId, Arc<str>, Arc<str>)>) -> Self {
        let files = files.into_iter();
        Self {
            files: files
                .map(|(file, path, text)| (file, (path, text)))
                .collect(),
            ..Self::default()
        }
    }

    /// Takes a file's present text from the database.
    pub(crate) fn set(&mut self, db: &Database, file: FileId) {
        let text = (Arc::from(db.file_path(file)), Arc::from(db.file_text(file)));
        self.files.insert(file, text);
    }

    /// The same for the configuration.
    pub(crate) fn set_config(&mut self, db: &Database, file: Option<FileId>) {
        self.config = file;
        if let Some(file) = file {
            self.set(db, file);
        }
    }

    /// The same for a file of the standard library or of another package.
    pub(crate) fn set_shared(&mut self, db: &Database, file: FileId) {
        self.set(db, file);
        self.shared.insert(file);
    }

    /// Forgets a file.
    pub(crate) fn remove(&mut self, path: &str) {
        self.files.retain(|_, (other, _)| **other != *path);
    }

    /// The text of the file with this path.
    pub(crate) fn of_path(&self, path: &str) -> Option<&str> {
        let mut files = self.files.values();
        let (_, text) = files.find(|(other, _)| **other == *path)?;
        Some(text)
    }

    /// What files are ordered by: the configuration first, then by path.
    pub(crate) fn place(&self, file: FileId) -> (bool, &str) {
        (self.config != Some(file), self.path(file))
    }

    /// The package's own files, in the order in which diagnostics stand.
    pub fn files(&self) -> Vec<FileId> {
        let own = self.files.keys().filter(|file| !self.shared.contains(file));
        let mut files: Vec<FileId> = own.copied().collect();
        files.sort_by(|a, b| self.place(*a).cmp(&self.place(*b)));
        files
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

    /// Line and column of a place; of a declaration with documentation those of the line behind it.
    pub fn location(&self, file: FileId, span: Span) -> Location {
        let text = self.text(file);
        let at = LineIndex::new(text).line_col_chars(text, behind_documentation(text, span));
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

/// Where a place begins that may be a whole declaration: its documentation is not what people look for.
fn behind_documentation(text: &str, span: Span) -> u32 {
    let mut rest = span.of(text);
    let length = rest.len();
    while let Some((_, behind)) = rest
        .strip_prefix("///")
        .and_then(|line| line.split_once('\n'))
    {
        rest = behind.trim_start();
    }
    let skipped = u32::try_from(length - rest.len()).unwrap_or(0);
    span.start + skipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_is_where_it_stands_and_not_where_its_documentation_begins() {
        let text = "/// Who buys.\n/// Often.\nsegment a {}\nsegment b {}";
        let at = |start| behind_documentation(text, Span::new(start, 50)) as usize;
        assert!(text[at(0)..].starts_with("segment a"));
        assert_eq!(at(38), 38);
        assert_eq!(behind_documentation("///", Span::new(0, 3)), 0);
    }
}
