//! Experiments for those who run them: how many people one needs, and what came out. Who is in which arm is the business of
//! `persona-runtime`; this reads data and does statistics, and prints nothing.

pub mod stats;
