//! What the history says about a condition on events: how many there are, and when the last one was. The plan is extended
//! by nodes for it, which only explanations evaluate.

use persona_base::IndexVec;
use persona_ir::{Agg, AggKind, EventCol, Node, NodeId, Op, Plan, Query, Schema, Ty};
use rustc_hash::FxHashMap;

/// The nodes that hold evidence, by the condition that they are about.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    found: FxHashMap<NodeId, Found>,
}

/// The evidence for one condition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// How many events satisfy the query, window and filter included.
    pub(super) count: Option<NodeId>,
    /// When the last event of the query's kinds and filter happened, whatever the window.
    pub(super) last: NodeId,
    /// Whether it is about the events that a sequence starts with.
    pub(super) starts: bool,
}

impl Evidence {
    pub(super) fn of(&self, node: NodeId) -> Option<Found> {
        self.found.get(&node).copied()
    }
}

/// The plan with nodes of evidence at its end.
pub(crate) fn extended(plan: &Plan) -> (Plan, Evidence) {
    let mut extended = plan.clone();
    let mut evidence = Evidence::default();
    for (id, node) in plan.nodes.iter_enumerated() {
        let (query, counted, starts) = match &node.op {
            Op::Agg(agg) if agg.kind == AggKind::Exists => (&agg.query, true, false),
            Op::Agg(agg)
                if matches!(
                    agg.kind,
                    AggKind::Count | AggKind::MaxPerValue | AggKind::UnitsHit { .. }
                ) =>
            {
                (&agg.query, false, false)
            }
            Op::Sequence(sequence) => (&sequence.first, true, true),
            _ => continue,
        };
        let count = counted.then(|| {
            push(
                &mut extended.nodes,
                AggKind::Count,
                query.clone(),
                None,
                Ty::Int,
                false,
            )
        });
        let last = last(&mut extended.nodes, query);
        evidence.found.insert(
            id,
            Found {
                count,
                last,
                starts,
            },
        );
    }
    (extended, evidence)
}

/// The instant of the last event of a query without its window.
fn last(nodes: &mut IndexVec<NodeId, Node>, query: &Query) -> NodeId {
    let cols = query
        .kinds
        .iter()
        .map(|kind| EventCol {
            kind: *kind,
            col: Schema::AT,
        })
        .collect();
    let at = nodes.push(Node {
        op: Op::Event { level: 0, cols },
        ty: Ty::Timestamp,
        optional: false,
    });
    let query = Query {
        from: None,
        to: None,
        latest: None,
        ..query.clone()
    };
    push(
        nodes,
        AggKind::Nth {
            n: 1,
            from_end: true,
        },
        query,
        Some(at),
        Ty::Timestamp,
        true,
    )
}

fn push(
    nodes: &mut IndexVec<NodeId, Node>,
    kind: AggKind,
    query: Query,
    value: Option<NodeId>,
    ty: Ty,
    optional: bool,
) -> NodeId {
    nodes.push(Node {
        op: Op::Agg(Box::new(Agg { kind, query, value })),
        ty,
        optional,
    })
}
