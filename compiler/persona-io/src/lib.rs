//! Files in, files out: the sources of a plan become a dataset, with every row used or set aside with a reason; answers
//! and rejects become files. Evaluates nothing.

mod error;
mod format;
mod load;
mod memory;
mod options;
mod parallel;
mod report;
mod scan;
mod sink;
mod source;
mod typed;
mod value;

#[cfg(test)]
mod tests;

pub use error::{LoadError, LoadErrorKind};
pub use load::{Changed, Changes, DataFile, Loaded, data_files, load, load_from, load_into};
pub use memory::Memory;
pub use options::{LoadOptions, NoProgress, Progress, Since};
pub use report::{
    LoadReport, NoRejects, ReasonReport, Reject, RejectAction, RejectKind, RejectSink, SourceReport,
};
pub use scan::{Probe, Scan, Seen, SeenType, scan, scan_columns};
pub use sink::{
    FileColumn, FileTable, NdjsonRejects, check_members_path, members_batches, write_members,
    write_members_by, write_members_with, write_table,
};
pub use typed::{cell_text, read_value, write_value};
