//! All places that name what the cursor is on, in the package or in one file.

use persona_ide::references::{HighlightKind, highlights, references};
use tower_lsp_server::ls_types::request::{DocumentHighlightRequest, References};
use tower_lsp_server::ls_types::{
    ClientCapabilities, DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams,
    Location, OneOf, ReferenceParams, ServerCapabilities,
};

use super::{Answer, Feature};
use crate::context::Context;

/// `textDocument/references`.
pub(super) struct AllReferences;
/// `textDocument/documentHighlight`.
pub(super) struct Highlights;

impl Feature for AllReferences {
    type Request = References;

    fn answer(cx: &Context, params: ReferenceParams) -> Answer<Option<Vec<Location>>> {
        let offset = cx.offset_of(&params.text_document_position);
        let with_declaration = params.context.include_declaration;
        let found = references(cx.db(), cx.file, offset, with_declaration).into_iter();
        let places = found.filter_map(|(file, span)| cx.location(file, span));
        Ok(Some(places.collect()))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.references_provider = Some(OneOf::Left(true));
    }
}

impl Feature for Highlights {
    type Request = DocumentHighlightRequest;

    fn answer(
        cx: &Context,
        params: DocumentHighlightParams,
    ) -> Answer<Option<Vec<DocumentHighlight>>> {
        let offset = cx.offset_of(&params.text_document_position_params);
        let found = highlights(cx.db(), cx.file, offset).into_iter();
        let marked = found.map(|(span, kind)| DocumentHighlight {
            range: cx.range(span),
            kind: Some(match kind {
                HighlightKind::Write => DocumentHighlightKind::WRITE,
                HighlightKind::Read => DocumentHighlightKind::READ,
                HighlightKind::Text => DocumentHighlightKind::TEXT,
            }),
        });
        Ok(Some(marked.collect()))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.document_highlight_provider = Some(OneOf::Left(true));
    }
}
