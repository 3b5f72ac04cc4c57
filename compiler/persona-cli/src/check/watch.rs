//! `--watch` of `persona check` and `persona test`: does it again whenever a file of the package is saved, renamed, added or
//! removed.
//!
//! Events of the file system only say *that* something happened; what, the package finds out by reading its files, of
//! which those with another text are set and nothing else is computed again. Neither a broken `persona.toml` nor a folder
//! that disappears for a while ends it; Ctrl-C does.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use persona::Package;

use crate::fail::{Failure, Outcome, complain};
use crate::term::Term;

/// Editors save in several steps: after an event it must have been quiet for so long, …
const QUIET: Duration = Duration::from_millis(30);
/// … but nobody waits longer than this.
const PATIENCE: Duration = Duration::from_millis(300);
/// So often somebody looks whether a folder that was gone is back.
const LOOK: Duration = Duration::from_millis(400);

/// What wakes the loop.
enum Message {
    /// Something happened to a file.
    Changed,
    /// Ctrl-C.
    Stop,
}

/// What is done in each round: with the package, since when, and with what makes room on a terminal before anything is shown.
pub(crate) type Round<'a> =
    &'a mut dyn FnMut(&Package, Instant, &dyn Fn() -> Result<(), Failure>) -> Result<(), Failure>;

/// Does rounds until it is stopped. `people` says whether people read what is shown.
pub(crate) fn watch(
    path: Option<&Path>,
    people: bool,
    term: Term,
    round: Round<'_>,
) -> Result<Outcome, Failure> {
    let path = path.map_or_else(|| PathBuf::from("."), Path::to_owned);
    let (sender, messages) = channel();
    let stop = sender.clone();
    // Nobody listens any more when the loop has ended.
    ctrlc::set_handler(move || stop.send(Message::Stop).unwrap_or(()))
        .map_err(|error| Failure::call(format!("Ctrl-C cannot be listened to: {error}")))?;
    let mut rounds = Rounds {
        people,
        term,
        round,
        folders: Folders::new(sender)?,
        package: None,
        complaint: None,
    };
    // What cannot be read at all at the start is a mistake in the call.
    rounds.package = Some(Package::open(Some(&path))?);
    rounds.follow(&path);
    rounds.round(Instant::now())?;
    loop {
        match messages.recv_timeout(LOOK) {
            Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(Outcome::Fine),
            Ok(Message::Changed) => {
                if settle(&messages) {
                    return Ok(Outcome::Fine);
                }
                rounds.again(&path)?;
            }
            Err(RecvTimeoutError::Timeout) => {
                if rounds.folders.lost() {
                    rounds.again(&path)?;
                }
            }
        }
    }
}

/// Waits until nothing has happened for a moment; says whether it shall stop.
fn settle(messages: &Receiver<Message>) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match messages.recv_timeout(QUIET) {
            Ok(Message::Changed) => {}
            Ok(Message::Stop) => return true,
            Err(_) => break,
        }
    }
    false
}

struct Rounds<'a> {
    people: bool,
    term: Term,
    round: Round<'a>,
    folders: Folders,
    package: Option<Package>,
    /// What was said last about a package that cannot be read.
    complaint: Option<String>,
}

impl Rounds<'_> {
    /// Reads the package again, and shows it if it changed or could not be read before.
    fn again(&mut self, path: &Path) -> Result<(), Failure> {
        let start = Instant::now();
        let read = match &mut self.package {
            Some(package) => package.refresh(),
            None => Package::open(Some(path)).map(|package| {
                self.package = Some(package);
                true
            }),
        };
        self.follow(path);
        match read {
            Ok(changed) if changed || self.complaint.is_some() => self.round(start),
            Ok(_) => Ok(()),
            Err(error) => {
                let failure = Failure::from(error);
                let text = failure.to_string();
                if self.complaint.as_ref() != Some(&text) {
                    clear(self.term, self.people)?;
                    complain(&failure, self.term.err);
                    self.term.say("waiting for that to change; Ctrl-C ends");
                    self.complaint = Some(text);
                }
                Ok(())
            }
        }
    }

    /// Does it, and shows what came of it.
    fn round(&mut self, start: Instant) -> Result<(), Failure> {
        self.complaint = None;
        let Some(package) = &self.package else {
            return Ok(());
        };
        let (term, people) = (self.term, self.people);
        (self.round)(package, start, &|| clear(term, people))?;
        self.term.say("watching for changes; Ctrl-C ends");
        Ok(())
    }

    /// Watches the folders that the package's files lie in.
    fn follow(&mut self, path: &Path) {
        let root = match &self.package {
            Some(package) => package.root().to_owned(),
            None => path.to_owned(),
        };
        let root = if root.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            root
        };
        let others = self.package.as_ref().map(Package::folders);
        let others = others.unwrap_or_default();
        self.folders.follow(root, others);
    }
}

/// Makes room on a terminal, for forms that people read.
fn clear(term: Term, people: bool) -> Result<(), Failure> {
    if term.out_is_terminal && people {
        let mut out = io::stdout().lock();
        out.write_all(b"\x1b[2J\x1b[3J\x1b[H")?;
        out.flush()?;
    }
    Ok(())
}

/// The folders that are watched. The package's own is watched with all below it, the one above it alone: it tells when
/// the package's is moved away and comes back.
struct Folders {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    root: Option<PathBuf>,
}

impl Folders {
    fn new(sender: Sender<Message>) -> Result<Self, Failure> {
        let tell = move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| matters(event.kind)) {
                sender.send(Message::Changed).unwrap_or(());
            }
        };
        let watcher = notify::recommended_watcher(tell)
            .map_err(|error| Failure::call(format!("files cannot be watched here: {error}")))?;
        Ok(Self {
            watcher,
            watched: BTreeSet::new(),
            root: None,
        })
    }

    /// Whether the package's folder is gone, or watched no more.
    fn lost(&self) -> bool {
        let root = self.root.as_ref();
        root.is_none_or(|root| !root.is_dir() || !self.watched.contains(root))
    }

    fn follow(&mut self, root: PathBuf, others: BTreeSet<PathBuf>) {
        // A folder that was deleted and made again is another one to the system; what is not there any more is forgotten.
        let gone: Vec<PathBuf> = self
            .watched
            .iter()
            .filter(|f| !f.is_dir())
            .cloned()
            .collect();
        for folder in gone {
            self.watcher.unwatch(&folder).unwrap_or(());
            self.watched.remove(&folder);
        }
        let above = std::fs::canonicalize(&root)
            .ok()
            .and_then(|root| root.parent().map(Path::to_owned));
        self.add(&root, RecursiveMode::Recursive);
        for folder in others.into_iter().chain(above) {
            self.add(&folder, RecursiveMode::NonRecursive);
        }
        self.root = Some(root);
    }

    fn add(&mut self, folder: &Path, mode: RecursiveMode) {
        if !self.watched.contains(folder) && self.watcher.watch(folder, mode).is_ok() {
            self.watched.insert(folder.to_owned());
        }
    }
}

/// Whether an event may mean another text: reading files does not, and the package's own reading must not wake it.
fn matters(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}
