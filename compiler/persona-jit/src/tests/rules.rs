//! The index over many rules against the interpreter: generated plans of many segments, every budget from the least one on,
//! every set of instructions; profiles of a dataset and values that are given.

use std::sync::Arc;

use persona_ir::{
    Agg, AggKind, Builder, CalendarUnit, Const, InstantSpec, NodeId, Op, OutputKind, Plan, Query,
    Ty,
};
use persona_runtime::calendar::{DAY as MICROS_OF_DAY, MAX_DATE, MAX_TIMESTAMP, MIN_TIMESTAMP};
use persona_runtime::kernels::Isa;
use persona_runtime::{Dataset, Evaluation, Evaluator, Value, num};

use super::fixture::{self, CART, DAY, NOW, ORDER, Rng, TIER};
use super::generate::{self, Focus};
use super::{at, plans};
use crate::{RuleIndex, RuleIndexError, RuleIndexOptions, RuleRow, RuleScratch, RuleValue};

/// Makes conditions of which many are about the same few values.
struct Maker<'r> {
    rng: &'r mut Rng,
    b: Builder,
}

impl Maker<'_> {
    fn test(&mut self, op: Op) -> NodeId {
        self.b.node(op, Ty::Bool, false)
    }

    fn const_of(&mut self, ty: &Ty) -> NodeId {
        let value = match fixture::value(self.rng, ty) {
            Value::Int(value) => Const::Int(value),
            Value::Float(value) => Const::Float(persona_ir::F64::new(value)),
            Value::Str(value) => Const::Str(value),
            Value::Enum(value) => Const::Enum(value),
            other => unreachable!("{other:?}"),
        };
        self.b.constant(value, ty.clone())
    }

    /// A comparison in one of four ways.
    fn compare(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match self.rng.below(5) {
            0 => self.test(Op::Lt(a, b)),
            1 => self.test(Op::Le(a, b)),
            2 => self.test(Op::Lt(b, a)),
            3 => self.test(Op::Le(b, a)),
            _ => self.test(Op::Eq(a, b)),
        }
    }

    /// A value that is a column, or computed.
    fn value(&mut self) -> (NodeId, Ty) {
        let columns = [
            ("n", Ty::Int),
            ("n", Ty::Int),
            ("m", Ty::Int),
            ("x", Ty::Float),
            ("s", Ty::Str),
            ("s", Ty::Str),
            ("t", Ty::Str),
            ("tier", Ty::Enum(TIER)),
            ("born", Ty::Date),
            ("since", Ty::Timestamp),
            ("wait", Ty::Duration),
        ];
        match self.rng.below(14) {
            0 => (self.count(), Ty::Int),
            1 => {
                let born = plans::profile(&mut self.b, "born");
                (self.b.node(Op::Age(born), Ty::Int, true), Ty::Int)
            }
            2 => {
                let s = plans::profile(&mut self.b, "s");
                (self.b.node(Op::Lower(s), Ty::Str, true), Ty::Str)
            }
            _ => {
                let (name, ty) = self.rng.pick(&columns).clone();
                (plans::profile(&mut self.b, name), ty)
            }
        }
    }

    /// How many events of a kind.
    fn count(&mut self) -> NodeId {
        let kind = *self.rng.pick(&[CART, ORDER]);
        let query = Query {
            kinds: [kind].into(),
            items: None,
            from: None,
            to: None,
            latest: None,
            filter: None,
        };
        let agg = Agg {
            kind: AggKind::Count,
            query,
            value: None,
        };
        self.b.node(Op::Agg(Box::new(agg)), Ty::Int, false)
    }

    /// A bound that moves with `now`, for an instant or a date.
    fn moving(&mut self, ty: &Ty) -> NodeId {
        let near = *self.rng.pick(&[0, 1, -1, 7, -7, -30, 30, 366]);
        let op = match (ty, self.rng.below(6)) {
            (Ty::Date, 0) => Op::Today {
                months: -1,
                days: 0,
            },
            (Ty::Date, _) => Op::Today {
                months: 0,
                days: near,
            },
            (_, 0) => Op::Instant(InstantSpec::UnitStart {
                unit: CalendarUnit::Month,
                offset: 0,
            }),
            (_, 1) => Op::Now,
            (_, 2) => Op::Instant(InstantSpec::NowPlus(*self.rng.pick(&[
                i64::MIN,
                i64::MIN + 1,
                i64::MAX,
                i64::MAX - 1,
            ]))),
            _ => Op::Instant(InstantSpec::NowPlus(i64::from(near) * DAY)),
        };
        self.b.node(op, ty.clone(), false)
    }

    fn atom(&mut self) -> NodeId {
        let (value, ty) = self.value();
        let fixed = matches!(self.b.get(value).op, Op::Agg(_));
        match (&ty, self.rng.below(10)) {
            (_, 0) if !fixed => self.test(Op::Known(value)),
            (Ty::Str | Ty::Enum(_), 1..=3) => {
                let nodes: Vec<NodeId> = (0..3).map(|_| self.const_of(&ty)).collect();
                let mut set: Vec<Const> = nodes
                    .iter()
                    .filter_map(|node| match &self.b.get(*node).op {
                        Op::Const(constant) => Some(constant.clone()),
                        _ => None,
                    })
                    .collect();
                set.sort_by(Const::compare);
                set.dedup();
                self.test(Op::In(value, set.into()))
            }
            (Ty::Timestamp | Ty::Date, 1..=7) => {
                let bound = self.moving(&ty);
                self.compare(value, bound)
            }
            (Ty::Int, 1) => {
                let x = plans::profile(&mut self.b, "x");
                self.test(Op::LtNum(value, x))
            }
            (Ty::Int, 2..=3) => {
                let bound = self.const_of(&Ty::Float);
                match self.rng.chance(50) {
                    true => self.test(Op::LeNum(value, bound)),
                    false => self.test(Op::LtNum(bound, value)),
                }
            }
            (Ty::Float, 1..=3) => {
                let bound = self.const_of(&Ty::Int);
                match self.rng.below(3) {
                    0 => self.test(Op::LeNum(value, bound)),
                    1 => self.test(Op::EqNum(bound, value)),
                    _ => self.test(Op::LtNum(bound, value)),
                }
            }
            (Ty::Str, 4) => {
                let part = self.const_of(&Ty::Str);
                self.test(Op::Contains(value, part))
            }
            (Ty::Str | Ty::Enum(_), 5) => {
                let bound = self.const_of(&ty);
                let bound = self.b.node(Op::Coalesce(value, bound), ty.clone(), false);
                let other = self.const_of(&ty);
                self.compare(bound, other)
            }
            _ => {
                let bound = self.const_of(&ty);
                self.compare(value, bound)
            }
        }
    }

    fn condition(&mut self, depth: usize) -> NodeId {
        if depth == 0 || self.rng.chance(25) {
            return match self.rng.below(12) {
                0 => {
                    let yes = plans::profile(&mut self.b, "yes");
                    let no = self.b.constant(Const::Bool(false), Ty::Bool);
                    self.b.node(Op::Coalesce(yes, no), Ty::Bool, false)
                }
                1 => {
                    let constant = Const::Bool(self.rng.chance(80));
                    self.b.constant(constant, Ty::Bool)
                }
                _ => self.atom(),
            };
        }
        if self.rng.chance(15) {
            let of = self.condition(depth - 1);
            return self.test(Op::Not(of));
        }
        let count = 2 + self.rng.below(3);
        let mut all: Vec<NodeId> = (0..count).map(|_| self.condition(depth - 1)).collect();
        all.sort_unstable();
        all.dedup();
        match (&*all, self.rng.chance(65)) {
            ([one], _) => *one,
            (_, true) => self.test(Op::And(all.into())),
            (_, false) => self.test(Op::Or(all.into())),
        }
    }
}

