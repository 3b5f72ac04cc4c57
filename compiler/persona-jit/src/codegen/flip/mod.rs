//! Bounds of flips (SEMANTICS §4) in machine code: for each node that time has a part in, an instant before which its value
//! does not change if nothing else happens. Operation by operation what `persona_runtime::flips` says, to the bit; what
//! needs the calendar asks the runtime's own functions, and sequences ask the interpreter. Computes no values: those are in
//! the frame, or emitted by the other files.

mod compare;
mod history;
mod leaves;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::Variable;
use cranelift_module::FuncId;
use persona_ir::{NodeId, Op, operands};
use persona_runtime::flips::{FUEL, NEVER};

use super::entry::Workshop;
use super::value::{self, Val};
use super::{Emitter, FLAGS, Shared};
use crate::context::{Context, field};
use crate::flips::FlipPlan;
use crate::helpers::Helper;
use crate::module::CompileError;
use leaves::Inside;

/// A bound, `I64`; absent where it is known to be never.
pub(super) type Until = Option<Value>;

/// A function is full when it has so many instructions: about what the code generator is quick with.
const FULL: usize = 4000;

/// Defines a function that computes the bounds of some nodes, as many as one function may, and takes them off the list.
pub(crate) fn define_flips(
    shared: &mut Shared<'_>,
    work: &mut Workshop,
    nodes: &mut &[NodeId],
) -> Result<FuncId, CompileError> {
    work.define(shared, |emitter| {
        while let Some((node, rest)) = nodes.split_first() {
            emitter.leave_until(*node);
            *nodes = rest;
            if emitter.b.func.dfg.num_insts() > FULL {
                break;
            }
        }
    })
}

