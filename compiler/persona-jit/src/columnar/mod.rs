//! Batches by columns: what a plan asks of profiles is answered for a chunk of them at a time, as bits in words.
//!
//! *Plan time* ([`scheme`]): conditions become a circuit over atoms ([`crate::atoms`]), and each atom is claimed ([`claim`])
//! by who answers it best: a test of a column's values against thresholds ([`chain`]), one question per entry of a
//! column's dictionary ([`fixed`]), whoever computes histories ([`hook`]), or, last, code that works on one profile ([`rest`]).
//! *Bind time* ([`bound`]): thresholds are found and dictionaries asked; what remains are tests of lanes and gates over
//! them ([`gates`]). *Run time* ([`run`]): chunks of 2048 profiles, shared out over threads, each answered by kernels.
//!
//! Nothing here decides what an operation means: thresholds come from the runtime's functions, and dictionaries are
//! asked by the reference interpreter. No answer depends on the number of threads, on the instructions, or on which way an
//! atom is answered.

pub(crate) mod bound;
pub(crate) mod chain;
pub(crate) mod claim;
pub(crate) mod fixed;
pub(crate) mod fused;
pub(crate) mod gates;
pub(crate) mod hook;
pub(crate) mod lanes;
pub(crate) mod rest;
pub(crate) mod run;
pub(crate) mod scheme;
pub(crate) mod vector;
mod write;
pub(crate) mod zones;
