//! Rows that a program has in memory, as Arrow, in the place of the files that a package's sources name: `Program::over`; and answers
//! as Arrow: `Program::run_arrow`. What rows mean is read by `persona-io`, as if they stood in files.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use arrow_array::RecordBatch;
use persona_base::{FileId, Span, nearest};
use persona_io::Memory;
use persona_ir::{Place, Plan, SourceFormat, SourcePlan, SourceTarget};

use crate::error::guarded;
use crate::{Error, Program, Progress, RunOptions, RunResult};

/// Rows in memory, as Arrow record batches, by what they are rows of. Making one copies no values: batches share their buffers.
///
/// A column belongs to the field of its name; fields of nested records are columns with dotted names (`address.city`) or fields of an
/// Arrow struct. Whose row it is says the column that is called as the profile's key field (for events also `profile`). Events
/// have an instant in `at`, and may have an identifier in `id`. Values are read as from an Arrow file: money as decimals in the
/// currency's main unit, dates and instants as Arrow's own or as text, enum values by their names, lists and sets as Arrow
/// lists. Columns that no field has are passed over; what cannot be read is set aside, cleared or takes its default, and counted
/// ([`RunResult::reasons`]).
///
/// ```
/// use std::sync::Arc;
/// use persona::arrow::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
/// use persona::{Compiled, Package, RunOptions, Tables};
///
/// let rules = r#"
///     profile Customer { id: String @key, country: String? }
///     event Visit {}
///     segment locals { when country == "AT" }
///     segment regulars { when count(Visit in last 7d) >= 2 }
/// "#;
/// let package = Package::from_memory("shop", None, [("main.persona", rules)], ".".as_ref());
/// let Compiled::Program(program, _) = package.compile()? else { panic!("the rules are right") };
///
/// let text = |values: &[&str]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
/// let people = [("id", text(&["ada", "bob"])), ("country", text(&["AT", "DE"]))];
/// let at = TimestampMicrosecondArray::from(vec![1_767_225_600_000_000; 2]).with_timezone("UTC");
/// let visits = [("id", text(&["1", "2"])), ("profile", text(&["bob", "bob"])), ("at", Arc::new(at) as ArrayRef)];
/// let tables = Tables::new()
///     .profiles(RecordBatch::try_from_iter(people)?)
///     .events("Visit", RecordBatch::try_from_iter(visits)?);
///
/// let members = program.over(&tables)?.run_arrow(&RunOptions::default(), &())?;
/// assert_eq!(members.result.segments[1].count, 1);
/// let batch = &members.batches[0];
/// assert_eq!(batch.schema().fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>(), ["id", "locals", "regulars"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tables {
    profiles: Option<Vec<RecordBatch>>,
    events: BTreeMap<String, Vec<RecordBatch>>,
    items: BTreeMap<String, Vec<RecordBatch>>,
    sources: BTreeMap<String, Vec<RecordBatch>>,
}

/// Who is in what, as Arrow, beside what a run says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Members {
    /// Counts, times, and what became of rows.
    pub result: RunResult,
    /// One row for each profile, at most 65,536 in a batch and at least one batch: the key as `Utf8` under its field's name, then all
    /// answers, sorted by name. Segments are `Boolean` without nulls, partitions the names of stages, traits values of their own
    /// types (money as decimals, instants in UTC), null where missing.
    pub batches: Vec<RecordBatch>,
}

impl Tables {
    /// No rows of anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rows of the profile. Called again, more of them, with the same columns.
    #[must_use]
    pub fn profiles(mut self, batch: RecordBatch) -> Self {
        self.profiles.get_or_insert_default().push(batch);
        self
    }

    /// Events of a kind. Called again, more of them, with the same columns.
    #[must_use]
    pub fn events(mut self, kind: impl Into<String>, batch: RecordBatch) -> Self {
        self.events.entry(kind.into()).or_default().push(batch);
        self
    }

    /// Items of a catalog, instead of those in its sources. Called again, more of them, with the same columns.
    #[must_use]
    pub fn items(mut self, catalog: impl Into<String>, batch: RecordBatch) -> Self {
        self.items.entry(catalog.into()).or_default().push(batch);
        self
    }

    /// Rows of a source that the package declares, as they would stand in its files: its columns are mapped, grouped and filtered as
    /// the declaration says. Called again, more of them, with the same columns.
    #[must_use]
    pub fn source(mut self, name: impl Into<String>, batch: RecordBatch) -> Self {
        self.sources.entry(name.into()).or_default().push(batch);
        self
    }
}

