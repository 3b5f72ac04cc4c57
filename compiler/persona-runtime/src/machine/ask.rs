//! What a worker asks about the person it is at: conditions, values, events, arms. Changes nothing.

use std::sync::Arc;

use persona_ir::campaign::EventMatch;
use persona_ir::{ExperimentId, NodeId};

use super::Need;
use super::engine::Engine;
use super::outcome::{Happened, RunId};
use super::quick::Scene;
use crate::experiment::{self, Assignment};
use crate::flips::NEVER;
use crate::time::{Clock, Zone};
use crate::{EventRef, Facts, Value};

impl<F: Facts> Engine<'_, '_, F> {
    /// The facts changed, or what is visible of them.
    pub(super) fn touch(&mut self) {
        self.fresh = false;
    }

    /// The person's clock.
    pub(super) fn clock(&mut self) -> &Clock {
        let now = self.now;
        let known = self.clock.take();
        let clock = match known {
            Some(clock) if clock.now() == now => clock,
            Some(clock) => clock.at(now),
            None => self.zone().at(now),
        };
        self.clock.insert(clock)
    }

    /// A clock in the person's zone.
    fn zone(&mut self) -> Clock {
        let zone = self.program.campaign.plan.schema.zone;
        let name = zone.map(|col| self.person.profile_value(col, 0));
        let Some(Value::Str(name)) = name else {
            return self.package.clone();
        };
        let zone = match self.zones.get(&name) {
            Some(zone) => zone.clone(),
            None => {
                let zone = Zone::named(&name);
                self.zones.insert(name, zone.clone());
                zone
            }
        };
        match zone {
            Some(zone) => Clock::new(zone, self.now, self.package.week_start()),
            None => self.package.clone(),
        }
    }

    /// Makes the evaluator ready for the person as they are now.
    pub(super) fn ready(&mut self) {
        if !self.fresh {
            let clock = self.clock().clone();
            self.eval.set_clock(clock);
            self.fresh = true;
        }
    }

    /// The value of a closed root, under a frame.
    pub(super) fn ask(&mut self, root: NodeId, frame: &[Value]) -> Value {
        let need = self.program.needs.get(root);
        if let Some((holds, _)) = self.quickly(need, frame, None) {
            debug_assert_eq!(Value::Bool(holds), self.ask_fully(root, frame));
            return Value::Bool(holds);
        }
        self.ask_fully(root, frame)
    }

    fn ask_fully(&mut self, root: NodeId, frame: &[Value]) -> Value {
        self.frame(root, frame);
        self.eval.known(root).clone()
    }

    /// Evaluates what a root needs, under a frame.
    fn frame(&mut self, root: NodeId, frame: &[Value]) {
        self.ready();
        let need = self.program.needs.get(root);
        if !need.inputs.is_empty() {
            self.eval.set_frame(frame);
        }
        self.eval.evaluate(&need.nodes);
    }

    /// As [`Self::ask`], and an instant before which the value cannot change by itself.
    pub(super) fn ask_until(&mut self, root: NodeId, frame: &[Value]) -> (Value, i64) {
        let need = self.program.needs.get(root);
        if !need.timed {
            return (self.ask(root, frame), NEVER);
        }
        if let Some((holds, bound)) = self.quickly(need, frame, None) {
            debug_assert_eq!(Value::Bool(holds), self.ask_fully(root, frame));
            return (Value::Bool(holds), bound);
        }
        self.ready();
        if !need.inputs.is_empty() {
            self.eval.set_frame(frame);
        }
        let mut last = (Value::Missing, NEVER);
        for node in &need.nodes {
            last = self.eval.step(*node);
        }
        last
    }

    /// What a condition says that needs no evaluator.
    fn quickly(
        &self,
        need: &Need,
        frame: &[Value],
        event: Option<EventRef>,
    ) -> Option<(bool, i64)> {
        let quick = need.quick.as_ref()?;
        let scene = Scene {
            person: self.person,
            frame,
            event,
            now: self.now,
        };
        Some(quick.ask(&scene))
    }

    /// Whether an event is one of those, under a frame.
    pub(super) fn matches(&mut self, of: &EventMatch, event: EventRef, frame: &[Value]) -> bool {
        if !of.kinds.contains(&event.kind) {
            return false;
        }
        let Some(filter) = of.filter else {
            return true;
        };
        self.saw_of(of.explain.as_ref(), event, frame);
        let need = self.program.needs.get(filter);
        if let Some((holds, _)) = self.quickly(need, frame, Some(event)) {
            debug_assert_eq!(holds, self.matches_fully(filter, event, frame));
            return holds;
        }
        self.matches_fully(filter, event, frame)
    }

    fn matches_fully(&mut self, filter: NodeId, event: EventRef, frame: &[Value]) -> bool {
        self.frame(filter, frame);
        self.eval.body_for(filter, event, 0).is_true()
    }

    /// Takes what is kept of an event into a frame.
    pub(super) fn capture(&self, of: &EventMatch, event: EventRef, frame: &mut [Value]) {
        for capture in &of.captures {
            let col = capture.cols.iter().find(|col| col.kind == event.kind);
            let value = col.map_or(Value::Missing, |col| {
                self.person.event_value(event, col.col)
            });
            if let Some(slot) = frame.get_mut(capture.slot as usize) {
                *slot = value;
            }
        }
    }

    /// The person's arm: nothing in the holdout; none where they take no part.
    pub(super) fn arm(&self, experiment: ExperimentId) -> Option<Option<u32>> {
        let arm = &self.program.campaign.experiments[experiment].arm;
        if let Some(forced) = self.person.forced_arm(&arm.experiment, 0) {
            return Some(forced);
        }
        match experiment::assign(arm, &self.key) {
            Assignment::Outside => None,
            found => Some(found.arm()),
        }
    }

    /// Records that the person is part of an experiment, once.
    pub(super) fn expose(&mut self, run: &RunId, step: u32, experiment: ExperimentId) {
        let Err(place) = self.state.exposed.binary_search(&experiment) else {
            return;
        };
        let Some(arm) = self.arm(experiment) else {
            return;
        };
        self.state.exposed.insert(place, experiment);
        let what = Happened::Exposed { experiment, arm };
        self.record(run.clone(), Some(step), &[], what);
    }

    /// Which of some experiments would have made a difference: where another arm, or none, gives another answer.
    pub(super) fn decided<T: PartialEq>(
        &mut self,
        experiments: &[ExperimentId],
        answer: &T,
        mut ask: impl FnMut(&mut Self) -> T,
    ) -> Vec<ExperimentId> {
        let campaign = self.program.campaign;
        let mut found = Vec::new();
        for experiment in experiments {
            if self.state.exposed.contains(experiment) {
                continue;
            }
            let Some(own) = self.arm(*experiment) else {
                continue;
            };
            let arm = &campaign.experiments[*experiment].arm;
            let arms = u32::try_from(arm.ends.len()).unwrap_or(u32::MAX);
            let others = (0..arms).map(Some).chain([None]).filter(|arm| *arm != own);
            for other in others {
                self.person
                    .assume(Some((Arc::clone(&arm.experiment), other)));
                self.touch();
                self.trying = true;
                let differs = ask(self) != *answer;
                self.trying = false;
                self.person.assume(None);
                self.touch();
                if differs {
                    found.push(*experiment);
                    break;
                }
            }
        }
        found
    }
}
