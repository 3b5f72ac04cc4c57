//! The vectors that `GrowthBook` publishes for its SDKs, to the bit. They lie beside the repository, in `../shared/suites`, and
//! are not part of it.

use persona_runtime::experiment::hash;
use persona_sema::ArmHash;
use serde_json::Value;

use super::experiment;
use crate::support::root;

/// The published cases; nothing where they are not there. `PERSONA_REQUIRE_DATA=1` makes that a failure.
fn published(what: &str) -> Option<Vec<Value>> {
    let path = root().join("../shared/suites/hash_vectors.json");
    if !path.exists() {
        let required = std::env::var_os("PERSONA_REQUIRE_DATA").is_some();
        assert!(!required, "the vectors are not at ../shared/suites");
        println!("not asked: the vectors are not at ../shared/suites");
        return None;
    }
    let text = std::fs::read_to_string(path).expect("readable vectors");
    let vectors: Value = serde_json::from_str(&text).expect("JSON");
    let cases = vectors["growthbook"][what].as_array().cloned();
    Some(cases.unwrap_or_else(|| panic!("there are no vectors for {what}")))
}

#[test]
fn hashes_are_those_of_the_published_vectors() {
    let Some(cases) = published("hash") else {
        return;
    };
    let mut asked = [0; 2];
    for case in &cases {
        let (seed, value) = (
            case[0].as_str().expect("a seed"),
            case[1].as_str().expect("a value"),
        );
        let found = match case[2].as_u64() {
            Some(1) => {
                asked[0] += 1;
                Some(
                    f64::from(hash::growthbook_1(seed, value))
                        / f64::from(ArmHash::GrowthBook1.buckets()),
                )
            }
            Some(2) => {
                asked[1] += 1;
                Some(
                    f64::from(hash::growthbook_2(seed, value))
                        / f64::from(ArmHash::GrowthBook2.buckets()),
                )
            }
            // There is no such hash, here as there.
            _ => None,
        };
        assert_eq!(found, case[3].as_f64(), "{case}");
    }
    assert_eq!((asked, cases.len()), ([7, 7], 15));
}

#[test]
fn arms_end_where_the_published_ranges_do() {
    let Some(cases) = published("getBucketRange") else {
        return;
    };
    // Coverage there takes a part of each arm, here the holdout takes the first buckets of all: not the same.
    let (mut equal, mut refused, mut coverage) = (0, 0, 0);
    for case in &cases {
        let (name, input) = (&case[0], &case[1]);
        if input[1].as_f64() != Some(1.0) {
            coverage += 1;
            continue;
        }
        let arms = input[0].as_u64().expect("a number of arms");
        let weights = input[2].as_array();
        let arm = |index: u64| match weights
            .and_then(|weights| weights.get(usize::try_from(index).ok()?))
        {
            Some(weight) => format!(
                "v{index} {:.2}%",
                weight.as_f64().expect("a weight") * 100.0
            ),
            None => format!("v{index}"),
        };
        let arms: Vec<String> = (0..arms).map(arm).collect();
        match experiment(&[
            &format!("arms {{ {} }}", arms.join(", ")),
            "hash growthbook_2",
        ]) {
            Ok(found) => {
                equal += 1;
                let mut from = 0;
                for (end, range) in found.ends.iter().zip(case[2].as_array().expect("ranges")) {
                    let range = [range[0].as_f64(), range[1].as_f64()];
                    assert_eq!(
                        [from, *end].map(|end| Some(f64::from(end) / 10_000.0)),
                        range,
                        "{name}"
                    );
                    from = *end;
                }
                assert_eq!(found.ends.len(), arms.len(), "{name}");
            }
            // There, weights that make no sense become equal ones; here, somebody hears of it.
            Err(codes) => {
                refused += 1;
                assert_eq!(codes, ["P0982"], "{name}");
            }
        }
    }
    assert_eq!((equal, refused, coverage, cases.len()), (4, 4, 5, 13));
}
