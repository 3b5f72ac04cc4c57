//! What the server can do: one file for each feature, and one table of all of them. A feature is a request of the protocol, how
//! it is answered from a snapshot, and what is advertised for it; so nothing is advertised that nobody answers.
//!
//! To add one: a file here with a type that implements [`Feature`] (about a document) or [`WorkspaceFeature`] (about all
//! packages), and one line in [`FEATURES`].

mod audience;
mod call_hierarchy;
mod code_action;
mod code_lens;
mod commands;
mod completion;
mod diagnostic;
mod document_link;
mod folding_range;
mod formatting;
mod goto;
mod hover;
mod inlay_hint;
mod inline_value;
mod linked_editing;
mod references;
mod rename;
mod selection_range;
mod semantic_tokens;
mod signature_help;
mod symbols;
mod workspace_diagnostic;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_lsp_server::jsonrpc;
use tower_lsp_server::ls_types::request::Request;
use tower_lsp_server::ls_types::{ClientCapabilities, ServerCapabilities};

use crate::client::json;
use crate::context::{Context, Session};
use crate::lanes::Lane;

/// An answer to a request, or the error that the client is told.
pub(crate) type Answer<T> = Result<T, jsonrpc::Error>;

/// What happens to a request when the document changes before it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    /// It holds a position, which may mean something else now: the client is told that the content was modified.
    Refuse,
    /// It is about the document as a whole: it is answered for the newest state.
    Retry,
}

/// A request about one document that belongs to a package. The document's address is at `textDocument/uri`, `item/uri` or
/// `data/uri` of the parameters, so whoever sends something to be resolved later puts it into `data`. A document that belongs to
/// no package is answered by [`Feature::absent`].
pub(crate) trait Feature {
    /// The request, by the protocol's own type.
    type Request: Request;
    /// Who works on it.
    const LANE: Lane = Lane::Query;
    /// What happens when the document changes meanwhile.
    const STALE: Stale = Stale::Refuse;

    /// Answers it. May panic to give up, as queries of a stopped database do.
    fn answer(cx: &Context, params: ParamsOf<Self>) -> Answer<ResultOf<Self>>;

    /// Says in the server's capabilities that it is there. Features that belong together (a request and its resolve) may both
    /// write the same entry.
    fn advertise(capabilities: &mut ServerCapabilities, client: &ClientCapabilities);

    /// The answer about a document that belongs to no package.
    fn absent() -> Value {
        Value::Null
    }
}

/// A request about all packages, or one whose answer takes so long that the session must be dropped first.
pub(crate) trait WorkspaceFeature {
    /// The request, by the protocol's own type.
    type Request: Request;
    /// Who works on it.
    const LANE: Lane = Lane::Query;
    /// What happens when the document changes meanwhile, where it is about one.
    const STALE: Stale = Stale::Retry;

    /// Answers it. May panic to give up, as queries of a stopped database do. What takes long without
    /// asking a database drops the session first: a change waits until nobody holds one.
    fn answer(session: Session, params: WorkspaceParamsOf<Self>)
    -> Answer<WorkspaceResultOf<Self>>;

    /// Says in the server's capabilities that it is there.
    fn advertise(capabilities: &mut ServerCapabilities, client: &ClientCapabilities);
}

pub(crate) type ParamsOf<F> = <<F as Feature>::Request as Request>::Params;
pub(crate) type ResultOf<F> = <<F as Feature>::Request as Request>::Result;
pub(crate) type WorkspaceParamsOf<F> = <<F as WorkspaceFeature>::Request as Request>::Params;
pub(crate) type WorkspaceResultOf<F> = <<F as WorkspaceFeature>::Request as Request>::Result;

