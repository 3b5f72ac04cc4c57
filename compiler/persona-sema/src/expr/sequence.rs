//! Sequences: one event followed by another, or by none.

use persona_base::{Applicability, Span, history};
use persona_syntax::ast::{self, Did};

use super::Checker;
use super::open::Position;
use super::query::Opened;
use crate::{Expr, ExprKind, Negation, Query, Step, Type};

impl Checker<'_> {
    /// `did A in last 7d then B within 1h then not C`.
    pub(super) fn sequence(&mut self, did: &Did, span: Span) -> Expr {
        self.once_only(did, span);
        let names = self.named.len();
        let mark = self.open.len();
        let mut broken = false;
        let first = self.step_query(&did.query, true, &mut broken);
        if did.latest {
            let whole = did
                .query
                .condition
                .as_ref()
                .map_or(did.query.span, |condition| condition.span);
            self.strict(mark, Position::Latest, whole);
        }
        let mut steps = Vec::new();
        let mut not = None;
        for step in &did.steps {
            self.one_length(step);
            let mark = self.open.len();
            let query = self.step_query(&step.query, false, &mut broken);
            let within = step
                .within
                .as_ref()
                .and_then(|length| self.step_length(length, "within", &mut broken));
            let lasting = step
                .lasting
                .as_ref()
                .and_then(|length| self.step_length(length, "for", &mut broken));
            if step.negated.is_some() {
                let whole = step
                    .query
                    .condition
                    .as_ref()
                    .map_or(step.query.span, |condition| condition.span);
                self.strict(mark, Position::Negation, whole);
            }
            let Some(query) = query else { continue };
            let Query {
                binder,
                kinds,
                filter,
                ..
            } = query;
            match step.negated {
                None => steps.push(Step {
                    binder,
                    kinds,
                    filter,
                    within,
                }),
                Some(_) => {
                    not = Some(Negation {
                        binder,
                        kinds,
                        filter,
                        within,
                        lasting,
                    });
                }
            }
        }
        self.named.truncate(names);
        match first {
            Some(first) if !broken => {
                let kind = ExprKind::Sequence {
                    first,
                    latest: did.latest,
                    steps,
                    not,
                };
                Expr {
                    kind,
                    ty: Type::BOOL,
                    span,
                }
            }
            _ => self.error_at(span),
        }
    }

    /// One step's events. Its name stays for the later steps, its bare field names do not.
    fn step_query(&mut self, query: &ast::Query, first: bool, broken: &mut bool) -> Option<Query> {
        // A window of a later step is reported by the parser.
        let query = ast::Query {
            window: query.window.clone().filter(|_| first),
            ..query.clone()
        };
        let names = self.named.len();
        let Some(opened) = self.open_query(&query) else {
            *broken = true;
            return None;
        };
        self.steps_are_events(&opened, &query, broken);
        let alias = query
            .alias
            .as_ref()
            .map(|alias| (alias.clone(), opened.bound.clone()));
        self.close(&opened);
        if let Some((alias, bound)) = alias.filter(|(alias, _)| !alias.is_missing()) {
            self.named.truncate(names);
            self.named.push(super::names::Named {
                name: alias.text,
                span: alias.span,
                bound,
            });
        }
        Some(opened.query)
    }

    fn steps_are_events(&mut self, opened: &Opened, query: &ast::Query, broken: &mut bool) {
        if opened.query.items.is_none() && opened.path.is_empty() {
            return;
        }
        *broken = true;
        let (Some(head), Some(last)) = (query.kinds.last(), query.path.last()) else {
            return;
        };
        let path = Span::new(head.span.end, last.span.end);
        let diagnostic = self
            .diagnostic(
                history::FIELD_NOT_COUNTED,
                path,
                "a step of a sequence is an event, not a field or an element of one",
            )
            .fix("follow the events", Applicability::Maybe, path, "")
            .help("conditions on elements stand in `where`: `any item in items where …`");
        self.report(diagnostic);
    }

    fn step_length(
        &mut self,
        length: &ast::Expr,
        word: &str,
        broken: &mut bool,
    ) -> Option<Box<Expr>> {
        let checked = self.fixed_length(length, word);
        *broken |= checked.is_none();
        checked.map(Box::new)
    }

    /// `within` and `for` exclude each other. That nothing follows `then not`, and that `for` goes with it, the parser sees to.
    fn one_length(&mut self, step: &ast::Step) {
        let (Some(lasting), Some(within)) = (&step.lasting, &step.within) else {
            return;
        };
        if step.negated.is_some() {
            let diagnostic = self
                .diagnostic(
                    history::TWO_WINDOWS,
                    lasting.span,
                    "`within` and `for` answer the same question",
                )
                .secondary(self.scope.file, within.span, "this is one already")
                .help(
                    "`within 24h`: none in the 24 hours after; `for 24h`: none from then until now",
                );
            self.report(diagnostic);
        }
    }

    /// How often something happened, and what happened after it, are two questions.
    fn once_only(&mut self, did: &Did, span: Span) {
        if let Some(not) = did.negated {
            let mut diagnostic = self
                .diagnostic(
                    history::NEGATED_SEQUENCE,
                    not,
                    "what did not happen is followed by nothing",
                )
                .label("this `not` belongs before `did`");
            let text = self.text(span);
            if let Some(rest) = text
                .strip_prefix("did")
                .map(str::trim_start)
                .and_then(|rest| rest.strip_prefix("not"))
            {
                let new = format!("not did{rest}");
                diagnostic = diagnostic.fix(
                    "ask that the whole did not happen",
                    Applicability::Maybe,
                    span,
                    new,
                );
            }
            self.report(diagnostic);
        }
        let extra = did
            .times
            .as_ref()
            .map(|times| times.span)
            .or(did.per.as_ref().map(|per| per.span))
            .or(did.regular.as_ref().map(|r| r.span));
        if let Some(extra) = extra {
            let diagnostic = self
                .diagnostic(
                    history::TIMES_OF_SEQUENCE,
                    extra,
                    "a sequence happened or not; how often is not counted",
                )
                .help("ask how often it happened in a question of its own, joined with `and`");
            self.report(diagnostic);
        }
    }
}
