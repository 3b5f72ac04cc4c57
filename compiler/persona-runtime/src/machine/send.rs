//! What is sent: who goes first, what is asked in which order, and what follows.

use std::cmp::Reverse;
use std::sync::Arc;

use persona_ir::campaign::{
    Channel, ChannelId, Condition, ContentId, DropReason, Limit, Per, Quiet, SendStep, StepKind,
};
use persona_ir::{ColId, ExperimentId, InstantSpec, KindId};

use super::clock;
use super::engine::Engine;
use super::outcome::{Deferral, Delivery, Drop, Happened, Message, Waits};
use super::person::Person;
use super::run::placeholder;
use super::state::{Phase, Run};
use crate::content::Rendered;
use crate::time::Clock;
use crate::{Facts, Value};

/// Columns of the event `Sent`.
const CHANNEL: ColId = ColId(3);

/// What comes of asking whether a message may be sent.
enum Verdict {
    Deliver {
        to: Value,
        variant: u32,
        payload: Option<Rendered>,
        /// Experiments that decided which variant it is.
        decided: Vec<ExperimentId>,
    },
    Drop(Drop, Vec<ExperimentId>),
    Defer(Deferral),
}

fn drop(reason: DropReason) -> Verdict {
    let drop = Drop {
        reason,
        text: None,
        experiment: None,
    };
    Verdict::Drop(drop, Vec::new())
}

fn skip(text: &Arc<str>, decided: Vec<ExperimentId>) -> Verdict {
    let drop = Drop {
        reason: DropReason::Skip,
        text: Some(Arc::clone(text)),
        experiment: None,
    };
    Verdict::Drop(drop, decided)
}

/// Keeps the identifier of a message, where something asks for it.
fn name(run: &mut Run, send: &SendStep, id: Option<Arc<str>>) {
    if let (Some(slot), Some(id)) = (send.message, id)
        && let Some(place) = run.frame.get_mut(slot as usize)
    {
        *place = Value::Str(id);
    }
}

impl<F: Facts> Engine<'_, '_, F> {
    /// All messages that are due are asked.
    pub(super) fn send_all(&mut self) {
        let now = self.now;
        let runs = self.state.runs.iter().enumerate();
        let due = runs.filter(|(_, run)| run.phase == Phase::Send && run.due <= now);
        let mut due: Vec<usize> = due.map(|(place, _)| place).collect();
        let campaign = self.program.campaign;
        let runs = &self.state.runs;
        // Runs are in the order of triggers and keys already.
        due.sort_by_key(|place| Reverse(campaign.triggers[runs[*place].id.trigger].priority));
        for place in due {
            let run = std::mem::replace(&mut self.state.runs[place], placeholder());
            let run = self.send(run);
            self.state.runs[place] = run;
        }
    }

    fn send(&mut self, mut run: Run) -> Run {
        let campaign = self.program.campaign;
        let trigger = &campaign.triggers[run.id.trigger];
        let Some(StepKind::Send(send)) = trigger.steps.get(run.step as usize).map(|s| &s.kind)
        else {
            unreachable!("a run that sends is at a step that does");
        };
        let message = Message {
            content: send.content,
            channel: send.channel,
        };
        match self.judge(&run, send) {
            Verdict::Defer(deferral) => {
                run.due = deferral.until;
                let what = Happened::Deferred(message, deferral);
                self.record(run.id.clone(), Some(run.step), &run.frame, what);
                return run;
            }
            Verdict::Drop(drop, decided) => {
                let what = Happened::Dropped(message, drop);
                self.record(run.id.clone(), Some(run.step), &run.frame, what);
                // Its identifier is that of nothing that was sent, and is never missing.
                let id = send.message.map(|_| self.key_of(&run.id, run.step, "sent"));
                name(&mut run, send, id);
                for experiment in decided {
                    self.expose(&run.id, run.step, experiment);
                }
            }
            Verdict::Deliver {
                to,
                variant,
                payload,
                decided,
            } => {
                let delivery = Delivery {
                    message,
                    id: self.key_of(&run.id, run.step, "sent"),
                    variant,
                    to,
                    arms: self.arms_about(&run, send.content),
                    payload,
                };
                self.deliver(&mut run, send, delivery, &decided);
            }
        }
        self.did = true;
        (run.phase, run.step) = (Phase::Ready, run.step + 1);
        run
    }

    /// The arms of the experiments about a run's trigger or a content, where the person has one.
    fn arms_about(&self, run: &Run, content: ContentId) -> Vec<(ExperimentId, u32)> {
        let experiments = self.experiments_about(run, content);
        let arms = experiments.into_iter().filter_map(|experiment| {
            let arm = self.arm(experiment)??;
            Some((experiment, arm))
        });
        arms.collect()
    }

