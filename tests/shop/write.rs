//! The world as files, as shops really have them: a CSV export with a BOM, semicolons and decimal commas, NDJSON
//! with nested items, Parquet, and in each a few rows that are wrong.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::catalog::Product;
use super::people::{Customer, key};
use super::world::{DAY, END, Open, Order, View, World};

/// One file of the example.
#[derive(Debug)]
pub(super) enum Content {
    /// Compared and written byte by byte.
    Text(String),
    /// Compared by its rows: the bytes of a Parquet file depend on the writer's version.
    Rows(RecordBatch),
}

/// All files with their names.
pub(super) fn files(world: &World) -> Vec<(&'static str, Content)> {
    vec![
        ("customers.csv", Content::Text(customers(&world.customers))),
        ("products.csv", Content::Text(products(&world.orders))),
        ("orders.ndjson", Content::Text(orders(&world.orders))),
        ("carts.csv", Content::Text(carts(world))),
        ("views.parquet", Content::Rows(views(&world.views))),
        ("opens.parquet", Content::Rows(opens(&world.opens))),
    ]
}

/// The shelves: what each product costs, how many were sold, and what cannot be had at the moment.
fn products(orders: &[Order]) -> String {
    let mut text = "sku,title,category,price,sold,in_stock\n".to_owned();
    let lines = || orders.iter().flat_map(|order| &order.lines);
    for product in Product::all() {
        let of_it = lines().filter(|(sold, _)| *sold == product);
        let sold: i64 = of_it.map(|(_, quantity)| quantity).sum();
        writeln!(
            text,
            "{},{},{},{},{sold},{}",
            product.sku(),
            product.title(),
            product.category().name,
            money(product.price()),
            if product.0 % 11 == 7 { "no" } else { "yes" },
        )
        .expect("text grows");
    }
    text
}

/// A Parquet file of these rows.
pub(super) fn parquet(rows: &RecordBatch) -> Vec<u8> {
    let level = ZstdLevel::try_new(12).expect("a level of zstd");
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .build();
    let mut writer =
        ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties)).expect("a writer");
    writer.write(rows).expect("rows are written to memory");
    writer.into_inner().expect("a finished file")
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("within the two years")
}

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn degrees(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}.{:04}", value.abs() / 10_000, value.abs() % 10_000)
}

fn date(days: i64) -> String {
    instant(days * DAY)
        .to_zoned(TimeZone::UTC)
        .date()
        .to_string()
}

const CUSTOMER_COLUMNS: &str = "id,email,first_name,country,city,zip,lat,lon,timezone,language,birthday,signed_up_at,tier,tags,newsletter,offers,sms";

fn customers(customers: &[Customer]) -> String {
    let mut text = format!("{CUSTOMER_COLUMNS}\n");
    for (number, customer) in (1..).zip(customers) {
        let mut cells = cells(number, customer);
        dirty_customer(number, &mut cells);
        writeln!(text, "{}", cells.join(",")).expect("text grows");
        if number == 2_718 {
            writeln!(text, "{}", cells.join(",")).expect("text grows");
        }
    }
    text
}

fn cells(number: u32, customer: &Customer) -> [String; 17] {
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let (latitude, longitude) = customer
        .location
        .map(|(a, b)| (degrees(a), degrees(b)))
        .unwrap_or_default();
    [
        key(number),
        customer.email.clone().unwrap_or_default(),
        customer.first_name.unwrap_or_default().to_owned(),
        customer.city.country.to_owned(),
        customer.city.name.to_owned(),
        customer.zip.clone(),
        latitude,
        longitude,
        if customer.zone_known {
            customer.city.zone
        } else {
            ""
        }
        .to_owned(),
        customer.city.language.to_owned(),
        customer.birthday.map(date).unwrap_or_default(),
        instant(customer.signed_up).to_string(),
        customer.tier.to_owned(),
        customer.tags.join("|"),
        yes(customer.newsletter),
        yes(customer.offers),
        yes(customer.sms),
    ]
}

/// What really goes wrong in such exports.
fn dirty_customer(number: u32, cells: &mut [String; 17]) {
    let (cell, text) = match number {
        97 => (0, ""),
        311 => (1, "anna.311@@example.com"),
        1_204 => (1, "n/a"),
        1_618 => (3, "Narnia"),
        2_020 => (8, "Europe/Atlantis"),
        2_512 => (10, "1990-02-31"),
        3_001 => (10, "2031-05-01"),
        3_210 => (11, "last spring"),
        3_455 => (11, "2027-01-01T00:00:00Z"),
        3_600 => (12, "platinum"),
        _ => return,
    };
    cells[cell] = text.to_owned();
}

