//! One generated case: through text and files into every engine, and against the naive evaluator.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::atomic::Ordering;

use persona::{Compiled, Package};
use persona_ir::Plan;
use persona_runtime::Value;

use super::build::build;
use super::naive::{Logic, evaluate};
use super::rows::rows;
use super::text;
use super::tree::{Data, Output, Program, Ty, V};
use crate::suite::diagnostics::short;
use crate::support::engines::{self, Loaded, Rows};
use crate::support::rng::Rng;

/// A program and its rows.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) program: Program,
    pub(super) data: Data,
}

impl Case {
    /// The case with this number; always the same.
    pub(super) fn new(number: u64) -> Self {
        let mut rng = Rng::stream(2_026, number);
        let built = build(&mut rng);
        let data = rows(&mut rng, &built);
        Self {
            program: built.program,
            data,
        }
    }

    /// Writes the rows and compiles the text.
    pub(super) fn plan(&self, folder: &Path) -> Result<std::sync::Arc<Plan>, String> {
        for (name, lines) in text::files(&self.program.schema, &self.data) {
            std::fs::write(folder.join(name), lines).expect("rows are written");
        }
        let (config, source) = (
            text::manifest(&self.program.schema),
            text::program(&self.program, None),
        );
        let package = Package::from_memory(
            "generated",
            Some(&config),
            [("main.persona", source.as_str())],
            folder,
        );
        match package
            .compile()
            .map_err(|error| format!("compiling: {error}"))?
        {
            Compiled::Program(program, _) => Ok(std::sync::Arc::new(program.plan().clone())),
            Compiled::Broken(report) => Err(format!(
                "a well-typed program is refused:\n{}",
                short(&report)
            )),
        }
    }
}

/// Asks everybody; the first disagreement, in words. Gives how many conditions loops over several columns have answered.
pub(super) fn check(case: &Case, folder: &Path) -> Result<usize, String> {
    let checked = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let expected = readings(case)?;
        let plan = case.plan(folder)?;
        let loaded = Loaded::new(&plan, folder, case.data.now)?;
        let answers = engines::agree(&plan, &loaded)?;
        compare(case, &plan, &loaded, &answers, &expected)?;
        Ok(loaded.fused.load(Ordering::Relaxed))
    }));
    checked.unwrap_or_else(|_| Err("a panic; its message is above".to_owned()))
}

/// The naive evaluator's answers, by declaration; both readings give the same.
pub(super) fn readings(case: &Case) -> Result<Vec<Vec<V>>, String> {
    let two = evaluate(&case.program, &case.data, Logic::Two);
    let three = evaluate(&case.program, &case.data, Logic::Three);
    for (index, output) in case.program.outputs.iter().enumerate() {
        let condition = !matches!(output, Output::Trait(e) if e.ty != Ty::Bool);
        // COALESCE(…, FALSE) around every answer.
        let known = |value: &V| {
            if condition && *value == V::Missing {
                V::Bool(false)
            } else {
                value.clone()
            }
        };
        for (profile, (a, b)) in two[index].iter().zip(&three[index]).enumerate() {
            if *a != known(b) {
                let (name, key) = (case.program.name(index), &case.data.profiles[profile].key);
                return Err(format!(
                    "`{name}` of `{key}`: {a:?} with two truth values, {b:?} with three"
                ));
            }
        }
    }
    Ok(two)
}

/// The engines' answers against the naive ones.
pub(super) fn compare(
    case: &Case,
    plan: &Plan,
    loaded: &Loaded,
    answers: &[Rows],
    expected: &[Vec<V>],
) -> Result<(), String> {
    let keys = loaded.keys(plan);
    let listed: Vec<&String> = case
        .data
        .profiles
        .iter()
        .map(|profile| &profile.key)
        .collect();
    if keys.iter().collect::<Vec<_>>() != listed {
        return Err(format!("profiles: {keys:?}, and should be {listed:?}"));
    }
    for (index, output) in case.program.outputs.iter().enumerate() {
        if matches!(output, Output::Segment(true, _)) {
            continue;
        }
        let name = case.program.name(index);
        let place = plan.outputs.iter().position(|output| *output.name == *name);
        let place = place.ok_or_else(|| format!("`{name}` is not answered"))?;
        for (key, (found, expected)) in keys.iter().zip(answers[place].iter().zip(&expected[index]))
        {
            if !same(found, expected) {
                return Err(format!(
                    "`{name}` of `{key}`: {found:?}, and naively {expected:?}"
                ));
            }
        }
    }
    Ok(())
}

/// Floats by their bits.
fn same(found: &Value, expected: &V) -> bool {
    match (found, expected) {
        (Value::Missing, V::Missing) => true,
        (Value::Bool(a), V::Bool(b)) => a == b,
        (Value::Int(a), V::Int(b)) => a == b,
        (Value::Enum(a), V::Int(b)) => i64::from(*a) == *b,
        (Value::Float(a), V::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Str(a), V::Str(b)) => **a == **b,
        _ => false,
    }
}
