//! What a trigger does: its steps, and what is known at each of them.

use std::sync::Arc;

use persona_base::{Applicability, Span, triggers};
use persona_syntax::ast::{self, TriggerStepKind as Step};

use super::{Asks, Decides, Run, around};
use crate::db::{ItemKind, content_shape};
use crate::decl::campaign::refs::refer;
use crate::env::{BoundThing, Known};
use crate::{Field, RecordType, SendStep, Stale, TriggerStep, TriggerStepKind, Type, TypeKind};

impl Run<'_, '_> {
    /// Checks the steps of the trigger.
    pub(super) fn all_steps(&mut self, steps: &[ast::TriggerStep]) -> Vec<TriggerStep> {
        self.block(steps).0
    }

    /// Checks the steps of a block; also whether a run always ends in it. Names given inside do not leave it.
    fn block(&mut self, steps: &[ast::TriggerStep]) -> (Vec<TriggerStep>, bool) {
        let names = self.bound.len();
        let mut checked = Vec::with_capacity(steps.len());
        let mut end: Option<Span> = None;
        let mut reported = false;
        for step in steps {
            if let Some(end) = end.filter(|_| !reported) {
                reported = true;
                self.unreachable(step.span, end);
            }
            let (kind, ends) = self.step(step);
            if ends && end.is_none() {
                end = Some(step.span);
            }
            checked.extend(kind.map(|kind| TriggerStep {
                kind,
                span: step.span,
            }));
        }
        // The binders stay taken: a run keeps what each of them stood for in a place of its own.
        for bound in &mut self.bound[names..] {
            bound.name = Arc::from("");
        }
        (checked, end.is_some())
    }

    fn unreachable(&mut self, span: Span, end: Span) {
        let diagnostic = self
            .checking
            .diagnostic(
                triggers::UNREACHABLE_STEP,
                span,
                "this step is never reached",
            )
            .label("nobody gets here")
            .secondary(self.checking.file, end, "every run has ended here")
            .help(
                "remove what follows, or end the run only where a condition holds: `if … { stop }`",
            );
        self.checking.report(diagnostic);
    }

    fn step(&mut self, step: &ast::TriggerStep) -> (Option<TriggerStepKind>, bool) {
        let kind = match &step.kind {
            Step::Error => None,
            Step::Stop => return (Some(TriggerStepKind::Stop), true),
            Step::If { arms, otherwise } => return self.if_step(arms, otherwise.as_deref()),
            Step::Send { .. } => {
                let sent = self.send(&step.kind, step.span).map(TriggerStepKind::Send);
                self.passes();
                sent
            }
            Step::Wait(wait) => {
                let waited = self.wait(wait, step.span);
                self.passes();
                waited
            }
            Step::Emit { event, fields } => self.emit(event, fields, step.span),
            Step::Set { path, value } => {
                let set = self.set(path, value);
                self.passes();
                set
            }
        };
        (kind, false)
    }

    fn if_step(
        &mut self,
        arms: &[(ast::Expr, Vec<ast::TriggerStep>)],
        otherwise: Option<&[ast::TriggerStep]>,
    ) -> (Option<TriggerStepKind>, bool) {
        let base = self.known.clone();
        let mut no = Vec::new();
        let mut checked = Vec::with_capacity(arms.len());
        let mut takes_time = false;
        // What is known at the beginning of each arm whose runs go on behind the `if`.
        let mut going_on: Vec<Vec<Known>> = Vec::new();
        for (condition, steps) in arms {
            self.known = base.iter().chain(&no).cloned().collect();
            let decision = self.decision(condition, Decides::Branch);
            self.learn(decision.yes);
            let passed = self.passed;
            let known = self.known.clone();
            let (steps, ends) = self.block(steps);
            takes_time |= !ends && self.passed != passed;
            going_on.extend((!ends).then_some(known));
            let failed = decision.no.into_iter();
            no.extend(failed.filter(|known| self.is_bound_or_free(known)));
            checked.push((decision.expr, steps));
        }
        let otherwise_known: Vec<Known> = base.iter().chain(&no).cloned().collect();
        self.known.clone_from(&otherwise_known);
        let passed = self.passed;
        let (otherwise, otherwise_ends) = match otherwise {
            Some(steps) => self.block(steps),
            None => (Vec::new(), false),
        };
        takes_time |= !otherwise_ends && self.passed != passed;
        let all_arms_end = going_on.is_empty();
        going_on.extend((!otherwise_ends).then_some(otherwise_known));
        self.known = match going_on.as_slice() {
            [only] => only.clone(),
            _ => base,
        };
        if takes_time {
            self.keep_what_lasts();
        }
        let kind = TriggerStepKind::If {
            arms: checked,
            otherwise,
        };
        (Some(kind), all_arms_end && otherwise_ends)
    }

    /// Time passes, or the person changes: nothing is known of them any more.
    fn passes(&mut self) {
        self.keep_what_lasts();
        self.passed += 1;
    }

    /// What a run keeps of an event or a message never changes.
    fn keep_what_lasts(&mut self) {
        self.known.retain(|known| known.binder().is_some());
    }

