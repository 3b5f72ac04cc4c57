//! Recommendations: which items of a catalog are shown to a person. How they are found fast is not said here.

use std::sync::Arc;

use persona_base::{IndexVec, define_id};

use crate::{CatalogId, Const, Node, NodeId, Op, Place, Query};

define_id! {
    /// A recommendation with its arguments.
    pub struct RecommendId;
}

/// A recommendation. In the nodes that ask about an item, the item is the element at level 0; they ask the person too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is declared.
    pub place: Place,
    /// The catalog that it chooses from.
    pub catalog: CatalogId,
    /// Which items: a Bool that is never missing; absent means all.
    pub filter: Option<NodeId>,
    /// Which of them not.
    pub excludes: Vec<Exclude>,
    /// Their order: by the first, then by the second, and so on; at last by the key.
    pub rank: Vec<RankKey>,
    /// How many; at least one.
    pub take: u32,
    /// What fills it up where there are fewer.
    pub otherwise: Otherwise,
}

/// Items that are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exclude {
    /// Those whose key is this value of some event, or of some element of it.
    Keys {
        /// The events.
        query: Query,
        /// The value, under the query's binders; perhaps missing.
        key: NodeId,
    },
    /// Those of which this Bool holds, which is never missing.
    Items(NodeId),
}

/// What items are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankKey {
    /// A value of an ordered type, never missing.
    pub value: NodeId,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What fills a recommendation up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// Another recommendation from the same catalog, which gives at least as many.
    Recommend(RecommendId),
    /// Items by their keys, which differ: at least as many as are taken. Which of them the catalog has, its data say.
    Keys(Vec<Const>),
    /// Nothing: the message is given up, for this reason.
    Skip(Arc<str>),
}

/// A condition on an item that must hold, or must not: one of those that a recommendation's `where` and its `exclude`s are
/// made of. All of them together say which items may be shown, keys of events apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conjunct {
    /// The condition.
    pub node: NodeId,
    /// Whether it must not hold.
    pub negated: bool,
}

impl Recommendation {
    /// What must hold of an item, and what must not, taken apart as far as `and`, `or` and `not` allow.
    pub fn conjuncts(&self, nodes: &IndexVec<NodeId, Node>) -> Vec<Conjunct> {
        let unwanted = self.excludes.iter().filter_map(|exclude| match exclude {
            Exclude::Items(node) => Some((*node, true)),
            Exclude::Keys { .. } => None,
        });
        let wanted = self.filter.map(|node| (node, false));
        let mut next: Vec<(NodeId, bool)> = wanted.into_iter().chain(unwanted).collect();
        next.reverse();
        let mut all = Vec::new();
        while let Some((node, negated)) = next.pop() {
            match (&nodes[node].op, negated) {
                (Op::And(parts), false) | (Op::Or(parts), true) => {
                    next.extend(parts.iter().rev().map(|part| (*part, negated)));
                }
                // A condition without a value does not hold, so its opposite does.
                (Op::Not(of), _) => next.push((*of, !negated)),
                _ => all.push(Conjunct { node, negated }),
            }
        }
        all.dedup();
        all
    }
}
