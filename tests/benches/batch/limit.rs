//! The same segments by hand, with AVX-512: each different condition once for a chunk of 2048 people, then the ands and ors
//! over its bits. Columns have the types that one would choose without looking at the values.
#![expect(unsafe_code, reason = "vector instructions over columns")]

use std::arch::x86_64::*;
use std::cell::RefCell;

use crate::conditions::{Ask, Atom, Field, Segment, places};
use crate::data::People;

const CHUNK: usize = 2048;
const WORDS: usize = CHUNK / 64;

/// Bits of a chunk, by lines of the cache.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Bits([u64; WORDS]);

/// The segments, ready to be counted.
pub(crate) struct Limit<'a> {
    people: &'a People,
    atoms: Vec<&'a Atom>,
    /// For each segment, for each clause, the atoms.
    segments: Vec<Vec<Vec<u32>>>,
    /// The members, word by word.
    members: RefCell<Vec<Vec<Bits>>>,
}

impl<'a> Limit<'a> {
    /// Nothing where the machine lacks the instructions.
    pub(crate) fn new(people: &'a People, segments: &'a [Segment]) -> Option<Self> {
        if !crate::has_avx512() {
            return None;
        }
        let (places, _) = places(segments);
        let place = |atom: &Atom| places[atom.text.as_str()].0 as u32;
        let chunks = people.len().div_ceil(CHUNK);
        Some(Self {
            people,
            atoms: crate::conditions::atoms(segments).0,
            segments: segments
                .iter()
                .map(|segment| {
                    segment
                        .iter()
                        .map(|clause| clause.iter().map(place).collect())
                        .collect()
                })
                .collect(),
            members: RefCell::new(vec![vec![Bits([0; WORDS]); chunks]; segments.len()]),
        })
    }

    /// Counts the members of each segment.
    pub(crate) fn count(&self) -> Vec<u64> {
        self.run(None)
    }

    /// Counts them and fills the sets of members, in memory that was filled before.
    pub(crate) fn fill(&self) -> Vec<u64> {
        self.run(Some(&mut self.members.borrow_mut()))
    }

    fn run(&self, mut members: Option<&mut Vec<Vec<Bits>>>) -> Vec<u64> {
        let mut counts = vec![0; self.segments.len()];
        let mut bits = vec![Bits([0; WORDS]); self.atoms.len()];
        for chunk in 0..self.people.len().div_ceil(CHUNK) {
            let start = chunk * CHUNK;
            let len = CHUNK.min(self.people.len() - start);
            for (atom, bits) in self.atoms.iter().zip(&mut bits) {
                // SAFETY: the machine has the instructions, or there were no limit.
                unsafe { test(self.people, atom, start, len, bits) }
            }
            // SAFETY: as before.
            unsafe {
                match members.as_deref_mut() {
                    None => join::<false>(&self.segments, &bits, chunk, &mut [], &mut counts),
                    Some(sets) => join::<true>(&self.segments, &bits, chunk, sets, &mut counts),
                }
            }
        }
        counts
    }
}

