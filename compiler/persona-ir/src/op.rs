//! Nodes of the plan: what is computed, from what, and what missing operands do to it.
//!
//! **Missing.** A node is *optional* when its value may be missing. Unless an operation says otherwise, a
//! missing operand makes its result missing; operations that give `Bool` never give missing (except
//! columns, `Coalesce`, `If` and `First…` of type `Bool?`): a comparison with a missing operand is false.
//!
//! **Binders.** Inside an event query, a sequence step or a quantifier, the current event or element is
//! reached by its *level*: the number of binders around it, counted from the outside. An event query
//! stands only at level 0 and binds level 0 (with `items`, also level 1 for the element); step `i` of a
//! sequence binds level `i` and may use the levels below; a quantifier at depth `d` binds level `d`. Equal
//! conditions therefore are equal nodes wherever they stand. A *closed* node uses no binder around it; its value
//! is the profile's alone, also where it stands under a binder, and a closed quantifier may bind any level.

use std::sync::Arc;

use persona_base::define_id;

use crate::{CatalogId, ColId, Const, KindId, RankId, Ty};

define_id! {
    /// A node of a plan. Operands have smaller ids than the node itself.
    pub struct NodeId;
}

/// An operation with its type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// What is computed.
    pub op: Op,
    /// The type of its value.
    pub ty: Ty,
    /// Whether the value may be missing.
    pub optional: bool,
}

