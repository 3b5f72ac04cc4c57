//! The files of a source as one stream of batches, decoded beside the rest of the work where there are threads for it.
//! The stream is the same either way.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use persona_base::nearest;

use super::paths::FilePath;
use crate::error::{LoadError, LoadErrorKind};
use crate::format::{self, Batch, Seen};
use crate::source::job::{Job, Wanted};

/// How many batches wait to be worked on.
const WAITING: usize = 2;

/// A piece of the stream.
pub(super) enum Piece {
    /// The file of this number begins.
    File(usize),
    Batch(Batch),
    /// A file without a header ended.
    Seen(Seen),
}

/// What reading needs to know of a job; unlike the job itself it can go to another thread.
struct Reading<'a> {
    format: &'a persona_ir::SourceFormat,
    wanted: &'a [Wanted],
    names: Vec<Arc<str>>,
    batch_rows: usize,
}

/// Gives the pieces of all files to `take`, in order.
pub(super) fn feed(
    job: &Job<'_>,
    files: &[FilePath],
    batch_rows: usize,
    threads: usize,
    mut take: impl FnMut(Piece) -> Result<(), Box<LoadError>>,
) -> Result<(), Box<LoadError>> {
    let reading = Reading {
        format: &job.plan.format,
        wanted: &job.wanted,
        names: job
            .wanted
            .iter()
            .map(|wanted| wanted.name.clone())
            .collect(),
        batch_rows: batch_rows.max(1),
    };
    if threads < 2 {
        return reading.files(files, &mut |piece| take(piece).map(|()| true));
    }
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        let reading = &reading;
        let reader =
            scope.spawn(move || reading.files(files, &mut |piece| Ok(sender.send(piece).is_ok())));
        for piece in &receiver {
            take(piece)?;
        }
        match reader.join() {
            Ok(result) => result,
            Err(_) => Err(LoadError::format("the decoder of this file gave up")),
        }
    })
}

impl Reading<'_> {
    /// Reads all files; `give` returns false when nobody listens any more.
    fn files(
        &self,
        files: &[FilePath],
        give: &mut dyn FnMut(Piece) -> Result<bool, Box<LoadError>>,
    ) -> Result<(), Box<LoadError>> {
        for (number, file) in files.iter().enumerate() {
            if !give(Piece::File(number))? || !self.file(&file.path, give)? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn file(
        &self,
        path: &Path,
        give: &mut dyn FnMut(Piece) -> Result<bool, Box<LoadError>>,
    ) -> Result<bool, Box<LoadError>> {
        let mut opened = format::open(path, self.format, &self.names, self.batch_rows)?;
        if let Some(columns) = &opened.columns {
            self.check(columns, &opened.present)
                .map_err(|error| error.at_path(path))?;
        }
        while let Some(batch) = opened.reader.next().map_err(|error| error.at_path(path))? {
            if !give(Piece::Batch(batch))? {
                return Ok(false);
            }
        }
        match opened.reader.seen() {
            Some(seen) => give(Piece::Seen(seen)),
            None => Ok(true),
        }
    }

    /// Fails where a column that the program names, or that a required field needs, is not in the file.
    fn check(&self, columns: &[String], present: &[bool]) -> Result<(), Box<LoadError>> {
        for (wanted, here) in self.wanted.iter().zip(present) {
            let instead = wanted.instead.is_some_and(|other| present[other]);
            if *here || instead || !(wanted.said || wanted.needed.is_some()) {
                continue;
            }
            let mut message = format!("there is no column `{}`", wanted.name);
            if let Some(needed) = wanted.needed.as_ref().filter(|_| !wanted.said) {
                message += &format!(": {needed}");
            }
            let error = LoadError::new(LoadErrorKind::Columns, message).at_place(wanted.place);
            return Err(error.help(what_is_there(&wanted.name, columns, self.format)));
        }
        Ok(())
    }
}

/// The columns that exist, the nearest first.
pub(super) fn what_is_there(
    name: &str,
    columns: &[String],
    format: &persona_ir::SourceFormat,
) -> String {
    const SHOWN: usize = 30;
    let mut text = String::new();
    if let Some(near) = nearest(name, columns.iter().map(String::as_str)) {
        text = format!("did you mean `{near}`? ");
    }
    let shown: Vec<String> = columns
        .iter()
        .take(SHOWN)
        .map(|column| format!("`{column}`"))
        .collect();
    text += &match columns.len() {
        0 => "the file has no columns".to_owned(),
        n if n > SHOWN => format!("the file has {} and {} more", shown.join(", "), n - SHOWN),
        _ => format!("the file has {}", shown.join(", ")),
    };
    if let ([only], persona_ir::SourceFormat::Csv { .. }) = (columns, format)
        && let Some(delimiter) = [";", "\t", "|", ","].into_iter().find(|d| only.contains(d))
    {
        let written = if delimiter == "\t" { "\\t" } else { delimiter };
        text += &format!(
            "; if its cells are separated by `{written}`, write `delimiter \"{written}\"`"
        );
    }
    text
}
