//! Rejects as NDJSON: one object per line.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::file::{NewFile, failed};
use crate::error::LoadError;
use crate::report::{Reject, RejectSink};

/// Writes every reject to a file. The file appears under its name when it is finished.
#[derive(Debug)]
pub struct NdjsonRejects {
    file: NewFile,
}

/// The fields of a line, in this order.
#[derive(Serialize)]
struct Line<'a> {
    source: &'a str,
    file: &'a str,
    line: u64,
    column: Option<&'a str>,
    value: Option<&'a str>,
    reason: &'a str,
    action: &'a str,
}

impl NdjsonRejects {
    /// Begins the file.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create(path: &Path) -> Result<Self, Box<LoadError>> {
        Ok(Self {
            file: NewFile::create(path)?,
        })
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written to its end.
    pub fn finish(self) -> Result<(), Box<LoadError>> {
        self.file.finish()
    }
}

impl RejectSink for NdjsonRejects {
    fn reject(&mut self, reject: &Reject) -> Result<(), Box<LoadError>> {
        let line = Line {
            source: &reject.source,
            file: &reject.file,
            line: reject.line,
            column: reject.column.as_deref(),
            value: reject.value.as_deref(),
            reason: &reject.reason,
            action: reject.action.name(),
        };
        let written = serde_json::to_writer(&mut self.file, &line).map_err(std::io::Error::from);
        written
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(|error| failed(self.file.path(), &error))
    }
}
