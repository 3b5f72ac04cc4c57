//! What became of a trigger for one person, and why: every run and every refused entry of a replay, with the rule that decided
//! and its values at that instant.

use std::collections::VecDeque;
use std::sync::Arc;

use persona_ir::campaign::{EventMatch, StepKind, Trigger, TriggerId};
use persona_runtime::machine::{Outcome, RunId, Seen, Sight, Witness, key};
use persona_runtime::time::Zone;
use persona_runtime::{Dataset, Value};

use super::look::Lookout;
use super::{Because, WhyOptions};
use crate::why::Moment;
use crate::{Change, Error, Location, Now, Program, Progress};

/// The most moments that are kept, the latest ones.
const KEPT: usize = 5_000;

/// What became of a trigger for one person.
#[derive(Clone, Debug)]
pub struct TriggerWhy {
    /// The trigger's name.
    pub name: Arc<str>,
    /// Its title.
    pub title: Option<Arc<str>>,
    /// Where it is declared.
    pub location: Location,
    /// The profile's key.
    pub key: String,
    /// Whether the data has a row for the profile.
    pub has_row: bool,
    /// Where the replay starts.
    pub from: Moment,
    /// Where nobody said where: the first event, which follows it.
    pub first: Option<Moment>,
    /// Where it ends.
    pub until: Now,
    /// The profile's zone.
    pub zone: String,
    /// Whether the trigger sends anything at all.
    pub sends: bool,
    /// How many runs began, how many entries were refused, how many messages were sent, dropped (or too late), and deferred.
    pub counts: TriggerCounts,
    /// What happened, in order.
    pub moments: Vec<TriggerMoment>,
    /// How many earlier moments were left out.
    pub left_out: usize,
    /// Where no run began and nothing was refused: why.
    pub never: Option<Never>,
    /// Where no run began: the refused entry that came nearest.
    pub nearest: Option<Nearest>,
}

/// How often something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TriggerCounts {
    /// Runs that began.
    pub entered: usize,
    /// Entries that were refused.
    pub refused: usize,
    /// Messages that were delivered.
    pub sent: usize,
    /// Messages that were given up.
    pub dropped: usize,
    /// Runs that were stopped.
    pub stopped: usize,
    /// Runs that still wait in the end.
    pub waiting: usize,
}

/// Something that happened, or did not.
#[derive(Clone, Debug)]
pub struct TriggerMoment {
    /// When.
    pub at: Moment,
    /// The run, as in the log.
    pub run: Arc<str>,
    /// The value of `per`, for people.
    pub per: Option<String>,
    /// As in the log; besides `waits`, `woken` and `branches`.
    pub outcome: &'static str,
    /// As in the log.
    pub reason: Option<&'static str>,
    /// In words.
    pub text: String,
    /// The fields of the event that it is about, if it is about one.
    pub event: Option<String>,
    /// The rule that decided.
    pub because: Because,
}

/// Why no run began where nothing was refused.
#[derive(Clone, Debug)]
pub struct Never {
    /// In words, one sentence each.
    pub text: String,
    /// What is watched, as it is in the end.
    pub because: Because,
    /// The fewest conditions that would have to change.
    pub changes: Vec<Change>,
}

/// The refused entry that came nearest.
#[derive(Clone, Debug)]
pub struct Nearest {
    /// When.
    pub at: Moment,
    /// What it was, in words.
    pub text: String,
    /// The fewest conditions that would have had to be otherwise.
    pub changes: Vec<Change>,
}

impl Program {
    pub(super) fn why_trigger(
        &self,
        name: &str,
        key: &str,
        options: &WhyOptions,
        progress: &dyn Progress,
    ) -> Result<Box<TriggerWhy>, Error> {
        let staged = self.staged()?;
        let stretch = self.stretch(key, options, progress)?;
        let machine = stretch.machine(staged);
        let mut triggers = staged.campaign.triggers.iter_enumerated();
        let found = triggers.find(|(_, of)| *of.name == *name);
        let (id, def) = found.ok_or_else(|| Error::internal("a checked trigger is lowered"))?;
        let mut told = Told {
            look: Lookout::new(staged, &machine),
            trigger: id,
            from: stretch.from,
            key,
            live: Vec::new(),
            entered: Vec::new(),
            moments: VecDeque::new(),
            left_out: 0,
            counts: TriggerCounts::default(),
            nearest: None,
            never: None,
            zone: None,
        };
        stretch.replay(&machine, &mut told)?;
        told.counts.waiting = told.live.len();
        let data = &stretch.loaded.data;
        let zone = told.zone.take().unwrap_or_else(Zone::utc);
        let steps = def.steps.iter();
        Ok(Box::new(TriggerWhy {
            name: def.name.clone(),
            title: def.title.clone(),
            location: told.look.declared(told.def().origin),
            key: key.to_owned(),
            has_row: data
                .has_row
                .as_ref()
                .is_none_or(|rows| rows.value(stretch.profile)),
            from: Moment::new(stretch.from, &zone),
            first: options
                .from
                .is_none()
                .then(|| Moment::new(stretch.from.saturating_add(1), &zone)),
            until: stretch.loaded.now.clone(),
            zone: zone.name().to_owned(),
            sends: steps
                .clone()
                .any(|step| matches!(step.kind, StepKind::Send(_))),
            counts: told.counts,
            never: told.never.take(),
            nearest: told.nearest.take().map(|(_, nearest)| nearest),
            left_out: told.left_out,
            moments: told.moments.into(),
        }))
    }
}

