//! Lists in rows: their elements are symbols in blocks of eight, so that a list of up to eight elements is searched
//! without a branch.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::{ColId, Const};

use super::super::value::{Repr, Val};
use super::super::{Emitter, FLAGS};
use super::ANYWHERE;
use crate::row::{BLOCK, Slot};

impl Emitter<'_, '_, '_> {
    /// How many elements a list has.
    pub(super) fn row_size(&mut self, offset: i32) -> Val {
        let count = self.b.ins().uload32(FLAGS, self.profile, offset + 8);
        let known = self.row_known(Slot::List { offset });
        Val {
            repr: Repr::Int(count),
            valid: Some(known),
        }
    }

    /// Whether the list has some of the constants; false where there is no list.
    pub(super) fn row_has_any(&mut self, col: ColId, offset: i32, set: &[Const]) -> Value {
        let symbols = self.symbols(col, set);
        if symbols.is_empty() {
            return self.bit(false);
        }
        self.search_symbols(offset, &symbols)
    }

    /// Whether the list has each of the constants; false where there is no list.
    pub(super) fn row_has_all(&mut self, col: ColId, offset: i32, set: &[Const]) -> Value {
        let mut all = self.row_known(Slot::List { offset });
        for symbol in self.symbols(col, set) {
            let found = self.search_symbols(offset, &[symbol]);
            all = self.b.ins().band(all, found);
        }
        all
    }

    fn symbols(&self, col: ColId, set: &[Const]) -> Vec<u32> {
        let known = &self.mode().layout.symbols[col];
        let symbol = |value| known.of(value).expect("a layout has its program's symbols");
        set.iter().map(symbol).collect()
    }

    /// Whether some of the symbols is in the list: block by block, and of nearly all lists there is only one.
    fn search_symbols(&mut self, offset: i32, symbols: &[u32]) -> Value {
        let row = self.profile;
        let start = self.b.ins().load(types::I64, FLAGS, row, offset);
        let first = self.block_has(start, symbols);
        let blocks = self.b.ins().load(types::I32, FLAGS, row, offset + 12);
        let more = self
            .b
            .ins()
            .icmp_imm_u(IntCC::UnsignedGreaterThan, blocks, 1);
        let [long, head, done] = [(); 3].map(|()| self.b.create_block());
        let result = self.b.append_block_param(done, types::I8);
        let at = self.b.append_block_param(head, types::I64);
        let found = self.b.append_block_param(head, types::I8);
        self.b.set_cold_block(long);
        self.b.set_cold_block(head);
        self.b.ins().brif(more, long, &[], done, &[first.into()]);
        self.begin(long);
        let blocks = self.b.ins().uextend(types::I64, blocks);
        let bytes = self.b.ins().ishl_imm_u(blocks, 5);
        let end = self.b.ins().iadd(start, bytes);
        let second = self.b.ins().iadd_imm_s(start, BLOCK as i64 * 4);
        self.b.ins().jump(head, &[second.into(), first.into()]);
        self.b.switch_to_block(head);
        let here = self.block_has(at, symbols);
        let found = self.b.ins().bor(found, here);
        let next = self.b.ins().iadd_imm_s(at, BLOCK as i64 * 4);
        let more = self.compare(IntCC::UnsignedLessThan, next, end);
        self.b.ins().brif(
            more,
            head,
            &[next.into(), found.into()],
            done,
            &[found.into()],
        );
        self.b.seal_block(head);
        self.begin(done);
        result
    }

    /// Whether some of the symbols is in the block at an address.
    fn block_has(&mut self, address: Value, symbols: &[u32]) -> Value {
        let low = self.b.ins().load(types::I32X4, ANYWHERE, address, 0);
        let high = self.b.ins().load(types::I32X4, ANYWHERE, address, 16);
        let mut any = None;
        for symbol in symbols {
            let symbol = i64::from(symbol.cast_signed());
            let symbol = self.b.ins().iconst(types::I32, symbol & 0xFFFF_FFFF);
            let symbol = self.b.ins().splat(types::I32X4, symbol);
            for half in [low, high] {
                let same = self.b.ins().icmp(IntCC::Equal, half, symbol);
                any = Some(match any {
                    Some(any) => self.b.ins().bor(any, same),
                    None => same,
                });
            }
        }
        let any = any.expect("there are symbols to look for");
        self.b.ins().vany_true(any)
    }
}
