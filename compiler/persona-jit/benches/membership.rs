//! Memberships after one event: how long it takes to know which of many segments a person has entered and left, and until
//! when nothing changes, beside answering all segments anew by machine code and beside a hand-written limit.
//!
//! ```console
//! $ cargo bench -p persona-jit --bench membership -- [--segments 10000] [--events 1000] [--profiles 16] [--rounds 2000]
//! ```
//!
//! The segments mix conditions on columns, on counts, sums and last events in windows over eight kinds of event, and
//! sequences. The limit is a loop over the windows of the event's own streams: their counts, sums, ends and next
//! thresholds, and nothing else. Times are of the wall; all answers are compared with machine code's at the end.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark is a program that prints what it found"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use persona_base::{FileId, IndexVec, Span};
use persona_ir::{
    Agg, AggKind, Bound, Builder, ColId, Column, Const, EnumDef, EnumId, EnumValue, EventCol,
    Explain, ExplainKind, InstantSpec, KindId, Negation, NegationMode, NodeId, Op, Output,
    OutputKind, Place, Plan, Query, Schema, Sequence, Step, Table, Ty, Weekday,
};
use persona_jit::{Compiled, Memberships};
use persona_runtime::{Answer, Dataset, DatasetBuilder, Evaluation, Value};

const DAY: i64 = 86_400_000_000;
/// 2026-01-15T12:00Z.
const START: i64 = 1_768_478_400_000_000;
const KINDS: usize = 8;
const NUMBERS: usize = 12;
const CATEGORIES: u32 = 6;
const WINDOWS: [i64; 9] = [1, 3, 7, 14, 30, 60, 90, 180, 365];
const CATEGORY: EnumId = EnumId(0);

/// The columns of every kind of event behind its instant and identifier.
const AMOUNT: ColId = ColId(2);
const SORT: ColId = ColId(3);

struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound as u64).expect("less than a bound of this machine")
    }

    fn number(&mut self, bound: usize) -> i64 {
        i64::try_from(self.below(bound)).expect("small bounds")
    }
}

fn column(name: &str, ty: Ty, optional: bool) -> Column {
    Column {
        name: name.into(),
        ty,
        validate: None,
        optional,
        default: None,
    }
}

fn schema() -> Schema {
    // With defaults, nobody lacks a value.
    let usual = |column: Column, default: Const| Column {
        default: Some(default),
        ..column
    };
    let mut profile = vec![
        column("id", Ty::Str, false),
        usual(column("seen", Ty::Timestamp, false), Const::Int(0)),
        usual(column("sort", Ty::Enum(CATEGORY), false), Const::Enum(0)),
    ];
    let number = |index: usize| column(&format!("n{index:02}"), Ty::Int, false);
    profile.extend((0..NUMBERS).map(|index| usual(number(index), Const::Int(0))));
    let event = |index: usize| Table {
        name: format!("Kind{index}").into(),
        columns: IndexVec::from_iter([
            column("at", Ty::Timestamp, false),
            column("id", Ty::Str, true),
            column("amount", Ty::Int, false),
            column("sort", Ty::Enum(CATEGORY), false),
        ]),
    };
    let value = |index: u32| EnumValue {
        name: format!("c{index}").into(),
        title: None,
    };
    Schema {
        enums: IndexVec::from_iter([EnumDef {
            name: "Category".into(),
            ordered: false,
            values: (0..CATEGORIES).map(value).collect(),
        }]),
        profile: Table {
            name: "Customer".into(),
            columns: profile.into_iter().collect(),
        },
        key: ColId(0),
        zone: None,
        events: (0..KINDS).map(event).collect(),
    }
}

/// Makes segments.
struct Maker<'r> {
    builder: Builder,
    rng: &'r mut Rng,
}

