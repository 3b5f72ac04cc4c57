//! What engines run on: columns, histories, strings, time zones, the reference interpreter and the
//! functions that compiled code calls. Knows the plan, never the source text.

mod answers;
mod column;
mod dataset;
mod strings;

pub use answers::{Answer, Answers, Calibration, Evaluation, RankTable};
pub use column::{Column, Values};
pub use dataset::{Dataset, EventTable};
pub use strings::Strings;
