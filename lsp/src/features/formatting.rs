//! Formatting: of a document, of a range, and while typing. There is one format, so the client's options mean nothing.

use persona_base::Edit;
use persona_ide::format::{TRIGGERS, document, on_type, range};
use tower_lsp_server::ls_types::request::{Formatting, OnTypeFormatting, RangeFormatting};
use tower_lsp_server::ls_types::{
    ClientCapabilities, DocumentFormattingParams, DocumentOnTypeFormattingOptions,
    DocumentOnTypeFormattingParams, DocumentRangeFormattingParams, OneOf, ServerCapabilities,
    TextEdit,
};

use super::{Answer, Feature};
use crate::context::Context;
use crate::lanes::Lane;

/// `textDocument/formatting`.
pub(super) struct Document;
/// `textDocument/rangeFormatting`.
pub(super) struct Range;
/// `textDocument/onTypeFormatting`.
pub(super) struct OnType;

fn converted(cx: &Context, edits: &[Edit]) -> Option<Vec<TextEdit>> {
    Some(edits.iter().map(|edit| cx.text_edit(edit)).collect())
}

impl Feature for Document {
    type Request = Formatting;
    const LANE: Lane = Lane::Format;

    fn answer(cx: &Context, _: DocumentFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
        Ok(converted(cx, &document(cx.db(), cx.file)))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.document_formatting_provider = Some(OneOf::Left(true));
    }
}

impl Feature for Range {
    type Request = RangeFormatting;
    const LANE: Lane = Lane::Format;

    fn answer(
        cx: &Context,
        params: DocumentRangeFormattingParams,
    ) -> Answer<Option<Vec<TextEdit>>> {
        let edits = range(cx.db(), cx.file, cx.span(params.range));
        Ok(converted(cx, &edits))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.document_range_formatting_provider = Some(OneOf::Left(true));
    }
}

impl Feature for OnType {
    type Request = OnTypeFormatting;
    const LANE: Lane = Lane::Format;

    fn answer(
        cx: &Context,
        params: DocumentOnTypeFormattingParams,
    ) -> Answer<Option<Vec<TextEdit>>> {
        let offset = cx.offset_of(&params.text_document_position);
        let typed = params.ch.chars().next().unwrap_or_default();
        Ok(converted(cx, &on_type(cx.db(), cx.file, offset, typed)))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        let [first, more @ ..] = TRIGGERS;
        capabilities.document_on_type_formatting_provider = Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: first.to_string(),
            more_trigger_character: Some(more.iter().map(char::to_string).collect()),
        });
    }
}
