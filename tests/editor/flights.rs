//! Many requests at once, requests that nobody wants any more, and things that are no messages.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Shown;
use crate::support::editor::framed;

const IN_FLIGHT: i64 = 300;

/// So much that a first check takes a moment, also on a fast machine.
fn large() -> String {
    let mut text = String::from("profile P { id: String @key, visits: Int }\n");
    for index in 0..3000 {
        writeln!(
            text,
            "segment s{index} {{ when visits > {index} and visits < {} }}",
            index + 9
        )
        .expect("text grows");
    }
    text
}

#[test]
fn three_hundred_requests_are_in_flight_and_cancelling_still_works() {
    let text = large();
    let mut shown = Shown::new(&[("rules.persona", &text)]);
    let uri = shown.uri("rules.persona");
    let mut bytes = Vec::new();
    let mut message = |message: Value| bytes.extend(framed(&message));
    for id in 1..=IN_FLIGHT {
        message(json!({
            "jsonrpc": "2.0", "id": 1000 + id, "method": "textDocument/diagnostic",
            "params": { "textDocument": { "uri": uri } },
        }));
    }
    let cancelled = [1000 + IN_FLIGHT, 1000 + IN_FLIGHT / 2, 1001];
    for id in cancelled {
        let params = json!({ "id": id });
        message(json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": params }));
    }
    shown.editor.send_raw(&bytes);
    for id in cancelled {
        let answer = shown.editor.answer(id);
        assert_eq!(answer["error"]["code"], -32800, "{id}: {answer}");
    }
    for id in 1001..=1000 + IN_FLIGHT {
        if !cancelled.contains(&id) {
            let answer = shown.editor.answer(id);
            assert_eq!(answer["result"]["kind"], "full", "{id}: {answer}");
        }
    }
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn an_edit_overtakes_the_work_on_the_text_before() {
    let text = large();
    let mut shown = Shown::new(&[("rules.persona", &text)]);
    let uri = shown.uri("rules.persona");
    shown.editor.show(&uri, &text);
    let document = json!({ "textDocument": { "uri": uri } });
    let before = shown
        .editor
        .ask("textDocument/diagnostic", document.clone());
    let change =
        json!([{ "text": "profile P { id: String @key }\nsegment s { when visits > 1 }\n" }]);
    shown.editor.change(&uri, 2, &change);
    let after = shown.editor.ask("textDocument/diagnostic", document);
    // The first is answered for the newest text, too.
    for id in [before, after] {
        let answer = shown.editor.answer(id);
        assert_eq!(answer["result"]["items"][0]["code"], "P0250", "{answer}");
    }
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn what_is_no_message_is_answered_with_an_error_and_ends_nothing() {
    let mut shown = Shown::new(&[("rules.persona", "segment s { when visits > 1 }\n")]);
    for rubbish in ["{", "[1, 2]", "nonsense", "{\"jsonrpc\":\"1.0\"}"] {
        let bytes = format!("Content-Length: {}\r\n\r\n{rubbish}", rubbish.len());
        shown.editor.send_raw(bytes.as_bytes());
        let answer = shown
            .editor
            .until("an error", |message| message["id"].is_null());
        assert_eq!(answer["error"]["code"], -32700, "{rubbish}: {answer}");
    }
    for (method, params, code) in [
        ("persona/nothing", Value::Null, -32601),
        ("textDocument/diagnostic", json!({ "textDocument": 3 }), 0),
        (
            "workspace/diagnostic",
            json!({ "previousResultIds": 3 }),
            -32602,
        ),
        (
            "workspace/executeCommand",
            json!({ "command": "persona.nothing" }),
            -32602,
        ),
        ("initialize", json!({ "capabilities": {} }), -32600),
    ] {
        let id = shown.editor.ask(method, params);
        let answer = shown.editor.answer(id);
        assert_eq!(
            answer["error"]["code"].as_i64().unwrap_or(0),
            code,
            "{method}: {answer}"
        );
    }
    assert_eq!(shown.found("rules.persona").len(), 1);
    assert_eq!(shown.editor.leave(), 0);
}
