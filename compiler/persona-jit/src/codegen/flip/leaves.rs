//! When an integer leaves an interval that it is inside, which is later than when it changes: the interval is carried from
//! operation to operand while code is emitted, its ends in registers.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{Agg, AggKind, DatePart, InstantSpec, NodeId, Op, Ty};
use persona_runtime::calendar::MAX_TIMESTAMP;
use persona_runtime::flips::{FUEL, NEVER};

use super::{Emitter, Until};
use crate::helpers::{Helper, part_number, range_number};
use crate::pools::Moment;

/// The integers from one to another, both `I64` and included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inside {
    pub(super) lo: Value,
    pub(super) hi: Value,
}

impl Inside {
    /// One integer.
    pub(super) fn only(value: Value) -> Self {
        Self {
            lo: value,
            hi: value,
        }
    }

    /// All integers.
    pub(super) fn all(emitter: &mut Emitter<'_, '_, '_>) -> Self {
        Self {
            lo: emitter.int(i64::MIN),
            hi: emitter.int(i64::MAX),
        }
    }
}

/// Whether an interval is carried through an operation; through others only the operands' bounds are.
pub(super) fn has_way(op: &Op) -> bool {
    matches!(
        op,
        Op::Now
            | Op::Instant(_)
            | Op::Today { .. }
            | Op::Age(_)
            | Op::Anniversary(_)
            | Op::DaysSince(_)
            | Op::LocalPart(..)
            | Op::DateOf(_)
            | Op::Add(..)
            | Op::Sub(..)
            | Op::Mul(..)
            | Op::IntDiv(..)
            | Op::Neg(_)
            | Op::Min(..)
            | Op::Max(..)
            | Op::If { .. }
            | Op::Coalesce(..)
            | Op::Agg(_)
    )
}

impl<'a> Emitter<'_, 'a, '_> {
    /// An instant before which an integer that is inside stays inside, and known.
    pub(super) fn leaves(&mut self, node: NodeId, keep: Inside) -> Until {
        self.leaves_below(node, keep, FUEL)
    }

    fn leaves_below(&mut self, node: NodeId, keep: Inside, fuel: u8) -> Until {
        let changes = self.until(node)?;
        let definition = &self.plan.nodes[node];
        let all = (!definition.optional).then(|| self.is_all(keep));
        let fuel = fuel.checked_sub(1);
        let plain = matches!(
            definition.op,
            Op::Now | Op::Instant(InstantSpec::NowPlus(_))
        );
        let Some(fuel) = fuel else {
            return self.unless(all, changes);
        };
        if plain {
            let left = self.leaves_of(node, keep, fuel);
            return match self.later(Some(changes), left) {
                Some(left) => self.unless(all, left),
                None => None,
            };
        }
        let mut idle = self.b.ins().icmp_imm_s(IntCC::Equal, changes, NEVER);
        if let Some(all) = all {
            idle = self.b.ins().bor(idle, all);
        }
        self.either(
            idle,
            |_| None,
            |this| {
                let left = this.leaves_of(node, keep, fuel);
                this.later(Some(changes), left)
            },
        )
    }

    /// A bound, or never where everything is inside.
    fn unless(&mut self, all: Option<Value>, until: Value) -> Until {
        match all {
            Some(all) => self.select_until(all, None, Some(until)),
            None => Some(until),
        }
    }

    fn is_all(&mut self, keep: Inside) -> Value {
        let least = self.b.ins().icmp_imm_s(IntCC::Equal, keep.lo, i64::MIN);
        let most = self.b.ins().icmp_imm_s(IntCC::Equal, keep.hi, i64::MAX);
        self.b.ins().band(least, most)
    }

    fn is_inside(&mut self, keep: Inside, value: Value) -> Value {
        let above = self.compare(IntCC::SignedLessThanOrEqual, keep.lo, value);
        let below = self.compare(IntCC::SignedLessThanOrEqual, value, keep.hi);
        self.b.ins().band(above, below)
    }

