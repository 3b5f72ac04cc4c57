//! How fast a package runs on this machine: each answer alone and all together, with warm-up, medians and spreads, the
//! bytes that answers read, and how fast this machine's memory gives any.
//!
//! What is measured is *answering*: data lie in memory already and machine code exists. Reading the data and making
//! machine code are measured apart.

mod memory;
mod spread;
mod touched;

use std::sync::Arc;
use std::time::Duration;

use persona_base::IndexVec;
use persona_ir::{NodeId, Output, OutputKind, Plan};
use persona_jit::Compiled;
use persona_runtime::kernels::Isa;
use persona_runtime::{Calibration, Dataset, Evaluation, EventTable, calendar};

use crate::error::guarded;
use crate::generate::{self, Generation};
use crate::run::{self, Now, NowFrom, RunOptions, Stage};
use crate::why::AnswerKind;
use crate::{Error, Program, Progress};

pub use memory::Memory;
pub use spread::Spread;

use spread::Budget;
use touched::Touched;

/// How many people are made up where a package has no data and nobody says how many.
const PROFILES: usize = 100_000;
/// How long all answers together are measured.
const TOGETHER: Duration = Duration::from_millis(1_500);
/// How long one answer is measured, …
const ALONE: Duration = Duration::from_millis(250);
/// … unless there are so many that all of them would take longer than this.
const ALL_ALONE: Duration = Duration::from_secs(20);
/// 2026-01-01T00:00Z: the evaluation time over made-up data, unless another is given.
pub(crate) const CHOSEN_NOW: i64 = 20_454 * calendar::DAY;

/// What to measure.
#[derive(Clone, Debug, Default)]
pub struct BenchOptions {
    /// Make up so many people; by default, the package's own data are read, and people are made up only where it has no
    /// source.
    pub profiles: Option<usize>,
    /// Other seeds make up other people.
    pub seed: u64,
    /// As [`RunOptions::now`]; over made-up data, 2026-01-01T00:00Z by default.
    pub now: Option<String>,
    /// How many threads answer; by default one per core.
    pub threads: Option<usize>,
    /// Only these answers; all when empty.
    pub only: Vec<String>,
}

/// How fast a package is here.
#[derive(Clone, Debug)]
pub struct BenchResult {
    /// The data that were measured over.
    pub data: BenchData,
    /// The evaluation time.
    pub now: Now,
    /// How many profiles there are.
    pub profiles: usize,
    /// How many events they have.
    pub events: usize,
    /// How many threads could answer at once.
    pub threads: usize,
    /// The instructions that could be used: `avx512`, `avx2`, `portable`.
    pub instructions: &'static str,
    /// How fast memory can be read here, on as many threads.
    pub memory: Memory,
    /// Reading the data, seconds; absent for made-up ones.
    pub load: Option<Spread>,
    /// Making machine code for everything at once, seconds.
    pub compile: Spread,
    /// Calibrating the ranks, seconds; absent where there are none. Answers are measured without it.
    pub calibrate: Option<Spread>,
    /// All answers at once, counted, as a run without a members file does.
    pub together: Measured,
    /// The same with who is in what, in new memory, as a members file needs; absent where every answer is a trait, whose values
    /// are made in both cases.
    pub members: Option<Measured>,
    /// Each answer alone, the slowest first.
    pub answers: Vec<MeasuredAnswer>,
}

/// Which data were measured over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BenchData {
    /// Those of the package's sources.
    Own,
    /// Made-up ones.
    Generated {
        /// The seed they were made of.
        seed: u64,
    },
}

/// What was measured of some answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// How long the answers for all profiles take, seconds.
    pub seconds: Spread,
    /// The size of the columns that they read, each counted once.
    pub bytes: u64,
}

/// What was measured of one answer.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredAnswer {
    /// Its name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: AnswerKind,
    /// What was measured.
    pub measured: Measured,
}

impl Measured {
    /// Bytes of columns per second, in the round in the middle.
    pub fn bytes_per_second(&self) -> f64 {
        self.bytes as f64 / self.seconds.median.max(1e-9)
    }

