//! What is under the cursor.

use persona_ide::hover::hover;
use tower_lsp_server::ls_types::request::HoverRequest;
use tower_lsp_server::ls_types::{
    ClientCapabilities, Hover, HoverContents, HoverParams, HoverProviderCapability, MarkupContent,
    MarkupKind, ServerCapabilities,
};

use super::{Answer, Feature};
use crate::context::Context;

/// `textDocument/hover`.
pub(super) struct Hovers;

impl Feature for Hovers {
    type Request = HoverRequest;

    fn answer(cx: &Context, params: HoverParams) -> Answer<Option<Hover>> {
        let offset = cx.offset_of(&params.text_document_position_params);
        let found = hover(cx.db(), cx.file, offset);
        Ok(found.map(|found| Hover {
            contents: HoverContents::Markup(MarkupContent {
                kind: MarkupKind::Markdown,
                value: found.markdown,
            }),
            range: Some(cx.range(found.span)),
        }))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.hover_provider = Some(HoverProviderCapability::Simple(true));
    }
}
