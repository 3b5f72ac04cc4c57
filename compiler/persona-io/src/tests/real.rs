//! Real files, which lie beside the repository and are never copied into it: what is loaded agrees with what other
//! engines count in them.

use std::path::PathBuf;

use persona_ir::{ColId, KindId};
use persona_runtime::{Column, Values};

use super::support::{options, plan};
use crate::{Loaded, NoProgress, RejectKind, load};

fn data() -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    assert!(
        path.is_dir(),
        "the open data these tests read is not at {}",
        path.display()
    );
    path
}

fn loaded(text: &str) -> Loaded {
    let loaded = load(&plan(text), &data(), &options(), &NoProgress)
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(
        loaded
            .report
            .sources
            .iter()
            .all(crate::SourceReport::adds_up),
        "{:?}",
        loaded.report
    );
    loaded
}

fn ints(column: &Column) -> Vec<i64> {
    let Values::Int(values) = &column.values else {
        panic!("{column:?}")
    };
    (0..values.len())
        .filter(|row| column.is_known(*row))
        .map(|row| values.get(row))
        .collect()
}

fn event_column(loaded: &Loaded, col: u32) -> &Column {
    &loaded.dataset.events[KindId(0)].columns[ColId(col)]
}

#[test]
fn a_shops_order_lines_become_its_orders() {
    let loaded = loaded(
        r#"plan "retail" zone "UTC" week monday
profile P key id { id: Str }
event Purchase {
  at: Timestamp, id: Str?, total: Money(GBP), exact: Str, lines: Int,
  items: List(Record(sku: Str, quantity: Int, price: Money(GBP)))
}
source "orders" event Purchase parquet "transactions/online_retail_*.parquet" @0:1..2 {
  where (op and (op and (op known (column "CustomerID")) (matches (column "InvoiceNo") "^[0-9]{6}$"))
                (op and (op lt (number "0") (column "Quantity")) (op lt (number "0") (column "UnitPrice"))))
  group (column "CustomerID")
  group (column "InvoiceNo")
  profile (column "CustomerID")
  at (agg min (column "InvoiceDate"))
  id (column "InvoiceNo")
  field total @0:1..2 (as (agg sum (op mul (column "Quantity") (column "UnitPrice"))) Money(GBP))
  field exact @0:1..2 (agg sum (op mul (column "Quantity") (column "UnitPrice")))
  field lines @0:1..2 (agg count)
  each items @0:1..2 [0 (column "StockCode"), 1 (column "Quantity"), 2 (as (column "UnitPrice") Money(GBP))]
}"#,
    );
    let report = &loaded.report.sources[0];
    assert_eq!(
        (
            report.rows_read,
            report.rows_used,
            report.rows_set_aside,
            report.records
        ),
        (209_029, 145_450, 0, 7_409)
    );
    assert_eq!(loaded.dataset.profiles, 2_718);
    // Exactly 3332591.961; one order has a tenth of a penny, which rounds.
    assert_eq!(
        ints(event_column(&loaded, 2)).iter().sum::<i64>(),
        333_259_196
    );
    let exact = event_column(&loaded, 3);
    let odd = (0..7_409)
        .filter(|row| loaded.dataset.value(exact, *row).str() == Some("2042.761"))
        .count();
    assert_eq!(odd, 1);
    assert_eq!(ints(event_column(&loaded, 4)).iter().sum::<i64>(), 145_450);
    let Values::List { offsets, children } = &event_column(&loaded, 5).values else {
        panic!("items are a list")
    };
    assert_eq!(
        (offsets.last().copied(), children.len(), children[0].len()),
        (Some(145_450), 3, 145_450)
    );
    let at = crate::value::civil::format_instant;
    assert_eq!(
        loaded.latest_event.map(at).as_deref(),
        Some("2011-05-31T15:41:00Z")
    );
}

