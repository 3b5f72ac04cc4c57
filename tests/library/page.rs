//! The page of the standard library in the documentation, which is made of what the modules say of themselves.

use std::fmt::Write as _;

use super::source::{Declared, Module, modules, told};
use crate::support::{assert_is_current, root};

/// What stands before the modules.
const BEGINNING: &str = include_str!("page.md");
const PAGE: &str = "compiler/docs/std.md";

fn page() -> String {
    let mut text = String::from(BEGINNING);
    text.push_str("\n| module | what it is about | names |\n|---|---|---|\n");
    for module in modules() {
        let (name, about) = (module.name, told(&module.about).0);
        let about = about
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end_matches('.');
        let count = module.declarations.len();
        writeln!(text, "| [std.{name}](#std{name}) | {about} | {count} |").expect("text grows");
    }
    for module in modules() {
        section(&module, &mut text);
    }
    text
}

fn section(module: &Module, text: &mut String) {
    write!(text, "\n## std.{}\n\n{}\n", module.name, about(module)).expect("text grows");
    for declared in &module.declarations {
        declaration(module.name, declared, text);
    }
    let events = root().join(format!("std/tests/{}/events.persona", module.name));
    if let Ok(events) = std::fs::read_to_string(events) {
        text.push_str("\n### Events to take over\n\n");
        let (said, code) = events.split_once("\n\n").expect("a comment and events");
        let said = said.replace("// ", "").replace('\n', " ");
        writeln!(text, "{said}\n\n{}", indented(code.trim_end())).expect("text grows");
    }
}

/// What a module says of itself, its paragraphs on one line each, its examples as they are.
fn about(module: &Module) -> String {
    let blocks = module.about.split("\n\n").map(|block| {
        let code = block.starts_with("    ");
        if code {
            block.to_owned()
        } else {
            block.replace('\n', " ")
        }
    });
    blocks.collect::<Vec<_>>().join("\n\n")
}

fn declaration(module: &str, declared: &Declared, text: &mut String) {
    let Declared {
        name,
        doc,
        examples,
        signature,
    } = declared;
    write!(
        text,
        "\n### {module}.{name}\n\n{doc}\n\n{}\n",
        indented(signature)
    )
    .expect("text grows");
    text.push_str("\nFor example:\n");
    for example in examples {
        writeln!(text, "\n{}", indented(example)).expect("text grows");
    }
}

fn indented(code: &str) -> String {
    let lines = code.lines().map(|line| match line {
        "" => String::new(),
        line => format!("    {line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_page_of_the_library_is_what_its_modules_say() {
    assert_is_current(PAGE, &page(), "library");
}
