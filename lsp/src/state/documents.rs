//! Open documents: what the editor shows wins over the disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use persona_base::FileId;
use tower_lsp_server::ls_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    MessageType, TextDocumentContentChangeEvent, Uri,
};

use super::State;
use super::package::{Package, PackageId, is_config, is_rules, is_template};
use crate::context::{LIBRARY, PAGES};
use crate::lines::{Encoding, Lines};
use crate::uri;

/// The open documents, by what databases know them by.
#[derive(Default)]
pub(super) struct Documents(BTreeMap<String, Document>);

/// An open document.
struct Document {
    uri: Uri,
    version: i32,
    text: String,
    language: String,
}

impl Documents {
    /// A document's version; `None` for what is not open.
    pub(super) fn version(&self, key: &str) -> Option<i32> {
        self.0.get(key).map(|document| document.version)
    }

    /// A document's text.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|document| document.text.as_str())
    }

    /// Whether a document is open.
    pub(super) fn is_open(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// What is open, with languages.
    pub(super) fn keys(&self) -> Vec<(String, String)> {
        let documents = self.0.iter();
        let pairs = documents.map(|(key, document)| (key.clone(), document.language.clone()));
        pairs.collect()
    }

    fn open_files(&self) -> BTreeMap<String, (Uri, i32)> {
        let documents = self.0.iter();
        let pairs = documents.map(|(key, document)| {
            let at = (document.uri.clone(), document.version);
            (key.clone(), at)
        });
        pairs.collect()
    }
}

impl State {
    /// A document is shown.
    pub(super) fn did_open(&mut self, params: DidOpenTextDocumentParams) {
        let item = params.text_document;
        let key = uri::key(&item.uri);
        let document = Document {
            uri: item.uri,
            version: item.version,
            text: item.text,
            language: item.language_id,
        };
        let language = document.language.clone();
        self.documents.0.insert(key.clone(), document);
        self.open = Arc::new(self.documents.open_files());
        self.settle_in(&key, &language);
    }

    /// A document was changed by typing.
    pub(super) fn did_change(&mut self, params: DidChangeTextDocumentParams) {
        let key = uri::key(&params.text_document.uri);
        let encoding = self.profile.encoding;
        let Some(document) = self.documents.0.get_mut(&key) else {
            let text = format!("a document that is not open was changed: {key}");
            self.client.log(MessageType::WARNING, text);
            return;
        };
        document.version = params.text_document.version;
        for change in params.content_changes {
            apply(&mut document.text, change, encoding);
        }
        let (text, version) = (document.text.clone(), document.version);
        if let Some((_, known)) = Arc::make_mut(&mut self.open).get_mut(&key) {
            *known = version;
        }
        self.set_text(&key, &text);
    }

    /// A document is not shown any more: what is on disk counts again.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "as all notifications are read"
    )]
    pub(super) fn did_close(&mut self, params: DidCloseTextDocumentParams) {
        let key = uri::key(&params.text_document.uri);
        if self.documents.0.remove(&key).is_none() {
            return;
        }
        self.open = Arc::new(self.documents.open_files());
        self.kept.forget(&key);
        let alone = self
            .packages
            .iter()
            .find(|(_, package)| package.is_alone(&key));
        if let Some(id) = alone.map(|(id, _)| *id) {
            self.packages.remove(&id);
            self.publisher.package_gone(id);
            return;
        }
        match self.host.read_text(Path::new(&key)) {
            Some(text) => self.set_text(&key, &text),
            None => self.file_gone(&key),
        }
    }

    /// Finds the package that a document belongs to, or makes one for it alone.
    pub(super) fn settle_in(&mut self, key: &str, language: &str) {
        if self.library_name(key).is_some() {
            self.library_home();
            return;
        }
        let path = Path::new(key);
        let root = path.is_absolute().then(|| self.host.package_of(path));
        if let Some(root) = root.flatten() {
            // Texts with other endings are templates only where a content names them, which reads them by itself.
            let may_be = is_config(key) || is_rules(key) || is_template(key);
            if !may_be {
                return;
            }
            let id = match self.package_in(&root) {
                Some(id) => id,
                None => match self.load(&root) {
                    Some(id) => id,
                    None => return,
                },
            };
            let text = self.documents.text(key).unwrap_or_default().to_owned();
            if let Some(package) = self.packages.get_mut(&id) {
                if is_config(key) || is_rules(key) || key.ends_with(".liquid") {
                    package.take_in(key, text.clone());
                }
                self.publisher.changed(id);
            }
            self.set_text(key, &text);
        } else if is_rules(key) || language == "persona" {
            let text = self.documents.text(key).unwrap_or_default().to_owned();
            let package = Package::alone(key, text, self.host.library());
            self.add(package);
        }
    }

    /// Gives every package that has the file its new text.
    pub(super) fn set_text(&mut self, key: &str, text: &str) {
        let reads_again = is_config(key);
        let mut again = Vec::new();
        for (id, package) in &mut self.packages {
            if package.set_text(key, text) {
                self.publisher.changed(*id);
                if reads_again {
                    again.push(*id);
                }
            }
        }
        // Other dependencies may be named now.
        for id in again {
            self.read_again(id);
        }
    }

    /// The package of a document and its file there.
    pub(super) fn home(&mut self, key: &str) -> Option<(PackageId, FileId)> {
        if let Some(name) = self.library_name(key) {
            let id = self.library_home();
            let file = self.packages.get(&id)?.file(&format!("{LIBRARY}{name}"))?;
            return Some((id, file));
        }
        let mut packages = self.packages.iter();
        packages.find_map(|(id, package)| Some((*id, package.own_file(key)?)))
    }

    /// The name of the module of the standard library whose kept page this is.
    fn library_name(&self, key: &str) -> Option<String> {
        let (_, name) = key.rsplit_once(PAGES)?;
        let module = name.strip_suffix(".persona")?;
        let mut library = self.host.library().iter();
        let (_, text) = library.find(|(known, _)| *known == module)?;
        let kept = self.host.keep_page(&format!("{PAGES}{name}"), text)?;
        (uri::path_key(&kept) == key).then(|| name.to_owned())
    }

    /// A package to look at the library from: one that is there, or one made for it.
    fn library_home(&mut self) -> PackageId {
        match self.packages.keys().next() {
            Some(id) => *id,
            None => self.add(Package::library_only(self.host.library())),
        }
    }
}

/// Applies one change, at whatever position it says.
fn apply(text: &mut String, change: TextDocumentContentChangeEvent, encoding: Encoding) {
    let Some(range) = change.range else {
        *text = change.text;
        return;
    };
    let span = Lines::new(text).span(text, range, encoding);
    text.replace_range(span.start as usize..span.end as usize, &change.text);
}
