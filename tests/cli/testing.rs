//! `persona test` from outside: what it prints, and how it ends.

use super::Package;

/// A shop whose tests need no data.
const SHOP: &str = r#"profile Customer {
  id: String @key
  email: Email?
  consent: { email: Bool = true }
}
event CartAdded { sku: String, value: Money<USD> }
event Purchase { total: Money<USD> }
segment buyers { when did Purchase }
channel email {
  to email
  requires consent.email
}
content reminder(cart: CartAdded) {
  subject: String
  otherwise { subject = "{cart.sku} waits" }
}
trigger rescue {
  on CartAdded as cart where cart.value >= 20 USD
  enter always
  stop on Purchase
  wait 1h
  send reminder(cart) via email
}
"#;

/// One that holds, and one that does not.
const TESTS: &str = r#"test "a reminder after an hour" {
  given { id: "c1", email: "ada@example.com" }
  at 2026-01-10T12:00Z
  event CartAdded { sku: "A1", value: 30 USD }
  wait 1h
  expect sent reminder via email
}
test "a purchase cancels it" {
  given { id: "c1", email: "ada@example.com" }
  at 2026-01-10T12:00Z
  event CartAdded { sku: "A1", value: 30 USD }
  wait 59m
  event Purchase { total: 30 USD }
  wait 1d
  expect sent reminder
  expect not in buyers
}
"#;

fn shop() -> Package {
    Package::new(SHOP).file("tests.persona", TESTS.as_bytes())
}

#[test]
fn a_failure_is_shown_with_values_and_timeline() {
    shop().call(&["test"]).ends_with(1).says(&[
        "✓ a reminder after an hour",
        "✗ a purchase cancels it",
        "tests.persona:15:3",
        "rescue stops on 2026-01-10 12:59:00",
        "buyers (main.persona:8)",
        "Purchase: total 30.00 USD",
        "2 tests: 1 passed, 1 failed",
    ]);
}

#[test]
fn what_holds_ends_with_0_and_says_so() {
    shop()
        .call(&["test", "--filter", "AFTER AN HOUR"])
        .ends_with(0)
        .says(&["1 test: all passed"])
        .complains(&["1 other not chosen"]);
}

#[test]
fn a_filter_that_chooses_nothing_is_a_mistake_in_the_call() {
    shop()
        .call(&["test", "--filter", "a reminder after an our"])
        .ends_with(2)
        .complains(&["did you mean \"a reminder after an hour\"?"]);
}

#[test]
fn a_package_without_tests_is_told_how_one_looks() {
    Package::new(SHOP)
        .call(&["test"])
        .ends_with(0)
        .complains(&["no tests; one looks like this"]);
}

#[test]
fn a_broken_program_is_not_tested() {
    Package::new("segment s { when points > 3 }")
        .call(&["test"])
        .ends_with(1)
        .complains(&["P02"]);
}

