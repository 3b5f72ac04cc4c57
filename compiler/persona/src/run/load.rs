//! Loading a program's data through `persona-io`, and putting into words where `now` comes from and what became of rows.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use persona_io::{
    Changes, LoadError, LoadErrorKind, LoadOptions, LoadReport, Loaded, NdjsonRejects,
    ReasonReport, Reject, RejectSink, Since, SourceReport,
};
use persona_ir::{CheckAction, CheckTable, ColId, Plan};
use persona_runtime::machine::Change;
use persona_runtime::{Answers, CheckFailure, Dataset, Value, apply_checks_keeping};

use super::now::{Now, given_now, moved_now, settled_now};
use super::summary::Counted;
use super::{Engine, RunOptions, RunResult, Timing};
use crate::error::guarded;
use crate::find::shown;
use crate::{Error, ErrorCode, Program};

/// Hears how far a run is.
pub trait Progress {
    /// The next part of the work begins.
    fn stage(&self, stage: Stage<'_>) {
        let _ = stage;
    }

    /// So many rows, and about so many bytes, of the source were read.
    fn read(&self, rows: u64, bytes: u64) {
        let _ = (rows, bytes);
    }
}

/// Tells nobody.
impl Progress for () {}

/// A part of a run's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage<'a> {
    /// Reading a source of so many bytes.
    Reading {
        /// The source.
        source: &'a str,
        /// The size of its files.
        bytes: u64,
    },
    /// Sorting what was read.
    Sorting,
    /// Making machine code.
    Compiling,
    /// Answering.
    Answering,
    /// Making up people.
    Generating,
    /// Measuring how long something takes.
    Measuring {
        /// `all answers together`, or an answer's name.
        what: &'a str,
    },
}

/// What was read from one source. `read = used + filtered + rejected`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceResult {
    /// Its name.
    pub name: Arc<str>,
    /// The profile's or the event's name.
    pub of: Arc<str>,
    /// Rows read.
    pub read: usize,
    /// Rows for which the source's `where` does not hold.
    pub filtered: usize,
    /// Rows that are part of a profile or an event.
    pub used: usize,
    /// Rows set aside, duplicates included.
    pub rejected: usize,
    /// Rows set aside as duplicates.
    pub duplicates: usize,
}

/// Why rows were set aside, or values were not used: rejects of one source that have kind, action and column in common.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason {
    /// The source.
    pub source: Arc<str>,
    /// `bad value`, `duplicate`, `failed check` …
    pub kind: String,
    /// The column, where one is meant.
    pub column: Option<String>,
    /// The first one's reason in plain words.
    pub text: String,
    /// How many rejects.
    pub count: usize,
    /// How many rows they set aside; 0 where the rows are used.
    pub rows: usize,
    /// What was done: `rejected`, `cleared`, `default used`, `duplicate`, `warned`.
    pub action: String,
    /// The first such row, with the value: `orders.csv:17 total "n/a"`.
    pub example: String,
}

/// The data of a run, checked, and what became of its rows.
#[derive(Debug)]
pub(crate) struct LoadedData {
    pub(crate) data: Dataset,
    pub(crate) now: Now,
    pub(crate) took: Duration,
    /// Since when changes of profiles are told apart: the data are as they were then. Absent where nobody asked.
    pub(crate) since: Option<i64>,
    /// What became of profiles from then on.
    pub(crate) changes: Vec<Change>,
    /// The machine code, where checking rows has asked for it.
    pub(crate) code: Option<Arc<persona_jit::Compiled>>,
    report: LoadReport,
    pub(crate) notes: Vec<String>,
}

/// Hands the reader's progress on.
struct Reader<'p>(&'p dyn Progress);

impl persona_io::Progress for Reader<'_> {
    fn source(&self, name: &str, bytes: u64) {
        self.0.stage(Stage::Reading {
            source: name,
            bytes,
        });
    }

    fn rows(&self, rows: u64, bytes: u64) {
        self.0.read(rows, bytes);
    }

    fn sorting(&self) {
        self.0.stage(Stage::Sorting);
    }
}

