//! Batches by columns: what a plan asks of a profile's columns is answered for a chunk of profiles at a time, as bits in
//! words, and only what nothing else can answer is left to code that works on one profile.

pub(crate) mod hook;
pub(crate) mod vector;
pub(crate) mod zones;
