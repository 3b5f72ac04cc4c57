//! What is printed is read back, whatever a plan holds; what is not a plan is refused with its line.

use expect_test::expect;

use super::{parse, print};

/// A plan with everything that the files of `filetests` do not have: sources, explanations, odd names.
const EVERYTHING: &str = r##"
plan "shop \"é\"" zone "Europe/Berlin" week sunday

enum Country { US, "Côte d'Ivoire" "Ivory \"Coast\"", other }
ordered enum Tier { low, high "High" }

profile Customer key id zone zone {
  id: Str,
  zone: Str timezone = "UTC",
  tier: Enum(Tier) = #1,
  address.city: Str?,
  "odd name": List(Record("a b": Str?, n: Money(EUR)))?,
  phone: Str? phone,
  url: Str? url,
  locale: Str? locale,
  email: Str? email,
  home: Geo = geo(-0.5, 1e-7),
  rates: Set(Float) = [0.5, 1e300],
  lines: List(Record(sku: Str, n: Int?)) = [{"A", 2}, {"B", missing}],
}

catalog Product key sku {
  sku: Str,
  "list price": Money(EUR)?,
}

catalog Store key no {
  no: Int,
  tags: List(Str) = [],
}

event Order { at: Timestamp, id: Str?, items: List(Str), total: Int? }

%0: Bool = const true
%1: Str? = profile address.city
%2: Geo = const geo(48.85, 2.35)
%3: Int? = event 0 (Order total)
%4: Timestamp = unit_start quarter -3
%5: Timestamp = now_plus_period -1 2
%6: Int = agg units_hit week 3 of Order from >= %4 to < %5 latest 7
%7: Bool = not %0
%8: Enum(Tier)? = arm "x" growthbook_1 "salt" 50 ends 500, 1000 layer "l" 0 5000
%9: Enum(Tier) = arm "y" sha256 "y" 0 ends 5000, 10000
%10: Money(EUR)? = input 3
%11: Item(Product)? = lookup Product %1
%12: Money(EUR)? = item_col %11 "list price"
%13: List(Item(Store)) = items Store
%14: Item(Store) = elem 0 0
%15: List(Str) = item_col %14 tags
check catalog Product %0 "free" clear "list price"
check catalog Store %0 "open" warn
check profile %0 "line\nbreak" reject
check event Order %0 "no" clear total
rank "r" percentile %6 among %0
rank "s" ntile 4 %6
partition(Tier) "odd answer" "Title" = %0
  explain 0 stage "low" @1:2..3
  explain 1 or @1:2..3 %0
  explain 2 reference "vip" @1:5..9 %0
  explain 2 atom @1:5..9
  explain 3 value @1:7..8 %1
  explain 1 not @1:2..3
segment plain = %7
source "crm" profile csv 59 "data/*.csv" @0:3..12 {
  where (op and (matches (column "id") "^[0-9]+$") (op known (column "a \" b")))
  field tier @0:4..5 (match (column "t") (arm "x" (number "1.50")) (arm (number "2") true) (if false "a" (op neg (agg sum (column "n")))))
  each "odd name" @0:6..7 [0 (column "x"), 1 (as (column "y") Money(EUR))]
}
source "goods" catalog Product csv 44 "g.csv" @0:1..2 {
  field sku @0:1..2 (column "SKU")
}
source "orders" event Order parquet "o.parquet" @0:1..2 {
  group (column "no")
  group (column "day")
  profile (op trim (column "customer"))
  at (as (agg min (column "date")) Timestamp "Europe/London")
  id (in (column "id") "a" "b")
  field total @0:1..2 (agg count)
}
prefer "crm" over "orders"
"##;

#[test]
fn everything_comes_back() {
    let plan = parse(EVERYTHING).expect("a plan");
    let text = print(&plan);
    assert_eq!(parse(&text), Ok(plan), "{text}");
}

