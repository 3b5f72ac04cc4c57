//! The trigger machine: each rule of SEMANTICS §6 on small programs; every timeline in several batches, restored at every step,
//! and replayed from a dataset.

mod damage;
mod entry;
mod model;
mod order;
mod sends;
mod streams;
mod waits;
mod world;
