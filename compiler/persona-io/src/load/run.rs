//! Loading from beginning to end.

use std::path::Path;
use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{CatalogId, CheckTable, KindId, Op, Plan, Schema, SourceTarget, used_columns};
use persona_runtime::{Catalogs, CheckFailure, Dataset};

use super::builder::Interner;
use super::feed::{Done, Reading, what_is_there};
use super::group::Groups;
use super::history::{self, ChangedColumns, Changes, Rewound};
use super::ingest::{Ingest, TableBuilder};
use super::keys::Keys;
use super::log::{Log, LogFile, Origin, Origins, Tally};
use super::part::{self, Part, PartWorker, Pool};
use super::paths::{self, FilePath};
use super::profiles::{self, Keyed, Merge, Present, ProfileTable};
use super::{catalogs, checks, events};
use crate::error::{LoadError, LoadErrorKind};
use crate::format::{NAMES, Seen};
use crate::memory::Memory;
use crate::options::{LoadOptions, Progress};
use crate::report::{LoadReport, NoRejects, Reject, RejectSink, SourceReport};
use crate::source::job::Job;

/// What loading gives.
#[derive(Debug)]
pub struct Loaded {
    /// The data.
    pub dataset: Dataset,
    /// What became of every row.
    pub report: LoadReport,
    /// The first rejects, as many as the options say.
    pub rejects: Vec<Reject>,
    /// The latest event's instant.
    pub latest_event: Option<i64>,
    /// The latest instant without the latest 0.1 % of events. Far from `latest_event`, a few events with wrong dates move
    /// the default of `now`.
    pub latest_999: Option<i64>,
    /// How profiles changed, where that was asked for.
    pub changes: Option<Changes>,
    origins: DataOrigins,
}

/// Where the dataset's rows came from, for tables that have checks.
#[derive(Debug, Default)]
pub(super) struct DataOrigins {
    pub(super) files: Vec<LogFile>,
    /// By profile; one per source that has a row.
    pub(super) profiles: Vec<(u32, Origin)>,
    pub(super) events: IndexVec<KindId, Option<Origins>>,
    /// By item, as `profiles`.
    pub(super) catalogs: IndexVec<CatalogId, Vec<(u32, Origin)>>,
    /// How many rejects are kept in memory.
    pub(super) keep_rejects: usize,
}

impl Loaded {
    /// Takes the failures of checks into the report and the rejects, and hands them to `sink`. The data itself is changed
    /// by [`persona_runtime::apply_checks`].
    ///
    /// # Errors
    /// When a reject cannot be handed on.
    pub fn record_checks(
        &mut self,
        plan: &Plan,
        failures: &[CheckFailure],
        sink: &mut dyn RejectSink,
    ) -> Result<(), Box<LoadError>> {
        checks::record(
            plan,
            failures,
            &self.origins,
            &mut self.report,
            &mut self.rejects,
            sink,
        )
    }

    /// The same for checks of what profiles became: failures in [`Changes::rows`].
    ///
    /// # Errors
    /// When a reject cannot be handed on.
    pub fn record_change_checks(
        &mut self,
        plan: &Plan,
        failures: &[CheckFailure],
        sink: &mut dyn RejectSink,
    ) -> Result<(), Box<LoadError>> {
        let Some(changes) = &mut self.changes else {
            return Ok(());
        };
        let of_changes = std::mem::take(&mut changes.origins);
        let own = std::mem::replace(&mut self.origins.profiles, of_changes);
        let recorded = self.record_checks(plan, failures, sink);
        self.origins.profiles = own;
        recorded
    }
}

/// Reads all sources of a plan; paths are relative to `root`. Rejects beyond those kept in memory are only counted.
///
/// # Errors
/// When a file cannot be read at all; bad rows are rejects, and stop nothing.
pub fn load(
    plan: &Plan,
    root: &Path,
    options: &LoadOptions,
    progress: &dyn Progress,
) -> Result<Loaded, Box<LoadError>> {
    load_into(plan, root, options, progress, &mut NoRejects)
}

/// As [`load`], and gives every reject to `sink`.
///
/// # Errors
/// When a file cannot be read at all, or a reject cannot be handed on.
pub fn load_into(
    plan: &Plan,
    root: &Path,
    options: &LoadOptions,
    progress: &dyn Progress,
    sink: &mut dyn RejectSink,
) -> Result<Loaded, Box<LoadError>> {
    load_from(plan, root, &Memory::default(), options, progress, sink)
}

