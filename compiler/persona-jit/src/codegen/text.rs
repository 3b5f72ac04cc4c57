//! Texts. All work on the characters is done by the runtime; code passes codes around. Helpers are asked only
//! where their operands are there.

use std::sync::Arc;

use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::NodeId;

use super::value::{self, Repr, Val};
use super::{Emitter, MemFlagsData};
use crate::helpers::Helper;

impl Emitter<'_, '_, '_> {
    /// What a helper says of two texts; false when one is missing.
    pub(super) fn text_test(&mut self, helper: Helper, a: NodeId, b: NodeId) -> Val {
        let (x, y) = (self.get(a), self.get(b));
        let valid = self.both_valid(x, y);
        let ctx = self.ctx;
        let cond = self.guarded_one(valid, types::I8, |this| {
            this.call_bool(helper, &[ctx, x.word(), y.word()])
        });
        Val::bool(cond)
    }

    pub(super) fn matches(&mut self, a: NodeId, pattern: &Arc<str>) -> Val {
        let val = self.get(a);
        let index = self.shared.pools.patterns.index(pattern.clone());
        let ctx = self.ctx;
        let cond = self.guarded_one(val.valid, types::I8, |this| {
            let index = this.int(index);
            this.call_bool(Helper::Matches, &[ctx, index, val.word()])
        });
        Val::bool(cond)
    }

    fn asked(&mut self, helper: Helper, a: NodeId) -> (Value, Option<Value>) {
        let val = self.get(a);
        let ctx = self.ctx;
        let result = self.guarded_one(val.valid, types::I64, |this| {
            this.call(helper, &[ctx, val.word()])
        });
        (result, val.valid)
    }

    pub(super) fn text_map(&mut self, helper: Helper, a: NodeId) -> Val {
        let (code, valid) = self.asked(helper, a);
        Val {
            repr: Repr::Code(code),
            valid,
        }
    }

    pub(super) fn text_length(&mut self, a: NodeId) -> Val {
        let (length, valid) = self.asked(Helper::TextLength, a);
        Val {
            repr: Repr::Int(length),
            valid,
        }
    }

    pub(super) fn domain(&mut self, a: NodeId) -> Val {
        let val = self.get(a);
        let ctx = self.ctx;
        let results = self.guarded(val.valid, &[types::I8, types::I64], |this| {
            let found = this.call_bool(Helper::Domain, &[ctx, val.word()]);
            vec![found, this.result(types::I64)]
        });
        Val {
            repr: Repr::Code(results[1]),
            valid: Some(results[0]),
        }
    }

    pub(super) fn concat(&mut self, all: &[NodeId]) -> Val {
        let vals: Vec<Val> = all.iter().map(|node| self.get(*node)).collect();
        let mut valid = None;
        for val in &vals {
            valid = value::both(&mut self.b, valid, val.valid);
        }
        let code = self.guarded_one(valid, types::I64, |this| {
            let words: Vec<Value> = vals.iter().map(Val::word).collect();
            this.store_args(&words);
            let (ctx, count) = (this.ctx, this.index(words.len()));
            this.call(Helper::Concat, &[ctx, count])
        });
        Val {
            repr: Repr::Code(code),
            valid,
        }
    }

    pub(super) fn display(&mut self, a: NodeId, format: Option<&Arc<str>>) -> Val {
        self.shared.pools.zones = true;
        let val = self.get(a);
        let spec = self
            .shared
            .pools
            .displays
            .index((self.ty(a).clone(), format.cloned()));
        let code = self.guarded_one(val.valid, types::I64, |this| {
            let [x, y, z] = this.words(val.repr);
            let (ctx, spec, zone) = (this.ctx, this.int(spec), this.zone);
            this.call(Helper::Display, &[ctx, spec, zone, x, y, z])
        });
        Val {
            repr: Repr::Code(code),
            valid: val.valid,
        }
    }

    /// Any value as three words for a helper that knows its type.
    pub(super) fn words(&mut self, repr: Repr) -> [Value; 3] {
        match repr {
            Repr::Geo(lat, lng) => {
                let lat = self.b.ins().bitcast(types::I64, MemFlagsData::new(), lat);
                let lng = self.b.ins().bitcast(types::I64, MemFlagsData::new(), lng);
                [lat, lng, lng]
            }
            Repr::List(children, first, last) => [children, first, last],
            _ => [value::key(&mut self.b, repr); 3],
        }
    }
}
