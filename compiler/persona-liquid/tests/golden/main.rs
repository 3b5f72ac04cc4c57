//! Liquid against the cases of golden-liquid, read from beside the repository: every case whose data have types is rendered
//! and must say what Liquid says elsewhere; the others are refused for a reason that `refused.txt` names, and no case
//! may change sides without a word.
//!
//! A case's data gives the types of what its template sees. `UPDATE=1 cargo test -p persona-liquid golden` rewrites the list.

mod types;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use persona_base::{FileId, Severity};
use persona_liquid::{Plain, Scope, Target, Template, Ty, Value, check, render};
use serde_json::Value as Json;

use types::{type_of, value_of};

/// The crate's folder.
fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// Whether the list is rewritten instead of compared.
fn update() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

/// A case's data as what a template sees.
struct Data<'a> {
    data: &'a serde_json::Map<String, Json>,
    types: BTreeMap<Arc<str>, Ty>,
    partials: BTreeMap<&'a str, Arc<Template>>,
}

impl Scope for Data<'_> {
    fn root(&mut self, name: &str) -> Option<Ty> {
        self.types.get(name).cloned()
    }
    fn names(&self) -> Vec<Arc<str>> {
        self.types.keys().cloned().collect()
    }
    fn partial(&mut self, name: &str) -> Result<Arc<Template>, Vec<String>> {
        self.partials
            .get(name)
            .cloned()
            .ok_or_else(|| vec![format!("{name}.liquid")])
    }
    fn partials(&self) -> Vec<Arc<str>> {
        self.partials.keys().map(|name| Arc::from(*name)).collect()
    }
}

/// What came of a case.
#[derive(Debug, PartialEq)]
enum Came {
    /// What Liquid says, or an error where Liquid has one.
    Right,
    /// Refused, for this reason.
    Refused(String),
    /// Something else was written.
    Wrong(String),
}

fn run(case: &Json) -> Came {
    let empty = serde_json::Map::new();
    let data = case["data"].as_object().unwrap_or(&empty);
    let mut types = BTreeMap::new();
    let mut untyped = false;
    for (name, value) in data {
        match type_of(value) {
            Some(ty) => {
                types.insert(Arc::from(name.as_str()), ty);
            }
            None => untyped = true,
        }
    }
    let templates = case["templates"].as_object().unwrap_or(&empty);
    let partials = (1..).zip(templates).map(|(id, (name, text))| {
        let template = Template::parse(FileId(id), text.as_str().expect("a text"));
        (name.as_str(), Arc::new(template))
    });
    let mut scope = Data {
        data,
        types,
        partials: partials.collect(),
    };
    let text = case["template"].as_str().expect("a template");
    let template = Template::parse(FileId(0), text);
    // Rows of a table are HTML.
    let target = if text.contains("tablerow") {
        Target::Html
    } else {
        Target::Text
    };
    let outcome = check(&template, target, &mut scope);
    let expected: Vec<&str> = match (&case["result"], &case["results"]) {
        (Json::String(result), _) => vec![result],
        (_, Json::Array(results)) => results
            .iter()
            .map(|result| result.as_str().expect("a text"))
            .collect(),
        _ => Vec::new(),
    };
    let Some(checked) = outcome.template else {
        if expected.is_empty() {
            return Came::Right;
        }
        let error = outcome
            .diagnostics
            .iter()
            .find(|found| found.severity == Severity::Error);
        let code = error.expect("what is refused is refused for a reason").code;
        let of_mixed = untyped && code.info().name == "liquid_unknown_variable";
        return Came::Refused(if of_mixed {
            "mixed_data".to_owned()
        } else {
            code.info().name.to_owned()
        });
    };
    let values: Vec<Value> = checked
        .roots
        .iter()
        .map(|wanted| value(&scope, &wanted.path))
        .collect();
    match render(&checked, &values, &Plain) {
        Ok(written) if expected.contains(&written.as_str()) => Came::Right,
        Ok(written) => Came::Wrong(written),
        Err(error) => Came::Wrong(error.to_string()),
    }
}

/// The value at a path of the data.
fn value(scope: &Data<'_>, path: &[Arc<str>]) -> Value {
    let mut json = &scope.data[&*path[0]];
    let mut ty = scope.types[&path[0]].clone();
    for field in &path[1..] {
        let Ty::Record(fields) = ty.known() else {
            unreachable!("{path:?} leads through no record");
        };
        ty = fields
            .iter()
            .find(|known| known.name == *field)
            .expect("a field")
            .ty
            .clone();
        json = json.get(&**field).unwrap_or(&Json::Null);
    }
    value_of(json, &ty)
}

