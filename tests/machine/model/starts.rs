//! The naive model's first three steps of an instant: events that stop, wake and start runs, conditions that stop them, and
//! what else starts them.

use std::sync::Arc;

use persona_ir::campaign::{
    EntryLimit, EventMatch, Per, Recurrence, Start, StepKind, Trigger, TriggerId,
};
use persona_runtime::Value;
use persona_runtime::calendar::{self, DAY, SECOND};
use persona_runtime::machine::{Happened, Refusal, RunId, RunStart, Stopped};

use super::naive::{At, Person, Run};

impl Person<'_, '_> {
    fn trigger(&self, id: TriggerId) -> &Trigger {
        &self.campaign().triggers[id]
    }

    fn matches(&self, of: &EventMatch, frame: &[Value], row: usize) -> bool {
        of.kinds.contains(&self.history[row].kind)
            && of
                .filter
                .is_none_or(|filter| self.value_of(filter, frame, row).is_true())
    }

    fn capture(&self, of: &EventMatch, row: usize, frame: &mut [Value]) {
        let event = &self.history[row];
        for capture in &of.captures {
            let col = capture.cols.iter().find(|col| col.kind == event.kind);
            let col = col.expect("a capture knows every kind").col;
            frame[capture.slot as usize] = event.values[usize::from(col)].clone();
        }
    }

    /// One event: it stops runs, ends waits, counts as activity, and starts runs.
    pub(super) fn event(&mut self, row: usize, late: bool) {
        let campaign = self.campaign();
        self.sort_runs();
        for run in std::mem::take(&mut self.runs) {
            let stops = &campaign.triggers[run.id.trigger].stop_on;
            let stop = stops
                .iter()
                .position(|of| self.matches(of, &run.frame, row));
            match stop {
                Some(place) => {
                    let place = u32::try_from(place).expect("a few clauses");
                    let what = Happened::Stopped(Stopped::Event(place));
                    self.say(&run.id, Some(run.step), what);
                }
                None => self.runs.push(run),
            }
        }
        let mut runs = std::mem::take(&mut self.runs);
        for run in &mut runs {
            let Some(StepKind::WaitForEvent { of, .. }) = self.step_kind(run) else {
                continue;
            };
            if matches!(run.at, At::ForEvent(_)) && self.matches(of, &run.frame, row) {
                self.capture(of, row, &mut run.frame);
                run.at = At::Go;
                run.step += 1;
            }
        }
        self.runs = runs;
        for (id, trigger) in campaign.triggers.iter_enumerated() {
            match &trigger.start {
                Start::Inactivity { of, after } if self.matches(of, &[], row) => {
                    self.inactive[usize::from(id)] = Some(self.now + after);
                }
                Start::Event(of) if !late && of.kinds.contains(&self.history[row].kind) => {
                    let holds = self.matches(of, &[], row);
                    let mut frame = vec![Value::Missing; trigger.frame.len()];
                    self.capture(of, row, &mut frame);
                    self.enter(id, self.start_of(row), frame, holds);
                }
                _ => {}
            }
        }
    }

    pub(super) fn stop_when(&mut self) {
        let campaign = self.campaign();
        self.sort_runs();
        for run in std::mem::take(&mut self.runs) {
            let stops = &campaign.triggers[run.id.trigger].stop_when;
            let stop = stops
                .iter()
                .position(|when| self.value(when.node, &run.frame).is_true());
            match stop {
                Some(place) => {
                    let place = u32::try_from(place).expect("a few clauses");
                    let what = Happened::Stopped(Stopped::Condition(place));
                    self.say(&run.id, Some(run.step), what);
                }
                None => self.runs.push(run),
            }
        }
    }

    /// What holds at the stream's start.
    pub(super) fn base_line_of(&mut self, id: TriggerId) {
        let campaign = self.campaign();
        let trigger = &campaign.triggers[id];
        let place = usize::from(id);
        match &trigger.start {
            Start::Membership {
                of,
                including_current,
                ..
            } => {
                self.members[place] = self.value(*of, &[]).is_true();
                if self.members[place] && *including_current {
                    let frame = vec![Value::Missing; trigger.frame.len()];
                    self.enter(id, RunStart::Due(self.now), frame, true);
                }
            }
            Start::Change { value, .. } => self.values[place] = Some(self.value(*value, &[])),
            Start::Inactivity { of, after } => {
                let mut rows = (0..self.history.len()).rev();
                let last = rows.find(|row| self.matches(of, &[], *row));
                let due = last.map(|row| self.history[row].at + after);
                self.inactive[place] = due.filter(|due| *due > self.now);
            }
            Start::Event(_) | Start::Anniversary { .. } | Start::Every { .. } => {}
        }
    }

