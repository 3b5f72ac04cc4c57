//! Running a stage: chunks of profiles, some at a time to a thread, each thread with room of its own. What a chunk gives
//! goes to its own part of the buffers; what is collected (lists, texts) is put together in the order of rows.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use persona_ir::{CheckTable, Plan};
use persona_runtime::kernels::{CHUNK, Circuit, Isa, Lane, Row};
use persona_runtime::{Calibration, Dataset, Strings, Value};

use super::bound::{Around, Bound};
use super::fused::run::Fused;
use super::fused::{self, Loops};
use super::hook::{Binding, BoundSource, Filler};
use super::rest::{self, Outs, Rest};
use super::scheme::{Give, Scheme};
use super::vector::{Vector, Vectored};
use super::write;
use super::zones::Zones;
use crate::analysis::Analysis;
use crate::arena::{Arena, Room};
use crate::bind::Tables;
use crate::buffers::{Buffers, Made, Part, rows};
use crate::context::OutRef;
use crate::layout::Shape;
use crate::options::RunOptions;

/// So many chunks at most are given to a thread at a time.
const MOST_CHUNKS: usize = 16;

/// What a stage is run on.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) analysis: &'a Analysis,
    pub(crate) scheme: &'a Scheme,
    pub(crate) data: &'a Dataset,
    pub(crate) now: i64,
    pub(crate) calibration: &'a Arc<Calibration>,
    pub(crate) options: &'a RunOptions,
    /// Of which goals only how many is asked; of none, if there are fewer.
    pub(crate) counted: &'a [bool],
    /// Where sets of members find memory, and where it goes when they are dropped.
    pub(crate) room: Option<&'a Room>,
}

/// What a run of a stage gives.
#[derive(Debug)]
pub(crate) struct Filled {
    /// The answers, by goal.
    pub(crate) buffers: Vec<Buffers>,
    /// The texts that were made.
    pub(crate) made: Made,
    /// If there are counted goals: for each condition that the goals are made of, goal after goal, for how many it holds.
    pub(crate) counts: Vec<u64>,
}

/// A job that is bound, for all threads.
struct Shared<'a> {
    job: Job<'a>,
    isa: Isa,
    bound: Bound<'a>,
    source: Option<Box<dyn BoundSource + 'a>>,
    fused: Option<fused::run::Bound<'a>>,
    rest: Option<(&'a Rest, Arc<Tables<'a>>, Outs)>,
    /// Whether code collects lists.
    lists: bool,
}

/// Some neighbouring chunks and the parts of the buffers that they fill, by goal.
type Task<'b> = (usize, Vec<Part<'b>>);

/// What a thread has collected.
#[derive(Default)]
struct Collected {
    /// For each task the lists, by goal of the rest.
    lists: Vec<(usize, Vec<Vec<Value>>)>,
    /// The tasks that it worked on.
    tasks: Vec<usize>,
    texts: Strings,
    /// By output of the circuit, if goals are counted.
    counts: Vec<u64>,
}

/// Runs a stage for all profiles.
///
/// # Panics
///
/// When the data are not of the plan's schema, or memory for code is exhausted.
pub(crate) fn run(job: Job<'_>) -> Filled {
    let mut buffers = buffers(&job);
    let (rows, per_task) = (0..job.data.profiles, per_task(&job));
    let outs = |sets| (outs(job.scheme, sets, &mut buffers), buffers);
    bind(job, outs, |shared, mut buffers| {
        let collected = shared.fill(rows, per_task, &mut buffers, job.room);
        shared.put_together(collected, per_task, buffers)
    })
}

/// How many chunks a thread takes at a time.
fn per_task(job: &Job<'_>) -> usize {
    let threads = job.options.threads.max(1);
    let chunks = job.data.profiles.div_ceil(CHUNK);
    (chunks / (threads * 8)).clamp(1, MOST_CHUNKS)
}

/// A stage that is bound to its data and answers for some profiles at a time.
pub(crate) struct ByRows<'s, 'a>(&'s Shared<'a>);

/// Gives `f` a stage that answers for some profiles at a time; nothing where some of its answers are neither sets of members nor
/// stages of a partition.
///
/// # Panics
///
/// As [`run`].
pub(crate) fn by_rows<R>(job: Job<'_>, f: impl FnOnce(ByRows<'_, '_>) -> R) -> Option<R> {
    let simple = |give: &Give| matches!(give, Give::Members(_) | Give::Stages(..));
    let outs = |sets| (outs(job.scheme, sets, &mut []), Vec::new());
    let simple = job.scheme.gives.iter().all(simple);
    simple.then(|| bind(job, outs, |shared, _| f(ByRows(shared))))
}

