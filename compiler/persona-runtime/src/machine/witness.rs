//! Somebody who looks on while a machine decides about a person, to say why afterwards. Whatever they look at, they change
//! nothing.

use super::outcome::{Outcome, RunId};
use super::person::Person;
use crate::time::Clock;
use crate::{EventRef, Facts, Value};

/// Looks on.
pub trait Witness<F: Facts> {
    /// Something happens, or does not: the person is as they were when that was decided.
    fn see(&mut self, sight: &Sight<'_, F>);
}

/// A moment at which something is decided.
#[derive(Debug)]
pub struct Sight<'a, F: Facts> {
    /// The person with what of their history was visible.
    pub person: &'a Person<'a, F>,
    /// The instant, in the person's zone.
    pub clock: Clock,
    /// What the run asks for besides the profile; empty where there is no run yet.
    pub frame: &'a [Value],
    /// The event that was looked at, if it was one.
    pub event: Option<EventRef>,
    /// What was decided.
    pub what: Seen<'a>,
}

/// What was decided.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    /// An outcome.
    Outcome(&'a Outcome),
    /// A run waits, until this instant or an event.
    Waits {
        /// The run.
        run: &'a RunId,
        /// Its step.
        step: u32,
        /// The end of the wait.
        due: i64,
    },
    /// The event that a run waits for came.
    Woken {
        /// The run.
        run: &'a RunId,
        /// Its step.
        step: u32,
    },
    /// A run goes on with one of several steps.
    Branches {
        /// The run.
        run: &'a RunId,
        /// Its step.
        step: u32,
        /// The step that follows.
        taken: u32,
    },
    /// A run has a message that is to be sent.
    Sends {
        /// The run.
        run: &'a RunId,
        /// Its step.
        step: u32,
    },
    /// Nothing follows.
    End,
}