/// Operations. "Integer" means any type for which [`Ty::is_integer`] holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    // ---- leaves ----
    /// A constant.
    Const(Const),
    /// The evaluation time.
    Now,
    /// The civil date of `now` in the zone, moved by months (clamped to the month's last day), then days.
    Today {
        /// Months added.
        months: i32,
        /// Days added after them.
        days: i32,
    },
    /// An instant that depends on `now` and the zone alone.
    Instant(InstantSpec),
    /// A column of the profile. Optional where [`crate::Schema::may_lack`] says so: a profile known by its
    /// events alone lacks what is required of a row.
    Profile(ColId),
    /// A column of the event at a binder's level. With several kinds, the column that each one has.
    Event {
        /// The binder's level.
        level: u8,
        /// The column for each kind that the binder may hold, sorted by kind.
        cols: Box<[EventCol]>,
    },
    /// The element at a binder's level (`child` 0 of a list of scalars), or one field of it.
    Elem {
        /// The binder's level.
        level: u8,
        /// The field's index in the element's record; 0 for a list of scalars.
        child: u32,
    },

    /// A value of the frame of whoever asks ([`crate::campaign`]): a field of the event that started a run, an argument.
    /// Only campaigns have it.
    Input(u32),

    // ---- logic ----
    /// All operands hold. At least two, sorted by id, none repeated. Operands are never optional.
    And(Box<[NodeId]>),
    /// Some operand holds. As `And`.
    Or(Box<[NodeId]>),
    /// The operand does not hold. The operand is never optional.
    Not(NodeId),
    /// Whether the operand has a value.
    Known(NodeId),
    /// The first operand, or the second where the first is missing. Same types.
    Coalesce(NodeId, NodeId),
    /// `then` where `cond` holds, `other` elsewhere. Same types; `cond` is never optional.
    If {
        /// The condition.
        cond: NodeId,
        /// The value where it holds.
        then: NodeId,
        /// The value elsewhere.
        other: NodeId,
    },

    // ---- comparisons: false when an operand is missing ----
    /// Equality of two values of one type (Bool, integers, Float, Str by bytes, Enum).
    Eq(NodeId, NodeId),
    /// `a < b` of two values of one type (integers, Float, Str by code point, Enum by index).
    Lt(NodeId, NodeId),
    /// `a <= b`, as `Lt`.
    Le(NodeId, NodeId),
    /// `a == b` of an `Int` and a `Float`, in either order, compared exactly.
    EqNum(NodeId, NodeId),
    /// `a < b` of an `Int` and a `Float`, in either order, compared exactly.
    LtNum(NodeId, NodeId),
    /// `a <= b` of an `Int` and a `Float`, in either order, compared exactly.
    LeNum(NodeId, NodeId),
    /// Equality of two strings under Unicode simple case folding.
    EqFold(NodeId, NodeId),
    /// Whether the value is one of the constants (of its own type, sorted by [`Const::compare`], none repeated).
    In(NodeId, Arc<[Const]>),
    /// Whether the first string contains the second.
    Contains(NodeId, NodeId),
    /// Whether the first string starts with the second.
    StartsWith(NodeId, NodeId),
    /// Whether the first string ends with the second.
    EndsWith(NodeId, NodeId),
    /// Whether the pattern (syntax of the `regex` crate, checked) is found in the string.
    Matches(NodeId, Arc<str>),

    // ---- numbers ----
    /// Integer `a + b`, saturating at the ends of `i64` (a Timestamp or Date at the ends of its range). Two of one type;
    /// or Timestamp + Duration, or Date + `Int` (days).
    Add(NodeId, NodeId),
    /// Integer `a - b`, saturating as `Add`. Timestamp − Timestamp gives Duration, Date − Date gives `Int` (days).
    Sub(NodeId, NodeId),
    /// Integer `a * b`, saturating; one of them is an `Int`, the other gives the type.
    Mul(NodeId, NodeId),
    /// Integer `-a`, saturating.
    Neg(NodeId),
    /// Euclidean quotient of two `Int`s or two `Duration`s as an `Int`; missing when the divisor is 0; saturating.
    IntDiv(NodeId, NodeId),
    /// Euclidean remainder of two `Int`s; missing when the divisor is 0.
    IntMod(NodeId, NodeId),
    /// Quotient of two integers of one type as a Float (each converted to the nearest `f64` first); missing
    /// when the divisor is 0.
    Ratio(NodeId, NodeId),
    /// Float `a + b`; overflow gives ±MAX; `-0.0` is `0.0`.
    FAdd(NodeId, NodeId),
    /// Float `a - b`, as `FAdd`.
    FSub(NodeId, NodeId),
    /// Float `a * b`, as `FAdd`.
    FMul(NodeId, NodeId),
    /// Float `a / b`, as `FAdd`; missing when `b` is zero.
    FDiv(NodeId, NodeId),
    /// Float `-a`.
    FNeg(NodeId),
    /// The nearest Float to an `Int`.
    ToFloat(NodeId),
    /// Integer × Float (`Money`, `Duration`, `Length`): the product in `f64`, rounded half to even, saturating.
    Scale(NodeId, NodeId),
    /// Integer ÷ Float: the quotient in `f64`, rounded half to even, saturating; missing when the divisor is zero.
    Unscale(NodeId, NodeId),
    /// Integer ÷ `Int`: exact, rounded half to even, saturating; missing when the divisor is 0.
    UnscaleInt(NodeId, NodeId),
    /// `abs` of an integer or Float, saturating.
    Abs(NodeId),
    /// A Float rounded to the nearest `Int`, half to even, saturating.
    Round(NodeId),
    /// The greatest `Int` not above a Float, saturating.
    Floor(NodeId),
    /// The least `Int` not below a Float, saturating.
    Ceil(NodeId),
    /// The lesser of two values of one ordered type.
    Min(NodeId, NodeId),
    /// The greater of two values of one ordered type.
    Max(NodeId, NodeId),

    // ---- dates and zones ----
    /// A date moved by months (clamped to the month's last day), then days.
    DateAdd {
        /// The date.
        date: NodeId,
        /// Months added.
        months: i32,
        /// Days added after them.
        days: i32,
    },
    /// The instant at which a date begins in the zone (moved forward by the gap where midnight does not exist).
    StartOfDay(NodeId),
    /// The civil date of an instant in the zone.
    DateOf(NodeId),
    /// A part of an instant's wall clock in the zone.
    LocalPart(NodeId, DatePart),
    /// A part of a date (no hour, minute or time of day).
    DatePart(NodeId, DatePart),
    /// Whole civil years from the date to today; increments on the anniversary (SEMANTICS §4).
    Age(NodeId),
    /// The first anniversary of the date on or after today, never the day itself in its own year.
    Anniversary(NodeId),
    /// Whole periods of 24 h from the instant to `now`, rounded down (negative in the future).
    DaysSince(NodeId),

    // ---- strings ----
    /// Unicode lower case.
    Lower(NodeId),
    /// Unicode upper case.
    Upper(NodeId),
    /// Without white space at both ends.
    Trim(NodeId),
    /// Case folded, accents stripped.
    Fold(NodeId),
    /// The number of code points.
    StrLen(NodeId),
    /// What follows the last `@`, in lower case; missing when there is none.
    Domain(NodeId),
    /// The texts one after another (at least two).
    Concat(Box<[NodeId]>),
    /// How a value prints in text: SEMANTICS §8. The second is the format's name, if one was given.
    Display(NodeId, Option<Arc<str>>),

    // ---- lists and sets ----
    /// The number of elements.
    Size(NodeId),
    /// Whether the value is an element; false when either is missing.
    Has(NodeId, NodeId),
    /// Whether some of the constants is an element; false when the list is missing.
    HasAny(NodeId, Arc<[Const]>),
    /// Whether each of the constants is an element; false when the list is missing.
    HasAll(NodeId, Arc<[Const]>),
    /// Whether `body` holds for some element; false when the list is missing.
    AnyElem {
        /// The list.
        list: NodeId,
        /// The level that the element is bound to.
        level: u8,
        /// The condition.
        body: NodeId,
    },
    /// Whether `body` holds for each element; true for the empty list. The list is never optional.
    AllElem {
        /// The list.
        list: NodeId,
        /// The level that the element is bound to.
        level: u8,
        /// The condition.
        body: NodeId,
    },
    /// An aggregate over a list's elements, in their order; missing when the list is missing.
    ListAgg {
        /// What is computed.
        kind: ListAggKind,
        /// The list.
        list: NodeId,
        /// The level that the element is bound to.
        level: u8,
        /// Which elements count; absent means all.
        filter: Option<NodeId>,
        /// What is aggregated; absent for `Count`. Elements whose value is missing are left out.
        value: Option<NodeId>,
    },

    // ---- catalogs ----
    /// The item of a catalog that has this key; missing where there is none.
    Lookup {
        /// The catalog.
        catalog: CatalogId,
        /// A value of the type of its key.
        key: NodeId,
    },
    /// A column of an item.
    ItemCol {
        /// The item.
        item: NodeId,
        /// The column of its catalog's table.
        col: ColId,
    },
    /// All items of a catalog in the order of their keys, a list; only quantifiers and aggregates of lists go through it.
    Items(CatalogId),

    // ---- places, chance, ranks ----
    /// A place from latitude and longitude in degrees (Floats); missing outside ±90 / ±180.
    GeoMake(NodeId, NodeId),
    /// Metres between two places: haversine on the radius 6 371 008.8 m, rounded half to even.
    Distance(NodeId, NodeId),
    /// Whether the profile's bucket (SEMANTICS §7, SHA-256 over salt, 0x1F and key, modulo 10 000) is below a bound.
    Sample {
        /// The salt.
        salt: Arc<str>,
        /// 0 to 10 000.
        buckets: u32,
    },
    /// The arm of an experiment that the profile is in, an enum's value; missing in the holdout and outside the layer.
    Arm(Arc<crate::Arm>),
    /// The rank of the value in its population (see [`crate::Rank`]): `Int` for tiles, `Float` for percentiles;
    /// missing when the value is.
    Rank(RankId, NodeId),

    // ---- history ----
    /// An aggregate over an event query.
    Agg(Box<Agg>),
    /// Whether a sequence of events happened.
    Sequence(Box<Sequence>),
}

