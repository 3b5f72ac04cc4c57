//! `persona experiment`: plans and reports of a small shop that one can count by hand.

use serde_json::{Value, json};

use super::Package;

const PROGRAM: &str = "\
profile C { id: String @key, email: String?, variant: String?, seen_at: Timestamp?, spent: Int }
event CartAdded { sku: String }
event Purchase { total: Int }
event Assigned { variant: String }
source people of C { from \"people.csv\" }
source carts of CartAdded {
  from \"carts.csv\"
  profile = column(\"who\")
}
source purchases of Purchase {
  from \"purchases.csv\"
  profile = column(\"who\")
}
source assignments of Assigned {
  from \"assignments.csv\"
  profile = column(\"who\")
}
segment big { when spent > 50 }
trait spending: Int = spent
channel email { to email requires nothing }
content rescue {
  subject: String
  variant warm when arm(subject_line) == personal { subject = \"For you\" }
  otherwise { subject = \"Your cart\" }
}
trigger cart_rescue {
  on CartAdded where sku != \"test\"
  enter once
  send rescue via email
}
experiment subject_line {
  on cart_rescue
  arms { control, personal }
  goal Purchase where total >= 10 within 2d
}
";

/// Forty people: the even ones personal. Each adds a cart on a day of their own; of the personal ones every second buys, of the others
/// every fourth, a day later. All others buy too little, or too late.
fn package() -> Package {
    let (mut people, mut carts) = (
        "id,email,variant,seen_at,spent\n".to_owned(),
        "who,at,id,sku\n".to_owned(),
    );
    let (mut purchases, mut assignments) = (
        "who,at,id,total\n".to_owned(),
        "who,at,id,variant\n".to_owned(),
    );
    for n in 0..40 {
        let variant = ["personal", "control"][n % 2];
        let day = n / 2 + 1;
        people.push_str(&format!(
            "c{n},c{n}@example.com,{variant},2026-01-{day:02}T12:00Z,{}\n",
            n * 2
        ));
        carts.push_str(&format!("c{n},2026-01-{day:02}T12:00Z,k{n},shoe\n"));
        assignments.push_str(&format!("c{n},2026-01-{day:02}T12:00Z,a{n},{variant}\n"));
        let buys = match variant {
            "personal" => n % 4 == 0,
            _ => n % 8 == 1,
        };
        let (after, total) = if buys {
            (1, 20)
        } else if n % 3 == 0 {
            (1, 5)
        } else {
            (3, 20)
        };
        purchases.push_str(&format!(
            "c{n},2026-01-{:02}T12:00Z,p{n},{total}\n",
            day + after
        ));
    }
    Package::new(PROGRAM)
        .file("people.csv", people.as_bytes())
        .file("carts.csv", carts.as_bytes())
        .file("purchases.csv", purchases.as_bytes())
        .file("assignments.csv", assignments.as_bytes())
}

fn json_of(package: &Package, arguments: &[&str]) -> Value {
    let mut call = vec!["experiment", "subject_line", "--quiet", "--format", "json"];
    call.extend(arguments);
    let run = package.call(&call);
    run.ends_with(0);
    serde_json::from_str(&run.stdout).expect("one JSON object")
}

/// Groups as (name, exposed, converted).
fn counts(report: &Value) -> Value {
    report["goals"][0]["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .map(|group| json!([group["name"], group["exposed"], group["converted"]]))
        .collect()
}

#[test]
fn an_event_or_a_field_with_its_moment_says_who_was_exposed() {
    let package = package();
    let expected = json!([["control", 20, 5], ["personal", 20, 10]]);
    let by_event = json_of(&package, &["--report", "--exposure", "Assigned.variant"]);
    assert_eq!(counts(&by_event), expected);
    assert_eq!(by_event["goals"][0]["goal"], "Purchase where total >= 10");
    assert_eq!(by_event["goals"][0]["within_seconds"], 172_800.0);
    assert_eq!(by_event["control"], "control");
    assert_eq!(by_event["sample_ratio"]["p"], 1.0);
    let compared = &by_event["goals"][0]["comparisons"][0];
    assert_eq!(
        (
            &compared["name"],
            &compared["difference"],
            &compared["lift"]
        ),
        (&json!("personal"), &json!(0.25), &json!(1.0))
    );
    // proportions_ztest([10, 5], [20, 20]) of statsmodels 0.15.0
    let p = compared["p"].as_f64().expect("a chance");
    assert!((p - 0.10247043485974937).abs() < 1e-9, "{p}");
    let by_field = json_of(
        &package,
        &[
            "--report",
            "--exposure",
            "variant",
            "--exposed-at",
            "seen_at",
        ],
    );
    assert_eq!(counts(&by_field), expected);
    // At an earlier time, fewer were exposed, and some still have time.
    let earlier = json_of(
        &package,
        &[
            "--report",
            "--exposure",
            "Assigned.variant",
            "--now",
            "2026-01-10T12:00Z",
        ],
    );
    assert_eq!(earlier["groups"][0]["exposed"], 10);
    assert!(earlier["goals"][0]["unfinished"].as_u64().expect("a count") > 0);
}

#[test]
fn a_log_says_who_was_sent_something() {
    let mut log = String::new();
    for n in 0..40 {
        let arm = ["personal", "control"][n % 2];
        let outcome = if n % 5 == 4 { "deferred" } else { "sent" };
        let at = format!("2026-01-{:02}T12:00:00Z", n / 2 + 1);
        let line = json!({ "at": at, "profile": format!("c{n}"), "outcome": outcome, "arms": { "subject_line": arm } });
        log.push_str(&format!("{line}\n"));
    }
    // A second message changes nothing, another arm says nothing about anybody, and strangers are left out.
    for (who, arm) in [
        ("c0", "personal"),
        ("c1", "personal"),
        ("nobody", "control"),
        ("c2", "blue"),
    ] {
        let line = json!({ "at": "2026-01-30T12:00:00Z", "profile": who, "outcome": "sent", "arms": { "subject_line": arm } });
        log.push_str(&format!("{line}\n"));
    }
    let package = package().file("sent.ndjson", log.as_bytes());
    let found = json_of(
        &package,
        &[
            "--report",
            "--log",
            "sent.ndjson",
            "--now",
            "2026-02-01T00:00Z",
        ],
    );
    let exposed: Vec<&Value> = found["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .map(|group| &group["exposed"])
        .collect();
    assert_eq!(exposed, [15, 16]);
    assert_eq!(
        (&found["mixed"], &found["strangers"], &found["unknown"]),
        (&json!(1), &json!(1), &json!({ "blue": 1 }))
    );
    let run = package.call(&[
        "experiment",
        "subject_line",
        "--report",
        "--log",
        "sent.ndjson",
        "--now",
        "2026-02-01T00:00Z",
    ]);
    run.ends_with(0);
    for words in [
        "people are divided as declared",
        "no difference between personal and control was found",
        "1 person was seen in more than one arm, and left out",
        "1 person of the log are not in the data",
        "`blue` is no arm of this experiment; it was seen 1 time",
    ] {
        assert!(
            run.stdout.contains(words),
            "{words} is not in\n{}",
            run.stdout
        );
    }
}

#[test]
fn segments_and_numbers_are_goals_too() {
    let found = json_of(
        &package(),
        &[
            "--report",
            "--exposure",
            "variant",
            "--goal",
            "big",
            "--goal",
            "spending",
            "--control",
            "personal",
        ],
    );
    assert_eq!(found["control"], "personal");
    let goals = found["goals"].as_array().expect("goals");
    assert_eq!(
        counts(&found),
        json!([["control", 20, 7], ["personal", 20, 7]])
    );
    assert_eq!(goals[1]["groups"][0]["mean"], 40.0);
    assert_eq!(goals[1]["groups"][1]["mean"], 38.0);
    assert_eq!(goals[1]["comparisons"][0]["difference"], 2.0);
}

#[test]
fn a_plan_measures_what_it_is_not_given() {
    let package = package();
    let given = json_of(
        &package,
        &["--plan", "--baseline", "5%", "--traffic", "1000"],
    );
    // samplesize_proportions_2indep_onetail(0.005, 0.05, 0.8) of statsmodels 0.15.0 is 31233.43…
    assert_eq!(given["people"], 62_467);
    assert_eq!(
        given["groups"][0],
        json!({ "name": "control", "share": 0.5, "people": 31_234 })
    );
    assert_eq!(given["days"], 62.467);
    assert_eq!(given["now"], Value::Null);
    let measured = json_of(&package, &["--plan", "--effect", "10pp"]);
    let baseline = &measured["baseline"];
    assert_eq!(
        (
            &baseline["exposed"],
            &baseline["converted"],
            &baseline["rate"]
        ),
        (&json!(40), &json!(15), &json!(0.375))
    );
    assert_eq!(baseline["goal"], "Purchase where total >= 10");
    assert_eq!(measured["traffic"]["people"], 40);
    assert_eq!(measured["target"], 0.475);
    let run = package.call(&["experiment", "subject_line", "--plan", "--effect", "10pp"]);
    run.ends_with(0);
    for words in [
        "15 of 40 people in the data",
        "people must come",
        "whole weeks have all days of the week",
        "What can be found in",
    ] {
        assert!(
            run.stdout.contains(words),
            "{words} is not in\n{}",
            run.stdout
        );
    }
}

#[test]
fn wrong_calls_say_what_to_do() {
    let package = package()
        .file("empty.ndjson", b"\n")
        .file("broken.ndjson", b"{\"at\": \n")
        .file(
            "other.ndjson",
            b"{\"at\":\"2026-01-01T00:00Z\",\"profile\":\"c1\",\"outcome\":\"entered\"}\n",
        );
    let cases: [(&str, &str); 17] = [
        ("subject_lin --plan", "did you mean `subject_line`?"),
        ("subject_line", "<--plan|--report>"),
        ("subject_line --report", "nothing says who was exposed"),
        (
            "subject_line --report --exposure varian",
            "did you mean `variant`?",
        ),
        (
            "subject_line --report --exposure Assigned.varian",
            "did you mean `Assigned.variant`?",
        ),
        (
            "subject_line --report --exposure spent",
            "neither an enum nor text",
        ),
        ("subject_line --report --exposure variant", "--exposed-at"),
        (
            "subject_line --report --exposure variant --exposed-at email",
            "`email` is no moment",
        ),
        (
            "subject_line --report --exposure email --goal big",
            "the arms are control, personal",
        ),
        (
            "subject_line --report --exposure variant --goal bigg",
            "did you mean `big`?",
        ),
        (
            "subject_line --report --exposure variant --goal big --control persona",
            "did you mean `personal`?",
        ),
        (
            "subject_line --report --log nothing.ndjson",
            "cannot be read",
        ),
        ("subject_line --report --log empty.ndjson", "is empty"),
        (
            "subject_line --report --log broken.ndjson",
            "broken.ndjson:1:",
        ),
        (
            "subject_line --report --log other.ndjson",
            "nobody in other.ndjson was exposed",
        ),
        (
            "subject_line --plan --effect 10",
            "write `10%` for 10 % more than now",
        ),
        (
            "subject_line --plan --baseline 95% --effect 10pp",
            "leads nowhere between 0 % and 100 %",
        ),
    ];
    for (arguments, words) in cases {
        let mut call = vec!["experiment"];
        call.extend(arguments.split(' '));
        let run = package.call(&call);
        run.ends_with(2);
        assert!(run.stderr.contains(words), "{arguments}\n{}", run.stderr);
    }
}
