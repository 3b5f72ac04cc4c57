//! What stands under which binder: every body is walked with the binders around it.
//!
//! A node is visited once for each set of binders that it stands under; nodes that use none are visited once.

use persona_base::IndexVec;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Violation, located};
use crate::{EventCol, KindId, Levels, NodeId, Op, Plan, Query, Ty, free_levels, operands};

/// What a binder holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Bound {
    /// An event of one of these kinds.
    Event(Box<[KindId]>),
    /// An element of one of these types.
    Elem(Vec<Ty>),
}

/// The binders around a body, from the outside; interned, so that equal surroundings are one.
type Around = usize;

struct Walk<'a> {
    plan: &'a Plan,
    free: IndexVec<NodeId, Levels>,
    arounds: Vec<Vec<Bound>>,
    known: FxHashMap<Vec<Bound>, Around>,
    seen: FxHashSet<(NodeId, Around)>,
    next: Vec<(NodeId, Around)>,
    broken: Vec<(NodeId, String)>,
}

pub(super) fn check(plan: &Plan, violations: &mut Vec<Violation>) {
    let mut walk = Walk {
        plan,
        free: free_levels(&plan.nodes),
        arounds: Vec::new(),
        known: FxHashMap::default(),
        seen: FxHashSet::default(),
        next: Vec::new(),
        broken: Vec::new(),
    };
    let outside = walk.intern(Vec::new());
    for node in plan.nodes.ids().filter(|node| walk.free[*node].is_empty()) {
        walk.next.push((node, outside));
    }
    for (id, node) in plan.nodes.iter_enumerated() {
        if matches!(node.op, Op::Agg(_) | Op::Sequence(_)) && !walk.free[id].is_empty() {
            walk.report(id, "an event query uses no binders but its own");
        }
    }
    for check in &plan.checks {
        let bound = match check.table {
            crate::CheckTable::Profile => continue,
            crate::CheckTable::Event(kind) => Bound::Event([kind].into()),
            crate::CheckTable::Catalog(catalog) => Bound::Elem(vec![Ty::Item(catalog)]),
        };
        // One that does not exist is told of with what is asked.
        if plan.nodes.get(check.node).is_some() {
            let around = walk.intern(vec![bound]);
            walk.next.push((check.node, around));
        }
    }
    while let Some((node, around)) = walk.next.pop() {
        if walk.seen.insert((node, around)) {
            walk.visit(node, around);
        }
    }
    walk.broken.sort();
    for (node, why) in walk.broken {
        violations.push(located(&format!("%{}", node.0), ("binder", why)));
    }
}

