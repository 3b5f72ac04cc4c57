//! Who keeps an arm when an experiment is declared anew: exactly those whose bucket lies in the same arm's range before and after.

use persona_runtime::experiment::{Assignment, arm_of, hash};
use persona_sema::{ArmHash, Experiment};

use super::experiment;
use crate::support::rng::Rng;

const PEOPLE: usize = 5_000;

fn bucket(hash: ArmHash, salt: &str, person: usize) -> u32 {
    let key = format!("customer-{person}");
    match hash {
        ArmHash::Sha256 => hash::sha256(salt, &key),
        ArmHash::GrowthBook1 => hash::growthbook_1(salt, &key),
        ArmHash::GrowthBook2 => hash::growthbook_2(salt, &key),
        ArmHash::Unleash => hash::unleash(salt, &key),
        ArmHash::Flagd => hash::flagd(salt, &key),
    }
}

/// Everybody's assignment.
fn assigned(experiment: &Experiment) -> Vec<Assignment> {
    let person = |person| {
        let bucket = bucket(experiment.hash, &experiment.salt, person);
        arm_of(bucket, experiment.holdout, &experiment.ends)
    };
    (0..PEOPLE).map(person).collect()
}

/// Who moved, as pairs of before and after.
fn moved(before: &[&str], after: &[&str]) -> Vec<(Assignment, Assignment)> {
    let [before, after] =
        [before, after].map(|clauses| assigned(&experiment(clauses).expect("a valid experiment")));
    let pairs = before.into_iter().zip(after);
    pairs.filter(|(before, after)| before != after).collect()
}

/// The moves that there are, each with its share of all people.
fn moves(before: &[&str], after: &[&str]) -> Vec<(Assignment, Assignment, f64)> {
    let moved = moved(before, after);
    let mut kinds: Vec<(Assignment, Assignment)> = Vec::new();
    for pair in &moved {
        if !kinds.contains(pair) {
            kinds.push(*pair);
        }
    }
    let share = |kind: &(Assignment, Assignment)| {
        let count = moved.iter().filter(|pair| *pair == kind).count();
        (kind.0, kind.1, count as f64 / PEOPLE as f64)
    };
    kinds.iter().map(share).collect()
}

const A: Assignment = Assignment::Arm(0);
const B: Assignment = Assignment::Arm(1);
const C: Assignment = Assignment::Arm(2);

#[track_caller]
fn only(found: &[(Assignment, Assignment, f64)], expected: &[(Assignment, Assignment, f64)]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (from, to, share) in expected {
        let found = found
            .iter()
            .find(|found| (found.0, found.1) == (*from, *to));
        let found = found
            .unwrap_or_else(|| panic!("nobody moves from {from:?} to {to:?}"))
            .2;
        assert!((found - share).abs() < 0.02, "{from:?} to {to:?}: {found}");
    }
}

#[test]
fn a_first_arm_that_grows_keeps_all_its_people() {
    // A gradual rollout: 10 % have the new one, then 50 %; nobody goes back.
    only(
        &moves(
            &["arms { new 10%, old 90% }"],
            &["arms { new 50%, old 50% }"],
        ),
        &[(B, A, 0.4)],
    );
}

#[test]
fn an_arm_between_two_others_moves_only_at_the_end_that_moves() {
    only(
        &moves(
            &["arms { a 50%, b 30%, c 20% }"],
            &["arms { a 40%, b 40%, c 20% }"],
        ),
        &[(A, B, 0.1)],
    );
}

#[test]
fn an_arm_added_at_the_end_takes_only_from_the_last() {
    only(
        &moves(
            &["arms { a 50%, b 50% }"],
            &["arms { a 50%, b 30%, c 20% }"],
        ),
        &[(B, C, 0.2)],
    );
}

#[test]
fn a_holdout_that_grows_keeps_its_people_and_lets_nobody_out() {
    let found = moves(
        &["arms { a, b }", "holdout 5%"],
        &["arms { a, b }", "holdout 10%"],
    );
    // The holdout takes from the first arm; the rest is shared anew, so the boundary between the arms moves by half as much.
    only(&found, &[(A, Assignment::Holdout, 0.05), (B, A, 0.025)]);
}

#[test]
fn a_renamed_experiment_keeps_everybody_by_its_old_salt() {
    assert!(moved(&["arms { a, b }"], &["arms { a, b }", "salt \"ab\""]).is_empty());
    let other = moved(&["arms { a, b }"], &["arms { a, b }", "salt \"cd\""]).len();
    assert!(
        (2_300..2_700).contains(&other),
        "a new salt shuffles all people: {other}"
    );
}

/// An experiment made up: its clauses, with the weights and the holdout in whole percentages.
fn made_up(rng: &mut Rng, hash: &str) -> (Vec<String>, Vec<u32>, u32) {
    let mut weights = vec![1_u32; 2 + small(rng, 4)];
    for _ in 0..100 - weights.len() {
        let arm = small(rng, weights.len());
        weights[arm] += 1;
    }
    let holdout = u32::try_from(small(rng, 20)).expect("small");
    let arms = weights.iter().enumerate();
    let arms: Vec<String> = arms.map(|(n, weight)| format!("v{n} {weight}%")).collect();
    let mut clauses = vec![
        format!("arms {{ {} }}", arms.join(", ")),
        format!("hash {hash}"),
    ];
    if holdout > 0 {
        clauses.push(format!("holdout {holdout}%"));
    }
    (clauses, weights, holdout)
}

fn small(rng: &mut Rng, bound: usize) -> usize {
    usize::try_from(rng.below(bound as u64)).expect("small")
}

#[test]
fn everybody_whose_bucket_stays_in_the_range_of_an_arm_keeps_the_arm() {
    let mut rng = Rng::stream(0x5eed, 0);
    let mut kept = [0; 2];
    for round in 0..60 {
        let (name, hash) = ArmHash::ALL[round % ArmHash::ALL.len()];
        let [(before, old), (after, new)] = [(); 2].map(|()| {
            let (clauses, weights, holdout) = made_up(&mut rng, name);
            let clauses: Vec<&str> = clauses.iter().map(String::as_str).collect();
            let found = experiment(&clauses);
            let found = found.unwrap_or_else(|codes| panic!("{clauses:?}: {codes:?}"));
            (assigned(&found), ranges(&weights, holdout, hash.buckets()))
        });
        for (person, (before, after)) in before.into_iter().zip(after).enumerate() {
            let bucket = bucket(hash, "ab", person);
            let inside = |ranges: &[(u32, u32)]| {
                ranges
                    .iter()
                    .position(|(from, to)| (*from..*to).contains(&bucket))
            };
            let keeps = inside(&old) == inside(&new);
            kept[usize::from(keeps)] += 1;
            assert_eq!(before == after, keeps, "round {round}, person {person}");
        }
    }
    assert!(
        kept.iter().all(|count| *count > 10_000),
        "both happen: {kept:?}"
    );
}

/// Where arms lie by SEMANTICS §7, in exact arithmetic: each ends at `⌊h + (N − h) · cumulated weight⌋`.
fn ranges(weights: &[u32], holdout: u32, buckets: u32) -> Vec<(u32, u32)> {
    let holdout = holdout * buckets / 100;
    let mut from = holdout;
    let mut cumulated = 0;
    weights
        .iter()
        .map(|weight| {
            cumulated += weight;
            let to = (holdout * 100 + (buckets - holdout) * cumulated) / 100;
            (std::mem::replace(&mut from, to), to)
        })
        .collect()
}
