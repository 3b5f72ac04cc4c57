//! How many events a second triggers take: 20 triggers over people with a history of a year, replayed from a dataset and pushed
//! as a stream, on one thread. Prints events a second, the bytes of state of those who wait, and how both grow with the
//! events; asserts that replay and stream say the same, never times.
//!
//! `cargo bench -p persona-tests --bench machine [-- EVENTS [stream|replay]]`: ten million events of a million people unless
//! told, and a tenth of both before.
#![expect(clippy::print_stdout, reason = "a program that reports")]

mod campaign;
mod data;

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Instant;

use persona_ir::Campaign;
use persona_runtime::Calibration;
use persona_runtime::machine::{Machine, Options, Outcome, Program, Replay, replay};
use rustc_hash::FxHasher;

use data::{FROM, UNTIL, World};

/// As in the binary, which `persona simulate` runs in.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Inputs that are pushed before the machine advances.
const BATCH: usize = 100_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let most = words.iter().find_map(|word| word.parse().ok());
    let most: usize = most.unwrap_or(10_000_000);
    let asked = |name: &str| words.iter().any(|word| word == name);
    let (streams, replays) = (!asked("replay"), !asked("stream"));
    let campaign = campaign::campaign();
    println!("{} triggers\n", campaign.triggers.len());
    for events in [most / 10, most] {
        let world = World::new(&campaign.plan.schema, events / 10, events);
        println!("{events} events of {} people", events / 10);
        let replayed = replays.then(|| by_replay(&campaign, &world));
        let streamed = streams.then(|| by_stream(&campaign, &world));
        if let (Some(replayed), Some(streamed)) = (replayed, streamed) {
            assert_eq!(replayed, streamed, "replay and stream say the same");
        }
        println!();
    }
}

/// How many outcomes there were of each name, and a number that is another if one of them is.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    names: Vec<(&'static str, usize)>,
    digest: u64,
}

impl Seen {
    fn add(&mut self, outcome: &Outcome) {
        let name = outcome.name();
        match self.names.iter_mut().find(|(of, _)| *of == name) {
            Some((_, count)) => *count += 1,
            None => self.names.push((name, 1)),
        }
        let mut hasher = FxHasher::default();
        let step = outcome.step.unwrap_or(u32::MAX);
        (self.digest, outcome.at, &outcome.profile, step, name).hash(&mut hasher);
        self.digest = hasher.finish();
    }

    fn print(&self) {
        let shown = self
            .names
            .iter()
            .map(|(name, count)| format!("{count} {name}"));
        println!("           {}", shown.collect::<Vec<_>>().join(", "));
    }
}

fn program(campaign: &Campaign) -> Program<'_> {
    let calibration = Calibration {
        now: 0,
        ranks: std::iter::empty().collect(),
    };
    Program::new(campaign, Arc::new(calibration), Options::from(FROM))
}

fn report(what: &str, events: usize, seconds: f64) {
    let rate = events as f64 / seconds / 1e6;
    println!("  {what:8} {rate:6.3} M events/s, {seconds:.2} s");
}

fn by_replay(campaign: &Campaign, world: &World) -> Seen {
    let program = program(campaign);
    let what = Replay {
        data: &world.data,
        changes: &[],
        until: UNTIL,
        only: None,
        threads: 1,
    };
    let mut seen = Seen::default();
    let start = Instant::now();
    replay(&program, &what, &mut |outcome| seen.add(&outcome)).expect("triggers come to rest");
    report("replay", world.events(), start.elapsed().as_secs_f64());
    seen.print();
    seen
}

fn by_stream(campaign: &Campaign, world: &World) -> Seen {
    let mut machine = Machine::new(program(campaign));
    let mut seen = Seen::default();
    let mut seconds = 0.0;
    let mut waiting = (0, 0);
    let mut batch = Vec::with_capacity(BATCH);
    let order = world.in_time();
    let mut next = order.iter();
    let rows = world.rows(&campaign.plan.schema);
    let start = Instant::now();
    rows.for_each(|row| machine.push(row));
    seconds += start.elapsed().as_secs_f64();
    loop {
        batch.extend(next.by_ref().take(BATCH).map(|event| world.input(*event)));
        if batch.is_empty() {
            break;
        }
        let start = Instant::now();
        batch.drain(..).for_each(|input| machine.push(input));
        let mut sink = |outcome: Outcome| seen.add(&outcome);
        machine.advance(&mut sink).expect("triggers come to rest");
        seconds += start.elapsed().as_secs_f64();
        if next.len() < order.len() / 2 && waiting.0 == 0 {
            waiting = machine
                .waiting()
                .fold((0, 0), |(n, sum), bytes| (n + 1, sum + bytes));
        }
    }
    let start = Instant::now();
    let mut sink = |outcome: Outcome| seen.add(&outcome);
    machine
        .finish(UNTIL, &mut sink)
        .expect("triggers come to rest");
    seconds += start.elapsed().as_secs_f64();
    report("stream", world.events(), seconds);
    let (people, bytes) = waiting;
    let each = bytes as f64 / f64::from(people.max(1));
    println!("           {people} people wait halfway, {each:.0} bytes of state each");
    seen.print();
    seen
}
