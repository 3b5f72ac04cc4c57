//! The checked package: every name resolved, every type known, no user error left.
//!
//! Expressions keep the shape of the source (for explanations) and say *what* is meant; `persona-lower`
//! turns them into the plan: it expands traits, segments and functions, chooses typed operations, and
//! assigns binder levels. In a package with errors, erroneous parts are [`ExprKind::Error`]; such a
//! package is never lowered.

mod catalog;
mod channel;
mod content;
mod experiment;
mod recommend;
mod test;
mod trigger;

use std::sync::Arc;

use persona_base::{FileId, IndexVec, Span, define_id};

use crate::{Type, TypeKind};

pub use catalog::{Catalog, CatalogId, Sent};
pub use channel::{Channel, Limit, Per, Purpose, Quiet, Skip};
pub use content::{Content, Localized, Slot, SlotValue, TemplateUse, Variant};
pub use experiment::{ArmHash, Experiment, LAYER_BUCKETS, LayerPart};
pub use recommend::{Exclude, Otherwise, RankKey, Recommend};
pub use test::{DropReason, Expected, Test, TestStep, TestStepKind};
pub use trigger::{
    ContentArg, Entry, FieldValue, Recurrence, SendStep, Stale, Trigger, TriggerStart, TriggerStep,
    TriggerStepKind,
};

define_id! {
    /// An enum: declared, built in (`Weekday`), or a partition's stages.
    pub struct EnumId;
}
define_id! {
    /// A kind of event, in the order of names.
    pub struct EventId;
}
define_id! {
    /// A field of the profile or of an event, flattened: `address.city` is one field.
    pub struct FieldId;
}
define_id! {
    /// What an event query, a sequence step or a quantifier binds; unique within one declaration.
    pub struct BinderId;
}

/// A package without errors. All lists are in the bytewise order of names.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// From `persona.toml`.
    pub package: PackageInfo,
    /// Enums: declared ones, `Weekday`, and one for each partition (of the same name).
    pub enums: IndexVec<EnumId, EnumDef>,
    /// The profile; a package without one has a table named `Profile` with the one field `id: String`, its key.
    pub profile: TableDef,
    /// The field that is the key.
    pub key: FieldId,
    /// The field of type `TimeZone`.
    pub zone: Option<FieldId>,
    /// The kinds of events. Fields 0 and 1 are the implicit `at: Timestamp` and `id: String?`.
    pub events: IndexVec<EventId, TableDef>,
    /// The traits.
    pub traits: Vec<Trait>,
    /// The functions.
    pub fns: Vec<Function>,
    /// The segments.
    pub segments: Vec<Segment>,
    /// The partitions.
    pub partitions: Vec<Partition>,
    /// The sources.
    pub sources: Vec<Source>,
    /// `prefer a over b`, the winner first.
    pub prefer: Vec<(Arc<str>, Arc<str>)>,
    /// The catalogs.
    pub catalogs: IndexVec<CatalogId, Catalog>,
    /// The event `Sent`.
    pub sent: Sent,
    /// The purposes.
    pub purposes: Vec<Purpose>,
    /// The channels.
    pub channels: Vec<Channel>,
    /// The recommendations.
    pub recommendations: Vec<Recommend>,
    /// The triggers.
    pub triggers: Vec<Trigger>,
    /// The contents.
    pub contents: Vec<Content>,
    /// The experiments.
    pub experiments: Vec<Experiment>,
    /// The tests, in the order of files and places.
    pub tests: Vec<Test>,
}

/// What `persona.toml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageInfo {
    /// `shop`; the file's name for a single file.
    pub name: Arc<str>,
    /// A valid IANA time zone; `UTC` unless said otherwise.
    pub zone: Arc<str>,
    /// 0 is Monday.
    pub week_start: u8,
    /// Microseconds.
    pub lateness: i64,
    /// How many of [`HOLDOUT_BUCKETS`] are the global control group, the first ones. Their hash is `sha256`, whose salt is the
    /// package's name and `.holdout`.
    pub holdout: u32,
}

/// How finely `holdout` in `persona.toml` divides people.
pub const HOLDOUT_BUCKETS: u32 = 10_000;

/// Where something is written, absolute in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub span: Span,
}

/// An enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumDef {
    /// Its name.
    pub name: Arc<str>,
    /// Whether values may be compared with `<`.
    pub ordered: bool,
    /// Value names with their titles.
    pub values: Vec<(Arc<str>, Option<Arc<str>>)>,
}