    /// As [`Self::leaves`], from the operation and its operands.
    pub(super) fn leaves_of(&mut self, node: NodeId, keep: Inside, fuel: u8) -> Until {
        let definition = &self.plan.nodes[node];
        let ty = &definition.ty;
        match &definition.op {
            Op::Now => Some(self.moved_now(0, keep.hi)),
            Op::Instant(InstantSpec::NowPlus(shift)) => Some(self.moved_now(*shift, keep.hi)),
            Op::Instant(spec) => self.moment_leaves(node, Moment::Instant(*spec), keep),
            Op::Today { months, days } => {
                let (months, days) = (*months, *days);
                self.moment_leaves(node, Moment::Today { months, days }, keep)
            }
            Op::Age(a) => self.of_still(*a, |this, born| {
                this.zoned_until(Helper::FlipAge, &[born, keep.lo, keep.hi])
            }),
            Op::Anniversary(a) => self.of_still(*a, |this, of| {
                this.zoned_until(Helper::FlipAnniversary, &[of, keep.lo, keep.hi])
            }),
            Op::DaysSince(a) => self.of_still(*a, |this, at| {
                this.call(Helper::FlipDaysSince, &[at, keep.hi])
            }),
            Op::LocalPart(a, part) => self.part_leaves(*a, *part, keep),
            Op::DateOf(a) => self.part_leaves(*a, DatePart::Date, keep),
            Op::Add(a, b) => self.pair(*a, *b, fuel / 2, |this, _, other| {
                this.inside_before(Helper::KeepAdding, keep, &[other], Some(ty))
            }),
            Op::Sub(a, b) => self.pair(*a, *b, fuel / 2, |this, first, other| {
                let helper = if first {
                    Helper::KeepTaking
                } else {
                    Helper::KeepTakenFrom
                };
                this.inside_before(helper, keep, &[other], Some(ty))
            }),
            Op::Mul(a, b) => self.pair(*a, *b, fuel / 2, |this, _, other| {
                this.inside_before(Helper::KeepMultiplying, keep, &[other], None)
            }),
            Op::IntDiv(a, b) => self.quotient_leaves(&definition.op, (*a, *b), keep, fuel),
            Op::Neg(a) => {
                let keep = self.inside_before(Helper::KeepNegated, keep, &[], None);
                self.leaves_below(*a, keep, fuel)
            }
            Op::Min(a, b) => self.extreme_leaves((*a, *b), keep, fuel / 6, false),
            Op::Max(a, b) => self.extreme_leaves((*a, *b), keep, fuel / 6, true),
            Op::If { cond, then, other } => {
                let fuel = self.shared_fuel(*then, *other, fuel);
                let holds = self.have_truth(*cond);
                let chosen = self.either(
                    holds,
                    |this| this.leaves_below(*then, keep, fuel),
                    |this| this.leaves_below(*other, keep, fuel),
                );
                let cond = self.until(*cond);
                self.sooner(cond, chosen)
            }
            Op::Coalesce(a, b) => {
                let fuel = self.shared_fuel(*a, *b, fuel);
                let valid = self.have(*a).valid;
                self.where_valid(
                    valid,
                    |this| this.leaves_below(*a, keep, fuel),
                    |this| {
                        let (first, second) = (this.until(*a), this.leaves_below(*b, keep, fuel));
                        this.sooner(first, second)
                    },
                )
            }
            Op::Agg(agg) => self.count_leaves(node, agg, keep),
            op => self.operands_until(op),
        }
    }

    /// What one of two operands, whichever it is, may use up: half, where time has a part in both.
    fn shared_fuel(&self, a: NodeId, b: NodeId, fuel: u8) -> u8 {
        if self.is_timed(a) && self.is_timed(b) {
            fuel / 2
        } else {
            fuel
        }
    }

    // ---- moments ----

