//! Places, chance and ranks.

use std::sync::Arc;

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{Arm, NodeId, RankId, Ty};

use super::Emitter;
use super::value::{self, Repr, Val};
use crate::helpers::Helper;
use crate::layout::Shape;

impl Emitter<'_, '_, '_> {
    /// A place; missing outside ±90 and ±180.
    pub(super) fn place(&mut self, latitude: NodeId, longitude: NodeId) -> Val {
        let (lat, lng) = (self.get(latitude), self.get(longitude));
        let valid = self.both_valid(lat, lng);
        let inside = self.within(lat.word(), 90.0);
        let also = self.within(lng.word(), 180.0);
        let inside = self.b.ins().band(inside, also);
        let valid = value::and_also(&mut self.b, inside, valid);
        Val {
            repr: Repr::Geo(lat.word(), lng.word()),
            valid: Some(valid),
        }
    }

    /// Whether `|x| <= limit`.
    fn within(&mut self, x: Value, limit: f64) -> Value {
        let size = self.b.ins().fabs(x);
        let limit = self.b.ins().f64const(limit);
        self.b.ins().fcmp(FloatCC::LessThanOrEqual, size, limit)
    }

    pub(super) fn distance(&mut self, a: NodeId, b: NodeId) -> Val {
        let (x, y) = (self.get(a), self.get(b));
        let valid = self.both_valid(x, y);
        let (Repr::Geo(lat_a, lng_a), Repr::Geo(lat_b, lng_b)) = (x.repr, y.repr) else {
            unreachable!("a verified plan measures between places");
        };
        let metres = self.guarded_one(valid, types::I64, |this| {
            this.call(Helper::Distance, &[lat_a, lng_a, lat_b, lng_b])
        });
        Val {
            repr: Repr::Int(metres),
            valid,
        }
    }

    pub(super) fn sample(&mut self, salt: &Arc<str>, buckets: u32) -> Val {
        let salt = self.shared.pools.salts.index(salt.clone());
        let (ctx, salt, profile) = (self.ctx, self.int(salt), self.profile);
        let bucket = self.call(Helper::Bucket, &[ctx, salt, profile]);
        let below =
            self.b
                .ins()
                .icmp_imm_s(super::IntCC::SignedLessThan, bucket, i64::from(buckets));
        Val::bool(below)
    }

    /// The arm of an experiment.
    pub(super) fn arm(&mut self, arm: &Arc<Arm>, optional: bool) -> Val {
        let arm = self.shared.pools.arms.index(Arc::clone(arm));
        let (ctx, arm, profile) = (self.ctx, self.int(arm), self.profile);
        let number = self.call(Helper::Arm, &[ctx, arm, profile]);
        self.arm_value(number, optional)
    }

    /// The arm of a number; none where it is negative.
    pub(super) fn arm_value(&mut self, number: Value, optional: bool) -> Val {
        if !optional {
            return Val::known(Repr::Code(number));
        }
        let zero = self.int(0);
        let known = self
            .b
            .ins()
            .icmp(super::IntCC::SignedGreaterThanOrEqual, number, zero);
        Val {
            repr: Repr::Code(self.b.ins().select(known, number, zero)),
            valid: Some(known),
        }
    }

    pub(super) fn rank(&mut self, rank: RankId, a: NodeId, ty: &Ty) -> Val {
        let val = self.get(a);
        let register = Shape::of(ty).types()[0];
        let results = self.guarded(val.valid, &[types::I8, register], |this| {
            let key = value::key(&mut this.b, val.repr);
            let (ctx, rank) = (this.ctx, this.int(rank.0.into()));
            let found = this.call_bool(Helper::Rank, &[ctx, rank, key]);
            vec![found, this.result(register)]
        });
        Val {
            repr: Repr::from_parts(Shape::of(ty), &results[1..]),
            valid: Some(results[0]),
        }
    }
}
