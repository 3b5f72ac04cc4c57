//! Inlay hints in the part of a document that is seen. Each kind can be turned off in the settings, under `inlayHints`. How many people
//! there are is among them, unless the client draws that by itself (`audience.drawn`).

use persona_ide::hints::{Hint, HintKind, hints};
use tower_lsp_server::ls_types::request::InlayHintRequest;
use tower_lsp_server::ls_types::{
    ClientCapabilities, InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams,
    InlayHintTooltip, OneOf, Range, ServerCapabilities,
};

use super::audience::counts_of;
use super::hover::short;
use super::{Answer, WorkspaceFeature};
use crate::context::{Context, Session};
use crate::host::Count;
use persona_base::Span;

/// `textDocument/inlayHint`.
pub(super) struct Hints;

impl WorkspaceFeature for Hints {
    type Request = InlayHintRequest;

    fn answer(session: Session, params: InlayHintParams) -> Answer<Option<Vec<InlayHint>>> {
        let Some(cx) = session.at(&params.text_document.uri) else {
            return Ok(None);
        };
        let seen = cx.span(params.range);
        let found = hints(cx.db(), cx.file, seen).into_iter();
        let wanted = found.filter(|hint| cx.profile().is_on(setting(hint.kind), true));
        let mut shown: Vec<InlayHint> = wanted.map(|hint| converted(&cx, hint)).collect();
        let counts = counts_of(&cx, seen);
        // Counting takes its time, and a change of a text must not wait for it.
        drop((cx, session));
        let counts = counts.map(|count| count()).unwrap_or_default();
        shown.extend(
            counts
                .into_iter()
                .map(|(range, count)| people(range, count)),
        );
        Ok(Some(shown))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.inlay_hint_provider = Some(OneOf::Left(true));
    }
}

/// How many people something holds for, behind it.
fn people(range: Range, count: Count) -> InlayHint {
    InlayHint {
        position: range.end,
        label: InlayHintLabel::String(short(count)),
        kind: None,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String(
            "how many people of the package's data this holds for now".to_owned(),
        )),
        padding_left: Some(true),
        padding_right: Some(true),
        data: None,
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
