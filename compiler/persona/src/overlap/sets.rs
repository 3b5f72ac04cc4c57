//! Which sets are meant, and who is in them: segments have their members, a partition's stages are read from its values.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use persona_ir::{OutputKind, Plan};
use persona_runtime::{Answer, Answers, Values};

use super::{Members, OverlapSet};
use crate::{Error, Program};

/// What was asked for.
pub(crate) struct Wanted {
    /// The answers that it needs.
    pub(super) outputs: Vec<String>,
    /// For partitions of which only some stages are wanted: those, as `lifecycle.active`. A partition not named here has all.
    stages: BTreeSet<String>,
    /// The partitions of which all stages are wanted.
    whole: BTreeSet<String>,
}

impl Program {
    /// What names mean; all segments and partitions for none.
    pub(crate) fn wanted(&self, names: &[String]) -> Result<Wanted, Error> {
        let mut outputs: BTreeSet<String> = BTreeSet::new();
        let (mut stages, mut whole) = (BTreeSet::new(), BTreeSet::new());
        for output in &self.plan.outputs {
            if names.is_empty() && output.kind != OutputKind::Trait {
                outputs.insert(output.name.to_string());
                whole.insert(output.name.to_string());
            }
        }
        if names.is_empty() && outputs.is_empty() {
            return Err(
                Error::call("this package has no segments that could be compared")
                    .with_help("declare some: `segment vip { when … }`"),
            );
        }
        for name in names {
            let asked = self.asked(name)?;
            let output = &self.plan.outputs[asked.output];
            if output.kind == OutputKind::Trait {
                return Err(Error::call(format!(
                    "`{name}` is a trait: it has values, and only segments and stages have people who could overlap"
                ))
                .with_help("make a segment of it, as in `segment big_spender { when lifetime_spend > 1000 USD }`"));
            }
            outputs.insert(output.name.to_string());
            match asked.stage {
                Some(_) => stages.insert(name.clone()),
                None => whole.insert(name.clone()),
            };
        }
        Ok(Wanted {
            outputs: outputs.into_iter().collect(),
            stages,
            whole,
        })
    }
}

/// The sets with their members, in the order of the plan.
pub(super) fn of(plan: &Plan, answers: &Answers, wanted: &Wanted) -> Vec<Members> {
    let mut sets = Vec::new();
    for (output, answer) in plan.outputs.iter().zip(&answers.columns) {
        match (output.kind, answer) {
            (OutputKind::Segment, Answer::Members(bits)) => {
                sets.push(set(
                    output.name.clone(),
                    output.title.clone(),
                    None,
                    bits.clone(),
                ));
            }
            (OutputKind::Partition(stages), Answer::Values(column)) => {
                let Values::Enum(codes) = &column.values else {
                    continue;
                };
                for (code, stage) in (0_u32..).zip(&plan.schema.enums[stages].values) {
                    let name = format!("{}.{}", output.name, stage.name);
                    if wanted.whole.contains(&*output.name) || wanted.stages.contains(&name) {
                        let bits =
                            BooleanBuffer::collect_bool(codes.len(), |row| codes.get(row) == code);
                        let partition = Some(output.name.clone());
                        sets.push(set(name.into(), stage.title.clone(), partition, bits));
                    }
                }
            }
            _ => {}
        }
    }
    sets
}

fn set(
    name: Arc<str>,
    title: Option<Arc<str>>,
    partition: Option<Arc<str>>,
    bits: BooleanBuffer,
) -> Members {
    let count = bits.count_set_bits();
    Members {
        set: OverlapSet {
            name,
            title,
            partition,
            count,
            share: count as f64 / bits.len().max(1) as f64,
        },
        bits,
    }
}
