//! Where answers go: the buffers of a batch.

use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{NodeId, Ty};

use super::value::{Repr, Val};
use super::{Emitter, FLAGS};
use crate::context::{self, Context, OutRef, field};
use crate::helpers::Helper;

/// What a batch does with a node's value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// The node.
    pub(crate) node: NodeId,
    /// The number of its buffers.
    pub(crate) out: usize,
}

/// How a value is written into its buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A Bool of a profile: a set of members. Sixty-four of them are one word of the profile's row in a block, which
    /// [`crate::members`] turns around, so that a profile touches few lines of memory however many sets there are.
    Members,
    /// Any value as an element of a column, and its validity as a bit.
    Column,
}

impl Emitter<'_, '_, '_> {
    /// Writes a value into the buffers of an output, at a row.
    pub(super) fn write(&mut self, target: Target, val: Val, row: Value) {
        if let Repr::List(children, first, last) = val.repr {
            let valid = self.validity_word(val);
            let (ctx, out) = (self.ctx, self.index(target.out));
            self.call(Helper::KeepList, &[ctx, out, children, first, last, valid]);
            return;
        }
        self.write_value(target, val, row);
        if let Some(valid) = val.valid {
            self.write_bit(target.out, field!(OutRef, valid), row, valid);
        }
    }

    /// Writes the Bools of up to 64 nodes as one word of the profile's row in the block, which is so many words long.
    pub(super) fn write_members(&mut self, targets: &[Target], word: usize, words: usize) {
        let mut set = self.int(0);
        for (bit, target) in (0..).zip(targets) {
            self.ensure([target.node]);
            let val = self.get(target.node);
            let cond = self.holds(val);
            let cond = self.b.ins().uextend(types::I64, cond);
            let cond = self.b.ins().ishl_imm_u(cond, bit);
            set = self.b.ins().bor(set, cond);
        }
        let block = self.ctx_field(field!(Context, members));
        let row = self.b.ins().band_imm_u(self.profile, 63);
        let width = self.index(words * 8);
        let offset = self.b.ins().imul(row, width);
        let address = self.b.ins().iadd(block, offset);
        let word = self.index(word * 8);
        let address = self.b.ins().iadd(address, word);
        self.b.ins().store(FLAGS, set, address, 0);
    }

    fn validity_word(&mut self, val: Val) -> Value {
        match val.valid {
            Some(valid) => self.b.ins().uextend(types::I64, valid),
            None => self.int(1),
        }
    }

    /// Writes a value, or zero where there is none.
    fn write_value(&mut self, target: Target, val: Val, row: Value) {
        let data = self.out_field(target.out, field!(OutRef, data));
        match val.repr {
            Repr::Bool(value) => {
                let value = self.or_zero(value, val.valid);
                let address = self.b.ins().iadd(data, row);
                self.b.ins().store(FLAGS, value, address, 0);
            }
            Repr::Code(code) => {
                let code = self.kept(target.node, code, val.valid);
                let code = self.b.ins().ireduce(types::I32, code);
                let address = self.indexed(data, row, 2);
                self.b.ins().store(FLAGS, code, address, 0);
            }
            Repr::Geo(lat, lng) => {
                let (lat, lng) = (self.or_zero(lat, val.valid), self.or_zero(lng, val.valid));
                let address = self.indexed(data, row, 3);
                self.b.ins().store(FLAGS, lat, address, 0);
                let aux = self.out_field(target.out, field!(OutRef, aux));
                let address = self.indexed(aux, row, 3);
                self.b.ins().store(FLAGS, lng, address, 0);
            }
            Repr::Int(word) | Repr::Float(word) | Repr::List(word, ..) => {
                let word = self.or_zero(word, val.valid);
                let address = self.indexed(data, row, 3);
                self.b.ins().store(FLAGS, word, address, 0);
            }
        }
    }

    fn or_zero(&mut self, word: Value, valid: Option<Value>) -> Value {
        let Some(valid) = valid else { return word };
        let ty = self.b.func.dfg.value_type(word);
        let zero = super::value::zero(&mut self.b, ty);
        self.b.ins().select(valid, word, zero)
    }

    /// A code that stays good beyond the profile; 0 where there is none.
    fn kept(&mut self, node: NodeId, code: Value, valid: Option<Value>) -> Value {
        let text = *self.ty(node) == Ty::Str;
        self.guarded_one(valid, types::I64, |this| {
            if !text {
                return code;
            }
            let ctx = this.ctx;
            this.call(Helper::Keep, &[ctx, code])
        })
    }

    /// Sets bit `row` of a buffer that is zero at first, if `bit` is 1.
    fn write_bit(&mut self, out: usize, field: i32, row: Value, bit: Value) {
        let data = self.out_field(out, field);
        let byte = self.b.ins().ushr_imm_u(row, 3);
        let address = self.b.ins().iadd(data, byte);
        let old = self.b.ins().load(types::I8, FLAGS, address, 0);
        let within = self.b.ins().band_imm_u(row, 7);
        let bit = self.b.ins().ishl(bit, within);
        let new = self.b.ins().bor(old, bit);
        self.b.ins().store(FLAGS, new, address, 0);
    }

    fn out_field(&mut self, out: usize, field: i32) -> Value {
        let outs = self.ctx_field(field!(Context, outs));
        let index = i64::try_from(out).expect("a length fits in 63 bits");
        let out = self
            .b
            .ins()
            .iadd_imm_s(outs, index * context::stride::<OutRef>());
        self.b.ins().load(types::I64, FLAGS, out, field)
    }
}
