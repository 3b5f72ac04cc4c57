//! What starts runs: events, memberships, changes, inactivity, anniversaries and recurrences; and whether one may enter.

use persona_ir::campaign::{EntryLimit, Per, Start, TriggerId};
use persona_ir::{InstantSpec, NodeId, Schema};

use super::clock;
use super::engine::Engine;
use super::outcome::{Happened, Refusal, RunId, RunStart};
use super::program::{Watch, WatchKind};
use super::state::{Entries, Phase, Run, Watched, by_key, id_of};
use crate::calendar::DAY;
use crate::flips::NEVER;
use crate::{EventRef, Facts, Value};

/// Zones differ by less: an entry that is older than its unit by so much never counts again.
const ZONES: i64 = 2 * DAY;

impl<F: Facts> Engine<'_, '_, F> {
    // ---- events ----

    /// An event that may start a trigger.
    pub(super) fn start_by_event(&mut self, trigger: TriggerId, event: EventRef) {
        let campaign = self.program.campaign;
        let def = &campaign.triggers[trigger];
        let Start::Event(of) = &def.start else {
            return;
        };
        if !self.matches(of, event, &[]) {
            self.counts.failed_where[trigger] += 1;
            if self.program.options.record_where {
                let start = self.start_of(event);
                self.refuse(trigger, Value::Missing, start, &[], Refusal::Where);
            }
            return;
        }
        let mut frame = vec![Value::Missing; def.frame.len()];
        self.capture(of, event, &mut frame);
        self.enter(trigger, frame, |engine| engine.start_of(event));
    }

    fn start_of(&self, event: EventRef) -> RunStart {
        let kind = event.kind;
        if let Some(id) = id_of(&self.person.event_value(event, Schema::ID)) {
            return RunStart::Id { kind, id };
        }
        // Events are looked at when they are the last that is visible.
        let place = self.person.place_of(event);
        RunStart::Event {
            kind,
            at: self.now,
            nth: self.person.nth(place),
        }
    }

    // ---- entry ----

    /// Something starts a trigger: `when`, a live run, `enter`.
    fn enter(
        &mut self,
        trigger: TriggerId,
        frame: Vec<Value>,
        start: impl FnOnce(&Self) -> RunStart,
    ) {
        let def = &self.program.campaign.triggers[trigger];
        let holds = match &def.condition {
            Some(condition) => {
                self.saw(&condition.explain, &frame);
                self.ask(condition.node, &frame).is_true()
            }
            None => true,
        };
        let per = def.per.map_or(Value::Missing, |per| self.ask(per, &frame));
        let start = start(self);
        if !holds {
            return self.refuse(trigger, per, start, &frame, Refusal::When);
        }
        let place = match self.live(trigger, &per) {
            Ok(place) if def.restart && !self.state.runs[place].sent => {
                let id = RunId {
                    trigger,
                    per,
                    start,
                };
                self.did = true;
                self.record(id.clone(), None, &frame, Happened::Restarted);
                self.state.runs[place] = new_run(id, frame);
                return;
            }
            Ok(_) => return self.refuse(trigger, per, start, &frame, Refusal::Running),
            Err(place) => place,
        };
        if !self.may_enter(trigger, &per) {
            return self.refuse(trigger, per, start, &frame, Refusal::Limit);
        }
        let id = RunId {
            trigger,
            per,
            start,
        };
        self.did = true;
        self.record(id.clone(), None, &frame, Happened::Entered);
        self.state.runs.insert(place, new_run(id, frame));
    }

    fn refuse(
        &mut self,
        trigger: TriggerId,
        per: Value,
        start: RunStart,
        frame: &[Value],
        refusal: Refusal,
    ) {
        let id = RunId {
            trigger,
            per,
            start,
        };
        self.record(id, None, frame, Happened::Refused(refusal));
    }

