//! Bounds of comparisons: either side may move while the other stays, as far as its *side* of the other goes.

use std::sync::Arc;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{Const, NodeId, Op, Ty};

use super::leaves::Inside;
use super::{Emitter, FLAGS, Until};
use crate::codegen::number::Rounding;
use crate::codegen::value::{Repr, Val};
use crate::context::{ColumnRef, field};
use crate::helpers::Helper;

impl Emitter<'_, '_, '_> {
    /// A comparison of two values of one type.
    pub(super) fn comparison_until(&mut self, op: &Op, a: NodeId, b: NodeId) -> Until {
        if !self.is_whole(a) || !self.is_whole(b) {
            return self.operands_until(op);
        }
        let (x, y) = (self.have(a), self.have(b));
        let valid = self.both_valid(x, y);
        self.where_valid(
            valid,
            |this| this.compared_until(op, (a, x), (b, y)),
            |this| this.operands_until(op),
        )
    }

    fn compared_until(&mut self, op: &Op, (a, x): (NodeId, Val), (b, y): (NodeId, Val)) -> Until {
        let (x, y) = (x.word(), y.word());
        let (first_until, second_until) = (self.until(a), self.until(b));
        // For the second operand the sides are exchanged: `a < b` is `b >= a + 1`. Where there is nothing beyond a number,
        // the next one is the least, and its upper side is everything.
        let mut first_moves = None;
        if first_until.is_some() {
            let keep = match op {
                Op::Lt(..) => self.side(x, y),
                Op::Le(..) => {
                    let cut = self.b.ins().iadd_imm_s(y, 1);
                    self.side(x, cut)
                }
                _ => self.beside(x, y),
            };
            first_moves = self.leaves(a, keep);
            if second_until.is_none() {
                return first_moves;
            }
        }
        let keep = match op {
            Op::Lt(..) => {
                let cut = self.b.ins().iadd_imm_s(x, 1);
                self.side(y, cut)
            }
            Op::Le(..) => self.side(y, x),
            _ => self.beside(y, x),
        };
        let second_moves = self.leaves(b, keep);
        if first_until.is_none() {
            return second_moves;
        }
        let first_moves = self.sooner(first_moves, second_until);
        let second_moves = self.sooner(second_moves, first_until);
        self.later(first_moves, second_moves)
    }

    /// A comparison of an integer and a Float.
    pub(super) fn mixed_until(&mut self, op: &Op, a: NodeId, b: NodeId) -> Until {
        let (whole, real) = if *self.ty(a) == Ty::Float {
            (b, a)
        } else {
            (a, b)
        };
        if !self.is_whole(whole) || *self.ty(real) != Ty::Float {
            return self.operands_until(op);
        }
        let (x, y) = (self.have(whole), self.have(real));
        let valid = self.both_valid(x, y);
        self.where_valid(
            valid,
            |this| {
                let keep = this.beside_float(op, whole == a, x.word(), y.word());
                let (moves, still) = (this.leaves(whole, keep), this.until(real));
                this.sooner(moves, still)
            },
            |this| this.operands_until(op),
        )
    }

    /// The integers that compare to a Float as one does.
    fn beside_float(&mut self, op: &Op, whole_first: bool, whole: Value, real: Value) -> Inside {
        if matches!(op, Op::LtNum(..)) == whole_first && !matches!(op, Op::EqNum(..)) {
            let cut = self.nearest(real, Rounding::Up);
            return self.side(whole, cut);
        }
        let floor = self.nearest(real, Rounding::Down);
        let one = self.int(1);
        let above = self.saturating_add(floor, one);
        let side = self.side(whole, above);
        if !matches!(op, Op::EqNum(..)) {
            return side;
        }
        let sign = self.call(Helper::CompareMixed, &[floor, real]);
        let exact = self.b.ins().icmp_imm_s(IntCC::Equal, sign, 0);
        let beside = self.beside(whole, floor);
        Inside {
            lo: self.b.ins().select(exact, beside.lo, side.lo),
            hi: self.b.ins().select(exact, beside.hi, side.hi),
        }
    }

    /// The integers on a value's side of a cut: those less than it, or the others.
    pub(super) fn side(&mut self, value: Value, cut: Value) -> Inside {
        let below = self.compare(IntCC::SignedLessThan, value, cut);
        let (least, most) = (self.int(i64::MIN), self.int(i64::MAX));
        let last = self.b.ins().iadd_imm_s(cut, -1);
        Inside {
            lo: self.b.ins().select(below, least, cut),
            hi: self.b.ins().select(below, last, most),
        }
    }

    /// The integers on a value's side of one that is equal to nothing else.
    fn beside(&mut self, value: Value, other: Value) -> Inside {
        let (least, most) = (self.int(i64::MIN), self.int(i64::MAX));
        let less = self.compare(IntCC::SignedLessThan, value, other);
        let more = self.compare(IntCC::SignedGreaterThan, value, other);
        let (above, below) = (
            self.b.ins().iadd_imm_s(other, 1),
            self.b.ins().iadd_imm_s(other, -1),
        );
        let lo = self.b.ins().select(more, above, other);
        let hi = self.b.ins().select(less, below, other);
        Inside {
            lo: self.b.ins().select(less, least, lo),
            hi: self.b.ins().select(more, most, hi),
        }
    }

    /// The integers around one that are like it inside or outside a sorted set.
    pub(super) fn among(&mut self, value: Value, set: &[Const]) -> Inside {
        let starts = stretches(set);
        let count = starts.len();
        let starts: Arc<[Const]> = starts.into_iter().map(Const::Int).collect();
        let Repr::List(children, ..) = self.const_list(&starts, &Ty::Int) else {
            unreachable!("a constant list is a list");
        };
        let starts = self
            .b
            .ins()
            .load(types::I64, FLAGS, children, field!(ColumnRef, data));
        // The last stretch that does not start behind the value, by halving.
        let (mut place, mut left) = (self.int(0), count);
        while left > 1 {
            let half = left / 2;
            let middle = self.index(half);
            let middle = self.b.ins().iadd(place, middle);
            let start = self.start(starts, middle);
            let there = self.compare(IntCC::SignedLessThanOrEqual, start, value);
            place = self.b.ins().select(there, middle, place);
            left -= half;
        }
        let next = self.b.ins().iadd_imm_s(place, 1);
        let count = self.index(count);
        let is_last = self.compare(IntCC::Equal, next, count);
        let next = self.b.ins().select(is_last, place, next);
        let (lo, next) = (self.start(starts, place), self.start(starts, next));
        let (last, most) = (self.b.ins().iadd_imm_s(next, -1), self.int(i64::MAX));
        Inside {
            lo,
            hi: self.b.ins().select(is_last, most, last),
        }
    }

    fn start(&mut self, starts: Value, place: Value) -> Value {
        let address = self.indexed(starts, place, 3);
        self.b.ins().load(types::I64, FLAGS, address, 0)
    }
}

