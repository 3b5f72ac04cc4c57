//! The Boolean structure of a plan: closed conditions as `And`, `Or` and `Not` over *atoms*, equal parts made once.
//! An atom is a comparison of a node with another or with constants, whether a node has a value, or a Bool that is
//! not looked into. Says what conditions are made of; how an atom is answered is for whoever uses it to decide.
//!
//! Everything here is two-valued: a part says of each profile that it holds or that it does not. Missing values are
//! in the atoms (a comparison with a missing operand does not hold), and choices (`Coalesce`, `If`) over Bools, or
//! under a comparison, become structure. Nodes are followed by an explicit stack, never by recursion.

use std::cmp::Ordering;
use std::sync::Arc;

use persona_base::{IndexVec, define_id};
use persona_ir::{Const, NodeId, Op, Plan, Ty, operands};
use persona_runtime::num;
use rustc_hash::FxHashMap;

define_id! {
    /// A part of a condition. Parts have larger ids than those they are made of.
    pub(crate) struct PartId;
}

/// A condition about one profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// Holds for everyone, or for nobody. Never inside another part.
    Const(bool),
    /// The part does not hold. Never of a `Not` or a `Const`.
    Not(PartId),
    /// All hold: at least two, sorted by id, none repeated.
    And(Box<[PartId]>),
    /// Some holds: as `And`.
    Or(Box<[PartId]>),
    /// A comparison holds.
    Test(Test),
    /// The node, which is optional, has a value.
    Known(NodeId),
    /// The Bool, which is not looked into, is there and true.
    Holds(NodeId),
}

/// A comparison. Does not hold where an operand is missing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Test {
    /// What is compared. Where one of two nodes is *fixed* (see [`Atoms::is_fixed`]) and the other is not, this is the
    /// one that is not.
    pub(crate) of: NodeId,
    /// How.
    pub(crate) op: TestOp,
    /// With what.
    pub(crate) bound: Bound,
}

/// What a comparison asks. One of an `Int` with a `Float` is exact, as [`Op::LtNum`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TestOp {
    /// `of == bound`
    Eq,
    /// `of < bound`
    Lt,
    /// `of <= bound`
    Le,
    /// `of > bound`
    Gt,
    /// `of >= bound`
    Ge,
    /// `of` is one of the constants.
    In,
}

impl TestOp {
    /// The question from the other side: `a < b` is `b > a`.
    fn mirrored(self) -> Self {
        match self {
            Self::Eq | Self::In => self,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
        }
    }

    /// Whether it holds for a value and a bound in this order.
    pub(crate) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq | Self::In => order.is_eq(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
}

/// What a node is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Bound {
    /// Another node.
    Node(NodeId),
    /// Constants of the node's type, sorted by [`Const::compare`], none repeated; only of [`TestOp::In`].
    Consts(Arc<[Const]>),
}

/// What is asked of a node, each answered by one part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Query {
    Holds(NodeId),
    Known(NodeId),
    Test(Test),
}

/// How a query follows from others.
enum Rule {
    Part(Part),
    Ask(Query),
    Not(Box<Rule>),
    All(Vec<Rule>),
    Any(Vec<Rule>),
}

/// So many comparisons of choices are taken apart in one plan; the rest stay whole, so that many comparisons of one
/// long chain of choices stay small.
const CHOICES: usize = 1 << 20;

/// The conditions of one plan, as far as they were asked for.
#[derive(Clone, Debug)]
pub(crate) struct Atoms {
    parts: IndexVec<PartId, Part>,
    ids: FxHashMap<Part, PartId>,
    answers: FxHashMap<Query, PartId>,
    /// A node of the plan for each part that is what one says.
    nodes: FxHashMap<PartId, NodeId>,
    /// For each node whether it depends on nothing but constants, `now` and the zone.
    fixed: IndexVec<NodeId, bool>,
    choices: usize,
}

