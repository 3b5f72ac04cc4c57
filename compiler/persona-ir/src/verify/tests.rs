//! Each rule, broken once. The plans are small; what is reported is compared as text.

use expect_test::{Expect, expect};

use super::verify;
use crate::parse;

/// Tables that the plans below use.
const TABLES: &str = r#"
enum Tier { low, high }
enum Weekday { Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday }
profile Customer key id zone zone {
  id: Str,
  zone: Str timezone = "UTC",
  tier: Enum(Tier) = #0,
  age: Int?,
  paid: Bool = false,
  joined: Timestamp,
  born: Date?,
  tags: Set(Str) = [],
  pets: List(Record(name: Str, age: Int?)) = [],
  places: List(Geo)?,
}
event Buy { at: Timestamp, id: Str?, total: Int, items: List(Str) }
event View { at: Timestamp, id: Str?, page: Str?, total: Int? }
"#;

fn reported(body: &str) -> String {
    let plan = parse(&format!("plan \"t\" zone \"UTC\" week monday\n{body}")).expect("a plan");
    let violations = verify(&plan).err().unwrap_or_default();
    violations
        .iter()
        .map(|violation| format!("{violation}\n"))
        .collect()
}

/// What is reported for each of these bodies, behind the tables above.
#[track_caller]
fn check(bodies: &[&str], expected: &Expect) {
    let mut actual = String::new();
    for body in bodies {
        let violations = reported(&format!("{TABLES}{body}"));
        let violations = if violations.is_empty() {
            "nothing\n".to_owned()
        } else {
            violations
        };
        actual += &violations;
    }
    expected.assert_eq(&actual);
}

