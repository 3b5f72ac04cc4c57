//! Programs as the generator makes them: a tree of its own, that shares nothing with persona's trees, and the
//! values its rows hold.

/// The types that generated programs use. Everything but the first four and `Geo` is a whole number in [`V`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Bool,
    Int,
    Float,
    Str,
    /// `enum Color { red, green, blue }`
    Color,
    /// `ordered enum Tier { bronze, silver, gold }`
    Tier,
    /// Days since 1970-01-01.
    Date,
    /// Seconds since midnight.
    Time,
    /// Microseconds since 1970-01-01T00:00Z.
    Timestamp,
    /// Microseconds.
    Duration,
    /// Cents.
    Money,
    /// Metres.
    Length,
    Geo,
    /// `List<Int>`
    Ints,
    /// `Set<String>`
    Strs,
    /// `List<{ k: String, q: Int, o: Int? }>`
    Items,
}

pub(super) const COLORS: [&str; 3] = ["red", "green", "blue"];
pub(super) const TIERS: [&str; 3] = ["bronze", "silver", "gold"];

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum V {
    Missing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Geo(f64, f64),
    List(Vec<V>),
    Record(Vec<V>),
}

/// A field of the profile, of an event or of an item.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) ty: Ty,
    pub(super) optional: bool,
    pub(super) default: Option<V>,
}

/// The tables of a program.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    /// Besides `id` and, when `zoned`, `zone: TimeZone?`.
    pub(super) profile: Vec<Field>,
    pub(super) zoned: bool,
    /// Kinds with their fields, by name; besides `at` and `id`.
    pub(super) events: Vec<(&'static str, Vec<Field>)>,
    pub(super) package_zone: &'static str,
    pub(super) sunday: bool,
    /// Whether there is the catalog `Good`, with the key `key` and the fields [`GOOD`].
    pub(super) goods: bool,
}

/// Patterns simple enough to be understood by hand.
pub(super) const PATTERNS: [&str; 4] = ["^a", "e$", "^$", "[A-Z]"];

/// The fields of an item.
pub(super) const ITEM: [(&str, Ty, bool); 3] = [
    ("k", Ty::Str, false),
    ("q", Ty::Int, false),
    ("o", Ty::Int, true),
];

/// The fields of a catalog's items, besides the key.
pub(super) const GOOD: [(&str, Ty, bool); 8] = [
    ("n", Ty::Int, false),
    ("x", Ty::Float, true),
    ("w", Ty::Str, true),
    ("c", Ty::Color, true),
    ("m", Ty::Money, false),
    ("d", Ty::Date, true),
    ("u", Ty::Timestamp, true),
    ("b", Ty::Bool, false),
];

