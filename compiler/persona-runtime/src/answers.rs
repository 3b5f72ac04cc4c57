//! What an evaluation takes and gives.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;
use persona_base::IndexVec;
use persona_ir::{NodeId, OutputKind, RankId};

use crate::interp::Evaluator;
use crate::{Column, Strings, Value, build};

/// The inputs of an evaluation besides the plan and the data.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The evaluation time, microseconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// Thresholds of ranks. Where absent, a batch evaluation computes them over its own population first.
    pub calibration: Option<Arc<Calibration>>,
}

/// Thresholds of every rank of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The `now` they were computed at.
    pub now: i64,
    /// One table per rank.
    pub ranks: IndexVec<RankId, RankTable>,
}

/// What the ranks of a population are read from, ascending: for tiles the greatest value of each tile that has one, for
/// percentiles all known values. Integers or Floats, as the ranked value's type. See [`crate::rank`].
#[derive(Clone, Debug, PartialEq)]
pub enum RankTable {
    /// Integers.
    Int(Vec<i64>),
    /// Floats.
    Float(Vec<f64>),
}

/// The answers of a batch evaluation: one column per output of the plan, one row per profile.
#[derive(Clone, Debug)]
pub struct Answers {
    /// In the order of the plan's outputs.
    pub columns: Vec<Answer>,
    /// The texts that `Str` answers refer to: those of the dataset, and those that were computed.
    pub strings: Arc<Strings>,
    /// The thresholds that were used.
    pub calibration: Arc<Calibration>,
}

impl Answers {
    /// One profile's answer to one output, by their places.
    pub fn value(&self, output: usize, profile: usize) -> Value {
        match &self.columns[output] {
            Answer::Members(members) => Value::Bool(members.value(profile)),
            Answer::Values(column) => crate::dataset::value(&self.strings, column, profile),
        }
    }
}

/// One output's answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A segment's members.
    Members(BooleanBuffer),
    /// A trait's values, or a partition's stages (as `Enum`).
    Values(Column),
}

/// The answers of an evaluator about every profile.
pub(crate) fn collect(evaluator: &Evaluator<'_>) -> Answers {
    let (plan, data) = (evaluator.plan(), evaluator.data());
    let outputs: Vec<NodeId> = plan.outputs.iter().map(|output| output.node).collect();
    let needed = evaluator.needed(&outputs);
    let mut values: Vec<Vec<Value>> = outputs
        .iter()
        .map(|_| Vec::with_capacity(data.profiles))
        .collect();
    let mut profile = evaluator.profile(0);
    for row in 0..data.profiles {
        profile.move_to(row);
        profile.evaluate(&needed);
        for (column, output) in values.iter_mut().zip(&outputs) {
            column.push(profile.known(*output).clone());
        }
    }
    let mut strings = Arc::clone(&data.strings);
    let columns = plan
        .outputs
        .iter()
        .zip(&values)
        .map(|(output, values)| match output.kind {
            OutputKind::Segment => Answer::Members(values.iter().map(Value::is_true).collect()),
            OutputKind::Trait | OutputKind::Partition(_) => {
                let ty = &plan.nodes[output.node].ty;
                Answer::Values(build::column(values, ty, &mut strings))
            }
        });
    Answers {
        columns: columns.collect(),
        strings,
        calibration: Arc::clone(evaluator.calibration()),
    }
}
