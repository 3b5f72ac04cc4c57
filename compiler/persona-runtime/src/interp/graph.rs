//! What the interpreter knows of a plan's graph before it sees any profile: which nodes are closed, and which
//! nodes to evaluate, in which order, for each body that stands under binders.
//!
//! Everything is a list in id order, so that no chain of nodes, however long, is ever walked by recursion.

use persona_base::IndexVec;
use persona_ir::{Levels, NodeId, Op, Operand, Plan, free_levels, operands};
use rustc_hash::{FxHashMap, FxHashSet};

/// A plan's graph, prepared.
#[derive(Debug)]
pub(crate) struct Graph {
    /// The binders' levels that each node uses.
    free: IndexVec<NodeId, Levels>,
    /// For each node that stands as a body: see [`Graph::body`].
    bodies: FxHashMap<NodeId, Box<[NodeId]>>,
    /// The nodes whose values time alone can change.
    timed: IndexVec<NodeId, bool>,
}

impl Graph {
    /// Prepares a plan.
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut graph = Self {
            free: free_levels(&plan.nodes),
            bodies: FxHashMap::default(),
            timed: timed(plan),
        };
        for node in &plan.nodes {
            let operands = operands(&node.op);
            operands
                .iter()
                .filter(|o| o.bound > 0)
                .for_each(|o| graph.prepare(plan, o.node));
        }
        plan.checks
            .iter()
            .for_each(|check| graph.prepare(plan, check.node));
        graph
    }

    /// The levels of the binders that a node uses.
    pub(crate) fn free(&self, node: NodeId) -> Levels {
        self.free[node]
    }

    /// Whether a node's value is the same under every binder.
    pub(crate) fn is_closed(&self, node: NodeId) -> bool {
        self.free[node].is_empty()
    }

    /// Whether time alone can change a node's value.
    pub(crate) fn is_timed(&self, node: NodeId) -> bool {
        self.timed[node]
    }

    /// The nodes to evaluate, in this order, for a body's value: those that are not closed and that it reaches other
    /// than through bodies further inside.
    pub(crate) fn body(&self, root: NodeId) -> &[NodeId] {
        let known = self.bodies.get(&root);
        debug_assert!(
            known.is_some() || self.is_closed(root),
            "a body was prepared"
        );
        known.map_or(&[], |nodes| nodes)
    }

    /// The closed nodes that some nodes' values need, those themselves included, in id order.
    pub(crate) fn closed(&self, plan: &Plan, roots: &[NodeId]) -> Vec<NodeId> {
        let mut nodes = reach(plan, roots, |_| true);
        nodes.retain(|node| self.is_closed(*node));
        nodes
    }

    /// Makes a node a body that can be evaluated under binders.
    pub(crate) fn prepare(&mut self, plan: &Plan, root: NodeId) {
        if self.bodies.contains_key(&root) {
            return;
        }
        let open = |operand: &Operand| operand.bound == 0 && !self.is_closed(operand.node);
        let mut nodes = reach(plan, &[root], open);
        nodes.retain(|node| !self.is_closed(*node));
        self.bodies.insert(root, nodes.into());
    }
}

/// For each node whether `now` has a part in its value. Events become visible at their instants, so all histories do.
fn timed(plan: &Plan) -> IndexVec<NodeId, bool> {
    let mut timed: IndexVec<NodeId, bool> = IndexVec::new();
    for node in &plan.nodes {
        let own = node.op.asks_now() || matches!(node.op, Op::Agg(_) | Op::Sequence(_));
        let inherited = operands(&node.op).iter().any(|operand| timed[operand.node]);
        timed.push(own || inherited);
    }
    timed
}

/// The nodes that can be reached from some over the operands that `follow` allows, those included, in id order.
pub(super) fn reach(
    plan: &Plan,
    roots: &[NodeId],
    follow: impl Fn(&Operand) -> bool,
) -> Vec<NodeId> {
    let mut seen: FxHashSet<NodeId> = FxHashSet::default();
    let mut found: Vec<NodeId> = roots
        .iter()
        .copied()
        .filter(|root| seen.insert(*root))
        .collect();
    let mut next = found.clone();
    while let Some(node) = next.pop() {
        for operand in operands(&plan.nodes[node].op) {
            if follow(&operand) && seen.insert(operand.node) {
                found.push(operand.node);
                next.push(operand.node);
            }
        }
    }
    found.sort_unstable();
    found
}
