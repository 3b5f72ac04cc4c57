//! Batches: all profiles at once, answers into columns; and what comes before them, the calibration of ranks.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{CheckTable, Const, OutputKind};
use persona_runtime::{
    Answers, Calibration, CheckFailure, Dataset, Evaluation, RankTable, Total, Totals,
};

use crate::arena::Room;
use crate::buffers::{Made, Recoder, population};
use crate::columnar::run::{self, Filled, Job};
use crate::columnar::scheme::{Give, Scheme};
use crate::{Compiled, RunOptions};

impl Compiled {
    /// Answers everything the plan asks, for every profile. Where the evaluation brings no calibration, ranks are
    /// calibrated over these data first.
    ///
    /// # Panics
    ///
    /// When the dataset is not one of the plan's schema, or memory for code is exhausted.
    pub fn run(&self, data: &Dataset, evaluation: &Evaluation) -> Answers {
        self.run_with(data, evaluation, &RunOptions::default())
    }

    /// As [`Self::run`], in the way that the options say. The answers are the same in every way.
    ///
    /// # Panics
    ///
    /// As [`Self::run`].
    pub fn run_with(
        &self,
        data: &Dataset,
        evaluation: &Evaluation,
        options: &RunOptions,
    ) -> Answers {
        self.answer(data, evaluation, options, None)
    }

    /// As [`Self::run_with`], with the members of segments in memory of the room's, where they fit into what earlier answers have
    /// left there. For whoever answers again and again: new memory costs about as much as answering.
    ///
    /// # Panics
    ///
    /// As [`Self::run`].
    pub fn run_in(
        &self,
        data: &Dataset,
        evaluation: &Evaluation,
        options: &RunOptions,
        room: &Room,
    ) -> Answers {
        self.answer(data, evaluation, options, Some(room))
    }

    fn answer(
        &self,
        data: &Dataset,
        evaluation: &Evaluation,
        options: &RunOptions,
        room: Option<&Room>,
    ) -> Answers {
        let calibration = self.calibration_for(data, evaluation, options);
        let filled = run::run(Job {
            room,
            ..self.job(&self.outputs, data, evaluation.now, &calibration, options)
        });
        let mut strings = Recoder::new(filled.made, data);
        let columns = filled
            .buffers
            .into_iter()
            .zip(&self.outputs.goals)
            .map(|(buffer, goal)| buffer.answer(goal, &mut strings));
        Answers {
            columns: columns.collect(),
            strings: strings.merged,
            calibration,
        }
    }