impl Walk<'_> {
    fn intern(&mut self, around: Vec<Bound>) -> Around {
        let next = self.arounds.len();
        let id = *self.known.entry(around.clone()).or_insert(next);
        if id == next {
            self.arounds.push(around);
        }
        id
    }

    fn report(&mut self, node: NodeId, why: impl Into<String>) {
        self.broken.push((node, why.into()));
    }

    fn visit(&mut self, id: NodeId, around: Around) {
        let node = &self.plan.nodes[id];
        match &node.op {
            Op::Event { level, cols } => self.event(id, around, *level, cols),
            Op::Elem { level, child } => self.element(id, around, *level, *child),
            Op::AnyElem { list, level, body } | Op::AllElem { list, level, body } => {
                self.quantifier(id, around, *list, *level, &[*body]);
            }
            Op::ListAgg {
                list,
                level,
                filter,
                value,
                ..
            } => {
                let bodies: Vec<NodeId> = filter.iter().chain(value).copied().collect();
                self.quantifier(id, around, *list, *level, &bodies);
            }
            Op::Agg(agg) => {
                let bodies: Vec<NodeId> =
                    agg.query.filter.iter().chain(&agg.value).copied().collect();
                let inside = self.query(&agg.query);
                bodies
                    .into_iter()
                    .for_each(|body| self.enter(body, inside.clone()));
            }
            Op::Sequence(sequence) => {
                let mut inside = self.query(&sequence.first);
                sequence
                    .first
                    .filter
                    .iter()
                    .for_each(|filter| self.enter(*filter, inside.clone()));
                for step in &sequence.steps {
                    inside.push(Bound::Event(step.kinds.clone()));
                    step.filter
                        .iter()
                        .for_each(|filter| self.enter(*filter, inside.clone()));
                }
                if let Some(not) = &sequence.not {
                    inside.push(Bound::Event(not.kinds.clone()));
                    not.filter
                        .iter()
                        .for_each(|filter| self.enter(*filter, inside.clone()));
                }
            }
            op => {
                for operand in operands(op) {
                    self.follow(operand.node, around);
                }
            }
        }
    }

    /// Goes on with an operand under the same binders. Closed nodes are visited by themselves.
    fn follow(&mut self, node: NodeId, around: Around) {
        if !self.free[node].is_empty() {
            self.next.push((node, around));
        }
    }

    fn enter(&mut self, body: NodeId, inside: Vec<Bound>) {
        let around = self.intern(inside);
        self.follow(body, around);
    }

    fn query(&self, query: &Query) -> Vec<Bound> {
        let mut inside = vec![Bound::Event(query.kinds.clone())];
        if let Some(items) = &query.items {
            let columns = items
                .iter()
                .map(|item| &self.plan.schema.events[item.kind].columns[item.col].ty);
            inside.push(Bound::Elem(
                columns.filter_map(Ty::element).cloned().collect(),
            ));
        }
        inside
    }

    fn quantifier(
        &mut self,
        id: NodeId,
        around: Around,
        list: NodeId,
        level: u8,
        bodies: &[NodeId],
    ) {
        self.follow(list, around);
        let depth = self.arounds[around].len();
        let mut inside = self.arounds[around].clone();
        if self.free[id].is_empty() {
            // Where it stands does not matter: nothing around it is used.
            let nothing = Bound::Event([].into());
            inside = vec![nothing; usize::from(level)];
        } else if depth != usize::from(level) {
            self.report(
                id,
                format!("it binds level {level} where {depth} binders are around it"),
            );
            return;
        }
        inside.extend(
            self.plan.nodes[list]
                .ty
                .element()
                .map(|element| Bound::Elem(vec![element.clone()])),
        );
        for body in bodies {
            self.enter(*body, inside.clone());
        }
    }

    fn event(&mut self, id: NodeId, around: Around, level: u8, cols: &[EventCol]) {
        let has = |kind: &KindId| cols.iter().any(|col| col.kind == *kind);
        let fits = match self.arounds[around].get(usize::from(level)) {
            Some(Bound::Event(kinds)) => !kinds.is_empty() && kinds.iter().all(has),
            Some(Bound::Elem(_)) | None => false,
        };
        if !fits {
            self.report(
                id,
                format!("at level {level} there is no event of these kinds"),
            );
        }
    }

    fn element(&mut self, id: NodeId, around: Around, level: u8, child: u32) {
        let fits = match self.arounds[around].get(usize::from(level)) {
            Some(Bound::Elem(types)) => is_element(types, &self.plan.nodes[id], child),
            Some(Bound::Event(_)) | None => false,
        };
        if !fits {
            self.report(id, format!("at level {level} there is no such element"));
        }
    }
}

/// Whether elements of all these types have a field of the node's type, and the node is optional when one of them is.
fn is_element(types: &[Ty], node: &crate::Node, child: u32) -> bool {
    let field = |ty: &Ty| match ty {
        Ty::Record(fields) => fields
            .get(child as usize)
            .filter(|f| f.ty == node.ty)
            .map(|f| f.optional),
        ty => (child == 0 && *ty == node.ty).then_some(false),
    };
    let fields: Option<Vec<bool>> = types.iter().map(field).collect();
    fields.is_some_and(|optional| optional.contains(&true) == node.optional)
}
