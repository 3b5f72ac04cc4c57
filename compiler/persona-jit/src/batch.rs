//! Batches: all profiles at once, answers into columns; and what comes before them, the calibration of ranks.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::CheckTable;
use persona_runtime::{Answers, Calibration, CheckFailure, Dataset, Evaluation, RankTable};

use crate::bind::Bound;
use crate::buffers::{Buffers, Recoder, population, rows};
use crate::codegen::Way;
use crate::context::OutRef;
use crate::members::Members;
use crate::program::Stage;
use crate::state::ListOut;
use crate::{Compiled, RunOptions};

impl Compiled {
    /// As [`Compiled::run_with`], on one thread per core.
    ///
    /// # Panics
    ///
    /// When the dataset is not one of the plan's schema.
    pub fn run(&self, data: &Dataset, evaluation: &Evaluation) -> Answers {
        self.run_with(data, evaluation, &RunOptions::default())
    }

    /// Answers everything the plan asks, for every profile. Where the evaluation brings no calibration, ranks are
    /// calibrated over these data first.
    ///
    /// # Panics
    ///
    /// When the dataset is not one of the plan's schema.
    pub fn run_with(&self, data: &Dataset, evaluation: &Evaluation, _: &RunOptions) -> Answers {
        let calibration = self.calibration_for(data, evaluation);
        let mut bound = Bound::new(
            &self.answers,
            &self.plan,
            data,
            evaluation.now,
            Arc::clone(&calibration),
        );
        let stage = self.last_stage();
        let buffers = self.fill(&mut bound, stage, data);
        let mut strings = Recoder::new(bound, data);
        let columns = buffers
            .into_iter()
            .zip(&stage.goals)
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
    /// When the dataset is not one of the plan's schema.
    pub fn calibrate(&self, data: &Dataset, evaluation: &Evaluation) -> Calibration {
        let nothing = || RankTable::Int(Vec::new());
        let ranks = self.plan.ranks.iter().map(|_| nothing()).collect();
        let mut calibration = Arc::new(Calibration {
            now: evaluation.now,
            ranks,
        });
        if self.plan.ranks.is_empty() {
            return Calibration::clone(&calibration);
        }
        let mut bound = Bound::new(
            &self.answers,
            &self.plan,
            data,
            evaluation.now,
            Arc::clone(&calibration),
        );
        for (stage, goals) in self.answers.stages.iter().zip(&self.rank_goals) {
            let buffers = self.fill(&mut bound, stage, data);
            let calibration = Arc::make_mut(&mut calibration);
            for goal in goals {
                let kind = self.plan.ranks[goal.rank].kind;
                calibration.ranks[goal.rank] = population(goal, kind, &buffers);
            }
            bound.state().calibration = Arc::new(calibration.clone());
        }
        Calibration::clone(&calibration)
    }

    /// All rows for which a check does not hold, as [`persona_runtime::run_checks`] gives them.
    ///
    /// # Panics
    ///
    /// When the dataset is not one of the plan's schema.
    pub fn run_checks(&self, data: &Dataset, now: i64) -> Vec<CheckFailure> {
        // Checks use no ranks.
        let calibration = Arc::new(Calibration {
            now,
            ranks: IndexVec::new(),
        });
        let mut bound = Bound::new(&self.checks, &self.plan, data, now, calibration);
        let stage = &self.checks.stages[0];
        let buffers = self.fill(&mut bound, stage, data);
        let mut failures = Vec::new();
        for (check, (buffer, goal)) in buffers.into_iter().zip(&stage.goals).enumerate() {
            let holds = buffer.bits();
            let rows = (0..holds.len())
                .filter(|row| !holds.value(*row) && has_row(data, goal.table, *row));
            failures.extend(rows.map(|row| CheckFailure {
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
    ) -> Arc<Calibration> {
        match &evaluation.calibration {
            Some(calibration) => Arc::clone(calibration),
            None => Arc::new(self.calibrate(data, evaluation)),
        }
    }

    /// The stage that gives the outputs.
    pub(crate) fn last_stage(&self) -> &Stage {
        self.answers.stages.last().expect("the outputs are a stage")
    }

    /// Runs a stage for all profiles.
    fn fill<'a>(&'a self, bound: &mut Bound<'a>, stage: &'a Stage, data: &Dataset) -> Vec<Buffers> {
        let mut buffers: Vec<Buffers> = stage
            .goals
            .iter()
            .map(|goal| Buffers::new(goal, rows(goal, data)))
            .collect();
        let outs: Vec<OutRef> = buffers.iter_mut().map(Buffers::reference).collect();
        bound.state().lists = stage
            .goals
            .iter()
            .map(|goal| ListOut {
                ty: &goal.ty,
                rows: Vec::new(),
            })
            .collect();
        let members = stage.goals.iter().filter(|goal| goal.way == Way::Members);
        bound.state().members = Members::new(members.count(), data.profiles);
        let context = bound.context(&outs);
        // SAFETY: the stage is of a program of this code, and the context is bound for it, the dataset and buffers that
        // have a row for each of the goal's table. Nothing else touches them until it returns.
        unsafe {
            let profiles = data.profiles as u64;
            self.code.run(context, &stage.batch, 0, profiles);
        }
        let state = bound.state();
        let mut sets = std::mem::take(&mut state.members).finish().into_iter();
        let lists = std::mem::take(&mut state.lists);
        for (buffer, list) in buffers.iter_mut().zip(lists) {
            buffer.collect(list.rows, &mut sets);
        }
        buffers
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
