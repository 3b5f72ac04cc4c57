//! Fixing all that is sure in a file: as `persona check --fix` does for a package, on a copy of it.

use std::convert::Infallible;

use persona_base::fixing::{Workbench, fix_all as fix_until_done};
use persona_base::{Applicability, Diagnostic, Edit, FileId};
use persona_sema::Database;

use super::{Action, Change, Kind, Later};
use crate::format::diff;

/// The action, where the file has a fix that is sure.
pub(super) fn fix_all(
    db: &Database,
    file: FileId,
    diagnostics: &[Diagnostic],
    found: &mut Vec<Action>,
) {
    let is_sure = |diagnostic: &Diagnostic| {
        let mut fixes = diagnostic.fixes.iter();
        fixes.any(|fix| {
            fix.applicability == Applicability::Always
                && !fix.edits.is_empty()
                && fix.edits.iter().all(|edit| edit.file == file)
        })
    };
    if db.owns(file) && diagnostics.iter().any(is_sure) {
        found.push(Action {
            title: "Fix all that is sure in this file".to_owned(),
            kind: Kind::FixAll,
            preferred: false,
            solves: None,
            change: Change::Later(Later::FixAll(file)),
        });
    }
}

/// The edits.
pub(super) fn resolve(db: &Database, file: FileId) -> Vec<Edit> {
    let mut copy = Copy {
        asked: db,
        db: db.fork(),
        file,
    };
    let Ok(_) = fix_until_done(&mut copy, false);
    let (old, new) = (db.file_text(file), copy.db.file_text(file));
    let changed = diff::lines(old, new).into_iter();
    changed
        .map(|(span, text)| Edit { file, span, text })
        .collect()
}

/// A copy of the package of which one file may be changed: what an editor does to a document stays in that document.
struct Copy<'db> {
    /// The package that was asked about: while it waits for a change, nothing goes on here.
    asked: &'db Database,
    db: Database,
    file: FileId,
}

impl Workbench for Copy<'_> {
    type Error = Infallible;

    fn check(&mut self) -> Result<Vec<Diagnostic>, Infallible> {
        self.asked.unwind_if_cancelled();
        Ok(self.db.diagnostics())
    }

    fn path(&self, file: FileId) -> &str {
        self.db.file_path(file)
    }

    fn text(&self, file: FileId) -> &str {
        self.db.file_text(file)
    }

    fn set_text(&mut self, file: FileId, text: String) {
        self.db.set_text(file, text);
    }

    fn may_change(&self, file: FileId) -> bool {
        file == self.file && self.db.owns(file)
    }
}