fn generated(rng: &mut Rng, segments: usize, depth: usize) -> Plan {
    let mut maker = Maker {
        rng,
        b: Builder::new(),
    };
    let nodes: Vec<NodeId> = (0..segments).map(|_| maker.condition(depth)).collect();
    segments_of(maker.b, &nodes)
}

fn segments_of(b: Builder, nodes: &[NodeId]) -> Plan {
    let mut plan = plans::traits(b, nodes);
    for output in &mut plan.outputs {
        output.kind = OutputKind::Segment;
    }
    plan
}

/// The segments that hold for each profile, by the interpreter.
fn expected(plan: &Plan, data: &Dataset, evaluation: &Evaluation) -> Vec<Vec<u32>> {
    let evaluator = Evaluator::prepared(plan, data, evaluation);
    let outputs = || (0..).zip(&plan.outputs);
    let of = |profile| {
        let mut profile = evaluator.profile(profile);
        let segments = outputs().filter(|(_, output)| output.kind == OutputKind::Segment);
        let held = segments.filter(|(_, output)| profile.value(output.node).is_true());
        held.map(|(index, _)| index).collect()
    };
    (0..data.profiles).map(of).collect()
}

/// The values that an index asks for, by the interpreter.
fn values(index: &RuleIndex, evaluator: &Evaluator<'_>, profile: usize) -> Vec<Value> {
    let mut profile = evaluator.profile(profile);
    let mut order = |a: NodeId, b: NodeId| match (profile.value(a), profile.value(b)) {
        (Value::Int(a), Value::Float(b)) => Some(num::compare(a, b)),
        (Value::Float(a), Value::Int(b)) => Some(num::compare(b, a).reverse()),
        (a, b) => a.compare(&b),
    };
    let mut described = Vec::new();
    for attribute in index.attributes() {
        described.push(match attribute.value {
            RuleValue::Node(_) | RuleValue::Known(_) => None,
            RuleValue::Less(a, b) => Some(order(a, b).is_some_and(std::cmp::Ordering::is_lt)),
            RuleValue::AtMost(a, b) => Some(order(a, b).is_some_and(std::cmp::Ordering::is_le)),
            RuleValue::Equal(a, b) => Some(order(a, b).is_some_and(std::cmp::Ordering::is_eq)),
        });
    }
    let pairs = index.attributes().iter().zip(described);
    pairs
        .map(|(attribute, holds)| match (attribute.value, holds) {
            (RuleValue::Node(node), _) => profile.value(node),
            (RuleValue::Known(node), _) => Value::Bool(profile.value(node).is_known()),
            (_, holds) => Value::Bool(holds == Some(true)),
        })
        .collect()
}

