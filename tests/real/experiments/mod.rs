//! Real experiments: `persona::experiment::stats` finds what the worked examples say, and what scipy and statsmodels say
//! (`reference.json`, made by `reference.py` beside it).

use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use persona::experiment::stats::{
    Interval, Moments, Proportion, check_ratio, compare_means, compare_proportions, two_sided,
};
use persona::experiment::{Compared, ExposedBy, ReportOptions};
use persona::{Compiled, Package};
use persona_runtime::Value;
use serde_json::Value as Json;

use super::{Answered, answer, count, example};
use crate::support::root;

fn reference() -> Json {
    serde_json::from_str(include_str!("reference.json")).expect("JSON")
}

/// Equal to nine digits: both sides sum and round in their own order.
#[track_caller]
fn near(found: f64, expected: &Json) {
    let expected = expected.as_f64().expect("a number");
    let scale = expected.abs().max(1e-12);
    assert!(
        ((found - expected) / scale).abs() < 1e-9,
        "{found} is not {expected}"
    );
}

#[track_caller]
fn between(found: Interval, expected: &Json) {
    near(found.low, &expected[0]);
    near(found.high, &expected[1]);
}

/// The rows of each arm: gate 30, gate 40.
fn arms(cats: &Answered) -> [Vec<usize>; 2] {
    [0, 1].map(|arm| {
        let rows = cats.rows("gate").iter().enumerate();
        let of_arm = rows.filter(|(_, value)| **value == Value::Enum(arm));
        of_arm.map(|(row, _)| row).collect()
    })
}

#[test]
fn cookie_cats_players_who_came_back() {
    let Some(cats) = answer("cookie_cats", "2017-01-01T00:00:00Z") else {
        return;
    };
    let (worked, reference) = (example("ab.1"), reference());
    let arms = arms(&cats);
    for goal in ["retention_1", "retention_7"] {
        let members = cats.rows(&goal.replace("retention", "retained"));
        let [control, treatment] = arms.each_ref().map(|rows| {
            let converted = rows.iter().filter(|row| members[**row].is_true()).count();
            Proportion {
                exposed: rows.len() as u64,
                converted: converted as u64,
            }
        });
        let (worked, reference) = (&worked[goal], &reference["cookie_cats"][goal]);
        let found = [
            treatment.exposed,
            treatment.converted,
            control.exposed,
            control.converted,
        ];
        let expected = ["n1", "x1", "n0", "x0"].map(|name| count(&worked[name]) as u64);
        assert_eq!(found, expected);
        let found = compare_proportions(control, treatment, 0.95).expect("people");
        let test = found.test.expect("some came back and some did not");
        near(found.difference, &worked["diff"]);
        near(test.z, &worked["z"]);
        near(test.p, &worked["p_two_sided"]);
        near(test.z, &reference["z"]);
        near(test.p, &reference["p"]);
        between(found.difference_interval, &reference["newcombe"]);
        between(
            found.lift_interval.map(|lift| lift + 1.0),
            &reference["ratio"],
        );
    }
    let found = check_ratio(&arms.each_ref().map(|rows| rows.len() as u64), &[1.0, 1.0]);
    near(
        found.expect("people").p,
        &reference["cookie_cats"]["ratio_p"],
    );
}

#[test]
fn cookie_cats_rounds_played() {
    let Some(cats) = answer("cookie_cats", "2017-01-01T00:00:00Z") else {
        return;
    };
    let reference = &reference()["cookie_cats"]["rounds"];
    let rounds = cats.rows("rounds");
    let [control, treatment] = arms(&cats).map(|rows| {
        let values = rows.iter().filter_map(|row| rounds[*row].int());
        Moments::of(values.map(|value| value as f64))
    });
    let found = compare_means(control, treatment, 0.95).expect("players");
    near(found.t, &reference["t"]);
    near(found.p, &reference["p"]);
    between(found.difference_interval, &reference["interval"]);
}

/// The last look at one experiment and variant: control, treatment.
struct Look {
    experiment: String,
    variant: i64,
    since: f64,
    samples: [Moments; 2],
}