#[test]
fn the_text_is_readable() {
    let plan = parse(EVERYTHING).expect("a plan");
    let text = print(&plan);
    expect![[r#"
        plan "shop \"é\"" zone "Europe/Berlin" week sunday

        enum Country { US, "Côte d'Ivoire" "Ivory \"Coast\"", other }

        ordered enum Tier { low, high "High" }
    "#]]
    .assert_eq(text.split("\nprofile").next().unwrap_or_default());
    expect![[r#"
        : Bool = const true
        %1: Str? = profile address.city
        %2: Geo = const geo(48.85, 2.35)
        %3: Int? = event 0 (Order total)
        %4: Timestamp = unit_start quarter -3
        %5: Timestamp = now_plus_period -1 2
        %6: Int = agg units_hit week 3 of Order from >= %4 to < %5 latest 7
        %7: Bool = not %0
        %8: Enum(Tier)? = arm "x" growthbook_1 "salt" 50 ends 500, 1000 layer "l" 0 5000
        %9: Enum(Tier) = arm "y" sha256 "y" 0 ends 5000, 10000
        %10: Money(EUR)? = input 3
        %11: Item(Product)? = lookup Product %1
        %12: Money(EUR)? = item_col %11 "list price"
        %13: List(Item(Store)) = items Store
        %14: Item(Store) = elem 0 0
        %15: List(Str) = item_col %14 tags

        rank "r" percentile %6 among %0
        rank "s" ntile 4 %6
        check catalog Product %0 "free" clear "list price"
        check catalog Store %0 "open" warn
        check profile %0 "line\nbreak" reject
        check event Order %0 "no" clear total
        partition(Tier) "odd answer" "Title" = %0
          explain 0 stage "low" @1:2..3
          explain 1 or @1:2..3 %0
          explain 2 reference "vip" @1:5..9 %0
          explain 2 atom @1:5..9
          explain 3 value @1:7..8 %1
          explain 1 not @1:2..3
        segment plain = %7
          explain 0 atom @0:0..0 %7
        source "crm" profile csv 59 "data/*.csv" @0:3..12 {
          where (op and (matches (column "id") "^[0-9]+$") (op known (column "a \" b")))
          field tier @0:4..5 (match (column "t") (arm "x" (number "1.50")) (arm (number "2") true) (if false "a" (op neg (agg sum (column "n")))))
          each "odd name" @0:6..7 [0 (column "x"), 1 (as (column "y") Money(EUR))]
        }
        source "goods" catalog Product csv 44 "g.csv" @0:1..2 {
          field sku @0:1..2 (column "SKU")
        }
        source "orders" event Order parquet "o.parquet" @0:1..2 {
          group (column "no")
          group (column "day")
          profile (op trim (column "customer"))
          at (as (agg min (column "date")) Timestamp "Europe/London")
          id (in (column "id") "a" "b")
          field total @0:1..2 (agg count)
        }
        prefer "crm" over "orders"
    "#]].assert_eq(text.split("\n%0").nth(1).unwrap_or_default());
}

#[test]
fn texts_that_are_no_plan_are_refused_with_their_line() {
    let head = "plan \"t\" zone \"UTC\" week monday\nprofile P key id { id: Str }\n";
    let line = |rest: &str| parse(&format!("{head}{rest}")).map_err(|error| error.to_string());
    let mut reasons = String::new();
    for rest in [
        "%1: Bool = const true",
        "%0: Bool = frobnicate %1",
        "%0: Bool = profile nope",
        "%0: Money(XYZ) = const 1",
        "%0: Bool = and",
        "%0: Bool = const",
        "\n\nsegment a = 3",
        "segment a = %0\n  explain 0 atom @0:1..2\n  explain 2 atom @0:1..2",
        "check event Nope %0 \"x\" warn",
        "rank \"r\" ntile -1 %0",
        "frob",
        "prefer \"a\" \"b\"",
        "source \"s\" profile csv 300 \"x\" @0:1..2 {}",
    ] {
        reasons += &format!("{:?}\n", line(rest).expect_err(rest));
    }
    expect![[r#"
        "line 3: expected the definition of %0"
        "line 3: no operation is called `frobnicate`"
        "line 3: no column is called `nope`"
        "line 3: no currency is called `XYZ`"
        "line 3: expected a node, found End"
        "line 3: expected a constant, found End"
        "line 5: expected a node, found Int(3)"
        "line 5: this explanation is no part of the one before"
        "line 3: no kind of event is called `Nope`"
        "line 3: expected a whole number, found Int(-1)"
        "line 3: nothing here starts with `frob`"
        "line 3: expected `over`, found Text(\"b\")"
        "line 3: expected a whole number, found Int(300)"
    "#]]
    .assert_eq(&reasons);
}

#[test]
fn every_prefix_of_a_plan_is_read_or_refused() {
    for (end, _) in EVERYTHING.char_indices() {
        let _ = parse(&EVERYTHING[..end]);
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = |open: &str| {
        format!(
            "plan \"t\" zone \"UTC\" week monday profile P key id {{ id: {} }}",
            open.repeat(100_000)
        )
    };
    assert!(
        parse(&deep("List("))
            .expect_err("too deep")
            .message
            .contains("too deeply")
    );
    assert!(
        parse(&deep("Record(a: "))
            .expect_err("too deep")
            .message
            .contains("too deeply")
    );
    let list = format!(
        "plan \"t\" zone \"UTC\" week monday %0: Int = const {}",
        "[".repeat(100_000)
    );
    assert!(
        parse(&list)
            .expect_err("too deep")
            .message
            .contains("too deeply")
    );
}

#[test]
fn a_long_chain_of_explanations_is_no_recursion() {
    let mut text = String::from(
        "plan \"t\" zone \"UTC\" week monday profile P {} %0: Bool = const true segment a = %0\n",
    );
    for depth in 0..2000 {
        text += &format!("explain {depth} not @0:1..2\n");
    }
    let plan = parse(&text).expect("a plan");
    assert_eq!(parse(&print(&plan)), Ok(plan));
}
