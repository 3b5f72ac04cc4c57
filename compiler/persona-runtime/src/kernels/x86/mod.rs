//! Scans with the vectors of x86-64. Each module holds one instruction set and one loop over blocks of rows; lists that
//! no vector helps with stay with the portable code.

pub(super) mod avx2;
pub(super) mod avx512;
mod classes;
