//! Sets of members of a chunk of profiles, as code gives them. Code writes each profile's answers as bits of one row, a word for 64 sets; when the
//! rows of 64 profiles are there, the block is turned around, and each set gets a word for 64 profiles.

use std::cell::Cell;

/// How many profiles' rows a block has.
const ROWS: usize = 64;

/// How many words the bits of so many sets take.
pub(crate) fn words(sets: usize) -> usize {
    sets.div_ceil(64)
}

/// The sets of members that a chunk fills. Its first profile's row is a multiple of 64.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// The block; code writes to it.
    block: Box<[Cell<u64>]>,
    /// The words of one row.
    words: usize,
    sets: Vec<Vec<u64>>,
    profiles: usize,
}

impl Members {
    /// So many empty sets of so many profiles.
    pub(crate) fn new(sets: usize, profiles: usize) -> Self {
        let words = words(sets);
        Self {
            block: vec![Cell::new(0); words * ROWS].into(),
            words,
            sets: vec![Vec::with_capacity(profiles.div_ceil(ROWS)); sets],
            profiles,
        }
    }

    /// Where code writes.
    pub(crate) fn address(&self) -> *mut u64 {
        self.block.as_ptr().cast_mut().cast()
    }

    /// Looks whether a profile, coming in order, has filled the block.
    pub(crate) fn end_profile(&mut self, profile: u64) {
        if profile % ROWS as u64 == ROWS as u64 - 1 {
            self.turn_around(u64::MAX);
        }
    }

    /// The words of each set, a bit for each profile from the least significant on.
    pub(crate) fn finish(mut self) -> Vec<Vec<u64>> {
        let rest = self.profiles % ROWS;
        if rest > 0 {
            self.turn_around((1 << rest) - 1);
        }
        self.sets
    }

    /// Gives each set the next word, of which only these bits count.
    fn turn_around(&mut self, mask: u64) {
        for (word, sets) in self.sets.chunks_mut(64).enumerate() {
            let mut square = [0; 64];
            for (row, bits) in square.iter_mut().enumerate() {
                *bits = self.block[row * self.words + word].get();
            }
            transpose(&mut square);
            for (set, bits) in sets.iter_mut().zip(square) {
                set.push(bits & mask);
            }
        }
    }
}

/// Mirrors a square of bits: bit `c` of word `r` becomes bit `r` of word `c`. Swaps halves, then quarters, and so on.
pub(crate) fn transpose(square: &mut [u64; 64]) {
    let (mut size, mut mask) = (32, 0x0000_0000_FFFF_FFFF_u64);
    while size > 0 {
        let mut row = 0;
        while row < 64 {
            let (upper, lower) = (square[row], square[row + size]);
            let swap = (upper >> size ^ lower) & mask;
            square[row] = upper ^ swap << size;
            square[row + size] = lower ^ swap;
            row = (row + size + 1) & !size;
        }
        size /= 2;
        mask ^= mask << size;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_of_bits_is_mirrored() {
        let mut square = [0; 64];
        for (row, bits) in square.iter_mut().enumerate() {
            *bits = (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xA5;
        }
        let before = square;
        transpose(&mut square);
        for (row, bits) in before.into_iter().enumerate() {
            for (col, mirrored) in square.into_iter().enumerate() {
                assert_eq!(mirrored >> row & 1, bits >> col & 1);
            }
        }
    }

    #[test]
    fn each_set_has_a_bit_for_each_profile_and_none_beyond() {
        for (sets, profiles) in [
            (1, 1),
            (3, 63),
            (64, 64),
            (65, 65),
            (130, 200),
            (0, 5),
            (2, 0),
        ] {
            let mut members = Members::new(sets, profiles);
            let is_member = |set: usize, profile: usize| (set * 31 + profile * 7) % 5 < 2;
            for profile in 0..profiles {
                for word in 0..words(sets) {
                    let bits = (0..64).filter(|bit| is_member(word * 64 + bit, profile));
                    let cell = &members.block[profile % 64 * words(sets) + word];
                    cell.set(bits.fold(0, |all, bit| all | 1 << bit));
                }
                members.end_profile(profile as u64);
            }
            for (set, bits) in members.finish().into_iter().enumerate() {
                assert_eq!(bits.len(), profiles.div_ceil(64));
                for row in 0..bits.len() * 64 {
                    let expected = row < profiles && is_member(set, row);
                    assert_eq!(bits[row / 64] >> (row % 64) & 1 == 1, expected);
                }
            }
        }
    }
}
