//! Made-up data are as datasets must be, the same for the same seed, and such that rules hold for some.

use std::path::Path;

use persona_ir::Ty;
use persona_runtime::{Answer, Evaluation, Value};

use super::*;
use crate::{Compiled, Package, Program};

/// 2026-10-01T12:00Z.
const NOW: i64 = 1_790_856_000_000_000;

fn shop() -> Box<Program> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
    match Package::open(Some(&path)).unwrap().compile().unwrap() {
        Compiled::Program(program, _) => program,
        Compiled::Broken(_) => panic!("the example checks"),
    }
}

fn generation(profiles: usize, all_columns: bool) -> Generation {
    Generation {
        profiles,
        seed: 1,
        now: NOW,
        all_columns,
    }
}

/// Every cell as text, for comparison.
fn cells(plan: &Plan, data: &Dataset) -> Vec<(String, Vec<Value>)> {
    let mut cells = Vec::new();
    let mut table = |table: &Table, columns: &IndexVec<ColId, Column>| {
        for (def, column) in table.columns.iter().zip(columns) {
            let values = (0..column.len()).map(|row| data.value(column, row));
            cells.push((format!("{}.{}", table.name, def.name), values.collect()));
        }
    };
    table(&plan.schema.profile, &data.columns);
    for (def, events) in plan.schema.events.iter().zip(&data.events) {
        table(def, &events.columns);
    }
    cells
}

#[test]
fn the_same_seed_makes_the_same_people() {
    let program = shop();
    let plan = program.plan();
    let first = cells(plan, &dataset(plan, &generation(60, true)));
    assert_eq!(first, cells(plan, &dataset(plan, &generation(60, true))));
    let other = Generation {
        seed: 2,
        ..generation(60, true)
    };
    assert_ne!(first, cells(plan, &dataset(plan, &other)));
    let email = first.iter().find(|(name, _)| name == "Customer.email");
    let emails = &email.expect("a column").1;
    let some: Vec<&str> = emails.iter().filter_map(Value::str).take(3).collect();
    assert_eq!(
        some, EMAILS,
        "another machine makes the same, and so must the next version"
    );
}

const EMAILS: [&str; 3] = [
    "tara.costa525@web.de",
    "karla.obrien356@outlook.com",
    "umut.lindberg809@gmx.net",
];

#[test]
fn leaving_columns_out_changes_no_other() {
    let program = shop();
    let mut plan = program.plan().clone();
    plan.outputs.retain(|output| &*output.name == "vip");
    plan.checks.clear();
    let all = cells(&plan, &dataset(&plan, &generation(50, true)));
    let some = cells(&plan, &dataset(&plan, &generation(50, false)));
    let mut left_out = 0;
    for ((name, all), (_, some)) in all.iter().zip(&some) {
        if some.iter().all(|value| *value == Value::Missing) {
            left_out += 1;
        } else {
            assert_eq!(all, some, "{name}");
        }
    }
    assert!(left_out > 5, "{left_out} columns are left out");
}

#[test]
fn histories_are_in_order_and_end_before_now() {
    let program = shop();
    let data = dataset(program.plan(), &generation(300, true));
    for profile in 0..data.profiles {
        let kinds: Vec<KindId> = program.plan().schema.events.ids().collect();
        let events = data.history(&kinds, profile);
        let at: Vec<i64> = events.iter().map(|event| data.at(*event)).collect();
        assert!(at.is_sorted_by(|a, b| a < b) && at.iter().all(|at| *at <= NOW));
        let places: Vec<u32> = events.iter().map(|event| data.place(*event)).collect();
        assert!(
            places
                .iter()
                .copied()
                .eq(0..u32::try_from(places.len()).unwrap())
        );
    }
    let events: usize = data.events.iter().map(EventTable::len).sum();
    assert!(
        (1_500..15_000).contains(&events),
        "{events} events of 300 people"
    );
}

#[test]
fn keys_ascend_and_values_fit_their_fields() {
    let program = shop();
    let plan = program.plan();
    let data = dataset(plan, &generation(200, true));
    let keys: Vec<&str> = (0..200).map(|row| data.key(&plan.schema, row)).collect();
    assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
    assert_eq!(data.find(&plan.schema, keys[77]), Some(77));
    for (col, column) in plan.schema.profile.columns.iter_enumerated() {
        let values: Vec<Value> = (0..200)
            .map(|row| data.value(&data.columns[col], row))
            .collect();
        if !column.optional {
            assert!(values.iter().all(Value::is_known), "{}", column.name);
        }
        let distinct = values.iter().map(|value| format!("{value:?}"));
        let distinct: std::collections::BTreeSet<String> = distinct.collect();
        assert!(distinct.len() > 1, "{} is always the same", column.name);
        if matches!(column.ty, Ty::Set(_)) {
            for value in &values {
                let items: Vec<&str> = value
                    .list()
                    .unwrap()
                    .iter()
                    .filter_map(Value::str)
                    .collect();
                let set: std::collections::BTreeSet<&str> = items.iter().copied().collect();
                assert_eq!(set.len(), items.len(), "a set has no element twice");
            }
        }
        if Some(col) == plan.schema.zone {
            let zones = values.iter().filter_map(Value::str);
            assert!(
                zones
                    .into_iter()
                    .all(|zone| persona_runtime::time::Zone::named(zone).is_some())
            );
        }
    }
}

