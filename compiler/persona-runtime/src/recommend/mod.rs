//! Recommendations: which items of a catalog somebody is shown. Decides that and nothing else; how items print is said beside.
//!
//! **Meaning.** The items of which `where` holds, without those that an `exclude` names, in the order of `rank by`, ties in the
//! order of keys; the first `take` of them. Where there are fewer, what stands in fills the rest, item by item, without those
//! that are there already: another recommendation by its own rules, and what stands in for that; or items by their keys.
//! Where that is not enough, the message is given up: nobody is shown fewer.
//!
//! **Two ways.** [`plainly`] asks item by item and sorts (`plain`). [`Recommender`] settles once what is the items' own
//! business (`prepare`, `column`), and walks what is left for one person (`walk`). They agree on everything.

mod column;
mod plain;
mod prepare;
mod show;
mod walk;

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use persona_base::IndexVec;
use persona_ir::campaign::{Campaign, Exclude, Otherwise, RankKey, RecommendId, Recommendation};
use persona_ir::{CatalogId, NodeId};
use rustc_hash::FxHashSet;

use self::prepare::Prepared;
use crate::time::Zone;
use crate::{Catalogs, Facts, ProfileEvaluator, Value, display};

pub use plain::plainly;
pub use show::{by_key, item, key_ty, whole};

/// The recommendations of a campaign over certain catalogs. Each is prepared when somebody first is shown it.
#[derive(Debug)]
pub struct Recommender {
    catalogs: Arc<Catalogs>,
    graph: Arc<crate::Prepared>,
    prepared: IndexVec<RecommendId, OnceLock<Prepared>>,
}

/// Why there is nothing to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short(
    /// The reason: as it is written, or which items the catalog lacks.
    pub Arc<str>,
);

impl Recommender {
    /// The recommendations of a campaign whose graph is prepared.
    pub fn new(
        campaign: &Campaign,
        graph: &Arc<crate::Prepared>,
        catalogs: &Arc<Catalogs>,
    ) -> Self {
        let all = campaign.recommendations.iter();
        Self {
            catalogs: Arc::clone(catalogs),
            graph: Arc::clone(graph),
            prepared: all.map(|_| OnceLock::new()).collect(),
        }
    }

    /// Whether it is about these catalogs.
    pub fn is_over(&self, catalogs: &Arc<Catalogs>) -> bool {
        Arc::ptr_eq(&self.catalogs, catalogs)
    }

    /// The items that somebody is shown, by their places: as many as the recommendation takes. The person's facts have these
    /// catalogs, and their evaluator knows the campaign's bodies.
    ///
    /// # Errors
    /// There are too few, and what stands in gives the message up.
    pub fn items<F: Facts>(
        &self,
        campaign: &Campaign,
        person: &mut ProfileEvaluator<'_, F>,
        id: RecommendId,
    ) -> Result<Vec<usize>, Short> {
        filled_up(campaign, &self.catalogs, id, |id, take| {
            let def = &campaign.recommendations[id];
            let prepare = || prepare::prepare(campaign, &self.graph, &self.catalogs, def);
            let prepared = self.prepared[id].get_or_init(prepare);
            walk::walk(def, prepared, &self.catalogs, person, take)
        })
    }
}

/// A recommendation's own items, and what stands in where there are fewer than it takes. `own` gives the first so many items
/// that a recommendation chooses by itself.
fn filled_up(
    campaign: &Campaign,
    catalogs: &Catalogs,
    id: RecommendId,
    mut own: impl FnMut(RecommendId, usize) -> Vec<usize>,
) -> Result<Vec<usize>, Short> {
    let take = campaign.recommendations[id].take as usize;
    let mut items: Vec<usize> = Vec::with_capacity(take);
    let mut next = id;
    // A package in which recommendations stand in for each other in a circle is refused; nothing is followed further.
    for _ in 0..campaign.recommendations.len() {
        let def = &campaign.recommendations[next];
        // Of those that stand in, some may be there already.
        let more = own(next, take + items.len());
        add(&mut items, more, take);
        if items.len() == take {
            return Ok(items);
        }
        match &def.otherwise {
            Otherwise::Recommend(other) => next = *other,
            Otherwise::Skip(reason) => return Err(Short(Arc::clone(reason))),
            Otherwise::Keys(keys) => {
                let place = |key: &_| catalogs.find(def.catalog, &Value::from(key));
                add(&mut items, keys.iter().filter_map(place).collect(), take);
                break;
            }
        }
    }
    if items.len() == take {
        return Ok(items);
    }
    Err(lacking(campaign, catalogs, next))
}

