//! What happened to a content instead of what was expected of it: it was sent, given up, held back; or nothing ever sent it,
//! because its triggers wait, were stopped, refused, or never started. What decided most lately is said first.

use std::sync::Arc;

use persona_ir::campaign::{
    ChannelId, Condition, ContentId, DropReason, Start, StepKind, TestStepKind, Trigger, TriggerId,
};
use persona_runtime::Value;
use persona_runtime::machine::{Doing, Happened, Live, Outcome, Refusal, RunStart};
use persona_runtime::testing::Tester;

use super::Running;
use super::failure::{Asking, Part, Said};
use crate::campaign::timeline;
use crate::why::exact;

/// `expect sent c via ch`, `expect not sent c`
pub(super) fn sent(
    running: &Running<'_>,
    negated: bool,
    content: ContentId,
    channel: Option<ChannelId>,
) -> Said {
    let name = &running.staged.campaign.contents[content].name;
    let sent: Vec<&Outcome> = running.tester.sent(content, channel).collect();
    if negated {
        let times = match sent.len() {
            0 | 1 => String::new(),
            times => format!(" {times} times, the last time"),
        };
        let last = sent.last();
        let how = last.map_or_else(String::new, |outcome| delivered(running, outcome));
        return Said::new(
            format!("{name} was sent{times} {how}"),
            format!("sent{times} {how}"),
        );
    }
    let through = channel.map_or_else(String::new, |channel| {
        format!(" via {}", running.staged.campaign.channels[channel].name)
    });
    let mut said = not_sent(running, content, channel);
    said.message = format!("{name} was not sent{through}: {}", said.under);
    said
}

/// `expect dropped c because consent`, `expect not dropped c`
pub(super) fn dropped(
    running: &Running<'_>,
    negated: bool,
    content: ContentId,
    reason: Option<DropReason>,
) -> Said {
    let name = &running.staged.campaign.contents[content].name;
    let because = reason.map_or_else(String::new, |of| format!(" because of {}", of.name()));
    if negated {
        let last = running.tester.dropped(content, reason).last();
        let mut said = Said::new(format!("{name} was dropped{because}"), String::new());
        if let Some(outcome) = last {
            said.under = given_up(running, outcome);
            said.message = format!("{name} was {}", said.under);
        }
        return said;
    }
    let mut said = not_sent(running, content, None);
    if let Some(outcome) = running.tester.dropped(content, None).last() {
        said.under = given_up(running, outcome);
    } else if let Some(outcome) = running.tester.sent(content, None).last() {
        said = Said::new(
            String::new(),
            format!("sent {}", delivered(running, outcome)),
        );
    }
    said.message = format!("{name} was not dropped{because}: {}", said.under);
    said
}

/// `on 2026-01-10 13:00:00 via email, variant offer`
fn delivered(running: &Running<'_>, outcome: &Outcome) -> String {
    let campaign = &running.staged.campaign;
    let Happened::Sent(delivery) = &outcome.what else {
        return String::new();
    };
    let def = &campaign.contents[delivery.message.content];
    let variant = def.variants.get(delivery.variant as usize);
    format!(
        "on {} via {}, variant {}",
        exact(outcome.at, &running.zone),
        campaign.channels[delivery.message.channel].name,
        variant.map_or("", |variant| &*variant.name),
    )
}

/// `dropped on 2026-01-10 13:00:00: the channel's `requires` does not hold`
fn given_up(running: &Running<'_>, outcome: &Outcome) -> String {
    let reason = outcome.reason().unwrap_or("");
    let text = match &outcome.what {
        Happened::Dropped(_, drop) => drop.text.as_deref(),
        _ => None,
    };
    let why = text.unwrap_or_else(|| timeline::dropped(reason));
    format!("dropped on {}: {why}", exact(outcome.at, &running.zone))
}

