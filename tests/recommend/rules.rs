//! Packages with recommendations, at random: conditions on the item alone, on one column and the person, on several, on
//! history and time; in the positive and under `not`.

use std::fmt::Write;

use crate::support::rng::Rng;

const SCHEMA: &str = r#"
profile Customer {
  id: String @key
  favourite: String?
  budget: Money<USD>?
  home: Geo?
  zone: TimeZone = "UTC"
  size: Int = 3
  least: Float?
  wishes: List<String>
  likes: Set<String>
  tier: Grade?
  member: Bool = false
}
ordered enum Grade { low, middle, high }
enum Kind { shirt, shoe, hat }
catalog Product {
  sku: String @key
  category: String
  brand: String?
  price: Money<USD>
  rating: Float?
  popularity: Int
  weight: Int?
  in_stock: Bool
  added: Date?
  seen: Timestamp?
  place: Geo?
  tags: Set<String>
  grade: Grade
  kind: Kind?
  store: Int
}
catalog Store { number: Int @key, city: String, place: Geo }
event Viewed { sku: String, category: String, n: Int?, x: Float? }
event Bought { sku: String?, total: Money<USD>, items: List<{ sku: String, quantity: Int }> }
trait spent: Money<USD> = sum(Bought.total)
segment buyers { when did Bought }
"#;

/// Conditions that are the product's own.
const OWN: &[&str] = &[
    "in_stock",
    "price < 30 USD",
    "category == \"a\"",
    "category in [\"a\", \"c\"]",
    "(rating ?? 0.5) > 1.0",
    "tags contains \"a\"",
    "grade >= middle",
    "category starts with \"a\"",
    "popularity mod 3 == 1",
    "(any s in Store where s.number == store and s.city == \"a\")",
    "Store[store].city is known",
    "kind is known",
    "(brand ?? \"b\") == \"b\"",
    "price / 10 USD > 2",
];

/// Conditions in which the person or the time has a part, whose opposite is one, too.
const BOTH: &[&str] = &[
    "category == (profile.favourite ?? \"a\")",
    "price <= (profile.budget ?? 25 USD)",
    "price > (profile.budget ?? 5 USD)",
    "popularity >= profile.size",
    "profile.size > popularity",
    "(weight ?? 2) == profile.size",
    "(rating ?? 0.0) < (profile.least ?? 1.0)",
    "sku in profile.wishes",
    "(any t in tags where profile.likes contains t)",
    "grade <= (profile.tier ?? low)",
    "popularity + (weight ?? 0) > profile.size * 2",
    "profile.member",
    "(in_stock or profile.member)",
    "(in_stock and popularity < profile.size)",
    "(in buyers)",
    "spent > price",
    "price < 2 * spent",
    "(added ?? 2025-12-01) > today - 40d",
    "(added is known and added in last 30d)",
    "(category == (last(Viewed).category ?? \"b\"))",
    "count(Viewed in last 30d) > popularity",
    "(distance(place ?? geo(0, 0), profile.home ?? geo(1, 1)) < 200 km)",
    "(any w in profile.wishes where w == category)",
    "(any t in tags where t == (profile.favourite ?? \"c\"))",
    "store == profile.size",
    "(if profile.member then popularity > 2 else in_stock)",
];

/// Conditions that ask of something that may be missing, and so have no opposite.
const OPEN: &[&str] = &[
    "category == profile.favourite",
    "price < profile.budget",
    "rating > profile.least",
    "weight == profile.size",
    "grade == profile.tier",
    "brand == last(Viewed).category",
    "distance(place, profile.home) < 100 km",
    "added in last 20d",
    "seen in last 5d",
    "rating > avg(Viewed.x where x is known)",
    "popularity >= last(Viewed).n",
];

/// What products are put in order by.
const RANKS: &[&str] = &[
    "popularity",
    "price",
    "rating ?? 0.0",
    "weight ?? 1",
    "grade",
    "category",
    "sku",
    "added ?? 2025-06-01",
    "popularity mod 4",
    "tags.size()",
    "(if category == (profile.favourite ?? \"a\") then 1 else 0)",
    "popularity * profile.size",
    "price - (profile.budget ?? 20 USD)",
    "distance(place ?? geo(0, 0), profile.home ?? geo(1, 1))",
    "(if (any t in tags where profile.likes contains t) then 0 else popularity)",
    "(rating ?? 0.0) * profile.size",
    "(popularity mod profile.size) ?? 0",
];

