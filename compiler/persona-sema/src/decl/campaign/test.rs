//! Tests: a timeline in order, rows that are whole, expectations that can be answered. Two tests with one title are found
//! between declarations.

use std::sync::Arc;

use persona_base::{
    Applicability, Diagnostic, Span, missing, names, nearest, timelines, triggers, types,
};
use persona_syntax::ast::{self, TestStepKind as Step};

use super::clauses::is_broken;
use super::refs::{list, refer};
use super::row::{RowOf, check_row};
use super::trigger;
use crate::db::{
    Decl, ItemKind, check, content_shape, defaulted, enum_ids, kind_ids, profile, schema,
};
use crate::decl::{Checking, Unit};
use crate::env::{Around, Scope};
use crate::expr::around::{self, Decides};
use crate::{
    Const, DropReason, EventId, Expected, FieldValue, Place, Test, TestStep, TestStepKind, Type,
    TypeKind,
};

/// The check of a test, under way.
struct Timeline<'c, 'db> {
    checking: &'c mut Checking<'db>,
    /// What time it is, once that is said, in microseconds.
    now: Option<i64>,
    /// Whether an `at` could not be read: then nothing is said about time.
    unclear: bool,
    /// The first thing that happened.
    begun: Option<Span>,
    given: Option<Span>,
    instant: Instant,
}

/// What happened since time moved on last.
#[derive(Debug, Default)]
struct Instant {
    /// The first expectation: it sees the end of the instant.
    looked: Option<Span>,
    /// The last event of the profile.
    event: Option<(EventId, Span)>,
}

/// Checks a test.
pub(in crate::decl) fn check_test(checking: &mut Checking<'_>, steps: &[ast::TestStep]) -> Unit {
    expectations(checking, steps);
    let mut timeline = Timeline {
        checking,
        now: None,
        unclear: false,
        begun: None,
        given: None,
        instant: Instant::default(),
    };
    let mut checked = Vec::with_capacity(steps.len());
    for step in steps {
        checked.extend(timeline.step(step).map(|kind| TestStep {
            kind,
            span: step.span,
        }));
    }
    let has_given = timeline.given.is_some();
    if !has_given && !is_broken(checking) {
        let place = checking.tree.name.span;
        checked.extend(given(checking, &[], place).map(|kind| TestStep { kind, span: place }));
    }
    Unit::Test(Test {
        title: Arc::clone(checking.decl.name(checking.db)),
        origin: Place {
            file: checking.file,
            span: Span::default(),
        },
        steps: checked,
    })
}

/// A test expects something.
fn expectations(checking: &mut Checking<'_>, steps: &[ast::TestStep]) {
    let expects = steps
        .iter()
        .any(|step| matches!(step.kind, Step::Expect(_) | Step::Error));
    if expects || is_broken(checking) {
        return;
    }
    let name = &checking.tree.name;
    let diagnostic = checking
        .diagnostic(
            timelines::NO_EXPECTATION,
            name.span,
            "this test expects nothing",
        )
        .label("it could not fail")
        .help("end it with what should hold: `expect sent cart_reminder`, `expect in vip`");
    checking.report(diagnostic);
}

/// A row whose values are the same whenever the test runs.
fn constants(
    checking: &mut Checking<'_>,
    of: &RowOf<'_>,
    fields: &[(ast::Name, ast::Expr)],
    span: Span,
) -> Vec<FieldValue> {
    let name = Arc::clone(&of.table.name);
    let mut constant = |checking: &Checking<'_>,
                        written: &ast::Expr,
                        ty: &Type|
     -> (Option<Const>, Vec<Diagnostic>) {
        let judged = around::check_fixed(&checking.env, checking.scope(&[]), written, ty, &name);
        (judged.value, judged.diagnostics)
    };
    check_row(checking, of, fields, span, &mut constant)
}

