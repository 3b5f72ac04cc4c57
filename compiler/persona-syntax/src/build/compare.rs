//! What stands behind an operand: comparisons, `is known`, `in`, windows, `between`, `contains`, and the ways other
//! languages say them.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{CompareOp, Expr, ExprKind, Literal, Window, WindowKind};
use crate::grammar::Rule;

impl Builder<'_> {
    /// Applies what stands behind an operand. Several in a row are a chain such as `a < b < c`.
    pub(super) fn tails(&mut self, head: Expr, tails: Vec<P<'_>>) -> Expr {
        let mut tails = self.grouped(tails).into_iter();
        let Some((negated, tail)) = tails.next() else {
            return head;
        };
        if negated.is_none()
            && tail.as_rule() == Rule::in_window
            && is_condition(&head)
            && self.late_window(tail.clone()).is_some()
        {
            return head;
        }
        let mut results = vec![self.tail(head, negated, tail)];
        for (negated, tail) in tails {
            if negated.is_none()
                && tail.as_rule() == Rule::in_window
                && self.late_window(tail.clone()).is_some()
            {
                continue;
            }
            if results.last().is_some_and(lacks_its_right) {
                // `a >= >= b`: that a value is missing is said already.
                self.tail(
                    Expr {
                        kind: ExprKind::Error,
                        span: self.span(&tail),
                    },
                    negated,
                    tail,
                );
                continue;
            }
            if matches!(
                results.last().map(|last| &last.kind),
                Some(ExprKind::Aggregate { .. })
            ) {
                // Its window was moved into it: what follows compares its answer.
                let left = results.remove(results.len() - 1);
                let next = self.tail(left, negated, tail);
                results.push(next);
                continue;
            }
            let place = self.span(&tail);
            let previous = &results[results.len() - 1];
            let shared = match &previous.kind {
                ExprKind::Compare { right, .. } => Some(shared_side(right)),
                _ => None,
            };
            let mut error = SyntaxError::new(
                syntax::CHAINED_COMPARISON,
                previous.span.to(place),
                "comparisons do not chain: each has two sides",
            );
            if let Some(shared) = &shared {
                let text = format!(" and {}", self.written(shared.span));
                let at = Span::at(shared.span.end);
                error = error.edits(
                    "join two comparisons with `and`",
                    Applicability::Maybe,
                    vec![(at, text)],
                );
            }
            self.push(error);
            let left = match shared {
                Some(shared) => shared,
                None => results.pop().unwrap_or(Expr {
                    kind: ExprKind::Error,
                    span: place,
                }),
            };
            let next = self.tail(left, negated, tail);
            results.push(next);
        }
        if results.len() == 1 {
            return results.remove(0);
        }
        let span = results[0].span.to(results[results.len() - 1].span);
        Expr {
            kind: ExprKind::And(results),
            span,
        }
    }

    /// Joins each `not` with the operator behind it.
    fn grouped<'a>(&mut self, tails: Vec<P<'a>>) -> Vec<(Option<Span>, P<'a>)> {
        let mut grouped = Vec::with_capacity(tails.len());
        let mut negated = None;
        let mut tails = tails.into_iter().peekable();
        while let Some(tail) = tails.next() {
            if tail.as_rule() == Rule::needless_is {
                self.needless_is(&tail);
            } else if tail.as_rule() == Rule::tail_not {
                negated = Some(self.exact(&tail));
                self.tail_not(&tail, tails.peek());
            } else {
                grouped.push((negated.take(), tail));
            }
        }
        grouped
    }

    /// `NOT`, and `does not contain`.
    fn tail_not(&mut self, not: &P<'_>, next: Option<&P<'_>>) {
        if not.as_str() == "NOT" {
            self.upper_case(not);
        } else if not.as_str() != "not" {
            let span = self.exact(not);
            let op = next.and_then(super::first);
            let op = op.filter(|op| op.as_rule() == Rule::word_op);
            match op {
                Some(op) => {
                    let (_, meant) = word_operator(op.as_str());
                    let whole = span.to(self.exact(&op));
                    let written = self.written(whole);
                    let message = format!("`{written}` is written `not {meant}`");
                    self.habit(
                        syntax::WORDS_RUN_TOGETHER,
                        whole,
                        message,
                        &format!("not {meant}"),
                    );
                }
                None => self.habit(
                    syntax::WORDS_RUN_TOGETHER,
                    span,
                    "this is said with `not`",
                    "not",
                ),
            }
        }
    }

    fn tail(&mut self, left: Expr, negated: Option<Span>, pair: P<'_>) -> Expr {
        match pair.as_rule() {
            Rule::cmp => self.comparison(left, pair),
            Rule::is_tail => self.is_tail(left, pair),
            Rule::one_of_set => self.one_of(left, pair),
            Rule::exists_tail => self.exists(left, &pair),
            Rule::in_window => self.in_window(left, negated, pair),
            Rule::in_set => self.in_set(left, negated, pair),
            Rule::between => self.between(left, negated, pair),
            Rule::word_cmp => self.word_comparison(left, negated, pair),
            Rule::like => self.like(left, negated, pair),
            _ => left,
        }
    }

    /// The operator's pair and the operand behind it.
    pub(super) fn two<'a>(pair: P<'a>) -> (Option<P<'a>>, Option<P<'a>>) {
        let mut inner = pair.into_inner();
        (inner.next(), inner.next())
    }

    pub(super) fn right(&mut self, operand: Option<P<'_>>, after: Span) -> Expr {
        operand.map_or(
            Expr {
                kind: ExprKind::Error,
                span: Span::at(after.end),
            },
            |operand| self.operand(operand),
        )
    }

    fn comparison(&mut self, left: Expr, pair: P<'_>) -> Expr {
        let (Some(op_pair), operand) = Self::two(pair) else {
            return left;
        };
        let op_span = self.exact(&op_pair);
        let text = op_pair.as_str();
        if let Some(missing) = operand.as_ref().and_then(only_missing) {
            return self.compared_with_missing(left, op_span, text, self.exact(&missing));
        }
        if let Some(words) = super::words::worded(text) {
            let right = self.right(operand, op_span);
            return self.worded_comparison(left, op_span, words, right);
        }
        let (op, meant) = symbol(text);
        if text != meant {
            let (code, message) = if text == "=" {
                (
                    syntax::SINGLE_EQUALS,
                    "two values are compared with `==`".to_owned(),
                )
            } else {
                (
                    syntax::FOREIGN_COMPARISON,
                    format!("`{text}` is written `{meant}`"),
                )
            };
            let fixed = if text == "=" {
                self.spaced(op_span, meant)
            } else {
                meant.to_owned()
            };
            self.push(SyntaxError::new(code, op_span, message).fix(
                format!("write `{meant}`"),
                Applicability::Always,
                op_span,
                fixed,
            ));
        }
        let right = self.right(operand, op_span);
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

    pub(super) fn in_set(&mut self, left: Expr, negated: Option<Span>, pair: P<'_>) -> Expr {
        let (Some(word), set) = Self::two(pair) else {
            return left;
        };
        self.upper_case(&word);
        let in_span = self.exact(&word);
        let op_span = negated.map_or(in_span, |not| not.to(in_span));
        let set = self.right(set, in_span);
        let span = left.span.to(set.span);
        if let ExprKind::Literal(Literal::Duration(_) | Literal::Period { .. }) = set.kind {
            return self.in_length(left, negated, in_span, set);
        }
        let kind = ExprKind::In {
            negated: negated.is_some(),
            op_span,
            operand: Some(Box::new(left)),
            set: Box::new(set),
        };
        Expr { kind, span }
    }

    /// `in 14d`: the last or the next ones.
    fn in_length(&mut self, left: Expr, negated: Option<Span>, word: Span, length: Expr) -> Expr {
        let written = self.written(length.span);
        let message = format!("`in {written}` does not say which way: the last, or the next");
        self.push(
            SyntaxError::new(syntax::WINDOW_WORDS, word, message)
                .help(format!("say `in last {written}` or `in next {written}`"))
                .fix("write `in last`", Applicability::Maybe, word, "in last"),
        );
        let span = left.span.to(length.span);
        let window = Window {
            span: word.to(length.span),
            kind: WindowKind::Last(Box::new(length)),
        };
        Expr {
            kind: ExprKind::InWindow {
                negated: negated.is_some(),
                operand: Box::new(left),
                window,
            },
            span,
        }
    }

    fn in_window(&mut self, left: Expr, negated: Option<Span>, pair: P<'_>) -> Expr {
        let Some(window) = pair.into_inner().next().map(|window| self.window(window)) else {
            return left;
        };
        let span = left.span.to(window.span);
        if matches!(&left.kind, ExprKind::Aggregate { .. }) {
            return self.window_outside(left, &window);
        }
        Expr {
            kind: ExprKind::InWindow {
                negated: negated.is_some(),
                operand: Box::new(left),
                window,
            },
            span,
        }
    }

    /// `sum(Purchase.total) in last 30d`: the window belongs into the parentheses.
    fn window_outside(&mut self, left: Expr, window: &Window) -> Expr {
        let written = self.written(window.span);
        let edits = vec![
            (Span::at(left.span.end - 1), format!(" {written}")),
            (Span::new(left.span.end, window.span.end), String::new()),
        ];
        let message = "the window of a question stands inside its parentheses";
        self.push(
            SyntaxError::new(syntax::MISPLACED_CLAUSE, window.span, message)
                .secondary(left.span, "the question")
                .edits("move it inside", Applicability::Always, edits),
        );
        left
    }

    fn between(&mut self, left: Expr, negated: Option<Span>, pair: P<'_>) -> Expr {
        let mut ends = Vec::new();
        let mut op_span = Span::default();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::operand => ends.push(self.operand(inner)),
                Rule::kw_between => {
                    op_span = self.exact(&inner);
                    self.upper_case(&inner);
                }
                Rule::kw_and => {
                    if inner.as_str() == "AND" {
                        self.upper_case(&inner);
                    }
                }
                _ => {
                    self.missing_sign(&inner, "`between` has two ends: `between a and b`", " and ");
                    ends.push(Expr {
                        kind: ExprKind::Error,
                        span: self.gap(&inner),
                    });
                }
            }
        }
        let error = |at: u32| Expr {
            kind: ExprKind::Error,
            span: Span::at(at),
        };
        let mut ends = ends.into_iter();
        let low = ends.next().unwrap_or_else(|| error(op_span.end));
        let high = ends.next().unwrap_or_else(|| error(low.span.end));
        let span = left.span.to(high.span);
        let op_span = negated.map_or(op_span, |not| not.to(op_span));
        let kind = ExprKind::Between {
            negated: negated.is_some(),
            op_span,
            operand: Box::new(left),
            low: Box::new(low),
            high: Box::new(high),
        };
        Expr { kind, span }
    }

    fn word_comparison(&mut self, left: Expr, negated: Option<Span>, pair: P<'_>) -> Expr {
        let mut op = CompareOp::Contains;
        let mut op_span = Span::default();
        let mut all = None;
        let mut right = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::word_op => {
                    op_span = self.exact(&inner);
                    op = self.word_op(&inner);
                }
                Rule::set_any => all = Some((false, self.some_of(&inner, "any"))),
                Rule::set_all => all = Some((true, self.some_of(&inner, "all"))),
                _ => right = Some(self.operand(inner)),
            }
        }
        let right = right.unwrap_or(Expr {
            kind: ExprKind::Error,
            span: Span::at(op_span.end),
        });
        let span = left.span.to(right.span);
        let (left, right) = (Box::new(left), Box::new(right));
        let whole = negated.map_or(op_span, |not| not.to(op_span));
        if let Some((all, word)) = all
            && op == CompareOp::Contains
        {
            let op_span = whole.to(word);
            return Expr {
                kind: ExprKind::ContainsSet {
                    all,
                    negated: negated.is_some(),
                    op_span,
                    left,
                    right,
                },
                span,
            };
        }
        let op = match negated {
            None => op,
            Some(not) => self.negative(op, not),
        };
        Expr {
            kind: ExprKind::Compare {
                op,
                op_span: whole,
                left,
                right,
            },
            span,
        }
    }

    /// `any of`, `one of` behind `contains`.
    fn some_of(&mut self, pair: &P<'_>, meant: &str) -> Span {
        let span = self.span(pair);
        let written = self.written(span);
        if written != meant {
            let message = format!("`{written}` is written `{meant}`");
            self.habit(syntax::WORDS_RUN_TOGETHER, span, message, meant);
        }
        span
    }

    fn word_op(&mut self, pair: &P<'_>) -> CompareOp {
        let text = pair.as_str();
        let (op, meant) = word_operator(text);
        let words: Vec<&str> = text.split_whitespace().collect();
        // `does not contain` is reported as a whole.
        let negated = matches!(words[0], "contain" | "start" | "end" | "begin")
            && self.text[..pair.as_span().start()]
                .trim_end()
                .ends_with("not");
        if words.join(" ") != meant && !negated {
            let span = self.exact(pair);
            self.habit(
                syntax::WORDS_RUN_TOGETHER,
                span,
                format!("`{text}` is written `{meant}`"),
                meant,
            );
        }
        op
    }

    pub(super) fn negative(&mut self, op: CompareOp, not: Span) -> CompareOp {
        match op {
            CompareOp::Contains => CompareOp::NotContains,
            CompareOp::StartsWith => CompareOp::NotStartsWith,
            CompareOp::EndsWith => CompareOp::NotEndsWith,
            CompareOp::Matches => CompareOp::NotMatches,
            other => {
                let word = if other == CompareOp::Before {
                    "before"
                } else {
                    "after"
                };
                let message =
                    format!("`not` stands before the whole condition: `not (a {word} b)`");
                self.push(SyntaxError::new(syntax::UNEXPECTED_TEXT, not, message));
                other
            }
        }
    }
}

