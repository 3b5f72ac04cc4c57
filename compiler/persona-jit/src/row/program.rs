//! Programs over rows: which answers are asked, and the code that gives them.

use std::fmt;
use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{KindId, NodeId, OutputKind, Plan, Ty, verify};
use persona_runtime::{Dataset, DatasetBuilder, text};

use super::error::RowError;
use super::layout::{RowLayout, Wanted};
use super::rest;
use super::side::Searches;
use super::split::{Split, cone};
use crate::Compiled;
use crate::analysis::Analysis;
use crate::codegen::{RowMode, Shared, define_row_bits, define_row_loop, define_row_values};
use crate::layout::{Layout, Shape};
use crate::module::{Code, CompileError, Draft, OnRow, OverRows};
use crate::pools::Pools;
use crate::program::Program;

/// A function answers segments that together need so many nodes, or one that needs more.
const FUNCTION_NODES: usize = 1000;
/// An answer that needs more nodes than this is left to the machinery that cuts it into functions.
const MOST_NODES: usize = 3000;
/// So many values are left in memory by one function.
const FUNCTION_VALUES: usize = 32;

/// Some answers of a plan as machine code over [`super::Row`]s. Can be shared between threads; a
/// [`super::RowSession`] asks it.
pub struct RowProgram {
    layout: Arc<RowLayout>,
    pub(crate) answers: Vec<Asked>,
    /// How many of the answers are segments.
    pub(crate) segments: usize,
    pub(crate) words: Vec<WordFunction>,
    pub(crate) values: Vec<OnRow>,
    /// How many values the functions leave in memory.
    pub(crate) value_count: usize,
    pub(crate) rest: Option<Compiled>,
    /// How many answers the rest gives.
    pub(crate) rest_answers: usize,
    pub(crate) searches: Searches,
    /// Whether code calls no function that looks into more than its arguments, so that it can be run as it is.
    pub(crate) plain: bool,
    /// What code refers to by number, in the form in which binding wants it.
    pub(crate) program: Program,
    pub(crate) plan: Plan,
    /// Nothing, to be bound to.
    pub(crate) nobody: Dataset,
    /// The owner of the functions.
    _code: Code,
}

/// A function that answers up to 64 segments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WordFunction {
    /// The number of its first segment; all are of one word.
    pub(crate) first: usize,
    /// How many segments it answers.
    pub(crate) count: usize,
    /// For one row.
    pub(crate) one: OnRow,
    /// For many.
    pub(crate) many: OverRows,
}

/// An answer that is asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) name: Arc<str>,
    pub(crate) ty: Ty,
    pub(crate) from: From,
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// The bit with this number.
    Bit(usize),
    /// The value with this number.
    Value(usize),
    /// The rest's answer with this number.
    Rest(usize),
}

/// Why a program over rows could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum RowProgramError {
    /// An answer does not exist, or the layout lacks what one reads.
    Row(RowError),
    /// Machine code could not be made.
    Compile(CompileError),
}

