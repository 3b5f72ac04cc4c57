//! Which file emits which operation, and the logic: and, or, not, known, coalesce, if.

use cranelift_codegen::ir::{InstBuilder, types};
use persona_ir::{NodeId, Op, Ty};

use super::value::{self, Repr, Val};
use super::{Emitter, list, number};
use crate::context::{Context, field};
use crate::helpers::Helper;
use crate::pools::Moment;

impl<'a> Emitter<'_, 'a, '_> {
    /// The value of an operation whose operands are there. One arm for each operation.
    pub(super) fn operation(&mut self, node: NodeId, op: &'a Op, ty: &'a Ty) -> Val {
        let optional = self.plan.nodes[node].optional;
        match op {
            Op::Const(value) => self.const_value(value, ty),
            Op::Now => Val::known(Repr::Int(self.now())),
            Op::Today { months, days } => self.moment(Moment::Today {
                months: *months,
                days: *days,
            }),
            Op::Instant(spec) => self.moment(Moment::Instant(*spec)),
            Op::Profile(col) => self.profile_column(*col, ty, optional),
            Op::Event { level, cols } => self.event_column(*level, cols, ty, optional),
            Op::Elem { level, child } => self.element(*level, *child, ty, optional),

            Op::And(all) => self.connective(all, true),
            Op::Or(all) => self.connective(all, false),
            Op::Not(a) => self.not(*a),
            Op::Known(a) => self.is_known(*a),
            Op::Coalesce(a, b) => self.coalesce(*a, *b),
            Op::If { cond, then, other } => self.choose(*cond, *then, *other),

            Op::Eq(a, b) => self.equal(*a, *b),
            Op::Lt(a, b) => self.ordered(*a, *b, true),
            Op::Le(a, b) => self.ordered(*a, *b, false),
            Op::EqNum(a, b) => self.compare_mixed(*a, *b, super::IntCC::Equal),
            Op::LtNum(a, b) => self.compare_mixed(*a, *b, super::IntCC::SignedLessThan),
            Op::LeNum(a, b) => self.compare_mixed(*a, *b, super::IntCC::SignedLessThanOrEqual),
            Op::EqFold(a, b) => self.text_test(Helper::EqFold, *a, *b),
            Op::In(a, set) => self.is_in(*a, set),
            Op::Contains(a, b) => self.text_test(Helper::Contains, *a, *b),
            Op::StartsWith(a, b) => self.text_test(Helper::StartsWith, *a, *b),
            Op::EndsWith(a, b) => self.text_test(Helper::EndsWith, *a, *b),
            Op::Matches(a, pattern) => self.matches(*a, pattern),

            Op::Add(a, b) => self.add(*a, *b, ty),
            Op::Sub(a, b) => self.subtract(*a, *b, ty),
            Op::Mul(a, b) => self.multiply(*a, *b),
            Op::Neg(a) => self.negated(*a),
            Op::IntDiv(a, b) => self.divided(Helper::IntDiv, *a, *b),
            Op::IntMod(a, b) => self.divided(Helper::IntMod, *a, *b),
            Op::Ratio(a, b) => self.ratio(*a, *b),
            Op::FAdd(a, b) => self.float_add(*a, *b),
            Op::FSub(a, b) => self.float_subtract(*a, *b),
            Op::FMul(a, b) => self.float_multiply(*a, *b),
            Op::FDiv(a, b) => self.float_divide(*a, *b),
            Op::FNeg(a) => self.float_negated(*a),
            Op::ToFloat(a) => self.as_float(*a),
            Op::Scale(a, b) => self.scale(*a, *b),
            Op::Unscale(a, b) => self.unscale(*a, *b),
            Op::UnscaleInt(a, b) => self.divided(Helper::UnscaleInt, *a, *b),
            Op::Abs(a) => self.absolute(*a),
            Op::Round(a) => self.rounded(*a, number::Rounding::Nearest),
            Op::Floor(a) => self.rounded(*a, number::Rounding::Down),
            Op::Ceil(a) => self.rounded(*a, number::Rounding::Up),
            Op::Min(a, b) => self.extreme(*a, *b, true),
            Op::Max(a, b) => self.extreme(*a, *b, false),

            Op::DateAdd { date, months, days } => self.date_add(*date, *months, *days),
            Op::StartOfDay(a) => self.zoned(Helper::StartOfDay, *a),
            Op::DateOf(a) => self.zoned(Helper::DateOf, *a),
            Op::LocalPart(a, part) => self.local_part(*a, *part, ty),
            Op::DatePart(a, part) => self.date_part(*a, *part, ty),
            Op::Age(a) => self.zoned(Helper::Age, *a),
            Op::Anniversary(a) => self.zoned(Helper::Anniversary, *a),
            Op::DaysSince(a) => self.days_since(*a),

            Op::Lower(a) => self.text_map(Helper::Lower, *a),
            Op::Upper(a) => self.text_map(Helper::Upper, *a),
            Op::Trim(a) => self.text_map(Helper::Trim, *a),
            Op::Fold(a) => self.text_map(Helper::Fold, *a),
            Op::StrLen(a) => self.text_length(*a),
            Op::Domain(a) => self.domain(*a),
            Op::Concat(all) => self.concat(all),
            Op::Display(a, format) => self.display(*a, format.as_ref()),

            Op::Size(a) => self.size(*a),
            Op::Has(list, value) => self.has(*list, *value),
            Op::HasAny(list, set) => self.has_any(*list, set),
            Op::HasAll(list, set) => self.has_all(*list, set),
            Op::AnyElem { list, level, body } => self.quantifier(*list, *level, *body, true),
            Op::AllElem { list, level, body } => self.quantifier(*list, *level, *body, false),
            Op::ListAgg {
                kind,
                list,
                level,
                filter,
                value,
            } => self.list_agg(
                *kind,
                list::Over {
                    list: *list,
                    level: *level,
                    filter: *filter,
                    value: *value,
                },
                ty,
            ),

            Op::GeoMake(a, b) => self.place(*a, *b),
            Op::Distance(a, b) => self.distance(*a, *b),
            Op::Sample { salt, buckets } => self.sample(salt, *buckets),
            Op::Arm(arm) => self.arm(arm, optional),
            Op::Lookup { .. } | Op::ItemCol { .. } | Op::Items(_) => self.of_catalog(op, ty),
            Op::Input(_) => unreachable!("only campaigns have frames"),
            Op::Rank(rank, a) => self.rank(*rank, *a, ty),

            Op::Agg(agg) => self.aggregate(agg, ty),
            Op::Sequence(sequence) => self.sequence(sequence),
        }
    }