    /// Gives `f` the answers for some profiles at a time, for whoever writes them down and does not keep them: memory that is used
    /// again costs much less than new. `None`, and `f` is not called, where the plan asks for the values of a trait.
    ///
    /// # Panics
    ///
    /// As [`Self::run`].
    pub fn by_rows<R>(
        &self,
        data: &Dataset,
        evaluation: &Evaluation,
        options: &RunOptions,
        f: impl FnOnce(&ByRows<'_>) -> R,
    ) -> Option<R> {
        let calibration = &self.calibration_for(data, evaluation, options);
        let job = self.job(&self.outputs, data, evaluation.now, calibration, options);
        run::by_rows(job, |bound| {
            f(&ByRows {
                bound,
                compiled: self,
                data,
                calibration,
            })
        })
    }

    /// How many profiles are in each segment and in each stage, and the values of traits: the totals of what [`Self::run_with`]
    /// answers. Who is in what is written nowhere, which with many segments takes much less time and memory.
    ///
    /// # Panics
    ///
    /// As [`Self::run`].
    pub fn count_with(
        &self,
        data: &Dataset,
        evaluation: &Evaluation,
        options: &RunOptions,
    ) -> Totals {
        let calibration = self.calibration_for(data, evaluation, options);
        let scheme = &self.outputs;
        let kinds = self.plan.outputs.iter().map(|output| output.kind);
        let counted: Vec<bool> = kinds.zip(&scheme.gives).map(is_counted).collect();
        let filled = run::run(Job {
            counted: &counted,
            ..self.job(scheme, data, evaluation.now, &calibration, options)
        });
        let mut strings = Recoder::new(filled.made, data);
        let (mut columns, mut counts) = (Vec::new(), filled.counts.as_slice());
        for (at, buffer) in filled.buffers.into_iter().enumerate() {
            let (kind, give) = (self.plan.outputs[at].kind, &scheme.gives[at]);
            let (mine, rest) = counts.split_at(conditions(give).min(counts.len()));
            counts = rest;
            columns.push(match (kind, give) {
                (OutputKind::Segment, Give::Members(_)) => Total::Members(mine[0]),
                (OutputKind::Partition(stages), Give::Stages(cases, last)) => {
                    let mut total = vec![0; self.plan.schema.enums[stages].values.len()];
                    let others = data.profiles as u64 - mine.iter().sum::<u64>();
                    let values = cases.iter().map(|(_, value)| value).chain([last]);
                    for (value, count) in values.zip(mine.iter().chain([&others])) {
                        total[stage(value)] += count;
                    }
                    Total::Stages(total)
                }
                _ => Total::of(
                    &self.plan,
                    kind,
                    &buffer.answer(&scheme.goals[at], &mut strings),
                ),
            });
        }
        Totals {
            columns,
            strings: strings.merged,
            calibration,
        }
    }

    /// The thresholds of every rank, over these data at the evaluation's `now`. A calibration that the evaluation
    /// brings is not looked at.
    ///
    /// # Panics
    ///
    /// As [`Self::run`].
    pub fn calibrate(&self, data: &Dataset, evaluation: &Evaluation) -> Calibration {
        self.calibrate_with(data, evaluation, &RunOptions::default())
    }

    /// As [`Self::calibrate`], in the way that the options say.
    ///
    /// # Panics
    ///
    /// As [`Self::run`].
    pub fn calibrate_with(
        &self,
        data: &Dataset,
        evaluation: &Evaluation,
        options: &RunOptions,
    ) -> Calibration {
        let nothing = || RankTable::Int(Vec::new());
        let ranks = self.plan.ranks.iter().map(|_| nothing()).collect();
        let mut calibration = Arc::new(Calibration {
            now: evaluation.now,
            ranks,
        });
        for (scheme, goals) in &self.ranks {
            let filled = self.fill(scheme, data, evaluation.now, &calibration, options);
            let calibration = Arc::make_mut(&mut calibration);
            for goal in goals {
                let kind = self.plan.ranks[goal.rank].kind;
                calibration.ranks[goal.rank] = population(goal, kind, &filled.buffers);
            }
        }
        Arc::unwrap_or_clone(calibration)
    }

    /// All rows for which a check does not hold, as [`persona_runtime::run_checks`] gives them.
    ///
    /// # Panics
    ///
    /// As [`Self::run`].
    pub fn run_checks(&self, data: &Dataset, now: i64) -> Vec<CheckFailure> {
        self.run_checks_with(data, now, &RunOptions::default())
    }

    /// As [`Self::run_checks`], in the way that the options say.
    ///
    /// # Panics
    ///
    /// As [`Self::run`].
    pub fn run_checks_with(
        &self,
        data: &Dataset,
        now: i64,
        options: &RunOptions,
    ) -> Vec<CheckFailure> {
        // Checks use no ranks.
        let calibration = Arc::new(Calibration {
            now,
            ranks: IndexVec::new(),
        });
        let filled = self.fill(&self.checks, data, now, &calibration, options);
        let mut failures = Vec::new();
        let checks = self.plan.checks.iter().enumerate();
        let people = checks.filter(|(_, check)| !matches!(check.table, CheckTable::Catalog(_)));
        let people: Vec<usize> = people.map(|(index, _)| index).collect();
        let answers = filled.buffers.into_iter().zip(&self.checks.goals);
        for (check, (buffer, goal)) in people.into_iter().zip(answers) {
            let holds = buffer.bits();
            let rows = (!&holds)
                .set_indices()
                .filter(|row| has_row(data, goal.table, *row))
                .collect::<Vec<_>>();
            failures.extend(rows.into_iter().map(|row| CheckFailure {
                check,
                table: goal.table,
                row,
            }));
        }
        failures.extend(persona_runtime::run_catalog_checks(&self.plan, data, now));
        failures.sort_unstable();
        failures
    }

    /// The evaluation's calibration, or that of these data.
    pub(crate) fn calibration_for(
        &self,
        data: &Dataset,
        evaluation: &Evaluation,
        options: &RunOptions,
    ) -> Arc<Calibration> {
        match &evaluation.calibration {
            Some(calibration) => Arc::clone(calibration),
            None => Arc::new(self.calibrate_with(data, evaluation, options)),
        }
    }

    /// Runs a stage for all profiles.
    fn fill(
        &self,
        scheme: &Scheme,
        data: &Dataset,
        now: i64,
        calibration: &Arc<Calibration>,
        options: &RunOptions,
    ) -> Filled {
        run::run(self.job(scheme, data, now, calibration, options))
    }

    /// A stage and what it is run on: everything is asked, and sets get memory of their own.
    fn job<'a>(
        &'a self,
        scheme: &'a Scheme,
        data: &'a Dataset,
        now: i64,
        calibration: &'a Arc<Calibration>,
        options: &'a RunOptions,
    ) -> Job<'a> {
        Job {
            plan: &self.plan,
            analysis: &self.analysis,
            scheme,
            data,
            now,
            calibration,
            options,
            counted: &[],
            room: None,
        }
    }
}

