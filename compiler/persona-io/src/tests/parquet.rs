//! Parquet and Arrow files: every type, nested columns, damaged files.

use std::fs::File;
use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::*;
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{DataType, Field, Fields, Schema};
use expect_test::expect;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use super::support::{Folder, plan, same_however_read, show};

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    RecordBatch::try_new(
        Arc::new(Schema::new(fields)),
        columns.into_iter().map(|(_, array)| array).collect(),
    )
    .unwrap()
}

fn parquet(folder: &Folder, name: &str, batch: &RecordBatch) {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(2))
        .build();
    let file = File::create(folder.path().join(name)).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn ipc_file(
    folder: &Folder,
    name: &str,
    batch: &RecordBatch,
    compression: Option<CompressionType>,
) {
    let options = IpcWriteOptions::default()
        .try_with_compression(compression)
        .unwrap();
    let file = File::create(folder.path().join(name)).unwrap();
    let mut writer = FileWriter::try_new_with_options(file, &batch.schema(), options).unwrap();
    writer.write(&batch.slice(0, 1)).unwrap();
    writer.write(&batch.slice(1, batch.num_rows() - 1)).unwrap();
    writer.finish().unwrap();
}

fn ipc_stream(folder: &Folder, name: &str, batch: &RecordBatch) {
    let file = File::create(folder.path().join(name)).unwrap();
    let mut writer = StreamWriter::try_new(file, &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
}

const MANY: &str = r#"
profile P key id {
  id: Str, i8: Int?, u64: Int?, f32: Float?, f64: Float?, dec: Money(EUR)?, dec_text: Str?, b: Bool?, text: Str?, large: Str?,
  view: Str?, dict: Str?, bin: Str?, uuid: Str?, d32: Date?, d64: Date?, ts: Timestamp?, ts_zone: Timestamp?, ts_nano: Timestamp?, from_date: Timestamp?,
  time: TimeOfDay?, wait: Duration?, list: List(Int)?, large_list: List(Str)?, fixed: Geo?, nothing: Int?, missing: Str?,
  address.city: Str?, address.geo.lat: Float?, items: List(Record(sku: Str, n: Int?))?
}
source "s" profile {FORMAT} "{FILE}" @0:1..2 { field from_date @0:1..2 (column "d32") field dec_text @0:1..2 (column "dec") }
"#;

/// Columns with their names.
type Columns = Vec<(&'static str, ArrayRef)>;

/// A batch with a column of every type.
fn many() -> RecordBatch {
    batch([numbers(), texts(), times(), nested()].concat())
}

/// Numbers and Bools.
fn numbers() -> Columns {
    vec![
        ("id", Arc::new(Int64Array::from(vec![3, 1, 2]))),
        (
            "i8",
            Arc::new(Int8Array::from(vec![Some(-7), None, Some(127)])),
        ),
        (
            "u64",
            Arc::new(UInt64Array::from(vec![Some(5), None, Some(u64::MAX)])),
        ),
        (
            "f32",
            Arc::new(Float32Array::from(vec![Some(0.5), None, Some(f32::NAN)])),
        ),
        (
            "f64",
            Arc::new(Float64Array::from(vec![
                Some(-0.0),
                None,
                Some(f64::INFINITY),
            ])),
        ),
        (
            "dec",
            Arc::new(
                Decimal128Array::from(vec![Some(2550), None, Some(2555)])
                    .with_precision_and_scale(12, 3)
                    .unwrap(),
            ),
        ),
        (
            "b",
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
        ),
    ]
}

/// Text and bytes.
fn texts() -> Columns {
    let dict: DictionaryArray<Int8Type> = vec![Some("x"), None, Some("x")].into_iter().collect();
    vec![
        (
            "text",
            Arc::new(StringArray::from(vec![Some("é"), None, Some("")])),
        ),
        (
            "large",
            Arc::new(LargeStringArray::from(vec![Some("l"), None, Some("m")])),
        ),
        (
            "view",
            Arc::new(StringViewArray::from(vec![
                Some("a longer text than fits a view"),
                None,
                Some("m"),
            ])),
        ),
        ("dict", Arc::new(dict)),
        (
            "bin",
            Arc::new(BinaryArray::from_opt_vec(vec![
                Some(b"text"),
                None,
                Some(b"\xff\xfe"),
            ])),
        ),
        (
            "uuid",
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size(
                    [Some([0x12_u8; 16]), None, Some([0xAB; 16])].into_iter(),
                    16,
                )
                .unwrap(),
            ),
        ),
    ]
}

/// Dates, instants and durations.
fn times() -> Columns {
    vec![
        (
            "d32",
            Arc::new(Date32Array::from(vec![Some(0), None, Some(-719_163)])),
        ),
        (
            "d64",
            Arc::new(Date64Array::from(vec![Some(86_400_000), None, Some(-1)])),
        ),
        (
            "ts",
            Arc::new(TimestampMillisecondArray::from(vec![
                Some(1_000),
                None,
                Some(i64::MAX),
            ])),
        ),
        (
            "ts_zone",
            Arc::new(
                TimestampMicrosecondArray::from(vec![Some(-1), None, Some(1)])
                    .with_timezone("America/New_York"),
            ),
        ),
        (
            "ts_nano",
            Arc::new(
                TimestampNanosecondArray::from(vec![Some(-1), None, Some(1_999)])
                    .with_timezone("UTC"),
            ),
        ),
        (
            "time",
            Arc::new(Time64MicrosecondArray::from(vec![
                Some(3_600_000_001),
                None,
                Some(-1),
            ])),
        ),
        (
            "wait",
            Arc::new(DurationMillisecondArray::from(vec![
                Some(90_000),
                None,
                Some(1),
            ])),
        ),
    ]
}

/// Lists, records, and what cannot be read.
fn nested() -> Columns {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([
        Some(vec![Some(1), Some(2)]),
        None,
        Some(vec![]),
    ]);
    let mut large = builder::LargeListBuilder::new(builder::StringBuilder::new());
    large.append_value([Some("a"), Some("b")]);
    large.append_value([None::<&str>]);
    large.append(false);
    let fixed = FixedSizeListArray::from_iter_primitive::<arrow_array::types::Float64Type, _, _>(
        [
            Some(vec![Some(48.5), Some(2.0)]),
            None,
            Some(vec![Some(99.0), Some(0.0)]),
        ],
        2,
    );
    let geo_fields = Fields::from(vec![Field::new("lat", DataType::Float64, true)]);
    let geo = StructArray::new(
        geo_fields.clone(),
        vec![Arc::new(Float64Array::from(vec![1.5, 2.5, 3.5]))],
        Some(NullBuffer::from(vec![true, true, false])),
    );
    let address = StructArray::new(
        Fields::from(vec![
            Field::new("city", DataType::Utf8, true),
            Field::new("geo", DataType::Struct(geo_fields), true),
        ]),
        vec![
            Arc::new(StringArray::from(vec![Some("Köln"), Some("hidden"), None])),
            Arc::new(geo),
        ],
        Some(NullBuffer::from(vec![true, false, true])),
    );
    let item_fields = Fields::from(vec![
        Field::new("n", DataType::Int64, true),
        Field::new("sku", DataType::Utf8, true),
    ]);
    let items = StructArray::new(
        item_fields.clone(),
        vec![
            Arc::new(Int64Array::from(vec![Some(2), None])),
            Arc::new(StringArray::from(vec!["A", "B"])),
        ],
        None,
    );
    let items = ListArray::new(
        Arc::new(Field::new("item", DataType::Struct(item_fields), true)),
        OffsetBuffer::from_lengths([2, 0, 0]),
        Arc::new(items),
        Some(NullBuffer::from(vec![true, false, true])),
    );
    vec![
        ("list", Arc::new(list)),
        ("large_list", Arc::new(large.finish())),
        ("fixed", Arc::new(fixed)),
        ("nothing", Arc::new(NullArray::new(3))),
        ("address", Arc::new(address)),
        ("items", Arc::new(items)),
        (
            "unwanted",
            Arc::new(IntervalYearMonthArray::from(vec![1, 2, 3])),
        ),
    ]
}

fn many_plan(format: &str, file: &str) -> persona_ir::Plan {
    plan(&MANY.replace("{FORMAT}", format).replace("{FILE}", file))
}

#[test]
fn arrow_files_and_streams_hold_every_type() {
    let folder = Folder::new();
    let many = many();
    ipc_file(&folder, "f.arrow", &many, None);
    let out = same_however_read(&folder, &many_plan("arrow", "f.arrow"));
    expect![[r#"
        1 
        2 i8=127 dec_text=2.555 b=false text= large=m view=m dict=x uuid=abababab-abab-abab-abab-abababababab d64=1969-12-31 ts_zone=1970-01-01T00:00:00.000001Z ts_nano=1970-01-01T00:00:00.000001Z wait=0.001s list=[] items=[]
        3 i8=-7 u64=5 f32=0.5 f64=0.0 dec=2.55 dec_text=2.55 b=true text=é large=l view=a longer text than fits a view dict=x bin=text uuid=12121212-1212-1212-1212-121212121212 d32=1970-01-01 d64=1970-01-02 ts=1969-12-31T23:00:01Z ts_zone=1969-12-31T23:59:59.999999Z ts_nano=1969-12-31T23:59:59.999999Z from_date=1969-12-31T23:00:00Z time=01:00:00 wait=1m30s list=[1,2] large_list=["a","b"] fixed=48.5,2.0 address.city=Köln address.geo.lat=1.5 items=[{"sku":"A","n":2},{"sku":"B","n":null}]
        s: read 3, used 3, filtered 0, set aside 0, cleared 11
          f.arrow:2 large_list "": a list holds no missing values (element 1 of the list) [cleared]
          f.arrow:3 u64 "18446744073709551615": is too large a whole number [cleared]
          f.arrow:3 f32 "NaN": is not a finite number [cleared]
          f.arrow:3 f64 "inf": is not a finite number [cleared]
          f.arrow:3 dec "2.555": has more than the 2 decimals of EUR [cleared]
          f.arrow:3 bin "��": is not UTF-8 text [cleared]
          f.arrow:3 d32 "0000-12-31": is not a date, such as `2026-01-31` [cleared]
          f.arrow:3 ts "9223372036854775807": is an instant outside the years 1 to 9999 [cleared]
          f.arrow:3 d32 "0000-12-31": is outside the years 1 to 9999 (field `from_date`) [cleared]
          f.arrow:3 time "-1": is not a time of day [cleared]
          f.arrow:3 fixed "[99,0]": is not on the globe: latitudes end at 90 degrees, longitudes at 180 [cleared]
    "#]].assert_eq(&out);
    for compression in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
        ipc_file(&folder, "f.arrow", &many, Some(compression));
        assert_eq!(
            same_however_read(&folder, &many_plan("arrow", "f.arrow")),
            out
        );
    }
    ipc_stream(&folder, "f.arrow", &many);
    assert_eq!(
        same_however_read(&folder, &many_plan("arrow", "f.arrow")),
        out
    );
}

#[test]
fn parquet_files_hold_every_type() {
    let folder = Folder::new();
    let many = many();
    // Parquet has no intervals of months in this writer, and no nulls without a type.
    let wanted: Vec<usize> = (0..many.num_columns() - 1).collect();
    parquet(&folder, "f.parquet", &many.project(&wanted).unwrap());
    let read = same_however_read(&folder, &many_plan("parquet", "f.parquet"));
    ipc_file(&folder, "f.arrow", &many, None);
    let arrow =
        same_however_read(&folder, &many_plan("arrow", "f.arrow")).replace("f.arrow", "f.parquet");
    assert_eq!(read, arrow);
}

#[test]
fn columns_that_cannot_be_read_or_found_are_named() {
    let folder = Folder::new();
    let odd: ArrayRef = Arc::new(IntervalYearMonthArray::from(vec![1]));
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    ipc_file(
        &folder,
        "f.arrow",
        &batch(vec![("id", ids.clone()), ("x", odd)]).slice(0, 1),
        None,
    );
    let text = |field: &str| {
        format!(
            "profile P key id {{ id: Str, x: Int? }}\nsource \"s\" profile arrow \"f.arrow\" @0:1..2 {{ {field} }}"
        )
    };
    expect![[r#"
        error (Format): source `s`: …/f.arrow: column `x` has the type Interval(YearMonth), which cannot be read
    "#]].assert_eq(&folder.show(&text("")));
    expect![[r#"
        error (Columns): source `s`: …/f.arrow: there is no column `y.z`; the file has `id`, `x`
    "#]]
    .assert_eq(&folder.show(&text("field x @0:1..2 (column \"y.z\")")));
    ipc_file(
        &folder,
        "f.arrow",
        &batch(vec![("id", ids.clone()), ("id", ids)]),
        None,
    );
    expect![[r#"
        error (Columns): source `s`: …/f.arrow: two columns are called `id`; give them different names in the file
    "#]].assert_eq(&folder.show(&text("")));
}

#[test]
fn rows_are_numbered_through_groups_and_batches() {
    let folder = Folder::new();
    let ids: Vec<Option<String>> = (0..7)
        .map(|row| (row != 4).then(|| format!("k{}", row % 6)))
        .collect();
    parquet(
        &folder,
        "f.parquet",
        &batch(vec![("id", Arc::new(StringArray::from(ids)))]),
    );
    let plan = plan(
        "profile P key id { id: Str }\nsource \"s\" profile parquet \"f.parquet\" @0:1..2 { }",
    );
    expect![[r#"
        k0 
        k1 
        k2 
        k3 
        k5 
        s: read 7, used 5, filtered 0, set aside 2, duplicates 1
          f.parquet:5 id: the key is missing [rejected]
          f.parquet:7 "k0": a second row of this key; the one that counts is line 1 of f.parquet [duplicate]
    "#]].assert_eq(&same_however_read(&folder, &plan));
}

#[test]
fn damaged_files_are_errors_and_never_more() {
    let folder = Folder::new();
    let wanted: Vec<usize> = (0..20).collect();
    let many = many().project(&wanted).unwrap();
    parquet(&folder, "f.parquet", &many);
    ipc_file(&folder, "f.arrow", &many, Some(CompressionType::LZ4_FRAME));
    for (format, name) in [("parquet", "f.parquet"), ("arrow", "f.arrow")] {
        let whole = std::fs::read(folder.path().join(name)).unwrap();
        let text = format!(
            "profile P key id {{ id: Str, text: Str?, dec: Money(EUR)?, ts: Timestamp? }}\nsource \"s\" profile {format} \"{name}\" @0:1..2 {{ field dec @0:1..2 (as (column \"dec\") Money(EUR)) }}"
        );
        let plan = plan(&text);
        let mut errors = 0;
        for cut in (0..whole.len()).step_by(whole.len() / 60 + 1) {
            std::fs::write(folder.path().join(name), &whole[..cut]).unwrap();
            let error = folder.load(&plan).expect_err("a file that was cut");
            assert_eq!(error.kind, crate::LoadErrorKind::Format, "{error}");
            let mut broken = whole.clone();
            broken[cut] ^= 0x55;
            std::fs::write(folder.path().join(name), &broken).unwrap();
            // Damage may go unnoticed where it changes a value only; it must not do worse.
            errors += usize::from(folder.load(&plan).is_err());
        }
        assert!(
            errors > 10,
            "{format}: {errors} of the damaged files were noticed"
        );
    }
    let cut = folder.path().join("f.parquet");
    std::fs::write(&cut, b"PAR1 and nothing more").unwrap();
    let error = folder
        .load(&plan(
            "profile P key id { id: Str }\nsource \"s\" profile parquet \"f.parquet\" @0:1..2 { }",
        ))
        .unwrap_err();
    assert!(
        error
            .message
            .starts_with("this file is damaged or incomplete: its footer cannot be read"),
        "{error}"
    );
}

#[test]
fn grouped_lines_of_a_parquet_file_with_an_exact_decimal() {
    let folder = Folder::new();
    let lines = batch(vec![
        (
            "InvoiceNo",
            Arc::new(StringArray::from(vec!["1", "1", "C2", "3"])),
        ),
        ("Quantity", Arc::new(Int32Array::from(vec![6, 2, 1, -1]))),
        (
            "UnitPrice",
            Arc::new(
                Decimal128Array::from(vec![2555, 1, 5, 10])
                    .with_precision_and_scale(12, 3)
                    .unwrap(),
            ),
        ),
        (
            "InvoiceDate",
            Arc::new(TimestampMicrosecondArray::from(vec![
                120_000_000,
                60_000_000,
                0,
                0,
            ])),
        ),
        (
            "CustomerID",
            Arc::new(Int32Array::from(vec![
                Some(17850),
                Some(17850),
                Some(1),
                None,
            ])),
        ),
    ]);
    parquet(&folder, "f.parquet", &lines);
    let plan = plan(
        r#"plan "retail" zone "UTC" week monday
profile P key id { id: Str }
event Purchase { at: Timestamp, id: Str?, total: Money(GBP), exact: Str }
source "orders" event Purchase parquet "f.parquet" @0:1..2 {
  where (op and (op known (column "CustomerID")) (matches (column "InvoiceNo") "^[0-9]+$"))
  group (column "InvoiceNo")
  profile (column "CustomerID")
  at (agg min (column "InvoiceDate"))
  field total @0:1..2 (as (agg sum (op mul (column "Quantity") (column "UnitPrice"))) Money(GBP))
  field exact @0:1..2 (agg sum (op mul (column "Quantity") (column "UnitPrice")))
}"#,
    );
    expect![[r#"
        17850 (events only) 
          Purchase at=1970-01-01T00:01:00Z total=15.33 exact=15.332
        orders: read 4, used 2, filtered 2, set aside 0
    "#]]
    .assert_eq(&show(&plan, &folder.load(&plan).unwrap()));
}
