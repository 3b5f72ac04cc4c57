//! What is said to the client without being asked. Nobody waits for its answers: an answer that means something comes back
//! as an event of its own.

use std::collections::BTreeMap;

use futures_channel::mpsc::UnboundedSender;
use serde::Serialize;
use serde_json::Value;
use tower_lsp_server::jsonrpc::{Id, Request, Response};
use tower_lsp_server::ls_types::notification::{self, Notification};
use tower_lsp_server::ls_types::request;
use tower_lsp_server::ls_types::{LogMessageParams, MessageType, ShowMessageParams};

/// What an answer of the client is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The settings have changed.
    Settings,
}

/// The way to the client.
pub(crate) struct Client {
    out: UnboundedSender<Request>,
    next: i64,
    /// The questions whose answers mean something.
    waiting: BTreeMap<i64, Purpose>,
}

impl Client {
    /// Over this channel.
    pub(crate) fn new(out: UnboundedSender<Request>) -> Self {
        Self {
            out,
            next: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// Tells something.
    pub(crate) fn notify<N: Notification>(&self, params: &N::Params) {
        self.send(Request::build(N::METHOD).params(json(params)).finish());
    }

    /// Asks something whose answer means nothing.
    pub(crate) fn request<R: request::Request>(&mut self, params: &R::Params) {
        self.next += 1;
        let request = Request::build(R::METHOD).id(self.next);
        let request = match json(params) {
            Value::Null => request,
            params => request.params(params),
        };
        self.send(request.finish());
    }

    /// Asks something whose answer comes back for a purpose. An answer that never comes costs one small entry.
    pub(crate) fn ask<R: request::Request>(&mut self, params: &R::Params, purpose: Purpose) {
        self.request::<R>(params);
        self.waiting.retain(|_, other| *other != purpose);
        self.waiting.insert(self.next, purpose);
    }

    /// What an answer is for, if it is for anything.
    pub(crate) fn answered(&mut self, response: Response) -> Option<(Purpose, Value)> {
        let (id, body) = response.into_parts();
        let Id::Number(id) = id else {
            return None;
        };
        let purpose = self.waiting.remove(&id)?;
        Some((purpose, body.ok()?))
    }

    /// Writes into the server's log in the editor.
    pub(crate) fn log(&self, typ: MessageType, message: String) {
        self.notify::<notification::LogMessage>(&LogMessageParams { typ, message });
    }

    /// Shows something to the person.
    pub(crate) fn show(&self, typ: MessageType, message: String) {
        self.notify::<notification::ShowMessage>(&ShowMessageParams { typ, message });
    }

    fn send(&self, request: Request) {
        // Where the client is gone, the server is about to end.
        self.out.unbounded_send(request).unwrap_or_default();
    }
}

/// As JSON. The protocol's types always have one.
pub(crate) fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