    /// Whether one may enter with a key, and if so, counts it.
    fn may_enter(&mut self, trigger: TriggerId, per: &Value) -> bool {
        let now = self.now;
        let (allowed, since, forget) = match self.program.campaign.triggers[trigger].enter {
            EntryLimit::Always => return true,
            EntryLimit::Once => (1, i64::MIN, i64::MIN),
            EntryLimit::Limited {
                count,
                per: Per::Rolling(length),
            } => {
                let since = now.saturating_sub(length).saturating_add(1);
                (count, since, since)
            }
            EntryLimit::Limited {
                count,
                per: Per::Calendar(unit),
            } => {
                let start = self
                    .clock()
                    .instant(InstantSpec::UnitStart { unit, offset: 0 });
                (count, start, start.saturating_sub(ZONES))
            }
        };
        let entries = &mut self.state.entries;
        let found = entries.binary_search_by(|of| by_key(of.trigger, &of.per, trigger, per));
        let place = found.unwrap_or_else(|place| {
            let none = Entries {
                trigger,
                per: per.clone(),
                at: Vec::new(),
            };
            entries.insert(place, none);
            place
        });
        let at = &mut entries[place].at;
        at.retain(|at| *at >= forget);
        let counted = at.iter().filter(|at| **at >= since).count();
        let may = counted < allowed as usize;
        if may {
            at.push(now);
        }
        may
    }

    // ---- watches ----

    /// What is known of watches before anything is.
    fn unwatched(&self) -> Vec<Watched> {
        let unknown = Watched {
            value: None,
            look: NEVER,
        };
        vec![unknown; self.program.watches.len()]
    }

    /// The profile appears: no member of anything, without values.
    pub(super) fn appear(&mut self) {
        self.state.begun = true;
        self.state.watches = self.unwatched();
        self.appears = true;
        self.dirty.fill(true);
        for (watch, watched) in self.program.watches.iter().zip(&mut self.state.watches) {
            if matches!(watch.kind, WatchKind::Member { .. }) {
                watched.value = Some(Value::Bool(false));
            }
        }
    }

    /// Takes memberships and values at the stream's start as they are; present members enter where they are to.
    pub(super) fn start_base_line(&mut self) {
        self.state.begun = true;
        self.state.watches = self.unwatched();
        self.dirty.fill(false);
        let program = self.program;
        for (index, watch) in program.watches.iter().enumerate() {
            match &watch.kind {
                WatchKind::Member {
                    of,
                    including_current,
                    leave,
                } => {
                    self.saw_watched(watch.trigger);
                    let (value, look) = self.ask_until(*of, &[]);
                    let enters = *including_current && !*leave && value.is_true();
                    self.state.watches[index] = Watched {
                        value: Some(value),
                        look,
                    };
                    if enters {
                        self.start_due(watch.trigger);
                    }
                }
                WatchKind::Change { value, .. } => {
                    let (value, look) = self.ask_until(*value, &[]);
                    let value = Some(value);
                    self.state.watches[index] = Watched { value, look };
                }
                WatchKind::Inactivity { after } => {
                    let due = self.last_activity(watch.trigger);
                    let due = due.map_or(NEVER, |at| at.saturating_add(*after));
                    let look = if due > self.now { due } else { NEVER };
                    self.state.watches[index].look = look;
                }
                WatchKind::Anniversary { .. } | WatchKind::Every { .. } => {
                    self.state.watches[index].look = self.next_due(watch, self.now).1;
                }
            }
        }
    }

    /// The instant of the last event in the history that keeps a trigger by inactivity from starting.
    fn last_activity(&mut self, trigger: TriggerId) -> Option<i64> {
        let of = self.program.inactivity(trigger)?;
        for place in (0..self.person.len()).rev() {
            let event = self.person.event(place);
            if self.matches(of, event, &[]) {
                return Some(self.person.at(event));
            }
        }
        None
    }

    /// When inactivity is due that begins now.
    pub(super) fn inactive(&self, watch: usize) -> i64 {
        match self.program.watches[watch].kind {
            WatchKind::Inactivity { after } => self.now.saturating_add(after),
            _ => NEVER,
        }
    }

    /// Looks at all that may be due, in the order of triggers.
    pub(super) fn look(&mut self) {
        let program = self.program;
        for (index, watch) in program.watches.iter().enumerate() {
            let dirty = std::mem::take(&mut self.dirty[index]);
            if dirty
                || self
                    .state
                    .watches
                    .get(index)
                    .is_some_and(|of| of.look <= self.now)
            {
                self.look_at(index, watch);
            }
        }
    }

