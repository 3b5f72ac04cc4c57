//! Running a stage: chunks of profiles, some at a time to a thread, each thread with room of its own. What a chunk gives
//! goes to its own part of the buffers; what is collected (lists, texts) is put together in the order of rows.

use std::sync::{Arc, Mutex};

use persona_ir::{CheckTable, Const, Plan};
use persona_runtime::kernels::{self, CHUNK, Circuit, Isa, Row, WORDS};
use persona_runtime::{Calibration, Dataset, Strings, Value};

use super::bound::{Around, Bound};
use super::fused::run::Fused;
use super::fused::{self, Loops};
use super::hook::{Binding, BoundSource, Filler};
use super::rest::{self, Outs, Rest};
use super::scheme::{Give, Scheme};
use super::vector::{Vector, Vectored};
use super::zones::Zones;
use crate::analysis::Analysis;
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
}

/// What a run of a stage gives.
#[derive(Debug)]
pub(crate) struct Filled {
    /// The answers, by goal.
    pub(crate) buffers: Vec<Buffers>,
    /// The texts that were made.
    pub(crate) made: Made,
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
}

/// Runs a stage for all profiles.
///
/// # Panics
///
/// When the data are not of the plan's schema, or memory for code is exhausted.
pub(crate) fn run(job: Job<'_>) -> Filled {
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
        },
    );
    let isa = job.options.isa.unwrap_or_else(Isa::best);
    let rest = job.scheme.rest(job.plan, job.analysis, &bound.rest_leaves);
    let goals = job.scheme.goals.iter();
    let mut buffers: Vec<Buffers> = goals.map(|g| Buffers::new(g, rows(g, job.data))).collect();
    let outs = outs(job.scheme, bound.rest_leaves.len(), &mut buffers);
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
    let threads = job.options.threads.max(1);
    let chunks = job.data.profiles.div_ceil(CHUNK);
    let per_task = (chunks / (threads * 8)).clamp(1, MOST_CHUNKS);
    let collected = shared.run(per_task, &mut buffers);
    shared.put_together(collected, per_task, &mut buffers)
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
    /// Works on all profiles, on as many threads as asked for and as there are tasks.
    fn run(&self, per_task: usize, buffers: &mut [Buffers]) -> Vec<Collected> {
        let profiles = self.job.data.profiles;
        let count = profiles.div_ceil(per_task * CHUNK);
        let mut tasks: Vec<Task<'_>> = (0..count).map(|task| (task, Vec::new())).collect();
        for (buffer, give) in buffers.iter_mut().zip(&self.job.scheme.gives) {
            if matches!(give, Give::Rest) {
                // Code has its address: it is not touched here.
                tasks
                    .iter_mut()
                    .for_each(|(_, parts)| parts.push(Part::Nothing));
                continue;
            }
            let parts = buffer.parts(per_task * CHUNK);
            for ((_, task), part) in tasks.iter_mut().zip(parts) {
                task.push(part);
            }
        }
        let queue = Mutex::new(tasks.into_iter());
        let threads = self.job.options.threads.clamp(1, count.max(1));
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads)
                .map(|_| scope.spawn(|| self.work(per_task, &queue)))
                .collect();
            let mut collected = vec![self.work(per_task, &queue)];
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
                let first = chunk * CHUNK;
                if first >= self.job.data.profiles {
                    break;
                }
                worker.chunk(chunk, &mut parts, first - task * per_task * CHUNK);
            }
            collected.tasks.push(task);
            if let Some(rest) = worker.rest.as_mut().filter(|_| self.lists) {
                collected.lists.push((task, rest.take_lists()));
            }
        }
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
        buffers: &mut Vec<Buffers>,
    ) -> Filled {
        let tasks = self.job.data.profiles.div_ceil(per_task * CHUNK);
        let mut made = Made {
            texts: Vec::new(),
            threads: vec![0; tasks],
            rows: per_task * CHUNK,
        };
        let mut lists = Vec::new();
        for (thread, its) in collected.into_iter().enumerate() {
            its.tasks
                .iter()
                .for_each(|task| made.threads[*task] = thread);
            made.texts.push(its.texts);
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
            buffers: std::mem::take(buffers),
            made,
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
        }
    }

    /// Answers a chunk into the parts of its task, where it begins at row `at`.
    fn chunk(&mut self, chunk: usize, parts: &mut [Part<'_>], at: usize) {
        let shared = self.shared;
        let (first, isa) = (chunk * CHUNK, shared.isa);
        let len = CHUNK.min(shared.job.data.profiles - first);
        for lane in &shared.bound.lanes {
            let valid = lane.valid.map(|valid| valid.slice(first, len));
            let rows = &mut self.rows[lane.first..lane.first + lane.scan.len()];
            lane.scan.run(isa, lane.values.chunk(chunk), valid, rows);
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
        shared.bound.circuit.run(isa, &mut self.rows, len);
        let mut outputs = shared.bound.circuit.outputs();
        for (give, part) in shared.job.scheme.gives.iter().zip(parts) {
            let rows = &self.rows;
            match give {
                Give::Members(_) => {
                    let (row, rest) = split(outputs, 1);
                    outputs = rest;
                    write_members(part, &rows[row[0] as usize], at, len);
                }
                Give::Stages(cases, last) => {
                    let (conds, rest) = split(outputs, cases.len());
                    outputs = rest;
                    let conds = conds.iter().map(|row| &rows[*row as usize]);
                    let cases = conds.zip(cases.iter().map(|(_, value)| value));
                    write_stages(part, cases, last, at, len);
                }
                Give::Vector(vector) => write_vector(part, &self.vectors[*vector], at, len),
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

fn split(rows: &[u32], at: usize) -> (&[u32], &[u32]) {
    rows.split_at(at)
}

fn write_members(part: &mut Part<'_>, row: &Row, at: usize, len: usize) {
    if let Part::Members(words) = part {
        let count = len.div_ceil(64);
        words[at / 64..][..count].copy_from_slice(&row.0[..count]);
        // Where the next chunk of this set goes; the other sets are written before.
        let next = at / 64 + WORDS;
        if let Some(next) = words.get_mut(next..next + WORDS) {
            kernels::will_write(next);
        }
    }
}

/// The value of the first condition that holds, or the last one.
fn write_stages<'r>(
    part: &mut Part<'_>,
    cases: impl Iterator<Item = (&'r Row, &'r Const)>,
    last: &Const,
    at: usize,
    len: usize,
) {
    let mut left = Row::first(len);
    match part {
        Part::Codes(codes, _) => {
            let code = |value: &Const| match value {
                Const::Enum(index) => *index,
                _ => 0,
            };
            let codes = &mut codes[at..at + len];
            codes.fill(code(last));
            for (row, value) in cases {
                each_first(row, &mut left, |at| codes[at] = code(value));
            }
        }
        Part::Ints(values, _) => {
            let int = |value: &Const| match value {
                Const::Int(value) => *value,
                _ => 0,
            };
            let values = &mut values[at..at + len];
            values.fill(int(last));
            for (row, value) in cases {
                each_first(row, &mut left, |at| values[at] = int(value));
            }
        }
        _ => {}
    }
}

/// The bits of a row that are left; they are left no more.
fn each_first(row: &Row, left: &mut Row, mut f: impl FnMut(usize)) {
    for (word, (bits, left)) in row.0.iter().zip(&mut left.0).enumerate() {
        let mut bits = bits & *left;
        *left &= !bits;
        while bits != 0 {
            f(word * 64 + bits.trailing_zeros() as usize);
            bits &= bits - 1;
        }
    }
}

/// A vector's values, zeros where they are missing.
fn write_vector(part: &mut Part<'_>, vector: &Vector, at: usize, len: usize) {
    let known = &vector.known;
    let valid = match (part, &vector.values) {
        (Part::Bytes(values, valid), Vectored::Bits(bits)) => {
            let values = values[at..at + len].iter_mut().enumerate();
            values.for_each(|(row, value)| *value = u8::from(bits.get(row)));
            valid
        }
        (Part::Ints(values, valid), Vectored::Ints(from)) => {
            copy(&mut values[at..at + len], from, known);
            valid
        }
        (Part::Floats(values, valid), Vectored::Floats(from)) => {
            copy(&mut values[at..at + len], from, known);
            valid
        }
        (Part::Codes(values, valid), Vectored::Codes(from)) => {
            copy(&mut values[at..at + len], from, known);
            valid
        }
        _ => return,
    };
    if let Some(valid) = valid {
        let bytes = known.0.iter().flat_map(|word| word.to_le_bytes());
        let valid = &mut valid[at / 8..][..len.div_ceil(8)];
        valid
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = from);
    }
}

fn copy<T: Copy + Default>(to: &mut [T], from: &[T], known: &Row) {
    for (row, (to, from)) in to.iter_mut().zip(from).enumerate() {
        *to = if known.get(row) { *from } else { T::default() };
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
