//! The package that is typed into: nothing in it is believable, only large; the same bytes every time. And the typing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::editor::Editor;

/// The files of the package, unless all is in one.
pub(crate) const FILES: usize = 100;
/// The declarations of each.
const DECLARATIONS: usize = 100;

const CONFIG: &str = "[package]\nname = \"large\"\nversion = \"0.1.0\"\nlanguage = \"1\"\n";

/// Writes the package; gives paths and texts.
pub(crate) fn write(folder: &Path, files: usize) -> Vec<(PathBuf, String)> {
    std::fs::write(folder.join("persona.toml"), CONFIG).expect("a file is written");
    let parts: Vec<String> = (0..FILES).map(part).collect();
    let texts = if files == 1 {
        vec![parts.concat()]
    } else {
        parts
    };
    let named = texts.into_iter().enumerate().map(|(number, text)| {
        let path = folder.join(format!("rules_{number:03}.persona"));
        std::fs::write(&path, &text).expect("a file is written");
        (path, text)
    });
    named.collect()
}

/// A hundred declarations; the first ones are the schema and the segment that a quarter of all others name.
fn part(number: usize) -> String {
    let mut text = String::new();
    let mut left = DECLARATIONS;
    if number == 0 {
        left -= schema(&mut text);
    }
    for index in 0..left {
        declaration(&mut text, number, index);
    }
    text
}

fn schema(text: &mut String) -> usize {
    text.push_str("enum Country { US, CA, GB, DE, FR, other }\n");
    text.push_str("profile Customer {\n  id: String @key\n  country: Country = other\n");
    text.push_str("  city: String?\n  signed_up_at: Timestamp\n  spend: Money<USD>\n");
    for field in 0..30 {
        writeln!(text, "  score_{field}: Int").expect("text grows");
    }
    text.push_str("}\nsegment everyone {\n  when spend > 5 USD\n}\n");
    for event in 0..20 {
        let fields = "sku: String, total: Money<USD>, seconds: Int?";
        writeln!(text, "event Event{event} {{ {fields} }}").expect("text grows");
    }
    23
}

/// One of four kinds, which refer to the file's own and to the one before.
fn declaration(text: &mut String, file: usize, index: usize) {
    let (score, event) = ((file + index) % 30, (file * 7 + index) % 20);
    let limit = index * 3 + file;
    let name = |kind: &str, index: usize| format!("{kind}_{file}_{index}");
    let done = match index % 4 {
        0 => writeln!(
            text,
            "/// A trait.\ntrait {}: Int = score_{score} * 2 + count(Event{event} in last 30d)\n",
            name("trait", index)
        ),
        1 => writeln!(
            text,
            "segment {} \"Number {index}\" {{\n  when {} > {limit}\n    and in everyone\n    and did Event{event} in last 90d where total > {limit} USD\n}}\n",
            name("segment", index),
            name("trait", index - 1),
        ),
        2 => writeln!(
            text,
            "segment {} {{\n  when in {} and country in [US, CA]\n    and (city is missing or not city starts with \"x{limit}\")\n    and spend between {limit} USD and {} USD\n}}\n",
            name("segment", index),
            name("segment", index - 1),
            limit + 1000,
        ),
        _ => writeln!(
            text,
            "partition {} {{\n  fresh when signed_up_at in last 14d\n  busy when in {}\n  rich when spend > {limit} USD\n  otherwise rest\n}}\n",
            name("partition", index),
            name("segment", index - 1),
        ),
    };
    done.expect("text grows");
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
