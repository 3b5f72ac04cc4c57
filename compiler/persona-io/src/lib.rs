//! Files in, files out: the sources of a plan become a dataset, with every row used or set aside with a reason; answers
//! and rejects become files. Evaluates nothing.

mod error;
mod format;
mod load;
mod options;
mod report;
mod source;
mod value;

pub use error::{LoadError, LoadErrorKind};
pub use load::{Loaded, load, load_into};
pub use options::{LoadOptions, NoProgress, Progress};
pub use report::{LoadReport, NoRejects, Reject, RejectAction, RejectKind, RejectSink, SourceReport};