/// The profile or a kind of event.
#[derive(Clone, Debug, PartialEq)]
pub struct TableDef {
    /// Its name.
    pub name: Arc<str>,
    /// Its flattened fields.
    pub fields: IndexVec<FieldId, FieldDef>,
    /// Its checks in order.
    pub checks: Vec<Check>,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
}

/// A flattened field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDef {
    /// `address.city`.
    pub name: Arc<str>,
    /// Its type; never a record (but perhaps a list of records). A field inside an optional record is optional.
    pub ty: Type,
    /// The value used when the data lacks one.
    pub default: Option<Const>,
    /// Whether it is `@pii`.
    pub pii: bool,
    /// `///` text.
    pub doc: Option<String>,
}

/// A check.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What must hold. In an event's check, the event is binder 0.
    pub condition: Expr,
    /// What to say; made from the source text where none is written.
    pub message: Arc<str>,
    /// What follows.
    pub action: CheckAction,
}

/// What follows when a check fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckAction {
    /// The row is set aside.
    Reject,
    /// The field becomes missing.
    Clear(FieldId),
    /// It is only reported.
    Warn,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Type,
    /// The value when the argument is left out (already filled in at every call).
    pub default: Option<Const>,
}

/// A trait.
#[derive(Clone, Debug, PartialEq)]
pub struct Trait {
    /// Its name.
    pub name: Arc<str>,
    /// Its parameters; with some, it is not an answer by itself.
    pub params: Vec<Param>,
    /// The declared or inferred type.
    pub ty: Type,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
    /// The expression.
    pub body: Expr,
    /// Whether it came through `use`; then it is no answer of this package.
    pub imported: bool,
}

/// A function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Arc<str>,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
    /// The expression.
    pub body: Expr,
}

/// A segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Its name.
    pub name: Arc<str>,
    /// The title; `{topic}` is not yet replaced in a segment with parameters.
    pub title: Option<Arc<str>>,
    /// Its parameters; with some, it is not an answer by itself.
    pub params: Vec<Param>,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
    /// The condition, a `Bool` that is never missing.
    pub body: Expr,
    /// Whether it came through `use`.
    pub imported: bool,
}

/// A partition.
#[derive(Clone, Debug, PartialEq)]
pub struct Partition {
    /// Its name.
    pub name: Arc<str>,
    /// The title.
    pub title: Option<Arc<str>>,
    /// The enum of its stages, in order, `otherwise`'s last.
    pub stages: EnumId,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
    /// The conditions of all stages but the last.
    pub conditions: Vec<Expr>,
    /// Whether it came through `use`.
    pub imported: bool,
}

/// A typed expression. Spans are relative to the start of the declaration it stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type, after narrowing: an operand known to be there is not optional, although its field may be.
    pub ty: Type,
    /// Where it is written.
    pub span: Span,
}

