//! There is one outcome: whichever way rows are read, in however many pieces and by however many threads, they give the
//! same data, the same rejects in the same order, and the same counts.

use std::fs::File;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::*;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterVersion};
use persona_ir::Plan;

use super::support::{All, Folder, options, plan, show};
use crate::load::oracle;
use crate::{LoadOptions, NoProgress, load_into};

/// Rolls that are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.roll(of.len())]
    }
}

/// Everything that can be seen of a load.
fn seen(folder: &Folder, plan: &Plan, options: &LoadOptions) -> String {
    let mut all = All::default();
    match load_into(plan, folder.path(), options, &NoProgress, &mut all) {
        Ok(loaded) => {
            for source in &loaded.report.sources {
                assert!(source.adds_up(), "{source:?}");
            }
            let limit = options.keep_rejects.min(all.0.len());
            assert_eq!(all.0[..limit], loaded.rejects);
            format!(
                "{}{:?}\n{:?}",
                show(plan, &loaded),
                loaded.report,
                loaded.latest_event
            )
        }
        Err(error) => format!("{}after {:?}", folder.error(&error), all.0.len()),
    }
}

/// The outcome row by row on one thread, which all other ways must have.
fn one_outcome(folder: &Folder, text: &str) -> String {
    let plan = plan(text);
    let ways = |batch_rows, threads| LoadOptions {
        batch_rows,
        threads,
        ..options()
    };
    let expected = oracle::run(|| seen(folder, &plan, &ways(8192, 1)));
    for batch_rows in [1, 3, 64, 8192] {
        for threads in [1, 2, 7] {
            let found = seen(folder, &plan, &ways(batch_rows, threads));
            assert_eq!(
                found, expected,
                "{batch_rows} rows at once, {threads} threads\n{text}"
            );
        }
    }
    expected
}

const FIELDS: &str = "enum Tier { bronze, silver \"Silver tier\", gold }\n";

fn profile(alone: bool) -> String {
    let n = if alone { "n: Int" } else { "n: Int?" };
    format!(
        "profile P key id {{ id: Str, {n}, age: Int?, f: Float?, m: Money(EUR)?, t: Timestamp?, d: Date?, tier: Enum(Tier)?, \
         b: Bool?, s: Str, e: Str?, more: Int = 7, w: Duration? }}\n"
    )
}

const EVENT: &str = "profile P key id { id: Str }\n\
    event E { at: Timestamp, id: Str?, n: Int, age: Int?, f: Float?, m: Money(EUR)?, t: Timestamp?, d: Date?, tier: Enum(Tier)?, \
    b: Bool?, s: Str, e: Str?, more: Int = 7, w: Duration? }\n";

const NAMES: [&str; 12] = [
    "n", "age", "f", "m", "t", "d", "tier", "b", "s", "e", "more", "w",
];

/// A text for a field: mostly good, sometimes odd, sometimes bad, sometimes none.
fn text(dice: &mut Dice, name: &str) -> String {
    let kind = dice.roll(40);
    if kind == 0 {
        return dice
            .pick(&[
                "x",
                "-",
                "1e400",
                "é",
                "a,b",
                "say \"hi\"",
                "two\nlines",
                " ",
                "99999999999999999999",
            ])
            .to_owned();
    }
    if kind < 4 {
        return String::new();
    }
    let number = dice.roll(1000);
    match name {
        "f" => format!("{}.{}", number, dice.roll(100)),
        "m" => dice
            .pick(&["12.50", "0.01", "-3", "7 EUR", "1.005", "1000000"])
            .to_owned(),
        "t" => dice
            .pick(&[
                "2026-01-31T10:00:00Z",
                "2026-01-31 10:00",
                "2025-12-31T23:59:59.5+01:00",
                "2026-03-29T02:30",
            ])
            .to_owned(),
        "d" => dice
            .pick(&["2026-01-31", "1999-12-31", "2026-01-31 00:00:00"])
            .to_owned(),
        "tier" => dice
            .pick(&["bronze", "gold", "Silver tier", "GOLD", " silver "])
            .to_owned(),
        "b" => dice.pick(&["true", "false", "yes", "0"]).to_owned(),
        "s" | "e" => dice
            .pick(&["a", "b", "longer text", "a\\b", "tab\t"])
            .to_owned(),
        "w" => dice.pick(&["90m", "1h", "PT2H"]).to_owned(),
        _ => number.to_string(),
    }
}