    fn look_at(&mut self, index: usize, watch: &Watch) {
        match &watch.kind {
            WatchKind::Member { of, leave, .. } => {
                self.saw_watched(watch.trigger);
                let (value, look) = self.ask_until(*of, &[]);
                let member = value.is_true();
                let value = Some(value);
                let before = self.replace(index, Watched { value, look });
                let changed = before.is_some_and(|before| before.is_true() != member);
                if changed && member != *leave {
                    self.start_due(watch.trigger);
                }
            }
            WatchKind::Change {
                value,
                before,
                after,
                condition,
            } => self.look_at_change(index, watch, *value, [*before, *after], *condition),
            WatchKind::Inactivity { .. } => {
                if self.state.watches[index].look <= self.now {
                    self.state.watches[index].look = NEVER;
                    self.start_due(watch.trigger);
                }
            }
            WatchKind::Anniversary { .. } | WatchKind::Every { .. } => {
                let (due, _) = self.next_due(watch, self.now - 1);
                self.state.watches[index].look = self.next_due(watch, self.now).1;
                let again = std::mem::replace(&mut self.fired[index], true);
                if due == self.now && !again && !self.appears {
                    self.start_due(watch.trigger);
                } else {
                    self.fired[index] = again;
                }
            }
        }
    }

    fn look_at_change(
        &mut self,
        index: usize,
        watch: &Watch,
        of: NodeId,
        [before, after]: [Option<u32>; 2],
        condition: Option<NodeId>,
    ) {
        let (now, look) = self.ask_until(of, &[]);
        let value = Some(now.clone());
        let Some(was) = self.replace(index, Watched { value, look }) else {
            return;
        };
        if was == now {
            return;
        }
        let trigger = watch.trigger;
        let slots = self.program.campaign.triggers[trigger].frame.len();
        let mut frame = vec![Value::Missing; slots];
        for (slot, value) in [(before, was), (after, now)] {
            if let Some(place) = slot.and_then(|slot| frame.get_mut(slot as usize)) {
                *place = value;
            }
        }
        if condition.is_some()
            && let Some(explain) = &self.program.campaign.triggers[trigger].change
        {
            self.saw(explain, &frame);
        }
        if let Some(condition) = condition
            && !self.ask(condition, &frame).is_true()
        {
            self.counts.failed_where[trigger] += 1;
            if self.program.options.record_where {
                let start = RunStart::Due(self.now);
                self.refuse(trigger, Value::Missing, start, &frame, Refusal::Where);
            }
            return;
        }
        self.enter(trigger, frame, |engine| RunStart::Due(engine.now));
    }

    /// Keeps what is known of a watch; gives the value before.
    fn replace(&mut self, index: usize, known: Watched) -> Option<Value> {
        std::mem::replace(&mut self.state.watches[index], known).value
    }

    fn start_due(&mut self, trigger: TriggerId) {
        let slots = self.program.campaign.triggers[trigger].frame.len();
        let frame = vec![Value::Missing; slots];
        self.enter(trigger, frame, |engine| RunStart::Due(engine.now));
    }

    /// The first instant after one at which an anniversary or a recurrence is due, as things are now; and an instant, not
    /// later, at which to look again.
    fn next_due(&mut self, watch: &Watch, after: i64) -> (i64, i64) {
        match watch.kind {
            WatchKind::Every { unit, at } => {
                let due = clock::recurrence(self.clock().zone(), after, unit, at);
                (due, due)
            }
            WatchKind::Anniversary { date, at } => {
                let (value, bound) = self.ask_until(date, &[]);
                let zone = self.clock().zone();
                let due = value
                    .int()
                    .map_or(NEVER, |date| clock::anniversary(zone, after, date, at));
                (due, due.min(bound))
            }
            _ => (NEVER, NEVER),
        }
    }
}

fn new_run(id: RunId, frame: Vec<Value>) -> Run {
    Run {
        id,
        step: 0,
        phase: Phase::Ready,
        due: NEVER,
        stale: NEVER,
        sent: false,
        look: NEVER,
        dirty: true,
        frame,
    }
}
