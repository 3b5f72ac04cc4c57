//! Until when answers hold: what the bound of one segment for one profile costs, by the interpreter and by machine code.
//!
//! ```console
//! $ cargo bench -p persona-jit --bench flips -- [--segments 1000] [--events 200] [--profiles 256] [--rounds 9]
//! ```
//!
//! The segments are those of the benchmark of memberships. A bound needs the values that it is a bound of, so each way
//! computes both, on one thread. Times are of the processor, the least of rounds in turns; all bounds are compared.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark is a program that prints what it found"
)]
#![expect(unsafe_code, reason = "the clock of the processor is the system's")]

#[path = "membership/people.rs"]
mod people;
#[path = "membership/plan.rs"]
mod plan;

use std::hint::black_box;

use persona_ir::Plan;
use persona_jit::{FlipData, FlipProgram};
use persona_runtime::flips::NEVER;
use persona_runtime::{Dataset, Evaluation, Evaluator};

use crate::people::{Rng, START, dataset, option, rows, told};

/// For each segment each profile's bound.
type Bounds = Vec<Vec<Option<i64>>>;

/// A way to get all bounds, and its name.
type Way<'a> = (&'static str, &'a dyn Fn() -> Bounds);

fn main() {
    let (segments, events) = (option("--segments", 1_000), option("--events", 200));
    let (profiles, rounds) = (option("--profiles", 256), option("--rounds", 9));
    let mut rng = Rng(7);
    let plan = plan::plan(&mut rng, segments);
    let rows = rows(&mut rng, profiles);
    let told = told(&mut rng, profiles, events);
    let data = dataset(&plan.schema, &rows, &told);
    let evaluation = Evaluation {
        now: START,
        calibration: None,
    };
    let before = cpu();
    let program = FlipProgram::new(&plan).expect("a plan that verifies");
    println!(
        "{segments} segments, {profiles} profiles of {events} events; code is made in {:.0} ms",
        (cpu() - before) * 1e3
    );
    let over = program.over(&data, &evaluation);
    let evaluator = Evaluator::prepared(&plan, &data, &evaluation);
    let population = || program.run(&data, &evaluation, 1);
    let ways: [Way<'_>; 3] = [
        ("interpreter", &|| interpreted(&plan, &evaluator, &data)),
        ("machine code, bounds of a population", &population),
        ("machine code, one profile's answers and bounds", &|| {
            asked(&plan, &over, &data)
        }),
    ];
    compare(&ways, rounds, (segments * profiles) as f64);
}

/// Runs each way in turns, and prints the least times.
fn compare(ways: &[Way<'_>; 3], rounds: usize, pairs: f64) {
    let expected = ways[0].1();
    let timed = expected.iter().flatten().flatten().count();
    assert!(timed > 0, "some answers change by themselves");
    println!(
        "{:.0} % of the answers can change by themselves",
        100.0 * timed as f64 / pairs
    );
    let mut least = [f64::INFINITY; 3];
    for _ in 0..rounds.max(1) {
        for (least, (name, way)) in least.iter_mut().zip(ways) {
            let before = cpu();
            let bounds = black_box(way());
            *least = least.min(cpu() - before);
            assert!(bounds == expected, "{name}: not the interpreter's bounds");
        }
    }
    for (time, (name, _)) in least.iter().zip(ways) {
        println!(
            "{name}: {:.1} ns for each segment and profile, {:.2} of the interpreter's",
            time * 1e9 / pairs,
            time / least[0]
        );
    }
}

fn empty(plan: &Plan, data: &Dataset) -> Bounds {
    let column = |_| Vec::with_capacity(data.profiles);
    plan.outputs.iter().map(column).collect()
}

fn interpreted(plan: &Plan, evaluator: &Evaluator<'_>, data: &Dataset) -> Bounds {
    let mut bounds = empty(plan, data);
    let mut profile = evaluator.profile(0);
    for row in 0..data.profiles {
        profile.move_to(row);
        for (column, output) in bounds.iter_mut().zip(&plan.outputs) {
            let bound = profile.flip(output.node);
            column.push((bound != NEVER).then_some(bound));
        }
    }
    bounds
}

fn asked(plan: &Plan, over: &FlipData<'_>, data: &Dataset) -> Bounds {
    let mut bounds = empty(plan, data);
    let mut session = over.session();
    for row in 0..data.profiles {
        for (column, (_, bound)) in bounds.iter_mut().zip(session.profile(row)) {
            column.push(bound);
        }
    }
    bounds
}

/// The time of all threads of this process on the processor, in seconds.
fn cpu() -> f64 {
    #[cfg(target_os = "linux")]
    {
        unsafe extern "C" {
            fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
        }
        const PROCESS_CPUTIME: i32 = 2;
        let mut time = [0_i64; 2];
        // SAFETY: on 64-bit Linux a `timespec` is two 64-bit numbers, and this clock exists.
        let failed = unsafe { clock_gettime(PROCESS_CPUTIME, &raw mut time) };
        assert_eq!(failed, 0, "the process's clock can be read");
        time[0] as f64 + time[1] as f64 * 1e-9
    }
    #[cfg(not(target_os = "linux"))]
    {
        static START: std::sync::LazyLock<std::time::Instant> =
            std::sync::LazyLock::new(std::time::Instant::now);
        START.elapsed().as_secs_f64()
    }
}
