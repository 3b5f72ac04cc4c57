//! What is written: members and rejects.

mod arrow;
mod file;
mod members;
mod rejects;
mod text;

pub use members::write_members;
pub use rejects::NdjsonRejects;
