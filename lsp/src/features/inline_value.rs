//! Values beside the lines that need them.

use persona_ide::inline::inline_values;
use tower_lsp_server::ls_types::request::InlineValueRequest;
use tower_lsp_server::ls_types::{
    ClientCapabilities, InlineValue, InlineValueOptions, InlineValueParams,
    InlineValueServerCapabilities, InlineValueText, OneOf, ServerCapabilities,
};

use super::{Answer, Feature};
use crate::context::Context;

/// `textDocument/inlineValue`.
pub(super) struct InlineValues;

impl Feature for InlineValues {
    type Request = InlineValueRequest;

    fn answer(cx: &Context, params: InlineValueParams) -> Answer<Option<Vec<InlineValue>>> {
        let found = inline_values(cx.db(), cx.file, cx.span(params.range)).into_iter();
        let told = found.map(|one| {
            InlineValue::Text(InlineValueText {
                range: cx.range(one.span),
                text: one.text,
            })
        });
        Ok(Some(told.collect()))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        let options = InlineValueOptions::default();
        capabilities.inline_value_provider = Some(OneOf::Right(
            InlineValueServerCapabilities::Options(options),
        ));
    }
}
