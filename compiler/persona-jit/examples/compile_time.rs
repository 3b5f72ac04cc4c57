//! How long plans take to compile and to run: `cargo run --release -p persona-jit --example compile_time [segments]`.
//! Prints; asserts nothing. Segments are conjunctions of two shared comparisons and a shared aggregate.
#![expect(clippy::print_stdout, reason = "it is run to be read")]

use std::sync::Arc;
use std::time::Instant;

use persona_base::{FileId, IndexVec, Span};
use persona_ir::{
    Agg, AggKind, Bound, Builder, ColId, Column as Field, Const, EventCol, Explain, ExplainKind,
    InstantSpec, KindId, NodeId, Op, Output, OutputKind, Place, Plan, Query, Schema, Table, Ty,
    Weekday,
};
use persona_jit::Compiled;
use persona_runtime::{Column, Dataset, Evaluation, EventTable, Strings, Value, build};

const PROFILES: usize = 100_000;
const EVENTS: usize = 5;
const DAY: i64 = 86_400_000_000;
const NOW: i64 = 20_000 * DAY;
const ORDER: KindId = KindId(0);

fn main() {
    let segments = std::env::args()
        .nth(1)
        .and_then(|count| count.parse().ok())
        .unwrap_or(10_000);
    let plan = plan(segments);
    let nodes = plan.nodes.len();
    let start = Instant::now();
    let compiled = Compiled::new(&plan).expect("a valid plan");
    let took = start.elapsed();
    println!(
        "{segments} segments, {nodes} nodes: {took:?} to compile, {:?} per node",
        took / u32::try_from(nodes).unwrap_or(1)
    );
    let data = data();
    let evaluation = Evaluation {
        now: NOW,
        calibration: None,
    };
    let start = Instant::now();
    let answers = compiled.run(&data, &evaluation);
    let took = start.elapsed();
    let answered = answers.columns.len() * PROFILES;
    println!(
        "{PROFILES} profiles: {took:?}, {:.2} ns per answer",
        took.as_nanos() as f64 / answered as f64
    );
    let mut session = compiled.session(&data, &evaluation);
    let start = Instant::now();
    let known: usize = (0..1000)
        .map(|profile| session.profile(profile).len())
        .sum();
    println!(
        "one by one: {:.2} ns per answer",
        start.elapsed().as_nanos() as f64 / known as f64
    );
}

fn plan(segments: usize) -> Plan {
    let mut b = Builder::new();
    let columns: Vec<NodeId> = (1..=8)
        .map(|col| b.node(Op::Profile(ColId(col)), Ty::Int, true))
        .collect();
    let mut outputs = Vec::with_capacity(segments);
    for index in 0..segments {
        let number = i64::try_from(index).unwrap_or(0);
        let mut all = vec![
            less(&mut b, columns[index % 8], number % 97),
            less(&mut b, columns[index / 8 % 8], number % 89 + 3),
            bought(&mut b, number % 50 + 1, number % 7),
        ];
        all.sort_unstable();
        all.dedup();
        let node = b.node(Op::And(all.into()), Ty::Bool, false);
        let place = Place {
            file: FileId(0),
            span: Span::new(0, 0),
        };
        let explain = Explain {
            kind: ExplainKind::Atom,
            place,
            node: None,
            parts: Vec::new(),
        };
        outputs.push(Output {
            name: format!("s{index:06}").into(),
            title: None,
            kind: OutputKind::Segment,
            node,
            explain,
        });
    }
    Plan {
        package: "bench".into(),
        zone: "UTC".into(),
        week_start: Weekday::Monday,
        schema: schema(),
        nodes: b.finish(),
        outputs,
        ranks: IndexVec::new(),
        checks: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
    }
}

fn less(b: &mut Builder, value: NodeId, bound: i64) -> NodeId {
    let bound = b.constant(Const::Int(bound), Ty::Int);
    b.node(Op::Lt(value, bound), Ty::Bool, false)
}

