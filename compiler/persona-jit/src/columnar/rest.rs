//! The rest of a stage: what only machine code that works on one profile can answer. The code is made when it is first
//! needed, and run chunk by chunk, its Bools turned into rows of words like everyone else's.

use std::fmt;
use std::sync::Arc;

use persona_ir::Plan;
use persona_runtime::kernels::Row;
use persona_runtime::{Calibration, Strings, Value};

use crate::analysis::Analysis;
use crate::bind::{Bound, Tables};
use crate::codegen::Way;
use crate::context::OutRef;
use crate::members::Members;
use crate::module::{Code, CompileError, Draft};
use crate::program::{Outline, Program, Question, Stage};
use crate::state::ListOut;

/// Machine code that answers some goals for one profile.
#[derive(Debug)]
pub(crate) struct Rest {
    /// One stage.
    pub(crate) program: Program,
    /// The owner of its functions; dropped after it.
    code: Code,
}

impl Rest {
    /// Makes the code.
    pub(crate) fn new(
        plan: &Plan,
        analysis: &Analysis,
        question: Question,
    ) -> Result<Self, CompileError> {
        let mut draft = Draft::new()?;
        let outline = Outline::new(plan, analysis, &mut draft, vec![question])?;
        let code = draft.finish()?;
        let program = outline.link(&code);
        Ok(Self { program, code })
    }

    /// What it answers.
    pub(crate) fn stage(&self) -> &Stage {
        &self.program.stages[0]
    }
}

/// Where code writes the columns it answers: addresses of buffers with a place for every row of the data.
pub(crate) struct Outs(Vec<OutRef>);

// SAFETY: the addresses are of buffers that nothing else touches during a run (`super::run` sees to that), and code writes
// only to the places of the profile it works on: whole bytes of values, and validity bits whose bytes belong to one chunk.
unsafe impl Send for Outs {}
// SAFETY: as above; each chunk is worked on by one thread.
unsafe impl Sync for Outs {}

impl fmt::Debug for Outs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Outs").field(&self.0.len()).finish()
    }
}

impl Outs {
    /// The addresses, by goal.
    pub(crate) fn new(outs: Vec<OutRef>) -> Self {
        Self(outs)
    }
}

/// One thread's work on the rest.
pub(crate) struct Worker<'a> {
    rest: &'a Rest,
    bound: Bound<'a>,
    outs: &'a Outs,
    sets: usize,
}

impl<'a> Worker<'a> {
    /// Room to work in. The tables are of the rest's program, and there is an address for each of its goals.
    pub(crate) fn new(
        rest: &'a Rest,
        tables: &Arc<Tables<'a>>,
        outs: &'a Outs,
        calibration: Arc<Calibration>,
    ) -> Self {
        let goals = &rest.stage().goals;
        assert_eq!(outs.0.len(), goals.len(), "a buffer for each goal");
        let mut bound = Bound::on(tables, calibration);
        bound.state().lists = goals
            .iter()
            .map(|goal| ListOut {
                ty: &goal.ty,
                rows: Vec::new(),
            })
            .collect();
        Self {
            rest,
            bound,
            outs,
            sets: goals.iter().filter(|goal| goal.way == Way::Members).count(),
        }
    }

    /// Answers for those profiles of a chunk that are needed: the sets of members into rows, everything else into the
    /// buffers. What the sets say of the others means nothing.
    ///
    /// # Panics
    ///
    /// When the data lack one of the profiles, the first is not the first of a chunk, or there are other than a row for
    /// each set.
    pub(crate) fn run(&mut self, first: usize, len: usize, needed: &Row, rows: &mut [Row]) {
        assert_eq!(rows.len(), self.sets, "a row for each set");
        assert!(
            first.is_multiple_of(64) && first + len <= self.bound.profiles(),
            "a chunk of the data's profiles"
        );
        if needed.is_empty() {
            return;
        }
        self.bound.state().members = Members::new(self.sets, len);
        for (word, base) in needed.0.iter().zip((first..first + len).step_by(64)) {
            let end = (base + 64).min(first + len);
            each_run(*word, |from, to| {
                self.profiles(base + from, (base + to).min(end));
            });
            if word >> 63 == 0 && end == base + 64 {
                // Whoever ends the block's last profile turns the block around.
                self.bound.state().members.end_profile(end as u64 - 1);
            }
        }
        let sets = std::mem::take(&mut self.bound.state().members).finish();
        for (row, words) in rows.iter_mut().zip(sets) {
            *row = Row::NONE;
            row.0[..words.len()].copy_from_slice(&words);
        }
    }

    /// Runs the code for some neighbouring profiles of a chunk that the data have.
    fn profiles(&mut self, first: usize, end: usize) {
        let context = self.bound.context(&self.outs.0);
        // SAFETY: the stage is of this code, the context is bound for its program to data that have these profiles
        // (`run`, which alone calls this, has checked it), and the buffers have a place for each row of the data. This
        // thread alone works on these profiles.
        unsafe {
            let functions = &self.rest.stage().batch;
            self.rest
                .code
                .run(context, functions, first as u64, end as u64);
        }
    }

    /// The lists that each goal gave since they were last taken.
    pub(crate) fn take_lists(&mut self) -> Vec<Vec<Value>> {
        let lists = self.bound.state().lists.iter_mut();
        lists.map(|list| std::mem::take(&mut list.rows)).collect()
    }

    /// The texts that were made and that the data lack.
    pub(crate) fn into_texts(self) -> Strings {
        self.bound.into_state().texts.into_kept()
    }
}

/// The runs of bits that are set: from the first, up to but without the one behind the last.
fn each_run(mut word: u64, mut f: impl FnMut(usize, usize)) {
    while word != 0 {
        let from = word.trailing_zeros();
        let count = (word >> from).trailing_ones();
        f(from as usize, (from + count) as usize);
        if from + count == 64 {
            return;
        }
        word &= u64::MAX << (from + count);
    }
}

#[cfg(test)]
mod tests {
    use super::each_run;

    #[test]
    fn runs_of_bits_are_found_up_to_the_ends() {
        for word in [
            0,
            1,
            u64::MAX,
            1 << 63,
            0b1101_1000,
            u64::MAX << 60,
            0xF0F0 << 40 | 7,
        ] {
            let mut found = 0_u64;
            let mut last = None;
            each_run(word, |from, to| {
                assert!(from < to && last.is_none_or(|last| last < from));
                last = Some(to);
                (from..to).for_each(|bit| found |= 1 << bit);
            });
            assert_eq!(found, word);
        }
    }
}