    /// The same as a share of what memory gives. More than 1 where the columns fit into caches, or where windows let
    /// the engine leave out part of them.
    pub fn share_of(&self, memory: &Memory) -> f64 {
        self.bytes_per_second() / memory.bytes_per_second.median.max(1.0)
    }
}

/// Data and evaluation that everything is measured with.
struct Bench<'a> {
    data: &'a Dataset,
    evaluation: Evaluation,
    options: persona_jit::RunOptions,
}

impl Program {
    /// Measures how fast the package runs here.
    ///
    /// # Errors
    /// As [`Program::run`].
    pub fn bench(
        &self,
        options: &BenchOptions,
        progress: &dyn Progress,
    ) -> Result<BenchResult, Error> {
        let plan = self.restricted(&options.only)?;
        let run_options = RunOptions {
            now: options.now.clone(),
            threads: options.threads,
            ..RunOptions::default()
        };
        let input = self.bench_input(&plan, options, &run_options, progress)?;
        let threads = run::threads(&run_options);
        let mut bench = Bench {
            data: &input.dataset,
            evaluation: Evaluation {
                now: input.now.at,
                calibration: None,
            },
            options: persona_jit::RunOptions::with_threads(threads),
        };
        progress.stage(Stage::Measuring {
            what: "this machine's memory",
        });
        let memory = memory::measure(threads);
        progress.stage(Stage::Compiling);
        let compiled = compile(&plan)?;
        let budget = Budget {
            most: 20,
            ..Budget::of(Duration::from_millis(500))
        };
        let compile = budget.measure(|| compile(&plan))?;
        progress.stage(Stage::Measuring {
            what: "all answers together",
        });
        let touched = Touched::new(&plan, bench.data);
        let calibrate = bench.calibrate(&compiled, touched.ranks(&roots(&plan.outputs)))?;
        let together = bench.measure(&compiled, &touched, &plan.outputs, TOGETHER)?;
        let members = bench.members(&compiled, &plan, together.bytes)?;
        drop(compiled);
        let answers = bench.answers(&plan, &touched, progress)?;
        Ok(BenchResult {
            data: input.from,
            profiles: bench.data.profiles,
            events: bench.data.events.iter().map(EventTable::len).sum(),
            now: input.now,
            threads,
            instructions: instructions(),
            memory,
            load: input.load,
            compile,
            calibrate,
            together,
            members,
            answers,
        })
    }

    fn bench_input(
        &self,
        plan: &Plan,
        options: &BenchOptions,
        run_options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<Input, Error> {
        let made = options
            .profiles
            .or_else(|| plan.sources.is_empty().then_some(PROFILES));
        if let Some(profiles) = made {
            progress.stage(Stage::Generating);
            return generated(plan, profiles, options);
        }
        let first = self.load(plan, run_options, progress)?;
        let mut seconds = vec![first.took.as_secs_f64()];
        // What takes long is read once: whoever waits for it wants to see the answers.
        while seconds.len() < 5 && seconds.iter().sum::<f64>() < 1.0 {
            let again = self.load(plan, run_options, &())?;
            seconds.push(again.took.as_secs_f64());
        }
        Ok(Input {
            from: BenchData::Own,
            now: first.now,
            dataset: first.data,
            load: Some(Spread::of(seconds)),
        })
    }
}

struct Input {
    from: BenchData,
    now: Now,
    dataset: Dataset,
    load: Option<Spread>,
}

fn generated(plan: &Plan, profiles: usize, options: &BenchOptions) -> Result<Input, Error> {
    let given = options.now.as_deref();
    let given = given.map(|text| run::given_now(plan, text)).transpose()?;
    let at = given.unwrap_or(CHOSEN_NOW);
    let generation = Generation {
        profiles,
        seed: options.seed,
        now: at,
        all_columns: false,
    };
    let dataset = guarded("making up data", || generate::dataset(plan, &generation))?;
    let from = match given {
        Some(_) => NowFrom::Given,
        None => NowFrom::Chosen,
    };
    Ok(Input {
        from: BenchData::Generated { seed: options.seed },
        now: Now {
            at,
            text: persona_runtime::display::iso(at),
            from,
        },
        dataset,
        load: None,
    })
}

impl Bench<'_> {
    /// Everything at once with who is in what; nothing where nobody is in anything.
    fn members(
        &self,
        compiled: &Compiled,
        plan: &Plan,
        bytes: u64,
    ) -> Result<Option<Measured>, Error> {
        let is_trait = |output: &Output| matches!(output.kind, OutputKind::Trait);
        if plan.outputs.iter().all(is_trait) {
            return Ok(None);
        }
        let run = || {
            guarded("running machine code", || {
                compiled.run_with(self.data, &self.evaluation, &self.options)
            })
        };
        let seconds = Budget::of(TOGETHER).measure(run)?;
        Ok(Some(Measured { seconds, bytes }))
    }

