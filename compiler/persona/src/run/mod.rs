//! Running a program over its data: load, decide `now`, check rows, answer, count, and write what was asked for.

mod load;
mod now;
mod stream;
mod summary;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use persona_ir::{KindId, Op, Plan};
use persona_runtime::{Answers, Dataset, Evaluation, Prepared, Totals};

use crate::error::guarded;
use crate::{Error, Program, Why};

pub(crate) use load::{LoadedData, threads};
pub use load::{Progress, Reason, SourceResult, Stage};
pub(crate) use now::given_now;
pub use now::{Now, NowFrom};
pub use summary::{PartitionResult, Range, SegmentResult, TraitResult, TraitValues};

/// How to run.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// The evaluation time: an instant such as `2026-01-31T10:00Z`, or a date or wall clock time in the package's zone. By
    /// default, the latest event.
    pub now: Option<String>,
    /// What computes the answers.
    pub engine: Engine,
    /// How many threads read data and answer; by default one per core.
    pub threads: Option<usize>,
    /// Only these answers; all when empty.
    pub only: Vec<String>,
    /// Where to write who is in what.
    pub members: Option<PathBuf>,
    /// Where to write the rows that were set aside.
    pub rejects: Option<PathBuf>,
    /// Whether columns are kept that no answer reads.
    pub all_columns: bool,
    /// In how many cells the values of each trait are counted, for a picture of where they lie; in none by default.
    pub cells: usize,
}

/// What computes answers. Both give the same ones, to the bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// Machine code over columns.
    #[default]
    Batch,
    /// The reference interpreter.
    Interpreter,
}

/// What a run gave.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunResult {
    /// The evaluation time.
    pub now: Now,
    /// How many profiles there are.
    pub profiles: usize,
    /// How many of them no source has a row for: they are known by their events alone.
    pub without_row: usize,
    /// The segments, by name.
    pub segments: Vec<SegmentResult>,
    /// The partitions, by name.
    pub partitions: Vec<PartitionResult>,
    /// The traits, by name.
    pub traits: Vec<TraitResult>,
    /// What was read, by source.
    pub sources: Vec<SourceResult>,
    /// Why rows were set aside or changed, the most frequent reason first.
    pub reasons: Vec<Reason>,
    /// Rows set aside.
    pub rejected: usize,
    /// Events set aside because an earlier one has the same id.
    pub duplicates: usize,
    /// Events later than `now`, which no answer sees.
    pub late: usize,
    /// Worth knowing.
    pub notes: Vec<String>,
    /// How long it took.
    pub timing: Timing,
}

/// How long the parts of a run took.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Timing {
    /// Reading the data.
    pub load: Duration,
    /// Making machine code.
    pub compile: Duration,
    /// Answering, calibration included; and writing the members file, where that is done on the way.
    pub answer: Duration,
}

impl Timing {
    /// All of it.
    pub fn total(self) -> Duration {
        self.load + self.compile + self.answer
    }
}

impl Program {
    /// Answers everything for everybody in the data of the package's sources.
    ///
    /// # Errors
    /// Where data cannot be read, or what is asked for does not exist or cannot be written.
    pub fn run(&self, options: &RunOptions, progress: &dyn Progress) -> Result<RunResult, Error> {
        let plan = self.restricted(&options.only)?;
        self.check_members_path(options)?;
        let loaded = self.load(&plan, options, progress)?;
        let streamed = self.stream_members(&plan, &loaded, options, progress)?;
        let (totals, timing) = match streamed {
            Some(streamed) => streamed,
            None => {
                let wanted = options.members.is_some();
                let (answers, timing) = self.answered(&plan, &loaded, options, wanted, progress)?;
                if let (Some(path), Answered::Members(answers)) = (&options.members, &answers) {
                    self.write_members(&plan, &loaded.data, answers, path)?;
                }
                let totals = match answers {
                    Answered::Members(answers) => answers.totals(&plan),
                    Answered::Totals(totals) => totals,
                };
                (totals, timing)
            }
        };
        self.result(&plan, loaded, &totals, timing, options.cells)
    }

    /// What a run says in the end.
    pub(crate) fn result(
        &self,
        plan: &Plan,
        loaded: LoadedData,
        totals: &Totals,
        mut timing: Timing,
        cells: usize,
    ) -> Result<RunResult, Error> {
        timing.load = loaded.took;
        let counted = guarded("counting the answers", || {
            summary::count(plan, totals, loaded.data.profiles, cells)
        })?;
        let mut result = loaded.into_result(counted, timing);
        result.notes.extend(self.nothing_sent(plan));
        Ok(result)
    }

