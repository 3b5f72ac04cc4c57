//! The header of a trigger: what starts it, for whom, how often, and what ends it.

use persona_base::{Applicability, Span, syntax};

use super::super::decl::Parts;
use super::super::text::no_name;
use super::super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{
    DeclKind, Enter, Expr, ExprKind, Literal, Name, Query, Rate, Start, TriggerClause,
    TriggerClauseKind, TriggerDecl,
};
use crate::grammar::Rule;
use crate::scan::clauses::Block;

impl Builder<'_> {
    pub(super) fn trigger(&mut self, parts: Parts, rest: Vec<P<'_>>) -> DeclKind {
        let mut decl = TriggerDecl {
            title: parts.title,
            clauses: Vec::new(),
            steps: Vec::new(),
        };
        let body = self.body(
            rest,
            Rule::trigger_body,
            "the trigger's clauses are missing: `{ on … }`",
            "expected `{` and the clauses",
        );
        for inner in body.into_iter().flat_map(P::into_inner) {
            match inner.as_rule() {
                Rule::pace => self.later_clause(&inner),
                Rule::stray => self.stray(&inner, Block::Trigger),
                rule if is_header(rule) => {
                    let clause = self.trigger_clause(inner);
                    decl.clauses.push(clause);
                }
                _ => decl.steps.extend(self.step_of_trigger(inner)),
            }
        }
        DeclKind::Trigger(decl)
    }

    /// A clause of the header.
    pub(super) fn trigger_clause(&mut self, pair: P<'_>) -> TriggerClause {
        let span = self.clause_span(&pair);
        let kind = match pair.as_rule() {
            Rule::t_on => TriggerClauseKind::On(self.start(pair)),
            Rule::t_when => TriggerClauseKind::When(self.one_value(pair, "`when`")),
            Rule::t_per => TriggerClauseKind::Per(self.one_value(pair, "`per`")),
            Rule::t_enter => TriggerClauseKind::Enter(self.enter(pair)),
            Rule::t_again => self.again(pair),
            Rule::t_stop_on => TriggerClauseKind::StopOn(self.stop_on(pair)),
            Rule::t_stop_when => TriggerClauseKind::StopWhen(self.stop_when(pair)),
            _ => TriggerClauseKind::Priority(self.priority(pair)),
        };
        TriggerClause { kind, span }
    }

    fn start(&mut self, pair: P<'_>) -> Start {
        let mut start = Start::Error;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_on => {}
                Rule::on_membership => start = self.membership(inner),
                Rule::on_inactivity => start = self.inactivity(inner),
                Rule::on_anniversary => start = self.anniversary(inner),
                Rule::on_every => start = self.every(inner),
                Rule::on_change => start = self.change(inner),
                Rule::on_event => {
                    let query = self.event_question(inner);
                    let nothing = query.kinds.iter().all(Name::is_missing) && !query.any_event;
                    start = if nothing {
                        Start::Error
                    } else {
                        Start::Event(query)
                    };
                }
                _ => self.leftover(&inner, "`on`"),
            }
        }
        start
    }

    fn membership(&mut self, pair: P<'_>) -> Start {
        let mut leave = false;
        let mut segment = self.error_expr(self.span(&pair).end);
        let mut including_current = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::membership => {
                    leave =
                        inner.as_str().starts_with("leav") || inner.as_str().starts_with("exit");
                    let meant = if leave { "leave" } else { "enter" };
                    self.word_habit(&inner, meant, "a change of membership is written");
                }
                Rule::kw_segment => self.needless(&inner, "the segment's name stands alone"),
                Rule::operand => segment = self.operand(inner),
                Rule::including => including_current = Some(self.including(inner)),
                _ => {}
            }
        }
        Start::Membership {
            leave,
            segment,
            including_current,
        }
    }

    fn including(&mut self, pair: P<'_>) -> Span {
        let span = self.span(&pair);
        let written = self.written(span);
        let words: Vec<&str> = written.split_whitespace().collect();
        let mut missing = false;
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::none {
                missing = true;
                self.missing_sign(
                    &inner,
                    "`current` is missing: `on enter vip including current`",
                    " current",
                );
            }
        }
        if !missing && words != ["including", "current"] {
            let message = "members of now are included with `including current`";
            self.habit(syntax::FOREIGN_CLAUSE, span, message, "including current");
        }
        span
    }

    fn inactivity(&mut self, pair: P<'_>) -> Start {
        let mut query = None;
        let mut duration = self.error_expr(self.span(&pair).end);
        let mut said = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_inactivity => {
                    self.word_habit(&inner, "inactivity", "silence is written");
                }
                Rule::kw_of => {}
                Rule::c_query => query = Some(self.bare_question(inner)),
                Rule::kw_for => said = true,
                Rule::for_word => {
                    said = true;
                    self.word_habit(&inner, "for", "how long it lasts stands behind");
                }
                Rule::none if query.is_none() => self.missing_sign(
                    &inner,
                    "`of` is missing: `on inactivity of Purchase for 30d`",
                    " of",
                ),
                Rule::none => self.missing_sign(
                    &inner,
                    "how long is missing: `on inactivity of Purchase for 30d`",
                    " for 30d",
                ),
                Rule::operand if said || !self.span(&inner).is_empty() => {
                    duration = self.operand(inner);
                }
                _ => {}
            }
        }
        match query {
            Some(query) => Start::Inactivity { query, duration },
            None => Start::Error,
        }
    }

    fn anniversary(&mut self, pair: P<'_>) -> Start {
        let mut date = self.error_expr(self.span(&pair).end);
        let mut at = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::operand => date = self.operand(inner),
                Rule::at_time => at = Some(self.last_expr(inner)),
                Rule::none => self.missing_sign(
                    &inner,
                    "`of` is missing: `on anniversary of birthday at 09:00`",
                    " of",
                ),
                _ => {}
            }
        }
        Start::Anniversary { date, at }
    }

    fn every(&mut self, pair: P<'_>) -> Start {
        let mut unit = no_name(self.span(&pair).end);
        let mut at = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_every => self.word_habit(&inner, "every", "a recurring start is written"),
                Rule::word => unit = self.weekday(&inner),
                Rule::none => self.missing_name(&inner, "a weekday, `day` or `month`"),
                Rule::at_time => at = Some(self.last_expr(inner)),
                _ => {}
            }
        }
        Start::Every { unit, at }
    }

    /// A weekday or a unit; in small letters.
    pub(super) fn weekday(&mut self, pair: &P<'_>) -> Name {
        let mut name = self.name(pair);
        let lower = name.text.to_ascii_lowercase();
        if lower != name.text {
            let message = format!("weekdays are written in small letters: `{lower}`");
            self.habit(syntax::UPPER_CASE_WORD, name.span, message, &lower);
            name.text = lower;
        }
        name
    }

    fn change(&mut self, pair: P<'_>) -> Start {
        let mut value = self.error_expr(self.span(&pair).end);
        let mut alias = None;
        let mut condition = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_change => self.word_habit(&inner, "change", "a change is written"),
                Rule::of_word => self.word_habit(&inner, "of", "what changes stands behind"),
                Rule::none => {
                    self.missing_sign(&inner, "`of` is missing: `on change of tier`", " of");
                }
                Rule::operand => value = self.operand(inner),
                Rule::change_as => alias = Some(self.last_name(&inner, "a name")),
                Rule::q_where => condition = Some(self.last_expr(inner)),
                _ => {}
            }
        }
        Start::Change {
            value,
            alias,
            condition,
        }
    }

    /// A question that only says which events.
    pub(super) fn event_question(&mut self, pair: P<'_>) -> Query {
        let gap = self.gap(&pair).start;
        let mut query = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_event_word => self.needless(&inner, "the event's name stands alone"),
                _ => query = Some(self.bare_question(inner)),
            }
        }
        query.unwrap_or(Query {
            kinds: Vec::new(),
            any_event: false,
            path: Vec::new(),
            alias: None,
            window: None,
            condition: None,
            span: Span::at(gap),
        })
    }

    /// Several events joined with `or` need parentheses here.
    pub(super) fn bare_question(&mut self, pair: P<'_>) -> Query {
        let more: Vec<P<'_>> = pair
            .clone()
            .into_inner()
            .filter(|inner| inner.as_rule() == Rule::bare_or)
            .collect();
        let head = pair
            .clone()
            .into_inner()
            .find(|inner| inner.as_rule() == Rule::q_head)
            .map(|head| self.span(&head));
        let mut query = self.query(pair);
        let mut end = None;
        for inner in more.into_iter().flat_map(P::into_inner) {
            if inner.as_rule() == Rule::kind {
                let name = self.expect_name(&inner, "the name of an event");
                end = Some(name.span.end);
                query.kinds.push(name);
            }
        }
        if let (Some(head), Some(end)) = (head, end) {
            let place = Span::new(head.start, end);
            let edits = vec![
                (Span::at(head.start), "(".to_owned()),
                (Span::at(end), ")".to_owned()),
            ];
            self.push(
                SyntaxError::new(
                    syntax::NEEDS_PARENTHESES,
                    place,
                    "several events stand in parentheses: `(A or B)`",
                )
                .edits("add parentheses", Applicability::Always, edits),
            );
        }
        query
    }

    fn enter(&mut self, pair: P<'_>) -> Enter {
        let mut word = None;
        let mut count: Option<Expr> = None;
        let mut per = Rate::Error;
        let mut rated = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_enter => {}
                Rule::enter_word => word = Some(inner),
                Rule::bound_value => {
                    let value = self.operand(inner);
                    count = Some(value);
                }
                Rule::none
                    if matches!(
                        &count,
                        Some(Expr {
                            kind: ExprKind::Error,
                            ..
                        })
                    ) => {}
                Rule::over => self.leftover(&inner, "`enter`"),
                _ => {
                    if inner.as_rule() == Rule::rate {
                        rated = Some(self.span(&inner));
                    }
                    // Without a number, the report of the word says all.
                    self.rate_part(&inner, &mut per, "enter 1 per 7d");
                    if inner.as_rule() == Rule::rate_word && count.is_none() && word.is_none() {
                        count = Some(one(self.span(&inner)));
                    }
                }
            }
        }
        match (word, count) {
            (Some(word), _) => self.enter_word(&word, rated, per),
            (None, Some(count)) => Enter::Limited { count, per },
            (None, None) => Enter::Error,
        }
    }

    fn enter_word(&mut self, pair: &P<'_>, rated: Option<Span>, per: Rate) -> Enter {
        let span = self.exact(pair);
        let written = pair.as_str();
        match (written, rated) {
            ("once", None) => Enter::Once,
            ("always", None) => Enter::Always,
            ("once" | "twice", Some(_)) => {
                let number = if written == "once" { 1 } else { 2 };
                let meant = number.to_string();
                let message =
                    format!("how often in a time is said with a number: `enter {meant} per 7d`");
                self.habit(syntax::FOREIGN_CLAUSE, span, message, &meant);
                let count = Expr {
                    kind: ExprKind::Literal(Literal::Int(number)),
                    span,
                };
                Enter::Limited { count, per }
            }
            ("twice", None) => {
                let message = "a number of times needs its time: `enter 2 per 7d`";
                self.push(
                    SyntaxError::new(syntax::FOREIGN_CLAUSE, span, message)
                        .help("`enter once` is once for ever"),
                );
                Enter::Error
            }
            (_, Some(rate)) => {
                let cut = span.to(rate);
                self.push(
                    SyntaxError::new(
                        syntax::FOREIGN_CLAUSE,
                        cut,
                        format!("`{written}` has no time"),
                    )
                    .fix("write `always`", Applicability::Maybe, cut, "always"),
                );
                Enter::Always
            }
            ("never", None) => {
                self.push(SyntaxError::new(
                    syntax::FOREIGN_CLAUSE,
                    span,
                    "a trigger that nobody may enter does nothing",
                ));
                Enter::Error
            }
            _ => {
                let message = format!("no limit is written `enter always`, not `{written}`");
                self.habit(syntax::FOREIGN_CLAUSE, span, message, "always");
                Enter::Always
            }
        }
    }

    fn again(&mut self, pair: P<'_>) -> TriggerClauseKind {
        let mut found = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_again => {}
                Rule::word => {
                    let span = self.span(&inner);
                    let (restart, known) = match inner.as_str().trim() {
                        "restart" => (true, true),
                        "ignore" => (false, true),
                        "reset" | "renew" | "replace" | "start" | "debounce" => (true, false),
                        _ => (false, false),
                    };
                    if !known {
                        let meant = if restart { "restart" } else { "ignore" };
                        let message = format!(
                            "a starting event while a run waits is `again ignore` or `again restart`, not `{}`",
                            self.written(span)
                        );
                        self.habit(syntax::FOREIGN_CLAUSE, span, message, meant);
                    }
                    found = Some(restart);
                }
                Rule::none => self.missing_name(&inner, "`ignore` or `restart`"),
                _ => self.leftover(&inner, "`again`"),
            }
        }
        found.map_or(TriggerClauseKind::Error, |restart| {
            TriggerClauseKind::Again { restart }
        })
    }

    fn stop_on(&mut self, pair: P<'_>) -> Query {
        let gap = self.gap(&pair).start;
        let mut query = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_on => {}
                Rule::kw_stop => self.word_habit(&inner, "stop", "what ends a run starts with"),
                Rule::on_event => query = Some(self.event_question(inner)),
                _ => self.leftover(&inner, "`stop on`"),
            }
        }
        query.unwrap_or(Query {
            kinds: Vec::new(),
            any_event: false,
            path: Vec::new(),
            alias: None,
            window: None,
            condition: None,
            span: Span::at(gap),
        })
    }

    fn stop_when(&mut self, pair: P<'_>) -> Expr {
        let mut condition = self.error_expr(self.clause_span(&pair).end);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_stop => self.word_habit(&inner, "stop", "what ends a run starts with"),
                Rule::stop_when_word => {
                    self.word_habit(
                        &inner,
                        "when",
                        "the condition that ends a run stands behind",
                    );
                }
                Rule::expr => condition = self.expr(inner),
                _ => self.leftover(&inner, "`stop when`"),
            }
        }
        condition
    }

    fn priority(&mut self, pair: P<'_>) -> Expr {
        let mut value = self.error_expr(self.clause_span(&pair).end);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_priority => {}
                Rule::priority_sign => {
                    self.needless(&inner, "the number stands right behind: `priority 3`");
                }
                Rule::operand => value = self.operand(inner),
                _ => self.leftover(&inner, "`priority`"),
            }
        }
        value
    }
}

fn one(span: Span) -> Expr {
    Expr {
        kind: ExprKind::Literal(Literal::Int(1)),
        span,
    }
}

/// Whether this is a clause of the header.
pub(super) const fn is_header(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::t_on
            | Rule::t_when
            | Rule::t_per
            | Rule::t_enter
            | Rule::t_again
            | Rule::t_stop_on
            | Rule::t_stop_when
            | Rule::t_priority
    )
}
