//! The naive model's last two steps of an instant: what runs do, and what becomes of messages.

use std::sync::Arc;

use persona_ir::InstantSpec;
use persona_ir::campaign::{
    Channel, ContentId, DropReason, Limit, Per, Quiet, SendStep, Stale, StepKind,
};
use persona_ir::{ExperimentId, NodeId};
use persona_runtime::Value;
use persona_runtime::calendar::{DAY, SECOND, weekday};
use persona_runtime::content::{Rendered, Skipped};
use persona_runtime::experiment::{Assignment, GlobalHoldout, assign};
use persona_runtime::machine::{Deferral, Delivery, Drop, Ended, Happened, Message, RunId, Waits};

use super::facts::{Forced, filled};
use super::naive::{At, Person, Run};

/// A message that waits longer is stale.
const LONGEST: i64 = 72 * 3_600 * SECOND;
const MINUTE: i64 = 60 * SECOND;

/// What becomes of a message.
enum Decision {
    Delivered(Value, Rendered),
    Dropped(Drop),
    Deferred(Waits, i64),
}

fn dropped(reason: DropReason) -> Decision {
    Decision::Dropped(Drop {
        reason,
        text: None,
        experiment: None,
    })
}

impl Person<'_, '_> {
    /// Lets a run do its steps until it waits, sends or ends; whether it is still there.
    pub(super) fn go(&mut self, place: usize) -> bool {
        loop {
            let mut run = self.runs[place].clone();
            match run.at {
                At::Go => {}
                At::Wait(until) | At::ForEvent(until) if until <= self.now => {
                    run.at = At::Go;
                    run.step += 1;
                }
                _ => return true,
            }
            let end = self.step(&mut run);
            if let Some(end) = end {
                self.runs.remove(place);
                let step = (end != Ended::Finished).then_some(run.step);
                self.say(&run.id, step, Happened::Ended(end));
                return false;
            }
            self.runs[place] = run;
        }
    }

