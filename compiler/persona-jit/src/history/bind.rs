//! What kernels read of one dataset at one `now`: columns, the limits of windows, conditions made ready.

use persona_base::IndexVec;
use persona_ir::{ColId, KindId, NodeId, Schema};
use persona_runtime::histories::Run;
use persona_runtime::histories::cuts::Sample;
use persona_runtime::kernels::Isa;
use persona_runtime::{Calibration, Column, Dataset};

use super::claim::{Histories, KindWork, Limit, Moment, PickOf};
use super::columns::EventColumn;
use super::fill::Work;
use super::filter::BoundFilter;
use crate::columnar::hook::{Binding, BoundSource, Filler, Source};
use crate::columnar::zones::Zones;

/// Histories bound to a dataset.
#[derive(Debug)]
pub(crate) struct BoundHistories<'a> {
    pub(super) histories: &'a Histories,
    pub(super) zones: &'a Zones<'a>,
    pub(super) isa: Isa,
    pub(super) calibration: &'a Calibration,
    pub(super) now: i64,
    /// Absent for kinds over which nothing is computed.
    pub(super) kinds: IndexVec<KindId, Option<BoundKind<'a>>>,
}

/// One kind of event.
#[derive(Debug)]
pub(super) struct BoundKind<'a> {
    pub(super) work: &'a KindWork,
    pub(super) offsets: &'a [u32],
    pub(super) at: &'a [i64],
    pub(super) order: &'a [u32],
    /// Those that are the same for all profiles, with a sample of the table.
    pub(super) same: Vec<(usize, i64, Sample)>,
    /// The others.
    pub(super) own: Vec<(usize, OwnLimit<'a>)>,
    pub(super) picks: Vec<Option<BoundFilter<'a>>>,
    /// The columns that aggregates read, by their number; absent where they were not read from the source.
    pub(super) columns: IndexVec<ColId, Option<EventColumn<'a>>>,
}

/// A limit that differs between profiles.
#[derive(Debug)]
pub(super) struct OwnLimit<'a> {
    pub(super) limit: Limit,
    pub(super) of: LimitOf<'a>,
}

/// Where such a limit comes from.
#[derive(Debug)]
pub(super) enum LimitOf<'a> {
    /// By the index of the profile's clock.
    Zone(Vec<i64>),
    Profile(&'a Column),
}

impl Limit {
    /// The first instant that is not before the limit.
    pub(super) fn first(self, at: i64, now: i64) -> i64 {
        let first = at.saturating_add(i64::from(self.later));
        if self.upper {
            first.min(now.saturating_add(1))
        } else {
            first
        }
    }

    /// The first instant not before it where it is missing: one that leaves the window empty.
    pub(super) fn missing(self) -> i64 {
        if self.upper { i64::MIN } else { i64::MAX }
    }
}

impl Source for Histories {
    fn nodes(&self) -> &[NodeId] {
        &self.claimed
    }

    /// Panics when the dataset is not one of the plan's schema.
    fn bind<'a>(&'a self, binding: Binding<'a>) -> Box<dyn BoundSource + 'a> {
        let kinds = self.kinds.iter_enumerated().map(|(kind, work)| {
            let used = !work.limits.items().is_empty();
            used.then(|| BoundKind::new(kind, work, binding.data, binding.zones))
        });
        Box::new(BoundHistories {
            histories: self,
            zones: binding.zones,
            isa: binding.isa,
            calibration: binding.calibration,
            now: binding.zones.clocks()[0].now(),
            kinds: kinds.collect(),
        })
    }
}

impl BoundSource for BoundHistories<'_> {
    fn filler(&self) -> Box<dyn Filler + '_> {
        Box::new(Work::new(self))
    }
}

impl<'a> BoundKind<'a> {
    fn new(kind: KindId, work: &'a KindWork, data: &'a Dataset, zones: &'a Zones<'a>) -> Self {
        let table = &data.events[kind];
        let columns: IndexVec<ColId, _> = table.columns.iter().map(EventColumn::new).collect();
        let at = columns[Schema::AT].map_or(&[][..], |at| at.ints());
        assert_eq!(at.len(), table.len(), "the instants of all events are read");
        assert_eq!(
            table.offsets.len(),
            data.profiles + 1,
            "offsets have one entry more than there are profiles"
        );
        let now = zones.clocks()[0].now();
        let (mut same, mut own) = (Vec::new(), Vec::new());
        let whole = Run {
            at,
            offsets: &table.offsets,
        };
        for (index, limit) in work.limits.items().iter().enumerate() {
            let of_all = match limit.moment {
                None => Some(now),
                Some(Moment::Const(at)) => Some(at),
                Some(Moment::Instant(spec)) => match zones.clocks() {
                    [only] => Some(only.instant(spec)),
                    _ => None,
                },
                Some(Moment::Column(_)) => None,
            };
            let limit = *limit;
            if let Some(at) = of_all {
                let first = limit.first(at, now);
                same.push((index, first, Sample::take(whole, first)));
                continue;
            }
            let of = match limit.moment {
                Some(Moment::Instant(spec)) => {
                    let clocks = zones.clocks().iter();
                    LimitOf::Zone(clocks.map(|clock| clock.instant(spec)).collect())
                }
                Some(Moment::Column(col)) => LimitOf::Profile(&data.columns[col]),
                Some(Moment::Const(_)) | None => continue,
            };
            own.push((index, OwnLimit { limit, of }));
        }
        let picks = work.picks.items().iter();
        let picks = picks.map(|pick| bind_pick(pick, work, data, kind, &columns));
        Self {
            work,
            offsets: &table.offsets,
            at,
            order: &table.order,
            same,
            own,
            picks: picks.collect(),
            columns,
        }
    }
}

/// The condition of a pick; none where it lets every row through.
fn bind_pick<'a>(
    pick: &PickOf,
    work: &KindWork,
    data: &'a Dataset,
    kind: KindId,
    columns: &IndexVec<ColId, Option<EventColumn<'a>>>,
) -> Option<BoundFilter<'a>> {
    let mut parts = Vec::new();
    if let Some((_, filter)) = pick.filter.and_then(|filter| work.filters.get(&filter)) {
        parts.push(BoundFilter::new(filter, data, kind));
    }
    if let Some(known) = pick.known {
        match columns[known] {
            None => parts.push(BoundFilter::Const(false)),
            Some(source) => parts.extend(source.valid.map(BoundFilter::Known)),
        }
    }
    if let Some(holds) = pick.holds {
        parts.push(BoundFilter::is_true(columns[holds]));
    }
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(BoundFilter::And(parts)),
    }
}
