//! `persona overlap`: sizes, pairs and exact intersections of a small package that one can count by hand.

use serde_json::{Value, json};

use super::Package;

const PROGRAM: &str = "\
profile C { id: String @key, a: Bool, b: Bool, points: Int }
source people of C { from \"people.csv\" }
segment first \"The <first>\" { when a }
segment second { when b }
segment all_of_first { when a and b }
segment nobody { when a and points > 1000 }
trait doubled: Int = points * 2
partition level {
  high when points >= 10
  otherwise low
}
";

const PEOPLE: &str = "\
id,a,b,points
1,true,true,10
2,true,true,11
3,true,false,0
4,false,true,0
5,false,false,0
6,false,false,3
";

fn package() -> Package {
    Package::new(PROGRAM).file("people.csv", PEOPLE.as_bytes())
}

fn object(package: &Package, arguments: &[&str]) -> Value {
    let mut call = vec!["overlap", "--format", "json", "--quiet"];
    call.extend(arguments);
    let run = package.call(&call);
    run.ends_with(0);
    serde_json::from_str(&run.stdout).expect("one JSON object")
}

#[test]
fn json_has_all_sets_pairs_and_intersections() {
    let found = object(&package(), &[]);
    assert_eq!(found["format"], 1);
    assert_eq!(found["profiles"], 6);
    let sizes: Vec<(&str, u64)> = found["sets"]
        .as_array()
        .expect("sets")
        .iter()
        .map(|set| {
            (
                set["name"].as_str().expect("a name"),
                set["count"].as_u64().expect("a count"),
            )
        })
        .collect();
    let expected = [
        ("level.low", 4),
        ("first", 3),
        ("second", 3),
        ("all_of_first", 2),
        ("level.high", 2),
    ];
    assert_eq!(sizes, expected);
    assert_eq!(found["sets"][0]["partition"], "level");
    assert_eq!(found["sets"][1]["title"], "The <first>");
    assert_eq!(found["empty"], json!(["nobody"]));
    let pairs = found["pairs"].as_array().expect("pairs");
    assert_eq!(pairs.len(), 10);
    let pair = |a: &str, b: &str| {
        pairs
            .iter()
            .find(|pair| pair["a"] == a && pair["b"] == b)
            .expect("a pair")
    };
    let of = pair("first", "second");
    assert_eq!((&of["both"], &of["jaccard"]), (&json!(2), &json!(0.5)));
    assert_eq!(of["lift"].as_f64(), Some(2.0 * 6.0 / 9.0));
    assert_eq!(pair("level.low", "level.high")["both"], 0);
    let groups: Vec<(Value, &Value)> = found["intersections"]
        .as_array()
        .expect("intersections")
        .iter()
        .map(|group| (group["sets"].clone(), &group["count"]))
        .collect();
    let of = |sets: &[&str]| {
        groups
            .iter()
            .find(|group| group.0 == json!(sets))
            .expect("a group")
            .1
    };
    assert_eq!(of(&["first", "second", "all_of_first", "level.high"]), 2);
    assert_eq!(of(&["level.low"]), 2);
    assert_eq!(groups.len(), 4);
    assert_eq!(found["in_none"], 0);
    let relations = found["relations"].as_array().expect("relations");
    assert!(
        relations.contains(&json!({ "relation": "same", "a": "all_of_first", "b": "level.high" }))
    );
    assert!(
        relations.contains(&json!({ "relation": "inside", "a": "all_of_first", "b": "first" }))
    );
}

#[test]
fn chosen_sets_may_be_stages() {
    let found = object(
        &package(),
        &["--segment", "second", "--segment", "level.high"],
    );
    let names: Vec<&Value> = found["sets"]
        .as_array()
        .expect("sets")
        .iter()
        .map(|set| &set["name"])
        .collect();
    assert_eq!(names, ["second", "level.high"]);
    assert_eq!(found["in_none"], 3);
}

#[test]
fn the_table_says_what_it_leaves_out() {
    let run = package().call(&["overlap", "--sets", "3", "--intersections", "1"]);
    run.ends_with(0);
    for words in [
        "Sizes",
        "level.low",
        "The <first>",
        "Pairs, the most alike first",
        "Exactly in",
        "smaller intersections with",
        "2 sets are left out, the smallest: all_of_first, level.high",
        "nobody is in nobody",
    ] {
        assert!(
            run.stdout.contains(words),
            "{words} is not in\n{}",
            run.stdout
        );
    }
}

#[test]
fn the_page_needs_nothing_else_and_reads_without_pictures() {
    let package = package();
    let run = package.call(&["overlap", "--format", "html", "--out", "page.html"]);
    run.ends_with(0);
    assert!(run.stderr.contains("the overlap is in page.html"));
    let page = std::fs::read_to_string(package.path().join("page.html")).expect("a page");
    for outside in ["<script", "http://", "https://", "@import", "url(", "src="] {
        assert!(!page.contains(outside), "{outside} asks for something else");
    }
    for words in [
        "<html lang=\"en\">",
        "role=\"img\" aria-labelledby=\"upset-title upset-words\"",
        "<desc id=\"upset-words\">An UpSet plot of 5 sets.",
        "<th scope=\"row\"",
        "prefers-color-scheme: dark",
        "The &lt;first&gt;",
        "all_of_first and level.high are the same people",
    ] {
        assert!(page.contains(words), "{words} is not in the page");
    }
    assert!(!page.contains("<first>"), "a title cannot become markup");
    // What is opened is closed.
    for tag in ["section", "table", "svg", "g", "details", "main", "tr"] {
        let open =
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(open, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn wrong_calls_say_what_to_do() {
    let package = package();
    let cases = [
        (&["--segment", "frist"][..], "did you mean `first`?"),
        (&["--segment", "doubled"], "`doubled` is a trait"),
        (&["--segment", "level.middle"], "its stages are high, low"),
        (&["--sets", "65"], "65 is not in 1..=64"),
        (
            &["--out", "no/such/folder.html"],
            "the folder of this file does not exist",
        ),
    ];
    for (arguments, words) in cases {
        let mut call = vec!["overlap"];
        call.extend(arguments);
        let run = package.call(&call);
        run.ends_with(2);
        assert!(run.stderr.contains(words), "{arguments:?}\n{}", run.stderr);
    }
    let empty = Package::new(PROGRAM).file("people.csv", b"id,a,b,points\n");
    let run = empty.call(&["overlap"]);
    run.ends_with(2);
    assert!(
        run.stderr.contains("there is nobody in the data"),
        "{}",
        run.stderr
    );
    let none = Package::new("profile C { id: String @key }\n");
    let run = none.call(&["overlap"]);
    run.ends_with(2);
    assert!(
        run.stderr.contains("no segments that could be compared"),
        "{}",
        run.stderr
    );
}
