//! The pages of the syntax codes: what they call wrong is reported so, and what they call right is right.

use super::file_errors;
use persona_base::all_codes;

/// The fenced programs of a page.
fn programs(page: &str) -> Vec<&str> {
    page.split("```persona\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect()
}

#[test]
fn examples_of_the_pages_do_what_the_pages_say() {
    let mut problems = Vec::new();
    for code in all_codes().into_iter().filter(|code| code.id() < "P0200") {
        let programs = programs(code.info().page);
        let (Some(right), wrong) = (
            programs.last(),
            &programs[..programs.len().saturating_sub(1)],
        ) else {
            problems.push(format!("{code} shows nothing"));
            continue;
        };
        for program in wrong {
            let found: Vec<&str> = file_errors(program)
                .iter()
                .map(|error| error.code.id())
                .collect();
            if !found.iter().all(|found| *found == code.id()) || found.is_empty() {
                problems.push(format!("{code}: its wrong example gives {found:?}"));
            }
        }
        let found = file_errors(right);
        if !found.is_empty() {
            problems.push(format!("{code}: its right example gives {found:#?}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_syntax_code_is_shown_but_the_one_that_needs_a_huge_file() {
    let without: Vec<&str> = all_codes()
        .into_iter()
        .filter(|code| code.id() < "P0200" && programs(code.info().page).len() < 2)
        .map(|code| code.id())
        .collect();
    assert_eq!(without, ["P0001", "P0002"]);
}
