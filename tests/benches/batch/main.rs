//! Batches as marketing has them: 1, 10, 100 and 1000 segments over millions of profiles, next to a loop of AVX-512
//! intrinsics written by hand for the same segments, in the same run: counting only; members in new memory; and members in
//! memory that was used before (*again*), as the loop's are. Prints ratios, and how times grow with the profiles beside
//! how the loop's do; asserts that all counts agree, never times.
//!
//! `cargo bench -p persona-tests --bench batch [-- PROFILES [ROUNDS]]`: ten million profiles and nine rounds unless told,
//! and a half, a fifth and a tenth of them. Times are of processor time on one thread, the least of the rounds.
#![expect(clippy::print_stdout, reason = "a program that reports")]

mod conditions;
mod data;
#[cfg(target_arch = "x86_64")]
mod limit;
mod random;

use std::path::Path;

use persona::{Compiled, Package};
use persona_ir::Plan;
use persona_jit::{Room, RunOptions};
use persona_runtime::kernels::Isa;
use persona_runtime::{Answer, Evaluation, Total};

use conditions::Segment;
use data::{NOW, People};

fn main() {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok())
        .collect();
    let profiles = numbers.first().copied().unwrap_or(10_000_000);
    let rounds = numbers.get(1).copied().unwrap_or(9);
    let all = conditions::segments(1000);
    println!(
        "{:>9}           atoms of  |           counts only, ms |                            members, ms | counts, ns/1000    |",
        ""
    );
    println!(
        "{:>9} segments     uses  |   ours    limit  ratio    |    ours   again    limit  ratio again  | each, of a profile | GB/s",
        "profiles"
    );
    let mut cells = Vec::new();
    for part in PARTS {
        let people = People::generate(profiles.div_ceil(part));
        // The thousand are asked of the fewest people only: of more they show nothing new, and take long.
        let counts: &[usize] = if part == PARTS[0] {
            &[1, 10, 100, 1000]
        } else {
            &[1, 10, 100]
        };
        for segments in counts {
            cells.push(measure(&people, &all[..*segments], rounds));
        }
    }
    growth(&cells);
}

/// The parts of the profiles that are measured.
const PARTS: [usize; 4] = [10, 5, 2, 1];

/// What was measured of some segments over some people, in seconds.
struct Cell {
    profiles: usize,
    segments: usize,
    count: f64,
    members: f64,
    again: f64,
    /// None where there is no limit.
    limit: Option<[f64; 2]>,
}

/// One cell: segments over people.
fn measure(people: &People, segments: &[Segment], rounds: usize) -> Cell {
    let plan = compile(segments);
    let compiled = persona_jit::Compiled::new(&plan).expect("the program compiles");
    let data = people.dataset(&plan);
    let evaluation = Evaluation {
        now: NOW,
        calibration: None,
    };
    let options = RunOptions::with_threads(1);
    let room = Room::default();
    let limit = Limit::new(people, segments);
    let mut best = [f64::MAX; 5];
    for _ in 0..rounds {
        let mut least = |at: usize, start: f64| best[at] = best[at].min(clock() - start);
        let start = clock();
        let totals = compiled.count_with(&data, &evaluation, &options);
        least(0, start);
        let expected: Vec<u64> = totals.columns.iter().map(total).collect();
        let start = clock();
        let answers = compiled.run_with(&data, &evaluation, &options);
        least(1, start);
        assert_eq!(
            answers.columns.iter().map(count).collect::<Vec<_>>(),
            expected
        );
        drop(answers);
        let start = clock();
        let answers = compiled.run_in(&data, &evaluation, &options, &room);
        least(2, start);
        assert_eq!(
            answers.columns.iter().map(count).collect::<Vec<_>>(),
            expected
        );
        let Some(limit) = &limit else { continue };
        let start = clock();
        let counted = limit.count();
        least(3, start);
        assert_eq!(counted, expected);
        let start = clock();
        let counted = limit.fill();
        least(4, start);
        assert_eq!(counted, expected);
    }
    let cell = Cell {
        profiles: people.len(),
        segments: segments.len(),
        count: best[0],
        members: best[1],
        again: best[2],
        limit: limit.is_some().then_some([best[3], best[4]]),
    };
    show(&cell, segments, data::bytes(&data, &plan));
    cell
}

