//! Random plans over random data.

use super::fixture::{self, DAY, NOW, Rng};
use super::generate::{self, Focus};
use super::{agree, at};

/// Runs so many random plans from a seed.
fn run(seed: u64, plans: usize, outputs: usize, depth: usize, focus: Focus) {
    for index in 0..plans {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(index as u64);
        let mut rng = Rng(seed);
        let events = if focus == Focus::Anything { 9 } else { 25 };
        let data = fixture::dataset(&mut rng, 12, events);
        let plan = generate::plan(&mut rng, outputs, depth, focus);
        let now = *rng.pick(&[NOW, NOW - DAY, NOW + 1, i64::MIN, i64::MAX]);
        if let Err(error) = agree(&plan, &data, &at(now)) {
            panic!("seed {seed}: {error}");
        }
    }
}

#[test]
fn shallow_plans_agree() {
    run(1, 150, 8, 2, Focus::Anything);
}

#[test]
fn plans_agree() {
    run(2, 150, 5, 4, Focus::Anything);
}

#[test]
fn deep_plans_agree() {
    run(3, 25, 3, 7, Focus::Anything);
}

#[test]
fn sequences_agree() {
    run(8, 150, 6, 2, Focus::Sequences);
}

#[test]
fn aggregates_agree() {
    run(9, 120, 8, 2, Focus::Aggregates);
}

#[test]
fn ranks_agree() {
    run(10, 60, 6, 2, Focus::Ranks);
}

/// `PERSONA_JIT_PLANS=200000` for a long run.
#[test]
fn as_many_plans_as_asked_for_agree() {
    let asked = std::env::var("PERSONA_JIT_PLANS")
        .ok()
        .and_then(|count| count.parse().ok());
    let asked = asked.unwrap_or(30);
    run(4, asked, 4, 4, Focus::Anything);
    run(5, asked / 3, 6, 2, Focus::Sequences);
    run(6, asked / 3, 6, 2, Focus::Aggregates);
    run(7, asked / 5, 6, 2, Focus::Ranks);
}
