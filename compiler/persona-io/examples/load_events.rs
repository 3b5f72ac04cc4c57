//! Generates events as a file, loads them, and tells how long it took and the most memory it took.
//!
//! ```text
//! cargo run --release -p persona-io --example load_events -- 10000000 parquet
//! ```
//! The formats are `parquet`, `csv` and `ndjson`. Generating happens in a process of its own, so that its memory is not
//! counted.
#![expect(clippy::print_stdout, reason = "an example reports to whoever runs it")]

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use persona_io::{LoadOptions, NoProgress, load};

/// Events per profile.
const PER_PROFILE: u64 = 10;
const CATEGORIES: [&str; 8] = [
    "shoes", "shirts", "hats", "socks", "coats", "bags", "belts", "scarves",
];

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let count: u64 = args.get(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let format = args.get(2).map_or("parquet", String::as_str);
    let folder = std::env::temp_dir().join(format!("persona-load-{count}-{format}"));
    if args.get(3).is_some_and(|word| word == "generate") {
        return generate(count, format, &folder);
    }
    let started = Instant::now();
    let made = std::process::Command::new(std::env::current_exe()?)
        .args([&count.to_string(), format, "generate"])
        .status()?;
    if !made.success() {
        return Err("the events could not be generated".into());
    }
    println!("generated in {:.1} s", started.elapsed().as_secs_f64());
    let plan = persona_ir::text::parse(&plan(format)).map_err(|error| format!("{error:?}"))?;
    let started = Instant::now();
    let loaded = load(&plan, &folder, &LoadOptions::default(), &NoProgress)?;
    let report = &loaded.report.sources[0];
    println!(
        "{} events of {} profiles ({format}) loaded in {:.1} s, at most {} MiB",
        report.rows_used,
        loaded.dataset.profiles,
        started.elapsed().as_secs_f64(),
        peak_mebibytes()
    );
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn plan(format: &str) -> String {
    let (format, file) = match format {
        "csv" => ("csv 44", "events.csv"),
        "ndjson" => ("ndjson", "events.ndjson"),
        _ => ("parquet", "events.parquet"),
    };
    format!(
        r#"plan "load" zone "UTC" week monday
profile P key id {{ id: Str }}
event Purchase {{ at: Timestamp, id: Str?, total: Money(EUR), sku: Str, category: Str, quantity: Int? }}
source "events" event Purchase {format} "{file}" @0:1..2 {{ profile (column "customer") }}
%0: Money(EUR) = event 0 (Purchase total)
%1: Money(EUR) = agg sum of Purchase value %0
trait spent = %1
  explain 0 atom @0:1..2 %1
%2: Str = event 0 (Purchase sku)
%3: Int = agg distinct of Purchase value %2
trait skus = %3
  explain 0 atom @0:1..2 %3
%4: Str = event 0 (Purchase category)
%5: Int = agg distinct of Purchase value %4
trait categories = %5
  explain 0 atom @0:1..2 %5
"#
    )
}

/// One generated event.
struct Event {
    customer: u64,
    at: i64,
    id: u64,
    cents: i64,
    sku: u64,
    quantity: Option<i64>,
}

/// The n-th event, scrambled so that neither profiles nor instants come in order.
fn event(n: u64, count: u64) -> Event {
    let mut state = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut roll = |sides: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let mixed = (state >> 33) ^ (state >> 12);
        mixed % sides
    };
    let signed = |value: u64| i64::try_from(value).unwrap_or(0);
    Event {
        customer: roll((count / PER_PROFILE).max(1)),
        at: 1_700_000_000_000_000 + signed(roll(31_536_000)) * 1_000_000,
        id: n,
        cents: signed(roll(100_000)),
        sku: roll(50_000),
        quantity: (roll(10) > 0).then(|| signed(roll(5)) + 1),
    }
}

fn generate(count: u64, format: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    match format {
        "csv" | "ndjson" => text(count, format, folder),
        _ => parquet(count, folder),
    }
}

fn text(count: u64, format: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(File::create(folder.join(format!("events.{format}")))?);
    if format == "csv" {
        writeln!(out, "customer,at,id,total,sku,category,quantity")?;
    }
    for n in 0..count {
        let event = event(n, count);
        let category = CATEGORIES[usize::try_from(event.sku % 8)?];
        let quantity = event.quantity.map(|q| q.to_string());
        let (euros, cents) = (event.cents / 100, event.cents % 100);
        let seconds = event.at / 1_000_000;
        let time = persona_runtime::display::iso(seconds * 1_000_000);
        if format == "csv" {
            let quantity = quantity.unwrap_or_default();
            writeln!(
                out,
                "c{},{time},{},{euros}.{cents:02},sku-{},{category},{quantity}",
                event.customer, event.id, event.sku
            )?;
        } else {
            let quantity = quantity.unwrap_or_else(|| "null".to_owned());
            writeln!(
                out,
                "{{\"customer\":\"c{}\",\"at\":\"{time}\",\"id\":{},\"total\":{euros}.{cents:02},\"sku\":\"sku-{}\",\"category\":\"{category}\",\"quantity\":{quantity}}}",
                event.customer, event.id, event.sku
            )?;
        }
    }
    out.flush()?;
    Ok(())
}

fn parquet(count: u64, folder: &Path) -> Result<(), Box<dyn Error>> {
    const CHUNK: u64 = 100_000;
    let fields = vec![
        Field::new("customer", DataType::Utf8, false),
        Field::new(
            "at",
            DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            false,
        ),
        Field::new("id", DataType::Utf8, false),
        Field::new("total", DataType::Utf8, false),
        Field::new("sku", DataType::Utf8, false),
        Field::new("category", DataType::Utf8, false),
        Field::new("quantity", DataType::Int64, true),
    ];
    let schema = Arc::new(Schema::new(fields));
    let mut writer = ArrowWriter::try_new(
        File::create(folder.join("events.parquet"))?,
        schema.clone(),
        None,
    )?;
    for start in (0..count).step_by(usize::try_from(CHUNK)?) {
        let events: Vec<Event> = (start..(start + CHUNK).min(count))
            .map(|n| event(n, count))
            .collect();
        let text = |of: &dyn Fn(&Event) -> String| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(events.iter().map(of)))
        };
        let columns: Vec<ArrayRef> = vec![
            text(&|event| format!("c{}", event.customer)),
            Arc::new(
                TimestampMicrosecondArray::from_iter_values(events.iter().map(|event| event.at))
                    .with_timezone("UTC"),
            ),
            text(&|event| event.id.to_string()),
            text(&|event| format!("{}.{:02}", event.cents / 100, event.cents % 100)),
            text(&|event| format!("sku-{}", event.sku)),
            text(&|event| CATEGORIES[usize::try_from(event.sku % 8).unwrap_or(0)].to_owned()),
            Arc::new(Int64Array::from_iter(
                events.iter().map(|event| event.quantity),
            )),
        ];
        writer.write(&RecordBatch::try_new(schema.clone(), columns)?)?;
    }
    writer.close()?;
    Ok(())
}

/// The most memory this process had resident so far, where the system tells.
fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kibibytes = line
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|text| text.parse::<u64>().ok());
    kibibytes.unwrap_or(0) / 1024
}
