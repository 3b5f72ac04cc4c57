//! Loops over several columns: where bounds, widths, missing values and the ends of chunks could make them differ from the
//! interpreter, and which conditions they take.

use persona_ir::{Builder, Const, F64, NodeId, Op, OutputKind, Plan, Ty, operands};
use persona_runtime::kernels::Isa;
use persona_runtime::{Column, Dataset, Value, interpret};

use super::fixture::{DAY, FLOATS, INTS, NOW, Rng, TIER, euro};
use super::scalars::data;
use super::{at, narrowed, plans, same_answers};
use crate::{Compiled, RunOptions};

/// How large the numbers of a column are.
const SIZES: [i64; 7] = [1, 100, 30_000, 2_000_000_000, 1 << 51, 1 << 53, i64::MAX];

/// Columns with numbers of some sizes, some of them missing.
fn people(rng: &mut Rng, rows: usize) -> Dataset {
    let size = |rng: &mut Rng| *rng.pick(&SIZES);
    let spread = |rng: &mut Rng, size: i64, lack: u64| -> Vec<Value> {
        let one = |rng: &mut Rng| {
            if rng.chance(lack) {
                return Value::Missing;
            }
            let any = rng.next().cast_signed();
            Value::Int(match rng.below(8) {
                0 => 0,
                1 => size,
                2 => -size,
                3 => any.checked_rem(4).unwrap_or(0).clamp(-size, size),
                _ => any.checked_rem(size).unwrap_or(0),
            })
        };
        (0..rows).map(|_| one(rng)).collect()
    };
    let lack = *rng.pick(&[0, 20, 95]);
    let ints = ["n", "m", "spent", "wait", "far"].map(|name| {
        let size = size(rng);
        (name, spread(rng, size, lack))
    });
    let floats = ["x", "y"].map(|name| {
        let wild = rng.chance(50);
        let one = |rng: &mut Rng| match rng.below(5) {
            0 => Value::Missing,
            1 if wild => Value::Float(*rng.pick(&FLOATS)),
            2 => Value::Float(0.0),
            _ => Value::Float((rng.next().cast_signed() % 1000) as f64 / 8.0),
        };
        (name, (0..rows).map(|_| one(rng)).collect::<Vec<_>>())
    });
    let few = |rng: &mut Rng, values: &[Value]| -> Vec<Value> {
        (0..rows).map(|_| rng.pick(values).clone()).collect()
    };
    let yes = few(
        rng,
        &[Value::Bool(true), Value::Bool(false), Value::Missing],
    );
    let tier = few(
        rng,
        &[
            Value::Enum(0),
            Value::Enum(1),
            Value::Enum(2),
            Value::Missing,
        ],
    );
    let born = spread(rng, 20_000, 10);
    let since = (0..rows).map(|_| match rng.below(6) {
        0 => Value::Missing,
        1 => Value::Int(NOW),
        _ => Value::Int(NOW - (rng.next().cast_signed() % (900 * DAY))),
    });
    let since: Vec<Value> = since.collect();
    let mut columns: Vec<(&str, Vec<Value>)> = ints.into_iter().chain(floats).collect();
    columns.extend([
        ("yes", yes),
        ("tier", tier),
        ("born", born),
        ("since", since),
    ]);
    data(&columns)
}

/// Writes conditions of several columns, as well typed as those that sema lets through.
struct Maker<'r> {
    rng: &'r mut Rng,
    b: Builder,
}

