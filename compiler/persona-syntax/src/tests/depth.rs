//! Depth, size and time are bounded, whatever is nested in whatever.

use std::time::{Duration, Instant};

use crate::ast::DeclKind;
use crate::{MAX_DECLARATION, MAX_FILE, parse_decl, split};

/// Far more than any of these takes, even in a debug build on a busy machine; exponential time would be years.
const BOUND: Duration = Duration::from_secs(20);

/// Openings and closings that nest, all of them in a condition.
const NESTS: &[(&str, &str)] = &[
    ("(", ")"),
    ("not (", ")"),
    ("[", "]"),
    ("{ a: ", " }"),
    ("f(", ")"),
    ("f(x: ", ")"),
    ("count(", ")"),
    ("count(A where ", ")"),
    ("nth(1, ", ")"),
    ("x[", "]"),
    ("x.f(", ")"),
    ("-(", ")"),
    ("a ?? (", ")"),
    ("a == (", ")"),
    ("a in (", ")"),
    ("a in last (", ")"),
    ("t between 1 and (", ")"),
    ("if (", ") then 1 else 2"),
    ("if a then (", ") else 2"),
    ("if a then 1 else (", ")"),
    ("if ", " then 1 else 2"),
    ("if a then ", " else 2"),
    ("if a { ", " } else { 2 }"),
    ("match a { b => ", " }"),
    ("match (", ") { b => 1 }"),
    ("match ", " { b => 1 }"),
    ("any x in (", ")"),
    ("any x in y where ", ""),
    ("did A where ", ""),
    ("did (A) in last (", ")"),
    ("did A within (", ")"),
    ("\"{", "}\""),
    ("\"\"\"{", "}\"\"\""),
    ("x.as(A<", ">)"),
    ("f(\"{", "}\")"),
    ("a ? (", ") : b"),
];

fn nested(open: &str, close: &str, depth: usize, inner: &str) -> String {
    format!(
        "segment a {{\n  when {}{inner}{}\n}}",
        open.repeat(depth),
        close.repeat(depth)
    )
}

#[test]
fn every_construct_nests_deeply_in_little_time() {
    for (open, close) in NESTS {
        for depth in [20, 63, 120] {
            // Closed, and with the closings missing.
            for close in [close, &""] {
                let start = Instant::now();
                parse_decl(&nested(open, close, depth, "x"));
                parse_decl(&nested(open, close, depth, ""));
                assert!(
                    start.elapsed() < BOUND,
                    "{open} takes {:?}",
                    start.elapsed()
                );
            }
        }
    }
}

#[test]
fn pairs_of_constructs_nest_deeply_in_little_time() {
    for (open, close) in NESTS {
        for (inner_open, inner_close) in NESTS {
            let start = Instant::now();
            parse_decl(&nested(
                &format!("{open}{inner_open}"),
                &format!("{inner_close}{close}"),
                14,
                "x",
            ));
            assert!(
                start.elapsed() < BOUND,
                "{open}{inner_open} takes {:?}",
                start.elapsed()
            );
        }
    }
}

#[test]
fn types_nest_deeply_in_little_time() {
    for (open, close) in [
        ("List<", ">"),
        ("{ a: ", " }"),
        ("[", "]"),
        ("List<{ a: ", " }>"),
    ] {
        let text = format!(
            "profile P {{ a: {}Int{} }}",
            open.repeat(60),
            close.repeat(60)
        );
        assert!(parse_decl(&text).errors.len() <= 60, "{open}");
        let text = format!(
            "profile P {{ a: {}Int{} }}",
            open.repeat(500),
            close.repeat(500)
        );
        assert_eq!(parse_decl(&text).errors.len(), 1, "{open}");
    }
}

#[test]
fn ten_thousand_brackets_are_one_report_at_once() {
    for (open, close) in NESTS {
        let text = nested(open, close, 10_000, "x");
        let decls = split(&text).decls;
        assert_eq!(decls.len(), 1, "{open}");
        let start = Instant::now();
        let parse = parse_decl(&text);
        assert!(start.elapsed() < BOUND, "{open}");
        assert_eq!(parse.errors.len(), 1, "{open}: {:?}", parse.errors);
        assert_eq!(parse.errors[0].code.id(), "P0003", "{open}");
        assert_eq!(parse.tree.kind, DeclKind::Error);
        assert_eq!(parse.tree.name.text, "a");
    }
}

/// Openings and closings that nest between clauses.
const BLOCKS: &[(&str, &str, &str)] = &[
    ("trigger t {\n  on X\n", "if x {\n", "}\n"),
    ("trigger t {\n  on X\n", "if (", ") { stop }\n"),
    ("trigger t {\n  on X\n", "if x { stop } else {\n", "}\n"),
    ("trigger t {\n  on X\n", "if if x then y else z {\n", "}\n"),
    ("trigger t {\n  on X\n", "emit X { a: (", ") }\n"),
    ("trigger t {\n  on X\n", "send x(f(", ")) via y\n"),
    ("content c {\n", "variant v when x {\n", "}\n"),
    ("content c {\n", "otherwise { locale de {\n", "} }\n"),
    ("content c {\n", "otherwise { a = template(\"", "\") }\n"),
    ("test \"t\" {\n", "given { a: {", "} }\n"),
    ("test \"t\" {\n", "expect not (", ")\n"),
    ("recommend r {\n", "where (", ")\n"),
    ("experiment e {\n", "arms {", "}\n"),
    ("channel c {\n", "quiet (", ") to x\n"),
    ("exclusive {\n", "f(", ")\n"),
    ("use x.", "{", "}"),
];

