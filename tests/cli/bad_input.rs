//! Bad input: each gives one clear message and the right exit code, in bounded time, whatever it is.

use super::Package;
use crate::support::root;

const PEOPLE: &str = "profile Customer {\n  id: String @key\n  points: Int\n  name: String?\n}\n\
    source people of Customer {\n  from \"people.csv\"\n}\nsegment rich { when points > 10 }\n";

#[test]
fn a_file_that_is_not_there() {
    Package::new(PEOPLE)
        .call(&["run", "."])
        .ends_with(2)
        .complains(&["people.csv", "main.persona:7"]);
}

#[test]
fn a_file_that_cannot_be_read() {
    let package = Package::new(PEOPLE);
    std::fs::create_dir(package.path().join("people.csv")).expect("a folder in the file's place");
    package
        .call(&["run", "."])
        .ends_with(2)
        .complains(&["people.csv"]);
}

#[test]
fn a_package_that_is_not_there() {
    Package::new(PEOPLE)
        .call(&["check", "nowhere"])
        .ends_with(2)
        .complains(&["nowhere"]);
}

#[test]
fn a_program_that_is_not_utf_8() {
    Package::new(PEOPLE)
        .file("broken.persona", b"segment s { when \xff }")
        .call(&["check", "."])
        .ends_with(2)
        .complains(&["broken.persona", "UTF-8"]);
}

#[test]
fn a_column_that_is_not_there() {
    let program = PEOPLE.replace(
        "from \"people.csv\"",
        "from \"people.csv\"\n  points = column(\"Ponits\")",
    );
    let package = Package::new(&program).file("people.csv", b"id,Points,name\na,12,Ada\n");
    package
        .call(&["run", "."])
        .ends_with(1)
        .complains(&["Ponits", "Points"]);
}

#[test]
fn text_in_a_number() {
    let package = Package::new(PEOPLE).file(
        "people.csv",
        b"id,points,name\na,12,Ada\nb,many,Bob\nc,3,\n",
    );
    let run = package.call(&[
        "run",
        ".",
        "--format",
        "json",
        "--rejects",
        "rejects.ndjson",
    ]);
    let json = run.ends_with(0).json();
    assert_eq!(
        (json["profiles"].as_u64(), json["rejected"].as_u64()),
        (Some(2), Some(1)),
        "{json}"
    );
    let rejects = std::fs::read_to_string(package.path().join("rejects.ndjson"))
        .expect("rejects are written");
    let reject: serde_json::Value = serde_json::from_str(rejects.trim()).expect("one JSON object");
    assert_eq!(
        (
            reject["line"].as_u64(),
            reject["column"].as_str(),
            reject["value"].as_str()
        ),
        (Some(3), Some("points"), Some("many"))
    );
}

#[test]
fn a_csv_file_with_everything_that_csv_files_have() {
    let bytes = b"\xef\xbb\xbfid,points,name\r\n\"a\",12,\"Ada, \"\"the first\"\"\"\r\n\r\nb,20\r\nc,30,Cem,extra\r\nd,40,\"two\r\nlines\"\r\n";
    let package = Package::new(PEOPLE).file("people.csv", bytes);
    let json = package
        .call(&["run", ".", "--format", "json"])
        .ends_with(0)
        .json();
    assert_eq!(
        (json["profiles"].as_u64(), json["rejected"].as_u64()),
        (Some(2), Some(2)),
        "{json}"
    );
    package.call(&["run", "."]).ends_with(0).says(&["rich"]);
}

#[test]
fn a_truncated_parquet_file() {
    let program = "profile Customer { id: String @key }\nevent ProductViewed { sku: String }\n\
        source views of ProductViewed {\n  from \"views.parquet\"\n  profile = column(\"customer\")\n}\nsegment viewers { when did ProductViewed }\n";
    let whole =
        std::fs::read(root().join("examples/shop/data/views.parquet")).expect("the example's data");
    for length in [0, 3, 8, whole.len() / 2, whole.len() - 1] {
        let package = Package::new(program).file("views.parquet", &whole[..length]);
        package
            .call(&["run", "."])
            .ends_with(2)
            .complains(&["views.parquet"]);
    }
    let mut damaged = whole;
    let middle = damaged.len() / 3;
    damaged[middle..middle + 64].fill(0xff);
    let run = Package::new(program)
        .file("views.parquet", &damaged)
        .call(&["run", "."]);
    assert!(
        [0, 2].contains(&run.code),
        "damage is noticed, or lies where nobody looks: {run:?}"
    );
}

