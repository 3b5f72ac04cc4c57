//! Expressions, literals and type expressions.

use persona_base::Span;

use super::{Did, Name, QueryArg, Window};

/// An expression and where it is written (without surrounding white space, with its parentheses when
/// it is a [`ExprKind::Paren`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is.
    pub span: Span,
}

/// The forms of expressions, in the order of LANGUAGE §4.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// Missing or unreadable; already reported.
    Error,
    /// A literal value.
    Literal(Literal),
    /// A string that may interpolate; a plain string is one `Text` part (or no part when empty).
    Str(Vec<StrPart>),
    /// `r"…"`, as written between the quotes.
    RawStr(String),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{ a: x, b: y }`.
    Record(Vec<(Name, Expr)>),
    /// A bare name; also `missing` and `otherwise` never appear here, but `now` and `today` do.
    Name(Name),
    /// `(e)`.
    Paren(Box<Expr>),
    /// `base.name`, `base.name(args)`, `base[key]`, several in a row.
    Postfix {
        /// What the operations start from.
        base: Box<Expr>,
        /// At least one.
        ops: Vec<PostfixOp>,
    },
    /// `name(args)` where the name is not an aggregate: `age(birthday)`, `geo(1.0, 2.0)`, `ntile(5, x among y)`,
    /// a call of an `fn`, trait, or `in segment(args)`'s right side.
    Call {
        /// The function.
        name: Name,
        /// Its arguments.
        args: Vec<Arg>,
        /// The segment after `among`, in `ntile` and `percentile`.
        among: Option<Box<Expr>>,
    },
    /// `count(Q)`, `sum(E.f in …)`, `nth(3, Q)`, `any`-less collection aggregates such as
    /// `count(items where …)`: whether the operand is an event query or a list is decided by names.
    Aggregate {
        /// `count sum avg min max distinct most_common top_share share gap first last nth`.
        name: Name,
        /// The `n` of `nth(n, Q)`.
        index: Option<Box<Expr>>,
        /// What is aggregated.
        arg: Box<QueryArg>,
    },
    /// `any item in items where …`, `all item in items where …`.
    Quantifier {
        /// `true` for `all`.
        all: bool,
        /// The element's name.
        var: Name,
        /// The list (or catalog).
        list: Box<Expr>,
        /// The condition, if any.
        condition: Option<Box<Expr>>,
    },
    /// `did …` in all its forms.
    Did(Box<Did>),
    /// `- e`, or `-` several times.
    Neg {
        /// How many signs.
        count: u32,
        /// What is negated.
        operand: Box<Expr>,
    },
    /// `a ?? b ?? c`: at least two operands.
    Coalesce(Vec<Expr>),
    /// `a * b / c`, left to right.
    Multiplicative {
        /// The first operand.
        first: Box<Expr>,
        /// The others, each with the operator before it and the operator's place.
        rest: Vec<(MulOp, Span, Expr)>,
    },
    /// `a + b - c`, left to right.
    Additive {
        /// The first operand.
        first: Box<Expr>,
        /// The others, each with the operator before it and the operator's place.
        rest: Vec<(AddOp, Span, Expr)>,
    },
    /// `30d ago`: `now` less the operand.
    Ago(Box<Expr>),
    /// `7d from now`.
    FromNow(Box<Expr>),
    /// A comparison of two operands; comparisons do not chain.
    Compare {
        /// Which.
        op: CompareOp,
        /// Where the operator is written.
        op_span: Span,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `x is known`, `x is missing`.
    IsKnown {
        /// `false` for `is missing`.
        known: bool,
        /// Where `is known` is written.
        op_span: Span,
        /// What is asked about.
        operand: Box<Expr>,
    },
    /// `x between a and b` (`negated`: `x not between a and b`, a habit that is accepted).
    Between {
        /// Whether `not` stands before `between`.
        negated: bool,
        /// Where `between` is written.
        op_span: Span,
        /// What is tested.
        operand: Box<Expr>,
        /// The lower end, inclusive.
        low: Box<Expr>,
        /// The upper end, inclusive.
        high: Box<Expr>,
    },
    /// `x in LIST`, `in segment`, `not in segment`, `x not in [..]`. Without an operand it is a segment test.
    In {
        /// Whether `not` stands before `in`.
        negated: bool,
        /// Where `in` (or `not in`) is written.
        op_span: Span,
        /// What is tested; absent in `in vip`.
        operand: Option<Box<Expr>>,
        /// The list, the segment, `lifecycle.active`, or the segment's call.
        set: Box<Expr>,
    },
    /// `t in last 30d`, `t in this month`, `t from 90d ago to 30d ago`.
    InWindow {
        /// Whether `not` stands before the window.
        negated: bool,
        /// The instant or date that is tested.
        operand: Box<Expr>,
        /// The window.
        window: Window,
    },
    /// `tags contains any [..]`, `tags contains all [..]`.
    ContainsSet {
        /// `true` for `all`.
        all: bool,
        /// Whether `not` stands before `contains`.
        negated: bool,
        /// Where the operator is written.
        op_span: Span,
        /// The collection.
        left: Box<Expr>,
        /// The list of wanted elements.
        right: Box<Expr>,
    },
    /// `not e`, or `not` several times.
    Not {
        /// How many.
        count: u32,
        /// Where the first `not` is written.
        op_span: Span,
        /// What is negated.
        operand: Box<Expr>,
    },
    /// `a and b and c`: at least two.
    And(Vec<Expr>),
    /// `a or b or c`: at least two.
    Or(Vec<Expr>),
    /// `if c then a else if d then b else e`.
    If {
        /// Conditions with their results, at least one.
        arms: Vec<(Expr, Expr)>,
        /// The result of the last `else`.
        otherwise: Box<Expr>,
    },
    /// `match e { gold => .., otherwise => .. }`.
    Match {
        /// What is looked at.
        subject: Box<Expr>,
        /// The arms in order.
        arms: Vec<MatchArm>,
    },
}

/// One arm of a `match`.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchArm {
    /// What the subject must be. Several, separated by `or`, share a result.
    pub patterns: Vec<Pattern>,
    /// The result.
    pub result: Expr,
    /// The whole arm.
    pub span: Span,
}

/// What an arm of a `match` asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// An enum value's name or a literal.
    Value(Expr),
    /// `missing`.
    Missing(Span),
    /// `otherwise`.
    Otherwise(Span),
}

/// An argument of a call; named arguments are allowed everywhere (`discount: 10%`).
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// The name before `:`.
    pub name: Option<Name>,
    /// The value. `Purchase.total` is a [`ExprKind::Postfix`] whose meaning names decide;
    /// `Money<GBP>` (in `.as(Money<GBP>)`) is an [`ArgValue::Type`].
    pub value: ArgValue,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum ArgValue {
    /// An expression. A bare type name such as `Timestamp` parses as an [`ExprKind::Name`].
    Expr(Expr),
    /// A type with arguments: `Money<GBP>`, `List<String>`.
    Type(TypeExpr),
}

/// One step of a postfix chain.
#[derive(Clone, Debug, PartialEq)]
pub enum PostfixOp {
    /// `.name`; the name is missing right after a dangling dot.
    Field(Name),
    /// `.name(args)`.
    Method {
        /// The method.
        name: Name,
        /// Its arguments.
        args: Vec<Arg>,
        /// From the dot to the closing parenthesis.
        span: Span,
    },
    /// `[key]`.
    Index {
        /// The key.
        key: Box<Expr>,
        /// From bracket to bracket.
        span: Span,
    },
}

/// A part of an interpolating string.
#[derive(Clone, Debug, PartialEq)]
pub enum StrPart {
    /// Text with its escapes resolved.
    Text(String),
    /// `{expr}` or `{expr:format}`.
    Expr {
        /// What is printed.
        expr: Expr,
        /// The name after `:`.
        format: Option<Name>,
    },
}

/// A literal value whose meaning needs no names. Out-of-range literals are reported by the parser and
/// become [`ExprKind::Error`].
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `true`, `false`.
    Bool(bool),
    /// `42`, `1_000`.
    Int(i64),
    /// `0.25`.
    Float(f64),
    /// `15%`, as the share it means (`0.15`).
    Percent(f64),
    /// `19.99 EUR`: digits as written without underscores, and the currency's place. Whether the currency
    /// exists and has so many decimals is checked by sema.
    Money {
        /// `19.99`.
        amount: String,
        /// `EUR`.
        currency: Name,
    },
    /// `2026-01-31` as days since 1970-01-01.
    Date(i32),
    /// `21:00` as seconds since midnight.
    TimeOfDay(u32),
    /// A timestamp as microseconds since 1970-01-01T00:00Z.
    Timestamp(i64),
    /// `1h30m` as microseconds.
    Duration(i64),
    /// `3 months` as months and days (`2 weeks` is 14 days).
    Period {
        /// Whole months; a year is twelve.
        months: i32,
        /// Days on top.
        days: i32,
    },
    /// `10 km` as metres, rounded.
    Length(i64),
}

/// `* / div mod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MulOp {
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `div`
    IntDiv,
    /// `mod`
    Mod,
}

