//! The package, the products and the people that the benchmark asks about; the same on every machine.

use std::sync::Arc;

use persona_ir::campaign::Campaign;
use persona_runtime::{CatalogsBuilder, Dataset, DatasetBuilder, Value};
use persona_sema::Database;

/// 2026-06-01T00:00Z.
pub(crate) const NOW: i64 = 1_780_272_000_000_000;
const DAY: i64 = 86_400_000_000;
const CATEGORIES: u64 = 300;

const RULES: &str = r#"
profile Customer {
  id: String @key
  budget: Money<USD> = 50 USD
  home: Geo = geo(0, 0)
  size: Int = 3
  taste: Int = 0
  likes: Set<String>
}
catalog Product {
  sku: String @key
  category: String
  price: Money<USD>
  popularity: Int
  rating: Float?
  in_stock: Bool
  place: Geo
  width: Int
  height: Int
  tags: Set<String>
}
event Viewed { sku: String, category: String }
event Purchase { total: Money<USD>, items: List<{ sku: String, quantity: Int }> }
recommend similar: List<Product> {
  from Product
  where in_stock and category == last(Viewed).category
  exclude Purchase.items.sku in last 365d
  rank by popularity desc, price asc
  take 4
  otherwise bestsellers
}
recommend bestsellers: List<Product> {
  from Product
  where in_stock
  rank by popularity desc
  take 20
  otherwise skip "nothing in stock"
}
recommend rare: List<Product> {
  from Product
  where in_stock and popularity < profile.taste - 1000 and price > profile.budget
  rank by popularity desc
  take 4
  otherwise bestsellers
}
recommend affordable: List<Product> {
  from Product
  where price <= profile.budget and price >= profile.budget / 2 and (any t in tags where profile.likes contains t)
  exclude Purchase.items.sku in last 365d
  rank by (rating ?? 0.0) desc, popularity desc
  take 10
  otherwise bestsellers
}
recommend several: List<Product> {
  from Product
  where in_stock and width + height <= profile.size * 10 and (price < profile.budget or popularity > width * profile.size)
  rank by price
  take 10
  otherwise bestsellers
}
recommend closest: List<Product> {
  from Product
  where in_stock
  rank by distance(place, profile.home), popularity desc
  take 10
  otherwise bestsellers
}
recommend matching: List<Product> {
  from Product
  where in_stock
  rank by abs(popularity - profile.taste), price
  take 10
  otherwise bestsellers
}
content page {
  a: List<Product>
  b: List<Product>
  c: List<Product>
  d: List<Product>
  e: List<Product>
  f: List<Product>
  otherwise {
    a = similar
    b = rare
    c = affordable
    d = several
    e = closest
    f = matching
  }
}
channel mail { to id, requires nothing }
trigger t {
  on Purchase
  enter once
  send page via mail
}
"#;

pub(crate) struct World {
    pub(crate) campaign: Campaign,
    pub(crate) data: Dataset,
    pub(crate) products: usize,
}

/// `SplitMix64`.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> i64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        i64::try_from(wide >> 64).expect("a small bound")
    }

    fn place(&mut self) -> Value {
        let mut degrees = |bound: u64| self.below(2 * bound * 100) as f64 / 100.0 - bound as f64;
        Value::Geo(degrees(80), degrees(179))
    }

    fn tags(&mut self, from: u64) -> Value {
        let mut tags: Vec<i64> = (0..self.below(4)).map(|_| self.below(from)).collect();
        tags.sort_unstable();
        tags.dedup();
        Value::List(tags.iter().map(|tag| format!("t{tag:02}").into()).collect())
    }
}

fn sku(number: i64) -> Value {
    format!("p{number:06}").into()
}

impl World {
    pub(crate) fn new(products: usize, people: usize) -> Self {
        let mut db = Database::new();
        db.set_name("bench");
        db.set_file("rules.persona", RULES.to_owned());
        let checked = db.checked().expect("a valid package");
        let campaign = persona_lower::lower_campaign(&checked).expect("a small campaign");
        let schema = &campaign.plan.schema;
        let mut rng = Rng(1);
        let mut items = CatalogsBuilder::new(schema);
        let count = i64::try_from(products).expect("a count");
        for number in 0..count {
            let rating = (rng.below(10) > 2).then(|| rng.below(50) as f64 / 10.0);
            let values = vec![
                sku(number),
                format!("c{:03}", rng.below(CATEGORIES)).into(),
                (rng.below(20_000) + 100).into(),
                rng.below(10_000).into(),
                rating.into(),
                (rng.below(10) > 1).into(),
                rng.place(),
                rng.below(100).into(),
                rng.below(100).into(),
                rng.tags(40),
            ];
            items.item(persona_ir::CatalogId(0), values);
        }
        let mut builder = DatasetBuilder::new(schema);
        builder.catalogs(Arc::new(items.finish()));
        let kind = |name: &str| {
            let mut kinds = schema.events.iter_enumerated();
            let found = kinds.find(|(_, table)| &*table.name == name);
            found.expect("a kind").0
        };
        let (viewed, bought) = (kind("Viewed"), kind("Purchase"));
        for person in 0..people {
            let key = format!("u{person:05}");
            builder.profile(vec![
                key.as_str().into(),
                (rng.below(15_000) + 1_000).into(),
                rng.place(),
                (rng.below(9) + 1).into(),
                rng.below(10_000).into(),
                rng.tags(40),
            ]);
            for _ in 0..5 {
                let category = format!("c{:03}", rng.below(CATEGORIES));
                let at = NOW - 1 - rng.below(100) * DAY;
                let seen = sku(rng.below(products as u64));
                builder.event(
                    &key,
                    viewed,
                    vec![at.into(), Value::Missing, seen, category.as_str().into()],
                );
            }
            for _ in 0..10 {
                let at = NOW - 1 - rng.below(500) * DAY;
                let items = (0..4).map(|_| {
                    let sku = sku(rng.below(products as u64));
                    Value::Record([sku, Value::Int(1)].into())
                });
                let items = Value::List(items.collect());
                builder.event(
                    &key,
                    bought,
                    vec![at.into(), Value::Missing, Value::Int(100), items],
                );
            }
        }
        let data = builder.finish();
        Self {
            campaign,
            data,
            products,
        }
    }
}
