//! Renaming across files. What is refused is told to the person in the words of the refusal.

use std::borrow::Cow;

use persona_ide::rename::{Refused, prepare, rename};
use tower_lsp_server::jsonrpc;
use tower_lsp_server::ls_types::request::{PrepareRenameRequest, Rename};
use tower_lsp_server::ls_types::{
    ClientCapabilities, OneOf, PrepareRenameResponse, RenameOptions, RenameParams,
    ServerCapabilities, TextDocumentPositionParams, WorkDoneProgressOptions, WorkspaceEdit,
};

use super::{Answer, Feature};
use crate::context::Context;

/// `textDocument/rename`.
pub(super) struct Renames;
/// `textDocument/prepareRename`.
pub(super) struct Prepare;

/// The protocol's `RequestFailed`: the request was right, and there is no answer.
const REQUEST_FAILED: i64 = -32803;

impl Feature for Renames {
    type Request = Rename;

    fn answer(cx: &Context, params: RenameParams) -> Answer<Option<WorkspaceEdit>> {
        let offset = cx.offset_of(&params.text_document_position);
        let new = params.new_name.trim();
        let edits = rename(cx.db(), cx.file, offset, new).map_err(told)?;
        Ok(Some(cx.workspace_edit(&edits)))
    }

    fn advertise(capabilities: &mut ServerCapabilities, client: &ClientCapabilities) {
        advertise(capabilities, client);
    }
}

impl Feature for Prepare {
    type Request = PrepareRenameRequest;

    fn answer(
        cx: &Context,
        params: TextDocumentPositionParams,
    ) -> Answer<Option<PrepareRenameResponse>> {
        let found = prepare(cx.db(), cx.file, cx.offset_of(&params)).map_err(told)?;
        Ok(Some(PrepareRenameResponse::RangeWithPlaceholder {
            range: cx.range(found.span),
            placeholder: found.name,
        }))
    }

    fn advertise(capabilities: &mut ServerCapabilities, client: &ClientCapabilities) {
        advertise(capabilities, client);
    }
}

/// Both requests are one capability; who does not know the second is told of the first alone.
fn advertise(capabilities: &mut ServerCapabilities, client: &ClientCapabilities) {
    let document = client.text_document.as_ref();
    let own = document.and_then(|document| document.rename.as_ref());
    let prepares = own.and_then(|own| own.prepare_support).unwrap_or(false);
    capabilities.rename_provider = Some(match prepares {
        false => OneOf::Left(true),
        true => OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
    });
}

fn told(refused: Refused) -> jsonrpc::Error {
    jsonrpc::Error {
        code: REQUEST_FAILED.into(),
        message: Cow::Owned(refused.0),
        data: None,
    }
}
