//! What of a file is counted, and where it is shown.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use persona_base::Span;

use super::{countable_at, countables, segments};
use crate::fixture::Fixture;

const SHOP: &str =
    "profile Customer { id: String @key, age: Int = 0, vip: Bool = no }\nevent Order {}\n";

fn check(rules: &str, expected: &Expect) {
    let fixture = Fixture::new(&format!("{SHOP}{rules}"));
    let file = fixture.file("main.persona");
    let text = fixture.db.file_text(file);
    let mut shown = String::new();
    for one in countables(&fixture.db, file, Span::new(0, text.len() as u32)) {
        let written = one.span.of(text).replace('\n', " ");
        let _ = writeln!(shown, "{} {:?}: {written}", one.declaration, one.part);
    }
    expected.assert_eq(&shown);
}

#[test]
fn everything_that_holds_for_some_people_is_counted() {
    check(
        "segment adult \"Adults\" { when age >= 18 }\ntrait old: Bool = age > 60\ntrait double = age * 2\n\
         partition ages {\n  grown when age >= 18\n  otherwise young\n}\n\
         trigger hello {\n  on Order\n  when vip\n  enter always\n}\n\
         content note {\n  text: String\n  variant a when vip { text = \"A\" }\n  otherwise { text = \"B\" }\n}\n",
        &expect![[r#"
            adult Whole: adult "Adults"
            old Whole: old: Bool
            double Whole: double
            ages Stage(0): grown when age >= 18
            ages Stage(1): young
            hello Condition(34..37): when vip
            note Variant(0): a when vip
            note Variant(1): otherwise
        "#]],
    );
}

#[test]
fn what_needs_arguments_is_not_counted_and_broken_text_disturbs_nothing() {
    check(
        "segment over(least: Int) { when age >= least }\nsegment half { when age >= \n\nsegment whole { when vip }\n",
        &expect![[r#"
            half Whole: half
            whole Whole: whole
        "#]],
    );
}

#[test]
fn only_what_touches_the_range_is_asked() {
    let fixture = Fixture::new(&format!(
        "{SHOP}segment a {{ when vip }}\n<$seen>segment b {{ when vip }}</$seen>\nsegment c {{ when vip }}\n"
    ));
    let (file, span) = fixture.range("seen");
    let found = countables(&fixture.db, file, span);
    let names: Vec<&str> = found.iter().map(|one| &*one.declaration).collect();
    assert_eq!(names, ["b"]);
}

#[test]
fn the_cursor_is_in_one_condition_or_in_none() {
    for (rules, expected) in [
        (
            "segment a { when age > 1 and v$0ip }",
            Some("age > 1 and vip"),
        ),
        ("segment a$0 { when vip }", None),
        (
            "partition p {\n  x when vip\n  y when age$0 > 1\n  otherwise z\n}",
            Some("age > 1"),
        ),
    ] {
        let fixture = Fixture::new(&format!("{SHOP}{rules}\n"));
        let (file, offset) = fixture.cursor();
        let found = countable_at(&fixture.db, file, offset);
        let text = fixture.db.file_text(file);
        let condition = found.and_then(|one| one.condition);
        assert_eq!(condition.map(|span| span.of(text)), expected, "{rules}");
    }
}

#[test]
fn segments_of_the_file_come_first() {
    let fixture = Fixture::new(&format!(
        "//- a.persona\n{SHOP}segment z {{ when vip }}\nsegment with(x: Int) {{ when age > x }}\n\
         //- b.persona\nsegment y {{ when vip }}\n"
    ));
    let names = segments(&fixture.db, fixture.file("b.persona"));
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    assert_eq!(names, ["y", "z"]);
}
