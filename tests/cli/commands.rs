//! The commands on the bundled example.

use super::Package;
use crate::support::binary::persona;
use crate::support::root;

#[test]
fn the_example_has_nothing_to_complain_about() {
    persona(&root(), &["check", "examples/shop", "--deny", "warnings"]).ends_with(0);
}

#[test]
fn a_run_prints_a_table_that_people_can_read() {
    let run = persona(&root(), &["run", "examples/shop"]);
    run.ends_with(0)
        .says(&["VIP shoppers", "Lifecycle stage", "Champions"]);
    let widest = run
        .stdout
        .lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or_default();
    assert!(
        widest <= 120,
        "a line of {widest} characters:\n{}",
        run.stdout
    );
}

#[test]
fn both_engines_say_the_same_of_the_example() {
    let answers = |engine: &str| {
        let mut json = persona(
            &root(),
            &[
                "run",
                "examples/shop",
                "--format",
                "json",
                "--engine",
                engine,
            ],
        )
        .ends_with(0)
        .json();
        json.as_object_mut().expect("an object").remove("seconds");
        json
    };
    let batch = answers("batch");
    assert_eq!(batch, answers("interpreter"));
    assert_eq!(batch["profiles"].as_u64(), Some(4_000));
    let segments = batch["segments"].as_array().expect("segments");
    assert!(segments.len() >= 15, "{} segments", segments.len());
    for segment in segments {
        let share = segment["share"].as_f64().expect("a share");
        assert!(
            share > 0.0 && share < 1.0,
            "everybody or nobody is in {}",
            segment["name"]
        );
    }
    assert!(
        batch["rejected"].as_u64() > Some(10) && batch["duplicates"].as_u64() > Some(5),
        "{}",
        batch["rejected"]
    );
}

#[test]
fn one_segment_is_answered_as_among_all() {
    let all = persona(&root(), &["run", "examples/shop", "--format", "json"])
        .ends_with(0)
        .json();
    let one = persona(
        &root(),
        &[
            "run",
            "examples/shop",
            "--format",
            "json",
            "--segment",
            "champions",
        ],
    )
    .ends_with(0)
    .json();
    let champions = |json: &serde_json::Value| {
        let segments = json["segments"].as_array().expect("segments").clone();
        segments
            .into_iter()
            .find(|segment| segment["name"] == "champions")
            .expect("champions")
    };
    assert_eq!(champions(&one), champions(&all));
    assert_eq!(one["segments"].as_array().map(Vec::len), Some(1));
}

#[test]
fn members_are_written_in_every_format() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    for name in ["members.csv", "members.ndjson", "members.parquet"] {
        persona(
            &root(),
            &["run", "examples/shop", "--quiet", "--members", &path(name)],
        )
        .ends_with(0);
    }
    let csv = std::fs::read_to_string(path("members.csv")).expect("members");
    let ndjson = std::fs::read_to_string(path("members.ndjson")).expect("members");
    let header: Vec<&str> = csv.lines().next().expect("a header").split(',').collect();
    assert!(
        header.contains(&"id") && header.contains(&"vip") && header.contains(&"lifecycle"),
        "{header:?}"
    );
    assert_eq!(ndjson.lines().count(), 4_000);
    let first: serde_json::Value =
        serde_json::from_str(ndjson.lines().next().expect("a member")).expect("JSON");
    assert!(
        first["id"].is_string() && first["vip"].is_boolean() && first["lifecycle"].is_string(),
        "{first}"
    );
    let file = std::fs::File::open(path("members.parquet")).expect("members");
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file)
        .expect("Parquet");
    assert_eq!(reader.metadata().file_metadata().num_rows(), 4_000);
}

#[test]
fn why_points_at_the_reasons() {
    let run = persona(
        &root(),
        &["why", "vip", "examples/shop", "--profile", "C00002"],
    );
    run.ends_with(0)
        .says(&["vip", "lifetime_spend", "segments.persona"]);
    let json = persona(
        &root(),
        &[
            "why",
            "vip",
            "examples/shop",
            "--profile",
            "C00002",
            "--format",
            "json",
        ],
    )
    .ends_with(0)
    .json();
    assert!(json.is_object(), "{json}");
}

#[test]
fn every_code_is_explained() {
    let folder = root();
    for code in persona_base::all_codes() {
        persona(&folder, &["explain", code.id()])
            .ends_with(0)
            .says(&[code.id()]);
    }
    persona(&folder, &["explain"]).ends_with(0).says(&["P0301"]);
}

#[test]
fn the_version_and_the_help_go_to_standard_output() {
    persona(&root(), &["--version"])
        .ends_with(0)
        .says(&["persona 0.1.0"]);
    persona(&root(), &["--help"])
        .ends_with(0)
        .says(&["check", "run", "why", "explain"]);
    for command in ["check", "run", "why", "explain"] {
        persona(&root(), &[command, "--help"])
            .ends_with(0)
            .says(&["Example"]);
    }
}

#[test]
fn diagnostics_are_printed_in_every_format() {
    let package = Package::new(
        "profile P {\n  id: String @key\n  country: String?\n}\nsegment s { when country != \"US\" }\n",
    );
    let human = package.call(&["check", "."]);
    human.ends_with(1);
    assert!(
        (human.stdout.clone() + &human.stderr).contains("P0301"),
        "{human:?}"
    );
    package
        .call(&["check", ".", "--format", "short"])
        .ends_with(1)
        .says(&["main.persona:5:"]);
    let json = package.call(&["check", ".", "--format", "json"]);
    let lines: Vec<serde_json::Value> = json
        .ends_with(1)
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        (
            lines[0]["code"].as_str(),
            lines[0]["start"]["line"].as_u64()
        ),
        (Some("P0301"), Some(5))
    );
    assert!(
        lines[0]["fixes"]
            .as_array()
            .is_some_and(|fixes| fixes.len() == 2),
        "{}",
        lines[0]
    );
    assert_eq!(
        lines.last().expect("a summary")["summary"]["errors"].as_u64(),
        Some(1)
    );
}

#[test]
fn the_package_around_the_current_folder_is_found() {
    let package = Package::new("profile P { id: String @key }\nsegment s { when true }\n");
    std::fs::create_dir_all(package.path().join("deep/er")).expect("folders");
    persona(&package.path().join("deep/er"), &["check"]).ends_with(0);
}
