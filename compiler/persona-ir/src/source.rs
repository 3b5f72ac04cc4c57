//! Where data comes from and how its columns map: a small untyped language over raw rows, interpreted by
//! `persona-io` while it reads.

use std::sync::Arc;

use crate::{CatalogId, ColId, KindId, Place, Ty};

/// A source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePlan {
    /// `orders`.
    pub name: Arc<str>,
    /// What its rows are.
    pub target: SourceTarget,
    /// The format, said or known by the name.
    pub format: SourceFormat,
    /// The path or glob, relative to the package's folder.
    pub path: Arc<str>,
    /// Where the path is written, for messages.
    pub path_place: Place,
    /// Raw rows for which this is not true are not part of the source (counted as filtered).
    pub filter: Option<RawExpr>,
    /// One event (or profile) per distinct combination; empty means one per row.
    pub group_by: Vec<RawExpr>,
    /// For an event source: whose event it is. Absent: the column named like the profile's key field, or `profile`.
    pub profile: Option<RawExpr>,
    /// For an event source, or a profile source whose rows have an instant. Absent: the column `at`, which an event source must have.
    pub at: Option<RawExpr>,
    /// For an event source: the event's identifier. Absent: the column `id`, if there is one.
    pub id: Option<RawExpr>,
    /// Fields that are mapped. Fields left out map to the column of the same name, if there is one.
    pub fields: Vec<RawField>,
}

/// What the rows of a source are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceTarget {
    /// Profiles.
    Profile,
    /// Events of a kind.
    Event(KindId),
    /// Items of a catalog.
    Catalog(CatalogId),
}

/// A file format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceFormat {
    /// Comma-separated values with a header line.
    Csv {
        /// `,` unless said otherwise.
        delimiter: u8,
    },
    /// One JSON object per line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC, file or stream.
    ArrowIpc,
}

/// How one field is filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawField {
    /// Which column of the target.
    pub col: ColId,
    /// With what.
    pub value: RawTarget,
    /// Where it is written, for messages.
    pub place: Place,
}

/// What fills a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawTarget {
    /// An expression, read as the column's type.
    Expr(RawExpr),
    /// One element of a list of records per row of the group: for each field of the record (by index), its expression.
    Each(Vec<(u32, RawExpr)>),
}

/// An expression over raw rows. Values are text, whole numbers, exact decimals, Floats, Bools, instants, dates,
/// lists, or missing; text that stands where a number is needed is read as an exact decimal, and what cannot be
/// read makes the whole field a bad value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawExpr {
    /// `column("name")`; a dotted name reaches into nested JSON where no column has the dotted name itself.
    Column(Arc<str>),
    /// Text.
    Text(Arc<str>),
    /// A whole number or exact decimal, as written.
    Number(Arc<str>),
    /// `true`, `false`.
    Bool(bool),
    /// An operation on one or two operands (the second absent for unary ones).
    Op(RawOp, Vec<RawExpr>),
    /// `x matches r"…"`.
    Matches(Box<RawExpr>, Arc<str>),
    /// `x in ["a", "b"]`.
    In(Box<RawExpr>, Vec<RawExpr>),
    /// An aggregate over the rows of the group (over the one row, without `group by`); the operand is absent for `count()`.
    Agg(RawAgg, Option<Box<RawExpr>>),
    /// `x.as(Type)`, `x.as(Timestamp, "Europe/London")`, `x.as(Date, "%d.%m.%Y")`: reads the value as a type; the text is a
    /// zone for timestamps, or a `strptime` format when it contains `%`.
    As(Box<RawExpr>, Ty, Option<Arc<str>>),
    /// `if c then a else b`.
    If(Box<RawExpr>, Box<RawExpr>, Box<RawExpr>),
    /// `match x { "Yes" => true, otherwise => false }`: arms of equal text or number.
    Match(Box<RawExpr>, Vec<(RawExpr, RawExpr)>, Box<RawExpr>),
}

/// Operations on raw values. A missing operand makes arithmetic and text missing, and a comparison false.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RawOp {
    /// `+` (numbers), text after text
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/` (missing on zero)
    Div,
    /// Unary `-`
    Neg,
    /// `==`: numbers when both sides are or one is a number and the other reads as one, else text
    Eq,
    /// `<`, as `Eq`
    Lt,
    /// `<=`, as `Eq`
    Le,
    /// `not`
    Not,
    /// `and`
    And,
    /// `or`
    Or,
    /// `is known`
    Known,
    /// `??`
    Coalesce,
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
    /// `.trim()`; text that is empty then is missing
    Trim,
    /// `.lower()`
    Lower,
    /// `.upper()`
    Upper,
    /// `.split(",")`: a list of text
    Split,
    /// `.replace("a", "b")`: three operands
    Replace,
    /// `geo(lat, lon)`
    Geo,
    /// `.empty_as_missing()`: text `""` is missing
    EmptyAsMissing,
}

/// Aggregates over the rows of a group, in the order read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RawAgg {
    /// Exact for whole numbers and decimals.
    Sum,
    /// Least.
    Min,
    /// Greatest.
    Max,
    /// First known value.
    First,
    /// Last known value.
    Last,
    /// Number of rows (without an operand) or of known values.
    Count,
    /// Mean.
    Avg,
}