/// The least budget of a plan's index.
fn least(plan: &Plan) -> usize {
    let options = RuleIndexOptions {
        memory: 0,
        ..RuleIndexOptions::default()
    };
    match RuleIndex::new(plan, &options) {
        Err(RuleIndexError::Memory { needed, budget: 0 }) => needed,
        other => panic!("{other:?}"),
    }
}

/// Asks an index about every profile, in both ways.
fn same(
    index: &RuleIndex,
    plan: &Plan,
    data: &Dataset,
    evaluation: &Evaluation,
    expected: &[Vec<u32>],
) -> Result<(), String> {
    let mut session = index.session(data, evaluation);
    let evaluator = Evaluator::prepared(plan, data, evaluation);
    let mut scratch = RuleScratch::default();
    for (profile, expected) in expected.iter().enumerate() {
        let found = session.matches(profile);
        if found != expected {
            return Err(format!("profile {profile}: {found:?}, not {expected:?}"));
        }
        let clock = evaluator.profile(profile).clock().clone();
        let row = RuleRow {
            now: evaluation.now,
            today: clock.today(0, 0),
            values: &values(index, &evaluator, profile),
        };
        let found = index.matches(&mut scratch, &row);
        if found != expected {
            return Err(format!("values of {profile}: {found:?}, not {expected:?}"));
        }
    }
    Ok(())
}

