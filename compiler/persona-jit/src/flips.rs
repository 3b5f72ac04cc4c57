//! Values and bounds of flips together (SEMANTICS §4): for each output and profile what the answer is, and an instant before
//! which time alone does not change it, to schedule by. Machine code computes both, for one profile or for a population;
//! what time has no part in costs nothing. Bit for bit the bounds of [`persona_runtime::ProfileEvaluator::flip`].

use std::ops::Range;
use std::sync::Arc;

use persona_ir::{NodeId, Op, Plan, operands, verify};
use persona_runtime::flips::NEVER;
use persona_runtime::{Calibration, Dataset, Evaluation, Evaluator, Prepared, Value};

use crate::analysis::Analysis;
use crate::bind::{Bound, Tables};
use crate::layout::is_inline;
use crate::module::{Code, CompileError, Draft, OnProfile};
use crate::program::{Goal, Outline, Program, Question};
use crate::value::value_of_words;
use crate::{Compiled, without_explanations};

/// Of which nodes a program computes bounds, and where they lie: behind the values in the frame.
#[derive(Debug)]
pub(crate) struct FlipPlan {
    pub(crate) prepared: Arc<Prepared>,
    /// The closed nodes that time has a part in and that some output needs, in id order.
    pub(crate) nodes: Vec<NodeId>,
    /// Those of them that count events.
    counts: Vec<NodeId>,
}

impl FlipPlan {
    fn new(plan: &Plan) -> Self {
        let prepared = Arc::new(Prepared::new(plan));
        let mut needed = vec![false; plan.nodes.len()];
        for output in &plan.outputs {
            needed[usize::from(output.node)] = prepared.is_timed(output.node);
        }
        let mut nodes = Vec::new();
        for (id, node) in plan.nodes.iter_enumerated().rev() {
            if needed[usize::from(id)] {
                for operand in operands(&node.op) {
                    needed[usize::from(operand.node)] = true;
                }
                nodes.push(id);
            }
        }
        nodes.reverse();
        nodes.retain(|node| prepared.is_timed(*node) && prepared.is_closed(*node));
        let is_agg = |node: &NodeId| matches!(plan.nodes[*node].op, Op::Agg(_));
        let counts = nodes.iter().copied().filter(is_agg).collect();
        Self {
            prepared,
            nodes,
            counts,
        }
    }

    /// The closed nodes whose values bounds are computed from: those with bounds, and what those are made of.
    fn values(&self, plan: &Plan, analysis: &Analysis) -> Vec<NodeId> {
        let mut values = self.nodes.clone();
        for node in &self.nodes {
            values.extend(analysis.below(&plan.nodes, *node).closed);
        }
        values.retain(|node| !is_inline(plan, *node));
        values.sort_unstable();
        values.dedup();
        values
    }

    /// How many bytes the bounds take.
    pub(crate) fn frame(&self) -> usize {
        self.nodes.len() * 8
    }

    /// Where a node's bound lies, in a frame whose values take so many bytes.
    pub(crate) fn offset(&self, values: usize, node: NodeId) -> i32 {
        let place = self.nodes.binary_search(&node);
        let place = place.expect("operands that time has a part in have bounds");
        i32::try_from(values + place * 8).expect("a frame of less than 2 GiB")
    }

    /// The number of a count, for what is kept of its events.
    pub(crate) fn turnover(&self, node: NodeId) -> usize {
        let place = self.counts.binary_search(&node);
        place.expect("counts have bounds")
    }

    /// Whether some bound is the interpreter's to compute.
    fn asks_interpreter(&self, plan: &Plan) -> bool {
        let asks = |node: &NodeId| match &plan.nodes[*node].op {
            Op::Sequence(_) => true,
            Op::Agg(agg) => agg.query.latest.is_some(),
            _ => false,
        };
        self.nodes.iter().any(asks)
    }
}

/// A plan, compiled to give answers together with their bounds. Can be shared between threads.
#[derive(Debug)]
pub struct FlipProgram {
    plan: Plan,
    flips: FlipPlan,
    program: Program,
    /// What to run for the bounds of a profile.
    bounds: Vec<OnProfile>,
    /// For each output where its bound lies in the frame, in bytes; absent where it never changes by itself.
    places: Vec<Option<usize>>,
    asks_interpreter: bool,
    /// The owner of the functions; dropped after those who hold their addresses.
    code: Code,
}

