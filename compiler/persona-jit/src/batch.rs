//! Batches: all profiles at once, answers into columns; and what comes before them, the calibration of ranks.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::CheckTable;
use persona_runtime::{Answers, Calibration, CheckFailure, Dataset, Evaluation, RankTable};

use crate::buffers::{Recoder, population};
use crate::columnar::run::{self, Filled, Job};
use crate::columnar::scheme::Scheme;
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
        let calibration = self.calibration_for(data, evaluation, options);
        let filled = self.fill(&self.outputs, data, evaluation.now, &calibration, options);
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
        for (check, (buffer, goal)) in filled
            .buffers
            .into_iter()
            .zip(&self.checks.goals)
            .enumerate()
        {
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
        run::run(Job {
            plan: &self.plan,
            analysis: &self.analysis,
            scheme,
            data,
            now,
            calibration,
            options,
        })
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