    /// Explains one answer about one profile: `name` is a segment, trait or partition, or a stage (`lifecycle.active`).
    ///
    /// # Errors
    /// Where there is no such answer or profile, and as [`Program::run`].
    pub fn why(
        &self,
        name: &str,
        key: &str,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<(Why, Now), Error> {
        self.asked(name)?;
        let loaded = self.load(&self.plan, options, progress)?;
        let mut why = self.explain(name, key, &loaded.data, loaded.now.at, None)?;
        let base = name.split('.').next().unwrap_or(name);
        let plan = self.restricted(&[base.to_owned()])?;
        why.notes.extend(self.nothing_sent(&plan));
        Ok((why, loaded.now))
    }

    /// A word of warning about answers that ask what was sent: data say nothing of it.
    pub(crate) fn nothing_sent(&self, plan: &Plan) -> Option<String> {
        let sent = KindId(self.checked.sent.event.0);
        let asks = |node: &persona_ir::Node| match &node.op {
            Op::Agg(agg) => agg.query.kinds.contains(&sent),
            Op::Sequence(sequence) => sequence_kinds(sequence).any(|kind| *kind == sent),
            _ => false,
        };
        if !self.checked.asks_sent() || !plan.nodes.iter().any(asks) {
            return None;
        }
        let prepared = Prepared::new(plan);
        let asking = plan.outputs.iter().filter(|output| {
            let nodes = prepared.reach(plan, output.node);
            nodes.iter().any(|node| asks(&plan.nodes[*node]))
        });
        let names: Vec<String> = asking.map(|output| format!("`{}`", output.name)).collect();
        let ask = match &names[..] {
            [] => return None,
            [one] => format!("{one} asks"),
            [some @ .., last] if names.len() <= 6 => format!("{} and {last} ask", some.join(", ")),
            [first, ..] => format!("{first} and {} others ask", names.len() - 1),
        };
        Some(format!(
            "warning: {ask} what was sent, and here nothing ever was: only `persona simulate` sends, and fills `Sent`"
        ))
    }

    /// Says now, and not after everything was read, that members cannot be written.
    pub(crate) fn check_members_path(&self, options: &RunOptions) -> Result<(), Error> {
        let checked = options
            .members
            .as_deref()
            .map(persona_io::check_members_path);
        checked
            .transpose()
            .map_err(|error| self.load_error(*error))?;
        Ok(())
    }

    /// Who is in what, for whoever counts in another way than [`Program::run`].
    pub(crate) fn members(
        &self,
        plan: &Plan,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<(LoadedData, Answers, Timing), Error> {
        let loaded = self.load(plan, options, progress)?;
        match self.answered(plan, &loaded, options, true, progress)? {
            (Answered::Members(answers), timing) => Ok((loaded, answers, timing)),
            (Answered::Totals(_), _) => Err(Error::internal("members were asked for")),
        }
    }

    /// The plan with only these answers.
    pub(crate) fn restricted(&self, only: &[String]) -> Result<Arc<Plan>, Error> {
        if only.is_empty() {
            return Ok(self.plan.clone());
        }
        for name in only {
            if !self
                .plan
                .outputs
                .iter()
                .any(|output| *output.name == **name)
            {
                return Err(self.no_answer(name));
            }
        }
        let mut plan = Plan::clone(&self.plan);
        plan.outputs
            .retain(|output| only.iter().any(|name| **name == *output.name));
        Ok(Arc::new(plan))
    }
}

/// The kinds that a sequence looks at.
fn sequence_kinds(sequence: &persona_ir::Sequence) -> impl Iterator<Item = &KindId> {
    let steps = sequence.steps.iter().flat_map(|step| &step.kinds);
    let not = sequence.not.iter().flat_map(|not| &not.kinds);
    sequence.first.kinds.iter().chain(steps).chain(not)
}

/// What an engine was asked.
enum Answered {
    /// Who is in what: a members file is wanted, or the interpreter answers, which knows no other way.
    Members(Answers),
    /// How many are.
    Totals(Totals),
}

impl Program {
    /// Asks the engine that the options name.
    fn answered(
        &self,
        plan: &Plan,
        loaded: &load::LoadedData,
        options: &RunOptions,
        members: bool,
        progress: &dyn Progress,
    ) -> Result<(Answered, Timing), Error> {
        let evaluation = Evaluation {
            now: loaded.now.at,
            calibration: None,
        };
        let data: &Dataset = &loaded.data;
        let mut timing = Timing::default();
        let start = Instant::now();
        let answers = match options.engine {
            Engine::Interpreter => {
                progress.stage(Stage::Answering);
                guarded("interpreting the program", || {
                    Answered::Members(persona_runtime::interpret(plan, data, &evaluation))
                })?
            }
            Engine::Batch => {
                progress.stage(Stage::Compiling);
                let compiled = self.code(plan, loaded)?;
                timing.compile = start.elapsed();
                progress.stage(Stage::Answering);
                let threads = persona_jit::RunOptions::with_threads(threads(options));
                guarded("running machine code", || match members {
                    true => Answered::Members(compiled.run_with(data, &evaluation, &threads)),
                    false => Answered::Totals(compiled.count_with(data, &evaluation, &threads)),
                })?
            }
        };
        timing.answer = start.elapsed().saturating_sub(timing.compile);
        Ok((answers, timing))
    }
}
