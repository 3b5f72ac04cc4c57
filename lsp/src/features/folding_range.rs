//! What can be folded away.

use persona_ide::structure::{Fold, FoldKind, folds};
use tower_lsp_server::ls_types::request::FoldingRangeRequest;
use tower_lsp_server::ls_types::{
    ClientCapabilities, FoldingRange, FoldingRangeKind, FoldingRangeParams,
    FoldingRangeProviderCapability, ServerCapabilities,
};

use super::{Answer, Feature, Stale};
use crate::context::Context;

/// `textDocument/foldingRange`.
pub(super) struct Folding;

impl Feature for Folding {
    type Request = FoldingRangeRequest;
    const STALE: Stale = Stale::Retry;

    fn answer(cx: &Context, _: FoldingRangeParams) -> Answer<Option<Vec<FoldingRange>>> {
        let found = folds(cx.db(), cx.file).into_iter();
        Ok(Some(found.map(|fold| told(cx, fold)).collect()))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.folding_range_provider = Some(FoldingRangeProviderCapability::Simple(true));
    }
}

fn told(cx: &Context, fold: Fold) -> FoldingRange {
    let range = cx.range(fold.span);
    FoldingRange {
        start_line: range.start.line,
        start_character: Some(range.start.character),
        end_line: range.end.line,
        end_character: Some(range.end.character),
        kind: match fold.kind {
            FoldKind::Body => None,
            FoldKind::Comment => Some(FoldingRangeKind::Comment),
            FoldKind::Imports => Some(FoldingRangeKind::Imports),
        },
        collapsed_text: None,
    }
}
