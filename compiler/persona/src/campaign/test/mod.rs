//! `test`: runs the package's `test` blocks and says what held, and of what did not: why. The machine and the clock are the
//! runtime's (`persona_runtime::testing`); here are names, places and words.

mod coverage;
mod failure;
mod instead;
mod picture;

use std::sync::Arc;
use std::time::{Duration, Instant};

use persona_ir::SourceTarget;
use persona_ir::campaign::{Test, TestStepKind};
use persona_runtime::display::iso;
use persona_runtime::machine::{Happened, Outcome, Program as Machine, Refusal};
use persona_runtime::testing::{self, Cover, Stuck, Tester};
use persona_runtime::time::Zone;
use persona_runtime::{Catalogs, Value};

use self::coverage::Counting;
use super::{Staged, log, timeline};
use crate::error::guarded;
use crate::why::Moment;
use crate::{Entry, EntryKind, Error, Location, Program, Progress, RunOptions, Shown};

pub use coverage::{Coverage, CoveredAtom, CoveredOutcome, CoveredVariant, Covering};
pub use failure::{TestFailure, TestValue};

/// Which tests to run.
#[derive(Clone, Debug, Default)]
pub struct TestOptions {
    /// Only tests whose title or file contains this; letters are compared without their case.
    pub filter: Option<String>,
    /// Whether to count what the tests cover. It costs a second look at every condition that is asked.
    pub coverage: bool,
}

/// What came of a package's tests.
#[derive(Clone, Debug)]
pub struct TestReport {
    /// The tests that ran, in the order of files and places.
    pub tests: Vec<TestResult>,
    /// How many tests the package has.
    pub total: usize,
    /// What they covered, where that was asked for.
    pub coverage: Option<Coverage>,
    /// Worth knowing.
    pub notes: Vec<String>,
    /// How long running them took.
    pub took: Duration,
}

/// What came of a test.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// Its title.
    pub title: Arc<str>,
    /// Where it is declared.
    pub location: Location,
    /// How many expectations it has.
    pub expectations: usize,
    /// Those that did not hold.
    pub failures: Vec<TestFailure>,
    /// The zone that its times are shown in: the profile's.
    pub zone: String,
    /// What happened, in order.
    pub timeline: Vec<TestEntry>,
    /// What came of each trigger, as [`crate::SimulateOptions::out`] writes it.
    pub log: Vec<serde_json::Value>,
    /// How long it took.
    pub took: Duration,
}

/// A line of a test's timeline.
#[derive(Clone, Debug)]
pub struct TestEntry {
    /// Whether it is an expectation, and then whether it held.
    pub held: Option<bool>,
    /// When, and what.
    pub entry: Entry,
}

impl TestReport {
    /// How many tests have an expectation that did not hold.
    pub fn failed(&self) -> usize {
        self.tests.iter().filter(|test| !test.passed()).count()
    }
}

impl TestResult {
    /// Whether everything held.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl Program {
    /// Runs the package's tests.
    ///
    /// # Errors
    /// Where no test is chosen by the filter, and where the campaign cannot be run at all.
    pub fn test(&self, options: &TestOptions) -> Result<TestReport, Error> {
        let start = Instant::now();
        let staged = self.staged()?;
        let tests = &staged.campaign.tests;
        let chosen: Vec<&Test> = tests
            .iter()
            .filter(|test| is_chosen(staged, test, options.filter.as_deref()))
            .collect();
        if let Some(filter) = options.filter.as_deref().filter(|_| chosen.is_empty()) {
            return Err(nothing_chosen(staged, filter));
        }
        let mut report = TestReport {
            tests: Vec::with_capacity(chosen.len()),
            total: tests.len(),
            coverage: None,
            notes: Vec::new(),
            took: Duration::ZERO,
        };
        let catalogs = catalogs(staged, &chosen, &mut report.notes);
        let cover = options.coverage.then(|| Cover::new(&staged.campaign));
        let mut counting = cover.as_ref().map(|cover| Counting::new(staged, cover));
        for test in chosen {
            let result = guarded("running a test", || {
                one(staged, test, &catalogs, counting.as_mut())
            })?;
            report.tests.push(result?);
        }
        report.coverage = counting.map(Counting::finish);
        report.took = start.elapsed();
        Ok(report)
    }
}