/// Whole vectors of a lane, each to a mask; then what is left, one by one.
macro_rules! scan {
    ($values:expr, $bits:ident, $lanes:literal, $mask:ty, $vector:ident => $test:expr, $value:ident => $single:expr) => {{
        let values = $values;
        let (whole, rest) = values.as_chunks::<$lanes>();
        let to = $bits.0.as_mut_ptr().cast::<$mask>();
        for (at, lane) in whole.iter().enumerate() {
            // SAFETY: a vector of values; the mask is inside the bits, which have one for each vector of a chunk.
            unsafe {
                let $vector = _mm512_loadu_si512(lane.as_ptr().cast());
                to.add(at).write($test);
            }
        }
        for (at, $value) in rest.iter().enumerate() {
            let at = whole.len() * $lanes + at;
            let bit = 1_u64 << (at % 64);
            $bits.0[at / 64] = if $single { $bits.0[at / 64] | bit } else { $bits.0[at / 64] & !bit };
        }
    }};
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn test(people: &People, atom: &Atom, start: usize, len: usize, bits: &mut Bits) {
    let rows = start..start + len;
    match atom.field {
        Field::Age => ints(&people.age[rows], &atom.ask, bits),
        Field::Orders => ints(&people.orders[rows], &atom.ask, bits),
        Field::Sessions => ints(&people.sessions[rows], &atom.ask, bits),
        Field::Spend => floats(&people.spend[rows], &atom.ask, bits),
        Field::Churn => floats(&people.churn[rows], &atom.ask, bits),
        Field::Balance => longs(&people.balance[rows], &atom.ask, bits),
        Field::LastSeen => longs(&people.last_seen[rows], &atom.ask, bits),
        Field::Signup => longs(&people.signup[rows], &atom.ask, bits),
        Field::Country => bytes(&people.country[rows], &atom.ask, bits),
        Field::Device => bytes(&people.device[rows], &atom.ask, bits),
        Field::Plan => bytes(&people.plan[rows], &atom.ask, bits),
        Field::City => words(&people.city[rows], &atom.ask, bits),
        Field::OptIn => copy(people.opt_in.values(), start, len, bits),
    }
    let known = match atom.field {
        Field::Age => Some(&people.age_known),
        Field::Churn => Some(&people.churn_known),
        _ => None,
    };
    if let Some(known) = known {
        let mut valid = Bits([0; WORDS]);
        copy(known.buffer().as_slice(), start, len, &mut valid);
        for (word, valid) in bits.0.iter_mut().zip(valid.0) {
            *word &= valid;
        }
    }
    bits.0[len.div_ceil(64)..].fill(0);
    if !len.is_multiple_of(64) {
        bits.0[len / 64] &= (1 << (len % 64)) - 1;
    }
}

/// Bits of a bitmap from a chunk's start on.
fn copy(bitmap: &[u8], start: usize, len: usize, bits: &mut Bits) {
    let bytes = &bitmap[start / 8..(start + len).div_ceil(8)];
    let (whole, rest) = bytes.as_chunks::<8>();
    for (word, bytes) in bits.0.iter_mut().zip(whole) {
        *word = u64::from_le_bytes(*bytes);
    }
    if !rest.is_empty() {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        bits.0[whole.len()] = u64::from_le_bytes(last);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn ints(values: &[i32], ask: &Ask, bits: &mut Bits) {
    let Ask::Ints(lo, hi) = *ask else {
        unreachable!("a range of integers")
    };
    let (lo, one_sided) = (lo as i32, hi == i64::MAX);
    let low = _mm512_set1_epi32(lo);
    if one_sided {
        scan!(values, bits, 16, u16, vector => _mm512_cmpge_epi32_mask(vector, low), value => *value >= lo);
    } else {
        let hi = hi as i32;
        let high = _mm512_set1_epi32(hi);
        scan!(values, bits, 16, u16,
            vector => _mm512_mask_cmple_epi32_mask(_mm512_cmpge_epi32_mask(vector, low), vector, high),
            value => (lo..=hi).contains(value));
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn longs(values: &[i64], ask: &Ask, bits: &mut Bits) {
    let Ask::Ints(lo, hi) = *ask else {
        unreachable!("a range of integers")
    };
    if hi == i64::MAX {
        let low = _mm512_set1_epi64(lo);
        scan!(values, bits, 8, u8, vector => _mm512_cmpge_epi64_mask(vector, low), value => *value >= lo);
    } else {
        let high = _mm512_set1_epi64(hi);
        scan!(values, bits, 8, u8, vector => _mm512_cmple_epi64_mask(vector, high), value => *value <= hi);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn floats(values: &[f64], ask: &Ask, bits: &mut Bits) {
    let Ask::Floats(lo, hi) = *ask else {
        unreachable!("a range of floats")
    };
    if hi == f64::INFINITY {
        let low = _mm512_set1_pd(lo);
        scan!(values, bits, 8, u8,
            vector => _mm512_cmp_pd_mask::<_CMP_GE_OQ>(_mm512_castsi512_pd(vector), low),
            value => *value >= lo);
    } else {
        let high = _mm512_set1_pd(hi);
        scan!(values, bits, 8, u8,
            vector => _mm512_cmp_pd_mask::<_CMP_LE_OQ>(_mm512_castsi512_pd(vector), high),
            value => *value <= hi);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn bytes(values: &[u8], ask: &Ask, bits: &mut Bits) {
    let Ask::Codes(codes) = ask else {
        unreachable!("a list of codes")
    };
    scan!(values, bits, 64, u64,
        vector => codes.iter().fold(0, |found, code| {
            found | _mm512_cmpeq_epi8_mask(vector, _mm512_set1_epi8(*code as i8))
        }),
        value => codes.contains(&usize::from(*value)));
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn words(values: &[u16], ask: &Ask, bits: &mut Bits) {
    let Ask::Codes(codes) = ask else {
        unreachable!("a list of codes")
    };
    scan!(values, bits, 32, u32,
        vector => codes.iter().fold(0, |found, code| {
            found | _mm512_cmpeq_epi16_mask(vector, _mm512_set1_epi16(*code as i16))
        }),
        value => codes.contains(&usize::from(*value)));
}

/// Each segment: an and of ors in registers, their count and, if they are wanted, its members.
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn join<const FILLS: bool>(
    segments: &[Vec<Vec<u32>>],
    bits: &[Bits],
    chunk: usize,
    members: &mut [Vec<Bits>],
    counts: &mut [u64],
) {
    let load = |atom: u32| -> [__m512i; 4] {
        let words = bits[atom as usize].0.as_ptr();
        // SAFETY: the vectors of a chunk's bits.
        std::array::from_fn(|at| unsafe { _mm512_load_si512(words.add(at * 8).cast()) })
    };
    for (at, (segment, count)) in segments.iter().zip(counts).enumerate() {
        let mut all = [_mm512_set1_epi64(-1); 4];
        for clause in segment {
            let mut any = load(clause[0]);
            for atom in &clause[1..] {
                let words = load(*atom);
                for at in 0..4 {
                    any[at] = _mm512_or_si512(any[at], words[at]);
                }
            }
            for at in 0..4 {
                all[at] = _mm512_and_si512(all[at], any[at]);
            }
        }
        let mut sum = _mm512_setzero_si512();
        for words in all {
            sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(words));
        }
        if FILLS {
            let to = members[at][chunk].0.as_mut_ptr();
            for (at, words) in all.into_iter().enumerate() {
                // SAFETY: the vectors of a chunk's bits.
                unsafe { _mm512_store_si512(to.add(at * 8).cast(), words) }
            }
        }
        *count += _mm512_reduce_add_epi64(sum) as u64;
    }
}