#[test]
fn a_date_and_a_decimal_column_are_instants_and_money() {
    let loaded = loaded(
        r#"plan "cdnow" zone "UTC" week monday
profile P key id { id: Str }
event Purchase { at: Timestamp, id: Str?, cds: Int, value: Money(USD) }
source "s" event Purchase parquet "transactions/cdnow_master.parquet" @0:1..2 {
  profile (column "customer_id")
  at (column "date")
  field cds @0:1..2 (column "number_of_cds")
  field value @0:1..2 (column "dollar_value")
}"#,
    );
    assert_eq!(
        (
            loaded.dataset.profiles,
            loaded.dataset.events[KindId(0)].len()
        ),
        (23_570, 69_659)
    );
    assert_eq!(
        ints(event_column(&loaded, 3)).iter().sum::<i64>(),
        250_031_563
    );
    assert_eq!(loaded.report.rejected(), 0);
}

#[test]
fn floats_that_stand_for_money_round_to_cents() {
    let loaded = loaded(
        r#"plan "journey" zone "UTC" week monday
profile P key household { household: Str }
event Basket { at: Timestamp, id: Str?, value: Money(USD), lines: Int }
source "s" event Basket parquet "transactions/complete_journey/transactions_sample.parquet" @0:1..2 {
  group (column "basket_id")
  profile (column "household_id")
  at (agg max (column "transaction_timestamp"))
  field value @0:1..2 (agg sum (column "sales_value"))
  field lines @0:1..2 (agg count)
}"#,
    );
    let report = &loaded.report.sources[0];
    assert_eq!(
        (report.rows_read, report.records, loaded.dataset.profiles),
        (75_000, 47_243, 2_377)
    );
    assert_eq!(
        ints(event_column(&loaded, 2)).iter().sum::<i64>(),
        23_393_524
    );
}

#[test]
fn mail_events_of_three_kinds_come_from_one_file() {
    let source = |name: &str, kind: &str, action: &str| {
        format!(
            "source \"{name}\" event {kind} parquet \"email/yammer_emails_2022-05_06.parquet\" @0:1..2 {{\n\
             where (op eq (column \"action\") \"{action}\") profile (column \"user_id\") at (column \"occurred_at\") id (column \"row_id\") }}\n"
        )
    };
    let loaded = loaded(&format!(
        "plan \"mail\" zone \"UTC\" week monday\nenum State {{ active, pending }}\n\
         profile P key id {{ id: Str, activated_at: Timestamp?, state: Enum(State) }}\n\
         event Digest {{ at: Timestamp, id: Str? }}\nevent Open {{ at: Timestamp, id: Str? }}\n{}{}\
         source \"users\" profile parquet \"email/yammer_users.parquet\" @0:1..2 {{ field id @0:1..2 (column \"user_id\") }}",
        source("digests", "Digest", "sent_weekly_digest"),
        source("opens", "Open", "email_open"),
    ));
    let rows: Vec<_> = loaded
        .report
        .sources
        .iter()
        .map(|s| (s.rows_used, s.rows_filtered))
        .collect();
    assert_eq!(
        rows,
        [
            (24_885, 39_699 - 24_885),
            (8_870, 39_699 - 8_870),
            (19_066, 0)
        ]
    );
    assert_eq!(ints(&loaded.dataset.columns[ColId(1)]).len(), 9_381);
    let places: usize = loaded
        .dataset
        .events
        .iter()
        .map(persona_runtime::EventTable::len)
        .sum();
    assert_eq!(places, 24_885 + 8_870);
}

