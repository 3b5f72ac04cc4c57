//! Being interrupted: a change of a text unwinds everybody who still asks about the old one, up to [`crate::attempt`].

use salsa::Database as _;

use crate::Database;

/// The stack that a thread should have that asks about rules, in bytes. Only what is touched of it takes memory.
pub const STACK: usize = 256 * 1024 * 1024;

impl Database {
    /// Unwinds where a change is waiting: for long loops that ask nothing of the database.
    pub fn unwind_if_cancelled(&self) {
        self.unwind_if_revision_cancelled();
    }
}
