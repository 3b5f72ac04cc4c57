//! Made-up data as files: for every source the file that it reads, such that the source reads it without a complaint; and, for a package
//! without sources, plain files with sources of their own. The same seed makes the same bytes, on any number of threads.

mod invert;
mod layout;
mod plain;
mod rows;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use persona_io::FileTable;
use persona_ir::{Plan, SourcePlan, SourceTarget};
use persona_runtime::{Dataset, apply_checks, calendar, run_checks};

use super::{Generation, MOST_PROFILES, dataset};
use crate::error::guarded;
use crate::run::{Reason, RunOptions, SourceResult, given_now};
use crate::{Compiled, Error, Package, Program, Progress, Stage};
use layout::{Layout, layouts};
use rows::Rows;

pub use plain::FileFormat;

/// 2026-01-01T00:00Z: nothing happens later, unless something else is said.
const NOW: i64 = 20_454 * calendar::DAY;
/// The file with the sources of a package that has none.
const SOURCES: &str = "sources.persona";

/// What to make, and where.
#[derive(Clone, Debug)]
pub struct GenerateOptions {
    /// How many people.
    pub profiles: usize,
    /// Other seeds make other people.
    pub seed: u64,
    /// Nothing happens later than this instant: `2026-01-10T12:00Z`, a date or a wall clock time; 2026-01-01T00:00Z by default.
    pub now: Option<String>,
    /// The folder that becomes a copy of the package with these data; by default they go into the package's own folder.
    pub out: Option<PathBuf>,
    /// The format of files of a package without sources; CSV by default.
    pub format: Option<FileFormat>,
    /// The share of rows that are spoilt, from 0 to 1, so that one can practise.
    pub dirty: f64,
    /// Write over files that are there.
    pub force: bool,
    /// How many threads write; by default one per core.
    pub threads: Option<usize>,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The package's folder with the data.
    pub root: PathBuf,
    /// The files, in the order of their paths.
    pub files: Vec<GeneratedFile>,
    /// The file with the new sources, where the package had none.
    pub sources: Option<PathBuf>,
    /// How many rows were spoilt on purpose.
    pub spoilt: usize,
    /// Kinds of events and catalogs that no source reads, and for which nothing was made.
    pub left_out: Vec<Arc<str>>,
    /// What the package's own sources said when they read the files.
    pub read: Vec<SourceResult>,
    /// Why rows were set aside then, the most first.
    pub reasons: Vec<Reason>,
}

/// A file that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// From the package's folder.
    pub path: PathBuf,
    /// The sources that read it.
    pub sources: Vec<Arc<str>>,
    /// How many rows it has.
    pub rows: usize,
}

impl Package {
    /// Makes up data for the package and writes them where its sources look for them; then reads them with these sources.
    ///
    /// # Errors
    /// Where the package is wrong or reads files outside its folder, where files are there already and `force` is not said, and where
    /// nothing can be written.
    pub fn generate(
        &self,
        program: &Program,
        options: &GenerateOptions,
        progress: &dyn Progress,
    ) -> Result<Generated, Error> {
        let plan = program.plan();
        let asked = asked(plan, options)?;
        let root = options
            .out
            .clone()
            .unwrap_or_else(|| self.root().to_owned());
        let copied = self.copied(&root)?;
        let plain = plan
            .sources
            .is_empty()
            .then(|| plain::sources(plan, self, options.format.unwrap_or_default()));
        if plain.is_none() && options.format.is_some() {
            return Err(Error::call(
                "the package's sources say what their files are; --format is for packages without sources",
            ));
        }
        let sources: &[SourcePlan] = plain.as_ref().map_or(&plan.sources, |(sources, _)| sources);
        let layouts = layouts(plan, sources)?;
        let text = plain.as_ref().map(|(_, text)| (root.join(SOURCES), text));
        let new = layouts.iter().map(|file| root.join(&file.path));
        let new = new.chain(text.iter().map(|(path, _)| path.clone()));
        if !options.force {
            free(new)?;
        }
        progress.stage(Stage::Generating);
        let data = guarded("making up data", || people(plan, &asked))?;
        for (from, to) in &copied {
            copy(from, to)?;
        }
        let mut made = Generated {
            files: Vec::new(),
            sources: text.as_ref().map(|(path, _)| path.clone()),
            spoilt: 0,
            left_out: left_out(plan, sources),
            read: Vec::new(),
            reasons: Vec::new(),
            root,
        };
        for file in &layouts {
            let of_file = write_file(program, &data, file, &asked, options, &mut made)?;
            made.files.push(of_file);
        }
        if let Some((path, text)) = text {
            write(&path, text.as_bytes())?;
        }
        self.read_back(&mut made, &asked, options, progress)?;
        Ok(made)
    }