/// The forms of checked expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// Already reported.
    Error,
    /// A constant; also a `const`'s value. Its type may be `Period`.
    Const(Const),
    /// The evaluation time.
    Now,
    /// Today's date in the zone.
    Today,
    /// A field of the profile.
    Profile(FieldId),
    /// A field of a bound event: the field of each kind it may be, sorted by kind.
    Event(BinderId, Vec<(EventId, FieldId)>),
    /// A field that a parameter of type `Field<T>` names, of a bound event of that field's kind.
    EventParam(BinderId, u32),
    /// A bound element: the whole (a scalar or an item of a catalog), or a field of it (flattened index).
    Elem(BinderId, u32),
    /// All items of a catalog, as a list; only `any` and `all` go through it.
    Catalog(CatalogId),
    /// The item of a catalog that has this key; missing where there is none.
    Lookup(CatalogId, Box<Expr>),
    /// A field of an item, whose type tells the catalog.
    ItemField(Box<Expr>, FieldId),
    /// What a recommendation gives; only content shows it.
    Recommend(Arc<str>, Vec<Arg>),
    /// A parameter of the enclosing declaration (a value, not an `Event` or a `Field`).
    Param(u32),
    /// An operation on operands; which typed one follows from the operands' types.
    Op(Op, Vec<Expr>),
    /// Conditions with their results, and the last result.
    If(Vec<(Expr, Expr)>, Box<Expr>),
    /// A `match`: for each arm the constants (`Const::Missing` for `missing`) and the result; then `otherwise`'s, absent
    /// when the arms are exhaustive without it.
    Match(Box<Expr>, Vec<(Vec<Const>, Expr)>, Option<Box<Expr>>),
    /// Text with interpolated values and their formats.
    Interpolate(Vec<Part>),
    /// A trait's value; traits, functions, segments and partitions are referred to by name, so that adding one
    /// changes no other declaration's check.
    Trait(Arc<str>, Vec<Arg>),
    /// A function's value.
    Fn(Arc<str>, Vec<Expr>),
    /// `in segment`.
    Segment(Arc<str>, Vec<Arg>),
    /// A partition's stage, as an enum.
    Partition(Arc<str>),
    /// `in partition.stage`, the stage's index.
    Stage(Arc<str>, u32),
    /// An instant (Timestamp, or Date by whole days in the zone) inside a window.
    InWindow(Box<Expr>, Window),
    /// `any`/`all` element of a list.
    Quantifier {
        /// `true` for `all`.
        all: bool,
        /// The element.
        binder: BinderId,
        /// The list.
        list: Box<Expr>,
        /// The condition.
        condition: Box<Expr>,
    },
    /// An aggregate over a list's elements: `Count Sum Avg Min Max Distinct`.
    ListAgg {
        /// What.
        kind: AggKind,
        /// The element.
        binder: BinderId,
        /// The list.
        list: Box<Expr>,
        /// Which elements.
        filter: Option<Box<Expr>>,
        /// What is aggregated.
        value: Option<Box<Expr>>,
    },
    /// An aggregate over events; `did Q` is `Exists`.
    Agg {
        /// What.
        kind: AggKind,
        /// Over which events.
        query: Query,
        /// What is aggregated, or the condition of `Share`.
        value: Option<Box<Expr>>,
    },
    /// `did A then B …`.
    Sequence {
        /// The first step.
        first: Query,
        /// Whether only the last such event is tried.
        latest: bool,
        /// The following positive steps.
        steps: Vec<Step>,
        /// What must not follow.
        not: Option<Negation>,
    },
    /// `ntile`, `percentile`.
    Rank {
        /// The number of tiles; absent for a percentile.
        tiles: Option<u32>,
        /// What is ranked.
        value: Box<Expr>,
        /// The population.
        among: Option<(Arc<str>, Vec<Arg>)>,
    },
    /// `arm(experiment)`: the arm somebody is in, missing in the holdout.
    Arm(Arc<str>),
    /// A slot of a content, by its index, as the same person reads it.
    Slot(Arc<str>, u32),
    /// `sample(10%, "salt")`: buckets of 10 000.
    Sample {
        /// 0 to 10 000.
        buckets: u32,
        /// The salt.
        salt: Arc<str>,
    },
}

/// A part of interpolated text.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "parts are few, and read in place"
)]
pub enum Part {
    /// Text.
    Text(Arc<str>),
    /// A value and its format's name.
    Value(Expr, Option<Arc<str>>),
}

/// An argument of a trait or segment.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "arguments are few, and read in place"
)]
pub enum Arg {
    /// A constant, or a parameter of the enclosing declaration.
    Value(Expr),
    /// Kinds of events.
    Event(Vec<EventId>),
    /// A field of kinds of events.
    Field(Vec<(EventId, FieldId)>),
    /// A parameter of the enclosing declaration, of type `Event` or `Field`.
    Param(u32),
}

/// Which kinds a query is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Kinds {
    /// These, sorted.
    Events(Vec<EventId>),
    /// Those that a parameter of type `Event` names, or the kind of a parameter of type `Field`.
    Param(u32),
}

/// Which list field's elements a query yields.
#[derive(Clone, Debug, PartialEq)]
pub struct Items {
    /// The element's binder.
    pub binder: BinderId,
    /// The list field of each kind, sorted by kind.
    pub fields: Vec<(EventId, FieldId)>,
}

/// An event query.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The event's binder.
    pub binder: BinderId,
    /// The kinds.
    pub kinds: Kinds,
    /// The list field, when elements are asked for.
    pub items: Option<Items>,
    /// The window; absent means all up to now.
    pub window: Option<Window>,
    /// The condition.
    pub filter: Option<Box<Expr>>,
    /// Where it is written.
    pub span: Span,
}

/// A window. Operands are of type `Duration` or constants of type `Period` (or parameters).
#[derive(Clone, Debug, PartialEq)]
pub enum Window {
    /// `(now - d, now]`
    Last(Box<Expr>),
    /// `(now, now + d]`
    Next(Box<Expr>),
    /// `(now - from, now - to]`
    FromTo(Box<Expr>, Box<Expr>),
    /// The unit that holds now.
    This(persona_syntax::ast::CalendarUnit),
    /// The so many whole units before it (a constant `Int` or a parameter).
    LastCalendar(Box<Expr>, persona_syntax::ast::CalendarUnit),
    /// The last so many events (a constant `Int` or a parameter); only in queries.
    Latest(Box<Expr>),
}

