//! The plain reading of a recommendation: ask of every item, sort, take. What the fast way must agree with.

use std::cmp::Ordering;
use std::sync::Arc;

use persona_ir::NodeId;
use persona_ir::campaign::{Campaign, Exclude, RecommendId, Recommendation};

use super::{Short, excluded, filled_up, item, order, roots_of_keys};
use crate::{Catalogs, Facts, ProfileEvaluator, Value};

/// As [`super::Recommender::items`], item by item and condition by condition.
///
/// # Errors
/// As [`super::Recommender::items`].
pub fn plainly<F: Facts>(
    campaign: &Campaign,
    person: &mut ProfileEvaluator<'_, F>,
    id: RecommendId,
) -> Result<Vec<usize>, Short> {
    let catalogs = Arc::clone(person.catalogs());
    filled_up(campaign, &catalogs, id, |id, take| {
        let mut items = own(&campaign.recommendations[id], &catalogs, person);
        items.truncate(take);
        items
    })
}

/// All items that a recommendation chooses by itself, in its order.
fn own<F: Facts>(
    def: &Recommendation,
    catalogs: &Catalogs,
    person: &mut ProfileEvaluator<'_, F>,
) -> Vec<usize> {
    person.evaluate_for(&roots(def));
    let excluded = excluded(def, catalogs, person);
    let mut chosen: Vec<(Vec<Value>, usize)> = Vec::new();
    for row in 0..catalogs.len(def.catalog) {
        let wanted = def
            .filter
            .is_none_or(|node| person.element_holds(node, item(row)));
        let unwanted = def.excludes.iter().any(|exclude| match exclude {
            Exclude::Items(node) => person.element_holds(*node, item(row)),
            Exclude::Keys { .. } => excluded.contains(&row),
        });
        if wanted && !unwanted {
            let keys = def.rank.iter();
            let values = keys.map(|key| person.element_value(key.value, item(row)));
            chosen.push((values.collect(), row));
        }
    }
    chosen.sort_by(|(a, row), (b, other)| {
        let keys = def.rank.iter().zip(a.iter().zip(b));
        keys.map(|(key, (a, b))| order(*key, a, b))
            .fold(Ordering::Equal, Ordering::then)
            .then(row.cmp(other))
    });
    chosen.into_iter().map(|(_, row)| row).collect()
}

/// All nodes that a recommendation names.
fn roots(def: &Recommendation) -> Vec<NodeId> {
    let mut roots = roots_of_keys(def);
    roots.extend(def.rank.iter().map(|key| key.value));
    roots.extend(def.filter);
    roots.extend(def.excludes.iter().filter_map(|exclude| match exclude {
        Exclude::Items(node) => Some(*node),
        Exclude::Keys { .. } => None,
    }));
    roots
}
