//! Bounds of flip times over random plans and data: before its bound no value changes, whatever the instant.

use std::sync::Arc;

use persona_ir::{NodeId, Plan};
use persona_runtime::flips::{Flip, NEVER};
use persona_runtime::{Dataset, Evaluation, Evaluator, ProfileEvaluator};

use super::fixture::{self, DAY, HOUR, NOW, Rng};
use super::generate::{self, Focus};
use super::same_value;
use crate::FlipProgram;

/// The last instant of the calendar.
const END: i64 = persona_runtime::calendar::MAX_TIMESTAMP;

fn evaluator<'a>(plan: &'a Plan, data: &'a Dataset, now: i64) -> Evaluator<'a> {
    let evaluation = Evaluation {
        now,
        calibration: None,
    };
    let prepared = Evaluator::prepared(plan, data, &evaluation);
    Evaluator::new(plan, data, now, Arc::clone(prepared.calibration()))
}

/// Instants after one and before another: both ends, and places that are likely to matter.
fn between(rng: &mut Rng, from: i64, to: i64) -> Vec<i64> {
    let mut instants = vec![from + 1, to - 1, from.midpoint(to)];
    for _ in 0..2 {
        let far = *rng.pick(&[
            1,
            1_000_000,
            HOUR,
            DAY,
            7 * DAY,
            31 * DAY,
            366 * DAY,
            9999 * DAY,
        ]);
        let by = i64::try_from(rng.below(usize::try_from(far).unwrap())).unwrap();
        instants.push(from.saturating_add(by + 1));
        instants.push(to.saturating_sub(by + 1));
        instants.push((from / DAY + by / HOUR) * DAY);
        instants.push((from / DAY + by / HOUR) * DAY - 2 * HOUR);
    }
    instants.retain(|at| from < *at && *at < to && *at <= END);
    instants
}

fn check(
    rng: &mut Rng,
    profile: &mut ProfileEvaluator<'_>,
    node: NodeId,
    steps: usize,
) -> Result<usize, String> {
    let start = profile.now();
    let value = profile.value(node);
    let bound = profile.flip(node);
    if bound <= start || (bound > END && bound != NEVER) {
        return Err(format!("at {start} the bound is {bound}"));
    }
    for at in between(rng, start, bound.min(END)) {
        profile.move_in_time(at);
        let later = profile.value(node);
        if !same_value(&later, &value) {
            return Err(format!(
                "at {start} it is {value:?} until {bound}, but {later:?} at {at}"
            ));
        }
    }
    profile.move_in_time(start);
    let flip = profile.exact_flip(node, steps);
    let (before, after) = match flip {
        Flip::At(at) => (Some(at - 1), Some(at)),
        Flip::NotBefore(at) => (Some(at), None),
        Flip::Never => (Some(END), None),
    };
    for (at, same) in [(before, true), (after, false)] {
        let Some(at) = at else { continue };
        profile.move_in_time(at);
        let there = profile.value(node);
        if same_value(&there, &value) != same {
            return Err(format!(
                "at {start} {value:?} with {flip:?}, but {there:?} at {at}"
            ));
        }
    }
    profile.move_in_time(start);
    Ok(usize::from(matches!(flip, Flip::At(_))))
}

fn run(seed: u64, plans: usize, depth: usize, focus: Focus) -> usize {
    let mut flips = 0;
    for index in 0..plans {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(index as u64);
        let mut rng = Rng(seed);
        let data = fixture::dataset(&mut rng, 5, 9);
        let plan = generate::plan(&mut rng, 5, depth, focus);
        let now = *rng.pick(&[NOW, NOW - 12 * HOUR, NOW - 40 * DAY, i64::MIN, i64::MAX]);
        let evaluator = evaluator(&plan, &data, now);
        for row in 0..data.profiles {
            let mut profile = evaluator.profile(row);
            for output in &plan.outputs {
                match check(&mut rng, &mut profile, output.node, 5) {
                    Ok(found) => flips += found,
                    Err(error) => panic!("seed {seed}, profile {row}, {}: {error}", output.name),
                }
            }
        }
    }
    flips
}

#[test]
fn no_value_changes_before_its_bound() {
    assert!(run(21, 36, 2, Focus::Anything) > 5, "too few values flip");
    run(22, 3, 4, Focus::Anything);
}

#[test]
fn no_aggregate_or_sequence_changes_before_its_bound() {
    assert!(
        run(23, 10, 1, Focus::Aggregates) > 20,
        "too few values flip"
    );
    assert!(run(24, 10, 1, Focus::Sequences) > 3, "too few values flip");
    run(25, 4, 2, Focus::Ranks);
}

