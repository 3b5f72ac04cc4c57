//! One profile at a time: a dataset bound once, then one call per profile that computes all answers into the frame,
//! where they are read.

use std::sync::Arc;

use persona_runtime::{Calibration, Dataset, Evaluation, Value};

use crate::bind::Bound;
use crate::program::Goal;
use crate::value::value_of_words;
use crate::{Compiled, RunOptions};

/// A compiled plan with data at one `now`, ready to be asked about profiles.
pub struct Session<'a> {
    compiled: &'a Compiled,
    bound: Bound<'a>,
    profiles: usize,
    calibration: Arc<Calibration>,
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("profiles", &self.profiles)
            .finish_non_exhaustive()
    }
}

impl Compiled {
    /// Binds data, to be asked about profiles. Where the evaluation brings no calibration, ranks are calibrated over
    /// these data first.
    ///
    /// # Panics
    ///
    /// When the dataset is not one of the plan's schema.
    pub fn session<'a>(&'a self, data: &'a Dataset, evaluation: &Evaluation) -> Session<'a> {
        let calibration = self.calibration_for(data, evaluation, &RunOptions::default());
        let bound = Bound::new(
            &self.row().program,
            &self.plan,
            data,
            evaluation.now,
            Arc::clone(&calibration),
        );
        Session {
            compiled: self,
            bound,
            profiles: data.profiles,
            calibration,
        }
    }

    /// All outputs of one profile, in the plan's order. To ask about more than one, keep a [`Session`].
    ///
    /// # Panics
    ///
    /// When the dataset is not one of the plan's schema, or has no such profile.
    pub fn run_profile(
        &self,
        data: &Dataset,
        evaluation: &Evaluation,
        profile: usize,
    ) -> Vec<Value> {
        self.session(data, evaluation).profile(profile)
    }
}

impl Session<'_> {
    /// All outputs of one profile, in the plan's order.
    ///
    /// # Panics
    ///
    /// When there is no such profile.
    pub fn profile(&mut self, profile: usize) -> Vec<Value> {
        assert!(profile < self.profiles, "the data have this profile");
        let stage = self.compiled.row().stage();
        let context = self.bound.context(&[]);
        for function in &stage.compute {
            // SAFETY: the function is of the program that the context is bound for, the profile exists, and nothing else
            // touches the context until it returns.
            unsafe { function(context, profile as u64) };
        }
        let values = stage.goals.iter().map(|goal| self.value(goal)).collect();
        self.bound.state().texts.forget();
        values
    }

    /// The thresholds of ranks.
    pub fn calibration(&self) -> &Arc<Calibration> {
        &self.calibration
    }

    fn value(&self, goal: &Goal) -> Value {
        let slot = goal.slot.expect("every output has a slot");
        match self.bound.slot(slot) {
            // SAFETY: code has left the words of a value of the goal's type in its slot, and the data are alive.
            Some(words) => unsafe { value_of_words(self.bound.texts(), &goal.ty, words) },
            None => Value::Missing,
        }
    }
}