/// A positive step of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The event's binder.
    pub binder: BinderId,
    /// The kinds.
    pub kinds: Kinds,
    /// The condition.
    pub filter: Option<Box<Expr>>,
    /// At most so long after the step before.
    pub within: Option<Box<Expr>>,
}

/// The negative end of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Negation {
    /// The event's binder.
    pub binder: BinderId,
    /// The kinds.
    pub kinds: Kinds,
    /// The condition.
    pub filter: Option<Box<Expr>>,
    /// `within D`.
    pub within: Option<Box<Expr>>,
    /// `for D`; not both.
    pub lasting: Option<Box<Expr>>,
}

/// Aggregates; their exact meaning is that of the plan's.
#[derive(Clone, Debug, PartialEq)]
pub enum AggKind {
    /// `did`
    Exists,
    /// `count`
    Count,
    /// `sum`
    Sum,
    /// `avg`
    Avg,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `distinct`
    Distinct,
    /// `most_common`
    MostCommon,
    /// `top_share`
    TopShare,
    /// `share`
    Share,
    /// `gap`
    Gap,
    /// `first(Q).f`, `last(Q).f`, `nth(n, Q).f`: the value is the field; `n` is a constant `Int` or a parameter.
    Nth {
        /// 1-based.
        n: Box<Expr>,
        /// Whether it is counted from the last.
        from_end: bool,
    },
    /// `did E at least n times per f`: the greatest count per value.
    MaxPerValue,
    /// `did Q in at least k of last n calendar weeks`: in how many there is one. `n` is a constant `Int` or a parameter.
    UnitsHit {
        /// The unit.
        unit: persona_syntax::ast::CalendarUnit,
        /// How many units back.
        units: Box<Expr>,
    },
}

/// Operations. Operand types are already made to agree by sema (an `Int` beside a `Float` stays an `Int`: lower
/// chooses the exact comparison or the conversion).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// n-ary conjunction
    And,
    /// n-ary disjunction
    Or,
    /// negation
    Not,
    /// `is known` (`is missing` is `Not(Known)`)
    Known,
    /// `a ?? b`
    Coalesce,
    /// `==`
    Eq,
    /// `=~`
    EqFold,
    /// `<` (`>` swaps the operands)
    Lt,
    /// `<=` (`>=` swaps the operands)
    Le,
    /// A `Date` and a `Timestamp`, in either order: strictly before (a date is its local day)
    Before,
    /// `between`: operand, low, high; a `Date` bound beside a `Timestamp` covers the whole day
    Between,
    /// value in a constant list
    In,
    /// substring
    Contains,
    /// prefix
    StartsWith,
    /// suffix
    EndsWith,
    /// regular expression; the second operand is a constant string
    Matches,
    /// collection contains a value
    Has,
    /// collection contains some of a constant list
    HasAny,
    /// collection contains all of a constant list
    HasAll,
    /// `+` by the operands' types (numbers, money, durations, timestamp + duration, date + period, text is not added)
    Add,
    /// `-` by the operands' types
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `div`
    IntDiv,
    /// `mod`
    Mod,
    /// unary minus
    Neg,
    /// `abs(x)`
    Abs,
    /// `round(x)`, a Float to an Int
    Round,
    /// `floor(x)`
    Floor,
    /// `ceil(x)`
    Ceil,
    /// `least(a, b)`
    Least,
    /// `greatest(a, b)`
    Greatest,
    /// `age(date)`
    Age,
    /// `days_since(t)`, of a Timestamp (whole 24 h) or a Date (civil days)
    DaysSince,
    /// `days_until(t)`
    DaysUntil,
    /// `anniversary(date)`
    Anniversary,
    /// `date(t)`: the local day
    DateOf,
    /// `local(t).year` or `date.year`, as the operand's type says
    Year,
    /// `.quarter`
    Quarter,
    /// `.month`
    Month,
    /// `.day`
    Day,
    /// `.weekday`
    Weekday,
    /// `.hour`
    Hour,
    /// `.minute`
    Minute,
    /// `.date`
    LocalDate,
    /// `.time`
    LocalTime,
    /// `.lower()`
    Lower,
    /// `.upper()`
    Upper,
    /// `.trim()`
    Trim,
    /// `.fold()`
    Fold,
    /// `.length()`
    StrLen,
    /// `.domain()`
    Domain,
    /// `.size()`
    Size,
    /// `geo(lat, lon)`
    Geo,
    /// `distance(a, b)`
    Distance,
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// No value.
    Missing,
    /// A Bool.
    Bool(bool),
    /// Int, Money (minor units), Duration (µs), Length (m), Timestamp (µs), Date (days), `TimeOfDay` (s): by the type beside it.
    Int(i64),
    /// A finite Float.
    Float(f64),
    /// Text.
    Str(Arc<str>),
    /// The index of an enum's value.
    Enum(u32),
    /// Latitude and longitude.
    Geo(f64, f64),
    /// A period.
    Period {
        /// Months; negative after a unary minus.
        months: i32,
        /// Days.
        days: i32,
    },
    /// A list or set.
    List(Vec<Const>),
    /// A record, for defaults of record fields and elements of lists.
    Record(Vec<(Arc<str>, Const)>),
}

