//! `persona lsp`: starts the language server with what reads packages from disk and runs them.

mod engine;
mod host;
mod pages;

use std::sync::Arc;

use persona_lsp::Ended;

use crate::args::Lsp;
use crate::fail::{Failure, Outcome};

/// Serves one editor until it leaves.
pub(crate) fn lsp(_: &Lsp) -> Result<Outcome, Failure> {
    let ended = persona_lsp::serve(Arc::new(host::Disk::new()))
        .map_err(|error| Failure::call(format!("the server cannot be started: {error}")))?;
    Ok(match ended {
        Ended::Properly => Outcome::Fine,
        // The protocol asks for this.
        Ended::Suddenly => Outcome::ProgramIsWrong,
    })
}