impl Maker<'_> {
    fn bool(&mut self, op: Op) -> NodeId {
        self.builder.node(op, Ty::Bool, false)
    }

    fn int(&mut self, value: i64, ty: Ty) -> NodeId {
        self.builder.constant(Const::Int(value), ty)
    }

    fn ago(&mut self, days: i64) -> NodeId {
        let spec = InstantSpec::NowPlus(-days * DAY);
        self.builder.node(Op::Instant(spec), Ty::Timestamp, false)
    }

    fn segment(&mut self) -> NodeId {
        let count = 2 + self.rng.below(3);
        let mut parts: Vec<NodeId> = (0..count).map(|_| self.condition()).collect();
        parts.sort_unstable();
        parts.dedup();
        match &parts[..] {
            [one] => *one,
            _ if self.rng.below(4) == 0 => self.bool(Op::Or(parts.into())),
            _ => self.bool(Op::And(parts.into())),
        }
    }

    fn condition(&mut self) -> NodeId {
        let atom = match self.rng.below(20) {
            0..=6 => self.number(),
            7..=8 => self.choice(),
            9 => self.seen(),
            10..=13 => self.counted(),
            14..=16 => self.summed(),
            17..=18 => self.happened(),
            _ => self.sequence(),
        };
        if self.rng.below(5) == 0 {
            self.bool(Op::Not(atom))
        } else {
            atom
        }
    }

    fn number(&mut self) -> NodeId {
        let col = ColId::from(3 + self.rng.below(NUMBERS));
        let value = self.builder.node(Op::Profile(col), Ty::Int, false);
        let bound = self.rng.number(100) * 10;
        let bound = self.int(bound, Ty::Int);
        self.bool(Op::Lt(bound, value))
    }

    fn choice(&mut self) -> NodeId {
        let value = self
            .builder
            .node(Op::Profile(ColId(2)), Ty::Enum(CATEGORY), false);
        let first = u32::try_from(self.rng.below(5)).expect("small");
        let set = [first, first + 1].map(Const::Enum);
        self.bool(Op::In(value, set.to_vec().into()))
    }

    fn seen(&mut self) -> NodeId {
        let value = self
            .builder
            .node(Op::Profile(ColId(1)), Ty::Timestamp, false);
        let days = 1 + self.rng.number(365);
        let ago = self.ago(days);
        self.bool(Op::Lt(ago, value))
    }

    fn event(&mut self, kind: KindId, level: u8, col: ColId, ty: Ty) -> NodeId {
        let cols = vec![EventCol { kind, col }];
        let op = Op::Event {
            level,
            cols: cols.into(),
        };
        self.builder.node(op, ty, false)
    }

    /// All events, those of more than 50, or those of one sort.
    fn filter(&mut self, kind: KindId) -> Option<NodeId> {
        match self.rng.below(8) {
            0 | 1 => None,
            2 => {
                let amount = self.event(kind, 0, AMOUNT, Ty::Int);
                let bound = self.int(50, Ty::Int);
                Some(self.bool(Op::Lt(bound, amount)))
            }
            sort => {
                let value = self.event(kind, 0, SORT, Ty::Enum(CATEGORY));
                let sort = u32::try_from(sort - 3).expect("small");
                let ty = Ty::Enum(CATEGORY);
                let sort = self.builder.constant(Const::Enum(sort), ty);
                Some(self.bool(Op::Eq(value, sort)))
            }
        }
    }

    fn query(&mut self) -> Query {
        let kind = KindId::from(self.rng.below(KINDS));
        let filter = self.filter(kind);
        let days = match self.rng.below(10) {
            9 => None,
            window => Some(WINDOWS[window]),
        };
        let from = days.map(|days| Bound {
            at: self.ago(days),
            inclusive: false,
        });
        Query {
            kinds: vec![kind].into(),
            items: None,
            from,
            to: None,
            latest: None,
            filter,
        }
    }

    fn aggregate(&mut self, kind: AggKind, query: Query, value: Option<NodeId>) -> NodeId {
        let ty = if kind == AggKind::Exists {
            Ty::Bool
        } else {
            Ty::Int
        };
        let op = Op::Agg(Box::new(Agg { kind, query, value }));
        self.builder.node(op, ty, false)
    }

    fn counted(&mut self) -> NodeId {
        let query = self.query();
        let count = self.aggregate(AggKind::Count, query, None);
        let bound = 1 + self.rng.number(8);
        let bound = self.int(bound, Ty::Int);
        self.bool(Op::Le(bound, count))
    }

    fn summed(&mut self) -> NodeId {
        let query = self.query();
        let value = self.event(query.kinds[0], 0, AMOUNT, Ty::Int);
        let sum = self.aggregate(AggKind::Sum, query, Some(value));
        let bound = self.rng.number(30) * 50;
        let bound = self.int(bound, Ty::Int);
        self.bool(Op::Lt(bound, sum))
    }

    fn happened(&mut self) -> NodeId {
        let query = self.query();
        self.aggregate(AggKind::Exists, query, None)
    }

    fn sequence(&mut self) -> NodeId {
        let first = self.rng.below(KINDS);
        let second = KindId::from((first + 1 + self.rng.below(3)) % KINDS);
        let days = [1, 7][self.rng.below(2)];
        let length = self.int(days * DAY, Ty::Duration);
        let from = Bound {
            at: self.ago(90),
            inclusive: false,
        };
        let first = Query {
            kinds: vec![KindId::from(first)].into(),
            items: None,
            from: Some(from),
            to: None,
            latest: None,
            filter: None,
        };
        let kinds: Box<[KindId]> = vec![second].into();
        let (steps, not) = if self.rng.below(2) == 0 {
            let step = Step {
                kinds,
                filter: None,
                within: Some(length),
            };
            (vec![step], None)
        } else {
            let not = Negation {
                kinds,
                filter: None,
                mode: NegationMode::Within(length),
            };
            (Vec::new(), Some(not))
        };
        self.bool(Op::Sequence(Box::new(Sequence {
            first,
            latest: false,
            steps: steps.into(),
            not,
        })))
    }
}

