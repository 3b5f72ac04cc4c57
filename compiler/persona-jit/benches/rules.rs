//! Many rules, one profile: the index over 1,000, 10,000 and 100,000 segments, against interval bitmaps written by hand for
//! this very schema, in one process, pass after pass, every answer compared. Prints; asserts no times.
//!
//! `cargo bench -p persona-jit --bench rules -- [--rules 1000,10000] [--rounds 15] [--memory 256]`
#![expect(clippy::print_stdout, reason = "it is run to be read")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use persona_base::{FileId, IndexVec, Span};
use persona_ir::{
    Builder, ColId, Column as Field, Const, Explain, ExplainKind, NodeId, Op, Output, OutputKind,
    Place, Plan, Schema, Table, Ty, Weekday,
};
use persona_jit::{RuleIndex, RuleIndexOptions, RuleRow, RuleScratch};
use persona_runtime::{Dataset, Evaluation, Strings, Value, build};

const PROFILES: usize = 512;
/// Columns: 12 integers, 4 that may be missing, 10 texts, 4 Bools.
const NUMBERS: usize = 16;
const TEXTS: usize = 10;
const ALL: usize = 30;
const SCALES: [f64; NUMBERS] = [
    90.0, 30.0, 20.0, 5000.0, 365.0, 365.0, 100.0, 100.0, 50.0, 1000.0, 10.0, 60.0, 100.0, 10.0,
    365.0, 1000.0,
];
const CARDINALITIES: [usize; TEXTS] = [4, 5, 6, 10, 20, 50, 60, 100, 200, 500];

/// A small deterministic generator (splitmix64).
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The first of so many is the likeliest, the `i`-th `1 / i` as likely.
    fn zipf(&mut self, count: usize) -> usize {
        let total: f64 = (1..=count).map(|i| 1.0 / i as f64).sum();
        let mut left = self.unit() * total;
        for index in 0..count {
            left -= 1.0 / (index + 1) as f64;
            if left <= 0.0 {
                return index;
            }
        }
        count - 1
    }

    fn number(&mut self, column: usize) -> i64 {
        (self.unit() * self.unit() * SCALES[column]) as i64
    }
}

/// A demand on one column: a range of a number (inclusive), some values of a text, a Bool that is true.
#[derive(Clone, Debug)]
enum Atom {
    Range(usize, i64, i64),
    In(usize, Vec<i64>),
}

impl Atom {
    fn column(&self) -> usize {
        match self {
            Self::Range(column, ..) | Self::In(column, _) => *column,
        }
    }
}

/// A profile as numbers: texts and Bools by index, none where missing.
type Row = [Option<i64>; ALL];

fn profile(rng: &mut Rng) -> Row {
    std::array::from_fn(|column| match column {
        12..16 if rng.below(3) == 0 => None,
        0..NUMBERS => Some(rng.number(column)),
        16..26 => Some(rng.zipf(CARDINALITIES[column - NUMBERS]) as i64),
        _ => Some(rng.below(2) as i64),
    })
}

/// Rules of two to six demands on different columns, some columns and values much more often than others.
fn rules(count: usize) -> Vec<Vec<Atom>> {
    let mut rng = Rng(99);
    let mut order: Vec<usize> = (0..ALL).collect();
    for last in (1..ALL).rev() {
        order.swap(last, rng.below(last + 1));
    }
    let rule = |_| {
        let atoms = 2 + [0, 0, 1, 1, 1, 2, 2, 3, 4][rng.below(9)];
        let mut rule: Vec<Atom> = Vec::new();
        while rule.len() < atoms {
            let column = order[rng.zipf(ALL)];
            if rule.iter().all(|atom| atom.column() != column) {
                rule.push(atom(&mut rng, column));
            }
        }
        rule
    };
    (0..count).map(rule).collect()
}

fn atom(rng: &mut Rng, column: usize) -> Atom {
    if column >= 26 {
        return Atom::Range(column, 1, 1);
    }
    if column >= NUMBERS {
        let count = [1, 1, 1, 2, 3][rng.below(5)];
        let mut values = BTreeSet::new();
        while values.len() < count {
            values.insert(rng.zipf(CARDINALITIES[column - NUMBERS]) as i64);
        }
        return Atom::In(column, values.into_iter().collect());
    }
    let from = rng.number(column);
    match rng.below(4) {
        0 | 1 => Atom::Range(column, from, i64::MAX),
        2 => Atom::Range(column, 0, from),
        _ => Atom::Range(column, from, from + 1 + rng.number(column)),
    }
}