/// A line of 100 MB without an end.
fn endless(start: &str) -> Vec<u8> {
    let mut bytes = start.as_bytes().to_vec();
    bytes.resize(100 << 20, b'x');
    bytes
}

#[test]
fn a_single_line_of_100_mb_in_csv() {
    let package = Package::new(PEOPLE).file("people.csv", &endless("id,points,name\na,12,"));
    let run = package.call(&["run", "."]);
    assert!([0, 2].contains(&run.code), "{}", run.stderr);
    assert!(
        run.stdout.len() + run.stderr.len() < 20_000,
        "a message is short, whatever the input: {} bytes",
        run.stdout.len() + run.stderr.len()
    );
}

#[test]
fn a_single_line_of_100_mb_in_ndjson() {
    let package = Package::new(&PEOPLE.replace("people.csv", "people.ndjson"))
        .file("people.ndjson", &endless("{\"id\": \"a\", \"name\": \""));
    let run = package.call(&["run", "."]);
    assert!([0, 2].contains(&run.code), "{}", run.stderr);
    assert!(
        run.stdout.len() + run.stderr.len() < 20_000,
        "a message is short, whatever the input: {} bytes",
        run.stdout.len() + run.stderr.len()
    );
}

#[test]
fn a_single_line_of_100_mb_in_a_program() {
    let package = Package::new(PEOPLE).file("long.persona", &endless("// "));
    let run = package.call(&["check", "."]);
    assert!([0, 1, 2].contains(&run.code), "{}", run.stderr);
    assert!(
        run.stdout.len() + run.stderr.len() < 20_000,
        "a message is short, whatever the input"
    );
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
}

#[test]
fn an_empty_package() {
    let empty = Package::new("");
    let check = empty.call(&["check", "."]);
    check.ends_with(0);
    assert!(
        check.stderr.contains("P0701") || check.stdout.contains("P0701"),
        "{check:?}"
    );
    let run = empty.call(&["run", "."]);
    assert!(
        [0, 1].contains(&run.code) && !run.stderr.contains("panicked"),
        "{run:?}"
    );
}

#[test]
fn a_cycle_between_segments() {
    let program = "profile P { id: String @key }\nsegment a { when in b }\nsegment b { when in c }\nsegment c { when in a }\n";
    for command in ["check", "run"] {
        let run = Package::new(program).call(&[command, "."]);
        run.ends_with(1);
        let said = run.stdout.clone() + &run.stderr;
        assert!(
            said.contains("P0235") && said.contains('a') && said.matches("P0235").count() <= 2,
            "{said}"
        );
    }
}

#[test]
fn ten_thousand_nested_parentheses() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("not ", ""),
        ("- ", ""),
        ("if true then ", " else true"),
    ] {
        let program = format!(
            "profile P {{ id: String @key }}\nsegment s {{ when {}true{} }}\n",
            open.repeat(10_000),
            close.repeat(10_000)
        );
        let run = Package::new(&program).call(&["check", "."]);
        assert!([0, 1].contains(&run.code), "`{open}`: {}", run.stderr);
        let said = run.stdout.len() + run.stderr.len();
        assert!(
            said < 20_000,
            "`{open}`: one clear message, not {said} bytes"
        );
    }
}

