//! persona for programs that embed it: compile a package of rules, ask about one person or about millions, keep memberships while
//! things happen, and say why.
//!
//! ```
//! use persona::{Compiled, Package};
//!
//! let rules = r#"
//!     profile Customer { id: String @key, country: String?, spend: Money<EUR> = 0 EUR }
//!     segment vip { when spend > 1000 EUR and country in ["DE", "AT", "CH"] }
//! "#;
//! let package = Package::from_memory("shop", None, [("main.persona", rules)], ".".as_ref());
//! let program = match package.compile()? {
//!     Compiled::Program(program, _) => program,
//!     Compiled::Broken(report) => panic!("{:#?}", report.diagnostics),
//! };
//!
//! let rows = program.rows(&["vip"])?;
//! let mut asked = rows.at("2026-01-31T10:00Z")?;
//! let mut ada = rows.profile();
//! ada.set("id", "ada")?;
//! ada.set("country", "AT")?;
//! ada.set("spend", 150_000)?; // cents
//! assert!(asked.holds("vip", &ada)?);
//! # Ok::<(), persona::Error>(())
//! ```
//!
//! # What to ask
//!
//! | to | ask | gives |
//! |---|---|---|
//! | compile rules from disk or memory | [`Package::open`], [`Package::from_memory`], [`Package::compile`] | a [`Program`], or a [`Report`] of what is wrong |
//! | decide about one person per request | [`Program::rows`] | [`Rows`]: fill a [`Profile`], ask in nanoseconds |
//! | answer for everybody in the package's files | [`Program::run`] | a [`RunResult`]: counts, rejects, times |
//! | answer for Arrow record batches | [`Program::over`] with [`Tables`], then [`Program::run_arrow`] | [`Members`]: record batches of who is in what |
//! | follow events as they come | [`Program::memberships`] | [`Memberships`]: who has entered and left what |
//! | say why | [`Program::why`]; for triggers, contents and experiments [`Program::reasons`] | a [`Why`]: the rule's parts with their values |
//! | show what one person reads | [`Program::render`] | a [`RenderResult`]: the variant, its slots, why it |
//! | replay a campaign | [`Program::simulate`] | a [`Simulation`]: entries, messages, refusals |
//! | run the package's tests | [`Program::test`] | a [`TestReport`] |
//! | compare segments, judge experiments | [`overlap`], [`experiment`] | sizes, intersections, intervals |
//!
//! [The page on embedding](https://docs.rs/persona) is `compiler/docs/embedding.md`; whole programs are in `examples/`.
//!
//! # Threads and state
//!
//! Nothing is global: no logger, no cache, no clock, no locale. A [`Program`], [`Rows`], [`Tables`] and all results are `Send + Sync`;
//! share them in an `Arc`, or copy a [`Program`], which shares what is large. An [`Asked`] stays on the
//! thread that made it, which takes microseconds. [`Profile`] and [`Memberships`] are `Send`: one at a time may use them. So is
//! [`Package`], which keeps what it has checked for the next check.
//! Calls that read much data use as many threads as [`RunOptions::threads`] says, and no more when they return.
//!
//! # Errors
//!
//! What is wrong in rules are [`Diagnostic`]s in a [`Report`], with codes, places and fixes. Everything else is an [`Error`]: one
//! type, with a stable [`ErrorCode`], a sentence, and often what to do. Nothing panics: a mistake of persona's own is
//! [`ErrorCode::Internal`].
//!
//! # Units
//!
//! Instants are microseconds since 1970-01-01T00:00Z, in an `i64`; dates days since 1970-01-01; durations microseconds; times of day
//! seconds since midnight; lengths metres; amounts of money are whole numbers of the currency's smallest unit, but decimals of its
//! main unit in Arrow and in files. Columns and lines of texts count from one, places in texts are bytes from zero.
//!
//! # What is promised
//!
//! What this page and the documentation of public items say follows semantic versioning; before 1.0, a minor version may break it, and
//! `compiler/CHANGELOG.md` says how. Types marked `#[non_exhaustive]` grow fields or variants. Options are plain structs: make them
//! with `..Default::default()`, since fields are added. The language has a version of its own ([`LANGUAGE`]). [`arrow`] is a part of
//! the interface: its major version changes only with a breaking one of this crate. What is hidden from this documentation (the
//! module `tools`) is for the tools of the same repository and promises nothing.
//!
//! This crate reads programs from disk and decides the order of work; what a program means is the business of the crates
//! below. It never prints.

mod bench;
mod campaign;
mod catalogs;
mod dependencies;
mod error;
pub mod experiment;
mod fields;
mod find;
#[doc(hidden)]
pub mod generate;
#[doc(hidden)]
pub mod live;
pub mod memberships;
pub mod overlap;
mod package;
mod program;
pub mod rows;
mod rules;
mod run;
mod shown;
mod tables;
#[cfg(test)]
mod tests;
mod texts;
#[doc(hidden)]
pub mod tools;
mod why;
#[doc(hidden)]
pub mod workspace;

pub use campaign::{
    ArmWhy, Because, ChannelSummary, ChannelWhy, Check, ContentPreview, ContentWhy, Coverage,
    CoveredAtom, CoveredOutcome, CoveredVariant, Covering, Entry, EntryKind, ExperimentSummary,
    ExperimentWhy, Explained, Nearest, Never, PreviewOptions, Previews, ReadThere, RenderOptions,
    RenderResult, RenderedSlot, RenderedVariant, Seat, SimulateOptions, Simulation, SlotText,
    TestEntry, TestFailure, TestOptions, TestReport, TestResult, TestValue, TriggerCounts,
    TriggerMoment, TriggerSummary, TriggerWhy, VariantPreview, VariantWhy, WhyOptions,
};
pub use error::{Error, ErrorCode, Excerpt};
pub use memberships::{Memberships, Moved};
pub use package::{Compiled, Package, Report};
pub use persona_base::{Applicability, Code, Diagnostic, Edit, FileId, Fix, Label, Severity, Span};
pub use persona_jit::RowValue;
pub use persona_runtime::Value;
pub use persona_sema::EDITION;
pub use program::{AnswerInfo, Program};
pub use rows::{Asked, Field, Profile, Rows};
pub use run::{
    Engine, Now, NowFrom, PartitionResult, Progress, Range, Reason, RunOptions, RunResult,
    SegmentResult, SourceResult, Stage, Timing, TraitResult, TraitValues,
};
pub use shown::Shown;
pub use tables::{Members, Tables};
pub use texts::{Location, Texts};
pub use why::{AnswerKind, Change, Flips, Moment, Part, PartKind, Why};

/// The version of the language that this version of the crate compiles, apart from the crate's own. Its first number is the
/// [`EDITION`] that packages name in `persona.toml`; the second counts what was added since. A package that was written for an
/// earlier version of the same edition compiles and means the same.
pub const LANGUAGE: &str = "1.0";

/// Arrow, in the version whose record batches [`Tables`] takes and [`Members`] gives.
pub mod arrow {
    pub use arrow_array::*;
    pub use arrow_schema as schema;
}

/// The page on embedding is run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
pub struct Embedding;