impl<'a> Emitter<'_, 'a, '_> {
    fn flips(&self) -> &'a FlipPlan {
        let flips = self.shared.flips;
        flips.expect("only programs with bounds ask for them")
    }

    fn is_timed(&self, node: NodeId) -> bool {
        self.flips().prepared.is_timed(node)
    }

    // ---- bounds as values ----

    /// The word of a bound.
    fn word(&mut self, until: Until) -> Value {
        until.unwrap_or_else(|| self.int(NEVER))
    }

    fn sooner(&mut self, a: Until, b: Until) -> Until {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.least(a, b)),
            (a, b) => a.or(b),
        }
    }

    fn later(&mut self, a: Until, b: Until) -> Until {
        let (a, b) = (a?, b?);
        Some(self.greatest(a, b))
    }

    fn select_until(&mut self, cond: Value, then: Until, other: Until) -> Until {
        if then.is_none() && other.is_none() {
            return None;
        }
        let (then, other) = (self.word(then), self.word(other));
        Some(self.b.ins().select(cond, then, other))
    }

    /// One bound or another, of which only the one that is wanted is computed.
    fn either(
        &mut self,
        cond: Value,
        then: impl FnOnce(&mut Self) -> Until,
        other: impl FnOnce(&mut Self) -> Until,
    ) -> Until {
        let [go, otherwise, merge] = [(); 3].map(|()| self.b.create_block());
        let result = self.b.append_block_param(merge, types::I64);
        self.b.ins().brif(cond, go, &[], otherwise, &[]);
        self.begin(go);
        self.scoped(|this| {
            let until = then(this);
            let until = this.word(until);
            this.b.ins().jump(merge, &[until.into()]);
        });
        self.begin(otherwise);
        self.scoped(|this| {
            let until = other(this);
            let until = this.word(until);
            this.b.ins().jump(merge, &[until.into()]);
        });
        self.begin(merge);
        Some(result)
    }

    /// As [`Self::either`], where the condition always holds if it is absent.
    fn where_valid(
        &mut self,
        valid: Option<Value>,
        then: impl FnOnce(&mut Self) -> Until,
        other: impl FnOnce(&mut Self) -> Until,
    ) -> Until {
        match valid {
            Some(valid) => self.either(valid, then, other),
            None => then(self),
        }
    }

    /// A variable that begins as a number.
    fn starting(&mut self, number: i64) -> Variable {
        let var = self.b.declare_var(types::I64);
        let number = self.int(number);
        self.b.def_var(var, number);
        var
    }

    /// Brings a variable down to a bound, where that is sooner.
    fn lower(&mut self, var: Variable, until: Until) {
        let Some(until) = until else { return };
        let so_far = self.b.use_var(var);
        let least = self.least(so_far, until);
        self.b.def_var(var, least);
    }

    /// Brings a variable up to a bound, where that is later.
    fn raise(&mut self, var: Variable, until: Until) {
        let until = self.word(until);
        let so_far = self.b.use_var(var);
        let greatest = self.greatest(so_far, until);
        self.b.def_var(var, greatest);
    }

    // ---- bounds of nodes ----

    /// The value of a node, emitted here if it is nowhere yet.
    fn have(&mut self, node: NodeId) -> Val {
        self.ensure([node]);
        self.get(node)
    }

    fn have_truth(&mut self, node: NodeId) -> Value {
        let val = self.have(node);
        self.holds(val)
    }

    /// The bound of a node whose bound is known, here or in its slot.
    fn until(&mut self, node: NodeId) -> Until {
        if !self.is_timed(node) {
            return None;
        }
        if let Some(until) = self.known_until(node) {
            return until;
        }
        let offset = self.flips().offset(self.shared.layout.frame, node);
        let frame = self.ctx_field(field!(Context, frame));
        let until = self.b.ins().load(types::I64, FLAGS, frame, offset);
        self.remember_until(node, Some(until));
        Some(until)
    }

    fn known_until(&self, node: NodeId) -> Option<Until> {
        let scopes = self.untils.iter().rev();
        scopes.filter_map(|scope| scope.get(&node)).copied().next()
    }

    fn remember_until(&mut self, node: NodeId, until: Until) {
        if let Some(scope) = self.untils.last_mut() {
            scope.insert(node, until);
        }
    }

    /// Computes the bound of a closed node and leaves it in its slot.
    fn leave_until(&mut self, node: NodeId) {
        let until = self.compute_until(node);
        self.remember_until(node, until);
        let offset = self.flips().offset(self.shared.layout.frame, node);
        let frame = self.ctx_field(field!(Context, frame));
        let until = self.word(until);
        self.b.ins().store(FLAGS, until, frame, offset);
    }

    /// The bound of a body whose value has just been emitted under the binders as they are.
    fn body_until(&mut self, root: NodeId) -> Until {
        for node in self.flips().prepared.body(root) {
            if self.is_timed(*node) && self.known_until(*node).is_none() {
                let until = self.compute_until(*node);
                self.remember_until(*node, until);
            }
        }
        self.until(root)
    }

    /// The bound of a node from the bounds of its operands.
    fn compute_until(&mut self, node: NodeId) -> Until {
        let plan = self.plan;
        match &plan.nodes[node].op {
            Op::Agg(agg) if agg.query.latest.is_none() => self.aggregate_until(node, agg),
            Op::Agg(_) | Op::Sequence(_) => self.interpreted(node),
            Op::AnyElem { list, level, body } => self.quantifier_until(*list, *level, *body, true),
            Op::AllElem { list, level, body } => self.quantifier_until(*list, *level, *body, false),
            Op::ListAgg {
                list,
                level,
                filter,
                value,
                ..
            } => self.list_until(*list, *level, [*filter, *value]),
            op => self.scalar_until(node, op),
        }
    }

    /// The bound of a closed node by the interpreter.
    fn interpreted(&mut self, node: NodeId) -> Until {
        let (ctx, profile, node) = (self.ctx, self.profile, self.int(i64::from(node.0)));
        Some(self.call(Helper::Interpret, &[ctx, profile, node]))
    }

    fn scalar_until(&mut self, node: NodeId, op: &'a Op) -> Until {
        match op {
            Op::And(nodes) => self.junction(node, nodes, true),
            Op::Or(nodes) => self.junction(node, nodes, false),
            Op::Known(a) if !self.plan.nodes[*a].optional => None,
            Op::Known(a) if self.is_whole(*a) => {
                let (a, valid) = (*a, self.have(*a).valid);
                self.where_valid(
                    valid,
                    |this| {
                        let all = Inside::all(this);
                        this.leaves(a, all)
                    },
                    |this| this.until(a),
                )
            }
            Op::If { cond, then, other } => {
                let holds = self.have_truth(*cond);
                let (then, other) = (self.until(*then), self.until(*other));
                let chosen = self.select_until(holds, then, other);
                let cond = self.until(*cond);
                self.sooner(cond, chosen)
            }
            Op::Coalesce(a, b) => {
                let first = self.until(*a);
                let Some(valid) = self.have(*a).valid else {
                    return first;
                };
                let second = self.until(*b);
                let both = self.sooner(first, second);
                self.select_until(valid, first, both)
            }
            Op::Lt(a, b) | Op::Le(a, b) | Op::Eq(a, b) => self.comparison_until(op, *a, *b),
            Op::EqNum(a, b) | Op::LtNum(a, b) | Op::LeNum(a, b) => self.mixed_until(op, *a, *b),
            Op::In(a, set) if self.is_whole(*a) => {
                let (a, val) = (*a, self.have(*a));
                self.where_valid(
                    val.valid,
                    |this| {
                        let among = this.among(val.word(), set);
                        this.leaves(a, among)
                    },
                    |this| this.until(a),
                )
            }
            Op::In(a, _) => self.until(*a),
            op if self.is_whole(node) && leaves::has_way(op) => {
                let val = self.have(node);
                self.where_valid(
                    val.valid,
                    |this| this.leaves_of(node, Inside::only(val.word()), FUEL),
                    |this| this.operands_until(op),
                )
            }
            op => self.operands_until(op),
        }
    }

    /// Whether a node's values are integers, or an enum's.
    fn is_whole(&self, node: NodeId) -> bool {
        let ty = self.ty(node);
        ty.is_integer() || matches!(ty, persona_ir::Ty::Enum(_))
    }

    /// Conditions joined into one: all that are as the whole needs them must stay, or one of those that are not.
    fn junction(&mut self, node: NodeId, nodes: &[NodeId], conjunction: bool) -> Until {
        let holds = self.have_truth(node);
        let whole = if conjunction {
            holds
        } else {
            value::negate(&mut self.b, holds)
        };
        let mut all: Until = None;
        let before = self.int(i64::MIN);
        let mut latest = before;
        for node in nodes {
            let until = self.until(*node);
            let holds = self.have_truth(*node);
            let deciding = if conjunction {
                value::negate(&mut self.b, holds)
            } else {
                holds
            };
            all = self.sooner(all, until);
            let until = self.word(until);
            let until = self.b.ins().select(deciding, until, before);
            latest = self.greatest(latest, until);
        }
        self.select_until(whole, all, Some(latest))
    }

    /// The earliest bound of the operands; where some are missing, the latest of theirs.
    fn operands_until(&mut self, op: &Op) -> Until {
        let before = self.int(i64::MIN);
        let (mut all, mut latest, mut missing): (Until, Value, Option<Value>) =
            (None, before, None);
        for operand in operands(op) {
            let until = self.until(operand.node);
            all = self.sooner(all, until);
            if let Some(valid) = self.have(operand.node).valid {
                let lacks = value::negate(&mut self.b, valid);
                let until = self.word(until);
                let until = self.b.ins().select(lacks, until, before);
                latest = self.greatest(latest, until);
                missing = Some(match missing {
                    Some(missing) => self.b.ins().bor(missing, lacks),
                    None => lacks,
                });
            }
        }
        match missing {
            Some(missing) => self.select_until(missing, Some(latest), all),
            None => all,
        }
    }

    // ---- lists ----

    /// Whether some element satisfies a condition (`some`), or each does.
    fn quantifier_until(&mut self, list: NodeId, level: u8, body: NodeId, some: bool) -> Until {
        let until = self.until(list);
        if !self.is_timed(body) {
            return until;
        }
        let (all, deciding) = (self.starting(NEVER), self.starting(i64::MIN));
        let found = self.flag();
        self.each_body(list, level, body, |this, bound| {
            this.lower(all, bound);
            let holds = this.get(body);
            let holds = this.holds(holds);
            let decides = if some {
                holds
            } else {
                value::negate(&mut this.b, holds)
            };
            let (bound, before) = (this.word(bound), this.int(i64::MIN));
            let bound = this.b.ins().select(decides, bound, before);
            this.raise(deciding, Some(bound));
            let so_far = this.b.use_var(found);
            let so_far = this.b.ins().bor(so_far, decides);
            this.b.def_var(found, so_far);
        });
        let [all, deciding, found] = [all, deciding, found].map(|var| self.b.use_var(var));
        let bound = self.b.ins().select(found, deciding, all);
        self.sooner(until, Some(bound))
    }

    /// An aggregate over a list: what any element's filter and value do, changes it.
    fn list_until(&mut self, list: NodeId, level: u8, bodies: [Option<NodeId>; 2]) -> Until {
        let mut until = self.until(list);
        for body in bodies.into_iter().flatten() {
            if self.is_timed(body) {
                let all = self.starting(NEVER);
                self.each_body(list, level, body, |this, bound| this.lower(all, bound));
                let all = self.b.use_var(all);
                until = self.sooner(until, Some(all));
            }
        }
        until
    }

    /// Runs `each` for each element of a list, a body being emitted for it, with its bound.
    fn each_body(
        &mut self,
        list: NodeId,
        level: u8,
        body: NodeId,
        each: impl FnOnce(&mut Self, Until),
    ) {
        self.hoist([body]);
        let list = self.have(list);
        self.each_element(list, level, |this, _| {
            this.ensure([body]);
            let bound = this.body_until(body);
            each(this, bound);
        });
    }

    /// Whether an instant is after another.
    fn is_after(&mut self, a: Value, b: Value) -> Value {
        self.compare(IntCC::SignedGreaterThan, a, b)
    }
}
