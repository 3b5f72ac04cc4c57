//! Declarations of what happens and what people read: catalogs, purposes, channels, triggers, content,
//! recommendations, experiments, exclusions, tests, and what other modules bring in.
//!
//! Clauses are kept in the order of the text, also where the language wants another order or only one of them. What is not
//! finished has been reported by the parser, as everywhere, and so have clauses of a recommendation and slots in the
//! wrong place; what is twice or missing, and the order of a trigger's header, is for later stages to say.

use persona_base::Span;

use super::{Arg, Expr, FieldDecl, Name, Param, Query};

/// `use std.rfm`, `use std.rfm.{champions, loyal}`
#[derive(Clone, Debug, PartialEq)]
pub struct UseDecl {
    /// `std`, `rfm`: the package, then its module.
    pub path: Vec<Name>,
    /// The names in braces; absent when the module as a whole comes in, under its last name.
    pub items: Option<Vec<Name>>,
}

/// `requires EXPR`, `requires nothing`
#[derive(Clone, Debug, PartialEq)]
pub struct Requires {
    /// The condition; absent for `nothing`.
    pub condition: Option<Expr>,
    /// The whole.
    pub span: Span,
}

/// A clause of a channel.
#[derive(Clone, Debug, PartialEq)]
pub enum ChannelClause {
    /// `to email`: the field that must be known.
    To {
        /// The field, an expression over the profile.
        value: Expr,
        /// The whole.
        span: Span,
    },
    /// `requires …`
    Requires(Requires),
    /// `quiet 21:00 to 08:00 when country in [FR, DE]`
    Quiet {
        /// When it begins, local.
        from: Expr,
        /// When it ends, local.
        to: Expr,
        /// For whom; absent means everybody.
        condition: Option<Expr>,
        /// The whole.
        span: Span,
    },
    /// `limit 3 per 7d across email, sms`
    Limit {
        /// How many.
        count: Expr,
        /// In which time.
        per: Rate,
        /// Counted together with these channels.
        across: Vec<Name>,
        /// The whole.
        span: Span,
    },
    /// `when full drop`, `when full defer`
    WhenFull {
        /// Whether a message waits for room.
        defer: bool,
        /// The whole.
        span: Span,
    },
    /// `skip when EXPR "reason"`
    Skip(Skip),
    /// `transactional`
    Transactional(Span),
}

/// `per 7d` (rolling) or `per day` (calendar).
#[derive(Clone, Debug, PartialEq)]
pub enum Rate {
    /// Rolling: an expression of type `Duration`.
    Rolling(Expr),
    /// A day, week or month of the zone.
    Calendar(super::CalendarUnit, Span),
    /// Missing; already reported.
    Error,
}

/// `skip when EXPR "reason"`
#[derive(Clone, Debug, PartialEq)]
pub struct Skip {
    /// When the message is given up.
    pub condition: Expr,
    /// The reason that is recorded: a text without interpolation.
    pub reason: Option<Expr>,
    /// The whole.
    pub span: Span,
}

/// `trigger cart_rescue "Abandoned cart" { clauses steps }`
#[derive(Clone, Debug, PartialEq)]
pub struct TriggerDecl {
    /// The title.
    pub title: Option<Expr>,
    /// The header, in the order of the text.
    pub clauses: Vec<TriggerClause>,
    /// What is done, in order.
    pub steps: Vec<TriggerStep>,
}

/// A clause of a trigger's header.
#[derive(Clone, Debug, PartialEq)]
pub struct TriggerClause {
    /// Which.
    pub kind: TriggerClauseKind,
    /// The whole.
    pub span: Span,
}

/// The clauses of a trigger's header.
#[derive(Clone, Debug, PartialEq)]
pub enum TriggerClauseKind {
    /// Unreadable; already reported.
    Error,
    /// `on …`
    On(Start),
    /// `when EXPR`
    When(Expr),
    /// `per EXPR`
    Per(Expr),
    /// `enter …`
    Enter(Enter),
    /// `again ignore`, `again restart`
    Again {
        /// Whether the run starts anew.
        restart: bool,
    },
    /// `stop on Q`
    StopOn(Query),
    /// `stop when EXPR`
    StopWhen(Expr),
    /// `priority n`
    Priority(Expr),
}

/// What starts a trigger.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// Missing; already reported.
    Error,
    /// `on E as x where …`
    Event(Query),
    /// `on enter seg including current`, `on leave seg`
    Membership {
        /// `leave`
        leave: bool,
        /// The segment, perhaps with arguments, or a partition's stage.
        segment: Expr,
        /// `including current`, and where.
        including_current: Option<Span>,
    },
    /// `on inactivity of Q for 30d`
    Inactivity {
        /// The events.
        query: Query,
        /// How long.
        duration: Expr,
    },
    /// `on anniversary of birthday at 09:00`
    Anniversary {
        /// The date.
        date: Expr,
        /// The local time.
        at: Option<Expr>,
    },
    /// `on every monday at 09:00`, `on every day at 09:00`, `on every month at 09:00`
    Every {
        /// The weekday, `day` or `month` (its first day).
        unit: Name,
        /// The local time.
        at: Option<Expr>,
    },
    /// `on change of tier as c where c.after > c.before`
    Change {
        /// The field or trait.
        value: Expr,
        /// `as c`
        alias: Option<Name>,
        /// `where …`
        condition: Option<Expr>,
    },
}

