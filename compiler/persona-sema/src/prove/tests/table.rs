//! Tables: two conditions of one package, and what is known of them.

use crate::prove::{Disjoint, Verdict, contradictory, disjoint, implies, tautology};
use crate::{Checked, Database, Expr};

const SHOP: &str = r#"
profile Customer {
  id: String @key
  country: Country = other
  home: Country?
  tier: Tier = bronze
  visits: Int = 0
  score: Int?
  ratio: Float = 0.0
  spend: Money<USD> = 0 USD
  name: String = ""
  code: String?
  birthday: Date?
  joined: Timestamp
  seen: Timestamp?
  tags: Set<String>
  vip: Bool = false
  accepts: Bool?
  address: { city: String? }
}
enum Country { US, CA, GB, DE, other }
ordered enum Tier { bronze, silver, gold }
event Purchase { total: Money<USD>, sku: String, pieces: Int?, items: List<{ sku: String, quantity: Int }> }
event Viewed { sku: String, seconds: Int? }
events Activity = Purchase or Viewed
trait points: Int = visits * 3
trait spent: Money<USD> = sum(Purchase.total in last 365d)
trait rich: Bool = spend > 1000 USD
fn large(x: Int) -> Bool = x > 100
segment big { when spend > 1000 USD }
segment huge { when spend > 5000 USD and in big }
segment bought(days: Duration, least: Int = 1) { when did Purchase in last (days) at least (least) times }
partition lifecycle {
  fresh when joined in last 14d
  active when did Purchase in last 90d
  at_risk when did Purchase in last 180d
  otherwise lapsed
}
"#;

pub(super) fn package(conditions: &[&str]) -> Checked {
    let mut text = SHOP.to_owned();
    for (index, condition) in conditions.iter().enumerate() {
        text.push_str(&format!("segment zz{index:03} {{ when {condition} }}\n"));
    }
    let mut db = Database::new();
    db.set_file("shop.persona", text);
    let checked = db.checked();
    let found = db.diagnostics();
    let package = checked.unwrap_or_else(|| {
        let errors = found
            .iter()
            .filter(|found| found.severity == persona_base::Severity::Error);
        panic!("{:#?}", errors.collect::<Vec<_>>())
    });
    (*package).clone()
}

pub(super) fn condition(package: &Checked, index: usize) -> &Expr {
    let name = format!("zz{index:03}");
    let found = package
        .segments
        .iter()
        .find(|segment| *segment.name == *name);
    &found.expect("it was declared").body
}

