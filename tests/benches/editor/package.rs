//! The package on disk, and the typing into it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::editor::Editor;
use crate::large::{CONFIG, files};

/// Writes the package, in a hundred files or in one; gives paths and texts.
pub(crate) fn write(folder: &Path, in_one: bool) -> Vec<(PathBuf, String)> {
    std::fs::write(folder.join("persona.toml"), CONFIG).expect("a file is written");
    let named = files(in_one).into_iter().map(|(name, text)| {
        let path = folder.join(name);
        std::fs::write(&path, &text).expect("a file is written");
        (path, text)
    });
    named.collect()
}

/// A declaration that is typed key by key.
const NEW: &str = "segment new_one {\n  when spend > 100 USD and in everyone\n}\n";

/// A document that somebody types into. Every key is a change of its own.
pub(crate) struct Typing {
    pub(crate) uri: String,
    first: String,
    text: String,
    version: i64,
    keys: usize,
}

impl Typing {
    /// An open document.
    pub(crate) fn new(uri: String, text: &str) -> Self {
        Self {
            uri,
            first: text.to_owned(),
            text: text.to_owned(),
            version: 1,
            keys: 0,
        }
    }

    /// A digit in the body of the last declaration, or it is taken away again.
    pub(crate) fn in_body(&mut self, editor: &mut Editor) {
        let at = self.text.rfind("rich when spend > ").expect("a partition");
        let at = at + "rich when spend > ".len();
        self.toggle(editor, at, "7");
    }

    /// A letter in the name of a segment in the middle that others name, or it is taken away again: then they mean nothing.
    pub(crate) fn in_name(&mut self, editor: &mut Editor) {
        let middle = self.first.len() / 2;
        let at = middle + self.first[middle..].find("\nsegment ").expect("a segment");
        self.toggle(editor, at + "\nsegment ".len(), "x");
    }

    /// The next key of a new declaration at the end; after the last one, all of it goes at once.
    pub(crate) fn in_new(&mut self, editor: &mut Editor) {
        let typed = self.text.len() - self.first.len();
        if typed == NEW.len() {
            let first = self.first.len();
            self.replace(editor, first, first + typed, "");
        } else {
            let at = self.text.len();
            self.replace(editor, at, at, &NEW[typed..=typed]);
        }
    }

    /// Everything as it was in the beginning.
    pub(crate) fn mend(&mut self, editor: &mut Editor) {
        let first = self.first.clone();
        self.version += 1;
        self.text.clone_from(&first);
        editor.change(&self.uri, self.version, &json!([{ "text": first }]));
        self.keys = 0;
    }

    fn toggle(&mut self, editor: &mut Editor, at: usize, key: &str) {
        self.keys += 1;
        if self.keys % 2 == 1 {
            self.replace(editor, at, at, key);
        } else {
            self.replace(editor, at, at + key.len(), "");
        }
    }

    fn replace(&mut self, editor: &mut Editor, from: usize, to: usize, text: &str) {
        let range = json!({ "start": self.position(from), "end": self.position(to) });
        self.text.replace_range(from..to, text);
        self.version += 1;
        let change = json!([{ "range": range, "text": text }]);
        editor.change(&self.uri, self.version, &change);
    }

    /// The position so many bytes into the first place of a piece of the text.
    pub(crate) fn position_of(&self, piece: &str, inside: usize) -> Value {
        self.position(self.text.find(piece).expect("a piece of the text") + inside)
    }

    fn position(&self, offset: usize) -> Value {
        let before = &self.text[..offset];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        json!({ "line": before.matches('\n').count(), "character": offset - start })
    }
}
