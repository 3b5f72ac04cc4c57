//! Accumulators: what an aggregate keeps while a loop feeds it values, and what it makes of them behind the loop.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::Variable;
use persona_ir::{NodeId, Ty};

use super::Emitter;
use super::value::{self, Repr, Val};
use crate::helpers::Helper;
use crate::layout::Shape;

/// What is computed of the values fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Count,
    Sum,
    Avg,
    Min,
    Max,
    Distinct,
    MostCommon,
    TopShare,
    MaxPerValue,
    Share,
}

/// An aggregate under way. Variables hold its state, so that loops and branches need not pass it along.
#[derive(Debug)]
pub(super) struct Accumulator<'t> {
    what: What,
    /// The type of the values; absent where only their number matters.
    ty: Option<&'t Ty>,
    /// How many were fed.
    count: Variable,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The count is all.
    Counted,
    /// An exact sum: low and high word of 128 bits.
    Wide(Variable, Variable),
    /// A sum of Floats in order.
    Float(Variable),
    /// The best value so far; nothing while the count is 0.
    Best(Variable),
    /// How many were true.
    True(Variable),
    /// The values lie on the helpers' stack from here.
    Stacked(Value),
}

impl<'a> Emitter<'_, 'a, '_> {
    /// Starts an aggregate before its loop.
    pub(super) fn accumulator(&mut self, what: What, ty: Option<&'a Ty>) -> Accumulator<'a> {
        let shape = ty.map_or(Shape::Int, Shape::of);
        let count = self.counter();
        let state = match what {
            What::Count => State::Counted,
            What::Sum | What::Avg if shape == Shape::Float => {
                State::Float(self.variable(Shape::Float))
            }
            What::Sum | What::Avg => State::Wide(self.counter(), self.counter()),
            What::Min | What::Max => State::Best(self.variable(shape)),
            What::Share => State::True(self.counter()),
            What::Distinct | What::MostCommon | What::TopShare | What::MaxPerValue => {
                let ctx = self.ctx;
                State::Stacked(self.call(Helper::Mark, &[ctx]))
            }
        };
        Accumulator {
            what,
            ty,
            count,
            state,
        }
    }

    /// A variable of a shape with one register, zero at first.
    pub(super) fn variable(&mut self, shape: Shape) -> Variable {
        let ty = shape.types()[0];
        let var = self.b.declare_var(ty);
        let zero = value::zero(&mut self.b, ty);
        self.b.def_var(var, zero);
        var
    }

    /// An integer variable, zero at first.
    pub(super) fn counter(&mut self) -> Variable {
        self.variable(Shape::Int)
    }

    /// Adds to an integer variable.
    pub(super) fn increase(&mut self, var: Variable, by: Value) {
        let old = self.b.use_var(var);
        let new = self.b.ins().iadd(old, by);
        self.b.def_var(var, new);
    }

    /// Feeds the value of a node, unless it is missing; without a node, counts.
    pub(super) fn feed_node(&mut self, accumulator: &Accumulator<'_>, value: Option<NodeId>) {
        let one = self.int(1);
        let Some(value) = value else {
            return self.increase(accumulator.count, one);
        };
        self.ensure([value]);
        let val = self.get(value);
        let skip = val.valid.map(|valid| {
            let skip = self.b.create_block();
            self.require(valid, skip);
            skip
        });
        self.feed(accumulator, val.repr);
        self.increase(accumulator.count, one);
        if let Some(skip) = skip {
            self.b.ins().jump(skip, &[]);
            self.begin(skip);
        }
    }

    fn feed(&mut self, accumulator: &Accumulator<'_>, repr: Repr) {
        let word = repr.parts().as_slice()[0];
        match accumulator.state {
            State::Counted => {}
            State::Wide(low, high) => self.feed_wide(low, high, word),
            State::Float(sum) => {
                let old = self.b.use_var(sum);
                let new = self.b.ins().fadd(old, word);
                let new = self.finite(new);
                self.b.def_var(sum, new);
            }
            State::Best(best) => self.feed_best(accumulator, best, repr),
            State::True(hits) => {
                let hit = self.b.ins().uextend(types::I64, word);
                self.increase(hits, hit);
            }
            State::Stacked(_) => {
                let key = value::key(&mut self.b, repr);
                let ctx = self.ctx;
                self.call(Helper::Push, &[ctx, key]);
            }
        }
    }

    /// Adds 64 bits to 128.
    fn feed_wide(&mut self, low: Variable, high: Variable, word: Value) {
        let old = self.b.use_var(low);
        let new = self.b.ins().iadd(old, word);
        self.b.def_var(low, new);
        let carry = self.compare(IntCC::UnsignedLessThan, new, word);
        let carry = self.b.ins().uextend(types::I64, carry);
        let sign = self.b.ins().sshr_imm_u(word, 63);
        let more = self.b.ins().iadd(sign, carry);
        self.increase(high, more);
    }

    fn feed_best(&mut self, accumulator: &Accumulator<'_>, best: Variable, repr: Repr) {
        let ty = accumulator
            .ty
            .expect("the least and the greatest have a value");
        let old = Repr::from_parts(repr.shape(), &[self.b.use_var(best)]);
        let better = match accumulator.what {
            What::Min => self.precedes(ty, repr, old),
            _ => self.precedes(ty, old, repr),
        };
        let count = self.b.use_var(accumulator.count);
        let first = self.b.ins().icmp_imm_s(IntCC::Equal, count, 0);
        let better = self.b.ins().bor(better, first);
        let (new, old) = (repr.parts().as_slice()[0], old.parts().as_slice()[0]);
        let kept = self.b.ins().select(better, new, old);
        self.b.def_var(best, kept);
    }

    /// The aggregate's value, behind the loop. `ty` is the result's type.
    pub(super) fn accumulated(&mut self, accumulator: &Accumulator<'_>, ty: &Ty) -> Val {
        let count = self.b.use_var(accumulator.count);
        let some = self.b.ins().icmp_imm_s(IntCC::NotEqual, count, 0);
        match (accumulator.what, &accumulator.state) {
            (_, State::Counted) => Val::known(Repr::Int(count)),
            (What::Avg, State::Wide(low, high)) => self.mean(*low, *high, count, some, ty),
            (_, State::Wide(low, high)) => Val::known(Repr::Int(self.narrowed(*low, *high))),
            (What::Avg, State::Float(sum)) => {
                let sum = self.b.use_var(*sum);
                Val {
                    repr: Repr::Float(self.quotient(sum, count)),
                    valid: Some(some),
                }
            }
            (_, State::Float(sum)) => Val::known(Repr::Float(self.b.use_var(*sum))),
            (_, State::Best(best)) => {
                let best = self.b.use_var(*best);
                Val {
                    repr: Repr::from_parts(Shape::of(ty), &[best]),
                    valid: Some(some),
                }
            }
            (_, State::True(hits)) => {
                let hits = self.b.use_var(*hits);
                let hits = self.b.ins().fcvt_from_sint(types::F64, hits);
                Val {
                    repr: Repr::Float(self.quotient(hits, count)),
                    valid: Some(some),
                }
            }
            (what, State::Stacked(base)) => self.of_stacked(what, *base, ty),
        }
    }

    /// A Float divided by a count.
    fn quotient(&mut self, sum: Value, count: Value) -> Value {
        let count = self.b.ins().fcvt_from_sint(types::F64, count);
        let quotient = self.b.ins().fdiv(sum, count);
        self.finite(quotient)
    }

    /// 128 bits clamped to 64.
    fn narrowed(&mut self, low: Variable, high: Variable) -> Value {
        let (low, high) = (self.b.use_var(low), self.b.use_var(high));
        let sign = self.b.ins().sshr_imm_u(low, 63);
        let fits = self.compare(IntCC::Equal, high, sign);
        let end = self.end_towards(high);
        self.b.ins().select(fits, low, end)
    }

    fn mean(&mut self, low: Variable, high: Variable, count: Value, some: Value, ty: &Ty) -> Val {
        let (low, high) = (self.b.use_var(low), self.b.use_var(high));
        let repr = match ty {
            Ty::Float => Repr::Float(self.call(Helper::MeanInt, &[low, high, count])),
            _ => Repr::Int(self.call(Helper::MeanAmount, &[low, high, count])),
        };
        Val {
            repr,
            valid: Some(some),
        }
    }

    /// What helpers make of the values on their stack, which they take off it.
    fn of_stacked(&mut self, what: What, base: Value, ty: &Ty) -> Val {
        let ctx = self.ctx;
        match what {
            What::Distinct => Val::known(Repr::Int(self.call(Helper::Distinct, &[ctx, base]))),
            What::MaxPerValue => {
                Val::known(Repr::Int(self.call(Helper::MaxPerValue, &[ctx, base])))
            }
            What::TopShare => {
                let found = self.call_bool(Helper::TopShare, &[ctx, base]);
                Val {
                    repr: Repr::Float(self.result(types::F64)),
                    valid: Some(found),
                }
            }
            _ => {
                let found = self.call_bool(Helper::MostCommon, &[ctx, base]);
                let key = self.result(types::I64);
                Val {
                    repr: value::from_key(&mut self.b, Shape::of(ty), key),
                    valid: Some(found),
                }
            }
        }
    }
}
