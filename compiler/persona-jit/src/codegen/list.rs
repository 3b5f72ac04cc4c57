//! Lists and sets: size, membership, quantifiers, aggregates over elements.

use std::sync::Arc;

use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::Variable;
use persona_ir::{Const, ListAggKind, NodeId, Ty};

use super::accumulate::What;
use super::value::{Repr, Val};
use super::walk::{Direction, Exits};
use super::{Binder, Emitter};
use crate::layout::Shape;

/// What a list's aggregate runs over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Over {
    /// The list.
    pub(super) list: NodeId,
    /// The level its elements are bound to.
    pub(super) level: u8,
    /// Which elements count.
    pub(super) filter: Option<NodeId>,
    /// What is aggregated.
    pub(super) value: Option<NodeId>,
}

impl Emitter<'_, '_, '_> {
    pub(super) fn size(&mut self, list: NodeId) -> Val {
        let list = self.get(list);
        let (_, first, last) = list_parts(list);
        Val {
            repr: Repr::Int(self.b.ins().isub(last, first)),
            valid: list.valid,
        }
    }

    /// The address of a list's columns and its rows; none where it is missing.
    fn elements(&mut self, list: Val) -> (Value, Value, Value) {
        let (children, first, last) = list_parts(list);
        match list.valid {
            Some(valid) => (children, first, self.b.ins().select(valid, last, first)),
            None => (children, first, last),
        }
    }

    /// Runs `body` for each element of a list of scalars, with its value.
    fn each_scalar(&mut self, list: Val, ty: &Ty, body: impl FnOnce(&mut Self, Val, Exits)) {
        let shape = element_shape(ty);
        let (children, first, last) = self.elements(list);
        self.each_index((first, last), Direction::Forward, |this, row, exits| {
            let element = this.load_column(children, row, shape, true);
            body(this, element, exits);
        });
    }

    /// Sets a flag and leaves the loop where the condition holds.
    pub(super) fn stop_if(&mut self, cond: Value, flag: Variable, exits: Exits) {
        let hit = self.b.create_block();
        let on = self.b.create_block();
        self.b.ins().brif(cond, hit, &[], on, &[]);
        self.begin(hit);
        let set = self.bit(true);
        self.b.def_var(flag, set);
        self.b.ins().jump(exits.done, &[]);
        self.begin(on);
    }

    /// A flag that is not set.
    pub(super) fn flag(&mut self) -> Variable {
        let flag = self.b.declare_var(types::I8);
        let unset = self.bit(false);
        self.b.def_var(flag, unset);
        flag
    }

    /// Whether some element of the list is this value.
    fn contains_value(&mut self, list: Val, ty: &Ty, value: Repr) -> Value {
        let found = self.flag();
        self.each_scalar(list, ty, |this, element, exits| {
            let same = this.same(element.repr, value);
            let same = this.truth(same, element.valid).word();
            this.stop_if(same, found, exits);
        });
        self.b.use_var(found)
    }

    pub(super) fn has(&mut self, list: NodeId, value: NodeId) -> Val {
        let ty = self.ty(list);
        let (list, value) = (self.get(list), self.get(value));
        let found = self.contains_value(list, ty, value.repr);
        self.truth(found, value.valid)
    }

    pub(super) fn has_any(&mut self, list: NodeId, set: &Arc<[Const]>) -> Val {
        let ty = self.ty(list);
        let list = self.get(list);
        let found = self.flag();
        self.each_scalar(list, ty, |this, element, exits| {
            let member = this.member(element.repr, ty.element().unwrap_or(ty), set);
            let member = this.truth(member, element.valid).word();
            this.stop_if(member, found, exits);
        });
        Val::bool(self.b.use_var(found))
    }

    /// Whether each of the constants is an element: a loop over the constants around one over the elements.
    pub(super) fn has_all(&mut self, list: NodeId, set: &Arc<[Const]>) -> Val {
        let ty = self.ty(list);
        let list = self.get(list);
        let element = ty.element().unwrap_or(ty);
        let Repr::List(wanted, first, last) = self.const_list(set, element) else {
            unreachable!("a constant list is a list");
        };
        let lacking = self.flag();
        self.each_index((first, last), Direction::Forward, |this, row, exits| {
            let wanted = this.load_column(wanted, row, Shape::of(element), false);
            let found = this.contains_value(list, ty, wanted.repr);
            let absent = super::value::negate(&mut this.b, found);
            this.stop_if(absent, lacking, exits);
        });
        let lacking = self.b.use_var(lacking);
        let all = super::value::negate(&mut self.b, lacking);
        self.truth(all, list.valid)
    }

    /// Whether the body holds for some element, or for each.
    pub(super) fn quantifier(&mut self, list: NodeId, level: u8, body: NodeId, some: bool) -> Val {
        let list = self.get(list);
        let decided = self.flag();
        self.each_element(list, level, |this, exits| {
            this.ensure([body]);
            let val = this.get(body);
            let holds = this.holds(val);
            let decides = if some {
                holds
            } else {
                super::value::negate(&mut this.b, holds)
            };
            this.stop_if(decides, decided, exits);
        });
        let decided = self.b.use_var(decided);
        if some {
            Val::bool(decided)
        } else {
            Val::bool(super::value::negate(&mut self.b, decided))
        }
    }

    /// Runs `body` for each element of a list, with its level bound.
    pub(super) fn each_element(
        &mut self,
        list: Val,
        level: u8,
        body: impl FnOnce(&mut Self, Exits),
    ) {
        let (children, first, last) = self.elements(list);
        self.each_index((first, last), Direction::Forward, |this, row, exits| {
            this.with_binder(level, Binder::Elem { children, row }, |this| {
                body(this, exits);
            });
        });
    }

    /// An aggregate over a list's elements; missing when the list is.
    pub(super) fn list_agg(&mut self, kind: ListAggKind, over: Over, ty: &Ty) -> Val {
        let list = self.get(over.list);
        let what = match kind {
            ListAggKind::Count => What::Count,
            ListAggKind::Sum => What::Sum,
            ListAggKind::Avg => What::Avg,
            ListAggKind::Min => What::Min,
            ListAggKind::Max => What::Max,
            ListAggKind::Distinct => What::Distinct,
        };
        let value_ty = over.value.map(|value| self.ty(value));
        let accumulator = self.accumulator(what, value_ty);
        self.each_element(list, over.level, |this, exits| {
            if let Some(filter) = over.filter {
                this.ensure([filter]);
                let val = this.get(filter);
                let cond = this.holds(val);
                this.require(cond, exits.next);
            }
            this.feed_node(&accumulator, over.value);
        });
        let mut result = self.accumulated(&accumulator, ty);
        result.valid = super::value::both(&mut self.b, result.valid, list.valid);
        result
    }
}

fn list_parts(list: Val) -> (Value, Value, Value) {
    match list.repr {
        Repr::List(children, first, last) => (children, first, last),
        _ => unreachable!("a verified plan has lists where lists are needed"),
    }
}

/// The shape of the elements of a list of scalars.
fn element_shape(ty: &Ty) -> Shape {
    match ty.element() {
        // An element with one field is that field's value.
        Some(Ty::Record(fields)) => fields
            .first()
            .map_or(Shape::Int, |field| Shape::of(&field.ty)),
        Some(element) => Shape::of(element),
        None => Shape::of(ty),
    }
}
