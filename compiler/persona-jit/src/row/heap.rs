//! Memory for what does not fit into a row: longer texts, and the symbols of lists. What is put here stays where it is
//! until everything is forgotten.

use std::cell::Cell;

use super::layout::TAIL;

/// The words of the first chunk.
const FIRST: usize = 64;
/// Words behind each chunk that may be read, and mean nothing.
const BEHIND: usize = TAIL / 8;

/// Chunks of words, filled one after another.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    chunks: Vec<Vec<Cell<u64>>>,
    /// How many words of the last chunk are in use.
    used: usize,
}

// SAFETY: the cells are written by `bytes` and `pairs` alone, which have the heap to themselves; whoever shares it can but
// read. They are cells because addresses into them stay in use while others are written.
unsafe impl Sync for Heap {}

impl Heap {
    /// Forgets everything; keeps the largest chunk for what comes.
    pub(crate) fn reset(&mut self) {
        let last = self.chunks.pop();
        self.chunks.clear();
        self.chunks.extend(last);
        self.used = 0;
    }

    /// Keeps bytes, with at least [`TAIL`] readable ones behind them: their address.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> *const u64 {
        let room = self.room(bytes.len().div_ceil(8));
        for (word, chunk) in room.iter().zip(bytes.chunks(8)) {
            let mut padded = [0; 8];
            padded[..chunk.len()].copy_from_slice(chunk);
            word.set(u64::from_ne_bytes(padded));
        }
        room.as_ptr().cast()
    }

    /// Keeps numbers, in pairs: their address.
    pub(crate) fn pairs(&mut self, numbers: impl ExactSizeIterator<Item = u32>) -> *const u64 {
        let room = self.room(numbers.len().div_ceil(2));
        let mut halves = [0_u32; 2];
        for (index, number) in numbers.enumerate() {
            halves[index % 2] = number;
            let both: [[u8; 4]; 2] = halves.map(u32::to_ne_bytes);
            let [[a, b, c, d], [e, f, g, h]] = both;
            room[index / 2].set(u64::from_ne_bytes([a, b, c, d, e, f, g, h]));
        }
        room.as_ptr().cast()
    }

    fn room(&mut self, words: usize) -> &[Cell<u64>] {
        let free = |chunk: &Vec<Cell<u64>>, used: usize| chunk.len() - BEHIND - used;
        if self
            .chunks
            .last()
            .is_none_or(|chunk| free(chunk, self.used) < words)
        {
            let last = self.chunks.last().map_or(FIRST, |chunk| chunk.len() * 2);
            let size = last.max(words) + BEHIND;
            self.chunks.push(vec![Cell::new(0); size]);
            self.used = 0;
        }
        let start = self.used;
        self.used += words;
        let chunk = self.chunks.last().expect("there is one now");
        &chunk[start..start + words]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_stays_in_its_place() {
        let mut heap = Heap::default();
        let texts: Vec<String> = (0..500)
            .map(|n| format!("text {n} {}", "x".repeat(n)))
            .collect();
        let kept: Vec<*const u64> = texts
            .iter()
            .map(|text| heap.bytes(text.as_bytes()))
            .collect();
        let numbers = heap.pairs(vec![7, 8, 9].into_iter());
        for (text, address) in texts.iter().zip(kept) {
            // SAFETY: the heap is alive and keeps so many bytes there.
            let found = unsafe { std::slice::from_raw_parts(address.cast::<u8>(), text.len()) };
            assert_eq!(found, text.as_bytes());
        }
        // SAFETY: as above; three numbers.
        let found = unsafe { std::slice::from_raw_parts(numbers.cast::<u32>(), 3) };
        assert_eq!(found, [7, 8, 9]);
        heap.reset();
        assert_eq!(heap.chunks.len(), 1);
        assert_eq!(heap.used, 0);
    }
}
