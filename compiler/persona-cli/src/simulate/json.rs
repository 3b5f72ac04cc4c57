//! A simulation as one JSON object, format 1. Fields are added, never renamed.

use std::collections::BTreeMap;

use persona::{ChannelSummary, Entry, ExperimentSummary, Simulation, TriggerSummary};
use serde_json::{Map, Value, json};

use crate::run;

/// The object.
pub(super) fn object(result: &Simulation) -> Value {
    let (first, each) = result.days;
    json!({
        "format": 1,
        "from": result.from.iso,
        "until": run::now(&result.until),
        "profiles": result.profiles,
        "events": result.inputs,
        "duplicates": result.duplicates,
        "outcomes": result.outcomes,
        "days": { "first": first, "each": each },
        "triggers": result.triggers.iter().map(trigger).collect::<Vec<_>>(),
        "channels": result.channels.iter().map(channel).collect::<Vec<_>>(),
        "experiments": result.experiments.iter().map(experiment).collect::<Vec<_>>(),
        "timeline": result.timeline.as_ref().map(|entries| entries.iter().map(entry).collect::<Vec<_>>()),
        "notes": result.notes,
        "seconds": (result.took.0 + result.took.1).as_secs_f64(),
    })
}

fn counts(counts: &BTreeMap<&'static str, u64>) -> Value {
    let counts = counts.iter();
    let counts: Map<String, Value> = counts
        .map(|(reason, count)| ((*reason).to_owned(), (*count).into()))
        .collect();
    Value::Object(counts)
}

fn trigger(of: &TriggerSummary) -> Value {
    json!({
        "name": &*of.name,
        "title": of.title.as_deref(),
        "entered": of.entered,
        "restarted": of.restarted,
        "refused": counts(&of.refused),
        "sent": of.sent,
        "deferred": counts(&of.deferred),
        "dropped": counts(&of.dropped),
        "stopped": counts(&of.stopped),
        "ended": of.ended,
        "waiting": of.waiting,
        "chart": of.chart,
    })
}

fn channel(of: &ChannelSummary) -> Value {
    json!({ "name": &*of.name, "sent": of.sent, "chart": of.chart })
}

fn experiment(of: &ExperimentSummary) -> Value {
    let arms = of.arms.iter();
    let arms: Vec<Value> = arms
        .map(|(arm, people)| json!({ "name": &**arm, "people": people }))
        .collect();
    json!({ "name": &*of.name, "arms": arms, "holdout": of.holdout })
}

fn entry(entry: &Entry) -> Value {
    json!({
        "at": entry.at.iso,
        "trigger": entry.trigger.as_deref(),
        "outcome": entry.outcome.unwrap_or("event"),
        "text": entry.text,
    })
}