fn given(
    checking: &mut Checking<'_>,
    fields: &[(ast::Name, ast::Expr)],
    span: Span,
) -> Option<TestStepKind> {
    let db = checking.db;
    let none = std::collections::BTreeSet::new();
    let of = RowOf {
        table: &schema(db, db.project()).profile,
        defaulted: profile(db, db.project()).map_or(&none, |decl| defaulted(db, decl)),
        own: None,
        empty_lists: true,
    };
    Some(TestStepKind::Given(constants(checking, &of, fields, span)))
}

impl Timeline<'_, '_> {
    fn step(&mut self, step: &ast::TestStep) -> Option<TestStepKind> {
        match &step.kind {
            Step::Error => None,
            Step::Given(fields) => {
                if let Some(first) = self.given {
                    trigger::repeated(self.checking, "given", step.span, first);
                    return None;
                }
                self.early(step.span, "the profile is given before anything happens");
                self.given = Some(step.span);
                given(self.checking, fields, step.span)
            }
            Step::At(written) => self.at(written),
            Step::Event { event, of, fields } => {
                self.happens(step.span);
                self.event(event, of.as_ref(), fields, step.span)
            }
            Step::Set { path, value } => {
                self.happens(step.span);
                self.in_order(step.span, None);
                self.set(path, value.as_ref())
            }
            Step::Wait(written) => {
                self.happens(step.span);
                self.wait(written)
            }
            Step::Arm { experiment, arm } => {
                self.early(step.span, "arms are fixed before anything happens");
                self.arm(experiment, arm.as_ref())
            }
            Step::Expect(expectation) => {
                self.happens(step.span);
                self.instant.looked.get_or_insert(step.span);
                self.expect(expectation).map(TestStepKind::Expect)
            }
        }
    }

    /// What must come before everything that happens.
    fn early(&mut self, span: Span, why: &str) {
        let Some(begun) = self.begun else {
            return;
        };
        let diagnostic = self
            .checking
            .diagnostic(timelines::TEST_ORDER, span, why)
            .label("too late")
            .secondary(self.checking.file, begun, "this has happened already")
            .help("move it up");
        self.checking.report(diagnostic);
    }

    /// Something that happens at a time.
    fn happens(&mut self, span: Span) {
        let is_first = self.begun.is_none();
        self.begun.get_or_insert(span);
        if self.now.is_some() || self.unclear || !is_first || is_broken(self.checking) {
            return;
        }
        let diagnostic = self
            .checking
            .diagnostic(
                timelines::NO_INSTANT,
                span,
                "it is not said when this happens",
            )
            .label("what time is it?")
            .note("a test has no clock, so that it gives the same answer every day")
            .help("say it before: `at 2026-01-10T12:00Z`");
        self.checking.report(diagnostic);
    }

    fn fixed(&mut self, written: &ast::Expr, kind: TypeKind, role: &str) -> Option<i64> {
        let judged = around::check_fixed(
            &self.checking.env,
            self.checking.scope(&[]),
            written,
            &Type::of(kind),
            role,
        );
        self.checking.diagnostics.extend(judged.diagnostics);
        match judged.value {
            Some(Const::Int(value)) => Some(value),
            _ => None,
        }
    }

    fn at(&mut self, written: &ast::Expr) -> Option<TestStepKind> {
        let Some(instant) = self.fixed(written, TypeKind::Timestamp, "at") else {
            self.unclear = true;
            return None;
        };
        if self.now.is_some_and(|now| instant < now) && !self.unclear {
            let diagnostic = self
                .checking
                .diagnostic(
                    timelines::BACK_IN_TIME,
                    written.span,
                    "time goes backwards here",
                )
                .label("this is before what happened above")
                .help("put the steps in the order in which they happen");
            self.checking.report(diagnostic);
        }
        if self.now != Some(instant) {
            self.instant = Instant::default();
        }
        self.now = Some(instant);
        Some(TestStepKind::At(instant))
    }

