//! A circuit in the making, over tests of lanes: folds constants, joins ranges of one lane, and numbers the tests that
//! are left lane by lane, so that each lane is read once. Knows nothing of plans.

use std::collections::BTreeMap;

use persona_ir::ColId;
use persona_runtime::kernels::{Circuit, Gates, LaneKind, Test, Wire};
use rustc_hash::FxHashMap;

use super::chain::{key, unkey};

/// What a test is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Which values of a column are known.
    Known(ColId),
    /// A column's values, where they are known.
    Column(ColId),
    /// The clocks of profiles, row by row.
    Zone,
    /// Which values of a vector are known.
    VectorKnown(usize),
    /// A vector's values, where they are known.
    Vector(usize),
    /// Bits that a loop over several columns gives, by their atom.
    Fused(usize),
    /// A set that code gives, by its atom.
    Rest(usize),
}

/// A test of a lane.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    /// From one value to another, both included; Floats by their keys.
    Span(i64, i64),
    /// One of these integers.
    OneOf(Vec<i64>),
    /// A code whose bit is set.
    Table(Vec<u64>),
    /// True.
    Set,
}

/// What is known of a condition while the circuit is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Low {
    /// Holds for everyone, or for nobody.
    Const(bool),
    /// A cell, or what it lacks.
    Cell {
        /// Its place.
        at: usize,
        /// Whether it is what the cell lacks.
        negated: bool,
    },
}

#[derive(Debug)]
enum Cell {
    Test(Lane, Ask),
    And(Vec<Low>),
    Or(Vec<Low>),
}

/// The circuit in the making.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    cells: Vec<Cell>,
    spans: FxHashMap<(Lane, i64, i64), usize>,
    sets: FxHashMap<Lane, usize>,
}

/// For which profiles what is expensive must be answered at all: elsewhere cheaper conditions have decided.
///
/// What is said of profiles for which loops are not needed means nothing; the second circuit may read it all the same: what is
/// wanted does not depend on it there, so neither does what it leads to ask.
#[derive(Debug)]
pub(crate) struct Guards {
    /// Made of tests of columns alone. Gives where loops over several columns are needed; everywhere, if absent.
    pub(crate) fused: Option<Circuit>,
    /// Made of these and of what loops give. Gives two outputs: where the rest is needed, and where vectors are; everywhere, if absent.
    pub(crate) last: Option<Circuit>,
}

/// A circuit over the tests of lanes.
#[derive(Debug)]
pub(crate) struct Made {
    /// Where what is expensive is needed.
    pub(crate) guards: Guards,
    /// The tests of each lane; their inputs are one after another, in this order.
    pub(crate) tests: BTreeMap<Lane, Vec<Ask>>,
    /// The circuit. Output `i` is that of wanted condition `i`.
    pub(crate) circuit: Circuit,
}

impl Builder {
    /// A test, as a condition.
    pub(crate) fn test(&mut self, lane: Lane, ask: Ask) -> Low {
        match ask {
            Ask::Span(from, to) if from > to => return Low::Const(false),
            Ask::Span(from, to) => {
                let cells = &mut self.cells;
                let at = *self.spans.entry((lane, from, to)).or_insert_with(|| {
                    cells.push(Cell::Test(lane, Ask::Span(from, to)));
                    cells.len() - 1
                });
                return cell(at);
            }
            Ask::Set => {
                let cells = &mut self.cells;
                let at = *self.sets.entry(lane).or_insert_with(|| {
                    cells.push(Cell::Test(lane, Ask::Set));
                    cells.len() - 1
                });
                return cell(at);
            }
            Ask::OneOf(_) | Ask::Table(_) => self.cells.push(Cell::Test(lane, ask)),
        }
        cell(self.cells.len() - 1)
    }

    /// What a condition lacks. Where every value of a lane is known, a range that is open on one side becomes the other.
    pub(crate) fn not(&mut self, low: Low, all_known: impl Fn(Lane) -> bool) -> Low {
        let (at, negated) = match low {
            Low::Const(value) => return Low::Const(!value),
            Low::Cell { at, negated } => (at, negated),
        };
        match &self.cells[at] {
            Cell::Test(lane, Ask::Span(from, to)) if !negated && all_known(*lane) => {
                let (lane, from, to) = (*lane, *from, *to);
                match (from, to) {
                    (i64::MIN, to) if to < i64::MAX => self.test(lane, Ask::Span(to + 1, i64::MAX)),
                    (from, i64::MAX) if from > i64::MIN => {
                        self.test(lane, Ask::Span(i64::MIN, from - 1))
                    }
                    _ => Low::Cell { at, negated: true },
                }
            }
            _ => Low::Cell {
                at,
                negated: !negated,
            },
        }
    }

