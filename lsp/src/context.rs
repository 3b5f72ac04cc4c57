//! What a request sees: a snapshot of the packages and of what is agreed on with the client. Nothing in it changes; where the
//! state does, the next question to a database gives up.

use std::any::Any;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use persona_base::{FileId, Span};
use persona_sema::Database;
use serde_json::Value;
use tower_lsp_server::ls_types::{
    ClientCapabilities, Location, Position, Range, TextDocumentPositionParams, Uri,
};

use crate::diagnostics::Latest;
use crate::host::{Cancel, Host};
use crate::lines::{Encoding, Lines};
use crate::uri;

/// What is known of the client.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// What columns count.
    pub(crate) encoding: Encoding,
    /// What it can.
    pub(crate) capabilities: ClientCapabilities,
    /// The person's settings, under the name `persona`.
    pub(crate) settings: Value,
}

impl Profile {
    /// A setting, by its path: `/inlayHints/types`.
    pub(crate) fn setting(&self, path: &str) -> Option<&Value> {
        self.settings.pointer(path)
    }

    /// A setting that is on or off.
    pub(crate) fn is_on(&self, path: &str, default: bool) -> bool {
        let value = self.setting(path).and_then(Value::as_bool);
        value.unwrap_or(default)
    }

    /// Whether the client asks for diagnostics, so that it must not be told.
    pub(crate) fn pulls(&self) -> bool {
        let document = self.capabilities.text_document.as_ref();
        document.is_some_and(|document| document.diagnostic.is_some())
    }
}

/// The documents that are open: addresses as the client spells them, and versions, by what databases know them by.
pub(crate) type OpenFiles = BTreeMap<String, (Uri, i32)>;

/// By kind and document.
type Keeping = BTreeMap<(&'static str, String), Arc<dyn Any + Send + Sync>>;

/// What features keep from one request to the next, by kind and document; all of it can be made again.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Keeping>);

impl Kept {
    /// What was kept.
    pub(crate) fn get<T: Send + Sync + 'static>(
        &self,
        kind: &'static str,
        key: &str,
    ) -> Option<Arc<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&(kind, key.to_owned())).cloned();
        found.and_then(|found| found.downcast().ok())
    }

    /// Keeps something instead of what was kept before.
    pub(crate) fn put<T: Send + Sync + 'static>(
        &self,
        kind: &'static str,
        key: &str,
        value: Arc<T>,
    ) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert((kind, key.to_owned()), value);
    }

    /// Forgets what was kept for a document.
    pub(crate) fn forget(&self, key: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, other), _| other != key);
    }
}

/// By file, with the text that they are of.
type Indexed = BTreeMap<FileId, (Arc<str>, Arc<Lines>)>;

/// The lines of a package's files, made when they are first needed.
#[derive(Default)]
pub(crate) struct LinesOf(Mutex<Indexed>);

impl LinesOf {
    fn get(&self, file: FileId, text: &Arc<str>) -> Arc<Lines> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(&file) {
            Some((of, lines)) if Arc::ptr_eq(of, text) => Arc::clone(lines),
            _ => {
                let lines = Arc::new(Lines::new(text));
                known.insert(file, (Arc::clone(text), Arc::clone(&lines)));
                lines
            }
        }
    }
}

/// A package as it is at the moment of a request.
#[derive(Clone)]
pub(crate) struct View {
    /// Which one it is.
    pub(crate) id: u32,
    /// What it says.
    pub(crate) db: Database,
    /// The folder that its sources' paths are relative to; for what is no file, empty.
    pub(crate) root: PathBuf,
    /// Whether it is a folder with a `persona.toml`, and not a document by itself.
    pub(crate) is_folder: bool,
    /// Grows with each change.
    pub(crate) revision: u64,
    /// Its own files, the configuration first; not those of other packages and the library.
    pub(crate) own: Arc<[FileId]>,
    pub(crate) lines: Arc<LinesOf>,
    /// What is wrong, as it was found the last time.
    pub(crate) found: Arc<Latest>,
}

