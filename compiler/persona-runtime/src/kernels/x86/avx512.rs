//! Scans with 512 bits. A block of eight vectors stays in registers while each test compares it; comparisons give masks,
//! which go to the answers as they are, so that a test of a block takes one comparison and one store per vector.
#![expect(
    unsafe_code,
    reason = "vector instructions, and blocks of lanes by address"
)]

use std::arch::x86_64::*;

use crate::kernels::forms::{Forms, Pack};
use crate::kernels::{CHUNK, Lane, Row, portable};

/// Vectors of a block.
const VECTORS: usize = 8;

/// The bytes of a block.
const BYTES: usize = VECTORS * 64;

/// Values of one width, 64 bytes at a time. All methods need AVX-512 with F, BW, DQ and VL.
trait Values {
    /// One bit for each value.
    type Mask: Copy;
    /// The bytes of a value.
    const SIZE: usize;
    unsafe fn at_least(values: __m512i, limit: __m512i) -> Self::Mask;
    unsafe fn at_most(values: __m512i, limit: __m512i) -> Self::Mask;
    unsafe fn equal(values: __m512i, only: __m512i) -> Self::Mask;
    unsafe fn within(values: __m512i, bounds: [__m512i; 3]) -> Self::Mask;
    /// Those of these few.
    unsafe fn among(values: __m512i, splats: &[u64]) -> Self::Mask;
}

macro_rules! integers {
    ($name:ident, $mask:ty, $size:literal, $ge:ident, $le:ident, $eq:ident, $ne:ident, $sub:ident, $span:ident) => {
        struct $name;

        impl Values for $name {
            type Mask = $mask;
            const SIZE: usize = $size;

            #[inline(always)]
            unsafe fn at_least(values: __m512i, limit: __m512i) -> $mask {
                // SAFETY: the caller's machine has the instructions of the trait.
                unsafe { $ge(values, limit) }
            }

            #[inline(always)]
            unsafe fn at_most(values: __m512i, limit: __m512i) -> $mask {
                // SAFETY: the caller's machine has the instructions of the trait.
                unsafe { $le(values, limit) }
            }

            #[inline(always)]
            unsafe fn equal(values: __m512i, only: __m512i) -> $mask {
                // SAFETY: the caller's machine has the instructions of the trait.
                unsafe { $eq(values, only) }
            }

            /// The distance from the lower bound, taken as unsigned, is at most the span.
            #[inline(always)]
            unsafe fn within(values: __m512i, [lo, _, span]: [__m512i; 3]) -> $mask {
                // SAFETY: the caller's machine has the instructions of the trait.
                unsafe { $span($sub(values, lo), span) }
            }

            #[inline(always)]
            unsafe fn among(values: __m512i, splats: &[u64]) -> $mask {
                let mut others = <$mask>::MAX;
                for splat in splats {
                    // SAFETY: the caller's machine has the instructions of the trait.
                    others = unsafe { $ne(others, values, _mm512_set1_epi64(*splat as i64)) };
                }
                !others
            }
        }
    };
}

integers!(
    I8,
    u64,
    1,
    _mm512_cmpge_epi8_mask,
    _mm512_cmple_epi8_mask,
    _mm512_cmpeq_epi8_mask,
    _mm512_mask_cmpneq_epi8_mask,
    _mm512_sub_epi8,
    _mm512_cmple_epu8_mask
);
integers!(
    I16,
    u32,
    2,
    _mm512_cmpge_epi16_mask,
    _mm512_cmple_epi16_mask,
    _mm512_cmpeq_epi16_mask,
    _mm512_mask_cmpneq_epi16_mask,
    _mm512_sub_epi16,
    _mm512_cmple_epu16_mask
);
integers!(
    I32,
    u16,
    4,
    _mm512_cmpge_epi32_mask,
    _mm512_cmple_epi32_mask,
    _mm512_cmpeq_epi32_mask,
    _mm512_mask_cmpneq_epi32_mask,
    _mm512_sub_epi32,
    _mm512_cmple_epu32_mask
);
integers!(
    I64,
    u8,
    8,
    _mm512_cmpge_epi64_mask,
    _mm512_cmple_epi64_mask,
    _mm512_cmpeq_epi64_mask,
    _mm512_mask_cmpneq_epi64_mask,
    _mm512_sub_epi64,
    _mm512_cmple_epu64_mask
);
integers!(
    U8,
    u64,
    1,
    _mm512_cmpge_epu8_mask,
    _mm512_cmple_epu8_mask,
    _mm512_cmpeq_epi8_mask,
    _mm512_mask_cmpneq_epi8_mask,
    _mm512_sub_epi8,
    _mm512_cmple_epu8_mask
);
integers!(
    U16,
    u32,
    2,
    _mm512_cmpge_epu16_mask,
    _mm512_cmple_epu16_mask,
    _mm512_cmpeq_epi16_mask,
    _mm512_mask_cmpneq_epi16_mask,
    _mm512_sub_epi16,
    _mm512_cmple_epu16_mask
);
integers!(
    U32,
    u16,
    4,
    _mm512_cmpge_epu32_mask,
    _mm512_cmple_epu32_mask,
    _mm512_cmpeq_epi32_mask,
    _mm512_mask_cmpneq_epi32_mask,
    _mm512_sub_epi32,
    _mm512_cmple_epu32_mask
);

