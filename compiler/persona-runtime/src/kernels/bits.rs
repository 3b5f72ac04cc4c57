//! Slices of bitmaps at any bit: columns of Booleans, and which values are known.

use arrow_buffer::{BooleanBuffer, NullBuffer};

use super::ahead::will_read_all;
use super::{CHUNK, Row};

/// A slice of a bitmap: `len` bits from bit `offset` on, bit `k` of the bitmap being bit `k % 8` of byte `k / 8`.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'a> {
    /// The bytes that hold them, and no byte before the first or after the last.
    bytes: &'a [u8],
    /// Where in the first byte they start, below 8.
    shift: u32,
    len: usize,
}

impl<'a> Bits<'a> {
    /// So many bits from this one on.
    ///
    /// # Panics
    ///
    /// When the bytes have fewer.
    pub fn new(bytes: &'a [u8], offset: usize, len: usize) -> Self {
        let end = offset.checked_add(len).expect("an offset in memory");
        let shift = (offset % 8) as u32;
        Self {
            bytes: &bytes[offset / 8..end.div_ceil(8)],
            shift,
            len,
        }
    }

    /// How many bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A part: `len` bits from bit `start` on.
    ///
    /// # Panics
    ///
    /// When there are fewer.
    pub fn slice(&self, start: usize, len: usize) -> Self {
        assert!(
            start <= self.len && len <= self.len - start,
            "a part of {} bits",
            self.len
        );
        Self::new(self.bytes, self.shift as usize + start, len)
    }

    /// Says that they will be read after some other work.
    pub(super) fn will_read(&self) {
        will_read_all(self.bytes);
    }

    /// The bits as a row of words, zero beyond their end.
    ///
    /// # Panics
    ///
    /// When they are more than a chunk.
    pub fn row(&self) -> Row {
        assert!(self.len <= CHUNK, "a chunk has at most {CHUNK} rows");
        let mut row = Row::NONE;
        let (words, shift) = (self.len.div_ceil(64), self.shift);
        // All words but the last few are read whole: nine bytes when they start inside a byte.
        let whole = (self.bytes.len().saturating_sub(usize::from(shift > 0)) / 8).min(words);
        let high = |at: usize| u64::from(self.bytes[at * 8 + 8]) << (63 - shift) << 1;
        if shift == 0 {
            for (word, bytes) in row.0[..whole].iter_mut().zip(self.bytes.chunks_exact(8)) {
                *word = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
            }
        } else {
            for at in 0..whole {
                row.0[at] = self.word(at) >> shift | high(at);
            }
        }
        for at in whole..words {
            let rest = &self.bytes[at * 8..];
            let mut wide = [0; 16];
            let taken = rest.len().min(9);
            wide[..taken].copy_from_slice(&rest[..taken]);
            row.0[at] = (u128::from_le_bytes(wide) >> shift) as u64;
        }
        row.truncate(self.len);
        row
    }

    fn word(&self, at: usize) -> u64 {
        let bytes = self.bytes[at * 8..at * 8 + 8].try_into();
        u64::from_le_bytes(bytes.expect("eight bytes"))
    }
}

impl<'a> From<&'a BooleanBuffer> for Bits<'a> {
    fn from(buffer: &'a BooleanBuffer) -> Self {
        Self::new(buffer.values(), buffer.offset(), buffer.len())
    }
}

impl<'a> From<&'a NullBuffer> for Bits<'a> {
    fn from(buffer: &'a NullBuffer) -> Self {
        Self::from(buffer.inner())
    }
}