/// An instant that depends on `now` and the zone alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InstantSpec {
    /// `now` moved by microseconds, clamped to the range of Timestamp.
    NowPlus(i64),
    /// `now`'s wall clock in the zone moved by months (clamped), then days, and read back in the zone.
    NowPlusPeriod {
        /// Months added.
        months: i32,
        /// Days added after them.
        days: i32,
    },
    /// The start of a calendar unit: the one that holds `now`, moved by a number of units.
    UnitStart {
        /// The unit.
        unit: CalendarUnit,
        /// How many units later (negative: earlier).
        offset: i32,
    },
}

/// A unit of the calendar. Weeks start on the plan's first weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CalendarUnit {
    /// A civil day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// Three months, from January, April, July or October.
    Quarter,
    /// A year.
    Year,
}

/// A part of a date or a wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DatePart {
    /// `Int`, proleptic Gregorian.
    Year,
    /// 1 to 4.
    Quarter,
    /// 1 to 12.
    Month,
    /// Day of the month.
    Day,
    /// The built-in enum `Weekday`, Monday first.
    Weekday,
    /// 0 to 23.
    Hour,
    /// 0 to 59.
    Minute,
    /// The civil date, `Date`.
    Date,
    /// The wall clock's time, `TimeOfDay`.
    Time,
}

/// A column that a kind of event has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventCol {
    /// The kind.
    pub kind: KindId,
    /// Its column.
    pub col: ColId,
}

/// One end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bound {
    /// A Timestamp at level 0 that does not use binders. Missing: the window is empty.
    pub at: NodeId,
    /// Whether an event at that very instant is inside.
    pub inclusive: bool,
}

