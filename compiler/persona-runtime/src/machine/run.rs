//! What runs do: their steps, until they wait, send or end.

use std::sync::Arc;

use persona_ir::campaign::{
    Condition, EventMatch, SendStep, Stale, StepKind, Trigger, TriggerStep,
};
use persona_ir::{ColId, ExperimentId, KindId, NodeId, Schema};

use super::clock;
use super::engine::Engine;
use super::outcome::{Ended, Happened, RunId, key};
use super::state::{Phase, Run};
use super::witness::Seen;
use crate::flips::NEVER;
use crate::{Facts, Value};

/// What waits longer to be sent is stale: 72 hours.
const LONGEST: i64 = 72 * 3_600_000_000;

/// The events that a run at a step waits for.
pub(super) fn waits_for(trigger: &Trigger, step: u32) -> Option<&EventMatch> {
    match trigger.steps.get(step as usize).map(|step| &step.kind) {
        Some(StepKind::WaitForEvent { of, .. }) => Some(of),
        _ => None,
    }
}

/// What follows a step.
enum Next {
    /// This step, now.
    Step(u32),
    /// The run stays where it is.
    Stay(Phase, i64),
    /// The run ends.
    End(Ended),
}

impl<F: Facts> Engine<'_, '_, F> {
    /// All runs that can go on do.
    pub(super) fn run_all(&mut self) {
        let now = self.now;
        let goes_on =
            |run: &Run| run.phase == Phase::Ready || (run.phase != Phase::Send && run.due <= now);
        if !self.state.runs.iter().any(goes_on) {
            return;
        }
        // Steps read what runs before them did, but no step looks at runs: they can be taken out while they go.
        let mut place = 0;
        while place < self.state.runs.len() {
            if !goes_on(&self.state.runs[place]) {
                place += 1;
                continue;
            }
            let run = std::mem::replace(&mut self.state.runs[place], placeholder());
            match self.run(run) {
                Some(run) => {
                    self.state.runs[place] = run;
                    place += 1;
                }
                None => {
                    self.state.runs.remove(place);
                }
            }
        }
    }

    /// A run goes on as far as it can; nothing where it ended.
    fn run(&mut self, mut run: Run) -> Option<Run> {
        let trigger = &self.program.campaign.triggers[run.id.trigger];
        if run.phase != Phase::Ready {
            // The wait is over, and nothing came.
            if let Some(of) = waits_for(trigger, run.step) {
                for capture in &of.captures {
                    if let Some(slot) = run.frame.get_mut(capture.slot as usize) {
                        *slot = Value::Missing;
                    }
                }
            }
            run.step += 1;
        }
        loop {
            let next = match trigger.steps.get(run.step as usize) {
                Some(step) => self.step(&mut run, step),
                None => Next::End(Ended::Finished),
            };
            match next {
                Next::Step(step) => run.step = step,
                Next::Stay(phase, due) => {
                    (run.phase, run.due) = (phase, due);
                    let (id, step) = (&run.id, run.step);
                    let seen = match phase {
                        Phase::Send => Seen::Sends { run: id, step },
                        _ => Seen::Waits { run: id, step, due },
                    };
                    self.tell(&run.frame, seen);
                    return Some(run);
                }
                Next::End(ended) => {
                    let step = (ended != Ended::Finished).then_some(run.step);
                    self.did = true;
                    self.record(run.id, step, &run.frame, Happened::Ended(ended));
                    return None;
                }
            }
        }
    }

    fn step(&mut self, run: &mut Run, step: &TriggerStep) -> Next {
        let now = self.now;
        let after = Next::Step(run.step + 1);
        let due = match &step.kind {
            StepKind::Send(send) => {
                run.stale = self.stale(send, &run.frame);
                return Next::Stay(Phase::Send, now);
            }
            StepKind::Wait(length) => now.saturating_add(self.int(*length, &run.frame)),
            StepKind::WaitForEvent { at_most, .. } => {
                let due = now.saturating_add(self.int(*at_most, &run.frame));
                if due > now {
                    return Next::Stay(Phase::Event, due);
                }
                due
            }
            StepKind::WaitForClock { weekday, at } => {
                let at = self.int(*at, &run.frame);
                clock::local_time(self.clock().zone(), now, *weekday, at)
            }
            StepKind::WaitUntil(at) => match self.ask(*at, &run.frame).int() {
                Some(at) => at,
                None => return Next::End(Ended::NoInstant),
            },
            StepKind::Branch { arms, otherwise } => {
                return Next::Step(self.branch(run, arms, *otherwise));
            }
            StepKind::Jump(to) => return Next::Step(*to),
            StepKind::Emit { kind, values } => {
                self.emit(run, *kind, values);
                return after;
            }
            StepKind::Set { col, value } => {
                let value = self.ask(*value, &run.frame);
                self.person.set(*col, value.clone());
                self.changed(*col);
                run.dirty |= self.program.stops[run.id.trigger].cols.contains(col);
                self.did = true;
                let what = Happened::Set { col: *col, value };
                self.record(run.id.clone(), Some(run.step), &run.frame, what);
                return after;
            }
            StepKind::Stop => return Next::End(Ended::Stop),
        };
        if due > now {
            Next::Stay(Phase::Time, due)
        } else {
            after
        }
    }