    /// When `now`, moved by microseconds, is after an instant.
    fn moved_now(&mut self, shift: i64, hi: Value) -> Value {
        let next = self.b.ins().iadd_imm_s(hi, 1);
        let shift_word = self.int(shift);
        let at = self.b.ins().isub(next, shift_word);
        let wrapped = if shift >= 0 {
            self.compare(IntCC::SignedGreaterThan, at, next)
        } else {
            self.compare(IntCC::SignedLessThan, at, next)
        };
        let last = self.int(MAX_TIMESTAMP);
        let never = self.compare(IntCC::SignedGreaterThanOrEqual, hi, last);
        let beyond = self.is_after(at, last);
        let never = self.b.ins().bor(never, beyond);
        let never = self.b.ins().bor(never, wrapped);
        let word = self.int(NEVER);
        self.b.ins().select(never, word, at)
    }

    /// A moment that depends on `now` and the zone alone. When it changes at all is the same for everybody in a zone.
    fn moment_leaves(&mut self, node: NodeId, moment: Moment, keep: Inside) -> Until {
        let index = self.shared.pools.moments.index(moment);
        let index = self.int(index);
        let value = self.have(node).word();
        if keep.lo == value && keep.hi == value {
            return Some(self.zoned_until(Helper::FlipMomentAtAll, &[index]));
        }
        Some(self.zoned_until(Helper::FlipMoment, &[index, keep.lo, keep.hi]))
    }

    /// What a helper says about the profile's zone.
    pub(super) fn zoned_until(&mut self, helper: Helper, args: &[Value]) -> Value {
        self.shared.pools.zones = true;
        let args: Vec<Value> = [self.ctx, self.zone]
            .into_iter()
            .chain(args.iter().copied())
            .collect();
        self.call(helper, &args)
    }

    /// A function of time and of a value that stays.
    fn of_still(&mut self, a: NodeId, leaves: impl FnOnce(&mut Self, Value) -> Value) -> Until {
        let (until, val) = (self.until(a), self.have(a));
        self.where_valid(
            val.valid,
            |this| {
                let left = leaves(this, val.word());
                this.sooner(until, Some(left))
            },
            |_| until,
        )
    }

    /// A part of the wall clock at an instant, if that moves with `now`.
    fn part_leaves(&mut self, of: NodeId, part: DatePart, keep: Inside) -> Until {
        let shift = match self.plan.nodes[of].op {
            Op::Now => 0,
            Op::Instant(InstantSpec::NowPlus(shift)) => shift,
            _ => return self.until(of),
        };
        let (shift, part) = (self.int(shift), self.int(part_number(part)));
        Some(self.zoned_until(Helper::FlipPart, &[shift, part, keep.lo, keep.hi]))
    }

    // ---- arithmetic ----

    /// The operands for which an operation stays inside, as a helper says.
    fn inside_before(
        &mut self,
        helper: Helper,
        keep: Inside,
        args: &[Value],
        ty: Option<&Ty>,
    ) -> Inside {
        let mut all = vec![self.ctx, keep.lo, keep.hi];
        all.extend(args);
        if let Some(ty) = ty {
            all.push(self.int(range_number(ty)));
        }
        let lo = self.call(helper, &all);
        let hi = self.result(types::I64);
        Inside { lo, hi }
    }

    /// An operation on two integers: either may move while the other stays. `keep` gives the interval of one, the first
    /// or the second, from the other's value.
    fn pair(
        &mut self,
        a: NodeId,
        b: NodeId,
        fuel: u8,
        keep: impl Fn(&mut Self, bool, Value) -> Inside,
    ) -> Until {
        let (x, y) = (self.have(a), self.have(b));
        let (first, second) = (self.until(a), self.until(b));
        let bounds = self.sooner(first, second);
        let valid = self.both_valid(x, y);
        let (x, y) = (x.word(), y.word());
        self.where_valid(
            valid,
            |this| {
                // One that time has no part in moves as little as the other changes.
                let first_moves = first.and_then(|_| {
                    let keep = keep(this, true, y);
                    this.moves((a, x), keep, (second, bounds), fuel)
                });
                let second_moves = second.and_then(|_| {
                    let keep = keep(this, false, x);
                    this.moves((b, y), keep, (first, bounds), fuel)
                });
                match (first, second) {
                    (Some(_), None) => first_moves,
                    (None, Some(_)) => second_moves,
                    _ => this.later(first_moves, second_moves),
                }
            },
            |_| bounds,
        )
    }

