//! Aggregates over event queries.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use cranelift_frontend::Variable;
use persona_ir::{Agg, AggKind, CalendarUnit, NodeId, Query, Ty};

use super::accumulate::What;
use super::value::{self, Repr, Val};
use super::walk::{Direction, Exits};
use super::{Emitter, EventAt};
use crate::helpers::{Helper, unit_number};
use crate::layout::Shape;

impl<'a> Emitter<'_, 'a, '_> {
    /// The value of an aggregate. Outside all loops.
    pub(super) fn aggregate(&mut self, agg: &'a Agg, ty: &Ty) -> Val {
        let what = match &agg.kind {
            AggKind::Exists => return self.exists(&agg.query),
            AggKind::Gap => return self.gap(&agg.query),
            AggKind::Nth { n, from_end } => return self.nth(agg, *n, *from_end, ty),
            AggKind::UnitsHit { unit, units } => return self.units_hit(&agg.query, *unit, *units),
            AggKind::Count => What::Count,
            AggKind::Sum => What::Sum,
            AggKind::Avg => What::Avg,
            AggKind::Min => What::Min,
            AggKind::Max => What::Max,
            AggKind::Distinct => What::Distinct,
            AggKind::MostCommon => What::MostCommon,
            AggKind::TopShare => What::TopShare,
            AggKind::Share => What::Share,
            AggKind::MaxPerValue => What::MaxPerValue,
        };
        if what == What::Count && agg.value.is_none() && is_plain(&agg.query) {
            return Val::known(Repr::Int(self.rows_covered(&agg.query)));
        }
        let value_ty = agg.value.map(|value| self.ty(value));
        let accumulator = self.accumulator(what, value_ty);
        self.each_match(&agg.query, Direction::Forward, |this, _, _| {
            this.feed_node(&accumulator, agg.value);
        });
        self.accumulated(&accumulator, ty)
    }

    /// How many events a query covers whose events need not be looked at.
    fn rows_covered(&mut self, query: &Query) -> Value {
        let mut sum = self.int(0);
        for kind in self.query_rows(query) {
            let rows = self.b.ins().isub(kind.rows.high, kind.rows.low);
            sum = self.b.ins().iadd(sum, rows);
        }
        sum
    }

    fn exists(&mut self, query: &Query) -> Val {
        if is_plain(query) {
            let rows = self.rows_covered(query);
            return Val::bool(self.b.ins().icmp_imm_s(IntCC::NotEqual, rows, 0));
        }
        let found = self.flag();
        self.each_match(query, Direction::Forward, |this, _, exits| {
            let set = this.bit(true);
            this.b.def_var(found, set);
            this.leave(exits.done);
        });
        Val::bool(self.b.use_var(found))
    }

    /// Jumps; what is emitted behind is never reached.
    pub(super) fn leave(&mut self, to: Block) {
        self.b.ins().jump(to, &[]);
        let dead = self.b.create_block();
        self.begin(dead);
    }

    fn gap(&mut self, query: &Query) -> Val {
        let [first, last, count] = [(); 3].map(|()| self.counter());
        self.each_match(query, Direction::Forward, |this, event, _| {
            let at = this.event_at(event);
            let (so_far, old) = (this.b.use_var(count), this.b.use_var(first));
            let is_first = this.b.ins().icmp_imm_s(IntCC::Equal, so_far, 0);
            let start = this.b.ins().select(is_first, at, old);
            this.b.def_var(first, start);
            this.b.def_var(last, at);
            let one = this.int(1);
            this.increase(count, one);
        });
        let (first, last, count) = (
            self.b.use_var(first),
            self.b.use_var(last),
            self.b.use_var(count),
        );
        let ctx = self.ctx;
        let found = self.call_bool(Helper::Gap, &[ctx, first, last, count]);
        Val {
            repr: Repr::Int(self.result(types::I64)),
            valid: Some(found),
        }
    }

    /// The value at the n-th match from one end.
    fn nth(&mut self, agg: &Agg, n: u32, from_end: bool, ty: &Ty) -> Val {
        let Some(value) = agg.value.filter(|_| n > 0) else {
            return value::nothing(&mut self.b, ty);
        };
        let shape = Shape::of(ty);
        let parts: Vec<Variable> = shape.types().iter().map(|ty| self.zeroed(*ty)).collect();
        let (found, left) = (self.flag(), self.counter());
        let start = self.int(i64::from(n));
        self.b.def_var(left, start);
        let direction = if from_end {
            Direction::Backward
        } else {
            Direction::Forward
        };
        self.each_match(&agg.query, direction, |this, _, exits| {
            this.count_down(left, exits);
            this.keep(value, &parts, found);
            this.leave(exits.done);
        });
        let parts: Vec<Value> = parts.iter().map(|part| self.b.use_var(*part)).collect();
        let found = self.b.use_var(found);
        Val {
            repr: Repr::from_parts(shape, &parts),
            valid: Some(found),
        }
    }

    fn zeroed(&mut self, ty: cranelift_codegen::ir::Type) -> Variable {
        let var = self.b.declare_var(ty);
        let zero = value::zero(&mut self.b, ty);
        self.b.def_var(var, zero);
        var
    }

    /// Goes on to the next turn until the counter is down to zero.
    fn count_down(&mut self, left: Variable, exits: Exits) {
        let minus_one = self.int(-1);
        self.increase(left, minus_one);
        let left = self.b.use_var(left);
        let over = self
            .b
            .ins()
            .icmp_imm_s(IntCC::SignedLessThanOrEqual, left, 0);
        self.require(over, exits.next);
    }

    /// Keeps a node's value in variables.
    fn keep(&mut self, value: NodeId, parts: &[Variable], found: Variable) {
        self.ensure([value]);
        let val = self.get(value);
        for (part, var) in val.repr.parts().as_slice().iter().zip(parts) {
            self.b.def_var(*var, *part);
        }
        let valid = val
            .valid
            .unwrap_or_else(|| self.b.ins().iconst(types::I8, 1));
        self.b.def_var(found, valid);
    }

    /// In how many of the last units there is a match. Instants ascend, so units never come back.
    fn units_hit(&mut self, query: &Query, unit: CalendarUnit, units: u32) -> Val {
        self.shared.pools.zones = true;
        let [hits, last] = [(); 2].map(|()| self.counter());
        self.each_match(query, Direction::Forward, |this, event, exits| {
            let back = this.units_back(event, unit);
            let fresh = this.b.use_var(last);
            let fresh = this.compare(IntCC::NotEqual, back, fresh);
            this.b.def_var(last, back);
            let near =
                this.b
                    .ins()
                    .icmp_imm_s(IntCC::SignedLessThanOrEqual, back, i64::from(units));
            let counts = this.b.ins().band(fresh, near);
            let whole = this.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, back, 0);
            let counts = this.b.ins().band(counts, whole);
            this.require(counts, exits.next);
            let one = this.int(1);
            this.increase(hits, one);
        });
        Val::known(Repr::Int(self.b.use_var(hits)))
    }

    /// How many units before the running one an event lies.
    fn units_back(&mut self, event: EventAt, unit: CalendarUnit) -> Value {
        let at = self.event_at(event);
        let (ctx, zone, unit) = (self.ctx, self.zone, self.int(unit_number(unit)));
        self.call(Helper::UnitsBack, &[ctx, zone, unit, at])
    }
}

/// Whether the number of events is known without looking at them.
fn is_plain(query: &Query) -> bool {
    query.items.is_none() && query.filter.is_none()
}
