//! What is selected when a selection grows.

use persona_ide::structure::selections;
use tower_lsp_server::ls_types::request::SelectionRangeRequest;
use tower_lsp_server::ls_types::{
    ClientCapabilities, Position, Range, SelectionRange, SelectionRangeParams,
    SelectionRangeProviderCapability, ServerCapabilities,
};

use super::{Answer, Feature};
use crate::context::Context;

/// `textDocument/selectionRange`.
pub(super) struct Selections;

impl Feature for Selections {
    type Request = SelectionRangeRequest;

    fn answer(cx: &Context, params: SelectionRangeParams) -> Answer<Option<Vec<SelectionRange>>> {
        let positions = params.positions.into_iter();
        Ok(Some(positions.map(|at| nested(cx, at)).collect()))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.selection_range_provider =
            Some(SelectionRangeProviderCapability::Simple(true));
    }
}

/// Each inside the next.
fn nested(cx: &Context, at: Position) -> SelectionRange {
    let spans = selections(cx.db(), cx.file, cx.offset(at)).into_iter();
    let outer = spans.rev().fold(None, |parent, span| {
        Some(SelectionRange {
            range: cx.range(span),
            parent: parent.map(Box::new),
        })
    });
    outer.unwrap_or(SelectionRange {
        range: Range::new(at, at),
        parent: None,
    })
}
