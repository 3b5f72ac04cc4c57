//! Who rests on whom, as a call hierarchy.

use persona_ide::hierarchy::{Item, Step, incoming, outgoing, prepare};
use tower_lsp_server::ls_types::request::{
    CallHierarchyIncomingCalls, CallHierarchyOutgoingCalls, CallHierarchyPrepare,
};
use tower_lsp_server::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams,
    CallHierarchyServerCapability, ClientCapabilities, ServerCapabilities,
};

use super::symbols::of_declaration;
use super::{Answer, Feature};
use crate::context::Context;

/// `textDocument/prepareCallHierarchy`.
pub(super) struct Prepare;
/// `callHierarchy/incomingCalls`.
pub(super) struct Incoming;
/// `callHierarchy/outgoingCalls`.
pub(super) struct Outgoing;

impl Feature for Prepare {
    type Request = CallHierarchyPrepare;

    fn answer(
        cx: &Context,
        params: CallHierarchyPrepareParams,
    ) -> Answer<Option<Vec<CallHierarchyItem>>> {
        let offset = cx.offset_of(&params.text_document_position_params);
        let found = prepare(cx.db(), cx.file, offset);
        Ok(found.and_then(|found| Some(vec![told(cx, found)?])))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

impl Feature for Incoming {
    type Request = CallHierarchyIncomingCalls;

    fn answer(
        cx: &Context,
        params: CallHierarchyIncomingCallsParams,
    ) -> Answer<Option<Vec<CallHierarchyIncomingCall>>> {
        let offset = cx.offset(params.item.selection_range.start);
        let found = incoming(cx.db(), cx.file, offset).into_iter();
        let calls = found.filter_map(|Step { item, places }| {
            let file = item.file;
            Some(CallHierarchyIncomingCall {
                from: told(cx, item)?,
                from_ranges: places
                    .into_iter()
                    .map(|span| cx.range_in(file, span))
                    .collect(),
            })
        });
        Ok(Some(calls.collect()))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

impl Feature for Outgoing {
    type Request = CallHierarchyOutgoingCalls;

    fn answer(
        cx: &Context,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Answer<Option<Vec<CallHierarchyOutgoingCall>>> {
        let offset = cx.offset(params.item.selection_range.start);
        let found = outgoing(cx.db(), cx.file, offset).into_iter();
        let calls = found.filter_map(|Step { item, places }| {
            Some(CallHierarchyOutgoingCall {
                to: told(cx, item)?,
                from_ranges: places.into_iter().map(|span| cx.range(span)).collect(),
            })
        });
        Ok(Some(calls.collect()))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        advertise(capabilities);
    }
}

/// The three requests are one capability.
fn advertise(capabilities: &mut ServerCapabilities) {
    capabilities.call_hierarchy_provider = Some(CallHierarchyServerCapability::Simple(true));
}

/// An item; it is found again by its document and the start of its name.
fn told(cx: &Context, item: Item) -> Option<CallHierarchyItem> {
    Some(CallHierarchyItem {
        uri: cx.uri(item.file)?,
        range: cx.range_in(item.file, item.span),
        selection_range: cx.range_in(item.file, item.name_span),
        kind: of_declaration(item.kind),
        name: item.name,
        detail: Some(item.detail),
        tags: None,
        data: None,
    })
}
