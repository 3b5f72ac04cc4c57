//! The literate suite: what the language means, in chapters of prose, programs and expectations, each case checked and
//! answered by every engine.
//!
//! A chapter is a Markdown file below this folder. Blocks before its first `##` heading are shared by all its cases.
//!
//! | block | meaning |
//! |---|---|
//! | ```` ```persona [file] ```` | text of `main.persona`, or of the named file; blocks of one file are joined |
//! | ```` ```toml [file] ```` | `persona.toml`, or that of another package: files `../common/…` are those of a package in that folder |
//! | ```` ```liquid name ```` | a template of the package, as it is |
//! | ```` ```data Table ```` | NDJSON rows of a profile, event or catalog, with a source made for them |
//! | ```` ```file name ```` | a file that the program's own sources name; `\r` and other escapes are written out |
//! | ```` ```diagnostics ```` | what is wrong, in short form; without one, nothing may be |
//! | ```` ```output [now=T] ```` | the answers of every engine, as of `T` or the chapter's `now` |
//! | ```` ```reads content [now=T] ```` | what each profile reads in a content |
//! | ```` ```tests ```` | what the case's `test` blocks come to; with values and timeline where they fail |
//! | ```` ```flips ```` | when each answer changes by itself, as of the first `output`'s time or the chapter's |
//! | ```` ```rejects ```` | what loading set aside |
//! | ```` ```console ```` | calls of `persona` in the package's folder, and what they print; a line `…` stands for lines that are left out |
//!
//! `test` blocks of which no `tests` block speaks must pass.
//!
//! `UPDATE=1 cargo test -p persona-tests suite` rewrites the expectations. Every fix of every diagnostic is applied,
//! and must remove it.

mod console;
pub(crate) mod diagnostics;
pub(crate) mod document;
mod pages;
mod reads;
mod recipes;
mod run;
mod tested;

use std::collections::BTreeSet;
use std::path::PathBuf;

use persona_base::all_codes;

use crate::support::{files_below, is_wanted, only_some, relative, root, update, with_each};
use document::Document;

/// All chapters.
fn chapters() -> Vec<PathBuf> {
    let files = files_below(&root().join("tests/suite"));
    files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .filter(|path| is_wanted(path))
        .collect()
}

/// What running the suite found.
#[derive(Default)]
struct Found {
    failures: Vec<String>,
    codes: BTreeSet<String>,
    cases: usize,
}

/// Runs chapters on as many threads as there are processors.
fn run_all(chapters: Vec<PathBuf>) -> Found {
    let mut found = Found::default();
    for outcome in with_each(chapters, |path| run_chapter(&path)) {
        found.failures.extend(outcome.failures);
        found.codes.extend(outcome.codes);
        found.cases += outcome.cases;
    }
    found
}

fn run_chapter(path: &std::path::Path) -> Found {
    let text = std::fs::read_to_string(path).expect("a readable chapter");
    let document = Document::read(&text);
    let documentation = relative(path).starts_with("compiler/docs");
    let mut found = Found::default();
    let mut edits = Vec::new();
    for case in document.cases() {
        found.cases += 1;
        let outcome = std::panic::catch_unwind(|| run::run(&case, documentation));
        let place = format!("{}:{} {}", relative(path), case.line, case.title);
        match outcome {
            Err(_) => found
                .failures
                .push(format!("{place}\na panic; its message is above")),
            Ok(outcome) => {
                found.codes.extend(outcome.codes);
                found.failures.extend(
                    outcome
                        .failures
                        .into_iter()
                        .map(|failure| format!("{place}\n{failure}")),
                );
                edits.extend(outcome.edits);
            }
        }
    }
    if update() {
        std::fs::write(path, document.write(&edits)).expect("the chapter is writable");
    }
    found
}

#[test]
fn the_suite_holds() {
    let found = run_all(chapters());
    assert!(
        found.failures.is_empty(),
        "{} failures\n\n{}\n",
        found.failures.len(),
        found.failures.join("\n\n")
    );
    if only_some() {
        assert!(found.cases > 0, "no chapter is called like that");
        return;
    }
    assert!(
        found.cases >= 150,
        "the suite has {} cases, and should have 150 at least",
        found.cases
    );
    // What is told only before a run has its page.
    let elsewhere = [&pages::TOO_LARGE[..], &pages::RETIRED].concat();
    let untriggered = |id: &&str| !found.codes.contains(*id) && !elsewhere.contains(id);
    let missing: Vec<&str> = all_codes()
        .iter()
        .map(|code| code.id())
        .filter(untriggered)
        .collect();
    assert!(
        missing.is_empty(),
        "no case triggers {}",
        missing.join(", ")
    );
}