#[test]
fn most_rules_hold_for_some_and_not_for_all() {
    let program = shop();
    let plan = program.plan();
    let data = dataset(plan, &generation(3_000, false));
    let compiled = persona_jit::Compiled::new(plan).unwrap();
    let evaluation = Evaluation {
        now: NOW,
        calibration: None,
    };
    let answers = compiled.run(&data, &evaluation);
    let (mut some, mut segments) = (0, 0);
    for answer in &answers.columns {
        if let Answer::Members(members) = answer {
            segments += 1;
            some += usize::from((1..3_000).contains(&members.count_set_bits()));
        }
    }
    assert!(some * 10 >= segments * 9, "{some} of {segments} segments");
    let small = dataset(plan, &generation(150, false));
    let expected = persona_runtime::interpret(plan, &small, &evaluation).columns;
    assert_eq!(compiled.run(&small, &evaluation).columns, expected);
}

/// A package with catalogs of all kinds of keys, that events and people name.
const CATALOGS: &str = r#"
profile Customer {
  id: String @key
  favourite: String?
  store: Int?
}
enum Colour { red, green, blue }
catalog Product { sku: String @key, name: String, category: String, price: Money<EUR>, colour: Colour }
catalog Paint { colour: Colour @key, litres: Float }
catalog Store { number: Int @key, city: String, place: Geo }
catalog Voucher { code: String @key, worth: Money<EUR> }
event Bought { article: String, voucher: String?, total: Money<EUR> }
trait last_price: Money<EUR>? = Product[last(Bought).article].price
trait worth: Money<EUR>? = Voucher[last(Bought).voucher].worth
segment dear { when last_price > 60 EUR }
segment favoured { when Product[favourite].category == "kitchen" }
segment red_paint { when Paint[Product[favourite].colour].litres > 0.5 }
segment near { when Store[store].city == "Berlin" or Store[7777].city == "Rome" }
segment special { when Product["SPECIAL"].price < 50 EUR }
segment cheap { when any p in Product where p.price < 5 EUR and p.sku == favourite }
"#;

#[test]
fn items_have_the_keys_that_people_and_events_name() {
    let files = [("main.persona", CATALOGS)];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nlanguage = \"1\"\n";
    let package = Package::from_memory("a", Some(config), files, folder);
    let Compiled::Program(program, _) = package.compile().unwrap() else {
        panic!("the package checks")
    };
    let plan = program.plan();
    let data = dataset(plan, &generation(2_000, true));
    let catalog = |name: &str| {
        let mut all = plan.schema.catalogs.iter_enumerated();
        all.find(|(_, of)| &*of.table.name == name).unwrap().0
    };
    let items = |name: &str| data.catalogs.len(catalog(name));
    assert_eq!(
        items("Product"),
        401,
        "the one that a rule names is among them"
    );
    assert_eq!(
        (items("Paint"), items("Store"), items("Voucher")),
        (3, 401, 400)
    );
    // Sorted by key, each found by it.
    for (id, of) in plan.schema.catalogs.iter_enumerated() {
        let keys = (0..data.catalogs.len(id)).map(|row| data.catalogs.value(id, of.key, row));
        let keys: Vec<Value> = keys.collect();
        assert!(keys.is_sorted_by(|a, b| a.compare(b) == Some(std::cmp::Ordering::Less)));
        for (row, key) in keys.iter().enumerate() {
            assert_eq!(data.catalogs.find(id, key), Some(row));
        }
    }
    let compiled = persona_jit::Compiled::new(plan).unwrap();
    let evaluation = Evaluation {
        now: NOW,
        calibration: None,
    };
    let answers = compiled.run(&data, &evaluation);
    let mut some = 0;
    for (output, answer) in plan.outputs.iter().zip(&answers.columns) {
        if let Answer::Members(members) = answer {
            some += usize::from((1..2_000).contains(&members.count_set_bits()));
        } else if let Answer::Values(column) = answer {
            let known = (0..2_000).filter(|row| data.value(column, *row).is_known());
            let known = known.count();
            assert!(known > 300, "{known} have a {}", output.name);
        }
    }
    assert!(some >= 4, "{some} segments hold for some and not for all");
    let expected = persona_runtime::interpret(plan, &data, &evaluation).columns;
    assert_eq!(answers.columns, expected);
    // The same seed makes the same items.
    let names = |data: &Dataset| {
        let id = catalog("Product");
        let name = |row| data.catalogs.value(id, ColId(1), row);
        (0..20).map(name).collect::<Vec<Value>>()
    };
    assert_eq!(
        names(&data),
        names(&dataset(plan, &generation(2_000, true)))
    );
    assert_eq!(
        names(&data)[0].str(),
        Some("Leather Wallet"),
        "and so must the next version"
    );
}
