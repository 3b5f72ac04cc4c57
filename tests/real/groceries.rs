//! The 92,331 products of a grocer as a catalog: what households are shown, against what this file works out from the
//! Parquet files by itself, with maps and sorting.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use persona_ir::CatalogId;
use persona_runtime::recommend::{Recommender, Short, plainly};
use persona_runtime::{Evaluation, Evaluator, Value};
use persona_sema::Database;

use crate::support::engines::Loaded;
use crate::support::root;

/// 2018-01-01T12:00:00.000001Z: the last microsecond keeps every edge of a window between two events.
const NOW: i64 = 1_514_808_000_000_001;
const HALF_A_YEAR: i64 = 182 * 86_400_000_000;

/// A product's category, type and brand.
#[derive(Debug, PartialEq)]
struct Product {
    category: Option<String>,
    of_type: String,
    brand: Option<String>,
}

/// What the files say.
#[derive(Debug, Default)]
struct Files {
    products: BTreeMap<String, Product>,
    /// When and what, by household.
    bought: BTreeMap<String, Vec<(i64, String)>>,
}

/// A file, a part at a time.
fn each(name: &str, f: &mut dyn FnMut(&RecordBatch)) {
    let path = root().join(format!(
        "../shared/data/transactions/complete_journey/{name}.parquet"
    ));
    let file = File::open(path).expect("the file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
    for batch in reader.build().expect("its columns") {
        f(&batch.expect("its rows"));
    }
}

/// A column as texts.
fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).expect("a column");
    let text = |row: usize| match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::LargeUtf8 => column.as_string::<i64>().value(row).to_owned(),
        DataType::Utf8View => column.as_string_view().value(row).to_owned(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        other => panic!("`{name}` is {other:?}"),
    };
    let known = |row: usize| (!column.is_null(row)).then(|| text(row));
    (0..batch.num_rows()).map(known).collect()
}

impl Files {
    fn read() -> Self {
        let mut files = Self::default();
        each("products", &mut |batch| {
            let columns = ["product_id", "product_category", "product_type", "brand"];
            let [keys, categories, types, brands] = columns.map(|name| texts(batch, name));
            let rest = categories.into_iter().zip(types).zip(brands);
            for (key, ((category, of_type), brand)) in keys.into_iter().zip(rest) {
                let product = Product {
                    category,
                    of_type: of_type.unwrap_or_default(),
                    brand,
                };
                files.products.insert(key.expect("a key"), product);
            }
        });
        each("transactions_sample", &mut |batch| {
            let [people, keys] = ["household_id", "product_id"].map(|name| texts(batch, name));
            let at = batch.column_by_name("transaction_timestamp");
            let at = at
                .expect("a column")
                .as_primitive::<TimestampMicrosecondType>();
            for (row, (person, key)) in people.into_iter().zip(keys).enumerate() {
                let bought = files.bought.entry(person.expect("a key")).or_default();
                bought.push((at.value(row), key.expect("a product")));
            }
        });
        files
    }

    /// The category of what a household bought last; nothing where it bought several things at once.
    fn last_category(&self, household: &str) -> Option<Option<&str>> {
        let bought = self.bought[household].iter().filter(|(at, _)| *at <= NOW);
        let latest = bought.clone().map(|(at, _)| *at).max()?;
        let mut last = bought.filter(|(at, _)| *at == latest);
        match (last.next(), last.next()) {
            (Some((_, key)), None) => {
                let product = self.products.get(key);
                Some(product.and_then(|of| of.category.as_deref()))
            }
            _ => None,
        }
    }

    /// What somebody bought since an instant.
    fn bought(&self, household: &str, since: i64) -> BTreeSet<&str> {
        let bought = self.bought[household].iter();
        let seen = bought.filter(|(at, _)| (since..=NOW).contains(at));
        seen.map(|(_, key)| key.as_str()).collect()
    }

