//! What runs again after an edit, what is not disturbed by one, and that long chains need no stack.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::Database;
use persona_base::Severity;

/// Counts the queries that run, by name.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<BTreeMap<String, usize>>>);

impl Counts {
    fn database(&self) -> Database {
        let counts = self.clone();
        Database::observed(move |key| {
            let name = key.split('(').next().unwrap_or_default().to_owned();
            *counts
                .0
                .lock()
                .expect("no test panics while it counts")
                .entry(name)
                .or_default() += 1;
        })
    }

    /// The counts since the last call.
    fn take(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut *self.0.lock().expect("no test panics while it counts"))
    }
}

fn count(counts: &BTreeMap<String, usize>, name: &str) -> usize {
    counts.get(name).copied().unwrap_or(0)
}

const SHOP: &str = "profile Customer {\n  id: String @key\n  visits: Int\n  country: String?\n}\n\n\
    event Purchase { total: Float }\n\n\
    trait average: Float? = avg(Purchase.total in last 365d)\n\n\
    segment regulars \"Regulars\" {\n  when visits > 10\n}\n\n\
    segment lapsed {\n  when not in regulars\n}\n\n\
    segment rich {\n  when average > 100.0\n}\n";

fn shop(counts: &Counts) -> Database {
    let mut db = counts.database();
    db.set_file("shop.persona", SHOP.to_owned());
    assert_eq!(db.diagnostics(), []);
    let cold = counts.take();
    assert_eq!(count(&cold, "parsed"), 6);
    assert_eq!(count(&cold, "check"), 6);
    db
}

#[test]
fn asking_again_runs_nothing() {
    let counts = Counts::default();
    let db = shop(&counts);
    db.diagnostics();
    db.checked().expect("there is no error");
    assert_eq!(counts.take(), BTreeMap::new());
}

#[test]
fn an_edit_of_a_body_parses_and_checks_one_declaration() {
    let counts = Counts::default();
    let mut db = shop(&counts);
    db.set_file("shop.persona", SHOP.replace("visits > 10", "visits > 20"));
    assert_eq!(db.diagnostics(), []);
    let warm = counts.take();
    assert_eq!(
        (count(&warm, "parsed"), count(&warm, "check")),
        (1, 1),
        "{warm:?}"
    );
    assert_eq!(
        (count(&warm, "schema"), count(&warm, "graph")),
        (0, 0),
        "{warm:?}"
    );
}

#[test]
fn a_line_at_the_top_parses_and_checks_nothing() {
    let counts = Counts::default();
    let mut db = shop(&counts);
    db.set_file("shop.persona", format!("// a comment\n\n{SHOP}"));
    assert_eq!(db.diagnostics(), []);
    let warm = counts.take();
    assert_eq!(
        (count(&warm, "parsed"), count(&warm, "check")),
        (0, 0),
        "{warm:?}"
    );
    let checked = db.checked().expect("there is no error");
    assert_eq!(checked.profile.origin.span.start, 14);
}

#[test]
fn moving_a_declaration_parses_nothing_and_keeps_its_diagnostics() {
    let counts = Counts::default();
    let mut db = counts.database();
    let wrong = "event Purchase { total: Flot }\n";
    db.set_file(
        "a.persona",
        format!("{wrong}\nenum Tier {{ silver, gold }}\n"),
    );
    let before = db.diagnostics();
    counts.take();
    db.set_file(
        "a.persona",
        format!("enum Tier {{ silver, gold }}\n\n{wrong}"),
    );
    let after = db.diagnostics();
    let warm = counts.take();
    assert_eq!(
        (count(&warm, "parsed"), count(&warm, "check")),
        (0, 0),
        "{warm:?}"
    );
    assert_eq!(before.len(), 1);
    assert_eq!(after[0].message, before[0].message);
    assert_eq!(after[0].primary.span, before[0].primary.span.offset(28));
}

#[test]
fn moving_a_declaration_to_another_file_parses_nothing() {
    let counts = Counts::default();
    let mut db = shop(&counts);
    let at = SHOP.find("segment rich").expect("it is there");
    db.set_file("shop.persona", SHOP[..at].to_owned());
    db.set_file("other.persona", SHOP[at..].to_owned());
    assert_eq!(db.diagnostics(), []);
    let warm = counts.take();
    assert_eq!(count(&warm, "parsed"), 0, "{warm:?}");
}

#[test]
fn a_new_declaration_checks_only_itself() {
    let counts = Counts::default();
    let mut db = shop(&counts);
    db.set_file(
        "more.persona",
        "segment newcomers {\n  when visits == 1\n}\n".to_owned(),
    );
    assert_eq!(db.diagnostics(), []);
    let warm = counts.take();
    assert_eq!(
        (count(&warm, "parsed"), count(&warm, "check")),
        (1, 1),
        "{warm:?}"
    );
}

#[test]
fn a_changed_signature_checks_its_users() {
    let counts = Counts::default();
    let mut db = shop(&counts);
    db.set_file(
        "shop.persona",
        SHOP.replace("average: Float? = avg", "average: Int = count")
            .replace("(Purchase.total in", "(Purchase in"),
    );
    let found = db.diagnostics();
    let warm = counts.take();
    assert_eq!(found, []);
    assert_eq!(
        (count(&warm, "parsed"), count(&warm, "check")),
        (1, 2),
        "{warm:?}"
    );
}

