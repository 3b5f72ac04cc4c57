//! What is shown by hand-made rules over a few products, worked out by hand: orders, ties, what stands in.

use std::sync::Arc;

use persona_ir::campaign::Campaign;
use persona_runtime::recommend::{Short, absent};
use persona_runtime::{CatalogsBuilder, Dataset, DatasetBuilder, Value};

use super::{campaign, shown};

const RULES: &str = r#"
profile Customer { id: String @key, likes: String = "a" }
catalog Product { sku: String @key, kind: String, score: Int }
event Bought { sku: String }
content page {
  s: List<Product>
  otherwise { s = wanted }
}
channel mail { to id, requires nothing }
trigger t { on Bought
  enter once
  send page via mail }
"#;

/// Kind a: p1 to p3, of b: q1 and q2.
const PRODUCTS: [(&str, &str, i64); 5] = [
    ("p2", "a", 5),
    ("p1", "a", 5),
    ("p3", "a", 7),
    ("q1", "b", 1),
    ("q2", "b", 9),
];

fn world(rules: &str) -> (Campaign, Dataset) {
    let campaign = campaign(&format!("{RULES}{rules}")).expect("valid rules");
    let schema = &campaign.plan.schema;
    let catalog = persona_ir::CatalogId(0);
    let mut items = CatalogsBuilder::new(schema);
    for (sku, kind, score) in PRODUCTS {
        items.item(catalog, vec![sku.into(), kind.into(), score.into()]);
    }
    let items = Arc::new(items.finish());
    let mut builder = DatasetBuilder::new(schema);
    builder.catalogs(items);
    builder.profile(vec!["ada".into(), "a".into()]);
    let bought = schema.events.iter_enumerated();
    let (bought, _) = bought
        .into_iter()
        .find(|(_, table)| &*table.name == "Bought")
        .expect("the event");
    builder.event(
        "ada",
        bought,
        vec![Value::Int(0), Value::Missing, "p3".into()],
    );
    let data = builder.finish();
    (campaign, data)
}

/// What Ada is shown by the first recommendation.
fn keys(rules: &str) -> Result<String, String> {
    let (campaign, data) = world(rules);
    let mut all = shown(&campaign, &data, 1);
    let keys = all[0]
        .swap_remove(0)
        .map_err(|Short(why)| why.to_string())?;
    let keys: Vec<&str> = keys.iter().filter_map(Value::str).collect();
    Ok(keys.join(" "))
}

fn wanted(clauses: &str) -> String {
    format!("recommend wanted: List<Product> {{\n  from Product\n{clauses}\n}}\n")
}

#[test]
fn ties_end_with_the_key_whichever_way_the_order_goes() {
    let by = |way: &str| {
        wanted(&format!(
            "rank by score {way}\ntake 5\notherwise skip \"no\""
        ))
    };
    assert_eq!(keys(&by("desc")).as_deref(), Ok("q2 p3 p1 p2 q1"));
    assert_eq!(keys(&by("asc")).as_deref(), Ok("q1 p1 p2 p3 q2"));
}

#[test]
fn what_was_bought_is_left_out() {
    let rules = wanted(
        "where kind == profile.likes\nexclude Bought.sku in last 30d\nrank by score desc\ntake 2\notherwise skip \"no\"",
    );
    assert_eq!(keys(&rules).as_deref(), Ok("p1 p2"));
}

#[test]
fn another_recommendation_fills_the_rest_by_its_own_rules() {
    let rules = wanted("where kind == \"b\"\nrank by score\ntake 4\notherwise others")
        + "recommend others: List<Product> {\n  from Product\n  rank by score desc\n  take 4\n  otherwise skip \"too few\"\n}\n";
    // q2 is there already; p3 and p1 come next.
    assert_eq!(keys(&rules).as_deref(), Ok("q1 q2 p3 p1"));
}

#[test]
fn a_recommendation_that_stands_in_is_itself_filled_up() {
    let rules = wanted("where kind == \"c\"\nrank by score\ntake 3\notherwise some")
        + "recommend some: List<Product> {\n  from Product\n  where kind == \"b\"\n  rank by score\n  take 3\n  otherwise [\"q1\", \"p2\", \"p1\", \"p3\"]\n}\n";
    assert_eq!(keys(&rules).as_deref(), Ok("q1 q2 p2"));
}

#[test]
fn what_stands_in_gives_up_only_where_items_lack() {
    let some = "recommend some: List<Product> {\n  from Product\n  where kind == \"b\"\n  rank by score\n  take 4\n  otherwise skip \"too few\"\n}\n";
    let full = wanted("where kind == \"a\" and score > 5\nrank by score\ntake 3\notherwise some");
    assert_eq!(keys(&(full + some)).as_deref(), Ok("p3 q1 q2"));
    let short = wanted("where kind == \"a\" and score > 5\nrank by score\ntake 4\notherwise some");
    assert_eq!(keys(&(short + some)), Err("too few".to_owned()));
}

#[test]
fn keys_that_the_catalog_lacks_are_passed_over_and_never_leave_a_block_short() {
    let clauses = "where kind == \"c\"\nrank by score\ntake 2\notherwise [\"x1\", \"p1\", \"q2\"]";
    assert_eq!(keys(&wanted(clauses)).as_deref(), Ok("p1 q2"));
    let clauses = "where kind == \"c\"\nrank by score\ntake 2\notherwise [\"x1\", \"p1\", \"x2\"]";
    let why = "`otherwise` of `wanted` names x1, x2, which `Product` lacks";
    assert_eq!(keys(&wanted(clauses)), Err(why.to_owned()));
    let (campaign, data) = world(&wanted(clauses));
    let lacking = absent(
        &campaign,
        &data.catalogs,
        persona_ir::campaign::RecommendId(0),
    );
    assert_eq!(lacking, ["x1".into(), "x2".into()]);
}
