//! Row checks, compiled, against the runtime's.

use arrow_buffer::BooleanBuffer;
use persona_ir::{Builder, Check, CheckAction, CheckTable, EventCol, NodeId, Op, Plan, Schema, Ty};

use super::fixture::{self, CART, NOW, ORDER, Rng, VISIT};
use super::generate::{self, Focus};
use super::plans;
use crate::Compiled;

fn check(table: CheckTable, node: NodeId) -> Check {
    Check {
        table,
        node,
        message: "wrong".into(),
        action: CheckAction::Warn,
    }
}

#[test]
fn random_checks_of_profiles_and_events_agree() {
    for seed in 0..40 {
        let mut rng = Rng(seed);
        let mut data = fixture::dataset(&mut rng, 12, 12);
        if rng.chance(50) {
            data.has_row = Some((0..12).map(|_| rng.chance(70)).collect::<BooleanBuffer>());
        }
        let plan = generate::checks(&mut rng, 6, 3);
        let expected = persona_runtime::run_checks(&plan, &data, NOW);
        let compiled = Compiled::new(&plan).unwrap();
        assert_eq!(compiled.run_checks(&data, NOW), expected, "seed {seed}");
    }
}

#[test]
fn events_later_than_now_are_checked_too() {
    let mut b = Builder::new();
    let cols = [EventCol {
        kind: CART,
        col: Schema::AT,
    }]
    .into();
    let at = b.node(Op::Event { level: 0, cols }, Ty::Timestamp, false);
    let now = b.node(Op::Now, Ty::Timestamp, false);
    let late = b.node(Op::Lt(now, at), Ty::Bool, false);
    let mut plan = fixture::empty_plan();
    plan.nodes = b.finish();
    plan.checks = vec![check(CheckTable::Event(CART), late)];
    let data = fixture::dataset(&mut Rng(5), 40, 20);
    let failures = Compiled::new(&plan).unwrap().run_checks(&data, NOW);
    assert!(!failures.is_empty() && failures.len() < data.events[CART].len());
    assert_eq!(failures, persona_runtime::run_checks(&plan, &data, NOW));
}

#[test]
fn a_check_that_is_a_constant_or_the_profiles_alone_is_asked_of_each_event() {
    let mut b = Builder::new();
    let no = b.constant(persona_ir::Const::Bool(false), Ty::Bool);
    let yes = plans::profile(&mut b, "yes");
    let known = b.node(Op::Known(yes), Ty::Bool, false);
    let mut plan: Plan = fixture::empty_plan();
    plan.nodes = b.finish();
    plan.checks = [CART, ORDER, VISIT]
        .into_iter()
        .flat_map(|kind| [no, known].map(|node| check(CheckTable::Event(kind), node)))
        .collect();
    let data = fixture::dataset(&mut Rng(6), 10, 10);
    let failures = Compiled::new(&plan).unwrap().run_checks(&data, NOW);
    assert_eq!(failures, persona_runtime::run_checks(&plan, &data, NOW));
    assert!(failures.len() > 20);
}

#[test]
fn a_plan_of_checks_alone_answers_nothing() {
    let plan = generate::plan(&mut Rng(1), 0, 2, Focus::Anything);
    let compiled = Compiled::new(&plan).unwrap();
    let data = fixture::dataset(&mut Rng(1), 3, 3);
    assert!(compiled.run(&data, &super::at(NOW)).columns.is_empty());
    assert!(compiled.run_profile(&data, &super::at(NOW), 0).is_empty());
    assert!(compiled.run_checks(&data, NOW).is_empty());
}
