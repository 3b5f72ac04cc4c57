//! The structure of conditions against the interpreter: every part, put together from the values of its atoms, says
//! what the interpreter says of the condition.

use std::cmp::Ordering;

use persona_ir::{Builder, Const, F64, NodeId, Op, OutputKind, Plan, Ty};
use persona_runtime::{Calibration, Dataset, Evaluator, ProfileEvaluator, Value, num};

use super::fixture::{self, NOW, Rng};
use super::generate::{self, Focus};
use super::plans;
use crate::analysis::Analysis;
use crate::atoms::{Atoms, Bound, Part, PartId, Test, TestOp};

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Float(b)) => Some(num::compare(*a, *b)),
        (Value::Float(a), Value::Int(b)) => Some(num::compare(*b, *a).reverse()),
        _ => a.compare(b),
    }
}

fn test_holds(profile: &mut ProfileEvaluator<'_>, test: &Test) -> bool {
    let of = profile.value(test.of);
    let holds = |bound: &Value| order(&of, bound).is_some_and(|order| test.op.holds(order));
    match &test.bound {
        Bound::Node(bound) => holds(&profile.value(*bound)),
        Bound::Consts(set) => set.iter().any(|item| holds(&item.into())),
    }
}

/// Whether each part holds for a profile.
fn truths(atoms: &Atoms, profile: &mut ProfileEvaluator<'_>) -> Vec<bool> {
    let mut truths: Vec<bool> = Vec::new();
    for part in atoms.parts() {
        let of = |id: &PartId| truths[usize::from(*id)];
        truths.push(match part {
            Part::Const(value) => *value,
            Part::Not(part) => !of(part),
            Part::And(parts) => parts.iter().all(of),
            Part::Or(parts) => parts.iter().any(of),
            Part::Test(test) => test_holds(profile, test),
            Part::Known(node) => profile.value(*node).is_known(),
            Part::Holds(node) => profile.value(*node).is_true(),
        });
    }
    truths
}

/// Compares every closed node's parts with the interpreter.
fn check(plan: &Plan, data: &Dataset, context: &str) {
    let analysis = Analysis::new(&plan.nodes);
    let mut atoms = Atoms::new(plan);
    let closed = plan.nodes.ids().filter(|node| analysis.is_closed(*node));
    let closed: Vec<NodeId> = closed.collect();
    let is_bool = |node: NodeId| plan.nodes[node].ty == Ty::Bool;
    let asked: Vec<_> = closed
        .iter()
        .map(|node| {
            let holds = is_bool(*node).then(|| atoms.holds(plan, *node));
            (*node, holds, atoms.known(plan, *node))
        })
        .collect();
    let no_ranks = Calibration {
        now: NOW,
        ranks: persona_base::IndexVec::new(),
    };
    let evaluator = Evaluator::new(plan, data, NOW, no_ranks.into());
    let mut profile = evaluator.profile(0);
    for row in 0..data.profiles {
        profile.move_to(row);
        let truths = truths(&atoms, &mut profile);
        for (node, holds, known) in &asked {
            let value = profile.value(*node);
            let said = truths[usize::from(*known)];
            assert_eq!(said, value.is_known(), "{context}: {node:?} of {row}");
            if let Some(holds) = holds {
                let said = truths[usize::from(*holds)];
                assert_eq!(said, value.is_true(), "{context}: {node:?} of {row}");
            }
        }
    }
}

#[test]
fn parts_say_what_random_conditions_say() {
    for seed in 0..150 {
        let mut rng = Rng(seed);
        let data = fixture::dataset(&mut rng, 8, 5);
        let plan = generate::plan(&mut rng, 6, 4, Focus::Anything);
        check(&plan, &data, &format!("seed {seed}"));
    }
}

/// A chain of choices, as partitions are lowered, compared with one of its values.
fn chain(b: &mut Builder, stages: i64) -> NodeId {
    let n = plans::profile(b, "n");
    let mut stage = plans::int(b, stages);
    for index in (0..stages).rev() {
        let value = plans::int(b, index);
        let cond = b.node(Op::Lt(n, value), Ty::Bool, false);
        stage = b.node(
            Op::If {
                cond,
                then: value,
                other: stage,
            },
            Ty::Int,
            false,
        );
    }
    stage
}

