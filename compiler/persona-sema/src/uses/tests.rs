//! Who depends on what, on small packages.

use super::{Dependent, Effect};
use crate::Database;

const SHOP: &str = "profile Customer {\n  id: String @key\n  country: Country = US\n  address: { city: String? }\n  check country != FR \"not there\"\n}\n\n\
    enum Country { US, FR }\n\n\
    event Purchase { total: Int, items: List<{ sku: String }> }\n\n\
    trait spent: Int = sum(Purchase.total in last 30d)\n\n\
    trait large(f: Field<Int>): Int = sum(f)\n\n\
    trait via: Int = large(Purchase.total)\n\n\
    segment rich { when spent > 100 }\n\n\
    segment near { when not in rich and country == US and address.city == \"x\" }\n\n\
    partition stages { a when in rich otherwise b }\n\n\
    segment first { when in stages.a }\n\n\
    exclusive { rich, near }\n";

fn tree(dependents: &[Dependent], depth: usize, into: &mut String) {
    for one in dependents {
        let effect = match &one.effect {
            Effect::Breaks => "breaks".to_owned(),
            Effect::Loses(of) => format!("loses {of}"),
        };
        into.push_str(&format!(
            "{}{} ({}, {} places): {effect}\n",
            "  ".repeat(depth),
            one.name,
            one.kind,
            one.because.len()
        ));
        tree(&one.dependents, depth + 1, into);
    }
}

fn uses(name: &str) -> String {
    let mut db = Database::new();
    db.set_file("main.persona", SHOP.to_owned());
    assert_eq!(
        db.diagnostics()
            .iter()
            .filter(|d| d.severity == persona_base::Severity::Error)
            .count(),
        0
    );
    match db.uses(name) {
        Ok(uses) => {
            let mut text = format!("{} is {}\n", uses.name, uses.kind);
            tree(&uses.dependents, 1, &mut text);
            text
        }
        Err(near) => format!("nothing; {near:?}\n"),
    }
}

#[test]
fn dependents_stand_below_what_they_depend_on() {
    expect_test::expect![[r#"
        Purchase.total is a field
          spent (a trait, 1 places): breaks
            rich (a segment, 1 places): loses spent
              exclusive (an exclusion, 1 places): loses rich
              near (a segment, 1 places): loses rich
              stages (a partition, 1 places): loses rich
                first (a segment, 1 places): loses stages
          via (a trait, 1 places): breaks
    "#]]
    .assert_eq(&uses("Purchase.total"));
    expect_test::expect![[r#"
        rich is a segment
          exclusive (an exclusion, 1 places): breaks
          near (a segment, 1 places): breaks
          stages (a partition, 1 places): breaks
            first (a segment, 1 places): loses stages
    "#]]
    .assert_eq(&uses("rich"));
    expect_test::expect![[r#"
        Country is an enum
          Customer (the profile, 1 places): breaks
          Customer.country (a field, 2 places): breaks
          near (a segment, 1 places): breaks
            exclusive (an exclusion, 1 places): loses near
    "#]]
    .assert_eq(&uses("Country"));
    expect_test::expect![[r#"
        Purchase is an event
          spent (a trait, 2 places): breaks
            rich (a segment, 1 places): loses spent
              exclusive (an exclusion, 1 places): loses rich
              near (a segment, 1 places): loses rich
              stages (a partition, 1 places): loses rich
                first (a segment, 1 places): loses stages
          via (a trait, 1 places): breaks
    "#]]
    .assert_eq(&uses("Purchase"));
}

#[test]
fn fields_of_the_profile_need_no_owner() {
    expect_test::expect![[r#"
        Customer.country is a field
          Customer (the profile, 1 places): breaks
          near (a segment, 1 places): breaks
            exclusive (an exclusion, 1 places): loses near
    "#]]
    .assert_eq(&uses("country"));
    assert_eq!(uses("country"), uses("Customer.country"));
    expect_test::expect![[r#"
        Customer.address.city is a field
          near (a segment, 1 places): breaks
            exclusive (an exclusion, 1 places): loses near
    "#]]
    .assert_eq(&uses("address.city"));
}

#[test]
fn values_and_stages_are_things_too() {
    expect_test::expect![[r#"
        Country.US is a value
          Customer.country (a field, 1 places): breaks
            Customer (the profile, 1 places): loses Customer.country
          near (a segment, 1 places): breaks
            exclusive (an exclusion, 1 places): loses near
    "#]]
    .assert_eq(&uses("Country.US"));
    expect_test::expect![[r#"
        stages.a is a stage
          first (a segment, 1 places): breaks
    "#]]
    .assert_eq(&uses("stages.a"));
}

#[test]
fn a_wrong_name_finds_a_similar_one() {
    expect_test::expect![[r#"
        nothing; Some("Country")
    "#]]
    .assert_eq(&uses("contry"));
    expect_test::expect![[r#"
        nothing; Some("Purchase.total")
    "#]]
    .assert_eq(&uses("Purchase.totl"));
    expect_test::expect![[r#"
        nothing; None
    "#]]
    .assert_eq(&uses("zzz"));
}