    /// All of some conditions.
    pub(crate) fn and(&mut self, lows: impl IntoIterator<Item = Low>) -> Low {
        let (mut spans, mut rest) = (BTreeMap::<Lane, Vec<(i64, i64)>>::new(), Vec::new());
        for low in lows {
            match low {
                Low::Const(true) => {}
                Low::Const(false) => return low,
                Low::Cell { at, negated: false } => match &self.cells[at] {
                    Cell::Test(lane, Ask::Span(from, to)) => {
                        spans.entry(*lane).or_default().push((*from, *to));
                    }
                    _ => rest.push(low),
                },
                Low::Cell { .. } => rest.push(low),
            }
        }
        for (lane, spans) in spans {
            let both = |a: (i64, i64), b: &(i64, i64)| (a.0.max(b.0), a.1.min(b.1));
            let (from, to) = spans.iter().fold((i64::MIN, i64::MAX), both);
            match self.test(lane, Ask::Span(from, to)) {
                Low::Const(_) => return Low::Const(false),
                low @ Low::Cell { .. } => rest.push(low),
            }
        }
        self.joined(rest, true)
    }

    /// All of some conditions, asking nothing that they do not ask: ranges of one lane stay apart.
    fn every(&mut self, lows: impl IntoIterator<Item = Low>) -> Low {
        let mut rest = Vec::new();
        for low in lows {
            match low {
                Low::Const(true) => {}
                Low::Const(false) => return low,
                Low::Cell { .. } => rest.push(low),
            }
        }
        self.joined(rest, true)
    }

    /// Any of some conditions.
    pub(crate) fn or(&mut self, lows: impl IntoIterator<Item = Low>) -> Low {
        let mut rest = Vec::new();
        for low in lows {
            match low {
                Low::Const(false) => {}
                Low::Const(true) => return low,
                Low::Cell { .. } => rest.push(low),
            }
        }
        self.joined(rest, false)
    }

    fn joined(&mut self, mut lows: Vec<Low>, all: bool) -> Low {
        lows.sort_unstable();
        lows.dedup();
        match &*lows {
            [] => Low::Const(all),
            [one] => *one,
            _ => {
                self.cells
                    .push(if all { Cell::And(lows) } else { Cell::Or(lows) });
                cell(self.cells.len() - 1)
            }
        }
    }

    /// The circuit that gives the wanted conditions, over the tests that they need.
    pub(crate) fn finish(mut self, wanted: &[Low]) -> Made {
        let used = self.used(wanted);
        let fused = self.guards(wanted, &used, Cost::Loop);
        let last = self.guards(wanted, &used, Cost::Most);
        let mut tests: BTreeMap<Lane, Vec<(usize, Ask)>> = BTreeMap::new();
        for (at, used) in used.iter().enumerate() {
            if let (Cell::Test(lane, ask), true) = (&self.cells[at], used) {
                tests.entry(*lane).or_default().push((at, ask.clone()));
            }
        }
        let mut inputs: Vec<Option<Wire>> = self.cells.iter().map(|_| None).collect();
        let mut count = 0;
        for (at, _) in tests.values().flatten() {
            inputs[*at] = Some(Wire::input(count));
            count += 1;
        }
        let guards = Guards {
            fused: fused.map(|[fused, ..]| self.circuit(&[fused], inputs.clone(), count)),
            last: last
                .map(|[_, rest, vectors]| self.circuit(&[rest, vectors], inputs.clone(), count)),
        };
        let circuit = self.circuit(wanted, inputs, count);
        let tests = tests.into_iter().map(|(lane, tests)| {
            let asks = tests.into_iter().map(|(_, ask)| ask);
            (lane, asks.collect())
        });
        Made {
            guards,
            tests: tests.collect(),
            circuit,
        }
    }

    /// The circuit of some conditions over tests whose inputs are known.
    fn circuit(&self, wanted: &[Low], mut wires: Vec<Option<Wire>>, inputs: u32) -> Circuit {
        let used = self.used(wanted);
        let mut gates = Gates::new(inputs as usize);
        for (at, cell) in self.cells.iter().enumerate().filter(|(at, _)| used[*at]) {
            match cell {
                Cell::Test(..) => {}
                Cell::And(lows) => {
                    let lows = wires_of(&wires, lows, &mut gates);
                    wires[at] = Some(gates.and(&lows));
                }
                Cell::Or(lows) => {
                    let lows = wires_of(&wires, lows, &mut gates);
                    wires[at] = Some(gates.or(&lows));
                }
            }
        }
        let outputs = wires_of(&wires, wanted, &mut gates);
        gates.finish(&outputs)
    }

