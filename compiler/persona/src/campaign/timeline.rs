//! One person's timeline: what they did and what it led to, in the order in which it happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_ir::campaign::{Campaign, StepKind};
use persona_ir::{ColId, KindId, Schema};
use persona_runtime::display::iso;
use persona_runtime::machine::{Ended, Happened, Outcome, RunStart, Stopped};
use persona_runtime::time::Zone;
use persona_runtime::{Dataset, EventRef, Value};

use super::Staged;
use crate::Shown;
use crate::run::LoadedData;
use crate::why::Moment;

/// A line of a timeline.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// What it is.
    pub kind: EntryKind,
    /// In words: `Purchase of 30 EUR`, `sends cart_reminder via email`.
    pub text: String,
    /// The trigger; absent for an event.
    pub trigger: Option<Arc<str>>,
    /// The outcome's name, as in the log; absent for an event.
    pub outcome: Option<&'static str>,
}

/// What a line of a timeline is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// The person did something.
    Event,
    /// A source's row says something new of the person.
    Change,
    /// A message was delivered.
    Sent,
    /// Something was refused, dropped or stopped.
    Not,
    /// Something else happened.
    Other,
}

/// What a person became and did, and what came of it, from an instant on.
pub(super) fn timeline(
    staged: &Staged,
    loaded: &LoadedData,
    profile: usize,
    from: i64,
    outcomes: &[Outcome],
) -> Vec<Entry> {
    let (campaign, data, until) = (&staged.campaign, &loaded.data, loaded.now.at);
    let zone = zone(campaign, data, profile);
    let kinds: Vec<KindId> = campaign.plan.schema.events.ids().collect();
    let mut events = data.history(&kinds, profile);
    events.retain(|event| from < data.at(*event) && data.at(*event) <= until);
    let event = |event: &EventRef| {
        let value = |col: ColId| data.event_value(*event, col);
        happened(campaign, event.kind, data.at(*event), &value, &zone)
    };
    let mut entries = became(campaign, loaded, profile, &zone);
    entries.extend(events.iter().map(event));
    entries.extend(
        outcomes
            .iter()
            .map(|outcome| followed(campaign, outcome, &zone)),
    );
    // At one instant, changes come first, then events; each sort is in order already.
    entries.sort_by_key(|entry| entry.at.micros);
    entries
}

pub(super) fn zone(campaign: &Campaign, data: &Dataset, profile: usize) -> Zone {
    let schema = &campaign.plan.schema;
    let own = schema.zone.and_then(|col| {
        let value = data.value(&data.columns[col], profile);
        value.str().and_then(Zone::named)
    });
    own.or_else(|| Zone::named(&campaign.plan.zone))
        .unwrap_or_else(Zone::utc)
}

/// What came of something.
pub(super) fn followed(campaign: &Campaign, outcome: &Outcome, zone: &Zone) -> Entry {
    Entry {
        at: Moment::new(outcome.at, zone),
        kind: kind(outcome),
        text: text(campaign, outcome, zone),
        trigger: Some(campaign.triggers[outcome.run.trigger].name.clone()),
        outcome: Some(outcome.name()),
    }
}

/// `Customer: tier gold`, where a row of a source says something new.
fn became(campaign: &Campaign, loaded: &LoadedData, profile: usize, zone: &Zone) -> Vec<Entry> {
    let schema = &campaign.plan.schema;
    let data = &loaded.data;
    let mut known: BTreeMap<ColId, Value> = BTreeMap::new();
    let mut entries = Vec::new();
    let own = loaded.changes.iter();
    for change in own.filter(|change| change.profile == profile) {
        let mut fields = Vec::new();
        for (col, value) in change.values.iter() {
            let before = known
                .insert(*col, value.clone())
                .unwrap_or_else(|| data.value(&data.columns[*col], profile));
            if before != *value {
                let column = &schema.profile.columns[*col];
                let text = match value {
                    Value::Missing => "missing".to_owned(),
                    value => Shown::new(value, &column.ty, schema, zone).text,
                };
                fields.push(format!("{} {text}", column.name));
            }
        }
        if !fields.is_empty() {
            entries.push(Entry {
                at: Moment::new(change.at, zone),
                kind: EntryKind::Change,
                text: format!("{}: {}", schema.profile.name, fields.join(", ")),
                trigger: None,
                outcome: None,
            });
        }
    }
    entries
}

/// `Purchase: total 30 EUR, order_id "o1"`
pub(super) fn happened(
    campaign: &Campaign,
    kind: KindId,
    at: i64,
    value: &dyn Fn(ColId) -> Value,
    zone: &Zone,
) -> Entry {
    let schema = &campaign.plan.schema;
    let table = &schema.events[kind];
    let mut fields = Vec::new();
    for (col, column) in table.columns.iter_enumerated() {
        let value = value(col);
        if col != Schema::AT && col != Schema::ID && value.is_known() && fields.len() < 4 {
            let shown = Shown::new(&value, &column.ty, schema, zone);
            fields.push(format!("{} {}", column.name, shown.text));
        }
    }
    let text = match fields.is_empty() {
        true => table.name.to_string(),
        false => format!("{}: {}", table.name, fields.join(", ")),
    };
    Entry {
        at: Moment::new(at, zone),
        kind: EntryKind::Event,
        text,
        trigger: None,
        outcome: None,
    }
}

