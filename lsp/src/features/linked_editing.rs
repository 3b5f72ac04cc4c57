//! Names that are edited together while one of them is typed.

use persona_ide::structure::linked;
use tower_lsp_server::ls_types::request::LinkedEditingRange;
use tower_lsp_server::ls_types::{
    ClientCapabilities, LinkedEditingRangeParams, LinkedEditingRangeServerCapabilities,
    LinkedEditingRanges, ServerCapabilities,
};

use super::{Answer, Feature};
use crate::context::Context;

/// `textDocument/linkedEditingRange`.
pub(super) struct LinkedEditing;

impl Feature for LinkedEditing {
    type Request = LinkedEditingRange;

    fn answer(
        cx: &Context,
        params: LinkedEditingRangeParams,
    ) -> Answer<Option<LinkedEditingRanges>> {
        let offset = cx.offset_of(&params.text_document_position_params);
        let found = linked(cx.db(), cx.file, offset);
        Ok(found.map(|spans| LinkedEditingRanges {
            ranges: spans.into_iter().map(|span| cx.range(span)).collect(),
            word_pattern: Some("[A-Za-z_][A-Za-z0-9_]*".to_owned()),
        }))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.linked_editing_range_provider =
            Some(LinkedEditingRangeServerCapabilities::Simple(true));
    }
}
