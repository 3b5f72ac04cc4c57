//! `purpose` and `channel`: why and how people are reached.

use persona_base::{Applicability, Span, syntax};

use super::super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{
    CalendarUnit, ChannelClause, DeclKind, Expr, ExprKind, Literal, Rate, Requires, Skip,
};
use crate::grammar::Rule;
use crate::scan::clauses::Block;

impl Builder<'_> {
    pub(super) fn purpose(&mut self, rest: Vec<P<'_>>) -> DeclKind {
        let mut requires: Vec<Requires> = Vec::new();
        let body = self.body(
            rest,
            Rule::purpose_body,
            "what the purpose requires is missing: `{ requires … }`",
            "expected `{ requires … }`",
        );
        for inner in body.into_iter().flat_map(P::into_inner) {
            match inner.as_rule() {
                Rule::requires | Rule::requires_bare => {
                    let found = self.requires(inner);
                    requires.push(found);
                }
                _ => self.stray(&inner, Block::Purpose),
            }
        }
        DeclKind::Purpose { requires }
    }

    /// `requires EXPR`, `requires nothing`, or a bare condition.
    fn requires(&mut self, pair: P<'_>) -> Requires {
        let mut span = self.clause_span(&pair);
        let bare = pair.as_rule() == Rule::requires_bare;
        let mut condition = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_requires | Rule::kw_requires_ch => {
                    self.word_habit(&inner, "requires", "the condition stands behind");
                }
                Rule::expr => condition = Some(self.expr(inner)),
                Rule::kw_nothing => {}
                _ => self.leftover(&inner, "`requires`"),
            }
        }
        if bare {
            let at = Span::at(span.start);
            self.push(
                SyntaxError::new(
                    syntax::FOREIGN_CLAUSE,
                    at,
                    "`requires` is missing before the condition",
                )
                .label("expected here")
                .fix("add `requires`", Applicability::Always, at, "requires "),
            );
        }
        if let Some(condition) = &condition {
            span = span.to(condition.span);
        }
        Requires { condition, span }
    }

    /// From a clause's word to its last character, without the comma behind it.
    pub(super) fn clause_span(&self, pair: &P<'_>) -> Span {
        let span = self.span(pair);
        let written = self.written(span);
        let trimmed = written.trim_end_matches(|c: char| c == ',' || c.is_whitespace());
        Span::new(span.start, span.start + trimmed.len() as u32)
    }

    pub(super) fn channel(&mut self, rest: Vec<P<'_>>) -> DeclKind {
        let mut clauses = Vec::new();
        let body = self.body(
            rest,
            Rule::channel_body,
            "the channel's clauses are missing: `{ to …  requires … }`",
            "expected `{` and the clauses",
        );
        for inner in body.into_iter().flat_map(P::into_inner) {
            clauses.extend(self.channel_clause(inner));
        }
        DeclKind::Channel { clauses }
    }

    fn channel_clause(&mut self, pair: P<'_>) -> Option<ChannelClause> {
        let span = self.clause_span(&pair);
        Some(match pair.as_rule() {
            Rule::ch_to => ChannelClause::To {
                value: self.one_value(pair, "`to`"),
                span,
            },
            Rule::requires_ch => ChannelClause::Requires(self.requires(pair)),
            Rule::ch_quiet => self.quiet(pair),
            Rule::ch_limit => self.limit(pair),
            Rule::ch_full => self.when_full(pair),
            Rule::skip_when => ChannelClause::Skip(self.skip(pair)),
            Rule::ch_transactional => {
                for inner in pair.into_inner().skip(1) {
                    self.leftover(&inner, "`transactional`");
                }
                ChannelClause::Transactional(span)
            }
            Rule::pace => {
                self.later_clause(&pair);
                return None;
            }
            _ => {
                self.stray(&pair, Block::Channel);
                return None;
            }
        })
    }

    /// The one value behind a clause's word.
    pub(super) fn one_value(&mut self, pair: P<'_>, clause: &str) -> Expr {
        let mut value = self.error_expr(self.clause_span(&pair).end);
        for inner in pair.into_inner().skip(1) {
            match inner.as_rule() {
                Rule::operand | Rule::expr | Rule::expr_c => value = self.value(inner),
                _ => self.leftover(&inner, clause),
            }
        }
        value
    }

    fn quiet(&mut self, pair: P<'_>) -> ChannelClause {
        let span = self.clause_span(&pair);
        let mut bounds = Vec::new();
        let mut condition = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_quiet => {}
                Rule::quiet_from => {
                    self.needless(&inner, "quiet hours are written `quiet 21:00 to 08:00`");
                }
                Rule::bound_value => bounds.push(self.operand(inner)),
                Rule::range_to => {
                    self.word_habit(&inner, "to", "the end of quiet hours stands behind");
                }
                Rule::none => {
                    self.missing_sign(&inner, "`to` is missing: `quiet 21:00 to 08:00`", " to");
                }
                Rule::quiet_when => {
                    self.word_habit(
                        &inner,
                        "when",
                        "for whom these hours are quiet stands behind",
                    );
                }
                Rule::expr => condition = Some(self.expr(inner)),
                _ => self.leftover(&inner, "`quiet`"),
            }
        }
        let mut bounds = bounds.into_iter();
        let from = bounds.next().unwrap_or(self.error_expr(span.end));
        let to = bounds.next().unwrap_or(self.error_expr(span.end));
        ChannelClause::Quiet {
            from,
            to,
            condition,
            span,
        }
    }

    fn limit(&mut self, pair: P<'_>) -> ChannelClause {
        let span = self.clause_span(&pair);
        let mut count = self.error_expr(span.end);
        let mut per = Rate::Error;
        let mut across = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_limit => self.word_habit(&inner, "limit", "a limit starts with"),
                Rule::bound_value => count = self.operand(inner),
                Rule::ch_across => across = self.joined_names(inner, "the name of a channel"),
                Rule::over => self.leftover(&inner, "`limit`"),
                _ => self.rate_part(&inner, &mut per, "limit 1 per day"),
            }
        }
        ChannelClause::Limit {
            count,
            per,
            across,
            span,
        }
    }

    /// What stands behind a count: `per 7d`, `per day`, and how others say it.
    pub(super) fn rate_part(&mut self, pair: &P<'_>, per: &mut Rate, form: &str) {
        match pair.as_rule() {
            Rule::count_max => {
                self.needless(pair, &format!("the number alone is the most: `{form}`"));
            }
            Rule::count_of => self.needless(pair, &format!("the number stands alone: `{form}`")),
            Rule::rate_per if pair.as_str() != "per" => {
                let span = self.exact(pair);
                let message = format!("a rate is written with `per`: `{form}`");
                self.habit(syntax::FOREIGN_CLAUSE, span, message, "per");
            }
            Rule::rate => *per = self.rate(pair.clone()),
            Rule::rate_word => *per = self.rate_word(pair),
            Rule::none => {
                self.missing_sign(
                    pair,
                    &format!("in which time is missing: `{form}`"),
                    " per day",
                );
            }
            _ => {}
        }
    }

    fn rate(&mut self, pair: P<'_>) -> Rate {
        let Some(inner) = pair.into_inner().next() else {
            return Rate::Error;
        };
        if inner.as_rule() != Rule::rate_unit {
            return Rate::Rolling(self.operand(inner));
        }
        let span = self.exact(&inner);
        let written = inner.as_str();
        let word = written.trim_start_matches("calendar").trim();
        let (meant, unit) = match word.trim_end_matches('s') {
            "day" => ("day", Some(CalendarUnit::Day)),
            "week" => ("week", Some(CalendarUnit::Week)),
            "month" => ("month", Some(CalendarUnit::Month)),
            "quarter" => ("90d", None),
            "year" => ("365d", None),
            "hour" => ("1h", None),
            _ => ("1m", None),
        };
        if written != meant {
            let message = match unit {
                Some(_) => format!("a rate by the calendar is written `per {meant}`"),
                None => format!("a rate is per day, week or month, or per a length: `per {meant}`"),
            };
            self.habit(syntax::FOREIGN_CLAUSE, span, message, meant);
        }
        match unit {
            Some(unit) => Rate::Calendar(unit, span),
            None => Rate::Error,
        }
    }

    fn rate_word(&mut self, pair: &P<'_>) -> Rate {
        let span = self.exact(pair);
        let (meant, unit) = match pair.as_str() {
            "daily" => ("per day", Some(CalendarUnit::Day)),
            "weekly" => ("per week", Some(CalendarUnit::Week)),
            "monthly" => ("per month", Some(CalendarUnit::Month)),
            _ => ("per 1h", None),
        };
        // `enter daily` lacks the number too.
        let bare = self
            .written(Span::new(0, span.start))
            .trim_end()
            .ends_with("enter");
        let meant = if bare {
            format!("1 {meant}")
        } else {
            meant.to_owned()
        };
        self.habit(
            syntax::FOREIGN_CLAUSE,
            span,
            format!("`{}` is written `{meant}`", pair.as_str()),
            &meant,
        );
        unit.map_or(Rate::Error, |unit| Rate::Calendar(unit, span))
    }

    /// Names joined with commas.
    pub(super) fn joined_names(&mut self, pair: P<'_>, what: &str) -> Vec<crate::ast::Name> {
        let mut names = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::some_name => names.push(self.expect_name(&inner, what)),
                Rule::across_sep => self.list_separator(&inner),
                _ => {}
            }
        }
        names
    }

    /// `and` or `or` where a comma stands.
    pub(super) fn list_separator(&mut self, pair: &P<'_>) {
        if pair.as_str() == "," {
            return;
        }
        let span = self.exact(pair);
        let cut = Span::new(self.gap(pair).start, span.end);
        let written = self.written(span).to_owned();
        self.push(
            SyntaxError::new(
                syntax::FOREIGN_LIST,
                span,
                format!("names are set apart with commas, not with `{written}`"),
            )
            .fix("write `,`", Applicability::Always, cut, ","),
        );
    }

    fn when_full(&mut self, pair: P<'_>) -> ChannelClause {
        let span = self.clause_span(&pair);
        let mut defer = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::full_when => {
                    self.word_habit(&inner, "when", "what happens then stands behind");
                }
                Rule::kw_full => {}
                Rule::full_word => defer = self.full_word(&inner),
                Rule::none => self.missing_name(&inner, "`drop` or `defer`"),
                _ => self.leftover(&inner, "`when full`"),
            }
        }
        ChannelClause::WhenFull { defer, span }
    }

    fn full_word(&mut self, pair: &P<'_>) -> bool {
        let span = self.exact(pair);
        let (meant, defer) = match pair.as_str().trim() {
            "drop" => return false,
            "defer" => return true,
            "delay" | "wait" | "queue" | "later" | "hold" | "postpone" | "deferred" => {
                ("defer", true)
            }
            _ => ("drop", false),
        };
        let message = format!(
            "a full channel can `drop` or `defer` a message, not `{}`",
            pair.as_str().trim()
        );
        self.habit(syntax::FOREIGN_CLAUSE, span, message, meant);
        defer
    }

    /// `skip when EXPR "reason"`
    pub(super) fn skip(&mut self, pair: P<'_>) -> Skip {
        let span = self.clause_span(&pair);
        let mut skip = Skip {
            condition: self.error_expr(span.end),
            reason: None,
            span,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_skip => {}
                Rule::skip_word if inner.as_str() == "unless" => {
                    let place = self.exact(&inner);
                    self.push(
                        SyntaxError::new(
                            syntax::FOREIGN_CLAUSE,
                            place,
                            "there is no `unless`: say `skip when not (…)`",
                        )
                        .help("what is skipped is plainer without two negations"),
                    );
                }
                Rule::skip_word => self.word_habit(&inner, "when", "when to skip stands behind"),
                Rule::none => {
                    self.missing_sign(&inner, "`when` is missing: `skip when …`", " when");
                }
                Rule::expr => skip.condition = self.expr(inner),
                Rule::because => {
                    self.needless(&inner, "the reason stands right behind the condition");
                }
                Rule::reason => skip.reason = self.inner_text(inner),
                _ => self.leftover(&inner, "`skip`"),
            }
        }
        skip
    }

    /// `50` where `50%` is meant.
    pub(super) fn share(&mut self, mut value: Expr) -> Expr {
        if let ExprKind::Literal(Literal::Int(number)) = value.kind
            && (1..=100).contains(&number)
        {
            let meant = format!("{number}%");
            self.push(
                SyntaxError::new(
                    syntax::SHARE_WITHOUT_PERCENT,
                    value.span,
                    format!("a share is a percentage: `{meant}`"),
                )
                .fix(
                    format!("write `{meant}`"),
                    Applicability::Always,
                    value.span,
                    meant,
                ),
            );
            value.kind = ExprKind::Literal(Literal::Percent(number as f64 / 100.0));
        }
        value
    }
}
