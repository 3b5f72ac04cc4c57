//! Plain data of the compiler as the protocol's.

use std::collections::HashMap;

use persona_base::{Edit, FileId};
use tower_lsp_server::ls_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit,
    Uri, WorkspaceEdit,
};

use crate::context::Context;

impl Context {
    /// A replacement in a file.
    pub(crate) fn text_edit(&self, edit: &Edit) -> TextEdit {
        TextEdit {
            range: self.range_in(edit.file, edit.span),
            new_text: edit.text.clone(),
        }
    }

    /// Replacements, file by file, with the versions they are for where the client can be told. Files that an editor cannot
    /// open are left out.
    pub(crate) fn workspace_edit(&self, edits: &[Edit]) -> WorkspaceEdit {
        let mut files: Vec<(FileId, Uri, Vec<TextEdit>)> = Vec::new();
        for edit in edits {
            let changed = self.text_edit(edit);
            match files.iter_mut().find(|(file, ..)| *file == edit.file) {
                Some((.., edits)) => edits.push(changed),
                None => {
                    if let Some(uri) = self.uri(edit.file) {
                        files.push((edit.file, uri, vec![changed]));
                    }
                }
            }
        }
        if !self.takes_versions() {
            let changes = files.into_iter().map(|(_, uri, edits)| (uri, edits));
            return WorkspaceEdit {
                changes: Some(changes.collect::<HashMap<_, _>>()),
                ..WorkspaceEdit::default()
            };
        }
        let changes = files.into_iter().map(|(file, uri, edits)| {
            let open = self.session.open.get(self.db().file_path(file));
            TextDocumentEdit {
                text_document: OptionalVersionedTextDocumentIdentifier {
                    uri,
                    version: open.map(|(_, version)| *version),
                },
                edits: edits.into_iter().map(OneOf::Left).collect(),
            }
        });
        WorkspaceEdit {
            document_changes: Some(DocumentChanges::Edits(changes.collect())),
            ..WorkspaceEdit::default()
        }
    }

    fn takes_versions(&self) -> bool {
        let workspace = self.profile().capabilities.workspace.as_ref();
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        edit.and_then(|edit| edit.document_changes).unwrap_or(false)
    }
}
