//! What is written: members and rejects.

mod arrow;
mod delta;
mod file;
mod members;
mod parquet;
mod pieces;
mod rejects;
mod text;

pub use members::{
    check_members_path, members_batches, write_members, write_members_by, write_members_with,
};
pub use rejects::NdjsonRejects;

/// A value as people see it in a members' table.
#[cfg(test)]
pub(crate) fn shown(
    value: &persona_runtime::Value,
    ty: &persona_ir::Ty,
    schema: &persona_ir::Schema,
) -> String {
    text::cell(value, ty, schema)
}
