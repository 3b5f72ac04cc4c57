//! Expressions of sources: a small language over raw rows, without types.

use std::sync::Arc;

use jiff::Timestamp;
use persona_base::{Applicability, Code, Span, data, nearest};
use persona_syntax::ast::{self, AddOp, CompareOp, Expr, ExprKind, Literal, MulOp};

use super::Checking;
use super::text::plain_string;
use crate::db::schema;
use crate::{EnumId, RawAgg, RawExpr, RawOp, Type, TypeKind};

/// How many parts one expression may have.
const MAX_PARTS: u32 = 2_000;

/// What a source's expressions can say, for the help of what they cannot.
const SUPPORTED: &str = "sources have `column(\"…\")`, text, numbers, `+ - * /`, comparisons, `contains`, `starts with`, \
    `ends with`, `matches`, `in [..]`, `between`, `is known`, `??`, `and`, `or`, `not`, `if`, `match`, `geo`, `.trim()`, \
    `.lower()`, `.upper()`, `.split(\",\")`, `.replace(\"a\", \"b\")`, `.empty_as_missing()`, `.as(Type)`, and aggregates \
    over a group";

/// Which rows an expression sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// Those of a group.
    Grouped,
    /// One, because nothing is grouped.
    Single,
    /// One, before it is grouped: in `where`.
    Filter,
    /// One, to be grouped: in `group by`.
    GroupKey,
    /// One of a group: in `each`.
    Element,
    /// One of a group: inside an aggregate.
    Aggregated,
}

/// The conversion of one expression.
pub(super) struct Raw<'c, 'db> {
    pub(super) checking: &'c mut Checking<'db>,
    rows: Rows,
    /// The enum whose values may be written bare.
    expected: Option<EnumId>,
    parts: u32,
}

impl<'c, 'db> Raw<'c, 'db> {
    /// A conversion in the given place, for a field of the given type.
    pub(super) fn new(checking: &'c mut Checking<'db>, rows: Rows, ty: Option<&Type>) -> Self {
        let scalar = ty.map(|ty| ty.kind.element().map_or(&ty.kind, |element| &element.kind));
        let expected = match scalar {
            Some(TypeKind::Enum(id)) => Some(*id),
            _ => None,
        };
        Self {
            checking,
            rows,
            expected,
            parts: 0,
        }
    }

