//! `persona bench`: the shape of what it says. No test asks how fast anything is.

use serde_json::Value;

use super::Package;

const PLAIN: &str = "profile Customer { id: String @key, country: String = \"US\", visits: Int = 0 }\n\n\
    event Purchase { total: Int }\n\n\
    segment abroad { when country != \"US\" }\n\n\
    segment keen { when visits > 3 and did Purchase in last 90d }\n\n\
    trait spent: Int = sum(Purchase.total)\n\n\
    trait place: Int? = ntile(4, visits)\n";

/// Whether a spread is one: in order, of so many rounds.
fn is_spread(spread: &Value) {
    let numbers = ["min", "q1", "median", "q3", "max"].map(|name| spread[name].as_f64());
    let numbers: Vec<f64> = numbers.into_iter().map(|n| n.expect("a number")).collect();
    assert!(numbers.is_sorted() && numbers[0] > 0.0, "{spread}");
    assert!(spread["rounds"].as_u64() >= Some(1), "{spread}");
}

#[test]
fn made_up_people_are_measured_where_there_are_no_data() {
    let json = Package::new(PLAIN)
        .call(&[
            "bench",
            "--profiles",
            "500",
            "--format",
            "json",
            "--threads",
            "2",
        ])
        .ends_with(0)
        .json();
    assert_eq!(json["format"], 1);
    assert_eq!(
        (&json["data"], &json["seed"]),
        (&"generated".into(), &0.into())
    );
    assert_eq!(
        (&json["profiles"], &json["threads"]),
        (&500.into(), &2.into())
    );
    assert_eq!(json["now"], "2026-01-01T00:00:00Z");
    assert!(json["events"].as_u64() > Some(100), "{json}");
    assert_eq!(json["load"], Value::Null, "nothing is read");
    for spread in [
        &json["compile"],
        &json["calibrate"],
        &json["together"]["seconds"],
        &json["members"]["seconds"],
    ] {
        is_spread(spread);
    }
    is_spread(&json["memory"]["bytes_per_second"]);
    let answers = json["answers"].as_array().expect("answers");
    let mut names: Vec<&str> = answers.iter().filter_map(|a| a["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["abroad", "keen", "place", "spent"]);
    let mut bytes = 0;
    for answer in answers {
        is_spread(&answer["seconds"]);
        is_spread(&answer["profiles_per_second"]);
        assert!(
            answer["share_of_memory_bandwidth"].as_f64() > Some(0.0),
            "{answer}"
        );
        bytes += answer["bytes"].as_u64().expect("a number");
    }
    // `keen` and `spent` read the same instants, `keen` and `place` the same visits: together they are read once.
    assert!(json["together"]["bytes"].as_u64() < Some(bytes), "{json}");
}

#[test]
fn bytes_are_those_of_the_columns_that_an_answer_asks_for() {
    let json = Package::new(PLAIN)
        .call(&[
            "bench",
            "--profiles",
            "1000",
            "--format",
            "json",
            "--segment",
            "place",
        ])
        .ends_with(0)
        .json();
    let answers = json["answers"].as_array().expect("answers");
    assert_eq!(answers.len(), 1);
    assert_eq!(json["members"], Value::Null, "nobody is in a trait");
    // A thousand small numbers: a byte or two each.
    let bytes = answers[0]["bytes"].as_u64();
    assert!(bytes == Some(1000) || bytes == Some(2000), "{json}");
}

#[test]
fn people_read_a_table_over_the_packages_own_data() {
    let people = "id,country,visits\na,US,1\nb,FR,5\nc,US,7\n";
    let program = format!("{PLAIN}\nsource people of Customer {{ from \"people.csv\" }}\n");
    let run = Package::new(&program)
        .file("people.csv", people.as_bytes())
        .call(&[
            "bench",
            "--segment",
            "abroad",
            "--segment",
            "place",
            "--now",
            "2026-01-31",
        ]);
    run.ends_with(0).says(&[
        "small, its own data: 3 profiles with 0 events",
        "at 2026-01-31T00:00:00Z (as given by --now)",
        "memory is read here at ",
        "all 2 together",
        "and who is in what",
        "Each alone, the slowest first",
        "abroad",
        "place",
        "Before answering",
        "reading the data",
        "making machine code",
        "calibrating ranks",
    ]);
    // A word of warning, or nothing: progress is for terminals.
    assert!(run.stderr.lines().count() <= 1, "{}", run.stderr);
}

#[test]
fn wrong_calls_are_told_apart() {
    let package = Package::new(PLAIN);
    let call = |rest: &[&str]| {
        let words: Vec<&str> = ["bench"].iter().chain(rest).copied().collect();
        package.call(&words)
    };
    call(&["--segment", "kean"])
        .ends_with(2)
        .complains(&["kean", "keen"]);
    call(&["--profiles", "0"])
        .ends_with(2)
        .complains(&["--profiles"]);
    call(&["--seed", "1"])
        .ends_with(2)
        .complains(&["--profiles"]);
    call(&["--profiles", "10", "--now", "soon"])
        .ends_with(2)
        .complains(&["soon"]);
    Package::new("segment a { when b }")
        .call(&["bench"])
        .ends_with(1);
}