impl Program {
    /// Reads the sources as a run would, and answers nothing: what became of each source's rows, and why rows were set aside or
    /// values were not used, the most rows first.
    ///
    /// # Errors
    /// As [`Program::run`].
    pub fn read_sources(
        &self,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<(Vec<SourceResult>, Vec<Reason>), Error> {
        let loaded = self.load(&self.plan, options, progress)?;
        Ok(loaded.into_report())
    }

    /// Reads the sources, settles `now`, and makes the row checks.
    pub(crate) fn load(
        &self,
        plan: &Plan,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<LoadedData, Error> {
        self.load_since(plan, options, None, progress)
    }

    /// The same, with the changes of profiles since an instant.
    pub(crate) fn load_since(
        &self,
        plan: &Plan,
        options: &RunOptions,
        since: Option<Since>,
        progress: &dyn Progress,
    ) -> Result<LoadedData, Error> {
        let start = Instant::now();
        let given = options
            .now
            .as_deref()
            .map(|text| given_now(plan, text))
            .transpose()?;
        let load_options = LoadOptions {
            now: given,
            since,
            threads: threads(options),
            keep_rejects: 0,
            all_columns: options.all_columns,
            ..LoadOptions::default()
        };
        let file = options
            .rejects
            .as_deref()
            .map(NdjsonRejects::create)
            .transpose();
        let mut sink = Sink(file.map_err(|error| self.load_error(*error))?);
        let loaded = guarded("reading the data", || {
            persona_io::load_from(
                plan,
                &self.root,
                &self.memory,
                &load_options,
                &Reader(progress),
                &mut sink,
            )
        })?;
        let mut loaded = loaded.map_err(|error| self.load_error(*error))?;
        let now = settled_now(plan, given, loaded.latest_event)?;
        let (failures, code) = self.check_rows(plan, &loaded.dataset, now.at, options)?;
        loaded
            .record_checks(plan, &failures, &mut sink)
            .map_err(|error| self.load_error(*error))?;
        let changes = self.checked_changes(plan, &mut loaded, now.at, &mut sink)?;
        if let Some(file) = sink.0 {
            file.finish().map_err(|error| self.load_error(*error))?;
        }
        let notes = notes(plan, &loaded, &now);
        let changing = |row: usize| {
            let key = loaded.dataset.key(&plan.schema, row);
            changes.binary_search_by(|(of, ..)| (**of).cmp(key)).is_ok()
        };
        let data = match failures.is_empty() {
            true => loaded.dataset,
            false => guarded("applying checks", || {
                apply_checks_keeping(plan, &loaded.dataset, &failures, &changing)
            })?,
        };
        let changes = changes.into_iter().filter_map(|(key, at, values)| {
            let profile = data.find(&plan.schema, &key)?;
            Some(Change {
                profile,
                at,
                values,
            })
        });
        Ok(LoadedData {
            since: loaded.changes.map(|changes| changes.since),
            changes: changes.collect(),
            data,
            now,
            took: start.elapsed(),
            code,
            report: loaded.report,
            notes,
        })
    }

    /// What became of profiles, without what fails a check: whose it is, when, and the values; sorted by key and instant.
    fn checked_changes(
        &self,
        plan: &Plan,
        loaded: &mut Loaded,
        now: i64,
        sink: &mut Sink,
    ) -> Result<Vec<KeyedChange>, Error> {
        let Some(changes) = loaded.changes.take() else {
            return Ok(Vec::new());
        };
        let mut failures = match changes.changed.is_empty() {
            true => Vec::new(),
            false => guarded("checking rows", || {
                persona_runtime::run_checks(plan, &changes.rows, now)
            })?,
        };
        failures.retain(|failure| failure.table == CheckTable::Profile);
        let kept = keyed_changes(plan, &changes, &failures);
        loaded.changes = Some(changes);
        loaded
            .record_change_checks(plan, &failures, sink)
            .map_err(|error| self.load_error(*error))?;
        Ok(kept)
    }

    /// An error of reading, as the façade's: what only the program can repair is the program's.
    pub(crate) fn load_error(&self, error: LoadError) -> Error {
        let mut message = String::new();
        if let Some(source) = &error.source {
            message.push_str(&format!("source `{source}`: "));
        }
        if let Some(path) = &error.path {
            message.push_str(&format!("{}: ", shown(path)));
        }
        message.push_str(&error.message);
        let code = match error.kind {
            LoadErrorKind::Columns | LoadErrorKind::Source | LoadErrorKind::BadPath => {
                ErrorCode::BadData
            }
            LoadErrorKind::NotFound => ErrorCode::NotFound,
            LoadErrorKind::Unreadable | LoadErrorKind::Format => ErrorCode::Unreadable,
            LoadErrorKind::TooLarge => ErrorCode::TooLarge,
            LoadErrorKind::Write => ErrorCode::Unwritable,
        };
        let wrapped = match code {
            ErrorCode::BadData => Error::program(message),
            code => Error::new(code, message),
        };
        let wrapped = wrapped.at(error
            .place
            .and_then(|place| self.texts.excerpt(place.file, place.span)));
        match error.help {
            Some(help) => wrapped.with_help(help),
            None => wrapped,
        }
    }
}

/// Whose a change is, when, and the values.
type KeyedChange = (Arc<str>, i64, Arc<[(ColId, Value)]>);

/// Changes without those that a check sets aside, and without values that one clears.
fn keyed_changes(plan: &Plan, changes: &Changes, failures: &[CheckFailure]) -> Vec<KeyedChange> {
    let (mut rejected, mut cleared) = (BTreeSet::new(), BTreeSet::new());
    for failure in failures {
        match plan.checks[failure.check].action {
            CheckAction::Reject => drop(rejected.insert(failure.row)),
            CheckAction::Clear(col) => drop(cleared.insert((failure.row, col))),
            CheckAction::Warn => {}
        }
    }
    let rows = &changes.rows;
    let kept = changes.changed.iter().enumerate();
    let kept = kept.filter(|(row, _)| !rejected.contains(row));
    kept.map(|(row, changed)| {
        let value = |col: &ColId| match cleared.contains(&(row, *col)) {
            true => (*col, Value::Missing),
            false => (*col, rows.value(&rows.columns[*col], row)),
        };
        let values = changed.columns.iter().map(value).collect();
        (rows.key(&plan.schema, row).into(), changed.at, values)
    })
    .collect()
}

/// What is worth knowing of what was read.
fn notes(plan: &Plan, loaded: &Loaded, now: &Now) -> Vec<String> {
    let mut notes = loaded.report.notes.clone();
    if plan.sources.is_empty() {
        notes.push("the package has no source, so there is nobody to ask about".to_owned());
    }
    notes.extend(moved_now(now, loaded.latest_999));
    notes.extend(loaded.report.differences.iter().map(|(field, profiles)| {
        let of = if *profiles == 1 { "profile" } else { "profiles" };
        format!("sources differ about `{field}` of {profiles} {of}; the first source by name counts, or as `prefer` says")
    }));
    notes.extend(loaded.report.item_differences.iter().map(|(field, items)| {
        let of = if *items == 1 { "item" } else { "items" };
        format!("sources differ about `{field}` of {items} {of}; the first source by name counts")
    }));
    notes
}

/// How many threads a run may use.
pub(crate) fn threads(options: &RunOptions) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    options.threads.unwrap_or_else(cores)
}

impl Program {
    /// The rows for which a check does not hold, found by the engine that was asked for; and its machine code, if some was made.
    fn check_rows(
        &self,
        plan: &Plan,
        data: &Dataset,
        now: i64,
        options: &RunOptions,
    ) -> Result<(Vec<CheckFailure>, Option<Arc<persona_jit::Compiled>>), Error> {
        if plan.checks.is_empty() {
            return Ok((Vec::new(), None));
        }
        if options.engine == Engine::Interpreter {
            let failures = guarded("checking rows", || {
                persona_runtime::run_checks(plan, data, now)
            })?;
            return Ok((failures, None));
        }
        let code = self.machine_code(plan)?;
        let threads = persona_jit::RunOptions::with_threads(threads(options));
        let failures = guarded("checking rows", || {
            code.run_checks_with(data, now, &threads)
        })?;
        Ok((failures, Some(code)))
    }