/// `enter …`
#[derive(Clone, Debug, PartialEq)]
pub enum Enter {
    /// Unreadable; already reported.
    Error,
    /// `enter once`
    Once,
    /// `enter always`
    Always,
    /// `enter n per D`
    Limited {
        /// How often.
        count: Expr,
        /// In which time.
        per: Rate,
    },
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct TriggerStep {
    /// Which.
    pub kind: TriggerStepKind,
    /// The whole.
    pub span: Span,
}

/// The steps of a trigger.
#[derive(Clone, Debug, PartialEq)]
pub enum TriggerStepKind {
    /// Unreadable; already reported.
    Error,
    /// `send content(args) via channel for purpose as m, within D`
    Send {
        /// The content.
        content: Name,
        /// Its arguments; empty without parentheses.
        args: Vec<Arg>,
        /// `via channel`; missing when absent (reported).
        channel: Name,
        /// `for purpose`
        purpose: Option<Name>,
        /// `as m`
        alias: Option<Name>,
        /// `within D` or `before T`
        stale: Option<Stale>,
    },
    /// `wait …`
    Wait(Wait),
    /// `if EXPR { … } else if … { … } else { … }`
    If {
        /// The conditions with their steps.
        arms: Vec<(Expr, Vec<TriggerStep>)>,
        /// The steps of `else`.
        otherwise: Option<Vec<TriggerStep>>,
    },
    /// `emit Event { field = value }`
    Emit {
        /// The event.
        event: Name,
        /// Its fields, written `field: value`.
        fields: Vec<(Name, Expr)>,
    },
    /// `set field = expr`
    Set {
        /// The field; several names for a nested one.
        path: Vec<Name>,
        /// Its new value.
        value: Expr,
    },
    /// `stop`
    Stop,
}

/// When a deferred message comes too late.
#[derive(Clone, Debug, PartialEq)]
pub enum Stale {
    /// `within D`
    Within(Expr),
    /// `before T`
    Before(Expr),
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wait {
    /// Missing; already reported.
    Error,
    /// `wait D`
    For(Expr),
    /// `wait until Q, at most D`
    Event {
        /// The events.
        query: Query,
        /// How long at most.
        at_most: Option<Expr>,
    },
    /// `wait until 09:00`, `wait until monday at 09:00`
    Clock {
        /// The weekday.
        weekday: Option<Name>,
        /// The local time.
        at: Expr,
    },
    /// `wait until T`; also a bare `TimeOfDay` that is not a literal (its type tells).
    Until(Expr),
}

/// `content cart_reminder(cart: CartAdded, discount: Float = 0%) { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct ContentDecl {
    /// Parameters; empty without parentheses.
    pub params: Vec<Param>,
    /// The title.
    pub title: Option<Expr>,
    /// The slots: fields with a type and perhaps a default.
    pub slots: Vec<FieldDecl>,
    /// `skip when …`, in order.
    pub skips: Vec<Skip>,
    /// `variant name when … { … }`, in order.
    pub variants: Vec<Variant>,
    /// `otherwise { … }`
    pub otherwise: Vec<Variant>,
}

/// A variant of content, also the last one.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// `///` text.
    pub doc: Option<String>,
    /// Its name; empty for `otherwise`, with the span of that word.
    pub name: Name,
    /// `when …`; absent for `otherwise`.
    pub condition: Option<Expr>,
    /// `slot = value`, in order.
    pub slots: Vec<SlotValue>,
    /// `locale de { … }`, in order.
    pub locales: Vec<LocaleBlock>,
    /// The whole.
    pub span: Span,
}

/// `subject = "…"`, `body = template "emails/cart.liquid"`
#[derive(Clone, Debug, PartialEq)]
pub struct SlotValue {
    /// The slot.
    pub slot: Name,
    /// Its value.
    pub value: SlotSource,
    /// The whole.
    pub span: Span,
}

/// What fills a slot.
#[derive(Clone, Debug, PartialEq)]
pub enum SlotSource {
    /// An expression.
    Expr(Expr),
    /// `template "file.liquid"`: the path, a text without interpolation.
    Template(Expr),
}

/// `locale de { … }`, `locale de_AT { … }`, `locale "de-AT" { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct LocaleBlock {
    /// The language tag, `de-AT`, and where it is written.
    pub tag: Name,
    /// What it replaces.
    pub slots: Vec<SlotValue>,
    /// The whole.
    pub span: Span,
}

/// `recommend similar: List<Product> { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct RecommendDecl {
    /// Parameters; empty without parentheses.
    pub params: Vec<Param>,
    /// The declared type.
    pub ty: Option<super::TypeExpr>,
    /// Clauses in order.
    pub clauses: Vec<RecommendClause>,
}