/// Compares indexes of a plan, under budgets from the least to the default one, with the interpreter.
fn agree(plan: &Plan, data: &Dataset, evaluation: &Evaluation) -> Result<(), String> {
    let expected = expected(plan, data, evaluation);
    let whole = RuleIndex::new(plan, &RuleIndexOptions::default()).map_err(|e| e.to_string())?;
    let (least, most) = (least(plan), whole.memory().total());
    let budgets = [
        least,
        least + (most - least) / 8,
        least.midpoint(most),
        256 << 20,
    ];
    for (memory, isa) in budgets
        .into_iter()
        .zip(Isa::available().into_iter().rev().cycle())
    {
        let options = RuleIndexOptions {
            memory,
            isa,
            ..RuleIndexOptions::default()
        };
        let index = RuleIndex::new(plan, &options).map_err(|error| error.to_string())?;
        assert!(index.memory().total() <= memory, "{:?}", index.memory());
        same(&index, plan, data, evaluation, &expected)
            .map_err(|error| format!("{memory} bytes, {isa:?}: {error}"))?;
    }
    Ok(())
}

fn run(seed: u64, count: usize, segments: usize, depth: usize) {
    for index in 0..count {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(index as u64);
        let mut rng = Rng(seed);
        let data = fixture::dataset(&mut rng, 14, 5);
        let plan = generated(&mut rng, segments, depth);
        let ends = [
            i64::MIN,
            i64::MAX,
            MAX_TIMESTAMP - 3 * DAY,
            MIN_TIMESTAMP + DAY,
        ];
        let now = *rng.pick(&[
            NOW,
            NOW,
            NOW - DAY,
            NOW + 1,
            ends[0],
            ends[1],
            ends[2],
            ends[3],
        ]);
        if let Err(error) = agree(&plan, &data, &at(now)) {
            panic!("seed {seed}: {error}");
        }
    }
}

#[test]
fn conjunctions_agree() {
    run(31, 12, 700, 1);
}

#[test]
fn nested_conditions_agree() {
    run(32, 16, 300, 3);
}

#[test]
fn deep_conditions_agree() {
    run(33, 8, 60, 6);
}

/// `PERSONA_JIT_PLANS=20000` for a long run.
#[test]
fn as_many_plans_as_asked_for_agree() {
    let asked = std::env::var("PERSONA_JIT_PLANS")
        .ok()
        .and_then(|count| count.parse::<usize>().ok());
    let asked = asked.unwrap_or(30);
    run(34, asked / 10, 200, 2);
    run(35, asked / 10, 40, 4);
}

/// Every operation, histories, sequences and ranks.
#[test]
fn any_segments_agree() {
    for (seed, focus) in [
        (41, Focus::Anything),
        (42, Focus::Sequences),
        (43, Focus::Anything),
    ] {
        for index in 0..5 {
            let mut rng = Rng(seed * 1_000 + index);
            let data = fixture::dataset(&mut rng, 10, 9);
            let plan = generate::plan(&mut rng, 30, 4, focus);
            if let Err(error) = agree(&plan, &data, &at(NOW)) {
                panic!("seed {seed}, plan {index}: {error}");
            }
        }
    }
}

/// A segment needs ranks, whose thresholds come with the evaluation or from the data.
#[test]
fn ranks_are_calibrated_or_given() {
    for index in 0..10 {
        let mut rng = Rng(5_000 + index);
        let data = fixture::dataset(&mut rng, 12, 9);
        let mut plan = generate::plan(&mut rng, 6, 2, Focus::Ranks);
        let mut b = Builder::new();
        // The generator's nodes, in their order, keep their ids.
        for node in &plan.nodes {
            b.node(node.op.clone(), node.ty.clone(), node.optional);
        }
        for output in &mut plan.outputs {
            let (ty, of) = (plan.nodes[output.node].ty.clone(), output.node);
            let bound = match ty {
                Ty::Int => b.constant(Const::Int(2), Ty::Int),
                _ => b.constant(Const::Float(persona_ir::F64::new(0.5)), Ty::Float),
            };
            output.node = b.node(Op::Lt(bound, of), Ty::Bool, false);
            output.explain.node = None;
            output.kind = OutputKind::Segment;
        }
        plan.nodes = b.finish();
        agree(&plan, &data, &at(NOW)).unwrap();
        let calibration = Evaluator::prepared(&plan, &data, &at(NOW - DAY));
        let given = Evaluation {
            now: NOW,
            calibration: Some(Arc::clone(calibration.calibration())),
        };
        agree(&plan, &data, &given).unwrap();
    }
}

