//! `persona schema infer` and `persona generate`: what comes out checks and runs, and whoever gives a file that cannot be read is told why.

use std::fs;
use std::path::Path;

use crate::support::binary::{Run, persona};

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    folder
}

fn infer(folder: &Path, arguments: &[&str]) -> Run {
    let mut call = vec!["schema", "infer"];
    call.extend(arguments);
    persona(folder, &call)
}

/// Makes a package of files, checks and runs it, and gives its schema and its sources.
fn package(files: &[(&str, &[u8])], arguments: &[&str]) -> (String, String) {
    let folder = folder(files);
    let mut call = arguments.to_vec();
    call.extend(["--out", "made"]);
    let made = infer(folder.path(), &call);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let out = folder.path().join("made");
    for call in [
        &["check", "--format", "short"][..],
        &["fmt", "--check"][..],
        &["run", "--now", "2026-01-01"][..],
    ] {
        let run = persona(&out, call);
        let schema = fs::read_to_string(out.join("schema.persona")).unwrap_or_default();
        assert_eq!(
            run.code, 0,
            "{call:?}\n{}{}\n{schema}",
            run.stdout, run.stderr
        );
    }
    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap_or_default();
    (read("schema.persona"), read("sources.persona"))
}

/// Each of these lines stands in the text, whatever the spaces.
fn has(text: &str, lines: &[&str]) {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in lines {
        assert!(
            flat(text).contains(&flat(line)),
            "`{line}` is not in\n{text}"
        );
    }
}

#[test]
fn a_messy_table_becomes_a_profile_that_loads_it() {
    let mut csv = String::from(
        "Customer ID;E-Mail;count;count ;Größe (cm);Plan;Joined;Spent;Born;Phone;VIP;Score;;Zip\n",
    );
    for row in 0..60 {
        csv.push_str(&format!(
            "C{row:03};user{row}@example.com;{row};x;1{}.5;{};{:02}.11.2024 10:30;\"€1,{row:03}.50\";19{:02}-02-28;+49 30 12345{row:02};{};{};;0{row:04}\n",
            row % 10,
            ["Free", "Pro plan", "Team"][row % 3],
            row % 28 + 1,
            row + 10,
            ["yes", "no"][row % 2],
            if row == 7 { "N/A".to_owned() } else { format!("{}", row * 3) },
        ));
    }
    let (schema, sources) = package(&[("customers.csv", csv.as_bytes())], &["customers.csv"]);
    has(
        &schema,
        &[
            "profile Customer {",
            "customer_id: String @key",
            "email: Email @pii",
            "groesse_cm: Float",
            "plan: Plan",
            "joined: Timestamp",
            "spent: Money<EUR>",
            "born: Date @pii",
            "phone: Phone @pii",
            "vip: Bool",
            "score: Int?",
            "zip: String @pii",
            "pro_plan \"Pro plan\"",
        ],
    );
    has(
        &sources,
        &[
            "delimiter \";\"",
            "joined = column(\"Joined\").as(Timestamp, \"%d.%m.%Y %H:%M\")",
            "as(Money<EUR>)",
        ],
    );
}

#[test]
fn several_files_make_one_package_whose_events_name_the_profiles_key() {
    let users = "user_id,first_name,country\nu1,Ada,DE\nu2,Bob,US\nu3,Cleo,DE\nu4,Dan,FR\n";
    let orders = "order_id,user_id,created_at,total_eur\no1,u1,2025-01-01T10:00:00Z,10.00\no2,u1,2025-01-02T10:00:00Z,20.50\no3,u3,2025-01-03T10:00:00Z,5.00\n";
    let products = "sku,title,price_eur\nA1,Shoe,10.00\nA2,Boot,20.00\n";
    let (schema, sources) = package(
        &[
            ("orders.csv", orders.as_bytes()),
            ("products.csv", products.as_bytes()),
            ("users.csv", users.as_bytes()),
        ],
        &["orders.csv", "products.csv", "users.csv"],
    );
    has(
        &schema,
        &[
            "profile User {",
            "user_id: String @key",
            "event Order {",
            "total_eur: Money<EUR>",
            "catalog Product {",
            "sku: String @key",
        ],
    );
    has(
        &sources,
        &[
            "source orders of Order {",
            "profile = column(\"user_id\")",
            "at = column(\"created_at\")",
            "id = column(\"order_id\")",
        ],
    );
}

#[test]
fn events_alone_and_nested_objects_are_found() {
    let lines = (0..40).map(|row| {
        format!(
            "{{\"event_id\":\"e{row}\",\"customer\":{{\"id\":\"c{}\"}},\"time\":\"2025-01-{:02}T10:00:00Z\",\"tags\":[\"a\",\"b\"],\"items\":[{{\"sku\":\"A\",\"quantity\":{row}}}],\"where\":{{\"lat\":48.1,\"lon\":11.5}}}}\n",
            row % 7,
            row % 28 + 1
        )
    });
    let lines: String = lines.collect();
    let (schema, sources) = package(
        &[("orders.ndjson", lines.as_bytes())],
        &["orders.ndjson", "--as", "event"],
    );
    has(
        &schema,
        &[
            "event Order {",
            "tags: Set<String>",
            "items: List<{ sku: String, quantity: Int }>",
            "where_value: Geo",
        ],
    );
    has(
        &sources,
        &["at = column(\"time\")", "profile = column(\"customer.id\")"],
    );
    let document = format!("{{\"orders\":[{}]}}", lines.trim_end().replace('\n', ","));
    let (again, _) = package(
        &[("orders.json", document.as_bytes())],
        &["orders.json", "--as", "event"],
    );
    assert_eq!(again, schema, "one document says the same as lines do");
}

