//! Documents, files and packages: what is open wins over the disk, files come and go, several packages stand side by side.

use serde_json::{Value, json};

use super::{MANIFEST, Shown, pulls, write};
use crate::support::editor::uri;

const PEOPLE: &str = "profile P { id: String @key, visits: Int }\n";
const WRONG: &str = "segment s { when visitz > 1 }\n";
const RIGHT: &str = "segment s { when visits > 1 }\n";

fn changed(shown: &mut Shown, name: &str, kind: u64) {
    let change = json!({ "uri": shown.uri(name), "type": kind });
    shown.editor.tell(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [change] }),
    );
}

#[test]
fn what_is_open_wins_over_the_disk_until_it_is_closed() {
    let mut shown = Shown::new(&[("p.persona", PEOPLE), ("s.persona", WRONG)]);
    assert_eq!(shown.found("s.persona").len(), 1);
    let uri = shown.uri("s.persona");
    shown.editor.show(&uri, RIGHT);
    assert_eq!(shown.found("s.persona"), []);
    write(&shown.path("s.persona"), "segment s {");
    changed(&mut shown, "s.persona", 2);
    assert_eq!(
        shown.found("s.persona"),
        [],
        "an open file is as the editor says"
    );
    let document = json!({ "textDocument": { "uri": uri } });
    shown.editor.tell("textDocument/didClose", document);
    assert!(
        !shown.found("s.persona").is_empty(),
        "the disk counts again"
    );
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn files_come_and_go() {
    let mut shown = Shown::new(&[("s.persona", RIGHT)]);
    assert_eq!(shown.found("s.persona").len(), 1, "there is no profile");
    write(&shown.path("deep/p.persona"), PEOPLE);
    changed(&mut shown, "deep/p.persona", 1);
    assert_eq!(shown.found("s.persona"), []);
    std::fs::remove_file(shown.path("deep/p.persona")).expect("the file goes");
    changed(&mut shown, "deep/p.persona", 3);
    assert_eq!(shown.found("s.persona").len(), 1);
    // One that is not saved yet counts, too.
    let unsaved = shown.uri("new.persona");
    shown.editor.show(&unsaved, PEOPLE);
    assert_eq!(shown.found("s.persona"), []);
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn packages_stand_side_by_side_and_one_sees_what_another_shares() {
    let toml = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nlanguage = \"1\"\n[dependencies]\nbase = { path = \"../base\" }\n";
    let base = MANIFEST.replace("small", "base");
    let rules = format!("use base\n{PEOPLE}segment s {{ when visits > base.limit }}\n");
    let mut shown = Shown::new(&[
        ("shop/persona.toml", toml),
        ("shop/rules.persona", &rules),
        ("base/persona.toml", &base),
        ("base/limits.persona", "const limit: Int = 3\n"),
        ("loose.persona", PEOPLE),
    ]);
    assert_eq!(shown.found("shop/rules.persona"), []);
    let shared = shown.uri("base/limits.persona");
    shown.editor.show(&shared, "const limits: Int = 3\n");
    assert_eq!(
        shown.found("shop/rules.persona").len(),
        1,
        "an unsaved change of another package is seen"
    );
    let report = shown
        .editor
        .call("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let items = report["items"].as_array().expect("files");
    let wrong: Vec<&Value> = items
        .iter()
        .filter(|item| {
            item["items"]
                .as_array()
                .is_some_and(|items| !items.is_empty())
        })
        .collect();
    assert!(wrong.iter().any(|item| {
        item["uri"]
            .as_str()
            .unwrap_or("")
            .ends_with("shop/rules.persona")
    }));
    let known: Vec<Value> = items
        .iter()
        .map(|item| json!({ "uri": item["uri"], "value": item["resultId"] }))
        .collect();
    let again = shown.editor.call(
        "workspace/diagnostic",
        json!({ "previousResultIds": known }),
    );
    let again = again["items"].as_array().expect("files");
    assert!(
        again.iter().all(|item| item["kind"] == "unchanged"),
        "{again:?}"
    );
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn documents_outside_packages_are_packages_by_themselves() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut editor = crate::support::editor::Editor::open(
        crate::support::binary::path(),
        folder.path(),
        &pulls(),
    );
    let text = format!("{PEOPLE}{WRONG}");
    for uri in [
        uri(&folder.path().join("loose.persona")),
        "untitled:Untitled-1".to_owned(),
    ] {
        editor.show(&uri, &text);
        let found = editor.diagnostics(&uri);
        assert_eq!(found[0]["code"], "P0250", "{uri}");
        editor.tell(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": uri } }),
        );
        assert_eq!(editor.diagnostics(&uri), Vec::<Value>::new(), "{uri}");
    }
    // What is no rules at all is nobody's.
    editor.show("untitled:notes.md", "segment s {");
    assert_eq!(editor.diagnostics("untitled:notes.md"), Vec::<Value>::new());
    assert_eq!(editor.leave(), 0);
}

#[test]
fn a_client_that_does_not_ask_is_told_once_for_each_change() {
    let mut shown = Shown::with(&[("p.persona", PEOPLE), ("s.persona", WRONG)], &json!({}));
    assert!(shown.editor.capabilities["diagnosticProvider"].is_null());
    let of = |uri: String| {
        move |message: &Value| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == *uri
        }
    };
    let s = shown.uri("s.persona");
    let told = shown.editor.until("the mistake", of(s.clone()));
    let found = &told["params"]["diagnostics"][0];
    assert_eq!(found["code"], "P0250");
    assert_eq!(found["source"], "persona");
    let page = found["codeDescription"]["href"].as_str().expect("a link");
    let page = page.strip_prefix("file://").expect("to a file");
    let page = std::fs::read_to_string(page).expect("that is there");
    assert!(page.starts_with("# P0250"), "{page}");
    assert_eq!(found["data"]["fixes"][0]["title"], "write `visits`");
    shown.editor.show(&s, RIGHT);
    let told = shown.editor.until("that it is mended", of(s.clone()));
    assert_eq!(told["params"]["diagnostics"], json!([]));
    assert_eq!(told["params"]["version"], 1);
    let unused = "const limit: Int = 3\n";
    let p = shown.uri("p.persona");
    shown.editor.show(&p, &format!("{PEOPLE}{unused}"));
    let told = shown.editor.until("a warning", of(p));
    let found = &told["params"]["diagnostics"][0];
    assert_eq!(
        (&found["tags"], &found["severity"]),
        (&json!([1]), &json!(2))
    );
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn a_client_that_never_answers_is_served_all_the_same() {
    let able = json!({
        "workspace": {
            "configuration": true,
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "diagnostics": { "refreshSupport": true },
        },
        "textDocument": { "diagnostic": {} },
    });
    let mut shown = Shown::with(&[("p.persona", PEOPLE), ("s.persona", WRONG)], &able);
    for method in ["client/registerCapability", "workspace/configuration"] {
        let asked = shown
            .editor
            .until(method, |message| message["method"] == method);
        assert!(asked["id"].is_number(), "{asked}");
    }
    for round in 0..200 {
        let text = if round % 2 == 0 { RIGHT } else { WRONG };
        write(&shown.path("s.persona"), text);
        changed(&mut shown, "s.persona", 2);
        assert_eq!(shown.found("s.persona").len(), round % 2, "round {round}");
    }
    assert_eq!(shown.editor.leave(), 0);
}
