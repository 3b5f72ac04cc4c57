//! Sums over the rows of each profile's span, one after another: of Floats in the order of rows, never re-associated; of
//! integers exact. Most spans are of a few rows, and how many differs from profile to profile, so that a loop that ends
//! with its span is mispredicted for almost every one: where the machine can, four rows are read at once, those behind
//! the span as zeros, and only longer spans loop.

use super::Spans;
use super::aggregates::with;
use super::marks::Pick;
use crate::kernels::{Isa, will_read};
use crate::num;

/// Gives `each` the number of each profile and the sum of its picked values: the one that adding step by step gives,
/// from `0.0`, each step clamped.
pub(super) fn in_order<P: Pick>(
    isa: Isa,
    values: &[f64],
    spans: Spans<'_>,
    pick: P,
    mut each: impl FnMut(usize, f64),
) {
    // A sum that left the range of Floats somewhere is not finite in the end, and only then must be made step by step.
    // No step gives `-0.0`, because the first is `0.0`.
    let each = |index: usize, sum: f64| {
        let clamped = if sum.is_finite() {
            sum
        } else {
            let rows = pick.rows(spans.low[index] as usize, spans.high[index] as usize);
            rows.fold(0.0, |sum, row| num::float_add(sum, values[row]))
        };
        each(index, clamped);
    };
    #[cfg(target_arch = "x86_64")]
    if P::EVERY && isa.min(Isa::best()) >= Isa::Avx2 {
        // SAFETY: `Isa::best` says that the machine has the instructions.
        return unsafe { x86::in_order(values, spans, each) };
    }
    with(isa, || {
        let mut each = each;
        for (index, (low, high)) in spans.each().enumerate() {
            let rows = pick.rows(low, high);
            each(index, rows.fold(0.0, |sum, row| sum + values[row]));
        }
    });
}

