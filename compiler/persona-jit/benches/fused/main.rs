//! Conditions over several columns, next to loops by hand in the same run: one written plainly, which the compiler turns into
//! vectors as far as it can, and one of AVX-512 intrinsics, where the machine has them. Also the same conditions profile by
//! profile, in scalar machine code (`Isa::Portable`), which is what answers them where no loop does.
//!
//! Prints the processor time of one thread, the least of many rounds in turns, and its ratio to each. Asserts answers, never
//! times. The limits read the same narrow columns, and write one set of members.
//!
//! `cargo bench -p persona-jit --bench fused [-- PROFILES]`, ten million unless told.
#![expect(clippy::print_stdout, reason = "a program that reports")]
#![expect(
    unsafe_code,
    reason = "the limits use intrinsics; the clock is the system's"
)]

mod limits;

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_buffer::NullBuffer;
use persona_ir::Plan;
use persona_jit::{Compiled, RunOptions};
use persona_runtime::kernels::Isa;
use persona_runtime::{Answer, Column, Dataset, Evaluation, Strings, Values};

use limits::People;

const ROUNDS: usize = 9;

/// A question: its nodes behind the columns, the last of which are the answers, and the limits.
struct Case {
    name: &'static str,
    /// What the columns are called in the nodes: `{spend}` and so on.
    nodes: &'static [&'static str],
    plain: fn(&People, &mut [u64]),
    wide: Option<fn(&People, &mut [u64])>,
}

const COLUMNS: [(&str, &str); 8] = [
    ("a", "Int"),
    ("b", "Int"),
    ("c", "Int"),
    ("spend", "Money(EUR)"),
    ("orders", "Int?"),
    ("x", "Float"),
    ("y", "Float"),
    ("big", "Int"),
];

const CASES: [Case; 7] = [
    Case {
        name: "a < b",
        nodes: &["Bool = lt {a} {b}"],
        plain: limits::less,
        wide: limits::wide(limits::less_wide),
    },
    Case {
        name: "a + b * 2 < c",
        nodes: &[
            "Int = const 2",
            "Int = mul {b} {0}",
            "Int = add {a} {1}",
            "Bool = lt {2} {c}",
        ],
        plain: limits::sum,
        wide: limits::wide(limits::sum_wide),
    },
    Case {
        name: "spend / orders > 20",
        nodes: &[
            "Money(EUR)? = unscale_int {spend} {orders}",
            "Money(EUR) = const 2000",
            "Bool = lt {1} {0}",
        ],
        plain: limits::each,
        wide: limits::wide(limits::each_wide),
    },
    Case {
        name: "x * 1.5 - y > 10",
        nodes: &[
            "Float = const 1.5",
            "Float = fmul {x} {0}",
            "Float = fsub {1} {y}",
            "Float = const 10.0",
            "Bool = lt {3} {2}",
        ],
        plain: limits::floats,
        wide: limits::wide(limits::floats_wide),
    },
    Case {
        name: "big + a > b, saturating",
        nodes: &["Int = add {big} {a}", "Bool = lt {b} {0}"],
        plain: limits::saturating,
        wide: limits::wide(limits::saturating_wide),
    },
    Case {
        name: "mixed, and and or",
        nodes: &[
            "Int = sub {a} {b}",
            "Int = const 100",
            "Bool = lt {1} {0}",
            "Bool = lt {x} {y}",
            "Bool = and {2} {3}",
            "Money(EUR) = mul {spend} {b}",
            "Money(EUR) = const 100000",
            "Bool = lt {5} {6}",
            "Bool = or {4} {7}",
        ],
        plain: limits::mixed,
        wide: limits::wide(limits::mixed_wide),
    },
    Case {
        name: "c == 7 and a * b > c",
        nodes: &[
            "Int = const 7",
            "Bool = eq {c} {0}",
            "Int = mul {a} {b}",
            "Bool = lt {c} {2}",
            "Bool = and {1} {3}",
        ],
        plain: limits::guarded,
        wide: limits::wide(limits::guarded_wide),
    },
];

