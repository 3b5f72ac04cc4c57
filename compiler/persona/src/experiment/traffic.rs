//! How many people an experiment meets, measured on the data: those whose events start its triggers.

use persona_ir::campaign::{EventMatch, Start, StepKind, Trigger};
use persona_ir::{Campaign, Experiment};
use persona_runtime::{Dataset, EventRef, ProfileEvaluator, Value};

use crate::Error;

/// The triggers that an experiment is about: those named, and those that send a content named.
fn triggers<'c>(campaign: &'c Campaign, experiment: &Experiment) -> Vec<&'c Trigger> {
    let sends = |trigger: &Trigger| {
        trigger.steps.iter().any(|step| match &step.kind {
            StepKind::Send(send) => experiment
                .on
                .contains(&campaign.contents[send.content].name),
            _ => false,
        })
    };
    let all = campaign.triggers.iter();
    all.filter(|trigger| experiment.on.contains(&trigger.name) || sends(trigger))
        .collect()
}

/// When each profile would first have met the experiment, at or after `from`; nothing for those who would not. An estimate: limits,
/// quiet hours and consent are not asked, and a trigger's `when` sees what is known of the person now.
pub(super) fn first_meetings(
    campaign: &Campaign,
    experiment: &Experiment,
    data: &Dataset,
    from: i64,
    person: &mut ProfileEvaluator<'_>,
) -> Result<Vec<Option<i64>>, Error> {
    let name = &experiment.arm.experiment;
    let given =
        "say how many people it meets with --traffic, as in `--traffic 500` for 500 people a day";
    let triggers = triggers(campaign, experiment);
    if triggers.is_empty() {
        return Err(Error::call(format!(
            "no trigger leads to the experiment `{name}`, so its traffic cannot be measured"
        ))
        .with_help(given));
    }
    let mut starts: Vec<(&Trigger, &EventMatch)> = Vec::new();
    for trigger in triggers {
        match &trigger.start {
            Start::Event(of) => starts.push((trigger, of)),
            _ => {
                return Err(Error::call(format!("the trigger `{}` does not start with an event, so the traffic of `{name}` cannot be measured on events", trigger.name))
                    .with_help(given));
            }
        }
    }
    let now = person.now();
    let mut found = vec![None; data.profiles];
    for (profile, first) in found.iter_mut().enumerate() {
        person.move_to(profile);
        for (trigger, of) in &starts {
            for event in data.history(&of.kinds, profile) {
                let at = data.at(event);
                if at < from || at > now || first.is_some_and(|first| first <= at) {
                    continue;
                }
                if starts_run(trigger, of, event, data, person) {
                    *first = Some(at);
                    break;
                }
            }
        }
    }
    Ok(found)
}

fn starts_run(
    trigger: &Trigger,
    of: &EventMatch,
    event: EventRef,
    data: &Dataset,
    person: &mut ProfileEvaluator<'_>,
) -> bool {
    if of
        .filter
        .is_some_and(|filter| !person.value_for(filter, event).is_true())
    {
        return false;
    }
    let Some(condition) = &trigger.condition else {
        return true;
    };
    let mut frame = vec![Value::Missing; trigger.frame.len()];
    for capture in &of.captures {
        let column = capture.cols.iter().find(|col| col.kind == event.kind);
        if let (Some(column), Some(slot)) = (column, frame.get_mut(capture.slot as usize)) {
            *slot = data.event_value(event, column.col);
        }
    }
    person.set_frame(&frame);
    person.value(condition.node).is_true()
}
