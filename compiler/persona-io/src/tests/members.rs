//! Members and rejects as files: what is written reads back.

use expect_test::expect;
use persona_runtime::{Evaluation, interpret};

use super::support::{Folder, plan, show_data};
use crate::{LoadErrorKind, NdjsonRejects, NoProgress, load_into, write_members};

const PLAN: &str = r#"
enum Tier { bronze, silver "Silver tier", gold }
enum Stage { fresh, old }
profile P key id {
  id: Str, b: Bool?, i: Int?, f: Float?, s: Str?, e: Enum(Tier)?, d: Date?, t: TimeOfDay?, ts: Timestamp?, w: Duration?, l: Length?, m: Money(EUR)?, g: Geo?,
  list: List(Int)?, items: List(Record(sku: Str, n: Int?))?
}
source "s" profile ndjson "f.ndjson" @0:1..2 { }
%0: Bool? = profile b
%1: Int? = profile i
%2: Float? = profile f
%3: Str? = profile s
%4: Enum(Tier)? = profile e
%5: Date? = profile d
%6: TimeOfDay? = profile t
%7: Timestamp? = profile ts
%8: Duration? = profile w
%9: Length? = profile l
%10: Money(EUR)? = profile m
%11: Geo? = profile g
%12: List(Int)? = profile list
%13: List(Record(sku: Str, n: Int?))? = profile items
%14: Bool = known %1
%15: Enum(Stage) = const #1
partition (Stage) age = %15
  explain 0 atom @0:1..2 %15
trait b = %0
  explain 0 atom @0:1..2 %0
trait d = %5
  explain 0 atom @0:1..2 %5
trait e = %4
  explain 0 atom @0:1..2 %4
trait f = %2
  explain 0 atom @0:1..2 %2
trait g = %11
  explain 0 atom @0:1..2 %11
segment has_i "Has \"i\"" = %14
  explain 0 atom @0:1..2 %14
trait i = %1
  explain 0 atom @0:1..2 %1
trait items = %13
  explain 0 atom @0:1..2 %13
trait l = %9
  explain 0 atom @0:1..2 %9
trait list = %12
  explain 0 atom @0:1..2 %12
trait m = %10
  explain 0 atom @0:1..2 %10
trait s = %3
  explain 0 atom @0:1..2 %3
trait t = %6
  explain 0 atom @0:1..2 %6
trait ts = %7
  explain 0 atom @0:1..2 %7
trait w = %8
  explain 0 atom @0:1..2 %8
"#;

fn data() -> Folder {
    Folder::new().file(
        "f.ndjson",
        concat!(
            r#"{"id":"a,\"1\"","b":true,"i":-5,"f":0.25,"s":"one, \"two\"\nthree","e":"gold","d":"2024-02-29","t":"21:00:30","ts":"2024-01-31T10:00:00.5Z","w":"1h30m","l":1200,"m":1200.5,"g":[48.5,2.25],"list":[1,2],"items":[{"sku":"A","n":1},{"sku":"B"}]}"#,
            "\n{\"id\":\"b\"}\n",
            r#"{"id":"c","b":false,"i":0,"s":"","list":[],"m":-0.05,"items":[]}"#,
            "\n",
        ),
    )
}

fn written(ending: &str) -> (Folder, std::path::PathBuf) {
    let folder = data();
    let plan = plan(PLAN);
    let loaded = folder.load(&plan).unwrap();
    let answers = interpret(
        &plan,
        &loaded.dataset,
        &Evaluation {
            now: 0,
            calibration: None,
        },
    );
    let path = folder.path().join(format!("members.{ending}"));
    write_members(&path, &plan, &loaded.dataset, &answers).unwrap();
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        2,
        "nothing else is left"
    );
    (folder, path)
}