impl fmt::Display for RowProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(error) => error.fmt(f),
            Self::Compile(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RowProgramError {}

impl std::convert::From<RowError> for RowProgramError {
    fn from(error: RowError) -> Self {
        Self::Row(error)
    }
}

impl std::convert::From<CompileError> for RowProgramError {
    fn from(error: CompileError) -> Self {
        Self::Compile(error)
    }
}

impl fmt::Debug for RowProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowProgram")
            .field("answers", &self.names().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// What is known before code is made.
struct Draught {
    split: Split,
    wanted: Wanted,
    answers: Vec<Asked>,
    /// The nodes of segments, then those of values.
    bits: Vec<NodeId>,
    values: Vec<NodeId>,
    rest: Option<Plan>,
}

impl Draught {
    fn new(plan: &Plan, analysis: &Analysis, names: &[&str]) -> Result<Self, RowError> {
        let mut asked = Vec::with_capacity(names.len());
        for name in names {
            let output = plan.outputs.iter().find(|output| *output.name == **name);
            asked.push(output.ok_or_else(|| RowError::NoAnswer((*name).into()))?);
        }
        let roots: Vec<NodeId> = asked.iter().map(|output| output.node).collect();
        let mut split = Split::new(plan, analysis, &roots);
        let (mut bits, mut values, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for output in asked {
            let ty = plan.nodes[output.node].ty.clone();
            let huge = cone(plan, analysis, &[output.node]).len() > MOST_NODES;
            let code = split.is_code(output.node) && Shape::of(&ty) != Shape::List && !huge;
            let from = if output.kind == OutputKind::Segment {
                if huge {
                    split.ask_rest(output.node);
                }
                bits.push(output.node);
                From::Bit(bits.len() - 1)
            } else if code {
                values.push(output.node);
                From::Value(values.len() - 1)
            } else {
                From::Rest(split.ask_rest(output.node))
            };
            answers.push(Asked {
                name: Arc::clone(&output.name),
                ty,
                from,
            });
        }
        let mut wanted = Wanted::default();
        let code: Vec<NodeId> = bits.iter().chain(&values).copied().collect();
        split.follow(plan, &code, &mut wanted);
        // Ranks are calibrated by the rest, also where it answers nothing.
        let rest =
            (split.ranked || !split.rest.is_empty()).then(|| rest::plan_of(plan, &split.rest));
        if let Some(rest) = rest.as_ref().filter(|rest| !rest.outputs.is_empty()) {
            rest::want(rest, &mut wanted);
        }
        Ok(Self {
            split,
            wanted,
            answers,
            bits,
            values,
            rest,
        })
    }
}

impl RowLayout {
    /// A layout for these answers, all of them or some of which programs are made with [`RowProgram::sharing`].
    ///
    /// # Errors
    ///
    /// When there is no such answer, or the plan does not verify.
    pub fn for_answers(plan: &Plan, names: &[&str]) -> Result<Arc<Self>, RowProgramError> {
        verify(plan).map_err(|violations| CompileError::unverified(&violations))?;
        let draught = Draught::new(plan, &Analysis::new(&plan.nodes), names)?;
        Ok(Arc::new(Self::new(&plan.schema, &draught.wanted)))
    }

    /// Whether rows have all that is wanted.
    fn covers(&self, wanted: &Wanted) -> bool {
        #[expect(
            clippy::iter_over_hash_type,
            reason = "the order does not matter for whether all are there"
        )]
        for (col, constants) in &wanted.slots {
            let known = |value| self.symbols[*col].of(value).is_some();
            let has = self.slots.get(*col).is_some_and(Option::is_some);
            if !has || !constants.iter().all(known) {
                return false;
            }
        }
        let kept = |col: &persona_ir::ColId| self.kept.get(*col) == Some(&true);
        let mut events = (0..).zip(&wanted.events);
        let asked = events.all(|(kind, columns)| {
            let mut columns = columns.iter();
            columns.all(|col| self.reads_event(KindId(kind), *col))
        });
        (self.keeps || !wanted.keeps) && wanted.kept.iter().all(kept) && asked
    }
}

impl RowProgram {
    /// Compiles these answers, over rows of a layout of their own.
    ///
    /// # Errors
    ///
    /// When there is no such answer, the plan does not verify, or no machine code can be made here.
    pub fn new(plan: &Plan, names: &[&str]) -> Result<Self, RowProgramError> {
        verify(plan).map_err(|violations| CompileError::unverified(&violations))?;
        let analysis = Analysis::new(&plan.nodes);
        let draught = Draught::new(plan, &analysis, names)?;
        let layout = Arc::new(RowLayout::new(&plan.schema, &draught.wanted));
        Self::compile(plan, &analysis, draught, layout)
    }

    /// Compiles these answers, over rows that other programs of the same plan read too.
    ///
    /// # Errors
    ///
    /// As [`Self::new`], and when the layout is not for these answers or for another plan.
    pub fn sharing(
        layout: &Arc<RowLayout>,
        plan: &Plan,
        names: &[&str],
    ) -> Result<Self, RowProgramError> {
        verify(plan).map_err(|violations| CompileError::unverified(&violations))?;
        let analysis = Analysis::new(&plan.nodes);
        let draught = Draught::new(plan, &analysis, names)?;
        if layout.schema != plan.schema || !layout.covers(&draught.wanted) {
            return Err(RowError::OtherLayout.into());
        }
        Self::compile(plan, &analysis, draught, Arc::clone(layout))
    }

    fn compile(
        plan: &Plan,
        analysis: &Analysis,
        draught: Draught,
        layout: Arc<RowLayout>,
    ) -> Result<Self, RowProgramError> {
        let mut draft = Draft::new()?;
        let mut pools = Pools::default();
        let mode = RowMode {
            layout: &layout,
            split: &draught.split,
        };
        let nothing_stored = Layout::new(plan, analysis, &[]);
        let Draft {
            module,
            imports,
            work,
        } = &mut draft;
        let mut shared = Shared {
            plan,
            analysis,
            layout: &nothing_stored,
            imports,
            pools: &mut pools,
            module,
            flips: None,
        };
        let mut words = Vec::new();
        for (first, nodes) in cut(plan, analysis, &draught.bits) {
            let one = define_row_bits(&mut shared, work, mode, nodes)?;
            let many = define_row_loop(&mut shared, work, mode, nodes)?;
            words.push((first, nodes.len(), one, many));
        }
        let mut values = Vec::new();
        for nodes in draught.values.chunks(FUNCTION_VALUES) {
            values.push(define_row_values(&mut shared, work, mode, nodes)?);
        }
        let code = draft.finish()?;
        let rest = draught.rest.as_ref().map(Compiled::new).transpose()?;
        if let Some(rest) = &rest {
            // Now, and not when a row first asks.
            rest.row();
        }
        let words = words
            .into_iter()
            .map(|(first, count, one, many)| WordFunction {
                first,
                count,
                one: code.on_row(one),
                many: code.over_rows(many),
            });
        Ok(Self {
            answers: draught.answers,
            segments: draught.bits.len(),
            words: words.collect(),
            values: values.into_iter().map(|id| code.on_row(id)).collect(),
            value_count: draught.values.len(),
            rest,
            rest_answers: draught.split.rest.len(),
            searches: Searches::new(&pools),
            plain: !pools.calls && draught.rest.is_none(),
            program: program(plan, pools),
            plan: without_graph(plan),
            nobody: DatasetBuilder::new(&plan.schema).finish(),
            layout,
            _code: code,
        })
    }

    /// How the rows that it reads are laid out.
    pub fn layout(&self) -> &Arc<RowLayout> {
        &self.layout
    }

    /// What it answers, in the order in which it was asked for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.answers.iter().map(|answer| &*answer.name)
    }

    /// The segments among the answers, in their order: bit `k` of what [`super::RowSession::matches`] gives is the `k`th.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        let segments = self.answers.iter();
        segments
            .filter(|answer| matches!(answer.from, From::Bit(_)))
            .map(|answer| &*answer.name)
    }

    /// Whether some answer is computed from a profile's history or the insides of lists, which takes a dataset, or values and
    /// events that the row keeps, and microseconds.
    pub fn asks_histories(&self) -> bool {
        self.rest_answers > 0
    }
}

