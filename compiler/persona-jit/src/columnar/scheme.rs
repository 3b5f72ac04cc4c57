//! How one stage of a plan is answered by columns, decided before there are data: the conditions as a circuit over
//! atoms, who answers each atom, and where each goal's answer comes from.

use std::sync::{Arc, Mutex};

use persona_base::IndexVec;
use persona_ir::{CheckTable, Const, Node, NodeId, Op, Plan, Ty, operands};
use rustc_hash::{FxHashMap, FxHashSet};

use super::claim::{Claim, Claims};
use super::fixed::Small;
use super::fused::claim::FixedPlaces;
use super::fused::recipe::Recipe;
use super::fused::run::Fused;
use super::hook::{self, Source};
use super::rest::Rest;
use super::vector::Vector;
use crate::atoms::{Atoms, Bound, Part, PartId, Test, TestOp};
use crate::codegen::Way;
use crate::program::{Goal, Question};

/// A condition: numbers are places in [`Scheme::cells`], of cells before it.
#[derive(Debug)]
pub(crate) enum Cell {
    /// Holds for everyone, or for nobody.
    Const(bool),
    /// The cell does not hold.
    Not(usize),
    /// All hold.
    And(Box<[usize]>),
    /// Some holds.
    Or(Box<[usize]>),
    /// An atom: a place in [`Scheme::leaves`].
    Leaf(usize),
}

/// An atom and who answers it.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// The Bool node that is the atom.
    pub(crate) node: NodeId,
    /// Who answers it.
    pub(crate) claim: Claim,
    /// Whether a loop over several columns may, where the claim comes to nothing.
    pub(crate) fuses: bool,
}

/// Where a goal's answer comes from.
#[derive(Debug)]
pub(crate) enum Give {
    /// A set of members: a cell.
    Members(usize),
    /// The constant of the first cell that holds, or the last constant.
    Stages(Vec<(usize, Const)>, Const),
    /// A source's vector.
    Vector(usize),
    /// Code that works on one profile.
    Rest,
}

/// One stage.
#[derive(Debug)]
pub(crate) struct Scheme {
    /// What is asked.
    pub(crate) goals: Vec<Goal>,
    /// Where each goal's answer comes from.
    pub(crate) gives: Vec<Give>,
    /// The conditions, those that others are made of first.
    pub(crate) cells: Vec<Cell>,
    /// The atoms.
    pub(crate) leaves: Vec<Leaf>,
    /// Who computes histories.
    pub(crate) source: Option<Box<dyn Source>>,
    /// What is fixed.
    pub(crate) fixed: Small,
    /// The places of what is fixed, by node.
    pub(crate) fixed_places: FixedPlaces,
    /// What is asked of the values of single columns.
    pub(crate) entries: Vec<Entries>,
    /// Whether an answer depends on the profile's zone.
    pub(crate) zones: bool,
    /// The code that was made for those goals and atoms that fell back to it.
    pub(crate) rests: Mutex<FxHashMap<Vec<usize>, Arc<Rest>>>,
    /// The code that was made of loops.
    pub(crate) loops: Mutex<FxHashMap<Vec<Recipe>, Arc<Fused>>>,
}

/// What is asked of the values of one column.
#[derive(Debug)]
pub(crate) struct Entries {
    /// The column.
    pub(crate) col: persona_ir::ColId,
    /// The nodes.
    pub(crate) small: Small,
    /// Whether each depends on the zone.
    pub(crate) zoned: Vec<bool>,
}

/// Makes the schemes of a plan, stage by stage. Adds nodes to the plan for atoms that are no nodes of it.
#[derive(Debug)]
pub(crate) struct Planner {
    plan: Plan,
    atoms: Atoms,
    nodes: FxHashMap<PartId, NodeId>,
}

impl Planner {
    /// Before the first stage.
    pub(crate) fn new(plan: Plan) -> Self {
        Self {
            atoms: Atoms::new(&plan),
            plan,
            nodes: FxHashMap::default(),
        }
    }

    /// The plan with the nodes that were added.
    pub(crate) fn finish(self) -> Plan {
        self.plan
    }