/// The last look at metric 1 of every experiment and variant, sorted.
fn last_looks() -> Option<Vec<Look>> {
    if !super::data_is_there() {
        return None;
    }
    let path = root().join("../shared/data/experiments/asos_digital_experiments_dataset.parquet");
    let file = File::open(path).expect("a readable file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .expect("Parquet");
    let mut looks: Vec<Look> = Vec::new();
    for batch in reader {
        let batch = batch.expect("rows");
        let column = |name: &str| batch.column_by_name(name).expect("a column");
        let number = |name: &str, row| column(name).as_primitive::<Float64Type>().value(row);
        let whole = |name: &str, row| column(name).as_primitive::<Int64Type>().value(row);
        for row in (0..batch.num_rows()).filter(|row| whole("metric_id", *row) == 1) {
            let sample = |group: &str| Moments {
                count: number(&format!("count_{group}"), row) as u64,
                mean: number(&format!("mean_{group}"), row),
                variance: number(&format!("variance_{group}"), row),
            };
            looks.push(Look {
                experiment: column("experiment_id")
                    .as_string::<i32>()
                    .value(row)
                    .to_owned(),
                variant: whole("variant_id", row),
                since: number("time_since_start", row),
                samples: [sample("c"), sample("t")],
            });
        }
    }
    looks.sort_by(|a, b| {
        let keys = (&a.experiment, a.variant).cmp(&(&b.experiment, b.variant));
        keys.then(b.since.total_cmp(&a.since))
    });
    looks.dedup_by(|later, first| {
        (&later.experiment, later.variant) == (&first.experiment, first.variant)
    });
    Some(looks)
}

#[test]
fn asos_experiments_that_found_a_difference() {
    let Some(looks) = last_looks() else {
        return;
    };
    let (worked, reference) = (example("ab.3"), reference());
    assert_eq!(looks.len(), count(&worked["comparisons"]));
    let (mut by_z, mut by_t) = (0, 0);
    for (look, row) in looks
        .iter()
        .zip(reference["asos"].as_array().expect("rows"))
    {
        assert_eq!(
            (row[0].as_str(), row[1].as_i64()),
            (Some(&*look.experiment), Some(look.variant))
        );
        let [control, treatment] = look.samples;
        let found = compare_means(control, treatment, 0.95).expect("values vary");
        near(found.t, &row[2]);
        near(found.p, &row[3]);
        by_z += usize::from(two_sided(found.t) < 0.05);
        by_t += usize::from(found.p < 0.05);
        // The interval and the test say the same.
        let Interval { low, high } = found.difference_interval;
        assert_eq!(
            found.p < 0.05,
            low > 0.0 || high < 0.0,
            "{}",
            look.experiment
        );
    }
    let expected = count(&worked["significant_at_5_percent"]);
    assert_eq!((by_z, by_t), (expected, expected));
}

#[test]
fn asos_experiments_whose_division_is_off() {
    let Some(looks) = last_looks() else {
        return;
    };
    let (worked, reference) = (example("ab.4"), reference());
    assert_eq!(looks.len(), count(&worked["comparisons"]));
    let mut flagged = 0;
    for (look, row) in looks
        .iter()
        .zip(reference["asos"].as_array().expect("rows"))
    {
        let people = look.samples.map(|sample| sample.count);
        let found = check_ratio(&people, &[0.5, 0.5]).expect("people");
        near(found.p, &row[4]);
        flagged += usize::from(found.is_mismatch());
    }
    assert_eq!(flagged, count(&worked["flagged"]));
}

#[test]
fn cookie_cats_report_says_the_same() {
    let folder = root().join("tests/real/cookie_cats");
    if answer("cookie_cats", "2017-01-01T00:00:00Z").is_none() {
        return;
    }
    let package = Package::open(Some(&folder)).expect("a package");
    let Compiled::Program(program, _) = package.compile().expect("a valid package compiles") else {
        panic!("the package has errors");
    };
    let options = ReportOptions {
        now: None,
        exposed: ExposedBy::Field("version".to_owned()),
        exposed_at: None,
        goals: ["retained_1", "retained_7", "rounds"]
            .map(str::to_owned)
            .to_vec(),
        control: None,
        confidence: 0.95,
    };
    let report = program
        .experiment_report("first_gate", &options, &())
        .expect("a report");
    let reference = &reference()["cookie_cats"];
    near(report.ratio.expect("people").p, &reference["ratio_p"]);
    for (goal, name) in report.goals.iter().zip(["retention_1", "retention_7"]) {
        let Compared::Rate {
            found: Some(found),
            corrected,
            ..
        } = goal.compared[0]
        else {
            panic!("rates are compared");
        };
        near(found.test.expect("a test").p, &reference[name]["p"]);
        near(corrected.expect("a test"), &reference[name]["p"]);
        between(found.difference_interval, &reference[name]["newcombe"]);
    }
    let Compared::Mean {
        found: Some(found), ..
    } = report.goals[2].compared[0]
    else {
        panic!("means are compared");
    };
    near(found.t, &reference["rounds"]["t"]);
    between(found.difference_interval, &reference["rounds"]["interval"]);
}
