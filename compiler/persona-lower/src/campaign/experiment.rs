//! Experiments: arms in buckets, layers shared out, goals as queries.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{Arm, ArmHash, EnumId, Experiment, ExperimentId, Goal, Layer};
use persona_sema::{Checked, LAYER_BUCKETS};

use crate::TooLarge;
use crate::body::Body;
use crate::program::{Args, Program};

/// All experiments.
pub(super) fn experiments(
    program: &mut Program<'_>,
) -> Result<IndexVec<ExperimentId, Experiment>, TooLarge> {
    let checked = program.checked;
    let experiment = |(index, def): (usize, &persona_sema::Experiment)| {
        let goals = def.goals.iter().map(|(query, within)| {
            let of = program.resolve_with(|program| {
                Body::new(program, def.name.clone(), Args::from([]), 0).query(query)
            })?;
            Ok(Goal {
                place: crate::source::place(persona_sema::Place {
                    file: def.origin.file,
                    span: query.span.offset(def.origin.span.start),
                }),
                of,
                within: *within,
            })
        });
        Ok(Experiment {
            goals: goals.collect::<Result<_, _>>()?,
            arm: Arc::new(arm(checked, index)),
            arms: EnumId(def.arms.0),
            on: def.on.clone(),
        })
    };
    checked
        .experiments
        .iter()
        .enumerate()
        .map(experiment)
        .collect()
}

/// Who is in which arm of an experiment.
pub(crate) fn arm(checked: &Checked, index: usize) -> Arm {
    let def = &checked.experiments[index];
    Arm {
        experiment: def.name.clone(),
        hash: hash(def.hash),
        salt: def.salt.clone(),
        holdout: def.holdout,
        ends: def.ends.clone().into(),
        layer: def.layer.as_ref().map(|part| {
            let (from, to) = part.range.unwrap_or_else(|| equal_part(checked, index));
            Layer {
                name: part.layer.clone(),
                from,
                to,
            }
        }),
    }
}

/// The part of a layer that is an experiment's where none of those on it says which: equal ones, in the order of names.
fn equal_part(checked: &Checked, index: usize) -> (u32, u32) {
    let layer = |def: &persona_sema::Experiment| def.layer.as_ref().map(|part| part.layer.clone());
    let own = layer(&checked.experiments[index]);
    let mut count = 0_u32;
    let mut place = 0_u32;
    for (other, def) in checked.experiments.iter().enumerate() {
        if layer(def) == own {
            place += u32::from(other < index);
            count += 1;
        }
    }
    let end = |place: u32| {
        let end = u64::from(LAYER_BUCKETS) * u64::from(place) / u64::from(count);
        u32::try_from(end).unwrap_or(LAYER_BUCKETS)
    };
    (end(place), end(place + 1))
}

fn hash(hash: persona_sema::ArmHash) -> ArmHash {
    match hash {
        persona_sema::ArmHash::Sha256 => ArmHash::Sha256,
        persona_sema::ArmHash::GrowthBook1 => ArmHash::GrowthBook1,
        persona_sema::ArmHash::GrowthBook2 => ArmHash::GrowthBook2,
        persona_sema::ArmHash::Unleash => ArmHash::Unleash,
        persona_sema::ArmHash::Flagd => ArmHash::Flagd,
    }
}
