//! From bound histories to vectors: runs the kernels for one chunk of profiles after the other.

use std::ops::Range;

use persona_base::IndexVec;
use persona_ir::KindId;
use persona_runtime::RankTable;
use persona_runtime::histories::aggregates as kernels;
use persona_runtime::histories::marks::Every;
use persona_runtime::histories::sequences::{self, KeyOf, Level, Stand, Walker};
use persona_runtime::histories::{Cutter, Marks, Method, Run, Spans, cuts};
use persona_runtime::rank::Ranks;

use super::aggregate::{Aggregate, Out, Scratch, Values};
use super::bind::{BoundHistories, BoundKind, LimitOf};
use super::columns::EventColumn;
use super::steps::{Course, StandOf};
use crate::columnar::hook::Filler;
use crate::columnar::vector::{Vector, Vectored};

/// One thread's work, and the memory that it takes, kept from chunk to chunk.
#[derive(Debug)]
pub(super) struct Work<'b> {
    bound: &'b BoundHistories<'b>,
    kinds: IndexVec<KindId, KindScratch>,
    cutter: Cutter,
    limits: Vec<i64>,
    walker: Walker,
    scratch: Scratch,
}

/// What was found out about one kind in the chunk.
#[derive(Debug, Default)]
struct KindScratch {
    cuts: Vec<Vec<u32>>,
    same: Vec<Vec<u32>>,
    /// The lower ends of windows that differ from those of histories.
    lows: Vec<Option<Vec<u32>>>,
    marks: Vec<Marks>,
}

impl<'b> Work<'b> {
    /// Before the first chunk.
    pub(super) fn new(bound: &'b BoundHistories<'b>) -> Self {
        Self {
            bound,
            kinds: bound.kinds.iter().map(|_| KindScratch::default()).collect(),
            cutter: Cutter::default(),
            limits: Vec::new(),
            walker: Walker::default(),
            scratch: Scratch::default(),
        }
    }
}

impl Filler for Work<'_> {
    fn fill(&mut self, profiles: Range<usize>, out: &mut [Vector]) {
        let bound = self.bound;
        for (kind, bound) in bound.kinds.iter_enumerated() {
            if let Some(bound) = bound {
                self.prepare(kind, bound, &profiles);
                self.aggregate(kind, bound, &profiles, out);
            }
        }
        for course in &bound.histories.courses {
            self.walk(course, &profiles, &mut out[course.out]);
        }
        for rank in &bound.histories.ranks {
            // An operand comes before its user.
            let (before, behind) = out.split_at_mut(rank.out);
            let table = bound.calibration.ranks.get(rank.rank);
            rank_all(table, &before[rank.of], &mut behind[0], profiles.len());
        }
    }
}