#[test]
fn csv_has_a_line_per_profile() {
    let (_folder, path) = written("csv");
    expect![[r#"
        id,age,b,d,e,f,g,has_i,i,items,l,list,m,s,t,ts,w
        "a,""1""",old,true,2024-02-29,gold,0.25,"48.5,2.25",true,-5,"[{""sku"":""A"",""n"":1},{""sku"":""B"",""n"":null}]",1200,"[1,2]",1200.50,"one, ""two""
        three",21:00:30,2024-01-31T10:00:00.5Z,1h30m
        b,old,,,,,,false,,,,,,,,,
        c,old,false,,,,,true,0,[],,[],-0.05,,,,
    "#]].assert_eq(&std::fs::read_to_string(path).unwrap());
}

#[test]
fn ndjson_has_an_object_per_profile() {
    let (_folder, path) = written("ndjson");
    expect![[r#"
        {"id":"a,\"1\"","age":"old","b":true,"d":"2024-02-29","e":"gold","f":0.25,"g":{"lat":48.5,"lon":2.25},"has_i":true,"i":-5,"items":[{"sku":"A","n":1},{"sku":"B","n":null}],"l":1200,"list":[1,2],"m":"1200.50","s":"one, \"two\"\nthree","t":"21:00:30","ts":"2024-01-31T10:00:00.5Z","w":"1h30m"}
        {"id":"b","age":"old","b":null,"d":null,"e":null,"f":null,"g":null,"has_i":false,"i":null,"items":null,"l":null,"list":null,"m":null,"s":null,"t":null,"ts":null,"w":null}
        {"id":"c","age":"old","b":false,"d":null,"e":null,"f":null,"g":null,"has_i":true,"i":0,"items":[],"l":null,"list":[],"m":"-0.05","s":"","t":null,"ts":null,"w":null}
    "#]].assert_eq(&std::fs::read_to_string(path).unwrap());
}

#[test]
fn every_format_reads_back_as_it_was() {
    let back = r#"
enum Tier { bronze, silver "Silver tier", gold }
enum Stage { fresh, old }
profile P key id {
  id: Str, has_i: Bool, age: Enum(Stage), b: Bool?, i: Int?, f: Float?, s: Str?, e: Enum(Tier)?, d: Date?, t: TimeOfDay?, ts: Timestamp?, w: Duration?, l: Length?,
  m: Money(EUR)?, g: Geo?, list: List(Int)?, items: List(Record(sku: Str, n: Int?))?
}
source "s" profile {FORMAT} "members.{ENDING}" @0:1..2 { }
"#;
    let mut first: Option<String> = None;
    for (format, ending) in [
        ("ndjson", "ndjson"),
        ("parquet", "parquet"),
        ("arrow", "arrow"),
        ("csv 44", "csv"),
    ] {
        let (folder, _) = written(ending);
        let plan = plan(&back.replace("{FORMAT}", format).replace("{ENDING}", ending));
        let loaded = folder.load(&plan).unwrap();
        assert_eq!(loaded.rejects, [], "{format}");
        let mut shown = show_data(&plan, &loaded.dataset);
        if ending == "csv" {
            // CSV cannot tell an empty text from none.
            shown = shown.replace("i=0 m=", "i=0 s= m=");
        }
        assert_eq!(
            *first.get_or_insert_with(|| shown.clone()),
            shown,
            "{format}"
        );
    }
    expect![[r#"
        a,"1" has_i=true age=old b=true i=-5 f=0.25 s=one, "two"
        three e=gold d=2024-02-29 t=21:00:30 ts=2024-01-31T10:00:00.5Z w=1h30m l=1200 m=1200.50 g=48.5,2.25 list=[1,2] items=[{"sku":"A","n":1},{"sku":"B","n":null}]
        b has_i=false age=old
        c has_i=true age=old b=false i=0 s= m=-0.05 list=[] items=[]
    "#]].assert_eq(&first.unwrap());
}

#[test]
fn what_cannot_be_written_says_why_and_leaves_nothing() {
    let folder = data();
    let plan = plan(PLAN);
    let loaded = folder.load(&plan).unwrap();
    let answers = interpret(
        &plan,
        &loaded.dataset,
        &Evaluation {
            now: 0,
            calibration: None,
        },
    );
    let error = |name: &str| {
        let error =
            write_members(&folder.path().join(name), &plan, &loaded.dataset, &answers).unwrap_err();
        assert_eq!(error.kind, LoadErrorKind::Write);
        folder.error(&error)
    };
    expect![[r#"
        error (Write): …/members.xlsx: the ending of this file names no format; use `.csv`, `.ndjson`, `.parquet` or `.arrow`
    "#]].assert_eq(&error("members.xlsx"));
    expect![[r#"
        error (Write): …/no/such/folder/members.csv: the folder of this file does not exist
    "#]]
    .assert_eq(&error("no/such/folder/members.csv"));
    std::fs::create_dir(folder.path().join("x.csv")).unwrap();
    expect![[r#"
        error (Write): …/x.csv: this is a folder, not a file
    "#]]
    .assert_eq(&error("x.csv"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn every_reject_is_written_however_few_are_kept() {
    let folder = Folder::new().file(
        "f.csv",
        format!("id,i\n{}\na,\"x \"\"y\"\"\"\n,1\n", "b,ü\n".repeat(10)),
    );
    let plan = plan(
        "profile P key id { id: Str, i: Int? }\nsource \"s\" profile csv 44 \"f.csv\" @0:1..2 { }",
    );
    let options = crate::LoadOptions {
        keep_rejects: 1,
        ..crate::LoadOptions::default()
    };
    let path = folder.path().join("rejects.ndjson");
    let mut rejects = NdjsonRejects::create(&path).unwrap();
    let loaded = load_into(&plan, folder.path(), &options, &NoProgress, &mut rejects).unwrap();
    assert!(!path.exists(), "the file appears when it is whole");
    rejects.finish().unwrap();
    assert_eq!(loaded.rejects.len(), 1);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 21);
    expect![[r#"
        {"source":"s","file":"f.csv","line":11,"column":"i","value":"ü","reason":"is not a whole number","action":"cleared"}
        {"source":"s","file":"f.csv","line":13,"column":"i","value":"x \"y\"","reason":"is not a whole number","action":"cleared"}
        {"source":"s","file":"f.csv","line":14,"column":"id","value":null,"reason":"the key is missing","action":"rejected"}
        {"source":"s","file":"f.csv","line":3,"column":null,"value":"b","reason":"a second row of this key; the one that counts is line 2 of f.csv","action":"duplicate"}
    "#]].assert_eq(&text.lines().skip(9).take(4).map(|line| format!("{line}\n")).collect::<String>());
}

/// Keys of many lengths that have much or little in common, over several pages and row groups; read by the library that others use.
#[test]
fn parquet_has_every_key_and_every_member() {
    use arrow_array::cast::AsArray;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use std::fmt::Write as _;

    let mut lines = String::new();
    let mut state = 7_u64;
    for row in 0..70_001_u64 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let length = match state >> 60 {
            0 => 1 + (state >> 40) % 300,
            _ => (state >> 40) % 6,
        };
        let middle = "ab".repeat(usize::try_from(length).unwrap());
        let known = if row % 3 == 0 { r#","i":1"# } else { "" };
        writeln!(lines, r#"{{"id":"k{middle}{row}"{known}}}"#).unwrap();
    }
    let folder = Folder::new().file("f.ndjson", lines);
    let plan = plan(PLAN);
    let loaded = folder.load(&plan).unwrap();
    let data = &loaded.dataset;
    let answers = interpret(
        &plan,
        data,
        &Evaluation {
            now: 0,
            calibration: None,
        },
    );
    let path = folder.path().join("members.parquet");
    write_members(&path, &plan, data, &answers).unwrap();
    let file = std::fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap();
    let has_i = plan
        .outputs
        .iter()
        .position(|output| &*output.name == "has_i")
        .unwrap();
    let mut row = 0;
    for batch in reader {
        let batch = batch.unwrap();
        let keys = batch.column(0).as_string::<i32>();
        let members = batch.column_by_name("has_i").unwrap().as_boolean();
        for at in 0..batch.num_rows() {
            assert_eq!(keys.value(at), data.key(&plan.schema, row));
            assert_eq!(
                members.value(at),
                answers.value(has_i, row).is_true(),
                "{row}"
            );
            row += 1;
        }
    }
    assert_eq!(row, 70_001);
}