/// Keys of products that are left out.
const KEYS: &[&str] = &[
    "Bought.items.sku in last 365d",
    "Bought.sku in last 30d where sku is known",
    "Viewed.sku in latest 2",
    "Viewed.sku where (n ?? 0) > 1",
    "Bought.items.sku where quantity > 1",
];

fn condition(rng: &mut Rng, depth: u32) -> String {
    match rng.below(if depth == 0 { 2 } else { 6 }) {
        0 => (*rng.pick(OWN)).to_owned(),
        1 | 2 => (*rng.pick(BOTH)).to_owned(),
        3 => format!("not ({})", condition(rng, depth - 1)),
        4 => format!(
            "({} or {})",
            condition(rng, depth - 1),
            condition(rng, depth - 1)
        ),
        _ => format!(
            "({} and {})",
            condition(rng, depth - 1),
            condition(rng, depth - 1)
        ),
    }
}

/// A recommendation from products, and how many it takes.
fn products(rng: &mut Rng, text: &mut String, name: &str, otherwise: &str, take: i64) {
    let mut wanted: Vec<String> = (0..rng.below(4)).map(|_| condition(rng, 2)).collect();
    if rng.chance(3_000) {
        wanted.push((*rng.pick(OPEN)).to_owned());
    }
    writeln!(text, "recommend {name}: List<Product> {{\n  from Product").expect("text grows");
    if !wanted.is_empty() {
        writeln!(text, "  where {}", wanted.join(" and ")).expect("text grows");
    }
    for _ in 0..rng.below(3) {
        let what = match rng.below(2) {
            0 => (*rng.pick(KEYS)).to_owned(),
            _ => condition(rng, 1),
        };
        writeln!(text, "  exclude {what}").expect("text grows");
    }
    let ranks = (0..=rng.below(3)).map(|_| {
        let way = rng.pick(&["", " asc", " desc"]);
        format!("{}{way}", rng.pick(RANKS))
    });
    let ranks: Vec<String> = ranks.collect();
    writeln!(text, "  rank by {}", ranks.join(", ")).expect("text grows");
    writeln!(text, "  take {take}\n  otherwise {otherwise}\n}}").expect("text grows");
}

/// Keys of products, some of which there are.
fn keys(rng: &mut Rng, count: i64) -> String {
    let mut all: Vec<i64> = Vec::new();
    while i64::try_from(all.len()).expect("few") < count {
        let key = rng.between(0, 30);
        if !all.contains(&key) {
            all.push(key);
        }
    }
    let shown: Vec<String> = all.iter().map(|key| format!("\"p{key}\"")).collect();
    format!("[{}]", shown.join(", "))
}

/// A package.
pub(super) fn package(rng: &mut Rng) -> String {
    let mut text = SCHEMA.to_owned();
    // Each may stand in for the one before, so that they take ever more.
    let takes = [1, 2, 3, 4, 5].map(|least| least + rng.between(0, 1));
    for (index, take) in (0_usize..).zip(takes) {
        let otherwise = match rng.below(3) {
            0 if index < 4 => format!("r{}", index + 1),
            1 => {
                let more = rng.between(0, 4);
                keys(rng, take + more)
            }
            _ => "skip \"nothing\"".to_owned(),
        };
        let name = format!("r{index}");
        products(rng, &mut text, &name, &otherwise, take);
    }
    text.push_str(
        "recommend near: List<Store> {\n  from Store\n  where city != \"b\"\n  rank by distance(place, profile.home ?? geo(1, 1)), number desc\n  take 2\n  otherwise skip \"none\"\n}\n",
    );
    text.push_str("content page {\n");
    for index in 0..5 {
        writeln!(text, "  s{index}: List<Product>").expect("text grows");
    }
    text.push_str("  t: List<Store>\n  otherwise {\n");
    for index in 0..5 {
        writeln!(text, "    s{index} = r{index}").expect("text grows");
    }
    text.push_str("    t = near\n  }\n}\nchannel mail { to id, requires nothing }\n");
    text.push_str("trigger t { on Bought\n enter once\n send page via mail }\n");
    text
}
