//! Batches as marketing has them: 1, 10, 100 and 1000 segments over millions of profiles, next to a loop of AVX-512
//! intrinsics written by hand for the same segments, in the same run. Prints ratios, asserts that all members agree,
//! never times.
//!
//! `cargo bench -p persona-tests --bench batch [-- PROFILES [ROUNDS]]`: ten million profiles and nine rounds unless told; a
//! thousand segments are asked of a tenth of them. Times are of processor time on one thread, the least of the rounds.
#![expect(clippy::print_stdout, reason = "a program that reports")]

mod conditions;
mod data;
#[cfg(target_arch = "x86_64")]
mod limit;
mod random;

use std::path::Path;

use persona::{Compiled, Package};
use persona_ir::Plan;
use persona_jit::RunOptions;
use persona_runtime::kernels::Isa;
use persona_runtime::{Answer, Evaluation};

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
        "{:>9} profiles  segments  atoms of      ours ms   per segment, ns/1000   limit ms   ratio   ours GB/s",
        ""
    );
    let tenth = People::generate(profiles.div_ceil(10));
    for segments in [1, 10, 100, 1000] {
        measure(&tenth, &all[..segments], rounds);
    }
    drop(tenth);
    let people = People::generate(profiles);
    for segments in [1, 10, 100] {
        measure(&people, &all[..segments], rounds);
    }
}

/// One cell: segments over people.
fn measure(people: &People, segments: &[Segment], rounds: usize) {
    let plan = compile(segments);
    let compiled = persona_jit::Compiled::new(&plan).expect("the program compiles");
    let data = people.dataset(&plan);
    let evaluation = Evaluation {
        now: NOW,
        calibration: None,
    };
    let run = || compiled.run_with(&data, &evaluation, &RunOptions::with_threads(1));
    let limit = Limit::new(people, segments);
    let members: Vec<u64> = run().columns.iter().map(count).collect();
    let (mut ours, mut theirs) = (f64::MAX, f64::MAX);
    for _ in 0..rounds {
        let start = clock();
        let answers = run();
        let middle = clock();
        let counted = limit.as_ref().map(Limit::run);
        let end = clock();
        ours = ours.min(middle - start);
        theirs = theirs.min(end - middle);
        assert_eq!(answers.columns.len(), segments.len());
        for (segment, counted) in counted.into_iter().flatten().enumerate() {
            assert_eq!(counted, members[segment], "members of segment {segment}");
        }
    }
    let (atoms, uses) = conditions::atoms(segments);
    let each = ours * 1e9 / (people.len() * segments.len()) as f64 * 1000.0;
    let speed = data::bytes(&data, &plan) as f64 / ours / 1e9;
    let (limit_ms, ratio) = if limit.is_some() {
        (theirs * 1e3, ours / theirs)
    } else {
        (f64::NAN, f64::NAN)
    };
    println!(
        "{:18}  {:8}  {:5} of {:4}  {:8.2}   {:20.1}   {:8.2}   {:5.2}   {:9.1}",
        people.len(),
        segments.len(),
        atoms.len(),
        uses,
        ours * 1e3,
        each,
        limit_ms,
        ratio,
        speed,
    );
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
    fn run(&self) -> Vec<u64> {
        Vec::new()
    }
}

fn count(answer: &Answer) -> u64 {
    match answer {
        Answer::Members(members) => members.count_set_bits() as u64,
        Answer::Values(_) => unreachable!("segments have members"),
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
