//! What no expression may do to the checker: exhaust the stack, take for ever, or panic.

use std::time::{Duration, Instant};

use persona_base::FileId;
use persona_syntax::parse_expr;

use super::TABLES;
use super::fixture::Shop;
use crate::env::Scope;
use crate::{CheckedExpr, check_condition, check_value};

fn checked(text: &str) -> CheckedExpr {
    let shop = Shop::new();
    let parsed = parse_expr(text);
    let scope = Scope {
        text,
        file: FileId(1),
        params: &[],
        event: None,
        pure: false,
        around: crate::env::Around::default(),
    };
    check_condition(&shop, scope, &parsed.tree, true)
}

/// Runs with the stack of a test thread, and with bounded time.
fn quickly(text: &str) -> CheckedExpr {
    let start = Instant::now();
    let result = checked(text);
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?} for {} bytes",
        start.elapsed(),
        text.len()
    );
    result
}

fn codes(checked: &CheckedExpr) -> Vec<&'static str> {
    checked.diagnostics.iter().map(|d| d.code.id()).collect()
}

#[test]
fn long_chains_of_logic_are_checked() {
    let conditions: Vec<String> = (0..10_000).map(|n| format!("points == {n}")).collect();
    assert!(codes(&quickly(&conditions.join(" or "))).is_empty());
    assert!(codes(&quickly(&conditions.join(" and "))).is_empty());
    let nots = format!("{}active", "not ".repeat(10_000));
    assert!(codes(&quickly(&nots)).is_empty());
}

#[test]
fn facts_in_long_chains_take_bounded_time() {
    let known: Vec<String> = (0..3_000)
        .map(|n| format!("(home is known or points == {n})"))
        .collect();
    let result = quickly(&known.join(" and "));
    assert!(result.diagnostics.is_empty());
    let open: Vec<String> = (0..3_000).map(|n| format!("score != {n}")).collect();
    assert_eq!(quickly(&open.join(" and ")).diagnostics.len(), 3_000);
}

#[test]
fn long_chains_of_arithmetic_are_refused() {
    let sum = format!("points{} > 3", " + 1".repeat(10_000));
    assert_eq!(codes(&quickly(&sum)), ["P0426"]);
    let coalesced = format!("(score{}) > 3", " ?? score".repeat(10_000));
    assert_eq!(codes(&quickly(&coalesced)), ["P0426"]);
    let methods = format!("name{} == \"x\"", ".lower()".repeat(10_000));
    assert_eq!(codes(&quickly(&methods)), ["P0426"]);
}

#[test]
fn deep_nesting_fits_the_stack() {
    for (open, close, inner) in [
        ("(", ")", "active"),
        ("not (", ")", "active"),
        ("(active and ", ")", "loyal"),
        ("(", " and active)", "loyal"),
    ] {
        let deep = format!("{}{inner}{}", open.repeat(120), close.repeat(120));
        assert!(
            quickly(&deep)
                .diagnostics
                .iter()
                .all(|d| d.code.id() == "P0417"),
            "{open}"
        );
    }
    let ifs = format!(
        "{}active{}",
        "(if loyal then ".repeat(60),
        " else active)".repeat(60)
    );
    assert!(codes(&quickly(&ifs)).is_empty());
    let calls = format!("{}points{} > 3", "double(".repeat(120), ")".repeat(120));
    assert!(codes(&quickly(&calls)).is_empty());
    let sums = format!("{}points{} > 3", "(1 + ".repeat(120), ")".repeat(120));
    assert!(codes(&quickly(&sums)).is_empty());
    let texts = format!(
        "name == {}name{}",
        "least(name, ".repeat(120),
        ")".repeat(120)
    );
    assert!(codes(&quickly(&texts)).is_empty());
}

#[test]
fn long_lists_take_bounded_time() {
    let numbers: Vec<String> = (0..20_000).map(|n| n.to_string()).collect();
    assert!(codes(&quickly(&format!("points in [{}]", numbers.join(", ")))).is_empty());
}

#[test]
fn no_prefix_of_an_expression_panics() {
    let shop = Shop::new();
    for (_, table) in TABLES {
        for text in table.lines().filter_map(|line| line.strip_prefix("> ")) {
            for end in (0..text.len())
                .filter(|end| text.is_char_boundary(*end))
                .step_by(3)
            {
                let text = &text[..end];
                let parsed = parse_expr(text);
                let scope = Scope {
                    text,
                    file: FileId(1),
                    params: &[],
                    event: None,
                    pure: false,
                    around: crate::env::Around::default(),
                };
                let result = check_value(&shop, scope, &parsed.tree, None);
                let inside = |span: persona_base::Span| span.end as usize <= text.len();
                assert!(
                    result.diagnostics.iter().all(|d| inside(d.primary.span)),
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn what_is_broken_in_the_text_is_not_reported_again() {
    for text in [
        "points >",
        "did",
        "in ",
        "address.",
        "count(",
        "points + ",
        "(",
        "match tier {",
    ] {
        let result = checked(text);
        assert!(
            result.diagnostics.is_empty(),
            "{text}: {:?}",
            result.diagnostics
        );
    }
}

#[test]
fn no_expression_with_a_word_less_or_more_panics() {
    let shop = Shop::new();
    let check = |text: &str| {
        let parsed = parse_expr(text);
        let scope = Scope {
            text,
            file: FileId(1),
            params: &[],
            event: None,
            pure: false,
            around: crate::env::Around::default(),
        };
        let result = check_value(&shop, scope, &parsed.tree, None);
        for diagnostic in &result.diagnostics {
            let edits = diagnostic.fixes.iter().flat_map(|fix| &fix.edits);
            for span in edits.map(|edit| edit.span).chain([diagnostic.primary.span]) {
                assert!(
                    text.get(span.start as usize..span.end as usize).is_some(),
                    "{text}: {span:?}"
                );
            }
        }
    };
    for (_, table) in TABLES {
        for text in table.lines().filter_map(|line| line.strip_prefix("> ")) {
            let words: Vec<&str> = text
                .split_inclusive([' ', '.', '(', ')', ',', '"'])
                .collect();
            for index in 0..words.len() {
                let without: String = words
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != index)
                    .map(|(_, word)| *word)
                    .collect();
                check(&without);
                let mut twice = words.clone();
                twice.insert(index, words[index]);
                check(&twice.concat());
                let mut swapped = words.clone();
                swapped.swap(index, (index + 1) % words.len());
                check(&swapped.concat());
            }
        }
    }
}