    /// What somebody is shown.
    fn expected(&self, household: &str, category: Option<&str>) -> Result<Vec<&str>, Short> {
        let lately = self.bought(household, NOW - HALF_A_YEAR);
        let next = self.products.iter().filter(|(key, of)| {
            category.is_some()
                && of.category.as_deref() == category
                && !lately.contains(key.as_str())
        });
        let mut next: Vec<(&String, &Product)> = next.collect();
        // Keys ascend in the map already, and the sort is stable.
        next.sort_by_key(|(_, of)| Reverse(of.of_type.as_str()));
        let ever = self.bought(household, i64::MIN);
        let mut cheese: Vec<(&String, &Product)> = self
            .products
            .iter()
            .filter(|(key, of)| {
                of.category.as_deref() == Some("CHEESE")
                    && of.brand.as_deref() == Some("National")
                    && !ever.contains(key.as_str())
            })
            .collect();
        cheese.sort_by(|(a, of), (b, other)| of.of_type.cmp(&other.of_type).then(b.cmp(a)));
        let mut shown: Vec<&str> = Vec::new();
        for (key, _) in next.into_iter().take(5).chain(cheese) {
            if shown.len() < 5 && !shown.contains(&key.as_str()) {
                shown.push(key);
            }
        }
        match shown.len() {
            5 => Ok(shown),
            _ => Err(Short("nothing left to recommend".into())),
        }
    }
}

#[test]
fn groceries_of_the_category_that_was_bought_last() {
    if !super::data_is_there() {
        return;
    }
    let folder = root().join("tests/real/groceries");
    let text = std::fs::read_to_string(folder.join("groceries.persona")).expect("the package");
    let mut db = Database::new();
    db.set_name("groceries");
    db.set_file("groceries.persona", text);
    let checked = db.checked().expect("a valid package");
    let campaign = persona_lower::lower_campaign(&checked).expect("a small campaign");
    let loaded = Loaded::whole(&campaign.plan, &folder, NOW).expect("readable data");
    let (data, files) = (&loaded.data, Files::read());
    assert_eq!(data.catalogs.len(CatalogId(0)), 92_331);
    assert_eq!(files.products.len(), 92_331);
    let evaluation = Evaluation {
        now: NOW,
        calibration: None,
    };
    let evaluator = Evaluator::prepared(&campaign.plan, data, &evaluation).for_campaign(&campaign);
    let recommender = Recommender::new(&campaign, evaluator.prepared_plan(), &data.catalogs);
    let next = campaign.recommendations.iter_enumerated();
    let mut next = next.filter(|(_, def)| &*def.name == "next");
    let (next, def) = next.next().expect("the recommendation");
    let key = campaign.plan.schema.catalogs[def.catalog].key;
    let mut person = evaluator.profile(0);
    let (mut asked, mut filled) = (0, 0);
    for row in 0..data.profiles {
        let household = data.key(&campaign.plan.schema, row);
        // Of several things in one basket the order of their bytes says which is the last: that is tested elsewhere.
        let Some(category) = files.last_category(household) else {
            continue;
        };
        person.move_to(row);
        let shown = recommender.items(&campaign, &mut person, next);
        if asked < 2 {
            assert_eq!(shown, plainly(&campaign, &mut person, next), "{household}");
        }
        let value = |row| data.catalogs.value(def.catalog, key, row);
        let shown = shown.map(|rows| rows.into_iter().map(value).collect::<Vec<Value>>());
        let expected = files.expected(household, category);
        filled += usize::from(matches!(&expected, Ok(shown)
            if shown.iter().any(|key| files.products[*key].category.as_deref() != category)));
        let expected = expected.map(|keys| keys.into_iter().map(Value::from).collect());
        assert_eq!(shown, expected, "{household}");
        asked += 1;
        if asked == 300 {
            break;
        }
    }
    println!("{asked} households, {filled} of them with cheese");
    assert_eq!(asked, 300);
    assert!(filled > 0, "somebody is shown what stands in");
}
