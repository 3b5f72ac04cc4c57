//! A scheme with data: each atom becomes tests of lanes with thresholds, tables and codes of these data, or falls back to
//! code that works on one profile. Costs what there is to ask, never what there are profiles, unless a column's figures
//! or zones are not known yet.

use std::sync::Arc;

use arrow_buffer::{BooleanBuffer, NullBuffer};
use persona_ir::{ColId, NodeId, Plan, RankId, RankKind, Ty};
use persona_runtime::kernels::{Bits, Circuit, Isa, Lane as Values, LaneKind, Scan};
use persona_runtime::{Calibration, Column, Dataset, RankTable, Value, Values as Columns};
use rustc_hash::FxHashSet;

use super::chain::{Chain, Ranges, Surroundings};
use super::claim::{Base, Claim};
use super::fused::{self, Fit, Fits, Loops};
use super::gates::{Ask, Builder, Guards, Lane, Low};
use super::lanes;
use super::scheme::{Cell, Entries, Give, Scheme};
use super::zones::{Of, Zones};
use crate::layout::Shape;

/// The most zones for which a comparison is made with each one's threshold.
const MOST_ZONES: usize = 24;

/// The most values of a column of integers that are asked one by one.
const MOST_VALUES: u64 = 1 << 16;

/// So many ranges at most are tests of their own; more values become one list.
const MOST_RANGES: usize = 8;

/// What binding looks at.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) data: &'a Dataset,
    pub(crate) zones: &'a Zones<'a>,
    pub(crate) calibration: &'a Calibration,
    /// The node of each vector.
    pub(crate) vectors: &'a [NodeId],
    /// The instructions that were asked for.
    pub(crate) isa: Option<Isa>,
    /// Of which goals only how many is asked; of none, if there are fewer.
    pub(crate) counted: &'a [bool],
}

/// The tests of one lane.
#[derive(Debug)]
pub(crate) struct LaneScan<'a> {
    /// The column's values.
    pub(crate) values: Values<'a>,
    /// Which of them count.
    pub(crate) valid: Option<Bits<'a>>,
    /// The tests.
    pub(crate) scan: Scan,
    /// The row of the first.
    pub(crate) first: usize,
}

/// The tests of one vector.
#[derive(Debug)]
pub(crate) struct VectorScan {
    /// Which.
    pub(crate) vector: usize,
    /// The row of the first.
    pub(crate) first: usize,
    /// Its values' tests; absent where bits are asked for: whether it is known, or true.
    pub(crate) scan: Option<Scan>,
    /// Of bits: whether those that say which values are known.
    pub(crate) known: bool,
}

/// A scheme with data, but for its sources and its rest.
#[derive(Debug)]
pub(crate) struct Bound<'a> {
    /// Tests of columns.
    pub(crate) lanes: Vec<LaneScan<'a>>,
    /// Tests of vectors.
    pub(crate) vectors: Vec<VectorScan>,
    /// The row of the first condition that loops give.
    pub(crate) fused: usize,
    /// The loops over several columns: their outputs, each an atom, in the order of their rows.
    pub(crate) loops: Loops,
    /// The row of the first set that the rest gives.
    pub(crate) rest: usize,
    /// The atoms that the rest gives, in the order of their rows.
    pub(crate) rest_leaves: Vec<usize>,
    /// What joins the tests.
    pub(crate) circuit: Circuit,
    /// Where what is expensive is needed.
    pub(crate) guards: Guards,
    /// Whether the vectors are needed.
    pub(crate) needs_vectors: bool,
}

/// Binds one scheme.
struct Binder<'a, 'f> {
    around: Around<'a>,
    scheme: &'a Scheme,
    builder: Builder,
    /// The fixed things in each zone.
    fixed: &'f [Vec<Value>],
    /// Which conditions loops can answer.
    fits: Fits<'f>,
    /// What each column's values answer to what is asked of them, by [`Scheme::entries`]; absent where it is not asked.
    entries: Vec<Option<Answered>>,
}

/// The answers of a column's values, question by question.
struct Answered {
    /// The values' codes, or integers.
    codes: Vec<i64>,
    /// By question, for each value.
    holds: Vec<Vec<bool>>,
    /// By question, of a missing value.
    missing: Vec<bool>,
}

