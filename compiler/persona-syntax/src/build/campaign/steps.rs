//! What a trigger does: its steps.

use persona_base::{Applicability, Span, syntax};

use super::super::text::no_name;
use super::super::{Builder, P};
use super::trigger::is_header;
use crate::SyntaxError;
use crate::ast::{Expr, ExprKind, Literal, Name, Stale, TriggerStep, TriggerStepKind, Wait};
use crate::grammar::Rule;
use crate::scan::clauses::Block;

/// Conditions with their steps.
type Arms = Vec<(Expr, Vec<TriggerStep>)>;

impl Builder<'_> {
    /// A step; nothing for an `else` without its `if`.
    pub(super) fn step_of_trigger(&mut self, pair: P<'_>) -> Option<TriggerStep> {
        let span = self.clause_span(&pair);
        let kind = match pair.as_rule() {
            Rule::s_send => self.send(pair),
            Rule::s_wait => TriggerStepKind::Wait(self.wait(pair)),
            Rule::s_if => self.if_step(pair),
            Rule::s_emit => self.emit(pair),
            Rule::s_set => self.set(pair),
            Rule::s_stop => {
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::kw_stop => self.word_habit(&inner, "stop", "a run is ended with"),
                        _ => self.leftover(&inner, "`stop`"),
                    }
                }
                TriggerStepKind::Stop
            }
            _ => {
                self.lonely_else(pair);
                return None;
            }
        };
        Some(TriggerStep { kind, span })
    }

    /// An `else` that no `if` precedes: its steps are read, so that what is wrong in them is said.
    fn lonely_else(&mut self, pair: P<'_>) {
        let span = self.span(&pair);
        let bytes = self.written(span).as_bytes();
        let word = Span::new(
            span.start,
            span.start + crate::scan::word_end(bytes, 0) as u32,
        );
        self.push(SyntaxError::new(
            syntax::MISPLACED_CLAUSE,
            word,
            "this `else` belongs to no `if`",
        ));
        for branch in pair.into_inner().flat_map(P::into_inner) {
            if branch.as_rule() == Rule::steps {
                self.steps(branch);
            } else if branch.as_rule() == Rule::expr_c {
                self.expr(branch);
            }
        }
    }

    fn steps(&mut self, pair: P<'_>) -> Vec<TriggerStep> {
        let mut steps = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::pace => self.later_clause(&inner),
                Rule::stray => self.stray(&inner, Block::Steps),
                rule if is_header(rule) => {
                    let clause = self.trigger_clause(inner);
                    self.header_in_steps(clause.span);
                }
                _ => steps.extend(self.step_of_trigger(inner)),
            }
        }
        steps
    }

    fn send(&mut self, pair: P<'_>) -> TriggerStepKind {
        let span = self.clause_span(&pair);
        let mut content = no_name(span.end);
        let mut args = Vec::new();
        let mut channel: Option<Name> = None;
        let mut purpose: Option<Name> = None;
        let mut alias: Option<Name> = None;
        let mut stale = None;
        for inner in pair.into_inner() {
            let place = self.span(&inner);
            let twice = match inner.as_rule() {
                Rule::send_via => channel.is_some(),
                Rule::send_for => purpose.is_some(),
                Rule::send_as => alias.is_some(),
                Rule::send_stale => stale.is_some(),
                _ => false,
            };
            if twice {
                self.push(SyntaxError::new(
                    syntax::REPEATED_CLAUSE,
                    place,
                    "this part of `send` stands twice",
                ));
            }
            match inner.as_rule() {
                Rule::kw_send => {}
                Rule::kw_content => self.needless(&inner, "the content's name stands alone"),
                Rule::send_content => (content, args) = self.send_content(inner),
                Rule::send_via => {
                    for part in inner.into_inner() {
                        if part.as_rule() == Rule::kw_via {
                            self.word_habit(&part, "via", "the channel stands behind");
                        } else {
                            channel = Some(self.expect_name(&part, "the name of a channel"));
                        }
                    }
                }
                Rule::send_for => {
                    for part in inner.into_inner() {
                        if part.as_rule() == Rule::kw_for_purpose {
                            self.word_habit(&part, "for", "the purpose stands behind");
                        } else {
                            purpose = Some(self.expect_name(&part, "the name of a purpose"));
                        }
                    }
                }
                Rule::send_as => alias = Some(self.last_name(&inner, "a name")),
                Rule::send_stale => stale = Some(self.stale(inner)),
                _ => self.leftover(&inner, "`send`"),
            }
        }
        let channel = channel.unwrap_or_else(|| self.no_channel(&content, &args, span));
        TriggerStepKind::Send {
            content,
            args,
            channel,
            purpose,
            alias,
            stale,
        }
    }

    fn no_channel(&mut self, content: &Name, args: &[crate::ast::Arg], span: Span) -> Name {
        if !content.is_missing() {
            let written = self.written(Span::new(content.span.start, span.end));
            let behind = if args.is_empty()
                && !written[content.text.len()..].trim_start().starts_with('(')
            {
                content.span.end
            } else {
                content.span.start + closing(written) as u32
            };
            let at = Span::at(behind);
            let known = self.errors.iter().any(|error| {
                error.span.start >= content.span.end
                    && error.span.end <= span.end
                    && error.code == syntax::UNEXPECTED_TEXT
            });
            if !known {
                self.push(
                    SyntaxError::new(
                        syntax::EXPECTED_NAME,
                        at,
                        "a channel is missing: `send content via email`",
                    )
                    .label("expected `via` and a channel here"),
                );
            }
        }
        no_name(content.span.end)
    }

    fn send_content(&mut self, pair: P<'_>) -> (Name, Vec<crate::ast::Arg>) {
        let mut name = no_name(self.gap(&pair).start);
        let mut args = Vec::new();
        for inner in pair.into_inner() {
            if inner.as_rule() == Rule::some_name {
                name = self.expect_name(&inner, "the name of a content");
            } else {
                let (list, among) = self.call_args(inner);
                args = list;
                if let Some(among) = among {
                    self.push(SyntaxError::new(
                        syntax::UNEXPECTED_TEXT,
                        among.span,
                        "`among` belongs to `ntile` and `percentile`",
                    ));
                }
            }
        }
        (name, args)
    }

    fn stale(&mut self, pair: P<'_>) -> Stale {
        let mut before = false;
        let mut value = self.error_expr(self.span(&pair).end);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::none => self.comma_missing(&inner),
                Rule::kw_before => before = true,
                Rule::operand => value = self.operand(inner),
                _ => {}
            }
        }
        if before {
            Stale::Before(value)
        } else {
            Stale::Within(value)
        }
    }

    /// A comma before the last part of a step.
    fn comma_missing(&mut self, pair: &P<'_>) {
        let at = self.gap(pair);
        self.push(
            SyntaxError::new(
                syntax::EXPECTED_SIGN,
                at,
                "a comma is missing before the last part of this step",
            )
            .label("expected here")
            .fix("add `,`", Applicability::Always, at, ","),
        );
    }

    fn wait(&mut self, pair: P<'_>) -> Wait {
        let mut wait = Wait::Error;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_wait => self.word_habit(&inner, "wait", "a pause is written"),
                Rule::wait_filler => {
                    self.needless(&inner, "how long stands right behind: `wait 1h`");
                }
                Rule::wait_for => wait = self.wait_for(inner),
                Rule::wait_until => wait = self.wait_until(inner),
                _ => self.leftover(&inner, "`wait`"),
            }
        }
        wait
    }

    /// How long.
    fn wait_for(&mut self, pair: P<'_>) -> Wait {
        let value = pair
            .into_inner()
            .next()
            .map(|operand| self.operand(operand));
        match value {
            Some(value) if !matches!(value.kind, ExprKind::Error) => {
                if matches!(
                    value.kind,
                    ExprKind::Literal(Literal::TimeOfDay(_) | Literal::Timestamp(_))
                ) {
                    let at = Span::at(value.span.start);
                    self.push(
                        SyntaxError::new(
                            syntax::FOREIGN_CLAUSE,
                            value.span,
                            "`wait` says how long; until when is said with `wait until`",
                        )
                        .fix(
                            "add `until`",
                            Applicability::Always,
                            at,
                            "until ",
                        ),
                    );
                    return match value.kind {
                        ExprKind::Literal(Literal::TimeOfDay(_)) => Wait::Clock {
                            weekday: None,
                            at: value,
                        },
                        _ => Wait::Until(value),
                    };
                }
                Wait::For(value)
            }
            _ => Wait::Error,
        }
    }

    fn wait_until(&mut self, pair: P<'_>) -> Wait {
        let mut wait = Wait::Error;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_until => {
                    self.word_habit(&inner, "until", "what is waited for stands behind");
                }
                Rule::wait_weekday => wait = self.wait_weekday(inner),
                Rule::wait_event => {
                    let mut query = None;
                    let mut at_most = None;
                    for part in inner.into_inner() {
                        match part.as_rule() {
                            Rule::on_event => query = Some(self.event_question(part)),
                            _ => at_most = Some(self.at_most(part)),
                        }
                    }
                    if let Some(query) = query {
                        wait = Wait::Event { query, at_most };
                    }
                }
                _ => {
                    let value = inner
                        .into_inner()
                        .next()
                        .map(|operand| self.operand(operand));
                    wait = match value {
                        Some(value) if matches!(value.kind, ExprKind::Error) => Wait::Error,
                        Some(value)
                            if matches!(value.kind, ExprKind::Literal(Literal::TimeOfDay(_))) =>
                        {
                            Wait::Clock {
                                weekday: None,
                                at: value,
                            }
                        }
                        Some(value) => Wait::Until(value),
                        None => Wait::Error,
                    };
                }
            }
        }
        wait
    }

    fn wait_weekday(&mut self, pair: P<'_>) -> Wait {
        let gap = self.span(&pair).end;
        let mut weekday = None;
        let mut at = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::weekday => weekday = Some(self.weekday(&inner)),
                _ => at = Some(self.last_expr(inner)),
            }
        }
        let at = at.unwrap_or_else(|| {
            let place = Span::at(gap);
            self.push(
                SyntaxError::new(
                    syntax::EXPECTED_VALUE,
                    place,
                    "the time of day is missing: `wait until monday at 09:00`",
                )
                .label("expected here")
                .fix("add `at 09:00`", Applicability::Maybe, place, " at 09:00"),
            );
            self.error_expr(gap)
        });
        Wait::Clock { weekday, at }
    }

    fn at_most(&mut self, pair: P<'_>) -> Expr {
        let mut value = self.error_expr(self.span(&pair).end);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::none => self.comma_missing(&inner),
                Rule::at_most_words => {
                    let words: Vec<&str> = inner.as_str().split_whitespace().collect();
                    if words != ["at", "most"] {
                        self.word_habit(&inner, "at most", "the longest wait stands behind");
                    }
                }
                Rule::operand => value = self.operand(inner),
                _ => {}
            }
        }
        value
    }

    fn if_step(&mut self, pair: P<'_>) -> TriggerStepKind {
        let mut arms = Arms::new();
        let mut otherwise = None;
        let mut own = Vec::new();
        let mut branches = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_if => {}
                Rule::s_else_branch => branches.push(inner),
                _ => own.push(inner),
            }
        }
        arms.push(self.if_arm(own));
        for branch in branches {
            let span = self.span(&branch);
            let mut condition = false;
            let mut parts = Vec::new();
            for inner in branch.into_inner() {
                match inner.as_rule() {
                    Rule::kw_else => {}
                    Rule::kw_if => condition = true,
                    Rule::kw_else_if => {
                        condition = true;
                        let place = self.exact(&inner);
                        let message = format!("`{}` is written `else if`", inner.as_str());
                        self.habit(syntax::ELSE_IF, place, message, "else if");
                    }
                    _ => parts.push(inner),
                }
            }
            if otherwise.is_some() {
                let word = Span::new(span.start, span.start + 4);
                self.push(SyntaxError::new(
                    syntax::MISPLACED_CLAUSE,
                    word,
                    "nothing can follow the `else` of this `if`",
                ));
            }
            if condition {
                arms.push(self.if_arm(parts));
            } else {
                otherwise = Some(self.if_arm(parts).1);
            }
        }
        TriggerStepKind::If { arms, otherwise }
    }

    fn if_arm(&mut self, parts: Vec<P<'_>>) -> (Expr, Vec<TriggerStep>) {
        let mut condition = self.error_expr(parts.last().map_or(0, |part| self.span(part).end));
        let mut steps = Vec::new();
        for inner in parts {
            match inner.as_rule() {
                Rule::expr_c => condition = self.expr(inner),
                Rule::if_then => self.needless(
                    &inner,
                    "the steps stand in braces right behind the condition",
                ),
                Rule::steps => steps = self.steps(inner),
                Rule::none => self.missing_sign(
                    &inner,
                    "the steps of this branch are missing: `{ … }`",
                    " {}",
                ),
                _ => self.junk(&inner, "expected `{` and the steps"),
            }
        }
        (condition, steps)
    }

    fn emit(&mut self, pair: P<'_>) -> TriggerStepKind {
        let mut event = no_name(self.clause_span(&pair).end);
        let mut fields = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_emit => self.word_habit(&inner, "emit", "an event is made with"),
                Rule::some_name => event = self.expect_name(&inner, "the name of an event"),
                Rule::record => fields = self.record(inner),
                Rule::none => {
                    self.missing_sign(
                        &inner,
                        "the event's fields are missing: `{ name: value }`",
                        " {}",
                    );
                }
                _ => self.leftover(&inner, "`emit`"),
            }
        }
        TriggerStepKind::Emit { event, fields }
    }

    fn set(&mut self, pair: P<'_>) -> TriggerStepKind {
        let mut path = Vec::new();
        let mut value = self.error_expr(self.clause_span(&pair).end);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::set_path => path = self.set_path(inner),
                Rule::expr => value = self.expr(inner),
                _ => self.set_sign(&inner),
            }
        }
        TriggerStepKind::Set { path, value }
    }

    /// `consent.email`
    pub(super) fn set_path(&mut self, pair: P<'_>) -> Vec<Name> {
        let name = |part: P<'_>| {
            if part.as_rule() == Rule::some_name {
                self.expect_name(&part, "the name of a field")
            } else {
                self.dot_name(&part)
            }
        };
        pair.into_inner().map(name).collect()
    }

    /// What stands in a `set` besides the field and its value.
    pub(super) fn set_sign(&mut self, pair: &P<'_>) {
        match pair.as_rule() {
            Rule::kw_set | Rule::equals => {}
            Rule::set_sign => self.word_habit(pair, "=", "a field's new value stands behind"),
            Rule::none => self.missing_sign(pair, "`=` is missing: `set field = value`", " ="),
            _ => self.leftover(pair, "`set`"),
        }
    }
}

/// The length of `name(…)` at the start of a text whose brackets balance.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth <= 1 => return at + 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}