#[test]
fn a_test_gives_the_log_that_simulate_gives() {
    let sources = r#"source people of Customer { from "people.ndjson" }
source carts of CartAdded { from "carts.ndjson"
  profile = column("profile") }
source purchases of Purchase { from "purchases.ndjson"
  profile = column("profile") }
"#;
    let people = r#"{"id":"c1","email":"ada@example.com"}"#;
    let carts = r#"{"id":"test-0001","profile":"c1","at":"2026-01-10T12:00:00Z","sku":"A1","value":30}
{"id":"test-0002","profile":"c1","at":"2026-01-10T12:10:00Z","sku":"A2","value":3}
{"id":"test-0003","profile":"c1","at":"2026-01-10T14:00:00Z","sku":"A3","value":40}
"#;
    let purchases = r#"{"id":"test-0004","profile":"c1","at":"2026-01-10T14:30:00Z","total":30}
{"id":"test-0005","profile":"c1","at":"2026-01-12T14:30:00Z","total":30}
"#;
    let test = r#"test "the same" {
  given { id: "c1", email: "ada@example.com" }
  at 2026-01-10T12:00Z
  event CartAdded { sku: "A1", value: 30 USD }
  wait 10m
  event CartAdded { sku: "A2", value: 3 USD }
  expect not sent reminder
  at 2026-01-10T14:00Z
  event CartAdded { sku: "A3", value: 40 USD }
  wait 29m
  expect sent reminder
  wait 1m
  event Purchase { total: 30 USD }
  at 2026-01-12T14:30Z
  event Purchase { total: 30 USD }
  expect in buyers
}
"#;
    let package = Package::new(SHOP)
        .file("sources.persona", sources.as_bytes())
        .file("people.ndjson", people.as_bytes())
        .file("carts.ndjson", carts.as_bytes())
        .file("purchases.ndjson", purchases.as_bytes())
        .file("tests.persona", test.as_bytes());
    let json = package
        .call(&["test", "--format", "json"])
        .ends_with(0)
        .json();
    package
        .call(&["simulate", "--out", "log.ndjson"])
        .ends_with(0);
    let log = std::fs::read_to_string(package.path().join("log.ndjson")).expect("a log");
    let log: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object"))
        .collect();
    assert!(log.len() >= 5, "{log:#?}");
    assert_eq!(json["tests"][0]["log"], serde_json::Value::from(log));
}

#[test]
fn json_holds_values_timeline_and_log() {
    let json = shop()
        .call(&["test", "--format", "json"])
        .ends_with(1)
        .json();
    assert_eq!(json["format"], 1);
    assert_eq!(json["package"], "small");
    assert_eq!(
        json["summary"],
        serde_json::json!({"tests": 2, "passed": 1, "failed": 1, "not_chosen": 0})
    );
    let failed = &json["tests"][1];
    assert_eq!(failed["passed"], false);
    assert_eq!(failed["expectations"], 2);
    let failure = &failed["failures"][1];
    assert_eq!(
        failure["location"],
        serde_json::json!({"file": "tests.persona", "line": 16, "column": 3})
    );
    assert_eq!(failure["at"], "2026-01-11T12:59:00Z");
    let values = failure["values"].as_array().expect("values");
    let of = |text: &str| {
        let value = values.iter().find(|of| of["text"] == text);
        value.unwrap_or_else(|| panic!("no value of `{text}`: {values:#?}"))["value"].clone()
    };
    assert_eq!(of("did Purchase"), true);
    assert_eq!(of("not in buyers"), false);
    let timeline = failed["timeline"].as_array().expect("a timeline");
    let kinds: Vec<&str> = timeline
        .iter()
        .filter_map(|of| of["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            "step",
            "outcome",
            "step",
            "outcome",
            "expectation",
            "expectation"
        ]
    );
    assert_eq!(failed["log"][1]["outcome"], "stopped");
    assert_eq!(json["coverage"], serde_json::Value::Null);
}

#[test]
fn junit_has_a_suite_for_each_file_and_a_case_for_each_test() {
    let run = shop().call(&["test", "--format", "junit"]);
    run.ends_with(1).says(&[
        "<testsuite name=\"tests.persona\" tests=\"2\"",
        "failures=\"1\"",
        "<testcase name=\"a reminder after an hour\" classname=\"tests.persona\"",
        "<failure message=\"reminder was not sent: rescue stops on 2026-01-10 12:59:00",
        "What happened (times in UTC):",
    ]);
    assert!(!run.stdout.contains("time=") && !run.stdout.contains("timestamp="));
}