impl Maker<'_> {
    fn node(&mut self, op: Op, ty: Ty) -> NodeId {
        let lacks = |node: NodeId| self.b.get(node).optional;
        let zero = |node: NodeId| match &self.b.get(node).op {
            Op::Const(Const::Int(value)) => *value == 0,
            Op::Const(Const::Float(value)) => value.get() == 0.0,
            _ => true,
        };
        let optional = match &op {
            _ if ty == Ty::Bool => false,
            Op::Coalesce(a, b) => lacks(*a) && lacks(*b),
            Op::If { then, other, .. } => lacks(*then) || lacks(*other),
            Op::IntDiv(a, b)
            | Op::IntMod(a, b)
            | Op::Ratio(a, b)
            | Op::FDiv(a, b)
            | Op::Unscale(a, b)
            | Op::UnscaleInt(a, b) => lacks(*a) || lacks(*b) || zero(*b),
            op => operands(op).iter().any(|operand| lacks(operand.node)),
        };
        self.b.node(op, ty, optional)
    }

    fn int(&mut self, depth: usize) -> NodeId {
        if depth == 0 {
            return match self.rng.below(4) {
                0 => {
                    let value = *self
                        .rng
                        .pick(&[0, 1, -1, 2, 7, 100, 1 << 40, i64::MAX, i64::MIN]);
                    plans::int(&mut self.b, value)
                }
                _ => {
                    let name = *self.rng.pick(&["n", "m"]);
                    plans::profile(&mut self.b, name)
                }
            };
        }
        let op = match self.rng.below(16) {
            0 => {
                let since = plans::profile(&mut self.b, "since");
                Op::DaysSince(since)
            }
            1 => {
                let x = self.float(depth - 1);
                self.rng
                    .pick(&[Op::Round(x), Op::Floor(x), Op::Ceil(x)])
                    .clone()
            }
            2 => Op::Neg(self.int(depth - 1)),
            3 => Op::Abs(self.int(depth - 1)),
            4 => return self.chosen(Ty::Int, depth),
            kind => {
                let (a, b) = (self.int(depth - 1), self.int(depth - 1));
                match kind {
                    5..=7 => Op::Add(a, b),
                    8 | 9 => Op::Sub(a, b),
                    10 | 11 => Op::Mul(a, b),
                    12 => Op::IntDiv(a, b),
                    13 => Op::IntMod(a, b),
                    14 => Op::Min(a, b),
                    _ => Op::Max(a, b),
                }
            }
        };
        self.node(op, Ty::Int)
    }

    fn money(&mut self, depth: usize) -> NodeId {
        if depth == 0 {
            return plans::profile(&mut self.b, "spent");
        }
        let op = match self.rng.below(6) {
            0 => Op::Add(self.money(depth - 1), self.money(depth - 1)),
            1 => Op::Mul(self.money(depth - 1), self.int(depth - 1)),
            2 => Op::Scale(self.money(depth - 1), self.float(depth - 1)),
            3 => Op::Unscale(self.money(depth - 1), self.float(depth - 1)),
            4 => return self.chosen(euro(), depth),
            _ => Op::UnscaleInt(self.money(depth - 1), self.int(depth - 1)),
        };
        self.node(op, euro())
    }

    fn float(&mut self, depth: usize) -> NodeId {
        if depth == 0 {
            return match self.rng.below(4) {
                0 => {
                    let value = *self.rng.pick(&FLOATS);
                    self.b.constant(Const::Float(F64::new(value)), Ty::Float)
                }
                _ => {
                    let name = *self.rng.pick(&["x", "y"]);
                    plans::profile(&mut self.b, name)
                }
            };
        }
        let op = match self.rng.below(12) {
            0 => Op::ToFloat(self.int(depth - 1)),
            1 => Op::Ratio(self.int(depth - 1), self.int(depth - 1)),
            2 => Op::FNeg(self.float(depth - 1)),
            3 => Op::Abs(self.float(depth - 1)),
            4 => return self.chosen(Ty::Float, depth),
            kind => {
                let (a, b) = (self.float(depth - 1), self.float(depth - 1));
                match kind {
                    5 | 6 => Op::FAdd(a, b),
                    7 => Op::FSub(a, b),
                    8 => Op::FMul(a, b),
                    9 => Op::FDiv(a, b),
                    10 => Op::Min(a, b),
                    _ => Op::Max(a, b),
                }
            }
        };
        self.node(op, Ty::Float)
    }

    fn of(&mut self, ty: &Ty, depth: usize) -> NodeId {
        match ty {
            Ty::Int => self.int(depth),
            Ty::Float => self.float(depth),
            Ty::Bool => self.condition(depth),
            _ => self.money(depth),
        }
    }

    fn chosen(&mut self, ty: Ty, depth: usize) -> NodeId {
        let (then, other) = (self.of(&ty, depth - 1), self.of(&ty, depth - 1));
        let op = if self.rng.chance(50) {
            Op::Coalesce(then, other)
        } else {
            let cond = self.condition(depth - 1);
            Op::If { cond, then, other }
        };
        self.node(op, ty)
    }

    /// A Bool that is never missing.
    fn condition(&mut self, depth: usize) -> NodeId {
        let below = depth.saturating_sub(1);
        let op = match self.rng.below(if depth == 0 { 7 } else { 11 }) {
            0 => self.compared(&Ty::Int, below),
            1 => self.compared(&Ty::Float, below),
            2 => self.compared(&euro(), below),
            3 => {
                let (a, b) = (self.int(below), self.float(below));
                let (a, b) = if self.rng.chance(50) { (a, b) } else { (b, a) };
                self.rng
                    .pick(&[Op::EqNum(a, b), Op::LtNum(a, b), Op::LeNum(a, b)])
                    .clone()
            }
            4 => {
                let of = self.int(below);
                Op::In(of, [-1, 0, 7].map(Const::Int).into())
            }
            5 => {
                let tier = plans::profile(&mut self.b, "tier");
                let two = self.b.constant(Const::Enum(1), Ty::Enum(TIER));
                Op::Le(tier, two)
            }
            6 => {
                let yes = plans::profile(&mut self.b, "yes");
                let no = self.b.constant(Const::Bool(false), Ty::Bool);
                let other = self.b.node(Op::Coalesce(yes, no), Ty::Bool, false);
                return other;
            }
            7 => Op::Not(self.condition(below)),
            8 => {
                let (a, b) = (self.condition(below), self.condition(below));
                if a == b {
                    return a;
                }
                let mut all = [a, b];
                all.sort_unstable();
                if self.rng.chance(50) {
                    Op::And(all.into())
                } else {
                    Op::Or(all.into())
                }
            }
            9 => {
                let of = self.int(below);
                Op::Known(of)
            }
            _ => {
                let yes = plans::profile(&mut self.b, "yes");
                let other = self.condition(below);
                Op::Eq(yes, other)
            }
        };
        self.node(op, Ty::Bool)
    }

    fn compared(&mut self, ty: &Ty, depth: usize) -> Op {
        let (a, b) = (self.of(ty, depth), self.of(ty, depth));
        self.rng
            .pick(&[Op::Eq(a, b), Op::Lt(a, b), Op::Le(a, b)])
            .clone()
    }
}

