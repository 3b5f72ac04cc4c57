//! `test`: a timeline and what is expected of it.

use persona_base::{Applicability, Span, syntax};

use super::super::text::no_name;
use super::super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{DeclKind, Expectation, Expr, ExprKind, Name, TestStep, TestStepKind};
use crate::grammar::Rule;
use crate::scan::clauses::Block;

impl Builder<'_> {
    /// The title of a test, which is its name.
    pub(in crate::build) fn test_title(&mut self, pair: P<'_>) -> Name {
        let span = self.span(&pair);
        let text = self.optional_title(pair).unwrap_or_default();
        if text.is_empty() {
            self.push(
                SyntaxError::new(
                    syntax::EXPECTED_NAME,
                    span,
                    "a test says in its title what it shows",
                )
                .help("the title stands in the report when the test fails"),
            );
        }
        Name { text, span }
    }

    pub(super) fn test(&mut self, rest: Vec<P<'_>>) -> DeclKind {
        let mut steps = Vec::new();
        let mut parts = Vec::new();
        let mut titled = false;
        for inner in rest {
            match inner.as_rule() {
                Rule::test_name => {
                    titled = true;
                    let span = self.span(&inner);
                    let meant = format!("\"{}\"", self.written(span).replace('_', " "));
                    self.push(
                        SyntaxError::new(
                            syntax::EXPECTED_NAME,
                            span,
                            "a test's title stands in quotes",
                        )
                        .fix(
                            format!("write `{meant}`"),
                            Applicability::Always,
                            span,
                            meant,
                        ),
                    );
                }
                Rule::none if !titled && parts.is_empty() && self.no_title_before(&inner) => {
                    titled = true;
                    self.missing_name(&inner, "the test's title");
                }
                _ => parts.push(inner),
            }
        }
        let body = self.body(
            parts,
            Rule::test_body,
            "the test's steps are missing: `{ given { … } … expect … }`",
            "expected `{` and the steps",
        );
        for inner in body.into_iter().flat_map(P::into_inner) {
            if inner.as_rule() == Rule::stray {
                self.stray(&inner, Block::Test);
                continue;
            }
            let step = self.test_step(inner);
            steps.push(step);
        }
        DeclKind::Test { steps }
    }

    /// Whether nothing but the keyword precedes.
    fn no_title_before(&self, pair: &P<'_>) -> bool {
        let gap = self.gap(pair);
        self.written(Span::new(0, gap.start)).ends_with("test")
    }

    fn test_step(&mut self, pair: P<'_>) -> TestStep {
        let span = self.clause_span(&pair);
        let kind = match pair.as_rule() {
            Rule::x_given => self.given(pair),
            Rule::x_at => TestStepKind::At(self.one_value(pair, "`at`")),
            Rule::x_event => self.test_event(pair),
            Rule::x_set => self.test_set(pair),
            Rule::x_wait => self.test_wait(pair),
            Rule::x_arm => self.fixed_arm(pair),
            _ => TestStepKind::Expect(self.expect_step(pair)),
        };
        TestStep { kind, span }
    }

    fn given(&mut self, pair: P<'_>) -> TestStepKind {
        let mut fields = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_given => {}
                Rule::given_kind => {
                    self.needless(&inner, "there is one profile: `given { … }` needs no name");
                }
                Rule::record => fields = self.record(inner),
                Rule::none => {
                    self.missing_sign(
                        &inner,
                        "the profile is missing: `given { id: \"c1\" }`",
                        " {}",
                    );
                }
                _ => self.leftover(&inner, "`given`"),
            }
        }
        TestStepKind::Given(fields)
    }

    fn test_event(&mut self, pair: P<'_>) -> TestStepKind {
        let mut event = no_name(self.clause_span(&pair).end);
        let (mut of, mut fields) = (None, Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_event => {}
                Rule::some_name => event = self.expect_name(&inner, "the name of an event"),
                Rule::event_of => self.word_habit(&inner, "of", "somebody else stands behind"),
                Rule::operand => of = Some(self.operand(inner)),
                Rule::record => fields = self.record(inner),
                Rule::none => {
                    self.missing_sign(
                        &inner,
                        "the event's fields are missing: `{ name: value }`",
                        " {}",
                    );
                }
                _ => self.leftover(&inner, "`event`"),
            }
        }
        TestStepKind::Event { event, of, fields }
    }

    fn test_set(&mut self, pair: P<'_>) -> TestStepKind {
        let (mut path, mut value) = (Vec::new(), None);
        let end = self.clause_span(&pair).end;
        let mut is_missing = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::set_path => path = self.set_path(inner),
                Rule::set_missing => is_missing = true,
                Rule::expr => value = Some(self.expr(inner)),
                _ => self.set_sign(&inner),
            }
        }
        if !is_missing && value.is_none() {
            value = Some(self.error_expr(end));
        }
        TestStepKind::Set { path, value }
    }

    fn test_wait(&mut self, pair: P<'_>) -> TestStepKind {
        let mut value = self.error_expr(self.clause_span(&pair).end);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_advance => self.word_habit(&inner, "wait", "time moves on with"),
                Rule::wait_filler => {
                    self.needless(&inner, "how long stands right behind: `wait 1h`");
                }
                Rule::wait_for => {
                    if let Some(operand) = inner.into_inner().next() {
                        value = self.operand(operand);
                    }
                }
                _ => self.leftover(&inner, "`wait`"),
            }
        }
        TestStepKind::Wait(value)
    }

    fn fixed_arm(&mut self, pair: P<'_>) -> TestStepKind {
        let mut experiment = no_name(self.clause_span(&pair).end);
        let mut arm = None;
        let mut signed = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_arm | Rule::kw_missing => {}
                Rule::some_name => {
                    experiment = self.expect_name(&inner, "the name of an experiment");
                }
                Rule::equals => signed = true,
                Rule::arm_equals => {
                    signed = true;
                    self.word_habit(&inner, "=", "the arm stands behind");
                }
                Rule::none if !signed => {
                    signed = true;
                    self.missing_sign(
                        &inner,
                        "`=` is missing: `arm cart_subject = personal`",
                        " =",
                    );
                }
                Rule::word => arm = Some(self.name(&inner)),
                Rule::none => {
                    arm = Some(no_name(self.gap(&inner).start));
                    self.missing_name(&inner, "the name of an arm, or `missing` for the holdout,");
                }
                _ => self.leftover(&inner, "`arm`"),
            }
        }
        TestStepKind::Arm { experiment, arm }
    }

    fn expect_step(&mut self, pair: P<'_>) -> Expectation {
        let mut found = Expectation::Error;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_expect => {
                    self.word_habit(&inner, "expect", "what must hold stands behind");
                }
                Rule::x_sent => found = self.expect_sent(inner),
                Rule::x_dropped => found = self.expect_dropped(inner),
                Rule::x_variant => {
                    let mut names = inner
                        .into_inner()
                        .filter(|part| part.as_rule() != Rule::kw_is)
                        .map(|part| self.name(&part))
                        .collect::<Vec<_>>()
                        .into_iter();
                    if let (Some(content), Some(variant)) = (names.next(), names.next()) {
                        found = Expectation::Variant { content, variant };
                    }
                }
                Rule::expr => {
                    let value: Expr = self.expr(inner);
                    if !matches!(value.kind, ExprKind::Error) {
                        found = Expectation::Holds(value);
                    }
                }
                _ => self.leftover(&inner, "`expect`"),
            }
        }
        found
    }

    /// `not to have sent` and the like: whether it negates.
    fn expect_phrase(&mut self, pair: &P<'_>) -> bool {
        match pair.as_rule() {
            Rule::x_not => true,
            Rule::x_not_phrase => {
                let span = self.exact(pair);
                let message =
                    "what must not have happened is written `not`: `expect not sent welcome`";
                self.habit(syntax::FOREIGN_CLAUSE, span, message, "not");
                true
            }
            _ => {
                self.needless(
                    pair,
                    "what must have happened stands right behind: `expect sent welcome`",
                );
                false
            }
        }
    }

    fn expect_sent(&mut self, pair: P<'_>) -> Expectation {
        let mut negated = false;
        let mut content = None;
        let mut channel = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_sent => self.word_habit(&inner, "sent", "a message that went out is"),
                Rule::kw_via => self.word_habit(&inner, "via", "the channel stands behind"),
                Rule::some_name if content.is_none() => {
                    content = Some(self.expect_name(&inner, "the name of a content"));
                }
                Rule::some_name => {
                    channel = Some(self.expect_name(&inner, "the name of a channel"));
                }
                _ => negated = self.expect_phrase(&inner),
            }
        }
        match content {
            Some(content) => Expectation::Sent {
                negated,
                content,
                channel,
            },
            None => Expectation::Error,
        }
    }

    fn expect_dropped(&mut self, pair: P<'_>) -> Expectation {
        let mut negated = false;
        let mut content = None;
        let mut reason = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_dropped => {
                    self.word_habit(&inner, "dropped", "a message that was given up is");
                }
                Rule::x_because => self.word_habit(&inner, "because", "the reason stands behind"),
                Rule::some_name if content.is_none() => {
                    content = Some(self.expect_name(&inner, "the name of a content"));
                }
                Rule::some_name => reason = Some(self.expect_name(&inner, "a reason")),
                _ => negated = self.expect_phrase(&inner),
            }
        }
        match content {
            Some(content) => Expectation::Dropped {
                negated,
                content,
                reason,
            },
            None => Expectation::Error,
        }
    }
}
