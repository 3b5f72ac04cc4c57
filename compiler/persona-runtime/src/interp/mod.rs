//! The reference interpreter: the plainest reading of the plan's operations, node by node and profile by profile.
//! Other engines must agree with it to the bit, so it is written to be read, not to be fast.
//!
//! For one profile the closed nodes are evaluated once, in id order. A body under a binder is evaluated anew for
//! each event or element, its nodes again in id order. Recursion is only as deep as binders are nested.

mod aggregate;
mod graph;
mod history;
mod lists;
mod scalar;
mod sequence;

pub(crate) use history::Hit;

use std::sync::Arc;

use persona_ir::{AggKind, Campaign, Levels, NodeId, Op, Plan, RankId, Ty};
use regex::Regex;
use rustc_hash::FxHashMap;

use self::graph::Graph;
use crate::flips::Bounds;
use crate::time::{Clock, Times};
use crate::{
    Answers, Calibration, Catalogs, Dataset, Evaluation, EventRef, Facts, Value, calendar,
    calibrate, rank, text,
};

/// Answers everything a plan asks, for every profile.
pub fn interpret(plan: &Plan, data: &Dataset, evaluation: &Evaluation) -> Answers {
    let evaluator = Evaluator::prepared(plan, data, evaluation);
    crate::answers::collect(&evaluator)
}

/// An aggregate over known values that are chosen and in order, of kinds that need nothing but them; missing for the
/// others (`Nth`, `Gap`, `UnitsHit`).
pub fn aggregate_values(kind: &AggKind, values: &[Value], value_ty: Option<&Ty>, ty: &Ty) -> Value {
    aggregate::events(kind, values, value_ty, ty)
}

/// The value of one closed node for one profile. A population's ranks are calibrated first where the evaluation
/// brings no calibration; to ask more than once, keep an [`Evaluator`].
pub fn interpret_profile(
    plan: &Plan,
    data: &Dataset,
    evaluation: &Evaluation,
    profile: usize,
    node: NodeId,
) -> Value {
    Evaluator::prepared(plan, data, evaluation)
        .profile(profile)
        .value(node)
}

/// A plan, data and `now`, ready to be asked about profiles. The data is a [`Dataset`] or whatever else knows
/// profiles and their events.
#[derive(Debug)]
pub struct Evaluator<'a, F: Facts = Dataset> {
    pub(crate) plan: &'a Plan,
    pub(crate) data: &'a F,
    now: i64,
    times: Times,
    calibration: Arc<Calibration>,
    pub(crate) prepared: Arc<Prepared>,
}

/// What evaluators know of a plan's graph whatever the data and `now`: made once, shared by those that follow.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) graph: Graph,
    patterns: FxHashMap<Arc<str>, Option<Regex>>,
}

impl Prepared {
    /// Prepares a plan.
    pub fn new(plan: &Plan) -> Self {
        let patterns = plan.nodes.iter().filter_map(|node| match &node.op {
            Op::Matches(_, pattern) => Some((Arc::clone(pattern), text::pattern(pattern))),
            _ => None,
        });
        Self {
            graph: Graph::new(plan),
            patterns: patterns.collect(),
        }
    }

    /// Prepares the plan of a campaign, the conditions on events that stand outside of all queries included.
    pub fn of_campaign(campaign: &Campaign) -> Self {
        Self::with_bodies(&campaign.plan, campaign.bodies())
    }

    /// Prepares a plan of which these nodes, too, are asked under binders.
    pub fn with_bodies(plan: &Plan, bodies: impl IntoIterator<Item = NodeId>) -> Self {
        let mut prepared = Self::new(plan);
        for body in bodies {
            prepared.graph.prepare(plan, body);
        }
        prepared
    }

    /// Whether a node's value is the same under every binder.
    pub fn is_closed(&self, node: NodeId) -> bool {
        self.graph.is_closed(node)
    }

