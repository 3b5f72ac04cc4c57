//! What is known of a plan before anybody is: which values must be kept (cells), what each is made of and who minds when
//! it changes, and the conditions over them. All tables are static; what differs from person to person is elsewhere.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{
    Agg, AggKind, ColId, Const, KindId, NegationMode, Node, NodeId, Op, OutputKind, Plan, Query,
    Sequence, Ty, operands,
};
use persona_runtime::Prepared;
use rustc_hash::{FxHashMap, FxHashSet};

use super::aggregates::Aggregate;
use super::chains::{Chain, Silence, Step};
use super::cuts::{Cuts, Threshold};
use super::plain::Plain;
use super::streams::{Definition, Measure, Stream, StreamId};
use super::windows::{Edge, Window};
use crate::atoms::{Atoms, Bound, Part, PartId, Test, TestOp};

/// The tables of a plan.
#[derive(Debug)]
pub(super) struct Network {
    /// The plan, extended by the comparisons that are cells of their own.
    pub(super) plan: Plan,
    pub(super) prepared: Arc<Prepared>,
    /// Each behind those that it is computed from.
    pub(super) cells: Vec<Cell>,
    pub(super) streams: IndexVec<StreamId, Stream>,
    /// The cells that read a stream.
    pub(super) stream_users: IndexVec<StreamId, Vec<usize>>,
    pub(super) streams_of: IndexVec<KindId, Vec<StreamId>>,
    /// The cells that read a kind's events by themselves.
    pub(super) readers: IndexVec<KindId, Vec<usize>>,
    /// The cells that are a column.
    pub(super) column_cells: IndexVec<ColId, Vec<usize>>,
    pub(super) parts: IndexVec<PartId, Part>,
    /// The parts that a part is in.
    pub(super) parents: IndexVec<PartId, Vec<PartId>>,
    /// The answers that a part is.
    pub(super) answers: IndexVec<PartId, Vec<u32>>,
    pub(super) memberships: Vec<(usize, Option<u32>, PartId)>,
    cell_of: FxHashMap<NodeId, usize>,
    stream_ids: FxHashMap<Definition, StreamId>,
}

/// A value that is kept for each person.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) node: NodeId,
    pub(super) source: Source,
    /// The closed nodes that it is computed from, in id order.
    pub(super) inputs: Vec<NodeId>,
    /// The cells that are computed from it.
    pub(super) users: Vec<usize>,
    /// The comparisons of it with constants.
    pub(super) cuts: Cuts,
    /// The atom that holds while it is true.
    pub(super) truth: Option<PartId>,
    /// The atom that holds while it has a value.
    pub(super) known: Option<PartId>,
}

/// How a cell is computed.
#[derive(Debug)]
pub(super) enum Source {
    /// A column of the profile.
    Column(ColId),
    /// Over a stretch of a stream.
    Aggregate(Aggregate),
    /// Over streams.
    Chain(Chain),
    /// By the interpreter's step.
    Node,
}

impl Cell {
    /// Whether nobody minds its exact value: only which constants it is beyond, and whether it is known.
    pub(super) fn is_loose(&self) -> bool {
        self.users.is_empty() && self.truth.is_none()
    }
}

impl Network {
    /// The tables of a plan, which is verified.
    pub(super) fn new(plan: &Plan) -> Self {
        let mut plan = plan.clone();
        let mut atoms = Atoms::new(&plan);
        let memberships = memberships(&mut plan, &mut atoms);
        let tested = extend(&mut plan, &atoms);
        let prepared = Arc::new(Prepared::new(&plan));
        let kinds = plan.schema.events.len();
        let mut network = Self {
            parts: atoms.parts().clone(),
            parents: atoms.parts().iter().map(|_| Vec::new()).collect(),
            answers: atoms.parts().iter().map(|_| Vec::new()).collect(),
            memberships,
            prepared,
            cells: Vec::new(),
            streams: IndexVec::new(),
            stream_users: IndexVec::new(),
            streams_of: (0..kinds).map(|_| Vec::new()).collect(),
            readers: (0..kinds).map(|_| Vec::new()).collect(),
            column_cells: plan
                .schema
                .profile
                .columns
                .iter()
                .map(|_| Vec::new())
                .collect(),
            cell_of: FxHashMap::default(),
            stream_ids: FxHashMap::default(),
            plan,
        };
        network.link_parts();
        network.make_cells(&tested);
        network.link_cells();
        network.ask(&tested);
        network
    }