#[test]
fn blank_amounts_of_a_telecom_are_cleared_and_told() {
    let loaded = loaded(
        r#"plan "telco" zone "UTC" week monday
enum Contract { month "Month-to-month", one_year "One year", two_year "Two year" }
profile P key customerID { customerID: Str, gender: Str, SeniorCitizen: Bool, Contract: Enum(Contract), tenure: Int, TotalCharges: Money(USD)?, Churn: Bool }
source "s" profile csv 44 "profiles/telco_customer_churn.csv" @0:1..2 { }"#,
    );
    let report = &loaded.report.sources[0];
    assert_eq!(
        (
            report.rows_used,
            report.values_cleared,
            loaded.dataset.profiles
        ),
        (7_043, 11, 7_043)
    );
    assert_eq!(
        ints(&loaded.dataset.columns[ColId(5)]).iter().sum::<i64>(),
        1_605_616_870
    );
    assert!(
        loaded
            .rejects
            .iter()
            .all(|reject| reject.value.as_deref() == Some(" ")
                && reject.column.as_deref() == Some("TotalCharges"))
    );
}

#[test]
fn headers_with_spaces_and_dates_of_another_format() {
    let loaded = loaded(
        r#"plan "febrl" zone "UTC" week monday
profile P key rec_id { rec_id: Str, given_name: Str?, born: Date?, postcode: Str }
source "s" profile csv 44 "identity/febrl/dataset1.csv" @0:1..2 {
  field given_name @0:1..2 (op trim (column "given_name"))
  field born @0:1..2 (as (op trim (column "date_of_birth")) Date "%Y%m%d")
}"#,
    );
    assert_eq!(
        (loaded.dataset.profiles, loaded.report.rejected()),
        (1_000, 0)
    );
    let wrong = loaded
        .report
        .reasons
        .iter()
        .map(|reason| reason.example.column.as_deref())
        .collect::<Vec<_>>();
    assert!(
        wrong.iter().all(|column| *column == Some("date_of_birth")),
        "{wrong:?}"
    );
    assert!(
        loaded.report.sources[0].values_cleared < 50,
        "{:?}",
        loaded.report
    );
    assert!(
        loaded
            .dataset
            .value(&loaded.dataset.columns[ColId(1)], 0)
            .is_known()
    );
}

#[test]
fn the_same_customers_in_two_formats_agree() {
    let text = |format: &str, file: &str| {
        format!(
            "plan \"senzing\" zone \"UTC\" week monday\nprofile P key id {{ id: Str, AMOUNT: Money(USD)?, since: Date?, STATUS: Str? }}\n\
             source \"s\" profile {format} \"identity/senzing/{file}\" @0:1..2 {{ field id @0:1..2 (column \"RECORD_ID\")\n\
             field since @0:1..2 (as (column \"DATE\") Date \"%m/%d/%y\") }}"
        )
    };
    let csv = text("csv 44", "customers.csv");
    let json = text("ndjson", "customers.jsonl");
    let (from_csv, from_json) = (loaded(&csv), loaded(&json));
    assert_eq!(from_csv.dataset.profiles, 120);
    let shown =
        |text: &str, loaded: &Loaded| super::support::show_data(&plan(text), &loaded.dataset);
    assert_eq!(shown(&csv, &from_csv), shown(&json, &from_json));
}

#[test]
fn a_file_with_one_json_list_is_told_apart_from_lines() {
    let text = "plan \"stores\" zone \"UTC\" week monday\nprofile P key id { id: Str }\n\
                source \"s\" profile ndjson \"catalog/bestbuy_stores.json\" @0:1..2 { }";
    let error = load(&plan(text), &data(), &options(), &NoProgress).unwrap_err();
    assert!(error.message.contains("one JSON list"), "{error}");
}

#[test]
fn dirty_cells_are_told_one_by_one() {
    let loaded = loaded(
        r#"plan "beers" zone "UTC" week monday
profile P key index { index: Str, ounces: Float?, abv: Float?, ibu: Int?, state: Str }
source "s" profile csv 44 "quality/beers_dirty.csv" @0:1..2 { }"#,
    );
    let report = &loaded.report;
    assert_eq!((report.sources[0].rows_used, report.rejected()), (2_410, 0));
    let counts: Vec<_> = report
        .reasons
        .iter()
        .map(|r| (r.example.column.as_deref().unwrap(), r.count))
        .collect();
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    assert_eq!(total, report.sources[0].values_cleared);
    assert!(
        report
            .reasons
            .iter()
            .all(|reason| reason.example.kind == RejectKind::BadValue)
    );
    assert!(
        counts
            .iter()
            .any(|(column, count)| *column == "ounces" && *count > 2_000),
        "{counts:?}"
    );
}

