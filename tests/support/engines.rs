//! Loading a plan's data and asking every engine the same: the interpreter, row code and batch code must agree to the
//! bit, about answers, ranks and checks.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use persona_io::{LoadOptions, LoadReport, NoProgress, NoRejects, Reject, SourceReport};
use persona_ir::{OutputKind, Plan, Schema, Ty};
use persona_jit::{Compiled, RunOptions};
use persona_runtime::display::iso;
use persona_runtime::flips::{Flip, STEPS};
use persona_runtime::kernels::Isa;
use persona_runtime::{
    Answer, Answers, Column, Dataset, Evaluation, Evaluator, Strings, Total, Totals, Value, Values,
    apply_checks, interpret, run_checks,
};

/// Data of a plan, checked.
pub(crate) struct Loaded {
    pub(crate) data: Dataset,
    pub(crate) report: LoadReport,
    rejects: Vec<Reject>,
    pub(crate) now: i64,
    /// How many conditions loops over several columns answered when the engines were last asked.
    pub(crate) fused: AtomicUsize,
}

/// The answers of one output, by profile.
pub(crate) type Rows = Vec<Value>;

impl Loaded {
    /// Reads the plan's sources below a folder, as of `now` (microseconds), and applies the checks.
    pub(crate) fn new(plan: &Plan, folder: &Path, now: i64) -> Result<Self, String> {
        Self::read(plan, folder, now, false)
    }

    /// The same with all columns, also those that no answer reads: contents do.
    pub(crate) fn whole(plan: &Plan, folder: &Path, now: i64) -> Result<Self, String> {
        Self::read(plan, folder, now, true)
    }

    fn read(plan: &Plan, folder: &Path, now: i64, all_columns: bool) -> Result<Self, String> {
        let options = LoadOptions {
            now: Some(now),
            threads: 1,
            all_columns,
            ..LoadOptions::default()
        };
        let mut loaded = persona_io::load(plan, folder, &options, &NoProgress)
            .map_err(|error| error.to_string())?;
        let failures = run_checks(plan, &loaded.dataset, now);
        loaded
            .record_checks(plan, &failures, &mut NoRejects)
            .map_err(|error| error.to_string())?;
        let data = apply_checks(plan, &loaded.dataset, &failures);
        for source in &loaded.report.sources {
            assert!(
                source.adds_up(),
                "the rows of `{}` do not add up: {source:?}",
                source.name
            );
        }
        Ok(Self {
            data,
            report: loaded.report,
            rejects: loaded.rejects,
            now,
            fused: AtomicUsize::new(0),
        })
    }

    /// What became of the rows of one source.
    pub(crate) fn source(&self, name: &str) -> &SourceReport {
        let found = self
            .report
            .sources
            .iter()
            .find(|source| &*source.name == name);
        found.unwrap_or_else(|| panic!("there is no source `{name}`"))
    }

    /// What was set aside, a line each.
    pub(crate) fn rejects(&self) -> String {
        let line = |reject: &Reject| {
            let column = reject
                .column
                .as_ref()
                .map(|column| format!(" {column}"))
                .unwrap_or_default();
            let value = reject
                .value
                .as_ref()
                .map(|value| format!(" {value:?}"))
                .unwrap_or_default();
            format!(
                "{}:{}{column}{value}: {} ({})\n",
                reject.file,
                reject.line,
                reject.reason,
                reject.action.name()
            )
        };
        self.rejects.iter().map(line).collect()
    }