/// The items of the package's catalogs: they are its own, as its rules are. Where they cannot be read, that is said, and there
/// are none.
fn catalogs(staged: &Staged, tests: &[&Test], notes: &mut Vec<String>) -> Arc<Catalogs> {
    let program = &staged.program;
    let mut plan = (*program.plan).clone();
    plan.sources
        .retain(|source| matches!(source.target, SourceTarget::Catalog(_)));
    if plan.sources.is_empty() || tests.is_empty() {
        return Arc::clone(Catalogs::none());
    }
    // Items do not depend on the time; whoever reads data wants to know it.
    let options = RunOptions {
        now: Some(iso(0)),
        all_columns: true,
        ..RunOptions::default()
    };
    match program.load(&plan, &options, &Quietly) {
        Ok(loaded) => Arc::clone(&loaded.data.catalogs),
        Err(error) => {
            notes.push(format!(
                "warning: catalogs cannot be read, so that tests find no items: {error}"
            ));
            Arc::clone(Catalogs::none())
        }
    }
}

/// Nobody watches.
struct Quietly;

impl Progress for Quietly {}

fn is_chosen(staged: &Staged, test: &Test, filter: Option<&str>) -> bool {
    let Some(filter) = filter else {
        return true;
    };
    let filter = filter.to_lowercase();
    let path = staged.program.texts.path(test.place.file);
    test.title.to_lowercase().contains(&filter) || path.to_lowercase().contains(&filter)
}

fn nothing_chosen(staged: &Staged, filter: &str) -> Error {
    let tests = &staged.campaign.tests;
    let error = Error::unknown(format!(
        "no test's title or file contains `{filter}`; the package has {} tests",
        tests.len()
    ));
    let titles: Vec<&str> = tests.iter().map(|test| &*test.title).collect();
    match persona_base::nearest(filter, titles.iter().copied()) {
        Some(near) => error.with_help(format!("did you mean \"{near}\"?")),
        None if titles.is_empty() => {
            error.with_help("write one: `test \"a purchase cancels the reminder\" { … }`")
        }
        None => {
            let some: Vec<String> = titles.iter().take(5).map(|t| format!("\"{t}\"")).collect();
            error.with_help(format!("there is {}", some.join(", ")))
        }
    }
}

/// Runs a test.
fn one(
    staged: &Staged,
    test: &Test,
    catalogs: &Arc<Catalogs>,
    counting: Option<&mut Counting<'_>>,
) -> Result<TestResult, Error> {
    let start = Instant::now();
    let cover = counting.as_ref().map(|counting| counting.cover);
    let mut program = machine(staged, test);
    if let Some(cover) = cover {
        program = program.with_cover(cover);
    }
    let mut running = Running {
        staged,
        test,
        catalogs,
        tester: Tester::new(test, program).with_catalogs(Arc::clone(catalogs)),
        timeline: Vec::new(),
        told: 0,
        zone: zone(staged, test),
    };
    let failures = running.run()?;
    if let Some(counting) = counting {
        let outcomes = running.tester.outcomes();
        outcomes.iter().for_each(|of| counting.outcome(of));
    }
    let texts = &staged.program.texts;
    let outcomes = running.tester.outcomes();
    let expects = |kind: &TestStepKind| matches!(kind, TestStepKind::Expect(_));
    Ok(TestResult {
        title: test.title.clone(),
        location: texts.location(test.place.file, test.place.span),
        expectations: test.steps.iter().filter(|s| expects(&s.kind)).count(),
        failures,
        zone: running.zone.name().to_owned(),
        log: outcomes
            .iter()
            .filter(|of| of.what != Happened::Refused(Refusal::Where))
            .map(|of| log::entry(staged, of))
            .collect(),
        timeline: running.timeline,
        took: start.elapsed(),
    })
}

/// The machine of a test.
fn machine<'s>(staged: &'s Staged, test: &Test) -> Machine<'s> {
    let campaign = &staged.campaign;
    let options = testing::options(test, campaign);
    Machine::new(campaign, testing::no_calibration(), options).with_templates(&staged.templates)
}

/// The zone of a test's profile as it is given.
fn zone(staged: &Staged, test: &Test) -> Zone {
    let plan = &staged.campaign.plan;
    let given = test.steps.iter().find_map(|step| match &step.kind {
        TestStepKind::Given(values) => Some(values),
        _ => None,
    });
    let own = plan.schema.zone.and_then(|col| {
        let given = given?.iter().find(|(of, _)| *of == col);
        let default = plan.schema.profile.columns[col].default.as_ref();
        let value: Value = given.map(|(_, value)| value).or(default)?.into();
        value.str().and_then(Zone::named)
    });
    own.or_else(|| Zone::named(&plan.zone))
        .unwrap_or_else(Zone::utc)
}