    /// `send content(args) via channel for purpose as m, within D`
    fn send(&mut self, step: &Step, span: Span) -> Option<SendStep> {
        let Step::Send {
            content,
            args,
            channel,
            purpose,
            alias,
            stale,
        } = step
        else {
            return None;
        };
        let shape = refer(self.checking, content, &[ItemKind::Content])
            .map(|found| Arc::clone(content_shape(self.checking.db, found)));
        let arguments = shape.and_then(|shape| {
            let ends = args.iter().map(|arg| match &arg.value {
                ast::ArgValue::Expr(value) => value.span.end,
                ast::ArgValue::Type(ty) => ty.span.end,
            });
            let whole = Span::new(content.span.start, ends.fold(content.span.end, u32::max));
            let judged = around::check_arguments(
                &self.checking.env,
                self.scope(),
                content,
                &shape,
                args,
                whole,
            );
            self.keep(judged)
        });
        let is_channel = refer(self.checking, channel, &[ItemKind::Channel]).is_some();
        let is_purpose = purpose
            .as_ref()
            .is_none_or(|purpose| refer(self.checking, purpose, &[ItemKind::Purpose]).is_some());
        let stale = stale.as_ref().map(|stale| self.stale(stale));
        debug_assert!(span.start <= content.span.start);
        let binder = alias
            .as_ref()
            .filter(|alias| self.is_new(alias))
            .map(|alias| {
                let binder = self.binder();
                let fields = vec![Field {
                    name: Arc::from("message"),
                    ty: Type::of(TypeKind::Str),
                }];
                let message = Type::of(TypeKind::Record(Arc::new(RecordType { fields })));
                self.bind(Some(alias), binder, BoundThing::Value(message));
                binder
            });
        let args = arguments.filter(|_| is_channel && is_purpose)?;
        let text = |name: &ast::Name| Arc::from(name.text.as_str());
        Some(SendStep {
            content: text(content),
            args,
            channel: text(channel),
            purpose: purpose.as_ref().map(text),
            binder,
            stale: stale.flatten(),
        })
    }

    fn stale(&mut self, stale: &ast::Stale) -> Option<Stale> {
        match stale {
            ast::Stale::Within(length) => {
                let judged =
                    around::check_length(&self.checking.env, self.scope(), length, "within");
                self.keep(judged).map(Stale::Within)
            }
            ast::Stale::Before(moment) => {
                let judged =
                    around::check_moment(&self.checking.env, self.scope(), moment, "before", false);
                self.keep(judged).map(Stale::Before)
            }
        }
    }

    fn wait(&mut self, wait: &ast::Wait, span: Span) -> Option<TriggerStepKind> {
        match wait {
            ast::Wait::Error => None,
            ast::Wait::For(length) => {
                let judged = around::check_length(&self.checking.env, self.scope(), length, "wait");
                self.keep(judged).map(TriggerStepKind::Wait)
            }
            ast::Wait::Event { query, at_most } => {
                self.wait_for_event(query, at_most.as_ref(), span)
            }
            ast::Wait::Clock { weekday, at } => {
                let weekday = match weekday {
                    Some(name) => Some(self.weekday(name, false)?),
                    None => None,
                };
                let time = Type::of(TypeKind::TimeOfDay);
                let judged =
                    around::check_typed(&self.checking.env, self.scope(), at, &time, "wait until");
                let at = self.keep(judged);
                Some(TriggerStepKind::WaitForClock { weekday, at })
            }
            ast::Wait::Until(moment) => {
                let judged = around::check_moment(
                    &self.checking.env,
                    self.scope(),
                    moment,
                    "wait until",
                    true,
                );
                let moment = self.keep(judged)?;
                Some(match moment.ty.kind {
                    TypeKind::TimeOfDay => TriggerStepKind::WaitForClock {
                        weekday: None,
                        at: moment,
                    },
                    _ => TriggerStepKind::WaitUntil(moment),
                })
            }
        }
    }

    fn wait_for_event(
        &mut self,
        query: &ast::Query,
        at_most: Option<&ast::Expr>,
        span: Span,
    ) -> Option<TriggerStepKind> {
        let found = self.events(query, Asks::Begins, "wait until");
        let at_most = match at_most {
            Some(length) => {
                let judged =
                    around::check_length(&self.checking.env, self.scope(), length, "at most");
                self.keep(judged)
            }
            None => {
                self.endless(span);
                None
            }
        };
        match &found {
            Some((query_found, _)) => {
                self.bind_events(query.alias.as_ref(), query_found, true);
            }
            None => {
                if let Some(alias) = &query.alias {
                    let binder = self.binder();
                    self.bind(Some(alias), binder, BoundThing::Value(Type::ERROR));
                }
            }
        }
        let ((query, _), at_most) = found.zip(at_most)?;
        Some(TriggerStepKind::WaitForEvent { query, at_most })
    }

    fn endless(&mut self, span: Span) {
        let diagnostic = self
            .checking
            .diagnostic(triggers::ENDLESS_WAIT, span, "this may wait forever")
            .label("what if it never happens?")
            .note("people would stay in the trigger, and could not enter it again")
            .fix(
                "wait at most 7 days",
                Applicability::Maybe,
                Span::at(span.end),
                ", at most 7d",
            );
        self.checking.report(diagnostic);
    }
}

/// Whether anything is sent, emitted or set, or whether that is not known.
pub(super) fn have_effect(steps: &[ast::TriggerStep]) -> bool {
    steps.iter().any(|step| match &step.kind {
        Step::Error | Step::Send { .. } | Step::Emit { .. } | Step::Set { .. } => true,
        Step::Wait(_) | Step::Stop => false,
        Step::If { arms, otherwise } => {
            arms.iter().any(|(_, steps)| have_effect(steps))
                || otherwise.as_deref().is_some_and(have_effect)
        }
    })
}
