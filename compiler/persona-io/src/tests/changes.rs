//! Profiles as they were at an instant, and what became of them: together they say at each later instant what a load at that
//! instant says.

use std::collections::BTreeMap;

use expect_test::expect;
use persona_ir::Plan;
use persona_runtime::{Dataset, Value};

use super::support::{Folder, options, plan, show};
use crate::{LoadOptions, Loaded, Since};

const PEOPLE: &str = r#"
profile P key id { id: Str, a: Int?, b: Str?, c: Int = 7, d: Set(Str)? }
event E { at: Timestamp, id: Str? }
source "e" event E csv 44 "e.csv" @0:1..2 { }
source "one" profile csv 44 "one.csv" @0:1..2 { }
source "two" profile csv 44 "two.csv" @0:1..2 { }
source "three" profile csv 44 "three.csv" @0:1..2 { }
prefer "two" over "one"
"#;

const DAY: i64 = 86_400_000_000;
/// 2024-01-01
const START: i64 = 19_723 * DAY;

/// Numbers without order, the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % end
    }
}

/// Three sources of a few people over nine days; some rows hold always, some come twice.
fn folder(random: &mut Random) -> Folder {
    let mut folder =
        Folder::new().file("e.csv", "profile,at\np1,2024-01-03T12:00Z\nq,2024-01-04\n");
    for (name, columns) in [
        ("one.csv", "a,b"),
        ("two.csv", "b,c"),
        ("three.csv", "a,b,c,d"),
    ] {
        let mut text = format!("id,at,{columns}\n");
        for _ in 0..random.below(14) {
            let at = match random.below(5) {
                0 => String::new(),
                _ => format!("2024-01-0{}T00:00Z", 1 + random.below(9)),
            };
            text += &format!("p{},{at}", random.below(4));
            for column in columns.split(',') {
                let value = random.below(4);
                text += &match (column, value) {
                    (_, 0) => ",".to_owned(),
                    ("b", n) => format!(",t{n}"),
                    ("d", n) => format!(",\"[\"\"s{n}\"\"]\""),
                    (_, n) => format!(",{n}"),
                };
            }
            text.push('\n');
        }
        folder = folder.file(name, text);
    }
    folder
}

type People = BTreeMap<String, Vec<Value>>;

fn row(plan: &Plan, data: &Dataset, row: usize) -> Vec<Value> {
    let columns = plan.schema.profile.columns.ids();
    columns
        .map(|col| data.value(&data.columns[col], row))
        .collect()
}

/// Those who have a row.
fn people(plan: &Plan, data: &Dataset) -> People {
    let rows =
        (0..data.profiles).filter(|row| data.has_row.as_ref().is_none_or(|has| has.value(*row)));
    let key = |place: usize| data.key(&plan.schema, place).to_owned();
    rows.map(|place| (key(place), row(plan, data, place)))
        .collect()
}

/// The same, with what became of them up to an instant.
fn until(plan: &Plan, loaded: &Loaded, at: i64) -> People {
    let mut people = people(plan, &loaded.dataset);
    let changes = loaded.changes.as_ref().expect("they were asked for");
    for (place, changed) in changes
        .changed
        .iter()
        .enumerate()
        .filter(|(_, of)| of.at <= at)
    {
        let key = changes.rows.key(&plan.schema, place);
        let now = row(plan, &changes.rows, place);
        let known = people.entry(key.to_owned()).or_insert_with(|| {
            // Whoever has no row yet gets a whole one.
            assert_eq!(changed.columns.len() + 1, now.len(), "all but the key");
            now.clone()
        });
        for col in &changed.columns {
            known[usize::from(*col)] = now[usize::from(*col)].clone();
        }
        assert_eq!(*known, now, "a row of changes is the whole profile");
    }
    people
}

#[test]
fn what_was_and_what_changed_say_what_is() {
    let plan = plan(PEOPLE);
    let load = |folder: &Folder, now: i64, since: Option<Since>| {
        let options = LoadOptions {
            now: Some(now),
            since,
            ..options()
        };
        folder
            .load_with(&plan, &options)
            .expect("the files are good")
    };
    let mut changes = 0;
    for number in 0..40 {
        let folder = folder(&mut Random(number));
        let end = START + 8 * DAY;
        for since in [START - 1, START, START + 2 * DAY + 1, START + 5 * DAY, end] {
            let all = load(&folder, end, Some(Since::At(since)));
            let of = all.changes.as_ref().expect("they were asked for");
            assert_eq!(of.since, since);
            assert!(of.changed.iter().all(|of| since < of.at && of.at <= end));
            changes += of.changed.len();
            for day in 0..9 {
                let at = START + day * DAY;
                if at >= since {
                    let then = load(&folder, at, None);
                    let expected = people(&plan, &then.dataset);
                    assert_eq!(
                        until(&plan, &all, at),
                        expected,
                        "{number} since {since} until {day}"
                    );
                }
            }
            // What is set aside, and what is counted, is the same.
            let mut plain = load(&folder, end, None).report;
            plain.differences.clone_from(&all.report.differences);
            assert_eq!(all.report, plain);
        }
    }
    assert!(changes > 1_000, "{changes} changes");
}