    fn link_parts(&mut self) {
        for (id, part) in self.parts.iter_enumerated() {
            match part {
                Part::Not(of) => self.parents[*of].push(id),
                Part::And(parts) | Part::Or(parts) => {
                    parts.iter().for_each(|part| self.parents[*part].push(id));
                }
                Part::Const(_) | Part::Test(_) | Part::Known(_) | Part::Holds(_) => {}
            }
        }
        for (index, (_, _, part)) in self.memberships.iter().enumerate() {
            let index = u32::try_from(index).expect("fewer than 2^32 answers");
            self.answers[*part].push(index);
        }
    }

    /// A cell for each closed node that is needed, constants and what is of time alone excepted.
    fn make_cells(&mut self, tested: &[(PartId, NodeId, Asked)]) {
        let mut needed: Vec<NodeId> = Vec::new();
        let mut seen: FxHashSet<NodeId> = FxHashSet::default();
        let mut next: Vec<NodeId> = tested.iter().map(|(_, node, _)| *node).collect();
        while let Some(node) = next.pop() {
            if !self.is_kept(node) || !seen.insert(node) {
                continue;
            }
            needed.push(node);
            next.extend(self.inputs(node));
        }
        needed.sort_unstable();
        for (node, source) in self.in_order(needed) {
            let inputs = match &source {
                Source::Column(_) => Vec::new(),
                Source::Aggregate(_) | Source::Chain(_) => self.edges(node),
                Source::Node => self.inputs(node),
            };
            self.cells.push(Cell {
                node,
                source,
                inputs,
                users: Vec::new(),
                cuts: Cuts::default(),
                truth: None,
                known: None,
            });
        }
    }

    /// Nodes with how they are computed, each behind those it is computed from. Aggregates that need no other cell come
    /// first, by stream and window, so that what one event changes lies together, and what they share is found once.
    fn in_order(&mut self, nodes: Vec<NodeId>) -> Vec<(NodeId, Source)> {
        let mut windows: FxHashMap<Window, usize> = FxHashMap::default();
        let (mut first, mut rest) = (Vec::new(), Vec::new());
        for node in nodes {
            let alone = self.edges(node).iter().all(|edge| !self.is_kept(*edge));
            let source = if alone && matches!(self.plan.nodes[node].op, Op::Agg(_)) {
                self.source(node)
            } else {
                Source::Node
            };
            let Source::Aggregate(aggregate) = &source else {
                rest.push(node);
                continue;
            };
            let next = windows.len();
            let window = *windows.entry(aggregate.window).or_insert(next);
            first.push(((aggregate.stream, window, node), source));
        }
        first.sort_unstable_by_key(|(place, _)| *place);
        let mut ordered: Vec<(NodeId, Source)> = first
            .into_iter()
            .map(|((_, _, node), source)| (node, source))
            .collect();
        // The ends of windows that are cells have theirs when those who read them ask.
        for (index, (node, _)) in ordered.iter().enumerate() {
            self.cell_of.insert(*node, index);
        }
        for node in rest {
            let source = self.source(node);
            self.cell_of.insert(node, ordered.len());
            ordered.push((node, source));
        }
        ordered
    }

    /// Whether a closed node's value is kept.
    fn is_kept(&self, node: NodeId) -> bool {
        !matches!(
            self.plan.nodes[node].op,
            Op::Const(_) | Op::Now | Op::Today { .. } | Op::Instant(_)
        )
    }

    /// The cell of a closed node, if its value is kept.
    pub(super) fn cell(&self, node: NodeId) -> Option<usize> {
        self.cell_of.get(&node).copied()
    }

    /// The closed nodes that a closed node and its bodies use directly, in id order.
    fn inputs(&self, node: NodeId) -> Vec<NodeId> {
        let mut inputs = Vec::new();
        let mut seen: FxHashSet<NodeId> = FxHashSet::default();
        let mut next: Vec<NodeId> = vec![node];
        while let Some(at) = next.pop() {
            for operand in operands(&self.plan.nodes[at].op) {
                if seen.insert(operand.node) {
                    if self.prepared.is_closed(operand.node) {
                        inputs.push(operand.node);
                    } else {
                        next.push(operand.node);
                    }
                }
            }
        }
        inputs.sort_unstable();
        inputs
    }

