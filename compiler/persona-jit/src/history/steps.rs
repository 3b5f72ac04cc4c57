//! Which sequences one walk over each history decides: those whose conditions look at one event each, and whose spans
//! are constants.

use persona_ir::{Const, KindId, NegationMode, NodeId, Op, Plan, Sequence};
use persona_runtime::histories::sequences::Mode;

use super::claim::{Histories, Limit, PickOf, Window};

/// A sequence.
#[derive(Clone, Debug)]
pub(super) struct Course {
    /// The kinds, sorted.
    pub(super) lanes: Vec<LaneOf>,
    /// Whether only the last of the first events is tried.
    pub(super) latest: bool,
    /// The positive levels.
    pub(super) levels: Vec<LevelOf>,
    /// What must not follow.
    pub(super) not: Option<(Vec<StandOf>, Mode)>,
    /// The vector of the answers.
    pub(super) out: usize,
}

/// The events of one kind, by the windows of the kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaneOf {
    pub(super) kind: KindId,
    /// The rows that may come first; absent where none of the kind may.
    pub(super) first: Option<usize>,
    /// The rows that may come at all.
    pub(super) rows: usize,
}

/// One level of a sequence.
#[derive(Clone, Debug)]
pub(super) struct LevelOf {
    /// For each lane.
    pub(super) stands: Vec<StandOf>,
    /// At most so long after the event before.
    pub(super) within: Option<i64>,
}

/// Which events of a lane may stand at a level.
#[derive(Clone, Copy, Debug)]
pub(super) enum StandOf {
    None,
    Every,
    /// Those of a pick of the kind.
    Pick(usize),
}

impl Course {
    /// The sequence, if one walk decides it.
    pub(super) fn read(
        histories: &mut Histories,
        plan: &Plan,
        sequence: &Sequence,
    ) -> Option<Self> {
        if sequence.first.latest.is_some() && sequence.first.kinds.len() > 1 {
            return None;
        }
        let kinds = all_kinds(sequence);
        let mut levels = Vec::with_capacity(sequence.steps.len() + 1);
        let first = (&*sequence.first.kinds, sequence.first.filter, None);
        let steps = sequence.steps.iter();
        let steps = steps.map(|step| (&*step.kinds, step.filter, step.within));
        for (level, (of, filter, within)) in (0..).zip([first].into_iter().chain(steps)) {
            let within = match within {
                None => None,
                Some(node) => Some(span(plan, node)?),
            };
            let stands = stands(histories, plan, &kinds, (of, filter), level)?;
            levels.push(LevelOf { stands, within });
        }
        let not = match &sequence.not {
            None => None,
            Some(not) => {
                let mode = match not.mode {
                    NegationMode::Within(length) => Mode::Within(span(plan, length)?),
                    NegationMode::For(length) => Mode::For(span(plan, length)?),
                    NegationMode::Ever => Mode::Ever,
                };
                let level = u8::try_from(levels.len()).ok()?;
                let of = (&*not.kinds, not.filter);
                Some((stands(histories, plan, &kinds, of, level)?, mode))
            }
        };
        let mut lanes = Vec::with_capacity(kinds.len());
        for kind in kinds {
            lanes.push(lane(histories, plan, kind, sequence)?);
        }
        Some(Self {
            lanes,
            latest: sequence.latest,
            levels,
            not,
            out: histories.claimed.len(),
        })
    }
}

fn all_kinds(sequence: &Sequence) -> Vec<KindId> {
    let steps = sequence.steps.iter().flat_map(|step| &step.kinds);
    let not = sequence.not.iter().flat_map(|not| &not.kinds);
    let all = sequence.first.kinds.iter().chain(steps).chain(not);
    let mut kinds: Vec<KindId> = all.copied().collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The windows over one kind. No event of a sequence is earlier than its first, so that the lower end of the first
/// one's window holds for all.
fn lane(
    histories: &mut Histories,
    plan: &Plan,
    kind: KindId,
    sequence: &Sequence,
) -> Option<LaneOf> {
    let (low, high) = histories.ends(plan, kind, &sequence.first)?;
    let work = &mut histories.kinds[kind];
    let is_first = sequence.first.kinds.contains(&kind);
    let latest = sequence.first.latest;
    let first = is_first.then(|| work.windows.place(Window { low, high, latest }));
    let high = work.limits.place(Limit::NOW);
    let rows = Window {
        low,
        high,
        latest: None,
    };
    let rows = work.windows.place(rows);
    Some(LaneOf { kind, first, rows })
}

fn stands(
    histories: &mut Histories,
    plan: &Plan,
    lanes: &[KindId],
    (kinds, filter): (&[KindId], Option<NodeId>),
    level: u8,
) -> Option<Vec<StandOf>> {
    let mut stands = Vec::with_capacity(lanes.len());
    for kind in lanes {
        if !kinds.contains(kind) {
            stands.push(StandOf::None);
            continue;
        }
        histories.condition(plan, *kind, level, filter)?;
        stands.push(match filter {
            None => StandOf::Every,
            Some(_) => {
                let pick = PickOf {
                    filter,
                    ..PickOf::default()
                };
                StandOf::Pick(histories.kinds[*kind].picks.place(pick))
            }
        });
    }
    Some(stands)
}

/// A constant span.
fn span(plan: &Plan, node: NodeId) -> Option<i64> {
    match plan.nodes[node].op {
        Op::Const(Const::Int(micros)) => Some(micros),
        _ => None,
    }
}
