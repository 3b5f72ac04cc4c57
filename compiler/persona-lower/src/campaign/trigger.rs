//! Triggers: the header, and steps made flat. Nested steps become jumps; events and messages with names become slots of the
//! trigger's frame where something asks for them.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::campaign::{
    Content, ContentId, EntryLimit, EventMatch, Recurrence, SendStep, SlotFrom, Stale, Start,
    StepKind, Trigger, TriggerId, TriggerStep,
};
use persona_ir::{Explain, KindId, NodeId, Ty};
use persona_sema::{
    BinderId, ContentArg, Entry, Expr, Kinds, Query, TriggerStart, TriggerStepKind,
};

use super::{channel_id, condition, content_id, per, purpose_id, value};
use crate::TooLarge;
use crate::body::{Body, What};
use crate::explain::{Budget, explain_under};
use crate::frame::Given;
use crate::program::{Args, Program};
use crate::{schema, source};

/// All triggers.
pub(super) fn triggers(
    program: &mut Program<'_>,
    contents: &IndexVec<ContentId, Content>,
    budget: &mut Budget,
) -> Result<IndexVec<TriggerId, Trigger>, TooLarge> {
    let checked = program.checked;
    let lower = |def| {
        Lowering {
            program: &mut *program,
            contents,
            def,
            steps: Vec::new(),
            budget: &mut *budget,
        }
        .trigger()
    };
    checked.triggers.iter().map(lower).collect()
}

/// A trigger being lowered.
struct Lowering<'l, 'a> {
    program: &'l mut Program<'a>,
    contents: &'l IndexVec<ContentId, Content>,
    def: &'a persona_sema::Trigger,
    steps: Vec<TriggerStep>,
    budget: &'l mut Budget,
}