struct F64;

impl Values for F64 {
    type Mask = u8;
    const SIZE: usize = 8;

    #[inline(always)]
    unsafe fn at_least(values: __m512i, limit: __m512i) -> u8 {
        // SAFETY: the caller's machine has the instructions of the trait.
        unsafe {
            _mm512_cmp_pd_mask::<_CMP_GE_OQ>(
                _mm512_castsi512_pd(values),
                _mm512_castsi512_pd(limit),
            )
        }
    }

    #[inline(always)]
    unsafe fn at_most(values: __m512i, limit: __m512i) -> u8 {
        // SAFETY: the caller's machine has the instructions of the trait.
        unsafe {
            _mm512_cmp_pd_mask::<_CMP_LE_OQ>(
                _mm512_castsi512_pd(values),
                _mm512_castsi512_pd(limit),
            )
        }
    }

    /// Floats have no such form: equal ones are between two bounds, as the two zeros are equal.
    #[inline(always)]
    unsafe fn equal(values: __m512i, only: __m512i) -> u8 {
        // SAFETY: the caller's machine has the instructions of the trait.
        unsafe {
            _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(_mm512_castsi512_pd(values), _mm512_castsi512_pd(only))
        }
    }

    #[inline(always)]
    unsafe fn within(values: __m512i, [lo, hi, _]: [__m512i; 3]) -> u8 {
        // SAFETY: the caller's machine has the instructions of the trait.
        unsafe {
            let (values, hi) = (_mm512_castsi512_pd(values), _mm512_castsi512_pd(hi));
            let above = _mm512_cmp_pd_mask::<_CMP_GE_OQ>(values, _mm512_castsi512_pd(lo));
            _mm512_mask_cmp_pd_mask::<_CMP_LE_OQ>(above, values, hi)
        }
    }

    #[inline(always)]
    unsafe fn among(_: __m512i, _: &[u64]) -> u8 {
        unreachable!("floats are in no list")
    }
}

/// Answers tests of a lane of at most a chunk. Needs forms of such a lane, a row in `out` for each of their tests and at least
/// one, and the instructions of [`crate::kernels::Isa::Avx512`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi2,popcnt")]
pub(in crate::kernels) unsafe fn scan(forms: &Forms, lane: Lane<'_>, out: &mut [Row]) {
    // SAFETY: each lane goes with its own width, and so do its classes, which are bytes, as many as the lane has rows. The
    // tests of classes are some of the lane's. Sixteen codes are loaded as what they are: 32 or 64 bytes. The caller has seen
    // to the rest.
    unsafe {
        match lane {
            Lane::I8(values) => blocks::<I8, _>(forms, values, out),
            Lane::I16(values) => blocks::<I16, _>(forms, values, out),
            Lane::I32(values) => blocks::<I32, _>(forms, values, out),
            Lane::I64(values) => blocks::<I64, _>(forms, values, out),
            Lane::F64(values) => blocks::<F64, _>(forms, values, out),
            Lane::U8(values) => blocks::<U8, _>(forms, values, out),
            Lane::U16(values) => blocks::<U16, _>(forms, values, out),
            Lane::U32(values) => blocks::<U32, _>(forms, values, out),
            Lane::Bits(_) => return portable::scan(forms, lane, out),
        }
        for classes in &forms.classes {
            let mut bytes = [0; CHUNK];
            let bytes = &mut bytes[..lane.len()];
            super::classes::fill(classes, lane, bytes);
            classes.forms.settle(lane.len(), out);
            blocks::<U8, _>(&classes.forms, bytes, out);
        }
        match lane {
            _ if !forms.classes.is_empty() => {}
            Lane::U16(values) => forms.tables.iter().for_each(|table| {
                look_up(&table.bits, values, &mut out[table.to], |from| {
                    _mm512_cvtepu16_epi32(_mm256_loadu_si256(from.cast()))
                });
            }),
            Lane::U32(values) => forms.tables.iter().for_each(|table| {
                look_up(&table.bits, values, &mut out[table.to], |from| {
                    _mm512_loadu_si512(from.cast())
                });
            }),
            // Those of bytes are packed.
            Lane::I8(_) | Lane::U8(_) => {}
            _ => portable::tables(forms, lane, out),
        }
    }
    portable::sorted(forms, lane, out);
}

