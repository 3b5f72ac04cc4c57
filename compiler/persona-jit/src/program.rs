//! Programs: which functions answer what, and in which stages. A plan has two: its answers, where each level of
//! ranks is a stage before the outputs, and its row checks.

use persona_base::IndexVec;
use persona_ir::{CheckTable, KindId, NodeId, Op, OutputKind, Plan, RankId, Ty, operands};
use persona_runtime::text;
use regex::Regex;
use std::collections::BTreeMap;

use crate::analysis::Analysis;
use crate::codegen::{
    Shared, Target, Way, Workshop, define_answers, define_checks, define_flips, define_group,
    define_members,
};
use crate::flips::FlipPlan;
use crate::helpers::end_profile;
use crate::layout::{Layout, Slot};
use crate::module::{Code, CompileError, Draft, OnProfile};
use crate::pools::Pools;
use cranelift_module::FuncId;

/// So many targets are written by one function; a multiple of 64.
const TARGETS_PER_FUNCTION: usize = 128;

/// A program: functions that answer some nodes, in stages, and what they refer to.
#[derive(Debug)]
pub(crate) struct Program {
    /// What the code refers to by number.
    pub(crate) pools: Pools,
    /// The size of the frame in bytes; a multiple of 8.
    pub(crate) frame: usize,
    /// Each stage may need the answers of those before.
    pub(crate) stages: Vec<Stage>,
    /// The patterns of the pools; none where one does not compile, which then is found nowhere.
    pub(crate) patterns: Vec<Option<Regex>>,
    /// Whether each rank's value is a Float.
    pub(crate) float_ranks: Vec<bool>,
    /// What to run, behind the first stage's functions, to compute bounds of flips into the frame.
    pub(crate) flips: Vec<OnProfile>,
}

/// One stage of a program.
#[derive(Debug)]
pub(crate) struct Stage {
    /// What to run to compute the stage's nodes into the frame.
    pub(crate) compute: Vec<OnProfile>,
    /// What to run to compute them and fill the buffers of a batch.
    pub(crate) batch: Vec<OnProfile>,
    /// What the buffers hold, by their number.
    pub(crate) goals: Vec<Goal>,
}

/// A node that a program answers.
#[derive(Clone, Debug)]
pub(crate) struct Goal {
    /// The node.
    pub(crate) node: NodeId,
    /// The table whose rows it has.
    pub(crate) table: CheckTable,
    /// How a batch gives it.
    pub(crate) way: Way,
    /// Its type.
    pub(crate) ty: Ty,
    /// Whether it may be missing.
    pub(crate) optional: bool,
    /// Where a profile's value lies in the frame; absent for events.
    pub(crate) slot: Option<Slot>,
}

/// A rank's goals among those of its stage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RankGoal {
    /// The rank.
    pub(crate) rank: RankId,
    /// The ranked value.
    pub(crate) value: usize,
    /// Whether the profile belongs to the population.
    pub(crate) among: Option<usize>,
}

/// What a stage is asked.
#[derive(Default)]
pub(crate) struct Question {
    goals: Vec<Goal>,
    /// Whether values are only computed, one profile at a time, and never written to buffers.
    of_one: bool,
    /// Closed nodes whose values are left in the frame besides.
    besides: Vec<NodeId>,
}

impl Question {
    /// The same, asked of one profile at a time: its values are left in the frame.
    pub(crate) fn of_one(self) -> Self {
        Self {
            of_one: true,
            ..self
        }
    }

    /// The values of some closed nodes, to be left in the frame.
    pub(crate) fn in_frame(nodes: Vec<NodeId>) -> Self {
        Self {
            of_one: true,
            besides: nodes,
            goals: Vec::new(),
        }
    }

    /// What is asked.
    pub(crate) fn into_goals(self) -> Vec<Goal> {
        self.goals
    }

    /// Asks a node; gives the goal's number.
    pub(crate) fn ask(&mut self, plan: &Plan, node: NodeId, way: Way, table: CheckTable) -> usize {
        let ty = plan.nodes[node].ty.clone();
        self.goals.push(Goal {
            node,
            table,
            way,
            ty,
            optional: plan.nodes[node].optional,
            slot: None,
        });
        self.goals.len() - 1
    }

    /// The outputs of a plan.
    pub(crate) fn outputs(plan: &Plan) -> Self {
        let mut question = Self::default();
        for output in &plan.outputs {
            let way = match output.kind {
                OutputKind::Segment => Way::Members,
                OutputKind::Trait | OutputKind::Partition(_) => Way::Column,
            };
            question.ask(plan, output.node, way, CheckTable::Profile);
        }
        question
    }

