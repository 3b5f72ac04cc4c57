//! Values: what is visible, in which order, and what stands after a dot.

use expect_test::expect;

use super::{check, first, labels, offers, rules, shown, taken};

#[test]
fn the_shop_is_valid() {
    let fixture = crate::fixture::Fixture::new(super::SHOP);
    assert!(fixture.db.checked().is_some(), "{}", fixture.problems());
}

#[test]
fn a_condition_begins_with_fields_and_questions() {
    check(
        "segment x { when $0 }",
        &[
            "country",
            "visits",
            "address",
            "did",
            "in",
            "not",
            "count",
            "age",
            "loyal",
            "order_value",
            "lifecycle",
            "any … in … where",
            "EU",
            "doubled",
        ],
        &["vip", "mail", "bestsellers", "US"],
    );
    let items = rules("segment x { when lo$0 }");
    expect![[r#"
        loyal | Trait | Bool
        local | Function | local(instant: Timestamp)
    "#]]
    .assert_eq(&shown(&items, 2));
}

#[test]
fn values_of_the_wanted_type_come_first() {
    first("segment x { when lifetime_spend > $0 }", &["BIG"]);
    first(
        "segment x { when country == $0 }",
        &["US", "CA", "DE", "other"],
    );
    first(
        "segment x { when tier >= $0 }",
        &["bronze", "silver", "gold"],
    );
    check(
        "segment x { when tier >= $0 }",
        &["bronze", "tier"],
        &["US"],
    );
}

#[test]
fn lists_take_values_of_the_enum() {
    first(
        "segment x { when country in [US, $0] }",
        &["US", "CA", "DE", "other"],
    );
    check(
        "segment x { when country in $0 }",
        &["[ ]", "EU"],
        &["this"],
    );
}

#[test]
fn after_a_dot_stand_fields() {
    assert_eq!(
        labels(&rules("segment x { when address.$0 }")),
        ["city", "zip", "location"]
    );
    assert_eq!(
        labels(&rules("segment x { when profile.addr$0 }")),
        ["address"]
    );
    assert_eq!(
        labels(&rules("segment x { when last(Purchase).$0 }")),
        ["at", "id", "order_id", "total", "items"]
    );
    assert_eq!(
        labels(&rules("segment x { when Product[\"A\"].price$0 }")),
        ["price"]
    );
    assert_eq!(
        labels(&rules("segment x { when Tier.$0 }")),
        ["bronze", "silver", "gold"]
    );
    assert_eq!(
        labels(&rules("segment x { when in lifecycle.$0 }")),
        ["fresh", "active", "lapsed"]
    );
    assert_eq!(
        labels(&rules("segment x { when lifecycle == lifecycle.$0 }")),
        ["fresh", "active", "lapsed"]
    );
}

#[test]
fn after_a_dot_stand_methods_and_parts() {
    assert_eq!(
        labels(&rules("segment x { when email.$0 }")),
        ["lower", "upper", "trim", "fold", "length", "domain"]
    );
    assert_eq!(labels(&rules("segment x { when tags.$0 > 1 }")), ["size"]);
    assert_eq!(
        labels(&rules("segment x { when birthday.$0 == 3 }")),
        ["year", "quarter", "month", "day", "weekday"]
    );
    check(
        "segment x { when local(signed_up_at).$0 > 8 }",
        &["hour", "weekday", "date"],
        &["lower"],
    );
}

#[test]
fn after_did_and_in_aggregates_stand_events() {
    check(
        "segment x { when did $0 }",
        &["Purchase", "Activity", "any event", "Sent", "not", "latest"],
        &["visits"],
    );
    check("segment x { when did not Pur$0 }", &["Purchase"], &[]);
    first(
        "segment x { when count($0) > 3 }",
        &["ProductViewed", "CartAdded", "Purchase", "Activity"],
    );
    check("segment x { when count($0) > 3 }", &["tags"], &["did"]);
    check(
        "segment x { when sum(Purchase.$0) > 3 USD }",
        &["total", "items"],
        &["sku"],
    );
    check(
        "segment x { when sum(Purchase.items.$0) > 3 USD }",
        &["price", "quantity"],
        &["total"],
    );
    check(
        "segment x(e: Event, w: Duration) { when did $0 }",
        &["e", "Purchase"],
        &["w"],
    );
    check(
        "segment x { when did CartAdded then $0 }",
        &["Purchase", "not"],
        &["visits"],
    );
    check(
        "segment x { when did CartAdded then not $0 }",
        &["Purchase"],
        &[],
    );
    check(
        "segment x { when did Purchase at least 3 times in last 7d per $0 }",
        &["order_id"],
        &["visits"],
    );
}

#[test]
fn inside_where_bare_names_are_the_events() {
    first("segment x { when did CartAdded where $0 }", &["at"]);
    check(
        "segment x { when did CartAdded where $0 }",
        &["sku", "value", "profile", "event"],
        &["visits", "did", "count"],
    );
    check(
        "segment x { when did CartAdded as c then not Purchase within 24h where order_id == c.$0 }",
        &["sku", "value"],
        &["total"],
    );
    check(
        "segment x { when did CartAdded as cart then not ProductViewed within 24h where sku == $0 }",
        &["cart", "sku"],
        &[],
    );
    check(
        "segment x { when any p in Product where p.$0 }",
        &["price", "in_stock"],
        &["visits"],
    );
}

#[test]
fn segments_stand_behind_in() {
    let items = rules("segment x { when in $0 }");
    expect![[r#"
        vip | Segment | "VIP shoppers"
        recent_browser | Segment | "Recent browsers"
        lifecycle | Partition | "Lifecycle"
    "#]]
    .assert_eq(&shown(&items, 5));
    check(
        "segment x { when visits > 3 and not in v$0 }",
        &["vip"],
        &["visits"],
    );
    check("exclusive { vip, $0 }", &["lifecycle", "vip"], &["visits"]);
    check("trait r = ntile(5, visits among $0)", &["vip"], &["visits"]);
}

#[test]
fn windows_stand_behind_in() {
    assert_eq!(
        labels(&rules("segment x { when signed_up_at in $0 }")),
        ["last", "next", "this"]
    );
    assert_eq!(
        labels(&rules("segment x { when did Purchase in $0 }")),
        ["last", "this", "latest", "at least … of last …"]
    );
    check(
        "segment x { when did Purchase in last $0 }",
        &["30d", "7d", "6 months", "calendar month"],
        &["visits"],
    );
    check(
        "segment x(w: Duration) { when did Purchase in last $0 }",
        &["(w)"],
        &[],
    );
    assert_eq!(
        labels(&rules("segment x { when birthday in this $0 }")),
        ["day", "week", "month", "quarter", "year"]
    );
    check(
        "segment x { when did Purchase in last 3 calendar $0 }",
        &["months", "weeks"],
        &[],
    );
}

#[test]
fn units_stand_behind_numbers() {
    check(
        "segment x { when lifetime_spend > 1000$0 }",
        &["1000 USD"],
        &["1000d"],
    );
    check("segment x { when lifetime_spend > 1000 $0 }", &["USD"], &[]);
    check(
        "segment x { when did Purchase in last 7$0 }",
        &["7d", "7h", "7w"],
        &["7 USD"],
    );
    check(
        "segment x { when did Purchase in last 6 $0 }",
        &["months", "calendar months"],
        &[],
    );
    check(
        "segment x { when distance(address.location, geo(1.0, 2.0)) < 5$0 }",
        &["5 km", "5 mi"],
        &["5d"],
    );
    check("segment x { when score > 5$0 }", &["5%"], &["5d"]);
    assert_eq!(
        taken("segment x { when lifetime_spend > 10$0 }", "10 USD"),
        "segment x { when lifetime_spend > 10 USD }"
    );
}

#[test]
fn operators_follow_the_operands_type() {
    check(
        "segment x { when signed_up_at $0 }",
        &["in last", "before", "and", "=="],
        &["contains", "is known"],
    );
    check(
        "segment x { when birthday $0 }",
        &["is known", "in last", "is missing", "??"],
        &["contains"],
    );
    check(
        "segment x { when first_name $0 }",
        &["contains", "starts with", "=~", "is known"],
        &["in last", "<"],
    );
    check(
        "segment x { when tags $0 }",
        &["contains", "contains any", "contains all"],
        &["<", "=="],
    );
    check(
        "segment x { when visits $0 }",
        &["<", ">=", "between", "in [ ]"],
        &["contains", "is known"],
    );
    check(
        "segment x { when did Purchase $0 }",
        &["in last", "where", "at least … times", "then not", "and"],
        &["<", "contains"],
    );
    check(
        "segment x { when count(Purchase $0) > 3 }",
        &["in last", "where", "as"],
        &["then not", "and"],
    );
    check(
        "segment x { when birthday is $0 }",
        &["known", "missing"],
        &["visits"],
    );
    check(
        "segment x { when first_name starts $0 }",
        &["with"],
        &["visits"],
    );
}

#[test]
fn parameters_and_functions() {
    first(
        "segment x(topic: String) { when first_name == t$0 }",
        &["topic"],
    );
    check(
        "fn f(a: Int) -> Int = $0",
        &["a", "doubled", "abs"],
        &["visits", "count", "order_value"],
    );
    check("trait t = spent_since($0)", &["window:", "30d"], &[]);
    check("trait t: Int = $0", &["visits", "doubled"], &[]);
    assert_eq!(
        taken("segment x { when in recent_$0 }", "recent_browser"),
        "segment x { when in recent_browser(topic) }"
    );
    assert_eq!(
        taken("trait t: Int = doub$0", "doubled"),
        "trait t: Int = doubled(x)"
    );
    let items = rules("const C: Money<USD> = $0");
    expect![[r#"
        BIG | Constant | Money<USD>
        100 USD | Value | Money<USD>
        EU | Constant | List<Country>
    "#]]
    .assert_eq(&shown(&items, 3));
}

#[test]
fn a_half_typed_word_is_replaced_as_a_whole() {
    assert_eq!(
        taken("segment x { when life$0 > 3 USD }", "lifetime_spend"),
        "segment x { when lifetime_spend > 3 USD }"
    );
    assert_eq!(
        taken("segment x { when life$0time > 3 USD }", "lifetime_spend"),
        "segment x { when lifetime_spend > 3 USD }"
    );
    // Letters in order are enough, and the beginning of a part.
    check(
        "segment x { when spend$0 }",
        &["lifetime_spend"],
        &["visits"],
    );
    check("segment x { when lsp$0 }", &["lifetime_spend"], &["visits"]);
}

#[test]
fn holes_of_texts_take_values_and_formats() {
    check(
        "content c {\n  subject: String\n  otherwise { subject = \"Hi {$0}\" }\n}",
        &["first_name", "order_value", "hello"],
        &["did"],
    );
    check(
        "content c {\n  subject: String\n  otherwise { subject = \"Hi {lifetime_spend:$0}\" }\n}",
        &["amount", "whole"],
        &["first_name"],
    );
    check(
        "content c {\n  subject: String\n  otherwise { subject = \"Hi {hello.$0}\" }\n}",
        &["subject", "body"],
        &["first_name"],
    );
    check(
        "content c { subject: String otherwise { subject = \"Hi $0\" } }",
        &[],
        &["first_name"],
    );
}

#[test]
fn match_takes_values_of_what_is_looked_at() {
    check(
        "trait t = match tier { $0 }",
        &["bronze", "silver", "gold", "otherwise"],
        &["visits"],
    );
    check(
        "trait t = match tier { gold => 1, $0 }",
        &["silver", "otherwise"],
        &["visits"],
    );
    check("trait t: Int = match tier { gold => $0 }", &["visits"], &[]);
}

#[test]
fn modules_offer_what_they_have() {
    check("use $0", &["std"], &["visits"]);
    check("use std.$0", &["rfm"], &["std"]);
    check("use std.rfm.{$0}", &["champions"], &["visits"]);
    check(
        "use std.rfm\nsegment x { when in rfm.$0 }",
        &["champions"],
        &["visits", "vip"],
    );
    check(
        "use std.rfm\nsegment x { when in $0 }",
        &["rfm", "vip"],
        &[],
    );
    check(
        "use std.rfm.{champions}\nsegment x { when in $0 }",
        &["champions"],
        &[],
    );
}

#[test]
fn what_a_module_says_of_its_names_is_found_later() {
    let text = "use std.rfm\nsegment x { when in rfm.$0 }";
    let fixture = crate::fixture::Fixture::new(&format!("{}//- b.persona\n{text}\n", super::SHOP));
    let items = rules(text);
    let key = |label: &str| {
        let found = items.iter().find(|item| item.label == label);
        found.and_then(|item| item.doc.clone()).unwrap_or_default()
    };
    let said = super::super::documentation(&fixture.db, &key("loyal")).unwrap_or_default();
    let code = "segment loyal(order: Event, window: Duration = 365d) \"Loyal\"";
    assert!(said.contains(code), "{said}");
    assert!(said.contains("neither recent nor long ago"), "{said}");
    let text = "use std.geo\ntrait x = geo.$0";
    let items = rules(text);
    let found = items.iter().find(|item| item.label == "country_of");
    let key = found.and_then(|item| item.doc.clone()).unwrap_or_default();
    let said = super::super::documentation(&fixture.db, &key).unwrap_or_default();
    // What is long is shown without its body.
    let code = "fn country_of(code: String)";
    assert!(said.contains(code), "{said}");
    assert!(!said.contains("match"), "{said}");
}

#[test]
fn what_a_module_has_is_offered_with_the_use_that_it_needs() {
    let text = taken("segment x { when in champ$0 }", "rfm.champions");
    assert!(
        text.starts_with("use std.rfm\n\nsegment x { when in rfm.champions"),
        "{text}"
    );
    let text = taken(
        "use std.dates\nsegment x { when in champ$0 }",
        "rfm.champions",
    );
    assert!(
        text.starts_with("use std.dates\nuse std.rfm\nsegment"),
        "{text}"
    );
}

#[test]
fn documentation_is_found_later() {
    let fixture = crate::fixture::Fixture::new(super::SHOP);
    let of = |key: &str| super::super::documentation(&fixture.db, key).unwrap_or_default();
    expect![[r#"
        ```persona
        segment vip "VIP shoppers" { when lifetime_spend > 1000 USD }
        ```

        The best of all."#]]
    .assert_eq(&of("decl:vip"));
    expect![[r#"
        ```persona
        email: Email? @pii
        ```

        Where we write to."#]]
    .assert_eq(&of("field:Customer:email"));
    expect![[r#"
        ```persona
        city: String?
        ```"#]]
    .assert_eq(&of("field:Customer:address.city"));
    expect![[r#"
        `Tier.silver`

        "Silver""#]]
    .assert_eq(&of("value:Tier:silver"));
    expect![[r#"
        `lifecycle.fresh`

        `when signed_up_at in last 14d`"#]]
    .assert_eq(&of("value:lifecycle:fresh"));
    expect![[r#"
        ```persona
        subject: String
        ```"#]]
    .assert_eq(&of("slot:hello:subject"));
    assert_eq!(of("decl:gone"), "");
    assert_eq!(of("nonsense"), "");
}

#[test]
fn every_offer_has_documentation_or_a_detail() {
    let fixture = crate::fixture::Fixture::new(super::SHOP);
    for text in [
        "segment x { when $0 }",
        "segment x { when birthday $0 }",
        "segment x { when did Purchase $0 }",
        "$0",
        "trigger t {\n  $0\n}",
        "profile P { a: $0 }",
        "event E { a: String $0 }",
    ] {
        for item in rules(text) {
            let doc = item
                .doc
                .as_deref()
                .map(|key| super::super::documentation(&fixture.db, key));
            match doc {
                Some(doc) => assert!(doc.is_some(), "{:?} at {text}", item.doc),
                None => assert!(item.detail.is_some(), "{} at {text}", item.label),
            }
        }
    }
}

#[test]
fn deprecated_names_come_last_and_say_so() {
    let items = offers(
        "//- b.persona\n@deprecated(\"use vip\")\nsegment vip_old { when true }\nsegment x { when in vip$0 }\n",
    );
    let found: Vec<_> = items
        .iter()
        .map(|item| (item.label.as_str(), item.deprecated))
        .collect();
    assert_eq!(found, [("vip", false), ("vip_old", true)]);
}

#[test]
fn of_many_declarations_the_best_are_offered_and_the_rest_is_asked_for_again() {
    use std::fmt::Write as _;
    let mut many = String::new();
    for index in 0..500 {
        writeln!(many, "segment s_{index} {{ when visits > {index} }}").unwrap();
    }
    let of = |typed: &str| {
        let text = format!(
            "{}//- b.persona\n{many}segment x {{ when in {typed}$0 }}\n",
            super::SHOP
        );
        let fixture = crate::fixture::Fixture::new(&text);
        let (file, at) = fixture.cursor();
        crate::complete::complete(
            &fixture.db,
            file,
            at,
            crate::complete::CompletionOptions::default(),
        )
    };
    let found = of("");
    assert!(found.incomplete);
    assert_eq!(found.items.len(), 100);
    let found = of("s_49");
    assert!(!found.incomplete);
    let labels = labels(&found.items);
    assert_eq!(labels[..3], ["s_49", "s_490", "s_491"]);
    // What begins so comes before what only has these letters in order.
    assert!(labels[..11].iter().all(|label| label.starts_with("s_49")));
    assert!(labels[11..].iter().all(|label| !label.starts_with("s_49")));
}

#[test]
fn a_question_takes_what_it_has_not_yet() {
    check(
        "segment x { when did Purchase in last 30d $0 }",
        &["where", "at least … times", "then not"],
        &["in last", "as", "within"],
    );
    check(
        "segment x { when did Purchase in last 30d then not CartAdded $0 }",
        &["within", "where"],
        &["in last", "at least … times"],
    );
    check(
        "segment x(w: Duration) { when did Purchase in last ($0) }",
        &["w"],
        &["Purchase"],
    );
    check(
        "segment x { when signed_up_at before $0 }",
        &["30d ago"],
        &[],
    );
    check(
        "segment x { when in recent_browser(\"a\", $0) }",
        &["30d", "window:"],
        &["topic:", "first_name"],
    );
    check(
        "test \"t\" {\n  given { id: \"a\", signed_up_at: $0 }\n}",
        &["2026-01-31T10:00Z"],
        &["30d ago", "visits"],
    );
}

#[test]
fn traits_without_a_written_type_fit_by_their_own() {
    let text = "trait often = visits > 3\ntrait amount = visits + 1\n";
    let items = rules(&format!("{text}trait t: Bool = $0"));
    let labels_of = labels(&items);
    assert_eq!(labels_of[..2], ["often", "loyal"], "the own file's first");
    let often = items.iter().find(|item| item.label == "often").unwrap();
    assert_eq!(often.detail.as_deref(), Some("Bool"));
    let items = rules(&format!("{text}segment x {{ when visits > am$0 }}"));
    assert_eq!(shown(&items, 1), "amount | Trait | Int\n");
}

#[test]
fn a_change_has_what_was_and_what_is() {
    check(
        "trigger t {\n  on change of tier as c where c.$0\n  enter once\n}",
        &["before", "after"],
        &["visits"],
    );
    check(
        "trigger t {\n  on change of tier as c where c.after == $0\n  enter once\n}",
        &["gold"],
        &[],
    );
}

#[test]
fn a_hole_that_is_not_closed_yet_takes_values() {
    check(
        "content c {\n  subject: String\n  otherwise {\n    subject = \"Hi {fir$0\n  }\n}",
        &["first_name"],
        &[],
    );
}

/// What is offered and documented is what the checker knows, and nothing is forgotten.
#[test]
fn the_tables_of_functions_are_those_of_the_language() {
    use crate::complete::builtin;
    use crate::complete::places::{ANNOTATIONS_OF_DECLARATIONS, ANNOTATIONS_OF_FIELDS};
    use persona_sema::{Type, TypeKind, vocabulary};
    use std::collections::BTreeSet;
    let names = |table: &[builtin::Function]| -> BTreeSet<&str> {
        table.iter().map(|function| function.name).collect()
    };
    let text = TypeKind::List(std::sync::Arc::new(Type::of(TypeKind::Str)));
    assert_eq!(names(builtin::FUNCTIONS), vocabulary::FUNCTIONS.into());
    assert_eq!(names(builtin::AGGREGATES), vocabulary::AGGREGATES.into());
    assert_eq!(names(builtin::RAW), vocabulary::SOURCE_FUNCTIONS.into());
    let methods = vocabulary::column_methods().collect();
    assert_eq!(names(builtin::RAW_METHODS), methods);
    let methods = vocabulary::text_methods().collect();
    assert_eq!(names(builtin::methods(&TypeKind::Str)), methods);
    let methods = vocabulary::collection_methods().collect();
    assert_eq!(names(builtin::methods(&text)), methods);
    let parts = |table: &[(&'static str, &str)]| -> Vec<&str> {
        table.iter().map(|(name, _)| *name).collect()
    };
    let known: Vec<&str> = vocabulary::date_parts().collect();
    assert_eq!(parts(&builtin::DATE_PARTS), known);
    let known: Vec<&str> = vocabulary::clock_parts().collect();
    assert_eq!(parts(&builtin::CLOCK_PARTS), known);
    let offered = ANNOTATIONS_OF_FIELDS
        .iter()
        .chain(ANNOTATIONS_OF_DECLARATIONS);
    let offered: BTreeSet<&str> = offered.map(|(name, ..)| *name).collect();
    assert_eq!(offered, vocabulary::annotations().collect());
}