    /// Calibrates the ranks for all that follows, and measures how long that takes. Nothing where none is needed.
    fn calibrate(&mut self, compiled: &Compiled, needed: bool) -> Result<Option<Spread>, Error> {
        if !needed {
            self.evaluation.calibration = Some(Arc::new(Calibration {
                now: self.evaluation.now,
                ranks: IndexVec::new(),
            }));
            return Ok(None);
        }
        let calibrate = || -> Result<Calibration, Error> {
            guarded("calibrating ranks", || {
                compiled.calibrate_with(self.data, &self.evaluation, &self.options)
            })
        };
        let calibration = calibrate()?;
        let seconds = Budget::of(ALONE).measure(calibrate)?;
        self.evaluation.calibration = Some(Arc::new(calibration));
        Ok(Some(seconds))
    }

    fn measure(
        &self,
        compiled: &Compiled,
        touched: &Touched<'_>,
        outputs: &[Output],
        time: Duration,
    ) -> Result<Measured, Error> {
        let count = || {
            guarded("running machine code", || {
                compiled.count_with(self.data, &self.evaluation, &self.options)
            })
        };
        Ok(Measured {
            seconds: Budget::of(time).measure(count)?,
            bytes: touched.bytes(&roots(outputs)),
        })
    }

    /// Each answer alone, in a program of its own.
    fn answers(
        &self,
        plan: &Plan,
        touched: &Touched<'_>,
        progress: &dyn Progress,
    ) -> Result<Vec<MeasuredAnswer>, Error> {
        let count = u32::try_from(plan.outputs.len()).unwrap_or(u32::MAX);
        let time = ALONE.min(ALL_ALONE / count.max(1));
        let mut alone = plan.clone();
        alone.checks.clear();
        let mut answers = Vec::with_capacity(plan.outputs.len());
        for output in &plan.outputs {
            progress.stage(Stage::Measuring { what: &output.name });
            alone.outputs = vec![output.clone()];
            let compiled = compile(&alone)?;
            answers.push(MeasuredAnswer {
                name: output.name.clone(),
                kind: match output.kind {
                    OutputKind::Segment => AnswerKind::Segment,
                    OutputKind::Trait => AnswerKind::Trait,
                    OutputKind::Partition(_) => AnswerKind::Partition,
                },
                measured: self.measure(&compiled, touched, &alone.outputs, time)?,
            });
        }
        let median = |answer: &MeasuredAnswer| answer.measured.seconds.median;
        answers.sort_by(|a, b| median(b).total_cmp(&median(a)));
        Ok(answers)
    }
}

fn roots(outputs: &[Output]) -> Vec<NodeId> {
    outputs.iter().map(|output| output.node).collect()
}

fn compile(plan: &Plan) -> Result<Compiled, Error> {
    guarded("making machine code", || Compiled::new(plan))?.map_err(|error| {
        Error::no_code(error).with_help(
            "only machine code is measured; `persona run --engine interpreter` answers without it",
        )
    })
}

fn instructions() -> &'static str {
    match Isa::best() {
        Isa::Portable => "portable",
        Isa::Avx2 => "avx2",
        Isa::Avx512 => "avx512",
    }
}