#[test]
fn only_what_is_asked_is_answered() {
    let mut rng = Rng(61);
    let data = fixture::dataset(&mut rng, 10, 4);
    let mut plan = generated(&mut rng, 90, 2);
    plan.outputs[7].kind = OutputKind::Trait;
    let all = expected(&plan, &data, &at(NOW));
    let options = |segments: Vec<usize>| RuleIndexOptions {
        segments: Some(segments),
        ..RuleIndexOptions::default()
    };
    let index = RuleIndex::new(&plan, &options(vec![80, 3, 41, 3, 8])).unwrap();
    assert_eq!(index.stats().segments, 4);
    let some: Vec<Vec<u32>> = all
        .iter()
        .map(|held| {
            held.iter()
                .copied()
                .filter(|o| [3, 8, 41, 80].contains(o))
                .collect()
        })
        .collect();
    same(&index, &plan, &data, &at(NOW), &some).unwrap();
    for other in [7, 90] {
        match RuleIndex::new(&plan, &options(vec![3, other])) {
            Err(RuleIndexError::NotASegment(output)) => assert_eq!(output, other),
            found => panic!("{found:?}"),
        }
    }
    let none = RuleIndex::new(&plan, &options(Vec::new())).unwrap();
    assert_eq!(none.session(&data, &at(NOW)).matches(3), [] as [u32; 0]);
}

#[test]
fn a_plan_that_breaks_rules_is_refused() {
    let mut plan = generated(&mut Rng(62), 3, 1);
    plan.outputs[0].name = "zzz".into();
    let found = RuleIndex::new(&plan, &RuleIndexOptions::default());
    assert!(matches!(found, Err(RuleIndexError::Code(_))));
}

/// `a = 1 or b = 2`, which demands nothing of either alone, is split; twenty alternatives are too many and are asked.
#[test]
fn alternatives_are_split_or_asked() {
    let mut b = Builder::new();
    let (n, m) = (plans::profile(&mut b, "n"), plans::profile(&mut b, "m"));
    let tests: Vec<NodeId> = (0..20)
        .map(|value| {
            let bound = plans::int(&mut b, value);
            let a = b.node(Op::Eq(n, bound), Ty::Bool, false);
            let c = b.node(Op::Le(m, bound), Ty::Bool, false);
            b.node(Op::And([a, c].into()), Ty::Bool, false)
        })
        .collect();
    let both = b.node(Op::Or([tests[1], tests[2]].into()), Ty::Bool, false);
    let one = plans::int(&mut b, 1);
    let either = [
        b.node(Op::Eq(n, one), Ty::Bool, false),
        b.node(Op::Lt(m, one), Ty::Bool, false),
    ];
    let mut either = either;
    either.sort_unstable();
    let either = b.node(Op::Or(either.into()), Ty::Bool, false);
    let many = b.node(Op::Or(tests.into()), Ty::Bool, false);
    let never = {
        let two = plans::int(&mut b, 2);
        let mut all = [
            b.node(Op::Lt(two, n), Ty::Bool, false),
            b.node(Op::Lt(n, one), Ty::Bool, false),
        ];
        all.sort_unstable();
        b.node(Op::And(all.into()), Ty::Bool, false)
    };
    let plan = segments_of(b, &[both, either, many, never]);
    let index = RuleIndex::new(&plan, &RuleIndexOptions::default()).unwrap();
    let stats = index.stats();
    assert_eq!((stats.entries, stats.asked, stats.never), (5, 1, 1));
    agree(&plan, &fixture::dataset(&mut Rng(63), 40, 0), &at(NOW)).unwrap();
}