/// Cuts segments into functions: none over the border of a word, none too large.
fn cut<'n>(plan: &Plan, analysis: &Analysis, nodes: &'n [NodeId]) -> Vec<(usize, &'n [NodeId])> {
    let mut functions = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (index, node) in nodes.iter().enumerate() {
        let own = cone(plan, analysis, &[*node]).len();
        if index > start && (index % 64 == 0 || size + own > FUNCTION_NODES) {
            functions.push((start, &nodes[start..index]));
            (start, size) = (index, 0);
        }
        size += own;
    }
    if start < nodes.len() {
        functions.push((start, &nodes[start..]));
    }
    functions
}

/// What code refers to by number, without stages.
fn program(plan: &Plan, pools: Pools) -> Program {
    let float = |rank: &persona_ir::Rank| plan.nodes[rank.value].ty == Ty::Float;
    Program {
        flips: Vec::new(),
        frame: 0,
        stages: Vec::new(),
        patterns: pools
            .patterns
            .items()
            .iter()
            .map(|pattern| text::pattern(pattern))
            .collect(),
        float_ranks: plan.ranks.iter().map(float).collect(),
        pools,
    }
}

/// The plan as far as binding needs it.
fn without_graph(plan: &Plan) -> Plan {
    Plan {
        package: Arc::clone(&plan.package),
        zone: Arc::clone(&plan.zone),
        week_start: plan.week_start,
        schema: plan.schema.clone(),
        nodes: IndexVec::new(),
        outputs: Vec::new(),
        ranks: plan.ranks.clone(),
        checks: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
    }
}