    /// The package's own files, and where they go when another folder becomes a copy of it; none where it is the same folder, or has a
    /// package already.
    fn copied(&self, root: &Path) -> Result<Vec<(PathBuf, PathBuf)>, Error> {
        let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        };
        if same(root, self.root()) || root.join(crate::find::CONFIG).exists() {
            return Ok(Vec::new());
        }
        if self.uses_others() {
            return Err(Error::call(
                "this package uses others, which it finds by their folders; a copy elsewhere would not find them",
            )
            .with_help("leave --out away, to make the data in the package's own folder"));
        }
        let files = self.own_files();
        let to = |(path, name): (PathBuf, PathBuf)| (path, root.join(name));
        Ok(files.into_iter().map(to).collect())
    }

    /// Reads what was written, as a run would.
    fn read_back(
        &self,
        made: &mut Generated,
        asked: &Generation,
        options: &GenerateOptions,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let opened = self.opened_below(&made.root);
        let written = Self::open(Some(&opened))?;
        let program = match written.compile()? {
            Compiled::Program(program, _) => program,
            Compiled::Broken(report) => {
                let first = report.diagnostics.first();
                let first = first
                    .map(|found| found.message.to_string())
                    .unwrap_or_default();
                return Err(Error::internal(format!(
                    "the package with the made-up data does not check: {first}"
                )));
            }
        };
        let run = RunOptions {
            now: options
                .now
                .clone()
                .or_else(|| Some("2026-01-01T00:00Z".to_owned())),
            threads: options.threads,
            all_columns: true,
            ..RunOptions::default()
        };
        debug_assert!(
            options.now.is_some() || asked.now == NOW,
            "the same instant"
        );
        (made.read, made.reasons) = program.read_sources(&run, progress)?;
        Ok(())
    }
}

fn asked(plan: &Plan, options: &GenerateOptions) -> Result<Generation, Error> {
    if options.profiles > MOST_PROFILES {
        return Err(Error::call(format!(
            "{} people are more than {MOST_PROFILES}, the most that are made at once",
            options.profiles
        )));
    }
    if !(0.0..=1.0).contains(&options.dirty) {
        return Err(Error::call(
            "the share of spoilt rows lies between 0% and 100%",
        ));
    }
    let now = options.now.as_deref().map(|text| given_now(plan, text));
    Ok(Generation {
        profiles: options.profiles,
        seed: options.seed,
        now: now.transpose()?.unwrap_or(NOW),
        all_columns: true,
    })
}

/// So many people as were asked for, none of whom fails the package's own checks; fewer where hardly anybody passes them.
fn people(plan: &Plan, asked: &Generation) -> Dataset {
    let mut wanted = *asked;
    let mut round = 0;
    loop {
        let data = dataset(plan, &wanted);
        let failures = run_checks(plan, &data, asked.now);
        if failures.is_empty() && round == 0 {
            return data;
        }
        let mut data = apply_checks(plan, &data, &failures);
        let passed: Vec<bool> = (0..data.profiles)
            .map(|row| data.has_row.as_ref().is_none_or(|rows| rows.value(row)))
            .collect();
        let count = passed.iter().filter(|passed| **passed).count();
        if count >= asked.profiles || round == ROUNDS || wanted.profiles >= MOST_PROFILES {
            data.has_row = Some(first(&passed, asked.profiles));
            return data;
        }
        let share = (count.max(1) as f64 / wanted.profiles.max(1) as f64).max(0.01);
        let more = (asked.profiles as f64 / share * 1.1) as usize + 20;
        wanted.profiles = more.clamp(wanted.profiles, MOST_PROFILES);
        round += 1;
    }
}