fn main() {
    let profiles = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let people = People::generate(profiles.unwrap_or(10_000_000_usize));
    println!("{} profiles; milliseconds\n", people.a.len());
    let data = dataset(&people);
    for case in &CASES {
        measure(case, &people, &data);
    }
    tiers(&data);
}

/// One case.
fn measure(case: &Case, people: &People, data: &Dataset) {
    let compiled = Compiled::new(&plan(&[case.nodes])).expect("machine code");
    let words = people.a.len().div_ceil(64);
    let (mut plain, mut wide) = (vec![0; words], vec![0; words]);
    let (mut ours, mut scalar) = (None, None);
    let mut runners: Vec<Box<dyn FnMut() + '_>> = vec![
        Box::new(|| ours = Some(run(&compiled, data, None))),
        Box::new(|| scalar = Some(run(&compiled, data, Some(Isa::Portable)))),
        Box::new(|| (case.plain)(people, &mut plain)),
    ];
    let by_hand = case.wide.filter(|_| limits::has_avx512());
    if let Some(by_hand) = by_hand {
        let wide = &mut wide;
        runners.push(Box::new(move || by_hand(people, wide)));
    }
    let best = race(&mut runners);
    drop(runners);
    let mut line = format!("{:<24} persona {:>7.2}", case.name, best[0]);
    for (name, time) in ["scalar", "plain loop", "AVX-512 by hand"]
        .iter()
        .zip(&best[1..])
    {
        write!(line, "   {name} {time:>7.2} ({:.2} ×)", best[0] / time).expect("text");
    }
    println!("{line}");
    assert!(compiled.fused() > 0, "a loop has answered");
    let plain_answers = [ours.expect("rounds"), scalar.expect("rounds")];
    for answers in plain_answers {
        assert_eq!(answers[0], plain, "{}", case.name);
    }
    if by_hand.is_some() {
        assert_eq!(wide, plain, "{}: the limits agree", case.name);
    }
}

/// Twenty thresholds on one quotient, asked alone and together.
fn tiers(data: &Dataset) {
    let plan = |thresholds: std::ops::Range<i64>| {
        let mut nodes = vec!["Money(EUR)? = unscale_int {spend} {orders}".to_owned()];
        let mut outputs = Vec::new();
        for euros in thresholds {
            nodes.push(format!("Money(EUR) = const {}", euros * 150));
            nodes.push(format!("Bool = lt {{{}}} {{0}}", nodes.len() - 1));
            outputs.push(nodes.len() - 1);
        }
        let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
        of_nodes(&nodes, &outputs)
    };
    let compiled = [plan(1..2), plan(1..21)].map(|plan| Compiled::new(&plan).expect("code"));
    let best = race(&mut [
        Box::new(|| drop(run(&compiled[0], data, None))) as Box<dyn FnMut()>,
        Box::new(|| drop(run(&compiled[1], data, None))),
        Box::new(|| drop(run(&compiled[1], data, Some(Isa::Portable)))),
    ]);
    println!(
        "\n1 threshold on spend / orders {:.2}, 20 of them {:.2} ({:.2} ×), 20 in scalar code {:.2}",
        best[0],
        best[1],
        best[1] / best[0],
        best[2]
    );
}

fn run(compiled: &Compiled, data: &Dataset, isa: Option<Isa>) -> Vec<Vec<u64>> {
    let evaluation = Evaluation {
        now: 0,
        calibration: None,
    };
    let options = RunOptions { threads: 1, isa };
    let answers = compiled.run_with(data, &evaluation, &options);
    let words = |answer: &Answer| match answer {
        Answer::Members(members) => members.bit_chunks().iter_padded().collect(),
        Answer::Values(_) => unreachable!("segments have members"),
    };
    let mut words: Vec<Vec<u64>> = answers.columns.iter().map(words).collect();
    let count = data.profiles.div_ceil(64);
    words.iter_mut().for_each(|words| words.truncate(count));
    words
}

