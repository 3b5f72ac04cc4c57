//! How long files and functions may be, with a list of exceptions that only shrinks.

use std::collections::BTreeMap;

use super::rust::functions;
use super::{File, assert_complaint, assert_tidy, files};

/// Lines of a file.
const FILE: usize = 850;
/// Lines of a function.
const FUNCTION: usize = 110;
/// Lines of a function on the list: a match with one arm per operation.
const FUNCTION_ON_THE_LIST: usize = 150;

/// What is longer than the caps: `path` or `path::function`, with its length.
fn too_long(files: &[File]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for file in files.iter().filter(|file| file.is(".rs")) {
        let lines = file.text.lines().count();
        if lines > FILE {
            found.insert(file.path.clone(), lines);
        }
        for function in functions(&file.text)
            .into_iter()
            .filter(|f| f.lines > FUNCTION)
        {
            let longest = found
                .entry(format!("{}::{}", file.path, function.name))
                .or_default();
            *longest = function.lines.max(*longest);
        }
    }
    found
}

/// Reads the list: a name and a length per line; `#` starts a comment.
fn read_list(text: &str) -> BTreeMap<String, usize> {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let entry = |line: &str| {
        let (name, length) = line
            .trim()
            .rsplit_once(' ')
            .unwrap_or_else(|| panic!("`{line}` is not `name length`"));
        (
            name.to_owned(),
            length
                .parse()
                .unwrap_or_else(|_| panic!("`{line}` has no length")),
        )
    };
    lines.map(entry).collect()
}

fn complaints(found: &BTreeMap<String, usize>, list: &BTreeMap<String, usize>) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, length) in found {
        match list.get(name) {
            None => complaints.push(format!("{name} has {length} lines: divide it (a file has at most {FILE}, a function {FUNCTION})")),
            Some(allowed) if length > allowed => {
                complaints.push(format!("{name} grew from {allowed} to {length} lines: the list only shrinks"));
            }
            Some(allowed) if length < allowed => {
                complaints.push(format!("{name} shrank to {length} lines: write that instead of {allowed} into the list"));
            }
            Some(_) if name.contains("::") && *length > FUNCTION_ON_THE_LIST => {
                complaints.push(format!("{name} has {length} lines: not even a match per operation may have more than {FUNCTION_ON_THE_LIST}"));
            }
            Some(_) => {}
        }
    }
    let gone = list.keys().filter(|name| !found.contains_key(*name));
    complaints.extend(gone.map(|name| format!("{name} is short enough now: take it off the list")));
    complaints
}

#[test]
fn files_and_functions_are_short() {
    let list = read_list(include_str!("long.txt"));
    assert_tidy(&complaints(&too_long(&files()), &list));
}

fn rust(lines: usize) -> File {
    File::fake(
        "compiler/a.rs",
        &format!("fn long() {{\n{}}}\n", "    step();\n".repeat(lines - 2)),
    )
}

#[test]
fn a_long_function_is_refused() {
    assert!(complaints(&too_long(&[rust(FUNCTION)]), &BTreeMap::new()).is_empty());
    assert_complaint(
        &complaints(&too_long(&[rust(FUNCTION + 1)]), &BTreeMap::new()),
        "compiler/a.rs::long has 111 lines",
    );
}

#[test]
fn a_long_file_is_refused() {
    let file = |lines: usize| File::fake("compiler/a.rs", &"// line\n".repeat(lines));
    assert!(complaints(&too_long(&[file(FILE)]), &BTreeMap::new()).is_empty());
    assert_complaint(
        &complaints(&too_long(&[file(FILE + 1)]), &BTreeMap::new()),
        "compiler/a.rs has 851 lines",
    );
}

#[test]
fn the_list_only_shrinks() {
    let found = too_long(&[rust(130)]);
    let with = |length: usize| {
        complaints(
            &found,
            &read_list(&format!("# why\ncompiler/a.rs::long {length}\n")),
        )
    };
    assert!(with(130).is_empty());
    assert_complaint(&with(120), "grew");
    assert_complaint(&with(140), "shrank");
    assert_complaint(
        &complaints(
            &too_long(&[rust(151)]),
            &read_list("compiler/a.rs::long 151"),
        ),
        "not even",
    );
    assert_complaint(
        &complaints(&BTreeMap::new(), &read_list("compiler/a.rs::long 130")),
        "take it off",
    );
}