    fn experiments_about(&self, run: &Run, content: ContentId) -> Vec<ExperimentId> {
        let program = self.program;
        let about = [
            &program.about_trigger[run.id.trigger],
            &program.about_content[content],
        ];
        let mut experiments: Vec<ExperimentId> = about.into_iter().flatten().copied().collect();
        experiments.sort_unstable();
        experiments.dedup();
        experiments
    }

    fn deliver(
        &mut self,
        run: &mut Run,
        send: &SendStep,
        delivery: Delivery,
        decided: &[ExperimentId],
    ) {
        let campaign = self.program.campaign;
        let variants = &campaign.contents[send.content].variants;
        let variant = variants.get(delivery.variant as usize);
        let message = Arc::clone(&delivery.id);
        let id = Value::Str(Arc::clone(&message));
        let values = [
            Value::Int(self.now),
            id.clone(),
            Value::Enum(send.content.0),
            Value::Enum(send.channel.0),
            id,
            variant.map_or(Value::Missing, |variant| {
                Value::Str(Arc::clone(&variant.name))
            }),
        ];
        let what = Happened::Sent(Box::new(delivery));
        self.record(run.id.clone(), Some(run.step), &run.frame, what);
        self.made(campaign.sent, Arc::new(values));
        run.sent = true;
        name(run, send, Some(message));
        let mut exposed = self.experiments_about(run, send.content);
        exposed.extend(decided);
        exposed.sort_unstable();
        exposed.dedup();
        for experiment in exposed {
            self.expose(&run.id, run.step, experiment);
        }
    }

    // ---- what is asked ----

    fn judge(&mut self, run: &Run, send: &SendStep) -> Verdict {
        let campaign = self.program.campaign;
        let channel = &campaign.channels[send.channel];
        if self.now >= run.stale {
            return drop(DropReason::Stale);
        }
        if let Some(verdict) = self.holdouts(run, send, channel) {
            return verdict;
        }
        self.judge_reachable(run, send, channel)
    }

    /// What is asked of whoever is in no holdout.
    fn judge_reachable(&mut self, run: &Run, send: &SendStep, channel: &Channel) -> Verdict {
        let campaign = self.program.campaign;
        let to = self.ask(channel.to, &[]);
        if !to.is_known() {
            return drop(DropReason::Address);
        }
        if let Some(requires) = &channel.requires
            && !self.condition(requires)
        {
            return drop(DropReason::Consent);
        }
        if let Some(purpose) = send.purpose
            && !self.condition(&campaign.purposes[purpose].requires)
        {
            return drop(DropReason::Purpose);
        }
        let (skips, mut decided) = self.channel_skips(send.channel);
        if let Some(text) = skips {
            return skip(&text, decided);
        }
        let args: Vec<Value> = send
            .args
            .iter()
            .map(|arg| self.ask(*arg, &run.frame))
            .collect();
        let (choice, by_content) = self.choose(send.content, &args);
        decided.extend(by_content);
        let variant = match choice {
            Ok(variant) => variant,
            Err(text) => return skip(&text, decided),
        };
        if !channel.transactional {
            if let Some(until) = self.quiet_until(channel) {
                return self.defer(run, Waits::Quiet, until);
            }
            if let Some(until) = self.full_until(channel) {
                if channel.defers {
                    return self.defer(run, Waits::Limit, until);
                }
                return drop(DropReason::Limit);
            }
        }
        let wanted = self.program.options.payloads;
        let payload = wanted.then(|| self.render(send.content, variant, &args));
        match payload.transpose() {
            Ok(payload) => Verdict::Deliver {
                to,
                variant,
                payload,
                decided,
            },
            Err(text) => skip(&text, decided),
        }
    }

    fn defer(&self, run: &Run, why: Waits, until: i64) -> Verdict {
        let until = until.min(run.stale);
        Verdict::Defer(Deferral { why, until })
    }

    /// A message that a holdout keeps back. Where nothing but one experiment's does, the person counts for that experiment, as
    /// those in its arms do who get the message.
    fn holdouts(&mut self, run: &Run, send: &SendStep, channel: &Channel) -> Option<Verdict> {
        if channel.transactional {
            return None;
        }
        if self.program.holdout.holds(&self.key) {
            return Some(drop(DropReason::Holdout));
        }
        let about = self.experiments_about(run, send.content);
        let mut held = about;
        held.retain(|of| self.arm(*of) == Some(None));
        let drop = Drop {
            reason: DropReason::Holdout,
            text: None,
            experiment: Some(*held.first()?),
        };
        let counts = held.len() == 1
            && matches!(
                self.judge_reachable(run, send, channel),
                Verdict::Deliver { .. } | Verdict::Defer(_)
            );
        Some(Verdict::Drop(drop, if counts { held } else { Vec::new() }))
    }