/// As [`load_into`], with the rows of some sources in memory.
///
/// # Errors
/// When a file cannot be read at all, or a reject cannot be handed on.
pub fn load_from(
    plan: &Plan,
    root: &Path,
    memory: &Memory,
    options: &LoadOptions,
    progress: &dyn Progress,
    sink: &mut dyn RejectSink,
) -> Result<Loaded, Box<LoadError>> {
    let context = part::context(plan)?;
    // What can go wrong without reading data goes wrong first.
    let mut jobs: Vec<(Job<'_>, Vec<FilePath>)> = Vec::with_capacity(plan.sources.len());
    for (index, source) in plan.sources.iter().enumerate() {
        let files = match memory.of(&source.name) {
            Some(rows) => vec![FilePath::in_memory(&source.name, rows.clone())],
            None => paths::expand(root, &source.path).map_err(|error| error.in_source(source))?,
        };
        jobs.push((Job::new(plan, index, &context)?, files));
    }
    let mut log = Log::new(options.keep_rejects, sink);
    log.report.sources = plan
        .sources
        .iter()
        .map(|source| empty_report(plan, source))
        .collect();
    let mut loading = Loading::new(plan, options);
    for (job, files) in &jobs {
        loading
            .source(job, files, options, progress, &mut log)
            .map_err(|error| error.in_source(job.plan))?;
    }
    drop(jobs);
    progress.sorting();
    loading.finish(options, log)
}

fn empty_report(plan: &Plan, source: &persona_ir::SourcePlan) -> SourceReport {
    SourceReport {
        name: source.name.clone(),
        target: match source.target {
            SourceTarget::Profile => plan.schema.profile.name.clone(),
            SourceTarget::Event(kind) => plan.schema.events[kind].name.clone(),
            SourceTarget::Catalog(id) => plan.schema.catalogs[id].table.name.clone(),
        },
        ..SourceReport::default()
    }
}

/// How far a source is read.
#[derive(Default)]
struct Place {
    /// Lines of the file so far.
    lines: u64,
    /// Bytes of all files so far.
    bytes: u64,
    /// Nothing of the file was seen yet.
    new_file: bool,
}

impl Place {
    fn begin(&mut self, files: &[FilePath], number: usize) {
        *self = Self {
            lines: 0,
            bytes: files[..number].iter().map(|file| file.bytes).sum(),
            new_file: true,
        };
    }
}

/// Takes what a part of a file held to what was seen of it before.
fn see(seen: &mut Vec<Seen>, part: Seen, new_file: bool) {
    let before = match seen.last_mut() {
        Some(before) if !new_file => before,
        _ => return seen.push(part),
    };
    for (before, part) in before.wanted.iter_mut().zip(part.wanted) {
        *before |= part;
    }
    for name in part.names {
        if before.names.len() < NAMES && !before.names.contains(&name) {
            before.names.push(name);
        }
    }
}

/// Tells of columns that the program names and no row of a file without a header had.
fn note_unseen(job: &Job<'_>, seen: &[Seen], log: &mut Log<'_>) {
    if seen.is_empty() || log.report.sources[job.index].rows_read == 0 {
        return;
    }
    let mut names: Vec<String> = seen
        .iter()
        .flat_map(|seen| seen.names.iter().cloned())
        .collect();
    names.sort_unstable();
    names.dedup();
    for (at, wanted) in job.wanted.iter().enumerate() {
        if wanted.said && !seen.iter().any(|seen| seen.wanted[at]) {
            let there = what_is_there(&wanted.name, &names, &job.plan.format);
            let note = format!(
                "source `{}`: no row has `{}`; {there}",
                job.plan.name, wanted.name
            );
            log.report.notes.push(note);
        }
    }
}

/// The tables while they are read.
struct Loading<'p> {
    plan: &'p Plan,
    strings: Interner,
    profiles: Vec<ProfileTable>,
    events: IndexVec<KindId, TableBuilder>,
    catalogs: catalogs::Sources,
    kept: Kept,
}

/// A table for one more source, beside those of the others.
fn new_table<'t>(
    job: &Job<'_>,
    plan: &Plan,
    tables: &'t mut Vec<ProfileTable>,
    kept: &[bool],
) -> &'t mut TableBuilder {
    tables.push(ProfileTable {
        source: job.index,
        rows: TableBuilder::new(plan, job.plan.target, kept),
    });
    let last = tables.len() - 1;
    &mut tables[last].rows
}

/// Which columns the dataset keeps.
struct Kept {
    profile: Vec<bool>,
    events: IndexVec<KindId, Vec<bool>>,
    /// All columns: there are few items, and contents may show any field of them.
    catalogs: IndexVec<CatalogId, Vec<bool>>,
}

