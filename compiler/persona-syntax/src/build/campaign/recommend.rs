//! `recommend`: what is shown to whom, in which order.

use persona_base::{Applicability, Span, syntax};

use super::super::decl::Parts;
use super::super::text::no_name;
use super::super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{DeclKind, ExprKind, Fallback, QueryArg, RankKey, RecommendClause, RecommendDecl};
use crate::grammar::Rule;
use crate::scan::clauses::Block;

impl Builder<'_> {
    pub(super) fn recommend(&mut self, parts: Parts, rest: Vec<P<'_>>) -> DeclKind {
        let mut decl = RecommendDecl {
            params: parts.params,
            ty: None,
            clauses: Vec::new(),
        };
        let mut body_parts = Vec::new();
        for inner in rest {
            match inner.as_rule() {
                Rule::r#type => decl.ty = Some(self.type_expr(inner)),
                Rule::trait_arrow => {
                    let span = self.exact(&inner);
                    self.habit(
                        syntax::EXPECTED_SIGN,
                        span,
                        "the type of a recommendation stands behind `:`",
                        ":",
                    );
                }
                _ => body_parts.push(inner),
            }
        }
        if let Some(title) = &parts.title {
            self.push(
                SyntaxError::new(
                    syntax::UNEXPECTED_TEXT,
                    title.span,
                    "a recommendation has no title",
                )
                .help("what it is for is said in a `///` comment before it"),
            );
        }
        let body = self.body(
            body_parts,
            Rule::recommend_body,
            "the recommendation's clauses are missing: `{ from … }`",
            "expected `{` and the clauses",
        );
        for inner in body.into_iter().flat_map(P::into_inner) {
            decl.clauses.extend(self.recommend_clause(inner));
        }
        self.recommend_order(&decl.clauses);
        DeclKind::Recommend(decl)
    }

    fn recommend_clause(&mut self, pair: P<'_>) -> Option<RecommendClause> {
        let span = self.clause_span(&pair);
        Some(match pair.as_rule() {
            Rule::r_from => {
                let mut catalog = no_name(span.end);
                for inner in pair.into_inner().skip(1) {
                    match inner.as_rule() {
                        Rule::some_name => {
                            catalog = self.expect_name(&inner, "the name of a catalog");
                        }
                        _ => self.leftover(&inner, "`from`"),
                    }
                }
                RecommendClause::From { catalog, span }
            }
            Rule::r_where => {
                if let Some(word) = pair.clone().into_inner().next() {
                    self.word_habit(&word, "where", "what may be shown stands behind");
                }
                RecommendClause::Where {
                    condition: self.one_value(pair, "`where`"),
                    span,
                }
            }
            Rule::r_exclude => RecommendClause::Exclude {
                what: self.exclude(pair),
                span,
            },
            Rule::r_rank => RecommendClause::RankBy {
                keys: self.rank(pair),
                span,
            },
            Rule::r_take => {
                if let Some(word) = pair.clone().into_inner().next() {
                    self.word_habit(&word, "take", "how many stands behind");
                }
                RecommendClause::Take {
                    count: self.one_value(pair, "`take`"),
                    span,
                }
            }
            Rule::r_otherwise => RecommendClause::Otherwise {
                fallback: self.fallback(pair),
                span,
            },
            _ => {
                self.stray(&pair, Block::Recommend);
                return None;
            }
        })
    }

    fn exclude(&mut self, pair: P<'_>) -> QueryArg {
        let mut what = QueryArg::Expr(self.error_expr(self.clause_span(&pair).end));
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_exclude => {}
                Rule::exclude_filler => {
                    self.needless(&inner, "what is left out stands right behind `exclude`");
                }
                Rule::query => what = QueryArg::Query(self.query(inner)),
                Rule::expr => what = QueryArg::Expr(self.expr(inner)),
                _ => self.leftover(&inner, "`exclude`"),
            }
        }
        what
    }

    fn rank(&mut self, pair: P<'_>) -> Vec<RankKey> {
        let mut keys = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_rank => self.word_habit(&inner, "rank", "the order starts with"),
                Rule::kw_by => self.upper_case(&inner),
                Rule::none => {
                    self.missing_sign(&inner, "`by` is missing: `rank by price asc`", " by");
                }
                Rule::rank_key => keys.push(self.rank_key(inner)),
                _ => self.leftover(&inner, "`rank by`"),
            }
        }
        keys
    }

    fn rank_key(&mut self, pair: P<'_>) -> RankKey {
        let span = self.span(&pair);
        let mut value = self.error_expr(span.end);
        let mut descending = false;
        let mut way = false;
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::operand {
                value = self.operand(inner);
                continue;
            }
            way = true;
            let meant = if inner.as_str().to_ascii_lowercase().starts_with("desc") {
                "desc"
            } else {
                "asc"
            };
            descending = meant == "desc";
            self.word_habit(&inner, meant, "the way is written");
        }
        if let ExprKind::Neg { count: 1, operand } = &mut value.kind {
            let inner = std::mem::replace(
                &mut **operand,
                crate::ast::Expr {
                    kind: ExprKind::Error,
                    span,
                },
            );
            let sign = Span::new(value.span.start, inner.span.start);
            let (at, turned) = if way {
                let word = Span::new(inner.span.end, span.end);
                (word, if descending { " asc" } else { " desc" })
            } else {
                (Span::at(inner.span.end), " desc")
            };
            descending = !descending;
            self.push(
                SyntaxError::new(
                    syntax::FOREIGN_CLAUSE,
                    sign,
                    "the greatest comes first with `desc`, not with a minus sign",
                )
                .edits(
                    format!("write `{turned}`"),
                    Applicability::Always,
                    vec![(sign, String::new()), (at, turned.to_owned())],
                ),
            );
            value = inner;
        }
        RankKey {
            value,
            descending,
            span,
        }
    }

    fn fallback(&mut self, pair: P<'_>) -> Fallback {
        let mut fallback = Fallback::Error;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_otherwise => {}
                Rule::other_variant => self.other_word(&inner, "what stands in"),
                Rule::fallback_skip => {
                    let mut reason = None;
                    for part in inner.into_inner() {
                        match part.as_rule() {
                            Rule::reason => reason = self.inner_text(part),
                            Rule::none => self.missing(
                                &part,
                                syntax::EXPECTED_VALUE,
                                "a skip says why: `otherwise skip \"reason\"`",
                                None,
                            ),
                            _ => {}
                        }
                    }
                    fallback = Fallback::Skip(reason);
                }
                Rule::expr => {
                    let value = self.expr(inner);
                    if !matches!(value.kind, ExprKind::Error) {
                        fallback = Fallback::Expr(value);
                    }
                }
                _ => self.leftover(&inner, "`otherwise`"),
            }
        }
        fallback
    }
}
