//! Tests: the steps of a `test` block on the very trigger machine, with the block as its only clock. Finds what held and what
//! did not; words for it are made elsewhere.
//!
//! **Time.** The stream starts just before the test's first instant: the profile as it is given is the base line, so that a
//! segment it is in already is not *entered*. Steps between two instants are inputs of the first; they are processed, with
//! everything that happens by itself, when an expectation asks, up to and including its instant. An expectation changes
//! nothing.
//!
//! **Events** have identifiers by their place (`test-0001`), so that those of one kind and instant happen as they are written.
//!
//! **What a content says** (`expect c.slot == …`, `expect c is variant`) is what the person was sent last; where they were
//! sent nothing of it yet, what they would read now: an event among its parameters is then their latest, a value its default.
//!
//! **Ranks** are computed over people, of whom a test has one: they are missing. Catalogs are those that the caller gives.

mod cover;
mod reading;

use std::sync::Arc;

use persona_ir::campaign::{
    Campaign, ChannelId, ContentId, DropReason, Expected, SlotFrom, Test, TestStepKind,
};
use persona_ir::{ColId, Const, KindId, Schema, Table, Ty};

pub use cover::{Cover, Said, is_atom};
pub use reading::{NoReading, Reading};

use crate::calendar::{DAY, MAX_TIMESTAMP};
use crate::machine::{
    Happened, Input, Machine, Options, Outcome, Person, Program, Store, Unsettled, What,
};
use crate::{Calibration, Catalogs, ProfileEvaluator, Value};

/// A test under way.
#[derive(Debug)]
pub struct Tester<'c> {
    test: &'c Test,
    machine: Machine<'c>,
    /// The profile's key.
    key: Arc<str>,
    now: i64,
    /// Everything up to this instant has happened.
    settled: i64,
    /// How many events happened.
    events: u32,
    outcomes: Vec<Outcome>,
}

/// The most outcomes of a test.
pub const MOST: usize = 20_000;
/// So much time is processed at once.
const PART: i64 = 400 * DAY;

/// Why a test does not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// Triggers of the person do not come to rest: an internal error.
    Unsettled(Unsettled),
    /// It leads to more than [`MOST`] outcomes.
    TooMuch,
}

impl From<Unsettled> for Stuck {
    fn from(error: Unsettled) -> Self {
        Self::Unsettled(error)
    }
}

/// What an expectation came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Whether it holds.
    pub held: bool,
    /// The instant, microseconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// How many of the test's outcomes had happened.
    pub outcomes: usize,
    /// For a condition: what its slots of contents were, under the test's frame.
    pub frame: Vec<Value>,
    /// What was looked at of contents, each once.
    pub readings: Vec<(ContentId, Result<Reading, NoReading>)>,
}

/// What a tester is asked with.
pub type Asked<'a, 'm> = ProfileEvaluator<'a, Person<'m, Store>>;

/// What the machine of a test is told.
pub fn options(test: &Test, campaign: &Campaign) -> Options {
    let first = test.steps.iter().find_map(|step| match step.kind {
        TestStepKind::At(at) => Some(at),
        _ => None,
    });
    let arms = test.steps.iter().filter_map(|step| match step.kind {
        TestStepKind::Arm { experiment, arm } => {
            let name = &campaign.experiments[experiment].arm.experiment;
            Some((Arc::clone(name), arm))
        }
        _ => None,
    });
    let mut arms: Vec<_> = arms.collect();
    // The last one counts.
    arms.reverse();
    Options {
        from: first.unwrap_or(0).saturating_sub(1),
        arms,
        payloads: true,
        record_where: true,
    }
}

/// Thresholds of ranks that nobody calibrated.
pub fn no_calibration() -> Arc<Calibration> {
    Arc::new(Calibration {
        now: 0,
        ranks: std::iter::empty().collect(),
    })
}

impl<'c> Tester<'c> {
    /// A test that has not begun, of the machine for its [`options`].
    pub fn new(test: &'c Test, program: Program<'c>) -> Self {
        let now = program.options().from;
        let mut tester = Self {
            test,
            machine: Machine::new(program),
            key: "".into(),
            now,
            settled: now,
            events: 0,
            outcomes: Vec::new(),
        };
        tester.give();
        tester
    }

    /// The same with the items of catalogs.
    #[must_use]
    pub fn with_catalogs(mut self, catalogs: Arc<Catalogs>) -> Self {
        self.machine = self.machine.with_catalogs(catalogs);
        self
    }

