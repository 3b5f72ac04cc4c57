//! The vectors of histories against the reference interpreter, node by node, with every set of instructions: random
//! plans of which little is claimed, and plans made of what can be.

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{
    Agg, AggKind, Bound, Builder, CalendarUnit, ColId, Const, EventCol, F64, InstantSpec, KindId,
    Negation, NegationMode, NodeId, Op, Plan, Query, Rank, RankKind, Schema, Sequence, Step, Ty,
};
use persona_runtime::kernels::{CHUNK, Isa};
use persona_runtime::{Calibration, Dataset, Evaluator, Value};

use super::fixture::{self, CART, DAY, FLOATS, HOUR, INTS, NOW, ORDER, Rng, TEXTS, VISIT};
use super::generate::{self, Focus};
use super::{agree, at, plans, same_value};
use crate::analysis::Analysis;
use crate::columnar::hook::{Binding, Source};
use crate::columnar::vector::{Vector, Vectored};
use crate::columnar::zones::Zones;
use crate::history::Histories;

/// All aggregates and sequences of a plan that are the profile's alone.
fn asked(plan: &Plan) -> Vec<NodeId> {
    let analysis = Analysis::new(&plan.nodes);
    let nodes = plan.nodes.iter_enumerated();
    let nodes = nodes.filter(|(id, node)| {
        matches!(node.op, Op::Agg(_) | Op::Sequence(_)) && analysis.is_closed(*id)
    });
    nodes.map(|(id, _)| id).collect()
}

fn value(vector: &Vector, index: usize, ty: &Ty, data: &Dataset) -> Value {
    if !vector.known.get(index) {
        return Value::Missing;
    }
    match &vector.values {
        Vectored::Bits(values) => Value::Bool(values.get(index)),
        Vectored::Ints(values) => Value::Int(values[index]),
        Vectored::Floats(values) => Value::Float(values[index]),
        Vectored::Codes(values) if *ty == Ty::Str => Value::from(data.strings.get(values[index])),
        Vectored::Codes(values) => Value::Enum(values[index]),
    }
}

/// Compares all claimed nodes, for so many profiles at a time; gives how many there were.
fn compare(plan: &Plan, data: &Dataset, now: i64, run: usize) -> Result<usize, String> {
    let histories = Histories::new(plan, &asked(plan));
    let calibration = Arc::new(Calibration {
        now,
        ranks: IndexVec::new(),
    });
    let evaluator = Evaluator::new(plan, data, now, Arc::clone(&calibration));
    let zones = Zones::new(plan, data, now);
    let ty = |node: NodeId| &plan.nodes[node].ty;
    for isa in Isa::available() {
        let bound = histories.bind(Binding {
            data,
            zones: &zones,
            calibration: &calibration,
            isa,
        });
        let mut filler = bound.filler();
        let nodes = histories.nodes();
        let vectors = nodes.iter().map(|node| Vector::new(ty(*node)).unwrap());
        let mut vectors: Vec<Vector> = vectors.collect();
        let mut profile = evaluator.profile(0);
        for start in (0..data.profiles).step_by(run) {
            let end = data.profiles.min(start + run);
            filler.fill(start..end, &mut vectors);
            for row in start..end {
                profile.move_to(row);
                for (vector, node) in vectors.iter().zip(nodes) {
                    let expected = profile.value(*node);
                    let actual = value(vector, row - start, ty(*node), data);
                    if !same_value(&expected, &actual) {
                        let op = &plan.nodes[*node].op;
                        return Err(format!(
                            "{isa:?}, profile {row}: {actual:?}, not {expected:?}: {op:?}"
                        ));
                    }
                }
            }
            let behind = |vector: &Vector| (end - start..CHUNK).any(|row| vector.known.get(row));
            assert!(!vectors.iter().any(behind), "bits behind the last profile");
        }
    }
    Ok(histories.nodes().len())
}

fn random_plans(seed: u64, plans: usize, focus: Focus) {
    for index in 0..plans {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(index as u64);
        let mut rng = Rng(seed);
        let data = fixture::dataset(&mut rng, 40, 25);
        let plan = generate::plan(&mut rng, 8, 1, focus);
        let now = *rng.pick(&[NOW, NOW - DAY, NOW + 1, i64::MIN, i64::MAX]);
        if let Err(error) = compare(&plan, &data, now, 64) {
            panic!("seed {seed}: {error}");
        }
    }
}

