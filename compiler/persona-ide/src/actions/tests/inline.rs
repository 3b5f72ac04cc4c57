//! What is declared put where it is used.

use expect_test::expect;

use super::{Change, check, check_same, fixture, offered, refused, resolve};

const HERE: &str = "Put what `";
const EVERYWHERE: &str = "Put `";

#[test]
fn a_segment_is_put_where_it_is_asked() {
    check_same(
        "segment vip { when spend > 10 EUR or visits > 3 }\nsegment a { when in vi$0p and country == DE }\n",
        HERE,
        &expect![[r#"
            segment vip { when spend > 10 EUR or visits > 3 }
            segment a { when (spend > 10 EUR or visits > 3) and country == DE }
        "#]],
    );
    check_same(
        "segment vip { when spend > 10 EUR }\nsegment a { when not in vi$0p }\n",
        HERE,
        &expect![[r#"
            segment vip { when spend > 10 EUR }
            segment a { when not spend > 10 EUR }
        "#]],
    );
}

#[test]
fn what_is_open_in_a_segment_is_a_plain_no_outside() {
    check_same(
        "segment vip { when age > 3 }\nsegment a { when in vi$0p }\n",
        HERE,
        &expect![[r#"
            segment vip { when age > 3 }
            segment a { when age > 3 }
        "#]],
    );
    check_same(
        "segment vip { when age > 3 and visits > 1 }\nsegment a { when not in vi$0p }\n",
        HERE,
        &expect![[r#"
            segment vip { when age > 3 and visits > 1 }
            segment a { when not (age is known and age > 3 and visits > 1) }
        "#]],
    );
}

#[test]
fn arguments_take_the_places_of_parameters() {
    check_same(
        "segment often(n: Int, window: Duration = 7d) { when visits + 1 > n and did Purchase in last (window) }\nsegment a { when in oft$0en(2 + 3) }\n",
        HERE,
        &expect![[r#"
            segment often(n: Int, window: Duration = 7d) { when visits + 1 > n and did Purchase in last (window) }
            segment a { when visits + 1 > (2 + 3) and did Purchase in last (7d) }
        "#]],
    );
    check_same(
        "segment often(n: Int, window: Duration = 7d) { when visits > n and did Purchase in last (window) }\nsegment a { when in oft$0en(window: 2d, n: 4) or visits > 99 }\n",
        HERE,
        &expect![[r#"
            segment often(n: Int, window: Duration = 7d) { when visits > n and did Purchase in last (window) }
            segment a { when visits > 4 and did Purchase in last (2d) or visits > 99 }
        "#]],
    );
    check_same(
        "trait most(f: Field<Money<EUR>>): Money<EUR>? = max(f in last 30d)\nsegment a { when mo$0st(Purchase.total) > 3 EUR }\n",
        HERE,
        &expect![[r#"
            trait most(f: Field<Money<EUR>>): Money<EUR>? = max(f in last 30d)
            segment a { when max(Purchase.total in last 30d) > 3 EUR }
        "#]],
    );
}

#[test]
fn a_trait_is_put_where_it_is_read() {
    check_same(
        "trait total: Money<EUR> = sum(Purchase.total) + spend\nsegment a { when tot$0al * 2 > 3 EUR }\n",
        HERE,
        &expect![[r#"
            trait total: Money<EUR> = sum(Purchase.total) + spend
            segment a { when (sum(Purchase.total) + spend) * 2 > 3 EUR }
        "#]],
    );
}

#[test]
fn a_trait_that_converts_its_value_stays() {
    refused(
        "trait n: Float = visits\nsegment a { when $0n > 3 }\n",
        HERE,
    );
}

#[test]
fn a_constant_is_put_where_it_is_read() {
    check_same(
        "const MANY: Int = 3\nsegment a { when visits > MA$0NY }\n",
        HERE,
        &expect![[r#"
            const MANY: Int = 3
            segment a { when visits > 3 }
        "#]],
    );
    check_same(
        "const LONG: Duration = 30d\nsegment a { when did Purchase in last (LO$0NG) }\n",
        HERE,
        &expect![[r#"
            const LONG: Duration = 30d
            segment a { when did Purchase in last 30d }
        "#]],
    );
}

#[test]
fn nothing_is_put_where_bare_names_mean_something_else() {
    refused(
        "trait limit: Money<EUR> = spend\nsegment a { when did Purchase where total > lim$0it }\n",
        HERE,
    );
}

#[test]
fn everywhere_and_gone() {
    check_same(
        "/// Good customers.\nsegment v$0ip { when spend > 10 EUR }\n\n// Two more.\nsegment a { when in vip }\nsegment b { when visits > 1 and not in vip }\n",
        EVERYWHERE,
        &expect![[r#"
            // Two more.
            segment a { when spend > 10 EUR }
            segment b { when visits > 1 and not spend > 10 EUR }
        "#]],
    );
    check_same(
        "const MA$0NY: Int = 3\nsegment a { when visits > MANY and visits < 2 * MANY }\n",
        EVERYWHERE,
        &expect![[r#"
            segment a { when visits > 3 and visits < 2 * 3 }
        "#]],
    );
}

#[test]
fn what_is_needed_as_a_declaration_stays() {
    let fixture = fixture(
        "segment v$0ip { when spend > 10 EUR }\nsegment other { when visits > 1 }\nexclusive { vip, other }\n",
    );
    let all = offered(&fixture);
    let action = all
        .iter()
        .find(|one| one.title.starts_with(EVERYWHERE))
        .expect("it is offered");
    let Change::Later(later) = action.change else {
        panic!("it looks at the whole package");
    };
    expect!["`vip` cannot be put into an exclusion"]
        .assert_eq(&resolve(&fixture.db, later).expect_err("it stays"));
}

#[test]
fn what_nobody_uses_and_what_is_called_by_nobody_is_not_offered() {
    refused("segment v$0ip { when spend > 10 EUR }\n", EVERYWHERE);
    refused("enum E$0 { a }\n", EVERYWHERE);
}

#[test]
fn modules_keep_their_own() {
    let fixture = fixture("use std.rfm\nsegment a { when rfm.recen$0cy(Purchase) == 5 }\n");
    let all = super::titles(&fixture);
    assert!(!all.iter().any(|one| one.starts_with(HERE)), "{all:?}");
}

#[test]
fn a_use_in_a_use_is_put_one_by_one() {
    check_same(
        "const A: Int = 3\ntrait n(x: Int): Int = x + A + visits\nsegment a { when n$0(A) > 3 }\n",
        HERE,
        &expect![[r#"
            const A: Int = 3
            trait n(x: Int): Int = x + A + visits
            segment a { when A + A + visits > 3 }
        "#]],
    );
}

#[test]
fn tests_ask_what_a_segment_says() {
    check(
        "segment v$0ip { when spend > 10 EUR }\ntest \"one\" {\n  given { id: \"a\", signed_up_at: 2025-01-01T00:00Z }\n  at 2026-01-01T00:00Z\n  expect not in vip\n}\n",
        EVERYWHERE,
        &expect![[r#"
            test "one" {
              given { id: "a", signed_up_at: 2025-01-01T00:00Z }
              at 2026-01-01T00:00Z
              expect not spend > 10 EUR
            }
        "#]],
    );
}