impl Program {
    /// The same program over rows in memory: everything that reads data ([`Program::run`], [`why`](Program::why),
    /// [`simulate`](Program::simulate), [`render`](Program::render) and the others) reads these. They take the place of all
    /// profiles and events that the package's sources have; no file of theirs is opened. Catalogs that are not given are
    /// read from their sources. Costs microseconds; machine code is shared with the program that it was made from.
    ///
    /// # Errors
    /// [`UnknownName`](crate::ErrorCode::UnknownName) where the package has no event, catalog or source of a name that the tables have.
    /// What is wrong with columns is said by whatever reads them.
    pub fn over(&self, tables: &Tables) -> Result<Self, Error> {
        let (sources, memory) = sources(&self.plan, tables)?;
        let mut plan = Plan::clone(&self.plan);
        let there = |name: &Arc<str>| sources.iter().any(|source| source.name == *name);
        plan.prefer
            .retain(|(winner, loser)| there(winner) && there(loser));
        plan.sources = sources;
        Ok(Self {
            plan: Arc::new(plan),
            campaign: OnceLock::new(),
            tables: Some(Arc::new(tables.clone())),
            memory,
            ..self.clone()
        })
    }

    /// Answers everything for everybody, as [`Program::run`] does, and gives who is in what as Arrow. `options.members` may name a
    /// file besides.
    ///
    /// # Errors
    /// As [`Program::run`].
    pub fn run_arrow(
        &self,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<Members, Error> {
        let plan = self.restricted(&options.only)?;
        self.check_members_path(options)?;
        let (loaded, answers, timing) = self.members(&plan, options, progress)?;
        if let Some(path) = &options.members {
            self.write_members(&plan, &loaded.data, &answers, path)?;
        }
        let batches = guarded("making Arrow of members", || {
            persona_io::members_batches(&plan, &loaded.data, &answers)
        })?;
        let batches = batches.map_err(|error| self.load_error(*error))?;
        let result = self.result(&plan, loaded, &answers.totals(&plan), timing, options.cells)?;
        Ok(Members { result, batches })
    }
}

/// The sources that read the tables instead of files, and the rows by their names.
fn sources(plan: &Plan, tables: &Tables) -> Result<(Vec<SourcePlan>, Memory), Error> {
    let mut memory = Memory::default();
    let mut sources: Vec<SourcePlan> = Vec::new();
    for (name, batches) in &tables.sources {
        let declared = plan.sources.iter().find(|source| *source.name == **name);
        let names = plan.sources.iter().map(|source| &*source.name);
        let declared = declared.ok_or_else(|| none("source", name, names))?;
        memory.set(declared.name.clone(), batches.clone());
        sources.push(SourcePlan {
            format: SourceFormat::ArrowIpc,
            ..declared.clone()
        });
    }
    let mut direct = |target: SourceTarget, of: &Arc<str>, batches: &[RecordBatch]| {
        let source = plain(plan, target, of, &sources);
        memory.set(source.name.clone(), batches);
        sources.push(source);
    };
    if let Some(batches) = &tables.profiles {
        direct(SourceTarget::Profile, &plan.schema.profile.name, batches);
    }
    for (name, batches) in &tables.events {
        let mut kinds = plan.schema.events.iter_enumerated();
        let found = kinds.find(|(_, table)| *table.name == **name);
        let names = plan.schema.events.iter().map(|table| &*table.name);
        let (kind, table) = found.ok_or_else(|| none("event", name, names))?;
        direct(SourceTarget::Event(kind), &table.name, batches);
    }
    for (name, batches) in &tables.items {
        let mut catalogs = plan.schema.catalogs.iter_enumerated();
        let found = catalogs.find(|(_, catalog)| *catalog.table.name == **name);
        let names = plan.schema.catalogs.iter();
        let names = names.map(|catalog| &*catalog.table.name);
        let (id, catalog) = found.ok_or_else(|| none("catalog", name, names))?;
        direct(SourceTarget::Catalog(id), &catalog.table.name, batches);
    }
    let given: Vec<SourceTarget> = sources.iter().map(|source| source.target).collect();
    let read = plan.sources.iter().filter(|source| {
        matches!(source.target, SourceTarget::Catalog(_)) && !given.contains(&source.target)
    });
    sources.extend(read.cloned());
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((sources, memory))
}

/// A source that maps nothing, under a name that no other has.
fn plain(plan: &Plan, target: SourceTarget, of: &Arc<str>, others: &[SourcePlan]) -> SourcePlan {
    let mut name = of.clone();
    let taken = |name: &Arc<str>| {
        let mut all = plan.sources.iter().chain(others);
        all.any(|source| source.name == *name)
    };
    while taken(&name) {
        name = format!("{name} in memory").into();
    }
    // No file has this number: what is wrong is not written anywhere in the program.
    let nowhere = Place {
        file: FileId(u32::MAX),
        span: Span::new(0, 0),
    };
    SourcePlan {
        name,
        target,
        format: SourceFormat::ArrowIpc,
        path: Arc::from(""),
        path_place: nowhere,
        filter: None,
        group_by: Vec::new(),
        profile: None,
        at: None,
        id: None,
        fields: Vec::new(),
    }
}

fn none<'n>(what: &str, name: &str, names: impl Iterator<Item = &'n str>) -> Error {
    let error = Error::unknown(format!("this package has no {what} `{name}`"));
    let names: Vec<&str> = names.collect();
    match nearest(name, names.iter().copied()) {
        Some(near) => error.with_help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.with_help(format!("it declares no {what} at all")),
        None if names.len() <= 12 => error.with_help(format!("it has {}", names.join(", "))),
        None => error,
    }
}