#[test]
fn aggregates_of_random_plans_agree() {
    random_plans(21, 20, Focus::Aggregates);
}

#[test]
fn sequences_of_random_plans_agree() {
    random_plans(22, 20, Focus::Sequences);
}

// ---- plans of what kernels can compute ----

/// Makes nodes that are all claimed.
struct Maker<'r> {
    rng: &'r mut Rng,
    b: Builder,
    schema: Schema,
}

impl Maker<'_> {
    fn bool(&mut self, op: Op) -> NodeId {
        self.b.node(op, Ty::Bool, false)
    }

    /// A column of the event at a level.
    fn column(&mut self, kind: KindId, col: ColId, level: u8) -> NodeId {
        let column = &self.schema.events[kind].columns[col];
        let (ty, optional) = (column.ty.clone(), column.optional);
        let cols = [EventCol { kind, col }].into();
        self.b.node(Op::Event { level, cols }, ty, optional)
    }

    /// A column that is neither a place nor a list.
    fn any_col(&mut self, kind: KindId, fits: impl Fn(&Ty) -> bool) -> Option<ColId> {
        let columns = self.schema.events[kind].columns.iter_enumerated();
        let fitting = columns.filter(|(_, column)| fits(&column.ty));
        let fitting: Vec<ColId> = fitting.map(|(col, _)| col).collect();
        (!fitting.is_empty()).then(|| *self.rng.pick(&fitting))
    }

    fn constant(&mut self, ty: &Ty) -> NodeId {
        let value = match ty {
            Ty::Bool => Const::Bool(self.rng.chance(50)),
            Ty::Float => Const::Float(F64::new(*self.rng.pick(&FLOATS))),
            Ty::Str => Const::Str((*self.rng.pick(&TEXTS)).into()),
            Ty::Enum(_) => Const::Enum(u32::try_from(self.rng.below(3)).unwrap()),
            Ty::Timestamp => Const::Int(fixture::instant(self.rng)),
            _ => Const::Int(*self.rng.pick(&INTS)),
        };
        self.b.constant(value, ty.clone())
    }

    /// A condition about the event of a kind at a level.
    fn condition(&mut self, kind: KindId, level: u8, depth: usize) -> NodeId {
        if depth > 0 && self.rng.chance(50) {
            let mut parts: Vec<NodeId> = (0..2 + self.rng.below(2))
                .map(|_| self.condition(kind, level, depth - 1))
                .collect();
            parts.sort_unstable();
            parts.dedup();
            if let [one] = parts[..] {
                return self.bool(Op::Not(one));
            }
            let parts = parts.into();
            let and = self.rng.chance(50);
            return self.bool(if and { Op::And(parts) } else { Op::Or(parts) });
        }
        let col = self.any_col(kind, is_plain).unwrap();
        let ty = self.schema.events[kind].columns[col].ty.clone();
        let column = self.column(kind, col, level);
        if self.rng.chance(15) && self.b.get(column).optional {
            return self.bool(Op::Known(column));
        }
        let other = match ty {
            Ty::Int if self.rng.chance(30) => Ty::Float,
            _ => ty.clone(),
        };
        let constant = self.constant(&other);
        let (a, b) = match self.rng.chance(50) {
            true => (column, constant),
            false => (constant, column),
        };
        let mixed = other != ty;
        let ordered = !matches!(ty, Ty::Str | Ty::Bool);
        let op = match self.rng.below(4) {
            0 if ordered && mixed => Op::LtNum(a, b),
            0 if ordered => Op::Lt(a, b),
            1 if ordered && mixed => Op::LeNum(a, b),
            1 if ordered => Op::Le(a, b),
            2 if !mixed && ty != Ty::Bool => self.one_of(column, &ty),
            _ if mixed => Op::EqNum(a, b),
            _ => Op::Eq(a, b),
        };
        self.bool(op)
    }

    fn one_of(&mut self, column: NodeId, ty: &Ty) -> Op {
        let count = self.rng.below(4);
        let mut values: Vec<Const> = Vec::new();
        for _ in 0..count {
            let node = self.constant(ty);
            if let Op::Const(value) = &self.b.get(node).op
                && !values.contains(value)
            {
                values.push(value.clone());
            }
        }
        values.sort_by(Const::compare);
        Op::In(column, values.into())
    }

    fn bound(&mut self) -> Option<Bound> {
        let op = match self.rng.below(6) {
            0 | 1 => return None,
            2 => Op::Now,
            3 => Op::Const(Const::Int(fixture::instant(self.rng))),
            4 => Op::Instant(match self.rng.below(3) {
                0 => InstantSpec::NowPlus(*self.rng.pick(&[-DAY, -HOUR, -7 * DAY, 0, DAY])),
                1 => InstantSpec::NowPlusPeriod {
                    months: -1,
                    days: 0,
                },
                _ => InstantSpec::UnitStart {
                    unit: CalendarUnit::Day,
                    offset: -i32::try_from(self.rng.below(3)).unwrap(),
                },
            }),
            _ => {
                let col = self.schema.profile.column("since").unwrap();
                let at = self.b.node(Op::Profile(col), Ty::Timestamp, true);
                let inclusive = self.rng.chance(50);
                return Some(Bound { at, inclusive });
            }
        };
        let at = self.b.node(op, Ty::Timestamp, false);
        let inclusive = self.rng.chance(50);
        Some(Bound { at, inclusive })
    }

    fn query(&mut self, kinds: &[KindId], may_filter: bool) -> Query {
        let filter = may_filter && self.rng.chance(60);
        Query {
            kinds: kinds.into(),
            items: None,
            from: self.bound(),
            to: self.bound(),
            latest: (kinds.len() == 1 && self.rng.chance(30))
                .then(|| 1 + u32::try_from(self.rng.below(6)).unwrap()),
            filter: filter.then(|| self.condition(kinds[0], 0, 2)),
        }
    }

    fn aggregate(&mut self) -> NodeId {
        let (of, fits, optional) = self.aggregated();
        let kind = match of {
            AggKind::Share => ORDER,
            _ => *self.rng.pick(&[CART, ORDER, VISIT]),
        };
        let query = self.query(&[kind], true);
        let col = self.any_col(kind, fits);
        let value_ty = col.map(|col| self.schema.events[kind].columns[col].ty.clone());
        let ty = match (&of, &value_ty) {
            (AggKind::Exists, _) => Ty::Bool,
            (AggKind::Gap, _) => Ty::Duration,
            (AggKind::Avg, Some(Ty::Int)) | (AggKind::TopShare | AggKind::Share, _) => Ty::Float,
            (AggKind::Count | AggKind::Distinct | AggKind::MaxPerValue, _) => Ty::Int,
            (_, Some(ty)) => ty.clone(),
            (_, None) => Ty::Int,
        };
        let value = col.map(|col| self.column(kind, col, 0));
        let kind = of;
        let agg = Agg { kind, query, value };
        self.b.node(Op::Agg(Box::new(agg)), ty, optional)
    }

    /// What to compute, of which columns, and whether that may be missing.
    fn aggregated(&mut self) -> (AggKind, fn(&Ty) -> bool, bool) {
        match self.rng.below(14) {
            0 => (AggKind::Exists, is_none, false),
            1 => (AggKind::Count, is_none, false),
            2 => (AggKind::Gap, is_none, true),
            3 => (
                AggKind::Nth {
                    n: 1,
                    from_end: true,
                },
                is_plain,
                true,
            ),
            4 => (AggKind::Sum, is_amount, false),
            5 => (AggKind::Avg, is_amount, true),
            6 => (AggKind::Min, is_ordered, true),
            7 => (AggKind::Max, is_ordered, true),
            8 => (AggKind::Distinct, is_plain, false),
            9 => (AggKind::MostCommon, is_plain, true),
            10 => (AggKind::TopShare, is_plain, true),
            11 => (AggKind::Share, is_bool, true),
            12 => (AggKind::MaxPerValue, is_plain, false),
            _ => {
                let n = 1 + u32::try_from(self.rng.below(4)).unwrap();
                let from_end = self.rng.chance(50);
                (AggKind::Nth { n, from_end }, is_plain, true)
            }
        }
    }

    fn span(&mut self) -> NodeId {
        let span = *self
            .rng
            .pick(&[0, HOUR, 3 * HOUR, DAY, -HOUR, i64::MAX, i64::MIN]);
        self.b.constant(Const::Int(span), Ty::Duration)
    }

    fn kinds(&mut self) -> Vec<KindId> {
        let all = [CART, ORDER, VISIT];
        let some: Vec<KindId> = all.into_iter().filter(|_| self.rng.chance(40)).collect();
        if some.is_empty() {
            vec![*self.rng.pick(&all)]
        } else {
            some
        }
    }

    /// The texts that events of some kinds have in common.
    fn key(&mut self, kinds: &[KindId], level: u8) -> NodeId {
        let col = |kind: KindId| self.schema.events[kind].column("sku").unwrap();
        let cols = kinds.iter().map(|kind| EventCol {
            kind: *kind,
            col: col(*kind),
        });
        let cols: Box<[EventCol]> = cols.collect();
        let optional = |of: &EventCol| self.schema.events[of.kind].columns[of.col].optional;
        let optional = cols.iter().any(optional);
        self.b.node(Op::Event { level, cols }, Ty::Str, optional)
    }

    /// A sequence whose every event has the text of one before, and perhaps passes a test of its own.
    fn tied(&mut self) -> NodeId {
        let mut kinds = vec![self.kinds()];
        let first = self.query(&kinds[0].clone(), kinds[0].len() == 1);
        let negated = self.rng.chance(60);
        let levels = 1 + u8::try_from(self.rng.below(3)).unwrap();
        let mut filters = Vec::new();
        for level in 1..=levels {
            let own = self.kinds();
            let other = u8::try_from(self.rng.below(usize::from(level))).unwrap();
            let (a, b) = (
                self.key(&own, level),
                self.key(&kinds[usize::from(other)].clone(), other),
            );
            let tie = self.bool(Op::Eq(a.min(b), a.max(b)));
            let parts = [Some(tie), self.step_filter(&own, level)];
            let mut parts: Vec<NodeId> = parts.into_iter().flatten().collect();
            parts.sort_unstable();
            filters.push(match parts[..] {
                [one] => one,
                _ => self.flat_and(&parts),
            });
            kinds.push(own);
        }
        let mut steps: Vec<Step> = Vec::new();
        for (kinds, filter) in kinds[1..].iter().zip(&filters) {
            steps.push(Step {
                kinds: kinds.clone().into(),
                filter: Some(*filter),
                within: self.rng.chance(50).then(|| self.span()),
            });
        }
        let mode = match self.rng.below(3) {
            0 => NegationMode::Within(self.span()),
            1 => NegationMode::For(self.span()),
            _ => NegationMode::Ever,
        };
        let not = steps.pop_if(|_| negated).map(|step| Negation {
            kinds: step.kinds,
            filter: step.filter,
            mode,
        });
        let latest = self.rng.chance(30);
        self.bool(Op::Sequence(Box::new(Sequence {
            first,
            latest,
            steps: steps.into(),
            not,
        })))
    }

    /// All of these and of what they are made of.
    fn flat_and(&mut self, parts: &[NodeId]) -> NodeId {
        let mut flat = Vec::new();
        for part in parts {
            match &self.b.get(*part).op {
                Op::And(more) => flat.extend(more.iter().copied()),
                _ => flat.push(*part),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        self.bool(Op::And(flat.into()))
    }

    /// A condition where there is one kind, which it can be about.
    fn step_filter(&mut self, kinds: &[KindId], level: u8) -> Option<NodeId> {
        let about = kinds.len() == 1 && self.rng.chance(40);
        about.then(|| self.condition(kinds[0], level, 1))
    }

    fn sequence(&mut self) -> NodeId {
        let kinds = self.kinds();
        let first = self.query(&kinds, kinds.len() == 1);
        let mut steps = Vec::new();
        for level in 1..=u8::try_from(self.rng.below(4)).unwrap() {
            let kinds = self.kinds();
            steps.push(Step {
                filter: self.step_filter(&kinds, level),
                kinds: kinds.into(),
                within: self.rng.chance(50).then(|| self.span()),
            });
        }
        let negated = steps.is_empty() || self.rng.chance(60);
        let not = negated.then(|| {
            let kinds = self.kinds();
            let level = u8::try_from(steps.len() + 1).unwrap();
            Negation {
                filter: self.step_filter(&kinds, level),
                kinds: kinds.into(),
                mode: match self.rng.below(3) {
                    0 => NegationMode::Within(self.span()),
                    1 => NegationMode::For(self.span()),
                    _ => NegationMode::Ever,
                },
            }
        });
        let latest = self.rng.chance(30);
        self.bool(Op::Sequence(Box::new(Sequence {
            first,
            latest,
            steps: steps.into(),
            not,
        })))
    }
}

fn is_plain(ty: &Ty) -> bool {
    !matches!(ty, Ty::Geo | Ty::List(_) | Ty::Set(_))
}

fn is_none(_: &Ty) -> bool {
    false
}

fn is_bool(ty: &Ty) -> bool {
    *ty == Ty::Bool
}

fn is_ordered(ty: &Ty) -> bool {
    is_plain(ty) && !matches!(ty, Ty::Bool | Ty::Str)
}

fn is_amount(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Float | Ty::Money(_))
}