/// So often more people are made up, because some fail checks.
const ROUNDS: usize = 2;

/// The first ones of those who passed.
fn first(passed: &[bool], most: usize) -> arrow_buffer::BooleanBuffer {
    let mut count = 0;
    let kept = passed.iter().map(|passed| {
        count += usize::from(*passed);
        *passed && count <= most
    });
    kept.collect()
}

fn write_file(
    program: &Program,
    data: &Dataset,
    file: &Layout,
    asked: &Generation,
    options: &GenerateOptions,
    made: &mut Generated,
) -> Result<GeneratedFile, Error> {
    let plan = program.plan();
    let path = made.root.join(&file.path);
    make_folder(&path)?;
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = options.threads.unwrap_or_else(cores);
    let rows = Rows::new(plan, data, file, asked, options.dirty);
    let table = FileTable {
        columns: &file.columns,
        records: rows.len(),
        make: &|records| rows.make(records),
    };
    let written = guarded("writing made-up data", || {
        persona_io::write_table(&path, &table, &file.format, &plan.schema, threads)
    })?;
    let count = written.map_err(|error| program.load_error(*error))?;
    made.spoilt += rows.spoilt.load(Ordering::Relaxed);
    Ok(GeneratedFile {
        path: file.path.clone(),
        sources: file.parts.iter().map(|part| part.source.clone()).collect(),
        rows: count,
    })
}

/// Kinds of events and catalogs that no source reads.
fn left_out(plan: &Plan, sources: &[SourcePlan]) -> Vec<Arc<str>> {
    let read = |target: SourceTarget| sources.iter().any(|source| source.target == target);
    let kinds = plan.schema.events.iter_enumerated();
    let kinds = kinds
        .filter(|(id, kind)| {
            !read(SourceTarget::Event(*id)) && &*kind.name != persona_ir::Schema::SENT
        })
        .map(|(_, kind)| kind.name.clone());
    let catalogs = plan.schema.catalogs.iter_enumerated();
    let catalogs = catalogs
        .filter(|(id, _)| !read(SourceTarget::Catalog(*id)))
        .map(|(_, catalog)| catalog.table.name.clone());
    kinds.chain(catalogs).collect()
}

/// Fails where a file would be written over.
fn free(paths: impl Iterator<Item = PathBuf>) -> Result<(), Error> {
    let there: Vec<String> = paths
        .filter(|path| path.exists())
        .map(|path| crate::find::shown(&path))
        .collect();
    let Some(first) = there.first() else {
        return Ok(());
    };
    let others = match there.len() - 1 {
        0 => String::new(),
        1 => ", and one more file".to_owned(),
        others => format!(", and {others} more files"),
    };
    Err(Error::call(format!(
        "{first} is there already{others}; nothing was written"
    ))
    .with_help("--force writes over it; --out DIR makes a copy of the package, with the data, in another folder"))
}

fn make_folder(path: &Path) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))
}

fn write(path: &Path, text: &[u8]) -> Result<(), Error> {
    make_folder(path)?;
    fs::write(path, text).map_err(|error| unwritable(path, &error))
}

fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let text = fs::read(from).map_err(|error| {
        Error::call(format!(
            "{} cannot be read: {error}",
            crate::find::shown(from)
        ))
    })?;
    write(to, &text)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::call(format!(
        "{} cannot be written: {error}",
        crate::find::shown(path)
    ))
}
