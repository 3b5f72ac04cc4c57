//! That large packages and long conditions are looked through in no time, and that an edit is not looked at everywhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::Database;

const SCHEMA: &str = "profile C {\n  id: String @key\n  visits: Int = 0\n  spend: Money<USD> = 0 USD\n  country: String?\n}\nevent Purchase { total: Money<USD>, sku: String }\n";

#[test]
fn thousands_of_segments_are_looked_through_quickly() {
    let mut text = SCHEMA.to_owned();
    for index in 1..=2_000 {
        text.push_str(&format!(
            "segment s{index} {{ when visits > {index} and visits < {index}000 and country is known and country != \"X{index}\" and (spend > {index} USD or did Purchase in last {}d where total > 5 USD and sku == \"a\") }}\n",
            index % 300 + 1
        ));
    }
    let mut db = Database::new();
    db.set_file("a.persona", text);
    let start = Instant::now();
    assert_eq!(db.diagnostics(), []);
    // Without optimisation, and beside other tests: only that it does not explode.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn conditions_without_end_are_given_up() {
    let either: Vec<String> = (0..400)
        .map(|n| format!("(visits == {n} or spend == {n} USD or country == \"c{n}\")"))
        .collect();
    let chain = either.join(" and ");
    let deep = format!(
        "{}visits > 3{}",
        "(visits > 1 and (visits > 2 or ".repeat(20),
        "))".repeat(20)
    );
    let stages: String = (0..300)
        .map(|n| format!("  s{n} when visits > {n} and spend > {n} USD\n"))
        .collect();
    let mut db = Database::new();
    let text = format!(
        "{SCHEMA}segment chain {{ when {chain} }}\nsegment deep {{ when {deep} }}\npartition p {{\n{stages}  otherwise rest\n}}\nsegment again {{ when in chain and not in chain }}\nexclusive {{ chain, deep, p.s3, p.s200 }}\n"
    );
    db.set_file("a.persona", text);
    let start = Instant::now();
    db.diagnostics();
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn an_edit_is_looked_at_only_where_it_matters() {
    let counts: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let observer = Arc::clone(&counts);
    let mut db = Database::observed(move |key| {
        let name = key.split('(').next().unwrap_or_default().to_owned();
        *observer.lock().expect("no panic").entry(name).or_default() += 1;
    });
    let text = format!(
        "{SCHEMA}segment a {{ when visits > 3 and spend > 5 USD }}\nsegment b {{ when in a and visits < 9 }}\nsegment c {{ when visits > 4 and spend > 3 USD }}\nexclusive {{ a, c }}\n"
    );
    db.set_file("a.persona", text.clone());
    let before = db.diagnostics();
    counts.lock().expect("no panic").clear();
    db.set_file("a.persona", text.replace("spend > 3 USD", "spend > 4 USD"));
    let after = db.diagnostics();
    let ran = counts.lock().expect("no panic").clone();
    // The segment, and the exclusion that rests on it.
    assert_eq!(
        (ran.get("check"), ran.get("proven_of")),
        (Some(&1), Some(&2)),
        "{ran:?}"
    );
    assert_eq!(before.len(), after.len());
    counts.lock().expect("no panic").clear();
    db.set_file(
        "a.persona",
        format!(
            "// moved\n{}",
            text.replace("spend > 3 USD", "spend > 4 USD")
        ),
    );
    db.diagnostics();
    assert_eq!(counts.lock().expect("no panic").get("proven_of"), None);
}
