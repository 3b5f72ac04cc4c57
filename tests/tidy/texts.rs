//! What texts must and must not say: a first line that tells what a file is; no machine, no registry, no
//! unfinished work, no ignored tests.

use super::rust::code_only;
use super::{File, assert_complaint, assert_tidy, files};

/// Words are written in two parts here, so that this file keeps its own rules.
fn words(parts: &[(&str, &str)]) -> Vec<String> {
    parts.iter().map(|(a, b)| format!("{a}{b}")).collect()
}

fn opens_with_its_purpose(file: &File) -> Vec<String> {
    let opens = file.text.starts_with("//! ")
        && file.text.lines().next().is_some_and(|line| line.len() > 12);
    if opens {
        Vec::new()
    } else {
        vec![format!(
            "{} does not open with `//!` and what it is",
            file.path
        )]
    }
}

#[test]
fn every_rust_file_says_what_it_is() {
    let rust: Vec<File> = files().into_iter().filter(|file| file.is(".rs")).collect();
    assert!(rust.len() > 50, "all files are looked at");
    assert_tidy(
        &rust
            .iter()
            .flat_map(opens_with_its_purpose)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_file_without_a_purpose_is_refused() {
    assert_complaint(
        &opens_with_its_purpose(&File::fake("a.rs", "use std::fmt;\n")),
        "does not open",
    );
    assert_complaint(
        &opens_with_its_purpose(&File::fake("a.rs", "//! stub\n")),
        "does not open",
    );
}

/// Complaints about every line that holds one of the words; `//` comments of Rust included.
fn forbidden(file: &File, words: &[String], why: &str) -> Vec<String> {
    let lines = file.text.lines().enumerate();
    let hits = lines.flat_map(|(number, line)| {
        words
            .iter()
            .filter(|word| line.contains(*word))
            .map(move |word| (number, word))
    });
    hits.map(|(number, word)| format!("{}:{}: `{word}`: {why}", file.path, number + 1))
        .collect()
}

fn unfinished(file: &File) -> Vec<String> {
    let marks = words(&[
        ("TO", "DO"),
        ("FIX", "ME"),
        ("todo", "!("),
        ("unimpl", "emented!("),
        ("#[ig", "nore"),
        ("dbg", "!("),
    ]);
    forbidden(file, &marks, "what is committed is finished")
}

fn machine(file: &File) -> Vec<String> {
    let marks = words(&[
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("/fa", "rm/"),
        ("/ho", "me/"),
        ("/Us", "ers/"),
        ("C:\\", "Users"),
    ]);
    forbidden(file, &marks, "a path of one machine")
}

fn registry(file: &File) -> Vec<String> {
    let marks = words(&[
        ("arti", "factory"),
        ("jf", "rog"),
        ("index.cr", "ates.io"),
        ("static.cr", "ates.io"),
        ("[registr", "ies"),
        ("replace-", "with"),
    ]);
    forbidden(
        file,
        &marks,
        "packages come from wherever the reader's cargo finds them",
    )
}

/// Every package of the lock file is the public registry's, or ours.
fn lock(text: &str) -> Vec<String> {
    let public = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let sources = text
        .lines()
        .filter(|line| line.starts_with("source = ") && *line != public);
    sources.map(|line| format!("Cargo.lock: {line}")).collect()
}

/// Text files; data of examples and of tests may say what it likes.
fn texts() -> Vec<File> {
    let data = |file: &File| {
        ["csv", "ndjson", "parquet"]
            .iter()
            .any(|ending| file.is(&format!(".{ending}")))
    };
    files().into_iter().filter(|file| !data(file)).collect()
}

#[test]
fn nothing_is_left_unfinished() {
    assert_tidy(&texts().iter().flat_map(unfinished).collect::<Vec<_>>());
}

#[test]
fn no_machine_and_no_registry_is_named() {
    let texts = texts();
    assert_tidy(&texts.iter().flat_map(machine).collect::<Vec<_>>());
    assert_tidy(
        &texts
            .iter()
            .filter(|file| file.path != "Cargo.lock")
            .flat_map(registry)
            .collect::<Vec<_>>(),
    );
    let lock_file = texts
        .iter()
        .find(|file| file.path == "Cargo.lock")
        .expect("a lock file is committed");
    assert_tidy(&lock(&lock_file.text));
}

#[test]
fn forbidden_words_are_found() {
    let file = |text: &str| File::fake("compiler/a.rs", text);
    assert_complaint(
        &unfinished(&file(&["// TO", "DO: later"].concat())),
        "finished",
    );
    assert_complaint(
        &unfinished(&file(&["#[ig", "nore = \"slow\"]"].concat())),
        "finished",
    );
    assert_complaint(
        &machine(&file(&["\n\"/ho", "me/ada/x\""].concat())),
        "compiler/a.rs:2",
    );
    assert_complaint(
        &registry(&file(&["https://x.jf", "rog.io"].concat())),
        "packages",
    );
    assert_complaint(
        &lock("source = \"git+https://example.com/x\"\n"),
        "git+https",
    );
}

/// Unsafe code lives in two crates, and in the loop by hand that batches are measured against, with its clock.
fn unsafe_code(file: &File) -> Vec<String> {
    let code = String::from_utf8_lossy(&code_only(&file.text)).into_owned();
    let rooms = [
        "compiler/persona-jit/",
        "compiler/persona-runtime/",
        "tests/benches/batch/",
    ];
    let allowed = rooms.iter().any(|folder| file.path.starts_with(folder));
    // An attribute that only promises something to salsa, checked by its own macro.
    let promise = |line: &str| line.trim_start().starts_with("#[salsa_value(unsafe(prove(");
    let is_word = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == "unsafe")
    };
    let hits = code
        .lines()
        .enumerate()
        .filter(|(_, line)| !allowed && is_word(line) && !promise(line));
    hits.map(|(number, _)| {
        format!(
            "{}:{}: unsafe code outside persona-jit and persona-runtime",
            file.path,
            number + 1
        )
    })
    .collect()
}

#[test]
fn unsafe_code_stays_where_it_belongs() {
    let rust: Vec<File> = files().into_iter().filter(|file| file.is(".rs")).collect();
    assert_tidy(&rust.iter().flat_map(unsafe_code).collect::<Vec<_>>());
    let text = "//! x\nfn f() { unsafe { g() } } // unsafe\n";
    assert_complaint(
        &unsafe_code(&File::fake("compiler/persona-io/src/a.rs", text)),
        "a.rs:2",
    );
    assert_tidy(&unsafe_code(&File::fake(
        "compiler/persona-jit/src/a.rs",
        text,
    )));
}
