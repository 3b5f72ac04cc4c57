//! Expressions of sources: a small language over raw rows, without types.

mod calls;
mod flow;
mod methods;

pub(crate) use methods::METHODS as COLUMN_METHODS;

use std::sync::Arc;

use jiff::Timestamp;
use persona_base::{Applicability, Code, Span, data};
use persona_syntax::ast::{self, AddOp, Expr, ExprKind, Literal, MulOp};

use super::Checking;
use super::text::plain_string;
use crate::db::schema;
use crate::{EnumId, RawExpr, RawOp, Type, TypeKind};

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

    /// All of them, or `None` when something is wrong with one.
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
