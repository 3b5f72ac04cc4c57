//! Each type from the text of a cell: what is read, what is refused, and what happens then.

use expect_test::expect;

use super::support::read_cells;

fn cells(ty: &str, cells: &[&str]) -> String {
    read_cells(&format!("{ty}?"), "", cells)
}

#[test]
fn bools() {
    expect![[r#"
        "true" → true
        "FALSE" → false
        "Yes" → true
        "n" → false
        " 1 " → true
        "0" → false
        "2" → - ~ is not yes or no
        "ja" → - ~ is not yes or no
        "t" → true
        "" → -
    "#]]
    .assert_eq(&cells(
        "Bool",
        &["true", "FALSE", "Yes", "n", " 1 ", "0", "2", "ja", "t", ""],
    ));
}

#[test]
fn whole_numbers() {
    let texts = [
        "12",
        "-0",
        " 7 ",
        "12.0",
        "1e3",
        "12.5",
        "1,000",
        "9223372036854775807",
        "9223372036854775808",
        "x",
        "0x1F",
    ];
    expect![[r#"
        "12" → 12
        "-0" → 0
        " 7 " → 7
        "12.0" → 12
        "1e3" → 1000
        "12.5" → - ~ is not a whole number
        "1,000" → - ~ is not a whole number
        "9223372036854775807" → 9223372036854775807
        "9223372036854775808" → - ~ is too large a whole number
        "x" → - ~ is not a whole number
        "0x1F" → - ~ is not a whole number
    "#]]
    .assert_eq(&cells("Int", &texts));
}

#[test]
fn floats_are_finite_and_have_one_zero() {
    expect![[r#"
        "1.5" → 1.5
        "-0.0" → 0.0
        "1e-3" → 0.001
        "1e999" → - ~ is not a number
        "NaN" → - ~ is not a number
        "inf" → - ~ is not a number
        " 12.0 oz" → - ~ is not a number
        " 2 " → 2.0
        "1_000" → - ~ is not a number
    "#]]
    .assert_eq(&cells(
        "Float",
        &[
            "1.5", "-0.0", "1e-3", "1e999", "NaN", "inf", " 12.0 oz", " 2 ", "1_000",
        ],
    ));
}

#[test]
fn enums_by_name_by_title_and_by_either_in_any_case() {
    expect![[r#"
        "gold" → gold
        "Silver tier" → silver
        "silver" → silver
        "SILVER TIER" → silver
        " Gold " → gold
        "golden" → - ~ is not a value of Tier; did you mean `gold`?
        "platinum" → - ~ is not a value of Tier
    "#]]
    .assert_eq(&cells(
        "Enum(Tier)",
        &[
            "gold",
            "Silver tier",
            "silver",
            "SILVER TIER",
            " Gold ",
            "golden",
            "platinum",
        ],
    ));
}

#[test]
fn dates() {
    expect![[r#"
        "2024-02-29" → 2024-02-29
        "2023-02-29" → - ~ is not a date, such as `2026-01-31`
        "0001-01-01" → 0001-01-01
        "2024-01-31T00:00:00" → 2024-01-31
        "2024-01-31T08:00" → - ~ is not a date, such as `2026-01-31`
        "31.01.2024" → - ~ is not a date, such as `2026-01-31`
        "1" → - ~ is not a date, such as `2026-01-31`
    "#]]
    .assert_eq(&cells(
        "Date",
        &[
            "2024-02-29",
            "2023-02-29",
            "0001-01-01",
            "2024-01-31T00:00:00",
            "2024-01-31T08:00",
            "31.01.2024",
            "1",
        ],
    ));
}

#[test]
fn dates_of_other_formats() {
    let source = "field x @0:1..2 (as (column \"x\") Date \"%d.%m.%Y\")";
    expect![[r#"
        "31.01.2024" → 2024-01-31
        "1.2.2024" → 2024-02-01
        "30.02.2024" → - ~ is a date that does not exist
        "2024-01-31" → - ~ does not read as `%d.%m.%Y`
        "31.01.2024 x" → - ~ does not read as `%d.%m.%Y`
        "" → -
    "#]]
    .assert_eq(&read_cells(
        "Date?",
        source,
        &[
            "31.01.2024",
            "1.2.2024",
            "30.02.2024",
            "2024-01-31",
            "31.01.2024 x",
            "",
        ],
    ));
}

#[test]
fn times_of_day() {
    expect![[r#"
        "21:00" → 21:00:00
        "21:00:30" → 21:00:30
        "24:00" → - ~ is not a time of day, such as `21:00`
        "9:00" → - ~ is not a time of day, such as `21:00`
        "noon" → - ~ is not a time of day, such as `21:00`
    "#]]
    .assert_eq(&cells(
        "TimeOfDay",
        &["21:00", "21:00:30", "24:00", "9:00", "noon"],
    ));
    let source = "field x @0:1..2 (as (column \"x\") TimeOfDay \"%I:%M %p\")";
    expect![[r#"
        "9:05 PM" → 21:05:00
        "12:00 AM" → 00:00:00
        "12:30 pm" → 12:30:00
        "21:00" → - ~ does not read as `%I:%M %p`
    "#]]
    .assert_eq(&read_cells(
        "TimeOfDay?",
        source,
        &["9:05 PM", "12:00 AM", "12:30 pm", "21:00"],
    ));
}

#[test]
fn instants_without_a_zone_are_the_packages() {
    let texts = [
        "2024-01-31T10:00Z",
        "2024-01-31 10:00",
        "2024-07-31 10:00:00.25",
        "2024-01-31",
        "2024-03-31 02:30",
        "2024-10-27 02:30",
        "1706695200",
        "0001-01-01",
        "9999-12-31",
        "10:00",
        "2024-01-31T10:00:00-05:00",
    ];
    expect![[r#"
        "2024-01-31T10:00Z" → 2024-01-31T10:00:00Z
        "2024-01-31 10:00" → 2024-01-31T09:00:00Z
        "2024-07-31 10:00:00.25" → 2024-07-31T08:00:00.25Z
        "2024-01-31" → 2024-01-30T23:00:00Z
        "2024-03-31 02:30" → 2024-03-31T01:30:00Z
        "2024-10-27 02:30" → 2024-10-27T00:30:00Z
        "1706695200" → - ~ is a number, not an instant; if it counts seconds since 1970, write `.as(Timestamp, "%s")`
        "0001-01-01" → - ~ is outside the years 1 to 9999
        "9999-12-31" → 9999-12-30T23:00:00Z
        "10:00" → - ~ is not an instant, such as `2026-01-31T10:00:00Z`
        "2024-01-31T10:00:00-05:00" → 2024-01-31T15:00:00Z
    "#]].assert_eq(&cells("Timestamp", &texts));
}

#[test]
fn instants_of_a_said_zone_or_format() {
    let zone = "field x @0:1..2 (as (column \"x\") Timestamp \"America/New_York\")";
    expect![[r#"
        "2024-01-31 10:00" → 2024-01-31T15:00:00Z
        "2024-01-31T10:00Z" → 2024-01-31T10:00:00Z
    "#]]
    .assert_eq(&read_cells(
        "Timestamp?",
        zone,
        &["2024-01-31 10:00", "2024-01-31T10:00Z"],
    ));
    let format = "field x @0:1..2 (as (column \"x\") Timestamp \"%m/%d/%y %H:%M\")";
    expect![[r#"
        "1/31/24 8:05" → 2024-01-31T07:05:00Z
        "12/1/10 08:26" → 2010-12-01T07:26:00Z
        "13/1/24 08:00" → - ~ does not read as `%m/%d/%y %H:%M`
        "1/31/24" → - ~ does not read as `%m/%d/%y %H:%M`
    "#]]
    .assert_eq(&read_cells(
        "Timestamp?",
        format,
        &["1/31/24 8:05", "12/1/10 08:26", "13/1/24 08:00", "1/31/24"],
    ));
    let offset = "field x @0:1..2 (as (column \"x\") Timestamp \"%Y%m%d%H%M%S%z\")";
    expect![[r#"
        "20240131100000+0200" → 2024-01-31T08:00:00Z
    "#]]
    .assert_eq(&read_cells("Timestamp?", offset, &["20240131100000+0200"]));
    let epoch = "field x @0:1..2 (as (column \"x\") Timestamp \"%s\")";
    expect![[r#"
        "1706695200" → 2024-01-31T10:00:00Z
        "1706695200.5" → - ~ does not read as `%s`
    "#]]
    .assert_eq(&read_cells(
        "Timestamp?",
        epoch,
        &["1706695200", "1706695200.5"],
    ));
}

#[test]
fn durations_and_lengths() {
    expect![[r#"
        "1h30m" → 1h30m
        "PT90M" → 1h30m
        "2w" → 14d
        "-5s" → -5s
        "90" → - ~ is not a duration, such as `1h30m`
        "1 month" → - ~ is not a duration, such as `1h30m`
        "P1M" → - ~ is not a duration, such as `1h30m`
    "#]]
    .assert_eq(&cells(
        "Duration",
        &["1h30m", "PT90M", "2w", "-5s", "90", "1 month", "P1M"],
    ));
    expect![[r#"
        "300" → 300
        "1.5 km" → 1500
        "2.5 m" → 2
        "5 mi" → 8047
        "-3 m" → -3
        "5 ft" → - ~ is not a length, such as `10 km`
        "far" → - ~ is not a length, such as `10 km`
    "#]]
    .assert_eq(&cells(
        "Length",
        &["300", "1.5 km", "2.5 m", "5 mi", "-3 m", "5 ft", "far"],
    ));
}

#[test]
fn money_is_exact_where_it_is_read_as_it_stands() {
    expect![[r#"
        "19.99" → 19.99
        "19.990" → 19.99
        "20" → 20.00
        "-5 EUR" → -5.00
        "19.999" → - ~ has more than the 2 decimals of EUR
        "1e2" → 100.00
        "5 USD" → - ~ is in USD, not in EUR
        "€5" → - ~ is not an amount of money, such as `19.99`
        "99999999999999999999" → - ~ is too large an amount
    "#]]
    .assert_eq(&cells(
        "Money(EUR)",
        &[
            "19.99",
            "19.990",
            "20",
            "-5 EUR",
            "19.999",
            "1e2",
            "5 USD",
            "€5",
            "99999999999999999999",
        ],
    ));
    expect![[r#"
        "1200" → 1200
        "1200.5" → - ~ has more than the 0 decimals of JPY
    "#]]
    .assert_eq(&cells("Money(JPY)", &["1200", "1200.5"]));
    let said = "field x @0:1..2 (as (column \"x\") Money(EUR))";
    expect![[r#"
        "0.125" → 0.12
        "0.135" → 0.14
        "19.999 EUR" → 20.00
    "#]]
    .assert_eq(&read_cells(
        "Money(EUR)?",
        said,
        &["0.125", "0.135", "19.999 EUR"],
    ));
    let computed = "field x @0:1..2 (op mul (column \"x\") (number \"0.5\"))";
    expect![[r#"
        "0.25" → 0.12
        "0.27" → 0.14
        "n/a" → - ~ is not a number
    "#]]
    .assert_eq(&read_cells(
        "Money(EUR)?",
        computed,
        &["0.25", "0.27", "n/a"],
    ));
}

#[test]
fn places() {
    expect![[r#"
        "48.85,2.35" → 48.85,2.35
        "(48.85, 2.35)" → 48.85,2.35
        "[48.85, 2.35]" → 48.85,2.35
        "{\"lat\": \"48.85\", \"lng\": 2.35}" → 48.85,2.35
        "-0,0" → 0.0,0.0
        "91,0" → - ~ is not on the globe: latitudes end at 90 degrees, longitudes at 180
        "0,181" → - ~ is not on the globe: latitudes end at 90 degrees, longitudes at 180
        "48.85" → - ~ is not a place, such as `48.85,2.35`
        "{}" → - ~ is not a place, such as `48.85,2.35`
        "[1" → - ~ is not a valid JSON list
    "#]]
    .assert_eq(&cells(
        "Geo",
        &[
            "48.85,2.35",
            "(48.85, 2.35)",
            "[48.85, 2.35]",
            "{\"lat\": \"48.85\", \"lng\": 2.35}",
            "-0,0",
            "91,0",
            "0,181",
            "48.85",
            "{}",
            "[1",
        ],
    ));
}

#[test]
fn lists_and_sets_are_json_unless_they_are_split() {
    expect![[r#"
        "[1, 2, 2]" → [1,2,2]
        "[]" → []
        "[1, \"x\"]" → - ~ is not a whole number (element 2 of the list)
        "[1, null]" → - ~ a list holds no missing values (element 2 of the list)
        "1,2" → - ~ is not a list
        "{\"a\": 1}" → - ~ is not a list
    "#]]
    .assert_eq(&cells(
        "List(Int)",
        &[
            "[1, 2, 2]",
            "[]",
            "[1, \"x\"]",
            "[1, null]",
            "1,2",
            "{\"a\": 1}",
        ],
    ));
    expect![[r#"
        "[\"b\", \"a\", \"b\"]" → ["b","a"]
        "[1, 1.0, \"1\"]" → ["1"]
    "#]]
    .assert_eq(&cells(
        "Set(Str)",
        &["[\"b\", \"a\", \"b\"]", "[1, 1.0, \"1\"]"],
    ));
    let split = "field x @0:1..2 (op split (column \"x\") \";\")";
    expect![[r#"
        "gold;bronze;GOLD" → ["gold","bronze"]
        "gold" → ["gold"]
        "gold;tin" → - ~ is not a value of Tier (element 2 of the list)
        "" → -
    "#]]
    .assert_eq(&read_cells(
        "Set(Enum(Tier))?",
        split,
        &["gold;bronze;GOLD", "gold", "gold;tin", ""],
    ));
    expect![[r#"
        "[[1], [], [2, 3]]" → [[1],[],[2,3]]
        "[1]" → - ~ is not a list (element 1 of the list)
    "#]]
    .assert_eq(&cells("List(List(Int))", &["[[1], [], [2, 3]]", "[1]"]));
}

#[test]
fn text_and_what_is_validated_as_text() {
    expect![[r#"
        " as it is " → as it is
        "0012" → 0012
        "" → -
    "#]]
    .assert_eq(&cells("Str", &[" as it is ", "0012", ""]));
    let validated = |name: &str, texts: &[&str]| read_cells(&format!("Str? {name}"), "", texts);
    expect![[r#"
        "a@b.co" → a@b.co
        " a@b.co " → a@b.co
        "nobody" → - ~ is not an e-mail address: it has no `@`
        "@x.yz" → - ~ is not an e-mail address: nothing stands before the `@`
        "a@b" → - ~ is not an e-mail address: the part after the `@` is not the name of a domain
    "#]]
    .assert_eq(&validated(
        "email",
        &["a@b.co", " a@b.co ", "nobody", "@x.yz", "a@b"],
    ));
    expect![[r#"
        "+49 30 123456" → +49 30 123456
        "none" → - ~ is not a telephone number
    "#]]
    .assert_eq(&validated("phone", &["+49 30 123456", "none"]));
    expect![[r#"
        "https://example.com/a?b=c" → https://example.com/a?b=c
        "example.com" → - ~ is not a URL: it does not start with `https://` or another scheme
    "#]]
    .assert_eq(&validated(
        "url",
        &["https://example.com/a?b=c", "example.com"],
    ));
    expect![[r#"
        "europe/berlin" → Europe/Berlin
        "Berlin" → - ~ is not a time zone, such as `Europe/Berlin`
    "#]]
    .assert_eq(&validated("timezone", &["europe/berlin", "Berlin"]));
    expect![[r#"
        "de_AT" → de-AT
        "german!" → - ~ is not a language tag, such as `de-AT`
    "#]]
    .assert_eq(&validated("locale", &["de_AT", "german!"]));
}

#[test]
fn a_bad_value_clears_takes_the_default_or_rejects() {
    expect![[r#"
        "x" → - ~ is not a whole number
        "" → -
    "#]]
    .assert_eq(&read_cells("Int?", "", &["x", ""]));
    expect![[r#"
        "x" → 7 ~ is not a whole number
        "" → 7
        "8" → 8
    "#]]
    .assert_eq(&read_cells("Int = 7", "", &["x", "", "8"]));
    expect![[r#"
        "x" → ! is not a whole number
        "" → ! `x` is missing, and is required
        "8" → 8
    "#]]
    .assert_eq(&read_cells("Int", "", &["x", "", "8"]));
    expect![[r#"
        "x" → ! is not an e-mail address: it has no `@`
        "" → ! `x` is missing, and is required
        "a@b.co" → a@b.co
    "#]]
    .assert_eq(&read_cells("Str email", "", &["x", "", "a@b.co"]));
    expect![[r#"
        "x" → x
        "" → 
    "#]]
    .assert_eq(&read_cells("Str = \"none\"", "", &["x", ""]));
    expect![[r#"
        "x" → [] ~ is not a list
        "" → []
        "[\"a\"]" → ["a"]
    "#]]
    .assert_eq(&read_cells("List(Str) = []", "", &["x", "", "[\"a\"]"]));
}