    /// All nodes that a root is made of, itself included, in id order.
    pub fn reach(&self, plan: &Plan, root: NodeId) -> Vec<NodeId> {
        graph::reach(plan, &[root], |_| true)
    }

    /// Whether time alone can change a node's value: `now` or a history has a part in it.
    pub fn is_timed(&self, node: NodeId) -> bool {
        self.graph.is_timed(node)
    }

    /// The levels of the binders that a node uses.
    pub fn free(&self, node: NodeId) -> Levels {
        self.graph.free(node)
    }

    /// The nodes to evaluate, in this order, for the value of a body under binders: those that are not closed.
    pub fn body(&self, root: NodeId) -> &[NodeId] {
        self.graph.body(root)
    }
}

impl<'a> Evaluator<'a> {
    /// An evaluator with given thresholds. Ranks beyond them are missing.
    pub fn new(plan: &'a Plan, data: &'a Dataset, now: i64, calibration: Arc<Calibration>) -> Self {
        let now = calendar::clamp_timestamp(now);
        let times = Times::new(plan, data, now);
        let prepared = Arc::new(Prepared::new(plan));
        Self::over(plan, data, times, calibration, prepared)
    }

    /// An evaluator with the evaluation's thresholds, or with those of these data where it brings none.
    pub fn prepared(plan: &'a Plan, data: &'a Dataset, evaluation: &Evaluation) -> Self {
        match &evaluation.calibration {
            Some(calibration) => Self::new(plan, data, evaluation.now, Arc::clone(calibration)),
            None => calibrate::calibrated(plan, data, evaluation.now),
        }
    }
}

impl<'a, F: Facts> Evaluator<'a, F> {
    /// An evaluator over any facts, at the `now` of its clocks.
    pub fn over(
        plan: &'a Plan,
        data: &'a F,
        times: Times,
        calibration: Arc<Calibration>,
        prepared: Arc<Prepared>,
    ) -> Self {
        Self {
            plan,
            data,
            now: times.clock(0).now(),
            times,
            calibration,
            prepared,
        }
    }

    /// The plan.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// The data.
    pub fn data(&self) -> &'a F {
        self.data
    }

    /// What is known of the plan's graph.
    pub fn prepared_plan(&self) -> &Arc<Prepared> {
        &self.prepared
    }

    /// The evaluation time.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The same, which knows the conditions and values of a campaign that stand under binders outside of the graph's own
    /// queries: see [`Prepared::of_campaign`]. The campaign's plan is the evaluator's, or the beginning of it.
    #[must_use]
    pub fn for_campaign(mut self, campaign: &Campaign) -> Self {
        self.prepared = Arc::new(Prepared::with_bodies(self.plan, campaign.bodies()));
        self
    }

    /// The thresholds of ranks.
    pub fn calibration(&self) -> &Arc<Calibration> {
        &self.calibration
    }

    /// Replaces the thresholds of ranks.
    pub fn set_calibration(&mut self, calibration: Arc<Calibration>) {
        self.calibration = calibration;
    }

    /// The same evaluator, to be asked about one profile.
    pub fn profile(&self, profile: usize) -> ProfileEvaluator<'_, F> {
        self.resume(profile, Scratch::new(self.plan))
    }

    /// As [`Self::profile`], in memory that was used before. Nothing of what it holds counts as evaluated.
    pub fn resume(&self, profile: usize, mut scratch: Scratch) -> ProfileEvaluator<'_, F> {
        scratch.forget();
        ProfileEvaluator {
            evaluator: self,
            profile,
            later: None,
            scratch,
        }
    }

    /// The closed nodes that some nodes' values need, in the order in which to evaluate them.
    pub fn needed(&self, roots: &[NodeId]) -> Vec<NodeId> {
        self.prepared.graph.closed(self.plan, roots)
    }
}

/// What a binder holds at the moment.
#[derive(Clone, Debug)]
pub(crate) enum Binder {
    /// Nothing yet.
    Free,
    /// An event.
    Event(EventRef),
    /// An element of a list.
    Elem(Value),
}