/// A line of the table.
fn show(cell: &Cell, segments: &[Segment], bytes: usize) {
    let (atoms, uses) = conditions::atoms(segments);
    let [counts, fills] = cell.limit.unwrap_or([f64::NAN; 2]);
    let each = cell.count * 1e12 / (cell.profiles * cell.segments) as f64;
    println!(
        "{:9} {:8} {:4} {:4}  | {:6.2}   {:6.2}  {:5.2}    |  {:6.2}  {:6.2}   {:6.2}  {:5.2} {:5.2}  | {each:18.1} | {:4.1}",
        cell.profiles,
        cell.segments,
        atoms.len(),
        uses,
        cell.count * 1e3,
        counts * 1e3,
        cell.count / counts,
        cell.members * 1e3,
        cell.again * 1e3,
        fills * 1e3,
        cell.members / fills,
        cell.again / fills,
        bytes as f64 / cell.count / 1e9,
    );
}

/// How times grow with the profiles: more than they do where the columns no longer fit into the last cache, for the loop by
/// hand as for ours. A factor that is the limit's is the memory's doing.
fn growth(cells: &[Cell]) {
    println!(
        "\nTimes as those of the fewest profiles: counts ours / limit; members ours, again / limit"
    );
    for cell in cells {
        let first = cells.iter().find(|first| first.segments == cell.segments);
        let Some(first) = first.filter(|first| first.profiles < cell.profiles) else {
            continue;
        };
        let limit = |at: usize| match (cell.limit, first.limit) {
            (Some(cell), Some(first)) => cell[at] / first[at],
            _ => f64::NAN,
        };
        println!(
            "{:9} {:8}   x {:4.1} profiles: {:5.1} / {:5.1}; {:5.1}, {:5.1} / {:5.1}",
            cell.profiles,
            cell.segments,
            cell.profiles as f64 / first.profiles as f64,
            cell.count / first.count,
            limit(0),
            cell.members / first.members,
            cell.again / first.again,
            limit(1),
        );
    }
}

#[cfg(target_arch = "x86_64")]
use limit::Limit;

/// Where there is no AVX-512 there is no limit to compare with.
#[cfg(not(target_arch = "x86_64"))]
struct Limit;

#[cfg(not(target_arch = "x86_64"))]
impl Limit {
    fn new(_: &People, _: &[Segment]) -> Option<Self> {
        None
    }
    fn count(&self) -> Vec<u64> {
        Vec::new()
    }
    fn fill(&self) -> Vec<u64> {
        Vec::new()
    }
}

fn count(answer: &Answer) -> u64 {
    match answer {
        Answer::Members(members) => members.count_set_bits() as u64,
        Answer::Values(_) => unreachable!("segments have members"),
    }
}

fn total(total: &Total) -> u64 {
    match total {
        Total::Members(members) => *members,
        Total::Stages(_) | Total::Values(_) => unreachable!("segments have members"),
    }
}

/// The segments as a program, through the whole compiler.
fn compile(segments: &[Segment]) -> Plan {
    let source = conditions::program(segments);
    let package = Package::from_memory(
        "batch",
        Some(data::MANIFEST),
        [("main.persona", source.as_str())],
        Path::new("."),
    );
    match package.compile().expect("the compiler works") {
        Compiled::Program(program, _) => program.plan().clone(),
        Compiled::Broken(report) => {
            unreachable!("the program is right: {} errors", report.errors())
        }
    }
}

/// Seconds of processor time of this process.
fn clock() -> f64 {
    random::processor_time()
}

/// The instructions that the limit wants.
fn has_avx512() -> bool {
    Isa::best() == Isa::Avx512
}
