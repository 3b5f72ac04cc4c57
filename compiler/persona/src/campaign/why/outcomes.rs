//! What is said of each outcome of a trigger: in words, with the rule that decided and what it looked at.

use persona_ir::campaign::{DropReason, EntryLimit, SendStep, Start, StepKind};
use persona_ir::{Explain, Ty};
use persona_runtime::machine::{Ended, Happened, Outcome, Refusal, RunId, Sight, Stopped, Waits};
use persona_runtime::{Dataset, Value};
use persona_sema::TriggerStart;

use super::Because;
use super::trigger::{Live, Nearest, Told};
use crate::why::{Moment, smallest};
use crate::{Change, Part};

impl Told<'_> {
    pub(super) fn outcome(&mut self, sight: &Sight<'_, Dataset>, outcome: &Outcome) {
        let (text, because) = match &outcome.what {
            Happened::Entered => self.enters(sight, outcome),
            Happened::Restarted => self.restarts(sight, outcome),
            Happened::Refused(refusal) => self.refuses(sight, outcome, refusal),
            Happened::Stopped(stopped) => self.stops(sight, outcome, stopped),
            Happened::Sent(_) | Happened::Deferred(..) | Happened::Dropped(..) => {
                self.sends(sight, outcome)
            }
            Happened::Ended(ended) => self.ends(outcome, *ended),
            Happened::Emitted { kind, .. } => {
                let name = &self.look.staged.campaign.plan.schema.events[*kind].name;
                (format!("emits {name}"), self.at_step(outcome))
            }
            Happened::Set { col, value } => {
                let column = &self.look.staged.campaign.plan.schema.profile.columns[*col];
                let shown = self.look.shown(sight, value, &column.ty);
                (
                    format!("sets {} to {shown}", column.name),
                    self.at_step(outcome),
                )
            }
            Happened::Exposed { experiment, arm } => {
                let of = &self.look.staged.campaign.experiments[*experiment];
                let seat = match arm {
                    Some(arm) => super::Seat::Arm(super::content::arm_name(
                        self.look.staged,
                        *experiment,
                        *arm,
                    )),
                    None => super::Seat::Holdout,
                };
                let because = Because::at(super::reach::declared(self.look.staged, *experiment));
                (
                    format!(
                        "counts in {} from now on: {}",
                        of.arm.experiment,
                        seat.words()
                    ),
                    because,
                )
            }
        };
        let (name, reason) = (outcome.name(), outcome.reason());
        self.tell(sight, &outcome.run, name, reason, text, because);
    }

    fn enters(&mut self, sight: &Sight<'_, Dataset>, outcome: &Outcome) -> (String, Because) {
        self.counts.entered += 1;
        // Only where nobody ever entered does it matter who came nearest.
        self.nearest = None;
        let at = sight.clock.now();
        self.entered.push((outcome.run.per.clone(), at));
        self.live.push(Live {
            id: outcome.run.clone(),
            since: at,
            sent: false,
            reached: at,
        });
        (
            format!("starts{}", self.what(sight)),
            self.why_starts(sight),
        )
    }

    fn restarts(&mut self, sight: &Sight<'_, Dataset>, outcome: &Outcome) -> (String, Because) {
        let at = sight.clock.now();
        let per = &outcome.run.per;
        if let Some(live) = self.live.iter_mut().find(|live| live.id.per == *per) {
            live.id = outcome.run.clone();
            (live.since, live.reached) = (at, at);
        }
        (
            format!("starts anew{}: nothing was sent yet", self.what(sight)),
            self.clause("again"),
        )
    }

    /// What starts it, as it follows `starts`.
    fn what(&self, sight: &Sight<'_, Dataset>) -> String {
        if let Some(event) = sight.event {
            return format!(" with {}", self.look.name(sight, event));
        }
        match (&self.lowered().start, &self.def().start) {
            (Start::Membership { leave, .. }, TriggerStart::Membership { of, .. }) => {
                let name = self.look.written(self.def().origin, of.span);
                let how = if *leave { "leaves" } else { "is in" };
                format!(": the person {how} {name} now")
            }
            (Start::Change { value, .. }, TriggerStart::Change { value: of, .. }) => {
                let name = self.look.written(self.def().origin, of.span);
                let now = self.look.value(sight, *value);
                let ty = &self.look.staged.campaign.plan.nodes[*value].ty;
                format!(": {name} is {} now", self.look.shown(sight, &now, ty))
            }
            (Start::Inactivity { after, .. }, _) => {
                let length = self.look.shown(sight, &Value::Int(*after), &Ty::Duration);
                format!(": nothing came for {length}")
            }
            (Start::Anniversary { .. }, TriggerStart::Anniversary { date, .. }) => {
                let name = self.look.written(self.def().origin, date.span);
                format!(": it is an anniversary of {name}")
            }
            _ => ": it is the time".to_owned(),
        }
    }

    /// What held where a run begins.
    fn why_starts(&self, sight: &Sight<'_, Dataset>) -> Because {
        let def = self.lowered();
        let mut because = Because::at(
            self.clause("on")
                .location
                .unwrap_or_else(|| self.look.declared(self.def().origin)),
        );
        if let (Start::Event(of), Some(event)) = (&def.start, sight.event) {
            because
                .parts
                .extend(self.look.part_of_event(sight, of, event));
        }
        because.parts.extend(self.parts(sight, def.change.as_ref()));
        let when = def.condition.as_ref().map(|of| &of.explain);
        because.parts.extend(self.parts(sight, when));
        because
    }

    fn parts(&self, sight: &Sight<'_, Dataset>, explain: Option<&Explain>) -> Option<Part> {
        explain.map(|explain| self.look.part(sight, explain))
    }

    fn refuses(
        &mut self,
        sight: &Sight<'_, Dataset>,
        outcome: &Outcome,
        refusal: &Refusal,
    ) -> (String, Because) {
        self.counts.refused += 1;
        let what = match sight.event {
            Some(event) => format!("does not start with {}", self.look.name(sight, event)),
            None => {
                let due = self.what(sight);
                format!(
                    "is due ({}) and does not start",
                    due.trim_start_matches(": ")
                )
            }
        };
        let def = self.lowered();
        let (why, because) = match refusal {
            Refusal::Where => {
                let part = match (&def.start, sight.event) {
                    (Start::Event(of), Some(event)) => self.look.part_of_event(sight, of, event),
                    _ => self.parts(sight, def.change.as_ref()),
                };
                let because = part.map(Because::of).unwrap_or_default();
                ("`where` does not hold", because)
            }
            Refusal::When => {
                let when = def.condition.as_ref().map(|of| &of.explain);
                let part = self.parts(sight, when);
                (
                    "`when` does not hold",
                    part.map(Because::of).unwrap_or_default(),
                )
            }
            Refusal::Running => (
                "it is running already",
                self.already_running(sight, &outcome.run),
            ),
            Refusal::Limit => (
                "it has started as often as it may",
                self.full(sight, &outcome.run),
            ),
        };
        let text = format!("{what}: {why}");
        self.comes_near(sight, &text, &because);
        (text, because)
    }

    fn already_running(&self, sight: &Sight<'_, Dataset>, run: &RunId) -> Because {
        let mut because = self.clause("again");
        let zone = sight.clock.zone();
        if let Some(live) = self.live.iter().find(|live| live.id.per == run.per) {
            let since = Moment::new(live.since, zone).text;
            because = because.with(format!("the run that started at {since} has not ended"));
            if live.sent && self.lowered().restart {
                because = because.with("it has sent something, so that it does not start anew");
            }
        }
        because
    }

    /// What fills the limit of entries.
    fn full(&self, sight: &Sight<'_, Dataset>, run: &RunId) -> Because {
        let zone = sight.clock.zone();
        let same = self.entered.iter().filter(|(per, _)| *per == run.per);
        let count = match self.lowered().enter {
            EntryLimit::Limited { count, .. } => count as usize,
            EntryLimit::Once | EntryLimit::Always => 1,
        };
        let ats: Vec<String> = same
            .rev()
            .take(count.min(3))
            .map(|(_, at)| Moment::new(*at, zone).text)
            .collect();
        self.clause("enter")
            .with(format!("it started at {}", ats.join(", ")))
    }

    /// A clause of the trigger: where it stands, and how it is written.
    fn clause(&self, word: &str) -> Because {
        let (location, written) = self.look.clause(self.def().origin, word);
        let mut because = Because::at(location);
        because.facts.extend(written.filter(|_| word != "on"));
        because
    }

    /// Keeps the refused entry that lacks the fewest conditions, the latest of several.
    fn comes_near(&mut self, sight: &Sight<'_, Dataset>, text: &str, because: &Because) {
        if self.counts.entered > 0 {
            return;
        }
        let changes: Vec<Change> = because.parts.iter().flat_map(smallest).collect();
        let lacks = changes.len();
        if lacks == 0
            || self
                .nearest
                .as_ref()
                .is_some_and(|(least, _)| *least < lacks)
        {
            return;
        }
        let nearest = Nearest {
            at: Moment::new(sight.clock.now(), sight.clock.zone()),
            text: text.to_owned(),
            changes,
        };
        self.nearest = Some((lacks, nearest));
    }

    fn stops(
        &mut self,
        sight: &Sight<'_, Dataset>,
        outcome: &Outcome,
        stopped: &Stopped,
    ) -> (String, Because) {
        self.counts.stopped += 1;
        self.live.retain(|live| live.id != outcome.run);
        let (lowered, def) = (self.lowered(), self.def());
        match stopped {
            Stopped::Event(place) => {
                let place = *place as usize;
                let what = sight
                    .event
                    .map(|event| self.look.name(sight, event))
                    .unwrap_or_default();
                let mut because = Because::default();
                if let (Some(of), Some(written)) =
                    (lowered.stop_on.get(place), def.stop_on.get(place))
                {
                    because = Because::at(self.look.location(def.origin, written.span));
                    let part = sight
                        .event
                        .and_then(|event| self.look.part_of_event(sight, of, event));
                    because.parts.extend(part);
                }
                (format!("stops on {what}"), because)
            }
            Stopped::Condition(place) => {
                let of = lowered.stop_when.get(*place as usize);
                let part = self.parts(sight, of.map(|of| &of.explain));
                (
                    "stops: a `stop when` holds".to_owned(),
                    part.map(Because::of).unwrap_or_default(),
                )
            }
            Stopped::Deleted => (
                "stops: the profile was deleted".to_owned(),
                Because::default(),
            ),
        }
    }

    fn ends(&mut self, outcome: &Outcome, ended: Ended) -> (String, Because) {
        self.live.retain(|live| live.id != outcome.run);
        match ended {
            Ended::Finished => ("ends".to_owned(), Because::default()),
            Ended::Stop => ("ends: `stop`".to_owned(), self.at_step(outcome)),
            Ended::NoInstant => (
                "ends: the time that it was to wait for is missing".to_owned(),
                self.at_step(outcome),
            ),
        }
    }

    pub(super) fn woken(&mut self, sight: &Sight<'_, Dataset>, run: &RunId, step: u32) {
        let event = sight
            .event
            .map(|event| self.look.name(sight, event))
            .unwrap_or_default();
        let mut because = Because::at(self.step(step).0);
        if let Some(event) = sight.event
            && let Some(of) = self.waits_for(step)
        {
            because
                .parts
                .extend(self.look.part_of_event(sight, of, event));
        }
        let text = format!("goes on with {event}, which it waits for");
        self.tell(sight, run, "woken", None, text, because);
    }

    pub(super) fn branches(
        &mut self,
        sight: &Sight<'_, Dataset>,
        run: &RunId,
        step: u32,
        taken: u32,
    ) {
        let def = self.lowered();
        let Some(StepKind::Branch { arms, otherwise }) =
            def.steps.get(step as usize).map(|step| &step.kind)
        else {
            return;
        };
        let mut because = Because::at(self.step(step).0);
        // An arm without steps goes on where the others do, as the last one may.
        let mut held = false;
        for (condition, _) in arms {
            let part = self.look.part(sight, &condition.explain);
            held = part.value.as_ref().and_then(|value| value.truth) == Some(true);
            because.parts.push(part);
            if held {
                break;
            }
        }
        let text = match held {
            true => {
                let taken = because.parts.last().map_or("", |part| &*part.text);
                format!("goes on with `if {taken}`")
            }
            false if taken == *otherwise => "goes on: no condition holds".to_owned(),
            false => "goes on".to_owned(),
        };
        self.tell(sight, run, "branches", None, text, because);
    }

    // ---- messages ----

    fn sends(&mut self, sight: &Sight<'_, Dataset>, outcome: &Outcome) -> (String, Because) {
        let now = sight.clock.now();
        let Some(send) = self.send_of(outcome) else {
            return (outcome.name().to_owned(), Because::default());
        };
        let campaign = &self.look.staged.campaign;
        let message = format!(
            "{} via {}",
            campaign.contents[send.content].name, campaign.channels[send.channel].name
        );
        match &outcome.what {
            Happened::Sent(delivery) => {
                let because = self.look.delivered(sight, &send, delivery);
                let variant = &campaign.contents[send.content].variants[delivery.variant as usize];
                let text = format!("sends {message}, variant {}", variant.name);
                self.counts.sent += 1;
                if let Some(live) = self.live.iter_mut().find(|live| live.id == outcome.run) {
                    live.sent = true;
                }
                (text, because)
            }
            Happened::Deferred(_, deferral) => {
                let until = Moment::new(deferral.until, sight.clock.zone()).text;
                let (why, because) = match deferral.why {
                    Waits::Quiet => {
                        let because = self.look.quiet(sight, send.channel);
                        (
                            "quiet hours",
                            because.map(|(_, because)| because).unwrap_or_default(),
                        )
                    }
                    Waits::Limit => ("the channel is full", self.look.limits(sight, send.channel)),
                };
                (
                    format!("{message} is not sent yet, it is held until {until}: {why}"),
                    because,
                )
            }
            Happened::Dropped(_, drop) => {
                self.counts.dropped += 1;
                let (why, mut because) = self.look.dropped(sight, &send, drop, self.key);
                if drop.reason == DropReason::Stale {
                    because = self.too_late(sight, outcome, now);
                }
                (format!("{message} is not sent: {why}"), because)
            }
            _ => (message, Because::default()),
        }
    }

    /// Since when a message that comes too late was waiting, and what said that it must not.
    fn too_late(&self, sight: &Sight<'_, Dataset>, outcome: &Outcome, now: i64) -> Because {
        let step = outcome.step.unwrap_or_default();
        let (location, written) = self.step(step);
        let live = self.live.iter().find(|live| live.id == outcome.run);
        let reached = live.map_or(now, |live| live.reached);
        let since = Moment::new(reached, sight.clock.zone()).text;
        Because::at(location)
            .with(format!("`{written}`"))
            .with(format!(
                "it was to be sent at {since}; what waits longer than 72 hours is never sent"
            ))
    }

    fn send_of(&self, outcome: &Outcome) -> Option<SendStep> {
        let step = self.lowered().steps.get(outcome.step? as usize)?;
        match &step.kind {
            StepKind::Send(send) => Some(send.clone()),
            _ => None,
        }
    }
}