#[test]
fn documentation_of_a_field_checks_no_segment() {
    let counts = Counts::default();
    let mut db = shop(&counts);
    db.set_file(
        "shop.persona",
        SHOP.replace("  visits: Int", "  /// How often.\n  visits: Int"),
    );
    assert_eq!(db.diagnostics(), []);
    let warm = counts.take();
    assert_eq!(
        (count(&warm, "parsed"), count(&warm, "check")),
        (1, 1),
        "{warm:?}"
    );
    let checked = db.checked().expect("there is no error");
    assert!(
        checked
            .profile
            .fields
            .iter()
            .any(|field| field.doc.is_some())
    );
}

#[test]
fn a_removed_file_takes_its_names_along_and_may_come_back() {
    let mut db = Database::new();
    let id = db.set_file("b.persona", "const limit: Int = 3\n".to_owned());
    db.set_file(
        "a.persona",
        "profile C { id: String @key, visits: Int }\nsegment s { when visits > limit }\n"
            .to_owned(),
    );
    assert_eq!(db.diagnostics(), []);
    db.remove_file("b.persona");
    assert!(
        db.diagnostics()
            .iter()
            .any(|d| d.severity == Severity::Error)
    );
    assert!(db.checked().is_none());
    assert_eq!(
        db.set_file("b.persona", "const limit: Int = 3\n".to_owned()),
        id
    );
    assert_eq!(db.diagnostics(), []);
}

#[test]
fn a_snapshot_answers_in_another_thread() {
    let mut db = Database::new();
    db.set_file(
        "a.persona",
        "event Visit { times: Int, times: Int }\n".to_owned(),
    );
    let snapshot = db.clone();
    let found = std::thread::spawn(move || snapshot.diagnostics().len())
        .join()
        .expect("it does not panic");
    assert_eq!(found, 1);
    db.set_file("a.persona", "event Visit { times: Int }\n".to_owned());
    assert_eq!(db.diagnostics(), []);
}

/// A chain of traits, each of which refers to the one before it, written in an order that is the worst for recursion.
fn chain(length: usize) -> String {
    let mut text = String::from("profile C { id: String @key, visits: Int }\n");
    for index in (1..length).rev() {
        text.push_str(&format!("trait t{index}: Int = t{} + 1\n", index - 1));
    }
    text.push_str("trait t0: Int = visits\n");
    text
}

#[test]
fn a_chain_of_ten_thousand_traits_needs_no_stack() {
    let mut db = Database::new();
    db.set_file("a.persona", chain(10_000));
    let found = db.diagnostics();
    assert_eq!(
        found.iter().map(|d| d.code.id()).collect::<Vec<_>>(),
        ["P0801"]
    );
    // And again after an edit at its far end, when every link has to be validated.
    db.set_file(
        "a.persona",
        chain(10_000).replace("= visits", "= visits + 1"),
    );
    assert_eq!(db.diagnostics().len(), 1);
}

#[test]
fn a_ring_of_ten_thousand_traits_is_one_report() {
    let mut db = Database::new();
    db.set_file("a.persona", chain(10_000).replace("= visits", "= t9999"));
    let found = db.diagnostics();
    assert_eq!(
        found.iter().map(|d| d.code.id()).collect::<Vec<_>>(),
        ["P0235"]
    );
    assert!(found[0].secondary.len() <= 10);
}

#[test]
fn a_definition_that_multiplies_is_refused() {
    let mut text =
        String::from("profile C { id: String @key, visits: Int }\nfn f0(x: Int) -> Int = x + 1\n");
    for index in 1..60 {
        text.push_str(&format!(
            "fn f{index}(x: Int) -> Int = f{0}(x) + f{0}(x + 1)\n",
            index - 1
        ));
    }
    text.push_str("trait everything: Int = f59(visits)\n");
    let mut db = Database::new();
    db.set_file("a.persona", text);
    let found = db.diagnostics();
    assert!(found.iter().all(|d| d.code.id() == "P0802"), "{found:?}");
    assert!(!found.is_empty());
}

#[test]
fn ten_thousand_declarations_are_checked_in_one_go() {
    let mut db = Database::new();
    let mut text = String::from("profile C { id: String @key, visits: Int }\n");
    for index in 0..10_000 {
        text.push_str(&format!("segment s{index} {{ when visits > {index} }}\n"));
    }
    db.set_file("a.persona", text);
    assert_eq!(db.diagnostics(), []);
    assert_eq!(
        db.checked().expect("there is no error").segments.len(),
        10_000
    );
}

/// A package of many declarations that name each other.
fn large() -> String {
    let mut text = String::from(SHOP);
    for index in 0..200 {
        text.push_str(&format!(
            "segment s{index} {{\n  when visits > {index} and in regulars\n}}\n\
             partition p{index} {{\n  low when in s{index}\n  otherwise high\n}}\n"
        ));
    }
    text
}

#[test]
fn typing_a_new_declaration_asks_only_who_may_mean_it() {
    let counts = Counts::default();
    let mut db = counts.database();
    let text = large();
    db.set_file("shop.persona", text.clone());
    assert_eq!(db.diagnostics(), []);
    counts.take();
    for new in [
        "segment new_one {\n  when visits > 100 and country == \"US\"\n}\n",
        "partition new_stages {\n  low when visits < 2\n  otherwise high\n}\n",
        "trait new_trait: Int = visits + 1\n",
    ] {
        for typed in 1..=new.len() {
            db.set_file("shop.persona", format!("{text}{}", &new[..typed]));
            db.diagnostics();
            let warm = counts.take();
            for query in ["check", "facts_of", "uses", "proven_of"] {
                let ran = count(&warm, query);
                assert!(
                    ran <= 8,
                    "{query} ran {ran} times at {:?}: {warm:?}",
                    &new[..typed]
                );
            }
        }
    }
}
