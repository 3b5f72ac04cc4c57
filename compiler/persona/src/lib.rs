//! persona for programs that embed it: open a package, check it, compile it, run it over its data, and ask why.
//!
//! ```no_run
//! use persona::{Compiled, Package};
//!
//! let package = Package::open(Some("examples/shop".as_ref()))?;
//! match package.compile()? {
//!     Compiled::Program(program, _) => println!("{} answers", program.answers().count()),
//!     Compiled::Broken(report) => println!("{} errors", report.errors()),
//! }
//! # Ok::<(), persona::Error>(())
//! ```
//!
//! This crate reads programs from disk and decides the order of work; what a program means is the business of the crates
//! below. It never prints, and no input makes it panic: an internal mistake is an [`Error`] too.

mod bench;
mod campaign;
mod catalogs;
mod dependencies;
mod error;
pub mod experiment;
mod fields;
mod find;
pub mod generate;
pub mod live;
pub mod memberships;
pub mod overlap;
mod package;
mod program;
pub mod rows;
mod rules;
mod run;
mod shown;
#[cfg(test)]
mod tests;
mod texts;
mod why;
pub mod workspace;

pub use bench::{BenchData, BenchOptions, BenchResult, Measured, MeasuredAnswer, Memory, Spread};
pub use campaign::{
    ArmWhy, Because, ChannelSummary, ChannelWhy, Check, ContentWhy, Coverage, CoveredAtom,
    CoveredOutcome, CoveredVariant, Covering, Entry, EntryKind, ExperimentSummary, ExperimentWhy,
    Explained, Nearest, Never, ReadThere, RenderOptions, RenderResult, RenderedSlot,
    RenderedVariant, Seat, SimulateOptions, Simulation, SlotText, TestEntry, TestFailure,
    TestOptions, TestReport, TestResult, TestValue, TriggerCounts, TriggerMoment, TriggerSummary,
    TriggerWhy, VariantWhy, WhyOptions,
};
pub use error::{Error, Excerpt};
pub use package::{Compiled, Package, Report};
pub use persona_jit::{
    RowValue, RuleAttribute, RuleIndex, RuleIndexError, RuleIndexOptions, RuleMemory, RuleRow,
    RuleScratch, RuleSession, RuleStats, RuleValue,
};
pub use persona_runtime::Value;
pub use persona_sema::{ChangeClass, Dependent, Effect, PackageChange, Place, Uses};
pub use program::Program;
pub use run::{
    Engine, Now, NowFrom, PartitionResult, Progress, Range, Reason, RunOptions, RunResult,
    SegmentResult, SourceResult, Stage, Timing, TraitResult, TraitValues,
};
pub use shown::Shown;
pub use texts::{Location, Texts};
pub use why::{AnswerKind, Change, Flips, Moment, Part, PartKind, Why};

/// The page on embedding is run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
pub struct Embedding;