#[test]
fn long_chains_are_no_nesting() {
    for operator in [" and ", " or "] {
        let chain = vec!["points > 1"; 5_000].join(operator);
        let program = format!(
            "profile P {{\n  id: String @key\n  points: Int\n}}\nsegment s {{\n  when {chain}\n}}\n"
        );
        Package::new(&program).call(&["check", "."]).ends_with(0);
    }
    let sum = vec!["points"; 5_000].join(" + ");
    let program =
        format!("profile P {{\n  id: String @key\n  points: Int\n}}\ntrait t: Int = {sum}\n");
    let run = Package::new(&program).call(&["check", "."]);
    run.ends_with(1);
    assert!(
        (run.stdout.clone() + &run.stderr).contains("P0426"),
        "{run:?}"
    );
}

#[test]
fn a_call_that_makes_no_sense() {
    let package = Package::new(PEOPLE).file("people.csv", b"id,points,name\na,12,Ada\n");
    package.call(&["run", "--bogus"]).ends_with(2);
    package.call(&["fly"]).ends_with(2);
    package
        .call(&["run", ".", "--segment", "ritch"])
        .ends_with(2)
        .complains(&["ritch", "rich"]);
    package
        .call(&["run", ".", "--now", "yesterday"])
        .ends_with(2)
        .complains(&["yesterday"]);
    package
        .call(&["why", "rich", ".", "--profile", "nobody"])
        .ends_with(2)
        .complains(&["nobody"]);
    package
        .call(&["why", "poor", ".", "--profile", "a"])
        .ends_with(2)
        .complains(&["poor"]);
    package
        .call(&["explain", "P9999"])
        .ends_with(2)
        .complains(&["P9999"]);
    package
        .call(&["run", ".", "--members", "people.xlsx"])
        .ends_with(2)
        .complains(&["xlsx"]);
}

#[test]
fn rows_that_say_the_worst_of_everything() {
    let program = "profile P {\n  id: String @key\n  n: Int?\n  x: Float?\n  t: Timestamp?\n  l: List<Int>?\n}\n\
        source rows of P { from \"rows.ndjson\" }\ntrait shown: Int? = n\n";
    let rows = [
        r#"{"id": "a", "n": 1e400, "x": -1e400, "t": "0000-00-00", "l": {"a": 1}}"#,
        r#"{"id": "b", "n": 99999999999999999999, "x": "NaN", "t": 99999999999999999999, "l": "[1"}"#,
        r#"{"id": "c", "n": true, "x": [], "t": {}, "l": [1, null, "x"]}"#,
        r#"{"id": "d", "n": {"n": {"n": 1}}}"#,
        r#"{"id": "e", "id": "f"}"#,
        r#"{"id": 12}"#,
        r#"{"id": "\ud800"}"#,
        r#"{"id": "g\u0000h"}"#,
        r#"null"#,
        r#"[[[[[["#,
    ];
    let package = Package::new(program).file("rows.ndjson", rows.join("\n").as_bytes());
    let json = package
        .call(&["run", ".", "--format", "json"])
        .ends_with(0)
        .json();
    let (profiles, rejected) = (
        json["profiles"].as_u64().expect("a number"),
        json["rejected"].as_u64().expect("a number"),
    );
    assert_eq!(
        profiles + rejected,
        rows.len() as u64,
        "no row is lost: {json}"
    );
    let deep = format!(
        "{{\"id\": \"a\", \"n\": {}1{}}}",
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    Package::new(program)
        .file("rows.ndjson", deep.as_bytes())
        .call(&["run", "."])
        .ends_with(0);
}

#[test]
fn a_program_that_is_too_large() {
    let list = format!(
        "const KEYS: List<String> = [\n{}]\n",
        "  \"0123456789\",\n".repeat(500_000)
    );
    let run = Package::new(PEOPLE)
        .file("keys.persona", list.as_bytes())
        .call(&["check", "."]);
    run.ends_with(1);
    assert!(
        (run.stdout.clone() + &run.stderr).contains("P0002"),
        "{run:?}"
    );
    let comments = "// nothing but words\n".repeat(3_500_000);
    let run = Package::new(PEOPLE)
        .file("words.persona", comments.as_bytes())
        .call(&["check", "."]);
    run.ends_with(1);
    assert!(
        (run.stdout.clone() + &run.stderr).contains("P0001"),
        "{run:?}"
    );
}
