//! Programs over rows as one more engine: rows copied from a dataset, and rows filled value by value, asked one by one and
//! all at once.

use std::sync::Arc;

use persona_ir::{KindId, Plan, Schema};
use persona_jit::{RowProgram, RowSession, Rows};
use persona_runtime::{Calibration, Dataset, Evaluation, Value};

/// The answers by profile, then by output, of rows copied from the data.
pub(crate) fn copied(
    plan: &Plan,
    data: &Dataset,
    evaluation: &Evaluation,
) -> Result<Vec<Vec<Value>>, String> {
    let program = program(plan)?;
    let mut rows = Rows::new(program.layout());
    program
        .layout()
        .read(data)
        .append(&mut rows, 0..data.profiles);
    let mut session = program.over(data, evaluation);
    for row in rows.iter() {
        session.check(row).map_err(|error| error.to_string())?;
    }
    ask(&mut session, &rows)
}

/// As [`copied`], of rows that were given each value and each event. Profiles whose events the data keep in an order that
/// their own columns do not tell (of two at one instant, when not all columns were read) have no answers.
pub(crate) fn filled(
    plan: &Plan,
    data: &Dataset,
    now: i64,
    calibration: &Arc<Calibration>,
) -> Result<Vec<Option<Vec<Value>>>, String> {
    let program = program(plan)?;
    let mut rows = Rows::new(program.layout());
    for profile in 0..data.profiles {
        let mut row = rows.push();
        for (col, column) in data.columns.iter_enumerated() {
            row.set(col, &data.value(column, profile))
                .map_err(|error| error.to_string())?;
        }
        for (kind, values) in events(data, profile) {
            row.event(kind, values).map_err(|error| error.to_string())?;
        }
    }
    let mut session = program.at_with(now, Some(Arc::clone(calibration)), &data.catalogs);
    let answers = ask(&mut session, &rows)?.into_iter().enumerate();
    let told = |(profile, answers)| (!is_tied(data, profile)).then_some(answers);
    Ok(answers.map(told).collect())
}

fn program(plan: &Plan) -> Result<RowProgram, String> {
    let names: Vec<&str> = plan.outputs.iter().map(|output| &*output.name).collect();
    RowProgram::new(plan, &names).map_err(|error| format!("code over rows: {error}"))
}

/// One call each; the loop over all must say the same.
fn ask(session: &mut RowSession<'_>, rows: &Rows) -> Result<Vec<Vec<Value>>, String> {
    let sets = session.run(rows);
    let answers: Vec<Vec<Value>> = rows.iter().map(|row| session.answers(row)).collect();
    for (profile, row) in rows.iter().enumerate() {
        let words = session.matches(row);
        for (bit, set) in sets.iter().enumerate() {
            if set.value(profile) != (words[bit / 64] >> (bit % 64) & 1 == 1) {
                return Err(format!(
                    "the loop over rows differs in segment {bit} of row {profile}"
                ));
            }
        }
    }
    Ok(answers)
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

/// Whether two events of one kind agree in instant and identifier.
fn is_tied(data: &Dataset, profile: usize) -> bool {
    let events = events(data, profile);
    let key = |(kind, values): &(KindId, Vec<Value>)| {
        let part = |col| values[usize::from(col)].clone();
        (*kind, part(Schema::AT), part(Schema::ID))
    };
    let keys: Vec<_> = events.iter().map(key).collect();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}