fn plan(rng: &mut Rng, segments: usize) -> Plan {
    let mut maker = Maker {
        builder: Builder::new(),
        rng,
    };
    let nodes: Vec<NodeId> = (0..segments).map(|_| maker.segment()).collect();
    let place = Place {
        file: FileId(0),
        span: Span::new(0, 0),
    };
    let output = |(index, node): (usize, NodeId)| Output {
        name: format!("s{index:06}").into(),
        title: None,
        kind: OutputKind::Segment,
        node,
        explain: Explain {
            kind: ExplainKind::Atom,
            place,
            node: Some(node),
            parts: Vec::new(),
        },
    };
    Plan {
        package: "bench".into(),
        zone: "UTC".into(),
        week_start: Weekday::Monday,
        schema: schema(),
        nodes: maker.builder.finish(),
        outputs: nodes.into_iter().enumerate().map(output).collect(),
        ranks: IndexVec::new(),
        checks: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
    }
}

/// An event: its profile, kind and values.
type Happening = (String, KindId, Vec<Value>);

fn event(rng: &mut Rng, profiles: usize, at: i64) -> Happening {
    let key = format!("p{:04}", rng.below(profiles));
    let kind = KindId::from(rng.below(KINDS));
    let sort = u32::try_from(rng.below(6)).expect("small");
    let amount = rng.number(100);
    let values = vec![
        Value::Int(at),
        Value::Missing,
        Value::Int(amount),
        Value::Enum(sort),
    ];
    (key, kind, values)
}

fn rows(rng: &mut Rng, profiles: usize) -> Vec<Vec<Value>> {
    let row = |index: usize| {
        let mut row = vec![
            Value::from(format!("p{index:04}")),
            Value::Int(START - rng.number(400) * DAY),
            Value::Enum(u32::try_from(rng.below(6)).expect("small")),
        ];
        row.extend((0..NUMBERS).map(|_| Value::Int(rng.number(1000))));
        row
    };
    (0..profiles).map(row).collect()
}

fn dataset(schema: &Schema, rows: &[Vec<Value>], events: &[Happening]) -> Dataset {
    let mut builder = DatasetBuilder::new(schema);
    rows.iter().for_each(|row| builder.profile(row.clone()));
    for (key, kind, values) in events {
        builder.event(key, *kind, values.clone());
    }
    builder.finish()
}

/// The middle and the 99th hundredth of some times.
fn spread(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    (at(50).as_secs_f64() * 1e6, at(99).as_secs_f64() * 1e6)
}

/// What cannot be avoided: a loop over the windows of the streams that an event belongs to.
struct Limit {
    /// For each stream the instants and amounts of its events.
    streams: Vec<(Vec<i64>, Vec<i64>)>,
    /// For each stream its windows: length, first event inside, sum inside, next threshold.
    windows: Vec<Vec<(i64, usize, i64, i64)>>,
}

impl Limit {
    fn new(events: usize) -> Self {
        let at = |index: usize| START - 365 * DAY + i64::try_from(index).expect("small") * DAY / 3;
        let stream = |_| {
            let instants: Vec<i64> = (0..events / KINDS).map(at).collect();
            (instants, vec![50; events / KINDS])
        };
        let window = |days: &i64| (days * DAY, 0, 0, 100);
        Self {
            streams: (0..3).map(stream).collect(),
            // Counts, sums and existence of each window are asked for.
            windows: vec![WINDOWS.iter().flat_map(|days| [window(days); 3]).collect(); 3],
        }
    }