/// Plans whose every aggregate and sequence is claimed.
fn claimed_plans(seed: u64, count: usize, make: fn(&mut Maker<'_>) -> NodeId) {
    for index in 0..count {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(index as u64);
        let mut rng = Rng(seed);
        let events = *rng.pick(&[2, 25, 150]);
        let data = fixture::dataset(&mut rng, 75, events);
        let now = *rng.pick(&[NOW, NOW, NOW, NOW - DAY, NOW + 1, i64::MIN, i64::MAX]);
        let mut maker = Maker {
            rng: &mut rng,
            b: Builder::new(),
            schema: fixture::schema(),
        };
        let mut nodes: Vec<NodeId> = (0..30).map(|_| make(&mut maker)).collect();
        let plan = plans::traits(maker.b, &nodes);
        assert_eq!(persona_ir::verify(&plan), Ok(()), "seed {seed}");
        nodes.sort_unstable();
        nodes.dedup();
        match compare(&plan, &data, now, 64) {
            Ok(claimed) => assert_eq!(claimed, nodes.len(), "seed {seed}: all are claimed"),
            Err(error) => panic!("seed {seed}: {error}"),
        }
    }
}

#[test]
fn aggregates_that_are_claimed_agree() {
    claimed_plans(31, 30, |maker| maker.aggregate());
}

#[test]
fn sequences_that_are_claimed_agree() {
    claimed_plans(32, 30, |maker| maker.sequence());
}

#[test]
fn sequences_tied_by_a_column_agree() {
    claimed_plans(33, 30, |maker| maker.tied());
}

#[test]
fn ranks_of_aggregates_agree() {
    for seed in 0..25 {
        let mut rng = Rng(34_000 + seed);
        let data = fixture::dataset(&mut rng, 75, 25);
        let mut maker = Maker {
            rng: &mut rng,
            b: Builder::new(),
            schema: fixture::schema(),
        };
        let mut ranks = IndexVec::new();
        let mut nodes = Vec::new();
        while nodes.len() < 8 {
            let value = maker.aggregate();
            let ty = &maker.b.get(value).ty;
            if !ty.is_integer() && *ty != Ty::Float {
                continue;
            }
            let (kind, ty) = match maker.rng.below(3) {
                0 => (RankKind::Percentile, Ty::Float),
                1 => (RankKind::Ntile(40), Ty::Int),
                _ => (RankKind::Ntile(5), Ty::Int),
            };
            let visits = maker.query(&[VISIT], false);
            let visited = Agg {
                kind: AggKind::Exists,
                query: visits,
                value: None,
            };
            let visited = maker.bool(Op::Agg(Box::new(visited)));
            let among = maker.rng.chance(50).then_some(visited);
            let name = "rank".into();
            let id = ranks.push(Rank {
                name,
                kind,
                value,
                among,
            });
            nodes.push(maker.b.node(Op::Rank(id, value), ty, true));
        }
        let mut plan = plans::traits(maker.b, &nodes);
        plan.ranks = ranks;
        assert_eq!(persona_ir::verify(&plan), Ok(()), "seed {seed}");
        agree(&plan, &data, &at(NOW)).unwrap();
    }
}
