//! Who answers an atom: decided from the plan alone, before there are data. What the data then do not allow (a
//! dictionary that a column lacks, too many zones) falls back to code that works on one profile.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_ir::{ColId, Const, Node, NodeId, Op, Plan, Ty, operands};
use rustc_hash::FxHashMap;

use super::chain::{Chain, ChainBound, Step};
use super::fused::claim::{fixed_below, fusable};
use crate::atoms::{Atoms, Bound, Part, Test, TestOp};

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Base {
    /// A column of the profile.
    Column(ColId),
    /// The vector of a [`super::hook::Source`].
    Vector(usize),
}

/// How an atom is answered.
#[derive(Debug)]
pub(crate) enum Claim {
    /// The same for all profiles of a zone: a fixed thing, a Bool.
    Fixed(usize),
    /// The base has a value.
    Known(Base),
    /// The base, a Bool, is there and true.
    True(Base),
    /// A comparison of a monotone function of a number.
    Chain(Chain),
    /// The base's text is one of these.
    Texts(Base, Vec<Arc<str>>),
    /// A function of one column, asked once for each value that the column has: number `.1` of those asked of it.
    Entries(ColId, usize),
    /// A loop over several columns where the data allow it, else code that works on one profile.
    Rest,
}

/// What a node depends on besides constants, `now` and the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Nothing,
    One(ColId),
    Beyond,
}

impl Reach {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, reach) | (reach, Self::Nothing) => reach,
            (Self::One(a), Self::One(b)) if a == b => self,
            _ => Self::Beyond,
        }
    }
}

/// Distinct nodes in the order in which they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// The nodes.
    pub(crate) nodes: Vec<NodeId>,
    /// The place of each.
    pub(crate) known: FxHashMap<NodeId, usize>,
}

impl Asked {
    fn index(&mut self, node: NodeId) -> usize {
        let next = self.nodes.len();
        let nodes = &mut self.nodes;
        *self.known.entry(node).or_insert_with(|| {
            nodes.push(node);
            next
        })
    }
}

/// What claims look at.
#[derive(Debug)]
pub(crate) struct Claims<'a> {
    plan: &'a Plan,
    /// By node.
    reach: Vec<Reach>,
    /// Whether a node's value depends on the zone, by node.
    zoned: Vec<bool>,
    /// Whether loops over several columns can compute a node's value, by node.
    fusable: Vec<bool>,
    /// The vectors, by node.
    vectors: FxHashMap<NodeId, usize>,
    /// The fixed nodes that claims refer to.
    pub(crate) fixed: Asked,
    /// The nodes that are asked of the values of one column.
    pub(crate) entries: BTreeMap<ColId, Asked>,
    /// Whether an answer depends on the zone.
    pub(crate) zones: bool,
}

impl<'a> Claims<'a> {
    /// Before the first claim. A source claims the nodes of `vectors`.
    pub(crate) fn new(plan: &'a Plan, vectors: &[NodeId]) -> Self {
        let mut reach: Vec<Reach> = Vec::with_capacity(plan.nodes.len());
        let mut zoned: Vec<bool> = Vec::with_capacity(plan.nodes.len());
        for node in &plan.nodes {
            let operands = operands(&node.op);
            let below = operands.iter().map(|operand| usize::from(operand.node));
            let own = own_reach(&node.op);
            reach.push(below.clone().map(|at| reach[at]).fold(own, Reach::and));
            zoned.push(node.op.asks_zone(&plan.nodes) || below.clone().any(|at| zoned[at]));
        }
        let vectors: FxHashMap<NodeId, usize> =
            vectors.iter().enumerate().map(|(i, n)| (*n, i)).collect();
        let zones = vectors.keys().any(|node| zoned[usize::from(*node)]);
        let is_fixed = |node: NodeId| reach[usize::from(node)] == Reach::Nothing;
        let fusable = fusable(plan, is_fixed);
        Self {
            plan,
            fusable,
            reach,
            zoned,
            vectors,
            fixed: Asked::default(),
            entries: BTreeMap::new(),
            zones,
        }
    }

    /// Who answers an atom, which is the Bool `node`.
    pub(crate) fn claim(&mut self, atoms: &Atoms, part: &Part, node: NodeId) -> Claim {
        let zoned = self.zoned[usize::from(node)];
        let claim = self.claimed(atoms, part, node);
        self.zones |= zoned && !matches!(claim, Claim::Rest);
        claim
    }

