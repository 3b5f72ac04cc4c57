//! Catalogs: an item is its place among those of its catalog, found by a helper; its columns are loads.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{CatalogId, ColId, NodeId, Op, Ty};

use super::value::{self, Repr, Val};
use super::{Emitter, FLAGS};
use crate::context::{self, CatalogRef, Context, field};
use crate::helpers::Helper;
use crate::layout::Shape;

impl Emitter<'_, '_, '_> {
    /// The address of a catalog.
    fn catalog(&mut self, catalog: CatalogId) -> Value {
        let catalogs = self.ctx_field(field!(Context, catalogs));
        let offset = i64::from(catalog.0) * context::stride::<CatalogRef>();
        self.b.ins().iadd_imm_s(catalogs, offset)
    }

    /// What catalogs answer: an item by its key, a column of one, all of them.
    pub(super) fn of_catalog(&mut self, op: &Op, ty: &Ty) -> Val {
        match op {
            Op::Lookup { catalog, key } => self.lookup(*catalog, *key),
            Op::ItemCol { item, col } => self.item_column(*item, *col, ty),
            Op::Items(catalog) => self.items(*catalog),
            other => unreachable!("{other:?} asks no catalog"),
        }
    }

    /// The item with a key; missing where there is none.
    fn lookup(&mut self, catalog: CatalogId, key: NodeId) -> Val {
        let key = self.get(key);
        let word = value::key(&mut self.b, key.repr);
        let row = self.guarded_one(key.valid, types::I64, |this| {
            let (ctx, catalog) = (this.ctx, this.int(i64::from(catalog.0)));
            this.call(Helper::Lookup, &[ctx, catalog, word])
        });
        let zero = self.int(0);
        let found = self.compare(IntCC::SignedGreaterThanOrEqual, row, zero);
        Val {
            repr: Repr::Int(row),
            valid: Some(value::and_also(&mut self.b, found, key.valid)),
        }
    }

    /// A column of an item. Where there is no item, nothing is loaded: its place is none.
    fn item_column(&mut self, item: NodeId, col: ColId, ty: &Ty) -> Val {
        let Ty::Item(catalog) = *self.ty(item) else {
            unreachable!("a verified plan asks items for columns");
        };
        self.shared.pools.items.insert((catalog, col));
        let optional = self.plan.schema.catalogs[catalog].table.columns[col].optional;
        let shape = Shape::of(ty);
        let item = self.get(item);
        let catalog = self.catalog(catalog);
        let columns = self
            .b
            .ins()
            .load(types::I64, FLAGS, catalog, field!(CatalogRef, columns));
        let column = self
            .b
            .ins()
            .iadd_imm_s(columns, context::column_offset(col.0));
        if item.valid.is_none() {
            return self.load_column(column, item.word(), shape, optional);
        }
        let mut registers = shape.types().to_vec();
        registers.push(types::I8);
        let results = self.guarded(item.valid, &registers, |this| {
            let value = this.load_column(column, item.word(), shape, optional);
            let valid = value.valid.unwrap_or_else(|| this.bit(true));
            let parts = value.repr.parts();
            parts.as_slice().iter().copied().chain([valid]).collect()
        });
        Val {
            repr: Repr::from_parts(shape, &results),
            valid: results.last().copied(),
        }
    }

    /// All items, as a list.
    fn items(&mut self, catalog: CatalogId) -> Val {
        let catalog = self.catalog(catalog);
        let children = self
            .b
            .ins()
            .load(types::I64, FLAGS, catalog, field!(CatalogRef, items));
        let len = self
            .b
            .ins()
            .load(types::I64, FLAGS, catalog, field!(CatalogRef, len));
        let first = self.int(0);
        Val::known(Repr::List(children, first, len))
    }
}