    fn wait(&mut self, written: &ast::Expr) -> Option<TestStepKind> {
        let judged = around::check_length(
            &self.checking.env,
            self.checking.scope(&[]),
            written,
            "wait",
        );
        self.checking.diagnostics.extend(judged.diagnostics);
        let length = match judged.value {
            Some(_) => self.fixed(written, TypeKind::Duration, "wait"),
            None => None,
        };
        self.instant = Instant::default();
        match length {
            Some(length) => self.now = self.now.map(|now| now.saturating_add(length)),
            None => self.unclear = true,
        }
        length.map(TestStepKind::Wait)
    }

    fn event(
        &mut self,
        event: &ast::Name,
        of: Option<&ast::Expr>,
        fields: &[(ast::Name, ast::Expr)],
        span: Span,
    ) -> Option<TestStepKind> {
        let found = refer(self.checking, event, &[ItemKind::Event])?;
        let db = self.checking.db;
        let id = kind_ids(db, db.project())
            .get(event.text.as_str())
            .copied()?;
        self.in_order(span, Some(id).filter(|_| of.is_none()));
        let somebody = match of {
            Some(of) => Some(self.key(of)?),
            None => None,
        };
        let of = RowOf {
            table: &schema(db, db.project()).events[id],
            defaulted: defaulted(db, found),
            own: Some(
                "an event of a test happens now, which `at` and `wait` say, and gets its own identifier",
            ),
            empty_lists: false,
        };
        let fields = constants(self.checking, &of, fields, span);
        Some(TestStepKind::Event {
            event: id,
            of: somebody,
            fields,
        })
    }

    /// Somebody's key.
    fn key(&mut self, written: &ast::Expr) -> Option<Arc<str>> {
        let judged = around::check_fixed(
            &self.checking.env,
            self.checking.scope(&[]),
            written,
            &Type::of(TypeKind::Str),
            "of",
        );
        self.checking.diagnostics.extend(judged.diagnostics);
        match judged.value {
            Some(Const::Str(key)) => Some(key),
            _ => None,
        }
    }

    /// `set field = value`: what a source would say from now on.
    fn set(&mut self, path: &[ast::Name], value: Option<&ast::Expr>) -> Option<TestStepKind> {
        let (first, last) = (path.first()?, path.last()?);
        if path.iter().any(ast::Name::is_missing) {
            return None;
        }
        let dotted: Vec<&str> = path.iter().map(|name| name.text.as_str()).collect();
        let dotted = dotted.join(".");
        let span = first.span.to(last.span);
        let db = self.checking.db;
        let schema = schema(db, db.project());
        let Some(field) = schema.profile.field(&dotted) else {
            trigger::no_field(self.checking, &dotted, last, span);
            return None;
        };
        let def = &schema.profile.fields[field];
        if field == schema.key {
            let diagnostic = self
                .checking
                .diagnostic(
                    triggers::NOT_SETTABLE,
                    span,
                    format!("a test cannot set `{dotted}`"),
                )
                .label("it is the key: it says who this is")
                .help("an event of somebody else is written `event E of \"c2\" { … }`");
            self.checking.report(diagnostic);
            return None;
        }
        let Some(value) = value else {
            return self
                .unset(&dotted, span, def.ty.optional)
                .then_some(TestStepKind::Set((field, Const::Missing)));
        };
        let judged = around::check_fixed(
            &self.checking.env,
            self.checking.scope(&[]),
            value,
            &def.ty,
            "set",
        );
        self.checking.diagnostics.extend(judged.diagnostics);
        Some(TestStepKind::Set((field, judged.value?)))
    }

    /// `set field = missing`: whether that may be.
    fn unset(&mut self, dotted: &str, span: Span, optional: bool) -> bool {
        if !optional {
            let diagnostic = self
                .checking
                .diagnostic(
                    types::TYPE_MISMATCH,
                    span,
                    format!("`{dotted}` is never missing"),
                )
                .label("it is declared without `?`")
                .help("give it a value");
            self.checking.report(diagnostic);
        }
        optional
    }

