//! Batches by columns where they could go wrong: at the ends of chunks, over many zones, where everything is missing, where
//! thresholds are found by bisection, where dictionaries are asked, and where code must do everything.

use std::sync::Arc;

use persona_ir::{Builder, Const, DatePart, F64, NodeId, Op, OutputKind, Plan, Ty};
use persona_runtime::{Column, Dataset, Value, Values, build};

use super::fixture::{self, DAY, FLOATS, INTS, NOW, Rng, TEXTS, TIER, euro};
use super::generate::{self, Focus};
use super::scalars::data;
use super::{agree, at, narrowed, plans};
use crate::Compiled;

/// The plan's Bools as segments.
fn segments(b: Builder, nodes: &[NodeId]) -> Plan {
    let mut plan = plans::traits(b, nodes);
    for output in &mut plan.outputs {
        if plan.nodes[output.node].ty == Ty::Bool && !plan.nodes[output.node].optional {
            output.kind = OutputKind::Segment;
        }
    }
    plan
}

/// Whether a run of the outputs has needed machine code.
fn made_code(plan: &Plan, data: &Dataset) -> bool {
    let compiled = Compiled::new(plan).unwrap();
    compiled.run(data, &at(NOW));
    let rests = compiled.outputs.rests.lock().unwrap();
    !rests.is_empty()
}

fn bool_node(b: &mut Builder, op: Op) -> NodeId {
    b.node(op, Ty::Bool, false)
}

/// The comparisons of a node with a bound, from both sides.
fn comparisons(b: &mut Builder, of: NodeId, bound: NodeId, mixed: bool) -> Vec<NodeId> {
    let ops = if mixed {
        [Op::EqNum, Op::LtNum, Op::LeNum]
    } else {
        [Op::Eq, Op::Lt, Op::Le]
    };
    let both = ops
        .into_iter()
        .flat_map(|op| [op(of, bound), op(bound, of)]);
    both.map(|op| bool_node(b, op)).collect()
}

fn ints() -> Vec<Value> {
    let near = (-40..40).map(|n| Value::Int(n * 7));
    INTS.iter().map(|n| Value::Int(*n)).chain(near).collect()
}

#[test]
fn chunks_end_where_they_end() {
    for (seed, profiles) in [(1, 63), (2, 64), (3, 2047), (4, 2048), (5, 2049), (6, 4100)] {
        let mut rng = Rng(seed);
        let data = fixture::dataset(&mut rng, profiles, 2);
        let mut b = Builder::new();
        let (n, m) = (plans::profile(&mut b, "n"), plans::profile(&mut b, "m"));
        let (s, t) = (plans::profile(&mut b, "s"), plans::profile(&mut b, "t"));
        let rates = plans::profile(&mut b, "rates");
        let (two, yes) = (plans::int(&mut b, 2), plans::profile(&mut b, "yes"));
        let least = bool_node(&mut b, Op::Le(two, n));
        let not = bool_node(&mut b, Op::Not(least));
        let less = bool_node(&mut b, Op::Lt(n, m));
        let known = bool_node(&mut b, Op::Known(s));
        let unknown = bool_node(&mut b, Op::Not(known));
        let either = bool_node(&mut b, Op::Or([not, less].into()));
        let both = bool_node(&mut b, Op::And([known, either].into()));
        let joined = b.node(Op::Concat([s, t, s].into()), Ty::Str, true);
        let other = plans::int(&mut b, 7);
        let stage = b.node(
            Op::If {
                cond: either,
                then: two,
                other,
            },
            Ty::Int,
            false,
        );
        let nodes = [
            not, less, unknown, either, both, joined, rates, stage, yes, n,
        ];
        agree(&segments(b, &nodes), &data, &at(NOW)).unwrap();
    }
}

