//! From nodes to cranelift's instructions. An [`Emitter`] writes one function; each operation is emitted by the
//! file of its subject. Everything is evaluated eagerly: all operations are total, so an operand that turns out
//! not to be needed costs time and nothing else. Nodes are emitted in the order of their ids, never by recursion
//! over the graph, so that deep plans need no deep stack; only binders inside binders recurse.

mod accumulate;
mod catalog;
mod compare;
mod entry;
mod flip;
mod fused;
mod history;
mod list;
mod load;
mod logic;
mod moment;
mod negation;
mod number;
mod output;
mod place;
mod query;
mod row;
mod sequence;
mod text;
mod value;
mod walk;

pub(crate) use entry::{
    Workshop, define_answers, define_checks, define_driver, define_group, define_members,
};
pub(crate) use flip::define_flips;
pub(crate) use fused::define_fused;
pub(crate) use output::{Target, Way};
pub(crate) use row::{RowMode, define_row_bits, define_row_loop, define_row_values};

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, FuncRef, InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_frontend::FunctionBuilder;
use cranelift_jit::JITModule;
use cranelift_module::Module;
use persona_ir::{KindId, Levels, NodeId, Plan, Ty, operands};
use rustc_hash::FxHashMap;

use crate::analysis::Analysis;
use crate::context::{Context, field};
use crate::flips::FlipPlan;
use crate::helpers::{Helper, Imports};
use crate::layout::{Layout, is_inline};
use crate::pools::Pools;
use value::{Repr, Val};

/// Loads and stores through the context: aligned, and never out of bounds ([`crate::bind`] sees to both).
const FLAGS: MemFlagsData = MemFlagsData::trusted();

/// What all functions of a program share while they are emitted.
pub(crate) struct Shared<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) analysis: &'a Analysis,
    pub(crate) layout: &'a Layout,
    pub(crate) imports: &'a Imports,
    pub(crate) pools: &'a mut Pools,
    pub(crate) module: &'a mut JITModule,
    /// For programs that also compute bounds of flips: of which nodes.
    pub(crate) flips: Option<&'a FlipPlan>,
}

/// What a level is bound to.
#[derive(Clone, Copy, Debug)]
enum Binder {
    Event(EventAt),
    Elem {
        /// The address of the list's child columns.
        children: Value,
        /// The element's row in them.
        row: Value,
    },
}

/// An event.
#[derive(Clone, Copy, Debug)]
struct EventAt {
    kind: Kind,
    /// `I64`
    row: Value,
}

/// An event's kind.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Known while code is generated.
    Static(KindId),
    /// In a register (`I64`), one of several.
    Dynamic(Value),
}

/// Writes one function.
struct Emitter<'s, 'a, 'f> {
    b: FunctionBuilder<'f>,
    shared: &'s mut Shared<'a>,
    plan: &'a Plan,
    ctx: Value,
    profile: Value,
    /// The index of the profile's zone.
    zone: Value,
    refs: FxHashMap<Helper, FuncRef>,
    /// Values emitted so far. The innermost scope's are those of the current loop body or branch; those of all
    /// scopes dominate the current position.
    scopes: Vec<FxHashMap<NodeId, Val>>,
    /// Bounds emitted so far, by the same scopes.
    untils: Vec<FxHashMap<NodeId, flip::Until>>,
    binders: Vec<Option<Binder>>,
    bound: Levels,
    /// Where the visible events of each kind end; emitted outside all loops.
    visible: FxHashMap<KindId, query::Rows>,
    /// For code over flat rows: how they are laid out. `profile` then is a row's address.
    mode: Option<RowMode<'a>>,
    /// What code over rows thinks of conditions.
    estimates: FxHashMap<NodeId, row::Estimate>,
}

impl<'s, 'a, 'f> Emitter<'s, 'a, 'f> {
    /// Starts a function whose first parameters are the context and the profile.
    fn new(mut b: FunctionBuilder<'f>, shared: &'s mut Shared<'a>) -> Self {
        let params = entry::enter(&mut b);
        let (ctx, profile) = (params[0], params[1]);
        let zones = b
            .ins()
            .load(types::I64, FLAGS, ctx, field!(Context, zone_of));
        let offset = b.ins().ishl_imm_u(profile, 2);
        let address = b.ins().iadd(zones, offset);
        let zone = b.ins().uload32(FLAGS, address, 0);
        Self::with(b, shared, [ctx, profile, zone], None)
    }

    fn with(
        b: FunctionBuilder<'f>,
        shared: &'s mut Shared<'a>,
        [ctx, profile, zone]: [Value; 3],
        mode: Option<RowMode<'a>>,
    ) -> Self {
        let plan = shared.plan;
        Self {
            b,
            shared,
            plan,
            ctx,
            profile,
            zone,
            mode,
            estimates: FxHashMap::default(),
            refs: FxHashMap::default(),
            scopes: vec![FxHashMap::default()],
            untils: vec![FxHashMap::default()],
            binders: Vec::new(),
            bound: Levels::default(),
            visible: FxHashMap::default(),
        }
    }