    /// The expression; `None` when something is wrong with it, which is then reported.
    pub(super) fn convert(&mut self, expr: &Expr) -> Option<RawExpr> {
        self.parts += 1;
        if self.parts == MAX_PARTS {
            let message = format!("this expression has more than {MAX_PARTS} parts");
            self.unsupported(
                expr.span,
                message,
                "prepare the values before they come here",
            );
        }
        if self.parts >= MAX_PARTS {
            return None;
        }
        match &expr.kind {
            ExprKind::Error => None,
            ExprKind::Literal(literal) => self.literal(literal, expr.span),
            ExprKind::Str(_) | ExprKind::RawStr(_) => self.text(expr).map(RawExpr::Text),
            ExprKind::Name(name) => self.bare_name(name),
            ExprKind::Paren(inner) => self.convert(inner),
            ExprKind::Postfix { base, ops } => self.postfix(base, ops),
            ExprKind::Call { name, args, among } => {
                self.call(name, args, among.as_deref(), expr.span)
            }
            ExprKind::Aggregate { name, index, arg } => {
                self.aggregate(name, index.as_deref(), arg, expr.span)
            }
            ExprKind::Neg { count, operand } => {
                let operand = self.convert(operand)?;
                Some(if count % 2 == 1 {
                    op(RawOp::Neg, [operand])
                } else {
                    operand
                })
            }
            ExprKind::Not { count, operand, .. } => {
                let operand = self.convert(operand)?;
                Some(if count % 2 == 1 {
                    not(operand)
                } else {
                    operand
                })
            }
            ExprKind::Coalesce(operands) => self
                .all(operands)
                .and_then(|all| folded(all, RawOp::Coalesce)),
            ExprKind::And(operands) => self.all(operands).and_then(|all| balanced(all, RawOp::And)),
            ExprKind::Or(operands) => self.all(operands).and_then(|all| balanced(all, RawOp::Or)),
            ExprKind::Multiplicative { first, rest } => self.multiplicative(first, rest),
            ExprKind::Additive { first, rest } => self.additive(first, rest),
            ExprKind::Compare {
                op,
                op_span,
                left,
                right,
            } => self.compare(*op, *op_span, left, right),
            ExprKind::IsKnown { known, operand, .. } => {
                let known_op = op(RawOp::Known, [self.convert(operand)?]);
                Some(if *known { known_op } else { not(known_op) })
            }
            ExprKind::Between {
                negated,
                operand,
                low,
                high,
                ..
            } => {
                let (operand, low, high) =
                    (self.convert(operand), self.convert(low), self.convert(high));
                let (operand, low, high) = (operand?, low?, high?);
                let both = op(
                    RawOp::And,
                    [
                        op(RawOp::Le, [low, operand.clone()]),
                        op(RawOp::Le, [operand, high]),
                    ],
                );
                Some(if *negated { not(both) } else { both })
            }
            ExprKind::In {
                negated,
                operand,
                set,
                op_span,
            } => self.member(*negated, operand.as_deref(), set, *op_span),
            ExprKind::If { arms, otherwise } => self.conditional(arms, otherwise),
            ExprKind::Match { subject, arms } => self.matching(subject, arms, expr.span),
            ExprKind::List(_)
            | ExprKind::Record(_)
            | ExprKind::Quantifier { .. }
            | ExprKind::Did(_)
            | ExprKind::Ago(_)
            | ExprKind::FromNow(_)
            | ExprKind::InWindow { .. }
            | ExprKind::ContainsSet { .. } => {
                self.unsupported(expr.span, foreign(&expr.kind), SUPPORTED);
                None
            }
        }
    }

    fn all(&mut self, operands: &[Expr]) -> Option<Vec<RawExpr>> {
        let converted: Vec<Option<RawExpr>> = operands
            .iter()
            .map(|operand| self.convert(operand))
            .collect();
        converted.into_iter().collect()
    }

    /// Reports what a source cannot say.
    pub(super) fn unsupported(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.error(data::NOT_IN_SOURCES, span, message, help);
    }

