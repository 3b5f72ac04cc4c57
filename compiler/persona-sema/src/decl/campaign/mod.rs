//! Declarations of what happens and what people read.

pub(super) mod catalog;
pub(super) mod channel;
mod clauses;
pub(super) mod content;
pub(super) mod exclusive;
pub(super) mod experiment;
mod limits;
pub(super) mod modules;
mod private;
pub(super) mod purpose;
pub(super) mod recommend;
mod refs;
pub(super) mod row;
pub(super) mod test;
pub(super) mod trigger;