impl<'a> Bound<'a> {
    /// Binds a scheme to data.
    pub(crate) fn new(scheme: &'a Scheme, around: Around<'a>) -> Self {
        let clocks = around.zones.clocks().iter();
        let fixed: Vec<Vec<Value>> = clocks.map(|clock| scheme.fixed.fixed(clock)).collect();
        let fusing = fused::Around {
            plan: around.plan,
            data: around.data,
            now: around.zones.clocks()[0].now(),
            fixed: &scheme.fixed_places,
            values: &fixed,
        };
        let mut binder = Binder {
            fixed: &fixed,
            fits: Fits::new(fusing, around.isa),
            entries: Vec::new(),
            builder: Builder::default(),
            around,
            scheme,
        };
        let entries = scheme.entries.iter().map(|entries| binder.ask(entries));
        binder.entries = entries.collect();
        let lows = binder.cells();
        let (mut wanted, mut rows) = (Vec::<Low>::new(), Vec::new());
        for (goal, give) in scheme.gives.iter().enumerate() {
            let counted = around.counted.get(goal).is_some_and(|counted| *counted);
            let first = wanted.len();
            wanted.extend(binder.wanted(give, &lows, counted));
            if !counted {
                rows.extend(first..wanted.len());
            }
        }
        let mut made = binder.builder.finish(&wanted);
        // Who counts fills only the rows that someone reads.
        rows.iter().for_each(|output| made.circuit.keep(*output));
        let mut bound = Self {
            lanes: Vec::new(),
            vectors: Vec::new(),
            fused: 0,
            loops: Loops::default(),
            rest: 0,
            rest_leaves: Vec::new(),
            circuit: made.circuit,
            guards: made.guards,
            needs_vectors: scheme.gives.iter().any(|g| matches!(g, Give::Vector(_))),
        };
        let (mut first, mut fused_nodes) = (0, Vec::new());
        for (lane, asks) in &made.tests {
            if let Lane::Fused(leaf) = lane {
                if fused_nodes.is_empty() {
                    bound.fused = first;
                }
                fused_nodes.push(scheme.leaves[*leaf].node);
            } else {
                bound.add(around, *lane, asks, first);
            }
            first += asks.len();
        }
        bound.loops = fused::loops(fusing, &fused_nodes);
        bound
    }

    /// Adds the tests of a lane, whose answers begin at a row.
    fn add(&mut self, around: Around<'a>, lane: Lane, asks: &[Ask], first: usize) {
        let column = |col: ColId| &around.data.columns[col];
        let (values, valid) = match lane {
            Lane::Known(col) => (lanes::valid(column(col)).map(Values::Bits), None),
            Lane::Column(col) => (lanes::lane(column(col)), lanes::valid(column(col))),
            Lane::Zone => match around.zones.of() {
                Of::Rows(rows) => (Some(Values::U32(rows)), None),
                Of::One | Of::Entries { .. } => (None, None),
            },
            Lane::VectorKnown(vector) | Lane::Vector(vector) => {
                self.needs_vectors = true;
                let kind = kind_of(&around.plan.nodes[around.vectors[vector]].ty);
                let known = matches!(lane, Lane::VectorKnown(_));
                let scan = (asks != [Ask::Set]).then(|| {
                    let tests: Vec<_> = asks.iter().map(|ask| ask.test(kind)).collect();
                    Scan::new(kind, &tests)
                });
                self.vectors.push(VectorScan {
                    vector,
                    first,
                    scan,
                    known,
                });
                return;
            }
            Lane::Fused(_) => unreachable!("loops are made together"),
            Lane::Rest(leaf) => {
                if self.rest_leaves.is_empty() {
                    self.rest = first;
                }
                self.rest_leaves.push(leaf);
                return;
            }
        };
        let values = values.expect("a lane that is tested has values");
        let tests: Vec<_> = asks.iter().map(|ask| ask.test(values.kind())).collect();
        self.lanes.push(LaneScan {
            scan: Scan::new(values.kind(), &tests),
            values,
            valid,
            first,
        });
    }
}

/// What the lane of a vector holds.
fn kind_of(ty: &Ty) -> LaneKind {
    match Shape::of(ty) {
        Shape::Float => LaneKind::F64,
        Shape::Code => LaneKind::U32,
        Shape::Bool => LaneKind::Bits,
        Shape::Int | Shape::Geo | Shape::List => LaneKind::I64,
    }
}