    /// Something happens at the instant of what stands above it. `event` is the profile's event, if it is one.
    ///
    /// An instant has one order, whatever the order of the steps: attributes change, then events happen in the order of their
    /// kinds' names, and expectations see its end.
    fn in_order(&mut self, span: Span, event: Option<EventId>) {
        let db = self.checking.db;
        let schema = schema(db, db.project());
        let before = self.instant.event;
        if let Some(event) = event {
            self.instant.event = Some((event, span));
        }
        let (message, earlier, why) = if let Some(looked) = self.instant.looked {
            let message = "this happens in an instant that is over".to_owned();
            (message, looked, "this sees the end of the instant")
        } else {
            match (before, event) {
                (Some((last, place)), Some(event)) if event < last => {
                    let name = |event: EventId| &schema.events[event].name;
                    let message = format!(
                        "in one instant, `{}` comes before `{}`",
                        name(event),
                        name(last)
                    );
                    (
                        message,
                        place,
                        "this is written before it, and happens after it",
                    )
                }
                (Some((_, place)), None) => {
                    let message = "in one instant, fields change before anything happens";
                    (
                        message.to_owned(),
                        place,
                        "this is written before it, and happens after it",
                    )
                }
                _ => return,
            }
        };
        let start = Span::new(span.start, span.start);
        let diagnostic = self
            .checking
            .diagnostic(timelines::SAME_INSTANT, span, message)
            .label("no time passes before this")
            .secondary(self.checking.file, earlier, why)
            .note("events of one instant are ordered by the names of their kinds, in tests as in data")
            .fix(
                "let a second pass",
                Applicability::Maybe,
                start,
                "wait 1s\n  ",
            );
        self.checking.report(diagnostic);
    }

    fn arm(&mut self, experiment: &ast::Name, arm: Option<&ast::Name>) -> Option<TestStepKind> {
        let found = refer(self.checking, experiment, &[ItemKind::Experiment])?;
        let db = self.checking.db;
        let id = enum_ids(db, db.project())
            .get(experiment.text.as_str())
            .copied()?;
        let arm = match arm {
            None => {
                self.kept_out(experiment, found);
                None
            }
            Some(arm) if arm.is_missing() => return None,
            Some(arm) => {
                let values = &schema(db, db.project()).enums[id].values;
                let names: Vec<&str> = values.iter().map(|(name, _)| &**name).collect();
                let index = self.one_of(
                    arm,
                    &names,
                    names::UNKNOWN_VALUE,
                    &format!("`{}` has no arm `{}`", experiment.text, arm.text),
                )?;
                Some(index)
            }
        };
        Some(TestStepKind::Arm {
            experiment: Arc::from(experiment.text.as_str()),
            arm,
        })
    }

    /// `arm x = missing`: somebody must be kept out of the experiment.
    fn kept_out(&mut self, experiment: &ast::Name, found: Decl<'_>) {
        let Unit::Experiment(def) = &check(self.checking.db, found).unit else {
            return;
        };
        if def.holdout > 0 || def.layer.is_some() {
            return;
        }
        let message = format!("nobody is kept out of `{}`", experiment.text);
        let diagnostic = self
            .checking
            .diagnostic(timelines::NOBODY_KEPT_OUT, experiment.span, message)
            .label("it has no holdout and no layer, so that everybody has an arm")
            .help("name an arm, or give the experiment a holdout: `holdout 5%`");
        self.checking.report(diagnostic);
    }

