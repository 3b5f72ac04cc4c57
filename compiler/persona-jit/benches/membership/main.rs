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

mod people;
mod plan;

use std::hint::black_box;
use std::time::{Duration, Instant};

use persona_ir::Plan;
use persona_jit::{Compiled, Memberships};
use persona_runtime::{Answer, Evaluation, Value};

use crate::people::{
    DAY, Happening, KINDS, Rng, START, WINDOWS, dataset, event, option, rows, told,
};

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

fn main() {
    let (segments, events) = (option("--segments", 10_000), option("--events", 1_000));
    let (profiles, rounds) = (option("--profiles", 16), option("--rounds", 2_000).max(1));
    let mut rng = Rng(7);
    let plan = plan::plan(&mut rng, segments);
    let rows = rows(&mut rng, profiles);
    let mut told = told(&mut rng, profiles, events);
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