fn orders(orders: &[Order]) -> String {
    let mut text = String::new();
    for (number, order) in (1..).zip(orders) {
        let line = order_line(number, order);
        match number {
            1_111 | 2_222 => writeln!(
                text,
                "{}",
                line.replacen(&format!("\"{}\"", key(order.customer)), "null", 1)
            ),
            1_500 => writeln!(
                text,
                "{}",
                line.replacen(
                    &format!("\"total\":{}", money(order.total())),
                    "\"total\":\"free\"",
                    1
                )
            ),
            2_500 => writeln!(text, "{}", line.replacen("\"total\":", "\"total\":-", 1)),
            3_000 => writeln!(text, "{}", &line[..line.len() / 2]),
            _ if number % 613 == 0 => writeln!(text, "{line}\n{line}"),
            _ => writeln!(text, "{line}"),
        }
        .expect("text grows");
    }
    text
}

fn order_line(number: u32, order: &Order) -> String {
    let item = |(product, quantity): &(super::catalog::Product, i64)| {
        let (sku, category) = (product.sku(), product.category().name);
        format!(
            "{{\"sku\":\"{sku}\",\"category\":\"{category}\",\"quantity\":{quantity},\"price\":{}}}",
            money(product.price())
        )
    };
    let items: Vec<String> = order.lines.iter().map(item).collect();
    let coupon = if order.coupon {
        ",\"coupon\":\"TENTH\""
    } else {
        ""
    };
    format!(
        "{{\"order_id\":\"N{:06}\",\"customer\":\"{}\",\"at\":\"{}\",\"total\":{}{coupon},\"items\":[{}]}}",
        100_000 + number,
        key(order.customer),
        instant(order.at),
        money(order.total()),
        items.join(",")
    )
}

/// The export of a German till: a BOM, CRLF, semicolons, local times, decimal commas.
fn carts(world: &World) -> String {
    let berlin = TimeZone::get("Europe/Berlin").expect("a bundled time zone");
    let mut text = "\u{feff}customer;added;sku;category;quantity;unit price\r\n".to_owned();
    for (number, line) in (1_u32..).zip(&world.carts) {
        let local = instant(line.at).to_zoned(berlin.clone()).datetime();
        let quantity = if number == 2_000 {
            "two".to_owned()
        } else {
            line.quantity.to_string()
        };
        let price = money(line.product.price()).replace('.', ",");
        let customer = key(line.customer);
        let (sku, category) = (line.product.sku(), line.product.category().name);
        let added = local.strftime("%Y-%m-%d %H:%M:%S");
        match number {
            4_000 => write!(text, "{customer};{added};{sku}\r\n"),
            _ => write!(
                text,
                "{customer};{added};{sku};{category};{quantity};{price}\r\n"
            ),
        }
        .expect("text grows");
    }
    text
}

fn batch(columns: Vec<(&str, ArrayRef, bool)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length")
}

fn instants(seconds: impl Iterator<Item = i64>) -> ArrayRef {
    let micros: TimestampMicrosecondArray = seconds.map(|at| Some(at * 1_000_000)).collect();
    Arc::new(micros.with_timezone("UTC"))
}

fn texts(values: impl Iterator<Item = String>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn views(views: &[View]) -> RecordBatch {
    let seconds: Int32Array = views.iter().map(|view| view.seconds).collect();
    batch(vec![
        (
            "customer",
            texts(views.iter().map(|view| key(view.customer))),
            false,
        ),
        ("at", instants(views.iter().map(|view| view.at)), false),
        (
            "sku",
            texts(views.iter().map(|view| view.product.sku())),
            false,
        ),
        (
            "category",
            texts(
                views
                    .iter()
                    .map(|view| view.product.category().name.to_owned()),
            ),
            false,
        ),
        ("seconds", Arc::new(seconds), true),
    ])
}

fn opens(opens: &[Open]) -> RecordBatch {
    debug_assert!(
        opens.iter().all(|open| open.at < END),
        "mail is opened before the end"
    );
    let letter = |open: &Open| format!("newsletter-{:02}", open.letter);
    batch(vec![
        (
            "customer",
            texts(opens.iter().map(|open| key(open.customer))),
            false,
        ),
        ("at", instants(opens.iter().map(|open| open.at)), false),
        ("campaign", texts(opens.iter().map(letter)), false),
    ])
}
