//! Profiles: histories, several sources, and people known by their events alone.

use expect_test::expect;

use super::support::{Folder, options, plan, same_however_read, show};
use crate::{LoadOptions, value::civil};

#[test]
fn several_sources_merge_field_by_field_and_prefer_says_who_wins() {
    let text = r#"
profile P key id { id: Str, email: Str? email, name: Str, tier: Int = 1, tags: Set(Str)? }
source "crm" profile csv 44 "crm.csv" @0:1..2 { }
source "shop" profile csv 44 "shop.csv" @0:1..2 { }
source "web" profile csv 44 "web.csv" @0:1..2 { }
"#;
    let folder = Folder::new()
        .file(
            "crm.csv",
            "id,email,tier\na,a@crm.co,\nb,nobody,2\nc,c@crm.co,7\n",
        )
        .file(
            "shop.csv",
            "id,email,name,tags\na,a@shop.co,Al,\"[\"\"x\"\"]\"\nb,b@shop.co,Bo,\nd,,Di,\n",
        )
        .file("web.csv", "id,name,tier\na,Alan,5\nb,Bo,3\n");
    expect![[r#"
        a email=a@crm.co name=Al tier=5 tags=["x"]
        b email=b@shop.co name=Bo tier=2
        d name=Di tier=1
        crm: read 3, used 2, filtered 0, set aside 1, cleared 1
        shop: read 3, used 3, filtered 0, set aside 0
        web: read 2, used 2, filtered 0, set aside 0
        differ in email: 1
        differ in name: 1
        differ in tier: 1
          crm.csv:3 email "nobody": is not an e-mail address: it has no `@` [cleared]
          crm.csv:4 name "c": no source gives `name`, which is required [rejected]
    "#]]
    .assert_eq(&same_however_read(&folder, &plan(text)));
    let preferred = format!(
        "{text}\nprefer \"web\" over \"crm\"\nprefer \"shop\" over \"crm\"\nprefer \"web\" over \"shop\""
    );
    expect![[r#"
        a email=a@shop.co name=Alan tier=5 tags=["x"]
        b email=b@shop.co name=Bo tier=3
        d name=Di tier=1
        crm: read 3, used 2, filtered 0, set aside 1, cleared 1
        shop: read 3, used 3, filtered 0, set aside 0
        web: read 2, used 2, filtered 0, set aside 0
        differ in email: 1
        differ in name: 1
        differ in tier: 1
          crm.csv:3 email "nobody": is not an e-mail address: it has no `@` [cleared]
          crm.csv:4 name "c": no source gives `name`, which is required [rejected]
    "#]]
    .assert_eq(&same_however_read(&folder, &plan(&preferred)));
}

#[test]
fn second_rows_of_a_key_are_rejected() {
    let text = r#"
profile P key id { id: Str, n: Int }
source "s" profile csv 44 "f.csv" @0:1..2 { }
"#;
    let folder = Folder::new().file("f.csv", "id,n\na,1\na,x\na,2\nb,1\na,1\n");
    expect![[r#"
        a n=1
        b n=1
        s: read 5, used 2, filtered 0, set aside 3, duplicates 2
          f.csv:3 n "x": is not a whole number [rejected]
          f.csv:4 "a": a second row of this key; the one that counts is line 2 of f.csv [duplicate]
          f.csv:6 "a": a second row of this key; the one that counts is line 2 of f.csv [duplicate]
    "#]]
    .assert_eq(&same_however_read(&folder, &plan(text)));
}

const HISTORY: &str = r#"
profile P key id { id: Str, n: Int }
event E { at: Timestamp, id: Str? }
source "e" event E csv 44 "e.csv" @0:1..2 { }
source "s" profile csv 44 "f.csv" @0:1..2 { }
"#;

fn history() -> Folder {
    Folder::new()
        .file(
            "f.csv",
            "id,n,at\n\
             a,3,2024-03-01T00:00Z\n\
             a,1,2024-01-01T00:00Z\n\
             a,2,2024-02-01T00:00Z\n\
             b,9,\n\
             b,8,2024-02-01T00:00Z\n\
             c,1,2024-05-01T00:00Z\n\
             d,2,2024-01-01T00:00Z\n\
             d,1,2024-01-01T00:00Z\n\
             e,5,soon\n",
        )
        .file(
            "e.csv",
            "profile,at\nx,2024-02-15T00:00Z\na,2024-01-15T00:00Z\n",
        )
}

#[test]
fn the_newest_row_up_to_now_counts_and_now_is_the_latest_event_unless_said() {
    expect![[r#"
        a n=2
          E at=2024-01-15T00:00:00Z
        b n=8
        d n=1
        x (events only) 
          E at=2024-02-15T00:00:00Z
        e: read 2, used 2, filtered 0, set aside 0
        s: read 9, used 7, filtered 0, set aside 2, duplicates 1
          f.csv:10 at "soon": is not an instant, such as `2026-01-31T10:00:00Z` [rejected]
          f.csv:8 "d": a second row of this key and instant; the one that counts is line 9 of f.csv [duplicate]
    "#]].assert_eq(&same_however_read(&history(), &plan(HISTORY)));
    let at = |text: &str| {
        let Some(civil::TimePoint::Instant(now)) = civil::parse_timestamp(text) else {
            panic!("{text}")
        };
        let options = LoadOptions {
            now: Some(now),
            ..options()
        };
        let plan = plan(HISTORY);
        let loaded = history().load_with(&plan, &options).unwrap();
        show(&plan, &loaded)
            .lines()
            .filter(|line| line.contains("n="))
            .collect::<Vec<_>>()
            .join("; ")
    };
    assert_eq!(at("2023-12-31T00:00Z"), "b n=9");
    assert_eq!(at("2024-01-31T23:59:59.999999Z"), "a n=1; b n=9; d n=1");
    assert_eq!(at("2024-02-01T00:00Z"), "a n=2; b n=8; d n=1");
    assert_eq!(at("2030-01-01T00:00Z"), "a n=3; b n=8; c n=1; d n=1");
}

#[test]
fn without_events_the_newest_row_of_all_counts() {
    let folder = history().file("e.csv", "profile,at\n");
    let plan = plan(HISTORY);
    let shown = show(&plan, &folder.load(&plan).unwrap());
    assert!(shown.starts_with("a n=3\nb n=8\nc n=1\nd n=1\n"), "{shown}");
}

#[test]
fn people_known_by_events_alone_have_defaults_and_missing_values() {
    let text = r#"
profile P key id { id: Str, name: Str, country: Str = "other", email: Str? }
event E { at: Timestamp, id: Str? }
source "e" event E csv 44 "e.csv" @0:1..2 { }
source "s" profile csv 44 "f.csv" @0:1..2 { }
"#;
    let folder = Folder::new()
        .file(
            "e.csv",
            "profile,at\nb,2024-01-01\na,2024-01-01\nbad,2024-01-01\n",
        )
        .file("f.csv", "id,name,email\na,Al,x\n,nobody,\n");
    expect![[r#"
        a name=Al country=other email=x
          E at=2023-12-31T23:00:00Z
        b (events only) country=other
          E at=2023-12-31T23:00:00Z
        bad (events only) country=other
          E at=2023-12-31T23:00:00Z
        e: read 3, used 3, filtered 0, set aside 0
        s: read 2, used 1, filtered 0, set aside 1
          f.csv:3 id: the key is missing [rejected]
    "#]]
    .assert_eq(&folder.show(text));
}

#[test]
fn keys_are_texts_whatever_the_file_holds_and_sort_by_their_bytes() {
    let text = r#"
profile P key id { id: Str }
source "s" profile ndjson "f.ndjson" @0:1..2 { field id @0:1..2 (column "key") }
"#;
    let folder = Folder::new().file("f.ndjson", "{\"key\":10}\n{\"key\":9}\n{\"key\":\"é\"}\n{\"key\":\"Z\"}\n{\"key\":\"a\"}\n{\"key\":9.0}\n{\"key\":\"\"}\n{}\n{\"key\":[1]}\n");
    expect![[r#"
        10 
        9 
        Z 
        a 
        é 
        s: read 9, used 5, filtered 0, set aside 4, duplicates 1
          f.ndjson:7 key: the key is missing [rejected]
          f.ndjson:8 key: the key is missing [rejected]
          f.ndjson:9 key "[1]": is not text [rejected]
          f.ndjson:6 "9": a second row of this key; the one that counts is line 2 of f.ndjson [duplicate]
    "#]].assert_eq(&folder.show(text));
}

#[test]
fn failures_of_checks_are_told_with_the_rows_they_come_from() {
    let text = r#"
profile P key id { id: Str, n: Int, note: Str? }
event E { at: Timestamp, id: Str?, m: Int }
source "e" event E csv 44 "e.csv" @0:1..2 { }
source "s" profile csv 44 "f.csv" @0:1..2 { }
%0: Int = const 0
%1: Int? = profile n
%2: Bool = lt %0, %1
%3: Int = event 0 (E m)
%4: Bool = lt %0, %3
%5: Bool = const false
check profile %2 "n is not positive" reject
check profile %5 "no note is right" clear note
check event E %4 "m is not positive" reject
check event E %5 "m is odd" warn
"#;
    let folder = Folder::new()
        .file(
            "e.csv",
            "profile,at,m\nb,2024-01-01,1\na,2024-01-02,0\na,2024-01-01,2\n",
        )
        .file("f.csv", "id,n,note\nb,0,x\na,1,y\n");
    let plan = plan(text);
    let mut loaded = folder.load(&plan).unwrap();
    let failures = persona_runtime::run_checks(&plan, &loaded.dataset, i64::MAX);
    loaded
        .record_checks(&plan, &failures, &mut crate::NoRejects)
        .unwrap();
    loaded.dataset = persona_runtime::apply_checks(&plan, &loaded.dataset, &failures);
    assert!(
        loaded
            .report
            .sources
            .iter()
            .all(crate::SourceReport::adds_up)
    );
    expect![[r#"
        a n=1
          E at=2023-12-31T23:00:00Z m=2
        b (events only) 
          E at=2023-12-31T23:00:00Z m=1
        e: read 3, used 2, filtered 0, set aside 1
        s: read 2, used 1, filtered 0, set aside 1, cleared 2
          f.csv:2: n is not positive [rejected]
          f.csv:3 note: no note is right [cleared]
          f.csv:2 note: no note is right [cleared]
          e.csv:3: m is not positive [rejected]
          e.csv:4: m is odd [warned]
          e.csv:3: m is odd [warned]
          e.csv:2: m is odd [warned]
    "#]]
    .assert_eq(&show(&plan, &loaded));
}
