//! Scans with 256 bits. 64 rows stay in registers, or for wide values half as many, while each test compares them;
//! comparisons give vectors, whose high bits become the answer's. Unsigned values are moved so that signed comparisons
//! order them.
#![expect(
    unsafe_code,
    reason = "vector instructions, and blocks of lanes by address"
)]

use std::arch::x86_64::*;

use crate::kernels::forms::Forms;
use crate::kernels::{Lane, Row, portable};

/// A block of values in registers. All methods need AVX2 with BMI2 and POPCNT.
trait Block: Copy {
    /// How many rows, a divisor of 64 and a multiple of 8.
    const ROWS: usize;
    /// A constant in the lanes of one vector.
    type Limit: Copy;
    unsafe fn load(from: *const u8) -> Self;
    unsafe fn limit(splat: u64) -> Self::Limit;
    /// The low `ROWS` bits: those above.
    unsafe fn above(&self, limit: Self::Limit) -> u64;
    /// The low `ROWS` bits: those below.
    unsafe fn below(&self, limit: Self::Limit) -> u64;
    unsafe fn equal(&self, limit: Self::Limit) -> u64;
    /// Whether comparisons with a bound include it.
    const CLOSED: bool;
}

/// The high bits of 64 bytes.
#[inline(always)]
unsafe fn bytes(low: __m256i, high: __m256i) -> u64 {
    // SAFETY: the caller's machine has AVX2.
    unsafe {
        let (low, high) = (_mm256_movemask_epi8(low), _mm256_movemask_epi8(high));
        u64::from(low as u32) | u64::from(high as u32) << 32
    }
}

/// The high bits of 16 + 16 numbers of two bytes, each all ones or zero.
#[inline(always)]
unsafe fn words(low: __m256i, high: __m256i) -> u64 {
    // SAFETY: the caller's machine has AVX2.
    unsafe {
        let packed = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi16(low, high));
        u64::from(_mm256_movemask_epi8(packed) as u32)
    }
}

#[inline(always)]
unsafe fn halves(vector: __m256i) -> u64 {
    // SAFETY: the caller's machine has AVX2.
    unsafe { u64::from(_mm256_movemask_ps(_mm256_castsi256_ps(vector)) as u32) }
}

#[inline(always)]
unsafe fn quarters(vector: __m256i) -> u64 {
    // SAFETY: the caller's machine has AVX2.
    unsafe { u64::from(_mm256_movemask_pd(_mm256_castsi256_pd(vector)) as u32) }
}

/// Blocks of integers: `$bias` is what makes unsigned values signed.
macro_rules! integers {
    ($name:ident, $vectors:literal, $size:literal, $bias:expr, $gt:ident, $eq:ident, $join:expr) => {
        #[derive(Clone, Copy)]
        struct $name([__m256i; $vectors]);

        impl Block for $name {
            const ROWS: usize = $vectors * 32 / $size;
            const CLOSED: bool = false;
            type Limit = __m256i;

            #[inline(always)]
            unsafe fn load(from: *const u8) -> Self {
                // SAFETY: the caller has a block there, and the instructions of the trait.
                Self(std::array::from_fn(|at| unsafe {
                    let values = _mm256_loadu_si256(from.add(at * 32).cast());
                    _mm256_xor_si256(values, _mm256_set1_epi64x($bias as i64))
                }))
            }

            #[inline(always)]
            unsafe fn limit(splat: u64) -> __m256i {
                // SAFETY: the caller's machine has the instructions of the trait.
                unsafe { _mm256_set1_epi64x((splat ^ $bias) as i64) }
            }

            #[inline(always)]
            unsafe fn above(&self, limit: __m256i) -> u64 {
                // SAFETY: the caller's machine has the instructions of the trait.
                unsafe { $join(self.0.map(|values| $gt(values, limit))) }
            }

            #[inline(always)]
            unsafe fn below(&self, limit: __m256i) -> u64 {
                // SAFETY: the caller's machine has the instructions of the trait.
                unsafe { $join(self.0.map(|values| $gt(limit, values))) }
            }

            #[inline(always)]
            unsafe fn equal(&self, limit: __m256i) -> u64 {
                // SAFETY: the caller's machine has the instructions of the trait.
                unsafe { $join(self.0.map(|values| $eq(values, limit))) }
            }
        }
    };
}

#[inline(always)]
unsafe fn join1([low, high]: [__m256i; 2]) -> u64 {
    // SAFETY: the caller's machine has AVX2.
    unsafe { bytes(low, high) }
}

#[inline(always)]
unsafe fn join2([a, b, c, d]: [__m256i; 4]) -> u64 {
    // SAFETY: the caller's machine has AVX2.
    unsafe { words(a, b) | words(c, d) << 32 }
}

#[inline(always)]
unsafe fn join4(vectors: [__m256i; 8]) -> u64 {
    let parts = vectors.iter().rev();
    // SAFETY: the caller's machine has AVX2.
    parts.fold(0, |all, part| all << 8 | unsafe { halves(*part) })
}

