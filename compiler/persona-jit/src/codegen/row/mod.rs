//! Code over flat rows: the same operations as over columns, but a profile's values come from its row (see
//! [`crate::row`]'s layout), and conditions are evaluated lazily where that pays. Texts and lists are tested in place; texts
//! that are computed with get codes as everywhere.

mod cost;
mod entry;
mod list;
mod logic;
mod search;
mod text;

pub(super) use cost::Estimate;
pub(crate) use entry::{define_row_bits, define_row_loop, define_row_values};

use std::sync::Arc;

use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use persona_ir::{ColId, NodeId, Op, Ty};

use super::value::{Repr, Val};
use super::{Emitter, FLAGS};
use crate::helpers::Helper;
use crate::row::{Atom, NO_LIST, NO_TEXT, RowLayout, Slot, Split, atom};

/// Loads of bytes that lie anywhere.
const ANYWHERE: MemFlagsData = MemFlagsData::new().with_notrap();

/// What code over rows is made with.
#[derive(Clone, Copy)]
pub(crate) struct RowMode<'a> {
    pub(crate) layout: &'a RowLayout,
    pub(crate) split: &'a Split,
}

impl<'a> Emitter<'_, 'a, '_> {
    fn mode(&self) -> RowMode<'a> {
        self.mode.expect("code over rows is made with a layout")
    }

    fn slot_of(&self, col: ColId) -> Slot {
        self.mode().layout.slots[col].expect("columns that code reads have slots")
    }

    /// Whether a node is emitted without its operands.
    pub(super) fn is_row_leaf(&self, node: NodeId) -> bool {
        self.mode.is_some() && (atom(self.plan, node).is_some() || self.is_logic(node))
    }

    pub(super) fn is_logic(&self, node: NodeId) -> bool {
        matches!(
            self.plan.nodes[node].op,
            Op::And(_) | Op::Or(_) | Op::Not(_)
        )
    }

    /// The value of a node that rows have a way of their own for.
    pub(super) fn row_value(&mut self, node: NodeId) -> Option<Val> {
        self.mode?;
        if let Some(atom) = atom(self.plan, node) {
            return Some(self.row_atom(atom));
        }
        match &self.plan.nodes[node].op {
            Op::And(_) | Op::Or(_) | Op::Not(_) => Some(Val::bool(self.row_condition(node))),
            Op::Profile(col) => Some(self.row_column(*col)),
            Op::Sample { salt, buckets } => {
                let key = self.slot_of(self.plan.schema.key);
                let key = self.slot_address(key);
                let salt = self.shared.pools.salts.index(salt.clone());
                let (ctx, salt) = (self.ctx, self.int(salt));
                let bucket = self.call(Helper::RowBucket, &[ctx, salt, key]);
                let below = self.b.ins().icmp_imm_s(
                    super::IntCC::SignedLessThan,
                    bucket,
                    i64::from(*buckets),
                );
                Some(Val::bool(below))
            }
            Op::Arm(arm) => {
                let key = self.slot_of(self.plan.schema.key);
                let key = self.slot_address(key);
                let arm = self.shared.pools.arms.index(Arc::clone(arm));
                let (ctx, arm) = (self.ctx, self.int(arm));
                let number = self.call(Helper::RowArm, &[ctx, arm, key]);
                Some(self.arm_value(number, self.plan.nodes[node].optional))
            }
            _ => None,
        }
    }

    fn row_atom(&mut self, atom: Atom<'a>) -> Val {
        let slot = self.slot_of(atom.col());
        match (atom, slot) {
            (Atom::Known(_), slot) => Val::bool(self.row_known(slot)),
            (Atom::Size(_), Slot::List { offset }) => self.row_size(offset),
            (Atom::HasAny(col, set), Slot::List { offset }) => {
                Val::bool(self.row_has_any(col, offset, set))
            }
            (Atom::HasAll(col, set), Slot::List { offset }) => {
                Val::bool(self.row_has_all(col, offset, set))
            }
            (atom, Slot::Text { offset }) => Val::bool(self.row_text_test(atom, offset)),
            _ => unreachable!("a verified plan asks columns what their types allow"),
        }
    }

    /// A column of the row.
    fn row_column(&mut self, col: ColId) -> Val {
        let slot = self.slot_of(col);
        let column = &self.plan.schema.profile.columns[col];
        let optional = self.plan.schema.may_lack(col);
        let repr = match (slot, &column.ty) {
            (Slot::Bool { known }, _) => Repr::Bool(self.row_bit(known + 1)),
            (Slot::Word { offset, .. }, Ty::Float) => {
                Repr::Float(self.b.ins().load(types::F64, FLAGS, self.profile, offset))
            }
            (Slot::Word { offset, .. }, ty) => {
                let word = self.b.ins().load(types::I64, FLAGS, self.profile, offset);
                match ty {
                    Ty::Enum(_) => Repr::Code(word),
                    _ => Repr::Int(word),
                }
            }
            (Slot::Geo { offset, .. }, _) => {
                let latitude = self.b.ins().load(types::F64, FLAGS, self.profile, offset);
                let longitude = self
                    .b
                    .ins()
                    .load(types::F64, FLAGS, self.profile, offset + 8);
                Repr::Geo(latitude, longitude)
            }
            (Slot::Text { .. }, _) => {
                let address = self.slot_address(slot);
                let ctx = self.ctx;
                Repr::Code(self.call(Helper::RowText, &[ctx, address]))
            }
            (Slot::List { .. }, _) => unreachable!("lists are asked by tests alone"),
        };
        let valid = optional.then(|| self.row_known(slot));
        Val { repr, valid }
    }

    fn slot_address(&mut self, slot: Slot) -> Value {
        let offset = match slot {
            Slot::Bool { .. } => 0,
            Slot::Word { offset, .. }
            | Slot::Geo { offset, .. }
            | Slot::Text { offset }
            | Slot::List { offset } => offset,
        };
        self.b.ins().iadd_imm_s(self.profile, i64::from(offset))
    }

    /// A bit of the row.
    fn row_bit(&mut self, bit: u32) -> Value {
        let byte = i32::try_from(bit / 8).expect("a row has fewer than 2^31 bytes of bits");
        let byte = self.b.ins().load(types::I8, FLAGS, self.profile, byte);
        let one = self.b.ins().band_imm_u(byte, 1 << (bit % 8));
        self.b.ins().icmp_imm_u(super::IntCC::NotEqual, one, 0)
    }

    /// Whether there is a value in a slot.
    fn row_known(&mut self, slot: Slot) -> Value {
        match slot {
            Slot::Bool { known } | Slot::Word { known, .. } | Slot::Geo { known, .. } => {
                self.row_bit(known)
            }
            Slot::Text { offset } => {
                let second = self
                    .b
                    .ins()
                    .load(types::I64, FLAGS, self.profile, offset + 8);
                self.b
                    .ins()
                    .icmp_imm_s(super::IntCC::NotEqual, second, NO_TEXT.cast_signed())
            }
            Slot::List { offset } => {
                let count = self
                    .b
                    .ins()
                    .load(types::I32, FLAGS, self.profile, offset + 8);
                let none = i64::from(NO_LIST.cast_signed());
                self.b.ins().icmp_imm_s(super::IntCC::NotEqual, count, none)
            }
        }
    }

    /// The index of the clock of the row's zone.
    fn row_zone(&mut self) -> Value {
        let zone = self.plan.schema.zone.filter(|_| self.mode().split.zoned);
        let Some(zone) = zone else {
            return self.int(0);
        };
        let slot = self.slot_of(zone);
        let address = self.slot_address(slot);
        let ctx = self.ctx;
        self.call(Helper::RowZone, &[ctx, address])
    }

    /// Whether what the rest answers under this number holds.
    fn row_rest(&mut self, number: usize) -> Value {
        let (ctx, row, number) = (self.ctx, self.profile, self.index(number));
        self.call_bool(Helper::RowRest, &[ctx, row, number])
    }
}