    /// The evaluation time.
    pub(super) fn now(&mut self) -> super::Value {
        self.b
            .ins()
            .load(types::I64, super::FLAGS, self.ctx, field!(Context, now))
    }

    fn connective(&mut self, all: &[NodeId], conjunction: bool) -> Val {
        let mut result = self.bit(conjunction);
        for node in all {
            let val = self.get(*node);
            let cond = self.holds(val);
            result = if conjunction {
                self.b.ins().band(result, cond)
            } else {
                self.b.ins().bor(result, cond)
            };
        }
        Val::bool(result)
    }

    fn not(&mut self, a: NodeId) -> Val {
        let val = self.get(a);
        let cond = self.holds(val);
        Val::bool(value::negate(&mut self.b, cond))
    }

    fn is_known(&mut self, a: NodeId) -> Val {
        let val = self.get(a);
        let known = val
            .valid
            .unwrap_or_else(|| self.b.ins().iconst(types::I8, 1));
        Val::bool(known)
    }

    fn coalesce(&mut self, a: NodeId, b: NodeId) -> Val {
        let (first, second) = (self.get(a), self.get(b));
        let Some(valid) = first.valid else {
            return first;
        };
        value::select(&mut self.b, valid, Val::known(first.repr), second)
    }

    fn choose(&mut self, cond: NodeId, then: NodeId, other: NodeId) -> Val {
        let cond = self.get(cond);
        let cond = self.holds(cond);
        let (then, other) = (self.get(then), self.get(other));
        value::select(&mut self.b, cond, then, other)
    }
}