    /// The profiles' keys.
    pub(crate) fn keys(&self, plan: &Plan) -> Vec<String> {
        let column = &self.data.columns[plan.schema.key];
        let ty = &plan.schema.profile.columns[plan.schema.key].ty;
        let key = |row| match value(column, row, ty, &self.data.strings) {
            Value::Str(text) => text.to_string(),
            Value::Int(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        (0..self.data.profiles).map(key).collect()
    }

    /// All answers, a line each.
    pub(crate) fn show(&self, plan: &Plan, answers: &[Rows]) -> String {
        let keys = self.keys(plan);
        let mut text = String::new();
        for (output, rows) in plan.outputs.iter().zip(answers) {
            let ty = &plan.nodes[output.node].ty;
            let cells: Vec<String> = match output.kind {
                OutputKind::Segment => {
                    let members = keys.iter().zip(rows).filter(|(_, value)| value.is_true());
                    members.map(|(key, _)| key.clone()).collect()
                }
                _ => keys
                    .iter()
                    .zip(rows)
                    .map(|(key, value)| format!("{key} {}", shown(value, ty, &plan.schema)))
                    .collect(),
            };
            let cells = if cells.is_empty() {
                "nobody".to_owned()
            } else {
                cells.join(", ")
            };
            text += &format!("{}: {cells}\n", output.name);
        }
        text
    }
}

impl Loaded {
    /// When each answer changes by itself, a line each: for every profile an instant, `never`, or what was looked through.
    pub(crate) fn flips(&self, plan: &Plan) -> String {
        let evaluation = Evaluation {
            now: self.now,
            calibration: None,
        };
        let evaluator = Evaluator::prepared(plan, &self.data, &evaluation);
        let keys = self.keys(plan);
        let mut text = String::new();
        for output in &plan.outputs {
            let cells = keys.iter().enumerate().map(|(row, key)| {
                let flip = match evaluator.profile(row).exact_flip(output.node, STEPS) {
                    Flip::At(at) => iso(at),
                    Flip::Never => "never".to_owned(),
                    Flip::NotBefore(at) => format!("not before {}", iso(at)),
                };
                format!("{key} {flip}")
            });
            let cells: Vec<String> = cells.collect();
            text += &format!("{}: {}\n", output.name, cells.join(", "));
        }
        text
    }
}

/// The answers of all engines, which must be the same; where they are not, what differs.
pub(crate) fn agree(plan: &Plan, loaded: &Loaded) -> Result<Vec<Rows>, String> {
    let evaluation = Evaluation {
        now: loaded.now,
        calibration: None,
    };
    let interpreted = interpret(plan, &loaded.data, &evaluation);
    let expected = rows(plan, &interpreted, loaded.data.profiles);
    let compiled = Compiled::new(plan).map_err(|error| format!("machine code: {error}"))?;
    for options in ways() {
        let batch = compiled.run_with(&loaded.data, &evaluation, &options);
        if batch.calibration != interpreted.calibration {
            return Err(format!(
                "batch code calibrates ranks otherwise than the interpreter: {options:?}"
            ));
        }
        let found = rows(plan, &batch, loaded.data.profiles);
        compare(
            plan,
            loaded,
            &format!("batch code ({options:?})"),
            &expected,
            &found,
        )?;
        let counted = compiled.count_with(&loaded.data, &evaluation, &options);
        totals_agree(plan, loaded, &options, &interpreted, &counted)?;
    }
    loaded.fused.store(compiled.fused(), Ordering::Relaxed);
    let calibrated = Evaluation {
        now: loaded.now,
        calibration: Some(Arc::clone(&interpreted.calibration)),
    };
    let mut session = compiled.session(&loaded.data, &calibrated);
    let by_profile: Vec<Vec<Value>> = (0..loaded.data.profiles)
        .map(|profile| session.profile(profile))
        .collect();
    let by_output: Vec<Rows> = (0..plan.outputs.len())
        .map(|output| by_profile.iter().map(|row| row[output].clone()).collect())
        .collect();
    compare(plan, loaded, "row code", &expected, &by_output)?;
    rows_agree(plan, loaded, &calibrated, &expected)?;
    super::index::agrees(plan, loaded, &calibrated, &expected)?;
    Ok(expected)
}

/// Programs over rows give the same answers.
fn rows_agree(
    plan: &Plan,
    loaded: &Loaded,
    evaluation: &Evaluation,
    expected: &[Rows],
) -> Result<(), String> {
    let calibration = evaluation.calibration.as_ref().ok_or("no calibration")?;
    let copied = super::rows::copied(plan, &loaded.data, evaluation)?;
    let filled = super::rows::filled(plan, &loaded.data, loaded.now, calibration)?;
    for (profile, (copied, filled)) in copied.iter().zip(filled).enumerate() {
        for (place, output) in plan.outputs.iter().enumerate() {
            let expected = &expected[place][profile];
            let from_values = filled.as_ref().map_or(expected, |answers| &answers[place]);
            if copied[place] != *expected || from_values != expected {
                return Err(format!(
                    "`{}` of profile {profile}: the interpreter says {expected:?}, a copied row {:?}, one filled value by value {from_values:?}",
                    output.name, copied[place]
                ));
            }
        }
    }
    Ok(())
}

/// Who only counts gives the numbers of what the interpreter says.
fn totals_agree(
    plan: &Plan,
    loaded: &Loaded,
    options: &RunOptions,
    interpreted: &Answers,
    counted: &Totals,
) -> Result<(), String> {
    let expected = interpreted.totals(plan);
    let totals = expected.columns.iter().zip(&counted.columns);
    for (output, (expected, counted_one)) in plan.outputs.iter().zip(totals) {
        let same = match (expected, counted_one) {
            (Total::Values(expected), Total::Values(found)) => {
                let ty = &plan.nodes[output.node].ty;
                (0..loaded.data.profiles).all(|row| {
                    value(expected, row, ty, &interpreted.strings)
                        == value(found, row, ty, &counted.strings)
                })
            }
            (expected, found) => expected == found,
        };
        if !same {
            return Err(format!(
                "`{}`: the interpreter counts {expected:?}, batch code that only counts ({options:?}) {counted_one:?}",
                output.name
            ));
        }
    }
    if counted.columns.len() != plan.outputs.len() || counted.calibration != expected.calibration {
        return Err(format!(
            "batch code that only counts gives other things: {options:?}"
        ));
    }
    Ok(())
}

/// The ways to run a batch: each set of instructions, and 1, 2 and 7 threads.
fn ways() -> Vec<RunOptions> {
    let threads = [7, 1, 2].into_iter().cycle();
    let way = |(isa, threads)| RunOptions {
        threads,
        isa: Some(isa),
    };
    let mut ways: Vec<_> = Isa::available().into_iter().zip(threads).map(way).collect();
    ways.push(RunOptions::with_threads(2));
    ways
}

pub(super) fn compare(
    plan: &Plan,
    loaded: &Loaded,
    engine: &str,
    expected: &[Rows],
    found: &[Rows],
) -> Result<(), String> {
    for (output, (expected, found)) in plan.outputs.iter().zip(expected.iter().zip(found)) {
        for (key, (expected, found)) in loaded.keys(plan).iter().zip(expected.iter().zip(found)) {
            if expected != found {
                return Err(format!(
                    "`{}` of `{key}`: the interpreter says {expected:?}, {engine} {found:?}",
                    output.name
                ));
            }
        }
    }
    Ok(())
}

/// Answers as values.
pub(crate) fn rows(plan: &Plan, answers: &Answers, profiles: usize) -> Vec<Rows> {
    let outputs = plan.outputs.iter().zip(&answers.columns);
    let rows = outputs.map(|(output, answer)| match answer {
        Answer::Members(members) => {
            assert_eq!(members.len(), profiles, "one answer for each profile");
            members.iter().map(Value::Bool).collect()
        }
        Answer::Values(column) => {
            assert_eq!(column.len(), profiles, "one answer for each profile");
            let ty = &plan.nodes[output.node].ty;
            (0..profiles)
                .map(|row| value(column, row, ty, &answers.strings))
                .collect()
        }
    });
    rows.collect()
}

/// One value of a column.
fn value(column: &Column, row: usize, ty: &Ty, strings: &Strings) -> Value {
    if !column.is_known(row) {
        return Value::Missing;
    }
    match &column.values {
        Values::Bool(values) => Value::Bool(values.value(row)),
        Values::Int(values) => Value::Int(values.get(row)),
        Values::Float(values) => Value::Float(values[row]),
        Values::Str(codes) => Value::text(strings.get(codes.get(row))),
        Values::Enum(codes) => Value::Enum(codes.get(row)),
        Values::Geo(latitudes, longitudes) => Value::Geo(latitudes[row], longitudes[row]),
        Values::List { offsets, children } => {
            let element = ty.element().expect("a list has elements");
            let elements = offsets[row] as usize..offsets[row + 1] as usize;
            let one = |at: usize| match element {
                Ty::Record(fields) => {
                    let fields = fields.iter().zip(children);
                    Value::Record(
                        fields
                            .map(|(field, child)| value(child, at, &field.ty, strings))
                            .collect(),
                    )
                }
                scalar => value(&children[0], at, scalar, strings),
            };
            Value::List(elements.map(one).collect())
        }
        Values::Absent(_) => Value::Missing,
    }
}

/// A value as the suite writes it.
fn shown(value: &Value, ty: &Ty, schema: &Schema) -> String {
    match (value, ty) {
        (Value::Missing, _) => "missing".to_owned(),
        (Value::Bool(value), _) => if *value { "yes" } else { "no" }.to_owned(),
        (Value::Float(value), _) => format!("{value:?}"),
        (Value::Str(text), _) => format!("{text:?}"),
        (Value::Enum(code), Ty::Enum(id)) => {
            schema.enums[*id].values[*code as usize].name.to_string()
        }
        (Value::Geo(latitude, longitude), _) => format!("({latitude:?}, {longitude:?})"),
        (Value::Int(number), ty) => shown_integer(*number, ty),
        (Value::List(values), Ty::List(element) | Ty::Set(element)) => {
            let values: Vec<String> = values
                .iter()
                .map(|value| shown(value, element, schema))
                .collect();
            format!("[{}]", values.join(", "))
        }
        (Value::Record(values), Ty::Record(fields)) => {
            let fields = fields.iter().zip(values.iter());
            let fields: Vec<String> = fields
                .map(|(field, value)| {
                    format!("{}: {}", field.name, shown(value, &field.ty, schema))
                })
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => unreachable!("{other:?} is no value of its type"),
    }
}

fn shown_integer(number: i64, ty: &Ty) -> String {
    const SECOND: i64 = 1_000_000;
    match ty {
        Ty::Money(currency) => {
            let (unit, digits) = (
                currency.minor_per_major().unsigned_abs(),
                currency.decimals() as usize,
            );
            let sign = if number < 0 { "-" } else { "" };
            let (whole, rest) = (number.unsigned_abs() / unit, number.unsigned_abs() % unit);
            let rest = if digits == 0 {
                String::new()
            } else {
                format!(".{rest:0digits$}")
            };
            format!("{sign}{whole}{rest} {currency}")
        }
        Ty::Length => format!("{number} m"),
        Ty::TimeOfDay => format!(
            "{:02}:{:02}{}",
            number / 3_600,
            number / 60 % 60,
            if number % 60 == 0 {
                String::new()
            } else {
                format!(":{:02}", number % 60)
            }
        ),
        Ty::Date => jiff::civil::date(1970, 1, 1)
            .checked_add(jiff::Span::new().days(number))
            .expect("a date")
            .to_string(),
        Ty::Timestamp => jiff::Timestamp::from_microsecond(number)
            .expect("an instant")
            .to_string(),
        Ty::Duration => {
            let (sign, size) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
            let mut text = String::new();
            let mut left = size;
            for (unit, length) in [
                ("d", 86_400 * SECOND),
                ("h", 3_600 * SECOND),
                ("m", 60 * SECOND),
            ] {
                if left >= length.unsigned_abs() {
                    text += &format!("{}{unit}", left / length.unsigned_abs());
                    left %= length.unsigned_abs();
                }
            }
            if left > 0 || text.is_empty() {
                let (seconds, micros) =
                    (left / SECOND.unsigned_abs(), left % SECOND.unsigned_abs());
                let fraction = if micros == 0 {
                    String::new()
                } else {
                    format!(".{micros:06}").trim_end_matches('0').to_owned()
                };
                text += &format!("{seconds}{fraction}s");
            }
            format!("{sign}{text}")
        }
        _ => number.to_string(),
    }
}