/// Segments of these conditions.
fn segments(b: Builder, nodes: &[NodeId]) -> Plan {
    let mut plan = plans::traits(b, nodes);
    plan.outputs
        .iter_mut()
        .for_each(|output| output.kind = OutputKind::Segment);
    plan
}

/// How many conditions loops answer, of data as they are and as narrow as they can be; all ways agree.
fn fused(plan: &Plan, data: &Dataset) -> Result<usize, String> {
    let compiled = Compiled::new(plan).map_err(|error| error.to_string())?;
    let expected = interpret(plan, data, &at(NOW));
    let narrow = narrowed(data);
    for isa in [None, Some(Isa::Portable)] {
        let options = RunOptions { threads: 2, isa };
        for (data, name) in [(data, "wide"), (&narrow, "narrow")] {
            let actual = compiled.run_with(data, &at(NOW), &options);
            same_answers(plan, &expected, &actual).map_err(|e| format!("{name}, {isa:?}: {e}"))?;
        }
    }
    Ok(compiled.fused())
}

#[test]
fn conditions_of_several_columns_agree_whatever_the_sizes() {
    let mut total = 0;
    for seed in 0..250 {
        let mut rng = Rng(40_000 + seed);
        let rows = *rng.pick(&[1, 15, 16, 17, 64, 200]);
        let data = people(&mut rng, rows);
        let mut maker = Maker {
            rng: &mut rng,
            b: Builder::new(),
        };
        let nodes: Vec<NodeId> = (0..6).map(|depth| maker.condition(1 + depth % 4)).collect();
        let plan = segments(maker.b, &nodes);
        total += fused(&plan, &data).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
    assert!(total > 500, "loops answered only {total} conditions");
}

#[test]
fn loops_end_where_chunks_end() {
    for (seed, rows) in [(1, 2_047), (2, 2_048), (3, 2_049), (4, 4_111)] {
        let mut rng = Rng(seed);
        let data = people(&mut rng, rows);
        let mut maker = Maker {
            rng: &mut rng,
            b: Builder::new(),
        };
        let nodes: Vec<NodeId> = (0..12).map(|_| maker.condition(3)).collect();
        let plan = segments(maker.b, &nodes);
        let count = fused(&plan, &data).unwrap_or_else(|error| panic!("{rows} rows: {error}"));
        assert!(count > 0, "some condition is a loop's");
    }
}

/// Every pair of numbers, under every operation of two of them.
#[test]
fn pairs_of_extreme_numbers_agree() {
    let near = [
        1 << 31,
        (1 << 31) - 1,
        1 << 51,
        1 << 52,
        (1 << 52) - 1,
        1 << 53,
        (1 << 53) + 1,
    ];
    let all: Vec<i64> = INTS.iter().copied().chain(near).collect();
    let bounded = |most: i64| -> Vec<i64> {
        let both = all.iter().flat_map(|n| [*n, n.saturating_neg()]);
        both.filter(|n| -most <= *n && *n <= most).collect()
    };
    let mut count = 0;
    for most in [
        127,
        32_767,
        1 << 31,
        1 << 51,
        (1 << 52) - 1,
        1 << 53,
        i64::MAX,
    ] {
        let numbers = bounded(most);
        let pairs = numbers
            .iter()
            .flat_map(|a| numbers.iter().map(move |b| (*a, *b)));
        let (n, m): (Vec<_>, Vec<_>) = pairs.map(|(a, b)| (Value::Int(a), Value::Int(b))).unzip();
        let data = data(&[("n", n.clone()), ("m", m), ("spent", n)]);
        let mut b = Builder::new();
        let (n, m) = (plans::profile(&mut b, "n"), plans::profile(&mut b, "m"));
        let mut nodes = Vec::new();
        for op in [
            Op::Add(n, m),
            Op::Sub(n, m),
            Op::Mul(n, m),
            Op::IntDiv(n, m),
            Op::IntMod(n, m),
            Op::Min(n, m),
            Op::Max(n, m),
        ] {
            let made = b.node(op, Ty::Int, true);
            for bound in [n, m] {
                nodes.push(b.node(Op::Lt(made, bound), Ty::Bool, false));
                nodes.push(b.node(Op::Eq(bound, made), Ty::Bool, false));
            }
            nodes.push(b.node(Op::Known(made), Ty::Bool, false));
        }
        let spent = plans::profile(&mut b, "spent");
        let each = b.node(Op::UnscaleInt(spent, m), euro(), true);
        let more = b.node(Op::Mul(spent, m), euro(), true);
        nodes.push(b.node(Op::Lt(each, spent), Ty::Bool, false));
        nodes.push(b.node(Op::Eq(each, more), Ty::Bool, false));
        nodes.push(b.node(Op::Le(spent, each), Ty::Bool, false));
        let ratio = b.node(Op::Ratio(n, m), Ty::Float, true);
        let float = b.node(Op::ToFloat(n), Ty::Float, true);
        nodes.push(b.node(Op::Lt(ratio, float), Ty::Bool, false));
        nodes.push(b.node(Op::LtNum(ratio, m), Ty::Bool, false));
        let plan = segments(b, &nodes);
        count += fused(&plan, &data).unwrap_or_else(|error| panic!("up to {most}: {error}"));
    }
    assert!(count > 200, "loops answered only {count} conditions");
}

/// Where a value is missing, its bits may be anything.
#[test]
fn bits_of_missing_values_are_not_looked_at() {
    for seed in 0..20 {
        let mut rng = Rng(70_000 + seed);
        let mut data = people(&mut rng, 100);
        for column in data.columns.iter_mut() {
            let Some(valid) = column.valid.clone() else {
                continue;
            };
            let wild = |row: usize| {
                if valid.is_valid(row) {
                    None
                } else {
                    Some(rng.next())
                }
            };
            let values = match &column.values {
                persona_runtime::Values::Int(values) => {
                    let wild: Vec<Option<u64>> = (0..values.len()).map(wild).collect();
                    let all = values.iter().zip(wild);
                    let all = all.map(|(v, wild)| wild.map_or(v, u64::cast_signed));
                    persona_runtime::Values::Int(all.collect::<Vec<i64>>().into())
                }
                persona_runtime::Values::Float(values) => {
                    let wild: Vec<Option<u64>> = (0..values.len()).map(wild).collect();
                    let all = values.iter().zip(wild);
                    let all = all.map(|(v, wild)| wild.map_or(*v, f64::from_bits));
                    persona_runtime::Values::Float(all.collect::<Vec<f64>>().into())
                }
                _ => continue,
            };
            *column = Column::new(values, Some(valid));
        }
        let mut maker = Maker {
            rng: &mut rng,
            b: Builder::new(),
        };
        let nodes: Vec<NodeId> = (0..8).map(|_| maker.condition(3)).collect();
        let plan = segments(maker.b, &nodes);
        fused(&plan, &data).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

/// Conditions that cheap ones decide are not computed, and code is made once for data of one shape.
#[test]
fn code_is_made_once_for_data_of_one_shape() {
    let mut b = Builder::new();
    let (n, m) = (plans::profile(&mut b, "n"), plans::profile(&mut b, "m"));
    let sum = b.node(Op::Add(n, m), Ty::Int, true);
    let product = b.node(Op::Mul(n, m), Ty::Int, true);
    let less = b.node(Op::Lt(sum, product), Ty::Bool, false);
    let since = plans::profile(&mut b, "since");
    let days = b.node(Op::DaysSince(since), Ty::Int, true);
    let late = b.node(Op::Lt(days, n), Ty::Bool, false);
    let plan = segments(b, &[less, late]);
    let compiled = Compiled::new(&plan).unwrap();
    for (seed, now) in [(1, NOW), (2, NOW + DAY), (3, NOW - 7)] {
        let mut rng = Rng(seed);
        let values = |rng: &mut Rng, most: usize| -> Vec<Value> {
            let one = |rng: &mut Rng| Value::Int(i64::try_from(rng.below(most)).unwrap());
            (0..100).map(|_| one(rng)).collect()
        };
        let instants = values(&mut rng, 100).into_iter().map(|days| match days {
            Value::Int(days) => Value::Int(NOW - days * DAY),
            other => other,
        });
        let columns = [
            ("n", values(&mut rng, 100)),
            ("m", values(&mut rng, 100)),
            ("since", instants.collect()),
        ];
        let data = narrowed(&data(&columns));
        let evaluation = at(now);
        let expected = interpret(&plan, &data, &evaluation);
        let actual = compiled.run(&data, &evaluation);
        same_answers(&plan, &expected, &actual).unwrap();
    }
    assert_eq!(compiled.fused(), 2, "one piece of code of two conditions");
    assert!(compiled.outputs.rests.lock().unwrap().is_empty());
}
