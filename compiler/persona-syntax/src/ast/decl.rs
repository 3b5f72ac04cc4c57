//! Declarations.

use persona_base::Span;

use super::{
    Annotation, ChannelClause, ContentDecl, ExperimentClause, Expr, FieldDecl, Name, RecommendDecl,
    Requires, TestStep, TriggerDecl, TypeExpr, UseDecl,
};

/// A declaration with what every declaration may have.
#[derive(Clone, Debug, PartialEq)]
pub struct Decl {
    /// `///` text before it.
    pub doc: Option<String>,
    /// `@owner("team")` and the like, before it.
    pub annotations: Vec<Annotation>,
    /// What is declared.
    pub kind: DeclKind,
    /// Its name.
    pub name: Name,
    /// The whole, without the documentation.
    pub span: Span,
}

/// The kinds of declarations.
#[derive(Clone, Debug, PartialEq)]
pub enum DeclKind {
    /// Unreadable; already reported.
    Error,
    /// `profile Customer { … }`
    Profile(TableDecl),
    /// `event Purchase { … }`
    Event(TableDecl),
    /// `events Activity = A or B`
    Events {
        /// The members, in order.
        members: Vec<Name>,
    },
    /// `enum`, `ordered enum`
    Enum {
        /// Whether values may be compared with `<`.
        ordered: bool,
        /// The values, in order.
        values: Vec<EnumValue>,
    },
    /// `const EU: List<Country> = [DE, FR]`
    Const {
        /// The type.
        ty: TypeExpr,
        /// The value.
        value: Expr,
    },
    /// `source customers of Customer { … }`
    Source(SourceDecl),
    /// `trait order_value: Money<USD>? = …`
    Trait {
        /// Parameters; empty without parentheses.
        params: Vec<Param>,
        /// The declared type; may be left out.
        ty: Option<TypeExpr>,
        /// The expression.
        value: Expr,
    },
    /// `fn name(a: T) -> U = expr`
    Fn {
        /// Parameters.
        params: Vec<Param>,
        /// The result's type.
        ty: TypeExpr,
        /// The expression.
        value: Expr,
    },
    /// `segment vip "VIP shoppers" { when … }`
    Segment {
        /// Parameters.
        params: Vec<Param>,
        /// The title; may interpolate parameters.
        title: Option<Expr>,
        /// The condition.
        condition: Expr,
    },
    /// `partition lifecycle "…" { fresh when … otherwise lapsed }`
    Partition {
        /// The title.
        title: Option<Expr>,
        /// The stages in order.
        stages: Vec<Stage>,
        /// The stage after `otherwise`; missing name when absent (reported).
        otherwise: EnumValue,
    },
    /// `catalog Product { sku: String @key, … }`
    Catalog(TableDecl),
    /// `use std.rfm`; the declaration's name is the module's.
    Use(UseDecl),
    /// `purpose offers { requires consent.offers }`
    Purpose {
        /// The clauses, in order.
        requires: Vec<Requires>,
    },
    /// `channel email { … }`
    Channel {
        /// The clauses, in order.
        clauses: Vec<ChannelClause>,
    },
    /// `trigger cart_rescue "Abandoned cart" { … }`
    Trigger(TriggerDecl),
    /// `content cart_reminder(cart: CartAdded) { … }`
    Content(ContentDecl),
    /// `recommend similar: List<Product> { … }`
    Recommend(RecommendDecl),
    /// `experiment cart_subject { … }`
    Experiment {
        /// The clauses, in order.
        clauses: Vec<ExperimentClause>,
    },
    /// `exclusive { vip, lapsed }`; it has no name.
    Exclusive {
        /// Segments, perhaps with arguments, or stages of partitions.
        segments: Vec<Expr>,
    },
    /// `test "a purchase cancels the reminder" { … }`; the title is the declaration's name.
    Test {
        /// The steps, in order.
        steps: Vec<TestStep>,
    },
}

/// The body of `profile` and `event`.
#[derive(Clone, Debug, PartialEq)]
pub struct TableDecl {
    /// The fields in order.
    pub fields: Vec<FieldDecl>,
    /// The checks in order.
    pub checks: Vec<Check>,
}

/// `check EXPR "message" else clear birthday`
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What must hold.
    pub condition: Expr,
    /// What to say when it does not.
    pub message: Option<Expr>,
    /// What follows then.
    pub action: CheckAction,
    /// The whole.
    pub span: Span,
}

/// What follows when a check fails.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckAction {
    /// Set the row aside (also the default).
    Reject,
    /// The field becomes missing.
    Clear(Name),
    /// Only say so.
    Warn,
}

/// A value of an enum, or the last stage of a partition.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// `///` text.
    pub doc: Option<String>,
    /// The value.
    pub name: Name,
    /// How people see it, when it differs: `basic "Basic plan"`; also what data says for it.
    pub title: Option<String>,
}

/// A stage of a partition.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// `///` text.
    pub doc: Option<String>,
    /// The stage.
    pub name: Name,
    /// How people see it.
    pub title: Option<String>,
    /// When one is in it.
    pub condition: Expr,
    /// The whole.
    pub span: Span,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// The name.
    pub name: Name,
    /// The type.
    pub ty: TypeExpr,
    /// The value when the argument is left out.
    pub default: Option<Expr>,
}

/// `source orders of Purchase { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct SourceDecl {
    /// The profile or event that is filled.
    pub of: Name,
    /// Clauses in order.
    pub clauses: Vec<SourceClause>,
}

/// A clause of a source.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceClause {
    /// `from "data/*.csv"`, `from csv "x.txt" delimiter ";"`
    From {
        /// The format's name.
        format: Option<Name>,
        /// The path or glob, relative to the package.
        path: Expr,
        /// `delimiter ";"` and the like, in order.
        options: Vec<(Name, Expr)>,
        /// The whole.
        span: Span,
    },
    /// `where EXPR` over the raw rows.
    Where(Expr),
    /// `group by EXPR, EXPR`
    GroupBy(Vec<Expr>),
    /// `prefer crm over shop`
    Prefer {
        /// The source that wins.
        winner: Name,
        /// The source that yields.
        loser: Name,
        /// The whole.
        span: Span,
    },
    /// `country = column("Country").trim()`; `address.city = …` for a nested field.
    Field {
        /// The field; several names for a nested one.
        path: Vec<Name>,
        /// Its value.
        value: SourceValue,
        /// The whole.
        span: Span,
    },
}

/// What a field of a source is filled with.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceValue {
    /// An expression over `column("…")`.
    Expr(Expr),
    /// `each { sku = column("StockCode"), … }`: one element per row of the group.
    Each(Vec<(Name, Expr)>),
}
