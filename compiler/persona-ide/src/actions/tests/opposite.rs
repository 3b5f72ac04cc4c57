//! The opposite of conditions: nobody is in both, and everybody is in one of them.

use expect_test::expect;
use persona_sema::prove::{contradictory, tautology};

use super::{applied, check_same, checked, fixture, main_text, refused};

const OPPOSITE: &str = "Say the opposite";

/// The opposite of a condition, which is proven to be one.
fn opposite(condition: &str) -> String {
    let rules = format!(
        "segment a {{ when {condition} }}\nsegment b {{\n  when <$sel>{condition}</$sel>\n}}\n"
    );
    let fixture = fixture(&rules);
    let after = main_text(&applied(&fixture, OPPOSITE));
    let (_, turned) = after
        .split_once("segment b {\n  when ")
        .expect("the other segment");
    let turned = turned
        .trim_end()
        .trim_end_matches('}')
        .trim_end()
        .to_owned();
    let both = format!(
        "{after}segment both {{ when in a and in b }}\nsegment either {{ when in a or in b }}\n"
    );
    let proof = super::fixture(&both);
    let package = checked(&proof.db);
    let of = |name: &str| {
        let mut segments = package.segments.iter();
        &segments
            .find(|one| &*one.name == name)
            .expect("a segment")
            .body
    };
    assert!(
        contradictory(&package, of("both")).is_proven(),
        "both {condition} and {turned}"
    );
    assert!(
        tautology(&package, of("either")).is_proven(),
        "neither {condition} nor {turned}"
    );
    turned
}

#[test]
fn a_comparison_of_what_is_there_has_the_other_operator() {
    assert_eq!(opposite("visits > 3"), "visits <= 3");
    assert_eq!(opposite("visits >= 3"), "visits < 3");
    assert_eq!(opposite("3 < visits"), "3 >= visits");
    assert_eq!(opposite("visits <= 3"), "visits > 3");
    assert_eq!(opposite("country == DE"), "country != DE");
    assert_eq!(opposite("country != DE"), "country == DE");
    assert_eq!(opposite("spend + 1 EUR > 3 EUR"), "spend + 1 EUR <= 3 EUR");
}

#[test]
fn where_a_value_may_be_missing_the_opposite_holds_without_it() {
    assert_eq!(opposite("age > 3"), "age is missing or age <= 3");
    assert_eq!(opposite("tier == gold"), "tier is missing or tier != gold");
    assert_eq!(
        opposite("birthday before 2000-01-01"),
        "birthday is missing or not birthday before 2000-01-01"
    );
    assert_eq!(
        opposite("age between 3 and 5"),
        "age is missing or not age between 3 and 5"
    );
    assert_eq!(
        opposite("age in [3, 5]"),
        "age is missing or age not in [3, 5]"
    );
    assert_eq!(
        opposite("vip_since in last 30d"),
        "vip_since is missing or not vip_since in last 30d"
    );
    assert_eq!(
        opposite("email contains \"x\""),
        "email is missing or not email contains \"x\""
    );
}

#[test]
fn what_is_known_at_the_place_needs_no_words() {
    assert_eq!(
        opposite("age is known and age > 3"),
        "age is missing or age <= 3"
    );
    assert_eq!(
        opposite("age is missing or age > 3"),
        "age is known and age <= 3"
    );
    assert_eq!(opposite("(age ?? 0) > 3"), "(age ?? 0) <= 3");
}

#[test]
fn chains_are_turned_part_by_part() {
    assert_eq!(
        opposite("visits > 3 and country == DE"),
        "visits <= 3 or country != DE"
    );
    assert_eq!(
        opposite("visits > 3 or country == DE"),
        "visits <= 3 and country != DE"
    );
    assert_eq!(
        opposite("visits > 3 and (country == DE or age > 4)"),
        "visits <= 3 or country != DE and (age is missing or age <= 4)"
    );
    assert_eq!(
        opposite("(visits > 3 and country == DE) or spend > 1 EUR"),
        "(visits <= 3 or country != DE) and spend <= 1 EUR"
    );
}

