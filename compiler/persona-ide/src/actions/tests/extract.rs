//! Declarations made of what is selected.

use expect_test::expect;

use super::{check, check_same, refused, titles};

const SEGMENT: &str = "Make this a segment";
const TRAIT: &str = "Make this a trait";
const CONSTANT: &str = "Make this a constant";

#[test]
fn a_condition_becomes_a_segment() {
    check_same(
        "/// Somebody.\nsegment a \"A\" {\n  when <$sel>age > 3</$sel> and visits > 2\n}\n",
        SEGMENT,
        &expect![[r#"
            segment new_segment {
              when age > 3
            }

            /// Somebody.
            segment a "A" {
              when in new_segment and visits > 2
            }
        "#]],
    );
    check_same(
        "segment a { when not (<$sel>visits > 3 and country == DE</$sel>) }\n",
        SEGMENT,
        &expect![[r#"
            segment new_segment {
              when visits > 3 and country == DE
            }

            segment a { when not (in new_segment) }
        "#]],
    );
}

#[test]
fn neighbours_in_a_chain_become_a_segment() {
    check_same(
        "segment a { when <$sel>age > 3 and visits > 2</$sel> and country == DE }\n",
        SEGMENT,
        &expect![[r#"
            segment new_segment {
              when age > 3 and visits > 2
            }

            segment a { when in new_segment and country == DE }
        "#]],
    );
}

#[test]
fn what_happened_becomes_a_segment() {
    check_same(
        "segment a { when <$sel>did Purchase in last 7d where total > 3 EUR</$sel> }\n",
        SEGMENT,
        &expect![[r#"
            segment new_segment {
              when did Purchase in last 7d where total > 3 EUR
            }

            segment a { when in new_segment }
        "#]],
    );
}

#[test]
fn parameters_are_handed_on() {
    check(
        "segment a(low: Int, window: Duration = 7d) { when <$sel>visits > low</$sel> and did Purchase in last (window) }\nsegment b { when in a(3) }\n",
        SEGMENT,
        &expect![[r#"
            segment new_segment(low: Int) {
              when visits > low
            }

            segment a(low: Int, window: Duration = 7d) { when in new_segment(low) and did Purchase in last (window) }
            segment b { when in a(3) }
        "#]],
    );
}

#[test]
fn names_that_are_taken_are_not_taken_again() {
    check_same(
        "segment new_segment { when visits > 1 }\nsegment a { when <$sel>age > 3</$sel> and visits > 2 and in new_segment }\n",
        SEGMENT,
        &expect![[r#"
            segment new_segment { when visits > 1 }
            segment new_segment_2 {
              when age > 3
            }

            segment a { when in new_segment_2 and visits > 2 and in new_segment }
        "#]],
    );
}

#[test]
fn what_is_known_only_here_stays_here() {
    refused(
        "segment a { when age is known and not (<$sel>age > 3</$sel>) and visits > 2 }\n",
        "Nothing",
    );
    refused(
        "segment a { when age is known and <$sel>age != 3</$sel> }\n",
        SEGMENT,
    );
    refused(
        "trait t: Int = if age is known then <$sel>age + 1</$sel> else 0\n",
        TRAIT,
    );
    refused(
        "segment a { when <$sel>age is known</$sel> and age != 3 }\n",
        SEGMENT,
    );
}

#[test]
fn the_fields_of_an_event_stay_in_their_query() {
    refused(
        "segment a { when did Purchase where <$sel>total > 3 EUR</$sel> }\n",
        SEGMENT,
    );
    refused(
        "segment a { when count(Purchase where <$sel>total > 3 EUR</$sel>) > 2 }\n",
        SEGMENT,
    );
    refused(
        "segment a { when did Purchase as p then Viewed where <$sel>sku == \"a\"</$sel> }\n",
        SEGMENT,
    );
}

#[test]
fn names_that_something_gives_cannot_be_handed_on() {
    let rules = "\
channel mail { to email requires consent.email }
content hello {
  text: String
  otherwise { text = \"x\" }
}
trigger t {
  on Purchase as bought
  when <$sel>bought.total > 3 EUR</$sel>
  enter always
  send hello via mail
}
";
    refused(rules, SEGMENT);
    refused(
        &rules.replace(
            "<$sel>bought.total > 3 EUR</$sel>",
            "<$sel>bought.total</$sel> > 3 EUR",
        ),
        TRAIT,
    );
}

#[test]
fn a_condition_of_a_trigger_becomes_a_segment() {
    check(
        "\
channel mail { to email requires consent.email }
content hello {
  text: String
  otherwise { text = \"x\" }
}
trigger t {
  on Purchase
  when <$sel>visits > 3</$sel>
  enter always
  send hello via mail
}
",
        SEGMENT,
        &expect![[r#"
            channel mail { to email requires consent.email }
            content hello {
              text: String
              otherwise { text = "x" }
            }
            segment new_segment {
              when visits > 3
            }

            trigger t {
              on Purchase
              when in new_segment
              enter always
              send hello via mail
            }
        "#]],
    );
}

#[test]
fn a_value_becomes_a_trait() {
    check_same(
        "segment a { when <$sel>sum(Purchase.total in last 90d)</$sel> > 100 EUR }\n",
        TRAIT,
        &expect![[r#"
            trait new_trait: Money<EUR> = sum(Purchase.total in last 90d)

            segment a { when new_trait > 100 EUR }
        "#]],
    );
    check_same(
        "segment a { when <$sel>age + visits</$sel> > 100 }\n",
        TRAIT,
        &expect![[r#"
            trait new_trait: Int? = age + visits

            segment a { when new_trait > 100 }
        "#]],
    );
}

#[test]
fn a_value_with_parameters_becomes_a_trait_with_parameters() {
    check(
        "segment a(n: Int) { when <$sel>visits + n</$sel> > 100 }\nsegment b { when in a(2) }\n",
        TRAIT,
        &expect![[r#"
            trait new_trait(n: Int): Int = visits + n

            segment a(n: Int) { when new_trait(n) > 100 }
            segment b { when in a(2) }
        "#]],
    );
}

#[test]
fn a_literal_becomes_a_constant() {
    check_same(
        "segment a { when spend > <$sel>100 EUR</$sel> }\n",
        CONSTANT,
        &expect![[r#"
            const NEW_CONSTANT: Money<EUR> = 100 EUR

            segment a { when spend > NEW_CONSTANT }
        "#]],
    );
    check_same(
        "segment a { when did Purchase in last <$sel>30d</$sel> }\n",
        CONSTANT,
        &expect![[r#"
            const NEW_CONSTANT: Duration = 30d

            segment a { when did Purchase in last (NEW_CONSTANT) }
        "#]],
    );
    check_same(
        "segment a { when did Purchase where total > <$sel>30 EUR</$sel> }\n",
        CONSTANT,
        &expect![[r#"
            const NEW_CONSTANT: Money<EUR> = 30 EUR

            segment a { when did Purchase where total > NEW_CONSTANT }
        "#]],
    );
    check_same(
        "segment a { when country in <$sel>[DE, FR]</$sel> }\n",
        CONSTANT,
        &expect![[r#"
            const NEW_CONSTANT: List<Country> = [DE, FR]

            segment a { when country in NEW_CONSTANT }
        "#]],
    );
    refused("const A: Int = <$sel>3</$sel>\n", CONSTANT);
}

#[test]
fn a_cursor_makes_nothing() {
    let all = titles(&super::fixture("segment a { when vis$0its > 3 }\n"));
    assert!(
        !all.iter().any(|title| title.starts_with("Make this")),
        "{all:?}"
    );
}
