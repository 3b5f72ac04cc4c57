//! Which sequences one walk over each history decides: those whose spans are constants, and whose conditions look at one
//! event each, or tie all events together by a column that they have in common.

use persona_ir::{ColId, Const, KindId, NegationMode, NodeId, Op, Plan, Sequence};
use persona_runtime::histories::sequences::Mode;

use super::claim::{Histories, Limit, PickOf, Window};
use super::filter::links;

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
    /// For each lane the column that all events of a sequence have in common, if there is one.
    pub(super) keys: Option<Vec<ColId>>,
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
        let keys = keys(plan, sequence, &kinds)?;
        let mut lanes = Vec::with_capacity(kinds.len());
        for kind in kinds {
            lanes.push(lane(histories, plan, kind, sequence)?);
        }
        Some(Self {
            lanes,
            latest: sequence.latest,
            levels,
            not,
            keys,
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

/// What ties the events of a sequence together. None where one walk does not do: where some are tied and others are not,
/// or by more than one column each. Some of nothing where none are tied.
fn keys(plan: &Plan, sequence: &Sequence, lanes: &[KindId]) -> Option<Option<Vec<ColId>>> {
    let steps = sequence.steps.iter().map(|step| step.filter);
    let not = sequence.not.as_ref().map(|not| not.filter);
    let filters: Vec<Option<NodeId>> = steps.chain(not).collect();
    // For each level the column that ties it.
    let mut ties: Vec<Option<NodeId>> = vec![None; filters.len() + 1];
    let mut tied = 0;
    for (level, filter) in (1..).zip(&filters) {
        let links = filter.map_or_else(Vec::new, |filter| links(plan, filter, level));
        tied += usize::from(!links.is_empty());
        for node in links.into_iter().flat_map(|(own, other)| [own, other]) {
            let Op::Event { level, .. } = plan.nodes[node].op else {
                return None;
            };
            let tie = ties.get_mut(usize::from(level))?;
            if *tie.get_or_insert(node) != node {
                return None;
            }
        }
    }
    if tied == 0 {
        return Some(None);
    }
    if tied < filters.len() {
        return None;
    }
    let keys = lanes.iter().map(|kind| {
        let of_kind = ties.iter().flatten().filter_map(|tie| {
            let Op::Event { cols, .. } = &plan.nodes[*tie].op else {
                return None;
            };
            let col = cols.iter().find(|col| col.kind == *kind)?;
            Some(col.col)
        });
        let cols: Vec<ColId> = of_kind.collect();
        let (first, more) = cols.split_first()?;
        more.iter().all(|col| col == first).then_some(*first)
    });
    Some(Some(keys.collect::<Option<Vec<ColId>>>()?))
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
