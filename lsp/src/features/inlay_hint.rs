//! Inlay hints in the part of a document that is seen. Each kind can be turned off in the settings, under `inlayHints`.

use persona_ide::hints::{Hint, HintKind, hints};
use tower_lsp_server::ls_types::request::InlayHintRequest;
use tower_lsp_server::ls_types::{
    ClientCapabilities, InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams,
    InlayHintTooltip, OneOf, ServerCapabilities,
};

use super::{Answer, Feature, Stale};
use crate::context::Context;
use persona_base::Span;

/// `textDocument/inlayHint`.
pub(super) struct Hints;

impl Feature for Hints {
    type Request = InlayHintRequest;
    const STALE: Stale = Stale::Retry;

    fn answer(cx: &Context, params: InlayHintParams) -> Answer<Option<Vec<InlayHint>>> {
        let found = hints(cx.db(), cx.file, cx.span(params.range)).into_iter();
        let wanted = found.filter(|hint| cx.profile().is_on(setting(hint.kind), true));
        Ok(Some(wanted.map(|hint| converted(cx, hint)).collect()))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.inlay_hint_provider = Some(OneOf::Left(true));
    }
}

fn setting(kind: HintKind) -> &'static str {
    match kind {
        HintKind::Parameter => "/inlayHints/parameters",
        HintKind::Default => "/inlayHints/defaults",
        HintKind::Type => "/inlayHints/types",
        HintKind::Window => "/inlayHints/windows",
    }
}

fn converted(cx: &Context, hint: Hint) -> InlayHint {
    let kind = match hint.kind {
        HintKind::Parameter => Some(InlayHintKind::PARAMETER),
        HintKind::Type => Some(InlayHintKind::TYPE),
        HintKind::Default | HintKind::Window => None,
    };
    InlayHint {
        position: cx.range(Span::at(hint.at)).start,
        label: InlayHintLabel::String(hint.text),
        kind,
        text_edits: None,
        tooltip: (!hint.more.is_empty()).then_some(InlayHintTooltip::String(hint.more)),
        padding_left: Some(hint.kind == HintKind::Window),
        padding_right: Some(hint.kind == HintKind::Parameter),
        data: None,
    }
}
