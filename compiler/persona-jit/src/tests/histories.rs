//! Histories by hand: what random plans rarely meet, or what is worth naming.

use persona_ir::{
    Agg, AggKind, Bound, Builder, Const, EventCol, InstantSpec, NodeId, Op, Plan, Query, Schema,
    Sequence, Step, Ty,
};

use super::fixture::{self, CART, DAY, NOW, ORDER, Rng, VISIT, item};
use super::{agree, at, plans};

fn query(kinds: &[persona_ir::KindId]) -> Query {
    Query {
        kinds: kinds.into(),
        items: None,
        from: None,
        to: None,
        latest: None,
        filter: None,
    }
}

fn aggregate(
    b: &mut Builder,
    kind: AggKind,
    query: Query,
    value: Option<NodeId>,
    ty: Ty,
    optional: bool,
) -> NodeId {
    b.node(Op::Agg(Box::new(Agg { kind, query, value })), ty, optional)
}

fn at_of(b: &mut Builder, kinds: &[persona_ir::KindId]) -> NodeId {
    let cols = kinds
        .iter()
        .map(|kind| EventCol {
            kind: *kind,
            col: Schema::AT,
        })
        .collect();
    b.node(Op::Event { level: 0, cols }, Ty::Timestamp, false)
}

/// Both ends of a window, each inclusive or not, on the very instants of events.
#[test]
fn windows_end_where_they_say() {
    let mut b = Builder::new();
    let mut nodes = Vec::new();
    for offset in [0, -1, 1, -DAY, -7 * DAY, DAY] {
        let edge = b.node(
            Op::Instant(InstantSpec::NowPlus(offset)),
            Ty::Timestamp,
            false,
        );
        for inclusive in [false, true] {
            for kinds in [&[CART][..], &[CART, ORDER, VISIT]] {
                let bound = Some(Bound {
                    at: edge,
                    inclusive,
                });
                let from = Query {
                    from: bound,
                    ..query(kinds)
                };
                let to = Query {
                    to: bound,
                    ..query(kinds)
                };
                let both = Query {
                    from: bound,
                    to: bound,
                    ..query(kinds)
                };
                for query in [from, to, both] {
                    nodes.push(aggregate(
                        &mut b,
                        AggKind::Count,
                        query.clone(),
                        None,
                        Ty::Int,
                        false,
                    ));
                    nodes.push(aggregate(
                        &mut b,
                        AggKind::Exists,
                        query,
                        None,
                        Ty::Bool,
                        false,
                    ));
                }
            }
        }
    }
    let plan = plans::traits(b, &nodes);
    let data = fixture::dataset(&mut Rng(11), 60, 20);
    let answers = agree(&plan, &data, &at(NOW)).unwrap();
    let before_now = 2;
    let counts = (0..60)
        .filter(|profile| answers.value(before_now, *profile) != persona_runtime::Value::Int(0));
    assert!(counts.count() > 5, "some windows hold events");
}

#[test]
fn the_latest_of_several_kinds_are_the_last_in_the_total_order() {
    let mut b = Builder::new();
    let kinds = [CART, ORDER, VISIT];
    let value = at_of(&mut b, &kinds);
    let mut nodes = Vec::new();
    for latest in [1, 2, 3, 7, u32::MAX] {
        let query = Query {
            latest: Some(latest),
            ..query(&kinds)
        };
        for (kind, optional) in [
            (AggKind::Min, true),
            (
                AggKind::Nth {
                    n: 2,
                    from_end: false,
                },
                true,
            ),
        ] {
            nodes.push(aggregate(
                &mut b,
                kind,
                query.clone(),
                Some(value),
                Ty::Timestamp,
                optional,
            ));
        }
    }
    agree(
        &plans::traits(b, &nodes),
        &fixture::dataset(&mut Rng(12), 60, 20),
        &at(NOW),
    )
    .unwrap();
}

/// The sum of elements passes through 128 bits, whatever its order.
#[test]
fn sums_are_exact_before_they_are_clamped() {
    let mut b = Builder::new();
    let orders = fixture::schema();
    let items = orders.events[ORDER].column("items").unwrap();
    let query = Query {
        items: Some(
            [EventCol {
                kind: ORDER,
                col: items,
            }]
            .into(),
        ),
        ..query(&[ORDER])
    };
    let quantity = b.node(Op::Elem { level: 1, child: 1 }, Ty::Int, true);
    let price = b.node(Op::Elem { level: 1, child: 2 }, Ty::Float, false);
    let nodes = [
        aggregate(
            &mut b,
            AggKind::Sum,
            query.clone(),
            Some(quantity),
            Ty::Int,
            false,
        ),
        aggregate(
            &mut b,
            AggKind::Avg,
            query.clone(),
            Some(quantity),
            Ty::Float,
            true,
        ),
        aggregate(
            &mut b,
            AggKind::Sum,
            query.clone(),
            Some(price),
            Ty::Float,
            false,
        ),
        aggregate(&mut b, AggKind::Avg, query, Some(price), Ty::Float, true),
    ];
    assert!(matches!(item(), Ty::Record(_)));
    agree(
        &plans::traits(b, &nodes),
        &fixture::dataset(&mut Rng(13), 200, 20),
        &at(NOW),
    )
    .unwrap();
}