/// An expression. `optional`: the value may be missing. For a condition, `optional` says that it is open.
#[derive(Clone, Debug)]
pub(super) struct E {
    pub(super) k: K,
    pub(super) ty: Ty,
    pub(super) optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Num {
    Add,
    Sub,
    Mul,
    Div,
    IntDiv,
    Mod,
    Least,
    Greatest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fun {
    Neg,
    Abs,
    Round,
    Floor,
    Ceil,
    Age,
    DaysSince,
    Anniversary,
    DateOf,
    Year,
    Quarter,
    Month,
    Day,
    Hour,
    Minute,
    LocalDate,
    LocalTime,
    Length,
    Size,
    Lower,
    Upper,
    Trim,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cmp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Before,
    After,
    Fold,
    Contains,
    StartsWith,
    EndsWith,
    NotContains,
}

impl Cmp {
    /// Whether it is the negation of another comparison.
    pub(super) fn negative(self) -> bool {
        matches!(self, Self::Ne | Self::NotContains)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// A length of time in a window or a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// Microseconds, a whole number of seconds.
    Fixed(i64),
    /// Calendar months.
    Months(i32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Window {
    Last(Span),
    Next(Span),
    FromTo(Span, Span),
    This(Unit),
    LastCalendar(u32, Unit),
    Latest(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agg {
    Count,
    Sum,
    Avg,
    Min,
    Max,
    Distinct,
    MostCommon,
    TopShare,
    Share,
    Gap,
    First,
    Last,
    Nth(u32),
}

/// An event query.
#[derive(Clone, Debug)]
pub(super) struct Query {
    /// Indices of kinds, ascending.
    pub(super) kinds: Vec<usize>,
    /// Whether the elements of `items` are asked for.
    pub(super) items: bool,
    pub(super) window: Option<Window>,
    pub(super) filter: Option<Box<E>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    AtLeast(u32),
    AtMost(u32),
    Exactly(u32),
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) query: Query,
    /// Microseconds.
    pub(super) within: Option<i64>,
}

#[derive(Clone, Debug)]
pub(super) enum Never {
    Within(i64),
    For(i64),
    Ever,
}

#[derive(Clone, Debug)]
pub(super) enum K {
    Lit(V),
    /// A field of the profile; `zone` is none of them.
    Profile(usize),
    /// A field of the event bound by the step with this number (0 outside of sequences), by name; also `at`.
    Event(usize, &'static str),
    /// A field of the bound item.
    Item(&'static str),
    /// The bound element of a list of the profile.
    Elem,
    /// A field of the item of the catalog with a key.
    Look(Box<E>, usize),
    /// A field of the bound item of the catalog.
    Good(usize),
    Trait(usize),
    /// The whole-number parameter of the segment it stands in.
    Param,
    /// Microseconds before now; negative: after.
    Ago(i64),
    Today,
    Num(Num, Box<E>, Box<E>),
    Fun(Fun, Box<E>),
    Distance(Box<E>, f64, f64),
    Coalesce(Box<E>, Box<E>),
    If(Box<E>, Box<E>, Box<E>),
    /// A color: a result for each, and one for missing.
    Match(Box<E>, Vec<E>, Option<Box<E>>),
    Agg(Agg, Query, Option<&'static str>),
    /// Over a list of the profile: aggregate, list, condition on the element.
    ListAgg(Agg, Box<E>, Option<Box<E>>),
    /// `ntile` (with its number) or `percentile` of a trait, among a segment.
    Rank(Option<u32>, usize, Option<usize>),

    And(Vec<E>),
    Or(Vec<E>),
    Not(Box<E>),
    Compare(Cmp, Box<E>, Box<E>),
    Between(Box<E>, Box<E>, Box<E>),
    In(bool, Box<E>, Vec<V>),
    Known(bool, Box<E>),
    InWindow(Box<E>, Window),
    Weekday(Box<E>, usize),
    Did(bool, Query),
    DidTimes(Query, Times),
    DidPer(Query, u32, &'static str),
    Regular(Query, u32, u32, Unit),
    Sequence {
        latest: bool,
        first: Query,
        steps: Vec<Step>,
        never: Option<(Query, Never)>,
    },
    Quantifier(bool, Box<E>, Box<E>),
    /// Some or all of the items of the catalog.
    Goods(bool, Box<E>),
    /// Some or all of the `items` of the event bound last.
    EachItem(bool, Box<E>),
    /// Text against the pattern with this number.
    Matches(Box<E>, usize),
    /// Per cent, and the number of the salt.
    Sample(u32, u32),
    Has(Box<E>, Box<E>),
    HasAny(bool, Box<E>, Vec<V>),
    Segment(bool, usize, Option<i64>),
    Stage(usize),
}

/// A declaration.
#[derive(Clone, Debug)]
pub(super) enum Output {
    Trait(E),
    /// Whether it has a parameter; then it is no answer by itself.
    Segment(bool, E),
    Partition(Vec<E>),
}

/// A program. Declarations refer only to earlier ones, except that text may put them in any order.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) schema: Schema,
    pub(super) outputs: Vec<Output>,
}

impl Program {
    /// The name of a declaration.
    pub(super) fn name(&self, index: usize) -> String {
        match self.outputs[index] {
            Output::Trait(_) => format!("t{index:02}"),
            Output::Segment(..) => format!("s{index:02}"),
            Output::Partition(_) => format!("p{index:02}"),
        }
    }
}

/// The rows of an evaluation.
#[derive(Clone, Debug)]
pub(super) struct Data {
    /// Microseconds since 1970-01-01T00:00Z.
    pub(super) now: i64,
    pub(super) profiles: Vec<ProfileRow>,
    pub(super) events: Vec<EventRow>,
    /// The catalog's items: key, and values as [`GOOD`]; each key once.
    pub(super) goods: Vec<(String, Vec<V>)>,
}

/// A row of the profile's source. `listed` is false for somebody whom only events know.
#[derive(Clone, Debug)]
pub(super) struct ProfileRow {
    pub(super) key: String,
    pub(super) listed: bool,
    pub(super) zone: Option<&'static str>,
    /// As the schema's fields.
    pub(super) values: Vec<V>,
}

/// A row of an event's source.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct EventRow {
    pub(super) key: String,
    pub(super) kind: usize,
    pub(super) at: i64,
    pub(super) id: Option<String>,
    /// As the kind's fields.
    pub(super) values: Vec<V>,
}
