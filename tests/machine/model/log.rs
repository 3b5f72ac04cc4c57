//! Outcomes as lines, for people.

use persona_ir::campaign::Campaign;
use persona_runtime::Value;
use persona_runtime::display::iso;
use persona_runtime::machine::{Happened, Input, Outcome, RunStart, What};

use super::stream::at_of;

/// An outcome as a line: when, who, which run and step, what, and its key.
pub(super) fn line(campaign: &Campaign, outcome: &Outcome) -> String {
    let run = &outcome.run;
    let start = match &run.start {
        RunStart::Due(at) => format!("due {}", iso(*at)),
        RunStart::Event { kind, at, nth } => {
            let name = &campaign.plan.schema.events[*kind].name;
            format!("{name} {} #{nth}", iso(*at))
        }
        RunStart::Id { kind, id } => {
            format!("{} {id}", campaign.plan.schema.events[*kind].name)
        }
    };
    let step = outcome
        .step
        .map_or(String::new(), |step| format!(" step {step}"));
    let what = match &outcome.what {
        Happened::Sent(delivery) => format!(
            "Sent {} via {} v{} to {:?} arms {:?}{}",
            campaign.contents[delivery.message.content].name,
            campaign.channels[delivery.message.channel].name,
            delivery.variant,
            delivery.to,
            delivery.arms,
            delivery
                .payload
                .as_ref()
                .map_or(String::new(), |payload| format!(" {payload:?}")),
        ),
        Happened::Deferred(message, deferral) => format!(
            "Deferred {} via {} {:?} until {}",
            campaign.contents[message.content].name,
            campaign.channels[message.channel].name,
            deferral.why,
            iso(deferral.until)
        ),
        Happened::Dropped(message, drop) => format!(
            "Dropped {} via {} {:?} {:?} {:?}",
            campaign.contents[message.content].name,
            campaign.channels[message.channel].name,
            drop.reason,
            drop.text,
            drop.experiment
        ),
        what => format!("{what:?}"),
    };
    format!(
        "{} {} {}[{:?}] ({start}){step}: {what} {}",
        iso(outcome.at),
        outcome.profile,
        campaign.triggers[run.trigger].name,
        run.per,
        &outcome.key(campaign)[..8],
    )
}

/// An input as a line.
pub(super) fn input(campaign: &Campaign, input: &Input) -> String {
    let schema = &campaign.plan.schema;
    let at = at_of(input).map_or_else(|| "-".to_owned(), iso);
    let what = match &input.what {
        What::Event { kind, values } => {
            let values: Vec<String> = values[1..].iter().map(value).collect();
            format!("{} {}", schema.events[*kind].name, values.join(" "))
        }
        What::Row { values, .. } => {
            let values = values
                .iter()
                .map(|(col, of)| format!("{}={}", schema.profile.columns[*col].name, value(of)));
            format!("row {}", values.collect::<Vec<_>>().join(" "))
        }
        What::Delete => "delete".to_owned(),
    };
    format!("{at} {} {what}", input.profile)
}

fn value(value: &Value) -> String {
    match value {
        Value::Missing => "-".to_owned(),
        Value::Str(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// Two logs beside each other: what both have, and where they part.
pub(super) fn beside(campaign: &Campaign, model: &[Outcome], machine: &[Outcome]) -> String {
    let mut text = String::new();
    for place in 0..model.len().max(machine.len()) {
        let lines = [model.get(place), machine.get(place)]
            .map(|outcome| outcome.map_or("nothing".to_owned(), |of| line(campaign, of)));
        if model.get(place) == machine.get(place) {
            text += &format!("  both    {}\n", lines[0]);
        } else {
            text += &format!("! model   {}\n! machine {}\n", lines[0], lines[1]);
        }
    }
    text
}
