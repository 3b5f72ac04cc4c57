//! Whole functions over rows: one that answers up to 64 conditions as the bits of a word, the loop of it over many rows, and
//! one that leaves values in memory.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Type, Value, types};
use cranelift_module::{FuncId, Module};
use persona_ir::{NodeId, Op, Ty, operands};
use rustc_hash::FxHashMap;

use super::super::entry::{Workshop, enter};
use super::super::{Emitter, FLAGS, Shared};
use super::{RowMode, cost};
use crate::context::{Context, field};
use crate::module::CompileError;
use crate::row::atom;

/// Conditions inside conditions are emitted by recursion so deep; those in between come before.
const DEPTH: u32 = 32;

/// Defines `fn(context, row) -> word`: bit `k` says whether the `k`th node, a Bool that is never missing, holds.
pub(crate) fn define_row_bits<'a>(
    shared: &mut Shared<'a>,
    work: &mut Workshop,
    mode: RowMode<'a>,
    nodes: &[NodeId],
) -> Result<FuncId, CompileError> {
    work.define_row(shared, mode, &[types::I64; 2], true, |emitter, _| {
        let word = emitter.row_word(nodes);
        emitter.b.ins().return_(&[word]);
    })
}

/// Defines `fn(context, row, values)`: for each node four words, whether there is a value, then the value's words.
pub(crate) fn define_row_values<'a>(
    shared: &mut Shared<'a>,
    work: &mut Workshop,
    mode: RowMode<'a>,
    nodes: &[NodeId],
) -> Result<FuncId, CompileError> {
    work.define_row(shared, mode, &[types::I64; 2], true, |emitter, _| {
        emitter.start_row(nodes);
        let values = emitter.ctx_field(field!(Context, row_values));
        for (place, node) in nodes.iter().enumerate() {
            emitter.ensure([*node]);
            let val = emitter.get(*node);
            let valid = match val.valid {
                Some(valid) => emitter.b.ins().uextend(types::I64, valid),
                None => emitter.int(1),
            };
            let words = emitter.words(val.repr);
            let start = i32::try_from(place * 32).expect("there are few values to a function");
            for (offset, word) in (start..).step_by(8).zip([valid].into_iter().chain(words)) {
                emitter.b.ins().store(FLAGS, word, values, offset);
            }
        }
        let nothing = emitter.int(0);
        emitter.b.ins().return_(&[nothing]);
    })
}

/// Defines `fn(context, rows, count, out)`. Of one node, `out` gets a bit for each row; of several, a word for each.
pub(crate) fn define_row_loop<'a>(
    shared: &mut Shared<'a>,
    work: &mut Workshop,
    mode: RowMode<'a>,
    nodes: &[NodeId],
) -> Result<FuncId, CompileError> {
    work.define_row(shared, mode, &[types::I64; 4], false, |emitter, params| {
        let (first, count, out) = (params[1], params[2], params[3]);
        let bytes = i64::try_from(emitter.mode().layout.row_bytes()).unwrap_or(i64::MAX);
        let span = emitter.b.ins().imul_imm_s(count, bytes);
        let end = emitter.b.ins().iadd(first, span);
        if let [node] = nodes {
            emitter.loop_of_bits(*node, (first, end), out, bytes);
        } else {
            emitter.loop_of_words(nodes, (first, end), out, bytes);
        }
        emitter.b.ins().return_(&[]);
    })
}

impl Workshop {
    /// Defines a function over rows, whose first parameters are the context and a row.
    fn define_row<'a>(
        &mut self,
        shared: &mut Shared<'a>,
        mode: RowMode<'a>,
        params: &[Type],
        gives: bool,
        body: impl FnOnce(&mut Emitter<'_, 'a, '_>, &[Value]),
    ) -> Result<FuncId, CompileError> {
        self.function(shared, params, gives, |b, shared| {
            let mut b = b;
            let params = enter(&mut b);
            // The zone is known where a row begins.
            let start = [params[0], params[1], params[0]];
            let mut emitter = Emitter::with(b, shared, start, Some(mode));
            body(&mut emitter, &params);
            emitter.finish_row();
        })
    }
}

