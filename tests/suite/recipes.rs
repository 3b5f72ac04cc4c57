//! The recipes of the documentation: each is a case of the suite with a program and an answer, and their table speaks of every
//! use case and every capability of the design.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::document::{Case, Document};
use crate::support::{files_below, is_wanted, relative, root};

/// What tells a recipe's answer.
const ANSWERS: [&str; 7] = [
    "output",
    "tests",
    "reads",
    "rejects",
    "flips",
    "diagnostics",
    "console",
];

const TABLE: &str = "compiler/docs/recipes/README.md";

/// The pages, without the table.
fn pages() -> Vec<PathBuf> {
    let files = files_below(&root().join("compiler/docs/recipes"));
    let pages = files
        .into_iter()
        .filter(|path| !path.ends_with("README.md"));
    pages.collect()
}

/// What is wrong with a recipe as a text: no program, no answer, or a program that is not in the one format.
fn complaints(case: &Case<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let own = |kinds: &[&str]| {
        case.own
            .iter()
            .any(|(_, block)| kinds.contains(&block.kind()))
    };
    let shared = case.common.iter().any(|block| block.kind() == "persona");
    let has_program = own(&["persona"]) || (shared && own(&["console"]));
    if !has_program {
        found.push("a recipe has a program".to_owned());
    }
    if !own(&ANSWERS) && !super::run::has_tests(case) {
        found.push(
            "a recipe has an answer: `test` blocks, or what is expected of its data".to_owned(),
        );
    }
    let blocks = case.common.iter().copied();
    for block in blocks.chain(case.own.iter().map(|(_, block)| *block)) {
        let formatted = persona_syntax::format(&block.body).text;
        let mistakes = own(&["diagnostics"]);
        if block.kind() == "persona" && !mistakes && formatted.trim_end() != block.body.trim_end() {
            found.push(format!(
                "line {}: the one format is\n{formatted}",
                block.line
            ));
        }
    }
    found
}

#[test]
fn every_recipe_has_a_program_and_an_answer_that_holds() {
    let mut pages = pages();
    pages.retain(|page| is_wanted(page));
    let mut failures = super::run_all(pages.clone()).failures;
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("a readable page");
        let document = Document::read(&text);
        for case in document.cases() {
            let place = format!("{}:{} {}", relative(&page), case.line, case.title);
            let of_case = complaints(&case).into_iter();
            failures.extend(of_case.map(|complaint| format!("{place}\n{complaint}")));
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures\n\n{}\n",
        failures.len(),
        failures.join("\n\n")
    );
}

/// The anchor that a code host gives a heading.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
    let lower = heading.to_lowercase();
    lower
        .chars()
        .filter(kept)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// `page.md#anchor` of every recipe; a heading that is there twice is a failure.
fn anchors() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).expect("a readable page");
        let name = page.file_name().expect("a file").to_string_lossy();
        for case in Document::read(&text).cases() {
            let new = found.insert(format!("{name}#{}", anchor(case.title)));
            assert!(new, "{name} has two recipes called {}", case.title);
        }
    }
    found
}

/// A row of the table: what is asked for, and what answers it.
fn rows() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join(TABLE)).expect("a readable table");
    let mut found = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [asked, answer] = cells[..] else {
            panic!("a row of {TABLE} has two cells: {line}");
        };
        let twice = found.insert(asked.to_owned(), answer.to_owned());
        assert!(
            twice.is_none() || answer == "recipe",
            "{TABLE} has two rows for {asked}"
        );
    }
    found
}

/// What a row links to: what stands in parentheses behind square brackets.
fn links(answer: &str) -> Vec<&str> {
    let parts = answer.split("](").skip(1);
    parts.filter_map(|part| part.split(')').next()).collect()
}

/// A page of the design; nothing where it is not there. `PERSONA_REQUIRE_DATA=1` makes that a failure.
fn design(name: &str) -> Option<String> {
    let path = root().join("../shared/design").join(name);
    let text = std::fs::read_to_string(&path).ok();
    let required = std::env::var_os("PERSONA_REQUIRE_DATA").is_some();
    assert!(
        text.is_some() || !required,
        "there is no ../shared/design/{name}"
    );
    if text.is_none() {
        println!("not asked: there is no ../shared/design/{name}");
    }
    text
}

