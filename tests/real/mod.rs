//! Real data: questions about public data sets, answered to the last customer. The data lies beside the repository, in
//! `../shared/data`, and is not part of it.

mod campaigns;
mod experiments;
mod groceries;
mod infer;

use std::collections::BTreeMap;
use std::path::PathBuf;

use persona::{Compiled, Package};
use persona_ir::Plan;
use persona_runtime::Value;

use crate::support::engines::{Loaded, Rows, agree};
use crate::support::root;

/// A package over real data, with its answers.
struct Answered {
    plan: Plan,
    loaded: Loaded,
    answers: Vec<Rows>,
}

/// Whether the real data is there. `PERSONA_REQUIRE_DATA=1` makes its absence a failure.
fn data_is_there() -> bool {
    if root().join("../shared/data/examples.json").exists() {
        return true;
    }
    let required = std::env::var_os("PERSONA_REQUIRE_DATA").is_some();
    assert!(!required, "the real data is not at ../shared/data");
    println!("not asked: the real data is not at ../shared/data");
    false
}

/// Answers a package of this folder; nothing where the data is not there.
fn answer(name: &str, now: &str) -> Option<Answered> {
    if !data_is_there() {
        return None;
    }
    let folder = root().join("tests/real").join(name);
    let package = Package::open(Some(&folder)).expect("a package");
    let Compiled::Program(program, _) = package.compile().expect("a valid package compiles") else {
        panic!(
            "{name} has errors:\n{}",
            crate::suite::diagnostics::short(&package.check().expect("a report"))
        );
    };
    let plan = program.plan().clone();
    let now = now
        .parse::<jiff::Timestamp>()
        .expect("an instant")
        .as_microsecond();
    let loaded = Loaded::new(&plan, &folder, now).expect("readable data");
    let answers = agree(&plan, &loaded).expect("all engines agree");
    Some(Answered {
        plan,
        loaded,
        answers,
    })
}

impl Answered {
    fn rows(&self, output: &str) -> &Rows {
        let index = self
            .plan
            .outputs
            .iter()
            .position(|known| &*known.name == output);
        &self.answers[index.unwrap_or_else(|| panic!("there is no answer `{output}`"))]
    }

    /// How many are in a segment.
    fn members(&self, segment: &str) -> usize {
        self.rows(segment)
            .iter()
            .filter(|value| value.is_true())
            .count()
    }

    /// How many are in both segments.
    fn members_of_both(&self, a: &str, b: &str) -> usize {
        self.rows(a)
            .iter()
            .zip(self.rows(b))
            .filter(|(a, b)| a.is_true() && b.is_true())
            .count()
    }

    /// The sum of a trait's known whole numbers over the members of a segment.
    fn sum(&self, output: &str, among: &str) -> i64 {
        let members = self
            .rows(output)
            .iter()
            .zip(self.rows(among))
            .filter(|(_, member)| member.is_true());
        members.filter_map(|(value, _)| value.int()).sum()
    }

    /// How many profiles each value of an enum has, by the value's title.
    fn by_value(&self, output: &str, among: &str) -> BTreeMap<String, usize> {
        let node = self
            .plan
            .outputs
            .iter()
            .find(|known| &*known.name == output)
            .expect("an answer")
            .node;
        let persona_ir::Ty::Enum(id) = self.plan.nodes[node].ty else {
            panic!("`{output}` is no enum")
        };
        let mut counts = BTreeMap::new();
        for (value, member) in self.rows(output).iter().zip(self.rows(among)) {
            if let (Value::Enum(code), true) = (value, member.is_true()) {
                let value = &self.plan.schema.enums[id].values[*code as usize];
                *counts
                    .entry(value.title.as_deref().unwrap_or(&value.name).to_owned())
                    .or_default() += 1;
            }
        }
        counts
    }
}

/// The expected answer of a worked example.
fn example(id: &str) -> serde_json::Value {
    let path: PathBuf = root().join("../shared/data/examples.json");
    let text = std::fs::read_to_string(path).expect("the worked examples");
    let examples: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let found = examples["examples"]
        .as_array()
        .expect("examples")
        .iter()
        .find(|example| example["id"] == id);
    found.unwrap_or_else(|| panic!("there is no example {id}"))["answer"].clone()
}

fn count(value: &serde_json::Value) -> usize {
    usize::try_from(value.as_u64().expect("a count")).expect("a small count")
}