/// What is told of one trigger while a machine goes through a replay.
pub(super) struct Told<'a> {
    pub(super) look: Lookout<'a>,
    pub(super) trigger: TriggerId,
    pub(super) from: i64,
    pub(super) key: &'a str,
    pub(super) live: Vec<Live>,
    /// Entries: the value of `per`, and when.
    pub(super) entered: Vec<(Value, i64)>,
    moments: VecDeque<TriggerMoment>,
    left_out: usize,
    pub(super) counts: TriggerCounts,
    /// How many conditions the nearest refused entry lacked, and that entry.
    pub(super) nearest: Option<(usize, Nearest)>,
    pub(super) never: Option<Never>,
    /// The person's zone in the end.
    zone: Option<Zone>,
}

/// A run that has not ended.
pub(super) struct Live {
    pub(super) id: RunId,
    pub(super) since: i64,
    pub(super) sent: bool,
    /// When the step was reached that sends.
    pub(super) reached: i64,
}

impl Witness<Dataset> for Told<'_> {
    fn see(&mut self, sight: &Sight<'_, Dataset>) {
        if matches!(sight.what, Seen::End) {
            self.zone = Some(sight.clock.zone().clone());
        }
        match sight.what {
            Seen::Outcome(outcome) if outcome.run.trigger == self.trigger => {
                self.outcome(sight, outcome);
            }
            Seen::Waits { run, step, due } if run.trigger == self.trigger => {
                let (location, written) = self.step(step);
                let until = Moment::new(due, sight.clock.zone()).text;
                let text = match self.is_wait_for_event(step) {
                    true => format!("waits: `{written}`, {until} at the latest"),
                    false => format!("waits until {until}: `{written}`"),
                };
                self.tell(sight, run, "waits", None, text, Because::at(location));
            }
            Seen::Woken { run, step } if run.trigger == self.trigger => {
                self.woken(sight, run, step);
            }
            Seen::Branches { run, step, taken } if run.trigger == self.trigger => {
                self.branches(sight, run, step, taken);
            }
            Seen::Sends { run, .. } if run.trigger == self.trigger => {
                let now = sight.clock.now();
                if let Some(live) = self.live.iter_mut().find(|live| live.id == *run) {
                    live.reached = now;
                }
            }
            Seen::End if self.counts.entered == 0 && self.counts.refused == 0 => {
                self.never = Some(self.never(sight));
            }
            _ => {}
        }
    }
}

impl Told<'_> {
    pub(super) fn lowered(&self) -> &Trigger {
        &self.look.staged.campaign.triggers[self.trigger]
    }

    pub(super) fn def(&self) -> &persona_sema::Trigger {
        &self.look.staged.program.checked.triggers[usize::from(self.trigger)]
    }

    pub(super) fn tell(
        &mut self,
        sight: &Sight<'_, Dataset>,
        run: &RunId,
        outcome: &'static str,
        reason: Option<&'static str>,
        text: String,
        because: Because,
    ) {
        let campaign = &self.look.staged.campaign;
        let per = self.lowered().per.map(|node| {
            let ty = &campaign.plan.nodes[node].ty;
            self.look.shown(sight, &run.per, ty)
        });
        let moment = TriggerMoment {
            at: Moment::new(sight.clock.now(), sight.clock.zone()),
            run: key(campaign, self.key, run, None, "run", 0),
            per: per.filter(|_| run.per.is_known()),
            outcome,
            reason,
            text,
            event: sight.event.map(|event| self.look.fields(sight, event)),
            because,
        };
        if self.moments.len() == KEPT {
            self.moments.pop_front();
            self.left_out += 1;
        }
        self.moments.push_back(moment);
    }

    // ---- steps ----

    /// Where a step is written, and how.
    pub(super) fn step(&self, step: u32) -> (Location, String) {
        let def = self.lowered();
        let texts = &self.look.staged.program.texts;
        let span = def
            .steps
            .get(step as usize)
            .map_or(def.place.span, |step| step.span);
        let written = crate::why::one_line(texts.slice(def.place.file, span));
        (texts.location(def.place.file, span), written)
    }

    pub(super) fn at_step(&self, outcome: &Outcome) -> Because {
        match outcome.step {
            Some(step) => Because::at(self.step(step).0),
            None => Because::default(),
        }
    }

    pub(super) fn waits_for(&self, step: u32) -> Option<&EventMatch> {
        match &self.lowered().steps.get(step as usize)?.kind {
            StepKind::WaitForEvent { of, .. } => Some(of),
            _ => None,
        }
    }

    fn is_wait_for_event(&self, step: u32) -> bool {
        self.waits_for(step).is_some()
    }
}
