//! Comparisons as other languages write them: `is null`, `is not x`, `LIKE`. Each is read as what it means here.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{CompareOp, Expr, ExprKind, StrPart};
use crate::grammar::Rule;

impl Builder<'_> {
    /// `x == missing`, `x != null`: meant are `is missing`, `is known`.
    pub(super) fn compared_with_missing(
        &mut self,
        left: Expr,
        op_span: Span,
        op: &str,
        right: Span,
    ) -> Expr {
        let known = matches!(op, "!=" | "<>" | "!==");
        let meant = if known { "is known" } else { "is missing" };
        let whole = op_span.to(right);
        let message = format!("whether a value is there is asked with `{meant}`");
        self.habit(syntax::COMPARED_WITH_MISSING, whole, message, meant);
        let span = left.span.to(right);
        Expr {
            kind: ExprKind::IsKnown {
                known,
                op_span: whole,
                operand: Box::new(left),
            },
            span,
        }
    }

    /// `is known`, `is missing`; and `is null`, `is not x`, `is in` of other languages.
    pub(super) fn is_tail(&mut self, left: Expr, pair: P<'_>) -> Expr {
        let whole = self.span(&pair);
        let mut inner = pair.into_inner();
        let Some(is) = inner.next() else { return left };
        let is_span = self.exact(&is);
        let mut next = inner.next();
        let mut not = None;
        if let Some(found) = next.take_if(|found| found.as_rule() == Rule::is_not) {
            not = Some(self.exact(&found));
            next = inner.next();
        }
        let Some(what) = next else { return left };
        match what.as_rule() {
            Rule::is_known | Rule::is_missing => {
                let known = (what.as_rule() == Rule::is_known) == not.is_none();
                let plain = is.as_str() == "is"
                    && not.is_none()
                    && matches!(what.as_str(), "known" | "missing");
                if !plain {
                    self.spelled_is(whole, known);
                }
                let span = left.span.to(whole);
                Expr {
                    kind: ExprKind::IsKnown {
                        known,
                        op_span: whole,
                        operand: Box::new(left),
                    },
                    span,
                }
            }
            _ => {
                let (op, meant) = if not.is_some() {
                    (CompareOp::Ne, "!=")
                } else {
                    (CompareOp::Eq, "==")
                };
                let op_span = Span::new(is_span.start, not.unwrap_or(is_span).end);
                let right = self.operand(what);
                if !matches!(right.kind, ExprKind::Error) {
                    let message = format!(
                        "two values are compared with `{meant}`; `is` asks whether a value is `known` or `missing`"
                    );
                    self.habit(syntax::IS_FOR_EQUALS, op_span, message, meant);
                }
                let span = left.span.to(right.span);
                Expr {
                    kind: ExprKind::Compare {
                        op,
                        op_span,
                        left: Box::new(left),
                        right: Box::new(right),
                    },
                    span,
                }
            }
        }
    }

    fn spelled_is(&mut self, whole: Span, known: bool) {
        let meant = if known { "is known" } else { "is missing" };
        let written = self.written(whole);
        let code = if written.eq_ignore_ascii_case(meant) {
            syntax::UPPER_CASE_WORD
        } else {
            syntax::COMPARED_WITH_MISSING
        };
        self.habit(
            code,
            whole,
            format!("`{written}` is written `{meant}`"),
            meant,
        );
    }

    /// SQL's `LIKE`: read as what its pattern says.
    pub(super) fn like(&mut self, left: Expr, negated: Option<Span>, pair: P<'_>) -> Expr {
        let (Some(word), operand) = Self::two(pair) else {
            return left;
        };
        let op_span = self.exact(&word);
        let right = self.right(operand, op_span);
        let pattern = match &right.kind {
            ExprKind::Str(parts) => match parts.as_slice() {
                [StrPart::Text(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        };
        let (op, meant, inner) = pattern
            .as_deref()
            .map_or((CompareOp::Contains, "contains", None), like_pattern);
        let mut edits = vec![(op_span, meant.to_owned())];
        let mut read = right;
        if let Some(inner) = inner {
            edits.push((read.span, format!("\"{}\"", escape(inner))));
            read.kind = ExprKind::Str(vec![StrPart::Text(inner.to_owned())]);
        }
        let word = self.written(op_span);
        self.push(
            SyntaxError::new(
                syntax::SQL_LIKE,
                op_span,
                format!("there is no `{word}`; this is said with `{meant}`"),
            )
            .edits(format!("write `{meant}`"), Applicability::Maybe, edits),
        );
        let span = left.span.to(read.span);
        let op = match (negated, op) {
            (None, op) => op,
            (Some(_), CompareOp::Eq) => CompareOp::Ne,
            (Some(not), op) => self.negative(op, not),
        };
        let op_span = negated.map_or(op_span, |not| not.to(op_span));
        Expr {
            kind: ExprKind::Compare {
                op,
                op_span,
                left: Box::new(left),
                right: Box::new(read),
            },
            span,
        }
    }
}

/// What a pattern of `LIKE` says: the operator, and the text without its `%`.
fn like_pattern(pattern: &str) -> (CompareOp, &'static str, Option<&str>) {
    let front = pattern.strip_prefix('%');
    let back = pattern.strip_suffix('%');
    let (op, meant, inner) = match (front, back) {
        (Some(_), Some(_)) if pattern.len() >= 2 => (
            CompareOp::Contains,
            "contains",
            &pattern[1..pattern.len() - 1],
        ),
        (Some(inner), _) => (CompareOp::EndsWith, "ends with", inner),
        (None, Some(inner)) => (CompareOp::StartsWith, "starts with", inner),
        (None, None) => (CompareOp::StartsWith, "starts with", pattern),
    };
    if inner.is_empty() || inner.contains(['%', '_']) {
        return (CompareOp::Contains, "contains", None);
    }
    (op, meant, Some(inner))
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('{', "\\{")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
}
