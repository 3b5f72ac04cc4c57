//! Code actions, and the edits of one that looks at the whole package once it is chosen.

use persona_base::{Diagnostic, FileId};
use persona_ide::actions::{Action, Change, Kind, Later, actions, resolve};
use persona_sema::editor::DeclRef;
use serde::{Deserialize, Serialize};
use tower_lsp_server::jsonrpc;
use tower_lsp_server::ls_types::request::{CodeActionRequest, CodeActionResolveRequest};
use tower_lsp_server::ls_types::{
    ClientCapabilities, CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand,
    CodeActionParams, CodeActionProviderCapability, ServerCapabilities, WorkDoneProgressOptions,
};

use super::{Answer, Feature};
use crate::client::json;
use crate::context::Context;
use crate::diagnostics;

/// `textDocument/codeAction`.
pub(super) struct Actions;
/// `codeAction/resolve`.
pub(super) struct Resolve;

/// Fixing all that is sure, by its full name.
const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.persona");

/// What an action is resolved by.
#[derive(Debug, Serialize, Deserialize)]
struct Data {
    /// The document.
    uri: String,
    /// What to do.
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum What {
    /// Fix all that is sure in the document.
    FixAll,
    /// Put a declaration wherever it is used.
    InlineAll {
        /// Its number in the document.
        index: u32,
        /// Its name: the document may have changed.
        name: String,
    },
}

impl Feature for Actions {
    type Request = CodeActionRequest;

    fn answer(cx: &Context, params: CodeActionParams) -> Answer<Option<Vec<CodeActionOrCommand>>> {
        let found = diagnostics::found(&cx.view);
        let found = found.of(cx.file);
        let wanted = params.context.only;
        let is_wanted = |action: &Action| {
            let wanted = wanted.as_deref();
            wanted.is_none_or(|wanted| wanted.iter().any(|one| covers(one, &kind(action.kind))))
        };
        let uri = params.text_document.uri.as_str();
        let all = actions(cx.db(), cx.file, cx.span(params.range), found);
        let all = all.iter().filter(|action| is_wanted(action));
        let converted = all.map(|action| converted(cx, uri, action, found));
        Ok(Some(
            converted.map(CodeActionOrCommand::CodeAction).collect(),
        ))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

impl Feature for Resolve {
    type Request = CodeActionResolveRequest;

    fn answer(cx: &Context, mut action: CodeAction) -> Answer<CodeAction> {
        let data = action.data.clone().map(serde_json::from_value::<Data>);
        if let (None, Some(Ok(data))) = (&action.edit, data) {
            let edits = later(cx, &data.what).and_then(|later| resolve(cx.db(), later));
            let edits = edits.map_err(refusal)?;
            action.edit = Some(cx.workspace_edit(&edits));
        }
        Ok(action)
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

fn advertise(capabilities: &mut ServerCapabilities) {
    let kinds = [
        Kind::Fix,
        Kind::Extract,
        Kind::Inline,
        Kind::Rewrite,
        Kind::FixAll,
        Kind::Imports,
    ];
    let options = CodeActionOptions {
        code_action_kinds: Some(kinds.into_iter().map(kind).collect()),
        work_done_progress_options: WorkDoneProgressOptions::default(),
        resolve_provider: Some(true),
    };
    capabilities.code_action_provider = Some(CodeActionProviderCapability::Options(options));
}

/// What the person is told who chose an action that cannot be done.
fn refusal(why: String) -> jsonrpc::Error {
    // `RequestFailed` of the protocol.
    jsonrpc::Error {
        code: jsonrpc::ErrorCode::ServerError(-32803),
        message: why.into(),
        data: None,
    }
}

fn kind(kind: Kind) -> CodeActionKind {
    match kind {
        Kind::Fix => CodeActionKind::QUICKFIX,
        Kind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        Kind::Inline => CodeActionKind::REFACTOR_INLINE,
        Kind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        Kind::FixAll => FIX_ALL,
        Kind::Imports => CodeActionKind::SOURCE_ORGANIZE_IMPORTS,
    }
}

/// Whether a kind that the client asks for is this one or one above it: `refactor` covers `refactor.extract`.
fn covers(wanted: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(wanted.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty())
}

fn converted(cx: &Context, uri: &str, action: &Action, found: &[Diagnostic]) -> CodeAction {
    let solved = action.solves.and_then(|number| found.get(number));
    let (edit, data) = match &action.change {
        Change::Edits(edits) => (Some(cx.workspace_edit(edits)), None),
        Change::Later(later) if resolves(cx) => (None, data(cx, uri, *later)),
        // Who cannot ask again is told now; what cannot be done changes nothing.
        Change::Later(later) => {
            let edits = resolve(cx.db(), *later).unwrap_or_default();
            (Some(cx.workspace_edit(&edits)), None)
        }
    };
    CodeAction {
        title: action.title.clone(),
        kind: Some(kind(action.kind)),
        diagnostics: solved.map(|one| vec![diagnostics::for_client(cx, one)]),
        edit,
        is_preferred: action.preferred.then_some(true),
        data,
        ..CodeAction::default()
    }
}

/// Whether the client asks for edits once an action is chosen.
fn resolves(cx: &Context) -> bool {
    let document = cx.profile().capabilities.text_document.as_ref();
    let action = document.and_then(|document| document.code_action.as_ref());
    let resolves = action.and_then(|action| action.resolve_support.as_ref());
    resolves.is_some_and(|resolves| resolves.properties.iter().any(|name| name == "edit"))
}

fn data(cx: &Context, uri: &str, later: Later) -> Option<serde_json::Value> {
    let what = match later {
        Later::FixAll(_) => What::FixAll,
        Later::InlineAll(decl) => What::InlineAll {
            index: decl.index,
            name: cx.db().declaration(decl)?.name.to_string(),
        },
    };
    let uri = uri.to_owned();
    Some(json(&Data { uri, what }))
}

fn later(cx: &Context, what: &What) -> Result<Later, String> {
    let file: FileId = cx.file;
    match what {
        What::FixAll => Ok(Later::FixAll(file)),
        What::InlineAll { index, name } => {
            let decl = DeclRef {
                file,
                index: *index,
            };
            let found = cx.db().declaration(decl);
            match found.filter(|found| **found.name == **name) {
                Some(_) => Ok(Later::InlineAll(decl)),
                None => Err(format!("`{name}` is not there any more")),
            }
        }
    }
}
