//! How long a person waits for the language server: `cargo bench -p persona-tests --bench editor`. A client over pipes talks to the
//! real release binary about a package of 10,000 declarations, once in 100 files and once in one, types into it, and
//! measures from the moment it sends a key to the moment it has the answer. `PERSONA_BINARY` names another binary.

#![expect(clippy::print_stdout, reason = "its output is what it is run for")]

#[expect(clippy::panic, reason = "shared with the tests, which fail by a panic")]
#[path = "../../support/editor.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod editor;
#[path = "../../support/large.rs"]
mod large;
mod package;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use editor::{Editor, uri};
use package::Typing;

/// How often everything is measured.
const ROUNDS: usize = 200;
/// Renaming changes thousands of places each time.
const RENAMES: usize = 30;

fn main() {
    let binary = binary();
    for (name, in_one) in [("100 files", false), ("one file", true)] {
        println!("10,000 declarations in {name}");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = package::write(folder.path(), in_one);
        measure(&binary, folder.path(), &files);
    }
}

/// The release binary, built if it is not.
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("PERSONA_BINARY") {
        return path.into();
    }
    let here = std::env::current_exe().expect("the program is a file");
    let target = here
        .ancestors()
        .nth(3)
        .expect("it lies in target/release/deps");
    let build = Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args([
            "build",
            "--release",
            "--quiet",
            "--package",
            "persona-cli",
            "--target-dir",
        ])
        .arg(target)
        .status();
    assert!(build.expect("cargo runs").success(), "the binary is built");
    target.join(format!("release/persona{}", std::env::consts::EXE_SUFFIX))
}

fn able() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8"] },
        "workspace": { "workspaceEdit": { "documentChanges": true } },
        "textDocument": {
            "diagnostic": {}, "rename": { "prepareSupport": true },
            "completion": { "completionItem": { "snippetSupport": true } },
            "semanticTokens": { "requests": { "full": { "delta": true } }, "tokenTypes": [],
                                "tokenModifiers": [], "formats": ["relative"] },
        },
    })
}

fn measure(binary: &Path, folder: &Path, files: &[(PathBuf, String)]) {
    let start = Instant::now();
    let mut editor = Editor::open(binary, folder, &able());
    // A file in the middle: others name it, and it names others.
    let (path, text) = &files[files.len() / 2];
    let mut typing = Typing::new(uri(path), text);
    editor.show(&typing.uri, text);
    let found = editor.diagnostics(&typing.uri);
    shown("cold start to the first diagnostics", &[start.elapsed()]);
    assert!(
        found.is_empty(),
        "the package is right: {:?}",
        found.first()
    );
    println!("  memory then: {} MB", memory(&editor));

    for (what, key) in [
        (
            "diagnostics after a key in a body",
            Typing::in_body as fn(&mut Typing, &mut Editor),
        ),
        (
            "diagnostics after a key in a new declaration",
            Typing::in_new,
        ),
        ("diagnostics after a key in a name", Typing::in_name),
    ] {
        let times = times(ROUNDS, || {
            let start = Instant::now();
            key(&mut typing, &mut editor);
            editor.diagnostics(&typing.uri);
            start.elapsed()
        });
        shown(what, &times);
        typing.mend(&mut editor);
        editor.diagnostics(&typing.uri);
    }
    for (what, method) in [
        ("completion after a key", "textDocument/completion"),
        ("hover", "textDocument/hover"),
        ("definition", "textDocument/definition"),
    ] {
        let types = method == "textDocument/completion";
        let times = times(ROUNDS, || {
            let start = Instant::now();
            if types {
                typing.in_body(&mut editor);
            }
            let at = typing.position_of("in everyone", "in every".len());
            let params = json!({ "textDocument": { "uri": typing.uri }, "position": at });
            let start = if types { start } else { Instant::now() };
            let answer = editor.call(method, params);
            assert!(!answer.is_null(), "{method}");
            start.elapsed()
        });
        shown(what, &times);
    }
    let tokens = times(ROUNDS, || {
        let mut known = editor.call("textDocument/semanticTokens/full", document(&typing));
        typing.in_body(&mut editor);
        let mut params = document(&typing);
        params["previousResultId"] = known["resultId"].take();
        let start = Instant::now();
        editor.call("textDocument/semanticTokens/full/delta", params);
        start.elapsed()
    });
    shown("semantic tokens after a key (delta)", &tokens);
    let whole = times(RENAMES, || {
        typing.in_body(&mut editor);
        let start = Instant::now();
        editor.call("textDocument/semanticTokens/full", document(&typing));
        start.elapsed()
    });
    shown("semantic tokens after a key (all)", &whole);
    let mut places = 0;
    let renames = times(RENAMES, || {
        let mut params = document(&typing);
        params["position"] = typing.position_of("in everyone", "in every".len());
        params["newName"] = json!("anyone");
        let start = Instant::now();
        let answer = editor.call("textDocument/rename", params);
        let time = start.elapsed();
        let files = answer["documentChanges"]
            .as_array()
            .expect("changes")
            .iter();
        places = files
            .map(|file| file["edits"].as_array().map_or(0, Vec::len))
            .sum();
        time
    });
    shown(
        &format!("rename of the most used segment ({places} places)"),
        &renames,
    );
    println!("  memory in the end: {} MB\n", memory(&editor));
    assert_eq!(editor.leave(), 0);
}

fn document(typing: &Typing) -> Value {
    json!({ "textDocument": { "uri": typing.uri } })
}

/// So many times, after a few that are not counted.
fn times(rounds: usize, mut once: impl FnMut() -> Duration) -> Vec<Duration> {
    for _ in 0..5 {
        once();
    }
    let mut times: Vec<Duration> = (0..rounds).map(|_| once()).collect();
    times.sort_unstable();
    times
}

fn shown(what: &str, sorted: &[Duration]) {
    let at = |percent: usize| {
        let index = (sorted.len() * percent).div_ceil(100).max(1) - 1;
        sorted[index].as_secs_f64() * 1e3
    };
    if sorted.len() == 1 {
        println!("  {what}: {:.0} ms", at(50));
    } else {
        let (p50, p95, p99) = (at(50), at(95), at(99));
        println!("  {what}: p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms");
    }
}

/// The memory that the server has, where the system says it.
fn memory(editor: &Editor) -> String {
    let path = format!("/proc/{}/status", editor.child.id());
    let status = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kilobytes.map_or_else(
        || "?".to_owned(),
        |kilobytes| (kilobytes / 1024).to_string(),
    )
}
