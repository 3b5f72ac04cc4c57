//! Hints, shown in the text where they stand.

use expect_test::{Expect, expect};
use persona_base::Span;

use super::hints;
use crate::fixture::Fixture;

const SCHEMA: &str = "\
//- schema.persona
profile Customer {
  id: String @key
  visits: Int = 0
  birthday: Date?
  signed_up_at: Timestamp
  consent: { email: Bool = false }
  email: Email?
}
event Purchase { total: Money<EUR> }
catalog Product { sku: String @key, title: String }
";

/// The rules with their hints in `⟨…⟩`.
fn shown(fixture: &Fixture, range: Option<Span>) -> String {
    let file = fixture.file("main.persona");
    let text = fixture.db.file_text(file);
    let range = range.unwrap_or(Span::new(0, text.len() as u32));
    let mut shown = String::new();
    let mut at = 0;
    for hint in hints(&fixture.db, file, range) {
        shown.push_str(&text[at..hint.at as usize]);
        shown.push_str(&format!("⟨{}⟩", hint.text));
        at = hint.at as usize;
    }
    shown.push_str(&text[at..]);
    shown
}

fn check(rules: &str, expected: &Expect) {
    let fixture = Fixture::new(&format!("{SCHEMA}//- main.persona\n{rules}"));
    expected.assert_eq(&shown(&fixture, None));
}

#[test]
fn arguments_are_named() {
    check(
        "\
segment often(low: Int, window: Duration = 7d) { when visits > low and did Purchase in last (window) }
fn twice(n: Int) -> Int = n * 2
segment a { when in often(3, 2d) and twice(visits) > 3 }
segment b(low: Int) { when in often(low) or in often(low: 3) }
",
        &expect![[r#"
            segment often(low: Int, window: Duration = 7d) { when visits > low and did Purchase in last (window)⟨up to now⟩ }
            fn twice(n: Int) -> Int = n * 2
            segment a { when in often(⟨low:⟩3, ⟨window:⟩2d) and twice(⟨n:⟩visits) > 3 }
            segment b(low: Int) { when in often(low⟨, window: 7d⟩) or in often(low: 3⟨, window: 7d⟩) }
        "#]],
    );
}

#[test]
fn arguments_of_modules_are_named() {
    check(
        "use std.rfm\nsegment a { when rfm.monetary(Purchase.total) == 5 }\n",
        &expect![[r#"
            use std.rfm
            segment a { when rfm.monetary(⟨amount:⟩Purchase.total⟨, window: 365d⟩) == 5 }
        "#]],
    );
}

#[test]
fn what_is_sent_has_named_arguments_too() {
    check(
        "\
channel mail { to email requires consent.email }
content hello(order: Purchase, discount: Float = 0%) {
  text: String
  otherwise { text = \"x\" }
}
trigger t {
  on Purchase as bought
  enter always
  send hello(bought) via mail
  if visits > 3 { send hello(bought, 10%) via mail }
}
",
        &expect![[r#"
            channel mail { to email requires consent.email }
            content hello(order: Purchase, discount: Float = 0%) {
              text: String
              otherwise { text = "x" }
            }
            trigger t {
              on Purchase as bought
              enter always
              send hello(⟨order:⟩bought⟨, discount: 0%⟩) via mail
              if visits > 3 { send hello(⟨order:⟩bought, ⟨discount:⟩10%) via mail }
            }
        "#]],
    );
}

#[test]
fn types_that_are_not_said_are_shown() {
    check(
        "\
trait a = sum(Purchase.total in last 30d)
trait b(n: Int) = birthday
trait c: Int = visits
trait d = visits +
recommend e { from Product take 3 otherwise [\"a\"] }
",
        &expect![[r#"
            trait a⟨: Money<EUR>⟩ = sum(Purchase.total in last 30d⟨30 × 24 h up to now⟩)
            trait b(n: Int)⟨: Date?⟩ = birthday
            trait c: Int = visits
            trait d = visits +
            recommend e { from Product take 3 otherwise ["a"] }
        "#]],
    );
}

#[test]
fn windows_say_what_they_are_relative_to() {
    check(
        "\
segment a { when did Purchase in last 7d or did Purchase in last 36h or did Purchase in last 6 months }
segment b { when signed_up_at in this month or signed_up_at in this week or did Purchase in this day }
segment c { when birthday in next 7d or count(Purchase in last 3 calendar months) > 3 }
segment d { when did Purchase from 90d ago to 30d ago or did Purchase in last calendar year }
segment e { when avg(Purchase.total in latest 10) > 3 EUR }
",
        &expect![[r#"
            segment a { when did Purchase in last 7d⟨7 × 24 h up to now⟩ or did Purchase in last 36h⟨up to now⟩ or did Purchase in last 6 months⟨by the calendar, up to now⟩ }
            segment b { when signed_up_at in this month⟨since the 1st⟩ or signed_up_at in this week⟨since Monday⟩ or did Purchase in this day⟨since midnight⟩ }
            segment c { when birthday in next 7d⟨whole days⟩ or count(Purchase in last 3 calendar months⟨until the 1st⟩) > 3 }
            segment d { when did Purchase from 90d ago to 30d ago⟨counted from now⟩ or did Purchase in last calendar year⟨until 1 January⟩ }
            segment e { when avg(Purchase.total in latest 10) > 3 EUR }
        "#]],
    );
}

#[test]
fn a_week_begins_as_the_package_says() {
    let fixture = Fixture::new(&format!(
        "{SCHEMA}//- persona.toml\n[package]\nname = \"x\"\nversion = \"0.1.0\"\nlanguage = \"1\"\nweek_starts = \"sunday\"\n//- main.persona\nsegment a {{ when did Purchase in this week }}\n"
    ));
    expect![[r#"
        segment a { when did Purchase in this week⟨since Sunday⟩ }
    "#]]
    .assert_eq(&shown(&fixture, None));
}

#[test]
fn only_what_is_asked_for_is_shown() {
    let fixture = Fixture::new(&format!(
        "{SCHEMA}//- main.persona\ntrait a = visits\n<$seen>trait b = visits\n</$seen>trait c = visits\n"
    ));
    let (_, seen) = fixture.range("seen");
    expect![[r#"
        trait a = visits
        trait b⟨: Int⟩ = visits
        trait c = visits
    "#]]
    .assert_eq(&shown(&fixture, Some(seen)));
}

#[test]
fn broken_text_has_hints_where_it_is_not_broken() {
    check(
        "segment a { when in often( }\nsegment b { when did Purchase in last }\ntrait t =\nsegment often(n: Int) { when visits > n }\nsegment c { when in often(1, 2, }\n",
        &expect![[r#"
            segment a { when in often( }
            segment b { when did Purchase in last⟨up to now⟩ }
            trait t =
            segment often(n: Int) { when visits > n }
            segment c { when in often(⟨n:⟩1, 2, }
        "#]],
    );
}
