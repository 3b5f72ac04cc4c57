//! `experiment` and `exclusive`.

use persona_base::{Applicability, Span, syntax};

use super::super::text::no_name;
use super::super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{Arm, DeclKind, ExperimentClause, Expr};
use crate::grammar::Rule;
use crate::scan::clauses::Block;

impl Builder<'_> {
    pub(super) fn experiment(&mut self, rest: Vec<P<'_>>) -> DeclKind {
        let mut clauses = Vec::new();
        let body = self.body(
            rest,
            Rule::experiment_body,
            "the experiment's clauses are missing: `{ on …  arms { … } }`",
            "expected `{` and the clauses",
        );
        for inner in body.into_iter().flat_map(P::into_inner) {
            clauses.extend(self.experiment_clause(inner));
        }
        DeclKind::Experiment { clauses }
    }

    fn experiment_clause(&mut self, pair: P<'_>) -> Option<ExperimentClause> {
        let span = self.clause_span(&pair);
        Some(match pair.as_rule() {
            Rule::e_on => self.experiment_on(pair, span),
            Rule::e_arms => self.arms(pair, span),
            Rule::e_holdout => {
                let share = self.one_value(pair, "`holdout`");
                ExperimentClause::Holdout {
                    share: self.share(share),
                    span,
                }
            }
            Rule::e_goal => self.goal(pair, span),
            Rule::e_hash => {
                let mut name = no_name(span.end);
                for inner in pair.into_inner().skip(1) {
                    match inner.as_rule() {
                        Rule::some_name => name = self.expect_name(&inner, "the name of a hash"),
                        _ => self.leftover(&inner, "`hash`"),
                    }
                }
                ExperimentClause::Hash { name, span }
            }
            Rule::e_salt => self.salt(pair, span),
            Rule::e_layer => self.layer(pair, span),
            _ => {
                self.stray(&pair, Block::Experiment);
                return None;
            }
        })
    }

    fn experiment_on(&mut self, pair: P<'_>, span: Span) -> ExperimentClause {
        let mut names = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_on => {}
                Rule::some_name => {
                    names.push(self.expect_name(&inner, "the name of a trigger or a content"));
                }
                Rule::across_sep => self.list_separator(&inner),
                _ => self.leftover(&inner, "`on`"),
            }
        }
        ExperimentClause::On { names, span }
    }

    fn arms(&mut self, pair: P<'_>, span: Span) -> ExperimentClause {
        let mut arms = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_arms => self.word_habit(&inner, "arms", "what is compared stands behind"),
                Rule::colon_filler => {
                    self.needless(&inner, "the arms stand in braces: `arms { a, b }`");
                }
                Rule::arms_body => arms = self.arms_body(inner),
                Rule::none => {
                    self.missing_sign(&inner, "the arms are missing: `arms { a, b }`", " {}");
                }
                _ => self.leftover(&inner, "`arms`"),
            }
        }
        ExperimentClause::Arms { arms, span }
    }

    fn arms_body(&mut self, pair: P<'_>) -> Vec<Arm> {
        let (open, close) = self.brackets(&pair);
        if self.written(open) == "[" {
            let edits = vec![(open, "{".to_owned()), (close, "}".to_owned())];
            self.push(
                SyntaxError::new(
                    syntax::FOREIGN_CLAUSE,
                    open,
                    "the arms stand in braces: `arms { a, b }`",
                )
                .edits("write `{…}`", Applicability::Always, edits),
            );
        }
        let mut arms = Vec::new();
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::e_arm {
                arms.push(self.experiment_arm(inner));
            } else {
                self.junk(&inner, "expected an arm: a name, and its share");
            }
        }
        arms
    }

    fn experiment_arm(&mut self, pair: P<'_>) -> Arm {
        let doc = self.docs_before(&pair);
        let span = self.clause_span(&pair);
        let mut arm = Arm {
            doc,
            name: no_name(span.start),
            weight: None,
            span,
        };
        let mut signs: Option<Span> = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::word => arm.name = self.declared_name(&inner),
                Rule::arm_sign | Rule::arm_weight_word => {
                    let place = self.exact(&inner);
                    signs = Some(signs.map_or(place, |signs| signs.to(place)));
                }
                Rule::arm_share => {
                    let value = self.operand(inner);
                    arm.weight = Some(self.share(value));
                }
                _ => self.junk(&inner, "expected a comma or the next arm"),
            }
        }
        if let Some(signs) = signs {
            let end = arm
                .weight
                .as_ref()
                .map_or(signs.end, |weight| weight.span.start);
            let cut = Span::new(arm.name.span.end, end);
            let text = if arm.weight.is_some() { " " } else { "" };
            self.push(
                SyntaxError::new(
                    syntax::FOREIGN_CLAUSE,
                    signs,
                    "an arm's share stands right behind its name: `control 50%`",
                )
                .fix("leave it out", Applicability::Always, cut, text),
            );
        }
        arm
    }

    fn goal(&mut self, pair: P<'_>, span: Span) -> ExperimentClause {
        let mut query = None;
        let mut within: Option<Expr> = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_goal => {
                    self.word_habit(&inner, "goal", "what counts as success stands behind");
                }
                Rule::on_event => query = Some(self.event_question(inner)),
                Rule::goal_within => within = Some(self.last_expr(inner)),
                Rule::q_where | Rule::q_window => {
                    let place = self.span(&inner);
                    let text = self.written(place).to_owned();
                    let mut error = SyntaxError::new(
                        syntax::MISPLACED_CLAUSE,
                        place,
                        "which events count stands before `within`",
                    );
                    if let (Some(query), Some(_)) = (&query, &within) {
                        let cut = Span::new(self.gap(&inner).start, place.end);
                        error = error.edits(
                            "move it before `within`",
                            Applicability::Always,
                            vec![
                                (Span::at(query.span.end), format!(" {text}")),
                                (cut, String::new()),
                            ],
                        );
                    }
                    self.push(error);
                    if inner.as_rule() == Rule::q_where {
                        let condition = self.last_expr(inner);
                        if let Some(query) = query.as_mut().filter(|q| q.condition.is_none()) {
                            query.condition = Some(Box::new(condition));
                        }
                    } else {
                        let window = self.query_window(inner);
                        if let Some(query) = query.as_mut().filter(|q| q.window.is_none()) {
                            query.window = Some(window);
                        }
                    }
                }
                _ => self.leftover(&inner, "`goal`"),
            }
        }
        ExperimentClause::Goal {
            query: query.unwrap_or(crate::ast::Query {
                kinds: Vec::new(),
                any_event: false,
                path: Vec::new(),
                alias: None,
                window: None,
                condition: None,
                span: Span::at(span.end),
            }),
            within,
            span,
        }
    }

    fn salt(&mut self, pair: P<'_>, span: Span) -> ExperimentClause {
        let mut salt = self.error_expr(span.end);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_salt => {}
                Rule::colon_filler => {
                    self.needless(&inner, "the text stands right behind: `salt \"v2\"`");
                }
                Rule::string | Rule::multi | Rule::raw_string => salt = self.text_expr(inner),
                Rule::none => self.missing(
                    &inner,
                    syntax::EXPECTED_VALUE,
                    "a text is missing: `salt \"v2\"`",
                    None,
                ),
                _ => self.leftover(&inner, "`salt`"),
            }
        }
        ExperimentClause::Salt { salt, span }
    }

    fn layer(&mut self, pair: P<'_>, span: Span) -> ExperimentClause {
        let mut name = no_name(span.end);
        let mut bounds = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_layer => {}
                Rule::some_name => name = self.expect_name(&inner, "the name of a layer"),
                Rule::quiet_from => self.needless(
                    &inner,
                    "a part of a layer is written `layer checkout 0% to 40%`",
                ),
                Rule::bound_value => {
                    let value = self.operand(inner);
                    bounds.push(self.share(value));
                }
                Rule::range_to => {
                    self.word_habit(&inner, "to", "the end of the part stands behind");
                }
                Rule::none => {
                    self.missing_sign(&inner, "`to` is missing: `layer checkout 0% to 40%`", " to");
                }
                _ => self.leftover(&inner, "`layer`"),
            }
        }
        let mut bounds = bounds.into_iter();
        let range = bounds.next().zip(bounds.next());
        ExperimentClause::Layer { name, range, span }
    }

    pub(super) fn exclusive(&mut self, rest: Vec<P<'_>>) -> DeclKind {
        let mut segments = Vec::new();
        let body = self.body(
            rest,
            Rule::exclusive_body,
            "the segments are missing: `exclusive { a, b }`",
            "expected `{` and the segments",
        );
        for inner in body.into_iter().flat_map(P::into_inner) {
            match inner.as_rule() {
                Rule::exclusive_item => segments.push(self.operand(inner)),
                Rule::exclusive_sep => self.list_separator(&inner),
                _ => self.junk(&inner, "expected a segment, a comma, or `}`"),
            }
        }
        DeclKind::Exclusive { segments }
    }
}