fn add(items: &mut Vec<usize>, more: Vec<usize>, take: usize) {
    for row in more {
        if items.len() < take && !items.contains(&row) {
            items.push(row);
        }
    }
}

/// Items that stand in by their keys, of which the catalog lacks some.
fn lacking(campaign: &Campaign, catalogs: &Catalogs, id: RecommendId) -> Short {
    let (def, schema) = (&campaign.recommendations[id], &campaign.plan.schema);
    let catalog = &schema.catalogs[def.catalog];
    let ty = &catalog.table.columns[catalog.key].ty;
    let keys: Vec<String> = absent(campaign, catalogs, id)
        .iter()
        .map(|key| display::display(key, ty, None, schema, &Zone::utc()))
        .collect();
    let (name, table) = (&def.name, &catalog.table.name);
    Short(Arc::from(format!(
        "`otherwise` of `{name}` names {}, which `{table}` lacks",
        keys.join(", ")
    )))
}

/// The keys behind a recommendation's `otherwise` of which there is no item, in the order of the text.
pub fn absent(campaign: &Campaign, catalogs: &Catalogs, id: RecommendId) -> Vec<Value> {
    let def = &campaign.recommendations[id];
    let Otherwise::Keys(keys) = &def.otherwise else {
        return Vec::new();
    };
    let keys = keys.iter().map(Value::from);
    keys.filter(|key| catalogs.find(def.catalog, key).is_none())
        .collect()
}

/// The items whose keys events name, where the closed nodes that it needs are evaluated.
fn excluded<F: Facts>(
    def: &Recommendation,
    catalogs: &Catalogs,
    person: &mut ProfileEvaluator<'_, F>,
) -> FxHashSet<usize> {
    let mut rows = FxHashSet::default();
    for exclude in &def.excludes {
        if let Exclude::Keys { query, key } = exclude {
            let keys = person.query_values(query, *key);
            let keys = keys.iter();
            rows.extend(keys.filter_map(|key| row_of(catalogs, def.catalog, key)));
        }
    }
    rows
}

/// The nodes that [`excluded`] asks for.
fn roots_of_keys(def: &Recommendation) -> Vec<NodeId> {
    let mut roots = Vec::new();
    for exclude in &def.excludes {
        if let Exclude::Keys { query, key } = exclude {
            let bounds = query.from.iter().chain(&query.to);
            roots.extend(bounds.map(|bound| bound.at));
            roots.extend(query.filter);
            roots.push(*key);
        }
    }
    roots
}

/// The item with a key; a whole Float is the Int that it equals.
fn row_of(catalogs: &Catalogs, catalog: CatalogId, key: &Value) -> Option<usize> {
    match key {
        Value::Float(value) => {
            let whole = crate::num::round(*value);
            let same = crate::num::compare(whole, *value).is_eq();
            same.then(|| catalogs.find(catalog, &Value::Int(whole)))?
        }
        key => catalogs.find(catalog, key),
    }
}

/// The order of two values of a key: what has a value first, whichever way the others go.
fn order(key: RankKey, a: &Value, b: &Value) -> Ordering {
    match a.compare(b) {
        Some(order) if key.descending => order.reverse(),
        Some(order) => order,
        None => b.is_known().cmp(&a.is_known()),
    }
}