impl<'a> Binder<'a, '_> {
    fn column(&self, col: ColId) -> &'a Column {
        &self.around.data.columns[col]
    }

    /// All cells of the scheme.
    fn cells(&mut self) -> Vec<Low> {
        let mut lows: Vec<Low> = Vec::with_capacity(self.scheme.cells.len());
        for cell in &self.scheme.cells {
            let all = |cells: &[usize]| -> Vec<Low> { cells.iter().map(|at| lows[*at]).collect() };
            let low = match cell {
                Cell::Const(value) => Low::Const(*value),
                Cell::Not(of) => self.not(lows[*of]),
                Cell::And(cells) => self.builder.and(all(cells)),
                Cell::Or(cells) => self.builder.or(all(cells)),
                Cell::Leaf(leaf) => self.leaf(*leaf),
            };
            lows.push(low);
        }
        lows
    }

    /// The conditions that a goal's answer is made of. Where stages are counted, each holds for no profile of those before.
    fn wanted(&mut self, give: &Give, lows: &[Low], counted: bool) -> Vec<Low> {
        match give {
            Give::Members(cell) => vec![lows[*cell]],
            Give::Stages(cases, _) => {
                let cases = cases.iter().map(|(cell, _)| lows[*cell]);
                if !counted {
                    return cases.collect();
                }
                let mut left = Low::Const(true);
                let case = |low| {
                    let here = self.builder.and([left, low]);
                    let other = self.not(low);
                    left = self.builder.and([left, other]);
                    here
                };
                cases.map(case).collect()
            }
            Give::Vector(_) | Give::Rest => Vec::new(),
        }
    }

    fn not(&mut self, low: Low) -> Low {
        let around = self.around;
        self.builder.not(low, |lane| match lane {
            Lane::Column(col) => lanes::valid(&around.data.columns[col]).is_none(),
            Lane::Vector(vector) => !around.plan.nodes[around.vectors[vector]].optional,
            Lane::Zone => true,
            Lane::Known(_) | Lane::VectorKnown(_) | Lane::Fused(_) | Lane::Rest(_) => false,
        })
    }

    /// An atom.
    fn leaf(&mut self, leaf: usize) -> Low {
        let scheme = self.scheme;
        let low = match &scheme.leaves[leaf].claim {
            Claim::Fixed(fixed) => {
                let of_zone = |values: &Vec<Value>| Low::Const(values[*fixed].is_true());
                let lows = self.fixed.iter().map(of_zone).collect();
                self.by_zone(lows)
            }
            Claim::Known(base) => Some(self.known(*base)),
            Claim::True(Base::Column(col)) if lanes::is_empty(self.column(*col)) => {
                Some(Low::Const(false))
            }
            Claim::True(base) => Some(self.builder.test(lane_of(*base), Ask::Set)),
            Claim::Chain(chain) => self.chain(chain),
            Claim::Texts(base, texts) => Some(self.texts(*base, texts)),
            Claim::Entries(col, question) => self.entries_hold(*col, *question),
            Claim::Rest => None,
        };
        low.or_else(|| self.fused(leaf))
            .unwrap_or_else(|| self.builder.test(Lane::Rest(leaf), Ask::Set))
    }

    /// An atom that a loop over several columns answers; none where the data do not allow it.
    fn fused(&mut self, leaf: usize) -> Option<Low> {
        let asked = &self.scheme.leaves[leaf];
        if !asked.fuses {
            return None;
        }
        let cols = match self.fits.fit(asked.node)? {
            Fit::Never => return Some(Low::Const(false)),
            Fit::Where(cols) => cols,
        };
        let test = self.builder.test(Lane::Fused(leaf), Ask::Set);
        let known = cols.into_iter().map(|col| self.known(Base::Column(col)));
        let all: Vec<Low> = known.chain([test]).collect();
        Some(self.builder.and(all))
    }

    fn known(&mut self, base: Base) -> Low {
        match base {
            Base::Column(col) if lanes::is_empty(self.column(col)) => Low::Const(false),
            Base::Column(col) if lanes::valid(self.column(col)).is_none() => Low::Const(true),
            Base::Column(col) => self.builder.test(Lane::Known(col), Ask::Set),
            Base::Vector(vector) => {
                let node = self.around.vectors[vector];
                if self.around.plan.nodes[node].optional {
                    self.builder.test(Lane::VectorKnown(vector), Ask::Set)
                } else {
                    Low::Const(true)
                }
            }
        }
    }

    /// A condition that may differ from zone to zone; none where there are too many that differ.
    fn by_zone(&mut self, lows: Vec<Low>) -> Option<Low> {
        let first = *lows.first()?;
        if lows.iter().all(|low| *low == first) {
            return Some(first);
        }
        if lows.len() > MOST_ZONES {
            return None;
        }
        let mut each = Vec::with_capacity(lows.len());
        for (zone, low) in lows.into_iter().enumerate() {
            let is = self.is_zone(zone);
            each.push(self.builder.and([is, low]));
        }
        Some(self.builder.or(each))
    }

    /// The profiles of a zone, where there are several.
    fn is_zone(&mut self, zone: usize) -> Low {
        let around = self.around;
        match (around.zones.of(), around.plan.schema.zone) {
            (
                Of::Entries {
                    clocks, missing, ..
                },
                Some(col),
            ) => {
                let holds: Vec<bool> = clocks.iter().map(|clock| *clock as usize == zone).collect();
                let among = self
                    .builder
                    .test(Lane::Column(col), Ask::Table(table(&holds)));
                if *missing as usize != zone {
                    return among;
                }
                let known = self.known(Base::Column(col));
                let none = self.not(known);
                self.builder.or([among, none])
            }
            (Of::Rows(_), _) => {
                let zone = i64::try_from(zone).expect("few zones");
                self.builder.test(Lane::Zone, Ask::Span(zone, zone))
            }
            _ => Low::Const(zone == 0),
        }
    }

    fn chain(&mut self, chain: &Chain) -> Option<Low> {
        if let Base::Column(col) = chain.base
            && lanes::is_empty(self.column(col))
        {
            return Some(Low::Const(false));
        }
        let around = self.around;
        let ranks = |id: RankId| -> Option<(RankKind, &RankTable)> {
            let table = around.calibration.ranks.get(id)?;
            Some((around.plan.ranks.get(id)?.kind, table))
        };
        let zones = around.zones.clocks().iter().zip(self.fixed);
        let ranges: Vec<Ranges> = zones
            .map(|(clock, fixed)| {
                chain.ranges(&Surroundings {
                    clock,
                    fixed,
                    ranks: &ranks,
                })
            })
            .collect();
        let lane = lane_of(chain.base);
        let float = chain.ty == Ty::Float;
        let lows = ranges.iter().map(|ranges| self.within(lane, ranges, float));
        let lows = lows.collect();
        self.by_zone(lows)
    }

    /// A lane's value is in one of some ranges.
    fn within(&mut self, lane: Lane, ranges: &Ranges, float: bool) -> Low {
        let count = |(from, to): &(i64, i64)| to.abs_diff(*from).saturating_add(1);
        let values = ranges.iter().map(count).fold(0, u64::saturating_add);
        if ranges.len() > MOST_RANGES && values <= MOST_VALUES && !float {
            let values = ranges.iter().flat_map(|(from, to)| *from..=*to);
            let values = values.collect();
            return self.builder.test(lane, Ask::OneOf(values));
        }
        let tests = ranges
            .iter()
            .map(|(from, to)| self.builder.test(lane, Ask::Span(*from, *to)));
        let tests: Vec<Low> = tests.collect();
        self.builder.or(tests)
    }

    fn texts(&mut self, base: Base, texts: &[Arc<str>]) -> Low {
        let strings = &self.around.data.strings;
        let codes = texts.iter().filter_map(|text| strings.find(text));
        let codes: FxHashSet<u32> = codes.collect();
        let entries = match base {
            Base::Column(col) => match &self.column(col).values {
                Columns::Str(texts) => texts.entries(),
                _ => return Low::Const(false),
            },
            Base::Vector(_) => None,
        };
        let mut codes: Vec<i64> = match entries {
            Some(entries) => (0..)
                .zip(entries)
                .filter(|(_, code)| codes.contains(code))
                .map(|(local, _)| local)
                .collect(),
            None => codes.into_iter().map(i64::from).collect(),
        };
        codes.sort_unstable();
        match &*codes {
            [] => Low::Const(false),
            [one] => self.builder.test(lane_of(base), Ask::Span(*one, *one)),
            _ => self.builder.test(lane_of(base), Ask::OneOf(codes)),
        }
    }

    /// What one question to a column's values says; none where they cannot be asked.
    fn entries_hold(&mut self, col: ColId, question: usize) -> Option<Low> {
        let place = self
            .scheme
            .entries
            .iter()
            .position(|asked| asked.col == col)?;
        if self.scheme.entries[place].zoned[question] && self.around.zones.clocks().len() > 1 {
            return None;
        }
        let answered = self.entries[place].as_ref()?;
        let (holds, missing) = (&answered.holds[question], answered.missing[question]);
        let (all, none) = (holds.iter().all(|h| *h), holds.iter().all(|h| !h));
        let codes = answered
            .codes
            .iter()
            .zip(holds)
            .filter(|(_, holds)| **holds);
        let codes: Vec<i64> = codes.map(|(code, _)| *code).collect();
        let bits = table(holds);
        let known = self.known(Base::Column(col));
        let lane = Lane::Column(col);
        let among = match &self.column(col).values {
            _ if none => Low::Const(false),
            _ if all => known,
            Columns::Bool(_) => {
                let yes = self.builder.test(lane, Ask::Set);
                if codes == [1] {
                    yes
                } else {
                    let no = self.not(yes);
                    self.builder.and([known, no])
                }
            }
            Columns::Int(_) => self.within(lane, &ranges(&codes), false),
            _ => self.builder.test(lane, Ask::Table(bits)),
        };
        Some(if missing {
            let unknown = self.not(known);
            self.builder.or([among, unknown])
        } else {
            among
        })
    }

    /// Asks the values of a column; none where they are too many.
    fn ask(&self, entries: &Entries) -> Option<Answered> {
        let column = self.column(entries.col);
        let enums = &self.around.plan.schema.enums;
        let (values, codes): (Columns, Vec<i64>) = match &column.values {
            Columns::Str(texts) => {
                let mut codes = texts.entries()?.to_vec();
                let count = i64::try_from(codes.len()).ok()?;
                codes.push(0);
                (Columns::Str(codes.into()), (0..count).collect())
            }
            Columns::Enum(_) => {
                let count = match &self.around.plan.schema.profile.columns[entries.col].ty {
                    Ty::Enum(id) => u32::try_from(enums[*id].values.len()).ok()?,
                    _ => return None,
                };
                let codes: Vec<u32> = (0..count).chain([0]).collect();
                (Columns::Enum(codes.into()), (0..i64::from(count)).collect())
            }
            Columns::Bool(_) => {
                let values = BooleanBuffer::from(vec![false, true, false]);
                (Columns::Bool(values), vec![0, 1])
            }
            Columns::Int(_) => {
                let (least, most) = lanes::span(column).unwrap_or((0, -1));
                let few = (column.len() as u64 / 4).clamp(64, MOST_VALUES);
                if least <= most && most.abs_diff(least) >= few {
                    return None;
                }
                let codes: Vec<i64> = (least..=most).collect();
                let values: Vec<i64> = codes.iter().copied().chain([0]).collect();
                (Columns::Int(values.into()), codes)
            }
            Columns::Absent(_) => (Columns::Absent(1), Vec::new()),
            Columns::Float(_) | Columns::Geo(..) | Columns::List { .. } => return None,
        };
        Some(self.answers(entries, values, codes))
    }

    /// The answers of values, behind which there is one that is missing.
    fn answers(&self, entries: &Entries, values: Columns, codes: Vec<i64>) -> Answered {
        let valid = (0..=codes.len()).map(|row| row < codes.len());
        let column = Column::new(values, Some(NullBuffer::from_iter(valid)));
        let questions = entries.zoned.len();
        let mut answered = Answered {
            holds: vec![Vec::with_capacity(codes.len()); questions],
            missing: vec![false; questions],
            codes,
        };
        let (clock, strings) = (&self.around.zones.clocks()[0], &self.around.data.strings);
        let (count, mut row) = (answered.codes.len(), 0);
        let column = Some((entries.col, column));
        entries
            .small
            .each(clock, strings, count + 1, column, |values| {
                for (question, value) in values.enumerate() {
                    if row < count {
                        answered.holds[question].push(value.is_true());
                    } else {
                        answered.missing[question] = value.is_true();
                    }
                }
                row += 1;
            });
        answered
    }
}

fn lane_of(base: Base) -> Lane {
    match base {
        Base::Column(col) => Lane::Column(col),
        Base::Vector(vector) => Lane::Vector(vector),
    }
}

/// A bit for each value that is asked for.
fn table(holds: &[bool]) -> Vec<u64> {
    let word = |chunk: &[bool]| {
        let bits = chunk.iter().enumerate();
        bits.fold(0, |word, (bit, holds)| word | u64::from(*holds) << bit)
    };
    holds.chunks(64).map(word).collect()
}

/// Ascending integers as ranges.
fn ranges(values: &[i64]) -> Ranges {
    let mut ranges: Ranges = Vec::new();
    for value in values {
        match ranges.last_mut() {
            Some((_, to)) if *to != i64::MAX && *value == *to + 1 => *to = *value,
            _ => ranges.push((*value, *value)),
        }
    }
    ranges
}
