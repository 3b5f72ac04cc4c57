//! Input that nobody should send: loading ends, with an error or with rejects, and never worse.

use super::support::{Folder, plan};
use crate::LoadErrorKind;

const PLAN: &str = r#"
enum Tier { bronze, silver, gold }
profile P key id {
  id: Str, n: Int?, f: Float = 1.0, e: Enum(Tier)?, at_day: Date?, m: Money(EUR)?, tags: Set(Str)?, items: List(Record(a: Int, b: Str?))?, home: Geo?, w: Duration?
}
event E { at: Timestamp, id: Str?, n: Int?, items: List(Record(a: Int, b: Str?))? }
source "e" event E {FORMAT} "f" @0:1..2 {
  where (op or (op not (op eq (column "n") "skip")) (matches (column "n") "^.*$"))
  group (column "key")
  profile (column "key")
  at (agg max (column "at"))
  field n @0:1..2 (as (agg sum (op mul (column "n") (column "n"))) Int)
  each items @0:1..2 [0 (column "n"), 1 (op trim (column "s"))]
}
source "p" profile {FORMAT} "f" @0:1..2 { field id @0:1..2 (column "key") }
"#;

/// A small generator of numbers: the same ones always.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).unwrap()
    }
}

const PIECES: &[&str] = &[
    "key,at,n,s,f,e,at_day,m,tags,items,home,w\n",
    "a",
    "b",
    ",",
    ",",
    ",",
    "\n",
    "\n",
    "\"",
    "\"\"",
    "2024-01-01",
    "1",
    "-9223372036854775808",
    "1e38",
    "1e999",
    "NaN",
    "{\"key\":\"a\",",
    "\"at\":\"2024-01-01\"",
    "}",
    "[",
    "]",
    "{",
    ":",
    "null",
    "é",
    "\u{feff}",
    "\r",
    "[1,2]",
    "P1D",
    "🙂",
    "\0",
    " ",
    "skip",
    "{\"key\":\"a\",\"at\":\"2024-01-01T00:00Z\",\"n\":1}\n",
    "a,2024-01-01,3,x,1,gold,2024-01-01,1.5,[],[],,1h\n",
    "99999999999999999999999999999999999999999",
    "9999-12-31T23:59:59-23:59",
];

#[test]
fn generated_text_always_ends_in_an_outcome() {
    let mut dice = Dice(7);
    let mut loaded = 0;
    for round in 0..600 {
        let format = if round % 2 == 0 { "csv 44" } else { "ndjson" };
        let plan = plan(&PLAN.replace("{FORMAT}", format));
        let mut text = if round % 2 == 0 && dice.roll(10) > 0 {
            PIECES[0].as_bytes().to_vec()
        } else {
            Vec::new()
        };
        for _ in 0..dice.roll(60) {
            text.extend_from_slice(PIECES[dice.roll(PIECES.len())].as_bytes());
            if dice.roll(40) == 0 {
                text.push(u8::try_from(dice.roll(256)).unwrap());
            }
        }
        let folder = Folder::new().file("f", &text);
        match folder.load(&plan) {
            Ok(_) => loaded += 1,
            Err(error) => assert!(
                matches!(error.kind, LoadErrorKind::Format | LoadErrorKind::Columns),
                "{error}"
            ),
        }
    }
    assert!(loaded > 200, "{loaded} of 600 could be loaded");
}

#[test]
fn a_pattern_without_files_and_a_source_without_rows_are_told_apart() {
    let plan =
        plan("profile P key id { id: Str }\nsource \"s\" profile csv 44 \"*.csv\" @0:1..2 { }");
    assert_eq!(
        Folder::new().load(&plan).unwrap_err().kind,
        LoadErrorKind::NotFound
    );
    let empty = Folder::new().file("a.csv", "id\n").load(&plan).unwrap();
    assert_eq!(
        (empty.dataset.profiles, empty.report.sources[0].files),
        (0, 1)
    );
}

#[test]
fn a_plan_without_sources_loads_nothing() {
    let plan = plan("profile P key id { id: Str }\nevent E { at: Timestamp, id: Str? }");
    let loaded = Folder::new().load(&plan).unwrap();
    assert_eq!((loaded.dataset.profiles, loaded.latest_event), (0, None));
}

#[test]
fn a_sink_that_fails_stops_the_loading() {
    struct Full;
    impl crate::RejectSink for Full {
        fn reject(&mut self, _: &crate::Reject) -> Result<(), Box<crate::LoadError>> {
            Err(crate::LoadError::new(
                LoadErrorKind::Write,
                "the disk is full",
            ))
        }
    }
    let plan =
        plan("profile P key id { id: Str }\nsource \"s\" profile csv 44 \"f.csv\" @0:1..2 { }");
    let folder = Folder::new().file("f.csv", "id\na\na\n");
    let result = crate::load_into(
        &plan,
        folder.path(),
        &crate::LoadOptions::default(),
        &crate::NoProgress,
        &mut Full,
    );
    assert_eq!(result.unwrap_err().message, "the disk is full");
}

#[test]
fn hundred_thousand_columns_or_cells_are_no_trouble() {
    let names: Vec<String> = (0..100_000).map(|n| format!("c{n}")).collect();
    let row = vec!["1"; 100_000].join(",");
    let plan = plan(
        "profile P key id { id: Str, x: Int? }\nsource \"s\" profile csv 44 \"f.csv\" @0:1..2 { field x @0:1..2 (column \"c99999\") }",
    );
    let folder = Folder::new().file("f.csv", format!("id,{}\na,{row}\n", names.join(",")));
    assert_eq!(folder.load(&plan).unwrap().report.sources[0].rows_used, 1);
}
