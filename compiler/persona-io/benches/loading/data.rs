//! The files that are loaded: profiles with thirteen attributes of the usual kinds, and events, each in three formats.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::Array as _;
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, Float64Array, Int32Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

/// Rows of a batch that is written.
const BATCH: u64 = 50_000;
/// Rows of a row group.
const GROUP: usize = 1_000_000;
const NOW: i64 = 1_790_000_000;
const DAY: i64 = 86_400;
/// Events per profile.
const PER_PROFILE: u64 = 10;

const PROFILE: &str = "profile P key id { id: Str, age: Int?, orders: Int, sessions: Int, spend: Float, churn: Float?, \
    balance: Money(EUR), last_seen: Timestamp, signup: Timestamp, country: Str, device: Enum(Device), plan: Enum(Tier), city: Str, \
    opt_in: Bool }\n";

/// A file to load.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) events: bool,
    ending: &'static str,
}

/// All files; the first is the one whose members are written.
pub(crate) const SOURCES: &[Source] = &[
    Source {
        name: "parquet",
        events: false,
        ending: "parquet",
    },
    Source {
        name: "csv",
        events: false,
        ending: "csv",
    },
    Source {
        name: "ndjson",
        events: false,
        ending: "ndjson",
    },
    Source {
        name: "events-parquet",
        events: true,
        ending: "parquet",
    },
    Source {
        name: "events-csv",
        events: true,
        ending: "csv",
    },
    Source {
        name: "events-ndjson",
        events: true,
        ending: "ndjson",
    },
];

impl Source {
    fn stem(&self) -> &'static str {
        if self.events { "events" } else { "profiles" }
    }

    pub(crate) fn file(&self, rows: u64) -> String {
        format!("{}-{rows}.{}", self.stem(), self.ending)
    }

    /// The plan that loads it; its path has `{ROWS}` for the number of rows.
    pub(crate) fn plan(&self) -> String {
        let format = match self.ending {
            "csv" => "csv 44",
            other => other,
        };
        let head = "plan \"loading\" zone \"UTC\" week monday\n\
            enum Device { ios, android, web, desktop, tv }\nenum Tier { free, basic, pro, enterprise }\n";
        let path = format!("{}-{{ROWS}}.{}", self.stem(), self.ending);
        if self.events {
            return format!(
                "{head}profile P key id {{ id: Str }}\n\
                 event E {{ at: Timestamp, id: Str?, total: Money(EUR), sku: Str, category: Str, quantity: Int? }}\n\
                 source \"s\" event E {format} \"{path}\" @0:1..2 {{ profile (column \"customer\") }}\n\
                 %0: Money(EUR) = event 0 (E total)\n%1: Money(EUR) = agg sum of E value %0\n\
                 trait spent = %1\n  explain 0 atom @0:1..2 %1\n\
                 %2: Str = event 0 (E sku)\n%3: Int = agg distinct of E value %2\n\
                 trait skus = %3\n  explain 0 atom @0:1..2 %3\n\
                 %4: Str = event 0 (E category)\n%5: Int = agg distinct of E value %4\n\
                 trait categories = %5\n  explain 0 atom @0:1..2 %5\n"
            );
        }
        format!("{head}{PROFILE}source \"s\" profile {format} \"{path}\" @0:1..2 {{ }}\n")
    }
}

/// Numbers that look random, the same ones every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn signed(&mut self, sides: u64) -> i64 {
        i64::try_from(self.roll(sides)).unwrap_or(0)
    }

    fn small(&mut self, sides: u64) -> i32 {
        i32::try_from(self.roll(sides)).unwrap_or(0)
    }

    /// Small numbers more often than large ones.
    fn skewed(&mut self, sides: u64) -> u64 {
        let most = self.roll(sides) + 1;
        self.roll(most)
    }
}

struct Row {
    id: String,
    age: Option<i32>,
    orders: i32,
    sessions: i32,
    spend: f64,
    churn: Option<f64>,
    balance: i64,
    last_seen: i64,
    signup: i64,
    country: i32,
    device: i32,
    plan: i32,
    city: i32,
    opt_in: bool,
}

const DEVICES: [&str; 5] = ["ios", "android", "web", "desktop", "tv"];
const PLANS: [&str; 4] = ["free", "basic", "pro", "enterprise"];

