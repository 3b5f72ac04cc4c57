//! persona's part of the harness's many rules and one profile: the rules as segments of a package, and the index over them. Put
//! beside the harness's own cells by `rowbench.py`. The harness compares how many rules hold; here it is compared which.
use super::{Atom, Flat, NA, NULL, Prof, cpu, expr, is_bool, is_cat, name};
use persona::{Compiled, Package, Program};
use persona_jit::{RuleIndex, RuleIndexOptions, RuleRow, RuleScratch, RuleValue};
use persona_runtime::Value;
use std::path::Path;

const CONFIG: &str = "[package]\nname = \"rules\"\nversion = \"0.1.0\"\nlanguage = \"1\"\ntimezone = \"UTC\"\n";

fn compiled(rules: &[Vec<Atom>]) -> Program {
    let mut text = String::from("profile Person {\n  id: String @key\n");
    for attribute in 0..NA {
        let ty = match attribute {
            _ if is_bool(attribute) => "Bool",
            _ if is_cat(attribute) => "String",
            12..16 => "Int?",
            _ => "Int",
        };
        text += &format!("  {}: {ty}\n", name(attribute));
    }
    text += "}\n";
    for (number, rule) in rules.iter().enumerate() {
        let one_of = |field: &str, values: &[String]| match values {
            [one] => format!("{field} == {one}"),
            _ => format!("{field} in [{}]", values.join(", ")),
        };
        // A comparison with a missing value does not hold: nothing guards it.
        let when = expr(rule, " and ", "", one_of, |_| String::new());
        text += &format!("segment r{number:06} {{ when {when} }}\n");
    }
    let package = Package::from_memory("rules", Some(CONFIG), [("rules.persona", text.as_str())], Path::new("."));
    match package.compile() {
        Ok(Compiled::Program(program, _)) => *program,
        Ok(Compiled::Broken(report)) => panic!("{:#?}", report.diagnostics.first()),
        Err(error) => panic!("{error}"),
    }
}

fn value(attribute: usize, profile: &Prof) -> Value {
    match profile[attribute] {
        NULL => Value::Missing,
        value if is_bool(attribute) => Value::Bool(value == 1),
        value if is_cat(attribute) => Value::text(format!("v{value}")),
        value => Value::Int(value),
    }
}

/// A cell: its name, how many profiles a pass asks about, how many rules hold for one, and what making the index from the plan
/// takes, in milliseconds as the harness's cells.
pub(super) fn cell<'a>(rules: &[Vec<Atom>], profiles: &'a [Prof]) -> (String, usize, Box<dyn FnMut(usize) -> usize + 'a>, f64) {
    let program = compiled(rules);
    let start = cpu();
    let index = RuleIndex::new(program.plan(), &RuleIndexOptions::default()).expect("an index within its budget");
    let built = cpu() - start;
    // Fields' columns are numbered as they are declared, the key first.
    let places: Vec<usize> = index
        .attributes()
        .iter()
        .map(|attribute| match attribute.value {
            RuleValue::Node(node) => match program.plan().nodes[node].op {
                persona_ir::Op::Profile(column) => usize::from(column) - 1,
                _ => panic!("rules test fields"),
            },
            _ => panic!("rules test fields"),
        })
        .collect();
    let given: Vec<Vec<Value>> = profiles.iter().map(|profile| places.iter().map(|place| value(*place, profile)).collect()).collect();
    let (mut scratch, flat, mut expected) = (RuleScratch::default(), Flat::new(rules), Vec::new());
    for (number, profile) in profiles.iter().enumerate() {
        flat.run(profile, &mut expected);
        let row = RuleRow { now: 0, today: 0, values: &given[number] };
        if index.matches(&mut scratch, &row) != expected {
            eprintln!("MISMATCH persona profile {number}: other rules hold");
        }
    }
    let memory = index.memory().total() as f64 / 1e6;
    let ask = move |number: usize| {
        let row = RuleRow { now: 0, today: 0, values: &given[number] };
        index.matches(&mut scratch, &row).len()
    };
    (format!("persona: rule index, given values ({memory:.1} MB)"), profiles.len(), Box::new(ask), built)
}