/// All blocks of a lane. Needs `T` to be the type of `V`, at most a chunk of values, and a row in `out` for each test, at
/// least one.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi2,popcnt")]
#[inline]
unsafe fn blocks<V: Values, T: Copy>(forms: &Forms, values: &[T], out: &mut [Row]) {
    let alone = forms.blocked.len() == 1;
    // SAFETY: the caller has seen to the values and to a row for `test.to`, whose place for a block is given by `over`; masks
    // of a block's vectors are as many bits as it has values.
    unsafe {
        // A test that is alone is not looked for again at each block.
        match (
            forms.above.as_slice(),
            forms.below.as_slice(),
            forms.between.as_slice(),
            forms.is.as_slice(),
        ) {
            ([test], ..) if alone => {
                let limit = splat(test.splat);
                over::<V, T>(values, out, |values, to| {
                    each(row::<V>(to, test.to), values, |values| {
                        V::at_least(values, limit)
                    });
                });
            }
            (_, [test], ..) if alone => {
                let limit = splat(test.splat);
                over::<V, T>(values, out, |values, to| {
                    each(row::<V>(to, test.to), values, |values| {
                        V::at_most(values, limit)
                    });
                });
            }
            (_, _, [test], _) if alone => {
                let bounds = [splat(test.lo), splat(test.hi), splat(test.span)];
                over::<V, T>(values, out, |values, to| {
                    each(row::<V>(to, test.to), values, |values| {
                        V::within(values, bounds)
                    });
                });
            }
            (.., [test]) if alone => {
                let only = splat(test.splat);
                over::<V, T>(values, out, |values, to| {
                    each(row::<V>(to, test.to), values, |values| {
                        V::equal(values, only)
                    });
                });
            }
            _ => over::<V, T>(values, out, |values, to| block::<V>(forms, values, to)),
        }
    }
    forms
        .blocked
        .iter()
        .for_each(|to| out[*to].truncate(values.len()));
}

/// Each block of a lane, in registers, with the place of its bits in the first of the answers' rows. Needs `T` to be the
/// type of `V`, at most a chunk of values, and at least one row.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi2,popcnt")]
#[inline]
unsafe fn over<V: Values, T: Copy>(
    values: &[T],
    out: &mut [Row],
    run: impl Fn(&[__m512i; VECTORS], *mut u8),
) {
    let rows = BYTES / V::SIZE;
    let to: *mut u8 = out.as_mut_ptr().cast();
    let (whole, rest) = (values.len() / rows, values.len() % rows);
    let mut padded = [0_u64; BYTES / 8];
    // One loop with one call, so that what runs becomes part of it.
    for at in 0..whole + usize::from(rest > 0) {
        // SAFETY: a whole block is inside the values; what is left is less than a block, which `padded` has room for. The bits
        // of each block are inside the first row, because a chunk is a whole number of blocks.
        unsafe {
            let mut from: *const u8 = values.as_ptr().add(at * rows).cast();
            if at == whole {
                from.copy_to_nonoverlapping(padded.as_mut_ptr().cast(), rest * V::SIZE);
                from = padded.as_ptr().cast();
            }
            let block = std::array::from_fn(|at| _mm512_loadu_si512(from.add(at * 64).cast()));
            run(&block, to.add(at * rows / 8));
        }
    }
}

/// Copies of a constant.
#[inline(always)]
unsafe fn splat(splat: u64) -> __m512i {
    // SAFETY: the caller's machine has AVX-512.
    unsafe { _mm512_set1_epi64(splat as i64) }
}

/// The place of a block's bits in a test's row, given that in the first row. Needs that row.
#[inline(always)]
unsafe fn row<V: Values>(first: *mut u8, test: usize) -> *mut V::Mask {
    // SAFETY: the caller has a row for each test.
    unsafe { first.add(test * size_of::<Row>()).cast() }
}

/// All tests of one block. Needs `to` to be the place of its bits in the first of the answers' rows.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi2,popcnt")]
#[inline]
unsafe fn block<V: Values>(forms: &Forms, values: &[__m512i; VECTORS], to: *mut u8) {
    // SAFETY: the caller has a row for each test's `to`, and `to` lies at the block's place in the first of them.
    unsafe {
        // Many lists are asked by classes.
        let lists = forms.classes.is_empty().then_some(forms);
        for test in &forms.above {
            let limit = splat(test.splat);
            each(row::<V>(to, test.to), values, |values| {
                V::at_least(values, limit)
            });
        }
        for test in &forms.below {
            let limit = splat(test.splat);
            each(row::<V>(to, test.to), values, |values| {
                V::at_most(values, limit)
            });
        }
        for test in &forms.between {
            let bounds = [splat(test.lo), splat(test.hi), splat(test.span)];
            each(row::<V>(to, test.to), values, |values| {
                V::within(values, bounds)
            });
        }
        for test in lists.iter().flat_map(|forms| &forms.is) {
            let only = splat(test.splat);
            each(row::<V>(to, test.to), values, |values| {
                V::equal(values, only)
            });
        }
        for test in lists.iter().flat_map(|forms| &forms.any) {
            each(row::<V>(to, test.to), values, |values| {
                V::among(values, &test.splats)
            });
        }
        if V::SIZE == 1 {
            for pack in &forms.packs {
                unpack(pack, values, to);
            }
        }
    }
}