/// Everything that the server answers, but the requests of the conversation itself.
pub(crate) const FEATURES: &[Entry] = &[
    Entry::document::<diagnostic::DocumentDiagnostics>(),
    Entry::workspace::<workspace_diagnostic::WorkspaceDiagnostics>(),
    Entry::workspace::<commands::Commands>(),
    Entry::workspace::<audience::Audiences>(),
    Entry::document::<completion::Offers>(),
    Entry::document::<completion::Resolve>(),
    Entry::document::<signature_help::Signatures>(),
    Entry::document::<goto::Definition>(),
    Entry::document::<goto::TypeDefinition>(),
    Entry::document::<goto::Implementation>(),
    Entry::workspace::<hover::Hovers>(),
    Entry::document::<references::AllReferences>(),
    Entry::document::<references::Highlights>(),
    Entry::document::<rename::Renames>(),
    Entry::document::<folding_range::Folding>(),
    Entry::document::<selection_range::Selections>(),
    Entry::document::<linked_editing::LinkedEditing>(),
    Entry::document::<document_link::Links>(),
    Entry::document::<inline_value::InlineValues>(),
    Entry::document::<call_hierarchy::Prepare>(),
    Entry::document::<call_hierarchy::Incoming>(),
    Entry::document::<call_hierarchy::Outgoing>(),
    Entry::document::<rename::Prepare>(),
    Entry::document::<symbols::DocumentSymbols>(),
    Entry::workspace::<symbols::WorkspaceSymbols>(),
    Entry::document::<semantic_tokens::Full>(),
    Entry::document::<semantic_tokens::Delta>(),
    Entry::document::<semantic_tokens::Range>(),
    Entry::document::<formatting::Document>(),
    Entry::document::<formatting::Range>(),
    Entry::document::<formatting::OnType>(),
    Entry::document::<code_action::Actions>(),
    Entry::document::<code_action::Resolve>(),
    Entry::workspace::<inlay_hint::Hints>(),
    Entry::document::<code_lens::Lenses>(),
    Entry::document::<code_lens::Resolve>(),
];

/// How a request is answered.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    /// From the package of its document; what is said where there is none.
    Document(fn(&Context, Value) -> Answer<Value>, fn() -> Value),
    /// From all packages.
    Workspace(fn(Session, Value) -> Answer<Value>),
}

/// A row of the table.
pub(crate) struct Entry {
    /// The request's name.
    pub(crate) method: &'static str,
    pub(crate) lane: Lane,
    pub(crate) stale: Stale,
    pub(crate) run: Run,
    pub(crate) advertise: fn(&mut ServerCapabilities, &ClientCapabilities),
}

impl Entry {
    const fn document<F: Feature>() -> Self {
        Self {
            method: F::Request::METHOD,
            lane: F::LANE,
            stale: F::STALE,
            run: Run::Document(
                |cx, params| F::answer(cx, read(params)?).map(|found| json(&found)),
                F::absent,
            ),
            advertise: F::advertise,
        }
    }

    const fn workspace<F: WorkspaceFeature>() -> Self {
        Self {
            method: F::Request::METHOD,
            lane: F::LANE,
            stale: F::STALE,
            run: Run::Workspace(|session, params| {
                F::answer(session, read(params)?).map(|found| json(&found))
            }),
            advertise: F::advertise,
        }
    }
}

/// The row of a request.
pub(crate) fn find(method: &str) -> Option<&'static Entry> {
    FEATURES.iter().find(|entry| entry.method == method)
}

fn read<T: DeserializeOwned>(params: Value) -> Answer<T> {
    serde_json::from_value(params)
        .map_err(|error| jsonrpc::Error::invalid_params(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_request_is_answered_twice_and_each_feature_is_advertised() {
        let mut methods: Vec<&str> = FEATURES.iter().map(|entry| entry.method).collect();
        methods.sort_unstable();
        let all = methods.len();
        methods.dedup();
        assert_eq!(methods.len(), all);
        let pulls = serde_json::json!({ "textDocument": { "diagnostic": {} } });
        let client: ClientCapabilities = serde_json::from_value(pulls).unwrap();
        for entry in FEATURES {
            let mut capabilities = ServerCapabilities::default();
            (entry.advertise)(&mut capabilities, &client);
            assert_ne!(
                capabilities,
                ServerCapabilities::default(),
                "{} is not advertised",
                entry.method
            );
        }
    }
}