/// Where the stretches of integers start that are all inside or all outside a sorted set, the first at the least one.
fn stretches(set: &[Const]) -> Vec<i64> {
    let number = |item: &Const| match item {
        Const::Int(number) => Some(*number),
        Const::Enum(index) => Some(i64::from(*index)),
        _ => None,
    };
    let mut starts = vec![i64::MIN];
    for number in set.iter().filter_map(number) {
        if number > i64::MIN && starts.last() == Some(&number) {
            // The one before ends behind this one.
            starts.pop();
        } else if number > i64::MIN {
            starts.push(number);
        }
        starts.extend(number.checked_add(1));
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_start_where_membership_turns() {
        let of = |numbers: &[i64]| {
            let set: Vec<Const> = numbers.iter().copied().map(Const::Int).collect();
            stretches(&set)
        };
        assert_eq!(of(&[]), [i64::MIN]);
        assert_eq!(of(&[3]), [i64::MIN, 3, 4]);
        assert_eq!(of(&[3, 4, 7]), [i64::MIN, 3, 5, 7, 8]);
        assert_eq!(
            of(&[i64::MIN, 0, i64::MAX]),
            [i64::MIN, i64::MIN + 1, 0, 1, i64::MAX]
        );
        assert_eq!(of(&[i64::MIN, i64::MIN + 1]), [i64::MIN, i64::MIN + 2]);
    }
}