    /// How long one operand moves inside while the other (its bound, and the sooner of both) stays.
    fn moves(
        &mut self,
        (node, value): (NodeId, Value),
        keep: Inside,
        (other, bounds): (Until, Until),
        fuel: u8,
    ) -> Until {
        let inside = self.is_inside(keep, value);
        self.either(
            inside,
            |this| {
                let left = this.leaves_below(node, keep, fuel);
                this.sooner(left, other)
            },
            |_| bounds,
        )
    }

    fn quotient_leaves(
        &mut self,
        op: &Op,
        (a, b): (NodeId, NodeId),
        keep: Inside,
        fuel: u8,
    ) -> Until {
        let by = self.have(b);
        let positive = self
            .b
            .ins()
            .icmp_imm_s(IntCC::SignedGreaterThan, by.word(), 0);
        let positive = crate::codegen::value::and_also(&mut self.b, positive, by.valid);
        self.either(
            positive,
            |this| {
                let keep = this.inside_before(Helper::KeepDividing, keep, &[by.word()], None);
                let (left, still) = (this.leaves_below(a, keep, fuel), this.until(b));
                this.sooner(left, still)
            },
            |this| this.operands_until(op),
        )
    }

    /// The lesser or the greater of two: on one side both must stay, on the other one of them.
    fn extreme_leaves(
        &mut self,
        (a, b): (NodeId, NodeId),
        keep: Inside,
        fuel: u8,
        greater: bool,
    ) -> Until {
        let (x, y) = (self.have(a), self.have(b));
        let (first, second) = (self.until(a), self.until(b));
        let bounds = self.sooner(first, second);
        let valid = self.both_valid(x, y);
        let all = Inside::all(self);
        let (up, down) = (
            Inside {
                lo: all.lo,
                hi: keep.hi,
            },
            Inside {
                lo: keep.lo,
                hi: all.hi,
            },
        );
        let (both, one) = if greater { (up, down) } else { (down, up) };
        self.where_valid(
            valid,
            |this| {
                let mut until = None;
                for node in [a, b] {
                    for keep in [both, all] {
                        let stays = this.leaves_below(node, keep, fuel);
                        until = this.sooner(until, stays);
                    }
                }
                let before = this.int(i64::MIN);
                let (mut any, mut found) = (before, this.bit(false));
                for (node, value) in [(a, x.word()), (b, y.word())] {
                    let inside = this.is_inside(one, value);
                    let stays = this.either(
                        inside,
                        |this| this.leaves_below(node, one, fuel),
                        |this| Some(this.int(i64::MIN)),
                    );
                    let stays = this.word(stays);
                    any = this.greatest(any, stays);
                    found = this.b.ins().bor(found, inside);
                }
                let any = this.select_until(found, Some(any), bounds);
                this.sooner(until, any)
            },
            |_| bounds,
        )
    }

    /// When a count leaves an interval that it is inside; other aggregates when they change.
    fn count_leaves(&mut self, node: NodeId, agg: &Agg, keep: Inside) -> Until {
        if agg.kind != AggKind::Count || agg.value.is_some() {
            return self.until(node);
        }
        let ctx = self.ctx;
        if agg.query.latest.is_some() {
            let (profile, node) = (self.profile, self.int(i64::from(node.0)));
            return Some(self.call(
                Helper::InterpretStays,
                &[ctx, profile, node, keep.lo, keep.hi],
            ));
        }
        let index = self.index(self.flips().turnover(node));
        Some(self.call(Helper::TurnoverLeaves, &[ctx, index, keep.lo, keep.hi]))
    }
}