    /// Reports something.
    pub(super) fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let diagnostic = self.checking.diagnostic(code, span, message).help(help);
        self.checking.report(diagnostic);
    }

    /// Text without interpolation.
    pub(super) fn text(&mut self, expr: &Expr) -> Option<Arc<str>> {
        if expr.kind == ExprKind::Error {
            return None;
        }
        let text = plain_string(expr);
        if text.is_none() {
            let what = match &expr.kind {
                ExprKind::Str(_) => "text in a source does not interpolate",
                _ => "plain text is needed here",
            };
            self.unsupported(
                expr.span,
                what,
                "join text with `+`: `column(\"First\") + \" \" + column(\"Last\")`",
            );
        }
        text.map(Arc::from)
    }

    fn literal(&mut self, literal: &Literal, span: Span) -> Option<RawExpr> {
        let written = || Arc::<str>::from(span.of(self.checking.text).replace('_', ""));
        let reading =
            |text: String, kind| RawExpr::As(Box::new(RawExpr::Text(Arc::from(text))), kind, None);
        match literal {
            Literal::Bool(value) => Some(RawExpr::Bool(*value)),
            Literal::Int(_) | Literal::Float(_) => Some(RawExpr::Number(written())),
            Literal::Percent(share) => Some(RawExpr::Number(Arc::from(share.to_string()))),
            Literal::Date(_) => Some(reading(written().to_string(), TypeKind::Date)),
            Literal::Timestamp(microseconds) => {
                let instant = Timestamp::from_microsecond(*microseconds).ok()?;
                Some(reading(instant.to_string(), TypeKind::Timestamp))
            }
            Literal::TimeOfDay(seconds) => {
                let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
                Some(reading(
                    format!("{hours:02}:{minutes:02}:{:02}", seconds % 60),
                    TypeKind::TimeOfDay,
                ))
            }
            Literal::Money { .. } => {
                let help = "write the number alone; the field's type, or `.as(Money<USD>)`, gives the currency";
                self.unsupported(span, "amounts of money are plain numbers in a source", help);
                None
            }
            Literal::Duration(_) | Literal::Period { .. } | Literal::Length(_) => {
                self.unsupported(
                    span,
                    "durations and lengths cannot be used in a source",
                    SUPPORTED,
                );
                None
            }
        }
    }

    /// A bare name: a value of the expected enum, or a forgotten `column`.
    fn bare_name(&mut self, name: &ast::Name) -> Option<RawExpr> {
        if name.is_missing() {
            return None;
        }
        if let Some(expected) = self.expected {
            let db = self.checking.db;
            let values = &schema(db, db.project()).enums[expected].values;
            if let Some((value, _)) = values.iter().find(|(value, _)| **value == *name.text) {
                return Some(RawExpr::Text(Arc::clone(value)));
            }
        }
        if matches!(name.text.as_str(), "now" | "today") {
            self.unsupported(
                name.span,
                "a source cannot ask for the time",
                "what is read does not depend on when it is read",
            );
            return None;
        }
        self.bare_column(&name.text, name.span);
        None
    }

    /// Reports a column that is named without `column`.
    pub(super) fn bare_column(&mut self, name: &str, span: Span) {
        let diagnostic = self
            .checking
            .diagnostic(
                data::BARE_COLUMN,
                span,
                format!("`{name}` is not known in a source"),
            )
            .label("a column of the file?")
            .note("a source reads columns; the fields of the profile or event are what it fills")
            .fix(
                format!("write `column(\"{name}\")`"),
                Applicability::Maybe,
                span,
                format!("column(\"{name}\")"),
            );
        self.checking.report(diagnostic);
    }

    fn multiplicative(&mut self, first: &Expr, rest: &[(MulOp, Span, Expr)]) -> Option<RawExpr> {
        let mut left = self.convert(first);
        for (operator, span, operand) in rest {
            let right = self.convert(operand);
            let raw = match operator {
                MulOp::Mul => RawOp::Mul,
                MulOp::Div => RawOp::Div,
                MulOp::IntDiv | MulOp::Mod => {
                    self.unsupported(
                        *span,
                        "`div` and `mod` cannot be used in a source",
                        SUPPORTED,
                    );
                    return None;
                }
            };
            left = left.zip(right).map(|(left, right)| op(raw, [left, right]));
        }
        left
    }

    fn additive(&mut self, first: &Expr, rest: &[(AddOp, Span, Expr)]) -> Option<RawExpr> {
        let mut left = self.convert(first);
        for (operator, _, operand) in rest {
            let raw = if *operator == AddOp::Add {
                RawOp::Add
            } else {
                RawOp::Sub
            };
            let right = self.convert(operand);
            left = left.zip(right).map(|(left, right)| op(raw, [left, right]));
        }
        left
    }

    fn compare(
        &mut self,
        operator: CompareOp,
        at: Span,
        left: &Expr,
        right: &Expr,
    ) -> Option<RawExpr> {
        if matches!(operator, CompareOp::Matches | CompareOp::NotMatches) {
            return self.matches(operator == CompareOp::NotMatches, left, right);
        }
        if operator == CompareOp::EqFold {
            self.unsupported(
                at,
                "`=~` cannot be used in a source",
                "compare `.lower()` of both sides with `==`",
            );
            return None;
        }
        let (left, right) = (self.convert(left), self.convert(right));
        let (left, right) = (left?, right?);
        Some(match operator {
            CompareOp::Eq => op(RawOp::Eq, [left, right]),
            CompareOp::Ne => not(op(RawOp::Eq, [left, right])),
            CompareOp::Lt | CompareOp::Before => op(RawOp::Lt, [left, right]),
            CompareOp::Gt | CompareOp::After => op(RawOp::Lt, [right, left]),
            CompareOp::Le => op(RawOp::Le, [left, right]),
            CompareOp::Ge => op(RawOp::Le, [right, left]),
            CompareOp::Contains => op(RawOp::Contains, [left, right]),
            CompareOp::NotContains => not(op(RawOp::Contains, [left, right])),
            CompareOp::StartsWith => op(RawOp::StartsWith, [left, right]),
            CompareOp::NotStartsWith => not(op(RawOp::StartsWith, [left, right])),
            CompareOp::EndsWith => op(RawOp::EndsWith, [left, right]),
            CompareOp::NotEndsWith => not(op(RawOp::EndsWith, [left, right])),
            CompareOp::Matches | CompareOp::NotMatches | CompareOp::EqFold => return None,
        })
    }

    fn matches(&mut self, negated: bool, left: &Expr, right: &Expr) -> Option<RawExpr> {
        let left = self.convert(left);
        let pattern = self.text(right)?;
        if let Err(error) = regex_syntax::parse(&pattern) {
            let reason = match &error {
                regex_syntax::Error::Parse(error) => error.kind().to_string(),
                regex_syntax::Error::Translate(error) => error.kind().to_string(),
                _ => "it is not a regular expression".to_owned(),
            };
            let message = format!("this pattern cannot be read: {reason}");
            self.error(
                data::INVALID_PATTERN,
                right.span,
                message,
                "write it as a raw string: `r\"^[0-9]{6}$\"`",
            );
            return None;
        }
        let found = RawExpr::Matches(Box::new(left?), pattern);
        Some(if negated { not(found) } else { found })
    }

    fn member(
        &mut self,
        negated: bool,
        operand: Option<&Expr>,
        set: &Expr,
        at: Span,
    ) -> Option<RawExpr> {
        let Some(operand) = operand else {
            self.unsupported(
                at.to(set.span),
                "a source cannot ask for segments",
                SUPPORTED,
            );
            return None;
        };
        let operand = self.convert(operand);
        let mut inner = set;
        while let ExprKind::Paren(within) = &inner.kind {
            inner = within;
        }
        let ExprKind::List(items) = &inner.kind else {
            if inner.kind != ExprKind::Error {
                self.unsupported(
                    set.span,
                    "`in` needs a list in brackets here",
                    "for example `in [\"DE\", \"FR\"]`",
                );
            }
            return None;
        };
        let found = RawExpr::In(Box::new(operand?), self.all(items)?);
        Some(if negated { not(found) } else { found })
    }

    fn conditional(&mut self, arms: &[(Expr, Expr)], otherwise: &Expr) -> Option<RawExpr> {
        let arms: Vec<_> = arms
            .iter()
            .map(|(c, result)| self.convert(c).zip(self.convert(result)))
            .collect();
        let mut whole = self.convert(otherwise)?;
        for arm in arms.into_iter().rev() {
            let (condition, result) = arm?;
            whole = RawExpr::If(Box::new(condition), Box::new(result), Box::new(whole));
        }
        Some(whole)
    }

    fn matching(&mut self, subject: &Expr, arms: &[ast::MatchArm], span: Span) -> Option<RawExpr> {
        // The subject is no value of the field: its texts are the data's own.
        let expected = self.expected.take();
        let subject_raw = self.convert(subject);
        let mut patterns: Vec<Vec<Option<RawExpr>>> = Vec::new();
        for arm in arms {
            patterns.push(
                arm.patterns
                    .iter()
                    .filter_map(|pattern| match pattern {
                        ast::Pattern::Value(value) => Some(self.convert(value)),
                        ast::Pattern::Missing(_) | ast::Pattern::Otherwise(_) => None,
                    })
                    .collect(),
            );
        }
        self.expected = expected;
        let mut values = Vec::new();
        let (mut otherwise, mut missing, mut valid) = (None, None, true);
        for (arm, patterns) in arms.iter().zip(patterns) {
            let Some(result) = self.convert(&arm.result) else {
                valid = false;
                continue;
            };
            for pattern in patterns {
                match pattern {
                    Some(pattern) => values.push((pattern, result.clone())),
                    None => valid = false,
                }
            }
            for pattern in &arm.patterns {
                match pattern {
                    ast::Pattern::Value(_) => {}
                    ast::Pattern::Missing(_) => missing = missing.or_else(|| Some(result.clone())),
                    ast::Pattern::Otherwise(_) => {
                        otherwise = otherwise.or_else(|| Some(result.clone()))
                    }
                }
            }
        }
        if otherwise.is_none() && valid {
            self.unsupported(
                span,
                "a `match` in a source needs `otherwise`",
                "data may say anything: add `otherwise => …`",
            );
        }
        let (subject, otherwise) = subject_raw.zip(otherwise).filter(|_| valid)?;
        let known = RawExpr::Match(Box::new(subject.clone()), values, Box::new(otherwise));
        Some(match missing {
            Some(result) => RawExpr::If(
                Box::new(op(RawOp::Known, [subject])),
                Box::new(known),
                Box::new(result),
            ),
            None => known,
        })
    }

    fn call(
        &mut self,
        name: &ast::Name,
        args: &[ast::Arg],
        among: Option<&Expr>,
        span: Span,
    ) -> Option<RawExpr> {
        let values: Vec<&Expr> = args
            .iter()
            .filter_map(|arg| match &arg.value {
                ast::ArgValue::Expr(value) if arg.name.is_none() => Some(value),
                ast::ArgValue::Expr(_) | ast::ArgValue::Type(_) => None,
            })
            .collect();
        match (name.text.as_str(), values.as_slice()) {
            ("", _) => None,
            ("column", [column]) if args.len() == 1 && among.is_none() => {
                self.text(column).map(RawExpr::Column)
            }
            ("column", _) => {
                self.unsupported(
                    span,
                    "`column` takes the name of one column",
                    "for example `column(\"CustomerID\")`",
                );
                None
            }
            ("geo", [latitude, longitude]) if args.len() == 2 => {
                let (latitude, longitude) = (self.convert(latitude), self.convert(longitude));
                Some(op(RawOp::Geo, [latitude?, longitude?]))
            }
            ("geo", _) => {
                self.unsupported(
                    span,
                    "`geo` takes a latitude and a longitude",
                    "for example `geo(column(\"lat\"), column(\"lon\"))`",
                );
                None
            }
            (text, _) => {
                let habit = ["col", "field", "col_name"]
                    .contains(&text)
                    .then_some("column");
                let meant = habit.or_else(|| nearest(text, ["column", "geo"]));
                let diagnostic = self
                    .checking
                    .diagnostic(
                        data::NOT_IN_SOURCES,
                        name.span,
                        format!("a source cannot call `{text}`"),
                    )
                    .label("not known in sources");
                let diagnostic = match meant {
                    Some(meant) => diagnostic.fix(
                        format!("write `{meant}`"),
                        Applicability::Maybe,
                        name.span,
                        meant,
                    ),
                    None => diagnostic.help(SUPPORTED),
                };
                self.checking.report(diagnostic);
                None
            }
        }
    }

    fn aggregate(
        &mut self,
        name: &ast::Name,
        index: Option<&Expr>,
        arg: &ast::QueryArg,
        span: Span,
    ) -> Option<RawExpr> {
        let aggregate = match name.text.as_str() {
            "sum" => RawAgg::Sum,
            "min" => RawAgg::Min,
            "max" => RawAgg::Max,
            "first" => RawAgg::First,
            "last" => RawAgg::Last,
            "count" => RawAgg::Count,
            "avg" => RawAgg::Avg,
            other => {
                let message = format!("`{other}` cannot be used in a source");
                self.unsupported(
                    name.span,
                    message,
                    "aggregates are `sum`, `min`, `max`, `avg`, `count`, `first`, `last`",
                );
                return None;
            }
        };
        let why = match self.rows {
            Rows::Grouped => None,
            Rows::Single => Some("there is no `group by`, so every row is on its own"),
            Rows::Filter => Some("`where` looks at one row"),
            Rows::GroupKey => Some("`group by` looks at one row"),
            Rows::Element => Some("`each` looks at one row of the group"),
            Rows::Aggregated => Some("it stands inside another aggregate"),
        };
        if let Some(why) = why {
            let diagnostic = self
                .checking
                .diagnostic(
                    data::UNGROUPED_AGGREGATE,
                    name.span,
                    format!("`{}` has no rows to run over", name.text),
                )
                .label(why)
                .help("aggregates run over the rows of a group: `group by column(\"InvoiceNo\")`");
            self.checking.report(diagnostic);
        }
        let outer = std::mem::replace(&mut self.rows, Rows::Aggregated);
        let operand = match arg {
            ast::QueryArg::Expr(operand) => {
                self.convert(operand).map(|operand| Some(Box::new(operand)))
            }
            ast::QueryArg::Query(query) => self.query_operand(query, aggregate, span),
        };
        self.rows = outer;
        if index.is_some() || why.is_some() {
            return None;
        }
        Some(RawExpr::Agg(aggregate, operand?))
    }

    /// The operand of an aggregate that reads like an event query: nothing in `count()`, else a forgotten `column`.
    fn query_operand(
        &mut self,
        query: &ast::Query,
        aggregate: RawAgg,
        span: Span,
    ) -> Option<Option<Box<RawExpr>>> {
        let plain = query.window.is_none()
            && query.condition.is_none()
            && query.alias.is_none()
            && !query.any_event;
        match query.kinds.as_slice() {
            [] if plain && query.path.is_empty() && aggregate == RawAgg::Count => {
                return Some(None);
            }
            [first] if plain && !first.is_missing() => {
                let path: Vec<&str> = std::iter::once(first)
                    .chain(&query.path)
                    .map(|name| name.text.as_str())
                    .collect();
                let end = query.path.last().map_or(first.span, |last| last.span);
                self.bare_column(&path.join("."), first.span.to(end));
            }
            [] if plain => self.unsupported(
                span,
                "what is aggregated?",
                "for example `sum(column(\"Price\"))`",
            ),
            _ => self.unsupported(query.span, "a source knows no events", SUPPORTED),
        }
        None
    }
}

