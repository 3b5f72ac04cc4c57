//! Which nodes of a plan kernels compute, and how: reads the graph once, before there are data.

use persona_base::IndexVec;
use persona_ir::{
    Agg, AggKind, ColId, Const, InstantSpec, KindId, NodeId, Op, Plan, Query, RankId, Schema, Ty,
};
use persona_runtime::histories::aggregates::Place;
use rustc_hash::FxHashMap;

use super::filter::{Filter, Reader};
use super::steps::Course;
use crate::layout::Shape;
use crate::pools::Pool;

/// What kernels compute of a plan.
#[derive(Debug, Default)]
pub(crate) struct Histories {
    /// The claimed nodes, in the order of their vectors.
    pub(super) claimed: Vec<NodeId>,
    /// What is computed over each kind of event.
    pub(super) kinds: IndexVec<KindId, KindWork>,
    /// The sequences.
    pub(super) courses: Vec<Course>,
    /// The ranks of claimed nodes.
    pub(super) ranks: Vec<RankOf>,
}

/// The rank of a claimed node.
#[derive(Clone, Copy, Debug)]
pub(super) struct RankOf {
    pub(super) rank: RankId,
    /// The vector of the ranked value.
    pub(super) of: usize,
    /// The vector of the rank.
    pub(super) out: usize,
}

/// What is computed over one kind of event. Parts refer to each other by index.
#[derive(Debug, Default)]
pub(super) struct KindWork {
    pub(super) limits: Pool<Limit>,
    pub(super) windows: Pool<Window>,
    pub(super) picks: Pool<PickOf>,
    /// The conditions that picks refer to, each with the level of the event that it is about.
    pub(super) filters: FxHashMap<NodeId, (u8, Filter)>,
    pub(super) jobs: Vec<Job>,
}

/// Where a window may end: before the first event that is not before an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Limit {
    /// The instant; the evaluation time where it is absent.
    pub(super) moment: Option<Moment>,
    /// Whether an event at that very instant lies before it.
    pub(super) later: bool,
    /// Whether it is an upper end, which is never behind the evaluation time.
    pub(super) upper: bool,
}

impl Limit {
    /// Behind all events that have happened.
    pub(super) const NOW: Self = Self {
        moment: None,
        later: true,
        upper: true,
    };
}

/// An instant that is known before any event is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Moment {
    /// The same for all.
    Const(i64),
    /// One for each zone.
    Instant(InstantSpec),
    /// The profile's; where it is missing the window is empty.
    Column(ColId),
}

/// Rows of each profile, by the indices of limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Window {
    /// The lower end; absent where the window has none.
    pub(super) low: Option<usize>,
    /// The upper end.
    pub(super) high: usize,
    /// Only the last so many of these rows.
    pub(super) latest: Option<u32>,
}

/// Which rows of a window count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct PickOf {
    /// Those that pass this condition.
    pub(super) filter: Option<NodeId>,
    /// Those where this column has a value.
    pub(super) known: Option<ColId>,
    /// Those where this column is true.
    pub(super) holds: Option<ColId>,
}

/// One aggregate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub(super) window: usize,
    pub(super) pick: usize,
    pub(super) what: What,
    /// The vector.
    pub(super) out: usize,
}

/// What an aggregate computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Exists,
    Count,
    Gap,
    Sum(ColId),
    Mean(ColId),
    Extreme(ColId, bool),
    Nth(ColId, Place),
    Distinct(ColId),
    MaxPerValue(ColId),
    TopShare(ColId),
    MostCommon(ColId),
    /// The share of rows that the second pick has, too.
    Share(usize),
}

impl Histories {
    /// Claims those of the nodes that kernels can compute. The plan is verified.
    pub(crate) fn new(plan: &Plan, nodes: &[NodeId]) -> Self {
        let mut histories = Self {
            kinds: plan
                .schema
                .events
                .iter()
                .map(|_| KindWork::default())
                .collect(),
            ..Self::default()
        };
        for node in nodes {
            histories.claim(plan, *node);
        }
        histories
    }

    fn claim(&mut self, plan: &Plan, node: NodeId) -> Option<()> {
        let typed = &plan.nodes[node];
        if matches!(Shape::of(&typed.ty), Shape::Geo | Shape::List) {
            return None;
        }
        match &typed.op {
            Op::Agg(agg) => self.aggregate(plan, agg)?,
            Op::Sequence(sequence) => {
                let course = Course::read(self, plan, sequence)?;
                self.courses.push(course);
            }
            Op::Rank(rank, of) => {
                // Nodes are claimed in the order of their ids.
                let of = self.claimed.binary_search(of).ok()?;
                let out = self.claimed.len();
                self.ranks.push(RankOf {
                    rank: *rank,
                    of,
                    out,
                });
            }
            _ => return None,
        }
        self.claimed.push(node);
        Some(())
    }

