//! Asks for lines of the cache before they are read or written. Changes nothing but when memory is waited for.
#![cfg_attr(
    all(target_arch = "x86_64", not(miri)),
    expect(unsafe_code, reason = "the instruction takes an address")
)]

/// Says that these bytes will be written soon. Worth it where writes go to many places in turn, as to the sets of a
/// thousand segments: the machine foresees none of them, and waits for each line to be read before it is overwritten.
#[inline]
pub fn will_write(bytes: &mut [u8]) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    for line in bytes.chunks(64) {
        use std::arch::x86_64::{_MM_HINT_ET0, _mm_prefetch};
        // SAFETY: a hint about an address of these bytes; it neither reads nor writes, and no machine faults on it.
        unsafe { _mm_prefetch::<_MM_HINT_ET0>(line.as_ptr().cast()) }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = bytes;
}

/// Says that the value this many places behind the first will be read soon; there need be none. Worth it where reads skip
/// some of what lies between, or wait for one another.
#[inline(always)]
pub fn will_read<T>(values: &[T], place: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint about an address, which is computed without being used; it does not read, and no machine faults on it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().wrapping_add(place).cast()) }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = (values, place);
}

/// Says that these values will be read after some other work. Worth it where chunks of many columns are read in turn: what foresees
/// reads in the machine starts anew with each, and stops at each page.
#[inline]
pub(super) fn will_read_all<T: Copy>(values: &[T]) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    for at in (0..size_of_val(values)).step_by(64) {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: a hint about an address inside these values; it neither reads nor writes, and no machine faults on it.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(values.as_ptr().cast::<i8>().add(at)) }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = values;
}
