//! Values from memory: columns of profiles, events and elements, slots of the frame, constants.

use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{ColId, Const, EventCol, KindId, NodeId, Ty};

use super::value::{self, Repr, Val};
use super::{Binder, Emitter, EventAt, FLAGS, Kind};
use crate::context::{self, ColumnRef, Context, EventsRef, ListRef, field};
use crate::layout::Shape;

impl Emitter<'_, '_, '_> {
    // ---- columns ----

    /// A column of the profile.
    pub(super) fn profile_column(&mut self, col: ColId, ty: &Ty, optional: bool) -> Val {
        self.shared.pools.profile.insert(col);
        let columns = self.ctx_field(field!(Context, columns));
        let column = self
            .b
            .ins()
            .iadd_imm_s(columns, context::column_offset(col.0));
        self.load_column(column, self.profile, Shape::of(ty), optional)
    }

    /// A column of the event at a level.
    pub(super) fn event_column(
        &mut self,
        level: u8,
        cols: &[EventCol],
        ty: &Ty,
        optional: bool,
    ) -> Val {
        let Binder::Event(event) = self.binder(level) else {
            unreachable!("a verified plan asks events for columns");
        };
        let column = self.column_of_event(event, cols);
        self.load_column(column, event.row, Shape::of(ty), optional)
    }

    /// The address of the column that an event's kind has among `cols`.
    pub(super) fn column_of_event(&mut self, event: EventAt, cols: &[EventCol]) -> Value {
        let kinds = self.events_of(event.kind);
        let columns = self
            .b
            .ins()
            .load(types::I64, FLAGS, kinds, field!(EventsRef, columns));
        let offset = match event.kind {
            Kind::Static(kind) => {
                let col = cols.iter().find(|col| col.kind == kind);
                self.int(context::column_offset(
                    col.expect("a column for each kind").col.0,
                ))
            }
            Kind::Dynamic(kind) => self.by_kind(
                kind,
                cols.iter()
                    .map(|c| (c.kind, context::column_offset(c.col.0))),
            ),
        };
        self.b.ins().iadd(columns, offset)
    }

    /// The number that belongs to a kind, which is one of those listed.
    fn by_kind(&mut self, kind: Value, mut of: impl Iterator<Item = (KindId, i64)>) -> Value {
        let (_, first) = of.next().expect("at least one kind");
        let mut chosen = self.int(first);
        for (candidate, number) in of {
            let this = self.is_kind(kind, candidate);
            let number = self.int(number);
            chosen = self.b.ins().select(this, number, chosen);
        }
        chosen
    }

    /// One field of the element at a level.
    pub(super) fn element(&mut self, level: u8, child: u32, ty: &Ty, optional: bool) -> Val {
        let Binder::Elem { children, row } = self.binder(level) else {
            unreachable!("a verified plan asks elements for fields");
        };
        let column = self
            .b
            .ins()
            .iadd_imm_s(children, context::column_offset(child));
        self.load_column(column, row, Shape::of(ty), optional)
    }

    /// The value in a row of the column at an address.
    pub(super) fn load_column(
        &mut self,
        column: Value,
        row: Value,
        shape: Shape,
        optional: bool,
    ) -> Val {
        let data = self
            .b
            .ins()
            .load(types::I64, FLAGS, column, field!(ColumnRef, data));
        let repr = match shape {
            Shape::Bool => {
                let first = self
                    .b
                    .ins()
                    .load(types::I64, FLAGS, column, field!(ColumnRef, aux));
                let bit = self.b.ins().iadd(row, first);
                Repr::Bool(self.load_bit(data, bit))
            }
            Shape::Code => {
                let address = self.indexed(data, row, 2);
                Repr::Code(self.b.ins().uload32(FLAGS, address, 0))
            }
            Shape::Int => {
                let address = self.indexed(data, row, 3);
                Repr::Int(self.b.ins().load(types::I64, FLAGS, address, 0))
            }
            Shape::Float => {
                let address = self.indexed(data, row, 3);
                Repr::Float(self.b.ins().load(types::F64, FLAGS, address, 0))
            }
            Shape::Geo => self.load_place(column, data, row),
            Shape::List => self.load_list(column, data, row),
        };
        let valid = optional.then(|| self.load_validity(column, row));
        Val { repr, valid }
    }

    fn load_place(&mut self, column: Value, data: Value, row: Value) -> Repr {
        let aux = self
            .b
            .ins()
            .load(types::I64, FLAGS, column, field!(ColumnRef, aux));
        let (lat, lng) = (self.indexed(data, row, 3), self.indexed(aux, row, 3));
        let lat = self.b.ins().load(types::F64, FLAGS, lat, 0);
        let lng = self.b.ins().load(types::F64, FLAGS, lng, 0);
        Repr::Geo(lat, lng)
    }

    fn load_list(&mut self, column: Value, data: Value, row: Value) -> Repr {
        let aux = self
            .b
            .ins()
            .load(types::I64, FLAGS, column, field!(ColumnRef, aux));
        let address = self.indexed(data, row, 2);
        let start = self.b.ins().uload32(FLAGS, address, 0);
        let end = self.b.ins().uload32(FLAGS, address, 4);
        Repr::List(aux, start, end)
    }

    fn load_validity(&mut self, column: Value, row: Value) -> Value {
        let valid = self
            .b
            .ins()
            .load(types::I64, FLAGS, column, field!(ColumnRef, valid));
        let shift = self
            .b
            .ins()
            .load(types::I64, FLAGS, column, field!(ColumnRef, shift));
        let mask = self
            .b
            .ins()
            .load(types::I64, FLAGS, column, field!(ColumnRef, mask));
        let masked = self.b.ins().band(row, mask);
        let bit = self.b.ins().iadd(masked, shift);
        self.load_bit(valid, bit)
    }

    /// Bit number `bit` of those at an address, as an `I8`.
    fn load_bit(&mut self, bits: Value, bit: Value) -> Value {
        let byte = self.b.ins().ushr_imm_u(bit, 3);
        let address = self.b.ins().iadd(bits, byte);
        let byte = self.b.ins().uload8(types::I64, FLAGS, address, 0);
        let within = self.b.ins().band_imm_u(bit, 7);
        let byte = self.b.ins().ushr(byte, within);
        let byte = self.b.ins().ireduce(types::I8, byte);
        self.b.ins().band_imm_u(byte, 1)
    }

    /// The address of element `index` of an array of elements of `1 << log` bytes.
    pub(super) fn indexed(&mut self, base: Value, index: Value, log: i64) -> Value {
        let offset = self.b.ins().ishl_imm_u(index, log);
        self.b.ins().iadd(base, offset)
    }

    // ---- event tables ----

    /// The address of a kind's table.
    pub(super) fn events_of(&mut self, kind: Kind) -> Value {
        let events = self.ctx_field(field!(Context, events));
        match kind {
            Kind::Static(kind) => self
                .b
                .ins()
                .iadd_imm_s(events, i64::from(kind.0) * context::stride::<EventsRef>()),
            Kind::Dynamic(kind) => {
                let offset = self
                    .b
                    .ins()
                    .imul_imm_s(kind, context::stride::<EventsRef>());
                self.b.ins().iadd(events, offset)
            }
        }
    }

    /// An event's instant.
    pub(super) fn event_at(&mut self, event: EventAt) -> Value {
        let table = self.events_of(event.kind);
        let at = self
            .b
            .ins()
            .load(types::I64, FLAGS, table, field!(EventsRef, at));
        let address = self.indexed(at, event.row, 3);
        self.b.ins().load(types::I64, FLAGS, address, 0)
    }

    /// An event's place among all events of its profile.
    pub(super) fn event_order(&mut self, event: EventAt) -> Value {
        let table = self.events_of(event.kind);
        let order = self
            .b
            .ins()
            .load(types::I64, FLAGS, table, field!(EventsRef, order));
        let address = self.indexed(order, event.row, 2);
        self.b.ins().uload32(FLAGS, address, 0)
    }

    // ---- the frame ----

    /// A value that another group left in the frame.
    pub(super) fn load_slot(&mut self, node: NodeId) -> Val {
        let slot = self
            .shared
            .layout
            .slot(node)
            .expect("a stored node has a slot");
        let frame = self.ctx_field(field!(Context, frame));
        let mut offset = slot.offset;
        let mut parts = Vec::with_capacity(3);
        for ty in slot.shape.types() {
            parts.push(self.b.ins().load(*ty, FLAGS, frame, offset));
            offset += if slot.shape == Shape::Bool { 1 } else { 8 };
        }
        let valid = slot
            .optional
            .then(|| self.b.ins().load(types::I8, FLAGS, frame, offset));
        Val {
            repr: Repr::from_parts(slot.shape, &parts),
            valid,
        }
    }

    /// Leaves a value in the frame for other groups.
    pub(super) fn store_slot(&mut self, node: NodeId, val: Val) {
        let Some(slot) = self.shared.layout.slot(node) else {
            return;
        };
        let frame = self.ctx_field(field!(Context, frame));
        let mut offset = slot.offset;
        for part in val.repr.parts().as_slice() {
            self.b.ins().store(FLAGS, *part, frame, offset);
            offset += if slot.shape == Shape::Bool { 1 } else { 8 };
        }
        if slot.optional {
            let valid = val
                .valid
                .unwrap_or_else(|| self.b.ins().iconst(types::I8, 1));
            self.b.ins().store(FLAGS, valid, frame, offset);
        }
    }

    // ---- constants ----

    /// A constant node's value.
    pub(super) fn constant(&mut self, node: NodeId) -> Val {
        let plan = self.plan;
        let persona_ir::Op::Const(value) = &plan.nodes[node].op else {
            unreachable!("only constants are emitted where they are used");
        };
        self.const_value(value, &plan.nodes[node].ty)
    }

    /// A constant of a type.
    pub(super) fn const_value(&mut self, value: &Const, ty: &Ty) -> Val {
        let repr = match value {
            Const::Missing => return value::nothing(&mut self.b, ty),
            Const::Bool(truth) => Repr::Bool(self.bit(*truth)),
            Const::Int(number) => Repr::Int(self.int(*number)),
            Const::Float(number) => Repr::Float(self.b.ins().f64const(number.get())),
            Const::Str(text) => {
                let index = self.shared.pools.texts.index(text.clone());
                let texts = self.ctx_field(field!(Context, texts));
                let address = self.b.ins().iadd_imm_s(texts, index * 8);
                Repr::Code(self.b.ins().load(types::I64, FLAGS, address, 0))
            }
            Const::Enum(index) => Repr::Code(self.int(i64::from(*index))),
            Const::Geo(lat, lng) => {
                let lat = self.b.ins().f64const(lat.get());
                Repr::Geo(lat, self.b.ins().f64const(lng.get()))
            }
            Const::List(items) => self.const_list(items, ty.element().unwrap_or(ty)),
            Const::Record(_) => unreachable!("records stand in lists only"),
        };
        Val::known(repr)
    }

    /// A constant list whose elements are of a type.
    pub(super) fn const_list(&mut self, items: &std::sync::Arc<[Const]>, element: &Ty) -> Repr {
        let index = self
            .shared
            .pools
            .lists
            .index((items.clone(), element.clone()));
        let lists = self.ctx_field(field!(Context, lists));
        let list = self
            .b
            .ins()
            .iadd_imm_s(lists, index * context::stride::<ListRef>());
        let children = self
            .b
            .ins()
            .load(types::I64, FLAGS, list, field!(ListRef, children));
        let len = self
            .b
            .ins()
            .load(types::I64, FLAGS, list, field!(ListRef, len));
        let start = self.int(0);
        Repr::List(children, start, len)
    }
}
