//! Folds, selections, names that are edited together.

use expect_test::{Expect, expect};

use super::{FoldKind, folds, linked, selections};
use crate::fixture::Fixture;

#[track_caller]
fn folded(text: &str, expected: &Expect) {
    let fixture = Fixture::new(text);
    let file = fixture.files[0].1;
    let text = fixture.db.file_text(file);
    let mut shown = String::new();
    for fold in folds(&fixture.db, file) {
        let kind = match fold.kind {
            FoldKind::Body => "body",
            FoldKind::Comment => "comment",
            FoldKind::Imports => "imports",
        };
        shown.push_str(&format!("{kind} {:?}\n", fold.span.of(text)));
    }
    expected.assert_eq(&shown);
}

#[test]
fn bodies_comments_and_imports_are_folded() {
    folded(
        "use std.rfm\nuse std.lifecycle\n\n// one\n// two\n\n/// doc\nsegment a {\n  when true\n}\nsegment b { when true }\nconst L: List<String> = [\n  \"a\",\n  \"b\"\n]\ncontent c {\n  text: String\n  otherwise {\n    text = \"\"\"\n      hi\n    \"\"\"\n  }\n}\n",
        &expect![[r#"
            imports "use std.rfm\nuse std.lifecycle"
            comment "\n// two"
            body "\n  when true"
            body "\n  \"a\",\n  \"b\""
            body "\n  text: String\n  otherwise {\n    text = \"\"\"\n      hi\n    \"\"\"\n  }"
            body "\n    text = \"\"\"\n      hi\n    \"\"\""
            body "\n      hi"
        "#]],
    );
}

#[test]
fn broken_files_are_folded_too() {
    folded(
        "segment a {\n  when (\n}\nsegment b {\n  when true\n",
        &expect![[r#"
            body "\n  when ("
        "#]],
    );
    folded(
        "segment a {\n  when \"{\n}\n",
        &expect![[r#"
        body "\n  when \"{"
    "#]],
    );
    folded("}}}\n(\n)\n", &expect![[""]]);
}

#[track_caller]
fn grows(text: &str, expected: &Expect) {
    let fixture = Fixture::new(text);
    let (file, offset) = fixture.cursor();
    let text = fixture.db.file_text(file);
    let all = selections(&fixture.db, file, offset);
    for pair in all.windows(2) {
        assert!(pair[1].start <= pair[0].start && pair[0].end <= pair[1].end);
    }
    let shown: Vec<String> = all.iter().map(|span| span.of(text).to_owned()).collect();
    expected.assert_eq(&shown.join("\n---\n"));
}

#[test]
fn a_selection_grows_by_meaning() {
    grows(
        "/// doc\nsegment a {\n  when tier == gold and sp$0end > 1000 USD\n}\nsegment b { when true }\n",
        &expect![[r#"
            spend
            ---
            spend > 1000 USD
            ---
            tier == gold and spend > 1000 USD
            ---
            when tier == gold and spend > 1000 USD
            ---
            {
              when tier == gold and spend > 1000 USD
            }
            ---
            segment a {
              when tier == gold and spend > 1000 USD
            }
            ---
            /// doc
            segment a {
              when tier == gold and spend > 1000 USD
            }
            ---
            /// doc
            segment a {
              when tier == gold and spend > 1000 USD
            }
            segment b { when true }
        "#]],
    );
    grows(
        "trigger t {\n  on E\n  if x > 1 {\n    send c($0a) via m\n  }\n}\n",
        &expect![[r#"
            a
            ---
            (a)
            ---
            send c(a) via m
            ---
            {
                send c(a) via m
              }
            ---
            if x > 1 {
                send c(a) via m
              }
            ---
            on E
              if x > 1 {
                send c(a) via m
              }
            ---
            {
              on E
              if x > 1 {
                send c(a) via m
              }
            }
            ---
            trigger t {
              on E
              if x > 1 {
                send c(a) via m
              }
            }
            ---
            trigger t {
              on E
              if x > 1 {
                send c(a) via m
              }
            }
        "#]],
    );
    grows(
        "profile P {\n  address: { ci$0ty: String? }\n}\n",
        &expect![[r#"
            city
            ---
            city: String?
            ---
            { city: String? }
            ---
            address: { city: String? }
            ---
            {
              address: { city: String? }
            }
            ---
            profile P {
              address: { city: String? }
            }
            ---
            profile P {
              address: { city: String? }
            }
        "#]],
    );
}

#[test]
fn a_selection_grows_anywhere() {
    grows("$0", &expect![[""]]);
    grows(
        "segment a { when (((b$0 \n",
        &expect![[r#"
        b
        ---
        (b
        ---
        ((b
        ---
        (((b
        ---
        segment a { when (((b
        ---
        segment a { when (((b 
    "#]],
    );
    let text = "é \"{ü}\" {\nsegment é { when x.y }\n";
    let fixture = Fixture::new(text);
    for offset in 0..text.len() as u32 + 3 {
        assert!(!selections(&fixture.db, fixture.files[0].1, offset).is_empty());
    }
}

#[track_caller]
fn links(text: &str) {
    let fixture = Fixture::new(text);
    let (file, offset) = fixture.cursor();
    let wanted: Vec<_> = fixture
        .ranges("here")
        .into_iter()
        .map(|(_, span)| span)
        .collect();
    let found = linked(&fixture.db, file, offset).unwrap_or_default();
    assert_eq!(found, wanted);
}

#[test]
fn names_of_one_declaration_are_edited_together() {
    links(
        "event E { x: Int }\ntrigger t { on E as <$here>e$0</$here> enter once\n if <$here>e</$here>.x > 1 { stop } }\n",
    );
    links("segment s(<$here>d$0</$here>: Duration) { when did Sent in last (<$here>d</$here>) }\n");
}

#[test]
fn names_that_others_use_are_not() {
    links(
        "segment s(d$0: Duration) { when did Sent in last (d) }\nsegment u { when in s(d: 30d) }\n",
    );
    links("segment a$0 { when true }\nsegment u { when in a }\n");
    links("segment a { wh$0en true }\n");
}
