//! Calls as people make them, with the mistakes that they make: replays, previews, reports of experiments.

use super::Package;

const PROGRAM: &str = "\
profile C { id: String @key, email: String?, newsletter: Bool = false }
event CartAdded { sku: String }
event Purchase { total: Int }
source people of C { from \"people.csv\" }
source carts of CartAdded {
  from \"carts.csv\"
  profile = column(\"who\")
}
source purchases of Purchase {
  from \"purchases.csv\"
  profile = column(\"who\")
}
segment written { when did Sent }
segment calm { when not in written }
segment buyers { when did Purchase }
channel email {
  to email
  requires newsletter
}
content reminder {
  subject: String
  variant warm when arm(tone) == kind { subject = \"Dear you\" }
  otherwise { subject = \"Your cart\" }
}
trigger rescue {
  on CartAdded
  enter once
  send reminder via email
}
experiment tone {
  on rescue
  arms { kind 50%, plain 50% }
  holdout 20%
  goal Purchase within 2d
}
";

/// Six hundred people with a cart each, of whom every third may be written to, and every second of those buys.
fn package() -> Package {
    let (mut people, mut carts) = (
        "id,email,newsletter\n".to_owned(),
        "who,at,id,sku\n".to_owned(),
    );
    let mut purchases = "who,at,id,total\n".to_owned();
    for n in 0..600 {
        people.push_str(&format!("c{n},c{n}@x.example,{}\n", n % 3 == 0));
        carts.push_str(&format!("c{n},2026-01-05T09:00Z,k{n},shoe\n"));
        if n % 6 == 0 {
            purchases.push_str(&format!("c{n},2026-01-06T09:00Z,p{n},20\n"));
        }
    }
    purchases.push_str("c0,2026-01-20T09:00Z,last,20\n");
    Package::new(PROGRAM)
        .file("people.csv", people.as_bytes())
        .file("carts.csv", carts.as_bytes())
        .file("purchases.csv", purchases.as_bytes())
}

/// The report's groups are people who were reached, or would have been: nobody without consent is in the holdout's.
#[test]
fn a_report_of_a_simulated_log_compares_people_who_could_be_reached() {
    let package = package();
    package
        .call(&["simulate", "--out", "log.ndjson", "--no-payloads"])
        .ends_with(0)
        .says(&["tone", "kept out"]);
    let report = package
        .call(&[
            "experiment",
            "tone",
            "--report",
            "--log",
            "log.ndjson",
            "--format",
            "json",
        ])
        .ends_with(0)
        .json();
    let groups = report["groups"].as_array().expect("groups");
    let of = |name: &str| {
        let group = groups.iter().find(|group| group["name"] == name);
        group
            .and_then(|group| group["exposed"].as_u64())
            .expect("a group")
    };
    assert_eq!(of("kind") + of("plain") + of("(holdout)"), 200, "{report}");
    assert!(of("(holdout)") > 20, "{report}");
    assert_eq!(report["sample_ratio"]["mismatch"], false, "{report}");
    let goal = report["goals"][0]["groups"].as_array().expect("groups");
    let converted: u64 = goal
        .iter()
        .filter_map(|group| group["converted"].as_u64())
        .sum();
    assert_eq!(
        converted, 100,
        "every second of those who were reached buys: {report}"
    );
    package
        .call(&[
            "experiment",
            "tone",
            "--report",
            "--log",
            "log.ndjson",
            "--control",
            "blue",
        ])
        .ends_with(2)
        .complains(&["no arm `blue`", "kind, plain, holdout"]);
}

#[test]
fn a_run_says_that_it_knows_of_nothing_that_was_sent() {
    let package = package();
    package.call(&["run"]).ends_with(0).says(&[
        "`calm` and `written` ask what was sent",
        "only `persona simulate` sends",
    ]);
    let run = package.call(&["run", "--segment", "buyers"]);
    run.ends_with(0);
    assert!(!run.stdout.contains("what was sent"), "{}", run.stdout);
    package
        .call(&["why", "written", "--profile", "c0"])
        .ends_with(0)
        .says(&["c0 is not in written", "`written` asks what was sent"]);
}

#[test]
fn results_go_to_files_that_can_be_written_and_never_to_a_file_called_dash() {
    let package = package();
    let wrong = |arguments: &[&str], words: &[&str]| {
        package.call(arguments).ends_with(2).complains(words);
    };
    wrong(
        &["simulate", "--out", "-"],
        &["--out -", "standard output", "--out log.ndjson"],
    );
    wrong(
        &["simulate", "--out", "no/log.ndjson"],
        &["no/log.ndjson: the folder of this file does not exist"],
    );
    wrong(&["simulate", "--out", "."], &["is a folder"]);
    wrong(
        &["render", "reminder", "--profile", "c0", "--html", "-"],
        &["--html -", "preview.html"],
    );
    wrong(
        &[
            "render",
            "reminder",
            "--profile",
            "c0",
            "--html",
            "no/p.html",
        ],
        &["the folder of this file does not exist"],
    );
    assert!(!package.path().join("-").exists());
    // What a file's name says is what stands in it.
    package.call(&["overlap", "--out", "o.html"]).ends_with(0);
    let page = std::fs::read_to_string(package.path().join("o.html")).expect("the page");
    assert!(
        page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"),
        "{page}"
    );
}

#[test]
fn names_of_other_things_are_told_apart() {
    let package = package();
    let wrong = |arguments: &[&str], words: &[&str]| {
        package.call(arguments).ends_with(2).complains(words);
    };
    wrong(
        &["render", "rescue", "--profile", "c0"],
        &["`rescue` is a trigger", "reminder"],
    );
    wrong(
        &["render", "buyers", "--profile", "c0"],
        &["`buyers` is an answer", "persona why buyers"],
    );
    wrong(
        &["render", "remindr", "--profile", "c0"],
        &["did you mean `reminder`"],
    );
}

#[test]
fn a_replay_without_events_says_that_nothing_tells_when() {
    let empty = Package::new(PROGRAM)
        .file("people.csv", b"id,email,newsletter\na,a@x.example,true\n")
        .file("carts.csv", b"who,at,id,sku\n")
        .file("purchases.csv", b"who,at,id,total\n");
    for arguments in [&["simulate"][..], &["why", "rescue", "--profile", "a"]] {
        empty
            .call(arguments)
            .ends_with(2)
            .complains(&["no event", "when the replay starts and ends"]);
    }
    empty
        .call(&[
            "why",
            "rescue",
            "--profile",
            "a",
            "--from",
            "2026-01-01",
            "--now",
            "2026-02-01",
        ])
        .ends_with(0)
        .says(&["there is no CartAdded of this person, ever"]);
}
