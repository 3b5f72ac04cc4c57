//! The files of a source in pieces, taken apart by several threads and given on in their order. What comes out does not
//! depend on the number of threads.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use persona_base::nearest;

use super::paths::FilePath;
use crate::error::{LoadError, LoadErrorKind};
use crate::format::{self, Piece, Pieces};
use crate::source::job::{Job, Wanted};

/// What comes of a file.
pub(super) enum Found {
    /// The file of this number begins.
    File(usize),
    /// A piece of the file of this number.
    Piece(usize, Piece),
}

/// What came of it, in order.
pub(super) enum Done<T> {
    File(usize),
    Piece(T),
}

/// Takes pieces apart, on a thread of its own.
pub(super) trait Worker<T> {
    fn work(&mut self, file: usize, piece: Piece) -> T;
}

/// What reading needs to know of a job; unlike the job itself it can go to another thread.
pub(super) struct Reading<'a> {
    files: &'a [FilePath],
    format: &'a persona_ir::SourceFormat,
    wanted: &'a [Wanted],
    names: Vec<Arc<str>>,
    batch_rows: usize,
    threads: usize,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        job: &'a Job<'_>,
        files: &'a [FilePath],
        batch_rows: usize,
        threads: usize,
    ) -> Self {
        Self {
            files,
            format: &job.plan.format,
            wanted: &job.wanted,
            names: job
                .wanted
                .iter()
                .map(|wanted| wanted.name.clone())
                .collect(),
            batch_rows: batch_rows.max(1),
            threads: threads.max(1),
        }
    }

    /// Gives what `workers` make of the pieces of all files to `take`, in order. `worker` makes one for each thread.
    pub(super) fn run<T: Send, W: Worker<T>>(
        &self,
        worker: impl Fn() -> Result<W, Box<LoadError>> + Sync,
        mut take: impl FnMut(Done<T>) -> Result<(), Box<LoadError>>,
    ) -> Result<(), Box<LoadError>> {
        let mut finder = Finder::new(self);
        if self.threads == 1 {
            let mut worker = worker()?;
            while let Some(found) = finder.next()? {
                take(match found {
                    Found::File(number) => Done::File(number),
                    Found::Piece(file, piece) => Done::Piece(worker.work(file, piece)),
                })?;
            }
            return Ok(());
        }
        let shared = Shared {
            finder: Mutex::new((0, finder)),
            taken: Mutex::new(0),
            moved: Condvar::new(),
            // One for each thread: a piece that waits for one before it is memory of its own.
            ahead: self.threads as u64,
        };
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(self.threads);
            for _ in 0..self.threads {
                let (shared, sender, worker) = (&shared, sender.clone(), &worker);
                scope.spawn(move || shared.serve(worker, &sender));
            }
            drop(sender);
            let result = shared.collect(&receiver, &mut take);
            // Whoever still waits may stop: nobody listens any more.
            drop(receiver);
            shared.close();
            result
        })
    }
}

/// A piece's number in the order of all, and what came of it.
type Numbered<T> = (u64, Result<Done<T>, Box<LoadError>>);

struct Shared<'a> {
    /// The number of the next piece, and where it comes from.
    finder: Mutex<(u64, Finder<'a>)>,
    /// How many pieces were taken.
    taken: Mutex<u64>,
    moved: Condvar,
    /// How far a piece may be ahead of those that were taken.
    ahead: u64,
}

/// A thread that panicked while it held a lock ends the loading anyway, when its scope ends.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared<'_> {
    /// Works on pieces until there are none.
    fn serve<T, W: Worker<T>>(
        &self,
        worker: impl Fn() -> Result<W, Box<LoadError>>,
        sender: &SyncSender<Numbered<T>>,
    ) {
        let mut worker = worker();
        loop {
            let (number, found) = {
                let (next, finder) = &mut *lock(&self.finder);
                let found = match finder.next() {
                    Ok(Some(found)) => Ok(found),
                    Ok(None) => return,
                    Err(error) => Err(error),
                };
                *next += 1;
                (*next - 1, found)
            };
            let mut taken = lock(&self.taken);
            while number >= taken.saturating_add(self.ahead) {
                taken = self
                    .moved
                    .wait(taken)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            drop(taken);
            let done = match (found, &mut worker) {
                (Ok(Found::File(file)), _) => Ok(Done::File(file)),
                (Ok(Found::Piece(file, piece)), Ok(worker)) => {
                    Ok(Done::Piece(worker.work(file, piece)))
                }
                (Err(error), _) => Err(error),
                (Ok(Found::Piece(..)), Err(error)) => Err(error.clone()),
            };
            if sender.send((number, done)).is_err() {
                return;
            }
        }
    }

    /// Gives what was done to `take`, in order.
    fn collect<T>(
        &self,
        receiver: &Receiver<Numbered<T>>,
        take: &mut impl FnMut(Done<T>) -> Result<(), Box<LoadError>>,
    ) -> Result<(), Box<LoadError>> {
        let mut early: BTreeMap<u64, Result<Done<T>, Box<LoadError>>> = BTreeMap::new();
        let mut next = 0;
        for (number, done) in receiver {
            early.insert(number, done);
            while let Some(done) = early.remove(&next) {
                take(done?)?;
                next += 1;
                *lock(&self.taken) = next;
                self.moved.notify_all();
            }
        }
        Ok(())
    }

    fn close(&self) {
        *lock(&self.taken) = u64::MAX;
        self.moved.notify_all();
    }
}

/// Finds the pieces of all files.
struct Finder<'a> {
    reading: &'a Reading<'a>,
    next: usize,
    current: Option<Box<dyn Pieces>>,
    failed: bool,
}

impl<'a> Finder<'a> {
    fn new(reading: &'a Reading<'a>) -> Self {
        Self {
            reading,
            next: 0,
            current: None,
            failed: false,
        }
    }

    /// The next file or piece; after an error nothing.
    fn next(&mut self) -> Result<Option<Found>, Box<LoadError>> {
        if self.failed {
            return Ok(None);
        }
        let found = self.find();
        self.failed = found.is_err();
        found
    }

    fn find(&mut self) -> Result<Option<Found>, Box<LoadError>> {
        if let Some(pieces) = &mut self.current {
            let file = self.next - 1;
            let path = &self.reading.files[file];
            if let Some(piece) = pieces.next().map_err(|error| path.named(error))? {
                return Ok(Some(Found::Piece(file, piece)));
            }
            self.current = None;
        }
        let Some(file) = self.reading.files.get(self.next) else {
            return Ok(None);
        };
        self.current = Some(self.reading.open(file)?);
        self.next += 1;
        Ok(Some(Found::File(self.next - 1)))
    }
}

impl Reading<'_> {
    fn open(&self, file: &FilePath) -> Result<Box<dyn Pieces>, Box<LoadError>> {
        let opened = match &file.rows {
            Some(rows) => format::open_memory(rows, &self.names, self.batch_rows)?,
            None => format::open(&file.path, self.format, &self.names, self.batch_rows)?,
        };
        if let Some(columns) = &opened.columns {
            self.check(columns, &opened.present)
                .map_err(|error| file.named(error))?;
        }
        Ok(opened.pieces)
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
