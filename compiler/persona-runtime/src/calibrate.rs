//! Calibration: the thresholds of a plan's ranks over the population of a dataset.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{Plan, Rank, Ty};

use crate::interp::Evaluator;
use crate::{Calibration, Dataset, Evaluation, RankTable};

/// The thresholds of every rank, over these data at the evaluation's `now`. A calibration that the evaluation brings is
/// not looked at.
pub fn calibrate(plan: &Plan, data: &Dataset, evaluation: &Evaluation) -> Calibration {
    Calibration::clone(calibrated(plan, data, evaluation.now).calibration())
}

/// An evaluator with the thresholds of its own data.
pub(crate) fn calibrated<'a>(plan: &'a Plan, data: &'a Dataset, now: i64) -> Evaluator<'a> {
    let empty = Calibration {
        now,
        ranks: IndexVec::new(),
    };
    let mut evaluator = Evaluator::new(plan, data, now, Arc::new(empty));
    for rank in &plan.ranks {
        // A rank's value may use the ranks before it, whose thresholds are known by now.
        let mut calibration = Calibration::clone(evaluator.calibration());
        calibration.ranks.push(population(&evaluator, rank));
        evaluator.set_calibration(Arc::new(calibration));
    }
    evaluator
}

/// The thresholds of a rank over its population.
fn population(evaluator: &Evaluator<'_>, rank: &Rank) -> RankTable {
    let roots: Vec<_> = rank.among.iter().copied().chain([rank.value]).collect();
    let needed = evaluator.needed(&roots);
    let mut profile = evaluator.profile(0);
    let mut values = Vec::new();
    for row in 0..evaluator.data().profiles {
        profile.move_to(row);
        profile.evaluate(&needed);
        if rank
            .among
            .is_none_or(|among| profile.known(among).is_true())
        {
            values.push(profile.known(rank.value).clone());
        }
    }
    if evaluator.plan().nodes[rank.value].ty == Ty::Float {
        let values = values.iter().filter_map(crate::Value::float).collect();
        RankTable::floats(rank.kind, values)
    } else {
        let values = values.iter().filter_map(crate::Value::int).collect();
        RankTable::ints(rank.kind, values)
    }
}
