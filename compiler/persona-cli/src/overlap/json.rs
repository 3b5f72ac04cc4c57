//! Overlaps as one JSON object, format 1 (`docs/overlap.md`). Fields are added, never renamed.

use persona::overlap::{OverlapResult, Pair, Relation};
use serde_json::{Value, json};

use super::names;
use crate::run::now;

/// The object.
pub(super) fn object(result: &OverlapResult) -> Value {
    let name = |set: usize| &*result.sets[set].name;
    let pair = |pair: Pair| {
        json!({
            "a": name(pair.a),
            "b": name(pair.b),
            "both": pair.both,
            "share_of_a": pair.of_a,
            "share_of_b": pair.of_b,
            "jaccard": pair.jaccard,
            "lift": pair.lift,
        })
    };
    let share = |count: usize| count as f64 / result.profiles as f64;
    json!({
        "format": 1,
        "now": now(&result.now),
        "now_from": result.now.from.as_str(),
        "profiles": result.profiles,
        "sets": result.sets.iter().map(|set| json!({
            "name": &*set.name,
            "title": set.title.as_deref(),
            "partition": set.partition.as_deref(),
            "count": set.count,
            "share": set.share,
        })).collect::<Vec<_>>(),
        "pairs": result.pairs().into_iter().map(pair).collect::<Vec<_>>(),
        "intersections": result.intersections.iter().map(|found| json!({
            "sets": names(result, &found.sets),
            "count": found.count,
            "share": share(found.count),
        })).collect::<Vec<_>>(),
        "other_intersections": { "number": result.others.0, "count": result.others.1 },
        "in_none": result.nobodys,
        "relations": result.relations().into_iter().map(|(a, b, relation)| json!({
            "relation": match relation {
                Relation::Same => "same",
                Relation::Inside => "inside",
            },
            "a": name(a),
            "b": name(b),
        })).collect::<Vec<_>>(),
        "empty": result.empty.iter().map(|name| &**name).collect::<Vec<_>>(),
        "left_out": result.left_out.iter().map(|name| &**name).collect::<Vec<_>>(),
    })
}
