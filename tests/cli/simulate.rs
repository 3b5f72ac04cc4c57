//! `persona simulate`: what a replay does with profiles whose rows say since when they hold, and with one person alone.

use expect_test::expect;
use serde_json::Value;

use super::Package;

const PROGRAM: &str = "\
profile C {
  id: String @key
  email: Email?
  tier: Tier = silver
  points: Int = 0
  bonus: Int = 0
  nick: String?
  allows: Bool = false
  check nick is missing or nick.length() < 9 \"too long\" else clear nick
  check tier != black or points > 0 \"black without points\"
}
ordered enum Tier { silver, gold, black }
event Cart { sku: String }
event Note { text: String }
source crm of C { from \"crm.csv\" }
source shop of C {
  from \"shop.csv\"
  id = column(\"who\")
}
source carts of Cart {
  from \"carts.csv\"
  profile = column(\"who\")
}
channel email { to email requires allows }
content hello {
  subject: String
  otherwise { subject = \"{nick ?? id} {tier} {points} {bonus}\" }
}
segment rich { when points > 50 }
trigger promoted {
  on change of tier as c where c.after > c.before
  enter always
  emit Note { text: \"promoted\" }
}
trigger rescue {
  on Cart
  enter always
  wait 1d
  send hello via email
}
trigger riches {
  on enter rich
  enter always
  set bonus = 5
}
";

/// Ada climbs, allows mail, and takes it back while a cart waits. Bob is known by a row without an instant, then by others. Cy comes
/// later. Dee has one row that a check sets aside, and one in which it clears a value.
fn package() -> Package {
    Package::new(PROGRAM)
        .file(
            "crm.csv",
            b"id,at,email,tier,allows
ada,2026-01-01T00:00Z,ada@example.com,silver,true
ada,2026-01-03T00:00Z,ada@example.com,gold,true
ada,2026-01-05T12:00Z,ada@example.com,gold,false
ada,2026-01-20T00:00Z,ada@example.com,black,true
bob,,bob@example.com,silver,true
bob,2026-01-04T00:00Z,bob@example.com,gold,true
bob,2026-01-05T00:00Z,bob@example.com,silver,true
cy,2026-01-06T00:00Z,cy@example.com,gold,true
dee,2026-01-01T00:00Z,dee@example.com,silver,true
dee,2026-01-03T00:00Z,dee@example.com,black,true
",
        )
        .file(
            "shop.csv",
            b"who,at,points,bonus,nick
ada,,10,1,Lovelace
bob,2026-01-04T00:00Z,70,,Bobby
bob,2026-01-07T12:00Z,20,,Robert the Great
dee,2026-01-04T00:00Z,60,,
",
        )
        .file(
            "carts.csv",
            b"who,at,id,sku
eve,2026-01-02T00:00Z,c0,x
ada,2026-01-03T12:00Z,c1,x
ada,2026-01-05T00:00Z,c2,x
bob,2026-01-05T06:00Z,c6,x
bob,2026-01-07T00:00Z,c3,x
cy,2026-01-07T00:00Z,c4,x
eve,2026-01-10T00:00Z,c5,x
",
        )
}

/// A line for each outcome: when, who, what.
fn log(package: &Package, arguments: &[&str]) -> String {
    let mut call = vec!["simulate", "--out", "log.ndjson"];
    call.extend(arguments);
    package.call(&call).ends_with(0);
    let text = std::fs::read_to_string(package.path().join("log.ndjson")).expect("a log");
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("an object");
        let word = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
        let payload = match &line["payload"] {
            Value::Null => String::new(),
            payload => format!(" {payload}"),
        };
        format!(
            "{} {} {} {} {}{payload}\n",
            word("at"),
            word("profile"),
            word("trigger"),
            word("outcome"),
            word("reason"),
        )
    };
    text.lines().map(line).collect()
}

#[test]
fn rows_that_hold_from_an_instant_are_changes() {
    expect![[r#"
        2026-01-02T00:00:00Z eve rescue entered -
        2026-01-03T00:00:00Z ada promoted entered -
        2026-01-03T00:00:00Z ada promoted emitted - {"event":"Note","fields":{"at":"2026-01-03T00:00:00Z","id":"684d729c4eff7f2f9d6330b24f3ebbc2","text":"promoted"}}
        2026-01-03T00:00:00Z ada promoted ended finished
        2026-01-03T00:00:00Z eve rescue dropped address
        2026-01-03T00:00:00Z eve rescue ended finished
        2026-01-03T12:00:00Z ada rescue entered -
        2026-01-04T00:00:00Z bob promoted entered -
        2026-01-04T00:00:00Z bob riches entered -
        2026-01-04T00:00:00Z bob promoted emitted - {"event":"Note","fields":{"at":"2026-01-04T00:00:00Z","id":"7315dcb1a1551469f7b579cec334e1b0","text":"promoted"}}
        2026-01-04T00:00:00Z bob promoted ended finished
        2026-01-04T00:00:00Z bob riches set - {"field":"bonus","value":5}
        2026-01-04T00:00:00Z bob riches ended finished
        2026-01-04T00:00:00Z dee riches entered -
        2026-01-04T00:00:00Z dee riches set - {"field":"bonus","value":5}
        2026-01-04T00:00:00Z dee riches ended finished
        2026-01-04T12:00:00Z ada rescue sent - {"subject":"Lovelace gold 10 1"}
        2026-01-04T12:00:00Z ada rescue ended finished
        2026-01-05T00:00:00Z ada rescue entered -
        2026-01-05T06:00:00Z bob rescue entered -
        2026-01-06T00:00:00Z ada rescue dropped consent
        2026-01-06T00:00:00Z ada rescue ended finished
        2026-01-06T06:00:00Z bob rescue sent - {"subject":"Bobby silver 70 5"}
        2026-01-06T06:00:00Z bob rescue ended finished
        2026-01-07T00:00:00Z bob rescue entered -
        2026-01-07T00:00:00Z cy rescue entered -
        2026-01-08T00:00:00Z bob rescue sent - {"subject":"bob silver 20 0"}
        2026-01-08T00:00:00Z bob rescue ended finished
        2026-01-08T00:00:00Z cy rescue sent - {"subject":"cy gold 0 0"}
        2026-01-08T00:00:00Z cy rescue ended finished
        2026-01-10T00:00:00Z eve rescue entered -
    "#]].assert_eq(&log(&package(), &[]));
}

#[test]
fn what_changed_before_the_start_is_known_then() {
    expect![[r#"
        2026-01-07T00:00:00Z bob rescue entered -
        2026-01-07T00:00:00Z cy rescue entered -
        2026-01-08T00:00:00Z bob rescue sent - {"subject":"bob silver 20 0"}
        2026-01-08T00:00:00Z bob rescue ended finished
        2026-01-08T00:00:00Z cy rescue sent - {"subject":"cy gold 0 0"}
        2026-01-08T00:00:00Z cy rescue ended finished
        2026-01-10T00:00:00Z eve rescue entered -
    "#]]
    .assert_eq(&log(&package(), &["--from", "2026-01-05T06:00Z"]));
}

#[test]
fn one_person_alone_is_as_among_all() {
    let package = package();
    let all = log(&package, &[]);
    for person in ["ada", "bob", "cy", "dee", "eve"] {
        let own: String = all
            .lines()
            .filter(|line| line.split(' ').nth(1) == Some(person))
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(log(&package, &["--profile", person]), own, "{person}");
    }
}

#[test]
fn a_timeline_tells_what_somebody_became() {
    let shown = package().call(&["simulate", "--profile", "bob"]);
    expect![[r#"
        small from 2026-01-02 00:00:00 (the first event) to 2026-01-10T00:00:00Z (the latest event; --now sets another time), 1 profile

        Timeline
        2026-01-04
          00:00     ○ C: tier gold, points 70, nick "Bobby"
          00:00       · promoted starts
          00:00       · riches starts
          00:00       · promoted emits Note
          00:00       · promoted ends
          00:00       · riches sets bonus to 5
          00:00       · riches ends
        2026-01-05
          00:00     ○ C: tier silver
          06:00     ● Cart: sku "x"
          06:00       · rescue starts with this Cart, and waits
        2026-01-06
          06:00       → rescue sends hello via email, variant otherwise
          06:00       · rescue ends
        2026-01-07
          00:00     ● Cart: sku "x"
          00:00       · rescue starts with this Cart, and waits
          12:00     ○ C: points 20, nick missing
        2026-01-08
          00:00       → rescue sends hello via email, variant otherwise
          00:00       · rescue ends

        promoted
          entered  1
          refused  1  where 1
          ended    1
          entered ▕   █      ▏ at most 1

        rescue
          entered  2
          sent     2
          ended    2
          sent ▕     █ █  ▏ at most 1

        riches
          entered  1
          ended    1
          entered ▕   █      ▏ at most 1

        Channels
          email  2  delivered

        Each column of a chart is a day.
    "#]].assert_eq(&shown.stdout);
}

#[test]
fn keys_that_the_catalog_lacks_are_told_by_replays_and_previews() {
    let package = Package::new(
        "profile C { id: String @key }
event Cart { sku: String }
catalog Product { sku: String @key }
source people of C { from \"people.csv\" }
source carts of Cart {
  from \"carts.csv\"
  profile = column(\"who\")
}
source products of Product { from \"products.csv\" }
recommend liked: List<Product> {
  from Product
  rank by sku
  take 1
  otherwise [\"A1\", \"Z9\"]
}
channel letter { to id requires nothing }
content offer {
  products: List<Product>
  otherwise { products = liked }
}
trigger rescue {
  on Cart
  enter always
  send offer via letter
}
",
    )
    .file("people.csv", b"id\nada\n")
    .file("carts.csv", b"who,at,sku\nada,2026-01-02T10:00Z,A1\n")
    .file("products.csv", b"sku\nA1\n");
    let lacking = "`otherwise` of `liked` names \"Z9\", which `Product` lacks";
    package.call(&["simulate"]).ends_with(0).says(&[lacking]);
    package
        .call(&["render", "offer", "--profile", "ada"])
        .ends_with(0)
        .complains(&[lacking]);
}