/// More than so much bought in the last so many days.
fn bought(b: &mut Builder, days: i64, amount: i64) -> NodeId {
    let at = b.node(
        Op::Instant(InstantSpec::NowPlus(-days * DAY)),
        Ty::Timestamp,
        false,
    );
    let value = b.node(
        Op::Event {
            level: 0,
            cols: [EventCol {
                kind: ORDER,
                col: ColId(2),
            }]
            .into(),
        },
        Ty::Int,
        false,
    );
    let from = Some(Bound {
        at,
        inclusive: false,
    });
    let query = Query {
        kinds: [ORDER].into(),
        items: None,
        from,
        to: None,
        latest: None,
        filter: None,
    };
    let sum = b.node(
        Op::Agg(Box::new(Agg {
            kind: AggKind::Sum,
            query,
            value: Some(value),
        })),
        Ty::Int,
        false,
    );
    let bound = b.constant(Const::Int(amount), Ty::Int);
    b.node(Op::Lt(bound, sum), Ty::Bool, false)
}

fn table(name: &str, columns: Vec<(String, Ty, bool)>) -> Table {
    let field = |(name, ty, optional): (String, Ty, bool)| Field {
        name: name.into(),
        ty,
        validate: None,
        optional,
        default: None,
    };
    Table {
        name: name.into(),
        columns: columns.into_iter().map(field).collect(),
    }
}

fn schema() -> Schema {
    let numbers = (1..=8).map(|index| (format!("n{index}"), Ty::Int, true));
    let profile = [("key".to_owned(), Ty::Str, false)]
        .into_iter()
        .chain(numbers)
        .collect();
    let order = [
        ("at", Ty::Timestamp, false),
        ("id", Ty::Str, true),
        ("amount", Ty::Int, false),
    ];
    let order = order
        .map(|(name, ty, optional)| (name.to_owned(), ty, optional))
        .into();
    Schema {
        catalogs: Default::default(),
        enums: IndexVec::new(),
        profile: table("Customer", profile),
        key: ColId(0),
        zone: None,
        events: IndexVec::from_iter([table("Order", order)]),
    }
}

fn data() -> Dataset {
    let mut strings = Arc::new(Strings::new());
    let number =
        |row: usize, salt: usize| i64::try_from((row * 7919 + salt * 104_729) % 100).unwrap_or(0);
    let keys: Vec<Value> = (0..PROFILES)
        .map(|row| Value::text(format!("{row:08}")))
        .collect();
    let mut columns: IndexVec<ColId, Column> = IndexVec::new();
    columns.push(build::column(&keys, &Ty::Str, &mut strings));
    for salt in 1..=8 {
        let values: Vec<Value> = (0..PROFILES)
            .map(|row| Value::Int(number(row, salt)))
            .collect();
        columns.push(build::column(&values, &Ty::Int, &mut strings));
    }
    let events = PROFILES * EVENTS;
    let at = |event: usize| {
        Value::Int(NOW - i64::try_from(EVENTS - event % EVENTS).unwrap_or(0) * 9 * DAY)
    };
    let ats: Vec<Value> = (0..events).map(at).collect();
    let amounts: Vec<Value> = (0..events)
        .map(|event| Value::Int(number(event, 3) % 5))
        .collect();
    let order = EventTable {
        offsets: (0..=PROFILES)
            .map(|row| u32::try_from(row * EVENTS).unwrap_or(0))
            .collect(),
        columns: IndexVec::from_iter([
            build::column(&ats, &Ty::Timestamp, &mut strings),
            build::column(&vec![Value::Missing; events], &Ty::Str, &mut strings),
            build::column(&amounts, &Ty::Int, &mut strings),
        ]),
        order: (0..events)
            .map(|event| u32::try_from(event % EVENTS).unwrap_or(0))
            .collect(),
    };
    Dataset {
        strings,
        profiles: PROFILES,
        has_row: None,
        columns,
        events: IndexVec::from_iter([order]),
        catalogs: Arc::default(),
    }
}