impl FlipProgram {
    /// Compiles a plan.
    ///
    /// # Errors
    ///
    /// When the plan does not verify, or the machine is not supported.
    pub fn new(plan: &Plan) -> Result<Self, CompileError> {
        verify(plan).map_err(|violations| CompileError::unverified(&violations))?;
        crate::module::check_machine()?;
        let plan = without_explanations(plan);
        let analysis = Analysis::new(&plan.nodes);
        let flips = FlipPlan::new(&plan);
        let questions = vec![
            Question::in_frame(flips.values(&plan, &analysis)),
            Question::outputs(&plan).of_one(),
        ];
        let mut draft = Draft::new()?;
        let outline = Outline::with_flips(&plan, &analysis, &mut draft, questions, Some(&flips))?;
        let code = draft.finish()?;
        let program = outline.link(&code);
        let values = program.frame - flips.frame();
        let place = |node: NodeId| {
            let timed = flips.prepared.is_timed(node);
            timed.then(|| usize::try_from(flips.offset(values, node)).expect("inside the frame"))
        };
        Ok(Self {
            places: plan.outputs.iter().map(|o| place(o.node)).collect(),
            bounds: [&program.stages[0].compute[..], &program.flips].concat(),
            asks_interpreter: flips.asks_interpreter(&plan),
            program,
            flips,
            plan,
            code,
        })
    }

    /// The bounds of a population: for each output a column with each profile's, absent where the answer never changes by
    /// itself. On so many threads (at least one), on which nothing depends but the time it takes.
    ///
    /// # Panics
    ///
    /// When the dataset is not one of the plan's schema, or memory for code is exhausted.
    pub fn run(
        &self,
        data: &Dataset,
        evaluation: &Evaluation,
        threads: usize,
    ) -> Vec<Vec<Option<i64>>> {
        let mut found: Vec<Vec<Option<i64>>> = self
            .places
            .iter()
            .map(|_| vec![None; data.profiles])
            .collect();
        if self.flips.nodes.is_empty() || data.profiles == 0 {
            return found;
        }
        let calibration = self.calibration(data, evaluation);
        let evaluator = self.evaluator(data, evaluation.now, &calibration);
        let tables = Tables::new(&self.program, &self.plan, data, evaluation.now);
        let share = data.profiles.div_ceil(threads.max(1));
        // One part of each column for each thread.
        let mut parts: Vec<Vec<&mut [Option<i64>]>> = (0..data.profiles)
            .step_by(share)
            .map(|_| Vec::new())
            .collect();
        for column in &mut found {
            for (part, rows) in parts.iter_mut().zip(column.chunks_mut(share)) {
                part.push(rows);
            }
        }
        std::thread::scope(|scope| {
            for (index, part) in parts.into_iter().enumerate() {
                let (tables, calibration) = (&tables, Arc::clone(&calibration));
                let evaluator = evaluator.as_ref();
                scope.spawn(move || {
                    let mut bound = Bound::on(tables, calibration);
                    bound.state().interpreter = evaluator.map(|e| e.profile(index * share));
                    let first = index * share;
                    let end = (first + share).min(data.profiles);
                    self.fill(&mut bound, first..end, part);
                });
            }
        });
        found
    }

    /// Computes some profiles' bounds, that the bound data have, into their part of each column.
    fn fill(
        &self,
        bound: &mut Bound<'_>,
        profiles: Range<usize>,
        mut part: Vec<&mut [Option<i64>]>,
    ) {
        for (row, profile) in profiles.enumerate() {
            self.compute(bound, &self.bounds, profile);
            for (column, place) in part.iter_mut().zip(&self.places) {
                if let Some(place) = place {
                    column[row] = at(bound, *place);
                }
            }
            bound.state().texts.forget();
        }
    }

    /// Binds data, to be asked about profiles. Where the evaluation brings no calibration, ranks are calibrated over these
    /// data first.
    ///
    /// # Panics
    ///
    /// As [`Self::run`].
    pub fn over<'a>(&'a self, data: &'a Dataset, evaluation: &Evaluation) -> FlipData<'a> {
        let calibration = self.calibration(data, evaluation);
        FlipData {
            program: self,
            evaluator: self.evaluator(data, evaluation.now, &calibration),
            tables: Tables::new(&self.program, &self.plan, data, evaluation.now),
            calibration,
        }
    }

    fn calibration(&self, data: &Dataset, evaluation: &Evaluation) -> Arc<Calibration> {
        match &evaluation.calibration {
            Some(calibration) => Arc::clone(calibration),
            None if self.plan.ranks.is_empty() => Arc::new(Calibration {
                now: evaluation.now,
                ranks: persona_base::IndexVec::new(),
            }),
            None => {
                let compiled = Compiled::of_verified(&self.plan);
                let compiled = compiled.expect("the machine is supported");
                Arc::new(compiled.calibrate(data, evaluation))
            }
        }
    }

