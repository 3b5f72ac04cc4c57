//! What `ARCHITECTURE.md` and `CONTRIBUTING.md` name is there: items and their files, folders of tests, variables of the environment,
//! and the sections that comments in the code refer to.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::pages::read;
use crate::suite::document::Document;
use crate::support::{files_below, relative, root};

/// What stands between backticks in a line.
fn quoted(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// Whether a file declares an item of this name: of Rust, or a rule of the grammar.
fn declares(text: &str, item: &str) -> bool {
    let name = item.rsplit("::").next().unwrap_or(item);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let whole = !after.starts_with(is_word) && !before.ends_with(is_word);
        let kinds = [
            "fn ", "struct ", "enum ", "trait ", "mod ", "const ", "type ",
        ];
        let rule = before.is_empty() || before.ends_with('\n');
        whole
            && (kinds.iter().any(|kind| before.ends_with(kind))
                || (rule && after.trim_start().starts_with('=')))
    })
}

/// Items and the files that declare them: the tables whose last column is a file.
fn items(page: &str) -> Vec<(String, String)> {
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let pair = |row: &str| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, item, file] = cells[..] else {
            return None;
        };
        let inside = |cell: &str| Some(cell.strip_prefix('`')?.strip_suffix('`')?.to_owned());
        let (item, file) = (inside(item)?, inside(file)?);
        file.contains('/').then_some((item, file))
    };
    rows.filter_map(pair).collect()
}

#[test]
fn every_item_on_the_way_is_where_the_page_says() {
    let page = read(&root().join("compiler/ARCHITECTURE.md"));
    let items = items(&page);
    assert!(items.len() > 40, "the way has {} steps", items.len());
    let lost = items.iter().filter(|(item, file)| {
        let text = std::fs::read_to_string(root().join("compiler").join(file)).unwrap_or_default();
        !declares(&text, item)
    });
    let lost: Vec<String> = lost
        .map(|(item, file)| format!("`{item}` is not declared in {file}"))
        .collect();
    assert!(lost.is_empty(), "\n{}\n", lost.join("\n"));
}

#[test]
fn what_is_no_declaration_is_not_found() {
    let text = "pub fn load(x: u8) {}\nstruct Loaded;\nd_test = { x }\n// fn other\n";
    for there in ["load", "Program::load", "Loaded", "d_test"] {
        assert!(declares(text, there), "{there}");
    }
    for not_there in ["loa", "x", "Load"] {
        assert!(!declares(text, not_there), "{not_there}");
    }
}

/// Whether a file or folder of the repository has this path, or ends in it.
fn exists(all: &[String], path: &str) -> bool {
    let path = format!("/{}", path.trim_end_matches('/'));
    let inside = format!("{path}/");
    all.iter()
        .any(|file| file.ends_with(&path) || file.contains(&inside))
}

#[test]
fn files_and_folders_that_are_named_exist() {
    let folders = [
        "compiler", "lsp", "tests", "std", "examples", ".ci", ".github",
    ];
    let files = folders
        .iter()
        .flat_map(|folder| files_below(&root().join(folder)));
    let all: Vec<String> = files.map(|path| format!("/{}", relative(&path))).collect();
    let mut lost = Vec::new();
    for page in ["compiler/ARCHITECTURE.md", ".github/CONTRIBUTING.md"] {
        let text = read(&root().join(page));
        let document = Document::read(&text);
        for (number, line) in document.prose() {
            let paths = quoted(line).into_iter().filter(|code| {
                let plain = code
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
                let ending = [".rs", ".md", ".pest", ".toml", ".txt"]
                    .iter()
                    .any(|end| code.ends_with(end));
                plain && (code.contains('/') || ending) && !code.starts_with('/')
            });
            let missing = paths.filter(|path| !exists(&all, path));
            lost.extend(missing.map(|path| format!("{page}:{number}: there is no `{path}`")));
        }
    }
    assert!(lost.is_empty(), "\n{}\n", lost.join("\n"));
}

/// Every folder of tests is in the page that says where the tests of what are.
#[test]
fn every_folder_of_tests_is_named() {
    let page = read(&root().join(".github/CONTRIBUTING.md"));
    let folders = std::fs::read_dir(root().join("tests")).expect("a folder");
    let names = folders.filter_map(|entry| {
        let entry = entry.expect("an entry");
        let is_folder = entry.file_type().expect("a type").is_dir();
        is_folder.then(|| entry.file_name().to_string_lossy().into_owned())
    });
    let missing: Vec<String> = names
        .filter(|name| !["src", "target"].contains(&name.as_str()))
        .filter(|name| !page.contains(&format!("`tests/{name}`")))
        .collect();
    assert!(
        missing.is_empty(),
        "CONTRIBUTING does not say what is in tests/{}",
        missing.join(", tests/")
    );
}

/// Every variable of the environment that the project reads is in the page that says what it does.
#[test]
fn every_variable_of_the_environment_is_named() {
    let page = read(&root().join(".github/CONTRIBUTING.md"));
    let said: BTreeSet<&str> = page.lines().flat_map(quoted).collect();
    let folders = ["compiler", "lsp", "tests", "std", ".ci", ".github"];
    let files = folders
        .iter()
        .flat_map(|folder| files_below(&root().join(folder)));
    let code = |path: &PathBuf| {
        let name = relative(path);
        [".rs", ".ts", ".mjs", ".js", ".lua", ".sh"]
            .iter()
            .any(|end| name.ends_with(end))
            || !name.contains('.')
            || name.starts_with(".ci/")
    };
    let mut missing = BTreeSet::new();
    for path in files.filter(code) {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        for (at, _) in text.match_indices("PERSONA_") {
            let is_part = |c: char| c.is_ascii_uppercase() || c == '_';
            let name: String = text[at..].chars().take_while(|c| is_part(*c)).collect();
            let before = text[..at].chars().next_back();
            let alone = before.is_some_and(|c| !c.is_alphanumeric() && c != '_');
            if alone && name.len() > "PERSONA_".len() && !said.contains(name.as_str()) {
                missing.insert(format!("{name} ({})", relative(&path)));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "CONTRIBUTING does not say what these do: {missing:?}"
    );
}

/// Comments say `SEMANTICS §3` and `LANGUAGE §8`: these are the numbered sections of two pages.
#[test]
fn sections_that_comments_refer_to_exist() {
    let pages = [
        ("SEMANTICS §", "semantics.md"),
        ("LANGUAGE §", "reference.md"),
    ];
    for (mark, page) in pages {
        let text = read(&root().join("compiler/docs").join(page));
        let has = |number: &str| {
            text.lines()
                .any(|line| line.starts_with(&format!("## {number}. ")))
        };
        let files = ["compiler", "lsp", "tests"]
            .iter()
            .flat_map(|folder| files_below(&root().join(folder)));
        for path in files.filter(|path| relative(path).ends_with(".rs")) {
            let code = read(&path);
            for (at, _) in code.match_indices(mark) {
                let rest = &code[at + mark.len()..];
                let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
                if !number.is_empty() {
                    assert!(
                        has(&number),
                        "{} refers to {mark}{number}: {page} has no such section",
                        relative(&path)
                    );
                }
            }
        }
    }
}
