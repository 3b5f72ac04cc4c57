//! What the server is given by whoever starts it: packages from disk, and the engine. Plain data on both sides, so that this
//! crate depends neither on the façade nor on anything that runs a program.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use persona_base::{FileId, Span};
use persona_ide::audience::CountedPart;
use persona_sema::{Checked, DependencyFiles};
use serde_json::Value;

/// Reads packages. Called from the thread that holds the state, so every call but [`Host::engine`]'s returns as fast as the
/// disk does.
pub trait Host: Send + Sync {
    /// The folder of the package that a file or folder lies in: the nearest one above it (or it itself) that holds a
    /// `persona.toml`, and that takes the file in (hidden folders are left out of packages). The path need not exist. Paths go
    /// out spelled as they came in.
    fn package_of(&self, path: &Path) -> Option<PathBuf>;

    /// The folders of all packages in a folder and the folders in it, in a stable order.
    fn packages_in(&self, folder: &Path) -> Vec<PathBuf>;

    /// Reads the package in `root`, a folder that holds a `persona.toml`. All paths in the answer are absolute. `open` gives
    /// the text of a file that is open in an editor, which is then not read from disk.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn read_package(
        &self,
        root: &Path,
        open: &dyn Fn(&Path) -> Option<String>,
    ) -> Result<PackageFiles, String>;

    /// A file's text; `None` where there is none, or where it is no text.
    fn read_text(&self, path: &Path) -> Option<String>;

    /// The names and texts of the modules of the standard library.
    fn library(&self) -> &'static [(&'static str, &'static str)];

    /// Keeps a text that the program carries in itself (a module of the standard library, the page of a code) as a read-only
    /// file, so that every editor can open it. `name` is a relative path like `std/rfm.persona`; the same name and text give
    /// the same path, and cost nothing when they were kept before. `None` where there is no place for it.
    fn keep_page(&self, name: &str, text: &str) -> Option<PathBuf>;

    /// What runs programs over their data; `None` where nothing does.
    fn engine(&self) -> Option<&dyn Engine>;
}

/// A package as it was read.
#[derive(Clone, Debug, Default)]
pub struct PackageFiles {
    /// Path and text of `persona.toml`.
    pub config: Option<(PathBuf, String)>,
    /// Paths and texts of the `.persona` files, by path.
    pub files: Vec<(PathBuf, String)>,
    /// The packages that it rests on; their paths are absolute.
    pub dependencies: Vec<DependencyFiles>,
    /// Which folder a package means by a dependency's name, as [`persona_sema::Database::set_dependencies`] wants it.
    pub folders: Vec<(String, String, String)>,
    /// The files that may be templates: paths from the package's folder, with `/`.
    pub templates: BTreeSet<Arc<str>>,
}

/// Says to a computation that nobody waits for it any more.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Nobody waits any more.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether nobody waits any more. Cheap: ask at least every few milliseconds.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A package as it is in the editor (saved or not), ready to be lowered and run: for counts what is asked about with all that it
/// rests on, whatever is wrong elsewhere; for everything else the whole package, which has no errors.
#[derive(Clone, Debug)]
pub struct Program {
    /// The package's folder: what the paths of its sources are relative to, and what its data may be kept by between calls.
    /// For a file outside any package the folder that it lies in.
    pub root: PathBuf,
    /// Grows with every change of the package; equal numbers of one root mean equal programs.
    pub revision: u64,
    /// What the package says.
    pub checked: Arc<Checked>,
    /// The texts that the spans in `checked` point into, by file.
    pub texts: Arc<[SourceText]>,
}

/// One file of a [`Program`].
#[derive(Clone, Debug)]
pub struct SourceText {
    /// Its id, as in `checked`.
    pub file: FileId,
    /// Its absolute path; for the standard library `persona:std/….persona`.
    pub path: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
}

/// What is to be counted: a declaration, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The declaration's name in the whole compilation (`rfm.champions` in a module).
    pub declaration: Arc<str>,
    /// Which part of it.
    pub part: CountedPart,
}

