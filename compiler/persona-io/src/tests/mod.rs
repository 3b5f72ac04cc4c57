//! Whole loads: plans in their text form over small files, and what comes out as text.

mod bad_input;
mod catalogs;
mod changes;
mod csv;
mod events;
mod expressions;
mod groups;
mod members;
mod ndjson;
mod parquet;
mod profiles;
mod real;
pub(crate) mod support;
mod types;
mod ways;
