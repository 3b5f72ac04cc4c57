//! Comparisons, membership in constants, the lesser and the greater.

use std::sync::Arc;

use cranelift_codegen::ir::condcodes::{CondCode, FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{Const, NodeId, Ty};

use super::Emitter;
use super::value::{self, Repr, Val};
use crate::helpers::Helper;

/// Up to so many constants are compared one by one.
const UNROLLED: usize = 6;

impl Emitter<'_, '_, '_> {
    pub(super) fn equal(&mut self, a: NodeId, b: NodeId) -> Val {
        let (x, y) = (self.get(a), self.get(b));
        let valid = self.both_valid(x, y);
        let same = self.same(x.repr, y.repr);
        self.truth(same, valid)
    }

    /// Whether two values of one type are equal.
    pub(super) fn same(&mut self, x: Repr, y: Repr) -> Value {
        match (x, y) {
            (Repr::Float(x), Repr::Float(y)) => self.b.ins().fcmp(FloatCC::Equal, x, y),
            (Repr::Geo(x1, x2), Repr::Geo(y1, y2)) => {
                let first = self.b.ins().fcmp(FloatCC::Equal, x1, y1);
                let second = self.b.ins().fcmp(FloatCC::Equal, x2, y2);
                self.b.ins().band(first, second)
            }
            _ => {
                let (x, y) = (x.parts().as_slice()[0], y.parts().as_slice()[0]);
                self.compare(IntCC::Equal, x, y)
            }
        }
    }

    pub(super) fn ordered(&mut self, a: NodeId, b: NodeId, strict: bool) -> Val {
        let ty = self.ty(a);
        let (x, y) = (self.get(a), self.get(b));
        let valid = self.both_valid(x, y);
        let cc = if strict {
            IntCC::SignedLessThan
        } else {
            IntCC::SignedLessThanOrEqual
        };
        if *ty == Ty::Str {
            let ctx = self.ctx;
            let cond = self.guarded_one(valid, types::I8, |this| {
                let sign = this.call(Helper::CompareText, &[ctx, x.word(), y.word()]);
                this.b.ins().icmp_imm_s(cc, sign, 0)
            });
            return self.truth(cond, valid);
        }
        let cond = self.before(x.repr, y.repr, cc);
        self.truth(cond, valid)
    }

    /// How two values compare that are not texts.
    fn before(&mut self, x: Repr, y: Repr, cc: IntCC) -> Value {
        match (x, y) {
            (Repr::Float(x), Repr::Float(y)) => {
                let cc = if cc == IntCC::SignedLessThan {
                    FloatCC::LessThan
                } else {
                    FloatCC::LessThanOrEqual
                };
                self.b.ins().fcmp(cc, x, y)
            }
            _ => {
                let (x, y) = (x.parts().as_slice()[0], y.parts().as_slice()[0]);
                self.compare(cc, x, y)
            }
        }
    }

    /// `a cc b` of an `Int` and a `Float`.
    pub(super) fn compare_mixed(&mut self, a: NodeId, b: NodeId, cc: IntCC) -> Val {
        let (x, y) = (self.get(a), self.get(b));
        let valid = self.both_valid(x, y);
        let (sign, cc) = match (x.repr, y.repr) {
            (Repr::Float(float), Repr::Int(int)) => (
                self.call(Helper::CompareMixed, &[int, float]),
                cc.swap_args(),
            ),
            _ => (self.call(Helper::CompareMixed, &[x.word(), y.word()]), cc),
        };
        let cond = self.b.ins().icmp_imm_s(cc, sign, 0);
        self.truth(cond, valid)
    }

    pub(super) fn is_in(&mut self, a: NodeId, set: &Arc<[Const]>) -> Val {
        let val = self.get(a);
        let ty = self.ty(a);
        let found = self.member(val.repr, ty, set);
        self.truth(found, val.valid)
    }

    /// Whether a value is one of the constants of its type.
    pub(super) fn member(&mut self, repr: Repr, ty: &Ty, set: &Arc<[Const]>) -> Value {
        if set.len() > UNROLLED && !matches!(repr, Repr::Geo(..)) {
            let key = value::key(&mut self.b, repr);
            let index = self.shared.pools.keys.index(set.clone());
            let (ctx, index) = (self.ctx, self.int(index));
            return self.call_bool(Helper::HasKey, &[ctx, index, key]);
        }
        let mut found = self.bit(false);
        for constant in set.iter() {
            let constant = self.const_value(constant, ty);
            let same = self.same(repr, constant.repr);
            found = self.b.ins().bor(found, same);
        }
        found
    }

    /// The lesser or the greater of two values; missing when either is.
    pub(super) fn extreme(&mut self, a: NodeId, b: NodeId, least: bool) -> Val {
        let ty = self.ty(a);
        let (x, y) = (self.get(a), self.get(b));
        let valid = self.both_valid(x, y);
        let (x, y) = (Val::known(x.repr), Val::known(y.repr));
        let second = if least {
            self.precedes(ty, y.repr, x.repr)
        } else {
            self.precedes(ty, x.repr, y.repr)
        };
        let chosen = value::select(&mut self.b, second, y, x);
        Val {
            repr: chosen.repr,
            valid,
        }
    }

    /// Whether `x < y` in the type's order. Total on any bits.
    pub(super) fn precedes(&mut self, ty: &Ty, x: Repr, y: Repr) -> Value {
        if *ty == Ty::Str {
            let (x, y, ctx) = (x.parts().as_slice()[0], y.parts().as_slice()[0], self.ctx);
            let sign = self.call(Helper::CompareText, &[ctx, x, y]);
            return self.b.ins().icmp_imm_s(IntCC::SignedLessThan, sign, 0);
        }
        self.before(x, y, IntCC::SignedLessThan)
    }
}
