//! Diagnostics of one document, for clients that ask for them. Others are told by the state; never both.

use serde_json::{Value, json};
use tower_lsp_server::ls_types::request::DocumentDiagnosticRequest;
use tower_lsp_server::ls_types::{
    ClientCapabilities, DiagnosticOptions, DiagnosticServerCapabilities, DocumentDiagnosticParams,
    DocumentDiagnosticReport, DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    ServerCapabilities, UnchangedDocumentDiagnosticReport, WorkDoneProgressOptions,
};

use super::{Answer, Feature, Stale};
use crate::context::Context;
use crate::diagnostics::{fingerprint, of_document};
use crate::lanes::Lane;

/// `textDocument/diagnostic`.
pub(super) struct DocumentDiagnostics;

impl Feature for DocumentDiagnostics {
    type Request = DocumentDiagnosticRequest;
    const LANE: Lane = Lane::Diagnose;
    const STALE: Stale = Stale::Retry;

    fn answer(
        cx: &Context,
        params: DocumentDiagnosticParams,
    ) -> Answer<DocumentDiagnosticReportResult> {
        let items = of_document(cx);
        let result_id = fingerprint(&items);
        let report = if params.previous_result_id.as_ref() == Some(&result_id) {
            DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                    result_id,
                },
            })
        } else {
            DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
                related_documents: None,
                full_document_diagnostic_report: FullDocumentDiagnosticReport {
                    result_id: Some(result_id),
                    items,
                },
            })
        };
        Ok(DocumentDiagnosticReportResult::Report(report))
    }

    fn advertise(capabilities: &mut ServerCapabilities, client: &ClientCapabilities) {
        advertise(capabilities, client);
    }

    fn absent() -> Value {
        json!({ "kind": "full", "items": [] })
    }
}

/// Both requests are one capability, and only of interest to a client that asks.
pub(super) fn advertise(capabilities: &mut ServerCapabilities, client: &ClientCapabilities) {
    let document = client.text_document.as_ref();
    if document.is_some_and(|document| document.diagnostic.is_some()) {
        capabilities.diagnostic_provider =
            Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some("persona".to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }));
    }
}