impl Atoms {
    /// Before anything is asked. All questions must be about this plan, which is verified.
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut fixed: IndexVec<NodeId, bool> = IndexVec::new();
        for node in &plan.nodes {
            let inherited = || operands(&node.op).iter().all(|operand| fixed[operand.node]);
            let is = !node.op.reads_data() && inherited();
            fixed.push(is);
        }
        Self {
            parts: IndexVec::new(),
            ids: FxHashMap::default(),
            answers: FxHashMap::default(),
            nodes: FxHashMap::default(),
            fixed,
            choices: 0,
        }
    }

    /// The part for which a closed Bool node is there and true.
    pub(crate) fn holds(&mut self, plan: &Plan, node: NodeId) -> PartId {
        self.answer(plan, &Query::Holds(node))
    }

    /// The part for which a closed node has a value.
    #[cfg(test)]
    pub(crate) fn known(&mut self, plan: &Plan, node: NodeId) -> PartId {
        self.answer(plan, &Query::Known(node))
    }

    /// All parts so far, in id order: what a part is made of comes before it.
    pub(crate) fn parts(&self) -> &IndexVec<PartId, Part> {
        &self.parts
    }

    /// A Bool node for which a part holds, if one was asked for on the way; parts that hold for Bools that are not looked
    /// into have one.
    pub(crate) fn node(&self, part: PartId) -> Option<NodeId> {
        match &self.parts[part] {
            Part::Holds(node) => Some(*node),
            _ => self.nodes.get(&part).copied(),
        }
    }

    /// Whether a node depends on nothing but constants, `now` and the profile's zone.
    pub(crate) fn is_fixed(&self, node: NodeId) -> bool {
        self.fixed[node]
    }

    /// Answers a query after those it follows from.
    fn answer(&mut self, plan: &Plan, query: &Query) -> PartId {
        if let Some(part) = self.answers.get(query) {
            return *part;
        }
        let mut stack = vec![(query.clone(), None)];
        while let Some((query, rule)) = stack.pop() {
            if self.answers.contains_key(&query) {
                continue;
            }
            let rule = rule.unwrap_or_else(|| self.rule(plan, &query));
            let mut needs = Vec::new();
            rule.needs(&mut needs);
            needs.retain(|query| !self.answers.contains_key(query));
            if needs.is_empty() {
                let part = self.make(rule);
                if let Query::Holds(node) = query {
                    self.nodes.entry(part).or_insert(node);
                }
                self.answers.insert(query, part);
            } else {
                stack.push((query, Some(rule)));
                stack.extend(needs.into_iter().map(|query| (query, None)));
            }
        }
        self.answers[query]
    }

    /// The part of a rule whose queries are answered.
    fn make(&mut self, rule: Rule) -> PartId {
        match rule {
            Rule::Part(part) => self.part(part),
            Rule::Ask(query) => self.answers[&query],
            Rule::Not(rule) => {
                let part = self.make(*rule);
                self.negated(part)
            }
            Rule::All(rules) => self.joined(rules, true),
            Rule::Any(rules) => self.joined(rules, false),
        }
    }

    fn negated(&mut self, part: PartId) -> PartId {
        match &self.parts[part] {
            Part::Const(value) => {
                let value = !value;
                self.part(Part::Const(value))
            }
            Part::Not(of) => *of,
            _ => self.part(Part::Not(part)),
        }
    }

    /// All of some rules (`all`), or any.
    fn joined(&mut self, rules: Vec<Rule>, all: bool) -> PartId {
        let mut parts: Vec<PartId> = rules.into_iter().map(|rule| self.make(rule)).collect();
        parts.sort_unstable();
        parts.dedup();
        let is = |part: &PartId, value| self.parts[*part] == Part::Const(value);
        let opposite = |part: &PartId| match &self.parts[*part] {
            Part::Not(of) => parts.binary_search(of).is_ok(),
            _ => false,
        };
        if parts.iter().any(|part| is(part, !all) || opposite(part)) {
            return self.part(Part::Const(!all));
        }
        let parts: Vec<PartId> = parts.iter().copied().filter(|p| !is(p, all)).collect();
        match (&*parts, all) {
            ([], _) => self.part(Part::Const(all)),
            ([one], _) => *one,
            (_, true) => self.part(Part::And(parts.into())),
            (_, false) => self.part(Part::Or(parts.into())),
        }
    }

    fn part(&mut self, part: Part) -> PartId {
        let Self { parts, ids, .. } = self;
        *ids.entry(part)
            .or_insert_with_key(|part| parts.push(part.clone()))
    }

    fn rule(&mut self, plan: &Plan, query: &Query) -> Rule {
        match query {
            Query::Holds(node) => self.holds_rule(plan, *node),
            Query::Known(node) => known_rule(plan, *node),
            Query::Test(test) => self.test_rule(plan, test),
        }
    }

    fn holds_rule(&self, plan: &Plan, node: NodeId) -> Rule {
        let bools = |a: NodeId| plan.nodes[a].ty == Ty::Bool;
        match &plan.nodes[node].op {
            Op::Const(value) => Rule::Part(Part::Const(*value == Const::Bool(true))),
            Op::And(nodes) => Rule::All(nodes.iter().copied().map(holds).collect()),
            Op::Or(nodes) => Rule::Any(nodes.iter().copied().map(holds).collect()),
            Op::Not(a) => not(holds(*a)),
            Op::Known(a) => known(*a),
            Op::Coalesce(a, b) => first_known(*a, holds(*a), holds(*b)),
            Op::If { cond, then, other } => chosen(*cond, holds(*then), holds(*other)),
            Op::Eq(a, b) if bools(*a) => {
                let both = Rule::All(vec![holds(*a), holds(*b)]);
                Rule::Any(vec![both, Rule::All(vec![denied(*a), denied(*b)])])
            }
            Op::In(a, set) if bools(*a) => {
                let one = |item: &Const| match item {
                    Const::Bool(true) => Some(holds(*a)),
                    Const::Bool(false) => Some(denied(*a)),
                    _ => None,
                };
                Rule::Any(set.iter().filter_map(one).collect())
            }
            Op::Eq(a, b) | Op::EqNum(a, b) => self.test(*a, TestOp::Eq, *b),
            Op::Lt(a, b) | Op::LtNum(a, b) => self.test(*a, TestOp::Lt, *b),
            Op::Le(a, b) | Op::LeNum(a, b) => self.test(*a, TestOp::Le, *b),
            Op::In(a, set) => Rule::Ask(Query::Test(Test {
                of: *a,
                op: TestOp::In,
                bound: Bound::Consts(Arc::clone(set)),
            })),
            _ => Rule::Part(Part::Holds(node)),
        }
    }

    /// A comparison of two nodes, the fixed one as the bound.
    fn test(&self, a: NodeId, op: TestOp, b: NodeId) -> Rule {
        let (of, op, bound) = if self.fixed[a] && !self.fixed[b] {
            (b, op.mirrored(), a)
        } else {
            (a, op, b)
        };
        let bound = Bound::Node(bound);
        Rule::Ask(Query::Test(Test { of, op, bound }))
    }

    fn test_rule(&mut self, plan: &Plan, test: &Test) -> Rule {
        let with = |of: NodeId| {
            let test = test.clone();
            Rule::Ask(Query::Test(Test { of, ..test }))
        };
        let few = self.choices < CHOICES;
        match &plan.nodes[test.of].op {
            Op::If { cond, then, other } if few => {
                self.choices += 1;
                chosen(*cond, with(*then), with(*other))
            }
            Op::Coalesce(a, b) if few => {
                self.choices += 1;
                first_known(*a, with(*a), with(*b))
            }
            Op::Const(value) => match settled(plan, value, test) {
                Some(holds) => Rule::Part(Part::Const(holds)),
                None => Rule::Part(Part::Test(test.clone())),
            },
            _ => Rule::Part(Part::Test(test.clone())),
        }
    }
}