impl ByRows<'_, '_> {
    /// The answers about these profiles, by goal. The first is the first of a chunk.
    ///
    /// # Panics
    ///
    /// When it is not, or the data lack some.
    pub(crate) fn fill(&self, rows: Range<usize>, room: &Room) -> Vec<Buffers> {
        let job = &self.0.job;
        assert!(
            rows.start.is_multiple_of(CHUNK) && rows.end <= job.data.profiles,
            "profiles of the data, from the first of a chunk"
        );
        let goals = job.scheme.goals.iter();
        let mut buffers: Vec<_> = goals.map(|goal| Buffers::new(goal, rows.len())).collect();
        let chunks = rows.len().div_ceil(CHUNK).max(1);
        // One task, for the thread that asks.
        self.0.fill(rows, chunks, &mut buffers, Some(room));
        buffers
    }
}

/// Binds a stage to its data and gives it to `f`, with the buffers that `outs` gives: these say where code writes, by goals of the
/// rest, of which so many are sets.
///
/// # Panics
///
/// As [`run`].
fn bind<R>(
    job: Job<'_>,
    outs: impl FnOnce(usize) -> (Outs, Vec<Buffers>),
    f: impl FnOnce(&Shared<'_>, Vec<Buffers>) -> R,
) -> R {
    check(job.plan, job.data);
    let zones = if job.scheme.zones {
        Zones::new(job.plan, job.data, job.now)
    } else {
        Zones::package(job.plan, job.now)
    };
    let bound = Bound::new(
        job.scheme,
        Around {
            plan: job.plan,
            data: job.data,
            zones: &zones,
            calibration: job.calibration,
            vectors: job.scheme.vectors(),
            isa: job.options.isa,
            counted: job.counted,
        },
    );
    let isa = job.options.isa.unwrap_or_else(Isa::best);
    let rest = job.scheme.rest(job.plan, job.analysis, &bound.rest_leaves);
    let (outs, buffers) = outs(bound.rest_leaves.len());
    let binding = Binding {
        data: job.data,
        zones: &zones,
        calibration: job.calibration,
        isa,
    };
    let source = job.scheme.source.as_ref().filter(|_| bound.needs_vectors);
    let lists = rest.as_ref().is_some_and(|rest| {
        let goals = &rest.stage().goals;
        goals.iter().any(|goal| Shape::of(&goal.ty) == Shape::List)
    });
    let shared = Shared {
        job,
        isa,
        source: source.map(|source| source.bind(binding)),
        fused: job
            .scheme
            .fused(&bound.loops)
            .map(|code| fused::run::Bound::new(code, &bound.loops, job.data)),
        rest: rest.as_deref().map(|rest| {
            let tables = Tables::new(&rest.program, job.plan, job.data, job.now);
            (rest, tables, outs)
        }),
        lists,
        bound,
    };
    f(&shared, buffers)
}

/// Whether the profile table is as the plan has it.
fn check(plan: &Plan, data: &Dataset) {
    assert_eq!(
        plan.schema.profile.columns.len(),
        data.columns.len(),
        "a dataset has the columns of its schema"
    );
    for column in &data.columns {
        assert_eq!(
            column.len(),
            data.profiles,
            "a column is as long as its table"
        );
        let valid = column.valid.as_ref();
        assert!(
            valid.is_none_or(|valid| valid.len() == data.profiles),
            "a column has a validity bit for each row"
        );
    }
}

/// Room for what goals give.
fn buffers(job: &Job<'_>) -> Vec<Buffers> {
    let goals = job.scheme.goals.iter().enumerate();
    let buffers = goals.map(|(at, goal)| {
        let rows = rows(goal, job.data);
        match job.counted.get(at) {
            Some(true) => Buffers::nothing(rows),
            _ => Buffers::new(goal, rows),
        }
    });
    buffers.collect()
}

/// Where the rest writes, by its goals: nowhere for sets, which come first.
fn outs(scheme: &Scheme, sets: usize, buffers: &mut [Buffers]) -> Outs {
    let nowhere = OutRef {
        data: std::ptr::null_mut(),
        aux: std::ptr::null_mut(),
        valid: std::ptr::null_mut(),
    };
    let mut outs = vec![nowhere; sets];
    for goal in scheme.rest_goals() {
        outs.push(buffers[goal].reference());
    }
    Outs::new(outs)
}

impl<'a> Shared<'a> {
    /// Answers about these profiles, into buffers that have as many rows.
    fn fill(
        &self,
        rows: Range<usize>,
        per_task: usize,
        buffers: &mut [Buffers],
        room: Option<&Room>,
    ) -> Vec<Collected> {
        let sets = buffers.iter().filter(|buffer| buffer.is_set()).count();
        let mut arena = Arena::new(room, sets, rows.len());
        let collected = self.run(rows, per_task, buffers, &mut arena);
        let sets = buffers.iter_mut().filter(|buffer| buffer.is_set());
        sets.zip(arena.finish())
            .for_each(|(buffer, set)| buffer.keep_set(set));
        collected
    }

    /// Works on these profiles, on as many threads as asked for and as there are tasks.
    fn run(
        &self,
        rows: Range<usize>,
        per_task: usize,
        buffers: &mut [Buffers],
        arena: &mut Arena,
    ) -> Vec<Collected> {
        let count = rows.len().div_ceil(per_task * CHUNK);
        let mut tasks: Vec<Task<'_>> = (0..count).map(|task| (task, Vec::new())).collect();
        let mut sets = arena.sets();
        for (buffer, give) in buffers.iter_mut().zip(&self.job.scheme.gives) {
            let set = if buffer.is_set() { sets.next() } else { None };
            if matches!(give, Give::Rest) {
                // Code has its address: it is not touched here.
                tasks
                    .iter_mut()
                    .for_each(|(_, parts)| parts.push(Part::Nothing));
                continue;
            }
            let parts = buffer.parts(per_task * CHUNK, set);
            for ((_, task), part) in tasks.iter_mut().zip(parts) {
                task.push(part);
            }
        }
        let queue = Mutex::new(tasks.into_iter());
        let threads = self.job.options.threads.clamp(1, count.max(1));
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads)
                .map(|_| scope.spawn(|| self.work(rows.clone(), per_task, &queue)))
                .collect();
            let mut collected = vec![self.work(rows.clone(), per_task, &queue)];
            for other in others {
                match other.join() {
                    Ok(its) => collected.push(its),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            collected
        })
    }

    /// One thread's work.
    fn work<'b>(
        &self,
        rows: Range<usize>,
        per_task: usize,
        queue: &Mutex<impl Iterator<Item = Task<'b>>>,
    ) -> Collected {
        let mut worker = Worker::new(self);
        let mut collected = Collected::default();
        loop {
            let next = queue
                .lock()
                .expect("no thread panics while it takes a task")
                .next();
            let Some((task, mut parts)) = next else { break };
            for chunk in task * per_task..(task + 1) * per_task {
                let first = rows.start + chunk * CHUNK;
                if first >= rows.end {
                    break;
                }
                let at = (chunk - task * per_task) * CHUNK;
                worker.chunk(first..(first + CHUNK).min(rows.end), &mut parts, at);
            }
            collected.tasks.push(task);
            if let Some(rest) = worker.rest.as_mut().filter(|_| self.lists) {
                collected.lists.push((task, rest.take_lists()));
            }
        }
        collected.counts = worker.counts;
        if let Some(rest) = worker.rest {
            collected.texts = rest.into_texts();
        }
        collected
    }

    /// What the threads have collected, in the order of rows.
    fn put_together(
        &self,
        collected: Vec<Collected>,
        per_task: usize,
        mut buffers: Vec<Buffers>,
    ) -> Filled {
        let tasks = self.job.data.profiles.div_ceil(per_task * CHUNK);
        let mut made = Made {
            texts: Vec::new(),
            threads: vec![0; tasks],
            rows: per_task * CHUNK,
        };
        let mut lists = Vec::new();
        let mut counts = vec![0; self.counts()];
        for (thread, its) in collected.into_iter().enumerate() {
            its.tasks
                .iter()
                .for_each(|task| made.threads[*task] = thread);
            made.texts.push(its.texts);
            let sums = counts.iter_mut().zip(its.counts);
            sums.for_each(|(sum, count)| *sum += count);
            lists.extend(its.lists);
        }
        lists.sort_unstable_by_key(|(task, _)| *task);
        let sets = self.bound.rest_leaves.len();
        for (_, lists) in lists {
            let lists = lists.into_iter().skip(sets);
            for (goal, lists) in self.job.scheme.rest_goals().zip(lists) {
                buffers[goal].keep(lists);
            }
        }
        Filled {
            buffers,
            made,
            counts,
        }
    }

    /// How many counts there are: none where no goal is counted.
    fn counts(&self) -> usize {
        if self.job.counted.contains(&true) {
            self.bound.circuit.outputs().len()
        } else {
            0
        }
    }
}

