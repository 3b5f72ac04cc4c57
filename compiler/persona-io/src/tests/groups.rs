//! `group by`, aggregates and `each`.

use expect_test::expect;

use super::support::{Folder, plan, same_however_read};

const ORDERS: &str = r#"
profile P key id { id: Str }
event Purchase {
  at: Timestamp, id: Str?, order: Str, total: Money(GBP), lines: Int,
  items: List(Record(sku: Str, quantity: Int, price: Money(GBP)?))
}
source "orders" event Purchase csv 44 "lines.csv" @0:1..2 {
  where (op and (op known (column "customer")) (matches (column "invoice") "^[0-9]+$"))
  group (column "invoice")
  profile (column "customer")
  at (agg min (column "date"))
  id (column "invoice")
  field order @0:1..2 (column "invoice")
  field total @0:1..2 (as (agg sum (op mul (column "quantity") (column "price"))) Money(GBP))
  field lines @0:1..2 (agg count)
  each items @0:1..2 [0 (column "sku"), 1 (column "quantity"), 2 (as (column "price") Money(GBP))]
}
"#;

#[test]
fn lines_become_orders() {
    let folder = Folder::new().file(
        "lines.csv",
        "customer,invoice,date,sku,quantity,price\n\
         17850,1,2010-12-01 08:26,A,6,2.555\n\
         13047,2,2010-12-01 08:34,B,1,0.125\n\
         17850,1,2010-12-01 08:25,C,2,\n\
         ,3,2010-12-01 08:26,A,1,1\n\
         17850,C4,2010-12-01 08:26,A,1,1\n\
         13047,2,2010-12-01 08:34,A,3,1.00\n",
    );
    expect![[r#"
        13047 (events only) 
          Purchase at=2010-12-01T07:34:00Z id=2 order=2 total=3.12 lines=2 items=[{"sku":"B","quantity":1,"price":"0.12"},{"sku":"A","quantity":3,"price":"1.00"}]
        17850 (events only) 
          Purchase at=2010-12-01T07:25:00Z id=1 order=1 total=15.33 lines=2 items=[{"sku":"A","quantity":6,"price":"2.56"},{"sku":"C","quantity":2,"price":null}]
        orders: read 6, used 4, filtered 2, set aside 0
    "#]].assert_eq(&same_however_read(&folder, &plan(ORDERS)));
}

#[test]
fn a_group_with_a_bad_value_is_set_aside_with_all_its_rows() {
    let folder = Folder::new().file(
        "lines.csv",
        "customer,invoice,date,sku,quantity,price\n\
         a,1,2010-12-01,A,x,1\n\
         a,1,2010-12-01,B,1,1\n\
         a,2,2010-12-01,A,1.5,1\n\
         a,3,2010-12-01,A,1,n/a\n\
         a,4,yesterday,A,1,1\n\
         a,5,2010-12-01,A,1,1\n\
         b,5,2010-12-01,A,1,1\n\
         a,6,2010-12-01\n\
         a,6,2010-12-01,,1,1\n",
    );
    expect![[r#"
        a (events only) 
          Purchase at=2010-11-30T23:00:00Z id=6 order=6 total=1.00 lines=1 items=[{"sku":"","quantity":1,"price":"1.00"}]
        orders: read 9, used 1, filtered 0, set aside 8
          lines.csv:9 "a,6,2010-12-01": has 3 cells where the header has 6 [rejected]
          lines.csv:2 total "x": is not a number [rejected ×2]
          lines.csv:4 items "1.5": is not a whole number (`quantity`) [rejected]
          lines.csv:5 total "n/a": is not a number [rejected]
          lines.csv:6 date "yesterday": is not an instant, such as `2026-01-31T10:00:00Z` [rejected]
          lines.csv:7 customer "a": is not what all rows of the group say: another says `b`; choose with `first(…)` or the like [rejected ×2]
    "#]].assert_eq(&same_however_read(&folder, &plan(ORDERS)));
}

#[test]
fn aggregates_leave_missing_values_out() {
    let text = r#"
profile P key id { id: Str, sum: Str?, avg: Str?, min: Str?, max: Str?, first: Str?, last: Str?, known: Int, rows: Int, one: Str? }
source "s" profile csv 44 "f.csv" @0:1..2 {
  group (column "id")
  field sum @0:1..2 (agg sum (column "v"))
  field avg @0:1..2 (agg avg (column "v"))
  field min @0:1..2 (agg min (column "v"))
  field max @0:1..2 (agg max (column "v"))
  field first @0:1..2 (agg first (column "v"))
  field last @0:1..2 (agg last (column "v"))
  field known @0:1..2 (agg count (column "v"))
  field rows @0:1..2 (agg count)
  field one @0:1..2 (op add (column "c") "!")
}
"#;
    let folder = Folder::new().file("f.csv", "id,v,c\na,10,\na,,x\na,9.5,x\nb,,\nc,x,p\nc,1,q\n");
    expect![[r#"
        a sum=19.5 avg=9.75 min=9.5 max=10 first=10 last=9.5 known=2 rows=3 one=x!
        b known=0 rows=1
        c min=1 max=x first=x last=1 known=2 rows=2
        s: read 6, used 6, filtered 0, set aside 0, cleared 3
          f.csv:6 v "x": is not a number (field `sum`) [cleared]
          f.csv:6 v "x": is not a number (field `avg`) [cleared]
          f.csv:6 c "p": is not what all rows of the group say: another says `q`; choose with `first(…)` or the like (field `one`) [cleared]
    "#]].assert_eq(&same_however_read(&folder, &plan(text)));
}

#[test]
fn several_values_make_the_group_and_missing_ones_are_alike() {
    let text = r#"
profile P key id { id: Str }
event E { at: Timestamp, id: Str?, n: Int }
source "s" event E csv 44 "f.csv" @0:1..2 {
  group (column "k")
  group (as (column "t") Date)
  profile (op coalesce (column "k") "nobody")
  at (as (column "t") Date)
  field n @0:1..2 (agg count)
}
"#;
    let folder = Folder::new().file(
        "f.csv",
        "k,t\na,2024-01-01\na,2024-01-02\na,2024-01-01T00:00\n,2024-01-01\n,2024-01-01\nb,x\n",
    );
    expect![[r#"
        a (events only) 
          E at=2023-12-31T23:00:00Z n=2
          E at=2024-01-01T23:00:00Z n=1
        nobody (events only) 
          E at=2023-12-31T23:00:00Z n=2
        s: read 6, used 5, filtered 0, set aside 1
          f.csv:7 group by "x": is not a date, such as `2026-01-31` [rejected]
    "#]]
    .assert_eq(&same_however_read(&folder, &plan(text)));
}

#[test]
fn each_without_groups_makes_lists_of_one() {
    let text = r#"
profile P key id { id: Str, items: List(Record(sku: Str, n: Int?)) = [], tags: Set(Str)? }
source "s" profile csv 44 "f.csv" @0:1..2 {
  each items @0:1..2 [0 (column "sku"), 1 (column "n")]
  each tags @0:1..2 [0 (column "tag")]
}
"#;
    let folder = Folder::new().file("f.csv", "id,sku,n,tag\na,A,1,x\nb,,x,y\nc,C,x,\n");
    expect![[r#"
        a items=[{"sku":"A","n":1}] tags=["x"]
        b items=[{"sku":"","n":null}] tags=["y"]
        c items=[{"sku":"C","n":null}] tags=[""]
        s: read 3, used 3, filtered 0, set aside 0, cleared 2
          f.csv:3 items "x": is not a whole number (`n`) [cleared]
          f.csv:4 items "x": is not a whole number (`n`) [cleared]
    "#]]
    .assert_eq(&folder.show(text));
}
