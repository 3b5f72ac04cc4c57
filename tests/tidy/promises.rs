//! What the page on security promises is proved by tests that exist: each row of its tables names files, and functions in them.

use super::assert_tidy;
use crate::support::root;

/// The words in backquotes of a cell.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Complaints about the page: rows whose last cell names nothing, files that are not there, functions that are not in them.
fn complaints(page: &str, read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut proofs = false;
    for line in page.lines() {
        if !line.starts_with('|') {
            proofs = false;
            continue;
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let last = cells.last().copied().unwrap_or_default();
        if last.trim() == "proved by" {
            proofs = true;
            continue;
        }
        if !proofs || line.starts_with("|---") {
            continue;
        }
        let (mut file, mut named) = (None, 0);
        for word in quoted(last) {
            if word.contains('/') {
                named += 1;
                file = read(word);
                if file.is_none() {
                    found.push(format!("`{word}` is not there: {line}"));
                }
            } else if !file
                .as_ref()
                .is_some_and(|text| text.contains(&format!("fn {word}(")))
            {
                found.push(format!("`{word}` is no test of the file before it: {line}"));
            }
        }
        if named == 0 {
            found.push(format!("nothing proves this: {line}"));
        }
    }
    found
}

/// A file's text; of a folder nothing, but that it is there.
fn read(path: &str) -> Option<String> {
    let path = root().join(path);
    if path.is_dir() {
        return Some(String::new());
    }
    std::fs::read_to_string(path).ok()
}

#[test]
fn every_promise_of_the_page_on_security_has_its_test() {
    let page = read("compiler/docs/security.md").expect("the page is there");
    let rows = page.matches("` `").count();
    assert!(
        rows > 5 && page.matches("| proved by |").count() == 2,
        "the page is read"
    );
    assert_tidy(&complaints(&page, &read));
}

#[test]
fn a_promise_without_a_test_is_noticed() {
    let file = |path: &str| (path == "tests/a.rs").then(|| "fn here() {}".to_owned());
    let page = "| promise | proved by |\n|---|---|\n| a | `tests/a.rs` `here` |\n| b | `tests/a.rs` `gone` |\n| c | `tests/b.rs` |\n| d | belief |\n";
    let found = complaints(page, &file);
    assert_eq!(found.len(), 3, "{found:?}");
    for words in [
        "`gone` is no test",
        "`tests/b.rs` is not there",
        "nothing proves this: | d",
    ] {
        assert!(
            found.iter().any(|one| one.starts_with(words)),
            "{words}: {found:?}"
        );
    }
}