    /// The profile's key.
    pub fn key(&self) -> &Arc<str> {
        &self.key
    }

    /// The campaign.
    pub fn campaign(&self) -> &'c Campaign {
        self.machine.program().campaign()
    }

    /// What came of the profile up to now, in order.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// The machine.
    pub fn machine(&self) -> &Machine<'c> {
        &self.machine
    }

    /// The instant that the test is at.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Takes a step, in order, and says what came of an expectation.
    ///
    /// # Errors
    /// [`Stuck`].
    pub fn step(&mut self, step: usize) -> Result<Option<Check>, Stuck> {
        let test = self.test;
        match &test.steps[step].kind {
            TestStepKind::Given(_) | TestStepKind::Arm { .. } => {}
            TestStepKind::At(at) => self.now = self.now.max(*at),
            TestStepKind::Wait(length) => self.now = self.after(*length),
            TestStepKind::Set(values) => {
                let values = values.iter().map(|(col, value)| (*col, value.into()));
                let what = What::Row {
                    at: Some(self.now),
                    values: values.collect(),
                };
                self.push(None, what);
            }
            TestStepKind::Event { kind, of, values } => self.event(*kind, of.as_ref(), values),
            TestStepKind::Expect(expected) => {
                self.settle()?;
                return Ok(Some(self.check(expected)));
            }
        }
        Ok(None)
    }

    /// The instant that is so much later; time ends with the calendar.
    fn after(&self, length: i64) -> i64 {
        self.now.saturating_add(length).min(MAX_TIMESTAMP)
    }

    /// Everything up to now happens, part by part, so that no test takes more memory than the outcomes that are kept.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn settle(&mut self) -> Result<(), Stuck> {
        loop {
            let until = self.now.min(self.settled.saturating_add(PART));
            let (key, outcomes) = (&self.key, &mut self.outcomes);
            self.machine.finish(until, &mut |outcome| {
                if outcome.profile == *key {
                    outcomes.push(outcome);
                }
            })?;
            self.settled = self.settled.max(until);
            if self.outcomes.len() > MOST {
                return Err(Stuck::TooMuch);
            }
            if until >= self.now {
                return Ok(());
            }
        }
    }

    /// The identifier of an event, by its place among the test's events from 1.
    pub fn event_id(place: u32) -> String {
        format!("test-{place:04}")
    }

    /// A test that has not begun goes to an instant, with everything that happens up to its end.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn go_to(&mut self, at: i64) -> Result<(), Stuck> {
        let test = self.test;
        for (place, step) in test.steps.iter().enumerate() {
            let next = match step.kind {
                TestStepKind::At(next) => next,
                TestStepKind::Wait(length) => self.after(length),
                TestStepKind::Expect(_) => continue,
                _ => self.now,
            };
            if next > at {
                break;
            }
            self.step(place)?;
        }
        self.now = at;
        self.settle()
    }

    /// Asks about the profile as it is, with all that happened. There is one as soon as anything was settled.
    pub fn ask<R>(&self, ask: impl FnOnce(&mut Asked<'_, '_>) -> R) -> Option<R> {
        self.machine.ask(&self.key, self.now, ask)
    }

    fn push(&mut self, of: Option<&Arc<str>>, what: What) {
        let profile = Arc::clone(of.unwrap_or(&self.key));
        self.machine.push(Input { profile, what });
    }

    /// The profile is there from the beginning.
    fn give(&mut self) {
        let schema = &self.campaign().plan.schema;
        let given = self.test.steps.iter().find_map(|step| match &step.kind {
            TestStepKind::Given(values) => Some(values),
            _ => None,
        });
        let given = given.map_or(&[][..], Vec::as_slice);
        let mut values = empty_lists(&schema.profile);
        for (col, value) in given {
            values.retain(|(of, _)| of != col);
            values.push((*col, value.into()));
        }
        let key = values.iter().find(|(col, _)| *col == schema.key);
        if let Some((_, Value::Str(key))) = key {
            self.key = Arc::clone(key);
        }
        self.push(None, What::Row { at: None, values });
    }

    fn event(&mut self, kind: KindId, of: Option<&Arc<str>>, given: &[(ColId, Const)]) {
        let table = &self.campaign().plan.schema.events[kind];
        self.events += 1;
        let mut values = vec![Value::Missing; table.columns.len()];
        values[usize::from(Schema::AT)] = Value::Int(self.now);
        values[usize::from(Schema::ID)] = Value::text(&*Self::event_id(self.events));
        for (col, value) in given {
            values[usize::from(*col)] = value.into();
        }
        self.push(of, What::Event { kind, values });
    }

    // ---- expectations ----

    fn check(&self, expected: &Expected) -> Check {
        let mut check = Check {
            held: false,
            now: self.now,
            outcomes: self.outcomes.len(),
            frame: Vec::new(),
            readings: Vec::new(),
        };
        match expected {
            Expected::Holds(condition) => {
                self.read_frame(&mut check, &condition.explain);
                let read = check.readings.iter().all(|(_, reading)| reading.is_ok());
                let frame = &check.frame;
                let value = self.ask(|eval| {
                    eval.set_frame(frame);
                    if let Some(cover) = self.machine.program().cover() {
                        cover.saw(eval, &condition.explain, None);
                    }
                    eval.value(condition.node)
                });
                check.held = read && value.is_some_and(|value| value.is_true());
            }
            Expected::Sent {
                negated,
                content,
                channel,
            } => check.held = self.sent(*content, *channel).next().is_some() != *negated,
            Expected::Dropped {
                negated,
                content,
                reason,
            } => check.held = self.dropped(*content, *reason).next().is_some() != *negated,
            Expected::Variant { content, variant } => {
                let reading = self.reading(*content);
                let found = reading.as_ref().ok().map(|reading| reading.read.variant);
                check.held = found == Some(*variant);
                check.readings.push((*content, reading));
            }
        }
        check
    }

    /// What was sent of a content.
    pub fn sent(
        &self,
        content: ContentId,
        channel: Option<ChannelId>,
    ) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(move |outcome| {
            let Happened::Sent(delivery) = &outcome.what else {
                return false;
            };
            let through = channel.is_none_or(|channel| channel == delivery.message.channel);
            delivery.message.content == content && through
        })
    }

    /// What was given up of a content.
    pub fn dropped(
        &self,
        content: ContentId,
        reason: Option<DropReason>,
    ) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(move |outcome| {
            let Happened::Dropped(message, drop) = &outcome.what else {
                return false;
            };
            message.content == content && reason.is_none_or(|reason| reason == drop.reason)
        })
    }

    /// Fills the slots of the test's frame that a condition asks for.
    fn read_frame(&self, check: &mut Check, explain: &persona_ir::Explain) {
        let mut asked = Vec::new();
        self.inputs(explain, &mut asked);
        check.frame = vec![Value::Missing; self.test.frame.len()];
        for (place, slot) in self.test.frame.iter().enumerate() {
            let SlotFrom::ContentSlot { content, slot } = slot.from else {
                continue;
            };
            if !asked.contains(&place) {
                continue;
            }
            let known = check.readings.iter().position(|(of, _)| *of == content);
            let known = known.unwrap_or_else(|| {
                check.readings.push((content, self.reading(content)));
                check.readings.len() - 1
            });
            if let Ok(reading) = &check.readings[known].1 {
                let found = reading.read.slots.get(slot as usize);
                check.frame[place] = found.map_or(Value::Missing, |found| found.value());
            }
        }
    }

    /// The slots of the frame that a condition asks for.
    fn inputs(&self, explain: &persona_ir::Explain, asked: &mut Vec<usize>) {
        let plan = &self.campaign().plan;
        let Some(root) = explain.node else {
            return;
        };
        let mut next = vec![root];
        let mut seen = rustc_hash::FxHashSet::default();
        while let Some(node) = next.pop() {
            if !seen.insert(node) {
                continue;
            }
            let op = &plan.nodes[node].op;
            if let persona_ir::Op::Input(slot) = op {
                asked.push(*slot as usize);
            }
            next.extend(persona_ir::operands(op).iter().map(|of| of.node));
        }
    }
}

/// Lists and sets that are never missing are empty where nobody says what is in them.
fn empty_lists(table: &Table) -> Vec<(ColId, Value)> {
    let columns = table.columns.iter_enumerated();
    let lists = columns.filter(|(_, column)| {
        let is_list = matches!(column.ty, Ty::List(_) | Ty::Set(_));
        is_list && !column.optional && column.default.is_none()
    });
    lists
        .map(|(col, _)| (col, Value::List(Arc::from([]))))
        .collect()
}