/// Which events: those of some kinds, with `at <= now`, inside a window, of them the latest `n`, of them
/// those for which the filter holds. In the total order of events.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// The kinds, sorted, none repeated.
    pub kinds: Box<[KindId]>,
    /// A list column of each kind: the query then yields its elements (bound one level above the event) in
    /// event order, then list order. A missing list has none.
    pub items: Option<Box<[EventCol]>>,
    /// The window's lower end.
    pub from: Option<Bound>,
    /// The window's upper end; `at <= now` holds besides.
    pub to: Option<Bound>,
    /// Only the last so many events (or elements) before the filter is asked: `in latest 10`.
    pub latest: Option<u32>,
    /// The condition; absent means all.
    pub filter: Option<NodeId>,
}

/// An aggregate over an event query at level 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Agg {
    /// What is computed.
    pub kind: AggKind,
    /// Over which events.
    pub query: Query,
    /// What is aggregated, under the query's binders; absent where the kind needs none. Events whose value is
    /// missing are left out, except for `Nth`, which gives the event's value as it is.
    pub value: Option<NodeId>,
}

/// Aggregates over events. "In order" means the total order of events.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AggKind {
    /// Whether there is one: Bool.
    Exists,
    /// How many: Int.
    Count,
    /// Sum: integers exactly in `i128`, then clamped; Floats in order, from 0.0. Of nothing: zero.
    Sum,
    /// Mean: integers of type Money, Duration, Length exact, rounded half to even; `Int` and Float as Float (sum ÷
    /// count; an `Int` sum is exact first). Of nothing: missing.
    Avg,
    /// Least value. Of nothing: missing.
    Min,
    /// Greatest value. Of nothing: missing.
    Max,
    /// Number of distinct values: Int.
    Distinct,
    /// The most frequent value; ties: the one that occurs latest. Of nothing: missing.
    MostCommon,
    /// The most frequent value's share of all values: Float. Of nothing: missing.
    TopShare,
    /// The share of events for which `value` (a Bool) holds: Float. Of nothing: missing.
    Share,
    /// Mean time between neighbours: (last − first) ÷ (count − 1), rounded half to even: Duration. Of fewer than two: missing.
    Gap,
    /// The value at the n-th event (1-based), from the start or the end. Beyond: missing.
    Nth {
        /// 1-based.
        n: u32,
        /// Whether it is counted from the last.
        from_end: bool,
    },
    /// The greatest number of events that share one value: Int; 0 of nothing. (`at least 3 times … per sku`.)
    MaxPerValue,
    /// In how many of the last `units` whole calendar units before the running one there is an event: Int.
    UnitsHit {
        /// The unit.
        unit: CalendarUnit,
        /// How many units back; at least 1.
        units: u32,
    },
}

/// Aggregates over a list's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListAggKind {
    /// How many: Int.
    Count,
    /// As [`AggKind::Sum`].
    Sum,
    /// As [`AggKind::Avg`].
    Avg,
    /// As [`AggKind::Min`].
    Min,
    /// As [`AggKind::Max`].
    Max,
    /// As [`AggKind::Distinct`].
    Distinct,
}

/// A sequence (SEMANTICS §5): whether some choice of one event for each step, each after the one before,
/// satisfies everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sequence {
    /// The first step's events; its binder is level 0. Never with `items`.
    pub first: Query,
    /// Whether only the last event of `first` is tried.
    pub latest: bool,
    /// The following steps; step `i` (from 0) binds level `i + 1`.
    pub steps: Box<[Step]>,
    /// What must not follow the last positive event.
    pub not: Option<Negation>,
}

/// A positive step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The kinds, sorted.
    pub kinds: Box<[KindId]>,
    /// The condition, under this step's binder and those before.
    pub filter: Option<NodeId>,
    /// At most so long after the event before: a Duration at level 0 without binders; missing never matches.
    pub within: Option<NodeId>,
}

/// What must not follow the last positive event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Negation {
    /// The kinds, sorted.
    pub kinds: Box<[KindId]>,
    /// The condition, under one more binder than the last positive step.
    pub filter: Option<NodeId>,
    /// For how long.
    pub mode: NegationMode,
}

/// For how long nothing may follow. Durations are nodes at level 0 without binders; a missing one never matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NegationMode {
    /// `then not B within D`: none with `b.at <= a.at + D`, and `a.at + D <= now`.
    Within(NodeId),
    /// `then not B for D`: none up to now, and `a.at + D <= now`.
    For(NodeId),
    /// `then not B`: none up to now.
    Ever,
}