    fn event(&mut self, at: i64, amount: i64) -> (usize, i64) {
        let (mut turned, mut next) = (0, i64::MAX);
        for ((instants, amounts), windows) in self.streams.iter_mut().zip(&mut self.windows) {
            instants.push(at);
            amounts.push(amount);
            for (length, first, sum, threshold) in windows {
                *sum += amount;
                while instants[*first] <= at - *length {
                    *sum -= amounts[*first];
                    *first += 1;
                }
                let count = i64::try_from(instants.len() - *first).expect("small");
                turned += usize::from(count == *threshold || *sum == *threshold);
                next = next.min(instants[*first] + *length);
            }
        }
        (turned, next)
    }
}

fn option(name: &str, usual: usize) -> usize {
    let mut args = std::env::args();
    let found = args.by_ref().any(|arg| arg == name).then(|| args.next());
    let found = found.flatten().and_then(|value| value.parse().ok());
    found.unwrap_or(usual)
}

fn main() {
    let (segments, events) = (option("--segments", 10_000), option("--events", 1_000));
    let (profiles, rounds) = (option("--profiles", 16), option("--rounds", 2_000).max(1));
    let mut rng = Rng(7);
    let plan = plan(&mut rng, segments);
    let rows = rows(&mut rng, profiles);
    let mut told: Vec<Happening> = Vec::new();
    for _ in 0..events * profiles {
        let at = START - rng.number(400 * 24) * DAY / 24 - rng.number(3_600_000_000);
        told.push(event(&mut rng, profiles, at));
    }
    let data = dataset(&plan.schema, &rows, &told);
    let at = |now| Evaluation {
        now,
        calibration: None,
    };
    let started = Instant::now();
    let mut memberships = Memberships::new(&plan, &data, &at(START)).expect("a plan that verifies");
    println!(
        "{segments} segments, {profiles} profiles of {events} events: {:.2} ms to begin with one, {} KiB each",
        started.elapsed().as_secs_f64() * 1e3 / profiles as f64,
        memberships.bytes(0) / 1024,
    );
    let (mut times, mut waits, mut turned) = (Vec::new(), Vec::new(), 0);
    let mut now = START;
    for _ in 0..rounds {
        now += 1 + rng.number(60_000_000);
        let (key, kind, values) = event(&mut rng, profiles, now);
        told.push((key.clone(), kind, values.clone()));
        let started = Instant::now();
        black_box(memberships.advance(now));
        waits.push(started.elapsed());
        let started = Instant::now();
        let changes = memberships
            .event(&key, kind, values)
            .expect("a whole event");
        times.push(started.elapsed());
        turned += changes.entered.len() + changes.left.len();
    }
    let (median, worst) = spread(times);
    println!(
        "one event: median {median:.2} µs, p99 {worst:.2} µs; {:.1} segments turn",
        turned as f64 / rounds as f64
    );
    let total: Duration = waits.iter().sum();
    println!(
        "advancing {:.0} s before it: mean {:.2} µs",
        (now - START) as f64 / 1e6 / rounds as f64,
        total.as_secs_f64() * 1e6 / rounds as f64
    );
    compare(&plan, &rows, &told, now, &memberships);
    let mut limit = Limit::new(events);
    let times = (0..rounds).map(|round| {
        let at = START + i64::try_from(round).expect("small") * 30_000_000;
        let started = Instant::now();
        black_box(limit.event(black_box(at), black_box(60)));
        started.elapsed()
    });
    let (floor, _) = spread(times.collect());
    println!(
        "hand-written limit: median {floor:.2} µs; {:.1} × of it",
        median / floor
    );
}

/// All answers anew by machine code, timed and compared.
fn compare(
    plan: &Plan,
    rows: &[Vec<Value>],
    told: &[Happening],
    now: i64,
    memberships: &Memberships,
) {
    let data = dataset(&plan.schema, rows, told);
    let compiled = Compiled::new(plan).expect("a plan that verifies");
    let evaluation = Evaluation {
        now,
        calibration: None,
    };
    let answers = compiled.run(&data, &evaluation);
    let mut wrong = 0;
    for (index, answer) in answers.columns.iter().enumerate() {
        let Answer::Members(members) = answer else {
            continue;
        };
        for profile in 0..data.profiles {
            wrong += usize::from(memberships.is_in(profile, index) != members.value(profile));
        }
    }
    assert_eq!(wrong, 0, "all memberships are machine code's");
    let mut session = compiled.session(&data, &evaluation);
    let times = (0..200).map(|round| {
        let started = Instant::now();
        black_box(session.profile(round % data.profiles));
        started.elapsed()
    });
    let (median, worst) = spread(times.collect());
    println!("all segments anew by machine code: median {median:.1} µs, p99 {worst:.1} µs");
}
