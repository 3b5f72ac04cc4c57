//! Bounds of operations: logic, comparisons, numbers and lists. What a bound may rely on beyond its operands' bounds is
//! [`ProfileEvaluator::leaves`]: when a number leaves an interval, which is later than when it changes.

use persona_ir::{Const, DatePart, InstantSpec, NodeId, Op, operands};

use super::{Keep, NEVER, moments};
use crate::{Facts, ProfileEvaluator, Value, num};

/// How many operands are looked through for one interval. An operation shares what it has among its operands, so that
/// no graph, however deep, takes long: neither whoever walks through them, nor code that does.
pub const FUEL: u8 = 96;

impl<F: Facts> ProfileEvaluator<'_, F> {
    /// A bound of a node whose operands' bounds are known.
    pub(super) fn bound(&self, node: NodeId) -> i64 {
        if self.evaluator.prepared.is_timed(node) {
            self.scratch.bounds.at[usize::from(node)]
        } else {
            NEVER
        }
    }

    /// The bound of a body whose value was just computed, under the binders as they are.
    pub(super) fn body_bound(&mut self, root: NodeId) -> i64 {
        let prepared = &self.evaluator.prepared;
        for node in prepared.body(root) {
            if prepared.is_timed(*node) {
                let bound = self.compute_bound(*node);
                self.scratch.bounds.at[usize::from(*node)] = bound;
            }
        }
        self.bound(root)
    }

    /// Computes the bound of a node that is evaluated, from the bounds of its operands.
    pub(super) fn compute_bound(&mut self, node: NodeId) -> i64 {
        let evaluator = self.evaluator;
        if !evaluator.prepared.is_timed(node) {
            return NEVER;
        }
        match &evaluator.plan.nodes[node].op {
            Op::Agg(agg) => self.aggregate_bound(node, agg),
            Op::Sequence(sequence) => self.sequence_bound(node, sequence),
            Op::AnyElem { list, level, body } => self.quantifier(*list, *level, *body, true),
            Op::AllElem { list, level, body } => self.quantifier(*list, *level, *body, false),
            Op::ListAgg {
                list,
                level,
                filter,
                value,
                ..
            } => self.list_bound(*list, *level, [*filter, *value]),
            op => self.scalar_bound(node, op),
        }
    }

    fn scalar_bound(&self, node: NodeId, op: &Op) -> i64 {
        match op {
            Op::And(nodes) => self.junction(nodes, self.known(node).is_true(), true),
            Op::Or(nodes) => self.junction(nodes, !self.known(node).is_true(), false),
            Op::Known(a) if !self.evaluator.plan.nodes[*a].optional => NEVER,
            Op::Known(a) if self.integer(*a).is_some() => self.leaves(*a, Keep::ALL),
            Op::If { cond, then, other } => {
                let chosen = if self.known(*cond).is_true() {
                    then
                } else {
                    other
                };
                self.bound(*cond).min(self.bound(*chosen))
            }
            Op::Coalesce(a, _) if self.known(*a).is_known() => self.bound(*a),
            Op::Coalesce(a, b) => self.bound(*a).min(self.bound(*b)),
            Op::Lt(a, b) | Op::Le(a, b) | Op::Eq(a, b) => self.comparison(op, *a, *b),
            Op::EqNum(a, b) | Op::LtNum(a, b) | Op::LeNum(a, b) => self.mixed(op, *a, *b),
            Op::In(a, set) => match self.integer(*a) {
                Some(value) => self.leaves(*a, among(value, set)),
                None => self.bound(*a),
            },
            op => match self.integer(node) {
                Some(value) => self.leaves_of(node, Keep::only(value), FUEL),
                None => self.operands_bound(op),
            },
        }
    }

    /// Conditions joined into one. Where all of them are as the whole needs them (`whole`: all hold for a conjunction
    /// that holds, all fail for a disjunction that fails), all must stay; otherwise the whole stays as long as one of
    /// those does that are not.
    fn junction(&self, nodes: &[NodeId], whole: bool, needed: bool) -> i64 {
        if whole {
            let bounds = nodes.iter().map(|node| self.bound(*node));
            return bounds.min().unwrap_or(NEVER);
        }
        let deciding = nodes
            .iter()
            .filter(|node| self.known(**node).is_true() != needed);
        let bounds = deciding.map(|node| self.bound(*node));
        bounds.max().unwrap_or(NEVER)
    }

    /// The earliest bound of the operands; where some are missing, the latest of theirs: as long as one is missing, so
    /// is the result, or it is false.
    fn operands_bound(&self, op: &Op) -> i64 {
        let operands = operands(op);
        let missing = operands
            .iter()
            .filter(|operand| !self.known(operand.node).is_known());
        let latest = missing.map(|operand| self.bound(operand.node)).max();
        latest.unwrap_or_else(|| {
            let bounds = operands.iter().map(|operand| self.bound(operand.node));
            bounds.min().unwrap_or(NEVER)
        })
    }

    /// The number of an integer or of an enum's value.
    fn integer(&self, node: NodeId) -> Option<i64> {
        match self.known(node) {
            Value::Int(value) => Some(*value),
            Value::Enum(index) => Some(i64::from(*index)),
            _ => None,
        }
    }

    /// A comparison of two integers: either may move while the other stays.
    fn comparison(&self, op: &Op, a: NodeId, b: NodeId) -> i64 {
        let Some((first, second)) = self.integer(a).zip(self.integer(b)) else {
            return self.operands_bound(op);
        };
        let cut = |value: i64, at: Option<i64>| at.map_or(Keep::ALL, |at| Keep::side(value, at));
        // For the second operand the sides are exchanged: `a < b` is `b >= a + 1`.
        let (for_first, for_second) = match op {
            Op::Lt(..) => (cut(first, Some(second)), cut(second, first.checked_add(1))),
            Op::Le(..) => (cut(first, second.checked_add(1)), cut(second, Some(first))),
            _ => (Keep::beside(first, second), Keep::beside(second, first)),
        };
        let first_moves = self.leaves(a, for_first).min(self.bound(b));
        let second_moves = self.leaves(b, for_second).min(self.bound(a));
        first_moves.max(second_moves)
    }

    /// A comparison of an integer and a Float.
    fn mixed(&self, op: &Op, a: NodeId, b: NodeId) -> i64 {
        let (whole, real) = match (self.known(a), self.known(b)) {
            (Value::Int(whole), Value::Float(real)) => ((a, *whole), (b, *real)),
            (Value::Float(real), Value::Int(whole)) => ((b, *whole), (a, *real)),
            _ => return self.operands_bound(op),
        };
        let above = num::floor(real.1).saturating_add(1);
        let cut = match op {
            Op::EqNum(..) if num::compare(num::floor(real.1), real.1).is_eq() => {
                let keep = Keep::beside(whole.1, num::floor(real.1));
                return self.leaves(whole.0, keep).min(self.bound(real.0));
            }
            Op::LtNum(..) if whole.0 == a => num::ceil(real.1),
            Op::LeNum(..) if whole.0 == b => num::ceil(real.1),
            _ => above,
        };
        let keep = Keep::side(whole.1, cut);
        self.leaves(whole.0, keep).min(self.bound(real.0))
    }

    /// An instant before which an integer that is inside an interval stays inside (and known).
    pub(super) fn leaves(&self, node: NodeId, keep: Keep) -> i64 {
        self.leaves_below(node, keep, FUEL)
    }

    fn leaves_below(&self, node: NodeId, keep: Keep, fuel: u8) -> i64 {
        if keep == Keep::ALL && !self.evaluator.plan.nodes[node].optional {
            return NEVER;
        }
        let changes = self.bound(node);
        if changes == NEVER || fuel == 0 {
            return changes;
        }
        changes.max(self.leaves_of(node, keep, fuel - 1))
    }

    /// As [`Self::leaves`], from the operation and its operands.
    fn leaves_of(&self, node: NodeId, keep: Keep, fuel: u8) -> i64 {
        let clock = self.clock();
        let definition = &self.evaluator.plan.nodes[node];
        let below = |node, keep| self.leaves_below(node, keep, fuel);
        match &definition.op {
            Op::Now => moments::moved_now(0, keep),
            Op::Instant(spec) => moments::instant(clock, *spec, keep),
            Op::Today { months, days } => moments::today(clock, *months, *days, keep),
            Op::Age(a) => self.of_still(*a, |born| moments::age(clock, born, keep)),
            Op::Anniversary(a) => self.of_still(*a, |of| moments::anniversary(clock, of, keep)),
            Op::DaysSince(a) => self.of_still(*a, |at| moments::days_since(at, keep)),
            Op::LocalPart(a, part) => match self.shift(*a) {
                Some(shift) => moments::part(clock, shift, *part, keep),
                None => self.bound(*a),
            },
            Op::DateOf(a) => match self.shift(*a) {
                Some(shift) => moments::part(clock, shift, DatePart::Date, keep),
                None => self.bound(*a),
            },
            Op::Add(a, b) => self.pair(*a, *b, fuel / 2, |_, other| {
                keep.before_adding(other.into(), &definition.ty)
            }),
            Op::Sub(a, b) => self.pair(*a, *b, fuel / 2, |first, other| {
                if first {
                    keep.before_adding(-i128::from(other), &definition.ty)
                } else {
                    keep.before_subtracting_from(other, &definition.ty)
                }
            }),
            Op::Mul(a, b) => self.pair(*a, *b, fuel / 2, |_, other| {
                if other > 0 {
                    keep.before_multiplying(other)
                } else {
                    Keep::NONE
                }
            }),
            Op::IntDiv(a, b) => match self.integer(*b) {
                Some(by) if by > 0 => below(*a, keep.before_dividing(by)).min(self.bound(*b)),
                _ => self.operands_bound(&definition.op),
            },
            Op::Neg(a) => below(*a, keep.negated()),
            Op::Min(a, b) => self.extreme(*a, *b, keep, fuel / 6, false),
            Op::Max(a, b) => self.extreme(*a, *b, keep, fuel / 6, true),
            Op::If { cond, then, other } => {
                let chosen = if self.known(*cond).is_true() {
                    then
                } else {
                    other
                };
                let fuel = self.shared_fuel(*then, *other, fuel);
                self.bound(*cond)
                    .min(self.leaves_below(*chosen, keep, fuel))
            }
            Op::Coalesce(a, b) => {
                let fuel = self.shared_fuel(*a, *b, fuel);
                if self.known(*a).is_known() {
                    self.leaves_below(*a, keep, fuel)
                } else {
                    self.bound(*a).min(self.leaves_below(*b, keep, fuel))
                }
            }
            Op::Agg(agg) => self.count_leaves(node, agg, keep),
            op => self.operands_bound(op),
        }
    }

    /// What one of two operands, whichever it is, may use up: half, where time has a part in both.
    fn shared_fuel(&self, a: NodeId, b: NodeId, fuel: u8) -> u8 {
        let timed = |node| self.evaluator.prepared.is_timed(node);
        if timed(a) && timed(b) { fuel / 2 } else { fuel }
    }

    /// A function of time and of a value that stays.
    fn of_still(&self, a: NodeId, leaves: impl Fn(i64) -> i64) -> i64 {
        let until = self.bound(a);
        self.integer(a)
            .map_or(until, |value| until.min(leaves(value)))
    }

    /// How far a node's instant is from `now`, if it moves with it.
    fn shift(&self, node: NodeId) -> Option<i64> {
        match self.evaluator.plan.nodes[node].op {
            Op::Now => Some(0),
            Op::Instant(InstantSpec::NowPlus(shift)) => Some(shift),
            _ => None,
        }
    }

    /// An operation on two integers: either may move while the other stays. `keep` gives the interval of one, the first
    /// or the second, from the other's value.
    fn pair(&self, a: NodeId, b: NodeId, fuel: u8, keep: impl Fn(bool, i64) -> Keep) -> i64 {
        let Some((first, second)) = self.integer(a).zip(self.integer(b)) else {
            return self.bound(a).min(self.bound(b));
        };
        let moves = |node: NodeId, value: i64, keep: Keep, other: NodeId| {
            if !keep.holds(value) {
                return self.bound(node).min(self.bound(other));
            }
            self.leaves_below(node, keep, fuel).min(self.bound(other))
        };
        moves(a, first, keep(true, second), b).max(moves(b, second, keep(false, first), a))
    }

    /// The lesser or the greater of two: on one side both must stay, on the other one of them.
    fn extreme(&self, a: NodeId, b: NodeId, keep: Keep, fuel: u8, greater: bool) -> i64 {
        let Some((first, second)) = self.integer(a).zip(self.integer(b)) else {
            return self.bound(a).min(self.bound(b));
        };
        let (both, one) = if greater {
            (Keep::at_most(keep.hi), Keep::at_least(keep.lo))
        } else {
            (Keep::at_least(keep.lo), Keep::at_most(keep.hi))
        };
        let stay = [a, b].map(|node| self.leaves_below(node, both, fuel));
        let any = [(a, first), (b, second)]
            .into_iter()
            .filter(|(_, value)| one.holds(*value))
            .map(|(node, _)| self.leaves_below(node, one, fuel))
            .max();
        // The one that stays must stay known, and so must the other.
        let known = [a, b].map(|node| self.leaves_below(node, Keep::ALL, fuel));
        let all = stay.into_iter().chain(known).min().unwrap_or(NEVER);
        all.min(any.unwrap_or_else(|| self.bound(a).min(self.bound(b))))
    }

    // ---- lists ----

    /// Whether some element satisfies a condition (`some`), or each does.
    fn quantifier(&mut self, list: NodeId, level: u8, body: NodeId, some: bool) -> i64 {
        let until = self.bound(list);
        if !self.evaluator.prepared.is_timed(body) {
            return until;
        }
        let (mut all, mut deciding) = (NEVER, None);
        for (holds, bound) in self.element_bounds(list, level, body) {
            all = all.min(bound);
            if holds == some {
                deciding = deciding.max(Some(bound));
            }
        }
        until.min(deciding.unwrap_or(all))
    }

    /// An aggregate over a list: what any element's filter and value do, changes it.
    fn list_bound(&mut self, list: NodeId, level: u8, bodies: [Option<NodeId>; 2]) -> i64 {
        let mut until = self.bound(list);
        for body in bodies.into_iter().flatten() {
            if self.evaluator.prepared.is_timed(body) {
                let bounds = self.element_bounds(list, level, body);
                until = bounds
                    .into_iter()
                    .map(|(_, bound)| bound)
                    .fold(until, i64::min);
            }
        }
        until
    }

    /// For each element whether a condition holds, and its bound.
    fn element_bounds(&mut self, list: NodeId, level: u8, body: NodeId) -> Vec<(bool, i64)> {
        let list = self.known(list).clone();
        let mut bounds = Vec::new();
        for element in list.list().unwrap_or_default() {
            self.bind_element(level, element.clone());
            let holds = self.body(body).is_true();
            bounds.push((holds, self.body_bound(body)));
        }
        bounds
    }
}

/// The integers around one that are like it inside or outside a sorted set.
fn among(value: i64, set: &[Const]) -> Keep {
    let number = |item: &Const| match item {
        Const::Int(number) => Some(*number),
        Const::Enum(index) => Some(i64::from(*index)),
        _ => None,
    };
    let numbers: Vec<i64> = set.iter().filter_map(number).collect();
    match numbers.binary_search(&value) {
        Ok(found) => {
            let (mut first, mut last) = (found, found);
            while first > 0 && numbers[first - 1] == numbers[first] - 1 {
                first -= 1;
            }
            while last + 1 < numbers.len() && numbers[last + 1] == numbers[last] + 1 {
                last += 1;
            }
            Keep {
                lo: numbers[first],
                hi: numbers[last],
            }
        }
        Err(place) => Keep {
            lo: place
                .checked_sub(1)
                .map_or(i64::MIN, |below| numbers[below] + 1),
            hi: numbers.get(place).map_or(i64::MAX, |above| above - 1),
        },
    }
}