impl Rule {
    fn needs(&self, queries: &mut Vec<Query>) {
        match self {
            Self::Part(_) => {}
            Self::Ask(query) => queries.push(query.clone()),
            Self::Not(rule) => rule.needs(queries),
            Self::All(rules) | Self::Any(rules) => {
                rules.iter().for_each(|rule| rule.needs(queries));
            }
        }
    }
}

fn holds(node: NodeId) -> Rule {
    Rule::Ask(Query::Holds(node))
}

fn known(node: NodeId) -> Rule {
    Rule::Ask(Query::Known(node))
}

fn not(rule: Rule) -> Rule {
    Rule::Not(Box::new(rule))
}

/// The Bool is there and false.
fn denied(node: NodeId) -> Rule {
    Rule::All(vec![known(node), not(holds(node))])
}

/// `x` of the first operand holds (which it does not where that is missing), or `y` where it is missing.
fn first_known(first: NodeId, x: Rule, y: Rule) -> Rule {
    Rule::Any(vec![x, Rule::All(vec![not(known(first)), y])])
}

/// `x` where the condition holds, `y` elsewhere.
fn chosen(cond: NodeId, x: Rule, y: Rule) -> Rule {
    let then = Rule::All(vec![holds(cond), x]);
    Rule::Any(vec![then, Rule::All(vec![not(holds(cond)), y])])
}