    /// An integer that is never missing.
    fn int(&mut self, node: NodeId, frame: &[Value]) -> i64 {
        self.ask(node, frame).int().unwrap_or(0)
    }

    /// When a message whose step is reached now becomes stale.
    fn stale(&mut self, send: &SendStep, frame: &[Value]) -> i64 {
        let now = self.now;
        let longest = now.saturating_add(LONGEST + 1);
        let end = match send.stale {
            None => NEVER,
            Some(Stale::Within(length)) => {
                let length = self.int(length, frame);
                now.saturating_add(length).saturating_add(1)
            }
            Some(Stale::At(at)) => self.ask(at, frame).int().unwrap_or(NEVER),
            Some(Stale::Clock(at)) => {
                let at = self.int(at, frame);
                clock::local_time(self.clock().zone(), now, None, at)
            }
        };
        longest.min(end)
    }

    /// The step of the first condition that holds.
    fn branch(&mut self, run: &Run, arms: &[(Condition, u32)], otherwise: u32) -> u32 {
        let ask = |engine: &mut Self| {
            let mut taken = otherwise;
            for (condition, step) in arms {
                engine.saw(&condition.explain, &run.frame);
                if engine.ask(condition.node, &run.frame).is_true() {
                    taken = *step;
                    break;
                }
            }
            taken
        };
        let taken = ask(self);
        let (id, step) = (&run.id, run.step);
        let seen = Seen::Branches {
            run: id,
            step,
            taken,
        };
        self.tell(&run.frame, seen);
        let needs = &self.program.needs;
        let asked = arms.iter().flat_map(|(of, _)| &needs.get(of.node).arms);
        let mut experiments: Vec<ExperimentId> = asked.copied().collect();
        if !experiments.is_empty() {
            experiments.sort_unstable();
            experiments.dedup();
            for experiment in self.decided(&experiments, &taken, ask) {
                self.expose(&run.id, run.step, experiment);
            }
        }
        taken
    }

    fn emit(&mut self, run: &Run, kind: KindId, values: &[(ColId, NodeId)]) {
        let campaign = self.program.campaign;
        let columns = &campaign.plan.schema.events[kind].columns;
        let default = |column: &persona_ir::Column| {
            let default = column.default.as_ref();
            default.map_or(Value::Missing, Value::from)
        };
        let mut row: Vec<Value> = columns.iter().map(default).collect();
        for (col, node) in values {
            let value = self.ask(*node, &run.frame);
            if value.is_known() {
                row[usize::from(*col)] = value;
            }
        }
        row[usize::from(Schema::AT)] = Value::Int(self.now);
        row[usize::from(Schema::ID)] = Value::Str(self.key_of(&run.id, run.step, "emitted"));
        let values: Arc<[Value]> = row.into();
        self.made(kind, Arc::clone(&values));
        let what = Happened::Emitted { kind, values };
        self.record(run.id.clone(), Some(run.step), &run.frame, what);
    }

    /// An event was made.
    pub(super) fn made(&mut self, kind: KindId, values: Arc<[Value]>) {
        self.person.make(kind, values);
        self.touch();
        self.did = true;
    }

    /// The idempotency key of what a step does once.
    pub(super) fn key_of(&self, run: &RunId, step: u32, name: &str) -> Arc<str> {
        key(self.program.campaign, &self.key, run, Some(step), name, 0)
    }
}

/// What stands where a run was that is going.
pub(super) fn placeholder() -> Run {
    Run {
        id: RunId {
            trigger: persona_ir::campaign::TriggerId(0),
            per: Value::Missing,
            start: super::outcome::RunStart::Due(0),
        },
        step: 0,
        phase: Phase::Time,
        due: NEVER,
        stale: NEVER,
        sent: false,
        look: NEVER,
        dirty: false,
        frame: Vec::new(),
    }
}
