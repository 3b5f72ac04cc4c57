//! What rules compare fields with. Made-up values lie around the numbers that rules ask for and use the texts that they
//! name, so that conditions hold for some and not for others.

use std::collections::BTreeMap;

use persona_base::IndexVec;
use persona_ir::{CatalogId, Const, NodeId, Op, Plan};

use super::items::Keys;
use crate::fields::{Owner, Source, elements, sources};

/// What rules say about fields.
#[derive(Debug, Default)]
pub(super) struct Hints {
    /// The constants that each field is compared with, in the order of the plan.
    compared: BTreeMap<Source, Vec<Const>>,
    /// Fields by whose values items are looked up.
    looked_up: BTreeMap<Source, CatalogId>,
    /// The keys of items.
    keys: IndexVec<CatalogId, Keys>,
}

/// The most constants that are kept of one field: a list of a million keys says no more than this many of them.
const MOST: usize = 1_000;

impl Hints {
    /// Looks through a plan.
    pub(super) fn of(plan: &Plan) -> Self {
        let elements = elements(plan);
        let mut hints = Self::default();
        for node in &plan.nodes {
            let compared: &[(NodeId, NodeId)] = &match &node.op {
                Op::Eq(a, b)
                | Op::Lt(a, b)
                | Op::Le(a, b)
                | Op::EqNum(a, b)
                | Op::LtNum(a, b)
                | Op::LeNum(a, b)
                | Op::EqFold(a, b)
                | Op::Contains(a, b)
                | Op::StartsWith(a, b)
                | Op::EndsWith(a, b) => [(*a, *b), (*b, *a)],
                Op::Has(list, item) => [(*list, *item), (*list, *item)],
                Op::Lookup { catalog, key } => {
                    // The key of the last event, or of the most frequent one.
                    let of_event = match &plan.nodes[*key].op {
                        Op::Agg(agg) => agg.value,
                        _ => None,
                    };
                    for source in sources(plan, &elements, of_event.unwrap_or(*key)) {
                        hints.looked_up.entry(source).or_insert(*catalog);
                    }
                    if let Op::Const(constant) = &plan.nodes[*key].op {
                        let of = Source {
                            owner: Owner::Catalog(*catalog),
                            col: plan.schema.catalogs[*catalog].key,
                            child: None,
                        };
                        hints.note(of, constant);
                    }
                    continue;
                }
                Op::In(a, items) | Op::HasAny(a, items) | Op::HasAll(a, items) => {
                    for source in sources(plan, &elements, *a) {
                        items.iter().for_each(|item| hints.note(source, item));
                    }
                    continue;
                }
                _ => continue,
            };
            for (value, constant) in compared {
                if let Op::Const(constant) = &plan.nodes[*constant].op {
                    for source in sources(plan, &elements, *value) {
                        hints.note(source, constant);
                    }
                }
            }
        }
        let catalogs = plan.schema.catalogs.iter_enumerated();
        let keys = catalogs.map(|(id, catalog)| Keys::of(id, catalog, &plan.schema, &hints));
        hints.keys = keys.collect();
        hints
    }

    fn note(&mut self, source: Source, constant: &Const) {
        let known = self.compared.entry(source).or_default();
        if known.len() < MOST && !known.contains(constant) {
            known.push(constant.clone());
        }
    }

    /// The constants that a field is compared with.
    pub(super) fn constants(&self, source: Source) -> &[Const] {
        self.compared.get(&source).map_or(&[], Vec::as_slice)
    }

    /// The keys of a catalog's items.
    pub(super) fn keys(&self, catalog: CatalogId) -> &Keys {
        &self.keys[catalog]
    }

    /// The keys of the items that a field names.
    pub(super) fn named_by(&self, source: Source) -> Option<&Keys> {
        let catalog = self.looked_up.get(&source)?;
        self.keys.get(*catalog)
    }

    /// The texts that a field is compared with.
    pub(super) fn texts(&self, source: Source) -> Vec<&str> {
        let texts = self.constants(source).iter();
        texts
            .filter_map(|constant| match constant {
                Const::Str(text) if !text.is_empty() => Some(&**text),
                _ => None,
            })
            .collect()
    }

    /// The middle one of the positive numbers that a field is compared with.
    pub(super) fn scale(&self, source: Source) -> Option<f64> {
        let numbers = self.constants(source).iter();
        let mut numbers: Vec<f64> = numbers
            .filter_map(|constant| match constant {
                Const::Int(number) => Some(*number as f64),
                Const::Float(number) => Some(number.get()),
                _ => None,
            })
            .filter(|number| *number > 0.0)
            .collect();
        numbers.sort_unstable_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied()
    }
}