    /// The interpreter, if some bound is its.
    fn evaluator<'a>(
        &'a self,
        data: &'a Dataset,
        now: i64,
        calibration: &Arc<Calibration>,
    ) -> Option<Evaluator<'a>> {
        let new = || Evaluator::new(&self.plan, data, now, Arc::clone(calibration));
        self.asks_interpreter.then(new)
    }

    /// Runs functions of this program for a profile that the bound data have.
    fn compute(&self, bound: &mut Bound<'_>, functions: &[OnProfile], profile: usize) {
        assert!(profile < bound.profiles(), "the data have this profile");
        let context = bound.context(&[]);
        // SAFETY: the functions are of this code, and the context is bound for its program to data that have this profile. Only
        // this thread has the context.
        unsafe {
            let profile = profile as u64;
            self.code.run(context, functions, profile, profile + 1);
        }
    }
}

/// The bound at a place of the frame.
fn at(bound: &Bound<'_>, place: usize) -> Option<i64> {
    let until = bound.frame_word(place);
    (until != NEVER).then_some(until)
}

/// A program of answers and bounds with data at one `now`.
pub struct FlipData<'a> {
    program: &'a FlipProgram,
    tables: Arc<Tables<'a>>,
    evaluator: Option<Evaluator<'a>>,
    calibration: Arc<Calibration>,
}

impl std::fmt::Debug for FlipData<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FlipData").finish_non_exhaustive()
    }
}

impl FlipData<'_> {
    /// Room to ask about one profile after the other.
    pub fn session(&self) -> FlipSession<'_> {
        let mut bound = Bound::on(&self.tables, Arc::clone(&self.calibration));
        bound.state().interpreter = self.evaluator.as_ref().map(|e| e.profile(0));
        FlipSession {
            program: self.program,
            bound,
        }
    }
}

/// One thread's room to ask about profiles.
pub struct FlipSession<'a> {
    program: &'a FlipProgram,
    bound: Bound<'a>,
}

impl std::fmt::Debug for FlipSession<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FlipSession").finish_non_exhaustive()
    }
}

impl FlipSession<'_> {
    /// A profile's answers, in the order of the plan's outputs, each with an instant before which time alone does not change
    /// it (microseconds since 1970-01-01T00:00Z; absent where it never does).
    ///
    /// # Panics
    ///
    /// When there is no such profile.
    pub fn profile(&mut self, profile: usize) -> Vec<(Value, Option<i64>)> {
        let program = self.program;
        let stage = &program.program.stages[1];
        program.compute(&mut self.bound, &stage.compute, profile);
        program.compute(&mut self.bound, &program.program.flips, profile);
        let pairs = stage.goals.iter().zip(&program.places);
        let answers = pairs
            .map(|(goal, place)| {
                let until = place.and_then(|place| at(&self.bound, place));
                (self.value(goal), until)
            })
            .collect();
        self.bound.state().texts.forget();
        answers
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

/// So many profiles are asked of the interpreter at most: code for them would take longer to make than it saves.
const FEW: usize = 64;

/// For each output of the plan a column with each profile's bound, as
/// [`persona_runtime::ProfileEvaluator::flip`] gives it; absent where the answer never changes by itself. On so many
/// threads (at least one), on which nothing depends but the time it takes. To ask more than once, keep a
/// [`FlipProgram`].
///
/// # Errors
///
/// When the plan does not verify, or the machine is not supported.
///
/// # Panics
///
/// As [`FlipProgram::run`].
pub fn flips(
    plan: &Plan,
    data: &Dataset,
    evaluation: &Evaluation,
    threads: usize,
) -> Result<Vec<Vec<Option<i64>>>, CompileError> {
    if data.profiles > FEW {
        return Ok(FlipProgram::new(plan)?.run(data, evaluation, threads));
    }
    verify(plan).map_err(|violations| CompileError::unverified(&violations))?;
    let evaluator = Evaluator::prepared(plan, data, evaluation);
    let mut found: Vec<Vec<Option<i64>>> = plan.outputs.iter().map(|_| Vec::new()).collect();
    for row in 0..data.profiles {
        let mut profile = evaluator.profile(row);
        for (column, output) in found.iter_mut().zip(&plan.outputs) {
            let bound = profile.flip(output.node);
            column.push((bound != NEVER).then_some(bound));
        }
    }
    Ok(found)
}
