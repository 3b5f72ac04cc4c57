//! Formatting, code actions, hints and lenses over the wire: what is edited is what the client's positions say, and what is put off
//! comes when it is asked for.

use serde_json::{Value, json};

use super::Shown;

const RULES: &str = "\
profile Customer { id: String @key, visits: Int = 0, age: Int?, spend: Money<EUR> = 0 EUR }
event Purchase { total: Money<EUR> }
segment  vip{when spend>10 EUR}
segment a { when in vip and visits = 3 }
trait often(n: Int, window: Duration = 7d): Bool = count(Purchase in last (window)) > n
trait b = often(3)
test \"one\" {
  given { id: \"a\", visits: 3 }
  at 2026-01-01T00:00Z
  expect not in vip
}
";

fn capabilities(resolves: bool) -> Value {
    let resolve = json!({ "properties": ["edit"] });
    json!({
        "workspace": { "workspaceEdit": { "documentChanges": false } },
        "textDocument": {
            "diagnostic": {},
            "codeAction": {
                "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } },
                "resolveSupport": if resolves { resolve } else { Value::Null },
            },
        },
    })
}

fn shown(resolves: bool) -> (Shown, String) {
    let mut shown = Shown::with(&[("main.persona", RULES)], &capabilities(resolves));
    let uri = shown.uri("main.persona");
    shown.editor.show(&uri, RULES);
    (shown, uri)
}

/// A text with the edits of an answer made. All is in ASCII, so that columns are bytes.
fn edited(text: &str, edits: &Value) -> String {
    let lines: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let offset = |place: &Value| {
        let line = place["line"].as_u64().expect("a line") as usize;
        let start = lines.get(line).copied().unwrap_or(text.len());
        start + place["character"].as_u64().expect("a column") as usize
    };
    let edits = edits.as_array().expect("a list of edits").iter();
    let mut edits: Vec<(usize, usize, &str)> = edits
        .map(|edit| {
            let range = &edit["range"];
            let new = edit["newText"].as_str().expect("a text");
            (offset(&range["start"]), offset(&range["end"]), new)
        })
        .collect();
    edits.sort_unstable();
    let mut new = text.to_owned();
    for (start, end, with) in edits.into_iter().rev() {
        new.replace_range(start..end, with);
    }
    new
}

fn at(line: u64, character: u64) -> Value {
    let place = json!({ "line": line, "character": character });
    json!({ "start": place, "end": place })
}

#[test]
fn a_document_a_range_and_what_is_typed_are_formatted() {
    let (mut shown, uri) = shown(true);
    let options = json!({ "tabSize": 8, "insertSpaces": false });
    let document = json!({ "uri": uri });
    let edits = shown.editor.call(
        "textDocument/formatting",
        json!({ "textDocument": document, "options": options }),
    );
    let formatted = edited(RULES, &edits);
    assert!(
        formatted.contains("\nsegment vip { when spend > 10 EUR }\n"),
        "{formatted}"
    );
    let edits = shown.editor.call(
        "textDocument/rangeFormatting",
        json!({ "textDocument": document, "options": options, "range": at(2, 3) }),
    );
    let ranged = edited(RULES, &edits);
    assert_eq!(
        ranged,
        RULES.replace(
            "segment  vip{when spend>10 EUR}",
            "segment vip { when spend > 10 EUR }"
        )
    );
    let typed = json!({
        "textDocument": document,
        "options": options,
        "position": { "line": 2, "character": 31 },
        "ch": "}",
    });
    let edits = shown.editor.call("textDocument/onTypeFormatting", typed);
    assert_eq!(edited(RULES, &edits), ranged);
    assert_eq!(shown.editor.leave(), 0);
}

fn actions(shown: &mut Shown, uri: &str, range: &Value, only: &Value) -> Vec<Value> {
    let mut context = json!({ "diagnostics": [] });
    if !only.is_null() {
        context["only"] = only.clone();
    }
    let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": context });
    let found = shown.editor.call("textDocument/codeAction", params);
    found.as_array().cloned().expect("a list of actions")
}

