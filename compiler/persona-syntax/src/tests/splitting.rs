//! Where declarations begin and end, and what is said about the text between them.

use expect_test::{Expect, expect};

use super::show_error;
use crate::split;

/// The first line of each declaration, and the reports.
fn check(text: &str, expected: &Expect) {
    let found = split(text);
    let mut out = String::new();
    for decl in &found.decls {
        out.push_str(&format!(
            "{:?} {}\n",
            decl.span,
            decl.span.of(text).replace('\n', "⏎")
        ));
    }
    for error in &found.errors {
        out.push_str(&format!("!! {}\n", show_error(error)));
    }
    expected.assert_eq(&out);
}

#[test]
fn a_keyword_at_the_start_of_a_line_ends_what_is_open() {
    check(
        "segment a {\n  when (x\nsegment b {\n  when y\n}\n",
        &expect![[r#"
            0..21 segment a {⏎  when (x
            22..44 segment b {⏎  when y⏎}
        "#]],
    );
}

#[test]
fn fields_may_be_called_like_keywords() {
    check(
        "profile P {\nevent: Int\nsource = 3\n}\nevent E {}",
        &expect![[r#"
            0..35 profile P {⏎event: Int⏎source = 3⏎}
            36..46 event E {}
        "#]],
    );
}

#[test]
fn a_closed_text_hides_keywords_and_an_open_one_does_not() {
    check(
        "const A: String = \"\"\"\nsegment x { when y }\n\"\"\"\nsegment b { when y }",
        &expect![[r#"
            0..46 const A: String = """⏎segment x { when y }⏎"""
            47..67 segment b { when y }
        "#]],
    );
    check(
        "const A: String = \"\"\"\n hello }\nsegment b { when y }",
        &expect![[r#"
            0..30 const A: String = """⏎ hello }
            31..51 segment b { when y }
        "#]],
    );
}

#[test]
fn documentation_and_annotations_belong_to_what_follows() {
    check(
        "const A: Int = 1\n// about nothing\n/// About b.\n@owner(\"x\")\n\nsegment b { when y } // end\n",
        &expect![[r#"
            0..16 const A: Int = 1
            34..80 /// About b.⏎@owner("x")⏎⏎segment b { when y }
        "#]],
    );
    check(
        "segment a { when (x\n/// About b.\n@owner(\"x\")\nsegment b { when y }",
        &expect![[r#"
            0..19 segment a { when (x
            20..65 /// About b.⏎@owner("x")⏎segment b { when y }
        "#]],
    );
}

#[test]
fn several_declarations_may_stand_on_a_line() {
    check(
        "enum A { x } enum B { y } /* c */ segment d { when x }",
        &expect![[r#"
            0..12 enum A { x }
            13..25 enum B { y }
            34..54 segment d { when x }
            !! P0010 26..33 a comment starts with `//`, not with `/*`
        "#]],
    );
}

#[test]
fn expressions_go_on_over_lines() {
    check(
        "trait a =\n  count(\nPurchase\n)\n+ 1\nor b\nper c\n\ntrait d = x\n",
        &expect![[r#"
            0..44 trait a =⏎  count(⏎Purchase⏎)⏎+ 1⏎or b⏎per c
            46..57 trait d = x
        "#]],
    );
}

#[test]
fn text_between_declarations_is_reported_and_ends_with_the_next_one() {
    check(
        "hello there\nmore\n\nsegment a { when x }\n}\nSELECT * FROM t;\nwhen y\ntrait b = 1\nvip \"VIP\" {\n when x\n}\nconst C: Int = 1",
        &expect![[r#"
            18..38 segment a { when x }
            65..76 trait b = 1
            99..115 const C: Int = 1
            !! P0007 0..11 this text belongs to no declaration (expected `segment`, `event`, `trait` or another declaration)
            !! P0005 39..40 `}` closes nothing: no `{` is open here
            !! P0008 41..47 no declaration starts with `SELECT` (looks like SQL)
            !! P0007 77..88 this text belongs to no declaration (expected `segment`, `event`, `trait` or another declaration)
        "#]],
    );
}

#[test]
fn slips_and_foreign_words_are_declarations_when_their_form_is() {
    check(
        "segmnt a { when x }\naudience b {\n when x }\nlet c: Int = 1\nfunction f(a: Int) -> Int = a\nlist of things\nEvent D {}",
        &expect![[r#"
            0..19 segmnt a { when x }
            20..42 audience b {⏎ when x }
            43..57 let c: Int = 1
            58..87 function f(a: Int) -> Int = a
            103..113 Event D {}
            !! P0008 88..92 no declaration starts with `list` (did you mean `segment`?)
        "#]],
    );
}

#[test]
fn a_mark_and_an_empty_file_are_nothing() {
    check("\u{feff}", &expect![""]);
    check(
        "\u{feff}enum A { x }\r\n",
        &expect![[r#"
        3..15 enum A { x }
    "#]],
    );
    check("// only a comment", &expect![""]);
}

#[test]
fn annotations_without_a_declaration_are_reported() {
    check(
        "enum A { x }\n@owner(\"x\")\n",
        &expect![[r#"
            0..12 enum A { x }
            !! P0015 13..24 no declaration follows this annotation
        "#]],
    );
}
