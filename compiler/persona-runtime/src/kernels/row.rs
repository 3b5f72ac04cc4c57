//! A row of words: one bit for each row of a chunk.

use super::{CHUNK, WORDS};

/// One bit for each row of a chunk; aligned to a line of the cache, so that no load of a vector straddles two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct Row(pub [u64; WORDS]);

impl Row {
    /// No row of the chunk.
    pub const NONE: Self = Self([0; WORDS]);

    /// The first `len` rows of the chunk.
    ///
    /// # Panics
    ///
    /// When that is more than a chunk.
    pub fn first(len: usize) -> Self {
        assert!(len <= CHUNK, "a chunk has at most {CHUNK} rows");
        let mut row = Self::NONE;
        row.0[..len / 64].fill(u64::MAX);
        if !len.is_multiple_of(64) {
            row.0[len / 64] = (1 << (len % 64)) - 1;
        }
        row
    }

    /// How many bits are set.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether no bit is set.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Bit `row`.
    ///
    /// # Panics
    ///
    /// When that is beyond a chunk.
    pub fn get(&self, row: usize) -> bool {
        self.0[row / 64] >> (row % 64) & 1 == 1
    }

    /// Keeps the bits that the other has too.
    pub fn and(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    /// Clears the bits of rows from `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        if len < CHUNK {
            if !len.is_multiple_of(64) {
                self.0[len / 64] &= (1 << (len % 64)) - 1;
            }
            self.0[len.div_ceil(64)..].fill(0);
        }
    }
}

impl Default for Row {
    fn default() -> Self {
        Self::NONE
    }
}
