//! Conditions and how they are said.

use expect_test::{Expect, expect};

use crate::fixture::Fixture;

const SHOP: &str = "profile Customer { id: String @key tier: Tier = bronze country: String? spend: Money<USD> = 0 USD joined: Timestamp tags: Set<String> }\nordered enum Tier { bronze, silver, gold }\nevent Purchase { total: Money<USD> }\nevent Viewed { sku: String }\npartition life { active \"Active ones\" when did Purchase in last 90d otherwise lapsed }\nsegment vip \"VIP shoppers\" { when spend > 1000 USD and tier >= silver }\n";

#[track_caller]
fn said(condition: &str, expected: &Expect) {
    let fixture = Fixture::new(&format!("{SHOP}segment s {{ when {condition} }}\n"));
    let decl = fixture.db.named("s").expect("it is there");
    assert!(
        !fixture.problems().contains("P03"),
        "{}",
        fixture.problems()
    );
    let words = super::segment(&fixture.db, decl).unwrap_or_default();
    expected.assert_eq(&words);
}

#[test]
fn comparisons_are_said_of_what_varies() {
    said(
        "spend > 1000 USD",
        &expect!["Everybody for whom `spend` is above `1000 USD`"],
    );
    said(
        "spend <= 1000 USD",
        &expect!["Everybody for whom `spend` is at most `1000 USD`"],
    );
    said(
        "10 USD <= spend",
        &expect!["Everybody for whom `spend` is at least `10 USD`"],
    );
    said(
        "not spend < 10 USD",
        &expect!["Everybody for whom `spend` is at least `10 USD`"],
    );
    said(
        "tier == gold",
        &expect!["Everybody for whom `tier` is `gold`"],
    );
    said(
        "tier != gold",
        &expect!["Everybody for whom `tier` is not `gold`"],
    );
    said(
        "tier in [gold, silver]",
        &expect!["Everybody for whom `tier` is one of `[gold, silver]`"],
    );
    said(
        "spend between 1 USD and 5 USD",
        &expect!["Everybody for whom `spend` is between `1 USD` and `5 USD`"],
    );
}

#[test]
fn missing_values_are_said() {
    said(
        "country is missing",
        &expect!["Everybody for whom `country` is missing"],
    );
    said(
        "country is known",
        &expect!["Everybody for whom `country` is known"],
    );
}

#[test]
fn windows_are_said() {
    said(
        "joined in last 14d",
        &expect!["Everybody for whom `joined` is in the last 14 days"],
    );
    said(
        "joined in last 6 months",
        &expect!["Everybody for whom `joined` is in the last 6 months"],
    );
    said(
        "joined in this month",
        &expect!["Everybody for whom `joined` is this month"],
    );
    said(
        "joined in last 3 calendar weeks",
        &expect!["Everybody for whom `joined` is in the 3 weeks before this one"],
    );
    said(
        "joined from 90d ago to 36h ago",
        &expect!["Everybody for whom `joined` is from 90 days ago to 36 hours ago"],
    );
}

#[test]
fn histories_are_said() {
    said(
        "did Purchase in last 90d",
        &expect!["Everybody who has `Purchase` in the last 90 days"],
    );
    said(
        "did not Purchase",
        &expect!["Everybody who has no `Purchase`"],
    );
    said(
        "did Purchase in last 30d where total > 5 USD",
        &expect!["Everybody who has `Purchase` in the last 30 days where `total > 5 USD`"],
    );
    said(
        "did any event in last 1d",
        &expect!["Everybody who has any event in the last 1 day"],
    );
    said(
        "did not any event in last 180d",
        &expect!["Everybody who has no event in the last 180 days"],
    );
    said(
        "did Purchase at least 3 times in last 30d",
        &expect!["Everybody who has at least 3 `Purchase` in the last 30 days"],
    );
    said(
        "count(Purchase in latest 10 where total > 5 USD) < 2",
        &expect![
            "Everybody who has fewer than 2 `Purchase` among the latest 10 where `total > 5 USD`"
        ],
    );
}

#[test]
fn segments_and_stages_are_opened_up() {
    said(
        "in vip and in life.active",
        &expect![[r#"
            Everybody for whom all of this holds:
            - is in `vip` (VIP shoppers)
              - `spend` is above `1000 USD`
              - `tier` is at least `silver`
            - is at the stage `active` (Active ones) of `life`"#]],
    );
    said(
        "not in vip",
        &expect![[r#"
            Everybody who is not in `vip` (VIP shoppers)
            - `spend` is above `1000 USD`
            - `tier` is at least `silver`"#]],
    );
}

#[test]
fn and_or_and_not_are_lists() {
    said(
        "tier == gold and (country == \"US\" or spend > 5 USD)",
        &expect![[r#"
            Everybody for whom all of this holds:
            - `tier` is `gold`
            - at least one of these holds:
              - `country` is `"US"`
              - `spend` is above `5 USD`"#]],
    );
    said(
        "not (tier == gold or spend > 5 USD)",
        &expect![[r#"
            Everybody for whom none of this holds:
            - `tier` is `gold`
            - `spend` is above `5 USD`"#]],
    );
}

#[test]
fn what_has_no_saying_is_shown_as_written() {
    said(
        "tags contains any [\"a\", \"b\"]",
        &expect![[r#"Everybody for whom `tags contains any ["a", "b"]` holds"#]],
    );
    said(
        "did Viewed then Purchase within 1h",
        &expect!["Everybody for whom `did Viewed then Purchase within 1h` holds"],
    );
    said(
        "sample(10%, \"x\")",
        &expect!["Everybody who is in a fixed sample of 10%"],
    );
}

#[test]
fn a_broken_segment_is_not_said() {
    said("", &expect![""]);
}
