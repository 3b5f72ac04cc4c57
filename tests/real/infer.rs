//! `persona schema infer` on real files: what it makes checks and runs, and so many of the rows load without an edit. The floors are
//! those of `compiler/docs/infer.md`; `cargo test -p persona-tests real::infer -- --nocapture` prints its table.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::data_is_there;
use crate::support::binary::persona;
use crate::support::root;

/// A call, and the least share of rows that must load, in thousandths.
struct Case {
    files: &'static [&'static str],
    flags: &'static [&'static str],
    /// What the first file's rows must be found to be.
    is: &'static str,
    floor: usize,
}

const fn case(files: &'static [&'static str], is: &'static str, floor: usize) -> Case {
    Case {
        files,
        flags: &[],
        is,
        floor,
    }
}

const CASES: &[Case] = &[
    case(&["profiles/telco_customer_churn.csv"], "profile", 1000),
    case(&["identity/splink/fake_1000.csv"], "profile", 1000),
    case(&["identity/febrl/dataset1.csv"], "profile", 1000),
    case(&["identity/febrl/dataset4b.csv"], "profile", 1000),
    case(&["identity/senzing/customers.csv"], "profile", 1000),
    case(&["identity/senzing/customers.jsonl"], "profile", 1000),
    case(
        &["identity/chicago_early_childhood/csv_example_messy_input.csv"],
        "profile",
        1000,
    ),
    case(&["identity/abt_buy/AbtBuy_Abt.csv"], "catalog", 1000),
    case(&["identity/nicknames_names.csv"], "profile", 1000),
    case(&["quality/hospital_dirty.csv"], "profile", 1000),
    case(&["quality/beers_dirty.csv"], "profile", 1000),
    case(&["catalog/bestbuy_stores.json"], "catalog", 1000),
    case(&["experiments/wa_marketing_campaign.csv"], "catalog", 1000),
    case(&["experiments/cookie_cats.parquet"], "profile", 1000),
    case(&["email/yammer_users.parquet"], "profile", 1000),
    case(&["email/yammer_emails_2022-05_06.parquet"], "event", 1000),
    case(&["transactions/cdnow_master.parquet"], "event", 1000),
    Case {
        files: &["transactions/online_retail_2010-12_2011-05.parquet"],
        flags: &["--currency", "GBP"],
        is: "event",
        // Lines without a customer are nobody's events.
        floor: 710,
    },
    case(
        &[
            "transactions/complete_journey/demographics.parquet",
            "transactions/complete_journey/transactions_sample.parquet",
            "transactions/complete_journey/products.parquet",
        ],
        "profile",
        1000,
    ),
];

/// How many rows a package reads, and how many of them it uses.
fn rows(package: &Path) -> (usize, usize) {
    let run = persona(package, &["run", "--format", "json", "--quiet"]);
    assert_eq!(run.code, 0, "{}\n{}", package.display(), run.stderr);
    let result: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let sources = result["sources"].as_array().expect("sources");
    let sum = |what: &str| {
        let counts = sources
            .iter()
            .map(|source| source[what].as_u64().expect("a count"));
        usize::try_from(counts.sum::<u64>()).expect("few rows")
    };
    (sum("read"), sum("used"))
}

#[test]
fn what_is_found_in_real_files_checks_runs_and_loads_their_rows() {
    if !data_is_there() {
        return;
    }
    let data = root().join("../shared/data");
    let folder = tempfile::tempdir().expect("a folder");
    let mut failures = Vec::new();
    println!("| files | rows | load |\n|---|---:|---:|");
    for (number, case) in CASES.iter().enumerate() {
        let out = folder.path().join(format!("package_{number}"));
        let files: Vec<String> = case
            .files
            .iter()
            .map(|file| data.join(file).display().to_string())
            .collect();
        let out_text = out.display().to_string();
        let mut call = vec!["schema", "infer"];
        call.extend(files.iter().map(String::as_str));
        call.extend(case.flags);
        call.extend(["--out", &out_text]);
        let made = persona(folder.path(), &call);
        let name = case.files.join(", ");
        if made.code != 0 {
            failures.push(format!("{name}: {}\n{}", made.code, made.stderr));
            continue;
        }
        for call in [&["check", "--format", "short"][..], &["fmt", "--check"][..]] {
            let checked = persona(&out, call);
            if checked.code != 0 {
                failures.push(format!(
                    "{name}: {call:?}\n{}{}",
                    checked.stdout, checked.stderr
                ));
            }
        }
        let schema = fs::read_to_string(out.join("schema.persona")).expect("a schema");
        let is = schema
            .lines()
            .any(|line| line.starts_with(&format!("{} ", case.is)));
        let (read, used) = rows(&out);
        println!(
            "| {name} | {read} | {:.1} % |",
            used as f64 * 100.0 / read.max(1) as f64
        );
        if used * 1000 < read * case.floor || read == 0 || !is {
            failures.push(format!(
                "{name}: {used} of {read} rows, is a {}: {is}\n{}\n{schema}",
                case.is, made.stderr
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