/// The tests' verdicts: an address is sound where the category says that mail can be sent to it as it stands.
///
/// Knowingly otherwise, because a shop's addresses are typed by people: domains of one label (`test@io`) and address
/// literals (`test@[1.2.3.4]`) and top-level domains of digits are refused. Names that the domain system merely does not know are accepted: nobody is asked.
#[test]
fn addresses_of_mail_are_judged_as_the_isemail_tests_judge() {
    let xml = std::fs::read_to_string(data().join("quality/isemail_tests.xml")).unwrap();
    let part = |test: &str, tag: &str| {
        let text = test
            .split(&format!("<{tag}>"))
            .nth(1)?
            .split(&format!("</{tag}>"))
            .next()?;
        let mut plain = String::new();
        let mut rest = text;
        while let Some((before, entity)) = rest.split_once("&#x") {
            let (code, after) = entity.split_once(';')?;
            let code = u32::from_str_radix(code, 16).unwrap();
            plain += before;
            // Symbols stand for control characters.
            plain.push(
                char::from_u32(if (0x2400..=0x241F).contains(&code) {
                    code - 0x2400
                } else {
                    code
                })
                .unwrap(),
            );
            rest = after;
        }
        plain += rest;
        Some(
            plain
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&"),
        )
    };
    let mut judged = 0;
    let mut otherwise = Vec::new();
    for test in xml.split("<test id=").skip(1) {
        let address = part(test, "address").unwrap_or_default();
        let category = part(test, "category").unwrap();
        let diagnosis = part(test, "diagnosis").unwrap();
        let sound = matches!(
            &*category,
            "ISEMAIL_VALID_CATEGORY" | "ISEMAIL_DNSWARN" | "ISEMAIL_RFC5321"
        );
        let read =
            crate::value::validate::validate(address.clone().into(), persona_ir::Validate::Email);
        judged += 1;
        if address.trim_ascii() == "test@iana.org" {
            assert!(
                read.is_ok(),
                "spaces around an address are no part of it: {address:?}"
            );
        } else if read.is_ok() != sound {
            otherwise.push(format!("{address:?} {diagnosis}"));
        }
    }
    assert_eq!(judged, 164);
    expect_test::expect![[r#"
        "test@io" ISEMAIL_VALID
        "test@iana.123" ISEMAIL_RFC5321_TLDNUMERIC
        "test@255.255.255.255" ISEMAIL_RFC5321_TLDNUMERIC
        "test@[255.255.255.255]" ISEMAIL_RFC5321_ADDRESSLITERAL
        "test@[IPv6:1111:2222:3333:4444:5555:6666:7777:8888]" ISEMAIL_RFC5321_ADDRESSLITERAL
        "test@[IPv6:1111:2222:3333:4444:5555::8888]" ISEMAIL_RFC5321_ADDRESSLITERAL
        "test@[IPv6:::3333:4444:5555:6666:7777:8888]" ISEMAIL_RFC5321_ADDRESSLITERAL
        "test@[IPv6:::]" ISEMAIL_RFC5321_ADDRESSLITERAL
        "test@[IPv6:1111:2222:3333:4444:5555:6666:255.255.255.255]" ISEMAIL_RFC5321_ADDRESSLITERAL
        "test@[IPv6:1111:2222:3333:4444::255.255.255.255]" ISEMAIL_RFC5321_ADDRESSLITERAL
        "test@org" ISEMAIL_RFC5321_TLD"#]]
    .assert_eq(&otherwise.join("\n"));
}