/// Each question's last node as a segment.
fn plan(questions: &[&[&str]]) -> Plan {
    of_nodes(questions[0], &[questions[0].len() - 1])
}

/// A plan of these nodes, some of which are segments.
fn of_nodes(nodes: &[&str], outputs: &[usize]) -> Plan {
    let mut text = String::from("plan \"fused\" zone \"UTC\" week monday\n");
    let columns = COLUMNS.map(|(name, ty)| format!("{name}: {ty}")).join(", ");
    writeln!(text, "profile Customer key id {{ id: Str, {columns} }}\n").expect("text");
    for (place, (name, ty)) in COLUMNS.iter().enumerate() {
        writeln!(text, "%{place}: {ty} = profile {name}").expect("text");
    }
    for (place, node) in nodes.iter().enumerate() {
        let mut node = node.replace("} {", "}, {");
        for (at, (name, _)) in COLUMNS.iter().enumerate() {
            node = node.replace(&format!("{{{name}}}"), &format!("%{at}"));
        }
        for at in 0..place {
            node = node.replace(&format!("{{{at}}}"), &format!("%{}", at + COLUMNS.len()));
        }
        writeln!(text, "%{}: {node}", place + COLUMNS.len()).expect("text");
    }
    for (number, output) in outputs.iter().enumerate() {
        writeln!(text, "segment s{number:02} = %{}", output + COLUMNS.len()).expect("text");
    }
    persona_ir::parse(&text).expect("a plan")
}

/// The same people as persona's table.
fn dataset(people: &People) -> Dataset {
    let strings = Arc::new(Strings::new());
    let rows = people.a.len();
    let ints = |values: Vec<i64>, valid: Option<NullBuffer>| {
        let column = Column::new(Values::Int(values.into()), valid);
        column.narrowed(&strings)
    };
    let wide = |values: &[i16]| values.iter().map(|v| i64::from(*v)).collect::<Vec<i64>>();
    let floats = |values: &[f64]| Column::new(Values::Float(values.to_vec().into()), None);
    let valid = NullBuffer::from_iter(people.orders.iter().map(|orders| *orders >= 0));
    let columns = [
        Column::new(Values::Absent(rows), None),
        ints(wide(&people.a), None),
        ints(wide(&people.b), None),
        ints(wide(&people.c), None),
        ints(people.spend.iter().map(|v| i64::from(*v)).collect(), None),
        ints(
            people.orders.iter().map(|v| i64::from(*v)).collect(),
            Some(valid),
        ),
        floats(&people.x),
        floats(&people.y),
        ints(people.big.clone(), None),
    ];
    Dataset {
        columns: columns.into_iter().collect(),
        strings,
        profiles: rows,
        has_row: None,
        catalogs: Default::default(),
        events: persona_base::IndexVec::new(),
    }
}

/// Seconds this thread was on a core: what others do between does not count.
fn clock() -> f64 {
    #[repr(C)]
    struct Time {
        seconds: i64,
        nanos: i64,
    }
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut Time) -> i32;
    }
    const THREAD: i32 = if cfg!(target_os = "macos") { 16 } else { 3 };
    let mut time = Time {
        seconds: 0,
        nanos: 0,
    };
    // SAFETY: a place for the time, laid out as the system has it.
    unsafe { clock_gettime(THREAD, &raw mut time) };
    time.seconds as f64 + time.nanos as f64 * 1e-9
}

/// The least milliseconds that each takes, in turns, so that all meet the same disturbances.
fn race(runners: &mut [Box<dyn FnMut() + '_>]) -> Vec<f64> {
    let mut best = vec![f64::MAX; runners.len()];
    for _ in 0..ROUNDS {
        for (run, best) in runners.iter_mut().zip(&mut best) {
            let start = clock();
            run();
            *best = best.min((clock() - start) * 1e3);
        }
    }
    best
}
