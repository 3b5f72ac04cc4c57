//! Typing fast: whatever is asked in between, in the end the server knows what a check from the start knows.

use serde_json::{Value, json};

use super::{Shown, place, position, replace};
use crate::support::rng::Rng;

const EDITS: i64 = 500;

const PEOPLE: &str = "profile Customer {\n  id: String @key\n  visits: Int\n  spend: Money<USD>\n  city: String?\n}\n\
                      event Purchase { total: Money<USD>, sku: String }\n";
const RULES: &str = "trait busy: Bool = visits > 10\n\nsegment regulars \"Regulars 😀\" {\n  when busy and spend > 100 USD\n}\n\n\
                     segment lapsed {\n  when not in regulars and city is missing\n}\n\n\
                     partition stages {\n  fresh when visits < 2\n  old when in regulars\n  otherwise rest\n}\n";

/// What people type, and what they never would.
const PIECES: [&str; 14] = [
    "a",
    "x1",
    " ",
    "\n",
    "\r\n",
    "}",
    "{",
    "é",
    "😀",
    "\t",
    "when ",
    "segment s {\n",
    "> 3",
    "\"",
];

/// A text as the editor has it: lines and columns in units of UTF-16.
struct Typed {
    text: String,
}

impl Typed {
    fn position(&self, offset: usize) -> Value {
        let before = &self.text[..offset];
        let line = before.matches('\n').count() as u64;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        position(line, before[start..].encode_utf16().count() as u64)
    }

    /// A random boundary of characters that is not inside a line's end.
    fn place(&self, rng: &mut Rng) -> usize {
        let mut at = rng.below(self.text.len() as u64 + 1) as usize;
        while !self.text.is_char_boundary(at)
            || (at > 0 && self.text[..at].ends_with('\r') && self.text[at..].starts_with('\n'))
        {
            at -= 1;
        }
        at
    }

    /// A random edit, most often an insertion, and now and then the way back to what was there in the beginning.
    fn edit(&mut self, rng: &mut Rng, first: &str) -> Value {
        let from = self.place(rng);
        let piece = PIECES[rng.below(PIECES.len() as u64) as usize];
        let (from, to, piece) = match rng.below(8) {
            0 => (0, self.text.len(), first),
            1 | 2 => {
                let other = self.place(rng);
                let (from, to) = (from.min(other), from.max(other));
                let mut near = to.min(from + 12);
                while !self.text.is_char_boundary(near)
                    || (self.text[..near].ends_with('\r') && self.text[near..].starts_with('\n'))
                {
                    near -= 1;
                }
                (from, near.max(from), "")
            }
            _ => (from, from, piece),
        };
        // A lone `\r` is a line's end to an editor; a text that is typed has none.
        let change = replace(&self.position(from), &self.position(to), piece);
        self.text.replace_range(from..to, piece);
        change
    }
}

#[test]
fn after_five_hundred_edits_the_server_knows_what_a_check_knows() {
    let mut shown = Shown::new(&[("people.persona", PEOPLE), ("rules.persona", RULES)]);
    let names = ["people.persona", "rules.persona"];
    let firsts = [PEOPLE, RULES];
    let mut texts = firsts.map(|text| Typed {
        text: text.to_owned(),
    });
    let mut rng = Rng::stream(7, 0);
    for (name, text) in names.iter().zip(firsts) {
        let uri = shown.uri(name);
        shown.editor.show(&uri, text);
    }
    let mut asked = Vec::new();
    for edit in 0..EDITS {
        let file = usize::from(rng.below(4) > 0);
        let uri = shown.uri(names[file]);
        let change = texts[file].edit(&mut rng, firsts[file]);
        shown.editor.change(&uri, edit + 2, &json!([change]));
        let at = texts[file].position(texts[file].place(&mut rng));
        let document = json!({ "uri": uri });
        let (method, params) = match edit % 6 {
            0 => (
                "textDocument/diagnostic",
                json!({ "textDocument": document }),
            ),
            1 => ("workspace/diagnostic", json!({ "previousResultIds": [] })),
            2 => (
                "textDocument/hover",
                json!({ "textDocument": document, "position": at }),
            ),
            3 => (
                "textDocument/completion",
                json!({ "textDocument": document, "position": at }),
            ),
            4 => (
                "textDocument/documentSymbol",
                json!({ "textDocument": document }),
            ),
            _ => (
                "textDocument/definition",
                json!({ "textDocument": document, "position": at }),
            ),
        };
        asked.push((method, shown.editor.ask(method, params)));
    }
    for (method, id) in asked {
        let answer = shown.editor.answer(id);
        // Modified content is an honest answer; a mistake of the server's own is none.
        let code = answer["error"]["code"].as_i64();
        assert!(
            matches!(code, None | Some(-32801)),
            "{method} is answered with {answer}"
        );
    }
    for (name, typed) in names.iter().zip(&texts) {
        std::fs::write(shown.path(name), &typed.text).expect("a file is written");
    }
    let package = persona::Package::open(Some(shown.folder.path())).expect("a package");
    let report = package.check().expect("a check");
    for (name, typed) in names.iter().zip(&texts) {
        let uri = shown.uri(name);
        let mut warm: Vec<_> = shown.editor.diagnostics(&uri).iter().map(place).collect();
        let of_file = report
            .diagnostics
            .iter()
            .filter(|found| report.texts.path(found.primary.file).ends_with(name));
        let mut cold: Vec<_> = of_file
            .map(|found| {
                let at = typed.position(found.primary.span.start as usize);
                let number = |what: &str| at[what].as_u64().expect("a number");
                (
                    found.code.id().to_owned(),
                    number("line"),
                    number("character"),
                )
            })
            .collect();
        warm.sort();
        cold.sort();
        assert_eq!(warm, cold, "{name}:\n{}", typed.text);
    }
    assert!(
        !report.diagnostics.is_empty(),
        "random edits leave something wrong"
    );
    assert_eq!(shown.editor.leave(), 0);
}