/// Why a content was not sent, the most telling reason first.
fn not_sent(running: &Running<'_>, content: ContentId, channel: Option<ChannelId>) -> Said {
    let campaign = &running.staged.campaign;
    let mut reasons: Vec<Reason> = Vec::new();
    if channel.is_some()
        && let Some(outcome) = running.tester.sent(content, None).last()
    {
        let text = format!("sent {}", delivered(running, outcome));
        reasons.push(Reason::new(Rank::Elsewhere, outcome.at, text));
    }
    let through = |of: &ChannelId| channel.is_none_or(|channel| channel == *of);
    for outcome in running.tester.dropped(content, None) {
        if outcome.message().is_some_and(|of| through(&of.channel)) {
            let text = given_up(running, outcome);
            let mut reason = Reason::new(Rank::Dropped, outcome.at, text);
            reason.condition = decided(running, outcome);
            reasons.push(reason);
        }
    }
    let mut senders = 0;
    for (id, trigger) in campaign.triggers.iter_enumerated() {
        let sends = |kind: &StepKind| matches!(kind, StepKind::Send(send) if send.content == content && through(&send.channel));
        if trigger.steps.iter().any(|step| sends(&step.kind)) {
            senders += 1;
            reasons.extend(of_trigger(running, id, trigger));
        }
    }
    if senders == 0 {
        let through = if channel.is_some() {
            " via that channel"
        } else {
            ""
        };
        return Said::new(String::new(), format!("no trigger sends it{through}"));
    }
    // Of equals the latest.
    reasons.sort_by_key(|reason| (reason.rank, std::cmp::Reverse(reason.at)));
    reasons.dedup_by(|a, b| a.text == b.text);
    // That a run ended says nothing where something is known of its messages.
    let telling = |reason: &Reason| reason.rank < Rank::Ended;
    if reasons.first().is_some_and(telling) {
        reasons.retain(telling);
    }
    let mut reasons = reasons.into_iter();
    let first = reasons.next();
    let mut said = Said::new(
        String::new(),
        first
            .as_ref()
            .map_or("never sent", |of| &of.text)
            .to_owned(),
    );
    said.part = first.and_then(|of| of.condition);
    said.notes = reasons.take(4).map(|of| of.text).collect();
    said
}

/// Something that kept a content from being sent.
struct Reason {
    rank: Rank,
    at: i64,
    text: String,
    /// The condition that decided.
    condition: Option<Part>,
}

/// What tells most comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Held,
    Dropped,
    Elsewhere,
    Waiting,
    Stopped,
    Refused,
    Ended,
    Never,
}

impl Reason {
    fn new(rank: Rank, at: i64, text: String) -> Self {
        Self {
            rank,
            at,
            text,
            condition: None,
        }
    }
}

/// What became of the runs of a trigger.
fn of_trigger(running: &Running<'_>, id: TriggerId, trigger: &Trigger) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let own = |outcome: &&Outcome| outcome.run.trigger == id;
    for live in running.tester.machine().live(running.tester.key()) {
        if live.run.trigger == id {
            reasons.push(waiting(running, trigger, &live));
        }
    }
    for outcome in running.tester.outcomes().iter().filter(own) {
        let rank = match &outcome.what {
            Happened::Stopped(_) => Rank::Stopped,
            Happened::Refused(_) => Rank::Refused,
            Happened::Ended(_) => Rank::Ended,
            _ => continue,
        };
        let entry = timeline::followed(&running.staged.campaign, outcome, &running.zone);
        let text = format!("{} {} on {}", trigger.name, entry.text, entry.at.text);
        // `stops: why`, with the time before the reason.
        let text = match entry.text.split_once(": ") {
            Some((what, why)) => format!("{} {what} on {}: {why}", trigger.name, entry.at.text),
            None => text,
        };
        let mut reason = Reason::new(rank, outcome.at, text);
        reason.condition = decided(running, outcome);
        reasons.push(reason);
    }
    if reasons.is_empty() {
        let why = never_started(running, trigger);
        let text = format!("{} never started{why}", trigger.name);
        reasons.push(Reason::new(Rank::Never, 0, text));
    }
    reasons
}

/// What a live run waits for.
fn waiting(running: &Running<'_>, trigger: &Trigger, live: &Live) -> Reason {
    let until = exact(live.until, &running.zone);
    let name = &trigger.name;
    let (rank, text) = match live.doing {
        Doing::Waits => (Rank::Waiting, format!("{name} waits until {until}")),
        Doing::WaitsForEvent => {
            let text = format!("{name} waits for an event, until {until} at most");
            (Rank::Waiting, text)
        }
        Doing::Holds => {
            let of_run = |outcome: &&Outcome| outcome.run == live.run;
            let held = running.tester.outcomes().iter().rev().filter(of_run);
            let mut held = held.filter(|of| matches!(of.what, Happened::Deferred(..)));
            let why = match held.next().and_then(Outcome::reason) {
                Some("limit") => "the channel's limit is full",
                _ => "quiet hours",
            };
            (Rank::Held, format!("held until {until}: {why}"))
        }
    };
    Reason::new(rank, live.until, text)
}

fn never_started(running: &Running<'_>, trigger: &Trigger) -> String {
    let schema = &running.staged.campaign.plan.schema;
    match &trigger.start {
        Start::Event(of) => {
            let names = of.kinds.iter().map(|kind| &*schema.events[*kind].name);
            format!(": no {} happened", names.collect::<Vec<_>>().join(" or "))
        }
        Start::Membership { leave: false, .. } => {
            ": the person did not enter its segment (who is in it from the beginning does not enter)".to_owned()
        }
        Start::Membership { leave: true, .. } => {
            ": the person did not leave its segment".to_owned()
        }
        Start::Change { .. } => ": its value did not change".to_owned(),
        Start::Inactivity { .. } | Start::Anniversary { .. } | Start::Every { .. } => {
            ": its time did not come".to_owned()
        }
    }
}