    /// Ends the function.
    fn finish(mut self) {
        self.b.ins().return_(&[]);
        let config = self.shared.module.target_config();
        self.b.finalize(config);
    }

    fn ty(&self, node: NodeId) -> &'a Ty {
        &self.plan.nodes[node].ty
    }

    // ---- values of nodes ----

    fn known(&self, node: NodeId) -> Option<Val> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.get(&node))
            .copied()
    }

    /// The value of a node that [`Self::ensure`] has seen, or of a constant.
    fn get(&mut self, node: NodeId) -> Val {
        if let Some(val) = self.known(node) {
            return val;
        }
        debug_assert!(
            is_inline(self.plan, node),
            "operands are emitted before their users"
        );
        self.constant(node)
    }

    /// Emits what the nodes need and has not been emitted, and the nodes themselves, into the current scope.
    fn ensure(&mut self, roots: impl IntoIterator<Item = NodeId>) {
        let mut todo = Vec::new();
        let mut stack: Vec<NodeId> = roots.into_iter().collect();
        let mut seen = rustc_hash::FxHashSet::default();
        while let Some(node) = stack.pop() {
            if is_inline(self.plan, node) || self.known(node).is_some() || !seen.insert(node) {
                continue;
            }
            todo.push(node);
            if self.is_stored(node) {
                continue;
            }
            self.needs(node, &mut stack);
        }
        todo.sort_unstable();
        for node in todo {
            self.emit(node);
        }
    }

    /// Emits what a node's operation needs.
    fn ensure_operands(&mut self, node: NodeId) {
        let mut needed = Vec::new();
        self.needs(node, &mut needed);
        self.ensure(needed);
    }

    /// The nodes that must be emitted before a node's operation.
    fn needs(&self, node: NodeId, needed: &mut Vec<NodeId>) {
        if self.is_row_leaf(node) {
            return;
        }
        for operand in operands(&self.plan.nodes[node].op) {
            match operand.bound {
                0 => needed.push(operand.node),
                _ => self.hoistable(operand.node, needed),
            }
        }
    }

    /// The nodes at or below `body` that do not depend on its binder, and so are computed before the loop.
    fn hoistable(&self, body: NodeId, found: &mut Vec<NodeId>) {
        let mut stack = vec![body];
        let mut seen = rustc_hash::FxHashSet::default();
        while let Some(node) = stack.pop() {
            if !seen.insert(node) {
                continue;
            }
            if self.shared.analysis.is_settled(node, self.bound) {
                found.push(node);
                continue;
            }
            stack.extend(
                operands(&self.plan.nodes[node].op)
                    .iter()
                    .map(|operand| operand.node),
            );
        }
    }

    /// Computes, in the current scope, whatever in these bodies does not depend on binders that are still to come.
    fn hoist(&mut self, bodies: impl IntoIterator<Item = NodeId>) {
        let mut found = Vec::new();
        for body in bodies {
            self.hoistable(body, &mut found);
        }
        self.ensure(found);
    }

    /// Whether a node's value lies in the frame, put there by another group.
    fn is_stored(&self, node: NodeId) -> bool {
        self.shared.analysis.is_closed(node) && self.shared.layout.slot(node).is_some()
    }

    /// Emits one node whose operands are there, or loads it from the frame.
    fn emit(&mut self, node: NodeId) {
        let val = if self.is_stored(node) {
            self.load_slot(node)
        } else {
            self.compute(node)
        };
        self.remember(node, val);
    }

    fn remember(&mut self, node: NodeId, val: Val) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(node, val);
        }
    }

    /// The value of an operation whose operands are there.
    fn compute(&mut self, node: NodeId) -> Val {
        let plan = self.plan;
        let typed = &plan.nodes[node];
        let val = match self.row_value(node) {
            Some(val) => val,
            None => self.operation(node, &typed.op, &typed.ty),
        };
        if typed.optional {
            val
        } else {
            Val::known(val.repr)
        }
    }

    // ---- scopes and binders ----

    /// Runs `f` for a part of the function that the code behind it is not dominated by.
    fn scoped<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> R {
        self.scopes.push(FxHashMap::default());
        self.untils.push(FxHashMap::default());
        let result = f(self);
        self.scopes.pop();
        self.untils.pop();
        result
    }

    /// Runs `f` with a level bound.
    fn with_binder<R>(&mut self, level: u8, binder: Binder, f: impl FnOnce(&mut Self) -> R) -> R {
        let index = usize::from(level);
        if self.binders.len() <= index {
            self.binders.resize(index + 1, None);
        }
        let (outer, outer_bound) = (self.binders[index].replace(binder), self.bound);
        self.bound = self.bound.union(Levels::of(level));
        let result = f(self);
        self.binders[index] = outer;
        self.bound = outer_bound;
        result
    }

    fn binder(&self, level: u8) -> Binder {
        self.binders[usize::from(level)]
            .expect("a verified plan uses levels under their binders only")
    }

    // ---- small pieces of code ----

    fn int(&mut self, value: i64) -> Value {
        self.b.ins().iconst(types::I64, value)
    }

    fn bit(&mut self, value: bool) -> Value {
        self.b.ins().iconst(types::I8, i64::from(value))
    }

    /// A pointer field of the context.
    fn ctx_field(&mut self, offset: i32) -> Value {
        self.b.ins().load(types::I64, FLAGS, self.ctx, offset)
    }

    /// Calls a helper that gives a value.
    fn call(&mut self, helper: Helper, args: &[Value]) -> Value {
        let inst = self.call_inst(helper, args);
        self.b.inst_results(inst)[0]
    }

    fn call_inst(&mut self, helper: Helper, args: &[Value]) -> cranelift_codegen::ir::Inst {
        self.shared.pools.calls = true;
        let func = match self.refs.get(&helper) {
            Some(func) => *func,
            None => {
                let id = self.shared.imports.id(helper);
                let func = self.shared.module.declare_func_in_func(id, self.b.func);
                self.refs.insert(helper, func);
                func
            }
        };
        self.b.ins().call(func, args)
    }

    /// Calls a helper that gives 0 or 1.
    fn call_bool(&mut self, helper: Helper, args: &[Value]) -> Value {
        let result = self.call(helper, args);
        self.b.ins().ireduce(types::I8, result)
    }

    /// The value that the helper called last left in the context.
    fn result(&mut self, ty: Type) -> Value {
        self.b
            .ins()
            .load(ty, FLAGS, self.ctx, field!(Context, result))
    }

    /// Runs `then` only where the condition holds; elsewhere the values are zeros. `then` must give values of these types.
    fn guarded(
        &mut self,
        cond: Option<Value>,
        types: &[Type],
        then: impl FnOnce(&mut Self) -> Vec<Value>,
    ) -> Vec<Value> {
        let Some(cond) = cond else { return then(self) };
        let zeros: Vec<_> = types
            .iter()
            .map(|ty| value::zero(&mut self.b, *ty).into())
            .collect();
        let (go, merge) = (self.b.create_block(), self.b.create_block());
        let params: Vec<Value> = types
            .iter()
            .map(|ty| self.b.append_block_param(merge, *ty))
            .collect();
        self.b.ins().brif(cond, go, &[], merge, &zeros);
        self.begin(go);
        let values: Vec<_> = self.scoped(then).into_iter().map(Into::into).collect();
        self.b.ins().jump(merge, &values);
        self.begin(merge);
        params
    }

    /// As [`Self::guarded`], for one value.
    fn guarded_one(
        &mut self,
        cond: Option<Value>,
        ty: Type,
        then: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        self.guarded(cond, &[ty], |this| vec![then(this)])[0]
    }

    /// Continues in a block whose predecessors have all been emitted.
    fn begin(&mut self, block: Block) {
        self.b.seal_block(block);
        self.b.switch_to_block(block);
    }

    /// Continues only where the condition holds; elsewhere jumps to `otherwise`.
    fn require(&mut self, cond: Value, otherwise: Block) {
        let go = self.b.create_block();
        self.b.ins().brif(cond, go, &[], otherwise, &[]);
        self.begin(go);
    }

    fn compare(&mut self, cc: IntCC, a: Value, b: Value) -> Value {
        self.b.ins().icmp(cc, a, b)
    }

    /// The lesser of two `I64`, signed.
    fn least(&mut self, x: Value, y: Value) -> Value {
        let less = self.b.ins().icmp(IntCC::SignedLessThan, x, y);
        self.b.ins().select(less, x, y)
    }

    /// The greater of two `I64`, signed.
    fn greatest(&mut self, x: Value, y: Value) -> Value {
        let less = self.b.ins().icmp(IntCC::SignedLessThan, x, y);
        self.b.ins().select(less, y, x)
    }

    /// Whether both operands are there.
    fn both_valid(&mut self, x: Val, y: Val) -> Option<Value> {
        value::both(&mut self.b, x.valid, y.valid)
    }

    /// A Bool that is false where an operand is missing.
    fn truth(&mut self, cond: Value, valid: Option<Value>) -> Val {
        Val::bool(value::and_also(&mut self.b, cond, valid))
    }

    /// Whether a Bool holds; a missing one does not.
    fn holds(&mut self, val: Val) -> Value {
        let Repr::Bool(cond) = val.repr else {
            unreachable!("a verified plan has Bool conditions")
        };
        value::and_also(&mut self.b, cond, val.valid)
    }
}
