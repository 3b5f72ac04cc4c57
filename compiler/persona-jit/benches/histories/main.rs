//! Five questions about behaviour, over histories of a year, next to loops by hand in the same run:
//!
//! * C1: at least 3 purchases in 30 days
//! * C2: more than 500 spent in 90 days
//! * C3: something put into the cart in 30 days, and no purchase within a day
//! * C4: more than 3 mails opened in 7 days
//! * C5: fifths of the buyers by recency, frequency and money
//!
//! persona answers from plans: everything from the dataset to the answers is timed, but compiling is not. Prints the CPU
//! time of one thread, the least of many rounds in turns, and its ratio to each limit. Asserts answers, never times.
//!
//! `cargo bench -p persona-jit --bench histories [-- EVENTS [QUESTION…]]`, 10 million events of 100,000 profiles and all
//! questions unless told; questions by the names that are printed.
#![expect(clippy::print_stdout, reason = "a program that reports")]
#![expect(
    unsafe_code,
    reason = "the limits use intrinsics; the clock is the system's"
)]

mod data;
mod limits;

use std::fmt::Write as _;

use persona_ir::Plan;
use persona_jit::{Compiled, RunOptions};
use persona_runtime::{Answer, Answers, Dataset, Evaluation, Value};

use crate::data::{BUY, DAY, Events, KINDS, NOW, OPEN, Part};

const ROUNDS: usize = 15;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let events = words.iter().find_map(|word| word.parse().ok());
    let events = events.unwrap_or(10_000_000_usize);
    let asked = |word: &&String| word.starts_with('C');
    let asked: Vec<String> = words.iter().filter(asked).cloned().collect();
    let events = Events::generate((events / 100).max(2), events);
    let (bought, opened) = (events.part(BUY), events.part(OPEN));
    let bench = Bench {
        data: events.dataset(&plan(&[])),
        events,
        bought,
        opened,
        asked,
    };
    println!(
        "{} events of {} profiles, {} purchases, {} opened mails; milliseconds\n",
        bench.events.at.len(),
        bench.events.profiles(),
        bench.bought.at.len(),
        bench.opened.at.len()
    );
    bench.segments();
    if bench.asks("C1 to C4") {
        bench.together();
    }
    if bench.asks("C5") {
        bench.fifths();
    }
}

/// What a plan answers.
const C1: &str = "\
%month: Timestamp = now_plus -2592000000000
%c1_n: Int = agg count of Purchase from >= %month
%three: Int = const 3
%c1: Bool = le %three, %c1_n
segment c1 = %c1
";
const C2: &str = "\
%quarter: Timestamp = now_plus -7776000000000
%amount: Float = event 0 (Purchase amount)
%c2_n: Float = agg sum of Purchase from >= %quarter value %amount
%much: Float = const 500.0
%c2: Bool = lt %much, %c2_n
segment c2 = %c2
";
const C3: &str = "\
%month: Timestamp = now_plus -2592000000000
%day: Duration = const 86400000000
%c3: Bool = sequence of CartAdd from >= %month then_not Purchase within %day
segment c3 = %c3
";
const C4: &str = "\
%week: Timestamp = now_plus -604800000000
%c4_n: Int = agg count of EmailOpen from >= %week
%three: Int = const 3
%c4: Bool = lt %three, %c4_n
segment c4 = %c4
";
const C5: &str = "\
%at: Timestamp = event 0 (Purchase at)
%last: Timestamp? = agg max of Purchase value %at
%count: Int = agg count of Purchase
%amount: Float = event 0 (Purchase amount)
%spent: Float = agg sum of Purchase value %amount
%buyer: Bool = agg exists of Purchase
%recency: Int? = rank 0 %last
%frequency: Int? = rank 1 %count
%money: Int? = rank 2 %spent
rank \"recency\" ntile 5 %last among %buyer
rank \"frequency\" ntile 5 %count among %buyer
rank \"money\" ntile 5 %spent among %buyer
trait c5_frequency = %frequency
trait c5_money = %money
trait c5_recency = %recency
";

