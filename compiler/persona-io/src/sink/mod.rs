//! What is written: members, rejects, and tables that somebody else has made.

mod arrow;
mod delta;
mod file;
mod members;
mod parquet;
mod pieces;
mod rejects;
mod table;
mod text;

pub use members::{
    check_members_path, members_batches, write_members, write_members_by, write_members_with,
};
pub use rejects::NdjsonRejects;
pub use table::{FileColumn, FileTable, write_table};

pub(crate) use text::cell;