    /// Whether a loop over several columns may answer the Bool `node` where its claim comes to nothing. What is fixed in it is
    /// asked for.
    pub(crate) fn fuses(&mut self, claim: &Claim, node: NodeId) -> bool {
        let may_fail = matches!(claim, Claim::Rest | Claim::Entries(..) | Claim::Chain(_));
        if !may_fail || !self.fusable[usize::from(node)] {
            return false;
        }
        let reach = &self.reach;
        let is_fixed = |node: NodeId| reach[usize::from(node)] == Reach::Nothing;
        let Some(fixed) = fixed_below(self.plan, node, is_fixed) else {
            return false;
        };
        for node in fixed {
            self.zones |= self.zoned[usize::from(node)];
            self.fixed.index(node);
        }
        true
    }

    /// The base that a node is, if it is one.
    pub(crate) fn base(&self, node: NodeId) -> Option<Base> {
        if let Some(vector) = self.vectors.get(&node) {
            return Some(Base::Vector(*vector));
        }
        match self.plan.nodes[node].op {
            Op::Profile(col) => Some(Base::Column(col)),
            _ => None,
        }
    }

    fn claimed(&mut self, atoms: &Atoms, part: &Part, node: NodeId) -> Claim {
        let reach = self.reach[usize::from(node)];
        if reach == Reach::Nothing {
            return Claim::Fixed(self.fixed.index(node));
        }
        let direct = match part {
            Part::Known(of) => self.base(*of).map(Claim::Known),
            Part::Holds(of) => self.base(*of).map(Claim::True),
            Part::Test(test) => self.compared(atoms, test),
            Part::Const(_) | Part::Not(_) | Part::And(_) | Part::Or(_) => None,
        };
        if let Some(claim) = direct {
            return claim;
        }
        match reach {
            Reach::One(col) if has_entries(&self.plan.schema.profile.columns[col].ty) => {
                let asked = self.entries.entry(col).or_default();
                Claim::Entries(col, asked.index(node))
            }
            _ => Claim::Rest,
        }
    }

    fn compared(&mut self, atoms: &Atoms, test: &Test) -> Option<Claim> {
        match self.base(test.of) {
            Some(base) if self.plan.nodes[test.of].ty == Ty::Str => {
                self.texts(test).map(|texts| Claim::Texts(base, texts))
            }
            _ => self.chain(atoms, test).map(Claim::Chain),
        }
    }

    /// The constants to one of which a text must be equal.
    fn texts(&self, test: &Test) -> Option<Vec<Arc<str>>> {
        let text = |item: &Const| match item {
            Const::Str(text) => Some(Arc::clone(text)),
            _ => None,
        };
        match (&test.bound, test.op) {
            (Bound::Consts(set), _) => Some(set.iter().filter_map(text).collect()),
            (Bound::Node(bound), TestOp::Eq) => match &self.plan.nodes[*bound].op {
                Op::Const(item) => Some(text(item).into_iter().collect()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The comparison as one of a chain that ends in a base.
    fn chain(&mut self, atoms: &Atoms, test: &Test) -> Option<Chain> {
        let bound = match &test.bound {
            Bound::Node(bound) if !atoms.is_fixed(*bound) => return None,
            bound => bound,
        };
        let (mut of, mut steps) = (test.of, Vec::new());
        let base = loop {
            if let Some(base) = self.base(of) {
                break base;
            }
            let Node { op, ty, .. } = &self.plan.nodes[of];
            let (below, other, first) = Step::operands(op, |node| atoms.is_fixed(node))?;
            steps.push((op.clone(), ty.clone(), first, other));
            of = below;
        };
        let ty = &self.plan.nodes[of].ty;
        if !ty.is_integer() && !matches!(ty, Ty::Float | Ty::Enum(_)) {
            return None;
        }
        let bound = match bound {
            Bound::Node(bound) => ChainBound::Fixed(self.fixed.index(*bound)),
            Bound::Consts(set) => ChainBound::Consts(Arc::clone(set)),
        };
        let steps = steps.into_iter().rev().map(|(op, ty, first, other)| Step {
            op,
            ty,
            first,
            other: other.map(|other| self.fixed.index(other)),
        });
        Some(Chain {
            base,
            ty: ty.clone(),
            steps: steps.collect(),
            op: test.op,
            bound,
        })
    }

    /// Whether the answers to what is asked of a column's values depend on the zone.
    pub(crate) fn is_zoned(&self, node: NodeId) -> bool {
        self.zoned[usize::from(node)]
    }
}

/// Whether a column of a type has few values, or can say which it has.
fn has_entries(ty: &Ty) -> bool {
    matches!(ty, Ty::Str | Ty::Enum(_) | Ty::Bool) || ty.is_integer()
}

fn own_reach(op: &Op) -> Reach {
    match op {
        Op::Profile(col) => Reach::One(*col),
        op if op.reads_data() => Reach::Beyond,
        _ => Reach::Nothing,
    }
}