/// How many of the profiles that were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Those that it holds for.
    pub count: u64,
    /// All that were looked at: the share is `count / of`.
    pub of: u64,
    /// Whether `of` is a sample, by the setting or because the data is larger than it bounds.
    pub sampled: bool,
}

/// What one atom of a condition does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtomCount {
    /// The file that it is in.
    pub file: FileId,
    /// Where it stands.
    pub span: Span,
    /// For how many it holds by itself.
    pub holds: u64,
    /// How many the whole condition would hold for were it not there.
    pub without: u64,
    /// For how many the whole condition holds.
    pub all: u64,
    /// All that were looked at.
    pub of: u64,
}

/// A person, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The key, which [`Person::key`] takes.
    pub key: String,
    /// Whether the key says who somebody is, so that it is not to be shown unasked.
    pub private: bool,
    /// A few attributes that say most about why they are here: names and values as text. None are personal.
    pub facts: Vec<(String, String)>,
}

/// What a declaration shares with another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// The other's name.
    pub name: String,
    /// How many profiles are in both.
    pub both: u64,
    /// How many are in the other.
    pub other: u64,
}

/// What is to be seen of a segment on hover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbours {
    /// How many are in it.
    pub members: u64,
    /// All profiles.
    pub of: u64,
    /// Those that share most with it, the most first; at most five.
    pub shared: Vec<Neighbour>,
    /// Some members, at most five; the same ones for the same data.
    pub examples: Vec<Example>,
}

/// Whom a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The profile's key, as text.
    pub key: String,
}

/// Runs a program over its data. Every call may come from any thread and takes as long as it takes; it ends soon after `cancel` says
/// that nobody waits, and its answer then does not matter. Absent or bad data is a reason in words for people ("there is no file
/// data/customers.csv"), never a panic. Settings are the client's, under the name `persona`.
pub trait Engine: Send + Sync + Debug {
    /// Whether counts of this package are answered at once, because its data have been read.
    fn is_ready(&self, root: &Path) -> bool;

    /// Begins to read the data of a program in the background, unless they have been or are being read. Returns at once.
    fn prepare(&self, program: Program, settings: &Value);

    /// How many profiles each holds now, in the order asked; where one has no answer, the reason.
    fn counts(
        &self,
        program: &Program,
        asked: &[Asked],
        settings: &Value,
        cancel: &Cancel,
    ) -> Vec<Result<Count, String>>;

    /// What each atom of a condition does, in the order of their places.
    ///
    /// # Errors
    /// The reason why there is no answer.
    fn atoms(
        &self,
        program: &Program,
        asked: &Asked,
        settings: &Value,
        cancel: &Cancel,
    ) -> Result<Vec<AtomCount>, String>;

    /// What a segment shares with others, and some of its members.
    ///
    /// # Errors
    /// The reason why there is no answer.
    fn neighbours(
        &self,
        program: &Program,
        segment: &str,
        settings: &Value,
        cancel: &Cancel,
    ) -> Result<Neighbours, String>;

    /// Runs the tests of the program; only the one of this name, where there is one. The answer is what `persona test --format
    /// json` prints.
    ///
    /// # Errors
    /// The reason why there is no answer.
    fn test(&self, program: &Program, name: Option<&str>, cancel: &Cancel)
    -> Result<Value, String>;

    /// Why a declaration says of a profile what it says. The answer is what `persona why --format json` prints.
    ///
    /// # Errors
    /// The reason why there is no answer.
    fn why(
        &self,
        program: &Program,
        declaration: &str,
        person: &Person,
        cancel: &Cancel,
    ) -> Result<Value, String>;

    /// A content as a profile gets it, with all its variants. The answer is what `persona render --format json` prints.
    ///
    /// # Errors
    /// The reason why there is no answer.
    fn preview(
        &self,
        program: &Program,
        content: &str,
        person: &Person,
        cancel: &Cancel,
    ) -> Result<Value, String>;

    /// Some profiles to choose from whose key begins with `prefix`, in the order of keys, at most `limit`.
    ///
    /// # Errors
    /// The reason why there is no answer.
    fn people(
        &self,
        program: &Program,
        prefix: &str,
        limit: usize,
        cancel: &Cancel,
    ) -> Result<Vec<Example>, String>;
}
