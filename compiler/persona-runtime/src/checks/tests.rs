//! What is left of data after checks.

use persona_ir::{CheckTable, KindId, Schema};

use crate::filetest::FileTest;
use crate::{CheckFailure, Dataset, Value, apply_checks, run_checks};

const PLAN: &str = r#"plan "t" zone "UTC" week monday
profile P key id { id: Str, n: Int, tier: Str = "basic", tags: List(Int) = [4], note: Str?, sizes: List(Int)? }
event A { at: Timestamp, id: Str?, n: Int, note: Str? }
event B { at: Timestamp, id: Str? }
%0: Int? = profile n
%1: Int = const 0
%2: Bool = lt %1, %0
%3: Int = event 0 (A n)
%4: Bool = lt %1, %3
%5: Str? = profile note
%6: Str = const "bad"
%7: Bool = eq %5, %6
%8: Bool = not %7
check profile %2 "n is not positive" reject
check event A %4 "n is not positive" reject
check profile %8 "bad note" clear note
check event A %4 "n is not positive" clear note
check profile %7 "not a bad note" warn
data
"#;

fn checked(data: &str) -> (FileTest, Dataset) {
    let test = FileTest::parse(&format!("{PLAN}{data}")).expect("a test file");
    assert_eq!(persona_ir::verify(&test.plan), Ok(()));
    let failures = run_checks(&test.plan, &test.data, 0);
    let left = apply_checks(&test.plan, &test.data, &failures);
    (test, left)
}

fn keys<'a>(test: &FileTest, data: &'a Dataset) -> Vec<&'a str> {
    (0..data.profiles)
        .map(|row| data.key(&test.plan.schema, row))
        .collect()
}

fn profile(test: &FileTest, data: &Dataset, row: usize, name: &str) -> Value {
    let col = test.plan.schema.profile.column(name).expect("a column");
    data.value(&data.columns[col], row)
}

#[test]
fn a_rejected_profile_without_events_is_gone() {
    let (test, left) = checked(
        "profile { id = \"a\", n = 1 }\nprofile { id = \"b\", n = 0 }\nprofile { id = \"c\", n = 2 }\nevent \"c\" B { at = 0 }",
    );
    assert_eq!(keys(&test, &left), ["a", "c"]);
    assert_eq!(left.has_row, None);
    let rows = left.events[KindId(1)].rows(1);
    assert_eq!(
        (rows.len(), profile(&test, &left, 1, "n")),
        (1, Value::Int(2))
    );
}

#[test]
fn a_rejected_profile_with_events_goes_on_with_its_defaults() {
    let (test, left) = checked(
        "profile { id = \"a\", n = 0, tier = \"gold\", tags = [1, 2], note = \"x\", sizes = [9] }\nprofile { id = \"b\", n = 1, tags = [] }\nevent \"a\" B { at = 0 }",
    );
    assert_eq!(keys(&test, &left), ["a", "b"]);
    let has_row = left.has_row.clone().expect("one profile has no row");
    assert_eq!((has_row.value(0), has_row.value(1)), (false, true));
    assert_eq!(profile(&test, &left, 0, "n"), Value::Missing);
    assert_eq!(profile(&test, &left, 0, "tier"), Value::from("basic"));
    assert_eq!(
        profile(&test, &left, 0, "tags"),
        Value::List([Value::Int(4)].into())
    );
    assert_eq!(profile(&test, &left, 0, "note"), Value::Missing);
    assert_eq!(profile(&test, &left, 0, "sizes"), Value::Missing);
    assert_eq!(profile(&test, &left, 1, "tags"), Value::List([].into()));
    // Profiles without a row are not checked.
    let failures = run_checks(&test.plan, &left, 0);
    assert!(
        failures.iter().all(|failure| failure.row == 1),
        "{failures:?}"
    );
}

#[test]
fn a_rejected_profile_whose_events_are_all_rejected_is_gone() {
    let (test, left) = checked(
        "profile { id = \"a\", n = 0 }\nevent \"a\" A { at = 0, n = 0 }\nevent \"b\" A { at = 0, n = 0 }",
    );
    assert_eq!(keys(&test, &left), ["b"]);
    assert!(left.events.iter().all(crate::EventTable::is_empty));
    assert_eq!(left.events[KindId(0)].offsets.len(), 2);
}

#[test]
fn rejected_events_leave_no_gap_in_the_order() {
    let (test, left) = checked(
        "event \"a\" A { at = 0, n = 1 }\nevent \"a\" A { at = 1, n = 0 }\nevent \"a\" B { at = 2 }\nevent \"a\" A { at = 3, n = 2 }\n\
         event \"b\" B { at = 0 }\nevent \"b\" A { at = 1, n = 5 }",
    );
    let history = left.history(&[KindId(0), KindId(1)], 0);
    let at: Vec<i64> = history.iter().map(|event| left.at(*event)).collect();
    let places: Vec<u32> = history.iter().map(|event| left.place(*event)).collect();
    assert_eq!((at, places), (vec![0, 2, 3], vec![0, 1, 2]));
    assert_eq!(left.history(&[KindId(0)], 1).len(), 1);
    assert_eq!(
        left.event_value(left.history(&[KindId(0)], 1)[0], Schema::AT),
        Value::Int(1)
    );
    assert_eq!(keys(&test, &left), ["a", "b"]);
}

#[test]
fn a_cleared_field_is_missing_and_nothing_else_changes() {
    let (test, left) = checked(
        "profile { id = \"a\", n = 1, note = \"bad\" }\nprofile { id = \"b\", n = 1, note = \"good\" }",
    );
    assert_eq!(profile(&test, &left, 0, "note"), Value::Missing);
    assert_eq!(profile(&test, &left, 1, "note"), Value::from("good"));
    assert_eq!(profile(&test, &left, 0, "n"), Value::Int(1));
}

#[test]
fn a_warning_changes_nothing() {
    let (test, left) = checked("profile { id = \"a\", n = 1, note = \"good\" }");
    let failures = run_checks(&test.plan, &test.data, 0);
    assert_eq!(
        failures,
        [CheckFailure {
            check: 4,
            table: CheckTable::Profile,
            row: 0
        }]
    );
    assert_eq!(profile(&test, &left, 0, "note"), Value::from("good"));
}