/// One thread's room.
struct Worker<'s, 'a> {
    shared: &'s Shared<'a>,
    rows: Vec<Row>,
    filler: Option<Box<dyn Filler + 's>>,
    vectors: Vec<Vector>,
    fused: Option<fused::run::Worker<'s, 'a>>,
    rest: Option<rest::Worker<'s>>,
    /// By output of the circuit, if goals are counted.
    counts: Vec<u64>,
}

impl<'s, 'a> Worker<'s, 'a> {
    fn new(shared: &'s Shared<'a>) -> Self {
        let job = &shared.job;
        let nodes = job.scheme.vectors().iter();
        let vectors = nodes.map(|node| Vector::new(&job.plan.nodes[*node].ty));
        let bound = &shared.bound;
        let guards = [&bound.guards.fused, &bound.guards.last];
        let circuits = guards.into_iter().flatten().chain([&bound.circuit]);
        let rows = circuits.map(Circuit::rows).max().unwrap_or(0);
        let rest = shared.rest.as_ref().map(|(rest, tables, outs)| {
            let calibration = Arc::clone(job.calibration);
            rest::Worker::new(rest, tables, outs, calibration)
        });
        Self {
            shared,
            rows: vec![Row::NONE; rows],
            filler: shared.source.as_ref().map(|source| source.filler()),
            vectors: vectors
                .map(|v| v.expect("sources claim what has a vector"))
                .collect(),
            fused: shared.fused.as_ref().map(fused::run::Bound::worker),
            rest,
            counts: vec![0; shared.counts()],
        }
    }

