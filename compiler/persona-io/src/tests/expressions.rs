//! Expressions over raw rows, as the plan's documentation says.

use expect_test::expect;

use super::support::{Folder, plan, read_cells};

fn eval(ty: &str, expr: &str, cells: &[&str]) -> String {
    read_cells(ty, &format!("field x @0:1..2 {expr}"), cells)
}

const X: &str = "(column \"x\")";

#[test]
fn arithmetic_is_exact_and_missing_on_division_by_zero() {
    expect![[r#"
        "0.1" → 0.3
        "1e2" → 100.2
        "x" → - ~ is not a number
        "" → -
    "#]]
    .assert_eq(&eval(
        "Str?",
        &format!("(op add {X} (number \"0.2\"))"),
        &["0.1", "1e2", "x", ""],
    ));
    expect![[r#"
        "8" → 0.125
        "3" → 0.333333333333333333
        "0" → -
        "0.00" → -
    "#]]
    .assert_eq(&eval(
        "Str?",
        &format!("(op div (number \"1\") {X})"),
        &["8", "3", "0", "0.00"],
    ));
    expect![[r#"
        "5" → -1005
        "-1000" → 0
    "#]]
    .assert_eq(&eval(
        "Str?",
        &format!("(op sub (op neg {X}) (number \"1_000\"))"),
        &["5", "-1000"],
    ));
    expect![[r#"
        "200" → 30
        "99999999999999999999999999999999999999" → - ~ cannot be computed with: the result is a number of more than 38 digits
    "#]].assert_eq(&eval("Str?", &format!("(op mul {X} (number \"15%\"))"), &["200", "99999999999999999999999999999999999999"]));
}

#[test]
fn plus_puts_texts_together_unless_both_are_numbers() {
    expect![[r#"
        "12" → 24
        "ab" → abab
    "#]]
    .assert_eq(&eval("Str?", &format!("(op add {X} {X})"), &["12", "ab"]));
    expect![[r#"
        "12" → 12-
        "ab" → ab-
        "" → -
    "#]]
    .assert_eq(&eval(
        "Str?",
        &format!("(op add {X} \"-\")"),
        &["12", "ab", ""],
    ));
    expect![[r#"
        "1" → 011
        "b" → 0bb
    "#]]
    .assert_eq(&eval(
        "Str?",
        &format!("(op add (op add \"0\" {X}) {X})"),
        &["1", "b"],
    ));
}

#[test]
fn comparisons_are_numeric_beside_a_number_and_false_on_missing() {
    expect![[r#"
        "7" → true
        "7.00" → true
        " 7" → true
        "07" → true
        "seven" → false
        "" → false
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(op eq {X} (number \"7\"))"),
        &["7", "7.00", " 7", "07", "seven", ""],
    ));
    expect![[r#"
        "7" → true
        "7.0" → false
        "" → false
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(op eq {X} \"7\")"),
        &["7", "7.0", ""],
    ));
    expect![[r#"
        "9" → true
        "10" → false
        "" → false
        "abc" → false
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(op lt {X} (number \"10\"))"),
        &["9", "10", "", "abc"],
    ));
    expect![[r#"
        "a" → false
        "b" → true
        "c" → true
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(op le \"b\" {X})"),
        &["a", "b", "c"],
    ));
    expect![[r#"
        "a" → true
        "2.0" → true
        "b" → false
        "" → false
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(in {X} \"a\" (number \"2\"))"),
        &["a", "2.0", "b", ""],
    ));
}

#[test]
fn logic_stops_early_and_takes_missing_for_no() {
    let known = format!("(op known {X})");
    expect![[r#"
        "a" → true
        "b" → false
        "" → false
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(op and {known} (op eq {X} \"a\"))"),
        &["a", "b", ""],
    ));
    expect![[r#"
        "a" → true
        "b" → false
        "" → true
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(op or (op not {known}) (op eq {X} \"a\"))"),
        &["a", "b", ""],
    ));
    expect![[r#"
        "yes" → false
        "no" → true
        "" → -
        "maybe" → - ~ is not yes or no
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(op not {X})"),
        &["yes", "no", "", "maybe"],
    ));
    expect![[r#"
        "maybe" → false
    "#]]
    .assert_eq(&eval("Bool?", &format!("(op and false {X})"), &["maybe"]));
}

#[test]
fn text_operations() {
    expect![[r#"
        " a " → a
        "  " → -
        "b" → b
    "#]]
    .assert_eq(&eval(
        "Str?",
        &format!("(op trim {X})"),
        &[" a ", "  ", "b"],
    ));
    expect![[r#"
        "straße" → STRASSE
        "" → 
    "#]]
    .assert_eq(&eval("Str", &format!("(op upper {X})"), &["straße", ""]));
    expect![[r#"
        "12.0 OZ" → 12.0
        "1" → 1
    "#]]
    .assert_eq(&eval(
        "Str?",
        &format!("(op replace (op lower {X}) \" oz\" \"\")"),
        &["12.0 OZ", "1"],
    ));
    expect![[r#"
        "C12" → true
        "12" → false
        "" → false
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(matches {X} \"^C[0-9]+$\")"),
        &["C12", "12", ""],
    ));
    expect![[r#"
        "abc" → true
        "ac" → false
        "" → false
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(op contains {X} \"b\")"),
        &["abc", "ac", ""],
    ));
    expect![[r#"
        "a,b" → true
        "ab" → false
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(op contains (op split {X} \",\") \"b\")"),
        &["a,b", "ab"],
    ));
    expect![[r#"
        "abz" → true
        "za" → false
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(op and (op starts_with {X} \"a\") (op ends_with {X} \"z\"))"),
        &["abz", "za"],
    ));
}

#[test]
fn choices() {
    let chosen = format!("(match {X} (arm \"Yes\" true) (arm (number \"1\") true) false)");
    expect![[r#"
        "Yes" → true
        "1.0" → true
        "yes" → false
        "" → false
    "#]]
    .assert_eq(&eval("Bool?", &chosen, &["Yes", "1.0", "yes", ""]));
    let chosen = format!("(if (op lt {X} (number \"0\")) \"below\" (op coalesce {X} \"none\"))");
    expect![[r#"
        "-1" → below
        "5" → 5
        "" → none
    "#]]
    .assert_eq(&eval("Str?", &chosen, &["-1", "5", ""]));
    expect![[r#"
        "" → 
        "a" → a
    "#]]
    .assert_eq(&eval("Str", &format!("(op coalesce {X} {X})"), &["", "a"]));
    expect![[r#"
        "" → -
        "a" → a
    "#]]
    .assert_eq(&eval(
        "Str?",
        &format!("(op empty_as_missing {X})"),
        &["", "a"],
    ));
}

#[test]
fn places_and_aggregates_over_one_row() {
    expect![[r#"
        "48.5" → 48.5,2.0
        "x" → - ~ is not a number
        "95" → - ~ is not on the globe: latitudes end at 90 degrees, longitudes at 180
    "#]]
    .assert_eq(&eval(
        "Geo?",
        &format!("(op geo {X} (number \"2\"))"),
        &["48.5", "x", "95"],
    ));
    for (agg, cells) in [
        ("sum", ["5", ""]),
        ("avg", ["5", ""]),
        ("min", ["5", ""]),
        ("count", ["5", ""]),
    ] {
        let out = eval("Str?", &format!("(agg {agg} {X})"), &cells);
        let of_nothing = if agg == "count" {
            "\"\" → 0\n"
        } else {
            "\"\" → -\n"
        };
        assert_eq!(
            out,
            format!(
                "\"5\" → {}\n{of_nothing}",
                if agg == "count" { "1" } else { "5" }
            )
        );
    }
    expect![[r#"
        "" → 1
        "a" → 1
    "#]]
    .assert_eq(&eval("Int?", "(agg count)", &["", "a"]));
}

#[test]
fn conversions_nest() {
    let expr = format!("(op mul (as {X} Int) (number \"2\"))");
    expect![[r#"
        "4.0" → 8
        "4.5" → - ~ is not a whole number
    "#]]
    .assert_eq(&eval("Int?", &expr, &["4.0", "4.5"]));
    expect![[r#"
        "Silver tier" → silver
        "tin" → - ~ is not a value of Tier
    "#]]
    .assert_eq(&eval(
        "Str?",
        &format!("(as {X} Enum(Tier))"),
        &["Silver tier", "tin"],
    ));
    expect![[r#"
        "1.005" → 1
        "2 EUR" → 2
    "#]]
    .assert_eq(&eval(
        "Str?",
        &format!("(as {X} Money(EUR))"),
        &["1.005", "2 EUR"],
    ));
    expect![[r#"
        "2023-12-31" → true
        "2024-01-01" → false
    "#]]
    .assert_eq(&eval(
        "Bool?",
        &format!("(op lt (as {X} Date) (as \"2024-01-01\" Date))"),
        &["2023-12-31", "2024-01-01"],
    ));
}

#[test]
fn rows_are_filtered_where_the_condition_is_no_or_missing_and_rejected_where_it_is_bad() {
    let text = r#"
profile P key id { id: Str }
source "s" profile csv 44 "f.csv" @0:1..2 { where (op lt (number "0") (as (column "n") Int)) }
"#;
    let folder = Folder::new().file("f.csv", "id,n\na,1\nb,0\nc,\nd,x\n");
    expect![[r#"
        a 
        s: read 4, used 1, filtered 2, set aside 1
          f.csv:5 where "x": is not a whole number [rejected]
    "#]]
    .assert_eq(&folder.show(text));
}

#[test]
fn what_cannot_work_is_an_error_of_the_source() {
    let error = |clause: &str| {
        let text = format!(
            "profile P key id {{ id: Str }}\nsource \"s\" profile csv 44 \"f.csv\" @0:1..2 {{ {clause} }}"
        );
        let folder = Folder::new().file("f.csv", "id\na\n");
        folder.error(&folder.load(&plan(&text)).unwrap_err())
    };
    expect![[r#"
        error (Source): source `s`: `Mars/Base` is not a time zone
    "#]]
    .assert_eq(&error(
        "where (op eq (as (column \"id\") Timestamp \"Mars/Base\") \"x\")",
    ));
    expect![[r#"
        error (Source): source `s`: `1x` is not a number
    "#]]
    .assert_eq(&error("where (op eq (column \"id\") (number \"1x\"))"));
    assert!(
        error("where (matches (column \"id\") \"(\")")
            .starts_with("error (Source): source `s`: the pattern `(` does not work")
    );
}
