//! What a long session needs of a database beside answers: to give up when a change comes, and to know its files by path.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;

use persona_base::FileId;
use salsa::{Cancelled, Database as _};

use super::{Database, Db as _};

/// Something was given up, because a change is waiting or because it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// Makes what one snapshot computes stop, from another thread.
#[derive(Clone, Debug)]
pub struct Stopper(salsa::CancellationToken);

impl Stopper {
    /// Stops it at the next query. Where nothing is computed any more, nothing happens.
    pub fn stop(&self) {
        self.0.cancel();
    }
}

/// Asks something of snapshots, which `ask` owns, so that they are gone when this returns.
///
/// # Errors
/// [`Stopped`] where a change of a database is waiting, or a [`Stopper`] was used. A panic goes on.
pub fn attempt<T>(ask: impl FnOnce() -> T) -> Result<T, Stopped> {
    match Cancelled::catch(AssertUnwindSafe(ask)) {
        Ok(answer) => Ok(answer),
        Err(Cancelled::Local | Cancelled::PendingWrite) => Err(Stopped),
        Err(other) => resume_unwind(Box::new(other)),
    }
}

impl Database {
    /// What stops this snapshot, and no other one.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.cancellation_token())
    }

    /// All files that were ever set, by id; those that were taken away are empty.
    pub fn all_files(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len()).map(FileId::from)
    }

    /// A file's text, without copying it; empty for an id of another database.
    pub fn shared_text(&self, file: FileId) -> Arc<str> {
        let file = self.files.get(file.0 as usize);
        file.map_or_else(|| Arc::from(""), |file| Arc::clone(file.text(self)))
    }

    /// Gives a known file, whichever kind it is, another text. Says whether there is such a file.
    pub fn change(&mut self, path: &str, text: String) -> bool {
        let Some(id) = self.by_path.get(path).copied() else {
            return false;
        };
        let file = self.files[id.0 as usize];
        let space = Arc::clone(file.space(self));
        let is_rules = self.project().files(self).contains(&file);
        self.store(path, text, &space);
        if !is_rules {
            self.kept.clear();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stopped_says_so_and_a_later_snapshot_answers() {
        let mut db = Database::new();
        db.set_file("a.persona", "segment a { when true }".to_owned());
        let snapshot = db.clone();
        snapshot.stopper().stop();
        assert_eq!(attempt(move || snapshot.diagnostics().len()), Err(Stopped));
        let later = db.clone();
        assert!(attempt(move || later.diagnostics()).is_ok());
    }

    #[test]
    fn known_files_change_and_unknown_ones_do_not() {
        let mut db = Database::new();
        let id = db.set_file("a.persona", String::new());
        assert!(db.change("a.persona", "enum E { A }".to_owned()));
        assert_eq!(&*db.shared_text(id), "enum E { A }");
        assert!(!db.change("b.persona", String::new()));
        assert_eq!(db.file_at("a.persona"), Some(id));
    }
}
