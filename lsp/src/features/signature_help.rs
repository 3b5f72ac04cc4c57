//! Signature help: what the call around the cursor takes.

use persona_ide::signature::{SignatureHelp as Found, signature_help};
use tower_lsp_server::ls_types::request::SignatureHelpRequest;
use tower_lsp_server::ls_types::{
    ClientCapabilities, Documentation, MarkupContent, MarkupKind, ParameterInformation,
    ParameterLabel, ServerCapabilities, SignatureHelp, SignatureHelpOptions, SignatureHelpParams,
    SignatureInformation,
};

use super::{Answer, Feature};
use crate::context::Context;
use crate::lanes::Lane;

/// `textDocument/signatureHelp`.
pub(super) struct Signatures;

impl Feature for Signatures {
    type Request = SignatureHelpRequest;
    const LANE: Lane = Lane::Completion;

    fn answer(cx: &Context, params: SignatureHelpParams) -> Answer<Option<SignatureHelp>> {
        let offset = cx.offset_of(&params.text_document_position_params);
        Ok(signature_help(cx.db(), cx.file, offset).map(converted))
    }

    fn advertise(capabilities: &mut ServerCapabilities, _: &ClientCapabilities) {
        capabilities.signature_help_provider = Some(SignatureHelpOptions {
            trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
            retrigger_characters: Some(vec![":".to_owned()]),
            ..SignatureHelpOptions::default()
        });
    }
}

fn converted(found: Found) -> SignatureHelp {
    // Places in the label are counted in UTF-16, whatever is agreed on for documents.
    let place = |at: usize| -> u32 {
        let before = found.label.get(..at).unwrap_or_default();
        u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
    };
    let params = found.params.iter().map(|param| ParameterInformation {
        label: ParameterLabel::LabelOffsets([place(param.start), place(param.end)]),
        documentation: None,
    });
    let params: Vec<ParameterInformation> = params.collect();
    // Behind the last parameter none is active: a number past the end says so.
    let active = found.active.unwrap_or(params.len());
    let active = u32::try_from(active).ok();
    SignatureHelp {
        signatures: vec![SignatureInformation {
            label: found.label,
            documentation: found.doc.map(|value| {
                Documentation::MarkupContent(MarkupContent {
                    kind: MarkupKind::Markdown,
                    value,
                })
            }),
            parameters: Some(params),
            active_parameter: active,
        }],
        active_signature: Some(0),
        active_parameter: active,
    }
}
