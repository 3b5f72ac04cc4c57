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

use std::sync::Arc;

use persona_ir::{NodeId, Op, Plan, RankId};
use regex::Regex;
use rustc_hash::FxHashMap;

use self::graph::Graph;
use crate::time::{Clock, Times};
use crate::{
    Answers, Calibration, Dataset, Evaluation, EventRef, Value, calendar, calibrate, rank, text,
};

/// Answers everything a plan asks, for every profile.
pub fn interpret(plan: &Plan, data: &Dataset, evaluation: &Evaluation) -> Answers {
    let evaluator = Evaluator::prepared(plan, data, evaluation);
    crate::answers::collect(&evaluator)
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

/// A plan, data and `now`, ready to be asked about profiles.
#[derive(Debug)]
pub struct Evaluator<'a> {
    plan: &'a Plan,
    data: &'a Dataset,
    now: i64,
    times: Times,
    calibration: Arc<Calibration>,
    graph: Graph,
    patterns: FxHashMap<Arc<str>, Option<Regex>>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator with given thresholds. Ranks beyond them are missing.
    pub fn new(plan: &'a Plan, data: &'a Dataset, now: i64, calibration: Arc<Calibration>) -> Self {
        let now = calendar::clamp_timestamp(now);
        let patterns = plan.nodes.iter().filter_map(|node| match &node.op {
            Op::Matches(_, pattern) => Some((Arc::clone(pattern), text::pattern(pattern))),
            _ => None,
        });
        Self {
            plan,
            data,
            now,
            times: Times::new(plan, data, now),
            calibration,
            graph: Graph::new(plan),
            patterns: patterns.collect(),
        }
    }

    /// An evaluator with the evaluation's thresholds, or with those of these data where it brings none.
    pub fn prepared(plan: &'a Plan, data: &'a Dataset, evaluation: &Evaluation) -> Self {
        match &evaluation.calibration {
            Some(calibration) => Self::new(plan, data, evaluation.now, Arc::clone(calibration)),
            None => calibrate::calibrated(plan, data, evaluation.now),
        }
    }

    /// The plan.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// The data.
    pub fn data(&self) -> &'a Dataset {
        self.data
    }

    /// The evaluation time.
    pub fn now(&self) -> i64 {
        self.now
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
    pub fn profile(&self, profile: usize) -> ProfileEvaluator<'_> {
        ProfileEvaluator {
            evaluator: self,
            profile,
            values: vec![Value::Missing; self.plan.nodes.len()],
            done: vec![false; self.plan.nodes.len()],
            binders: Vec::new(),
        }
    }

    /// The closed nodes that some nodes' values need, in the order in which to evaluate them.
    pub fn needed(&self, roots: &[NodeId]) -> Vec<NodeId> {
        self.graph.closed(self.plan, roots)
    }
}

/// What a binder holds at the moment.
#[derive(Clone, Debug)]
enum Binder {
    /// Nothing yet.
    Free,
    /// An event.
    Event(EventRef),
    /// An element of a list.
    Elem(Value),
}

/// One profile under evaluation. Values of closed nodes are kept, so that asking again costs nothing.
#[derive(Debug)]
pub struct ProfileEvaluator<'e> {
    evaluator: &'e Evaluator<'e>,
    profile: usize,
    /// The last value of each node. For closed nodes, valid once it is done.
    values: Vec<Value>,
    done: Vec<bool>,
    binders: Vec<Binder>,
}

impl<'e> ProfileEvaluator<'e> {
    /// The profile's row.
    pub fn row(&self) -> usize {
        self.profile
    }

    /// `now` in the profile's zone.
    pub fn clock(&self) -> &'e Clock {
        self.evaluator.times.clock(self.profile)
    }

    /// Goes on with another profile.
    pub fn move_to(&mut self, profile: usize) {
        self.profile = profile;
        self.done.fill(false);
    }

    /// The value of a closed node.
    pub fn value(&mut self, node: NodeId) -> Value {
        let index = usize::from(node);
        if !self.done[index] {
            self.evaluate(&self.evaluator.needed(&[node]));
        }
        self.values[index].clone()
    }

    /// The value of a node for one event of the profile, bound to level 0.
    pub fn value_for(&mut self, node: NodeId, event: EventRef) -> Value {
        self.evaluate(&self.evaluator.needed(&[node]));
        self.bound_to(node, event)
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
            if !self.done[index] {
                self.values[index] = self.node(*node);
                self.done[index] = true;
            }
        }
    }

    /// The value of a node that is evaluated, or of an operand that was evaluated before its user.
    pub fn known(&self, node: NodeId) -> &Value {
        &self.values[usize::from(node)]
    }

    /// The value of a body under the binders as they are.
    fn body(&mut self, root: NodeId) -> Value {
        for node in self.evaluator.graph.body(root) {
            self.values[usize::from(*node)] = self.node(*node);
        }
        self.known(root).clone()
    }

    /// Whether a condition under the binders as they are holds; an absent one does.
    fn holds(&mut self, filter: Option<NodeId>) -> bool {
        filter.is_none_or(|filter| self.body(filter).is_true())
    }

    fn bind(&mut self, level: u8, binder: Binder) {
        let level = usize::from(level);
        if self.binders.len() <= level {
            self.binders.resize(level + 1, Binder::Free);
        }
        self.binders[level] = binder;
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
