//! For tests: what edits make of a package.

use std::collections::BTreeSet;

use persona_base::fixing::edited;
use persona_base::{Edit, FileId, Span};
use persona_sema::Database;

use crate::fixture::Fixture;

impl Fixture {
    /// What is selected: the range `sel`, or nothing at the cursor.
    pub(crate) fn selection(&self) -> (FileId, Span) {
        match &self.ranges("sel")[..] {
            [only] => *only,
            _ => {
                let (file, at) = self.cursor();
                (file, Span::at(at))
            }
        }
    }

    /// The package with edits made.
    pub(crate) fn edited(&self, edits: &[Edit]) -> Database {
        let mut db = self.db.fork();
        let files: BTreeSet<FileId> = edits.iter().map(|edit| edit.file).collect();
        for file in files {
            let of_file = edits.iter().filter(|edit| edit.file == file);
            let of_file = of_file.map(|edit| (edit.span, edit.text.as_str()));
            let new = edited(self.db.file_text(file), of_file);
            db.set_text(file, new);
        }
        db
    }
}