/// A clause of a recommendation.
#[derive(Clone, Debug, PartialEq)]
pub enum RecommendClause {
    /// `from Product`
    From {
        /// The catalog.
        catalog: Name,
        /// The whole.
        span: Span,
    },
    /// `where EXPR`
    Where {
        /// The condition over an item and the profile.
        condition: Expr,
        /// The whole.
        span: Span,
    },
    /// `exclude Purchase.items.sku in last 365d`, `exclude EXPR`
    Exclude {
        /// Keys of events' fields, or a condition.
        what: super::QueryArg,
        /// The whole.
        span: Span,
    },
    /// `rank by popularity desc, price asc`
    RankBy {
        /// The criteria, in order.
        keys: Vec<RankKey>,
        /// The whole.
        span: Span,
    },
    /// `take 4`
    Take {
        /// How many.
        count: Expr,
        /// The whole.
        span: Span,
    },
    /// `otherwise …`
    Otherwise {
        /// What.
        fallback: Fallback,
        /// The whole.
        span: Span,
    },
}

/// `popularity desc`
#[derive(Clone, Debug, PartialEq)]
pub struct RankKey {
    /// What is compared.
    pub value: Expr,
    /// `desc`: greatest first. `asc` is the default.
    pub descending: bool,
    /// The whole.
    pub span: Span,
}

/// What stands in where a recommendation is short.
#[derive(Clone, Debug, PartialEq)]
pub enum Fallback {
    /// Missing; already reported.
    Error,
    /// Another recommendation, perhaps with arguments, or a list of keys.
    Expr(Expr),
    /// `skip "reason"`
    Skip(Option<Expr>),
}

/// A clause of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub enum ExperimentClause {
    /// `on cart_rescue, welcome`: triggers or contents.
    On {
        /// The names.
        names: Vec<Name>,
        /// The whole.
        span: Span,
    },
    /// `arms { control 50%, personal 50% }`
    Arms {
        /// The arms, in order.
        arms: Vec<Arm>,
        /// The whole.
        span: Span,
    },
    /// `holdout 5%`
    Holdout {
        /// The share.
        share: Expr,
        /// The whole.
        span: Span,
    },
    /// `goal Purchase within 7d`
    Goal {
        /// The events.
        query: Query,
        /// How long after the exposure.
        within: Option<Expr>,
        /// The whole.
        span: Span,
    },
    /// `hash growthbook_2`
    Hash {
        /// Which.
        name: Name,
        /// The whole.
        span: Span,
    },
    /// `salt "…"`
    Salt {
        /// The text.
        salt: Expr,
        /// The whole.
        span: Span,
    },
    /// `layer checkout`, `layer checkout 0% to 40%`
    Layer {
        /// The layer.
        name: Name,
        /// The part of the layer's line; absent for an equal share.
        range: Option<(Expr, Expr)>,
        /// The whole.
        span: Span,
    },
}

/// `control 50%`
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// `///` text.
    pub doc: Option<String>,
    /// Its name.
    pub name: Name,
    /// Its share of what the holdout leaves.
    pub weight: Option<Expr>,
    /// The whole.
    pub span: Span,
}

/// A step of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestStep {
    /// Which.
    pub kind: TestStepKind,
    /// The whole.
    pub span: Span,
}

/// The steps of a test.
#[derive(Clone, Debug, PartialEq)]
pub enum TestStepKind {
    /// Unreadable; already reported.
    Error,
    /// `given { id: "c1", … }`
    Given(Vec<(Name, Expr)>),
    /// `at T`
    At(Expr),
    /// `event E { … }`
    Event {
        /// The kind.
        event: Name,
        /// `of "c2"`: the key of somebody else, to whom it happens.
        of: Option<Expr>,
        /// Its fields.
        fields: Vec<(Name, Expr)>,
    },
    /// `set consent.email = false`, `set email = missing`
    Set {
        /// The field, name by name.
        path: Vec<Name>,
        /// Its value; absent for `missing`.
        value: Option<Expr>,
    },
    /// `wait D`
    Wait(Expr),
    /// `arm cart_subject = personal`
    Arm {
        /// The experiment.
        experiment: Name,
        /// The arm; absent for `missing`.
        arm: Option<Name>,
    },
    /// `expect …`
    Expect(Expectation),
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// Missing; already reported.
    Error,
    /// `expect EXPR`, also `expect in vip`; a content's name stands for what the person would read: `expect c.slot == "…"`.
    Holds(Expr),
    /// `expect sent c via email`, `expect not sent c`
    Sent {
        /// `not`
        negated: bool,
        /// The content.
        content: Name,
        /// `via email`
        channel: Option<Name>,
    },
    /// `expect dropped c because consent`, `expect not dropped c`
    Dropped {
        /// `not`
        negated: bool,
        /// The content.
        content: Name,
        /// `because consent`
        reason: Option<Name>,
    },
    /// `expect c is variant`
    Variant {
        /// The content.
        content: Name,
        /// The variant; `otherwise` for the last one.
        variant: Name,
    },
}
