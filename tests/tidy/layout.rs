//! What lies where: the top level, licences, the table of diagnostic codes and its pages.

use persona_base::{Code, all_codes};

use super::{File, assert_complaint, assert_tidy, files};
use crate::support::root;

/// What ARCHITECTURE names; besides, hidden files and folders, and what the version control ignores.
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "compiler",
    "lsp",
    "std",
    "examples",
    "tests",
];

fn top_level(names: &[String]) -> Vec<String> {
    let allowed =
        |name: &str| name.starts_with('.') || name == "target" || TOP_LEVEL.contains(&name);
    names
        .iter()
        .filter(|name| !allowed(name))
        .map(|name| format!("`{name}` has no place at the top level"))
        .collect()
}

#[test]
fn the_top_level_holds_only_what_the_architecture_names() {
    let entries = std::fs::read_dir(root()).expect("the repository is readable");
    let names: Vec<String> = entries
        .map(|e| {
            e.expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_tidy(&top_level(&names));
}

#[test]
fn a_stray_file_at_the_top_level_is_refused() {
    assert_complaint(
        &top_level(&["README.md".into(), ".ci".into(), "notes.txt".into()]),
        "`notes.txt`",
    );
}

fn licences(files: &[File]) -> Vec<String> {
    let expected = [
        ("LICENSE-MIT", "Permission is hereby granted"),
        ("LICENSE-APACHE", "Apache License"),
    ];
    let has = |name: &str, words: &str| {
        files
            .iter()
            .any(|file| file.path == name && file.text.contains(words))
    };
    let missing = expected.iter().filter(|(name, words)| !has(name, words));
    missing
        .map(|(name, _)| format!("{name} is not there, or not that licence"))
        .collect()
}

#[test]
fn both_licences_are_there() {
    assert_tidy(&licences(&files()));
}

#[test]
fn a_missing_licence_is_noticed() {
    let only = [
        File::fake("LICENSE-MIT", "Permission is hereby granted"),
        File::fake("LICENSE-APACHE", ""),
    ];
    assert_complaint(&licences(&only), "LICENSE-APACHE");
}

/// Complaints about one page: its title, and an example that is wrong and one that is right.
fn page(id: &str, page: &str) -> Vec<String> {
    let title = page.lines().next().unwrap_or_default();
    let mut found = Vec::new();
    let words = title.strip_prefix(&format!("# {id}: ")).unwrap_or_default();
    if words.trim().is_empty() {
        found.push(format!("{id}: the page starts with `# {id}: title`"));
    }
    if page.matches("```persona").count() + page.matches("```toml").count() == 0 {
        found.push(format!("{id}: the page shows an example"));
    }
    found
}

/// Complaints about pages that no code has.
fn orphans(files: &[File], codes: &[Code]) -> Vec<String> {
    let folder = "compiler/persona-base/pages/";
    let pages = files
        .iter()
        .filter_map(|file| file.path.strip_prefix(folder)?.strip_suffix(".md"));
    let orphans = pages.filter(|id| codes.iter().all(|code| code.id() != *id));
    orphans
        .map(|id| format!("{folder}{id}.md explains a code that does not exist"))
        .collect()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let codes = all_codes();
    let mut complaints = orphans(&files(), &codes);
    complaints.extend(
        codes
            .iter()
            .flat_map(|code| page(code.id(), code.info().page)),
    );
    assert_tidy(&complaints);
}

#[test]
fn a_poor_page_and_an_orphan_are_refused() {
    let good = "# P0001: a title\n\n```persona\n```\n\n```persona\n```\n";
    assert_tidy(&page("P0001", good));
    assert_complaint(&page("P0002", good), "starts with");
    assert_complaint(&page("P0001", "# P0001: a title\n"), "shows an example");
    assert_complaint(
        &orphans(
            &[File::fake("compiler/persona-base/pages/P9999.md", "")],
            &all_codes(),
        ),
        "P9999",
    );
}

/// Complaints about the script that checks a change.
fn ci_script(text: Option<&str>, executable: bool) -> Vec<String> {
    match text {
        None => vec![".ci/run is not there".to_owned()],
        Some(_) if !executable => vec![".ci/run is not executable".to_owned()],
        Some(text) if !text.contains("set -euo pipefail") => {
            vec![".ci/run goes on after a failure".to_owned()]
        }
        Some(_) => Vec::new(),
    }
}

#[test]
fn the_script_that_checks_a_change_is_strict() {
    let path = root().join(".ci/run");
    assert_tidy(&ci_script(
        std::fs::read_to_string(&path).ok().as_deref(),
        is_executable(&path),
    ));
    assert_complaint(&ci_script(None, true), "not there");
    assert_complaint(
        &ci_script(Some("set -euo pipefail"), false),
        "not executable",
    );
    assert_complaint(&ci_script(Some("cargo test"), true), "goes on");
}

#[cfg(unix)]
fn is_executable(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &std::path::Path) -> bool {
    true
}
