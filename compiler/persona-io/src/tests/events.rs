//! The order of events, duplicates, and whose they are.

use expect_test::expect;

use super::support::{Folder, plan, same_however_read};
use crate::{LoadOptions, NoProgress, load};

const SHOP: &str = r#"
profile P key id { id: Str, name: Str, tier: Int = 3 }
event Buy { at: Timestamp, id: Str?, total: Int?, what: Str? }
event View { at: Timestamp, id: Str?, page: Str? }
source "buys" event Buy csv 44 "buys*.csv" @0:1..2 { }
source "people" profile csv 44 "people.csv" @0:1..2 { }
source "views" event View ndjson "views.ndjson" @0:1..2 { }
"#;

#[test]
fn events_are_ordered_by_instant_kind_id_and_content() {
    let folder = Folder::new()
        .file("people.csv", "id,name\nb,Bo\na,Al\nz,Zoe\n")
        .file(
            "buys.csv",
            "profile,at,id,total,what\n\
             a,2024-01-02T00:00Z,2,,\n\
             a,2024-01-01T00:00Z,,5,same\n\
             a,2024-01-01T00:00Z,,5,same\n\
             a,2024-01-01T00:00Z,,4,x\n\
             a,2024-01-01T00:00Z,,,y\n\
             a,2024-01-01T00:00Z,1,9,\n\
             c,2024-01-01T00:00Z,1,9,\n",
        )
        .file(
            "views.ndjson",
            concat!(
                "{\"profile\":\"a\",\"at\":\"2024-01-01T00:00Z\",\"page\":\"/\"}\n",
                "{\"profile\":\"b\",\"at\":\"2024-01-01T00:00Z\"}\n",
                "{\"profile\":\"a\",\"at\":\"2023-12-31T23:59:59.999999Z\",\"id\":7}\n",
            ),
        );
    let plan = plan(SHOP);
    expect![[r#"
        a name=Al tier=3
          View at=2023-12-31T23:59:59.999999Z id=7
          Buy at=2024-01-01T00:00:00Z what=y
          Buy at=2024-01-01T00:00:00Z total=4 what=x
          Buy at=2024-01-01T00:00:00Z total=5 what=same
          Buy at=2024-01-01T00:00:00Z total=5 what=same
          Buy at=2024-01-01T00:00:00Z id=1 total=9
          View at=2024-01-01T00:00:00Z page=/
          Buy at=2024-01-02T00:00:00Z id=2
        b name=Bo tier=3
          View at=2024-01-01T00:00:00Z
        c (events only) tier=3
          Buy at=2024-01-01T00:00:00Z id=1 total=9
        z name=Zoe tier=3
        buys: read 7, used 7, filtered 0, set aside 0
        people: read 3, used 3, filtered 0, set aside 0
        views: read 3, used 3, filtered 0, set aside 0
    "#]]
    .assert_eq(&same_however_read(&folder, &plan));
}

#[test]
fn the_order_does_not_depend_on_the_order_of_files_or_rows() {
    let rows = [
        "a,2024-01-01T00:00Z,,5,p",
        "a,2024-01-01T00:00Z,,5,o",
        "a,2024-01-01T00:00Z,x,1,",
        "a,2024-01-01T00:00Z,,,q",
        "a,2023-01-01T00:00Z,y,2,z",
    ];
    let head = "profile,at,id,total,what\n";
    let people = |folder: Folder| {
        folder
            .file("people.csv", "id,name\n")
            .file("views.ndjson", "")
    };
    let plan = plan(SHOP);
    let mut shown = None;
    for turn in 0..rows.len() {
        let mut turned = rows;
        turned.rotate_left(turn);
        let (first, second) = turned.split_at(2);
        let folder = people(Folder::new())
            .file("buys1.csv", format!("{head}{}\n", first.join("\n")))
            .file("buys2.csv", format!("{head}{}\n", second.join("\n")));
        let data = super::support::show_data(&plan, &folder.load(&plan).unwrap().dataset);
        assert_eq!(*shown.get_or_insert_with(|| data.clone()), data);
    }
}

#[test]
fn events_with_one_id_are_one_event_and_the_first_counts() {
    let folder = Folder::new()
        .file("people.csv", "id,name\n")
        .file("views.ndjson", "")
        .file(
            "buys.csv",
            "profile,at,id,total,what\n\
         a,2024-01-02T00:00Z,1,5,late\n\
         a,2024-01-01T00:00Z,1,5,early\n\
         b,2024-01-01T00:00Z,1,5,another profile\n\
         a,2024-01-01T00:00Z,1,4,early and less\n\
         a,2024-01-01T00:00Z,,4,no id\n\
         a,2024-01-01T00:00Z,,4,no id\n\
         a,2024-01-05T00:00Z,2,4,alone\n",
        );
    expect![[r#"
        a (events only) tier=3
          Buy at=2024-01-01T00:00:00Z total=4 what=no id
          Buy at=2024-01-01T00:00:00Z total=4 what=no id
          Buy at=2024-01-01T00:00:00Z id=1 total=4 what=early and less
          Buy at=2024-01-05T00:00:00Z id=2 total=4 what=alone
        b (events only) tier=3
          Buy at=2024-01-01T00:00:00Z id=1 total=5 what=another profile
        buys: read 7, used 5, filtered 0, set aside 2, duplicates 2
        people: read 0, used 0, filtered 0, set aside 0
        views: read 0, used 0, filtered 0, set aside 0
          buys.csv:2 id "1": an event with this id is there already; the one that counts is line 5 of buys.csv [duplicate]
          buys.csv:3 id "1": an event with this id is there already; the one that counts is line 5 of buys.csv [duplicate]
    "#]].assert_eq(&same_however_read(&folder, &plan(SHOP)));
}

#[test]
fn an_event_needs_a_profile_an_instant_and_its_required_fields() {
    let text = r#"
profile P key email { email: Str }
event Buy { at: Timestamp, id: Str?, total: Int, note: Str, kind: Int = 1 }
source "buys" event Buy csv 44 "buys.csv" @0:1..2 { }
"#;
    let folder = Folder::new().file(
        "buys.csv",
        "email,at,total,note,kind\n\
         ,2024-01-01,1,,\n\
         a,,1,,\n\
         a,soon,1,,\n\
         a,2024-01-01,,,\n\
         a,2024-01-01,x,,\n\
         a,2024-01-01,1,,x\n\
         a,2024-01-01,1,n,2\n",
    );
    expect![[r#"
        a (events only) 
          Buy at=2023-12-31T23:00:00Z total=1 note= kind=1
          Buy at=2023-12-31T23:00:00Z total=1 note=n kind=2
        buys: read 7, used 2, filtered 0, set aside 5, defaults 1
          buys.csv:2 email: does not say whose event it is [rejected]
          buys.csv:3 at: `at` is missing: when the event was [rejected]
          buys.csv:4 at "soon": is not an instant, such as `2026-01-31T10:00:00Z` [rejected]
          buys.csv:5 total: `total` is missing, and is required [rejected]
          buys.csv:6 total "x": is not a whole number [rejected]
          buys.csv:7 kind "x": is not a whole number [default used]
    "#]]
    .assert_eq(&folder.show(text));
}

#[test]
fn whose_an_event_is_stands_in_the_column_of_the_key_or_in_profile() {
    let load = |key: &str, head: &str| {
        let text = format!(
            "profile P key {key} {{ {key}: Str }}\nevent E {{ at: Timestamp, id: Str? }}\nsource \"s\" event E csv 44 \"f.csv\" @0:1..2 {{ }}"
        );
        let cells = head.split(',').map(|name| {
            if name == "at" {
                "2024-01-01".to_owned()
            } else {
                format!("<{name}>")
            }
        });
        let row = cells.collect::<Vec<_>>().join(",");
        Folder::new()
            .file("f.csv", format!("{head}\n{row}\n"))
            .show(&text)
    };
    expect![[r#"
        <email> (events only) 
          E at=2023-12-31T23:00:00Z id=<id>
        s: read 1, used 1, filtered 0, set aside 0
    "#]]
    .assert_eq(&load("email", "email,at,id"));
    expect![[r#"
        <profile> (events only) 
          E at=2023-12-31T23:00:00Z id=<id>
        s: read 1, used 1, filtered 0, set aside 0
    "#]]
    .assert_eq(&load("email", "profile,at,id"));
    expect![[r#"
        <email> (events only) 
          E at=2023-12-31T23:00:00Z
        s: read 1, used 1, filtered 0, set aside 0
    "#]]
    .assert_eq(&load("email", "profile,email,at"));
    expect![[r#"
        <profile> (events only) 
          E at=2023-12-31T23:00:00Z id=<id>
        s: read 1, used 1, filtered 0, set aside 0
    "#]]
    .assert_eq(&load("id", "profile,at,id"));
    expect![[r#"
        <id> (events only) 
          E at=2023-12-31T23:00:00Z
        s: read 1, used 1, filtered 0, set aside 0
    "#]]
    .assert_eq(&load("id", "id,at"));
    expect![[r#"
        error (Columns): source `s`: …/f.csv: there is no column `profile`: it says whose event it is; name it with `profile = column("…")` (email); the file has `mail`, `at`
    "#]].assert_eq(&load("email", "mail,at"));
    expect![[r#"
        error (Columns): source `s`: …/f.csv: there is no column `at`: it says when the event was; name it with `at = column("…")`; the file has `email`, `when`
    "#]].assert_eq(&load("email", "email,when"));
}

#[test]
fn a_column_that_says_whose_event_it_is_does_not_say_which() {
    let text = r#"
profile P key email { email: Str }
event E { at: Timestamp, id: Str? }
source "s" event E csv 44 "f.csv" @0:1..2 { profile (op lower (column "id")) }
"#;
    let folder = Folder::new().file("f.csv", "id,at\nA,2024-01-01\na,2024-01-02\n");
    expect![[r#"
        a (events only) 
          E at=2023-12-31T23:00:00Z
          E at=2024-01-01T23:00:00Z
        s: read 2, used 2, filtered 0, set aside 0
    "#]]
    .assert_eq(&folder.show(text));
}

#[test]
fn an_id_in_json_is_the_events_own_where_the_key_is_called_id_too() {
    let text = r#"
profile P key id { id: Str }
event E { at: Timestamp, id: Str? }
source "s" event E ndjson "f.ndjson" @0:1..2 { }
"#;
    let folder = Folder::new().file("f.ndjson", "{\"id\":\"1\",\"at\":\"2024-01-01\"}\n{\"id\":\"2\",\"profile\":\"a\",\"at\":\"2024-01-01\"}\n");
    expect![[r#"
        a (events only) 
          E at=2023-12-31T23:00:00Z id=2
        s: read 2, used 1, filtered 0, set aside 1
          f.ndjson:1 profile: does not say whose event it is [rejected]
    "#]]
    .assert_eq(&folder.show(text));
}

#[test]
fn the_latest_events_are_known_without_their_last_thousandth() {
    let text = r#"
profile P key id { id: Str }
event A { at: Timestamp, id: Str? }
event B { at: Timestamp, id: Str? }
source "a" event A csv 44 "a.csv" @0:1..2 { }
source "b" event B csv 44 "b.csv" @0:1..2 { }
"#;
    let plan = plan(text);
    let latest = |a: usize, b: &[&str]| {
        let mut rows = String::from("profile,at\n");
        for row in 0..a {
            rows += &format!(
                "p{row},2024-01-01T00:{:02}:{:02}Z\n",
                row / 60 % 60,
                row % 60
            );
        }
        let b = format!(
            "profile,at\n{}",
            b.iter().map(|at| format!("q,{at}\n")).collect::<String>()
        );
        let loaded = Folder::new()
            .file("a.csv", rows)
            .file("b.csv", b)
            .load(&plan)
            .unwrap();
        let text = |at: Option<i64>| at.map_or("-".to_owned(), crate::value::civil::format_instant);
        format!("{} {}", text(loaded.latest_event), text(loaded.latest_999))
    };
    assert_eq!(latest(0, &[]), "- -");
    assert_eq!(latest(1, &[]), "2024-01-01T00:00:00Z 2024-01-01T00:00:00Z");
    assert_eq!(
        latest(998, &["2099-01-01T00:00Z"]),
        "2099-01-01T00:00:00Z 2099-01-01T00:00:00Z"
    );
    assert_eq!(
        latest(999, &["2099-01-01T00:00Z"]),
        "2099-01-01T00:00:00Z 2024-01-01T00:16:38Z"
    );
    assert_eq!(
        latest(1998, &["2099-01-01T00:00Z", "2098-01-01T00:00Z"]),
        "2099-01-01T00:00:00Z 2024-01-01T00:33:17Z"
    );
}

#[test]
fn columns_that_no_rule_reads_are_left_out_but_still_checked_and_still_decide_the_order() {
    let folder = Folder::new()
        .file("people.csv", "id,name\n")
        .file("views.ndjson", "")
        .file(
            "buys.csv",
            "profile,at,id,total,what\n\
         a,2024-01-01T00:00Z,,x,b\n\
         a,2024-01-01T00:00Z,,2,c\n\
         a,2024-01-01T00:00Z,,1,d\n",
        );
    let text = format!(
        "{SHOP}\n%0: Str? = event 0 (Buy what)\n%1: Str? = agg nth 1 of Buy value %0\ntrait first = %1\n  explain 0 atom @0:1..2 %1\n"
    );
    let plan = plan(&text);
    let loaded = load(&plan, folder.path(), &LoadOptions::default(), &NoProgress).unwrap();
    let table = &loaded.dataset.events[persona_ir::KindId(0)];
    let shown: Vec<_> = table
        .columns
        .iter()
        .map(|column| matches!(column.values, persona_runtime::Values::Absent(3)))
        .collect();
    assert_eq!(shown, [false, true, true, false]);
    let what = table.columns.iter().last().unwrap();
    let order: Vec<_> = (0..3)
        .map(|row| loaded.dataset.value(what, row).str().unwrap().to_owned())
        .collect();
    assert_eq!(order, ["b", "d", "c"]);
    assert_eq!(loaded.report.sources[0].values_cleared, 1);
}