fn kind(outcome: &Outcome) -> EntryKind {
    match &outcome.what {
        Happened::Sent(_) => EntryKind::Sent,
        Happened::Refused(_) | Happened::Dropped(..) | Happened::Stopped(_) => EntryKind::Not,
        _ => EntryKind::Other,
    }
}

/// What happened, in words that follow the trigger's name.
fn text(campaign: &Campaign, outcome: &Outcome, zone: &Zone) -> String {
    let message = outcome.message().map_or_else(String::new, |message| {
        let content = &campaign.contents[message.content].name;
        let channel = &campaign.channels[message.channel].name;
        format!("{content} via {channel}")
    });
    let reason = outcome.reason().unwrap_or("");
    match &outcome.what {
        Happened::Entered => format!("starts{}", of_what(campaign, outcome, zone)),
        Happened::Restarted => "starts anew".to_owned(),
        Happened::Refused(_) => match reason {
            "where" => "does not start: its `where` does not hold".to_owned(),
            "when" => "does not start: its `when` does not hold".to_owned(),
            "running" => "does not start: it is running already".to_owned(),
            _ => "does not start: it has started as often as `enter` allows".to_owned(),
        },
        Happened::Stopped(stopped) => match stopped {
            Stopped::Event(_) => "stops: a `stop on` event came".to_owned(),
            Stopped::Condition(_) => "stops: a `stop when` holds".to_owned(),
            Stopped::Deleted => "stops: the profile was deleted".to_owned(),
        },
        Happened::Sent(delivery) => {
            let content = &campaign.contents[delivery.message.content];
            let variant = content.variants.get(delivery.variant as usize);
            let variant = variant.map_or("", |variant| &*variant.name);
            format!("sends {message}, variant {variant}")
        }
        Happened::Deferred(_, deferral) => {
            let until = Moment::new(deferral.until, zone).text;
            let why = match reason {
                "quiet" => "quiet hours",
                _ => "the channel's limit is full",
            };
            format!("holds {message} until {until}: {why}")
        }
        Happened::Dropped(_, drop) => {
            let why = match &drop.text {
                Some(text) => text.to_string(),
                None => dropped(reason).to_owned(),
            };
            format!("drops {message}: {why}")
        }
        Happened::Emitted { kind, .. } => {
            format!("emits {}", campaign.plan.schema.events[*kind].name)
        }
        Happened::Set { col, value } => {
            let schema = &campaign.plan.schema;
            let column = &schema.profile.columns[*col];
            let shown = Shown::new(value, &column.ty, schema, zone).text;
            format!("sets {} to {shown}", column.name)
        }
        Happened::Ended(ended) => match ended {
            Ended::Finished | Ended::Stop => "ends".to_owned(),
            Ended::NoInstant => "ends: the time it was to wait for is missing".to_owned(),
        },
        Happened::Exposed { experiment, arm } => {
            let of = &campaign.experiments[*experiment];
            let names = &campaign.plan.schema.enums[of.arms].values;
            let arm = arm.and_then(|arm| names.get(arm as usize));
            match arm {
                Some(arm) => format!("counts in {}: arm {}", of.arm.experiment, arm.name),
                None => format!("counts in {}: kept out of it", of.arm.experiment),
            }
        }
    }
}

/// Why a message was given up, in words.
pub(super) fn dropped(reason: &str) -> &'static str {
    match reason {
        "holdout" => "the person is in a holdout",
        "address" => "there is no address",
        "consent" => "the channel's `requires` does not hold",
        "purpose" => "the purpose's `requires` does not hold",
        "limit" => "the channel's limit is full",
        "stale" => "it would come too late",
        _ => "a `skip when` holds",
    }
}

fn of_what(campaign: &Campaign, outcome: &Outcome, _: &Zone) -> String {
    let name = |kind: KindId| &campaign.plan.schema.events[kind].name;
    let steps = &campaign.triggers[outcome.run.trigger].steps;
    let waits = matches!(
        steps.first().map(|step| &step.kind),
        Some(StepKind::Wait(_) | StepKind::WaitForEvent { .. } | StepKind::WaitForClock { .. })
    );
    let then = if waits { ", and waits" } else { "" };
    match &outcome.run.start {
        RunStart::Due(_) => then.to_owned(),
        RunStart::Event { kind, .. } | RunStart::Id { kind, .. } => {
            format!(" with this {}{then}", name(*kind))
        }
    }
}

impl Moment {
    /// An instant in a zone.
    pub(crate) fn new(micros: i64, zone: &Zone) -> Self {
        Self {
            micros,
            text: crate::why::exact(micros, zone),
            iso: iso(micros),
        }
    }
}