/// One condition of ten thousand parts, chains of thousands of conditions inside one another, and shared ones that would be
/// 2^60 written out.
#[test]
fn big_conditions_neither_explode_nor_overflow() {
    let mut b = Builder::new();
    let (n, s) = (plans::profile(&mut b, "n"), plans::profile(&mut b, "s"));
    let wide: Vec<NodeId> = (0..10_000)
        .map(|value| {
            let bound = plans::int(&mut b, value * 3);
            b.node(Op::Eq(n, bound), Ty::Bool, false)
        })
        .collect();
    let (mut chain, mut shared) = (wide[0], wide[1]);
    for (index, of) in (0..6_000).zip(wide.iter().skip(2)) {
        let text = b.constant(Const::Str(format!("{index}").into()), Ty::Str);
        let test = b.node(Op::Contains(s, text), Ty::Bool, false);
        let test = if index % 3 == 0 { test } else { *of };
        let mut pair = [chain, test];
        pair.sort_unstable();
        let op = if index % 2 == 0 {
            Op::And(pair.into())
        } else {
            Op::Or(pair.into())
        };
        chain = b.node(op, Ty::Bool, false);
        if index % 100 == 0 {
            let mut left = [shared, test];
            left.sort_unstable();
            let left = b.node(Op::Or(left.into()), Ty::Bool, false);
            let right = b.node(Op::Not(shared), Ty::Bool, false);
            let mut both = [left, right];
            both.sort_unstable();
            shared = b.node(Op::And(both.into()), Ty::Bool, false);
        }
    }
    let any = b.node(Op::Or(wide.clone().into()), Ty::Bool, false);
    let all = b.node(Op::And(wide.into()), Ty::Bool, false);
    let plan = segments_of(b, &[any, all, chain, shared]);
    let data = fixture::dataset(&mut Rng(64), 6, 0);
    let index = RuleIndex::new(&plan, &RuleIndexOptions::default()).unwrap();
    let expected = expected(&plan, &data, &at(NOW));
    same(&index, &plan, &data, &at(NOW), &expected).unwrap();
}

/// An instant at an end of the calendar meets several clamped bounds at once.
#[test]
fn bounds_beyond_the_calendar_are_met_at_its_ends() {
    let mut b = Builder::new();
    let (since, born) = (
        plans::profile(&mut b, "since"),
        plans::profile(&mut b, "born"),
    );
    let mut nodes = Vec::new();
    for days in [-9, -2, -1, 0, 1, 2, 9] {
        let instant = Op::Instant(InstantSpec::NowPlus(i64::from(days) * MICROS_OF_DAY));
        let instant = if days == 0 { Op::Now } else { instant };
        let instant = b.node(instant, Ty::Timestamp, false);
        let today = b.node(Op::Today { months: 0, days }, Ty::Date, false);
        for (value, bound) in [(since, instant), (born, today)] {
            let tests = [
                Op::Lt(value, bound),
                Op::Le(bound, value),
                Op::Eq(value, bound),
            ];
            nodes.extend(tests.map(|op| b.node(op, Ty::Bool, false)));
        }
    }
    let plan = segments_of(b, &nodes);
    let mut data = fixture::dataset(&mut Rng(65), 6, 0);
    let mut column = |name: &str, ty: Ty, values: [i64; 6]| {
        let col = plan.schema.profile.column(name).unwrap();
        let values = values.map(Value::Int);
        data.columns[col] =
            persona_runtime::build::column(&values, &ty, &mut Arc::clone(&data.strings));
    };
    let (first, last) = (MIN_TIMESTAMP, MAX_TIMESTAMP);
    column(
        "since",
        Ty::Timestamp,
        [first, first + 1, last - 1, last, 0, last - DAY],
    );
    let days = |date: i64| MAX_DATE - date;
    column(
        "born",
        Ty::Date,
        [days(0), days(1), days(2), days(9), 0, first / DAY],
    );
    for now in [
        last,
        last - 1,
        last - DAY,
        last - 5 * DAY,
        first,
        first + DAY,
        0,
    ] {
        agree(&plan, &data, &at(now)).unwrap();
    }
}
