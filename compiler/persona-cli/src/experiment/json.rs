//! Plans and reports as one JSON object each, format 1 (`docs/experiments.md`). Fields are added, never renamed.

use persona::experiment::stats::Interval;
use persona::experiment::{
    Baseline, Compared, GoalResult, Measured, PlanResult, ReportResult, TrafficFrom,
};
use serde_json::{Value, json};

use crate::run::now;

/// A plan.
pub(super) fn plan(result: &PlanResult) -> Value {
    json!({
        "format": 1,
        "experiment": &*result.name,
        "now": result.now.as_ref().and_then(now),
        "baseline": match &result.baseline {
            Baseline::Given(rate) => json!({ "from": "given", "rate": rate }),
            Baseline::Measured { goal, found } => json!({
                "from": "data",
                "rate": found.rate(),
                "goal": goal,
                "exposed": found.exposed,
                "converted": found.converted,
            }),
        },
        "target": result.target,
        "alpha": result.alpha,
        "power": result.power,
        "comparisons": result.comparisons,
        "groups": result.groups.iter().map(|group| json!({
            "name": &*group.name,
            "share": group.share,
            "people": group.people,
        })).collect::<Vec<_>>(),
        "people": result.people,
        "traffic": match result.traffic {
            TrafficFrom::Given(people) => json!({ "from": "given", "new_per_day": people }),
            TrafficFrom::Measured { days, people, later } => json!({
                "from": "data",
                "days": days,
                "people": people,
                "new_per_day": later,
            }),
        },
        "days": result.days,
        "reach": result.reach.iter().map(|reach| json!({
            "weeks": reach.weeks,
            "people": reach.people,
            "lift": reach.lift,
        })).collect::<Vec<_>>(),
    })
}

/// A report.
pub(super) fn report(result: &ReportResult) -> Value {
    json!({
        "format": 1,
        "experiment": &*result.name,
        "now": now(&result.now),
        "confidence": result.confidence,
        "control": &*result.groups[result.control].name,
        "groups": result.groups.iter().map(|group| json!({
            "name": &*group.name,
            "share": group.share,
            "exposed": group.exposed,
        })).collect::<Vec<_>>(),
        "sample_ratio": result.ratio.map(|check| json!({
            "chi_squared": check.chi_squared,
            "degrees_of_freedom": check.freedom,
            "p": check.p,
            "mismatch": check.is_mismatch(),
        })),
        "goals": result.goals.iter().map(|found| goal(result, found)).collect::<Vec<_>>(),
        "mixed": result.mixed,
        "strangers": result.strangers,
        "unknown": result.unknown,
    })
}

fn goal(result: &ReportResult, goal: &GoalResult) -> Value {
    let name = |group: usize| &*result.groups[group].name;
    let groups = goal.groups.iter().enumerate();
    json!({
        "goal": goal.name,
        "within_seconds": goal.within.map(|micros| micros as f64 / 1e6),
        "unfinished": goal.unfinished,
        "groups": groups.map(|(index, group)| measured(name(index), *group)).collect::<Vec<_>>(),
        "comparisons": goal.compared.iter().map(|found| compared(name, found)).collect::<Vec<_>>(),
    })
}

fn measured(name: &str, group: Measured) -> Value {
    match group {
        Measured::Rate(found) => json!({
            "name": name,
            "exposed": found.exposed,
            "converted": found.converted,
            "rate": found.rate(),
        }),
        Measured::Mean(found) => json!({
            "name": name,
            "values": found.count,
            "mean": (found.count > 0).then_some(found.mean),
            "variance": (found.count > 1).then_some(found.variance),
        }),
    }
}

fn interval(of: Interval) -> Value {
    json!([of.low, of.high])
}

fn compared<'r>(name: impl Fn(usize) -> &'r str, of: &Compared) -> Value {
    match of {
        Compared::Rate {
            group,
            found,
            corrected,
        } => json!({
            "name": name(*group),
            "difference": found.map(|found| found.difference),
            "difference_interval": found.map(|found| interval(found.difference_interval)),
            "lift": found.and_then(|found| found.lift),
            "lift_interval": found.map(|found| interval(found.lift_interval)),
            "z": found.and_then(|found| found.test).map(|test| test.z),
            "p": found.and_then(|found| found.test).map(|test| test.p),
            "p_holm": corrected,
        }),
        Compared::Mean {
            group,
            found,
            corrected,
        } => json!({
            "name": name(*group),
            "difference": found.map(|found| found.difference),
            "difference_interval": found.map(|found| interval(found.difference_interval)),
            "lift": found.and_then(|found| found.lift),
            "t": found.map(|found| found.t),
            "degrees_of_freedom": found.map(|found| found.freedom),
            "p": found.map(|found| found.p),
            "p_holm": corrected,
        }),
    }
}