    /// The machine code of a plan; that of all answers is kept, because programs are asked again with other data.
    fn machine_code(&self, plan: &Plan) -> Result<Arc<persona_jit::Compiled>, Error> {
        let whole = std::ptr::eq(plan, &*self.plan);
        if let Some(code) = self.code.get().filter(|_| whole) {
            return Ok(Arc::clone(code));
        }
        let compiled = guarded("making machine code", || persona_jit::Compiled::new(plan))?;
        let compiled = compiled.map_err(|error| {
            Error::no_code(error).with_help("--engine interpreter answers without it")
        })?;
        let code = Arc::new(compiled);
        match whole {
            true => Ok(Arc::clone(self.code.get_or_init(|| code))),
            false => Ok(code),
        }
    }

    /// The machine code of a plan whose data are loaded: what checking rows has made, if it has.
    pub(super) fn code(
        &self,
        plan: &Plan,
        loaded: &LoadedData,
    ) -> Result<Arc<persona_jit::Compiled>, Error> {
        match &loaded.code {
            Some(code) => Ok(Arc::clone(code)),
            None => self.machine_code(plan),
        }
    }
}

impl LoadedData {
    /// What was read, and what is worth knowing about it.
    pub(crate) fn into_sources(self) -> (Vec<SourceResult>, Vec<String>) {
        let sources = self.report.sources.iter().map(source_result).collect();
        (sources, self.notes)
    }