impl Work<'_> {
    /// Finds what aggregates and sequences over a kind share: the rows of windows, and those that count.
    fn prepare(&mut self, kind: KindId, bound: &BoundKind<'_>, profiles: &Range<usize>) {
        let (isa, run) = (self.bound.isa, bound.run(profiles));
        self.cut(kind, bound, run, profiles);
        let scratch = &mut self.kinds[kind];
        bound.windows(run, scratch);
        scratch.marks.resize_with(bound.picks.len(), Marks::default);
        for (marks, pick) in scratch.marks.iter_mut().zip(&bound.picks) {
            if let Some(pick) = pick {
                pick.mark(isa, (run.base(), run.end()), marks);
                kernels::count_marks(isa, marks);
            }
        }
    }

    fn aggregate(
        &mut self,
        kind: KindId,
        bound: &BoundKind<'_>,
        profiles: &Range<usize>,
        out: &mut [Vector],
    ) {
        let scratch = &self.kinds[kind];
        for job in &bound.work.jobs {
            let mut aggregate = Aggregate {
                isa: self.bound.isa,
                bound,
                marks: &scratch.marks,
                what: job.what,
                spans: scratch.spans(bound, bound.run(profiles), job.window),
                scratch: &mut self.scratch,
            };
            let out = Out::new(&mut out[job.out], profiles.len());
            match bound.picks[job.pick] {
                None => aggregate.fill(Every, out),
                Some(_) => aggregate.fill(&scratch.marks[job.pick], out),
            }
        }
    }

    /// Finds the row of each profile at which each limit cuts.
    fn cut(&mut self, kind: KindId, bound: &BoundKind<'_>, run: Run<'_>, profiles: &Range<usize>) {
        let scratch = &mut self.kinds[kind];
        let same = bound.same.iter();
        let same = same.map(|(_, limit, sample)| (*limit, Method::choose(run, *sample)));
        let same: Vec<(i64, Method)> = same.collect();
        scratch.same.resize_with(same.len(), Vec::new);
        self.cutter
            .cut(self.bound.isa, run, &same, &mut scratch.same);
        let limits = bound.work.limits.items().len();
        scratch.cuts.resize_with(limits, Vec::new);
        for ((index, ..), cut) in bound.same.iter().zip(&mut scratch.same) {
            std::mem::swap(&mut scratch.cuts[*index], cut);
        }
        for (index, own) in &bound.own {
            self.limits.clear();
            self.limits.extend(profiles.clone().map(|profile| {
                let at = match &own.of {
                    LimitOf::Zone(instants) => Some(instants[self.bound.zones.index(profile)]),
                    LimitOf::Profile(column) => super::columns::int(column, profile),
                };
                let limit = own.limit;
                at.map_or(limit.missing(), |at| limit.first(at, self.bound.now))
            }));
            cuts::search_each(run, &self.limits, &mut scratch.cuts[*index]);
        }
    }

    /// Decides a sequence.
    fn walk(&mut self, course: &Course, profiles: &Range<usize>, out: &mut Vector) {
        let lanes = course.lanes.iter().filter_map(|lane| {
            let bound = self.bound.kinds[lane.kind].as_ref()?;
            Some((lane, bound, bound.run(profiles), &self.kinds[lane.kind]))
        });
        let lanes: Vec<_> = lanes.collect();
        let stands = |stands: &[StandOf]| {
            let stands = stands.iter().zip(&lanes);
            let stands = stands.map(|(stand, (_, bound, _, kind))| match stand {
                StandOf::None => Stand::None,
                StandOf::Pick(pick) if bound.picks[*pick].is_some() => {
                    Stand::Set(&kind.marks[*pick])
                }
                StandOf::Every | StandOf::Pick(_) => Stand::Every,
            });
            stands.collect::<Vec<_>>()
        };
        let levels = course.levels.iter().map(|level| Level {
            stands: stands(&level.stands),
            within: level.within,
        });
        let walked = lanes
            .iter()
            .map(|(lane, bound, run, kind)| sequences::Lane {
                at: bound.at,
                order: bound.order,
                rows: kind.spans(bound, *run, lane.rows),
            });
        let first = lanes.iter().map(|(lane, bound, run, kind)| {
            let first = lane.first.map(|first| kind.spans(bound, *run, first));
            first.unwrap_or_else(|| Spans::empty(*run))
        });
        let keys = course.keys.as_ref().map(|cols| {
            let lanes = lanes.iter().zip(cols);
            let keys = lanes.map(|((_, bound, ..), col)| key_of(bound.columns[*col]));
            keys.collect()
        });
        let not = course.not.as_ref();
        let course = sequences::Course {
            lanes: walked.collect(),
            first: first.collect(),
            latest: course.latest,
            levels: levels.collect(),
            not: not.map(|(not, mode)| (stands(not), *mode)),
            keys,
            now: self.bound.now,
        };
        let out = Out::new(out, profiles.len());
        if let Values::Bits(words) = out.values {
            let isa = self.bound.isa;
            self.walker.walk(isa, &course, profiles.len(), words);
        }
    }
}

/// Ranks the values of a vector. All are missing where the table is absent, or is one of other values.
fn rank_all(table: Option<&RankTable>, values: &Vector, out: &mut Vector, profiles: usize) {
    out.known = values.known;
    let Out {
        values: ranks,
        known,
    } = Out::of_known(out, profiles);
    let mut ranks = match ranks {
        Values::Ints(tiles) => Ranks::Tiles(tiles),
        Values::Floats(shares) => Ranks::Shares(shares),
        Values::Bits(_) | Values::Codes(_) => return known.fill(0),
    };
    match (table, &values.values) {
        (Some(RankTable::Int(table)), Vectored::Ints(values)) => {
            ranks.fill(table, &values[..profiles], known);
        }
        (Some(RankTable::Float(table)), Vectored::Floats(values)) => {
            ranks.fill(table, &values[..profiles], known);
        }
        _ => known.fill(0),
    }
}

/// The keys of a column's values.
fn key_of(source: Option<EventColumn<'_>>) -> KeyOf<'_> {
    Box::new(move |row| {
        let source = source.filter(|source| source.is_known(row))?;
        source.key(row)
    })
}

impl<'a> BoundKind<'a> {
    fn run(&self, profiles: &Range<usize>) -> Run<'a> {
        Run {
            at: self.at,
            offsets: &self.offsets[profiles.start..=profiles.end],
        }
    }

    /// Finds the first row of each window for each profile.
    fn windows(&self, run: Run<'_>, scratch: &mut KindScratch) {
        let windows = self.work.windows.items();
        scratch.lows.resize_with(windows.len(), || None);
        for (window, lows) in windows.iter().zip(&mut scratch.lows) {
            let high = &scratch.cuts[window.high];
            let starts = match window.low {
                Some(low) => &scratch.cuts[low][..],
                None if window.latest.is_none() => continue,
                None => &run.offsets[..run.profiles()],
            };
            let lows = lows.get_or_insert_default();
            lows.clear();
            let latest = window.latest.unwrap_or(u32::MAX);
            let pairs = starts.iter().zip(high);
            lows.extend(
                pairs.map(|(low, high)| (*low).max(high.saturating_sub(latest)).min(*high)),
            );
        }
    }
}

impl KindScratch {
    fn spans<'s>(&'s self, bound: &BoundKind<'_>, run: Run<'s>, window: usize) -> Spans<'s> {
        let low = match &self.lows[window] {
            Some(lows) => lows,
            None => &run.offsets[..run.profiles()],
        };
        let high = bound.work.windows.items()[window].high;
        Spans {
            low,
            high: &self.cuts[high],
        }
    }
}