/// Whether a comparison of a constant with constants holds; none where the bound is not constant.
fn settled(plan: &Plan, value: &Const, test: &Test) -> Option<bool> {
    if *value == Const::Missing {
        return Some(false);
    }
    match &test.bound {
        Bound::Consts(set) => Some(set.contains(value)),
        Bound::Node(bound) => match &plan.nodes[*bound].op {
            Op::Const(bound) => Some(compared(value, bound).is_some_and(|o| test.op.holds(o))),
            _ => None,
        },
    }
}

/// The order of two constants of comparable types; none where one is missing.
fn compared(a: &Const, b: &Const) -> Option<Ordering> {
    match (a, b) {
        (_, Const::Missing) => None,
        (Const::Int(a), Const::Float(b)) => Some(num::compare(*a, b.get())),
        (Const::Float(a), Const::Int(b)) => Some(num::compare(*b, a.get()).reverse()),
        _ => Some(a.compare(b)),
    }
}

/// Where the node has a value.
fn known_rule(plan: &Plan, node: NodeId) -> Rule {
    let typed = &plan.nodes[node];
    let divides = |b: &NodeId| match &plan.nodes[*b].op {
        Op::Const(Const::Int(divisor)) => *divisor != 0,
        Op::Const(Const::Float(divisor)) => divisor.get() != 0.0,
        _ => false,
    };
    match &typed.op {
        _ if !typed.optional => Rule::Part(Part::Const(true)),
        Op::Const(value) => Rule::Part(Part::Const(*value != Const::Missing)),
        Op::Coalesce(a, b) => Rule::Any(vec![known(*a), known(*b)]),
        Op::If { cond, then, other } => chosen(*cond, known(*then), known(*other)),
        Op::IntDiv(_, b)
        | Op::IntMod(_, b)
        | Op::Ratio(_, b)
        | Op::FDiv(_, b)
        | Op::Unscale(_, b)
        | Op::UnscaleInt(_, b)
            if !divides(b) =>
        {
            Rule::Part(Part::Known(node))
        }
        op if op.is_strict() => {
            let operands = operands(op);
            Rule::All(operands.iter().map(|operand| known(operand.node)).collect())
        }
        _ => Rule::Part(Part::Known(node)),
    }
}
