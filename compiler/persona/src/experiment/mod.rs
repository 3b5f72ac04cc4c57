//! Experiments for those who run them: how many people one needs, and what came out. Who is in which arm is the business of
//! `persona-runtime`; this reads data and does statistics, and prints nothing.

mod exposures;
mod goals;
mod plan;
mod report;
pub mod stats;
mod traffic;

use std::sync::Arc;

use persona_base::nearest;
use persona_ir::{Campaign, Experiment, Plan};

use crate::{Error, Program};

pub use exposures::ExposedBy;
pub use plan::{Baseline, PlanOptions, PlanResult, PlannedGroup, Reach, TrafficFrom};
pub use report::{Compared, GoalResult, Measured, ReportOptions, ReportResult, ReportedGroup};

use exposures::HOLDOUT;

/// People who get the same: an arm, or the holdout.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    /// The arm's name; `(holdout)` for the holdout.
    pub(crate) name: Arc<str>,
    /// The share of those who take part.
    pub(crate) share: f64,
}

/// The groups of an experiment: its arms in order, and the holdout, where it has one.
pub(crate) fn groups(plan: &Plan, experiment: &Experiment) -> Vec<Group> {
    let arm = &experiment.arm;
    let all = f64::from(arm.hash.buckets());
    let mut from = arm.holdout;
    let mut groups: Vec<Group> = plan.schema.enums[experiment.arms]
        .values
        .iter()
        .zip(&arm.ends)
        .map(|(value, end)| Group {
            name: value.name.clone(),
            share: f64::from(end - std::mem::replace(&mut from, *end)) / all,
        })
        .collect();
    if arm.holdout > 0 {
        groups.push(Group {
            name: HOLDOUT.into(),
            share: f64::from(arm.holdout) / all,
        });
    }
    groups
}

/// The group that others are compared with: the one asked for, else the holdout where there is one arm, else the arm `control`, else
/// the first.
fn control(groups: &[Group], asked: Option<&str>) -> Result<usize, Error> {
    let arms = groups
        .iter()
        .filter(|group| &*group.name != HOLDOUT)
        .count();
    let named = |name: &str| groups.iter().position(|group| *group.name == *name);
    let Some(asked) = asked else {
        return Ok(match arms {
            1 => named(HOLDOUT).unwrap_or(0),
            _ => named("control").unwrap_or(0),
        });
    };
    let found = match asked {
        "holdout" => named(HOLDOUT),
        _ => named(asked),
    };
    found.ok_or_else(|| {
        let names = groups.iter().map(|group| &*group.name);
        let error = Error::unknown(format!("this experiment has no arm `{asked}`"));
        match nearest(asked, names.clone()) {
            Some(near) => error.with_help(format!("did you mean `{near}`?")),
            None => error.with_help(format!(
                "it has {}",
                names
                    .map(|name| name.trim_matches(['(', ')']))
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
        }
    })
}

/// The groups that are compared with the control: the arms, and the holdout only where nothing else is left.
fn treatments(groups: &[Group], control: usize) -> Vec<usize> {
    let others = || (0..groups.len()).filter(|group| *group != control);
    let arms: Vec<usize> = others()
        .filter(|group| &*groups[*group].name != HOLDOUT)
        .collect();
    match arms.is_empty() {
        true => others().collect(),
        false => arms,
    }
}

/// The experiment with a name.
fn find<'c>(campaign: &'c Campaign, name: &str) -> Result<&'c Experiment, Error> {
    let all = &campaign.experiments;
    if let Some(found) = all.iter().find(|of| *of.arm.experiment == *name) {
        return Ok(found);
    }
    let error = Error::unknown(format!("this package has no experiment `{name}`"));
    let names = || all.iter().map(|of| &*of.arm.experiment);
    Err(match nearest(name, names()) {
        Some(near) => error.with_help(format!("did you mean `{near}`?")),
        None if all.is_empty() => error.with_help(
            "it has none at all; one looks like `experiment subject { on cart_rescue  arms { control, personal } }`",
        ),
        None => {
            let names: Vec<&str> = names().take(10).collect();
            error.with_help(format!("it has {}", names.join(", ")))
        }
    })
}

impl Program {
    /// The text between a place's ends, in one line.
    fn written(&self, place: persona_ir::Place) -> String {
        let excerpt = self.texts.excerpt(place.file, place.span);
        let text = excerpt.map(|excerpt| {
            let range = excerpt.span.start as usize..excerpt.span.end as usize;
            excerpt.text.get(range).unwrap_or_default().to_owned()
        });
        let text = text.unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
