//! The standard library: every module has a package of tests below `std/tests`, in which each of its names is used and everything
//! holds; every example in its documentation is true; its page is what its comments say.

mod examples;
mod page;
mod source;

use std::path::PathBuf;

use persona::{Compiled, Package, TestOptions};

use crate::support::binary::persona;
use crate::support::{files_below, root};
use source::Module;

/// The folder of a module's package of tests.
fn folder(module: &Module) -> PathBuf {
    root().join("std/tests").join(module.name)
}

#[test]
fn the_tests_of_every_module_hold_and_say_nothing_else() {
    for module in source::modules() {
        let package = Package::open(Some(&folder(&module))).expect("a package of tests");
        let report = package.check().expect("it can be checked");
        let said: Vec<&str> = report
            .diagnostics
            .iter()
            .map(|found| found.message.as_str())
            .collect();
        assert!(said.is_empty(), "{}: {said:#?}", module.name);
        let Ok(Compiled::Program(program, _)) = package.compile() else {
            panic!("{}: a package without errors compiles", module.name);
        };
        let tested = program.test(&TestOptions::default()).expect("tests run");
        assert!(tested.tests.len() > 5, "{}: few tests", module.name);
        if let Some(test) = tested.tests.iter().find(|test| !test.passed()) {
            let failed: Vec<&str> = test
                .failures
                .iter()
                .map(|failure| failure.message.as_str())
                .collect();
            panic!("{}: {}: {failed:#?}", module.name, test.title);
        }
    }
}

#[test]
fn every_name_of_a_module_is_used_by_its_tests() {
    for module in source::modules() {
        let files = files_below(&folder(&module));
        let texts = files.iter().map(std::fs::read_to_string);
        let rules: Vec<String> = texts.map(|text| text.expect("a text")).collect();
        let rules = rules.join("\n");
        let lacking: Vec<&str> = module
            .declarations
            .iter()
            .map(|declared| declared.name.as_str())
            .filter(|name| !names(&rules, module.name, name))
            .collect();
        assert!(
            lacking.is_empty(),
            "std/tests/{} does not use {lacking:?}",
            module.name
        );
    }
}

/// Whether rules write a name of a module: `geo.EU`, or `EU` in the braces of a `use`.
fn names(rules: &str, module: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let whole = |text: &str, found: usize, length: usize| {
        let before = text[..found].chars().next_back();
        let after = text[found + length..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    };
    let holds = |text: &str, word: &str| {
        text.match_indices(word)
            .any(|(found, _)| whole(text, found, word.len()))
    };
    let braces = format!("use std.{module}.{{");
    holds(rules, &format!("{module}.{name}"))
        || rules.lines().any(|line| {
            line.strip_prefix(&braces)
                .is_some_and(|items| holds(items, name))
        })
}

/// Who is not in a segment of the library is chosen on purpose: no segment leaves a missing value open, for who uses it could not
/// settle it there.
#[test]
fn no_segment_of_the_library_is_open() {
    for module in source::modules() {
        let folder = folder(&module);
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        let rules = read("rules.persona").replace("{ when in ", "{ when not in ");
        let files = [
            ("rules.persona", rules.as_str()),
            ("schema.persona", &read("schema.persona")),
            ("events.persona", &read("events.persona")),
        ];
        let package = Package::from_memory("negated", None, files, &folder);
        let report = package.check().expect("it can be checked");
        let open = report
            .diagnostics
            .iter()
            .filter(|found| found.code.info().id == "P0303");
        let open: Vec<&str> = open.map(|found| found.message.as_str()).collect();
        assert!(open.is_empty(), "{}: {open:#?}", module.name);
    }
}

#[test]
fn the_library_is_in_the_one_format() {
    for module in source::modules() {
        for path in [
            format!("std/{}.persona", module.name),
            format!("std/tests/{}", module.name),
        ] {
            let run = persona(&root(), &["fmt", "--check", &path]);
            assert_eq!(run.code, 0, "{path}\n{}", run.stdout);
        }
    }
}

/// A package whose tests nobody runs would say that all is well.
#[test]
fn there_are_no_tests_of_a_module_that_is_not() {
    let known = source::modules();
    let folders = std::fs::read_dir(root().join("std/tests")).expect("the packages of tests");
    for entry in folders {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        assert!(
            known.iter().any(|module| *module.name == *name),
            "std/tests/{name} tests no module"
        );
    }
}
