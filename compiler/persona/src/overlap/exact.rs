//! Counting bits: who is in both of two sets, and in exactly which of many.

use arrow_buffer::BooleanBuffer;
use rustc_hash::FxHashMap;

/// So many profiles are looked at together.
const WORD: usize = 64;

/// How many are in both.
pub(super) fn both(a: &BooleanBuffer, b: &BooleanBuffer) -> usize {
    let (a, b) = (a.bit_chunks(), b.bit_chunks());
    let pairs = a.iter_padded().zip(b.iter_padded());
    pairs.map(|(a, b)| (a & b).count_ones() as usize).sum()
}

/// How many are in exactly which sets, as bits in the order of the sets: at most 64 of them. The most frequent first, then those
/// with fewer sets, then those whose sets come first.
pub(super) fn count(sets: &[&BooleanBuffer], profiles: usize) -> Vec<(u64, usize)> {
    let mut counts: FxHashMap<u64, usize> = FxHashMap::default();
    let chunks: Vec<_> = sets.iter().map(|set| set.bit_chunks()).collect();
    let mut words: Vec<_> = chunks.iter().map(|chunks| chunks.iter_padded()).collect();
    for start in (0..profiles).step_by(WORD) {
        let mut signatures = [0_u64; WORD];
        for (set, words) in words.iter_mut().enumerate() {
            let mut word = words.next().unwrap_or(0);
            while word != 0 {
                signatures[word.trailing_zeros() as usize] |= 1 << set;
                word &= word - 1;
            }
        }
        // Neighbours are often alike: they are counted before the table is asked.
        let here = &signatures[..WORD.min(profiles - start)];
        for run in here.chunk_by(|a, b| a == b) {
            *counts.entry(run[0]).or_default() += run.len();
        }
    }
    let mut counts: Vec<(u64, usize)> = counts.into_iter().collect();
    counts.sort_unstable_by(|(a, a_count), (b, b_count)| {
        let more = b_count.cmp(a_count);
        let fewer = more.then(a.count_ones().cmp(&b.count_ones()));
        fewer.then(b.reverse_bits().cmp(&a.reverse_bits()))
    });
    counts
}