#[test]
fn clauses_nest_deeply_in_little_time() {
    for (head, open, close) in BLOCKS {
        for depth in [20, 50, 110, 500] {
            for close in [close, &""] {
                let start = Instant::now();
                let text = format!(
                    "{head}{}stop\n{}}}",
                    open.repeat(depth),
                    close.repeat(depth)
                );
                parse_decl(&text);
                assert!(
                    start.elapsed() < BOUND,
                    "{open} takes {:?}",
                    start.elapsed()
                );
            }
        }
    }
}

#[test]
fn many_clauses_take_linear_time() {
    for (head, clause) in [
        ("trigger t {\n", "  send x(a, b: 3) via email, within 12h\n"),
        ("trigger t {\n", "  wait until X where a == 1, at most 3d\n"),
        (
            "trigger t {\n",
            "  if did X then { stop } else if y { stop } else { stop }\n",
        ),
        ("trigger t {\n", "  whatever this is\n"),
        ("trigger t {\n", "  sed x via email\n"),
        ("trigger t {\n", "  set a = (\n"),
        (
            "content c {\n",
            "  variant v when x { a = \"{b}\", locale de { a = \"\" } }\n",
        ),
        ("content c {\n", "  variant v when x {\n    a = \"{b}\"\n"),
        (
            "test \"t\" {\n",
            "  event X { a: 1, b: [1, 2] }\n  expect sent x via y\n",
        ),
        ("test \"t\" {\n", "  event X { a: 1\n"),
        ("channel c {\n", "  limit 3 per 7d across a, b\n"),
        ("recommend r {\n", "  rank by a desc, b asc\n  take 4\n"),
    ] {
        let text = format!("{head}{}}}", clause.repeat(2_000));
        let start = Instant::now();
        parse_decl(&text);
        assert!(
            start.elapsed() < BOUND,
            "{clause} takes {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn long_chains_are_no_nesting() {
    for (item, joint) in [
        ("x", " and "),
        ("x", " or "),
        ("1", " + "),
        ("1", " * "),
        ("a", " ?? "),
        ("x", ", "),
        ("not x", " and "),
        ("did A in last 7d", " or "),
        ("a", "."),
        ("if x then 1", " else "),
        ("f()", "."),
    ] {
        let list = vec![item; 4_000].join(joint);
        let text = format!(
            "trait t = [{list}{}]",
            if item.starts_with("if") {
                " else 2"
            } else {
                ""
            }
        );
        let parse = parse_decl(&text);
        assert!(
            parse.errors.is_empty(),
            "{item}{joint}: {:?}",
            &parse.errors[..1]
        );
        drop(parse.clone());
    }
    let nots = format!("trait t = {}x", "not ".repeat(8_000));
    assert!(parse_decl(&nots).errors.is_empty());
    let signs = format!("trait t = {}x", "- ".repeat(8_000));
    assert!(parse_decl(&signs).errors.is_empty());
}

#[test]
fn fields_and_stages_with_conditions_are_no_nesting() {
    let fields: String = (0..500)
        .map(|n| format!("  f{n} = if column(\"a\") == \"b\" then 1 else 2\n"))
        .collect();
    assert!(
        parse_decl(&format!("source s of T {{\n{fields}}}"))
            .errors
            .is_empty()
    );
    let stages: String = (0..500)
        .map(|n| format!("  s{n} when did A where x == {n}\n"))
        .collect();
    assert!(
        parse_decl(&format!("partition p {{\n{stages}  otherwise rest\n}}"))
            .errors
            .is_empty()
    );
    let fields: String = (0..500)
        .map(|n| format!("f{n}: List<Money<USD>>?, "))
        .collect();
    assert!(
        parse_decl(&format!("event E {{ {fields} }}"))
            .errors
            .is_empty()
    );
}

#[test]
fn what_is_too_large_is_one_report() {
    let list = format!(
        "const A: List<Int> = [{}]",
        "1, ".repeat(MAX_DECLARATION / 3)
    );
    let parse = parse_decl(&list);
    assert_eq!(parse.errors.len(), 1);
    assert_eq!(parse.errors[0].code.id(), "P0002");
    assert_eq!(parse.tree.name.text, "A");
    let file = " ".repeat(MAX_FILE + 1);
    let found = split(&file);
    assert!(found.decls.is_empty());
    assert_eq!(found.errors[0].code.id(), "P0001");
}

#[test]
fn hostile_lines_take_linear_time() {
    for piece in [
        "\"{", "\"", "'", "(", ")", "(]", "/*\n", "\"\"\"", "“", "r\"", "\\", "@", "@a(\n", "#",
        "segment ", "a b ",
    ] {
        let text = piece.repeat(100_000 / piece.len());
        let start = Instant::now();
        split(&text);
        assert!(
            start.elapsed() < BOUND,
            "splitting {piece:?} takes {:?}",
            start.elapsed()
        );
        let start = Instant::now();
        parse_decl(&format!("trait t = {}", &text[..text.len() / 4]));
        assert!(
            start.elapsed() < BOUND,
            "parsing {piece:?} takes {:?}",
            start.elapsed()
        );
    }
}
