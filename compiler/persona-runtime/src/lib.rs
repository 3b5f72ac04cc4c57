//! What engines run on: columns, histories, strings, time zones, the reference interpreter and the
//! functions that compiled code calls. Knows the plan, never the source text.

mod answers;
pub mod calendar;
mod column;
mod dataset;
pub mod display;
pub mod geo;
pub mod num;
pub mod parse;
pub mod sample;
mod strings;
pub mod text;
pub mod time;
mod value;

pub use answers::{Answer, Answers, Calibration, Evaluation, RankTable};
pub use column::{Column, Values};
pub use dataset::{Dataset, EventTable};
pub use strings::Strings;
pub use value::Value;
