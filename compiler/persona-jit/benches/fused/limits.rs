//! People as plain narrow columns, and the conditions by hand: plainly, and with AVX-512. Missing orders are negative.

/// Columns as a program that knows its data would hold them.
pub(crate) struct People {
    pub(crate) a: Vec<i16>,
    pub(crate) b: Vec<i16>,
    pub(crate) c: Vec<i16>,
    /// Cents.
    pub(crate) spend: Vec<i32>,
    /// Negative where missing.
    pub(crate) orders: Vec<i8>,
    pub(crate) x: Vec<f64>,
    pub(crate) y: Vec<f64>,
    /// Any integers.
    pub(crate) big: Vec<i64>,
}

impl People {
    /// People made up from a fixed seed.
    pub(crate) fn generate(count: usize) -> Self {
        let mut state = 7_u64;
        let mut next = move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        let mut small = |most: u64| -> Vec<i16> {
            let one = |_| (next() % (2 * most)) as i16 - most as i16;
            (0..count).map(one).collect()
        };
        let (a, b, c) = (small(5_000), small(5_000), small(15_000));
        let orders = small(100).into_iter();
        let orders = orders.map(|n| {
            if n < -90 {
                -1
            } else {
                (n.unsigned_abs() / 2) as i8
            }
        });
        let orders = orders.collect();
        let spend = small(20_000)
            .into_iter()
            .map(|n| (i32::from(n) + 20_000) * 5);
        let spend = spend.collect();
        let mut floats = || -> Vec<f64> {
            small(10_000)
                .into_iter()
                .map(|n| f64::from(n) / 100.0)
                .collect()
        };
        let (x, y) = (floats(), floats());
        let big = small(30_000).into_iter().enumerate();
        let big = big.map(|(row, n)| match row % 1000 {
            0 => i64::MAX - i64::from(n),
            1 => i64::MIN + i64::from(n.unsigned_abs()),
            _ => i64::from(n) << 40,
        });
        let big = big.collect();
        Self {
            a,
            b,
            c,
            spend,
            orders,
            x,
            y,
            big,
        }
    }
}

/// A word of 64 rows at a time, from a word on.
fn words(count: usize, out: &mut [u64], from: usize, holds: impl Fn(usize) -> bool) {
    for (at, word) in out.iter_mut().enumerate().skip(from) {
        let (first, mut bits) = (at * 64, 0);
        let rows = 64.min(count - first);
        for row in 0..rows {
            bits |= u64::from(holds(first + row)) << row;
        }
        *word = bits;
    }
}

macro_rules! plainly {
    ($($name:ident($p:ident, $row:ident) $holds:expr;)*) => {
        $(pub(crate) fn $name(people: &People, out: &mut [u64]) {
            from::$name(people, out, 0);
        })*

        /// The same from a word on.
        mod from {
            use super::{People, rounded, words};

            $(#[inline]
            pub(super) fn $name($p: &People, out: &mut [u64], from: usize) {
                words($p.a.len(), out, from, |$row| $holds);
            })*
        }
    };
}

plainly! {
    less(p, r) p.a[r] < p.b[r];
    sum(p, r) i32::from(p.a[r]) + i32::from(p.b[r]) * 2 < i32::from(p.c[r]);
    each(p, r) p.orders[r] > 0 && rounded(p.spend[r], i32::from(p.orders[r])) > 2000;
    floats(p, r) p.x[r] * 1.5 - p.y[r] > 10.0;
    saturating(p, r) p.big[r].saturating_add(i64::from(p.a[r])) > i64::from(p.b[r]);
    mixed(p, r)
        (i32::from(p.a[r]) - i32::from(p.b[r]) > 100) & (p.x[r] < p.y[r])
            | (i64::from(p.spend[r]) * i64::from(p.b[r]) < 100_000);
    guarded(p, r) (p.c[r] == 7) & (i32::from(p.a[r]) * i32::from(p.b[r]) > i32::from(p.c[r]));
}

/// `a / b`, half to even, of what is not negative.
fn rounded(a: i32, b: i32) -> i32 {
    let (floor, twice) = (a / b, a % b * 2);
    floor + i32::from(twice > b || twice == b && floor % 2 == 1)
}