    /// The index of a name among those that there are.
    fn one_of(
        &mut self,
        name: &ast::Name,
        all: &[&str],
        code: persona_base::Code,
        message: &str,
    ) -> Option<u32> {
        if let Some(index) = all.iter().position(|known| *known == name.text) {
            return u32::try_from(index).ok();
        }
        let diagnostic = self.checking.diagnostic(code, name.span, message);
        let diagnostic = match nearest(&name.text, all.iter().copied()) {
            Some(near) => diagnostic.perhaps(name.span, near),
            None if all.is_empty() => diagnostic,
            None => diagnostic.label(format!("there is {}", list(all.iter().copied()))),
        };
        self.checking.report(diagnostic);
        None
    }

    fn expect(&mut self, expectation: &ast::Expectation) -> Option<Expected> {
        match expectation {
            ast::Expectation::Error => None,
            ast::Expectation::Holds(condition) => {
                let scope = Scope {
                    around: Around {
                        slots: true,
                        sent: true,
                        ..Around::default()
                    },
                    ..self.checking.scope(&[])
                };
                let judged =
                    around::check_decision(&self.checking.env, scope, condition, Decides::Chosen);
                // Nobody is chosen by an expectation: a `not in` takes nobody in.
                let said = judged.diagnostics.into_iter();
                let said = said.filter(|found| found.code != missing::OPEN_SEGMENT_NEGATED);
                self.checking.diagnostics.extend(said);
                Some(Expected::Holds(judged.value.expr))
            }
            ast::Expectation::Sent {
                negated,
                content,
                channel,
            } => {
                let found = self.content(content);
                let channel = match channel {
                    Some(name) => Some(
                        refer(self.checking, name, &[ItemKind::Channel])
                            .map(|_| Arc::from(name.text.as_str()))?,
                    ),
                    None => None,
                };
                Some(Expected::Sent {
                    negated: *negated,
                    content: found?,
                    channel,
                })
            }
            ast::Expectation::Dropped {
                negated,
                content,
                reason,
            } => {
                let found = self.content(content);
                let reason = match reason {
                    Some(name) if name.is_missing() => return None,
                    Some(name) => Some(self.reason(name)?),
                    None => None,
                };
                Some(Expected::Dropped {
                    negated: *negated,
                    content: found?,
                    reason,
                })
            }
            ast::Expectation::Variant { content, variant } => self.variant(content, variant),
        }
    }

    fn content(&mut self, name: &ast::Name) -> Option<Arc<str>> {
        refer(self.checking, name, &[ItemKind::Content]).map(|_| Arc::from(name.text.as_str()))
    }

    fn reason(&mut self, name: &ast::Name) -> Option<DropReason> {
        if let Some((_, reason)) = DropReason::ALL
            .iter()
            .find(|(known, _)| *known == name.text)
        {
            return Some(*reason);
        }
        if name.text == "quiet" {
            let diagnostic = self
                .checking
                .diagnostic(timelines::UNKNOWN_REASON, name.span, "no message is given up because of quiet hours")
                .label("it waits until they are over")
                .help("expect that it is not sent yet: `expect not sent …`; or, where it came too late then, `because stale`");
            self.checking.report(diagnostic);
            return None;
        }
        let all = DropReason::ALL.map(|(known, _)| known);
        let message = format!("no message is given up because of `{}`", name.text);
        let index = self.one_of(name, &all, timelines::UNKNOWN_REASON, &message)?;
        DropReason::ALL
            .get(index as usize)
            .map(|(_, reason)| *reason)
    }

    fn variant(&mut self, content: &ast::Name, variant: &ast::Name) -> Option<Expected> {
        let found = refer(self.checking, content, &[ItemKind::Content])?;
        if variant.is_missing() {
            return None;
        }
        let shape = content_shape(self.checking.db, found);
        let names: Vec<&str> = shape
            .variants
            .iter()
            .map(|name| &**name)
            .chain(["otherwise"])
            .collect();
        let message = format!("`{}` has no variant `{}`", content.text, variant.text);
        let index = self.one_of(variant, &names, timelines::UNKNOWN_VARIANT, &message)?;
        Some(Expected::Variant {
            content: Arc::from(content.text.as_str()),
            variant: index,
        })
    }
}
