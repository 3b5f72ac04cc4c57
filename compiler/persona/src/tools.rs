//! What the command line and the language server of this repository use beside the façade. Not for others: it promises nothing, and
//! any version may change it. What others need of it becomes a part of the façade, with documentation and a promise.

pub use crate::bench::{
    BenchData, BenchOptions, BenchResult, Measured, MeasuredAnswer, Memory, Spread,
};
pub use crate::{generate, live, workspace};
pub use persona_jit::{
    RuleAttribute, RuleIndex, RuleIndexError, RuleIndexOptions, RuleMemory, RuleRow, RuleScratch,
    RuleSession, RuleStats, RuleValue,
};
pub use persona_sema::{ChangeClass, Dependent, Effect, PackageChange, Place, Uses};
