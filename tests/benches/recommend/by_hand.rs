//! What a programmer writes for each of these questions who knows it beforehand: columns of the products, one loop over them
//! that keeps the first so many, and bestsellers that are sorted once.

use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;

use persona_ir::campaign::Campaign;
use persona_ir::{CatalogId, ColId, KindId};
use persona_runtime::{Dataset, Value, geo};

use crate::world::NOW;

const YEAR: i64 = 365 * 86_400_000_000;

/// Products, column by column, and who stands in.
pub(crate) struct ByHand {
    category: Vec<u32>,
    price: Vec<i64>,
    popularity: Vec<i64>,
    rating: Vec<f64>,
    in_stock: Vec<bool>,
    place: Vec<(f64, f64)>,
    width: Vec<i64>,
    height: Vec<i64>,
    tags: Vec<u64>,
    bestsellers: Vec<usize>,
}

/// What is asked of one person.
pub(crate) struct Person {
    category: u32,
    bought: HashSet<usize>,
    budget: i64,
    home: (f64, f64),
    size: i64,
    taste: i64,
    likes: u64,
}

fn number(text: &Value) -> u32 {
    let text = text.str().expect("a text");
    text[1..].parse().expect("a number behind a letter")
}

fn bits(tags: &Value) -> u64 {
    let tags = tags.list().expect("tags").iter();
    tags.fold(0, |bits, tag| bits | 1 << number(tag))
}

impl Person {
    pub(crate) fn new(campaign: &Campaign, data: &Dataset, row: usize) -> Self {
        let schema = &campaign.plan.schema;
        let value = |col: u32| data.value(&data.columns[ColId(col)], row);
        let kind = |name: &str| {
            let mut kinds = schema.events.iter_enumerated();
            let found = kinds.find(|(_, table)| &*table.name == name);
            found.expect("a kind").0
        };
        let events = |name: &str| {
            let kinds: [KindId; 1] = [kind(name)];
            data.history(&kinds, row)
        };
        let last = *events("Viewed").last().expect("somebody who looked");
        let mut bought = HashSet::new();
        for event in events("Purchase") {
            if data.at(event) >= NOW - YEAR {
                let items = data.event_value(event, ColId(3));
                for item in items.list().expect("items") {
                    let Value::Record(fields) = item else {
                        unreachable!("items have two fields")
                    };
                    bought.extend(data.catalogs.find(CatalogId(0), &fields[0]));
                }
            }
        }
        Self {
            category: number(&data.event_value(last, ColId(3))),
            bought,
            budget: value(1).int().expect("a budget"),
            home: value(2).geo().expect("a home"),
            size: value(3).int().expect("a size"),
            taste: value(4).int().expect("a taste"),
            likes: bits(&value(5)),
        }
    }
}

/// The first so many by a key, in order; ties by the place.
struct First<K> {
    take: usize,
    kept: Vec<(K, usize)>,
}

impl<K: PartialOrd> First<K> {
    fn new(take: usize) -> Self {
        Self {
            take,
            kept: Vec::with_capacity(take + 1),
        }
    }

    fn offer(&mut self, key: K, row: usize) {
        let behind = |(kept, _): &(K, usize)| kept.partial_cmp(&key).is_some_and(Ordering::is_le);
        if self.kept.len() == self.take && self.kept.last().is_some_and(behind) {
            return;
        }
        let at = self.kept.partition_point(behind);
        self.kept.insert(at, (key, row));
        self.kept.truncate(self.take);
    }
}

impl ByHand {
    pub(crate) fn new(campaign: &Campaign, data: &Dataset) -> Self {
        assert_eq!(campaign.plan.schema.catalogs.len(), 1);
        let catalog = CatalogId(0);
        let rows = 0..data.catalogs.len(catalog);
        let column = |col: u32| {
            rows.clone()
                .map(move |row| data.catalogs.value(catalog, ColId(col), row))
        };
        let ints = |col: u32| column(col).map(|value| value.int().expect("a number"));
        let mut all = Self {
            category: column(1).map(|value| number(&value)).collect(),
            price: ints(2).collect(),
            popularity: ints(3).collect(),
            rating: column(4)
                .map(|value| value.float().unwrap_or(0.0))
                .collect(),
            in_stock: column(5).map(|value| value.is_true()).collect(),
            place: column(6)
                .map(|value| value.geo().expect("a place"))
                .collect(),
            width: ints(7).collect(),
            height: ints(8).collect(),
            tags: column(9).map(|value| bits(&value)).collect(),
            bestsellers: Vec::new(),
        };
        let mut bestsellers: Vec<usize> = rows.filter(|row| all.in_stock[*row]).collect();
        bestsellers.sort_by_key(|row| Reverse(all.popularity[*row]));
        bestsellers.truncate(20);
        all.bestsellers = bestsellers;
        all
    }

    fn filled<K>(&self, first: First<K>) -> Vec<usize> {
        let mut rows: Vec<usize> = first.kept.into_iter().map(|(_, row)| row).collect();
        for row in &self.bestsellers {
            if rows.len() < first.take && !rows.contains(row) {
                rows.push(*row);
            }
        }
        rows
    }

    pub(crate) fn similar(&self, of: &Person) -> Vec<usize> {
        let mut first = First::new(4);
        for (row, category) in self.category.iter().enumerate() {
            if *category == of.category && self.in_stock[row] && !of.bought.contains(&row) {
                first.offer((Reverse(self.popularity[row]), self.price[row]), row);
            }
        }
        self.filled(first)
    }

    pub(crate) fn rare(&self, of: &Person) -> Vec<usize> {
        let mut first = First::new(4);
        for (row, popularity) in self.popularity.iter().enumerate() {
            if *popularity < of.taste - 1_000 && self.price[row] > of.budget && self.in_stock[row] {
                first.offer(Reverse(*popularity), row);
            }
        }
        self.filled(first)
    }

    pub(crate) fn affordable(&self, of: &Person) -> Vec<usize> {
        let mut first = First::new(10);
        // `budget / 2` is rounded to even.
        let least = of.budget / 2 + i64::from(of.budget % 4 == 3);
        for (row, price) in self.price.iter().enumerate() {
            if *price <= of.budget
                && *price >= least
                && self.tags[row] & of.likes != 0
                && !of.bought.contains(&row)
            {
                let key = (-self.rating[row], Reverse(self.popularity[row]));
                first.offer(key, row);
            }
        }
        self.filled(first)
    }

    pub(crate) fn several(&self, of: &Person) -> Vec<usize> {
        let mut first = First::new(10);
        for (row, price) in self.price.iter().enumerate() {
            let width = self.width[row];
            if self.in_stock[row]
                && width + self.height[row] <= of.size * 10
                && (*price < of.budget || self.popularity[row] > width * of.size)
            {
                first.offer(*price, row);
            }
        }
        self.filled(first)
    }

    pub(crate) fn closest(&self, of: &Person) -> Vec<usize> {
        let mut first = First::new(10);
        for (row, place) in self.place.iter().enumerate() {
            if self.in_stock[row] {
                let distance = geo::distance(*place, of.home);
                first.offer((distance, Reverse(self.popularity[row])), row);
            }
        }
        self.filled(first)
    }

    pub(crate) fn matching(&self, of: &Person) -> Vec<usize> {
        let mut first = First::new(10);
        for (row, popularity) in self.popularity.iter().enumerate() {
            if self.in_stock[row] {
                first.offer(((popularity - of.taste).abs(), self.price[row]), row);
            }
        }
        self.filled(first)
    }
}
