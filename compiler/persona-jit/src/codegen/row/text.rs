//! Texts in rows against constants: words are compared, no text is looked up. What constants lie beyond the slot's reach
//! is left to helpers.

use std::sync::Arc;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use persona_ir::Const;

use super::super::{Emitter, FLAGS};
use super::ANYWHERE;
use crate::helpers::Helper;
use crate::row::{Atom, INLINE, NO_TEXT, Slot};

/// So many constants are compared one by one.
const UNROLLED: usize = 8;
/// Ends of texts up to so many bytes are compared in place.
const SHORT: usize = 16;

/// The two words of a text's slot, of texts that fit in.
fn slot_words(text: &[u8]) -> [i64; 2] {
    let mut slot = [0_u8; 16];
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    slot[..4].copy_from_slice(&length.to_ne_bytes());
    let fits = text
        .len()
        .min(if text.len() <= INLINE { INLINE } else { 4 });
    slot[4..4 + fits].copy_from_slice(&text[..fits]);
    let (first, second) = slot.split_at(8);
    [first, second].map(|half| i64::from_ne_bytes(half.try_into().expect("eight bytes")))
}

impl Emitter<'_, '_, '_> {
    pub(super) fn row_text_test(&mut self, atom: Atom<'_>, offset: i32) -> Value {
        match atom {
            Atom::Same(_, text) => self.text_is(offset, text),
            Atom::OneOf(_, set) => self.text_is_one_of(offset, set),
            Atom::Starts(_, text) => self.text_starts(offset, text),
            Atom::Ends(_, text) => self.text_ends(offset, text),
            Atom::Contains(_, text) => self.text_contains(offset, text),
            Atom::Matches(_, pattern) => {
                let index = self.shared.pools.patterns.index(Arc::clone(pattern));
                self.ask_text(Helper::RowMatches, index, offset)
            }
            Atom::Known(_) | Atom::HasAny(..) | Atom::HasAll(..) | Atom::Size(_) => {
                unreachable!("lists are tested elsewhere")
            }
        }
    }

    /// What a helper says of the text and something numbered.
    pub(super) fn ask_text(&mut self, helper: Helper, index: i64, offset: i32) -> Value {
        let (ctx, index) = (self.ctx, self.int(index));
        let address = self.slot_address(Slot::Text { offset });
        self.call_bool(helper, &[ctx, index, address])
    }

    fn first_word(&mut self, offset: i32) -> Value {
        self.b.ins().load(types::I64, FLAGS, self.profile, offset)
    }

    fn second_word(&mut self, offset: i32) -> Value {
        self.b
            .ins()
            .load(types::I64, FLAGS, self.profile, offset + 8)
    }

    fn text_is(&mut self, offset: i32, text: &str) -> Value {
        let [low, high] = slot_words(text.as_bytes());
        let first = self.first_word(offset);
        let low = self.int(low);
        match text.len() {
            // The length and four bytes decide.
            1..=4 => self.compare(IntCC::Equal, first, low),
            0..=INLINE => {
                let second = self.second_word(offset);
                let high = self.int(high);
                let (a, b) = (
                    self.b.ins().bxor(first, low),
                    self.b.ins().bxor(second, high),
                );
                let differs = self.b.ins().bor(a, b);
                self.b.ins().icmp_imm_s(IntCC::Equal, differs, 0)
            }
            length => {
                let same = self.compare(IntCC::Equal, first, low);
                self.guarded_one(Some(same), types::I8, |this| {
                    // Only where the length is right is this an address with so many bytes.
                    let address = this.second_word(offset);
                    this.bytes_are(address, text.as_bytes(), length)
                })
            }
        }
    }

    /// Whether bytes, more than 8, at an address are these; as many can be read there.
    fn bytes_are(&mut self, address: Value, bytes: &[u8], length: usize) -> Value {
        let mut differs = None;
        let starts = (0..length / 8).map(|chunk| chunk * 8).chain([length - 8]);
        for start in starts {
            let wanted = &bytes[start..start + 8];
            let wanted = i64::from_ne_bytes(wanted.try_into().expect("eight bytes"));
            let at = i64::try_from(start).expect("a length fits in 63 bits");
            let at = self.b.ins().iadd_imm_s(address, at);
            let found = self.b.ins().load(types::I64, ANYWHERE, at, 0);
            let wanted = self.int(wanted);
            let other = self.b.ins().bxor(found, wanted);
            differs = Some(match differs {
                Some(differs) => self.b.ins().bor(differs, other),
                None => other,
            });
        }
        let differs = differs.expect("there are more than eight bytes");
        self.b.ins().icmp_imm_s(IntCC::Equal, differs, 0)
    }

    fn text_is_one_of(&mut self, offset: i32, set: &Arc<[Const]>) -> Value {
        let texts = set.iter().filter_map(|value| match value {
            Const::Str(text) => Some(text),
            _ => None,
        });
        let texts: Vec<_> = texts.collect();
        if texts.len() > UNROLLED || texts.iter().any(|text| text.len() > INLINE) {
            let index = self.shared.pools.text_sets.index(Arc::clone(set));
            return self.ask_text(Helper::RowOneOf, index, offset);
        }
        let mut found = self.bit(false);
        for (place, text) in texts.into_iter().enumerate() {
            let same = self.text_is(offset, text);
            found = match place {
                0 => same,
                _ => self.b.ins().bor(found, same),
            };
        }
        found
    }

    /// Where the text's bytes are; a slot's bytes can be read to 16 bytes behind their start, and so can those of longer
    /// texts.
    pub(super) fn text_bytes(&mut self, offset: i32, length: Value) -> Value {
        let inside = self.b.ins().iadd_imm_s(self.profile, i64::from(offset) + 4);
        let outside = self.second_word(offset);
        let fits = self
            .b
            .ins()
            .icmp_imm_u(IntCC::UnsignedLessThanOrEqual, length, INLINE as i64);
        self.b.ins().select(fits, inside, outside)
    }

    pub(super) fn row_text_length(&mut self, offset: i32) -> Value {
        self.b.ins().uload32(FLAGS, self.profile, offset)
    }

    fn long_enough(&mut self, length: Value, wanted: usize) -> Value {
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        self.b
            .ins()
            .icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, length, wanted)
    }

    fn text_starts(&mut self, offset: i32, text: &str) -> Value {
        let bytes = text.as_bytes();
        match bytes.len() {
            0 => self.row_known(Slot::Text { offset }),
            1..=4 => {
                let found = self
                    .b
                    .ins()
                    .load(types::I32, FLAGS, self.profile, offset + 4);
                let same = self.prefix_is(found, bytes);
                // Zeros behind a text are no part of it.
                self.unless_zero(bytes, same, offset)
            }
            5..=INLINE => {
                let length = self.row_text_length(offset);
                let start = self.text_bytes(offset, length);
                let same = self.short_bytes_are(start, bytes);
                self.unless_zero(bytes, same, offset)
            }
            _ => {
                let index = self.shared.pools.texts_in_rows.index(text.into());
                self.ask_text(Helper::RowStarts, index, offset)
            }
        }
    }

    /// `same`, and where the constant has a zero, only for texts that are long enough.
    fn unless_zero(&mut self, bytes: &[u8], same: Value, offset: i32) -> Value {
        if !bytes.contains(&0) {
            return same;
        }
        let length = self.row_text_length(offset);
        let enough = self.long_enough(length, bytes.len());
        self.b.ins().band(same, enough)
    }

    /// Whether the first bytes of four are these.
    fn prefix_is(&mut self, found: Value, bytes: &[u8]) -> Value {
        let (mut wanted, mut mask) = ([0_u8; 4], [0_u8; 4]);
        wanted[..bytes.len()].copy_from_slice(bytes);
        mask[..bytes.len()].fill(u8::MAX);
        let mask = i64::from(u32::from_ne_bytes(mask));
        let found = match bytes.len() {
            4 => found,
            _ => self.b.ins().band_imm_u(found, mask),
        };
        let wanted = i64::from(u32::from_ne_bytes(wanted));
        let wanted = self.b.ins().iconst(types::I32, wanted);
        self.compare(IntCC::Equal, found, wanted)
    }

    /// Whether up to 16 bytes at an address are these; as many, and at least 8, can be read there.
    fn short_bytes_are(&mut self, address: Value, bytes: &[u8]) -> Value {
        if bytes.len() <= 4 {
            let found = self.b.ins().load(types::I32, ANYWHERE, address, 0);
            return self.prefix_is(found, bytes);
        }
        if bytes.len() > 8 {
            return self.bytes_are(address, bytes, bytes.len());
        }
        let (low, high) = (&bytes[..4], &bytes[bytes.len() - 4..]);
        let found = self.b.ins().load(types::I32, ANYWHERE, address, 0);
        let first = self.prefix_is(found, low);
        let behind = i64::try_from(bytes.len() - 4).expect("a short text");
        let at = self.b.ins().iadd_imm_s(address, behind);
        let found = self.b.ins().load(types::I32, ANYWHERE, at, 0);
        let second = self.prefix_is(found, high);
        self.b.ins().band(first, second)
    }

    fn text_ends(&mut self, offset: i32, text: &str) -> Value {
        let bytes = text.as_bytes();
        match bytes.len() {
            0 => self.row_known(Slot::Text { offset }),
            1..=SHORT => {
                let length = self.row_text_length(offset);
                let start = self.text_bytes(offset, length);
                let enough = self.long_enough(length, bytes.len());
                let behind = i64::try_from(bytes.len()).expect("a short text");
                let left = self.b.ins().iadd_imm_s(length, -behind);
                let zero = self.int(0);
                let left = self.b.ins().select(enough, left, zero);
                let at = self.b.ins().iadd(start, left);
                // Where the text is too short, its start may be the address that stands for no text.
                let at = self.readable(at, enough);
                let same = self.short_bytes_are(at, bytes);
                self.b.ins().band(same, enough)
            }
            _ => {
                let index = self.shared.pools.texts_in_rows.index(text.into());
                self.ask_text(Helper::RowEnds, index, offset)
            }
        }
    }

    /// An address where `good` holds, elsewhere the row's.
    fn readable(&mut self, address: Value, good: Value) -> Value {
        self.b.ins().select(good, address, self.profile)
    }
}

const _: () = assert!(NO_TEXT == u64::MAX, "no text has such a last word");
