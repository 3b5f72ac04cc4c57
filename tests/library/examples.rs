//! Every example in the documentation of the library is a program that checks, in one package in which all of them make sense.

use persona::Package;
use persona_base::Severity;

use super::source::{Module, modules, told};
use crate::support::root;

/// People, what they do and what they get.
const WORLD: &str = include_str!("world.persona");

/// What examples write of modules, brought in as a whole; and the one enum that is written by its own name.
fn uses() -> String {
    let mut text = String::from("use std.geo.{Country}\n");
    for module in modules() {
        text.push_str(&format!("use std.{}\n", module.name));
    }
    text
}

/// What is wrong with examples.
fn wrong(examples: &[String]) -> Vec<String> {
    let events = root().join("std/tests/commerce/events.persona");
    let events = std::fs::read_to_string(events).expect("the events of commerce");
    let (text, uses) = (examples.join("\n"), uses());
    let files = [
        ("examples.persona", text.as_str()),
        ("world.persona", WORLD),
        ("events.persona", events.as_str()),
        ("uses.persona", uses.as_str()),
    ];
    let package = Package::from_memory("examples", None, files, &root());
    let report = package.check().expect("it can be checked");
    let errors = report
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error || found.code.info().id == "P0303");
    errors
        .map(|found| {
            let place = report
                .texts
                .location(found.primary.file, found.primary.span);
            format!("{}:{} {}", place.path, place.line, found.message)
        })
        .collect()
}

/// The examples at the beginning of a module, without what the world has already.
fn of_the_beginning(module: &Module) -> Vec<String> {
    let (_, blocks) = told(&module.about);
    let lines = blocks.iter().flat_map(|block| block.lines());
    let own = lines.filter(|line| {
        let known = ["use ", "profile ", "|"];
        !known.iter().any(|word| line.starts_with(word))
    });
    own.map(str::to_owned).collect()
}

#[test]
fn every_example_of_every_declaration_checks() {
    for module in modules() {
        for declared in &module.declarations {
            assert!(
                !declared.examples.is_empty(),
                "std.{}: `{}` has no example",
                module.name,
                declared.name
            );
        }
        let examples = module.declarations.iter();
        let examples: Vec<String> = examples
            .flat_map(|declared| declared.examples.clone())
            .collect();
        let found = wrong(&examples);
        assert!(found.is_empty(), "std.{}: {found:#?}", module.name);
    }
}

#[test]
fn every_example_at_the_beginning_of_a_module_checks() {
    for module in modules() {
        let examples = of_the_beginning(&module);
        assert!(examples.len() >= 2, "std.{}: {examples:#?}", module.name);
        let found = wrong(&examples);
        assert!(found.is_empty(), "std.{}: {found:#?}", module.name);
    }
}
