//! The typed plan: one hash-consed graph of expressions for a whole package, with the tables it reads,
//! the answers it gives, the checks it makes and the sources that fill it.
//!
//! Valid by construction of `persona-lower` and checked by [`verify()`]; user errors never reach this
//! crate. It depends on nothing of the front end, and evaluates nothing.

mod build;
pub mod campaign;
mod experiment;
mod nature;
mod op;
mod plan;
mod remap;
mod schema;
mod source;
pub mod text;
mod ty;
mod used;
mod verify;
mod walk;

pub use build::Builder;
pub use campaign::Campaign;
pub use experiment::{Arm, ArmHash, Experiment, ExperimentId, Goal, Layer};
pub use op::{
    Agg, AggKind, Bound, CalendarUnit, DatePart, EventCol, InstantSpec, ListAggKind, Negation,
    NegationMode, Node, NodeId, Op, Query, Sequence, Step,
};
pub use plan::{
    Check, CheckAction, CheckTable, Explain, ExplainKind, Output, OutputKind, Place, Plan, Rank,
    RankId, RankKind,
};
pub use remap::{each_operand, subgraph};
pub use schema::{
    Catalog, CatalogId, ColId, Column, EnumDef, EnumId, EnumValue, KindId, Schema, Table, Validate,
    Weekday,
};
pub use source::{
    RawAgg, RawExpr, RawField, RawOp, RawTarget, SourceFormat, SourcePlan, SourceTarget,
};
pub use text::{parse, print};
pub use ty::{Const, F64, RecordField, Ty};
pub use used::{UsedColumns, used_columns};
pub use verify::{Violation, verify};
pub use walk::{Levels, Operand, Operands, free_levels, operands};
