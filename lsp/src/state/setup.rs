//! How a conversation begins: what the client can, what the server can, and the settings.

use std::sync::Arc;

use serde_json::Value;
use tower_lsp_server::jsonrpc::Error;
use tower_lsp_server::ls_types::request::{RegisterCapability, WorkspaceConfiguration};
use tower_lsp_server::ls_types::{
    ClientCapabilities, ConfigurationItem, ConfigurationParams, DidChangeConfigurationParams,
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, InitializeParams,
    InitializeResult, OneOf, PositionEncodingKind, Registration, RegistrationParams,
    ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use super::{Phase, State};
use crate::client::{Purpose, json};
use crate::context::Profile;
use crate::features::FEATURES;
use crate::lines::Encoding;
use crate::{uri, watch};

/// The section of the settings.
const SECTION: &str = "persona";

impl State {
    /// The client says what it can, and is told what the server can.
    pub(super) fn initialize(&mut self, params: Value) -> Result<Value, Error> {
        let params: InitializeParams = serde_json::from_value(params)
            .map_err(|error| Error::invalid_params(error.to_string()))?;
        let encoding = encoding(&params.capabilities);
        self.folders = folders(&params);
        if let Some(process) = params.process_id {
            let leave = Arc::clone(&self.leave);
            watch::process(process, move || leave.notify_one());
        }
        let settings = params.initialization_options.unwrap_or_default();
        let capabilities = capabilities(encoding, &params.capabilities);
        self.profile = Arc::new(Profile {
            encoding,
            capabilities: params.capabilities,
            settings,
        });
        self.phase = Phase::Running;
        Ok(json(&InitializeResult {
            capabilities,
            server_info: Some(ServerInfo {
                name: "persona".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            offset_encoding: None,
        }))
    }

    /// The conversation has begun.
    pub(super) fn begin(&mut self) {
        self.watch_files();
        self.ask_for_settings();
        self.load_folders();
    }

    /// Asks the client to tell of changes on disk.
    fn watch_files(&mut self) {
        let workspace = self.profile.capabilities.workspace.as_ref();
        let watching = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        if watching.and_then(|watching| watching.dynamic_registration) != Some(true) {
            return;
        }
        let endings = persona_sema::TEMPLATE_ENDINGS.iter();
        let endings = endings.map(|ending| format!("**/*{ending}"));
        let watchers = ["**/*.persona".to_owned(), "**/persona.toml".to_owned()]
            .into_iter()
            .chain(endings)
            .map(|pattern| FileSystemWatcher {
                glob_pattern: GlobPattern::String(pattern),
                kind: None,
            });
        let options = DidChangeWatchedFilesRegistrationOptions {
            watchers: watchers.collect(),
        };
        let registration = Registration {
            id: "persona-files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: Some(json(&options)),
        };
        self.client
            .request::<RegisterCapability>(&RegistrationParams {
                registrations: vec![registration],
            });
    }

    /// Asks for the settings, where the client can be asked.
    fn ask_for_settings(&mut self) {
        let workspace = self.profile.capabilities.workspace.as_ref();
        if workspace.and_then(|workspace| workspace.configuration) != Some(true) {
            return;
        }
        let params = ConfigurationParams {
            items: vec![ConfigurationItem {
                scope_uri: None,
                section: Some(SECTION.to_owned()),
            }],
        };
        self.client
            .ask::<WorkspaceConfiguration>(&params, Purpose::Settings);
    }

    /// The settings have changed: some clients say them, others only that.
    pub(super) fn did_change_settings(&mut self, params: DidChangeConfigurationParams) {
        if let Value::Object(mut all) = params.settings
            && let Some(settings) = all.remove(SECTION)
        {
            self.set_settings(settings);
        }
        self.ask_for_settings();
    }

    /// These are the settings. Where a client has none, those of the beginning stay.
    pub(super) fn set_settings(&mut self, settings: Value) {
        if settings.is_object() {
            Arc::make_mut(&mut self.profile).settings = settings;
        }
    }
}

/// Bytes where the client offers them, since they cost nothing; else what every client can.
fn encoding(client: &ClientCapabilities) -> Encoding {
    let general = client.general.as_ref();
    let offered = general.and_then(|general| general.position_encodings.as_ref());
    match offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8)) {
        true => Encoding::Utf8,
        false => Encoding::Utf16,
    }
}

/// The folders that the client shows.
#[expect(deprecated, reason = "old clients say nothing else")]
fn folders(params: &InitializeParams) -> Vec<std::path::PathBuf> {
    match &params.workspace_folders {
        Some(folders) => {
            let folders = folders.iter();
            folders
                .filter_map(|folder| uri::path(&folder.uri))
                .collect()
        }
        None => params.root_uri.iter().filter_map(uri::path).collect(),
    }
}

/// What the server can: what belongs to the conversation, and what the features say.
fn capabilities(encoding: Encoding, client: &ClientCapabilities) -> ServerCapabilities {
    let kind = match encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
    };
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        ..TextDocumentSyncOptions::default()
    };
    let mut capabilities = ServerCapabilities {
        position_encoding: Some(kind),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            ..WorkspaceServerCapabilities::default()
        }),
        ..ServerCapabilities::default()
    };
    for entry in FEATURES {
        (entry.advertise)(&mut capabilities, client);
    }
    capabilities
}