/// `+ -`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddOp {
    /// `+`
    Add,
    /// `-`
    Sub,
}

/// Operators between two operands of additive level that give a Bool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `=~`, equality ignoring case
    EqFold,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `contains`
    Contains,
    /// `not contains` (accepted, like the negative forms of the three below)
    NotContains,
    /// `starts with`
    StartsWith,
    /// `not starts with`
    NotStartsWith,
    /// `ends with`
    EndsWith,
    /// `not ends with`
    NotEndsWith,
    /// `matches`
    Matches,
    /// `not matches`
    NotMatches,
    /// `before`
    Before,
    /// `after`
    After,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeKind,
    /// Whether `?` follows.
    pub optional: bool,
    /// The whole, with the `?`.
    pub span: Span,
}

/// The forms of types.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// Missing or unreadable; already reported.
    Error,
    /// `String`, `Tier`, `Money<USD>`, `List<T>`, `Field<Money<USD>>`; a currency is an argument that is a
    /// plain name.
    Named {
        /// The type's name.
        name: Name,
        /// What stands between `<` and `>`.
        args: Vec<TypeExpr>,
    },
    /// `{ city: String?, zip: String? }`.
    Record(Vec<FieldDecl>),
}

/// A field of a profile, an event or a record type.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDecl {
    /// `///` text.
    pub doc: Option<String>,
    /// The field's name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// The value after `=`.
    pub default: Option<Expr>,
    /// `@key`, `@pii`, …
    pub annotations: Vec<Annotation>,
    /// The whole field.
    pub span: Span,
}

/// `@name` or `@name(args)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// Without the `@`.
    pub name: Name,
    /// What stands in parentheses.
    pub args: Vec<Expr>,
    /// From the `@` to the closing parenthesis.
    pub span: Span,
}