#[test]
fn coverage_says_what_no_test_has_seen() {
    let package = shop();
    package.call(&["test", "--coverage"]).ends_with(1).says(&[
        "Conditions that were not seen both ways",
        "always held in main.persona",
        "11:12  channel email",
        "Outcomes that never came",
        "dropped: address, dropped: consent",
    ]);
    let json = package
        .call(&["test", "--coverage", "--format", "json"])
        .ends_with(1)
        .json();
    let atoms = json["coverage"]["conditions"]
        .as_array()
        .expect("conditions");
    let of = |text: &str| {
        let atom = atoms.iter().find(|of| of["text"] == text);
        let atom = atom.unwrap_or_else(|| panic!("`{text}` is no condition: {atoms:#?}"));
        (atom["yes"].as_u64(), atom["no"].as_u64())
    };
    // One reminder was asked for its consent; three carts were large enough; one person had bought.
    assert_eq!(of("consent.email"), (Some(1), Some(0)));
    assert_eq!(of("cart.value >= 20 USD"), (Some(2), Some(0)));
    assert_eq!(of("did Purchase"), (Some(1), Some(0)));
    assert_eq!(json["coverage"]["variants"][0]["chosen"], 1);
}

#[test]
fn coverage_as_lcov_adds_up() {
    let package = shop();
    package
        .call(&["test", "--coverage=lcov", "--out", "lcov.info"])
        .ends_with(1);
    let text = std::fs::read_to_string(package.path().join("lcov.info")).expect("a file");
    let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
    let number = |start: &str| -> usize {
        let line = text.lines().find_map(|line| line.strip_prefix(start));
        line.and_then(|n| n.parse().ok()).expect("a number")
    };
    assert_eq!(text.lines().nth(1), Some("SF:main.persona"));
    assert_eq!(count("SF:"), 1);
    assert_eq!(count("BRDA:"), number("BRF:"));
    assert_eq!(count("DA:"), number("LF:"));
    assert!(text.contains("BRDA:11,0,0,1\nBRDA:11,0,1,0\n"), "{text}");
    assert!(text.ends_with("end_of_record\n"));
}

#[test]
fn coverage_as_a_page_needs_nothing_else() {
    let package = shop();
    package
        .call(&["test", "--coverage=html", "--out", "coverage.html"])
        .ends_with(1)
        .complains(&["the coverage is in coverage.html"]);
    let page = std::fs::read_to_string(package.path().join("coverage.html")).expect("a page");
    for words in [
        "<b class=\"yes\" title=\"always held: held 1 ×, did not hold 0 ×\">consent.email</b>",
        "prefers-color-scheme: dark",
        "dropped: consent",
        "cart.value &gt;= 20 USD",
    ] {
        assert!(page.contains(words), "no {words} in\n{page}");
    }
    for far in ["http://", "https://", "<script", "src="] {
        assert!(!page.contains(far), "{far}");
    }
    package
        .call(&["test", "--coverage=html"])
        .ends_with(2)
        .complains(&["--out coverage.html"]);
    package.call(&["test", "--out", "x"]).ends_with(2);
}

#[test]
fn a_test_that_leads_to_far_too_much_ends() {
    let program = r#"profile P { id: String @key, email: Email? }
channel mail {
  to email
  requires nothing
}
content hi {
  text: String
  otherwise { text = "hi" }
}
trigger daily {
  on every day at 09:00
  send hi via mail
}
"#;
    let test = |until: &str| {
        format!(
            "test \"far\" {{\n  given {{ id: \"a\", email: \"a@example.com\" }}\n  at 2026-01-10T12:00Z\n  {until}\n  expect sent hi\n}}\n"
        )
    };
    Package::new(program)
        .file("tests.persona", test("at 9999-01-01T00:00Z").as_bytes())
        .call(&["test"])
        .ends_with(1)
        .complains(&["leads to more than 20000 outcomes", "let less time pass"]);
    // Time ends with the calendar.
    Package::new(program)
        .file(
            "tests.persona",
            test("at 9999-12-31T12:00Z\n  wait 100000d")
                .replace("2026-01-10", "9999-12-30")
                .as_bytes(),
        )
        .call(&["test"])
        .ends_with(0);
}
