//! Machine code against the reference interpreter: one plan for each operation and edge that is easy to name, and
//! random plans that respect types and levels for the rest. Both run over the same small data, full of edges.

mod atoms;
mod batches;
mod checks;
mod files;
mod fixture;
mod flips;
mod fused;
mod generate;
mod histories;
mod history;
mod large;
mod memberships;
mod plans;
mod random;
mod row_texts;
mod rows;
mod rules;
mod scalars;
mod shapes;

use persona_ir::Plan;
use persona_runtime::{
    Answer, Answers, Dataset, Evaluation, Total, Totals, Value, Values, interpret,
};

use persona_runtime::kernels::Isa;

use crate::{ByRows, Compiled, Room, RunOptions};

/// One moment of evaluation, without a calibration.
fn at(now: i64) -> Evaluation {
    Evaluation {
        now,
        calibration: None,
    }
}

/// Compares batch code and row code with the interpreter, to the bit. Gives the interpreter's answers.
fn agree(plan: &Plan, data: &Dataset, evaluation: &Evaluation) -> Result<Answers, String> {
    let expected = interpret(plan, data, evaluation);
    let compiled = Compiled::new(plan).map_err(|error| error.to_string())?;
    for options in ways() {
        let actual = compiled.run_with(data, evaluation, &options);
        same_answers(plan, &expected, &actual).map_err(|error| format!("{options:?}: {error}"))?;
    }
    let totals = expected.totals(plan);
    let room = Room::default();
    for options in ways() {
        let counted = compiled.count_with(data, evaluation, &options);
        same_totals(plan, &totals, &counted).map_err(|error| format!("{options:?}: {error}"))?;
        // What the run before has left in the room means nothing to the next.
        let actual = compiled.run_in(data, evaluation, &options, &room);
        same_answers(plan, &expected, &actual)
            .map_err(|error| format!("{options:?}, in a room: {error}"))?;
    }
    for options in ways() {
        let part = |rows: &ByRows<'_>| pieces_agree(&expected, data, rows, &room);
        let agreed = compiled.by_rows(data, evaluation, &options, part);
        agreed
            .unwrap_or(Ok(()))
            .map_err(|error| format!("{options:?}, {error}"))?;
    }
    let narrow = narrowed(data);
    let actual = compiled.run_with(&narrow, evaluation, &RunOptions::with_threads(2));
    same_answers(plan, &expected, &actual).map_err(|error| format!("narrow: {error}"))?;
    rows_agree(plan, data, &compiled, evaluation, &expected)?;
    rows::agree(plan, data, evaluation, &expected)?;
    Ok(expected)
}

/// Compares what is answered for some profiles at a time.
fn pieces_agree(
    expected: &Answers,
    data: &Dataset,
    rows: &ByRows<'_>,
    room: &Room,
) -> Result<(), String> {
    let mut firsts = (0..data.profiles).step_by(ByRows::ROWS);
    // Backwards, and the last two chunks together: pieces know nothing of each other.
    let mut end = data.profiles;
    firsts.next_back();
    for first in firsts.rev().chain([0]) {
        let answers = rows.answers(first..end, room);
        for at in 0..expected.columns.len() {
            for profile in first..end {
                let (is, should) = (
                    answers.value(at, profile - first),
                    expected.value(at, profile),
                );
                if is != should {
                    return Err(format!(
                        "by rows: {at} of {profile} is {is:?}, not {should:?}"
                    ));
                }
            }
        }
        end = first;
    }
    Ok(())
}

/// Each set of instructions, and each number of threads.
fn ways() -> Vec<RunOptions> {
    let threads = [1, 2, 7].into_iter().cycle();
    let way = |(isa, threads)| RunOptions {
        threads,
        isa: Some(isa),
    };
    Isa::available().into_iter().zip(threads).map(way).collect()
}

/// The same data with columns as narrow as they can be.
fn narrowed(data: &Dataset) -> Dataset {
    let columns = data.columns.iter().cloned();
    let columns = columns.map(|column| column.narrowed_with(&data.strings, 1 << 16));
    Dataset {
        columns: columns.collect(),
        ..data.clone()
    }
}

fn same_answers(plan: &Plan, expected: &Answers, actual: &Answers) -> Result<(), String> {
    same_calibration(expected, actual)?;
    for (index, output) in plan.outputs.iter().enumerate() {
        let (expected, actual) = (&expected.columns[index], &actual.columns[index]);
        if !same_answer(expected, actual) {
            return Err(format!(
                "batch: {} is {actual:?}, not {expected:?}",
                output.name
            ));
        }
    }
    if expected.strings.len() != actual.strings.len() {
        return Err("batch: the answers have other texts".into());
    }
    for code in 0..u32::try_from(expected.strings.len()).map_err(|error| error.to_string())? {
        if expected.strings.get(code) != actual.strings.get(code) {
            return Err(format!(
                "batch: text {code} is {:?}",
                actual.strings.get(code)
            ));
        }
    }
    Ok(())
}

fn same_totals(plan: &Plan, expected: &Totals, actual: &Totals) -> Result<(), String> {
    let (mut known, mut found) = (Vec::new(), Vec::new());
    let totals = expected.columns.iter().zip(&actual.columns);
    for (output, totals) in plan.outputs.iter().zip(totals) {
        match totals {
            (Total::Values(expected), Total::Values(actual)) => {
                known.push(Answer::Values(expected.clone()));
                found.push(Answer::Values(actual.clone()));
            }
            (expected, actual) if expected == actual => {}
            (expected, actual) => {
                let name = &output.name;
                return Err(format!("counted: {name} is {actual:?}, not {expected:?}"));
            }
        }
    }
    if actual.columns.len() != plan.outputs.len() {
        return Err("counted: not a total for each output".into());
    }
    let answers = |columns: Vec<Answer>, totals: &Totals| Answers {
        columns,
        strings: totals.strings.clone(),
        calibration: totals.calibration.clone(),
    };
    let mut values = plan.clone();
    values.outputs.truncate(known.len());
    same_answers(&values, &answers(known, expected), &answers(found, actual))
        .map_err(|error| format!("counted: {error}"))
}

fn same_calibration(expected: &Answers, actual: &Answers) -> Result<(), String> {
    if expected.calibration == actual.calibration {
        return Ok(());
    }
    Err(format!(
        "the ranks are calibrated as {:?}, not {:?}",
        actual.calibration, expected.calibration
    ))
}

/// Equal, and Floats by their bits.
fn same_answer(a: &Answer, b: &Answer) -> bool {
    let bits = |answer: &Answer| match answer {
        Answer::Values(column) => match &column.values {
            Values::Float(values) => values.iter().map(|value| value.to_bits()).collect(),
            _ => Vec::new(),
        },
        Answer::Members(_) => Vec::new(),
    };
    a == b && bits(a) == bits(b)
}

fn rows_agree(
    plan: &Plan,
    data: &Dataset,
    compiled: &Compiled,
    evaluation: &Evaluation,
    expected: &Answers,
) -> Result<(), String> {
    let mut session = compiled.session(data, evaluation);
    for profile in 0..data.profiles {
        for (output, actual) in session.profile(profile).into_iter().enumerate() {
            let expected = expected.value(output, profile);
            if !same_value(&expected, &actual) {
                let name = &plan.outputs[output].name;
                return Err(format!(
                    "row {profile}: {name} is {actual:?}, not {expected:?}"
                ));
            }
        }
    }
    Ok(())
}

fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}