#[inline(always)]
unsafe fn join8(vectors: [__m256i; 8]) -> u64 {
    let parts = vectors.iter().rev();
    // SAFETY: the caller's machine has AVX2.
    parts.fold(0, |all, part| all << 4 | unsafe { quarters(*part) })
}

integers!(I8, 2, 1, 0_u64, _mm256_cmpgt_epi8, _mm256_cmpeq_epi8, join1);
integers!(
    I16,
    4,
    2,
    0_u64,
    _mm256_cmpgt_epi16,
    _mm256_cmpeq_epi16,
    join2
);
integers!(
    I32,
    8,
    4,
    0_u64,
    _mm256_cmpgt_epi32,
    _mm256_cmpeq_epi32,
    join4
);
integers!(
    I64,
    8,
    8,
    0_u64,
    _mm256_cmpgt_epi64,
    _mm256_cmpeq_epi64,
    join8
);
integers!(
    U8,
    2,
    1,
    0x8080_8080_8080_8080_u64,
    _mm256_cmpgt_epi8,
    _mm256_cmpeq_epi8,
    join1
);
integers!(
    U16,
    4,
    2,
    0x8000_8000_8000_8000_u64,
    _mm256_cmpgt_epi16,
    _mm256_cmpeq_epi16,
    join2
);
integers!(
    U32,
    8,
    4,
    0x8000_0000_8000_0000_u64,
    _mm256_cmpgt_epi32,
    _mm256_cmpeq_epi32,
    join4
);

#[derive(Clone, Copy)]
struct F64([__m256d; 8]);

/// The high bits of vectors of comparisons.
#[inline(always)]
unsafe fn floats(compared: [__m256d; 8]) -> u64 {
    // SAFETY: the caller's machine has AVX2.
    unsafe { join8(compared.map(|vector| _mm256_castpd_si256(vector))) }
}

impl Block for F64 {
    const ROWS: usize = 32;
    const CLOSED: bool = true;
    type Limit = __m256d;

    #[inline(always)]
    unsafe fn load(from: *const u8) -> Self {
        // SAFETY: the caller has a block there, and the instructions of the trait.
        Self(std::array::from_fn(|at| unsafe {
            _mm256_loadu_pd(from.add(at * 32).cast())
        }))
    }

    #[inline(always)]
    unsafe fn limit(splat: u64) -> __m256d {
        // SAFETY: the caller's machine has the instructions of the trait.
        unsafe { _mm256_set1_pd(f64::from_bits(splat)) }
    }

    #[inline(always)]
    unsafe fn above(&self, limit: __m256d) -> u64 {
        // SAFETY: the caller's machine has the instructions of the trait.
        unsafe {
            floats(
                self.0
                    .map(|values| _mm256_cmp_pd::<_CMP_GE_OQ>(values, limit)),
            )
        }
    }

    #[inline(always)]
    unsafe fn below(&self, limit: __m256d) -> u64 {
        // SAFETY: the caller's machine has the instructions of the trait.
        unsafe {
            floats(
                self.0
                    .map(|values| _mm256_cmp_pd::<_CMP_LE_OQ>(values, limit)),
            )
        }
    }

    #[inline(always)]
    unsafe fn equal(&self, limit: __m256d) -> u64 {
        // SAFETY: the caller's machine has the instructions of the trait.
        unsafe {
            floats(
                self.0
                    .map(|values| _mm256_cmp_pd::<_CMP_EQ_OQ>(values, limit)),
            )
        }
    }
}

/// Answers tests of a lane of at most a chunk. Needs the instructions of [`crate::kernels::Isa::Avx2`].
#[target_feature(enable = "avx2,bmi2,popcnt")]
pub(in crate::kernels) unsafe fn scan(forms: &Forms, lane: Lane<'_>, out: &mut [Row]) {
    // SAFETY: each lane goes with its own width; the caller has seen to the rest.
    unsafe {
        match lane {
            Lane::I8(values) => blocks::<I8, _>(forms, values, out),
            Lane::I16(values) => blocks::<I16, _>(forms, values, out),
            Lane::I32(values) => blocks::<I32, _>(forms, values, out),
            Lane::I64(values) => blocks::<I64, _>(forms, values, out),
            Lane::F64(values) => blocks::<F64, _>(forms, values, out),
            Lane::U8(values) => {
                blocks::<U8, _>(forms, values, out);
                byte_tables(forms, values, out);
            }
            Lane::U16(values) => blocks::<U16, _>(forms, values, out),
            Lane::U32(values) => blocks::<U32, _>(forms, values, out),
            Lane::Bits(_) => return portable::scan(forms, lane, out),
        }
    }
    if !matches!(lane, Lane::U8(_)) {
        portable::tables(forms, lane, out);
    }
    portable::sorted(forms, lane, out);
}

