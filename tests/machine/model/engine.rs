//! The machine, asked in every way: all at once, one by one, in random batches, saved and restored at every step, and replayed.

use std::sync::Arc;

use persona_ir::campaign::Campaign;
use persona_runtime::machine::{
    Change, Counts, Machine, Options, Outcome, Program, Replay, What, replay,
};
use persona_runtime::{Calibration, DatasetBuilder, Value};

use super::Case;
use super::stream::Stream;
use crate::support::rng::Rng;

type Log = (Vec<Outcome>, Counts);

pub(super) fn program<'c>(campaign: &'c Campaign, options: &Options) -> Program<'c> {
    let calibration = Calibration {
        now: 0,
        ranks: persona_base::IndexVec::new(),
    };
    Program::new(campaign, Arc::new(calibration), options.clone())
}

/// How the input is cut.
#[derive(Clone, Copy, Debug)]
enum Batches {
    All,
    Single,
    Random,
    /// One by one, saved and restored after each.
    Restored,
}

fn run(campaign: &Campaign, case: &Case, batches: Batches) -> Result<Log, String> {
    let mut rng = Rng::stream(7, case.seed);
    let mut machine = Machine::new(program(campaign, &case.options));
    let mut log = Vec::new();
    for input in &case.stream.inputs {
        machine.push(input.clone());
        let now = match batches {
            Batches::All => false,
            Batches::Single | Batches::Restored => true,
            Batches::Random => rng.chance(3_000),
        };
        if now {
            machine
                .advance(&mut |outcome| log.push(outcome))
                .map_err(|error| error.to_string())?;
        }
        if matches!(batches, Batches::Restored) {
            let bytes = machine.save();
            let again = Machine::restore(program(campaign, &case.options), &bytes);
            machine = again.map_err(|error| error.to_string())?;
            if machine.save() != bytes {
                return Err("a restored state is saved otherwise".to_owned());
            }
        }
    }
    machine
        .finish(case.stream.until, &mut |outcome| log.push(outcome))
        .map_err(|error| error.to_string())?;
    let counts = machine.counts().clone();
    Ok((log, counts))
}

/// What the machine says when all is pushed at once.
pub(super) fn pushed(campaign: &Campaign, case: &Case) -> Result<Log, String> {
    run(campaign, case, Batches::All)
}

/// The machine says what is expected, however the input is cut.
pub(super) fn agrees(campaign: &Campaign, case: &Case, expected: &Log) -> Result<(), String> {
    for batches in [
        Batches::All,
        Batches::Single,
        Batches::Random,
        Batches::Restored,
    ] {
        let found = run(campaign, case, batches)?;
        same(campaign, &format!("{batches:?}"), &found, expected)?;
    }
    Ok(())
}

/// Replaying the same on time says what is expected.
pub(super) fn replays(
    campaign: &Campaign,
    case: &Case,
    stream: &Stream,
    expected: &Log,
) -> Result<(), String> {
    let schema = &campaign.plan.schema;
    let mut builder = DatasetBuilder::new(schema);
    let mut rows = std::collections::BTreeMap::<Arc<str>, Vec<Value>>::new();
    let mut changes = Vec::new();
    let mut always = 0;
    for input in &stream.inputs {
        match &input.what {
            What::Event { kind, values } => builder.event(&input.profile, *kind, values.clone()),
            What::Row { at: None, values } => {
                always += 1;
                let row = rows
                    .entry(Arc::clone(&input.profile))
                    .or_insert_with(|| vec![Value::Missing; schema.profile.columns.len()]);
                row[usize::from(schema.key)] = Value::Str(Arc::clone(&input.profile));
                for (col, value) in values {
                    row[usize::from(*col)] = value.clone();
                }
            }
            What::Row {
                at: Some(at),
                values,
            } => {
                changes.push((Arc::clone(&input.profile), *at, values.clone()));
            }
            What::Delete => unreachable!("there are none on time"),
        }
    }
    for row in rows.into_values() {
        builder.profile(row);
    }
    let data = builder.finish();
    let keys: Vec<&str> = (0..data.profiles)
        .map(|row| data.key(schema, row))
        .collect();
    // Who is known by rows with an instant alone is not in these data.
    let known = |key: &str| keys.iter().position(|known| *known == key);
    if changes.iter().any(|(key, ..)| known(key).is_none()) {
        return Ok(());
    }
    let mut changes: Vec<Change> = changes
        .iter()
        .map(|(key, at, values)| Change {
            profile: known(key).expect("it was looked for"),
            at: *at,
            values: values.as_slice().into(),
        })
        .collect();
    changes.sort_by_key(|change| (change.profile, change.at));
    let program = program(campaign, &case.options);
    for threads in [1, 2] {
        let mut log = Vec::new();
        let what = Replay {
            data: &data,
            changes: &changes,
            until: stream.until,
            only: None,
            threads,
        };
        let counts = replay(&program, &what, &mut |outcome| log.push(outcome))
            .map_err(|error| error.to_string())?;
        // A dataset holds rows without an instant already, and sets duplicates aside before.
        let counts = Counts {
            duplicates: expected.1.duplicates,
            inputs: counts.inputs + always,
            ..counts
        };
        same(
            campaign,
            &format!("replay, {threads} threads"),
            &(log, counts),
            expected,
        )?;
    }
    Ok(())
}

fn same(campaign: &Campaign, how: &str, found: &Log, expected: &Log) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    let why = super::log::beside(campaign, &expected.0, &found.0);
    let parts: Vec<&str> = why
        .lines()
        .filter(|line| line.starts_with('!'))
        .take(4)
        .collect();
    Err(format!(
        "{how}: the machine differs\n{}\nmodel   {:?}\nmachine {:?}",
        parts.join("\n"),
        expected.1,
        found.1
    ))
}