#[test]
fn a_stage_of_a_partition_is_made_of_the_conditions_of_stages() {
    let mut b = Builder::new();
    let stage = chain(&mut b, 3);
    let one = plans::int(&mut b, 1);
    let is = b.node(Op::Eq(one, stage), Ty::Bool, false);
    let plan = plans::traits(b, &[is]);
    let mut atoms = Atoms::new(&plan);
    let part = atoms.holds(&plan, is);
    let tests = |part: &Part| matches!(part, Part::Test(test) if plan.nodes[test.of].op == plan.nodes[stage].op);
    assert!(
        !atoms.parts().iter().any(tests),
        "the choice is taken apart"
    );
    assert!(matches!(atoms.parts()[part], Part::And(_)));
    check(&plan, &fixture::dataset(&mut Rng(1), 30, 0), "stages");
}

#[test]
fn a_chain_of_any_length_is_followed_without_recursion() {
    let mut b = Builder::new();
    let stage = chain(&mut b, 20_000);
    let last = plans::int(&mut b, 19_999);
    let is = b.node(Op::Eq(stage, last), Ty::Bool, false);
    let plan = plans::traits(b, &[is]);
    Atoms::new(&plan).holds(&plan, is);
}

#[test]
fn the_fixed_operand_is_the_bound_on_whichever_side_it_stands() {
    let mut b = Builder::new();
    let (since, now) = (
        plans::profile(&mut b, "since"),
        b.node(Op::Now, Ty::Timestamp, false),
    );
    let week = b.constant(Const::Int(7), Ty::Duration);
    let limit = b.node(Op::Sub(now, week), Ty::Timestamp, false);
    let left = b.node(Op::Lt(limit, since), Ty::Bool, false);
    let plan = plans::traits(b, &[left]);
    let mut atoms = Atoms::new(&plan);
    assert!(atoms.is_fixed(limit) && !atoms.is_fixed(since));
    let part = atoms.holds(&plan, left);
    let expected = Part::Test(Test {
        of: since,
        op: TestOp::Gt,
        bound: Bound::Node(limit),
    });
    assert_eq!(atoms.parts()[part], expected);
}

#[test]
fn what_always_or_never_holds_is_a_constant() {
    let mut b = Builder::new();
    let yes = plans::profile(&mut b, "yes");
    let set = b.node(Op::Known(yes), Ty::Bool, false);
    let unset = b.node(Op::Not(set), Ty::Bool, false);
    let both = b.node(Op::And([set, unset].into()), Ty::Bool, false);
    let either = b.node(Op::Or([set, unset].into()), Ty::Bool, false);
    let half = b.constant(Const::Float(F64::new(0.5)), Ty::Float);
    let zero = plans::int(&mut b, 0);
    let less = b.node(Op::LtNum(zero, half), Ty::Bool, false);
    let plan = plans::traits(b, &[both, either, less]);
    let mut atoms = Atoms::new(&plan);
    for (node, value) in [(both, false), (either, true), (less, true)] {
        let part = atoms.holds(&plan, node);
        assert_eq!(atoms.parts()[part], Part::Const(value));
    }
}

#[test]
fn equal_conditions_are_one_part() {
    let mut b = Builder::new();
    let (n, five) = (plans::profile(&mut b, "n"), plans::int(&mut b, 5));
    let below = b.node(Op::Lt(n, five), Ty::Bool, false);
    let above = b.node(Op::Lt(five, n), Ty::Bool, false);
    let one = b.node(Op::Or([below, above].into()), Ty::Bool, false);
    let not = b.node(Op::Not(one), Ty::Bool, false);
    let twice = b.node(Op::Not(not), Ty::Bool, false);
    let mut plan = plans::traits(b, &[one, twice]);
    plan.outputs[0].kind = OutputKind::Segment;
    let mut atoms = Atoms::new(&plan);
    assert_eq!(atoms.holds(&plan, one), atoms.holds(&plan, twice));
}