#[test]
fn random_plans_over_several_chunks_agree() {
    for seed in 0..4 {
        let mut rng = Rng(7_000 + seed);
        let data = fixture::dataset(&mut rng, 4_200, 1);
        let plan = generate::plan(&mut rng, 4, 3, Focus::Anything);
        agree(&plan, &data, &at(NOW)).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

#[test]
fn nothing_is_known() {
    let mut rng = Rng(11);
    let mut absent = fixture::dataset(&mut rng, 100, 3);
    for column in absent.columns.iter_mut().skip(1) {
        *column = Column::new(Values::Absent(100), None);
    }
    for seed in 0..40 {
        let mut rng = Rng(900 + seed);
        let plan = generate::plan(&mut rng, 5, 3, Focus::Anything);
        agree(&plan, &absent, &at(NOW)).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

/// Operations of one integer, or of one and a constant, that never turn back.
fn integer_chains(b: &mut Builder, n: NodeId) -> Vec<(NodeId, Ty)> {
    let mut chains = vec![(n, Ty::Int)];
    let int = |b: &mut Builder, op| (b.node(op, Ty::Int, true), Ty::Int);
    for value in [0, 1, -1, 3, -7, i64::MAX, i64::MIN] {
        let c = plans::int(b, value);
        for op in [
            Op::Add(n, c),
            Op::Sub(n, c),
            Op::Sub(c, n),
            Op::Mul(n, c),
            Op::Min(n, c),
            Op::Max(c, n),
        ] {
            chains.push(int(b, op));
        }
        chains.push(int(b, Op::IntDiv(n, c)));
        chains.push((b.node(Op::Ratio(n, c), Ty::Float, true), Ty::Float));
    }
    chains.push(int(b, Op::Neg(n)));
    chains.push((b.node(Op::ToFloat(n), Ty::Float, true), Ty::Float));
    let neg = chains[chains.len() - 2].0;
    let three = plans::int(b, 3);
    let twice = int(b, Op::Mul(neg, three)).0;
    chains.push(int(b, Op::Add(twice, three)));
    chains
}

#[test]
fn thresholds_of_integers_are_exact() {
    let mut b = Builder::new();
    let n = plans::profile(&mut b, "n");
    let mut nodes = Vec::new();
    for (chain, ty) in integer_chains(&mut b, n) {
        for value in [0, 2, -5, 21, i64::MAX, i64::MIN] {
            let bound = plans::int(&mut b, value);
            nodes.extend(comparisons(&mut b, chain, bound, ty == Ty::Float));
        }
        for value in [0.0, 2.5, -3.0, 1e19, f64::MIN, 9_007_199_254_740_993.0] {
            let bound = b.constant(Const::Float(F64::new(value)), Ty::Float);
            nodes.extend(comparisons(&mut b, chain, bound, ty != Ty::Float));
        }
        if ty == Ty::Int {
            let few: Vec<Const> = [-7, 0, 1, 3, 21].into_iter().map(Const::Int).collect();
            nodes.push(bool_node(&mut b, Op::In(chain, few.into())));
            let many: Vec<Const> = (-20..20).map(|n| Const::Int(n * 3)).collect();
            nodes.push(bool_node(&mut b, Op::In(chain, many.into())));
        }
    }
    let plan = segments(b, &nodes);
    let data = data(&[("n", ints().into_iter().chain([Value::Missing]).collect())]);
    agree(&plan, &data, &at(NOW)).unwrap();
    assert!(!made_code(&plan, &data), "all are thresholds");
}

#[test]
fn thresholds_of_floats_and_amounts_are_exact() {
    let mut b = Builder::new();
    let (x, spent) = (plans::profile(&mut b, "x"), plans::profile(&mut b, "spent"));
    let mut chains = vec![(x, Ty::Float)];
    let mut nodes = Vec::new();
    for value in [0.0, 1.0, -2.5, 1e-300, f64::MAX] {
        let c = b.constant(Const::Float(F64::new(value)), Ty::Float);
        for op in [
            Op::FAdd(x, c),
            Op::FSub(c, x),
            Op::FMul(x, c),
            Op::FDiv(x, c),
            Op::Min(x, c),
        ] {
            let optional = true;
            chains.push((b.node(op, Ty::Float, optional), Ty::Float));
        }
        let scaled = b.node(Op::Scale(spent, c), euro(), true);
        let unscaled = b.node(Op::Unscale(spent, c), euro(), true);
        for value in [0, 5, -9, i64::MAX] {
            let bound = b.constant(Const::Int(value), euro());
            nodes.extend(comparisons(&mut b, scaled, bound, false));
            nodes.extend(comparisons(&mut b, unscaled, bound, false));
        }
    }
    for op in [Op::Round(x), Op::Floor(x), Op::Ceil(x)] {
        chains.push((b.node(op, Ty::Int, true), Ty::Int));
    }
    for (chain, ty) in chains {
        for value in [0.0, 0.5, -0.5, 2.5, f64::MAX, f64::MIN, 5e-324] {
            let bound = b.constant(Const::Float(F64::new(value)), Ty::Float);
            nodes.extend(comparisons(&mut b, chain, bound, ty != Ty::Float));
        }
        let bound = plans::int(&mut b, 2);
        nodes.extend(comparisons(&mut b, chain, bound, ty == Ty::Float));
    }
    let plan = segments(b, &nodes);
    let floats: Vec<Value> = FLOATS
        .iter()
        .map(|x| Value::Float(*x))
        .chain([Value::Missing])
        .collect();
    let amounts = ints().into_iter().cycle().take(floats.len()).collect();
    let data = data(&[("x", floats), ("spent", amounts)]);
    agree(&plan, &data, &at(NOW)).unwrap();
    assert!(!made_code(&plan, &data), "all are thresholds");
}

/// Ages, dates and instants, in many zones.
fn timely(b: &mut Builder) -> Vec<NodeId> {
    let (born, since) = (plans::profile(b, "born"), plans::profile(b, "since"));
    let now = b.node(Op::Now, Ty::Timestamp, false);
    let age = b.node(Op::Age(born), Ty::Int, true);
    let days = b.node(Op::DaysSince(since), Ty::Int, true);
    let start = b.node(Op::StartOfDay(born), Ty::Timestamp, true);
    let moved = b.node(
        Op::DateAdd {
            date: born,
            months: 1,
            days: -3,
        },
        Ty::Date,
        true,
    );
    let today = b.node(Op::Today { months: 0, days: 0 }, Ty::Date, false);
    let mut nodes = Vec::new();
    for value in [0, 1, 18, 40, -3] {
        let bound = plans::int(b, value);
        nodes.extend(comparisons(b, age, bound, false));
        nodes.extend(comparisons(b, days, bound, false));
    }
    nodes.extend(comparisons(b, start, now, false));
    nodes.extend(comparisons(b, moved, today, false));
    nodes.extend(comparisons(b, born, today, false));
    let month = b.node(Op::DatePart(born, DatePart::Month), Ty::Int, true);
    let three = plans::int(b, 3);
    nodes.extend(comparisons(b, month, three, false));
    let hour = b.node(Op::LocalPart(since, DatePart::Hour), Ty::Int, true);
    nodes.extend(comparisons(b, hour, three, false));
    let first = b.constant(Const::Int(20_541), Ty::Date);
    nodes.extend(comparisons(b, today, first, false));
    nodes
}

#[test]
fn each_zone_has_its_own_thresholds() {
    for (seed, now) in (0..).zip([
        NOW,
        NOW - 12 * fixture::HOUR,
        NOW + 9 * fixture::HOUR,
        NOW - DAY,
    ]) {
        let mut b = Builder::new();
        let nodes = timely(&mut b);
        let plan = segments(b, &nodes);
        let mut data = fixture::dataset(&mut Rng(seed), 300, 0);
        agree(&plan, &data, &at(now)).unwrap();
        agree(&plan, &narrowed(&data), &at(now)).unwrap();
        let (one, mut strings) = (vec![Value::text("Asia/Kolkata"); 300], data.strings.clone());
        data.columns[plan.schema.zone.unwrap()] =
            persona_runtime::build::column(&one, &Ty::Str, &mut strings);
        data.strings = strings;
        agree(&plan, &data, &at(now)).unwrap();
    }
}

/// Functions of one text, asked once for each text of the column's dictionary.
#[test]
fn dictionaries_are_asked() {
    let mut b = Builder::new();
    let (s, tier) = (plans::profile(&mut b, "s"), plans::profile(&mut b, "tier"));
    let yes = plans::profile(&mut b, "yes");
    let n = plans::profile(&mut b, "n");
    let text = |b: &mut Builder, text: &str| b.constant(Const::Str(text.into()), Ty::Str);
    let mut nodes = Vec::new();
    let lower = b.node(Op::Lower(s), Ty::Str, true);
    let domain = b.node(Op::Domain(s), Ty::Str, true);
    let length = b.node(Op::StrLen(s), Ty::Int, true);
    for word in ["", "a", "STRASSE", "mail.de", "nowhere"] {
        let word = text(&mut b, word);
        for op in [
            Op::EqFold,
            Op::Contains,
            Op::StartsWith,
            Op::EndsWith,
            Op::Lt,
            Op::Le,
            Op::Eq,
        ] {
            nodes.push(bool_node(&mut b, op(s, word)));
            nodes.push(bool_node(&mut b, op(lower, word)));
            nodes.push(bool_node(&mut b, op(word, domain)));
        }
        let or = b.node(Op::Coalesce(s, word), Ty::Str, false);
        let fold = b.node(Op::Fold(or), Ty::Str, false);
        nodes.push(bool_node(&mut b, Op::Contains(fold, word)));
    }
    nodes.push(bool_node(&mut b, Op::Matches(s, "^[a-z]+$".into())));
    nodes.push(bool_node(&mut b, Op::Known(domain)));
    let two = plans::int(&mut b, 2);
    nodes.extend(comparisons(&mut b, length, two, false));
    let set: Vec<Const> = TEXTS[..5]
        .iter()
        .map(|text| Const::Str((*text).into()))
        .collect();
    let mut set = set;
    set.sort_by(Const::compare);
    nodes.push(bool_node(&mut b, Op::In(s, set.into())));
    let silver = b.constant(Const::Enum(1), Ty::Enum(TIER));
    nodes.extend(comparisons(&mut b, tier, silver, false));
    nodes.push(bool_node(
        &mut b,
        Op::In(tier, [Const::Enum(0), Const::Enum(2)].into()),
    ));
    let shown = b.node(Op::Display(tier, None), Ty::Str, true);
    let word = text(&mut b, "l");
    nodes.push(bool_node(&mut b, Op::Contains(shown, word)));
    let no = b.constant(Const::Bool(false), Ty::Bool);
    nodes.push(b.node(Op::Coalesce(yes, no), Ty::Bool, false));
    nodes.push(bool_node(&mut b, Op::Eq(yes, no)));
    let odd = b.node(Op::IntMod(n, two), Ty::Int, true);
    let one = plans::int(&mut b, 1);
    nodes.push(bool_node(&mut b, Op::Eq(odd, one)));
    let plan = segments(b, &nodes);
    let values = |values: &[Value]| -> Vec<Value> {
        let all = values.iter().cloned().chain([Value::Missing]);
        all.cycle().take(150).collect()
    };
    let texts: Vec<Value> = TEXTS.iter().map(|text| Value::text(*text)).collect();
    let data = data(&[
        ("s", values(&texts)),
        (
            "tier",
            values(&[Value::Enum(0), Value::Enum(1), Value::Enum(2)]),
        ),
        ("yes", values(&[Value::Bool(true), Value::Bool(false)])),
        ("n", values(&(-9..9).map(Value::Int).collect::<Vec<_>>())),
    ]);
    agree(&plan, &data, &at(NOW)).unwrap();
    assert!(
        !made_code(&plan, &narrowed(&data)),
        "all are asked of dictionaries"
    );
}

/// What no column alone answers.
#[test]
fn everything_may_be_rest() {
    let mut b = Builder::new();
    let (n, m) = (plans::profile(&mut b, "n"), plans::profile(&mut b, "m"));
    let (home, work) = (
        plans::profile(&mut b, "home"),
        plans::profile(&mut b, "work"),
    );
    let tags = plans::profile(&mut b, "tags");
    let far = b.node(Op::Distance(home, work), Ty::Length, true);
    let limit = b.constant(Const::Int(1_000), Ty::Length);
    let nodes = [
        bool_node(&mut b, Op::Lt(far, limit)),
        bool_node(&mut b, Op::Lt(n, m)),
        bool_node(&mut b, Op::HasAny(tags, [Const::Str("a".into())].into())),
        far,
        tags,
        home,
    ];
    let plan = segments(b, &nodes);
    let data = fixture::dataset(&mut Rng(3), 2_100, 0);
    agree(&plan, &data, &at(NOW)).unwrap();
    assert!(made_code(&plan, &data));
}

/// Code runs only for the profiles that cheap conditions leave open, wherever in a chunk they are.
#[test]
fn what_is_expensive_is_asked_only_where_it_decides() {
    let mut b = Builder::new();
    let (n, m) = (plans::profile(&mut b, "n"), plans::profile(&mut b, "m"));
    let (home, work) = (
        plans::profile(&mut b, "home"),
        plans::profile(&mut b, "work"),
    );
    let tier = plans::profile(&mut b, "tier");
    let far = b.node(Op::Distance(home, work), Ty::Length, true);
    let limit = b.constant(Const::Int(1_000), Ty::Length);
    let near = bool_node(&mut b, Op::Lt(far, limit));
    let less = bool_node(&mut b, Op::Lt(n, m));
    let seven = plans::int(&mut b, 7);
    let few = bool_node(&mut b, Op::Eq(n, seven));
    let gold = b.constant(Const::Enum(2), Ty::Enum(TIER));
    let not_gold = bool_node(&mut b, Op::Lt(tier, gold));
    let both = bool_node(&mut b, Op::And([near, few].into()));
    let open = bool_node(&mut b, Op::Or([less, not_gold].into()));
    let none = bool_node(&mut b, Op::Not(open));
    let inner = bool_node(&mut b, Op::Or([both, none].into()));
    let all = bool_node(&mut b, Op::And([few, inner].into()));
    let whole = segments(b, &[both, none, all]);
    for outputs in [0..1, 1..2, 2..3, 0..3] {
        let plan = Plan {
            outputs: whole.outputs[outputs].to_vec(),
            ..whole.clone()
        };
        for (seed, profiles) in [(5, 64), (6, 130), (7, 2_300)] {
            let data = fixture::dataset(&mut Rng(seed), profiles, 0);
            agree(&plan, &data, &at(NOW)).unwrap();
        }
    }
}

/// A chunk whose answer depends on something expensive, and a last one, shorter, of which the cheap condition says all.
#[test]
fn what_a_chunk_left_counts_for_nobody_beyond_the_last() {
    let mut b = Builder::new();
    let (n, m) = (plans::profile(&mut b, "n"), plans::profile(&mut b, "m"));
    let (home, work) = (
        plans::profile(&mut b, "home"),
        plans::profile(&mut b, "work"),
    );
    let seven = plans::int(&mut b, 7);
    let cheap = bool_node(&mut b, Op::Eq(n, seven));
    let less = bool_node(&mut b, Op::Lt(n, m));
    let looped = bool_node(&mut b, Op::Or([cheap, less].into()));
    let far = b.node(Op::Distance(home, work), Ty::Length, true);
    let limit = b.constant(Const::Int(i64::MAX), Ty::Length);
    let somewhere = bool_node(&mut b, Op::Le(far, limit));
    let called = bool_node(&mut b, Op::Or([cheap, somewhere].into()));
    let plan = segments(b, &[looped, called]);
    let profiles = 2_300;
    let mut data = fixture::dataset(&mut Rng(8), profiles, 0);
    let mut strings = Arc::clone(&data.strings);
    let mut set = |node: NodeId, value: &dyn Fn(usize) -> Value| {
        let Op::Profile(col) = plan.nodes[node].op else {
            unreachable!("it is a column")
        };
        let values: Vec<Value> = (0..profiles).map(value).collect();
        let ty = &plan.schema.profile.columns[col].ty;
        data.columns[col] = build::column(&values, ty, &mut strings);
    };
    set(n, &|row| Value::Int(if row < 2_048 { 0 } else { 7 }));
    set(m, &|_| Value::Int(100));
    set(home, &|_| Value::Geo(1.0, 2.0));
    set(work, &|_| Value::Geo(2.0, 3.0));
    data.strings = strings;
    agree(&plan, &data, &at(NOW)).unwrap();
}