/// What people may want that sources do not have.
fn foreign(kind: &ExprKind) -> &'static str {
    match kind {
        ExprKind::Did(_) | ExprKind::InWindow { .. } | ExprKind::Ago(_) | ExprKind::FromNow(_) => {
            "a source knows no history and no time: it only reads rows"
        }
        ExprKind::Record(_) => {
            "a source fills the fields of a record one by one, and lists of records with `each`"
        }
        ExprKind::List(_) => "a list stands only after `in`, or comes from `.split(\",\")`",
        _ => "a source looks at single values, not into lists",
    }
}

pub(super) fn op<const N: usize>(op: RawOp, operands: [RawExpr; N]) -> RawExpr {
    RawExpr::Op(op, operands.into())
}

fn not(operand: RawExpr) -> RawExpr {
    op(RawOp::Not, [operand])
}

/// Operands of an associative operation, as a tree of little depth.
fn balanced(mut operands: Vec<RawExpr>, operator: RawOp) -> Option<RawExpr> {
    while operands.len() > 1 {
        let mut pairs = Vec::with_capacity(operands.len().div_ceil(2));
        let mut rest = operands.into_iter();
        while let Some(left) = rest.next() {
            pairs.push(match rest.next() {
                Some(right) => op(operator, [left, right]),
                None => left,
            });
        }
        operands = pairs;
    }
    operands.pop()
}

/// Operands from left to right.
fn folded(operands: Vec<RawExpr>, operator: RawOp) -> Option<RawExpr> {
    operands
        .into_iter()
        .reduce(|left, right| op(operator, [left, right]))
}
