//! Requests under way. What waits for a worker waits here, without a snapshot; what is cancelled is answered at once, whatever
//! becomes of the work.

use std::collections::{BTreeMap, VecDeque};

use persona_sema::{Stopper, attempt};
use serde_json::Value;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Id};
use tower_lsp_server::ls_types::{MessageType, Uri};

use super::{Phase, Reply, State};
use crate::features::{self, Entry, Run, Stale};
use crate::host::Cancel;
use crate::lanes::{Job, Lane, Outcome};
use crate::uri;

/// The requests under way, in the order of their arrival.
#[derive(Default)]
pub(super) struct Flights {
    next: u64,
    all: BTreeMap<u64, Flight>,
    /// Those that wait for a worker of a lane.
    waiting: BTreeMap<Lane, VecDeque<u64>>,
}

/// A request under way.
struct Flight {
    id: Id,
    entry: &'static Entry,
    params: Value,
    reply: Reply,
    /// The document that it is about, and the version that it was asked for.
    subject: Option<(String, Option<i32>)>,
    /// What stops the work on it, once there is some.
    stop: Option<(Stopper, Cancel)>,
}

impl Flights {
    /// A number for work that no request asked for.
    pub(super) fn ticket(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl State {
    /// A request has come.
    pub(super) fn asked(&mut self, method: &str, id: Id, params: Value, reply: Reply) {
        let answer = match (self.phase, method) {
            (Phase::Fresh, "initialize") => self.initialize(params),
            (Phase::Fresh, _) => Err(Error {
                code: ErrorCode::ServerError(-32002),
                message: "the conversation has not begun".into(),
                data: None,
            }),
            (Phase::Running, "shutdown") => {
                self.phase = Phase::ShutDown;
                Ok(Value::Null)
            }
            (Phase::Running, "initialize") | (Phase::ShutDown, _) => Err(Error::invalid_request()),
            (Phase::Running, _) => match features::find(method) {
                Some(entry) => return self.take_off(entry, id, params, reply),
                None => Err(Error::method_not_found()),
            },
        };
        reply.send(answer).unwrap_or_default();
    }

    fn take_off(&mut self, entry: &'static Entry, id: Id, params: Value, reply: Reply) {
        let ticket = self.flights.ticket();
        let subject = subject(&params).map(|uri| {
            let key = uri::key(&uri);
            let version = self.documents.version(&key);
            (key, version)
        });
        let flight = Flight {
            id,
            entry,
            params,
            reply,
            subject,
            stop: None,
        };
        self.flights.all.insert(ticket, flight);
        let waiting = self.flights.waiting.entry(entry.lane).or_default();
        waiting.push_back(ticket);
        self.dispatch(entry.lane);
    }

    /// Gives waiting requests to idle workers.
    pub(super) fn dispatch(&mut self, lane: Lane) {
        while self
            .flights
            .waiting
            .get(&lane)
            .is_some_and(|waiting| !waiting.is_empty())
        {
            let Some(idle) = self.lanes.idle(lane) else {
                return;
            };
            let waiting = self.flights.waiting.get_mut(&lane);
            let ticket = waiting.and_then(VecDeque::pop_front);
            match ticket.and_then(|ticket| Some((ticket, self.job(ticket)?))) {
                Some((ticket, job)) => self.lanes.give(&idle, ticket, job),
                None => self.lanes.unused(&idle),
            }
        }
    }

    /// The work on a request; `None` where it is answered without, or nobody waits for it any more.
    fn job(&mut self, ticket: u64) -> Option<Job> {
        let flight = self.flights.all.get(&ticket)?;
        let changed = flight
            .subject
            .as_ref()
            .is_some_and(|(key, version)| self.documents.version(key) != *version);
        if changed && flight.entry.stale == Stale::Refuse {
            self.land(ticket, Err(Error::content_modified()));
            return None;
        }
        let params = flight.params.clone();
        match flight.entry.run {
            Run::Document(run, absent) => {
                let key = flight.subject.as_ref().map(|(key, _)| key.clone());
                let Some((package, file)) = key.and_then(|key| self.home(&key)) else {
                    self.land(ticket, Ok(absent()));
                    return None;
                };
                let view = self.packages.get(&package)?.view(package);
                let session = self.session(vec![view.clone()]);
                let stop = (view.db.stopper(), session.cancel.clone());
                self.flights.all.get_mut(&ticket)?.stop = Some(stop);
                let cx = session.within(&view, file);
                drop((view, session));
                Some(Box::new(move || outcome(move || run(&cx, params))))
            }
            Run::Workspace(run) => {
                let session = self.session(self.views());
                let first = session.views.first().map(|view| view.db.stopper());
                let stop = first.map(|stopper| (stopper, session.cancel.clone()));
                self.flights.all.get_mut(&ticket)?.stop = stop;
                Some(Box::new(move || outcome(move || run(session, params))))
            }
        }
    }

    /// A worker has done something.
    pub(super) fn done(&mut self, lane: Lane, worker: usize, ticket: u64, outcome: Outcome) {
        self.lanes.free(lane, worker);
        match outcome {
            Outcome::Answer(answer) => self.land(ticket, answer),
            Outcome::Apply(apply) => apply(self),
            Outcome::Panicked(text) => {
                let of = self.flights.all.get(&ticket);
                let of = of.map_or("work in the background", |flight| flight.entry.method);
                let text = format!("internal error in {of}: {text}");
                self.client.log(MessageType::ERROR, text);
                self.publisher.failed(ticket);
                self.land(ticket, Err(Error::internal_error()));
            }
            Outcome::Stale => {
                self.publisher.failed(ticket);
                if self.flights.all.contains_key(&ticket) {
                    // Asked again for what there is now; refused where its document is another one.
                    let waiting = self.flights.waiting.entry(lane).or_default();
                    waiting.push_front(ticket);
                }
            }
        }
        self.dispatch(lane);
    }

    /// Answers a request, if nobody has.
    fn land(&mut self, ticket: u64, answer: Result<Value, Error>) {
        if let Some(flight) = self.flights.all.remove(&ticket) {
            // Where nobody takes the answer, the client is gone.
            flight.reply.send(answer).unwrap_or_default();
        }
    }

    /// The client does not want an answer any more.
    pub(super) fn cancel(&mut self, params: &Value) {
        let id = match params.get("id") {
            Some(Value::Number(number)) => number.as_i64().map(Id::Number),
            Some(Value::String(text)) => Some(Id::String(text.clone())),
            _ => None,
        };
        let Some(id) = id else {
            return;
        };
        let mut flights = self.flights.all.iter();
        let Some(ticket) = flights.find(|(_, flight)| flight.id == id).map(|(t, _)| *t) else {
            return;
        };
        if let Some((stopper, cancel)) = self
            .flights
            .all
            .get_mut(&ticket)
            .and_then(|f| f.stop.take())
        {
            stopper.stop();
            cancel.cancel();
        }
        for waiting in self.flights.waiting.values_mut() {
            waiting.retain(|other| *other != ticket);
        }
        self.land(ticket, Err(Error::request_cancelled()));
    }
}

/// What comes of asking.
fn outcome(ask: impl FnOnce() -> Result<Value, Error>) -> Outcome {
    match attempt(ask) {
        Ok(answer) => Outcome::Answer(answer),
        Err(_) => Outcome::Stale,
    }
}

/// The document that a request is about.
fn subject(params: &Value) -> Option<Uri> {
    let places = ["/textDocument/uri", "/item/uri", "/data/uri"];
    let found = places.iter().find_map(|place| params.pointer(place))?;
    found.as_str()?.parse().ok()
}