    /// What was read, and why rows were set aside.
    fn into_report(self) -> (Vec<SourceResult>, Vec<Reason>) {
        let sources = self.report.sources.iter().map(source_result).collect();
        (sources, reasons(&self.report))
    }

    /// The result, with the answers counted.
    pub(super) fn into_result(self, counted: Counted, timing: Timing) -> RunResult {
        let late = late(&self.data, self.now.at);
        let without_row = self
            .data
            .has_row
            .as_ref()
            .map_or(0, |rows| self.data.profiles - rows.count_set_bits());
        let reasons = reasons(&self.report);
        RunResult {
            now: self.now,
            profiles: self.data.profiles,
            without_row,
            segments: counted.segments,
            partitions: counted.partitions,
            traits: counted.traits,
            sources: self.report.sources.iter().map(source_result).collect(),
            reasons,
            rejected: count(self.report.rejected()),
            duplicates: count(self.report.duplicates()),
            late,
            notes: self.notes,
            timing,
        }
    }
}

/// Events after `now`.
fn late(data: &Dataset, now: i64) -> usize {
    data.events
        .iter()
        .map(|table| (0..table.len()).filter(|row| table.at(*row) > now).count())
        .sum()
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn source_result(report: &SourceReport) -> SourceResult {
    SourceResult {
        name: report.name.clone(),
        of: report.target.clone(),
        read: count(report.rows_read),
        filtered: count(report.rows_filtered),
        used: count(report.rows_used),
        rejected: count(report.rows_set_aside),
        duplicates: count(report.duplicates),
    }
}

/// What rejects have in common, the most rows first; then values that were not used.
fn reasons(report: &LoadReport) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = report.reasons.iter().map(reason).collect();
    reasons.sort_by_key(|reason| {
        (
            std::cmp::Reverse(reason.rows),
            std::cmp::Reverse(reason.count),
        )
    });
    reasons
}

fn reason(of: &ReasonReport) -> Reason {
    let reject = &of.example;
    let value = reject
        .value
        .as_ref()
        .map(|value| format!(" {value:?}"))
        .unwrap_or_default();
    let column = reject
        .column
        .as_ref()
        .map(|column| format!(" {column}"))
        .unwrap_or_default();
    Reason {
        source: reject.source.clone(),
        kind: reject.kind.to_string(),
        column: reject.column.clone(),
        text: reject.reason.clone(),
        count: count(of.count),
        rows: count(of.rows),
        action: reject.action.name().to_owned(),
        example: format!("{}:{}{column}{value}", reject.file, reject.line),
    }
}

/// Where rejects go: into a file, or nowhere.
struct Sink(Option<NdjsonRejects>);

impl RejectSink for Sink {
    fn reject(&mut self, reject: &Reject) -> Result<(), Box<LoadError>> {
        self.0.as_mut().map_or(Ok(()), |file| file.reject(reject))
    }
}

impl Program {
    /// Writes who is in what.
    pub(crate) fn write_members(
        &self,
        plan: &Plan,
        data: &Dataset,
        answers: &Answers,
        path: &Path,
    ) -> Result<(), Error> {
        let written = guarded("writing members", || {
            persona_io::write_members(path, plan, data, answers)
        })?;
        written.map_err(|error| self.load_error(*error))
    }
}
