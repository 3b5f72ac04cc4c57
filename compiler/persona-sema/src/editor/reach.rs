//! Being interrupted: a change of a text unwinds everybody who still asks about the old one.

use std::panic::AssertUnwindSafe;

use salsa::Database as _;

use crate::Database;

/// The stack that a thread should have that asks about rules, in bytes. Only what is touched of it takes memory.
pub const STACK: usize = 256 * 1024 * 1024;

/// The answer came too late: something has changed while it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl Database {
    /// Runs `ask` on this snapshot; an error where a change interrupted it. Other panics go on.
    ///
    /// # Errors
    /// Where the answer would be about texts that are no more.
    pub fn cancellable<T>(&self, ask: impl FnOnce(&Self) -> T) -> Result<T, Cancelled> {
        salsa::Cancelled::catch(AssertUnwindSafe(|| ask(self))).map_err(|_| Cancelled)
    }

    /// Unwinds where a change is waiting: for long loops that ask nothing of the database.
    pub fn unwind_if_cancelled(&self) {
        self.unwind_if_revision_cancelled();
    }
}
