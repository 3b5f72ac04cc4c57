//! Whether a text contains a constant: sixteen places at a time, by a few of the constant's bytes. Only where they all
//! are found, and the constant is longer, a helper looks closer.

use std::sync::Arc;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::super::Emitter;
use super::ANYWHERE;
use crate::helpers::Helper;
use crate::row::Slot;

/// Up to so many bytes are looked for in place; behind a text, as many and 16 more can be read.
const SOUGHT: usize = 16;
/// Constants of up to so many bytes are compared whole.
const WHOLE: usize = 4;
/// How many places are tried at once.
const PLACES: i64 = 16;

impl Emitter<'_, '_, '_> {
    pub(super) fn text_contains(&mut self, offset: i32, text: &Arc<str>) -> Value {
        let bytes = text.as_bytes();
        if bytes.is_empty() {
            return self.row_known(Slot::Text { offset });
        }
        if bytes.len() > SOUGHT || cfg!(target_endian = "big") {
            let length = self.row_text_length(offset);
            let wanted = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            let enough = self
                .b
                .ins()
                .icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, length, wanted);
            return self.guarded_one(Some(enough), types::I8, |this| {
                this.look_closer(offset, text)
            });
        }
        self.search_text(offset, text)
    }

    fn look_closer(&mut self, offset: i32, text: &Arc<str>) -> Value {
        let index = self.shared.pools.texts_in_rows.index(Arc::clone(text));
        self.ask_text(Helper::RowContains, index, offset)
    }

    fn search_text(&mut self, offset: i32, text: &Arc<str>) -> Value {
        let bytes = text.as_bytes();
        let length = self.row_text_length(offset);
        let start = self.text_bytes(offset, length);
        let behind = i64::try_from(bytes.len()).expect("a short text") - 1;
        // How many places there are, which is none for shorter texts.
        let places = self.b.ins().iadd_imm_s(length, -behind);
        let [head, hit, next, done] = [(); 4].map(|()| self.b.create_block());
        let at = self.b.append_block_param(head, types::I64);
        let result = self.b.append_block_param(done, types::I8);
        let zero = self.int(0);
        self.b.ins().jump(head, &[zero.into()]);
        self.b.switch_to_block(head);
        let address = self.b.ins().iadd(start, at);
        let found = self.places(address, bytes);
        let left = self.b.ins().isub(places, at);
        let found = self.first_places(found, left);
        let no = self.bit(false);
        self.b.ins().brif(found, hit, &[], next, &[]);
        self.begin(hit);
        let answer = match bytes.len() {
            0..=WHOLE => self.bit(true),
            _ => self.look_closer(offset, text),
        };
        self.b.ins().jump(done, &[answer.into()]);
        self.begin(next);
        let following = self.b.ins().iadd_imm_s(at, PLACES);
        let more = self.compare(IntCC::SignedLessThan, following, places);
        self.b
            .ins()
            .brif(more, head, &[following.into()], done, &[no.into()]);
        self.b.seal_block(head);
        self.begin(done);
        result
    }

    /// At which of the places from an address on the bytes may be, as bits.
    fn places(&mut self, address: Value, bytes: &[u8]) -> Value {
        let last = bytes.len() - 1;
        let mut looked: Vec<usize> = match bytes.len() {
            0..=WHOLE => (0..bytes.len()).collect(),
            _ => vec![0, 1, last / 2, last],
        };
        looked.dedup();
        let mut all = None;
        for place in looked {
            let offset = i32::try_from(place).expect("a short text");
            let there = self.b.ins().load(types::I8X16, ANYWHERE, address, offset);
            let byte = self.b.ins().iconst(types::I8, i64::from(bytes[place]));
            let byte = self.b.ins().splat(types::I8X16, byte);
            let same = self.b.ins().icmp(IntCC::Equal, there, byte);
            all = Some(match all {
                Some(all) => self.b.ins().band(all, same),
                None => same,
            });
        }
        let all = all.expect("there are bytes to look for");
        self.b.ins().vhigh_bits(types::I32, all)
    }

    /// Those of sixteen bits that are among the first so many, which may be none or more than there are.
    fn first_places(&mut self, bits: Value, count: Value) -> Value {
        let (zero, all) = (self.int(0), self.int(PLACES));
        let count = self.greatest(count, zero);
        let count = self.least(count, all);
        let one = self.b.ins().iconst(types::I32, 1);
        let above = self.b.ins().ishl(one, count);
        let mask = self.b.ins().iadd_imm_s(above, -1);
        self.b.ins().band(bits, mask)
    }
}
