//! What the pages say of commands against the program itself: its commands, their flags, the fields of what they print.

use std::collections::BTreeSet;

use super::pages::read;
use crate::support::binary::persona;
use crate::support::root;

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The commands that `persona --help` lists.
fn commands() -> BTreeSet<String> {
    let help = persona(&root(), &["--help"]).stdout;
    let list = help
        .split("Commands:\n")
        .nth(1)
        .expect("a list of commands");
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| {
        let named = line.starts_with("  ") && !line.starts_with("   ");
        named.then(|| line.split_whitespace().next()).flatten()
    });
    names.map(str::to_owned).collect()
}

#[test]
fn the_page_of_commands_has_them_all_and_no_flag_too_many() {
    let page = read(&root().join("compiler/docs/commands.md"));
    let known = commands();
    assert!(known.len() > 10, "{known:?}");
    let mut said = BTreeSet::new();
    for row in page.lines().filter(|line| line.starts_with("| `persona ")) {
        // A bar inside a cell is written `\|`.
        let row = row.replace("\\|", "/");
        let cells: Vec<&str> = row.split('|').collect();
        let called = quoted(cells[1]).filter_map(|call| call.strip_prefix("persona "));
        let words: Vec<Vec<&str>> = called
            .map(|call| {
                let lower = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
                call.split_whitespace().take_while(lower).collect()
            })
            .collect();
        let help: String = words
            .iter()
            .map(|words| persona(&root(), &[&words[..], &["--help"]].concat()).stdout)
            .collect();
        let flags = row.split("--").skip(1).map(|rest| {
            let is_part = |c: &char| c.is_ascii_lowercase() || *c == '-';
            rest.chars().take_while(is_part).collect::<String>()
        });
        for flag in flags.filter(|flag| !flag.is_empty()) {
            assert!(
                help.contains(&format!("--{flag}")),
                "{} has no flag --{flag}",
                cells[1]
            );
        }
        said.extend(words.iter().map(|words| words[0].to_owned()));
    }
    assert_eq!(
        said, known,
        "compiler/docs/commands.md has a row for each command"
    );
}

/// The fields that a table names.
fn keys(page: &str, table: &str) -> BTreeSet<String> {
    let start = format!("<!-- keys: {table} -->\n");
    let rest = page
        .split(&start)
        .nth(1)
        .unwrap_or_else(|| panic!("there is no table {table}"));
    let rows = rest
        .lines()
        .take_while(|line| line.starts_with('|'))
        .skip(2);
    let first = rows.filter_map(|row| row.split('|').nth(1));
    first.flat_map(quoted).map(str::to_owned).collect()
}

fn fields(json: &str) -> BTreeSet<String> {
    let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
    value
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect()
}

#[test]
fn the_fields_of_a_diagnostic_are_those_of_its_page() {
    let page = read(&root().join("compiler/docs/ci.md"));
    let folder = tempfile::tempdir().expect("a folder");
    let program = "profile P { id: String @key, n: Int? }\nsegment s { when not (n > 1) }\n";
    std::fs::write(folder.path().join("a.persona"), program).expect("written");
    let check = persona(folder.path(), &["check", "a.persona", "--format", "json"]);
    let first = check.stdout.lines().next().expect("a diagnostic");
    assert_eq!(fields(first), keys(&page, "check"));
}

#[test]
fn the_fields_of_a_run_are_those_of_its_page() {
    let page = read(&root().join("compiler/docs/run.md"));
    let folder = tempfile::tempdir().expect("a folder");
    let rejects = folder.path().join("rejects.ndjson");
    let path = rejects.display().to_string();
    let run = persona(
        &root(),
        &[
            "run",
            "examples/shop",
            "--format",
            "json",
            "--rejects",
            &path,
        ],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(fields(&run.stdout), keys(&page, "run"));
    let rejects = std::fs::read_to_string(rejects).expect("rejects are written");
    let first = rejects.lines().next().expect("the shop has rejects");
    assert_eq!(fields(first), keys(&page, "rejects"));
}