/// One profile under evaluation. Values of closed nodes are kept, so that asking again costs nothing.
#[derive(Debug)]
pub struct ProfileEvaluator<'e, F: Facts = Dataset> {
    pub(crate) evaluator: &'e Evaluator<'e, F>,
    pub(crate) profile: usize,
    /// The profile's clock where it is not the evaluator's: another instant was asked about.
    later: Option<Clock>,
    pub(crate) scratch: Scratch,
}

/// The memory of a profile under evaluation. Has a place for every node of one plan.
#[derive(Clone, Debug)]
pub struct Scratch {
    /// The last value of each node. For closed nodes, valid once it is done.
    values: Vec<Value>,
    done: Vec<bool>,
    /// Which nodes are done.
    marked: Vec<NodeId>,
    binders: Vec<Binder>,
    /// The frame of whoever asks: what [`Op::Input`] reads.
    frame: Vec<Value>,
    pub(crate) bounds: Bounds,
}

impl Scratch {
    /// Memory for one plan.
    pub fn new(plan: &Plan) -> Self {
        Self {
            values: vec![Value::Missing; plan.nodes.len()],
            done: vec![false; plan.nodes.len()],
            marked: Vec::new(),
            binders: Vec::new(),
            frame: Vec::new(),
            bounds: Bounds::default(),
        }
    }

    fn forget(&mut self) {
        for node in self.marked.drain(..) {
            self.done[usize::from(node)] = false;
        }
        self.bounds.forget();
    }
}

impl<'e, F: Facts> ProfileEvaluator<'e, F> {
    /// The profile's row.
    pub fn row(&self) -> usize {
        self.profile
    }

    /// The value of one of the profile's columns.
    pub fn profile_value(&self, col: persona_ir::ColId) -> Value {
        self.evaluator.data.profile_value(col, self.profile)
    }

