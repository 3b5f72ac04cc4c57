//! Sources made ready to read: expressions over raw rows with their columns numbered, aggregates, and what fills
//! each column of the target. Opens no file.

pub(crate) mod agg;
pub(crate) mod expr;
pub(crate) mod job;
