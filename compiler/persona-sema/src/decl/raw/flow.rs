//! Comparisons, membership, `if` and `match` in the expressions of sources.

use persona_base::{Span, data};
use persona_syntax::ast::{self, CompareOp, Expr, ExprKind};

use super::{Raw, SUPPORTED, not, op};
use crate::{RawExpr, RawOp};

impl Raw<'_, '_> {
    pub(super) fn compare(
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

    pub(super) fn member(
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

    pub(super) fn conditional(
        &mut self,
        arms: &[(Expr, Expr)],
        otherwise: &Expr,
    ) -> Option<RawExpr> {
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

    pub(super) fn matching(
        &mut self,
        subject: &Expr,
        arms: &[ast::MatchArm],
        span: Span,
    ) -> Option<RawExpr> {
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
                        otherwise = otherwise.or_else(|| Some(result.clone()));
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
}
