//! Items of catalogs: keys of all types, duplicates, several sources, checks.

use persona_ir::{CatalogId, ColId};
use persona_runtime::{Value, apply_checks, run_checks};

use super::support::{Folder, plan};
use crate::NoRejects;

const PRODUCTS: &str = r#"
enum Color { red, green, blue }
profile P key id { id: Str }
catalog Product key sku { sku: Str, price: Int, old: Int?, tag: Str = "none" }
catalog Shade key color { color: Enum(Color), name: Str }
catalog Store key no { no: Int, town: Str? }
%0: Item(Product) = elem 0 0
%1: Int = item_col %0 price
%2: Int = const 0
%3: Bool = lt %2, %1
check catalog Product %3 "free" reject
source "a_products" catalog Product csv 44 "products.csv" @0:0..1 {
}
source "b_old" catalog Product ndjson "old.ndjson" @0:0..1 {
  field sku @0:0..1 (column "code")
}
source "people" profile csv 44 "people.csv" @0:0..1 {
}
source "shades" catalog Shade csv 44 "shades.csv" @0:0..1 {
}
source "stores" catalog Store csv 44 "stores.csv" @0:0..1 {
}
"#;

fn folder() -> Folder {
    Folder::new()
        .file("people.csv", "id\nann\n")
        .file(
            "products.csv",
            "sku,price\nb,20\na,10\nc,0\nb,21\n,5\nd,x\n",
        )
        .file(
            "old.ndjson",
            "{\"code\":\"a\",\"old\":15}\n{\"code\":\"z\",\"old\":1}\n",
        )
        .file("shades.csv", "color,name\nblue,Sea\nred,Rose\n")
        .file("stores.csv", "no,town\n10,Graz\n9,\n009,Linz\n-1,Wien\n")
}

#[test]
fn items_are_merged_by_key_and_sorted_by_it() {
    let plan = plan(PRODUCTS);
    let mut loaded = folder().load(&plan).expect("the files can be read");
    let catalogs = &loaded.dataset.catalogs;
    let rows = |id: u32, cols: u32| -> Vec<Vec<Value>> {
        let id = CatalogId(id);
        let row = |row| {
            (0..cols)
                .map(|col| catalogs.value(id, ColId(col), row))
                .collect()
        };
        (0..catalogs.len(id)).map(row).collect()
    };
    let text = |text: &str| Value::text(text);
    assert_eq!(
        rows(0, 4),
        [
            [text("a"), Value::Int(10), Value::Int(15), text("none")],
            [text("b"), Value::Int(20), Value::Missing, text("none")],
            [text("c"), Value::Int(0), Value::Missing, text("none")],
        ]
    );
    assert_eq!(
        rows(1, 2),
        [
            [Value::Enum(0), text("Rose")],
            [Value::Enum(2), text("Sea")]
        ]
    );
    assert_eq!(
        rows(2, 2),
        [
            [Value::Int(-1), text("Wien")],
            [Value::Int(9), Value::Missing],
            [Value::Int(10), text("Graz")],
        ]
    );
    let find = |id: u32, key: &Value| catalogs.find(CatalogId(id), key);
    assert_eq!(find(0, &text("b")), Some(1));
    assert_eq!(find(0, &text("z")), None);
    assert_eq!(find(1, &Value::Enum(2)), Some(1));
    assert_eq!(find(2, &Value::Int(10)), Some(2));
    // No price: `d`, of which nobody knows one, and `z`; the key of one is missing; `b` and 9 come twice.
    let reports = &loaded.report.sources;
    let set_aside: Vec<(u64, u64)> = reports
        .iter()
        .map(|source| (source.rows_set_aside, source.duplicates))
        .collect();
    assert_eq!(set_aside, [(3, 1), (1, 0), (0, 0), (0, 0), (1, 1)]);

    let failures = run_checks(&plan, &loaded.dataset, 0);
    loaded
        .record_checks(&plan, &failures, &mut NoRejects)
        .expect("nothing is written");
    let checked = apply_checks(&plan, &loaded.dataset, &failures);
    assert_eq!(checked.catalogs.len(CatalogId(0)), 2);
    assert_eq!(loaded.report.sources[0].rows_set_aside, 4);
    assert!(loaded.report.sources.iter().all(|source| source.adds_up()));
}