fn row(n: u64) -> Row {
    let mut dice = Dice(n << 8);
    let skewed = |dice: &mut Dice, sides| i32::try_from(dice.skewed(sides)).unwrap_or(0);
    Row {
        id: format!("p{n:09}"),
        age: (dice.roll(20) > 0).then(|| 13 + dice.small(83)),
        orders: skewed(&mut dice, 40),
        sessions: skewed(&mut dice, 200),
        spend: f64::from(skewed(&mut dice, 1_000_000)) / 100.0,
        churn: (dice.roll(10) > 0).then(|| f64::from(dice.small(10_000)) / 10_000.0),
        balance: dice.signed(10_000_000),
        last_seen: (NOW - dice.signed(90 * DAY.unsigned_abs())) * 1_000_000,
        signup: (NOW - dice.signed(1825 * DAY.unsigned_abs())) * 1_000_000,
        country: skewed(&mut dice, 60),
        device: skewed(&mut dice, 5),
        plan: skewed(&mut dice, 4),
        city: skewed(&mut dice, 2000),
        opt_in: dice.roll(10) < 6,
    }
}

fn country(n: i32) -> String {
    let letter = |n: i32| char::from(b'A' + u8::try_from(n % 26).unwrap_or(0));
    format!("{}{}", letter(n / 8), letter(n))
}

fn city(n: i32) -> String {
    format!("city_{n:04}")
}

struct Event {
    customer: u64,
    at: i64,
    id: u64,
    cents: i64,
    sku: u64,
    quantity: Option<i32>,
}

const CATEGORIES: [&str; 8] = [
    "shoes", "shirts", "hats", "socks", "coats", "bags", "belts", "scarves",
];

/// Neither profiles nor instants come in order.
fn event(n: u64, count: u64) -> Event {
    let mut dice = Dice(n << 8 | 1);
    Event {
        customer: dice.roll((count / PER_PROFILE).max(1)),
        at: (NOW - dice.signed(365 * DAY.unsigned_abs())) * 1_000_000,
        id: n,
        cents: dice.signed(100_000),
        sku: dice.roll(50_000),
        quantity: (dice.roll(10) > 0).then(|| dice.small(5) + 1),
    }
}

/// Makes the files that are not there yet.
pub(crate) fn make(rows: u64, folder: &Path, only: &[String]) -> Result<(), Box<dyn Error>> {
    for source in SOURCES {
        let wanted = |only: &String| {
            source.name.starts_with(only.as_str())
                || (only.starts_with("members") && source.name == "parquet")
        };
        let path = folder.join(source.file(rows));
        if path.exists() || !(only.is_empty() || only.iter().any(wanted)) {
            continue;
        }
        match (source.ending, source.events) {
            ("parquet", events) => parquet(rows, &path, events)?,
            (ending, events) => text(rows, &path, events, ending == "csv")?,
        }
    }
    Ok(())
}

fn parquet(rows: u64, path: &Path, events: bool) -> Result<(), Box<dyn Error>> {
    let batch = |start: u64| {
        let range = start..(start + BATCH).min(rows);
        if events {
            event_batch(range, rows)
        } else {
            profile_batch(range)
        }
    };
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(GROUP))
        .build();
    let first = batch(0)?;
    let mut writer = ArrowWriter::try_new(File::create(path)?, first.schema(), Some(properties))?;
    for start in (0..rows).step_by(usize::try_from(BATCH)?) {
        writer.write(&batch(start)?)?;
    }
    writer.close()?;
    Ok(())
}

fn record(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, Box<dyn Error>> {
    let field = |(name, array): &(&str, ArrayRef)| {
        Field::new(
            *name,
            array.data_type().clone(),
            array.null_count() > 0 || matches!(*name, "age" | "churn" | "quantity"),
        )
    };
    let fields: Vec<Field> = columns.iter().map(field).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

fn coded(codes: Vec<i32>, texts: Vec<String>) -> Result<ArrayRef, Box<dyn Error>> {
    let texts = Arc::new(StringArray::from_iter_values(texts));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
        codes.into(),
        texts,
    )?))
}

fn times(values: impl Iterator<Item = i64>) -> ArrayRef {
    let array: TimestampMicrosecondArray = values.map(Some).collect();
    Arc::new(array.with_data_type(DataType::Timestamp(
        TimeUnit::Microsecond,
        Some("UTC".into()),
    )))
}