    /// The scheme of a stage.
    pub(crate) fn scheme(&mut self, question: Question) -> Scheme {
        let goals = question.into_goals();
        let source = hook::claim(&self.plan, &histories(&self.plan, &goals));
        let vectors = source.as_ref().map_or(&[][..], |source| source.nodes());
        let of_node: FxHashMap<NodeId, usize> =
            vectors.iter().enumerate().map(|(i, n)| (*n, i)).collect();
        let wants: Vec<Want> = goals.iter().map(|goal| self.want(goal, &of_node)).collect();
        let parts = self.needed(&wants);
        let leaves: Vec<PartId> = parts.iter().copied().filter(|p| self.is_leaf(*p)).collect();
        for leaf in &leaves {
            self.node_of(*leaf);
        }
        let mut claims = Claims::new(&self.plan, vectors);
        let leaves = leaves.iter().map(|part| {
            let node = self.nodes[part];
            let claim = claims.claim(&self.atoms, &self.atoms.parts()[*part], node);
            let fuses = claims.fuses(&claim, node);
            Leaf { node, claim, fuses }
        });
        let leaves: Vec<Leaf> = leaves.collect();
        let (fixed, entries, zones) = smalls(&self.plan, &claims);
        let fixed_places = std::mem::take(&mut claims.fixed.known);
        let (cells, places) = self.cells(&parts);
        Scheme {
            gives: wants.into_iter().map(|want| want.placed(&places)).collect(),
            goals,
            cells,
            leaves,
            source,
            fixed,
            fixed_places,
            entries,
            zones,
            rests: Mutex::default(),
            loops: Mutex::default(),
        }
    }

    fn want(&mut self, goal: &Goal, vectors: &FxHashMap<NodeId, usize>) -> Want {
        if goal.table != CheckTable::Profile {
            return Want::Rest;
        }
        if goal.way == Way::Members {
            return Want::Members(self.atoms.holds(&self.plan, goal.node));
        }
        if let Some(vector) = vectors.get(&goal.node) {
            return Want::Vector(*vector);
        }
        self.stages(goal.node).unwrap_or(Want::Rest)
    }

    /// A chain of choices between constants, as partitions are.
    fn stages(&mut self, node: NodeId) -> Option<Want> {
        let number = |plan: &Plan, node: NodeId| match &plan.nodes[node].op {
            Op::Const(value @ (Const::Int(_) | Const::Enum(_))) => Some(value.clone()),
            _ => None,
        };
        let (mut of, mut conds) = (node, Vec::new());
        let last = loop {
            match self.plan.nodes[of].op {
                Op::If { cond, then, other } => {
                    conds.push((cond, number(&self.plan, then)?));
                    of = other;
                }
                _ => break number(&self.plan, of)?,
            }
        };
        let cases = conds.into_iter().map(|(cond, value)| {
            let cond = self.atoms.holds(&self.plan, cond);
            (cond, value)
        });
        let cases: Vec<_> = cases.collect();
        (!cases.is_empty()).then_some(Want::Stages(cases, last))
    }

    fn is_leaf(&self, part: PartId) -> bool {
        matches!(
            self.atoms.parts()[part],
            Part::Test(_) | Part::Known(_) | Part::Holds(_)
        )
    }

    /// The parts that are wanted and those they are made of, in id order.
    fn needed(&self, wants: &[Want]) -> Vec<PartId> {
        let mut seen: FxHashSet<PartId> = FxHashSet::default();
        let mut stack: Vec<PartId> = wants.iter().flat_map(Want::parts).collect();
        let mut needed = Vec::new();
        while let Some(part) = stack.pop() {
            if !seen.insert(part) {
                continue;
            }
            needed.push(part);
            match &self.atoms.parts()[part] {
                Part::Not(of) => stack.push(*of),
                Part::And(parts) | Part::Or(parts) => stack.extend(parts.iter().copied()),
                Part::Const(_) | Part::Test(_) | Part::Known(_) | Part::Holds(_) => {}
            }
        }
        needed.sort_unstable();
        needed
    }

    /// The cells of parts in id order, and where each part is.
    fn cells(&self, parts: &[PartId]) -> (Vec<Cell>, FxHashMap<PartId, usize>) {
        let mut places: FxHashMap<PartId, usize> = FxHashMap::default();
        let (mut cells, mut leaves) = (Vec::with_capacity(parts.len()), 0);
        for part in parts {
            let all = |parts: &[PartId]| parts.iter().map(|part| places[part]).collect();
            cells.push(match &self.atoms.parts()[*part] {
                Part::Const(value) => Cell::Const(*value),
                Part::Not(of) => Cell::Not(places[of]),
                Part::And(parts) => Cell::And(all(parts)),
                Part::Or(parts) => Cell::Or(all(parts)),
                Part::Test(_) | Part::Known(_) | Part::Holds(_) => {
                    leaves += 1;
                    Cell::Leaf(leaves - 1)
                }
            });
            places.insert(*part, cells.len() - 1);
        }
        (cells, places)
    }

