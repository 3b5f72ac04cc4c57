//! No server stays behind, however its client goes.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Shown, pulls};
use crate::support::binary::path;
use crate::support::editor::Editor;

const RULES: &str = "profile P { id: String @key, visits: Int }\nsegment s { when visits > 1 }\n";

#[test]
fn the_server_leaves_when_it_is_told() {
    let mut shown = Shown::new(&[("rules.persona", RULES)]);
    assert_eq!(shown.found("rules.persona"), []);
    assert_eq!(shown.editor.leave(), 0);
}

#[test]
fn leaving_without_a_shutdown_is_told_by_the_exit_code() {
    let mut shown = Shown::new(&[("rules.persona", RULES)]);
    shown.editor.tell("exit", Value::Null);
    assert_eq!(shown.editor.ended(), Some(1));
}

#[test]
fn the_server_leaves_when_nobody_can_talk_to_it_any_more() {
    let mut shown = Shown::new(&[("rules.persona", RULES)]);
    // Also in the middle of work.
    let uri = shown.uri("rules.persona");
    let document = json!({ "textDocument": { "uri": uri } });
    shown.editor.ask("textDocument/diagnostic", document);
    shown.editor.close_input();
    assert_eq!(shown.editor.ended(), Some(1));
}

#[cfg(unix)]
#[test]
fn the_server_leaves_when_its_client_is_killed_and_the_pipe_stays_open() {
    let mut client = Command::new("sleep")
        .arg("600")
        .stdin(Stdio::null())
        .spawn()
        .expect("a process to be the client");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut editor = Editor::start(path());
    editor.begin(folder.path(), &pulls(), client.id());
    client.kill().expect("the client can be killed");
    assert_eq!(editor.ended(), Some(1));
    client.wait().expect("the client has ended");
}

#[test]
fn nothing_is_answered_before_the_beginning_and_nothing_after_the_end() {
    let mut editor = Editor::start(path());
    let id = editor.ask("textDocument/diagnostic", json!({}));
    assert_eq!(editor.answer(id)["error"]["code"], -32002);
    let folder = tempfile::tempdir().expect("a temporary folder");
    editor.begin(folder.path(), &pulls(), std::process::id());
    editor.call("shutdown", Value::Null);
    let id = editor.ask("textDocument/diagnostic", json!({}));
    assert_eq!(editor.answer(id)["error"]["code"], -32600);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.ended(), Some(0));
}
