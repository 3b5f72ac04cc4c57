//! Arithmetic. Integers saturate (dates and instants at the ends of their ranges), Floats stay finite and have
//! one zero. Divisors are never zero where a division is executed.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{NodeId, Ty};

use super::Emitter;
use super::value::{self, Repr, Val};
use crate::helpers::{Helper, range_of};

/// Which way a Float is rounded to a whole number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rounding {
    /// To the nearest, half to even.
    Nearest,
    /// To the greatest not above.
    Down,
    /// To the least not below.
    Up,
}

impl Emitter<'_, '_, '_> {
    // ---- integers ----

    pub(super) fn add(&mut self, a: NodeId, b: NodeId, ty: &Ty) -> Val {
        self.integers(a, b, ty, Self::saturating_add)
    }

    pub(super) fn subtract(&mut self, a: NodeId, b: NodeId, ty: &Ty) -> Val {
        self.integers(a, b, ty, Self::saturating_subtract)
    }

    pub(super) fn multiply(&mut self, a: NodeId, b: NodeId) -> Val {
        self.integers(a, b, &Ty::Int, Self::saturating_multiply)
    }

    fn integers(
        &mut self,
        a: NodeId,
        b: NodeId,
        ty: &Ty,
        f: fn(&mut Self, Value, Value) -> Value,
    ) -> Val {
        let (x, y) = (self.get(a), self.get(b));
        let valid = self.both_valid(x, y);
        let result = f(self, x.word(), y.word());
        Val {
            repr: Repr::Int(self.within_range(result, ty)),
            valid,
        }
    }

    /// Clamped to the range of a type that is narrower than `i64`.
    pub(super) fn within_range(&mut self, value: Value, ty: &Ty) -> Value {
        let Some((low, high)) = range_of(ty) else {
            return value;
        };
        let (low, high) = (self.int(low), self.int(high));
        let value = self.greatest(value, low);
        self.least(value, high)
    }

    pub(super) fn saturating_add(&mut self, x: Value, y: Value) -> Value {
        let sum = self.b.ins().iadd(x, y);
        let (dx, dy) = (self.b.ins().bxor(sum, x), self.b.ins().bxor(sum, y));
        let wrong = self.b.ins().band(dx, dy);
        self.saturated(wrong, x, sum)
    }

    fn saturating_subtract(&mut self, x: Value, y: Value) -> Value {
        let difference = self.b.ins().isub(x, y);
        let (dx, dy) = (self.b.ins().bxor(x, difference), self.b.ins().bxor(x, y));
        let wrong = self.b.ins().band(dx, dy);
        self.saturated(wrong, x, difference)
    }

    fn saturating_multiply(&mut self, x: Value, y: Value) -> Value {
        let low = self.b.ins().imul(x, y);
        let high = self.b.ins().smulhi(x, y);
        let sign = self.b.ins().sshr_imm_u(low, 63);
        let fits = self.compare(IntCC::Equal, high, sign);
        let signs = self.b.ins().bxor(x, y);
        let end = self.end_towards(signs);
        self.b.ins().select(fits, low, end)
    }

    /// `result`, or where `wrong` is negative the end of `i64` on the side of `sign`.
    fn saturated(&mut self, wrong: Value, sign: Value, result: Value) -> Value {
        let overflow = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, wrong, 0);
        let end = self.end_towards(sign);
        self.b.ins().select(overflow, end, result)
    }

    /// `i64::MIN` where `sign` is negative, else `i64::MAX`.
    pub(super) fn end_towards(&mut self, sign: Value) -> Value {
        let ones = self.b.ins().sshr_imm_u(sign, 63);
        let max = self.int(i64::MAX);
        self.b.ins().bxor(ones, max)
    }

    pub(super) fn negated(&mut self, a: NodeId) -> Val {
        let val = self.get(a);
        let zero = self.int(0);
        Val {
            repr: Repr::Int(self.saturating_subtract(zero, val.word())),
            valid: val.valid,
        }
    }

    pub(super) fn absolute(&mut self, a: NodeId) -> Val {
        let val = self.get(a);
        let repr = match val.repr {
            Repr::Float(x) => Repr::Float(self.b.ins().fabs(x)),
            _ => {
                let zero = self.int(0);
                let negated = self.saturating_subtract(zero, val.word());
                let negative = self
                    .b
                    .ins()
                    .icmp_imm_s(IntCC::SignedLessThan, val.word(), 0);
                Repr::Int(self.b.ins().select(negative, negated, val.word()))
            }
        };
        Val {
            repr,
            valid: val.valid,
        }
    }

    /// An exact division by a helper, which is total; missing where the divisor is 0.
    pub(super) fn divided(&mut self, helper: Helper, a: NodeId, b: NodeId) -> Val {
        let (x, y) = (self.get(a), self.get(b));
        let divisible = self.b.ins().icmp_imm_s(IntCC::NotEqual, y.word(), 0);
        let valid = self.both_valid(x, y);
        let valid = value::and_also(&mut self.b, divisible, valid);
        let quotient = self.call(helper, &[x.word(), y.word()]);
        Val {
            repr: Repr::Int(quotient),
            valid: Some(valid),
        }
    }

    pub(super) fn ratio(&mut self, a: NodeId, b: NodeId) -> Val {
        let (x, y) = (self.get(a), self.get(b));
        let divisible = self.b.ins().icmp_imm_s(IntCC::NotEqual, y.word(), 0);
        let valid = self.both_valid(x, y);
        let valid = value::and_also(&mut self.b, divisible, valid);
        let x = self.b.ins().fcvt_from_sint(types::F64, x.word());
        let y = self.b.ins().fcvt_from_sint(types::F64, y.word());
        let quotient = self.b.ins().fdiv(x, y);
        Val {
            repr: Repr::Float(self.finite(quotient)),
            valid: Some(valid),
        }
    }

    // ---- Floats ----

    /// The Float that stands for a result: ±MAX for an overflow, one zero.
    pub(super) fn finite(&mut self, x: Value) -> Value {
        let (max, min) = (
            self.b.ins().f64const(f64::MAX),
            self.b.ins().f64const(f64::MIN),
        );
        let x = self.b.ins().fmin(x, max);
        let x = self.b.ins().fmax(x, min);
        let zero = self.b.ins().f64const(0.0);
        self.b.ins().fadd(x, zero)
    }

    fn floats(&mut self, a: NodeId, b: NodeId, f: fn(&mut Self, Value, Value) -> Value) -> Val {
        let (x, y) = (self.get(a), self.get(b));
        let valid = self.both_valid(x, y);
        let result = f(self, x.word(), y.word());
        Val {
            repr: Repr::Float(self.finite(result)),
            valid,
        }
    }

    pub(super) fn float_add(&mut self, a: NodeId, b: NodeId) -> Val {
        self.floats(a, b, |this, x, y| this.b.ins().fadd(x, y))
    }

    pub(super) fn float_subtract(&mut self, a: NodeId, b: NodeId) -> Val {
        self.floats(a, b, |this, x, y| this.b.ins().fsub(x, y))
    }

    pub(super) fn float_multiply(&mut self, a: NodeId, b: NodeId) -> Val {
        self.floats(a, b, |this, x, y| this.b.ins().fmul(x, y))
    }

    pub(super) fn float_divide(&mut self, a: NodeId, b: NodeId) -> Val {
        let mut quotient = self.floats(a, b, |this, x, y| this.b.ins().fdiv(x, y));
        let divisor = self.get(b);
        let divisible = self.is_not_zero(divisor.word());
        quotient.valid = Some(value::and_also(&mut self.b, divisible, quotient.valid));
        quotient
    }

    fn is_not_zero(&mut self, x: Value) -> Value {
        let zero = self.b.ins().f64const(0.0);
        self.b.ins().fcmp(FloatCC::NotEqual, x, zero)
    }

    pub(super) fn float_negated(&mut self, a: NodeId) -> Val {
        let val = self.get(a);
        let negated = self.b.ins().fneg(val.word());
        Val {
            repr: Repr::Float(self.finite(negated)),
            valid: val.valid,
        }
    }

    pub(super) fn as_float(&mut self, a: NodeId) -> Val {
        let val = self.get(a);
        let float = self.b.ins().fcvt_from_sint(types::F64, val.word());
        Val {
            repr: Repr::Float(float),
            valid: val.valid,
        }
    }

    // ---- between the two ----

    /// The nearest whole number, saturating.
    pub(super) fn nearest(&mut self, x: Value, rounding: Rounding) -> Value {
        let whole = match rounding {
            Rounding::Nearest => self.b.ins().nearest(x),
            Rounding::Down => self.b.ins().floor(x),
            Rounding::Up => self.b.ins().ceil(x),
        };
        self.b.ins().fcvt_to_sint_sat(types::I64, whole)
    }

    pub(super) fn rounded(&mut self, a: NodeId, rounding: Rounding) -> Val {
        let val = self.get(a);
        let whole = self.nearest(val.word(), rounding);
        Val {
            repr: Repr::Int(whole),
            valid: val.valid,
        }
    }

    pub(super) fn scale(&mut self, a: NodeId, b: NodeId) -> Val {
        let (x, y) = (self.get(a), self.get(b));
        let valid = self.both_valid(x, y);
        let int = self.b.ins().fcvt_from_sint(types::F64, x.word());
        let product = self.b.ins().fmul(int, y.word());
        Val {
            repr: Repr::Int(self.nearest(product, Rounding::Nearest)),
            valid,
        }
    }

    pub(super) fn unscale(&mut self, a: NodeId, b: NodeId) -> Val {
        let (x, y) = (self.get(a), self.get(b));
        let valid = self.both_valid(x, y);
        let divisible = self.is_not_zero(y.word());
        let valid = value::and_also(&mut self.b, divisible, valid);
        let int = self.b.ins().fcvt_from_sint(types::F64, x.word());
        let quotient = self.b.ins().fdiv(int, y.word());
        Val {
            repr: Repr::Int(self.nearest(quotient, Rounding::Nearest)),
            valid: Some(valid),
        }
    }
}