    /// The Bool node that is an atom: one of the plan, or a new one.
    fn node_of(&mut self, part: PartId) -> NodeId {
        if let Some(node) = self.nodes.get(&part) {
            return *node;
        }
        let node = match self.atoms.node(part) {
            Some(node) => node,
            None => {
                let op = self.operation(part);
                let nodes = &mut self.plan.nodes;
                nodes.push(Node {
                    op,
                    ty: Ty::Bool,
                    optional: false,
                })
            }
        };
        self.nodes.insert(part, node);
        node
    }

    fn operation(&self, part: PartId) -> Op {
        match &self.atoms.parts()[part] {
            Part::Known(of) => Op::Known(*of),
            Part::Test(Test { of, op, bound }) => match bound {
                Bound::Consts(set) => Op::In(*of, set.clone()),
                Bound::Node(bound) => self.comparison(*of, *op, *bound),
            },
            _ => unreachable!("a Bool that holds is a node of the plan"),
        }
    }

    fn comparison(&self, of: NodeId, op: TestOp, bound: NodeId) -> Op {
        let float = |node: NodeId| self.plan.nodes[node].ty == Ty::Float;
        let mixed = float(of) != float(bound);
        match (op, mixed) {
            (TestOp::Eq | TestOp::In, false) => Op::Eq(of, bound),
            (TestOp::Eq | TestOp::In, true) => Op::EqNum(of, bound),
            (TestOp::Lt, false) => Op::Lt(of, bound),
            (TestOp::Lt, true) => Op::LtNum(of, bound),
            (TestOp::Le, false) => Op::Le(of, bound),
            (TestOp::Le, true) => Op::LeNum(of, bound),
            (TestOp::Gt, false) => Op::Lt(bound, of),
            (TestOp::Gt, true) => Op::LtNum(bound, of),
            (TestOp::Ge, false) => Op::Le(bound, of),
            (TestOp::Ge, true) => Op::LeNum(bound, of),
        }
    }
}

/// Where a goal's answer comes from, by parts.
enum Want {
    Members(PartId),
    Stages(Vec<(PartId, Const)>, Const),
    Vector(usize),
    Rest,
}

impl Want {
    fn parts(&self) -> Vec<PartId> {
        match self {
            Self::Members(part) => vec![*part],
            Self::Stages(cases, _) => cases.iter().map(|(part, _)| *part).collect(),
            Self::Vector(_) | Self::Rest => Vec::new(),
        }
    }

    fn placed(self, places: &FxHashMap<PartId, usize>) -> Give {
        match self {
            Self::Members(part) => Give::Members(places[&part]),
            Self::Stages(cases, last) => {
                let cases = cases
                    .into_iter()
                    .map(|(part, value)| (places[&part], value));
                Give::Stages(cases.collect(), last)
            }
            Self::Vector(vector) => Give::Vector(vector),
            Self::Rest => Give::Rest,
        }
    }
}

fn smalls(plan: &Plan, claims: &Claims<'_>) -> (Small, Vec<Entries>, bool) {
    let entries = claims.entries.iter().map(|(col, asked)| Entries {
        col: *col,
        small: Small::new(plan, &asked.nodes),
        zoned: asked
            .nodes
            .iter()
            .map(|node| claims.is_zoned(*node))
            .collect(),
    });
    let fixed = Small::new(plan, &claims.fixed.nodes);
    (fixed, entries.collect(), claims.zones)
}

/// The closed nodes with a history that goals about profiles need and whose values have vectors, and their ranks, sorted
/// by id.
fn histories(plan: &Plan, goals: &[Goal]) -> Vec<NodeId> {
    let free: IndexVec<NodeId, persona_ir::Levels> = persona_ir::free_levels(&plan.nodes);
    let goals = goals
        .iter()
        .filter(|goal| goal.table == CheckTable::Profile);
    let mut stack: Vec<NodeId> = goals.map(|goal| goal.node).collect();
    let mut seen: FxHashSet<NodeId> = FxHashSet::default();
    let mut found = Vec::new();
    while let Some(node) = stack.pop() {
        if !seen.insert(node) {
            continue;
        }
        let op = &plan.nodes[node].op;
        if matches!(op, Op::Agg(_) | Op::Sequence(_)) && free[node].is_empty() {
            if Vector::new(&plan.nodes[node].ty).is_some() {
                found.push(node);
            }
            continue;
        }
        if matches!(op, Op::Rank(_, of) if matches!(plan.nodes[*of].op, Op::Agg(_))) {
            found.push(node);
        }
        stack.extend(operands(op).iter().map(|operand| operand.node));
    }
    found.sort_unstable();
    found
}