/// For each line `a => b`, whether the implication is proven; `a !=> b` where it must not be.
fn implications(lines: &str) {
    let pairs: Vec<(&str, &str, bool)> = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| match line.split_once(" !=> ") {
            Some((a, b)) => (a, b, false),
            None => {
                let (a, b) = line.split_once(" => ").expect("an arrow");
                (a, b, true)
            }
        })
        .collect();
    let conditions: Vec<&str> = pairs.iter().flat_map(|(a, b, _)| [*a, *b]).collect();
    let package = package(&conditions);
    let mut wrong = Vec::new();
    for (index, (a, b, expected)) in pairs.iter().enumerate() {
        let found = implies(
            &package,
            condition(&package, index * 2),
            condition(&package, index * 2 + 1),
        );
        if found.is_proven() != *expected {
            wrong.push(format!("{a} => {b}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn values_imply_wider_values() {
    implications(
        "
        spend > 1000 USD => spend > 500 USD
        spend > 1000 USD => spend >= 1000.01 USD
        spend >= 1000.01 USD => spend > 1000 USD
        spend > 500 USD !=> spend > 1000 USD
        visits > 5 => visits >= 6
        visits >= 6 => visits > 5
        visits > 5 !=> visits > 6
        visits between 3 and 5 => visits > 2
        visits > 5 => visits != 5
        visits in [3, 4] => visits < 5
        ratio > 0.5 => ratio >= 0.5
        ratio >= 0.5 !=> ratio > 0.5
        ratio > 3 => ratio > 2.5
        visits > 2.5 => visits >= 3
        visits >= 3 => visits > 2.5
        tier == gold => tier >= silver
        tier >= silver => tier != bronze
        tier > silver => tier == gold
        country == US => country in [US, CA]
        country in [US, CA] => country != DE
        country in [US, CA, GB, DE] => country != other
        country != US !=> country == CA
        name == \"a\" => name != \"b\"
        name in [\"a\", \"b\"] => name != \"c\"
        name starts with \"ab\" => name starts with \"a\"
        name starts with \"ab\" => name contains \"b\"
        name == \"abc\" => name starts with \"ab\"
        name contains \"a\" !=> name starts with \"a\"
        vip => vip == true
        not vip => vip == false
        tags contains all [\"x\", \"y\"] => tags contains \"x\"
        tags contains \"x\" => tags contains any [\"x\", \"y\"]
        tags contains any [\"x\", \"y\"] !=> tags contains \"x\"
        ",
    );
}

#[test]
fn missing_values_are_kept_apart() {
    implications(
        "
        score > 5 => score is known
        score > 5 => score > 3
        score is missing => (score ?? 0) < 5
        (score ?? 0) > 5 => score is known
        (score ?? 9) > 5 !=> score is known
        (score ?? 0) > 5 => score > 3
        score is known and score < 5 => not (score is known and score > 7)
        score is missing or score < 5 => not (score is known and score >= 5)
        score is missing or score < 5 !=> score < 9
        age(birthday) >= 18 => birthday is known
        birthday before 2000-01-01 => birthday is known
        home == US => home is known
        accepts ?? false => accepts is known
        accepts ?? true !=> accepts is known
        ",
    );
}

#[test]
fn times_imply_wider_times() {
    implications(
        "
        joined in last 30d => joined in last 90d
        joined in last 90d !=> joined in last 30d
        joined in last 24h => joined in last 1d
        joined in last 30d => joined after 60d ago
        joined before 90d ago => joined before 30d ago
        joined from 90d ago to 30d ago => joined in last 90d
        joined from 90d ago to 30d ago => joined before 29d ago
        joined in last 3 months => joined in last 6 months
        joined in last 6 months !=> joined in last 3 months
        joined in last 30d => joined in last 2 months
        joined in last 30d !=> joined in last 1 month
        joined in last calendar month => joined in last 3 calendar months
        joined in last calendar month => not (joined in this month)
        joined before 2025-01-01 => joined before 2026-01-01
        joined after 2025-06-30 => not (joined before 2025-06-30)
        seen in last 7d => seen is known
        birthday before 2000-01-01 => birthday before 2001-01-01
        birthday in last 30d => birthday in last 60d
        joined in last 30d !=> joined after 2026-01-01
        ",
    );
}

#[test]
fn history_implies_more_history() {
    implications(
        "
        did Purchase in last 7d => did Purchase in last 30d
        did Purchase in last 30d !=> did Purchase in last 7d
        did Purchase in last 7d => did Purchase
        did Purchase where total > 50 USD => did Purchase
        did Purchase in last 7d where total > 50 USD => did Purchase in last 30d where total > 20 USD
        did Purchase in last 7d where total > 20 USD !=> did Purchase in last 30d where total > 50 USD
        count(Purchase in last 30d) >= 3 => did Purchase in last 30d
        did Purchase in last 30d at least 3 times => count(Purchase in last 90d) >= 2
        did Purchase in last 30d => count(Purchase in last 30d) >= 1
        count(Purchase) == 0 => did not Purchase in last 30d
        did not Purchase => did not Purchase in last 30d where total > 5 USD
        did Purchase => did Activity
        did Activity !=> did Purchase
        did Purchase in last 7d => did (Purchase or Viewed) in last 30d
        did Viewed where sku == \"a\" => did Activity where sku == \"a\"
        did Purchase from 60d ago to 30d ago => did Purchase in last 90d
        did Purchase in last 30d then Viewed => did Purchase in last 90d
        last(Purchase).total > 5 USD => did Purchase
        avg(Purchase.total) > 5 USD => did Purchase
        distinct(Purchase.sku in last 30d) >= 2 => count(Purchase in last 30d) >= 2
        did Purchase at least 3 times per sku => count(Purchase) >= 3
        spent > 100 USD => sum(Purchase.total in last 365d) > 50 USD
        did Purchase in latest 3 where total > 5 USD !=> did Purchase in latest 3 where total > 9 USD
        any x in tags where x == \"a\" => any y in tags where y != \"b\"
        ",
    );
}

#[test]
fn references_stand_for_what_they_say() {
    implications(
        "
        in big => spend > 900 USD
        in huge => in big
        rich => in big
        in big => rich
        large(visits) => visits > 50
        in bought(7d) => in bought(30d)
        in bought(30d, 3) => did Purchase in last 30d
        in lifecycle.active => did Purchase in last 90d
        in lifecycle.active => not in lifecycle.fresh
        in lifecycle.at_risk => did not Purchase in last 90d
        in lifecycle.lapsed => did not Purchase in last 30d
        lifecycle == active => in lifecycle.active
        lifecycle in [fresh, active] => not in lifecycle.lapsed
        in big !=> in huge
        points > 5 => points > 3
        ",
    );
}

#[test]
fn some_conditions_are_the_same_for_everyone() {
    let never = [
        "spend > 1000 USD and spend < 500 USD",
        "country == US and country == CA",
        "score is missing and score > 5",
        "did Purchase in last 7d and did not Purchase in last 30d",
        "joined in last 7d and joined before 30d ago",
        "joined in last 30d and joined before 6 months ago",
        "in lifecycle.active and in lifecycle.fresh",
        "in lifecycle.lapsed and did Purchase in last 30d",
        "in huge and spend < 2000 USD",
        "(visits > 5 or vip) and visits < 3 and not vip",
        "name starts with \"a\" and name starts with \"b\"",
        "name == \"abc\" and name ends with \"d\"",
        "tags contains all [\"a\", \"b\"] and not (tags contains \"a\")",
        "count(Purchase) > 3 and count(Purchase where total > 5 USD) > 5 and count(Purchase) < 5",
        "visits < points and points < visits",
    ];
    let always = [
        "visits > 5 or visits <= 5",
        "score is missing or score is known",
        "country in [US, CA, GB, DE, other]",
        "not (country == US and country == CA)",
        "did Purchase or did not Purchase in last 30d",
    ];
    let open = [
        "spend > 500 USD and spend < 1000 USD",
        "score > 5 or score <= 5",
        "did Purchase in last 30d and did not Purchase in last 7d",
        "count(Purchase) > 3 and count(Purchase where total > 5 USD) < 2",
        "country in [US, CA, GB, DE]",
        "points > 5 and visits < 1",
        "sample(10%, \"a\") and sample(10%, \"b\")",
        "joined in last 1 month and joined before 29d ago",
    ];
    let all: Vec<&str> = [&never[..], &always, &open].concat();
    let package = package(&all);
    for (index, text) in all.iter().enumerate() {
        let condition = condition(&package, index);
        let found = (
            contradictory(&package, condition).is_proven(),
            tautology(&package, condition).is_proven(),
        );
        let expected = (never.contains(text), always.contains(text));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn people_in_both_are_shown() {
    let pairs = [
        (
            "spend > 1000 USD",
            "spend > 500 USD and country == US",
            "country: US, spend: 1100 USD",
        ),
        (
            "spend > 1000 USD",
            "did not Purchase in last 90d",
            "spend: 1100 USD",
        ),
        (
            "did Purchase in last 90d",
            "did not Purchase in last 30d",
            "Purchase 30d ago",
        ),
        (
            "did Purchase in last 7d where total > 50 USD",
            "visits > 3",
            "visits: 4, Purchase now { total: 51 USD }",
        ),
        ("score is missing", "vip", "score: missing, vip: true"),
        (
            "in lifecycle.active",
            "in big",
            "spend: 1100 USD, joined: 2026-01-01T12:00:00Z, Purchase now",
        ),
        (
            "name starts with \"ab\"",
            "name contains \"c\"",
            "name: \"abc\"",
        ),
        (
            "count(Purchase) >= 3",
            "tier >= silver",
            "tier: silver, 3 × Purchase now",
        ),
        (
            "spent > 100 USD",
            "joined before 30d ago",
            "joined: 2025-12-15T12:00:00Z, Purchase now { total: 110 USD }",
        ),
    ];
    let all: Vec<&str> = pairs.iter().flat_map(|(a, b, _)| [*a, *b]).collect();
    let package = package(&all);
    let mut wrong = Vec::new();
    for (index, (a, b, expected)) in pairs.iter().enumerate() {
        let (first, second) = (
            condition(&package, index * 2),
            condition(&package, index * 2 + 1),
        );
        let found = match disjoint(&package, first, second) {
            Disjoint::Witness(facts) => facts.join(", "),
            other => format!("{other:?}"),
        };
        if found != *expected {
            wrong.push(format!("{a} | {b}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_neither_is_unknown() {
    let pairs = [
        ("name matches r\"^a\"", "vip"),
        ("did Purchase then Viewed within 1h", "vip"),
        ("sample(10%, \"a\")", "sample(10%, \"b\")"),
    ];
    let all: Vec<&str> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
    let package = package(&all);
    for (index, pair) in pairs.iter().enumerate() {
        let (first, second) = (
            condition(&package, index * 2),
            condition(&package, index * 2 + 1),
        );
        assert_eq!(
            disjoint(&package, first, second),
            Disjoint::Unknown,
            "{pair:?}"
        );
    }
    assert_eq!(Verdict::of(true), Verdict::Yes);
}

#[test]
fn versions_of_a_package_are_compared() {
    use crate::prove::{Change, compare};
    let cases = [
        ("spend > 1000 USD", "spend > 500 USD", Change::Wider),
        ("spend > 500 USD", "spend > 1000 USD", Change::Narrower),
        ("spend > 500 USD", "spend >= 500.01 USD", Change::Same),
        ("spend > 500 USD", "visits > 3", Change::Unknown),
        ("in big", "spend > 900 USD", Change::Wider),
        (
            "in lifecycle.active",
            "did Purchase in last 90d",
            Change::Wider,
        ),
        (
            "did Purchase in last 30d",
            "did Purchase in last 7d where total > 5 USD",
            Change::Narrower,
        ),
        ("country in [US, CA]", "country == US", Change::Narrower),
    ];
    for (before, after, expected) in cases {
        let (old, new) = (package(&[before]), package(&[after]));
        let found = compare(
            (&old, &[], condition(&old, 0)),
            (&new, &[], condition(&new, 0)),
        );
        assert_eq!(found, expected, "{before} to {after}");
    }
}

#[test]
fn a_field_of_another_type_is_another_field() {
    use crate::prove::{Change, compare};
    let version = |values: &str| {
        let mut db = Database::new();
        db.set_file(
            "a.persona",
            format!("enum Tier {{ {values} }}\nprofile P {{ id: String @key, tier: Tier }}\nsegment s {{ when tier == gold }}\n"),
        );
        db.checked()
            .unwrap_or_else(|| panic!("{:?}", db.diagnostics()))
    };
    let (old, new) = (version("silver, gold"), version("gold, silver"));
    let change = compare(
        (&old, &[], &old.segments[0].body),
        (&new, &[], &new.segments[0].body),
    );
    assert_eq!(change, Change::Unknown);
}