/// Gives `each` the number of each profile and the exact sum of its picked values.
pub(super) fn exact<P: Pick>(
    isa: Isa,
    values: &[i64],
    spans: Spans<'_>,
    pick: P,
    mut each: impl FnMut(usize, i128),
) {
    #[cfg(target_arch = "x86_64")]
    if P::EVERY && isa.min(Isa::best()) >= Isa::Avx2 {
        // SAFETY: `Isa::best` says that the machine has the instructions.
        return unsafe { x86::exact(values, spans, each) };
    }
    with(isa, || {
        for (index, (low, high)) in spans.each().enumerate() {
            let rows = pick.rows(low, high);
            each(
                index,
                rows.fold(0, |sum, row| sum + i128::from(values[row])),
            );
        }
    });
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! The same with wide instructions, where every row is picked.

    use std::arch::x86_64::{
        __m128i, __m256d, __m256i, _mm_add_epi64, _mm_cvtsd_f64, _mm_cvtsi128_si64,
        _mm_unpackhi_epi64, _mm_unpackhi_pd, _mm256_add_epi64, _mm256_and_si256,
        _mm256_castpd256_pd128, _mm256_castsi256_si128, _mm256_cmpgt_epi64, _mm256_extractf128_pd,
        _mm256_extracti128_si256, _mm256_maskload_epi64, _mm256_maskload_pd, _mm256_set1_epi64x,
        _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_srli_epi64, _mm256_xor_si256,
    };

    use super::{Spans, will_read};

    /// So many profiles later the values are asked for that will be read.
    const AHEAD: usize = 16;

    #[target_feature(enable = "avx2,bmi2,popcnt")]
    pub(super) fn in_order(values: &[f64], spans: Spans<'_>, mut each: impl FnMut(usize, f64)) {
        for (index, (low, high)) in spans.each().enumerate() {
            if let Some(low) = spans.low.get(index + AHEAD) {
                will_read(values, *low as usize);
            }
            let mut rest = &values[low..high];
            let mut sum = add_four(0.0, rest);
            while rest.len() > 4 {
                rest = &rest[4..];
                sum = add_four(sum, rest);
            }
            each(index, sum);
        }
    }

    /// Adds up to four values in order, and zeros, which change no sum that began with `0.0`.
    #[inline]
    #[target_feature(enable = "avx2,bmi2,popcnt")]
    fn add_four(sum: f64, values: &[f64]) -> f64 {
        let mask = mask(values.len());
        // SAFETY: the mask selects no more values than the slice has, and no others are read.
        let four: __m256d = unsafe { _mm256_maskload_pd(values.as_ptr(), mask) };
        let front = _mm256_castpd256_pd128(four);
        let back = _mm256_extractf128_pd::<1>(four);
        let sum = sum + _mm_cvtsd_f64(front);
        let sum = sum + _mm_cvtsd_f64(_mm_unpackhi_pd(front, front));
        let sum = sum + _mm_cvtsd_f64(back);
        sum + _mm_cvtsd_f64(_mm_unpackhi_pd(back, back))
    }

    #[target_feature(enable = "avx2,bmi2,popcnt")]
    pub(super) fn exact(values: &[i64], spans: Spans<'_>, mut each: impl FnMut(usize, i128)) {
        for (index, (low, high)) in spans.each().enumerate() {
            if let Some(low) = spans.low.get(index + AHEAD) {
                will_read(values, *low as usize);
            }
            let values = &values[low..high];
            let mut halves = Halves::none().with(values);
            let mut rest = values;
            while rest.len() > 4 {
                rest = &rest[4..];
                halves = halves.with(rest);
            }
            each(index, halves.sum(values.len()));
        }
    }

    /// Four sums of the upper and of the lower 32 bits of numbers, which are made unsigned by adding 2^63 to each. A span
    /// has less than 2^32 rows, so that none overflows.
    #[derive(Clone, Copy)]
    struct Halves {
        upper: __m256i,
        lower: __m256i,
    }

    impl Halves {
        #[inline]
        #[target_feature(enable = "avx2,bmi2,popcnt")]
        fn none() -> Self {
            Self {
                upper: _mm256_setzero_si256(),
                lower: _mm256_setzero_si256(),
            }
        }

        /// Adds up to four values.
        #[inline]
        #[target_feature(enable = "avx2,bmi2,popcnt")]
        fn with(self, values: &[i64]) -> Self {
            let mask = mask(values.len());
            // SAFETY: the mask selects no more values than the slice has, and no others are read.
            let four = unsafe { _mm256_maskload_epi64(values.as_ptr(), mask) };
            let sign = _mm256_and_si256(mask, _mm256_set1_epi64x(i64::MIN));
            let four = _mm256_xor_si256(four, sign);
            let lower = _mm256_and_si256(four, _mm256_set1_epi64x(0xFFFF_FFFF));
            Self {
                upper: _mm256_add_epi64(self.upper, _mm256_srli_epi64::<32>(four)),
                lower: _mm256_add_epi64(self.lower, lower),
            }
        }

        /// The sum of so many numbers.
        #[inline]
        #[target_feature(enable = "avx2,bmi2,popcnt")]
        fn sum(self, count: usize) -> i128 {
            let (upper, lower) = (across(self.upper), across(self.lower));
            let added = (count as i128) << 63;
            (i128::from(upper) << 32) + i128::from(lower) - added
        }
    }

    /// The sum of four numbers.
    #[inline]
    #[target_feature(enable = "avx2,bmi2,popcnt")]
    fn across(four: __m256i) -> u64 {
        let two: __m128i = _mm_add_epi64(
            _mm256_castsi256_si128(four),
            _mm256_extracti128_si256::<1>(four),
        );
        let one = _mm_add_epi64(two, _mm_unpackhi_epi64(two, two));
        _mm_cvtsi128_si64(one).cast_unsigned()
    }

    /// All bits of the first lanes, as many as `count` says.
    #[inline]
    #[target_feature(enable = "avx2,bmi2,popcnt")]
    fn mask(count: usize) -> __m256i {
        // No slice of numbers is longer than `i64::MAX`.
        let count = _mm256_set1_epi64x(count as i64);
        _mm256_cmpgt_epi64(count, _mm256_setr_epi64x(0, 1, 2, 3))
    }
}
