//! Random plans over random data.

use super::fixture::{self, DAY, NOW, Rng};
use super::{agree, at, generate};

/// Runs so many random plans from a seed.
fn run(seed: u64, plans: usize, outputs: usize, depth: usize) {
    for index in 0..plans {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(index as u64);
        let mut rng = Rng(seed);
        let data = fixture::dataset(&mut rng, 12, 9);
        let plan = generate::plan(&mut rng, outputs, depth);
        let now = *rng.pick(&[NOW, NOW - DAY, NOW + 1, i64::MIN, i64::MAX]);
        if let Err(error) = agree(&plan, &data, &at(now)) {
            panic!("seed {seed}: {error}");
        }
    }
}

#[test]
fn shallow_plans_agree() {
    run(1, 300, 8, 2);
}

#[test]
fn plans_agree() {
    run(2, 400, 5, 4);
}

#[test]
fn deep_plans_agree() {
    run(3, 60, 3, 7);
}

/// `PERSONA_JIT_PLANS=200000` for a long run.
#[test]
fn as_many_plans_as_asked_for_agree() {
    let asked = std::env::var("PERSONA_JIT_PLANS").ok().and_then(|count| count.parse().ok());
    run(4, asked.unwrap_or(100), 4, 4);
}
