//! The language server as an editor meets it: the real binary over pipes.

mod actions;
mod audience;
mod capabilities;
mod edits;
mod flights;
mod leaving;
mod positions;
mod workspace;
mod writing;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::binary::path;
use crate::support::editor::{Editor, uri};

const MANIFEST: &str = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nlanguage = \"1\"\n";

/// A package in a temporary folder, and an editor that shows it.
struct Shown {
    folder: TempDir,
    editor: Editor,
}

impl Shown {
    /// A package of these files, shown by a client that asks for diagnostics.
    fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, &pulls())
    }

    /// The same for a client with these abilities.
    fn with(files: &[(&str, &str)], capabilities: &Value) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("persona.toml"), MANIFEST).expect("a file is written");
        for (name, text) in files {
            write(&folder.path().join(name), text);
        }
        let editor = Editor::open(path(), folder.path(), capabilities);
        Self { folder, editor }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn uri(&self, name: &str) -> String {
        uri(&self.path(name))
    }

    /// What is wrong in a file: codes with the places where they begin.
    #[track_caller]
    fn found(&mut self, name: &str) -> Vec<(String, u64, u64)> {
        let uri = self.uri(name);
        let found = self.editor.diagnostics(&uri);
        found.iter().map(place).collect()
    }
}

/// Code, line and column of a diagnostic.
fn place(diagnostic: &Value) -> (String, u64, u64) {
    let start = &diagnostic["range"]["start"];
    let number = |name: &str| start[name].as_u64().expect("a number");
    let code = diagnostic["code"].as_str().expect("a code").to_owned();
    (code, number("line"), number("character"))
}

/// A client that asks for diagnostics.
fn pulls() -> Value {
    json!({ "textDocument": { "diagnostic": {} } })
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("a file lies in a folder");
    std::fs::create_dir_all(folder).expect("the folder is made");
    std::fs::write(path, text).expect("a file is written");
}

fn position(line: u64, character: u64) -> Value {
    json!({ "line": line, "character": character })
}

/// A replacement of a range.
fn replace(start: &Value, end: &Value, text: &str) -> Value {
    json!({ "range": { "start": start, "end": end }, "text": text })
}
