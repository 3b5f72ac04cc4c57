//! Texts that name files: templates, data, and the columns that are read from them.

use persona_ide::links::{Link, LinkTarget, links};
use tower_lsp_server::ls_types::request::DocumentLinkRequest;
use tower_lsp_server::ls_types::{
    ClientCapabilities, DocumentLink, DocumentLinkOptions, DocumentLinkParams, ServerCapabilities,
    WorkDoneProgressOptions,
};

use super::goto::data_file;
use super::{Answer, Feature, Stale};
use crate::context::Context;

/// `textDocument/documentLink`.
pub(super) struct Links;

impl Feature for Links {
    type Request = DocumentLinkRequest;
    const STALE: Stale = Stale::Retry;

    fn answer(cx: &Context, _: DocumentLinkParams) -> Answer<Option<Vec<DocumentLink>>> {
        let found = links(cx.db(), cx.file).into_iter();
        Ok(Some(found.filter_map(|link| told(cx, link)).collect()))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.document_link_provider = Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        });
    }
}

/// A link that leads somewhere.
fn told(cx: &Context, link: Link) -> Option<DocumentLink> {
    let target = match &link.target {
        LinkTarget::Session(file) => cx.uri(*file)?,
        LinkTarget::Path(path) => data_file(cx, path)?,
    };
    Some(DocumentLink {
        range: cx.range(link.span),
        target: Some(target),
        tooltip: Some(link.tooltip),
        data: None,
    })
}