/// A filter of every step that looks at all steps before it: all levels are pinned.
fn correlated(steps: usize) -> Plan {
    let mut b = Builder::new();
    let kinds = [CART, ORDER, VISIT];
    let schema = fixture::schema();
    let cols: Vec<EventCol> = kinds
        .iter()
        .map(|kind| EventCol {
            kind: *kind,
            col: schema.events[*kind].column("qty").unwrap(),
        })
        .collect();
    let quantity = |b: &mut Builder, level: usize| {
        let level = u8::try_from(level).unwrap();
        b.node(
            Op::Event {
                level,
                cols: cols.clone().into(),
            },
            Ty::Int,
            true,
        )
    };
    let mut list = Vec::new();
    for step in 1..=steps {
        let own = quantity(&mut b, step);
        let mut all: Vec<NodeId> = Vec::new();
        for level in 0..step {
            let earlier = quantity(&mut b, level);
            all.push(b.node(Op::Le(earlier, own), Ty::Bool, false));
        }
        all.sort_unstable();
        let filter = if let [one] = all[..] {
            one
        } else {
            b.node(Op::And(all.into()), Ty::Bool, false)
        };
        list.push(Step {
            kinds: kinds.into(),
            filter: Some(filter),
            within: None,
        });
    }
    let sequence = Sequence {
        first: query(&kinds),
        latest: false,
        steps: list.into(),
        not: None,
    };
    let node = b.node(Op::Sequence(Box::new(sequence)), Ty::Bool, false);
    plans::traits(b, &[node])
}

#[test]
fn sequences_whose_steps_all_refer_to_each_other_agree() {
    for steps in 1..6 {
        agree(
            &correlated(steps),
            &fixture::dataset(&mut Rng(14), 30, 12),
            &at(NOW),
        )
        .unwrap();
    }
}

/// Each step refers to the one before it only: choices of earlier steps do not matter, and are not tried again.
#[test]
fn chains_of_references_over_long_histories_end() {
    let mut b = Builder::new();
    let col = fixture::schema().events[VISIT].column("sku").unwrap();
    let sku = |b: &mut Builder, level: u8| {
        let cols = [EventCol { kind: VISIT, col }].into();
        b.node(Op::Event { level, cols }, Ty::Str, false)
    };
    let mut steps = Vec::new();
    for level in 1..=13 {
        let (before, own) = (sku(&mut b, level - 1), sku(&mut b, level));
        let filter = Some(b.node(Op::Lt(before, own), Ty::Bool, false));
        steps.push(Step {
            kinds: [VISIT].into(),
            filter,
            within: None,
        });
    }
    let node = |steps: &[Step]| {
        let (first, steps) = (query(&[VISIT]), steps.into());
        Op::Sequence(Box::new(Sequence {
            first,
            latest: false,
            steps,
            not: None,
        }))
    };
    // There are twelve texts: fourteen in ascending order never happen, and every choice has to fail.
    let nodes = [
        b.node(node(&steps), Ty::Bool, false),
        b.node(node(&steps[..3]), Ty::Bool, false),
    ];
    let plan = plans::traits(b, &nodes);
    agree(&plan, &fixture::dataset(&mut Rng(16), 30, 25), &at(NOW)).unwrap();
    let long = fixture::dataset(&mut Rng(17), 2, 900);
    let compiled = crate::Compiled::new(&plan).unwrap();
    assert_eq!(compiled.run(&long, &at(NOW)).columns.len(), 2);
}

/// Without references to earlier steps a sequence takes one walk: a long history would not end otherwise.
#[test]
fn long_sequences_over_long_histories_take_linear_time() {
    let mut b = Builder::new();
    let hour = b.constant(Const::Int(fixture::HOUR), Ty::Duration);
    let kinds: Box<[_]> = [CART, ORDER, VISIT].into();
    let step = Step {
        kinds: kinds.clone(),
        filter: None,
        within: Some(hour),
    };
    let steps = vec![step; 100].into();
    let sequence = Sequence {
        first: query(&kinds),
        latest: false,
        steps,
        not: None,
    };
    let node = b.node(Op::Sequence(Box::new(sequence)), Ty::Bool, false);
    let plan = plans::traits(b, &[node]);
    let data = fixture::dataset(&mut Rng(15), 3, 3000);
    let compiled = crate::Compiled::new(&plan).unwrap();
    let answers = compiled.run(&data, &at(NOW));
    assert_eq!(answers.columns.len(), 1);
}
