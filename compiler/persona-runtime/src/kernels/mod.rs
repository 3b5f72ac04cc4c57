//! Kernels: tests of columns against constants, and Boolean circuits, over chunks of rows. A chunk has up to 2048 rows; the
//! answer to a test is a [`Row`] of 32 words, row `r` of the chunk being bit `r % 64` of word `r / 64`, rows beyond the
//! chunk's end being zero.
//!
//! A [`Scan`] answers several tests of one lane (a typed slice of a column) in one pass; a [`Circuit`] joins rows of words.
//! Both run on any [`Isa`] of the machine and give the same bits on each. Nothing here knows the plan, nor what a column
//! means, nor allocates while it runs.
//!
//! Whatever is public checks lengths, so no caller can make a kernel read past a buffer: `unsafe` is inside only.

mod ahead;
mod bits;
mod circuit;
mod classes;
mod forms;
mod isa;
mod lane;
mod portable;
mod row;
mod scan;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use ahead::{will_read, will_write};
pub use bits::Bits;
pub use circuit::{Circuit, Gates, Wire};
pub use isa::Isa;
pub use lane::{Lane, LaneKind};
pub use row::Row;
pub use scan::{Scan, Test};

/// The most rows of a chunk.
pub const CHUNK: usize = 2048;

/// The words of a chunk's answer.
pub const WORDS: usize = CHUNK / 64;
