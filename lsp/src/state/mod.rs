//! The state of a conversation, on one thread: documents, packages, requests under way. Messages come in the order in which the
//! client sent them. Nothing here takes long: what does goes to the workers.

mod documents;
mod files;
mod package;
mod publish;
mod requests;
mod setup;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};

use futures_channel::mpsc::UnboundedSender;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Notify, oneshot};
use tower_lsp_server::jsonrpc::{Error, Id, Request, Response};
use tower_lsp_server::ls_types::{ClientCapabilities, MessageType};

use crate::client::{Client, Purpose};
use crate::context::{Kept, OpenFiles, Profile, Session, View};
use crate::host::{Cancel, Host};
use crate::lanes::{Lane, Lanes, Outcome, words};
use crate::lines::Encoding;
use crate::serve::Ended;
use documents::Documents;
use package::{Package, PackageId};
use publish::Publisher;
use requests::Flights;

/// How a request is answered.
pub(crate) type Reply = oneshot::Sender<Result<Value, Error>>;

/// What happens.
pub(crate) enum Event {
    /// The client asks.
    Asked {
        method: Cow<'static, str>,
        id: Id,
        params: Value,
        reply: Reply,
    },
    /// The client tells.
    Told {
        method: Cow<'static, str>,
        params: Value,
    },
    /// The client answers.
    Answered(Response),
    /// A worker has done something.
    Done {
        lane: Lane,
        worker: usize,
        ticket: u64,
        outcome: Outcome,
    },
    /// The client is gone.
    Closed,
}

/// How far the conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Fresh,
    Running,
    ShutDown,
}

/// Everything that changes.
pub(crate) struct State {
    host: Arc<dyn Host>,
    client: Client,
    lanes: Lanes,
    leave: Arc<Notify>,
    phase: Phase,
    profile: Arc<Profile>,
    documents: Documents,
    open: Arc<OpenFiles>,
    packages: BTreeMap<PackageId, Package>,
    next_package: PackageId,
    folders: Vec<std::path::PathBuf>,
    kept: Arc<Kept>,
    flights: Flights,
    publisher: Publisher,
}

impl State {
    /// A conversation that has not begun.
    pub(crate) fn new(
        host: Arc<dyn Host>,
        out: UnboundedSender<Request>,
        lanes: Lanes,
        leave: Arc<Notify>,
    ) -> Self {
        Self {
            host,
            client: Client::new(out),
            lanes,
            leave,
            phase: Phase::Fresh,
            profile: Arc::new(Profile {
                encoding: Encoding::Utf16,
                capabilities: ClientCapabilities::default(),
                settings: Value::Null,
            }),
            documents: Documents::default(),
            open: Arc::default(),
            packages: BTreeMap::new(),
            next_package: 0,
            folders: Vec::new(),
            kept: Arc::default(),
            flights: Flights::default(),
            publisher: Publisher::default(),
        }
    }

    /// Takes what happens until the client is gone.
    pub(crate) fn run(mut self, inbox: &mpsc::Receiver<Event>) -> Ended {
        let mut ended = Ended::Suddenly;
        while let Ok(event) = inbox.recv() {
            let mut event = Some(event);
            // Everything that has happened by now comes before what nobody asked for.
            while let Some(next) = event.take() {
                if matches!(next, Event::Closed) {
                    return ended;
                }
                if let Event::Told { method, .. } = &next
                    && method == "exit"
                {
                    if self.phase == Phase::ShutDown {
                        ended = Ended::Properly;
                    }
                    self.leave.notify_one();
                }
                self.guarded(|state| state.take(next));
                event = inbox.try_recv().ok();
            }
            self.guarded(Self::settle);
        }
        ended
    }

    /// A mistake of the server in one message is told, and the conversation goes on.
    fn guarded(&mut self, act: impl FnOnce(&mut Self)) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| act(self))) {
            let text = format!("internal error: {}", words(&*panic));
            self.client.log(MessageType::ERROR, text);
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Asked {
                method,
                id,
                params,
                reply,
            } => self.asked(&method, id, params, reply),
            Event::Told { method, params } => self.told(&method, params),
            Event::Answered(response) => self.answered(response),
            Event::Done {
                lane,
                worker,
                ticket,
                outcome,
            } => self.done(lane, worker, ticket, outcome),
            Event::Closed => {}
        }
    }

    fn told(&mut self, method: &str, params: Value) {
        if self.phase != Phase::Running {
            return;
        }
        match method {
            "initialized" => self.begin(),
            "$/cancelRequest" => self.cancel(&params),
            "textDocument/didOpen" => self.with(params, Self::did_open),
            "textDocument/didChange" => self.with(params, Self::did_change),
            "textDocument/didClose" => self.with(params, Self::did_close),
            "workspace/didChangeWatchedFiles" => self.with(params, Self::did_change_files),
            "workspace/didChangeWorkspaceFolders" => self.with(params, Self::did_change_folders),
            "workspace/didChangeConfiguration" => self.with(params, Self::did_change_settings),
            // The rest, like the change of a trace, means nothing here; the protocol wants it ignored.
            _ => {}
        }
    }

    fn with<T: DeserializeOwned>(&mut self, params: Value, act: fn(&mut Self, T)) {
        match serde_json::from_value(params) {
            Ok(params) => act(self, params),
            Err(error) => {
                let text = format!("a notification cannot be read: {error}");
                self.client.log(MessageType::WARNING, text);
            }
        }
    }

    fn answered(&mut self, response: Response) {
        if let Some((Purpose::Settings, answer)) = self.client.answered(response) {
            let settings = answer.get(0).cloned().unwrap_or_default();
            self.set_settings(settings);
        }
    }

    /// What is to be done once nothing more has happened.
    fn settle(&mut self) {
        if self.phase == Phase::Running {
            self.publish();
        }
    }

    /// What a request sees of these packages.
    fn session(&self, views: Vec<View>) -> Session {
        Session {
            views,
            open: Arc::clone(&self.open),
            profile: Arc::clone(&self.profile),
            kept: Arc::clone(&self.kept),
            host: Arc::clone(&self.host),
            cancel: Cancel::default(),
        }
    }

    /// All packages as they are.
    fn views(&self) -> Vec<View> {
        let packages = self.packages.iter();
        packages.map(|(id, package)| package.view(*id)).collect()
    }
}
