//! What is wrong or dubious, for the client: one text for a diagnostic wherever it is read, the places that say why, and the
//! changes that remove it as data, for whoever offers them.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use persona_base::{Applicability, Diagnostic, FileId, Severity};
use serde_json::json;
use tower_lsp_server::ls_types::{
    self, CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    NumberOrString, Uri,
};

use crate::context::{Context, View};

/// What is wrong in a package, file by file, each in its order.
#[derive(Debug, Default)]
pub(crate) struct Found {
    by_file: BTreeMap<FileId, Vec<Diagnostic>>,
}

impl Found {
    /// What is wrong in a file.
    pub(crate) fn of(&self, file: FileId) -> &[Diagnostic] {
        self.by_file.get(&file).map_or(&[], Vec::as_slice)
    }
}

/// What was found the last time, with the revision of the package.
pub(crate) type Latest = Mutex<Option<(u64, Arc<Found>)>>;

/// What is wrong in a package. Computed once for each state of it.
pub(crate) fn found(view: &View) -> Arc<Found> {
    let known = view.found.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((revision, found)) = &*known
        && *revision == view.revision
    {
        return Arc::clone(found);
    }
    drop(known);
    let mut by_file: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
    for diagnostic in view.db.diagnostics() {
        by_file
            .entry(diagnostic.primary.file)
            .or_default()
            .push(diagnostic);
    }
    let found = Arc::new(Found { by_file });
    let mut known = view.found.lock().unwrap_or_else(PoisonError::into_inner);
    *known = Some((view.revision, Arc::clone(&found)));
    found
}

/// What is wrong in the document, for the client.
pub(crate) fn of_document(cx: &Context) -> Vec<ls_types::Diagnostic> {
    let found = found(&cx.view);
    let found = found.of(cx.file).iter();
    found.map(|diagnostic| for_client(cx, diagnostic)).collect()
}

/// A number that tells one list of diagnostics from another.
pub(crate) fn fingerprint(diagnostics: &[ls_types::Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(diagnostics)
        .unwrap_or_default()
        .hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// One diagnostic, for the client.
pub(crate) fn for_client(cx: &Context, diagnostic: &Diagnostic) -> ls_types::Diagnostic {
    let primary = &diagnostic.primary;
    let severity = match diagnostic.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
    };
    let related = related(cx, diagnostic);
    ls_types::Diagnostic {
        range: cx.range_in(primary.file, primary.span),
        severity: Some(severity),
        code: Some(NumberOrString::String(diagnostic.code.id().to_owned())),
        code_description: page(cx, diagnostic),
        source: Some("persona".to_owned()),
        message: message(diagnostic),
        related_information: (!related.is_empty()).then_some(related),
        tags: tag(diagnostic).map(|tag| vec![tag]),
        data: data(cx, diagnostic),
    }
}

/// What is said, in the order of the terminal: what is wrong, what is to be seen there, what follows, what to do.
fn message(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    if !diagnostic.primary.text.is_empty() {
        text.push('\n');
        text.push_str(&diagnostic.primary.text);
    }
    for note in &diagnostic.notes {
        text.push_str("\nnote: ");
        text.push_str(note);
    }
    if let Some(help) = &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    text
}

fn related(cx: &Context, diagnostic: &Diagnostic) -> Vec<DiagnosticRelatedInformation> {
    let labels = diagnostic.secondary.iter();
    let related = labels.filter_map(|label| {
        Some(DiagnosticRelatedInformation {
            location: cx.location(label.file, label.span)?,
            message: label.text.clone(),
        })
    });
    related.collect()
}

/// The page that explains the code: the text that `persona explain` prints, kept as a file, so that the link works offline
/// and says the same as this version of the program.
fn page(cx: &Context, diagnostic: &Diagnostic) -> Option<CodeDescription> {
    let code = diagnostic.code.info();
    let name = format!("errors/{}.md", code.id);
    let path = cx.session.host.keep_page(&name, code.page)?;
    let href = Uri::from_file_path(path)?;
    Some(CodeDescription { href })
}

/// What editors show faded or struck through.
fn tag(diagnostic: &Diagnostic) -> Option<DiagnosticTag> {
    let name = diagnostic.code.info().name;
    if name.starts_with("unused_") || name.starts_with("unreachable") {
        Some(DiagnosticTag::UNNECESSARY)
    } else if name.starts_with("deprecated") {
        Some(DiagnosticTag::DEPRECATED)
    } else {
        None
    }
}

/// The changes that remove it, so that they need not be computed again when somebody asks for them.
fn data(cx: &Context, diagnostic: &Diagnostic) -> Option<serde_json::Value> {
    if diagnostic.fixes.is_empty() {
        return None;
    }
    let fixes = diagnostic.fixes.iter().map(|fix| {
        json!({
            "title": fix.title,
            "sure": fix.applicability == Applicability::Always,
            "edit": cx.workspace_edit(&fix.edits),
        })
    });
    Some(json!({ "fixes": fixes.collect::<Vec<_>>() }))
}
