//! What is shown beside names.

use expect_test::{Expect, expect};

use super::hover;
use crate::fixture::Fixture;

const SHOP: &str = r#"
//- shop.persona
/// People we may write to.
profile Customer {
  id: String @key
  /// Where they read.
  email: Email? @pii
  tier: Tier = bronze
  spend: Money<USD> = 0 USD
  joined: Timestamp
  address: { city: String?, zip: String? }
}
/// How loyal somebody is.
ordered enum Tier { bronze, silver, gold "Gold" }
event Purchase { order_id: String, total: Money<USD>, items: List<{ sku: String, price: Money<USD> }> }
"#;

#[track_caller]
fn shows(text: &str, expected: &Expect) {
    let fixture = Fixture::new(&format!("//- a.persona\n{text}\n{SHOP}"));
    let (file, offset) = fixture.cursor();
    let shown = hover(&fixture.db, file, offset);
    let shown = shown.map_or_else(String::new, |shown| {
        let text = shown.span.of(fixture.db.file_text(file));
        let audience = shown.audience.map_or_else(String::new, |who| {
            format!(
                " ({}{})",
                who.name,
                who.stage
                    .map_or_else(String::new, |stage| format!(".{stage}"))
            )
        });
        format!("[{text}]{audience}\n{}", shown.markdown)
    });
    expected.assert_eq(&shown);
}

