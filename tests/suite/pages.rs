//! The examples of the diagnostics' pages: the first triggers its code, the others are right.

use std::collections::BTreeMap;

use persona_base::{Code, Diagnostic, Severity, all_codes};

use super::diagnostics::{Program, check_fixes, short};
use super::document::{Block, Document};

/// A block is one file; lines `//- name` divide it into several, of which `persona.toml` may be one.
fn program(block: &Block) -> Program {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut name = match block.kind() {
        "toml" => "persona.toml".to_owned(),
        _ => "main.persona".to_owned(),
    };
    for line in block.body.split_inclusive('\n') {
        match line.trim_end().strip_prefix("//- ") {
            Some(next) => name = next.to_owned(),
            None => files.entry(name.clone()).or_default().push_str(line),
        }
    }
    let config = files.remove("persona.toml");
    Program { config, files }
}

/// Codes that only megabytes of text trigger: their pages show what is right, and a test beside the command line
/// triggers them.
pub(super) const TOO_LARGE: [&str; 2] = ["P0001", "P0002"];

/// Codes that nothing gives any more: all examples of their pages are right.
pub(super) const RETIRED: [&str; 1] = ["P0259"];

/// What is wrong with one page.
fn complaints(id: &str, page: &str) -> Vec<String> {
    let document = Document::read(page);
    let examples: Vec<&Block> = document
        .blocks()
        .filter(|block| ["persona", "toml"].contains(&block.kind()))
        .collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut found = Vec::new();
    let first = usize::from(TOO_LARGE.contains(&id) || RETIRED.contains(&id));
    if examples.len() + first < 2 {
        found.push(format!(
            "{id}: an example that is wrong and one that is right are missing"
        ));
    }
    for (index, example) in (first..).zip(examples) {
        let program = program(example);
        let report = program.check(folder.path());
        let triggered = report
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code.id() == id);
        let is_error = |diagnostic: &&Diagnostic| diagnostic.severity == Severity::Error;
        let others = report
            .diagnostics
            .iter()
            .filter(is_error)
            .any(|diagnostic| diagnostic.code.id() != id);
        match index {
            0 if !triggered => found.push(format!(
                "{id}: the wrong example is not\n{}",
                short(&report)
            )),
            0 if others => found.push(format!(
                "{id}: the wrong example is wrong in other ways too\n{}",
                short(&report)
            )),
            0 => found.extend(check_fixes(&program, &report, folder.path())),
            _ if triggered || report.errors() > 0 => {
                found.push(format!(
                    "{id}: the right example is not\n{}",
                    short(&report)
                ));
            }
            _ => {}
        }
    }
    found
}

#[test]
fn examples_of_pages_do_what_the_pages_say() {
    let complaints: Vec<String> = all_codes()
        .iter()
        .flat_map(|code: &Code| complaints(code.id(), code.info().page))
        .collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n\n"));
}

#[test]
fn a_page_whose_examples_are_swapped_is_refused() {
    let wrong = "```persona\nsegment s { when nobody_knows }\n```\n";
    let right = "```persona\nprofile P { id: String @key }\nsegment s { when true }\n```\n";
    let code = {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let document = Document::read(wrong);
        let block = document.blocks().next().expect("a block");
        program(block).check(folder.path()).diagnostics[0].code
    };
    assert!(!complaints(code.id(), &format!("{right}\n{wrong}")).is_empty());
    assert!(!complaints(code.id(), wrong).is_empty());
}