    /// The closed nodes that the ends of a query's window are.
    fn edges(&self, node: NodeId) -> Vec<NodeId> {
        let query = match &self.plan.nodes[node].op {
            Op::Agg(agg) => &agg.query,
            Op::Sequence(sequence) => &sequence.first,
            _ => return Vec::new(),
        };
        let ends = query.from.iter().chain(&query.to);
        let mut edges: Vec<NodeId> = ends.map(|bound| bound.at).collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    fn source(&mut self, node: NodeId) -> Source {
        let definition = self.plan.nodes[node].clone();
        match &definition.op {
            Op::Profile(col) => Source::Column(*col),
            Op::Agg(agg) => self
                .aggregate(agg, &definition.ty)
                .map_or(Source::Node, Source::Aggregate),
            Op::Sequence(sequence) => self.chain(sequence).map_or(Source::Node, Source::Chain),
            _ => Source::Node,
        }
    }

    /// An aggregate over a stream, if time has no part in what it reads but by the window.
    fn aggregate(&mut self, agg: &Agg, ty: &Ty) -> Option<Aggregate> {
        let query = &agg.query;
        if query.items.is_some() || query.latest.is_some() || !self.is_still(agg.value) {
            return None;
        }
        let whole = matches!(agg.kind, AggKind::Nth { .. });
        let known = agg
            .value
            .filter(|value| !whole && self.plan.nodes[*value].optional);
        let window = self.window(query)?;
        let stream = self.stream(&query.kinds, query.filter, 0, known)?;
        let sums = agg.value.filter(|value| {
            matches!(agg.kind, AggKind::Sum | AggKind::Avg) && Measure::is_exact(&self.plan, *value)
        });
        let needs = !matches!(agg.kind, AggKind::Gap | AggKind::UnitsHit { .. });
        let lane = agg
            .value
            .filter(|_| needs && agg.kind != AggKind::Exists)
            .map(|value| self.streams[stream].lane(value, sums.is_some()));
        Some(Aggregate {
            kind: agg.kind.clone(),
            stream,
            window,
            lane,
            value_ty: agg.value.map(|value| self.plan.nodes[value].ty.clone()),
            ty: ty.clone(),
        })
    }

    /// A sequence of streams, if no condition looks at more than its own event, or at the time.
    fn chain(&mut self, sequence: &Sequence) -> Option<Chain> {
        if sequence.first.items.is_some() || sequence.first.latest.is_some() {
            return None;
        }
        let length = |network: &Self, node: NodeId| match &network.plan.nodes[node].op {
            Op::Const(Const::Int(length)) => Some(*length),
            _ => None,
        };
        let window = self.window(&sequence.first)?;
        let first = self.stream(&sequence.first.kinds, sequence.first.filter, 0, None)?;
        let mut steps = Vec::new();
        for (level, step) in (1..).zip(&sequence.steps) {
            let within = match step.within {
                Some(node) => Some(length(self, node)?),
                None => None,
            };
            let stream = self.stream(&step.kinds, step.filter, level, None)?;
            steps.push(Step { stream, within });
        }
        let not = match &sequence.not {
            None => None,
            Some(not) => {
                let level = u8::try_from(steps.len() + 1).ok()?;
                let stream = self.stream(&not.kinds, not.filter, level, None)?;
                let (length, until_end) = match not.mode {
                    NegationMode::Within(node) => (Some(length(self, node)?), true),
                    NegationMode::For(node) => (Some(length(self, node)?), false),
                    NegationMode::Ever => (None, false),
                };
                Some(Silence {
                    stream,
                    length,
                    until_end,
                })
            }
        };
        Some(Chain {
            first,
            window,
            latest: sequence.latest,
            steps,
            not,
        })
    }

    fn window(&self, query: &Query) -> Option<Window> {
        let edge = |bound: &persona_ir::Bound| {
            Edge::new(&self.plan, bound.at, bound.inclusive, self.cell(bound.at))
        };
        let from = match &query.from {
            Some(bound) => Some(edge(bound)?),
            None => None,
        };
        let to = match &query.to {
            Some(bound) => Some(edge(bound)?),
            None => None,
        };
        Some(Window { from, to })
    }

    /// Whether time has no part in a body's value.
    fn is_still(&self, body: Option<NodeId>) -> bool {
        body.is_none_or(|body| !self.prepared.is_timed(body))
    }

    /// The stream of some events, new or known; none where the condition looks at other events, or at the time.
    fn stream(
        &mut self,
        kinds: &[KindId],
        filter: Option<NodeId>,
        level: u8,
        known: Option<NodeId>,
    ) -> Option<StreamId> {
        let own = |body: NodeId| {
            let free = self.prepared.free(body);
            free.iter().all(|used| used == level)
        };
        if !self.is_still(filter) || !filter.is_none_or(own) {
            return None;
        }
        // Without a condition, the level makes no difference.
        let level = if filter.is_none() && known.is_none() {
            0
        } else {
            level
        };
        let definition = Definition {
            kinds: kinds.into(),
            filter,
            level,
            known,
        };
        if let Some(known) = self.stream_ids.get(&definition) {
            return Some(*known);
        }
        let id = self.streams.push(Stream {
            definition: definition.clone(),
            measures: Vec::new(),
            inputs: Vec::new(),
            columns: Vec::new(),
            plain: None,
        });
        self.stream_ids.insert(definition, id);
        self.stream_users.push(Vec::new());
        kinds
            .iter()
            .for_each(|kind| self.streams_of[*kind].push(id));
        Some(id)
    }

    fn link_cells(&mut self) {
        for index in 0..self.cells.len() {
            for input in self.cells[index].inputs.clone() {
                if let Some(cell) = self.cell(input) {
                    self.cells[cell].users.push(index);
                }
            }
            match &self.cells[index].source {
                Source::Column(col) => self.column_cells[*col].push(index),
                Source::Aggregate(aggregate) => self.stream_users[aggregate.stream].push(index),
                Source::Chain(chain) => {
                    let mut streams: Vec<StreamId> = chain.streams().collect();
                    streams.sort_unstable();
                    streams.dedup();
                    for stream in streams {
                        self.stream_users[stream].push(index);
                    }
                }
                Source::Node => {
                    for kind in kinds_read(&self.plan.nodes[self.cells[index].node]) {
                        self.readers[kind].push(index);
                    }
                }
            }
        }
        for id in self.streams.ids() {
            let stream = &self.streams[id];
            let definition = &stream.definition;
            let bodies = definition.filter.into_iter().chain(definition.known);
            let bodies = bodies.chain(stream.measures.iter().map(|measure| measure.value));
            let inputs = self.closure(bodies);
            let columns = inputs
                .iter()
                .filter_map(|node| match self.plan.nodes[*node].op {
                    Op::Profile(col) => Some(col),
                    _ => None,
                });
            let columns = columns.collect();
            let plain = Plain::new(&self.plan, stream);
            let stream = &mut self.streams[id];
            stream.inputs = inputs;
            stream.columns = columns;
            stream.plain = plain;
        }
    }

    /// All closed nodes that some bodies need, in id order.
    fn closure(&self, bodies: impl Iterator<Item = NodeId>) -> Vec<NodeId> {
        let mut seen: FxHashSet<NodeId> = FxHashSet::default();
        let mut next: Vec<NodeId> = bodies.collect();
        let mut closed = Vec::new();
        while let Some(node) = next.pop() {
            if seen.insert(node) {
                if self.prepared.is_closed(node) {
                    closed.push(node);
                }
                next.extend(operands(&self.plan.nodes[node].op).iter().map(|o| o.node));
            }
        }
        closed.sort_unstable();
        closed
    }

    /// Tells the cells which atoms mind them.
    fn ask(&mut self, tested: &[(PartId, NodeId, Asked)]) {
        let mut thresholds: FxHashMap<usize, Vec<(PartId, Threshold)>> = FxHashMap::default();
        for (part, node, asked) in tested {
            let Some(cell) = self.cell(*node) else {
                continue;
            };
            match asked {
                Asked::Truth => self.cells[cell].truth = Some(*part),
                Asked::Known => self.cells[cell].known = Some(*part),
                Asked::Against(threshold) => thresholds
                    .entry(cell)
                    .or_default()
                    .push((*part, threshold.clone())),
            }
        }
        for (index, cell) in self.cells.iter_mut().enumerate() {
            if let Some(thresholds) = thresholds.remove(&index) {
                cell.cuts = Cuts::new(&thresholds);
            }
        }
    }
}

/// What an atom asks of a node.
#[derive(Clone, Debug)]
enum Asked {
    Truth,
    Known,
    Against(Threshold),
}

/// The segments, and each stage of each partition, as conditions.
fn memberships(plan: &mut Plan, atoms: &mut Atoms) -> Vec<(usize, Option<u32>, PartId)> {
    let mut stages = Vec::new();
    for (index, output) in plan.outputs.iter().enumerate() {
        match output.kind {
            OutputKind::Segment => stages.push((index, None, output.node)),
            OutputKind::Partition(stage) => {
                let count = plan.schema.enums[stage].values.len();
                let count = u32::try_from(count).expect("fewer than 2^32 stages");
                stages.extend((0..count).map(|stage| (index, Some(stage), output.node)));
            }
            OutputKind::Trait => {}
        }
    }
    let mut asked = Vec::new();
    for (index, stage, node) in stages {
        let node = match stage {
            None => node,
            Some(stage) => {
                let ty = plan.nodes[node].ty.clone();
                let constant = plan.nodes.push(Node {
                    op: Op::Const(Const::Enum(stage)),
                    ty,
                    optional: false,
                });
                push_test(plan, Op::Eq(node, constant))
            }
        };
        asked.push((index, stage, node));
    }
    *atoms = Atoms::new(plan);
    asked
        .into_iter()
        .map(|(index, stage, node)| (index, stage, atoms.holds(plan, node)))
        .collect()
}

fn push_test(plan: &mut Plan, op: Op) -> NodeId {
    plan.nodes.push(Node {
        op,
        ty: Ty::Bool,
        optional: false,
    })
}

/// What each atom asks of which node. Comparisons that are not of a number with constants become nodes of their own.
fn extend(plan: &mut Plan, atoms: &Atoms) -> Vec<(PartId, NodeId, Asked)> {
    let mut asked = Vec::new();
    for (id, part) in atoms.parts().iter_enumerated() {
        match part {
            Part::Const(_) | Part::Not(_) | Part::And(_) | Part::Or(_) => {}
            Part::Known(node) => asked.push((id, *node, Asked::Known)),
            Part::Holds(node) => asked.push((id, *node, Asked::Truth)),
            Part::Test(test) => match threshold(plan, test) {
                Some(threshold) => asked.push((id, test.of, Asked::Against(threshold))),
                None => {
                    let node = test_node(plan, test);
                    asked.push((id, node, Asked::Truth));
                }
            },
        }
    }
    asked
}

/// A comparison with constants as a threshold.
fn threshold(plan: &Plan, test: &Test) -> Option<Threshold> {
    let of = &plan.nodes[test.of];
    if matches!(
        of.op,
        Op::Const(_) | Op::Now | Op::Today { .. } | Op::Instant(_)
    ) {
        return None;
    }
    match &test.bound {
        Bound::Node(bound) => match &plan.nodes[*bound].op {
            Op::Const(constant) => Threshold::new(&of.ty, test.op, std::slice::from_ref(constant)),
            _ => None,
        },
        Bound::Consts(set) => Threshold::new(&of.ty, test.op, set),
    }
}

fn test_node(plan: &mut Plan, test: &Test) -> NodeId {
    let of = test.of;
    let op = match &test.bound {
        Bound::Consts(set) => Op::In(of, Arc::clone(set)),
        Bound::Node(bound) => {
            let float = |node: NodeId| plan.nodes[node].ty == Ty::Float;
            let mixed = float(of) != float(*bound);
            match (test.op, mixed) {
                (TestOp::Eq | TestOp::In, false) => Op::Eq(of, *bound),
                (TestOp::Eq | TestOp::In, true) => Op::EqNum(of, *bound),
                (TestOp::Lt, false) => Op::Lt(of, *bound),
                (TestOp::Lt, true) => Op::LtNum(of, *bound),
                (TestOp::Le, false) => Op::Le(of, *bound),
                (TestOp::Le, true) => Op::LeNum(of, *bound),
                (TestOp::Gt, false) => Op::Lt(*bound, of),
                (TestOp::Gt, true) => Op::LtNum(*bound, of),
                (TestOp::Ge, false) => Op::Le(*bound, of),
                (TestOp::Ge, true) => Op::LeNum(*bound, of),
            }
        }
    };
    push_test(plan, op)
}

/// The kinds of event that an operation reads.
fn kinds_read(node: &Node) -> Vec<KindId> {
    let mut kinds: Vec<KindId> = match &node.op {
        Op::Agg(agg) => agg.query.kinds.to_vec(),
        Op::Sequence(sequence) => {
            let steps = sequence.steps.iter().map(|step| &step.kinds);
            let not = sequence.not.iter().map(|not| &not.kinds);
            let all = std::iter::once(&sequence.first.kinds)
                .chain(steps)
                .chain(not);
            all.flat_map(|kinds| kinds.iter().copied()).collect()
        }
        _ => Vec::new(),
    };
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}