#[test]
fn declarations_of_databases_and_schemas_are_read() {
    let sql = b"-- a shop\nCREATE TYPE tier AS ENUM ('bronze', 'silver');\nCREATE TABLE IF NOT EXISTS \"users\" (\n  id BIGINT PRIMARY KEY,\n  email VARCHAR(255) NOT NULL UNIQUE,\n  level tier NOT NULL DEFAULT 'bronze',\n  active TINYINT(1),\n  born DATE /* day */,\n  plan TEXT CHECK (plan IN ('free', 'pro'))\n);\nCREATE TABLE orders (\n  order_id UUID,\n  user_id BIGINT NOT NULL REFERENCES users (id),\n  created_at TIMESTAMPTZ NOT NULL,\n  total DECIMAL(10,2) NOT NULL,\n  PRIMARY KEY (order_id)\n);\nINSERT INTO users VALUES (1);\n";
    let (schema, sources) = package(&[("shop.sql", sql)], &["shop.sql", "--currency", "eur"]);
    has(
        &schema,
        &[
            "profile User {",
            "id: String @key",
            "email: Email @pii",
            "level: Level",
            "active: Bool?",
            "born: Date? @pii",
            "plan: Plan?",
            "event Order {",
            "total: Money<EUR>",
        ],
    );
    assert_eq!(sources, "", "nothing is loaded from a declaration");
    let json = br##"{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Customer","type":"object","required":["id","plan"],"properties":{"id":{"type":"string"},"email":{"type":["string","null"],"format":"email"},"plan":{"enum":["free","pro"],"type":"string"},"address":{"$ref":"#/$defs/address"},"tags":{"type":"array","items":{"type":"string"}}},"$defs":{"address":{"type":"object","properties":{"city":{"type":"string"},"place":{"type":"object","properties":{"lat":{"type":"number"},"lon":{"type":"number"}}}}}}}"##;
    let (schema, _) = package(&[("customer.json", json)], &["customer.json"]);
    has(
        &schema,
        &[
            "profile Customer {",
            "id: String @key",
            "email: Email? @pii",
            "plan: Plan",
            "address_city: String?",
            "address_place: Geo?",
            "tags: Set<String> = []",
        ],
    );
}

#[test]
fn what_cannot_be_read_is_said_clearly() {
    let cases: &[(&str, &[u8], &str)] = &[
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"  \n\n", "is empty"),
        ("wide.csv", b"\xff\xfei\0d\0\n\0", "UTF-16"),
        ("old.csv", b"id,name\n1,M\xfcller\n", "line 2 is not UTF-8"),
        (
            "book.csv",
            b"PK\x03\x04aaaa",
            "ZIP archive or an Excel workbook",
        ),
        (
            "data.csv",
            b"\x00\x01\x02\x03\x00\x00\x07\x00\x00\x01",
            "neither text nor",
        ),
        (
            "rows.csv",
            b"1,2020-01-01,3\n2,2020-01-02,4\n",
            "has no header",
        ),
        ("line.csv", b"just one line", "no rows"),
        ("odd.json", b"{\"a\": 1}", "no list of objects"),
        ("cut.json", b"[{\"a\": 1}, {", "cannot be read as JSON"),
        ("cut.parquet", b"PAR1aaaaaaaaaaaa", "cut.parquet"),
        ("none.sql", b"SELECT 1;", "no CREATE TABLE"),
    ];
    for (name, bytes, expected) in cases {
        let folder = folder(&[(name, bytes)]);
        let run = infer(folder.path(), &[name]);
        assert_eq!(run.code, 2, "{name}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(expected), "{name}: {}", run.stderr);
    }
    let folder = folder(&[("a.csv", b"id,x\n1,2\n")]);
    let gone = infer(folder.path(), &["nothing.csv"]);
    assert!(
        gone.code == 2 && gone.stderr.contains("there is no such file"),
        "{}",
        gone.stderr
    );
    fs::write(folder.path().join("persona.toml"), "x").expect("a file");
    let taken = infer(folder.path(), &["a.csv", "--out", "."]);
    assert!(
        taken.code == 2 && taken.stderr.contains("is there already"),
        "{}",
        taken.stderr
    );
}

#[test]
fn rows_that_do_not_load_are_listed_with_their_reasons() {
    let mut csv = String::from("id,amount\n");
    (0..50).for_each(|row| csv.push_str(&format!("{row},{row}\n")));
    csv.push_str("50,1,2\n51,oops\n");
    let folder = folder(&[("things.csv", csv.as_bytes())]);
    let run = infer(folder.path(), &["things.csv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    has(
        &run.stderr,
        &[
            "51 of 52 rows load",
            "has 3 cells where the header has 2",
            "oops",
        ],
    );
    has(&run.stdout, &["amount: Int?", "from \"things.csv\""]);
}

#[test]
fn what_is_generated_is_read_without_a_complaint() {
    let shop = crate::support::root().join("examples/shop");
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("practice").display().to_string();
    let shop = shop.display().to_string();
    let call = [
        "generate",
        &shop,
        "--profiles",
        "150",
        "--seed",
        "3",
        "--out",
        &out,
    ];
    let made = persona(folder.path(), &call);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(
        !made.stdout.contains("set aside") && !made.stdout.contains("Set aside"),
        "{}",
        made.stdout
    );
    let run = persona(Path::new(&out), &["run", "--format", "json", "--quiet"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("\"rejected\": 0") || run.stdout.contains("\"rejected\":0"),
        "{}",
        run.stdout
    );
    let again = persona(folder.path(), &call);
    assert!(
        again.code == 2 && again.stderr.contains("nothing was written"),
        "{}",
        again.stderr
    );
}
