//! Values beside lines.

use expect_test::{Expect, expect};
use persona_base::Span;

use super::inline_values;
use crate::fixture::Fixture;

#[track_caller]
fn shows(text: &str, expected: &Expect) {
    let fixture = Fixture::new(text);
    let file = fixture.files[0].1;
    let text = fixture.db.file_text(file);
    let mut shown = String::new();
    for one in inline_values(&fixture.db, file, Span::new(0, text.len() as u32)) {
        shown.push_str(&format!("{} -> {}\n", one.span.of(text), one.text));
    }
    expected.assert_eq(&shown);
}

#[test]
fn constants_are_told() {
    shows(
        "const EU: List<String> = [\"DE\", \"FR\"]\nprofile P { id: String @key c: String? }\nsegment s { when c in EU }\n",
        &expect![[r#"
            EU -> EU = ["DE", "FR"]
        "#]],
    );
}

#[test]
fn the_time_of_a_test_is_told() {
    shows(
        "profile P { id: String @key }\nevent E { x: Int }\ntest \"t\" {\n  given { id: \"a\" }\n  event E { x: 0 }\n  at 2026-01-10T12:00Z\n  event E { x: 1 }\n  wait 30m\n  wait 36h\n  expect did E\n}\n",
        &expect![[r#"
            event E { x: 1 } -> 2026-01-10T12:00:00Z
            wait 30m -> 2026-01-10T12:30:00Z
            wait 36h -> 2026-01-12T00:30:00Z
            expect did E -> 2026-01-12T00:30:00Z
        "#]],
    );
}

#[test]
fn a_range_has_its_values() {
    let fixture = Fixture::new("const A: Int = 1\ntrait t = A\ntrait u = A\n");
    let file = fixture.files[0].1;
    assert_eq!(inline_values(&fixture.db, file, Span::new(18, 28)).len(), 1);
    assert_eq!(inline_values(&fixture.db, file, Span::new(900, 999)), []);
}
