//! Kernels against their plain definition: generated lanes of every width, on every instruction set of the machine, with
//! every length of tail and offset of bits.
//!
//! They look for undefined behaviour where tools can (`compiler/docs/unsafe.md` says more). Under Miri, with what every machine
//! has; the second also with 256 bits (Miri knows no vectors of 512 bits and no prefetches, so there are none there):
//!
//! ```text
//! cargo +nightly miri test -p persona-runtime --lib -- kernels histories
//! RUSTFLAGS="-Ctarget-feature=+avx2,+bmi1,+bmi2,+lzcnt,+popcnt" cargo +nightly miri test -p persona-runtime --lib -- kernels histories
//! ```
//!
//! Under the address sanitizer, with every instruction set of the machine, over buffers that end where the lane does:
//!
//! ```text
//! RUSTFLAGS=-Zsanitizer=address cargo +nightly test --target x86_64-unknown-linux-gnu -p persona-runtime --lib -- kernels histories
//! ```

mod circuits;
mod lanes;
mod scans;

/// Numbers without order, the same on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}
