//! Declarations of what happens and what people read.

pub(super) mod catalog;
pub(super) mod channel;
pub(super) mod content;
pub(super) mod exclusive;
pub(super) mod experiment;
pub(super) mod modules;
pub(super) mod purpose;
pub(super) mod recommend;
pub(super) mod test;
pub(super) mod trigger;