// ---- the condition that decided ----

/// The condition that an outcome comes from, as it was at its instant; nothing where it is not one condition, or where what
/// happened later in that instant changed it.
fn decided(running: &Running<'_>, outcome: &Outcome) -> Option<Part> {
    let campaign = &running.staged.campaign;
    let trigger = &campaign.triggers[outcome.run.trigger];
    if outcome.what == Happened::Refused(Refusal::Where) {
        return filtered(running, trigger, outcome);
    }
    let (title, condition, wanted, frame): (String, &Condition, bool, Vec<Value>) =
        match &outcome.what {
            Happened::Refused(Refusal::When) => {
                let frame = entry_frame(running, trigger, &outcome.run.start)?;
                let title = format!("`when` of {}", trigger.name);
                (title, trigger.condition.as_ref()?, false, frame)
            }
            Happened::Dropped(message, drop) if drop.reason == DropReason::Consent => {
                let channel = &campaign.channels[message.channel];
                let title = format!("`requires` of {}", channel.name);
                (title, channel.requires.as_ref()?, false, Vec::new())
            }
            Happened::Dropped(_, drop) if drop.reason == DropReason::Purpose => {
                let step = trigger.steps.get(outcome.step? as usize)?;
                let StepKind::Send(send) = &step.kind else {
                    return None;
                };
                let purpose = &campaign.purposes[send.purpose?];
                let title = format!("`requires` of {}", purpose.name);
                (title, &purpose.requires, false, Vec::new())
            }
            Happened::Dropped(message, drop) if drop.reason == DropReason::Skip => {
                let channel = &campaign.channels[message.channel];
                let reason = drop.text.as_ref()?;
                let skip = channel.skips.iter().find(|skip| skip.reason == *reason)?;
                let title = format!("`skip when` of {}", channel.name);
                (title, &skip.condition, true, Vec::new())
            }
            _ => return None,
        };
    let then = at(running, outcome.at)?;
    let asked = Asking {
        root: condition.node,
        explain: &condition.explain,
        frame: &frame,
        event: None,
    };
    let part = Part::draw(running, &then, &title, &asked)?;
    (part.value == Some(wanted)).then_some(part)
}

/// The test as it was at the end of an instant.
fn at<'s>(running: &Running<'s>, at: i64) -> Option<Tester<'s>> {
    let machine = super::machine(running.staged, running.test);
    let then = Tester::new(running.test, machine.explaining());
    let mut then = then.with_catalogs(Arc::clone(running.catalogs));
    then.go_to(at).ok()?;
    Some(then)
}

/// The `where` that an event did not satisfy.
fn filtered(running: &Running<'_>, trigger: &Trigger, outcome: &Outcome) -> Option<Part> {
    let Start::Event(of) = &trigger.start else {
        return None;
    };
    let RunStart::Id { kind, id } = &outcome.run.start else {
        return None;
    };
    let then = at(running, outcome.at)?;
    let event = then.machine().event(then.key(), *kind, id)?;
    let asked = Asking {
        root: of.filter?,
        explain: of.explain.as_ref()?,
        frame: &[],
        event: Some(event),
    };
    let title = format!("`where` of {}", trigger.name);
    let part = Part::draw(running, &then, &title, &asked)?;
    (part.value == Some(false)).then_some(part)
}

/// What a trigger took of the event that was to start it.
fn entry_frame(running: &Running<'_>, trigger: &Trigger, start: &RunStart) -> Option<Vec<Value>> {
    let mut frame = vec![Value::Missing; trigger.frame.len()];
    let Start::Event(of) = &trigger.start else {
        return trigger.frame.is_empty().then_some(frame);
    };
    let RunStart::Id { kind, id } = start else {
        return None;
    };
    let events = running
        .test
        .steps
        .iter()
        .filter_map(|step| match &step.kind {
            TestStepKind::Event { values, .. } => Some(values),
            _ => None,
        });
    let (values, _) = events
        .zip(1_u32..)
        .find(|(_, place)| **id == *Tester::event_id(*place))?;
    let columns = &running.staged.campaign.plan.schema.events[*kind].columns;
    for capture in &of.captures {
        let col = capture.cols.iter().find(|col| col.kind == *kind)?.col;
        let given = values.iter().find(|(of, _)| *of == col);
        let value = given.map(|(_, value)| value);
        let value = value.or(columns[col].default.as_ref());
        *frame.get_mut(capture.slot as usize)? = value.map_or(Value::Missing, Value::from);
    }
    Some(frame)
}
