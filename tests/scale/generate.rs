//! Writes a large package for measuring: `generate_scale FOLDER [PROFILES] [EVENTS]`, a million profiles and ten million
//! events unless said otherwise. The same arguments give the same bytes; nothing here is believable, only large.
//!
//! `cargo run --release -p persona-tests --example generate_scale -- target/scale`, then
//! `cargo run --release -- run target/scale`.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

/// Rows per batch, and so what is in memory at once.
const BATCH: usize = 100_000;
/// 2025-01-01T00:00Z.
const START: i64 = 1_735_689_600_000_000;
/// One year.
const SPAN: i64 = 365 * 86_400_000_000;

const PACKAGE: &str = r#"[package]
name = "scale"
version = "0.1.0"
language = "1"
timezone = "UTC"
"#;

const PROGRAM: &str = r#"profile Customer {
  id: String @key
  country: Country
  age: Int?
  signed_up_at: Timestamp
  spend: Money<USD>
}

enum Country { US, CA, GB, DE, FR, IT, ES, other }

event View { sku: String, seconds: Int }
event Cart { sku: String, value: Money<USD> }
event Buy { sku: String, total: Money<USD> }

source customers of Customer { from "customers.parquet" }
source views of View { from "view.parquet" }
source carts of Cart { from "cart.parquet" }
source buys of Buy { from "buy.parquet" }

trait orders: Int = count(Buy)
trait revenue: Money<USD> = sum(Buy.total)
trait last_order: Timestamp? = last(Buy).at
trait favourite: String? = most_common(View.sku in last 90d)

segment vip { when spend > 5000 USD and country in [US, CA] }
segment young { when age < 30 }
segment browsers { when did View in last 48h }
segment engaged { when count(View in last 30d) >= 3 }
segment dormant { when did Buy and did not (View or Cart or Buy) in last 90d }
segment abandoned { when did latest Cart in last 7d then not Buy for 24h }
segment quick { when did Cart then Buy within 1h }
segment big { when did Buy in last 365d where total > 900 USD }
segment spenders { when sum(Buy.total in last 365d) > 2000 USD }
segment regular { when did View in at least 3 of last 4 calendar weeks }

partition lifecycle {
  fresh when signed_up_at in last 30d
  active when did Buy in last 90d
  at_risk when did Buy in last 180d
  otherwise lapsed
}

trait recency: Int? = ntile(5, last(Buy).at - 2025-01-01T00:00Z)
"#;

/// `SplitMix64`: enough for data that only has to be large.
struct Random(u64);

impl Random {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as i64
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("the folder to write");
    let folder = Path::new(&folder);
    let mut number = |default: usize| {
        arguments
            .next()
            .map_or(default, |text| text.parse().expect("a number"))
    };
    let (profiles, events) = (number(1_000_000), number(10_000_000));
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join("persona.toml"), PACKAGE).expect("persona.toml");
    std::fs::write(folder.join("scale.persona"), PROGRAM).expect("the program");
    write(&folder.join("customers.parquet"), profiles, 1, customers);
    let shares = [
        ("view", 7, "seconds", 600),
        ("cart", 2, "value", 20_000),
        ("buy", 1, "total", 100_000),
    ];
    for (seed, (name, share, field, top)) in (2..).zip(shares) {
        let rows = events * share / 10;
        let path = folder.join(format!("{name}.parquet"));
        write(&path, rows, seed, |random, rows| {
            history(random, rows, name, field, top, profiles as i64)
        });
    }
}

/// Writes `total` rows in batches; `make` gives a batch for a range of row numbers.
fn write(
    path: &Path,
    total: usize,
    seed: u64,
    make: impl Fn(&mut Random, std::ops::Range<usize>) -> RecordBatch,
) {
    let mut random = Random(seed);
    let mut writer: Option<ArrowWriter<File>> = None;
    for start in (0..total).step_by(BATCH) {
        let batch = make(&mut random, start..total.min(start + BATCH));
        let writer = writer.get_or_insert_with(|| {
            let zstd = Compression::ZSTD(ZstdLevel::default());
            let properties = WriterProperties::builder().set_compression(zstd).build();
            let file = File::create(path).expect("a file");
            ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("a writer")
        });
        writer.write(&batch).expect("a batch is written");
    }
    if let Some(writer) = writer {
        writer.close().expect("a complete file");
    }
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).expect("columns of one length")
}

fn texts(values: impl Iterator<Item = String>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

/// Money as whole cents in text with two decimals.
fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn instants(random: &mut Random, count: usize) -> ArrayRef {
    let values = (0..count).map(|_| START + random.below(SPAN / 1_000_000) * 1_000_000);
    Arc::new(TimestampMicrosecondArray::from_iter_values(values).with_timezone("UTC"))
}

fn customers(random: &mut Random, rows: std::ops::Range<usize>) -> RecordBatch {
    let count = rows.len();
    let countries = ["US", "CA", "GB", "DE", "FR", "IT", "ES", "other"];
    let country = texts((0..count).map(|_| countries[random.below(8) as usize].to_owned()));
    let age: ArrayRef = Arc::new(Int64Array::from_iter(
        (0..count).map(|_| Some(random.below(90)).filter(|age| *age >= 18)),
    ));
    let signed_up_at = instants(random, count);
    let spend = texts((0..count).map(|_| money(random.below(1_000_000))));
    let id = texts(rows.map(|row| format!("c{row}")));
    batch(vec![
        ("id", id),
        ("country", country),
        ("age", age),
        ("signed_up_at", signed_up_at),
        ("spend", spend),
    ])
}

fn history(
    random: &mut Random,
    rows: std::ops::Range<usize>,
    kind: &str,
    field: &str,
    top: i64,
    profiles: i64,
) -> RecordBatch {
    let count = rows.len();
    let profile = texts((0..count).map(|_| format!("c{}", random.below(profiles))));
    let sku = texts((0..count).map(|_| format!("S{}", random.below(5_000))));
    let value: ArrayRef = if field == "seconds" {
        Arc::new(Int64Array::from_iter_values(
            (0..count).map(|_| random.below(top)),
        ))
    } else {
        texts((0..count).map(|_| money(random.below(top))))
    };
    let at = instants(random, count);
    let id = texts(rows.map(|row| format!("{kind}{row}")));
    batch(vec![
        ("id", id),
        ("profile", profile),
        ("at", at),
        ("sku", sku),
        (field, value),
    ])
}
