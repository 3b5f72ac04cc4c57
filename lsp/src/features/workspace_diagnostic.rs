//! Diagnostics of all files of all packages, for clients that ask for them.

use std::collections::HashMap;

use tower_lsp_server::ls_types::request::WorkspaceDiagnosticRequest;
use tower_lsp_server::ls_types::{
    ClientCapabilities, FullDocumentDiagnosticReport, ServerCapabilities,
    UnchangedDocumentDiagnosticReport, Uri, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use super::{Answer, WorkspaceFeature, diagnostic};
use crate::context::{Context, Session};
use crate::diagnostics::{fingerprint, of_document};
use crate::lanes::Lane;

/// `workspace/diagnostic`.
pub(super) struct WorkspaceDiagnostics;

impl WorkspaceFeature for WorkspaceDiagnostics {
    type Request = WorkspaceDiagnosticRequest;
    const LANE: Lane = Lane::Diagnose;

    fn answer(
        session: Session,
        params: WorkspaceDiagnosticParams,
    ) -> Answer<WorkspaceDiagnosticReportResult> {
        let known: HashMap<Uri, String> = params
            .previous_result_ids
            .into_iter()
            .map(|known| (known.uri, known.value))
            .collect();
        let mut items = Vec::new();
        for view in session.views.iter().filter(|view| view.is_folder) {
            for file in view.own.iter() {
                items.extend(report(&session.within(view, *file), &known));
            }
        }
        Ok(WorkspaceDiagnosticReportResult::Report(
            WorkspaceDiagnosticReport { items },
        ))
    }

    fn advertise(capabilities: &mut ServerCapabilities, client: &ClientCapabilities) {
        diagnostic::advertise(capabilities, client);
    }
}

fn report(cx: &Context, known: &HashMap<Uri, String>) -> Option<WorkspaceDocumentDiagnosticReport> {
    let uri = cx.uri(cx.file)?;
    let open = cx.session.open.get(cx.db().file_path(cx.file));
    let version = open.map(|(_, version)| i64::from(*version));
    let items = of_document(cx);
    let result_id = fingerprint(&items);
    Some(if known.get(&uri) == Some(&result_id) {
        WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
            uri,
            version,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
        })
    } else {
        WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
            uri,
            version,
            full_document_diagnostic_report: FullDocumentDiagnosticReport {
                result_id: Some(result_id),
                items,
            },
        })
    })
}
