//! Kernels against their plain definition: generated lanes of every width, on every instruction set of the machine, with
//! every length of tail and offset of bits.
//!
//! They look for undefined behaviour where tools can: `cargo +nightly miri test -p persona-runtime kernels` runs the
//! portable loops and the circuits (Miri knows no vectors of 512 bits, so `Isa` has none there), and
//! `RUSTFLAGS=-Zsanitizer=address cargo +nightly test -p persona-runtime --target x86_64-unknown-linux-gnu kernels` every
//! instruction set of the machine, over buffers that end where the lane does.

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