impl Emitter<'_, '_, '_> {
    /// The word of conditions of the current row.
    fn row_word(&mut self, nodes: &[NodeId]) -> Value {
        self.start_row(nodes);
        let mut word = None;
        for (bit, node) in (0..).zip(nodes) {
            let holds = self.row_condition(*node);
            let holds = self.b.ins().uextend(types::I64, holds);
            let holds = self.b.ins().ishl_imm_u(holds, bit);
            word = Some(match word {
                None => holds,
                Some(word) => self.b.ins().bor(word, holds),
            });
        }
        word.unwrap_or_else(|| self.int(0))
    }

    /// Emits what more than one of a row's conditions needs, and what bounds the depth of recursion.
    fn start_row(&mut self, roots: &[NodeId]) {
        self.zone = self.row_zone();
        let shared = self.shared_nodes(roots);
        for node in shared {
            if self.is_logic(node) {
                self.row_condition(node);
            } else {
                self.ensure([node]);
            }
        }
    }

    /// The nodes to be emitted first, in id order. Also estimates all that these roots need.
    fn shared_nodes(&mut self, roots: &[NodeId]) -> Vec<NodeId> {
        let mut uses: FxHashMap<NodeId, u32> = FxHashMap::default();
        let mut stack = roots.to_vec();
        let mut nodes = Vec::new();
        while let Some(node) = stack.pop() {
            let count = uses.entry(node).or_insert(0);
            *count += 1;
            if *count > 1 {
                continue;
            }
            nodes.push(node);
            let leaf = self.mode().split.leaf(node).is_some() || atom(self.plan, node).is_some();
            if !leaf {
                let below = operands(&self.plan.nodes[node].op);
                stack.extend(below.iter().map(|operand| operand.node));
            }
        }
        nodes.sort_unstable();
        let mode = self.mode();
        self.estimates = cost::estimates(self.plan, mode.layout, mode.split, &nodes);
        let mut heights: FxHashMap<NodeId, u32> = FxHashMap::default();
        nodes.retain(|node| {
            let deep = self.is_logic(*node) && {
                let below = operands(&self.plan.nodes[*node].op);
                let heights_below = below.iter().filter_map(|o| heights.get(&o.node));
                let height = heights_below.max().map_or(1, |height| height + 1);
                heights.insert(*node, height);
                height % DEPTH == 0
            };
            deep || (uses[node] > 1 && self.is_worth_sharing(*node))
        });
        nodes
    }

    /// Whether a value is better computed once, before anything else, than where it is needed.
    fn is_worth_sharing(&self, node: NodeId) -> bool {
        if self.mode().split.leaf(node).is_some() {
            return false;
        }
        let typed = &self.plan.nodes[node];
        match typed.op {
            Op::Const(_) | Op::Now | Op::Today { .. } | Op::Instant(_) => false,
            Op::Profile(_) => typed.ty == Ty::Str,
            _ => true,
        }
    }

    fn finish_row(self) {
        let config = self.shared.module.target_config();
        self.b.finalize(config);
    }

    /// Words of 64 bits, one bit for each row.
    fn loop_of_bits(&mut self, node: NodeId, (first, end): (Value, Value), out: Value, bytes: i64) {
        let [outer, word, inner, done] = [(); 4].map(|()| self.b.create_block());
        let block = self.b.append_block_param(outer, types::I64);
        let at = self.b.append_block_param(outer, types::I64);
        let row = self.b.append_block_param(inner, types::I64);
        let bits = self.b.append_block_param(inner, types::I64);
        self.b.ins().jump(outer, &[first.into(), out.into()]);
        self.b.switch_to_block(outer);
        let more = self.compare(IntCC::UnsignedLessThan, block, end);
        self.b.ins().brif(more, word, &[], done, &[]);
        self.begin(word);
        let full = self.b.ins().iadd_imm_s(block, bytes * 64);
        let short = self.compare(IntCC::UnsignedLessThan, end, full);
        let last = self.b.ins().select(short, end, full);
        let none = self.int(0);
        self.b.ins().jump(inner, &[block.into(), none.into()]);
        self.b.switch_to_block(inner);
        self.profile = row;
        let holds = self.scoped(|this| {
            this.start_row(&[node]);
            this.row_condition(node)
        });
        let holds = self.b.ins().uextend(types::I64, holds);
        let holds = self.b.ins().ishl_imm_u(holds, 63);
        let bits = self.b.ins().ushr_imm_u(bits, 1);
        let bits = self.b.ins().bor(bits, holds);
        let next = self.b.ins().iadd_imm_s(row, bytes);
        let more = self.compare(IntCC::UnsignedLessThan, next, last);
        let full_word = self.b.create_block();
        self.b
            .ins()
            .brif(more, inner, &[next.into(), bits.into()], full_word, &[]);
        self.b.seal_block(inner);
        self.begin(full_word);
        let lacking = self.b.ins().isub(full, last);
        let bytes = self.int(bytes);
        let lacking = self.b.ins().udiv(lacking, bytes);
        let bits = self.b.ins().ushr(bits, lacking);
        self.b.ins().store(FLAGS, bits, at, 0);
        let at = self.b.ins().iadd_imm_s(at, 8);
        self.b.ins().jump(outer, &[last.into(), at.into()]);
        self.b.seal_block(outer);
        self.begin(done);
    }

    /// A word for each row.
    fn loop_of_words(
        &mut self,
        nodes: &[NodeId],
        (first, end): (Value, Value),
        out: Value,
        bytes: i64,
    ) {
        let [head, inside, done] = [(); 3].map(|()| self.b.create_block());
        let row = self.b.append_block_param(head, types::I64);
        let at = self.b.append_block_param(head, types::I64);
        self.b.ins().jump(head, &[first.into(), out.into()]);
        self.b.switch_to_block(head);
        let more = self.compare(IntCC::UnsignedLessThan, row, end);
        self.b.ins().brif(more, inside, &[], done, &[]);
        self.begin(inside);
        self.profile = row;
        let word = self.scoped(|this| this.row_word(nodes));
        self.b.ins().store(FLAGS, word, at, 0);
        let next = self.b.ins().iadd_imm_s(row, bytes);
        let at = self.b.ins().iadd_imm_s(at, 8);
        self.b.ins().jump(head, &[next.into(), at.into()]);
        self.b.seal_block(head);
        self.begin(done);
    }
}