#[test]
fn retail_rows_orders_and_customers() {
    let Some(retail) = answer("retail", "2011-05-31T23:59:59.999999Z") else {
        return;
    };
    let expected = example("retail.1");
    let source = |name: &str| retail.loaded.source(name);
    let number = |n: u64| usize::try_from(n).expect("a small count");
    assert_eq!(
        number(source("distinct_lines").rows_read),
        count(&expected["rows"])
    );
    assert_eq!(number(source("orders").records), count(&expected["orders"]));
    assert_eq!(retail.members("customer"), count(&expected["customers"]));
    assert_eq!(
        number(source("cancellations").records),
        count(&expected["cancelled_lines"])
    );
    assert_eq!(
        number(source("anonymous_lines").records),
        count(&expected["no_customer"])
    );
    let distinct = source("distinct_lines");
    assert_eq!(
        number(distinct.rows_read - distinct.records),
        count(&expected["surplus_duplicates"])
    );
}

#[test]
fn retail_regular_spenders() {
    let Some(retail) = answer("retail", "2011-05-31T23:59:59.999999Z") else {
        return;
    };
    assert_eq!(
        retail.members("spring_regular"),
        count(&example("retail.2")["customers"])
    );
}

#[test]
fn retail_best_customers() {
    let Some(retail) = answer("retail", "2011-05-31T23:59:59.999999Z") else {
        return;
    };
    let expected = example("retail.3");
    assert_eq!(retail.members("best"), count(&expected["best_customers"]));
    let mils = retail.sum("mils", "best");
    assert_eq!(
        format!("{}.{:03}", mils / 1_000, mils % 1_000),
        expected["value"].as_str().expect("text")
    );
}

#[test]
fn cdnow_repeated_purchases() {
    let Some(cdnow) = answer("cdnow", "1998-07-01T00:00:00Z") else {
        return;
    };
    let expected = example("cdnow.1");
    assert_eq!(cdnow.loaded.data.profiles, count(&expected["customers"]));
    assert_eq!(cdnow.members("repeated"), count(&expected["repeated"]));
    assert_eq!(
        cdnow.members("within_90_days"),
        count(&expected["within_90_days"])
    );
}

#[test]
fn cdnow_customers_by_number_of_transactions() {
    let Some(cdnow) = answer("cdnow", "1998-07-01T00:00:00Z") else {
        return;
    };
    let mut found = [0; 4];
    for value in cdnow.rows("transactions") {
        let Value::Enum(stage) = value else {
            panic!("a stage was expected, found {value:?}")
        };
        found[*stage as usize] += 1;
    }
    let expected: Vec<usize> = example("cdnow.2")
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| count(&row["customers"]))
        .collect();
    assert_eq!(found.to_vec(), expected);
}

#[test]
fn journey_households_and_redeemers_by_income() {
    let Some(journey) = answer("journey", "2018-01-01T00:00:00Z") else {
        return;
    };
    let households = journey.by_value("income_band", "surveyed");
    let redeemers = journey.by_value("income_band", "redeemer");
    for row in example("journey.3").as_array().expect("rows") {
        let income = row["income"].as_str().expect("an income");
        assert_eq!(
            households.get(income).copied(),
            Some(count(&row["households"])),
            "households of {income}"
        );
        assert_eq!(
            redeemers.get(income).copied(),
            Some(count(&row["redeemers"])),
            "redeemers of {income}"
        );
    }
    assert_eq!(households.len(), 12);
}

#[test]
fn email_users_who_ignored_their_last_three_digests() {
    let Some(email) = answer("email", "2022-07-02T00:00:00Z") else {
        return;
    };
    assert_eq!(
        email.members("drifting"),
        count(&example("email.2")["users"])
    );
}

#[test]
fn telco_churn_by_contract() {
    let Some(telco) = answer("telco", "2020-01-01T00:00:00Z") else {
        return;
    };
    let customers = telco.by_value("contracts", "everybody");
    let churned = telco.by_value("contracts", "churned");
    let blank = telco.by_value("contracts", "blank_total");
    for row in example("profile.1").as_array().expect("rows") {
        let contract = row["Contract"].as_str().expect("a contract");
        let found = [&customers, &churned, &blank]
            .map(|counts| counts.get(contract).copied().unwrap_or_default());
        assert_eq!(
            found,
            [
                count(&row["customers"]),
                count(&row["churned"]),
                count(&row["blank_total"])
            ],
            "{contract}"
        );
    }
}

#[test]
fn telco_customers_at_risk() {
    let Some(telco) = answer("telco", "2020-01-01T00:00:00Z") else {
        return;
    };
    let expected = example("profile.2");
    assert_eq!(telco.members("at_risk"), count(&expected["customers"]));
    assert_eq!(
        telco.members_of_both("at_risk", "churned"),
        count(&expected["churned"])
    );
}