    /// Where loops, the rest and vectors are needed, from the outputs down: what stands beside them in an `And` must hold,
    /// and what stands beside them in an `Or` must not; asking only tests that cost less than `cost`. None where there is
    /// nothing to ask.
    fn guards(&mut self, wanted: &[Low], used: &[bool], cost: Cost) -> Option<[Low; 3]> {
        let mut expensive: Vec<bool> = Vec::with_capacity(used.len());
        for cell in &self.cells {
            let is = |low: &Low| matches!(low, Low::Cell { at, .. } if expensive[*at]);
            let cell = match cell {
                Cell::Test(lane, _) => lane.cost() >= cost,
                Cell::And(lows) | Cell::Or(lows) => lows.iter().any(is),
            };
            expensive.push(cell);
        }
        let mut needs: Vec<Vec<Low>> = vec![Vec::new(); used.len()];
        let need = |needs: &mut Vec<Vec<Low>>, low: &Low, when: Low| match low {
            Low::Cell { at, .. } if expensive[*at] => needs[*at].push(when),
            _ => {}
        };
        for low in wanted {
            need(&mut needs, low, Low::Const(true));
        }
        let [mut loops, mut rest, mut vectors] = [(); 3].map(|()| Vec::new());
        for at in (0..used.len())
            .rev()
            .filter(|at| used[*at] && expensive[*at])
        {
            let here = self.or(std::mem::take(&mut needs[at]));
            let (lows, all) = match &self.cells[at] {
                Cell::Test(Lane::Fused(_), _) => {
                    loops.push(here);
                    continue;
                }
                Cell::Test(Lane::Rest(_), _) => {
                    rest.push(here);
                    continue;
                }
                Cell::Test(..) => {
                    vectors.push(here);
                    continue;
                }
                Cell::And(lows) => (lows.clone(), true),
                Cell::Or(lows) => (lows.clone(), false),
            };
            let cheap = |low: &&Low| !matches!(low, Low::Cell { at, .. } if expensive[*at]);
            let cheap = lows.iter().filter(cheap);
            let undecided = cheap.map(|low| if all { *low } else { opposite(*low) });
            let undecided: Vec<Low> = undecided.chain([here]).collect();
            let when = self.every(undecided);
            for low in &lows {
                need(&mut needs, low, when);
            }
        }
        let guards = [self.or(loops), self.or(rest), self.or(vectors)];
        let asked = match cost {
            Cost::Loop => &guards[..1],
            Cost::Test | Cost::Most => &guards[1..],
        };
        let settled = asked.iter().all(|guard| matches!(guard, Low::Const(_)));
        (!settled).then_some(guards)
    }

    /// The cells that some conditions need.
    fn used(&self, wanted: &[Low]) -> Vec<bool> {
        let mut used = vec![false; self.cells.len()];
        let mut stack = wanted.to_vec();
        while let Some(low) = stack.pop() {
            let Low::Cell { at, .. } = low else { continue };
            if !std::mem::replace(&mut used[at], true)
                && let Cell::And(lows) | Cell::Or(lows) = &self.cells[at]
            {
                stack.extend(lows);
            }
        }
        used
    }
}

/// What it costs to test a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cost {
    /// A column is read.
    Test,
    /// Several are, and something is computed.
    Loop,
    /// A history is walked, or code runs profile by profile.
    Most,
}

impl Lane {
    /// What its tests cost.
    fn cost(self) -> Cost {
        match self {
            Self::Known(_) | Self::Column(_) | Self::Zone => Cost::Test,
            Self::Fused(_) => Cost::Loop,
            Self::VectorKnown(_) | Self::Vector(_) | Self::Rest(_) => Cost::Most,
        }
    }
}

fn opposite(low: Low) -> Low {
    match low {
        Low::Const(value) => Low::Const(!value),
        Low::Cell { at, negated } => Low::Cell {
            at,
            negated: !negated,
        },
    }
}

fn cell(at: usize) -> Low {
    Low::Cell { at, negated: false }
}

fn wires_of(wires: &[Option<Wire>], lows: &[Low], gates: &mut Gates) -> Vec<Wire> {
    let wire = |low: &Low| match low {
        Low::Const(true) => gates.and(&[]),
        Low::Const(false) => gates.or(&[]),
        Low::Cell { at, negated } => {
            let wire = wires[*at].expect("cells are made of cells before them");
            if *negated { !wire } else { wire }
        }
    };
    lows.iter().map(wire).collect()
}

impl Ask {
    /// As kernels ask a lane of a kind.
    pub(crate) fn test(&self, kind: LaneKind) -> Test {
        use std::ops::Bound;
        match self {
            Self::Span(from, to) if kind == LaneKind::F64 => {
                let bound = |at: i64, open: bool| match open {
                    true => Bound::Unbounded,
                    false => Bound::Included(unkey(at)),
                };
                Test::Floats {
                    lo: bound(*from, *from <= key(f64::MIN)),
                    hi: bound(*to, *to >= key(f64::MAX)),
                }
            }
            Self::Span(from, to) => Test::Ints { lo: *from, hi: *to },
            Self::OneOf(values) => Test::OneOf(values.clone()),
            Self::Table(bits) => Test::Table(bits.clone()),
            Self::Set => Test::Set,
        }
    }
}