#[test]
fn a_segment_is_said_in_plain_words_with_who_uses_it() {
    shows(
        "/// The best.\nsegment vip \"VIP shoppers\" { when spend > 1000 USD and tier == gold }\nsegment b { when in vi$0p }\ntest \"x\" { expect in vip }",
        &expect![[r#"
            [vip] (vip)
            ```persona
            segment vip "VIP shoppers"
            ```

            a segment

            The best.

            Everybody for whom all of this holds:
            - `spend` is above `1000 USD`
            - `tier` is `gold`

            Used by `b` and the test “x”."#]],
    );
}

#[test]
fn a_segment_with_parameters_shows_them_and_has_no_number() {
    shows(
        "segment rec$0ent(window: Duration = 48h) { when did Purchase in last (window) }",
        &expect![[r#"
            [recent]
            ```persona
            segment recent(window: Duration = 48h)
            ```

            a segment

            Everybody who has `Purchase` in the last `(window)`

            Used by nobody yet."#]],
    );
}

#[test]
fn a_field_shows_type_unit_default_and_docs() {
    shows(
        "segment s { when spe$0nd > 1 USD }",
        &expect![[r#"
            [spend]
            ```persona
            spend: Money<USD> = 0 USD
            ```

            a field of `Customer` · `0 USD` where the data has none · an amount in USD

            Used by `s`."#]],
    );
    shows(
        "segment s { when em$0ail is known }",
        &expect![[r#"
        [email]
        ```persona
        email: Email? @pii
        ```

        a field of `Customer` · personal data · may be missing

        Where they read.

        Used by `s`."#]],
    );
    shows(
        "segment s { when ti$0er == gold }",
        &expect![[r#"
            [tier]
            ```persona
            tier: Tier = bronze
            ```

            a field of `Customer` · `bronze` where the data has none

            Used by `s`."#]],
    );
    shows(
        "segment s { when address.ci$0ty == \"a\" }",
        &expect![[r#"
            [city]
            ```persona
            city: String?
            ```

            a field of `Customer.address` · may be missing

            Used by `s`."#]],
    );
    shows(
        "segment s { when addr$0ess.city == \"a\" }",
        &expect![[r#"
            [address]
            ```persona
            address: { city: String?, zip: String? }
            ```

            a field of `Customer`

            Used by `s`."#]],
    );
    shows(
        "trait t = sum(Purchase.items.pri$0ce)",
        &expect![[r#"
        [price]
        ```persona
        price: Money<USD>
        ```

        a field of `Purchase.items` · an amount in USD

        Used by `t`."#]],
    );
    shows(
        "trait t = last(Purchase).a$0t",
        &expect![[r#"
        [at]
        ```persona
        Purchase.at: Timestamp
        ```

        a field of `Purchase` · an instant

        Used by `t`."#]],
    );
}

#[test]
fn a_value_shows_its_enum_title_and_rank() {
    shows(
        "segment s { when tier == go$0ld }",
        &expect![[r#"
        [gold]
        ```persona
        Tier.gold "Gold"
        ```

        a value of `Tier` · above `silver`

        Used by `s`."#]],
    );
}

#[test]
fn a_trait_shows_its_inferred_type() {
    shows(
        "trait val$0ue = avg(Purchase.total in last 365d)\nsegment s { when value > 1 USD }",
        &expect![[r#"
            [value] (value)
            ```persona
            trait value: Money<USD>?
            ```

            a trait · an amount in USD · may be missing

            Used by `s`."#]],
    );
}

#[test]
fn functions_and_constants_show_their_heads() {
    shows(
        "fn dou$0ble(x: Int = 1) -> Int = x * 2",
        &expect![[r#"
        [double]
        ```persona
        fn double(x: Int = 1) -> Int
        ```

        a function

        Used by nobody yet."#]],
    );
    shows(
        "const TO$0P: List<Tier> = [gold]",
        &expect![[r#"
        [TOP]
        ```persona
        const TOP: List<Tier> = [gold]
        ```

        a constant

        Used by nobody yet."#]],
    );
}

#[test]
fn a_partition_shows_its_stages() {
    shows(
        "partition li$0fe \"Life\" { active when did Purchase otherwise lapsed }",
        &expect![[r#"
            [life] (life)
            ```persona
            partition life "Life" { active, lapsed }
            ```

            a partition

            Used by nobody yet."#]],
    );
    shows(
        "partition life { active when did Purchase otherwise lapsed }\nsegment s { when in life.act$0ive }",
        &expect![[r#"
            [active] (life.active)
            ```persona
            life.active
            ```

            a stage of `life`

            Used by `s`."#]],
    );
}

#[test]
fn tables_and_enums_show_what_they_hold() {
    shows(
        "segment s { when did Pur$0chase }",
        &expect![[r#"
        [Purchase]
        ```persona
        event Purchase {
          order_id: String
          total: Money<USD>
          items: List<{ sku: String, price: Money<USD> }>
        }
        ```

        an event

        Used by `s`."#]],
    );
    shows(
        "event E { t: Ti$0er }",
        &expect![[r#"
        [Tier]
        ```persona
        ordered enum Tier { bronze, silver, gold "Gold" }
        ```

        an enum

        How loyal somebody is.

        Used by `E` and `Customer`."#]],
    );
    shows(
        "source s of Custo$0mer { from \"a.csv\" }",
        &expect![[r#"
            [Customer]
            ```persona
            profile Customer {
              id: String @key
              /// Where they read.
              email: Email? @pii
              tier: Tier = bronze
              spend: Money<USD> = 0 USD
              joined: Timestamp
              address: { city: String?, zip: String? }
            }
            ```

            the profile

            People we may write to.

            Used by `s`."#]],
    );
}

#[test]
fn names_given_in_a_declaration_show_their_type() {
    shows(
        "trigger t { on Purchase as p where total > 1 USD enter once\n if $0p.total > 2 USD { stop } }",
        &expect![[r#"
            [p]
            ```persona
            p: Purchase
            ```

            named in this declaration"#]],
    );
    shows(
        "segment s { when did Purchase where any it$0em in items where item.sku == \"a\" }",
        &expect![[r#"
            [item]
            ```persona
            item: { sku: String, price: Money<USD> }
            ```

            named in this declaration"#]],
    );
    shows(
        "segment recent(window: Duration) { when did Purchase in last (win$0dow) }",
        &expect![[r#"
            [window]
            ```persona
            window: Duration
            ```

            a parameter of `recent` · a length of time"#]],
    );
}

#[test]
fn what_comes_from_the_library_says_so() {
    shows(
        "use std.rfm\ntrait t = rfm.rec$0ency(Purchase)",
        &expect![[r#"
            [recency]
            ```persona
            trait recency(order: Event): Int?
            ```

            a trait · from `std.rfm` · may be missing

            Whole days since the last purchase; missing for those who never bought.

                trait days_since_purchase = rfm.recency(Purchase)

            Used by `t` and `rfm.recency_score_by`."#]],
    );
}

#[test]
fn deprecation_and_owners_are_told() {
    shows(
        "@owner(\"crm\")\n@deprecated(\"use vip\")\nsegment ol$0d { when true }",
        &expect![[r#"
            [old] (old)
            ```persona
            @owner("crm")
            @deprecated("use vip")
            segment old
            ```

            a segment · owned by crm · **deprecated**: use vip

            Everybody for whom `true` holds

            Used by nobody yet."#]],
    );
}

#[test]
fn slots_and_variants_are_told() {
    shows(
        "content c { text: String variant v when tier == gold { te$0xt = \"a\" } otherwise { text = \"b\" } }",
        &expect![[r#"
            [text]
            ```persona
            text: String
            ```

            a slot of `c`"#]],
    );
    shows(
        "content c { text: String variant $0v when tier == gold { text = \"a\" } otherwise { text = \"b\" } }",
        &expect![[r#"
            [v]
            ```persona
            variant v when tier == gold
            ```

            a variant of `c`"#]],
    );
}

#[test]
fn where_no_name_is_nothing_is_shown() {
    shows("segment s { wh$0en true }", &expect![[r#""#]]);
    shows("// a com$0ment", &expect![[r#""#]]);
}

#[test]
fn what_the_language_has_is_told() {
    shows(
        "trait t = cou$0nt(Purchase)",
        &expect![[r#"
        [count]
        ```persona
        count(events: events or a list, with `in` and `where`) -> Int
        ```

        How many: `count(Purchase in last 30d)`, `count(items where price > 10 USD)`."#]],
    );
    shows(
        "event E { m: Mon$0ey<USD> }",
        &expect![[r#"
        [Money]
        `Money`

        An amount in one currency: `Money<USD>`. Amounts in two currencies never meet."#]],
    );
    shows(
        "segment s { when joined before tod$0ay }",
        &expect![[r#"
        [today]
        ```persona
        today: Date
        ```

        The day of the evaluation, in the person's zone."#]],
    );
    shows(
        "segment s { when local(joined).hou$0r > 3 }",
        &expect![[r#"
            [hour]
            `hour`

            `.hour` of a date or a wall clock."#]],
    );
    shows(
        "segment s { when email.low$0er() == \"a\" }",
        &expect![[r#"
            [lower]
            ```persona
            lower() -> String
            ```

            In lower case."#]],
    );
}
