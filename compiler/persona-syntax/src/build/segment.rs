//! Segments and partitions: who is in them, and the ways other languages say it.

use persona_base::{Applicability, Span, syntax};

use super::decl::Parts;
use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{DeclKind, EnumValue, Expr, ExprKind, Stage};
use crate::grammar::Rule;

impl Builder<'_> {
    pub(super) fn segment(&mut self, parts: Parts, rest: Vec<P<'_>>, span: Span) -> DeclKind {
        let mut condition = None;
        let mut foreign = None;
        let mut colon = None;
        let mut params = parts.params;
        for inner in rest {
            match inner.as_rule() {
                Rule::segment_body => condition = self.segment_body(inner),
                Rule::late_params => params = self.late_params(&inner, parts.title.as_ref()),
                Rule::equals => foreign = Some(self.exact(&inner)),
                Rule::segment_head_junk if inner.as_str().trim_end() == ":" => {
                    colon = Some(self.span(&inner));
                }
                Rule::kw_when if colon.is_some() => {
                    let sign = colon.take().unwrap_or_default();
                    let message = "a segment has its condition in braces: `{ when … }`";
                    let end = Span::at(span.end);
                    self.push(SyntaxError::new(syntax::FOREIGN_BODY, sign, message).edits(
                        "write `{ when … }`",
                        Applicability::Maybe,
                        vec![(sign, " {".to_owned()), (end, " }".to_owned())],
                    ));
                }
                Rule::kw_when => {
                    let at = Span::at(self.exact(&inner).start);
                    self.push(
                        SyntaxError::new(syntax::EXPECTED_SIGN, at, "`{` is missing before `when`")
                            .label("expected here")
                            .edits(
                                "put the condition in braces",
                                Applicability::Maybe,
                                vec![(at, "{ ".to_owned()), (Span::at(span.end), " }".to_owned())],
                            ),
                    );
                }
                Rule::expr => {
                    let value = self.expr(inner);
                    if let Some(sign) = foreign.take() {
                        let edits = vec![
                            (sign, "{ when".to_owned()),
                            (Span::at(value.span.end), " }".to_owned()),
                        ];
                        self.push(
                            SyntaxError::new(
                                syntax::FOREIGN_BODY,
                                sign,
                                "a segment has its condition in braces: `{ when … }`",
                            )
                            .edits(
                                "write `{ when … }`",
                                Applicability::Always,
                                edits,
                            ),
                        );
                    }
                    condition = Some(value);
                }
                Rule::none => {
                    self.no_body(
                        &inner,
                        "the segment's condition is missing: `{ when … }`",
                        " { when }",
                    );
                    condition = Some(Expr {
                        kind: ExprKind::Error,
                        span: self.gap(&inner),
                    });
                }
                _ => self.junk(&inner, "expected `{ when … }`"),
            }
        }
        let condition = condition.unwrap_or(Expr {
            kind: ExprKind::Error,
            span: Span::at(span.end),
        });
        DeclKind::Segment {
            params,
            title: parts.title,
            condition,
        }
    }

    /// Parameters behind the title.
    fn late_params(&mut self, pair: &P<'_>, title: Option<&Expr>) -> Vec<crate::ast::Param> {
        let span = self.exact(pair);
        let message = "parameters stand right behind the name, before the title";
        let mut error = SyntaxError::new(syntax::MISPLACED_CLAUSE, span, message);
        if let Some(title) = title {
            let start =
                crate::scan::trim_end(self.source.as_bytes(), 0, title.span.start as usize) as u32;
            let edits = vec![
                (Span::at(start), self.written(span).to_owned()),
                (Span::new(title.span.end, span.end), String::new()),
            ];
            error = error.edits("move them before the title", Applicability::Always, edits);
        }
        self.push(error);
        super::first(pair).map_or_else(Vec::new, |params| self.params(params))
    }

    fn segment_body(&mut self, pair: P<'_>) -> Option<Expr> {
        let close = Span::at(self.brackets(&pair).1.start);
        let mut condition: Option<Expr> = None;
        let mut foreign = false;
        for inner in pair.into_inner() {
            let query = super::first(&inner).filter(|query| query.as_rule() == Rule::sql_query);
            match inner.as_rule() {
                Rule::segment_bare if query.is_some() => {
                    foreign = true;
                    let place = query.map_or(close, |query| self.span(&query));
                    let message = "a segment says who is meant with a condition, not with a query";
                    self.push(
                        SyntaxError::new(syntax::MISSING_WHEN, place, message)
                            .help("for example `when did Purchase in last 30d`"),
                    );
                }
                Rule::segment_when | Rule::segment_bare | Rule::segment_first => {
                    let bare = inner.as_rule() == Rule::segment_bare;
                    let place = self.span(&inner);
                    let found = self.segment_condition(inner, bare);
                    // `when when …`: the first one has no condition, which is said already.
                    let nothing = |found: &Expr| {
                        matches!(found.kind, ExprKind::Error) && found.span.is_empty()
                    };
                    if condition.as_ref().is_some_and(nothing) {
                        condition = Some(found);
                    } else if let Some(first) = &condition {
                        self.second_when(first.span, place, found.span);
                    } else {
                        condition = Some(found);
                    }
                }
                _ => {
                    condition = condition.map(super::expr::unfinished_value);
                    self.junk(
                        &inner,
                        "expected `}`: a segment has one condition behind `when`",
                    );
                }
            }
        }
        if condition.is_none() && !foreign {
            let error = SyntaxError::new(
                syntax::MISSING_WHEN,
                close,
                "the condition is missing: `when …`",
            )
            .label("expected here");
            self.push(error);
        }
        Some(condition.unwrap_or(Expr {
            kind: ExprKind::Error,
            span: close,
        }))
    }

    fn second_when(&mut self, first: Span, second: Span, condition: Span) {
        let length = crate::scan::word_end(self.written(second).as_bytes(), 0);
        let word = Span::new(second.start, second.start + length as u32);
        let mut error =
            SyntaxError::new(syntax::REPEATED_CLAUSE, word, "a segment has one condition")
                .secondary(first, "the first condition");
        if self.written(word) == "when" && !condition.is_empty() {
            error = error.fix(
                "join the conditions with `and`",
                Applicability::Maybe,
                word,
                "and",
            );
        }
        self.push(error);
    }

    /// `when a, b`: a comma for `and`.
    fn comma_and(&mut self, before: Expr, pair: P<'_>) -> Expr {
        let mut conditions = vec![before];
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::comma {
                let span = self.exact(&inner);
                let message = "conditions are joined with `and`, not with a comma";
                self.push(
                    SyntaxError::new(syntax::FOREIGN_SEPARATOR, span, message).fix(
                        "write `and`",
                        Applicability::Maybe,
                        span,
                        " and",
                    ),
                );
            } else {
                conditions.push(self.expr(inner));
            }
        }
        let last = conditions.last().map_or(Span::default(), |last| last.span);
        let span = conditions[0].span.to(last);
        Expr {
            kind: ExprKind::And(conditions),
            span,
        }
    }

    fn segment_condition(&mut self, pair: P<'_>, bare: bool) -> Expr {
        let mut condition = Expr {
            kind: ExprKind::Error,
            span: self.span(&pair),
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::when_colon => {
                    let span = self.exact(&inner);
                    self.push(
                        SyntaxError::new(
                            syntax::UNEXPECTED_TEXT,
                            span,
                            "no `:` stands behind `when`",
                        )
                        .fix("remove it", Applicability::Always, span, ""),
                    );
                }
                Rule::comma_and => condition = self.comma_and(condition, inner),
                Rule::when_word | Rule::if_word => {
                    let span = self.exact(&inner);
                    let written = inner.as_str();
                    let code = if written.eq_ignore_ascii_case("when") {
                        syntax::UPPER_CASE_WORD
                    } else {
                        syntax::MISSING_WHEN
                    };
                    self.habit(
                        code,
                        span,
                        format!("the condition stands behind `when`, not `{written}`"),
                        "when",
                    );
                }
                Rule::expr => condition = self.expr(inner),
                _ => {}
            }
        }
        if bare && !matches!(condition.kind, ExprKind::Error) {
            let at = Span::at(condition.span.start);
            self.push(
                SyntaxError::new(
                    syntax::MISSING_WHEN,
                    at,
                    "`when` is missing before the condition",
                )
                .label("expected here")
                .fix("add `when`", Applicability::Always, at, "when "),
            );
        }
        condition
    }

    pub(super) fn partition(&mut self, parts: Parts, rest: Vec<P<'_>>, span: Span) -> DeclKind {
        let mut stages = Vec::new();
        let mut otherwise: Option<(EnumValue, Span)> = None;
        let mut close = Span::at(span.end);
        let mut body = false;
        for inner in rest {
            match inner.as_rule() {
                Rule::partition_body => {
                    body = true;
                    close = Span::at(self.brackets(&inner).1.start);
                    for item in inner.into_inner() {
                        self.partition_item(item, &mut stages, &mut otherwise);
                    }
                }
                Rule::none => self.no_body(
                    &inner,
                    "the stages are missing: `{ stage when … otherwise rest }`",
                    " {}",
                ),
                _ => self.junk(&inner, "expected `{` and the stages"),
            }
        }
        let otherwise = match otherwise {
            Some((value, _)) => value,
            None => {
                if body {
                    self.push(
                        SyntaxError::new(
                            syntax::MISSING_OTHERWISE,
                            close,
                            "a partition ends with `otherwise` and its last stage",
                        )
                        .label("expected here")
                        .help("`otherwise` names the stage of everybody for whom no `when` holds"),
                    );
                }
                EnumValue {
                    doc: None,
                    name: super::text::no_name(close.start),
                    title: None,
                }
            }
        };
        DeclKind::Partition {
            title: parts.title,
            stages,
            otherwise,
        }
    }

    fn partition_item(
        &mut self,
        item: P<'_>,
        stages: &mut Vec<Stage>,
        otherwise: &mut Option<(EnumValue, Span)>,
    ) {
        let span = self.span(&item);
        match item.as_rule() {
            Rule::stage => {
                if let Some((_, last)) = otherwise {
                    let last = *last;
                    self.push(
                        SyntaxError::new(
                            syntax::MISPLACED_CLAUSE,
                            span,
                            "nobody can be in a stage behind `otherwise`",
                        )
                        .secondary(last, "this stage takes everybody who is left"),
                    );
                }
                stages.push(self.stage(item));
            }
            Rule::last_stage => {
                let value = self.last_stage(item);
                if let Some((_, first)) = otherwise {
                    let first = *first;
                    self.push(
                        SyntaxError::new(
                            syntax::REPEATED_CLAUSE,
                            span,
                            "a partition has one `otherwise`",
                        )
                        .secondary(first, "it stands here already"),
                    );
                } else {
                    *otherwise = Some((value, span));
                }
            }
            _ => self.junk(&item, "expected a stage: `name when …`"),
        }
    }

    fn stage(&mut self, pair: P<'_>) -> Stage {
        let doc = self.docs_before(&pair);
        let span = self.span(&pair);
        let mut stage = Stage {
            doc,
            name: super::text::no_name(span.start),
            title: None,
            condition: Expr {
                kind: ExprKind::Error,
                span: Span::at(span.end),
            },
            span,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::stage_name => stage.name = self.declared_name(&inner),
                Rule::value_title => stage.title = self.optional_title(inner),
                Rule::stage_colon => {
                    let place = self.exact(&inner);
                    let message = format!(
                        "a stage's condition stands behind `when`, not `{}`",
                        inner.as_str()
                    );
                    self.habit(syntax::MISSING_WHEN, place, message, "when");
                }
                Rule::none => self.missing(
                    &inner,
                    syntax::MISSING_WHEN,
                    "a stage has a condition: `name when …`",
                    Some(" when"),
                ),
                Rule::expr => stage.condition = self.expr(inner),
                Rule::stage_junk => self.junk(&inner, "expected the next stage"),
                _ => {}
            }
        }
        stage
    }

    fn last_stage(&mut self, pair: P<'_>) -> EnumValue {
        let doc = self.docs_before(&pair);
        let mut value = EnumValue {
            doc,
            name: super::text::no_name(self.span(&pair).end),
            title: None,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::word => value.name = self.declared_name(&inner),
                Rule::none => self.missing_name(&inner, "the name of the last stage"),
                Rule::value_title => value.title = self.optional_title(inner),
                Rule::other_stage => {
                    let span = self.exact(&inner);
                    let message = format!(
                        "the last stage stands behind `otherwise`, not `{}`",
                        inner.as_str()
                    );
                    self.habit(syntax::MISSING_OTHERWISE, span, message, "otherwise");
                }
                Rule::stage_junk if inner.as_str().starts_with("when") => {
                    let place = self.span(&inner);
                    let cut = Span::new(self.gap(&inner).start, place.end);
                    self.push(
                        SyntaxError::new(
                            syntax::UNEXPECTED_TEXT,
                            place,
                            "the last stage has no condition: it holds who is in no other",
                        )
                        .fix("remove it", Applicability::Maybe, cut, ""),
                    );
                }
                Rule::stage_junk => self.junk(&inner, "the last stage has no condition"),
                _ => {}
            }
        }
        value
    }
}