/// Nothing where there are no such instructions at all.
pub(crate) const fn wide(by_hand: fn(&People, &mut [u64])) -> Option<fn(&People, &mut [u64])> {
    if cfg!(target_arch = "x86_64") {
        Some(by_hand)
    } else {
        None
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn has_avx512() -> bool {
    false
}

#[cfg(target_arch = "x86_64")]
pub(crate) use by_hand::*;

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use {
    each as each_wide, floats as floats_wide, guarded as guarded_wide, less as less_wide,
    mixed as mixed_wide, saturating as saturating_wide, sum as sum_wide,
};

#[cfg(target_arch = "x86_64")]
mod by_hand {
    use std::arch::x86_64::*;

    use super::People;

    pub(crate) fn has_avx512() -> bool {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
    }

    /// Whole blocks of so many rows with intrinsics, what is left plainly.
    macro_rules! by_hand {
        ($($name:ident = $plain:ident, $rows:literal, $word:ty, |$p:ident, $r:ident| $mask:block)*) => {
            $(pub(crate) fn $name(people: &People, out: &mut [u64]) {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                unsafe fn blocks($p: &People, out: *mut $word, count: usize) {
                    for block in 0..count {
                        let $r = block * $rows;
                        // SAFETY: the rows of the block are within all columns, and `out` has a place for it.
                        unsafe {
                            let mask: $word = $mask;
                            out.add(block).write(mask);
                        }
                    }
                }
                assert!(has_avx512(), "whoever asks has looked");
                let rows = people.a.len() / 64 * 64;
                super::from::$plain(people, out, rows / 64);
                // SAFETY: the machine has the instructions; all whole words are within the columns and within `out`.
                unsafe { blocks(people, out.as_mut_ptr().cast(), rows / $rows) }
            })*
        };
    }

    by_hand! {
        less_wide = less, 32, u32, |p, r| {
            let a = _mm512_loadu_si512(p.a.as_ptr().add(r).cast());
            _mm512_cmplt_epi16_mask(a, _mm512_loadu_si512(p.b.as_ptr().add(r).cast()))
        }
        sum_wide = sum, 16, u16, |p, r| {
            let [a, b, c] = [&p.a, &p.b, &p.c].map(|v| _mm512_cvtepi16_epi32(_mm256_loadu_si256(v.as_ptr().add(r).cast())));
            _mm512_cmplt_epi32_mask(_mm512_add_epi32(a, _mm512_add_epi32(b, b)), c)
        }
        each_wide = each, 8, u8, |p, r| {
            let orders = _mm256_cvtepi8_epi32(_mm_loadl_epi64(p.orders.as_ptr().add(r).cast()));
            let known = _mm256_cmpgt_epi32_mask(orders, _mm256_setzero_si256());
            let spend = _mm512_cvtepi32_pd(_mm256_loadu_si256(p.spend.as_ptr().add(r).cast()));
            let each = _mm512_div_pd(spend, _mm512_cvtepi32_pd(orders));
            let each = _mm512_roundscale_pd::<8>(each);
            known & _mm512_cmp_pd_mask::<_CMP_GT_OQ>(each, _mm512_set1_pd(2000.0))
        }
        floats_wide = floats, 8, u8, |p, r| {
            let (x, y) = (_mm512_loadu_pd(p.x.as_ptr().add(r)), _mm512_loadu_pd(p.y.as_ptr().add(r)));
            let made = _mm512_sub_pd(_mm512_mul_pd(x, _mm512_set1_pd(1.5)), y);
            _mm512_cmp_pd_mask::<_CMP_GT_OQ>(made, _mm512_set1_pd(10.0))
        }
        saturating_wide = saturating, 8, u8, |p, r| {
            let big = _mm512_loadu_si512(p.big.as_ptr().add(r).cast());
            let [a, b] = [&p.a, &p.b].map(|v| _mm512_cvtepi16_epi64(_mm_loadu_si128(v.as_ptr().add(r).cast())));
            let sum = _mm512_add_epi64(big, a);
            let wrong = _mm512_and_si512(_mm512_xor_si512(sum, big), _mm512_xor_si512(sum, a));
            let end = _mm512_xor_si512(_mm512_srai_epi64::<63>(big), _mm512_set1_epi64(i64::MAX));
            let sum = _mm512_mask_mov_epi64(sum, _mm512_movepi64_mask(wrong), end);
            _mm512_cmpgt_epi64_mask(sum, b)
        }
        mixed_wide = mixed, 8, u8, |p, r| {
            let [a, b] = [&p.a, &p.b].map(|v| _mm_loadu_si128(v.as_ptr().add(r).cast()));
            let apart = _mm_cmpgt_epi16_mask(_mm_sub_epi16(a, b), _mm_set1_epi16(100));
            let (x, y) = (_mm512_loadu_pd(p.x.as_ptr().add(r)), _mm512_loadu_pd(p.y.as_ptr().add(r)));
            let less = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(x, y);
            let spend = _mm512_cvtepi32_epi64(_mm256_loadu_si256(p.spend.as_ptr().add(r).cast()));
            let product = _mm512_mul_epi32(spend, _mm512_cvtepi16_epi64(b));
            apart & less | _mm512_cmplt_epi64_mask(product, _mm512_set1_epi64(100_000))
        }
        guarded_wide = guarded, 16, u16, |p, r| {
            let [a, b, c] = [&p.a, &p.b, &p.c].map(|v| _mm512_cvtepi16_epi32(_mm256_loadu_si256(v.as_ptr().add(r).cast())));
            let seven = _mm512_cmpeq_epi32_mask(c, _mm512_set1_epi32(7));
            seven & _mm512_cmpgt_epi32_mask(_mm512_mullo_epi32(a, b), c)
        }
    }
}
