//! What is written is what sources read: nothing is set aside, whatever the sources map; the same seed makes the same bytes.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

const CONFIG: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nlanguage = \"1\"\ntimezone = \"Europe/Berlin\"\n";

const SCHEMA: &str = r#"
profile Customer {
  id: String @key
  email: Email? @pii
  phone: Phone?
  country: Country = other
  zone: TimeZone?
  birthday: Date?
  joined: Timestamp
  opens_at: TimeOfDay?
  tags: Set<String> = []
  spend: Money<EUR> = 0 EUR
  share: Float?
  active: Bool = false
  address: { city: String?, location: Geo? }
  check joined <= now "not yet"
}
enum Country { DE, AT, US, other }
catalog Product { sku: String @key, title: String, price: Money<EUR>, in_stock: Bool = true }
event Purchase { order_id: String, total: Money<EUR>, items: List<{ sku: String, quantity: Int, price: Money<EUR> }> }
event Opened { campaign: String, device: String? }
event Clicked { campaign: String }
segment buyers { when did Purchase }
"#;

/// Sources that map in every way that has a way back.
const SOURCES: &str = r#"
source customers of Customer {
  from csv "data/customers.txt" delimiter ";"
  id = column("Customer No")
  email = column("E-Mail").trim().lower()
  country = match column("Land") { "Deutschland" => "DE", "Österreich" => "AT", "USA" => "US", otherwise => "other" }
  birthday = column("Born").as(Date, "%d.%m.%Y")
  joined = column("Joined").as(Timestamp, "Europe/London")
  opens_at = column("Opens").as(TimeOfDay, "%H:%M")
  tags = column("Tags").split("|")
  spend = (column("Cents") / 100).as(Money<EUR>)
  share = column("Share").replace(",", ".").as(Float)
  active = column("Churn") != "Yes"
  address.city = column("City")
  address.location = geo(column("Lat"), column("Lon"))
}
source products of Product { from "data/products.parquet" in_stock = column("stock") == "yes" }
source lines of Purchase {
  from "data/lines-*.csv"
  where column("Customer") is known and column("Kind") == "sale"
  group by column("Invoice")
  profile = column("Customer")
  at = min(column("When"))
  id = column("Invoice")
  order_id = column("Invoice")
  total = sum(column("Quantity") * column("Price")).as(Money<EUR>)
  items = each { sku = column("Sku"), quantity = column("Quantity"), price = column("Price").as(Money<EUR>) }
}
source opens of Opened {
  from "data/mail.ndjson"
  where column("type") == "open"
  profile = column("person")
  device = column("context.device")
}
source clicks of Clicked { from "data/mail.ndjson" where column("type") == "click" profile = column("person") }
"#;

fn package(folder: &Path, files: &[(&str, &str)]) -> Package {
    fs::create_dir_all(folder).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    Package::open(Some(folder)).unwrap()
}

fn options() -> GenerateOptions {
    GenerateOptions {
        profiles: 300,
        seed: 7,
        now: None,
        out: None,
        format: None,
        dirty: 0.0,
        force: false,
        threads: Some(1),
    }
}

fn made(package: &Package, options: &GenerateOptions) -> Result<Generated, Error> {
    match package.compile().unwrap() {
        Compiled::Program(program, _) => package.generate(&program, options, &()),
        Compiled::Broken(report) => panic!("{:?}", report.diagnostics),
    }
}

/// Nothing was set aside, and every source has read something.
fn clean(made: &Generated) {
    assert!(made.reasons.is_empty(), "{:#?}", made.reasons);
    for source in &made.read {
        assert!(source.used > 0 && source.rejected == 0, "{source:?}");
    }
}

