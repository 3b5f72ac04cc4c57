//! `persona uses`: who depends on what.

use super::Package;

const SHOP: &str = "profile Customer { id: String @key, visits: Int = 0, country: String = \"US\" }\n\n\
    event Purchase { total: Int }\n\n\
    trait spent: Int = sum(Purchase.total in last 30d)\n\n\
    segment vip \"VIP\" {\n  when spent > 100 and visits > 3\n}\n\n\
    partition stages \"Stages\" {\n  top when in vip\n  otherwise rest\n}\n";

#[test]
fn dependents_are_listed_with_their_places() {
    let package = Package::new(SHOP);
    let run = package.call(&["uses", "Purchase.total"]);
    run.ends_with(0).says(&[
        "Purchase.total is a field, main.persona:3",
        "spent (trait): would not compile",
        "main.persona:5:33  trait spent: Int = sum(Purchase.total in last 30d)",
        "vip (segment): rests on spent",
        "stages (partition): rests on vip",
        "Without Purchase.total, 1 declaration would not compile, and 2 more would be lost with it.",
    ]);
    package
        .call(&["uses", "country"])
        .ends_with(0)
        .says(&["Nothing depends on it"]);
}

#[test]
fn machines_read_the_same_as_json() {
    let json = Package::new(SHOP)
        .call(&["uses", "visits", "--format", "json"])
        .ends_with(0)
        .json();
    assert_eq!(json["format"], 1);
    assert_eq!(json["name"], "Customer.visits");
    let vip = &json["dependents"][0];
    assert_eq!(
        (&vip["name"], &vip["effect"]),
        (&"vip".into(), &"breaks".into())
    );
    assert_eq!(vip["because"][0]["text"], "visits");
    assert_eq!(vip["dependents"][0]["loses"], "vip");
}

#[test]
fn a_wrong_name_is_a_wrong_call() {
    let package = Package::new(SHOP);
    package
        .call(&["uses", "Purchase.totl"])
        .ends_with(2)
        .complains(&[
            "nothing in this package is called `Purchase.totl`",
            "did you mean `Purchase.total`?",
        ]);
    package
        .call(&["uses", "zzz"])
        .ends_with(2)
        .complains(&["name a declaration"]);
}
