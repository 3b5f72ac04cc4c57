//! Programs over rows against the reference interpreter: rows copied from the dataset and rows filled value by value, one
//! at a time and all at once. Called for every plan that the other tests make.

use std::sync::Arc;

use persona_ir::{KindId, OutputKind, Plan, Ty};
use persona_runtime::{Answers, Dataset, DatasetBuilder, Evaluation, Value, interpret};

use super::same_value;
use crate::{RowBuf, RowProgram, RowSession, Rows};

/// Asks programs over rows what the interpreter has answered.
pub(super) fn agree(
    plan: &Plan,
    data: &Dataset,
    evaluation: &Evaluation,
    expected: &Answers,
) -> Result<(), String> {
    let plan = with_segments(plan);
    let names: Vec<&str> = plan.outputs.iter().map(|output| &*output.name).collect();
    let program = RowProgram::new(&plan, &names).map_err(|error| error.to_string())?;
    let calibrated = Evaluation {
        now: evaluation.now,
        calibration: Some(Arc::clone(&expected.calibration)),
    };
    copied(&program, data, &calibrated, expected)?;
    filled(&plan, &program, data, &calibrated)
}

/// The plan with every condition that is never missing asked as a segment.
pub(super) fn with_segments(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    for output in &mut plan.outputs {
        let typed = &plan.nodes[output.node];
        if typed.ty == Ty::Bool && !typed.optional {
            output.kind = OutputKind::Segment;
        }
    }
    plan
}

/// Rows copied from the dataset.
fn copied(
    program: &RowProgram,
    data: &Dataset,
    evaluation: &Evaluation,
    expected: &Answers,
) -> Result<(), String> {
    let source = program.layout().read(data);
    let mut session = program.over(data, evaluation);
    let mut row = RowBuf::new(program.layout());
    let mut rows = Rows::new(program.layout());
    source.append(&mut rows, 0..data.profiles);
    for profile in 0..data.profiles {
        source.fill(&mut row, profile);
        session
            .check(row.row())
            .map_err(|error| error.to_string())?;
        let answers = session.answers(row.row());
        same("a copied row", program, &answers, |output| {
            expected.value(output, profile)
        })?;
        let answers = session.answers(rows.row(profile));
        same("one of many rows", program, &answers, |output| {
            expected.value(output, profile)
        })?;
    }
    all_at_once(&mut session, &rows)
}

/// The loop over rows gives what one call for each gives.
fn all_at_once(session: &mut RowSession<'_>, rows: &Rows) -> Result<(), String> {
    let sets = session.run(rows);
    let names: Vec<String> = session.program().segments().map(str::to_owned).collect();
    for (place, row) in rows.iter().enumerate() {
        let words = session.matches(row).to_vec();
        for (bit, name) in names.iter().enumerate() {
            let one = words[bit / 64] >> (bit % 64) & 1 == 1;
            if sets[bit].value(place) != one {
                return Err(format!(
                    "rows: {name} of {place} is {one} by itself, not among all"
                ));
            }
        }
        let first = words.first().is_some_and(|word| word & 1 == 1);
        if !names.is_empty() && session.holds(row) != first {
            return Err(format!("rows: the first segment of {place} is {first}"));
        }
    }
    Ok(())
}

/// Rows filled value by value, against a dataset made of the same values.
fn filled(
    plan: &Plan,
    program: &RowProgram,
    data: &Dataset,
    evaluation: &Evaluation,
) -> Result<(), String> {
    let schema = &plan.schema;
    let mut builder = DatasetBuilder::new(schema);
    builder.catalogs(Arc::clone(&data.catalogs));
    let mut rows = Rows::new(program.layout());
    for profile in 0..data.profiles {
        let mut row = rows.push();
        let columns = data.columns.iter_enumerated();
        let values = columns.map(|(col, column)| (col, data.value(column, profile)));
        let values: Vec<_> = values.collect();
        for (col, value) in &values {
            row.set(*col, value).map_err(|error| error.to_string())?;
        }
        builder.profile(values.into_iter().map(|(_, value)| value).collect());
        for (kind, values) in events(data, profile) {
            builder.event(data.key(schema, profile), kind, values.clone());
            row.event(kind, values).map_err(|error| error.to_string())?;
        }
    }
    let built = builder.finish();
    let expected = interpret(plan, &built, evaluation);
    let mut session = program.at_with(
        evaluation.now,
        evaluation.calibration.clone(),
        &data.catalogs,
    );
    for profile in 0..data.profiles {
        let answers = session.answers(rows.row(profile));
        same("a filled row", program, &answers, |output| {
            expected.value(output, profile)
        })?;
    }
    all_at_once(&mut session, &rows)
}

fn events(data: &Dataset, profile: usize) -> Vec<(KindId, Vec<Value>)> {
    let kinds: Vec<KindId> = data.events.ids().collect();
    let events = data.history(&kinds, profile).into_iter();
    let values = events.map(|event| {
        let columns = data.events[event.kind].columns.ids();
        let values = columns.map(|col| data.event_value(event, col));
        (event.kind, values.collect())
    });
    values.collect()
}

fn same(
    what: &str,
    program: &RowProgram,
    answers: &[Value],
    expected: impl Fn(usize) -> Value,
) -> Result<(), String> {
    for (output, (name, actual)) in program.names().zip(answers).enumerate() {
        let expected = expected(output);
        if !same_value(&expected, actual) {
            return Err(format!("{what}: {name} is {actual:?}, not {expected:?}"));
        }
    }
    Ok(())
}