    /// The catalogs.
    pub fn catalogs(&self) -> &'e Arc<Catalogs> {
        self.evaluator.data.catalogs()
    }

    /// What is known of the plan's graph.
    pub fn prepared_plan(&self) -> &'e Arc<Prepared> {
        &self.evaluator.prepared
    }

    /// Evaluates the closed nodes that some nodes' values need.
    pub fn evaluate_for(&mut self, roots: &[NodeId]) {
        self.evaluate(&self.evaluator.needed(roots));
    }

    /// `now` in the profile's zone.
    pub fn clock(&self) -> &Clock {
        let usual = || self.evaluator.times.clock(self.profile);
        self.later.as_ref().unwrap_or_else(usual)
    }

    /// The instant that is asked about.
    pub fn now(&self) -> i64 {
        self.clock().now()
    }

    /// Goes on with another profile, at the evaluator's `now`.
    pub fn move_to(&mut self, profile: usize) {
        self.profile = profile;
        self.later = None;
        self.scratch.forget();
    }

    /// Goes on with the same profile at another instant. The thresholds of ranks stay as they are.
    pub fn move_in_time(&mut self, now: i64) {
        self.later = Some(self.clock().at(now));
        self.scratch.forget();
    }

    /// Goes on with another frame, which is what [`Op::Input`] reads; slots beyond it are missing.
    pub fn set_frame(&mut self, frame: &[Value]) {
        self.scratch.frame.clear();
        self.scratch.frame.extend_from_slice(frame);
        self.scratch.forget();
    }

    /// Goes on with this clock: another instant, perhaps in another zone. Nothing counts as evaluated any more, so that this
    /// also says that the facts changed.
    pub fn set_clock(&mut self, clock: Clock) {
        self.later = Some(clock);
        self.scratch.forget();
    }

    /// Says that the facts about the profile changed: nothing counts as evaluated any more.
    pub fn forget(&mut self) {
        self.scratch.forget();
    }

    /// The memory, for [`Evaluator::resume`].
    pub fn into_scratch(self) -> Scratch {
        self.scratch
    }

    /// The value of a closed node.
    pub fn value(&mut self, node: NodeId) -> Value {
        let index = usize::from(node);
        if !self.scratch.done[index] {
            self.evaluate(&self.evaluator.needed(&[node]));
        }
        self.scratch.values[index].clone()
    }

    /// The value of a node for one event of the profile, bound to level 0.
    pub fn value_for(&mut self, node: NodeId, event: EventRef) -> Value {
        self.evaluate(&self.evaluator.needed(&[node]));
        self.bound_to(node, event)
    }

    /// The value of a body for one event, bound to a level, where the closed nodes that it needs are evaluated.
    pub fn body_for(&mut self, body: NodeId, event: EventRef, level: u8) -> Value {
        self.bind(level, Binder::Event(event));
        self.body(body)
    }

    /// As [`Self::value_for`], where the closed nodes that the value needs are evaluated.
    pub(crate) fn bound_to(&mut self, node: NodeId, event: EventRef) -> Value {
        self.bind(0, Binder::Event(event));
        self.body(node)
    }

    /// Evaluates closed nodes in this order, those that are done excepted: see [`Evaluator::needed`].
    pub fn evaluate(&mut self, closed: &[NodeId]) {
        for node in closed {
            let index = usize::from(*node);
            if !self.scratch.done[index] {
                let value = self.node(*node);
                self.assume(*node, value);
            }
        }
    }

    /// Says what a closed node's value is, so that it is not evaluated.
    pub fn assume(&mut self, node: NodeId, value: Value) {
        let index = usize::from(node);
        self.scratch.values[index] = value;
        if !self.scratch.done[index] {
            self.scratch.done[index] = true;
            self.scratch.marked.push(node);
        }
    }

    /// The value of a node that is evaluated, or of an operand that was evaluated before its user.
    pub fn known(&self, node: NodeId) -> &Value {
        &self.scratch.values[usize::from(node)]
    }

    /// The value of a body under the binders as they are.
    pub(crate) fn body(&mut self, root: NodeId) -> Value {
        for node in self.evaluator.prepared.graph.body(root) {
            self.scratch.values[usize::from(*node)] = self.node(*node);
        }
        self.known(root).clone()
    }

    /// Whether a condition under the binders as they are holds; an absent one does.
    pub(crate) fn holds(&mut self, filter: Option<NodeId>) -> bool {
        filter.is_none_or(|filter| self.body(filter).is_true())
    }

    pub(crate) fn bind(&mut self, level: u8, binder: Binder) {
        let level = usize::from(level);
        let binders = &mut self.scratch.binders;
        if binders.len() <= level {
            binders.resize(level + 1, Binder::Free);
        }
        binders[level] = binder;
    }

    /// The value of one node whose operands are evaluated.
    fn node(&mut self, node: NodeId) -> Value {
        let evaluator = self.evaluator;
        let ty = &evaluator.plan.nodes[node].ty;
        match &evaluator.plan.nodes[node].op {
            Op::Agg(agg) => self.aggregate(agg, ty),
            Op::Sequence(sequence) => self.sequence(sequence).into(),
            Op::AnyElem { list, level, body } => self.any(*list, *level, *body).into(),
            Op::AllElem { list, level, body } => self.all(*list, *level, *body).into(),
            Op::ListAgg {
                kind,
                list,
                level,
                filter,
                value,
            } => {
                let elements = self.elements(*list, *level, *filter, *value);
                let value_ty = value.map(|value| &evaluator.plan.nodes[value].ty);
                elements.map_or(Value::Missing, |values| {
                    aggregate::list(*kind, &values, value_ty, ty)
                })
            }
            op => self.scalar(op, ty),
        }
    }

    fn rank(&self, id: RankId, value: &Value) -> Value {
        let kind = self.evaluator.plan.ranks[id].kind;
        let table = self.evaluator.calibration.ranks.get(id);
        table.map_or(Value::Missing, |table| rank::rank(kind, table, value))
    }
}

#[cfg(test)]
mod tests;