    /// Answers a chunk, or its first profiles, into the parts of its task, where it begins at row `at`.
    fn chunk(&mut self, profiles: Range<usize>, parts: &mut [Part<'_>], at: usize) {
        let shared = self.shared;
        let (first, len, isa) = (profiles.start, profiles.len(), shared.isa);
        let chunk = first / CHUNK;
        if len < CHUNK {
            // Whoever is not needed for this chunk leaves the rows of the one before, which may be set beyond the end of the data.
            self.rows.fill(Row::NONE);
        }
        for lane in &shared.bound.lanes {
            let valid = lane.valid.map(|valid| valid.slice(first, len));
            let rows = &mut self.rows[lane.first..lane.first + lane.scan.len()];
            lane.scan.run(isa, lane.values.chunk(chunk), valid, rows);
            // Comes from memory while the other lanes are tested.
            lane.values.will_read(chunk + 1);
            if let Some(valid) = lane.valid {
                Lane::Bits(valid).will_read(chunk + 1);
            }
        }
        if let Some(fused) = &mut self.fused {
            let needed = match &shared.bound.guards.fused {
                Some(guard) => {
                    guard.run(isa, &mut self.rows, len);
                    self.rows[guard.outputs()[0] as usize]
                }
                None => Row::first(len),
            };
            let rows = shared.bound.fused..shared.bound.fused + shared.bound.loops.outputs;
            fused.run(chunk, len, &needed, &mut self.rows[rows]);
        }
        let (rest_needed, vectors_needed) = self.needed(len);
        if let Some(filler) = self.filler.as_mut().filter(|_| vectors_needed) {
            filler.fill(first..first + len, &mut self.vectors);
            self.scan_vectors(len);
        }
        if let Some(rest) = &mut self.rest {
            let sets = shared.bound.rest_leaves.len();
            let rows = shared.bound.rest..shared.bound.rest + sets;
            rest.run(first, len, &rest_needed, &mut self.rows[rows]);
        }
        let circuit = &shared.bound.circuit;
        if self.counts.is_empty() {
            circuit.run(isa, &mut self.rows, len);
        } else {
            circuit.count(isa, &mut self.rows, len, &mut self.counts);
        }
        self.write(parts, at, len);
    }

    /// Writes what the circuit and the vectors give to the parts of a task.
    fn write(&self, parts: &mut [Part<'_>], at: usize, len: usize) {
        let rows = &self.rows;
        let mut outputs = self.shared.bound.circuit.outputs();
        for (give, part) in self.shared.job.scheme.gives.iter().zip(parts) {
            match give {
                Give::Members(_) => {
                    let (row, rest) = outputs.split_at(1);
                    outputs = rest;
                    write::members(part, &rows[row[0] as usize], at, len);
                }
                Give::Stages(cases, last) => {
                    let (conds, rest) = outputs.split_at(cases.len());
                    outputs = rest;
                    let conds = conds.iter().map(|row| &rows[*row as usize]);
                    let cases = conds.zip(cases.iter().map(|(_, value)| value));
                    write::stages(part, cases, last, at, len);
                }
                Give::Vector(vector) => write::vector(part, &self.vectors[*vector], at, len),
                Give::Rest => {}
            }
        }
    }

    /// For which profiles of the chunk the rest is needed, and whether vectors are for any. Needs the tests of columns and
    /// what loops give.
    fn needed(&mut self, len: usize) -> (Row, bool) {
        let shared = self.shared;
        let Some(guards) = &shared.bound.guards.last else {
            return (Row::first(len), true);
        };
        let gives = &shared.job.scheme.gives;
        guards.run(shared.isa, &mut self.rows, len);
        let guard = |output: usize| &self.rows[guards.outputs()[output] as usize];
        let rest = if gives.iter().any(|give| matches!(give, Give::Rest)) {
            Row::first(len)
        } else {
            *guard(0)
        };
        let written = gives.iter().any(|give| matches!(give, Give::Vector(_)));
        (rest, written || !guard(1).is_empty())
    }

    fn scan_vectors(&mut self, len: usize) {
        for scan in &self.shared.bound.vectors {
            let vector = &self.vectors[scan.vector];
            let Some(tests) = &scan.scan else {
                self.rows[scan.first] = match &vector.values {
                    Vectored::Bits(bits) if !scan.known => *bits,
                    _ => vector.known,
                };
                continue;
            };
            let rows = &mut self.rows[scan.first..scan.first + tests.len()];
            if let Some(lane) = vector.lane(len) {
                tests.run(self.shared.isa, lane, None, rows);
                rows.iter_mut().for_each(|row| row.and(&vector.known));
            }
        }
    }
}

impl Scheme {
    /// The nodes of the source's vectors.
    pub(crate) fn vectors(&self) -> &[persona_ir::NodeId] {
        self.source.as_ref().map_or(&[], |source| source.nodes())
    }

    /// The goals that only the rest answers, in the order in which it does.
    pub(crate) fn rest_goals(&self) -> impl Iterator<Item = usize> + '_ {
        let gives = self.gives.iter().enumerate();
        gives
            .filter(|(_, give)| matches!(give, Give::Rest))
            .map(|(goal, _)| goal)
    }

    /// How many conditions loops answer, of all loops that code was made of.
    ///
    /// # Panics
    ///
    /// When a thread has panicked while it made code.
    pub(crate) fn fused_conditions(&self) -> usize {
        let known = self
            .loops
            .lock()
            .expect("no thread panics while code is made");
        known.values().map(|fused| fused.outputs()).sum()
    }

    /// The code of loops; none where there are none.
    ///
    /// # Panics
    ///
    /// When memory for code is exhausted.
    fn fused(&self, loops: &Loops) -> Option<Arc<Fused>> {
        if loops.recipes.is_empty() {
            return None;
        }
        let mut known = self
            .loops
            .lock()
            .expect("no thread panics while code is made");
        if let Some(code) = known.get(&loops.recipes) {
            return Some(Arc::clone(code));
        }
        let code = Arc::new(Fused::new(&loops.recipes).expect("there is memory for code"));
        known.insert(loops.recipes.clone(), Arc::clone(&code));
        Some(code)
    }

    /// The code for what only code can answer, with these atoms among it; none where there is nothing.
    ///
    /// # Panics
    ///
    /// When memory for code is exhausted.
    fn rest(&self, plan: &Plan, analysis: &Analysis, leaves: &[usize]) -> Option<Arc<Rest>> {
        if leaves.is_empty() && self.rest_goals().next().is_none() {
            return None;
        }
        let mut rests = self
            .rests
            .lock()
            .expect("no thread panics while code is made");
        if let Some(rest) = rests.get(leaves) {
            return Some(Arc::clone(rest));
        }
        let mut question = crate::program::Question::default();
        for leaf in leaves {
            let node = self.leaves[*leaf].node;
            question.ask(
                plan,
                node,
                crate::codegen::Way::Members,
                CheckTable::Profile,
            );
        }
        for goal in self.rest_goals() {
            let goal = &self.goals[goal];
            question.ask(plan, goal.node, goal.way, goal.table);
        }
        let rest = Rest::new(plan, analysis, question);
        let rest = Arc::new(rest.expect("there is memory for code"));
        rests.insert(leaves.to_vec(), Arc::clone(&rest));
        Some(rest)
    }
}