impl View {
    /// Text and lines of a file.
    pub(crate) fn text(&self, file: FileId) -> (Arc<str>, Arc<Lines>) {
        let text = self.db.shared_text(file);
        let lines = self.lines.get(file, &text);
        (text, lines)
    }
}

/// What every request sees.
#[derive(Clone)]
pub(crate) struct Session {
    /// The packages: for a request about a document only its own one.
    pub(crate) views: Vec<View>,
    /// The documents that are open.
    pub(crate) open: Arc<OpenFiles>,
    /// The client.
    pub(crate) profile: Arc<Profile>,
    /// What features keep.
    pub(crate) kept: Arc<Kept>,
    pub(crate) host: Arc<dyn Host>,
    /// Whether anyone waits for the answer. Queries stop by themselves; calls of the engine are given this.
    pub(crate) cancel: Cancel,
}

impl Session {
    /// The package that an open document or another file belongs to, and the file's id there.
    pub(crate) fn at(&self, uri: &Uri) -> Option<Context> {
        let key = uri::key(uri);
        let with = |view: &&View| {
            let file = view.db.file_at(&key);
            file.is_some_and(|file| view.own.contains(&file))
        };
        let view = self.views.iter().find(with)?;
        Some(Context {
            file: view.db.file_at(&key)?,
            view: view.clone(),
            session: self.clone(),
        })
    }

    /// A package as what a request about one of its files sees.
    pub(crate) fn within(&self, view: &View, file: FileId) -> Context {
        Context {
            session: self.clone(),
            view: view.clone(),
            file,
        }
    }
}

/// What a request about a document sees.
#[derive(Clone)]
pub(crate) struct Context {
    /// Everything that is not the document's package.
    pub(crate) session: Session,
    /// The document's package.
    pub(crate) view: View,
    /// The document.
    pub(crate) file: FileId,
}

impl Context {
    /// The database of the document's package.
    pub(crate) fn db(&self) -> &Database {
        &self.view.db
    }

    /// The client.
    pub(crate) fn profile(&self) -> &Profile {
        &self.session.profile
    }

    /// The offset of a position in the document.
    pub(crate) fn offset(&self, position: Position) -> u32 {
        let (text, lines) = self.view.text(self.file);
        lines.offset(&text, position, self.profile().encoding)
    }

    /// The same of what most requests hold.
    pub(crate) fn offset_of(&self, at: &TextDocumentPositionParams) -> u32 {
        self.offset(at.position)
    }

    /// The span of a range in the document.
    pub(crate) fn span(&self, range: Range) -> Span {
        let (text, lines) = self.view.text(self.file);
        lines.span(&text, range, self.profile().encoding)
    }

    /// The range of a span in the document.
    pub(crate) fn range(&self, span: Span) -> Range {
        self.range_in(self.file, span)
    }

    /// The range of a span in a file.
    pub(crate) fn range_in(&self, file: FileId, span: Span) -> Range {
        let (text, lines) = self.view.text(file);
        lines.range(&text, span, self.profile().encoding)
    }

    /// A file's address: as the client spells it where it is open. For a module of the standard library that of a read-only
    /// file. `None` where an editor cannot open it.
    pub(crate) fn uri(&self, file: FileId) -> Option<Uri> {
        let path = self.db().file_path(file);
        if let Some((uri, _)) = self.session.open.get(path) {
            return Some(uri.clone());
        }
        if let Some(name) = path.strip_prefix(LIBRARY) {
            let page = format!("{PAGES}{name}");
            let kept = self
                .session
                .host
                .keep_page(&page, self.db().file_text(file))?;
            return Uri::from_file_path(kept);
        }
        uri::of_key(path)
    }

    /// A place for the client.
    pub(crate) fn location(&self, file: FileId, span: Span) -> Option<Location> {
        let uri = self.uri(file)?;
        let range = self.range_in(file, span);
        Some(Location { uri, range })
    }
}

/// What the paths of the standard library begin with in a database.
pub(crate) const LIBRARY: &str = "persona:std/";
/// What the names of its kept pages begin with.
pub(crate) const PAGES: &str = "std/";