    /// What is due now, or changed by now.
    pub(super) fn look(&mut self, id: TriggerId) {
        let campaign = self.campaign();
        let trigger = &campaign.triggers[id];
        let place = usize::from(id);
        let mut frame = vec![Value::Missing; trigger.frame.len()];
        let starts = match &trigger.start {
            Start::Event(_) => false,
            Start::Membership { leave, of, .. } => {
                let is = self.value(*of, &[]).is_true();
                let was = std::mem::replace(&mut self.members[place], is);
                is != was && is != *leave
            }
            Start::Change {
                value,
                before,
                after,
                condition,
            } => {
                let is = self.value(*value, &[]);
                let was = self.values[place].replace(is.clone());
                let Some(was) = was.filter(|was| *was != is) else {
                    return;
                };
                for (slot, value) in [(before, was), (after, is)] {
                    if let Some(slot) = slot {
                        frame[*slot as usize] = value;
                    }
                }
                let holds = condition.is_none_or(|node| self.value(node, &frame).is_true());
                self.enter(id, RunStart::Due(self.now), frame, holds);
                return;
            }
            Start::Inactivity { .. } => {
                let due = self.inactive[place] == Some(self.now);
                if due {
                    self.inactive[place] = None;
                }
                due
            }
            Start::Anniversary { date, at } => {
                let date = self.value(*date, &[]).int();
                self.recurs(place, *at, |day| {
                    date.is_some_and(|date| {
                        let year = calendar::civil_from_days(day).year;
                        let birth = calendar::civil_from_days(date).year;
                        year > birth && calendar::anniversary_in(date, year) == day
                    })
                })
            }
            Start::Every { unit, at } => self.recurs(place, *at, |day| match unit {
                Recurrence::Day => true,
                Recurrence::Weekday(weekday) => calendar::weekday(day) == i64::from(*weekday),
                Recurrence::Month => calendar::civil_from_days(day).day == 1,
            }),
        };
        if starts {
            self.enter(id, RunStart::Due(self.now), frame, true);
        }
    }

    /// Whether a local time of certain days is now, for the first time.
    fn recurs(&mut self, place: usize, at: i64, days: impl Fn(i64) -> bool) -> bool {
        let today = self.zone.date_of(self.now);
        let is_now = |day: &i64| self.zone.instant(day * DAY + at * SECOND) == self.now;
        let due = (today - 1..=today + 1).filter(is_now).any(days);
        let fires = due && self.now > self.appeared && self.fired[place] != Some(self.now);
        if fires {
            self.fired[place] = Some(self.now);
        }
        fires
    }

    /// What could start a run: it does, or there is a reason why not.
    fn enter(&mut self, id: TriggerId, start: RunStart, frame: Vec<Value>, holds: bool) {
        let trigger = self.trigger(id).clone();
        // Where `where` does not hold, nobody knows that what `per` asks for is there.
        let per = trigger.per.filter(|_| holds);
        let per = per.map_or(Value::Missing, |per| self.value(per, &frame));
        let run = RunId {
            trigger: id,
            per: per.clone(),
            start,
        };
        if !holds {
            self.counts.failed_where[id] += 1;
            if self.model.options.record_where {
                self.say(&run, None, Happened::Refused(Refusal::Where));
            }
            return;
        }
        let condition = trigger.condition.as_ref();
        if condition.is_some_and(|when| !self.value(when.node, &frame).is_true()) {
            self.say(&run, None, Happened::Refused(Refusal::When));
            return;
        }
        let live = |other: &Run| other.id.trigger == id && other.id.per == per;
        let what = match self.runs.iter().position(live) {
            Some(place) if trigger.restart && !self.runs[place].sent => {
                self.runs.remove(place);
                Happened::Restarted
            }
            Some(_) => Happened::Refused(Refusal::Running),
            None if self.is_used_up(&trigger.enter, id, &per) => Happened::Refused(Refusal::Limit),
            None => {
                self.entries.push((id, per, self.now));
                Happened::Entered
            }
        };
        let refused = matches!(what, Happened::Refused(_));
        self.say(&run, None, what);
        if !refused {
            self.runs.push(Run {
                id: run,
                frame,
                step: 0,
                at: At::Go,
                sent: false,
            });
        }
    }

    fn is_used_up(&self, limit: &EntryLimit, id: TriggerId, per: &Value) -> bool {
        let own = self.entries.iter();
        let own = own.filter(|(trigger, key, _)| *trigger == id && key == per);
        let times = own.map(|(_, _, at)| *at);
        match limit {
            EntryLimit::Always => false,
            EntryLimit::Once => times.count() > 0,
            EntryLimit::Limited { count, per } => self.counted(*per, self.now, times) >= *count,
        }
    }

    /// How many instants are in the window that ends at an instant.
    pub(super) fn counted(&self, per: Per, now: i64, times: impl Iterator<Item = i64>) -> u32 {
        let clock = self.clock().at(now);
        let inside = |at: &i64| match per {
            Per::Rolling(length) => now - length < *at && *at <= now,
            Per::Calendar(unit) => *at <= now && clock.units_back(unit, *at) == 0,
        };
        u32::try_from(times.filter(inside).count()).expect("a few")
    }

    /// A run's step that makes something has a key of its own.
    pub(super) fn key_of(&self, run: &RunId, step: usize, name: &str) -> Arc<str> {
        let step = u32::try_from(step).expect("a few steps");
        persona_runtime::machine::key(self.campaign(), &self.key, run, Some(step), name, 0)
    }
}