impl<'a> Lowering<'_, 'a> {
    fn trigger(mut self) -> Result<Trigger, TooLarge> {
        let def = self.def;
        self.give_names()?;
        let start = self.start()?;
        let (watched, change) = self.watched();
        let condition = def.condition.as_ref().map(|c| self.ask(c)).transpose()?;
        let per = def.per.as_ref().map(|per| self.value(per)).transpose()?;
        let stop_on = def.stop_on.iter().map(|query| self.event(query));
        let stop_on = stop_on.collect::<Result<_, _>>()?;
        let stop_when = def.stop_when.iter().map(|c| self.ask(c));
        let stop_when = stop_when.collect::<Result<_, _>>()?;
        self.steps(&def.steps)?;
        let mut trigger = Trigger {
            name: def.name.clone(),
            title: def.title.clone(),
            place: source::place(def.origin),
            frame: Vec::new(),
            start,
            watched,
            change,
            condition,
            per,
            enter: entry(&def.enter),
            restart: def.restart,
            stop_on,
            stop_when,
            priority: def.priority,
            steps: self.steps.clone(),
        };
        self.keep(&mut trigger);
        trigger.frame = std::mem::take(&mut self.program.frame).finish();
        Ok(trigger)
    }

    /// Says what every name of the trigger stands for.
    fn give_names(&mut self) -> Result<(), TooLarge> {
        match &self.def.start {
            TriggerStart::Event(query) => self.give_event(query, false),
            TriggerStart::Change { value, binder, .. } => {
                let node = self.value(value)?;
                let ty = self.program.graph.ty(node);
                let optional = self.program.graph.optional(node);
                let values =
                    ["before", "after"].map(|name| (Arc::from(name), ty.clone(), optional));
                self.give(*binder, values.to_vec());
            }
            TriggerStart::Membership { .. }
            | TriggerStart::Inactivity { .. }
            | TriggerStart::Anniversary { .. }
            | TriggerStart::Every { .. } => {}
        }
        self.give_names_of(&self.def.steps);
        Ok(())
    }

    fn give_names_of(&mut self, steps: &[persona_sema::TriggerStep]) {
        for step in steps {
            match &step.kind {
                TriggerStepKind::WaitForEvent { query, .. } => self.give_event(query, true),
                TriggerStepKind::Send(send) => {
                    if let Some(binder) = send.binder {
                        // One that is given up has an identifier, too: nothing that is sent has it.
                        self.give(binder, vec![(Arc::from("message"), Ty::Str, false)]);
                    }
                }
                TriggerStepKind::If { arms, otherwise } => {
                    arms.iter().for_each(|(_, steps)| self.give_names_of(steps));
                    self.give_names_of(otherwise);
                }
                _ => {}
            }
        }
    }

    fn give_event(&mut self, query: &Query, perhaps: bool) {
        let given = Given::Event {
            kinds: kinds(query),
            perhaps,
            param: None,
        };
        self.program.frame.give(query.binder, given);
    }

    fn give(&mut self, binder: BinderId, values: Vec<(Arc<str>, Ty, bool)>) {
        let given = Given::Values {
            values,
            param: None,
        };
        self.program.frame.give(binder, given);
    }

    fn ask(&mut self, expr: &Expr) -> Result<persona_ir::campaign::Condition, TooLarge> {
        condition(
            self.program,
            &self.def.name,
            self.def.origin,
            expr,
            self.budget,
        )
    }

    fn value(&mut self, expr: &Expr) -> Result<NodeId, TooLarge> {
        value(self.program, &self.def.name, expr)
    }

    /// Which events; what is kept of them is said when all is lowered.
    fn event(&mut self, query: &Query) -> Result<EventMatch, TooLarge> {
        let kinds = kinds(query);
        let name = &self.def.name;
        let filter = query.filter.as_deref().map(|filter| {
            self.program.resolve_with(|program| {
                let mut body = Body::new(program, name.clone(), Args::from([]), 0);
                body.bind(query.binder, What::Event(kinds.clone()));
                body.condition(filter)
            })
        });
        let filter = filter.transpose()?;
        let explain = query.filter.as_deref().map(|filter| {
            let bound = (query.binder, What::Event(kinds.clone()));
            self.explain(Some(bound), filter)
        });
        Ok(EventMatch {
            kinds: kinds.to_vec().into(),
            filter,
            explain,
            captures: Vec::new(),
        })
    }

    /// How an expression that is lowered is made up.
    fn explain(&mut self, bound: Option<(BinderId, What)>, expr: &Expr) -> Explain {
        self.budget.next();
        let def = self.def;
        explain_under(
            self.program,
            &def.name,
            def.origin,
            bound,
            expr,
            self.budget,
        )
    }

    /// How what is watched, and the condition on its change, are made up. Both are lowered.
    fn watched(&mut self) -> (Option<Explain>, Option<Explain>) {
        match &self.def.start {
            TriggerStart::Event(_)
            | TriggerStart::Inactivity { .. }
            | TriggerStart::Every { .. } => (None, None),
            TriggerStart::Membership { of, .. } => (Some(self.explain(None, of)), None),
            TriggerStart::Anniversary { date, .. } => (Some(self.explain(None, date)), None),
            TriggerStart::Change {
                value, condition, ..
            } => {
                let watched = self.explain(None, value);
                let change = condition.as_ref().map(|c| self.explain(None, c));
                (Some(watched), change)
            }
        }
    }

    fn start(&mut self) -> Result<Start, TooLarge> {
        Ok(match &self.def.start {
            TriggerStart::Event(query) => Start::Event(self.event(query)?),
            TriggerStart::Membership {
                leave,
                of,
                including_current,
            } => Start::Membership {
                leave: *leave,
                of: self.ask(of)?.node,
                including_current: *including_current,
            },
            TriggerStart::Inactivity { query, after } => Start::Inactivity {
                of: self.event(query)?,
                after: *after,
            },
            TriggerStart::Anniversary { date, at } => Start::Anniversary {
                date: self.value(date)?,
                at: *at,
            },
            TriggerStart::Every { unit, at } => Start::Every {
                unit: recurrence(*unit),
                at: *at,
            },
            TriggerStart::Change {
                value, condition, ..
            } => Start::Change {
                value: self.value(value)?,
                before: None,
                after: None,
                condition: condition
                    .as_ref()
                    .map(|c| self.ask(c).map(|c| c.node))
                    .transpose()?,
            },
        })
    }

    fn steps(&mut self, steps: &'a [persona_sema::TriggerStep]) -> Result<(), TooLarge> {
        for step in steps {
            let kind = match &step.kind {
                TriggerStepKind::If { arms, otherwise } => {
                    self.branch(step, arms, otherwise)?;
                    continue;
                }
                TriggerStepKind::Send(send) => StepKind::Send(self.send(send)?),
                TriggerStepKind::Wait(length) => StepKind::Wait(self.value(length)?),
                TriggerStepKind::WaitForEvent { query, at_most } => StepKind::WaitForEvent {
                    of: self.event(query)?,
                    at_most: self.value(at_most)?,
                },
                TriggerStepKind::WaitForClock { weekday, at } => StepKind::WaitForClock {
                    weekday: *weekday,
                    at: self.value(at)?,
                },
                TriggerStepKind::WaitUntil(at) => StepKind::WaitUntil(self.value(at)?),
                TriggerStepKind::Emit { event, fields } => self.emit(*event, fields)?,
                TriggerStepKind::Set { field, value } => {
                    let col = schema::col(*field);
                    let (ty, _) = schema::column_of(&self.program.schema.profile, col);
                    StepKind::Set {
                        col,
                        value: self.value_as(value, &ty)?,
                    }
                }
                TriggerStepKind::Stop => StepKind::Stop,
            };
            self.push(step, kind);
        }
        Ok(())
    }

    fn push(&mut self, step: &persona_sema::TriggerStep, kind: StepKind) {
        let span = step.span.offset(self.def.origin.span.start);
        self.steps.push(TriggerStep { kind, span });
    }

    fn here(&self) -> u32 {
        u32::try_from(self.steps.len()).expect("a trigger has fewer than 2^32 steps")
    }

    /// The branch itself, then the steps of each arm with a jump to what follows all of them.
    fn branch(
        &mut self,
        step: &persona_sema::TriggerStep,
        arms: &'a [(Expr, Vec<persona_sema::TriggerStep>)],
        otherwise: &'a [persona_sema::TriggerStep],
    ) -> Result<(), TooLarge> {
        let place = self.steps.len();
        self.push(step, StepKind::Stop);
        let (mut lowered, mut jumps) = (Vec::with_capacity(arms.len()), Vec::new());
        for (when, steps) in arms {
            let when = self.ask(when)?;
            lowered.push((when, self.here()));
            self.steps(steps)?;
            jumps.push(self.steps.len());
            self.push(step, StepKind::Stop);
        }
        let other = self.here();
        self.steps(otherwise)?;
        let end = self.here();
        for jump in jumps {
            self.steps[jump].kind = StepKind::Jump(end);
        }
        self.steps[place].kind = StepKind::Branch {
            arms: lowered,
            otherwise: other,
        };
        Ok(())
    }

    fn emit(
        &mut self,
        event: persona_sema::EventId,
        fields: &[(persona_sema::FieldId, Expr)],
    ) -> Result<StepKind, TooLarge> {
        let kind = schema::kind(event);
        let mut values = Vec::with_capacity(fields.len());
        for (field, value) in fields {
            let col = schema::col(*field);
            let (ty, _) = schema::column_of(&self.program.schema.events[kind], col);
            values.push((col, self.value_as(value, &ty)?));
        }
        Ok(StepKind::Emit { kind, values })
    }

    fn value_as(&mut self, expr: &Expr, ty: &Ty) -> Result<NodeId, TooLarge> {
        let name = &self.def.name;
        self.program.resolve_with(|program| {
            Body::new(program, name.clone(), Args::from([]), 0).expr_as(expr, ty)
        })
    }

    fn send(&mut self, send: &persona_sema::SendStep) -> Result<SendStep, TooLarge> {
        let checked = self.program.checked;
        let content = content_id(checked, &send.content);
        let mut args = Vec::new();
        for slot in &self.contents[content].frame {
            let SlotFrom::Argument { param, cols } = &slot.from else {
                continue;
            };
            args.push(match (&send.args[*param as usize], cols) {
                (ContentArg::Value(value), None) => self.value_as(value, &slot.ty)?,
                (ContentArg::Event(binder), Some(cols)) => self.program.given_event(*binder, cols),
                other => unreachable!("an argument that is not of its parameter: {other:?}"),
            });
        }
        let stale = send.stale.as_ref().map(|stale| {
            Ok(match stale {
                persona_sema::Stale::Within(length) => Stale::Within(self.value(length)?),
                persona_sema::Stale::Before(end) => {
                    let node = self.value(end)?;
                    match self.program.graph.ty(node) {
                        Ty::TimeOfDay => Stale::Clock(node),
                        _ => Stale::At(node),
                    }
                }
            })
        });
        Ok(SendStep {
            content,
            args,
            channel: channel_id(checked, &send.channel),
            purpose: send
                .purpose
                .as_ref()
                .map(|purpose| purpose_id(checked, purpose)),
            // Said when all is lowered.
            message: None,
            stale: stale.transpose()?,
        })
    }

    /// Says what goes to the frame, where something asks for it.
    fn keep(&self, trigger: &mut Trigger) {
        let frame = &self.program.frame;
        match (&mut trigger.start, &self.def.start) {
            (Start::Event(of), TriggerStart::Event(query)) => {
                of.captures = frame.captures(query.binder);
            }
            (Start::Change { before, after, .. }, TriggerStart::Change { binder, .. }) => {
                *before = frame.value_slot(*binder, 0);
                *after = frame.value_slot(*binder, 1);
            }
            _ => {}
        }
        let mut named = Vec::new();
        flatten(&self.def.steps, &mut named);
        let lowered = trigger
            .steps
            .iter_mut()
            .filter(|step| matches!(step.kind, StepKind::Send(_) | StepKind::WaitForEvent { .. }));
        for (lowered, written) in lowered.zip(named) {
            match (&mut lowered.kind, &written.kind) {
                (StepKind::Send(lowered), TriggerStepKind::Send(send)) => {
                    let slot = |binder| frame.value_slot(binder, 0);
                    lowered.message = send.binder.and_then(slot);
                }
                (
                    StepKind::WaitForEvent { of, .. },
                    TriggerStepKind::WaitForEvent { query, .. },
                ) => {
                    of.captures = frame.captures(query.binder);
                }
                other => unreachable!("steps are lowered in their order: {other:?}"),
            }
        }
    }
}

