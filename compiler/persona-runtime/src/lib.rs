//! What engines run on: columns, histories, strings, time zones, the reference interpreter and the
//! functions that compiled code calls. Knows the plan, never the source text.

mod answers;
pub mod build;
pub mod calendar;
mod calibrate;
mod catalog;
mod checks;
mod column;
pub mod content;
mod dataset;
pub mod display;
pub mod experiment;
mod facts;
pub mod filetest;
pub mod flips;
mod gather;
pub mod geo;
pub mod histories;
mod interp;
pub mod kernels;
pub mod machine;
pub mod num;
pub mod order;
pub mod parse;
pub mod rank;
pub mod recommend;
mod rows;
pub mod sample;
mod strings;
pub mod testing;
pub mod text;
pub mod time;
mod totals;
mod value;

pub use answers::{Answer, Answers, Calibration, Evaluation, RankTable};
pub use calibrate::calibrate;
pub use catalog::{CatalogTable, Catalogs, CatalogsBuilder};
pub use checks::{
    CheckFailure, apply_checks, apply_checks_keeping, run_catalog_checks, run_checks,
};
pub use column::{Bounds, Codes, Column, Ints, Stats, TextCodes, Values};
pub use dataset::{Dataset, EventRef, EventTable};
pub use facts::Facts;
pub use interp::{
    Evaluator, Prepared, ProfileEvaluator, Scratch, aggregate_values, interpret, interpret_profile,
};
pub use rows::DatasetBuilder;
pub use strings::{Strings, Texts};
pub use totals::{Total, Totals};
pub use value::Value;