/// A plan of some of the questions. Nodes are named in their texts, and numbered here; equal ones are one.
fn plan(questions: &[&str]) -> Plan {
    let mut text = String::from("plan \"behaviour\" zone \"UTC\" week monday\n");
    text += "profile Customer key id { id: Str }\n";
    for (kind, _) in KINDS {
        let more = if kind == "Purchase" {
            ", amount: Float"
        } else {
            ""
        };
        writeln!(text, "event {kind} {{ at: Timestamp, id: Str?{more} }}").expect("text");
    }
    let lines: Vec<&str> = questions
        .iter()
        .flat_map(|question| question.lines())
        .collect();
    let mut names: Vec<&str> = Vec::new();
    let (mut nodes, mut answers) = (String::new(), String::new());
    for line in lines {
        let mut numbered = String::new();
        for (index, part) in line.split('%').enumerate() {
            if index == 0 {
                numbered += part;
                continue;
            }
            let end = part.find(|c: char| !c.is_alphanumeric() && c != '_');
            let (name, rest) = part.split_at(end.unwrap_or(part.len()));
            let number = names.iter().position(|known| *known == name);
            let number = number.unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            write!(numbered, "%{number}{rest}").expect("text");
        }
        let into = if line.starts_with('%') {
            &mut nodes
        } else {
            &mut answers
        };
        if !into.lines().any(|known| known == numbered) {
            writeln!(into, "{numbered}").expect("text");
        }
    }
    persona_ir::parse(&format!("{text}\n{nodes}{answers}")).expect("a plan")
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
fn race(runners: &mut [&mut dyn FnMut()]) -> Vec<f64> {
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

fn report(name: &str, ours: f64, limits: &[(&str, f64)]) {
    let mut line = format!("{name:<14} persona {ours:>7.3}");
    for (limit, time) in limits {
        write!(line, "   {limit} {time:>7.3} ({:.2} ×)", ours / time).expect("text");
    }
    println!("{line}");
}

struct Bench {
    events: Events,
    bought: Part,
    opened: Part,
    data: Dataset,
    /// The names of the questions; none for all.
    asked: Vec<String>,
}

impl Bench {
    fn run(&self, compiled: &Compiled) -> Answers {
        let evaluation = Evaluation {
            now: NOW,
            calibration: None,
        };
        compiled.run_with(&self.data, &evaluation, &RunOptions::with_threads(1))
    }

    fn none(&self) -> Vec<bool> {
        vec![false; self.events.profiles()]
    }

    fn asks(&self, name: &str) -> bool {
        self.asked.is_empty() || self.asked.iter().any(|asked| asked == name)
    }

    /// Each of C1 to C4 alone.
    fn segments(&self) {
        type Limit<'l> = Box<dyn Fn(&mut [bool]) + 'l>;
        let events = &self.events;
        let by_kind: [Option<Limit<'_>>; 4] = [
            Some(Box::new(|out| {
                limits::part_count(&self.bought, NOW - 30 * DAY, 3, out);
            })),
            Some(Box::new(|out| {
                limits::part_sum(&self.bought, NOW - 90 * DAY, 500.0, out);
            })),
            None,
            Some(Box::new(|out| {
                limits::part_count(&self.opened, NOW - 7 * DAY, 4, out);
            })),
        ];
        let one_table: [fn(&Events, &mut [bool]); 4] = [
            limits::table_c1,
            limits::table_c2,
            limits::table_c3,
            limits::table_c4,
        ];
        for (index, question) in [C1, C2, C3, C4].into_iter().enumerate() {
            let name = format!("C{}", index + 1);
            if !self.asks(&name) {
                continue;
            }
            let compiled = Compiled::new(&plan(&[question])).expect("machine code");
            let (mut table, mut part) = (self.none(), self.none());
            let mut answers = None;
            let mut one = || one_table[index](events, &mut table);
            let mut ours = || answers = Some(self.run(&compiled));
            let best = match &by_kind[index] {
                None => race(&mut [&mut ours, &mut one]),
                Some(limit) => race(&mut [&mut ours, &mut one, &mut || limit(&mut part)]),
            };
            let limits: Vec<(&str, f64)> = ["one table", "per kind"]
                .into_iter()
                .zip(best.iter().skip(1).copied())
                .collect();
            report(&name, best[0], &limits);
            same(&answers.expect("rounds"), 0, &table);
            if by_kind[index].is_some() {
                assert_eq!(part, table, "both limits agree");
            }
        }
    }

    /// C1 to C4 at once.
    fn together(&self) {
        let compiled = Compiled::new(&plan(&[C1, C2, C3, C4])).expect("machine code");
        let mut table = [self.none(), self.none(), self.none(), self.none()];
        let mut answers = None;
        let best = race(&mut [&mut || answers = Some(self.run(&compiled)), &mut || {
            limits::table_all(&self.events, &mut table);
        }]);
        report("C1 to C4", best[0], &[("one table", best[1])]);
        let answers = answers.expect("rounds");
        for (output, table) in table.iter().enumerate() {
            same(&answers, output, table);
        }
    }

    /// C5.
    fn fifths(&self) {
        let compiled = Compiled::new(&plan(&[C5])).expect("machine code");
        let (mut answers, mut fifths) = (None, Vec::new());
        let best = race(&mut [&mut || answers = Some(self.run(&compiled)), &mut || {
            fifths = limits::table_c5(&self.events);
        }]);
        report("C5", best[0], &[("one table", best[1])]);
        let answers = answers.expect("rounds");
        for (profile, fifths) in fifths.iter().enumerate().filter(|(_, of)| of[0] > 0) {
            // Outputs are sorted by name: frequency, money, recency.
            for (output, of) in [(0, 1), (1, 2), (2, 0)] {
                let expected = Value::Int(fifths[of].into());
                assert_eq!(
                    answers.value(output, profile),
                    expected,
                    "profile {profile}"
                );
            }
        }
    }
}

/// A segment's members are those of a limit.
fn same(answers: &Answers, output: usize, expected: &[bool]) {
    let Answer::Members(members) = &answers.columns[output] else {
        unreachable!("a segment has members");
    };
    assert!(
        members.iter().eq(expected.iter().copied()),
        "answer {output}"
    );
}