/// `PERSONA_FLIP_PLANS=20000` for a long run.
#[test]
fn as_many_bounds_as_asked_for_hold() {
    let asked = std::env::var("PERSONA_FLIP_PLANS").ok();
    let asked = asked.and_then(|count| count.parse().ok()).unwrap_or(1);
    run(26, asked, 3, Focus::Anything);
    run(27, asked, 2, Focus::Aggregates);
    run(28, asked, 2, Focus::Sequences);
}

/// Machine code's values and bounds beside the interpreter's, for every output and profile. Gives how many bounds there
/// are that are instants.
fn agree(seed: u64, plans: usize, depth: usize, focus: Focus) -> usize {
    let mut timed = 0;
    for index in 0..plans {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(index as u64);
        let mut rng = Rng(seed);
        let data = fixture::dataset(&mut rng, 5, 9);
        let plan = generate::plan(&mut rng, 5, depth, focus);
        let program = FlipProgram::new(&plan).unwrap();
        let other = *rng.pick(&[NOW - 12 * HOUR, NOW - 40 * DAY, NOW + 400 * DAY, i64::MAX]);
        for now in [NOW, other] {
            let evaluation = Evaluation {
                now,
                calibration: None,
            };
            let evaluator = evaluator(&plan, &data, now);
            let over = program.over(&data, &evaluation);
            let mut session = over.session();
            let columns = program.run(&data, &evaluation, 1 + index % 3);
            // Backwards too: what one profile leaves behind must not reach the next.
            for row in (0..data.profiles).chain((0..data.profiles).rev()) {
                let mut profile = evaluator.profile(row);
                let answers = session.profile(row);
                for (place, output) in plan.outputs.iter().enumerate() {
                    let bound = profile.flip(output.node);
                    let bound = (bound != NEVER).then_some(bound);
                    let value = profile.value(output.node);
                    let (found, until) = &answers[place];
                    assert!(
                        same_value(found, &value),
                        "seed {seed}, now {now}, profile {row}, {}: {found:?}, not {value:?}",
                        output.name
                    );
                    assert_eq!(
                        (*until, columns[place][row]),
                        (bound, bound),
                        "seed {seed}, now {now}, profile {row}, {}:\n{}",
                        output.name,
                        persona_ir::print(&plan)
                    );
                    timed += usize::from(bound.is_some());
                }
            }
        }
    }
    timed
}

#[test]
fn machine_code_gives_the_interpreters_bounds() {
    assert!(agree(31, 40, 2, Focus::Anything) > 50, "too few bounds");
    agree(32, 3, 4, Focus::Anything);
    assert!(agree(33, 40, 1, Focus::Aggregates) > 300, "too few bounds");
    assert!(agree(34, 16, 1, Focus::Sequences) > 50, "too few bounds");
    agree(35, 4, 2, Focus::Ranks);
}

/// `PERSONA_FLIP_PLANS=20000` for a long run.
#[test]
fn machine_code_gives_the_interpreters_bounds_of_as_many_plans_as_asked_for() {
    let asked = std::env::var("PERSONA_FLIP_PLANS").ok();
    let asked = asked.and_then(|count| count.parse().ok()).unwrap_or(1);
    agree(36, asked, 3, Focus::Anything);
    agree(37, asked, 2, Focus::Aggregates);
    agree(38, asked / 4, 2, Focus::Sequences);
}

#[test]
fn the_bounds_of_a_population_are_each_profiles_own_on_any_number_of_threads() {
    let mut timed = 0;
    for seed in 0..24 {
        let mut rng = Rng(seed);
        let data = fixture::dataset(&mut rng, 7, 9);
        let plan = generate::plan(&mut rng, 6, 2, Focus::Anything);
        let evaluation = Evaluation {
            now: NOW,
            calibration: None,
        };
        let evaluator = evaluator(&plan, &data, NOW);
        let one = |node, row| {
            let bound = evaluator.profile(row).flip(node);
            (bound != NEVER).then_some(bound)
        };
        let expected: Vec<Vec<Option<i64>>> = plan
            .outputs
            .iter()
            .map(|output| {
                (0..data.profiles)
                    .map(|row| one(output.node, row))
                    .collect()
            })
            .collect();
        timed += expected.iter().flatten().flatten().count();
        let program = FlipProgram::new(&plan).unwrap();
        for threads in [0, 1, 2, 3, 16] {
            assert_eq!(program.run(&data, &evaluation, threads), expected);
            let found = crate::flips(&plan, &data, &evaluation, threads);
            assert_eq!(found.unwrap(), expected);
        }
    }
    assert!(timed > 20, "too few answers change by themselves");
}
