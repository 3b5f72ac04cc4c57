//! What the code generator must know of a plan's graph before it emits anything: which nodes are closed, and
//! which nodes are emitted together with which. Reads the graph; decides nothing about code.

use persona_base::IndexVec;
use persona_ir::{Levels, Node, NodeId, Sequence, free_levels, operands};
use rustc_hash::FxHashSet;

/// The level that a sequence's negated event is bound to.
pub(crate) fn negation_level(sequence: &Sequence) -> u8 {
    u8::try_from(sequence.steps.len() + 1).expect("a verified sequence has fewer than 255 steps")
}

/// What is known of each node.
#[derive(Debug)]
pub(crate) struct Analysis {
    /// The levels that a node uses and does not bind itself. None: the node is *closed*, a value of the profile.
    free: IndexVec<NodeId, Levels>,
}

impl Analysis {
    /// Looks at every node once.
    pub(crate) fn new(nodes: &IndexVec<NodeId, Node>) -> Self {
        Self {
            free: free_levels(nodes),
        }
    }

    /// The levels that a node uses and does not bind itself.
    pub(crate) fn free(&self, node: NodeId) -> Levels {
        self.free[node]
    }

    /// Whether the node's value is the profile's alone.
    pub(crate) fn is_closed(&self, node: NodeId) -> bool {
        self.free[node].is_empty()
    }

    /// Whether the node's value is settled where these levels are bound.
    pub(crate) fn is_settled(&self, node: NodeId, bound: Levels) -> bool {
        self.free[node].without(bound).is_empty()
    }

    /// The closed nodes that code for `root` refers to directly: those it reaches through nodes that are not
    /// closed, which are emitted with it. Also says how many of the latter there are.
    pub(crate) fn below(&self, nodes: &IndexVec<NodeId, Node>, root: NodeId) -> Below {
        let mut below = Below::default();
        let mut stack = vec![root];
        let mut seen = FxHashSet::default();
        while let Some(id) = stack.pop() {
            for operand in operands(&nodes[id].op) {
                if !seen.insert(operand.node) {
                    continue;
                }
                if self.is_closed(operand.node) {
                    below.closed.push(operand.node);
                } else {
                    below.open += 1;
                    stack.push(operand.node);
                }
            }
        }
        below
    }
}

/// What lies directly below a node.
#[derive(Debug, Default)]
pub(crate) struct Below {
    /// Closed nodes, each once, in no particular order.
    pub(crate) closed: Vec<NodeId>,
    /// How many nodes under binders are emitted with it.
    pub(crate) open: usize,
}