/// Writes the mask of each vector of a block. Needs room for them: as many bits as the block has values.
#[inline(always)]
unsafe fn each<M>(to: *mut M, values: &[__m512i; VECTORS], test: impl Fn(__m512i) -> M) {
    for (at, values) in values.iter().enumerate() {
        // SAFETY: the caller has room for a mask of each vector.
        unsafe { to.add(at).write_unaligned(test(*values)) }
    }
}

/// Up to eight tests by one look-up: each code has a byte with a bit for each test.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi2,popcnt")]
#[inline]
unsafe fn unpack(pack: &Pack, values: &[__m512i; VECTORS], to: *mut u8) {
    // SAFETY: the table is 256 bytes, four vectors; the caller has a row for each of `pack.to`, each with room for the masks.
    unsafe {
        let tables: [__m512i; 4] =
            std::array::from_fn(|at| _mm512_loadu_si512(pack.bytes.as_ptr().add(at * 64).cast()));
        // The last code of a part of the table is in no list, so codes beyond are looked up there.
        let mut found = *values;
        for codes in &mut found {
            *codes = match pack.quarters {
                1 => {
                    let codes = _mm512_min_epu8(*codes, _mm512_set1_epi8(63));
                    _mm512_permutexvar_epi8(codes, tables[0])
                }
                2 => {
                    let codes = _mm512_min_epu8(*codes, _mm512_set1_epi8(127));
                    _mm512_permutex2var_epi8(tables[0], codes, tables[1])
                }
                _ => {
                    let low = _mm512_permutex2var_epi8(tables[0], *codes, tables[1]);
                    let high = _mm512_permutex2var_epi8(tables[2], *codes, tables[3]);
                    _mm512_mask_blend_epi8(_mm512_movepi8_mask(*codes), low, high)
                }
            };
        }
        for (bit, test) in pack.to.iter().enumerate() {
            let bit = _mm512_set1_epi8(1 << bit);
            let row = to.add(test * size_of::<Row>()).cast::<u64>();
            each(row, &found, |found| _mm512_test_epi8_mask(found, bit));
        }
    }
}

/// A table of bits, sixteen codes at a time. Needs `load` to read sixteen codes from an address and no more.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi2,popcnt")]
#[inline]
unsafe fn look_up<T: Copy + Default>(
    bits: &[u64],
    values: &[T],
    out: &mut Row,
    load: impl Fn(*const T) -> __m512i,
) {
    let mut masks = [0_u16; size_of::<Row>() / 2];
    let end = i32::try_from(bits.len() * 64).expect("a table of at most 2^20 codes");
    let (whole, rest) = values.as_chunks::<16>();
    let mut padded = [T::default(); 16];
    padded[..rest.len()].copy_from_slice(rest);
    let last = (!rest.is_empty()).then_some(&padded);
    for (mask, codes) in masks.iter_mut().zip(whole.iter().chain(last)) {
        // SAFETY: there are sixteen codes at the address. A code below the table's end, which is that of its bits, is in one of
        // its words of 32 bits; the others are masked out and not read. `end` is positive, so no place is negative.
        unsafe {
            let codes = load(codes.as_ptr());
            let inside = _mm512_cmplt_epu32_mask(codes, _mm512_set1_epi32(end));
            let places = _mm512_srli_epi32::<5>(codes);
            let zero = _mm512_setzero_si512();
            let words =
                _mm512_mask_i32gather_epi32::<4>(zero, inside, places, bits.as_ptr().cast());
            let bit = _mm512_sllv_epi32(
                _mm512_set1_epi32(1),
                _mm512_and_si512(codes, _mm512_set1_epi32(31)),
            );
            *mask = _mm512_test_epi32_mask(words, bit);
        }
    }
    let (words, _) = masks.as_chunks::<4>();
    for (word, masks) in out.0.iter_mut().zip(words) {
        let parts = masks.iter().rev();
        *word = parts.fold(0, |word, mask| word << 16 | u64::from(*mask));
    }
    out.truncate(values.len());
}