/// A source.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its name.
    pub name: Arc<str>,
    /// The event it fills; `None` for the profile or a catalog.
    pub of: Option<EventId>,
    /// The catalog it fills.
    pub catalog: Option<CatalogId>,
    /// `csv`, `ndjson`, `parquet`, `arrow`: said, or known by the path's ending.
    pub format: SourceFormat,
    /// The path or glob as written.
    pub path: Arc<str>,
    /// Where the path is written.
    pub path_place: Place,
    /// The row filter.
    pub filter: Option<RawExpr>,
    /// The grouping.
    pub group_by: Vec<RawExpr>,
    /// `profile = …`
    pub profile: Option<RawExpr>,
    /// `at = …`
    pub at: Option<RawExpr>,
    /// `id = …` of an event source
    pub id: Option<RawExpr>,
    /// Mapped fields.
    pub fields: Vec<SourceField>,
}

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceFormat {
    /// With its delimiter.
    Csv(u8),
    /// One JSON object per line.
    Ndjson,
    /// Parquet.
    Parquet,
    /// Arrow IPC.
    ArrowIpc,
}

/// A mapped field.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceField {
    /// The flattened field.
    pub field: FieldId,
    /// What fills it.
    pub value: SourceValue,
    /// Where it is written.
    pub place: Place,
}

/// What fills a field.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceValue {
    /// One value.
    Expr(RawExpr),
    /// One element per row of the group: flattened field index of the element's record, and its value.
    Each(Vec<(u32, RawExpr)>),
}

/// An expression over raw rows; the plan's `RawExpr` documents the meaning.
#[derive(Clone, Debug, PartialEq)]
pub enum RawExpr {
    /// `column("name")`
    Column(Arc<str>),
    /// Text.
    Text(Arc<str>),
    /// A number as written.
    Number(Arc<str>),
    /// A Bool.
    Bool(bool),
    /// An operation.
    Op(RawOp, Vec<RawExpr>),
    /// `matches`
    Matches(Box<RawExpr>, Arc<str>),
    /// `in [..]`
    In(Box<RawExpr>, Vec<RawExpr>),
    /// An aggregate over the group.
    Agg(RawAgg, Option<Box<RawExpr>>),
    /// `.as(Type)`, `.as(Type, "zone or format")`
    As(Box<RawExpr>, TypeKind, Option<Arc<str>>),
    /// `if`
    If(Box<RawExpr>, Box<RawExpr>, Box<RawExpr>),
    /// `match`
    Match(Box<RawExpr>, Vec<(RawExpr, RawExpr)>, Box<RawExpr>),
}

/// Operations on raw values, as the plan's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "each has the meaning documented at the plan's RawOp of the same name"
)]
pub enum RawOp {
    Add,
    Sub,
    Mul,
    Div,
    Neg,
    Eq,
    Lt,
    Le,
    Not,
    And,
    Or,
    Known,
    Coalesce,
    Contains,
    StartsWith,
    EndsWith,
    Trim,
    Lower,
    Upper,
    Split,
    Replace,
    Geo,
    EmptyAsMissing,
}

/// Aggregates over a group's rows, as the plan's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "each has the meaning documented at the plan's RawAgg of the same name"
)]
pub enum RawAgg {
    Sum,
    Min,
    Max,
    First,
    Last,
    Count,
    Avg,
}

impl TableDef {
    /// The flattened field with this dotted name.
    pub fn field(&self, name: &str) -> Option<FieldId> {
        self.fields
            .iter_enumerated()
            .find(|(_, f)| &*f.name == name)
            .map(|(id, _)| id)
    }
}
