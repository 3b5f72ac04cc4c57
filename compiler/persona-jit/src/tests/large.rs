//! Plans beyond what one function should hold: many nodes, wide nodes, deep graphs, big bodies. Work and stack stay
//! bounded, and answers stay right across the functions that a plan is cut into.

use persona_ir::{Agg, AggKind, Builder, Const, EventCol, NodeId, Op, OutputKind, Plan, Query, Ty};

use super::fixture::{self, NOW, ORDER, Rng};
use super::{agree, at, plans};

fn compare_with(b: &mut Builder, value: NodeId, bound: i64) -> NodeId {
    let bound = plans::int(b, bound);
    b.node(Op::Lt(value, bound), Ty::Bool, false)
}

/// Each segment needs two atoms of a hundred, so that values cross functions.
fn many(segments: usize) -> Plan {
    let mut b = Builder::new();
    let (n, m) = (plans::profile(&mut b, "n"), plans::profile(&mut b, "m"));
    let mut nodes = Vec::with_capacity(segments);
    for index in 0..segments {
        let index = i64::try_from(index).unwrap();
        let (left, right) = (
            compare_with(&mut b, n, index % 101 - 50),
            compare_with(&mut b, m, index / 101 - 50),
        );
        let mut pair = [left, right];
        pair.sort_unstable();
        nodes.push(b.node(Op::And(pair.into()), Ty::Bool, false));
    }
    let mut plan = plans::traits(b, &nodes);
    for output in &mut plan.outputs {
        output.kind = OutputKind::Segment;
    }
    plan
}

#[test]
fn a_plan_of_many_segments_is_cut_into_functions() {
    agree(
        &many(3000),
        &fixture::dataset(&mut Rng(21), 12, 0),
        &at(NOW),
    )
    .unwrap();
}

/// A chain of nodes, each the operand of the next.
#[test]
fn a_deep_plan_needs_no_deep_stack() {
    let mut b = Builder::new();
    let mut value = plans::profile(&mut b, "n");
    let one = plans::int(&mut b, 1);
    for _ in 0..30_000 {
        value = b.node(Op::Add(value, one), Ty::Int, true);
        value = b.node(Op::Neg(value), Ty::Int, true);
    }
    agree(
        &plans::traits(b, &[value]),
        &fixture::dataset(&mut Rng(22), 4, 0),
        &at(NOW),
    )
    .unwrap();
}

#[test]
fn a_wide_node_may_have_thousands_of_operands() {
    let mut b = Builder::new();
    let n = plans::profile(&mut b, "n");
    let all: Vec<NodeId> = (0..5000)
        .map(|bound| compare_with(&mut b, n, bound))
        .collect();
    let s = plans::profile(&mut b, "s");
    let texts: Vec<NodeId> = (0..2000)
        .map(|index| {
            if index % 2 == 0 {
                s
            } else {
                b.constant(Const::Str(format!("{index}").into()), Ty::Str)
            }
        })
        .collect();
    let nodes = [
        b.node(Op::And(all.clone().into()), Ty::Bool, false),
        b.node(Op::Or(all.into()), Ty::Bool, false),
        b.node(Op::Concat(texts.into()), Ty::Str, true),
    ];
    agree(
        &plans::traits(b, &nodes),
        &fixture::dataset(&mut Rng(23), 12, 0),
        &at(NOW),
    )
    .unwrap();
}

/// A condition on events of so many nodes: a chain that shares every node twice, which only sharing keeps linear.
#[test]
fn a_big_shared_condition_on_events_is_emitted_once() {
    let mut b = Builder::new();
    let col = fixture::schema().events[ORDER].column("qty").unwrap();
    let mut value = b.node(
        Op::Event {
            level: 0,
            cols: [EventCol { kind: ORDER, col }].into(),
        },
        Ty::Int,
        false,
    );
    for step in 0..600 {
        let step = plans::int(&mut b, step);
        let more = b.node(Op::Sub(value, step), Ty::Int, false);
        value = b.node(Op::Max(more, value), Ty::Int, false);
    }
    let filter = Some(compare_with(&mut b, value, 3));
    let query = Query {
        kinds: [ORDER].into(),
        items: None,
        from: None,
        to: None,
        latest: None,
        filter,
    };
    let node = b.node(
        Op::Agg(Box::new(Agg {
            kind: AggKind::Count,
            query,
            value: None,
        })),
        Ty::Int,
        false,
    );
    agree(
        &plans::traits(b, &[node]),
        &fixture::dataset(&mut Rng(24), 12, 12),
        &at(NOW),
    )
    .unwrap();
}

/// Quantifiers inside quantifiers, each over the profile's list: as deep as binders go.
#[test]
fn binders_may_be_nested_deeply() {
    let mut b = Builder::new();
    let list = plans::profile(&mut b, "scores");
    let empty = b.constant(Const::List([].into()), fixture::list_of(Ty::Int));
    let list = b.node(Op::Coalesce(list, empty), fixture::list_of(Ty::Int), false);
    let depth = 12_u8;
    let innermost = b.node(
        Op::Elem {
            level: depth - 1,
            child: 0,
        },
        Ty::Int,
        false,
    );
    let outermost = b.node(Op::Elem { level: 0, child: 0 }, Ty::Int, false);
    let mut body = b.node(Op::Le(outermost, innermost), Ty::Bool, false);
    for level in (0..depth).rev() {
        let op = match level % 2 {
            0 => Op::AnyElem { list, level, body },
            _ => Op::AllElem { list, level, body },
        };
        body = b.node(op, Ty::Bool, false);
    }
    agree(
        &plans::traits(b, &[body]),
        &fixture::dataset(&mut Rng(25), 12, 0),
        &at(NOW),
    )
    .unwrap();
}
