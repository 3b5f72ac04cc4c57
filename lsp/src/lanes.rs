//! Worker threads, in lanes, so that one kind of work never waits behind another. A worker is given one job at a time; what
//! waits for a worker waits with the state, without a snapshot, so that a change of the state waits for what runs only.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use persona_sema::editor::STACK;
use serde_json::Value;
use tower_lsp_server::jsonrpc;

use crate::state::{Event, State};

/// Kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// What a person waits for after looking or clicking.
    Query,
    /// What a person waits for while typing.
    Completion,
    /// Formatting, which editors do before they save.
    Format,
    /// Diagnostics, asked for or not.
    Diagnose,
    /// How many profiles a condition holds for.
    Count,
    /// Commands: tests, reasons, previews.
    Command,
}

impl Lane {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Query,
        Self::Completion,
        Self::Format,
        Self::Diagnose,
        Self::Count,
        Self::Command,
    ];

    fn workers(self) -> usize {
        match self {
            Self::Query => {
                std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4))
            }
            _ => 1,
        }
    }
}

/// What came of a job.
pub(crate) enum Outcome {
    /// The answer to a request.
    Answer(Result<Value, jsonrpc::Error>),
    /// Something that changes the state, for what nobody asked.
    Apply(Box<dyn FnOnce(&mut State) + Send>),
    /// It was given up, because the state changes.
    Stale,
    /// It panicked, with these words.
    Panicked(String),
}

/// Something to do on a worker. Owns all it needs, so that its end drops its snapshots.
pub(crate) type Job = Box<dyn FnOnce() -> Outcome + Send>;

/// A worker that has nothing to do.
pub(crate) struct Idle {
    lane: Lane,
    worker: usize,
}

/// The workers.
pub(crate) struct Lanes {
    workers: Vec<Vec<mpsc::Sender<(u64, Job)>>>,
    idle: Vec<Vec<usize>>,
}

impl Lanes {
    /// Starts the workers, which tell `events` when something is done.
    pub(crate) fn start(events: &mpsc::Sender<Event>) -> std::io::Result<Self> {
        let mut lanes = Self {
            workers: Vec::new(),
            idle: Vec::new(),
        };
        for lane in Lane::ALL {
            let mut workers = Vec::new();
            for worker in 0..lane.workers() {
                workers.push(start(lane, worker, events.clone())?);
            }
            lanes.idle.push((0..workers.len()).rev().collect());
            lanes.workers.push(workers);
        }
        Ok(lanes)
    }

    /// A worker of a lane that has nothing to do.
    pub(crate) fn idle(&mut self, lane: Lane) -> Option<Idle> {
        let worker = self.idle[lane as usize].pop()?;
        Some(Idle { lane, worker })
    }

    /// Gives a worker a job, whose end is told under this number.
    pub(crate) fn give(&mut self, idle: &Idle, ticket: u64, job: Job) {
        let worker = &self.workers[idle.lane as usize][idle.worker];
        // A worker ends only with the channel that this is.
        worker.send((ticket, job)).unwrap_or_default();
    }

    /// Takes a worker back.
    pub(crate) fn free(&mut self, lane: Lane, worker: usize) {
        self.idle[lane as usize].push(worker);
    }

    /// Gives an idle worker back that got no job.
    pub(crate) fn unused(&mut self, idle: &Idle) {
        self.free(idle.lane, idle.worker);
    }
}

fn start(
    lane: Lane,
    worker: usize,
    events: mpsc::Sender<Event>,
) -> std::io::Result<mpsc::Sender<(u64, Job)>> {
    let (sender, jobs) = mpsc::channel::<(u64, Job)>();
    std::thread::Builder::new()
        .name(format!("persona-{lane:?}-{worker}").to_lowercase())
        .stack_size(STACK)
        .spawn(move || {
            for (ticket, job) in jobs {
                let outcome = catch_unwind(AssertUnwindSafe(job))
                    .unwrap_or_else(|panic| Outcome::Panicked(words(&*panic)));
                let done = Event::Done {
                    lane,
                    worker,
                    ticket,
                    outcome,
                };
                if events.send(done).is_err() {
                    break;
                }
            }
        })?;
    Ok(sender)
}

/// What a panic said.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without words".to_owned())
}