    /// One step of a run that can go on; how it ends, if it does.
    fn step(&mut self, run: &mut Run) -> Option<Ended> {
        let Some(kind) = self.step_kind(run) else {
            return Some(Ended::Finished);
        };
        let now = self.now;
        let known = |value: Value| value.int().expect("it is never missing");
        match kind {
            StepKind::Send(send) => {
                run.at = At::Send {
                    stale: self.stale(send, &run.frame),
                    ask: now,
                };
            }
            StepKind::Wait(length) => {
                run.at = At::Wait(now.saturating_add(known(self.value(*length, &run.frame))));
            }
            StepKind::WaitForEvent { at_most, .. } => {
                let length = known(self.value(*at_most, &run.frame));
                run.at = At::ForEvent(now.saturating_add(length));
            }
            StepKind::WaitForClock { weekday, at } => {
                let at = known(self.value(*at, &run.frame));
                run.at = At::Wait(self.next_clock(*weekday, at));
            }
            StepKind::WaitUntil(at) => match self.value(*at, &run.frame).int() {
                None => return Some(Ended::NoInstant),
                Some(at) => run.at = At::Wait(at),
            },
            StepKind::Branch { arms, otherwise } => {
                let taken = |person: &Self, forced: Forced<'_>| {
                    let holds = |node| person.asked(node, &run.frame, forced).is_true();
                    let arm = arms.iter().find(|(when, _)| holds(when.node));
                    arm.map_or(*otherwise, |(_, step)| *step)
                };
                let step = taken(self, None);
                for experiment in self.decided_by(|person, forced| taken(person, forced)) {
                    self.expose(experiment, run);
                }
                run.step = step as usize;
            }
            StepKind::Jump(step) => run.step = *step as usize,
            StepKind::Emit { kind, values } => {
                let table = &self.campaign().plan.schema.events[*kind];
                let mut row = vec![Value::Missing; table.columns.len()];
                for (col, node) in values {
                    row[usize::from(*col)] = self.value(*node, &run.frame);
                }
                row[0] = Value::Int(now);
                row[1] = Value::Str(self.key_of(&run.id, run.step, "emitted"));
                let row = filled(row, table);
                let what = Happened::Emitted {
                    kind: *kind,
                    values: row.clone().into(),
                };
                self.say(&run.id, Some(run.step), what);
                self.happened(*kind, row);
                self.visible = self.history.len();
                run.step += 1;
            }
            StepKind::Set { col, value } => {
                let value = self.value(*value, &run.frame);
                self.columns[usize::from(*col)] = value.clone();
                self.zone = self.model.world.zone(&self.columns);
                let what = Happened::Set { col: *col, value };
                self.say(&run.id, Some(run.step), what);
                run.step += 1;
            }
            StepKind::Stop => return Some(Ended::Stop),
        }
        None
    }

    /// The next local time of such a day, strictly after now.
    fn next_clock(&self, on: Option<u8>, at: i64) -> i64 {
        let today = self.zone.date_of(self.now);
        let days = (today - 1..=today + 8)
            .filter(|day| on.is_none_or(|on| weekday(*day) == i64::from(on)));
        let instants = days.map(|day| self.zone.instant(day * DAY + at * SECOND));
        let later = instants.filter(|at| *at > self.now);
        later.min().expect("every day comes again")
    }

    /// The first instant at which a message that is reached now is stale.
    fn stale(&self, send: &SendStep, frame: &[Value]) -> i64 {
        let longest = self.now + LONGEST + 1;
        let own = match send.stale {
            None => None,
            Some(Stale::Within(node)) => {
                let length = self.value(node, frame).int().expect("it is never missing");
                Some(self.now.saturating_add(length).saturating_add(1))
            }
            Some(Stale::At(node)) => self.value(node, frame).int(),
            Some(Stale::Clock(node)) => self
                .value(node, frame)
                .int()
                .map(|at| self.next_clock(None, at)),
        };
        own.map_or(longest, |own| own.min(longest))
    }

    fn asked(&self, node: NodeId, frame: &[Value], forced: Forced<'_>) -> Value {
        let world = &self.model.world;
        world.value(&self.view(forced), self.clock(), frame, node, None)
    }

    /// All messages that are due.
    pub(super) fn send_all(&mut self) {
        let due = |run: &&Run| matches!(run.at, At::Send { ask, .. } if ask <= self.now);
        let mut due: Vec<RunId> = self
            .runs
            .iter()
            .filter(due)
            .map(|run| run.id.clone())
            .collect();
        let campaign = self.campaign();
        // Stable: runs are in the order of trigger names and keys.
        due.sort_by_key(|id| std::cmp::Reverse(campaign.triggers[id.trigger].priority));
        for id in due {
            let place = self.runs.iter().position(|run| run.id == id);
            let place = place.expect("nothing ends a run between two messages");
            let mut run = self.runs[place].clone();
            self.send(&mut run);
            self.runs[place] = run;
        }
    }

    fn send(&mut self, run: &mut Run) {
        let Some(StepKind::Send(send)) = self.step_kind(run) else {
            unreachable!("the run is at a message")
        };
        let At::Send { stale, .. } = run.at else {
            unreachable!("the run is at a message")
        };
        let message = Message {
            content: send.content,
            channel: send.channel,
        };
        let step = run.step;
        match self.decide(run, send, stale) {
            Decision::Dropped(drop) => {
                let by_skip = drop.reason == DropReason::Skip;
                let held = drop.experiment.is_some();
                self.say(&run.id, Some(step), Happened::Dropped(message, drop));
                if by_skip {
                    let decided = self.decided_what_is_read(run, send);
                    self.expose_all(decided, run);
                }
                if held {
                    let counts = self.counts_though_held(run, send);
                    self.expose_all(counts.into_iter().collect(), run);
                }
                if let Some(slot) = send.message {
                    run.frame[slot as usize] = Value::Str(self.key_of(&run.id, step, "sent"));
                }
            }
            Decision::Deferred(why, until) => {
                let until = until.min(stale);
                let what = Happened::Deferred(message, Deferral { why, until });
                self.say(&run.id, Some(step), what);
                run.at = At::Send { stale, ask: until };
                return;
            }
            Decision::Delivered(to, rendered) => {
                self.deliver(run, send, message, to, rendered);
            }
        }
        run.at = At::Go;
        run.step += 1;
    }

    fn deliver(
        &mut self,
        run: &mut Run,
        send: &SendStep,
        message: Message,
        to: Value,
        rendered: Rendered,
    ) {
        let campaign = self.campaign();
        let about = self.about(run, send.content);
        let arms = about.iter().filter_map(|id| {
            let arm = assign(&campaign.experiments[*id].arm, &self.key).arm();
            arm.map(|arm| (*id, arm))
        });
        let arms = arms.collect();
        let id = self.key_of(&run.id, run.step, "sent");
        let variant = &campaign.contents[send.content].variants[rendered.variant as usize];
        let row = vec![
            Value::Int(self.now),
            Value::Str(Arc::clone(&id)),
            Value::Enum(send.content.0),
            Value::Enum(send.channel.0),
            Value::Str(Arc::clone(&id)),
            Value::Str(Arc::clone(&variant.name)),
        ];
        let delivery = Delivery {
            message,
            id: Arc::clone(&id),
            variant: rendered.variant,
            to,
            arms,
            payload: self.model.options.payloads.then_some(rendered),
        };
        self.say(&run.id, Some(run.step), Happened::Sent(Box::new(delivery)));
        let mut exposed: Vec<ExperimentId> = about;
        exposed.retain(|experiment| self.takes_part(*experiment));
        exposed.extend(self.decided_what_is_read(run, send));
        self.expose_all(exposed, run);
        self.happened(campaign.sent, row);
        self.visible = self.history.len();
        self.delivered.push((self.now, send.channel));
        if let Some(slot) = send.message {
            run.frame[slot as usize] = Value::Str(id);
        }
        run.sent = true;
    }

    /// The experiments that are about this trigger or content.
    fn about(&self, run: &Run, content: ContentId) -> Vec<ExperimentId> {
        let campaign = self.campaign();
        let trigger = &campaign.triggers[run.id.trigger].name;
        let content = &campaign.contents[content].name;
        let all = campaign.experiments.iter_enumerated();
        all.filter(|(_, of)| of.on.contains(trigger) || of.on.contains(content))
            .map(|(id, _)| id)
            .collect()
    }

    fn takes_part(&self, experiment: ExperimentId) -> bool {
        let arm = &self.campaign().experiments[experiment].arm;
        assign(arm, &self.key) != Assignment::Outside
    }

    fn expose(&mut self, experiment: ExperimentId, run: &Run) {
        if self.exposed.insert(experiment) {
            let arm = assign(&self.campaign().experiments[experiment].arm, &self.key).arm();
            let what = Happened::Exposed { experiment, arm };
            self.say(&run.id, Some(run.step), what);
        }
    }

    /// The experiments this person takes part in, another arm of which would have given something else.
    fn decided_by<T: PartialEq>(
        &self,
        gives: impl Fn(&Self, Forced<'_>) -> T,
    ) -> Vec<ExperimentId> {
        let campaign = self.campaign();
        let given = gives(self, None);
        let mut found = Vec::new();
        for (id, experiment) in campaign.experiments.iter_enumerated() {
            let name = &*experiment.arm.experiment;
            let arms = u32::try_from(experiment.arm.ends.len()).expect("a few arms");
            let mut all = (0..arms).map(Some).chain([None]);
            if self.takes_part(id) && all.any(|arm| gives(self, Some((name, arm))) != given) {
                found.push(id);
            }
        }
        found
    }

    /// Exposures of one step are in the order of experiments.
    fn expose_all(&mut self, mut experiments: Vec<ExperimentId>, run: &Run) {
        experiments.sort_unstable();
        for experiment in experiments {
            self.expose(experiment, run);
        }
    }

    /// The experiments that decided by which `skip` a message is given up, or which variant is read.
    fn decided_what_is_read(&self, run: &Run, send: &SendStep) -> Vec<ExperimentId> {
        let read = |person: &Self, forced: Forced<'_>| {
            let skips = &person.campaign().channels[send.channel].skips;
            let skip = skips
                .iter()
                .position(|skip| person.asked(skip.condition.node, &[], forced).is_true());
            // The channel is asked first: what it skips is not read.
            match skip {
                Some(skip) => Err((Some(skip), None)),
                None => match person.read(run, send, forced) {
                    Ok(rendered) => Ok(rendered.variant),
                    Err(skipped) => Err((None, Some(skipped.reason))),
                },
            }
        };
        self.decided_by(read)
    }

    /// What the person would read.
    fn read(&self, run: &Run, send: &SendStep, forced: Forced<'_>) -> Result<Rendered, Skipped> {
        let args = send.args.iter();
        let args: Vec<Value> = args
            .map(|arg| self.asked(*arg, &run.frame, forced))
            .collect();
        let contents = &self.model.contents;
        let view = self.view(forced);
        self.model.world.ask(&view, self.clock(), &[], |person| {
            let mut frame = contents.frame(send.content, &args);
            let variant = contents.choose(person, send.content, &mut frame)?;
            contents.render(person, send.content, variant, &mut frame)
        })
    }

    /// Asks everything, in the order of SEMANTICS §6.5.
    fn decide(&self, run: &Run, send: &SendStep, stale: i64) -> Decision {
        let campaign = self.campaign();
        let channel = &campaign.channels[send.channel];
        if self.now >= stale {
            return dropped(DropReason::Stale);
        }
        if !channel.transactional {
            let holdout = GlobalHoldout::new(&campaign.plan.package, campaign.holdout);
            if holdout.holds(&self.key) {
                return dropped(DropReason::Holdout);
            }
            if let Some(first) = self.held_by(run, send).first() {
                return Decision::Dropped(Drop {
                    reason: DropReason::Holdout,
                    text: None,
                    experiment: Some(*first),
                });
            }
        }
        self.decide_without_holdouts(run, send)
    }

    /// The experiments whose holdouts keep a message back.
    fn held_by(&self, run: &Run, send: &SendStep) -> Vec<ExperimentId> {
        let experiments = &self.campaign().experiments;
        let mut held = self.about(run, send.content);
        held.retain(|id| assign(&experiments[*id].arm, &self.key) == Assignment::Holdout);
        held
    }

    /// The experiment whose holdout, and nothing else, keeps a message back.
    fn counts_though_held(&self, run: &Run, send: &SendStep) -> Option<ExperimentId> {
        let [held] = self.held_by(run, send)[..] else {
            return None;
        };
        let reached = match self.decide_without_holdouts(run, send) {
            Decision::Delivered(..) | Decision::Deferred(..) => true,
            Decision::Dropped(_) => false,
        };
        reached.then_some(held)
    }

    fn decide_without_holdouts(&self, run: &Run, send: &SendStep) -> Decision {
        let campaign = self.campaign();
        let channel = &campaign.channels[send.channel];
        let holds = |node| self.value(node, &[]).is_true();
        let to = self.value(channel.to, &[]);
        if !to.is_known() {
            return dropped(DropReason::Address);
        }
        if channel.requires.as_ref().is_some_and(|c| !holds(c.node)) {
            return dropped(DropReason::Consent);
        }
        let purpose = send.purpose.map(|purpose| &campaign.purposes[purpose]);
        if purpose.is_some_and(|purpose| !holds(purpose.requires.node)) {
            return dropped(DropReason::Purpose);
        }
        let skipped = |text: &Arc<str>| {
            Decision::Dropped(Drop {
                reason: DropReason::Skip,
                text: Some(Arc::clone(text)),
                experiment: None,
            })
        };
        if let Some(skip) = channel.skips.iter().find(|skip| holds(skip.condition.node)) {
            return skipped(&skip.reason);
        }
        let rendered = match self.read(run, send, None) {
            Ok(rendered) => rendered,
            Err(skip) => return skipped(&skip.reason),
        };
        if channel.transactional {
            return Decision::Delivered(to, rendered);
        }
        let quiet = channel.quiet.iter();
        let quiet = quiet.filter(|quiet| quiet.condition.as_ref().is_none_or(|c| holds(c.node)));
        if let Some(end) = quiet.filter_map(|quiet| self.quiet_end(quiet)).max() {
            return Decision::Deferred(Waits::Quiet, end);
        }
        match self.room(channel) {
            None => Decision::Delivered(to, rendered),
            Some(until) if channel.defers => Decision::Deferred(Waits::Limit, until),
            Some(_) => dropped(DropReason::Limit),
        }
    }

    /// When quiet hours end that hold now: minute by minute, until the clock on the wall shows it.
    fn quiet_end(&self, quiet: &Quiet) -> Option<i64> {
        let wall = self.zone.wall(self.now);
        let (day, second) = (wall.div_euclid(DAY), wall.rem_euclid(DAY) / SECOND);
        let (from, to) = (i64::from(quiet.from), i64::from(quiet.to));
        let (holds, until) = if from < to {
            (from <= second && second < to, day)
        } else {
            (
                second >= from || second < to,
                day + i64::from(second >= from),
            )
        };
        let end = until * DAY + to * SECOND;
        let minute = self.now.div_euclid(MINUTE) * MINUTE;
        let mut minutes = (1..).map(|more| minute + more * MINUTE);
        holds.then(|| {
            minutes
                .find(|at| self.zone.wall(*at) >= end)
                .expect("it ends")
        })
    }

    /// When all full limits of a channel have room again; nothing where they have it now.
    fn room(&self, channel: &Channel) -> Option<i64> {
        let room_of = |limit: &Limit| {
            let own = |(_, channel): &&(i64, _)| limit.channels.contains(channel);
            let times: Vec<i64> = self
                .delivered
                .iter()
                .filter(own)
                .map(|(at, _)| *at)
                .collect();
            let full = |at| self.counted(limit.per, at, times.iter().copied()) >= limit.count;
            if !full(self.now) {
                return None;
            }
            let mut later: Vec<i64> = match limit.per {
                Per::Rolling(length) => times.iter().map(|at| at + length).collect(),
                Per::Calendar(unit) => {
                    vec![
                        self.clock()
                            .instant(InstantSpec::UnitStart { unit, offset: 1 }),
                    ]
                }
            };
            later.sort_unstable();
            let mut later = later.into_iter().filter(|at| *at > self.now);
            Some(later.find(|at| !full(*at)).expect("windows are left again"))
        };
        channel.limits.iter().filter_map(room_of).max()
    }
}
