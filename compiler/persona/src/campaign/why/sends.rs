//! Why a message was delivered, held or given up: the rule that decided, with what it looked at.

use std::sync::Arc;

use persona_ir::campaign::{ChannelId, DropReason, SendStep};
use persona_runtime::content::Rendered;
use persona_runtime::experiment::{GlobalHoldout, LAYER_BUCKETS};
use persona_runtime::machine::{Delivery, Drop, Room, Sight, quiet_until, room};
use persona_runtime::{Dataset, Facts, Value};

use super::Because;
use super::content::{Seat, arm_name};
use super::look::{Lookout, person};
use crate::why::Moment;
use crate::{Part, PartKind};

/// The most deliveries that are named of one limit.
const NAMED: usize = 3;

impl Lookout<'_> {
    /// Why a message was given up. `step` is where it is sent, `since` when that step was reached.
    pub(super) fn dropped(
        &self,
        sight: &Sight<'_, Dataset>,
        send: &SendStep,
        drop: &Drop,
        key: &str,
    ) -> (String, Because) {
        let channel = &self.staged.campaign.channels[send.channel].name;
        match drop.reason {
            DropReason::Holdout => self.held_out(drop, key),
            DropReason::Address => (
                format!("{channel} has no address"),
                self.address(sight, send.channel),
            ),
            DropReason::Consent => (
                format!("what {channel} requires does not hold"),
                self.consent(sight, send.channel).unwrap_or_default(),
            ),
            DropReason::Purpose => {
                let purpose = send.purpose.map(|id| &self.staged.campaign.purposes[id]);
                let name = purpose.map_or("", |of| &*of.name);
                let because = purpose.map(|of| Because::of(self.part(sight, &of.requires.explain)));
                (
                    format!("what the purpose {name} requires does not hold"),
                    because.unwrap_or_default(),
                )
            }
            DropReason::Skip => {
                let text = drop.text.as_deref().unwrap_or("a `skip when` holds");
                (text.to_owned(), self.skipped(sight, send))
            }
            DropReason::Limit => (
                format!("{channel} is full"),
                self.limits(sight, send.channel),
            ),
            DropReason::Stale => ("it would come too late".to_owned(), Because::default()),
        }
    }

    fn held_out(&self, drop: &Drop, key: &str) -> (String, Because) {
        let Some(experiment) = drop.experiment else {
            return (
                "the person is in the package's holdout".to_owned(),
                self.package_holdout(key),
            );
        };
        let of = &self.staged.campaign.experiments[experiment];
        let name = &of.arm.experiment;
        let because = Because::at(super::reach::declared(self.staged, experiment))
            .with(super::reach::bucket_words(self.staged, experiment, key));
        (format!("the person is in the holdout of {name}"), because)
    }

    /// Which bucket of the package's holdout somebody has.
    pub(super) fn package_holdout(&self, key: &str) -> Because {
        let campaign = &self.staged.campaign;
        let holdout = GlobalHoldout::new(&campaign.plan.package, campaign.holdout);
        Because::default().with(format!(
            "bucket {} of {LAYER_BUCKETS}; the holdout of the package has the first {}",
            holdout.bucket(key),
            campaign.holdout
        ))
    }

    /// What the address of a channel is.
    pub(super) fn address(&self, sight: &Sight<'_, Dataset>, channel: ChannelId) -> Because {
        let of = &self.staged.campaign.channels[channel];
        let def = &self.staged.program.checked.channels[usize::from(channel)];
        let value = self.value(sight, of.to);
        let ty = &self.staged.campaign.plan.nodes[of.to].ty;
        let written = self.written(def.origin, def.to.span);
        let shown = self.shown(sight, &value, ty);
        Because::at(self.location(def.origin, def.to.span)).with(format!("{written} = {shown}"))
    }

    /// What a channel requires.
    pub(super) fn consent(
        &self,
        sight: &Sight<'_, Dataset>,
        channel: ChannelId,
    ) -> Option<Because> {
        let requires = self.staged.campaign.channels[channel].requires.as_ref()?;
        Some(Because::of(self.part(sight, &requires.explain)))
    }

    /// The first `skip when` of a channel that holds, with its reason.
    pub(super) fn channel_skip(
        &self,
        sight: &Sight<'_, Dataset>,
        channel: ChannelId,
    ) -> Option<(Arc<str>, Because)> {
        let skips = &self.staged.campaign.channels[channel].skips;
        let holds = |part: &Part| part.value.as_ref().and_then(|value| value.truth) == Some(true);
        skips.iter().find_map(|skip| {
            let part = self.part(sight, &skip.condition.explain);
            holds(&part).then(|| (skip.reason.clone(), Because::of(part)))
        })
    }

    /// The `skip when` that gave a message up: the channel's, or the content's.
    fn skipped(&self, sight: &Sight<'_, Dataset>, send: &SendStep) -> Because {
        if let Some((_, because)) = self.channel_skip(sight, send.channel) {
            return because;
        }
        let content = &self.staged.campaign.contents[send.content];
        let skips = content.skips.iter().map(|skip| &skip.condition.explain);
        let mut parts = self.in_content(sight, send, skips);
        parts.retain(|part| part.value.as_ref().and_then(|value| value.truth) == Some(true));
        parts.truncate(1);
        match parts.pop() {
            Some(part) => Because::of(part),
            None => Because::default().with(format!(
                "{} reads another content that gives it up",
                content.name
            )),
        }
    }

    /// Explanations under the frame of the content that a step sends.
    fn in_content<'e>(
        &self,
        sight: &Sight<'_, Dataset>,
        send: &SendStep,
        explains: impl Iterator<Item = &'e persona_ir::Explain>,
    ) -> Vec<Part> {
        let frame = self.at(sight, sight.frame, None, |_, evaluator| {
            let mut person = person(evaluator, sight.frame);
            let args: Vec<Value> = send.args.iter().map(|arg| person.value(*arg)).collect();
            let mut frame = self.contents.frame(send.content, &args);
            // What other contents fill is in the frame afterwards, as far as the choice asked for it.
            let _ = self.contents.choose(&mut person, send.content, &mut frame);
            frame
        });
        self.at(sight, &frame, None, |reader, _| {
            explains.map(|explain| reader.part(explain)).collect()
        })
    }

    /// Quiet hours that hold, and when they are over.
    pub(super) fn quiet(
        &self,
        sight: &Sight<'_, Dataset>,
        channel: ChannelId,
    ) -> Option<(i64, Because)> {
        let quiet = &self.staged.campaign.channels[channel].quiet;
        let def = &self.staged.program.checked.channels[usize::from(channel)];
        let mut found: Option<(i64, Because)> = None;
        for (quiet, written) in quiet.iter().zip(&def.quiet) {
            let Some(until) = quiet_until(&sight.clock, quiet) else {
                continue;
            };
            let part = quiet
                .condition
                .as_ref()
                .map(|of| self.part(sight, &of.explain));
            let holds = |part: &Part| part.value.as_ref().and_then(|value| value.truth);
            if part.as_ref().is_some_and(|part| holds(part) != Some(true)) {
                continue;
            }
            if found.as_ref().is_none_or(|(end, _)| *end < until) {
                let mut because = Because::at(self.location(def.origin, written.span))
                    .with(self.written(def.origin, written.span));
                because.parts.extend(part);
                found = Some((until, because));
            }
        }
        found
    }

    /// The limits of a channel that are full, with what fills them.
    pub(super) fn limits(&self, sight: &Sight<'_, Dataset>, channel: ChannelId) -> Because {
        let mut because = Because::default();
        for (room, said) in self.rooms(sight, channel) {
            if room.until.is_some() {
                because.location = because.location.or(said.location);
                because.facts.extend(said.facts);
            }
        }
        because
    }

    /// Every limit of a channel: what it has left, and what was sent.
    pub(super) fn rooms(
        &self,
        sight: &Sight<'_, Dataset>,
        channel: ChannelId,
    ) -> Vec<(Room, Because)> {
        let campaign = &self.staged.campaign;
        let def = &self.staged.program.checked.channels[usize::from(channel)];
        let limits = campaign.channels[channel].limits.iter().zip(&def.limits);
        let explained = limits.map(|(limit, written)| {
            let left = room(&sight.clock, sight.person, campaign.sent, limit);
            let mut said = format!(
                "{}: {} of {} used",
                self.written(def.origin, written.span),
                left.used,
                limit.count
            );
            if let Some(earliest) = left.earliest {
                let sent = self.sent_since(sight, &limit.channels, earliest);
                said.push_str(&format!(" ({sent})"));
            }
            let because = Because::at(self.location(def.origin, written.span)).with(said);
            (left, because)
        });
        explained.collect()
    }

    /// `at 2026-01-05 09:00:00, …`: when messages were sent through some channels from an instant on.
    fn sent_since(&self, sight: &Sight<'_, Dataset>, channels: &[ChannelId], since: i64) -> String {
        let campaign = &self.staged.campaign;
        let channel_col = persona_ir::ColId(3);
        let counts = |event: &persona_runtime::EventRef| {
            let through = sight.person.event_value(*event, channel_col);
            matches!(through, Value::Enum(of) if channels.iter().any(|id| id.0 == of))
        };
        let events = sight.person.history(&[campaign.sent], 0);
        let ats: Vec<i64> = events
            .iter()
            .filter(|event| counts(event))
            .map(|event| sight.person.at(*event))
            .filter(|at| *at >= since)
            .collect();
        let zone = sight.clock.zone();
        let named = ats.iter().rev().take(NAMED);
        let mut named: Vec<String> = named.map(|at| Moment::new(*at, zone).text).collect();
        if ats.len() > NAMED {
            named.push(format!("{} more", ats.len() - NAMED));
        }
        format!("sent at {}", named.join(", "))
    }

    /// Which variant was delivered, and why it: the conditions up to it.
    pub(super) fn delivered(
        &self,
        sight: &Sight<'_, Dataset>,
        send: &SendStep,
        delivery: &Delivery,
    ) -> Because {
        let content = &self.staged.campaign.contents[send.content];
        let taken = delivery.variant as usize;
        let variants = content.variants.iter().take(taken + 1);
        let conditions: Vec<_> = variants
            .clone()
            .filter_map(|of| of.condition.as_ref())
            .map(|of| &of.explain)
            .collect();
        let read = self.in_content(sight, send, conditions.into_iter());
        let mut read = read.into_iter();
        let mut because = Because::at(
            self.staged
                .program
                .texts
                .location(content.place.file, content.variants[taken].span),
        );
        for variant in variants.filter(|of| of.condition.is_some()) {
            because.parts.extend(read.next().map(|part| Part {
                kind: PartKind::Stage(variant.name.clone()),
                text: format!("variant {}", variant.name),
                location: part.location.clone(),
                value: part.value.clone(),
                evidence: Vec::new(),
                parts: vec![part],
            }));
        }
        if let Some(Rendered {
            locale: Some(locale),
            ..
        }) = &delivery.payload
        {
            because.facts.push(format!("texts in {locale}"));
        }
        for (experiment, arm) in &delivery.arms {
            let of = &self.staged.campaign.experiments[*experiment];
            let seat = Seat::Arm(arm_name(self.staged, *experiment, *arm));
            because
                .facts
                .push(format!("{}: {}", of.arm.experiment, seat.words()));
        }
        because
    }
}

impl Seat {
    /// `arm personal`
    pub fn words(&self) -> String {
        match self {
            Self::Arm(arm) => format!("arm {arm}"),
            Self::Holdout => "kept out, in its holdout".to_owned(),
            Self::Outside => "takes no part".to_owned(),
        }
    }
}