/// The steps that can give a name, in the order in which they are lowered.
fn flatten<'s>(
    steps: &'s [persona_sema::TriggerStep],
    into: &mut Vec<&'s persona_sema::TriggerStep>,
) {
    for step in steps {
        match &step.kind {
            TriggerStepKind::Send(_) | TriggerStepKind::WaitForEvent { .. } => into.push(step),
            TriggerStepKind::If { arms, otherwise } => {
                arms.iter().for_each(|(_, steps)| flatten(steps, into));
                flatten(otherwise, into);
            }
            _ => {}
        }
    }
}

fn kinds(query: &Query) -> Arc<[KindId]> {
    match &query.kinds {
        Kinds::Events(events) => events.iter().copied().map(schema::kind).collect(),
        Kinds::Param(_) => unreachable!("a trigger has no parameters"),
    }
}

fn entry(entry: &Entry) -> EntryLimit {
    match entry {
        Entry::Once => EntryLimit::Once,
        Entry::Always => EntryLimit::Always,
        Entry::Limited { count, per: of } => EntryLimit::Limited {
            count: u32::try_from(*count).unwrap_or(u32::MAX),
            per: per(*of),
        },
    }
}

fn recurrence(unit: persona_sema::Recurrence) -> Recurrence {
    match unit {
        persona_sema::Recurrence::Day => Recurrence::Day,
        persona_sema::Recurrence::Weekday(day) => Recurrence::Weekday(day),
        persona_sema::Recurrence::Month => Recurrence::Month,
    }
}
