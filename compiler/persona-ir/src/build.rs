//! Building a plan's graph: equal nodes are one node.

use persona_base::IndexVec;
use rustc_hash::FxHashMap;

use crate::{Const, Node, NodeId, Op, Ty};

/// Collects nodes, giving equal ones the same id.
#[derive(Debug, Default)]
pub struct Builder {
    nodes: IndexVec<NodeId, Node>,
    known: FxHashMap<Node, NodeId>,
}

impl Builder {
    /// A builder without nodes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The id of this node, new or already there.
    pub fn node(&mut self, op: Op, ty: Ty, optional: bool) -> NodeId {
        let node = Node { op, ty, optional };
        if let Some(id) = self.known.get(&node) {
            return *id;
        }
        let id = self.nodes.push(node.clone());
        self.known.insert(node, id);
        id
    }

    /// A constant that is not missing.
    pub fn constant(&mut self, value: Const, ty: Ty) -> NodeId {
        let missing = value == Const::Missing;
        self.node(Op::Const(value), ty, missing)
    }

    /// A node already built.
    pub fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// The graph.
    pub fn finish(self) -> IndexVec<NodeId, Node> {
        self.nodes
    }
}
