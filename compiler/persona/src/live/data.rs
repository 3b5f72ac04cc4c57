//! The data that questions are asked of: read once with all columns, since nobody knows what will be typed next, and again when a
//! file, the schema or a source is another one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use persona_io::DataFile;
use persona_ir::Plan;
use persona_runtime::Dataset;
use persona_sema::Checked;

use super::{LiveProgram, NoAnswer, stopped};
use crate::run::RunOptions;
use crate::{Error, Program, Texts};

/// The data of a package.
#[derive(Debug)]
pub(super) struct Data {
    /// What was read, by the plan of no answers.
    pub(super) plan: Arc<Plan>,
    pub(super) dataset: Dataset,
    /// The evaluation time, microseconds.
    pub(super) now: i64,
}

/// What data depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    /// The schema, the checks and the sources, without places.
    ground: String,
    files: Vec<DataFile>,
    now: Option<String>,
}

/// What is known of a package's data; of bad data, what is wrong with them.
#[derive(Debug, Default)]
struct Shelf(Option<(Key, Result<Arc<Data>, NoAnswer>)>);

/// The data of packages, by their folders.
#[derive(Debug, Default)]
pub(super) struct Kept {
    shelves: Mutex<BTreeMap<PathBuf, Arc<Mutex<Shelf>>>>,
}

impl Kept {
    /// Whether there are data of a package, and nobody is reading them just now.
    pub(super) fn is_ready(&self, root: &Path) -> bool {
        let shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let shelf = shelves.get(root).and_then(|shelf| shelf.try_lock().ok());
        shelf.is_some_and(|shelf| matches!(shelf.0, Some((_, Ok(_)))))
    }

    /// The data of a program, read now if they have to be. Whoever asks about the same package meanwhile waits.
    pub(super) fn data(&self, program: LiveProgram<'_>) -> Result<Arc<Data>, NoAnswer> {
        let shelf = {
            let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(shelves.entry(program.root.to_owned()).or_default())
        };
        let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if (program.stop)() {
            return Err(stopped());
        }
        let ground = Ground::of(program)?;
        let files = ground.files(program)?;
        let key = Key {
            ground: without_places(&persona_ir::print(&ground.plan)),
            files,
            now: program.limits.now.clone(),
        };
        if let Some((known, data)) = &shelf.0
            && *known == key
        {
            return data.clone();
        }
        // Two datasets need not be in memory at once.
        shelf.0 = None;
        let data = ground.read(program).map(Arc::new);
        shelf.0 = Some((key, data.clone()));
        data
    }
}

/// A program that answers nothing: what it takes to read its data.
struct Ground {
    program: Program,
    plan: Arc<Plan>,
}

impl Ground {
    fn of(program: LiveProgram<'_>) -> Result<Self, NoAnswer> {
        let checked = Arc::new(Checked {
            traits: Vec::new(),
            fns: Vec::new(),
            segments: Vec::new(),
            partitions: Vec::new(),
            ..program.checked.clone()
        });
        let plan = Arc::new(super::count::lowered(&checked)?);
        let texts = Texts::default();
        let program = Program::new(Arc::clone(&plan), checked, texts, program.root.to_owned());
        Ok(Self { program, plan })
    }

    /// The files that would be read.
    fn files(&self, program: LiveProgram<'_>) -> Result<Vec<DataFile>, NoAnswer> {
        if self.plan.sources.is_empty() {
            return Err("the package has no source, so there is nobody to count".to_owned());
        }
        let files = persona_io::data_files(&self.plan, program.root);
        let files = files.map_err(|error| said(&self.program.load_error(*error)))?;
        let bytes: u64 = files.iter().map(|file| file.bytes).sum();
        if bytes > program.limits.bytes {
            let mega = |bytes: u64| bytes.div_ceil(1_000_000);
            return Err(format!(
                "the data have {} MB, and the editor reads at most {} MB",
                mega(bytes),
                mega(program.limits.bytes)
            ));
        }
        Ok(files)
    }

    fn read(&self, program: LiveProgram<'_>) -> Result<Data, NoAnswer> {
        let options = RunOptions {
            now: program.limits.now.clone(),
            all_columns: true,
            ..RunOptions::default()
        };
        let loaded = self.program.load(&self.plan, &options, &());
        let loaded = loaded.map_err(|error| said(&error))?;
        Ok(Data {
            plan: Arc::clone(&self.plan),
            dataset: loaded.data,
            now: loaded.now.at,
        })
    }
}

/// An error as one line.
pub(super) fn said(error: &Error) -> NoAnswer {
    match error.help() {
        Some(help) => format!("{error} ({help})"),
        None => error.to_string(),
    }
}

/// A plan's text without places: these move while somebody types.
fn without_places(text: &str) -> String {
    let mut words = text.split('@');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let place = |c: char| c.is_ascii_digit() || c == ':' || c == '.';
        let rest = word.trim_start_matches(place);
        if rest.len() == word.len() {
            out.push('@');
        }
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_places;

    #[test]
    fn places_are_left_out_and_nothing_else() {
        assert_eq!(
            without_places("source a \"x@y.com\" @3:17..20 id\n@0:1..2"),
            "source a \"x@y.com\"  id\n"
        );
    }
}
