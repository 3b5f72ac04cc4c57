//! `if`, `match`, and quantifiers over lists.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{Expr, ExprKind, MatchArm, Name, Pattern};
use crate::grammar::Rule;

impl Builder<'_> {
    /// `if c then a else if d then b else e`.
    pub(super) fn if_expr(&mut self, pair: P<'_>) -> Expr {
        let mut arms = Vec::new();
        let mut condition = None;
        let mut otherwise = None;
        let mut in_else = false;
        let start = self.exact(&pair).start;
        let mut end = start + 2;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr_c => condition = Some(self.expr(inner)),
                Rule::expr | Rule::block => {
                    let result = self.branch(inner);
                    end = result.span.end.max(end);
                    match condition.take() {
                        Some(condition) if !in_else => arms.push((condition, result)),
                        _ => otherwise = Some(result),
                    }
                }
                Rule::no_then => {
                    self.missing_sign(&inner, "`then` is missing: `if c then a else b`", " then");
                }
                Rule::kw_else => in_else = true,
                Rule::else_if => {
                    let arm = self.else_if(inner);
                    end = arm.1.span.end;
                    arms.push(arm);
                }
                Rule::no_else => {
                    let gap = self.gap(&inner);
                    end = gap.end;
                    self.missing(
                        &inner,
                        syntax::MISSING_ELSE,
                        "an `if` needs its `else`: `if c then a else b`",
                        None,
                    );
                    otherwise = Some(Expr {
                        kind: ExprKind::Error,
                        span: gap,
                    });
                }
                _ => {}
            }
        }
        let error = Expr {
            kind: ExprKind::Error,
            span: Span::at(end),
        };
        let otherwise = Box::new(otherwise.unwrap_or(error));
        Expr {
            kind: ExprKind::If { arms, otherwise },
            span: Span::new(start, end.max(start)),
        }
    }

    /// `CASE WHEN c THEN a ELSE b END`, read as what it means.
    pub(super) fn case_expr(&mut self, pair: P<'_>) -> Expr {
        let span = self.exact(&pair);
        let mut edits = Vec::new();
        let mut head = span;
        let (mut arms, mut condition, mut otherwise) = (Vec::new(), None, None);
        let mut in_else = false;
        for inner in pair.into_inner() {
            let place = self.exact(&inner);
            let word = match inner.as_rule() {
                Rule::case_when => {
                    head = place;
                    "if"
                }
                Rule::case_more => "else if",
                Rule::case_then => "then",
                Rule::case_else => {
                    in_else = true;
                    "else"
                }
                Rule::case_end => "",
                Rule::expr if in_else => {
                    otherwise = Some(self.expr(inner));
                    continue;
                }
                Rule::expr => {
                    let result = self.expr(inner);
                    arms.extend(condition.take().map(|condition| (condition, result)));
                    continue;
                }
                _ => {
                    condition = Some(self.expr(inner));
                    continue;
                }
            };
            edits.push((place, word.to_owned()));
        }
        let message = "a choice is written `if c then a else b`";
        let mut error = SyntaxError::new(syntax::QUESTION_MARK_CONDITION, head, message);
        let kind = match otherwise {
            Some(otherwise) => {
                error = error.edits("write `if … then … else …`", Applicability::Always, edits);
                let otherwise = Box::new(otherwise);
                ExprKind::If { arms, otherwise }
            }
            None => {
                error = error.help("it needs its `else` too: what holds when no condition does");
                ExprKind::Error
            }
        };
        self.push(error);
        Expr { kind, span }
    }

    /// `a if c else b`, read as what it means.
    pub(super) fn choice_behind(&mut self, result: Expr, pair: P<'_>) -> Expr {
        let mut word = Span::at(result.span.end);
        let mut exprs = Vec::new();
        for inner in self.chains(pair) {
            match inner {
                Ok(place) => word = if exprs.is_empty() { place } else { word },
                Err(expr) => exprs.push(expr),
            }
        }
        let mut exprs = exprs.into_iter();
        let (Some(condition), Some(otherwise)) = (exprs.next(), exprs.next()) else {
            return result;
        };
        let span = result.span.to(otherwise.span);
        let meant = format!(
            "if {} then {} else {}",
            self.written(condition.span),
            self.written(result.span),
            self.written(otherwise.span)
        );
        let message = "a choice is written `if c then a else b`";
        self.push(
            SyntaxError::new(syntax::QUESTION_MARK_CONDITION, word, message).fix(
                "write `if … then … else …`",
                Applicability::Always,
                span,
                meant,
            ),
        );
        Expr {
            kind: ExprKind::If {
                arms: vec![(condition, result)],
                otherwise: Box::new(otherwise),
            },
            span,
        }
    }

    fn else_if(&mut self, pair: P<'_>) -> (Expr, Expr) {
        let error = |at: u32| Expr {
            kind: ExprKind::Error,
            span: Span::at(at),
        };
        let mut condition = error(self.span(&pair).end);
        let mut result = error(condition.span.end);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_elseif => {
                    let span = self.exact(&inner);
                    self.habit(
                        syntax::ELSE_IF,
                        span,
                        format!("`{}` is written `else if`", inner.as_str()),
                        "else if",
                    );
                }
                Rule::expr_c => condition = self.expr(inner),
                Rule::expr | Rule::block => result = self.branch(inner),
                Rule::no_then => {
                    self.missing_sign(&inner, "`then` is missing: `else if c then a`", " then");
                }
                _ => {}
            }
        }
        (condition, result)
    }

    /// What an `if` gives: an expression, or one in braces as other languages write it.
    fn branch(&mut self, pair: P<'_>) -> Expr {
        if pair.as_rule() == Rule::expr {
            return self.expr(pair);
        }
        let span = self.exact(&pair);
        let (open, close) = self.brackets(&pair);
        let before_else = self.text[..pair.as_span().start()]
            .trim_end()
            .ends_with("else");
        let mut result = Expr {
            kind: ExprKind::Error,
            span,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expr => result = self.expr(inner),
                _ => self.junk(&inner, "expected `}`"),
            }
        }
        let then = if before_else {
            String::new()
        } else {
            "then".to_owned()
        };
        // The second pair of braces belongs to the first report.
        if before_else
            && let Some(last) = self.errors.last_mut()
            && last.code == syntax::FOREIGN_BODY
            && let Some(fix) = &mut last.fix
            && fix.title == "write it with `then` and `else`"
        {
            fix.edits.extend([(open, then), (close, String::new())]);
            result.span = Span::new(span.start, span.end);
            return result;
        }
        self.push(
            SyntaxError::new(
                syntax::FOREIGN_BODY,
                open,
                "an `if` is written without braces: `if c then a else b`",
            )
            .edits(
                "write it with `then` and `else`",
                Applicability::Always,
                vec![(open, then), (close, String::new())],
            ),
        );
        result.span = Span::new(span.start, span.end);
        result
    }

    /// `match e { gold => 1, otherwise => 0 }`.
    pub(super) fn match_expr(&mut self, pair: P<'_>) -> Expr {
        let span = self.span(&pair);
        let mut subject = Expr {
            kind: ExprKind::Error,
            span,
        };
        let mut arms = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::operand => subject = self.operand(inner),
                Rule::match_body => {
                    for arm in inner.into_inner() {
                        match arm.as_rule() {
                            Rule::arm => arms.push(self.arm(arm)),
                            _ => self.junk(&arm, "expected an arm: `value => result`"),
                        }
                    }
                }
                Rule::none => self.missing_sign(
                    &inner,
                    "`match` needs its arms: `match x { a => 1, otherwise => 0 }`",
                    " { }",
                ),
                _ => {}
            }
        }
        Expr {
            kind: ExprKind::Match {
                subject: Box::new(subject),
                arms,
            },
            span,
        }
    }

    fn arm(&mut self, pair: P<'_>) -> MatchArm {
        let span = self.span(&pair);
        let mut patterns = Vec::new();
        let mut result = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::pattern => patterns.push(self.pattern(inner)),
                Rule::kw_case => self.foreign_arm(
                    &inner,
                    "an arm starts with its value, without a word before it",
                    "",
                ),
                Rule::pattern_sep => self.foreign_arm(
                    &inner,
                    "several values of an arm are joined with `or`",
                    "or",
                ),
                Rule::kw_or => self.upper_case(&inner),
                Rule::arm_arrow => {
                    let message = format!(
                        "an arm is written `value => result`, not with `{}`",
                        inner.as_str()
                    );
                    self.foreign_arm(&inner, &message, "=>");
                }
                Rule::expr => result = Some(self.expr(inner)),
                Rule::arm_junk => self.junk(&inner, "expected a comma or the next arm"),
                Rule::none if result.is_none() && !patterns.is_empty() => {
                    self.missing_sign(&inner, "an arm needs its result: `value => result`", " => ");
                    result = Some(Expr {
                        kind: ExprKind::Error,
                        span: self.gap(&inner),
                    });
                }
                _ => {}
            }
        }
        let result = result.unwrap_or(Expr {
            kind: ExprKind::Error,
            span: Span::at(span.end),
        });
        MatchArm {
            patterns,
            result,
            span,
        }
    }

    fn foreign_arm(&mut self, pair: &P<'_>, message: &str, meant: &str) {
        let span = self.exact(pair);
        let title = if meant.is_empty() {
            "remove it".to_owned()
        } else {
            format!("write `{meant}`")
        };
        let text = if meant.is_empty() {
            String::new()
        } else {
            self.spaced(span, meant)
        };
        self.push(SyntaxError::new(syntax::FOREIGN_ARM, span, message).fix(
            title,
            Applicability::Always,
            span,
            text,
        ));
    }

    fn pattern(&mut self, pair: P<'_>) -> Pattern {
        let span = self.span(&pair);
        let Some(inner) = pair.into_inner().next() else {
            return Pattern::Otherwise(span);
        };
        match inner.as_rule() {
            Rule::kw_otherwise => Pattern::Otherwise(span),
            Rule::kw_missing => Pattern::Missing(span),
            Rule::other_word => {
                let message = format!(
                    "what remains is called `otherwise`, not `{}`",
                    inner.as_str()
                );
                self.foreign_arm(&inner, &message, "otherwise");
                Pattern::Otherwise(span)
            }
            _ => Pattern::Value(self.operand(inner)),
        }
    }

    /// `any item in items where …`.
    pub(super) fn quantifier(&mut self, pair: P<'_>) -> Expr {
        let span = self.span(&pair);
        let mut all = false;
        let mut no_in = None;
        let mut var = Name {
            text: String::new(),
            span,
        };
        let mut list = None;
        let mut condition = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_all => all = true,
                Rule::q_var => var = self.expect_name(&inner, "a name for the element"),
                Rule::operand => list = Some(self.operand(inner)),
                Rule::no_in => no_in = Some(self.gap(&inner)),
                Rule::none => self.missing_sign(
                    &inner,
                    "`in` and a list are missing: `any item in items where …`",
                    " in ",
                ),
                Rule::kw_where => self.upper_case(&inner),
                Rule::expr | Rule::expr_c => condition = Some(self.expr(inner)),
                _ => {}
            }
        }
        if let Some(gap) = no_in {
            let message = "`in` is missing: `any item in items where …`";
            self.push(
                SyntaxError::new(syntax::EXPECTED_SIGN, gap, message)
                    .label("expected here")
                    .fix("add `in`", Applicability::Always, gap, " in"),
            );
        }
        let list = list.unwrap_or(Expr {
            kind: ExprKind::Error,
            span: Span::at(var.span.end),
        });
        let kind = ExprKind::Quantifier {
            all,
            var,
            list: Box::new(list),
            condition: condition.map(Box::new),
        };
        Expr { kind, span }
    }
}
