//! Answers as numbers: how many profiles are in each segment and in each stage. For whoever does not ask which.

use std::sync::Arc;

use persona_ir::{OutputKind, Plan};

use crate::{Answer, Answers, Calibration, Column, Strings, Values};

/// The answers of a batch evaluation to whoever asks how many, not who: one total per output of the plan.
#[derive(Clone, Debug)]
pub struct Totals {
    /// In the order of the plan's outputs.
    pub columns: Vec<Total>,
    /// As [`Answers::strings`].
    pub strings: Arc<Strings>,
    /// As [`Answers::calibration`].
    pub calibration: Arc<Calibration>,
}

/// One output's total.
#[derive(Clone, Debug, PartialEq)]
pub enum Total {
    /// How many members a segment has.
    Members(u64),
    /// How many profiles are in each stage of a partition, in the order of its enum.
    Stages(Vec<u64>),
    /// A trait's values: what they add up to is for their reader to say.
    Values(Column),
}

impl Total {
    /// The total of an output's answer.
    pub fn of(plan: &Plan, kind: OutputKind, answer: &Answer) -> Self {
        match (kind, answer) {
            (_, Answer::Members(members)) => Self::Members(members.count_set_bits() as u64),
            (OutputKind::Partition(stages), Answer::Values(column)) => {
                let mut counts = vec![0; plan.schema.enums[stages].values.len()];
                if let Values::Enum(codes) = &column.values {
                    let known = (0..column.len()).filter(|row| column.is_known(*row));
                    known.for_each(|row| counts[codes.get(row) as usize] += 1);
                }
                Self::Stages(counts)
            }
            (OutputKind::Segment | OutputKind::Trait, Answer::Values(column)) => {
                Self::Values(column.clone())
            }
        }
    }
}

impl Totals {
    /// Adds the totals of other profiles: counts of members and stages. Values of traits are those of some profiles and do not add
    /// up.
    ///
    /// # Panics
    ///
    /// When the others are of another plan, or there are values of traits.
    pub fn add(&mut self, others: &Self) {
        assert_eq!(
            self.columns.len(),
            others.columns.len(),
            "totals of one plan"
        );
        for (mine, other) in self.columns.iter_mut().zip(&others.columns) {
            match (mine, other) {
                (Total::Members(mine), Total::Members(other)) => *mine += other,
                (Total::Stages(mine), Total::Stages(other)) => {
                    mine.iter_mut()
                        .zip(other)
                        .for_each(|(mine, other)| *mine += other);
                }
                _ => unreachable!("only counts add up"),
            }
        }
    }
}

impl Answers {
    /// The totals of these answers to a plan. Values are shared, not copied.
    pub fn totals(&self, plan: &Plan) -> Totals {
        let answers = plan.outputs.iter().zip(&self.columns);
        let columns = answers.map(|(output, answer)| Total::of(plan, output.kind, answer));
        Totals {
            columns: columns.collect(),
            strings: Arc::clone(&self.strings),
            calibration: Arc::clone(&self.calibration),
        }
    }
}