/// A plan that is bound to data and answers for some profiles at a time ([`Compiled::by_rows`]). Several threads may ask at once.
pub struct ByRows<'a> {
    bound: run::ByRows<'a, 'a>,
    compiled: &'a Compiled,
    data: &'a Dataset,
    calibration: &'a Arc<Calibration>,
}

impl fmt::Debug for ByRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByRows").finish_non_exhaustive()
    }
}

impl ByRows<'_> {
    /// The first of the profiles asked for is a multiple of this.
    pub const ROWS: usize = persona_runtime::kernels::CHUNK;

    /// The answers about these profiles, the first of them in row 0: those that [`Compiled::run_with`] gives for them. Members lie
    /// in memory of the room's.
    ///
    /// # Panics
    ///
    /// When the first is not a multiple of [`Self::ROWS`], or the data lack some.
    pub fn answers(&self, profiles: Range<usize>, room: &Room) -> Answers {
        let goals = &self.compiled.outputs.goals;
        let buffers = self.bound.fill(profiles, room);
        let mut strings = Recoder::new(Made::default(), self.data);
        let columns = buffers.into_iter().zip(goals);
        let columns = columns.map(|(buffer, goal)| buffer.answer(goal, &mut strings));
        Answers {
            columns: columns.collect(),
            strings: strings.merged,
            calibration: Arc::clone(self.calibration),
        }
    }
}

/// Whether the circuit alone says how many profiles are in a segment, or in each stage of a partition.
fn is_counted((kind, give): (OutputKind, &Give)) -> bool {
    matches!(
        (kind, give),
        (OutputKind::Segment, Give::Members(_)) | (OutputKind::Partition(_), Give::Stages(..))
    )
}

/// How many conditions a goal is made of.
fn conditions(give: &Give) -> usize {
    match give {
        Give::Members(_) => 1,
        Give::Stages(cases, _) => cases.len(),
        Give::Vector(_) | Give::Rest => 0,
    }
}

/// The stage that a constant of a partition is.
fn stage(value: &Const) -> usize {
    match value {
        Const::Enum(index) => *index as usize,
        _ => unreachable!("a partition's values are those of its enum"),
    }
}

/// Whether there is a row to check: profiles known by their events alone have none.
fn has_row(data: &Dataset, table: CheckTable, row: usize) -> bool {
    let known = data
        .has_row
        .as_ref()
        .filter(|_| table == CheckTable::Profile);
    known.is_none_or(|known| known.value(row))
}