    /// The checks of a plan.
    pub(crate) fn checks(plan: &Plan) -> Self {
        let mut question = Self::default();
        for check in &plan.checks {
            let way = match check.table {
                CheckTable::Profile => Way::Members,
                CheckTable::Event(_) => Way::Column,
                // Items are no profiles: the interpreter checks them.
                CheckTable::Catalog(_) => continue,
            };
            question.ask(plan, check.node, way, check.table);
        }
        question
    }

    /// The closed nodes that must be computed for the profile.
    fn roots(&self, plan: &Plan, analysis: &Analysis) -> Vec<NodeId> {
        let mut roots = self.besides.clone();
        for goal in &self.goals {
            if analysis.is_closed(goal.node) {
                roots.push(goal.node);
            } else {
                let closed = analysis.below(&plan.nodes, goal.node).closed;
                roots.extend(
                    closed
                        .into_iter()
                        .filter(|node| !crate::layout::is_inline(plan, *node)),
                );
            }
        }
        roots
    }
}

/// The questions of a plan's ranks, level by level.
pub(crate) fn rank_questions(plan: &Plan) -> Vec<(Question, Vec<RankGoal>)> {
    let mut questions = Vec::new();
    for level in rank_levels(plan) {
        let mut question = Question::default();
        let mut goals = Vec::new();
        for rank in level {
            let value = question.ask(
                plan,
                plan.ranks[rank].value,
                Way::Column,
                CheckTable::Profile,
            );
            let among = plan.ranks[rank].among;
            let among =
                among.map(|among| question.ask(plan, among, Way::Members, CheckTable::Profile));
            goals.push(RankGoal { rank, value, among });
        }
        questions.push((question, goals));
    }
    questions
}

/// The ranks by level: those of a level need those of the levels below only.
fn rank_levels(plan: &Plan) -> Vec<Vec<RankId>> {
    let mut of_node: IndexVec<NodeId, Option<usize>> = plan.nodes.iter().map(|_| None).collect();
    let mut of_rank: IndexVec<RankId, usize> = IndexVec::new();
    let mut levels: Vec<Vec<RankId>> = Vec::new();
    for (id, rank) in plan.ranks.iter_enumerated() {
        let roots: Vec<NodeId> = rank.among.iter().copied().chain([rank.value]).collect();
        for node in unknown_below(plan, &of_node, &roots) {
            let own = match plan.nodes[node].op {
                Op::Rank(used, _) => of_rank.get(used).map_or(0, |level| level + 1),
                _ => 0,
            };
            let below = operands(&plan.nodes[node].op)
                .iter()
                .filter_map(|o| of_node[o.node])
                .max();
            of_node[node] = Some(own.max(below.unwrap_or(0)));
        }
        let level = roots
            .iter()
            .filter_map(|root| of_node[*root])
            .max()
            .unwrap_or(0);
        of_rank.push(level);
        levels.resize_with(levels.len().max(level + 1), Vec::new);
        levels[level].push(id);
    }
    levels
}

/// The nodes that some need and whose level is not known yet, in id order.
fn unknown_below(
    plan: &Plan,
    known: &IndexVec<NodeId, Option<usize>>,
    roots: &[NodeId],
) -> Vec<NodeId> {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut stack = roots.to_vec();
    let mut found = Vec::new();
    while let Some(node) = stack.pop() {
        if known[node].is_none() && seen.insert(node) {
            found.push(node);
            stack.extend(
                operands(&plan.nodes[node].op)
                    .iter()
                    .map(|operand| operand.node),
            );
        }
    }
    found.sort_unstable();
    found
}

/// A program whose functions are defined, but not finished.
pub(crate) struct Outline {
    pools: Pools,
    frame: usize,
    groups: Vec<FuncId>,
    stages: Vec<OutlineStage>,
    float_ranks: Vec<bool>,
    flips: Vec<FuncId>,
}

struct OutlineStage {
    /// How many of the groups to run.
    groups: usize,
    write: Vec<FuncId>,
    goals: Vec<Goal>,
}

impl Outline {
    /// Defines all functions of a program.
    pub(crate) fn new(
        plan: &Plan,
        analysis: &Analysis,
        draft: &mut Draft,
        questions: Vec<Question>,
    ) -> Result<Self, CompileError> {
        Self::with_flips(plan, analysis, draft, questions, None)
    }

