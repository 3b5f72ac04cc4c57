//! What an event does to a person's live runs, and what conditions do: runs that are stopped, waits that are over. What starts runs is
//! in `start`.

use persona_ir::campaign::TriggerId;

use super::engine::Engine;
use super::outcome::{Happened, Stopped};
use super::state::{Phase, Run};
use super::witness::Seen;
use crate::flips::NEVER;
use crate::{EventRef, Facts, Value};

impl<F: Facts> Engine<'_, '_, F> {
    /// An event that was just made visible: stops, waits, inactivity, entries.
    pub(super) fn happens(&mut self, event: EventRef, late: bool) {
        self.event = Some(event);
        self.heard(event.kind);
        let program = self.program;
        let listeners = &program.kinds[event.kind];
        if listeners.runs && !self.state.runs.is_empty() {
            self.stop_and_wake(event);
        }
        for watch in &listeners.inactivity {
            let watched = &program.watches[*watch];
            let of = program.inactivity(watched.trigger);
            if of.is_some_and(|of| self.matches(of, event, &[])) {
                self.state.watches[*watch].look = self.inactive(*watch);
            }
        }
        if !late {
            for trigger in &listeners.starts {
                self.start_by_event(*trigger, event);
            }
        }
        self.event = None;
    }

    /// Runs that an event ends, and waits.
    fn stop_and_wake(&mut self, event: EventRef) {
        let campaign = self.program.campaign;
        let runs = std::mem::take(&mut self.state.runs);
        let mut live = Vec::with_capacity(runs.len());
        for mut run in runs {
            let trigger = &campaign.triggers[run.id.trigger];
            let stops = (0_u32..).zip(&trigger.stop_on);
            let mut found = None;
            for (place, of) in stops {
                if self.matches(of, event, &run.frame) {
                    found = Some(place);
                    break;
                }
            }
            if let Some(place) = found {
                self.did = true;
                let what = Happened::Stopped(Stopped::Event(place));
                self.record(run.id, Some(run.step), &run.frame, what);
                continue;
            }
            if run.phase == Phase::Event
                && let Some(of) = super::run::waits_for(trigger, run.step)
                && self.matches(of, event, &run.frame)
            {
                let (id, step) = (&run.id, run.step);
                self.tell(&run.frame, Seen::Woken { run: id, step });
                self.capture(of, event, &mut run.frame);
                run.phase = Phase::Ready;
                run.step += 1;
                // What stops it may ask for what was captured.
                run.dirty = !trigger.stop_when.is_empty();
            }
            live.push(run);
        }
        self.state.runs = live;
    }

    /// Runs that a condition ends.
    pub(super) fn stop_by_condition(&mut self) {
        let campaign = self.program.campaign;
        let now = self.now;
        if !self
            .state
            .runs
            .iter()
            .any(|run| run.dirty || run.look <= now)
        {
            return;
        }
        let runs = std::mem::take(&mut self.state.runs);
        let mut live = Vec::with_capacity(runs.len());
        for mut run in runs {
            if (run.dirty || run.look <= now)
                && let Some(place) = self.condition_that_stops(&mut run, campaign)
            {
                self.did = true;
                let what = Happened::Stopped(Stopped::Condition(place));
                self.record(run.id, Some(run.step), &run.frame, what);
                continue;
            }
            live.push(run);
        }
        self.state.runs = live;
    }

    fn condition_that_stops(
        &mut self,
        run: &mut Run,
        campaign: &persona_ir::Campaign,
    ) -> Option<u32> {
        run.dirty = false;
        run.look = NEVER;
        let conditions = &campaign.triggers[run.id.trigger].stop_when;
        for (place, condition) in (0_u32..).zip(conditions) {
            let (value, bound) = self.ask_until(condition.node, &run.frame);
            self.saw(&condition.explain, &run.frame);
            if value.is_true() {
                return Some(place);
            }
            run.look = run.look.min(bound);
        }
        None
    }

    /// The live run of a key, or where it would be.
    pub(super) fn live(&self, trigger: TriggerId, per: &Value) -> Result<usize, usize> {
        let order = |run: &Run| super::state::by_key(run.id.trigger, &run.id.per, trigger, per);
        self.state.runs.binary_search_by(order)
    }
}
