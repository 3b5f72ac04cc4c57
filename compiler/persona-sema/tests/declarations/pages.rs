//! The pages of the diagnostics about names, schemas, sources and packages: the wrong example has the diagnostic, the right
//! one has no error; a fix removes what it promises to remove.

use crate::support::{check_fix, codes, diagnostics, fixed, report};
use persona_base::{Code, Severity, all_codes};

/// The codes that the declarations' half of sema gives.
fn own_codes() -> Vec<Code> {
    let own = |id: &str| {
        ("P0220".."P0240").contains(&id) || ("P0601".."P0640").contains(&id) || id >= "P0701"
    };
    all_codes()
        .into_iter()
        .filter(|code| own(code.id()) && (code.id() < "P0803" || is_flow(code.id())))
        .collect()
}

/// Triggers, contents, experiments and tests.
fn is_flow(id: &str) -> bool {
    ("P0920".."P1020").contains(&id)
}

/// The examples of a page, as programs.
fn examples(code: Code) -> Vec<String> {
    let mut examples = Vec::new();
    let mut current: Option<String> = None;
    for line in code.info().page.lines() {
        match (&mut current, line) {
            (None, "```persona") => current = Some(String::new()),
            (None, "```toml") => current = Some("//- persona.toml\n".to_owned()),
            (Some(_), "```") => examples.extend(current.take()),
            (Some(text), line) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, _) => {}
        }
    }
    // A configuration is nothing without a package.
    let whole = |example: String| match example.starts_with("//- persona.toml") {
        true => format!("{example}//- main.persona\nprofile Customer {{ id: String @key }}\n"),
        false => example,
    };
    examples.into_iter().map(whole).collect()
}

#[test]
fn every_page_has_a_wrong_and_a_right_example() {
    let codes = own_codes();
    assert!(codes.len() > 55, "{}", codes.len());
    for code in codes {
        assert_eq!(examples(code).len(), 2, "{code}");
    }
}

#[test]
fn wrong_examples_have_the_diagnostic() {
    for code in own_codes() {
        let wrong = &examples(code)[0];
        assert!(
            codes(wrong).contains(&code.id()),
            "{code}:\n{wrong}\n{}",
            report(wrong)
        );
    }
}

#[test]
fn wrong_examples_have_no_other_error() {
    for code in own_codes() {
        let wrong = &examples(code)[0];
        let others = diagnostics(wrong)
            .into_iter()
            .filter(|d| d.code != code && d.severity == Severity::Error);
        assert_eq!(others.count(), 0, "{code}:\n{wrong}\n{}", report(wrong));
    }
}

#[test]
fn right_examples_have_no_error_and_not_this_diagnostic() {
    for code in own_codes() {
        let right = &examples(code)[1];
        let found = diagnostics(right);
        let wrong = found
            .iter()
            .any(|d| d.code == code || d.severity == Severity::Error);
        assert!(!wrong, "{code}:\n{right}\n{}", report(right));
    }
}

#[test]
fn fixes_of_the_wrong_examples_remove_the_diagnostic() {
    let mut checked = 0;
    for code in own_codes() {
        let wrong = &examples(code)[0];
        if fixed(wrong, code.id()).is_some() {
            check_fix(wrong, code.id());
            checked += 1;
        }
    }
    assert!(checked > 20, "only {checked} codes have a fix");
}