fn profile_batch(range: std::ops::Range<u64>) -> Result<RecordBatch, Box<dyn Error>> {
    let rows: Vec<Row> = range.map(row).collect();
    let all = || rows.iter();
    let balance = Decimal128Array::from_iter_values(all().map(|row| i128::from(row.balance)));
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    record(vec![
        (
            "id",
            Arc::new(StringArray::from_iter_values(all().map(|row| &row.id))),
        ),
        (
            "age",
            Arc::new(all().map(|row| row.age).collect::<Int32Array>()),
        ),
        (
            "orders",
            Arc::new(Int32Array::from_iter_values(all().map(|row| row.orders))),
        ),
        (
            "sessions",
            Arc::new(Int32Array::from_iter_values(all().map(|row| row.sessions))),
        ),
        (
            "spend",
            Arc::new(Float64Array::from_iter_values(all().map(|row| row.spend))),
        ),
        (
            "churn",
            Arc::new(all().map(|row| row.churn).collect::<Float64Array>()),
        ),
        (
            "balance",
            Arc::new(balance.with_precision_and_scale(18, 2)?),
        ),
        ("last_seen", times(all().map(|row| row.last_seen))),
        ("signup", times(all().map(|row| row.signup))),
        (
            "country",
            coded(
                all().map(|row| row.country).collect(),
                (0..60).map(country).collect(),
            )?,
        ),
        (
            "device",
            coded(all().map(|row| row.device).collect(), owned(&DEVICES))?,
        ),
        (
            "plan",
            coded(all().map(|row| row.plan).collect(), owned(&PLANS))?,
        ),
        (
            "city",
            coded(
                all().map(|row| row.city).collect(),
                (0..2000).map(city).collect(),
            )?,
        ),
        (
            "opt_in",
            Arc::new(all().map(|row| Some(row.opt_in)).collect::<BooleanArray>()),
        ),
    ])
}

fn category(event: &Event) -> &'static str {
    CATEGORIES[usize::try_from(event.sku % 8).unwrap_or(0)]
}

fn event_batch(range: std::ops::Range<u64>, count: u64) -> Result<RecordBatch, Box<dyn Error>> {
    let events: Vec<Event> = range.map(|n| event(n, count)).collect();
    let all = || events.iter();
    let text = |of: &dyn Fn(&Event) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(events.iter().map(of)))
    };
    let total = Decimal128Array::from_iter_values(all().map(|event| i128::from(event.cents)));
    record(vec![
        ("customer", text(&|event| format!("c{}", event.customer))),
        ("at", times(all().map(|event| event.at))),
        ("id", text(&|event| event.id.to_string())),
        ("total", Arc::new(total.with_precision_and_scale(18, 2)?)),
        ("sku", text(&|event| format!("sku-{}", event.sku))),
        ("category", text(&|event| category(event).to_owned())),
        (
            "quantity",
            Arc::new(all().map(|event| event.quantity).collect::<Int32Array>()),
        ),
    ])
}

fn text(rows: u64, path: &Path, events: bool, csv: bool) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(File::create(path)?);
    for n in 0..rows {
        let cells = if events {
            event_cells(&event(n, rows))
        } else {
            profile_cells(&row(n))
        };
        if csv {
            if n == 0 {
                let names: Vec<&str> = cells.iter().map(|(name, ..)| *name).collect();
                writeln!(out, "{}", names.join(","))?;
            }
            let texts: Vec<&str> = cells.iter().map(|(_, text, _)| text.as_str()).collect();
            writeln!(out, "{}", texts.join(","))?;
        } else {
            let value = |(name, text, quoted): &Cell| match (text.as_str(), quoted) {
                ("", _) => format!("\"{name}\":null"),
                (text, true) => format!("\"{name}\":\"{text}\""),
                (text, false) => format!("\"{name}\":{text}"),
            };
            let fields: Vec<String> = cells.iter().map(value).collect();
            writeln!(out, "{{{}}}", fields.join(","))?;
        }
    }
    out.flush()?;
    Ok(())
}

/// A name, a text, and whether JSON quotes it.
type Cell = (&'static str, String, bool);

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn profile_cells(row: &Row) -> Vec<Cell> {
    let shown = |value: Option<String>| value.unwrap_or_default();
    let name = |names: &[&str], code: i32| names[usize::try_from(code).unwrap_or(0)].to_owned();
    vec![
        ("id", row.id.clone(), true),
        ("age", shown(row.age.map(|age| age.to_string())), false),
        ("orders", row.orders.to_string(), false),
        ("sessions", row.sessions.to_string(), false),
        ("spend", row.spend.to_string(), false),
        (
            "churn",
            shown(row.churn.map(|churn| churn.to_string())),
            false,
        ),
        ("balance", money(row.balance), false),
        (
            "last_seen",
            persona_runtime::display::iso(row.last_seen),
            true,
        ),
        ("signup", persona_runtime::display::iso(row.signup), true),
        ("country", country(row.country), true),
        ("device", name(&DEVICES, row.device), true),
        ("plan", name(&PLANS, row.plan), true),
        ("city", city(row.city), true),
        ("opt_in", row.opt_in.to_string(), false),
    ]
}

fn event_cells(event: &Event) -> Vec<Cell> {
    let quantity = event.quantity.map(|quantity| quantity.to_string());
    vec![
        ("customer", format!("c{}", event.customer), true),
        ("at", persona_runtime::display::iso(event.at), true),
        ("id", event.id.to_string(), true),
        ("total", money(event.cents), false),
        ("sku", format!("sku-{}", event.sku), true),
        ("category", category(event).to_owned(), true),
        ("quantity", quantity.unwrap_or_default(), false),
    ]
}