    /// As [`Self::new`], and functions that compute bounds of flips, whose nodes and operands the first stage leaves in the
    /// frame.
    pub(crate) fn with_flips(
        plan: &Plan,
        analysis: &Analysis,
        draft: &mut Draft,
        questions: Vec<Question>,
        flips: Option<&FlipPlan>,
    ) -> Result<Self, CompileError> {
        let roots: Vec<Vec<NodeId>> = questions
            .iter()
            .map(|question| question.roots(plan, analysis))
            .collect();
        let layout = Layout::new(plan, analysis, &roots);
        let mut pools = Pools::default();
        let Draft {
            module,
            imports,
            work,
        } = draft;
        let mut shared = Shared {
            plan,
            analysis,
            layout: &layout,
            imports,
            pools: &mut pools,
            module,
            flips,
        };
        let mut groups = Vec::with_capacity(layout.groups.len());
        for group in &layout.groups {
            groups.push(define_group(&mut shared, work, group)?);
        }
        let mut stages = Vec::with_capacity(questions.len());
        for (mut question, end) in questions.into_iter().zip(&layout.ends) {
            let write = if question.of_one {
                Vec::new()
            } else {
                define_writers(&mut shared, work, &question.goals)?
            };
            for goal in question
                .goals
                .iter_mut()
                .filter(|goal| goal.table == CheckTable::Profile)
            {
                goal.slot = layout.slot(goal.node);
            }
            stages.push(OutlineStage {
                groups: *end,
                write,
                goals: question.goals,
            });
        }
        let mut functions = Vec::new();
        let mut nodes = flips.map_or(&[][..], |flips| &flips.nodes);
        while !nodes.is_empty() {
            functions.push(define_flips(&mut shared, work, &mut nodes)?);
        }
        let float_ranks = plan
            .ranks
            .iter()
            .map(|rank| plan.nodes[rank.value].ty == Ty::Float)
            .collect();
        Ok(Self {
            frame: layout.frame + flips.map_or(0, FlipPlan::frame),
            pools,
            groups,
            stages,
            float_ranks,
            flips: functions,
        })
    }

    /// The program with the addresses of its functions.
    pub(crate) fn link(self, code: &Code) -> Program {
        let groups: Vec<OnProfile> = self.groups.iter().map(|id| code.function(*id)).collect();
        let end: OnProfile = end_profile;
        let stage = |stage: OutlineStage| {
            let compute = groups[..stage.groups].to_vec();
            let write = stage.write.iter().map(|id| code.function(*id));
            let batch = compute.iter().copied().chain(write).chain([end]).collect();
            Stage {
                compute,
                batch,
                goals: stage.goals,
            }
        };
        Program {
            frame: self.frame,
            stages: self.stages.into_iter().map(stage).collect(),
            patterns: self
                .pools
                .patterns
                .items()
                .iter()
                .map(|pattern| text::pattern(pattern))
                .collect(),
            float_ranks: self.float_ranks,
            flips: self.flips.iter().map(|id| code.function(*id)).collect(),
            pools: self.pools,
        }
    }
}

/// Defines the functions that write a stage's goals: those of profiles, sets of members apart, and those of each
/// kind of event.
fn define_writers(
    shared: &mut Shared<'_>,
    work: &mut Workshop,
    goals: &[Goal],
) -> Result<Vec<FuncId>, CompileError> {
    let (mut members, mut columns) = (Vec::new(), Vec::new());
    let mut events: BTreeMap<KindId, Vec<Target>> = BTreeMap::new();
    for (out, goal) in goals.iter().enumerate() {
        let target = Target {
            node: goal.node,
            out,
        };
        match goal.table {
            CheckTable::Profile if goal.way == Way::Members => members.push(target),
            CheckTable::Profile => columns.push(target),
            CheckTable::Event(kind) => events.entry(kind).or_default().push(target),
            CheckTable::Catalog(_) => unreachable!("no code checks items"),
        }
    }
    let mut functions = Vec::new();
    let words = crate::members::words(members.len());
    for (index, targets) in members.chunks(TARGETS_PER_FUNCTION).enumerate() {
        let first = crate::members::words(index * TARGETS_PER_FUNCTION);
        functions.push(define_members(shared, work, targets, first, words)?);
    }
    for targets in columns.chunks(TARGETS_PER_FUNCTION) {
        functions.push(define_answers(shared, work, targets)?);
    }
    for (kind, targets) in events {
        for targets in targets.chunks(TARGETS_PER_FUNCTION) {
            functions.push(define_checks(shared, work, kind, targets)?);
        }
    }
    Ok(functions)
}
