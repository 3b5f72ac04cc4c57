//! Every package below `examples`, found by listing, so that a new one cannot be forgotten: it checks without a warning, is in
//! the one format, its tests pass and see nearly all of its rules, its data put somebody everywhere, its campaigns reach people, and
//! its README shows what is printed. Nothing here names an example.

mod data;
mod readme;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::support::binary::{Run, persona};
use crate::support::{root, update};

/// How many of the conditions the example's own tests must see both to hold and not to, in per cent. Ranks compare people, of whom a
/// test has one: what rests on them is never seen to hold.
const CONDITIONS: u64 = 85;

/// The folders below `examples`, as they are called from the repository's folder.
fn packages() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("examples")).expect("the examples");
    let mut found: Vec<String> = entries
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().expect("a type").is_dir())
        .map(|entry| format!("examples/{}", entry.file_name().to_string_lossy()))
        .collect();
    found.sort();
    assert!(found.len() >= 5, "all examples are looked at: {found:?}");
    found
}

/// Calls `persona` from the repository's folder, and fails unless all is well.
#[track_caller]
fn fine(arguments: &[&str]) -> Run {
    let run = persona(&root(), arguments);
    assert_eq!(
        run.code,
        0,
        "persona {}\n{}\n{}",
        arguments.join(" "),
        run.stdout,
        run.stderr
    );
    run
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).expect("JSON")
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name]
        .as_array()
        .unwrap_or_else(|| panic!("no `{name}`"))
}

#[test]
fn the_data_of_the_examples_are_what_is_made_up() {
    for (example, files) in data::worlds() {
        let folder = root().join("examples").join(example).join("data");
        std::fs::create_dir_all(&folder).expect("a folder for the data");
        for (name, text) in files {
            let path = folder.join(name);
            if std::fs::read(&path).is_ok_and(|committed| committed == text.as_bytes()) {
                continue;
            }
            assert!(
                update(),
                "{example}/{name} is not what is made up; UPDATE=1 writes it anew"
            );
            std::fs::write(path, text).expect("data are written");
        }
    }
}

#[test]
fn every_example_checks_without_a_warning_and_is_formatted() {
    for package in packages() {
        fine(&["check", &package, "--deny", "warnings"]);
        fine(&["fmt", "--check", &package]);
    }
}

#[test]
fn the_tests_of_every_example_pass_and_see_nearly_all_of_its_rules() {
    for package in packages() {
        let tested = json(&fine(&["test", &package, "--coverage", "--format", "json"]));
        assert!(!list(&tested, "tests").is_empty(), "{package} has no test");
        let conditions = list(&tested["coverage"], "conditions");
        let open: Vec<String> = conditions
            .iter()
            .filter(|condition| !(seen(condition, "yes") && seen(condition, "no")))
            .map(|condition| format!("{}: {}", condition["owner"], condition["text"]))
            .collect();
        let seen_share = 100 * (conditions.len() - open.len()) / conditions.len();
        assert!(
            seen_share as u64 >= CONDITIONS,
            "{package}: {seen_share} % of the conditions are seen both ways; not these: {open:#?}"
        );
        for variant in list(&tested["coverage"], "variants") {
            assert!(seen(variant, "chosen"), "{package}: nobody reads {variant}");
        }
    }
}

/// Whether a count of the coverage is above zero.
fn seen(counted: &Value, name: &str) -> bool {
    counted[name].as_u64().expect("a count") > 0
}

#[test]
fn every_segment_and_stage_of_every_example_has_somebody_and_not_everybody() {
    for package in packages() {
        let answered = json(&fine(&["run", &package, "--format", "json"]));
        for segment in list(&answered, "segments") {
            let share = segment["share"].as_f64().expect("a share");
            assert!(share > 0.0 && share < 1.0, "{package}: {segment}");
        }
        for partition in list(&answered, "partitions") {
            for stage in list(partition, "stages") {
                assert!(stage["count"].as_u64() > Some(0), "{package}: {stage}");
            }
        }
    }
}

/// What `persona simulate` prints of a package: asked once, however many look at it.
fn replayed(package: &str) -> String {
    static PRINTED: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let mut printed = PRINTED.lock().unwrap_or_else(PoisonError::into_inner);
    let text = printed
        .entry(package.to_owned())
        .or_insert_with(|| fine(&["simulate", package]).stdout);
    text.clone()
}

/// The names that the package's rules declare with this keyword.
fn declared(package: &str, keyword: &str) -> Vec<String> {
    let rules = readme::rules(&root().join(package));
    let lines = rules.iter().flat_map(|text| text.lines());
    let heads = lines.filter_map(|line| line.strip_prefix(keyword)?.split_whitespace().next());
    heads.map(str::to_owned).collect()
}

#[test]
fn every_trigger_of_every_example_starts_for_somebody_and_every_channel_delivers() {
    for package in packages() {
        let printed = replayed(&package);
        let after = |head: &str| {
            let mut lines = printed.lines();
            lines.find(|line| line.starts_with(head))?;
            lines.next()
        };
        let triggers = declared(&package, "trigger ");
        assert!(!triggers.is_empty(), "{package} sends nothing");
        for trigger in triggers {
            let entered = after(&format!("{trigger}  ")).unwrap_or_default();
            let entered = entered.trim().strip_prefix("entered").unwrap_or_default();
            assert!(
                entered
                    .trim()
                    .starts_with(|digit| ('1'..='9').contains(&digit)),
                "{package}: nobody meets {trigger}\n{printed}"
            );
        }
        for channel in declared(&package, "channel ") {
            let delivers = |line: &str| {
                line.starts_with(&format!("  {channel} ")) && line.ends_with("delivered")
            };
            assert!(
                printed.lines().any(delivers),
                "{package}: {channel} delivers nothing\n{printed}"
            );
        }
    }
}

#[test]
fn every_example_tells_its_story_and_shows_what_is_printed() {
    for package in packages() {
        let path = root().join(&package).join("README.md");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{package}: {e}"));
        let shown = readme::outputs(&text);
        assert!(
            shown >= 2,
            "{path:?} shows {shown} outputs; a story needs two"
        );
        let anew = readme::hold(&package, &text);
        if anew != text {
            std::fs::write(path, anew).expect("the README is written");
        }
    }
}