// ---- the limit ----

/// For each column its cuts, and for each stretch between them a bit for each rule.
struct Limit {
    cuts: Vec<Vec<i64>>,
    maps: Vec<Vec<Vec<[u64; 8]>>>,
    blocks: usize,
}

impl Limit {
    fn new(rules: &[Vec<Atom>]) -> Self {
        let blocks = rules.len().div_ceil(512);
        let mut cuts: Vec<BTreeSet<i64>> = vec![BTreeSet::new(); ALL];
        for atom in rules.iter().flatten() {
            match atom {
                Atom::Range(column, low, high) => {
                    cuts[*column].insert(*low);
                    cuts[*column].extend(high.checked_add(1));
                }
                Atom::In(column, values) => {
                    cuts[*column].extend(values.iter().flat_map(|value| [*value, value + 1]));
                }
            }
        }
        let cuts: Vec<Vec<i64>> = cuts.into_iter().map(|c| c.into_iter().collect()).collect();
        let full = |cuts: &Vec<i64>| vec![vec![[u64::MAX; 8]; blocks]; cuts.len() + 1];
        let mut maps: Vec<Vec<Vec<[u64; 8]>>> = cuts.iter().map(full).collect();
        for (rule, atom) in rules
            .iter()
            .enumerate()
            .flat_map(|(i, r)| r.iter().map(move |a| (i, a)))
        {
            let cuts = &cuts[atom.column()];
            for (stretch, map) in maps[atom.column()].iter_mut().enumerate() {
                // Stretch 0 is also that of missing values, which meet nothing.
                let holds = stretch > 0
                    && match atom {
                        Atom::Range(_, low, high) => (*low..=*high).contains(&cuts[stretch - 1]),
                        Atom::In(_, values) => values.contains(&cuts[stretch - 1]),
                    };
                if !holds {
                    map[rule / 512][rule % 512 / 64] &= !(1 << (rule % 64));
                }
            }
        }
        for row in maps.iter_mut().flatten() {
            for rule in rules.len()..blocks * 512 {
                row[rule / 512][rule % 512 / 64] &= !(1 << (rule % 64));
            }
        }
        Self { cuts, maps, blocks }
    }

    fn bytes(&self) -> usize {
        self.maps
            .iter()
            .map(|map| map.len() * self.blocks * 64)
            .sum()
    }

    fn ask(&self, row: &Row, found: &mut Vec<u32>) {
        found.clear();
        let maps: [&[[u64; 8]]; ALL] = std::array::from_fn(|column| {
            let stretch = row[column].map_or(0, |v| self.cuts[column].partition_point(|c| *c <= v));
            &*self.maps[column][stretch]
        });
        for block in 0..self.blocks {
            let mut left = [u64::MAX; 8];
            for map in &maps {
                let mut any = 0;
                for (word, with) in left.iter_mut().zip(&map[block]) {
                    *word &= with;
                    any |= *word;
                }
                if any == 0 {
                    break;
                }
            }
            for (index, mut word) in left.into_iter().enumerate() {
                while word != 0 {
                    found.push((block * 512 + index * 64) as u32 + word.trailing_zeros());
                    word &= word - 1;
                }
            }
        }
    }
}

// ---- the plan and the data ----

fn column_name(column: usize) -> String {
    format!("f{column:02}")
}

fn column_type(column: usize) -> Ty {
    match column {
        0..NUMBERS => Ty::Int,
        NUMBERS..26 => Ty::Str,
        _ => Ty::Bool,
    }
}

fn schema() -> Schema {
    let field = |name: String, ty: Ty, optional: bool| Field {
        name: name.into(),
        ty,
        validate: None,
        optional,
        default: None,
    };
    let columns = (0..ALL).map(|c| field(column_name(c), column_type(c), (12..16).contains(&c)));
    let key = field("key".into(), Ty::Str, false);
    Schema {
        catalogs: Default::default(),
        enums: IndexVec::new(),
        profile: Table {
            name: "Customer".into(),
            columns: std::iter::once(key).chain(columns).collect(),
        },
        key: ColId(0),
        zone: None,
        events: IndexVec::new(),
    }
}