/// Keys in order or not, with rows of one key and rows without one.
fn key(dice: &mut Dice, row: usize, sorted: bool) -> String {
    match dice.roll(60) {
        0 if !sorted => String::new(),
        1 if !sorted => "again".to_owned(),
        _ if sorted => format!("k{row:05}"),
        _ => format!("k{}", dice.roll(500)),
    }
}

fn at(dice: &mut Dice) -> String {
    match dice.roll(30) {
        0 => String::new(),
        1 => "yesterday".to_owned(),
        _ => format!("2026-01-{:02}T0{}:00:00Z", dice.roll(28) + 1, dice.roll(3)),
    }
}

/// Names and texts of a row.
fn row(dice: &mut Dice, number: usize, sorted: bool, events: bool) -> Vec<(&'static str, String)> {
    let mut cells = vec![(
        if events { "profile" } else { "id" },
        key(dice, number, sorted),
    )];
    if events {
        cells.push(("at", at(dice)));
        cells.push((
            "id",
            if dice.roll(2) == 0 {
                String::new()
            } else {
                format!("e{}", dice.roll(300))
            },
        ));
    }
    cells.extend(NAMES.map(|name| (name, text(dice, name))));
    cells
}

fn csv(dice: &mut Dice, rows: &[Vec<(&'static str, String)>]) -> String {
    let ends = ["\n", "\r\n", "\r"];
    let usual = ends[dice.roll(3)];
    let names: Vec<&str> = rows[0].iter().map(|(name, _)| *name).collect();
    let mut out = format!("{}{usual}", names.join(","));
    for row in rows {
        let cell = |text: &str, dice: &mut Dice| {
            if text.contains([',', '"', '\n', '\r']) || dice.roll(10) == 0 {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text.to_owned()
            }
        };
        let cells: Vec<String> = row.iter().map(|(_, text)| cell(text, dice)).collect();
        out += &cells.join(",");
        match dice.roll(50) {
            0 => out += ",one more",
            1 => out += "\n\n",
            2 => out += "\"quoted\"behind",
            _ => {}
        }
        out += if dice.roll(20) == 0 {
            ends[dice.roll(3)]
        } else {
            usual
        };
    }
    out
}

fn ndjson(dice: &mut Dice, rows: &[Vec<(&'static str, String)>]) -> String {
    let mut out = String::new();
    for row in rows {
        let mut fields = Vec::new();
        for (name, text) in row {
            let quoted = serde_json::Value::from(text.as_str()).to_string();
            let plain =
                text.parse::<f64>().is_ok_and(f64::is_finite) && !text.starts_with(['0', '.']);
            fields.push(match (text.as_str(), dice.roll(8)) {
                ("", 0 | 1) => continue,
                ("", 2) => format!("\"{name}\":\"\""),
                ("", _) => format!("\"{name}\": null"),
                (text, 0..6) if plain || text == "true" || text == "false" => {
                    format!("\"{name}\":{text}")
                }
                _ => format!("\"{name}\":{quoted}"),
            });
        }
        if dice.roll(30) == 0 {
            fields.push("\"other\":{\"n\":[1,2]}".to_owned());
        }
        out += &format!("{{{}}}", fields.join(","));
        out += match dice.roll(60) {
            0 => "x\n",
            1 => "\n\n[1]\n",
            2 => "\r\n",
            _ => "\n",
        };
    }
    out
}

#[test]
fn text_files_have_one_outcome() {
    for seed in 0..24 {
        let mut dice = Dice(seed);
        let events = dice.roll(2) == 0;
        let sorted = dice.roll(3) == 0;
        let is_csv = dice.roll(2) == 0;
        let mut folder = Folder::new();
        let mut number = 0;
        for file in 0..=dice.roll(3) {
            let rows: Vec<_> = (0..1 + dice.roll(120))
                .map(|_| {
                    number += 1;
                    row(&mut dice, number, sorted, events)
                })
                .collect();
            let text = if is_csv {
                csv(&mut dice, &rows)
            } else {
                ndjson(&mut dice, &rows)
            };
            folder = folder.file(&format!("f{file}.txt"), text);
        }
        let format = if is_csv { "csv 44" } else { "ndjson" };
        let filter = dice.pick(&["", "", "where (op lt (column \"n\") (number \"500\"))"]);
        let text = if events {
            format!(
                "{FIELDS}{EVENT}source \"s\" event E {format} \"f*.txt\" @0:1..2 {{ {filter} profile (column \"profile\") }}"
            )
        } else {
            format!(
                "{FIELDS}{}source \"s\" profile {format} \"f*.txt\" @0:1..2 {{ {filter} }}",
                profile(true)
            )
        };
        let outcome = one_outcome(&folder, &text);
        assert!(outcome.contains("used"), "{outcome}");
    }
}

/// A column of an Arrow file, in one of the types that a field may come in.
fn column(dice: &mut Dice, name: &str, rows: usize) -> ArrayRef {
    let none = [0, 8, 2][dice.roll(3)];
    let missing = |dice: &mut Dice| none > 0 && dice.roll(none * 4) == 0;
    let numbers = |dice: &mut Dice, most: usize| -> Vec<Option<i64>> {
        (0..rows)
            .map(|_| {
                let number = i64::try_from(dice.roll(most)).unwrap();
                (!missing(dice)).then_some(number)
            })
            .collect()
    };
    let way = dice.roll(6);
    let texts = |dice: &mut Dice| -> Vec<Option<String>> {
        let texts = (0..rows).map(|_| text(dice, name));
        texts
            .map(|text| (!text.is_empty()).then_some(text))
            .collect()
    };
    match (name, way) {
        (_, 0) => Arc::new(StringArray::from(texts(dice))),
        (_, 1) => {
            let texts = texts(dice);
            let array: DictionaryArray<Int32Type> = texts.iter().map(Option::as_deref).collect();
            Arc::new(array)
        }
        ("n" | "age" | "more", 2) => {
            Arc::new(numbers(dice, 300).into_iter().collect::<Int64Array>())
        }
        ("n" | "age" | "more", _) => {
            let values = numbers(dice, 70_000)
                .into_iter()
                .map(|n| n.map(|n| n as i32));
            Arc::new(values.collect::<Int32Array>())
        }
        ("f", _) => {
            let odd = dice.roll(2) == 0;
            let value = |n: i64| {
                if odd && n == 3 {
                    f64::NAN
                } else {
                    -(n as f64) / 4.0
                }
            };
            Arc::new(
                numbers(dice, 40)
                    .into_iter()
                    .map(|n| n.map(value))
                    .collect::<Float64Array>(),
            )
        }
        ("m", _) => {
            let scale = dice.roll(4) as i8;
            let values = numbers(dice, 100_000)
                .into_iter()
                .map(|n| n.map(i128::from));
            Arc::new(
                values
                    .collect::<Decimal128Array>()
                    .with_precision_and_scale([20, 12, 8, 38][dice.roll(4)], scale)
                    .unwrap(),
            )
        }
        ("t", 2) => Arc::new(
            numbers(dice, 1 << 40)
                .into_iter()
                .collect::<TimestampMicrosecondArray>(),
        ),
        ("t", 3) => Arc::new(
            numbers(dice, 1 << 30)
                .into_iter()
                .collect::<TimestampSecondArray>()
                .with_timezone("UTC"),
        ),
        ("t", _) => Arc::new(
            numbers(dice, 4)
                .into_iter()
                .map(|n| n.map(|n| n * (i64::MAX / 4)))
                .collect::<TimestampMillisecondArray>(),
        ),
        ("d", _) => {
            let values = numbers(dice, 5_000_000)
                .into_iter()
                .map(|n| n.map(|n| n as i32 - 1_000_000));
            Arc::new(values.collect::<Date32Array>())
        }
        ("b", _) => Arc::new(
            numbers(dice, 2)
                .into_iter()
                .map(|n| n.map(|n| n == 1))
                .collect::<BooleanArray>(),
        ),
        ("s" | "e", 2) => {
            let texts = numbers(dice, 50)
                .into_iter()
                .map(|n| n.map(|n| format!("text {n}")));
            Arc::new(texts.collect::<StringArray>())
        }
        ("s" | "e", 3) => Arc::new(numbers(dice, 50).into_iter().collect::<Int64Array>()),
        _ => Arc::new(StringViewArray::from(texts(dice))),
    }
}

fn keys(dice: &mut Dice, rows: usize, first: usize, way: usize) -> ArrayRef {
    match way {
        // In order, distinct.
        0 => Arc::new(StringArray::from_iter_values(
            (first..first + rows).map(|n| format!("k{n:05}")),
        )),
        1 => Arc::new(Int64Array::from_iter_values(
            (first..first + rows).map(|n| n as i64),
        )),
        // In any order, not distinct, some missing or empty.
        _ => {
            let one = |_| match dice.roll(80) {
                0 => None,
                1 => Some(String::new()),
                _ => Some(format!("k{}", dice.roll(400))),
            };
            Arc::new((0..rows).map(one).collect::<StringArray>())
        }
    }
}

fn batch(columns: Vec<(&'static str, ArrayRef)>) -> RecordBatch {
    let field =
        |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
    let fields: Vec<Field> = columns.iter().map(field).collect();
    let columns = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

fn write_parquet(
    folder: &Folder,
    name: &str,
    batch: &RecordBatch,
    group: usize,
    dictionaries: bool,
) {
    // Pages of all sizes and of both versions, with dictionaries that are given up on the way, or not.
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(group))
        .set_dictionary_enabled(dictionaries)
        .set_dictionary_page_size_limit([64, 300, 1 << 20][group % 3])
        .set_write_batch_size(1 + group % 5)
        .set_data_page_row_count_limit(1 + group % 17)
        .set_compression([Compression::UNCOMPRESSED, Compression::SNAPPY][group / 3 % 2]);
    let properties = match group / 2 % 3 {
        0 => properties,
        1 => properties.set_writer_version(WriterVersion::PARQUET_2_0),
        _ => properties
            .set_writer_version(WriterVersion::PARQUET_2_0)
            .set_encoding(Encoding::PLAIN),
    };
    let properties = properties.build();
    let file = File::create(folder.path().join(name)).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn write_ipc(folder: &Folder, name: &str, batch: &RecordBatch, at_once: usize) {
    let file = File::create(folder.path().join(name)).unwrap();
    let mut writer = FileWriter::try_new(file, &batch.schema()).unwrap();
    for start in (0..batch.num_rows()).step_by(at_once) {
        let len = at_once.min(batch.num_rows() - start);
        writer.write(&batch.slice(start, len)).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
fn files_of_columns_have_one_outcome() {
    for seed in 0..32_u64 {
        let mut dice = Dice(seed.wrapping_mul(977));
        let events = dice.roll(3) == 0;
        let ipc = dice.roll(4) == 0;
        let way = dice.roll(3);
        let folder = Folder::new();
        let mut first = 10;
        for file in 0..=dice.roll(2) {
            let rows = 1 + dice.roll(200);
            let mut columns: Vec<(&'static str, ArrayRef)> = vec![(
                if events { "profile" } else { "id" },
                keys(&mut dice, rows, first, way),
            )];
            if events {
                let instants = (0..rows).map(|_| dice.roll(1000) as i64 * 1_000_000_000);
                let instants = instants.collect::<Vec<_>>();
                columns.push((
                    "at",
                    Arc::new(TimestampMicrosecondArray::from(instants).with_timezone("UTC")),
                ));
            }
            for name in NAMES {
                if dice.roll(15) > 0 || matches!(name, "n" | "s") {
                    columns.push((name, column(&mut dice, name, rows)));
                }
            }
            first += rows;
            let batch = batch(columns);
            let name = format!("f{file}.x");
            if ipc {
                write_ipc(&folder, &name, &batch, 1 + dice.roll(70));
            } else {
                write_parquet(&folder, &name, &batch, 1 + dice.roll(90), dice.roll(2) == 0);
            }
        }
        let format = if ipc { "arrow" } else { "parquet" };
        let filter = dice.pick(&["", "", "where (op lt (column \"n\") (number \"20000\"))"]);
        let text = if events {
            format!(
                "{FIELDS}{EVENT}source \"s\" event E {format} \"f*.x\" @0:1..2 {{ {filter} profile (column \"profile\") }}"
            )
        } else {
            format!(
                "{FIELDS}{}source \"s\" profile {format} \"f*.x\" @0:1..2 {{ {filter} }}",
                profile(true)
            )
        };
        let outcome = one_outcome(&folder, &text);
        assert!(outcome.contains("used"), "{outcome}");
    }
}

#[test]
fn several_sources_have_one_outcome() {
    for seed in 0..6 {
        let mut dice = Dice(seed);
        let mut folder = Folder::new();
        let rows: Vec<_> = (0..80)
            .map(|n| row(&mut dice, n, seed % 2 == 0, false))
            .collect();
        folder = folder.file("a.csv", csv(&mut dice, &rows));
        let rows: Vec<_> = (0..80)
            .map(|n| row(&mut dice, n, seed % 2 == 0, true))
            .collect();
        folder = folder.file("e.ndjson", ndjson(&mut dice, &rows));
        let columns = [("id", keys(&mut dice, 60, 30, 0))]
            .into_iter()
            .chain(NAMES.map(|name| (name, column(&mut dice, name, 60))));
        write_parquet(&folder, "b.parquet", &batch(columns.collect()), 25, true);
        let events = EVENT.split_once('\n').unwrap().1;
        let text = format!(
            "{FIELDS}{}{events}\
             source \"a\" profile csv 44 \"a.csv\" @0:1..2 {{ }}\n\
             source \"b\" profile parquet \"b.parquet\" @0:1..2 {{ }}\n\
             source \"e\" event E ndjson \"e.ndjson\" @0:1..2 {{ profile (column \"profile\") }}",
            profile(false)
        );
        one_outcome(&folder, &text);
    }
}

/// Rows in the order of every column, so that row groups differ in their figures.
fn ordered() -> RecordBatch {
    const ROWS: i32 = 90;
    let text = |n: i32| format!("t{:03}", n / 10);
    let day = |n: i32| 20_000 + n / 3;
    let instant = |n: i32| i64::from(day(n)) * 86_400_000_000 + i64::from(n) * 300_000;
    batch(vec![
        (
            "id",
            Arc::new(StringArray::from_iter_values(
                (0..ROWS).map(|n| format!("k{n:03}")),
            )),
        ),
        ("n", Arc::new(Int32Array::from_iter_values(0..ROWS))),
        (
            "s",
            Arc::new(
                (0..ROWS)
                    .map(|n| (n % 7 > 0).then(|| text(n)))
                    .collect::<StringArray>(),
            ),
        ),
        (
            "d",
            Arc::new(Date32Array::from_iter_values((0..ROWS).map(day))),
        ),
        (
            "t",
            Arc::new(
                TimestampMicrosecondArray::from_iter_values((0..ROWS).map(instant))
                    .with_timezone("UTC"),
            ),
        ),
        (
            "f",
            Arc::new(Float64Array::from_iter_values((0..ROWS).map(f64::from))),
        ),
    ])
}

#[test]
fn leaving_out_row_groups_changes_nothing_but_the_time() {
    let folder = Folder::new();
    write_parquet(&folder, "f.x", &ordered(), 10, true);
    let mut counts = Vec::new();
    for filter in [
        "op lt (column \"n\") (number \"25\")",
        "op le (number \"80\") (column \"n\")",
        "op eq (column \"n\") (number \"41.0\")",
        "op eq (column \"n\") \"41\"",
        "op eq (column \"n\") \"x\"",
        "op eq (column \"s\") \"t004\"",
        "op lt (column \"s\") \"t004\"",
        "op lt \"t0041\" (column \"s\")",
        "in (column \"s\") \"t001\" \"t007\" \"u\"",
        "op not (op lt (column \"n\") (number \"25\"))",
        "op and (op lt (column \"n\") (number \"25\")) (op lt \"t001\" (column \"s\"))",
        "op or (op lt (column \"n\") (number \"5\")) (op eq (column \"s\") \"t008\")",
        "op lt (column \"d\") \"2024-10-10\"",
        "op le \"2024-10-25\" (column \"d\")",
        "op lt (column \"t\") \"2024-10-10T00:00:10Z\"",
        "op eq (column \"t\") \"2024-10-10T00:00:09Z\"",
        "op lt (column \"f\") (number \"5\")",
        // Fails for every row, in every row group.
        "op and (op lt (number \"5\") (op add (column \"s\") (number \"1\"))) (op lt (column \"n\") (number \"25\"))",
        "op and (op lt (column \"n\") (number \"25\")) (op lt (number \"5\") (op add (column \"s\") (number \"1\")))",
    ] {
        let text = format!(
            "profile P key id {{ id: Str, n: Int, s: Str?, f: Float? }}\n\
             source \"s\" profile parquet \"f.x\" @0:1..2 {{ where ({filter}) }}"
        );
        let outcome = one_outcome(&folder, &text);
        let counted = outcome
            .lines()
            .find(|line| line.starts_with("s: read"))
            .unwrap();
        counts.push(format!("{filter} → {counted}"));
    }
    expect_test::expect![[r#"
        op lt (column "n") (number "25") → s: read 90, used 25, filtered 65, set aside 0
        op le (number "80") (column "n") → s: read 90, used 10, filtered 80, set aside 0
        op eq (column "n") (number "41.0") → s: read 90, used 1, filtered 89, set aside 0
        op eq (column "n") "41" → s: read 90, used 1, filtered 89, set aside 0
        op eq (column "n") "x" → s: read 90, used 0, filtered 90, set aside 0
        op eq (column "s") "t004" → s: read 90, used 8, filtered 82, set aside 0
        op lt (column "s") "t004" → s: read 90, used 34, filtered 56, set aside 0
        op lt "t0041" (column "s") → s: read 90, used 35, filtered 55, set aside 0
        in (column "s") "t001" "t007" "u" → s: read 90, used 17, filtered 73, set aside 0
        op not (op lt (column "n") (number "25")) → s: read 90, used 65, filtered 25, set aside 0
        op and (op lt (column "n") (number "25")) (op lt "t001" (column "s")) → s: read 90, used 4, filtered 86, set aside 0
        op or (op lt (column "n") (number "5")) (op eq (column "s") "t008") → s: read 90, used 14, filtered 76, set aside 0
        op lt (column "d") "2024-10-10" → s: read 90, used 18, filtered 72, set aside 0
        op le "2024-10-25" (column "d") → s: read 90, used 27, filtered 63, set aside 0
        op lt (column "t") "2024-10-10T00:00:10Z" → s: read 90, used 21, filtered 69, set aside 0
        op eq (column "t") "2024-10-10T00:00:09Z" → s: read 90, used 0, filtered 90, set aside 0
        op lt (column "f") (number "5") → s: read 90, used 5, filtered 85, set aside 0
        op and (op lt (number "5") (op add (column "s") (number "1"))) (op lt (column "n") (number "25")) → s: read 90, used 0, filtered 13, set aside 77
        op and (op lt (column "n") (number "25")) (op lt (number "5") (op add (column "s") (number "1"))) → s: read 90, used 0, filtered 69, set aside 21"#]]
    .assert_eq(&counts.join("\n"));
}

#[test]
fn row_groups_that_are_left_out_are_not_even_decoded() {
    let folder = Folder::new();
    write_parquet(&folder, "f.x", &ordered(), 30, true);
    let path = folder.path().join("f.x");
    let mut bytes = std::fs::read(&path).unwrap();
    let start = bytes.iter().position(|byte| *byte == b'k').unwrap();
    bytes[start..start + 200].fill(0xFF);
    std::fs::write(&path, bytes).unwrap();
    let counts = |limit: &str| {
        let text = format!(
            "profile P key id {{ id: Str, n: Int }}\n\
             source \"s\" profile parquet \"f.x\" @0:1..2 {{ where (op le (number \"{limit}\") (column \"n\")) }}"
        );
        let loaded = folder.load(&plan(&text));
        loaded.map(|loaded| loaded.report.sources[0].rows_used).ok()
    };
    assert_eq!(counts("30"), Some(60));
    assert_eq!(counts("60"), Some(30));
    assert_eq!(counts("29"), None, "the first row group is damaged");
}