#[test]
fn questions_are_turned_too() {
    assert_eq!(opposite("age is known"), "age is missing");
    assert_eq!(opposite("age is missing"), "age is known");
    assert_eq!(opposite("not visits > 3"), "visits > 3");
    assert_eq!(
        opposite("not (visits > 3 or country == DE)"),
        "visits > 3 or country == DE"
    );
    assert_eq!(opposite("consent.email"), "not consent.email");
    assert_eq!(
        opposite("consent.offers ?? false"),
        "not (consent.offers ?? false)"
    );
    assert_eq!(opposite("tags contains \"x\""), "not tags contains \"x\"");
    assert_eq!(opposite("country in [DE, FR]"), "country not in [DE, FR]");
    assert_eq!(
        opposite("visits between 2 and 5"),
        "not visits between 2 and 5"
    );
}

#[test]
fn what_happened_is_turned_into_what_did_not() {
    assert_eq!(
        opposite("did Purchase in last 30d"),
        "did not Purchase in last 30d"
    );
    assert_eq!(
        opposite("did not Purchase in last 30d"),
        "did Purchase in last 30d"
    );
    assert_eq!(
        opposite("did Purchase where total > 3 EUR"),
        "did not Purchase where total > 3 EUR"
    );
    assert_eq!(
        opposite("did Purchase where coupon == \"x\""),
        "did not Purchase where coupon is known and coupon == \"x\""
    );
    assert_eq!(
        opposite("did Purchase at least 3 times"),
        "not (did Purchase at least 3 times)"
    );
    assert_eq!(
        opposite("did Purchase in last 7d then not Viewed for 24h"),
        "not (did Purchase in last 7d then not Viewed for 24h)"
    );
}

#[test]
fn the_cursor_takes_the_smallest_condition() {
    let fixture = fixture("segment a { when visits > 3 and coun$0try == DE }\n");
    expect![[r#"
        segment a { when visits > 3 and country != DE }
    "#]]
    .assert_eq(&main_text(&applied(&fixture, OPPOSITE)));
}

#[test]
fn parentheses_come_where_they_are_needed() {
    let fixture = fixture("segment a { when visits > 3 and ag$0e > 3 }\n");
    expect![[r#"
        segment a { when visits > 3 and (age is missing or age <= 3) }
    "#]]
    .assert_eq(&main_text(&applied(&fixture, OPPOSITE)));
}

#[test]
fn segments_are_sets() {
    let fixture = fixture("segment a { when age > 3 }\nsegment b { when in $0a }\n");
    expect![[r#"
        segment a { when age > 3 }
        segment b { when not in a }
    "#]]
    .assert_eq(&main_text(&applied(&fixture, OPPOSITE)));
}

#[test]
fn what_rests_on_something_open_elsewhere_has_no_opposite() {
    refused(
        "trait old: Bool = age > 60\nsegment a { when ol$0d }\n",
        OPPOSITE,
    );
}

#[test]
fn a_value_has_no_opposite() {
    refused("trait t: Int = visi$0ts\n", OPPOSITE);
    refused("segment a { when visits > 1$03 and broken ( }\n", "Nothing");
}

#[test]
fn not_moves_inwards() {
    check_same(
        "segment a { when $0not (visits > 3 and country == DE) }\n",
        "Move `not` inwards",
        &expect![[r#"
            segment a { when visits <= 3 or country != DE }
        "#]],
    );
    check_same(
        "segment a { when spend > 1 EUR and $0not (visits > 3 and country == DE) }\n",
        "Move `not` inwards",
        &expect![[r#"
            segment a { when spend > 1 EUR and (visits <= 3 or country != DE) }
        "#]],
    );
}

#[test]
fn branches_are_swapped() {
    check_same(
        "segment a { when $0if visits > 3 then spend > 1 EUR else country == DE }\n",
        "Turn the condition around",
        &expect![[r#"
            segment a { when if visits <= 3 then country == DE else spend > 1 EUR }
        "#]],
    );
}