    fn aggregate(&mut self, plan: &Plan, agg: &Agg) -> Option<()> {
        let [kind] = *agg.query.kinds else {
            return None;
        };
        if agg.query.items.is_some() {
            return None;
        }
        let value = match agg.value {
            None => None,
            Some(value) => Some(Reader::new(plan, kind, 0).column(value)?),
        };
        let ty = value.map(|col| &plan.schema.events[kind].columns[col].ty);
        let what = what(&agg.kind, value, ty)?;
        self.condition(plan, kind, 0, agg.query.filter)?;
        let (low, high) = self.ends(plan, kind, &agg.query)?;
        let latest = agg.query.latest;
        let out = self.claimed.len();
        let work = &mut self.kinds[kind];
        let window = work.windows.place(Window { low, high, latest });
        // The n-th event is the n-th whether or not it has a value, and gaps look at no values.
        let known = value.filter(|_| !matches!(what, What::Nth(..) | What::Gap));
        let pick = PickOf {
            filter: agg.query.filter,
            known,
            holds: None,
        };
        let what = match what {
            What::Share(_) => What::Share(work.picks.place(PickOf {
                holds: known,
                ..pick
            })),
            what => what,
        };
        let pick = work.picks.place(pick);
        work.jobs.push(Job {
            window,
            pick,
            what,
            out,
        });
        Some(())
    }

    /// Reads a condition about the events of a kind at a level, unless that is done.
    pub(super) fn condition(
        &mut self,
        plan: &Plan,
        kind: KindId,
        level: u8,
        filter: Option<NodeId>,
    ) -> Option<()> {
        let Some(filter) = filter else {
            return Some(());
        };
        let filters = &mut self.kinds[kind].filters;
        if let Some((of, _)) = filters.get(&filter) {
            return (*of == level).then_some(());
        }
        let read = Reader::new(plan, kind, level).condition(filter)?;
        filters.insert(filter, (level, read));
        Some(())
    }

    /// The limits of a query's window, where both are known before any event is looked at.
    pub(super) fn ends(
        &mut self,
        plan: &Plan,
        kind: KindId,
        query: &Query,
    ) -> Option<(Option<usize>, usize)> {
        let limits = &mut self.kinds[kind].limits;
        let low = match query.from {
            None => None,
            Some(bound) => {
                let limit = Limit {
                    moment: moment(plan, bound.at)?,
                    later: !bound.inclusive,
                    upper: false,
                };
                Some(limit)
            }
        };
        let high = match query.to {
            None => Limit::NOW,
            Some(bound) => Limit {
                moment: moment(plan, bound.at)?,
                later: bound.inclusive,
                upper: true,
            },
        };
        let low = low.map(|low| limits.place(low));
        Some((low, limits.place(high)))
    }
}

/// The instant that a node stands for: none where it takes more than a look at the profile; the evaluation time is an
/// absent one.
fn moment(plan: &Plan, node: NodeId) -> Option<Option<Moment>> {
    let typed = &plan.nodes[node];
    Some(match &typed.op {
        Op::Now => None,
        Op::Const(Const::Int(at)) => Some(Moment::Const(*at)),
        Op::Instant(spec) => Some(Moment::Instant(*spec)),
        Op::Profile(col) => Some(Moment::Column(*col)),
        _ => return None,
    })
}

/// What an aggregate of this kind over values of this type computes.
fn what(kind: &AggKind, value: Option<ColId>, ty: Option<&Ty>) -> Option<What> {
    let is_number = ty.is_some_and(|ty| ty.is_integer() || *ty == Ty::Float);
    let is_ordered = is_number || matches!(ty, Some(Ty::Enum(_)));
    let has_key = is_ordered || matches!(ty, Some(Ty::Bool | Ty::Str));
    let end = |from_end| Place { index: 0, from_end };
    Some(match (kind, value) {
        // The instants of a history ascend.
        (AggKind::Min, Some(Schema::AT)) => What::Nth(Schema::AT, end(false)),
        (AggKind::Max, Some(Schema::AT)) => What::Nth(Schema::AT, end(true)),
        (AggKind::Exists, _) => What::Exists,
        (AggKind::Count, _) => What::Count,
        (AggKind::Gap, _) => What::Gap,
        (AggKind::Sum, Some(col)) if is_number => What::Sum(col),
        (AggKind::Avg, Some(col)) if is_number => What::Mean(col),
        (AggKind::Min, Some(col)) if is_ordered => What::Extreme(col, false),
        (AggKind::Max, Some(col)) if is_ordered => What::Extreme(col, true),
        (AggKind::Distinct, Some(col)) if has_key => What::Distinct(col),
        (AggKind::MaxPerValue, Some(col)) if has_key => What::MaxPerValue(col),
        (AggKind::TopShare, Some(col)) if has_key => What::TopShare(col),
        (AggKind::MostCommon, Some(col)) if has_key => What::MostCommon(col),
        (AggKind::Share, Some(_)) if ty == Some(&Ty::Bool) => What::Share(0),
        (AggKind::Nth { n, from_end }, Some(col)) if has_key => {
            let place = Place {
                index: n.checked_sub(1)?,
                from_end: *from_end,
            };
            What::Nth(col, place)
        }
        _ => return None,
    })
}
