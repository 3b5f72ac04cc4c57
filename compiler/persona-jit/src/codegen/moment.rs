//! Dates, instants and the wall clock. What depends on `now` and the zone alone is computed once per zone when a
//! dataset is bound; the rest asks the runtime's calendar.

use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{DatePart, NodeId, Ty};

use super::value::{Repr, Val};
use super::{Emitter, FLAGS};
use crate::context::{Context, field};
use crate::helpers::{Helper, part_number};
use crate::layout::Shape;
use crate::pools::Moment;

impl Emitter<'_, '_, '_> {
    /// An instant or date that depends on `now` and the zone alone.
    pub(super) fn moment(&mut self, moment: Moment) -> Val {
        self.shared.pools.zones = true;
        let index = self.shared.pools.moments.index(moment);
        let rows = self.ctx_field(field!(Context, moments));
        let address = self.b.ins().iadd_imm_s(rows, index * 8);
        let row = self.b.ins().load(types::I64, FLAGS, address, 0);
        let address = self.indexed(row, self.zone, 3);
        Val::known(Repr::Int(self.b.ins().load(types::I64, FLAGS, address, 0)))
    }

    /// An integer from an integer by a helper, which is asked only where there is one.
    fn mapped(&mut self, a: NodeId, f: impl FnOnce(&mut Self, Value) -> Value) -> Val {
        let val = self.get(a);
        let result = self.guarded_one(val.valid, types::I64, |this| f(this, val.word()));
        Val {
            repr: Repr::Int(result),
            valid: val.valid,
        }
    }

    pub(super) fn date_add(&mut self, date: NodeId, months: i32, days: i32) -> Val {
        self.mapped(date, |this, date| {
            let (months, days) = (this.int(months.into()), this.int(days.into()));
            this.call(Helper::DateAdd, &[date, months, days])
        })
    }

    /// What a helper makes of an instant or date in the profile's zone.
    pub(super) fn zoned(&mut self, helper: Helper, a: NodeId) -> Val {
        self.shared.pools.zones = true;
        let (ctx, zone) = (self.ctx, self.zone);
        self.mapped(a, |this, x| this.call(helper, &[ctx, zone, x]))
    }

    pub(super) fn local_part(&mut self, a: NodeId, part: DatePart, ty: &Ty) -> Val {
        self.shared.pools.zones = true;
        let (ctx, zone) = (self.ctx, self.zone);
        let val = self.mapped(a, |this, x| {
            let part = this.int(part_number(part));
            this.call(Helper::LocalPart, &[ctx, zone, x, part])
        });
        as_shape(val, ty)
    }

    pub(super) fn date_part(&mut self, a: NodeId, part: DatePart, ty: &Ty) -> Val {
        let val = self.mapped(a, |this, x| {
            let part = this.int(part_number(part));
            this.call(Helper::DatePart, &[x, part])
        });
        as_shape(val, ty)
    }

    pub(super) fn days_since(&mut self, a: NodeId) -> Val {
        let now = self.now();
        self.mapped(a, |this, x| this.call(Helper::DaysSince, &[x, now]))
    }
}

/// A weekday is an enum's code; other parts are integers.
fn as_shape(val: Val, ty: &Ty) -> Val {
    Val {
        repr: Repr::from_parts(Shape::of(ty), &[val.word()]),
        valid: val.valid,
    }
}