fn titled<'a>(actions: &'a [Value], title: &str) -> &'a Value {
    let has = |one: &&Value| {
        one["title"]
            .as_str()
            .is_some_and(|found| found.starts_with(title))
    };
    actions
        .iter()
        .find(has)
        .unwrap_or_else(|| panic!("`{title}` in {actions:#?}"))
}

#[test]
fn a_fix_solves_its_diagnostic() {
    let (mut shown, uri) = shown(true);
    let found = actions(&mut shown, &uri, &at(3, 35), &json!(["quickfix"]));
    let fix = titled(&found, "Write");
    assert_eq!(fix["isPreferred"], true);
    assert_eq!(fix["diagnostics"][0]["code"], "P0110");
    let text = edited(RULES, &fix["edit"]["changes"][&uri]);
    shown.editor.change(&uri, 2, &json!([{ "text": text }]));
    let left = shown.editor.diagnostics(&uri);
    assert!(left.iter().all(|one| one["severity"] != 1), "{left:?}");
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn what_looks_at_the_whole_package_is_computed_when_it_is_chosen() {
    let (mut shown, uri) = shown(true);
    let found = actions(&mut shown, &uri, &at(2, 9), &json!(["refactor.inline"]));
    let inline = titled(&found, "Put `vip` wherever");
    assert!(inline.get("edit").is_none(), "{inline}");
    // The test names the segment as well, and there it can be put, too.
    let resolved = shown.editor.call("codeAction/resolve", inline.clone());
    let text = edited(RULES, &resolved["edit"]["changes"][&uri]);
    assert!(
        text.contains("when spend>10 EUR and visits = 3") && !text.contains("segment  vip"),
        "{text}"
    );
    let all = actions(&mut shown, &uri, &at(0, 0), &json!(["source.fixAll"]));
    let fix_all = titled(&all, "Fix all");
    assert_eq!(fix_all["kind"], "source.fixAll.persona");
    let resolved = shown.editor.call("codeAction/resolve", fix_all.clone());
    let text = edited(RULES, &resolved["edit"]["changes"][&uri]);
    assert!(text.contains("visits == 3"), "{text}");
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn a_client_that_cannot_ask_again_is_told_at_once() {
    let (mut shown, uri) = shown(false);
    let all = actions(&mut shown, &uri, &at(0, 0), &Value::Null);
    let text = edited(RULES, &titled(&all, "Fix all")["edit"]["changes"][&uri]);
    assert!(text.contains("visits == 3"), "{text}");
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn hints_and_lenses_are_shown() {
    let (mut shown, uri) = shown(true);
    let whole =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 11, "character": 0 } });
    let document = json!({ "uri": uri });
    let hints = shown.editor.call(
        "textDocument/inlayHint",
        json!({ "textDocument": document, "range": whole }),
    );
    let hints = hints.as_array().expect("a list");
    let labels: Vec<&str> = hints
        .iter()
        .filter_map(|hint| hint["label"].as_str())
        .collect();
    for label in ["up to now", ": Bool", "n:", ", window: 7d"] {
        assert!(labels.contains(&label), "{labels:?}");
    }
    let lenses = shown
        .editor
        .call("textDocument/codeLens", json!({ "textDocument": document }));
    let lenses = lenses.as_array().expect("a list").clone();
    let of = |title: &str| {
        let mut found = lenses
            .iter()
            .filter(|lens| lens["command"]["title"] == title);
        found
            .next()
            .unwrap_or_else(|| panic!("`{title}` in {lenses:#?}"))
            .clone()
    };
    assert_eq!(
        of("Run test")["command"]["arguments"][0],
        json!({ "uri": uri, "name": "one" })
    );
    assert_eq!(of("Why…")["command"]["command"], "persona.why");
    let vip = lenses
        .iter()
        .find(|lens| lens["range"]["start"]["line"] == 2)
        .expect("a lens");
    let vip = shown.editor.call("codeLens/resolve", vip.clone());
    assert_eq!(vip["command"]["title"], "2 uses");
    assert_eq!(
        vip["command"]["arguments"][2].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(shown.editor.leave(), 0);
}
