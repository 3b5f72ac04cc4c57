//! And, or, not over rows. Cheap conditions are computed together without a branch, because a branch that is guessed
//! wrongly costs more than most of them; dear ones stand behind a branch and are asked last. Order and bundles follow
//! [`super::cost`].

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{Const, NodeId, Op, Ty};
use rustc_hash::FxHashMap;

use super::super::Emitter;
use super::super::value::{Val, and_also, negate};
use super::cost::Estimate;

/// What a wrongly guessed branch costs, in cycles.
const MISS: f32 = 16.0;
/// What a branch costs that is guessed rightly.
const BRANCH: f32 = 1.0;

/// Operands of a connective.
#[derive(Clone, Copy)]
enum Part {
    Node(NodeId),
    /// The integer node is from the first number to the second.
    Range(NodeId, i64, i64),
}

impl Emitter<'_, '_, '_> {
    /// Whether a Bool that is never missing holds, evaluated as lazily as pays.
    pub(super) fn row_condition(&mut self, node: NodeId) -> Value {
        if let Some(val) = self.known(node) {
            return self.holds(val);
        }
        let plan = self.plan;
        let value = match &plan.nodes[node].op {
            Op::And(all) => self.lazily(all, true),
            Op::Or(all) => self.lazily(all, false),
            Op::Not(a) => {
                let value = self.row_condition(*a);
                negate(&mut self.b, value)
            }
            _ => match self.mode().split.leaf(node) {
                Some(number) => self.row_rest(number),
                None => {
                    self.ensure([node]);
                    let val = self.get(node);
                    self.holds(val)
                }
            },
        };
        self.remember(node, Val::bool(value));
        value
    }

    /// And (`all`) or or of conditions.
    fn lazily(&mut self, nodes: &[NodeId], all: bool) -> Value {
        let mut parts: Vec<(Part, Estimate)> = self
            .parts(nodes, all)
            .into_iter()
            .map(|part| (part, self.estimate(part)))
            .collect();
        // What decides most for its cost comes first; equal ones stay in the order of their ids.
        let worth =
            |estimate: Estimate| (1.0 - decides_not(estimate.holds, all)) / (estimate.cost + 0.1);
        parts.sort_by(|a, b| worth(b.1).total_cmp(&worth(a.1)));
        let mut left: f32 = parts.iter().map(|(_, estimate)| estimate.cost).sum();
        let mut merge = None;
        let (mut sum, mut undecided, mut scopes) = (None, 1.0, 0);
        for (part, estimate) in parts {
            if let Some(decided) = sum
                && pays(undecided, left)
            {
                let merge = *merge.get_or_insert_with(|| self.b.create_block());
                self.branch(decided, all, merge);
                (sum, undecided) = (None, 1.0);
                scopes += 1;
            }
            let value = self.part(part);
            sum = Some(match sum {
                None => value,
                Some(sum) if all => self.b.ins().band(sum, value),
                Some(sum) => self.b.ins().bor(sum, value),
            });
            undecided *= decides_not(estimate.holds, all);
            left -= estimate.cost;
        }
        let last = sum.unwrap_or_else(|| self.b.ins().iconst(types::I8, i64::from(all)));
        let Some(merge) = merge else { return last };
        let result = self.b.append_block_param(merge, types::I8);
        self.b.ins().jump(merge, &[last.into()]);
        for _ in 0..scopes {
            self.scopes.pop();
        }
        self.begin(merge);
        result
    }

    /// Goes on only where the conditions so far have not decided.
    fn branch(&mut self, decided: Value, all: bool, merge: super::super::Block) {
        let next = self.b.create_block();
        if all {
            self.b
                .ins()
                .brif(decided, next, &[], merge, &[decided.into()]);
        } else {
            self.b
                .ins()
                .brif(decided, merge, &[decided.into()], next, &[]);
        }
        self.begin(next);
        self.scopes.push(FxHashMap::default());
    }

    fn part(&mut self, part: Part) -> Value {
        match part {
            Part::Node(node) => self.row_condition(node),
            Part::Range(node, low, high) => {
                self.ensure([node]);
                let val = self.get(node);
                let distance = self.b.ins().iadd_imm_s(val.word(), low.wrapping_neg());
                let width = self.int(high.wrapping_sub(low));
                let inside = self.compare(IntCC::UnsignedLessThanOrEqual, distance, width);
                and_also(&mut self.b, inside, val.valid)
            }
        }
    }

    fn estimate(&self, part: Part) -> Estimate {
        let of = |node: NodeId| {
            let known = self.known(node).is_some();
            let estimate = self.estimates.get(&node).copied();
            let mut estimate = estimate.unwrap_or(Estimate {
                cost: 1.0,
                holds: 0.5,
            });
            if known {
                estimate.cost = 0.3;
            }
            estimate
        };
        match part {
            Part::Node(node) => of(node),
            Part::Range(node, ..) => Estimate {
                cost: of(node).cost + 1.5,
                holds: 0.35,
            },
        }
    }

    /// The operands, where two ends of one range are one.
    fn parts(&self, nodes: &[NodeId], all: bool) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::with_capacity(nodes.len());
        let mut ends: Vec<(NodeId, End, usize)> = Vec::new();
        for node in nodes {
            let end = self
                .end(*node)
                .filter(|_| all && self.known(*node).is_none())
                // What the rest answers is asked as it is: its values are not at hand here.
                .filter(|_| self.mode().split.leaf(*node).is_none());
            if let Some((value, end)) = end {
                let other = ends
                    .iter()
                    .position(|(v, e, _)| *v == value && end.closes(*e));
                if let Some(found) = other {
                    let (_, other, place) = ends.swap_remove(found);
                    if let Some((low, high)) = end.range(other) {
                        parts[place] = Part::Range(value, low, high);
                        continue;
                    }
                } else {
                    ends.push((value, end, parts.len()));
                }
            }
            parts.push(Part::Node(*node));
        }
        parts
    }

    /// The end of a range that a comparison with a constant is.
    fn end(&self, node: NodeId) -> Option<(NodeId, End)> {
        let (Op::Lt(a, b) | Op::Le(a, b)) = self.plan.nodes[node].op else {
            return None;
        };
        let strict = i64::from(matches!(self.plan.nodes[node].op, Op::Lt(..)));
        let constant = |node: NodeId| match self.plan.nodes[node].op {
            Op::Const(Const::Int(number)) => Some(number),
            _ => None,
        };
        let integer = |node: NodeId| Ty::is_integer(&self.plan.nodes[node].ty);
        match (constant(a), constant(b)) {
            (Some(low), None) if integer(b) => Some((b, End::Low(low.checked_add(strict)?))),
            (None, Some(high)) if integer(a) => Some((a, End::High(high.checked_sub(strict)?))),
            _ => None,
        }
    }
}

/// One end of a range of integers, inside it.
#[derive(Clone, Copy)]
enum End {
    Low(i64),
    High(i64),
}

impl End {
    fn closes(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Low(_), Self::High(_)) | (Self::High(_), Self::Low(_))
        )
    }

    /// The range between two ends, unless it is empty.
    fn range(self, other: Self) -> Option<(i64, i64)> {
        match (self, other) {
            (Self::Low(low), Self::High(high)) | (Self::High(high), Self::Low(low)) => {
                (low <= high).then_some((low, high))
            }
            _ => None,
        }
    }
}

/// How often a condition leaves the connective open.
fn decides_not(holds: f32, all: bool) -> f32 {
    if all { holds } else { 1.0 - holds }
}

/// Whether to branch around what is left, where the conditions so far leave it open so often.
fn pays(undecided: f32, left: f32) -> bool {
    let saved = (1.0 - undecided) * left;
    let wrong = undecided.min(1.0 - undecided);
    saved > BRANCH + MISS * wrong
}