/// A test under way, with what is told of it.
struct Running<'s> {
    staged: &'s Staged,
    test: &'s Test,
    catalogs: &'s Arc<Catalogs>,
    tester: Tester<'s>,
    timeline: Vec<TestEntry>,
    /// How many outcomes are in the timeline.
    told: usize,
    /// The profile's zone.
    zone: Zone,
}

impl Running<'_> {
    fn run(&mut self) -> Result<Vec<TestFailure>, Error> {
        let mut failures = Vec::new();
        for step in 0..self.test.steps.len() {
            let check = self.tester.step(step).map_err(|stuck| self.stuck(stuck))?;
            let Some(check) = check else {
                self.tell_step(step);
                continue;
            };
            self.look();
            self.tell_outcomes();
            let at = Moment::new(check.now, &self.zone);
            self.timeline.push(TestEntry {
                held: Some(check.held),
                entry: Entry {
                    at,
                    kind: EntryKind::Other,
                    text: self.written(step),
                    trigger: None,
                    outcome: None,
                },
            });
            if !check.held {
                failures.push(failure::failure(self, step, &check));
            }
        }
        self.tester.settle().map_err(|stuck| self.stuck(stuck))?;
        self.tell_outcomes();
        // Events come before what they led to, which is told when it is asked for.
        self.timeline.sort_by_key(|entry| entry.entry.at.micros);
        Ok(failures)
    }

    fn stuck(&self, stuck: Stuck) -> Error {
        match stuck {
            Stuck::Unsettled(error) => Error::internal(error.to_string()),
            Stuck::TooMuch => {
                let place = self.test.place;
                let place = self.staged.program.texts.excerpt(place.file, place.span);
                Error::too_large(format!(
                    "the test \"{}\" leads to more than {} outcomes",
                    self.test.title,
                    testing::MOST
                ))
                .at(place)
                .with_help("let less time pass in it")
                .of_program()
            }
        }
    }

    /// Looks what the profile's zone is.
    fn look(&mut self) {
        let zone = self.tester.ask(|eval| eval.clock().zone().clone());
        if let Some(zone) = zone {
            self.zone = zone;
        }
    }

    /// A step as it is written, on one line.
    fn written(&self, step: usize) -> String {
        let text = self
            .staged
            .program
            .texts
            .slice(self.test.place.file, self.test.steps[step].span);
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ")
    }

    fn tell(&mut self, entry: Entry) {
        self.timeline.push(TestEntry { held: None, entry });
    }

    /// What a step says that happens.
    fn tell_step(&mut self, step: usize) {
        let campaign = &self.staged.campaign;
        let schema = &campaign.plan.schema;
        let now = self.tester.now();
        match &self.test.steps[step].kind {
            TestStepKind::Event { kind, of, values } => {
                let value = |col| {
                    let given = values.iter().find(|(of, _)| *of == col);
                    given.map_or(Value::Missing, |(_, value)| value.into())
                };
                let mut entry = timeline::happened(campaign, *kind, now, &value, &self.zone);
                if let Some(of) = of {
                    entry.text = format!("of {of:?}, {}", entry.text);
                }
                self.tell(entry);
            }
            TestStepKind::Set(values) => {
                let values = values.iter().map(|(col, value)| {
                    let column = &schema.profile.columns[*col];
                    let shown = Shown::new(&value.into(), &column.ty, schema, &self.zone);
                    format!("{} is {} now", column.name, shown.text)
                });
                let text = values.collect::<Vec<_>>().join(", ");
                self.tell(Entry {
                    at: Moment::new(now, &self.zone),
                    kind: EntryKind::Event,
                    text,
                    trigger: None,
                    outcome: None,
                });
            }
            _ => {}
        }
    }

    /// What came of it since the last time.
    fn tell_outcomes(&mut self) {
        let campaign = &self.staged.campaign;
        let entry = |outcome: &Outcome| timeline::followed(campaign, outcome, &self.zone);
        let entries: Vec<Entry> = self.tester.outcomes()[self.told..]
            .iter()
            .map(entry)
            .collect();
        self.told = self.tester.outcomes().len();
        entries.into_iter().for_each(|entry| self.tell(entry));
    }
}
