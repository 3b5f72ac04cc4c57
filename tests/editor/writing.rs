//! What a person is given while writing: offers and what calls take, in rules, in a template, and in `persona.toml`.

use serde_json::{Value, json};

use super::{Shown, position};

const RULES: &str = "profile P {\n  id: String @key\n  /// How often they came.\n  visits: Int\n  name: String?\n}\n\
                     event Bought { sku: String }\n\
                     segment regulars(least: Int = 3) \"😀 regulars\" { when visits > least }\n\
                     channel mail { to name requires nothing }\n\
                     trigger t {\n  on Bought as bought\n  enter once\n  send thanks(bought) via mail\n}\n\
                     content thanks(bought: Bought) {\n  body: Html\n  otherwise { body = template \"thanks.liquid\" }\n}\n";

/// A client that shows snippets and asks for documentation later.
fn able() -> Value {
    json!({
        "textDocument": {
            "diagnostic": {},
            "completion": { "completionItem": { "snippetSupport": true, "resolveSupport": { "properties": ["documentation"] } } },
        }
    })
}

fn shown() -> Shown {
    let files = [
        ("rules.persona", RULES),
        ("thanks.liquid", "Hi {{ name }}\n"),
    ];
    Shown::with(&files, &able())
}

/// What is offered at a place of a document.
#[track_caller]
fn offered(shown: &mut Shown, uri: &str, line: u64, character: u64) -> Vec<Value> {
    let at = json!({ "textDocument": { "uri": uri }, "position": position(line, character) });
    let found = shown.editor.call("textDocument/completion", at);
    found["items"].as_array().expect("offers").clone()
}

fn labelled<'o>(offers: &'o [Value], label: &str) -> &'o Value {
    let labels: Vec<&Value> = offers.iter().map(|offer| &offer["label"]).collect();
    let found = offers.iter().find(|offer| offer["label"] == label);
    found.unwrap_or_else(|| panic!("`{label}` is offered: {labels:?}"))
}

#[test]
fn rules_are_completed_and_documented_when_an_offer_is_looked_at() {
    let mut shown = shown();
    let uri = shown.uri("more.persona");
    shown.editor.show(
        &uri,
        "segment x \"😀\" { when vis }\nsegment y { when in reg }\n",
    );
    // Columns count in UTF-16: the face is two.
    let offers = offered(&mut shown, &uri, 0, 25);
    let visits = labelled(&offers, "visits");
    assert_eq!(visits["detail"], "Int");
    let edit = json!({ "range": { "start": position(0, 22), "end": position(0, 25) }, "newText": "visits" });
    assert_eq!(visits["textEdit"], edit);
    assert_eq!(visits.get("documentation"), None);
    let resolved = shown.editor.call("completionItem/resolve", visits.clone());
    let said = resolved["documentation"]["value"]
        .as_str()
        .expect("Markdown");
    assert!(said.contains("How often they came."), "{said}");

    let offers = offered(&mut shown, &uri, 1, 23);
    let regulars = labelled(&offers, "regulars");
    assert_eq!(regulars["insertTextFormat"], 2);
    assert_eq!(regulars["textEdit"]["newText"], "regulars($0)");
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn calls_show_what_they_take() {
    let mut shown = shown();
    let uri = shown.uri("more.persona");
    shown.editor.show(&uri, "segment y { when in regulars( }\n");
    let at = json!({ "textDocument": { "uri": uri }, "position": position(0, 29) });
    let help = shown.editor.call("textDocument/signatureHelp", at);
    let signature = &help["signatures"][0];
    assert_eq!(signature["label"], "regulars(least: Int = 3)");
    assert_eq!(signature["parameters"][0]["label"], json!([9, 23]));
    assert_eq!(help["activeParameter"], 0);
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn templates_and_settings_are_completed_and_explained() {
    let mut shown = shown();
    let uri = shown.uri("thanks.liquid");
    shown.editor.show(&uri, "Hi {{ bought. }} {{ visits }}\n");
    let offers = offered(&mut shown, &uri, 0, 13);
    labelled(&offers, "sku");
    let at = json!({ "textDocument": { "uri": uri }, "position": position(0, 22) });
    let hover = shown.editor.call("textDocument/hover", at.clone());
    let said = hover["contents"]["value"].as_str().expect("Markdown");
    assert!(said.contains("How often they came."), "{said}");
    let leads = shown.editor.call("textDocument/definition", at);
    let first = leads.get(0).unwrap_or(&leads);
    let target = first.get("targetUri").unwrap_or(&first["uri"]);
    assert_eq!(target, &json!(shown.uri("rules.persona")));

    let uri = shown.uri("persona.toml");
    shown.editor.show(
        &uri,
        "[package]\nname = \"small\"\nversion = \"0.1.0\"\nlanguage = \"1\"\nti\n",
    );
    let offers = offered(&mut shown, &uri, 4, 2);
    labelled(&offers, "timezone");
    let at = json!({ "textDocument": { "uri": uri }, "position": position(1, 2) });
    let hover = shown.editor.call("textDocument/hover", at);
    assert!(hover["contents"]["value"].is_string(), "{hover}");
    assert_eq!(shown.editor.leave(), 0);
}