impl Kept {
    fn new(plan: &Plan, all: bool) -> Self {
        let used = used_columns(plan);
        let columns = &plan.schema.profile.columns;
        let profile = columns
            .ids()
            .map(|col| all || used.profile.contains(&col))
            .collect();
        let events = plan.schema.events.iter_enumerated().map(|(kind, table)| {
            let keep = |col| match col {
                Schema::AT => true,
                // The order of events is in the dataset already; identifiers are kept where a rule reads them.
                Schema::ID => all || reads_id(plan, kind),
                col => all || used.events[kind].contains(&col),
            };
            table.columns.ids().map(keep).collect()
        });
        let catalogs = plan.schema.catalogs.iter();
        let catalogs = catalogs.map(|catalog| vec![true; catalog.table.columns.len()]);
        Self {
            catalogs: catalogs.collect(),
            profile,
            events: events.collect(),
        }
    }
}

fn reads_id(plan: &Plan, kind: KindId) -> bool {
    plan.nodes.iter().any(|node| match &node.op {
        Op::Event { cols, .. } => cols
            .iter()
            .any(|col| col.kind == kind && col.col == Schema::ID),
        _ => false,
    })
}

impl<'p> Loading<'p> {
    fn new(plan: &'p Plan, options: &LoadOptions) -> Self {
        let kept = Kept::new(plan, options.all_columns);
        let table = |(kind, kept): (KindId, &Vec<bool>)| {
            TableBuilder::new(plan, SourceTarget::Event(kind), kept)
        };
        Self {
            plan,
            strings: Interner::default(),
            profiles: Vec::new(),
            events: kept.events.iter_enumerated().map(table).collect(),
            catalogs: plan.schema.catalogs.iter().map(|_| Vec::new()).collect(),
            kept,
        }
    }

    /// Reads all files of a source.
    fn source(
        &mut self,
        job: &Job<'_>,
        files: &[FilePath],
        options: &LoadOptions,
        progress: &dyn Progress,
        log: &mut Log<'_>,
    ) -> Result<(), Box<LoadError>> {
        let plan = self.plan;
        let (table, kept) = match job.plan.target {
            SourceTarget::Profile => {
                let kept = &self.kept.profile;
                (new_table(job, plan, &mut self.profiles, kept), kept)
            }
            SourceTarget::Catalog(id) => {
                let kept = &self.kept.catalogs[id];
                (new_table(job, plan, &mut self.catalogs[id], kept), kept)
            }
            SourceTarget::Event(kind) => (&mut self.events[kind], &self.kept.events[kind]),
        };
        progress.source(&job.plan.name, files.iter().map(|file| file.bytes).sum());
        let first = u32::try_from(log.files.len().saturating_add(files.len()))
            .map(|end| end - u32::try_from(files.len()).unwrap_or(0))
            .map_err(|_| {
                LoadError::new(LoadErrorKind::TooLarge, "there are more than 2³² files")
            })?;
        let mut tally = Tally::default();
        let mut ingest = Ingest::new(job, kept, &mut tally, &mut self.strings, table);
        let mut groups = ingest.groups();
        let mut place = Place::default();
        let mut seen: Vec<Seen> = Vec::new();
        let reading = Reading::new(job, files, options.batch_rows, options.threads);
        let index = job.index;
        let pool = Pool::default();
        let worker = || PartWorker::new(plan, index, kept, first, &pool);
        reading.run(worker, |done| {
            let part: Part = match done {
                Done::File(number) => {
                    place.begin(files, number);
                    log.files.push(LogFile {
                        source: job.index,
                        shown: files[number].shown.clone(),
                    });
                    log.report.sources[job.index].files += 1;
                    return Ok(());
                }
                Done::Piece(part) => part,
            };
            let file = first + u32::try_from(part.file).unwrap_or(0);
            match &mut groups {
                Some(groups) => {
                    for batch in &part.batches {
                        ingest.group(batch, file, place.lines, groups);
                    }
                    log.tell(job.index, std::mem::take(ingest.tally), 0);
                }
                None => {
                    if ingest.table.len() == 0 {
                        let all: u64 = files.iter().map(|file| file.bytes).sum();
                        ingest.table.expect(&part.table, part.ended.bytes, all);
                    }
                    let recode = ingest.strings.recode(&part.strings);
                    ingest.table.append(&part.table, &recode, place.lines);
                    log.tell(job.index, part.tally, place.lines);
                    pool.give(part.table);
                }
            }
            if let Some(stop) = part.ended.stop {
                return Err(files[part.file].named(stop.at(place.lines)));
            }
            place.lines += part.ended.lines;
            place.bytes += part.ended.bytes;
            if let Some(part) = part.ended.seen {
                see(&mut seen, part, place.new_file);
                place.new_file = false;
            }
            progress.rows(log.report.sources[job.index].rows_read, place.bytes);
            if ingest.table.overflowed() || groups.as_ref().is_some_and(Groups::overflowed) {
                let message = "there are more rows or list elements of one kind than 2³²";
                return Err(LoadError::new(LoadErrorKind::TooLarge, message));
            }
            log.check()
        })?;
        if let Some(groups) = groups {
            ingest.finish_groups(groups);
            log.tell(job.index, tally, 0);
        }
        note_unseen(job, &seen, log);
        log.check()
    }