/// The use cases: what stands between the dots, with the heading of its paragraph.
fn use_cases(text: &str) -> Vec<String> {
    let paragraphs = text
        .split("\n\n")
        .filter_map(|part| part.trim().strip_prefix("**"));
    let mut found = Vec::new();
    for (_, items) in paragraphs.filter_map(|part| part.split_once(".**")) {
        let items = items.split_whitespace().collect::<Vec<_>>().join(" ");
        let items = items.trim_end_matches('.').split(" · ");
        found.extend(items.map(str::to_owned));
    }
    found
}

/// The capabilities, each with what is said of persona.
fn capabilities(text: &str) -> Vec<(String, String)> {
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let cells = rows.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect());
    let of_three = cells.filter_map(|cells: Vec<&str>| match cells[..] {
        [what, _, persona] if what != "capability" => Some((what.to_owned(), persona.to_owned())),
        _ => None,
    });
    of_three.collect()
}

/// Whether a word stands in a text.
fn says(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric())
        .any(|other| other == word)
}

#[test]
fn the_table_answers_every_use_case_and_every_capability() {
    let (Some(cases), Some(able)) = (design("USECASES.md"), design("CAPABILITIES.md")) else {
        return;
    };
    let (cases, able, rows, anchors) = (use_cases(&cases), capabilities(&able), rows(), anchors());
    assert!(cases.len() >= 45 && able.len() >= 50, "the design is read");
    let mut failures = Vec::new();
    let asked = cases.iter().map(|case| (case, "now"));
    let asked = asked.chain(able.iter().map(|(what, persona)| (what, persona.as_str())));
    let mut answered = [0, 0];
    for (index, (what, marked)) in asked.enumerate() {
        let Some(answer) = rows.get(what) else {
            failures.push(format!("{TABLE} has no row for: {what}"));
            continue;
        };
        let linked = !links(answer).is_empty();
        answered[usize::from(index >= cases.len())] += usize::from(linked);
        if says(marked, "now") && !linked && !answer.starts_with("missing: ") {
            failures.push(format!("no recipe, and no `missing: …`, for: {what}"));
        }
        if says(marked, "next") && !says(answer, "next") {
            failures.push(format!("`next` is not said of: {what}"));
        }
    }
    let known: BTreeSet<&String> = cases
        .iter()
        .chain(able.iter().map(|(what, _)| what))
        .collect();
    for (what, answer) in &rows {
        if !known.contains(what) && answer != "recipe" {
            failures.push(format!("the design has no such item: {what}"));
        }
        let broken = links(answer)
            .into_iter()
            .filter(|link| !anchors.contains(*link));
        failures.extend(broken.map(|link| format!("there is no recipe {link}, for: {what}")));
    }
    let sum = format!(
        "{} of {} use cases and {} of {} capabilities have a recipe",
        answered[0],
        cases.len(),
        answered[1],
        able.len()
    );
    let text = std::fs::read_to_string(root().join(TABLE)).expect("a readable table");
    if !text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .contains(&sum)
    {
        failures.push(format!("{TABLE} does not say: {sum}"));
    }
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

#[test]
fn every_recipe_is_in_the_table() {
    let rows = rows();
    let linked: BTreeSet<&str> = rows.values().flat_map(|answer| links(answer)).collect();
    let lost: Vec<String> = anchors()
        .into_iter()
        .filter(|at| !linked.contains(at.as_str()))
        .collect();
    assert!(
        lost.is_empty(),
        "no row of {TABLE} leads to\n{}",
        lost.join("\n")
    );
}

#[test]
fn anchors_are_those_of_code_hosts() {
    assert_eq!(
        anchor("Viewed *a* category, in the last 48 hours?"),
        "viewed-a-category-in-the-last-48-hours"
    );
    assert_eq!(
        anchor("A/B and `arm`s: first_name"),
        "ab-and-arms-first_name"
    );
}

#[test]
fn a_recipe_without_an_answer_is_refused() {
    let page = "## Silent\n\n```persona\nsegment s {\n  when true\n}\n```\n\n## Untidy\n\n```persona\nsegment s { when  true }\n```\n\n```output\ns: a\n```\n";
    let document = Document::read(page);
    let found: Vec<usize> = document
        .cases()
        .iter()
        .map(|case| complaints(case).len())
        .collect();
    assert_eq!(found, [1, 1]);
}