    /// The first reason for which a channel skips, and the experiments that decided it.
    fn channel_skips(&mut self, channel: ChannelId) -> (Option<Arc<str>>, Vec<ExperimentId>) {
        let program = self.program;
        let skips = &program.campaign.channels[channel].skips;
        let ask = |engine: &mut Self| {
            skips
                .iter()
                .position(|skip| engine.condition(&skip.condition))
        };
        let found = ask(self);
        let decided = self.decided(&program.skips_ask_arms[channel], &found, ask);
        (found.map(|place| Arc::clone(&skips[place].reason)), decided)
    }

    /// A condition about the profile alone.
    fn condition(&mut self, of: &Condition) -> bool {
        self.saw(&of.explain, &[]);
        self.ask(of.node, &[]).is_true()
    }

    /// The variant, or why there is none; and the experiments that decided it.
    fn choose(
        &mut self,
        content: ContentId,
        args: &[Value],
    ) -> (Result<u32, Arc<str>>, Vec<ExperimentId>) {
        let ask = |engine: &mut Self| engine.variant(content, args);
        let choice = ask(self);
        self.saw_content(content, args);
        let program = self.program;
        let decided = self.decided(&program.asks_arms[content], &choice, ask);
        (choice, decided)
    }

    /// The variant, which does not give the message up.
    fn variant(&mut self, content: ContentId, args: &[Value]) -> Result<u32, Arc<str>> {
        self.ready();
        let program = self.program;
        let contents = &program.contents;
        let mut frame = contents.frame(content, args);
        let chosen = contents.choose(&mut self.eval, content, &mut frame);
        let variant = chosen.map_err(|skipped| skipped.reason)?;
        if program.can_give_up[content] {
            self.render(content, variant, args)?;
        }
        Ok(variant)
    }

    /// What is read.
    fn render(
        &mut self,
        content: ContentId,
        variant: u32,
        args: &[Value],
    ) -> Result<Rendered, Arc<str>> {
        self.ready();
        let contents = &self.program.contents;
        let mut frame = contents.frame(content, args);
        let rendered = contents.render(&mut self.eval, content, variant, &mut frame);
        rendered.map_err(|skipped| skipped.reason)
    }

    /// The end of quiet hours that hold now: the latest of them.
    fn quiet_until(&mut self, channel: &Channel) -> Option<i64> {
        let mut until = None;
        for quiet in &channel.quiet {
            let end = quiet_until(self.clock(), quiet);
            let mut holds = || {
                let condition = quiet.condition.as_ref();
                condition.is_none_or(|of| self.condition(of))
            };
            if end.is_some() && holds() {
                until = until.max(end);
            }
        }
        until
    }

    /// Where a limit is full: the first instant at which all that are have room.
    fn full_until(&mut self, channel: &Channel) -> Option<i64> {
        let mut until = None;
        for limit in &channel.limits {
            until = until.max(self.room(limit));
        }
        until
    }

    /// Where a limit is full: the first instant at which it has room.
    fn room(&mut self, limit: &Limit) -> Option<i64> {
        let (person, sent) = (self.person, self.program.campaign.sent);
        room(self.clock(), person, sent, limit).until
    }
}

/// When quiet hours end that hold at a clock's `now`, whoever they are for.
pub fn quiet_until(clock: &Clock, quiet: &Quiet) -> Option<i64> {
    clock::is_quiet(clock, quiet).then(|| clock::quiet_end(clock, quiet))
}

/// What a limit has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// How many deliveries it counts now, at most as many as it allows.
    pub used: u32,
    /// Of them the earliest.
    pub earliest: Option<i64>,
    /// Where it is full: the first instant at which it has room, if nothing else is sent.
    pub until: Option<i64>,
}

/// What a limit has left for a person, whose events of the kind `Sent` say what was delivered.
pub fn room<F: Facts>(clock: &Clock, person: &Person<'_, F>, sent: KindId, limit: &Limit) -> Room {
    let since = match limit.per {
        Per::Rolling(length) => clock.now().saturating_sub(length).saturating_add(1),
        Per::Calendar(unit) => clock.instant(InstantSpec::UnitStart { unit, offset: 0 }),
    };
    // The latest deliveries; the last that is found is the one that has to leave.
    let (mut used, mut earliest) = (0, None);
    person.latest_of(&[sent], |event| {
        let at = person.at(event);
        if at < since {
            return false;
        }
        let through = match person.event_value(event, CHANNEL) {
            Value::Enum(channel) => limit.channels.iter().any(|of| of.0 == channel),
            _ => false,
        };
        if through {
            (used, earliest) = (used + 1, Some(at));
        }
        used < limit.count
    });
    let until = || match limit.per {
        Per::Rolling(length) => earliest.unwrap_or(since).saturating_add(length),
        Per::Calendar(unit) => clock.instant(InstantSpec::UnitStart { unit, offset: 1 }),
    };
    Room {
        used,
        earliest,
        until: (used >= limit.count).then(until),
    }
}