/// Whether something in parentheses can only be a condition.
fn is_condition(expr: &Expr) -> bool {
    let ExprKind::Paren(inner) = &expr.kind else {
        return false;
    };
    matches!(
        inner.kind,
        ExprKind::Compare { .. }
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Not { .. }
            | ExprKind::IsKnown { .. }
            | ExprKind::In { .. }
            | ExprKind::Between { .. }
    )
}

/// Whether nothing stands on a comparison's right.
fn lacks_its_right(expr: &Expr) -> bool {
    let ExprKind::Compare { right, .. } = &expr.kind else {
        return false;
    };
    matches!(right.kind, ExprKind::Error) && right.span.is_empty()
}

/// The side that two chained comparisons share. A long one is not copied: chains inside chains would double the tree at
/// each level.
fn shared_side(side: &Expr) -> Expr {
    if side.span.len() <= 40 {
        side.clone()
    } else {
        Expr {
            kind: ExprKind::Error,
            span: side.span,
        }
    }
}

/// The operator that words stand for, and how it is written.
fn word_operator(text: &str) -> (CompareOp, &'static str) {
    match text {
        "before" => (CompareOp::Before, "before"),
        "after" => (CompareOp::After, "after"),
        "matches" => (CompareOp::Matches, "matches"),
        _ if text.starts_with("start") || text.starts_with("begin") => {
            (CompareOp::StartsWith, "starts with")
        }
        _ if text.starts_with("end") => (CompareOp::EndsWith, "ends with"),
        _ => (CompareOp::Contains, "contains"),
    }
}

/// The operator that a sign stands for, and how it is written.
fn symbol(text: &str) -> (CompareOp, &'static str) {
    match text {
        "!=" | "<>" | "!==" => (CompareOp::Ne, "!="),
        "=~" => (CompareOp::EqFold, "=~"),
        "<" => (CompareOp::Lt, "<"),
        "<=" | "=<" => (CompareOp::Le, "<="),
        ">" => (CompareOp::Gt, ">"),
        ">=" | "=>" => (CompareOp::Ge, ">="),
        _ => (CompareOp::Eq, "=="),
    }
}

/// The word `missing` or `null` when an operand is nothing else.
fn only_missing<'a>(operand: &P<'a>) -> Option<P<'a>> {
    let mut inner = operand.clone().into_inner();
    let word = inner.next()?;
    (matches!(word.as_rule(), Rule::kw_missing | Rule::null_word) && inner.next().is_none())
        .then_some(word)
}
