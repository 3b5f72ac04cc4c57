//! Which fields a plan's nodes stand for: columns, and fields of the elements of their lists.

use std::collections::{BTreeMap, BTreeSet};

use persona_ir::{Agg, CatalogId, ColId, KindId, NodeId, Op, Plan, Ty, operands};

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    /// People.
    Profile,
    /// Events of a kind.
    Event(KindId),
    /// Items of a catalog.
    Catalog(CatalogId),
}

/// Where values stand: a column of the profile, of a kind of event or of a catalog, or a field of the elements of its lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Source {
    /// Whose column it is.
    pub(crate) owner: Owner,
    /// The column.
    pub(crate) col: ColId,
    /// The field of the elements of a list; 0 for a list of scalars.
    pub(crate) child: Option<u32>,
}

/// For each node that stands for a field of an element, that field of the lists whose elements those are.
pub(crate) type Elements = BTreeMap<NodeId, BTreeSet<Source>>;

/// Looks through a plan for the lists behind elements.
pub(crate) fn elements(plan: &Plan) -> Elements {
    let mut found = Elements::new();
    for node in &plan.nodes {
        match &node.op {
            Op::AnyElem { list, level, body } | Op::AllElem { list, level, body } => {
                let lists = sources(plan, &Elements::new(), *list);
                bind(plan, &lists, *level, &[*body], &mut found);
            }
            Op::ListAgg {
                list,
                level,
                filter,
                value,
                ..
            } => {
                let lists = sources(plan, &Elements::new(), *list);
                let bodies: Vec<NodeId> = filter.iter().chain(value).copied().collect();
                bind(plan, &lists, *level, &bodies, &mut found);
            }
            Op::Agg(agg) => bind_items(plan, agg, &mut found),
            _ => {}
        }
    }
    found
}

fn bind_items(plan: &Plan, agg: &Agg, found: &mut Elements) {
    let items = agg.query.items.iter().flatten();
    let lists: Vec<Source> = items
        .map(|item| Source {
            owner: Owner::Event(item.kind),
            col: item.col,
            child: None,
        })
        .collect();
    if !lists.is_empty() {
        let bodies: Vec<NodeId> = agg.query.filter.iter().chain(&agg.value).copied().collect();
        bind(plan, &lists, 1, &bodies, found);
    }
}

/// Notes that the elements at a level, in these bodies, are those of these lists.
fn bind(plan: &Plan, lists: &[Source], level: u8, bodies: &[NodeId], found: &mut Elements) {
    let mut next = bodies.to_vec();
    let mut seen = BTreeSet::new();
    while let Some(node) = next.pop() {
        if !seen.insert(node) {
            continue;
        }
        match &plan.nodes[node].op {
            Op::Elem { level: at, child } if *at == level => {
                let fields = lists.iter().map(|list| Source {
                    child: Some(*child),
                    ..*list
                });
                found.entry(node).or_default().extend(fields);
            }
            op => next.extend(operands(op).iter().map(|operand| operand.node)),
        }
    }
}

/// The fields whose values a node gives as they are, or nearly so. A list stands for its first field.
pub(crate) fn sources(plan: &Plan, elements: &Elements, mut node: NodeId) -> Vec<Source> {
    loop {
        let is_list = plan.nodes[node].ty.element().is_some();
        let child = is_list.then_some(0);
        match &plan.nodes[node].op {
            Op::Coalesce(value, _)
            | Op::Lower(value)
            | Op::Fold(value)
            | Op::Trim(value)
            | Op::ToFloat(value)
            | Op::Round(value)
            | Op::Floor(value)
            | Op::Ceil(value)
            | Op::Abs(value) => node = *value,
            Op::Profile(col) => {
                return vec![Source {
                    owner: Owner::Profile,
                    col: *col,
                    child,
                }];
            }
            Op::Event { cols, .. } => {
                let of = |col: &persona_ir::EventCol| Source {
                    owner: Owner::Event(col.kind),
                    col: col.col,
                    child,
                };
                return cols.iter().map(of).collect();
            }
            Op::ItemCol { item, col } => {
                let Ty::Item(catalog) = plan.nodes[*item].ty else {
                    return Vec::new();
                };
                return vec![Source {
                    owner: Owner::Catalog(catalog),
                    col: *col,
                    child,
                }];
            }
            Op::Elem { .. } => {
                let lists = elements.get(&node).into_iter().flatten();
                return lists.copied().collect();
            }
            _ => return Vec::new(),
        }
    }
}
