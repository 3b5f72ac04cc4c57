//! A column of a catalog's items by its distinct values: what depends on the column alone is asked once for each of them.

use std::cmp::Ordering;

use persona_ir::{CatalogId, ColId};
use rustc_hash::FxHashMap;

use crate::{Catalogs, Value};

/// A column of some items.
#[derive(Debug)]
pub(super) struct Distinct {
    /// The values that there are, in their order where they have one, none repeated.
    values: Vec<Value>,
    /// For each of them an item that has it; behind the last one without a value.
    examples: Vec<u32>,
    /// For each of the items where its value is in `values`; behind the last where it has none.
    places: Vec<u32>,
}

impl Distinct {
    /// The column's values of some items.
    pub(super) fn new(catalogs: &Catalogs, catalog: CatalogId, col: ColId, rows: &[u32]) -> Self {
        let mut found: FxHashMap<Value, u32> = FxHashMap::default();
        let mut firsts: Vec<(Value, u32)> = Vec::new();
        let mut without = 0;
        let mut places = Vec::with_capacity(rows.len());
        for row in rows {
            let value = catalogs.value(catalog, col, *row as usize);
            if !value.is_known() {
                (without, _) = (*row, places.push(u32::MAX));
                continue;
            }
            let next = u32::try_from(firsts.len()).unwrap_or(u32::MAX);
            let place = *found.entry(value.clone()).or_insert(next);
            if place == next {
                firsts.push((value, *row));
            }
            places.push(place);
        }
        let mut sorted: Vec<u32> = (0..).take(firsts.len()).collect();
        let value = |place: u32| &firsts[place as usize].0;
        sorted.sort_by(|a, b| value(*a).compare(value(*b)).unwrap_or(Ordering::Equal));
        let mut now = vec![0; firsts.len()];
        for (place, before) in (0_u32..).zip(&sorted) {
            now[*before as usize] = place;
        }
        let none = u32::try_from(firsts.len()).unwrap_or(u32::MAX);
        for place in &mut places {
            *place = now.get(*place as usize).copied().unwrap_or(none);
        }
        let mut examples: Vec<u32> = sorted.iter().map(|of| firsts[*of as usize].1).collect();
        examples.push(without);
        Self {
            values: sorted.iter().map(|of| value(*of).clone()).collect(),
            examples,
            places,
        }
    }

    /// Where the value of an item is.
    pub(super) fn place(&self, index: usize) -> usize {
        self.places[index] as usize
    }

    /// How many places there are: one for each value, and one for none.
    pub(super) fn places(&self) -> usize {
        self.examples.len()
    }

    /// An item whose value is at a place.
    pub(super) fn example(&self, place: usize) -> usize {
        self.examples[place] as usize
    }

    /// How many values come before one, and how many do not come behind it.
    pub(super) fn around(&self, value: &Value) -> (usize, usize) {
        let before = |of: &Value| of.compare(value).is_some_and(Ordering::is_lt);
        let not_behind = |of: &Value| of.compare(value).is_some_and(Ordering::is_le);
        (
            self.values.partition_point(before),
            self.values.partition_point(not_behind),
        )
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }
}