fn text(index: i64) -> Arc<str> {
    format!("v{index}").into()
}

fn conditions(b: &mut Builder, atom: &Atom) -> Vec<NodeId> {
    let column = atom.column();
    let of = Op::Profile(ColId(u32::try_from(column + 1).expect("few columns")));
    let of = b.node(of, column_type(column), (12..16).contains(&column));
    let mut test = |op| b.node(op, Ty::Bool, false);
    match atom {
        Atom::Range(26.., ..) => vec![of],
        Atom::In(_, values) => {
            let mut texts: Vec<Const> = values.iter().map(|v| Const::Str(text(*v))).collect();
            texts.sort_by(Const::compare);
            vec![test(Op::In(of, texts.into()))]
        }
        Atom::Range(_, low, high) => {
            let mut int = |value| b.constant(Const::Int(value), Ty::Int);
            let (low_node, high_node) = (int(*low), int(*high));
            let mut nodes = Vec::new();
            if *low > 0 || *high == i64::MAX {
                nodes.push(b.node(Op::Le(low_node, of), Ty::Bool, false));
            }
            if *high < i64::MAX {
                nodes.push(b.node(Op::Le(of, high_node), Ty::Bool, false));
            }
            nodes
        }
    }
}

fn plan(rules: &[Vec<Atom>]) -> Plan {
    let mut b = Builder::new();
    let mut outputs = Vec::with_capacity(rules.len());
    for (index, rule) in rules.iter().enumerate() {
        let mut nodes: Vec<NodeId> = rule.iter().flat_map(|a| conditions(&mut b, a)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let node = match *nodes {
            [one] => one,
            _ => b.node(Op::And(nodes.into()), Ty::Bool, false),
        };
        outputs.push(output(&format!("rule{index:06}"), node));
    }
    Plan {
        package: "rules".into(),
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

fn output(name: &str, node: NodeId) -> Output {
    let place = Place {
        file: FileId(0),
        span: Span::new(0, 0),
    };
    Output {
        name: name.into(),
        title: None,
        kind: OutputKind::Segment,
        node,
        explain: Explain {
            kind: ExplainKind::Atom,
            place,
            node: Some(node),
            parts: Vec::new(),
        },
    }
}

fn value(column: usize, row: &Row) -> Value {
    match (row[column], column_type(column)) {
        (None, _) => Value::Missing,
        (Some(index), Ty::Str) => Value::Str(text(index)),
        (Some(value), Ty::Bool) => Value::Bool(value == 1),
        (Some(value), _) => Value::Int(value),
    }
}

fn dataset(rows: &[Row]) -> Dataset {
    let mut strings = Arc::new(Strings::new());
    let keys: Vec<Value> = (0..rows.len())
        .map(|row| Value::from(format!("k{row:04}")))
        .collect();
    let mut columns = IndexVec::from_iter([build::column(&keys, &Ty::Str, &mut strings)]);
    for column in 0..ALL {
        let values: Vec<Value> = rows.iter().map(|row| value(column, row)).collect();
        columns.push(build::column(&values, &column_type(column), &mut strings));
    }
    Dataset {
        strings,
        profiles: rows.len(),
        has_row: None,
        columns,
        events: IndexVec::new(),
        catalogs: Arc::default(),
    }
}

// ---- the run ----

/// So many profiles are timed together, so that reading the clock is no part of it.
const TOGETHER: usize = 8;

/// The least microseconds so far of each group of profiles.
struct Times(Vec<f64>);

impl Times {
    fn new() -> Self {
        Self(vec![f64::INFINITY; PROFILES / TOGETHER])
    }

    /// One pass over all profiles. A group's least time is that of a pass in which nobody else had the core.
    fn pass(&mut self, mut ask: impl FnMut(usize)) {
        for (group, least) in self.0.iter_mut().enumerate() {
            let start = Instant::now();
            (group * TOGETHER..(group + 1) * TOGETHER).for_each(&mut ask);
            *least = least.min(start.elapsed().as_secs_f64() * 1e6 / TOGETHER as f64);
        }
    }

    /// The median and the least over groups, per profile.
    fn median(&mut self) -> (f64, f64) {
        self.0.sort_by(f64::total_cmp);
        (self.0[self.0.len() / 2], self.0[0])
    }
}

fn run(count: usize, rounds: usize, memory: usize) {
    let mut rng = Rng(5);
    let rows: Vec<Row> = (0..PROFILES).map(|_| profile(&mut rng)).collect();
    let (rules, data) = (rules(count), dataset(&rows));
    let start = Instant::now();
    let plan = plan(&rules);
    let planned = start.elapsed();
    let start = Instant::now();
    let limit = Limit::new(&rules);
    let limit_built = start.elapsed();
    let options = RuleIndexOptions {
        memory,
        ..RuleIndexOptions::default()
    };
    let start = Instant::now();
    let index = match RuleIndex::new(&plan, &options) {
        Ok(index) => index,
        Err(error) => return println!("{count} rules: {error}"),
    };
    let built = start.elapsed();
    let evaluation = Evaluation {
        now: 0,
        calibration: None,
    };
    let mut session = index.session(&data, &evaluation);
    let of_attribute = |row: &Row| -> Vec<Value> {
        let value = |attribute: &persona_jit::RuleAttribute| match attribute.value {
            persona_jit::RuleValue::Node(node) => match plan.nodes[node].op {
                Op::Profile(col) => value(usize::from(col) - 1, row),
                _ => Value::Missing,
            },
            _ => Value::Missing,
        };
        index.attributes().iter().map(value).collect()
    };
    let given: Vec<Vec<Value>> = rows.iter().map(of_attribute).collect();
    let mut scratch = RuleScratch::default();
    let mut found = Vec::new();
    let (mut matched, mut wrong) = (0, 0);
    for (profile, row) in rows.iter().enumerate() {
        limit.ask(row, &mut found);
        matched += found.len();
        wrong += usize::from(session.matches(profile) != found);
        let row = RuleRow {
            now: 0,
            today: 0,
            values: &given[profile],
        };
        wrong += usize::from(index.matches(&mut scratch, &row) != found);
    }
    let mut times = [(); 3].map(|()| Times::new());
    for _ in 0..rounds {
        times[0].pass(|p| {
            limit.ask(&rows[p], &mut found);
            black_box(&found);
        });
        times[1].pass(|p| {
            black_box(session.matches(p));
        });
        times[2].pass(|p| {
            let row = RuleRow {
                now: 0,
                today: 0,
                values: &given[p],
            };
            black_box(index.matches(&mut scratch, &row));
        });
    }
    let [limit_time, data_time, row_time] = times.each_mut().map(Times::median);
    let (stats, bytes) = (index.stats(), index.memory());
    let mb = |bytes: usize| bytes as f64 / 1e6;
    println!(
        "\n{count} rules, {PROFILES} profiles, {:.1} rules hold on average, {wrong} answers differ",
        matched as f64 / PROFILES as f64
    );
    let line = |name: &str, time: (f64, f64), memory: usize, built: std::time::Duration| {
        println!(
            "  {name:<36} {:8.2} µs (least {:.2})  {:.2} x the limit  {:8.2} MB  built in {:.0} ms",
            time.0,
            time.1,
            time.0 / limit_time.0,
            mb(memory),
            built.as_secs_f64() * 1e3
        );
    };
    line(
        "limit: plain interval bitmaps",
        limit_time,
        limit.bytes(),
        limit_built,
    );
    line(
        "index: profile of a dataset",
        data_time,
        bytes.total(),
        built,
    );
    line("index: given values", row_time, bytes.total(), built);
    println!(
        "  plan made in {:.0} ms; {stats:?}",
        planned.as_secs_f64() * 1e3
    );
    println!("  {bytes:?}");
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let given = |name: &str| {
        let at = args.iter().position(|arg| arg == name)?;
        args.get(at + 1).map(String::as_str)
    };
    let number = |name, other| given(name).and_then(|n| n.parse().ok()).unwrap_or(other);
    let sizes = given("--rules").unwrap_or("1000,10000,100000").split(',');
    for count in sizes.filter_map(|count| count.parse().ok()) {
        run(count, number("--rounds", 15), number("--memory", 256) << 20);
    }
}