#[test]
fn every_way_to_map_a_column_has_a_way_back() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("persona.toml", CONFIG),
        ("schema.persona", SCHEMA),
        ("sources.persona", SOURCES),
    ];
    let package = package(&folder.path().join("a"), &files);
    let made = made(&package, &options()).unwrap();
    clean(&made);
    assert_eq!(made.read.len(), 5);
    let people = fs::read_to_string(package.root().join("data/customers.txt")).unwrap();
    assert!(
        people.starts_with("Customer No;E-Mail;Land;Born;Joined;"),
        "{people:.200}"
    );
    let mail = fs::read_to_string(package.root().join("data/mail.ndjson")).unwrap();
    assert!(mail.contains(r#""context":{"device":"#), "{mail:.300}");
    assert!(mail.contains(r#""type":"click""#) && mail.contains(r#""type":"open""#));
    assert!(package.root().join("data/lines-all.csv").is_file());
}

#[test]
fn a_package_without_sources_gets_plain_ones_in_each_format() {
    for format in [FileFormat::Csv, FileFormat::Ndjson, FileFormat::Parquet] {
        let folder = tempfile::tempdir().unwrap();
        let files = [("persona.toml", CONFIG), ("schema.persona", SCHEMA)];
        let package = package(&folder.path().join("a"), &files);
        let out = folder.path().join("b");
        let options = GenerateOptions {
            out: Some(out.clone()),
            format: Some(format),
            ..options()
        };
        let made = made(&package, &options).unwrap();
        clean(&made);
        assert_eq!(made.read.len(), 5, "{format:?}");
        assert!(out.join("sources.persona").is_file() && out.join("persona.toml").is_file());
        assert!(
            !package.root().join("data").exists(),
            "the package itself is as it was"
        );
    }
}

#[test]
fn the_same_seed_makes_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("persona.toml", CONFIG),
        ("schema.persona", SCHEMA),
        ("sources.persona", SOURCES),
    ];
    let package = package(&folder.path().join("a"), &files);
    let mut all = Vec::new();
    for (name, threads, seed) in [("one", 1, 7), ("five", 5, 7), ("other", 5, 8)] {
        let options = GenerateOptions {
            out: Some(folder.path().join(name)),
            threads: Some(threads),
            dirty: 0.1,
            seed,
            profiles: 2_000,
            ..options()
        };
        let made = made(&package, &options).unwrap();
        let bytes: BTreeMap<PathBuf, Vec<u8>> = made
            .files
            .iter()
            .map(|file| {
                (
                    file.path.clone(),
                    fs::read(made.root.join(&file.path)).unwrap(),
                )
            })
            .collect();
        all.push(bytes);
    }
    assert!(all[0] == all[1], "threads do not show");
    assert!(all[0] != all[2], "seeds do");
}

#[test]
fn spoilt_rows_are_set_aside_or_changed_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("persona.toml", CONFIG),
        ("schema.persona", SCHEMA),
        ("sources.persona", SOURCES),
    ];
    let package = package(&folder.path().join("a"), &files);
    let options = GenerateOptions {
        dirty: 0.05,
        ..options()
    };
    let made = made(&package, &options).unwrap();
    let rows: usize = made.files.iter().map(|file| file.rows).sum();
    let share = made.spoilt as f64 / rows as f64;
    assert!((0.03..0.07).contains(&share), "{share} of {rows}");
    let rejected: usize = made.read.iter().map(|source| source.rejected).sum();
    assert!(
        rejected > 0 && rejected <= made.spoilt * 2,
        "{rejected} of {}",
        made.spoilt
    );
}

#[test]
fn people_and_what_they_did_may_lie_in_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let rules = r#"
profile Customer { id: String @key, country: String }
event Order { total: Money<GBP> }
source customers of Customer {
  from "orders.csv"
  group by column("CustomerID")
  id = column("CustomerID")
  country = first(column("Country"))
}
source orders of Order {
  from "orders.csv"
  profile = column("CustomerID")
  at = column("InvoiceDate")
  total = (column("Quantity") * column("UnitPrice")).as(Money<GBP>)
}
"#;
    let files = [("persona.toml", CONFIG), ("rules.persona", rules)];
    let package = package(&folder.path().join("a"), &files);
    let made = made(&package, &options()).unwrap();
    clean(&made);
    let text = fs::read_to_string(package.root().join("orders.csv")).unwrap();
    let head = text.lines().next().unwrap();
    assert_eq!(head, "CustomerID,InvoiceDate,id,UnitPrice,Quantity,Country");
}

#[test]
fn a_key_that_is_an_address_is_one() {
    for ty in ["Email", "Phone"] {
        let folder = tempfile::tempdir().unwrap();
        let rules = format!("profile P {{ contact: {ty} @key, age: Int }}\nevent E {{ n: Int }}\n");
        let files = [("persona.toml", CONFIG), ("rules.persona", rules.as_str())];
        let package = package(&folder.path().join("a"), &files);
        clean(&made(&package, &options()).unwrap());
    }
}

#[test]
fn nothing_is_written_over_and_nothing_outside_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let rules = "profile P { id: String @key }\nsource people of P { from \"people.csv\" }\n";
    let files = [
        ("persona.toml", CONFIG),
        ("rules.persona", rules),
        ("people.csv", "id\nx\n"),
    ];
    let package_a = package(&folder.path().join("a"), &files);
    let error = made(&package_a, &options()).unwrap_err();
    assert!(
        error.is_call()
            && error
                .to_string()
                .contains("is there already; nothing was written")
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("a/people.csv")).unwrap(),
        "id\nx\n"
    );
    let force = GenerateOptions {
        force: true,
        ..options()
    };
    clean(&made(&package_a, &force).unwrap());
    let rules = rules.replace("people.csv", "../people.csv");
    let files = [("persona.toml", CONFIG), ("rules.persona", rules.as_str())];
    let package_b = package(&folder.path().join("b"), &files);
    let error = made(&package_b, &force).unwrap_err();
    assert!(
        error.to_string().contains("not in the package's folder"),
        "{error}"
    );
    assert!(!folder.path().join("people.csv").exists());
}