/// All blocks of a lane. Needs `T` to be the type of `B`. Rows of `out` are found by checked indices.
#[target_feature(enable = "avx2,bmi2,popcnt")]
#[inline]
unsafe fn blocks<B: Block, T: Copy>(forms: &Forms, values: &[T], out: &mut [Row]) {
    let whole = values.len() / B::ROWS;
    for at in 0..whole {
        // SAFETY: `at` is less than the number of whole blocks, so that this one is inside the values.
        unsafe {
            block::<B>(
                forms,
                values.as_ptr().add(at * B::ROWS).cast(),
                at * B::ROWS,
                out,
            );
        }
    }
    let rest = &values[whole * B::ROWS..];
    if !rest.is_empty() {
        let mut padded = [0_u64; 32];
        // SAFETY: what is left is less than a block, none of which is more than the 256 bytes of `padded`.
        unsafe {
            let from: *const u8 = rest.as_ptr().cast();
            from.copy_to_nonoverlapping(padded.as_mut_ptr().cast(), size_of_val(rest));
            block::<B>(forms, padded.as_ptr().cast(), whole * B::ROWS, out);
        }
    }
    forms
        .blocked
        .iter()
        .for_each(|to| out[*to].truncate(values.len()));
}

/// One block. Needs a block of values at `from`, the first of which is row `at` of the chunk.
#[target_feature(enable = "avx2,bmi2,popcnt")]
#[inline]
unsafe fn block<B: Block>(forms: &Forms, from: *const u8, at: usize, out: &mut [Row]) {
    let (word, shift) = (at / 64, at % 64);
    let mut put = |to: usize, bits: u64| {
        // Integers are asked what they are not, so more bits than the block's may be set.
        let bits = (bits & (u64::MAX >> (64 - B::ROWS))) << shift;
        let word = &mut out[to].0[word];
        *word = if shift == 0 { bits } else { *word | bits };
    };
    // SAFETY: the caller has a block there, and the instructions.
    unsafe {
        let values = B::load(from);
        let least = |limit| {
            if B::CLOSED {
                values.above(limit)
            } else {
                !values.below(limit)
            }
        };
        let most = |limit| {
            if B::CLOSED {
                values.below(limit)
            } else {
                !values.above(limit)
            }
        };
        for test in &forms.above {
            put(test.to, least(B::limit(test.splat)));
        }
        for test in &forms.below {
            put(test.to, most(B::limit(test.splat)));
        }
        for test in &forms.between {
            put(test.to, least(B::limit(test.lo)) & most(B::limit(test.hi)));
        }
        for test in &forms.is {
            put(test.to, values.equal(B::limit(test.splat)));
        }
        for test in &forms.any {
            let each = test
                .splats
                .iter()
                .map(|splat| values.equal(B::limit(*splat)));
            put(test.to, each.fold(0, |any, bits| any | bits));
        }
    }
}

/// Tables of bits over codes of one byte: the byte with a code's bit is found by two shuffles, the bit by a third.
#[target_feature(enable = "avx2,bmi2,popcnt")]
#[inline]
unsafe fn byte_tables(forms: &Forms, values: &[u8], out: &mut [Row]) {
    for table in &forms.tables {
        let mut bits = [0_u64; 4];
        bits[..table.bits.len()].copy_from_slice(&table.bits);
        let row = &mut out[table.to];
        let (whole, rest) = values.as_chunks::<64>();
        let mut padded = [0; 64];
        padded[..rest.len()].copy_from_slice(rest);
        let last = (!rest.is_empty()).then_some(&padded);
        for (word, codes) in row.0.iter_mut().zip(whole.iter().chain(last)) {
            // SAFETY: 32 bytes are read of `bits`, which has four words, and twice 32 of the 64 codes.
            unsafe {
                let table = _mm256_loadu_si256(bits.as_ptr().cast());
                let low = _mm256_permute2x128_si256::<0x00>(table, table);
                let high = _mm256_permute2x128_si256::<0x11>(table, table);
                let codes: *const u8 = codes.as_ptr();
                let first = byte_bits(_mm256_loadu_si256(codes.cast()), low, high);
                let second = byte_bits(_mm256_loadu_si256(codes.add(32).cast()), low, high);
                *word = bytes(first, second);
            }
        }
        row.truncate(values.len());
    }
}

/// All ones for the bytes whose bit is set in the table, of which each half is given twice.
#[target_feature(enable = "avx2,bmi2,popcnt")]
#[inline]
fn byte_bits(codes: __m256i, low: __m256i, high: __m256i) -> __m256i {
    let place = _mm256_and_si256(_mm256_srli_epi16::<3>(codes), _mm256_set1_epi8(31));
    // The high bit of `code` says which half; a shuffle looks at the low four bits of the place.
    let low = _mm256_shuffle_epi8(low, _mm256_and_si256(place, _mm256_set1_epi8(15)));
    let high = _mm256_shuffle_epi8(high, _mm256_and_si256(place, _mm256_set1_epi8(15)));
    let byte = _mm256_blendv_epi8(low, high, codes);
    let powers = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    let bit = _mm256_shuffle_epi8(powers, _mm256_and_si256(codes, _mm256_set1_epi8(7)));
    _mm256_cmpeq_epi8(_mm256_and_si256(byte, bit), bit)
}