/// The list of the refused: `== reason`, then a name on each line.
fn read_list(text: &str) -> BTreeMap<String, String> {
    let mut reason = String::new();
    let mut listed = BTreeMap::new();
    for line in text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        match line.strip_prefix("== ") {
            Some(next) => reason = next.split(':').next().unwrap_or(next).to_owned(),
            None => {
                listed.insert(line.to_owned(), reason.clone());
            }
        }
    }
    listed
}

/// Why each reason is one.
const REASONS: &[(&str, &str)] = &[
    (
        "accepted",
        "Liquid elsewhere has an error, and there is none here",
    ),
    (
        "mixed_data",
        "the data has values of several types in one place, which no schema has",
    ),
    ("liquid_always", "a condition that decides nothing"),
    (
        "liquid_compared",
        "values of different types are compared; Liquid says false, or fails when the message is written",
    ),
    (
        "liquid_dynamic",
        "which variable, field, partial or format it is depends on a value",
    ),
    (
        "liquid_filter_arguments",
        "an argument of another type or number, which Liquid turns into something else or leaves out",
    ),
    (
        "liquid_filter_input",
        "a filter on what it does not work on, which Liquid turns into something else or lets pass",
    ),
    (
        "liquid_may_be_missing",
        "a value that may be missing is printed or used; Liquid prints nothing",
    ),
    (
        "liquid_misplaced",
        "a part that is never read, or printed twice",
    ),
    (
        "liquid_not_a_list",
        "a loop through what is no list; Liquid takes it for one element, or for none",
    ),
    (
        "liquid_not_printable",
        "a list, a record, `nil`, `blank` or `empty` used as a value",
    ),
    ("liquid_partial", "a partial that is not there"),
    ("liquid_syntax", "something that Liquid passes over"),
    (
        "liquid_unknown_field",
        "a field that does not exist; Liquid prints nothing",
    ),
    ("liquid_unknown_filter", "a filter that does not exist"),
    (
        "liquid_unknown_variable",
        "a variable that does not exist; Liquid prints nothing",
    ),
    ("liquid_variable_type", "a variable that is two things"),
];

fn write_list(came: &BTreeMap<String, String>) -> String {
    let mut text = String::from(
        "# The cases of golden-liquid that typed Liquid refuses, by reason: the name of the diagnostic, and what it is about.\n# Rewritten by `UPDATE=1 cargo test -p persona-liquid golden`.\n",
    );
    for (reason, why) in REASONS {
        let cases: Vec<&String> = came
            .iter()
            .filter(|(_, other)| other == reason)
            .map(|(name, _)| name)
            .collect();
        if !cases.is_empty() {
            let _ = writeln!(text, "\n== {reason}: {why} ({} cases)", cases.len());
            for case in cases {
                let _ = writeln!(text, "{case}");
            }
        }
    }
    text
}

#[test]
fn golden_cases_are_rendered_or_refused_for_their_listed_reason() {
    let path = here().join("../../../shared/suites/golden-liquid/golden_liquid.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("not asked: golden-liquid is not at ../shared/suites");
        return;
    };
    let suite: Json = serde_json::from_str(&text).expect("JSON");
    let cases = suite["tests"].as_array().expect("cases");
    let list = here().join("tests/golden/refused.txt");
    let listed = read_list(&std::fs::read_to_string(&list).unwrap_or_default());
    let mut refused = BTreeMap::new();
    let mut failures = Vec::new();
    for case in cases {
        let name = case["name"].as_str().expect("a name").to_owned();
        let came = run(case);
        let reason = match &came {
            Came::Right => None,
            Came::Refused(reason) => Some(reason.clone()),
            Came::Wrong(_) if case["invalid"] == true => Some("accepted".to_owned()),
            Came::Wrong(written) => {
                failures.push(format!(
                    "{name}\n  template: {:?}\n  expected: {} {}\n  written:  {written:?}",
                    case["template"].as_str().unwrap_or_default(),
                    case["result"],
                    case["results"]
                ));
                continue;
            }
        };
        if let Some(reason) = &reason {
            assert!(
                REASONS.iter().any(|(known, _)| known == reason),
                "{name}: {reason} is explained"
            );
            refused.insert(name.clone(), reason.clone());
        }
        if !update() && listed.get(&name) != reason.as_ref() {
            failures.push(format!(
                "{name}: listed as {:?}, and is {:?}",
                listed.get(&name),
                reason
            ));
        }
    }
    println!(
        "{} of {} cases as in Liquid elsewhere, {} refused",
        cases.len() - refused.len(),
        cases.len(),
        refused.len()
    );
    if update() {
        std::fs::write(&list, write_list(&refused)).expect("the list is writable");
    }
    assert!(
        failures.is_empty(),
        "{} failures\n\n{}\n",
        failures.len(),
        failures.join("\n")
    );
    assert!(cases.len() > 1000, "all cases are looked at");
}
