//! Diagnostics for clients that do not ask for them: after each change, once nothing more has happened, in the background.

use std::collections::{BTreeMap, BTreeSet};

use persona_sema::attempt;
use tower_lsp_server::ls_types::notification::PublishDiagnostics;
use tower_lsp_server::ls_types::request::WorkspaceDiagnosticRefresh;
use tower_lsp_server::ls_types::{self, PublishDiagnosticsParams, Uri};

use super::State;
use super::package::PackageId;
use crate::context::Session;
use crate::diagnostics::{fingerprint, of_document};
use crate::lanes::{Lane, Outcome};

/// What has been told, and what is to be told.
#[derive(Default)]
pub(super) struct Publisher {
    /// Packages whose diagnostics may have changed.
    changed: BTreeSet<PackageId>,
    /// Packages that are not there any more.
    gone: BTreeSet<PackageId>,
    /// Those that a worker looks at, by its job.
    looking: BTreeMap<u64, BTreeSet<PackageId>>,
    /// What the client was told of each file of a package, by a number that stands for it.
    told: BTreeMap<PackageId, BTreeMap<Uri, String>>,
}

impl Publisher {
    /// A package has changed.
    pub(super) fn changed(&mut self, id: PackageId) {
        self.changed.insert(id);
    }

    /// A package is not there any more.
    pub(super) fn package_gone(&mut self, id: PackageId) {
        self.changed.remove(&id);
        self.gone.insert(id);
    }

    /// A job ended without a result: its packages are looked at again.
    pub(super) fn failed(&mut self, ticket: u64) {
        if let Some(packages) = self.looking.remove(&ticket) {
            self.changed.extend(packages);
        }
    }
}

/// A file's diagnostics, for the client.
struct Told {
    uri: Uri,
    version: Option<i32>,
    items: Vec<ls_types::Diagnostic>,
    fingerprint: String,
}

impl State {
    /// Looks at what has changed, if the client wants to be told.
    pub(super) fn publish(&mut self) {
        self.read_missing_templates();
        if self.profile.pulls() {
            self.publisher.changed.clear();
            self.publisher.gone.clear();
            return;
        }
        for id in std::mem::take(&mut self.publisher.gone) {
            for uri in self
                .publisher
                .told
                .remove(&id)
                .unwrap_or_default()
                .into_keys()
            {
                let is_elsewhere = self
                    .publisher
                    .told
                    .values()
                    .any(|told| told.contains_key(&uri));
                if !is_elsewhere {
                    self.tell(uri, None, Vec::new());
                }
            }
        }
        if self.publisher.changed.is_empty() || !self.publisher.looking.is_empty() {
            return;
        }
        let Some(idle) = self.lanes.idle(Lane::Diagnose) else {
            return;
        };
        let changed = std::mem::take(&mut self.publisher.changed);
        let views = changed
            .iter()
            .filter_map(|id| Some(self.packages.get(id)?.view(*id)));
        let session = self.session(views.collect());
        let ticket = self.flights.ticket();
        self.publisher.looking.insert(ticket, changed);
        let job = Box::new(move || match attempt(move || look(&session)) {
            Ok(found) => Outcome::Apply(Box::new(move |state| state.published(ticket, found))),
            Err(_) => Outcome::Stale,
        });
        self.lanes.give(&idle, ticket, job);
    }

    fn published(&mut self, ticket: u64, found: Vec<(PackageId, Vec<Told>)>) {
        self.publisher.looking.remove(&ticket);
        for (id, files) in found {
            if !self.packages.contains_key(&id) {
                continue;
            }
            let mut before = self.publisher.told.remove(&id).unwrap_or_default();
            let mut now = BTreeMap::new();
            for file in files {
                let known = before.remove(&file.uri);
                let is_new = match &known {
                    Some(known) => *known != file.fingerprint,
                    None => !file.items.is_empty(),
                };
                if is_new {
                    self.tell(file.uri.clone(), file.version, file.items);
                }
                now.insert(file.uri, file.fingerprint);
            }
            for uri in before.into_keys() {
                self.tell(uri, None, Vec::new());
            }
            self.publisher.told.insert(id, now);
        }
    }

    fn tell(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<ls_types::Diagnostic>) {
        self.client
            .notify::<PublishDiagnostics>(&PublishDiagnosticsParams {
                uri,
                diagnostics,
                version,
            });
    }

    /// Reads what the newest texts name for the first time.
    fn read_missing_templates(&mut self) {
        let changed: Vec<PackageId> = self.publisher.changed.iter().copied().collect();
        for id in changed {
            let Some(package) = self.packages.get_mut(&id) else {
                continue;
            };
            if package.root().is_some() && package.has_missing_templates() {
                let (documents, host) = (&self.documents, &self.host);
                package.read_templates(&|path| {
                    let open = documents.text(&crate::uri::path_key(path));
                    open.map(str::to_owned).or_else(|| host.read_text(path))
                });
            }
        }
    }

    /// Files that the client does not show may have changed others: it should ask again.
    pub(super) fn refresh_diagnostics(&mut self) {
        let workspace = self.profile.capabilities.workspace.as_ref();
        let diagnostic = workspace.and_then(|workspace| workspace.diagnostics.as_ref());
        let refreshes = diagnostic.and_then(|diagnostic| diagnostic.refresh_support);
        if self.profile.pulls() && refreshes == Some(true) {
            self.client.request::<WorkspaceDiagnosticRefresh>(&());
        }
    }
}

/// What is wrong in the packages.
fn look(session: &Session) -> Vec<(PackageId, Vec<Told>)> {
    let packages = session.views.iter().map(|view| {
        let files = view.own.iter().filter_map(|file| {
            let cx = session.within(view, *file);
            let uri = cx.uri(*file)?;
            let open = session.open.get(view.db.file_path(*file));
            let items = of_document(&cx);
            Some(Told {
                uri,
                version: open.map(|(_, version)| *version),
                fingerprint: fingerprint(&items),
                items,
            })
        });
        (view.id, files.collect())
    });
    packages.collect()
}
