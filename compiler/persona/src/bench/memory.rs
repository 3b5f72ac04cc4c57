//! How fast this machine's memory can be read: the sum of a buffer that is larger than caches are.

use std::hint::black_box;
use std::num::Wrapping;
use std::time::Duration;

use super::spread::{Budget, Spread};

/// The size of the buffer, in words: half a gibibyte, more than the caches of most machines. A build for debugging, which
/// measures itself and not memory, is not made to wait for so much.
const WORDS: usize = if cfg!(debug_assertions) {
    1 << 18
} else {
    1 << 26
};

/// How fast memory is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// Bytes read per second.
    pub bytes_per_second: Spread,
    /// The size of the buffer that was read.
    pub buffer: u64,
}

/// Reads the buffer on so many threads, each its part, again and again.
pub(super) fn measure(threads: usize) -> Memory {
    // Not zeros: the system may give one page of zeros for all of them.
    let words: Vec<u64> = (0..WORDS as u64).collect();
    let part = WORDS.div_ceil(threads.max(1));
    let read = || -> Result<u64, std::convert::Infallible> {
        if threads <= 1 {
            return Ok(black_box(sum(&words)));
        }
        Ok(std::thread::scope(|scope| {
            let parts: Vec<_> = words
                .chunks(part)
                .map(|part| scope.spawn(|| black_box(sum(part))))
                .collect();
            let sums = parts.into_iter().map(|part| part.join().unwrap_or(0));
            sums.fold(0, u64::wrapping_add)
        }))
    };
    let budget = Budget {
        warm_up: Duration::ZERO,
        time: Duration::from_millis(500),
        least: 5,
        most: 50,
    };
    let time = match budget.measure(read) {
        Ok(time) => time,
        Err(never) => match never {},
    };
    let buffer = (WORDS * size_of::<u64>()) as u64;
    Memory {
        bytes_per_second: time.rate(buffer as f64),
        buffer,
    }
}

/// The sum of many words. Independent sums side by side, so that memory and not the addition is what is waited for.
fn sum(words: &[u64]) -> u64 {
    let mut sums = [Wrapping(0_u64); 32];
    let mut chunks = words.chunks_exact(sums.len());
    for chunk in &mut chunks {
        for (sum, word) in sums.iter_mut().zip(chunk) {
            *sum += word;
        }
    }
    let rest = chunks.remainder().iter().map(|word| Wrapping(*word));
    sums.into_iter().chain(rest).sum::<Wrapping<u64>>().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_once() {
        for len in [0_u64, 1, 31, 32, 33, 1_000] {
            let words: Vec<u64> = (0..len).collect();
            assert_eq!(sum(&words), (0..len).sum::<u64>());
        }
    }
}
