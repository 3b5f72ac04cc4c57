//! The same in other words.

use expect_test::expect;

use super::{check_same, refused};

#[test]
fn between_is_two_comparisons() {
    check_same(
        "segment a { when visits betw$0een 2 and 5 }\n",
        "Write as two comparisons",
        &expect![[r#"
            segment a { when visits >= 2 and visits <= 5 }
        "#]],
    );
    check_same(
        "segment a { when not visits betw$0een 2 and 5 }\n",
        "Write as two comparisons",
        &expect![[r#"
            segment a { when not (visits >= 2 and visits <= 5) }
        "#]],
    );
    check_same(
        "segment a { when age betw$0een 2 and 5 or visits > 3 }\n",
        "Write as two comparisons",
        &expect![[r#"
            segment a { when age >= 2 and age <= 5 or visits > 3 }
        "#]],
    );
}

#[test]
fn a_date_beside_an_instant_stays_between() {
    refused(
        "segment a { when signed_up_at betw$0een 2020-01-01 and 2021-01-01 }\n",
        "Write as two comparisons",
    );
}

#[test]
fn two_comparisons_are_between() {
    check_same(
        "segment a { when visits >= 2 an$0d visits <= 5 }\n",
        "Write as `visits between",
        &expect![[r#"
            segment a { when visits between 2 and 5 }
        "#]],
    );
    check_same(
        "segment a { when visits <= 5 and country == DE and 2 <= vi$0sits }\n",
        "Write as `visits between",
        &expect![[r#"
            segment a { when visits between 2 and 5 and country == DE }
        "#]],
    );
    refused(
        "segment a { when visits > 2 an$0d visits <= 5 }\n",
        "Write as `",
    );
    refused(
        "segment a { when visits >= 2 an$0d score <= 5.0 }\n",
        "Write as `",
    );
    refused(
        "segment a { when visits >= 2 o$0r visits <= 5 }\n",
        "Write as `",
    );
}

#[test]
fn if_is_match() {
    check_same(
        "segment a { when $0if country == DE then visits > 1 else if country == FR then visits > 2 else visits > 3 }\n",
        "Write as `match",
        &expect![[r#"
            segment a { when match country { DE => visits > 1, FR => visits > 2, otherwise => visits > 3 } }
        "#]],
    );
    check_same(
        "segment a { when $0if country == DE or country == FR then visits > 1 else visits > 3 }\n",
        "Write as `match",
        &expect![[r#"
            segment a { when match country { DE or FR => visits > 1, otherwise => visits > 3 } }
        "#]],
    );
    refused(
        "segment a { when ($0if country == DE then 1 else if visits == 3 then 2 else 3) > 1 }\n",
        "Write as `match",
    );
    refused(
        "segment a { when ($0if visits > 3 then 1 else 3) > 1 }\n",
        "Write as `match",
    );
}

#[test]
fn match_is_if() {
    check_same(
        "segment a { when $0match country { DE => visits > 1, FR or other => visits > 2 } }\n",
        "Write as `if",
        &expect![[r#"
            segment a { when if country == DE then visits > 1 else visits > 2 }
        "#]],
    );
    check_same(
        "segment a { when $0match tier { gold => visits > 1, missing => false, otherwise => visits > 2 } }\n",
        "Write as `if",
        &expect![[r#"
            segment a { when if tier is missing then false else if tier == gold then visits > 1 else visits > 2 }
        "#]],
    );
}
