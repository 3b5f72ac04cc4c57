//! The classes of codes, with 512 bits: gathered from a table.
#![expect(unsafe_code, reason = "vector instructions, and a table by address")]

use std::arch::x86_64::*;

use crate::kernels::Lane;
use crate::kernels::classes::Classes;

/// Writes the class of each code. Needs as many bytes as the lane has rows, a lane of codes, and the instructions of
/// [`crate::kernels::Isa::Avx512`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi2,popcnt")]
#[inline]
pub(super) unsafe fn fill(classes: &Classes, lane: Lane<'_>, bytes: &mut [u8]) {
    // SAFETY: each load reads sixteen codes of its lane; the caller has seen to the rest.
    unsafe {
        match lane {
            Lane::U16(values) => gather(classes, values, bytes, |from| {
                _mm512_cvtepu16_epi32(_mm256_loadu_si256(from.cast()))
            }),
            Lane::U32(values) => gather(classes, values, bytes, |from| {
                _mm512_loadu_si512(from.cast())
            }),
            _ => unreachable!("only codes have classes"),
        }
    }
}

/// Classes, sixteen at a time. Needs `load` to read sixteen codes from an address.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi2,popcnt")]
#[inline]
unsafe fn gather<T: Copy + Default>(
    classes: &Classes,
    values: &[T],
    bytes: &mut [u8],
    load: impl Fn(*const T) -> __m512i,
) {
    let Classes { end, table, .. } = classes;
    assert!(
        table.len() >= *end as usize + 4 && i32::try_from(*end).is_ok(),
        "bytes to read beyond the last code's, and no place that is negative"
    );
    let find = |sixteen: &[T; 16]| -> [u8; 16] {
        // SAFETY: the caller's load reads sixteen codes. Four bytes are read from the place of each code below the end, which
        // the table has, as asserted; codes beyond are masked out and not read. Sixteen bytes are written to sixteen.
        unsafe {
            let places = load(sixteen.as_ptr());
            let inside = _mm512_cmplt_epu32_mask(places, _mm512_set1_epi32(*end as i32));
            let zero = _mm512_setzero_si512();
            let found =
                _mm512_mask_i32gather_epi32::<1>(zero, inside, places, table.as_ptr().cast());
            let mut out = [0; 16];
            _mm_storeu_si128(out.as_mut_ptr().cast(), _mm512_cvtepi32_epi8(found));
            out
        }
    };
    let (whole, rest) = values.as_chunks::<16>();
    let mut padded = [T::default(); 16];
    padded[..rest.len()].copy_from_slice(rest);
    let (outs, last) = bytes.as_chunks_mut::<16>();
    for (at, sixteen) in whole.iter().chain([&padded]).enumerate() {
        let found = find(sixteen);
        match outs.get_mut(at) {
            Some(out) => *out = found,
            None => last.copy_from_slice(&found[..last.len()]),
        }
    }
}