    fn finish(mut self, options: &LoadOptions, mut log: Log<'_>) -> Result<Loaded, Box<LoadError>> {
        let (plan, threads) = (self.plan, options.threads);
        let tables = self.profiles.iter_mut().map(|table| &mut table.rows);
        let mut keys = Keys::new(tables.chain(self.events.iter_mut()), threads);
        let mut sorted: IndexVec<KindId, events::Sorted> = IndexVec::new();
        for table in self.events.iter() {
            sorted.push(events::sort(table, &keys, &self.strings, threads, &mut log));
        }
        let latest = events::latest(self.events.iter().zip(sorted.iter()));
        let last = latest.map(|(latest, _)| latest);
        let now = options.now.or(last).unwrap_or(i64::MAX);
        let mut profiles = profiles::by_preference(plan, self.profiles);
        let keyed = Keyed {
            table: &plan.schema.profile,
            key: plan.schema.key,
        };
        let chosen = profiles::choose(keyed, &profiles, &keys, now, &self.strings, &mut log);
        let since = options
            .since
            .map(|since| history::since(since, &self.events, &sorted, &profiles, now));
        let mut rewound = match since {
            Some(since) => history::rewind(keyed, &profiles, chosen, since, now, &self.strings),
            None => Rewound::of(chosen),
        };
        let present = Present::new(keys.len(), &rewound.chosen, |key| {
            sorted.iter().any(|sorted| sorted.has_events(key)) || rewound.changes(key)
        });
        let changed =
            since.map(|_| ChangedColumns::new(&mut rewound, keyed, &profiles, &mut self.strings));
        let chosen = rewound.chosen;
        let wants = |table| plan.checks.iter().any(|check| check.table == table);
        let mut origins = DataOrigins {
            keep_rejects: log.keep,
            ..DataOrigins::default()
        };
        if wants(CheckTable::Profile) {
            origins.profiles = profiles::origins(&profiles, &chosen, &present);
        }
        let merge = Merge {
            keyed,
            chosen: &chosen,
            present: &present,
            kept: &self.kept.profile,
        };
        let (mut columns, differences) = merge.columns(&mut profiles, &mut self.strings);
        let name = |col| plan.schema.profile.columns[col].name.clone();
        let differences = differences.into_iter().map(|(col, of)| (name(col), of));
        log.report.differences.extend(differences);
        drop(profiles);
        let mut tables = IndexVec::new();
        let parts = std::mem::take(&mut self.events)
            .into_iter()
            .zip(sorted)
            .zip(plan.schema.events.ids());
        for ((table, sorted), kind) in parts {
            let keep = wants(CheckTable::Event(kind));
            let (table, rows) = events::finish(
                table,
                &sorted,
                &present,
                &self.kept.events[kind],
                keep,
                &mut self.strings,
            );
            tables.push(table);
            origins.events.push(rows);
        }
        events::number(&mut tables, present.len());
        let mut items = IndexVec::new();
        let ids = plan.schema.catalogs.ids();
        for (id, sources) in ids.zip(std::mem::take(&mut self.catalogs)) {
            let strings = &mut self.strings;
            let (table, rows) = catalogs::finish(plan, id, sources, threads, strings, &mut log);
            items.push(table);
            origins.catalogs.push(rows);
        }
        keys.keep(&mut self.strings.kept);
        let codes = keys.into_codes();
        log.check()?;
        origins.files = std::mem::take(&mut log.files);
        let strings = Arc::new(self.strings.kept);
        let catalogs = Catalogs {
            strings: Arc::clone(&strings),
            tables: items,
        };
        let catalogs = Arc::new(catalogs);
        let changes = since
            .zip(changed)
            .map(|(since, changed)| changed.finish(plan, since, &codes, &strings, &catalogs));
        columns[plan.schema.key] = profiles::key_column(codes, &present);
        Ok(Loaded {
            changes,
            dataset: Dataset {
                strings,
                catalogs,
                profiles: present.len(),
                has_row: profiles::has_row(&chosen, &present),
                columns,
                events: tables,
            },
            report: log.report,
            rejects: log.kept,
            latest_event: latest.map(|(latest, _)| latest),
            latest_999: latest.map(|(_, without)| without),
            origins,
        })
    }
}