#[test]
fn without_an_instant_it_is_since_the_first_event_or_the_first_row() {
    let plan = plan(PEOPLE);
    let folder = Folder::new()
        .file("e.csv", "profile,at\np1,2024-01-03T12:00Z\n")
        .file(
            "one.csv",
            "id,at,a,b\np1,2024-01-02,1,x\np1,2024-01-04,2,x\n",
        )
        .file("two.csv", "id,at,b,c\n")
        .file("three.csv", "id,at,a,b,c,d\np1,,9,z,,\n");
    let options = LoadOptions {
        since: Some(Since::FirstEvent),
        now: Some(START + 30 * DAY),
        ..options()
    };
    let since = |folder: &Folder| {
        let loaded = folder
            .load_with(&plan, &options)
            .expect("the files are good");
        let changes = loaded.changes.as_ref().expect("they were asked for");
        let shown: Vec<String> = changes
            .changed
            .iter()
            .map(|of| format!("{} {:?}", (of.at - START) / 3_600_000_000, of.columns))
            .collect();
        format!(
            "{}\n{}\n{}",
            changes.since - START,
            shown.join("\n"),
            show(&plan, &loaded)
        )
    };
    expect![[r#"
        215999999999
        71 []
        p1 a=9 b=z c=7
          E at=2024-01-03T12:00:00Z
        e: read 1, used 1, filtered 0, set aside 0
        one: read 2, used 2, filtered 0, set aside 0
        two: read 0, used 0, filtered 0, set aside 0
        three: read 1, used 1, filtered 0, set aside 0
        differ in a: 1
        differ in b: 1
    "#]]
    .assert_eq(&since(&folder));
    let without = folder.file("e.csv", "profile,at\n");
    expect![[r#"
        82799999999
        23 []
        71 []
        p1 a=9 b=z c=7
        e: read 0, used 0, filtered 0, set aside 0
        one: read 2, used 2, filtered 0, set aside 0
        two: read 0, used 0, filtered 0, set aside 0
        three: read 1, used 1, filtered 0, set aside 0
    "#]]
    .assert_eq(&since(&without));
}

#[test]
fn somebody_of_whom_something_required_is_not_known_yet_comes_later() {
    let text = r#"
profile P key id { id: Str, name: Str, n: Int? }
event E { at: Timestamp, id: Str? }
source "e" event E csv 44 "e.csv" @0:1..2 { }
source "one" profile csv 44 "one.csv" @0:1..2 { }
source "two" profile csv 44 "two.csv" @0:1..2 { }
"#;
    let plan = plan(text);
    let folder = Folder::new()
        .file(
            "e.csv",
            "profile,at\nz,2024-01-01T00:00Z\nz,2024-01-20T00:00Z\n",
        )
        .file(
            "one.csv",
            "id,at,n\na,2024-01-02T00:00Z,1\na,2024-01-04T00:00Z,2\nb,2024-01-02T00:00Z,1\n",
        )
        .file("two.csv", "id,at,name\na,2024-01-03T00:00Z,Ada\n");
    let options = LoadOptions {
        since: Some(Since::FirstEvent),
        ..options()
    };
    let loaded = folder
        .load_with(&plan, &options)
        .expect("the files are good");
    let changes = loaded.changes.as_ref().expect("they were asked for");
    let shown: Vec<String> = (0..changes.rows.profiles)
        .map(|place| {
            let of = &changes.changed[place];
            format!(
                "{} {:?} {:?}",
                (of.at - START) / DAY,
                row(&plan, &changes.rows, place),
                of.columns
            )
        })
        .collect();
    expect![[r#"
        2 [Str("a"), Str("Ada"), Int(1)] [ColId(1), ColId(2)]
        3 [Str("a"), Str("Ada"), Int(2)] [ColId(2)]
        a (events only) 
        z (events only) 
          E at=2024-01-01T00:00:00Z
          E at=2024-01-20T00:00:00Z
        e: read 2, used 2, filtered 0, set aside 0
        one: read 3, used 2, filtered 0, set aside 1
        two: read 1, used 1, filtered 0, set aside 0
          one.csv:4 name "b": no source gives `name`, which is required [rejected]
    "#]]
    .assert_eq(&format!("{}\n{}", shown.join("\n"), show(&plan, &loaded)));
}