#[test]
fn a_valid_plan_breaks_no_rule() {
    let body = r##"
%0: Bool = profile paid
%1: Int? = profile age
%2: Bool = known %1
%3: Bool = and %0, %2
%4: Timestamp? = profile joined
%5: Str = elem 0 0
%6: List(Record(name: Str, age: Int?)) = profile pets
%7: Str? = profile zone
segment a = %3
"##;
    // A column with a default is never missing.
    check(
        &[body, &body.replace("%7: Str?", "%7: Str")],
        &expect![[r#"
            [missing] %7: it cannot be missing
            nothing
        "#]],
    );
}

#[test]
fn graph() {
    check(
        &[
            "%0: Bool = not %0",
            "%0: Bool = const true\n%1: Bool = const true",
            "%0: Bool = const true\n%1: Bool = profile #77",
            "%0: Bool = const true\n%1: Enum(#9) = const #0",
            "%0: Int? = profile age\n%1: Int? = rank 3 %0",
            "%0: Int = agg count of #9",
        ],
        &expect![[r#"
            [graph] %0: its operand %0 is not before it
            [graph] %1: it equals %0
            [graph] %1: it names a column, a kind, a catalog or a rank that does not exist
            [graph] %1: it names an enum or a catalog that does not exist
            [graph] %1: it names a column, a kind, a catalog or a rank that does not exist
            [graph] %0: it names a column, a kind, a catalog or a rank that does not exist
        "#]],
    );
}

#[test]
fn types() {
    check(
        &[
            "%0: Int = const true",
            "%0: Date = const 2932897",
            "%0: TimeOfDay = const 86400",
            "%0: Enum(Tier) = const #2",
            "%0: List(Int) = const [missing]",
            "%0: Bool = now",
            "%0: Int? = profile age\n%1: Str = profile id\n%2: Bool = eq %0, %1",
            "%0: List(Geo)? = profile places\n%1: Bool = eq %0, %0",
            "%0: Bool = profile paid\n%1: Bool = lt %0, %0",
            "%0: Int? = profile age\n%1: Bool = eq_num %0, %0",
            "%0: Str = profile id\n%1: Bool = in %0 [\"b\", \"a\"]",
            "%0: Str = profile id\n%1: Bool = in %0 [\"a\", \"a\"]",
            "%0: Str = profile id\n%1: Bool = in %0 [1]",
            "%0: Date? = profile born\n%1: Date? = add %0, %0",
            "%0: Timestamp = now\n%1: Timestamp = sub %0, %0",
            "%0: Int? = profile age\n%1: Int? = scale %0, %0",
            "%0: Timestamp = now\n%1: Timestamp = neg %0",
            "%0: Timestamp = now\n%1: Int = local_part %0 weekday",
            "%0: Date? = profile born\n%1: Int? = date_part %0 hour",
            "%0: Str = profile id\n%1: Str = concat %0",
            "%0: Set(Str) = profile tags\n%1: Int? = profile age\n%2: Bool = has %0, %1",
            "%0: List(Geo)? = profile places\n%1: Bool = has_any %0 []",
            "%0: Set(Str) = profile tags\n%1: Bool = has_all %0 [1]",
            "%0: Str = profile id\n%1: Int = size %0",
            "%0: Bool = sample \"x\" 10001",
            "%0: Int = agg sum of Buy",
            "%0: Int = event 0 (Buy total)\n%1: Int = agg count of Buy value %0",
            "%0: Int = event 0 (Buy total)\n%1: Int? = agg nth 0 of Buy value %0",
            "%0: Int = agg units_hit day 0 of Buy",
            "%0: Int = event 0 (Buy total)\n%1: Int? = agg avg of Buy value %0",
            "%0: Str = profile id\n%1: Int = agg count of Buy from > %0",
            "%0: Int = agg count of Buy items (Buy total)",
            "%0: Int = const 1\n%1: Bool = sequence of Buy then Buy within %0",
        ],
        &expect![[r#"
            [type] %0: the constant is not of its type
            [type] %0: the constant is not of its type
            [type] %0: the constant is not of its type
            [type] %0: the constant is not of its type
            [type] %0: the constant is not of its type
            [type] %0: it gives Timestamp, not Bool
            [type] %2: its operands are not of one type that it can take
            [type] %1: its operands are not of one type that it can take
            [type] %1: its operands are not of one type that it can take
            [type] %1: its operands are not an Int and a Float
            [type] %1: its constants are not sorted, or one is repeated
            [type] %1: its constants are not sorted, or one is repeated
            [type] %1: a constant is not of the type it is compared with
            [type] %1: values of these types are not added
            [type] %1: it gives Duration, not Timestamp
            [type] %1: its first operand is no Money, Duration or Length
            [type] %1: its operand is no amount
            [type] %1: it gives no enum Weekday of seven values
            [type] %1: %0 is a date and has no Hour
            [type] %1: it has fewer than two operands
            [type] %2: %1 should be Str
            [type] %1: the elements are not compared
            [type] %1: a constant is not of the type it is compared with
            [type] %1: %0 is no list
            [type] %0: it has more than 10 000 buckets
            [type] %0: the aggregate's value is absent, or too much, or not of a type it takes
            [type] %1: the aggregate's value is absent, or too much, or not of a type it takes
            [type] %1: it counts from 1
            [type] %0: it counts from 1
            [type] %1: it gives Float, not Int
            [type] %1: %0 should be Timestamp
            [type] %0: a column of elements is no list
            [type] %1: %0 should be Duration
        "#]],
    );
}

#[test]
fn missing() {
    check(
        &[
            "%0: Int = profile age",
            "%0: Timestamp = profile joined",
            "%0: Str = event 0 (Buy id, View page)",
            "%0: Str? = const missing\n%1: Str = lower %0",
            "%0: Int? = profile age\n%1: Bool? = known %0",
            "%0: Bool? = const missing\n%1: Bool = const true\n%2: Bool = and %0, %1",
            "%0: Bool? = const missing\n%1: Bool = not %0",
            "%0: Bool? = const missing\n%1: Int = const 1\n%2: Int = if %0, %1, %1",
            "%0: Int? = profile age\n%1: Int = const 1\n%2: Int? = coalesce %0, %1",
            "%0: Int = const 7\n%1: Int = const 0\n%2: Int = int_div %0, %1",
            "%0: Int = const 7\n%1: Int? = int_div %0, %0",
            "%0: Float = const 0.5\n%1: Geo = geo_make %0, %0",
            "%0: List(Geo)? = profile places\n%1: Bool = const true\n%2: Bool = all_elem 0 %0, %1",
            "%0: Bool? = const missing\n%1: Int = agg count of Buy where %0",
            "%0: Int? = event 0 (View total)\n%1: Int? = agg sum of View value %0",
            "%0: Int? = event 0 (View total)\n%1: Int = agg max of View value %0",
            "%0: Duration = agg gap of Buy",
            "%0: List(Geo)? = profile places\n%1: Int = list_agg count 0 %0",
        ],
        &expect![[r#"
            [missing] %0: it may be missing
            [missing] %0: it may be missing
            [missing] %0: it may be missing
            [missing] %1: it may be missing
            [missing] %1: it cannot be missing
            [missing] %2: %0 may be missing
            [missing] %1: %0 may be missing
            [missing] %2: %0 may be missing
            [missing] %2: it cannot be missing
            [missing] %2: it may be missing
            [missing] %1: it cannot be missing
            [missing] %1: it may be missing
            [missing] %2: the list %0 may be missing
            [missing] %1: %0 may be missing
            [missing] %1: it cannot be missing
            [missing] %1: it may be missing
            [missing] %0: it may be missing
            [missing] %1: it may be missing
        "#]],
    );
}

#[test]
fn sorted() {
    check(
        &[
            "%0: Bool = const true\n%1: Bool = and %0",
            "%0: Bool = const true\n%1: Bool = const false\n%2: Bool = or %1, %0",
            "%0: Bool = const true\n%1: Bool = or %0, %0",
            "%0: Int = agg count of View, Buy",
            "%0: Int = agg count of Buy, Buy",
            "%0: Int? = event 0 (View total, Buy total)",
            "%0: Int = event 0 ()",
            "%0: Int = agg count of Buy, View items (Buy items)",
        ],
        &expect![[r#"
            [sorted] %1: its operands are not two or more in ascending order
            [sorted] %2: its operands are not two or more in ascending order
            [sorted] %1: its operands are not two or more in ascending order
            [sorted] %0: the kinds are not one or more in ascending order
            [sorted] %0: the kinds are not one or more in ascending order
            [sorted] %0: its columns are not sorted by kind
            [sorted] %0: its columns are not sorted by kind
            [sorted] %0: the lists are not one for each kind
        "#]],
    );
}

#[test]
fn binders() {
    check(
        &[
            // The event is of a kind without the column.
            "%0: Int = event 0 (Buy total)\n%1: Int = const 1\n%2: Bool = lt %0, %1\n%3: Int = agg count of Buy, View where %2",
            // A level that nothing binds, and one that binds an element.
            "%0: Int = event 1 (Buy total)\n%1: Int = agg sum of Buy value %0",
            "%0: Int = event 0 (Buy total)\n%1: Set(Str) = profile tags\n%2: Int = list_agg sum 0 %1 value %0",
            // Elements of another type, with another optionality, with no such field.
            "%0: Int = elem 0 0\n%1: Set(Str) = profile tags\n%2: Int = list_agg sum 0 %1 value %0",
            "%0: Int = elem 0 1\n%1: List(Record(name: Str, age: Int?)) = profile pets\n%2: Int = list_agg sum 0 %1 value %0",
            "%0: Int? = elem 0 2\n%1: List(Record(name: Str, age: Int?)) = profile pets\n%2: Int = list_agg sum 0 %1 value %0",
            // An open quantifier at the wrong level; a closed one may have any.
            "%0: Str? = event 0 (View page)\n%1: Str = elem 2 0\n%2: Bool = eq %0, %1\n%3: Set(Str) = profile tags\n%4: Bool = any_elem 2 %3, %2\n%5: Int = agg count of View where %4",
            "%0: Str = elem 3 0\n%1: Set(Str) = profile tags\n%2: Bool = has %1, %0\n%3: Bool = any_elem 3 %1, %2\n%4: Int = agg count of Buy where %3",
            // A bound that uses a binder.
            "%0: Timestamp = event 0 (Buy at)\n%1: Int = agg count of Buy from > %0",
            // Elements in a sequence.
            "%0: Bool = sequence of Buy items (Buy items)",
            // A filter of a step uses the step after it.
            "%0: Int = event 1 (Buy total)\n%1: Int = const 1\n%2: Bool = lt %0, %1\n%3: Bool = sequence of Buy where %2 then Buy",
        ],
        &expect![[r#"
            [binder] %0: at level 0 there is no event of these kinds
            [binder] %1: an event query uses no binders but its own
            [binder] %0: at level 0 there is no event of these kinds
            [binder] %0: at level 0 there is no such element
            [binder] %0: at level 0 there is no such element
            [binder] %0: at level 0 there is no such element
            [binder] %4: it binds level 2 where 1 binders are around it
            nothing
            [binder] %1: an event query uses no binders but its own
            [binder] %0: a sequence has no elements, and at most 254 steps
            [binder] %3: an event query uses no binders but its own
        "#]],
    );
}

#[test]
fn schema() {
    let tables = [
        "profile P key id { id: Str, id: Str }",
        "profile P key id { id: Str? }",
        "profile P key id { id: Int }",
        "profile P key id zone z { id: Str, z: Str }",
        "profile P key id { id: Str, a: Int? = 1 }",
        "profile P key id { id: Str, a: Int = \"x\" }",
        "profile P key id { id: Str, a: Int = missing }",
        "profile P key id { id: Str, a: Record(x: Int) }",
        "profile P key id { id: Str, a: List(Record()) }",
        "profile P key id { id: Str, a: List(Record(x: Record(y: Int))) }",
        "profile P key id { id: Str, a: List(Enum(#4)) }",
        "enum A { x } enum A { y } profile P key id { id: Str }",
        "enum A { x, x } profile P key id { id: Str }",
        "profile P key id { id: Str } event B { at: Timestamp, id: Str? } event A { at: Timestamp, id: Str? }",
        "profile P key id { id: Str } event A { id: Str?, at: Timestamp }",
        "profile P key id { id: Str } event A { at: Timestamp?, id: Str? }",
        "profile P {}",
    ];
    let actual: String = tables.iter().map(|tables| reported(tables)).collect();
    expect![[r#"
        [schema] P has two columns of one name
        [schema] the key is no Str column that is always there
        [schema] the key is no Str column that is always there
        [schema] the zone is no Str column that is validated as a time zone
        [schema] the default of P.a does not fit
        [schema] the default of P.a does not fit
        [schema] the default of P.a does not fit
        [schema] P.a has a type that no column can have
        [schema] P.a has a type that no column can have
        [schema] P.a has a type that no column can have
        [schema] P.a has a type that no column can have
        [schema] two enums have one name
        [schema] the enum A has two values of one name
        [schema] the kinds of events are not sorted by name, or one is repeated
        [schema] A does not begin with `at: Timestamp` and `id: Str?`
        [schema] A does not begin with `at: Timestamp` and `id: Str?`
    "#]]
    .assert_eq(&actual);
}

#[test]
fn asked() {
    let nodes = "%0: Bool = const true\n%1: Int? = profile age\n%2: Bool? = const missing\n%3: Int = event 0 (Buy total)\n\
        %4: Int? = rank 0 %1\n%5: Bool = lt %3, %4\n%6: Bool = lt %1, %4\n";
    let bodies = [
        "segment b = %0\nsegment a = %0",
        "segment a = %0\ntrait a = %1",
        "segment a = %1",
        "segment a = %2",
        "segment a = %3",
        "segment a = %99",
        "partition(Tier) a = %0",
        "segment a = %0\n  explain 0 and @0:1..2\n  explain 1 value @0:1..2 %3",
        "rank \"again\" ntile 3 %4\nrank \"late\" ntile 3 %1 among %6",
        "rank \"r\" ntile 0 %1",
        "rank \"r\" ntile 3 %0",
        "rank \"r\" ntile 3 %3",
        "rank \"r\" ntile 3 %1 among %2",
        "check profile %1 \"x\" warn",
        "check profile %2 \"x\" warn",
        "check profile %5 \"x\" warn",
        "check event Buy %6 \"x\" warn",
        "check event Buy %99 \"x\" warn",
        "check profile %0 \"x\" clear paid",
        "check event View %0 \"x\" clear page",
        "source \"b\" profile ndjson \"x\" @0:1..2 {}\nsource \"a\" profile ndjson \"x\" @0:1..2 {}",
        "source \"a\" profile ndjson \"x\" @0:1..2 { field #50 @0:1..2 true }",
        "source \"a\" profile ndjson \"x\" @0:1..2 { each tags @0:1..2 [0 true] }",
        "source \"a\" profile ndjson \"x\" @0:1..2 { each pets @0:1..2 [2 true] }",
        "prefer \"a\" over \"b\"",
    ];
    // Every plan has the rank that %4 uses.
    let whole = |body: &&str| {
        let rank = if body.starts_with("rank") {
            ""
        } else {
            "rank \"r\" ntile 4 %1\n"
        };
        format!("{nodes}{rank}{body}")
    };
    let bodies: Vec<String> = bodies.iter().map(whole).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    check(
        &bodies,
        &expect![[r#"
        [asked] the answers are not sorted by name, or one is repeated
        [asked] the answers are not sorted by name, or one is repeated
        [asked] a: a segment is a Bool that is never missing
        [asked] a: a segment is a Bool that is never missing
        [asked] a: %3 uses a binder
        [asked] a: %99 does not exist
        [asked] a: a partition is a value of its stages' enum
        [asked] a: %3 uses a binder
        [asked] rank 0: it uses a rank that is not before it
        [asked] rank 0: it has no tiles
        [type] %4: the value is not of the ranked value's type
        [asked] rank 0: %3 uses a binder
        [asked] rank 0: its population is no Bool that is never missing
        [asked] check 0: its condition is no Bool that is never missing
        [asked] check 0: its condition is no Bool that is never missing
        [asked] check 0: it uses a rank
        [asked] check 0: it uses a rank
        [asked] check 0: its condition does not exist
        [asked] check 0: it clears what is no optional column
        nothing
        [asked] the sources are not sorted by name, or one is repeated
        [asked] source a: it fills a column that does not exist
        [asked] source a: `each` fills tags, which is no list of records
        [asked] source a: `each` fills a field that pets does not have
        [asked] a preference names no source
    "#]],
    );
}
